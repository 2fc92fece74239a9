//! An answer put together: consumers with their references, the verdict, what was scanned.

use std::collections::{BTreeMap, BTreeSet};

use super::matching::{Match, Targets};
use super::place::{place, snippet};
use super::who::{FileFindings, merge_access, speaks_sql};
use crate::catalog::{ColumnKey, Origin, RelationKey};
use crate::link::consumers::ConsumerKey;
use crate::link::runs::{self, Followed, Runs};
use crate::link::search::{Words, spellings_of};
use crate::link::system::System;
use crate::model::answer::{
    Answer, BlindSpotAt, Certainty, Consumer, Mention, MentionVerdict, ProblemAt, Reference, Scanned, Target,
    TargetState, Verdict, Via,
};
use crate::model::facts::Problem;
use crate::model::facts::UnitKind;
use crate::model::source::{Context, FileId, Kind};
use crate::model::span::Span;
use crate::model::statement::Access;

/// The answer, from what the files say and how each mention was judged.
pub(super) fn assemble(
    system: &System<'_, '_>,
    targets: &Targets<'_>,
    found: Vec<FileFindings>,
    mentions: Vec<Mention>,
    spellings: Vec<String>,
) -> Answer {
    let mut grouped: BTreeMap<ConsumerKey, Vec<(Span, Reference)>> = BTreeMap::new();
    let mut blind_spots = Vec::new();
    let read: Vec<FileId> = found.iter().map(|findings| findings.file).collect();
    let bearing = Bearing::new(targets);
    for findings in found {
        for (consumer, span, matched) in findings.references {
            let reference = reference(system, findings.file, span, matched);
            grouped.entry(consumer).or_default().push((span, reference));
        }
        blind_spots.extend(findings.blind_spots);
    }
    let consumers = consumers(system, grouped);
    blind_spots.sort_by(|a, b| (&a.path, a.line, &a.reason).cmp(&(&b.path, b.line, &b.reason)));
    Answer {
        target: target(system, targets),
        verdict: verdict(&consumers, &mentions, &blind_spots),
        consumers,
        mentions,
        spellings,
        blind_spots,
        scanned: scanned(system, &read, |id, problem| bearing.on_problem(system, id, problem)),
    }
}

/// A reference with its place and line of code.
pub(super) fn reference(system: &System<'_, '_>, file: FileId, span: Span, matched: Match) -> Reference {
    Reference {
        place: place(system.store, file, span),
        access: matched.access,
        certainty: matched.certainty,
        construct: matched.construct,
        snippet: snippet(system.store, file, span),
        why: matched.why,
        table: system.catalog.display(&matched.column.relation),
        column: system.catalog.column_spelling(&matched.column),
    }
}

/// Consumers with their references, sorted as answers are.
pub(super) fn consumers(
    system: &System<'_, '_>,
    grouped: BTreeMap<ConsumerKey, Vec<(Span, Reference)>>,
) -> Vec<Consumer> {
    if grouped.is_empty() {
        return Vec::new();
    }
    let runs = Runs::followed(system.store);
    let mut consumers: Vec<Consumer> =
        grouped.into_iter().map(|(key, references)| consumer(system, runs, &key, references)).collect();
    consumers.sort_by(|a, b| {
        (a.context, a.kind, &a.repository, &a.path, &a.name).cmp(&(b.context, b.kind, &b.repository, &b.path, &b.name))
    });
    consumers
}

fn consumer(
    system: &System<'_, '_>,
    runs: Followed<'_, '_>,
    key: &ConsumerKey,
    mut references: Vec<(Span, Reference)>,
) -> Consumer {
    references.sort_by_key(|a| (a.0, a.1.construct));
    let file = system.store.file(key.file);
    let (kind, via) = run_by(system, runs, key, &references.iter().map(|(span, _)| *span).collect::<Vec<Span>>());
    let owners = match references.first() {
        Some((span, _)) => system.store.owners_at(key.file, *span),
        None => system.store.owners(key.file),
    };
    let references: Vec<Reference> = references.into_iter().map(|(_, reference)| reference).collect();
    Consumer {
        name: key.name.clone(),
        kind,
        context: key.context,
        repository: system
            .store
            .workspace()
            .repositories
            .get(file.repository)
            .map_or_else(String::new, |own| own.name.clone()),
        path: file.path.clone(),
        owners,
        access: references.iter().map(|reference| reference.access).reduce(merge_access).unwrap_or(Access::Read),
        certainty: references.iter().map(|reference| reference.certainty).max().unwrap_or(Certainty::Possible),
        via,
        references,
    }
}

/// What runs a live consumer whose references stand at these places, and what that makes it. A view is run by nobody;
/// what the settings say of a file counts more than what runs it.
pub(super) fn run_by(
    system: &System<'_, '_>,
    runs: Followed<'_, '_>,
    key: &ConsumerKey,
    places: &[Span],
) -> (Kind, Vec<Via>) {
    if key.context != Context::Live || key.kind == Kind::View {
        return (key.kind, Vec::new());
    }
    let (store, mut seen) = (system.store, BTreeSet::new());
    for &span in places {
        // References of one statement are run by the same thing.
        if !seen.insert(store.lines(key.file).line_of(span.start)) || seen.len() > MOST_LINES {
            continue;
        }
        let steps = runs.via(key.file, span);
        let Some(kind) = runs::kind_of(&steps) else { continue };
        let via = |step: runs::Step| {
            let place = place(store, step.file, step.at);
            Via {
                kind: step.kind.to_owned(),
                name: step.name,
                schedule: step.schedule,
                path: place.path,
                line: place.line,
            }
        };
        // A pipeline that says itself when it runs is one still.
        let is_document = || store.facts(key.file).units.iter().any(|unit| matches!(unit.kind, UnitKind::Document(_)));
        let says_itself = key.kind == Kind::Pipeline && steps.iter().all(|step| step.file == key.file) && is_document();
        let kind = if says_itself || runs::has_kind_of_user(store, key.file) { key.kind } else { kind };
        return (kind, steps.into_iter().map(via).collect());
    }
    (key.kind, Vec::new())
}

/// Lines of a consumer that are looked at for what runs them.
const MOST_LINES: usize = 64;

fn verdict(consumers: &[Consumer], mentions: &[Mention], blind_spots: &[BlindSpotAt]) -> Verdict {
    let live = || consumers.iter().filter(|consumer| consumer.context == Context::Live);
    if live().any(|consumer| consumer.certainty >= Certainty::Likely) {
        return Verdict::Blocked;
    }
    let open = live().next().is_some()
        || mentions.iter().any(|mention| mention.verdict == MentionVerdict::Unresolved)
        || blind_spots.iter().any(|spot| !spot.tables.is_empty());
    if open { Verdict::Review } else { Verdict::Clear }
}

fn target(system: &System<'_, '_>, targets: &Targets<'_>) -> Target {
    let at = |origin: Origin| place(system.store, origin.file, origin.span);
    let state = match (&targets.relation, &targets.column) {
        (RelationKey::Undeclared(_), _) => TargetState::Undeclared,
        (RelationKey::Declared(id), column) => {
            let relation = system.catalog.relation(*id);
            let column = column.as_ref().map(|name| relation.column(name));
            match (column, relation.dropped) {
                (_, Some(dropped)) => TargetState::Dropped { dropped: at(dropped) },
                (None, None) => TargetState::Exists { declared: at(relation.declared) },
                (Some(None), None) => TargetState::Undeclared,
                (Some(Some(column)), None) => match column.dropped {
                    Some(dropped) => TargetState::Dropped { dropped: at(dropped) },
                    None => TargetState::Exists { declared: at(column.declared) },
                },
            }
        }
    };
    let column = targets.column.as_ref().map(|column| {
        system.catalog.column_spelling(&ColumnKey { relation: targets.relation.clone(), column: column.clone() })
    });
    Target { table: system.catalog.display(&targets.relation), column, state }
}

/// Whether text bears on the question: whichever files happen to be read, trouble elsewhere is not told.
pub(super) struct Bearing {
    /// Spellings of what is asked for.
    asked: Words,
    /// Names of the relation and of what is made of the target.
    names: Words,
}

impl Bearing {
    pub(super) fn new(targets: &Targets<'_>) -> Self {
        let spellings = match &targets.column {
            Some(column) => spellings_of(column.as_str(), true),
            None => spellings_of(&targets.relation_name(), false),
        };
        Self { asked: Words::new(spellings.iter().map(String::as_str)), names: targets.words() }
    }

    /// Whether a file of this text does.
    pub(super) fn on_file(&self, text: &str) -> bool {
        self.asked.is_in(text) || (self.names.is_in(text) && speaks_sql(text))
    }

    /// Whether trouble in a file does: not when it is about a statement that names nothing of what was asked for.
    fn on_problem(&self, system: &System<'_, '_>, id: FileId, problem: &Problem) -> bool {
        let text = system.store.text(id);
        let about_a_statement =
            system.store.facts(id).statements.iter().any(|statement| problem.span.contains(statement.span));
        if about_a_statement { self.names.is_in(problem.span.of(text)) } else { self.on_file(text) }
    }
}

/// Accounts for the files: those that the walk left out, and those that could not be read. Of the trouble met in the
/// files of `read`, what `matters` is told.
pub(super) fn scanned(system: &System<'_, '_>, read: &[FileId], matters: impl Fn(FileId, &Problem) -> bool) -> Scanned {
    let workspace = system.store.workspace();
    let mut skipped = workspace.skipped.clone();
    let mut unread = 0;
    for (_, reason) in system.store.skipped() {
        *skipped.entry(reason.name().to_owned()).or_insert(0) += 1;
        unread += 1;
    }
    let mut problems = workspace.problems.clone();
    for &id in read {
        for problem in system.store.facts(id).problems.iter().filter(|problem| matters(id, problem)) {
            let whole = problem.span == Span::default();
            let place = place(system.store, id, problem.span);
            problems.push(ProblemAt {
                code: problem.code.to_string(),
                message: problem.message.clone(),
                path: place.path,
                line: if whole { 0 } else { place.line },
            });
        }
    }
    for problem in &system.catalog.problems {
        let place = place(system.store, problem.origin.file, problem.origin.span);
        problems.push(ProblemAt {
            code: problem.code.to_string(),
            message: problem.message.clone(),
            path: place.path,
            line: place.line,
        });
    }
    for missing in system.store.runs().missing() {
        let place = place(system.store, missing.file, missing.at);
        problems.push(ProblemAt {
            code: "missing-script".to_owned(),
            message: format!("`{}`, which this runs {}, is in no source", missing.script, missing.schedule),
            path: place.path,
            line: place.line,
        });
    }
    problems.sort_by(|a, b| (&a.path, a.line, &a.code, &a.message).cmp(&(&b.path, b.line, &b.code, &b.message)));
    problems.dedup();
    Scanned {
        files: workspace.files.len() + workspace.skipped.values().sum::<usize>(),
        read: workspace.files.len() - unread,
        skipped: skipped.into_iter().collect(),
        problems,
    }
}
