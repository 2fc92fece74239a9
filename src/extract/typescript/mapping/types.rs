//! Types that say what rows of a table look like: Kysely's and Knex's table interfaces, Supabase's generated types, and row
//! types given to a query: `db<User>("users")`.

use std::collections::HashMap;

use tree_sitter::Node;

use super::super::builder::code::{Code, arguments, children};
use super::{Text, mapping, placed, property, table_name};
use crate::extract::host::span_of;
use crate::model::mapping::{ImpliedNames, MappedName, Mapping};
use crate::model::span::Span;

/// Names, or their ends, of types that list the tables of a database with the type of their rows.
const DATABASES: &[&str] = &["DB", "Database", "Tables", "DatabaseSchema", "Schema"];

/// Types of Kysely's that columns of a table have.
const OF_COLUMNS: &[&str] = &["Generated<", "GeneratedAlways<", "ColumnType<", "JSONColumnType<"];

/// Types of Kysely's that are made of the type of a table.
const OF_TABLES: &[&str] = &["Selectable", "Insertable", "Updateable"];

pub(super) fn read(code: &Code<'_>, mappings: &mut Vec<Mapping>) {
    let types: HashMap<&str, Node<'_>> =
        code.types.iter().filter_map(|node| Some((code.text_of(node.child_by_field_name("name")?), *node))).collect();
    let lists_tables = code.imports("kysely") || code.text.contains("knex/types/tables");
    for node in &code.types {
        let Some(name) = node.child_by_field_name("name") else { continue };
        let own_name = code.text_of(name);
        let is_database = DATABASES.iter().any(|end| own_name.ends_with(end));
        for (member, kind) in members(code, *node) {
            let is_constant = code.text.as_bytes().get(member.1.end as usize) == Some(&b']');
            if is_database && (lists_tables || is_constant) {
                let row = code.text_of(kind);
                let row = row.split('<').next().unwrap_or(row);
                if let Some(own) = types.get(row) {
                    mappings.extend(rows(code, *own, member.0));
                }
            }
            if is_database && member.0 == "public" {
                supabase(code, kind, mappings);
            }
        }
    }
    if code.imports("kysely") {
        alone(code, &types, mappings);
    }
    for chain in &code.chains {
        for link in &chain.links {
            let row = link.node.child_by_field_name("type_arguments").and_then(|list| list.named_child(0));
            let own = row.and_then(|row| types.get(code.text_of(row).trim_end_matches("[]")));
            let table = arguments(link.node).first().and_then(|first| code.string(*first));
            if let (Some(own), Some((table, _)), "" | "from" | "table" | "into") = (own, table, link.name)
                && !mappings
                    .iter()
                    .any(|known| known.entity == code.text_of(own.child_by_field_name("name").unwrap_or(*own)))
            {
                mappings.extend(rows(code, *own, table));
            }
        }
    }
}

/// Types of rows whose tables another file lists: they have columns of Kysely's types, or others are made of them.
fn alone<'t>(code: &Code<'t>, types: &HashMap<&str, Node<'t>>, mappings: &mut Vec<Mapping>) {
    let made_of = |alias: &Node<'t>| {
        let value = alias.child_by_field_name("value").filter(|value| value.kind() == "generic_type")?;
        let name = code.text_of(value.child_by_field_name("name")?);
        let argument = value.child_by_field_name("type_arguments")?.named_child(0)?;
        OF_TABLES.contains(&name).then(|| code.text_of(argument))
    };
    let tables: Vec<&str> = code.types.iter().filter_map(made_of).collect();
    for node in &code.types {
        let Some(name) = node.child_by_field_name("name").map(|name| code.text_of(name)) else { continue };
        let has_columns = || {
            let is_column =
                |(_, kind): &(Text<'t>, Node<'t>)| OF_COLUMNS.iter().any(|of| code.text_of(*kind).starts_with(of));
            members(code, *node).iter().any(is_column)
        };
        if mappings.iter().any(|known| known.entity == name) || !types.contains_key(name) {
            continue;
        }
        if tables.contains(&name) || has_columns() {
            mappings.extend(rows(code, *node, name).map(|mut found| {
                found.table = MappedName::Implied;
                found
            }));
        }
    }
}

/// The members of an interface or object type, with their types.
fn members<'t>(code: &Code<'t>, node: Node<'t>) -> Vec<(Text<'t>, Node<'t>)> {
    let body = match node.kind() {
        "object_type" | "interface_body" => node,
        _ => match node.child_by_field_name("body").or_else(|| node.child_by_field_name("value")) {
            Some(body) => body,
            None => return Vec::new(),
        },
    };
    children(body)
        .into_iter()
        .filter(|member| member.kind() == "property_signature")
        .filter_map(|member| {
            let name = member.child_by_field_name("name")?;
            let name = match name.kind() {
                // `[tableName]: User`, with the place of the constant.
                "computed_property_name" => {
                    let key = name.named_child(0)?;
                    let text = code.values(key).into_iter().find_map(|value| code.string(value))?.0;
                    (text, span_of(key))
                }
                _ => code.string(name).unwrap_or_else(|| (code.text_of(name), span_of(name))),
            };
            Some((name, member.child_by_field_name("type")?.named_child(0)?))
        })
        .collect()
}

/// A type whose members are the columns of a table.
fn rows(code: &Code<'_>, node: Node<'_>, table: &str) -> Option<Mapping> {
    let is_table = !table.is_empty() && table.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'));
    let mut found = mapping(placed(code, node.child_by_field_name("name")?), table_name(table, None));
    found.implied = ImpliedNames::BySchema;
    found.properties = members(code, node).into_iter().map(|(name, _)| property(name, None)).collect();
    (is_table && !found.properties.is_empty()).then_some(found)
}

/// `public: { Tables: { users: { Row: { … }, Insert: { … }, Update: { … } } } }`.
fn supabase(code: &Code<'_>, public: Node<'_>, mappings: &mut Vec<Mapping>) {
    for (_, list) in members(code, public).into_iter().filter(|((name, _), _)| matches!(*name, "Tables" | "Views")) {
        for ((table, span), kinds) in members(code, list) {
            for (_, row) in
                members(code, kinds).into_iter().filter(|((kind, _), _)| matches!(*kind, "Row" | "Insert" | "Update"))
            {
                // Nobody names these types by themselves; the place keeps the three apart.
                let entity = (table, Span { start: span.start, end: span.end });
                let mut found = mapping(entity, table_name(table, None));
                found.properties = members(code, row).into_iter().map(|(name, _)| property(name, None)).collect();
                mappings.push(found);
            }
        }
    }
}
