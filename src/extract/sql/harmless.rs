//! Text that can be left out of a statement without losing a name: hints, locks, storage.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::repair::is_keyword;
use super::statement::is_space;
use super::text::hole_index;

/// Words of hints, storage clauses and locks. Text made of them, constants and what their parentheses hold names no
/// column.
const HARMLESS: &[&str] = &[
    "use",
    "force",
    "ignore",
    "index",
    "key",
    "option",
    "for",
    "share",
    "skip",
    "locked",
    "nowait",
    "lock",
    "in",
    "mode",
    "engine",
    "tablespace",
    "charset",
    "character",
    "collate",
    "row_format",
    "pctfree",
    "pctused",
    "initrans",
    "maxtrans",
    "storage",
    "logging",
    "nologging",
    "nocompress",
    "compress",
    "cache",
    "nocache",
    "parallel",
    "noparallel",
    "monitoring",
    "auto_increment",
    "avg_row_length",
    "checksum",
    "max_rows",
    "min_rows",
    "pack_keys",
    "stats_persistent",
    "without",
    "rowid",
    "strict",
    "outfile",
    "dumpfile",
    "fields",
    "terminated",
    "lines",
    "enclosed",
    "escaped",
    "optionally",
    "default",
    "with",
    "ur",
    "rr",
    "cs",
    "rs",
    "read",
    "only",
    "browse",
    "nolock",
    "readpast",
    "rowlock",
    "updlock",
    "holdlock",
    "tablock",
    "tablockx",
    "xlock",
    "noexpand",
    "recompile",
    "maxdop",
    "settings",
    "format",
    "primary",
    "textimage_on",
    "filegroup",
    "clustered",
    "nonclustered",
    "deferrable",
    "initially",
    "deferred",
    "immediate",
    "enable",
    "disable",
    "novalidate",
    "validate",
    "online",
    "concurrently",
    "utf8",
    "utf8mb4",
    "latin1",
    "innodb",
    "myisam",
    "data",
    "directory",
    "row",
    "wait",
    "update",
    "allow",
    "filtering",
    "segment",
    "creation",
    "no",
    "global",
    "local",
    "off",
    "on",
    "fillfactor",
    "pad_index",
    "into",
    "statistics_norecompute",
    "ignore_dup_key",
    "allow_row_locks",
    "allow_page_locks",
    "dynamic",
    "compact",
    "set",
];

/// Whether cut text can name no column: hints, locks, storage.
pub(super) fn names_nothing(tokens: &[TokenWithSpan]) -> bool {
    const LONGEST: usize = 2000;
    if tokens.len() > LONGEST {
        return false;
    }
    let mut words = 0;
    let mut depth = 0;
    let mut hint = false;
    for token in tokens {
        match &token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth -= 1,
            Token::Word(word) if hole_index(&word.value).is_some() => return false,
            Token::Word(word) if word.quote_style == Some('[') && !word.value.contains(char::is_alphabetic) => {}
            Token::Word(word) => {
                let harmless =
                    word.quote_style.is_none() && HARMLESS.iter().any(|known| word.value.eq_ignore_ascii_case(known));
                if words == 0 && depth == 0 && !harmless {
                    return false;
                }
                words += 1;
                hint |= matches!(word.keyword, Keyword::INDEX | Keyword::KEY | Keyword::OPTION | Keyword::STORAGE);
                // Names of indexes stand in the parentheses of a hint.
                let named = !(harmless || hint && depth > 0);
                if named && !follows_assignment(tokens, token) {
                    return false;
                }
            }
            _ => {}
        }
    }
    true
}

/// Whether the token is the value of a setting: `ENGINE = x`.
fn follows_assignment(tokens: &[TokenWithSpan], token: &TokenWithSpan) -> bool {
    let Some(at) = tokens.iter().position(|other| std::ptr::eq(other, token)) else { return false };
    let mut before = tokens[..at].iter().rev().filter(|token| !is_space(token));
    before.next().is_some_and(|before| {
        before.token == Token::Eq
            || is_keyword(
                before,
                &[Keyword::TABLESPACE, Keyword::ENGINE, Keyword::COLLATE, Keyword::CHARSET, Keyword::SET],
            )
    })
}
