//! Aliases: of tables with their column lists, and words that look like one but are a hole.

use sqlparser::ast;

use super::Lowerer;
use crate::extract::sql::places;
use crate::extract::sql::text::holds_hole;
use crate::model::name::Ident;
use crate::model::span::Span;
use crate::model::statement::{HoleRole, ScopeId};

impl Lowerer<'_> {
    /// A table's alias and the names that it gives to columns. A hole that stands where an alias may, as in
    /// `FROM t ${joins}`, is no alias but an unknown part of the statement.
    pub(super) fn table_alias(
        &mut self,
        alias: Option<&ast::TableAlias>,
        scope: ScopeId,
    ) -> (Option<Ident>, Vec<Ident>) {
        let Some(alias) = alias else { return (None, Vec::new()) };
        let columns = alias.columns.iter().map(|column| places::ident(&column.name)).collect();
        if holds_hole(&alias.name.value) {
            if !alias.explicit {
                self.note_hole(self.span(&alias.name), HoleRole::Fragment, Some(scope));
            }
            return (None, columns);
        }
        (Some(places::ident(&alias.name)), columns)
    }

    /// The name and place of a projection item's alias. A hole behind an item without `AS` is an unknown part of
    /// the statement; with `AS` it is an unknown name.
    pub(super) fn output_alias(&mut self, alias: &ast::Ident, scope: ScopeId) -> Option<(Ident, Span)> {
        let span = self.span(alias);
        if holds_hole(&alias.value) {
            let before = &self.places.piece().as_str()[..self.places.inner(alias.span).start as usize];
            let before = before.trim_end().as_bytes();
            let has_as = before.len() >= 2 && before[before.len() - 2..].eq_ignore_ascii_case(b"as");
            if !has_as {
                self.note_hole(span, HoleRole::Fragment, Some(scope));
            }
            return None;
        }
        // T-SQL: `SELECT @x = a` fills a variable.
        if alias.quote_style.is_none() && alias.value.starts_with('@') {
            return None;
        }
        Some((places::ident(alias), span))
    }
}
