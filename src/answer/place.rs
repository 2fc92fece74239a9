//! Spans become places with a line of code beside them.

use crate::link::store::Store;
use crate::model::answer::Place;
use crate::model::source::FileId;
use crate::model::span::Span;

/// Longest snippet in characters; what is cut off is marked.
const SNIPPET: usize = 200;

/// Where `span` of a file is, as people count.
pub fn place(store: &Store<'_>, file: FileId, span: Span) -> Place {
    let (text, lines) = (store.text(file), store.lines(file));
    let start = lines.position(text, span.start);
    let end = lines.position(text, span.end.max(span.start));
    Place {
        path: store.file(file).path.clone(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

/// The trimmed line on which `span` starts. A very long line is cut around the span.
pub fn snippet(store: &Store<'_>, file: FileId, span: Span) -> String {
    let (text, lines) = (store.text(file), store.lines(file));
    let number = lines.line_of(span.start.min(text.len() as u32));
    let line = lines.line(text, number);
    let trimmed = line.trim();
    if trimmed.len() <= SNIPPET {
        return trimmed.to_owned();
    }
    let at = (span.start - lines.start(number).unwrap_or(0)) as usize;
    let before =
        line.get(..at).map_or(0, |before| before.chars().rev().take(SNIPPET / 3).map(char::len_utf8).sum::<usize>());
    let from = at - before;
    let shown: String = line[from..].chars().take(SNIPPET).collect();
    let head = if line[..from].trim().is_empty() { "" } else { "…" };
    let tail = if from + shown.len() < line.trim_end().len() { "…" } else { "" };
    format!("{head}{}{tail}", shown.trim())
}
