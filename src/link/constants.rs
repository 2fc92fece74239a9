//! Constants of one file in the SQL of another: `"SELECT … FROM " + config.usersTable()`.
//!
//! A file that has such a name where its SQL has a relation is read a second time with what the name holds. Which files
//! hold it is found by a text search for the ways in which names are declared; a name that several files hold with
//! different texts stays unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::search::{Place, Places};
use super::store::Store;
use crate::model::facts::{Constant, FileFacts, OuterName};
use crate::model::source::FileId;
use crate::model::statement::{Reading, Relation, Source};

/// Names longer than this, or more of them, are not searched for.
const MOST_NAMES: usize = 2_000;

/// Names that more files declare than this are not looked up.
const MOST_HOLDERS: usize = 32;

/// Constants by the last part of their names.
#[derive(Debug, Default)]
pub struct Constants {
    held: BTreeMap<(String, bool), Vec<Held>>,
}

/// A holder and the text that it holds.
type Held = (Option<String>, String);

impl Constants {
    /// The constants that `files`, and the files whose names they use, hold.
    pub fn of(store: &Store<'_>, files: &[FileId]) -> Self {
        store.prepare_own(files);
        let all = || files.iter().flat_map(|&id| &store.own_facts(id).wanted).map(|name| name.name.as_str());
        let wanted: BTreeSet<&str> = all().collect();
        let Some(names) = search_for(&wanted) else { return Self::default() };
        let seen = store.sweep(|_, text| declared_in(&names, text), |names| !names.is_empty());
        let mut files_of: BTreeMap<&str, usize> = BTreeMap::new();
        for name in seen.iter().flat_map(|(_, names)| names) {
            *files_of.entry(name).or_default() += 1;
        }
        // A name that is declared all over holds no one text.
        let rare = |name: &String| files_of.get(name.as_str()).is_some_and(|&files| files <= MOST_HOLDERS);
        let holders: Vec<FileId> = seen.iter().filter(|(_, names)| names.iter().any(rare)).map(|(id, _)| *id).collect();
        store.prepare_own(&holders);
        let mut constants = Self::default();
        for constant in
            holders.iter().chain(files).collect::<BTreeSet<_>>().iter().flat_map(|&&id| &store.own_facts(id).constants)
        {
            let OuterName { holder, name, call } = constant.name.clone();
            constants.held.entry((name, call)).or_default().push((holder, constant.value.clone()));
        }
        constants
    }

    /// What the wanted names hold.
    pub fn known(&self, wanted: &[OuterName]) -> Vec<Constant> {
        let known = |name: &OuterName| Some(Constant { name: name.clone(), value: self.value(name)?.to_owned() });
        wanted.iter().filter_map(known).collect()
    }

    /// The one text that a name holds. What stands before the dot decides when it is a holder; before a call it may be
    /// any object of one.
    pub fn value(&self, name: &OuterName) -> Option<&str> {
        let held = self.held.get(&(name.name.clone(), name.call))?;
        let by_holder = || held.iter().filter(|(holder, _)| *holder == name.holder);
        let chosen: BTreeSet<&str> = if name.holder.is_some() && by_holder().next().is_some() {
            by_holder().map(|(_, value)| value.as_str()).collect()
        } else if name.call || name.holder.is_none() {
            held.iter().map(|(_, value)| value.as_str()).collect()
        } else {
            BTreeSet::new()
        };
        match chosen.iter().collect::<Vec<_>>().as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Names that hold the name of a relation, or a piece of SQL in which such a name stands.
    pub fn names_of(&self, relation: &str) -> BTreeSet<&str> {
        let has_word = |value: &str| {
            let mut words = value.split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '$'));
            words.any(|word| word.eq_ignore_ascii_case(relation))
        };
        let is_it = |value: &str| {
            if value.contains(|letter: char| letter.is_whitespace() || letter == ',') {
                return has_word(value);
            }
            let last = value.rsplit('.').next().unwrap_or(value);
            last.trim_matches(['"', '`', '[', ']']).eq_ignore_ascii_case(relation)
        };
        let holds = |held: &[Held]| held.iter().any(|(_, value)| is_it(value));
        self.held.iter().filter(|(_, held)| holds(held)).map(|((name, _), _)| name.as_str()).collect()
    }
}

/// Why a statement with a constant of another file in it is not certain.
pub const FROM_ANOTHER_FILE: &str = "its table's name comes from a constant of another file";

/// Marks statements whose relations were filled in from constants of other files: `text` does not have their names where
/// they stand.
pub fn mark_filled_in(facts: &mut FileFacts, text: &str, known: &[Constant]) {
    let is_filled = |source: &Source| {
        let Relation::Table(name) = &source.relation else { return false };
        let own = &*name.last().text;
        let written = source.span.of(text);
        !written.is_empty()
            && !written.eq_ignore_ascii_case(own)
            && known.iter().any(|constant| constant.value.to_lowercase().contains(&own.to_lowercase()))
    };
    for statement in &mut facts.statements {
        if statement.reading == Reading::Parsed
            && statement.scopes.iter().flat_map(|scope| &scope.sources).any(is_filled)
        {
            statement.reading = Reading::Recovered { reason: FROM_ANOTHER_FILE.to_owned() };
        }
    }
}

/// The names that a text may declare: after a keyword or type, or before a value or a body.
fn declared_in(names: &Places, text: &str) -> BTreeSet<String> {
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        let words = "String|CharSequence|var|val|let|const|function|static|readonly|get|async|public|private|protected";
        // Documents name what they hold: `uuid: …`, `- name: …`.
        let keys = r#"(?:uuid|name|view)["']?\s*[:=]\s*["']?"#;
        Regex::new(&format!(r"(?-u:\b)(?:(?:{words})\s+|{keys})$")).expect("a constant pattern compiles")
    });
    static BEHIND: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\s*(?:[:=]|\([^()]*\)\s*[:{])").expect("a constant pattern compiles"));
    let is_declared = |place: &Place<'_>| BEHIND.is_match(place.behind) || BEFORE.is_match(place.before);
    names.of(text).filter(is_declared).map(|place| place.word.to_owned()).collect()
}

/// The search for names, unless there are too many of them.
fn search_for(names: &BTreeSet<&str>) -> Option<Places> {
    if names.len() > MOST_NAMES { None } else { Places::new(names.iter().copied(), false) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_seen_and_uses_are_not() {
        let names = search_for(&BTreeSet::from(["users", "T_USERS"])).expect("there are names");
        for text in
            ["public String users() {", "users() { return 'a' }", "export const T_USERS = 'a'", "{ users: 'a' }"]
        {
            assert!(!declared_in(&names, text).is_empty(), "{text}");
        }
        for text in ["q(\"a\" + config().users() + \"b\")", "\"FROM \" + T_USERS + \" WHERE\"", "all_users = 1"] {
            assert!(declared_in(&names, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn only_one_text_is_an_answer() {
        let mut constants = Constants::default();
        let mut hold = |holder: &str, name: &str, call, value: &str| {
            let held = constants.held.entry((name.to_owned(), call)).or_default();
            held.push((Some(holder.to_owned()), value.to_owned()));
        };
        hold("Config", "users", true, "users");
        hold("A", "T", false, "a");
        hold("B", "T", false, "b");
        let name = |holder: Option<&str>, name: &str, call| OuterName {
            holder: holder.map(str::to_owned),
            name: name.to_owned(),
            call,
        };
        assert_eq!(constants.value(&name(Some("config"), "users", true)), Some("users"));
        assert_eq!(constants.value(&name(Some("A"), "T", false)), Some("a"));
        assert_eq!(constants.value(&name(Some("x"), "T", false)), None);
        assert_eq!(constants.value(&name(None, "T", false)), None);
        assert_eq!(constants.names_of("USERS").into_iter().collect::<Vec<_>>(), ["users"]);
    }
}
