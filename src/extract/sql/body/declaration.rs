//! Declarations of a body: variables, cursors, parameters, routines inside a package.

use super::{Inner, Shape, Splitter, TypeOf, VERBS, Variable};
use crate::extract::sql::lexer::TokenKind;
use crate::model::name::Ident;

impl Splitter<'_> {
    /// One declaration, up to its semicolon.
    pub(super) fn declaration(&mut self, at: usize) -> usize {
        let words = self.words;
        if words.is_any(at, &["begin", "end"]) {
            return at;
        }
        let end = self.end_of(at);
        if words.is_any(at, &["type", "subtype", "pragma"]) {
            return end;
        }
        if words.is_any(at, &["continue", "exit", "undo"]) && words.is_word(at + 1, "handler") {
            self.declaring = false;
            return (at + 2..words.len().min(at + 40))
                .find(|&at| words.is_any(at, VERBS) || words.is_any(at, &["begin", "set"]))
                .unwrap_or(end);
        }
        let cursor = (at..end.min(at + 8)).find(|&at| words.is_word(at, "cursor"));
        if let Some(cursor) = cursor {
            let name = if cursor == at { at + 1 } else { at };
            if words.is(name + 1, "(") {
                self.parameters(name + 1);
            }
            if words.is(cursor + 1, "(") {
                self.parameters(cursor + 1);
            }
            let begins = |at: usize| {
                words.is_word(at, "select") || words.is_word(at, "with") && !words.is_any(at + 1, &["hold", "return"])
            };
            if let Some(query) = (cursor..end).find(|&at| begins(at)) {
                self.add(query..end, Shape::Statement);
            }
            return end;
        }
        if words.kind(at) == Some(TokenKind::Variable) {
            self.table_variables(at, end);
            return end;
        }
        let mut from = at;
        // `a, b INT` declares both.
        while matches!(words.kind(from), Some(TokenKind::Word | TokenKind::Quoted)) && words.is(from + 1, ",") {
            self.body.variables.extend(words.ident(from).map(|name| Variable { name, row: None }));
            from += 2;
        }
        self.typed(from, end);
        if let Some(value) =
            (from..end).find(|&at| words.is(at, ":=") || words.is(at, "=") || words.is_word(at, "default"))
        {
            self.add(value + 1..end, Shape::Assignment { target: from..from + 1 });
        }
        end
    }

    /// `@a int = expression, @t TABLE (…)`.
    pub(super) fn table_variables(&mut self, at: usize, end: usize) {
        let words = self.words;
        for item in words.items(at, end) {
            self.body.variables.extend(words.ident(item.start).map(|name| Variable { name, row: None }));
            if let Some(value) = item.clone().take(12).find(|&at| words.is(at, "=")) {
                self.add(value + 1..item.end, Shape::Assignment { target: item.start..item.start + 1 });
            }
        }
    }

    /// `name type`: a variable, and the column or row whose type it takes.
    pub(super) fn typed(&mut self, at: usize, end: usize) {
        let words = self.words;
        let Some(name) = words.ident(at) else { return };
        let mut from = at + 1 + usize::from(words.is_any(at + 1, &["constant", "in", "out", "inout", "variadic"]));
        while words.is_any(from, &["out", "nocopy"]) {
            from += 1;
        }
        let mut row = None;
        if from < end
            && let Some(named) = words.name(from)
        {
            let percent = words.is(named.next, "%");
            if percent && words.is_word(named.next + 1, "rowtype") {
                row = Some(named.name.clone());
                self.body.types.push(TypeOf { relation: named.name, column: None, span: named.span });
            } else if percent && words.is_word(named.next + 1, "type") {
                let mut relation = named.name;
                if let (Some(column), false) = (relation.0.pop(), relation.0.is_empty()) {
                    self.body.types.push(TypeOf { relation, column: Some((column, named.span)), span: named.span });
                }
            } else if !is_type(named.name.last()) {
                row = Some(named.name);
            }
        }
        self.body.variables.push(Variable { name, row });
    }

    pub(super) fn parameters_in(&mut self, from: usize, to: usize) {
        let words = self.words;
        for item in words.items(from, to) {
            let skip = usize::from(words.is_any(item.start, &["in", "out", "inout", "variadic"]));
            // `(name[], numeric(10, 2))` are types without names.
            let named = matches!(words.kind(item.start + skip + 1), Some(TokenKind::Word | TokenKind::Quoted));
            if item.len() > 1 + skip && (named || words.kind(item.start + skip) == Some(TokenKind::Variable)) {
                self.typed(item.start + skip, item.end);
            }
        }
    }

    /// `PROCEDURE name (…) IS` among the declarations of a package or routine.
    pub(super) fn inner(&mut self, at: usize) -> usize {
        let words = self.words;
        if let Some(last) = self.body.inner.last_mut() {
            last.range.end = at;
        }
        if let Some(name) = words.ident(at + 1) {
            self.body.inner.push(Inner { name, range: at..words.len() });
        }
        if words.is(at + 2, "(") {
            self.parameters(at + 2);
        }
        self.declaring = true;
        let end = self.end_of(at);
        let body = (at..end).find(|&at| words.is_any(at, &["is", "as"]));
        body.map_or(end, |body| body + 1)
    }

    /// The parameters in the parenthesis at `open`.
    pub(super) fn parameters(&mut self, open: usize) {
        self.parameters_in(open + 1, self.words.behind_parenthesis(open).saturating_sub(1));
    }
}

/// Whether a type is built in: not the row of a relation.
fn is_type(name: &Ident) -> bool {
    const TYPES: &[&str] = &[
        "int",
        "integer",
        "bigint",
        "smallint",
        "tinyint",
        "mediumint",
        "serial",
        "bigserial",
        "numeric",
        "decimal",
        "number",
        "real",
        "float",
        "double",
        "money",
        "bit",
        "boolean",
        "bool",
        "text",
        "varchar",
        "varchar2",
        "nvarchar",
        "nvarchar2",
        "char",
        "nchar",
        "character",
        "date",
        "time",
        "timestamp",
        "timestamptz",
        "datetime",
        "datetime2",
        "interval",
        "uuid",
        "json",
        "jsonb",
        "xml",
        "bytea",
        "blob",
        "clob",
        "record",
        "refcursor",
        "sys_refcursor",
        "pls_integer",
        "binary_integer",
        "raw",
        "long",
        "oid",
        "regclass",
        "name",
        "inet",
        "cidr",
        "trigger",
        "void",
        "hstore",
        "geometry",
        "geography",
        "int4",
        "int8",
        "float8",
        "binary",
        "varbinary",
        "cursor",
        "table",
        "alias",
        "unsigned",
        "string",
        "natural",
        "positive",
        "exception",
        "rowid",
        "simple_integer",
        "anyelement",
        "tsvector",
        "tsquery",
        "image",
        "ntext",
        "uniqueidentifier",
        "sysname",
        "longtext",
        "mediumtext",
    ];
    TYPES.iter().any(|known| name.is(known))
}
