//! GitLab's Code Quality report.
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use std::io::{self, Write};

use serde::Serialize;

use super::check::words::sentence;
use super::fingerprint::fingerprint;
use super::printable::printable_json;
use crate::check::report::{Finding, Report};
use crate::model::answer::Verdict;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// The outcome of `check`.
pub fn check(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let issues: Vec<Issue<'_>> =
        report.findings.iter().filter(|finding| finding.verdict != Verdict::Clear).map(issue).collect();
    writeln!(out, "{}", printable_json(serde_json::to_string_pretty(&issues)?))
}

fn issue(finding: &Finding) -> Issue<'_> {
    Issue {
        description: sentence(finding),
        check_name: finding.operation.name(),
        fingerprint: fingerprint(finding, ""),
        severity: if finding.verdict == Verdict::Blocked { "blocker" } else { "minor" },
        location: Location { path: &finding.place.path, lines: Lines { begin: finding.place.line } },
    }
}
