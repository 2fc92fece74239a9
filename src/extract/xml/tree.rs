//! XML elements with exact places. Lenient: what is broken is left out, the rest stays. DTDs are never fetched, and no
//! entity but the five of XML and character references is known.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// Index of an element in its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementId(u32);

/// An element.
#[derive(Clone, Debug)]
pub struct Element {
    /// Its name without a namespace prefix.
    pub name: String,
    /// From its opening `<` to its closing `>`.
    pub span: Span,
    /// In text order.
    pub attributes: Vec<Attribute>,
    /// In text order.
    pub children: Vec<Child>,
    /// The element around it.
    pub parent: Option<ElementId>,
}

/// An attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its name without a namespace prefix.
    pub name: String,
    /// What stands between the quotes.
    pub value: Span,
}

/// What stands in an element.
#[derive(Clone, Copy, Debug)]
pub enum Child {
    /// An element.
    Element(ElementId),
    /// Text with references (`&lt;`) as written.
    Text(Span),
    /// The content of a CDATA section.
    Verbatim(Span),
}

/// A document's elements and comments.
#[derive(Debug)]
pub struct Document<'x> {
    /// The text that was read; spans are bytes of it.
    pub text: &'x str,
    elements: Vec<Element>,
    /// Comments, in text order.
    pub comments: Vec<Span>,
    /// Where and why reading stopped early.
    pub broken: Option<(Span, String)>,
}

/// An end tag closes the nearest open element of its name; one further out than this is not looked for.
const MOST_UNCLOSED: usize = 32;

impl<'x> Document<'x> {
    /// Reads a document, as far as it goes.
    pub fn parse(text: &'x str) -> Self {
        let mut document = Document { text, elements: Vec::new(), comments: Vec::new(), broken: None };
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        let mut open: Vec<ElementId> = Vec::new();
        let mut start = 0;
        loop {
            let event = reader.read_event();
            let end = (reader.buffer_position() as usize).min(text.len());
            let span = Span::new(start, end);
            match event {
                Ok(Event::Start(_)) => open.push(document.open(span, open.last().copied())),
                Ok(Event::Empty(_)) => {
                    document.open(span, open.last().copied());
                }
                Ok(Event::End(_)) => document.close(span, &mut open),
                Ok(Event::Text(_) | Event::GeneralRef(_)) => document.text(span, open.last().copied()),
                Ok(Event::CData(_)) => {
                    let inner = inside(span.of(text), "<![CDATA[", "]]>", span.start);
                    document.add(Child::Verbatim(inner), open.last().copied());
                }
                Ok(Event::Comment(_)) => document.comments.push(span),
                Ok(Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
                Ok(Event::Eof) => break,
                Err(error) => {
                    document.broken = Some((span, error.to_string()));
                    break;
                }
            }
            start = end;
        }
        for id in open {
            document.elements[id.0 as usize].span.end = start as u32;
        }
        document
    }

    fn open(&mut self, span: Span, parent: Option<ElementId>) -> ElementId {
        let (name, attributes) = tag(span.of(self.text), span.start as usize);
        let id = ElementId(self.elements.len() as u32);
        self.elements.push(Element { name, span, attributes, children: Vec::new(), parent });
        self.add(Child::Element(id), parent);
        id
    }

    fn close(&mut self, span: Span, open: &mut Vec<ElementId>) {
        let name = local(span.of(self.text).trim_start_matches("</").trim_end_matches('>').trim());
        let depth = open.iter().rev().take(MOST_UNCLOSED).position(|id| self.elements[id.0 as usize].name == name);
        let Some(depth) = depth else { return };
        for id in open.drain(open.len() - 1 - depth..) {
            self.elements[id.0 as usize].span.end = span.end;
        }
    }

    fn text(&mut self, span: Span, parent: Option<ElementId>) {
        let Some(parent) = parent else { return };
        // A reference is an event of its own; the text around it is one text.
        match self.elements[parent.0 as usize].children.last_mut() {
            Some(Child::Text(last)) if last.end == span.start => last.end = span.end,
            _ => self.add(Child::Text(span), Some(parent)),
        }
    }

    fn add(&mut self, child: Child, parent: Option<ElementId>) {
        if let Some(parent) = parent {
            self.elements[parent.0 as usize].children.push(child);
        }
    }

    /// The outermost element.
    pub fn root(&self) -> Option<ElementId> {
        self.elements.first().map(|_| ElementId(0))
    }

    /// An element.
    pub fn get(&self, id: ElementId) -> &Element {
        &self.elements[id.0 as usize]
    }

    /// All elements, in text order.
    pub fn elements(&self) -> impl Iterator<Item = (ElementId, &Element)> {
        self.elements.iter().enumerate().map(|(at, element)| (ElementId(at as u32), element))
    }

    /// The elements directly inside another, in text order.
    pub fn children(&self, id: ElementId) -> impl Iterator<Item = (ElementId, &Element)> {
        self.get(id).children.iter().filter_map(|child| match child {
            Child::Element(id) => Some((*id, self.get(*id))),
            Child::Text(_) | Child::Verbatim(_) => None,
        })
    }

    /// Where the value of an attribute stands.
    pub fn attribute(&self, id: ElementId, name: &str) -> Option<Span> {
        self.get(id).attributes.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.value)
    }

    /// The value of an attribute as written.
    pub fn value(&self, id: ElementId, name: &str) -> Option<&'x str> {
        self.attribute(id, name).map(|span| self.raw(span))
    }

    /// The text at `span` as written.
    pub fn raw(&self, span: Span) -> &'x str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// The text inside an element and all that is in it.
    pub fn content(&self, id: ElementId, base: &SqlText) -> SqlText {
        let mut found = SqlText::default();
        let mut left: Vec<Child> = self.get(id).children.iter().rev().copied().collect();
        while let Some(child) = left.pop() {
            match child {
                Child::Element(id) => left.extend(self.get(id).children.iter().rev()),
                Child::Text(span) => push_decoded(&mut found, base, self.raw(span), span.start),
                Child::Verbatim(span) => found.push_piece(&base.slice(span)),
            }
        }
        found
    }
}

/// Appends text that stands at byte `start` of `base`, with references decoded. A reference to an entity of a DTD is a
/// hole.
pub fn push_decoded(piece: &mut SqlText, base: &SqlText, raw: &str, start: u32) {
    let mut at = 0;
    let slice = |from: usize, to: usize| base.slice(Span { start: start + from as u32, end: start + to as u32 });
    while let Some(ampersand) = memchr::memchr(b'&', &raw.as_bytes()[at..]).map(|found| at + found) {
        piece.push_piece(&slice(at, ampersand));
        let name = raw[ampersand + 1..].split(|c: char| !c.is_ascii_alphanumeric() && c != '#').next().unwrap_or("");
        let end = ampersand + 1 + name.len();
        if name.is_empty() || !raw[end..].starts_with(';') {
            piece.push_piece(&slice(ampersand, ampersand + 1));
            at = ampersand + 1;
            continue;
        }
        let outer = base.outer(Span { start: start + ampersand as u32, end: start + end as u32 + 1 });
        match decoded(name) {
            Some(character) => piece.push_decoded(character.encode_utf8(&mut [0; 4]), outer),
            None => piece.push_hole(outer),
        }
        at = end + 1;
    }
    piece.push_piece(&slice(at, raw.len()));
}

fn decoded(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

fn inside(text: &str, open: &str, close: &str, start: u32) -> Span {
    let inner = text.strip_prefix(open).unwrap_or(text);
    let at = start as usize + (text.len() - inner.len());
    Span::new(at, at + inner.strip_suffix(close).unwrap_or(inner).len())
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// The name and attributes of a start tag that stands at byte `start`.
fn tag(text: &str, start: usize) -> (String, Vec<Attribute>) {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '/' | '>' | '=');
    let rest = text.trim_start_matches('<');
    let name = rest.split(is_end).next().unwrap_or("");
    let mut at = text.len() - rest.len() + name.len();
    let mut attributes = Vec::new();
    while let Some(found) = text[at..].find(|c: char| !is_end(c)) {
        at += found;
        let name_end = text[at..].find(is_end).map_or(text.len(), |length| at + length);
        let name = &text[at..name_end];
        at = name_end;
        let Some(after) = text[at..].trim_start().strip_prefix('=') else { continue };
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
        let value = text.len() - after.len() + 1;
        let end = text[value..].find(quote).map_or(text.len(), |length| value + length);
        attributes.push(Attribute { name: local(name).to_owned(), value: Span::new(start + value, start + end) });
        at = (end + 1).min(text.len());
    }
    (local(name).to_owned(), attributes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(text: &str) -> String {
        let document = Document::parse(text);
        let base = SqlText::verbatim(text, 0);
        document.content(document.root().expect("a root"), &base).as_str().to_owned()
    }

    #[test]
    fn text_is_decoded() {
        for (text, expected) in [
            ("<a>x &lt; 1 &amp;&amp; &#39;y&#x27;</a>", "x < 1 && 'y'"),
            ("<a><![CDATA[x < &lt;]]></a>", "x < &lt;"),
            ("<!DOCTYPE a [<!ENTITY b 'bomb'>]><a>&b;</a>", "columnist_hole_0"),
            ("<a>b & c<!-- no --><d>e</d>", "b & ce"),
            ("<a>b</c></a>", "b"),
            ("<a>ü &gt; <b/>ä", "ü > ä"),
        ] {
            assert_eq!(content(text), expected, "{text}");
        }
    }

    #[test]
    fn attributes_have_places() {
        let text = "<x:a b='1' c = \"d>e\" f/>";
        let document = Document::parse(text);
        let root = document.root().expect("a root");
        assert_eq!(document.get(root).name, "a");
        assert_eq!(document.value(root, "b"), Some("1"));
        assert_eq!(document.value(root, "c"), Some("d>e"));
        assert_eq!(document.value(root, "f"), None);
    }

    #[test]
    fn a_bomb_stays_small() {
        let open = "<a>".repeat(20_000);
        let close = "</b>".repeat(20_000);
        let document = Document::parse(&open);
        assert_eq!(document.elements().count(), 20_000);
        let text = format!("{open}{close}");
        assert_eq!(Document::parse(&text).elements().count(), 20_000);
    }
}
