//! Routines and triggers: what their header says, and where their body is.

use std::ops::Range;

use super::lexer::TokenKind;
use super::lower::Lowered;
use super::naming::{Named, Words, schema_reference, source};
use crate::model::facts::UnitKind;
use crate::model::name::Ident;
use crate::model::schema::{RoutineKind, SchemaChange};
use crate::model::statement::{Access, Scope, SourceRole, StatementKind};

/// The header of a routine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Routine {
    /// Its name.
    pub(super) name: Named,
    /// Function, procedure or trigger.
    pub(super) kind: RoutineKind,
    /// The relation of a trigger.
    pub(super) table: Option<Named>,
    /// The function that a trigger runs.
    pub(super) runs: Option<Ident>,
    /// Columns after `UPDATE OF`.
    pub(super) columns: Vec<usize>,
    /// The condition of a trigger.
    pub(super) when: Option<Range<usize>>,
    /// Its parameters, as tokens between their parentheses.
    pub(super) parameters: Option<Range<usize>>,
    /// The relation whose rows it returns.
    pub(super) returns: Option<Named>,
    /// Where its body is.
    pub(super) body: Place,
    /// Whether the body is SQL of any kind, by its language.
    pub(super) is_sql: bool,
    /// It begins with declarations.
    pub(super) declaring: bool,
    /// Other names for `NEW` and `OLD`.
    pub(super) images: Vec<Ident>,
}

/// Where a body is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a string constant: its token.
    Constant(usize),
    /// In the statement itself.
    Tokens(Range<usize>),
    /// In the statement itself: nothing but the value that it returns.
    Value(Range<usize>),
    /// Nowhere.
    None,
}

/// Reads the header of a routine. `None` when the statement defines none.
pub(super) fn header(words: Words<'_>) -> Option<Routine> {
    if !words.is_any(0, &["create", "alter"]) {
        return None;
    }
    let object = (1..words.len().min(14)).find(|&at| {
        words.is_any(
            at,
            &[
                "function",
                "procedure",
                "proc",
                "trigger",
                "rule",
                "event",
                "package",
                "table",
                "view",
                "index",
                "type",
                "aggregate",
                "(",
                "as",
            ],
        )
    })?;
    let kind = match words.of(object).to_ascii_lowercase().as_str() {
        "function" => RoutineKind::Function,
        "event" if words.is_word(object + 1, "trigger") => return None,
        "procedure" | "proc" | "package" | "event" => RoutineKind::Procedure,
        "trigger" | "rule" => RoutineKind::Trigger,
        "type" if words.is_word(object + 1, "body") => RoutineKind::Procedure,
        _ => return None,
    };
    let package = words.is_any(object, &["package", "type"]);
    let mut at = object + 1;
    while words.is_any(at, &["body", "if", "not", "exists"]) {
        at += 1;
    }
    let name = words.name(at)?;
    at = name.next;
    // `ALTER FUNCTION f OWNER TO x` defines nothing.
    if words.is_word(0, "alter")
        && !(at..words.len().min(at + 400)).any(|at| words.is_word(at, "as") || words.is_word(at, "begin"))
    {
        return None;
    }
    let mut routine = Routine {
        name,
        kind,
        table: None,
        runs: None,
        columns: Vec::new(),
        when: None,
        parameters: None,
        returns: None,
        body: Place::None,
        is_sql: true,
        declaring: package,
        images: vec![Ident::bare("new"), Ident::bare("old")],
    };
    if words.is(at, "(") {
        let end = words.behind_parenthesis(at);
        routine.parameters = Some(at + 1..end.saturating_sub(1).max(at + 1));
        at = end;
    } else if words.kind(at) == Some(TokenKind::Variable) {
        // T-SQL writes parameters without parentheses.
        let end = (at..words.len()).find(|&at| words.is_word(at, "as") && !is_clause(words, at)).unwrap_or(at);
        routine.parameters = Some(at..end);
        at = end;
    }
    if words.is_word(object, "rule") {
        // `AS ON UPDATE TO t DO INSTEAD …`
        let to = (at..words.len().min(at + 8)).find(|&at| words.is_word(at, "to"))?;
        routine.table = words.name(to + 1);
        let act = (to..words.len()).find(|&at| words.is_word(at, "do"))?;
        let skip = usize::from(words.is_any(act + 1, &["also", "instead"]));
        routine.body = Place::Tokens(act + 1 + skip..words.len());
        return Some(routine);
    }
    if kind == RoutineKind::Trigger {
        at = routine.trigger(words, at);
    }
    routine.find_body(words, at);
    Some(routine)
}

impl Routine {
    /// The header of a trigger from behind its name; tells where its body may begin.
    fn trigger(&mut self, words: Words<'_>, mut at: usize) -> usize {
        while at < words.len() {
            if words.is_word(at, "of") && words.is_word(at.wrapping_sub(1), "update") {
                let mut column = at + 1;
                while words.ident(column).is_some() {
                    self.columns.push(column);
                    if !words.is(column + 1, ",") {
                        break;
                    }
                    column += 2;
                }
                at = column;
            } else if words.is_word(at, "on") && self.table.is_none() {
                self.table = words.name(at + 1);
                at = self.table.as_ref().map_or(at + 1, |table| table.next);
                continue;
            } else if words.is_word(at, "referencing")
                || words.is_any(at, &["new", "old"]) && words.is_word(at + 1, "as")
            {
                let mut next = at + usize::from(words.is_word(at, "referencing"));
                while words.is_any(next, &["new", "old", "new_table", "old_table"]) {
                    next += 1 + usize::from(words.is_any(next + 1, &["table", "row"]));
                    next += usize::from(words.is_word(next, "as"));
                    self.images.extend(words.ident(next));
                    next += 1;
                }
                at = next;
                continue;
            } else if words.is_word(at, "when") && words.is(at + 1, "(") {
                let end = words.behind_parenthesis(at + 1);
                self.when = Some(at + 2..end.saturating_sub(1));
                at = end;
                continue;
            } else if words.is_word(at, "execute") && words.is_word(at + 1, "as") {
                at += 3;
                continue;
            } else if words.is_any(at, &["begin", "declare", "as", "execute", "call"]) {
                break;
            } else if words.is_word(at, "row") && words.is_word(at.wrapping_sub(1), "each") {
                let mut next = at + 1;
                if words.is_any(next, &["follows", "precedes"]) {
                    next += 2;
                }
                if words.is_word(next, "when") {
                    at = next;
                    continue;
                }
                return next;
            }
            at += 1;
        }
        at
    }

    fn find_body(&mut self, words: Words<'_>, from: usize) {
        // Stops at the first that begins a body; a language may stand behind it.
        let mut at = from;
        while at < words.len() {
            if words.is_word(at, "language") {
                self.is_sql = is_sql_language(words.of(at + 1));
                at += 2;
                continue;
            }
            match words.kind(at) {
                Some(TokenKind::Dollar) => {
                    self.body = Place::Constant(at);
                    break;
                }
                Some(TokenKind::Text) if words.is_word(at.wrapping_sub(1), "as") => {
                    self.body = Place::Constant(at);
                    break;
                }
                _ => {}
            }
            if words.is_word(at, "returns") && words.is_word(at + 1, "setof") {
                self.returns = words.name(at + 2);
                at += 3;
                continue;
            }
            // `SET search_path = x`, `RETURNS TABLE (a int)` belong to the header.
            if words.is(at, "(") {
                at = words.behind_parenthesis(at);
                continue;
            }
            let trigger = self.kind == RoutineKind::Trigger;
            let runs = trigger && words.is_any(at, &["execute", "call"]);
            if runs {
                let name = at + 1 + usize::from(words.is_any(at + 1, &["function", "procedure"]));
                self.runs = words.name(name).map(|named| named.name.last().clone());
                return;
            }
            let opens = words.is_any(at, &["begin", "declare", "return"])
                || (words.is_any(at, &["select", "insert", "update", "delete", "call", "if", "merge"]) && at >= from)
                || (words.is_word(at, "with") && names_query(words, at))
                || (words.is_word(at, "set") && trigger);
            if opens {
                self.body = Place::Tokens(at..words.len());
                self.declaring |= words.is_word(at, "declare");
                break;
            }
            if words.is_any(at, &["as", "is"])
                && !is_clause(words, at)
                && !matches!(words.kind(at + 1), Some(TokenKind::Text | TokenKind::Dollar))
            {
                let next = at + 1;
                if words.is_any(next, &["external", "language"]) {
                    at += 1;
                    continue;
                }
                let behind = if words.is(next, "(") { words.behind_parenthesis(next) } else { next };
                if behind > next + 2 && (behind >= words.len() || words.is_word(behind, "options")) {
                    // `BigQuery`: a value in parentheses.
                    self.body = Place::Value(next + 1..behind - 1);
                    break;
                }
                self.body = Place::Tokens(next..words.len());
                let statement = words
                    .is_any(next, &["begin", "return", "select", "set", "if", "with", "insert", "update", "delete"]);
                self.declaring |= !statement && words.kind(next) == Some(TokenKind::Word);
                break;
            }
            if words.is_word(at, "do") && at > from {
                self.body = Place::Tokens(at + 1..words.len());
                break;
            }
            at += 1;
        }
        if let Place::Constant(body) = self.body
            && let Some(language) = (body..words.len().min(body + 40)).find(|&at| words.is_word(at, "language"))
        {
            self.is_sql = is_sql_language(words.of(language + 1));
        }
    }

    /// What kind of unit it is.
    pub(super) fn unit(&self) -> UnitKind {
        if self.kind == RoutineKind::Trigger { UnitKind::Trigger } else { UnitKind::Routine }
    }

    /// What the definition itself says.
    pub(super) fn lowered(&self, words: Words<'_>) -> Lowered {
        let mut scope = Scope::default();
        if let Some(table) = &self.table {
            scope.sources.push(source(table, None, SourceRole::Read));
        }
        for &column in &self.columns {
            if let Some(name) = words.ident(column) {
                scope.references.push(schema_reference(name, words.span(column), Access::Read, 0));
            }
        }
        if let Some(returns) = &self.returns {
            scope.sources.push(source(returns, None, SourceRole::Read));
        }
        let change = SchemaChange::CreateRoutine {
            name: self.name.name.clone(),
            kind: self.kind,
            table: self.table.as_ref().map(|table| table.name.clone()),
            runs: self.runs.as_ref().map(Ident::folded),
        };
        let scopes = if scope == Scope::default() { Vec::new() } else { vec![scope] };
        Lowered { kind: StatementKind::CreateRoutine, scopes, changes: vec![change], holes: Vec::new() }
    }
}

/// Whether the `WITH` at token `at` names a query: `WITH EXECUTE AS OWNER` and `WITH RECOMPILE` do not.
fn names_query(words: Words<'_>, at: usize) -> bool {
    words.is_word(at + 1, "recursive")
        || words.is(at + 2, "(")
        || (words.is_word(at + 2, "as") && words.is(at + 3, "("))
}

/// Whether the `AS` at token `at` is one of a header: `EXECUTE AS OWNER`, `@a AS int`.
fn is_clause(words: Words<'_>, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    words.is_any(before, &["execute", "exec"]) || words.kind(before) == Some(TokenKind::Variable)
}

fn is_sql_language(name: &str) -> bool {
    let name = name.trim_matches(['\'', '"']).to_ascii_lowercase();
    matches!(name.as_str(), "sql" | "plpgsql" | "pltsql" | "plpgsqlu" | "spl" | "sqlscript" | "edbspl")
}
