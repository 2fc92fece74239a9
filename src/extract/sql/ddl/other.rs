//! Definitions that drop, rename, comment or grant.

use super::{Definition, Reader};
use crate::extract::sql::lexer::TokenKind;
use crate::extract::sql::naming::{Named, relation, source, unquoted};
use crate::model::name::{Ident, ObjectName};
use crate::model::schema::{RelationKind, RoutineKind, SchemaChange};
use crate::model::span::Span;
use crate::model::statement::{Access, Relation, SourceRole, StatementKind};

impl Reader<'_> {
    /// `REFRESH MATERIALIZED VIEW v` runs the query of the view.
    pub(super) fn refresh(mut self) -> Option<Definition> {
        let words = self.words;
        let view = (1..5).find(|&at| words.is_word(at, "view"))?;
        let view = words.name(view + 1 + usize::from(words.is_word(view + 1, "concurrently")))?;
        self.scope.sources.push(source(&view, None, SourceRole::Read));
        Some(self.finish(StatementKind::Other))
    }

    /// `RENAME TABLE a TO b, c TO d`, Oracle's `RENAME a TO b`.
    pub(super) fn rename(mut self) -> Option<Definition> {
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
    pub(super) fn procedure_rename(mut self) -> Option<Definition> {
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

    /// `COMMENT ON COLUMN t.a IS 'x'`, and comments on what has no columns.
    pub(super) fn comment(mut self) -> Option<Definition> {
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

    /// `GRANT SELECT (a, b) ON t TO r`, `GRANT r TO s`.
    pub(super) fn grant(mut self) -> Definition {
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
        self.finish(StatementKind::OtherSchema)
    }

    pub(super) fn drop(mut self) -> Definition {
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
            "function" | "aggregate" | "routine" => Some(RoutineKind::Function),
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
        self.finish(StatementKind::Drop)
    }
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
