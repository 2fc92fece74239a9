//! Annotations of GitHub Actions, as workflow commands.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message>
//!
//! A step shows ten errors, ten warnings and ten notices: the most severe come first, and the job's summary has the rest.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::check::words::{doing, sentence, severity, summary};
use crate::check::report::{Finding, Report};
use crate::model::answer::{Place, Verdict};

/// Annotations of one level that a step shows.
const MOST: usize = 10;

/// The outcome of `check`.
pub fn check(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut findings: Vec<&Finding> =
        report.findings.iter().filter(|finding| finding.verdict != Verdict::Clear).collect();
    findings.sort_by_key(|finding| (severity(finding.verdict), std::cmp::Reverse(finding.live().count())));
    for (verdict, level) in [(Verdict::Blocked, "error"), (Verdict::Review, "warning")] {
        for finding in findings.iter().filter(|finding| finding.verdict == verdict).take(MOST) {
            let title = format!("{} {}", finding.operation.name(), finding.subject());
            let mut message = sentence(finding);
            for found in finding.live().take(MOST) {
                let line = found.consumer.references.first().map_or(0, |reference| reference.place.line);
                let _ = write!(message, "\n{}:{line}: {}", found.consumer.path, doing(found, report));
            }
            message.push('\n');
            message.push_str(finding.operation.advice());
            annotate(level, &finding.place, &title, &message, out)?;
        }
    }
    let mut notices = 0;
    for finding in findings.iter().filter(|finding| finding.verdict == Verdict::Blocked) {
        for found in finding.live() {
            let Some(reference) = found.consumer.references.first() else { continue };
            if notices == MOST {
                break;
            }
            notices += 1;
            let title = format!("{} {}", finding.operation.name(), finding.subject());
            annotate("notice", &reference.place, &title, &doing(found, report), out)?;
        }
    }
    writeln!(out, "{}: {}", report.verdict.name(), line(&summary(report)))
}

fn annotate(level: &str, place: &Place, title: &str, message: &str, out: &mut dyn Write) -> io::Result<()> {
    let (path, title) = (property(&place.path), property(title));
    write!(out, "::{level} file={path},line={},endLine={}", place.line, place.end_line)?;
    if place.line == place.end_line {
        write!(out, ",col={},endColumn={}", place.column, place.end_column)?;
    }
    writeln!(out, ",title={title}::{}", data(message))
}

/// <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>
fn data(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    text.chars().filter(|letter| !letter.is_control()).collect()
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A line that is no command.
fn line(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).collect()
}
