//! Names among the tokens of a statement that no grammar read.

use super::lexer::{Token, TokenKind};
use super::text::{ANY_HOLE, SqlText, holds_hole, hole_index};
use crate::model::name::{Ident, ObjectName};
use crate::model::span::Span;
use crate::model::statement::{Access, ColumnReference, Lookup, Relation, Source, SourceRole, Usage};

/// A statement's text with its tokens, read by index.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    /// The prepared text.
    pub(super) text: &'a SqlText,
    /// Its tokens.
    pub(super) tokens: &'a [Token],
}

/// A qualified name and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// The name.
    pub(super) name: ObjectName,
    /// Its last part in the outer file, without quotes.
    pub(super) span: Span,
    /// Index of the first token behind it.
    pub(super) next: usize,
}

impl<'a> Words<'a> {
    /// The token's text; empty past the end.
    pub(super) fn of(self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.of(self.text.as_str()))
    }

    /// Whether token `at` is the bare word `word`.
    pub(super) fn is_word(self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_word(self.text.as_str(), word))
    }

    /// Whether token `at` is one of `words`.
    pub(super) fn is_any(self, at: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_word(at, word))
    }

    /// Whether token `at` is the operator `operator`.
    pub(super) fn is(self, at: usize, operator: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(self.text.as_str(), operator))
    }

    /// What kind token `at` is.
    pub(super) fn kind(self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// Number of tokens.
    pub(super) fn len(self) -> usize {
        self.tokens.len()
    }

    /// Whether token `at` is a hole.
    pub(super) fn is_hole(self, at: usize) -> bool {
        self.kind(at) == Some(TokenKind::Word) && hole_index(self.of(at)).is_some()
    }

    /// The identifier at token `at`, when it can be one.
    pub(super) fn ident(self, at: usize) -> Option<Ident> {
        let text = self.of(at);
        match self.kind(at)? {
            TokenKind::Quoted => Some(Ident::quoted(unquoted(text))),
            TokenKind::Word | TokenKind::Variable => Some(Ident::bare(text)),
            // Oracle's row images.
            TokenKind::Placeholder => {
                let name = text.strip_prefix(':')?;
                ["new", "old"].iter().any(|image| name.eq_ignore_ascii_case(image)).then(|| Ident::bare(name))
            }
            _ => None,
        }
    }

    /// Where the name at token `at` stands in the outer file, without its quotes.
    pub(super) fn span(self, at: usize) -> Span {
        let Some(&token) = self.tokens.get(at) else { return Span::default() };
        let mut span = token.span();
        if token.kind == TokenKind::Quoted && span.end - span.start >= 2 {
            span.start += 1;
            span.end -= 1;
        }
        self.text.outer(span)
    }

    /// Where tokens `from..to` stand in the outer file.
    pub(super) fn stretch(self, from: usize, to: usize) -> Span {
        match (self.tokens.get(from), to.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) if last.end >= first.start => {
                self.text.outer(Span { start: first.start, end: last.end })
            }
            _ => Span::default(),
        }
    }

    /// The text of tokens `from..to`, with white space as written.
    pub(super) fn written(self, from: usize, to: usize) -> &'a str {
        match (self.tokens.get(from), to.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) if last.end >= first.start => {
                Span { start: first.start, end: last.end }.of(self.text.as_str())
            }
            _ => "",
        }
    }

    /// The identifier at token `at`, or a hole where a client's placeholder stands for one.
    fn ident_or_hole(self, at: usize) -> Option<Ident> {
        self.ident(at).or_else(|| (self.kind(at)? == TokenKind::Placeholder).then(|| Ident::bare(ANY_HOLE)))
    }

    /// The qualified name that begins at token `at`. Placeholders in it are holes.
    pub(super) fn name(self, at: usize) -> Option<Named> {
        let mut parts = vec![self.ident_or_hole(at)?];
        let mut last = at;
        while self.is(last + 1, ".") && parts.len() < 4 {
            let mut next = last + 2;
            // T-SQL leaves out the schema: `db..t`.
            if self.is(next, ".") {
                next += 1;
            }
            let Some(part) = self.ident_or_hole(next) else { break };
            parts.push(part);
            last = next;
        }
        if self.is(last + 1, "..")
            && let Some(part) = self.ident(last + 2)
        {
            parts.push(part);
            last += 2;
        }
        Some(Named { name: ObjectName(parts), span: self.span(last), next: last + 1 })
    }

    /// Index of the token behind the parenthesis that opens at `open`; the number of tokens when it is never closed.
    pub(super) fn behind_parenthesis(self, open: usize) -> usize {
        let mut depth = 0;
        for at in open..self.len() {
            if self.is(at, "(") {
                depth += 1;
            } else if self.is(at, ")") {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
        }
        self.len()
    }

    /// Ranges between the commas of tokens `from..to`, parentheses aside.
    pub(super) fn items(self, from: usize, to: usize) -> Vec<std::ops::Range<usize>> {
        let mut found = Vec::new();
        let mut start = from;
        let mut depth = 0_i32;
        for at in from..to {
            if self.is(at, "(") || self.is(at, "[") {
                depth += 1;
            } else if self.is(at, ")") || self.is(at, "]") {
                depth -= 1;
            } else if depth <= 0 && self.is(at, ",") {
                found.push(start..at);
                start = at + 1;
            }
        }
        found.push(start..to);
        found.retain(|range| !range.is_empty());
        found
    }
}

/// Text without the quotes around it, doubled quotes halved.
pub(super) fn unquoted(text: &str) -> String {
    let mut chars = text.chars();
    let Some(open) = chars.next() else { return String::new() };
    let close = if open == '[' { ']' } else { open };
    let inner = chars.as_str().strip_suffix(close).unwrap_or(chars.as_str());
    inner.replace(&format!("{close}{close}"), &close.to_string())
}

/// The relation that a name stands for.
pub(super) fn relation(name: ObjectName) -> Relation {
    if holds_hole(&name.last().text) { Relation::Hole } else { Relation::Table(name) }
}

/// A source in one line.
pub(super) fn source(named: &Named, alias: Option<Ident>, role: SourceRole) -> Source {
    Source { relation: relation(named.name.clone()), alias, columns: Vec::new(), span: named.span, role }
}

/// A name that DDL gives a column of the source at `of`.
pub(super) fn schema_reference(name: Ident, span: Span, access: Access, of: u32) -> ColumnReference {
    ColumnReference { qualifier: Vec::new(), name, span, access, usage: Usage::Schema, lookup: Lookup::Only(of) }
}

/// The known end of a name of which the beginning is a placeholder or an expression.
pub(crate) fn behind_prefix(written: &str) -> Option<&str> {
    /// Shorter ends are those of too many tables.
    const SHORTEST: usize = 4;
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let written = written.trim_end_matches(['"', '\'', '`', ']']);
    let end = &written[written.trim_end_matches(is_word).len()..];
    let before = &written[..written.len() - end.len()];
    let is_placed = before.ends_with(['}', '>', '"', '\'', '`', ')', '#', '%']);
    (is_placed && before.len() > 1 && end.len() >= SHORTEST).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_names() {
        for (written, expected) in [
            ("${prefix}ACT_RU_TASK", Some("ACT_RU_TASK")),
            ("prefix + \"_users", Some("_users")),
            ("<prefix>users", Some("users")),
            ("${table}", None),
            ("users", None),
            ("${a}b", None),
        ] {
            assert_eq!(behind_prefix(written), expected, "{written}");
        }
    }
}
