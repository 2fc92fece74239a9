//! A query builder of a user's own, described in the user's own folder.

use crate::common::Tree;

/// `store.table("users").pluck("full_name")` and its like: nothing that columnist knows.
const CODE: &str = r#"
import { store } from "./store";

export async function names(ids) {
  return store.rowsOf("users").having("id", ids).yield("full_name");
}

export async function rename(id, name) {
  await store.rowsOf("users").having("id", id).become({ full_name: name });
}

function put(values) {
  return store.rowsOf("users").become(values);
}

export const reset = () => put({ full_name: null });
"#;

/// What the user says of it.
const STORE: &str = r#"
name = "store"
construct = "query-builder"
imports = ["./store"]

[methods]
rowsOf = "table"
having = "filter -"
yield = "select: select*"
become = "update: write"
"#;

fn tree() -> Tree {
    Tree::of(&[("schema.sql", "CREATE TABLE users (id int, full_name text);\n"), ("src/names.js", CODE)])
}

fn lines(tree: &Tree) -> Vec<String> {
    let answer = tree.run(&["who", "users.full_name", "--format", "json"]).json();
    let mut found: Vec<String> = answer["consumers"]
        .as_array()
        .expect("consumers")
        .iter()
        .filter(|consumer| consumer["context"] == "live")
        .flat_map(|consumer| consumer["references"].as_array().expect("references").clone())
        .filter(|reference| reference["certainty"] == "certain" && reference["construct"] != "wildcard")
        .map(|reference| format!("{} {}", reference["line"], reference["access"].as_str().expect("an access")))
        .collect();
    found.sort();
    found
}

#[test]
fn a_user_describes_a_query_builder() {
    let tree = tree();
    assert!(!lines(&tree).contains(&"5 read".to_owned()), "nobody has told of it");
    tree.write("columnist.toml", b"queries = \"ops/columnist\"\n");
    tree.write("ops/columnist/typescript/store.toml", STORE.as_bytes());
    assert_eq!(lines(&tree), ["16 write", "5 read", "9 write"]);
}

#[test]
fn mistakes_in_a_description_are_said() {
    let tree = tree();
    tree.write("columnist.toml", b"queries = \"ops\"\n");
    let missing = tree.run(&["who", "users.full_name"]);
    assert!(missing.code == 2 && missing.stderr.contains("cannot read `ops`"), "{missing:?}");
    tree.write("ops/typescript/store.toml", STORE.replace("filter", "filtering").as_bytes());
    let wrong = tree.run(&["who", "users.full_name"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("`filtering` means nothing"), "{wrong:?}");
    assert!(wrong.stderr.contains("store.toml"), "{wrong:?}");
}
