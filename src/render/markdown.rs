//! Markdown: a comment on a pull request, or the summary of a job. A marker lets the comment be found and updated in place.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::check::words::{doing, sentence, summary, unread};
use crate::check::report::{Finding, FoundConsumer, Report};
use crate::model::answer::Verdict;

/// The first line, by which the comment of an earlier run is found.
pub const MARKER: &str = "<!-- columnist-check -->";

/// A comment on GitHub holds 65,536 characters; GitLab and summaries hold more.
const MOST_CHARACTERS: usize = 60_000;

/// Consumers that are listed for one finding.
const MOST_CONSUMERS: usize = 25;

/// The outcome of `check`.
pub fn check(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let sign = match report.verdict {
        Verdict::Blocked => "❌",
        Verdict::Review => "⚠️",
        Verdict::Clear => "✅",
    };
    writeln!(out, "{MARKER}\n### {sign} columnist: {}\n\n{}.\n", report.verdict.name(), plain(&summary(report)))?;
    let mut written = 0;
    let mut left = 0;
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
    for finding in findings {
        let text = one(finding, report);
        if written + text.len() > MOST_CHARACTERS {
            left += 1;
            continue;
        }
        written += text.len();
        writeln!(out, "{text}")?;
    }
    if left > 0 {
        writeln!(out, "_{left} more: `--format json` lists all._\n")?;
    }
    for note in &report.notes {
        writeln!(out, "> {}\n", plain(note))?;
    }
    let scanned = &report.scanned;
    write!(out, "<sub>{} of {} files read", scanned.read, scanned.files)?;
    let unread = unread(report);
    if !unread.is_empty() {
        write!(out, "; not read although code may be in them: {}", plain(&unread))?;
    }
    if report.revisions.len() > 1 {
        let names: Vec<String> = report.revisions.iter().map(|name| plain(name)).collect();
        write!(out, "; asked: {}", names.join(", "))?;
    }
    writeln!(out, "</sub>")
}

fn one(finding: &Finding, report: &Report) -> String {
    let mut text = String::new();
    let place = format!("{}:{}", finding.place.path, finding.place.line);
    let _ = writeln!(text, "**{}** — {}  \n{}\n", finding.verdict.name(), plain(&sentence(finding)), code(&place));
    if finding.live().next().is_some() {
        text.push_str("| consumer | kind | place | code |\n|---|---|---|---|\n");
        for found in finding.live().take(MOST_CONSUMERS) {
            let consumer = &found.consumer;
            let (place, snippet) = consumer.references.first().map_or_else(
                || (consumer.path.clone(), String::new()),
                |reference| (format!("{}:{}", reference.place.path, reference.place.line), reference.snippet.clone()),
            );
            let cells = [code(&consumer.name), who(found, report), code(&place), code(&snippet)];
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
        let more = finding.live().count().saturating_sub(MOST_CONSUMERS);
        if more > 0 {
            let _ = writeln!(text, "| _and {more} more_ | | | |");
        }
        text.push('\n');
    }
    for note in &finding.notes {
        let _ = writeln!(text, "- {}", plain(note));
    }
    for one in &finding.suppressed {
        let _ = writeln!(text, "- accepted: {}: {}", plain(&doing(&one.consumer, report)), plain(&one.reason));
    }
    if finding.verdict != Verdict::Clear {
        let _ = writeln!(text, "- {}", plain(finding.operation.advice()));
    }
    text
}

fn who(found: &FoundConsumer, report: &Report) -> String {
    let mut text = plain(found.consumer.kind.name());
    if report.revisions.len() > 1 {
        let names: Vec<String> =
            found.revisions.iter().filter_map(|at| report.revisions.get(*at)).map(|name| plain(name)).collect();
        let _ = write!(text, " ({})", names.join(", "));
    }
    text
}

/// Text in which nothing is markup, a mention or a link; names in backticks stay code.
fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut in_code = false;
    for letter in text.chars() {
        match letter {
            '`' => {
                in_code = !in_code;
                safe.push('`');
            }
            '|' => safe.push_str("\\|"),
            '\\' | '*' | '_' | '[' | ']' | '#' | '~' if !in_code => safe.extend(['\\', letter]),
            '<' => safe.push_str("&lt;"),
            '>' if !in_code => safe.push_str("&gt;"),
            '&' if !in_code => safe.push_str("&amp;"),
            // A mention would call somebody.
            '@' => safe.push_str("@\u{200b}"),
            letter if letter.is_control() => safe.push(' '),
            letter => safe.push(letter),
        }
    }
    if in_code {
        safe.push('`');
    }
    safe
}

/// A piece of code that may stand in a table.
fn code(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    // A fence longer than any run of backticks inside.
    let mut longest = 0;
    let mut run = 0;
    for letter in text.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{}{space}{fence}", text.replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::operation::Operation;
    use crate::check::report::Report;
    use crate::model::answer::{Place, Scanned};

    #[test]
    fn a_comment_is_never_longer_than_it_may_be() {
        let place = Place { path: "a/".repeat(50), line: 1, column: 1, end_line: 1, end_column: 2 };
        let finding = Finding {
            table: "users".into(),
            column: Some("full_name".into()),
            notes: vec!["x".repeat(300)],
            ..Finding::bare(Operation::DropColumn, Verdict::Blocked, place, String::new())
        };
        let report = Report {
            verdict: Verdict::Blocked,
            findings: vec![finding; 1000],
            migrations: Vec::new(),
            revisions: vec!["working tree".into()],
            scanned: Scanned::default(),
            notes: Vec::new(),
        };
        let mut out = Vec::new();
        check(&report, &mut out).expect("a vector takes all that is written");
        let text = String::from_utf8(out).expect("text");
        assert!(text.starts_with(MARKER) && text.chars().count() < 65_536 && text.contains("more: `--format json`"));
    }
}
