//! JavaScript's string literals and templates as text with places.

use tree_sitter::Node;

use crate::extract::host::escape::{Escapes, push_unescaped};
use crate::extract::host::expression::{Expression, ExpressionId};
use crate::extract::host::{Child, Reader, span_of};
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// Tags that give the template's text, maybe with other indentation.
const TEXT_TAGS: &[&str] = &["dedent", "outdent", "stripIndent", "stripIndents", "oneLine", "raw", "html", "gql"];

/// A string literal; `None` for the name of a module.
pub(super) fn string<'t>(node: Node<'t>, reader: &mut Reader<'t>) -> Option<ExpressionId> {
    let raw = reader.text_of(node);
    let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or("");
    if is_module_name(reader) {
        reader.dialect.add(inner);
        return None;
    }
    let mut piece = SqlText::default();
    push_unescaped(&mut piece, inner, node.start_byte() + 1, Escapes::JavaScript);
    Some(reader.expressions.literal(piece, span_of(node)))
}

fn is_module_name(reader: &Reader<'_>) -> bool {
    let outer = reader.outer(0).map(|outer| outer.kind());
    match outer {
        Some("import_statement" | "export_statement" | "import_require_clause") => true,
        Some("arguments") => reader
            .outer(1)
            .and_then(|call| call.child_by_field_name("function"))
            .is_some_and(|it| it.kind() == "import" || reader.text.get(it.byte_range()) == Some("require")),
        _ => false,
    }
}

/// A template, with or without a tag before it.
pub(super) fn template<'t>(node: Node<'t>, children: &[Child<'t>], reader: &mut Reader<'t>) -> ExpressionId {
    let tag = tag(reader);
    let last_tag = tag.map(|tag| tag.rsplit('.').next().unwrap_or(tag));
    let is_raw = tag == Some("String.raw");
    let mut parts = Vec::new();
    let mut at = node.start_byte() + 1;
    let end = node.end_byte().saturating_sub(1).max(at);
    for child in children.iter().filter(|child| child.node.kind() == "template_substitution") {
        text(&mut parts, at, child.node.start_byte(), is_raw, reader);
        parts.push(child.value.unwrap_or_else(|| {
            let inner = child.node.named_child(0).unwrap_or(child.node);
            reader.hole(inner)
        }));
        at = child.node.end_byte();
    }
    text(&mut parts, at, end, is_raw, reader);
    if tag.is_none() || last_tag.is_some_and(|tag| TEXT_TAGS.contains(&tag)) {
        return match parts.as_slice() {
            [] => reader.nothing(node),
            [only] if matches!(reader.expressions.get(*only).expression, Expression::Literal(_)) => *only,
            _ => reader.expressions.add(Expression::Join(parts), span_of(node)),
        };
    }
    reader.expressions.add(Expression::Tagged(parts), span_of(node))
}

/// The tag of the template that is being closed.
fn tag<'t>(reader: &Reader<'t>) -> Option<&'t str> {
    let call = reader.outer(0).filter(|outer| outer.kind() == "call_expression")?;
    if reader.field() != Some("arguments") {
        return None;
    }
    call.child_by_field_name("function").map(|tag| reader.text_of(tag))
}

fn text(parts: &mut Vec<ExpressionId>, start: usize, end: usize, is_raw: bool, reader: &mut Reader<'_>) {
    let raw = reader.text.get(start..end).unwrap_or("");
    if raw.is_empty() {
        return;
    }
    let mut piece = SqlText::default();
    if is_raw {
        piece.push(raw, start);
    } else {
        push_unescaped(&mut piece, raw, start, Escapes::JavaScript);
    }
    parts.push(reader.expressions.literal(piece, Span::new(start, end)));
}

/// Text that the source does not write, such as the comma between joined strings; it stands before `node`.
pub(super) fn constant<'t>(text: &str, node: Node<'t>, reader: &mut Reader<'t>) -> ExpressionId {
    let place = Span::new(node.start_byte(), node.start_byte());
    let mut piece = SqlText::default();
    piece.push_decoded(text, place);
    reader.expressions.literal(piece, place)
}
