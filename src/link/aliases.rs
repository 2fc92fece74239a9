//! Aliases across files: what `u` stands for in a piece of SQL whose `FROM` is put together elsewhere.
//!
//! A piece such as `"u.full_name, u.mail"` in a constant has no statement of its own. Who puts it into one gives `u` its
//! table, and a system that shares such pieces uses one alias for one table. Which that is, is told by the text before the
//! alias wherever it is given.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use regex::Regex;

use super::resolve::relation_key;
use super::system::System;
use crate::catalog::RelationKey;
use crate::model::name::{Ident, ObjectName};
use crate::model::source::{Context, FileId, has_ending};

/// Files larger than this, in bytes, are not looked through.
const LARGEST: u64 = 1 << 20;

/// Tables by the lower-case alias.
type ByAlias = BTreeMap<String, BTreeSet<RelationKey>>;

/// Tables by alias, for each repository as far as it was asked for, and each ending of files.
#[derive(Default)]
pub struct Aliases {
    known: Mutex<BTreeMap<(usize, String), Arc<ByAlias>>>,
}

impl Aliases {
    /// The tables for which an alias stands: those of the file itself when it gives any, else those of files of its
    /// language in its repository.
    pub fn of(&self, system: &System<'_, '_>, file: FileId, alias: &str) -> BTreeSet<RelationKey> {
        let alias = alias.to_lowercase();
        let mut own = ByAlias::new();
        gather(system, system.store.text(file), &mut own);
        if let Some(found) = own.remove(&alias) {
            return found;
        }
        let source = system.store.file(file);
        let ending = source.repository_path.rsplit('.').next().unwrap_or("");
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // One file after another: a search on all cores would wait here for those who wait for it.
        let all = known.entry((source.repository, ending.to_owned())).or_insert_with(|| {
            let mut found = ByAlias::new();
            for (at, other) in system.store.workspace().files.iter().enumerate() {
                let is_like = other.repository == source.repository
                    && other.context == Context::Live
                    && other.size <= LARGEST
                    && has_ending(&other.repository_path, ending);
                if is_like {
                    system.store.is_text(FileId(at as u32), |text| {
                        gather(system, text, &mut found);
                        true
                    });
                }
            }
            Arc::new(found)
        });
        all.get(&alias).cloned().unwrap_or_default()
    }
}

/// A relation with an alias behind it.
static GIVES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)(?:\b(?:from|join|update|into)\s+|[,"']\s*)([a-z_`\["][\w.`"\[\]]*)\s+(?:as\s+)?([a-z_]\w*)"#)
        .expect("a constant pattern compiles")
});

/// Adds the aliases that a text gives to tables of the catalog.
fn gather(system: &System<'_, '_>, text: &str, found: &mut ByAlias) {
    for given in GIVES.captures_iter(text) {
        let parts = given[1].split('.').map(|part| part.trim_matches(['`', '"', '[', ']']));
        let parts: Vec<Ident> = parts.filter(|part| !part.is_empty()).map(Ident::bare).collect();
        if parts.is_empty() {
            continue;
        }
        let key = relation_key(&system.catalog, &ObjectName(parts), &system.database.search_path());
        if matches!(key, RelationKey::Declared(_)) {
            found.entry(given[2].to_lowercase()).or_default().insert(key);
        }
    }
}
