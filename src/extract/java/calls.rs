//! Calls that make strings: builders, format strings, joins; and calls whose strings are no SQL.

use tree_sitter::Node;

use super::literals;
use crate::extract::host::binding::Change;
use crate::extract::host::expression::{Expression, ExpressionId, FormatStyle};
use crate::extract::host::{Child, Reader, quoting, span_of};
use crate::extract::sql::text::SqlText;
use crate::model::facts::TokenKind;

/// Classes whose content is text that grows by `append`.
const BUILDERS: &[&str] = &["StringBuilder", "StringBuffer", "StringWriter"];

/// Methods that give the text they are called on, as far as SQL is concerned.
const PASSTHROUGH: &[&str] = &[
    "toString",
    "trim",
    "strip",
    "stripIndent",
    "stripLeading",
    "stripTrailing",
    "stripMargin",
    "translateEscapes",
    "intern",
    "replace",
    "replaceAll",
    "replaceFirst",
    "indent",
    "toLowerCase",
    "toUpperCase",
];

/// Methods whose text is a query over entities (JPQL, HQL).
const ENTITY_QUERIES: &[&str] = &["createQuery", "createSelectionQuery", "createMutationQuery", "createNamedQuery"];

/// `new StringBuilder("…")`, `new ArrayList<>()`.
pub(super) fn creation<'t>(node: Node<'t>, children: &[Child<'t>], reader: &mut Reader<'t>) -> Option<ExpressionId> {
    let class = reader.text_of(node.child_by_field_name("type")?);
    let class = class.split('<').next().unwrap_or(class).rsplit('.').next().unwrap_or(class).trim();
    let arguments = arguments(children);
    if BUILDERS.contains(&class) || class == "String" {
        return match arguments.as_slice() {
            // The size of the buffer says nothing about the text.
            [argument] if is_size(argument, reader) => Some(reader.nothing(node)),
            [argument] if reader.may_be_string(argument) && argument.node.kind() != "identifier" => {
                let value = reader.part(argument);
                Some(reader.expressions.add(Expression::Join(vec![value]), span_of(node)))
            }
            [argument] if reader.may_be_string(argument) => reader.string_or_name(argument),
            _ => Some(reader.nothing(node)),
        };
    }
    let is_list = ["List", "Set", "Collection"].iter().any(|suffix| class.ends_with(suffix));
    if is_list && arguments.is_empty() { reader.list(&[], node) } else { None }
}

/// Whether an argument is the size of something.
fn is_size(argument: &Child<'_>, reader: &Reader<'_>) -> bool {
    let name = argument.node.child_by_field_name("name").and_then(|name| reader.text.get(name.byte_range()));
    argument.node.kind() == "method_invocation" && matches!(name, Some("length" | "size" | "capacity"))
}

fn arguments<'t>(children: &[Child<'t>]) -> Vec<Child<'t>> {
    children.iter().filter(|child| child.field == Some("arguments")).copied().collect()
}

/// A method call.
pub(super) fn invocation<'t>(
    node: Node<'t>,
    children: &[Child<'t>],
    create_query_is_sql: bool,
    reader: &mut Reader<'t>,
) -> Option<ExpressionId> {
    let name_node = children.iter().find(|child| child.field == Some("name"))?.node;
    let name = reader.text_of(name_node);
    let object = children.iter().find(|child| child.field == Some("object"));
    let arguments = arguments(children);
    if super::is_accessor(name) || (object.is_some() && arguments.len() <= 1) {
        reader.token(name_node, TokenKind::Property);
    }
    if ENTITY_QUERIES.contains(&name) && !create_query_is_sql {
        for argument in &arguments {
            if let Some(value) = reader.string_or_name(argument) {
                reader.expressions.forbid(value);
            }
        }
        return None;
    }
    if let [argument] = arguments.as_slice()
        && quoting::is_quoting(name, argument, reader)
    {
        return reader.string_or_name(argument);
    }
    let Some(object) = object else { return reader.call(&arguments, node) };
    let class = reader.text_of(object.node);
    let class = class.rsplit('.').next().unwrap_or(class);
    match (class, name) {
        ("String", "format") => format(FormatStyle::Printf, &arguments, node, reader),
        ("MessageFormat", "format") => format(FormatStyle::Message, &arguments, node, reader),
        ("String", "join") => join(&arguments, node, reader),
        ("String", "valueOf" | "copyValueOf") => reader.string_or_name(arguments.first()?),
        ("List" | "Set" | "Arrays" | "Stream" | "ImmutableList" | "Lists", "of" | "asList" | "newArrayList") => {
            reader.list(&arguments, node)
        }
        _ => method(object, name, &arguments, node, reader).or_else(|| reader.call(&arguments, node)),
    }
}

/// `"a, b".replace(",", " = ?,")`.
fn replaced(object: &Child<'_>, from: &Child<'_>, to: &Child<'_>, reader: &Reader<'_>) -> Option<SqlText> {
    let literal = |child: &Child<'_>| match &reader.expressions.get(child.value?).expression {
        Expression::Literal(text) => Some(text),
        _ => None,
    };
    Some(literal(object)?.replaced(literal(from)?.as_str(), literal(to)?.as_str()))
}

fn method<'t>(
    object: &Child<'t>,
    name: &str,
    arguments: &[Child<'t>],
    node: Node<'t>,
    reader: &mut Reader<'t>,
) -> Option<ExpressionId> {
    match (name, arguments) {
        ("replace", [from, to]) if let Some(text) = replaced(object, from, to, reader) => {
            Some(reader.expressions.literal(text, span_of(node)))
        }
        ("append", [argument]) => {
            let value = reader.part(argument);
            Some(reader.append(object, value, node))
        }
        ("append", _) => {
            let value = reader.hole(node);
            Some(reader.append(object, value, node))
        }
        ("concat", [argument]) => {
            let (left, right) = (reader.part(object), reader.part(argument));
            Some(reader.expressions.join(left, right, span_of(node)))
        }
        ("formatted", _) if reader.may_be_string(object) => {
            let mut all = vec![*object];
            all.extend(arguments);
            format(FormatStyle::Printf, &all, node, reader)
        }
        ("insert", [at, argument]) if reader.text_of(at.node) == "0" => {
            let key = reader.key(object.node)?;
            let value = reader.part(argument);
            reader.change(key, Change::Prepend, Some(value), node);
            None
        }
        ("setLength", [length]) if reader.text_of(length.node) == "0" => {
            let key = reader.key(object.node)?;
            let value = reader.nothing(node);
            reader.change(key, Change::Assign, Some(value), node);
            None
        }
        ("add" | "addLast", [argument]) => {
            let key = reader.key(object.node)?;
            let item = argument.value?;
            let list = reader.expressions.add(Expression::List(vec![item]), span_of(argument.node));
            reader.change(key, Change::Append, Some(list), node);
            None
        }
        _ if PASSTHROUGH.contains(&name) => reader.string_or_name(object),
        _ => None,
    }
}

/// `String.format([locale,] template, …)`.
fn format<'t>(
    style: FormatStyle,
    arguments: &[Child<'t>],
    node: Node<'t>,
    reader: &mut Reader<'t>,
) -> Option<ExpressionId> {
    let has_locale = arguments.first().is_some_and(|first| {
        first.value.is_none()
            && (arguments.get(1).is_some_and(|second| second.value.is_some()))
            && reader.text_of(first.node).to_ascii_lowercase().contains("locale")
    });
    let (template, rest) = arguments.get(usize::from(has_locale)..)?.split_first()?;
    let template = reader.string_or_name(template)?;
    let rest = rest.iter().map(|argument| reader.part(argument)).collect();
    let format = Expression::Format { style, template, arguments: rest, names: Vec::new() };
    Some(reader.expressions.add(format, span_of(node)))
}

/// `String.join(separator, a, b, …)` and `String.join(separator, list)`.
fn join<'t>(arguments: &[Child<'t>], node: Node<'t>, reader: &mut Reader<'t>) -> Option<ExpressionId> {
    let (separator, items) = arguments.split_first()?;
    let separator = match separator.value {
        Some(separator) => separator,
        None => literals::constant(" ", node, reader),
    };
    let list = match items {
        [list] => reader.string_or_name(list)?,
        _ => reader.list(items, node)?,
    };
    Some(reader.expressions.add(Expression::Separated { list, separator }, span_of(node)))
}
