//! Schema sources become one catalog: each source by itself first, then all together.
//!
//! The same schema is often kept several times: once for each dialect, as migrations and as a dump. Relations of one
//! name are therefore one relation with the columns of all; what is live in any source is live.

use std::collections::{BTreeMap, HashMap};

use super::apply::{Key, SourceState, add_missing, change_column};
use super::order::SchemaSource;
use super::{Catalog, CatalogProblem, ColumnKey, Kept, Origin, Relation, RelationId};
use crate::model::facts::FileFacts;
use crate::model::name::{Ident, Name, ObjectName};
use crate::model::schema::{ColumnDef, RelationKind, SchemaChange};
use crate::model::source::FileId;

/// Builds the catalog from sources in order; `facts` gives the facts of their files. View columns are still empty
/// (see `link::views`).
pub fn build<'f>(sources: &[SchemaSource], facts: impl Fn(FileId) -> Option<&'f FileFacts>) -> Catalog {
    let mut merged = Merged::default();
    let mut pending = Vec::new();
    for source in sources {
        let files: Vec<(FileId, &FileFacts)> =
            source.files.iter().filter_map(|&file| Some((file, facts(file)?))).collect();
        let mut state = SourceState::new(files.iter().flat_map(|(_, facts)| &facts.statements));
        for (file, facts) in files {
            state.apply_file(file, &facts.statements);
        }
        merged.live.extend(state.routines.values().copied());
        for relation in state.relations {
            merged.add(relation, source.repository);
        }
        pending.extend(state.pending);
    }
    for pending in pending {
        merged.apply_pending(&pending.change, pending.origin, &pending.key);
    }
    merged.finish()
}

#[derive(Default)]
struct Merged {
    relations: Vec<Relation>,
    repositories: Vec<usize>,
    index: BTreeMap<Key, usize>,
    live: Vec<Origin>,
    problems: Vec<CatalogProblem>,
}

impl Merged {
    fn add(&mut self, relation: Relation, repository: usize) {
        let key = (relation.schema.as_ref().map(Ident::folded), relation.name.folded());
        let Some(&at) = self.index.get(&key) else {
            self.index.insert(key, self.relations.len());
            self.relations.push(relation);
            self.repositories.push(repository);
            return;
        };
        self.report_clash(at, &relation, repository);
        let own = &mut self.relations[at];
        let new: Vec<_> = relation.keys.iter().filter(|key| !own.keys.contains(key)).cloned().collect();
        own.keys.extend(new);
        match (own.dropped, relation.dropped) {
            (Some(_), None) => {
                let old = std::mem::replace(own, relation);
                let lost = old.columns.into_iter().map(|mut column| {
                    column.dropped = column.dropped.or(old.dropped);
                    column
                });
                add_missing(&mut own.columns, lost.collect());
            }
            (None, Some(gone)) => {
                let lost = relation.columns.into_iter().map(|mut column| {
                    column.dropped = column.dropped.or(Some(gone));
                    column
                });
                add_missing(&mut own.columns, lost.collect());
            }
            _ => {
                add_missing(&mut own.columns, relation.columns);
                own.definitions.extend(relation.definitions);
            }
        }
    }

    /// Two repositories that create a table of one name with mostly different columns have two databases.
    fn report_clash(&mut self, at: usize, relation: &Relation, repository: usize) {
        let own = &self.relations[at];
        let tables = own.kind == RelationKind::Table && relation.kind == RelationKind::Table;
        if self.repositories[at] == repository || !tables || own.dropped.is_some() || relation.dropped.is_some() {
            return;
        }
        let shared = relation.live_columns().filter(|column| own.column(&column.name.folded()).is_some()).count();
        let smaller = own.live_columns().count().min(relation.live_columns().count());
        if shared * 2 < smaller {
            self.problems.push(CatalogProblem {
                code: "relation-name-clash",
                message: format!(
                    "table `{}` is created in two repositories with different columns; name their databases in columnist.toml",
                    relation.display()
                ),
                origin: relation.declared,
            });
        }
    }

    fn apply_pending(&mut self, change: &SchemaChange, file: FileId, key: &Key) {
        let found = self.index.get(key).copied().or_else(|| {
            let mut same = self.index.iter().filter(|(other, _)| other.1 == key.1);
            match (same.next(), same.next()) {
                (Some((_, &at)), None) => Some(at),
                _ => None,
            }
        });
        match (found, change) {
            (Some(at), SchemaChange::DropRelation { span, .. }) => {
                self.relations[at].dropped = Some(Origin { file, span: *span });
            }
            (Some(at), SchemaChange::RenameRelation { to, span, .. }) => {
                let mut renamed = self.relations[at].clone();
                self.relations[at].dropped = Some(Origin { file, span: *span });
                renamed.name = to.last().clone();
                let repository = self.repositories[at];
                self.add(renamed, repository);
            }
            (Some(at), _) => change_column(&mut self.relations[at], change, file),
            (
                None,
                SchemaChange::AddColumn { table, column: ColumnDef { span, .. } }
                | SchemaChange::DropColumn { table, span, .. }
                | SchemaChange::RenameColumn { table, span, .. },
            ) => {
                let mut relation = implied(table, Origin { file, span: *span });
                change_column(&mut relation, change, file);
                self.add(relation, usize::MAX);
            }
            (None, _) => {}
        }
    }

    fn finish(self) -> Catalog {
        let mut catalog = Catalog { problems: self.problems, ..Catalog::default() };
        catalog.live_definitions.extend(self.live);
        for relation in &self.relations {
            if relation.dropped.is_none() {
                catalog.live_definitions.extend(relation.definitions.iter().map(|definition| definition.origin));
            }
        }
        for (at, relation) in self.relations.iter().enumerate() {
            catalog.by_name.entry(relation.name.folded()).or_default().push(RelationId(at as u32));
        }
        catalog.relations = self.relations;
        catalog
    }
}

/// A table that no source creates but one alters: created by something that columnist does not read.
fn implied(table: &ObjectName, origin: Origin) -> Relation {
    Relation {
        schema: table.schema().cloned().filter(|schema| !super::DEFAULT_SCHEMAS.contains(&schema.folded().as_str())),
        name: table.last().clone(),
        kind: RelationKind::Table,
        columns: Vec::new(),
        declared: origin,
        dropped: None,
        definitions: Vec::new(),
        keys: Vec::new(),
        open: true,
        index: super::ColumnIndex::default(),
    }
}

/// A table as mappings know it: its name, where it is mapped, and its columns with theirs.
pub(crate) type MappedTable = (ObjectName, Origin, Vec<(Ident, Origin)>);

impl Catalog {
    /// Adds tables that no DDL creates, as mappings know them.
    pub(crate) fn declare_mapped(&mut self, tables: Vec<MappedTable>) {
        let created = self.relations.len();
        for (table, origin, columns) in tables {
            let at = match self.find(&table, &[]) {
                Some(id) if (id.0 as usize) < created && !self.relations[id.0 as usize].open => continue,
                Some(id) => id.0 as usize,
                None => {
                    let at = self.relations.len();
                    self.by_name.entry(table.last().folded()).or_default().push(RelationId(at as u32));
                    self.relations.push(implied(&table, origin));
                    at
                }
            };
            let columns = columns.into_iter().map(|(name, declared)| super::Column {
                name,
                data_type: String::new(),
                declared,
                dropped: None,
                lineage: Vec::new(),
            });
            add_missing(&mut self.relations[at].columns, columns.collect());
            self.relations[at].index = super::ColumnIndex::default();
        }
    }

    /// Makes what migrations took away count as there. What the catalog never had is declared by the migration that takes
    /// it away.
    pub(crate) fn keep<'k>(&mut self, kept: impl Iterator<Item = &'k Kept>) {
        for Kept { relation, column, origin, .. } in kept {
            let at = if let Some(id) = self.find(relation, &[]) {
                id.0 as usize
            } else {
                let at = self.relations.len();
                self.by_name.entry(relation.last().folded()).or_default().push(RelationId(at as u32));
                self.relations.push(implied(relation, *origin));
                at
            };
            let own = &mut self.relations[at];
            own.dropped = None;
            own.index = super::ColumnIndex::default();
            let Some(column) = column else { continue };
            let name = column.folded();
            if own.columns.iter().any(|own| own.dropped.is_none() && own.name.is_called(&name)) {
                continue;
            }
            match own.columns.iter_mut().find(|own| own.name.is_called(&name)) {
                Some(own) => own.dropped = None,
                None => own.columns.push(super::Column {
                    name: column.clone(),
                    data_type: String::new(),
                    declared: *origin,
                    dropped: None,
                    lineage: Vec::new(),
                }),
            }
        }
    }

    /// Sets the columns of a view, or completes those of a table made from a query; worked out by `link::views`.
    pub(crate) fn set_columns(&mut self, id: RelationId, columns: Vec<super::Column>, open: bool) {
        let relation = &mut self.relations[id.0 as usize];
        if !relation.columns.is_empty() {
            // A table that declares its columns and is filled by a query.
            let mut lineage: HashMap<Name, &Vec<ColumnKey>> = HashMap::with_capacity(columns.len());
            lineage.extend(columns.iter().map(|column| (column.name.folded(), &column.lineage)));
            for own in relation.columns.iter_mut().filter(|own| own.lineage.is_empty()) {
                if let Some(made_of) = lineage.get(&own.name.folded()) {
                    own.lineage.clone_from(made_of);
                }
            }
        }
        add_missing(&mut relation.columns, columns);
        relation.index = super::ColumnIndex::default();
        relation.open |= open;
    }
}
