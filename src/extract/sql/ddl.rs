//! Definitions read by their words, so that a schema is never lost to a clause that no grammar knows.

use std::collections::BTreeSet;
use std::ops::Range;

use super::lexer::TokenKind;
use super::lower::Lowered;
use super::naming::{Named, Words, relation, schema_reference, source, unquoted};
use super::text::holds_hole;
use crate::model::name::{Ident, Name, ObjectName};
use crate::model::schema::{ColumnChange, ColumnDef, RelationKind, RoutineKind, SchemaChange};
use crate::model::span::Span;
use crate::model::statement::{Access, Relation, Scope, SourceRole, StatementKind};

/// What a definition says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Definition {
    /// Its kind, names and changes.
    pub(super) lowered: Lowered,
    /// Whether its words were all understood; else names may be missing.
    pub(super) complete: bool,
    /// The relation that it makes of a query.
    pub(super) from_query: Option<FromQuery>,
}

/// A relation made of a query that is still to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FromQuery {
    /// The new relation.
    pub(super) relation: ObjectName,
    /// View or table.
    pub(super) kind: RelationKind,
    /// Its explicit columns.
    pub(super) columns: Vec<Ident>,
    /// The query's first token.
    pub(super) query: usize,
}

/// Reads a definition. `None` when the statement is none, or of a kind that words do not tell.
pub(super) fn read(words: Words<'_>) -> Option<Definition> {
    let reader = Reader { words, scope: Scope::default(), changes: Vec::new(), complete: true, from_query: None };
    if words.is_word(0, "create") {
        return reader.create();
    }
    if words.is_word(0, "alter") {
        return reader.alter();
    }
    if words.is_word(0, "drop") {
        return reader.drop();
    }
    if words.is_word(0, "comment") {
        return reader.comment();
    }
    if words.is_any(0, &["grant", "revoke"]) {
        return reader.grant();
    }
    if words.is_word(0, "rename") {
        return reader.rename();
    }
    if words.is_any(0, &["exec", "execute"]) || words.of(0).to_ascii_lowercase().ends_with("sp_rename") {
        return reader.procedure_rename();
    }
    None
}

struct Reader<'a> {
    words: Words<'a>,
    scope: Scope,
    changes: Vec<SchemaChange>,
    complete: bool,
    from_query: Option<FromQuery>,
}

/// Words that begin a constraint or an index in a list of columns.
const CONSTRAINTS: &[&str] = &[
    "constraint",
    "primary",
    "unique",
    "foreign",
    "check",
    "exclude",
    "key",
    "index",
    "fulltext",
    "spatial",
    "like",
    "period",
    "projection",
    "supplemental",
    "partition",
];

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
    fn finish(self, kind: StatementKind) -> Definition {
        let scopes = if self.scope == Scope::default() { Vec::new() } else { vec![self.scope] };
        let lowered = Lowered { kind, scopes, changes: self.changes, holes: Vec::new() };
        Definition { lowered, complete: self.complete, from_query: self.from_query }
    }

    /// Skips `IF [NOT] EXISTS`. Tells whether it was there.
    fn skip_exists(&self, at: &mut usize) -> bool {
        let start = *at;
        if self.words.is_word(*at, "if") {
            *at += 1;
            if self.words.is_word(*at, "not") {
                *at += 1;
            }
            if self.words.is_word(*at, "exists") {
                *at += 1;
            }
        }
        *at > start
    }

    fn create(mut self) -> Option<Definition> {
        let words = self.words;
        let mut at = 1;
        let mut materialized = false;
        while words.is_any(
            at,
            &[
                "or",
                "replace",
                "temp",
                "temporary",
                "unique",
                "global",
                "local",
                "unlogged",
                "materialized",
                "external",
                "foreign",
                "recursive",
                "clustered",
                "nonclustered",
                "fulltext",
                "spatial",
                "virtual",
                "transient",
                "force",
                "bitmap",
                "alter",
                "secure",
                "private",
                "columnstore",
                "editionable",
                "no",
                "volatile",
                "multiset",
                "live",
                "streaming",
                "noforce",
                "shard",
                "immutable",
                "blockchain",
                "refresh",
            ],
        ) {
            materialized |= words.is_word(at, "materialized");
            at += 1;
        }
        // MySQL: `ALGORITHM = UNDEFINED DEFINER = a@b SQL SECURITY DEFINER VIEW`.
        if words.is_any(at, &["algorithm", "definer", "sql"])
            && let Some(view) = (at..at + 16).find(|&at| words.is_word(at, "view"))
        {
            at = view;
        }
        if words.is_any(at, &["table", "hypertable"]) {
            return self.create_table(at + 1);
        }
        if words.is_word(at, "view") {
            let kind = if materialized { RelationKind::MaterializedView } else { RelationKind::View };
            return self.create_view(at + 1, kind);
        }
        if words.is_word(at, "index") {
            return self.create_index(at + 1);
        }
        if words.is_word(at, "schema") {
            let mut name_at = at + 1;
            self.skip_exists(&mut name_at);
            if let Some(name) = words.ident(name_at).filter(|name| !name.is("authorization")) {
                self.changes.push(SchemaChange::CreateSchema(name));
            }
            return Some(self.finish(StatementKind::OtherSchema));
        }
        let nameless = [
            "access",
            "aggregate",
            "assembly",
            "cast",
            "certificate",
            "collation",
            "conversion",
            "credential",
            "data",
            "database",
            "default",
            "dictionary",
            "directory",
            "domain",
            "event",
            "extension",
            "file",
            "fulltext",
            "group",
            "keyspace",
            "language",
            "login",
            "master",
            "message",
            "operator",
            "partition",
            "pipe",
            "procedural",
            "profile",
            "public",
            "publication",
            "queue",
            "quota",
            "resource",
            "rewrite",
            "role",
            "sequence",
            "server",
            "service",
            "settings",
            "shadow",
            "stage",
            "statistics",
            "stream",
            "subscription",
            "synonym",
            "tablespace",
            "text",
            "transform",
            "trusted",
            "type",
            "user",
            "warehouse",
            "xml",
        ];
        words.is_any(at, &nameless).then(|| self.finish(StatementKind::Other))
    }

    fn create_table(mut self, mut at: usize) -> Option<Definition> {
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
                let query = words.is_any(at + 1, &["select", "with"]) || words.is(at + 1, "(");
                if listed.is_none() && !query {
                    self.columns(at + 1..end - usize::from(words.is(end - 1, ")")), &mut columns, &mut copies);
                    listed = Some(end);
                }
                if query {
                    break;
                }
                at = end;
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
    fn columns(&mut self, list: Range<usize>, columns: &mut Vec<ColumnDef>, copies: &mut Vec<ObjectName>) {
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

    fn is_constraint(&self, item: &Range<usize>) -> bool {
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
    fn column(&self, item: Range<usize>) -> Option<ColumnDef> {
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
    fn foreign_key(&mut self, item: Range<usize>) {
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
    fn list(&mut self, open: usize, of: u32) {
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
    fn mentions(&mut self, range: Range<usize>, known: &BTreeSet<Name>) {
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
    fn listed_names(&mut self, range: Range<usize>) {
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
                && !super::tokens::is_keyword(words, at)
                && let Some(name) = words.ident(at)
                && !holds_hole(&name.text)
            {
                self.scope.references.push(schema_reference(name, words.span(at), Access::Read, 0));
            } else if words.is_word(at, "references") {
                break;
            }
        }
    }

    fn create_view(mut self, mut at: usize, kind: RelationKind) -> Option<Definition> {
        let words = self.words;
        self.skip_exists(&mut at);
        let view = words.name(at)?;
        at = view.next;
        let mut columns = Vec::new();
        if words.is(at, "(") {
            let end = words.behind_parenthesis(at);
            columns.extend(words.items(at + 1, end - 1).into_iter().filter_map(|item| words.ident(item.start)));
            at = end;
        }
        let mut depth = 0_i32;
        while at < words.len() {
            if words.is(at, "(") {
                depth += 1;
            } else if words.is(at, ")") {
                depth -= 1;
            } else if depth == 0 && words.is_word(at, "as") {
                break;
            }
            at += 1;
        }
        if at + 1 >= words.len() {
            return None;
        }
        self.from_query = Some(FromQuery { relation: view.name, kind, columns, query: at + 1 });
        Some(self.finish(StatementKind::CreateView))
    }

    fn create_index(mut self, at: usize) -> Option<Definition> {
        let words = self.words;
        let on = (at..words.len().min(at + 12)).find(|&at| words.is_word(at, "on"))?;
        let table = words.name(on + 1 + usize::from(words.is_word(on + 1, "only")))?;
        self.scope.sources.push(source(&table, None, SourceRole::Read));
        self.listed_names(table.next..words.len());
        Some(self.finish(StatementKind::OtherSchema))
    }

    fn alter(mut self) -> Option<Definition> {
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
            | "parallel" | "noparallel" | "key_block_size" | "remove" | "switch" | "swap" | "without" | "with" => {
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

    fn refer(&mut self, name: Ident, span: Span, access: Access) {
        self.scope.references.push(schema_reference(name, span, access, 0));
    }

    #[expect(clippy::unnecessary_wraps, reason = "one of many readers, most of which may give up")]
    fn drop(mut self) -> Option<Definition> {
        let words = self.words;
        let mut at = 1;
        let mut kind = None;
        while words.is_any(at, &["materialized", "foreign", "external", "temporary", "temp"]) {
            if words.is_word(at, "materialized") {
                kind = Some(RelationKind::MaterializedView);
            }
            at += 1;
        }
        let object = words.of(at).to_ascii_lowercase();
        let routine = match object.as_str() {
            "function" | "aggregate" => Some(RoutineKind::Function),
            "procedure" | "proc" | "package" => Some(RoutineKind::Procedure),
            "trigger" => Some(RoutineKind::Trigger),
            _ => None,
        };
        at += 1;
        while words.is_any(at, &["concurrently", "body", "if", "exists"]) {
            at += 1;
        }
        match object.as_str() {
            "table" | "view" => {
                let kind = kind.unwrap_or(if object == "view" { RelationKind::View } else { RelationKind::Table });
                for item in words.items(at, words.len()) {
                    let Some(named) = words.name(item.start) else { continue };
                    if let Relation::Table(name) = relation(named.name.clone()) {
                        self.changes.push(SchemaChange::DropRelation { kind, name, span: named.span });
                    }
                    self.scope.sources.push(source(&named, None, SourceRole::Target));
                }
            }
            "schema" => {
                if let Some(name) = words.ident(at) {
                    self.changes.push(SchemaChange::DropSchema(name));
                }
            }
            _ => {
                if let (Some(kind), Some(named)) = (routine, words.name(at)) {
                    self.changes.push(SchemaChange::DropRoutine { name: named.name, kind });
                }
            }
        }
        Some(self.finish(StatementKind::Drop))
    }

    /// `GRANT SELECT (a, b) ON t TO r`, `GRANT r TO s`.
    #[expect(clippy::unnecessary_wraps, reason = "one of many readers, most of which may give up")]
    fn grant(mut self) -> Option<Definition> {
        let words = self.words;
        let on = (1..words.len()).find(|&at| words.is_word(at, "on"));
        if let Some(on) = on
            && (words.is_word(on + 1, "table") || !words.is_word(on + 2, "to"))
            && words.name(on + 2).is_some()
            && let Some(table) = words.name(on + 1 + usize::from(words.is_word(on + 1, "table")))
            && words.is_any(table.next, &["to", "from"])
        {
            self.scope.sources.push(source(&table, None, SourceRole::Read));
            self.listed_names(1..on);
        }
        Some(self.finish(StatementKind::OtherSchema))
    }

    /// `COMMENT ON COLUMN t.a IS 'x'`, and comments on what has no columns.
    fn comment(mut self) -> Option<Definition> {
        let words = self.words;
        if !words.is_word(1, "on") {
            return None;
        }
        let object = 2 + usize::from(words.is_any(2, &["materialized", "foreign"]));
        if words.is_any(object, &["table", "view"]) {
            let table = words.name(object + 1)?;
            self.scope.sources.push(source(&table, None, SourceRole::Read));
        } else if words.is_word(object, "column") {
            let mut named = words.name(object + 1)?;
            let column = named.name.0.pop()?;
            if named.name.0.is_empty() {
                return None;
            }
            self.scope.sources.push(source(&named, None, SourceRole::Read));
            self.refer(column, named.span, Access::Read);
        }
        Some(self.finish(StatementKind::OtherSchema))
    }

    /// `RENAME TABLE a TO b, c TO d`, Oracle's `RENAME a TO b`.
    fn rename(mut self) -> Option<Definition> {
        let words = self.words;
        let start = 1 + usize::from(words.is_any(1, &["table", "tables"]));
        for item in words.items(start, words.len()) {
            let from = words.name(item.start)?;
            if !words.is_word(from.next, "to") {
                return None;
            }
            let to = words.name(from.next + 1)?;
            self.scope.sources.push(source(&from, None, SourceRole::Target));
            self.changes.push(SchemaChange::RenameRelation { from: from.name, to: to.name, span: from.span });
        }
        Some(self.finish(StatementKind::Alter))
    }

    /// `EXEC sp_rename 'users.full_name', 'name', 'COLUMN'`.
    fn procedure_rename(mut self) -> Option<Definition> {
        let words = self.words;
        let start = usize::from(words.is_any(0, &["exec", "execute"]));
        let procedure = words.name(start)?;
        if !procedure.name.last().is("sp_rename") {
            return None;
        }
        let texts: Vec<usize> =
            (procedure.next..words.len()).filter(|&at| words.kind(at) == Some(TokenKind::Text)).collect();
        let &[object, new, ref kind @ ..] = texts.as_slice() else { return None };
        let value = |at: usize| unquoted(words.of(at).trim_start_matches(['N', 'n']));
        let kind = kind.first().map(|&at| value(at).to_ascii_lowercase());
        let to = Ident::bare(unbracketed(&value(new)));
        let old = value(object);
        let mut parts: Vec<Ident> = split_name(&old).into_iter().map(Ident::bare).collect();
        let last = parts.last()?.clone();
        let token = words.tokens.get(object)?;
        let at = words.of(object).rfind(last.text.as_ref())?;
        let start = token.start + at as u32;
        let span = words.text.outer(Span { start, end: start + last.text.len() as u32 });
        match kind.as_deref() {
            Some("column") if parts.len() > 1 => {
                parts.pop();
                let table = ObjectName(parts);
                let named = Named { name: table.clone(), span, next: 0 };
                self.scope.sources.push(source(&named, None, SourceRole::Target));
                self.refer(last.clone(), span, Access::Both);
                self.changes.push(SchemaChange::RenameColumn { table, from: last, to, span });
            }
            None | Some("object") => {
                let from = ObjectName(parts);
                let named = Named { name: from.clone(), span, next: 0 };
                self.scope.sources.push(source(&named, None, SourceRole::Target));
                self.changes.push(SchemaChange::RenameRelation { from, to: ObjectName::single(to), span });
            }
            _ => {}
        }
        Some(self.finish(StatementKind::Alter))
    }
}

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

/// The parts of `[dbo].[Users].name`.
fn split_name(name: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut bracket = false;
    for char in name.chars() {
        match char {
            '[' | '"' => bracket = !bracket,
            ']' => bracket = false,
            '.' if !bracket => parts.push(std::mem::take(&mut part)),
            _ => part.push(char),
        }
    }
    parts.push(part);
    parts
}

fn unbracketed(name: &str) -> String {
    name.trim_matches(['[', ']', '"']).to_owned()
}
