//! Liquibase changelogs in YAML and JSON.
//! <https://docs.liquibase.com/reference-guide/change-types>

use super::ddl::{Ddl, Named};
use crate::extract::document::syntax::Syntax;
use crate::extract::document::tree::{At, Word};
use crate::extract::sql::text::SqlText;
use crate::extract::{Input, sql};
use crate::model::facts::FileFacts;
use crate::model::span::Span;
use crate::model::statement::{Dialect, Direction};

/// Reads all change sets.
pub(super) fn read(input: Input<'_>, facts: &mut FileFacts) {
    // JSON in a file that is called YAML is JSON.
    let document = Syntax::Yaml.read(SqlText::verbatim(input.text, 0));
    let Some(log) = document.root().get("databaseChangeLog") else { return };
    for set in log.items().filter_map(|entry| entry.get("changeSet")) {
        let dialect = scalar(set, "dbms").and_then(|name| Dialect::named(&name.text));
        changes(set.get("changes"), Direction::Forward, dialect, facts);
        changes(set.get("rollback"), Direction::Backward, dialect, facts);
    }
}

fn changes(list: Option<At<'_>>, direction: Direction, dialect: Option<Dialect>, facts: &mut FileFacts) {
    let Some(list) = list else { return };
    for (name, body) in list.items().flat_map(At::entries) {
        if name.is("rollback") {
            changes(Some(body), Direction::Backward, dialect, facts);
        } else {
            self::change(&name.value(), body, direction, dialect, facts);
        }
    }
}

fn named(word: Word<'_>) -> Option<Named> {
    let text = word.value();
    (!text.is_empty()).then(|| Named::new(text, word.span()))
}

fn scalar(node: At<'_>, key: &str) -> Option<Named> {
    named(node.get(key)?.word()?)
}

/// The columns of a change: `columns: [{column: {name: …}}]`.
fn columns(body: At<'_>) -> impl Iterator<Item = At<'_>> {
    body.get("columns").into_iter().flat_map(At::items).filter_map(|item| item.get("column"))
}

fn table(body: At<'_>, key: &str) -> Option<Named> {
    let name = scalar(body, key)?;
    Some(match scalar(body, "schemaName") {
        Some(schema) => Named::new(format!("{}.{}", schema.text, name.text), name.span),
        None => name,
    })
}

fn change(
    name: &str,
    body: At<'_>,
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
            let (view, query) = (table(body, "viewName")?, body.get("selectQuery")?.word()?.text());
            let mut piece = SqlText::default();
            let place = Span { start: view.span.start, end: view.span.start };
            piece.push_decoded("CREATE OR REPLACE VIEW ", place);
            piece.push_decoded(&format!("\"{}\"", view.text), view.span);
            piece.push_decoded(" AS ", place);
            piece.push_piece(&query);
            sql::read_into(facts, &piece, dialect, direction);
        }
        "sql" | "createProcedure" => {
            let word = body.word().or_else(|| body.get("sql")?.word()).or_else(|| body.get("procedureText")?.word())?;
            sql::read_into(facts, &word.text(), dialect, direction);
        }
        _ => {}
    }
    Some(())
}

fn definition(ddl: Ddl, column: At<'_>) -> Option<Ddl> {
    let name = scalar(column, "name")?;
    let data_type = scalar(column, "type").map_or_else(|| "text".to_owned(), |name| name.text);
    let mut ddl = ddl.name(&name).word(" ").data_type(&data_type);
    let is = |key: &str, value: &str| {
        column.get("constraints").and_then(|rules| scalar(rules, key)).is_some_and(|own| own.text == value)
    };
    if is("nullable", "false") || is("primaryKey", "true") {
        ddl = ddl.word(" NOT NULL");
    }
    if column.entries().any(|(key, _)| key.value().starts_with("defaultValue") || key.is("autoIncrement")) {
        ddl = ddl.word(" DEFAULT NULL");
    }
    Some(ddl)
}
