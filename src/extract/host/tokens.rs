//! The token collector: stretches of one file by kind, made flat at the end.

use super::condition::is_condition;
use crate::model::facts::{Token, TokenKind};
use crate::model::span::Span;

/// Makes tokens sorted and disjoint. Of two that overlap the inner one (the one that starts later) keeps its place
/// and the outer one loses it; of two at the same place the last one given stays. Empty tokens are dropped.
pub fn flatten(mut tokens: Vec<Token>) -> Vec<Token> {
    tokens.retain(|token| token.span.start < token.span.end);
    // Stable: of tokens at one place, the later given comes later and is taken for the inner one.
    tokens.sort_by(|a, b| a.span.start.cmp(&b.span.start).then(b.span.end.cmp(&a.span.end)));
    let mut flat: Vec<Token> = Vec::with_capacity(tokens.len());
    // Tokens that are open at `at`, innermost last.
    let mut open: Vec<Token> = Vec::new();
    let mut at = 0;
    for token in tokens {
        close(&mut open, &mut flat, &mut at, token.span.start);
        open.push(token);
    }
    close(&mut open, &mut flat, &mut at, u32::MAX);
    flat
}

/// Writes what the open tokens say from `at` to `until`, and forgets those that end there.
fn close(open: &mut Vec<Token>, flat: &mut Vec<Token>, at: &mut u32, until: u32) {
    while let Some(token) = open.last().copied() {
        let start = token.span.start.max(*at);
        let end = token.span.end.min(until);
        if start < end {
            flat.push(Token { span: Span { start, end }, kind: token.kind });
            *at = end;
        }
        if token.span.end > until {
            return;
        }
        open.pop();
    }
    *at = (*at).max(until);
}

/// What a string literal that is no SQL is: the name of a column given to an API, or text. Names may be dotted,
/// quoted, begin or end with the dot of a concatenation, and have an alias or an order after them; blanks around them
/// make them a part of a sentence. A condition over a column counts as its name.
pub fn kind_of_text(text: &str) -> TokenKind {
    if is_condition(text) {
        return TokenKind::Property;
    }
    if text.len() != text.trim().len() {
        return TokenKind::Text;
    }
    let mut words = text.split_ascii_whitespace();
    let name = words.next().is_some_and(is_dotted_name);
    let rest = match (words.next(), words.next(), words.next()) {
        (None, _, _) => true,
        (Some(order), None, _) => is_any(order, &["asc", "desc"]),
        (Some(by), Some(alias), None) => is_any(by, &["as"]) && is_dotted_name(alias),
        _ => false,
    };
    if name && rest { TokenKind::Property } else { TokenKind::Text }
}

fn is_any(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Longest identifier that any database takes, with room for dots and quotes.
const LONGEST_NAME: usize = 400;

pub(super) fn is_dotted_name(text: &str) -> bool {
    let bare = text.strip_prefix('.').unwrap_or(text);
    let bare = bare.strip_suffix('.').unwrap_or(bare);
    text.len() <= LONGEST_NAME && bare.split('.').all(is_name)
}

fn is_name(part: &str) -> bool {
    let quotes = [('"', '"'), ('`', '`'), ('[', ']'), ('\'', '\'')];
    let inner = quotes.iter().find_map(|&(open, close)| part.strip_prefix(open)?.strip_suffix(close));
    let name = inner.unwrap_or(part);
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '$')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_tokens_cut_the_outer_ones() {
        let token = |start, end, kind| Token { span: Span { start, end }, kind };
        let flat = flatten(vec![
            token(0, 10, TokenKind::Text),
            token(3, 5, TokenKind::Property),
            token(8, 14, TokenKind::Comment),
            token(20, 20, TokenKind::Text),
            token(20, 22, TokenKind::Text),
            token(20, 22, TokenKind::Property),
        ]);
        assert_eq!(
            flat,
            [
                token(0, 3, TokenKind::Text),
                token(3, 5, TokenKind::Property),
                token(5, 8, TokenKind::Text),
                token(8, 14, TokenKind::Comment),
                token(20, 22, TokenKind::Property),
            ]
        );
    }

    #[test]
    fn literals_that_are_names_are_properties() {
        let names =
            ["full_name", "u.full_name", ".full_name", "\"full_name\"", "`u`.`full_name`", "a as b", "name DESC"];
        for name in names {
            assert_eq!(kind_of_text(name), TokenKind::Property, "{name}");
        }
        for text in ["", "hello world", "a-b", "1st", "..", "a b c d", "full_name,", "%s", " of"] {
            assert_eq!(kind_of_text(text), TokenKind::Text, "{text}");
        }
    }
}
