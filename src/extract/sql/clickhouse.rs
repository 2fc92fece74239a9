//! `ClickHouse`'s words for joins and wildcards, put into those that sqlparser knows, with every name left in its place.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

use super::repair::is_keyword;
use super::statement::is_space;

/// Rewrites the tokens of one statement. Costs one look at each token when there is nothing to do.
pub(super) fn rewrite(tokens: &mut Vec<TokenWithSpan>) {
    let asks = |token: &TokenWithSpan| {
        is_keyword(token, &[Keyword::JOIN, Keyword::EXCEPT, Keyword::EXCLUDE]) && !is_space(token)
    };
    if !tokens.iter().any(asks) {
        return;
    }
    let significant: Vec<usize> = (0..tokens.len()).filter(|&at| !is_space(&tokens[at])).collect();
    let mut edits = Edits { significant, removed: Vec::new(), added: Vec::new() };
    for at in 0..edits.significant.len() {
        let token = edits.token(tokens, at);
        if token.is_some_and(|token| is_keyword(token, &[Keyword::JOIN])) {
            edits.join(tokens, at);
        } else if token.is_some_and(|token| is_keyword(token, &[Keyword::USING])) {
            edits.using(tokens, at);
        } else if at > 0
            && token.is_some_and(|token| is_keyword(token, &[Keyword::EXCEPT, Keyword::EXCLUDE]))
            && edits.token(tokens, at - 1).is_some_and(|before| before.token == Token::Mul)
        {
            edits.left_out(tokens, at);
        }
    }
    edits.apply(tokens);
}

/// Edits of a token list, by index.
struct Edits {
    /// Tokens that are no white space.
    significant: Vec<usize>,
    removed: Vec<usize>,
    /// What is put before which tokens, in any order.
    added: Vec<(usize, Token)>,
}

impl Edits {
    fn token<'t>(&self, tokens: &'t [TokenWithSpan], at: usize) -> Option<&'t TokenWithSpan> {
        self.significant.get(at).and_then(|&at| tokens.get(at))
    }

    fn is(&self, tokens: &[TokenWithSpan], at: usize, token: &Token) -> bool {
        self.token(tokens, at).is_some_and(|own| own.token == *token)
    }

    /// `GLOBAL ANY LEFT JOIN`, `SEMI LEFT JOIN`, `LEFT ARRAY JOIN a, t.b`.
    fn join(&mut self, tokens: &[TokenWithSpan], join: usize) {
        const KINDS: &[&str] = &[
            "global", "local", "any", "all", "asof", "semi", "anti", "left", "right", "full", "inner", "outer",
            "cross", "array",
        ];
        let mut first = join;
        while first > 0 && self.word(tokens, first - 1).is_some_and(|word| is_one_of(word, KINDS)) {
            first -= 1;
        }
        let is =
            |edits: &Self, at: usize, words: &[&str]| edits.word(tokens, at).is_some_and(|word| is_one_of(word, words));
        if (first..join).any(|at| is(self, at, &["array"])) {
            self.array_join(tokens, join + 1);
            return;
        }
        let strict = (first..join).find(|&at| is(self, at, &["semi", "anti"]));
        for at in first..join {
            let side = is(self, at, &["left", "right"]);
            if is(self, at, &["global", "local", "any", "all", "asof"]) {
                self.removed.push(self.significant[at]);
            } else if let Some(strict) = strict
                && side
                && strict < at
            {
                self.removed.push(self.significant[at]);
                self.added.push((self.significant[strict], tokens[self.significant[at]].token.clone()));
            }
        }
    }

    /// Each item of the list is a join of its own.
    fn array_join(&mut self, tokens: &[TokenWithSpan], from: usize) {
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
        for at in from..self.significant.len() {
            let own = self.significant[at];
            match &tokens[own].token {
                Token::LParen | Token::LBracket => depth += 1,
                Token::RParen | Token::RBracket => depth -= 1,
                Token::Comma if depth == 0 => {
                    self.removed.push(own);
                    self.added.push((own, word("ARRAY", Keyword::ARRAY)));
                    self.added.push((own, word("JOIN", Keyword::JOIN)));
                }
                _ if depth == 0 && is_keyword(&tokens[own], ENDS) => return,
                _ => {}
            }
            if depth < 0 {
                return;
            }
        }
    }

    /// `USING a, b` without parentheses.
    fn using(&mut self, tokens: &[TokenWithSpan], using: usize) {
        let is_name = |edits: &Self, at: usize| matches!(edits.token(tokens, at), Some(token) if matches!(token.token, Token::Word(_)));
        if !is_name(self, using + 1) {
            return;
        }
        let mut last = using + 1;
        while self.is(tokens, last + 1, &Token::Comma) && is_name(self, last + 2) {
            last += 2;
        }
        self.added.push((self.significant[using + 1], Token::LParen));
        let behind = self.significant.get(last + 1).copied().unwrap_or(tokens.len());
        self.added.push((behind, Token::RParen));
    }

    /// `* EXCEPT (t.a)`: the qualifier says nothing that the name does not.
    fn left_out(&mut self, tokens: &[TokenWithSpan], except: usize) {
        let mut at = except + 1;
        let listed = self.is(tokens, at, &Token::LParen);
        at += usize::from(listed);
        while self.word(tokens, at).is_some() {
            while self.is(tokens, at + 1, &Token::Period) && self.word(tokens, at + 2).is_some() {
                self.removed.extend([self.significant[at], self.significant[at + 1]]);
                at += 2;
            }
            if !listed || !self.is(tokens, at + 1, &Token::Comma) {
                return;
            }
            at += 2;
        }
    }

    fn word<'t>(&self, tokens: &'t [TokenWithSpan], at: usize) -> Option<&'t str> {
        match &self.token(tokens, at)?.token {
            Token::Word(word) => Some(&word.value),
            _ => None,
        }
    }

    fn apply(mut self, tokens: &mut Vec<TokenWithSpan>) {
        if self.removed.is_empty() && self.added.is_empty() {
            return;
        }
        self.removed.sort_unstable();
        self.added.sort_by_key(|(at, _)| *at);
        let mut removed = self.removed.into_iter().peekable();
        let mut added = self.added.into_iter().peekable();
        let end = tokens.last().map(|last| last.span);
        let mut made = Vec::with_capacity(tokens.len() + 8);
        for (at, token) in std::mem::take(tokens).into_iter().enumerate() {
            while let Some((_, added)) = added.next_if(|(before, _)| *before == at) {
                made.push(TokenWithSpan { token: added, span: token.span });
                made.push(space(&token));
            }
            if removed.next_if(|&gone| gone == at).is_some() {
                while removed.next_if(|&gone| gone == at).is_some() {}
                made.push(space(&token));
            } else {
                made.push(token);
            }
        }
        made.extend(added.filter_map(|(_, token)| Some(TokenWithSpan { token, span: end? })));
        *tokens = made;
    }
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn word(value: &str, keyword: Keyword) -> Token {
    Token::Word(Word { value: value.to_owned(), quote_style: None, keyword })
}

fn space(of: &TokenWithSpan) -> TokenWithSpan {
    TokenWithSpan { token: Token::Whitespace(sqlparser::tokenizer::Whitespace::Space), span: of.span }
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
