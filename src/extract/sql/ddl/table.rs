//! `CREATE TABLE`: columns, constraints, what is copied.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{CONSTRAINTS, Definition, FromQuery, Reader};
use crate::extract::sql::keyword::is_keyword;
use crate::extract::sql::lexer::TokenKind;
use crate::extract::sql::naming::{schema_reference, source};
use crate::extract::sql::text::holds_hole;
use crate::model::name::{Name, ObjectName};
use crate::model::schema::{ColumnDef, RelationKind, SchemaChange};
use crate::model::statement::{Access, SourceRole, StatementKind};

/// Words that end a column's type.
const OPTIONS: &[&str] = &[
    "not",
    "null",
    "default",
    "primary",
    "unique",
    "references",
    "check",
    "collate",
    "comment",
    "generated",
    "auto_increment",
    "autoincrement",
    "identity",
    "constraint",
    "on",
    "encode",
    "codec",
    "ttl",
    "stored",
    "virtual",
    "visible",
    "invisible",
    "as",
    "first",
    "after",
    "key",
    "enable",
    "disable",
    "materialized",
    "alias",
    "ephemeral",
    "distkey",
    "sortkey",
    "options",
    "masking",
    "rowguidcol",
    "sparse",
    "persisted",
    "storage",
    "compression",
    "using",
    "cascade",
    "restrict",
    "static",
    "with",
    "before",
    "add",
];

impl Reader<'_> {
    pub(super) fn create_table(mut self, mut at: usize) -> Option<Definition> {
        let words = self.words;
        let if_not_exists = self.skip_exists(&mut at);
        let table = words.name(at)?;
        at = table.next;
        self.scope.sources.push(source(&table, None, SourceRole::Target));
        let mut copies = Vec::new();
        let mut columns = Vec::new();
        let mut listed = None;
        while at < words.len() {
            if words.is(at, "(") {
                let end = words.behind_parenthesis(at);
                let inner = (at..end).find(|&at| !words.is(at, "(")).unwrap_or(end);
                let query = words.is_any(inner, &["select", "with"]);
                if listed.is_none() && !query {
                    self.columns(at + 1..end - usize::from(words.is(end - 1, ")")), &mut columns, &mut copies);
                    listed = Some(end);
                }
                if query {
                    break;
                }
                at = end;
            } else if words.is_any(at, &["for", "default"]) {
                // The bounds of a partition.
                listed = listed.or(Some(at));
                at += 1;
            } else if words.is_any(at, &["like", "of", "clone", "inherits"]) {
                let start = at + 1 + usize::from(words.is(at + 1, "("));
                for item in words.items(start, words.len().min(start + 60)) {
                    let Some(name) = words.name(item.start) else { break };
                    self.scope.sources.push(source(&name, None, SourceRole::Read));
                    copies.push(name.name);
                    if !words.is_word(at, "inherits") || words.is(name.next, ")") {
                        break;
                    }
                }
                at += 2;
            } else if words.is_any(at, &["select", "with"]) && (words.is_word(at - 1, "as") || listed.is_none()) {
                // `WITH (fillfactor = 70)` is no query.
                if words.is_word(at, "with") && words.is(at + 1, "(") {
                    at += 1;
                    continue;
                }
                break;
            } else if words.is_word(at, "as") && (words.is(at + 1, "(") || words.is_any(at + 1, &["select", "with"])) {
                at += 1;
                break;
            } else {
                at += 1;
            }
        }
        let names: BTreeSet<Name> = columns.iter().map(|column: &ColumnDef| column.name.folded()).collect();
        if let Some(listed) = listed {
            self.mentions(listed..at.min(words.len()), &names);
        }
        let hole = holds_hole(&table.name.last().text);
        if at < words.len() {
            if !hole {
                self.from_query = Some(FromQuery {
                    relation: table.name,
                    kind: RelationKind::Table,
                    columns: columns.into_iter().map(|column| column.name).collect(),
                    query: at,
                });
            }
        } else {
            if listed.is_none() && copies.is_empty() {
                return None;
            }
            if !hole {
                self.changes.push(SchemaChange::CreateTable { table: table.name, columns, copies, if_not_exists });
            }
        }
        Some(self.finish(StatementKind::CreateTable))
    }

    /// The list of columns and constraints in tokens `list`.
    pub(super) fn columns(&mut self, list: Range<usize>, columns: &mut Vec<ColumnDef>, copies: &mut Vec<ObjectName>) {
        let words = self.words;
        let items = words.items(list.start, list.end);
        let mut constraints = Vec::new();
        for item in &items {
            if words.is_word(item.start, "like") {
                if let Some(name) = words.name(item.start + 1) {
                    self.scope.sources.push(source(&name, None, SourceRole::Read));
                    copies.push(name.name);
                }
                continue;
            }
            if self.is_constraint(item) {
                constraints.push(item.clone());
                continue;
            }
            match self.column(item.clone()) {
                Some(column) => {
                    self.scope.references.push(schema_reference(column.name.clone(), column.span, Access::Both, 0));
                    columns.push(column);
                }
                None => self.complete = false,
            }
        }
        let names: BTreeSet<Name> = columns.iter().map(|column| column.name.folded()).collect();
        for item in &items {
            self.foreign_key(item.clone());
        }
        for item in constraints {
            self.mentions(item.start + 1..item.end, &names);
        }
    }

    pub(super) fn is_constraint(&self, item: &Range<usize>) -> bool {
        let words = self.words;
        let first = item.start;
        if !CONSTRAINTS.iter().any(|word| words.is_word(first, word)) {
            return false;
        }
        if words.is_any(first, &["key", "index", "period", "partition", "check", "like", "projection"]) {
            // A column may be called `key`: then a type follows, whose parentheses hold numbers.
            let open = (first + 1..item.end.min(first + 4)).find(|&at| words.is(at, "("));
            return open.is_some_and(|open| words.kind(open + 1) != Some(TokenKind::Number));
        }
        if words.is_any(first, &["primary", "foreign"]) {
            return words.is_word(first + 1, "key");
        }
        true
    }

    /// A column's declaration in tokens `item`.
    pub(super) fn column(&self, item: Range<usize>) -> Option<ColumnDef> {
        let words = self.words;
        let name = words.ident(item.start)?;
        if holds_hole(&name.text) || words.kind(item.start) == Some(TokenKind::Variable) {
            return None;
        }
        let mut end = item.start + 1;
        let mut depth = 0_i32;
        while end < item.end {
            if words.is(end, "(") {
                depth += 1;
            } else if words.is(end, ")") {
                depth -= 1;
            } else if depth == 0 && OPTIONS.iter().any(|option| words.is_word(end, option)) {
                break;
            }
            end += 1;
        }
        let data_type = words.written(item.start + 1, end).split_whitespace().collect::<Vec<_>>().join(" ");
        let has = |word: &str| (end..item.end).any(|at| words.is_word(at, word));
        let pair = |first: &str, second: &str| {
            (end..item.end).any(|at| words.is_word(at, first) && words.is_word(at + 1, second))
        };
        let serial = data_type.to_ascii_lowercase().contains("serial");
        Some(ColumnDef {
            span: words.span(item.start),
            name,
            not_null: pair("not", "null") || pair("primary", "key"),
            has_default: serial
                || has("default")
                || has("generated")
                || has("identity")
                || has("auto_increment")
                || has("autoincrement"),
            data_type,
        })
    }

    /// `REFERENCES t (a, b)` anywhere in tokens `item`.
    pub(super) fn foreign_key(&mut self, item: Range<usize>) {
        let words = self.words;
        let Some(at) = item.clone().find(|&at| words.is_word(at, "references")) else { return };
        let Some(table) = words.name(at + 1) else { return };
        let of = self.scope.sources.len() as u32;
        self.scope.sources.push(source(&table, None, SourceRole::Read));
        if words.is(table.next, "(") {
            self.list(table.next, of);
        }
    }

    /// The names in the parenthesis at `open`, of source `of`.
    pub(super) fn list(&mut self, open: usize, of: u32) {
        let words = self.words;
        for item in words.items(open + 1, words.behind_parenthesis(open).saturating_sub(1)) {
            if let Some(name) = words.ident(item.start)
                && !words.is(item.start + 1, "(")
            {
                self.scope.references.push(schema_reference(name, words.span(item.start), Access::Read, of));
            }
        }
    }

    /// Names of columns that are known to be the table's own, anywhere in tokens `range`.
    pub(super) fn mentions(&mut self, range: Range<usize>, known: &BTreeSet<Name>) {
        let words = self.words;
        let stop = range.clone().find(|&at| words.is_word(at, "references")).unwrap_or(range.end);
        for at in range.start..stop {
            if let Some(name) = words.ident(at)
                && known.contains(&name.folded())
                && !words.is(at + 1, "(")
                && !(at > 0 && words.is_any(at - 1, &["constraint", "key", "index"]))
            {
                self.scope.references.push(schema_reference(name, words.span(at), Access::Read, 0));
            }
        }
    }

    /// Names in tokens `range` that look like columns: inside parentheses, no function, no keyword.
    pub(super) fn listed_names(&mut self, range: Range<usize>) {
        let words = self.words;
        let mut depth = 0_i32;
        for at in range {
            if words.is(at, "(") {
                depth += 1;
            } else if words.is(at, ")") {
                depth -= 1;
            } else if depth > 0
                && !words.is(at + 1, "(")
                && !words.is(at + 1, ".")
                && words.kind(at) != Some(TokenKind::Variable)
                && !is_keyword(words, at)
                && let Some(name) = words.ident(at)
                && !holds_hole(&name.text)
            {
                self.scope.references.push(schema_reference(name, words.span(at), Access::Read, 0));
            } else if words.is_word(at, "references") {
                break;
            }
        }
    }
}
