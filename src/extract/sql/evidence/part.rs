//! The grammar that must follow the first word of a part of a statement.

use super::look::{Look, Style};
use super::shape::{after_relation, is_list};
use crate::extract::sql::Evidence;
use crate::extract::sql::lexer::TokenKind;

/// `WHERE a = …`, `AND f(b) IN (…)`.
pub(super) fn condition(look: &Look<'_>) -> bool {
    if look.style == Style::Capital {
        return false;
    }
    let mut at = 1;
    while look.is(at, "(") || look.word_at(at, "not") {
        at += 1;
    }
    if look.word_at(at, "exists") {
        return look.is(at + 1, "(");
    }
    if look.is_hole(at) && look.style == Style::Upper {
        return true;
    }
    let constant = matches!(look.kind(at), Some(TokenKind::Number | TokenKind::Text));
    let Some(mut end) = look.name_end(at).or_else(|| constant.then_some(at + 1)) else {
        return look.style == Style::Upper && look.any_word_at(at, &["case", "select"]);
    };
    if look.is(end, "(") && look.tokens[end].start == look.tokens[end - 1].end {
        let mut depth = 0;
        while end < look.tokens.len() {
            if look.is(end, "(") {
                depth += 1;
            } else if look.is(end, ")") {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            end += 1;
        }
        end += 1;
    }
    if look.is(end, "::") {
        end += 2;
    }
    let compared = ["=", "<", ">", "!", "|", "~", "+", "-", "*", "/", "->", "@", "&", "%"]
        .iter()
        .any(|operator| look.is(end, operator));
    if compared && !(look.is(end, "-") && look.style == Style::Lower) {
        return !look.ends(end + 1) || look.style == Style::Upper;
    }
    let not = usize::from(look.word_at(end, "not"));
    (look.word_at(end + not, "in") && (look.is(end + not + 1, "(") || look.is_hole(end + not + 1)))
        || look.any_word_at(end + not, &["like", "ilike", "between", "rlike", "regexp"])
        || (look.word_at(end, "is")
            && (look.word_at(end + 1, "null") || (look.word_at(end + 1, "not") && look.word_at(end + 2, "null"))))
        || (look.style == Style::Upper && look.is_hole(end))
}

/// `ORDER BY a`, `GROUP BY b, c`.
pub(super) fn ordering(look: &Look<'_>) -> bool {
    if !look.word_at(1, "by") || look.style == Style::Capital {
        return false;
    }
    let expression = look.name_end(2).or_else(|| {
        (look.kind(2) == Some(TokenKind::Number) || look.is(2, "(") || look.word_at(2, "case")).then_some(3)
    });
    let Some(end) = expression else { return false };
    if look.style == Style::Upper {
        return look.ends(end)
            || look.looks_technical(2, look.tokens.len())
            || look.is(end, ",")
            || look.any_word_at(end, &["asc", "desc", "limit", "having", "order", "nulls"]);
    }
    look.any_word_at(end, &["asc", "desc"]) || look.looks_technical(2, end + 1)
}

pub(super) fn join(look: &Look<'_>) -> bool {
    if look.style == Style::Capital {
        return false;
    }
    let Some(at) = (0..4).find(|&at| look.word_at(at, "join")) else { return false };
    if !(0..at).all(|at| look.any_word_at(at, &["left", "right", "inner", "outer", "cross", "full", "natural"])) {
        return false;
    }
    if look.any_word_at(at + 1, &["lateral", "fetch"]) || look.is(at + 1, "(") {
        return true;
    }
    let Some(end) = look.name_end(at + 1) else { return false };
    let on = look.find("on", end).or_else(|| look.find("using", end)).is_some_and(|on| on <= end + 3);
    on || (look.style == Style::Upper && (look.ends(end) || look.ends(end + 1) || look.is_hole(end)))
}

/// `FROM users u WHERE …`, as query builders and object query languages have it.
pub(super) fn from(look: &Look<'_>) -> bool {
    if look.style == Style::Capital {
        return false;
    }
    if look.is(1, "(") {
        return look.word_at(2, "select");
    }
    let Some(mut end) = look.name_end(1) else { return false };
    if look.word_at(end, "as") {
        end += 1;
    }
    if !after_relation(look, 1) {
        return false;
    }
    let clause =
        ["where", "join", "order", "group"].iter().find_map(|word| look.find(word, end)).filter(|&at| at <= end + 3);
    clause.is_some_and(|at| look.looks_technical(at, look.tokens.len()))
        || (look.style == Style::Upper && look.looks_technical(1, end + 1))
}

/// `a, b.c FROM t`: a select list without its verb.
pub(super) fn column_list(text: &str, style: Style) -> Evidence {
    const NEAR: usize = 2000;
    if memchr::memmem::find(&text.as_bytes()[..text.len().min(NEAR)], b"FROM ").is_none() {
        return Evidence::None;
    }
    let Some(look) = Look::new(text, style) else { return Evidence::None };
    let Some(from) = look.find("from", 1).filter(|&from| look.of(from) == "FROM") else { return Evidence::None };
    let listed = (0..from).all(|at| look.is_name(at) || look.is(at, ",") || look.is(at, ".") || look.word_at(at, "as"));
    let separated = (0..from).any(|at| look.is(at, ","));
    if listed && separated && is_list(&look, 0, from) && look.is_name(from + 1) {
        Evidence::Fragment
    } else {
        Evidence::None
    }
}
