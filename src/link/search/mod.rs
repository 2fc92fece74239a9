//! The text search that a question starts from: which files can have anything to say about it.
//!
//! The search may only ever find too much. It ignores case, because SQL does; it looks for words, because a name that
//! is part of a longer word is another name.

mod places;
mod relations;
mod signs;

use std::collections::BTreeSet;

use regex::Regex;

pub use self::places::{Place, Places};
pub use self::relations::{ConstantWords, RelationWords};
pub use self::signs::{ArgumentWords, EntityCalls, MappingWords, SchemaWords};

/// Words to search for, case ignored.
pub struct Words {
    /// What each of them holds; found fast because it has no edges.
    needles: Option<Regex>,
    /// The words with their edges.
    exact: Option<Regex>,
    /// The longest of them, in bytes.
    longest: usize,
}

impl Words {
    /// A search for any of `words`.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        Self::compiled(words, bounded)
    }

    /// A search for any of `words`, also where a path is written as one word: `profile__full_name__icontains`.
    pub fn in_paths<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        Self::compiled(words, |word| {
            let edge = |c: Option<char>| {
                if c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') { r"(?:(?-u:\b)|__)" } else { "" }
            };
            format!("{}{}{}", edge(word.chars().next()), regex::escape(word), edge(word.chars().next_back()))
        })
    }

    fn compiled<'a>(words: impl IntoIterator<Item = &'a str>, pattern: impl Fn(&str) -> String) -> Self {
        let words: BTreeSet<String> =
            words.into_iter().filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
        let longest = words.iter().map(String::len).max().unwrap_or(0);
        let compile = |alternatives: Vec<String>| Regex::new(&format!("(?i){}", alternatives.join("|"))).ok();
        if words.is_empty() {
            return Self { needles: None, exact: None, longest };
        }
        // `getName` is found by `name`.
        let holds_another =
            |word: &String| words.iter().any(|other| other.len() < word.len() && word.contains(other.as_str()));
        let needles = words.iter().filter(|word| !holds_another(word)).map(|word| regex::escape(word)).collect();
        Self { needles: compile(needles), exact: compile(words.iter().map(|word| pattern(word)).collect()), longest }
    }

    /// Whether any of the words stands in `text`.
    pub fn is_in(&self, text: &str) -> bool {
        /// What is looked at besides the word: more than an edge is long.
        const MARGIN: usize = 8;
        let (Some(needles), Some(exact)) = (&self.needles, &self.exact) else { return false };
        // Letters of which the one case is longer than the other.
        let reach = self.longest * 2 + MARGIN;
        needles.find_iter(text).any(|found| {
            let (start, end) = around(text, found.start(), found.end(), reach);
            exact.is_match(&text[start..end])
        })
    }
}

/// Where a part of `text` begins and ends that holds `reach` bytes more on both sides, as far as there are, and whole
/// characters.
fn around(text: &str, start: usize, end: usize, reach: usize) -> (usize, usize) {
    let from = (0..=start.saturating_sub(reach)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let to = ((end + reach).min(text.len())..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    (from, to)
}

/// A pattern for any of `names`, if there are any.
fn any_of<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).map(regex::escape).collect();
    names.sort();
    names.dedup();
    (!names.is_empty()).then(|| names.join("|"))
}

/// A word between ASCII word boundaries: cheap, and never narrower than Unicode's.
fn bounded(word: &str) -> String {
    let edge =
        |c: Option<char>| if c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') { r"(?-u:\b)" } else { "" };
    format!("{}{}{}", edge(word.chars().next()), regex::escape(word), edge(word.chars().next_back()))
}

/// Exact spellings as whole words, the way `rg -nw` finds them.
pub struct Spellings {
    regex: Option<Regex>,
}

impl Spellings {
    /// A search for any of `spellings`, case kept.
    pub fn new(spellings: &[String]) -> Self {
        if spellings.is_empty() {
            return Self { regex: None };
        }
        // The longest first, so that `full_name` is not cut short by a spelling that is its beginning.
        let mut longest: Vec<&String> = spellings.iter().collect();
        longest.sort_by_key(|spelling| (std::cmp::Reverse(spelling.len()), *spelling));
        let alternatives: Vec<String> = longest.iter().map(|spelling| regex::escape(spelling)).collect();
        let regex = Regex::new(&format!(r"\b{{start-half}}(?:{})\b{{end-half}}", alternatives.join("|"))).ok();
        Self { regex }
    }

    /// Byte ranges of all occurrences, in text order.
    pub fn find_in<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
        self.regex.iter().flat_map(move |regex| regex.find_iter(text)).map(|found| (found.start(), found.end()))
    }
}

/// The ways in which code spells a column's name: as declared, in lower and upper case, and the property, getter and
/// setter names that naming strategies make of it.
pub fn spellings_of(column: &str, properties: bool) -> Vec<String> {
    let lower = column.to_lowercase();
    let mut found = vec![column.to_owned(), lower.clone(), column.to_uppercase()];
    if properties {
        found.extend(property_names(&camel_case(if column.contains('_') { &lower } else { column })));
    }
    found.sort();
    found.dedup();
    found
}

/// A property's name, and those of its getters and setters.
pub fn property_names(property: &str) -> Vec<String> {
    let mut pascal = property.to_owned();
    if let Some(first) = pascal.get(..1) {
        let first = first.to_uppercase();
        pascal.replace_range(..1, &first);
    }
    vec![property.to_owned(), format!("get{pascal}"), format!("set{pascal}"), format!("is{pascal}")]
}

/// `fullName` of `full_name`.
pub(in crate::link) fn camel_case(snake: &str) -> String {
    let mut camel = String::with_capacity(snake.len());
    let mut upper = false;
    for c in snake.chars() {
        if c == '_' {
            upper = !camel.is_empty();
        } else if upper {
            camel.extend(c.to_uppercase());
            upper = false;
        } else {
            camel.push(c);
        }
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_are_whole_words_in_their_case() {
        let spellings = Spellings::new(&spellings_of("full_name", true));
        let text = "full_name FULL_NAME fullName getFullName fullNames my_full_name Full_Name x.full_name";
        let found: Vec<&str> = spellings.find_in(text).map(|(start, end)| &text[start..end]).collect();
        assert_eq!(found, ["full_name", "FULL_NAME", "fullName", "getFullName", "full_name"]);
    }

    #[test]
    fn word_search_never_misses_a_spelling() {
        let words = Words::new(["größe", "full_name"]);
        for text in ["x GRÖSSE größe", "éfull_name", "Full_Name"] {
            assert!(words.is_in(text), "{text}");
        }
        assert!(!words.is_in("my_full_names"));
    }
}
