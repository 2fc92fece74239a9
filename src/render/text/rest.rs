//! Everything that is no consumer: what could not be told, what was only mentioned, what was scanned.

use std::io::{self, Write};

use crate::model::answer::{Answer, Mention, MentionVerdict};

use super::super::printable::printable;
use super::style::{DIM, YELLOW};
use super::{Mentions, count, heading, listed};

/// Lists are cut after this many lines, unless all were asked for.
const SHOWN: usize = 10;

/// Places are lined up to this width; a path that is longer stands out on its own line only.
const PLACE_WIDTH: usize = 60;

/// At most this many spellings are named.
const SPELLINGS_SHOWN: usize = 6;

/// Mentions that could be this column.
pub(super) fn unresolved(answer: &Answer, mentions: Mentions, out: &mut dyn Write) -> io::Result<()> {
    let unresolved: Vec<&Mention> = of(answer, MentionVerdict::Unresolved);
    // With `--mentions` they are listed among all others.
    if unresolved.is_empty() || mentions == Mentions::Listed {
        return Ok(());
    }
    heading(&format!("unresolved ({})", unresolved.len()), out)?;
    list(&unresolved[..unresolved.len().min(SHOWN)], out)?;
    if unresolved.len() > SHOWN {
        writeln!(out, "  {DIM}and {} more: --mentions lists all{DIM:#}", unresolved.len() - SHOWN)?;
    }
    Ok(())
}

/// Places that could not be seen through.
pub(super) fn blind_spots(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let spots = &answer.blind_spots;
    if spots.is_empty() {
        return Ok(());
    }
    heading(&format!("blind spots ({})", spots.len()), out)?;
    for spot in spots.iter().take(SHOWN) {
        let tables: Vec<_> = spot.tables.iter().map(|table| printable(table)).collect();
        let tables =
            if tables.is_empty() { String::new() } else { format!("  {DIM}touches {}{DIM:#}", tables.join(", ")) };
        writeln!(out, "  {}:{}  {}{tables}", printable(&spot.path), spot.line, printable(&spot.reason))?;
    }
    if spots.len() > SHOWN {
        writeln!(out, "  {DIM}and {} more: --format json lists all{DIM:#}", spots.len() - SHOWN)?;
    }
    Ok(())
}

/// Every mention under its verdict.
pub(super) fn mentions(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    for (verdict, _, _) in VERDICTS {
        let mentions = of(answer, *verdict);
        if !mentions.is_empty() {
            heading(&format!("mentions: {} ({})", verdict.name(), mentions.len()), out)?;
            list(&mentions, out)?;
        }
    }
    Ok(())
}

fn of(answer: &Answer, verdict: MentionVerdict) -> Vec<&Mention> {
    answer.mentions.iter().filter(|mention| mention.verdict == verdict).collect()
}

fn list(mentions: &[&Mention], out: &mut dyn Write) -> io::Result<()> {
    let places: Vec<String> =
        mentions.iter().map(|mention| format!("{}:{}", printable(&mention.path), mention.line)).collect();
    let width = places.iter().map(|place| place.chars().count()).max().unwrap_or(0).min(PLACE_WIDTH);
    for (mention, place) in mentions.iter().zip(&places) {
        writeln!(out, "  {place:width$}  {}  {DIM}{}{DIM:#}", printable(&mention.text), printable(&mention.why))?;
    }
    Ok(())
}

/// Trouble met.
pub(super) fn problems(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let problems = &answer.scanned.problems;
    if problems.is_empty() {
        return Ok(());
    }
    heading(&format!("problems ({})", problems.len()), out)?;
    for problem in problems.iter().take(SHOWN) {
        let line = if problem.line == 0 { String::new() } else { format!(":{}", problem.line) };
        let (path, message) = (printable(&problem.path), printable(&problem.message));
        writeln!(out, "  {path}{line}  {YELLOW}{}{YELLOW:#}: {message}", problem.code)?;
    }
    if problems.len() > SHOWN {
        writeln!(out, "  {DIM}and {} more: --format json lists all{DIM:#}", problems.len() - SHOWN)?;
    }
    Ok(())
}

/// What a verdict is called in a sentence, for one and for many.
const VERDICTS: &[(MentionVerdict, &str, &str)] = &[
    (MentionVerdict::Reference, "reference", "references"),
    (MentionVerdict::OtherColumn, "another column", "other columns"),
    (MentionVerdict::Value, "value already copied", "values already copied"),
    (MentionVerdict::NotCode, "comment, prose or other symbol", "comments, prose or other symbols"),
    (MentionVerdict::Unresolved, "unresolved", "unresolved"),
];

/// `31 lines mention full_name or fullName: 12 references, 19 comments, prose or other symbols`.
pub(super) fn mention_counts(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let mut spellings: Vec<String> = answer.spellings.iter().map(|one| printable(one).into_owned()).collect();
    if spellings.len() > SPELLINGS_SHOWN {
        let more = spellings.len() - SPELLINGS_SHOWN + 1;
        spellings.truncate(SPELLINGS_SHOWN - 1);
        spellings.push(format!("{more} other spellings"));
    }
    let what = listed(&spellings).replace(" and ", " or ");
    let what = if what.is_empty() { "the name".to_owned() } else { what };
    if answer.mentions.is_empty() {
        return writeln!(out, "No line mentions {what}.");
    }
    let parts: Vec<String> = VERDICTS
        .iter()
        .map(|(verdict, one, many)| (of(answer, *verdict).len(), one, many))
        .filter(|(number, _, _)| *number > 0)
        .map(|(number, one, many)| format!("{number} {}", if number == 1 { one } else { many }))
        .collect();
    let verb = if answer.mentions.len() == 1 { "mentions" } else { "mention" };
    writeln!(out, "{} {verb} {what}: {}.", count(answer.mentions.len(), "line"), parts.join(", "))
}

/// `24 files: 22 read, 2 skipped (1 binary, 1 too-large)`.
pub(super) fn scanned(answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
    let scanned = &answer.scanned;
    let skipped: usize = scanned.skipped.iter().map(|(_, files)| files).sum();
    write!(out, "{}: {} read", count(scanned.files, "file"), scanned.read)?;
    if skipped > 0 {
        let reasons: Vec<String> =
            scanned.skipped.iter().map(|(reason, files)| format!("{files} {}", printable(reason))).collect();
        write!(out, ", {skipped} skipped ({})", reasons.join(", "))?;
    }
    writeln!(out, ".")
}
