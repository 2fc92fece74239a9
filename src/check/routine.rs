//! DDL that a migration's own routines put together from their parameters, with the values of each call put in.
//!
//! `CALL drop_id('users')` takes a column away as surely as the statement that the procedure builds out of
//! `CONCAT('ALTER TABLE ', table_name, ' DROP COLUMN id')`; the pair of table and column stands nowhere in one piece.
//! Only literals and parameters are followed. What else goes into a statement leaves it unread.

use crate::extract::sql;
use crate::extract::sql::text::SqlText;
use crate::model::schema::SchemaChange;
use crate::model::span::Span;
use crate::model::statement::Dialect;

/// Calls that are followed; more are not looked at.
const MOST_CALLS: usize = 2000;

/// The changes that each call makes, with the place of the call, in text order.
pub(super) fn called(text: &str, dialect: Option<Dialect>) -> Vec<(Span, Vec<SchemaChange>)> {
    let tokens = tokens(text);
    let routines = routines(&tokens);
    let mut found = Vec::new();
    if routines.iter().all(|routine| routine.templates.is_empty()) {
        return found;
    }
    for at in 1..tokens.len() {
        let Some(name) = tokens[at].word() else { continue };
        if found.len() >= MOST_CALLS {
            break;
        }
        let is_call = ["call", "perform", "exec", "execute", "select"].iter().any(|verb| tokens[at - 1].is(verb));
        let Some(routine) = routines.iter().find(|routine| routine.name.eq_ignore_ascii_case(name)) else { continue };
        if !is_call {
            continue;
        }
        let (values, end) = arguments(&tokens, at + 1);
        let span = Span::new(tokens[at].start, tokens.get(end.saturating_sub(1)).map_or(text.len(), |last| last.end));
        for template in &routine.templates {
            let Some(statement) = template.fill(&routine.parameters, &values) else { continue };
            let facts = sql::read(&SqlText::verbatim(&statement, 0), dialect);
            let changes: Vec<SchemaChange> = facts.statements.into_iter().flat_map(|one| one.changes).collect();
            if !changes.is_empty() {
                found.push((span, changes));
            }
        }
    }
    found
}

/// A routine that the migration defines.
struct Routine<'t> {
    name: &'t str,
    parameters: Vec<&'t str>,
    templates: Vec<Template<'t>>,
}

/// A statement put together from these parts.
struct Template<'t>(Vec<Part<'t>>);

enum Part<'t> {
    Text(String),
    /// A parameter, perhaps inside of a function that quotes.
    Name(&'t str),
}

impl Template<'_> {
    fn fill(&self, parameters: &[&str], values: &[Option<String>]) -> Option<String> {
        let mut statement = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => statement.push_str(text),
                Part::Name(name) => {
                    let at = parameters.iter().position(|parameter| parameter.eq_ignore_ascii_case(name))?;
                    statement.push_str(values.get(at)?.as_deref()?);
                }
            }
        }
        Some(statement)
    }
}

/// A token of SQL, as far as calls and concatenations need it.
struct Token<'t> {
    start: usize,
    end: usize,
    kind: Kind<'t>,
}

enum Kind<'t> {
    /// A name without its quotes, also `@name`.
    Word(&'t str),
    /// A string's value.
    Text(String),
    Sign(char),
}

impl<'t> Token<'t> {
    fn word(&self) -> Option<&'t str> {
        match self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    fn is(&self, word: &str) -> bool {
        self.word().is_some_and(|own| own.eq_ignore_ascii_case(word))
    }

    fn is_sign(&self, sign: char) -> bool {
        matches!(self.kind, Kind::Sign(own) if own == sign)
    }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let byte = bytes[at];
        let line_end = |from: usize| memchr::memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |end| from + end);
        match byte {
            b'-' if bytes.get(at + 1) == Some(&b'-') => at = line_end(at),
            b'#' => at = line_end(at),
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at = text[at + 2..].find("*/").map_or(bytes.len(), |end| at + end + 4);
            }
            b'\'' | b'"' | b'`' => {
                let (value, end) = quoted(text, at);
                at = end;
                let kind = match byte {
                    b'\'' => Kind::Text(value),
                    _ => Kind::Word(text.get(start + 1..end.saturating_sub(1).max(start + 1)).unwrap_or("")),
                };
                found.push(Token { start, end: at, kind });
            }
            b'[' => {
                let end = memchr::memchr(b']', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1);
                let inner = text.get(at + 1..end.saturating_sub(1).max(at + 1)).unwrap_or("");
                at = end;
                found.push(Token { start, end, kind: Kind::Word(inner) });
            }
            b'_' | b'@' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => {
                while at < bytes.len()
                    && (bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'_' | b'@' | 0x80..))
                {
                    at += 1;
                }
                found.push(Token { start, end: at, kind: Kind::Word(text[start..at].trim_start_matches('@')) });
            }
            _ => {
                at += 1;
                if !byte.is_ascii_whitespace() {
                    found.push(Token { start, end: at, kind: Kind::Sign(char::from(byte)) });
                }
            }
        }
    }
    found
}

/// The value of the string that starts at `start`, and its end.
fn quoted(text: &str, start: usize) -> (String, usize) {
    let quote = text.as_bytes()[start];
    let mut value = String::new();
    let mut letters = text[start + 1..].char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' && quote != b'`' {
            value.extend(letters.next().map(|(_, next)| next));
        } else if letter == char::from(quote) {
            match letters.peek() {
                Some((_, next)) if *next == letter => {
                    value.push(letter);
                    letters.next();
                }
                _ => return (value, start + 1 + at + 1),
            }
        } else {
            value.push(letter);
        }
    }
    (value, text.len())
}

fn routines<'t>(tokens: &[Token<'t>]) -> Vec<Routine<'t>> {
    let starts: Vec<usize> = (0..tokens.len())
        .filter(|&at| {
            (tokens[at].is("procedure") || tokens[at].is("function"))
                && tokens[at.saturating_sub(6)..at].iter().any(|before| before.is("create") || before.is("alter"))
        })
        .collect();
    let mut found = Vec::new();
    for (number, &start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or(tokens.len());
        let mut at = start + 1;
        while tokens.get(at + 1).is_some_and(|next| next.is_sign('.')) {
            at += 2;
        }
        let Some(name) = tokens.get(at).and_then(Token::word) else { continue };
        let (parameters, body) = parameters(tokens, at + 1, end);
        let templates = (body..end).filter_map(|at| template(&tokens[..end], at)).collect();
        found.push(Routine { name, parameters, templates });
    }
    found
}

/// The names in `(IN a VARCHAR(10), b TEXT)` or `@a INT, @b INT AS`, and where the body begins.
fn parameters<'t>(tokens: &[Token<'t>], at: usize, end: usize) -> (Vec<&'t str>, usize) {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut expects = true;
    let listed = tokens.get(at).is_some_and(|token| token.is_sign('('));
    let mut next = if listed { at + 1 } else { at };
    while next < end {
        let token = &tokens[next];
        match &token.kind {
            Kind::Sign('(') => depth += 1,
            Kind::Sign(')') if depth == 0 => return (names, next + 1),
            Kind::Sign(')') => depth -= 1,
            Kind::Sign(',') if depth == 0 => expects = true,
            Kind::Word(word) if !listed && (word.eq_ignore_ascii_case("as") || word.eq_ignore_ascii_case("begin")) => {
                return (names, next);
            }
            Kind::Word(word)
                if expects
                    && !["in", "out", "inout", "variadic"].iter().any(|mode| word.eq_ignore_ascii_case(mode)) =>
            {
                names.push(*word);
                expects = false;
            }
            _ => {}
        }
        next += 1;
    }
    (names, end)
}

/// The statement that is put together from the string at `at` on, when it changes the schema.
fn template<'t>(tokens: &[Token<'t>], at: usize) -> Option<Template<'t>> {
    let Kind::Text(first) = &tokens[at].kind else { return None };
    let verb = first.split_whitespace().next()?.to_ascii_lowercase();
    if !matches!(verb.as_str(), "alter" | "drop" | "rename") {
        return None;
    }
    let opens = at > 1 && tokens[at - 1].is_sign('(');
    if opens && tokens[at - 2].is("format") {
        return format_template(tokens, at, first);
    }
    let listed = opens && tokens[at - 2].is("concat");
    let mut parts = vec![Part::Text(first.clone())];
    let mut next = at + 1;
    loop {
        let joined = match tokens.get(next)?.kind {
            Kind::Sign(',') if listed => 1,
            Kind::Sign('+') => 1,
            Kind::Sign('|') if tokens.get(next + 1).is_some_and(|second| second.is_sign('|')) => 2,
            _ => break,
        };
        let (part, end) = operand(tokens, next + joined)?;
        parts.push(part);
        next = end;
    }
    (parts.len() > 1).then_some(Template(parts))
}

/// A string, a parameter, or a function over one; and the token behind it.
fn operand<'t>(tokens: &[Token<'t>], at: usize) -> Option<(Part<'t>, usize)> {
    match &tokens.get(at)?.kind {
        Kind::Text(text) => Some((Part::Text(text.clone()), at + 1)),
        Kind::Word(_) if tokens.get(at + 1).is_some_and(|next| next.is_sign('(')) => {
            let (part, end) = operand(tokens, at + 2)?;
            tokens.get(end)?.is_sign(')').then_some((part, end + 1))
        }
        Kind::Word(word) => Some((Part::Name(word), at + 1)),
        Kind::Sign(_) => None,
    }
}

/// `format('ALTER TABLE %I DROP COLUMN %I', a, b)`.
fn format_template<'t>(tokens: &[Token<'t>], at: usize, text: &str) -> Option<Template<'t>> {
    let mut parts = Vec::new();
    let mut next = at + 1;
    let mut rest = text;
    while let Some(hole) = rest.find('%') {
        parts.push(Part::Text(rest[..hole].to_owned()));
        match rest.as_bytes().get(hole + 1)? {
            b'I' | b's' | b'L' => {
                if !tokens.get(next)?.is_sign(',') {
                    return None;
                }
                let (part, end) = operand(tokens, next + 1)?;
                parts.push(part);
                next = end;
            }
            b'%' => parts.push(Part::Text("%".to_owned())),
            _ => return None,
        }
        rest = &rest[hole + 2..];
    }
    parts.push(Part::Text(rest.to_owned()));
    Some(Template(parts))
}

/// The values of a call's arguments, those that are strings, and the token behind the call.
fn arguments(tokens: &[Token<'_>], at: usize) -> (Vec<Option<String>>, usize) {
    let listed = tokens.get(at).is_some_and(|token| token.is_sign('('));
    let mut next = if listed { at + 1 } else { at };
    let mut values = vec![None];
    let mut depth = 0;
    while let Some(token) = tokens.get(next) {
        match &token.kind {
            Kind::Sign('(') => depth += 1,
            Kind::Sign(')') if depth == 0 => {
                next += 1;
                break;
            }
            Kind::Sign(')') => depth -= 1,
            Kind::Sign(';') if !listed => break,
            Kind::Sign(',') if depth == 0 => values.push(None),
            Kind::Text(value) if depth == 0 => {
                if let Some(last) = values.last_mut() {
                    *last = Some(value.clone());
                }
            }
            _ => {}
        }
        next += 1;
    }
    (values, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drops(text: &str) -> Vec<String> {
        called(text, None)
            .into_iter()
            .flat_map(|(span, changes)| {
                let place = span.of(text).to_owned();
                changes.into_iter().map(move |change| match change {
                    SchemaChange::DropColumn { table, column, .. } => format!("{table}.{column} by {place}"),
                    other => format!("{other:?}"),
                })
            })
            .collect()
    }

    #[test]
    fn parameters_take_the_values_of_calls() {
        let mysql = "DELIMITER $$\nCREATE PROCEDURE drop_it(IN t VARCHAR(64), IN c VARCHAR(64))\nBEGIN\n  SET @q = CONCAT('ALTER TABLE ', t, ' DROP COLUMN `', c, '`');\n  PREPARE s FROM @q;\nEND $$\nDELIMITER ;\nCALL drop_it('users', 'name');\nCALL drop_it('teams', other);";
        assert_eq!(drops(mysql), ["users.name by drop_it('users', 'name')"]);
        let postgres = "CREATE OR REPLACE FUNCTION x(t text) RETURNS void AS $$ BEGIN EXECUTE format('ALTER TABLE %I DROP COLUMN id', t); END $$ LANGUAGE plpgsql; SELECT x('users'); SELECT x('teams');";
        assert_eq!(drops(postgres), ["users.id by x('users')", "teams.id by x('teams')"]);
        let joined = "CREATE FUNCTION x(t text) AS $$ EXECUTE 'ALTER TABLE ' || quote_ident(t) || ' DROP COLUMN id'; $$; SELECT x('users');";
        assert_eq!(drops(joined), ["users.id by x('users')"]);
    }

    #[test]
    fn nothing_is_called() {
        for text in [
            "",
            "'",
            "CREATE PROCEDURE",
            "CREATE PROCEDURE x(",
            "CALL x('a'",
            "CREATE FUNCTION f(a text) AS 'ALTER TABLE ' ||",
        ] {
            assert!(drops(text).is_empty(), "{text}");
        }
    }
}
