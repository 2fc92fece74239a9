//! What a statement does to the schema. The catalog applies these in migration order.

use serde::{Deserialize, Serialize};

use super::name::{Ident, Name, ObjectName};
use super::span::Span;
use super::statement::ScopeId;

/// The schema of relations whose own schema is only known where they are deployed: models of dbt. Others may name them in
/// any schema.
pub const DEPLOYED: &str = "dbt";

/// A column as a `CREATE TABLE` or `ADD COLUMN` declares it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnDef {
    /// Its name.
    pub name: Ident,
    /// Where the name stands.
    pub span: Span,
    /// The declared type as written, empty when none is.
    pub data_type: String,
    /// Whether the declaration says `NOT NULL` or `PRIMARY KEY`.
    pub not_null: bool,
    /// Whether it says `DEFAULT`, `GENERATED`, `IDENTITY`, `AUTO_INCREMENT` or a serial type.
    pub has_default: bool,
}

/// What kind of relation a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RelationKind {
    /// A stored table, also a foreign or temporary one.
    Table,
    /// A view.
    View,
    /// A materialised view.
    MaterializedView,
}

/// A stored routine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RoutineKind {
    /// `CREATE FUNCTION`.
    Function,
    /// `CREATE PROCEDURE`.
    Procedure,
    /// `CREATE TRIGGER`.
    Trigger,
}

/// What an `ALTER COLUMN` tightens or changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ColumnChange {
    /// A new data type.
    Type(String),
    /// `SET NOT NULL`.
    SetNotNull,
    /// `DROP NOT NULL`.
    DropNotNull,
    /// `SET DEFAULT`.
    SetDefault,
    /// `DROP DEFAULT`.
    DropDefault,
    /// Anything else.
    Other,
}

/// One change that a statement makes to the schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SchemaChange {
    /// `CREATE TABLE t (…)`.
    CreateTable {
        /// The new table.
        table: ObjectName,
        /// Its columns in order.
        columns: Vec<ColumnDef>,
        /// Tables whose columns it takes over: `LIKE`, `INHERITS`, `PARTITION OF`.
        copies: Vec<ObjectName>,
        /// `IF NOT EXISTS` was said.
        if_not_exists: bool,
    },
    /// A view, or `CREATE TABLE … AS`, `SELECT … INTO`: a relation whose columns are those of a query.
    CreateFromQuery {
        /// The new relation.
        relation: ObjectName,
        /// View or table.
        kind: RelationKind,
        /// The explicit column list, empty when none is given.
        columns: Vec<Ident>,
        /// The query's scope, in the same statement.
        query: ScopeId,
    },
    /// `DROP TABLE`, `DROP VIEW`, one for each name.
    DropRelation {
        /// What the statement says it drops.
        kind: RelationKind,
        /// The dropped relation.
        name: ObjectName,
        /// Where its name stands.
        span: Span,
    },
    /// `ALTER TABLE … RENAME TO`, `RENAME TABLE`, `sp_rename`.
    RenameRelation {
        /// The old name.
        from: ObjectName,
        /// The new name; it keeps the old one's schema unless it says another.
        to: ObjectName,
        /// Where the old name stands.
        span: Span,
    },
    /// `ALTER TABLE … SET SCHEMA`.
    MoveRelation {
        /// The relation.
        name: ObjectName,
        /// The schema that it moves to.
        schema: Ident,
    },
    /// `ADD COLUMN`.
    AddColumn {
        /// The table.
        table: ObjectName,
        /// The new column.
        column: ColumnDef,
    },
    /// `DROP COLUMN`.
    DropColumn {
        /// The table.
        table: ObjectName,
        /// The dropped column.
        column: Ident,
        /// Where its name stands.
        span: Span,
    },
    /// `RENAME COLUMN`, `CHANGE COLUMN` with another name, `sp_rename … 'COLUMN'`.
    RenameColumn {
        /// The table.
        table: ObjectName,
        /// The old name.
        from: Ident,
        /// The new name.
        to: Ident,
        /// Where the old name stands.
        span: Span,
    },
    /// `ALTER COLUMN`, `MODIFY COLUMN`.
    AlterColumn {
        /// The table.
        table: ObjectName,
        /// The column.
        column: Ident,
        /// What changes.
        change: ColumnChange,
        /// Where the column's name stands.
        span: Span,
    },
    /// `UNIQUE` or `PRIMARY KEY`: what `ON CONFLICT ON CONSTRAINT` names.
    DeclareKey {
        /// The table.
        table: ObjectName,
        /// The constraint's name: the one that it is given, else the one that `PostgreSQL` gives it.
        name: Ident,
        /// Its columns.
        columns: Vec<Ident>,
    },
    /// `CREATE FUNCTION`, `PROCEDURE`, `TRIGGER`: a later definition of the same name replaces it.
    CreateRoutine {
        /// Its name.
        name: ObjectName,
        /// What it is.
        kind: RoutineKind,
        /// The table a trigger belongs to.
        table: Option<ObjectName>,
        /// The function that a trigger runs, without its schema.
        runs: Option<Name>,
    },
    /// `DROP FUNCTION`, `PROCEDURE`, `TRIGGER`.
    DropRoutine {
        /// Its name.
        name: ObjectName,
        /// What it is.
        kind: RoutineKind,
    },
    /// `CREATE SCHEMA`.
    CreateSchema(Ident),
    /// `DROP SCHEMA`, with everything in it.
    DropSchema(Ident),
    /// `ALTER SCHEMA … RENAME TO`.
    RenameSchema {
        /// The old name.
        from: Ident,
        /// The new name.
        to: Ident,
    },
    /// `SET search_path`, `USE`, `ALTER SESSION SET CURRENT_SCHEMA`: where unqualified names are looked up
    /// from here on in this file, first match first.
    SetSearchPath(Vec<Ident>),
}
