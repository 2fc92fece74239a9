//! What the tests of lowering share: SQL in, scopes as short lines out.

mod ddl;
mod dml;
mod routine;
mod select;

use std::fmt::Write as _;

use sqlparser::dialect::{
    BigQueryDialect, ClickHouseDialect, Dialect as Grammar, GenericDialect, MsSqlDialect, MySqlDialect, OracleDialect,
    PostgreSqlDialect, SQLiteDialect, SnowflakeDialect,
};
use sqlparser::parser::Parser;

use super::{Lowered, lower};
use crate::extract::sql::places::Places;
use crate::extract::sql::text::SqlText;
use crate::model::name::Ident;
use crate::model::schema::{ColumnDef, RelationKind, SchemaChange};
use crate::model::statement::{
    Access, Dialect, HoleRole, InsertColumns, Lookup, OutputValue, Relation, Scope, SourceRole, Usage,
};

fn grammar(dialect: Dialect) -> Box<dyn Grammar> {
    match dialect {
        Dialect::Postgres => Box::new(PostgreSqlDialect {}),
        Dialect::Mysql => Box::new(MySqlDialect {}),
        Dialect::Sqlite => Box::new(SQLiteDialect {}),
        Dialect::SqlServer => Box::new(MsSqlDialect {}),
        Dialect::Oracle => Box::new(OracleDialect {}),
        Dialect::BigQuery => Box::new(BigQueryDialect),
        Dialect::Snowflake => Box::new(SnowflakeDialect),
        Dialect::ClickHouse => Box::new(ClickHouseDialect {}),
        Dialect::Generic => Box::new(GenericDialect {}),
    }
}

/// Parses and lowers one statement in which `${…}` stands for a hole.
fn lowered(dialect: Dialect, sql: &str) -> Lowered {
    let mut piece = SqlText::default();
    let mut at = 0;
    while let Some(start) = sql[at..].find("${").map(|found| at + found) {
        let end = start + sql[start..].find('}').expect("a hole ends") + 1;
        piece.push(&sql[at..start], at);
        piece.push_hole(crate::model::span::Span::new(start, end));
        at = end;
    }
    piece.push(&sql[at..], at);
    let statements = Parser::parse_sql(&*grammar(dialect), piece.as_str()).expect(sql);
    let [statement] = &statements[..] else { panic!("one statement: {sql}") };
    let found = lower(statement, &Places::of(&piece, dialect));
    for reference in found.scopes.iter().flat_map(|scope| &scope.references) {
        assert_eq!(reference.span.of(sql), &*reference.name.text, "place of a name in {sql}");
    }
    found
}

/// Checks what a statement of `PostgreSQL` is lowered to; lines of `expected` may be indented.
#[track_caller]
fn check(sql: &str, expected: &str) {
    check_in(Dialect::Postgres, sql, expected);
}

#[track_caller]
fn check_in(dialect: Dialect, sql: &str, expected: &str) {
    let found = lowered(dialect, sql);
    let lines: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(print(&found, sql), lines.join("\n"), "\n{sql}\n");
}

/// The scopes, changes and holes of a statement, one a line.
fn print(found: &Lowered, sql: &str) -> String {
    let mut lines: Vec<String> = found.scopes.iter().enumerate().map(|(at, scope)| print_scope(at, scope)).collect();
    lines.extend(found.changes.iter().map(|change| print_change(change, sql)));
    for hole in &found.holes {
        let role = match hole.role {
            HoleRole::Relation => "relation",
            HoleRole::Columns => "columns",
            HoleRole::Fragment => "fragment",
        };
        let scope = hole.scope.map_or(String::new(), |scope| format!(" s{}", scope.0));
        lines.push(format!("hole {role} {}{scope}", hole.span.of(sql)));
    }
    lines.join("\n")
}

fn print_scope(at: usize, scope: &Scope) -> String {
    let mut parts = Vec::new();
    for source in &scope.sources {
        let mut text = match source.role {
            SourceRole::Read => "from ",
            SourceRole::Target => "target ",
            SourceRole::RowImage => "image ",
        }
        .to_owned();
        let relation = match &source.relation {
            Relation::Table(name) => name.to_string(),
            Relation::Query(id) => format!("s{}", id.0),
            Relation::Values(width) => format!("values/{width}"),
            Relation::Function(name) => format!("{name}()"),
            Relation::Hole => "?".to_owned(),
        };
        text += &relation;
        if let Some(alias) = &source.alias {
            let _ = write!(text, " as {alias}");
        }
        if !source.columns.is_empty() {
            let _ = write!(text, "({})", names(&source.columns));
        }
        parts.push(text);
    }
    for merge in &scope.merges {
        let (left, right) = (merge.left, merge.right);
        let what = merge.columns.as_ref().map_or("natural".to_owned(), |columns| {
            format!("using {}", columns.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>().join(","))
        });
        parts.push(format!("{what} {}..{} {}..{}", left.0, left.1, right.0, right.1));
    }
    for reference in &scope.references {
        let mut text = match reference.access {
            Access::Read => "read ",
            Access::Write => "write ",
            Access::Both => "both ",
        }
        .to_owned();
        for part in reference.qualifier.iter().chain([&reference.name]) {
            let _ = write!(text, "{part}.");
        }
        text.pop();
        let lookup = match reference.lookup {
            Lookup::Sources => String::new(),
            Lookup::OutputsFirst => "^".to_owned(),
            Lookup::SourcesFirst => "~".to_owned(),
            Lookup::Only(at) => format!("@{at}"),
            Lookup::KeyOf(at) => format!("#{at}"),
            Lookup::Within(start, end) => format!("[{start}..{end}]"),
        };
        text += &lookup;
        text += &print_usage(reference.usage);
        parts.push(text);
    }
    for (id, usage) in &scope.subqueries {
        parts.push(format!("sub s{}{}", id.0, print_usage(*usage)));
    }
    if !scope.operands.is_empty() {
        let operands: Vec<String> = scope.operands.iter().map(|id| format!("s{}", id.0)).collect();
        parts.push(format!("all of {}", operands.join(" ")));
    }
    if let Some(insert) = &scope.insert {
        let mut text = match &insert.columns {
            InsertColumns::Named(columns) => {
                format!("insert {}", columns.iter().map(|at| format!("#{at}")).collect::<Vec<_>>().join(","))
            }
            InsertColumns::Positional { count: Some(count), .. } => format!("insert first {count}"),
            InsertColumns::Positional { count: None, .. } => "insert all".to_owned(),
            InsertColumns::Defaults => "insert defaults".to_owned(),
        };
        if let Some(id) = insert.query {
            let _ = write!(text, " s{}", id.0);
        }
        parts.push(text);
    }
    if !scope.outputs.is_empty() {
        let outputs: Vec<String> = scope
            .outputs
            .iter()
            .map(|output| {
                let mut text = output.name.as_ref().map_or("_".to_owned(), ToString::to_string);
                match &output.value {
                    OutputValue::Column(at) => {
                        let _ = write!(text, "=#{at}");
                    }
                    OutputValue::Expression => {}
                    OutputValue::Wildcard { qualifier, except, .. } => {
                        text = qualifier.iter().fold(String::new(), |text, part| text + &part.text + ".") + "*";
                        if !except.is_empty() {
                            let _ = write!(text, "-({})", names(except));
                        }
                    }
                }
                text
            })
            .collect();
        parts.push(format!("-> {}", outputs.join(", ")));
    }
    let mut line = format!("s{at}");
    if let Some(outer) = scope.outer {
        let _ = write!(line, " in s{}", outer.0);
    }
    format!("{line}: {}", parts.join("; ")).trim_end().to_owned()
}

/// A change, with the text at its place.
fn print_change(change: &SchemaChange, sql: &str) -> String {
    let column = |column: &ColumnDef| {
        assert_eq!(column.span.of(sql), &*column.name.text, "place of a declared column in {sql}");
        let flag = |is: bool, text: &str| if is { text.to_owned() } else { String::new() };
        let data_type = flag(!column.data_type.is_empty(), " ") + &column.data_type;
        format!("{}{data_type}{}{}", column.name, flag(column.not_null, "!"), flag(column.has_default, "="))
    };
    match change {
        SchemaChange::CreateTable { table, columns, copies, if_not_exists } => {
            let columns = columns.iter().map(column).collect::<Vec<_>>().join(", ");
            let copies = copies.iter().fold(String::new(), |text, name| text + " like " + &name.to_string());
            let maybe = if *if_not_exists { "?" } else { "" };
            format!("+ table{maybe} {table}({columns}){copies}")
        }
        SchemaChange::CreateFromQuery { relation, kind, columns, query } => {
            format!("+ {} {relation}({}) = s{}", kind_name(*kind), names(columns), query.0)
        }
        SchemaChange::DropRelation { kind, name, span } => {
            format!("- {} {name} at {}", kind_name(*kind), span.of(sql))
        }
        SchemaChange::RenameRelation { from, to, span } => format!("~ {from} to {to} at {}", span.of(sql)),
        SchemaChange::MoveRelation { name, schema } => format!("~ {name} into {schema}"),
        SchemaChange::AddColumn { table, column: added } => format!("+ {table}.{}", column(added)),
        SchemaChange::DropColumn { table, column, span } => format!("- {table}.{column} at {}", span.of(sql)),
        SchemaChange::RenameColumn { table, from, to, span } => {
            format!("~ {table}.{from} to {to} at {}", span.of(sql))
        }
        SchemaChange::AlterColumn { table, column, change, span } => {
            format!("~ {table}.{column} {change:?} at {}", span.of(sql))
        }
        SchemaChange::DeclareKey { table, name, columns } => format!("+ key {name} of {table}({})", names(columns)),
        SchemaChange::CreateRoutine { name, kind, table, .. } => {
            let table = table.as_ref().map_or(String::new(), |table| format!(" on {table}"));
            format!("+ {kind:?} {name}{table}")
        }
        SchemaChange::DropRoutine { name, kind } => format!("- {kind:?} {name}"),
        SchemaChange::CreateSchema(name) => format!("+ schema {name}"),
        SchemaChange::DropSchema(name) => format!("- schema {name}"),
        SchemaChange::RenameSchema { from, to } => format!("~ schema {from} to {to}"),
        SchemaChange::SetSearchPath(path) => format!("path {}", names(path)),
    }
}

fn kind_name(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::Table => "table",
        RelationKind::View => "view",
        RelationKind::MaterializedView => "materialized view",
    }
}

fn print_usage(usage: Usage) -> String {
    match usage {
        Usage::Output(at) => format!(" out{at}"),
        Usage::Filter => " filter".to_owned(),
        Usage::Join => " join".to_owned(),
        Usage::Group => " group".to_owned(),
        Usage::Order => " order".to_owned(),
        Usage::Assign(at) => format!(" for #{at}"),
        Usage::Target => String::new(),
        Usage::Schema => " schema".to_owned(),
        Usage::LeftOut => " left-out".to_owned(),
        Usage::Other => " other".to_owned(),
    }
}

fn names(idents: &[Ident]) -> String {
    idents.iter().map(|name| &*name.text).collect::<Vec<_>>().join(",")
}
