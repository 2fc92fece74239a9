//! Java's string literals, text blocks and characters as text with places.

use tree_sitter::Node;

use crate::extract::host::escape::{Escapes, push_unescaped};
use crate::extract::host::expression::ExpressionId;
use crate::extract::host::{Reader, span_of};
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// A string literal or text block.
pub(super) fn string<'t>(node: Node<'t>, reader: &mut Reader<'t>) -> ExpressionId {
    let raw = reader.text_of(node);
    let start = node.start_byte();
    let block = raw.strip_prefix("\"\"\"");
    let piece = match block {
        Some(body) => text_block(body.strip_suffix("\"\"\"").unwrap_or(body), start + 3),
        None => plain(raw, '"', start),
    };
    reader.expressions.literal(piece, span_of(node))
}

/// A character.
pub(super) fn character<'t>(node: Node<'t>, reader: &mut Reader<'t>) -> ExpressionId {
    let piece = plain(reader.text_of(node), '\'', node.start_byte());
    reader.expressions.literal(piece, span_of(node))
}

/// Text that the source does not write, such as the space between two joined strings; it stands before `node`.
pub(super) fn constant<'t>(text: &str, node: Node<'t>, reader: &mut Reader<'t>) -> ExpressionId {
    let place = Span::new(node.start_byte(), node.start_byte());
    let mut piece = SqlText::default();
    piece.push_decoded(text, place);
    reader.expressions.literal(piece, place)
}

fn plain(raw: &str, quote: char, start: usize) -> SqlText {
    let open = raw.strip_prefix(quote).unwrap_or(raw);
    let at = start + (raw.len() - open.len());
    let mut piece = SqlText::default();
    push_unescaped(&mut piece, open.strip_suffix(quote).unwrap_or(open), at, Escapes::Java);
    piece
}

/// The content of a text block, from after its opening quotes on: the first line is empty, the indentation that all
/// lines share is stripped, blanks at line ends too, and escapes are decoded after that.
/// <https://docs.oracle.com/javase/specs/jls/se21/html/jls-3.html#jls-3.10.6>
fn text_block(body: &str, start: usize) -> SqlText {
    let Some(first) = body.find('\n') else {
        let mut piece = SqlText::default();
        push_unescaped(&mut piece, body, start, Escapes::Java);
        return piece;
    };
    let body_start = start + first + 1;
    let lines = || body[first + 1..].split('\n');
    let is_blank = |line: &str| line.trim().is_empty();
    let count = lines().count();
    let indents = lines().enumerate().filter(|&(at, line)| !is_blank(line) || at + 1 == count);
    let shared = indents.map(|(_, line)| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let mut piece = SqlText::default();
    let mut at = body_start;
    for (number, line) in lines().enumerate() {
        let from = shared.min(line.len());
        let from = if line.is_char_boundary(from) { from } else { 0 };
        let kept = line[from..].trim_end();
        let backslashes = kept.bytes().rev().take_while(|&byte| byte == b'\\').count();
        let continues = backslashes % 2 == 1;
        let written = if continues { &kept[..kept.len() - 1] } else { kept };
        push_unescaped(&mut piece, written, at + from, Escapes::Java);
        if number + 1 < count && !continues {
            piece.push("\n", at + line.len());
        }
        at += line.len() + 1;
    }
    piece
}
