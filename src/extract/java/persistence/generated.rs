//! Classes that jOOQ and `MyBatis` generate from a schema: a table's class with a field for each column, and the class of
//! its records. <https://www.jooq.org/doc/latest/manual/code-generation/codegen-tables/>,
//! <https://mybatis.org/mybatis-dynamic-sql/docs/quickStart.html>

use tree_sitter::Node;

use super::annotation::{Written, text_of};
use super::{class, nodes};
use crate::extract::host::span_of;
use crate::model::facts::FileFacts;
use crate::model::mapping::{ImpliedNames, MappedName, MappedProperty, Mapping, MappingRole, generated};
use crate::model::name::{Ident, ObjectName};
use crate::model::span::Span;

/// What the classes of tables extend.
const TABLES: &[&str] = &["TableImpl", "CustomTable", "SqlTable", "AliasableSqlTable"];

/// What the classes of records extend.
const RECORDS: &[&str] = &["UpdatableRecordImpl", "TableRecordImpl", "CustomRecord"];

/// A word without which a file has no such class.
pub(super) const SIGNS: &[&str] = &["TableImpl<", "RecordImpl<", "CustomTable<", "CustomRecord<", "SqlTable"];

/// Reads one class.
pub(super) fn read(facts: &mut FileFacts, node: Node<'_>, text: &str) {
    let Some(parent) = node.child_by_field_name("superclass").and_then(|parent| parent.named_child(0)) else { return };
    let (Some(name), Some(body)) = (node.child_by_field_name("name"), node.child_by_field_name("body")) else {
        return;
    };
    let parent = class::simple_name(parent, text);
    let own = Mapping {
        entity: generated(text_of(name, text)),
        span: span_of(name),
        role: MappingRole::Entity,
        table: MappedName::None,
        parent: None,
        mixins: Vec::new(),
        implied: ImpliedNames::BySchema,
        properties: Vec::new(),
    };
    if TABLES.contains(&parent) {
        let Some((table, _)) = calls_of_constructors(body).find_map(|argument| name_in(argument, text)) else { return };
        let table = MappedName::Named(ObjectName::single(Ident::bare(table)));
        facts.mappings.push(Mapping { table, properties: columns(body, text), ..own });
    } else if RECORDS.contains(&parent) {
        // `super(Users.USERS)`.
        let table = calls_of_constructors(body).find(|argument| argument.kind() == "field_access");
        let holder = table.and_then(|table| table.child_by_field_name("object"));
        let Some(holder) = holder.map(|holder| class::simple_name(holder, text)) else { return };
        facts.mappings.push(Mapping { parent: Some(generated(holder)), ..own });
    }
}

/// `FULL_NAME = createField(DSL.name("full_name"), …)`, `fullName = column("full_name", …)`: once for the column's name and once for the constant.
fn columns(body: Node<'_>, text: &str) -> Vec<MappedProperty> {
    let mut found = Vec::new();
    let mut cursor = body.walk();
    for field in body.named_children(&mut cursor).filter(|node| node.kind() == "field_declaration") {
        let mut cursor = field.walk();
        for declarator in field.children_by_field_name("declarator", &mut cursor) {
            let part = |name| declarator.child_by_field_name(name);
            let (Some(constant), Some(value)) = (part("name"), part("value")) else { continue };
            let is_column = value.kind() == "method_invocation"
                && value
                    .child_by_field_name("name")
                    .is_some_and(|name| ["createField", "column"].contains(&text_of(name, text)));
            let first = value.child_by_field_name("arguments").and_then(|list| list.named_child(0));
            let Some((column, span)) = first.filter(|_| is_column).and_then(|first| name_in(first, text)) else {
                continue;
            };
            let mut property = |span: Span| {
                let (name, column) = (text_of(constant, text).to_owned(), MappedName::Named(Ident::bare(&*column)));
                found.push(MappedProperty { name, span, column, target: None });
            };
            property(span);
            property(span_of(constant));
        }
    }
    found
}

/// The arguments of `this(…)` and `super(…)`.
fn calls_of_constructors(body: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    nodes(body, &["explicit_constructor_invocation"]).into_iter().flat_map(|call| {
        let list = call.child_by_field_name("arguments");
        list.into_iter()
            .flat_map(|list| (0..list.named_child_count() as u32).filter_map(move |at| list.named_child(at)))
    })
}

/// `"users"`, `DSL.name("users")`.
fn name_in(node: Node<'_>, text: &str) -> Option<Written> {
    let literal = match node.kind() {
        "string_literal" => node,
        "method_invocation" if text_of(node.child_by_field_name("name")?, text) == "name" => {
            node.child_by_field_name("arguments")?.named_child(0)?
        }
        _ => return None,
    };
    let inner = text_of(literal, text).strip_prefix('"')?.strip_suffix('"')?;
    let is_name = !inner.is_empty() && !inner.contains(['\\', '\n']);
    is_name.then(|| (inner.to_owned(), Span::new(literal.start_byte() + 1, literal.end_byte() - 1)))
}
