//! Words judged by what stands before and behind them.

use regex::Regex;

use super::around;

/// Bytes before and behind a word that are looked at.
const REACH: usize = 4_096;

/// A search for words, and what is before and behind each.
///
/// A pattern that says what leads to a name has no literal to start from but that name. So the name is found first, and
/// the pattern is asked backwards from there: it gives up within a few bytes, where a search for all of it would walk an
/// automaton over the whole text.
pub struct Places {
    words: Regex,
}

/// A word in a text.
#[derive(Clone, Copy)]
pub struct Place<'t> {
    /// The word.
    pub word: &'t str,
    /// What stands before it, cut.
    pub before: &'t str,
    /// What stands behind it, cut.
    pub behind: &'t str,
}

impl Places {
    /// A search for any of `names` as whole words, case ignored if `any_case`; `None` when there are no names.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>, any_case: bool) -> Option<Self> {
        let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
        let bounded: Vec<String> = names.iter().map(|name| super::bounded(name)).collect();
        if bounded.is_empty() {
            return None;
        }
        let flags = if any_case { "(?i)" } else { "" };
        Some(Self { words: Regex::new(&format!("{flags}(?:{})", bounded.join("|"))).ok()? })
    }

    /// Whether there is any such word.
    pub fn is_in(&self, text: &str) -> bool {
        self.words.is_match(text)
    }

    /// The words of `text`, in its order.
    pub fn of<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Place<'t>> {
        self.words.find_iter(text).map(|found| {
            let (from, to) = around(text, found.start(), found.end(), REACH);
            Place { word: found.as_str(), before: &text[from..found.start()], behind: &text[found.end()..to] }
        })
    }
}
