//! `ALTER TABLE` and other changes of what exists.

use sqlparser::ast::{
    self, AlterColumnOperation, AlterTable, AlterTableOperation, ColumnOption, Expr, MySQLColumnPosition, Partition,
    RenameTableNameKind,
};

use super::{Lowerer, Place};
use crate::extract::sql::places;
use crate::model::name::{Ident, ObjectName};
use crate::model::schema::{ColumnChange, SchemaChange};
use crate::model::span::Span;
use crate::model::statement::{ScopeId, StatementKind};

impl Lowerer<'_> {
    pub(super) fn alter_table(&mut self, alter: &AlterTable) -> StatementKind {
        let (scope, known) = self.schema_scope(&alter.name);
        for operation in &alter.operations {
            self.alter_operation(operation, known.as_ref(), scope);
        }
        StatementKind::Alter
    }

    /// One operation. `table` is `None` when its name is only known at run time; the columns are named all the same.
    fn alter_operation(&mut self, operation: &AlterTableOperation, table: Option<&(ObjectName, Span)>, scope: ScopeId) {
        match operation {
            AlterTableOperation::AddColumn { column_def, column_position, .. } => {
                let declared = self.declared_column(column_def, scope);
                self.column_position(column_position.as_ref(), scope);
                if let (Some((table, _)), Some(column)) = (table, declared) {
                    self.changes.push(SchemaChange::AddColumn { table: table.clone(), column });
                }
            }
            AlterTableOperation::AddConstraint { constraint, .. } => {
                self.constraint(constraint, scope);
                if let Some((table, _)) = table {
                    self.constraint_key(constraint, table);
                }
            }
            AlterTableOperation::DropColumn { column_names, .. } => {
                for name in column_names {
                    self.column_change(name, table, scope, |table, column, span| SchemaChange::DropColumn {
                        table,
                        column,
                        span,
                    });
                }
            }
            AlterTableOperation::RenameColumn { old_column_name, new_column_name } => {
                self.rename_column(old_column_name, new_column_name, table, scope);
            }
            AlterTableOperation::RenameTable {
                table_name: RenameTableNameKind::As(name) | RenameTableNameKind::To(name),
            } => {
                if let (Some((from, span)), Some((to, _))) = (table, self.known_name(name, Some(scope))) {
                    self.changes.push(SchemaChange::RenameRelation { from: from.clone(), to, span: *span });
                }
            }
            AlterTableOperation::ChangeColumn { old_name, new_name, data_type, options, column_position } => {
                if places::ident(old_name).matches(&places::ident(new_name)) {
                    self.column(std::slice::from_ref(old_name), Place::schema(scope));
                    self.column(std::slice::from_ref(new_name), Place::schema(scope));
                } else {
                    self.rename_column(old_name, new_name, table, scope);
                }
                self.redefine(new_name, data_type, options, table, scope);
                self.column_position(column_position.as_ref(), scope);
            }
            AlterTableOperation::ModifyColumn { col_name, data_type, options, column_position } => {
                self.column(std::slice::from_ref(col_name), Place::schema(scope));
                self.redefine(col_name, data_type, options, table, scope);
                self.column_position(column_position.as_ref(), scope);
            }
            AlterTableOperation::AlterColumn { column_name, op } => {
                let change = match op {
                    AlterColumnOperation::SetNotNull => ColumnChange::SetNotNull,
                    AlterColumnOperation::DropNotNull => ColumnChange::DropNotNull,
                    AlterColumnOperation::SetDefault { .. } => ColumnChange::SetDefault,
                    AlterColumnOperation::DropDefault => ColumnChange::DropDefault,
                    AlterColumnOperation::SetDataType { data_type, .. } => ColumnChange::Type(data_type.to_string()),
                    AlterColumnOperation::AddGenerated { .. } => ColumnChange::Other,
                };
                self.column_change(column_name, table, scope, |table, column, span| SchemaChange::AlterColumn {
                    table,
                    column,
                    change,
                    span,
                });
                if let AlterColumnOperation::SetDataType { using: Some(using), .. } = op {
                    self.value(using, Place::schema(scope));
                }
            }
            AlterTableOperation::SwapWith { table_name } => self.swap(table_name, table, scope),
            AlterTableOperation::ClusterBy { exprs } | AlterTableOperation::AlterSortKey { columns: exprs } => {
                self.list_items(exprs, Place::schema(scope));
            }
            AlterTableOperation::AddProjection { select, .. } => {
                self.projection_columns(select, scope);
            }
            AlterTableOperation::AddPartitions { new_partitions, .. } => {
                for partition in new_partitions {
                    self.partition(partition, scope);
                }
            }
            AlterTableOperation::DropPartitions { partitions, .. } => self.values(partitions, Place::schema(scope)),
            AlterTableOperation::RenamePartitions { old_partitions, new_partitions } => {
                self.values(old_partitions.iter().chain(new_partitions), Place::schema(scope));
            }
            AlterTableOperation::AttachPartition { partition }
            | AlterTableOperation::DetachPartition { partition }
            | AlterTableOperation::FreezePartition { partition, .. }
            | AlterTableOperation::UnfreezePartition { partition, .. } => self.partition(partition, scope),
            // What is left names constraints, indexes, triggers, rules, owners and options, but no column.
            _ => {}
        }
    }

    /// `ADD COLUMN … AFTER column`.
    fn column_position(&mut self, position: Option<&MySQLColumnPosition>, scope: ScopeId) {
        if let Some(MySQLColumnPosition::After(name)) = position {
            self.column(std::slice::from_ref(name), Place::schema(scope));
        }
    }

    /// Adds the reference of a column that is changed, and the change when everything is known.
    fn column_change(
        &mut self,
        name: &ast::Ident,
        table: Option<&(ObjectName, Span)>,
        scope: ScopeId,
        change: impl FnOnce(ObjectName, Ident, Span) -> SchemaChange,
    ) {
        let named = self.column(std::slice::from_ref(name), Place::schema(scope));
        if let (Some(_), Some((table, _))) = (named, table) {
            self.changes.push(change(table.clone(), places::ident(name), self.span(name)));
        }
    }

    fn rename_column(
        &mut self,
        from: &ast::Ident,
        to: &ast::Ident,
        table: Option<&(ObjectName, Span)>,
        scope: ScopeId,
    ) {
        let place = Place::schema(scope);
        let old = self.column(std::slice::from_ref(from), place);
        let new = self.column(std::slice::from_ref(to), place);
        if let (Some(_), Some(_), Some((table, _))) = (old, new, table) {
            self.changes.push(SchemaChange::RenameColumn {
                table: table.clone(),
                from: places::ident(from),
                to: places::ident(to),
                span: self.span(from),
            });
        }
    }

    /// `MySQL`'s `MODIFY` and `CHANGE` say all of a column's definition anew.
    fn redefine(
        &mut self,
        name: &ast::Ident,
        data_type: &ast::DataType,
        options: &[ColumnOption],
        table: Option<&(ObjectName, Span)>,
        scope: ScopeId,
    ) {
        let mut changes = vec![ColumnChange::Type(data_type.to_string())];
        for option in options {
            self.column_option(option, scope);
            match option {
                ColumnOption::NotNull => changes.push(ColumnChange::SetNotNull),
                ColumnOption::Null => changes.push(ColumnChange::DropNotNull),
                ColumnOption::Default(_) => changes.push(ColumnChange::SetDefault),
                _ => {}
            }
        }
        if super::holds_hole(&name.value) {
            return;
        }
        let Some((table, _)) = table else { return };
        let (column, span) = (places::ident(name), self.span(name));
        self.changes.extend(changes.into_iter().map(|change| SchemaChange::AlterColumn {
            table: table.clone(),
            column: column.clone(),
            change,
            span,
        }));
    }

    /// Snowflake's `SWAP WITH`: two tables exchange their names.
    fn swap(&mut self, with: &ast::ObjectName, table: Option<&(ObjectName, Span)>, scope: ScopeId) {
        self.other_table(with, scope);
        if let (Some((first, at)), Some((second, other))) = (table, self.known_name(with, None)) {
            let between = ObjectName::single(Ident::quoted("swapped with"));
            let rename = |from: &ObjectName, to: &ObjectName, span| SchemaChange::RenameRelation {
                from: from.clone(),
                to: to.clone(),
                span,
            };
            self.changes.push(rename(first, &between, *at));
            self.changes.push(rename(&second, first, other));
            self.changes.push(rename(&between, &second, *at));
        }
    }

    fn projection_columns(&mut self, select: &ast::ProjectionSelect, scope: ScopeId) {
        let place = Place::schema(scope);
        for item in &select.projection {
            match item {
                ast::SelectItem::UnnamedExpr(expr)
                | ast::SelectItem::ExprWithAlias { expr, .. }
                | ast::SelectItem::ExprWithAliases { expr, .. } => self.value(expr, place),
                ast::SelectItem::QualifiedWildcard(..) | ast::SelectItem::Wildcard(_) => {}
            }
        }
        if let Some(ast::OrderBy { kind: ast::OrderByKind::Expressions(items), .. }) = &select.order_by {
            self.order_by(items, place);
        }
        if let Some(ast::GroupByExpr::Expressions(items, _)) = &select.group_by {
            self.list_items(items, place);
        }
    }

    /// `PARTITION (day = '…')` names columns, `PARTITION p` does not.
    fn partition(&mut self, partition: &Partition, scope: ScopeId) {
        let exprs: &[Expr] = match partition {
            Partition::Identifier(_) => &[],
            Partition::Expr(expr) | Partition::Part(expr) => std::slice::from_ref(expr),
            Partition::Partitions(exprs) => exprs,
        };
        self.values(exprs, Place::schema(scope));
    }
}
