//! The system under question: the store of facts and the catalog that they make.

use std::borrow::Cow;

use super::database::DatabaseScope;
use super::entities::Entities;
use super::resolve::Resolver;
use super::store::Store;
use super::uses::{Use, uses};
use super::views;
use crate::catalog::apply::{schemas_are_namespaces, search_path};
use crate::catalog::order::schema_sources;
use crate::catalog::{Catalog, build};
use crate::model::answer::Construct;
use crate::model::name::Name;
use crate::model::schema::SchemaChange;
use crate::model::source::{Context, FileId};
use crate::model::statement::Statement;

/// Files, facts and catalog of one run.
pub struct System<'s, 'w> {
    /// Texts and facts.
    pub store: &'s Store<'w>,
    /// The database that the catalog describes.
    pub database: DatabaseScope<'w>,
    /// Relations and columns.
    pub catalog: Catalog,
    /// Classes and models that stand for relations.
    pub entities: Entities<'s>,
}

/// A statement's uses, and whether the statement ever runs forward.
pub struct StatementUses<'s> {
    /// The statement, in the schema's names.
    pub statement: Cow<'s, Statement>,
    /// What it is written in.
    pub written: Construct,
    /// Where its unqualified relations are looked up first.
    pub search_path: Vec<Name>,
    /// What it uses.
    pub uses: Vec<Use>,
}

impl<'s, 'w> System<'s, 'w> {
    /// Builds the catalog of a database from the files of `schema_files` that define it; documentation and tests declare
    /// nothing.
    pub fn new(
        store: &'s Store<'w>,
        database: DatabaseScope<'w>,
        schema_files: &[FileId],
        mapping_files: &[FileId],
    ) -> Self {
        let declaring: Vec<FileId> = schema_files
            .iter()
            .copied()
            .filter(|&id| {
                !matches!(store.file(id).context, Context::Test | Context::Docs) && database.is_defined_by(id)
            })
            .collect();
        store.prepare(&declaring);
        let changes_schema =
            |id: FileId| store.facts(id).statements.iter().any(|statement| !statement.changes.is_empty());
        let files = declaring.iter().copied().filter(|&id| changes_schema(id)).map(|id| (id, store.file(id)));
        let mut catalog = build::build(&schema_sources(files), |id| Some(store.facts(id)));
        views::expand(&mut catalog);
        let mapping: Vec<FileId> = mapping_files.iter().copied().filter(|&id| database.is_used_by(id)).collect();
        store.prepare(&mapping);
        let entities = Entities::new(store, &mapping);
        entities.declare(store, &mut catalog);
        Self { store, database, catalog, entities }
    }

    /// What the statements of a file use, in text order.
    pub fn file_uses(&self, id: FileId) -> Vec<StatementUses<'s>> {
        let mut path: Vec<Name> = self.database.search_path();
        let mut found = Vec::new();
        for statement in &self.store.facts(id).statements {
            for change in &statement.changes {
                if let SchemaChange::SetSearchPath(schemas) = change
                    && schemas_are_namespaces(statement.dialect)
                {
                    path = search_path(schemas);
                }
            }
            found.push(self.statement_uses(Cow::Borrowed(statement), Construct::Sql, &path));
        }
        let path = self.database.search_path();
        for built in &self.store.facts(id).built {
            let statement = self.entities.translate(self.store, id, &self.catalog, built);
            found.push(self.statement_uses(Cow::Owned(statement), built.construct, &path));
        }
        found
    }

    fn statement_uses<'a>(
        &self,
        statement: Cow<'a, Statement>,
        written: Construct,
        path: &[Name],
    ) -> StatementUses<'a> {
        let uses = uses(&Resolver::new(&statement, &self.catalog, path));
        StatementUses { statement, written, search_path: path.to_vec(), uses }
    }
}
