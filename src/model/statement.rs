//! One SQL statement with its scopes and names, as written and not yet resolved.
//!
//! Extraction lowers every dialect's syntax tree to this one shape. CTE names are already bound (they are
//! lexical); everything that needs the catalog is left to `link`: unqualified columns, wildcards, merged
//! join columns, whole rows. All spans are bytes of the outer file.

use serde::{Deserialize, Serialize};

use super::name::{Ident, ObjectName};
use super::schema::SchemaChange;
use super::span::Span;

/// A SQL dialect, chosen by evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Dialect {
    /// `PostgreSQL` and its relatives (Redshift, `CockroachDB`, Greenplum).
    Postgres,
    /// `MySQL` and `MariaDB`.
    Mysql,
    /// `SQLite`.
    Sqlite,
    /// SQL Server, T-SQL.
    SqlServer,
    /// Oracle, PL/SQL.
    Oracle,
    /// `BigQuery`.
    BigQuery,
    /// Snowflake.
    Snowflake,
    /// `ClickHouse`.
    ClickHouse,
    /// No evidence for any.
    Generic,
}

impl Dialect {
    /// All dialects, in the order in which they are tried when there is no evidence.
    pub const ALL: [Dialect; 9] = [
        Dialect::Generic,
        Dialect::Postgres,
        Dialect::Mysql,
        Dialect::Sqlite,
        Dialect::SqlServer,
        Dialect::Oracle,
        Dialect::Snowflake,
        Dialect::BigQuery,
        Dialect::ClickHouse,
    ];

    /// The dialect that people call `name`, case ignored: its own name or a common one.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "postgres" | "postgresql" | "redshift" | "cockroachdb" | "greenplum" | "duckdb" | "materialize" => {
                Dialect::Postgres
            }
            "mysql" | "mariadb" | "tidb" | "starrocks" | "doris" => Dialect::Mysql,
            "sqlite" | "sqlite3" => Dialect::Sqlite,
            "sql-server" | "sqlserver" | "mssql" | "tsql" | "t-sql" | "fabric" => Dialect::SqlServer,
            "oracle" | "plsql" => Dialect::Oracle,
            "bigquery" => Dialect::BigQuery,
            "snowflake" => Dialect::Snowflake,
            "clickhouse" => Dialect::ClickHouse,
            "generic" | "ansi" | "hive" | "spark" | "sparksql" | "databricks" | "presto" | "trino" | "athena"
            | "teradata" | "vertica" | "exasol" | "impala" | "drill" | "flink" => Dialect::Generic,
            _ => return None,
        })
    }

    /// The name used in options, output and documentation.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Postgres => "postgres",
            Dialect::Mysql => "mysql",
            Dialect::Sqlite => "sqlite",
            Dialect::SqlServer => "sql-server",
            Dialect::Oracle => "oracle",
            Dialect::BigQuery => "bigquery",
            Dialect::Snowflake => "snowflake",
            Dialect::ClickHouse => "clickhouse",
            Dialect::Generic => "generic",
        }
    }
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum StatementKind {
    /// A query, also `VALUES`, `TABLE t`, a set operation, `COPY (query) TO`, `EXPLAIN`.
    Select,
    /// `INSERT`, `REPLACE`.
    Insert,
    /// `UPDATE`.
    Update,
    /// `DELETE`.
    Delete,
    /// `MERGE`.
    Merge,
    /// `COPY t FROM/TO`, `LOAD DATA`.
    Copy,
    /// `TRUNCATE`.
    Truncate,
    /// `CREATE TABLE`, also `AS`.
    CreateTable,
    /// `CREATE VIEW`, also materialised.
    CreateView,
    /// `CREATE FUNCTION`, `PROCEDURE`, `TRIGGER` and their bodies.
    CreateRoutine,
    /// `ALTER TABLE` and other changes of an existing relation.
    Alter,
    /// `DROP …`.
    Drop,
    /// Indexes, constraints, policies, comments, grants: DDL that names columns and changes none.
    OtherSchema,
    /// `CALL`, `EXECUTE`, `SET`, transactions and everything else.
    Other,
}

impl StatementKind {
    /// The name used in output.
    pub fn name(self) -> &'static str {
        match self {
            StatementKind::Select => "select",
            StatementKind::Insert => "insert",
            StatementKind::Update => "update",
            StatementKind::Delete => "delete",
            StatementKind::Merge => "merge",
            StatementKind::Copy => "copy",
            StatementKind::Truncate => "truncate",
            StatementKind::CreateTable => "create-table",
            StatementKind::CreateView => "create-view",
            StatementKind::CreateRoutine => "create-routine",
            StatementKind::Alter => "alter",
            StatementKind::Drop => "drop",
            StatementKind::OtherSchema => "other-schema",
            StatementKind::Other => "other",
        }
    }

    /// Whether the statement defines or changes the schema instead of reading or writing rows.
    pub fn is_schema(self) -> bool {
        matches!(
            self,
            StatementKind::CreateTable
                | StatementKind::CreateView
                | StatementKind::CreateRoutine
                | StatementKind::Alter
                | StatementKind::Drop
                | StatementKind::OtherSchema
        )
    }
}

/// How far the statement was understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reading {
    /// A parser accepted all of it.
    Parsed,
    /// Parts of it were parsed; the rest was read by tokens. `reason` is the parser's complaint.
    Recovered {
        /// Why the whole was not accepted.
        reason: String,
    },
    /// No part was accepted; names were picked from the tokens.
    Tokens {
        /// Why no parser accepted it.
        reason: String,
    },
}

/// Which part of a migration a statement belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// Runs when the file is run or the migration applied.
    Forward,
    /// Runs only when a migration is undone: after `-- migrate:down`, in `--rollback`. Never builds the catalog.
    Backward,
}

/// Index of a [`Scope`] in [`Statement::scopes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ScopeId(pub u32);

/// One SQL statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// From its first to its last token, in the outer file.
    pub span: Span,
    /// The dialect whose parser accepted it, or the one assumed.
    pub dialect: Dialect,
    /// How far it was understood.
    pub reading: Reading,
    /// Whether running the file forward runs it.
    pub direction: Direction,
    /// All scopes; the root, if there is any, is `scopes[0]`.
    pub scopes: Vec<Scope>,
    /// What it does to the schema, in order.
    pub changes: Vec<SchemaChange>,
    /// Places whose text is only known at run time and that may stand for more than a value.
    pub holes: Vec<HoleUse>,
}

impl Statement {
    /// Whether it speaks of the row of a trigger (`NEW`, `OLD`) without saying whose that is: the trigger stands elsewhere.
    pub fn has_unnamed_images(&self) -> bool {
        self.scopes.iter().flat_map(|scope| &scope.sources).any(Source::is_unnamed_image)
    }

    /// Gives rows of a trigger the relation that fires it.
    pub fn name_images(&mut self, table: &ObjectName) {
        for source in self.scopes.iter_mut().flat_map(|scope| &mut scope.sources) {
            if source.is_unnamed_image() {
                source.relation = Relation::Table(table.clone());
            }
        }
    }
}

impl Scope {
    /// Whether it holds nothing but the variables of a routine, around its statements.
    pub fn is_variables(&self) -> bool {
        matches!(&self.sources[..], [Source { relation: Relation::Function(name), alias: None, span, .. }]
            if *span == Span::default() && name.last().is("variables"))
    }
}

impl Source {
    fn is_unnamed_image(&self) -> bool {
        let is_named = || {
            self.span == Span::default()
                && self.alias.as_ref().is_some_and(|alias| matches!(alias.folded().as_str(), "new" | "old"))
        };
        self.relation == Relation::Hole && (self.role == SourceRole::RowImage || is_named())
    }
}

/// What a run-time hole stands for, by its place in the grammar. Holes that can only be values are not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum HoleRole {
    /// The name of a relation: `FROM ${table}`.
    Relation,
    /// One or more columns: `SELECT ${columns}`, `ORDER BY ${column}`, `SET ${column} = ?`.
    Columns,
    /// A clause or condition: `WHERE ${filters}`, `SELECT … FROM t ${joins}`.
    Fragment,
}

/// A run-time hole in a place where it may name relations or columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoleUse {
    /// Where it stands in the outer file.
    pub span: Span,
    /// What it stands for.
    pub role: HoleRole,
    /// The scope in which it stands, if one was made.
    pub scope: Option<ScopeId>,
}

/// A name space: a query block, a set operation, or the rows that a DML or DDL statement works on.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scope {
    /// Where names that no source here has are looked up: the enclosing query of a correlated or lateral
    /// subquery. `None` for derived tables, CTEs and roots.
    pub outer: Option<ScopeId>,
    /// Sources of `outer` that can be seen from here, `.0 .. .1`, when not all of them can: those before a lateral
    /// subquery, those of the join whose `ON` holds the subquery.
    pub outer_sources: Option<(u32, u32)>,
    /// Sources in `FROM` order. For DML the written relation is the first, with [`SourceRole::Target`].
    pub sources: Vec<Source>,
    /// `USING` and `NATURAL` joins, in order.
    pub merges: Vec<Merge>,
    /// Names of columns used directly in this scope (not in a subquery's own scope), in text order.
    pub references: Vec<ColumnReference>,
    /// The projection, or what `RETURNING`/`OUTPUT` gives.
    pub outputs: Vec<Output>,
    /// Branches of a set operation, left to right. Outputs are then those of the first by name and of all
    /// by position; `outputs` is empty.
    pub operands: Vec<ScopeId>,
    /// Subqueries in expressions of this scope, and what their value is used for.
    pub subqueries: Vec<(ScopeId, Usage)>,
    /// What an `INSERT` or `COPY … FROM` fills, when this is one.
    pub insert: Option<Insert>,
}

/// Columns filled by an `INSERT`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Insert {
    /// How the columns are given.
    pub columns: InsertColumns,
    /// The query whose outputs fill them by position.
    pub query: Option<ScopeId>,
}

/// How an `INSERT` says which columns it fills.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InsertColumns {
    /// A column list: the indexes of its entries in [`Scope::references`], in order.
    Named(Vec<u32>),
    /// No list: the first `n` columns in catalog order; `None` when the number of values is unknown, or as
    /// many as the query has outputs when there is one. `span` is where the columns would be named: the
    /// relation's name.
    Positional {
        /// Number of values in a row.
        count: Option<u32>,
        /// The relation's name.
        span: Span,
    },
    /// `DEFAULT VALUES`.
    Defaults,
}

/// What a source is to its statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SourceRole {
    /// Read from.
    Read,
    /// Inserted into, updated, deleted from.
    Target,
    /// A name for the row being written (`EXCLUDED`, `VALUES()`, `NEW`, `OLD`, `inserted`, `deleted`): its
    /// columns are the target's, naming them reads no stored row.
    RowImage,
}

/// A relation in `FROM`, or the target of DML or DDL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// What it is.
    pub relation: Relation,
    /// Its alias. A CTE reference without alias has the CTE's name here.
    pub alias: Option<Ident>,
    /// Names given to its columns by position: `AS t(a, b)`, or the column list of a CTE.
    pub columns: Vec<Ident>,
    /// Where the relation's name stands (for a derived table, the opening of the subquery).
    pub span: Span,
    /// What it is to its statement.
    pub role: SourceRole,
}

/// What stands in `FROM`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Relation {
    /// A table or view by name.
    Table(ObjectName),
    /// A derived table, a CTE, or a data-modifying CTE's `RETURNING`.
    Query(ScopeId),
    /// A `VALUES` list of that many columns.
    Values(u32),
    /// A table function, `unnest`, `json_table`, …: columns are those named by [`Source::columns`], or
    /// anything when that is empty.
    Function(ObjectName),
    /// Known only at run time.
    Hole,
}

/// A `USING (…)` or `NATURAL` join: each merged column is one column of both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// The named columns with their places; `None` for `NATURAL`.
    pub columns: Option<Vec<(Ident, Span)>>,
    /// Where the join says so (for `NATURAL`, the right-hand relation).
    pub span: Span,
    /// Sources of the left side: `left.0..left.1`.
    pub left: (u32, u32),
    /// Sources of the right side: `right.0..right.1`.
    pub right: (u32, u32),
}

/// Read or write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Access {
    /// The value is used.
    Read,
    /// A value is assigned or inserted.
    Write,
    /// Both, or (in DDL and mappings) the column is declared.
    Both,
}

/// What a column's value is used for; lineage is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Usage {
    /// Projected: part of the value of output `n` of its scope.
    Output(u32),
    /// `WHERE`, `HAVING`, `QUALIFY`, `FILTER`, `LIMIT`.
    Filter,
    /// `ON`.
    Join,
    /// `GROUP BY`, `PARTITION BY`, `DISTINCT ON`.
    Group,
    /// `ORDER BY`.
    Order,
    /// Part of the value assigned to the column at that index of [`Scope::references`].
    Assign(u32),
    /// Itself the written column of an insert or assignment.
    Target,
    /// Named only to be left out of a wildcard: nothing of it is read, but it must be there.
    LeftOut,
    /// Named by DDL: index, constraint, comment, grant, declaration.
    Schema,
    /// Anything else.
    Other,
}

/// Where a name is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Lookup {
    /// The scope's sources, then outwards.
    Sources,
    /// The output aliases first, then the sources: `ORDER BY`.
    OutputsFirst,
    /// The sources first, then the output aliases: `GROUP BY`, `HAVING`.
    SourcesFirst,
    /// Only the source at that index: the column list of an insert, the left side of `SET`, DDL.
    Only(u32),
    /// The name is that of a key of the source at that index, and stands for the key's columns.
    KeyOf(u32),
    /// A name without qualifier is looked up in the sources `.0 .. .1` first: those that a join's `ON` or the
    /// arguments of a table function can see. Then as [`Lookup::Sources`].
    Within(u32, u32),
}

/// A name that may be a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnReference {
    /// What stands before the name: `[schema.]table` or an alias, outermost first.
    pub qualifier: Vec<Ident>,
    /// The column's name.
    pub name: Ident,
    /// Where the name (not its qualifier) stands.
    pub span: Span,
    /// Read or write.
    pub access: Access,
    /// What the value is used for.
    pub usage: Usage,
    /// Where it is looked up.
    pub lookup: Lookup,
}

/// One item of a projection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// The alias, or the name that the expression gives itself; `None` when it has none.
    pub name: Option<Ident>,
    /// Where the alias stands; `None` when the name is the expression's own.
    pub alias_span: Option<Span>,
    /// What it is.
    pub value: OutputValue,
}

/// What a projection item is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutputValue {
    /// Just a column: the index of its reference in [`Scope::references`].
    Column(u32),
    /// An expression: its inputs are the references and subqueries whose usage is `Output(this)`.
    Expression,
    /// `*` or `t.*`.
    Wildcard {
        /// `t` of `t.*`, outermost first; empty for a bare `*`.
        qualifier: Vec<Ident>,
        /// Where the `*` stands.
        span: Span,
        /// Columns left out: `EXCEPT (…)`, `EXCLUDE (…)`.
        except: Vec<Ident>,
    },
}
