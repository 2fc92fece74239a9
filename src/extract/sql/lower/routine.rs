//! Stored routines, triggers and the control flow of their bodies: the statements inside become scopes too.

use sqlparser::ast::{
    self, ConditionalStatementBlock, ConditionalStatements, CreateFunction, CreateFunctionBody, CreateTrigger, Expr,
    MacroDefinition, Statement, TriggerEvent,
};

use super::{Cte, Lowerer, Outer, Place};
use crate::extract::sql::places;
use crate::model::name::{Ident, Name};
use crate::model::schema::{RoutineKind, SchemaChange};
use crate::model::statement::{
    Access, Dialect, Lookup, OutputValue, ScopeId, Source, SourceRole, StatementKind, Usage,
};

impl Lowerer<'_> {
    pub(super) fn create_function(&mut self, create: &CreateFunction) -> StatementKind {
        self.routine(&create.name, RoutineKind::Function);
        let parameters = create.args.iter().flatten().filter_map(|argument| argument.name.as_ref());
        let body = create.function_body.as_ref();
        self.in_body(parameters, |this| match body {
            Some(CreateFunctionBody::AsBeginEnd(block)) => this.body(&block.statements),
            Some(
                CreateFunctionBody::AsBeforeOptions { body, .. }
                | CreateFunctionBody::AsAfterOptions(body)
                | CreateFunctionBody::Return(body)
                | CreateFunctionBody::AsReturnExpr(body),
            ) if !matches!(body, Expr::Value(_)) => this.values_of_statement([body]),
            Some(CreateFunctionBody::AsReturnSelect(select)) => {
                let scope = this.new_scope(this.enclosing);
                this.deeper(|this| this.select(select, scope));
            }
            _ => {}
        });
        StatementKind::CreateRoutine
    }

    pub(super) fn create_procedure(
        &mut self,
        name: &ast::ObjectName,
        parameters: Option<&[ast::ProcedureParam]>,
        body: &ConditionalStatements,
    ) -> StatementKind {
        self.routine(name, RoutineKind::Procedure);
        let names = parameters.unwrap_or(&[]).iter().map(|parameter| &parameter.name);
        self.in_body(names, |this| this.body(body.statements()));
        StatementKind::CreateRoutine
    }

    pub(super) fn create_macro(
        &mut self,
        name: &ast::ObjectName,
        arguments: Option<&[ast::MacroArg]>,
        definition: &MacroDefinition,
    ) -> StatementKind {
        self.routine(name, RoutineKind::Function);
        let names = arguments.unwrap_or(&[]).iter().map(|argument| &argument.name);
        self.in_body(names, |this| match definition {
            MacroDefinition::Expr(expr) => this.values_of_statement([expr]),
            MacroDefinition::Table(query) => {
                this.query(query, this.enclosing);
            }
        });
        StatementKind::CreateRoutine
    }

    fn routine(&mut self, name: &ast::ObjectName, kind: RoutineKind) {
        if let Some((name, _)) = self.known_name(name, None) {
            self.changes.push(SchemaChange::CreateRoutine { name, kind, table: None, runs: None });
        }
    }

    /// A trigger's root is its table, with the old and the new row beside it.
    pub(super) fn create_trigger(&mut self, create: &CreateTrigger) -> StatementKind {
        let (scope, table) = self.schema_scope(&create.table_name);
        if let Some((name, _)) = self.known_name(&create.name, Some(scope)) {
            let table = table.map(|(table, _)| table);
            self.changes.push(SchemaChange::CreateRoutine { name, kind: RoutineKind::Trigger, table, runs: None });
        }
        for image in ["new", "old"] {
            self.row_image(Ident::bare(image), Vec::new(), scope);
        }
        for event in &create.events {
            if let TriggerEvent::Update(columns) = event {
                self.schema_columns(columns, 0, scope);
            }
        }
        if let Some(other) = &create.referenced_table_name {
            self.other_table(other, scope);
        }
        if let Some(condition) = &create.condition {
            self.condition(condition, Place::read(scope, Usage::Filter));
        }
        let Some(statements) = &create.statements else { return StatementKind::CreateRoutine };
        let rows = self.new_scope(None);
        let images: Vec<Source> = self.scope(scope).sources[1..]
            .iter()
            .filter(|source| source.role == SourceRole::RowImage)
            .cloned()
            .collect();
        self.scope_mut(rows).sources = images;
        let mark = self.bound.len();
        if matches!(self.places.dialect(), Dialect::SqlServer | Dialect::Generic) {
            self.bind_transition_tables(scope);
        }
        let outside = (self.enclosing.replace(Outer::all(rows)), self.trigger.replace(scope));
        self.in_body([], |this| this.body(statements.statements()));
        (self.enclosing, self.trigger) = outside;
        self.unbind_ctes(mark);
        StatementKind::CreateRoutine
    }

    /// T-SQL's tables `inserted` and `deleted`: all columns of the written rows.
    fn bind_transition_tables(&mut self, trigger: ScopeId) {
        let Some(table) = self.scope(trigger).sources.first().cloned() else { return };
        for name in ["inserted", "deleted"] {
            let name = Ident::bare(name);
            let query = self.new_scope(None);
            let (role, alias) = (SourceRole::RowImage, Some(name.clone()));
            self.add_source(query, Source { alias, role, ..table.clone() });
            let star = OutputValue::Wildcard { qualifier: vec![name.clone()], span: table.span, except: Vec::new() };
            self.push_output(query, None, None, star);
            self.bind_cte(name.folded(), Cte { query, columns: Vec::new() });
        }
    }

    /// `MySQL`'s `SET NEW.a = …` in a trigger writes a column of the trigger's table. Tells whether it is that.
    pub(super) fn written_row(
        &mut self,
        row: &ast::ObjectNamePart,
        column: &ast::ObjectNamePart,
        values: &[Expr],
    ) -> bool {
        let (Some(scope), Some(row), Some(column)) = (self.trigger, row.as_ident(), column.as_ident()) else {
            return false;
        };
        let is_row = self
            .source_named(scope, &places::ident(row))
            .is_some_and(|at| self.scope(scope).sources[at as usize].role == SourceRole::RowImage);
        if !is_row {
            return false;
        }
        let place = Place { scope, access: Access::Write, usage: Usage::Target, lookup: Lookup::Only(0) };
        let written = self.column(&[row.clone(), column.clone()], place);
        self.values(values, Place::read(scope, written.map_or(Usage::Other, Usage::Assign)));
        true
    }

    /// Runs `inside` where the names of `parameters` are no columns.
    fn in_body<'e>(&mut self, parameters: impl IntoIterator<Item = &'e ast::Ident>, inside: impl FnOnce(&mut Self)) {
        let mark = self.locals.len();
        self.locals.extend(parameters.into_iter().map(|name| Name::new(&name.value)));
        let outside = std::mem::replace(&mut self.in_routine, true);
        inside(self);
        self.in_routine = outside;
        self.locals.truncate(mark);
    }

    /// Lowers the statements of a block; tells what the first does that does anything with rows or the schema.
    pub(super) fn block(&mut self, statements: &[Statement]) -> StatementKind {
        let mut kind = StatementKind::Other;
        for statement in statements {
            let mut found = StatementKind::Other;
            self.deeper(|this| found = this.statement(statement));
            if kind == StatementKind::Other {
                kind = found;
            }
        }
        kind
    }

    fn body(&mut self, statements: &[Statement]) {
        let mark = self.locals.len();
        for statement in statements {
            if let Statement::Declare { stmts } = statement {
                let names =
                    stmts.iter().filter(|declared| declared.for_query.is_none()).flat_map(|declared| &declared.names);
                self.locals.extend(names.map(|name| Name::new(&name.value)));
            }
        }
        self.block(statements);
        self.locals.truncate(mark);
    }

    /// Control flow: `IF`, `CASE`, `WHILE`, `BEGIN … END`.
    pub(super) fn control_flow(&mut self, statement: &Statement) -> StatementKind {
        let mut kinds = Vec::new();
        match statement {
            Statement::If(statement) => {
                let blocks = std::iter::once(&statement.if_block).chain(&statement.elseif_blocks);
                for block in blocks.chain(&statement.else_block) {
                    kinds.push(self.conditional(block));
                }
            }
            Statement::Case(statement) => {
                self.values_of_statement(&statement.match_expr);
                for block in statement.when_blocks.iter().chain(&statement.else_block) {
                    kinds.push(self.conditional(block));
                }
            }
            Statement::While(statement) => kinds.push(self.conditional(&statement.while_block)),
            Statement::StartTransaction { statements, exception, .. } => {
                kinds.push(self.block(statements));
                for handler in exception.iter().flatten() {
                    kinds.push(self.block(&handler.statements));
                }
            }
            _ => {}
        }
        kinds.into_iter().find(|kind| *kind != StatementKind::Other).unwrap_or(StatementKind::Other)
    }

    fn conditional(&mut self, block: &ConditionalStatementBlock) -> StatementKind {
        if let Some(condition) = &block.condition {
            let scope: ScopeId = self.new_scope(self.enclosing);
            self.condition(condition, Place::read(scope, Usage::Filter));
        }
        self.block(block.statements())
    }
}
