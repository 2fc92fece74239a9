//! A line of code with the names in question marked.

use std::ops::Range;

use crate::model::answer::Reference;

use super::super::printable::printable;
use super::style::MARK;

/// The line that all of `references` stand on, with their names marked where that is sure.
pub(super) fn marked(references: &[Reference], spellings: &[String]) -> String {
    let Some(first) = references.first() else { return String::new() };
    let snippet = first.snippet.trim_end();
    let mut text = String::new();
    let mut done = 0;
    for mark in marks(snippet, references, spellings) {
        let (before, name) = (&snippet[done..mark.start], &snippet[mark.clone()]);
        let (before, name) = (printable(before), printable(name));
        text.extend([
            before.as_ref(),
            MARK.render().to_string().as_str(),
            name.as_ref(),
            MARK.render_reset().to_string().as_str(),
        ]);
        done = mark.end;
    }
    text.push_str(&printable(&snippet[done..]));
    text
}

/// Where the names stand in the snippet, in order: bytes, on char boundaries.
///
/// The snippet is the line without some of its start, so columns are only known up to a shift. It is the one shift
/// under which each reference falls on its name; when several would do, nothing is marked rather than the wrong word.
pub(in crate::render) fn marks(snippet: &str, references: &[Reference], spellings: &[String]) -> Vec<Range<usize>> {
    let names = spellings.iter().map(String::as_str).chain(references.iter().map(|one| one.column.as_str()));
    let mut words: Vec<Range<usize>> =
        names.filter(|name| !name.is_empty()).flat_map(|name| words(snippet, name)).collect();
    words.sort_unstable_by_key(|word| (word.start, word.end));
    words.dedup();
    let column_of = |word: &Range<usize>| snippet[..word.start].chars().count() + 1;
    let columns: Vec<usize> = words.iter().map(column_of).collect();
    let wanted: Vec<usize> = references.iter().map(|one| one.place.column as usize).collect();
    let Some(first) = wanted.first() else { return Vec::new() };
    let mut shifts = columns.iter().filter_map(|column| first.checked_sub(*column)).filter(|shift| {
        wanted.iter().all(|wanted| wanted.checked_sub(*shift).is_some_and(|column| columns.contains(&column)))
    });
    match (shifts.next(), shifts.next()) {
        (Some(shift), None) => {
            let at = |word: &Range<usize>| wanted.contains(&(column_of(word) + shift));
            let mut found: Vec<Range<usize>> = words.into_iter().filter(|word| at(word)).collect();
            found.dedup_by(|later, earlier| later.start < earlier.end);
            found
        }
        _ => Vec::new(),
    }
}

/// Where `name` stands as a whole word, whatever its case.
fn words<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let inner = name.chars().all(is_word);
    text.char_indices().filter_map(move |(start, _)| {
        let end = start + name.len();
        let same = text.get(start..end).is_some_and(|part| part.eq_ignore_ascii_case(name));
        let alone = !inner
            || (!text[..start].chars().next_back().is_some_and(is_word)
                && same
                && !text[end..].chars().next().is_some_and(is_word));
        (same && alone).then_some(start..end)
    })
}
