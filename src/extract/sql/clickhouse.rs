//! `ClickHouse`'s words for joins and wildcards, put into those that sqlparser knows, with every name left in its place.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::edits::{Edits, keyword};
use super::repair::is_keyword;

/// Rewrites the tokens of one statement. Costs one look at each token when there is nothing to do.
pub(super) fn rewrite(tokens: &mut Vec<TokenWithSpan>) {
    if !tokens.iter().any(|token| is_keyword(token, &[Keyword::JOIN, Keyword::EXCEPT, Keyword::EXCLUDE])) {
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
        }
    }
    edits.apply();
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
    const ENDS: &[Keyword] = &[
        Keyword::WHERE,
        Keyword::PREWHERE,
        Keyword::GROUP,
        Keyword::ORDER,
        Keyword::HAVING,
        Keyword::LIMIT,
        Keyword::UNION,
        Keyword::SETTINGS,
        Keyword::FORMAT,
        Keyword::JOIN,
        Keyword::ARRAY,
    ];
    let mut depth = 0_i32;
    for at in from..edits.len() {
        match edits.token(at) {
            Some(Token::LParen | Token::LBracket) => depth += 1,
            Some(Token::RParen | Token::RBracket) => depth -= 1,
            Some(Token::Comma) if depth == 0 => {
                edits.replace(at, keyword("ARRAY", Keyword::ARRAY));
                edits.add(at, keyword("JOIN", Keyword::JOIN));
            }
            _ if depth == 0 && edits.is_any(at, ENDS) => return,
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
