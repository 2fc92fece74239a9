//! What a file's imports, package and path say about its SQL dialect.

use crate::model::statement::Dialect;

/// Words that name a database or its driver.
const WORDS: &[(&str, Dialect)] = &[
    ("postgres", Dialect::Postgres),
    ("postgresql", Dialect::Postgres),
    ("pg", Dialect::Postgres),
    ("psycopg", Dialect::Postgres),
    ("psycopg2", Dialect::Postgres),
    ("asyncpg", Dialect::Postgres),
    ("psql", Dialect::Postgres),
    ("redshift", Dialect::Postgres),
    ("mysql", Dialect::Mysql),
    ("mysql2", Dialect::Mysql),
    ("pymysql", Dialect::Mysql),
    ("mysqldb", Dialect::Mysql),
    ("mariadb", Dialect::Mysql),
    ("sqlite", Dialect::Sqlite),
    ("sqlite3", Dialect::Sqlite),
    ("aiosqlite", Dialect::Sqlite),
    ("oracle", Dialect::Oracle),
    ("oracledb", Dialect::Oracle),
    ("mssql", Dialect::SqlServer),
    ("sqlserver", Dialect::SqlServer),
    ("tedious", Dialect::SqlServer),
    ("pymssql", Dialect::SqlServer),
    ("clickhouse", Dialect::ClickHouse),
    ("bigquery", Dialect::BigQuery),
    ("snowflake", Dialect::Snowflake),
];

/// Dialects named so far in one file.
#[derive(Debug, Default)]
pub struct DialectHints {
    found: Vec<Dialect>,
}

impl DialectHints {
    /// Takes note of an import, a package, a class or a path: its words are split at signs and at humps.
    pub fn add(&mut self, name: &str) {
        for part in name.split(|letter: char| !letter.is_ascii_alphanumeric()) {
            self.add_word(part);
            let humps = part.as_bytes().windows(2).enumerate();
            let mut start = 0;
            for (at, pair) in humps {
                if pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase() {
                    self.add_word(&part[start..=at]);
                    start = at + 1;
                }
            }
            if start > 0 {
                self.add_word(&part[start..]);
            }
        }
    }

    fn add_word(&mut self, word: &str) {
        let known = WORDS.iter().find(|(known, _)| word.eq_ignore_ascii_case(known));
        if let Some(&(_, dialect)) = known
            && !self.found.contains(&dialect)
        {
            self.found.push(dialect);
        }
    }

    /// The one dialect that is named, `None` when none or several are.
    pub fn dialect(&self) -> Option<Dialect> {
        match self.found.as_slice() {
            [dialect] => Some(*dialect),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_dialect_or_none() {
        let cases: &[(&[&str], Option<Dialect>)] = &[
            (&["pg"], Some(Dialect::Postgres)),
            (&["better-sqlite3"], Some(Dialect::Sqlite)),
            (&["src/dao/PostgresUserDao.java"], Some(Dialect::Postgres)),
            (&["com.mysql.cj.jdbc.Driver", "lib/MySQLThing"], Some(Dialect::Mysql)),
            (&["pg", "mysql2"], None),
            (&["express", "page"], None),
        ];
        for (names, expected) in cases {
            let mut hints = DialectHints::default();
            names.iter().for_each(|name| hints.add(name));
            assert_eq!(hints.dialect(), *expected, "{names:?}");
        }
    }
}
