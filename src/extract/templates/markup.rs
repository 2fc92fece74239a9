//! Tags, comments and text of a page, as far as templates need them: what is no page is read as some page.

use crate::model::span::Span;

/// An attribute of a tag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute {
    /// Its name.
    pub(super) name: Span,
    /// Its value, without quotes.
    pub(super) value: Span,
}

/// A stretch of a page.
#[derive(Clone, Debug)]
pub(super) enum Event {
    /// Text, also that of scripts and styles.
    Text(Span),
    /// A comment; what it holds may still be inlined code.
    Comment(Span),
    /// `<% … %>`: its inside, from behind the signs that say what it is.
    Code(Span),
    /// `<name …>`.
    Open {
        /// The element's name.
        name: Span,
        /// Its attributes in order.
        attributes: Vec<Attribute>,
        /// Whether nothing is inside: `<br>`, `<name/>`.
        is_empty: bool,
    },
    /// `</name>`.
    Close(Span),
}

/// Elements that have no end.
const EMPTY: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// Elements whose text has no tags.
const RAW: &[&str] = &["script", "style"];

/// Reads a page from its beginning to its end.
pub(super) struct Events<'t> {
    text: &'t str,
    at: usize,
    /// The element whose text has no tags, when one is open.
    raw: Option<&'static str>,
}

impl<'t> Events<'t> {
    /// All of `text`.
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, raw: None }
    }

    fn until(&self, from: usize, close: &str) -> usize {
        self.text[from..].find(close).map_or(self.text.len(), |found| from + found + close.len())
    }

    fn is_name(byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || b"-_:.".contains(&byte) || byte >= 0x80
    }

    fn word(&self, from: usize) -> Span {
        let length = self.text.as_bytes()[from..].iter().take_while(|byte| Self::is_name(**byte)).count();
        Span::new(from, from + length)
    }

    fn raw_text(&mut self, name: &str) -> Event {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let is_end = |at: usize| {
            bytes.get(at + 2..at + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
        };
        let mut ends = self.text[start..].match_indices("</").map(|(at, _)| start + at);
        let end = ends.find(|&at| is_end(at)).unwrap_or(self.text.len());
        self.at = end;
        Event::Text(Span::new(start, end))
    }

    fn open(&mut self, name: Span) -> Event {
        let bytes = self.text.as_bytes();
        let mut at = name.end as usize;
        let mut attributes = Vec::new();
        let mut is_empty = EMPTY.iter().any(|known| known.eq_ignore_ascii_case(name.of(self.text)));
        let blank = |byte: u8| byte.is_ascii_whitespace();
        while at < bytes.len() && bytes[at] != b'>' {
            if blank(bytes[at]) || bytes[at] == b'=' {
                at += 1;
                continue;
            }
            if bytes[at] == b'/' {
                is_empty |= bytes.get(at + 1) == Some(&b'>');
                at += 1;
                continue;
            }
            let start = at;
            at += bytes[at..].iter().take_while(|byte| !blank(**byte) && !b"=>/".contains(byte)).count();
            let own = Span::new(start, at);
            let mut value = at + bytes[at..].iter().take_while(|byte| blank(**byte)).count();
            if bytes.get(value) != Some(&b'=') {
                continue;
            }
            value += 1;
            value += bytes[value..].iter().take_while(|byte| blank(**byte)).count();
            let (from, to) = if let Some(quote @ (b'"' | b'\'')) = bytes.get(value) {
                let length = bytes[value + 1..].iter().take_while(|byte| *byte != quote).count();
                at = (value + length + 2).min(bytes.len());
                (value + 1, value + 1 + length)
            } else {
                at = value + bytes[value..].iter().take_while(|byte| !blank(**byte) && **byte != b'>').count();
                (value, at)
            };
            attributes.push(Attribute { name: own, value: Span::new(from, to) });
        }
        self.at = (at + 1).min(bytes.len());
        if !is_empty {
            self.raw = RAW.iter().copied().find(|raw| raw.eq_ignore_ascii_case(name.of(self.text)));
        }
        Event::Open { name, attributes, is_empty }
    }
}

impl Iterator for Events<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        if self.at >= self.text.len() {
            return None;
        }
        if let Some(raw) = self.raw.take() {
            return Some(self.raw_text(raw));
        }
        let start = self.at;
        let bytes = self.text.as_bytes();
        let rest = &self.text[start..];
        if rest.starts_with("<!--") {
            self.at = self.until(start + 4, "-->");
            return Some(Event::Comment(Span::new(start, self.at)));
        }
        if rest.starts_with("<%--") {
            self.at = self.until(start + 4, "--%>");
            return Some(Event::Comment(Span::new(start, self.at)));
        }
        if rest.starts_with("<%") {
            self.at = self.until(start + 2, "%>");
            let signs = bytes[start + 2..].iter().take_while(|byte| b"=-!@#_".contains(byte)).count();
            let from = start + 2 + signs;
            let to = if self.text[..self.at].ends_with("%>") { self.at - 2 } else { self.at };
            return Some(Event::Code(Span::new(from, to.max(from))));
        }
        if rest.starts_with("</") {
            let name = self.word(start + 2);
            self.at = self.until(name.end as usize, ">");
            return Some(Event::Close(name));
        }
        if bytes[start] == b'<' && bytes.get(start + 1).is_some_and(u8::is_ascii_alphabetic) {
            let name = self.word(start + 1);
            return Some(self.open(name));
        }
        let end = memchr::memchr(b'<', &bytes[start + 1..]).map(|at| start + 1 + at);
        self.at = end.unwrap_or(self.text.len());
        Some(Event::Text(Span::new(start, self.at)))
    }
}
