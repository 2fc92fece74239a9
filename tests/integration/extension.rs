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

/// A house's own object mapper.
#[test]
fn a_user_describes_annotations_of_java() {
    let entity = "package a;\n@StorageName(\"users\")\npublic class Person {\n  @Col(\"full_name\") private String name;\n  private String mail;\n  public String getName() { return name; }\n  public String getMail() { return mail; }\n}\n";
    let code =
        "package a;\nclass Letters {\n  String to(Person person) { return person.getName() + person.getMail(); }\n}\n";
    let tree = Tree::of(&[
        (
            "schema.sql",
            "CREATE TABLE users (id int, full_name text, mail text);\nCREATE TABLE notes (full_name text, mail text);\n",
        ),
        ("src/a/Person.java", entity),
        ("src/a/Letters.java", code),
    ]);
    let read = |column: &str| {
        let answer = tree.run(&["who", column, "--format", "json"]).json();
        let consumers = answer["consumers"].as_array().expect("consumers").clone();
        let all = consumers.iter().flat_map(|consumer| consumer["references"].as_array().expect("references").clone());
        all.filter(|one| one["path"] == "src/a/Letters.java" && one["access"] == "read").count()
    };
    assert_eq!((read("users.full_name"), read("users.mail")), (0, 0), "nobody has told of it");
    tree.write("columnist.toml", b"queries = \"ops\"\n");
    tree.write("ops/java/ours.toml", b"[tables]\nStorageName = \"value\"\n[columns]\nCol = \"value\"\n");
    assert_eq!((read("users.full_name"), read("users.mail")), (1, 1));
    tree.write("ops/java/ours.toml", b"[table]\nStorageName = \"value\"\n");
    let wrong = tree.run(&["who", "users.full_name"]);
    assert!(wrong.code == 2 && wrong.stderr.contains("ours.toml"), "{wrong:?}");
}

#[test]
fn a_user_describes_a_format_of_documents() {
    let sheet = "{\n  \"title\": \"Names\",\n  \"source\": \"users\",\n  \"shows\": [\n    \"full_name\"\n  ]\n}\n";
    let tree = Tree::of(&[
        ("schema.sql", "CREATE TABLE users (id int, full_name text);\n"),
        ("reports/names.sheet.json", sheet),
        ("reports/names.xml", "<sheet source=\"users\">\n<show>full_name</show>\n</sheet>\n"),
    ]);
    assert_eq!(lines(&tree), [] as [String; 0], "nobody has told of it");
    tree.write("columnist.toml", b"queries = \"ops/columnist\"\n");
    tree.write(
        "ops/columnist/documents/sheet.toml",
        b"name = 'sheet'\nkind = 'report'\nfiles = ['*.sheet.json']\ntitle = ['title']\n[[part]]\ntable = ['source']\nreads = ['shows']\n",
    );
    tree.write(
        "ops/columnist/documents/sheet-xml.toml",
        b"name = 'sheet-xml'\nkind = 'report'\nsyntax = 'xml'\nmarks = ['<sheet']\n[[part]]\nat = 'sheet'\ntable = ['@source']\nreads = ['show']\n",
    );
    assert_eq!(lines(&tree), ["2 read", "5 read"]);
    tree.write("ops/columnist/documents/sheet.toml", b"name = 'sheet'\n[[part]]\ncolumns-of = ['x']\n");
    let run = tree.run(&["who", "users.full_name"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("columns-of") && run.stderr.contains("sheet.toml"), "{run:?}");
}
