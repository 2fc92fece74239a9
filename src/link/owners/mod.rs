//! Owners: who answers for a file, by what the repositories themselves say.
//!
//! The nearest word counts: a rule of `columnist.toml`, else the repository's CODEOWNERS, else the nearest
//! `catalog-info.yaml` in or above the file's folder.

mod backstage;
mod codeowners;

use std::collections::BTreeMap;

use codeowners::{CodeOwners, Dialect};

use super::store::Store;
use crate::model::source::FileId;

/// Where a CODEOWNERS file may lie, best first, and whose rules hold there. At the root both hosts look for one.
/// <https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners>
/// <https://docs.gitlab.com/user/project/codeowners/>
const PLACES: [(&str, Dialect); 4] = [
    (".github/CODEOWNERS", Dialect::GitHub),
    (".gitlab/CODEOWNERS", Dialect::GitLab),
    ("CODEOWNERS", Dialect::GitHub),
    ("docs/CODEOWNERS", Dialect::GitHub),
];

/// Names of Backstage's descriptions.
const DESCRIPTIONS: [&str; 2] = ["catalog-info.yaml", "catalog-info.yml"];

/// Who owns which files, for all repositories.
#[derive(Default)]
pub struct Owners {
    /// By repository: the best place's index, and its rules.
    rules: BTreeMap<usize, (usize, CodeOwners)>,
    /// By repository and folder (empty for the root, else with `/` at its end).
    components: BTreeMap<(usize, String), String>,
}

impl Owners {
    /// Reads what the files of the store say.
    pub fn of(store: &Store<'_>) -> Self {
        let mut owners = Self::default();
        for (at, file) in store.workspace().files.iter().enumerate() {
            let id = FileId(at as u32);
            let path = file.repository_path.as_str();
            let (folder, name) = path.rfind('/').map_or(("", path), |slash| path.split_at(slash + 1));
            if let Some(place) = PLACES.iter().position(|(place, _)| *place == path) {
                let is_better = owners.rules.get(&file.repository).is_none_or(|(known, _)| place < *known);
                if is_better {
                    let rules = CodeOwners::read(store.text(id), PLACES[place].1);
                    owners.rules.insert(file.repository, (place, rules));
                }
            } else if DESCRIPTIONS.contains(&name)
                && let Some(owner) = backstage::owner(store.text(id))
            {
                owners.components.entry((file.repository, folder.to_owned())).or_insert(owner);
            }
        }
        owners
    }

    /// Who owns a file; nobody when it is unowned.
    pub fn owners(&self, store: &Store<'_>, id: FileId) -> Vec<String> {
        let file = store.file(id);
        let config = &store.workspace().config;
        if !config.owners.is_empty() {
            let names = store.workspace().names_of(file);
            let base = config.folder();
            if let Some((owners, _)) = config.owners.iter().rev().find(|(_, globs)| globs.hold(&names, base)) {
                return owners.clone();
            }
        }
        let path = file.repository_path.as_str();
        if let Some((_, rules)) = self.rules.get(&file.repository) {
            let owners = rules.owners(path);
            if !owners.is_empty() {
                return owners;
            }
        }
        let mut folder = path;
        while !folder.is_empty() {
            folder = folder[..folder.len() - 1].rfind('/').map_or("", |slash| &folder[..=slash]);
            if let Some(owner) = self.components.get(&(file.repository, folder.to_owned())) {
                return vec![owner.clone()];
            }
        }
        Vec::new()
    }
}
