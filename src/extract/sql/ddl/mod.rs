//! Definitions read by their words, so that a schema is never lost to a clause that no grammar knows.

mod alter;
mod other;
mod table;

use super::lower::Lowered;
use super::naming::{Words, schema_reference, source};
use crate::model::name::{Ident, ObjectName};
use crate::model::schema::{RelationKind, SchemaChange};
use crate::model::span::Span;
use crate::model::statement::{Access, Scope, SourceRole, StatementKind};

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
        return Some(reader.drop());
    }
    if words.is_word(0, "comment") {
        return reader.comment();
    }
    if words.is_any(0, &["grant", "revoke"]) {
        return Some(reader.grant());
    }
    if words.is_word(0, "refresh") {
        return reader.refresh();
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

    fn refer(&mut self, name: Ident, span: Span, access: Access) {
        self.scope.references.push(schema_reference(name, span, access, 0));
    }
}
