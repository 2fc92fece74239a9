//! The words of `queries/python/orm.toml`.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::extract::python::words::separated;

/// The words by which mappers call things.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    /// Calls that declare a column.
    #[serde(deserialize_with = "separated")]
    pub(super) columns: HashSet<String>,
    /// Calls that wrap one.
    #[serde(deserialize_with = "separated")]
    pub(super) wrappers: HashSet<String>,
    /// Calls that declare what leads to other rows.
    #[serde(deserialize_with = "separated")]
    pub(super) relations: HashSet<String>,
    /// Fields that are references.
    #[serde(deserialize_with = "separated")]
    pub(super) references: HashSet<String>,
    #[serde(deserialize_with = "separated")]
    fields: Vec<String>,
    #[serde(deserialize_with = "separated")]
    no_fields: HashSet<String>,
    /// Modules of fields that are of no table.
    #[serde(deserialize_with = "separated")]
    pub(super) others: HashSet<String>,
    /// Keyword arguments that name a column.
    #[serde(deserialize_with = "separated")]
    pub(super) named: Vec<String>,
    /// Names that say the table.
    #[serde(deserialize_with = "separated")]
    pub(super) tables: HashSet<String>,
    /// Columns of classes of libraries, apart by white space.
    pub(super) inherited: BTreeMap<String, String>,
}

impl Words {
    /// Whether a call of that name declares a field of a model.
    pub(super) fn is_field(&self, name: &str) -> bool {
        self.fields.iter().any(|ending| name.ends_with(ending.as_str())) && !self.no_fields.contains(name)
    }
}

/// The words.
///
/// # Panics
/// Never: they are a part of the program, and a test reads them.
pub(super) fn words() -> &'static Words {
    static WORDS: LazyLock<Words> = LazyLock::new(|| {
        toml::from_str(include_str!("../../../../queries/python/orm.toml")).expect("the built-in tables are valid")
    });
    &WORDS
}
