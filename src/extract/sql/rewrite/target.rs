//! What is written to: queries in parentheses behind `INSERT INTO`, elements and fields of columns.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Whitespace};

use super::{Added, CONTINUES, Rewriter};

impl Rewriter<'_> {
    /// `INSERT INTO t (WITH …)`, `INSERT INTO t (VALUES …)`: as if the parentheses were not there. `at` is behind the
    /// first one.
    pub(super) fn inserted_query(&mut self, at: usize) -> bool {
        let depth = self.clauses.len();
        let is_inserted = depth > 1
            && self.added.last().is_none_or(|(before, _)| Some(before) != self.significant.get(at - 1))
            && self.clauses[depth - 2] == Keyword::INTO
            && matches!(self.token(at - 2), Some(Token::Word(_)))
            && matches!(self.token(at + 1), Some(Token::LParen | Token::Word(_)));
        match self.close(at - 1) {
            Some(close) if is_inserted => {
                self.blank(at - 1..at);
                self.blank(close..close + 1);
                self.clauses.pop();
                true
            }
            _ => false,
        }
    }

    /// `INSERT INTO t (a) (SELECT …) UNION …`: the parenthesis is taken to hold all of the query.
    pub(super) fn inserted_set(&mut self, at: usize) {
        let follows = at > 0
            && matches!(self.token(at - 1), Some(Token::RParen | Token::Word(_)))
            && !self.is(at - 1, CONTINUES)
            && !self.is(at - 1, &[Keyword::ALL, Keyword::DISTINCT]);
        if self.clause() == Keyword::INTO
            && follows
            && self.is(at + 1, &[Keyword::SELECT, Keyword::WITH, Keyword::VALUES, Keyword::TABLE])
            && let Some(close) = self.close(at)
            && self.is(close + 1, CONTINUES)
        {
            self.add(at, Added::Verb);
        }
    }

    /// `SET a[b] = c` reads `b`: as if it were assigned, too. `name` is what is assigned, `subscripts` are behind it.
    fn chosen_by(&mut self, name: std::ops::Range<usize>, subscripts: std::ops::Range<usize>) {
        let (mut depth, mut chosen) = (0_u32, vec![Vec::new()]);
        for at in subscripts.clone() {
            let token = &self.tokens[self.significant[at]];
            match &token.token {
                Token::LBracket | Token::LParen => depth += 1,
                Token::RBracket | Token::RParen => depth = depth.saturating_sub(1),
                _ => {}
            }
            let parts = depth == 1 && token.token == Token::Colon || depth == 0;
            let opens = depth == 1 && token.token == Token::LBracket;
            if parts {
                chosen.push(Vec::new());
            } else if let (false, Some(last)) = (opens, chosen.last_mut()) {
                last.push(token.clone());
            }
        }
        chosen.retain(|part| part.iter().any(|token| matches!(token.token, Token::Word(_))));
        let Some(equals) = self.significant.get(subscripts.end).map(|&at| self.tokens[at].clone()) else { return };
        if chosen.is_empty() {
            return;
        }
        let like = |token: Token| TokenWithSpan { token, span: equals.span };
        let mut made = vec![equals.clone(), like(Token::LParen)];
        for (at, part) in chosen.into_iter().enumerate() {
            made.extend((at > 0).then(|| like(Token::Comma)));
            for token in part {
                made.extend([token, like(Token::Whitespace(Whitespace::Space))]);
            }
        }
        made.extend([like(Token::RParen), like(Token::Comma)]);
        made.extend(name.map(|at| self.tokens[self.significant[at]].clone()));
        self.added.push((self.significant[subscripts.end], Added::Tokens(made)));
    }

    /// `SET a[1] = …`, `INSERT INTO t (a[1])`: an element of a column is written as the column.
    pub(super) fn subscript(&mut self, at: usize) {
        if at < 2 || !matches!(self.token(at - 1), Some(Token::Word(_))) {
            return;
        }
        // `a.b[1]`: an element of a field.
        let mut before = at - 2;
        while before > 1 && self.token(before) == Some(&Token::Period) {
            before -= 2;
        }
        let Some(mut close) = self.close(at) else { return };
        loop {
            close = match self.token(close + 1) {
                Some(Token::LBracket) => {
                    let Some(next) = self.close(close + 1) else { return };
                    next
                }
                // `a[1].b`: a field of the element.
                Some(Token::Period) if matches!(self.token(close + 2), Some(Token::Word(_))) => close + 2,
                _ => break,
            };
        }
        let assigned = self.clause() == Keyword::SET
            && self.token(close + 1) == Some(&Token::Eq)
            && (self.is(before, &[Keyword::SET]) || self.token(before) == Some(&Token::Comma));
        let depth = self.clauses.len();
        let inserted = depth > 1
            && self.clauses[depth - 2] == Keyword::INTO
            && matches!(self.token(before), Some(Token::Comma | Token::LParen))
            && matches!(self.token(close + 1), Some(Token::Comma | Token::RParen));
        if assigned {
            self.chosen_by(before + 1..at, at..close + 1);
        }
        if assigned || inserted {
            self.blank(at..close + 1);
        }
    }
}
