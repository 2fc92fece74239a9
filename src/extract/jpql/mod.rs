//! JPQL and HQL: queries over entities. Their names are those of mapped classes and properties, so each becomes a built
//! statement. <https://jakarta.ee/specifications/persistence/3.1/jakarta-persistence-spec-3.1#a4665>
//!
//! The reader goes by tokens and by nesting: which queries there are, what each takes its rows from, and which paths
//! start at one of those. HQL has more forms than any grammar of SQL accepts, and all that matters here are paths.

mod lexer;
mod reader;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use regex::Regex;

use super::embedded::StringValue;
use crate::model::facts::FileFacts;

/// Most alternatives of one string that are read.
const MOST_ALTERNATIVES: usize = 32;

/// The name of an entity that stands for the one of the repository around the query.
pub const OWN_ENTITY: &str = "#entityName";

/// Whether a text asks for what is called like a class, `from User u`, and not like a table.
pub fn may_ask_entities(value: &StringValue) -> bool {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?-u:\b)(?i:from|update|join)\s+(?:[a-z]\w*\.)*[A-Z]\w*[a-z]\w*").expect("a constant pattern")
    });
    /// More alternatives begin like the first ones.
    const MOST: usize = 8;
    value.alternatives(MOST).iter().any(|text| NAMED.is_match(text.as_str()))
}

/// Reads `value` as a query over entities and adds what it says to `facts`; tells whether it was one.
pub fn embed(facts: &mut FileFacts, value: &StringValue) -> bool {
    let mut embedded = false;
    for piece in value.alternatives(MOST_ALTERNATIVES) {
        if let Some(built) = reader::read(&piece) {
            facts.built.push(built);
            embedded = true;
        }
    }
    embedded
}
