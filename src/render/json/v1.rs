//! Version 1 of the JSON shapes. Fields are added, never changed or taken away.

use serde::Serialize;

use crate::answer;
use crate::model::answer::{
    Answer, BlindSpotAt, Consumer, Mention, MentionVerdict, ProblemAt, Reference, Scanned, Target, TargetState, Via,
    access_name,
};
use crate::render::text::Mentions;

/// The version that is written.
const SCHEMA_VERSION: u32 = 1;

/// The answer to `who`.
#[derive(Debug, Serialize)]
pub(super) struct Who<'a> {
    schema_version: u32,
    target: TargetV1<'a>,
    verdict: &'static str,
    spellings: &'a [String],
    consumers: Vec<ConsumerV1<'a>>,
    mentions: MentionCounts,
    #[serde(skip_serializing_if = "Option::is_none")]
    mentions_list: Option<Vec<MentionV1<'a>>>,
    unresolved: Vec<UnresolvedV1<'a>>,
    blind_spots: Vec<BlindSpotV1<'a>>,
    scanned: ScannedV1<'a>,
    problems: Vec<ProblemV1<'a>>,
}

impl<'a> Who<'a> {
    pub(super) fn new(answer: &'a Answer, mentions: Mentions) -> Self {
        let unresolved = answer.mentions.iter().filter(|mention| mention.verdict == MentionVerdict::Unresolved);
        Self {
            schema_version: SCHEMA_VERSION,
            target: TargetV1::from(&answer.target),
            verdict: answer.verdict.name(),
            spellings: &answer.spellings,
            consumers: answer.consumers.iter().map(ConsumerV1::from).collect(),
            mentions: MentionCounts::of(&answer.mentions),
            mentions_list: match mentions {
                Mentions::Listed => Some(answer.mentions.iter().map(MentionV1::from).collect()),
                Mentions::Counted => None,
            },
            unresolved: unresolved.map(UnresolvedV1::from).collect(),
            blind_spots: answer.blind_spots.iter().map(BlindSpotV1::from).collect(),
            scanned: ScannedV1::from(&answer.scanned),
            problems: answer.scanned.problems.iter().map(ProblemV1::from).collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct TargetV1<'a> {
    table: &'a str,
    column: Option<&'a str>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

impl<'a> From<&'a Target> for TargetV1<'a> {
    fn from(target: &'a Target) -> Self {
        let (state, place) = match &target.state {
            TargetState::Exists { declared } => ("exists", Some(declared)),
            TargetState::Dropped { dropped } => ("dropped", Some(dropped)),
            TargetState::Undeclared => ("undeclared", None),
        };
        Self {
            table: &target.table,
            column: target.column.as_deref(),
            state,
            path: place.map(|place| place.path.as_str()),
            line: place.map(|place| place.line),
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct ConsumerV1<'a> {
    name: &'a str,
    kind: &'static str,
    context: &'static str,
    repository: &'a str,
    path: &'a str,
    owners: &'a [String],
    access: &'static str,
    certainty: &'static str,
    via: Vec<ViaV1<'a>>,
    references: Vec<ReferenceV1<'a>>,
}

impl<'a> From<&'a Consumer> for ConsumerV1<'a> {
    fn from(consumer: &'a Consumer) -> Self {
        Self {
            name: &consumer.name,
            kind: consumer.kind.name(),
            context: consumer.context.name(),
            repository: &consumer.repository,
            path: &consumer.path,
            owners: &consumer.owners,
            access: access_name(consumer.access),
            certainty: consumer.certainty.name(),
            via: consumer.via.iter().map(ViaV1::from).collect(),
            references: consumer.references.iter().map(ReferenceV1::from).collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct ViaV1<'a> {
    kind: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    schedule: &'a str,
    path: &'a str,
    line: u32,
}

impl<'a> From<&'a Via> for ViaV1<'a> {
    fn from(via: &'a Via) -> Self {
        Self { kind: &via.kind, name: &via.name, schedule: &via.schedule, path: &via.path, line: via.line }
    }
}

#[derive(Debug, Serialize)]
struct ReferenceV1<'a> {
    path: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    access: &'static str,
    certainty: &'static str,
    construct: &'static str,
    snippet: &'a str,
    why: &'a str,
}

impl<'a> From<&'a Reference> for ReferenceV1<'a> {
    fn from(reference: &'a Reference) -> Self {
        Self {
            path: &reference.place.path,
            line: reference.place.line,
            column: reference.place.column,
            end_line: reference.place.end_line,
            end_column: reference.place.end_column,
            access: access_name(reference.access),
            certainty: reference.certainty.name(),
            construct: reference.construct.name(),
            snippet: &reference.snippet,
            why: &reference.why,
        }
    }
}

#[derive(Debug, Default, Serialize)]
pub(super) struct MentionCounts {
    total: usize,
    references: usize,
    other_columns: usize,
    values: usize,
    not_code: usize,
    unresolved: usize,
}

impl MentionCounts {
    pub(super) fn of(mentions: &[Mention]) -> Self {
        let mut counts = Self { total: mentions.len(), ..Self::default() };
        for mention in mentions {
            *match mention.verdict {
                MentionVerdict::Reference => &mut counts.references,
                MentionVerdict::OtherColumn => &mut counts.other_columns,
                MentionVerdict::Value => &mut counts.values,
                MentionVerdict::NotCode => &mut counts.not_code,
                MentionVerdict::Unresolved => &mut counts.unresolved,
            } += 1;
        }
        counts
    }
}

#[derive(Debug, Serialize)]
struct MentionV1<'a> {
    path: &'a str,
    line: u32,
    text: &'a str,
    verdict: &'static str,
    why: &'a str,
}

impl<'a> From<&'a Mention> for MentionV1<'a> {
    fn from(mention: &'a Mention) -> Self {
        let Mention { path, line, text, verdict, why } = mention;
        Self { path, line: *line, text, verdict: verdict.name(), why }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct UnresolvedV1<'a> {
    path: &'a str,
    line: u32,
    text: &'a str,
    why: &'a str,
}

impl<'a> From<&'a Mention> for UnresolvedV1<'a> {
    fn from(mention: &'a Mention) -> Self {
        Self { path: &mention.path, line: mention.line, text: &mention.text, why: &mention.why }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct BlindSpotV1<'a> {
    path: &'a str,
    line: u32,
    reason: &'a str,
    tables: &'a [String],
}

impl<'a> From<&'a BlindSpotAt> for BlindSpotV1<'a> {
    fn from(spot: &'a BlindSpotAt) -> Self {
        Self { path: &spot.path, line: spot.line, reason: &spot.reason, tables: &spot.tables }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct ScannedV1<'a> {
    files: usize,
    read: usize,
    skipped: Vec<SkippedV1<'a>>,
    problems: usize,
}

impl<'a> From<&'a Scanned> for ScannedV1<'a> {
    fn from(scanned: &'a Scanned) -> Self {
        Self {
            files: scanned.files,
            read: scanned.read,
            skipped: scanned.skipped.iter().map(|(reason, files)| SkippedV1 { reason, files: *files }).collect(),
            problems: scanned.problems.len(),
        }
    }
}

#[derive(Debug, Serialize)]
struct SkippedV1<'a> {
    reason: &'a str,
    files: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct ProblemV1<'a> {
    code: &'a str,
    message: &'a str,
    path: &'a str,
    line: u32,
}

impl<'a> From<&'a ProblemAt> for ProblemV1<'a> {
    fn from(problem: &'a ProblemAt) -> Self {
        Self { code: &problem.code, message: &problem.message, path: &problem.path, line: problem.line }
    }
}

/// A line of `refs`. Here `column` is the column's name, so the place where the name starts is `start_column`.
#[derive(Debug, Serialize)]
pub(super) struct ReferenceLine<'a> {
    repository: &'a str,
    table: &'a str,
    column: &'a str,
    consumer: &'a str,
    owners: &'a [String],
    via: Vec<ViaV1<'a>>,
    kind: &'static str,
    context: &'static str,
    path: &'a str,
    line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
    access: &'static str,
    certainty: &'static str,
    construct: &'static str,
    snippet: &'a str,
    why: &'a str,
}

impl<'a> From<&'a answer::ReferenceLine> for ReferenceLine<'a> {
    fn from(line: &'a answer::ReferenceLine) -> Self {
        let reference = ReferenceV1::from(&line.reference);
        Self {
            repository: &line.repository,
            table: &line.reference.table,
            column: &line.reference.column,
            consumer: &line.consumer,
            owners: &line.owners,
            via: line.via.iter().map(ViaV1::from).collect(),
            kind: line.kind.name(),
            context: line.context.name(),
            path: reference.path,
            line: reference.line,
            start_column: reference.column,
            end_line: reference.end_line,
            end_column: reference.end_column,
            access: reference.access,
            certainty: reference.certainty,
            construct: reference.construct,
            snippet: reference.snippet,
            why: reference.why,
        }
    }
}
