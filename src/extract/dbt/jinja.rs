//! Templates of SQL as dbt writes them: text with expressions, tags and comments in it.

use crate::model::span::Span;

/// A part of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Text as it is.
    Text(Span),
    /// What stands in `{{ … }}`, and all of it.
    Expression(Span, Span),
    /// What stands in `{% … %}`.
    Tag(Span),
    /// `{# … #}`.
    Comment(Span),
}

/// Takes a template apart. What is not closed is text.
pub(super) fn parts(text: &str) -> Vec<Part> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    // Once a kind of mark is not closed, no later one of it is.
    let mut unclosed = [false; 3];
    while let Some(open) = memchr::memchr(b'{', &bytes[at..]).map(|open| at + open) {
        let (kind, close) = match bytes.get(open + 1) {
            Some(b'{') => (0, "}}"),
            Some(b'%') => (1, "%}"),
            Some(b'#') => (2, "#}"),
            _ => {
                at = open + 1;
                continue;
            }
        };
        let end = if unclosed[kind] { None } else { memchr::memmem::find(&bytes[open + 2..], close.as_bytes()) };
        let Some(end) = end.map(|end| open + 2 + end) else {
            unclosed[kind] = true;
            at = open + 2;
            continue;
        };
        if open > start {
            found.push(Part::Text(Span::new(start, open)));
        }
        let inner = text[open + 2..end].trim_matches(['-', '+']).trim();
        let from = open + 2 + text[open + 2..end].find(inner).unwrap_or(0);
        let inner = Span::new(from, from + inner.len());
        let whole = Span::new(open, end + 2);
        found.push(match kind {
            0 => Part::Expression(inner, whole),
            1 => Part::Tag(inner),
            _ => Part::Comment(whole),
        });
        start = end + 2;
        at = start;
    }
    if start < text.len() {
        found.push(Part::Text(Span::new(start, text.len())));
    }
    found
}

/// A string in a call, with the call and the key that it is given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Argument<'t> {
    /// The innermost call around it: `ref`, `dbt_utils.star`; empty outside of any.
    pub(super) call: &'t str,
    /// `key` of `key='text'`, also for what is in a list given to it.
    pub(super) key: Option<&'t str>,
    /// The text without its quotes.
    pub(super) text: &'t str,
    /// Where that stands.
    pub(super) span: Span,
    /// Which call it is, counted by their openings.
    pub(super) call_at: usize,
}

/// The name that an expression begins with: `ref` of `ref('x')`.
pub(super) fn name(text: &str) -> &str {
    let length = text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').unwrap_or(text.len());
    &text[..length]
}

/// All strings of an expression that stands at `span` of `text`.
pub(super) fn arguments(text: &str, span: Span) -> Vec<Argument<'_>> {
    /// Deeper calls are not told apart.
    const DEEPEST: usize = 32;
    let (mut at, end) = (span.start as usize, span.end as usize);
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut calls: Vec<(&str, Option<&str>, usize)> = vec![("", None, at)];
    let mut word = (at, at);
    while at < end {
        match bytes[at] {
            quote @ (b'"' | b'\'') => {
                let Some(length) = memchr::memchr(quote, &bytes[at + 1..end]) else { break };
                let inner = Span::new(at + 1, at + 1 + length);
                let (call, key, call_at) = calls.last().copied().unwrap_or(("", None, 0));
                found.push(Argument { call, key, text: inner.of(text), span: inner, call_at });
                at += length + 2;
                continue;
            }
            b'(' => {
                let name = if word.1 == at { &text[word.0..word.1] } else { "" };
                if calls.len() < DEEPEST {
                    calls.push((name, None, at));
                }
            }
            b')' if calls.len() > 1 => {
                calls.pop();
            }
            b'=' if bytes.get(at + 1) != Some(&b'=') => {
                let key = text[word.0..word.1].trim();
                if let Some(call) = calls.last_mut() {
                    call.1 = Some(key);
                }
            }
            b']' => {}
            byte if byte == b'_' || byte == b'.' || byte.is_ascii_alphanumeric() => {
                let length =
                    bytes[at..end].iter().take_while(|&&b| b == b'_' || b == b'.' || b.is_ascii_alphanumeric()).count();
                word = (at, at + length);
                at += length;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}
