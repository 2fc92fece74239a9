//! Branches of a template (`{% if %} … {% else %} … {% endif %}`): only one of them is sent to a database, but each must
//! be read. What stands between them so that one grammar reads both.

use super::holes::ends_operand;
use super::lexer::{Token, TokenKind};

/// Clauses are looked for so far.
const FAR: usize = 600;

/// What is put between the branches that meet before token `at`, and how many tokens from there on it stands for.
pub(super) fn between(text: &str, tokens: &[Token], at: usize) -> Option<(&'static str, usize)> {
    let before = tokens[at.checked_sub(1)?];
    let next = *tokens.get(at)?;
    if !begins_branch(&text[before.end as usize..next.start as usize]) || !ends_operand(text, before) {
        return None;
    }
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is_word(text, word));
    if is(at, "select") {
        return Some((" UNION ALL ", 0));
    }
    let clause = clause_before(text, tokens, at);
    for word in ["where", "having", "on", "qualify"] {
        if is(at, word) && clause == Some(word) {
            return Some((" OR ", 1));
        }
    }
    if (is(at, "group") || is(at, "order")) && is(at + 1, "by") && clause == Some("by") {
        return Some((", ", 2));
    }
    if !begins_operand(text, next) {
        return None;
    }
    if before.is(text, ")") && is(at + 1, "as") && tokens.get(at + 2).is_some_and(|open| open.is(text, "(")) {
        return Some((", ", 0));
    }
    match clause {
        Some("from" | "join") => Some((" CROSS JOIN ", 0)),
        Some("select" | "by" | "set") if at > 1 && is(at - 2, "as") => Some((", ", 0)),
        Some("set") => Some((", ", 0)),
        Some("select" | "where" | "having" | "on" | "qualify" | "by") | None => Some((" OR ", 0)),
        Some(_) => None,
    }
}

/// Whether another branch begins in what a template says between two tokens.
fn begins_branch(gap: &str) -> bool {
    gap.match_indices("{%").any(|(at, _)| {
        let tag = gap[at + 2..].trim_start_matches(['-', '+', '~']).trim_start();
        ["else", "elif", "elsif", "elseif"].iter().any(|word| {
            tag.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        })
    })
}

fn begins_operand(text: &str, token: Token) -> bool {
    match token.kind {
        TokenKind::Word => {
            const CONTINUES: &[&str] = &[
                "and",
                "or",
                "as",
                "from",
                "where",
                "group",
                "order",
                "having",
                "limit",
                "union",
                "except",
                "intersect",
                "join",
                "left",
                "right",
                "inner",
                "full",
                "cross",
                "on",
                "using",
                "is",
                "in",
                "like",
                "between",
                "then",
                "when",
                "else",
                "end",
                "qualify",
                "window",
                "set",
                "values",
                "asc",
                "desc",
                "over",
                "lateral",
                "with",
                "natural",
                "offset",
                "fetch",
                "returning",
                "ilike",
                "rlike",
                "by",
                "into",
                "partition",
                "cluster",
            ];
            !CONTINUES.iter().any(|word| token.is_word(text, word))
        }
        TokenKind::Operator => token.is(text, "("),
        TokenKind::Comment | TokenKind::Removed => false,
        _ => true,
    }
}

/// The clause in which token `at` stands; `None` within parentheses that begin none.
fn clause_before(text: &str, tokens: &[Token], at: usize) -> Option<&'static str> {
    const CLAUSES: &[&str] = &[
        "select", "from", "join", "where", "having", "on", "qualify", "by", "set", "values", "limit", "with", "using",
    ];
    let mut depth = 0_u32;
    for token in tokens[at.saturating_sub(FAR)..at].iter().rev() {
        if token.is(text, ")") {
            depth += 1;
        } else if token.is(text, "(") {
            depth = depth.checked_sub(1)?;
        } else if depth == 0
            && token.kind == TokenKind::Word
            && let Some(clause) = CLAUSES.iter().find(|clause| token.is_word(text, clause))
        {
            return Some(clause);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::dialect::Lexis;
    use super::super::holes::prepare;
    use super::super::lexer::{self};
    use super::super::text::SqlText;
    use crate::model::statement::Dialect;

    #[test]
    fn each_branch_is_read() {
        let cases = [
            (
                "SELECT a FROM t WHERE {% if x %} b > 1 {% else %} b = {{ c }} {% endif %} GROUP BY a",
                "SELECT a FROM t WHERE b > 1 OR b = _ GROUP BY a",
            ),
            ("SELECT {% if x %} a {%- elif y -%} b {% else %} c {% endif %} AS d", "SELECT a OR b OR c AS d"),
            ("SELECT {% if x %} a AS d {% else %} b AS d {% endif %} FROM t", "SELECT a AS d, b AS d FROM t"),
            ("SELECT a FROM {% if x %} t {% else %} s.u {% endif %} WHERE a", "SELECT a FROM t CROSS JOIN s.u WHERE a"),
            (
                "WITH c AS ({% if x %} SELECT a FROM t {% else %} SELECT b FROM u {% endif %}) SELECT 1",
                "WITH c AS ( SELECT a FROM t UNION ALL SELECT b FROM u ) SELECT 1",
            ),
            (
                "SELECT a FROM t {% if x %} WHERE b = 1 {% else %} WHERE c {% endif %} ORDER BY a",
                "SELECT a FROM t WHERE b = 1 OR c ORDER BY a",
            ),
            ("WHERE 1 {% if x %} AND a {% else %} AND b {% endif %}", "WHERE 1 AND a AND b"),
            ("SELECT {% if x %} a, {% else %} b, {% endif %} c", "SELECT a, b, c"),
            ("SELECT a {% if elsewhere %} , b {% endif %} FROM t", "SELECT a , b FROM t"),
            (
                "WITH {% if x %} a AS (SELECT 1) {% else %} a AS (SELECT 2) {% endif %} SELECT 1",
                "WITH a AS (SELECT 1), a AS (SELECT 2) SELECT 1",
            ),
        ];
        for (sql, expected) in cases {
            let piece = SqlText::verbatim(sql, 0);
            let tokens = lexer::significant(sql, Lexis::default());
            let made = prepare(&piece, &tokens, Dialect::Generic);
            let plain = made.as_str().replace("columnist_hole_0", "_");
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(words(&plain), words(expected), "{sql}");
        }
    }
}
