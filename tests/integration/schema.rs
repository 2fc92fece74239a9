//! Real output against the published schemas.

use std::fs;

use crate::common::{Tree, columnist};

fn validator(path: &str) -> jsonschema::Validator {
    let text = fs::read_to_string(format!("{}/docs/{path}", env!("CARGO_MANIFEST_DIR"))).expect("a schema");
    let schema: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    jsonschema::validator_for(&schema).expect("a valid schema")
}

fn check(validator: &jsonschema::Validator, value: &serde_json::Value) {
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{}\n{value:#}", errors.join("\n"));
}

#[test]
fn answers_to_who() {
    let validator = validator("who.schema.json");
    for target in ["users.full_name", "users", "users.*", "suppliers.full_name", "users.created_at"] {
        for more in [&[][..], &["--mentions"]] {
            let run = columnist(&[&["who", target, "fixtures/shop", "--format", "json"], more].concat());
            check(&validator, &run.json());
        }
    }
}

#[test]
fn the_counts_of_mentions_add_up() {
    let run = columnist(&["who", "users.full_name", "fixtures/shop", "--format", "json", "--mentions"]);
    let answer = run.json();
    let count = |key: &str| answer["mentions"][key].as_u64().expect("a count");
    let parts = ["references", "other_columns", "values", "not_code", "unresolved"];
    assert_eq!(parts.iter().map(|part| count(part)).sum::<u64>(), count("total"));
    let list = answer["mentions_list"].as_array().expect("a list");
    assert_eq!(list.len() as u64, count("total"));
}

#[test]
fn lines_of_refs() {
    let validator = validator("refs.schema.json");
    let tree = Tree::small();
    let run = tree.run(&["refs"]);
    assert_eq!(run.code, 0);
    let lines: Vec<serde_json::Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect();
    for line in &lines {
        check(&validator, line);
    }
    let report = lines.iter().find(|line| line["path"] == "report.sql").expect("the report's reference");
    assert_eq!(
        (&report["table"], &report["column"], &report["line"], &report["start_column"]),
        (&"users".into(), &"full_name".into(), &1.into(), &10.into())
    );
}

#[test]
fn outcomes_of_check() {
    let validator = validator("check.schema.json");
    for migration in ["0001_create_users.sql", "0002_split_name.sql"] {
        let path = format!("fixtures/shop/accounts-service/migrations/{migration}");
        let run = columnist(&["check", &path, "fixtures/shop", "--format", "json"]);
        check(&validator, &run.json());
    }
    let tree = Tree::small();
    tree.write(
        "migrations/0002.sql",
        b"ALTER TABLE users RENAME COLUMN full_name TO name; ALTER TABLE users ALTER id TYPE bigint; DROP TABLE users; ALTER TABLE ((",
    );
    let migration = tree.path().join("migrations/0002.sql");
    let run = tree.run(&["check", migration.to_str().expect("UTF-8"), "--format", "json"]);
    check(&validator, &run.json());
}
