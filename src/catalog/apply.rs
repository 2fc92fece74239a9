//! One schema source's state: changes applied one after the other, nothing forgotten.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{Column, DEFAULT_SCHEMAS, Definition, Key as TableKey, Origin, Relation};
use crate::model::name::{Ident, Name, ObjectName};
use crate::model::schema::{ColumnDef, RelationKind, RoutineKind, SchemaChange};
use crate::model::source::FileId;
use crate::model::span::Span;
use crate::model::statement::{Dialect, Direction, Statement};

/// The folded schema (none for a default one) and name of a relation.
pub(super) type Key = (Option<Name>, Name);

/// A change to a relation that this source does not create; another source may.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) change: SchemaChange,
    pub(super) origin: FileId,
    pub(super) key: Key,
}

/// What one source makes of the schema.
#[derive(Clone, Debug, Default)]
pub(super) struct SourceState {
    /// Live and dropped relations, in order of creation. A relation that took a dropped one's name replaces it.
    pub(super) relations: Vec<Relation>,
    index: BTreeMap<Key, usize>,
    /// Routines and triggers in force.
    pub(super) routines: BTreeMap<(RoutineKind, Name), Origin>,
    /// Changes to relations that are unknown here.
    pub(super) pending: Vec<Pending>,
    search_path: Vec<Name>,
    /// Whether the source is of a dialect that has databases where others have schemas.
    qualifiers_are_databases: bool,
}

impl SourceState {
    /// A source of which these are all statements. A statement may be of a dialect that merely accepts it, so the
    /// source has that of most of them.
    pub(super) fn new<'s>(statements: impl Iterator<Item = &'s Statement>) -> Self {
        let (mut databases, mut schemas) = (0, 0);
        for statement in statements {
            match statement.dialect {
                Dialect::Mysql | Dialect::Sqlite | Dialect::ClickHouse => databases += 1,
                Dialect::Generic => {}
                _ => schemas += 1,
            }
        }
        Self { qualifiers_are_databases: databases > schemas, ..Self::default() }
    }

    /// Applies a file's statements in their order.
    pub(super) fn apply_file(&mut self, file: FileId, statements: &[Statement]) {
        self.search_path.clear();
        for statement in statements.iter().filter(|statement| statement.direction == Direction::Forward) {
            for change in &statement.changes {
                self.apply(file, statement, change);
            }
        }
    }

    /// The schema and name by which a relation is known.
    fn key(&self, name: &ObjectName) -> Key {
        (self.schema_ident(name).map(|schema| schema.folded()), name.last().folded())
    }

    fn position(&self, key: &Key) -> Option<usize> {
        self.index.get(key).copied().or_else(|| {
            // A name without schema may mean the only relation so called.
            let mut same = self.index.iter().filter(|(other, _)| key.0.is_none() && other.1 == key.1);
            match (same.next(), same.next()) {
                (Some((_, &at)), None) => Some(at),
                _ => None,
            }
        })
    }

    /// The schema of a name; none for a default one, and none where what qualifies a name is a database: which one a
    /// statement runs in is the connection's affair, and most code leaves it out.
    fn schema_ident(&self, name: &ObjectName) -> Option<Ident> {
        let schema = match name.schema() {
            Some(_) if self.qualifiers_are_databases => None,
            Some(schema) => Some(schema.clone()),
            None => self.search_path.first().map(|schema| Ident::bare(schema.as_str())),
        };
        schema.filter(|schema| !DEFAULT_SCHEMAS.contains(&schema.folded().as_str()))
    }

    fn apply(&mut self, file: FileId, statement: &Statement, change: &SchemaChange) {
        let at = |span: Span| Origin { file, span };
        match change {
            SchemaChange::CreateTable { table, columns, copies, if_not_exists } => {
                let mut made: Vec<Column> = Vec::new();
                for copied in copies {
                    if let Some(position) = self.position(&self.key(copied)) {
                        made.extend(self.relations[position].live_columns().cloned());
                    }
                }
                made.extend(columns.iter().map(|column| declared(file, column)));
                let key = self.key(table);
                if let Some(&position) = self.index.get(&key)
                    && self.relations[position].dropped.is_none()
                {
                    if !if_not_exists {
                        add_missing(&mut self.relations[position].columns, made);
                    }
                    return;
                }
                let relation = Relation {
                    schema: self.schema_ident(table),
                    name: table.last().clone(),
                    kind: RelationKind::Table,
                    columns: made,
                    declared: at(statement.span),
                    dropped: None,
                    definitions: Vec::new(),
                    keys: Vec::new(),
                    open: false,
                    index: super::ColumnIndex::default(),
                };
                self.settle(&key, *if_not_exists);
                self.insert(key, relation);
            }
            SchemaChange::CreateFromQuery { relation, kind, columns, query } => {
                let key = self.key(relation);
                let definition = Definition {
                    statement: Arc::new(statement.clone()),
                    origin: at(statement.span),
                    query: *query,
                    columns: columns.clone(),
                    search_path: self.search_path.clone(),
                };
                self.settle(&key, false);
                let made = Relation {
                    schema: self.schema_ident(relation),
                    name: relation.last().clone(),
                    kind: *kind,
                    columns: Vec::new(),
                    declared: at(statement.span),
                    dropped: None,
                    definitions: vec![definition],
                    keys: Vec::new(),
                    open: false,
                    index: super::ColumnIndex::default(),
                };
                if let Some(&position) = self.index.get(&key)
                    && self.relations[position].dropped.is_none()
                    && *kind == RelationKind::Table
                {
                    self.relations[position].definitions.extend(made.definitions);
                } else {
                    self.insert(key, made);
                }
            }
            SchemaChange::DropRelation { name, span, .. } => {
                let key = self.key(name);
                match self.position(&key) {
                    Some(position) => {
                        // Dropped twice, it was gone the first time.
                        self.relations[position].dropped.get_or_insert(at(*span));
                    }
                    None => self.postpone(change, file, key),
                }
            }
            SchemaChange::RenameRelation { from, to, span } => {
                let key = self.key(from);
                let Some(position) = self.position(&key) else { return self.postpone(change, file, key) };
                let old = self.relations[position].clone();
                let schema = if to.schema().is_some() { self.schema_ident(to) } else { old.schema.clone() };
                let new_key = (schema.as_ref().map(Ident::folded), to.last().folded());
                if new_key == key {
                    return;
                }
                let mut renamed = old.clone();
                renamed.schema = schema;
                renamed.name = to.last().clone();
                self.relations[position].dropped = Some(at(*span));
                self.settle(&new_key, false);
                self.insert(new_key, renamed);
            }
            SchemaChange::MoveRelation { name, schema } => {
                let key = self.key(name);
                if let Some(position) = self.position(&key) {
                    let moved =
                        Some(schema.clone()).filter(|schema| !DEFAULT_SCHEMAS.contains(&schema.folded().as_str()));
                    let new_key = (moved.as_ref().map(Ident::folded), key.1.clone());
                    self.relations[position].schema = moved;
                    self.index.retain(|_, at| *at != position);
                    self.index.insert(new_key, position);
                }
            }
            SchemaChange::AddColumn { table, .. }
            | SchemaChange::DropColumn { table, .. }
            | SchemaChange::RenameColumn { table, .. }
            | SchemaChange::AlterColumn { table, .. }
            | SchemaChange::DeclareKey { table, .. } => {
                let key = self.key(table);
                match self.position(&key) {
                    Some(position) => change_column(&mut self.relations[position], change, file),
                    None => self.postpone(change, file, key),
                }
            }
            SchemaChange::CreateRoutine { name, kind, .. } => {
                self.routines.insert((*kind, name.last().folded()), at(statement.span));
            }
            SchemaChange::DropRoutine { name, kind } => {
                self.routines.remove(&(*kind, name.last().folded()));
            }
            SchemaChange::CreateSchema(_) => {}
            SchemaChange::DropSchema(schema) => {
                for relation in &mut self.relations {
                    if relation.schema.as_ref().is_some_and(|own| own.matches(schema)) && relation.dropped.is_none() {
                        relation.dropped = Some(at(statement.span));
                    }
                }
            }
            SchemaChange::RenameSchema { from, to } => {
                for (position, relation) in self.relations.iter_mut().enumerate() {
                    if relation.schema.as_ref().is_some_and(|own| own.matches(from)) {
                        relation.schema = Some(to.clone());
                        self.index.retain(|_, at| *at != position);
                        self.index.insert((Some(to.folded()), relation.name.folded()), position);
                    }
                }
            }
            SchemaChange::SetSearchPath(schemas) => {
                if schemas_are_namespaces(statement.dialect) {
                    self.search_path = search_path(schemas);
                }
            }
        }
    }

    /// Forgets what was postponed for a relation that this source now makes: it was about the one before. Columns that
    /// were added to it are kept where a `CREATE TABLE IF NOT EXISTS` may find it in place.
    fn settle(&mut self, key: &Key, if_not_exists: bool) {
        let outlives = |change: &SchemaChange| {
            if_not_exists && !matches!(change, SchemaChange::DropRelation { .. } | SchemaChange::RenameRelation { .. })
        };
        self.pending.retain(|pending| pending.key != *key || outlives(&pending.change));
    }

    fn postpone(&mut self, change: &SchemaChange, origin: FileId, key: Key) {
        self.pending.push(Pending { change: change.clone(), origin, key });
    }

    /// Adds a relation. When it takes a dropped one's name, it replaces it, and columns that only the old one had
    /// stay known as dropped (a table made anew, `SQLite`'s copy and swap).
    fn insert(&mut self, key: Key, mut relation: Relation) {
        if let Some(&position) = self.index.get(&key) {
            let old = &self.relations[position];
            let gone = old.dropped.unwrap_or(relation.declared);
            let lost: Vec<Column> = old
                .columns
                .iter()
                .filter(|column| relation.column(&column.name.folded()).is_none())
                .map(|column| Column { dropped: Some(column.dropped.unwrap_or(gone)), ..column.clone() })
                .collect();
            if relation.definitions.is_empty() {
                relation.columns.extend(lost);
            }
            self.relations[position] = relation;
        } else {
            self.index.insert(key, self.relations.len());
            self.relations.push(relation);
        }
    }
}

/// Whether `SET search_path` and `USE` name schemas. Elsewhere `USE` picks a database, which is no part of a table's
/// name as long as nothing qualifies it.
pub(crate) fn schemas_are_namespaces(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Postgres | Dialect::Oracle | Dialect::Snowflake)
}

/// A search path with folded names; settings such as `"$user"` name no schema.
pub fn search_path(schemas: &[Ident]) -> Vec<Name> {
    schemas
        .iter()
        .filter(|schema| !schema.text.starts_with('$') && !schema.is("pg_catalog") && !schema.text.is_empty())
        .map(Ident::folded)
        .collect()
}

fn declared(file: FileId, column: &ColumnDef) -> Column {
    Column {
        name: column.name.clone(),
        data_type: column.data_type.clone(),
        declared: Origin { file, span: column.span },
        dropped: None,
        lineage: Vec::new(),
    }
}

/// A column of which only a later change tells.
fn named_only(name: &Ident, at: Origin, dropped: Option<Origin>) -> Column {
    Column { name: name.clone(), data_type: String::new(), declared: at, dropped, lineage: Vec::new() }
}

/// Adds those of `more` that `columns` does not have; one that it has as dropped is live again.
pub(super) fn add_missing(columns: &mut Vec<Column>, more: Vec<Column>) {
    if more.len() < 4 {
        for column in more {
            match columns.iter_mut().find(|own| own.name.matches(&column.name)) {
                Some(own) if own.dropped.is_some() && column.dropped.is_none() => *own = column,
                Some(_) => {}
                None => columns.push(column),
            }
        }
        return;
    }
    let mut places: HashMap<Name, usize> = HashMap::with_capacity(columns.len() + more.len());
    for (at, column) in columns.iter().enumerate() {
        places.entry(column.name.folded()).or_insert(at);
    }
    for column in more {
        match places.get(&column.name.folded()).copied() {
            Some(at) if columns[at].dropped.is_some() && column.dropped.is_none() => columns[at] = column,
            Some(_) => {}
            None => {
                places.insert(column.name.folded(), columns.len());
                columns.push(column);
            }
        }
    }
}

/// Applies a change of one column to its relation.
pub(super) fn change_column(relation: &mut Relation, change: &SchemaChange, file: FileId) {
    match change {
        SchemaChange::AddColumn { column, .. } => add_missing(&mut relation.columns, vec![declared(file, column)]),
        SchemaChange::DropColumn { column, span, .. } => {
            let name = column.folded();
            let gone = Origin { file, span: *span };
            match relation.columns.iter_mut().find(|own| own.name.folded() == name) {
                Some(own) => {
                    own.dropped.get_or_insert(gone);
                }
                None => relation.columns.push(named_only(column, gone, Some(gone))),
            }
        }
        SchemaChange::RenameColumn { from, to, span, .. } => {
            let name = from.folded();
            if name == to.folded() {
                return;
            }
            for own in relation.keys.iter_mut().flat_map(|key| &mut key.columns).filter(|own| **own == name) {
                *own = to.folded();
            }
            if let Some(at) = relation.columns.iter().position(|own| own.name.folded() == name) {
                let mut old = relation.columns[at].clone();
                old.dropped = Some(Origin { file, span: *span });
                relation.columns.retain(|own| own.name.folded() != to.folded());
                if let Some(own) = relation.columns.iter_mut().find(|own| own.name.folded() == name) {
                    own.name = to.clone();
                    own.dropped = None;
                }
                relation.columns.push(old);
            } else {
                let at = Origin { file, span: *span };
                add_missing(&mut relation.columns, vec![named_only(to, at, None), named_only(from, at, Some(at))]);
            }
        }
        SchemaChange::AlterColumn { column, change: crate::model::schema::ColumnChange::Type(data_type), .. } => {
            let name = column.folded();
            if let Some(own) = relation.columns.iter_mut().find(|own| own.name.folded() == name) {
                own.data_type.clone_from(data_type);
            }
        }
        SchemaChange::DeclareKey { name, columns, .. } => {
            let name = name.folded();
            relation.keys.retain(|key| key.name != name);
            relation.keys.push(TableKey { name, columns: columns.iter().map(Ident::folded).collect() });
        }
        _ => {}
    }
}
