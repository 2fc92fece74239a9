//! Statements about the schema other than tables and their columns: `DROP`, schemas, policies, comments, grants.

use sqlparser::ast::{
    self, Action, AlterPolicyOperation, AlterSchemaOperation, CommentObject, Expr, GrantObjects, ObjectType,
    Privileges, SchemaName, Set, Statement, Use, Value,
};

use super::{Lowerer, Place};
use crate::extract::sql::places;
use crate::extract::sql::text::holds_hole;
use crate::model::name::{Ident, ObjectName};
use crate::model::schema::{RelationKind, RoutineKind, SchemaChange};
use crate::model::span::Span;
use crate::model::statement::{Dialect, Relation, ScopeId, Source, SourceRole, StatementKind, Usage};

impl Lowerer<'_> {
    /// `DROP TABLE`, `DROP VIEW`, `DROP SCHEMA` and what else is dropped by name.
    pub(super) fn drop_objects(
        &mut self,
        object: ObjectType,
        names: &[ast::ObjectName],
        table: Option<&ast::ObjectName>,
    ) -> StatementKind {
        let kind = match object {
            ObjectType::Table => RelationKind::Table,
            ObjectType::View => RelationKind::View,
            ObjectType::MaterializedView => RelationKind::MaterializedView,
            ObjectType::Schema | ObjectType::Database => {
                for name in names {
                    if let Some((name, _)) = self.known_name(name, None) {
                        self.changes.push(SchemaChange::DropSchema(name.last().clone()));
                    }
                }
                return StatementKind::Drop;
            }
            _ => {
                if let Some(table) = table {
                    self.schema_scope(table);
                }
                return StatementKind::Drop;
            }
        };
        for name in names {
            if let (_, Some((name, span))) = self.schema_scope(name) {
                self.changes.push(SchemaChange::DropRelation { kind, name, span });
            }
        }
        StatementKind::Drop
    }

    pub(super) fn drop_routines<'e>(
        &mut self,
        names: impl IntoIterator<Item = &'e ast::ObjectName>,
        kind: RoutineKind,
    ) -> StatementKind {
        for name in names {
            if let Some((name, _)) = self.known_name(name, None) {
                self.changes.push(SchemaChange::DropRoutine { name, kind });
            }
        }
        StatementKind::Drop
    }

    pub(super) fn rename_tables(&mut self, renames: &[ast::RenameTable]) -> StatementKind {
        for rename in renames {
            let (scope, from) = self.schema_scope(&rename.old_name);
            if let (Some((from, span)), Some((to, _))) = (from, self.known_name(&rename.new_name, Some(scope))) {
                self.changes.push(SchemaChange::RenameRelation { from, to, span });
            }
        }
        StatementKind::Alter
    }

    pub(super) fn create_schema(&mut self, name: &SchemaName) -> StatementKind {
        let name = match name {
            SchemaName::Simple(name) | SchemaName::NamedAuthorization(name, _) => self.last_known(name),
            SchemaName::UnnamedAuthorization(user) => (!holds_hole(&user.value)).then(|| places::ident(user)),
        };
        self.changes.extend(name.map(SchemaChange::CreateSchema));
        StatementKind::OtherSchema
    }

    fn last_known(&mut self, name: &ast::ObjectName) -> Option<Ident> {
        self.known_name(name, None).map(|(name, _)| name.last().clone())
    }

    pub(super) fn create_database(&mut self, name: &ast::ObjectName) -> StatementKind {
        let name = self.last_known(name);
        self.changes.extend(name.map(SchemaChange::CreateSchema));
        StatementKind::OtherSchema
    }

    pub(super) fn alter_schema(&mut self, alter: &ast::AlterSchema) -> StatementKind {
        for operation in &alter.operations {
            if let AlterSchemaOperation::Rename { name } = operation
                && let (Some(from), Some(to)) = (self.last_known(&alter.name), self.last_known(name))
            {
                self.changes.push(SchemaChange::RenameSchema { from, to });
            }
        }
        StatementKind::Alter
    }

    /// The conditions of a row policy.
    pub(super) fn policy<'e>(
        &mut self,
        table: &ast::ObjectName,
        conditions: impl IntoIterator<Item = &'e Expr>,
    ) -> StatementKind {
        let (scope, _) = self.schema_scope(table);
        for condition in conditions {
            self.condition(condition, Place::schema(scope));
        }
        StatementKind::OtherSchema
    }

    pub(super) fn alter_policy(&mut self, alter: &ast::AlterPolicy) -> StatementKind {
        let conditions = match &alter.operation {
            AlterPolicyOperation::Apply { using, with_check, .. } => [using.as_ref(), with_check.as_ref()],
            AlterPolicyOperation::Rename { .. } => [None, None],
        };
        self.policy(&alter.table_name, conditions.into_iter().flatten())
    }

    pub(super) fn comment(&mut self, object: CommentObject, name: &ast::ObjectName) -> StatementKind {
        match object {
            CommentObject::Column => {
                if let [table @ .., column] = &name.0[..]
                    && let (false, Some(column)) = (table.is_empty(), column.as_ident())
                {
                    let (scope, _) = self.schema_scope(&ast::ObjectName(table.to_vec()));
                    self.schema_columns([column], 0, scope);
                }
            }
            CommentObject::Table | CommentObject::View | CommentObject::MaterializedView => {
                self.schema_scope(name);
            }
            _ => {}
        }
        StatementKind::OtherSchema
    }

    /// `GRANT SELECT (a) ON t`, `REVOKE`, `DENY`.
    pub(super) fn grant(&mut self, privileges: &Privileges, objects: Option<&GrantObjects>) -> StatementKind {
        let Some(GrantObjects::Tables(tables) | GrantObjects::Views(tables)) = objects else {
            return StatementKind::OtherSchema;
        };
        for table in tables {
            let (scope, _) = self.schema_scope(table);
            let Privileges::Actions(actions) = privileges else { continue };
            for action in actions {
                if let Action::Select { columns }
                | Action::Insert { columns }
                | Action::Update { columns }
                | Action::References { columns } = action
                {
                    self.schema_columns(columns.iter().flatten(), 0, scope);
                }
            }
        }
        StatementKind::OtherSchema
    }

    /// `CREATE SEQUENCE … OWNED BY t.a`.
    pub(super) fn owned_by(&mut self, owner: Option<&ast::ObjectName>) -> StatementKind {
        if let Some(owner) = owner {
            self.comment(CommentObject::Column, owner);
        }
        StatementKind::OtherSchema
    }

    /// `SET search_path = …`, and values of variables.
    pub(super) fn set(&mut self, set: &Set) -> StatementKind {
        let values: Vec<&Expr> = match set {
            Set::SingleAssignment { variable, values, .. } => {
                let name = variable.0.last().and_then(|part| part.as_ident());
                if name.is_some_and(|name| {
                    ["search_path", "current_schema", "schema"].iter().any(|word| name.value.eq_ignore_ascii_case(word))
                }) {
                    let path = values.iter().filter_map(schema_in_path).collect();
                    self.changes.push(SchemaChange::SetSearchPath(path));
                    return StatementKind::Other;
                }
                if let [row, column] = &variable.0[..]
                    && self.written_row(row, column, values)
                {
                    return StatementKind::Other;
                }
                values.iter().collect()
            }
            Set::ParenthesizedAssignments { values, .. } => values.iter().collect(),
            Set::MultipleAssignments { assignments } => {
                assignments.iter().map(|assignment| &assignment.value).collect()
            }
            _ => Vec::new(),
        };
        self.values_of_statement(values);
        StatementKind::Other
    }

    /// Lowers expressions of a statement that is none of rows.
    pub(super) fn values_of_statement<'e>(&mut self, values: impl IntoIterator<Item = &'e Expr>) {
        let scope = self.new_scope(self.enclosing);
        self.values(values, Place::read(scope, Usage::Other));
    }

    /// `MySQL`'s `USE shop`. In T-SQL that is a database, whose schemas are others.
    pub(super) fn use_schema(&mut self, name: &Use) -> StatementKind {
        if let (Use::Object(name) | Use::Schema(name) | Use::Database(name), false) =
            (name, self.places.dialect() == Dialect::SqlServer)
        {
            let schema = self.last_known(name);
            self.changes.extend(schema.map(|schema| SchemaChange::SetSearchPath(vec![schema])));
        }
        StatementKind::Other
    }

    /// `SELECT set_config('search_path', 'a, b', false)`.
    pub(super) fn set_config(&mut self, query: &ast::Query) {
        let ast::SetExpr::Select(select) = &*query.body else { return };
        let [ast::SelectItem::UnnamedExpr(Expr::Function(function))] = &select.projection[..] else { return };
        let name = function.name.0.last().and_then(|part| part.as_ident());
        let ast::FunctionArguments::List(list) = &function.args else { return };
        let text = |at: usize| match list.args.get(at) {
            Some(ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(Expr::Value(value)))) => match &value.value {
                Value::SingleQuotedString(text) => Some(text.as_str()),
                _ => None,
            },
            _ => None,
        };
        if !name.is_some_and(|name| name.value.eq_ignore_ascii_case("set_config")) || text(0) != Some("search_path") {
            return;
        }
        let path: Vec<Ident> = text(1).map_or_else(Vec::new, schemas);
        // A dump empties the path and qualifies every name; nothing is looked up by it.
        if !path.is_empty() {
            self.changes.push(SchemaChange::SetSearchPath(path));
        }
    }

    /// T-SQL's `EXEC sp_rename 'table.column', 'name', 'COLUMN'`. Other parameters are values.
    pub(super) fn execute(&mut self, statement: &Statement) -> StatementKind {
        let Statement::Execute { name, parameters, .. } = statement else { return StatementKind::Other };
        let procedure = name.as_ref().and_then(|name| name.0.last()).and_then(|part| part.as_ident());
        if procedure.is_some_and(|name| name.value.eq_ignore_ascii_case("sp_rename")) {
            self.sp_rename(parameters);
            return StatementKind::Alter;
        }
        if !parameters.is_empty() {
            self.values_of_statement(parameters);
        }
        StatementKind::Other
    }

    fn sp_rename(&mut self, parameters: &[Expr]) {
        let Some((old, inner)) = parameters.first().and_then(string) else { return };
        let Some((new, _)) = parameters.get(1).and_then(string) else { return };
        let what = parameters.get(2).and_then(string).map_or("", |(what, _)| what);
        if holds_hole(old) || holds_hole(new) || new.is_empty() {
            return;
        }
        let parts: Vec<Ident> = old.split('.').map(bracketed).collect();
        let Some((last, rest)) = parts.split_last() else { return };
        // The place of the last part, where the literal stands as it is.
        let literal = self.places.inner(inner);
        let from = literal.end.saturating_sub(1).saturating_sub(u32::from(old.ends_with(']')));
        let place = Span { start: from.saturating_sub(last.text.len() as u32).max(literal.start), end: from };
        let span = self.places.piece().outer(place);
        if what.eq_ignore_ascii_case("column") && !rest.is_empty() {
            let table = ObjectName(rest.to_vec());
            let scope = self.renamed(table.clone(), span);
            self.schema_reference(last.clone(), span, 0, scope);
            let (from, to) = (last.clone(), bracketed(new));
            self.changes.push(SchemaChange::RenameColumn { table, from, to, span });
        } else if what.is_empty() || what.eq_ignore_ascii_case("object") {
            let (from, to) = (ObjectName(parts), ObjectName::single(bracketed(new)));
            self.renamed(from.clone(), span);
            self.changes.push(SchemaChange::RenameRelation { from, to, span });
        }
    }

    /// The scope of a table that a string names.
    fn renamed(&mut self, table: ObjectName, span: Span) -> ScopeId {
        let scope = self.new_scope(self.enclosing);
        let (relation, role) = (Relation::Table(table), SourceRole::Target);
        self.add_source(scope, Source { relation, alias: None, columns: Vec::new(), span, role });
        scope
    }

    /// A table that a statement names without reading its rows: `DESCRIBE t`, `ANALYZE t (a)`, `LOCK TABLE t`.
    pub(super) fn named_table(&mut self, name: &ast::ObjectName, columns: &[ast::Ident]) -> ScopeId {
        let scope = self.new_scope(self.enclosing);
        self.other_table(name, scope);
        self.schema_columns(columns, 0, scope);
        scope
    }
}

/// A schema in a search path; `"$user"` is none.
fn schema_in_path(value: &Expr) -> Option<Ident> {
    let name = match value {
        Expr::Identifier(name) => places::ident(name),
        Expr::Value(_) => Ident::quoted(string(value)?.0),
        _ => return None,
    };
    (!name.text.is_empty() && !name.is("$user") && !name.is("default") && !holds_hole(&name.text)).then_some(name)
}

/// The schemas of a search path in a string.
fn schemas(path: &str) -> Vec<Ident> {
    let names = path.split(',').map(|name| name.trim().trim_matches('"'));
    names.filter(|name| !name.is_empty() && *name != "$user" && !holds_hole(name)).map(Ident::bare).collect()
}

fn string(value: &Expr) -> Option<(&str, sqlparser::tokenizer::Span)> {
    let Expr::Value(value) = value else { return None };
    match &value.value {
        Value::SingleQuotedString(text) | Value::NationalStringLiteral(text) | Value::DoubleQuotedString(text) => {
            Some((text, value.span))
        }
        _ => None,
    }
}

/// A name that may stand in T-SQL's brackets.
fn bracketed(name: &str) -> Ident {
    match name.trim().strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        Some(inner) => Ident::quoted(inner),
        None => Ident::bare(name.trim()),
    }
}
