//! Names that a plugin of a query builder spells in another case than the schema: `.where("deactivatedAt", …)` of a column
//! `deactivated_at`. <https://kysely-org.github.io/kysely-apidoc/classes/CamelCasePlugin.html>

use super::implied::{has_column, snake_case};
use crate::catalog::Catalog;
use crate::model::name::{Ident, ObjectName};
use crate::model::statement::{ColumnReference, Lookup, Relation, Scope, ScopeId, Statement};

/// Puts names of tables and columns that the schema has only in snake case into that. What it has as it is written, or not
/// at all, stays.
pub(super) fn to_schema(catalog: &Catalog, statement: &mut Statement) {
    if !statement.scopes.iter().any(|scope| scope.references.iter().any(|own| is_camel(&own.name)) || names_camel(scope)) {
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
    for at in 0..statement.scopes.len() {
        for index in 0..statement.scopes[at].references.len() {
            let reference = &statement.scopes[at].references[index];
            if is_camel(&reference.name)
                && let Some(name) = column(catalog, statement, ScopeId(at as u32), reference)
            {
                statement.scopes[at].references[index].name = name;
            }
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
            let Relation::Table(table) = &source.relation else { continue };
            let is_meant = match (reference.lookup, reference.qualifier.last()) {
                (Lookup::Only(only), _) => only as usize == at,
                (_, None) => true,
                (_, Some(last)) => source.alias.as_ref().unwrap_or(table.last()).matches(last),
            };
            if !is_meant {
                continue;
            }
            if has_column(catalog, table, &reference.name) {
                return None;
            }
            if has_column(catalog, table, &snake) {
                return Some(snake);
            }
        }
        next = if matches!(reference.lookup, Lookup::Only(_)) { None } else { scope.outer };
    }
    None
}
