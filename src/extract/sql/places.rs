//! From sqlparser's line and column to bytes of the outer file.

use sqlparser::ast;
use sqlparser::tokenizer::Location;

use super::text::SqlText;
use crate::model::name::{Ident, ObjectName};
use crate::model::span::{LineIndex, Span};
use crate::model::statement::Dialect;

/// Every so many characters of a piece the byte offset is kept, so that a column in a line of any length costs at
/// most that many steps.
const STRIDE: usize = 64;

/// Places of one piece of SQL. sqlparser counts lines and columns (characters) from one, in the text that it was
/// given: a piece must be parsed with the same text that its places are made from.
pub struct Places<'a> {
    piece: &'a SqlText,
    dialect: Dialect,
    lines: LineIndex,
    /// `None` when every character is one byte.
    characters: Option<Characters>,
}

/// Where the characters of a text are that has some of more than one byte.
struct Characters {
    /// Number of characters before each line.
    before_line: Vec<u32>,
    /// Byte offset of every [`STRIDE`]th character.
    offsets: Vec<u32>,
}

impl Characters {
    fn new(text: &str) -> Self {
        let mut found = Self { before_line: vec![0], offsets: Vec::with_capacity(text.len() / STRIDE + 1) };
        for (count, (at, character)) in text.char_indices().enumerate() {
            if count % STRIDE == 0 {
                found.offsets.push(at as u32);
            }
            if character == '\n' {
                found.before_line.push(count as u32 + 1);
            }
        }
        found
    }

    /// Byte offset of the character at `column` (from zero) of `line`, the text's length when there is none.
    fn offset(&self, text: &str, line: usize, column: usize) -> usize {
        let character = self.before_line.get(line).map_or(usize::MAX, |&before| before as usize).saturating_add(column);
        let Some(&start) = self.offsets.get(character / STRIDE) else { return text.len() };
        let rest = &text[start as usize..];
        start as usize + rest.char_indices().nth(character % STRIDE).map_or(rest.len(), |(at, _)| at)
    }
}

impl<'a> Places<'a> {
    /// Places of `piece`, parsed without knowing the dialect.
    pub fn new(piece: &'a SqlText) -> Self {
        Self::of(piece, Dialect::Generic)
    }

    /// Places of `piece`, whose tree the parser of `dialect` made.
    pub fn of(piece: &'a SqlText, dialect: Dialect) -> Self {
        let text = piece.as_str();
        let characters = (!text.is_ascii()).then(|| Characters::new(text));
        Self { piece, dialect, lines: LineIndex::new(text), characters }
    }

    /// The piece itself.
    pub fn piece(&self) -> &'a SqlText {
        self.piece
    }

    /// The dialect whose parser made the tree.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Byte offset in the piece of a parser location; the end of the line when the column is past it.
    pub fn offset(&self, at: Location) -> u32 {
        let text = self.piece.as_str();
        let line = (at.line.max(1) - 1) as usize;
        let Some(start) = self.lines.start(line) else { return text.len() as u32 };
        let end = self.lines.start(line + 1).map_or(text.len(), |next| next as usize - 1);
        let column = (at.column.max(1) - 1) as usize;
        let offset = match &self.characters {
            None => (start as usize).saturating_add(column),
            Some(characters) => characters.offset(text, line, column),
        };
        offset.min(end) as u32
    }

    /// A parser span as bytes of the piece.
    pub fn inner(&self, span: sqlparser::tokenizer::Span) -> Span {
        let start = self.offset(span.start);
        Span { start, end: self.offset(span.end).max(start) }
    }

    /// A parser span as bytes of the outer file.
    pub fn outer(&self, span: sqlparser::tokenizer::Span) -> Span {
        self.piece.outer(self.inner(span))
    }

    /// Where an identifier's name stands in the outer file, without its quotes.
    pub fn of_ident(&self, ident: &ast::Ident) -> Span {
        let mut inner = self.inner(ident.span);
        if ident.quote_style.is_some() && inner.end - inner.start >= 2 {
            inner.start += 1;
            inner.end -= 1;
            // BigQuery quotes a whole path: `project.set.table`. Each of its parts has the place of all.
            let written = inner.of(self.piece.as_str());
            if written.len() > ident.value.len() {
                let is_last = written.strip_suffix(ident.value.as_str()).is_some_and(|before| before.ends_with('.'));
                if is_last {
                    inner.start = inner.end - ident.value.len() as u32;
                }
            }
        }
        self.piece.outer(inner)
    }
}

/// An identifier of sqlparser's tree as ours.
pub fn ident(ident: &ast::Ident) -> Ident {
    Ident { text: ident.value.as_str().into(), quoted: ident.quote_style.is_some() }
}

/// An object name of sqlparser's tree as ours; parts that are function calls are left out. `None` when nothing
/// remains.
pub fn object_name(name: &ast::ObjectName) -> Option<ObjectName> {
    let parts: Vec<Ident> = name.0.iter().filter_map(|part| part.as_ident().map(ident)).collect();
    (!parts.is_empty()).then_some(ObjectName(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_long_lines_count_characters() {
        for sample in ["ab\ncd\n", "äb\n\nüc€d\n", "€"] {
            let text = sample.repeat(200);
            let piece = SqlText::verbatim(&text, 0);
            let places = Places::new(&piece);
            let (mut line, mut column) = (1, 1);
            for (at, character) in text.char_indices() {
                assert_eq!(places.offset(Location { line, column }), at as u32);
                (line, column) = if character == '\n' { (line + 1, 1) } else { (line, column + 1) };
            }
            assert_eq!(
                places.offset(Location { line: 1, column: 999_999 }),
                text.find('\n').unwrap_or(text.len()) as u32
            );
        }
    }
}
