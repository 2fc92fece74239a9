//! Shell: scripts, crontabs, and any other text that is a command line. What it gives to SQL clients is SQL.

mod client;
pub(in crate::extract) mod crontab;
mod dump;
mod run;
mod script;
mod word;

use super::embedded::{self, StringValue};
use super::host::dialect::DialectHints;
use super::host::tokens::{flatten, kind_of_text};
use super::sql::text::SqlText;
use super::sql::{self, Evidence};
use super::{Format, Input};
use crate::model::facts::{FileFacts, Token, TokenKind, Unit, UnitKind};
use crate::model::span::Span;
use crate::model::statement::Dialect;
use run::{Found, Source};
use script::Script;
use word::Part;

/// Shell scripts and crontabs.
pub struct Shell;

/// Extensions, in lower case.
const EXTENSIONS: &[&str] = &["sh", "bash", "zsh", "ksh", "command", "bats", "ash", "dash"];

/// Names without an extension.
const NAMES: &[&str] = &[
    ".bashrc",
    ".bash_profile",
    ".bash_aliases",
    ".profile",
    ".zshrc",
    ".envrc",
    "bashrc",
    "docker-entrypoint",
    "entrypoint",
];

/// Interpreters.
const SHELLS: &[&str] = &["sh", "bash", "zsh", "ksh", "ksh93", "mksh", "dash", "ash"];

/// Deepest nesting of shell text in strings of shell text.
const DEEPEST: usize = 4;

impl Format for Shell {
    fn name(&self) -> &'static str {
        "shell"
    }

    fn claims(&self, path: &str, head: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        crontab::is_crontab(path)
            || NAMES.contains(&name)
            || extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
            || interpreter(head).is_some_and(|interpreter| SHELLS.contains(&interpreter))
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        let mut hints = DialectHints::default();
        hints.add(input.path);
        let dialect = hints.dialect();
        let mut facts = if crontab::is_crontab(input.path) {
            let mut facts = FileFacts::default();
            let (lines, comments) = crontab::lines(input.path, input.text);
            facts.tokens.extend(comments.into_iter().map(|span| Token { span, kind: TokenKind::Comment }));
            for line in lines {
                read(&mut facts, &line.command, line.input, dialect, 0);
            }
            facts
        } else {
            read_script(&SqlText::verbatim(input.text, 0), dialect)
        };
        finish(&mut facts);
        facts
    }
}

/// The program that a script's first line names.
fn interpreter(head: &str) -> Option<&str> {
    let line = head.strip_prefix("#!")?.lines().next()?;
    let mut words = line.split_whitespace();
    let program = words.next()?.rsplit('/').next()?;
    if program == "env" { words.find(|word| !word.starts_with('-')) } else { Some(program) }
}

/// Reads shell text that stands somewhere in a file: a whole script, a command line in a build file or a pipeline.
/// `dialect` is what is known of the SQL in it. The facts hold statements, units, tokens and blind spots, all spans
/// in the outer file; what is outside of the tokens is for the caller to say. Call [`finish`] when all of a file's
/// scripts are read.
pub fn read_script(text: &SqlText, dialect: Option<Dialect>) -> FileFacts {
    let mut facts = FileFacts::default();
    read(&mut facts, text, None, dialect, 0);
    facts
}

/// Whether a string of another language is a command line that gives a client SQL: its first program is a client, or one
/// that runs others.
pub fn is_command_line(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace().skip_while(|word| word.contains('=') && !word.starts_with('-'));
    let first = words.next().unwrap_or("").trim_start_matches(['(', '{']);
    let base = first.rsplit('/').next().unwrap_or("");
    let runs = client::WRAPPERS.contains(&base)
        || client::SHELLS.contains(&base)
        || matches!(base, "cd" | "export" | "set" | "echo" | "cat" | "source" | ".");
    (client::client_of(first).is_some() || dump::dump_of(first).is_some() || runs)
        && (client::names_client(text) || text.split_ascii_whitespace().any(|word| dump::dump_of(word).is_some()))
        && words.next().is_some()
}

/// Puts in order what several scripts of one file say.
pub fn finish(facts: &mut FileFacts) {
    facts.elsewhere = TokenKind::Symbol;
    facts.tokens = flatten(std::mem::take(&mut facts.tokens));
    facts.statements.sort_by_key(|statement| (statement.span.start, statement.span.end));
    facts.units.sort_by_key(|unit| (unit.span.start, std::cmp::Reverse(unit.span.end)));
}

fn read(facts: &mut FileFacts, text: &SqlText, input: Option<SqlText>, dialect: Option<Dialect>, depth: usize) {
    let script = Script::new(text);
    let run = run::run(&script, text.as_str().len(), input.map(StringValue::Piece).as_ref());
    facts.units.extend(script.functions.iter().map(|function| Unit {
        name: function.name.clone(),
        kind: UnitKind::Function,
        span: function.span,
    }));
    // One client in the whole script speaks for its other strings too.
    let mut spoken = run.found.iter().filter_map(|found| found.dialect);
    let common = spoken.next().filter(|first| spoken.all(|other| other == *first));
    let outer = std::mem::take(&mut facts.tokens);
    let mut places: Vec<Span> = Vec::new();
    for found in &run.found {
        if embed(facts, found, found.dialect.or(common).or(dialect)) {
            places.extend(&found.places);
        }
    }
    // What the SQL reader says of the inside of a string comes last: it counts more than what the string is.
    let inside = std::mem::replace(&mut facts.tokens, outer);
    facts.tokens.extend(script.comments.iter().map(|&span| Token { span, kind: TokenKind::Comment }));
    places.sort();
    words(&script, &places, &mut facts.tokens);
    facts.tokens.extend(inside);
    if depth < DEEPEST {
        for shell in &run.shells {
            read(facts, shell, None, common.or(dialect), depth + 1);
        }
    }
}

/// Reads a string as SQL if it is; tells whether it was.
fn embed(facts: &mut FileFacts, found: &Found, dialect: Option<Dialect>) -> bool {
    let texts = found.value.alternatives(1);
    let text = texts.first().map_or("", SqlText::as_str);
    let evidence = sql::evidence(text);
    match (found.source, evidence) {
        // A part of a statement is read with the statement; on its own it says less.
        (Source::Nobody, Evidence::Fragment | Evidence::None) => false,
        (Source::Client, Evidence::Fragment) if found.inlined => false,
        (Source::Client, Evidence::None) if is_commands(text) => {
            for text in &texts {
                let said = sql::read(text, dialect);
                facts.statements.extend(said.statements);
                facts.units.extend(said.units);
                facts.tokens.extend(said.tokens);
                facts.blind_spots.extend(said.blind_spots);
                facts.problems.extend(said.problems);
            }
            true
        }
        _ => embedded::embed(facts, &found.value, dialect),
    }
}

/// Whether a client's input that does not begin like a statement may hold one: settings or client commands first.
fn is_commands(text: &str) -> bool {
    const VERBS: &[&str] =
        &["select", "insert", "update", "delete", "copy", "merge", "truncate", "alter", "create", "drop"];
    text.split(|c: char| !c.is_ascii_alphabetic()).any(|word| VERBS.iter().any(|verb| word.eq_ignore_ascii_case(verb)))
}

/// Quoted strings and here-documents; those at one of `places`, which are sorted, are SQL.
fn words(script: &Script, places: &[Span], tokens: &mut Vec<Token>) {
    let arguments = script.commands.iter().flat_map(|command| &command.words);
    let values = script.commands.iter().flat_map(|command| &command.assignments).map(|assignment| &assignment.value);
    for word in arguments.chain(values).chain(&script.documents).filter(|word| word.quoted) {
        let before = places.partition_point(|place| place.start <= word.span.start);
        let is_sql = before > 0 && places[before - 1].contains(word.span);
        for part in &word.parts {
            let Part::Text(text) = part else { continue };
            // What the SQL reader does not name in a statement is not known to be anything else.
            let kind = if is_sql { TokenKind::Unread } else { kind_of_text(text.as_str()) };
            tokens.push(Token { span: text.outer(Span::new(0, text.as_str().len())), kind });
        }
    }
}

#[cfg(test)]
mod tests;
