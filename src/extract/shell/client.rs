//! The table of SQL clients: what a command line gives them to run.

use crate::model::statement::Dialect;

/// A command that runs SQL.
#[derive(Debug)]
pub(super) struct Client {
    /// Its names.
    pub names: &'static [&'static str],
    /// The dialect that it speaks.
    pub dialect: Dialect,
    /// Letters of options whose value is SQL.
    pub short: &'static [char],
    /// Names of long options whose value is SQL.
    pub long: &'static [&'static str],
    /// How many arguments that are no options come before one that is SQL; `None` when none ever is.
    pub positional: Option<usize>,
}

const fn client(
    names: &'static [&'static str],
    dialect: Dialect,
    short: &'static [char],
    long: &'static [&'static str],
    positional: Option<usize>,
) -> Client {
    Client { names, dialect, short, long, positional }
}

/// All clients.
static CLIENTS: &[Client] = &[
    client(&["psql", "pgcli", "gsql", "ysqlsh", "pg:psql", "vsql"], Dialect::Postgres, &['c'], &["command"], None),
    client(&["cockroach"], Dialect::Postgres, &['e'], &["execute"], None),
    client(&["mysql", "mariadb", "mycli"], Dialect::Mysql, &['e'], &["execute"], None),
    client(&["sqlcmd", "osql", "mssql-cli"], Dialect::SqlServer, &['Q', 'q'], &["query", "initial-query"], None),
    client(&["sqlplus", "sqlplus64", "sqlcl"], Dialect::Oracle, &[], &[], None),
    client(&["sqlite3", "sqlite"], Dialect::Sqlite, &[], &["cmd"], Some(1)),
    client(&["bq"], Dialect::BigQuery, &[], &["query", "view"], Some(1)),
    client(&["snowsql", "snow"], Dialect::Snowflake, &['q'], &["query"], None),
    client(
        &["clickhouse-client", "clickhouse-local", "clickhouse"],
        Dialect::ClickHouse,
        &['q'],
        &["query", "queries"],
        None,
    ),
    client(&["duckdb"], Dialect::Generic, &['c', 's'], &[], Some(1)),
    client(&["db2"], Dialect::Generic, &[], &[], Some(0)),
    client(&["usql"], Dialect::Generic, &['c'], &["command"], None),
    client(&["trino", "presto", "presto-cli"], Dialect::Generic, &[], &["execute"], None),
    client(&["hive", "beeline", "spark-sql"], Dialect::Generic, &['e'], &[], None),
    client(&["impala-shell"], Dialect::Generic, &['q'], &["query"], None),
    client(&["isql", "isql-v", "tsql"], Dialect::Generic, &[], &[], None),
];

/// Commands that run the command that their arguments name, here or elsewhere.
pub(super) const WRAPPERS: &[&str] = &[
    "sudo",
    "doas",
    "env",
    "nohup",
    "time",
    "exec",
    "command",
    "builtin",
    "nice",
    "ionice",
    "timeout",
    "stdbuf",
    "watch",
    "xargs",
    "flock",
    "chronic",
    "retry",
    "runuser",
    "su",
    "su-exec",
    "gosu",
    "chroot",
    "setsid",
    "docker",
    "docker-compose",
    "podman",
    "nerdctl",
    "kubectl",
    "oc",
    "k3s",
    "minikube",
    "heroku",
    "fly",
    "flyctl",
    "aws",
    "gcloud",
    "ssh",
    "sshpass",
    "vagrant",
    "lando",
    "ddev",
    "eval",
    "cronlock",
    "parallel",
    "RUN",
    "CMD",
    "ENTRYPOINT",
    "if",
    "while",
    "until",
    "assert",
    "run",
    "try",
];

/// Commands an argument of which is shell text.
pub(super) const SHELLS: &[&str] =
    &["sh", "bash", "zsh", "ksh", "dash", "ash", "eval", "su", "ssh", "runuser", "watch", "trap"];

/// The client that a command's name names, also after a path or in the name of a variable.
pub(super) fn client_of(name: &str) -> Option<&'static Client> {
    let base = name.rsplit('/').next().unwrap_or(name);
    let base = base.strip_suffix(".exe").unwrap_or(base);
    CLIENTS.iter().find(|client| client.names.contains(&base))
}

/// The client that a variable stands for, by its name: `$PSQL`, `${MYSQL_CMD}`.
pub(super) fn client_of_variable(name: &str) -> Option<&'static Client> {
    let name = name.to_ascii_lowercase();
    let mut words = name.split('_');
    words.find_map(client_of)
}

/// Whether an argument is shell text for a program in [`SHELLS`] or a wrapper: it names a client among other words.
pub(super) fn names_client(text: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '&' | '(' | '"' | '\'' | '`'))
        .any(|word| client_of(word).is_some())
}

/// How an option gives SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// The next argument is SQL.
    Next,
    /// The argument's own text from this byte on is.
    From(usize),
    /// It does not.
    Never,
}

impl Client {
    /// What an option says of where SQL is.
    pub(super) fn option(&self, argument: &str) -> Given {
        let long = argument.strip_prefix("--").or_else(|| argument.strip_prefix('-'));
        if let Some(long) = long {
            for name in self.long {
                if let Some(rest) = long.strip_prefix(name) {
                    if rest.is_empty() {
                        return Given::Next;
                    }
                    if rest.starts_with('=') {
                        return Given::From(argument.len() - rest.len() + 1);
                    }
                }
            }
        }
        let Some(letters) = argument.strip_prefix('-').filter(|letters| !letters.starts_with('-')) else {
            return Given::Never;
        };
        let Some(first) = letters.chars().next() else { return Given::Never };
        if self.short.contains(&first) && letters.len() > 1 && letters.contains(char::is_whitespace) {
            return Given::From(2);
        }
        let cluster = letters.chars().all(|letter| letter.is_ascii_alphabetic());
        match letters.chars().last() {
            Some(last) if cluster && self.short.contains(&last) => Given::Next,
            _ => Given::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_give_sql() {
        let cases = [
            ("psql", "-c", Given::Next),
            ("psql", "-tAc", Given::Next),
            ("psql", "--command", Given::Next),
            ("psql", "--command=SELECT", Given::From(10)),
            ("psql", "-cSELECT 1", Given::From(2)),
            ("psql", "-f", Given::Never),
            ("psql", "-d", Given::Never),
            ("psql", "--csv", Given::Never),
            ("psql", "-", Given::Never),
            ("mysql", "-Nse", Given::Next),
            ("mysql", "-eSELECT 1", Given::From(2)),
            ("mysql", "-psecret", Given::Never),
            ("sqlcmd", "-Q", Given::Next),
            ("clickhouse-client", "--query=x", Given::From(8)),
        ];
        for (name, argument, expected) in cases {
            assert_eq!(client_of(name).expect("a client").option(argument), expected, "{name} {argument}");
        }
        assert!(client_of("/usr/bin/psql").is_some() && client_of("psqlx").is_none());
        assert!(client_of_variable("PSQL_CMD").is_some() && client_of_variable("MY_CMD").is_none());
        assert!(names_client("cd x && psql -c y") && !names_client("echo hello"));
    }
}
