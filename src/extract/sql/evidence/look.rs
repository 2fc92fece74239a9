//! The first tokens of a text that may be SQL.

use crate::extract::sql::dialect::Lexis;
use crate::extract::sql::lexer::{Lexer, Token, TokenKind};
use crate::extract::sql::text::holds_hole;

/// The first tokens of a text.
pub(super) struct Look<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: Vec<Token>,
    pub(super) style: Style,
}

impl<'t> Look<'t> {
    /// `None` when nothing follows the first word.
    pub(super) fn new(text: &'t str, style: Style) -> Option<Self> {
        let mut lexer = Lexer::new(text, Lexis::default());
        let mut tokens = Vec::new();
        while tokens.len() < FAR
            && let Some(token) = lexer.next_token()
        {
            if !matches!(token.kind, TokenKind::Comment | TokenKind::Removed) {
                tokens.push(token);
            }
        }
        (tokens.len() > 1).then_some(Self { text, tokens, style })
    }

    pub(super) fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    pub(super) fn of(&self, at: usize) -> &'t str {
        self.tokens.get(at).map_or("", |token| token.of(self.text))
    }

    pub(super) fn is(&self, at: usize, operator: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(self.text, operator))
    }

    pub(super) fn word_at(&self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_word(self.text, word))
    }

    pub(super) fn any_word_at(&self, at: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.word_at(at, word))
    }

    /// Whether the text is longer than what is looked at.
    pub(super) fn is_cut(&self) -> bool {
        self.tokens.len() == FAR
    }

    /// Whether the text ends before token `at`.
    pub(super) fn ends(&self, at: usize) -> bool {
        at >= self.tokens.len() || self.is(at, ";")
    }

    pub(super) fn is_hole(&self, at: usize) -> bool {
        matches!(self.kind(at), Some(TokenKind::Placeholder | TokenKind::Question))
            || (self.kind(at) == Some(TokenKind::Word) && holds_hole(self.of(at)))
    }

    /// Whether the text is code that breaks off before token `at`, to be continued by what it is concatenated with.
    pub(super) fn breaks_off(&self, at: usize) -> bool {
        self.style == Style::Upper && at >= self.tokens.len() && self.text.ends_with([' ', '\n', '\t', '.', '"', '`'])
    }

    /// Whether a name or a hole stands at `at`.
    pub(super) fn is_name(&self, at: usize) -> bool {
        self.is_hole(at)
            || match self.kind(at) {
                Some(TokenKind::Quoted | TokenKind::Variable) => true,
                Some(TokenKind::Word) => self.style == Style::Upper || self.is(at + 1, ".") || !self.is_prose(at),
                Some(TokenKind::Operator) => self.is(at, "["),
                _ => false,
            }
    }

    /// Whether the word at `at` is one of English and not a name of one letter: an article is followed by a word.
    pub(super) fn is_prose(&self, at: usize) -> bool {
        let word = self.of(at);
        let qualified = at > 0 && self.is(at - 1, ".") && self.tokens[at - 1].end == self.tokens[at].start;
        let letter = word.len() == 1 && self.kind(at + 1) == Some(TokenKind::Operator) && !self.is(at + 1, "(");
        is_english(word) && !qualified && !letter
    }

    /// The token behind a qualified name at `at`.
    pub(super) fn name_end(&self, at: usize) -> Option<usize> {
        if !self.is_name(at) {
            return None;
        }
        let mut end = at;
        if self.is(at, "[") {
            while !self.is(end, "]") {
                end += 1;
                if end >= self.tokens.len() || end > at + 8 {
                    return None;
                }
            }
        }
        end += 1;
        if self.is(end, ".") {
            return if self.is(end + 1, "*") { Some(end + 2) } else { self.name_end(end + 1) };
        }
        Some(end)
    }

    pub(super) fn starts_variable(&self, at: usize) -> bool {
        self.kind(at) == Some(TokenKind::Variable)
    }

    /// The first `word` outside of parentheses, from token `from` on.
    pub(super) fn find(&self, word: &str, from: usize) -> Option<usize> {
        let mut depth = 0_i32;
        for at in from..self.tokens.len() {
            if self.is(at, "(") {
                depth += 1;
            } else if self.is(at, ")") {
                depth -= 1;
            } else if depth <= 0 && self.word_at(at, word) {
                return Some(at);
            }
        }
        None
    }

    /// Whether the tokens `from..to` hold something that English does not: operators, holes, `snake_case`.
    pub(super) fn looks_technical(&self, from: usize, to: usize) -> bool {
        (from..to.min(self.tokens.len())).any(|at| match self.kind(at) {
            Some(TokenKind::Operator) => {
                let text = self.of(at);
                matches!(text, "*" | "=" | "<" | ">" | "(" | "::" | "[" | ";" | "|")
                    || (text == "." && self.tokens.get(at + 1).is_some_and(|next| next.start == self.tokens[at].end))
                    || (text == "," && self.style == Style::Lower)
            }
            Some(TokenKind::Word) => {
                let text = self.of(at);
                text.contains('_') || (at > 0 && text.len() > 2 && is_camel(text))
            }
            Some(TokenKind::Quoted) => self.of(at).starts_with('`') || !self.of(at).contains(' '),
            Some(TokenKind::Placeholder | TokenKind::Question | TokenKind::Variable) => true,
            _ => false,
        })
    }
}

impl Look<'_> {
    /// Whether a parenthesis opens soon after `from`.
    pub(super) fn find_paren(&self, from: usize) -> bool {
        (from..from + 10).any(|at| self.is(at, "("))
    }
}

/// How the first word is written: the less it looks like code, the more grammar must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Style {
    /// `Select`: English until proven otherwise.
    Capital,
    /// `select`.
    Lower,
    /// `SELECT`.
    Upper,
}

/// `fullName`, but neither `Name` nor `NAME`.
pub(super) fn is_camel(word: &str) -> bool {
    word.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
}

/// Words that no relation or column is called, but that stand where English would have them.
fn is_english(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "a", "an", "the", "your", "this", "that", "these", "those", "my", "our", "their", "its", "of", "you", "is",
        "are", "to", "for", "from", "with", "and", "or", "in", "at", "by", "one", "some", "any", "each", "every",
        "which", "what", "please", "into", "where", "set", "values", "select", "it", "more", "on", "as", "was",
    ];
    word.len() <= 6 && WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Tokens that are looked at.
const FAR: usize = 400;
