//! Routines, triggers and procedural blocks: their statements, with what names mean inside.

use super::assembled::{self, Run};
use super::body::{self, Ends, Part, Shape};
use super::context::Context;
use super::dialect::{Lexis, Profile};
use super::lexer::TokenKind;
use super::lexer::{self, Token};
use super::lower::Lowered;
use super::naming::{Named, Words, schema_reference, source};
use super::reader::{DEEPEST, Reader, Role};
use super::routine::{Place, Routine};
use super::text::{SqlText, shown};
use super::{ddl, dynamic, holes, routine};
use crate::model::facts::{BlindSpot, Unit, UnitKind};
use crate::model::name::Ident;
use crate::model::span::Span;
use crate::model::statement::{
    Access, ColumnReference, Dialect, Lookup, Reading, Scope, SourceRole, Statement, StatementKind, Usage,
};

impl Reader {
    /// A routine: its definition, its unit, and the statements of its body.
    pub(super) fn routine(&mut self, words: Words<'_>, routine: &Routine) {
        let span = words.stretch(0, words.len());
        let name = shown(&routine.name.name);
        self.facts.units.push(Unit { name: name.clone(), kind: routine.unit(), span });
        let Lowered { kind, scopes, changes, holes } = routine.lowered(words);
        let (dialect, direction) = (self.profile.best, self.direction);
        self.push(Statement { kind, span, dialect, reading: Reading::Parsed, direction, scopes, changes, holes });
        let table = routine.table.as_ref().map(|table| table.name.clone());
        if let (Some(function), Some(table)) = (&routine.runs, &table) {
            self.fired.push((function.folded(), table.clone()));
        }
        let mut context = Context::routine(dialect == Dialect::Oracle);
        let trigger = routine.unit() == UnitKind::Trigger;
        let mut images = routine.images.clone();
        if trigger && dialect == Dialect::SqlServer {
            images.extend([Ident::bare("inserted"), Ident::bare("deleted")]);
        }
        context.trigger(&images, table);
        context.label(routine.name.name.last());
        let around = std::mem::replace(&mut self.context, context);
        let texts_around = std::mem::take(&mut self.texts);
        if let Some(parameters) = &routine.parameters {
            let part = Words { text: words.text, tokens: &words.tokens[parameters.clone()] };
            self.declared(&body::parameters(part));
        }
        if let Some(when) = &routine.when {
            self.part(words, &Part { range: when.clone(), shape: Shape::Expression });
        }
        match &routine.body {
            Place::Constant(at) if routine.is_sql => self.constant_body(words, *at, routine.declaring),
            Place::Constant(at) => {
                // Another language: only what it has in string constants is SQL.
                let text = dynamic::decoded(words, *at, false);
                let lexis = Lexis { backslash: true, double_strings: true, ..Lexis::default() };
                let tokens = lexer::significant(text.as_str(), lexis);
                for text in dynamic::texts(Words { text: &text, tokens: &tokens }, true) {
                    self.nested(&text);
                }
            }
            Place::Tokens(range) => {
                let inner = Words { text: words.text, tokens: &words.tokens[range.clone()] };
                self.body_of(inner, routine.declaring, &name);
            }
            Place::Value(range) => {
                let is_query = words.is_any(range.start, &["select", "with"]);
                let shape = if is_query { Shape::Statement } else { Shape::Expression };
                self.part(words, &Part { range: range.clone(), shape });
            }
            Place::None => {}
        }
        self.unread_texts();
        self.texts = texts_around;
        self.context = around;
    }

    /// A body in a string constant.
    pub(super) fn constant_body(&mut self, words: Words<'_>, at: usize, declaring: bool) {
        let text = dynamic::decoded(words, at, false);
        let lexis = Profile::of(text.as_str(), Some(self.profile.best)).lexis;
        let tokens = lexer::significant(text.as_str(), lexis);
        self.body_of(Words { text: &text, tokens: &tokens }, declaring, "");
    }

    pub(super) fn body(&mut self, words: Words<'_>, declaring: bool) {
        self.body_of(words, declaring, "");
    }

    /// Reads the statements of a body; `name` is that of the package around it.
    pub(super) fn body_of(&mut self, words: Words<'_>, declaring: bool, name: &str) {
        if self.depth >= DEEPEST {
            return;
        }
        self.depth += 1;
        let ends = if self.profile.best == Dialect::SqlServer { Ends::Line } else { Ends::Semicolon };
        let body = body::split(words, ends, declaring);
        for inner in &body.inner {
            let name = if name.is_empty() { inner.name.to_string() } else { format!("{name}.{}", inner.name) };
            let span = words.stretch(inner.range.start, inner.range.end);
            self.facts.units.push(Unit { name, kind: UnitKind::Routine, span });
            self.context.label(&inner.name);
        }
        self.declared(&body);
        for part in &body.parts {
            self.part(words, part);
        }
        self.depth -= 1;
    }

    /// Takes over what a body declares; the columns whose types it takes are a statement of their own.
    pub(super) fn declared(&mut self, body: &body::Body) {
        self.context.declare(&body.variables);
        for label in &body.labels {
            self.context.label(label);
        }
        for of in &body.types {
            let named = Named { name: of.relation.clone(), span: of.span, next: 0 };
            let mut scope = Scope { sources: vec![source(&named, None, SourceRole::Read)], ..Scope::default() };
            scope
                .references
                .extend(of.column.iter().map(|(name, span)| schema_reference(name.clone(), *span, Access::Read, 0)));
            let statement = Statement {
                kind: StatementKind::OtherSchema,
                span: of.span,
                dialect: self.profile.best,
                reading: Reading::Parsed,
                direction: self.direction,
                scopes: vec![scope],
                changes: Vec::new(),
                holes: Vec::new(),
            };
            self.push(statement);
        }
    }

    /// Reads one piece of a body.
    pub(super) fn part(&mut self, words: Words<'_>, part: &Part) {
        let inner = Words { text: words.text, tokens: &words.tokens[part.range.clone()] };
        match &part.shape {
            Shape::Statement if routine::header(inner).is_some() => self.any(inner),
            Shape::Statement if self.selects_texts(inner) => {
                self.value(Words { text: inner.text, tokens: &inner.tokens[1..] }, None);
            }
            Shape::Statement => self.statement(inner),
            Shape::Expression => self.expression(inner, None),
            Shape::Assignment { target } => {
                let left = Words { text: words.text, tokens: &words.tokens[target.clone()] };
                let (is_text, lost) = self.texts.assign(left, inner, self.profile.lexis.backslash);
                if let Some(lost) = lost {
                    self.nested(&lost);
                }
                let written = left.name(0).and_then(|named| self.field(&named));
                self.value(inner, written);
                if !is_text {
                    self.constants(inner);
                }
            }
            Shape::Dynamic => self.dynamic(inner),
        }
    }

    /// A condition or value: read as the projection of a query.
    pub(super) fn expression(&mut self, words: Words<'_>, written: Option<ColumnReference>) {
        self.value(words, written);
        self.constants(words);
    }

    /// T-SQL's `SELECT @q = '…'`. Tells whether that is all that a statement does.
    fn selects_texts(&mut self, words: Words<'_>) -> bool {
        let assigns = |item: &std::ops::Range<usize>| {
            words.kind(item.start) == Some(TokenKind::Variable) && words.is(item.start + 1, "=")
        };
        if !words.is_word(0, "select") || !assigns(&(1..words.len())) {
            return false;
        }
        let mut all = true;
        for item in words.items(1, words.len()) {
            let target = Words { text: words.text, tokens: &words.tokens[item.start..=item.start] };
            let value = words.tokens.get(item.start + 2..item.end).unwrap_or(&[]);
            let value = Words { text: words.text, tokens: value };
            let (is_text, lost) = if assigns(&item) {
                self.texts.assign(target, value, self.profile.lexis.backslash)
            } else {
                (false, None)
            };
            all &= is_text;
            if let Some(lost) = lost {
                self.nested(&lost);
            }
        }
        all
    }

    /// The SQL in the constants of an expression.
    fn constants(&mut self, words: Words<'_>) {
        for text in dynamic::texts(words, self.profile.lexis.backslash) {
            self.nested(&text);
        }
    }

    /// Reads the texts that variables hold and that nothing here runs.
    pub(super) fn unread_texts(&mut self) {
        for text in self.texts.unread() {
            self.nested(&text);
        }
    }

    /// The names in an expression.
    fn value(&mut self, words: Words<'_>, written: Option<ColumnReference>) {
        let (kept, filled) = self.without_variables(words);
        let written = filled.into_iter().chain(written).collect();
        let expression = holes::prepare(words.text, &kept, self.profile.best);
        let place = expression.outer(Span::default());
        let mut prepared = SqlText::default();
        prepared.push_decoded("SELECT ", Span { start: place.start, end: place.start });
        prepared.push_piece(&expression);
        self.prepared(prepared, &Role::Expression(written));
    }

    /// `EXECUTE …`, `EXEC (…)`, `PREPARE s FROM …`, `OPEN c FOR …`: what is run stands in constants, or is not known.
    pub(super) fn dynamic(&mut self, words: Words<'_>) {
        let span = words.stretch(0, words.len());
        if let Some(definition) = ddl::read(words) {
            let dialect = self.profile.best;
            self.definition(words, definition, span, dialect, "");
            return;
        }
        let backslash = self.profile.lexis.backslash;
        let run = self.texts.run(assembled::run_by(words), backslash);
        let known = matches!(run, Run::Known);
        let texts = match run {
            Run::Text(text) => vec![text],
            Run::Known => Vec::new(),
            Run::Unknown => dynamic::texts(words, backslash),
        };
        let found = known || !texts.is_empty();
        for text in texts {
            self.nested(&text);
        }
        if found {
            return;
        }
        let name = words.name(1);
        let called = name.as_ref().map_or(String::new(), |named| named.name.last().text.to_ascii_lowercase());
        let runs_text = words.is(1, "(")
            || words.is_any(0, &["prepare"])
            || called == "immediate"
            || called == "sp_executesql"
            || (self.context.routine && self.profile.best != Dialect::SqlServer && self.profile.best != Dialect::Mysql);
        if runs_text {
            let reason = "SQL that is put together at run time".to_owned();
            self.facts.blind_spots.push(BlindSpot { span, reason, relations: Vec::new() });
        }
        self.other(span, StatementKind::Other);
    }

    /// The tokens of a statement without `INTO variable, …`, which names no relation; fields of a row among them.
    pub(super) fn without_variables(&mut self, words: Words<'_>) -> (Vec<Token>, Vec<ColumnReference>) {
        let mut kept = Vec::with_capacity(words.len());
        let mut written = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let fills = words.is_word(at, "into")
                && at > 0
                && !words.is_any(at - 1, &["insert", "merge", "replace", "ignore", "overwrite"])
                && (words.kind(at + 1) == Some(TokenKind::Variable)
                    || words.is_any(at + 1, &["outfile", "dumpfile"])
                    || (self.context.routine && !words.is_any(0, &["insert", "merge", "replace"]))
                    || (self.context.routine && (0..at).any(|at| words.is_word(at, "returning"))));
            if !fills {
                kept.push(words.tokens[at]);
                at += 1;
                continue;
            }
            if words.is_word(at - 1, "collect") {
                kept.truncate(kept.len().saturating_sub(2));
            }
            let mut end = at + 1;
            end += usize::from(words.is_word(end, "strict"));
            if words.is_any(end, &["outfile", "dumpfile"]) {
                while end < words.len() && !words.is_any(end, &["from", "where", "for"]) {
                    end += 1;
                }
            }
            let first = end;
            while let Some(named) = words.name(end).filter(|_| !words.is_any(end, &["from", "where"])) {
                end = named.next;
                written.extend(self.field(&named));
                while words.is(end, "[") || words.is(end, "(") {
                    end += 1;
                    while end < words.len() && !words.is(end - 1, "]") && !words.is(end - 1, ")") {
                        end += 1;
                    }
                }
                if !words.is(end, ",") {
                    break;
                }
                end += 1;
            }
            let all = words.is(at - 1, "*") && words.is_word(end, "from");
            if all
                && let (Some(variable), Some(relation)) = (words.ident(first), words.name(end + 1))
                && !words.is(relation.next, "(")
            {
                self.context.row(&variable, relation.name);
            }
            at = end.max(at + 1);
        }
        (kept, written)
    }

    /// A field of `NEW` or of a row variable that is assigned.
    pub(super) fn field(&self, named: &Named) -> Option<ColumnReference> {
        let [row, column] = named.name.0.as_slice() else { return None };
        self.context.is_row(row).then(|| ColumnReference {
            qualifier: vec![row.clone()],
            name: column.clone(),
            span: named.span,
            access: Access::Write,
            usage: Usage::Target,
            lookup: Lookup::Sources,
        })
    }
}
