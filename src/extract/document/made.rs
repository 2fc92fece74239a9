//! Statements that documents stand for, with the places of their names.

use crate::extract::sql::text::SqlText;
use crate::model::name::Ident;
use crate::model::span::Span;
use crate::model::statement::{
    Access, ColumnReference, Lookup, Relation, Scope, ScopeId, Source, SourceRole, Statement, Usage,
};

/// Adds a scope over the statement's outputs, in which names are read.
pub(in crate::extract) fn name_outputs(statement: &mut Statement, names: &[(String, Span)]) {
    let source = Source {
        relation: Relation::Query(ScopeId(0)),
        alias: None,
        columns: Vec::new(),
        span: Span { start: statement.span.start, end: statement.span.start },
        role: SourceRole::Read,
    };
    let reference = |(name, span): &(String, Span)| ColumnReference {
        qualifier: Vec::new(),
        name: Ident::quoted(name.as_str()),
        span: *span,
        access: Access::Read,
        usage: Usage::Other,
        lookup: Lookup::Sources,
    };
    statement.scopes.push(Scope {
        sources: vec![source],
        references: names.iter().map(reference).collect(),
        ..Scope::default()
    });
}

/// A statement that a document stands for, with the places of its names.
pub(super) struct Made {
    pub(super) piece: SqlText,
    /// Where words stand that the document does not have.
    place: Span,
    /// What names are quoted with.
    pub(super) quote: char,
}

impl Made {
    pub(super) fn at(span: Span) -> Self {
        Self { piece: SqlText::default(), place: Span { start: span.start, end: span.start }, quote: '"' }
    }

    pub(super) fn word(mut self, text: &str) -> Self {
        self.piece.push_decoded(text, self.place);
        self
    }

    pub(super) fn there(mut self, text: &str, span: Span) -> Self {
        self.piece.push_decoded(text, span);
        self
    }

    pub(super) fn piece(mut self, piece: &SqlText) -> Self {
        self.piece.push_piece(piece);
        self
    }

    pub(super) fn quoted(self, name: &str, span: Span) -> Self {
        let quote = self.quote;
        let name = name.replace(quote, "");
        self.there(&format!("{quote}{name}{quote}"), span)
    }

    pub(super) fn name<'n>(mut self, parts: impl Iterator<Item = (&'n str, Span)>) -> Self {
        for (at, (part, span)) in parts.enumerate() {
            if at > 0 {
                self = self.word(".");
            }
            self = self.quoted(part, span);
        }
        self
    }
}
