//! `refs`: every reference of every file. `inventory` counts the same.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::assemble::{reference, run_by};
use super::mapped::{MappedUse, mapped_where};
use super::matching::Match;

use crate::catalog::{ColumnKey, RelationKey};
use crate::discover::Workspace;
use crate::link::constants::Constants;
use crate::link::consumers::{ConsumerKey, Consumers};
use crate::link::database::DatabaseScope;
use crate::link::resolve::{NamePath, Resolution};
use crate::link::runs::{Followed, Runs};
use crate::link::search::{property_names, spellings_of};
use crate::link::store::Store;
use crate::link::system::System;
use crate::link::types::{Meaning, Types};
use crate::link::uses::{Form, Use, any_column, ceiling};
use crate::model::answer::{Certainty, Construct, Place, Reference, Scanned, Via};
use crate::model::source::{Context, FileId, Kind};
use crate::model::span::Span;
use crate::model::statement::Statement;

/// One reference of any column, with the consumer in which it stands: a line of `refs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceLine {
    /// Name of the repository.
    pub repository: String,
    /// Name of the consumer.
    pub consumer: String,
    /// What the consumer is.
    pub kind: Kind,
    /// Whether it is live.
    pub context: Context,
    /// The consumer's file, as answers show it.
    pub path: String,
    /// Who owns it; empty is "unowned".
    pub owners: Vec<String>,
    /// What runs it, outermost first.
    pub via: Vec<Via>,
    /// The reference, with its table and column.
    pub reference: Reference,
}

/// Every reference of every file, sorted by place, and what was scanned for them.
pub fn references(workspace: &Workspace) -> (Vec<ReferenceLine>, Scanned) {
    let mut lines: Vec<ReferenceLine> = Vec::new();
    let scanned = for_each_database(workspace, |_, found| lines.extend(found));
    lines.sort_by_cached_key(order);
    lines.dedup();
    (lines, scanned)
}

/// Shows `see` each database with its references, in the files' order.
pub(super) fn for_each_database(
    workspace: &Workspace,
    mut see: impl FnMut(&System<'_, '_>, Vec<ReferenceLine>),
) -> Scanned {
    let store = Store::new(workspace);
    let files: Vec<FileId> = (0..workspace.files.len()).map(|at| FileId(at as u32)).collect();
    store.set_constants(Constants::of(&store, &files));
    store.prepare(&files);

    let runs = Runs::followed(&store);
    let mut scanned = Scanned::default();
    for database in DatabaseScope::all(workspace) {
        let system = System::new(&store, database, &files, &files);
        let used: Vec<FileId> = files.iter().copied().filter(|&id| database.is_used_by(id)).collect();
        let mapped = mapped_where(&system, &|_| true);
        let names = names(&system, &mapped);
        let types = Types::new(&system);
        let look = |&id: &FileId| {
            let mapped = mapped.get(&id).map_or(&[][..], Vec::as_slice);
            file_references(&system, runs, &types, &names, mapped, id)
        };
        let found: Vec<Vec<ReferenceLine>> = used.par_iter().map(look).collect();
        scanned = super::assemble::scanned(&system, &files, |_, _| true);
        see(&system, found.into_iter().flatten().collect());
    }
    scanned
}

fn order(line: &ReferenceLine) -> (Place, String, String) {
    (line.reference.place.clone(), line.reference.table.clone(), line.reference.column.clone())
}

/// All names by which code may speak of a column of the schema.
fn names(system: &System<'_, '_>, mapped: &BTreeMap<FileId, Vec<MappedUse>>) -> BTreeSet<String> {
    let mut names: BTreeSet<String> =
        mapped.values().flatten().flat_map(|property| property_names(&property.name)).collect();
    for column in system.catalog.relations().flat_map(|(_, relation)| &relation.columns) {
        names.extend(spellings_of(&column.name.to_string(), true));
    }
    names
}

fn file_references<'q, 's, 'w>(
    system: &'q System<'s, 'w>,
    runs: Followed<'_, '_>,
    types: &Types<'q, 's, 'w>,
    names: &BTreeSet<String>,
    mapped: &[MappedUse],
    id: FileId,
) -> Vec<ReferenceLine> {
    let consumers = Consumers::of_file(system, id);
    let file = system.store.file(id);
    let repository = system.store.workspace().repositories.get(file.repository);
    let repository = repository.map_or_else(String::new, |own| own.name.clone());
    let mut found = Vec::new();
    // What runs a consumer is the same for all of its references on a line.
    let mut run: BTreeMap<(ConsumerKey, usize), (Kind, Vec<Via>)> = BTreeMap::new();
    let mut push = |consumer: ConsumerKey, span: Span, matched: Match| {
        let line = system.store.lines(id).line_of(span.start);
        let (kind, via) =
            run.entry((consumer.clone(), line)).or_insert_with(|| run_by(system, runs, &consumer, &[span])).clone();
        found.push(ReferenceLine {
            repository: repository.clone(),
            consumer: consumer.name,
            kind,
            context: consumer.context,
            path: file.path.clone(),
            owners: system.store.owners_at(id, span),
            via,
            reference: reference(system, id, span, matched),
        });
    };
    let mut told: BTreeSet<Span> = BTreeSet::new();
    for statement in system.file_uses(id) {
        for used in &statement.uses {
            if matches!(used.form, Form::Name | Form::NewRow) && !matches!(used.resolution, Resolution::Unknown { .. })
            {
                told.insert(used.span);
            }
            for matched in matches_of(used, &statement.statement, statement.written) {
                let consumer = consumers.of(&statement.statement, used.span, matched.construct);
                push(consumer, used.span, matched);
            }
        }
    }
    for property in mapped {
        told.insert(property.span);
        push(consumers.at(property.span), property.span, property.found.clone());
    }
    if let Some(code) = system.store.code(id) {
        let evaluator = types.evaluator();
        for used in code.uses.iter().filter(|used| names.contains(&used.name) && !told.contains(&used.span)) {
            let Meaning::Columns { columns, access, certainty, why } = evaluator.meaning(id, code, used) else {
                continue;
            };
            for column in columns {
                let construct = Construct::Entity;
                let matched = Match { access, certainty, construct, why: why.clone(), column };
                push(consumers.at(used.span), used.span, matched);
            }
        }
    }
    found
}

fn matches_of(used: &Use, statement: &Statement, written: Construct) -> Vec<Match> {
    let matched = |column: &ColumnKey, certainty: Certainty, why: &str| Match {
        access: used.access,
        certainty: certainty.min(ceiling(statement)),
        construct: used.construct(statement, written),
        why: why.to_owned(),
        column: column.clone(),
    };
    match &used.resolution {
        // One line for a wildcard, whatever it stands for.
        Resolution::Columns { columns, certainty, .. } if matches!(used.form, Form::Wildcard | Form::Positional) => {
            let mut relations: Vec<&RelationKey> = columns.iter().map(|column| &column.relation).collect();
            relations.sort();
            relations.dedup();
            let any = |relation: &RelationKey| ColumnKey { relation: relation.clone(), column: any_column() };
            relations
                .into_iter()
                .map(|relation| matched(&any(relation), *certainty, "stands for every column"))
                .collect()
        }
        Resolution::Columns { path: NamePath::Derived, .. } => Vec::new(),
        Resolution::Columns { columns, certainty, .. } => {
            columns.iter().map(|column| matched(column, *certainty, "named in its statement")).collect()
        }
        Resolution::Ambiguous { columns } => {
            columns.iter().map(|column| matched(column, Certainty::Possible, "one of several")).collect()
        }
        _ => Vec::new(),
    }
}
