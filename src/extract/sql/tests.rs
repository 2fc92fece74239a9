//! What the reader makes of dirty SQL: small scripts and a line for each statement found.

use super::*;
use crate::model::schema::SchemaChange;
use crate::model::statement::{Access, OutputValue, Reading, Relation, SourceRole};

/// One line for each statement: kind, `~` if recovered, `?` if read by words, `<` if backward; sources; names, with
/// `=` before written ones; wildcards; changes; holes.
fn lines(text: &str, facts: &SqlFacts) -> Vec<String> {
    facts.statements.iter().map(|statement| line(text, statement)).collect()
}

fn line(text: &str, statement: &Statement) -> String {
    let mut line = statement.kind.name().to_owned();
    line.push_str(match statement.reading {
        Reading::Parsed => "",
        Reading::Recovered { .. } => "~",
        Reading::Tokens { .. } => "?",
    });
    if statement.direction == Direction::Backward {
        line.push('<');
    }
    for scope in &statement.scopes {
        for source in &scope.sources {
            let name = match &source.relation {
                Relation::Table(name) => name.to_string(),
                Relation::Query(_) => "(query)".to_owned(),
                Relation::Values(_) => "(values)".to_owned(),
                Relation::Function(name) => format!("{name}()"),
                Relation::Hole => "_".to_owned(),
            };
            let mark = match source.role {
                SourceRole::Read => "",
                SourceRole::Target => "!",
                SourceRole::RowImage => "'",
            };
            line.push_str(&format!(" {mark}{name}"));
            if let Some(alias) = &source.alias {
                line.push_str(&format!("@{alias}"));
            }
        }
    }
    line.push_str(" :");
    for scope in &statement.scopes {
        for reference in &scope.references {
            assert_eq!(
                reference.span.of(text).trim_matches(['"', '`', '[', ']']).to_lowercase(),
                reference.name.text.to_lowercase(),
                "the place of a name in {text}"
            );
            let mark = match reference.access {
                Access::Read => "",
                Access::Write => "=",
                Access::Both => "#",
            };
            let qualifier: String = reference.qualifier.iter().map(|part| format!("{part}.")).collect();
            line.push_str(&format!(" {mark}{qualifier}{}", reference.name));
        }
        for output in &scope.outputs {
            if let OutputValue::Wildcard { qualifier, .. } = &output.value {
                let qualifier: String = qualifier.iter().map(|part| format!("{part}.")).collect();
                line.push_str(&format!(" {qualifier}*"));
            }
        }
    }
    for change in &statement.changes {
        line.push_str(&format!(" [{}]", change_line(change)));
    }
    for hole in &statement.holes {
        line.push_str(&format!(" {{{:?} {}}}", hole.role, hole.span.of(text)));
    }
    line
}

fn change_line(change: &SchemaChange) -> String {
    match change {
        SchemaChange::CreateTable { table, columns, copies, .. } => {
            let columns: Vec<String> =
                columns.iter().map(|column| format!("{} {}", column.name, column.data_type)).collect();
            let copies: String = copies.iter().map(|copy| format!(" like {copy}")).collect();
            format!("table {table} ({}){copies}", columns.join(", "))
        }
        SchemaChange::CreateFromQuery { relation, columns, .. } => format!("query {relation} {}", columns.len()),
        SchemaChange::DropRelation { name, .. } => format!("drop {name}"),
        SchemaChange::RenameRelation { from, to, .. } => format!("rename {from} {to}"),
        SchemaChange::AddColumn { table, column } => format!("add {table}.{} {}", column.name, column.data_type),
        SchemaChange::DropColumn { table, column, .. } => format!("drop {table}.{column}"),
        SchemaChange::RenameColumn { table, from, to, .. } => format!("rename {table}.{from} {to}"),
        SchemaChange::AlterColumn { table, column, change, .. } => format!("alter {table}.{column} {change:?}"),
        SchemaChange::CreateRoutine { name, table, .. } => {
            format!("routine {name}{}", table.as_ref().map_or(String::new(), |table| format!(" on {table}")))
        }
        other => format!("{other:?}"),
    }
}

fn check(text: &str, expected: &[&str]) {
    check_in(None, text, expected);
}

fn check_in(dialect: Option<Dialect>, text: &str, expected: &[&str]) {
    let facts = read(&SqlText::verbatim(text, 0), dialect);
    assert_eq!(lines(text, &facts), expected, "{text}");
}

/// The names of the units, with the kinds of the statements in each.
fn check_units(text: &str, expected: &[&str]) {
    let facts = read(&SqlText::verbatim(text, 0), None);
    let found: Vec<String> = facts.units.iter().map(|unit| format!("{:?} {}", unit.kind, unit.name)).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn files_are_claimed_by_their_ending() {
    let cases = [
        ("a/b.sql", true),
        ("b.SQL", true),
        ("b.sql.j2", true),
        ("b.psql", true),
        ("sql", false),
        ("b.sql.gz", false),
        ("b.tmpl", false),
        ("sql.d/readme", false),
    ];
    for (path, expected) in cases {
        assert_eq!(Sql.claims(path, ""), expected, "{path}");
    }
}

#[test]
fn undo_files_run_backward() {
    let cases = [
        ("migrations/001_x.down.sql", Direction::Backward),
        ("migrations/2024_x/down.sql", Direction::Backward),
        ("revert/x.sql", Direction::Backward),
        ("db/U1.2__x.sql", Direction::Backward),
        ("db/V1__countdown.sql", Direction::Forward),
        ("db/users__x.sql", Direction::Forward),
        ("001_x.up.sql", Direction::Forward),
    ];
    for (path, expected) in cases {
        assert_eq!(direction_of_path(path), expected, "{path}");
    }
}

#[test]
fn scratch() {
    let file = std::fs::read_to_string(std::env::var("CASES").unwrap_or_default()).unwrap_or_default();
    for text in file.split("\n----\n") {
        let facts = read(&SqlText::verbatim(text, 0), None);
        eprintln!("{text}");
        for line in lines(text, &facts) {
            eprintln!("      -> {line}");
        }
        for u in &facts.units {
            eprintln!("      UNIT {:?} {}", u.kind, u.name);
        }
        for s in &facts.blind_spots {
            eprintln!("      BLIND {}", s.span.of(text));
        }
        for s in &facts.statements {
            if let Reading::Recovered { reason } | Reading::Tokens { reason } = &s.reading {
                eprintln!("      ({reason})");
            }
        }
    }
}
