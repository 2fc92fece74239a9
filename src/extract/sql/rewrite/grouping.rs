//! Sets of `GROUP BY` that are written in ways of `PostgreSQL`.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use super::{Added, Rewriter, closers};

impl Rewriter<'_> {
    /// `ROLLUP ((t).a, (b)::text)`: a parenthesis there is taken to hold a whole set.
    pub(super) fn grouped_fields(&mut self, open: usize) {
        let Some(close) = self.closers[open] else { return };
        let mut at = open + 1;
        while at < close {
            if self.is_blank(at) {
                at += 1;
                continue;
            }
            let start = at;
            if self.token(at) == Some(&Token::LParen) {
                let Some(end) = self.closers[at] else { return };
                at = end + 1;
                while self.is_blank(at) {
                    at += 1;
                }
                if matches!(self.token(at), Some(Token::Comma | Token::RParen)) {
                    // A set, or a list of them.
                    at = start + 1;
                    continue;
                }
            }
            while at < close && !matches!(self.token(at), Some(Token::Comma | Token::RParen)) {
                at = self.closers[at].unwrap_or(at) + 1;
            }
            if self.token(start) == Some(&Token::LParen) {
                self.add(start, Added::Open);
                self.add(at, Added::Close);
            }
            at += 1;
        }
    }

    /// `GROUPING SETS ((a), GROUPING SETS ((b), ()), CUBE (c, d))`: the sets of a set are sets of the whole, and which
    /// ones a `CUBE` stands for changes nothing about the names in it.
    pub(super) fn nested_sets(&mut self, open: usize) {
        let Some(close) = self.close(open) else { return };
        let mut at = open + 1;
        while at < close {
            if self.is(at, &[Keyword::SETS])
                && self.is(at - 1, &[Keyword::GROUPING])
                && let Some(end) = self.close(at + 1)
            {
                self.blank(at - 1..at + 2);
                self.blank(end..end + 1);
            } else if self.is(at, &[Keyword::ROLLUP, Keyword::CUBE]) && self.token(at + 1) == Some(&Token::LParen) {
                self.blank(at..at + 1);
            }
            at += 1;
        }
        if (open..close).any(|at| self.is_blank(at)) {
            self.closers = closers(self.tokens, &self.significant);
        }
    }
}
