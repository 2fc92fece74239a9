//! Consumers: the live ones with their lines of code, the others in short.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::model::answer::{Answer, Certainty, Consumer, Reference, access_name};
use crate::model::source::Context;
use crate::model::statement::Access;

use super::super::printable::printable;
use super::snippet::marked;
use super::style::{DIM, NAME, YELLOW};
use super::{count, heading};

/// Files of what is not live are named up to this many for each context.
const FILES_SHOWN: usize = 3;

/// Lines in one of them, likewise.
const LINES_SHOWN: usize = 4;

/// Live consumers under their kinds.
pub(super) fn live(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let mut kind = None;
    for consumer in answer.consumers.iter().filter(|consumer| consumer.context == Context::Live) {
        if kind != Some(consumer.kind) {
            kind = Some(consumer.kind);
            heading(consumer.kind.name(), out)?;
        }
        one(consumer, &answer.spellings, out)?;
    }
    Ok(())
}

fn one(consumer: &Consumer, spellings: &[String], out: &mut dyn Write) -> io::Result<()> {
    let name = printable(&consumer.name);
    write!(out, "  {NAME}{name}{NAME:#}  {}", doing(consumer.access))?;
    if consumer.certainty != Certainty::Certain {
        write!(out, "  {YELLOW}{}{YELLOW:#}", consumer.certainty.name())?;
    }
    for owner in &consumer.owners {
        write!(out, "  {}", printable(owner))?;
    }
    if consumer.owners.is_empty() {
        write!(out, "  {DIM}unowned{DIM:#}")?;
    }
    let first = consumer.references.first().map_or(1, |reference| reference.place.line);
    writeln!(out, "  {DIM}{}:{first}{DIM:#}", printable(&consumer.path))?;
    if let Some(first) = consumer.via.first() {
        let when = if first.schedule.is_empty() { &first.kind } else { &first.schedule };
        let steps = consumer.via.iter().map(|via| format!("{}:{}", printable(&via.path), via.line));
        let steps: Vec<String> = steps.collect();
        let (when, name) = (printable(when), printable(&first.name));
        writeln!(out, "    {when} by {name}  {DIM}{}{DIM:#}", steps.join(" → "))?;
    }
    lines(consumer, spellings, out)
}

fn doing(access: Access) -> &'static str {
    match access {
        Access::Read => "reads",
        Access::Write => "writes",
        Access::Both => "reads and writes",
    }
}

/// The lines of code, each once however many references stand on it. Access is told where it differs, reasons where
/// something is less than certain.
fn lines(consumer: &Consumer, spellings: &[String], out: &mut dyn Write) -> io::Result<()> {
    let lines: Vec<Line> = consumer
        .references
        .chunk_by(|a, b| (&a.place.path, a.place.line) == (&b.place.path, b.place.line))
        .map(|references| Line::of(references, consumer, spellings))
        .collect();
    let width = lines.iter().map(|line| line.place.chars().count()).max().unwrap_or(0);
    let mixed = lines.iter().any(|line| line.access != consumer.access);
    for (at, line) in lines.iter().enumerate() {
        let access = if mixed { format!("{:5}  ", access_name(line.access)) } else { String::new() };
        writeln!(out, "    {DIM}{:>width$} | {access}{DIM:#}{}", line.place, line.text)?;
        let said_below = lines.get(at + 1).is_some_and(|next| next.reasons == line.reasons);
        if !line.reasons.is_empty() && !said_below {
            writeln!(out, "    {DIM}{:width$} = {}{DIM:#}", "", line.reasons)?;
        }
    }
    Ok(())
}

/// A line of code, ready to be shown.
struct Line {
    /// Its number, with the path where that is not the consumer's own.
    place: String,
    access: Access,
    text: String,
    /// Why it is less than certain; empty when it is.
    reasons: String,
}

impl Line {
    fn of(references: &[Reference], consumer: &Consumer, spellings: &[String]) -> Self {
        let place = &references[0].place;
        let mut reasons: Vec<String> = Vec::new();
        for reference in references.iter().filter(|one| one.certainty != Certainty::Certain) {
            let reason = format!("{}: {}", reference.certainty.name(), printable(&reference.why));
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        Self {
            place: if place.path == consumer.path {
                place.line.to_string()
            } else {
                format!("{}:{}", printable(&place.path), place.line)
            },
            access: references.iter().map(|one| one.access).reduce(together).unwrap_or(Access::Both),
            text: marked(references, spellings),
            reasons: reasons.join("; "),
        }
    }
}

fn together(a: Access, b: Access) -> Access {
    if a == b { a } else { Access::Both }
}

/// What is not live: a line for each context.
pub(super) fn not_live(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    if answer.consumers.iter().all(|consumer| consumer.context == Context::Live) {
        return Ok(());
    }
    heading("not live", out)?;
    for context in Context::ALL.into_iter().filter(|context| *context != Context::Live) {
        let consumers = answer.consumers.iter().filter(|consumer| consumer.context == context);
        let references: Vec<&Reference> = consumers.flat_map(|consumer| &consumer.references).collect();
        if references.is_empty() {
            continue;
        }
        let mut places: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for reference in &references {
            places.entry(&reference.place.path).or_default().insert(reference.place.line);
        }
        let mut shown: Vec<String> = places.iter().take(FILES_SHOWN).map(|(path, lines)| file(path, lines)).collect();
        if places.len() > FILES_SHOWN {
            shown.push(format!("{} more files", places.len() - FILES_SHOWN));
        }
        let number = count(references.len(), "reference");
        writeln!(out, "  {:9}  {number}  {DIM}{}{DIM:#}", context.name(), shown.join(", "))?;
    }
    Ok(())
}

/// `path:3,5,9`.
fn file(path: &str, lines: &BTreeSet<u32>) -> String {
    let shown: Vec<String> = lines.iter().take(LINES_SHOWN).map(u32::to_string).collect();
    let more = if lines.len() > LINES_SHOWN { ",…" } else { "" };
    format!("{}:{}{more}", printable(path), shown.join(","))
}
