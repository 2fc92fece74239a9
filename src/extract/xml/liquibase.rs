//! Liquibase changelogs: each change becomes the statement that it stands for, with places in the changelog, and goes
//! through the one reader of SQL. <https://docs.liquibase.com/change-types/home.html>

use std::collections::BTreeMap;

use super::tree::{Child, Document, ElementId, push_decoded};
use crate::extract::sql::text::SqlText;
use crate::extract::sql::{self, Evidence};
use crate::model::facts::{FileFacts, Unit, UnitKind};
use crate::model::source::Kind;
use crate::model::span::Span;
use crate::model::statement::{Dialect, Direction};

/// Elements around changes that are read as a list of them.
const GROUPS: &[&str] = &["databaseChangeLog", "changeSet", "rollback", "preConditions", "and", "or", "not"];

/// Deepest groups that are followed.
const DEEPEST: usize = 32;

/// Reads a changelog.
pub(super) fn read(facts: &mut FileFacts, document: &Document<'_>, root: ElementId) {
    let base = SqlText::verbatim(document.text, 0);
    let properties = document
        .children(root)
        .filter(|(_, element)| element.name == "property")
        .filter_map(|(id, _)| Some((document.value(id, "name")?, document.value(id, "value")?)))
        .collect();
    let changelog = Changelog { document, base: &base, properties };
    let mut left = vec![(root, Direction::Forward, None, 0)];
    while let Some((id, direction, dialect, depth)) = left.pop() {
        let mut groups = Vec::new();
        for (child, element) in document.children(id) {
            if !GROUPS.contains(&element.name.as_str()) {
                changelog.change(facts, child, &element.name, direction, dialect);
            } else if depth < DEEPEST {
                let direction = if element.name == "rollback" { Direction::Backward } else { direction };
                let dialect = document.value(child, "dbms").and_then(only_dialect).or(dialect);
                if element.name == "rollback" && document.children(child).next().is_none() {
                    sql::read_into(facts, &document.content(child, &base), dialect, direction);
                }
                groups.push((child, direction, dialect, depth + 1));
            }
        }
        left.extend(groups.into_iter().rev());
    }
}

/// The dialect of a list of databases when it is just one.
fn only_dialect(list: &str) -> Option<Dialect> {
    let mut dialects = list.split(',').map(str::trim).filter(|name| !name.starts_with('!')).map(Dialect::named);
    let first = dialects.next()??;
    dialects.all(|other| other == Some(first)).then_some(first)
}

struct Changelog<'x> {
    document: &'x Document<'x>,
    base: &'x SqlText,
    /// `<property>`: what `${name}` stands for.
    properties: BTreeMap<&'x str, &'x str>,
}

/// A statement that is being written.
struct Writer<'a, 'x> {
    changelog: &'a Changelog<'x>,
    piece: SqlText,
    /// Where text stands that the changelog does not write.
    place: Span,
}

impl Writer<'_, '_> {
    fn word(&mut self, text: &str) -> &mut Self {
        self.piece.push_decoded(text, self.place);
        self
    }

    /// A quoted name of one or more parts, with what is known only at run time as holes.
    fn name(&mut self, span: Span) -> &mut Self {
        let document = self.changelog.document;
        let raw = document.raw(span);
        let bare = raw.trim_matches(|c: char| c.is_whitespace() || matches!(c, '`' | '"' | '[' | ']'));
        let mut at = span.start + raw.find(bare).unwrap_or(0) as u32;
        for (number, part) in bare.split('.').enumerate() {
            self.word(if number > 0 { "\".\"" } else { "\"" });
            self.changelog.text(&mut self.piece, part, at);
            at += part.len() as u32 + 1;
        }
        self.word("\"")
    }

    /// The table that an element names, with its schema.
    fn table(&mut self, id: ElementId, table: &str, schema: &str) -> Option<&mut Self> {
        let document = self.changelog.document;
        let name = document.attribute(id, table).filter(|span| !document.raw(*span).trim().is_empty())?;
        if let Some(schema) = document.attribute(id, schema).filter(|span| !document.raw(*span).trim().is_empty()) {
            self.name(schema).word(".");
        }
        Some(self.name(name))
    }

    /// Names in a list with commas.
    fn names(&mut self, span: Span) -> &mut Self {
        let raw = self.changelog.document.raw(span);
        let mut at = span.start;
        for (number, part) in raw.split(',').enumerate() {
            if number > 0 {
                self.word(", ");
            }
            // `name DESC` in an index.
            let name = part.split_whitespace().next().unwrap_or("");
            let start = at + part.find(name).unwrap_or(0) as u32;
            self.name(Span { start, end: start + name.len() as u32 });
            at += part.len() as u32 + 1;
        }
        self
    }
}

/// What is done with the columns inside a change.
#[derive(Clone, Copy, PartialEq)]
enum Columns {
    Names,
    Values,
    Assignments,
}

impl<'x> Changelog<'x> {
    /// Text of the changelog with its properties put in; what no property says is a hole.
    fn text(&self, piece: &mut SqlText, raw: &str, start: u32) {
        let mut from = 0;
        while let Some(found) = raw[from..].find("${").map(|found| from + found) {
            push_decoded(piece, self.base, &raw[from..found], start + from as u32);
            let end = raw[found..].find('}').map_or(raw.len(), |end| found + end + 1);
            let name = raw[found + 2..end].trim_end_matches('}').trim();
            let outer = self.base.outer(Span { start: start + found as u32, end: start + end as u32 });
            match self.properties.get(name) {
                Some(value) if !value.contains("${") => piece.push_decoded(value, outer),
                _ => piece.push_hole(outer),
            }
            from = end;
        }
        push_decoded(piece, self.base, &raw[from..], start + from as u32);
    }

    fn writer(&self, id: ElementId) -> Writer<'_, 'x> {
        let start = self.document.get(id).span.start;
        Writer { changelog: self, piece: SqlText::default(), place: Span { start, end: start } }
    }

    fn change(&self, facts: &mut FileFacts, id: ElementId, name: &str, direction: Direction, dialect: Option<Dialect>) {
        if matches!(name, "sql" | "createProcedure" | "sqlCheck") {
            let dialect = self.document.value(id, "dbms").and_then(only_dialect).or(dialect);
            sql::read_into(facts, &self.sql_text(id), dialect, direction);
            return;
        }
        if matches!(name, "insert" | "update") {
            self.texts(facts, id, direction);
        }
        // Statements about the schema are written in PostgreSQL's words, whatever runs them.
        let mut pieces = Vec::new();
        if self.write(id, name, &mut pieces).is_some() {
            for piece in pieces {
                sql::read_into(facts, &piece, Some(Dialect::Postgres), direction);
            }
        }
    }

    /// Statements that rows hold as data: the text of a report.
    fn texts(&self, facts: &mut FileFacts, id: ElementId, direction: Direction) {
        let table = self.document.value(id, "tableName").unwrap_or("row");
        for (column, name) in self.columns(id) {
            let mut piece = SqlText::default();
            match self.document.attribute(column, "value") {
                Some(span) => self.text(&mut piece, self.document.raw(span), span.start),
                None => piece = self.sql_text(column),
            }
            if sql::evidence(piece.as_str()) == Evidence::Statement {
                sql::read_into(facts, &piece, None, direction);
                let inside = Span { start: name.end, end: self.document.get(column).span.end };
                let span = self.document.attribute(column, "value").unwrap_or(inside);
                let (name, kind) =
                    (format!("{table}.{}", self.document.raw(name)), UnitKind::Document(Some(Kind::Report)));
                facts.units.push(Unit { name, kind, span });
            }
        }
    }

    /// The text inside an element; properties are put in.
    fn sql_text(&self, id: ElementId) -> SqlText {
        let mut piece = SqlText::default();
        for child in &self.document.get(id).children {
            match child {
                Child::Text(span) | Child::Verbatim(span) => {
                    let is_verbatim = matches!(child, Child::Verbatim(_));
                    let raw = self.document.raw(*span);
                    if is_verbatim && !raw.contains("${") {
                        piece.push_piece(&self.base.slice(*span));
                    } else {
                        self.text(&mut piece, raw, span.start);
                    }
                }
                Child::Element(_) => {}
            }
        }
        piece
    }

    fn dropped_column(&self, id: ElementId, column: Span) -> Option<SqlText> {
        let mut writer = self.writer(id);
        writer.word("ALTER TABLE ").table(id, "tableName", "schemaName")?.word(" DROP COLUMN ").name(column);
        Some(writer.piece)
    }

    fn write(&self, id: ElementId, change: &str, pieces: &mut Vec<SqlText>) -> Option<()> {
        let document = self.document;
        let of = |name: &str| document.attribute(id, name);
        let mut writer = self.writer(id);
        match change {
            "createTable" => {
                writer.word("CREATE TABLE ").table(id, "tableName", "schemaName")?.word(" (");
                self.definitions(&mut writer, id);
                writer.word(")");
            }
            "addColumn" => {
                for (column, _) in self.columns(id) {
                    let mut writer = self.writer(id);
                    writer.word("ALTER TABLE ").table(id, "tableName", "schemaName")?.word(" ADD COLUMN ");
                    self.definition(&mut writer, column)?;
                    pieces.push(writer.piece);
                }
                return Some(());
            }
            "dropColumn" => {
                let inner = self.columns(id).filter_map(|(column, _)| document.attribute(column, "name"));
                for column in of("columnName").into_iter().chain(inner) {
                    pieces.push(self.dropped_column(id, column)?);
                }
                return Some(());
            }
            "mergeColumns" => {
                let mut columns = Vec::new();
                for name in ["column1Name", "column2Name"] {
                    columns.extend(of(name));
                }
                let mut added = self.writer(id);
                added.word("ALTER TABLE ").table(id, "tableName", "schemaName")?.word(" ADD COLUMN ");
                added.name(of("finalColumnName")?).word(" text");
                pieces.push(added.piece);
                for column in columns {
                    pieces.push(self.dropped_column(id, column)?);
                }
                return Some(());
            }
            "renameColumn" => {
                writer.word("ALTER TABLE ").table(id, "tableName", "schemaName")?.word(" RENAME COLUMN ");
                writer.name(of("oldColumnName")?).word(" TO ").name(of("newColumnName")?);
            }
            "renameTable" => {
                writer.word("ALTER TABLE ").table(id, "oldTableName", "schemaName")?.word(" RENAME TO ");
                writer.name(of("newTableName")?);
            }
            "renameView" => {
                writer.word("ALTER VIEW ").table(id, "oldViewName", "schemaName")?.word(" RENAME TO ");
                writer.name(of("newViewName")?);
            }
            "dropTable" => {
                writer.word("DROP TABLE ").table(id, "tableName", "schemaName")?;
            }
            "dropView" => {
                writer.word("DROP VIEW ").table(id, "viewName", "schemaName")?;
            }
            "createView" => {
                let text = self.sql_text(id);
                if text.as_str().trim_start().get(..6).is_some_and(|start| start.eq_ignore_ascii_case("create")) {
                    pieces.push(text);
                    return Some(());
                }
                writer.word("CREATE OR REPLACE VIEW ").table(id, "viewName", "schemaName")?.word(" AS ");
                writer.piece.push_piece(&text);
            }
            "modifyDataType" => {
                writer.word("ALTER TABLE ").table(id, "tableName", "schemaName")?.word(" ALTER COLUMN ");
                writer.name(of("columnName")?).word(" TYPE ");
                self.data_type(&mut writer, of("newDataType"));
            }
            "addNotNullConstraint"
            | "dropNotNullConstraint"
            | "addDefaultValue"
            | "dropDefaultValue"
            | "addAutoIncrement" => {
                writer.word("ALTER TABLE ").table(id, "tableName", "schemaName")?.word(" ALTER COLUMN ");
                writer.name(of("columnName")?).word(match change {
                    "addNotNullConstraint" => " SET NOT NULL",
                    "dropNotNullConstraint" => " DROP NOT NULL",
                    "dropDefaultValue" => " DROP DEFAULT",
                    _ => " SET DEFAULT NULL",
                });
            }
            "addPrimaryKey" | "addUniqueConstraint" => {
                let kind = if change == "addPrimaryKey" { " ADD PRIMARY KEY (" } else { " ADD UNIQUE (" };
                writer.word("ALTER TABLE ").table(id, "tableName", "schemaName")?.word(kind);
                writer.names(of("columnNames")?).word(")");
            }
            "addForeignKeyConstraint" => {
                writer.word("ALTER TABLE ").table(id, "baseTableName", "baseTableSchemaName")?;
                writer.word(" ADD FOREIGN KEY (").names(of("baseColumnNames")?).word(") REFERENCES ");
                writer.table(id, "referencedTableName", "referencedTableSchemaName")?;
                writer.word(" (").names(of("referencedColumnNames")?).word(")");
            }
            "createIndex" => {
                writer.word("CREATE INDEX i ON ").table(id, "tableName", "schemaName")?.word(" (");
                self.list(&mut writer, id, Columns::Names);
                writer.word(")");
            }
            // A condition on a column names it, as an index on it would.
            "columnExists" => {
                writer.word("CREATE INDEX i ON ").table(id, "tableName", "schemaName")?.word(" (");
                writer.name(of("columnName")?).word(")");
            }
            "insert" => {
                writer.word("INSERT INTO ").table(id, "tableName", "schemaName")?.word(" (");
                self.list(&mut writer, id, Columns::Names);
                writer.word(") VALUES (");
                self.list(&mut writer, id, Columns::Values);
                writer.word(")");
            }
            "loadData" | "loadUpdateData" => {
                writer.word("COPY ").table(id, "tableName", "schemaName")?;
                if self.columns(id).next().is_some() {
                    writer.word(" (");
                    self.list(&mut writer, id, Columns::Names);
                    writer.word(")");
                }
                writer.word(" FROM STDIN");
            }
            "update" | "delete" => {
                if change == "update" {
                    writer.word("UPDATE ").table(id, "tableName", "schemaName")?.word(" SET ");
                    self.list(&mut writer, id, Columns::Assignments);
                } else {
                    writer.word("DELETE FROM ").table(id, "tableName", "schemaName")?;
                }
                if let Some((condition, _)) = document.children(id).find(|(_, element)| element.name == "where") {
                    writer.word(" WHERE ");
                    let text = self.sql_text(condition);
                    writer.piece.push_piece(&text);
                }
            }
            _ => return None,
        }
        pieces.push(writer.piece);
        Some(())
    }

    fn columns(&self, id: ElementId) -> impl Iterator<Item = (ElementId, Span)> {
        let columns = self.document.children(id).filter(|(_, element)| element.name == "column");
        columns.filter_map(|(column, _)| Some((column, self.document.attribute(column, "name")?)))
    }

    fn list(&self, writer: &mut Writer<'_, '_>, id: ElementId, shape: Columns) {
        for (number, (column, name)) in self.columns(id).enumerate() {
            if number > 0 {
                writer.word(", ");
            }
            if shape != Columns::Values {
                writer.name(name);
            }
            if shape == Columns::Assignments {
                writer.word(" = ");
            }
            if shape != Columns::Names {
                // A computed value is SQL; any other is a constant that may hold anything.
                let computed = self.document.attribute(column, "valueComputed");
                match computed.filter(|span| is_plain(self.document.raw(*span))) {
                    Some(span) => self.text(&mut writer.piece, self.document.raw(span), span.start),
                    None => writer.piece.push_hole(writer.place),
                }
            }
        }
    }

    fn definitions(&self, writer: &mut Writer<'_, '_>, id: ElementId) {
        for (number, (column, _)) in self.columns(id).enumerate() {
            if number > 0 {
                writer.word(", ");
            }
            let _ = self.definition(writer, column);
        }
    }

    fn definition(&self, writer: &mut Writer<'_, '_>, column: ElementId) -> Option<()> {
        let document = self.document;
        writer.name(document.attribute(column, "name")?).word(" ");
        self.data_type(writer, document.attribute(column, "type"));
        let constraints = document.children(column).find(|(_, element)| element.name == "constraints");
        let says = |name: &str, value: &str| {
            constraints.and_then(|(id, _)| document.value(id, name)).is_some_and(|own| own.eq_ignore_ascii_case(value))
        };
        let has_default = document.get(column).attributes.iter().any(|own| own.name.starts_with("defaultValue"));
        if has_default || document.value(column, "autoIncrement").is_some_and(|own| own == "true") {
            writer.word(" DEFAULT NULL");
        }
        if says("nullable", "false") || says("primaryKey", "true") {
            writer.word(" NOT NULL");
        }
        Some(())
    }

    /// The type as written, if every parser accepts it: one word, perhaps with numbers in parentheses.
    fn data_type(&self, writer: &mut Writer<'_, '_>, span: Option<Span>) {
        let raw = span.map_or("", |span| self.document.raw(span));
        let (word, rest) = raw.split_once('(').unwrap_or((raw, ""));
        let is_word = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let is_size = rest.is_empty()
            || rest.strip_suffix(')').is_some_and(|size| size.chars().all(|c| c.is_ascii_digit() || c == ','));
        if is_word && is_size && word.starts_with(|c: char| c.is_ascii_alphabetic()) {
            writer.word(raw);
        } else {
            writer.word("text");
        }
    }
}

/// Whether a computed value is sure not to end the statement that it is put into.
fn is_plain(text: &str) -> bool {
    let mut depth = 0_i32;
    for character in text.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ';' | '\'' | '"' => return false,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0 && !text.trim().is_empty()
}
