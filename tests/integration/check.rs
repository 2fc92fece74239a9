//! `check`: verdicts, exit codes, outputs, bad input.

use std::io::Write as _;
use std::process::Stdio;

use crate::common::{Run, Tree, command};

/// A table whose column a report reads, and a migration that takes it away.
fn dropping() -> Tree {
    let tree = Tree::small();
    tree.write("migrations/0002.sql", b"ALTER TABLE users DROP COLUMN full_name;\n");
    tree
}

fn check(tree: &Tree, migration: &str, more: &[&str]) -> Run {
    let migration = tree.path().join(migration);
    let migration = migration.to_str().expect("a scratch folder's name is UTF-8");
    tree.run(&[&["check", migration], more].concat())
}

#[test]
fn one_exit_code_for_each_outcome() {
    let tree = dropping();
    assert_eq!(check(&tree, "migrations/0002.sql", &[]).code, 1);
    assert_eq!(check(&tree, "migrations/0001.sql", &[]).code, 0);
    assert_eq!(check(&tree, "migrations/0003.sql", &[]).code, 2, "there is no such file");
    assert_eq!(tree.run(&["check"]).code, 2, "there is nothing to check");
}

#[test]
fn the_bar_is_chosen() {
    let tree = Tree::small();
    tree.write("report.sql", b"SELECT * FROM users;\n");
    tree.write("migrations/0002.sql", b"ALTER TABLE users DROP COLUMN full_name;\n");
    assert_eq!(check(&tree, "migrations/0002.sql", &[]).code, 0);
    assert_eq!(check(&tree, "migrations/0002.sql", &["--fail-on", "review"]).code, 1);
}

#[test]
fn a_partial_scan_is_no_pass_with_strict() {
    let tree = Tree::small();
    tree.write("report.sql", b"");
    tree.write("migrations/0002.sql", b"ALTER TABLE users DROP COLUMN full_name;\n");
    tree.write("large.sql", &b"SELECT 1;\n".repeat(200));
    let run = check(&tree, "migrations/0002.sql", &["--max-file-size", "1000"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("not read although code may be in them: 1 too-large"), "{run:?}");
    assert_eq!(check(&tree, "migrations/0002.sql", &["--max-file-size", "1000", "--strict"]).code, 2);
}

#[test]
fn migrations_come_on_standard_input_too() {
    let tree = Tree::small();
    let path = tree.path().to_str().expect("a scratch folder's name is UTF-8");
    let mut child = command(&["check", "-", path, "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(b"ALTER TABLE users RENAME COLUMN full_name TO name;").expect("the pipe takes it");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["findings"][0]["operation"], "rename_column");
    assert_eq!(report["findings"][0]["renamed_to"], "name");
    assert_eq!(report["migrations"][0]["how"], "piped");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_migration_outside_of_the_scan_is_read() {
    let tree = Tree::small();
    let elsewhere = Tree::of(&[("drop.sql", "ALTER TABLE users DROP COLUMN full_name;\n")]);
    let migration = elsewhere.path().join("drop.sql");
    let run = tree.run(&["check", migration.to_str().expect("UTF-8")]);
    assert_eq!(run.code, 1, "{run:?}");
}

#[test]
fn a_mapping_left_behind_blocks() {
    let tree = Tree::of(&[
        ("migrations/0001.sql", "CREATE TABLE users (id int, full_name text);\n"),
        ("migrations/0002.sql", "ALTER TABLE users DROP COLUMN full_name;\n"),
        ("schema.prisma", "model User {\n  id Int @id\n  fullName String @map(\"full_name\")\n  @@map(\"users\")\n}\n"),
    ]);
    let run = check(&tree, "migrations/0002.sql", &["--format", "json"]);
    assert_eq!(run.json()["findings"][0]["consumers"][0]["references"][0]["construct"], "mapping");
    assert_eq!(run.code, 1);
}

#[test]
fn the_drawing() {
    let tree = dropping();
    let run = check(&tree, "migrations/0002.sql", &[]);
    insta::assert_snapshot!("check-blocked", run.stdout);
}

#[test]
fn bad_migrations_are_said_to_be_bad() {
    let tree = Tree::small();
    for (name, text, note) in [
        (
            "conflict.sql",
            "<<<<<<< HEAD\nSELECT 1;\n=======\nSELECT 2;\n>>>>>>> x\n",
            "a merge conflict is not resolved",
        ),
        ("garbage.sql", "ALTER TABLE users DRPO ((( COLUMN;\n", "a statement cannot be read"),
        ("some.xyz", "drop users\n", "columnist does not read migrations of this format"),
    ] {
        tree.write(name, text.as_bytes());
        let run = check(&tree, name, &["--format", "json"]);
        let report = run.json();
        assert_eq!((run.code, report["findings"][0]["operation"].as_str()), (1, Some("unreadable")), "{name} {run:?}");
        assert!(report["findings"][0]["notes"][0].as_str().is_some_and(|said| said.starts_with(note)), "{report:#}");
    }
}

#[test]
fn what_the_catalog_never_had_is_said() {
    let tree = Tree::small();
    tree.write("migrations/0002.sql", b"ALTER TABLE userz DROP COLUMN full_name;\n");
    let report = check(&tree, "migrations/0002.sql", &["--format", "json"]).json();
    let finding = &report["findings"][0];
    assert_eq!((finding["verdict"].as_str(), finding["table"].as_str()), (Some("clear"), Some("userz")), "{report:#}");
    assert!(finding["notes"][0].as_str().is_some_and(|note| note.contains("no schema source")), "{report:#}");
}
