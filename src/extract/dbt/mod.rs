//! dbt: models, snapshots and their properties. <https://docs.getdbt.com/reference/model-properties>
//!
//! A model is a view that is called by its file: what it selects from `source()` and `ref()` is carried through to
//! whoever names it. Its schema is only known where it is deployed.

mod jinja;
mod model;
mod properties;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use regex::Regex;

use super::sql::Sql;
use super::{Format, Input};
use crate::model::facts::{Constant, FileFacts};

/// Models, snapshots, analyses and tests in SQL, and the properties beside them in YAML.
pub struct Dbt;

/// Folders of SQL that dbt runs.
const FOLDERS: &[&str] = &["models", "snapshots", "analyses", "analysis"];

/// What only SQL of dbt has.
static MARK: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\{\{[^{}]*?(?-u:\b)(?:ref|source|config)\s*\(|\{%-?\s*snapshot\s").ok());

/// What only properties of dbt have.
static PROPERTIES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?m)^(?:models|sources|exposures|seeds|snapshots|semantic_models|metrics):\s*(?:#.*)?$").ok()
});

impl Format for Dbt {
    fn name(&self) -> &'static str {
        "dbt"
    }

    fn claims(&self, path: &str, head: &str) -> bool {
        let is_in = |regex: &LazyLock<Option<Regex>>| regex.as_ref().is_some_and(|regex| regex.is_match(head));
        let is_beside = || path.split('/').rev().skip(1).any(|folder| FOLDERS.contains(&folder));
        match path.rsplit_once('.').map(|(_, ending)| ending) {
            Some("sql") => is_in(&MARK) || is_beside(),
            Some("yml" | "yaml") => is_in(&PROPERTIES) && (is_beside() || head.contains("version: 2")),
            _ => false,
        }
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        self.extract_with(input, &[])
    }

    fn extract_with(&self, input: Input<'_>, known: &[Constant]) -> FileFacts {
        if input.path.rsplit_once('.').is_none_or(|(_, ending)| ending != "sql") {
            return properties::read(input);
        }
        if MARK.as_ref().is_some_and(|mark| mark.is_match(input.text)) {
            return model::read(input, known);
        }
        Sql.extract(input)
    }
}
