//! What is written to: queries in parentheses behind `INSERT INTO`, elements and fields of columns.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

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
        if assigned || inserted {
            self.blank(at..close + 1);
        }
    }
}
