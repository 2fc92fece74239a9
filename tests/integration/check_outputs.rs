//! Outputs of `check` against their schemas and the limits of those who read them.

use std::fmt::Write as _;

use crate::common::{Run, Tree, columnist, command};

/// A table of `columns` columns that are all read, accepted once, and dropped.
fn tree(columns: usize) -> Tree {
    let names: Vec<String> = (0..columns).map(|at| format!("column_{at}")).collect();
    let (mut drops, mut reads) = (String::new(), String::new());
    for name in &names {
        let _ = writeln!(drops, "ALTER TABLE users DROP COLUMN {name};");
        let _ = writeln!(reads, "SELECT {name}, '<&\"%:,|`' FROM users;");
    }
    Tree::of(&[
        ("migrations/0001.sql", &format!("CREATE TABLE users (id int, {} text);\n", names.join(" text, "))),
        ("migrations/0002.sql", &drops),
        ("report.sql", &reads),
        (
            "columnist.toml",
            "[[accept]]\ncolumn = \"users.column_0\"\nconsumer = \"report.sql\"\nreason = \"an <archive> & more\"\nexpires = \"2026-12-31\"\n",
        ),
    ])
}

fn check(tree: &Tree, format: &str, more: &[&str]) -> Run {
    let migration = tree.path().join("migrations/0002.sql");
    let migration = migration.to_str().expect("UTF-8");
    tree.run(&[&["check", migration, "--today", "2026-01-01", "--format", format], more].concat())
}

/// Of SARIF 2.1.0, the objects that are written: what each must have and what it may have.
/// <https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html>, sections 3.13 to 3.49.
const SARIF: &str = include_str!("sarif.schema.json");

#[test]
fn sarif() {
    let run = check(&tree(3), "sarif", &[]);
    let document = run.json();
    let schema = serde_json::from_str(SARIF).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    let errors: Vec<String> =
        validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(errors, [""; 0]);
    let results = document["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.len(), 3, "two that are blocked, and one that is accepted");
    let rules = document["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(result["partialFingerprints"]["columnist/v1"].is_string());
        assert_eq!(result["locations"].as_array().map(Vec::len), Some(1));
    }
    assert_eq!(results[0]["level"], "error");
    assert_eq!(results[0]["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"], "report.sql");
    let accepted = &results[2];
    assert_eq!(accepted["suppressions"][0]["justification"], "an <archive> & more");
    // Lines above it change nothing in what a finding is called.
    let moved = tree(3);
    let migration = std::fs::read(moved.path().join("migrations/0002.sql")).expect("a migration");
    moved.write("migrations/0002.sql", &[b"\n\n-- more\n".as_slice(), &migration].concat());
    let again = check(&moved, "sarif", &[]).json();
    let names = |document: &serde_json::Value| -> Vec<String> {
        let results = document["runs"][0]["results"].as_array().expect("results");
        results.iter().map(|one| one["partialFingerprints"].to_string()).collect()
    };
    assert_eq!(names(&document), names(&again));
}

#[test]
fn github_shows_ten_of_each_and_the_rest_in_the_summary() {
    let tree = tree(13);
    let summary = tree.path().join("summary.md");
    let migration = tree.path().join("migrations/0002.sql");
    let path = |path: &std::path::Path| path.to_str().expect("UTF-8").to_owned();
    let arguments = ["check", &path(&migration), &path(tree.path()), "--today", "2026-01-01", "--format", "github"];
    let output = command(&arguments).env("GITHUB_STEP_SUMMARY", &summary).output().expect("it runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let number = |level: &str| text.lines().filter(|line| line.starts_with(level)).count();
    assert_eq!((number("::error "), number("::warning "), number("::notice ")), (10, 0, 10), "{text}");
    let first = text.lines().next().expect("a line");
    assert!(first.starts_with("::error file=migrations/0002.sql,line=2,endLine=2,col=31,"), "{first}");
    assert!(!first.contains('\r') && first.contains("%0A"), "{first}");
    let summary = std::fs::read_to_string(summary).expect("a summary");
    assert!(summary.len() < 1 << 20);
    assert_eq!(summary.matches("**blocked**").count(), 12);
}

#[test]
fn gitlab_code_quality() {
    let run = check(&tree(3), "gitlab", &[]);
    let issues = run.json();
    let issues = issues.as_array().expect("an array");
    assert_eq!(issues.len(), 2);
    let mut fingerprints: Vec<&str> = Vec::new();
    for issue in issues {
        for key in ["description", "check_name", "fingerprint"] {
            assert!(issue[key].as_str().is_some_and(|text| !text.is_empty()), "{issue}");
        }
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().expect("text")));
        assert!(issue["location"]["path"].as_str().is_some_and(|path| !path.starts_with("./")));
        assert!(issue["location"]["lines"]["begin"].as_u64().is_some_and(|line| line > 0));
        fingerprints.push(issue["fingerprint"].as_str().expect("text"));
    }
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), 2);
}

#[test]
fn junit() {
    let run = check(&tree(3), "junit", &[]);
    let (mut open, mut cases, mut failures) = (Vec::new(), 0, 0);
    let mut reader = quick_xml::Reader::from_str(&run.stdout);
    loop {
        match reader.read_event().expect("well-formed XML") {
            quick_xml::events::Event::Start(start) => {
                let name = start.name().as_ref().to_owned();
                cases += usize::from(name == "testcase");
                failures += usize::from(name == "failure");
                open.push(name);
            }
            quick_xml::events::Event::End(_) => drop(open.pop()),
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!((open.len(), cases, failures), (0, 3, 2), "{}", run.stdout);
    assert!(run.stdout.contains(r#"tests="3" failures="2""#), "{}", run.stdout);
    let empty = Tree::small();
    let migration = empty.path().join("migrations/0001.sql");
    let run = empty.run(&["check", migration.to_str().expect("UTF-8"), "--format", "junit"]);
    assert!(run.stdout.contains(r#"tests="1" failures="0""#), "{}", run.stdout);
}

#[test]
fn markdown_is_a_comment_that_can_be_found_again() {
    let run = check(&tree(3), "markdown", &[]);
    insta::assert_snapshot!("check-markdown", run.stdout);
}

#[test]
fn names_from_migrations_are_no_commands_and_no_markup() {
    let tree = Tree::of(&[(
        "migrations/0002.sql",
        "ALTER TABLE \"a\r\n::error::x|<img src=x>\" DROP COLUMN \"b\u{1b}[31m@me\";\n",
    )]);
    let migration = tree.path().join("migrations/0002.sql");
    let migration = migration.to_str().expect("UTF-8");
    for format in ["text", "json", "sarif", "github", "gitlab", "junit", "markdown"] {
        let run = tree.run(&["check", migration, "--format", format, "--fail-on", "review"]);
        assert!(!run.stdout.contains('\u{1b}'), "{format}: {run:?}");
        assert!(!run.stdout.lines().any(|line| line.starts_with("::error::x")), "{format}: {run:?}");
        if format == "markdown" {
            assert!(!run.stdout.contains("<img") && !run.stdout.contains("@me"), "{run:?}");
        }
    }
}

#[test]
fn accepted_consumers_are_no_obstacle_until_they_expire() {
    let tree = tree(1);
    let run = check(&tree, "json", &[]);
    let report = run.json();
    assert_eq!((run.code, &report["verdict"]), (0, &"clear".into()), "{report:#}");
    let suppressed = &report["findings"][0]["suppressed"][0];
    assert_eq!((&suppressed["reason"], &suppressed["accepted"]["line"]), (&"an <archive> & more".into(), &2.into()));

    let path = tree.path().join("migrations/0002.sql");
    let late = tree.run(&["check", path.to_str().expect("UTF-8"), "--today", "2027-01-01", "--format", "json"]);
    let operations: Vec<String> = late.json()["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|one| format!("{} {}", one["operation"].as_str().unwrap_or(""), one["verdict"].as_str().unwrap_or("")))
        .collect();
    assert_eq!(operations, ["expired_acceptance blocked", "drop_column blocked"]);
    assert_eq!(late.code, 1);

    // Nobody is left to accept.
    tree.write("report.sql", b"SELECT id FROM users;\n");
    let stale = check(&tree, "json", &[]);
    assert_eq!((stale.code, &stale.json()["findings"][0]["operation"]), (1, &"stale_acceptance".into()));
}

#[test]
fn a_comment_in_the_migration_accepts_too() {
    let tree = Tree::small();
    let check = |text: &str| {
        let path = tree.write("migrations/0002.sql", text.as_bytes());
        columnist(&[
            "check",
            path.to_str().expect("UTF-8"),
            tree.path().to_str().expect("UTF-8"),
            "--today",
            "2026-01-01",
        ])
    };
    let drop = "ALTER TABLE users DROP COLUMN full_name;\n";
    for (comment, code, said) in [
        (
            "-- columnist: accept users.full_name by report.sql: nobody runs it",
            0,
            "accepted: report.sql: nobody runs it",
        ),
        ("-- columnist: accept users.full_name by *.sql until 2026-02-01: soon", 0, "accepted: report.sql: soon"),
        ("-- columnist: accept users.full_name by report.sql until 2025-02-01: soon", 1, "it held until 2025-02-01"),
        ("-- columnist: accept users.full_name by export.sql: gone", 1, "no live consumer fits it any more"),
        ("-- columnist: accept users.full_name by report.sql", 1, "an acceptance reads"),
    ] {
        let run = check(&format!("{comment}\n{drop}"));
        assert_eq!(run.code, code, "{comment} {run:?}");
        assert!(run.stdout.contains(said), "{comment} {run:?}");
    }
}

#[test]
fn an_acceptance_of_something_else_must_fit_too() {
    let tree = Tree::small();
    tree.write(
        "columnist.toml",
        b"[[accept]]\ncolumn = \"users.full_name\"\nconsumer = \"gone.sql\"\nreason = \"x\"\n",
    );
    let migration = tree.path().join("migrations/0001.sql");
    let run = tree.run(&["check", migration.to_str().expect("UTF-8"), "--format", "json"]);
    assert_eq!((run.code, &run.json()["findings"][0]["operation"]), (1, &"stale_acceptance".into()), "{run:?}");
    tree.write(
        "columnist.toml",
        b"[[accept]]\ncolumn = \"users.full_name\"\nconsumer = \"report.sql\"\nreason = \"x\"\n",
    );
    let run = tree.run(&["check", migration.to_str().expect("UTF-8"), "--format", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
}
