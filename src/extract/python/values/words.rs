//! The words of `queries/python/values.toml`: what methods do with the names that they are given.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    keyword_reads: String,
    keyword_writes: String,
    text_writes: String,
    expressions: String,
    settings: String,
    runs: String,
    renderers: String,
    lists: String,
}

/// The words.
pub(super) struct Words {
    pub(super) keyword_reads: HashSet<String>,
    pub(super) keyword_writes: HashSet<String>,
    pub(super) text_writes: HashSet<String>,
    pub(super) expressions: HashSet<String>,
    pub(super) settings: HashSet<String>,
    pub(super) runs: HashSet<String>,
    pub(super) renderers: HashSet<String>,
    pub(super) lists: HashSet<String>,
}

/// The words.
///
/// # Panics
/// Never: they are a part of the program, and a test reads them.
pub(super) fn words() -> &'static Words {
    static WORDS: LazyLock<Words> = LazyLock::new(|| {
        let written: Written = toml::from_str(include_str!("../../../../queries/python/values.toml"))
            .expect("the built-in tables are valid");
        let set = |text: &str| text.split_whitespace().map(str::to_owned).collect::<HashSet<String>>();
        Words {
            keyword_reads: set(&written.keyword_reads),
            keyword_writes: set(&written.keyword_writes),
            text_writes: set(&written.text_writes),
            expressions: set(&written.expressions),
            settings: set(&written.settings),
            runs: set(&written.runs),
            renderers: set(&written.renderers),
            lists: set(&written.lists),
        }
    });
    &WORDS
}
