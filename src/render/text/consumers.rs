//! Consumers: the live ones with their lines of code, the others in short.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::model::answer::{Answer, Certainty, Consumer, Reference, access_name};
use crate::model::source::Context;
use crate::model::statement::Access;

use super::super::printable::printable;
use super::snippet::marked;
use super::style::{DIM, NAME, YELLOW};
use super::{count, heading};

/// Places of what is not live are shown up to this many for each context.
const PLACES_SHOWN: usize = 3;

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
    write!(out, "  {NAME}{name}{NAME:#}  {DIM}{}{DIM:#}", doing(consumer.access))?;
    if consumer.certainty != Certainty::Certain {
        write!(out, "  {YELLOW}{}{YELLOW:#}", consumer.certainty.name())?;
    }
    for owner in &consumer.owners {
        write!(out, "  {}", printable(owner))?;
    }
    writeln!(out)?;
    for via in &consumer.via {
        let (kind, name, path) = (printable(&via.kind), printable(&via.name), printable(&via.path));
        writeln!(out, "    {DIM}run by {kind}{DIM:#} {name}  {DIM}{path}:{}{DIM:#}", via.line)?;
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

/// The lines of code, each once however many references stand on it.
fn lines(consumer: &Consumer, spellings: &[String], out: &mut dyn Write) -> io::Result<()> {
    let lines: Vec<&[Reference]> =
        consumer.references.chunk_by(|a, b| (&a.place.path, a.place.line) == (&b.place.path, b.place.line)).collect();
    let places: Vec<String> = lines.iter().map(|line| place(&line[0])).collect();
    let width = places.iter().map(|place| place.chars().count()).max().unwrap_or(0);
    for (line, place) in lines.iter().zip(&places) {
        let access = line.iter().map(|one| one.access).reduce(together).map_or("", access_name);
        writeln!(out, "    {place:width$}  {DIM}{access:5}{DIM:#}  {}", marked(line, spellings))?;
        let mut reasons = String::new();
        for reference in line.iter().filter(|one| one.certainty != Certainty::Certain) {
            let reason = format!("{}: {}", reference.certainty.name(), printable(&reference.why));
            if !reasons.contains(&reason) {
                let separator = if reasons.is_empty() { "" } else { "; " };
                write!(reasons, "{separator}{reason}").expect("a string takes all that is written");
            }
        }
        if !reasons.is_empty() {
            writeln!(out, "    {:width$}         {DIM}{reasons}{DIM:#}", "")?;
        }
    }
    Ok(())
}

fn together(a: Access, b: Access) -> Access {
    if a == b { a } else { Access::Both }
}

fn place(reference: &Reference) -> String {
    format!("{}:{}", printable(&reference.place.path), reference.place.line)
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
        let places: BTreeSet<_> = references.iter().map(|one| (&one.place.path, one.place.line)).collect();
        let mut shown: Vec<String> =
            places.iter().take(PLACES_SHOWN).map(|(path, line)| format!("{}:{line}", printable(path))).collect();
        if places.len() > PLACES_SHOWN {
            shown.push(format!("{} more", places.len() - PLACES_SHOWN));
        }
        let number = count(references.len(), "reference");
        writeln!(out, "  {:9}  {number}  {DIM}{}{DIM:#}", context.name(), shown.join(", "))?;
    }
    Ok(())
}
