//! Constants that files hold for each other: names of relations in class constants, module constants and functions.

use std::collections::HashMap;

use super::binding::{Bindings, Key};
use super::resolve::Resolver;
use crate::extract::embedded::StringValue;
use crate::extract::sql::text::SqlText;
use crate::model::facts::{Constant, FileFacts, OuterName};
use crate::model::span::Span;
use crate::model::statement::{HoleRole, Relation};

/// The name as other files know it.
pub(super) fn name_of(key: Key<'_>) -> OuterName {
    OuterName { holder: key.qualifier.map(str::to_owned), name: key.name.to_owned(), call: key.call }
}

/// Adds the constants that the file holds.
pub(super) fn add_constants(facts: &mut FileFacts, resolver: &mut Resolver<'_, '_>, bindings: &Bindings<'_>) {
    for (key, variable) in bindings.outer_names() {
        let versions = resolver.versions(variable);
        if let [only] = &*versions
            && let Some(value) = relation_name(&only.value)
        {
            facts.constants.push(Constant { name: name_of(key), value });
        }
    }
    facts.constants.sort_by(|a, b| a.name.cmp(&b.name));
}

/// The name of a relation that a value is. Of several alternatives that are wholly known it is the one that the others
/// merely put a prefix or schema before.
fn relation_name(value: &StringValue) -> Option<String> {
    /// A function with more alternatives is no constant.
    const MOST: usize = 16;
    /// Longest qualified name.
    const LONGEST: usize = 200;
    let texts = value.alternatives(MOST);
    let known: Vec<&str> = texts.iter().filter(|text| text.holes().is_empty()).map(SqlText::as_str).collect();
    let plain = known.iter().copied().min_by_key(|text| text.len())?;
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '$' | '"' | '`' | '[' | ']');
    let is_name = plain.starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | '"' | '`' | '['))
        && plain.chars().all(is_part)
        && known.iter().all(|text| text.ends_with(plain));
    (is_name && plain.len() <= LONGEST).then(|| plain.to_owned())
}

/// Adds the names of other files that stand where the statements have a relation.
pub(super) fn add_wanted(facts: &mut FileFacts, unknown: &[(Span, Key<'_>)]) {
    let names: HashMap<Span, Key<'_>> = unknown.iter().copied().filter(|(_, key)| is_outer(*key)).collect();
    let scopes = facts.statements.iter().flat_map(|statement| &statement.scopes);
    let sources = scopes.flat_map(|scope| &scope.sources).filter(|source| source.relation == Relation::Hole);
    let holes = facts.statements.iter().flat_map(|statement| &statement.holes);
    let holes = holes.filter(|hole| hole.role == HoleRole::Relation).map(|hole| hole.span);
    let places = sources.map(|source| source.span).chain(holes);
    let mut wanted: Vec<OuterName> = places.filter_map(|place| names.get(&place)).map(|key| name_of(*key)).collect();
    wanted.sort();
    wanted.dedup();
    facts.wanted = wanted;
}

/// A bare name that is not written like a constant is a variable that happens to be unknown.
fn is_outer(key: Key<'_>) -> bool {
    key.call || key.qualifier.is_some() || !key.name.contains(|letter: char| letter.is_lowercase())
}
