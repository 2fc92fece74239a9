//! SQL that a routine or script puts together in a variable: `q := 'SELECT …'; q := q || ' WHERE …'; EXECUTE q`.
//!
//! Assignments are followed in text order. What is run is read as the text that the variable holds then; a text that is
//! never run here is read where it ends, as it may be run elsewhere.

use std::collections::BTreeMap;

use super::Evidence;
use super::dynamic;
use super::lexer::TokenKind;
use super::naming::Words;
use super::text::SqlText;
use crate::model::name::Name;
use crate::model::span::Span;

/// Longest text that is put together, in bytes.
const LONGEST: usize = 64 * 1024;

/// The texts that variables hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    held: BTreeMap<Name, Held>,
}

/// A text and whether it was read as SQL.
#[derive(Clone, Debug)]
struct Held {
    text: SqlText,
    read: bool,
}

impl Held {
    fn is_sql(&self) -> bool {
        is_sql(&self.text)
    }
}

impl Texts {
    /// Takes note of an assignment: `target` is the left side, `value` the right one. Tells whether the value is a text,
    /// with a text that is lost by it and was never read.
    pub(super) fn assign(&mut self, target: Words<'_>, value: Words<'_>, backslash: bool) -> (bool, Option<SqlText>) {
        let Some(name) = target.ident(0).map(|name| name.folded()) else { return (false, None) };
        // `SET @q += '…'`
        let adds = target.len() == 2 && target.is(1, "+");
        if target.len() > 1 && !adds {
            return (false, None);
        }
        let is_self = |at: usize| value.ident(at).is_some_and(|own| own.folded() == name);
        let listed = value.is_word(0, "concat") && value.is(1, "(");
        let first = if listed { 2 } else { 0 };
        let continues = dynamic::joined(value, first + 1, listed).is_some();
        let appends = adds || (is_self(first) && continues);
        let old = if appends { self.held.remove(&name) } else { None };
        let known = |other: &Name| self.held.get(other).map(|held| &held.text);
        let base = old.map(|held| held.text);
        let began = base.as_ref().is_some_and(|text| !text.as_str().is_empty());
        let skip = appends && !adds && began;
        let mut base = base.unwrap_or_default();
        if began && base.as_str().ends_with(|last: char| last.is_alphanumeric() || last == '_') {
            // What is appended in another branch does not go on with the last word of this one.
            base.push_decoded(" ", base.outer(Span { start: u32::MAX, end: u32::MAX }));
        }
        let made = dynamic::value(value, skip, base, backslash, &known);
        if made.is_some() {
            self.mark_read(value);
        }
        let lost = self.held.remove(&name).filter(|held| !held.read && held.is_sql()).map(|held| held.text);
        let Some(text) = made.filter(|text| text.as_str().len() <= LONGEST) else { return (false, lost) };
        self.held.insert(name, Held { text, read: false });
        (true, lost)
    }

    /// The text that is run by an expression.
    pub(super) fn run(&mut self, value: Words<'_>, backslash: bool) -> Run {
        let known = |name: &Name| self.held.get(name).map(|held| &held.text);
        let text = dynamic::value(value, false, SqlText::default(), backslash, &known);
        let Some(text) = text.filter(is_sql) else { return Run::Unknown };
        let whole = if value.len() == 1 { value.ident(0) } else { None };
        if whole.and_then(|name| self.held.get(&name.folded())).is_some_and(|held| held.read) {
            return Run::Known;
        }
        self.mark_read(value);
        Run::Text(text)
    }

    /// What the names of an expression hold is part of another text.
    fn mark_read(&mut self, value: Words<'_>) {
        for at in 0..value.len() {
            if let Some(held) = value.ident(at).and_then(|name| self.held.get_mut(&name.folded())) {
                held.read = true;
            }
        }
    }

    /// What is held, was never read and is SQL; in no variable any more.
    pub(super) fn unread(&mut self) -> Vec<SqlText> {
        let held = std::mem::take(&mut self.held);
        held.into_values().filter(|held| !held.read && held.is_sql()).map(|held| held.text).collect()
    }
}

/// What an expression runs.
pub(super) enum Run {
    /// This text.
    Text(SqlText),
    /// A text that was read before.
    Known,
    /// It is not known, or no SQL.
    Unknown,
}

/// Whether a text that is run, or may be, is SQL.
fn is_sql(text: &SqlText) -> bool {
    super::evidence(text.as_str()) == Evidence::Statement
}

/// The expression that a statement runs: behind `EXECUTE`, `EXEC (`, `EXECUTE IMMEDIATE`, `PREPARE s FROM`,
/// `sp_executesql`; up to what is bound to it.
pub(super) fn run_by(words: Words<'_>) -> Words<'_> {
    let mut at = 0;
    if words.is_word(0, "prepare") {
        at = (0..words.len().min(4)).find(|&at| words.is_word(at, "from")).map_or(words.len(), |from| from + 1);
    } else if words.is_any(0, &["execute", "exec"]) {
        at = 1 + usize::from(words.is_word(1, "immediate"));
        let called = words.name(at).filter(|name| name.name.last().is("sp_executesql"));
        if let Some(called) = called {
            at = called.next;
            // `@stmt = @q`
            if words.kind(at) == Some(TokenKind::Variable) && words.is(at + 1, "=") {
                at += 2;
            }
        }
    }
    if words.is(at, "(") && words.behind_parenthesis(at) >= words.len() {
        at += 1;
    }
    let mut depth = 0_i32;
    let mut end = at;
    while end < words.len() {
        if words.is(end, "(") {
            depth += 1;
        } else if words.is(end, ")") {
            depth -= 1;
        }
        if depth < 0 || depth == 0 && (words.is(end, ",") || words.is_any(end, &["using", "into", "bulk", "at"])) {
            break;
        }
        end += 1;
    }
    Words { text: words.text, tokens: words.tokens.get(at..end).unwrap_or(&[]) }
}
