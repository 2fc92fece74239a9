//! Version 1 of what `check` prints.

use serde::Serialize;

use super::v1::{BlindSpotV1, ConsumerV1, MentionCounts, ProblemV1, ScannedV1, UnresolvedV1};
use crate::check::report::{Finding, FoundConsumer, Report, Suppressed};
use crate::model::answer::{Answer, Mention, MentionVerdict, Place};

/// The version that is written.
const SCHEMA_VERSION: u32 = 1;

/// The outcome of `check`.
#[derive(Debug, Serialize)]
pub(super) struct Check<'a> {
    schema_version: u32,
    verdict: &'static str,
    findings: Vec<FindingV1<'a>>,
    migrations: Vec<MigrationV1<'a>>,
    revisions: &'a [String],
    notes: &'a [String],
    scanned: ScannedV1<'a>,
    problems: Vec<ProblemV1<'a>>,
}

impl<'a> From<&'a Report> for Check<'a> {
    fn from(report: &'a Report) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            verdict: report.verdict.name(),
            findings: report.findings.iter().map(|finding| FindingV1::new(finding, report)).collect(),
            migrations: report
                .migrations
                .iter()
                .map(|migration| MigrationV1 { path: &migration.path, how: migration.how.name() })
                .collect(),
            revisions: &report.revisions,
            notes: &report.notes,
            scanned: ScannedV1::from(&report.scanned),
            problems: report.scanned.problems.iter().map(ProblemV1::from).collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct MigrationV1<'a> {
    path: &'a str,
    how: &'static str,
}

#[derive(Debug, Serialize)]
struct FindingV1<'a> {
    operation: &'static str,
    table: &'a str,
    column: Option<&'a str>,
    renamed_to: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_type: Option<&'a str>,
    phase: &'static str,
    verdict: &'static str,
    migration: PlaceV1<'a>,
    also: Vec<PlaceV1<'a>>,
    /// Revisions with a live consumer.
    revisions: Vec<&'a str>,
    consumers: Vec<FoundV1<'a>>,
    new_consumers: Vec<ConsumerV1<'a>>,
    suppressed: Vec<SuppressedV1<'a>>,
    mentions: MentionCounts,
    unresolved: Vec<UnresolvedV1<'a>>,
    blind_spots: Vec<BlindSpotV1<'a>>,
    advice: &'static str,
    notes: &'a [String],
}

impl<'a> FindingV1<'a> {
    fn new(finding: &'a Finding, report: &'a Report) -> Self {
        let answers = || finding.answers.iter().flatten();
        let mentions = || answers().flat_map(|answer| &answer.mentions);
        let mut unresolved: Vec<&Mention> =
            mentions().filter(|mention| mention.verdict == MentionVerdict::Unresolved).collect();
        unresolved.dedup_by(|a, b| (&a.path, a.line) == (&b.path, b.line));
        Self {
            operation: finding.operation.name(),
            table: &finding.table,
            column: finding.column.as_deref(),
            renamed_to: finding.renamed_to.as_deref(),
            old_type: finding.types.as_ref().map(|(old, _)| old.as_str()),
            new_type: finding.types.as_ref().map(|(_, new)| new.as_str()),
            phase: finding.operation.phase().name(),
            verdict: finding.verdict.name(),
            migration: PlaceV1::from(&finding.place),
            also: finding.also.iter().map(PlaceV1::from).collect(),
            revisions: finding.live_revisions().filter_map(|at| report.revisions.get(at)).map(String::as_str).collect(),
            consumers: finding.consumers.iter().map(|found| FoundV1::new(found, report)).collect(),
            new_consumers: finding.new_consumers.iter().map(ConsumerV1::from).collect(),
            suppressed: finding.suppressed.iter().map(|one| SuppressedV1::new(one, report)).collect(),
            mentions: answers()
                .next()
                .map_or_else(MentionCounts::default, |answer: &Answer| MentionCounts::of(&answer.mentions)),
            unresolved: unresolved.into_iter().map(UnresolvedV1::from).collect(),
            blind_spots: answers().flat_map(|answer| &answer.blind_spots).map(BlindSpotV1::from).collect(),
            advice: finding.operation.advice(),
            notes: &finding.notes,
        }
    }
}

#[derive(Debug, Serialize)]
struct FoundV1<'a> {
    #[serde(flatten)]
    consumer: ConsumerV1<'a>,
    revisions: Vec<&'a str>,
}

impl<'a> FoundV1<'a> {
    fn new(found: &'a FoundConsumer, report: &'a Report) -> Self {
        let revisions = found.revisions.iter().filter_map(|at| report.revisions.get(*at)).map(String::as_str);
        Self { consumer: ConsumerV1::from(&found.consumer), revisions: revisions.collect() }
    }
}

#[derive(Debug, Serialize)]
struct SuppressedV1<'a> {
    #[serde(flatten)]
    found: FoundV1<'a>,
    reason: &'a str,
    accepted: PlaceV1<'a>,
}

impl<'a> SuppressedV1<'a> {
    fn new(one: &'a Suppressed, report: &'a Report) -> Self {
        Self { found: FoundV1::new(&one.consumer, report), reason: &one.reason, accepted: PlaceV1::from(&one.place) }
    }
}

#[derive(Debug, Serialize)]
struct PlaceV1<'a> {
    path: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

impl<'a> From<&'a Place> for PlaceV1<'a> {
    fn from(place: &'a Place) -> Self {
        Self {
            path: &place.path,
            line: place.line,
            column: place.column,
            end_line: place.end_line,
            end_column: place.end_column,
        }
    }
}
