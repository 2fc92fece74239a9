//! Facts drawn as text, for the snapshots of formats.

use std::fmt::Write;

use crate::model::facts::FileFacts;
use crate::model::mapping::MappedName;
use crate::model::statement::{Relation, Statement};

/// One statement: what it does to which tables, then its names with their lines.
fn statement(drawn: &mut String, what: &str, statement: &Statement, text: &str) {
    let tables: Vec<String> = statement
        .scopes
        .iter()
        .flat_map(|scope| &scope.sources)
        .filter_map(|source| match &source.relation {
            Relation::Table(name) => Some(name.to_string()),
            _ => None,
        })
        .collect();
    let _ = writeln!(drawn, "{what} {:?} {:?} of {}", statement.kind, statement.reading, tables.join(", "));
    for reference in statement.scopes.iter().flat_map(|scope| &scope.references) {
        let line = text[..reference.span.start as usize].lines().count();
        let written = reference.span.of(text);
        let qualifier: Vec<String> = reference.qualifier.iter().map(ToString::to_string).collect();
        let _ = writeln!(
            drawn,
            "  {:?} {}.{} at {line} `{written}`",
            reference.access,
            qualifier.join("."),
            reference.name
        );
    }
}

/// Statements, schema changes, built statements and mappings.
pub(super) fn drawn(facts: &FileFacts, text: &str) -> String {
    let mut drawn = String::new();
    for found in &facts.statements {
        let unit = facts.unit_at(found.span).map_or("", |unit| unit.name.as_str());
        statement(&mut drawn, unit, found, text);
    }
    for change in facts.statements.iter().flat_map(|found| &found.changes) {
        let shown = format!("{change:?}");
        let _ = writeln!(drawn, "change {}", shown.split([' ', '{', '(']).next().unwrap_or_default());
    }
    for built in &facts.built {
        let entities: Vec<String> = built.entities.iter().map(|entity| format!("{:?}", entity.entity)).collect();
        statement(
            &mut drawn,
            &format!("built {} {}", built.construct.name(), entities.join(", ")),
            &built.statement,
            text,
        );
    }
    for mapping in &facts.mappings {
        let _ = writeln!(drawn, "mapping {} {:?}", mapping.entity, mapping.table);
        for property in &mapping.properties {
            let column = match &property.column {
                MappedName::Named(column) => column.to_string(),
                other => format!("{other:?}"),
            };
            let target = property.target.as_deref().unwrap_or("");
            let _ = writeln!(drawn, "  {} -> {column} {target} `{}`", property.name, property.span.of(text));
        }
    }
    drawn
}
