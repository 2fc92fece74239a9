//! XML as a tree of values: an element is a map of its attributes (`@name`), its elements by their names, and its own
//! text under the empty key.

use super::super::tree::{DEEPEST, Document, Node, Raw, Style, Value};
use super::nothing;
use crate::extract::sql::text::SqlText;
use crate::extract::xml::tree::{self, Child, ElementId};
use crate::model::span::Span;

/// Reads a whole text: a map with the outermost element.
pub(in crate::extract::document) fn read(base: SqlText) -> Document {
    let text = base.as_str();
    let document = tree::Document::parse(text);
    let root = match document.root() {
        Some(root) => {
            let node = element(&document, root, 0);
            let span = node.span;
            Node { span, value: Value::Map(vec![(name(&document, root), node)]) }
        }
        None => nothing(0),
    };
    let comments = document.comments.iter().map(|&span| base.outer(span)).collect();
    let broken = document.broken.as_ref().map(|(span, why)| (base.outer(*span), why.clone()));
    Document { base, root, comments, broken }
}

/// Where the local name of an element stands.
fn name(document: &tree::Document<'_>, id: ElementId) -> Raw {
    let element = document.get(id);
    let open = &document.text[element.span.start as usize..element.span.end as usize];
    let start = element.span.start as usize + open.find(&*element.name).unwrap_or(0);
    Raw { span: Span::new(start, start + element.name.len()), style: Style::Plain }
}

fn element(document: &tree::Document<'_>, id: ElementId, depth: usize) -> Node {
    let own = document.get(id);
    let mut entries = Vec::new();
    for attribute in &own.attributes {
        let span = attribute.value;
        let key = attribute_name(document.text, span, &attribute.name);
        entries.push((key, Node { span, value: Value::Scalar(Raw { span, style: Style::Xml }) }));
    }
    if depth < DEEPEST {
        for (child, _) in document.children(id) {
            entries.push((name(document, child), element(document, child, depth + 1)));
        }
    }
    // Its own text is the first that stands between its elements.
    let mut runs: Vec<Option<Span>> = vec![None];
    for child in &own.children {
        let span = match child {
            Child::Text(span) => *span,
            // With the marks around it, so that it is known for what it is.
            Child::Verbatim(span) => {
                Span { start: span.start.saturating_sub(CDATA), end: (span.end + 3).min(document.text.len() as u32) }
            }
            Child::Element(_) => {
                runs.push(None);
                continue;
            }
        };
        if let Some(run) = runs.last_mut() {
            *run = Some(run.map_or(span, |run| run.join(span)));
        }
    }
    if let Some(span) = runs.into_iter().flatten().find(|span| !span.of(document.text).trim().is_empty()) {
        let key = Raw { span: Span { start: span.start, end: span.start }, style: Style::Plain };
        entries.push((key, Node { span, value: Value::Scalar(Raw { span, style: Style::Xml }) }));
    }
    Node { span: own.span, value: Value::Map(entries) }
}

/// Length of `<![CDATA[`.
const CDATA: u32 = 9;

/// Where the name of the attribute with that value stands.
fn attribute_name(text: &str, value: Span, name: &str) -> Raw {
    let before = &text[..value.start as usize];
    let start = before.rfind(name).unwrap_or(before.len());
    Raw { span: Span::new(start, start + name.len()), style: Style::Attribute }
}
