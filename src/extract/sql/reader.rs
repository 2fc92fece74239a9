//! From a piece of SQL to its facts: splits, prepares, parses, and falls back to tokens.

use super::dialect::Profile;
use super::lexer::{self, Token, TokenKind};
use super::lower::Lowered;
use super::script::{RawStatement, Script};
use super::statement::{self, Accepted};
use super::text::{SqlText, hole_index};
use super::{SqlFacts, fragment, holes};
use crate::model::facts::{Problem, Unit, UnitKind};
use crate::model::schema::{RelationKind, SchemaChange};
use crate::model::span::Span;
use crate::model::statement::{
    Dialect, Direction, HoleRole, HoleUse, Reading, Scope, ScopeId, Statement, StatementKind,
};

/// SQL inside of SQL is followed this deep: bodies, dynamic statements, SQL in comments.
const DEEPEST: u32 = 6;
/// Statements without a semicolon between them that are taken off one text.
const MOST_UNSEPARATED: usize = 2000;

/// Reads `piece`. `hint` is what the host knows of its dialect.
pub(super) fn read(piece: &SqlText, hint: Option<Dialect>, direction: Direction) -> SqlFacts {
    let mut reader = Reader { profile: Profile::of(piece.as_str(), hint), facts: SqlFacts::default(), depth: 0 };
    reader.script(piece, direction);
    let mut facts = reader.facts;
    facts.statements.sort_by_key(|statement| (statement.span.start, std::cmp::Reverse(statement.span.end)));
    facts.units.sort_by_key(|unit| (unit.span.start, std::cmp::Reverse(unit.span.end)));
    facts
}

/// Gathers the facts of one piece.
pub(super) struct Reader {
    /// What is known of the dialect.
    pub(super) profile: Profile,
    /// What was found.
    pub(super) facts: SqlFacts,
    /// Levels of SQL inside of SQL.
    pub(super) depth: u32,
}

impl Reader {
    /// Reads all statements of a script.
    pub(super) fn script(&mut self, piece: &SqlText, direction: Direction) {
        if self.depth >= DEEPEST {
            return;
        }
        self.depth += 1;
        let mut script = Script::new(piece, &self.profile, direction);
        while let Some(raw) = script.next_statement() {
            self.raw(piece, &raw);
        }
        let (marks, hidden) = (std::mem::take(&mut script.marks), std::mem::take(&mut script.hidden));
        if self.depth == 1 {
            self.facts.tokens.extend(marks);
        }
        for hidden in hidden {
            self.script(&hidden.text, hidden.direction);
        }
        self.depth -= 1;
    }

    fn raw(&mut self, piece: &SqlText, raw: &RawStatement) {
        let known = raw.dialect.map(Profile::known);
        let dialect = known.as_ref().map_or(self.profile.best, |profile| profile.best);
        let prepared = holes::prepare(piece, &raw.tokens, dialect);
        self.prepared(prepared, raw.direction, raw.dialect);
    }

    /// Reads one prepared statement, and those that follow it without a semicolon.
    pub(super) fn prepared(&mut self, mut prepared: SqlText, direction: Direction, dialect: Option<Dialect>) {
        let known = dialect.map(Profile::known);
        for _ in 0..MOST_UNSEPARATED {
            let profile = known.as_ref().unwrap_or(&self.profile);
            let tokens = lexer::significant(prepared.as_str(), profile.lexis);
            let Some(&first) = tokens.first() else { return };
            let order = profile.order(prepared.as_str());
            let (text, lost) = match fragment::complete(&prepared, &tokens) {
                Some(text) => {
                    let leading_hole = hole_index(first.of(prepared.as_str())).is_some();
                    (text, leading_hole.then(|| prepared.outer(first.span())))
                }
                None => (prepared.clone(), None),
            };
            let is_fragment = text.as_str().len() != prepared.as_str().len();
            let span = outer_span(&prepared, &tokens);
            if !can_be_sql(text.as_str(), &tokens, is_fragment) {
                self.push(Statement {
                    kind: StatementKind::Other,
                    span,
                    dialect: order[0],
                    reading: Reading::Parsed,
                    direction,
                    scopes: Vec::new(),
                    changes: Vec::new(),
                    holes: Vec::new(),
                });
                return;
            }
            match statement::parse(&text, &order) {
                Ok(mut accepted) => {
                    if is_fragment && accepted.reading == Reading::Parsed {
                        accepted.reading = Reading::Recovered { reason: "part of a statement".to_owned() };
                    }
                    if let Some(lost) = lost {
                        let scope = (!accepted.lowered.scopes.is_empty()).then_some(ScopeId(0));
                        accepted.lowered.holes.push(HoleUse { span: lost, role: HoleRole::Fragment, scope });
                    }
                    let rest = accepted.rest;
                    let span = match rest {
                        Some(rest) => text_span(&text, 0, rest),
                        None => span,
                    };
                    self.accepted(&text, accepted, span, direction);
                    let Some(rest) = rest else { return };
                    prepared = text.slice(Span { start: rest, end: text.as_str().len() as u32 });
                }
                Err(message) => {
                    self.unparsed(&text, span, direction, order[0], &message);
                    return;
                }
            }
        }
    }

    fn accepted(&mut self, _text: &SqlText, accepted: Accepted, span: Span, direction: Direction) {
        let Lowered { kind, scopes, changes, mut holes } = accepted.lowered;
        // Holes that complete a fragment stand nowhere.
        holes.retain(|hole| hole.span.end > hole.span.start);
        self.push(Statement {
            kind,
            span,
            dialect: accepted.dialect,
            reading: accepted.reading,
            direction,
            scopes,
            changes,
            holes,
        });
    }

    fn unparsed(&mut self, _text: &SqlText, span: Span, direction: Direction, dialect: Dialect, message: &str) {
        self.facts.problems.push(Problem {
            code: "sql-statement-unparsed",
            message: format!("read by its words only: {message}"),
            span,
        });
        self.push(Statement {
            kind: StatementKind::Other,
            span,
            dialect,
            reading: Reading::Tokens { reason: message.to_owned() },
            direction,
            scopes: vec![Scope::default()],
            changes: Vec::new(),
            holes: Vec::new(),
        });
    }

    /// Adds a statement, and the view that it defines as a unit.
    pub(super) fn push(&mut self, statement: Statement) {
        for change in &statement.changes {
            if let SchemaChange::CreateFromQuery { relation, kind, .. } = change
                && *kind != RelationKind::Table
            {
                self.facts.units.push(Unit { name: relation.to_string(), kind: UnitKind::View, span: statement.span });
            }
        }
        self.facts.statements.push(statement);
    }
}

/// Where the tokens of a text stand in the file.
fn outer_span(text: &SqlText, tokens: &[Token]) -> Span {
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return Span::default() };
    text.outer(Span { start: first.start, end: last.end })
}

/// Where bytes `start..end` of a text stand, without white space at their ends.
fn text_span(text: &SqlText, start: u32, end: u32) -> Span {
    let part = Span { start, end }.of(text.as_str());
    let trimmed = part.trim_end().len() as u32;
    text.outer(Span { start, end: start + trimmed })
}

/// Cheap refusal of what no grammar needs to see: transaction control, settings, prose.
fn can_be_sql(text: &str, tokens: &[Token], is_fragment: bool) -> bool {
    const VERBS: &[&str] = &[
        "select", "with", "insert", "update", "delete", "merge", "replace", "create", "alter", "drop", "truncate",
        "copy", "values", "table", "explain", "describe", "desc", "call", "grant", "revoke", "comment", "rename",
        "use", "set", "analyze", "prepare", "execute", "exec", "declare", "load", "unload", "from", "optimize",
        "refresh", "export", "lock",
    ];
    let first = tokens[0];
    is_fragment
        || first.is(text, "(")
        || (first.kind == TokenKind::Word && VERBS.iter().any(|verb| first.is_word(text, verb)))
        || tokens.iter().take(40).any(|token| {
            ["select", "insert", "update", "delete", "create", "alter"].iter().any(|verb| token.is_word(text, verb))
        })
}
