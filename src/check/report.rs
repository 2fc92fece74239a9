//! The outcome of a check: one finding for each thing that a change takes away or tightens.

use std::collections::BTreeSet;

use super::operation::Operation;
use crate::model::answer::{Answer, Consumer, Place, Scanned, Verdict};
use crate::model::source::Context;

/// Everything that a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The worst of all findings.
    pub verdict: Verdict,
    /// In the order in which the migrations say them.
    pub findings: Vec<Finding>,
    /// The migrations that were checked, in the order in which they run.
    pub migrations: Vec<CheckedMigration>,
    /// What the answers are made from, in the order in which it was asked for: the code as it is, then revisions.
    pub revisions: Vec<String>,
    /// Files accounted for, of all revisions together.
    pub scanned: Scanned,
    /// What the reader should know besides: why nothing was checked, what was left out.
    pub notes: Vec<String>,
}

/// A migration that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedMigration {
    /// Its path, as answers show it.
    pub path: String,
    /// How it came to be checked.
    pub how: How,
}

/// How a migration came to be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// It was named.
    Given,
    /// The change adds it.
    Added,
    /// The change edits it; only what is new in it counts.
    Edited,
    /// It came on standard input.
    Piped,
}

impl How {
    /// The word used in output.
    pub fn name(self) -> &'static str {
        match self {
            How::Given => "given",
            How::Added => "added",
            How::Edited => "edited",
            How::Piped => "piped",
        }
    }
}

/// One thing that the change takes away or tightens, and who is in its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What happens.
    pub operation: Operation,
    /// The relation, as the catalog spells it; empty for an unreadable migration.
    pub table: String,
    /// The column, as the catalog spells it.
    pub column: Option<String>,
    /// The new name of what is renamed.
    pub renamed_to: Option<String>,
    /// The old and the new type, where the type changes; either may be unknown.
    pub types: Option<(String, String)>,
    /// What it means.
    pub verdict: Verdict,
    /// Where the migration says it.
    pub place: Place,
    /// The line of the migration, with its white space.
    pub line: String,
    /// Other places that say the same: the migration's twins for other databases.
    pub also: Vec<Place>,
    /// Who is in the way, and those who are not live; sorted as answers are.
    pub consumers: Vec<FoundConsumer>,
    /// Who names the new name of what is renamed.
    pub new_consumers: Vec<Consumer>,
    /// The answers behind it, one for each of [`Report::revisions`]; `None` where a revision knows no such thing.
    pub answers: Vec<Option<Answer>>,
    /// Consumers that are accepted.
    pub suppressed: Vec<Suppressed>,
    /// What the reader should know: what cannot be read, that the schema has no such thing.
    pub notes: Vec<String>,
}

/// A consumer, and which of [`Report::revisions`] have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundConsumer {
    /// The consumer, as the first revision that has it says.
    pub consumer: Consumer,
    /// Indexes into [`Report::revisions`].
    pub revisions: Vec<usize>,
}

/// A consumer that somebody has accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// The consumer.
    pub consumer: FoundConsumer,
    /// Why it is accepted.
    pub reason: String,
    /// Where that is said.
    pub place: Place,
}

impl Finding {
    /// A finding about nothing in particular yet.
    pub fn bare(operation: Operation, verdict: Verdict, place: Place, line: String) -> Self {
        Self {
            operation,
            table: String::new(),
            column: None,
            renamed_to: None,
            types: None,
            verdict,
            place,
            line,
            also: Vec::new(),
            consumers: Vec::new(),
            new_consumers: Vec::new(),
            answers: Vec::new(),
            suppressed: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// `table.column`, or the table.
    pub fn subject(&self) -> String {
        match &self.column {
            Some(column) => format!("{}.{column}", self.table),
            None => self.table.clone(),
        }
    }
}

impl Finding {
    /// Indexes of the revisions that have a live consumer, each once, in order.
    pub fn live_revisions(&self) -> impl Iterator<Item = usize> {
        let live = self.consumers.iter().filter(|found| found.consumer.context == Context::Live);
        live.flat_map(|found| found.revisions.iter().copied()).collect::<BTreeSet<usize>>().into_iter()
    }

    /// Live consumers.
    pub fn live(&self) -> impl Iterator<Item = &FoundConsumer> {
        self.consumers.iter().filter(|found| found.consumer.context == Context::Live)
    }
}
