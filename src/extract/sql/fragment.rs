//! Parts of statements, completed with holes so that a grammar reads them: `AND a = ?`, `ORDER BY b`, `JOIN c ON …`.

use super::lexer::{Token, TokenKind};
use super::text::{SqlText, hole_index};
use crate::model::span::Span;

/// Completes a fragment. `None` when the text begins like a statement, or like nothing that is known.
pub(super) fn complete(text: &SqlText, tokens: &[Token]) -> Option<SqlText> {
    let sql = text.as_str();
    let first = *tokens.first()?;
    let hole = first.kind == TokenKind::Word && hole_index(first.of(sql)).is_some();
    let verb = *tokens.get(usize::from(hole))?;
    let is = |word: &str| verb.is_word(sql, word);
    let any = |words: &[&str]| words.iter().any(|word| is(word));
    if hole && any(&["select", "insert", "update", "delete", "with", "merge"]) {
        // What stands before the statement is told by the caller as a lost hole.
        return Some(text.slice(Span { start: verb.start, end: sql.len() as u32 }));
    }
    let assigned = || {
        let mut at = usize::from(hole) + 1;
        while tokens.get(at).is_some_and(|token| token.is_name())
            && tokens.get(at + 1).is_some_and(|dot| dot.is(sql, "."))
        {
            at += 2;
        }
        tokens.get(at).is_some_and(|token| token.is_name())
            && tokens.get(at + 1).is_some_and(|equals| equals.is(sql, "="))
    };
    if any(&[
        "where", "order", "group", "having", "limit", "join", "left", "right", "inner", "cross", "full", "natural",
    ]) {
        return Some(wrapped(&[Part::Text("SELECT 1 FROM "), Part::Hole, Part::Text(" ")], text, verb));
    }
    if any(&["and", "or"]) {
        return Some(wrapped(&[Part::Text("SELECT 1 FROM "), Part::Hole, Part::Text(" WHERE 1 = 1 ")], text, verb));
    }
    if is("on") {
        return Some(wrapped(
            &[Part::Text("SELECT 1 FROM "), Part::Hole, Part::Text(" JOIN "), Part::Hole, Part::Text(" ")],
            text,
            verb,
        ));
    }
    if is("returning") {
        return Some(wrapped(&[Part::Text("DELETE FROM "), Part::Hole, Part::Text(" ")], text, verb));
    }
    if any(&["union", "except", "intersect"]) {
        return Some(wrapped(&[Part::Text("SELECT 1 ")], text, verb));
    }
    if is("set") && assigned() && looks_like_assignments(sql, tokens) {
        return Some(wrapped(&[Part::Text("UPDATE "), Part::Hole, Part::Text(" ")], text, verb));
    }
    if is("from") && goes_first(sql, tokens) {
        return None;
    }
    if is("from") {
        return Some(wrapped(&[Part::Text("SELECT "), Part::Hole, Part::Text(" ")], text, verb));
    }
    let lists = first.is_name()
        && tokens.get(1).is_some_and(|token| token.is(sql, ",") || token.is(sql, ".") || token.is_word(sql, "as"))
        && tokens.iter().any(|token| token.is_word(sql, "from"));
    lists.then(|| wrapped(&[Part::Text("SELECT ")], text, first))
}

/// Whether `SET a = …` assigns columns rather than a setting of the session.
fn looks_like_assignments(sql: &str, tokens: &[Token]) -> bool {
    let mut after_comma = false;
    for (at, token) in tokens.iter().enumerate().skip(3) {
        if token.is_word(sql, "where") || (token.kind == TokenKind::Word && hole_index(token.of(sql)).is_some()) {
            return true;
        }
        if token.is(sql, ",") {
            after_comma = true;
        } else if after_comma && token.is(sql, "=") && at > 4 {
            return true;
        }
    }
    false
}

/// Whether `FROM` begins a whole statement: `FROM t |> …`, `FROM t SELECT …`, `FROM t INSERT …`.
fn goes_first(sql: &str, tokens: &[Token]) -> bool {
    let mut depth = 0_i32;
    tokens.iter().zip(&tokens[1..]).any(|(token, next)| {
        if token.is(sql, "(") {
            depth += 1;
        } else if token.is(sql, ")") {
            depth -= 1;
        }
        let piped = token.is(sql, "|") && next.is(sql, ">") && token.end == next.start;
        depth == 0 && (piped || next.is_word(sql, "select") || next.is_word(sql, "insert"))
    })
}

enum Part {
    Text(&'static str),
    Hole,
}

/// `before` and then `text` from `start` on. What is added stands nowhere: its places are empty.
fn wrapped(before: &[Part], text: &SqlText, start: Token) -> SqlText {
    let rest = text.slice(Span { start: start.start, end: text.as_str().len() as u32 });
    let place = rest.outer(Span::default());
    let mut made = SqlText::default();
    for part in before {
        match part {
            Part::Text(text) => made.push_decoded(text, place),
            Part::Hole => made.push_hole(place),
        }
    }
    made.push_piece(&rest);
    made
}
