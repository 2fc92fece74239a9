//! What is left of a change when all its steps are done: names that stood for something before and no longer do.
//!
//! A migration says steps; what consumers feel is their sum. A table that is copied, dropped and renamed back (`SQLite`),
//! a column that is dropped and added again, two names that change places: each is told by following every name from
//! before the change to after it.

use std::collections::{BTreeMap, BTreeSet};

use super::operation::{Operation, Takeaway};
use crate::catalog::{Catalog, DEFAULT_SCHEMAS, Relation};
use crate::link::resolve::Resolver;
use crate::model::name::{Ident, Name, ObjectName};
use crate::model::schema::{ColumnChange, ColumnDef, RelationKind, SchemaChange};
use crate::model::source::FileId;
use crate::model::span::Span;
use crate::model::statement::{ScopeId, Statement};

/// The folded schema (none for a default one) and name of a relation.
type Key = (Option<Name>, Name);

/// One step of a change.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// The migration that says it.
    pub file: FileId,
    /// The statement.
    pub span: Span,
    /// What it does.
    pub change: &'a SchemaChange,
    /// The statement itself, where it stands in the file.
    pub statement: Option<&'a Statement>,
    /// Whether the statement stands in the file as it is, so that places inside of it do too.
    pub is_written: bool,
}

type At = (FileId, Span);

/// What a relation was before the change.
#[derive(Clone, Debug)]
enum Was {
    /// The relation of this name.
    Before(Key, ObjectName),
    /// It was not there. Its columns, when they are known.
    New(Option<Vec<Name>>),
}

/// A relation while the change runs.
#[derive(Clone, Debug)]
struct Held {
    was: Was,
    /// Columns that the change has touched, by their name of now.
    columns: BTreeMap<Name, Column>,
    /// Columns from before that were dropped, by the name that they had.
    dropped: BTreeMap<Name, (Ident, At)>,
    /// Whether it took its name from another.
    renamed: bool,
}

/// A column that the change has touched.
#[derive(Clone, Debug)]
struct Column {
    /// Its name before the change; `None` when it was not there.
    was: Option<Ident>,
    now: Ident,
    /// Where it was renamed or added.
    at: At,
    /// The definition of an added one.
    added: Option<ColumnDef>,
    changes: Vec<(ColumnChange, At)>,
}

/// What happened to a name that stood for a relation before.
#[derive(Clone, Debug)]
enum Gone {
    Dropped(RelationKind),
    Renamed(ObjectName),
}

/// The catalogs that a change is judged by.
pub struct Before<'c> {
    /// What the change's own migrations have built.
    pub own: &'c Catalog,
    /// What all sources together have built without the change.
    pub all: &'c Catalog,
}

impl<'c> Before<'c> {
    /// The relation of that name, when it is there.
    pub fn find(&self, name: &ObjectName) -> Option<&'c Relation> {
        let of = |catalog: &'c Catalog| {
            let relation = catalog.relation(catalog.find(name, &[])?);
            // A table that is only altered may have columns that nobody declares.
            (relation.dropped.is_none()).then_some(relation)
        };
        of(self.own).filter(|relation| !relation.open).or_else(|| of(self.all))
    }
}

/// What the steps, in their order, take away or tighten; in text order of the places that say so.
pub fn net<'a>(steps: impl Iterator<Item = Step<'a>>, before: &Before<'_>) -> Vec<Takeaway> {
    let mut state = State { before, held: BTreeMap::new(), gone: Vec::new(), path: None };
    let mut file = None;
    for step in steps {
        if file.replace(step.file) != Some(step.file) {
            state.path = None;
        }
        state.apply(step);
    }
    let mut found = state.finish();
    found.sort_by(|a, b| {
        (a.file, a.span, a.operation, &a.relation, &a.column).cmp(&(
            b.file,
            b.span,
            b.operation,
            &b.relation,
            &b.column,
        ))
    });
    found.dedup();
    found
}

struct State<'b, 'c> {
    before: &'b Before<'c>,
    /// Relations that the change has touched, by their name of now.
    held: BTreeMap<Key, Held>,
    /// Names from before that no longer stand for what they stood for, in order.
    gone: Vec<(Key, ObjectName, Gone, At, Option<Held>)>,
    /// `SET search_path` of the file.
    path: Option<Ident>,
}

impl State<'_, '_> {
    fn qualified(&self, name: &ObjectName) -> ObjectName {
        match (&self.path, name.schema()) {
            (Some(schema), None) => ObjectName(vec![schema.clone(), name.last().clone()]),
            _ => name.clone(),
        }
    }

    fn key(&self, name: &ObjectName) -> Key {
        let name = self.qualified(name);
        let schema = name.schema().map(Ident::folded).filter(|schema| !DEFAULT_SCHEMAS.contains(&schema.as_str()));
        let key = (schema, name.last().folded());
        if self.held.contains_key(&key) {
            return key;
        }
        // Where one side says no schema, the name decides.
        let mut same = self.held.keys().filter(|other| other.1 == key.1 && (other.0.is_none() || key.0.is_none()));
        match (same.next(), same.next()) {
            (Some(one), None) => one.clone(),
            _ => key,
        }
    }

    /// Whether the name stood for something before and nothing has taken it away.
    fn is_untouched(&self, key: &Key) -> bool {
        !self.held.contains_key(key) && !self.gone.iter().any(|(gone, ..)| gone == key)
    }

    fn exists(&self, key: &Key, name: &ObjectName) -> bool {
        self.held.contains_key(key) || (self.is_untouched(key) && self.before.find(name).is_some())
    }

    /// The relation of that name, taken note of when it is met for the first time.
    fn hold(&mut self, name: &ObjectName) -> (Key, &mut Held) {
        let key = self.key(name);
        let qualified = self.qualified(name);
        let was_gone = self.gone.iter().any(|(gone, ..)| *gone == key);
        let held = self.held.entry(key.clone()).or_insert_with(|| Held {
            // What comes back under a name that was taken away is made by something that is not read.
            was: if was_gone { Was::New(None) } else { Was::Before(key.clone(), qualified) },
            columns: BTreeMap::new(),
            dropped: BTreeMap::new(),
            renamed: false,
        });
        (key, held)
    }

    fn apply(&mut self, step: Step<'_>) {
        let at = |span: Span| (step.file, if step.is_written && span != Span::default() { span } else { step.span });
        match step.change {
            SchemaChange::CreateTable { table, columns, copies, .. } => {
                let key = self.key(table);
                if self.exists(&key, table) {
                    return;
                }
                let mut names: Option<Vec<Name>> = Some(columns.iter().map(|column| column.name.folded()).collect());
                for copied in copies {
                    let copied = self.columns_of(copied);
                    names = names.zip(copied).map(|(mut own, copied)| {
                        own.extend(copied);
                        own
                    });
                }
                self.make(key, names);
            }
            SchemaChange::CreateFromQuery { relation, kind, columns, query } => {
                let key = self.key(relation);
                let names = match step.statement {
                    _ if !columns.is_empty() => Some(columns.iter().map(Ident::folded).collect()),
                    Some(statement) => outputs(statement, *query, self.before.all),
                    None => None,
                };
                if *kind == RelationKind::Table && self.exists(&key, relation) {
                    return;
                }
                if self.exists(&key, relation) {
                    self.hold(relation);
                }
                if let Some(held) = self.held.remove(&key)
                    && let Was::Before(was, name) = held.was.clone()
                {
                    self.gone.push((was, name, Gone::Dropped(*kind), at(step.span), Some(held)));
                }
                self.make(key, names);
            }
            SchemaChange::DropRelation { kind, name, span } => {
                let (key, held) = self.hold(name);
                let held = held.clone();
                self.held.remove(&key);
                if let Was::Before(was, name) = held.was.clone() {
                    self.gone.push((was, name, Gone::Dropped(*kind), at(*span), Some(held)));
                }
            }
            SchemaChange::RenameRelation { from, to, span } => self.rename(from, to, at(*span)),
            SchemaChange::MoveRelation { name, schema } => {
                let to = ObjectName(vec![schema.clone(), name.last().clone()]);
                self.rename(name, &to, at(step.span));
            }
            SchemaChange::AddColumn { table, column } => {
                let known = self.has_column(table, &column.name);
                let (_, held) = self.hold(table);
                let name = column.name.folded();
                if !held.columns.contains_key(&name) && (!known || held.dropped.contains_key(&name)) {
                    let added = Column {
                        was: None,
                        now: column.name.clone(),
                        at: at(column.span),
                        added: Some(column.clone()),
                        changes: Vec::new(),
                    };
                    held.columns.insert(name, added);
                }
            }
            SchemaChange::DropColumn { table, column, span } => {
                let (_, held) = self.hold(table);
                match held.columns.remove(&column.folded()) {
                    Some(Column { was: None, .. }) => {}
                    Some(Column { was: Some(was), .. }) => {
                        held.dropped.insert(was.folded(), (was, at(*span)));
                    }
                    None => {
                        held.dropped.entry(column.folded()).or_insert((column.clone(), at(*span)));
                    }
                }
            }
            SchemaChange::RenameColumn { table, from, to, span } => {
                if from.matches(to) {
                    return;
                }
                let (_, held) = self.hold(table);
                let mut column = held.touch(from, at(*span));
                column.now = to.clone();
                column.at = at(*span);
                held.columns.insert(to.folded(), column);
            }
            SchemaChange::AlterColumn { table, column, change, span } => {
                let (_, held) = self.hold(table);
                let mut touched = held.touch(column, at(*span));
                touched.changes.push((change.clone(), at(*span)));
                held.columns.insert(touched.now.folded(), touched);
            }
            SchemaChange::DropSchema(schema) => self.drop_schema(schema, at(step.span)),
            SchemaChange::SetSearchPath(path) => {
                self.path = path
                    .first()
                    .filter(|schema| {
                        !schema.text.starts_with('$') && !DEFAULT_SCHEMAS.contains(&schema.folded().as_str())
                    })
                    .cloned();
            }
            SchemaChange::CreateRoutine { .. }
            | SchemaChange::DropRoutine { .. }
            | SchemaChange::CreateSchema(_)
            | SchemaChange::DeclareKey { .. }
            | SchemaChange::RenameSchema { .. } => {}
        }
    }

    fn make(&mut self, key: Key, columns: Option<Vec<Name>>) {
        self.held.insert(
            key,
            Held { was: Was::New(columns), columns: BTreeMap::new(), dropped: BTreeMap::new(), renamed: false },
        );
    }

    fn rename(&mut self, from: &ObjectName, to: &ObjectName, at: At) {
        let (key, held) = self.hold(from);
        let held = Held { renamed: true, ..held.clone() };
        self.held.remove(&key);
        let schema = match to.schema() {
            Some(schema) => Some(schema.folded()).filter(|schema| !DEFAULT_SCHEMAS.contains(&schema.as_str())),
            None => key.0.clone(),
        };
        if let Was::Before(was, name) = &held.was {
            self.gone.retain(|(gone, ..)| gone != was);
            self.gone.push((was.clone(), name.clone(), Gone::Renamed(to.clone()), at, None));
        }
        self.held.insert((schema, to.last().folded()), held);
    }

    fn drop_schema(&mut self, schema: &Ident, at: At) {
        let mut dropped: Vec<(ObjectName, RelationKind)> = Vec::new();
        for (_, relation) in self.before.all.relations().filter(|(_, relation)| relation.dropped.is_none()) {
            if relation.schema.as_ref().is_some_and(|own| own.matches(schema)) {
                dropped.push((ObjectName(vec![schema.clone(), relation.name.clone()]), relation.kind));
            }
        }
        for (name, kind) in dropped {
            let (key, held) = self.hold(&name);
            let held = held.clone();
            self.held.remove(&key);
            if let Was::Before(was, name) = held.was.clone() {
                self.gone.push((was, name, Gone::Dropped(kind), at, Some(held)));
            }
        }
    }

    /// The columns that a relation has at this point, as far as they are known.
    fn columns_of(&self, name: &ObjectName) -> Option<Vec<Name>> {
        let key = self.key(name);
        let held = self.held.get(&key);
        let base = match held.map(|held| &held.was) {
            Some(Was::New(columns)) => columns.clone()?,
            Some(Was::Before(_, before)) => columns_before(self.before, before)?,
            None if self.is_untouched(&key) => columns_before(self.before, name)?,
            None => return None,
        };
        Some(match held {
            Some(held) => held.now(base),
            None => base,
        })
    }

    fn has_column(&self, table: &ObjectName, column: &Ident) -> bool {
        let name = column.folded();
        self.columns_of(table).is_some_and(|columns| columns.contains(&name))
    }

    fn finish(self) -> Vec<Takeaway> {
        let mut found = Vec::new();
        for held in self.held.values() {
            if let Was::Before(_, name) = &held.was {
                held.takeaways(name, &mut found);
            }
        }
        for (key, name, gone, at, was) in &self.gone {
            if let Some(now) = self.held.get(key) {
                self.replaced(name, now, *at, &mut found);
                continue;
            }
            // What was done to its columns before it went is no matter any more.
            let _ = was;
            let (operation, into) = match gone {
                Gone::Dropped(kind) => {
                    let known = self.before.find(name).map(|relation| relation.kind);
                    let is_view = known.map_or(*kind != RelationKind::Table, |kind| kind != RelationKind::Table);
                    (if is_view { Operation::DropView } else { Operation::DropTable }, None)
                }
                Gone::Renamed(to) => (Operation::RenameTable, Some(to.to_string())),
            };
            let relation = name.clone();
            found.push(Takeaway { operation, relation, column: None, into, file: at.0, span: at.1 });
        }
        found
    }

    /// Another relation stands where one stood: what is missing in it is gone.
    fn replaced(&self, name: &ObjectName, now: &Held, at: At, found: &mut Vec<Takeaway>) {
        let Some(relation) = self.before.find(name) else { return };
        // `DROP TABLE IF EXISTS x; CREATE TABLE x` is how scripts make a table. Where the migrations before it have none,
        // what other sources have is the table that it makes, perhaps with what later ones add.
        if !now.renamed && relation.kind == RelationKind::Table && self.before.own.find(name, &[]).is_none() {
            return;
        }
        let base = match &now.was {
            Was::New(Some(columns)) => columns.clone(),
            Was::New(None) => return,
            Was::Before(_, other) => {
                let Some(columns) = columns_before(self.before, other) else { return };
                columns
            }
        };
        let after: BTreeSet<Name> = now.now(base).into_iter().collect();
        for column in relation.live_columns().filter(|column| !after.contains(&column.name.folded())) {
            found.push(Takeaway {
                operation: Operation::DropColumn,
                relation: name.clone(),
                column: Some(column.name.clone()),
                into: None,
                file: at.0,
                span: at.1,
            });
        }
    }
}

/// The names that a query gives, when they are known.
fn outputs(statement: &Statement, query: ScopeId, catalog: &Catalog) -> Option<Vec<Name>> {
    let outputs = Resolver::new(statement, catalog, &[]).outputs(query);
    if outputs.unknown || !outputs.open.is_empty() {
        return None;
    }
    Some(outputs.columns.iter().filter_map(|output| output.name.as_ref().map(Ident::folded)).collect())
}

fn columns_before(before: &Before<'_>, name: &ObjectName) -> Option<Vec<Name>> {
    let relation = before.find(name)?;
    (!relation.open).then(|| relation.live_columns().map(|column| column.name.folded()).collect())
}

impl Held {
    /// Takes the column out of those that are touched, or makes it one.
    fn touch(&mut self, name: &Ident, at: At) -> Column {
        self.columns.remove(&name.folded()).unwrap_or_else(|| Column {
            was: Some(name.clone()),
            now: name.clone(),
            at,
            added: None,
            changes: Vec::new(),
        })
    }

    /// The columns of now, of those that there were.
    fn now(&self, base: Vec<Name>) -> Vec<Name> {
        let moved: BTreeSet<Name> =
            self.columns.values().filter_map(|column| Some(column.was.as_ref()?.folded())).collect();
        let mut names: Vec<Name> =
            base.into_iter().filter(|name| !moved.contains(name) && !self.dropped.contains_key(name)).collect();
        names.extend(self.columns.keys().cloned());
        names
    }

    fn takeaways(&self, relation: &ObjectName, found: &mut Vec<Takeaway>) {
        let mut push = |operation, column: &Ident, into: Option<String>, at: At| {
            let (relation, column) = (relation.clone(), Some(column.clone()));
            found.push(Takeaway { operation, relation, column, into, file: at.0, span: at.1 });
        };
        for (name, (column, at)) in &self.dropped {
            match self.columns.get(name) {
                Some(other) => push(Operation::ReplaceColumn, column, other.type_name(), *at),
                None => push(Operation::DropColumn, column, None, *at),
            }
        }
        for (name, column) in &self.columns {
            match &column.was {
                None => {
                    let replaces = self.dropped.contains_key(name);
                    let required = column.added.as_ref().is_some_and(|added| added.not_null && !added.has_default);
                    let relaxed = column
                        .changes
                        .iter()
                        .any(|(change, _)| matches!(change, ColumnChange::DropNotNull | ColumnChange::SetDefault));
                    if required && !replaces && !relaxed {
                        push(Operation::AddRequiredColumn, &column.now, None, column.at);
                    }
                }
                Some(was) if !was.matches(&column.now) => match self.columns.get(&was.folded()) {
                    Some(other) => push(Operation::ReplaceColumn, was, other.type_name(), column.at),
                    None => push(Operation::RenameColumn, was, Some(column.now.to_string()), column.at),
                },
                Some(was) => column.tightened(was, &mut push),
            }
        }
    }
}

/// What a change says on one matter, if it says anything: an operation, or that there is none any more.
type Matter<'m> = &'m dyn Fn(&ColumnChange) -> Option<Option<Operation>>;

impl Column {
    fn type_name(&self) -> Option<String> {
        let changed = self.changes.iter().rev().find_map(|(change, _)| match change {
            ColumnChange::Type(name) => Some(name.clone()),
            _ => None,
        });
        changed.or_else(|| self.added.as_ref().map(|added| added.data_type.clone())).filter(|name| !name.is_empty())
    }

    /// What an `ALTER COLUMN` leaves: the last word on each matter counts.
    fn tightened(&self, was: &Ident, push: &mut impl FnMut(Operation, &Ident, Option<String>, At)) {
        let last = |of: Matter<'_>| {
            self.changes.iter().rev().find_map(|(change, at)| of(change).map(|operation| (operation, change, *at)))
        };
        let matters: [Matter<'_>; 3] = [
            &|change| matches!(change, ColumnChange::Type(_)).then_some(Some(Operation::ChangeType)),
            &|change| match change {
                ColumnChange::SetNotNull => Some(Some(Operation::SetNotNull)),
                ColumnChange::DropNotNull => Some(None),
                _ => None,
            },
            &|change| match change {
                ColumnChange::DropDefault => Some(Some(Operation::DropDefault)),
                ColumnChange::SetDefault => Some(None),
                _ => None,
            },
        ];
        for matter in matters {
            if let Some((Some(operation), change, at)) = last(matter) {
                let into = match change {
                    ColumnChange::Type(name) => Some(name.clone()),
                    _ => None,
                };
                push(operation, was, into, at);
            }
        }
    }
}
