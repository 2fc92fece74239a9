//! Liquibase changelogs in YAML and JSON.
//! <https://docs.liquibase.com/reference-guide/change-types>

use super::ddl::{Ddl, Named};
use super::tree::{self, Node};
use crate::extract::sql::text::SqlText;
use crate::extract::{Input, sql};
use crate::model::facts::FileFacts;
use crate::model::span::Span;
use crate::model::statement::{Dialect, Direction};

/// Reads all change sets.
pub(super) fn read(input: Input<'_>, facts: &mut FileFacts) {
    let document = tree::read(input.text);
    for entry in document.get("databaseChangeLog").map_or(&[][..], Node::items) {
        let Some(set) = entry.get("changeSet") else { continue };
        let dialect = scalar(set, "dbms").and_then(|name| Dialect::named(&name.text));
        changes(set.get("changes"), Direction::Forward, dialect, facts);
        changes(set.get("rollback"), Direction::Backward, dialect, facts);
    }
}

fn changes(list: Option<&Node>, direction: Direction, dialect: Option<Dialect>, facts: &mut FileFacts) {
    let Some(list) = list else { return };
    for change in list.items() {
        let Node::Map(entries) = change else { continue };
        for (name, body) in entries {
            if name == "rollback" {
                changes(Some(body), Direction::Backward, dialect, facts);
            } else {
                self::change(name, body, direction, dialect, facts);
            }
        }
    }
}

fn scalar(node: &Node, key: &str) -> Option<Named> {
    match node.get(key)? {
        Node::Scalar(text, span) if !text.is_empty() => Some(Named::new(text.clone(), *span)),
        _ => None,
    }
}

/// The columns of a change: `columns: [{column: {name: …}}]`.
fn columns(body: &Node) -> impl Iterator<Item = &Node> {
    body.get("columns").map_or(&[][..], Node::items).iter().filter_map(|item| item.get("column"))
}

fn table(body: &Node, key: &str) -> Option<Named> {
    let name = scalar(body, key)?;
    Some(match scalar(body, "schemaName") {
        Some(schema) => Named::new(format!("{}.{}", schema.text, name.text), name.span),
        None => name,
    })
}

fn change(
    name: &str,
    body: &Node,
    direction: Direction,
    dialect: Option<Dialect>,
    facts: &mut FileFacts,
) -> Option<()> {
    let alter = |key: &str| {
        let table = table(body, key)?;
        Some(Ddl::at(table.span.start).word("ALTER TABLE ").name(&table))
    };
    match name {
        "createTable" => {
            let table = table(body, "tableName")?;
            let mut ddl = Ddl::at(table.span.start).word("CREATE TABLE ").name(&table).word(" (");
            for (at, column) in columns(body).enumerate() {
                if at > 0 {
                    ddl = ddl.word(", ");
                }
                ddl = definition(ddl, column)?;
            }
            ddl.word(")").give(facts, direction);
        }
        "addColumn" => {
            for column in columns(body) {
                definition(alter("tableName")?.word(" ADD COLUMN "), column)?.give(facts, direction);
            }
        }
        "dropColumn" => {
            let inner: Vec<Named> = columns(body).filter_map(|column| scalar(column, "name")).collect();
            for column in scalar(body, "columnName").into_iter().chain(inner) {
                alter("tableName")?.word(" DROP COLUMN ").name(&column).give(facts, direction);
            }
        }
        "renameColumn" => {
            let (old, new) = (scalar(body, "oldColumnName")?, scalar(body, "newColumnName")?);
            alter("tableName")?.word(" RENAME COLUMN ").name(&old).word(" TO ").name(&new).give(facts, direction);
        }
        "renameTable" => {
            let new = scalar(body, "newTableName")?;
            alter("oldTableName")?.word(" RENAME TO ").name(&new).give(facts, direction);
        }
        "dropTable" | "dropView" => {
            let (verb, key) =
                if name == "dropTable" { ("DROP TABLE ", "tableName") } else { ("DROP VIEW ", "viewName") };
            let table = table(body, key)?;
            Ddl::at(table.span.start).word(verb).name(&table).give(facts, direction);
        }
        "modifyDataType" => {
            let (column, new) = (scalar(body, "columnName")?, scalar(body, "newDataType")?);
            alter("tableName")?
                .word(" ALTER COLUMN ")
                .name(&column)
                .word(" TYPE ")
                .data_type(&new.text)
                .give(facts, direction);
        }
        "addNotNullConstraint" | "dropNotNullConstraint" | "addDefaultValue" | "dropDefaultValue" => {
            let does = match name {
                "addNotNullConstraint" => " SET NOT NULL",
                "dropNotNullConstraint" => " DROP NOT NULL",
                "dropDefaultValue" => " DROP DEFAULT",
                _ => " SET DEFAULT NULL",
            };
            let column = scalar(body, "columnName")?;
            alter("tableName")?.word(" ALTER COLUMN ").name(&column).word(does).give(facts, direction);
        }
        "addUniqueConstraint" => {
            let list = scalar(body, "columnNames")?;
            let names: Vec<Named> = list.text.split(',').map(|name| Named::new(name.trim(), list.span)).collect();
            alter("tableName")?.word(" ADD UNIQUE (").names(&names).word(")").give(facts, direction);
        }
        "createView" => {
            let (view, query) = (table(body, "viewName")?, scalar(body, "selectQuery")?);
            let mut piece = SqlText::default();
            let place = Span { start: view.span.start, end: view.span.start };
            piece.push_decoded("CREATE OR REPLACE VIEW ", place);
            piece.push_decoded(&format!("\"{}\"", view.text), view.span);
            piece.push_decoded(" AS ", place);
            push(&mut piece, &query);
            sql::read_into(facts, &piece, dialect, direction);
        }
        "sql" | "createProcedure" => {
            let text = match body {
                Node::Scalar(text, span) => Named::new(text.clone(), *span),
                _ => scalar(body, "sql").or_else(|| scalar(body, "procedureText"))?,
            };
            let mut piece = SqlText::default();
            push(&mut piece, &text);
            sql::read_into(facts, &piece, dialect, direction);
        }
        _ => {}
    }
    Some(())
}

/// Text as it stands in the file where it does, else with the place of all of it.
fn push(piece: &mut SqlText, text: &Named) {
    let length = (text.span.end - text.span.start) as usize;
    if length == text.text.len() {
        piece.push(&text.text, text.span.start as usize);
    } else {
        piece.push_decoded(&text.text, text.span);
    }
}

fn definition(ddl: Ddl, column: &Node) -> Option<Ddl> {
    let name = scalar(column, "name")?;
    let data_type = scalar(column, "type").map_or_else(|| "text".to_owned(), |name| name.text);
    let mut ddl = ddl.name(&name).word(" ").data_type(&data_type);
    let is = |key: &str, value: &str| {
        column.get("constraints").and_then(|rules| scalar(rules, key)).is_some_and(|own| own.text == value)
    };
    if is("nullable", "false") || is("primaryKey", "true") {
        ddl = ddl.word(" NOT NULL");
    }
    let Node::Map(entries) = column else { return Some(ddl) };
    if entries.iter().any(|(key, _)| key.starts_with("defaultValue") || key == "autoIncrement") {
        ddl = ddl.word(" DEFAULT NULL");
    }
    Some(ddl)
}
