//! `MyBatis` mappers: statements put together of elements, and the maps from their results to properties.

pub(in crate::extract) mod classes;
pub(in crate::extract) mod dynamic;
pub(in crate::extract) mod names;
pub(in crate::extract) mod results;

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::embedded::{self, StringValue};
use crate::extract::sql::naming::behind_prefix;
use crate::extract::sql::text::SqlText;
use crate::extract::xml::tree::{Document, ElementId};
use crate::model::answer::Construct;
use crate::model::facts::{FileFacts, Token, TokenKind, Unit, UnitKind};
use crate::model::mapping::BuiltStatement;
use crate::model::name::{Ident, ObjectName};
use crate::model::span::{LineIndex, Span};
use crate::model::statement::{Access, ColumnReference, Dialect, Lookup, Relation, Statement, Usage};
use classes::Classes;
use dynamic::{Named, Weaver};
use results::Rows;

/// Elements that are statements.
const STATEMENTS: &[&str] = &["select", "insert", "update", "delete", "statement", "procedure"];

/// Reads a mapper. Tells whether the root element is one.
pub fn read(facts: &mut FileFacts, document: &Document<'_>, root: ElementId) -> bool {
    let Some(namespace) = document.value(root, "namespace") else { return false };
    let class = simple_name(namespace);
    let base = SqlText::verbatim(document.text, 0);
    let mut weaver = Weaver::new(document, &base, namespace, root);
    let mut rows = Rows::default();
    let mut classes = Classes::new(document, root);
    let mut written: BTreeMap<ElementId, std::ops::Range<usize>> = BTreeMap::new();
    for (id, element) in document.children(root) {
        let Some(name) = document.value(id, "id") else { continue };
        let is_statement = STATEMENTS.contains(&element.name.as_str());
        if !is_statement && element.name != "sql" {
            continue;
        }
        facts.units.push(Unit { name: format!("{class}.{name}"), kind: UnitKind::Method, span: element.span });
        if is_statement {
            let dialect = document.value(id, "databaseId").and_then(Dialect::named);
            let woven = weaver.statement(id);
            for key in &woven.keys {
                embedded::embed(facts, key, dialect);
            }
            let before = facts.statements.len();
            embedded::embed(facts, &woven.sql, dialect);
            written.insert(id, before..facts.statements.len());
            let told = told_tables(&facts.statements[before..], document.text);
            classes.statement(document, id, &woven.names, &told);
            let names = told_by_columns(woven.names, &facts.statements[before..], document.text);
            facts.built.extend(parameters(document, id, (class, name), names, &classes));
        }
    }
    for (id, element) in document.children(root) {
        if element.name == "sql" && !weaver.is_included(id) {
            let woven = weaver.statement(id);
            if !embedded::embed(facts, &woven.sql, None) {
                // Perhaps another mapper includes it: it may name columns of any table.
                facts.tokens.push(Token { span: element.span, kind: TokenKind::Unread });
            }
        }
    }
    for (id, range) in &written {
        rows.statement(document, *id, &told_tables(&facts.statements[range.clone()], document.text));
    }
    rows.finish(facts, document, root, &classes);
    classes.finish(facts);
    true
}

/// Statements with tables by the known end of their names: `${prefix}ACT_RU_TASK`.
fn told_tables(statements: &[Statement], text: &str) -> Vec<Statement> {
    let mut told = statements.to_vec();
    for source in told.iter_mut().flat_map(|statement| &mut statement.scopes).flat_map(|scope| &mut scope.sources) {
        if source.relation == Relation::Hole
            && let Some(end) = behind_prefix(source.span.of(text))
        {
            source.relation = Relation::Table(ObjectName::single(Ident::bare(end)));
        }
    }
    told
}

/// The statement of a `<script>` in an annotation's text.
pub fn script(text: &SqlText) -> Option<StringValue> {
    if !text.as_str().trim_start().starts_with("<script>") {
        return None;
    }
    let document = Document::parse(text.as_str());
    let root = document.root()?;
    Some(Weaver::new(&document, text, "", root).statement(root).sql)
}

/// Leaves out properties that stand on the line of the column that they are written to, as its value or its guard: the
/// column's reference says it all.
fn told_by_columns(mut names: Vec<Named>, statements: &[Statement], text: &str) -> Vec<Named> {
    let lines = LineIndex::new(text);
    let references = statements.iter().flat_map(|statement| &statement.scopes).flat_map(|scope| &scope.references);
    let written: BTreeSet<(usize, String)> = references
        .filter(|reference| reference.access == Access::Write)
        .map(|reference| (lines.line_of(reference.span.start), bare(&reference.name.text)))
        .collect();
    names.retain(|named| !written.contains(&(lines.line_of(named.span.start), bare(&named.name.text))));
    names.dedup_by_key(|named| named.span);
    names
}

/// A name without its case and underscores, as properties and columns are alike.
fn bare(name: &str) -> String {
    name.chars().filter(|&c| c != '_').flat_map(char::to_lowercase).collect()
}

/// What a name is without its package.
fn simple_name(name: &str) -> &str {
    name.rsplit(['.', '$']).next().unwrap_or(name).trim()
}

/// Types of parameters and results that are no classes of rows.
fn may_be_entity(class: &str) -> bool {
    const PLAIN: &[&str] = &[
        "object",
        "string",
        "integer",
        "int",
        "long",
        "short",
        "byte",
        "boolean",
        "double",
        "float",
        "date",
        "map",
        "hashmap",
        "list",
        "arraylist",
        "collection",
        "bigdecimal",
        "decimal",
        "biginteger",
        "number",
        "iterator",
        "linkedhashmap",
        "localdate",
        "localdatetime",
        "timestamp",
        "char",
        "character",
        "uuid",
        "set",
        "instant",
    ];
    let class = class.trim_start_matches('_').trim_end_matches("[]");
    !class.is_empty() && !PLAIN.contains(&class.to_ascii_lowercase().as_str())
}

/// The properties of its parameters that a statement reads.
fn parameters(
    document: &Document<'_>,
    id: ElementId,
    (mapper, method): (&str, &str),
    names: Vec<Named>,
    classes: &Classes<'_>,
) -> Vec<BuiltStatement> {
    let place = document.get(id).span;
    let written = ["parameterType", "parameterClass"].iter().find_map(|name| document.attribute(id, name));
    if let Some(class) = written.and_then(|span| classes.name(document.raw(span))) {
        return properties_read(place, class, names).into_iter().collect();
    }
    // What the method of the mapper's interface says of its parameters.
    let mut by_parameter: BTreeMap<String, Vec<Named>> = BTreeMap::new();
    for mut named in names {
        let parameter = (!named.qualifier.is_empty()).then(|| named.qualifier.remove(0));
        let parameter = parameter_of(mapper, method, parameter.as_ref().map(|name| &*name.text));
        by_parameter.entry(parameter).or_default().push(named);
    }
    by_parameter.into_iter().filter_map(|(parameter, names)| properties_read(place, parameter, names)).collect()
}

/// The name under which a mapper's interface tells what a parameter of a method is; without a name, its only one.
pub(in crate::extract) fn parameter_of(mapper: &str, method: &str, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{mapper}#{method}.{name}"),
        None => format!("{mapper}#{method}"),
    }
}

/// Properties of a class that a statement reads of its parameters.
pub(in crate::extract) fn properties_read(place: Span, class: String, names: Vec<Named>) -> Option<BuiltStatement> {
    if names.is_empty() {
        return None;
    }
    let references = names
        .into_iter()
        .map(|named| ColumnReference {
            qualifier: named.qualifier,
            name: named.name,
            span: named.span,
            access: Access::Read,
            usage: Usage::Other,
            lookup: Lookup::Only(0),
        })
        .collect();
    Some(BuiltStatement::over_entity(Construct::Entity, class, place, place, references))
}
