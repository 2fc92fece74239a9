//! Follows the commands of a script in order: what its variables hold, and which strings are SQL for whom.

use std::collections::HashMap;

use super::client::{Client, Given, SHELLS, WRAPPERS, client_of, client_of_variable, names_client};
use super::dump::dump_of;
use super::script::{Command, Script};
use super::word::{Part, Word};
use crate::extract::embedded::StringValue;
use crate::extract::sql::text::{SqlText, holds_hole};
use crate::model::span::Span;
use crate::model::statement::Dialect;

/// Commands that write what they are given or read, changed little.
const FILTERS: &[&str] =
    &["cat", "tee", "envsubst", "sed", "tr", "head", "tail", "gunzip", "zcat", "base64", "perl", "awk"];

/// Most bytes that variables may add to other strings, for each byte of the script, and some more.
const GROWTH: usize = 16;

/// A string that may be SQL.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Its value.
    pub value: StringValue,
    /// The dialect of the client that it is given to.
    pub dialect: Option<Dialect>,
    /// Who says that it is SQL.
    pub source: Source,
    /// Where it stands: the quoted strings and here-documents.
    pub places: Vec<Span>,
    /// Whether a bigger string holds it.
    pub inlined: bool,
}

/// Who says that a string is SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A client that it is given to.
    Client,
    /// Nobody: it must look like a whole statement.
    Nobody,
}

/// What running a script in mind gives.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// Strings that may be SQL, in order of their commands.
    pub found: Vec<Found>,
    /// Strings that are shell text themselves.
    pub shells: Vec<SqlText>,
}

/// What a variable holds.
#[derive(Clone, Debug)]
struct Variable {
    value: StringValue,
    /// The string that gave it its value, among `found`.
    found: Option<usize>,
    depth: usize,
}

struct Runner<'a> {
    script: &'a Script,
    variables: HashMap<&'a str, Variable>,
    /// Documents that were given to a command that is known to use them.
    used: Vec<bool>,
    /// For each command, whether what it writes is known to be used.
    piped: Vec<bool>,
    budget: usize,
    run: Run,
}

/// Runs `script` in mind; `input` is what its first command reads.
pub(super) fn run(script: &Script, size: usize, input: Option<&StringValue>) -> Run {
    let mut runner = Runner {
        script,
        variables: HashMap::new(),
        used: vec![false; script.documents.len()],
        piped: vec![false; script.commands.len()],
        budget: size.saturating_mul(GROWTH) + (1 << 16),
        run: Run::default(),
    };
    let last = script.commands.iter().rposition(|command| !command.words.is_empty());
    for (at, command) in script.commands.iter().enumerate() {
        let input = input.filter(|_| Some(at) == last);
        runner.command(command, input);
    }
    for (document, used) in script.documents.iter().zip(std::mem::take(&mut runner.used)) {
        if !used {
            let value = runner.value(document);
            runner.give(value, None, Source::Nobody, document.span);
        }
    }
    drop_parts(&mut runner.run.found);
    runner.run
}

/// Drops what was found as a word of a command, when what the command writes was found after it.
fn drop_parts(found: &mut Vec<Found>) {
    let places = found.iter().enumerate().filter_map(|(at, found)| Some((*found.places.first()?, at)));
    let mut places: Vec<(Span, usize)> = places.collect();
    places.sort_by_key(|(place, at)| (place.start, std::cmp::Reverse(place.end), std::cmp::Reverse(*at)));
    let mut dropped = vec![false; found.len()];
    let mut widest: Option<(Span, usize)> = None;
    for (place, at) in places {
        match widest {
            Some((outer, later)) if outer.end >= place.end => {
                dropped[at] = later > at && found[at].source == Source::Nobody;
            }
            _ => widest = Some((place, at)),
        }
    }
    let mut at = 0;
    found.retain(|_| {
        at += 1;
        !dropped[at - 1]
    });
}

impl<'a> Runner<'a> {
    fn command(&mut self, command: &'a Command, input: Option<&StringValue>) {
        for assignment in &command.assignments {
            self.assign(&assignment.name, &assignment.value, assignment.appends, command.depth);
        }
        let names: Vec<&'a str> = command.words.iter().map(|word| word.plain().unwrap_or("")).collect();
        if names.first() == Some(&"read") {
            self.reads(command, &names);
            return;
        }
        if let Some(at) = names.iter().take(64).position(|name| dump_of(name).is_some()) {
            self.dump(command, &names, at);
            return;
        }
        let Some((position, client)) = self.client(command, &names) else {
            self.no_client(command, &names);
            return;
        };
        let mut position_left = client.positional;
        let mut next_is_sql = false;
        for (word, name) in command.words.iter().zip(&names).skip(position + 1) {
            let text = name_of(word, name);
            let option = client.option(text);
            if std::mem::take(&mut next_is_sql) {
                self.sql(word, 0, client.dialect, Source::Client);
            } else if option == Given::Next {
                next_is_sql = true;
            } else if let Given::From(start) = option {
                self.sql(word, start, client.dialect, Source::Client);
            } else if text.starts_with(['-', '+']) && !text.starts_with("--\n") && !text.starts_with("-- ") {
            } else {
                let source = match position_left.as_mut() {
                    Some(0) => Source::Client,
                    Some(left) => {
                        *left -= 1;
                        Source::Nobody
                    }
                    None => Source::Nobody,
                };
                if word.quoted || source == Source::Client {
                    self.sql(word, 0, client.dialect, source);
                }
            }
        }
        if let Some(document) = command.input {
            self.used[document] = true;
            self.sql(&self.script.documents[document], 0, client.dialect, Source::Client);
        } else if let Some(from) = command.from {
            if let Some((value, place)) = self.output(from, 0) {
                self.give(value, Some(client.dialect), Source::Client, place);
            }
        } else if let Some(input) = input {
            self.give(input.clone(), Some(client.dialect), Source::Client, Span::default());
        }
    }

    /// A command that writes whole tables, named at `position`: as the `COPY` of each that it stands for.
    fn dump(&mut self, command: &'a Command, names: &[&'a str], position: usize) {
        let Some(dump) = dump_of(names[position]) else { return };
        let place = command.words[position].span;
        for (at, from) in dump.tables(&names[position + 1..]) {
            let Some([Part::Text(text)]) = command.words.get(position + 1 + at).map(|word| word.parts.as_slice())
            else {
                continue;
            };
            let mut copy = SqlText::default();
            copy.push_decoded("COPY ", place);
            copy.push_piece(&text.slice(Span::new(from, text.as_str().len())));
            copy.push_decoded(" TO STDOUT", place);
            self.give(StringValue::Piece(copy), Some(Dialect::Postgres), Source::Client, place);
        }
    }

    /// The client that a command runs and the position of its name.
    fn client(&self, command: &'a Command, names: &[&str]) -> Option<(usize, &'static Client)> {
        let first = command.words.first()?;
        if let Some(client) = client_of(names[0]) {
            return Some((0, client));
        }
        if let [Part::Variable(name, _), ..] = first.parts.as_slice() {
            let known = self.variables.get(name.as_str()).and_then(|variable| match &variable.value {
                StringValue::Join(parts) => match parts.first() {
                    Some(StringValue::Piece(text)) => text.as_str().split_whitespace().find_map(client_of),
                    _ => None,
                },
                _ => None,
            });
            return known.or_else(|| client_of_variable(name)).map(|client| (0, client));
        }
        let base = names[0].rsplit('/').next().unwrap_or("");
        if WRAPPERS.contains(&base) {
            let unquoted = command.words.iter().zip(names).enumerate().skip(1).take(64);
            return unquoted
                .filter(|(_, (word, _))| !word.quoted)
                .find_map(|(at, (_, name))| Some((at, client_of(name)?)));
        }
        None
    }

    fn no_client(&mut self, command: &'a Command, names: &[&str]) {
        let base = names.first().map_or("", |name| name.rsplit('/').next().unwrap_or(""));
        let wraps = WRAPPERS.contains(&base);
        let shell = SHELLS.contains(&base) || wraps && names.iter().take(64).any(|name| SHELLS.contains(name));
        for (word, name) in command.words.iter().zip(names).skip(1) {
            let text = match word.parts.as_slice() {
                [Part::Text(text), ..] => text.as_str(),
                _ => name,
            };
            if word.quoted && ((shell && text.contains(char::is_whitespace)) || names_client(text)) {
                self.shell_text(word);
            } else if word.quoted {
                self.sql_of_nobody(word);
            }
        }
        if let Some(document) = command.input {
            let is_shell = shell || wraps;
            if is_shell {
                self.used[document] = true;
                let document = &self.script.documents[document];
                self.shell_text(document);
                if !document.parts.iter().any(|part| matches!(part, Part::Text(text) if names_client(text.as_str()))) {
                    self.sql_of_nobody(document);
                }
            }
        }
    }

    fn sql_of_nobody(&mut self, word: &'a Word) {
        self.sql(word, 0, Dialect::Generic, Source::Nobody);
    }

    /// A string that is shell text: its own text, holes for what it takes in.
    fn shell_text(&mut self, word: &'a Word) {
        let value = self.value(word);
        let text = value.alternatives(1).pop();
        self.run.shells.extend(text.filter(|text| !text.as_str().is_empty()));
    }

    fn reads(&mut self, command: &'a Command, names: &[&'a str]) {
        let Some(document) = command.input else { return };
        let name = names.iter().skip(1).rev().find(|name| !name.is_empty() && !name.starts_with('-'));
        if let Some(name) = name {
            self.used[document] = true;
            self.assign(name, &self.script.documents[document], false, command.depth);
        }
    }

    fn assign(&mut self, name: &'a str, word: &'a Word, appends: bool, depth: usize) {
        // What a command substitution writes is the value without a place of its own.
        let (value, place) = match word.parts.as_slice() {
            [Part::Output(Some(last), _)] => self.output(*last, 0).unwrap_or_else(|| (self.value(word), word.span)),
            _ => (self.value(word), word.span),
        };
        let before = self.variables.get(name).cloned();
        let variable = match before {
            Some(before) if appends || depth > before.depth => {
                let addition = match (appends, depth > before.depth) {
                    (true, true) => StringValue::Choice(vec![StringValue::Join(Vec::new()), value]),
                    _ => value,
                };
                // Parts are kept side by side: a long row of changes must not nest.
                let joined = match (appends, before.value) {
                    (true, StringValue::Join(mut parts)) => {
                        parts.push(addition);
                        StringValue::Join(parts)
                    }
                    (false, StringValue::Choice(mut branches)) => {
                        branches.push(addition);
                        StringValue::Choice(branches)
                    }
                    (true, first) => StringValue::Join(vec![first, addition]),
                    (false, first) => StringValue::Choice(vec![first, addition]),
                };
                self.budget = self.budget.saturating_sub(weight(&joined));
                if self.budget == 0 {
                    self.variables.remove(name);
                    return;
                }
                let found = before.found.inspect(|&found| {
                    self.run.found[found].value = joined.clone();
                    self.run.found[found].places.push(place);
                });
                Variable { value: joined, found, depth: before.depth }
            }
            _ => {
                let found = self.give(value.clone(), None, Source::Nobody, place);
                Variable { value, found, depth }
            }
        };
        self.variables.insert(name, variable);
    }

    /// Takes a word, from byte `start` of its text on, for SQL.
    fn sql(&mut self, word: &'a Word, start: usize, dialect: Dialect, source: Source) {
        let dialect = (dialect != Dialect::Generic).then_some(dialect);
        // A variable alone is the string that it was given.
        if let [Part::Variable(name, _)] = word.parts.as_slice()
            && let Some(found) = self.variables.get(name.as_str()).and_then(|variable| variable.found)
        {
            if source == Source::Client {
                let found = &mut self.run.found[found];
                found.source = Source::Client;
                found.dialect = found.dialect.or(dialect);
            }
            return;
        }
        if let [Part::Output(Some(last), _)] = word.parts.as_slice() {
            if let Some((value, place)) = self.output(*last, 0) {
                self.give(value, dialect, source, place);
            }
            return;
        }
        let value = match self.value(word) {
            StringValue::Join(mut parts) if start > 0 => {
                if let Some(StringValue::Piece(text)) = parts.first_mut() {
                    *text = text.slice(Span::new(start, text.as_str().len()));
                }
                StringValue::Join(parts)
            }
            value => value,
        };
        self.give(value, dialect, source, word.span);
    }

    fn give(&mut self, value: StringValue, dialect: Option<Dialect>, source: Source, place: Span) -> Option<usize> {
        if !has_words(&value) {
            return None;
        }
        self.run.found.push(Found { value, dialect, source, places: vec![place], inlined: false });
        Some(self.run.found.len() - 1)
    }

    /// What a command writes, when that is known from its words, and where that stands.
    fn output(&mut self, at: usize, depth: usize) -> Option<(StringValue, Span)> {
        let command = self.script.commands.get(at)?;
        // A long pipe of filters is followed a few steps back.
        if depth > 8 || std::mem::replace(&mut self.piped[at], true) {
            return None;
        }
        let name = command.words.first()?.plain()?;
        if FILTERS.contains(&name) {
            if let Some(document) = command.input {
                self.used[document] = true;
                let document = &self.script.documents[document];
                return Some((self.value(document), document.span));
            }
            return self.output(command.from?, depth + 1);
        }
        if !matches!(name, "echo" | "printf" | "print") {
            return None;
        }
        let mut parts = Vec::new();
        let mut place: Option<Span> = None;
        let is_option = |word: &Word| word.plain().is_some_and(|text| text.starts_with('-') && !text.contains(' '));
        for word in command.words.iter().skip(1).skip_while(|word| !word.quoted && is_option(word)) {
            if !parts.is_empty() {
                let mut space = SqlText::default();
                space.push_decoded(" ", Span { start: word.span.start, end: word.span.start });
                parts.push(StringValue::Piece(space));
            }
            place = Some(place.map_or(word.span, |place| place.join(word.span)));
            parts.push(self.value(word));
        }
        Some((StringValue::Join(parts), place?))
    }

    /// A word's value; variables that are known are put in.
    fn value(&mut self, word: &'a Word) -> StringValue {
        let mut parts = Vec::with_capacity(word.parts.len());
        for part in &word.parts {
            parts.push(match part {
                Part::Text(text) => StringValue::Piece(text.clone()),
                Part::Unknown(span) => StringValue::Hole(*span),
                Part::Output(last, span) => last
                    .filter(|_| word.parts.len() == 1)
                    .and_then(|last| self.output(last, 0))
                    .map_or(StringValue::Hole(*span), |(value, _)| value),
                Part::Variable(name, span) => self.variable(name).unwrap_or(StringValue::Hole(*span)),
            });
        }
        StringValue::Join(parts)
    }

    fn variable(&mut self, name: &str) -> Option<StringValue> {
        let variable = self.variables.get(name)?;
        self.budget = self.budget.checked_sub(weight(&variable.value))?;
        if let Some(found) = variable.found {
            self.run.found[found].inlined = true;
        }
        Some(variable.value.clone())
    }
}

/// The option that an argument is, also when its value holds expansions.
fn name_of<'w>(word: &'w Word, plain: &'w str) -> &'w str {
    match word.parts.first() {
        Some(Part::Text(text)) if plain.is_empty() => text.as_str(),
        _ => plain,
    }
}

/// Bytes of a value, each part counted as at least one.
fn weight(value: &StringValue) -> usize {
    match value {
        StringValue::Piece(piece) => piece.as_str().len() + 1,
        StringValue::Hole(_) => 1,
        StringValue::Join(parts) | StringValue::Choice(parts) => 1 + parts.iter().map(weight).sum::<usize>(),
    }
}

/// Whether any part of the value is known text with a word in it.
fn has_words(value: &StringValue) -> bool {
    match value {
        StringValue::Piece(piece) => piece
            .as_str()
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word.len() > 1 && !holds_hole(word)),
        StringValue::Hole(_) => false,
        StringValue::Join(parts) | StringValue::Choice(parts) => parts.iter().any(has_words),
    }
}
