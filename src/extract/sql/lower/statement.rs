//! Statements: which scopes and changes each kind of them makes.

use sqlparser::ast::{self, CopySource, DeclareAssignment, Statement};

use super::{Lowerer, Place};
use crate::extract::sql::places;
use crate::model::schema::{RelationKind, RoutineKind};
use crate::model::statement::{Insert, InsertColumns, Lookup, OutputValue, ScopeId, SourceRole, StatementKind, Usage};

impl Lowerer<'_> {
    /// Lowers a statement and tells what it does.
    pub(super) fn statement(&mut self, statement: &Statement) -> StatementKind {
        match statement {
            Statement::Query(query) => {
                self.set_config(query);
                let scope = self.new_scope(self.enclosing);
                self.query_into(query, scope)
            }
            Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_) | Statement::Merge(_) => {
                let scope = self.new_scope(self.enclosing);
                let mut kind = StatementKind::Other;
                self.deeper(|this| kind = this.dml_into(statement, scope));
                kind
            }
            Statement::Explain { statement, .. } | Statement::Prepare { statement, .. } => {
                let mut kind = StatementKind::Other;
                self.deeper(|this| kind = this.statement(statement));
                kind
            }
            Statement::Directory { source: query, .. }
            | Statement::ExportData(ast::ExportData { query, .. })
            | Statement::Unload { query: Some(query), .. } => {
                self.query(query, None);
                StatementKind::Select
            }
            Statement::Cache { query: Some(query), .. } => {
                self.query(query, None);
                StatementKind::Other
            }
            Statement::Declare { stmts } => self.declare(stmts),
            Statement::Copy { source, to, .. } => self.copy(source, *to),
            Statement::CopyIntoSnowflake { .. } => self.copy_into(statement),
            Statement::LoadData { table_name, .. } => {
                let scope = self.new_scope(None);
                self.target(table_name, scope);
                self.fill(Vec::new(), false, scope);
                StatementKind::Copy
            }
            Statement::Truncate(truncate) => {
                let scope = self.new_scope(None);
                for table in &truncate.table_names {
                    self.target(&table.name, scope);
                }
                StatementKind::Truncate
            }
            Statement::CreateTable(_)
            | Statement::CreateView(_)
            | Statement::CreateIndex(_)
            | Statement::CreateVirtualTable { .. }
            | Statement::AlterTable(_)
            | Statement::AlterView { .. }
            | Statement::Drop { .. }
            | Statement::RenameTable(_) => self.table_statement(statement),
            Statement::CreateFunction(create) => self.create_function(create),
            Statement::CreateProcedure { name, params, body, .. } => {
                self.create_procedure(name, params.as_deref(), body)
            }
            Statement::CreateMacro { name, args, definition, .. } => {
                self.create_macro(name, args.as_deref(), definition)
            }
            Statement::CreateTrigger(create) => self.create_trigger(create),
            Statement::If(_) | Statement::Case(_) | Statement::While(_) | Statement::StartTransaction { .. } => {
                self.control_flow(statement)
            }
            Statement::Set(set) => self.set(set),
            Statement::Use(name) => self.use_schema(name),
            Statement::Execute { .. } => self.execute(statement),
            Statement::Call(function) => {
                let scope = self.new_scope(self.enclosing);
                self.call(function, Place::read(scope, Usage::Other));
                StatementKind::Other
            }
            _ => self.other_statement(statement),
        }
    }

    /// Statements that make, change and drop relations.
    fn table_statement(&mut self, statement: &Statement) -> StatementKind {
        match statement {
            Statement::CreateTable(create) => self.create_table(create),
            Statement::CreateView(create) => self.create_view(create),
            Statement::CreateIndex(create) => self.create_index(create),
            Statement::CreateVirtualTable { name, if_not_exists, module_name, module_args } => {
                self.create_virtual_table(name, module_name, module_args, *if_not_exists)
            }
            Statement::AlterTable(alter) => self.alter_table(alter),
            Statement::AlterView { name, columns, query, .. } => {
                let columns: Vec<&ast::Ident> = columns.iter().collect();
                self.view(name, &columns, query, RelationKind::View);
                StatementKind::CreateView
            }
            Statement::Drop { object_type, names, table, .. } => self.drop_objects(*object_type, names, table.as_ref()),
            Statement::RenameTable(renames) => self.rename_tables(renames),
            _ => StatementKind::Other,
        }
    }

    /// The rest: what is left of the schema, and statements that only name a table.
    fn other_statement(&mut self, statement: &Statement) -> StatementKind {
        match statement {
            Statement::DropFunction(drop) => {
                self.drop_routines(drop.func_desc.iter().map(|function| &function.name), RoutineKind::Function)
            }
            Statement::DropProcedure { proc_desc, .. } => {
                self.drop_routines(proc_desc.iter().map(|procedure| &procedure.name), RoutineKind::Procedure)
            }
            Statement::DropTrigger(drop) => {
                if let Some(table) = &drop.table_name {
                    self.schema_scope(table);
                }
                self.drop_routines([&drop.trigger_name], RoutineKind::Trigger)
            }
            Statement::DropPolicy(drop) => {
                self.schema_scope(&drop.table_name);
                StatementKind::Drop
            }
            Statement::CreatePolicy(policy) => {
                self.policy(&policy.table_name, policy.using.iter().chain(&policy.with_check))
            }
            Statement::AlterPolicy(alter) => self.alter_policy(alter),
            Statement::CreateSchema { schema_name, .. } => self.create_schema(schema_name),
            Statement::CreateDatabase { db_name, .. } => self.create_database(db_name),
            Statement::AlterSchema(alter) => self.alter_schema(alter),
            Statement::Comment { object_type, object_name, .. } => self.comment(*object_type, object_name),
            Statement::Grant(grant) => self.grant(&grant.privileges, grant.objects.as_ref()),
            Statement::Revoke(revoke) => self.grant(&revoke.privileges, revoke.objects.as_ref()),
            Statement::Deny(deny) => self.grant(&deny.privileges, Some(&deny.objects)),
            Statement::CreateSequence { owned_by, .. } => self.owned_by(owned_by.as_ref()),
            Statement::Return(ast::ReturnStatement { value: Some(ast::ReturnStatementValue::Expr(expr)) })
            | Statement::Assert { condition: expr, .. } => {
                self.values_of_statement([expr]);
                StatementKind::Other
            }
            Statement::Print(ast::PrintStatement { message }) => {
                self.values_of_statement([&**message]);
                StatementKind::Other
            }
            Statement::Analyze(ast::Analyze { table_name: Some(name), columns, .. }) => {
                self.named_table(name, columns);
                StatementKind::Other
            }
            Statement::ExplainTable { table_name: name, .. }
            | Statement::OptimizeTable { name, .. }
            | Statement::ShowCreate {
                obj_type: ast::ShowCreateObject::Table | ast::ShowCreateObject::View,
                obj_name: name,
            } => {
                self.named_table(name, &[]);
                StatementKind::Other
            }
            Statement::Lock(lock) => {
                for table in &lock.tables {
                    self.named_table(&table.name, &[]);
                }
                StatementKind::Other
            }
            _ => StatementKind::Other,
        }
    }

    /// `DECLARE c CURSOR FOR SELECT …`, `DECLARE x = (SELECT …)`.
    fn declare(&mut self, declarations: &[ast::Declare]) -> StatementKind {
        let mut kind = StatementKind::Other;
        let root = self.new_scope(self.enclosing);
        for declaration in declarations {
            if let Some(query) = &declaration.for_query {
                // The only query of a statement is its root.
                if declarations.len() == 1 {
                    self.query_into(query, root);
                } else {
                    self.query(query, None);
                }
                kind = StatementKind::Select;
            }
            if let Some(
                DeclareAssignment::Expr(expr)
                | DeclareAssignment::Default(expr)
                | DeclareAssignment::DuckAssignment(expr)
                | DeclareAssignment::For(expr)
                | DeclareAssignment::MsSqlAssignment(expr),
            ) = &declaration.assignment
            {
                self.value(expr, Place::read(root, Usage::Other));
            }
        }
        kind
    }

    /// `COPY t (…) FROM`, `COPY t (…) TO`, `COPY (query) TO`.
    fn copy(&mut self, source: &CopySource, is_read: bool) -> StatementKind {
        let scope = self.new_scope(None);
        match source {
            CopySource::Query(query) => return self.query_into(query, scope),
            CopySource::Table { table_name, columns } if is_read => {
                self.table(table_name, None, scope, SourceRole::Read);
                self.copied_out(columns, scope);
            }
            CopySource::Table { table_name, columns } => {
                self.target(table_name, scope);
                let columns =
                    columns.iter().map(|name| self.column(std::slice::from_ref(name), Place::write(scope, 0)));
                let columns: Vec<Option<u32>> = columns.collect();
                let is_named = !columns.is_empty();
                self.fill(columns.into_iter().flatten().collect(), is_named, scope);
            }
        }
        StatementKind::Copy
    }

    /// The outputs of a table that is copied out.
    fn copied_out(&mut self, columns: &[ast::Ident], scope: ScopeId) {
        if columns.is_empty() {
            let span = self.first_source_span(scope);
            let star = OutputValue::Wildcard { qualifier: Vec::new(), span, except: Vec::new() };
            self.push_output(scope, None, None, star);
        }
        for (at, name) in columns.iter().enumerate() {
            let place = Place::read(scope, Usage::Output(at as u32)).looking(Lookup::Only(0));
            let column = self.column(std::slice::from_ref(name), place);
            let value = column.map_or(OutputValue::Expression, OutputValue::Column);
            self.push_output(scope, Some(places::ident(name)), None, value);
        }
    }

    /// Says that the columns of the first source are filled from outside.
    fn fill(&mut self, columns: Vec<u32>, is_named: bool, scope: ScopeId) {
        let span = self.first_source_span(scope);
        let columns =
            if is_named { InsertColumns::Named(columns) } else { InsertColumns::Positional { count: None, span } };
        self.scope_mut(scope).insert = Some(Insert { columns, query: None });
    }

    /// Snowflake's `COPY INTO t (…) FROM …` and `COPY INTO @stage FROM t`.
    fn copy_into(&mut self, statement: &Statement) -> StatementKind {
        let Statement::CopyIntoSnowflake { kind, into, into_columns, from_obj, from_query, .. } = statement else {
            return StatementKind::Other;
        };
        let scope = self.new_scope(None);
        let is_load = *kind == ast::CopyIntoSnowflakeKind::Table;
        if is_load {
            self.target(into, scope);
            let names = into_columns.iter().flatten();
            let columns: Vec<u32> =
                names.filter_map(|name| self.column(std::slice::from_ref(name), Place::write(scope, 0))).collect();
            self.fill(columns, into_columns.is_some(), scope);
        }
        match (from_query, from_obj) {
            (Some(query), _) if is_load => {
                let id = self.query(query, None);
                if let Some(insert) = &mut self.scope_mut(scope).insert {
                    insert.query = Some(id);
                }
            }
            (Some(query), _) => {
                self.query_into(query, scope);
            }
            (None, Some(table)) if !is_load => {
                self.table(table, None, scope, SourceRole::Read);
                self.copied_out(&[], scope);
            }
            (None, _) => {}
        }
        StatementKind::Copy
    }
}
