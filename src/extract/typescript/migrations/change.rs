//! One change of a table while the calls that make it are being read.

use crate::extract::typescript::builder::names::{self, NamedTable};
use crate::model::name::{Ident, ObjectName};
use crate::model::schema::{ColumnChange, ColumnDef, RelationKind, SchemaChange};
use crate::model::span::Span;
use crate::model::statement::{
    Access, ColumnReference, Dialect, Direction, Lookup, Reading, Relation, Scope, Source, SourceRole, Statement,
    StatementKind, Usage,
};

/// A name with its place.
pub(super) type Place<'t> = (&'t str, Span);

/// What a call does to one table.
pub(super) struct Change {
    kind: StatementKind,
    table: ObjectName,
    table_span: Span,
    span: Span,
    scope: Scope,
    changes: Vec<SchemaChange>,
    /// Columns of a table that is created.
    columns: Vec<ColumnDef>,
}

impl Change {
    /// A change of that kind of a table.
    pub(super) fn new(kind: StatementKind, table: NamedTable, span: Span) -> Self {
        let name = ObjectName(table.parts);
        let mut change = Self {
            kind,
            table: name.clone(),
            table_span: table.span,
            span,
            scope: Scope::default(),
            changes: Vec::new(),
            columns: Vec::new(),
        };
        change.source(name, table.span, SourceRole::Target);
        change
    }

    fn source(&mut self, table: ObjectName, span: Span, role: SourceRole) -> u32 {
        let relation = Relation::Table(table);
        self.scope.sources.push(Source { relation, alias: None, columns: Vec::new(), span, role });
        self.scope.sources.len() as u32 - 1
    }

    fn name(&mut self, name: Place<'_>, source: u32) {
        self.scope.references.push(ColumnReference {
            qualifier: Vec::new(),
            name: Ident::bare(name.0),
            span: name.1,
            access: Access::Both,
            usage: Usage::Schema,
            lookup: Lookup::Only(source),
        });
    }

    /// Names a column of the table.
    pub(super) fn mention(&mut self, column: Place<'_>) {
        self.name(column, 0);
    }

    /// Names columns of another table: those that a foreign key leads to.
    pub(super) fn mention_other(&mut self, table: NamedTable, columns: &[Place<'_>]) {
        let source = self.source(ObjectName(table.parts), table.span, SourceRole::Read);
        for column in columns {
            self.name(*column, source);
        }
    }

    /// A new column. One that has no name of its own in the code stands where its call does.
    pub(super) fn add(&mut self, column: ColumnDef, is_named: bool) {
        if is_named {
            let name = column.name.text.to_string();
            self.name((&name, column.span), 0);
        }
        if self.kind == StatementKind::CreateTable {
            self.columns.push(column);
        } else {
            self.changes.push(SchemaChange::AddColumn { table: self.table.clone(), column });
        }
    }

    /// A column that goes.
    pub(super) fn drop_column(&mut self, column: Place<'_>) {
        self.name(column, 0);
        let (table, name) = (self.table.clone(), Ident::bare(column.0));
        self.changes.push(SchemaChange::DropColumn { table, column: name, span: column.1 });
    }

    /// A column that gets another name.
    pub(super) fn rename(&mut self, from: Place<'_>, to: Place<'_>) {
        self.name(from, 0);
        self.name(to, 0);
        let (table, old, new) = (self.table.clone(), Ident::bare(from.0), Ident::bare(to.0));
        self.changes.push(SchemaChange::RenameColumn { table, from: old, to: new, span: from.1 });
    }

    /// A column whose definition changes.
    pub(super) fn alter(&mut self, column: Place<'_>) {
        self.name(column, 0);
        self.changes.push(SchemaChange::AlterColumn {
            table: self.table.clone(),
            column: Ident::bare(column.0),
            change: ColumnChange::Other,
            span: column.1,
        });
    }

    /// The table goes.
    pub(super) fn drop_table(&mut self) {
        let (name, span) = (self.table.clone(), self.table_span);
        self.changes.push(SchemaChange::DropRelation { kind: RelationKind::Table, name, span });
    }

    /// The table gets another name.
    pub(super) fn rename_table(&mut self, to: Place<'_>) {
        if let Some(to) = names::table(to.0, to.1.start as usize) {
            let (from, to, span) = (self.table.clone(), ObjectName(to.parts), self.table_span);
            self.changes.push(SchemaChange::RenameRelation { from, to, span });
        }
    }

    /// The statement.
    pub(super) fn finish(mut self) -> Statement {
        if self.kind == StatementKind::CreateTable {
            let table = self.table.clone();
            let columns = std::mem::take(&mut self.columns);
            let created = SchemaChange::CreateTable { table, columns, copies: Vec::new(), if_not_exists: true };
            self.changes.insert(0, created);
        }
        Statement {
            kind: self.kind,
            span: self.span,
            dialect: Dialect::Generic,
            reading: Reading::Parsed,
            direction: Direction::Forward,
            scopes: vec![self.scope],
            changes: self.changes,
            holes: Vec::new(),
        }
    }
}

/// A column as it is declared.
pub(super) fn column(name: Place<'_>, data_type: &str, not_null: bool, has_default: bool) -> ColumnDef {
    ColumnDef { name: Ident::bare(name.0), span: name.1, data_type: data_type.to_owned(), not_null, has_default }
}
