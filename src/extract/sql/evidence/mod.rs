//! Whether a host language's string is SQL. Asked for every string of every file, so most are decided on their first
//! word; English that begins with a SQL verb lacks the grammar that follows one.

mod look;
mod part;
mod shape;
#[cfg(test)]
mod tests;

use super::Evidence;
use super::lexer::TokenKind;
use super::text::hole_index;
use look::{Look, Style};
use part::{column_list, condition, from, join, ordering};
use shape::{alter, block, call, copy, create, delete, drop, explain, insert, select, truncate, update, with};

/// Judges `text`.
pub(super) fn of(text: &str) -> Evidence {
    /// Settings before a statement.
    const MOST_SETTINGS: usize = 8;
    let mut text = text;
    for _ in 0..MOST_SETTINGS {
        match behind_setting(text) {
            Some(rest) => text = rest,
            None => break,
        }
    }
    let Some((start, lead)) = first_word(text) else { return Evidence::None };
    let rest = &text[start..];
    let word = &rest[..rest.bytes().take_while(u8::is_ascii_alphabetic).count()];
    let style = if word.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Style::Upper
    } else if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        Style::Lower
    } else {
        Style::Capital
    };
    let judge: fn(&Look<'_>) -> bool = match Opening::of(word) {
        Some(Opening::Statement(judge)) => judge,
        Some(Opening::Fragment(judge)) => {
            return if Look::new(rest, style).is_some_and(|look| judge(&look)) {
                Evidence::Fragment
            } else {
                Evidence::None
            };
        }
        None if lead == Lead::Hole => return Evidence::None,
        None => return column_list(rest, style),
    };
    if Look::new(rest, style).is_some_and(|look| judge(&look)) { Evidence::Statement } else { Evidence::None }
}

/// What follows `SET search_path TO shop;`, `USE shop;`: a statement decides, not what is set before it.
fn behind_setting(text: &str) -> Option<&str> {
    let (start, _) = first_word(text)?;
    let rest = &text[start..];
    let is_setting =
        ["set ", "use "].iter().any(|word| rest.get(..4).is_some_and(|own| own.eq_ignore_ascii_case(word)));
    let (setting, behind) = if is_setting { rest.split_once(';')? } else { return None };
    (!setting.contains('\n') && !behind.trim().is_empty()).then_some(behind)
}

/// What stands before the first word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lead {
    /// Nothing that counts.
    Nothing,
    /// A hole.
    Hole,
}

/// Byte offset of the first word, behind comments, parentheses and holes.
fn first_word(text: &str) -> Option<(usize, Lead)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut lead = Lead::Nothing;
    loop {
        match *bytes.get(at)? {
            byte if byte.is_ascii_whitespace() => at += 1,
            b'(' | b';' => at += 1,
            b'{' if text[at..].starts_with("{call") => at += 1,
            b'{' if text[at..].starts_with("{%") => at += text[at..].find("%}")? + 2,
            b'{' if text[at..].starts_with("{{") => {
                at += text[at..].find("}}")? + 2;
                lead = Lead::Hole;
            }
            b'-' if bytes.get(at + 1) == Some(&b'-') => at += text[at..].find('\n')?,
            b'#' => at += text[at..].find('\n')?,
            b'/' if bytes.get(at + 1) == Some(&b'*') => at += text[at..].find("*/")? + 2,
            b'c' if text[at..].starts_with("columnist_hole_") => {
                let length =
                    bytes[at..].iter().take_while(|&&byte| byte == b'_' || byte.is_ascii_alphanumeric()).count();
                // A hole that is part of a word or a qualified name begins no statement.
                hole_index(&text[at..at + length])?;
                at += length;
                lead = Lead::Hole;
                if !bytes.get(at)?.is_ascii_whitespace() {
                    return None;
                }
            }
            byte if byte.is_ascii_alphabetic() => return Some((at, lead)),
            _ => return None,
        }
    }
}

enum Opening {
    Statement(fn(&Look<'_>) -> bool),
    Fragment(fn(&Look<'_>) -> bool),
}

impl Opening {
    fn of(word: &str) -> Option<Self> {
        if !(2..=9).contains(&word.len()) {
            return None;
        }
        let mut upper = [0_u8; 9];
        let upper = &mut upper[..word.len()];
        upper.copy_from_slice(word.as_bytes());
        upper.make_ascii_uppercase();
        Some(match &*upper {
            b"SELECT" => Self::Statement(select),
            b"INSERT" | b"REPLACE" => Self::Statement(insert),
            b"UPDATE" => Self::Statement(update),
            b"DELETE" => Self::Statement(delete),
            b"WITH" => Self::Statement(with),
            b"CREATE" => Self::Statement(create),
            b"ALTER" => Self::Statement(alter),
            b"DROP" => Self::Statement(drop),
            b"MERGE" => {
                Self::Statement(|look| look.word_at(1, "into") && look.is_name(2) && look.find("using", 3).is_some())
            }
            b"CALL" | b"EXEC" | b"EXECUTE" => Self::Statement(call),
            b"EXPLAIN" => Self::Statement(explain),
            b"COPY" => Self::Statement(copy),
            // BigQuery's `EXPORT DATA OPTIONS (…) AS SELECT …`.
            b"EXPORT" => Self::Statement(|look| look.word_at(1, "data") && look.any_word_at(2, &["options", "with"])),
            b"TRUNCATE" => Self::Statement(truncate),
            b"GRANT" | b"REVOKE" => Self::Statement(|look| {
                look.style == Style::Upper
                    && look.find("on", 2).is_some()
                    && (look.find("to", 3).is_some() || look.find("from", 3).is_some())
            }),
            b"COMMENT" => Self::Statement(|look| {
                look.word_at(1, "on")
                    && look.any_word_at(2, &["table", "column", "view"])
                    && look.find("is", 3).is_some()
            }),
            b"REFRESH" => Self::Statement(|look| look.word_at(1, "materialized") && look.word_at(2, "view")),
            b"RENAME" => Self::Statement(|look| look.word_at(1, "table") && look.find("to", 2).is_some()),
            b"DO" => Self::Statement(|look| look.kind(1) == Some(TokenKind::Dollar)),
            b"BEGIN" | b"DECLARE" => Self::Statement(block),
            b"LOAD" => Self::Statement(|look| look.word_at(1, "data") && look.find("into", 2).is_some()),
            b"VALUES" => Self::Fragment(|look| look.style != Style::Capital && look.is(1, "(")),
            b"WHERE" | b"AND" | b"OR" | b"HAVING" | b"ON" => Self::Fragment(condition),
            b"ORDER" | b"GROUP" => Self::Fragment(ordering),
            b"JOIN" | b"LEFT" | b"RIGHT" | b"INNER" | b"CROSS" | b"FULL" | b"NATURAL" => Self::Fragment(join),
            b"SET" => Self::Fragment(|look| {
                look.style != Style::Capital
                    && look.name_end(1).is_some_and(|end| look.is(end, "="))
                    && !look.starts_variable(1)
            }),
            b"FROM" => Self::Fragment(from),
            b"UNION" | b"EXCEPT" | b"INTERSECT" => Self::Fragment(|look| {
                look.word_at(1, "select") || (look.word_at(1, "all") && (look.word_at(2, "select") || look.is(2, "(")))
            }),
            b"RETURNING" => Self::Fragment(|look| {
                look.style == Style::Upper
                    && (look.is(1, "*") || look.name_end(1).is_some_and(|end| look.ends(end) || look.is(end, ",")))
            }),
            _ => return None,
        })
    }
}
