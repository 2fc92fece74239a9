//! JPQL and HQL: queries over entities. Their names are those of mapped classes and properties, so each becomes a built
//! statement. <https://jakarta.ee/specifications/persistence/3.1/jakarta-persistence-spec-3.1#a4665>
//!
//! The reader goes by tokens and by nesting: which queries there are, what each takes its rows from, and which paths
//! start at one of those. HQL has more forms than any grammar of SQL accepts, and all that matters here are paths.

mod lexer;
mod reader;
#[cfg(test)]
mod tests;

use super::embedded::StringValue;
use super::sql::text::SqlText;
use crate::model::facts::FileFacts;

/// Most alternatives of one string that are read.
const MOST_ALTERNATIVES: usize = 32;

/// Reads `value` as a query over entities and adds what it says to `facts`; tells whether it was one. `own` is the entity
/// of the repository in which it stands.
pub fn embed(facts: &mut FileFacts, value: &StringValue, own: Option<&str>) -> bool {
    let mut embedded = false;
    for piece in value.alternatives(MOST_ALTERNATIVES) {
        if let Some(built) = read(&piece, own) {
            facts.built.push(built);
            embedded = true;
        }
    }
    embedded
}

/// Reads one query; `None` when the text does not begin like one.
pub fn read(piece: &SqlText, own: Option<&str>) -> Option<crate::model::mapping::BuiltStatement> {
    reader::read(piece, own)
}
