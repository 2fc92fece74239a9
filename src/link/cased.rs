//! Names that a plugin of a query builder spells in another case than the schema: `.where("deactivatedAt", …)` of a column
//! `deactivated_at`. <https://kysely-org.github.io/kysely-apidoc/classes/CamelCasePlugin.html>

use super::implied::{has_column, snake_case};
use crate::catalog::Catalog;
use crate::model::name::{Ident, ObjectName};
use crate::model::statement::{ColumnReference, Lookup, OutputValue, Relation, Scope, ScopeId, Statement};

/// Puts names of tables and columns that the schema has only in snake case into that. What it has as it is written, or not
/// at all, stays.
pub(super) fn to_schema(catalog: &Catalog, statement: &mut Statement) {
    if !statement
        .scopes
        .iter()
        .any(|scope| scope.references.iter().any(|own| is_camel(&own.name)) || names_camel(scope))
    {
        return;
    }
    for source in statement.scopes.iter_mut().flat_map(|scope| &mut scope.sources) {
        let Relation::Table(name) = &source.relation else { continue };
        if let Some(snake) = known_in_snake_case(catalog, name) {
            // Qualifiers go on using the name as it is written.
            source.alias = source.alias.take().or_else(|| Some(name.last().clone()));
            source.relation = Relation::Table(snake);
        }
    }
    // What a subquery gives is called by the columns that it gives, so the inner names are told first.
    for _ in 0..2 {
        for at in 0..statement.scopes.len() {
            for index in 0..statement.scopes[at].references.len() {
                let reference = &statement.scopes[at].references[index];
                if is_camel(&reference.name)
                    && let Some(name) = column(catalog, statement, ScopeId(at as u32), reference)
                {
                    rename(&mut statement.scopes[at], index, &name);
                }
            }
        }
    }
}

/// Gives a reference its name in the schema, and what is projected under the other name too.
fn rename(scope: &mut Scope, index: usize, name: &Ident) {
    let old = std::mem::replace(&mut scope.references[index].name, name.clone());
    for output in &mut scope.outputs {
        let is_it = output.value == OutputValue::Column(index as u32);
        if is_it && output.alias_span.is_none() && output.name.as_ref().is_some_and(|own| own.matches(&old)) {
            output.name = Some(name.clone());
        }
    }
}

/// The table's name in snake case, if the schema has only that.
pub(super) fn known_in_snake_case(catalog: &Catalog, name: &ObjectName) -> Option<ObjectName> {
    if !name.0.iter().any(is_camel) || catalog.find(name, &[]).is_some() {
        return None;
    }
    let snake = ObjectName(name.0.iter().map(|part| Ident::bare(snake_case(&part.text))).collect());
    catalog.find(&snake, &[]).is_some().then_some(snake)
}

fn names_camel(scope: &Scope) -> bool {
    scope.sources.iter().any(|source| matches!(&source.relation, Relation::Table(name) if name.0.iter().any(is_camel)))
}

fn is_camel(name: &Ident) -> bool {
    name.text.chars().any(char::is_uppercase) && name.text.starts_with(char::is_lowercase)
}

/// The name of the column that a reference means, when that is another one than it says.
fn column(catalog: &Catalog, statement: &Statement, from: ScopeId, reference: &ColumnReference) -> Option<Ident> {
    let snake = Ident::bare(snake_case(&reference.name.text));
    let mut next = Some(from);
    for _ in 0..statement.scopes.len() {
        let scope = statement.scopes.get(next?.0 as usize)?;
        for (at, source) in scope.sources.iter().enumerate() {
            let own = match (&source.alias, &source.relation) {
                (Some(alias), _) => Some(alias),
                (None, Relation::Table(table)) => Some(table.last()),
                _ => None,
            };
            let is_meant = match (reference.lookup, reference.qualifier.last()) {
                (Lookup::Only(only), _) => only as usize == at,
                (_, None) => true,
                (_, Some(last)) => own.is_some_and(|own| own.matches(last)),
            };
            let has = |name: &Ident| match &source.relation {
                Relation::Table(table) => has_column(catalog, table, name),
                Relation::Query(inner) => statement.scopes.get(inner.0 as usize).is_some_and(|inner| {
                    inner.outputs.iter().any(|output| output.name.as_ref().is_some_and(|own| own.matches(name)))
                }),
                _ => false,
            };
            if is_meant && has(&reference.name) {
                return None;
            }
            if is_meant && has(&snake) {
                return Some(snake);
            }
        }
        next = if matches!(reference.lookup, Lookup::Only(_) | Lookup::KeyOf(_)) { None } else { scope.outer };
    }
    None
}
