use std::path::Path;

use super::migrations::Migration;
use super::report::{How, Report};
use super::*;
use crate::discover::config::Config;
use crate::discover::discover;

/// Checks the files called `check`; all others are there already.
pub(super) fn checked(files: &[(&str, &str)], check: &[&str]) -> Report {
    let dir = tempfile::tempdir().expect("a scratch folder");
    for (path, text) in files {
        let at = dir.path().join(path);
        std::fs::create_dir_all(at.parent().expect("a parent")).expect("a folder");
        std::fs::write(at, text).expect("a file");
    }
    let mut workspace = discover(&[dir.path().to_path_buf()], &Config::default(), 1, &|_| {}).expect("a workspace");
    let at = |path: &str| std::fs::canonicalize(dir.path().join(path)).expect("a path");
    for path in check {
        workspace.take_migration(&at(path)).expect("a migration");
    }
    let migrations: Vec<Migration> = check
        .iter()
        .map(|path| Migration {
            file: workspace.file_at(Path::new(&at(path))).expect("a file"),
            how: How::Given,
            before: None,
        })
        .collect();
    super::check(&workspace, &migrations, &[])
}

/// What a migration takes away from this schema: `operation table.column [-> into]`.
fn taken(schema: &str, migration: &str) -> Vec<String> {
    let report = checked(&[("migrations/1.sql", schema), ("migrations/2.sql", migration)], &["migrations/2.sql"]);
    let mut said: Vec<String> = report
        .findings
        .iter()
        .map(|finding| {
            let into = finding.renamed_to.as_ref().map_or_else(String::new, |into| format!(" -> {into}"));
            format!("{} {}{into}", finding.operation.name(), finding.subject())
        })
        .collect();
    said.sort();
    said
}

const USERS: &str = "CREATE TABLE users (id int PRIMARY KEY, name text, mail varchar(50) NOT NULL DEFAULT '');
CREATE TABLE teams (id int, title text);
CREATE VIEW people AS SELECT id, name FROM users;";

#[test]
fn the_sum_of_all_steps_counts() {
    let table: &[(&str, &[&str])] = &[
        ("ALTER TABLE users DROP COLUMN name", &["drop_column users.name"]),
        ("ALTER TABLE users DROP name, DROP COLUMN mail", &["drop_column users.mail", "drop_column users.name"]),
        ("ALTER TABLE users RENAME COLUMN name TO full_name", &["rename_column users.name -> full_name"]),
        ("ALTER TABLE users RENAME TO members", &["rename_table users -> members"]),
        ("DROP TABLE users, teams", &["drop_table teams", "drop_table users"]),
        ("DROP VIEW people", &["drop_view people"]),
        // What comes back was never away.
        ("DROP VIEW people; CREATE VIEW people AS SELECT id, name FROM users", &[]),
        ("DROP VIEW people; CREATE VIEW people AS SELECT id FROM users", &["drop_column people.name"]),
        ("CREATE OR REPLACE VIEW people (id) AS SELECT id FROM users", &["drop_column people.name"]),
        ("ALTER TABLE users DROP COLUMN name; ALTER TABLE users ADD COLUMN name int", &["replace_column users.name"]),
        ("ALTER TABLE users ADD COLUMN x int; ALTER TABLE users DROP COLUMN x", &[]),
        ("ALTER TABLE users ADD COLUMN x int; ALTER TABLE users RENAME COLUMN x TO y", &[]),
        ("CREATE TABLE tmp (a int); DROP TABLE tmp", &[]),
        ("ALTER TABLE users RENAME COLUMN name TO x; ALTER TABLE users RENAME COLUMN x TO name", &[]),
        (
            "ALTER TABLE users RENAME COLUMN name TO x; ALTER TABLE users RENAME COLUMN x TO y",
            &["rename_column users.name -> y"],
        ),
        ("ALTER TABLE users RENAME TO x; ALTER TABLE x RENAME TO users", &[]),
        // Copy and swap.
        (
            "CREATE TABLE users_new (id int, mail text); INSERT INTO users_new SELECT id, mail FROM users;
            DROP TABLE users; ALTER TABLE users_new RENAME TO users",
            &["drop_column users.name"],
        ),
        (
            "ALTER TABLE users RENAME TO users_old; CREATE TABLE users (id int, name text, mail text);
            INSERT INTO users SELECT * FROM users_old; DROP TABLE users_old",
            &[],
        ),
        ("CREATE TABLE n AS SELECT * FROM users; DROP TABLE users; ALTER TABLE n RENAME TO users", &[]),
        (
            "ALTER TABLE users RENAME TO x; ALTER TABLE teams RENAME TO users; ALTER TABLE x RENAME TO teams",
            &["drop_column teams.title", "drop_column users.mail", "drop_column users.name"],
        ),
        // A column that is renamed and dropped is dropped by its old name.
        ("ALTER TABLE users RENAME COLUMN name TO x; ALTER TABLE users DROP COLUMN x", &["drop_column users.name"]),
        (
            "ALTER TABLE users RENAME TO members; ALTER TABLE members DROP COLUMN name",
            &["drop_column users.name", "rename_table users -> members"],
        ),
        ("ALTER TABLE users ALTER COLUMN name SET NOT NULL", &["set_not_null users.name"]),
        ("ALTER TABLE users ALTER name SET NOT NULL; ALTER TABLE users ALTER name DROP NOT NULL", &[]),
        ("ALTER TABLE users ALTER COLUMN mail DROP DEFAULT", &["drop_default users.mail"]),
        ("ALTER TABLE users ALTER COLUMN mail TYPE varchar(20)", &["change_type users.mail"]),
        ("ALTER TABLE users ALTER COLUMN mail TYPE character varying (50)", &[]),
        ("ALTER TABLE users ADD COLUMN x int NOT NULL", &["add_required_column users.x"]),
        ("ALTER TABLE users ADD COLUMN x int NOT NULL DEFAULT 1", &[]),
        ("ALTER TABLE users ADD COLUMN x int", &[]),
        ("ALTER TABLE nowhere DROP COLUMN x", &["drop_column nowhere.x"]),
        ("-- ALTER TABLE users DROP COLUMN name", &[]),
    ];
    for (migration, expected) in table {
        assert_eq!(taken(USERS, migration), *expected, "{migration}");
    }
}

#[test]
fn live_consumers_block_and_others_do_not() {
    let table: &[(&str, &str, Verdict)] = &[
        ("src/a.ts", "db.query('SELECT name FROM users')", Verdict::Blocked),
        ("test/a.test.ts", "db.query('SELECT name FROM users')", Verdict::Clear),
        ("src/a.ts", "// SELECT name FROM users", Verdict::Clear),
        ("src/a.ts", "db.query('SELECT name FROM teams')", Verdict::Clear),
        ("migrations/0.sql", "UPDATE users SET name = 'x'", Verdict::Clear),
        ("seeds/a.sql", "INSERT INTO users (name) VALUES ('x')", Verdict::Clear),
        ("src/a.ts", "db.query('SELECT id FROM users')", Verdict::Clear),
        ("src/a.ts", "db.query('SELECT * FROM users')", Verdict::Review),
    ];
    for (path, text, verdict) in table {
        let report = checked(
            &[
                ("migrations/1.sql", "CREATE TABLE users (id int, name text); CREATE TABLE teams (name text);"),
                ("migrations/2.sql", "ALTER TABLE users DROP COLUMN name;"),
                (path, text),
            ],
            &["migrations/2.sql"],
        );
        assert_eq!(report.findings.len(), 1, "{path}: {text}");
        assert_eq!(report.verdict, *verdict, "{path}: {text}");
    }
}

#[test]
fn views_count_as_the_change_leaves_them() {
    let schema = "CREATE TABLE users (id int, name text); CREATE VIEW v AS SELECT id, name FROM users;";
    let verdict = |migration: &str| {
        checked(&[("migrations/1.sql", schema), ("migrations/2.sql", migration)], &["migrations/2.sql"]).verdict
    };
    assert_eq!(verdict("ALTER TABLE users DROP COLUMN name"), Verdict::Blocked);
    assert_eq!(
        verdict("DROP VIEW v; ALTER TABLE users DROP COLUMN name; CREATE VIEW v AS SELECT id FROM users"),
        Verdict::Clear
    );
}

#[test]
fn what_cannot_be_read_blocks() {
    for (migration, expected) in [
        ("<<<<<<< HEAD\nSELECT 1;\n=======\nSELECT 2;\n>>>>>>> other\n", 1),
        ("SELECT 1;", 0),
        ("ALTER TABLE users FROBNICATE COLUMN name WITH %%% ) ((;", 1),
    ] {
        let report = checked(&[("migrations/1.sql", USERS), ("migrations/2.sql", migration)], &["migrations/2.sql"]);
        let unreadable: Vec<_> =
            report.findings.iter().filter(|finding| finding.operation == Operation::Unreadable).collect();
        assert_eq!(unreadable.len(), expected, "{migration}: {:?}", report.findings);
        assert_eq!(report.verdict == Verdict::Blocked, expected > 0, "{migration}");
    }
}
