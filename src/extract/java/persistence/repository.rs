//! Repositories of Spring Data and its like: methods whose names are queries.
//! <https://docs.spring.io/spring-data/jpa/reference/repositories/query-keywords-reference.html>

use tree_sitter::Node;

use super::annotation::{Annotation, text_of};
use super::class;
use crate::extract::host::span_of;
use crate::extract::jpql::OWN_ENTITY;
use crate::model::answer::Construct;
use crate::model::facts::FileFacts;
use crate::model::mapping::{BuiltStatement, EntityPath, EntitySource, Mapping, projected};
use crate::model::name::Ident;
use crate::model::span::Span;
use crate::model::statement::{
    Access, ColumnReference, Dialect, Direction, Lookup, Output, OutputValue, Reading, Relation, Scope, ScopeId,
    Source, SourceRole, Statement, StatementKind, Usage,
};

/// What the names of interfaces end with that take the entity as their first argument.
const REPOSITORIES: &[&str] = &["Repository", "Dao", "DAO"];

/// Annotations that give a method's query, so that its name says nothing.
const QUERIES: &[&str] = &["Query", "NativeQuery", "HQL", "SQL", "Find", "SqlQuery", "Select"];

const READS: &[&str] = &["find", "read", "get", "query", "search", "stream", "count", "exists"];
const DELETES: &[&str] = &["delete", "remove"];

/// What may stand behind a property, the longer of two that end alike first.
const CONDITIONS: &[&str] = &[
    "IsGreaterThanEqual",
    "GreaterThanEqual",
    "IsLessThanEqual",
    "LessThanEqual",
    "IsGreaterThan",
    "GreaterThan",
    "IsLessThan",
    "LessThan",
    "IsNotContaining",
    "NotContaining",
    "NotContains",
    "IsContaining",
    "Containing",
    "Contains",
    "IsStartingWith",
    "StartingWith",
    "StartsWith",
    "IsEndingWith",
    "EndingWith",
    "EndsWith",
    "IsNotLike",
    "NotLike",
    "IsLike",
    "Like",
    "IsNotNull",
    "NotNull",
    "IsNull",
    "Null",
    "IsNotEmpty",
    "NotEmpty",
    "IsEmpty",
    "Empty",
    "IsBetween",
    "Between",
    "IsBefore",
    "Before",
    "IsAfter",
    "After",
    "IsNotIn",
    "NotIn",
    "IsIn",
    "In",
    "IsTrue",
    "True",
    "IsFalse",
    "False",
    "MatchesRegex",
    "Matches",
    "Regex",
    "IsNear",
    "Near",
    "IsWithin",
    "Within",
    "Exists",
    "IsNot",
    "Not",
    "Equals",
    "Is",
];

/// Reads one interface.
pub(super) fn read(facts: &mut FileFacts, node: Node<'_>, text: &str) {
    let Some(entity) = entity_of(node, text) else { return };
    let place = span_of(node);
    for built in facts.built.iter_mut().filter(|built| place.contains(built.statement.span)) {
        for source in &mut built.entities {
            if source.entity == EntityPath::Named(OWN_ENTITY.to_owned()) {
                source.entity = EntityPath::Named(entity.to_owned());
            }
        }
    }
    let Some(body) = node.child_by_field_name("body") else { return };
    let mut cursor = body.walk();
    let own = node.child_by_field_name("name").map_or("", |name| text_of(name, text));
    for method in body.named_children(&mut cursor).filter(|node| node.kind() == "method_declaration") {
        let annotations = Annotation::all(method, text);
        facts.mappings.extend(projection(method, (entity, own), text));
        let is_derived = method.child_by_field_name("body").is_none()
            && !annotations.iter().any(|annotation| QUERIES.contains(&annotation.name));
        let Some(name) = method.child_by_field_name("name").filter(|_| is_derived) else { continue };
        let result = method.child_by_field_name("type").and_then(|class| class::target(class, text));
        let loads = result == Some(entity);
        facts.built.extend(derived(text_of(name, text), name.start_byte(), entity, loads));
    }
}

/// What a method gives instead of the entity: an interface's getters then read the entity's properties of their names.
/// <https://docs.spring.io/spring-data/jpa/reference/repositories/projections.html>
fn projection(method: Node<'_>, (entity, own): (&str, &str), text: &str) -> Option<Mapping> {
    let class = method.child_by_field_name("type")?;
    let target = class::target(class, text).filter(|target| *target != entity && *target != own && target.len() > 1)?;
    Some(Mapping::standing_for(entity, projected(target), span_of(class)))
}

/// The entity of a repository: the first argument of the repository that it extends.
fn entity_of<'t>(node: Node<'_>, text: &'t str) -> Option<&'t str> {
    let mut cursor = node.walk();
    let extends = node.children(&mut cursor).find(|child| child.kind() == "extends_interfaces")?;
    super::nodes(extends, &["generic_type"]).into_iter().find_map(|class| {
        let name = class::simple_name(class, text);
        let is_repository = REPOSITORIES.iter().any(|suffix| name.ends_with(suffix));
        // A single capital is a parameter of the interface itself.
        class::arguments(class, text).first().copied().filter(|entity| is_repository && entity.len() > 1)
    })
}

/// The statement that a method's name says.
fn derived(name: &str, start: usize, entity: &str, loads: bool) -> Option<BuiltStatement> {
    let verb = READS.iter().chain(DELETES).find(|verb| name.starts_with(**verb))?;
    let subject = &name[verb.len()..];
    let by = subject.match_indices("By").map(|(at, _)| at).find(|&at| starts_upper(&subject[at + 2..]))?;
    let predicate = verb.len() + by + 2;
    let span = |from: usize, to: usize| Span::new(start + from, start + to);
    let mut references = Vec::new();
    let mut refer = |from: usize, part: &str, usage: Usage| {
        if !part.is_empty() {
            references.push(ColumnReference {
                qualifier: Vec::new(),
                name: Ident::bare(part),
                span: span(from, from + part.len()),
                access: Access::Read,
                usage,
                lookup: Lookup::Only(0),
            });
        }
    };
    let order = name[predicate..].find("OrderBy").map(|at| predicate + at);
    for (from, part) in split(name, predicate, order.unwrap_or(name.len()), &["And", "Or"]) {
        refer(from, property(part), Usage::Filter);
    }
    if let Some(order) = order {
        for (from, part) in split(name, order + "OrderBy".len(), name.len(), &["Asc", "Desc"]) {
            refer(from, part, Usage::Order);
        }
    }
    let whole = span(0, name.len());
    let is_delete = DELETES.contains(verb);
    let role = if is_delete { SourceRole::Target } else { SourceRole::Read };
    let value = OutputValue::Wildcard { qualifier: Vec::new(), span: whole, except: Vec::new() };
    let outputs = if loads { vec![Output { name: None, alias_span: None, value }] } else { Vec::new() };
    let source = Source { relation: Relation::Hole, alias: None, columns: Vec::new(), span: whole, role };
    let statement = Statement {
        kind: if is_delete { StatementKind::Delete } else { StatementKind::Select },
        span: whole,
        dialect: Dialect::Generic,
        reading: Reading::Parsed,
        direction: Direction::Forward,
        scopes: vec![Scope { sources: vec![source], references, outputs, ..Scope::default() }],
        changes: Vec::new(),
        holes: Vec::new(),
    };
    let entity = EntityPath::Named(entity.to_owned());
    let entities = vec![EntitySource { scope: ScopeId(0), source: 0, entity }];
    Some(BuiltStatement { construct: Construct::Orm, statement, entities, sinks: Vec::new() })
}

fn starts_upper(text: &str) -> bool {
    text.starts_with(char::is_uppercase)
}

/// The parts of `name[from..to]` between separators; a separator is followed by a capital or the end.
fn split<'t>(name: &'t str, from: usize, to: usize, separators: &[&str]) -> Vec<(usize, &'t str)> {
    let mut found = Vec::new();
    let (mut start, mut at) = (from, from);
    while at < to {
        let rest = &name[at..to];
        let separator = separators.iter().find(|separator| {
            at > start && rest.strip_prefix(**separator).is_some_and(|after| after.is_empty() || starts_upper(after))
        });
        if let Some(separator) = separator {
            found.push((start, &name[start..at]));
            at += separator.len();
            start = at;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    if start < to {
        found.push((start, &name[start..to]));
    }
    found
}

/// The property of a condition.
fn property(part: &str) -> &str {
    let cased = ["AllIgnoreCase", "AllIgnoringCase", "IgnoreCase", "IgnoringCase"];
    let part = cased.iter().find_map(|suffix| part.strip_suffix(suffix)).unwrap_or(part);
    let condition = CONDITIONS.iter().find_map(|suffix| part.strip_suffix(suffix).filter(|rest| !rest.is_empty()));
    condition.unwrap_or(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_queries() {
        for (name, expected) in [
            ("findByFullNameContainingAndTeam_Code", "FullName Team_Code"),
            ("findTop10DistinctByAgeGreaterThanEqualOrNameIsNullOrderByLastNameAscIdDesc", "Age Name LastName Id"),
            ("countByOrderNumber", "OrderNumber"),
            ("existsByEmailIgnoreCase", "Email"),
            ("deleteByBrandInAndColor", "Brand Color"),
            ("findAllByOrderByNameAsc", "Name"),
            ("findAll", "nothing"),
            ("findBy", "nothing"),
            ("save", "nothing"),
            ("getByte", "nothing"),
        ] {
            let built = derived(name, 0, "User", true);
            let shown = built.map_or("nothing".to_owned(), |built| {
                let parts = built.statement.scopes[0].references.iter();
                parts.map(|part| part.span.of(name).to_owned()).collect::<Vec<_>>().join(" ")
            });
            assert_eq!(shown, expected, "{name}");
        }
    }
}
