//! What a cell is made of: code, and SQL that magics run. <https://jupysql.ploomber.io/en/latest/api/magic-sql.html>

use crate::extract::sql;
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// A part of a cell.
pub(super) enum Piece {
    /// Code of the notebook's language, as bytes of the cell.
    Code(Span),
    /// SQL.
    Sql(SqlText),
}

/// The path that stands for cells of SQL.
pub(super) const SQL_CELLS: &str = "cell.sql";

/// Magics whose cell or line is SQL.
const SQL: &[&str] =
    &["sql", "sparksql", "read_sql", "bigquery", "bq", "sqlcmd", "ksql", "snowflake", "duckdb", "dbsql"];

/// Magics before a cell that is code all the same.
const AROUND_CODE: &[&str] = &["time", "timeit", "capture", "prun", "python", "python3", "pyspark", "py", "spark"];

/// Takes a cell of a notebook in the language of `path` apart.
pub(super) fn pieces(cell: &SqlText, path: &str) -> Vec<Piece> {
    let text = cell.as_str();
    let whole = Span::new(0, text.len());
    let start = first_word(text);
    let rest = &text[start..];
    let line_end = rest.find('\n').map_or(text.len(), |length| start + length);
    let line = &text[start..line_end];
    // `%%sql`, and `%sql` alone on the first line of a cell.
    let named = line.strip_prefix("%%").or_else(|| line.strip_prefix('%').filter(|name| name.trim() == "sql"));
    if let Some(named) = named {
        let name = named.split_whitespace().next().unwrap_or("");
        if SQL.contains(&name) {
            let below = cell.slice(Span::new(line_end, text.len()));
            let found = if sql::evidence(below.as_str()) == sql::Evidence::None {
                // The statement begins on the line of the magic.
                cell.slice(Span::new(start + line.find(name).unwrap_or(0) + name.len(), text.len()))
            } else {
                below
            };
            return vec![Piece::Sql(found)];
        }
        return if AROUND_CODE.contains(&name) { lines(cell, Span::new(line_end, text.len())) } else { Vec::new() };
    }
    if path == SQL_CELLS { vec![Piece::Sql(cell.clone())] } else { lines(cell, whole) }
}

/// Where the first line begins that is neither blank nor a comment.
fn first_word(text: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let said = line.trim_start();
        if !said.is_empty() && !said.starts_with('#') {
            return at + (line.len() - said.len());
        }
        at += line.len();
    }
    0
}

/// Code with lines of magics in it.
fn lines(cell: &SqlText, span: Span) -> Vec<Piece> {
    let mut found = Vec::new();
    let (mut start, mut at) = (span.start as usize, span.start as usize);
    for line in span.of(cell.as_str()).split_inclusive('\n') {
        let end = at + line.len();
        if let Some(statement) = sql_of(line) {
            found.push(Piece::Sql(cell.slice(Span::new(at + statement, end))));
        }
        if sql_of(line).is_some() || line.trim_start().starts_with(['%', '!']) {
            found.push(Piece::Code(Span::new(start, at)));
            start = end;
        }
        at = end;
    }
    found.push(Piece::Code(Span::new(start, at)));
    found
}

/// Where the SQL begins that a line runs: `%sql SELECT …`, `rows = %sql SELECT …`.
fn sql_of(line: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = line[from..].find('%').map(|at| from + at) {
        let before = line[..at].trim_end();
        let name = line[at + 1..].split_whitespace().next().unwrap_or("");
        let begins = before.is_empty() || before.ends_with('=');
        if begins && SQL.contains(&name) && line[at + 1..].starts_with(name) {
            return Some(at + 1 + name.len());
        }
        from = at + 1;
    }
    None
}
