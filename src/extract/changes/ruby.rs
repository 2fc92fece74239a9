//! Ruby, as far as migrations need it: calls with their arguments, blocks, methods. No grammar: migrations are written
//! plainly, and what is not plain is left to nobody's guess.

use crate::model::span::Span;

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind<'t>,
    pub(super) span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind<'t> {
    Word(&'t str),
    /// `name:` before a value.
    Key(&'t str),
    /// `:name` or a string without holes.
    Text(&'t str),
    Sign(char),
    /// The end of a line that ends a statement.
    Line,
}

impl<'t> Token<'t> {
    pub(super) fn is(&self, word: &str) -> bool {
        matches!(self.kind, Kind::Word(own) if own == word)
    }

    pub(super) fn sign(&self, sign: char) -> bool {
        matches!(self.kind, Kind::Sign(own) if own == sign)
    }

    pub(super) fn word(&self) -> Option<&'t str> {
        match self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&'t str> {
        match self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The tokens of a file. Here-documents are left out; they are read as SQL elsewhere.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut found: Vec<Token<'_>> = Vec::new();
    let mut awaited: Vec<&str> = Vec::new();
    let mut depth = 0_i32;
    let mut at = 0;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | 0x80..);
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'\n' => {
                at += 1;
                let goes_on =
                    found.last().is_none_or(|last| last.sign(',') || last.sign('.') || last.kind == Kind::Line);
                if depth <= 0 && !goes_on {
                    found.push(Token { kind: Kind::Line, span: Span::new(start, at) });
                }
                for end in std::mem::take(&mut awaited) {
                    at = behind_document(text, at, end);
                }
            }
            b'#' => at = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end),
            b'<' if bytes[at..].starts_with(b"<<") => {
                let mut name = at + 2;
                while matches!(bytes.get(name), Some(b'~' | b'-' | b'"' | b'\'')) {
                    name += 1;
                }
                let mut end = name;
                while bytes.get(end).is_some_and(|&byte| is_name(byte)) {
                    end += 1;
                }
                if end > name && bytes[name].is_ascii_uppercase() {
                    awaited.push(&text[name..end]);
                }
                at = end.max(at + 2);
            }
            quote @ (b'"' | b'\'' | b'`') => {
                at += 1;
                while at < bytes.len() && bytes[at] != quote {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at = at.min(bytes.len());
                let inner = text.get(start + 1..at).unwrap_or("");
                let span = Span::new(start + 1, at);
                at = (at + 1).min(bytes.len());
                while !text.is_char_boundary(at) {
                    at += 1;
                }
                if bytes.get(at) == Some(&b':') && bytes.get(at + 1) != Some(&b':') {
                    at += 1;
                    found.push(Token { kind: Kind::Key(inner), span });
                } else if !inner.contains("#{") {
                    found.push(Token { kind: Kind::Text(inner), span });
                } else {
                    found.push(Token { kind: Kind::Sign('?'), span });
                }
            }
            b':' if bytes.get(at + 1).is_some_and(|&byte| is_name(byte)) && (at == 0 || bytes[at - 1] != b':') => {
                at += 1;
                while bytes.get(at).is_some_and(|&byte| is_name(byte)) {
                    at += 1;
                }
                found.push(Token { kind: Kind::Text(&text[start + 1..at]), span: Span::new(start + 1, at) });
            }
            byte if is_name(byte) => {
                while bytes.get(at).is_some_and(|&byte| is_name(byte)) {
                    at += 1;
                }
                if matches!(bytes.get(at), Some(b'?' | b'!')) && bytes.get(at + 1) != Some(&b'=') {
                    at += 1;
                }
                let word = &text[start..at];
                let is_key = bytes.get(at) == Some(&b':') && bytes.get(at + 1) != Some(&b':');
                let span = Span::new(start, at);
                at += usize::from(is_key);
                found.push(Token { kind: if is_key { Kind::Key(word) } else { Kind::Word(word) }, span });
            }
            byte => {
                at += 1;
                match byte {
                    b'(' | b'[' | b'{' => depth += 1,
                    b')' | b']' | b'}' => depth -= 1,
                    _ => {}
                }
                if byte == b';' {
                    found.push(Token { kind: Kind::Line, span: Span::new(start, at) });
                } else if !byte.is_ascii_whitespace() {
                    found.push(Token { kind: Kind::Sign(char::from(byte)), span: Span::new(start, at) });
                }
            }
        }
    }
    found
}

/// Where the line behind the end of a here-document begins.
fn behind_document(text: &str, start: usize, end: &str) -> usize {
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        at += line.len();
        if line.trim() == end {
            break;
        }
    }
    at
}
