//! Marked lines: a comment beside a line of a fixture says which columns the line is a use of, and how.
//!
//! `//: users.full_name read` (or `<!--: … -->`) expects the line in the answer for that column with that access. Lines
//! without a mark must not be in it: the marks are all that the answer says of live code, wildcards and DDL aside.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use columnist::answer::query::ColumnQuery;
use columnist::answer::who::{Reach, who_within};
use columnist::discover::config::Config;
use columnist::discover::{Workspace, discover};
use columnist::model::answer::{Certainty, Construct};
use columnist::model::source::Context;
use columnist::model::statement::Access;

type Line = (String, usize);

fn walked(path: &Path) -> Workspace {
    let paths = vec![path.to_path_buf()];
    let config = Config::find(&paths).expect("settings");
    discover(&config.expand(paths), &config, 0, &|_| ()).expect("a walk")
}

fn word(access: Access) -> &'static str {
    match access {
        Access::Read => "read",
        Access::Write => "write",
        Access::Both => "both",
    }
}

/// The marks of a folder, by their column.
fn marks(folder: &Path) -> BTreeMap<String, BTreeMap<Line, BTreeSet<String>>> {
    let mut found: BTreeMap<String, BTreeMap<Line, BTreeSet<String>>> = BTreeMap::new();
    for file in walked(folder).files {
        let text = std::fs::read_to_string(folder.join(&file.repository_path)).expect("a fixture is readable");
        for (at, line) in text.lines().enumerate() {
            let Some((_, marks)) = line.split_once("//: ").or_else(|| line.split_once("<!--: ")) else { continue };
            for mark in marks.split("-->").next().unwrap_or("").split(',').map(str::trim) {
                let (column, access) = mark.split_once(' ').expect("a mark is a column and what is done to it");
                let lines = found.entry(column.to_owned()).or_default();
                lines.entry((file.repository_path.clone(), at + 1)).or_default().insert(access.to_owned());
            }
        }
    }
    found
}

/// What the answers of a folder say that its marks do not, and the other way around.
fn wrong(folder: &Path) -> String {
    let workspace = walked(folder);
    let mut wrong = String::new();
    for (column, expected) in marks(folder) {
        let query: ColumnQuery = column.parse().expect("a question");
        let answer = who_within(&workspace, &query, Reach::Sighted).unwrap_or_else(|error| panic!("{column}: {error}"));
        let mut found: BTreeMap<Line, BTreeSet<String>> = BTreeMap::new();
        for consumer in answer.consumers.iter().filter(|consumer| consumer.context == Context::Live) {
            for reference in &consumer.references {
                let is_told = reference.certainty != Certainty::Possible
                    && !matches!(reference.construct, Construct::Wildcard | Construct::Dynamic);
                if is_told {
                    let line = (reference.place.path.clone(), reference.place.line as usize);
                    found.entry(line).or_default().insert(word(reference.access).to_owned());
                }
            }
        }
        for (line, access) in &expected {
            if found.get(line) != Some(access) {
                let _ = writeln!(wrong, "{}:{}: {column} is {access:?}, found {:?}", line.0, line.1, found.get(line));
            }
        }
        for (line, access) in found.iter().filter(|(line, _)| !expected.contains_key(line)) {
            let _ = writeln!(wrong, "{}:{}: {column} is not meant, found {access:?}", line.0, line.1);
        }
    }
    wrong
}

#[test]
fn answers_are_the_lines_that_are_marked() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lines");
    let mut folders: Vec<_> = std::fs::read_dir(&root).expect("fixtures").filter_map(Result::ok).collect();
    folders.sort_by_key(std::fs::DirEntry::path);
    assert!(!folders.is_empty());
    let mut all = String::new();
    for folder in folders {
        let wrong = wrong(&folder.path());
        if !wrong.is_empty() {
            let _ = writeln!(all, "{}\n{wrong}", folder.path().display());
        }
    }
    assert!(all.is_empty(), "{all}");
}
