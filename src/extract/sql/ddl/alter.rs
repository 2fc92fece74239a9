//! `ALTER TABLE`, action by action.

use std::ops::Range;

use super::{CONSTRAINTS, Definition, Reader};
use crate::extract::sql::naming::{Named, source};
use crate::extract::sql::text::holds_hole;
use crate::model::schema::{ColumnChange, SchemaChange};
use crate::model::statement::{Access, SourceRole, StatementKind};

/// What an item of `ALTER TABLE` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Add,
    Drop,
    Rename,
    Change,
    Modify,
    Alter,
    Other,
}

impl Reader<'_> {
    pub(super) fn alter(mut self) -> Option<Definition> {
        let words = self.words;
        let mut at = 1;
        while words.is_any(at, &["foreign", "external", "materialized"]) {
            at += 1;
        }
        if !words.is_any(at, &["table", "view"]) {
            let known = words.is_any(
                at,
                &[
                    "sequence",
                    "extension",
                    "type",
                    "role",
                    "user",
                    "database",
                    "index",
                    "default",
                    "domain",
                    "system",
                    "session",
                    "login",
                    "server",
                    "publication",
                    "owner",
                    "tablespace",
                    "keyspace",
                    "warehouse",
                    "function",
                    "procedure",
                    "trigger",
                    "statistics",
                    "rule",
                    "schema",
                    "authorization",
                    "operator",
                    "language",
                    "aggregate",
                    "text",
                    "collation",
                    "conversion",
                    "large",
                    "policy",
                    "publication",
                    "subscription",
                    "event",
                    "foreign",
                    "group",
                    "pluggable",
                    "data",
                    "routine",
                    "operator",
                    "resource",
                    "profile",
                    "package",
                ],
            );
            if words.is_word(at, "schema") && words.is_any(at + 2, &["rename"]) {
                return None;
            }
            return known.then(|| self.finish(StatementKind::Other));
        }
        at += 1;
        while words.is_any(at, &["if", "exists", "only"]) {
            at += 1;
        }
        let table = words.name(at)?;
        at = table.next + usize::from(words.is(table.next, "*"));
        if words.is_word(at, "on") && words.is_word(at + 1, "cluster") {
            at += 3;
        }
        self.scope.sources.push(source(&table, None, SourceRole::Target));
        if words.is_any(at, &["update", "delete"]) {
            // ClickHouse's mutations are read as statements.
            return None;
        }
        if words.is_word(at, "with") {
            at += 2;
        }
        let mut last = Action::Other;
        for item in words.items(at, words.len()) {
            last = self.action(&table, item, last);
        }
        let hole = holds_hole(&table.name.last().text);
        if hole {
            self.changes.clear();
        }
        Some(self.finish(StatementKind::Alter))
    }

    /// One action of `ALTER TABLE`; a later item of a list may leave its verb out.
    fn action(&mut self, table: &Named, item: Range<usize>, last: Action) -> Action {
        let words = self.words;
        let mut at = item.start;
        let action = match words.of(at).to_ascii_lowercase().as_str() {
            "add" => Action::Add,
            "drop" => Action::Drop,
            "rename" => Action::Rename,
            "change" => Action::Change,
            "modify" => Action::Modify,
            "alter" => Action::Alter,
            "set" if words.is_word(at + 1, "schema") => {
                if let Some(schema) = words.ident(at + 2) {
                    self.changes.push(SchemaChange::MoveRelation { name: table.name.clone(), schema });
                }
                return Action::Other;
            }
            "owner" | "set" | "enable" | "disable" | "validate" | "convert" | "engine" | "attach" | "detach"
            | "cluster" | "inherit" | "replica" | "reset" | "auto_increment" | "truncate" | "exchange" | "force"
            | "comment" | "order" | "nocheck" | "check" | "row_format" | "no" | "discard" | "import" | "default"
            | "charset" | "character" | "collate" | "tablespace" | "lock" | "algorithm" | "logging" | "nologging"
            | "freeze" | "materialize" | "optimize" | "repair" | "rebuild" | "split" | "merge" | "move" | "read"
            | "parallel" | "noparallel" | "key_block_size" | "remove" | "switch" | "swap" | "without" | "with"
            | "of" | "not" => {
                return Action::Other;
            }
            _ if matches!(last, Action::Add | Action::Drop) => {
                let items = [item];
                self.members(table, last, &items);
                return last;
            }
            _ => {
                self.complete = false;
                return Action::Other;
            }
        };
        at += 1;
        let explicit = words.is_any(at, &["column", "columns"]);
        if explicit {
            at += 1;
        }
        self.skip_exists(&mut at);
        let plain_object = !explicit
            && (CONSTRAINTS.iter().any(|word| words.is_word(at, word)) && !words.is_word(at, "like")
                || words
                    .is_any(at, &["default", "identity", "trigger", "policy", "replica", "rule", "table", "distkey"]));
        if plain_object {
            self.foreign_key(at..item.end);
            if action == Action::Add {
                self.listed_names(at..item.end);
            }
            return Action::Other;
        }
        let open = words.is(at, "(");
        let members = if open {
            let end = words.behind_parenthesis(at).saturating_sub(1).max(at + 1);
            words.items(at + 1, end)
        } else {
            std::iter::once(at..item.end).collect()
        };
        match action {
            Action::Add | Action::Drop => self.members(table, action, &members),
            Action::Rename => self.rename_action(table, at, item.end, explicit),
            Action::Change => self.change(table, at, item.end),
            Action::Modify | Action::Alter => {
                for member in members {
                    self.alter_column(table, member);
                }
            }
            Action::Other => {}
        }
        action
    }

    fn members(&mut self, table: &Named, action: Action, members: &[Range<usize>]) {
        for member in members {
            let words = self.words;
            if action == Action::Add {
                match self.column(member.clone()) {
                    Some(column) => {
                        self.refer(column.name.clone(), column.span, Access::Both);
                        self.changes.push(SchemaChange::AddColumn { table: table.name.clone(), column });
                        self.foreign_key(member.clone());
                    }
                    None => self.complete = false,
                }
            } else {
                let mut at = member.start + usize::from(words.is_any(member.start, &["column"]));
                self.skip_exists(&mut at);
                let Some(column) = words.ident(at).filter(|name| !holds_hole(&name.text)) else {
                    self.complete = false;
                    continue;
                };
                let span = words.span(at);
                self.refer(column.clone(), span, Access::Both);
                self.changes.push(SchemaChange::DropColumn { table: table.name.clone(), column, span });
            }
        }
    }

    fn rename_action(&mut self, table: &Named, at: usize, end: usize, explicit: bool) {
        let words = self.words;
        if !explicit && words.is_any(at, &["to", "as"]) {
            if let Some(to) = words.name(at + 1) {
                self.changes.push(SchemaChange::RenameRelation {
                    from: table.name.clone(),
                    to: to.name,
                    span: table.span,
                });
            }
            return;
        }
        let to = (at + 1..end).find(|&at| words.is_word(at, "to"));
        if let (Some(from), Some(to)) = (words.ident(at), to)
            && let Some(new) = words.ident(to + 1)
        {
            let span = words.span(at);
            self.refer(from.clone(), span, Access::Both);
            self.changes.push(SchemaChange::RenameColumn { table: table.name.clone(), from, to: new, span });
        } else if let Some(to) = words.name(at).filter(|name| name.next >= end) {
            self.changes.push(SchemaChange::RenameRelation { from: table.name.clone(), to: to.name, span: table.span });
        } else {
            self.complete = false;
        }
    }

    fn change(&mut self, table: &Named, at: usize, end: usize) {
        let words = self.words;
        let (Some(from), Some(column)) = (words.ident(at), self.column(at + 1..end)) else {
            self.complete = false;
            return;
        };
        let span = words.span(at);
        self.refer(from.clone(), span, Access::Both);
        let table = table.name.clone();
        let change = ColumnChange::Type(column.data_type);
        if from.matches(&column.name) {
            self.changes.push(SchemaChange::AlterColumn { table, column: from, change, span });
        } else {
            self.changes.push(SchemaChange::RenameColumn { table: table.clone(), from, to: column.name.clone(), span });
            self.changes.push(SchemaChange::AlterColumn { table, column: column.name, change, span: column.span });
        }
    }

    fn alter_column(&mut self, table: &Named, member: Range<usize>) {
        let words = self.words;
        let Some(column) = words.ident(member.start).filter(|name| !holds_hole(&name.text)) else {
            self.complete = false;
            return;
        };
        let at = member.start + 1;
        let pair = |first: &str, second: &str| words.is_word(at, first) && words.is_word(at + 1, second);
        let change = if pair("set", "not") {
            ColumnChange::SetNotNull
        } else if pair("drop", "not") {
            ColumnChange::DropNotNull
        } else if pair("set", "default") {
            ColumnChange::SetDefault
        } else if pair("drop", "default") {
            ColumnChange::DropDefault
        } else if words.is_any(at, &["set", "drop", "add", "reset", "restart"]) && !pair("set", "data") {
            ColumnChange::Other
        } else {
            let skip = if pair("set", "data") { 3 } else { usize::from(words.is_word(at, "type")) };
            match self.column(member.start + skip..member.end) {
                Some(declared) if !declared.data_type.is_empty() => ColumnChange::Type(declared.data_type),
                _ => ColumnChange::Other,
            }
        };
        let span = words.span(member.start);
        self.refer(column.clone(), span, Access::Both);
        self.changes.push(SchemaChange::AlterColumn { table: table.name.clone(), column, change, span });
    }
}
