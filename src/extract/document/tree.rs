//! A document as a tree of values with places: maps, lists and scalars, whatever it is written in.
//!
//! A tree holds places only; a scalar's text is decoded when somebody asks for it, so that a large document of data
//! costs little. A scalar that is a JSON document of its own is a tree inside of the tree.

use std::borrow::Cow;

use crate::extract::sql::text::SqlText;
use crate::extract::xml::tree::push_decoded;
use crate::model::span::Span;

/// Deepest nesting that is read; what lies deeper is passed over.
pub(super) const DEEPEST: usize = 96;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As it is: a bare word, a literal string.
    Plain,
    /// With backslash escapes: JSON, YAML in double quotes, basic strings of TOML.
    Escaped,
    /// With a quote written twice: YAML in single quotes.
    Doubled,
    /// A block of YAML, indented by so many spaces.
    Block(u16),
    /// What stands between the tags of an XML element, or in an attribute.
    Xml,
    /// The name of an attribute, which is called `@name`.
    Attribute,
}

/// A scalar or key as written: bytes of the document's text, without quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw {
    pub(super) span: Span,
    pub(super) style: Style,
}

impl Raw {
    /// The key of an XML element's own text.
    fn is_empty(self) -> bool {
        self.span.start == self.span.end && self.style == Style::Plain
    }
}

/// A value and where it stands in the document's text.
#[derive(Clone, Debug)]
pub struct Node {
    pub(super) span: Span,
    pub(super) value: Value,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Value {
    /// Keys with their values, in order. An XML element's own text has the empty key, its attributes begin with `@`.
    Map(Vec<(Raw, Node)>),
    /// A list.
    List(Vec<Node>),
    /// Text.
    Scalar(Raw),
    /// Text that is a document of its own.
    Inner(Box<Document>),
}

/// A document that was read.
#[derive(Clone, Debug)]
pub struct Document {
    pub(super) base: SqlText,
    pub(super) root: Node,
    /// Comments, as bytes of the outer file.
    pub comments: Vec<Span>,
    /// Where it is not what it should be, as bytes of the outer file, and why.
    pub broken: Option<(Span, String)>,
}

impl Document {
    /// The outermost value.
    pub fn root(&self) -> At<'_> {
        At { document: self, node: &self.root }.inside()
    }
}

/// A value of a document.
#[derive(Clone, Copy)]
pub struct At<'d> {
    document: &'d Document,
    node: &'d Node,
}

/// A key or scalar of a document.
#[derive(Clone, Copy)]
pub struct Word<'d> {
    document: &'d Document,
    raw: Raw,
}

impl<'d> At<'d> {
    fn of(self, node: &'d Node) -> Self {
        At { document: self.document, node }.inside()
    }

    fn inside(mut self) -> Self {
        while let Value::Inner(document) = &self.node.value {
            self = At { document, node: &document.root };
        }
        self
    }

    /// Where it stands in the file.
    pub fn span(self) -> Span {
        self.document.base.outer(self.node.span)
    }

    /// Whether both are one value of one document.
    pub fn is_same(self, other: At<'_>) -> bool {
        std::ptr::eq(self.node, other.node)
    }

    /// The keys and values of a map.
    pub fn entries(self) -> impl Iterator<Item = (Word<'d>, At<'d>)> {
        let entries = match &self.node.value {
            Value::Map(entries) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(move |(key, node)| (Word { document: self.document, raw: *key }, self.of(node)))
    }

    /// Whether it is a map.
    pub fn is_map(self) -> bool {
        matches!(self.node.value, Value::Map(_))
    }

    /// The values of a list.
    pub fn items(self) -> impl Iterator<Item = At<'d>> {
        let items = match &self.node.value {
            Value::List(items) => items.as_slice(),
            _ => &[],
        };
        items.iter().map(move |node| self.of(node))
    }

    /// Whether it is a list.
    pub fn is_list(self) -> bool {
        matches!(self.node.value, Value::List(_))
    }

    /// The first value of that key.
    pub fn get(self, key: &str) -> Option<At<'d>> {
        self.entries().find(|(word, _)| word.is(key)).map(|(_, value)| value)
    }

    /// The scalar that it is; for an XML element its own text.
    pub fn word(self) -> Option<Word<'d>> {
        match &self.node.value {
            Value::Scalar(raw) => Some(Word { document: self.document, raw: *raw }),
            Value::Map(entries) => {
                let (_, own) = entries.iter().find(|(key, _)| key.is_empty())?;
                self.of(own).word()
            }
            _ => None,
        }
    }

    /// Its text, when it is a scalar that says something.
    pub fn text(self) -> Option<String> {
        let text = self.word()?.text().as_str().trim().to_owned();
        (!text.is_empty() && text != "null" && text != "~").then_some(text)
    }
}

impl Word<'_> {
    /// The text with its places.
    pub fn text(self) -> SqlText {
        decode(&self.document.base, self.raw)
    }

    /// The text as written, escapes and all.
    pub fn written(&self) -> &str {
        self.raw.span.of(self.document.base.as_str())
    }

    /// The text.
    pub fn value(&self) -> Cow<'_, str> {
        let written = self.written();
        let is_plain = match self.raw.style {
            Style::Plain => true,
            Style::Escaped => memchr::memchr(b'\\', written.as_bytes()).is_none(),
            Style::Doubled => memchr::memchr(b'\'', written.as_bytes()).is_none(),
            Style::Block(_) => false,
            Style::Attribute => return Cow::Owned(format!("@{written}")),
            Style::Xml => memchr::memchr2(b'&', b'<', written.as_bytes()).is_none(),
        };
        if is_plain { Cow::Borrowed(written) } else { Cow::Owned(self.text().as_str().to_owned()) }
    }

    /// Whether the text is this.
    pub fn is(&self, text: &str) -> bool {
        self.value() == text
    }

    /// Where it stands in the file.
    pub fn span(self) -> Span {
        self.document.base.outer(self.raw.span)
    }
}

/// What a scalar or key says.
pub(super) fn decode(base: &SqlText, Raw { span, style }: Raw) -> SqlText {
    let raw = span.of(base.as_str());
    match style {
        Style::Plain | Style::Attribute => base.slice(span),
        Style::Escaped => escaped(base, raw, span.start),
        Style::Doubled => doubled(base, raw, span.start),
        Style::Block(indent) => block(base, raw, span.start, usize::from(indent)),
        Style::Xml => xml(base, raw, span.start),
    }
}

/// Text with backslash escapes.
fn escaped(base: &SqlText, raw: &str, start: u32) -> SqlText {
    let mut piece = SqlText::default();
    let mut at = 0;
    let place = |from: usize, to: usize| Span { start: start + from as u32, end: start + to as u32 };
    while let Some(found) = memchr::memchr(b'\\', &raw.as_bytes()[at..]).map(|found| at + found) {
        piece.push_piece(&base.slice(place(at, found)));
        let rest = &raw[found + 1..];
        let (decoded, length) = escape(rest);
        let end = found + 1 + length;
        piece.push_decoded(decoded.encode_utf8(&mut [0; 4]), base.outer(place(found, end)));
        at = end;
    }
    piece.push_piece(&base.slice(place(at, raw.len())));
    piece
}

/// The character that stands behind a backslash, and how many bytes it takes there.
pub(in crate::extract) fn escape(rest: &str) -> (char, usize) {
    let hex = |from: usize, length: usize| {
        rest.get(from..from + length).and_then(|digits| u32::from_str_radix(digits, 16).ok())
    };
    match rest.chars().next() {
        None => ('\\', 0),
        Some('n') => ('\n', 1),
        Some('t') => ('\t', 1),
        Some('r') => ('\r', 1),
        Some('b' | 'f' | 'v' | '0' | 'a' | 'e') => (' ', 1),
        // A line that goes on behind its end.
        Some('\n') => (' ', 1),
        Some('u') => match hex(1, 4) {
            Some(high @ 0xD800..=0xDBFF) if rest.get(5..7) == Some("\\u") => match hex(7, 4) {
                Some(low @ 0xDC00..=0xDFFF) => {
                    let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                    (char::from_u32(code).unwrap_or('\u{fffd}'), 11)
                }
                _ => ('\u{fffd}', 5),
            },
            Some(code) => (char::from_u32(code).unwrap_or('\u{fffd}'), 5),
            None => ('u', 1),
        },
        Some('x') => match hex(1, 2) {
            Some(code) => (char::from_u32(code).unwrap_or('\u{fffd}'), 3),
            None => ('x', 1),
        },
        Some(other) => (other, other.len_utf8()),
    }
}

/// Text in single quotes: a quote is written twice.
fn doubled(base: &SqlText, raw: &str, start: u32) -> SqlText {
    let mut piece = SqlText::default();
    let mut at = 0;
    let place = |from: usize, to: usize| Span { start: start + from as u32, end: start + to as u32 };
    while let Some(found) = memchr::memmem::find(&raw.as_bytes()[at..], b"''").map(|found| at + found) {
        piece.push_piece(&base.slice(place(at, found)));
        piece.push_decoded("'", base.outer(place(found, found + 2)));
        at = found + 2;
    }
    piece.push_piece(&base.slice(place(at, raw.len())));
    piece
}

/// A block of lines without their indentation. Lines of a folded block stay lines: for SQL they are the same.
fn block(base: &SqlText, raw: &str, start: u32, indent: usize) -> SqlText {
    let mut piece = SqlText::default();
    let mut at = 0;
    for line in raw.split_inclusive('\n') {
        // The first line begins behind its indentation.
        let own = if at == 0 { 0 } else { line.bytes().take(indent).take_while(|&byte| byte == b' ').count() };
        piece.push_piece(&base.slice(Span { start: start + (at + own) as u32, end: start + (at + line.len()) as u32 }));
        at += line.len();
    }
    piece
}

/// What stands between tags: references decoded, CDATA as it is, comments and elements left out.
fn xml(base: &SqlText, raw: &str, start: u32) -> SqlText {
    const OPEN: &str = "<![CDATA[";
    let mut piece = SqlText::default();
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'<', &raw.as_bytes()[at..]).map(|found| at + found) {
        push_decoded(&mut piece, base, &raw[at..found], start + at as u32);
        let rest = &raw[found..];
        let ends = |close: &str| rest.find(close).map_or(raw.len(), |length| found + length + close.len());
        if rest.starts_with(OPEN) {
            at = ends("]]>");
            let inner = Span::new(found + OPEN.len(), at.saturating_sub(3).max(found + OPEN.len()));
            piece.push_piece(&base.slice(Span { start: start + inner.start, end: start + inner.end }));
        } else if rest.starts_with("<!--") {
            at = ends("-->");
        } else {
            at = ends(">");
        }
    }
    push_decoded(&mut piece, base, &raw[at..], start + at as u32);
    piece
}
