//! Panache: queries over an entity that leave out what goes without saying: `User.find("fullName = ?1", name)`.
//! <https://quarkus.io/guides/hibernate-orm-panache#simplified-queries>

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use tree_sitter::Node;

use super::annotation::text_of;
use super::{class, nodes};
use crate::extract::embedded::StringValue;
use crate::extract::host::span_of;
use crate::extract::jpql::{self, OWN_ENTITY};
use crate::extract::sql::text::SqlText;
use crate::model::facts::FileFacts;
use crate::model::mapping::{EntityPath, Mapping};
use crate::model::span::Span;

/// Methods whose first argument is such a query.
const METHODS: &[&str] =
    &["find", "list", "stream", "count", "delete", "update", "findAll", "listAll", "firstResult", "streamAll"];

/// Whether a file may hold such queries: it speaks of the library, or asks a class.
pub(super) fn may_be_in(text: &str) -> bool {
    static ASKED: LazyLock<Regex> = LazyLock::new(|| {
        let asked = r#"(?-u:\b)[A-Z]\w*\s*\.\s*(?:<\w+>\s*)?(?:find|list|stream|count|delete|update)\(\s*""#;
        Regex::new(asked).expect("a constant pattern compiles")
    });
    text.contains("panache") || text.contains("Repository") && text.contains(".find(\"") || ASKED.is_match(text)
}

/// The name of the entity of a repository's class, for queries that are asked of it in other files.
fn of_repository(class: &str) -> String {
    format!("{class} (repository)")
}

/// Reads the queries of a file.
pub(super) fn read(facts: &mut FileFacts, root: Node<'_>, text: &str) {
    let mut owners: Vec<(Span, String)> = Vec::new();
    for class in nodes(root, &["class_declaration"]) {
        let Some(name) = class.child_by_field_name("name").map(|name| text_of(name, text)) else { continue };
        let span = Span::new(class.start_byte(), class.end_byte());
        let superclass = class.child_by_field_name("superclass").and_then(|parent| parent.named_child(0));
        if superclass.is_some_and(|parent| class::simple_name(parent, text).starts_with("Panache")) {
            owners.push((span, name.to_owned()));
            continue;
        }
        let parents = class.child_by_field_name("interfaces").into_iter().chain(superclass);
        let entity = parents.flat_map(|parent| nodes(parent, &["generic_type"])).find_map(|parent| {
            let is_repository = class::simple_name(parent, text).contains("PanacheRepository");
            class::arguments(parent, text).first().copied().filter(|entity| is_repository && entity.len() > 1)
        });
        if let Some(entity) = entity {
            let place = class.child_by_field_name("name").map_or(span, span_of);
            facts.mappings.push(Mapping::standing_for(entity, of_repository(name), place));
            owners.push((span, entity.to_owned()));
        }
    }
    let variables = variables(root, text);
    for call in nodes(root, &["method_invocation"]) {
        let part = |name| call.child_by_field_name(name);
        let method = part("name").map_or("", |name| text_of(name, text));
        let Some(query) = part("arguments").and_then(|list| list.named_child(0)) else { continue };
        if !METHODS.contains(&method) || query.kind() != "string_literal" {
            continue;
        }
        let place = Span::new(call.start_byte(), call.end_byte());
        let own = || owners.iter().rev().find(|(span, _)| span.contains(place)).map(|(_, entity)| entity.clone());
        let entity = match part("object") {
            None => own(),
            Some(object) => match (object.kind(), text_of(object, text)) {
                ("this", _) => own(),
                ("identifier", name) if name.starts_with(char::is_uppercase) => Some(name.to_owned()),
                ("identifier", name) => variables.get(name).map(|class| of_repository(class)),
                ("field_access", name) => {
                    let field = name.strip_prefix("this.").and_then(|name| variables.get(name));
                    field.map(|class| of_repository(class))
                }
                _ => None,
            },
        };
        if let Some(entity) = entity {
            ask(facts, method, query, &entity, text);
        }
    }
}

/// The classes of fields and parameters by their names; of several of one name, the last.
fn variables<'t>(root: Node<'_>, text: &'t str) -> BTreeMap<&'t str, &'t str> {
    let mut found = BTreeMap::new();
    for declared in nodes(root, &["field_declaration", "formal_parameter", "local_variable_declaration"]) {
        let Some(class) = declared.child_by_field_name("type") else { continue };
        let class = class::simple_name(class, text);
        if !class.starts_with(char::is_uppercase) {
            continue;
        }
        let mut cursor = declared.walk();
        let names = declared.children_by_field_name("declarator", &mut cursor);
        let names = names.filter_map(|declarator| declarator.child_by_field_name("name"));
        for name in names.chain(declared.child_by_field_name("name")) {
            found.insert(text_of(name, text), class);
        }
    }
    found
}

/// Reads one query.
fn ask(facts: &mut FileFacts, method: &str, query: Node<'_>, entity: &str, text: &str) {
    let raw = text_of(query, text);
    let Some(inner) = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')) else { return };
    let first = inner.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or("").to_ascii_lowercase();
    if inner.is_empty() || inner.contains(['\\', '"', '#']) {
        return;
    }
    let is_path = inner.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    let (before, after) = match first.as_str() {
        "from" | "select" | "with" | "insert" => ("", ""),
        "update" if method == "update" => ("", ""),
        "delete" if method == "delete" => ("", ""),
        "order" => ("FROM #{#entityName} ", ""),
        "where" => ("FROM #{#entityName} ", ""),
        "set" => ("UPDATE #{#entityName} ", ""),
        _ if method == "update" => ("UPDATE #{#entityName} SET ", if is_path { " = 1" } else { "" }),
        _ => ("FROM #{#entityName} WHERE ", if is_path { " = 1" } else { "" }),
    };
    let start = query.start_byte() + 1;
    let mut piece = SqlText::default();
    piece.push_decoded(before, Span::new(start, start));
    piece.push(inner, start);
    piece.push_decoded(after, Span::new(start + inner.len(), start + inner.len()));
    let known = facts.built.len();
    jpql::embed(facts, &StringValue::Piece(piece));
    for source in facts.built[known..].iter_mut().flat_map(|built| &mut built.entities) {
        if source.entity == EntityPath::Named(OWN_ENTITY.to_owned()) {
            source.entity = EntityPath::Named(entity.to_owned());
        }
    }
}
