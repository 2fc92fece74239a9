//! What the first words of a text say of it: procedural code, another statement, nothing that is SQL.

use super::lexer::{self, Token, TokenKind};
use super::naming::Words;
use super::text::SqlText;

/// The byte at which a line outside of parentheses begins another definition or insert, although no semicolon stands
/// before it.
pub(super) fn next_definition(text: &SqlText) -> Option<u32> {
    const OBJECTS: &[&str] =
        &["table", "view", "materialized", "or", "unique", "index", "database", "dictionary", "temporary", "if"];
    let sql = text.as_str();
    let tokens = lexer::significant(sql, super::dialect::Lexis::default());
    let words = Words { text, tokens: &tokens };
    if !words.is_any(0, &["create", "alter", "drop", "rename", "insert", "optimize", "attach", "detach", "truncate"]) {
        return None;
    }
    let mut depth = 0_i32;
    for at in 0..tokens.len() {
        if words.is(at, "(") {
            depth += 1;
        } else if words.is(at, ")") {
            depth -= 1;
        } else if depth == 0 && at > 1 && !words.is(at - 1, ",") {
            let begins = (words.is_any(at, &["create", "alter", "drop", "rename", "attach", "detach", "truncate"])
                && words.is_any(at + 1, OBJECTS))
                || words.is_word(at, "insert") && words.is_word(at + 1, "into")
                || words.is_word(at, "optimize") && words.is_word(at + 1, "table");
            let line = || sql[tokens[at - 1].end as usize..tokens[at].start as usize].contains('\n');
            // `RENAME IF EXISTS`, `ADD … \n DROP INDEX` go on with an ALTER.
            let goes_on = words.is_word(0, "alter") && words.is_any(at + 1, &["if", "index", "or", "unique"])
                || words.is_any(at - 1, &["as", "begin", "do", "then", "also", "instead", "for", "on", "to", "of"]);
            if begins && !goes_on && line() {
                return Some(tokens[at].start);
            }
        }
    }
    None
}

/// Whether a statement is one of procedural code: its first word says so.
pub(super) fn is_block(words: Words<'_>) -> bool {
    if words.is_any(
        0,
        &[
            "if",
            "while",
            "else",
            "for",
            "foreach",
            "loop",
            "print",
            "raiserror",
            "throw",
            "perform",
            "return",
            "open",
            "case",
            "exec",
            "execute",
            "prepare",
            "declare",
            "until",
            "elsif",
            "elseif",
            "exception",
        ],
    ) {
        let types = if words.is(2, "(") { words.behind_parenthesis(2) } else { 2 };
        return !(words.is_word(0, "prepare") && words.is_word(types, "as")) && words.len() > 1;
    }
    if words.is_word(0, "begin") || words.is_word(0, "end") {
        return words.len() > 1
            && !words.is_any(
                1,
                &["transaction", "work", "isolation", "deferred", "immediate", "exclusive", "read", "concurrent"],
            );
    }
    if words.is_word(0, "set") {
        return words.kind(1) == Some(TokenKind::Variable) || words.is(2, ".") && words.is_any(1, &["new", "old"]);
    }
    matches!(words.kind(0), Some(TokenKind::Word)) && words.is(1, ":=")
}

/// Cheap refusal of what no grammar needs to see: transaction control, settings, prose.
pub(super) fn can_be_sql(text: &str, tokens: &[Token], is_fragment: bool) -> bool {
    const VERBS: &[&str] = &[
        "select", "with", "insert", "update", "delete", "merge", "replace", "create", "alter", "drop", "truncate",
        "copy", "values", "table", "explain", "describe", "desc", "call", "grant", "revoke", "comment", "rename",
        "use", "set", "analyze", "prepare", "execute", "exec", "declare", "load", "unload", "from", "optimize",
        "refresh", "export", "lock",
    ];
    let first = tokens[0];
    is_fragment
        || first.is(text, "(")
        || (first.kind == TokenKind::Word && VERBS.iter().any(|verb| first.is_word(text, verb)))
        || tokens.iter().take(40).any(|token| {
            ["select", "insert", "update", "delete", "create", "alter"].iter().any(|verb| token.is_word(text, verb))
        })
}
