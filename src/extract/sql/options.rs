//! Options of statements that no grammar knows all of: how a file is written, how often a table is made anew. They name no
//! column and are left out before a statement is parsed.

use super::lexer::{Token, TokenKind};
use super::phrases::closing;

/// The last token of the options that begin with token `at`.
pub(super) fn find(text: &str, tokens: &[Token], at: usize) -> Option<usize> {
    match tokens[0].of(text).as_bytes() {
        [b'c' | b'C', b'o' | b'O', ..] => copied(text, tokens, at),
        [b'c' | b'C', b'r' | b'R', ..] => refreshed(text, tokens, at).or_else(|| filled(text, tokens, at)),
        _ => None,
    }
}

/// `COPY … TO 'file' WITH (FORMAT parquet, …)`: all that stands in the parenthesis behind the file.
fn copied(text: &str, tokens: &[Token], at: usize) -> Option<usize> {
    let opens = tokens[at].is_word(text, "with") || tokens[at].is(text, "(");
    let file = at.checked_sub(1).map(|before| tokens[before]).filter(|_| opens && at > 2)?;
    let is_file = file.kind == TokenKind::Text || file.is_word(text, "stdin") || file.is_word(text, "stdout");
    let way = tokens[at - 2];
    let is_copied = ["from", "to", "program"].iter().any(|word| way.is_word(text, word));
    if !tokens[0].is_word(text, "copy") || tokens[1].is_word(text, "into") || !is_file || !is_copied {
        return None;
    }
    let open = at + usize::from(tokens[at].is_word(text, "with"));
    tokens.get(open).filter(|open| open.is(text, "("))?;
    closing(text, tokens, open)
}

/// Where the word `TABLE` of Snowflake's `CREATE … DYNAMIC TABLE` stands.
fn dynamic_table(text: &str, tokens: &[Token]) -> Option<usize> {
    let table = (1..tokens.len().min(8)).find(|&at| tokens[at].is_word(text, "table"))?;
    let is_dynamic = tokens[..table].iter().any(|token| token.is_word(text, "dynamic"));
    is_dynamic.then_some(table)
}

/// `CREATE DYNAMIC TABLE t (…) TARGET_LAG = … WAREHOUSE = … AS SELECT …` is a table that is made of a query.
fn refreshed(text: &str, tokens: &[Token], at: usize) -> Option<usize> {
    if tokens[at].is_word(text, "dynamic") {
        let table = dynamic_table(text, tokens)?;
        return (at < table).then_some(table - 1);
    }
    if at < 3 || !tokens[at - 1].is_name() || !(tokens[at].kind == TokenKind::Word || tokens[at].is(text, "(")) {
        return None;
    }
    let table = dynamic_table(text, tokens)?;
    let mut name = table + 1;
    while ["if", "not", "exists"].iter().any(|word| tokens.get(name).is_some_and(|token| token.is_word(text, word))) {
        name += 1;
    }
    while tokens.get(name + 1).is_some_and(|dot| dot.is(text, ".")) {
        name += 2;
    }
    if at != name + 1 {
        return None;
    }
    let mut next = at;
    while next < tokens.len() {
        if tokens[next].is(text, "(") {
            next = closing(text, tokens, next)? + 1;
            continue;
        }
        let begins =
            |token: &Token| token.is(text, "(") || ["select", "with"].iter().any(|word| token.is_word(text, word));
        if tokens[next].is_word(text, "as") && tokens.get(next + 1).is_some_and(begins) {
            return (next > at).then(|| next - 1);
        }
        next += 1;
    }
    None
}

/// `CREATE MATERIALIZED VIEW … AS SELECT … WITH DATA` at the end.
fn filled(text: &str, tokens: &[Token], at: usize) -> Option<usize> {
    if !tokens[at].is_word(text, "with") {
        return None;
    }
    let data = at + 1 + usize::from(tokens.get(at + 1)?.is_word(text, "no"));
    (tokens.get(data)?.is_word(text, "data") && data + 1 == tokens.len()).then_some(data)
}

#[cfg(test)]
mod tests {
    use super::super::dialect::Lexis;
    use super::super::lexer;
    use super::*;

    #[test]
    fn options_are_left_out() {
        let cases = [
            ("COPY t (a) FROM STDIN WITH (FORMAT csv, FORCE_QUOTE *)", "COPY t (a) FROM STDIN"),
            (
                "COPY (SELECT a FROM t) TO 'x.parquet' (FORMAT parquet, PARTITION_BY (a))",
                "COPY (SELECT a FROM t) TO 'x.parquet'",
            ),
            ("COPY INTO t FROM 's3://b' (a)", "COPY INTO t FROM 's3://b' (a)"),
            (
                "CREATE OR REPLACE DYNAMIC TABLE s.t (a, b) TARGET_LAG = DOWNSTREAM WAREHOUSE = w AS SELECT a AS c FROM u",
                "CREATE OR REPLACE TABLE s.t AS SELECT a AS c FROM u",
            ),
            (
                "CREATE DYNAMIC ICEBERG TABLE t WAREHOUSE = w AS WITH x AS (SELECT 1) SELECT a FROM x",
                "CREATE TABLE t AS WITH x AS (SELECT 1) SELECT a FROM x",
            ),
            ("CREATE TABLE dynamic AS SELECT a FROM t", "CREATE TABLE dynamic AS SELECT a FROM t"),
            (
                "CREATE MATERIALIZED VIEW v AS SELECT a FROM t GROUP BY a WITH NO DATA",
                "CREATE MATERIALIZED VIEW v AS SELECT a FROM t GROUP BY a",
            ),
            (
                "CREATE VIEW v AS WITH data AS (SELECT 1) SELECT a FROM data",
                "CREATE VIEW v AS WITH data AS (SELECT 1) SELECT a FROM data",
            ),
        ];
        for (sql, expected) in cases {
            let tokens = lexer::significant(sql, Lexis::default());
            let mut made = String::new();
            let mut at = 0;
            while at < tokens.len() {
                if let Some(last) = find(sql, &tokens, at) {
                    at = last + 1;
                } else {
                    made.push_str(tokens[at].of(sql));
                    at += 1;
                }
            }
            assert_eq!(made, expected.replace(' ', ""), "{sql}");
        }
    }
}
