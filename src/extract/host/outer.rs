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
            && let Some(value) = relation_name(&only.value).or_else(|| piece(key, &only.value))
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

/// The piece of SQL that a constant or a function is, when it is always the same: `"u.full_name, u.mail"`,
/// `" FROM users u "`.
fn piece(key: Key<'_>, value: &StringValue) -> Option<String> {
    /// Longer ones are statements of their own.
    const LONGEST: usize = 2_000;
    if !is_piece(key) {
        return None;
    }
    let texts = value.alternatives(2);
    let [only] = texts.as_slice() else { return None };
    let text = only.as_str();
    let may_be_sql = text.contains(|letter: char| letter.is_whitespace() || matches!(letter, ',' | '.'));
    (only.holes().is_empty() && may_be_sql && text.len() <= LONGEST).then(|| text.to_owned())
}

/// Whether a name may be that of a piece of SQL: written like a constant, or a function of a class.
fn is_piece(key: Key<'_>) -> bool {
    if key.call {
        let of_class = key.qualifier.is_some_and(|class| class.starts_with(|first: char| first.is_uppercase()));
        return of_class && !["get", "is", "to"].iter().any(|word| key.name.starts_with(word));
    }
    key.name.len() > 1 && !key.name.contains(|letter: char| letter.is_lowercase())
}

/// Adds the names of other files that stand where the statements have a relation, or that may be pieces of them.
pub(super) fn add_wanted(facts: &mut FileFacts, unknown: &[(Span, Key<'_>)]) {
    let names: HashMap<Span, Key<'_>> = unknown.iter().copied().filter(|(_, key)| is_outer(*key)).collect();
    let scopes = facts.statements.iter().flat_map(|statement| &statement.scopes);
    let sources = scopes.flat_map(|scope| &scope.sources).filter(|source| source.relation == Relation::Hole);
    let holes = facts.statements.iter().flat_map(|statement| &statement.holes);
    let holes = holes.filter(|hole| hole.role == HoleRole::Relation).map(|hole| hole.span);
    let places = sources.map(|source| source.span).chain(holes);
    let mut wanted: Vec<OuterName> = places.filter_map(|place| names.get(&place)).map(|key| name_of(*key)).collect();
    let spans: Vec<Span> = facts.statements.iter().map(|statement| statement.span).collect();
    let pieces = unknown.iter().filter(|(_, key)| is_piece(*key));
    let pieces = pieces.filter(|(place, _)| within(&spans, *place)).map(|(_, key)| name_of(*key));
    wanted.extend(pieces);
    wanted.sort();
    wanted.dedup();
    facts.wanted = wanted;
}

/// Whether a place is in or right beside one of some spans, which may overlap.
fn within(spans: &[Span], place: Span) -> bool {
    /// How far a name may stand from the last text of its statement: ` + `, or the call that appends it.
    const NEAR: u32 = 40;
    spans.iter().take(MOST_SPANS).any(|span| span.start <= place.end + NEAR && place.start <= span.end + NEAR)
}

/// Statements of one file that are looked at for what stands in them.
const MOST_SPANS: usize = 2_000;

/// A bare name that is not written like a constant is a variable that happens to be unknown.
fn is_outer(key: Key<'_>) -> bool {
    key.call || key.qualifier.is_some() || !key.name.contains(|letter: char| letter.is_lowercase())
}
