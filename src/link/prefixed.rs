//! Tables whose names begin with something that is known only at run time: `${prefix}ACT_RU_TASK`, `prefix + "_users"`.
//!
//! A setting puts the same words before the names of all tables of an installation, mostly none. What stands behind them
//! is the name of a table that the schema has, or the end of the name of only one.

use crate::catalog::Catalog;
use crate::extract::sql::naming::behind_prefix;
use crate::model::name::{Ident, ObjectName};
use crate::model::span::Span;
use crate::model::statement::{Reading, Relation, Source, SourceRole, Statement};

/// Why such a statement is not certain.
const REASON: &str = "its table's name begins with something that is known only at run time";

/// The statement with such tables in place; `None` when it has none. `text` is the file's.
pub(super) fn told(statement: &Statement, text: &str, catalog: &Catalog) -> Option<Statement> {
    let is_open = |source: &Source| source.relation == Relation::Hole && source.role != SourceRole::RowImage;
    if !statement.scopes.iter().flat_map(|scope| &scope.sources).any(is_open) {
        return None;
    }
    let mut told = statement.clone();
    let mut places: Vec<Span> = Vec::new();
    for source in told.scopes.iter_mut().flat_map(|scope| &mut scope.sources).filter(|source| is_open(source)) {
        let Some(table) = behind_prefix(source.span.of(text)).and_then(|end| table_ending(catalog, end)) else {
            continue;
        };
        source.relation = Relation::Table(table);
        places.push(source.span);
    }
    if places.is_empty() {
        return None;
    }
    told.holes.retain(|hole| !places.iter().any(|place| place.contains(hole.span)));
    if told.reading == Reading::Parsed {
        told.reading = Reading::Recovered { reason: REASON.to_owned() };
    }
    Some(told)
}

/// The table of that name, or the only one whose name ends so after an underscore.
fn table_ending(catalog: &Catalog, end: &str) -> Option<ObjectName> {
    let whole = ObjectName::single(Ident::bare(end));
    if catalog.find(&whole, &[]).is_some() {
        return Some(whole);
    }
    let wanted = end.to_lowercase();
    let is_it = |name: &str| {
        let name = name.to_lowercase();
        name.strip_suffix(&wanted).is_some_and(|before| before.ends_with('_') || wanted.starts_with('_'))
    };
    let mut found =
        catalog.relations().filter(|(_, relation)| relation.dropped.is_none() && is_it(&relation.name.to_string()));
    let ((_, only), None) = (found.next()?, found.next()) else { return None };
    Some(ObjectName::single(only.name.clone()))
}
