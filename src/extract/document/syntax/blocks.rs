//! Blocks in braces. `view: users { sql_table_name: shop.users ;; }` of `LookML`, where a block's name is its entry
//! `@name`, and `jdbc { statement => "…" }` of Logstash.

use super::super::tree::{DEEPEST, Document, Node, Raw, Style, Value};
use super::flow::{Flow, Manner};
use super::{nothing, scalar};
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// Reads a whole text.
pub(in crate::extract::document) fn read(base: SqlText) -> Document {
    let text = base.as_str();
    let mut reader = Reader { text, at: 0, comments: Vec::new() };
    let entries = reader.entries(0);
    let comments = reader.comments.iter().map(|&span| base.outer(span)).collect();
    let root = Node { span: Span::new(0, text.len()), value: Value::Map(entries) };
    Document { base, root, comments, broken: None }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    comments: Vec<Span>,
}

impl Reader<'_> {
    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn skip(&mut self) {
        loop {
            match self.byte() {
                byte if byte.is_ascii_whitespace() || matches!(byte, b',' | b';') => self.at += 1,
                b'#' => {
                    let end = self.line_end();
                    self.comments.push(Span::new(self.at, end));
                    self.at = end;
                }
                _ => return,
            }
        }
    }

    fn line_end(&self) -> usize {
        memchr::memchr(b'\n', &self.text.as_bytes()[self.at..]).map_or(self.text.len(), |length| self.at + length)
    }

    /// What stands up to the closing brace, or the end.
    fn entries(&mut self, depth: usize) -> Vec<(Raw, Node)> {
        let mut entries = Vec::new();
        loop {
            self.skip();
            match self.byte() {
                0 if self.at >= self.text.len() => return entries,
                b'}' => {
                    self.at += 1;
                    return entries;
                }
                _ => {}
            }
            let key = self.word();
            if key.span.start == key.span.end {
                self.at += self.text[self.at..].chars().next().map_or(1, char::len_utf8);
                continue;
            }
            self.skip();
            if self.text[self.at..].starts_with("=>") {
                self.at += 2;
                self.skip();
                entries.push((key, self.plain()));
            } else if self.byte() == b':' {
                self.at += 1;
                entries.extend(self.looked(key, depth).map(|value| (key, value)));
            } else if self.byte() == b'{' {
                entries.push((key, self.block(None, depth)));
            }
        }
    }

    /// A word, or text in quotes.
    fn word(&mut self) -> Raw {
        if matches!(self.byte(), b'"' | b'\'') {
            let mut flow = Flow::new(self.text, self.at, Manner::Equals);
            let node = flow.quoted();
            self.at = flow.at;
            if let Value::Scalar(raw) = node.value {
                return raw;
            }
        }
        let rest = &self.text[self.at..];
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | '*' | '@' | '/' | '%');
        let length = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        let start = self.at;
        self.at += length;
        Raw { span: Span::new(start, self.at), style: Style::Plain }
    }

    fn block(&mut self, name: Option<Raw>, depth: usize) -> Node {
        let start = name.map_or(self.at, |name| name.span.start as usize);
        self.at += 1;
        if depth >= DEEPEST {
            // Too deep to be followed; what is inside is passed over, brace by brace.
            let mut open = 1;
            while open > 0 && self.at < self.text.len() {
                match self.byte() {
                    b'{' => open += 1,
                    b'}' => open -= 1,
                    _ => {}
                }
                self.at += 1;
            }
            while !self.text.is_char_boundary(self.at) {
                self.at += 1;
            }
            return nothing(start);
        }
        let mut entries = Vec::new();
        if let Some(name) = name {
            // The block's own name, as if it were an attribute.
            let key = Raw { span: Span { start: name.span.start, end: name.span.start }, style: Style::Attribute };
            entries.push((key, Node { span: name.span, value: Value::Scalar(name) }));
        }
        entries.extend(self.entries(depth + 1));
        Node { span: Span::new(start, self.at), value: Value::Map(entries) }
    }

    /// A value of Logstash.
    fn plain(&mut self) -> Node {
        match self.byte() {
            b'[' | b'{' => {
                let mut flow = Flow::new(self.text, self.at, Manner::Equals);
                let node = flow.value(0).unwrap_or_else(|| nothing(self.at));
                self.at = flow.at.max(self.at + 1);
                node
            }
            _ => {
                let raw = self.word();
                Node { span: raw.span, value: Value::Scalar(raw) }
            }
        }
    }

    /// A value of `LookML`: text up to `;;`, a block with or without a name, a list, a word.
    fn looked(&mut self, key: Raw, depth: usize) -> Option<Node> {
        let key = key.span.of(self.text);
        if key.starts_with("sql") || key.starts_with("html") || key.starts_with("expression") {
            // A SQL of LookML that is a block is another thing: `sql_where: { … }` does not exist.
            let rest = &self.text[self.at..];
            let length = memchr::memmem::find(rest.as_bytes(), b";;").unwrap_or(rest.len());
            let value = rest[..length].trim();
            let start = self.at + (rest[..length].len() - rest[..length].trim_start().len());
            self.at += length;
            return Some(scalar(Span::new(start, start + value.len()), Style::Plain));
        }
        self.skip();
        match self.byte() {
            b'{' => Some(self.block(None, depth)),
            b'[' => {
                let mut flow = Flow::new(self.text, self.at, Manner::Json);
                let node = flow.value(0);
                self.at = flow.at.max(self.at + 1);
                node
            }
            _ => {
                let word = self.word();
                let behind = self.at;
                self.skip();
                if self.byte() == b'{' && word.span.start < word.span.end {
                    return Some(self.block(Some(word), depth));
                }
                self.at = behind;
                Some(Node { span: word.span, value: Value::Scalar(word) })
            }
        }
    }
}
