//! SQL in string constants of SQL: dynamic statements, scheduled jobs, queries that a table holds as data.

use super::Evidence;
use super::lexer::{Token, TokenKind};
use super::naming::Words;
use super::text::SqlText;
use crate::model::name::Name;
use crate::model::span::Span;

/// The texts of all string constants that are SQL. Constants that are concatenated are one text, with holes for what
/// stands between them.
pub(super) fn texts(words: Words<'_>, backslash: bool) -> Vec<SqlText> {
    /// Constants of a longer concatenation that is no SQL are not looked at one by one.
    const FEW: usize = 64;
    let nothing = |_: &Name| None;
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if !matches!(words.kind(at), Some(TokenKind::Text | TokenKind::Dollar)) {
            at += 1;
            continue;
        }
        let mut text = SqlText::default();
        push(words, at, backslash, &mut text);
        let listed = words.is(at.wrapping_sub(1), "(") && words.is_any(at.wrapping_sub(2), &["concat"]);
        let mut end = at + 1;
        while let Some(next) = joined(words, end, listed) {
            end = operand(words, next, backslash, &nothing, &mut text).max(end + 1);
        }
        if super::evidence(text.as_str()) == Evidence::Statement {
            found.push(text);
            at = end;
        } else if end - at > FEW {
            at = end;
        } else {
            at += 1;
        }
    }
    found
}

/// Where the next operand stands when what ends before token `at` is concatenated with something.
pub(super) fn joined(words: Words<'_>, at: usize, listed: bool) -> Option<usize> {
    if words.is(at, "||") {
        Some(at + 1)
    } else if words.is(at, "|") && words.is(at + 1, "|") {
        Some(at + 2)
    } else if words.is(at, "+") || (listed && words.is(at, ",")) {
        Some(at + 1)
    } else if words.kind(at) == Some(TokenKind::Text) {
        // Adjacent constants are one.
        Some(at)
    } else {
        None
    }
}

/// The text that an expression is: constants, known variables and holes one after the other. `None` when it is not put
/// together in that way, or has no constant. `skips` says that its first operand is what `text` already holds.
pub(super) fn value<'t>(
    words: Words<'_>,
    skips: bool,
    mut text: SqlText,
    backslash: bool,
    known: &dyn Fn(&Name) -> Option<&'t SqlText>,
) -> Option<SqlText> {
    if words.len() == 0 {
        return None;
    }
    let listed = words.is_any(0, &["concat"]) && words.is(1, "(") && words.behind_parenthesis(1) >= words.len();
    let mut at = if listed { 2 } else { 0 };
    let holes = text.holes().len();
    let length = text.as_str().len();
    at = if skips { at + 1 } else { operand(words, at, backslash, known, &mut text).max(at + 1) };
    while let Some(next) = joined(words, at, listed) {
        at = operand(words, next, backslash, known, &mut text).max(at + 1);
    }
    let ended = at >= words.len() || (listed && words.is(at, ")") && at + 1 >= words.len());
    let says = text.as_str().len() > length && (text.holes().len() == holes || text.as_str()[length..].contains(' '));
    (ended && (says || skips)).then_some(text)
}

/// Whether a string constant stands at token `at`.
fn is_constant(words: Words<'_>, at: usize) -> bool {
    matches!(words.kind(at), Some(TokenKind::Text | TokenKind::Dollar))
}

/// Appends the operand at token `at`; tells where the next one stands.
fn operand<'t>(
    words: Words<'_>,
    at: usize,
    backslash: bool,
    known: &dyn Fn(&Name) -> Option<&'t SqlText>,
    text: &mut SqlText,
) -> usize {
    if is_constant(words, at) {
        push(words, at, backslash, text);
        return at + 1;
    }
    let mut end = at + 1;
    while words.is(end, ".") || words.is(end, "::") {
        end += 2;
    }
    if words.is(end, "(") {
        let formats = words.is_word(at, "format") && is_constant(words, end + 1);
        let spaces = words.is_any(at, &["chr", "char", "nchar"])
            && ["9", "10", "13", "32"].contains(&words.of(end + 1))
            && words.is(end + 2, ")");
        let behind = words.behind_parenthesis(end);
        if formats {
            push(words, end + 1, backslash, text);
            return behind;
        }
        if spaces {
            text.push_decoded("\n", words.stretch(at, behind));
            return behind;
        }
        end = behind;
    } else if words.is(at, "(") {
        end = words.behind_parenthesis(at);
    } else if end == at + 1
        && let Some(held) = words.ident(at).and_then(|name| known(&name.folded()))
    {
        text.push_piece(held);
        return end;
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
    if text.len() >= open + 6 && text[open..].starts_with("\"\"\"") && text.ends_with("\"\"\"") {
        return (open + 3, 3);
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
