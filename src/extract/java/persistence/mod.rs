//! Persistence in Java: mapped classes, repositories and what they ask for. A walk of its own over files that speak of
//! it.

mod annotation;
mod class;
mod fragment;
mod generated;
mod mapper;
mod mapping;
mod panache;
mod projection;
mod repository;
#[cfg(test)]
mod tests;
pub(in crate::extract) mod words;

use tree_sitter::Node;

use crate::extract::Input;
use crate::extract::xml::mybatis::classes::Classes;
use crate::model::facts::{Constant, FileFacts};
use annotation::Constants;
use words::Words;

/// Words without which a file has nothing to say here.
const WORDS: &[&str] = &[
    "@Entity",
    "@Table",
    "@MappedSuperclass",
    "@Embeddable",
    "@TableName",
    "@TableField",
    "@TableId",
    "@Column",
    "@MappedEntity",
    "persistence.Entity",
    "Repository<",
    "Dao<",
    "DAO<",
];

/// Stores whose annotations have the same names and whose collections are no tables.
const OTHER_STORES: &[&str] = &[
    "springframework.data.cassandra",
    "springframework.data.mongodb",
    "springframework.data.elasticsearch",
    "springframework.data.neo4j",
    "springframework.data.couchbase",
    "datastax.",
    "dynamodb",
];

/// Packages of annotations that map to tables.
const TABLES: &[&str] = &[
    "persistence.",
    "org.hibernate",
    "springframework.data.relational",
    "springframework.data.jdbc",
    "springframework.data.jpa",
    "springframework.data.r2dbc",
    "baomidou",
    "androidx.room",
    "micronaut.data",
];

/// Reads what a file says of persistence; `known` are constants of other files.
pub(super) fn read(facts: &mut FileFacts, input: Input<'_>, known: &[Constant], words: &Words) {
    let text = input.text;
    let maps_rows = text.contains(mapper::PACKAGE);
    let may_map = maps_rows || mapper::may_be_in(text);
    let is_generated = generated::SIGNS.iter().any(|sign| text.contains(sign));
    let is_asked = panache::may_be_in(text);
    let is_told = words.added().iter().any(|word| text.contains(word.as_str()));
    let shows_rows = projection::may_be_in(text);
    let fills_beans = mapper::REGISTERED.iter().any(|word| text.contains(word));
    if !may_map
        && !is_generated
        && !is_asked
        && !shows_rows
        && !fills_beans
        && !is_told
        && !WORDS.iter().any(|word| text.contains(word))
    {
        return;
    }
    let imports = |packages: &[&str]| packages.iter().any(|package| text.contains(package));
    if imports(OTHER_STORES) && !imports(TABLES) {
        return;
    }
    let Some(tree) = input.tree(&tree_sitter_java::LANGUAGE.into()) else { return };
    let classes = nodes(tree.root_node(), &["class_declaration", "record_declaration"]);
    let constants = Constants::of(tree.root_node(), text, known);
    for class in classes {
        mapping::read(facts, class, text, &constants, words);
        if is_generated {
            generated::read(facts, class, text);
        }
    }
    if is_asked {
        panache::read(facts, tree.root_node(), text);
    }
    let mut rows = Classes::default();
    for interface in nodes(tree.root_node(), &["interface_declaration"]) {
        repository::read(facts, interface, text);
        if shows_rows {
            projection::read(facts, interface, text);
        }
        mapper::parameters(facts, interface, text);
        if fills_beans {
            mapper::registered(facts, interface, text, &mut rows);
        }
        if maps_rows {
            mapper::read(facts, interface, text, &constants, &mut rows);
        }
    }
    rows.finish(facts);
    facts.wanted.extend(constants.wanted());
    facts.wanted.sort();
    facts.wanted.dedup();
}

/// All nodes of some kinds below another, in text order, without recursion.
fn nodes<'t>(root: Node<'t>, kinds: &[&str]) -> Vec<Node<'t>> {
    let mut found = Vec::new();
    let mut cursor = root.walk();
    loop {
        if kinds.contains(&cursor.node().kind()) {
            found.push(cursor.node());
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}
