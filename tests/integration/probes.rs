//! Probes: a line of a fixture says in a comment what the names on it mean.
//!
//! `u.getFullName(); //= getFullName users.full_name` expects a column, `//= fullName value` something that is known to be
//! no row, `//= fullName unknown` that nothing is known. Several are separated by commas.

use std::fmt::Write as _;
use std::path::Path;

use columnist::discover::config::Config;
use columnist::discover::{Workspace, discover};
use columnist::link::database::DatabaseScope;
use columnist::link::store::Store;
use columnist::link::system::System;
use columnist::link::types::{Meaning, Types};
use columnist::model::source::FileId;
use columnist::model::statement::Access;

fn walked(path: &Path) -> Workspace {
    let paths = vec![path.to_path_buf()];
    let config = Config::find(&paths).expect("settings");
    discover(&config.expand(paths), &config, 0, &|_| ()).expect("a walk")
}

/// The probes of one folder: how many there are, and what is wrong with them.
fn probe(folder: &str) -> (usize, String) {
    let workspace = walked(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/values").join(folder));
    let store = Store::new(&workspace);
    let files: Vec<FileId> = (0..workspace.files.len() as u32).map(FileId).collect();
    let scope = DatabaseScope::all(&workspace).swap_remove(0);
    let system = System::new(&store, scope, &files, &files);
    let types = Types::new(&system);
    let (mut probes, mut wrong) = (0, String::new());
    for &file in &files {
        let Some(code) = store.code(file) else { continue };
        let evaluator = types.evaluator();
        let lines = store.lines(file);
        for (at, line) in store.text(file).lines().enumerate() {
            let Some((_, expected)) = line.split_once("//= ").or_else(|| line.split_once("#= ")) else { continue };
            // A template's comment ends with more than its line.
            let expected = expected.split(" -").next().unwrap_or("").split(" #}").next().unwrap_or("");
            for expected in expected.split(',').map(str::trim) {
                probes += 1;
                let name = expected.split(' ').next().unwrap_or("");
                let uses = code.uses.iter().filter(|found| found.name == name && lines.line_of(found.span.start) == at);
                let found: Vec<String> = uses
                    .map(|found| match evaluator.meaning(file, code, found) {
                        Meaning::Columns { columns, access, .. } => {
                            let column = system.catalog.display_column(&columns[0]);
                            format!("{name} {column}{}", if access == Access::Write { " write" } else { "" })
                        }
                        Meaning::Value(_) => format!("{name} value"),
                        Meaning::SomeRow(_) => format!("{name} row"),
                        Meaning::Unknown(_) => format!("{name} unknown"),
                    })
                    .collect();
                if !found.iter().any(|found| found == expected) {
                    let path = &store.file(file).repository_path;
                    let _ = writeln!(wrong, "{path}:{}: expected `{expected}`, found {found:?}", at + 1);
                }
            }
        }
    }
    (probes, wrong)
}

#[test]
fn java_values_are_what_the_probes_say() {
    let (probes, wrong) = probe("java");
    assert!(wrong.is_empty(), "of {probes} probes:\n{wrong}");
    assert!(probes > 40, "only {probes} probes");
}

#[test]
fn typescript_values_are_what_the_probes_say() {
    let (probes, wrong) = probe("typescript");
    assert!(wrong.is_empty(), "of {probes} probes:\n{wrong}");
    assert!(probes > 40, "only {probes} probes");
}

#[test]
fn python_values_are_what_the_probes_say() {
    for folder in ["python/alchemy", "python/django", "python/plain"] {
        let (probes, wrong) = probe(folder);
        assert!(wrong.is_empty(), "of {probes} probes:\n{wrong}");
        assert!(probes > 15, "only {probes} probes");
    }
}

#[test]
fn values_of_templates_are_what_the_probes_say() {
    let (probes, wrong) = probe("templates");
    assert!(wrong.is_empty(), "of {probes} probes:\n{wrong}");
    assert!(probes > 40, "only {probes} probes");
}
