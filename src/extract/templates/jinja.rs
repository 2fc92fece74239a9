//! Jinja, Django's templates and their relatives: `{{ user.full_name|title }}`, `{% for user in users %}`.
//! <https://jinja.palletsprojects.com/en/stable/templates/>, <https://docs.djangoproject.com/en/stable/ref/templates/>

use super::expression::{self, Rules, name_end};
use super::freemarker::word;
use super::lowering::{Lowering, Mark};
use crate::model::span::Span;

const RULES: Rules = Rules { builtins: false, dollar: false, of_receiver: false };

/// Tags that `end…` ends and in which names are bound.
const BLOCKS: &[&str] = &["for", "with", "macro", "call", "filter", "blocktrans", "blocktranslate"];

/// Whether a page without an ending of its own is such a template.
pub(super) fn is_template(text: &str) -> bool {
    const TAGS: &[&str] = &[
        "if",
        "for",
        "block",
        "extends",
        "load",
        "include",
        "set",
        "macro",
        "with",
        "url",
        "csrf_token",
        "trans",
        "import",
        "from",
    ];
    text.match_indices("{%").take(8).any(|(at, _)| {
        let said = text[at + 2..].trim_start_matches(['-', '+', ' ', '\t', '\n']);
        TAGS.iter().any(|tag| said.strip_prefix(tag).is_some_and(|rest| rest.starts_with([' ', '%', '-', '\t'])))
    })
}

/// Lowers a template.
pub(super) fn lower(lowering: &mut Lowering<'_>) {
    /// Longest tag that is read.
    const LONGEST: usize = 4096;
    let text = lowering.text;
    let mut open: Vec<(&str, Mark)> = Vec::new();
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'{', &text.as_bytes()[at..]) {
        at += found;
        let (close, inside) = match text.as_bytes().get(at + 1) {
            Some(b'{') => ("}}", at + 2),
            Some(b'%') => ("%}", at + 2),
            Some(b'#') => ("#}", at + 2),
            _ => {
                at += 1;
                continue;
            }
        };
        let mut limit = (inside + LONGEST).min(text.len());
        while !text.is_char_boundary(limit) {
            limit -= 1;
        }
        let Some(length) = text[inside..limit].find(close) else {
            at = inside;
            continue;
        };
        let end = inside + length;
        let span = Span::new(inside, end);
        match close {
            "}}" => drop(expression::read(lowering, span, RULES)),
            "#}" => lowering.comment(Span::new(at, end + 2)),
            _ => {
                if let Some(after) = tag(lowering, &mut open, span) {
                    at = after;
                    continue;
                }
            }
        }
        at = end + 2;
    }
}

/// Reads a tag; gives where to go on when that is not behind it.
fn tag<'t>(lowering: &mut Lowering<'t>, open: &mut Vec<(&'t str, Mark)>, span: Span) -> Option<usize> {
    let text = lowering.text;
    let (mut start, end) = (span.start as usize, span.end as usize);
    start += text[start..end].bytes().take_while(|byte| byte.is_ascii_whitespace() || b"-+".contains(byte)).count();
    let name_stop = name_end(text, start, end);
    let name = &text[start..name_stop];
    let rest = &text[name_stop..end];
    if let Some(ended) = name.strip_prefix("end") {
        if ended == "comment" {
            return None;
        }
        if let Some(at) = open.iter().rposition(|(block, _)| *block == ended) {
            lowering.leave(open[at].1);
            open.truncate(at);
        }
        return None;
    }
    if name == "comment" {
        let close = text[end..].find("endcomment").map_or(text.len(), |close| end + close);
        lowering.comment(Span::new(span.start as usize, close));
        return Some(close);
    }
    if BLOCKS.contains(&name) {
        open.push((name, lowering.enter()));
    }
    let inside = Span::new(name_stop, end);
    match name {
        "for" => {
            let split = word(rest, "in")?;
            let of = expression::read(lowering, Span::new(name_stop + split + 2, end), RULES);
            let element = lowering.element(of);
            let names = &rest[..split];
            let mut at = name_stop;
            for part in names.split_inclusive(',') {
                let blank = part.len() - part.trim_start_matches([' ', '(']).len();
                let stop = name_end(text, at + blank, name_stop + split);
                lowering.bind(Span::new(at + blank, stop), element);
                at += part.len();
            }
        }
        "set" | "with" | "include" | "blocktrans" | "blocktranslate" | "assign" => bindings(lowering, inside),
        "macro" | "load" | "block" | "extends" | "import" | "from" | "csrf_token" => {}
        _ => drop(expression::read(lowering, inside, RULES)),
    }
    None
}

/// `name = expression`, several of them, or `expression as name`.
fn bindings(lowering: &mut Lowering<'_>, inside: Span) {
    let text = lowering.text;
    let written = inside.of(text);
    let base = inside.start as usize;
    if let Some(split) = word(written, "as") {
        let value = expression::read(lowering, Span::new(base, base + split), RULES);
        let start = base + split + 2;
        let start = start + text[start..inside.end as usize].bytes().take_while(u8::is_ascii_whitespace).count();
        lowering.bind(Span::new(start, name_end(text, start, inside.end as usize)), value);
        return;
    }
    let bytes = written.as_bytes();
    let equals: Vec<usize> = memchr::memchr_iter(b'=', bytes)
        .filter(|&at| {
            let around = [at.checked_sub(1).map(|before| bytes[before]), bytes.get(at + 1).copied()];
            !around.iter().any(|byte| matches!(byte, Some(b'=' | b'!' | b'<' | b'>')))
        })
        .take(32)
        .collect();
    if equals.is_empty() {
        expression::read(lowering, inside, RULES);
        return;
    }
    for (index, &at) in equals.iter().enumerate() {
        let name_stop = written[..at].trim_end().len();
        let name_start = written[..name_stop].rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
        // Up to the next one's name.
        let stop = equals.get(index + 1).map_or(written.len(), |&next| {
            let before = written[..next].trim_end();
            before.rfind(char::is_whitespace).unwrap_or(at + 1).max(at + 1)
        });
        let value = expression::read(lowering, Span::new(base + at + 1, base + stop), RULES);
        lowering.bind(Span::new(base + name_start, base + name_stop), value);
    }
}
