//! `JUnit` XML: for CI servers that show tests. A finding is a test, which fails when its verdict reaches the bar.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::check::words::{doing, sentence};
use crate::check::report::Report;
use crate::model::answer::Verdict;

/// The outcome of `check`.
pub fn check(report: &Report, bar: Verdict, out: &mut dyn Write) -> io::Result<()> {
    let failures = report.findings.iter().filter(|finding| finding.verdict >= bar).count();
    let tests = report.findings.len().max(1);
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<testsuites name="columnist" tests="{tests}" failures="{failures}" errors="0">"#)?;
    writeln!(
        out,
        r#"  <testsuite name="columnist check" tests="{tests}" failures="{failures}" errors="0" skipped="0">"#
    )?;
    if report.findings.is_empty() {
        writeln!(out, r#"    <testcase classname="columnist" name="no migration takes anything away"/>"#)?;
    }
    for finding in &report.findings {
        let name = format!("{} {}", finding.operation.name(), finding.subject());
        let (class, file) = (attribute(&finding.place.path), attribute(&finding.place.path));
        let name = attribute(&name);
        write!(out, r#"    <testcase classname="{class}" name="{name}" file="{file}" line="{}">"#, finding.place.line)?;
        let mut text = String::new();
        for found in finding.live() {
            let line = found.consumer.references.first().map_or(0, |reference| reference.place.line);
            let _ = writeln!(text, "{}:{line}: {}", found.consumer.path, doing(found, report));
        }
        text.push_str(finding.operation.advice());
        if finding.verdict >= bar {
            let message = attribute(&sentence(finding));
            write!(
                out,
                r#"<failure type="{}" message="{message}">{}</failure>"#,
                finding.verdict.name(),
                content(&text)
            )?;
        } else {
            write!(out, "<system-out>{}</system-out>", content(&format!("{}\n{text}", sentence(finding))))?;
        }
        writeln!(out, "</testcase>")?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

/// Text between tags. What XML 1.0 cannot hold is replaced.
fn content(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\n' | '\t' => safe.push(letter),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}

fn attribute(text: &str) -> String {
    content(text).replace('"', "&quot;").replace(['\n', '\t'], " ")
}
