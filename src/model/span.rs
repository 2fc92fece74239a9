//! Where something stands in a file's text.

use serde::{Deserialize, Serialize};

/// Bytes `start..end` of a file's decoded text: zero-based, end excluded, always on char boundaries.
/// Lines and columns (one-based, counted in Unicode scalar values) are worked out by [`LineIndex`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of bytes `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// Whether `other` lies wholly inside this span.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the byte at `offset` lies inside this span.
    pub fn contains_offset(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn join(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The text that stands there. Empty when the span does not fit `text`.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// A one-based place in a file, as people and editors count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// One-based line.
    pub line: u32,
    /// One-based column, in Unicode scalar values.
    pub column: u32,
}

/// The starts of all lines of one text. A line ends with `\n`; a `\r` before it belongs to the line's text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Reads the line starts of `text`.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
        Self { starts }
    }

    /// The zero-based number of the line that holds byte `offset`.
    pub fn line_of(&self, offset: u32) -> usize {
        self.starts.partition_point(|&start| start <= offset) - 1
    }

    /// The one-based line and column of byte `offset` of `text` (the text this index was made from).
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.line_of(offset);
        let before = text.get(self.starts[line] as usize..offset as usize).unwrap_or("");
        Position { line: line as u32 + 1, column: before.chars().count() as u32 + 1 }
    }

    /// The text of zero-based line `line`, without its line ending.
    pub fn line<'t>(&self, text: &'t str, line: usize) -> &'t str {
        let start = self.starts.get(line).map_or(text.len(), |&start| start as usize);
        let end = self.starts.get(line + 1).map_or(text.len(), |&start| start as usize);
        text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }

    /// Byte offset of the start of zero-based line `line`, or `None` past the end.
    pub fn start(&self, line: usize) -> Option<u32> {
        self.starts.get(line).copied()
    }

    /// Number of lines; a text that ends with `\n` has an empty last one.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Never: even an empty text has one (empty) line.
    pub fn is_empty(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let text = "a\r\nüb c\n";
        let index = LineIndex::new(text);
        let at = text.find('c').unwrap_or_default() as u32;
        assert_eq!(index.position(text, at), Position { line: 2, column: 4 });
        assert_eq!(index.line(text, 0), "a");
        assert_eq!(index.len(), 3);
    }
}
