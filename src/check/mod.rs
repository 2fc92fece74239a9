//! Checking a change: what its migrations take away or tighten, and who is still in the way.
//!
//! The stage between `link` and `render` beside `answer`: it asks `answer` a question for each thing that a migration
//! takes away, of the code as it is after the change. What is taken away counts as there, so that its names resolve;
//! everything else of the schema is as the change leaves it.

pub mod accepted;
pub mod judge;
pub mod migrations;
pub mod net;
pub mod operation;
pub mod report;
mod routine;
#[cfg(test)]
mod tests;

use crate::answer::ColumnQuery;
use crate::answer::place::place;
use crate::answer::who::{Inquiry, Reach};
use crate::catalog::{Kept, Origin};
use crate::discover::Workspace;
use crate::link::store::Store;
use crate::model::answer::{Answer, Consumer, Scanned, Verdict};
use crate::model::date::Date;
use crate::model::name::ObjectName;
use crate::model::source::{Context, FileId, Kind};
use crate::model::span::Span;

use accepted::{Acceptance, Pragma};

use migrations::{Migration, Taken};
use operation::{Concern, Operation};
use report::{CheckedMigration, Finding, FoundConsumer, Report};

/// How a comment accepts a consumer.
const PRAGMA_FORM: &str = "an acceptance reads `columnist: accept TABLE.COLUMN by CONSUMER [until YYYY-MM-DD]: REASON`";

/// The name of the code as it is, among the revisions of a report.
pub const WORKING_TREE: &str = "working tree";

/// What runs, or may run again, besides the code as it is.
#[derive(Debug)]
pub struct Deployed {
    /// The revision, as the user names it.
    pub name: String,
    /// Its files; the migrations that are checked stand among them.
    pub workspace: Workspace,
}

/// Checks the migrations against the code of the workspace, which holds them, and of what is deployed.
pub fn check(workspace: &Workspace, migrations: &[Migration], deployed: &[Deployed], today: Date) -> Report {
    let store = Store::new(workspace);
    let taken = migrations::taken(&store, migrations);
    let mut scanned = Scanned::default();
    let mut findings: Vec<Finding> = taken.iter().map(|one| finding(&store, one)).collect();
    let names = std::iter::once(WORKING_TREE).chain(deployed.iter().map(|one| one.name.as_str()));
    for (at, past) in std::iter::once(None).chain(deployed.iter().map(Some)).enumerate() {
        match past {
            None => ask(&store, &store, at, &taken, &mut findings, &mut scanned),
            Some(past) => ask(&store, &Store::new(&past.workspace), at, &taken, &mut findings, &mut scanned),
        }
    }
    for migration in migrations {
        for (span, reason) in migrations::unreadable(&store, migration) {
            findings.push(unreadable(&store, migration.file, span, reason));
        }
    }
    let mut acceptances = accepted::of_config(&workspace.config);
    for migration in migrations {
        for pragma in accepted::of_migration(&store.file(migration.file).path, store.text(migration.file)) {
            match pragma {
                Pragma::Accepts(acceptance) => acceptances.push(acceptance),
                Pragma::Unclear { place, line } => findings.push(Finding {
                    notes: vec![PRAGMA_FORM.to_owned()],
                    ..Finding::bare(Operation::Unreadable, Verdict::Blocked, place, line)
                }),
            }
        }
    }
    let more = accepted::apply(&mut findings, &acceptances, today);
    findings.extend(more);
    findings.extend(out_of_use(&store, &acceptances, &findings));
    findings.sort_by(|a, b| {
        (&a.place, a.operation, &a.table, &a.column).cmp(&(&b.place, b.operation, &b.table, &b.column))
    });
    if scanned == Scanned::default() {
        scanned = accounted(&store);
    }
    Report {
        verdict: findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Clear),
        findings,
        migrations: migrations
            .iter()
            .map(|migration| CheckedMigration { path: store.file(migration.file).path.clone(), how: migration.how })
            .collect(),
        revisions: names.map(str::to_owned).collect(),
        scanned,
        notes: Vec::new(),
    }
}

/// Acceptances that are about nothing that the change takes away, and fit no consumer any more.
fn out_of_use(store: &Store<'_>, acceptances: &[Acceptance], findings: &[Finding]) -> Vec<Finding> {
    let unasked: Vec<(&Acceptance, ColumnQuery)> = acceptances
        .iter()
        .filter(|acceptance| !findings.iter().any(|finding| acceptance.is_about(finding)))
        .filter_map(|acceptance| Some((acceptance, acceptance.column.parse().ok()?)))
        .collect();
    if unasked.is_empty() {
        return Vec::new();
    }
    let queries: Vec<ColumnQuery> = unasked.iter().map(|(_, query)| query.clone()).collect();
    let inquiry = Inquiry::new(store, &queries, Reach::Sighted, &[]);
    let is_stale = |at: usize, acceptance: &Acceptance| {
        inquiry.answer(at).map_or(true, |answer| !answer.consumers.iter().any(|one| acceptance.fits(one)))
    };
    unasked
        .iter()
        .enumerate()
        .filter(|(at, (acceptance, _))| is_stale(*at, acceptance))
        .map(|(_, (acceptance, _))| {
            let note = "no live consumer fits it any more";
            accepted::trouble(acceptance, Operation::StaleAcceptance, note)
        })
        .collect()
}

/// Asks one revision for all that is taken away, and adds what it answers to the findings; `present` is the store in which
/// the migrations were read.
fn ask(
    present: &Store<'_>,
    store: &Store<'_>,
    revision: usize,
    taken: &[Taken],
    findings: &mut [Finding],
    scanned: &mut Scanned,
) {
    let here = |id: FileId| store.workspace().file_at(&present.file(id).location);
    let (queries, mut kept) = questions(taken);
    kept.retain_mut(|kept| match here(kept.origin.file) {
        Some(file) => {
            kept.origin.file = file;
            true
        }
        None => false,
    });
    let inquiry = Inquiry::new(store, &queries, Reach::Sighted, &kept);
    let mut question = 0;
    for (one, finding) in taken.iter().zip(findings) {
        let answer = inquiry.answer(question).ok();
        let asked = question;
        question += 1;
        if one.renamed_query().is_some() {
            if revision == 0 {
                finding.new_consumers = inquiry.answer(question).map(|answer| answer.consumers).unwrap_or_default();
            }
            question += 1;
        }
        let mut answer = answer;
        if let Some(answer) = &mut answer {
            merge_scanned(scanned, &answer.scanned);
            match one.takeaway.operation.concern() {
                Concern::Omitters if one.is_harmless => answer.consumers.clear(),
                Concern::Omitters => answer.consumers = inquiry.omitters(asked),
                _ if one.takeaway.operation == Operation::DropRoutine => {
                    answer.consumers = inquiry.callers(&one.takeaway.relation.last().text);
                    answer.mentions.clear();
                    answer.blind_spots.clear();
                }
                _ => {}
            }
            finding.hear(revision, one, answer);
        }
        finding.answers.push(answer);
    }
}

impl Finding {
    /// Takes in what a revision answers.
    fn hear(&mut self, revision: usize, taken: &Taken, answer: &Answer) {
        if revision == 0 {
            self.table.clone_from(&answer.target.table);
            if let Some(column) = &answer.target.column {
                self.column = Some(column.clone());
            }
        }
        let verdict = judge::verdict(taken.takeaway.operation.concern(), answer, answer.consumers.iter());
        self.verdict = self.verdict.max(verdict);
        let same = |a: &Consumer, b: &Consumer| {
            (&a.repository, &a.path, &a.name, a.kind, a.context) == (&b.repository, &b.path, &b.name, b.kind, b.context)
        };
        for consumer in &answer.consumers {
            match self.consumers.iter_mut().find(|found| same(&found.consumer, consumer)) {
                Some(found) => found.revisions.push(revision),
                None => {
                    self.consumers.push(FoundConsumer { consumer: consumer.clone(), revisions: vec![revision] });
                }
            }
        }
        self.consumers.sort_by(|a, b| order(&a.consumer).cmp(&order(&b.consumer)));
    }
}

fn order(consumer: &Consumer) -> (Context, Kind, &str, &str, &str) {
    (consumer.context, consumer.kind, &consumer.repository, &consumer.path, &consumer.name)
}

/// The questions that answer for each thing, and what must count as there for them: for each of `taken` one question, and
/// one more for a new name.
fn questions(taken: &[Taken]) -> (Vec<ColumnQuery>, Vec<Kept>) {
    let mut queries = Vec::new();
    let mut kept = Vec::new();
    for one in taken {
        queries.push(one.query());
        queries.extend(one.renamed_query());
        kept.push(Kept {
            database: one.database.clone(),
            relation: one.takeaway.relation.clone(),
            column: one.takeaway.column.clone(),
            origin: Origin { file: one.takeaway.file, span: one.takeaway.span },
        });
    }
    (queries, kept)
}

impl Taken {
    fn query(&self) -> ColumnQuery {
        let last = self.takeaway.column.as_ref().map_or("*", |column| &column.text);
        self.ask(&self.takeaway.relation, last)
    }

    /// The question for what a renamed thing is called from now on.
    fn renamed_query(&self) -> Option<ColumnQuery> {
        let into = self.takeaway.into.as_deref()?;
        match self.takeaway.operation {
            Operation::RenameColumn => Some(self.ask(&self.takeaway.relation, into)),
            Operation::RenameTable => Some(ColumnQuery {
                database: self.database.clone(),
                parts: into.split('.').map(str::to_owned).chain(["*".to_owned()]).collect(),
            }),
            _ => None,
        }
    }

    fn ask(&self, relation: &ObjectName, last: &str) -> ColumnQuery {
        let skipped = relation.0.len().saturating_sub(2);
        let parts = relation.0.iter().skip(skipped).map(|part| part.text.to_string());
        ColumnQuery { database: self.database.clone(), parts: parts.chain([last.to_owned()]).collect() }
    }
}

/// The finding before anybody was asked.
fn finding(store: &Store<'_>, taken: &Taken) -> Finding {
    let takeaway = &taken.takeaway;
    let mut notes = Vec::new();
    if taken.is_harmless {
        notes.push(match takeaway.operation {
            Operation::DropDefault => "it may be NULL: rows that leave it out are still taken".to_owned(),
            _ => "it has a default: rows that leave it out are still taken".to_owned(),
        });
    }
    if !taken.declared && !matches!(takeaway.operation, Operation::AddRequiredColumn) {
        notes.push("no schema source that was read has it: it may be spelled wrongly, or created elsewhere".to_owned());
    }
    let is_type = matches!(takeaway.operation, Operation::ChangeType | Operation::ReplaceColumn);
    let is_rename = matches!(takeaway.operation, Operation::RenameColumn | Operation::RenameTable);
    let (at, line) = (place(store, takeaway.file, takeaway.span), line(store, takeaway.file, takeaway.span));
    Finding {
        table: takeaway.relation.to_string(),
        column: takeaway.column.as_ref().map(|column| column.text.to_string()),
        renamed_to: takeaway.into.clone().filter(|_| is_rename),
        types: is_type.then(|| (taken.old_type.clone().unwrap_or_default(), takeaway.into.clone().unwrap_or_default())),
        also: taken.also.iter().map(|(file, span)| place(store, *file, *span)).collect(),
        notes,
        ..Finding::bare(takeaway.operation, Verdict::Clear, at, line)
    }
}

fn unreadable(store: &Store<'_>, file: FileId, span: Span, reason: String) -> Finding {
    let (at, line) = (place(store, file, span), line(store, file, span));
    Finding { notes: vec![reason], ..Finding::bare(Operation::Unreadable, Verdict::Blocked, at, line) }
}

/// The line on which `span` starts, with its white space.
fn line(store: &Store<'_>, file: FileId, span: Span) -> String {
    let (text, lines) = (store.text(file), store.lines(file));
    lines.line(text, lines.line_of(span.start.min(text.len() as u32))).to_owned()
}

/// Files accounted for when no question was asked.
fn accounted(store: &Store<'_>) -> Scanned {
    let workspace = store.workspace();
    let mut skipped = workspace.skipped.clone();
    let mut unread = 0;
    for (_, reason) in store.skipped() {
        *skipped.entry(reason.name().to_owned()).or_insert(0) += 1;
        unread += 1;
    }
    Scanned {
        files: workspace.files.len() + workspace.skipped.values().sum::<usize>(),
        read: workspace.files.len() - unread,
        skipped: skipped.into_iter().collect(),
        problems: workspace.problems.clone(),
    }
}

/// The answers of one store account for the same files; their problems differ.
fn merge_scanned(all: &mut Scanned, one: &Scanned) {
    let mut problems = std::mem::take(&mut all.problems);
    problems.extend(one.problems.iter().cloned());
    problems.sort_by(|a, b| (&a.path, a.line, &a.code, &a.message).cmp(&(&b.path, b.line, &b.code, &b.message)));
    problems.dedup();
    *all = Scanned { problems, ..one.clone() };
}
