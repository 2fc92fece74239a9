//! One statement's names, resolved through its scopes and the catalog.
//!
//! `PostgreSQL`'s rules are the reference: the nearest scope that has the name wins; a derived table gives the columns
//! of its projection; a merged join column is a column of both sides; an alias of the projection is visible to
//! `ORDER BY` first and to `GROUP BY` last. Where the catalog does not know a relation, its columns are taken to be
//! whatever the statement says they are.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use crate::catalog::{Catalog, Column, ColumnKey, DEFAULT_SCHEMAS, RelationId, RelationKey};
use crate::extract::sql::text::holds_hole;
use crate::model::answer::Certainty;
use crate::model::name::{Ident, Name, ObjectName};
use crate::model::statement::{
    ColumnReference, Dialect, Lookup, Output, OutputValue, Relation, Scope, ScopeId, Source, SourceRole, Statement,
    Usage,
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
    /// Columns of a relation that are not dropped.
    Live(RelationId),
    /// All columns of a relation.
    Dropped(RelationId),
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
            if let Some(at) = Self::named_source(level.scope, &reference.qualifier) {
                return self.column_of(level.id, at, &name);
            }
        }
        // A composite column or a JSON path: `(t).a.b`, `payload.name`: the first part may be a column itself.
        if dynamic {
            return Resolution::Dynamic;
        }
        let written: Vec<String> = reference.qualifier.iter().map(ToString::to_string).collect();
        unknown(&format!("`{}` is no relation or alias of its statement", written.join(".")))
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
                    .find_map(|level| Self::named_source(level.scope, qualifier).map(|at| (level.id, at)))
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
        level.visible.clone().find(|&at| {
            let source = &level.scope.sources[at];
            match (&source.alias, &source.relation) {
                (Some(alias), _) => qualifier.len() == 1 && alias.matches(last),
                (None, Relation::Table(name) | Relation::Function(name)) => {
                    ends_alike(name, qualifier) && self.is_in_schema(level.id, at, name, qualifier)
                }
                (None, _) => false,
            }
        })
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
    fn named_source(scope: &Scope, qualifier: &[Ident]) -> Option<usize> {
        let by_name = |source: &Source| match &source.relation {
            Relation::Table(name) | Relation::Function(name) => ends_alike(name, qualifier),
            _ => false,
        };
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
                    several => Resolution::Ambiguous {
                        columns: several
                            .iter()
                            .map(|relation| ColumnKey { relation: relation.clone(), column: name.clone() })
                            .collect(),
                    },
                }
            }
            // A field of what a table function gives is a value of the statement's own.
            Bound::Anonymous { .. } => no_column(),
            Bound::Hole => Resolution::Dynamic,
        }
    }

    /// A name that the projection of `scope` gives.
    fn resolve_output(&self, scope_id: ScopeId, scope: &Scope, name: &Name, usage: Usage) -> Option<Resolution> {
        if !scope.operands.is_empty() {
            let outputs = self.outputs(scope_id);
            let found = &outputs.columns[self.output_position(scope_id, &outputs, name, 0)?];
            return Some(if found.passed {
                Resolution::Columns {
                    columns: found.columns.clone(),
                    certainty: Certainty::Certain,
                    path: NamePath::Passed,
                }
            } else {
                Resolution::Alias { columns: found.columns.clone() }
            });
        }
        let names = scope.outputs.iter().map(|output| output.name.as_ref());
        let at = self.position(Listed::Projection(scope_id), names, name, 0);
        let Some(at) = at else {
            // A wildcard gives names too.
            let is_wild = |output: &Output| matches!(output.value, OutputValue::Wildcard { .. });
            if usage != Usage::Order || !scope.outputs.iter().any(is_wild) {
                return None;
            }
            let outputs = self.outputs(scope_id);
            let found = &outputs.columns[self.output_position(scope_id, &outputs, name, 0)?];
            let (columns, certainty, path) = (found.columns.clone(), Certainty::Certain, NamePath::Direct);
            return Some(if found.passed {
                Resolution::Columns { columns, certainty, path }
            } else {
                Resolution::Alias { columns }
            });
        };
        let output = &scope.outputs[at];
        if usage == Usage::Output(at as u32) {
            return None;
        }
        match output.value {
            OutputValue::Column(reference) if output.alias_span.is_none() => {
                let reference = scope.references.get(reference as usize)?;
                (reference.lookup != Lookup::OutputsFirst).then(|| self.resolve(scope_id, reference))
            }
            OutputValue::Wildcard { .. } => None,
            _ => Some(Resolution::Alias { columns: self.output_inputs(scope_id, scope, at as u32) }),
        }
    }

    fn resolve_bare(&self, from: ScopeId, reference: &ColumnReference, name: &Name) -> Resolution {
        // A relation of unknown columns in a nearer scope may have the name too.
        let mut guess: Option<Resolution> = None;
        let mut hides = false;
        for level in self.levels(from, reference.lookup) {
            if let Some(found) = self.bare_in_scope(&level, name) {
                return match guess {
                    // A column that is there wins over a field that a table function may give.
                    None => found,
                    Some(Resolution::Columns { columns, .. }) if columns.is_empty() => found,
                    Some(guess) => {
                        let mut columns = resolved_columns(guess);
                        columns.extend(resolved_columns(found));
                        Resolution::Ambiguous { columns }
                    }
                };
            }
            if level.id == from
                && reference.lookup == Lookup::SourcesFirst
                && let Some(found) = self.resolve_output(from, level.scope, name, reference.usage)
            {
                return found;
            }
            if level.visible.clone().any(|at| self.is_system_column(level.id, at, name)) {
                return no_column();
            }
            if guess.is_none() {
                guess = self.bare_by_elimination(&level, name);
            }
            hides |= level.visible.len() < level.scope.sources.len();
        }
        // `FROM unnest(…) AS x`: x is what the function gives.
        let gives = |level: &Level<'_>, at: usize| {
            matches!(self.bound[level.id.0 as usize][at], Bound::Anonymous { .. })
                && level.scope.sources[at].alias.as_ref().is_some_and(|alias| alias.is_called(name))
        };
        if guess.is_some()
            && self.levels(from, reference.lookup).any(|level| self.candidates(&level).any(|at| gives(&level, at)))
        {
            return no_column();
        }
        if let Some(found) = guess {
            return found;
        }
        // Only what is no column anywhere is a whole row.
        let row = self.levels(from, reference.lookup).find_map(|level| {
            let at = level.visible.clone().find(|&at| names_source(&level.scope.sources[at], &reference.name))?;
            Some((level.id, at))
        });
        if let Some((scope, at)) = row {
            return Resolution::WholeRow { relation: self.relation_of(scope, at).cloned() };
        }
        if hides {
            let everything = self.levels(from, Lookup::Sources).find_map(|level| {
                let visible = 0..level.scope.sources.len();
                self.bare_in_scope(&Level { visible, ..level }, name)
            });
            if let Some(found) = everything {
                return found;
            }
        }
        if let Some(scope) = self.scope(from)
            && let Some(found) = self.resolve_output(from, scope, name, reference.usage)
        {
            return found;
        }
        self.bare_undeclared(from, name)
    }

    /// The column of that name of the visible sources of a scope, when they are known to have one.
    fn bare_in_scope(&self, level: &Level<'_>, name: &Name) -> Option<Resolution> {
        let scope = level.scope;
        let mut hits: Vec<(usize, Hit)> = Vec::new();
        for at in self.candidates(level) {
            if scope.sources[at].role == SourceRole::RowImage {
                continue;
            }
            if let Some(hit) = self.hit(level.id, at, name) {
                hits.push((at, hit));
            }
        }
        if hits.len() > 1 && hits.iter().any(|(_, hit)| hit.live) {
            hits.retain(|(_, hit)| hit.live);
        }
        match hits.len() {
            0 => None,
            1 => {
                let (_, hit) = hits.pop()?;
                Some(Resolution::Columns { columns: hit.columns, certainty: Certainty::Certain, path: hit.path })
            }
            _ => {
                let merged = are_merged(scope, name, &hits);
                let path = hits[0].1.path;
                let columns = hits.into_iter().flat_map(|(_, hit)| hit.columns).collect();
                Some(if merged {
                    Resolution::Columns { columns, certainty: Certainty::Certain, path }
                } else {
                    Resolution::Ambiguous { columns }
                })
            }
        }
    }

    /// The visible sources of a level. A statement that could only be read by its words may name the same relation
    /// thousands of times in one scope: it is looked at once.
    fn candidates(&self, level: &Level<'_>) -> impl Iterator<Item = usize> + use<> {
        let visible = level.visible.clone();
        let distinct: Option<Rc<[usize]>> = (visible.len() > MANY && visible.start == 0).then(|| {
            let mut known = self.distinct.borrow_mut();
            let distinct = known.entry(level.id).or_insert_with(|| {
                let mut seen: HashSet<&RelationKey> = HashSet::new();
                let is_new = |at: &usize| match &self.bound[level.id.0 as usize][*at] {
                    Bound::Relation(key) if level.scope.sources[*at].columns.is_empty() => seen.insert(key),
                    _ => true,
                };
                (0..level.scope.sources.len()).filter(is_new).collect()
            });
            Rc::clone(distinct)
        });
        let count = distinct.as_ref().map_or(visible.len(), |distinct| distinct.len());
        (0..count).filter_map(move |at| match &distinct {
            Some(distinct) => Some(distinct[at]).filter(|at| visible.contains(at)),
            None => Some(visible.start + at),
        })
    }

    /// When no source is known to have the name: the only one whose columns are not all known.
    fn bare_by_elimination(&self, level: &Level<'_>, name: &Name) -> Option<Resolution> {
        let (scope_id, scope) = (level.id, level.scope);
        let open: Vec<usize> = self
            .candidates(level)
            .filter(|&at| scope.sources[at].role != SourceRole::RowImage && self.is_open(scope_id, at))
            .collect();
        match open.as_slice() {
            [] => None,
            [at] => {
                let found = self.not_in_source(scope_id, *at, name, false);
                match found {
                    Resolution::Unknown { .. } => None,
                    found => Some(found),
                }
            }
            several => {
                let mut columns = Vec::new();
                let mut dynamic = false;
                let mut value = false;
                for &at in several {
                    match self.not_in_source(scope_id, at, name, false) {
                        Resolution::Columns { columns: more, .. } if more.is_empty() => value = true,
                        Resolution::Columns { columns: more, .. } | Resolution::Ambiguous { columns: more } => {
                            columns.extend(more);
                        }
                        Resolution::Dynamic => dynamic = true,
                        _ => {}
                    }
                }
                match columns.len() {
                    0 if dynamic => Some(Resolution::Dynamic),
                    0 => value.then(no_column),
                    _ => Some(Resolution::Ambiguous { columns }),
                }
            }
        }
    }

    /// The last resort: the only relation of the innermost scope that has any, although the schema does not list it.
    fn bare_undeclared(&self, from: ScopeId, name: &Name) -> Resolution {
        for Level { id: scope_id, scope, .. } in self.levels(from, Lookup::Sources) {
            let named: Vec<usize> = (0..scope.sources.len())
                .filter(|&at| {
                    scope.sources[at].role != SourceRole::RowImage && self.relation_of(scope_id, at).is_some()
                })
                .collect();
            match named.as_slice() {
                [] if scope.sources.is_empty() => {}
                [one] if scope.sources.len() == 1 => return self.not_in_source(scope_id, *one, name, false),
                _ => return unknown("no relation of its statement is known to have it"),
            }
        }
        unknown("its statement names no relation")
    }

    /// Whether a source may have columns that are not known.
    fn is_open(&self, scope: ScopeId, at: usize) -> bool {
        match &self.bound[scope.0 as usize][at] {
            Bound::Relation(key) => match Self::declared(key) {
                Some(id) => self.catalog.relation(id).open,
                None => true,
            },
            Bound::Query(inner) => {
                let outputs = self.outputs(*inner);
                outputs.unknown || !outputs.open.is_empty()
            }
            Bound::Anonymous { open } => *open,
            Bound::Hole => true,
        }
    }

    /// The column of that name of a source, when the source is known to have it.
    fn hit(&self, scope_id: ScopeId, at: usize, name: &Name) -> Option<Hit> {
        let source = self.scope(scope_id)?.sources.get(at)?;
        let bound = &self.bound[scope_id.0 as usize][at];
        if !source.columns.is_empty() {
            let listed = Listed::Alias(scope_id, at as u32);
            let position = self.position(listed, source.columns.iter().map(Some), name, 0);
            if let Some(position) = position {
                let columns = self.columns_at(bound, position);
                return Some(Hit { columns, path: NamePath::Derived, live: true });
            }
            return self.hit_behind(bound, name, source.columns.len());
        }
        match bound {
            Bound::Relation(key) => {
                let column = self.relation_column(Self::declared(key)?, name)?;
                Some(Hit {
                    columns: vec![ColumnKey { relation: key.clone(), column: name.clone() }],
                    path: NamePath::Direct,
                    live: column.dropped.is_none(),
                })
            }
            Bound::Query(inner) => {
                let outputs = self.outputs(*inner);
                let found = &outputs.columns[self.output_position(*inner, &outputs, name, 0)?];
                let path = if found.passed { NamePath::Passed } else { NamePath::Derived };
                Some(Hit { columns: found.columns.clone(), path, live: true })
            }
            Bound::Anonymous { .. } | Bound::Hole => None,
        }
    }

    /// The column of that name of a declared relation: a live one before a dropped one.
    fn relation_column(&self, id: RelationId, name: &Name) -> Option<&'a Column> {
        let relation = self.catalog.relation(id);
        if relation.columns.len() <= NARROW {
            return relation.column(name);
        }
        let columns = || relation.columns.iter();
        let live = columns().map(|column| column.dropped.is_none().then_some(&column.name));
        let at = self
            .position(Listed::Live(id), live, name, 0)
            .or_else(|| self.position(Listed::Dropped(id), columns().map(|column| Some(&column.name)), name, 0))?;
        relation.columns.get(at)
    }

    /// Where a scope's outputs have a name, at `from` or behind it.
    fn output_position(&self, id: ScopeId, outputs: &Outputs, name: &Name, from: usize) -> Option<usize> {
        let names = outputs.columns.iter().map(|column| column.name.as_ref());
        if matches!(self.outputs.borrow().get(id.0 as usize), Some(Progress::Done(_))) {
            return self.position(Listed::Outputs(id), names, name, from);
        }
        // A recursive query that is being worked out: the list is not the last one.
        names.enumerate().skip(from).find(|(_, own)| own.is_some_and(|own| own.is_called(name))).map(|(at, _)| at)
    }

    /// The first place at `from` or behind it where a list has a name. Long lists are indexed when they are first
    /// looked into.
    fn position<'n>(
        &self,
        list: Listed,
        names: impl ExactSizeIterator<Item = Option<&'n Ident>>,
        name: &Name,
        from: usize,
    ) -> Option<usize> {
        if names.len() <= NARROW || from > 0 {
            return names
                .enumerate()
                .skip(from)
                .find(|(_, own)| own.is_some_and(|own| own.is_called(name)))
                .map(|(at, _)| at);
        }
        let mut indexes = self.indexes.borrow_mut();
        let (lookups, index) = indexes.entry(list).or_default();
        *lookups += 1;
        if *lookups < WORTHWHILE {
            return names.enumerate().find(|(_, own)| own.is_some_and(|own| own.is_called(name))).map(|(at, _)| at);
        }
        if index.is_empty() {
            for (at, own) in names.enumerate() {
                if let Some(own) = own {
                    index.entry(own.folded()).or_insert(at);
                }
            }
        }
        index.get(name).copied()
    }

    /// The column of that name among those that an alias with a shorter list of columns leaves as they are.
    fn hit_behind(&self, bound: &Bound, name: &Name, renamed: usize) -> Option<Hit> {
        match bound {
            Bound::Relation(key) => {
                let mut columns = self.catalog.relation(Self::declared(key)?).live_columns().skip(renamed);
                columns.find(|column| column.name.is_called(name))?;
                let columns = vec![ColumnKey { relation: key.clone(), column: name.clone() }];
                Some(Hit { columns, path: NamePath::Direct, live: true })
            }
            Bound::Query(inner) => {
                let outputs = self.outputs(*inner);
                let found = &outputs.columns[self.output_position(*inner, &outputs, name, renamed)?];
                let path = if found.passed { NamePath::Passed } else { NamePath::Derived };
                Some(Hit { columns: found.columns.clone(), path, live: true })
            }
            Bound::Anonymous { .. } | Bound::Hole => None,
        }
    }

    fn columns_at(&self, bound: &Bound, position: usize) -> Vec<ColumnKey> {
        match bound {
            Bound::Relation(key) => {
                let column = Self::declared(key).and_then(|id| self.catalog.relation(id).live_columns().nth(position));
                column
                    .map(|column| ColumnKey { relation: key.clone(), column: column.name.folded() })
                    .into_iter()
                    .collect()
            }
            Bound::Query(inner) => {
                self.outputs(*inner).columns.get(position).map(|column| column.columns.clone()).unwrap_or_default()
            }
            Bound::Anonymous { .. } | Bound::Hole => Vec::new(),
        }
    }

    /// What a scope gives to the one around it. A recursive CTE that is still being worked out gives what its first
    /// branch does.
    pub fn outputs(&self, id: ScopeId) -> Rc<Outputs> {
        let progress = self.outputs.borrow().get(id.0 as usize).cloned();
        match progress {
            Some(Progress::Done(outputs)) => return outputs,
            Some(Progress::Running) => {
                let first = self.scope(id).and_then(|scope| scope.operands.first().copied());
                let done = first.and_then(|first| match self.outputs.borrow().get(first.0 as usize) {
                    Some(Progress::Done(outputs)) => Some(Rc::clone(outputs)),
                    _ => None,
                });
                return done.unwrap_or_default();
            }
            Some(Progress::Open) => {}
            None => return Rc::default(),
        }
        self.outputs.borrow_mut()[id.0 as usize] = Progress::Running;
        let outputs = Rc::new(self.make_outputs(id));
        self.outputs.borrow_mut()[id.0 as usize] = Progress::Done(Rc::clone(&outputs));
        outputs
    }

    fn make_outputs(&self, id: ScopeId) -> Outputs {
        let Some(scope) = self.scope(id) else { return Outputs::default() };
        let mut made = Outputs::default();
        if let Some((first, rest)) = scope.operands.split_first() {
            made = (*self.outputs(*first)).clone();
            let mut known: Vec<HashSet<ColumnKey>> =
                made.columns.iter().map(|own| own.columns.iter().cloned().collect()).collect();
            for operand in rest {
                let other = self.outputs(*operand);
                for ((own, more), known) in made.columns.iter_mut().zip(&other.columns).zip(&mut known) {
                    for column in &more.columns {
                        if !known.contains(column) {
                            known.insert(column.clone());
                            own.columns.push(column.clone());
                        }
                    }
                    own.passed &= more.passed
                        && match (&own.name, &more.name) {
                            (Some(own), Some(more)) => own.matches(more),
                            (None, None) => true,
                            _ => false,
                        };
                }
                made.open.extend(other.open.iter().cloned());
                made.unknown |= other.unknown;
            }
            return made;
        }
        let inputs = self.inputs_by_output(id, scope);
        for (at, output) in scope.outputs.iter().enumerate() {
            match &output.value {
                OutputValue::Wildcard { qualifier, except, .. } => {
                    self.expand_wildcard(id, scope, qualifier, except, &mut made);
                }
                OutputValue::Column(reference) => {
                    let (columns, passed) = self.column_output(id, scope, output, *reference);
                    made.columns.push(OutputColumn { name: output.name.clone(), columns, passed });
                }
                OutputValue::Expression => {
                    let columns = inputs.get(at).cloned().unwrap_or_default();
                    made.columns.push(OutputColumn { name: output.name.clone(), columns, passed: false });
                }
            }
        }
        made
    }

    fn column_output(&self, id: ScopeId, scope: &Scope, output: &Output, reference: u32) -> (Vec<ColumnKey>, bool) {
        let Some(reference) = scope.references.get(reference as usize) else { return (Vec::new(), false) };
        let same_name = output.name.as_ref().is_none_or(|name| name.matches(&reference.name));
        match self.resolve(id, reference) {
            Resolution::Columns { columns, path, .. } => (columns, same_name && path != NamePath::Derived),
            Resolution::Alias { columns } | Resolution::Ambiguous { columns } => (columns, false),
            _ => (Vec::new(), false),
        }
    }

    /// For each output that is an expression: the columns its value is made of.
    fn inputs_by_output(&self, id: ScopeId, scope: &Scope) -> Vec<Vec<ColumnKey>> {
        let mut inputs: Vec<Vec<ColumnKey>> = vec![Vec::new(); scope.outputs.len()];
        if !scope.outputs.iter().any(|output| output.value == OutputValue::Expression) {
            return inputs;
        }
        let is_expression =
            |at: u32| scope.outputs.get(at as usize).is_some_and(|output| output.value == OutputValue::Expression);
        for reference in &scope.references {
            if let Usage::Output(at) = reference.usage
                && is_expression(at)
            {
                inputs[at as usize].extend(resolved_columns(self.resolve(id, reference)));
            }
        }
        for (inner, usage) in &scope.subqueries {
            if let Usage::Output(at) = usage
                && is_expression(*at)
            {
                inputs[*at as usize]
                    .extend(self.outputs(*inner).columns.iter().flat_map(|column| column.columns.clone()));
            }
        }
        inputs
    }

    fn output_inputs(&self, id: ScopeId, scope: &Scope, at: u32) -> Vec<ColumnKey> {
        let mut columns = Vec::new();
        for reference in scope.references.iter().filter(|reference| reference.usage == Usage::Output(at)) {
            columns.extend(resolved_columns(self.resolve(id, reference)));
        }
        for (inner, _) in scope.subqueries.iter().filter(|(_, usage)| *usage == Usage::Output(at)) {
            columns.extend(self.outputs(*inner).columns.iter().flat_map(|column| column.columns.clone()));
        }
        columns
    }

    /// The sources that a wildcard of `scope` stands for.
    pub fn wildcard_sources(&self, id: ScopeId, qualifier: &[Ident]) -> Vec<(ScopeId, usize)> {
        if qualifier.is_empty() {
            let Some(scope) = self.scope(id) else { return Vec::new() };
            let is_read = |at: &usize| scope.sources[*at].role != SourceRole::RowImage;
            (0..scope.sources.len()).filter(is_read).map(|at| (id, at)).collect()
        } else {
            self.row_source(id, Lookup::Sources, qualifier).into_iter().collect()
        }
    }

    fn expand_wildcard(&self, id: ScopeId, scope: &Scope, qualifier: &[Ident], except: &[Ident], made: &mut Outputs) {
        let is_left_out = |column: &OutputColumn| {
            column.name.as_ref().is_some_and(|name| except.iter().any(|left_out| left_out.matches(name)))
        };
        let mut given = if qualifier.is_empty() && !scope.merges.is_empty() {
            self.joined_columns(id, scope)
        } else {
            let mut given = Outputs::default();
            let sources = self.wildcard_sources(id, qualifier);
            given.unknown |= sources.is_empty();
            for (scope, at) in sources {
                let more = self.source_columns(scope, at);
                given.columns.extend(more.columns);
                given.open.extend(more.open);
                given.unknown |= more.unknown;
            }
            given
        };
        if !except.is_empty() {
            given.columns.retain(|column| !is_left_out(column));
        }
        made.columns.extend(given.columns);
        made.open.extend(given.open);
        made.unknown |= given.unknown;
    }

    /// What `*` stands for over joins that merge columns: the merged ones come first, each once, and are columns of
    /// both sides.
    fn joined_columns(&self, id: ScopeId, scope: &Scope) -> Outputs {
        let mut made = Outputs::default();
        let count = scope.sources.len();
        // What has been joined so far, each part at its first source.
        let mut parts: Vec<Vec<OutputColumn>> = Vec::with_capacity(count);
        for at in 0..count {
            let mut given = Outputs::default();
            if scope.sources[at].role != SourceRole::RowImage {
                given = self.source_columns(id, at);
            }
            parts.push(given.columns);
            made.open.extend(given.open);
            made.unknown |= given.unknown;
        }
        for merge in &scope.merges {
            let mut take = |(start, end): (u32, u32)| -> Vec<OutputColumn> {
                let range = (start as usize).min(count)..(end as usize).min(count);
                parts[range].iter_mut().flat_map(std::mem::take).collect()
            };
            let (left, right) = (take(merge.left), take(merge.right));
            let names: Vec<Ident> = if let Some(columns) = &merge.columns {
                columns.iter().map(|(name, _)| name.clone()).collect()
            } else {
                let on_the_right: BTreeSet<Name> =
                    right.iter().filter_map(|column| column.name.as_ref().map(Ident::folded)).collect();
                let names = left.iter().filter_map(|column| column.name.as_ref());
                names.filter(|name| on_the_right.contains(&name.folded())).cloned().collect()
            };
            let mut joined = Vec::new();
            let (mut left, mut right) = (Side::new(left), Side::new(right));
            for name in names {
                let (one, other) = (left.take(&name), right.take(&name));
                let passed = one.iter().chain(&other).all(|column| column.passed);
                let spelled = one.as_ref().or(other.as_ref()).and_then(|column| column.name.clone());
                let columns = one.into_iter().chain(other).flat_map(|column| column.columns).collect();
                joined.push(OutputColumn { name: spelled.or(Some(name)), columns, passed });
            }
            joined.extend(left.columns.into_iter().chain(right.columns).flatten());
            if let Some(part) = parts.get_mut(merge.left.0 as usize) {
                *part = joined;
            }
        }
        made.columns = parts.into_iter().flatten().collect();
        made
    }

    /// The columns of that name on the given sides of a join; a side whose columns are not known is taken to have it.
    pub fn merged(&self, scope: ScopeId, sides: &[usize], name: &Name) -> Vec<ColumnKey> {
        let mut columns = Vec::new();
        for &at in sides {
            if let Some(hit) = self.hit(scope, at, name) {
                columns.extend(hit.columns);
            } else if self.is_open(scope, at) {
                columns.extend(resolved_columns(self.not_in_source(scope, at, name, true)));
            }
        }
        columns
    }

    /// The columns that a `NATURAL` join merges: for each shared name, those of both sides.
    pub fn natural(&self, scope: ScopeId, left: (u32, u32), right: (u32, u32)) -> Vec<Vec<ColumnKey>> {
        let given = |range: (u32, u32)| -> Vec<OutputColumn> {
            (range.0..range.1).flat_map(|at| self.source_columns(scope, at as usize).columns).collect()
        };
        let lefts = given(left);
        let mut by_name: std::collections::BTreeMap<Name, Vec<ColumnKey>> = std::collections::BTreeMap::new();
        for column in lefts {
            if let Some(name) = &column.name {
                by_name.entry(name.folded()).or_default().extend(column.columns);
            }
        }
        let mut shared = Vec::new();
        for column in given(right) {
            if let Some(name) = &column.name
                && let Some(own) = by_name.get(&name.folded())
            {
                shared.push(own.iter().cloned().chain(column.columns).collect());
            }
        }
        shared
    }

    /// All columns of a source, in order, under the names that its alias gives them.
    pub fn source_columns(&self, scope_id: ScopeId, at: usize) -> Outputs {
        let Some(source) = self.scope(scope_id).and_then(|scope| scope.sources.get(at)) else {
            return Outputs::default();
        };
        let mut given = match &self.bound[scope_id.0 as usize][at] {
            Bound::Relation(key) => match Self::declared(key) {
                Some(id) => {
                    let relation = self.catalog.relation(id);
                    let columns = relation.live_columns().map(|column| OutputColumn {
                        name: Some(column.name.clone()),
                        columns: vec![ColumnKey { relation: key.clone(), column: column.name.folded() }],
                        passed: true,
                    });
                    Outputs {
                        columns: columns.collect(),
                        open: relation.open.then(|| key.clone()).into_iter().collect(),
                        unknown: false,
                    }
                }
                None => Outputs { columns: Vec::new(), open: vec![key.clone()], unknown: false },
            },
            Bound::Query(inner) => (*self.outputs(*inner)).clone(),
            Bound::Anonymous { open } => {
                let columns = source.columns.iter().map(|name| OutputColumn {
                    name: Some(name.clone()),
                    columns: Vec::new(),
                    passed: false,
                });
                Outputs { columns: columns.collect(), open: Vec::new(), unknown: *open }
            }
            Bound::Hole => Outputs { unknown: true, ..Outputs::default() },
        };
        for (own, name) in given.columns.iter_mut().zip(&source.columns) {
            own.passed &= own.name.as_ref().is_some_and(|own| own.matches(name));
            own.name = Some(name.clone());
        }
        given
    }
}

/// The columns of one side of a join that merges some of them.
struct Side {
    columns: Vec<Option<OutputColumn>>,
    first: HashMap<Name, usize>,
}

impl Side {
    fn new(columns: Vec<OutputColumn>) -> Self {
        let mut first = HashMap::with_capacity(columns.len());
        for (at, column) in columns.iter().enumerate() {
            if let Some(name) = &column.name {
                first.entry(name.folded()).or_insert(at);
            }
        }
        Self { columns: columns.into_iter().map(Some).collect(), first }
    }

    fn take(&mut self, name: &Ident) -> Option<OutputColumn> {
        self.columns[*self.first.get(&name.folded())?].take()
    }
}

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

#[cfg(test)]
mod tests {
    use crate::answer::statements::{StatementReport, statements};
    use crate::model::statement::Dialect;

    fn report(sql: &str) -> StatementReport {
        let schema = "CREATE TABLE t (id INT, a INT, b INT); CREATE TABLE u (id INT, a INT, t INT);".to_owned();
        let mut found = statements(sql, &[schema], Some(Dialect::Postgres));
        assert_eq!(found.len(), 1, "{sql}");
        found.remove(0)
    }

    #[test]
    fn names_stand_for_what_postgresql_says() {
        let cases = [
            ("SELECT t FROM t", ""),
            ("SELECT t FROM t, u", "u.t"),
            ("SELECT v FROM v", "v.v"),
            ("SELECT to_jsonb(t.*) FROM t", ""),
            ("SELECT ROW(t.*) FROM t", "t.a t.b t.id"),
            ("SELECT ctid, xmin, t.tableoid FROM t", ""),
            ("SELECT 1 FROM t AS x (b) WHERE a = 1", "t.a"),
            (
                "SELECT a.id FROM t a WHERE EXISTS (SELECT 1 FROM u a JOIN t c ON b = a.t JOIN t d ON true)",
                "t.b t.id u.t",
            ),
            ("SELECT 1 FROM u WHERE EXISTS (SELECT 1 FROM t a JOIN t c ON t = a.b, u)", "t.b u.t"),
            ("SELECT l.a FROM t, LATERAL (SELECT t.a FROM v) l", "t.a"),
            ("SELECT id FROM t JOIN u USING (id)", "t.id u.id"),
            ("SELECT j.x FROM (t JOIN u USING (id)) AS j (x)", "t.id u.id"),
            ("INSERT INTO t (a) VALUES (1) ON CONFLICT (id) DO UPDATE SET a = (SELECT excluded.b FROM u)", "t.id"),
        ];
        for (sql, expected) in cases {
            let found: Vec<String> = report(sql).reads.into_iter().collect();
            assert_eq!(found.join(" "), expected, "{sql}");
        }
    }

    #[test]
    fn long_statements_take_linear_time() {
        let branches: Vec<String> = (0..5000).map(|at| format!("SELECT a, {at} FROM t")).collect();
        let found = report(&branches.join(" UNION ALL "));
        assert_eq!(found.problems, [""; 0]);
        assert_eq!(found.reads.into_iter().collect::<Vec<_>>(), ["t.a"]);
        let columns: Vec<String> = (0..3000).map(|at| format!("c{at}")).collect();
        let list = columns.join(", ");
        let found = report(&format!("SELECT {list} FROM (SELECT {list} FROM v) d ORDER BY {list}"));
        assert_eq!(found.reads.len(), 3000);
    }
}
