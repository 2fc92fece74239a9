//! The words of `queries/python/orm.toml`.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    columns: String,
    wrappers: String,
    relations: String,
    references: String,
    fields: String,
    no_fields: String,
    others: String,
    named: String,
    tables: String,
    inherited: BTreeMap<String, String>,
}

/// The words by which mappers call things.
pub(super) struct Words {
    /// Calls that declare a column.
    pub(super) columns: HashSet<String>,
    /// Calls that wrap one.
    pub(super) wrappers: HashSet<String>,
    /// Calls that declare what leads to other rows.
    pub(super) relations: HashSet<String>,
    /// Fields that are references.
    pub(super) references: HashSet<String>,
    fields: Vec<String>,
    no_fields: HashSet<String>,
    /// Modules of fields that are of no table.
    pub(super) others: HashSet<String>,
    /// Keyword arguments that name a column.
    pub(super) named: Vec<String>,
    /// Names that say the table.
    pub(super) tables: HashSet<String>,
    /// Columns of classes of libraries.
    pub(super) inherited: BTreeMap<String, Vec<String>>,
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
        let written: Written =
            toml::from_str(include_str!("../../../../queries/python/orm.toml")).expect("the built-in tables are valid");
        let set = |text: &str| text.split_whitespace().map(str::to_owned).collect::<HashSet<String>>();
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<String>>();
        Words {
            columns: set(&written.columns),
            wrappers: set(&written.wrappers),
            relations: set(&written.relations),
            references: set(&written.references),
            fields: list(&written.fields),
            no_fields: set(&written.no_fields),
            others: set(&written.others),
            named: list(&written.named),
            tables: set(&written.tables),
            inherited: written.inherited.iter().map(|(name, columns)| (name.clone(), list(columns))).collect(),
        }
    });
    &WORDS
}
