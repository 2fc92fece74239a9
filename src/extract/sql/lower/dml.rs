//! `INSERT`, `UPDATE`, `DELETE`: a scope whose target is written to.

use sqlparser::ast::{
    self, Assignment, AssignmentTarget, ConflictTarget, Delete, Expr, FromTable, FunctionArg, FunctionArgExpr,
    FunctionArguments, OnConflictAction, OnInsert, OutputClause, Query, SelectItem, SetExpr, Statement, TableFactor,
    TableObject, TableWithJoins, Update, UpdateTableFromKind,
};

use super::expression::peel;
use super::{Lowerer, Place};
use crate::extract::sql::places;
use crate::extract::sql::text::holds_hole;
use crate::model::name::{Ident, ObjectName};
use crate::model::span::Span;
use crate::model::statement::{
    Access, Dialect, HoleRole, Insert, InsertColumns, Lookup, Relation, ScopeId, Source, SourceRole, StatementKind,
    Usage,
};

impl Lowerer<'_> {
    /// Lowers a statement that writes rows into `scope`; others are left alone.
    pub(super) fn dml_into(&mut self, statement: &Statement, scope: ScopeId) -> StatementKind {
        match statement {
            Statement::Insert(insert) => self.insert(insert, scope),
            Statement::Update(update) => self.update(update, scope),
            Statement::Delete(delete) => self.delete(delete, scope),
            Statement::Merge(merge) => self.merge(merge, scope),
            _ => StatementKind::Other,
        }
    }

    fn insert(&mut self, insert: &ast::Insert, scope: ScopeId) -> StatementKind {
        if insert.multi_table_insert_type.is_some() {
            if let Some(query) = &insert.source {
                self.query_into(query, scope);
            }
            self.multi_table(insert, scope);
            return StatementKind::Insert;
        }
        let target_span = self.insert_target(insert, scope);
        for value in insert.partitioned.iter().flatten() {
            self.partition_value(value, scope);
        }
        let mut columns = Vec::new();
        let mut is_complete = true;
        let after = insert.after_columns.iter().map(|name| ast::ObjectName::from(name.clone()));
        for name in insert.columns.iter().cloned().chain(after) {
            match self.written(&name, scope, Lookup::Only(0)) {
                Some(at) if is_complete => columns.push(at),
                Some(_) => {}
                // What a hole stands for shifts all columns behind it.
                None => is_complete = false,
            }
        }
        let is_named = !insert.columns.is_empty() || !insert.after_columns.is_empty();
        let positional = |count| InsertColumns::Positional { count, span: target_span };
        let mut filled = Insert {
            columns: if is_named { InsertColumns::Named(columns.clone()) } else { positional(None) },
            query: None,
        };
        match &insert.source {
            Some(query) => match &*query.body {
                SetExpr::Values(values) => {
                    self.inserted_rows(query, values, &columns, scope);
                    let width = values.rows.first().map_or(0, |row| row.content.len() as u32);
                    let is_hole = values.rows.iter().flat_map(|row| &row.content).any(is_hole);
                    if !is_named {
                        filled.columns = match width {
                            0 => InsertColumns::Defaults,
                            1 if is_hole => positional(None),
                            _ => positional(Some(width)),
                        };
                    }
                }
                _ => filled.query = Some(self.query(query, self.outer(scope))),
            },
            None if !insert.assignments.is_empty() => {
                let first = self.scope(scope).references.len();
                self.assignments(&insert.assignments, scope, Lookup::Only(0));
                let references = &self.scope(scope).references;
                let written = (first..references.len()).filter(|&at| references[at].usage == Usage::Target);
                filled.columns = InsertColumns::Named(written.map(|at| at as u32).collect());
            }
            None if !is_named && insert.format_clause.is_none() => {
                filled.columns = InsertColumns::Defaults;
            }
            None => {}
        }
        self.scope_mut(scope).insert = Some(filled);
        match &insert.on {
            Some(OnInsert::OnConflict(conflict)) => self.on_conflict(conflict, scope),
            Some(OnInsert::DuplicateKeyUpdate(assignments)) => {
                self.on_duplicate_key(insert.insert_alias.as_ref(), assignments, scope);
            }
            _ => {}
        }
        self.output(insert.output.as_ref(), &["inserted"], scope);
        self.returning(insert.returning.as_deref(), scope);
        StatementKind::Insert
    }

    /// Adds the target of an insert and tells where its name stands.
    fn insert_target(&mut self, insert: &ast::Insert, scope: ScopeId) -> Span {
        let alias = insert.table_alias.as_ref().and_then(|alias| {
            if holds_hole(&alias.alias.value) {
                if !alias.explicit {
                    self.note_hole(self.span(&alias.alias), HoleRole::Fragment, Some(scope));
                }
                return None;
            }
            Some(places::ident(&alias.alias))
        });
        let role = SourceRole::Target;
        let (relation, span) = match &insert.table {
            TableObject::TableName(name) => self.named_relation(name, scope),
            TableObject::TableQuery(query) => {
                let span = self.query_start(query);
                (Relation::Query(self.query(query, None)), span)
            }
            TableObject::TableFunction(function) => {
                let name = function.name.0.last().and_then(|part| part.as_ident());
                let span = name.map_or(Span::default(), |name| self.span(name));
                let known = places::object_name(&function.name);
                (known.map_or(Relation::Hole, Relation::Function), span)
            }
        };
        self.add_source(scope, Source { relation, alias, columns: Vec::new(), span, role });
        span
    }

    /// Adds a table that is written to. Only its own name is looked at: no CTE can be inserted into.
    pub(super) fn target(&mut self, name: &ast::ObjectName, scope: ScopeId) -> u32 {
        let (relation, span) = self.named_relation(name, scope);
        let role = SourceRole::Target;
        self.add_source(scope, Source { relation, alias: None, columns: Vec::new(), span, role })
    }

    /// `PARTITION (day = '…', country)`: columns that are filled.
    fn partition_value(&mut self, value: &Expr, scope: ScopeId) {
        match value {
            Expr::Identifier(name) => {
                self.column(std::slice::from_ref(name), Place::write(scope, 0));
            }
            Expr::BinaryOp { left, op: ast::BinaryOperator::Eq, right } => {
                if let Expr::Identifier(name) = &**left {
                    self.column(std::slice::from_ref(name), Place::write(scope, 0));
                }
                self.value(right, Place::read(scope, Usage::Other));
            }
            other => self.value(other, Place::read(scope, Usage::Other)),
        }
    }

    /// The rows of `INSERT … VALUES`; each value goes to the column at its position.
    fn inserted_rows(&mut self, query: &Query, values: &ast::Values, columns: &[u32], scope: ScopeId) {
        let mark = self.bound.len();
        if let Some(with) = &query.with {
            self.with(with, scope);
        }
        // Only MySQL lets a value name a column of the row that is filled.
        let lookup = match self.places.dialect() {
            Dialect::Mysql => Lookup::Sources,
            _ => Lookup::Within(0, 0),
        };
        for row in &values.rows {
            for (at, value) in row.content.iter().enumerate() {
                // A plain value, by far the most frequent, needs no walk.
                if !matches!(value, Expr::Value(_)) {
                    let usage = columns.get(at).map_or(Usage::Other, |&column| Usage::Assign(column));
                    self.value(value, Place::read(scope, usage).looking(lookup));
                }
            }
        }
        self.unbind_ctes(mark);
    }

    /// Adds the reference of a written column. A qualifier is a source's name, except that `PostgreSQL` writes a
    /// field of a composite column that way. A source that is named becomes a target.
    pub(super) fn written(&mut self, name: &ast::ObjectName, scope: ScopeId, unqualified: Lookup) -> Option<u32> {
        let parts: Vec<ast::Ident> = name.0.iter().filter_map(|part| part.as_ident().cloned()).collect();
        let place = Place { scope, access: Access::Write, usage: Usage::Target, lookup: unqualified };
        let [.., qualifier, _] = &parts[..] else { return self.column(&parts, place) };
        if let Some(at) = self.source_named(scope, &places::ident(qualifier)) {
            let source = &mut self.scope_mut(scope).sources[at as usize];
            if source.role == SourceRole::Read {
                source.role = SourceRole::Target;
            }
            return self.column(&parts, place.looking(Lookup::Only(at)));
        }
        let is_open = self.scope(scope).sources.iter().any(|source| source.relation == Relation::Hole);
        // Elsewhere three names are a table's with its schema, and the column's.
        let knows_fields = match self.places.dialect() {
            Dialect::Postgres => true,
            Dialect::Generic => parts.len() == 2,
            _ => false,
        };
        if knows_fields && !is_open && !holds_hole(&qualifier.value) {
            return self.column(&parts[..1], place);
        }
        self.column(&parts, place)
    }

    /// Lowers the assignments of `SET`. `unqualified` is where a column without qualifier is looked up. The columns
    /// of a tuple stand side by side in [`Scope::references`], and a subquery that fills them is used for the first.
    ///
    /// [`Scope::references`]: crate::model::statement::Scope::references
    pub(super) fn assignments(&mut self, assignments: &[Assignment], scope: ScopeId, unqualified: Lookup) {
        for Assignment { target, value } in assignments {
            let names = match target {
                AssignmentTarget::ColumnName(name) => std::slice::from_ref(name),
                AssignmentTarget::Tuple(names) => &names[..],
            };
            let written: Vec<Option<u32>> = names.iter().map(|name| self.written(name, scope, unqualified)).collect();
            let read = |column: Option<u32>| Place::read(scope, column.map_or(Usage::Other, Usage::Assign));
            match row_values(value) {
                Some(values) if matches!(target, AssignmentTarget::Tuple(_)) && values.len() == written.len() => {
                    for (value, &column) in values.into_iter().zip(&written) {
                        self.value(value, read(column));
                    }
                }
                _ => self.value(value, read(written.iter().copied().flatten().next())),
            }
        }
    }

    /// Adds a name for the row that is written to the first source.
    pub(super) fn row_image(&mut self, alias: Ident, columns: Vec<Ident>, scope: ScopeId) {
        let Some(target) = self.scope(scope).sources.iter().find(|source| source.role == SourceRole::Target) else {
            return;
        };
        let (relation, span) = (target.relation.clone(), target.span);
        let role = SourceRole::RowImage;
        self.add_source(scope, Source { relation, alias: Some(alias), columns, span, role });
    }

    fn on_conflict(&mut self, conflict: &ast::OnConflict, scope: ScopeId) {
        if let Some(ConflictTarget::Columns(columns)) = &conflict.conflict_target {
            for name in columns {
                let place = Place::read(scope, Usage::Other).looking(Lookup::Only(0));
                self.column(std::slice::from_ref(name), place);
            }
        }
        if let Some(ConflictTarget::OnConstraint(name)) = &conflict.conflict_target
            && let Some(name) = name.0.last().and_then(|part| part.as_ident())
        {
            let place = Place::read(scope, Usage::Other).looking(Lookup::KeyOf(0));
            self.column(std::slice::from_ref(name), place);
        }
        if let OnConflictAction::DoUpdate(update) = &conflict.action {
            self.row_image(Ident::bare("excluded"), Vec::new(), scope);
            self.assignments(&update.assignments, scope, Lookup::Only(0));
            if let Some(selection) = &update.selection {
                self.condition(selection, Place::read(scope, Usage::Filter));
            }
        }
    }

    fn on_duplicate_key(&mut self, alias: Option<&ast::InsertAliases>, assignments: &[Assignment], scope: ScopeId) {
        if let Some(name) = alias.and_then(|alias| alias.row_alias.0.last()).and_then(|part| part.as_ident()) {
            let columns = alias.into_iter().flat_map(|alias| alias.col_aliases.iter().flatten()).map(places::ident);
            self.row_image(places::ident(name), columns.collect(), scope);
        }
        let values = Ident::bare("values");
        self.row_image(values.clone(), Vec::new(), scope);
        let outside = self.inserted_row.replace(values);
        self.assignments(assignments, scope, Lookup::Only(0));
        self.inserted_row = outside;
    }

    /// Snowflake's and Oracle's `INSERT ALL … INTO a … INTO b … SELECT`: each target is a scope of its own whose
    /// values come from `query`, the root.
    fn multi_table(&mut self, insert: &ast::Insert, query: ScopeId) {
        let conditions = insert.multi_table_when_clauses.iter();
        let branches = conditions.clone().flat_map(|when| &when.into_clauses);
        let others = insert.multi_table_else_clause.iter().flatten();
        for into in insert.multi_table_into_clauses.iter().chain(branches).chain(others) {
            let id = self.new_scope(None);
            let at = self.target(&into.table_name, id) as usize;
            let span = self.scope(id).sources[at].span;
            let relation = Relation::Query(query);
            let role = SourceRole::Read;
            self.add_source(id, Source { relation, alias: None, columns: Vec::new(), span: Span::default(), role });
            let columns: Vec<u32> = into
                .columns
                .iter()
                .filter_map(|name| self.column(std::slice::from_ref(name), Place::write(id, 0)))
                .collect();
            let values = into.values.as_ref().map_or(&[][..], |values| &values.values);
            for (at, value) in values.iter().enumerate() {
                if let ast::MultiTableInsertValue::Expr(value) = value {
                    let usage = columns.get(at).map_or(Usage::Other, |&column| Usage::Assign(column));
                    self.value(value, Place::read(id, usage).looking(Lookup::Within(1, 2)));
                }
            }
            let has_values = !values.is_empty();
            self.scope_mut(id).insert = Some(Insert {
                columns: if into.columns.is_empty() {
                    InsertColumns::Positional { count: has_values.then_some(values.len() as u32), span }
                } else {
                    InsertColumns::Named(columns)
                },
                query: (!has_values).then_some(query),
            });
        }
        if !insert.multi_table_when_clauses.is_empty() {
            let id = self.new_scope(None);
            let (relation, role) = (Relation::Query(query), SourceRole::Read);
            self.add_source(id, Source { relation, alias: None, columns: Vec::new(), span: Span::default(), role });
            for when in conditions {
                self.condition(&when.condition, Place::read(id, Usage::Filter));
            }
        }
    }

    fn update(&mut self, update: &Update, scope: ScopeId) -> StatementKind {
        let from = match &update.from {
            Some(UpdateTableFromKind::BeforeSet(tables) | UpdateTableFromKind::AfterSet(tables)) => &tables[..],
            None => &[],
        };
        let named = match &update.table.relation {
            TableFactor::Table { name, alias: None, args: None, .. } if update.table.joins.is_empty() => {
                self.named_source(from, name)
            }
            _ => None,
        };
        let mut unqualified = Lookup::Only(0);
        if let Some(exposed) = named {
            // T-SQL: the target is one of the sources in FROM.
            self.from(from, scope);
            let at = self.source_named(scope, &exposed).unwrap_or(0);
            self.make_target(at, scope);
            unqualified = Lookup::Only(at);
        } else {
            self.joined(&update.table, scope);
            self.make_target(0, scope);
            if !update.table.joins.is_empty() {
                unqualified = Lookup::Sources;
            }
            self.from(from, scope);
        }
        self.assignments(&update.assignments, scope, unqualified);
        self.rest_of_dml(update.selection.as_ref(), &update.order_by, update.limit.as_ref(), scope);
        self.output(update.output.as_ref(), &["inserted", "deleted"], scope);
        self.returning(update.returning.as_deref(), scope);
        StatementKind::Update
    }

    fn make_target(&mut self, at: u32, scope: ScopeId) {
        if let Some(source) = self.scope_mut(scope).sources.get_mut(at as usize) {
            source.role = SourceRole::Target;
        }
    }

    /// The exposed name of the source among `tables` that `target` means: the one that is called so, or in T-SQL
    /// the one that is this table.
    fn named_source(&self, tables: &[TableWithJoins], target: &ast::ObjectName) -> Option<Ident> {
        // `PostgreSQL` writes to the table itself, whatever stands in `FROM` or `USING`.
        if self.places.dialect() == Dialect::Postgres {
            return None;
        }
        let target = places::object_name(target)?;
        let factors = tables
            .iter()
            .flat_map(|table| std::iter::once(&table.relation).chain(table.joins.iter().map(|join| &join.relation)));
        let exposed = factors.filter_map(|factor| {
            let (alias, name) = match factor {
                TableFactor::Table { name, alias, args: None, .. } => (alias, places::object_name(name)),
                TableFactor::Derived { alias, .. } => (alias, None),
                _ => return None,
            };
            let alias = alias.as_ref().map(|alias| places::ident(&alias.name));
            let exposed = alias.or_else(|| name.as_ref().map(|name| name.last().clone()))?;
            Some((exposed, name))
        });
        let exposed: Vec<(Ident, Option<ObjectName>)> = exposed.collect();
        let by_name = exposed.iter().find(|(exposed, _)| target.0.len() == 1 && exposed.matches(target.last()));
        let by_table = || {
            let is_same = |name: &ObjectName| name.last().matches(target.last());
            let is_wanted = self.places.dialect() == Dialect::SqlServer;
            exposed.iter().find(|(_, name)| is_wanted && name.as_ref().is_some_and(is_same))
        };
        by_name.or_else(by_table).map(|(exposed, _)| exposed.clone())
    }

    fn delete(&mut self, delete: &Delete, scope: ScopeId) -> StatementKind {
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        if let Some(using) = &delete.using {
            for table in from {
                // MySQL: `DELETE FROM a USING a JOIN b` names a source of USING.
                let named = match &table.relation {
                    TableFactor::Table { name, alias: None, .. } => self.named_source(using, name),
                    _ => None,
                };
                if named.is_none() {
                    let at = self.source_count(scope);
                    self.joined(table, scope);
                    self.make_target(at, scope);
                }
            }
            self.from(using, scope);
            for table in from {
                if let TableFactor::Table { name, alias: None, .. } = &table.relation
                    && let Some(at) = self.named_source(using, name).and_then(|name| self.source_named(scope, &name))
                {
                    self.make_target(at, scope);
                }
            }
        } else {
            self.from(from, scope);
            if delete.tables.is_empty() {
                self.make_target(0, scope);
            }
        }
        for name in &delete.tables {
            let exposed = self.named_source(from, name).or_else(|| Some(places::object_name(name)?.last().clone()));
            match exposed.and_then(|exposed| self.source_named(scope, &exposed)) {
                Some(at) => self.make_target(at, scope),
                None => {
                    self.target(name, scope);
                }
            }
        }
        self.rest_of_dml(delete.selection.as_ref(), &delete.order_by, delete.limit.as_ref(), scope);
        self.output(delete.output.as_ref(), &["deleted"], scope);
        self.returning(delete.returning.as_deref(), scope);
        StatementKind::Delete
    }

    fn rest_of_dml(
        &mut self,
        selection: Option<&Expr>,
        order_by: &[ast::OrderByExpr],
        limit: Option<&Expr>,
        scope: ScopeId,
    ) {
        let filter = Place::read(scope, Usage::Filter);
        if let Some(selection) = selection {
            self.condition(selection, filter);
        }
        self.order_by(order_by, Place::read(scope, Usage::Order));
        self.values(limit, filter);
    }

    /// T-SQL's `OUTPUT`; `images` are the names of the written rows that it may use.
    pub(super) fn output(&mut self, output: Option<&OutputClause>, images: &[&str], scope: ScopeId) {
        match output {
            Some(OutputClause::Output { select_items, into_table, .. }) => {
                for image in images {
                    self.row_image(Ident::bare(*image), Vec::new(), scope);
                }
                self.projection(select_items, scope, Lookup::Sources);
                let into = into_table.as_ref().and_then(|into| into.targets.first());
                let (table, columns) = match into {
                    Some(Expr::Identifier(name)) => (ast::ObjectName::from(name.clone()), Vec::new()),
                    Some(Expr::CompoundIdentifier(parts)) => (ast::ObjectName::from(parts.clone()), Vec::new()),
                    // Its columns are taken for arguments.
                    Some(Expr::Function(function)) => (function.name.clone(), listed_names(function)),
                    _ => return,
                };
                let is_variable = |name: &ast::Ident| name.value.starts_with('@');
                if !table.0.first().and_then(|part| part.as_ident()).is_some_and(is_variable) {
                    let id = self.new_scope(None);
                    let at = self.target(&table, id) as usize;
                    let named: Vec<u32> = columns
                        .into_iter()
                        .filter_map(|name| self.column(std::slice::from_ref(name), Place::write(id, 0)))
                        .collect();
                    let columns = if named.is_empty() {
                        InsertColumns::Positional { count: None, span: self.scope(id).sources[at].span }
                    } else {
                        InsertColumns::Named(named)
                    };
                    self.scope_mut(id).insert = Some(Insert { columns, query: Some(scope) });
                }
            }
            Some(OutputClause::Returning { select_items, .. }) => self.returning(Some(select_items), scope),
            None => {}
        }
    }

    /// `RETURNING`. `PostgreSQL` 18 knows the written row as `old` and `new` there.
    fn returning(&mut self, items: Option<&[SelectItem]>, scope: ScopeId) {
        let Some(items) = items else { return };
        let first = self.scope(scope).references.len();
        self.projection(items, scope, Lookup::Sources);
        for image in ["old", "new"] {
            let name = Ident::bare(image);
            let is_used = self.scope(scope).references[first..]
                .iter()
                .any(|reference| matches!(&reference.qualifier[..], [qualifier] if qualifier.matches(&name)));
            if is_used && self.source_named(scope, &name).is_none() {
                self.row_image(name, Vec::new(), scope);
            }
        }
    }
}

/// The values of a row constructor.
fn row_values(value: &Expr) -> Option<Vec<&Expr>> {
    match peel(value) {
        Expr::Tuple(items) => Some(items.iter().collect()),
        Expr::Function(function) => {
            let is_row = matches!(&function.name.0[..], [name] if name.as_ident().is_some_and(|name| name.value.eq_ignore_ascii_case("row")));
            let FunctionArguments::List(list) = &function.args else { return None };
            let items = list.args.iter().map(|argument| match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
                _ => None,
            });
            if is_row { items.collect() } else { None }
        }
        _ => None,
    }
}

/// The names that are the arguments of what is taken for a call.
fn listed_names(function: &ast::Function) -> Vec<&ast::Ident> {
    let FunctionArguments::List(list) = &function.args else { return Vec::new() };
    list.args
        .iter()
        .filter_map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Identifier(name))) => Some(name),
            _ => None,
        })
        .collect()
}

fn is_hole(value: &Expr) -> bool {
    matches!(value, Expr::Identifier(name) if holds_hole(&name.value))
}
