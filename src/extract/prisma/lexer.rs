//! The words of a Prisma schema, with their places.

use crate::model::span::Span;

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, number or dotted name: `User`, `db.VarChar`, `12`.
    Word,
    /// The text between the quotes of a string.
    Text,
    /// A single sign; `@@` is one.
    Sign,
    /// The end of a line outside of brackets.
    LineEnd,
    /// A comment, from its slashes to the end of its line.
    Comment,
}

/// A word and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// All words of `text`. Line ends inside `(…)` and `[…]` are left out.
pub(super) fn words(text: &str) -> Vec<Word> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut depth = 0usize;
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let kind = match bytes[at] {
            b'\n' => {
                at += 1;
                if depth > 0 {
                    continue;
                }
                Kind::LineEnd
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end);
                Kind::Comment
            }
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' && bytes[at] != b'\n' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                let end = at.min(bytes.len());
                at = end + usize::from(bytes.get(end) == Some(&b'"'));
                found.push(Word { kind: Kind::Text, span: Span::new(start + 1, end) });
                continue;
            }
            byte if is_word(byte) => {
                while at < bytes.len() && (is_word(bytes[at]) || bytes[at] == b'.') {
                    at += 1;
                }
                Kind::Word
            }
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            sign => {
                match sign {
                    b'(' | b'[' => depth += 1,
                    b')' | b']' => depth = depth.saturating_sub(1),
                    // A bracket that was never closed ends with its block.
                    b'}' => depth = 0,
                    _ => {}
                }
                at += if text[start..].starts_with("@@") { 2 } else { 1 };
                Kind::Sign
            }
        };
        found.push(Word { kind, span: Span::new(start, at) });
    }
    found
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
