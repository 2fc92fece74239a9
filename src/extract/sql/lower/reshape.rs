//! `PIVOT`, `UNPIVOT` and `MATCH_RECOGNIZE`: a table in `FROM` that becomes another, lowered as a derived table.

use sqlparser::ast::{self, Expr, ExprWithAlias, PivotValueSource, TableAlias, TableFactor};

use super::expression::peel;
use super::{Lowerer, Place};
use crate::extract::sql::places;
use crate::model::name::{Ident, Name};
use crate::model::statement::{OutputValue, Relation, ScopeId, Source, SourceRole, Usage};

impl Lowerer<'_> {
    /// Adds the source that one of these makes.
    pub(super) fn reshaped(&mut self, factor: &TableFactor, scope: ScopeId) {
        let inner = self.new_scope(self.outer(scope));
        let alias = match factor {
            TableFactor::Pivot { table, aggregate_functions, value_column, value_source, default_on_null, alias } => {
                self.factor(table, inner, false);
                let place = Place::read(inner, Usage::Other);
                self.values(aggregate_functions.iter().map(|function| &function.expr), place);
                self.values(value_column, place);
                self.values(default_on_null, place);
                self.rest_of_columns(inner);
                self.pivot_values(value_source, inner);
                alias
            }
            TableFactor::Unpivot { table, value, name, columns, alias, .. } => {
                self.factor(table, inner, false);
                self.values(columns.iter().map(|column| &column.expr), Place::read(inner, Usage::Other));
                self.rest_of_columns(inner);
                let values: Vec<&Expr> = match peel(value) {
                    Expr::Tuple(items) => items.iter().collect(),
                    single => vec![single],
                };
                for value in values {
                    if let Expr::Identifier(value) = value {
                        self.named_output(value, inner);
                    }
                }
                self.named_output(name, inner);
                alias
            }
            TableFactor::MatchRecognize { table, alias, .. } => {
                self.factor(table, inner, false);
                self.match_recognize(factor, inner);
                alias
            }
            _ => return,
        };
        self.add_reshaped(inner, alias.as_ref(), scope);
    }

    fn add_reshaped(&mut self, inner: ScopeId, alias: Option<&TableAlias>, scope: ScopeId) {
        let span = self.first_source_span(inner);
        let (mut name, columns) = self.table_alias(alias, scope);
        if name.is_none() {
            name = self.scope(inner).sources.first().and_then(|source| match (&source.alias, &source.relation) {
                (Some(alias), _) => Some(alias.clone()),
                (None, Relation::Table(table)) => Some(table.last().clone()),
                (None, _) => None,
            });
        }
        let relation = Relation::Query(inner);
        self.add_source(scope, Source { relation, alias: name, columns, span, role: SourceRole::Read });
    }

    /// The columns that pass through: all but those named so far.
    pub(super) fn rest_of_columns(&mut self, inner: ScopeId) {
        let except = self.scope(inner).references.iter().map(|reference| reference.name.clone()).collect();
        let span = self.first_source_span(inner);
        self.push_output(inner, None, None, OutputValue::Wildcard { qualifier: Vec::new(), span, except });
    }

    pub(super) fn named_output(&mut self, name: &ast::Ident, scope: ScopeId) {
        let span = self.span(name);
        self.push_output(scope, Some(places::ident(name)), Some(span), OutputValue::Expression);
    }

    /// The columns that a pivot makes are named by the values that it makes them of.
    pub(super) fn pivot_values(&mut self, values: &PivotValueSource, inner: ScopeId) {
        match values {
            PivotValueSource::List(values) => {
                for ExprWithAlias { expr, alias } in values {
                    match (alias, peel(expr)) {
                        (Some(name), _) | (None, Expr::Identifier(name)) => self.named_output(name, inner),
                        (None, Expr::Value(value)) => {
                            let text = value.value.to_string();
                            let name = Ident::quoted(text.trim_matches('\''));
                            self.push_output(inner, Some(name), None, OutputValue::Expression);
                        }
                        _ => self.push_output(inner, None, None, OutputValue::Expression),
                    }
                }
            }
            PivotValueSource::Any(order_by) => self.order_by(order_by, Place::read(inner, Usage::Order)),
            PivotValueSource::Subquery(query) => {
                self.subquery(query, Place::read(inner, Usage::Other));
            }
        }
    }

    fn match_recognize(&mut self, factor: &TableFactor, inner: ScopeId) {
        let TableFactor::MatchRecognize { partition_by, order_by, measures, rows_per_match, symbols, pattern, .. } =
            factor
        else {
            return;
        };
        let outside = self.symbols.len();
        self.symbols.extend(symbols.iter().map(|definition| Name::new(&definition.symbol.value)));
        pattern_symbols(pattern, &mut self.symbols);
        let is_all_rows = matches!(rows_per_match, Some(ast::RowsPerMatch::AllRows(_)));
        if is_all_rows {
            let span = self.first_source_span(inner);
            let star = OutputValue::Wildcard { qualifier: Vec::new(), span, except: Vec::new() };
            self.push_output(inner, None, None, star);
            self.values(partition_by, Place::read(inner, Usage::Group));
        } else {
            for item in partition_by {
                let at = self.scope(inner).outputs.len() as u32;
                self.value(item, Place::read(inner, Usage::Output(at)));
                let name = self.implied_name(item, inner);
                self.push_output(inner, name, None, OutputValue::Expression);
            }
        }
        self.order_by(order_by, Place::read(inner, Usage::Order));
        for measure in measures {
            let at = self.scope(inner).outputs.len() as u32;
            self.value(&measure.expr, Place::read(inner, Usage::Output(at)));
            self.named_output(&measure.alias, inner);
        }
        for definition in symbols {
            self.condition(&definition.definition, Place::read(inner, Usage::Filter));
        }
        self.symbols.truncate(outside);
    }
}

/// Collects the symbols of a pattern.
fn pattern_symbols(pattern: &ast::MatchRecognizePattern, found: &mut Vec<Name>) {
    let mut pending = vec![pattern];
    while let Some(next) = pending.pop() {
        let mut add = |symbol: &ast::MatchRecognizeSymbol| {
            if let ast::MatchRecognizeSymbol::Named(name) = symbol {
                found.push(Name::new(&name.value));
            }
        };
        match next {
            ast::MatchRecognizePattern::Symbol(symbol) | ast::MatchRecognizePattern::Exclude(symbol) => add(symbol),
            ast::MatchRecognizePattern::Permute(symbols) => symbols.iter().for_each(add),
            ast::MatchRecognizePattern::Concat(parts) | ast::MatchRecognizePattern::Alternation(parts) => {
                pending.extend(parts);
            }
            ast::MatchRecognizePattern::Group(inner) | ast::MatchRecognizePattern::Repetition(inner, _) => {
                pending.push(inner);
            }
        }
    }
}
