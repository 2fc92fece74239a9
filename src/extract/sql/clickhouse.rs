//! `ClickHouse`'s words for joins and wildcards, put into those that sqlparser knows, with every name left in its place.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::edits::{Edits, keyword};
use super::repair::is_keyword;

/// Rewrites the tokens of one statement. Costs one look at each token when there is nothing to do.
pub(super) fn rewrite(tokens: &mut Vec<TokenWithSpan>) {
    const TRIGGERS: &[Keyword] = &[Keyword::JOIN, Keyword::EXCEPT, Keyword::EXCLUDE, Keyword::WITH];
    if !tokens.iter().any(|token| is_keyword(token, TRIGGERS)) {
        return;
    }
    let mut edits = Edits::new(tokens);
    for at in 0..edits.len() {
        if edits.is_any(at, &[Keyword::JOIN]) {
            join(&mut edits, at);
        } else if edits.is_any(at, &[Keyword::USING]) {
            using(&mut edits, at);
        } else if at > 0 && edits.is_any(at, &[Keyword::EXCEPT, Keyword::EXCLUDE]) && edits.is(at - 1, &Token::Mul) {
            left_out(&mut edits, at);
        } else if edits.is_any(at, &[Keyword::WITH]) && begins_query(&edits, at) {
            named_expressions(&mut edits, at);
        }
    }
    edits.apply();
}

/// Whether a query may begin with the `WITH` at token `at`.
fn begins_query(edits: &Edits<'_>, at: usize) -> bool {
    at == 0
        || edits.is(at - 1, &Token::LParen)
        || edits.is_any(at - 1, &[Keyword::AS])
        || edits.is_any(0, &[Keyword::INSERT, Keyword::EXPLAIN])
}

/// `WITH a + 1 AS b, c AS (SELECT …) SELECT …`: an expression that is named before a query can be used in all of it, as
/// if its projection gave it last.
fn named_expressions(edits: &mut Edits<'_>, with: usize) {
    let Some((commas, select)) = with_list(edits, with) else { return };
    let starts = std::iter::once(with + 1).chain(commas.iter().map(|comma| comma + 1));
    let ends = commas.iter().copied().chain([select]);
    let items: Vec<(usize, usize)> = starts.zip(ends).collect();
    // What a query is named by stands before it.
    let is_expression = |&(start, end): &(usize, usize)| {
        end > start + 2 && edits.word(end - 1).is_some() && edits.is_any(end - 2, &[Keyword::AS])
    };
    let (named, queries): (Vec<_>, Vec<_>) = items.into_iter().partition(is_expression);
    let Some(end) = projection_end(edits, select + 1).filter(|_| !named.is_empty()) else { return };
    for &(start, behind) in &named {
        edits.add(end, Token::Comma);
        for at in start..behind {
            edits.copy(at, end);
            edits.remove(at);
        }
    }
    for comma in commas {
        edits.remove(comma);
    }
    if queries.is_empty() {
        edits.remove(with);
    }
    for (start, _) in queries.into_iter().skip(1) {
        edits.add(start, Token::Comma);
    }
}

/// The commas between the items of a `WITH`, and the `SELECT` behind them.
fn with_list(edits: &Edits<'_>, with: usize) -> Option<(Vec<usize>, usize)> {
    let (mut depth, mut commas) = (0_u32, Vec::new());
    for at in with + 1..edits.len() {
        match edits.token(at) {
            Some(Token::LParen | Token::LBracket | Token::LBrace) => depth += 1,
            Some(Token::RParen | Token::RBracket | Token::RBrace) => depth = depth.checked_sub(1)?,
            Some(Token::Comma) if depth == 0 => commas.push(at),
            _ if depth == 0 && edits.is_any(at, &[Keyword::SELECT]) => return Some((commas, at)),
            _ => {}
        }
    }
    None
}

/// What begins the clauses behind a projection and its sources.
const CLAUSES: &[Keyword] = &[
    Keyword::WHERE,
    Keyword::PREWHERE,
    Keyword::GROUP,
    Keyword::ORDER,
    Keyword::HAVING,
    Keyword::LIMIT,
    Keyword::UNION,
    Keyword::SETTINGS,
    Keyword::FORMAT,
];

/// The token behind a projection that begins at `from`.
fn projection_end(edits: &Edits<'_>, from: usize) -> Option<usize> {
    let mut depth = 0_u32;
    for at in from..edits.len() {
        match edits.token(at) {
            Some(Token::LParen | Token::LBracket | Token::LBrace) => depth += 1,
            Some(Token::RParen | Token::RBracket | Token::RBrace) if depth == 0 => return (at > from).then_some(at),
            Some(Token::RParen | Token::RBracket | Token::RBrace) => depth -= 1,
            Some(Token::SemiColon) => return (at > from).then_some(at),
            _ if depth == 0 && (edits.is_any(at, CLAUSES) || edits.is_any(at, &[Keyword::FROM])) => {
                return (at > from).then_some(at);
            }
            _ => {}
        }
    }
    (edits.len() > from).then_some(edits.len())
}

/// `GLOBAL ANY LEFT JOIN`, `SEMI LEFT JOIN`, `LEFT ARRAY JOIN a, t.b`.
fn join(edits: &mut Edits<'_>, join: usize) {
    const KINDS: &[&str] = &[
        "global", "local", "any", "all", "asof", "semi", "anti", "left", "right", "full", "inner", "outer", "cross",
        "array",
    ];
    let mut first = join;
    while first > 0 && edits.is_word(first - 1, KINDS) {
        first -= 1;
    }
    if (first..join).any(|at| edits.is_word(at, &["array"])) {
        array_join(edits, join + 1);
        return;
    }
    let strict = (first..join).find(|&at| edits.is_word(at, &["semi", "anti"]));
    for at in first..join {
        if edits.is_word(at, &["global", "local", "any", "all", "asof"]) {
            edits.remove(at);
        } else if let (Some(strict), Some(side)) = (strict, edits.token(at).cloned())
            && strict < at
            && edits.is_word(at, &["left", "right"])
        {
            edits.add(strict, side);
            edits.remove(at);
        }
    }
}

/// Each item of the list is a join of its own.
fn array_join(edits: &mut Edits<'_>, from: usize) {
    let mut depth = 0_i32;
    for at in from..edits.len() {
        match edits.token(at) {
            Some(Token::LParen | Token::LBracket) => depth += 1,
            Some(Token::RParen | Token::RBracket) => depth -= 1,
            Some(Token::Comma) if depth == 0 => {
                edits.replace(at, keyword("ARRAY", Keyword::ARRAY));
                edits.add(at, keyword("JOIN", Keyword::JOIN));
            }
            _ if depth == 0 && (edits.is_any(at, CLAUSES) || edits.is_any(at, &[Keyword::JOIN, Keyword::ARRAY])) => {
                return;
            }
            _ => {}
        }
        if depth < 0 {
            return;
        }
    }
}

/// `USING a, b` without parentheses.
fn using(edits: &mut Edits<'_>, using: usize) {
    if edits.word(using + 1).is_none() {
        return;
    }
    let mut last = using + 1;
    while edits.is(last + 1, &Token::Comma) && edits.word(last + 2).is_some() {
        last += 2;
    }
    edits.add(using + 1, Token::LParen);
    edits.add(last + 1, Token::RParen);
}

/// `* EXCEPT (t.a)`: the qualifier says nothing that the name does not.
fn left_out(edits: &mut Edits<'_>, except: usize) {
    let listed = edits.is(except + 1, &Token::LParen);
    let mut at = except + 1 + usize::from(listed);
    while edits.word(at).is_some() {
        while edits.is(at + 1, &Token::Period) && edits.word(at + 2).is_some() {
            edits.remove(at);
            edits.remove(at + 1);
            at += 2;
        }
        if !listed || !edits.is(at + 1, &Token::Comma) {
            return;
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use sqlparser::dialect::ClickHouseDialect;
    use sqlparser::parser::Parser;
    use sqlparser::tokenizer::Tokenizer;

    use super::*;

    #[test]
    fn joins_and_wildcards() {
        let cases = [
            ("SELECT a FROM t GLOBAL ANY LEFT JOIN u USING id", "SELECT a FROM t LEFT JOIN u USING(id)"),
            ("SELECT a FROM t LEFT ANY JOIN u USING id, b WHERE c", "SELECT a FROM t LEFT JOIN u USING(id, b) WHERE c"),
            ("SELECT a FROM t SEMI LEFT JOIN u ON b = c", "SELECT a FROM t LEFT SEMI JOIN u ON b = c"),
            ("SELECT a FROM t ASOF JOIN u ON b > c", "SELECT a FROM t JOIN u ON b > c"),
            ("SELECT a FROM t ALL INNER JOIN u ON b = c", "SELECT a FROM t INNER JOIN u ON b = c"),
            (
                "SELECT a FROM t LEFT ARRAY JOIN b, t.c AS d WHERE e",
                "SELECT a FROM t LEFT ARRAY JOIN b ARRAY JOIN t.c AS d WHERE e",
            ),
            ("WITH a + 1 AS b SELECT b, c FROM t WHERE b > 2", "SELECT b, c, a + 1 AS b FROM t WHERE b > 2"),
            (
                "WITH (SELECT max(a) FROM t) AS m, u AS (SELECT c FROM v), [1, 2] AS l SELECT * FROM u WHERE c > m",
                "WITH u AS (SELECT c FROM v) SELECT *, (SELECT max(a) FROM t) AS m, [1, 2] AS l FROM u WHERE c > m",
            ),
            (
                "WITH a AS (SELECT b FROM t), c AS (SELECT 1) SELECT * FROM a",
                "WITH a AS (SELECT b FROM t), c AS (SELECT 1) SELECT * FROM a",
            ),
            ("SELECT * EXCEPT (t.a, b) FROM t", "SELECT * EXCEPT (a, b) FROM t"),
            ("SELECT a FROM t EXCEPT SELECT b FROM u", "SELECT a FROM t EXCEPT SELECT b FROM u"),
        ];
        for (sql, expected) in cases {
            let grammar = ClickHouseDialect {};
            let mut tokens = Tokenizer::new(&grammar, sql).tokenize_with_location().expect("tokens");
            rewrite(&mut tokens);
            let statement = Parser::new(&grammar).with_tokens_with_locations(tokens).parse_statement();
            assert_eq!(statement.map(|statement| statement.to_string()), Ok(expected.to_owned()), "{sql}");
        }
    }
}
