//! Lines of keys and values, in sections: TOML, properties, INI, environment files.

use super::super::tree::{Document, Node, Raw, Style, Value};
use super::flow::{Flow, Manner};
use super::{nothing, scalar};
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// Reads a whole text. A section is an entry of the root; its name is kept as written.
pub(in crate::extract::document) fn read(base: SqlText) -> Document {
    let text = base.as_str();
    let mut sections = vec![(Raw { span: Span::default(), style: Style::Plain }, 0, Vec::<(Raw, Node)>::new())];
    let mut comments = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let line_end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |length| at + length);
        let line = text[at..line_end].trim();
        let start = at + (text[at..line_end].len() - text[at..line_end].trim_start().len());
        at = line_end + 1;
        if line.is_empty() {
            continue;
        }
        if line.starts_with(['#', ';', '!']) {
            comments.push(base.outer(Span::new(start, start + line.len())));
            continue;
        }
        if line.starts_with('[') && line.ends_with(']') {
            let name = line.trim_matches(['[', ']', ' ']);
            let from = start + line.find(name).unwrap_or(0);
            let raw = Raw { span: Span::new(from, from + name.len()), style: Style::Plain };
            sections.push((raw, start, Vec::new()));
            continue;
        }
        let Some(equals) = line.find(['=', ':']) else { continue };
        let key = line[..equals].trim_end().trim_matches(['"', '\'']);
        let from = start + line.find(key).unwrap_or(0);
        let raw = Raw { span: Span::new(from, from + key.len()), style: Style::Plain };
        let mut value_at = start + equals + 1;
        while text.as_bytes().get(value_at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'>')) {
            value_at += 1;
        }
        let (value, next) = value(text, value_at.min(line_end), line_end);
        at = at.max(next);
        if let Some((_, _, entries)) = sections.last_mut() {
            entries.push((raw, value));
        }
    }
    let mut sections = sections.into_iter();
    let mut entries = sections.next().map(|(_, _, entries)| entries).unwrap_or_default();
    for (name, start, own) in sections {
        let end = own.last().map_or(name.span.end, |(_, value)| value.span.end);
        entries.push((name, Node { span: Span { start: start as u32, end }, value: Value::Map(own) }));
    }
    let root = Node { span: Span::new(0, text.len()), value: Value::Map(entries) };
    Document { base, root, comments, broken: None }
}

/// The value that begins at `start`, and where the next line begins.
fn value(text: &str, start: usize, line_end: usize) -> (Node, usize) {
    let rest = &text[start..];
    for quotes in ["\"\"\"", "'''"] {
        if let Some(inner) = rest.strip_prefix(quotes) {
            let length = inner.find(quotes).unwrap_or(inner.len());
            let span = Span::new(start + 3, start + 3 + length);
            let style = if quotes.starts_with('"') { Style::Escaped } else { Style::Plain };
            return (scalar(span, style), next_line(text, (span.end as usize + 3).min(text.len())));
        }
    }
    match rest.as_bytes().first() {
        None | Some(b'\n' | b'\r') => (nothing(start), 0),
        Some(b'"') => {
            let mut flow = Flow::new(&text[..line_end], start, Manner::Equals);
            (flow.quoted(), 0)
        }
        Some(b'\'') => {
            let inner = &text[start + 1..line_end];
            let length = inner.find('\'').unwrap_or(inner.trim_end().len());
            (scalar(Span::new(start + 1, start + 1 + length), Style::Plain), 0)
        }
        Some(b'[' | b'{') if !rest.starts_with("{{") && !rest.starts_with("{%") => {
            let mut flow = Flow::new(text, start, Manner::Equals);
            let node = flow.value(0).unwrap_or_else(|| nothing(start));
            (node, next_line(text, flow.at))
        }
        _ => {
            // Properties go on behind a backslash.
            let mut end = line_end;
            while text[start..end].trim_end_matches('\r').ends_with('\\') && end < text.len() {
                end = memchr::memchr(b'\n', &text.as_bytes()[end + 1..]).map_or(text.len(), |length| end + 1 + length);
            }
            let value = text[start..end].trim_end();
            let style = if value.contains('\\') { Style::Escaped } else { Style::Plain };
            (scalar(Span::new(start, start + value.len()), style), end + 1)
        }
    }
}

fn next_line(text: &str, at: usize) -> usize {
    memchr::memchr(b'\n', text.as_bytes().get(at..).unwrap_or(&[])).map_or(text.len(), |length| at + length + 1)
}
