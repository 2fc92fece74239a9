//! Which dialects a text may be written in, by evidence: the host's hint, marks that only one client or database has.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use sqlparser::dialect as grammar;

use crate::model::statement::Dialect;

/// How a text is split into tokens, where dialects differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent features of dialects, as in sqlparser")]
pub(super) struct Lexis {
    /// `\` escapes in plain strings.
    pub(super) backslash: bool,
    /// `#` begins a comment anywhere.
    pub(super) hash_comments: bool,
    /// `#` is an operator.
    pub(super) hash_operators: bool,
    /// `"…"` is a string constant.
    pub(super) double_strings: bool,
    /// `[…]` is an identifier.
    pub(super) brackets: bool,
    /// Comments nest.
    pub(super) nested_comments: bool,
    /// `a:b` is a path into a document.
    pub(super) colon_paths: bool,
    /// `&name` is a variable of the client.
    pub(super) substitutions: bool,
}

impl Default for Lexis {
    fn default() -> Self {
        Self {
            backslash: false,
            hash_comments: false,
            hash_operators: false,
            double_strings: false,
            brackets: false,
            nested_comments: true,
            colon_paths: false,
            substitutions: false,
        }
    }
}

/// What is known of a text's dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Profile {
    /// The most plausible dialect; `Generic` without evidence.
    pub(super) best: Dialect,
    /// How to split the text into tokens.
    pub(super) lexis: Lexis,
    /// Dialects with any evidence, best first.
    likely: Vec<Dialect>,
}

/// A mark, the dialect that it speaks for, and how much. Marks are in lower case.
type Mark = (&'static str, Dialect, u32);

/// Searches for all of [`MARKS`] in one pass, case ignored.
static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder().ascii_case_insensitive(true).build(MARKS.iter().map(|(mark, ..)| mark)).ok()
});

/// Marks that are searched for in the beginning of a text.
const MARKS: &[Mark] = &[
    ("-- postgresql database dump", Dialect::Postgres, 100),
    ("language plpgsql", Dialect::Postgres, 20),
    ("language 'plpgsql'", Dialect::Postgres, 20),
    ("create extension", Dialect::Postgres, 20),
    ("search_path", Dialect::Postgres, 20),
    ("bigserial", Dialect::Postgres, 10),
    (" serial ", Dialect::Postgres, 8),
    ("timestamptz", Dialect::Postgres, 8),
    ("jsonb", Dialect::Postgres, 10),
    (" ilike ", Dialect::Postgres, 4),
    ("::", Dialect::Postgres, 5),
    ("$$", Dialect::Postgres, 4),
    ("only public.", Dialect::Postgres, 10),
    ("on conflict", Dialect::Postgres, 3),
    ("\\copy", Dialect::Postgres, 20),
    ("from stdin;", Dialect::Postgres, 20),
    ("create policy", Dialect::Postgres, 10),
    ("character varying", Dialect::Postgres, 5),
    ("distinct on", Dialect::Postgres, 5),
    ("generate_series", Dialect::Postgres, 6),
    ("-- mysql dump", Dialect::Mysql, 100),
    ("-- mariadb dump", Dialect::Mysql, 100),
    ("engine=", Dialect::Mysql, 20),
    ("engine =", Dialect::Mysql, 15),
    ("auto_increment", Dialect::Mysql, 20),
    ("`", Dialect::Mysql, 5),
    ("/*!4", Dialect::Mysql, 20),
    ("/*!5", Dialect::Mysql, 20),
    ("delimiter ", Dialect::Mysql, 10),
    ("on duplicate key", Dialect::Mysql, 20),
    ("tinyint(1)", Dialect::Mysql, 8),
    ("unsigned", Dialect::Mysql, 5),
    ("insert ignore", Dialect::Mysql, 10),
    ("replace into", Dialect::Mysql, 3),
    ("group_concat", Dialect::Mysql, 5),
    ("charset=", Dialect::Mysql, 10),
    ("foreign_key_checks", Dialect::Mysql, 15),
    ("date_sub(", Dialect::Mysql, 4),
    ("date_format(", Dialect::Mysql, 4),
    ("autoincrement", Dialect::Sqlite, 20),
    ("pragma ", Dialect::Sqlite, 20),
    ("without rowid", Dialect::Sqlite, 20),
    ("sqlite_", Dialect::Sqlite, 10),
    ("insert or replace", Dialect::Sqlite, 10),
    ("insert or ignore", Dialect::Sqlite, 10),
    ("strftime(", Dialect::Sqlite, 6),
    ("\ngo\n", Dialect::SqlServer, 20),
    ("\ngo\r\n", Dialect::SqlServer, 20),
    ("[dbo]", Dialect::SqlServer, 30),
    ("dbo.", Dialect::SqlServer, 10),
    ("nvarchar(", Dialect::SqlServer, 6),
    ("getdate()", Dialect::SqlServer, 8),
    ("identity(1", Dialect::SqlServer, 10),
    ("with (nolock)", Dialect::SqlServer, 15),
    ("with(nolock)", Dialect::SqlServer, 15),
    ("sp_rename", Dialect::SqlServer, 15),
    ("set nocount on", Dialect::SqlServer, 20),
    ("datetime2", Dialect::SqlServer, 8),
    ("uniqueidentifier", Dialect::SqlServer, 10),
    ("select top ", Dialect::SqlServer, 8),
    ("declare @", Dialect::SqlServer, 15),
    ("object_id(", Dialect::SqlServer, 15),
    ("isnull(", Dialect::SqlServer, 2),
    ("cross apply", Dialect::SqlServer, 8),
    ("varchar2", Dialect::Oracle, 20),
    ("number(", Dialect::Oracle, 8),
    ("sysdate", Dialect::Oracle, 8),
    ("from dual", Dialect::Oracle, 8),
    ("nvl(", Dialect::Oracle, 5),
    ("\n/\n", Dialect::Oracle, 10),
    ("\n/\r\n", Dialect::Oracle, 10),
    (".nextval", Dialect::Oracle, 8),
    ("dbms_output", Dialect::Oracle, 15),
    ("execute immediate", Dialect::Oracle, 8),
    ("rownum", Dialect::Oracle, 6),
    ("connect by", Dialect::Oracle, 8),
    ("whenever sqlerror", Dialect::Oracle, 20),
    ("set linesize", Dialect::Oracle, 20),
    ("set pagesize", Dialect::Oracle, 20),
    ("\nspool ", Dialect::Oracle, 20),
    ("(+)", Dialect::Oracle, 15),
    ("clob", Dialect::Oracle, 2),
    ("create or replace package", Dialect::Oracle, 20),
    ("struct<", Dialect::BigQuery, 8),
    ("array<", Dialect::BigQuery, 4),
    ("safe_cast(", Dialect::BigQuery, 10),
    ("safe_divide(", Dialect::BigQuery, 15),
    ("_table_suffix", Dialect::BigQuery, 15),
    ("create temp function", Dialect::BigQuery, 8),
    ("float64", Dialect::BigQuery, 5),
    ("variant", Dialect::Snowflake, 6),
    ("lateral flatten", Dialect::Snowflake, 20),
    ("copy grants", Dialect::Snowflake, 15),
    ("transient table", Dialect::Snowflake, 20),
    ("$1:", Dialect::Snowflake, 8),
    ("warehouse", Dialect::Snowflake, 3),
    ("mergetree", Dialect::ClickHouse, 30),
    ("tolowcardinality", Dialect::ClickHouse, 10),
    ("lowcardinality(", Dialect::ClickHouse, 20),
    ("array join", Dialect::ClickHouse, 15),
    ("tostartof", Dialect::ClickHouse, 15),
    ("todatetime(", Dialect::ClickHouse, 10),
];

/// Bytes at the beginning of a text that are searched for marks.
const HEAD: usize = 64 * 1024;

impl Profile {
    /// Judges `text`, for which the host's code speaks for `hint`.
    pub(super) fn of(text: &str, hint: Option<Dialect>) -> Self {
        let mut end = text.len().min(HEAD);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let mut scores = [0_u32; Dialect::ALL.len()];
        let mut found = [false; MARKS.len()];
        for mark in FINDER.iter().flat_map(|finder| finder.find_overlapping_iter(&text[..end])) {
            let at = mark.pattern().as_usize();
            if !std::mem::replace(&mut found[at], true) {
                let (_, dialect, weight) = MARKS[at];
                scores[place(dialect)] += weight;
            }
        }
        if let Some(hint) = hint.filter(|&hint| hint != Dialect::Generic) {
            scores[place(hint)] += 40;
        }
        let mut likely: Vec<Dialect> =
            Dialect::ALL.into_iter().filter(|&dialect| scores[place(dialect)] >= 3).collect();
        likely.sort_by_key(|&dialect| std::cmp::Reverse(scores[place(dialect)]));
        let best = likely.first().copied().unwrap_or(Dialect::Generic);
        Self { best, lexis: lexis(best), likely }
    }

    /// A profile of one dialect.
    pub(super) fn known(dialect: Dialect) -> Self {
        Self { best: dialect, lexis: lexis(dialect), likely: vec![dialect] }
    }

    /// The dialects to try on one statement, most plausible first. Those with evidence come before the generic one,
    /// which accepts most; the rest only when the statement is short enough to be tried often.
    pub(super) fn order(&self, statement: &str) -> Vec<Dialect> {
        let mut order = self.likely.clone();
        order.truncate(2);
        for dialect in [Dialect::Generic, Dialect::Postgres, Dialect::Mysql] {
            if !order.contains(&dialect) {
                order.push(dialect);
            }
        }
        if statement.len() > SHORT {
            order.truncate(2);
            return order;
        }
        order.extend(self.likely.iter().skip(2));
        order.extend(Dialect::ALL);
        let mut seen = Vec::with_capacity(order.len());
        order.retain(|dialect| {
            let new = !seen.contains(dialect);
            seen.push(*dialect);
            new
        });
        order
    }
}

/// Statements up to this many bytes are tried with every dialect.
const SHORT: usize = 32 * 1024;

fn place(dialect: Dialect) -> usize {
    Dialect::ALL.iter().position(|&known| known == dialect).unwrap_or(0)
}

/// How texts of a dialect are split into tokens.
fn lexis(dialect: Dialect) -> Lexis {
    let plain = Lexis::default();
    match dialect {
        Dialect::Mysql => {
            Lexis { backslash: true, hash_comments: true, double_strings: true, nested_comments: false, ..plain }
        }
        Dialect::BigQuery => Lexis { backslash: true, hash_comments: true, double_strings: true, ..plain },
        Dialect::ClickHouse => Lexis { backslash: true, ..plain },
        Dialect::SqlServer => Lexis { brackets: true, ..plain },
        Dialect::Sqlite => Lexis { brackets: true, nested_comments: false, ..plain },
        Dialect::Oracle => Lexis { nested_comments: false, substitutions: true, ..plain },
        Dialect::Snowflake => Lexis { backslash: true, colon_paths: true, nested_comments: false, ..plain },
        Dialect::Postgres => Lexis { hash_operators: true, ..plain },
        Dialect::Generic => plain,
    }
}

/// The grammar that reads a dialect.
pub(super) fn grammar(dialect: Dialect) -> Box<dyn grammar::Dialect> {
    match dialect {
        Dialect::Postgres => Box::new(grammar::PostgreSqlDialect {}),
        Dialect::Mysql => Box::new(grammar::MySqlDialect {}),
        Dialect::Sqlite => Box::new(grammar::SQLiteDialect {}),
        Dialect::SqlServer => Box::new(grammar::MsSqlDialect {}),
        Dialect::Oracle => Box::new(grammar::OracleDialect {}),
        Dialect::BigQuery => Box::new(grammar::BigQueryDialect {}),
        Dialect::Snowflake => Box::new(grammar::SnowflakeDialect),
        Dialect::ClickHouse => Box::new(grammar::ClickHouseDialect {}),
        Dialect::Generic => Box::new(grammar::GenericDialect {}),
    }
}

/// Grammars of databases that speak almost as another does, with the dialect that their statements are taken for.
pub(super) fn relatives() -> Vec<(Box<dyn grammar::Dialect>, Dialect)> {
    vec![
        (Box::new(grammar::SparkSqlDialect {}), Dialect::Generic),
        (Box::new(grammar::DatabricksDialect {}), Dialect::Generic),
        (Box::new(grammar::HiveDialect {}), Dialect::Generic),
        (Box::new(grammar::DuckDbDialect {}), Dialect::Generic),
        (Box::new(grammar::RedshiftSqlDialect {}), Dialect::Postgres),
        (Box::new(grammar::TeradataDialect {}), Dialect::Generic),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dialect_is_chosen_by_its_marks() {
        let cases = [
            ("SELECT 1", None, Dialect::Generic),
            ("SELECT a FROM b", Some(Dialect::Mysql), Dialect::Mysql),
            ("CREATE TABLE `a` (id int) ENGINE=InnoDB", None, Dialect::Mysql),
            ("SELECT a::int FROM b", None, Dialect::Postgres),
            ("CREATE TABLE [dbo].[T] (a nvarchar(10))\nGO\n", None, Dialect::SqlServer),
            ("CREATE TABLE t (a VARCHAR2(10), b NUMBER(10))", None, Dialect::Oracle),
            ("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)", None, Dialect::Sqlite),
            ("CREATE TABLE t (a Int64) ENGINE = MergeTree() ORDER BY a", None, Dialect::ClickHouse),
        ];
        for (text, hint, expected) in cases {
            assert_eq!(Profile::of(text, hint).best, expected, "{text}");
        }
    }

    #[test]
    fn every_dialect_is_tried_once() {
        let order = Profile::of("SELECT `a`", None).order("SELECT `a`");
        assert_eq!(order.len(), Dialect::ALL.len());
        assert_eq!(order[0], Dialect::Mysql);
    }
}
