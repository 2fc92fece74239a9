//! Classes, models, constants and types that stand for tables.

mod decorated;
mod drizzle;
mod model;
mod types;

use tree_sitter::Node;

use super::builder::code::{Code, Entry, SPREAD, unwrap};
use crate::extract::host::span_of;
use crate::model::facts::FileFacts;
use crate::model::mapping::{ImpliedNames, MappedName, MappedProperty, Mapping, MappingRole};
use crate::model::name::{Ident, ObjectName};
use crate::model::span::Span;

/// Adds the mappings of a file.
pub(super) fn read(code: &Code<'_>, facts: &mut FileFacts) {
    let mut mappings = Vec::new();
    drizzle::read(code, &mut mappings);
    decorated::read(code, &mut mappings);
    model::read(code, &mut mappings);
    types::read(code, &mut mappings);
    facts.mappings.extend(mappings);
    facts.built.extend(model::indexes(code));
}

/// A text and where it stands.
type Text<'t> = (&'t str, Span);

/// A mapping without properties.
fn mapping(entity: Text<'_>, table: MappedName<ObjectName>) -> Mapping {
    Mapping {
        entity: entity.0.to_owned(),
        span: entity.1,
        role: MappingRole::Entity,
        table,
        parent: None,
        mixins: Vec::new(),
        implied: ImpliedNames::BySchema,
        properties: Vec::new(),
    }
}

/// A table's name, in a schema or not.
fn table_name(table: &str, schema: Option<&str>) -> MappedName<ObjectName> {
    let parts = schema.into_iter().flat_map(|schema| schema.split('.')).chain(table.split('.'));
    MappedName::Named(ObjectName(parts.map(Ident::bare).collect()))
}

/// A property that is a column, under a name of its own or not.
fn property(name: Text<'_>, column: Option<Text<'_>>) -> MappedProperty {
    let (column, span) = match column {
        Some((column, span)) => (MappedName::Named(Ident::bare(column)), span),
        None => (MappedName::Implied, name.1),
    };
    MappedProperty { name: name.0.to_owned(), span, column, target: None }
}

/// A property that leads to another entity and is no column.
fn relation(name: Text<'_>, target: &str) -> MappedProperty {
    MappedProperty { name: name.0.to_owned(), span: name.1, column: MappedName::None, target: Some(target.to_owned()) }
}

/// An expression's text, followed to where it is written.
fn text<'t>(code: &Code<'t>, node: Node<'t>) -> Option<Text<'t>> {
    code.values(node).into_iter().find_map(|value| code.string(value))
}

/// The object literal that an expression is.
fn object<'t>(code: &Code<'t>, node: Node<'t>) -> Option<Node<'t>> {
    code.values(node).into_iter().find(|value| value.kind() == "object")
}

/// The value of a key.
fn part<'t>(entries: &[Entry<'t>], key: &str) -> Option<Node<'t>> {
    entries.iter().find(|entry| entry.key == key).and_then(|entry| entry.value)
}

/// The members of an object literal with those of the objects that are spread into it.
fn all_entries<'t>(code: &Code<'t>, object: Node<'t>) -> Vec<Entry<'t>> {
    /// Deepest spread that is followed.
    const DEEPEST: usize = 6;
    /// More members than this are no table.
    const MOST: usize = 5_000;
    let mut found = Vec::new();
    let mut open = vec![(object, 0)];
    while let Some((object, depth)) = open.pop() {
        for entry in code.entries(object) {
            if entry.key != SPREAD {
                found.push(entry);
            } else if let Some(value) = entry.value.filter(|_| depth < DEEPEST && found.len() < MOST) {
                let spread = code.values(value).into_iter().filter(|value| value.kind() == "object");
                open.extend(spread.map(|value| (value, depth + 1)));
            }
        }
    }
    found
}

/// The class or constant that an expression names: `Team`, `() => Team`, `models.Team`, `"Team"`.
fn named<'t>(code: &Code<'t>, node: Node<'t>) -> Option<&'t str> {
    let node = unwrap(node);
    match node.kind() {
        "identifier" => Some(code.text_of(node)),
        "member_expression" => Some(code.text_of(node.child_by_field_name("property")?)),
        "arrow_function" | "function_expression" => super::builder::code::returns(node).first().and_then(|returned| {
            let returned = unwrap(*returned);
            (!super::builder::code::is_function(returned)).then(|| named(code, returned)).flatten()
        }),
        "string" => code.string(node).map(|(text, _)| text.split('.').next().unwrap_or(text)),
        _ => None,
    }
}

/// A node as a text with its place.
fn placed<'t>(code: &Code<'t>, node: Node<'t>) -> Text<'t> {
    (code.text_of(node), span_of(node))
}

#[cfg(test)]
mod tests;
