//! JSON, and what YAML has of it: `{…}`, `[…]` and scalars inside of them. Comments, trailing commas, single quotes,
//! bare words and templates (`{{ x }}`) are let through.

use super::super::tree::{DEEPEST, Document, Node, Raw, Style, Value};
use super::{nothing, scalar};
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// Reads a whole text.
pub(in crate::extract::document) fn read(base: SqlText) -> Document {
    let mut flow = Flow::new(base.as_str(), 0, Manner::Json);
    let first = flow.value(0).unwrap_or_else(|| nothing(0));
    // Lines of JSON are documents one after the other.
    let mut roots = vec![first];
    while flow.rest_begins_value() {
        match flow.value(0) {
            Some(root) => roots.push(root),
            None => break,
        }
    }
    let root = match roots.len() {
        1 => roots.remove(0),
        _ => Node { span: Span::new(0, base.as_str().len()), value: Value::List(roots) },
    };
    let comments = flow.comments.iter().map(|&span| base.outer(span)).collect();
    let broken = flow.broken.map(|(at, why)| (base.outer(Span::new(at, at)), why.to_owned()));
    Document { base, root, comments, broken }
}

/// Whose flow it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Keys end with `:`.
    Json,
    /// A colon ends a bare word only before white space.
    Yaml,
    /// Keys end with `=` or `=>`.
    Equals,
}

pub(super) struct Flow<'t> {
    text: &'t str,
    /// The next byte.
    pub(super) at: usize,
    manner: Manner,
    comments: Vec<Span>,
    broken: Option<(usize, &'static str)>,
}

impl<'t> Flow<'t> {
    pub(super) fn new(text: &'t str, at: usize, manner: Manner) -> Self {
        Self { text, at, manner, comments: Vec::new(), broken: None }
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest_begins_value(&mut self) -> bool {
        self.skip();
        matches!(self.byte(0), b'{' | b'[')
    }

    /// White space, commas and comments.
    fn skip(&mut self) {
        loop {
            match self.byte(0) {
                b' ' | b'\t' | b'\r' | b'\n' | b',' => self.at += 1,
                b'/' if self.byte(1) == b'/' => self.comment("\n"),
                b'/' if self.byte(1) == b'*' => self.comment("*/"),
                b'#' => self.comment("\n"),
                _ => return,
            }
        }
    }

    fn comment(&mut self, close: &str) {
        let end = self.text[self.at..].find(close).map_or(self.text.len(), |length| self.at + length + close.len());
        self.comments.push(Span::new(self.at, end));
        self.at = end;
    }

    fn breaks(&mut self, why: &'static str) {
        self.broken.get_or_insert((self.at, why));
    }

    /// The value that begins here; `None` at the end or at what closes something.
    pub(super) fn value(&mut self, depth: usize) -> Option<Node> {
        self.skip();
        if depth > DEEPEST {
            let start = self.at;
            self.pass_over();
            return (self.at > start).then(|| nothing(start));
        }
        let start = self.at;
        match self.byte(0) {
            0 if self.at >= self.text.len() => None,
            b'{' if self.byte(1) == b'{' => Some(self.template()),
            b'{' => Some(self.map(start, depth)),
            b'[' => Some(self.list(start, depth)),
            b'"' | b'\'' => Some(self.quoted()),
            b'}' | b']' => None,
            _ => Some(self.bare()),
        }
    }

    fn map(&mut self, start: usize, depth: usize) -> Node {
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.skip();
            match self.byte(0) {
                b'}' => {
                    self.at += 1;
                    break;
                }
                0 if self.at >= self.text.len() => {
                    self.breaks("a brace is not closed");
                    break;
                }
                b']' => {
                    self.breaks("a brace is closed by a bracket");
                    break;
                }
                _ => {}
            }
            let key = match self.byte(0) {
                b'"' | b'\'' => self.quoted(),
                b'{' if self.byte(1) == b'{' => self.template(),
                b'{' | b'[' => {
                    self.breaks("a value stands where a key should be");
                    self.pass_over();
                    continue;
                }
                _ => self.bare(),
            };
            let Value::Scalar(key) = key.value else { continue };
            self.skip();
            let colon = match self.byte(0) {
                b':' if self.manner != Manner::Equals => 1,
                b'=' if self.manner == Manner::Equals && self.byte(1) == b'>' => 2,
                b'=' if self.manner == Manner::Equals => 1,
                _ => 0,
            };
            if colon == 0 {
                if key.span.start == key.span.end {
                    // Nothing was read: go on behind it.
                    self.at += self.text[self.at..].chars().next().map_or(0, char::len_utf8);
                }
                self.breaks("a key has no value");
                continue;
            }
            self.at += colon;
            self.skip_space();
            let at = self.at;
            let value = if matches!(self.byte(0), b',' | b'}') { None } else { self.value(depth + 1) };
            entries.push((key, value.unwrap_or_else(|| nothing(at))));
        }
        Node { span: Span::new(start, self.at), value: Value::Map(entries) }
    }

    fn skip_space(&mut self) {
        while self.byte(0).is_ascii_whitespace() {
            self.at += 1;
        }
    }

    fn list(&mut self, start: usize, depth: usize) -> Node {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip();
            match self.byte(0) {
                b']' => {
                    self.at += 1;
                    break;
                }
                0 if self.at >= self.text.len() => {
                    self.breaks("a bracket is not closed");
                    break;
                }
                b'}' => {
                    self.breaks("a bracket is closed by a brace");
                    break;
                }
                _ => {}
            }
            let before = self.at;
            if let Some(item) = self.value(depth + 1) {
                items.push(item);
            }
            if self.at == before {
                self.at += self.text[self.at..].chars().next().map_or(1, char::len_utf8);
            }
        }
        Node { span: Span::new(start, self.at), value: Value::List(items) }
    }

    /// Text in quotes, also over several lines.
    pub(super) fn quoted(&mut self) -> Node {
        let quote = self.byte(0);
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let is_doubled = quote == b'\'' && self.manner == Manner::Yaml;
        let mut at = start;
        let end = loop {
            let stops = if is_doubled {
                memchr::memchr(quote, &bytes[at..])
            } else {
                memchr::memchr2(quote, b'\\', &bytes[at..])
            };
            let Some(found) = stops.map(|found| at + found) else {
                self.breaks("a string is not closed");
                break bytes.len();
            };
            if bytes[found] == b'\\' {
                at = (found + 2).min(bytes.len());
                while !self.text.is_char_boundary(at) {
                    at += 1;
                }
            } else if is_doubled && bytes.get(found + 1) == Some(&quote) {
                at = found + 2;
            } else {
                break found;
            }
        };
        self.at = (end + 1).min(bytes.len());
        scalar(Span::new(start, end), if is_doubled { Style::Doubled } else { Style::Escaped })
    }

    /// `{{ x }}`, and what follows it up to the end of the value.
    fn template(&mut self) -> Node {
        let start = self.at;
        let close = self.text[start..].find("}}").map_or(self.text.len(), |length| start + length + 2);
        self.at = close;
        let rest = self.bare();
        Node {
            span: Span::new(start, rest.span.end.max(close as u32) as usize),
            ..scalar(Span::new(start, self.at), Style::Plain)
        }
    }

    fn bare(&mut self) -> Node {
        let start = self.at;
        let rest = &self.text[start..];
        let mut end = rest.len();
        for (at, byte) in rest.bytes().enumerate() {
            let next = rest.as_bytes().get(at + 1).copied().unwrap_or(b' ');
            let ends = match byte {
                b',' | b'}' | b']' | b'\n' => true,
                b':' => match self.manner {
                    Manner::Json => true,
                    Manner::Yaml => next.is_ascii_whitespace(),
                    Manner::Equals => false,
                },
                b'=' => self.manner == Manner::Equals,
                b'#' => self.manner == Manner::Yaml && at > 0 && rest.as_bytes()[at - 1] == b' ',
                _ => false,
            };
            if ends {
                end = at;
                break;
            }
        }
        let word = rest[..end].trim_end();
        self.at = start + end;
        scalar(Span::new(start, start + word.len()), Style::Plain)
    }

    /// Passes over a value that nests too deeply.
    fn pass_over(&mut self) {
        let mut depth = 0_usize;
        let start = self.at;
        while self.at < self.text.len() {
            match self.byte(0) {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    if depth == 0 {
                        return;
                    }
                    depth -= 1;
                }
                b'"' | b'\'' => {
                    self.quoted();
                    if depth == 0 {
                        return;
                    }
                    continue;
                }
                b',' if depth == 0 && self.at > start => return,
                _ => {}
            }
            self.at += 1;
            if depth == 0 && self.at > start && matches!(self.text.as_bytes()[self.at - 1], b'}' | b']') {
                break;
            }
        }
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        self.breaks("values are nested too deeply");
    }
}

/// The key of a raw scalar that was read by somebody else.
pub(super) fn raw(node: &Node) -> Option<Raw> {
    match node.value {
        Value::Scalar(raw) => Some(raw),
        _ => None,
    }
}
