//! The grammar that must follow a statement's verb.

use super::look::{Look, Style, is_camel};
use super::of;
use crate::extract::sql::Evidence;
use crate::extract::sql::lexer::TokenKind;

pub(super) fn select(look: &Look<'_>) -> bool {
    let mut at = 1;
    while look
        .any_word_at(at, &["distinct", "all", "straight_join", "sql_calc_found_rows", "high_priority", "distinctrow"])
        && !look.word_at(at + 1, "from")
    {
        at += 1;
    }
    if look.word_at(at - 1, "distinct") && look.word_at(at, "on") && look.is(at + 1, "(") {
        at = behind_parenthesis(look, at + 1);
    }
    if look.word_at(at, "top") && look.kind(at + 1).is_some() {
        at += 2;
    }
    if look.breaks_off(at) {
        return at > 1;
    }
    let starts_expression = look.is_name(at)
        || matches!(look.kind(at), Some(TokenKind::Number | TokenKind::Text | TokenKind::Variable | TokenKind::Dollar))
        || look.is(at, "*")
        || look.is(at, "(")
        || look.is(at, "-")
        || look.any_word_at(at, &["case", "exists", "not", "null", "on"]);
    if !starts_expression {
        return false;
    }
    let Some(from) = look.find("from", at) else {
        if look.is_cut() && look.style != Style::Capital {
            // The list is longer than what is looked at.
            return look.style == Style::Upper
                || (look.looks_technical(at, look.tokens.len()) && is_list(look, at, look.tokens.len()));
        }
        let call = look.kind(at) == Some(TokenKind::Word)
            && look
                .name_end(at)
                .is_some_and(|end| look.is(end, "(") && look.tokens[end].start == look.tokens[end - 1].end);
        let constant = matches!(look.kind(at), Some(TokenKind::Number))
            && (look.ends(at + 1) || look.is(at + 1, ",") || look.word_at(at + 1, "as"));
        return match look.style {
            Style::Upper => {
                call || constant
                    || look.any_word_at(at, &["case", "exists", "not"])
                    || look.is_hole(at)
                    || look.name_end(at).is_some_and(|end| look.word_at(end, "where"))
                    || look.kind(at) == Some(TokenKind::Variable)
                    || look.is(at, "*")
                    || look.is(at, "(")
                    || (matches!(look.kind(at), Some(TokenKind::Text)) && look.style == Style::Upper)
                    || look.name_end(at).is_some_and(|end| {
                        end > at + 1
                            || look.is(end, ",")
                            || look.word_at(end, "as")
                            || (look.ends(end) && look.of(at).chars().any(char::is_lowercase))
                    })
            }
            Style::Lower => call || constant || is_sourceless(look, at),
            Style::Capital => false,
        };
    };
    // `EXTRACT(YEAR FROM x)` stands in parentheses; what is left is the clause.
    let relation =
        look.is_name(from + 1) || look.is(from + 1, "(") || look.any_word_at(from + 1, &["lateral", "only", "unnest"]);
    let relation = relation || look.breaks_off(from + 1);
    if !relation {
        return false;
    }
    match look.style {
        Style::Upper => true,
        _ if look.looks_technical(at, look.tokens.len().min(from + 12)) => is_list(look, at, from),
        Style::Lower => from == at + 1 && after_relation(look, from + 1),
        Style::Capital => false,
    }
}

/// Whether a lower-case query without `FROM` has a projection at token `at` that is no English.
fn is_sourceless(look: &Look<'_>, at: usize) -> bool {
    let case = at + usize::from(look.is(at, "("));
    if look.word_at(case, "case") && look.word_at(case + 1, "when") {
        return true;
    }
    if look.is(at, "(") {
        return look.any_word_at(at + 1, &["select", "with"]) && is_query(look, at + 1);
    }
    if let Some(end) = look.name_end(at)
        && look.word_at(end, "where")
    {
        return look.looks_technical(end + 1, look.tokens.len());
    }
    look.is(at, "*") || (look.word_at(at, "exists") && look.is(at + 1, "(")) || are_columns(look, at)
}

/// Whether tokens `at..end` may be a select list: no two words follow each other three times, as they do in prose. What
/// stands in parentheses is judged by what opens them.
pub(super) fn is_list(look: &Look<'_>, at: usize, end: usize) -> bool {
    let mut run = 0;
    let mut next = at;
    while next < end {
        let at = next;
        next += 1;
        if look.is(at, "(") {
            if let Some(behind) = behind_group(look, at) {
                // A constant or a name may follow; the group itself is one operand.
                next = behind;
                run = 1;
            } else {
                run = 0;
            }
            continue;
        }
        if look.any_word_at(at, &["union", "intersect", "except"]) && look.any_word_at(at + 1, &["select", "all"]) {
            return true;
        }
        let plain = look.kind(at) == Some(TokenKind::Word) && !look.is_hole(at);
        let keyword = look.any_word_at(
            at,
            &[
                "as", "case", "when", "then", "else", "end", "and", "or", "not", "is", "null", "in", "like",
                "interval", "over", "between", "distinct", "exists", "ilike", "collate", "div", "mod", "within",
                "group", "filter",
            ],
        );
        run = if keyword {
            0
        } else if plain {
            run + 1
        } else {
            0
        };
        if run > 2 || (plain && !keyword && look.is_prose(at) && !look.is(at + 1, ".")) {
            return false;
        }
    }
    true
}

/// Whether the rest of the text is a list of at least two qualified columns: a query that breaks off.
fn are_columns(look: &Look<'_>, mut at: usize) -> bool {
    let mut count = 0;
    while look.is(at + 1, ".") {
        let Some(mut end) = look.name_end(at) else { return false };
        end += usize::from(look.word_at(end, "as"));
        end += usize::from(look.kind(end) == Some(TokenKind::Word) || look.kind(end) == Some(TokenKind::Quoted));
        count += 1;
        if look.ends(end) {
            return count > 1;
        }
        if !look.is(end, ",") {
            return false;
        }
        at = end + 1;
    }
    count > 1 && look.ends(at)
}

/// The token behind the parenthesis at `open`, when what it holds needs no further look: a query, or the arguments of a
/// call. `None` when it may hold prose.
fn behind_group(look: &Look<'_>, open: usize) -> Option<usize> {
    let query = look.any_word_at(open + 1, &["select", "with"]) && is_query(look, open + 1);
    let called = open > 0
        && (look.any_word_at(open - 1, &["over", "filter", "exists", "group", "in", "any", "all", "array"])
            || (look.kind(open - 1) == Some(TokenKind::Word) && look.tokens[open].start == look.tokens[open - 1].end));
    if !query && !called {
        return None;
    }
    Some(behind_parenthesis(look, open))
}

/// The token behind the parenthesis that opens at `open`.
fn behind_parenthesis(look: &Look<'_>, open: usize) -> usize {
    let mut depth = 0;
    for at in open..look.tokens.len() {
        if look.is(at, "(") {
            depth += 1;
        } else if look.is(at, ")") {
            depth -= 1;
            if depth == 0 {
                return at + 1;
            }
        }
    }
    look.tokens.len()
}

/// Whether the query that begins at token `at`, inside of parentheses, has the first of a query's grammar.
fn is_query(look: &Look<'_>, at: usize) -> bool {
    let opens = |at: usize| {
        look.is_name(at)
            || look.is(at, "*")
            || look.is(at, "(")
            || matches!(look.kind(at), Some(TokenKind::Number | TokenKind::Text | TokenKind::Question))
            || look.any_word_at(at, &["distinct", "all", "case", "exists", "not", "null", "top", "as"])
    };
    opens(at + 1)
}

/// Whether what follows the relation at `at` is a clause, an alias before one, or nothing.
pub(super) fn after_relation(look: &Look<'_>, at: usize) -> bool {
    let Some(mut end) = look.name_end(at) else { return look.is(at, "(") };
    if look.word_at(end, "as") {
        end += 1;
    }
    let clause = |at: usize| {
        look.ends(at)
            || look.is_hole(at)
            || look.is(at, ",")
            || look.is(at, ")")
            || look.any_word_at(
                at,
                &[
                    "where",
                    "join",
                    "inner",
                    "left",
                    "right",
                    "cross",
                    "full",
                    "order",
                    "group",
                    "having",
                    "limit",
                    "union",
                    "using",
                    "returning",
                    "set",
                    "natural",
                    "fetch",
                    "offset",
                    "for",
                    "on",
                ],
            )
    };
    clause(end) || (look.kind(end) == Some(TokenKind::Word) && clause(end + 1) && !look.ends(end + 1))
}

pub(super) fn insert(look: &Look<'_>) -> bool {
    let mut at = 1;
    while look.any_word_at(
        at,
        &["ignore", "or", "low_priority", "high_priority", "delayed", "replace", "overwrite", "rollback", "abort"],
    ) {
        at += 1;
    }
    if look.word_at(at, "into") {
        at += 1;
    } else if !(look.word_at(at - 1, "ignore") || look.word_at(at - 1, "overwrite")) {
        return false;
    }
    if look.word_at(at, "table") {
        at += 1;
    }
    let Some(end) = look.name_end(at) else { return look.breaks_off(at) };
    let continues = look.is(end, "(")
        || look.is_hole(end)
        || look.any_word_at(end, &["values", "select", "set", "default", "with", "value", "overriding", "output"])
        || (look.word_at(end, "as") && look.is_name(end + 1));
    match look.style {
        Style::Upper => true,
        Style::Lower => continues || look.ends(end),
        Style::Capital => continues && look.looks_technical(at, look.tokens.len()),
    }
}

pub(super) fn update(look: &Look<'_>) -> bool {
    let mut at = 1;
    while look.any_word_at(at, &["only", "ignore", "low_priority"]) {
        at += 1;
    }
    let Some(end) = look.name_end(at) else { return false };
    let joined = (end..end + 3).any(|at| look.is(at, ",") || look.any_word_at(at, &["join", "inner", "left"]));
    let near = if look.style == Style::Upper || joined { look.tokens.len() } else { end + 3 };
    let Some(set) = look.find("set", end).filter(|&set| set < near) else {
        return look.style == Style::Upper && look.ends(end) && look.text.ends_with(' ');
    };
    if look.breaks_off(set + 1) {
        return true;
    }
    look.is_hole(set + 1)
        || look.is(set + 1, "(")
        || look.name_end(set + 1).is_some_and(|end| look.is(end, "=") || look.is(end, ":="))
}

pub(super) fn delete(look: &Look<'_>) -> bool {
    let Some(from) = look.find("from", 1).filter(|&from| from <= 8) else { return false };
    let targets = (1..from).all(|at| look.is_name(at) || look.is(at, ".") || look.is(at, ",") || look.is(at, "*"));
    let named = look.is_name(from + 1) || look.word_at(from + 1, "only");
    if !targets || !named {
        return from == 1 && look.breaks_off(2);
    }
    match look.style {
        Style::Upper => from == 1 || after_relation(look, from + 1),
        Style::Lower => from == 1 && after_relation(look, from + 1),
        Style::Capital => {
            from == 1 && after_relation(look, from + 1) && look.looks_technical(from + 1, look.tokens.len())
        }
    }
}

pub(super) fn with(look: &Look<'_>) -> bool {
    let mut at = 1;
    if look.word_at(at, "recursive") {
        at += 1;
    }
    // ClickHouse: `WITH (SELECT …) AS x`, `WITH 1 AS x`.
    if look.style != Style::Capital && look.is(at, "(") && look.any_word_at(at + 1, &["select", "with"]) {
        return is_query(look, at + 1);
    }
    if look.style == Style::Upper && look.is_hole(at) {
        return look.is_hole(at + 1) || look.word_at(at + 1, "as") || look.find("select", at).is_some();
    }
    let Some(mut end) = look.name_end(at) else { return false };
    if look.is(end, "(") {
        while end < look.tokens.len() && !look.is(end, ")") {
            end += 1;
        }
        end += 1;
    }
    look.word_at(end, "as") && (look.is(end + 1, "(") || look.any_word_at(end + 1, &["materialized", "not"]))
}

pub(super) fn create(look: &Look<'_>) -> bool {
    let mut at = 1;
    while look.any_word_at(
        at,
        &[
            "or",
            "replace",
            "temp",
            "temporary",
            "unique",
            "global",
            "local",
            "unlogged",
            "materialized",
            "external",
            "foreign",
            "recursive",
            "clustered",
            "nonclustered",
            "fulltext",
            "spatial",
            "virtual",
            "transient",
            "force",
            "constraint",
            "bitmap",
            "editionable",
            "event",
        ],
    ) {
        at += 1;
    }
    if look.style == Style::Upper && !look.any_word_at(at, OBJECTS) {
        // `CREATE SQL SECURITY DEFINER VIEW`, `CREATE DYNAMIC TABLE`: capital words up to the object.
        let is_word = |at: usize| look.kind(at) == Some(TokenKind::Word) && look.of(at).bytes().all(is_capital);
        let plain = |at: usize| is_word(at) || look.is(at, "=") || look.is(at, "@") || is_user(look, at);
        at = (at..at + 12).find(|&at| look.any_word_at(at, OBJECTS) || !plain(at)).unwrap_or(at);
    }
    if !look.any_word_at(at, OBJECTS) {
        return false;
    }
    let object = at;
    at += 1;
    let exists = look.word_at(at, "if") && look.word_at(at + 1, "not") && look.word_at(at + 2, "exists");
    if exists {
        at += 3;
    }
    if look.word_at(at, "concurrently") {
        at += 1;
    }
    if look.style == Style::Upper && look.of(object).bytes().all(|byte| byte.is_ascii_uppercase()) {
        return look.is_name(at) || look.breaks_off(at) || look.any_word_at(at, &["if", "on"]);
    }
    let Some(end) = look.name_end(at) else { return false };
    let shaped = if look.word_at(object, "index") {
        look.find("on", end).is_some_and(|on| look.find_paren(on))
    } else if look.any_word_at(object, &["table", "view"]) {
        (look.is(end, "(") && (look.is_name(end + 1) || look.is(end + 1, "(")))
            || (look.word_at(end, "as")
                && (look.any_word_at(end + 1, &["select", "with", "values"]) || look.is(end + 1, "(")))
            || look.is_hole(end)
    } else {
        exists || look.is(end, "(") || look.looks_technical(object, look.tokens.len())
    };
    shaped || exists
}

fn is_capital(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte == b'_'
}

/// A quoted user or host of `DEFINER = …`.
fn is_user(look: &Look<'_>, at: usize) -> bool {
    matches!(look.kind(at), Some(TokenKind::Quoted | TokenKind::Text | TokenKind::Variable))
}

pub(super) fn alter(look: &Look<'_>) -> bool {
    let mut at = 1;
    if look.any_word_at(at, &["materialized", "foreign", "external"]) {
        at += 1;
    }
    if !look.any_word_at(at, OBJECTS) {
        return false;
    }
    let object = at;
    at += 1;
    while look.any_word_at(at, &["if", "exists", "only"]) {
        at += 1;
    }
    let Some(end) = look.name_end(at) else { return look.breaks_off(at) };
    let acts = look.is_hole(end)
        || look.any_word_at(
            end,
            &[
                "add",
                "drop",
                "rename",
                "alter",
                "modify",
                "change",
                "set",
                "owner",
                "enable",
                "disable",
                "validate",
                "convert",
                "engine",
                "attach",
                "detach",
                "cluster",
                "inherit",
                "replica",
                "reset",
                "auto_increment",
                "truncate",
                "exchange",
                "partition",
                "no",
                "force",
                "comment",
                "order",
                "with",
                "nocheck",
                "check",
            ],
        );
    match look.style {
        Style::Upper => acts || look.ends(end) || !look.word_at(object, "table"),
        Style::Lower => acts,
        Style::Capital => acts && look.tokens.len() > end + 2 && look.looks_technical(at, look.tokens.len()),
    }
}

pub(super) fn drop(look: &Look<'_>) -> bool {
    let mut at = 1;
    if look.any_word_at(at, &["materialized", "foreign", "temporary"]) {
        at += 1;
    }
    if !look.any_word_at(at, OBJECTS) {
        return false;
    }
    at += 1;
    let aside = look.word_at(at, "concurrently") && !look.ends(at + 1);
    at += usize::from(aside);
    let exists = look.word_at(at, "if") && look.word_at(at + 1, "exists");
    if exists {
        at += 2;
    }
    let Some(end) = look.name_end(at) else { return look.breaks_off(at) };
    let shaped = look.ends(end)
        || look.is(end, ",")
        || look.is(end, "(")
        || look.any_word_at(end, &["cascade", "restrict", "on"]);
    match look.style {
        Style::Upper => true,
        Style::Lower => shaped,
        Style::Capital => shaped && (exists || look.looks_technical(at, look.tokens.len())),
    }
}

pub(super) fn call(look: &Look<'_>) -> bool {
    let Some(end) = look.name_end(1) else { return false };
    let arguments = look.is(end, "(") && look.tokens[end].start == look.tokens[end - 1].end;
    let name = look.of(end - 1);
    match look.style {
        Style::Capital => false,
        Style::Lower => {
            arguments || (look.word_at(0, "exec") && name.contains('_') && look.kind(end) == Some(TokenKind::Variable))
        }
        Style::Upper => {
            arguments
                || look.word_at(1, "immediate")
                || (!look.word_at(0, "call")
                    && (matches!(look.kind(end), Some(TokenKind::Variable | TokenKind::Text))
                        || (look.ends(end) && (name.contains('_') || is_camel(name) || end > 2))))
        }
    }
}

pub(super) fn explain(look: &Look<'_>) -> bool {
    (1..8).any(|at| {
        look.any_word_at(at, &["select", "insert", "update", "delete", "with"])
            && of(&look.text[look.tokens[at].start as usize..]) == Evidence::Statement
    })
}

pub(super) fn copy(look: &Look<'_>) -> bool {
    if look.style == Style::Capital {
        return false;
    }
    if look.is(1, "(") {
        return look.any_word_at(2, &["select", "with"]);
    }
    let Some(mut end) = look.name_end(1) else { return false };
    let listed = look.is(end, "(");
    if listed {
        while end < look.tokens.len() && !look.is(end, ")") {
            end += 1;
        }
        end += 1;
    }
    if !look.any_word_at(end, &["from", "to"]) {
        return false;
    }
    look.any_word_at(end + 1, &["stdin", "stdout", "program"])
        || matches!(look.kind(end + 1), Some(TokenKind::Text))
        || (look.style == Style::Upper && (listed || look.is_hole(end + 1) || look.ends(end + 1)))
}

pub(super) fn truncate(look: &Look<'_>) -> bool {
    let table = look.word_at(1, "table");
    let at = if table { 2 } else { 1 };
    let Some(end) = look.name_end(at) else { return table && look.breaks_off(at) };
    let shaped =
        look.ends(end) || look.is(end, ",") || look.any_word_at(end, &["cascade", "restart", "restrict", "continue"]);
    shaped && (look.style == Style::Upper || (table && look.style == Style::Lower))
}

/// `BEGIN … END`, `DECLARE … BEGIN`.
pub(super) fn block(look: &Look<'_>) -> bool {
    if look.style == Style::Capital {
        return false;
    }
    if look.word_at(0, "begin") && look.is(1, ";") {
        return look.tokens.len() > 2;
    }
    (1..look.tokens.len()).any(|at| look.is(at, ";"))
        && (look.find("end", 1).is_some() || look.find("begin", 1).is_some() || look.starts_variable(1))
}

const OBJECTS: &[&str] = &[
    "table",
    "view",
    "index",
    "function",
    "procedure",
    "trigger",
    "schema",
    "sequence",
    "extension",
    "type",
    "database",
    "policy",
    "role",
    "domain",
    "aggregate",
    "rule",
    "synonym",
    "package",
    "publication",
];
