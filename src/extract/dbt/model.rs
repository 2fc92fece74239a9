//! A model: its template as SQL, and the view that it is.

use super::jinja::{self, Argument, Part};
use crate::extract::document::names_of_outputs;
use crate::extract::embedded::StringValue;
use crate::extract::sql::text::SqlText;
use crate::extract::{Input, sql};
use crate::model::facts::{Constant, FileFacts, OuterName, Token, TokenKind, Unit, UnitKind};
use crate::model::name::{Ident, ObjectName};
use crate::model::schema::{DEPLOYED as SCHEMA, RelationKind, SchemaChange};
use crate::model::source::Kind;
use crate::model::span::Span;
use crate::model::statement::{Reading, ScopeId, StatementKind};

/// Deepest nesting of tags; deeper ones are read as if they were not there.
const DEEPEST: usize = 32;

/// Most texts that the branches of a model may make.
const MOST_TEXTS: usize = 8;

/// Most macros of one file that are read.
const MOST_BODIES: usize = 64;

/// Keys of a configuration that name columns of the model.
const COLUMNS: &[&str] = &[
    "unique_key",
    "check_cols",
    "updated_at",
    "partition_by",
    "cluster_by",
    "order_by",
    "primary_key",
    "sort",
    "dist",
    "merge_update_columns",
    "merge_exclude_columns",
    "distributed_by",
    "index",
];

/// Reads a model, snapshot, analysis or test.
pub(super) fn read(input: Input<'_>, known: &[Constant]) -> FileFacts {
    let file = input.path.rsplit('/').next().unwrap_or(input.path);
    let mut reader = Reader {
        text: input.text,
        known,
        parts: jinja::parts(input.text),
        next: 0,
        name: file.split('.').next().unwrap_or(file).to_owned(),
        columns: Vec::new(),
        facts: FileFacts { elsewhere: TokenKind::SqlOther, ..FileFacts::default() },
        said: String::new(),
        bodies: Vec::new(),
    };
    let value = reader.sequence(0);
    reader.finish(&value, input)
}

struct Reader<'t> {
    text: &'t str,
    known: &'t [Constant],
    parts: Vec<Part>,
    next: usize,
    /// What the model is called.
    name: String,
    /// Columns that its configuration names.
    columns: Vec<(String, Span)>,
    facts: FileFacts,
    /// The last text before what is read.
    said: String,
    /// What macros and names stand for that are defined here.
    bodies: Vec<StringValue>,
}

/// The first word of a tag.
fn keyword(tag: &str) -> &str {
    tag.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("")
}

impl Reader<'_> {
    fn keyword(&self) -> Option<&str> {
        match self.parts.get(self.next) {
            Some(Part::Tag(span)) => Some(keyword(span.of(self.text))),
            _ => None,
        }
    }

    /// What stands from here to a tag that ends or continues something.
    fn sequence(&mut self, depth: usize) -> StringValue {
        let mut values = Vec::new();
        while let Some(part) = self.parts.get(self.next).copied() {
            match part {
                Part::Text(span) => {
                    span.of(self.text).clone_into(&mut self.said);
                    values.push(StringValue::Piece(SqlText::verbatim(span.of(self.text), span.start as usize)));
                }
                Part::Comment(span) => self.facts.tokens.push(Token { span, kind: TokenKind::Comment }),
                Part::Expression(inner, whole) => values.push(self.expression(inner, whole)),
                Part::Tag(span) => {
                    let tag = span.of(self.text);
                    let word = keyword(tag);
                    if word.starts_with("end") || matches!(word, "else" | "elif") {
                        if depth == 0 {
                            // It ends nothing.
                            self.next += 1;
                            continue;
                        }
                        return StringValue::Join(values);
                    }
                    self.next += 1;
                    values.extend(self.tag(word, tag, depth));
                    continue;
                }
            }
            self.next += 1;
        }
        StringValue::Join(values)
    }

    /// What a tag and all up to its end stand for.
    fn tag(&mut self, word: &str, tag: &str, depth: usize) -> Option<StringValue> {
        if depth >= DEEPEST {
            return None;
        }
        match word {
            "if" => {
                // The last round of a loop.
                let is_between = tag.contains("loop.last") && tag.contains("not");
                let mut branches = vec![self.sequence(depth + 1)];
                while matches!(self.keyword(), Some("else" | "elif")) {
                    self.next += 1;
                    branches.push(self.sequence(depth + 1));
                }
                self.next += 1;
                if is_between {
                    branches.remove(0);
                }
                (!branches.is_empty()).then_some(StringValue::Choice(branches))
            }
            "for" | "snapshot" | "filter" | "raw" | "block" => {
                if word == "snapshot" {
                    tag.split_whitespace().nth(1).unwrap_or("").clone_into(&mut self.name);
                }
                let inside = self.sequence(depth + 1);
                while self.keyword() == Some("else") {
                    self.next += 1;
                    self.sequence(depth + 1);
                }
                self.next += 1;
                Some(inside)
            }
            // What is put into a name or defined is not said here.
            "set" if tag.contains('=') => None,
            "set" | "macro" | "call" | "test" | "docs" | "materialization" => {
                let body = self.sequence(depth + 1);
                self.next += 1;
                // What a macro stands for is part of whatever calls it, and a query of its own.
                if matches!(word, "set" | "macro" | "test") && self.bodies.len() < MOST_BODIES {
                    self.bodies.push(body);
                }
                None
            }
            _ => None,
        }
    }

    /// What `{{ … }}` stands for.
    fn expression(&mut self, inner: Span, whole: Span) -> StringValue {
        let text = inner.of(self.text);
        let arguments = jinja::arguments(self.text, inner);
        let name = jinja::name(text);
        let before = self.said.trim_end().to_owned();
        self.said.clear();
        self.said.push('x');
        match name.rsplit('.').next().unwrap_or(name) {
            "config" => {
                let columns =
                    arguments.iter().filter(|argument| argument.key.is_some_and(|key| COLUMNS.contains(&key)));
                self.columns.extend(columns.map(|argument| (argument.text.to_owned(), argument.span)));
                if let Some(alias) = arguments.iter().find(|argument| argument.key == Some("alias")) {
                    alias.text.clone_into(&mut self.name);
                }
                self.said = before;
                return StringValue::Join(Vec::new());
            }
            "ref" | "source" => {
                if let Some(piece) = self.relations(&arguments).pop() {
                    return StringValue::Piece(piece);
                }
            }
            "this" => {
                let mut piece = SqlText::default();
                piece.push_decoded(&format!("{SCHEMA}.{}", self.name), whole);
                return StringValue::Piece(piece);
            }
            "star" => {
                let mut piece = SqlText::default();
                piece.push_decoded("*", whole);
                return StringValue::Piece(piece);
            }
            "var" | "env_var" | "target" | "log" | "return" => {}
            _ if is_after_relation_word(&before) || before.ends_with('(') || before.is_empty() => {
                if let Some(piece) = self.union(&arguments, whole, !before.ends_with('(')) {
                    return StringValue::Piece(piece);
                }
            }
            _ => {
                if let Some(piece) = call(name, &arguments, whole) {
                    return StringValue::Piece(piece);
                }
            }
        }
        if before.is_empty() && self.facts.statements.is_empty() && !text.contains("ref(") {
            // A macro before the query.
            return StringValue::Join(Vec::new());
        }
        StringValue::Hole(whole)
    }

    /// The relations that calls of `ref` and `source` stand for.
    fn relations(&mut self, arguments: &[Argument<'_>]) -> Vec<SqlText> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(first) = arguments.get(at) {
            let own: Vec<&Argument<'_>> = arguments[at..]
                .iter()
                .take_while(|other| other.call_at == first.call_at && other.key.is_none())
                .collect();
            let mut piece = SqlText::default();
            let is_name =
                |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
            match (first.call, own.as_slice()) {
                ("ref", [.., model]) if is_name(model.text) => {
                    let place = Span { start: model.span.start, end: model.span.start };
                    piece.push_decoded(&format!("{SCHEMA}."), place);
                    piece.push(model.text, model.span.start as usize);
                    found.push(piece);
                }
                ("source", [source, table]) if is_name(source.text) && is_name(table.text) => {
                    let outer =
                        OuterName { holder: Some(source.text.to_owned()), name: table.text.to_owned(), call: false };
                    let known = self.known.iter().find(|known| known.name == outer);
                    let schema =
                        known.map_or(Some(source.text), |known| known.value.rsplit_once('.').map(|(schema, _)| schema));
                    let own = known.map_or(table.text, |known| known.value.rsplit('.').next().unwrap_or(table.text));
                    if let Some(schema) = schema {
                        piece.push_decoded(schema, source.span);
                        piece.push_decoded(".", source.span);
                    }
                    piece.push_decoded(own, table.span);
                    found.push(piece);
                    self.facts.wanted.push(outer);
                }
                _ => {}
            }
            at += own.len().max(1);
        }
        found
    }

    /// All rows of the relations that a macro is given: `union_relations([ref('a'), ref('b')])`.
    fn union(&mut self, arguments: &[Argument<'_>], whole: Span, parentheses: bool) -> Option<SqlText> {
        let relations = self.relations(arguments);
        if relations.is_empty() {
            return None;
        }
        let place = Span { start: whole.start, end: whole.start };
        let mut piece = SqlText::default();
        piece.push_decoded(if parentheses { "(SELECT * FROM " } else { "SELECT * FROM " }, place);
        for (at, relation) in relations.iter().enumerate() {
            if at > 0 {
                piece.push_decoded(" UNION ALL SELECT * FROM ", place);
            }
            piece.push_piece(relation);
        }
        piece.push_decoded(if parentheses { ") AS dbt_macro" } else { " " }, place);
        Some(piece)
    }

    fn finish(mut self, value: &StringValue, input: Input<'_>) -> FileFacts {
        let is_model =
            !input.path.split('/').any(|folder| matches!(folder, "analyses" | "analysis" | "tests" | "macros"));
        for piece in value.alternatives(MOST_TEXTS) {
            let mut found = sql::read(&piece, None);
            let is_query = |kind: StatementKind| kind == StatementKind::Select;
            if let [statement] = found.statements.as_mut_slice()
                && is_query(statement.kind)
                && !statement.scopes.is_empty()
                && is_model
            {
                let relation = ObjectName(vec![Ident::bare(SCHEMA), Ident::bare(self.name.as_str())]);
                let (kind, query) = (RelationKind::View, ScopeId(0));
                statement.changes.push(SchemaChange::CreateFromQuery { relation, kind, columns: Vec::new(), query });
                if !self.columns.is_empty() && !matches!(statement.reading, Reading::Tokens { .. }) {
                    names_of_outputs(statement, &std::mem::take(&mut self.columns));
                }
            }
            self.facts.statements.extend(found.statements);
            self.facts.tokens.extend(found.tokens.into_iter().filter(|token| token.kind == TokenKind::Comment));
            self.facts.blind_spots.extend(found.blind_spots);
            self.facts.problems.extend(found.problems);
        }
        for body in std::mem::take(&mut self.bodies) {
            for piece in body.alternatives(MOST_TEXTS) {
                if sql::evidence(piece.as_str()) == sql::Evidence::Statement {
                    let found = sql::read(&piece, None);
                    self.facts.statements.extend(found.statements);
                    self.facts.tokens.extend(found.tokens.into_iter().filter(|token| token.kind == TokenKind::Comment));
                    self.facts.blind_spots.extend(found.blind_spots);
                }
            }
        }
        let span = Span::new(0, input.text.len());
        self.facts.units.push(Unit { name: self.name, kind: UnitKind::Document(Some(Kind::Pipeline)), span });
        self.facts.wanted.sort();
        self.facts.wanted.dedup();
        self.facts
    }
}

/// Whether a relation follows the text.
fn is_after_relation_word(before: &str) -> bool {
    let word = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
    ["from", "join", "into", "update", "table", "using"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// A macro that is given columns as strings, as a function of them. Parts of dates are no columns.
fn call(name: &str, arguments: &[Argument<'_>], whole: Span) -> Option<SqlText> {
    const DATE_PARTS: &[&str] =
        &["year", "quarter", "month", "week", "day", "hour", "minute", "second", "date", "millisecond", "microsecond"];
    let is_column = |argument: &&Argument<'_>| {
        let text = argument.text;
        argument.key.is_none_or(|key| key.contains("col") || key.contains("field") || key.contains("partition"))
            && text.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
            && !text.ends_with('.')
            && !text.contains("..")
            && !DATE_PARTS.contains(&text.to_ascii_lowercase().as_str())
    };
    let columns: Vec<&Argument<'_>> = arguments.iter().filter(is_column).collect();
    if columns.is_empty() || name.is_empty() {
        return None;
    }
    let place = Span { start: whole.start, end: whole.start };
    let mut piece = SqlText::default();
    piece.push_decoded("dbt_macro(", place);
    for (at, column) in columns.iter().enumerate() {
        if at > 0 {
            piece.push_decoded(", ", place);
        }
        piece.push(column.text, column.span.start as usize);
    }
    piece.push_decoded(")", place);
    Some(piece)
}
