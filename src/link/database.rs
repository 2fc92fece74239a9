//! Databases: which files define and which use each, as `columnist.toml` says; without it, one that all share.

use crate::discover::Workspace;
use crate::discover::config::{Database, FileNames};
use crate::model::name::Name;
use crate::model::source::FileId;

/// One database of the run, or the one that all sources share.
#[derive(Clone, Copy)]
pub struct DatabaseScope<'w> {
    workspace: &'w Workspace,
    database: Option<&'w Database>,
}

impl<'w> DatabaseScope<'w> {
    /// All databases of the run, in the configuration's order; never empty.
    pub fn all(workspace: &'w Workspace) -> Vec<Self> {
        if workspace.config.databases.is_empty() {
            return vec![Self { workspace, database: None }];
        }
        workspace.config.databases.iter().map(|database| Self { workspace, database: Some(database) }).collect()
    }

    /// Its configured name.
    pub fn name(&self) -> Option<&'w str> {
        self.database.map(|database| database.name.as_str())
    }

    /// Schemas in which its unqualified names are looked up first.
    pub fn search_path(&self) -> Vec<Name> {
        self.database.and_then(|database| database.default_schema.as_deref()).map(Name::new).into_iter().collect()
    }

    /// Whether the file's DDL builds this database.
    pub fn is_defined_by(&self, id: FileId) -> bool {
        self.database.is_none_or(|database| database.defines.hold(&self.names(id), self.workspace.config.folder()))
    }

    /// Whether the file's statements may run in this database: it is said to define or use it, or it is said to use none
    /// and this database does not say who uses it.
    pub fn is_used_by(&self, id: FileId) -> bool {
        let Some(database) = self.database else { return true };
        let names = self.names(id);
        let base = self.workspace.config.folder();
        let claims = |database: &Database| {
            database.defines.hold(&names, base)
                || database.used_by.as_ref().is_some_and(|globs| globs.hold(&names, base))
        };
        claims(database) || (database.used_by.is_none() && !self.workspace.config.databases.iter().any(claims))
    }

    fn names(&self, id: FileId) -> FileNames<'w> {
        self.workspace.names_of(&self.workspace.files[id.0 as usize])
    }
}
