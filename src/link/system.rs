//! The system under question: the store of facts and the catalog that they make.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::aliases::Aliases;
use super::consumers::{changes_columns, is_script};
use super::database::DatabaseScope;
use super::entities::Entities;
use super::prefixed;
use super::resolve::Resolver;
use super::store::Store;
use super::uses::{Use, uses};
use super::views;
use crate::catalog::apply::{schemas_are_namespaces, search_path};
use crate::catalog::chain::chained;
use crate::catalog::order::{numbered_step, schema_sources};
use crate::catalog::{Catalog, Kept, build};
use crate::model::answer::Construct;
use crate::model::facts::{Unit, UnitKind};
use crate::model::name::{Name, ObjectName};
use crate::model::schema::SchemaChange;
use crate::model::source::{Context, FileId, Kind, has_ending};
use crate::model::statement::Statement;

/// What a migration that is written in Java says of itself: Flyway's and Liquibase's.
const WRITTEN_STEPS: &[&str] = &[
    "extends BaseJavaMigration",
    "implements JavaMigration",
    "implements JdbcMigration",
    "implements SpringJdbcMigration",
    "implements CustomTaskChange",
    "implements CustomSqlChange",
];

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
    /// Folders, by repository, whose numbered folders hold the steps of a migration, whatever they are called.
    numbered_migrations: BTreeSet<(usize, &'w str)>,
    /// The tables of the triggers that run a function, by the function's name.
    fired: BTreeMap<Name, Vec<ObjectName>>,
    /// What aliases stand for that a statement does not give.
    pub(crate) aliases: Aliases,
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
        Self::with(store, database, schema_files, mapping_files, &[])
    }

    /// As [`Self::new`]; what is in `keep` counts as there, also where a migration takes it away.
    pub fn with(
        store: &'s Store<'w>,
        database: DatabaseScope<'w>,
        schema_files: &[FileId],
        mapping_files: &[FileId],
        keep: &[Kept],
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
        let numbered_migrations = numbered_migrations(store, &declaring);
        let files = declaring.iter().copied().filter(|&id| changes_schema(id)).map(|id| (id, store.file(id)));
        let sources = chained(schema_sources(files), |id| store.file(id), |id| store.text(id));
        let mut catalog = build::build(&sources, |id| Some(store.facts(id)));
        catalog.keep(keep.iter().filter(|kept| kept.database.is_none() || kept.database.as_deref() == database.name()));
        views::expand(&mut catalog);
        let mapping: Vec<FileId> = mapping_files.iter().copied().filter(|&id| database.is_used_by(id)).collect();
        store.prepare(&mapping);
        let entities = Entities::new(store, &mapping);
        entities.declare(store, &mut catalog);
        let fired = fired(store, &declaring);
        let aliases = Aliases::default();
        Self { store, database, catalog, entities, numbered_migrations, fired, aliases }
    }

    /// The one table whose triggers run the routine that a statement of a file stands in.
    fn fired_by(&self, id: FileId, statement: &Statement) -> Option<&ObjectName> {
        let around = |unit: &&Unit| unit.kind == UnitKind::Routine && unit.span.contains(statement.span);
        let unit = self.store.facts(id).units.iter().rev().find(around)?;
        let tables = self.fired.get(&Name::new(unit.name.rsplit('.').next().unwrap_or(&unit.name)))?;
        let (first, others) = tables.split_first()?;
        others.iter().all(|other| other.last().folded() == first.last().folded()).then_some(first)
    }

    /// What a file is for: what its path says, unless it lies among the steps of a migration, or is one itself.
    pub fn purpose(&self, id: FileId) -> (Context, Kind) {
        let file = self.store.file(id);
        let is_step = || {
            numbered_step(&file.repository_path)
                .is_some_and(|(root, _)| self.numbered_migrations.contains(&(file.repository, root)))
        };
        let is_java = || has_ending(&file.repository_path, "java") || has_ending(&file.repository_path, "kt");
        let is_written_step =
            || is_java() && self.store.is_text(id, |text| WRITTEN_STEPS.iter().any(|step| text.contains(step)));
        if file.context == Context::Live && (is_step() || is_written_step()) {
            return (Context::Migration, Kind::Migration);
        }
        (file.context, file.kind)
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
            let mut meant = Cow::Borrowed(statement);
            if statement.has_unnamed_images()
                && let Some(table) = self.fired_by(id, statement)
            {
                meant.to_mut().name_images(table);
            }
            let text = self.store.text(id);
            if let Some(prefixed) = prefixed::told(&meant, text, &self.catalog) {
                meant = Cow::Owned(prefixed);
            }
            found.push(self.statement_uses(meant, Construct::Sql, &path));
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

/// The tables of triggers, by the function that these run: a function may be defined anew in another file.
fn fired(store: &Store<'_>, declaring: &[FileId]) -> BTreeMap<Name, Vec<ObjectName>> {
    let mut found: BTreeMap<Name, Vec<ObjectName>> = BTreeMap::new();
    let changes = declaring.iter().flat_map(|&id| &store.facts(id).statements).flat_map(|statement| &statement.changes);
    for change in changes {
        if let SchemaChange::CreateRoutine { table: Some(table), runs: Some(function), .. } = change {
            found.entry(function.clone()).or_default().push(table.clone());
        }
    }
    found
}

/// Folders in which at least two folders that are called by a number hold SQL that changes the columns of tables that
/// are there. Queries that are kept by year do not.
fn numbered_migrations<'w>(store: &Store<'w>, declaring: &[FileId]) -> BTreeSet<(usize, &'w str)> {
    let mut numbers: BTreeMap<(usize, &str), BTreeSet<&str>> = BTreeMap::new();
    for &id in declaring {
        let file = store.file(id);
        if let Some((root, number)) = numbered_step(&file.repository_path)
            && is_script(file)
            && changes_columns(&store.facts(id).statements)
        {
            numbers.entry((file.repository, root)).or_default().insert(number);
        }
    }
    numbers.into_iter().filter(|(_, numbers)| numbers.len() > 1).map(|(root, _)| root).collect()
}
