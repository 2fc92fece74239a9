//! `FreeMarker`: `${user.fullName}`, `<#list users as u>`.
//! <https://freemarker.apache.org/docs/ref_directives.html>

use super::expression::{self, Rules, name_end};
use super::lowering::{Lowering, Mark};
use crate::model::code::ExpressionId;
use crate::model::span::Span;

const RULES: Rules = Rules { builtins: true, dollar: false, of_receiver: false };

/// A directive that is open.
struct Block<'t> {
    name: &'t str,
    mark: Mark,
    /// One of what a list without a name goes over.
    element: Option<ExpressionId>,
}

/// Lowers a template.
pub(super) fn lower(lowering: &mut Lowering<'_>) {
    let text = lowering.text;
    let bytes = text.as_bytes();
    let mut open: Vec<Block<'_>> = Vec::new();
    let mut at = 0;
    while let Some(found) = memchr::memchr3(b'$', b'#', b'<', &bytes[at..]) {
        at += found;
        let rest = &text[at..];
        if rest.starts_with("<#--") {
            let end = rest.find("-->").map_or(text.len(), |end| at + end + 3);
            lowering.comment(Span::new(at, end));
            at = end;
        } else if rest.starts_with("${") || rest.starts_with("#{") {
            at += 2;
            if let Some(close) = lowering.closing(at, text.len(), b'{', b'}') {
                expression::read(lowering, Span::new(at, close), RULES);
                at = close + 1;
            }
        } else if rest.starts_with("</#") {
            let end = name_end(text, at + 3, text.len());
            close(lowering, &mut open, &text[at + 3..end]);
            at = end;
        } else if rest.starts_with("<#") || rest.starts_with("<@") {
            let name = name_end(text, at + 2, text.len());
            let end = tag_end(text, name);
            if rest.starts_with("<#") {
                directive(lowering, &mut open, Span::new(at + 2, name), Span::new(name, end));
            } else {
                expression::read(lowering, Span::new(name, end), RULES);
            }
            at = (end + 1).min(text.len());
        } else {
            at += 1;
        }
    }
}

/// Where the tag ends whose name ends at `from`: `>` in brackets and literals is none.
fn tag_end(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut quote) = (0_i32, None);
    for (at, &byte) in bytes.iter().enumerate().skip(from).take(8_192) {
        match (byte, quote) {
            (_, Some(open)) if byte == open => quote = None,
            (_, Some(_)) => {}
            (b'"' | b'\'', None) => quote = Some(byte),
            (b'(' | b'[' | b'{', None) => depth += 1,
            (b')' | b']' | b'}', None) => depth -= 1,
            (b'>', None) if depth <= 0 => return at,
            _ => {}
        }
    }
    from
}

fn close(lowering: &mut Lowering<'_>, open: &mut Vec<Block<'_>>, name: &str) {
    // Directives that are not closed in order end the template's compilation: only the last ones are looked at.
    if let Some(at) = open.iter().rev().take(32).position(|block| block.name == name) {
        for _ in 0..=at {
            if let Some(block) = open.pop() {
                lowering.leave(block.mark);
            }
        }
    }
}

fn directive<'t>(lowering: &mut Lowering<'t>, open: &mut Vec<Block<'t>>, name: Span, inside: Span) {
    let text = lowering.text;
    let start = inside.start as usize;
    let written = inside.of(text);
    match name.of(text) {
        "list" => {
            let split = word(written, "as");
            let of = Span::new(start, start + split.unwrap_or(written.len()));
            let of = expression::read(lowering, of, RULES);
            let element = lowering.element(of);
            let mark = lowering.enter();
            if let Some(split) = split {
                names(lowering, start + split + 2, element);
            }
            open.push(Block { name: "list", mark, element: Some(element) });
        }
        "items" => {
            let element = open.iter().rev().take(32).find_map(|block| block.element);
            let mark = lowering.enter();
            if let (Some(split), Some(element)) = (word(written, "as"), element) {
                names(lowering, start + split + 2, element);
            }
            open.push(Block { name: "items", mark, element: None });
        }
        "foreach" => {
            let mark = lowering.enter();
            if let Some(split) = word(written, "in") {
                let of = Span::new(start + split + 2, inside.end as usize);
                let of = expression::read(lowering, of, RULES);
                let element = lowering.element(of);
                names(lowering, start, element);
            }
            open.push(Block { name: "foreach", mark, element: None });
        }
        "assign" | "local" | "global" => {
            let value = expression::read(lowering, after_equals(text, inside), RULES);
            let name = first_name(text, start);
            if written.contains('=') {
                lowering.bind(name, value);
            }
        }
        kind @ ("macro" | "function") => {
            let mark = lowering.enter();
            let name = first_name(text, start);
            let nothing = expression::read(lowering, Span::new(start, start), RULES);
            let mut at = name.end as usize;
            while at < inside.end as usize {
                let parameter = first_name(text, at);
                if parameter.start == parameter.end {
                    at += 1;
                    continue;
                }
                lowering.bind(parameter, nothing);
                at = parameter.end as usize;
            }
            open.push(Block { name: kind, mark, element: None });
        }
        "if" | "elseif" | "switch" | "case" | "return" | "include" | "import" => {
            expression::read(lowering, inside, RULES);
        }
        _ => {}
    }
}

/// Binds the one or two names that stand from `at` on; the second one, a map's value, is the same.
fn names(lowering: &mut Lowering<'_>, at: usize, element: ExpressionId) {
    let text = lowering.text;
    let first = first_name(text, at);
    lowering.bind(first, element);
    let rest = first.end as usize;
    if text[rest..].trim_start().starts_with(',') {
        let second = first_name(text, rest + text[rest..].find(',').map_or(0, |comma| comma + 1));
        lowering.bind(second, element);
    }
}

/// The name that stands from `at` on, behind blanks.
fn first_name(text: &str, at: usize) -> Span {
    let start = at + text[at..].bytes().take_while(u8::is_ascii_whitespace).count();
    Span::new(start, name_end(text, start, text.len()))
}

fn after_equals(text: &str, span: Span) -> Span {
    let at = span.of(text).find('=').map_or(0, |at| at + 1);
    Span::new(span.start as usize + at, span.end as usize)
}

/// Where a word stands between blanks.
pub(super) fn word(text: &str, word: &str) -> Option<usize> {
    let blank = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
    let bytes = text.as_bytes();
    let mut all = text.match_indices(word).map(|(at, _)| at);
    all.find(|&at| (at > 0 && blank(bytes.get(at - 1))) && blank(bytes.get(at + word.len())))
}
