//! Lines of a SQL script that a client reads itself and never sends: psql, sqlplus, sqlcmd, mysql, sqlite3; and the
//! comments by which migration tools mark what runs forward and what backward.

use crate::model::statement::Dialect;

/// What a line at the start of a statement is to its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A command: not SQL.
    Command,
    /// A comment (`REM`).
    Comment,
}

/// sqlplus commands, with the least number of letters that names them.
const SQLPLUS: &[(&str, usize)] = &[
    ("spool", 3),
    ("prompt", 3),
    ("whenever", 8),
    ("define", 3),
    ("undefine", 5),
    ("accept", 3),
    ("pause", 3),
    ("ttitle", 3),
    ("btitle", 3),
    ("break", 3),
    ("compute", 4),
    ("column", 3),
    ("clear", 2),
    ("connect", 4),
    ("disconnect", 4),
    ("exit", 4),
    ("quit", 4),
    ("host", 3),
    ("variable", 3),
    ("show", 3),
    ("start", 5),
    ("store", 5),
    ("timing", 4),
    ("archive", 7),
    ("repheader", 4),
    ("repfooter", 4),
];

/// What sqlplus sets.
const SQLPLUS_SETTINGS: &[&str] = &[
    "appinfo",
    "arraysize",
    "autocommit",
    "autoprint",
    "autotrace",
    "auto",
    "cmdsep",
    "colsep",
    "concat",
    "define",
    "def",
    "echo",
    "embedded",
    "emb",
    "errorlogging",
    "escape",
    "esc",
    "feedback",
    "feed",
    "heading",
    "hea",
    "head",
    "headsep",
    "linesize",
    "lines",
    "lin",
    "long",
    "longchunksize",
    "markup",
    "newpage",
    "newp",
    "null",
    "numformat",
    "numwidth",
    "num",
    "pagesize",
    "pages",
    "pause",
    "recsep",
    "scan",
    "serveroutput",
    "serverout",
    "shiftinout",
    "sqlblanklines",
    "sqlprompt",
    "sqlterminator",
    "suffix",
    "tab",
    "termout",
    "term",
    "time",
    "timing",
    "timi",
    "trim",
    "trimout",
    "trimspool",
    "trims",
    "underline",
    "und",
    "verify",
    "ver",
    "wrap",
    "colinvisible",
    "encoding",
];

/// Whether a line sets one of T-SQL's options and nothing else: what follows without a semicolon is a statement of its
/// own.
fn is_session_option(option: &str, rest: &str) -> bool {
    const OPTIONS: &[&str] = &[
        "ansi_nulls",
        "ansi_padding",
        "ansi_warnings",
        "ansi_null_dflt_on",
        "arithabort",
        "concat_null_yields_null",
        "nocount",
        "numeric_roundabort",
        "quoted_identifier",
        "xact_abort",
    ];
    let name = rest.trim_start().split([' ', '\t']).next().unwrap_or("");
    let mut values = rest.split_whitespace().skip(1);
    let value = values.next().unwrap_or("").trim_end_matches(';');
    // The option's name has underscores, which end `option`.
    name.starts_with(option)
        && OPTIONS.iter().any(|known| name.eq_ignore_ascii_case(known))
        && (value.eq_ignore_ascii_case("on") || value.eq_ignore_ascii_case("off"))
        && values.next().is_none()
}

/// What the client makes of `line` when no statement is open. `None` for SQL.
pub(super) fn line(line: &str, dialect: Dialect) -> Option<Line> {
    let line = line.trim();
    let first = line.chars().next()?;
    let word_end = line.find(|char: char| !(char.is_ascii_alphanumeric() || char == '_')).unwrap_or(line.len());
    let (word, rest) = line.split_at(word_end);
    match first {
        // sqlplus and sqlcl run a file; a T-SQL variable never begins a statement.
        '@' | '!' => return Some(Line::Command),
        '.' if line[1..].starts_with(|char: char| char.is_ascii_alphabetic()) => return Some(Line::Command),
        ':' => {
            const SQLCMD: [&str; 14] = [
                "setvar",
                "r",
                "connect",
                "on",
                "out",
                "error",
                "help",
                "list",
                "listvar",
                "perftrace",
                "quit",
                "reset",
                "serverlist",
                "xml",
            ];
            let name = line[1..].split(|char: char| !char.is_ascii_alphabetic()).next().unwrap_or("");
            return SQLCMD.iter().any(|command| name.eq_ignore_ascii_case(command)).then_some(Line::Command);
        }
        _ => {}
    }
    let is = |name: &str| word.eq_ignore_ascii_case(name);
    if is("rem") || is("remark") {
        return Some(Line::Comment);
    }
    if is("go") {
        let count = rest.trim().trim_end_matches(';').trim();
        return (count.is_empty() || count.bytes().all(|byte| byte.is_ascii_digit()) || count.starts_with("--"))
            .then_some(Line::Command);
    }
    if is("source") && rest.starts_with(' ') && !rest.contains('(') {
        return Some(Line::Command);
    }
    if is("prompt") || is("spool") || (is("whenever") && rest.trim_start().to_ascii_lowercase().contains("error")) {
        return Some(Line::Command);
    }
    let next = rest.trim_start().split(|char: char| !char.is_ascii_alphanumeric()).next().unwrap_or("");
    if is("set") && is_session_option(next, rest) {
        return Some(Line::Command);
    }
    if is("set") {
        let setting = SQLPLUS_SETTINGS.iter().any(|setting| next.eq_ignore_ascii_case(setting));
        let assigned = rest.contains('=') || rest.to_ascii_lowercase().contains(" to ");
        return (setting && !assigned && !line.ends_with(',')).then_some(Line::Command);
    }
    if dialect != Dialect::Oracle {
        return (is("column") && rest.to_ascii_lowercase().contains(" format ")).then_some(Line::Command);
    }
    let lower = word.to_ascii_lowercase();
    SQLPLUS
        .iter()
        .any(|(name, least)| lower.len() >= *least && name.starts_with(lower.as_str()))
        .then_some(Line::Command)
        .filter(|_| !is("start") || next != "with")
}

/// Whether `line` is nothing but the mark that ends a batch: `GO`, `/`.
pub(super) fn ends_batch(line: &str) -> bool {
    let line = line.trim();
    line == "/"
        || (line.len() <= 24 && line.get(..2).is_some_and(|word| word.eq_ignore_ascii_case("go")) && {
            let count = line[2..].trim().trim_end_matches(';').trim();
            let separate = line.len() == 2 || !line.as_bytes()[2].is_ascii_alphanumeric();
            separate
                && (count.is_empty() || count.bytes().all(|byte| byte.is_ascii_digit()) || count.starts_with("--"))
                && !line[2..].starts_with('_')
        })
}

/// What a comment tells a migration tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// What follows runs forward.
    Forward,
    /// What follows undoes the migration.
    Backward,
    /// What follows is one statement, whatever its semicolons say.
    TogetherBegin,
    /// The end of that statement.
    TogetherEnd,
    /// A Liquibase change set, with the database that it is for.
    ChangeSet(Option<Dialect>),
    /// The comment's text from this byte on is SQL that undoes the change set.
    Rollback(usize),
    /// The comment's text from this byte on is SQL that is run forward.
    Check(usize),
}

/// Reads the mark in a comment, if it has one.
pub(super) fn mark(comment: &str) -> Option<Mark> {
    let body = comment.trim_start_matches(['-', '#', '/', '*', ' ', '\t', '!']);
    let skipped = comment.len() - body.len();
    let head = body.lines().next().unwrap_or("").trim_end().trim_end_matches("*/").trim_end();
    if head.is_empty() || head.len() > 400 {
        return None;
    }
    let lower = head.to_ascii_lowercase();
    let body_lower = if let Some(rest) = lower.strip_prefix("liquibase ") { rest } else { &lower };
    let offset = skipped + lower.len() - body_lower.len();
    if let Some(rest) = body_lower.strip_prefix("rollback") {
        let starts = rest.starts_with([' ', '\t', ':']) || (rest.is_empty() && comment.starts_with("/*"));
        let text = rest.trim_start_matches([' ', '\t', ':']);
        let at = if rest.is_empty() { offset + 8 } else { offset + body_lower.len() - text.len() };
        let refers = text.starts_with("not required") || text.starts_with("empty") || text.starts_with("changesetid");
        return (starts && !refers).then_some(Mark::Rollback(at));
    }
    if let Some(rest) = body_lower.strip_prefix("changeset ") {
        let dialect = rest.split("dbms:").nth(1).and_then(|names| {
            let mut names = names.split([' ', ',', '"', '\t']).filter(|name| !name.is_empty());
            let first = dialect_named(names.next()?);
            first.filter(|_| names.next().is_none_or(|name| dialect_named(name).is_none()))
        });
        return rest.contains(':').then_some(Mark::ChangeSet(dialect));
    }
    if let Some(rest) = body_lower.strip_prefix("precondition-sql-check ") {
        let sql = rest.find("select").map(|at| offset + body_lower.len() - rest.len() + at);
        return sql.map(Mark::Check);
    }
    direction(&lower)
}

fn dialect_named(name: &str) -> Option<Dialect> {
    Some(match name {
        "postgresql" | "postgres" | "cockroachdb" | "redshift" => Dialect::Postgres,
        "mysql" | "mariadb" => Dialect::Mysql,
        "sqlite" => Dialect::Sqlite,
        "mssql" | "sqlserver" => Dialect::SqlServer,
        "oracle" => Dialect::Oracle,
        "snowflake" => Dialect::Snowflake,
        "bigquery" => Dialect::BigQuery,
        "clickhouse" => Dialect::ClickHouse,
        _ => return None,
    })
}

/// Marks of dbmate (`migrate:up`), goose (`+goose Up`), sql-migrate (`+migrate Down`), play (`--- !Downs`), `MyBatis`
/// (`//@UNDO`), node-pg-migrate (`Down Migration`), rambler (`rambler down`) and others, which all say the one word.
fn direction(comment: &str) -> Option<Mark> {
    let tool = comment.trim_start_matches(['+', '@', '=', '>', '[', '<']);
    let said = ["goose", "migrate", "micrate", "rambler", "migration", "mig"]
        .iter()
        .find_map(|tool_name| tool.strip_prefix(tool_name))
        .filter(|rest| rest.starts_with([' ', ':', '.', '-']));
    let tooled = said.is_some() || tool.len() < comment.len();
    let rest = said.unwrap_or(tool).trim_matches(|char: char| !char.is_ascii_alphanumeric());
    let mut words = rest.split(|char: char| !char.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let word = words.next()?;
    let then = words.next();
    let alone = then.is_none_or(|word| matches!(word, "migration" | "script" | "sql"));
    match word {
        "up" | "ups" | "apply" | "do" if (tooled || alone) && word != "do" => Some(Mark::Forward),
        "down" | "downs" | "undo" if tooled || alone => Some(Mark::Backward),
        "statementbegin" if tooled => Some(Mark::TogetherBegin),
        "statementend" if tooled => Some(Mark::TogetherEnd),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_lines_are_told_from_sql() {
        let cases = [
            ("SET LINESIZE 200", Dialect::Generic, Some(Line::Command)),
            ("SET search_path TO a", Dialect::Generic, None),
            ("SET NULL = 1", Dialect::Generic, None),
            ("COLUMN name FORMAT A20", Dialect::Generic, Some(Line::Command)),
            ("col name format a20", Dialect::Oracle, Some(Line::Command)),
            ("SELECT 1", Dialect::Oracle, None),
            ("start with 1", Dialect::Oracle, None),
            ("PROMPT select the user", Dialect::Generic, Some(Line::Command)),
            ("@other.sql", Dialect::Generic, Some(Line::Command)),
            (":setvar A b", Dialect::SqlServer, Some(Line::Command)),
            (":name", Dialect::SqlServer, None),
            (".mode csv", Dialect::Sqlite, Some(Line::Command)),
            ("REM hello", Dialect::Oracle, Some(Line::Comment)),
            ("GO 5", Dialect::SqlServer, Some(Line::Command)),
            ("go_on", Dialect::SqlServer, None),
            ("create table t", Dialect::Oracle, None),
            ("comment on table t is 'x'", Dialect::Oracle, None),
        ];
        for (text, dialect, expected) in cases {
            assert_eq!(line(text, dialect), expected, "{text}");
        }
    }

    #[test]
    fn marks_of_migration_tools() {
        let cases = [
            ("-- migrate:down", Some(Mark::Backward)),
            ("-- +goose Up", Some(Mark::Forward)),
            ("-- +goose StatementBegin", Some(Mark::TogetherBegin)),
            ("-- +migrate Down notransaction", Some(Mark::Backward)),
            ("# --- !Downs", Some(Mark::Backward)),
            ("-- //@UNDO", Some(Mark::Backward)),
            ("-- Down Migration", Some(Mark::Backward)),
            ("-- rambler up", Some(Mark::Forward)),
            ("-- down the road we go", None),
            ("-- Updates the users", None),
            ("--rollback DROP TABLE a;", Some(Mark::Rollback(11))),
            ("--changeset bob:1 dbms:mysql", Some(Mark::ChangeSet(Some(Dialect::Mysql)))),
            ("--changeset bob:1 dbms:mysql,oracle", Some(Mark::ChangeSet(None))),
            ("-- change settings", None),
            ("--precondition-sql-check expectedResult:0 SELECT 1 FROM a", Some(Mark::Check(42))),
        ];
        for (comment, expected) in cases {
            assert_eq!(mark(comment), expected, "{comment}");
        }
    }
}
