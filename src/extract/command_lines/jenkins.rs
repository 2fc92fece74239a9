//! Jenkinsfiles: what `sh`, `bat` and their relatives are given.

use std::sync::LazyLock;

use regex::Regex;

use super::{Carried, lines};
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

static STEP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?-u:\b)(?:sh|bat|powershell|pwsh)(?-u:\b)\s*\(?\s*(?:(?:\w+\s*:\s*(?:'[^'\n]*'|"[^"\n]*"|\w+)\s*,\s*)*script\s*:\s*)?('''|"""|'|")"#)
        .expect("a constant pattern compiles")
});

/// What a Jenkinsfile holds.
pub(super) fn carried(text: &str) -> Carried {
    let mut carried = Carried::default();
    for (start, line) in lines(text) {
        let said = line.trim_start();
        if said.starts_with("//") || said.starts_with("* ") {
            carried.comments.push(Span::new(start + line.len() - said.len(), start + line.len()));
        }
    }
    let mut end = 0;
    for step in STEP.captures_iter(text) {
        let Some(quote) = step.get(1) else { continue };
        let before = carried.comments.partition_point(|comment| comment.start as usize <= quote.start());
        let commented = before > 0 && carried.comments[before - 1].end as usize > quote.start();
        if quote.start() < end || commented {
            continue;
        }
        let (script, after) = literal(text, quote.end(), quote.as_str());
        end = after;
        carried.shell.push(script);
    }
    carried
}

/// A literal of Groovy from behind its opening quote, and where it ends.
fn literal(text: &str, start: usize, quote: &str) -> (SqlText, usize) {
    let mut piece = SqlText::default();
    let bytes = text.as_bytes();
    let (mut from, mut at) = (start, start);
    while at < text.len() {
        if text[at..].starts_with(quote) {
            piece.push(&text[from..at], from);
            return (piece, at + quote.len());
        }
        match bytes[at] {
            b'\\' => {
                let next = text[at + 1..].chars().next().unwrap_or(' ');
                let decoded = match next {
                    'n' => "\n".to_owned(),
                    't' => "\t".to_owned(),
                    // The shell's own, a line that goes on, stays as it is written.
                    '\n' => "\\\n".to_owned(),
                    other => other.to_string(),
                };
                piece.push(&text[from..at], from);
                at += 1 + next.len_utf8().min(text.len() - at - 1);
                piece.push_decoded(&decoded, Span::new(at - 1, at));
                from = at;
                continue;
            }
            b'$' if quote.starts_with('"') && bytes.get(at + 1) == Some(&b'{') => {
                let close = text[at..].find('}').map_or(text.len(), |close| at + close + 1);
                piece.push(&text[from..at], from);
                piece.push_hole(Span::new(at, close));
                at = close;
                from = at;
                continue;
            }
            b'\n' if quote.len() == 1 => break,
            _ => {}
        }
        at += text[at..].chars().next().map_or(1, char::len_utf8);
    }
    piece.push(&text[from..at], from);
    (piece, at)
}
