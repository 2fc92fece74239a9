//! Lists of words in the built-in tables: one text, the words apart by white space.

use serde::{Deserialize, Deserializer};

/// Reads the words of a list.
///
/// # Errors
/// When it is no text.
pub(super) fn separated<'de, D: Deserializer<'de>, C: FromIterator<String>>(from: D) -> Result<C, D::Error> {
    let text = String::deserialize(from)?;
    Ok(text.split_whitespace().map(str::to_owned).collect())
}
