//! Calls that make strings or pass them on: format strings, joins, raw SQL of the database libraries.

use tree_sitter::Node;

use super::literals;
use crate::extract::host::binding::Change;
use crate::extract::host::expression::{Expression, ExpressionId, FormatStyle};
use crate::extract::host::{Child, Reader, span_of};

/// Methods that give the text they are called on, as far as SQL is concerned.
const PASSTHROUGH: &[&str] = &[
    "strip",
    "lstrip",
    "rstrip",
    "replace",
    "lower",
    "upper",
    "encode",
    "decode",
    "expandtabs",
    "removeprefix",
    "removesuffix",
    "bindparams",
    "columns",
    "execution_options",
    "as_string",
];

/// Functions whose argument is text that they give as SQL or as text again.
const TEXT: &[&str] = &["SQL", "text", "dedent", "cleandoc", "str", "RawSQL", "DDL", "TextClause", "literal_column"];

/// Any call.
pub(super) fn call<'t>(node: Node<'t>, children: &[Child<'t>], reader: &mut Reader<'t>) -> Option<ExpressionId> {
    let arguments: Vec<Child<'t>> = children.iter().filter(|child| child.field == Some("arguments")).copied().collect();
    let field = |name: &str| children.iter().find(|child| child.field == Some(name));
    if let (Some(object), Some(attribute)) = (field("object"), field("attribute")) {
        return method(object, reader.text_of(attribute.node), &arguments, node, reader);
    }
    let function = reader.text_of(field("function")?.node);
    text_function(function, &arguments, node, reader)
}

/// A function by its last name.
fn text_function<'t>(
    name: &str,
    arguments: &[Child<'t>],
    node: Node<'t>,
    reader: &mut Reader<'t>,
) -> Option<ExpressionId> {
    match (name, arguments) {
        ("Identifier", [only]) => only.value,
        ("Identifier", [_, ..]) => {
            let list = reader.list(arguments, node)?;
            let separator = literals::constant(".", node, reader);
            Some(reader.expressions.add(Expression::Separated { list, separator }, span_of(node)))
        }
        (_, [first, ..]) if TEXT.contains(&name) => reader.string_or_name(first),
        _ => None,
    }
}

fn method<'t>(
    object: &Child<'t>,
    name: &str,
    arguments: &[Child<'t>],
    node: Node<'t>,
    reader: &mut Reader<'t>,
) -> Option<ExpressionId> {
    match (name, arguments) {
        ("format", _) if reader.may_be_string(object) => format(object, arguments, node, reader),
        ("join", [list]) if reader.may_be_string(object) => {
            let (list, separator) = (reader.string_or_name(list)?, reader.part(object));
            Some(reader.expressions.add(Expression::Separated { list, separator }, span_of(node)))
        }
        ("append", [argument]) => {
            let (key, item) = (reader.key(object.node)?, argument.value?);
            let list = reader.expressions.add(Expression::List(vec![item]), span_of(argument.node));
            reader.change(key, Change::Append, Some(list), node);
            None
        }
        ("extend", [argument]) => {
            let (key, list) = (reader.key(object.node)?, argument.value?);
            reader.change(key, Change::Append, Some(list), node);
            None
        }
        _ if PASSTHROUGH.contains(&name) => reader.string_or_name(object),
        _ => text_function(name, arguments, node, reader),
    }
}

/// `template.format(a, name=b)`.
fn format<'t>(
    object: &Child<'t>,
    arguments: &[Child<'t>],
    node: Node<'t>,
    reader: &mut Reader<'t>,
) -> Option<ExpressionId> {
    let template = reader.string_or_name(object)?;
    let is_splat = |child: &Child<'t>| matches!(child.node.kind(), "list_splat" | "dictionary_splat");
    let mut values = Vec::new();
    let mut names = Vec::new();
    // What a splat gives cannot be told; everything is a hole then.
    if !arguments.iter().any(is_splat) {
        for argument in arguments {
            if argument.node.kind() == "keyword_argument" {
                let name = argument.node.child_by_field_name("name").map_or("", |name| reader.text_of(name));
                names.push(name);
            }
            values.push(reader.part(argument));
        }
    }
    let format = Expression::Format { style: FormatStyle::Braces, template, arguments: values, names };
    Some(reader.expressions.add(format, span_of(node)))
}

/// `template % values`.
pub(super) fn percent<'t>(
    left: &Child<'t>,
    right: &Child<'t>,
    node: Node<'t>,
    reader: &mut Reader<'t>,
) -> Option<ExpressionId> {
    let kind = right.node.kind();
    let is_template = left.value.is_some()
        || reader.may_be_string(left) && (right.value.is_some() || matches!(kind, "tuple" | "dictionary"));
    if !is_template {
        return None;
    }
    let template = reader.string_or_name(left)?;
    let items = right.value.and_then(|value| match &reader.expressions.get(value).expression {
        Expression::List(items) => Some(items.clone()),
        _ => None,
    });
    let (arguments, names) = match (kind, items) {
        ("tuple", items) => (items.unwrap_or_default(), Vec::new()),
        ("dictionary", Some(items)) => (items, keys(right.node, reader)),
        ("dictionary", None) => (Vec::new(), Vec::new()),
        _ => (vec![reader.part(right)], Vec::new()),
    };
    let format = Expression::Format { style: FormatStyle::Printf, template, arguments, names };
    Some(reader.expressions.add(format, span_of(node)))
}

/// The keys of a dictionary, in order; what is no string is empty.
fn keys<'t>(dictionary: Node<'t>, reader: &Reader<'t>) -> Vec<&'t str> {
    let mut cursor = dictionary.walk();
    let pairs = dictionary.named_children(&mut cursor).filter(|child| !child.is_extra());
    pairs
        .map(|pair| {
            let key = pair.child_by_field_name("key").map_or("", |key| reader.text_of(key));
            key.trim_matches(['"', '\''])
        })
        .collect()
}
