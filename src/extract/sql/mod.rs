//! The one reader of SQL: whole `.sql` files, and pieces of SQL that other formats find in their text.

mod assembled;
mod begins;
mod block;
mod body;
mod branch;
mod clickhouse;
mod client;
mod conceal;
mod context;
mod ddl;
mod dialect;
mod dynamic;
mod edits;
mod evidence;
mod fragment;
mod grammar_tokens;
mod harmless;
mod holes;
mod keyword;
mod lexer;
mod load;
pub mod lower;
pub(crate) mod naming;
mod options;
mod phrases;
pub mod places;
mod postgres;
mod procedure;
mod quirks;
mod reader;
mod repair;
mod restated;
mod rewrite;
mod routine;
mod script;
mod statement;
#[cfg(test)]
mod tests;
pub mod text;
mod tokens;

use super::{Format, Input};
use crate::model::facts::{BlindSpot, FileFacts, Problem, Token, TokenKind, Unit};
use crate::model::statement::{Dialect, Direction, Statement};
use text::SqlText;

/// SQL files: schemas, migrations, reports, dumps, client scripts.
pub struct Sql;

/// What reading a piece of SQL gives; all spans are of the outer file.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SqlFacts {
    /// Statements in text order.
    pub statements: Vec<Statement>,
    /// Views, routines and triggers that the piece defines.
    pub units: Vec<Unit>,
    /// Comments, string constants and client commands.
    pub tokens: Vec<Token>,
    /// Dynamic SQL and holes that stand for more than values.
    pub blind_spots: Vec<BlindSpot>,
    /// Statements that no parser accepted, and other trouble.
    pub problems: Vec<Problem>,
}

/// What a text looks like before it is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// One or more whole statements.
    Statement,
    /// Part of a statement: a condition, a column list with clause keywords, `ORDER BY …`.
    Fragment,
    /// Not SQL.
    None,
}

/// Whether a host language's string is SQL. English that starts with a SQL verb is not.
pub fn evidence(text: &str) -> Evidence {
    let escaped = memchr::memchr(b'\\', text.as_bytes()).is_some();
    match escaped.then(|| SqlText::verbatim(text, 0).unescaped()).flatten() {
        Some(plain) => evidence::of(plain.as_str()),
        None => evidence::of(text),
    }
}

/// Reads a piece of SQL: one statement, a script of many, or a fragment. `dialect` is what the host knows of
/// it (a driver's import, a file's folder), `None` when nothing.
pub fn read(sql: &SqlText, dialect: Option<Dialect>) -> SqlFacts {
    match sql.unescaped() {
        Some(plain) => reader::read(&plain, dialect, Direction::Forward),
        None => reader::read(sql, dialect, Direction::Forward),
    }
}

/// Reads a piece of SQL that a file of another format runs in `direction`, and adds what it says to the file's facts.
pub fn read_into(facts: &mut FileFacts, piece: &SqlText, dialect: Option<Dialect>, direction: Direction) {
    if piece.as_str().trim().is_empty() {
        return;
    }
    let mut found = read(piece, dialect);
    for statement in &mut found.statements {
        statement.direction = direction;
    }
    facts.statements.extend(found.statements);
    facts.units.extend(found.units);
    facts.tokens.extend(found.tokens);
    facts.blind_spots.extend(found.blind_spots);
    facts.problems.extend(found.problems);
}

/// Endings of files that hold SQL.
const EXTENSIONS: &[&str] =
    &["sql", "psql", "pgsql", "mysql", "ddl", "dml", "hql", "plsql", "pls", "pks", "pkb", "tsql", "cql"];
/// Endings of templates of such files.
const TEMPLATES: &[&str] = &["erb", "j2", "jinja", "jinja2", "tmpl", "tpl", "template", "mustache", "hbs", "in", "ftl"];

impl Format for Sql {
    fn name(&self) -> &'static str {
        "sql"
    }

    fn claims(&self, path: &str, _head: &str) -> bool {
        let listed = |list: &[&str], extension: &str| list.iter().any(|known| extension.eq_ignore_ascii_case(known));
        let name = path.rsplit('/').next().unwrap_or(path);
        let Some((stem, extension)) = name.rsplit_once('.') else { return false };
        // `x.sql.j2`, `x.sql.postgres`.
        if listed(TEMPLATES, extension) || dialect_called(&extension.to_ascii_lowercase()).is_some() {
            let inner = stem.rsplit_once('.').is_some_and(|(_, inner)| listed(EXTENSIONS, inner));
            return inner || listed(EXTENSIONS, extension);
        }
        listed(EXTENSIONS, extension)
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        let piece = SqlText::verbatim(input.text, 0);
        let mut found = reader::read(&piece, dialect_of_path(input.path), direction_of_path(input.path));
        // Outside of comments, all that a statement does not refer to is SQL that names no column.
        found.tokens.retain(|token| token.kind == TokenKind::Comment);
        FileFacts {
            statements: found.statements,
            units: found.units,
            tokens: found.tokens,
            elsewhere: TokenKind::SqlOther,
            blind_spots: found.blind_spots,
            problems: found.problems,
            ..FileFacts::default()
        }
    }
}

/// Whether a file only runs when a migration is undone: `0001_x.down.sql`, `down.sql`, `revert/x.sql`, `U1__x.sql`.
fn direction_of_path(path: &str) -> Direction {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or(path).to_ascii_lowercase();
    let folder = parts.next().unwrap_or("").to_ascii_lowercase();
    let stem = name.split(".sql").next().unwrap_or(&name);
    let last = stem.rsplit(['.', '_', '-']).next().unwrap_or(stem);
    let flyway = name.strip_prefix('u').and_then(|rest| rest.split_once("__")).is_some_and(|(version, _)| {
        !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'_')
    });
    let undone = flyway
        || matches!(last, "down" | "undo" | "rollback")
        || matches!(&*folder, "revert" | "rollback" | "rollbacks" | "down");
    if undone { Direction::Backward } else { Direction::Forward }
}

/// The dialect that a path names: a folder `mysql`, an ending `.pgsql`.
fn dialect_of_path(path: &str) -> Option<Dialect> {
    path.to_ascii_lowercase().rsplit(['/', '.', '-', '_']).find_map(dialect_called)
}

/// The dialect that a part of a path names.
fn dialect_called(part: &str) -> Option<Dialect> {
    Some(match part {
        "postgres" | "postgresql" | "pgsql" | "psql" | "pg" | "redshift" | "cockroachdb" | "cockroach" | "crdb" => {
            Dialect::Postgres
        }
        "mysql" | "mysql5" | "mysql8" | "mariadb" => Dialect::Mysql,
        "sqlite" | "sqlite3" => Dialect::Sqlite,
        "mssql" | "sqlserver" | "tsql" => Dialect::SqlServer,
        "oracle" | "plsql" | "pks" | "pkb" | "pls" => Dialect::Oracle,
        "bigquery" => Dialect::BigQuery,
        "snowflake" => Dialect::Snowflake,
        "clickhouse" => Dialect::ClickHouse,
        "h2" | "hsqldb" | "derby" | "db2" | "duckdb" => Dialect::Generic,
        _ => return None,
    })
}
