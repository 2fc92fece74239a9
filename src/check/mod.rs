//! Checking a change: what its migrations take away or tighten, and who is still in the way.
//!
//! The stage between `link` and `render` beside `answer`: it asks `answer` a question for each thing that a migration
//! takes away, of the code as it is after the change. What is taken away counts as there, so that its names resolve;
//! everything else of the schema is as the change leaves it.

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
use crate::model::answer::{Answer, Consumer, Place, Scanned, Verdict};
use crate::model::name::ObjectName;
use crate::model::source::FileId;
use crate::model::span::Span;

use migrations::{Migration, Taken};
use operation::Operation;
use report::{CheckedMigration, Finding, FoundConsumer, Report};

/// The name of the code as it is, among the revisions of a report.
pub const WORKING_TREE: &str = "working tree";

/// Checks the migrations against the code of the workspace, which holds them.
pub fn check(workspace: &Workspace, migrations: &[Migration]) -> Report {
    let store = Store::new(workspace);
    let taken = migrations::taken(&store, migrations);
    let (queries, kept) = questions(&taken);
    let inquiry = Inquiry::new(&store, &queries, Reach::Sighted, &kept);
    let mut scanned = Scanned::default();
    let mut findings = Vec::new();
    let mut question = 0;
    for one in &taken {
        let answer = inquiry.answer(question).ok();
        question += 1;
        let renamed = one.renamed_query().and_then(|_| {
            question += 1;
            inquiry.answer(question - 1).ok()
        });
        if let Some(answer) = &answer {
            merge_scanned(&mut scanned, &answer.scanned);
        }
        findings.push(finding(&store, one, answer, renamed));
    }
    for migration in migrations {
        for (span, reason) in migrations::unreadable(&store, migration) {
            findings.push(unreadable(&store, migration.file, span, reason));
        }
    }
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
        revisions: vec![WORKING_TREE.to_owned()],
        scanned,
        notes: Vec::new(),
    }
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

fn finding(store: &Store<'_>, taken: &Taken, answer: Option<Answer>, renamed: Option<Answer>) -> Finding {
    let takeaway = &taken.takeaway;
    let (table, column) = match &answer {
        Some(answer) => (answer.target.table.clone(), answer.target.column.clone()),
        None => (takeaway.relation.to_string(), None),
    };
    let consumers: Vec<Consumer> = answer.as_ref().map(|answer| answer.consumers.clone()).unwrap_or_default();
    let verdict = answer
        .as_ref()
        .map_or(Verdict::Clear, |answer| judge::verdict(takeaway.operation.concern(), answer, consumers.iter()));
    let mut notes = Vec::new();
    if !taken.declared && !matches!(takeaway.operation, Operation::AddRequiredColumn) {
        notes.push("no schema source that was read has it: it may be spelled wrongly, or created elsewhere".to_owned());
    }
    let is_type = matches!(takeaway.operation, Operation::ChangeType | Operation::ReplaceColumn);
    let is_rename = matches!(takeaway.operation, Operation::RenameColumn | Operation::RenameTable);
    Finding {
        operation: takeaway.operation,
        table,
        column: column.or_else(|| takeaway.column.as_ref().map(|column| column.text.to_string())),
        renamed_to: takeaway.into.clone().filter(|_| is_rename),
        types: is_type.then(|| (taken.old_type.clone().unwrap_or_default(), takeaway.into.clone().unwrap_or_default())),
        verdict,
        place: place(store, takeaway.file, takeaway.span),
        line: line(store, takeaway.file, takeaway.span),
        also: taken.also.iter().map(|(file, span)| place(store, *file, *span)).collect(),
        consumers: consumers.into_iter().map(|consumer| FoundConsumer { consumer, revisions: vec![0] }).collect(),
        new_consumers: renamed.map(|answer| answer.consumers).unwrap_or_default(),
        answers: vec![answer],
        suppressed: Vec::new(),
        notes,
    }
}

fn unreadable(store: &Store<'_>, file: FileId, span: Span, reason: String) -> Finding {
    let at: Place = place(store, file, span);
    Finding {
        operation: Operation::Unreadable,
        table: String::new(),
        column: None,
        renamed_to: None,
        types: None,
        verdict: Verdict::Blocked,
        line: line(store, file, span),
        place: at,
        also: Vec::new(),
        consumers: Vec::new(),
        new_consumers: Vec::new(),
        answers: Vec::new(),
        suppressed: Vec::new(),
        notes: vec![reason],
    }
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
