//! A piece of SQL as the SQL reader sees it, with a map back to the file in which it stands.
//!
//! The text of a piece may differ from the file's: escapes are decoded, literals joined, indentation
//! stripped, and run-time holes replaced by marker words. The map gives every byte its place in the file.

use std::borrow::Cow;

use crate::model::name::ObjectName;
use crate::model::span::Span;

/// First part of the marker word that stands for a run-time hole; its index follows.
const HOLE_MARK: &str = "columnist_hole_";
/// A marker word for a hole whose place does not matter.
pub(super) const ANY_HOLE: &str = "columnist_hole_0";

/// A stretch of the piece and the stretch of the file that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    /// Start in the piece.
    at: u32,
    /// Length in the piece.
    length: u32,
    /// Where it comes from. The same length as in the piece means byte for byte; any other length means that the
    /// stretch is indivisible (an escape, a hole).
    outer: Span,
}

/// A piece of SQL with its places in the outer file.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SqlText {
    text: String,
    segments: Vec<Segment>,
    holes: Vec<Span>,
}

impl SqlText {
    /// A piece that stands in the file as it is, from byte `start` of the file on.
    pub fn verbatim(text: &str, start: usize) -> Self {
        let mut piece = Self::default();
        piece.push(text, start);
        piece
    }

    /// Appends text that stands in the file byte for byte, from byte `start` on.
    pub fn push(&mut self, text: &str, start: usize) {
        if !text.is_empty() {
            self.append(text, Span::new(start, start + text.len()));
        }
    }

    /// Appends `decoded`, which the file writes in another way at `outer`: an escape, a line continuation.
    /// `decoded` may be empty.
    pub fn push_decoded(&mut self, decoded: &str, outer: Span) {
        if !decoded.is_empty() {
            self.append(decoded, outer);
        }
    }

    /// Appends a hole: text known only at run time, which the file writes as the expression or placeholder at
    /// `outer`.
    pub fn push_hole(&mut self, outer: Span) {
        let mark = format!("{HOLE_MARK}{}", self.holes.len());
        self.holes.push(outer);
        self.append(&mark, outer);
    }

    /// Appends another piece, keeping its map and renumbering its holes.
    pub fn push_piece(&mut self, piece: &SqlText) {
        for segment in &piece.segments {
            let part = &piece.text[segment.at as usize..(segment.at + segment.length) as usize];
            if hole_index(part).is_some_and(|hole| piece.holes.get(hole) == Some(&segment.outer)) {
                self.push_hole(segment.outer);
            } else {
                self.append(part, segment.outer);
            }
        }
    }

    fn append(&mut self, text: &str, outer: Span) {
        let at = self.text.len() as u32;
        self.text.push_str(text);
        self.segments.push(Segment { at, length: text.len() as u32, outer });
    }

    /// The text, holes as marker words.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The file's expressions behind the holes, in order of their index.
    pub fn holes(&self) -> &[Span] {
        &self.holes
    }

    /// Where bytes `span` of the piece stand in the file: from the place of the first to that of the last.
    /// An empty span, or one past the end, maps to an empty span at the nearest place.
    pub fn outer(&self, span: Span) -> Span {
        let Some(last) = self.segments.last() else { return Span::default() };
        if span.start >= self.text.len() as u32 {
            return Span { start: last.outer.end, end: last.outer.end };
        }
        let first = self.segment(span.start);
        let start = first.outer_start(span.start);
        if span.end <= span.start {
            return Span { start, end: start };
        }
        let end = self.segment(span.end - 1).outer_end(span.end);
        Span { start, end: end.max(start) }
    }

    /// Where bytes `span` of the piece stand, as one stretch of the file from the first of them on: what is inlined from
    /// elsewhere, a constant's text, is left out.
    pub fn place(&self, span: Span) -> Span {
        /// What stands further apart than so many bytes does not belong together.
        const FAR: u32 = 2000;
        let first = self.segments.partition_point(|segment| segment.at + segment.length <= span.start);
        let last = self.segments.partition_point(|segment| segment.at < span.end);
        let simple = self.outer(span);
        let width = simple.end - simple.start;
        if last <= first + 1 || (width > 0 && width <= (span.end - span.start).saturating_add(FAR)) {
            return simple;
        }
        let place = |segment: &Segment| {
            let (start, end) = (segment.at.max(span.start), (segment.at + segment.length).min(span.end));
            Span { start: segment.outer_start(start), end: segment.outer_end(end) }
        };
        let mut whole = place(&self.segments[first]);
        let mut parts: Vec<Span> = self.segments[first + 1..last].iter().map(place).collect();
        parts.retain(|part| part.start >= whole.start);
        parts.sort();
        for part in parts {
            if part.start > whole.end.saturating_add(FAR) {
                break;
            }
            whole.end = whole.end.max(part.end);
        }
        whole
    }

    /// A part of this piece as a piece of its own, with the same places in the file.
    #[must_use]
    pub fn slice(&self, span: Span) -> SqlText {
        let mut piece = SqlText::default();
        let first = self.segments.partition_point(|segment| segment.at + segment.length <= span.start);
        for segment in self.segments[first..].iter().take_while(|segment| segment.at < span.end) {
            let start = segment.at.max(span.start);
            let end = (segment.at + segment.length).min(span.end);
            let text = &self.text[start as usize..end as usize];
            let whole = end - start == segment.length;
            match hole_index(text) {
                Some(hole) if whole && self.holes.get(hole) == Some(&segment.outer) => piece.push_hole(segment.outer),
                _ => piece.append(text, Span { start: segment.outer_start(start), end: segment.outer_end(end) }),
            }
        }
        piece
    }

    /// The piece with all occurrences of one text replaced by another, which stands where that did. Holes stay.
    #[must_use]
    pub fn replaced(&self, from: &str, to: &str) -> SqlText {
        if from.is_empty() {
            return self.clone();
        }
        let mut piece = SqlText::default();
        let mut done = 0;
        for (at, _) in self.text.match_indices(from) {
            let place = Span::new(at, at + from.len());
            piece.push_piece(&self.slice(Span::new(done, at)));
            piece.push_decoded(to, self.outer(place));
            done = at + from.len();
        }
        piece.push_piece(&self.slice(Span::new(done, self.text.len())));
        piece
    }

    /// The piece without escapes that were written twice: `select a\\r\\nfrom b` where a line break is meant. `None`
    /// when there are none, as in texts with line breaks of their own.
    pub fn unescaped(&self) -> Option<SqlText> {
        let text = self.text.as_str();
        let bytes = text.as_bytes();
        memchr::memchr(b'\\', bytes)?;
        let doubled = memchr::memmem::find(bytes, b"\\r\\n").is_some()
            || (memchr::memchr(b'\n', bytes).is_none() && memchr::memmem::find(bytes, b"\\n").is_some());
        if !doubled {
            return None;
        }
        let mut made = SqlText::default();
        let mut copied = 0;
        let mut at = 0;
        while let Some(found) = memchr::memchr(b'\\', &bytes[at..]) {
            at += found;
            let decoded = match bytes.get(at + 1) {
                Some(b'n') => "\n",
                Some(b'r' | b't') => " ",
                Some(b'\'') => "'",
                Some(b'"') => "\"",
                _ => {
                    at += 1;
                    continue;
                }
            };
            made.push_piece(&self.slice(Span::new(copied, at)));
            made.push_decoded(decoded, self.outer(Span::new(at, at + 2)));
            at += 2;
            copied = at;
        }
        made.push_piece(&self.slice(Span::new(copied, text.len())));
        Some(made)
    }

    fn segment(&self, at: u32) -> &Segment {
        let next = self.segments.partition_point(|segment| segment.at <= at);
        &self.segments[next.saturating_sub(1)]
    }
}

impl Segment {
    fn is_verbatim(&self) -> bool {
        self.outer.end - self.outer.start == self.length
    }

    fn outer_start(&self, at: u32) -> u32 {
        if self.is_verbatim() { self.outer.start + (at - self.at) } else { self.outer.start }
    }

    fn outer_end(&self, end: u32) -> u32 {
        if self.is_verbatim() { self.outer.start + (end - self.at) } else { self.outer.end }
    }
}

/// The hole that a word stands for, when the whole word is a hole's marker.
pub fn hole_index(word: &str) -> Option<usize> {
    word.strip_prefix(HOLE_MARK)?.parse().ok()
}

/// Whether a hole is part of the word: `order_${year}`.
pub fn holds_hole(word: &str) -> bool {
    word.contains(HOLE_MARK)
}

/// Where the markers of holes stand in a word.
pub(super) fn marks(word: &str) -> Vec<(usize, usize)> {
    let digits = |from: usize| word[from..].bytes().take_while(u8::is_ascii_digit).count();
    let found = word.match_indices(HOLE_MARK);
    found.map(|(at, mark)| (at, at + mark.len() + digits(at + mark.len()))).collect()
}

/// A name as people are shown it: qualifiers known only at run time are left out, other holes are dots.
pub(super) fn shown(name: &ObjectName) -> String {
    let known = name.0.iter().rposition(|part| hole_index(&part.text).is_some()).map_or(0, |at| at + 1);
    let parts: Vec<Cow<'_, str>> =
        name.0[known.min(name.0.len() - 1)..].iter().map(|part| without_marks(&part.text)).collect();
    parts.join(".")
}

/// The word with dots for each hole's marker.
fn without_marks(word: &str) -> Cow<'_, str> {
    if !holds_hole(word) {
        return Cow::Borrowed(word);
    }
    let mut shown = String::new();
    let mut rest = word;
    while let Some((before, behind)) = rest.split_once(HOLE_MARK) {
        shown.push_str(before);
        shown.push('…');
        rest = behind.trim_start_matches(|digit: char| digit.is_ascii_digit());
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inlined_does_not_widen_a_place() {
        let mut piece = SqlText::default();
        piece.push("SELECT a FROM ", 5000);
        piece.push("users", 20);
        assert_eq!(piece.place(Span::new(0, 19)), Span::new(5000, 5014));
        piece.push(" WHERE b = 1", 5016);
        assert_eq!(piece.place(Span::new(0, 31)), Span::new(5000, 5028));
        piece.push(" AND c", 9000);
        assert_eq!(piece.place(Span::new(0, 37)), Span::new(5000, 5028));
    }

    #[test]
    fn every_word_maps_to_its_place_in_the_file() {
        // The file: "SELECT \"a\" " + "FROM " + table
        let file = r#""SELECT \"a\" " + "FROM " + table"#;
        let mut piece = SqlText::default();
        piece.push("SELECT ", 1);
        piece.push_decoded("\"", Span::new(8, 10));
        piece.push("a", 10);
        piece.push_decoded("\"", Span::new(11, 13));
        piece.push(" ", 13);
        piece.push("FROM ", 19);
        piece.push_hole(Span::new(28, 33));
        assert_eq!(piece.as_str(), "SELECT \"a\" FROM columnist_hole_0");
        let place = |word: &str| {
            let at = piece.as_str().find(word).expect("the word is there");
            piece.outer(Span::new(at, at + word.len())).of(file)
        };
        assert_eq!(place("SELECT"), "SELECT");
        assert_eq!(place("a"), "a");
        assert_eq!(place("FROM"), "FROM");
        assert_eq!(place("columnist_hole_0"), "table");
        let part = piece.slice(Span::new(11, piece.as_str().len()));
        assert_eq!(part.as_str(), "FROM columnist_hole_0");
        assert_eq!(part.outer(Span::new(5, 21)).of(file), "table");
    }
}
