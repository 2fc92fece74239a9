//! `MyBatis` mappers written as annotations: `@Select` with `@Results`, and results that are filled by name.
//! <https://mybatis.org/mybatis-3/java-api.html#mapper-annotations>

use std::collections::BTreeMap;

use tree_sitter::Node;

use super::annotation::{Annotation, Constants, Written, items};
use super::class;
use crate::extract::host::span_of;
use crate::extract::xml::mybatis::classes::Classes;
use crate::extract::xml::mybatis::results::{Given, filling, output_named};
use crate::model::facts::FileFacts;
use crate::model::statement::{Statement, StatementKind};

/// What a file must speak of to have such mappers.
pub(super) const PACKAGE: &str = "org.apache.ibatis.annotations";

/// Most rows of results that are looked at, each counted once a select.
const MOST_ROWS: usize = 20_000;

/// A property and the output that fills it.
#[derive(Clone)]
struct Row {
    property: String,
    column: Written,
}

/// Reads one interface.
pub(super) fn read<'t>(
    facts: &mut FileFacts,
    interface: Node<'t>,
    text: &'t str,
    constants: &Constants<'_>,
    classes: &mut Classes<'_>,
) {
    let Some(body) = interface.child_by_field_name("body") else { return };
    let mut cursor = body.walk();
    let methods: Vec<Node<'t>> =
        body.named_children(&mut cursor).filter(|node| node.kind() == "method_declaration").collect();
    let mut named: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for results in methods.iter().flat_map(|method| Annotation::all(*method, text)) {
        if results.name == "Results"
            && let Some((name, _)) = results.text(&["id"], text, constants)
        {
            named.insert(name, rows_of(&results, text, constants));
        }
    }
    let mut left = MOST_ROWS;
    for method in methods {
        let Some(statement) = select_in(facts, method) else { continue };
        let Some(entity) = method.child_by_field_name("type").and_then(|class| class::target(class, text)) else {
            continue;
        };
        let mut rows = Vec::new();
        for annotation in Annotation::all(method, text) {
            match annotation.name {
                "Results" => rows.extend(rows_of(&annotation, text, constants)),
                "ResultMap" => {
                    let names = annotation.argument("value", text).map(items).unwrap_or_default();
                    let names = names.into_iter().filter_map(|name| constants.text(name, text));
                    rows.extend(names.filter_map(|(name, _)| named.get(&name)).flatten().cloned());
                }
                _ => {}
            }
        }
        rows.truncate(left);
        left -= rows.len();
        let place = method.child_by_field_name("type").map(span_of).unwrap_or_default();
        let mut references = Vec::new();
        for Row { property, column: (column, span) } in rows {
            let given = output_named(&statement, &column);
            if !matches!(given, Given::Nothing) {
                references.push((column, span));
            }
            if let Given::Column((table, column)) = given {
                classes.fills(entity, place, table, property, (column, span));
            }
        }
        classes.gives(entity, place, &statement);
        facts.built.extend(filling(statement, references));
    }
}

/// The `@Result`s of a `@Results`.
fn rows_of(results: &Annotation<'_>, text: &str, constants: &Constants<'_>) -> Vec<Row> {
    let each = results.inner("value", text);
    let row = |result: Annotation<'_>| {
        let (property, _) = result.text(&["property"], text, constants)?;
        Some(Row { property, column: result.text(&["column"], text, constants)? })
    };
    each.into_iter().filter(|result| result.name == "Result").filter_map(row).collect()
}

/// The select of a method. Statements are in text order.
fn select_in(facts: &FileFacts, method: Node<'_>) -> Option<Statement> {
    let span = span_of(method);
    let from = facts.statements.partition_point(|statement| statement.span.start < span.start);
    let own = facts.statements[from..].iter().take_while(|statement| span.contains(statement.span));
    own.take(1).find(|statement| statement.kind == StatementKind::Select).cloned()
}
