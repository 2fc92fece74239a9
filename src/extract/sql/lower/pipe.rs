//! Pipe syntax (`FROM t |> WHERE … |> SELECT …`): each step that gives new columns is a derived table of the one
//! before.

use sqlparser::ast::{self, PipeOperator, Query};

use super::{Lowerer, Place};
use crate::extract::sql::places;
use crate::model::name::Ident;
use crate::model::span::Span;
use crate::model::statement::{Lookup, OutputValue, Relation, ScopeId, Source, SourceRole, Usage};

impl Lowerer<'_> {
    /// Lowers a query with pipe operators into `scope`.
    pub(super) fn piped(&mut self, query: &Query, scope: ScopeId) {
        let outer = self.outer(scope);
        let span = self.query_start(query);
        let mut current = self.new_scope(outer);
        self.query_body(query, current);
        for operator in &query.pipe_operators {
            current = self.pipe(operator, current, span);
        }
        self.after(current, scope, None, span);
        self.star(scope, span, Vec::new());
    }

    /// Makes the rows of `before` the only source of `scope`.
    fn after(&mut self, before: ScopeId, scope: ScopeId, alias: Option<&ast::Ident>, span: Span) {
        let alias = alias.map(places::ident);
        let relation = Relation::Query(before);
        self.add_source(scope, Source { relation, alias, columns: Vec::new(), span, role: SourceRole::Read });
    }

    /// A new step over the rows of `before`.
    fn next_step(&mut self, before: ScopeId, span: Span) -> ScopeId {
        let step = self.new_scope(self.outer(before));
        self.after(before, step, None, span);
        step
    }

    fn star(&mut self, scope: ScopeId, span: Span, except: Vec<Ident>) {
        self.push_output(scope, None, None, OutputValue::Wildcard { qualifier: Vec::new(), span, except });
    }

    /// Whether a step still shows all columns of its sources under their own names, so that the next one may name
    /// those sources.
    fn is_open(&self, scope: ScopeId) -> bool {
        let outputs = &self.scope(scope).outputs;
        matches!(&outputs[..], [output] if matches!(&output.value, OutputValue::Wildcard { qualifier, except, .. } if qualifier.is_empty() && except.is_empty()))
    }

    /// The step whose outputs the next operator chooses anew.
    fn chooser(&mut self, current: ScopeId, span: Span) -> ScopeId {
        if self.is_open(current) {
            self.scope_mut(current).outputs.clear();
            current
        } else {
            self.next_step(current, span)
        }
    }

    fn pipe(&mut self, operator: &PipeOperator, current: ScopeId, span: Span) -> ScopeId {
        let in_current = |usage| Place::read(current, usage).looking(Lookup::OutputsFirst);
        match operator {
            PipeOperator::Where { expr } => self.condition(expr, in_current(Usage::Filter)),
            PipeOperator::OrderBy { exprs } => self.order_by(exprs, in_current(Usage::Order)),
            PipeOperator::Limit { expr, offset } => {
                self.values(std::iter::once(expr).chain(offset), in_current(Usage::Filter));
            }
            PipeOperator::TableSample { .. } => {}
            PipeOperator::Select { exprs } => {
                let step = self.chooser(current, span);
                self.projection(exprs, step, Lookup::Sources);
                return step;
            }
            PipeOperator::Extend { exprs } => {
                let step = self.chooser(current, span);
                self.star(step, span, Vec::new());
                self.projection(exprs, step, Lookup::SourcesFirst);
                return step;
            }
            PipeOperator::Set { assignments } => {
                let step = self.next_step(current, span);
                let named: Vec<(Option<&ast::Ident>, &ast::Expr)> = assignments
                    .iter()
                    .map(|assignment| match &assignment.target {
                        ast::AssignmentTarget::ColumnName(name) => {
                            (name.0.last().and_then(|part| part.as_ident()), &assignment.value)
                        }
                        ast::AssignmentTarget::Tuple(_) => (None, &assignment.value),
                    })
                    .collect();
                let except = named.iter().filter_map(|(name, _)| name.map(places::ident)).collect();
                self.star(step, span, except);
                for (name, value) in named {
                    self.step_output(step, value, name);
                }
                return step;
            }
            PipeOperator::Drop { columns } => {
                let step = self.next_step(current, span);
                for name in columns {
                    self.column(std::slice::from_ref(name), Place::read(step, Usage::Other));
                }
                self.star(step, span, columns.iter().map(places::ident).collect());
                return step;
            }
            PipeOperator::Rename { mappings } => {
                let step = self.next_step(current, span);
                self.star(step, span, mappings.iter().map(|mapping| places::ident(&mapping.ident)).collect());
                for mapping in mappings {
                    let at = self.scope(step).outputs.len() as u32;
                    let place = Place::read(step, Usage::Output(at));
                    let column = self.column(std::slice::from_ref(&mapping.ident), place);
                    let alias = self.span(&mapping.alias);
                    let value = column.map_or(OutputValue::Expression, OutputValue::Column);
                    self.push_output(step, Some(places::ident(&mapping.alias)), Some(alias), value);
                }
                return step;
            }
            PipeOperator::As { alias } => {
                let step = self.new_scope(self.outer(current));
                self.after(current, step, Some(alias), span);
                self.star(step, span, Vec::new());
                return step;
            }
            PipeOperator::Aggregate { full_table_exprs, group_by_expr } => {
                let step = self.chooser(current, span);
                for item in group_by_expr.iter().chain(full_table_exprs) {
                    self.step_output(step, &item.expr.expr, item.expr.alias.as_ref());
                }
                return step;
            }
            PipeOperator::Union { queries, .. }
            | PipeOperator::Intersect { queries, .. }
            | PipeOperator::Except { queries, .. } => {
                let step = self.new_scope(self.outer(current));
                self.scope_mut(step).operands.push(current);
                for query in queries {
                    let branch = self.query(query, self.outer(current));
                    self.scope_mut(step).operands.push(branch);
                }
                return step;
            }
            PipeOperator::Call { function, alias } => {
                let step = self.next_step(current, span);
                self.call(function, Place::read(step, Usage::Other));
                self.star(step, span, Vec::new());
                let renamed = self.new_scope(self.outer(current));
                self.after(step, renamed, alias.as_ref(), span);
                self.star(renamed, span, Vec::new());
                return renamed;
            }
            PipeOperator::Pivot { aggregate_functions, value_column, value_source, .. } => {
                let step = self.next_step(current, span);
                let place = Place::read(step, Usage::Other);
                self.values(aggregate_functions.iter().map(|function| &function.expr), place);
                self.column(value_column, place);
                self.rest_of_columns(step);
                self.pivot_values(value_source, step);
                return step;
            }
            PipeOperator::Unpivot { value_column, name_column, unpivot_columns, .. } => {
                let step = self.next_step(current, span);
                for name in unpivot_columns {
                    self.column(std::slice::from_ref(name), Place::read(step, Usage::Other));
                }
                self.rest_of_columns(step);
                self.named_output(value_column, step);
                self.named_output(name_column, step);
                return step;
            }
            PipeOperator::Join(join) => {
                let step = if self.is_open(current) {
                    current
                } else {
                    let step = self.next_step(current, span);
                    self.star(step, span, Vec::new());
                    step
                };
                self.joins(std::slice::from_ref(join), 0, step);
                return step;
            }
        }
        current
    }

    fn step_output(&mut self, step: ScopeId, expr: &ast::Expr, alias: Option<&ast::Ident>) {
        let item = match alias {
            Some(alias) => ast::SelectItem::ExprWithAlias { expr: expr.clone(), alias: alias.clone() },
            None => ast::SelectItem::UnnamedExpr(expr.clone()),
        };
        self.projection(&[item], step, Lookup::Sources);
    }
}
