//! Paths into a document: `panels/targets/rawSql`, `**/dataset/*/name|title`, `filter/@key`.
//!
//! Parts are keys; `a|b` is either, `*` any, `**` any number of levels. Lists are passed through: a path names what is in
//! them too. `@key` at the end means the keys of a map, not their values. `@name` is an attribute of an XML element, and
//! `a[name=b]` an element that has it with that value; `a{!b}` is a map without the key `b`.

use super::tree::{At, Word};

/// A path.
#[derive(Clone, Debug)]
pub struct Path {
    parts: Vec<Part>,
    keys: bool,
}

#[derive(Clone, Debug)]
enum Part {
    Named(Vec<String>),
    /// A map that has no such key.
    Without(Vec<String>, String),
    /// An element with an attribute of that value.
    With(String, String, String),
    Any,
    Deep,
}

/// How far back a value is looked for that is met twice.
const NEAR: usize = 8;

/// Sets of parts are bits of a word.
const LONGEST: usize = 31;

impl TryFrom<String> for Path {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty()).collect();
        let keys = parts.last() == Some(&"@key");
        if keys {
            parts.pop();
        }
        if parts.len() > LONGEST {
            return Err(format!("`{text}` has too many parts"));
        }
        let parts = parts
            .into_iter()
            .map(|part| match part {
                "*" => Part::Any,
                "**" => Part::Deep,
                named if named.ends_with('}') => {
                    let (names, key) = named.trim_end_matches('}').split_once("{!").unwrap_or((named, ""));
                    Part::Without(names.split('|').map(str::to_owned).collect(), key.to_owned())
                }
                named => match named.strip_suffix(']').and_then(|named| named.split_once('[')) {
                    Some((name, rule)) => {
                        let (attribute, value) = rule.split_once('=').unwrap_or((rule, ""));
                        Part::With(name.to_owned(), format!("@{attribute}"), value.to_owned())
                    }
                    None => Part::Named(named.split('|').map(str::to_owned).collect()),
                },
            })
            .collect();
        Ok(Self { parts, keys })
    }
}

impl Path {
    /// All values at this path below `from`, in text order.
    pub fn values<'d>(&self, from: At<'d>) -> Vec<At<'d>> {
        let mut found = Vec::new();
        if !self.keys {
            self.walk(from, 1, &mut found);
        }
        found
    }

    /// All scalars at this path below `from`, also those in lists, in text order.
    pub fn words<'d>(&self, from: At<'d>) -> Vec<Word<'d>> {
        let mut places = Vec::new();
        self.walk(from, 1, &mut places);
        let mut found = Vec::new();
        for place in places {
            if self.keys {
                let mut maps = Vec::new();
                flat(place, &mut maps);
                found.extend(maps.into_iter().flat_map(At::entries).map(|(key, _)| key));
            } else {
                let mut values = Vec::new();
                flat(place, &mut values);
                found.extend(values.into_iter().filter_map(At::word));
            }
        }
        // What `**` meets in a list and in the list's items is met once.
        found.sort_by_key(|word| word.span());
        found.dedup_by_key(|word| word.span());
        found
    }

    /// Whether anything is there.
    pub fn is_in(&self, from: At<'_>) -> bool {
        !self.values(from).is_empty()
    }

    /// The parts that may come next, when `reached` are those that come after what was met: those behind a `**` too.
    fn reached(&self, mut reached: u32) -> u32 {
        for (at, part) in self.parts.iter().enumerate() {
            if reached & (1 << at) != 0 && matches!(part, Part::Deep) {
                reached |= 1 << (at + 1);
            }
        }
        reached
    }

    fn walk<'d>(&self, at: At<'d>, reached: u32, found: &mut Vec<At<'d>>) {
        let reached = self.reached(reached);
        // What `**` meets in a list and in the list's items is met once.
        let is_new = |found: &[At<'d>]| found.iter().rev().take(NEAR).all(|other| !other.is_same(at));
        if reached & (1 << self.parts.len()) != 0 && is_new(found) {
            found.push(at);
        }
        if reached & !(1 << self.parts.len()) == 0 {
            return;
        }
        for item in at.items() {
            // Found as its list, unless something lies deeper.
            self.walk_on(item, reached & !(1 << self.parts.len()), found);
        }
        for (key, value) in at.entries() {
            let mut next = 0;
            for (index, part) in self.parts.iter().enumerate().filter(|(index, _)| reached & (1 << index) != 0) {
                match part {
                    Part::Deep => next |= 1 << index,
                    Part::Any => next |= 1 << (index + 1),
                    Part::Named(names) if names.iter().any(|name| key.is(name)) => next |= 1 << (index + 1),
                    Part::With(name, attribute, wanted)
                        if key.is(name)
                            && value.get(attribute).and_then(At::word).is_some_and(|word| word.is(wanted)) =>
                    {
                        next |= 1 << (index + 1);
                    }
                    Part::Without(names, without)
                        if names.iter().any(|name| key.is(name)) && value.get(without).is_none() =>
                    {
                        next |= 1 << (index + 1);
                    }
                    Part::Named(_) | Part::With(..) | Part::Without(..) => {}
                }
            }
            if next != 0 {
                self.walk(value, next, found);
            }
        }
    }

    fn walk_on<'d>(&self, item: At<'d>, reached: u32, found: &mut Vec<At<'d>>) {
        // An item of a list that `**` goes through is a place of its own.
        let deep =
            self.parts.iter().enumerate().any(|(at, part)| reached & (1 << at) != 0 && matches!(part, Part::Deep));
        let reached = if deep { self.reached(reached) } else { reached };
        self.walk(item, reached, found);
    }
}

/// The values in a list and in the lists in it.
pub(super) fn flat<'d>(at: At<'d>, found: &mut Vec<At<'d>>) {
    if at.is_list() {
        at.items().for_each(|item| flat(item, found));
    } else {
        found.push(at);
    }
}

#[cfg(test)]
mod tests {
    use super::super::syntax::Syntax;
    use super::*;
    use crate::extract::sql::text::SqlText;

    #[test]
    fn paths_lead_to_values() {
        let text = "a:\n  b: 1\n  c: [2, {d: 3}]\n  e:\n    a: {b: 4}\n";
        let document = Syntax::Yaml.read(SqlText::verbatim(text, 0));
        for (path, expected) in [
            ("a/b", "1"),
            ("a/c", "2"),
            ("a/c/d", "3"),
            ("**/b", "1 4"),
            ("a/b|c", "1 2"),
            ("a/*", "1 2"),
            ("a/@key", "b c e"),
            ("**/a/@key", "b c e b"),
            ("a/e{!a}/@key", ""),
            ("a/e{!x}/@key", "a"),
            ("x", ""),
        ] {
            let path = Path::try_from(path.to_owned()).expect("a path");
            let found: Vec<String> = path.words(document.root()).iter().map(|word| word.value().into_owned()).collect();
            assert_eq!(found.join(" "), expected, "{path:?}");
        }
    }
}
