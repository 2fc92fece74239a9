//! How much of the SQL of a folder is parsed, read with repairs, or read by its words only.
//!
//!     cargo bench --bench sql -- readings FOLDER [recovered | tokens]
//!
//! One row for each dialect that a path names. The last argument lists the statements of that kind, with the reason.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Instant;

use columnist::extract::{Input, format_of};
use columnist::model::statement::{Reading, Statement};

/// Words of paths that name a dialect.
const DIALECTS: &[&str] = &[
    "bigquery",
    "clickhouse",
    "databricks",
    "duckdb",
    "hive",
    "mssql",
    "mysql",
    "oracle",
    "postgres",
    "redshift",
    "snowflake",
    "spark",
    "sqlite",
    "teradata",
    "trino",
];

/// Statements of one dialect by how they were read.
#[derive(Default)]
struct Row {
    files: usize,
    parsed: usize,
    recovered: usize,
    tokens: usize,
    slowest: f64,
}

/// The table for `folder`; `listed` names what is listed above it.
pub(crate) fn readings(folder: &Path, listed: Option<&str>) -> String {
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    let mut report = String::new();
    for entry in ignore::WalkBuilder::new(folder).sort_by_file_path(Path::cmp).build().filter_map(Result::ok) {
        let Ok(bytes) = fs::read(entry.path()) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let path = entry.path().strip_prefix(folder).unwrap_or(entry.path()).to_string_lossy().replace('\\', "/");
        let Some(format) = format_of(&path, text.get(..text.len().min(4096)).unwrap_or("")) else { continue };
        let start = Instant::now();
        let facts = format.extract(Input::new(&path, &text));
        let seconds = start.elapsed().as_secs_f64();
        if facts.statements.is_empty() {
            continue;
        }
        let lower = path.to_lowercase();
        let words: Vec<&str> = lower.split(|letter: char| !letter.is_alphanumeric()).collect();
        let named = DIALECTS.iter().find(|dialect| words.iter().any(|word| word.starts_with(**dialect)));
        let dialect = named.copied().unwrap_or("other");
        let row = rows.entry(dialect).or_default();
        row.files += 1;
        row.slowest = row.slowest.max(seconds);
        for statement in &facts.statements {
            let (count, reason, name) = match &statement.reading {
                Reading::Parsed => (&mut row.parsed, "", "parsed"),
                Reading::Recovered { reason } => (&mut row.recovered, reason.as_str(), "recovered"),
                Reading::Tokens { reason } => (&mut row.tokens, reason.as_str(), "tokens"),
            };
            *count += 1;
            if listed == Some(name) {
                let _ = writeln!(report, "{path}: {reason}: {}", shown(statement, &text));
            }
        }
    }
    report.push_str("dialect      files statements   parsed recovered   tokens  % parsed  slowest file\n");
    for (dialect, row) in &rows {
        let all = row.parsed + row.recovered + row.tokens;
        let share = 100.0 * row.parsed as f64 / all.max(1) as f64;
        let _ = writeln!(
            report,
            "{dialect:12} {:5} {all:10} {:8} {:9} {:8} {share:9.2} {:10.3} s",
            row.files, row.parsed, row.recovered, row.tokens, row.slowest
        );
    }
    report
}

/// The statement in one line.
fn shown(statement: &Statement, text: &str) -> String {
    let line = statement.span.of(text).split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(300).collect()
}
