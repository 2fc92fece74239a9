//! Text: for people. The migration's line is drawn, and under it the lines of those who are in its way.

use std::io::{self, Write};

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use super::words::{doing, sentence, summary, unread};
use crate::check::operation::Concern;
use crate::check::report::{Finding, FoundConsumer, Report};
use crate::model::answer::{MentionVerdict, Reference, Verdict};
use crate::render::printable::printable;
use crate::render::text::snippet::marks;

/// Lines of consumers that are drawn for one finding.
const LINES_DRAWN: usize = 12;

/// Unresolved mentions and blind spots that are named for one finding.
const PLACES_NAMED: usize = 4;

/// Widest indentation that is drawn.
const INDENT: usize = 200;

/// The outcome of `check`.
pub fn check(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let renderer = Renderer::styled();
    for finding in report.findings.iter().filter(|finding| finding.verdict != Verdict::Clear) {
        writeln!(out, "{}\n", renderer.render(&[drawn(finding, report)]))?;
    }
    for finding in report.findings.iter().filter(|finding| finding.verdict == Verdict::Clear) {
        let place = format!("{}:{}", printable(&finding.place.path), finding.place.line);
        writeln!(out, "clear: {}  {place}", printable(&sentence(finding)))?;
        for note in &finding.notes {
            writeln!(out, "  {}", printable(note))?;
        }
        for one in &finding.suppressed {
            writeln!(out, "  accepted: {}: {}", printable(&one.consumer.consumer.name), printable(&one.reason))?;
        }
    }
    for note in &report.notes {
        writeln!(out, "note: {}", printable(note))?;
    }
    writeln!(out, "{}: {}", report.verdict.name(), summary(report))?;
    let scanned = &report.scanned;
    writeln!(out, "{} files met, {} read", scanned.files, scanned.read)?;
    let unread = unread(report);
    if !unread.is_empty() {
        writeln!(out, "not read although code may be in them: {unread}")?;
    }
    Ok(())
}

fn drawn<'a>(finding: &'a Finding, report: &'a Report) -> Group<'a> {
    let level = if finding.verdict == Verdict::Blocked { Level::ERROR } else { Level::WARNING };
    let title = sentence(finding);
    let (line, span) = shown_line(finding);
    let mut group = level.clone().primary_title(printable(&title).into_owned()).id(finding.operation.name()).element(
        Snippet::source(line)
            .path(printable(&finding.place.path).into_owned())
            .line_start(finding.place.line as usize)
            .fold(false)
            .annotation(AnnotationKind::Primary.span(span)),
    );
    let mut drawn = 0;
    for found in finding.live() {
        for reference in lines(found) {
            if drawn < LINES_DRAWN {
                group = group.element(consumer_line(found, reference, finding, report));
            }
            drawn += 1;
        }
    }
    if drawn > LINES_DRAWN {
        group = group
            .element(Level::NOTE.message(format!("and {} more lines: --format json lists all", drawn - LINES_DRAWN)));
    }
    for text in notes(finding) {
        group = group.element(Level::NOTE.message(printable(&text).into_owned()));
    }
    group.element(Level::HELP.message(finding.operation.advice()))
}

/// Everything that is said in words below the lines.
fn notes(finding: &Finding) -> Vec<String> {
    let mut notes = Vec::new();
    if finding.operation.concern() != Concern::Unknown {
        notes.extend(finding.notes.iter().cloned());
    }
    if !finding.also.is_empty() {
        let places: Vec<String> = finding.also.iter().map(|place| format!("{}:{}", place.path, place.line)).collect();
        notes.push(format!("also said in {}", places.join(", ")));
    }
    if !finding.new_consumers.is_empty() {
        let live = finding.new_consumers.iter().filter(|one| one.context == crate::model::source::Context::Live);
        let names: Vec<&str> = live.map(|one| one.name.as_str()).take(PLACES_NAMED).collect();
        if !names.is_empty() {
            notes.push(format!("the new name is used by {}", names.join(", ")));
        }
    }
    for one in &finding.suppressed {
        notes.push(format!("accepted: {}: {}", one.consumer.consumer.name, one.reason));
    }
    if finding.verdict == Verdict::Review {
        let answers = || finding.answers.iter().flatten();
        let unresolved = answers()
            .flat_map(|answer| &answer.mentions)
            .filter(|mention| mention.verdict == MentionVerdict::Unresolved)
            .map(|mention| format!("unresolved: {}:{}: {}", mention.path, mention.line, mention.why));
        notes.extend(unresolved.take(PLACES_NAMED));
        let blind = answers()
            .flat_map(|answer| &answer.blind_spots)
            .filter(|spot| !spot.tables.is_empty())
            .map(|spot| format!("blind spot: {}:{}: {}", spot.path, spot.line, spot.reason));
        notes.extend(blind.take(PLACES_NAMED));
    }
    notes
}

/// The migration's line, and what of it the finding is about: bytes of the line as it is shown.
fn shown_line(finding: &Finding) -> (String, std::ops::Range<usize>) {
    let line = finding.line.as_str();
    let byte =
        |column: u32| line.char_indices().nth(column.saturating_sub(1) as usize).map_or(line.len(), |(at, _)| at);
    let start = byte(finding.place.column);
    let end = if finding.place.end_line == finding.place.line {
        byte(finding.place.end_column)
    } else {
        line.trim_end().len()
    };
    let shown = |text: &str| printable(text).into_owned();
    let (before, inner) = (shown(&line[..start]), shown(&line[start..end.max(start)]));
    let span = before.len()..before.len() + inner.len();
    (before + &inner + &shown(&line[end.max(start)..]), span)
}

/// The first reference of each line of a consumer.
fn lines(found: &FoundConsumer) -> Vec<&Reference> {
    let references = &found.consumer.references;
    references
        .iter()
        .enumerate()
        .filter(|(at, one)| {
            !references[..*at]
                .iter()
                .any(|other| (&other.place.path, other.place.line) == (&one.place.path, one.place.line))
        })
        .map(|(_, one)| one)
        .collect()
}

fn consumer_line<'a>(
    found: &'a FoundConsumer,
    reference: &'a Reference,
    finding: &Finding,
    report: &Report,
) -> Snippet<'a, Annotation<'a>> {
    let snippet = reference.snippet.as_str();
    let spellings: Vec<String> = finding.answers.iter().flatten().flat_map(|answer| answer.spellings.clone()).collect();
    let mark = marks(snippet, std::slice::from_ref(reference), &spellings).into_iter().next();
    let shown = |text: &str| printable(text).into_owned();
    // The snippet has lost its indentation, and with it the column.
    let lost = |mark: &std::ops::Range<usize>| {
        (reference.place.column as usize).saturating_sub(snippet[..mark.start].chars().count() + 1)
    };
    let indent = mark.as_ref().filter(|_| !snippet.starts_with('…')).map_or(0, lost);
    let indent = " ".repeat(indent.min(INDENT));
    let mark = mark.unwrap_or(0..snippet.len());
    let (before, inner) = (indent + &shown(&snippet[..mark.start]), shown(&snippet[mark.clone()]));
    let span = before.len()..before.len() + inner.len();
    Snippet::source(before + &inner + &shown(&snippet[mark.end..]))
        .path(printable(&reference.place.path).into_owned())
        .line_start(reference.place.line as usize)
        .fold(false)
        .annotation(AnnotationKind::Context.span(span).label(printable(&doing(found, report)).into_owned()))
}
