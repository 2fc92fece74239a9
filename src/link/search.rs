//! The text search that a question starts from: which files can have anything to say about it.
//!
//! The search may only ever find too much. It ignores case, because SQL does; it looks for words, because a name that
//! is part of a longer word is another name.

use regex::Regex;

/// Words to search for, case ignored.
pub struct Words {
    regex: Option<Regex>,
}

impl Words {
    /// A search for any of `words`.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        words.dedup();
        if words.is_empty() {
            return Self { regex: None };
        }
        let alternatives: Vec<String> = words.iter().map(|word| bounded(word)).collect();
        let regex = Regex::new(&format!("(?i){}", alternatives.join("|"))).ok();
        Self { regex }
    }

    /// Whether any of the words stands in `text`.
    pub fn is_in(&self, text: &str) -> bool {
        self.regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }
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

fn camel_case(snake: &str) -> String {
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

/// Whether `text` may change a schema: the words that `CREATE TABLE`, `ALTER TABLE` and their like begin with.
pub struct SchemaWords {
    regex: Option<Regex>,
}

impl Default for SchemaWords {
    fn default() -> Self {
        Self::new()
    }
}

impl SchemaWords {
    /// The search for schema changes.
    pub fn new() -> Self {
        let verbs = r"(?i-u)\b(?:create|alter|drop|rename)\s+(?:[a-z_=@`'%/!*0-9.]+\s+){0,6}?(?:table|view|column|schema|function|procedure|trigger)\b|\bsp_rename\b|(?-i)\b(?:create|alter|drop|rename|add|remove|change|has)(?:Tables?|Columns?)(?:If(?:Not)?Exists)?\b|\b(?:schema|withSchema\([^)]*\))\s*\.\s*table\b";
        Self { regex: Regex::new(verbs).ok() }
    }

    /// Whether `text` may change a schema.
    pub fn is_in(&self, text: &str) -> bool {
        self.regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// Whether `text` may map classes to relations: the words that mappings are made with, in all frameworks.
pub struct MappingWords {
    regex: Option<Regex>,
}

impl Default for MappingWords {
    fn default() -> Self {
        Self::new()
    }
}

impl MappingWords {
    /// The search for mappings.
    pub fn new() -> Self {
        let words = r"(?-u)@(?:Entity|Table|MappedSuperclass|Embeddable|TableName|ViewEntity|ChildEntity)\b|<(?:hibernate-mapping|entity-mappings|resultMap)\b|(?m:^model\s+\w+\s*\{)|\b(?:pg|mysql|sqlite|mssql|singlestore)Table(?:Creator)?\b|\b(?:pg|mysql|sqlite|singlestore)Schema\b|\bdrizzle-orm\b|@(?:\w*Column|Property|PrimaryKey|Embedded|(?:One|Many)To(?:One|Many))\b|EntitySchema\b|\bsequelize\b|\bextends\s+Model\b|\btableName\b|\bkysely\b|knex/types/tables|\bTables\b|(?m:^view\s+\w+\s*\{)|\b\w+<\w+(?:\[\])?>\(['\x22\x60]|__tablename__|\.Table\(|\bmodels\.Model\b";
        Self { regex: Regex::new(words).ok() }
    }

    /// Whether `text` may hold a mapping.
    pub fn is_in(&self, text: &str) -> bool {
        self.regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }
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

    #[test]
    fn schema_changes_are_seen() {
        let words = SchemaWords::new();
        for text in [
            "create table x (a int)",
            "CREATE OR REPLACE\n  VIEW v AS",
            "CREATE TEMPORARY TABLE IF NOT EXISTS x",
            "create unlogged\ttable x",
            "CREATE DEFINER=`a`@`%` FUNCTION f()",
            "/*!50001 CREATE ALGORITHM=UNDEFINED */ /*!50001 VIEW `v` AS",
            "exec sp_rename 'a.b', 'c'",
            "ALTER TABLE x",
        ] {
            assert!(words.is_in(text), "{text}");
        }
        assert!(!words.is_in("select created, altered from dropped"));
    }
}
