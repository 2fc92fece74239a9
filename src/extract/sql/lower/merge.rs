//! `MERGE`: the target is the first source, what is merged into it the second.

use sqlparser::ast::{self, MergeAction, MergeInsertKind, MergeUpdateKind};

use super::{Lowerer, Place};
use crate::model::span::Span;
use crate::model::statement::{
    Insert, InsertColumns, Lookup, Relation, ScopeId, Source, SourceRole, StatementKind, Usage,
};

impl Lowerer<'_> {
    pub(super) fn merge(&mut self, merge: &ast::Merge, scope: ScopeId) -> StatementKind {
        self.factor(&merge.table, scope, false);
        let middle = self.source_count(scope);
        if let Some(target) = self.scope_mut(scope).sources.first_mut() {
            target.role = SourceRole::Target;
        }
        self.factor(&merge.source, scope, false);
        let end = self.source_count(scope);
        self.condition(&merge.on, Place::read(scope, Usage::Join));
        let filter = Place::read(scope, Usage::Filter);
        for clause in &merge.clauses {
            if let Some(predicate) = &clause.predicate {
                self.condition(predicate, filter);
            }
            match &clause.action {
                MergeAction::Insert(insert) => {
                    self.merge_insert(insert, (middle, end), scope);
                    if let Some(predicate) = &insert.insert_predicate {
                        self.condition(predicate, filter);
                    }
                }
                MergeAction::Update(update) => {
                    if let MergeUpdateKind::Set(assignments) = &update.kind {
                        self.assignments(assignments, scope, Lookup::Only(0));
                    } else {
                        self.merge_all(middle, scope);
                    }
                    for predicate in update.update_predicate.iter().chain(&update.delete_predicate) {
                        self.condition(predicate, filter);
                    }
                }
                MergeAction::Delete { .. } | MergeAction::DoNothing { .. } => {}
            }
        }
        self.output(merge.output.as_ref(), &["inserted", "deleted"], scope);
        StatementKind::Merge
    }

    /// `INSERT (…) VALUES (…)`, whose values only see the source.
    fn merge_insert(&mut self, insert: &ast::MergeInsertExpr, source: (u32, u32), scope: ScopeId) {
        let columns: Vec<u32> =
            insert.columns.iter().filter_map(|name| self.written(name, scope, Lookup::Only(0))).collect();
        match &insert.kind {
            MergeInsertKind::Values(values) => {
                for row in &values.rows {
                    for (at, value) in row.content.iter().enumerate() {
                        let usage = columns.get(at).map_or(Usage::Other, |&column| Usage::Assign(column));
                        let place = Place::read(scope, usage).looking(Lookup::Within(source.0, source.1));
                        self.value(value, place);
                    }
                }
                let count = values.rows.first().map(|row| row.content.len() as u32);
                let columns = if insert.columns.is_empty() {
                    InsertColumns::Positional { count, span: self.first_source_span(scope) }
                } else {
                    InsertColumns::Named(columns)
                };
                if self.scope(scope).insert.is_none() {
                    self.scope_mut(scope).insert = Some(Insert { columns, query: None });
                } else if matches!(columns, InsertColumns::Positional { .. }) {
                    let id = self.new_scope(None);
                    self.copy_target(scope, id);
                    self.scope_mut(id).insert = Some(Insert { columns, query: None });
                }
            }
            MergeInsertKind::Row | MergeInsertKind::Wildcard => self.merge_all(source.0, scope),
        }
    }

    /// `INSERT ROW`, `INSERT *`, `UPDATE SET *`: all columns of the source go to those of the target.
    fn merge_all(&mut self, source: u32, scope: ScopeId) {
        let Some(read) = self.scope(scope).sources.get(source as usize).cloned() else { return };
        let rows = if let Relation::Query(id) = read.relation {
            id
        } else {
            let id = self.new_scope(None);
            let span = read.span;
            self.add_source(id, read);
            let star =
                crate::model::statement::OutputValue::Wildcard { qualifier: Vec::new(), span, except: Vec::new() };
            self.push_output(id, None, None, star);
            id
        };
        let id = self.new_scope(None);
        self.copy_target(scope, id);
        let columns = InsertColumns::Positional { count: None, span: self.first_source_span(id) };
        self.scope_mut(id).insert = Some(Insert { columns, query: Some(rows) });
    }

    fn copy_target(&mut self, from: ScopeId, to: ScopeId) {
        let target = self.scope(from).sources.first().map(|target| (target.relation.clone(), target.span));
        let (relation, span) = target.unwrap_or((Relation::Hole, Span::default()));
        let role = SourceRole::Target;
        self.add_source(to, Source { relation, alias: None, columns: Vec::new(), span, role });
    }
}
