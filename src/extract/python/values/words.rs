//! The words of `queries/python/values.toml`: what methods do with the names that they are given.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::extract::python::words::separated;

/// The words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    #[serde(deserialize_with = "separated")]
    pub(super) keyword_reads: HashSet<String>,
    #[serde(deserialize_with = "separated")]
    pub(super) keyword_writes: HashSet<String>,
    #[serde(deserialize_with = "separated")]
    pub(super) text_writes: HashSet<String>,
    #[serde(deserialize_with = "separated")]
    pub(super) expressions: HashSet<String>,
    #[serde(deserialize_with = "separated")]
    pub(super) settings: HashSet<String>,
    #[serde(deserialize_with = "separated")]
    pub(super) runs: HashSet<String>,
    #[serde(deserialize_with = "separated")]
    pub(super) renderers: HashSet<String>,
    #[serde(deserialize_with = "separated")]
    pub(super) lists: HashSet<String>,
}

/// The words.
///
/// # Panics
/// Never: they are a part of the program, and a test reads them.
pub(super) fn words() -> &'static Words {
    static WORDS: LazyLock<Words> = LazyLock::new(|| {
        toml::from_str(include_str!("../../../../queries/python/values.toml")).expect("the built-in tables are valid")
    });
    &WORDS
}
