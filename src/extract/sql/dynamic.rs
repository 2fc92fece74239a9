//! SQL in string constants of SQL: dynamic statements, scheduled jobs, queries that a table holds as data.

use super::Evidence;
use super::evidence;
use super::lexer::{Token, TokenKind};
use super::naming::Words;
use super::text::SqlText;
use crate::model::span::Span;

/// The texts of all string constants that are SQL. Constants that are concatenated are one text, with holes for what
/// stands between them.
pub(super) fn texts(words: Words<'_>, backslash: bool) -> Vec<SqlText> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let constant = matches!(words.kind(at), Some(TokenKind::Text | TokenKind::Dollar));
        if !constant || !is_statement(words, at, backslash) {
            at += 1;
            continue;
        }
        let mut text = SqlText::default();
        push(words, at, backslash, &mut text);
        let listed = words.is(at.wrapping_sub(1), "(") && words.is_any(at.wrapping_sub(2), &["concat"]);
        at += 1;
        while at < words.len() {
            let joins = if words.is(at, "|") && words.is(at + 1, "|") {
                2
            } else if words.is(at, "+") || (listed && words.is(at, ",")) {
                1
            } else if matches!(words.kind(at), Some(TokenKind::Text)) {
                // Adjacent constants are one.
                0
            } else {
                break;
            };
            at = operand(words, at + joins, backslash, &mut text);
        }
        found.push(text);
    }
    found
}

/// Whether the constant at token `at` is a statement once its escapes are decoded.
fn is_statement(words: Words<'_>, at: usize, backslash: bool) -> bool {
    let written = content(words, at).0;
    let escaped = memchr::memchr(b'\\', written.as_bytes()).is_some() || written.contains("''");
    let judged = if escaped { super::evidence(decoded(words, at, backslash).as_str()) } else { evidence::of(written) };
    judged == Evidence::Statement
}

/// Appends the operand at token `at`; tells where the next one stands.
fn operand(words: Words<'_>, at: usize, backslash: bool, text: &mut SqlText) -> usize {
    if matches!(words.kind(at), Some(TokenKind::Text | TokenKind::Dollar)) {
        push(words, at, backslash, text);
        return at + 1;
    }
    let mut end = at + 1;
    while words.is(end, ".") || words.is(end, "::") {
        end += 2;
    }
    if words.is(end, "(") {
        end = words.behind_parenthesis(end);
    } else if words.is(at, "(") {
        end = words.behind_parenthesis(at);
    }
    text.push_hole(words.stretch(at, end.min(words.len())));
    end
}

/// The text between the quotes of the constant at token `at`, and where it starts in the words' text.
pub(super) fn content(words: Words<'_>, at: usize) -> (&str, u32) {
    let Some(&token) = words.tokens.get(at) else { return ("", 0) };
    let text = words.of(at);
    let (open, close) = quotes(token, text);
    let end = text.len() - close;
    (text.get(open..end.max(open)).unwrap_or(""), token.start + open as u32)
}

/// Lengths of the opening and closing quotes.
fn quotes(token: Token, text: &str) -> (usize, usize) {
    if token.kind == TokenKind::Dollar {
        let tag = text[1..].find('$').map_or(1, |end| end + 2);
        return (tag, tag.min(text.len() - tag));
    }
    let open = text.find(['\'', '"']).unwrap_or(0);
    if matches!(&text[..open], "q" | "Q" | "nq" | "NQ" | "Nq" | "nQ") && text.len() >= open + 4 {
        let delimiter = text[open + 1..].chars().next().map_or(1, char::len_utf8);
        return (open + 1 + delimiter, 2);
    }
    let closed = text.len() > open + 1 && text.ends_with(['\'', '"']);
    (open + 1, usize::from(closed))
}

/// The constant at token `at` with its escapes decoded.
pub(super) fn decoded(words: Words<'_>, at: usize, backslash: bool) -> SqlText {
    let mut text = SqlText::default();
    push(words, at, backslash, &mut text);
    text
}

/// Appends the constant at token `at` with its escapes decoded.
fn push(words: Words<'_>, at: usize, backslash: bool, text: &mut SqlText) {
    let Some(&token) = words.tokens.get(at) else { return };
    let (inner, start) = content(words, at);
    let raw = words.of(at);
    let plain = token.kind == TokenKind::Dollar || raw.starts_with(['q', 'Q']);
    let quote = raw.trim_start_matches(|char: char| char.is_ascii_alphanumeric() || char == '_').chars().next();
    let escapes = backslash || raw.starts_with(['E', 'e']);
    let bytes = inner.as_bytes();
    let piece = words.text;
    let mut copied = 0;
    let mut at = 0;
    while !plain && at + 1 < bytes.len() {
        let decoded = match (bytes[at], bytes[at + 1]) {
            (b'\'', b'\'') if quote == Some('\'') => "'",
            (b'"', b'"') if quote == Some('"') => "\"",
            (b'\\', b'n') if escapes => "\n",
            (b'\\', b'r' | b't') if escapes => " ",
            (b'\\', b'\'') if escapes => "'",
            (b'\\', b'"') if escapes => "\"",
            (b'\\', b'\\') if escapes => "\\",
            _ => {
                at += 1;
                continue;
            }
        };
        let place = |offset: usize| start + offset as u32;
        text.push_piece(&piece.slice(Span { start: place(copied), end: place(at) }));
        text.push_decoded(decoded, piece.outer(Span { start: place(at), end: place(at + 2) }));
        at += 2;
        copied = at;
    }
    text.push_piece(&piece.slice(Span { start: start + copied as u32, end: start + inner.len() as u32 }));
}
