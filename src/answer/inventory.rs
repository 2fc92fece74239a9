//! `inventory`: every table and column with its readers and writers.

use std::collections::{BTreeMap, BTreeSet};

use globset::GlobMatcher;

use super::place::place;
use super::references::{ReferenceLine, for_each_database};
use crate::catalog::Origin;
use crate::discover::Workspace;
use crate::link::system::System;
use crate::model::answer::{Construct, Place};
use crate::model::inventory::{Inventory, InventoryColumn, InventoryConsumer, InventoryTable, State, Touched};
use crate::model::source::{Context, Kind};
use crate::model::statement::Access;

/// Which rows are wanted. An empty list wants all; of several lists, all must hold.
#[derive(Clone, Debug, Default)]
pub struct InventoryFilter {
    /// Patterns for names of tables, case ignored.
    pub tables: Vec<GlobMatcher>,
    /// Kinds of consumers.
    pub kinds: Vec<Kind>,
    /// Owners of consumers; `unowned` is nobody.
    pub owners: Vec<String>,
    /// Repositories of consumers.
    pub repositories: Vec<String>,
    /// States of columns.
    pub states: Vec<State>,
}

impl InventoryFilter {
    fn wants_table(&self, name: &str) -> bool {
        self.tables.is_empty() || self.tables.iter().any(|glob| glob.is_match(name))
    }

    /// Whether one consumer fits all that is said of consumers.
    fn wants_consumers(&self, touched: &Touched, consumers: &[InventoryConsumer]) -> bool {
        if self.kinds.is_empty() && self.owners.is_empty() && self.repositories.is_empty() {
            return true;
        }
        touched.all().iter().map(|&at| &consumers[at as usize]).any(|one| {
            let has_owner =
                |owner: &String| one.owners.contains(owner) || (one.owners.is_empty() && owner == "unowned");
            (self.kinds.is_empty() || self.kinds.contains(&one.kind))
                && (self.owners.is_empty() || self.owners.iter().any(has_owner))
                && (self.repositories.is_empty() || self.repositories.contains(&one.repository))
        })
    }
}

/// The inventory of all databases; only the rows that the filter wants.
pub fn inventory(workspace: &Workspace, filter: &InventoryFilter) -> Inventory {
    let mut consumers: BTreeSet<InventoryConsumer> = BTreeSet::new();
    let mut drafts: Vec<DraftTable> = Vec::new();
    let scanned = for_each_database(workspace, |system, lines| {
        let mut tables = declared(system);
        for line in lines {
            add(&mut tables, &mut consumers, line);
        }
        let database = system.database.name().map(str::to_owned);
        drafts.extend(tables.into_iter().map(|(name, table)| DraftTable { database: database.clone(), name, ..table }));
    });
    let consumers: Vec<InventoryConsumer> = consumers.into_iter().collect();
    let mut tables: Vec<InventoryTable> = drafts
        .into_iter()
        .filter(|table| filter.wants_table(&table.name))
        .map(|table| table.finish(&consumers))
        .collect();
    for table in &mut tables {
        table.columns.retain(|column| {
            (filter.states.is_empty() || filter.states.contains(&column.state))
                && filter.wants_consumers(&column.touched, &consumers)
        });
    }
    tables.retain(|table| {
        !table.columns.is_empty()
            || ((filter.states.is_empty() || filter.states.contains(&table.state))
                && filter.wants_consumers(&table.touched, &consumers))
    });
    tables.sort_by(|a, b| (&a.database, &a.name).cmp(&(&b.database, &b.name)));
    Inventory { consumers, tables, scanned }
}

/// A table while its references are gathered.
#[derive(Default)]
struct DraftTable {
    database: Option<String>,
    name: String,
    kind: Option<crate::model::schema::RelationKind>,
    declared: Option<Place>,
    dropped: Option<Place>,
    /// In order of declaration.
    columns: Vec<DraftColumn>,
    /// References to the table as a whole: those of wildcards.
    whole: Draft,
}

#[derive(Default)]
struct DraftColumn {
    name: String,
    data_type: String,
    declared: Option<Place>,
    dropped: Option<Place>,
    found: Draft,
}

/// References by what they do.
#[derive(Clone, Default)]
struct Draft {
    live: BTreeMap<InventoryConsumer, Vec<(Access, Construct, crate::model::answer::Certainty)>>,
    not_live: usize,
}

/// The tables of a catalog by name: live ones; a dropped one only where no live one has its name.
fn declared(system: &System<'_, '_>) -> BTreeMap<String, DraftTable> {
    let at = |origin: Origin| place(system.store, origin.file, origin.span);
    let mut tables: BTreeMap<String, DraftTable> = BTreeMap::new();
    for (_, relation) in system.catalog.relations() {
        let name = relation.display();
        if relation.dropped.is_some() && tables.get(&name).is_some_and(|known| known.dropped.is_none()) {
            continue;
        }
        let mut columns: Vec<DraftColumn> = Vec::new();
        for column in &relation.columns {
            let draft = DraftColumn {
                name: column.name.to_string(),
                data_type: column.data_type.clone(),
                declared: Some(at(column.declared)),
                dropped: column.dropped.or(relation.dropped).map(at),
                found: Draft::default(),
            };
            match columns.iter().position(|known| known.name == draft.name) {
                Some(known) if draft.dropped.is_none() => columns[known] = draft,
                Some(_) => {}
                None => columns.push(draft),
            }
        }
        let table = DraftTable {
            kind: Some(relation.kind),
            declared: Some(at(relation.declared)),
            dropped: relation.dropped.map(at),
            columns,
            ..DraftTable::default()
        };
        tables.insert(name, table);
    }
    tables
}

fn add(tables: &mut BTreeMap<String, DraftTable>, consumers: &mut BTreeSet<InventoryConsumer>, line: ReferenceLine) {
    let reference = line.reference;
    // What migrations name and no schema keeps is no table that anybody could ask for.
    if line.context != Context::Live && !tables.contains_key(&reference.table) {
        return;
    }
    let table = tables.entry(reference.table).or_default();
    let draft = if reference.column == "*" {
        &mut table.whole
    } else if let Some(at) = table.columns.iter().position(|column| column.name == reference.column) {
        &mut table.columns[at].found
    } else {
        if line.context != Context::Live {
            return;
        }
        table.columns.push(DraftColumn { name: reference.column, ..DraftColumn::default() });
        let last = table.columns.len() - 1;
        &mut table.columns[last].found
    };
    if line.context != Context::Live {
        draft.not_live += 1;
        return;
    }
    let consumer = InventoryConsumer {
        repository: line.repository,
        path: line.path,
        name: line.consumer,
        kind: line.kind,
        context: line.context,
        owners: line.owners,
    };
    if !consumers.contains(&consumer) {
        consumers.insert(consumer.clone());
    }
    draft.live.entry(consumer).or_default().push((reference.access, reference.construct, reference.certainty));
}

impl Draft {
    fn add_to(&self, touched: &mut Touched, consumers: &[InventoryConsumer]) {
        touched.not_live += self.not_live;
        for (consumer, references) in &self.live {
            let Ok(at) = consumers.binary_search(consumer) else { continue };
            let at = at as u32;
            for (access, construct, certainty) in references {
                touched.certainty = touched.certainty.max(Some(*certainty));
                if *construct == Construct::Mapping {
                    touched.mapped_by.push(at);
                    continue;
                }
                let implicit = matches!(construct, Construct::Implicit | Construct::Wildcard);
                if *access != Access::Write {
                    if implicit { &mut touched.implicit_readers } else { &mut touched.readers }.push(at);
                }
                if *access != Access::Read {
                    if implicit { &mut touched.implicit_writers } else { &mut touched.writers }.push(at);
                }
            }
        }
        for list in [
            &mut touched.readers,
            &mut touched.writers,
            &mut touched.implicit_readers,
            &mut touched.implicit_writers,
            &mut touched.mapped_by,
        ] {
            list.sort_unstable();
            list.dedup();
        }
    }
}

impl DraftTable {
    fn finish(mut self, consumers: &[InventoryConsumer]) -> InventoryTable {
        let first_undeclared =
            self.columns.iter().position(|column| column.declared.is_none()).unwrap_or(self.columns.len());
        self.columns[first_undeclared..].sort_by(|a, b| a.name.cmp(&b.name));
        let mut all = Touched::default();
        self.whole.add_to(&mut all, consumers);
        let whole = all.clone();
        let mut columns = Vec::new();
        for column in self.columns {
            column.found.add_to(&mut all, consumers);
            let mut touched = Touched { not_live: 0, ..whole.clone() };
            // `*` does not stand for a column that is gone.
            if column.dropped.is_some() {
                touched = Touched::default();
            }
            column.found.add_to(&mut touched, consumers);
            columns.push(InventoryColumn {
                name: column.name,
                data_type: column.data_type,
                state: state(column.dropped.is_some(), &touched),
                declared: column.declared,
                dropped: column.dropped,
                touched,
            });
        }
        InventoryTable {
            database: self.database,
            name: self.name,
            kind: self.kind,
            state: state(self.dropped.is_some(), &all),
            declared: self.declared,
            dropped: self.dropped,
            touched: all,
            columns,
        }
    }
}

fn state(is_dropped: bool, touched: &Touched) -> State {
    match (touched.is_read(), touched.is_written()) {
        _ if is_dropped => State::Dropped,
        (true, true) => State::Live,
        (true, false) => State::NobodyWrites,
        (false, true) => State::NobodyReads,
        (false, false) => State::NobodyTouches,
    }
}
