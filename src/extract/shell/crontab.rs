//! Crontabs: which part of each line is a command, and what that reads.
//!
//! The shape is that of <https://man7.org/linux/man-pages/man5/crontab.5.html>.

use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// A line of a crontab.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// The command.
    pub command: SqlText,
    /// What it reads: all after the first `%`.
    pub input: Option<SqlText>,
}

/// Whether the path is that of a crontab.
pub(in crate::extract) fn is_crontab(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let of_host = name.strip_prefix("crontab.").is_some_and(|rest| !rest.is_empty() && !is_source(rest));
    let known = name == "crontab" || of_host || [".crontab", ".cron"].iter().any(|it| name.ends_with(it));
    known || has_user(path) && !name.starts_with('.') && !name.contains(".md")
}

/// Whether what follows `crontab.` makes it code about crontabs, or documentation, rather than the crontab of a host.
fn is_source(rest: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "java", "kt", "py", "rb", "go", "rs", "php", "cs", "c",
        "cpp", "h", "scala", "pl", "json", "md", "rst", "html", "snap",
    ];
    let ending = rest.rsplit('.').next().unwrap_or(rest);
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// Whether the lines name the user who runs them.
pub(in crate::extract) fn has_user(path: &str) -> bool {
    path.starts_with("cron.d/") || path.contains("/cron.d/")
}

/// The commands of a crontab, in text order, and the spans of its comments.
pub(super) fn lines(path: &str, text: &str) -> (Vec<Line>, Vec<Span>) {
    let (mut found, mut comments) = (Vec::new(), Vec::new());
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let shown = line.trim_end_matches(['\n', '\r']);
        let indented = shown.len() - shown.trim_start().len();
        if shown.trim_start().starts_with('#') {
            comments.push(Span::new(start + indented, start + shown.len()));
        } else if let Some(at) = command_start(shown, has_user(path)) {
            found.push(read(&shown[at..], start + at));
        }
        start += line.len();
    }
    (found, comments)
}

/// Where the command of a line starts; `None` for an environment setting and whatever else has no time.
pub(in crate::extract) fn command_start(line: &str, user: bool) -> Option<usize> {
    let fields = if line.trim_start().starts_with('@') { 1 } else { 5 };
    let mut at = 0;
    for field in 0..fields + usize::from(user) {
        at += line[at..].len() - line[at..].trim_start().len();
        let length = line[at..].find(char::is_whitespace)?;
        let word = &line[at..at + length];
        let is_time = word.chars().all(|c| c.is_ascii_alphanumeric() || "*/,-@#?~_".contains(c));
        let names = word.len() > 3
            && !word.contains(['*', '/', ',', '-', '@'])
            && !word.starts_with(|c: char| c.is_ascii_digit());
        if field < fields && (!is_time || names) {
            return None;
        }
        at += length;
    }
    at += line[at..].len() - line[at..].trim_start().len();
    (at < line.len()).then_some(at)
}

/// A command with its `%` decoded.
fn read(command: &str, start: usize) -> Line {
    let mut parts = vec![SqlText::default()];
    let mut run = 0;
    for (at, _) in command.match_indices('%') {
        let escaped = command[..at].ends_with('\\');
        let end = at - usize::from(escaped);
        let first = parts.len() == 1;
        let Some(piece) = parts.last_mut() else { break };
        piece.push(&command[run..end], start + run);
        let outer = Span::new(start + end, start + at + 1);
        if escaped {
            piece.push_decoded("%", outer);
        } else if first {
            parts.push(SqlText::default());
        } else {
            piece.push_decoded("\n", outer);
        }
        run = at + 1;
    }
    if let Some(piece) = parts.last_mut() {
        piece.push(&command[run..], start + run);
    }
    let input = (parts.len() > 1).then(|| parts.pop()).flatten();
    Line { command: parts.pop().unwrap_or_default(), input }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_about_crontabs_is_none() {
        for path in ["ops/crontab", "crontab.prod", "ops/db.crontab", "etc/cron.d/nightly"] {
            assert!(is_crontab(path), "{path}");
        }
        for path in ["src/crontab.ts", "test/crontab.test.ts", "crontab.md", "crontab.py"] {
            assert!(!is_crontab(path), "{path}");
        }
    }

    #[test]
    fn commands_of_lines() {
        let cases: &[(&str, &str, &str)] = &[
            ("crontab", "0 3 * * * psql -c x", "psql -c x"),
            ("crontab", "  */5 1-3 1,2 jan mon  a b # c", "a b # c"),
            ("crontab", "@daily run", "run"),
            ("ops/cron.d/job", "0 3 * * * root run it", "run it"),
            ("crontab", "PATH=/bin:/usr/bin", ""),
            ("crontab", "MAILTO = \"a b c d e f\"", ""),
            ("crontab", "# 0 3 * * * run", ""),
            ("crontab", "0 3 * * *", ""),
            ("crontab", "", ""),
            ("crontab", "0 0 * * * date +\\%F", "date +%F"),
            ("crontab", "0 0 * * * psql db%SELECT 1;%SELECT 2;", "psql db|SELECT 1;\nSELECT 2;"),
        ];
        for (path, line, expected) in cases {
            let (found, _) = lines(path, line);
            let shown: Vec<String> = found
                .iter()
                .map(|line| match &line.input {
                    Some(input) => format!("{}|{}", line.command.as_str(), input.as_str()),
                    None => line.command.as_str().to_owned(),
                })
                .collect();
            assert_eq!(shown.concat(), *expected, "{line}");
        }
    }
}
