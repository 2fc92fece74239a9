//! One statement's names, resolved through its scopes and the catalog.
//!
//! `PostgreSQL`'s rules are the reference: the nearest scope that has the name wins; a derived table gives the columns
//! of its projection; a merged join column is a column of both sides; an alias of the projection is visible to
//! `ORDER BY` first and to `GROUP BY` last. Where the catalog does not know a relation, its columns are taken to be
//! whatever the statement says they are.

mod bare;
mod hit;
mod outputs;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use crate::catalog::{Catalog, ColumnKey, DEFAULT_SCHEMAS, RelationId, RelationKey};
use crate::extract::sql::text::holds_hole;
use crate::model::answer::Certainty;
use crate::model::name::{Ident, Name, ObjectName};
use crate::model::statement::{
    ColumnReference, Dialect, Lookup, Relation, Scope, ScopeId, Source, SourceRole, Statement,
};

/// What a name in a statement stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// These columns: one, or those of both sides of a merged join column.
    Columns {
        /// The columns, nearest relations first; views are not looked through.
        columns: Vec<ColumnKey>,
        /// How sure.
        certainty: Certainty,
        /// How the name gets there.
        path: NamePath,
    },
    /// A name that the projection gives; `columns` is what its value is made of.
    Alias {
        /// Inputs of the aliased expression.
        columns: Vec<ColumnKey>,
    },
    /// The whole row of a source.
    WholeRow {
        /// Whose.
        relation: Option<RelationKey>,
    },
    /// One of several.
    Ambiguous {
        /// The candidates.
        columns: Vec<ColumnKey>,
    },
    /// It may belong to a relation that is known only at run time.
    Dynamic,
    /// Nothing in the statement can have it.
    Unknown {
        /// Why, in words.
        reason: String,
    },
}

/// How a name reaches its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamePath {
    /// The relation stands in `FROM` (or is written to).
    Direct,
    /// Through a derived table or CTE that passes the column on under its own name.
    Passed,
    /// Through a derived table or CTE that gives it another name, or makes a value of it.
    Derived,
}

/// A column that a scope gives to the one around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputColumn {
    /// Its name, if it has one.
    pub name: Option<Ident>,
    /// What its value is made of.
    pub columns: Vec<ColumnKey>,
    /// Whether it is just one column under that column's own name.
    pub passed: bool,
}

/// What a scope gives to the one around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outputs {
    /// Columns in order.
    pub columns: Vec<OutputColumn>,
    /// Relations of unknown columns behind a wildcard: any name may come from them.
    pub open: Vec<RelationKey>,
    /// Whether a wildcard stands over something that is not even a named relation.
    pub unknown: bool,
}

/// What a source stands for once its name is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Bound {
    Relation(RelationKey),
    Query(ScopeId),
    /// Only columns that its alias names; `open` when it names none.
    Anonymous {
        open: bool,
    },
    Hole,
}

/// One of the scopes in which a name is looked up.
struct Level<'a> {
    id: ScopeId,
    scope: &'a Scope,
    /// Those of its sources that the name can see.
    visible: Range<usize>,
}

/// A column found in a source.
struct Hit {
    columns: Vec<ColumnKey>,
    path: NamePath,
    /// The schema says that it is there now.
    live: bool,
}

/// How often a long list was searched, and where in it each name first stands.
type Positions = (u32, HashMap<Name, usize>);

/// Resolves the names of one statement.
pub struct Resolver<'a> {
    statement: &'a Statement,
    catalog: &'a Catalog,
    bound: Vec<Vec<Bound>>,
    outputs: RefCell<Vec<Progress>>,
    /// Whether any source is a name for the row being written.
    has_images: bool,
    indexes: RefCell<HashMap<Listed, Positions>>,
    /// For scopes of many sources those that differ.
    distinct: RefCell<HashMap<ScopeId, Rc<[usize]>>>,
    /// For scopes of many sources where each name stands.
    named: RefCell<HashMap<ScopeId, Rc<SourceNames>>>,
}

/// Sources of one scope by their folded names, in order.
#[derive(Default)]
struct SourceNames {
    /// By alias, or by the relation's own name when there is none.
    exposed: HashMap<Name, Vec<usize>>,
    /// By the relation's own name behind an alias.
    hidden: HashMap<Name, Vec<usize>>,
}

impl SourceNames {
    fn of(scope: &Scope) -> Self {
        let mut made = Self::default();
        for (at, source) in scope.sources.iter().enumerate() {
            let own = match &source.relation {
                Relation::Table(name) | Relation::Function(name) => Some(name.last()),
                _ => None,
            };
            if let Some(name) = source.alias.as_ref().or(own) {
                made.exposed.entry(name.folded()).or_default().push(at);
            }
            if let (Some(_), Some(name)) = (&source.alias, own) {
                made.hidden.entry(name.folded()).or_default().push(at);
            }
        }
        made
    }
}

/// Lists of at most so many names are searched, longer ones indexed.
const NARROW: usize = 48;
/// A list is indexed when it is looked into for this time.
const WORTHWHILE: u32 = 4;
/// Of more sources than so many, those that are the same relation are looked at once.
const MANY: usize = 32;

/// A list of names that may be long.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Listed {
    /// What a scope gives.
    Outputs(ScopeId),
    /// The items of a projection.
    Projection(ScopeId),
    /// The column list of a source's alias.
    Alias(ScopeId, u32),
}

#[derive(Clone)]
enum Progress {
    Open,
    Running,
    Done(Rc<Outputs>),
}

impl<'a> Resolver<'a> {
    /// A resolver for `statement`; unqualified relations are looked up in `search_path` first.
    pub fn new(statement: &'a Statement, catalog: &'a Catalog, search_path: &[Name]) -> Self {
        let bind = |source: &Source| match &source.relation {
            Relation::Table(name) if name.0.iter().any(|part| holds_hole(&part.text)) => Bound::Hole,
            Relation::Table(name) => Bound::Relation(relation_key(catalog, name, search_path)),
            Relation::Query(scope) => Bound::Query(*scope),
            Relation::Values(_) => Bound::Anonymous { open: false },
            Relation::Function(_) => Bound::Anonymous { open: source.columns.is_empty() },
            Relation::Hole => Bound::Hole,
        };
        let bound = statement.scopes.iter().map(|scope| scope.sources.iter().map(bind).collect()).collect();
        Self {
            statement,
            catalog,
            bound,
            has_images: statement
                .scopes
                .iter()
                .any(|scope| scope.sources.iter().any(|source| source.role == SourceRole::RowImage)),
            outputs: RefCell::new(vec![Progress::Open; statement.scopes.len()]),
            indexes: RefCell::default(),
            distinct: RefCell::default(),
            named: RefCell::default(),
        }
    }

    /// The statement whose names are resolved.
    pub fn statement(&self) -> &'a Statement {
        self.statement
    }

    fn scope(&self, id: ScopeId) -> Option<&'a Scope> {
        self.statement.scopes.get(id.0 as usize)
    }

    /// The relation behind a source, when it is a named one.
    pub fn relation_of(&self, scope: ScopeId, source: usize) -> Option<&RelationKey> {
        match self.bound.get(scope.0 as usize)?.get(source)? {
            Bound::Relation(key) => Some(key),
            _ => None,
        }
    }

    /// Whether a source is known only at run time.
    pub fn is_hole(&self, scope: ScopeId, source: usize) -> bool {
        self.bound.get(scope.0 as usize).and_then(|sources| sources.get(source)) == Some(&Bound::Hole)
    }

    fn declared(key: &RelationKey) -> Option<RelationId> {
        match key {
            RelationKey::Declared(id) => Some(*id),
            RelationKey::Undeclared(_) => None,
        }
    }

    /// Resolves one reference of `scope`.
    pub fn resolve(&self, scope_id: ScopeId, reference: &ColumnReference) -> Resolution {
        let Some(scope) = self.scope(scope_id) else { return unknown("it stands in no scope") };
        if let Lookup::Only(source) = reference.lookup {
            return self.resolve_only(scope_id, source as usize, &reference.name);
        }
        if let Lookup::KeyOf(source) = reference.lookup {
            return self.resolve_key(scope_id, source as usize, &reference.name);
        }
        if &*reference.name.text == "*" && !reference.name.quoted {
            let row = self.row_source(scope_id, reference.lookup, &reference.qualifier);
            let relation = row.and_then(|(scope, at)| self.relation_of(scope, at).cloned());
            return Resolution::WholeRow { relation };
        }
        if !reference.qualifier.is_empty() {
            return self.resolve_qualified(scope_id, reference);
        }
        let name = reference.name.folded();
        if reference.lookup == Lookup::OutputsFirst
            && let Some(found) = self.resolve_output(scope_id, scope, &name, reference.usage)
        {
            return found;
        }
        self.resolve_bare(scope_id, reference, &name)
    }

    fn resolve_only(&self, scope: ScopeId, source: usize, name: &Ident) -> Resolution {
        let folded = name.folded();
        if let Some(hit) = self.hit(scope, source, &folded) {
            return Resolution::Columns { columns: hit.columns, certainty: Certainty::Certain, path: hit.path };
        }
        match self.bound.get(scope.0 as usize).and_then(|sources| sources.get(source)) {
            Some(Bound::Relation(key)) => Resolution::Columns {
                columns: vec![ColumnKey { relation: key.clone(), column: folded }],
                certainty: Certainty::Certain,
                path: NamePath::Direct,
            },
            Some(Bound::Query(_) | Bound::Anonymous { .. }) => unknown("the derived table does not have it"),
            Some(Bound::Hole) => Resolution::Dynamic,
            None => unknown("it stands in no relation"),
        }
    }

    /// The columns of a key that is named; none when the schema does not declare it.
    fn resolve_key(&self, scope: ScopeId, source: usize, name: &Ident) -> Resolution {
        let relation = self.relation_of(scope, source);
        let key = relation.and_then(|key| {
            self.catalog.relation(Self::declared(key)?).keys.iter().find(|own| name.is_called(&own.name))
        });
        let (Some(relation), Some(key)) = (relation, key) else { return no_column() };
        let column = |column: &Name| ColumnKey { relation: relation.clone(), column: column.clone() };
        Resolution::Columns {
            columns: key.columns.iter().map(column).collect(),
            certainty: Certainty::Certain,
            path: NamePath::Derived,
        }
    }

    fn resolve_qualified(&self, from: ScopeId, reference: &ColumnReference) -> Resolution {
        let name = reference.name.folded();
        if reference.qualifier.iter().any(|part| holds_hole(&part.text)) {
            return Resolution::Dynamic;
        }
        let mut dynamic = false;
        let mut levels = self.levels(from, reference.lookup);
        while let Some(level) = levels.next() {
            if let Some(at) = self.exposed_source(&level, &reference.qualifier) {
                // `x.name` of an `x` that has no such column is a cast of its row; an `x` further out is hidden.
                let hides = |outer: Level<'_>| self.exposed_source(&outer, &reference.qualifier).is_some();
                if self.is_cast(level.id, at, &name) && levels.any(hides) {
                    return no_column();
                }
                return self.column_of(level.id, at, &name);
            }
            dynamic |= level.visible.clone().any(|at| self.is_hole(level.id, at));
        }
        // `PostgreSQL` knows no other name. MySQL and SQLite users also use the name behind an alias.
        for level in self.levels(from, reference.lookup) {
            if let Some(at) = self.named_source(level.id, level.scope, &reference.qualifier) {
                return self.column_of(level.id, at, &name);
            }
        }
        // MySQL writes the database before an alias, too, when it shows a view: `db.t.a`.
        if let [_, alias] = &reference.qualifier[..]
            && matches!(self.statement.dialect, Dialect::Mysql | Dialect::Generic)
        {
            for level in self.levels(from, reference.lookup) {
                if let Some(at) = self.exposed_source(&level, std::slice::from_ref(alias)) {
                    return self.column_of(level.id, at, &name);
                }
            }
        }
        if let Some(found) = self.field_of(from, reference) {
            return found;
        }
        if dynamic {
            return Resolution::Dynamic;
        }
        let written: Vec<String> = reference.qualifier.iter().map(ToString::to_string).collect();
        unknown(&format!("`{}` is no relation or alias of its statement", written.join(".")))
    }

    /// The column of which a reference names a field: `payload.name`, `t.payload.name`. `BigQuery`, Spark, Presto and
    /// `ClickHouse` write them so; where the dialect is not known, the column must be.
    fn field_of(&self, from: ScopeId, reference: &ColumnReference) -> Option<Resolution> {
        let dialect = self.statement.dialect;
        if !matches!(dialect, Dialect::BigQuery | Dialect::ClickHouse | Dialect::Generic) {
            return None;
        }
        let qualifier = &reference.qualifier;
        for length in (1..qualifier.len()).rev() {
            let column = qualifier[length].folded();
            for level in self.levels(from, reference.lookup) {
                if let Some(at) = self.exposed_source(&level, &qualifier[..length]) {
                    let is_known = self.hit(level.id, at, &column).is_some();
                    return (is_known || dialect == Dialect::BigQuery).then(|| self.column_of(level.id, at, &column));
                }
            }
        }
        let column = qualifier.first()?.folded();
        let known = self.levels(from, reference.lookup).find_map(|level| self.bare_in_scope(&level, &column));
        if known.is_some() || dialect != Dialect::BigQuery {
            return known;
        }
        self.levels(from, reference.lookup).find_map(|level| self.bare_by_elimination(&level, &column))
    }

    /// Whether a name is that of a type to which `PostgreSQL` casts a row, and no column of the source's.
    fn is_cast(&self, scope: ScopeId, at: usize, name: &Name) -> bool {
        matches!(name.as_str(), "name" | "text" | "varchar" | "bpchar")
            && matches!(self.statement.dialect, Dialect::Postgres | Dialect::Generic)
            && !self.is_open(scope, at)
            && self.hit(scope, at, name).is_none()
    }

    /// The column of that name of a source that the statement says has it.
    fn column_of(&self, scope: ScopeId, at: usize, name: &Name) -> Resolution {
        if let Some(hit) = self.hit(scope, at, name) {
            return Resolution::Columns { columns: hit.columns, certainty: Certainty::Certain, path: hit.path };
        }
        if self.is_system_column(scope, at, name) {
            return no_column();
        }
        self.not_in_source(scope, at, name, true)
    }

    /// Whether a name is one that the database gives to every table, and the source's table has no column of its own
    /// that is called so.
    fn is_system_column(&self, scope: ScopeId, at: usize, name: &Name) -> bool {
        let Some(Bound::Relation(key)) = self.bound.get(scope.0 as usize).and_then(|sources| sources.get(at)) else {
            return false;
        };
        let dialect = self.statement.dialect;
        let is_closed = || Self::declared(key).is_some_and(|id| !self.catalog.relation(id).open);
        match name.as_str() {
            "ctid" | "xmin" | "xmax" | "cmin" | "cmax" | "tableoid" => {
                matches!(dialect, Dialect::Postgres | Dialect::Generic) || is_closed()
            }
            "oid" => matches!(dialect, Dialect::Postgres | Dialect::Sqlite | Dialect::Generic) && is_closed(),
            "rowid" | "_rowid_" => {
                matches!(dialect, Dialect::Sqlite | Dialect::Oracle) || (dialect == Dialect::Generic && is_closed())
            }
            "_table_suffix" | "_partitiontime" | "_partitiondate" | "_file_name" => dialect == Dialect::BigQuery,
            "ora_rowscn" => matches!(dialect, Dialect::Oracle | Dialect::Generic),
            _ => false,
        }
    }

    /// The scopes in which a name of `from` is looked up, nearest first, with those of their sources that it can see.
    fn levels(&self, from: ScopeId, lookup: Lookup) -> impl Iterator<Item = Level<'a>> + '_ {
        let level = move |id: ScopeId, sources: Option<(u32, u32)>| {
            let scope = self.scope(id)?;
            let end = scope.sources.len();
            let visible = sources.map_or(0..end, |(start, stop)| (start as usize).min(end)..(stop as usize).min(end));
            Some(Level { id, scope, visible })
        };
        let own = if let Lookup::Within(start, end) = lookup { Some((start, end)) } else { None };
        let first = level(from, own);
        let outwards = move |inner: &Level<'a>| level(inner.scope.outer?, inner.scope.outer_sources);
        std::iter::successors(first, outwards).take(self.statement.scopes.len())
    }

    /// The source whose row a name stands for, and its scope.
    fn row_source(&self, from: ScopeId, lookup: Lookup, qualifier: &[Ident]) -> Option<(ScopeId, usize)> {
        self.levels(from, lookup)
            .find_map(|level| self.exposed_source(&level, qualifier).map(|at| (level.id, at)))
            .or_else(|| {
                self.levels(from, lookup)
                    .find_map(|level| self.named_source(level.id, level.scope, qualifier).map(|at| (level.id, at)))
            })
    }

    /// Whether a reference is to a value that an insert is writing, not to a stored one: `EXCLUDED.c` and its like.
    pub fn is_new_row(&self, from: ScopeId, reference: &ColumnReference) -> bool {
        if !self.has_images || reference.qualifier.len() != 1 {
            return false;
        }
        let Some((id, at)) = self.row_source(from, reference.lookup, &reference.qualifier) else { return false };
        self.scope(id).is_some_and(|scope| {
            scope.insert.is_some() && scope.sources.get(at).is_some_and(|source| source.role == SourceRole::RowImage)
        })
    }

    /// The visible source that a qualifier names: by alias, or by the relation's name when it has none.
    fn exposed_source(&self, level: &Level<'_>, qualifier: &[Ident]) -> Option<usize> {
        let last = qualifier.last()?;
        let is_named = |at: &usize| {
            let source = &level.scope.sources[*at];
            match (&source.alias, &source.relation) {
                (Some(alias), _) => qualifier.len() == 1 && alias.matches(last),
                (None, Relation::Table(name) | Relation::Function(name)) => {
                    ends_alike(name, qualifier) && self.is_in_schema(level.id, *at, name, qualifier)
                }
                (None, _) => false,
            }
        };
        if let Some(names) = self.source_names(level.id, level.scope) {
            let called = names.exposed.get(&last.folded())?;
            let first = called.partition_point(|at| *at < level.visible.start);
            return called[first..].iter().copied().take_while(|at| *at < level.visible.end).find(is_named);
        }
        level.visible.clone().find(is_named)
    }

    /// The index of a scope's sources, when there are many.
    fn source_names(&self, id: ScopeId, scope: &Scope) -> Option<Rc<SourceNames>> {
        if scope.sources.len() <= MANY {
            return None;
        }
        let mut named = self.named.borrow_mut();
        Some(Rc::clone(named.entry(id).or_insert_with(|| Rc::new(SourceNames::of(scope)))))
    }

    /// Whether the relation of a source that is named without a schema is in the one that the qualifier says.
    fn is_in_schema(&self, scope: ScopeId, at: usize, name: &ObjectName, qualifier: &[Ident]) -> bool {
        let Some(schema) = qualifier.len().checked_sub(2).map(|at| &qualifier[at]) else { return true };
        if name.0.len() > 1 {
            return true;
        }
        match self.relation_of(scope, at) {
            Some(RelationKey::Declared(id)) => match &self.catalog.relation(*id).schema {
                Some(own) => own.matches(schema),
                None => DEFAULT_SCHEMAS.iter().any(|default| schema.is(default)),
            },
            _ => true,
        }
    }

    /// The source whose relation has that name, also behind an alias.
    fn named_source(&self, id: ScopeId, scope: &Scope, qualifier: &[Ident]) -> Option<usize> {
        let by_name = |source: &Source| match &source.relation {
            Relation::Table(name) | Relation::Function(name) => ends_alike(name, qualifier),
            _ => false,
        };
        if let Some(names) = self.source_names(id, scope) {
            let last = qualifier.last()?.folded();
            let called = |index: &HashMap<Name, Vec<usize>>, is_exposed: bool| {
                let fits = |at: &usize| {
                    let source = &scope.sources[*at];
                    source.alias.is_none() == is_exposed && by_name(source)
                };
                index.get(&last)?.iter().copied().find(fits)
            };
            return called(&names.exposed, true).or_else(|| called(&names.hidden, false));
        }
        let exposed = scope.sources.iter().position(|source| source.alias.is_none() && by_name(source));
        exposed.or_else(|| scope.sources.iter().position(by_name))
    }

    /// A name that a source does not list: its relation has it all the same if the schema may be incomplete.
    fn not_in_source(&self, scope: ScopeId, at: usize, name: &Name, qualified: bool) -> Resolution {
        match &self.bound[scope.0 as usize][at] {
            Bound::Relation(key) => {
                let known = Self::declared(key).is_some_and(|id| !self.catalog.relation(id).open);
                let certainty = match (known, qualified) {
                    (false, _) | (true, true) => Certainty::Certain,
                    (true, false) => Certainty::Likely,
                };
                Resolution::Columns {
                    columns: vec![ColumnKey { relation: key.clone(), column: name.clone() }],
                    certainty,
                    path: NamePath::Direct,
                }
            }
            Bound::Query(inner) => {
                let outputs = self.outputs(*inner);
                match outputs.open.as_slice() {
                    [] if outputs.unknown => Resolution::Dynamic,
                    [] => unknown("the derived table does not give it"),
                    [one] => Resolution::Columns {
                        columns: vec![ColumnKey { relation: one.clone(), column: name.clone() }],
                        certainty: Certainty::Likely,
                        path: NamePath::Passed,
                    },
                    several => match self.of_each_branch(*inner, name, DEEPEST_BRANCH) {
                        Some(columns) if !columns.is_empty() => {
                            let (certainty, path) = (Certainty::Likely, NamePath::Passed);
                            Resolution::Columns { columns, certainty, path }
                        }
                        _ => Resolution::Ambiguous {
                            columns: several
                                .iter()
                                .map(|relation| ColumnKey { relation: relation.clone(), column: name.clone() })
                                .collect(),
                        },
                    },
                }
            }
            // A field of what a table function gives is a value of the statement's own.
            Bound::Anonymous { .. } => no_column(),
            Bound::Hole => Resolution::Dynamic,
        }
    }
}

/// Queries inside of queries whose branches are looked at for a name that no projection lists.
const DEEPEST_BRANCH: u32 = 8;

/// The columns that a resolution speaks of.
pub fn resolved_columns(resolution: Resolution) -> Vec<ColumnKey> {
    match resolution {
        Resolution::Columns { columns, .. } | Resolution::Alias { columns } | Resolution::Ambiguous { columns } => {
            columns
        }
        Resolution::WholeRow { .. } | Resolution::Dynamic | Resolution::Unknown { .. } => Vec::new(),
    }
}

/// Whether all hits are sides of joins that merge the name.
fn are_merged(scope: &Scope, name: &Name, hits: &[(usize, Hit)]) -> bool {
    hits.iter().all(|(at, _)| {
        scope.merges.iter().any(|merge| {
            let named = match &merge.columns {
                Some(columns) => columns.iter().any(|(column, _)| column.is_called(name)),
                None => true,
            };
            let inside = |range: (u32, u32)| (range.0..range.1).contains(&(*at as u32));
            named && (inside(merge.left) || inside(merge.right))
        })
    })
}

/// Whether the last parts of a relation's name are those of a qualifier, as far as both go.
fn ends_alike(name: &ObjectName, qualifier: &[Ident]) -> bool {
    !qualifier.is_empty() && name.0.iter().rev().zip(qualifier.iter().rev()).all(|(a, b)| a.matches(b))
}

/// What a name stands for that is known to be no column of any table.
fn no_column() -> Resolution {
    Resolution::Columns { columns: Vec::new(), certainty: Certainty::Certain, path: NamePath::Direct }
}

fn names_source(source: &Source, name: &Ident) -> bool {
    match (&source.alias, &source.relation) {
        (Some(alias), _) => alias.matches(name),
        (None, Relation::Table(table) | Relation::Function(table)) => table.last().matches(name),
        _ => false,
    }
}

/// The relation that a name stands for: declared if the catalog has it, else the name itself without a default schema.
pub fn relation_key(catalog: &Catalog, name: &ObjectName, search_path: &[Name]) -> RelationKey {
    match catalog.find(name, search_path) {
        Some(id) => RelationKey::Declared(id),
        None => RelationKey::Undeclared(undeclared_name(name)),
    }
}

fn undeclared_name(name: &ObjectName) -> Name {
    let parts: Vec<&str> = name.0.iter().map(|part| &*part.text).collect();
    let parts = match parts.as_slice() {
        [.., schema, table] if DEFAULT_SCHEMAS.iter().any(|default| default.eq_ignore_ascii_case(schema)) => {
            vec![*table]
        }
        all => all.to_vec(),
    };
    Name::new(&parts.join("."))
}

fn unknown(reason: &str) -> Resolution {
    Resolution::Unknown { reason: reason.to_owned() }
}
