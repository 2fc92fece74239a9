//! Classes as persistence sees them: their members that may be properties.

use tree_sitter::Node;

use super::annotation::{Annotation, text_of};
use crate::extract::host::span_of;
use crate::model::span::Span;

/// A field, getter or record component.
pub(super) struct Member<'t> {
    /// The property's name.
    pub(super) name: String,
    /// Where the name of the field or getter stands.
    pub(super) span: Span,
    /// Its type.
    pub(super) class: Option<Node<'t>>,
    /// Its annotations.
    pub(super) annotations: Vec<Annotation<'t>>,
    /// Whether it is a getter.
    pub(super) is_getter: bool,
}

impl<'t> Member<'t> {
    /// The annotation of that name.
    pub(super) fn annotation(&self, name: &str) -> Option<&Annotation<'t>> {
        self.annotations.iter().find(|annotation| annotation.name == name)
    }

    /// Whether it has any of these annotations.
    pub(super) fn has_any(&self, names: &[&str]) -> bool {
        self.annotations.iter().any(|annotation| names.contains(&annotation.name))
    }
}

/// All members of a class that are neither static nor transient.
pub(super) fn members<'t>(class: Node<'t>, text: &'t str) -> Vec<Member<'t>> {
    let mut found = Vec::new();
    if let Some(parameters) = class.child_by_field_name("parameters") {
        let mut cursor = parameters.walk();
        for parameter in parameters.named_children(&mut cursor).filter(|node| node.kind() == "formal_parameter") {
            let Some(name) = parameter.child_by_field_name("name") else { continue };
            found.push(member(parameter, name, text_of(name, text).to_owned(), false, text));
        }
    }
    let Some(body) = class.child_by_field_name("body") else { return found };
    let mut cursor = body.walk();
    for node in body.named_children(&mut cursor) {
        match node.kind() {
            "field_declaration" if !has_modifier(node, &["static", "transient"], text) => {
                let mut cursor = node.walk();
                for declarator in node.children_by_field_name("declarator", &mut cursor) {
                    let Some(name) = declarator.child_by_field_name("name") else { continue };
                    found.push(member(node, name, text_of(name, text).to_owned(), false, text));
                }
            }
            "method_declaration" if !has_modifier(node, &["static"], text) => {
                let Some(name) = node.child_by_field_name("name") else { continue };
                let takes_nothing =
                    node.child_by_field_name("parameters").is_some_and(|list| list.named_child_count() == 0);
                if let Some(property) = getter(text_of(name, text)).filter(|_| takes_nothing) {
                    found.push(member(node, name, property, true, text));
                }
            }
            _ => {}
        }
    }
    found
}

fn member<'t>(node: Node<'t>, name: Node<'t>, property: String, is_getter: bool, text: &'t str) -> Member<'t> {
    Member {
        name: property,
        span: span_of(name),
        class: node.child_by_field_name("type"),
        annotations: Annotation::all(node, text),
        is_getter,
    }
}

pub(super) fn has_modifier(node: Node<'_>, words: &[&str], text: &str) -> bool {
    let mut cursor = node.walk();
    let Some(modifiers) = node.children(&mut cursor).find(|child| child.kind() == "modifiers") else { return false };
    let mut cursor = modifiers.walk();
    modifiers.children(&mut cursor).any(|modifier| words.contains(&text_of(modifier, text)))
}

/// `fullName` of `getFullName` and `isFullName`; `URL` of `getURL`.
fn getter(name: &str) -> Option<String> {
    let rest = name.strip_prefix("get").or_else(|| name.strip_prefix("is"))?;
    let mut letters = rest.chars();
    let first = letters.next().filter(|first| !first.is_lowercase())?;
    if letters.clone().next().is_some_and(char::is_uppercase) {
        return Some(rest.to_owned());
    }
    Some(first.to_lowercase().chain(letters).collect())
}

/// The simple name of a class, without its arguments.
pub(super) fn simple_name<'t>(class: Node<'_>, text: &'t str) -> &'t str {
    let whole = text_of(class, text);
    let bare = whole.split(['<', '[']).next().unwrap_or(whole).trim();
    bare.rsplit(['.', ' ']).next().unwrap_or(bare)
}

/// The simple names of a type's arguments: `Long` and `User` of `Map<Long, a.User>`.
pub(super) fn arguments<'t>(class: Node<'_>, text: &'t str) -> Vec<&'t str> {
    let mut cursor = class.walk();
    let Some(list) = class.named_children(&mut cursor).find(|child| child.kind() == "type_arguments") else {
        return Vec::new();
    };
    let mut cursor = list.walk();
    list.named_children(&mut cursor)
        .filter(|node| !node.kind().ends_with("comment"))
        .map(|argument| simple_name(argument, text))
        .collect()
}

/// The class that a property leads to: the item of a collection, the value of a map, or the type itself.
pub(super) fn target<'t>(class: Node<'_>, text: &'t str) -> Option<&'t str> {
    const PLAIN: &[&str] = &[
        "String",
        "Long",
        "Integer",
        "Short",
        "Byte",
        "Boolean",
        "Double",
        "Float",
        "Character",
        "BigDecimal",
        "BigInteger",
        "Date",
        "Timestamp",
        "Time",
        "Instant",
        "LocalDate",
        "LocalDateTime",
        "LocalTime",
        "OffsetDateTime",
        "ZonedDateTime",
        "Duration",
        "UUID",
        "Object",
        "Blob",
        "Clob",
        "Calendar",
        "URL",
        "URI",
        "Locale",
        "Currency",
        "Year",
        "YearMonth",
        "ZoneId",
        "JsonNode",
        "?",
    ];
    let name = arguments(class, text).last().copied().unwrap_or_else(|| simple_name(class, text));
    let is_class = name.starts_with(|first: char| first.is_uppercase());
    (is_class && !PLAIN.contains(&name)).then_some(name)
}
