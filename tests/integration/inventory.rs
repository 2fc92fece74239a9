//! `inventory`, and who owns what.

use std::fs;

use crate::common::Tree;

/// A shop of which every state occurs.
fn shop() -> Tree {
    Tree::of(&[
        (
            "migrations/0001.sql",
            "CREATE TABLE users (id int, full_name text, note text, seen int, old int, lost int);\n\
             CREATE TABLE suppliers (id int, full_name text);\n",
        ),
        ("migrations/0002.sql", "ALTER TABLE users DROP COLUMN old;\n"),
        ("reports/users.sql", "SELECT u.full_name, u.seen FROM users u;\n"),
        (
            "src/write.ts",
            "export function save() { db.query(`UPDATE users SET full_name = 'a', note = 'b' WHERE 1 = 1`); }\n",
        ),
        ("src/all.ts", "export function all() { return db.query(`SELECT * FROM suppliers`); }\n"),
        (".github/CODEOWNERS", "* @shop/all\n/reports/ @shop/data\n"),
    ])
}

fn state<'a>(inventory: &'a serde_json::Value, table: &str, column: &str) -> &'a serde_json::Value {
    let named = |list: &'a serde_json::Value, key: &str, name: &str| {
        list.as_array().expect("a list").iter().find(|row| row[key] == name).expect("a row")
    };
    named(&named(&inventory["tables"], "table", table)["columns"], "column", column)
}

#[test]
fn every_state_is_told() {
    let run = shop().run(&["inventory", "--format", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    let inventory = run.json();
    let path = format!("{}/docs/inventory.schema.json", env!("CARGO_MANIFEST_DIR"));
    let schema = serde_json::from_str(&fs::read_to_string(path).expect("a schema")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    let errors: Vec<String> =
        validator.iter_errors(&inventory).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}\n{inventory:#}");
    for (table, column, expected) in [
        ("users", "full_name", "live"),
        ("users", "note", "nobody-reads"),
        ("users", "seen", "nobody-writes"),
        ("users", "old", "dropped"),
        ("users", "lost", "nobody-touches"),
        ("suppliers", "full_name", "nobody-writes"),
    ] {
        assert_eq!(state(&inventory, table, column)["state"], expected, "{table}.{column}");
    }
    let name = state(&inventory, "users", "full_name");
    assert_eq!(name["kinds"], serde_json::json!(["application", "report"]));
    assert_eq!(name["owners"], serde_json::json!(["@shop/all", "@shop/data"]));
    let reader = name["readers"][0].as_u64().expect("an index") as usize;
    assert_eq!(inventory["consumers"][reader]["path"], "reports/users.sql");
    let implicit = state(&inventory, "suppliers", "full_name");
    assert_eq!(implicit["implicit_readers"].as_array().map(Vec::len), Some(1));
    assert_eq!(implicit["readers"], serde_json::json!([]));
}

#[test]
fn rows_are_filtered() {
    let tree = shop();
    let columns = |filter: &[&str]| {
        let run = tree.run(&[&["inventory", "--format", "csv"], filter].concat());
        assert_eq!(run.code, 0, "{run:?}");
        let rows = run.stdout.lines().skip(1).map(|row| row.split(',').skip(1).take(2).collect::<Vec<_>>().join("."));
        rows.collect::<Vec<String>>().join(" ")
    };
    for (filter, expected) in [
        (&["--state", "nobody-reads"][..], "users.note"),
        (&["--state", "dropped", "--state", "nobody-touches"], "users.id users.old users.lost"),
        (&["--kind", "report"], "users.full_name users.seen"),
        (&["--owner", "@shop/data"], "users.full_name users.seen"),
        (&["--table", "SUPP*"], "suppliers.id suppliers.full_name"),
        (&["--repository", "nowhere"], ""),
        (&["--owner", "unowned"], ""),
    ] {
        assert_eq!(columns(filter), expected, "{filter:?}");
    }
    let run = tree.run(&["inventory", "--table", "users"]);
    assert!(run.stdout.contains("full_name  live            1 readers, 1 writers"), "{}", run.stdout);
    assert_eq!(tree.run(&["inventory", "--state", "dead"]).code, 2);
}

#[test]
fn owners_are_named_or_said_to_be_missing() {
    let owners = |files: &[(&str, &str)]| {
        let tree = Tree::small();
        for (path, text) in files {
            tree.write(path, text.as_bytes());
        }
        let answer = tree.who().json();
        let consumers = answer["consumers"].as_array().expect("consumers").clone();
        let report = consumers.into_iter().find(|one| one["path"] == "report.sql").expect("the report");
        report["owners"]
            .as_array()
            .expect("owners")
            .iter()
            .map(|one| one.as_str().expect("text").to_owned())
            .collect::<Vec<_>>()
    };
    let backstage = ("catalog-info.yaml", "kind: Component\nspec:\n  owner: team-a\n");
    let codeowners = ("CODEOWNERS", "*.sql @dba\n");
    let settings = ("columnist.toml", "[[owner]]\nowners = [\"@us\"]\npaths = [\"*.sql\"]\n");
    assert_eq!(owners(&[]), [""; 0]);
    assert_eq!(owners(&[backstage]), ["team-a"]);
    assert_eq!(owners(&[backstage, codeowners]), ["@dba"]);
    assert_eq!(owners(&[backstage, codeowners, settings]), ["@us"]);
    assert!(Tree::small().run(&["who", "users.full_name"]).stdout.contains("report.sql  reads  unowned"));
}
