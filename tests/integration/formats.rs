//! One row a format: how it reads or writes `users.full_name`, and with what kind, access, line and way it is found.
//! Beside every such place stands the same for `customers.full_name`, which must not be found for `users`.
//!
//! A row is a small system of its own: the schema, and the row's files.

#[path = "formats/carriers.rs"]
mod carriers;
#[path = "formats/documents.rs"]
mod documents;
#[path = "formats/java.rs"]
mod java;

use columnist::answer::who::Reach;

use crate::common::Tree;
use crate::reach::{answer, walked};

/// A format.
pub(crate) struct Row {
    /// What it is called.
    pub(crate) format: &'static str,
    /// Its files; a folder for each, so that paths say nothing about kinds that the format does not say.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// Each live consumer of `users.full_name`: `kind name: access file:line …`, then ` < ` and what it is run by.
    /// A place that is not certain says so: `read? file:line`.
    pub(crate) found: &'static [&'static str],
}

const SCHEMA: &str = "CREATE TABLE users (id int, full_name text, email text, created_at timestamp, org_id int);\n\
                      CREATE TABLE customers (id int, full_name text, email text, created_at timestamp, org_id int);\n\
                      CREATE TABLE orders (id int, user_id int, customer_id int, total int);\n";

/// The live consumers of a column, as rows tell them.
fn found(tree: &Tree, question: &str) -> Vec<String> {
    let answer = tree.run(&["who", question, "--format", "json"]).json();
    let consumers = answer["consumers"].as_array().expect("consumers").iter();
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let shown = consumers.filter(|one| one["context"] == "live").map(|one| {
        let places = one["references"].as_array().expect("references").iter().map(|place| {
            let doubt = if place["certainty"] == "certain" { "" } else { "?" };
            format!("{}{doubt} {}:{}", text(&place["access"]), text(&place["path"]), place["line"])
        });
        let mut places: Vec<String> = places.collect();
        places.dedup();
        let steps = one["via"].as_array().expect("steps").iter().map(|step| {
            let schedule = step["schedule"].as_str().unwrap_or("");
            format!(
                "{} {} {schedule} {}:{}",
                text(&step["kind"]),
                text(&step["name"]),
                text(&step["path"]),
                step["line"]
            )
        });
        let steps: Vec<String> = steps.collect();
        let via = if steps.is_empty() { String::new() } else { format!(" < {}", steps.join(" < ")) };
        format!("{} {}: {}{via}", text(&one["kind"]), text(&one["name"]), places.join(", "))
    });
    shown.collect()
}

#[test]
fn every_format_finds_its_consumers_and_no_others() {
    let mut wrong = Vec::new();
    for row in documents::ROWS.iter().chain(carriers::ROWS).chain(java::ROWS) {
        let tree = Tree::of(&[("db/migrations/0001_init.sql", SCHEMA)]);
        for (path, text) in row.files {
            tree.write(path, text.as_bytes());
        }
        let users = found(&tree, "users.full_name");
        let workspace = walked(tree.path());
        let asked = |reach| answer(&workspace, "users.full_name", reach);
        if asked(Reach::Sighted) != asked(Reach::Everything) {
            wrong.push(format!("{}: the text search does not see all of it", row.format));
        }
        if users != row.found {
            wrong.push(format!("{}\n  expected {:#?}\n  found    {users:#?}", row.format, row.found));
        }
        // The other table's places are told apart, line by line.
        let places = |all: &[String]| -> Vec<String> {
            let places =
                all.iter().filter_map(|one| one.split_once(": ").map_or("", |(_, places)| places).split(" < ").next());
            places
                .flat_map(|places| places.split(", "))
                .filter_map(|place| place.split_once(' '))
                .map(|(_, at)| at.to_owned())
                .collect()
        };
        let customers = found(&tree, "customers.full_name");
        if customers.is_empty() {
            wrong.push(format!("{}: nothing is found for the other table", row.format));
        }
        let (own, others) = (places(&users), places(&customers));
        if let Some(both) = own.iter().find(|place| others.contains(place)) {
            wrong.push(format!("{}: {both} is found for both tables", row.format));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
