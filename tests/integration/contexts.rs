//! What a statement is, where the file's path does not tell.

use crate::common::Tree;

/// `context kind path:line` of each live or other consumer of `users.full_name`.
fn consumers(files: &[(&str, &str)]) -> Vec<String> {
    let tree =
        Tree::of(&[&[("db/migrations/1.sql", "CREATE TABLE users (id int, full_name text);\n")], files].concat());
    let answer = tree.who().json();
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let consumers = answer["consumers"].as_array().expect("consumers").iter();
    consumers
        .filter(|one| one["path"] != "db/migrations/1.sql")
        .map(|one| {
            let line = &one["references"][0]["line"];
            format!("{} {} {}:{line}", text(&one["context"]), text(&one["kind"]), text(&one["path"]))
        })
        .collect()
}

#[test]
fn statements_of_scripts() {
    let table = [
        ("load.sql", "INSERT INTO users (id, full_name) VALUES (1, 'x');", "seed seed load.sql:1"),
        ("add.sql", "INSERT INTO users (id, full_name) VALUES ($1, $2);", "live application add.sql:1"),
        ("copy.sql", "INSERT INTO users SELECT id, full_name FROM users;", "live application copy.sql:1"),
        (
            "change.sql",
            "ALTER TABLE users ADD COLUMN nick text;\nUPDATE users SET nick = full_name;",
            "migration migration change.sql:2",
        ),
        (
            "db/migrations/2.sql",
            "INSERT INTO reports (id, query) VALUES (1, 'SELECT full_name FROM users');",
            "live report db/migrations/2.sql:1",
        ),
        ("db/migrations/3.sql", "UPDATE users SET full_name = 'x';", "migration migration db/migrations/3.sql:1"),
    ];
    for (path, sql, expected) in table {
        assert_eq!(consumers(&[(path, sql)]), [expected], "{sql}");
    }
}

#[test]
fn numbered_folders_of_migrations() {
    let step = "UPDATE users SET full_name = 'x';\n";
    let steps = [
        ("schema/delta/1/a.sql", "ALTER TABLE users ADD COLUMN a int;\n"),
        ("schema/delta/2/b.sql", "ALTER TABLE users ADD COLUMN b int;\n"),
        ("schema/delta/3/c.sql", step),
    ];
    assert_eq!(consumers(&steps), ["migration migration schema/delta/3/c.sql:1"]);
    let by_year = [("queries/2023/c.sql", step), ("queries/2024/c.sql", step)];
    assert_eq!(consumers(&by_year), ["live application queries/2023/c.sql:1", "live application queries/2024/c.sql:1"]);
}
