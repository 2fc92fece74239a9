//! Data sets of `DBUnit`: the rows that a test puts into tables. Flat (`<users id="1" full_name="x"/>`), or with lists of
//! columns (`<table name="users"><column>full_name</column>`). <http://dbunit.sourceforge.net/components.html>

use super::tree::{Document, ElementId};
use crate::extract::sql;
use crate::extract::sql::text::SqlText;
use crate::model::facts::{FileFacts, Token, TokenKind};
use crate::model::span::Span;
use crate::model::statement::{Dialect, Direction};

/// Rows of one file that are read.
const MOST_ROWS: usize = 20_000;

/// Reads a data set; whether it is one.
pub(super) fn read(facts: &mut FileFacts, document: &Document<'_>, root: ElementId) -> bool {
    let is_table = |name: &str| name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    let before = facts.statements.len();
    for (id, element) in document.children(root).take(MOST_ROWS) {
        let start = element.span.start as usize + 1;
        if element.name == "table" && document.attribute(id, "name").is_some() {
            let Some(name) = document.attribute(id, "name") else { continue };
            let columns = document.children(id).filter(|(_, child)| child.name == "column");
            let columns = columns.filter_map(|(_, column)| match column.children.as_slice() {
                [super::tree::Child::Text(span)] => Some(trimmed(document, *span)),
                _ => None,
            });
            insert(facts, document, name, &columns.collect::<Vec<Span>>());
        } else if is_table(&element.name) && !element.attributes.is_empty() && document.children(id).next().is_none() {
            let written = document.raw(Span::new(start, element.span.end as usize));
            let Some(name) = written.find(&element.name).map(|at| start + at) else { continue };
            let columns: Vec<Span> = element
                .attributes
                .iter()
                .filter_map(|attribute| {
                    let before = &document.text[..attribute.value.start as usize];
                    let at = before.rfind(&attribute.name).filter(|at| *at > name)?;
                    Some(Span::new(at, at + attribute.name.len()))
                })
                .collect();
            for attribute in &element.attributes {
                facts.tokens.push(Token { span: attribute.value, kind: TokenKind::Text });
            }
            insert(facts, document, Span::new(name, name + element.name.len()), &columns);
        }
    }
    facts.statements.len() > before
}

fn trimmed(document: &Document<'_>, span: Span) -> Span {
    let raw = document.raw(span);
    let start = span.start as usize + (raw.len() - raw.trim_start().len());
    Span::new(start, start + raw.trim().len())
}

/// The row as the statement that it stands for.
fn insert(facts: &mut FileFacts, document: &Document<'_>, table: Span, columns: &[Span]) {
    if columns.is_empty() {
        return;
    }
    let mut piece = SqlText::default();
    let place = Span { start: table.start, end: table.start };
    let name = |piece: &mut SqlText, span: Span| {
        // Databases keep names in one case; data sets write either.
        let raw = document.raw(span);
        let folded = if raw.chars().any(char::is_lowercase) { raw.to_owned() } else { raw.to_lowercase() };
        for (at, part) in folded.split('.').enumerate() {
            piece.push_decoded(if at > 0 { ".\"" } else { "\"" }, Span { start: span.start, end: span.start });
            piece.push_decoded(&part.replace('"', ""), span);
            piece.push_decoded("\"", Span { start: span.end, end: span.end });
        }
    };
    piece.push_decoded("INSERT INTO ", place);
    name(&mut piece, table);
    piece.push_decoded(" (", place);
    for (at, column) in columns.iter().enumerate() {
        if at > 0 {
            piece.push_decoded(", ", Span { start: column.start, end: column.start });
        }
        name(&mut piece, *column);
    }
    let values = vec!["NULL"; columns.len()].join(", ");
    let end = columns.last().map_or(place, |last| Span { start: last.end, end: last.end });
    piece.push_decoded(&format!(") VALUES ({values})"), end);
    sql::read_into(facts, &piece, Some(Dialect::Postgres), Direction::Forward);
}
