//! Statements that changes stand for, written in `PostgreSQL`'s words, with the places of their names in the file.

use crate::extract::sql;
use crate::extract::sql::text::SqlText;
use crate::model::facts::FileFacts;
use crate::model::span::Span;
use crate::model::statement::{Dialect, Direction};

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) text: String,
    pub(super) span: Span,
}

impl Named {
    pub(super) fn new(text: impl Into<String>, span: Span) -> Self {
        Self { text: text.into(), span }
    }
}

/// A statement that is being written.
#[derive(Clone, Debug)]
pub(super) struct Ddl {
    piece: SqlText,
    /// Where words stand that the file does not write.
    place: Span,
}

impl Ddl {
    /// A statement for the change that begins at `start`.
    pub(super) fn at(start: u32) -> Self {
        Self { piece: SqlText::default(), place: Span { start, end: start } }
    }

    pub(super) fn word(mut self, text: &str) -> Self {
        self.piece.push_decoded(text, self.place);
        self
    }

    /// A name, perhaps with a schema before it.
    pub(super) fn name(mut self, name: &Named) -> Self {
        for (at, part) in name.text.split('.').enumerate() {
            if at > 0 {
                self.piece.push_decoded(".", self.place);
            }
            self.piece.push_decoded(&format!("\"{}\"", part.replace('"', "")), name.span);
        }
        self
    }

    pub(super) fn names(mut self, names: &[Named]) -> Self {
        for (at, name) in names.iter().enumerate() {
            if at > 0 {
                self = self.word(", ");
            }
            self = self.name(name);
        }
        self
    }

    /// A data type as it is written, as far as SQL can have it.
    pub(super) fn data_type(self, text: &str) -> Self {
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '(' | ')' | ',');
        let plain = text.chars().all(is_plain) && text.matches('(').count() == text.matches(')').count();
        let text = if plain && !text.trim().is_empty() { text.trim() } else { "text" };
        self.word(text)
    }

    pub(super) fn give(self, facts: &mut FileFacts, direction: Direction) {
        sql::read_into(facts, &self.piece, Some(Dialect::Postgres), direction);
    }
}
