//! Handlebars and Mustache: `{{user.full_name}}`, `{{#each users}}{{this.full_name}}{{/each}}`.
//! <https://handlebarsjs.com/guide/expressions.html>, <https://mustache.github.io/mustache.5.html>

use super::expression::is_name;
use super::lowering::{Lowering, Mark};
use crate::model::code::{ExpressionId, ExpressionKind, ROOT};
use crate::model::span::Span;

/// Blocks whose inside speaks of the same things as their outside.
const SAME: &[&str] = &["if", "unless", "ifEquals", "else"];

/// Lowers a template.
pub(super) fn lower(lowering: &mut Lowering<'_>) {
    let text = lowering.text;
    let bytes = text.as_bytes();
    let mut open: Vec<Mark> = Vec::new();
    let mut at = 0;
    // Names are parts of what the template is given, or of what a partial is included with.
    let root = lowering.expression(ExpressionKind::Name { name: ROOT.to_owned(), class: None }, Span::new(0, 0));
    lowering.receive(Some(root));
    while let Some(found) = memchr::memchr(b'{', &bytes[at..]) {
        at += found;
        let rest = &text[at..];
        if !rest.starts_with("{{") {
            at += 1;
            continue;
        }
        if rest.starts_with("{{!") {
            let close = if rest.starts_with("{{!--") { "--}}" } else { "}}" };
            let end = rest.find(close).map_or(text.len(), |end| at + end + close.len());
            lowering.comment(Span::new(at, end));
            at = end;
            continue;
        }
        let start = at + 2;
        let Some(length) = memchr::memmem::find(&bytes[start..], b"}}") else { return };
        tag(lowering, &mut open, Span::new(start, start + length));
        at = start + length + 2;
    }
}

fn tag(lowering: &mut Lowering<'_>, open: &mut Vec<Mark>, span: Span) {
    let text = lowering.text;
    let bytes = &text.as_bytes()[..span.end as usize];
    let mut at = span.start as usize;
    let skip = |at: usize, set: &[u8]| {
        at + bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace() || set.contains(byte)).count()
    };
    at = skip(at, b"~{&");
    match bytes.get(at) {
        Some(b'/') => {
            if let Some(mark) = open.pop() {
                lowering.leave(mark);
            }
        }
        Some(b'>') => {
            // The partial's name, and what it is given.
            at = skip(at, b">");
            let length = bytes[at..].iter().take_while(|byte| !byte.is_ascii_whitespace() && **byte != b'~').count();
            let name = Span::new(at, at + length);
            let has_keys = name.end as usize <= bytes.len() && text[name.end as usize..bytes.len()].contains('=');
            let given = words(lowering, name.end as usize, bytes.len(), false);
            // With keys, the names are those keys, of which nothing is followed.
            let given = if has_keys { None } else { given.first().copied().or_else(|| lowering.receiver(0)) };
            lowering.include(name, given);
        }
        Some(b'#' | b'^') => {
            at = skip(at, b"#^*>");
            if at == bytes.len() {
                return;
            }
            let end = at + bytes[at..].iter().take_while(|byte| is_name(**byte) || b"-/.@".contains(byte)).count();
            let helper = Span::new(at, end);
            let name = helper.of(text);
            let mark = lowering.enter();
            open.push(mark);
            let has_arguments = !text[end..bytes.len()].trim_matches(['~', '}', ' ', '\n', '\t', '\r']).is_empty();
            let values = words(lowering, if has_arguments { end } else { at }, bytes.len(), false);
            if SAME.contains(&name) {
                return;
            }
            let is_loop = name == "each" || !has_arguments;
            let Some(first) = values.first().copied().filter(|_| is_loop || name == "with") else { return };
            let value = if is_loop { lowering.element(first) } else { first };
            if let Some(bars) = text[end..bytes.len()].find('|') {
                let start = skip(end + bars + 1, b"");
                let end = start + bytes[start..].iter().take_while(|byte| is_name(**byte)).count();
                lowering.bind(Span::new(start, end), value);
            }
            lowering.receive(Some(value));
        }
        _ => {
            let helper_first = text[at..bytes.len()].trim().contains(char::is_whitespace);
            words(lowering, at, bytes.len(), helper_first);
        }
    }
}

/// Reads the paths of a tag; the first one is left out when it names a helper.
fn words(lowering: &mut Lowering<'_>, from: usize, end: usize, helper_first: bool) -> Vec<ExpressionId> {
    let text = lowering.text;
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let (mut at, mut is_helper) = (from, helper_first);
    while at < end {
        match bytes[at] {
            b'(' => is_helper = true,
            b'|' => return found,
            quote @ (b'"' | b'\'') => {
                let length = bytes[at + 1..end].iter().take_while(|byte| **byte != quote).count();
                at += length + 1;
                is_helper = false;
            }
            b'0'..=b'9' | b'-' => at += bytes[at + 1..end].iter().take_while(|byte| is_name(**byte)).count(),
            byte if is_name(byte) || b".@[".contains(&byte) => {
                let length =
                    bytes[at..end].iter().take_while(|byte| is_name(**byte) || b"./@[]-".contains(byte)).count();
                let path = Span::new(at, at + length);
                let is_key = bytes.get(at + length) == Some(&b'=');
                let written = path.of(text);
                let is_word = matches!(written, "else" | "as" | "true" | "false" | "null" | "undefined" | "if");
                if !is_helper && !is_key && !is_word && byte != b'@' {
                    found.extend(read(lowering, path));
                }
                is_helper = false;
                at += length - 1;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// A path: `user.full_name`, `this.full_name`, `../user/full_name`.
fn read(lowering: &mut Lowering<'_>, path: Span) -> Option<ExpressionId> {
    let text = lowering.text;
    let mut outer = 0;
    let mut is_this = false;
    let mut current: Option<ExpressionId> = None;
    let mut start = path.start as usize;
    let written = path.of(text);
    let parts = written.split_inclusive(['.', '/']);
    let mut dots = 0;
    for part in parts {
        let from = start;
        start += part.len();
        let name = part.trim_end_matches(['.', '/']);
        if name.is_empty() {
            dots += part.bytes().filter(|byte| *byte == b'.').count();
            // `../` comes in three pieces: each dot, and the slash behind them.
            if part.ends_with('/') || dots == 2 {
                outer += usize::from(dots == 2);
                is_this = true;
                dots = 0;
            }
            continue;
        }
        let bracket = name.starts_with('[');
        let name = name.trim_matches(['[', ']']);
        let span = Span::new(from + usize::from(bracket), from + usize::from(bracket) + name.len());
        current = match current {
            Some(object) => Some(lowering.part(object, span, false)),
            None if name == "this" && !is_this => {
                is_this = true;
                continue;
            }
            None if name == "length" => return None,
            None => match lowering.receiver(outer) {
                Some(object) if is_this || !lowering.is_bound(name) => Some(lowering.part(object, span, false)),
                _ => Some(lowering.name(span)),
            },
        };
    }
    match current {
        Some(found) => Some(found),
        None => match lowering.receiver(outer) {
            Some(object) if is_this => Some(object),
            _ if is_this => Some(lowering.expression(ExpressionKind::Opaque, path)),
            _ => None,
        },
    }
}
