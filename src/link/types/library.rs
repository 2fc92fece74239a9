//! What the well-known libraries of the host languages do with values: the tables of `queries/values/library.toml`.

use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

/// What a method of something that holds T gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gives {
    /// One T.
    Element,
    /// What holds T.
    Same,
    /// What holds the result of the function that it is given.
    Mapped,
    /// Nothing that matters.
    Scalar,
}

/// The tables.
pub(super) struct Library {
    holders: HashSet<String>,
    functional: HashMap<String, String>,
    paths: HashSet<String>,
    starts: HashSet<String>,
    transparent: HashSet<String>,
    rows: HashSet<String>,
    plain: HashSet<String>,
    models: Models<Vec<String>>,
    outside: Outside<HashSet<String>>,
    runs: HashSet<String>,
    puts: HashSet<String>,
    keys: HashSet<String>,
    chooses: HashSet<String>,
    described: HashSet<String>,
    describes: HashSet<String>,
    refines: HashSet<String>,
    methods: HashMap<String, Gives>,
    pairs: HashSet<String>,
    accumulating: HashSet<String>,
    functions: HashMap<String, usize>,
    ways: HashSet<String>,
    python_functions: HashSet<String>,
    writes: HashSet<String>,
    sent: HashSet<String>,
    gives: Vec<String>,
    counts: Vec<String>,
    keepers: HashSet<String>,
    told: Told<HashSet<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    holders: HashMap<String, String>,
    functional: HashMap<String, String>,
    queries: Queries,
    transparent: HashMap<String, String>,
    rows: HashMap<String, String>,
    plain: HashMap<String, String>,
    models: Models<String>,
    outside: Outside<String>,
    methods: Methods,
    functions: HashMap<String, String>,
    python: Python,
    repositories: Repositories,
    told: Told<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Models<T> {
    before: T,
    behind: T,
    rows: T,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told<T> {
    gives: T,
    takes: T,
    hands: T,
    tables: T,
    rows: T,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Queries {
    paths: String,
    starts: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outside<T> {
    wholes: T,
    parts: T,
    reads: T,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Methods {
    element: String,
    same: String,
    mapped: String,
    scalar: String,
    runs: String,
    puts: String,
    keys: String,
    chooses: String,
    described: String,
    describes: String,
    refines: String,
    pairs: String,
    accumulating: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Python {
    ways: String,
    functions: String,
    writes: String,
    sent: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repositories {
    gives: String,
    counts: String,
    keepers: String,
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split_whitespace().map(str::to_owned)
}

impl Library {
    /// The tables that columnist comes with.
    ///
    /// # Panics
    /// Never: they are a part of the program, and a test reads them.
    pub(super) fn known() -> &'static Self {
        static KNOWN: LazyLock<Library> = LazyLock::new(|| {
            Library::read(include_str!("../../../queries/values/library.toml")).expect("the built-in tables are valid")
        });
        &KNOWN
    }

    fn read(text: &str) -> Result<Self, toml::de::Error> {
        let written: Written = toml::from_str(text)?;
        let mut methods = HashMap::new();
        // The first table that has a word wins.
        for (list, gives) in [
            (&written.methods.scalar, Gives::Scalar),
            (&written.methods.mapped, Gives::Mapped),
            (&written.methods.same, Gives::Same),
            (&written.methods.element, Gives::Element),
        ] {
            for word in words(list) {
                methods.entry(word).or_insert(gives);
            }
        }
        let functions = written
            .functions
            .iter()
            .filter_map(|(at, list)| Some((at.parse::<usize>().ok()?, list)))
            .flat_map(|(at, list)| words(list).map(move |word| (word, at)))
            .collect();
        Ok(Self {
            holders: written.holders.values().flat_map(|list| words(list)).collect(),
            functional: written
                .functional
                .iter()
                .flat_map(|(parameters, list)| words(list).map(move |word| (word, parameters.clone())))
                .collect(),
            paths: words(&written.queries.paths).collect(),
            starts: words(&written.queries.starts).collect(),
            transparent: written.transparent.values().flat_map(|list| words(list)).collect(),
            rows: written.rows.values().flat_map(|list| words(list)).collect(),
            plain: written.plain.values().flat_map(|list| words(list)).collect(),
            models: Models {
                before: words(&written.models.before).collect(),
                behind: words(&written.models.behind).collect(),
                rows: words(&written.models.rows).collect(),
            },
            outside: Outside {
                wholes: words(&written.outside.wholes).collect(),
                parts: words(&written.outside.parts).collect(),
                reads: words(&written.outside.reads).collect(),
            },
            runs: words(&written.methods.runs).collect(),
            puts: words(&written.methods.puts).collect(),
            keys: words(&written.methods.keys).collect(),
            chooses: words(&written.methods.chooses).collect(),
            described: words(&written.methods.described).collect(),
            describes: words(&written.methods.describes).collect(),
            refines: words(&written.methods.refines).collect(),
            methods,
            pairs: words(&written.methods.pairs).collect(),
            accumulating: words(&written.methods.accumulating).collect(),
            functions,
            ways: words(&written.python.ways).collect(),
            python_functions: words(&written.python.functions).collect(),
            writes: words(&written.python.writes).collect(),
            sent: words(&written.python.sent).collect(),
            gives: words(&written.repositories.gives).collect(),
            counts: words(&written.repositories.counts).collect(),
            keepers: words(&written.repositories.keepers).collect(),
            told: Told {
                gives: words(&written.told.gives).collect(),
                takes: words(&written.told.takes).collect(),
                hands: words(&written.told.hands).collect(),
                tables: words(&written.told.tables).collect(),
                rows: words(&written.told.rows).collect(),
            },
        })
    }

    /// Whether the type of that simple name holds what its last type argument says.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.holders.contains(name)
    }

    /// Which type argument of a type of that simple name the parameter `at` of a lambda of that type is.
    pub(super) fn functional(&self, name: &str, at: usize) -> Option<usize> {
        let digit = self.functional.get(name)?.as_bytes().get(at)?;
        Some(usize::from(digit.checked_sub(b'0')?))
    }

    /// Whether a method of a path goes on to what the name that it is given leads to.
    pub(super) fn leads_on(&self, method: &str) -> bool {
        self.paths.contains(method)
    }

    /// Whether a method of a query begins with another class, which it is given.
    pub(super) fn starts_anew(&self, method: &str) -> bool {
        self.starts.contains(method)
    }

    /// Whether the type of that simple name has the names of its first type argument.
    pub(super) fn is_transparent(&self, name: &str) -> bool {
        self.transparent.contains(name)
    }

    /// Whether the type of that simple name is a row of some statement.
    pub(super) fn is_row(&self, name: &str) -> bool {
        self.rows.contains(name)
    }

    /// Whether values of the type of that name have no named parts.
    pub(super) fn is_plain(&self, name: &str) -> bool {
        self.plain.contains(name)
    }

    /// The model that a type's name speaks of: `User` of `UserUncheckedUpdateInput`.
    pub(super) fn model_of<'n>(&self, name: &'n str) -> Option<&'n str> {
        let behind = self.models.behind.iter().find_map(|word| name.strip_suffix(word.as_str()));
        let before = || self.models.before.iter().find_map(|word| name.strip_prefix(word.as_str()));
        behind.or_else(before).filter(|model| model.starts_with(|first: char| first.is_uppercase()))
    }

    /// Whether a type's name says that it is a row of a table.
    pub(super) fn says_row(&self, name: &str) -> bool {
        self.models.rows.iter().any(|word| name.ends_with(word.as_str()))
    }

    /// Whether a part of a value, both by name, is what somebody sent.
    pub(super) fn is_sent(&self, whole: &str, part: &str) -> bool {
        self.sent.contains(part) || (self.outside.wholes.contains(whole) && self.outside.parts.contains(part))
    }

    /// Whether a function makes values of a text that somebody wrote.
    pub(super) fn reads_text(&self, function: &str) -> bool {
        self.outside.reads.contains(function)
    }

    /// Whether a part of rows, by its name, is the same rows by another way: `users.c`, `User.objects`.
    pub(super) fn is_way(&self, name: &str) -> bool {
        self.ways.contains(name)
    }

    /// Whether a function of Python gives what it is given, or something that holds it.
    pub(super) fn is_python_function(&self, name: &str) -> bool {
        self.python_functions.contains(name)
    }

    /// Whether a method of Python's libraries writes what it is given.
    pub(super) fn writes(&self, method: &str) -> bool {
        self.writes.contains(method)
    }

    /// Whether a method runs the function that it is given, and gives what that returns.
    pub(super) fn runs(&self, method: &str) -> bool {
        self.runs.contains(method)
    }

    /// Whether a method puts what it is given into its object.
    pub(super) fn puts(&self, method: &str) -> bool {
        self.puts.contains(method)
    }

    /// Whether a function gives the keys of what it is given.
    pub(super) fn gives_keys(&self, function: &str) -> bool {
        self.keys.contains(function)
    }

    /// Whether what a method is given names parts of what it is called on.
    pub(super) fn chooses(&self, method: &str) -> bool {
        self.chooses.contains(method)
    }

    /// Whether the second thing that a function is given has the names of the first.
    pub(super) fn refines(&self, function: &str) -> bool {
        self.refines.contains(function)
    }

    /// Whether a function makes the description of objects with the keys of what it is given.
    pub(super) fn describes(&self, object: &str, function: &str) -> bool {
        self.describes.contains(&format!("{object}.{function}"))
    }

    /// Whether a method of such a description gives it, or what it describes.
    pub(super) fn is_described(&self, method: &str) -> bool {
        self.described.contains(method)
    }

    /// What a method of a holder gives.
    pub(super) fn method(&self, name: &str) -> Option<Gives> {
        self.methods.get(name).copied()
    }

    /// Whether the parameter `at` of the function that the method is given is one of what is held.
    pub(super) fn passes_element(&self, method: &str, at: u32) -> bool {
        match at {
            0 => !self.accumulating.contains(method),
            1 => self.pairs.contains(method) || self.accumulating.contains(method),
            _ => false,
        }
    }

    /// The argument whose value a function gives; `name` with the object before it, if any.
    pub(super) fn argument_of(&self, object: Option<&str>, name: &str) -> Option<usize> {
        let qualified = object.and_then(|object| self.functions.get(&format!("{object}.{name}")));
        qualified.or_else(|| self.functions.get(name)).copied()
    }

    /// Whether a function gives what its first type argument says.
    pub(super) fn gives_what_it_is_told(&self, function: &str) -> bool {
        self.told.gives.contains(function)
    }

    /// Whether functions of a type take what its first type argument says.
    pub(super) fn takes_what_it_is_told(&self, name: &str) -> bool {
        self.told.takes.contains(name)
    }

    /// Whether the function that a function is given takes what its last type argument says.
    pub(super) fn hands_what_it_is_told(&self, function: &str) -> bool {
        self.told.hands.contains(function)
    }

    /// Whether a generic type is the rows of the table that it is told the name of.
    pub(super) fn is_told_table(&self, name: &str) -> bool {
        self.told.tables.contains(name)
    }

    /// Whether a part of a generated type of a table is the type of rows.
    pub(super) fn is_row_part(&self, name: &str) -> bool {
        self.told.rows.contains(name)
    }

    /// Whether what has that name keeps models by their names.
    pub(super) fn keeps_models(&self, name: &str) -> bool {
        self.keepers.contains(name)
    }

    /// Whether a repository's method of that name gives entities.
    pub(super) fn gives_entities(&self, method: &str) -> bool {
        let begins = |word: &String| {
            method.strip_prefix(word.as_str()).is_some_and(|rest| !rest.starts_with(|next: char| next.is_lowercase()))
        };
        self.gives.iter().any(begins) && !self.counts.iter().any(begins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_valid() {
        let library = Library::known();
        assert!(library.holds("List") && library.holds("Promise"));
        assert!(library.is_transparent("Partial"));
        assert_eq!(library.method("findFirst"), Some(Gives::Element));
        assert_eq!(library.method("map"), Some(Gives::Mapped));
        assert!(library.passes_element("reduce", 1) && !library.passes_element("reduce", 0));
        assert!(library.gives_entities("findByName") && !library.gives_entities("countByName"));
        assert!(!library.gives_entities("listener"));
        assert_eq!(library.model_of("UserUncheckedUpdateInput"), Some("User"));
        assert_eq!(library.model_of("CreateUser"), Some("User"));
        assert_eq!(library.model_of("Newer"), None);
    }
}
