//! The catalog: every relation and column that the schema sources declare, with where each was declared and,
//! when it is gone, where it was dropped or renamed.

pub mod apply;
pub mod build;
pub mod chain;
pub mod order;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use crate::model::name::{Ident, Name, ObjectName};
use crate::model::schema::{DEPLOYED, RelationKind};
use crate::model::source::FileId;
use crate::model::span::Span;
use crate::model::statement::{ScopeId, Statement};

/// Schemas that databases look in when nothing else is said; a relation in one of them is shown without schema.
pub const DEFAULT_SCHEMAS: [&str; 3] = ["public", "dbo", "main"];

/// A place in a schema source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The file.
    pub file: FileId,
    /// Where in it.
    pub span: Span,
}

/// Index of a relation in its catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelationId(pub u32);

/// A column: of a catalog's relation, or of a relation that no schema source declares.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnKey {
    /// Whose column.
    pub relation: RelationKey,
    /// Its folded name.
    pub column: Name,
}

/// A relation, declared or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKey {
    /// One that the catalog has.
    Declared(RelationId),
    /// One that only statements name: its folded, possibly qualified name.
    Undeclared(Name),
}

/// A column of a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name as declared.
    pub name: Ident,
    /// Its data type as written; empty for a view's column.
    pub data_type: String,
    /// Where it was declared.
    pub declared: Origin,
    /// Where it was dropped or renamed away, when it is gone.
    pub dropped: Option<Origin>,
    /// Columns that its value is made of, for columns of views and of tables made from queries.
    pub lineage: Vec<ColumnKey>,
}

/// The query that a view (or a table made from a query) stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The statement that defines it.
    pub statement: Arc<Statement>,
    /// Where it stands.
    pub origin: Origin,
    /// The query's scope.
    pub query: ScopeId,
    /// The explicit column list; empty when none is given.
    pub columns: Vec<Ident>,
    /// Schemas in which its unqualified names are looked up.
    pub search_path: Vec<Name>,
}

/// A key that a constraint declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The constraint's folded name.
    pub name: Name,
    /// The folded names of its columns.
    pub columns: Vec<Name>,
}

/// A table or view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Its schema; `None` for a default schema.
    pub schema: Option<Ident>,
    /// Its own name as declared.
    pub name: Ident,
    /// What it is.
    pub kind: RelationKind,
    /// Its columns in order, dropped ones included.
    pub columns: Vec<Column>,
    /// Where it was created.
    pub declared: Origin,
    /// Where it was dropped or renamed away, when it is gone.
    pub dropped: Option<Origin>,
    /// For views and tables made from queries; one for each schema source that defines it.
    pub definitions: Vec<Definition>,
    /// Its keys.
    pub keys: Vec<Key>,
    /// Whether it may have columns that are not listed: a view over an unknown table.
    pub open: bool,
    /// Where each name stands in `columns`, once a wide relation is asked.
    pub(crate) index: ColumnIndex,
}

/// Columns of a wide relation by their folded names: a memory, which says nothing of its own.
#[derive(Debug, Default)]
pub(crate) struct ColumnIndex(OnceLock<HashMap<Name, usize>>);

impl Clone for ColumnIndex {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for ColumnIndex {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for ColumnIndex {}

impl ColumnIndex {
    /// Relations of at most so many columns are searched.
    const NARROW: usize = 48;

    /// A live column before a dropped one, the first of each.
    fn of(columns: &[Column]) -> HashMap<Name, usize> {
        let mut made = HashMap::with_capacity(columns.len());
        let in_order = || columns.iter().enumerate();
        for (at, column) in in_order().filter(|(_, column)| column.dropped.is_none()) {
            made.entry(column.name.folded()).or_insert(at);
        }
        for (at, column) in in_order().filter(|(_, column)| column.dropped.is_some()) {
            made.entry(column.name.folded()).or_insert(at);
        }
        made
    }
}

impl Relation {
    /// `schema.name`, or just the name in a default schema.
    pub fn display(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{schema}.{}", self.name),
            None => self.name.to_string(),
        }
    }

    /// The column of that name: a live one before a dropped one.
    pub fn column(&self, name: &Name) -> Option<&Column> {
        let mut dropped = None;
        for column in &self.columns {
            if column.name.is_called(name) {
                if column.dropped.is_none() {
                    return Some(column);
                }
                dropped = Some(column);
            }
        }
        dropped
    }

    /// The same for a relation whose columns are all known: wide ones are indexed when they are first asked.
    pub fn known_column(&self, name: &Name) -> Option<&Column> {
        if self.columns.len() <= ColumnIndex::NARROW {
            return self.column(name);
        }
        let index = self.index.0.get_or_init(|| ColumnIndex::of(&self.columns));
        index.get(name).map(|&at| &self.columns[at])
    }

    /// Columns that are not dropped, in order.
    pub fn live_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.dropped.is_none())
    }
}

/// A relation or column that a question is about although a migration takes it away: it counts as still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The database that has it, when several are configured.
    pub database: Option<String>,
    /// The relation.
    pub relation: ObjectName,
    /// The column; `None` for the relation as a whole.
    pub column: Option<Ident>,
    /// Where it is taken away.
    pub origin: Origin,
}

/// All relations of one database.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    relations: Vec<Relation>,
    by_name: BTreeMap<Name, Vec<RelationId>>,
    /// Definitions of views, routines and triggers that are in force: the last of each name in its schema source.
    live_definitions: std::collections::BTreeSet<Origin>,
    /// Trouble met while the schema was put together.
    pub problems: Vec<CatalogProblem>,
}

/// Something about the schema that the user should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogProblem {
    /// Stable kebab-case code.
    pub code: &'static str,
    /// The fact.
    pub message: String,
    /// Where.
    pub origin: Origin,
}

impl Catalog {
    /// The relation behind an id of this catalog.
    pub fn relation(&self, id: RelationId) -> &Relation {
        &self.relations[id.0 as usize]
    }

    /// All relations with their ids, in order of declaration.
    pub fn relations(&self) -> impl Iterator<Item = (RelationId, &Relation)> {
        self.relations.iter().enumerate().map(|(at, relation)| (RelationId(at as u32), relation))
    }

    /// Whether no schema source declares anything.
    pub fn is_empty(&self) -> bool {
        self.relations.is_empty()
    }

    /// Whether the view, routine or trigger defined at `origin` is in force.
    pub fn is_live_definition(&self, origin: Origin) -> bool {
        self.live_definitions.contains(&origin)
    }

    /// The relation that a name in a statement stands for. A qualified name must agree in its schema, unless only
    /// one relation has that name and none of its schema sources says a schema (a database's name before a table's).
    /// What is [`DEPLOYED`] may stand in any schema.
    /// An unqualified one is looked up in `search_path`, then in the default schema, then anywhere it is unique.
    /// A live relation goes before a dropped one.
    pub fn find(&self, name: &ObjectName, search_path: &[Name]) -> Option<RelationId> {
        let candidates = self.by_name.get(&name.last().folded())?;
        let pick = |wanted: &dyn Fn(&Relation) -> bool| {
            let mut fitting = candidates.iter().copied().filter(|&id| wanted(self.relation(id)));
            let first = fitting.next()?;
            if self.relation(first).dropped.is_none() {
                return Some(first);
            }
            Some(fitting.find(|&id| self.relation(id).dropped.is_none()).unwrap_or(first))
        };
        let in_schema = |schema: &Name| {
            if DEFAULT_SCHEMAS.contains(&schema.as_str()) {
                pick(&|relation| relation.schema.is_none())
            } else {
                pick(&|relation| relation.schema.as_ref().is_some_and(|own| own.is_called(schema)))
            }
        };
        if let Some(schema) = name.schema() {
            let is_deployed = |relation: &Relation| relation.schema.as_ref().is_some_and(|own| own.is(DEPLOYED));
            return in_schema(&schema.folded()).or_else(|| {
                let unqualified = candidates.iter().all(|&id| {
                    let relation = self.relation(id);
                    relation.schema.is_none() || is_deployed(relation)
                });
                // A table of the database goes before what is made of it.
                let plain = || pick(&|relation| relation.schema.is_none());
                unqualified.then(|| plain().or_else(|| pick(&|_| true))).flatten()
            });
        }
        search_path
            .iter()
            .find_map(in_schema)
            .or_else(|| pick(&|relation| relation.schema.is_none()))
            .or_else(|| pick(&|_| true))
    }

    /// Relations that have a live column of that name, in order of declaration.
    pub fn owners_of<'a>(&'a self, column: &'a Name) -> impl Iterator<Item = RelationId> + 'a {
        self.relations()
            .filter(move |(_, relation)| {
                relation.dropped.is_none() && relation.column(column).is_some_and(|column| column.dropped.is_none())
            })
            .map(|(id, _)| id)
    }

    /// How a relation is shown.
    pub fn display(&self, key: &RelationKey) -> String {
        match key {
            RelationKey::Declared(id) => self.relation(*id).display(),
            RelationKey::Undeclared(name) => name.to_string(),
        }
    }

    /// How a column is shown: `table.column`, spelled as declared.
    pub fn display_column(&self, key: &ColumnKey) -> String {
        format!("{}.{}", self.display(&key.relation), self.column_spelling(key))
    }

    /// A column's name as declared.
    pub fn column_spelling(&self, key: &ColumnKey) -> String {
        match &key.relation {
            RelationKey::Declared(id) => self
                .relation(*id)
                .known_column(&key.column)
                .map_or_else(|| key.column.to_string(), |column| column.name.to_string()),
            RelationKey::Undeclared(_) => key.column.to_string(),
        }
    }
}
