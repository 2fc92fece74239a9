//! `refs`: every reference of every file.

use rayon::prelude::*;

use super::matching::Match;
use super::who::reference;
use crate::catalog::{ColumnKey, RelationKey};
use crate::discover::Workspace;
use crate::link::constants::Constants;
use crate::link::consumers::Consumers;
use crate::link::database::DatabaseScope;
use crate::link::resolve::{NamePath, Resolution};
use crate::link::store::Store;
use crate::link::system::System;
use crate::link::uses::{Form, Use, any_column, ceiling};
use crate::model::answer::{Certainty, Construct, Place, Reference, Scanned};
use crate::model::source::{Context, FileId, Kind};
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
    /// The reference, with its table and column.
    pub reference: Reference,
}

/// Every reference of every file, sorted by place, and what was scanned for them.
pub fn references(workspace: &Workspace) -> (Vec<ReferenceLine>, Scanned) {
    let store = Store::new(workspace);
    let files: Vec<FileId> = (0..workspace.files.len()).map(|at| FileId(at as u32)).collect();
    store.set_constants(Constants::of(&store, &files));
    store.prepare(&files);

    let mut lines: Vec<ReferenceLine> = Vec::new();
    let mut scanned = Scanned::default();
    for database in DatabaseScope::all(workspace) {
        let system = System::new(&store, database, &files, &files);
        let used: Vec<FileId> = files.iter().copied().filter(|&id| database.is_used_by(id)).collect();
        let found: Vec<Vec<ReferenceLine>> = used.par_iter().map(|&id| file_references(&system, id)).collect();
        lines.extend(found.into_iter().flatten());
        scanned = super::who::scanned(&system, &files, |_, _| true);
    }
    lines.sort_by_cached_key(order);
    lines.dedup();
    (lines, scanned)
}

fn order(line: &ReferenceLine) -> (Place, String, String) {
    (line.reference.place.clone(), line.reference.table.clone(), line.reference.column.clone())
}

fn file_references(system: &System<'_, '_>, id: FileId) -> Vec<ReferenceLine> {
    let consumers = Consumers::of_file(system, id);
    let mut found = Vec::new();
    for statement in system.file_uses(id) {
        for used in &statement.uses {
            for matched in matches_of(used, &statement.statement, statement.written) {
                let consumer = consumers.of(&statement.statement, used.span, matched.construct);
                let repository = system.store.file(id).repository;
                found.push(ReferenceLine {
                    repository: system
                        .store
                        .workspace()
                        .repositories
                        .get(repository)
                        .map_or_else(String::new, |own| own.name.clone()),
                    consumer: consumer.name,
                    kind: consumer.kind,
                    context: consumer.context,
                    reference: reference(system, id, used.span, matched),
                });
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
