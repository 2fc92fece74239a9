//! Text: for people. Calm by default, coloured by whoever holds the terminal (escape codes are stripped elsewhere).

mod consumers;
mod rest;
pub(in crate::render) mod snippet;
pub(in crate::render) mod style;
pub mod unanswered;

use std::io::{self, Write};

use crate::model::answer::{Answer, Certainty, MentionVerdict, Place, Target, TargetState, Verdict};
use crate::model::source::Context;

use super::printable::printable;

use style::{BOLD, DIM, GREEN, RED, YELLOW};

/// How mentions are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mentions {
    /// Their number by verdict.
    Counted,
    /// Each with its verdict and the reason for it.
    Listed,
}

/// The answer to `who`: verdict, live consumers by kind, what is not live, what could not be told, what was scanned.
pub fn who(answer: &Answer, mentions: Mentions, out: &mut dyn Write) -> io::Result<()> {
    headline(answer, out)?;
    consumers::live(answer, out)?;
    consumers::not_live(answer, out)?;
    rest::unresolved(answer, mentions, out)?;
    rest::blind_spots(answer, out)?;
    if mentions == Mentions::Listed {
        rest::mentions(answer, out)?;
    }
    rest::problems(answer, out)?;
    writeln!(out)?;
    rest::mention_counts(answer, out)?;
    rest::scanned(answer, out)
}

fn headline(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let style = match answer.verdict {
        Verdict::Blocked => RED,
        Verdict::Review => YELLOW,
        Verdict::Clear => GREEN,
    };
    let name = name_of(&answer.target);
    let name = format!("{BOLD}{}{BOLD:#}", printable(&name));
    writeln!(out, "{style}{}{style:#}: {}", answer.verdict.name(), reason(answer, &name))?;
    let place = |place: &Place| format!("{}:{}", printable(&place.path), place.line);
    match &answer.target.state {
        TargetState::Exists { declared } => writeln!(out, "{DIM}declared in {}{DIM:#}", place(declared)),
        TargetState::Dropped { dropped } => writeln!(out, "{DIM}dropped in {}{DIM:#}", place(dropped)),
        TargetState::Undeclared => {
            writeln!(out, "{DIM}no schema that was read declares it: only the names in the statements tell{DIM:#}")
        }
    }
}

/// The name as a user would ask for it.
fn name_of(target: &Target) -> String {
    match &target.column {
        Some(column) => format!("{}.{column}", target.table),
        None => target.table.clone(),
    }
}

/// The verdict's reason, in one line.
fn reason(answer: &Answer, name: &str) -> String {
    let live = |certainty| {
        let consumers = answer.consumers.iter();
        consumers.filter(|one| one.context == Context::Live && one.certainty == certainty).count()
    };
    let (certain, likely, possible) = (live(Certainty::Certain), live(Certainty::Likely), live(Certainty::Possible));
    let unresolved = answer.mentions.iter().filter(|one| one.verdict == MentionVerdict::Unresolved).count();
    match answer.verdict {
        Verdict::Blocked => {
            let mut sure = vec![];
            for (number, word) in [(certain, "certain"), (likely, "likely"), (possible, "possible")] {
                if number > 0 {
                    sure.push(format!("{number} {word}"));
                }
            }
            format!("{name} has {} ({})", count(certain + likely + possible, "live consumer"), sure.join(", "))
        }
        Verdict::Review => {
            let mut parts = vec![];
            if possible > 0 {
                parts.push(count(possible, "possible consumer"));
            }
            if unresolved > 0 {
                parts.push(count(unresolved, "unresolved mention"));
            }
            if !answer.blind_spots.is_empty() {
                parts.push(count(answer.blind_spots.len(), "blind spot"));
            }
            format!("{name} has {} to look at", listed(&parts))
        }
        Verdict::Clear => format!("no live consumer of {name} is known, and every mention of it is accounted for"),
    }
}

/// `1 file`, `2 files`.
fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn heading(title: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{BOLD}{title}{BOLD:#}")
}

#[cfg(test)]
mod tests;
