//! Migrations in code: calls that create, change and drop tables.
//!
//! Two ways of writing them are read, in all libraries: calls that name table and column (`addColumn("users", "age", …)`:
//! Sequelize, `TypeORM`, db-migrate, node-pg-migrate), and calls that name a table and go on with its columns, in a callback
//! (Knex) or in the same chain (Kysely).

mod change;

use std::collections::HashMap;

use tree_sitter::Node;

use self::change::{Change, Place, column};
use super::builder::chain::{Chain, Link};
use super::builder::code::{Code, NameId, SPREAD, children, is_function, unwrap};
use super::builder::names;
use crate::extract::host::span_of;
use crate::model::facts::FileFacts;
use crate::model::span::Span;
use crate::model::statement::StatementKind;

/// What a call that names a table does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    CreateTable,
    /// Changes that follow in a callback or in the same chain.
    AlterTable,
    DropTable,
    RenameTable,
    AddColumn,
    DropColumn,
    RenameColumn,
    AlterColumn,
    /// Columns are named and nothing changes: indexes, keys, questions about the schema.
    Mention,
}

/// Calls that name a table first, and what they do.
const STEPS: &[(&str, Step)] = &[
    ("createTable", Step::CreateTable),
    ("createTableIfNotExists", Step::CreateTable),
    ("alterTable", Step::AlterTable),
    ("table", Step::AlterTable),
    ("dropTable", Step::DropTable),
    ("dropTableIfExists", Step::DropTable),
    ("renameTable", Step::RenameTable),
    ("addColumn", Step::AddColumn),
    ("addColumns", Step::AddColumn),
    ("removeColumn", Step::DropColumn),
    ("dropColumn", Step::DropColumn),
    ("dropColumns", Step::DropColumn),
    ("renameColumn", Step::RenameColumn),
    ("changeColumn", Step::AlterColumn),
    ("alterColumn", Step::AlterColumn),
    ("hasColumn", Step::Mention),
    ("addIndex", Step::Mention),
    ("createIndex", Step::Mention),
    ("removeIndex", Step::Mention),
    ("addConstraint", Step::Mention),
    ("createForeignKey", Step::Mention),
    ("addForeignKey", Step::Mention),
    ("createUniqueConstraint", Step::Mention),
    ("createPrimaryKey", Step::Mention),
];

/// Methods of a table in a callback or chain that make no column, and what they do with those that they name.
const ON_TABLE: &[(&str, Step)] = &[
    ("dropColumn", Step::DropColumn),
    ("dropColumns", Step::DropColumn),
    ("renameColumn", Step::RenameColumn),
    ("setNullable", Step::AlterColumn),
    ("dropNullable", Step::AlterColumn),
    ("alterColumn", Step::AlterColumn),
    ("modifyColumn", Step::AlterColumn),
    ("index", Step::Mention),
    ("unique", Step::Mention),
    ("primary", Step::Mention),
    ("foreign", Step::Mention),
    ("dropIndex", Step::Mention),
    ("dropUnique", Step::Mention),
    ("dropForeign", Step::Mention),
    ("dropPrimary", Step::Mention),
];

/// Methods of a table in a callback that name no column.
const NO_COLUMNS: &[&str] = &[
    "comment",
    "engine",
    "charset",
    "collate",
    "inherits",
    "check",
    "checkPositive",
    "dropTimestamps",
    "dropChecks",
    "queryContext",
    "raw",
    "then",
];

/// Words in the name of what tables and columns are changed through; calls that name both are only read there.
const RECEIVERS: &[&str] =
    &["query", "schema", "migrat", "pgm", "db", "runner", "context", "qi", "knex", "trx", "connection"];

/// Adds the statements that change the schema.
pub(super) fn read(code: &Code<'_>, facts: &mut FileFacts) {
    let mut reading = Reading { code, tables: Vec::new(), callbacks: HashMap::new() };
    for chain in &code.chains {
        reading.chain(chain);
    }
    facts.statements.extend(reading.tables.into_iter().map(Change::finish));
}

struct Reading<'c, 't> {
    code: &'c Code<'t>,
    tables: Vec<Change>,
    /// Parameters of callbacks that stand for a table.
    callbacks: HashMap<NameId, usize>,
}

impl<'t> Reading<'_, 't> {
    fn chain(&mut self, chain: &Chain<'t>) {
        let table = self.code.name_at(chain.root).and_then(|name| self.callbacks.get(&name));
        if let Some(&table) = table {
            self.on_table(chain, table);
            return;
        }
        let mut at = 0;
        while at < chain.links.len() {
            let link = &chain.links[at];
            let step = STEPS.iter().find(|(name, _)| *name == link.name).map(|(_, step)| *step);
            if let (Some(step), Some(arguments)) = (step, &link.arguments) {
                at += self.call(step, chain, at, arguments);
            }
            at += 1;
        }
    }

    /// A call that names a table; tells how many of the links behind it belong to it.
    fn call(&mut self, step: Step, chain: &Chain<'t>, at: usize, arguments: &[Node<'t>]) -> usize {
        if !self.is_receiver(chain, at) {
            return 0;
        }
        let link = &chain.links[at];
        let [first, rest @ ..] = arguments else { return 0 };
        if link.name == "createIndex" && chain.links.get(at + 1).is_some_and(|next| next.name == "on") {
            return self.index_chain(&chain.links[at + 1..]);
        }
        let kind = match step {
            Step::CreateTable => StatementKind::CreateTable,
            Step::DropTable => StatementKind::Drop,
            Step::Mention => StatementKind::OtherSchema,
            _ => StatementKind::Alter,
        };
        let callback = rest.iter().copied().map(unwrap).find(|argument| is_function(*argument));
        if link.name == "table" && callback.is_none() {
            return 0;
        }
        let Some(table) = self.table(*first) else { return 0 };
        let mut change = Change::new(kind, table, span_of(link.node));
        let mut used = 0;
        match step {
            Step::CreateTable | Step::AlterTable => {
                if let Some(function) = callback {
                    self.tables.push(change);
                    let table = self.tables.len() - 1;
                    for name in self.code.parameters(function, 0) {
                        self.callbacks.insert(name, table);
                    }
                    return 0;
                }
                let is_named = self.text(*first).is_some();
                let definition = if is_named { rest.first().copied() } else { Some(*first) };
                if let Some(definition) = definition.filter(|_| step == Step::CreateTable) {
                    self.definitions(definition, &mut change);
                }
                used = self.chained(&chain.links[at + 1..], &mut change);
                if step == Step::AlterTable && used == 0 {
                    return 0;
                }
            }
            Step::DropTable => change.drop_table(),
            Step::RenameTable => {
                if let Some(to) = rest.first().and_then(|to| self.text(*to)) {
                    change.rename_table(to);
                }
            }
            _ => self.columns(step, rest, &mut change),
        }
        self.tables.push(change);
        used
    }

    /// Whether a call is made on something that changes schemas.
    fn is_receiver(&self, chain: &Chain<'t>, at: usize) -> bool {
        let before = chain.links[..at].iter().rfind(|link| !link.name.is_empty() && link.arguments.is_none());
        let name = before.map_or(self.code.text_of(chain.root), |link| link.name);
        let continued = at > 0 && chain.links[..at].iter().any(|link| link.name == "schema");
        let name = name.get(..name.len().min(60)).unwrap_or("").to_ascii_lowercase();
        continued || RECEIVERS.iter().any(|receiver| name.contains(receiver))
    }

    /// The table that an argument names: a string, `{ tableName, schema }`, `new Table({ name })`.
    fn table(&self, node: Node<'t>) -> Option<names::NamedTable> {
        let mut values = self.code.values(node);
        let value = values.pop().filter(|_| values.is_empty())?;
        if let Some((text, span)) = self.code.string(value) {
            return names::table(text, span.start as usize);
        }
        let object = match value.kind() {
            "object" => value,
            "new_expression" => self.object_of_new(value)?,
            _ => return None,
        };
        let entries = self.code.entries(object);
        let part = |key: &str| entries.iter().find(|entry| entry.key == key).and_then(|entry| self.text(entry.value?));
        let (text, span) = part("tableName").or_else(|| part("name"))?;
        let mut table = names::table(text, span.start as usize)?;
        if let Some((schema, _)) = part("schema") {
            table.parts.insert(0, crate::model::name::Ident::bare(schema));
        }
        Some(table)
    }

    fn object_of_new(&self, node: Node<'t>) -> Option<Node<'t>> {
        let first = children(node.child_by_field_name("arguments")?).first().copied()?;
        self.code.values(first).into_iter().find(|value| value.kind() == "object")
    }

    fn text(&self, node: Node<'t>) -> Option<Place<'t>> {
        self.code.values(node).into_iter().find_map(|value| self.code.string(value))
    }

    /// The strings of an argument: one, or an array of them.
    fn texts(&self, node: Node<'t>) -> Vec<Place<'t>> {
        let mut found = Vec::new();
        for value in self.code.values(node) {
            match value.kind() {
                "array" => found.extend(children(value).into_iter().filter_map(|item| self.text(item))),
                _ => found.extend(self.code.string(value)),
            }
        }
        found
    }

    /// What follows the table in a call: names of columns, definitions of them.
    fn columns(&self, step: Step, arguments: &[Node<'t>], change: &mut Change) {
        let Some(first) = arguments.first() else { return };
        let names = self.texts(*first);
        match step {
            Step::AddColumn => match names.as_slice() {
                [name] => self.definition(*name, arguments.get(1).copied(), change),
                _ => self.definitions(*first, change),
            },
            Step::DropColumn => {
                for name in &names {
                    change.drop_column(*name);
                }
                for name in self.new_names(*first) {
                    change.drop_column(name);
                }
            }
            Step::RenameColumn => {
                let to =
                    arguments.get(1).and_then(|to| self.text(*to).or_else(|| self.new_names(*to).first().copied()));
                if let (Some(from), Some(to)) = (names.first(), to) {
                    change.rename(*from, to);
                }
            }
            Step::AlterColumn => names.iter().take(1).for_each(|name| change.alter(*name)),
            _ => {
                // `addIndex(table, [columns])`, `addIndex(table, name, [columns])`, `addConstraint(table, { fields })`.
                let list = arguments
                    .iter()
                    .find(|it| self.code.values(**it).first().is_some_and(|value| value.kind() == "array"));
                let is_name = list.is_none() && names.len() == 1;
                match list {
                    Some(list) => self.texts(*list).into_iter().for_each(|name| change.mention(name)),
                    None if is_name => change.mention(names[0]),
                    None => arguments.iter().for_each(|it| self.keys(*it, change)),
                }
            }
        }
    }

    /// `new TableColumn({ name })`.
    fn new_names(&self, node: Node<'t>) -> Vec<Place<'t>> {
        let mut found = Vec::new();
        for value in self.code.values(node) {
            let items = if value.kind() == "array" { children(value) } else { vec![value] };
            for item in items.into_iter().filter(|item| item.kind() == "new_expression") {
                let entries = self.object_of_new(item).map(|object| self.code.entries(object)).unwrap_or_default();
                let name = entries.iter().find(|entry| entry.key == "name").and_then(|entry| self.text(entry.value?));
                found.extend(name);
            }
        }
        found
    }

    /// `{ fields: […] }`, `new TableIndex({ columnNames: […] })`, also with what a foreign key leads to.
    fn keys(&self, node: Node<'t>, change: &mut Change) {
        for value in self.code.values(node) {
            let object = match value.kind() {
                "object" => Some(value),
                "new_expression" => self.object_of_new(value),
                _ => None,
            };
            let entries = object.map(|object| self.code.entries(object)).unwrap_or_default();
            let part = |key: &str| entries.iter().find(|entry| entry.key == key).and_then(|entry| entry.value);
            for names in ["fields", "columnNames", "columns"].into_iter().filter_map(part) {
                self.texts(names).into_iter().for_each(|name| change.mention(name));
            }
            let other = part("referencedTableName").and_then(|table| self.table(table));
            if let (Some(table), Some(names)) = (other, part("referencedColumnNames")) {
                change.mention_other(table, &self.texts(names));
            }
        }
    }

    /// Definitions of columns: `{ name: definition }`, `{ columns: … }`, arrays of `{ name, type }`.
    fn definitions(&self, node: Node<'t>, change: &mut Change) {
        for value in self.code.values(node) {
            let made = if value.kind() == "new_expression" { self.object_of_new(value) } else { None };
            let value = made.unwrap_or(value);
            match value.kind() {
                "object" => {
                    let entries = self.code.entries(value);
                    let is_list = entries.iter().any(|entry| entry.key == "columns");
                    // A plain object may well have columns called `name` and `type`.
                    let is_column = made.is_some();
                    for entry in &entries {
                        match entry.key {
                            SPREAD => {}
                            "columns" => {
                                if let Some(columns) = entry.value {
                                    self.definitions_within(columns, change);
                                }
                            }
                            "name" if is_column && !is_list => {
                                if let Some(name) = entry.value.and_then(|name| self.text(name)) {
                                    self.definition(name, Some(value), change);
                                }
                            }
                            _ if is_list || is_column => {}
                            key => self.definition((key, entry.span), entry.value, change),
                        }
                    }
                }
                _ => self.definitions_within(value, change),
            }
        }
    }

    /// As [`Self::definitions`], one level deeper; what is deeper still is no definition.
    fn definitions_within(&self, node: Node<'t>, change: &mut Change) {
        for value in self.code.values(node) {
            let items = match value.kind() {
                "array" => children(value),
                "new_expression" | "object" => vec![value],
                _ => Vec::new(),
            };
            for item in items {
                let object = match item.kind() {
                    "new_expression" => self.object_of_new(item),
                    "object" => Some(item),
                    _ => None,
                };
                let Some(object) = object else { continue };
                let entries = self.code.entries(object);
                let named = entries.iter().find(|entry| entry.key == "name").and_then(|entry| self.text(entry.value?));
                match named {
                    Some(name) => self.definition(name, Some(object), change),
                    None => {
                        for entry in entries.iter().filter(|entry| entry.key != SPREAD) {
                            self.definition((entry.key, entry.span), entry.value, change);
                        }
                    }
                }
            }
        }
    }

    /// One column: `{ type, field, allowNull, defaultValue, references: { model, key } }`, or just its type.
    fn definition(&self, name: Place<'t>, definition: Option<Node<'t>>, change: &mut Change) {
        let object = definition.and_then(|node| self.code.values(node).into_iter().find(|it| it.kind() == "object"));
        let entries = object.map(|object| self.code.entries(object)).unwrap_or_default();
        let part = |key: &str| entries.iter().find(|entry| entry.key == key).and_then(|entry| entry.value);
        let is = |key: &str, word: &str| part(key).is_some_and(|value| self.code.text_of(value) == word);
        let name = part("field").and_then(|field| self.text(field)).unwrap_or(name);
        let is_primary = is("primaryKey", "true") || is("isPrimary", "true");
        let not_null = is_primary || is("allowNull", "false") || is("notNull", "true") || is("isNullable", "false");
        let generated = ["defaultValue", "default", "autoIncrement", "isGenerated", "generationStrategy"];
        let has_default = generated.into_iter().any(|key| part(key).is_some());
        let data_type = part("type").or(definition.filter(|_| object.is_none()));
        let data_type = data_type.map_or("", |node| self.code.text_of(node).trim_matches(['\'', '"']));
        change.add(column(name, data_type, not_null, has_default), true);
        let target =
            part("references").and_then(|it| self.code.values(it).into_iter().find(|it| it.kind() == "object"));
        let target = target.map(|target| self.code.entries(target)).unwrap_or_default();
        let part = |key: &str| target.iter().find(|entry| entry.key == key).and_then(|entry| entry.value);
        if let Some(table) = part("model").and_then(|table| self.table(table)) {
            let key: Vec<Place<'t>> = part("key").and_then(|key| self.text(key)).into_iter().collect();
            change.mention_other(table, &key);
        }
    }

    /// Kysely: the links behind `createTable("users")`.
    fn chained(&self, links: &[Link<'t>], change: &mut Change) -> usize {
        let mut used = 0;
        for link in links {
            let Some(arguments) = &link.arguments else { break };
            let first = arguments.first().and_then(|argument| self.text(*argument));
            match (link.name, first) {
                ("addColumn", Some(name)) => {
                    let written = arguments.get(2).map_or("", |callback| self.code.text_of(*callback));
                    let not_null = written.contains("notNull") || written.contains("primaryKey");
                    let has_default = written.contains("defaultTo") || written.contains("autoIncrement");
                    let data_type =
                        arguments.get(1).map_or("", |kind| self.code.text_of(*kind).trim_matches(['\'', '"']));
                    change.add(column(name, data_type, not_null, has_default), true);
                }
                ("addUniqueConstraint" | "addPrimaryKeyConstraint" | "addForeignKeyConstraint", _) => {
                    let own = arguments.get(1).map(|names| self.texts(*names)).unwrap_or_default();
                    for name in own {
                        change.mention(name);
                    }
                    let other = arguments.get(2).and_then(|table| self.table(*table));
                    if let (Some(table), Some(names)) = (other, arguments.get(3)) {
                        change.mention_other(table, &self.texts(*names));
                    }
                }
                ("renameTo", Some(to)) => change.rename_table(to),
                ("renameColumn", Some(from)) => {
                    if let Some(to) = arguments.get(1).and_then(|to| self.text(*to)) {
                        change.rename(from, to);
                    }
                }
                ("dropColumn", Some(name)) => change.drop_column(name),
                ("alterColumn" | "modifyColumn", Some(name)) => change.alter(name),
                ("ifNotExists" | "temporary" | "modifyEnd" | "modifyFront" | "setSchema" | "addCheckConstraint", _) => {
                }
                _ => break,
            }
            used += 1;
        }
        used
    }

    /// Kysely: `.on("users").columns(["a", "b"])`.
    fn index_chain(&mut self, links: &[Link<'t>]) -> usize {
        let [on, rest @ ..] = links else { return 0 };
        let Some(table) = on.arguments.as_ref().and_then(|it| it.first()).and_then(|it| self.table(*it)) else {
            return 1;
        };
        let mut change = Change::new(StatementKind::OtherSchema, table, span_of(on.node));
        for link in rest.iter().filter(|link| matches!(link.name, "column" | "columns")) {
            for argument in link.arguments.iter().flatten() {
                self.texts(*argument).into_iter().for_each(|name| change.mention(name));
            }
        }
        self.tables.push(change);
        links.len()
    }

    /// Knex: a chain on the table that a callback is given.
    fn on_table(&mut self, chain: &Chain<'t>, table: usize) {
        let Some(first) = chain.links.first() else { return };
        let Some(arguments) = &first.arguments else { return };
        let has = |names: &[&str]| chain.links.iter().any(|link| names.contains(&link.name));
        let names: Vec<Place<'t>> = arguments.iter().take(1).flat_map(|argument| self.texts(*argument)).collect();
        let step = ON_TABLE.iter().find(|(name, _)| *name == first.name).map(|(_, step)| *step);
        let is_key = matches!(first.name, "increments" | "bigIncrements" | "bigincrements" | "tinyIncrements");
        let other = self.references(chain);
        let all: Vec<Place<'t>> = arguments.iter().flat_map(|argument| self.texts(*argument)).collect();
        let change = &mut self.tables[table];
        match step {
            Some(Step::DropColumn) => all.into_iter().for_each(|name| change.drop_column(name)),
            Some(Step::RenameColumn) => {
                if let [from, to] = all[..] {
                    change.rename(from, to);
                }
            }
            Some(Step::AlterColumn) => names.into_iter().for_each(|name| change.alter(name)),
            Some(_) => names.into_iter().for_each(|name| change.mention(name)),
            None if first.name == "timestamps" => {
                for name in ["created_at", "updated_at"] {
                    change.add(column((name, first.span), "timestamp", false, true), false);
                }
            }
            None if NO_COLUMNS.contains(&first.name) => {}
            None => match names.as_slice() {
                [name] if has(&["alter"]) => change.alter(*name),
                [name] => {
                    let not_null = is_key || has(&["notNullable", "primary"]);
                    let has_default = is_key || has(&["defaultTo"]);
                    change.add(column(*name, first.name, not_null, has_default), true);
                }
                [] if is_key => change.add(column(("id", first.span), "increments", true, true), false),
                _ => {}
            },
        }
        if let Some((other, columns)) = other {
            self.tables[table].mention_other(other, &columns);
        }
    }

    /// `.references("id").inTable("users")`, `.references("users.id")`.
    fn references(&self, chain: &Chain<'t>) -> Option<(names::NamedTable, Vec<Place<'t>>)> {
        let argument = |name: &str| {
            let link = chain.links.iter().find(|link| link.name == name)?;
            link.arguments.as_ref()?.first().copied()
        };
        let columns = self.texts(argument("references")?);
        if let Some(table) = argument("inTable").and_then(|table| self.table(table)) {
            return Some((table, columns));
        }
        let (text, span) = *columns.first()?;
        let (table, column) = text.rsplit_once('.')?;
        let start = span.end as usize - column.len();
        let table = names::table(table, span.start as usize)?;
        Some((table, vec![(column, Span::new(start, span.end as usize))]))
    }
}

#[cfg(test)]
mod tests;
