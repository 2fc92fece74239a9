//! Velocity: `$user.fullName`, `#foreach($u in $users)`. <https://velocity.apache.org/engine/2.3/vtl-reference.html>

use super::expression::{self, Rules, is_name, name_end};
use super::freemarker::word;
use super::lowering::{Lowering, Mark};
use crate::model::span::Span;

const RULES: Rules = Rules { builtins: false, dollar: true, of_receiver: false };

/// Directives that `#end` ends.
const BLOCKS: &[&str] = &["if", "foreach", "macro", "define", "block"];

/// Lowers a template.
pub(super) fn lower(lowering: &mut Lowering<'_>) {
    let text = lowering.text;
    let bytes = text.as_bytes();
    let mut open: Vec<Mark> = Vec::new();
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'$', b'#', &bytes[at..]) {
        at += found;
        let rest = &text[at..];
        if rest.starts_with("##") {
            let end = memchr::memchr(b'\n', rest.as_bytes()).map_or(text.len(), |end| at + end);
            lowering.comment(Span::new(at, end));
            at = end;
        } else if rest.starts_with("#*") {
            let end = rest.find("*#").map_or(text.len(), |end| at + end + 2);
            lowering.comment(Span::new(at, end));
            at = end;
        } else if bytes[at] == b'$' {
            let end = reference_end(lowering, at);
            expression::read(lowering, Span::new(at, end), RULES);
            at = end;
        } else {
            at = directive(lowering, &mut open, at);
        }
    }
}

/// Reads the directive whose sign stands at `at`; gives where to go on.
fn directive(lowering: &mut Lowering<'_>, open: &mut Vec<Mark>, at: usize) -> usize {
    let text = lowering.text;
    let braced = usize::from(text.as_bytes().get(at + 1) == Some(&b'{'));
    let start = at + 1 + braced;
    let end = name_end(text, start, text.len());
    let name = &text[start..end];
    if name.is_empty() {
        return at + 1;
    }
    if name == "end" {
        if let Some(mark) = open.pop() {
            lowering.leave(mark);
        }
        return end;
    }
    let mark = lowering.enter();
    if BLOCKS.contains(&name) {
        open.push(mark);
    }
    let after = end + braced;
    let paren = after + text.as_bytes()[after.min(text.len())..].iter().take_while(|byte| **byte == b' ').count();
    if text.as_bytes().get(paren) != Some(&b'(') {
        return end;
    }
    let Some(close) = lowering.closing(paren + 1, text.len(), b'(', b')') else { return paren };
    let inside = Span::new(paren + 1, close);
    let written = inside.of(text);
    match name {
        "foreach" => {
            if let Some(split) = word(written, "in") {
                let of = expression::read(lowering, Span::new(paren + 1 + split + 2, close), RULES);
                let element = lowering.element(of);
                lowering.bind(variable(text, paren + 1), element);
            }
        }
        "set" => {
            let equals = written.find('=').map_or(0, |equals| equals + 1);
            let value = expression::read(lowering, Span::new(paren + 1 + equals, close), RULES);
            let name = variable(text, paren + 1);
            let is_path = text[name.end as usize..close].trim_start().starts_with(['.', '[']);
            if !is_path {
                lowering.bind(name, value);
            }
        }
        "macro" => {}
        _ => drop(expression::read(lowering, inside, RULES)),
    }
    close + 1
}

/// The name of the variable that stands from `at` on.
fn variable(text: &str, at: usize) -> Span {
    let signs = text[at..].bytes().take_while(|byte| byte.is_ascii_whitespace() || b"$!{".contains(byte)).count();
    Span::new(at + signs, name_end(text, at + signs, text.len()))
}

/// Where the reference ends whose sign stands at `from`.
fn reference_end(lowering: &mut Lowering<'_>, from: usize) -> usize {
    let text = lowering.text;
    let bytes = text.as_bytes();
    let mut at = from + 1 + usize::from(bytes.get(from + 1) == Some(&b'!'));
    if bytes.get(at) == Some(&b'{') {
        return lowering.closing(at + 1, text.len(), b'{', b'}').map_or(at + 1, |close| close + 1);
    }
    at = name_end(text, at, text.len());
    if at == from + 1 {
        return at;
    }
    loop {
        let next = match bytes.get(at) {
            Some(b'.') if bytes.get(at + 1).is_some_and(|byte| is_name(*byte) && !byte.is_ascii_digit()) => {
                Some(name_end(text, at + 1, text.len()))
            }
            Some(b'(') => lowering.closing(at + 1, text.len(), b'(', b')').map(|close| close + 1),
            Some(b'[') => lowering.closing(at + 1, text.len(), b'[', b']').map(|close| close + 1),
            _ => None,
        };
        match next {
            Some(next) => at = next,
            None => return at,
        }
    }
}
