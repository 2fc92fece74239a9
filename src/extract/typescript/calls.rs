//! Calls that make strings or pass them on: tags, joins, format strings, raw SQL.

use tree_sitter::Node;

use super::literals;
use crate::extract::host::binding::Change;
use crate::extract::host::expression::{Expression, ExpressionId, FormatStyle};
use crate::extract::host::{Child, Reader, quoting, span_of};

/// Methods that give the text they are called on, as far as SQL is concerned.
const PASSTHROUGH: &[&str] = &[
    "toString",
    "trim",
    "trimStart",
    "trimEnd",
    "replace",
    "replaceAll",
    "normalize",
    "toLowerCase",
    "toUpperCase",
    "valueOf",
    "stripIndent",
    "stripMargin",
];

/// Methods of lists that keep their items.
const LIST_PASSTHROUGH: &[&str] = &["filter", "flat", "reverse", "sort", "concat"];

/// Functions and methods whose argument is SQL text or the name of something in it.
const RAW: &[&str] = &["raw", "unsafe", "identifier", "id", "ref", "literal", "dedent", "outdent", "stripIndent"];

/// Any call; tagged templates too.
pub(super) fn call<'t>(node: Node<'t>, children: &[Child<'t>], reader: &mut Reader<'t>) -> Option<ExpressionId> {
    let field = |name: &str| children.iter().find(|child| child.field == Some(name));
    if let Some(template) = field("arguments").filter(|it| is_tagged(node, it)) {
        return template.value;
    }
    let arguments: Vec<Child<'t>> = children.iter().filter(|child| child.field == Some("arguments")).copied().collect();
    let name = field("property").or(field("function")).map_or("", |name| reader.text_of(name.node));
    if let [argument] = arguments.as_slice()
        && quoting::is_quoting(name, argument, reader)
    {
        return reader.string_or_name(argument);
    }
    if let (Some(object), Some(property)) = (field("object"), field("property")) {
        let text = method(object, reader.text_of(property.node), &arguments, node, reader);
        return text.or_else(|| reader.call(&arguments, node));
    }
    let function = reader.text_of(field("function")?.node);
    match function {
        "format" => format(&arguments, node, reader),
        "sql" => arguments.first().and_then(|argument| argument.value),
        _ if RAW.contains(&function) => arguments.first().and_then(|argument| argument.value),
        _ => reader.call(&arguments, node),
    }
}

fn is_tagged(call: Node<'_>, arguments: &Child<'_>) -> bool {
    arguments.node.kind() == "template_string"
        && call.child_by_field_name("arguments").is_some_and(|own| own.id() == arguments.node.id())
}

fn method<'t>(
    object: &Child<'t>,
    name: &str,
    arguments: &[Child<'t>],
    node: Node<'t>,
    reader: &mut Reader<'t>,
) -> Option<ExpressionId> {
    let is_list = object.value.is_some_and(|id| matches!(reader.expressions.get(id).expression, Expression::List(_)));
    let object_text = reader.text_of(object.node);
    match (name, arguments) {
        ("join", [list, separator]) if list.value.is_some() && matches!(object_text, "sql" | "Prisma") => {
            let (list, separator) = (list.value?, reader.part(separator));
            Some(reader.expressions.add(Expression::Separated { list, separator }, span_of(node)))
        }
        ("join", [] | [_]) => {
            let separator = match arguments {
                [separator] => separator.value?,
                _ => literals::constant(",", node, reader),
            };
            let list = reader.string_or_name(object)?;
            Some(reader.expressions.add(Expression::Separated { list, separator }, span_of(node)))
        }
        ("push", [_, ..]) => {
            let key = reader.key(object.node)?;
            if arguments.iter().any(|argument| argument.value.is_some()) {
                let list = reader.list(arguments, node)?;
                reader.change(key, Change::Append, Some(list), node);
            }
            None
        }
        ("format", _) if object_text == "util" => format(arguments, node, reader),
        _ if is_list => {
            if LIST_PASSTHROUGH.contains(&name) {
                object.value
            } else {
                None
            }
        }
        ("concat", [_, ..]) => {
            let mut sum = object.value?;
            for argument in arguments {
                let part = reader.part(argument);
                sum = reader.expressions.join(sum, part, span_of(node));
            }
            Some(sum)
        }
        _ if PASSTHROUGH.contains(&name) => reader.string_or_name(object),
        _ if RAW.contains(&name) => arguments.first().and_then(|argument| argument.value),
        _ => None,
    }
}

/// `util.format(template, …)`, `format(template, …)` of `pg-format`.
fn format<'t>(arguments: &[Child<'t>], node: Node<'t>, reader: &mut Reader<'t>) -> Option<ExpressionId> {
    let (template, rest) = arguments.split_first()?;
    let template = template.value?;
    let rest = rest.iter().map(|argument| reader.part(argument)).collect();
    let format = Expression::Format { style: FormatStyle::Printf, template, arguments: rest, names: Vec::new() };
    Some(reader.expressions.add(format, span_of(node)))
}
