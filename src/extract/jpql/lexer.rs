//! Tokens of JPQL and HQL.

use crate::extract::sql::text::hole_index;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A keyword or a name.
    Word,
    /// `.`
    Dot,
    /// `,`
    Comma,
    /// `(`
    Open,
    /// `)`
    Close,
    /// A constant or a named or numbered parameter: a value.
    Value,
    /// `#{#entityName}`: the entity of the repository.
    OwnEntity,
    /// Known only at run time.
    Hole,
    /// Anything else.
    Operator,
}

/// A token: bytes `start..end` of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token {
    pub(super) fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

/// All tokens of a text; comments are left out.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let (kind, length) = match rest[0] {
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'/' if rest.starts_with(b"/*") => {
                at += text[at..].find("*/").map_or(rest.len(), |end| end + 2);
                continue;
            }
            b'-' if rest.starts_with(b"--") => {
                at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                continue;
            }
            quote @ (b'\'' | b'"') => (TokenKind::Value, quoted(rest, quote)),
            b'#' | b'$' if rest.get(1) == Some(&b'{') => braces(&text[at..]),
            b':' | b'?' => {
                let name = rest[1..].iter().take_while(|&&byte| is_word(byte)).count();
                // `:#{…}` is an expression of Spring's.
                if matches!(rest.get(1), Some(b'#' | b'$')) && rest.get(2) == Some(&b'{') {
                    (TokenKind::Value, 1 + braces(&text[at + 1..]).1)
                } else {
                    (TokenKind::Value, 1 + name)
                }
            }
            byte if byte.is_ascii_digit() => {
                (TokenKind::Value, rest.iter().take_while(|&&byte| is_word(byte) || byte == b'.').count())
            }
            byte if is_word(byte) => {
                let length = rest.iter().take_while(|&&byte| is_word(byte)).count();
                let is_hole = hole_index(&text[at..at + length]).is_some();
                (if is_hole { TokenKind::Hole } else { TokenKind::Word }, length)
            }
            b'.' => (TokenKind::Dot, 1),
            b',' => (TokenKind::Comma, 1),
            b'(' => (TokenKind::Open, 1),
            b')' => (TokenKind::Close, 1),
            // `%?1%` around a parameter, index brackets, comparison and arithmetic.
            _ => (TokenKind::Operator, 1),
        };
        found.push(Token { kind, start: at, end: at + length });
        at += length;
    }
    found
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// The length of a constant in quotes, which are doubled inside.
fn quoted(bytes: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while let Some(end) = memchr::memchr(quote, &bytes[at..]) {
        at += end + 1;
        if bytes.get(at) != Some(&quote) {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

fn braces(text: &str) -> (TokenKind, usize) {
    let length = text.find('}').map_or(text.len(), |end| end + 1);
    let inner = text[2..length].trim_end_matches('}').trim();
    (if inner == "#entityName" { TokenKind::OwnEntity } else { TokenKind::Hole }, length)
}
