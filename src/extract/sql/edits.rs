//! Edits of a statement's token list, by index: what is put in and taken out before a grammar sees it.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Span, Token, TokenWithSpan, Whitespace, Word};

use super::repair::is_keyword;
use super::statement::is_space;

/// Edits that are made together. Indexes are those of tokens that are no white space.
pub(super) struct Edits<'t> {
    tokens: &'t mut Vec<TokenWithSpan>,
    significant: Vec<usize>,
    removed: Vec<usize>,
    /// What is put before which tokens; what was moved keeps its place.
    added: Vec<(usize, Token, Option<Span>)>,
}

impl<'t> Edits<'t> {
    /// No edits of `tokens` yet.
    pub(super) fn new(tokens: &'t mut Vec<TokenWithSpan>) -> Self {
        let significant = (0..tokens.len()).filter(|&at| !is_space(&tokens[at])).collect();
        Self { tokens, significant, removed: Vec::new(), added: Vec::new() }
    }

    /// Number of tokens.
    pub(super) fn len(&self) -> usize {
        self.significant.len()
    }

    /// The token at `at`.
    pub(super) fn token(&self, at: usize) -> Option<&Token> {
        self.significant.get(at).map(|&at| &self.tokens[at].token)
    }

    /// Whether token `at` is `token`.
    pub(super) fn is(&self, at: usize, token: &Token) -> bool {
        self.token(at) == Some(token)
    }

    /// Whether token `at` is one of `keywords`, without quotes.
    pub(super) fn is_any(&self, at: usize, keywords: &[Keyword]) -> bool {
        self.significant.get(at).is_some_and(|&at| is_keyword(&self.tokens[at], keywords))
    }

    /// The word at `at`, with or without quotes.
    pub(super) fn word(&self, at: usize) -> Option<&Word> {
        match self.token(at)? {
            Token::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Whether token `at` is one of `words`, without quotes.
    pub(super) fn is_word(&self, at: usize, words: &[&str]) -> bool {
        self.word(at).is_some_and(|word| {
            word.quote_style.is_none() && words.iter().any(|known| word.value.eq_ignore_ascii_case(known))
        })
    }

    /// Index of the token that closes the parenthesis at `open`.
    pub(super) fn close(&self, open: usize) -> Option<usize> {
        let mut depth = 0_u32;
        for at in open..self.len() {
            match self.token(at) {
                Some(Token::LParen) => depth += 1,
                Some(Token::RParen) => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Takes a token out.
    pub(super) fn remove(&mut self, at: usize) {
        self.removed.extend(self.significant.get(at));
    }

    /// Puts a token before token `at`; behind the last when there is none.
    pub(super) fn add(&mut self, at: usize, token: Token) {
        let at = self.significant.get(at).copied().unwrap_or(self.tokens.len());
        self.added.push((at, token, None));
    }

    /// Puts token `from` before token `at` as well.
    pub(super) fn copy(&mut self, from: usize, at: usize) {
        let Some(copied) = self.significant.get(from).map(|&from| self.tokens[from].clone()) else { return };
        let at = self.significant.get(at).copied().unwrap_or(self.tokens.len());
        self.added.push((at, copied.token, Some(copied.span)));
    }

    /// Puts a token in the place of another.
    pub(super) fn replace(&mut self, at: usize, token: Token) {
        self.add(at, token);
        self.remove(at);
    }

    /// Makes the edits.
    pub(super) fn apply(mut self) {
        if self.removed.is_empty() && self.added.is_empty() {
            return;
        }
        self.removed.sort_unstable();
        self.removed.dedup();
        self.added.sort_by_key(|(at, ..)| *at);
        let mut removed = self.removed.into_iter().peekable();
        let mut added = self.added.into_iter().peekable();
        let end = self.tokens.last().map(|last| last.span);
        let mut made = Vec::with_capacity(self.tokens.len() + 8);
        for (at, token) in std::mem::take(self.tokens).into_iter().enumerate() {
            while let Some((_, added, span)) = added.next_if(|(before, ..)| *before == at) {
                made.push(TokenWithSpan { token: added, span: span.unwrap_or(token.span) });
                made.push(space(&token));
            }
            if removed.next_if(|&gone| gone == at).is_some() {
                made.push(space(&token));
            } else {
                made.push(token);
            }
        }
        made.extend(added.filter_map(|(_, token, span)| Some(TokenWithSpan { token, span: span.or(end)? })));
        *self.tokens = made;
    }
}

/// A keyword as a token.
pub(super) fn keyword(value: &str, keyword: Keyword) -> Token {
    Token::Word(Word { value: value.to_owned(), quote_style: None, keyword })
}

fn space(of: &TokenWithSpan) -> TokenWithSpan {
    TokenWithSpan { token: Token::Whitespace(Whitespace::Space), span: of.span }
}
