//! The story of `fixtures/shop`, played migration by migration: `users.full_name` is replaced by two columns.

use std::fs;
use std::path::Path;

use crate::common::Tree;

/// A copy of the fixture that may be changed.
fn shop() -> Tree {
    fn copy(from: &Path, tree: &Tree, below: &str) {
        for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
            let path = format!("{below}{}", entry.file_name().to_str().expect("UTF-8"));
            if entry.path().is_dir() {
                copy(&entry.path(), tree, &format!("{path}/"));
            } else {
                tree.write(&path, &fs::read(entry.path()).expect("a file"));
            }
        }
    }
    let tree = Tree::of(&[]);
    copy(Path::new(&format!("{}/fixtures/shop", env!("CARGO_MANIFEST_DIR"))), &tree, "");
    tree
}

/// Verdict of the check, and how many live consumers each finding has.
fn check(tree: &Tree, migration: &str) -> String {
    let path = tree.path().join("accounts-service/migrations").join(migration);
    let report = tree.run(&["check", path.to_str().expect("UTF-8"), "--format", "json"]).json();
    let findings = report["findings"].as_array().expect("findings");
    let mut said = vec![report["verdict"].as_str().expect("a verdict").to_owned()];
    for finding in findings {
        let consumers = finding["consumers"].as_array().expect("consumers");
        let live = consumers.iter().filter(|one| one["context"] == "live").count();
        let text = |key: &str| finding[key].as_str().unwrap_or("").to_owned();
        said.push(format!("{} {}.{}: {live}", text("operation"), text("table"), text("column")));
    }
    said.join(", ")
}

/// Has the code of a file name another column.
fn moved(tree: &Tree, path: &str, replacements: &[(&str, &str)]) {
    let mut text = fs::read_to_string(tree.path().join(path)).expect("a file");
    for (old, new) in replacements {
        assert!(text.contains(old), "{path}: {old}");
        text = text.replace(old, new);
    }
    tree.write(path, text.as_bytes());
}

#[test]
fn expand_and_contract() {
    let tree = shop();
    // Expand: what is new takes nothing away.
    assert_eq!(check(&tree, "0001_create_users.sql"), "clear");
    assert_eq!(check(&tree, "0002_split_name.sql"), "clear");

    // Too early: everybody still reads the old column.
    let migrations = "accounts-service/migrations";
    tree.write(&format!("{migrations}/0003_drop_full_name.sql"), b"ALTER TABLE users DROP COLUMN full_name;\n");
    let contract = "0003_drop_full_name.sql";
    assert_eq!(check(&tree, contract), "blocked, drop_column users.full_name: 8");

    // Migrate: one consumer after the other.
    moved(&tree, "reports/monthly_revenue.sql", &[("full_name", "last_name")]);
    assert_eq!(check(&tree, contract), "blocked, drop_column users.full_name: 7");
    moved(&tree, "ops/export-users.sh", &[("full_name", "first_name, last_name")]);
    assert_eq!(check(&tree, contract), "blocked, drop_column users.full_name: 6");
    moved(&tree, "support/find_customer.sql", &[("full_name", "last_name")]);
    assert_eq!(check(&tree, contract), "blocked, drop_column users.full_name: 5");
    let invoices = "billing-service/src/main/java/shop/billing/InvoiceRepository.java";
    moved(&tree, invoices, &[("full_name", "last_name")]);
    assert_eq!(check(&tree, contract), "blocked, drop_column users.full_name: 3");

    // Renaming it instead would not help those that are left.
    tree.write(&format!("{migrations}/0003_rename.sql"), b"ALTER TABLE users RENAME COLUMN full_name TO old_name;\n");
    assert_eq!(check(&tree, "0003_rename.sql"), "blocked, rename_column users.full_name: 3");
    fs::remove_file(tree.path().join(migrations).join("0003_rename.sql")).expect("a file");

    // A writer that still leaves the new column out would be refused.
    moved(&tree, "accounts-service/src/users.ts", &[("full_name, first_name, last_name", "full_name, first_name")]);
    tree.write(&format!("{migrations}/0003_require.sql"), b"ALTER TABLE users ALTER COLUMN last_name SET NOT NULL;\n");
    assert_eq!(check(&tree, "0003_require.sql"), "blocked, set_not_null users.last_name: 1");
    moved(&tree, "accounts-service/src/users.ts", &[("full_name, first_name", "full_name, first_name, last_name")]);
    assert_eq!(check(&tree, "0003_require.sql"), "clear, set_not_null users.last_name: 0");
    fs::remove_file(tree.path().join(migrations).join("0003_require.sql")).expect("a file");

    // Contract: the last ones are gone; tests and earlier migrations do not count.
    moved(
        &tree,
        "accounts-service/src/users.ts",
        &[("full_name, first_name", "first_name"), ("full_name = $2, ", ""), ("full_name", "last_name")],
    );
    assert_eq!(check(&tree, contract), "clear, drop_column users.full_name: 0");
}
