//! `PostgreSQL`'s syntax that no grammar of sqlparser knows, put into words that it does know, with every name left
//! in its place. What is taken out says nothing of columns. docs/sqlparser-gaps.md lists the gaps.

mod grouping;
mod target;

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Whitespace, Word};

/// Rewrites the tokens of one statement. Costs one look at each token when there is nothing to do.
pub(super) fn rewrite(tokens: &mut Vec<TokenWithSpan>) {
    if !is_needed(tokens) {
        return;
    }
    let significant: Vec<usize> = (0..tokens.len()).filter(|&at| !is_space(&tokens[at])).collect();
    let closers = closers(tokens, &significant);
    let mut rewriter = Rewriter { tokens, significant, closers, clauses: vec![Keyword::NoKeyword], added: Vec::new() };
    rewriter.walk();
    let mut added = rewriter.added;
    if !added.is_empty() {
        added.sort_by_key(|(at, _)| *at);
        insert(tokens, &added);
    }
}

/// What may follow a query in parentheses.
const CONTINUES: &[Keyword] = &[
    Keyword::UNION,
    Keyword::INTERSECT,
    Keyword::EXCEPT,
    Keyword::ORDER,
    Keyword::LIMIT,
    Keyword::OFFSET,
    Keyword::FETCH,
];

/// Whether anything in the statement may have to be rewritten.
fn is_needed(tokens: &[TokenWithSpan]) -> bool {
    // A query in parentheses may begin behind another parenthesis.
    let mut opened = false;
    // `FROM t*`.
    let (mut after_from, mut after_relation) = (false, false);
    tokens.iter().any(|token| match &token.token {
        Token::Whitespace(_) => false,
        Token::LParen => std::mem::replace(&mut opened, true),
        Token::LBracket => true,
        Token::Mul if after_relation => true,
        Token::Word(word) => {
            let opened = std::mem::replace(&mut opened, false);
            after_relation = after_from;
            after_from = matches!(word.keyword, Keyword::FROM | Keyword::JOIN | Keyword::ONLY);
            word.quote_style.is_none()
                && (TRIGGERS.contains(&word.keyword)
                    || (opened && matches!(word.keyword, Keyword::VALUES | Keyword::WITH | Keyword::SELECT)))
        }
        other => {
            opened = false;
            after_from = after_relation && *other == Token::Period;
            after_relation = false;
            false
        }
    })
}

/// For each token that opens a parenthesis or bracket the token that closes it, as indexes into `significant`.
fn closers(tokens: &[TokenWithSpan], significant: &[usize]) -> Vec<Option<usize>> {
    let mut found = vec![None; significant.len()];
    let mut open = Vec::new();
    for (at, &token) in significant.iter().enumerate() {
        match tokens[token].token {
            Token::LParen | Token::LBracket => open.push(at),
            Token::RParen | Token::RBracket => {
                if let Some(start) = open.pop() {
                    found[start] = Some(at);
                }
            }
            _ => {}
        }
    }
    found
}

const TRIGGERS: &[Keyword] = &[
    Keyword::ONLY,
    Keyword::VALUE,
    Keyword::TABLE,
    Keyword::SEARCH,
    Keyword::CYCLE,
    Keyword::ROWS,
    Keyword::ROLLUP,
    Keyword::CUBE,
    Keyword::SETS,
    Keyword::BOTH,
    Keyword::LEADING,
    Keyword::TRAILING,
    Keyword::USING,
];

struct Rewriter<'t> {
    tokens: &'t mut [TokenWithSpan],
    /// Indexes of tokens that are no white space.
    significant: Vec<usize>,
    /// For each of them that opens a parenthesis or bracket the one that closes it.
    closers: Vec<Option<usize>>,
    /// The clause that each open parenthesis stands in, and the current one last.
    clauses: Vec<Keyword>,
    /// What is put before which tokens.
    added: Vec<(usize, Added)>,
}

impl Rewriter<'_> {
    fn walk(&mut self) {
        let mut at = 0;
        while at < self.significant.len() {
            match self.token(at) {
                Some(Token::LParen) => {
                    self.leading_query(at);
                    self.inserted_set(at);
                    self.clauses.push(Keyword::NoKeyword);
                }
                Some(Token::RParen) if self.clauses.len() > 1 => {
                    self.clauses.pop();
                }
                Some(Token::LBracket) => self.subscript(at),
                Some(Token::Mul) => self.inheritance_star(at),
                Some(Token::Word(word)) if word.quote_style.is_none() => {
                    let keyword = word.keyword;
                    self.word(at, keyword);
                }
                _ => {}
            }
            at += 1;
        }
    }

    fn word(&mut self, at: usize, keyword: Keyword) {
        match keyword {
            Keyword::VALUES if at > 1 && self.token(at - 1) == Some(&Token::LParen) => {
                if !self.inserted_query(at) && self.is_operand(at - 1) {
                    self.add(at, Added::Verb);
                }
                self.set_clause(keyword);
            }
            Keyword::WITH => {
                if at > 1 && self.token(at - 1) == Some(&Token::LParen) {
                    self.inserted_query(at);
                }
                // `WITH ORDINALITY`, `WITH TIME ZONE` and their like stay in their clause.
                if matches!(self.clause(), Keyword::INTO | Keyword::NoKeyword) {
                    self.set_clause(keyword);
                }
            }
            // `IS DISTINCT FROM` is an operator.
            Keyword::FROM if at > 0 && self.is(at - 1, &[Keyword::DISTINCT]) => {}
            Keyword::SELECT
            | Keyword::FROM
            | Keyword::WHERE
            | Keyword::SET
            | Keyword::INTO
            | Keyword::VALUES
            | Keyword::RETURNING
            | Keyword::GROUP
            | Keyword::ORDER
            | Keyword::HAVING => self.set_clause(keyword),
            Keyword::JOIN => self.set_clause(Keyword::FROM),
            Keyword::USING => {
                self.join_alias(at + 1);
                self.set_clause(Keyword::FROM);
            }
            Keyword::ONLY => self.only(at),
            Keyword::VALUE if at > 2 && self.is(at - 1, &[Keyword::SYSTEM, Keyword::USER]) => {
                let overrides = |word: &Word| word.value.eq_ignore_ascii_case("overriding");
                if matches!(self.token(at - 2), Some(Token::Word(word)) if overrides(word)) {
                    self.blank(at - 2..at + 1);
                }
            }
            Keyword::TABLE => {
                let begins = at == 0
                    || matches!(self.token(at - 1), Some(Token::LParen | Token::RParen))
                    || self.is(
                        at - 1,
                        &[
                            Keyword::AS,
                            Keyword::UNION,
                            Keyword::ALL,
                            Keyword::EXCEPT,
                            Keyword::INTERSECT,
                            Keyword::DISTINCT,
                        ],
                    );
                let names = matches!(self.token(at + 1), Some(Token::Word(_)));
                if begins && names && self.token(at + 2) != Some(&Token::LParen) {
                    self.add(at, Added::Star);
                }
            }
            Keyword::ROWS if self.is(at + 1, &[Keyword::FROM]) && self.token(at + 2) == Some(&Token::LParen) => {
                self.rows_from(at);
            }
            Keyword::ROLLUP | Keyword::CUBE | Keyword::SETS if self.token(at + 1) == Some(&Token::LParen) => {
                if keyword == Keyword::SETS {
                    self.nested_sets(at + 1);
                }
                self.grouped_fields(at + 1);
            }
            Keyword::BOTH | Keyword::LEADING | Keyword::TRAILING if self.is(at + 1, &[Keyword::FROM]) => {
                self.blank(at + 1..at + 2);
            }
            Keyword::SEARCH | Keyword::CYCLE => {
                // What stands before it is the query, or the other clause, which is taken out already.
                let query = (0..at).rev().find(|&before| !self.is_blank(before));
                if let Some(query) = query.filter(|&query| self.token(query) == Some(&Token::RParen)) {
                    self.recursion_clause(at, keyword, query);
                }
            }
            _ => {}
        }
    }

    fn token(&self, at: usize) -> Option<&Token> {
        self.significant.get(at).map(|&at| &self.tokens[at].token)
    }

    fn is(&self, at: usize, keywords: &[Keyword]) -> bool {
        matches!(self.token(at), Some(Token::Word(word)) if word.quote_style.is_none() && keywords.contains(&word.keyword))
    }

    fn set_clause(&mut self, clause: Keyword) {
        if let Some(last) = self.clauses.last_mut() {
            *last = clause;
        }
    }

    fn clause(&self) -> Keyword {
        self.clauses.last().copied().unwrap_or(Keyword::NoKeyword)
    }

    fn blank(&mut self, range: std::ops::Range<usize>) {
        for at in range {
            if let Some(&at) = self.significant.get(at) {
                self.tokens[at].token = Token::Whitespace(Whitespace::Space);
            }
        }
    }

    fn add(&mut self, at: usize, added: Added) {
        if let Some(&at) = self.significant.get(at) {
            self.added.push((at, added));
        }
    }

    /// Index of the token that closes the parenthesis or bracket at `open`, if one does.
    fn close(&self, open: usize) -> Option<usize> {
        self.closers.get(open).copied().flatten()
    }

    /// Whether the parenthesis at `open` stands where a value is expected, not a relation.
    fn is_operand(&self, open: usize) -> bool {
        match open.checked_sub(1).and_then(|at| self.token(at)) {
            Some(Token::Word(word)) => {
                word.quote_style.is_none()
                    && matches!(
                        word.keyword,
                        Keyword::SELECT
                            | Keyword::THEN
                            | Keyword::ELSE
                            | Keyword::WHEN
                            | Keyword::WHERE
                            | Keyword::AND
                            | Keyword::OR
                            | Keyword::ON
                            | Keyword::NOT
                            | Keyword::ANY
                            | Keyword::SOME
                            | Keyword::ALL
                            | Keyword::ARRAY
                    )
            }
            Some(Token::Comma) => !matches!(self.clause(), Keyword::FROM | Keyword::INTO),
            Some(Token::LParen) => self.is_operand(open - 1),
            Some(Token::RParen | Token::SemiColon) | None => false,
            Some(_) => true,
        }
    }

    /// `((SELECT …) UNION …)`, `((SELECT …) LIMIT 1)`: as a value, a query in parentheses is only known when nothing
    /// follows its own.
    fn leading_query(&mut self, at: usize) {
        let inner = (at + 1..at + 9).find(|&at| self.token(at) != Some(&Token::LParen));
        let starts_query = inner
            .is_some_and(|inner| self.is(inner, &[Keyword::SELECT, Keyword::WITH, Keyword::VALUES, Keyword::TABLE]));
        if self.token(at + 1) != Some(&Token::LParen) || !starts_query || !self.is_operand(at) {
            return;
        }
        if let Some(close) = self.close(at + 1)
            && self.is(close + 1, CONTINUES)
        {
            self.add(at + 1, Added::Verb);
        }
    }

    /// `FROM ONLY t`: without the tables that inherit from it.
    fn only(&mut self, at: usize) {
        let mut around = self.clauses.iter().rev().skip(1).copied();
        let around = around.find(|&clause| clause != Keyword::NoKeyword);
        let follows = at > 0
            && ((self.token(at - 1) == Some(&Token::LParen) && around == Some(Keyword::FROM))
                || self.is(at - 1, &[Keyword::FROM, Keyword::JOIN, Keyword::UPDATE, Keyword::INTO, Keyword::USING])
                || (self.token(at - 1) == Some(&Token::Comma) && self.clause() == Keyword::FROM));
        let named = match self.token(at + 1) {
            Some(Token::Word(word)) => {
                word.quote_style.is_some()
                    || !matches!(
                        word.keyword,
                        Keyword::AS
                            | Keyword::WHERE
                            | Keyword::ON
                            | Keyword::USING
                            | Keyword::SET
                            | Keyword::JOIN
                            | Keyword::LEFT
                            | Keyword::RIGHT
                            | Keyword::INNER
                            | Keyword::FULL
                            | Keyword::CROSS
                            | Keyword::NATURAL
                            | Keyword::ORDER
                            | Keyword::GROUP
                            | Keyword::LIMIT
                    )
            }
            _ => false,
        };
        if follows && named {
            self.blank(at..at + 1);
        }
    }

    /// `FROM t* u`: with the tables that inherit from it, as is usual today.
    fn inheritance_star(&mut self, at: usize) {
        if self.clause() != Keyword::FROM || at < 2 || !matches!(self.token(at - 1), Some(Token::Word(_))) {
            return;
        }
        let mut before = at - 2;
        while before > 1 && self.token(before) == Some(&Token::Period) {
            before -= 2;
        }
        if self.is(before, &[Keyword::FROM, Keyword::JOIN, Keyword::ONLY]) {
            self.blank(at..at + 1);
        }
    }

    /// `JOIN … USING (a) AS j`: `j` has no other columns than those that are named there.
    fn join_alias(&mut self, open: usize) {
        if self.token(open) != Some(&Token::LParen) {
            return;
        }
        // Names with commas between them: `DELETE … USING (…) AS t` holds a join or a query.
        let listed = |at: &usize| match self.token(*at) {
            Some(Token::Word(_)) => (at - open) % 2 == 1,
            Some(Token::Comma) => (at - open).is_multiple_of(2),
            _ => false,
        };
        let close = open + 1 + (open + 1..self.significant.len()).take_while(listed).count();
        if self.token(close) != Some(&Token::RParen) {
            return;
        }
        let is_name = matches!(self.token(close + 2), Some(Token::Word(_)));
        if self.clause() == Keyword::FROM && self.is(close + 1, &[Keyword::AS]) && is_name {
            self.blank(close + 1..close + 3);
        }
    }

    /// `ROWS FROM (f(…) AS (…), g(…))`: as if `rows` were a function of all that is in it.
    fn rows_from(&mut self, at: usize) {
        let Some(close) = self.close(at + 2) else { return };
        self.blank(at + 1..at + 2);
        let mut depth = 0_u32;
        for inner in at + 2..close {
            match self.token(inner) {
                Some(Token::LParen) => depth += 1,
                Some(Token::RParen) => depth -= u32::from(depth > 0),
                _ => {}
            }
            if depth == 1
                && self.is(inner, &[Keyword::AS])
                && self.token(inner + 1) == Some(&Token::LParen)
                && let Some(end) = self.close(inner + 1)
            {
                self.blank(inner..end + 1);
            }
        }
    }

    fn is_blank(&self, at: usize) -> bool {
        matches!(self.token(at), Some(Token::Whitespace(_)))
    }

    /// `SEARCH DEPTH FIRST BY a SET b` and `CYCLE a SET b TO c DEFAULT d USING e` behind a recursive query name columns
    /// of it and add some: as if its first branch gave them. `query` closes the query.
    fn recursion_clause(&mut self, at: usize, keyword: Keyword, query: usize) {
        let mut end = at + 1;
        let last = if keyword == Keyword::SEARCH { Keyword::SET } else { Keyword::USING };
        if !matches!(self.token(at + 1), Some(Token::Word(_))) {
            return;
        }
        while end < self.significant.len() && !self.is(end, &[last]) {
            if matches!(self.token(end), Some(Token::LParen | Token::RParen | Token::SemiColon)) {
                return;
            }
            end += 1;
        }
        if end + 1 >= self.significant.len() {
            return;
        }
        let set = (at..end).find(|&at| self.is(at, &[Keyword::SET]));
        let names: Vec<TokenWithSpan> = set
            .into_iter()
            .chain([end])
            .filter_map(|before| self.significant.get(before + 1).map(|&name| self.tokens[name].clone()))
            .filter(|name| matches!(name.token, Token::Word(_)))
            .collect();
        self.blank(at..end + 2);
        let Some(open) = self.closers.iter().position(|close| *close == Some(query)) else { return };
        let mut from = open + 1;
        while from < query && !self.is(from, &[Keyword::FROM]) {
            from = self.close(from).unwrap_or(from) + 1;
        }
        if from < query && self.is(open + 1, &[Keyword::SELECT]) {
            let from = self.significant[from];
            self.added.extend(names.into_iter().map(|name| (from, Added::Column(name))));
        }
    }
}

/// What is put before a token.
#[derive(Clone)]
enum Added {
    /// A column of that name, whose value is of no interest.
    Column(TokenWithSpan),
    /// `TABLE t` becomes `SELECT * FROM t`; the star stands where the word does.
    Star,
    /// A query that is only known as such when it begins with a verb gets one that says nothing.
    Verb,
    /// These tokens.
    Tokens(Vec<TokenWithSpan>),
    /// A parenthesis.
    Open,
    /// A parenthesis.
    Close,
}

/// Puts words before tokens; `added` is sorted.
fn insert(tokens: &mut Vec<TokenWithSpan>, added: &[(usize, Added)]) {
    let space = || Token::Whitespace(Whitespace::Space);
    let mut made = Vec::with_capacity(tokens.len() + 10 * added.len());
    let mut next = added.iter().peekable();
    for (at, mut token) in std::mem::take(tokens).into_iter().enumerate() {
        while let Some((_, added)) = next.next_if(|(before, _)| *before == at) {
            if let Added::Column(name) = added {
                let made_up = [Token::Comma, word("NULL", Keyword::NULL), space(), word("AS", Keyword::AS), space()];
                made.extend(made_up.into_iter().map(|word| TokenWithSpan { token: word, span: token.span }));
                made.extend([name.clone(), TokenWithSpan { token: space(), span: token.span }]);
                continue;
            }
            let words = match added {
                Added::Column(_) => Vec::new(),
                Added::Tokens(moved) => {
                    made.extend(moved.iter().cloned());
                    continue;
                }
                Added::Star => {
                    token.token = word("FROM", Keyword::FROM);
                    vec![word("SELECT", Keyword::SELECT), space(), Token::Mul, space()]
                }
                Added::Verb => vec![
                    word("WITH", Keyword::WITH),
                    space(),
                    Token::Word(Word { value: String::new(), quote_style: Some('"'), keyword: Keyword::NoKeyword }),
                    space(),
                    word("AS", Keyword::AS),
                    Token::LParen,
                    word("SELECT", Keyword::SELECT),
                    space(),
                    Token::Number("1".to_owned(), false),
                    Token::RParen,
                ],
                Added::Open => vec![Token::LParen],
                Added::Close => vec![Token::RParen],
            };
            made.extend(words.into_iter().map(|word| TokenWithSpan { token: word, span: token.span }));
        }
        made.push(token);
    }
    *tokens = made;
}

fn word(value: &str, keyword: Keyword) -> Token {
    Token::Word(Word { value: value.to_owned(), quote_style: None, keyword })
}

fn is_space(token: &TokenWithSpan) -> bool {
    matches!(token.token, Token::Whitespace(_))
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
            ("SELECT a FROM ONLY t", "SELECT a FROM t"),
            ("SELECT a FROM t, ONLY u AS v", "SELECT a FROM t, u AS v"),
            ("SELECT a FROM unnest(b) WITH ORDINALITY AS c, ONLY u", "SELECT a FROM UNNEST(b) WITH ORDINALITY AS c, u"),
            ("SELECT only FROM t", "SELECT only FROM t"),
            ("UPDATE ONLY t SET a = 1", "UPDATE t SET a = 1"),
            ("SELECT a FROM (ONLY t JOIN u ON a = b), ONLY v", "SELECT a FROM (t JOIN u ON a = b), v"),
            (
                "SELECT a FROM ((ONLY t JOIN u ON a = b) JOIN v ON c = d)",
                "SELECT a FROM ((t JOIN u ON a = b) JOIN v ON c = d)",
            ),
            ("INSERT INTO t (a) OVERRIDING SYSTEM VALUE VALUES (1)", "INSERT INTO t (a) VALUES (1)"),
            ("TABLE t ORDER BY 1", "SELECT * FROM t ORDER BY 1"),
            ("WITH x AS (TABLE s.t) TABLE x", "WITH x AS (SELECT * FROM s.t) SELECT * FROM x"),
            ("CREATE TABLE t (a INT)", "CREATE TABLE t (a INT)"),
            (
                "SELECT a FROM t GROUP BY GROUPING SETS ((a), GROUPING SETS ((b), ()), CUBE ((a, b), c))",
                "SELECT a FROM t GROUP BY GROUPING SETS ((a), (b), (), ((a, b), c))",
            ),
            (
                "WITH RECURSIVE r AS (SELECT a FROM t) SEARCH DEPTH FIRST BY a SET o CYCLE a SET c USING p SELECT o FROM r",
                "WITH RECURSIVE r AS (SELECT a, NULL AS o, NULL AS c, NULL AS p FROM t) SELECT o FROM r",
            ),
            ("SELECT 1 FROM t GROUP BY ROLLUP (a, (t).b)", "SELECT 1 FROM t GROUP BY ROLLUP (a, (t).b)"),
            (
                "SELECT 1 FROM t GROUP BY GROUPING SETS (((t).b, (c)::text), (a), ())",
                "SELECT 1 FROM t GROUP BY GROUPING SETS ((((t).b), ((c)::TEXT)), (a), ())",
            ),
            ("INSERT INTO t (VALUES (1))", "INSERT INTO t VALUES (1)"),
            (
                "INSERT INTO t (a) (SELECT 1) EXCEPT SELECT 2",
                "INSERT INTO t (a) WITH \"\" AS (SELECT 1) (SELECT 1) EXCEPT SELECT 2",
            ),
            (
                "INSERT INTO t (a) (SELECT 1) EXCEPT (SELECT 2) EXCEPT ALL SELECT 3",
                "INSERT INTO t (a) WITH \"\" AS (SELECT 1) (SELECT 1) EXCEPT (SELECT 2) EXCEPT ALL SELECT 3",
            ),
            (
                "INSERT INTO t WITH v AS (VALUES (1)) SELECT * FROM v",
                "INSERT INTO t WITH v AS (VALUES (1)) SELECT * FROM v",
            ),
            (
                "INSERT INTO t AS u (WITH v AS (SELECT 1) SELECT * FROM v) RETURNING *",
                "INSERT INTO t AS u WITH v AS (SELECT 1) SELECT * FROM v RETURNING *",
            ),
            ("DELETE FROM t USING (SELECT a, b FROM u) AS v", "DELETE FROM t USING (SELECT a, b FROM u) AS v"),
            ("DELETE FROM t USING (u NATURAL JOIN v) AS w", "DELETE FROM t USING (u NATURAL JOIN v) AS w"),
            (
                "SELECT ((SELECT a FROM t) LIMIT 1), (VALUES (b) LIMIT 1) FROM u",
                "SELECT (WITH \"\" AS (SELECT 1) (SELECT a FROM t) LIMIT 1), (WITH \"\" AS (SELECT 1) VALUES (b) LIMIT 1) FROM u",
            ),
            (
                "SELECT a > ANY (VALUES (1), (b)) FROM t",
                "SELECT a > ANY(WITH \"\" AS (SELECT 1) VALUES (1), (b)) FROM t",
            ),
            ("SELECT x.a FROM s.t* x JOIN u* ON x.b * a > 1", "SELECT x.a FROM s.t x JOIN u ON x.b * a > 1"),
            ("SELECT trim(both FROM a) FROM t", "SELECT TRIM(BOTH a) FROM t"),
            ("SELECT j.a FROM t JOIN u USING (a) AS j", "SELECT j.a FROM t JOIN u USING(a)"),
            (
                "SELECT x.a FROM ROWS FROM (f(b) AS (a int), g(c)) AS x (a, d)",
                "SELECT x.a FROM ROWS(f(b), g(c)) AS x (a, d)",
            ),
            ("UPDATE t SET a[1].b = b[2], c[1][2] = 3", "UPDATE t SET a = b[2], c = 3"),
            ("UPDATE t SET a[b + 1][2] = c, d[1] = 2", "UPDATE t SET a = (b + 1), a = c, d = 2"),
            ("UPDATE t SET a.b[c:d] = e", "UPDATE t SET a.b = (c, d), a.b = e"),
            ("UPDATE t SET a[1] = b[2], c[1][2] = 3", "UPDATE t SET a = b[2], c = 3"),
            ("UPDATE t SET a = b IS DISTINCT FROM c, d[1] = 2", "UPDATE t SET a = b IS DISTINCT FROM c, d = 2"),
            ("INSERT INTO t (a.b[1], c) VALUES (1, 2)", "INSERT INTO t (a.b, c) VALUES (1, 2)"),
            ("INSERT INTO t (a, b[1]) SELECT c[1], d FROM u", "INSERT INTO t (a, b) SELECT c[1], d FROM u"),
            (
                "WITH RECURSIVE r AS (SELECT 1 AS a) SEARCH DEPTH FIRST BY a SET o SELECT a FROM r",
                "WITH RECURSIVE r AS (SELECT 1 AS a) SELECT a FROM r",
            ),
            (
                "WITH RECURSIVE r AS (SELECT 1 AS a) CYCLE a SET c TO 'y' DEFAULT 'n' USING p SELECT a FROM r",
                "WITH RECURSIVE r AS (SELECT 1 AS a) SELECT a FROM r",
            ),
        ];
        for (sql, expected) in cases {
            let grammar = PostgreSqlDialect {};
            let mut tokens = Tokenizer::new(&grammar, sql).tokenize_with_location().expect("tokens");
            rewrite(&mut tokens);
            let statement = Parser::new(&grammar).with_tokens_with_locations(tokens).parse_statement();
            assert_eq!(statement.map(|statement| statement.to_string()), Ok(expected.to_owned()), "{sql}");
        }
    }
}
