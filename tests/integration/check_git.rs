//! `check` and Git: what a change adds, what is deployed, clones that lack something.

use std::process::Command;

use crate::common::{Run, Tree};

/// Runs `git` in the tree; nothing of the user's settings counts.
fn git(tree: &Tree, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"])
        .args(["-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(tree.path())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("HOME", tree.path())
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn commit(tree: &Tree) {
    git(tree, &["add", "-A"]);
    git(tree, &["commit", "-qm", "x"]);
}

/// The small system, committed on `main`.
fn repository() -> Tree {
    let tree = Tree::small();
    git(&tree, &["init", "-q"]);
    commit(&tree);
    git(&tree, &["tag", "v1"]);
    tree
}

fn since(tree: &Tree, more: &[&str]) -> Run {
    tree.run(&[&["check", "--since", "main", "--format", "json"], more].concat())
}

/// `operation table.column verdict` of each finding.
fn findings(run: &Run) -> Vec<String> {
    let report = run.json();
    let findings = report["findings"].as_array().expect("findings");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("").to_owned();
    findings
        .iter()
        .map(|one| {
            format!(
                "{} {}.{} {}",
                text(&one["operation"]),
                text(&one["table"]),
                text(&one["column"]),
                text(&one["verdict"])
            )
        })
        .collect()
}

const DROP: &[u8] = b"ALTER TABLE users DROP COLUMN full_name;\n";

#[test]
fn only_what_the_change_adds_is_checked() {
    let tree = repository();
    git(&tree, &["checkout", "-qb", "change"]);
    assert_eq!(findings(&since(&tree, &[])), [""; 0]);
    // Not yet committed, or even known to Git.
    tree.write("migrations/0002.sql", DROP);
    assert_eq!(findings(&since(&tree, &[])), ["drop_column users.full_name blocked"]);
    commit(&tree);
    let run = since(&tree, &[]);
    assert_eq!((findings(&run).len(), run.code), (1, 1));
    // The code after the change is what counts.
    tree.write("report.sql", b"SELECT id FROM users;\n");
    let run = since(&tree, &[]);
    assert_eq!((findings(&run), run.code), (vec!["drop_column users.full_name clear".to_owned()], 0));
    // An edited report is no migration.
    assert_eq!(run.json()["migrations"].as_array().map(Vec::len), Some(1));
    git(&tree, &["checkout", "-q", "main"]);
}

#[test]
fn of_an_edited_migration_only_the_news_count() {
    let tree = repository();
    tree.write("migrations/0002.sql", b"ALTER TABLE users DROP COLUMN id;\n");
    commit(&tree);
    git(&tree, &["checkout", "-qb", "change"]);
    tree.write("migrations/0002.sql", &[b"ALTER TABLE users\n  DROP COLUMN id;\n", DROP].concat());
    let run = since(&tree, &[]);
    assert_eq!(findings(&run), ["drop_column users.full_name blocked"]);
    assert_eq!(run.json()["migrations"][0]["how"], "edited");
}

#[test]
fn a_renamed_migration_is_no_new_one() {
    let tree = repository();
    tree.write("migrations/0002.sql", b"-- a\n-- b\n-- c\nALTER TABLE users DROP COLUMN id;\n");
    commit(&tree);
    git(&tree, &["checkout", "-qb", "change"]);
    git(&tree, &["mv", "migrations/0002.sql", "migrations/0003.sql"]);
    assert_eq!(findings(&since(&tree, &[])), [""; 0]);
    tree.write(
        "migrations/0003.sql",
        b"-- a\n-- b\n-- c\nALTER TABLE users DROP COLUMN id;\nALTER TABLE users DROP COLUMN full_name;\n",
    );
    let run = since(&tree, &[]);
    assert_eq!(findings(&run), ["drop_column users.full_name blocked"]);
    // With other line ends it is the same file.
    tree.write("migrations/0003.sql", b"-- a\r\n-- b\r\n-- c\r\nALTER TABLE users DROP COLUMN id;\r\n");
    assert_eq!(findings(&since(&tree, &[])), [""; 0]);
}

#[test]
fn what_others_have_merged_meanwhile_is_not_ours() {
    let tree = repository();
    git(&tree, &["checkout", "-qb", "change"]);
    tree.write("x.sql", b"SELECT id FROM users;\n");
    commit(&tree);
    git(&tree, &["checkout", "-q", "main"]);
    tree.write(
        "migrations/0001.sql",
        b"CREATE TABLE users (id int, full_name text);\nALTER TABLE users ADD COLUMN a int;\n",
    );
    commit(&tree);
    git(&tree, &["checkout", "-q", "change"]);
    assert_eq!(findings(&since(&tree, &[])), [""; 0]);
}

#[test]
fn a_rollback_would_bring_the_reader_back() {
    let tree = repository();
    tree.write("report.sql", b"SELECT id FROM users;\n");
    commit(&tree);
    tree.write("migrations/0002.sql", DROP);
    assert_eq!(since(&tree, &[]).code, 0);
    let run = since(&tree, &["--deployed", "v1", "--deployed", "main"]);
    assert_eq!(findings(&run), ["drop_column users.full_name blocked"]);
    let report = run.json();
    assert_eq!(report["revisions"], serde_json::json!(["working tree", "v1", "main"]));
    assert_eq!(report["findings"][0]["revisions"], serde_json::json!(["v1"]));
    let consumer = &report["findings"][0]["consumers"][0];
    assert_eq!((&consumer["path"], &consumer["revisions"]), (&"report.sql".into(), &serde_json::json!(["v1"])));
}

#[test]
fn what_cannot_be_compared_is_said() {
    let bare = Tree::small();
    let run = bare.run(&["check", "--since", "main"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("is in no git repository"), "{run:?}");

    let tree = repository();
    let run = tree.run(&["check", "--since", "origin/release"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("git fetch origin release"), "{run:?}");
    let run = tree.run(&["check", "--since", "main", "--deployed", "v9"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no revision `v9`"), "{run:?}");
}

#[test]
fn a_shallow_clone_is_told_how_to_deepen() {
    let tree = repository();
    tree.write("x.sql", b"SELECT 1;\n");
    commit(&tree);
    let clones = Tree::of(&[]);
    let url = format!("file://{}", tree.path().display());
    git(&clones, &["clone", "-q", "--depth=1", &url, "clone"]);
    let path = clones.path().join("clone");
    let run = crate::common::columnist(&["check", "--since", "v1", path.to_str().expect("UTF-8")]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("the clone is shallow") && run.stderr.contains("fetch-depth: 0"), "{run:?}");
}

#[test]
fn a_submodule_has_a_history_of_its_own() {
    let other = repository();
    let tree = repository();
    let url = format!("file://{}", other.path().display());
    git(&tree, &["submodule", "--quiet", "add", &url, "other"]);
    commit(&tree);
    git(&tree, &["checkout", "-qb", "change"]);
    tree.write("other/migrations/0002.sql", DROP);
    let run = since(&tree, &[]);
    assert_eq!(findings(&run), [""; 0]);
    let notes = run.json()["notes"].to_string();
    assert!(notes.contains("the submodule `other`"), "{notes}");
}
