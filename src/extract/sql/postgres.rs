//! Smaller gaps in sqlparser's grammar of `PostgreSQL`, filled before it sees a statement; [`super::rewrite`] has those
//! that change where names are looked up. Every name stays in its place.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

use super::edits::{Edits, keyword};

/// Words that begin what may have to be rewritten.
const TRIGGERS: &[&str] = &[
    "exclude",
    "variadic",
    "format",
    "unique",
    "collation",
    "document",
    "isnull",
    "notnull",
    "preceding",
    "following",
    "similar",
    "conflict",
    "name",
    "passing",
    "collate",
    "fetch",
    "lateral",
    "merge",
];

/// Rewrites the tokens of one statement. Costs one look at each token when there is nothing to do.
pub(super) fn rewrite(tokens: &mut Vec<TokenWithSpan>) {
    if !is_needed(tokens) {
        return;
    }
    let mut edits = Edits::new(tokens);
    let mut conflicts = 0;
    for at in 0..edits.len() {
        if edits.is(at, &Token::Assignment) {
            named_argument(&mut edits, at);
        }
        let Some(word) = edits.word(at).filter(|word| word.quote_style.is_none()) else { continue };
        match word.value.to_ascii_lowercase().as_str() {
            "exclude" => frame_exclusion(&mut edits, at),
            "variadic" if follows_opening(&edits, at) && edits.token(at + 1).is_some_and(starts_operand) => {
                edits.remove(at);
            }
            "format" if edits.is_word(at + 1, &["json"]) && at > 0 => {
                edits.remove(at);
                edits.remove(at + 1);
                if edits.is_word(at + 2, &["encoding"]) {
                    edits.remove(at + 2);
                    edits.remove(at + 3);
                }
            }
            "unique" if at > 0 && edits.is_word(at - 1, &["with", "without"]) => {
                edits.remove(at - 1);
                edits.remove(at);
                if edits.is_word(at + 1, &["keys"]) {
                    edits.remove(at + 1);
                }
            }
            "collation" if edits.is_word(at + 1, &["for"]) && edits.is(at + 2, &Token::LParen) => {
                edits.remove(at);
                edits.remove(at + 1);
            }
            "document" if at > 0 && edits.is_word(at - 1, &["is", "not"]) => {
                edits.replace(at, keyword("NULL", Keyword::NULL));
            }
            "isnull" | "notnull" if at > 0 && !edits.is(at + 1, &Token::LParen) && ends_operand(&edits, at - 1) => {
                let negated = edits.is_word(at, &["notnull"]);
                edits.add(at, keyword("IS", Keyword::IS));
                if negated {
                    edits.add(at, keyword("NOT", Keyword::NOT));
                }
                edits.replace(at, keyword("NULL", Keyword::NULL));
            }
            "preceding" | "following" => frame_bound(&mut edits, at),
            "similar" if !edits.is_word(at + 1, &["to"]) => similar(&mut edits, at),
            "passing" if edits.is(at + 1, &Token::LParen) || in_call(&edits, at, "xmlexists") => {
                passing(&mut edits, at);
            }
            "name"
                if edits.word(at + 1).is_some()
                    && at > 1
                    && edits.is(at - 1, &Token::LParen)
                    && edits.is_word(at - 2, &["xmlelement", "xmlpi"]) =>
            {
                edits.remove(at);
                edits.replace(at + 1, Token::SingleQuotedString(String::new()));
            }
            "conflict" => {
                behind_values(&mut edits, at);
                if conflicts == 0 && edits.is(at + 1, &Token::LParen) {
                    conflicts += 1;
                    conflict_target(&mut edits, at + 1);
                }
            }
            "as" => defined_columns(&mut edits, at),
            "collate" if is_cast(&edits, at) && edits.word(at + 1).is_some() => {
                let end = if edits.is(at + 2, &Token::Period) { at + 4 } else { at + 2 };
                (at..end).for_each(|at| edits.remove(at));
            }
            "fetch" => fetched(&mut edits, at),
            "lateral" if edits.is_word(at + 1, &["xmltable", "json_table"]) => edits.remove(at),
            "merge" if edits.is_word(at + 1, &["into"]) => merged_join(&mut edits, at),
            _ if is_typed_constant(&edits, at) => edits.remove(at),
            _ => {}
        }
    }
    edits.apply();
}

fn is_needed(tokens: &[TokenWithSpan]) -> bool {
    // The last token that is no white space, where it is a word without a meaning of its own or a parenthesis.
    let (mut after_name, mut after_as, mut after_close) = (false, false, false);
    tokens.iter().any(|token| {
        let (name, defines, close) = (after_name, after_as, after_close);
        if !matches!(token.token, Token::Whitespace(_)) {
            (after_name, after_as, after_close) = (false, false, false);
        }
        match &token.token {
            Token::Word(word) if word.quote_style.is_none() => {
                after_name = word.keyword == Keyword::NoKeyword;
                after_as = close && word.keyword == Keyword::AS;
                (4..=9).contains(&word.value.len()) && is_one_of(&word.value, TRIGGERS)
            }
            Token::SingleQuotedString(_) => name,
            Token::Assignment => true,
            Token::LParen => defines,
            Token::RParen => {
                after_close = true;
                false
            }
            _ => false,
        }
    })
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn follows_opening(edits: &Edits<'_>, at: usize) -> bool {
    at > 0 && matches!(edits.token(at - 1), Some(Token::LParen | Token::Comma))
}

fn starts_operand(token: &Token) -> bool {
    !matches!(token, Token::Comma | Token::RParen | Token::Period | Token::LParen | Token::Eq)
}

fn ends_operand(edits: &Edits<'_>, at: usize) -> bool {
    match edits.token(at) {
        Some(Token::Word(word)) => word.quote_style.is_some() || !super::holes::is_clause_word(&word.value),
        Some(Token::RParen | Token::RBracket | Token::Number(..) | Token::SingleQuotedString(_)) => true,
        _ => false,
    }
}

/// `… FOLLOWING EXCLUDE TIES)` of a window's frame.
fn frame_exclusion(edits: &mut Edits<'_>, at: usize) {
    if at == 0 || !edits.is_word(at - 1, &["row", "preceding", "following"]) {
        return;
    }
    let count = if edits.is_word(at + 1, &["current", "no"]) { 3 } else { 2 };
    (at..at + count).for_each(|at| edits.remove(at));
}

/// `BETWEEN '1 day'::interval PRECEDING`: a constant there is taken to be all of the bound.
fn frame_bound(edits: &mut Edits<'_>, at: usize) {
    let Some(start) = at.checked_sub(3) else { return };
    let cast = edits.is(start + 1, &Token::DoubleColon) && edits.word(start + 2).is_some();
    if cast && matches!(edits.token(start), Some(Token::SingleQuotedString(_))) {
        edits.add(start, Token::LParen);
        edits.add(at, Token::RParen);
    }
}

/// `substring(a SIMILAR b ESCAPE c)`.
fn similar(edits: &mut Edits<'_>, at: usize) {
    edits.replace(at, Token::Comma);
    let end = edits.len().min(at + 40);
    if let Some(escape) = (at..end).find(|&at| edits.is_word(at, &["escape"])) {
        edits.replace(escape, Token::Comma);
    }
}

/// Whether the parenthesis that is open before token `at` is that of a call of `function`.
fn in_call(edits: &Edits<'_>, at: usize, function: &str) -> bool {
    let mut depth = 0_u32;
    for before in (at.saturating_sub(60)..at).rev() {
        match edits.token(before) {
            Some(Token::RParen) => depth += 1,
            Some(Token::LParen) if depth == 0 => return before > 0 && edits.is_word(before - 1, &[function]),
            Some(Token::LParen) => depth -= 1,
            _ => {}
        }
    }
    false
}

/// `xmlexists(a PASSING BY REF b)`.
fn passing(edits: &mut Edits<'_>, at: usize) {
    if !in_call(edits, at, "xmlexists") {
        return;
    }
    edits.replace(at, Token::Comma);
    if edits.is_word(at + 1, &["by"]) {
        edits.remove(at + 1);
        edits.remove(at + 2);
    }
    let mechanism = (at + 2..edits.len().min(at + 40))
        .find(|&at| edits.is_word(at, &["by"]) && edits.is_word(at + 1, &["ref", "value"]));
    if let Some(mechanism) = mechanism.filter(|&by| edits.is(by + 2, &Token::RParen)) {
        edits.remove(mechanism);
        edits.remove(mechanism + 1);
    }
}

/// `f(name := a > b)`: the sign is taken to be an operator that binds tightly.
fn named_argument(edits: &mut Edits<'_>, at: usize) {
    if at > 1 && edits.word(at - 1).is_some() && matches!(edits.token(at - 2), Some(Token::LParen | Token::Comma)) {
        edits.replace(at, Token::RArrow);
    }
}

/// Whether what stands before token `at` is the type of a cast, or a call: there a collation is not known.
fn is_cast(edits: &Edits<'_>, at: usize) -> bool {
    match at.checked_sub(1).and_then(|before| edits.token(before)) {
        Some(Token::Word(_)) => at > 1 && edits.is(at - 2, &Token::DoubleColon),
        Some(Token::RParen | Token::RBracket) => true,
        _ => false,
    }
}

/// `FETCH FIRST (a + 1) ROWS WITH TIES`: only a number is known there.
fn fetched(edits: &mut Edits<'_>, at: usize) {
    if !edits.is_word(at + 1, &["first", "next"]) || !edits.is(at + 2, &Token::LParen) {
        return;
    }
    let Some(close) = edits.close(at + 2) else { return };
    edits.replace(at, keyword("LIMIT", Keyword::LIMIT));
    edits.remove(at + 1);
    let behind = (close + 1..edits.len().min(close + 4))
        .take_while(|&at| edits.is_word(at, &["row", "rows", "only", "with", "ties"]));
    behind.collect::<Vec<_>>().into_iter().for_each(|at| edits.remove(at));
}

/// `MERGE INTO t USING a JOIN b ON … ON …`: what is merged is one relation to the grammar.
fn merged_join(edits: &mut Edits<'_>, at: usize) {
    let (mut depth, mut using, mut joined, mut last) = (0_u32, None, false, None);
    for at in at..edits.len() {
        match edits.token(at) {
            Some(Token::LParen) => depth += 1,
            Some(Token::RParen) => depth = depth.saturating_sub(1),
            Some(Token::Word(_)) if depth == 0 => {
                if using.is_none() {
                    using = edits.is_word(at, &["using"]).then_some(at);
                } else if edits.is_word(at, &["when"]) {
                    break;
                } else if edits.is_word(at, &["join"]) {
                    joined = true;
                } else if edits.is_word(at, &["on"]) {
                    last = Some(at);
                }
            }
            _ => {}
        }
    }
    if let (Some(using), true, Some(last)) = (using, joined, last) {
        edits.add(using + 1, Token::LParen);
        edits.add(last, Token::RParen);
    }
}

/// `INSERT … SELECT 1, 2 ON CONFLICT …`: the `ON` is taken to name the last value.
fn behind_values(edits: &mut Edits<'_>, conflict: usize) {
    let Some(on) = conflict.checked_sub(1).filter(|&on| edits.is_word(on, &["on"])) else { return };
    let mut depth = 0_u32;
    for at in (on.saturating_sub(FAR)..on).rev() {
        match edits.token(at) {
            Some(Token::RParen) => depth += 1,
            Some(Token::LParen) if depth == 0 => return,
            Some(Token::LParen) => depth -= 1,
            Some(Token::Word(_)) if depth == 0 => {
                if edits.is_word(at, &["select"]) {
                    edits.add(on, keyword("LIMIT", Keyword::LIMIT));
                    edits.add(on, keyword("ALL", Keyword::ALL));
                    return;
                }
                if edits.is_word(at, &["from", "where", "values", "group", "order", "limit", "having"]) {
                    return;
                }
            }
            _ => {}
        }
    }
}

/// Projections are followed so far.
const FAR: usize = 4000;

/// `ON CONFLICT (lower(a), b COLLATE "C") WHERE c IS NULL DO …`: the names in it are all read.
fn conflict_target(edits: &mut Edits<'_>, open: usize) {
    const NO_NAMES: &[&str] = &[
        "where", "and", "or", "not", "is", "null", "in", "like", "ilike", "between", "true", "false", "any", "all",
        "array", "collate", "asc", "desc", "as", "distinct", "from", "case", "when", "then", "else", "end", "similar",
        "to",
    ];
    let Some(close) = edits.close(open) else { return };
    let plain = (open + 1..close).all(|at| edits.is(at, &Token::Comma) || edits.word(at).is_some())
        && (open + 1..close).step_by(2).all(|at| edits.word(at).is_some());
    if plain && edits.is_word(close + 1, &["do"]) {
        return;
    }
    let Some(end) = (close + 1..edits.len().min(close + 400)).find(|&at| edits.is_word(at, &["do"])) else { return };
    let mut names = 0;
    for at in open + 1..end {
        let follows_name = edits.word(at - 1).is_some_and(|word| !is_one_of(&word.value, NO_NAMES))
            || (at < close && edits.is(at - 1, &Token::RParen));
        let is_name =
            edits.word(at).is_some_and(|word| word.quote_style.is_some() || !is_one_of(&word.value, NO_NAMES))
                && !matches!(edits.token(at + 1), Some(Token::LParen | Token::Period | Token::SingleQuotedString(_)))
                && !edits.is(at - 1, &Token::DoubleColon)
                && !edits.is_word(at - 1, &["collate"])
                && !follows_name;
        if !is_name {
            edits.remove(at);
            continue;
        }
        if names > 0 {
            edits.add(at, Token::Comma);
        }
        names += 1;
    }
    if names == 0 {
        edits.remove(open);
    } else {
        edits.add(end, Token::RParen);
    }
}

/// `FROM f(…) AS (a int, b text)`: columns without a name for what has them.
fn defined_columns(edits: &mut Edits<'_>, at: usize) {
    let defines = at > 0
        && edits.is(at - 1, &Token::RParen)
        && edits.is(at + 1, &Token::LParen)
        && edits.word(at + 2).is_some_and(|word| {
            !matches!(word.keyword, Keyword::SELECT | Keyword::WITH | Keyword::VALUES | Keyword::INSERT)
                && !matches!(word.keyword, Keyword::UPDATE | Keyword::DELETE | Keyword::MERGE | Keyword::TABLE)
        })
        && edits.word(at + 3).is_some();
    if defines {
        edits.add(
            at + 1,
            Token::Word(Word { value: String::new(), quote_style: Some('"'), keyword: Keyword::NoKeyword }),
        );
    }
}

/// `inet '10.0.0.1'`: the name of a type before a constant.
fn is_typed_constant(edits: &Edits<'_>, at: usize) -> bool {
    let typed = edits.word(at).is_some_and(|word| word.keyword == Keyword::NoKeyword)
        && matches!(edits.token(at + 1), Some(Token::SingleQuotedString(_)));
    let is_word_of_call = at > 1 && edits.is_word(at - 2, &["xmlparse", "xmlserialize"]);
    typed && at > 0 && !is_word_of_call && !ends_operand(edits, at - 1) && !edits.is(at - 1, &Token::Period)
}

#[cfg(test)]
mod tests {
    use sqlparser::dialect::PostgreSqlDialect;
    use sqlparser::parser::Parser;
    use sqlparser::tokenizer::Tokenizer;

    use super::*;

    #[test]
    fn gaps_of_the_grammar_are_filled() {
        let cases = [
            (
                "SELECT sum(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING EXCLUDE CURRENT ROW) FROM t",
                "SELECT sum(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING) FROM t",
            ),
            (
                "SELECT sum(a) OVER (ORDER BY b RANGE BETWEEN '1 day'::interval PRECEDING AND CURRENT ROW) FROM t",
                "SELECT sum(a) OVER (ORDER BY b RANGE BETWEEN ('1 day'::INTERVAL) PRECEDING AND CURRENT ROW) FROM t",
            ),
            ("SELECT f(a, VARIADIC b) FROM t", "SELECT f(a, b) FROM t"),
            ("SELECT a FROM t WHERE b ISNULL AND c NOTNULL", "SELECT a FROM t WHERE b IS NULL AND c IS NOT NULL"),
            ("SELECT a FROM t WHERE b IS NOT DOCUMENT", "SELECT a FROM t WHERE b IS NOT NULL"),
            ("SELECT collation FOR (a) FROM t", "SELECT (a) FROM t"),
            ("SELECT inet '10.0.0.1' + a FROM t", "SELECT '10.0.0.1' + a FROM t"),
            ("SELECT x FROM f(a) AS (x int, y text)", "SELECT x FROM f(a) AS \"\" (x INT, y TEXT)"),
            ("WITH c (a) AS (SELECT b FROM t) SELECT a FROM c", "WITH c (a) AS (SELECT b FROM t) SELECT a FROM c"),
            ("SELECT f(a, b := c > d) FROM t", "SELECT f(a, b => c > d) FROM t"),
            ("SELECT a::text COLLATE \"C\" x, b FROM t", "SELECT a::TEXT AS x, b FROM t"),
            ("SELECT a FROM t FETCH FIRST (b + 1) ROWS WITH TIES", "SELECT a FROM t LIMIT (b + 1)"),
            (
                "MERGE INTO t USING u JOIN v ON a = b ON t.c = u.c WHEN MATCHED THEN DELETE",
                "MERGE INTO t USING (u JOIN v ON a = b) ON t.c = u.c WHEN MATCHED THEN DELETE",
            ),
            (
                "SELECT a FROM t WHERE xmlexists('/x' PASSING BY REF b BY REF)",
                "SELECT a FROM t WHERE xmlexists('/x', b)",
            ),
            ("SELECT substring(a SIMILAR b ESCAPE '#') FROM t", "SELECT substring(a, b, '#') FROM t"),
            (
                "INSERT INTO t (a) VALUES (1) ON CONFLICT (lower(a), b COLLATE \"C\") WHERE t.c IS NULL DO NOTHING",
                "INSERT INTO t (a) VALUES (1) ON CONFLICT(a, b, c) DO NOTHING",
            ),
            (
                "INSERT INTO t (a, b) SELECT $1, 2 ON CONFLICT (a) DO NOTHING",
                "INSERT INTO t (a, b) SELECT $1, 2 ON CONFLICT(a) DO NOTHING",
            ),
            (
                "INSERT INTO t (a) VALUES (1) ON CONFLICT (a, b) DO UPDATE SET a = excluded.a",
                "INSERT INTO t (a) VALUES (1) ON CONFLICT(a, b) DO UPDATE SET a = excluded.a",
            ),
        ];
        for (sql, expected) in cases {
            let grammar = PostgreSqlDialect {};
            let mut tokens = Tokenizer::new(&grammar, sql).tokenize_with_location().expect("tokens");
            rewrite(&mut tokens);
            let statement = Parser::new(&grammar).with_tokens_with_locations(tokens).parse_statement();
            let written = statement.map(|statement| statement.to_string().to_lowercase());
            assert_eq!(written, Ok(expected.to_lowercase()), "{sql}");
        }
    }
}
