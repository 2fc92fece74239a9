//! Statements: which scopes and changes each kind of them makes.

use sqlparser::ast::{self, CopySource, DeclareAssignment, Statement};

use super::{Lowerer, Place};
use crate::extract::sql::places;
use crate::model::statement::{Insert, InsertColumns, Lookup, OutputValue, ScopeId, SourceRole, StatementKind, Usage};

impl Lowerer<'_> {
    /// Lowers a statement and tells what it does.
    pub(super) fn statement(&mut self, statement: &Statement) -> StatementKind {
        match statement {
            Statement::Query(query) => {
                let scope = self.new_scope(None);
                self.query_into(query, scope)
            }
            Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_) | Statement::Merge(_) => {
                let scope = self.new_scope(None);
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
            _ => StatementKind::Other,
        }
    }

    /// `DECLARE c CURSOR FOR SELECT …`, `DECLARE x = (SELECT …)`.
    fn declare(&mut self, declarations: &[ast::Declare]) -> StatementKind {
        let mut kind = StatementKind::Other;
        let root = self.new_scope(None);
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
