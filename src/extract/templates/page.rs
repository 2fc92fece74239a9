//! Pages with code in their attributes: Thymeleaf (<https://www.thymeleaf.org/doc/tutorials/3.1/usingthymeleaf.html>) and
//! JSP with its standard tags (<https://jakarta.ee/specifications/tags/3.0/>).

use std::collections::HashMap;

use super::expression::{self, Rules};
use super::lowering::{Lowering, Mark};
use super::markup::{Attribute, Event, Events};
use crate::model::code::ExpressionId;
use crate::model::span::Span;

/// Which kind of page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Thymeleaf: code in attributes, and between `[[` and `]]`.
    Thymeleaf,
    /// JSP: code anywhere.
    Jsp,
}

/// An element that is open.
struct Element<'t> {
    name: &'t str,
    mark: Mark,
}

/// Lowers a page.
pub(super) fn lower(lowering: &mut Lowering<'_>, kind: Kind) {
    let text = lowering.text;
    let mut open: Vec<Element<'_>> = Vec::new();
    let mut names: HashMap<&str, usize> = HashMap::new();
    for event in Events::new(text) {
        match event {
            Event::Text(span) => inlined(lowering, kind, span),
            Event::Comment(span) => {
                lowering.comment(span);
                // `<!--/*/ … /*/-->` and comments of conditions hold live code; other comments are only text.
                if kind == Kind::Thymeleaf && span.of(text).starts_with("<!--/*/") {
                    inlined(lowering, kind, span);
                }
            }
            Event::Code(span) => {
                if text.as_bytes().get((span.start as usize).wrapping_sub(1)) != Some(&b'@') {
                    expression::read(lowering, span, Rules::default());
                }
            }
            Event::Open { name, attributes, is_empty } => {
                let mark = lowering.enter();
                let after = match kind {
                    Kind::Thymeleaf => thymeleaf(lowering, &attributes),
                    Kind::Jsp => jsp(lowering, name, &attributes),
                };
                if is_empty {
                    lowering.leave(mark);
                } else {
                    open.push(Element { name: name.of(text), mark });
                    *names.entry(name.of(text)).or_default() += 1;
                }
                if let Some((name, value)) = after {
                    lowering.bind(name, value);
                }
            }
            Event::Close(name) => {
                let name = name.of(text);
                if names.get(name).is_none_or(|count| *count == 0) {
                    continue;
                }
                // What is still open inside has no end of its own.
                while let Some(element) = open.pop() {
                    lowering.leave(element.mark);
                    if let Some(count) = names.get_mut(element.name) {
                        *count -= 1;
                    }
                    if element.name == name {
                        break;
                    }
                }
            }
        }
    }
}

/// The expressions in text.
fn inlined(lowering: &mut Lowering<'_>, kind: Kind, span: Span) {
    if kind == Kind::Jsp {
        values(lowering, span, b"$#");
        return;
    }
    let text = lowering.text;
    let (mut at, end) = (span.start as usize, span.end as usize);
    while let Some(found) = memchr::memchr(b'[', &text.as_bytes()[at..end]) {
        at += found + 1;
        let rest = &text[at..end];
        let close = match rest.as_bytes().first() {
            Some(b'[') => "]]",
            Some(b'(') => ")]",
            _ => continue,
        };
        let begins = rest[1..].trim_start();
        if !["${", "*{", "#{", "@{"].iter().any(|sign| begins.starts_with(sign)) {
            continue;
        }
        let line = rest.find('\n').unwrap_or(rest.len());
        let length = rest[..line].find(close).unwrap_or(line);
        values(lowering, Span::new(at, at + length), b"$*");
        at += length;
    }
}

/// The expressions in `sign{…}`, wherever they stand in a stretch; gives what they may be.
fn values(lowering: &mut Lowering<'_>, span: Span, signs: &[u8]) -> Option<ExpressionId> {
    let text = lowering.text;
    let (mut at, end) = (span.start as usize, span.end as usize);
    let mut found = Vec::new();
    while let Some(brace) = memchr::memchr(b'{', &text.as_bytes()[at..end]) {
        let start = at + brace + 1;
        at = start;
        let sign = if brace == 0 { b' ' } else { text.as_bytes()[start - 2] };
        if !signs.contains(&sign) {
            continue;
        }
        let Some(close) = lowering.closing(start, end, b'{', b'}') else { continue };
        let rules = Rules { of_receiver: sign == b'*', ..Rules::default() };
        found.push(expression::read(lowering, Span::new(start, close), rules));
        at = close + 1;
    }
    (!found.is_empty()).then(|| lowering.any_of(found, span))
}

/// The name of an attribute of Thymeleaf, without what says that it is one.
fn thymeleaf_name<'t>(text: &'t str, attribute: &Attribute) -> Option<&'t str> {
    let name = attribute.name.of(text);
    name.strip_prefix("th:").or_else(|| name.strip_prefix("data-th-"))
}

fn thymeleaf(lowering: &mut Lowering<'_>, attributes: &[Attribute]) -> Option<(Span, ExpressionId)> {
    let text = lowering.text;
    let called = |wanted: &'static str| {
        let mut all = attributes.iter().copied();
        all.find(|attribute| thymeleaf_name(text, attribute) == Some(wanted)).map(|attribute| attribute.value)
    };
    if let Some(each) = called("each")
        && let Some(colon) = each.of(text).find(':')
    {
        let start = each.start as usize;
        let value = Span::new(start + colon + 1, each.end as usize);
        if let Some(of) = values(lowering, value, b"$*") {
            let element = lowering.element(of);
            let name = trimmed(text, Span::new(start, start + each.of(text)[..colon].find(',').unwrap_or(colon)));
            lowering.bind(name, element);
        }
    }
    if let Some(with) = called("with") {
        for assignment in parts(text, with) {
            let Some(equals) = assignment.of(text).find('=') else { continue };
            let start = assignment.start as usize;
            let value = Span::new(start + equals + 1, assignment.end as usize);
            if let Some(value) = values(lowering, value, b"$*") {
                lowering.bind(trimmed(text, Span::new(start, start + equals)), value);
            }
        }
    }
    if let Some(object) = called("object") {
        let object = values(lowering, object, b"$*");
        lowering.receive(object);
    }
    for attribute in attributes {
        match thymeleaf_name(text, attribute) {
            Some("each" | "with" | "object") => {}
            Some(_) => drop(values(lowering, attribute.value, b"$*")),
            None => inlined(lowering, Kind::Thymeleaf, attribute.value),
        }
    }
    None
}

/// The tags that give a name a value, with the attributes for the value and for the name.
const LOOPS: &[(&str, &str, &str)] =
    &[("c:forEach", "items", "var"), ("c:forTokens", "items", "var"), ("s:iterator", "value", "var")];

fn jsp(lowering: &mut Lowering<'_>, name: Span, attributes: &[Attribute]) -> Option<(Span, ExpressionId)> {
    let text = lowering.text;
    let name = name.of(text);
    let called = |wanted: &str| {
        attributes.iter().find(|attribute| attribute.name.of(text) == wanted).map(|attribute| attribute.value)
    };
    let mut after = None;
    let each = LOOPS.iter().find(|(tag, ..)| *tag == name);
    for attribute in attributes {
        let value = values(lowering, attribute.value, b"$#");
        let Some(value) = value else { continue };
        let own = attribute.name.of(text);
        if let Some((_, items, _)) = each
            && own == *items
        {
            after = Some(lowering.element(value));
        } else if name == "c:set" && own == "value" {
            after = Some(value);
        }
    }
    if name == "form:form"
        && let Some(model) = called("modelAttribute").or_else(|| called("commandName"))
    {
        let model = lowering.name(model);
        lowering.receive(Some(model));
    }
    if name.starts_with("form:")
        && let Some(path) = called("path")
    {
        expression::read(lowering, path, Rules { of_receiver: true, ..Rules::default() });
    }
    let (variable, value) = (called("var")?, after?);
    if each.is_some() {
        lowering.bind(variable, value);
        return None;
    }
    Some((variable, value))
}

/// The stretch without blanks around it.
fn trimmed(text: &str, span: Span) -> Span {
    let found = span.of(text);
    let start = span.start as usize + (found.len() - found.trim_start().len());
    Span::new(start, start + found.trim().len())
}

/// What stands between commas that no bracket or literal holds.
fn parts(text: &str, span: Span) -> Vec<Span> {
    let mut found = Vec::new();
    let (mut depth, mut quote) = (0_i32, None);
    let mut start = span.start as usize;
    for (at, byte) in span.of(text).bytes().enumerate() {
        match (byte, quote) {
            (_, Some(open)) if byte == open => quote = None,
            (_, Some(_)) => {}
            (b'\'', None) => quote = Some(byte),
            (b'{' | b'(' | b'[', None) => depth += 1,
            (b'}' | b')' | b']', None) => depth -= 1,
            (b',', None) if depth == 0 => {
                found.push(Span::new(start, span.start as usize + at));
                start = span.start as usize + at + 1;
            }
            _ => {}
        }
    }
    found.push(Span::new(start, span.end as usize));
    found
}
