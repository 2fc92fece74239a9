//! A statement's elements as one string with choices: `<include>`, `<if>`, `<choose>`, `<where>`, `<set>`, `<trim>`,
//! `<foreach>`. <https://mybatis.org/mybatis-3/dynamic-sql.html>

use std::collections::{BTreeMap, BTreeSet};

use super::names::{self, Local};
use crate::extract::embedded::StringValue;
use crate::extract::sql::text::SqlText;
use crate::extract::xml::tree::{Child, Document, Element, ElementId, push_decoded};
use crate::model::name::Ident;
use crate::model::span::Span;

/// A property of the parameter that the statement reads.
pub(in crate::extract) struct Named {
    /// The properties before it: `user.` in `#{user.name}`.
    pub(in crate::extract) qualifier: Vec<Ident>,
    /// Its name.
    pub(in crate::extract) name: Ident,
    /// Where its name stands.
    pub(in crate::extract) span: Span,
}

/// What an element makes.
pub(super) struct Woven {
    /// Its SQL.
    pub(super) sql: StringValue,
    /// Statements of their own that make its key.
    pub(super) keys: Vec<StringValue>,
    /// Properties of the parameter that it reads.
    pub(super) names: Vec<Named>,
}

/// Elements inside each other, includes counted, deeper than this are holes.
const DEEPEST: usize = 60;

/// How many elements all includes of a file may repeat.
const MOST_REPEATED: usize = 100_000;

/// Puts the elements of a mapper together.
pub(super) struct Weaver<'x> {
    document: &'x Document<'x>,
    base: &'x SqlText,
    fragments: BTreeMap<&'x str, ElementId>,
    namespace: &'x str,
    included: BTreeSet<ElementId>,
    left: usize,
    keys: Vec<StringValue>,
    names: Vec<Named>,
    /// `<property>` of the open includes, the innermost last.
    properties: Vec<(&'x str, &'x str)>,
    /// Variables of the open loops and of `<bind>`.
    locals: Vec<Local>,
}

impl<'x> Weaver<'x> {
    pub(super) fn new(document: &'x Document<'x>, base: &'x SqlText, namespace: &'x str, root: ElementId) -> Self {
        let fragments = document
            .children(root)
            .filter(|(_, element)| element.name == "sql")
            .filter_map(|(id, _)| Some((document.value(id, "id")?, id)))
            .collect();
        Self {
            document,
            base,
            fragments,
            namespace,
            included: BTreeSet::new(),
            left: MOST_REPEATED,
            keys: Vec::new(),
            names: Vec::new(),
            properties: Vec::new(),
            locals: Vec::new(),
        }
    }

    /// Whether a statement woven so far includes a fragment.
    pub(super) fn is_included(&self, id: ElementId) -> bool {
        self.included.contains(&id)
    }

    /// What a statement's element makes.
    pub(super) fn statement(&mut self, id: ElementId) -> Woven {
        self.locals.clear();
        let sql = self.content(id, 0);
        Woven { sql, keys: std::mem::take(&mut self.keys), names: std::mem::take(&mut self.names) }
    }

    fn content(&mut self, id: ElementId, depth: usize) -> StringValue {
        let document = self.document;
        let mut parts = Vec::new();
        for child in &document.get(id).children {
            match child {
                Child::Text(span) => parts.push(self.text(*span, true)),
                Child::Verbatim(span) => parts.push(self.text(*span, false)),
                Child::Element(id) => {
                    // Elements keep apart what stands around them.
                    parts.push(self.element(*id, depth + 1));
                    parts.push(self.written(" ", document.get(*id).span.end));
                }
            }
        }
        StringValue::Join(parts)
    }

    fn element(&mut self, id: ElementId, depth: usize) -> StringValue {
        let element: &'x Element = self.document.get(id);
        if depth > DEEPEST || self.left == 0 {
            return StringValue::Hole(self.base.outer(element.span));
        }
        self.left -= 1;
        for name in ["test", "collection", "value", "property", "compareProperty"] {
            let is_expression = match name {
                "value" => element.name == "bind",
                // iBATIS: `<isNotEmpty property="name">`.
                "property" | "compareProperty" => element.name.starts_with("is") || element.name == "iterate",
                _ => true,
            };
            if let Some(span) = self.document.attribute(id, name).filter(|_| is_expression) {
                let text = self.document.raw(span);
                names::in_expression(text, span.start, self.base, &self.locals, &mut self.names);
            }
        }
        match element.name.as_str() {
            "include" => self.include(id, depth),
            "where" => self.trimmed(id, depth, &Trim { prefix: Some("WHERE"), starts: &["and", "or"], ends: &[] }),
            "set" => self.trimmed(id, depth, &Trim { prefix: Some("SET"), starts: &[","], ends: &[","] }),
            "trim" | "dynamic" => self.trim(id, depth),
            "choose" => self.choose(id, depth),
            "foreach" | "iterate" => self.foreach(id, depth),
            "bind" => {
                self.locals.extend(self.document.value(id, "name").map(|name| (name.to_owned(), None)));
                StringValue::Join(Vec::new())
            }
            "selectKey" => {
                let key = self.content(id, depth);
                self.keys.push(key);
                StringValue::Join(Vec::new())
            }
            "property" => StringValue::Join(Vec::new()),
            name if name.starts_with("is") => self.conditional(id, depth),
            _ => self.content(id, depth),
        }
    }

    /// iBATIS: `<isNotNull prepend="AND" property="name">`.
    fn conditional(&mut self, id: ElementId, depth: usize) -> StringValue {
        let prepended = self.attribute(id, "prepend").into_iter().collect::<Vec<_>>();
        let content = self.content(id, depth);
        StringValue::Join(prepended.into_iter().chain([content]).collect())
    }

    fn include(&mut self, id: ElementId, depth: usize) -> StringValue {
        let hole = StringValue::Hole(self.base.outer(self.document.get(id).span));
        let Some(name) = self.document.value(id, "refid") else { return hole };
        let name = name.strip_prefix(self.namespace).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name);
        let name = self.property(name.trim_start_matches("${").trim_end_matches('}')).unwrap_or(name);
        let Some(&fragment) = self.fragments.get(name) else { return hole };
        self.included.insert(fragment);
        let before = self.properties.len();
        for (property, _) in self.document.children(id) {
            let of = |name| self.document.value(property, name);
            if let (Some(name), Some(value)) = (of("name"), of("value")) {
                self.properties.push((name, value));
            }
        }
        let content = self.content(fragment, depth + 1);
        self.properties.truncate(before);
        content
    }

    fn property(&self, name: &str) -> Option<&'x str> {
        self.properties.iter().rev().find(|(own, _)| *own == name).map(|(_, value)| *value)
    }

    /// The branches exclude each other.
    fn choose(&mut self, id: ElementId, depth: usize) -> StringValue {
        let document = self.document;
        let mut branches: Vec<StringValue> = Vec::new();
        for (branch, _) in document.children(id) {
            branches.push(self.element(branch, depth + 1));
        }
        match branches.pop() {
            None => StringValue::Join(Vec::new()),
            Some(only) if branches.is_empty() => only,
            Some(last) => {
                branches.push(last);
                StringValue::Choice(branches)
            }
        }
    }

    /// One round of the loop.
    fn foreach(&mut self, id: ElementId, depth: usize) -> StringValue {
        let open = self.attribute(id, "open");
        let close = self.attribute(id, "close");
        let before = self.locals.len();
        let is_word = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let collection = self.document.value(id, "collection").filter(is_word);
        for (name, collection) in [("item", collection), ("index", None)] {
            let local = self.document.value(id, name);
            self.locals.extend(local.map(|name| (name.to_owned(), collection.map(str::to_owned))));
        }
        let content = self.content(id, depth);
        self.locals.truncate(before);
        StringValue::Join(open.into_iter().chain([content]).chain(close).collect())
    }

    fn trim(&mut self, id: ElementId, depth: usize) -> StringValue {
        let words = |name: &str| -> Vec<&'x str> {
            let listed = self.document.value(id, name).unwrap_or("");
            listed.split('|').map(str::trim).filter(|word| !word.is_empty()).collect()
        };
        let starts = words("prefixOverrides");
        let ends = words("suffixOverrides");
        let before = self.attribute(id, "prefix").or_else(|| self.attribute(id, "prepend"));
        let after = self.attribute(id, "suffix");
        let content = self.trimmed(id, depth, &Trim { prefix: None, starts: &starts, ends: &ends });
        if is_blank(&content) {
            return content;
        }
        StringValue::Join(before.into_iter().chain([content]).chain(after).collect())
    }

    fn trimmed(&mut self, id: ElementId, depth: usize, trim: &Trim<'_>) -> StringValue {
        let mut content = self.content(id, depth);
        if is_blank(&content) {
            return StringValue::Join(Vec::new());
        }
        if !trim.starts.is_empty() {
            strip(&mut content, Side::Start, trim.starts);
        }
        if !trim.ends.is_empty() {
            strip(&mut content, Side::End, trim.ends);
        }
        let Some(prefix) = trim.prefix else { return content };
        let start = self.document.get(id).span.start;
        StringValue::Join(vec![self.written(&format!(" {prefix} "), start), content])
    }

    /// Text that `MyBatis` adds at a place.
    fn written(&self, text: &str, at: u32) -> StringValue {
        let mut piece = SqlText::default();
        piece.push_decoded(text, self.base.outer(Span { start: at, end: at }));
        StringValue::Piece(piece)
    }

    /// The text of an attribute, with blanks around it.
    fn attribute(&self, id: ElementId, name: &str) -> Option<StringValue> {
        let span = self.document.attribute(id, name)?;
        let mut piece = SqlText::default();
        let edge = |at: u32| self.base.outer(Span { start: at, end: at });
        piece.push_decoded(" ", edge(span.start));
        push_decoded(&mut piece, self.base, self.document.raw(span), span.start);
        piece.push_decoded(" ", edge(span.end));
        Some(StringValue::Piece(piece))
    }

    /// Text with its parameters as holes.
    fn text(&mut self, span: Span, is_escaped: bool) -> StringValue {
        let raw = self.document.raw(span);
        let mut piece = SqlText::default();
        let mut at = 0;
        let mut from = 0;
        let push = |piece: &mut SqlText, base: &SqlText, from: usize, to: usize| {
            let start = span.start + from as u32;
            if is_escaped {
                push_decoded(piece, base, &raw[from..to], start);
            } else {
                piece.push_piece(&base.slice(Span { start, end: span.start + to as u32 }));
            }
        };
        while let Some(found) = memchr::memchr2(b'#', b'$', &raw.as_bytes()[at..]).map(|found| at + found) {
            if !raw[found + 1..].starts_with('{') {
                at = found + 1;
                continue;
            }
            let Some(length) = raw[found..].find('}') else { break };
            push(&mut piece, self.base, from, found);
            let inner = &raw[found + 2..found + length];
            let place = Span { start: span.start + found as u32, end: span.start + (found + length) as u32 + 1 };
            if let Some(value) = self.property(inner.trim()).filter(|_| raw[found..].starts_with('$')) {
                piece.push_decoded(value, self.base.outer(place));
            } else {
                piece.push_hole(self.base.outer(place));
                let blank = inner.len() - inner.trim_start().len();
                let start = place.start + 2 + blank as u32;
                names::in_braces(inner.trim(), start, self.base, &self.locals, &mut self.names);
            }
            at = found + length + 1;
            from = at;
        }
        push(&mut piece, self.base, from, raw.len());
        StringValue::Piece(piece)
    }
}

/// What `<trim>` and its like do to the text inside.
struct Trim<'a> {
    prefix: Option<&'static str>,
    starts: &'a [&'a str],
    ends: &'a [&'a str],
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Start,
    End,
}

fn is_blank(value: &StringValue) -> bool {
    match value {
        StringValue::Piece(text) => text.as_str().trim().is_empty(),
        StringValue::Hole(_) => false,
        StringValue::Join(parts) | StringValue::Choice(parts) => parts.iter().all(is_blank),
    }
}

/// Takes one of `words` off one side of the text.
fn strip(value: &mut StringValue, side: Side, words: &[&str]) {
    match value {
        StringValue::Hole(_) => {}
        StringValue::Choice(branches) => branches.iter_mut().for_each(|branch| strip(branch, side, words)),
        StringValue::Join(parts) => {
            let found = match side {
                Side::Start => parts.iter_mut().find(|part| !is_blank(part)),
                Side::End => parts.iter_mut().rfind(|part| !is_blank(part)),
            };
            if let Some(part) = found {
                strip(part, side, words);
            }
        }
        StringValue::Piece(text) => {
            let whole = text.as_str();
            let trimmed = if side == Side::Start { whole.trim_start() } else { whole.trim_end() };
            let Some(length) = words.iter().find_map(|word| overridden(trimmed, word, side)) else { return };
            let rest = trimmed.len() - length;
            let span = match side {
                Side::Start => Span::new(whole.len() - rest, whole.len()),
                Side::End => Span::new(0, rest),
            };
            *text = text.slice(span);
        }
    }
}

/// How much of the text a word takes off, case ignored; a word of letters only when it is a whole one.
fn overridden(text: &str, word: &str, side: Side) -> Option<usize> {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let (part, next) = match side {
        Side::Start => (text.get(..word.len())?, text.get(word.len()..)?.chars().next()),
        Side::End => {
            let at = text.len().checked_sub(word.len())?;
            (text.get(at..)?, text.get(..at)?.chars().next_back())
        }
    };
    let is_whole = !is_letter(word.chars().next()) || !is_letter(next);
    (part.eq_ignore_ascii_case(word) && is_whole).then_some(word.len())
}
