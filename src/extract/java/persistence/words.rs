//! The words of mappings: which annotations name tables and columns. They are data (`queries/java`), and users add those of
//! an object mapper of their own.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// Annotations by what they say.
#[derive(Clone, Debug)]
pub(in crate::extract) struct Words {
    /// Those that make a class an entity, with the arguments that name its table.
    pub(super) tables: BTreeMap<String, Vec<String>>,
    /// Those that give a property its column, with the arguments that name it.
    pub(super) columns: BTreeMap<String, Vec<String>>,
    /// Those of properties that are nothing in the database.
    pub(super) transient: Vec<String>,
    /// Those of properties that are no columns of the class's own table.
    pub(super) elsewhere: Vec<String>,
    /// Those of properties that make a class one of columns.
    pub(super) marks: Vec<String>,
    /// Names that a user added, by which files with mappings are found.
    added: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Written {
    tables: BTreeMap<String, String>,
    columns: BTreeMap<String, String>,
    properties: Properties,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Properties {
    transient: String,
    elsewhere: String,
    marks: String,
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

impl Default for Words {
    /// Those that columnist knows.
    ///
    /// # Panics
    /// Never: they are a part of the program, and a test reads them.
    fn default() -> Self {
        static KNOWN: LazyLock<Words> = LazyLock::new(|| {
            let mut made = Words {
                tables: BTreeMap::new(),
                columns: BTreeMap::new(),
                transient: Vec::new(),
                elsewhere: Vec::new(),
                marks: Vec::new(),
                added: Vec::new(),
            };
            made.add(include_str!("../../../../queries/java/mapping.toml")).expect("the built-in words are valid");
            made.added.clear();
            made
        });
        KNOWN.clone()
    }
}

impl Words {
    /// Adds what a description says.
    pub(in crate::extract) fn add(&mut self, text: &str) -> Result<(), String> {
        let written: Written = toml::from_str(text).map_err(|error| error.to_string())?;
        self.added.extend(written.tables.keys().chain(written.columns.keys()).cloned());
        self.tables.extend(written.tables.iter().map(|(name, keys)| (name.clone(), words(keys))));
        for (name, keys) in &written.columns {
            self.columns.insert(name.clone(), words(keys));
            if !self.added.is_empty() {
                self.marks.push(name.clone());
            }
        }
        self.transient.extend(words(&written.properties.transient));
        self.elsewhere.extend(words(&written.properties.elsewhere));
        self.marks.extend(words(&written.properties.marks));
        Ok(())
    }

    /// Names of annotations that a user added.
    pub(in crate::extract) fn added(&self) -> &[String] {
        &self.added
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn words_are_added() {
        let mut own = Words::default();
        assert!(own.added().is_empty() && own.tables.contains_key("TableName"));
        own.add("[tables]\nStorageName = 'value'\n[columns]\nCol = 'name value'\n").expect("valid");
        assert_eq!(own.added(), ["StorageName", "Col"]);
        assert!(own.marks.contains(&"Col".to_owned()));
        assert!(own.add("[cols]\n").is_err());
    }
}
