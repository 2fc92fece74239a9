//! From sqlparser's line and column to bytes of the outer file.

use sqlparser::ast;
use sqlparser::tokenizer::Location;

use super::text::SqlText;
use crate::model::name::{Ident, ObjectName};
use crate::model::span::{LineIndex, Span};

/// Places of one piece of SQL. sqlparser counts lines and columns (characters) from one, in the text that it was
/// given: a piece must be parsed with the same text that its places are made from.
pub struct Places<'a> {
    piece: &'a SqlText,
    lines: LineIndex,
    ascii: bool,
}

impl<'a> Places<'a> {
    /// Places of `piece`.
    pub fn new(piece: &'a SqlText) -> Self {
        Self { piece, lines: LineIndex::new(piece.as_str()), ascii: piece.as_str().is_ascii() }
    }

    /// The piece itself.
    pub fn piece(&self) -> &'a SqlText {
        self.piece
    }

    /// Byte offset in the piece of a parser location; the end of the line when the column is past it.
    pub fn offset(&self, at: Location) -> u32 {
        let text = self.piece.as_str();
        let line = (at.line.max(1) - 1) as usize;
        let Some(start) = self.lines.start(line) else { return text.len() as u32 };
        let columns = (at.column.max(1) - 1) as usize;
        let rest = &text[start as usize..];
        let bytes = if self.ascii {
            columns.min(rest.len())
        } else {
            rest.char_indices().nth(columns).map_or(rest.len(), |(at, _)| at)
        };
        start + bytes as u32
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
