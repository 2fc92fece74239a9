//! What findings are called in sentences; every output says the same.

use crate::check::operation::{Concern, Operation};
use crate::check::report::{Finding, FoundConsumer, Report};
use crate::model::answer::{Certainty, MentionVerdict, Verdict};
use crate::model::statement::Access;
use crate::render::printable::printable;

/// Where a finding of that verdict stands: the most severe first.
pub(in crate::render) fn severity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Blocked => 0,
        Verdict::Review => 1,
        Verdict::Clear => 2,
    }
}

/// `1 file`, `2 files`.
pub(in crate::render) fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

/// What happens, with the subject in backticks.
pub(in crate::render) fn deed(finding: &Finding) -> String {
    // Names come from migrations: no line of an output may begin in the middle of one.
    let subject = printable(&finding.subject()).into_owned();
    let into = printable(finding.renamed_to.as_deref().unwrap_or("")).into_owned();
    match finding.operation {
        Operation::DropTable => format!("table `{subject}` is dropped"),
        Operation::DropView => format!("view `{subject}` is dropped"),
        Operation::DropRoutine => format!("function `{subject}` is dropped"),
        Operation::DropColumn => format!("`{subject}` is dropped"),
        Operation::RenameTable => format!("table `{subject}` is renamed to `{into}`"),
        Operation::RenameColumn => format!("`{subject}` is renamed to `{into}`"),
        Operation::ReplaceColumn => format!("`{subject}` is dropped and made anew"),
        Operation::ChangeType => match &finding.types {
            Some((old, new)) if !old.is_empty() => format!("`{subject}` changes from {old} to {new}"),
            Some((_, new)) => format!("`{subject}` becomes {new}"),
            None => format!("`{subject}` changes its type"),
        },
        Operation::SetNotNull => format!("`{subject}` refuses NULL from now on"),
        Operation::AddRequiredColumn => format!("`{subject}` is added and must be given a value"),
        Operation::DropDefault => format!("`{subject}` loses its default"),
        Operation::AddUnique => format!("`{subject}` must be unique from now on"),
        Operation::AddCheck => format!("`{subject}` must pass a check from now on"),
        Operation::Unreadable => "the migration cannot be read".to_owned(),
        Operation::ExpiredAcceptance => format!("the acceptance of a consumer of `{subject}` has expired"),
        Operation::StaleAcceptance => format!("a consumer of `{subject}` is accepted that is not there"),
    }
}

/// The whole finding in one sentence.
pub(in crate::render) fn sentence(finding: &Finding) -> String {
    let link = match (finding.operation.concern(), finding.verdict) {
        (Concern::Unknown, _) => ":",
        (_, Verdict::Clear) => ", and",
        _ => ", but",
    };
    format!("{}{link} {}", deed(finding), reason(finding))
}

/// Why the verdict is what it is, as the end of the sentence that [`deed`] begins.
pub(in crate::render) fn reason(finding: &Finding) -> String {
    if finding.operation.concern() == Concern::Unknown {
        return finding.notes.first().cloned().unwrap_or_default();
    }
    let live = finding.live().count();
    let sure = finding.live().filter(|found| found.consumer.certainty >= Certainty::Likely).count();
    let who = match finding.operation.concern() {
        Concern::Omitters => "writer that does not name it",
        Concern::Writers => "live writer",
        _ => "live consumer",
    };
    match finding.verdict {
        Verdict::Clear => format!("no {who} is known"),
        _ if sure > 0 => format!("{} in the way", with_be(sure, who)),
        _ => {
            let mut parts = Vec::new();
            if live > 0 {
                parts.push(count(live, "possible consumer"));
            }
            let answers = || finding.answers.iter().flatten();
            let unresolved = answers()
                .flat_map(|answer| &answer.mentions)
                .filter(|mention| mention.verdict == MentionVerdict::Unresolved)
                .count();
            if unresolved > 0 {
                parts.push(count(unresolved, "unresolved mention"));
            }
            let blind = answers().map(|answer| answer.blind_spots.len()).sum();
            if blind > 0 {
                parts.push(count(blind, "blind spot"));
            }
            format!("{} to look at", parts.join(", "))
        }
    }
}

fn with_be(number: usize, word: &str) -> String {
    match (number, word.split_once(' ')) {
        (1, _) => format!("1 {word} is"),
        // `writers that do not name it`.
        (_, Some(("writer", _))) => format!("{number} writers that do not name it are"),
        _ => format!("{number} {word}s are"),
    }
}

/// `reads it (report)`.
pub(in crate::render) fn doing(found: &FoundConsumer, report: &Report) -> String {
    let consumer = &found.consumer;
    let does = match consumer.access {
        Access::Read => "reads",
        Access::Write => "writes",
        Access::Both => "reads and writes",
    };
    let mut text = format!("{} {does} it ({}", printable(&consumer.name), consumer.kind.name());
    if consumer.certainty != Certainty::Certain {
        text.push_str(", ");
        text.push_str(consumer.certainty.name());
    }
    if report.revisions.len() > 1 {
        let revisions: Vec<&str> =
            found.revisions.iter().filter_map(|at| report.revisions.get(*at)).map(String::as_str).collect();
        text.push_str(", in ");
        text.push_str(&revisions.join(", "));
    }
    text.push(')');
    text
}

/// The outcome in one line.
pub(in crate::render) fn summary(report: &Report) -> String {
    let number = |verdict| report.findings.iter().filter(|finding| finding.verdict == verdict).count();
    let (blocked, review, clear) = (number(Verdict::Blocked), number(Verdict::Review), number(Verdict::Clear));
    let migrations = count(report.migrations.len(), "migration");
    if report.findings.is_empty() {
        return match report.migrations.len() {
            0 => "no migration to check".to_owned(),
            1 => format!("{migrations}, which takes nothing away"),
            _ => format!("{migrations}, which take nothing away"),
        };
    }
    let parts: Vec<String> = [(blocked, "blocked"), (review, "to review"), (clear, "clear")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    format!("{migrations}, {}: {}", count(report.findings.len(), "finding"), parts.join(", "))
}

/// Files that were not read although code may be in them; empty when there are none.
pub(in crate::render) fn unread(report: &Report) -> String {
    let parts: Vec<String> = report
        .scanned
        .skipped
        .iter()
        .filter(|(reason, _)| crate::discover::SkipReason::hides_code(reason))
        .map(|(reason, files)| format!("{files} {reason}"))
        .collect();
    parts.join(", ")
}
