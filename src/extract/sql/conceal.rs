//! Names that are known only at run time, kept out of the facts: a marker word is no name.

use super::text::holds_hole;
use crate::model::name::{Ident, ObjectName};
use crate::model::schema::SchemaChange;
use crate::model::statement::{Relation, Statement};

/// Takes qualifiers that are holes off all names of a statement. What is itself called by a hole is no longer named.
pub(super) fn conceal(statement: &mut Statement) {
    for source in statement.scopes.iter_mut().flat_map(|scope| &mut scope.sources) {
        if let Relation::Table(name) | Relation::Function(name) = &mut source.relation
            && !settle(name)
            && matches!(source.relation, Relation::Table(_))
        {
            source.relation = Relation::Hole;
        }
        if source.alias.as_ref().is_some_and(|alias| holds_hole(&alias.text)) {
            source.alias = None;
        }
    }
    statement.changes.retain_mut(is_named);
}

/// Takes qualifiers that are holes off a name, with those outside of them. Tells whether its own name is known.
fn settle(name: &mut ObjectName) -> bool {
    if let Some(at) = name.0.iter().rposition(|part| holds_hole(&part.text)) {
        if at + 1 == name.0.len() {
            return false;
        }
        name.0.drain(..=at);
    }
    true
}

fn is_known(name: &Ident) -> bool {
    !holds_hole(&name.text)
}

/// Takes holes out of a change. Tells whether it still says what is changed.
fn is_named(change: &mut SchemaChange) -> bool {
    match change {
        SchemaChange::CreateTable { table, columns, copies, .. } => {
            columns.retain(|column| is_known(&column.name));
            copies.retain_mut(settle);
            settle(table)
        }
        SchemaChange::CreateFromQuery { relation, .. } => settle(relation),
        SchemaChange::DropRelation { name, .. }
        | SchemaChange::CreateRoutine { name, table: None, .. }
        | SchemaChange::DropRoutine { name, .. } => settle(name),
        SchemaChange::CreateRoutine { name, table: Some(table), .. } => {
            let known = settle(table);
            settle(name) && known
        }
        SchemaChange::RenameRelation { from, to, .. } => {
            let known = settle(from);
            settle(to) && known
        }
        SchemaChange::MoveRelation { name, schema } => settle(name) && is_known(schema),
        SchemaChange::DeclareKey { table, name, columns } => {
            settle(table) && is_known(name) && columns.iter().all(is_known)
        }
        SchemaChange::AddColumn { table, column } => settle(table) && is_known(&column.name),
        SchemaChange::DropColumn { table, column, .. } | SchemaChange::AlterColumn { table, column, .. } => {
            settle(table) && is_known(column)
        }
        SchemaChange::RenameColumn { table, from, to, .. } => settle(table) && is_known(from) && is_known(to),
        SchemaChange::CreateSchema(name) | SchemaChange::DropSchema(name) => is_known(name),
        SchemaChange::RenameSchema { from, to } => is_known(from) && is_known(to),
        SchemaChange::SetSearchPath(schemas) => {
            schemas.retain(is_known);
            true
        }
    }
}
