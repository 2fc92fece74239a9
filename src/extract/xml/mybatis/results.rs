//! Result maps: which output of a select fills which property, and so which class stands for which table.
//!
//! A row of a result map names an output of the selects that use it. Which table's column that is follows from the
//! select: it is looked up in its outputs when names are resolved. What the select says without any catalog (qualified
//! columns, a single table) tells the table that the map's class stands for.

use std::collections::{BTreeMap, BTreeSet};

use super::classes::Classes;
use super::{may_be_entity, simple_name};
use crate::extract::xml::tree::{Document, ElementId};
use crate::model::answer::Construct;
use crate::model::facts::FileFacts;
use crate::model::mapping::{BuiltStatement, ImpliedNames, MappedName, MappedProperty, Mapping, MappingRole};
use crate::model::name::{Ident, Name, ObjectName};
use crate::model::span::Span;
use crate::model::statement::{
    Access, ColumnReference, Lookup, OutputValue, Relation, Scope, ScopeId, Source, SourceRole, Statement,
    StatementKind, Usage,
};

/// Maps inside maps deeper than this are not followed.
const DEEPEST: usize = 8;
/// Maps that one select fills; more are not looked at.
const MOST_MAPS: usize = 64;
/// Rows that the selects of one file fill, each counted once a select.
const MOST_FILLED: usize = 20_000;

/// What the statements of a mapper say about its result maps.
#[derive(Default)]
pub(super) struct Rows {
    /// Selects with the names of the maps that they fill.
    selects: Vec<(Vec<String>, Statement)>,
    /// Tables that statements write to.
    written: BTreeSet<ObjectName>,
}

/// A table's column by name.
pub(in crate::extract) type NamedColumn = (ObjectName, Ident);

/// One row of a map.
struct Row {
    property: Option<(String, Span)>,
    column: Option<(String, Span)>,
    target: Option<String>,
}

/// A map, or a nested one.
struct Map {
    class: Option<(String, Span)>,
    rows: Vec<Row>,
    /// Maps that the same select fills: nested and extended ones, by place or name, with the prefix of their columns.
    inner: Vec<(Inner, String)>,
    /// Whose rows are also its own.
    extends: Option<String>,
    is_nested: bool,
}

enum Inner {
    Nested(usize),
    Named(String),
}

impl Rows {
    /// Takes note of what the statements of one element read and write.
    pub(super) fn statement(&mut self, document: &Document<'_>, id: ElementId, statements: &[Statement]) {
        let Some(statement) = statements.first() else { return };
        if statement.kind == StatementKind::Select {
            let maps = document.value(id, "resultMap").unwrap_or("");
            let names: Vec<String> = maps.split(',').map(own_name).filter(|name| !name.is_empty()).collect();
            if !names.is_empty() {
                self.selects.push((names, statement.clone()));
            }
        } else if let Some(scope) = statement.scopes.first() {
            let targets = scope.sources.iter().filter(|source| source.role == SourceRole::Target);
            self.written.extend(targets.filter_map(|source| match &source.relation {
                Relation::Table(name) => Some(name.clone()),
                _ => None,
            }));
        }
    }

    /// Adds the mappings of all result maps.
    pub(super) fn finish(
        mut self,
        facts: &mut FileFacts,
        document: &Document<'_>,
        root: ElementId,
        classes: &Classes<'_>,
    ) {
        let (maps, by_name) = maps_of(document, root);
        let mut votes: BTreeMap<(usize, usize), Vec<NamedColumn>> = BTreeMap::new();
        let mut used = vec![false; maps.len()];
        let mut left = MOST_FILLED;
        for (names, statement) in std::mem::take(&mut self.selects) {
            let mut references = Vec::new();
            for (map, prefix) in filled(&maps, &by_name, &names) {
                used[map] = true;
                for (at, row) in maps[map].rows.iter().enumerate() {
                    let Some((column, span)) = &row.column else { continue };
                    if left == 0 {
                        break;
                    }
                    left -= 1;
                    let output = format!("{prefix}{column}");
                    match output_named(&statement, &output) {
                        Given::Nothing => {}
                        Given::Something => references.push((output, *span)),
                        Given::Column(named) => {
                            references.push((output, *span));
                            votes.entry((map, at)).or_default().push(named);
                        }
                    }
                }
            }
            facts.built.extend(filling(statement, references));
        }
        let mut written = self.written.iter();
        let only = written.next().filter(|_| written.next().is_none());
        for (at, map) in maps.iter().enumerate() {
            let table = match table_of(at, map, &votes, &self.written) {
                None if !used[at] && !map.is_nested => {
                    let class = map.class.as_ref().map_or("", |(class, _)| class);
                    only.or_else(|| classes.inserted_into(class)).cloned()
                }
                found => found,
            };
            facts.mappings.extend(table.and_then(|table| mapping(at, &maps, &by_name, table, &votes)));
        }
    }
}

/// A name without the namespace of its mapper.
fn own_name(name: &str) -> String {
    simple_name(name).to_owned()
}

fn maps_of(document: &Document<'_>, root: ElementId) -> (Vec<Map>, BTreeMap<String, usize>) {
    let mut maps: Vec<Map> = Vec::new();
    let mut by_name = BTreeMap::new();
    let mut left: Vec<(ElementId, Option<usize>, usize)> = document
        .children(root)
        .filter(|(_, element)| element.name == "resultMap")
        .map(|(id, _)| (id, None, 0))
        .collect();
    left.reverse();
    while let Some((id, outer, depth)) = left.pop() {
        let of = |name: &str| document.attribute(id, name).map(|span| (document.raw(span), span));
        let class = ["type", "class", "ofType", "javaType", "resultType"].iter().find_map(|name| of(name));
        let at = maps.len();
        maps.push(Map {
            class: class.map(|(name, span)| (simple_name(name).to_owned(), span)),
            rows: Vec::new(),
            inner: Vec::new(),
            extends: of("extends").map(|(name, _)| own_name(name)),
            is_nested: outer.is_some(),
        });
        match outer {
            Some(outer) => {
                let prefix = of("columnPrefix").map_or("", |(prefix, _)| prefix).to_owned();
                maps[outer].inner.push((Inner::Nested(at), prefix));
            }
            None => {
                by_name.extend(of("id").map(|(name, _)| (name.to_owned(), at)));
            }
        }
        let mut rows: Vec<ElementId> = document.children(id).map(|(id, _)| id).collect();
        rows.reverse();
        let mut nested = Vec::new();
        while let Some(row) = rows.pop() {
            let element = document.get(row);
            match element.name.as_str() {
                "constructor" => rows.extend(document.children(row).map(|(id, _)| id)),
                "discriminator" => {
                    maps[at].rows.push(read_row(document, row));
                    for (case, _) in document.children(row) {
                        let named = document.value(case, "resultMap").map(own_name);
                        maps[at].inner.extend(named.map(|name| (Inner::Named(name), String::new())));
                    }
                }
                "id" | "result" | "idArg" | "arg" | "association" | "collection" => {
                    maps[at].rows.push(read_row(document, row));
                    if let Some(name) = document.value(row, "resultMap") {
                        let prefix = document.value(row, "columnPrefix").unwrap_or("").to_owned();
                        maps[at].inner.push((Inner::Named(own_name(name)), prefix));
                    } else if document.children(row).next().is_some() && depth < DEEPEST {
                        nested.push((row, Some(at), depth + 1));
                    }
                }
                _ => {}
            }
        }
        left.extend(nested.into_iter().rev());
    }
    (maps, by_name)
}

fn read_row(document: &Document<'_>, id: ElementId) -> Row {
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
    let of = |name: &str| {
        let span = document.attribute(id, name)?;
        let (raw, text) = (document.raw(span), document.raw(span).trim());
        let start = span.start as usize + (raw.len() - raw.trim_start().len());
        Some((text.to_owned(), Span::new(start, start + text.len())))
    };
    let column = of("column").and_then(|(text, span)| {
        let name = text.trim_matches(|c| matches!(c, '`' | '"' | '[' | ']'));
        let before = text.find(name).unwrap_or(0);
        let span = Span { start: span.start + before as u32, end: span.start + (before + name.len()) as u32 };
        is_name(name).then(|| (name.to_owned(), span))
    });
    let target = ["ofType", "javaType"].iter().find_map(|name| document.value(id, name)).map(own_name);
    Row { property: of("property").or_else(|| of("name")), column, target: target.filter(|class| may_be_entity(class)) }
}

/// The maps that a select fills by naming some, each with the prefix of its columns.
fn filled(maps: &[Map], by_name: &BTreeMap<String, usize>, names: &[String]) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut left: Vec<(usize, String, usize)> =
        names.iter().filter_map(|name| by_name.get(name)).map(|&at| (at, String::new(), 0)).collect();
    while let Some((at, prefix, depth)) = left.pop() {
        if depth > DEEPEST || found.len() >= MOST_MAPS || found.iter().any(|(own, with)| *own == at && *with == prefix)
        {
            continue;
        }
        for (inner, own) in &maps[at].inner {
            let inner = match inner {
                Inner::Nested(at) => Some(*at),
                Inner::Named(name) => by_name.get(name).copied(),
            };
            left.extend(inner.map(|inner| (inner, format!("{prefix}{own}"), depth + 1)));
        }
        let extended = maps[at].extends.as_ref().and_then(|name| by_name.get(name));
        left.extend(extended.map(|&extended| (extended, prefix.clone(), depth + 1)));
        found.push((at, prefix));
    }
    found
}

/// What a select gives under a name, as far as it says so itself.
pub(in crate::extract) enum Given {
    Nothing,
    Something,
    Column(NamedColumn),
}

pub(in crate::extract) fn output_named(statement: &Statement, name: &str) -> Given {
    let Some(mut scope) = statement.scopes.first() else { return Given::Nothing };
    for _ in 0..DEEPEST {
        let Some(first) = scope.operands.first().and_then(|first| statement.scopes.get(first.0 as usize)) else {
            break;
        };
        scope = first;
    }
    let wanted = Name::new(name);
    let mut wildcards = 0;
    for output in &scope.outputs {
        let is_wanted = output.name.as_ref().is_some_and(|own| own.folded() == wanted);
        match &output.value {
            OutputValue::Column(at) if is_wanted => {
                let Some(reference) = scope.references.get(*at as usize) else { return Given::Something };
                return match table_in(scope, &reference.qualifier) {
                    Some(table) => Given::Column((table, reference.name.clone())),
                    None => Given::Something,
                };
            }
            OutputValue::Expression if is_wanted => return Given::Something,
            OutputValue::Wildcard { .. } => wildcards += 1,
            OutputValue::Column(_) | OutputValue::Expression => {}
        }
    }
    if wildcards == 0 && !scope.outputs.is_empty() {
        return Given::Nothing;
    }
    let wildcard = scope.outputs.iter().find_map(|output| match &output.value {
        OutputValue::Wildcard { qualifier, .. } if wildcards == 1 => Some(qualifier),
        _ => None,
    });
    match wildcard.and_then(|qualifier| table_in(scope, qualifier)) {
        Some(table) => Given::Column((table, Ident::bare(name))),
        None => Given::Something,
    }
}

/// The table that a qualifier stands for; without one, the only one there is.
pub(super) fn table_in(scope: &Scope, qualifier: &[Ident]) -> Option<ObjectName> {
    let source = match qualifier.last() {
        None if scope.sources.len() == 1 => scope.sources.first()?,
        None => return None,
        Some(wanted) => scope.sources.iter().find(|source| match (&source.alias, &source.relation) {
            (Some(alias), _) => alias.matches(wanted),
            (None, Relation::Table(name)) => name.last().matches(wanted),
            (None, _) => false,
        })?,
    };
    match &source.relation {
        Relation::Table(name) => Some(name.clone()),
        _ => None,
    }
}

/// The select with one more scope around it, in which the maps' rows are names.
pub(in crate::extract) fn filling(mut statement: Statement, references: Vec<(String, Span)>) -> Option<BuiltStatement> {
    let root = ScopeId(0);
    statement.scopes.first()?;
    if references.is_empty() {
        return None;
    }
    let span = references.iter().map(|(_, span)| *span).reduce(Span::join)?;
    let references = references
        .into_iter()
        .map(|(name, span)| ColumnReference {
            qualifier: Vec::new(),
            name: Ident::bare(name),
            span,
            access: Access::Read,
            usage: Usage::Other,
            lookup: Lookup::Only(0),
        })
        .collect();
    let source =
        Source { relation: Relation::Query(root), alias: None, columns: Vec::new(), span, role: SourceRole::Read };
    statement.scopes.push(Scope { sources: vec![source], references, ..Scope::default() });
    // Its holes were told with the statement itself.
    statement.holes.clear();
    Some(BuiltStatement { construct: Construct::Mapping, statement, entities: Vec::new(), sinks: Vec::new() })
}

/// The table that most rows of a map name; of a table and views of it that all rows name, the one that is `written`.
fn table_of(
    at: usize,
    map: &Map,
    votes: &BTreeMap<(usize, usize), Vec<NamedColumn>>,
    written: &BTreeSet<ObjectName>,
) -> Option<ObjectName> {
    let mut counts: BTreeMap<&ObjectName, usize> = BTreeMap::new();
    for row in 0..map.rows.len() {
        let tables: BTreeSet<&ObjectName> =
            votes.get(&(at, row)).into_iter().flatten().map(|(table, _)| table).collect();
        for table in tables {
            *counts.entry(table).or_default() += 1;
        }
    }
    let most = counts.values().copied().max()?;
    let mut best: Vec<&ObjectName> =
        counts.into_iter().filter(|(_, count)| *count == most).map(|(table, _)| table).collect();
    if best.len() > 1 {
        best.retain(|table| written.contains(*table));
    }
    match best.as_slice() {
        [only] => Some((*only).clone()),
        _ => None,
    }
}

fn mapping(
    at: usize,
    maps: &[Map],
    by_name: &BTreeMap<String, usize>,
    table: ObjectName,
    votes: &BTreeMap<(usize, usize), Vec<NamedColumn>>,
) -> Option<Mapping> {
    let (entity, span) = maps[at].class.clone().filter(|(class, _)| may_be_entity(class))?;
    let mut properties = Vec::new();
    let mut next = Some(at);
    for _ in 0..DEEPEST {
        let Some(own) = next else { break };
        for (row, written) in maps[own].rows.iter().enumerate() {
            let Some((name, name_span)) = written.property.clone() else { continue };
            let named = votes.get(&(own, row)).map_or(&[][..], Vec::as_slice);
            let column = match (&written.column, named.iter().find(|(owner, _)| *owner == table)) {
                // A value under another name: what names the column is the property.
                (Some((text, _)), Some((_, column))) if !column.is(text) => Some((column.clone(), name_span)),
                (Some((_, place)), Some((_, column))) => Some((column.clone(), *place)),
                (Some((text, place)), None) if named.is_empty() => Some((Ident::bare(text.as_str()), *place)),
                _ => None,
            };
            match (column, &written.target) {
                (Some((column, place)), target) => properties.push(MappedProperty {
                    name,
                    span: place,
                    column: MappedName::Named(column),
                    target: target.clone(),
                }),
                (None, Some(target)) => properties.push(MappedProperty {
                    name,
                    span: name_span,
                    column: MappedName::None,
                    target: Some(target.clone()),
                }),
                (None, None) => {}
            }
        }
        next = maps[own].extends.as_ref().and_then(|name| by_name.get(name)).copied();
    }
    (!properties.is_empty()).then_some(Mapping {
        entity,
        span,
        role: MappingRole::Entity,
        table: MappedName::Named(table),
        parent: None,
        mixins: Vec::new(),
        implied: ImpliedNames::Identity,
        properties,
    })
}
