//! Repairs of a statement that no grammar accepts: edits of its token list, one refusal at a time, each told.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Span, Token, TokenWithSpan, Word};

use super::harmless::names_nothing;
use super::statement::{Refusal, is_space};
use super::text::hole_index;

/// A statement's tokens under repair.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// The tokens as they are now.
    pub(super) tokens: Vec<TokenWithSpan>,
    /// Cut parts that may name columns.
    pub(super) dropped: Vec<Span>,
    /// Holes that were taken out and may stand for a clause.
    pub(super) fragments: Vec<Span>,
    /// Something was added to make the text a whole statement.
    pub(super) completed: bool,
    /// The last refusal's place and how often it came.
    stuck: (usize, u32),
}

impl Draft {
    /// A draft of `tokens`.
    pub(super) fn new(tokens: Vec<TokenWithSpan>) -> Self {
        Self { tokens, dropped: Vec::new(), fragments: Vec::new(), completed: false, stuck: (usize::MAX, 0) }
    }

    /// Puts holes into shapes that grammars accept wherever they stand for more than a value. Tells whether anything
    /// changed. Only for statements that read or write rows: in others a hole follows a name in many places.
    pub(super) fn settle_holes(&mut self) -> bool {
        let mut changed = false;
        let Some(first) = self.next_significant(0) else { return false };
        let inserts = is_keyword(&self.tokens[first], &[Keyword::INSERT, Keyword::REPLACE]);
        if !inserts
            && !is_keyword(
                &self.tokens[first],
                &[Keyword::SELECT, Keyword::WITH, Keyword::UPDATE, Keyword::DELETE, Keyword::MERGE],
            )
            && self.tokens[first].token != Token::LParen
        {
            return false;
        }
        let mut clause = Keyword::NoKeyword;
        let mut made: Vec<TokenWithSpan> = Vec::with_capacity(self.tokens.len() + 8);
        let mut previous: Option<TokenWithSpan> = None;
        let tokens = std::mem::take(&mut self.tokens);
        for (at, token) in tokens.iter().enumerate() {
            if is_space(token) {
                made.push(token.clone());
                continue;
            }
            if let Token::Word(word) = &token.token
                && word.quote_style.is_none()
                && matches!(
                    word.keyword,
                    Keyword::SELECT
                        | Keyword::FROM
                        | Keyword::WHERE
                        | Keyword::ORDER
                        | Keyword::LIMIT
                        | Keyword::SET
                        | Keyword::OFFSET
                        | Keyword::FETCH
                        | Keyword::VALUES
                        | Keyword::HAVING
                        | Keyword::GROUP
                        | Keyword::ON
                        | Keyword::INTO
                        | Keyword::OVER
                        | Keyword::PARTITION
                )
            {
                clause = word.keyword;
            }
            if !is_hole(token) {
                previous = Some(token.clone());
                made.push(token.clone());
                continue;
            }
            let next = tokens[at + 1..].iter().find(|token| !is_space(token));
            let next_is = |wanted: &Token| next.is_some_and(|next| next.token == *wanted);
            let before = previous.clone();
            let before = before.as_ref();
            let follows_operand = before.is_some_and(ends_operand);
            let keyword_before = |keywords: &[Keyword]| before.is_some_and(|before| is_keyword(before, keywords));
            if follows_operand && !next_is(&Token::Period) && !next_is(&Token::LParen) {
                changed = true;
                let conditional = matches!(clause, Keyword::WHERE | Keyword::ON | Keyword::HAVING);
                if conditional && next.is_some_and(|next| starts_operand(next) || is_constant(next)) {
                    // An operator.
                    made.push(at_span(Token::Eq, token.span));
                    previous = made.last().cloned();
                    continue;
                }
                if inserts && clause == Keyword::INTO {
                    made.push(word_at("SELECT", token.span));
                    made.push(token.clone());
                    previous = Some(token.clone());
                    clause = Keyword::SELECT;
                } else if !matches!(clause, Keyword::ORDER | Keyword::LIMIT | Keyword::OFFSET | Keyword::FETCH) {
                    self.fragments.push(token.span);
                }
                continue;
            }
            let opened = before.is_some_and(|before| before.token == Token::LParen);
            let names_query = opened && before_last(&made).is_some_and(|token| is_keyword(token, &[Keyword::AS]));
            let branch = keyword_before(&[Keyword::UNION, Keyword::ALL, Keyword::EXCEPT, Keyword::INTERSECT]);
            if (names_query || branch) && next.is_none_or(|next| next.token == Token::RParen || is_keyword(next, SETS))
            {
                // A query of its own: `WITH x AS (${query})`, `… UNION ALL ${query}`.
                changed = true;
                made.push(word_at("SELECT", token.span));
                made.push(token.clone());
                previous = Some(token.clone());
                continue;
            }
            if keyword_before(&[Keyword::IN, Keyword::VALUES]) && !next_is(&Token::Period) {
                changed = true;
                made.push(at_span(Token::LParen, token.span));
                made.push(token.clone());
                made.push(at_span(Token::RParen, token.span));
                previous = Some(at_span(Token::RParen, token.span));
                continue;
            }
            let condition = keyword_before(&[Keyword::WHERE, Keyword::AND, Keyword::OR, Keyword::ON, Keyword::HAVING]);
            let operand_follows =
                next.is_some_and(|next| starts_operand(next) || *next == at_span(Token::LParen, next.span));
            if condition && operand_follows {
                changed = true;
                self.fragments.push(token.span);
                continue;
            }
            made.push(token.clone());
            previous = Some(token.clone());
            let assignment = clause == Keyword::SET
                && (keyword_before(&[Keyword::SET]) || before.is_some_and(|before| before.token == Token::Comma))
                && next.is_none_or(|next| {
                    next.token == Token::Comma
                        || is_keyword(
                            next,
                            &[Keyword::WHERE, Keyword::FROM, Keyword::RETURNING, Keyword::ORDER, Keyword::LIMIT],
                        )
                        || is_hole(next)
                });
            if assignment {
                changed = true;
                made.push(at_span(Token::Eq, token.span));
                made.push(at_span(Token::Number("0".to_owned(), false), token.span));
                previous = made.last().cloned();
            }
        }
        self.tokens = made;
        changed
    }

    /// Closes what is open at the end of a text that breaks off. Tells whether anything was.
    pub(super) fn close(&mut self) -> bool {
        let Some(last) = self.previous_significant(self.tokens.len()) else { return false };
        let span = self.tokens[last].span;
        let open = self.depth_at(self.tokens.len());
        let dangling = dangles(&self.tokens[last]);
        if !dangling && !(1..50).contains(&open) {
            return false;
        }
        self.completed = true;
        if dangling {
            self.tokens.push(word_at("columnist_hole_0", span));
        }
        for _ in 0..open.min(50) {
            self.tokens.push(at_span(Token::RParen, span));
        }
        true
    }

    /// Answers one refusal with one edit. `false` when there is nothing left to try.
    pub(super) fn repair(&mut self, refusal: &Refusal) -> bool {
        let at = refusal.at;
        let from_end = self.tokens.len() - at.min(self.tokens.len());
        self.stuck = if self.stuck.0 == from_end { (from_end, self.stuck.1 + 1) } else { (from_end, 0) };
        let Some(at) = self.next_significant(at) else { return self.complete() };
        if is_hole(&self.tokens[at]) {
            let token = &mut self.tokens[at];
            if self.stuck.1 == 0 {
                token.token = Token::Number("0".to_owned(), false);
            } else {
                self.fragments.push(token.span);
                self.tokens.remove(at);
            }
            return true;
        }
        if let Some(end) = self.subscript_end(at)
            && refusal.message.starts_with("Expected: ")
        {
            // `SET a[1] = …` assigns the column.
            self.drop_range(at..end);
            return true;
        }
        if let Some(before) = self.previous_significant(at)
            && is_hole(&self.tokens[before])
            && self.stuck.1 == 0
        {
            let span = self.tokens[before].span;
            if refusal.message.starts_with("Expected: =") {
                self.tokens.insert(before + 1, at_span(Token::Eq, span));
                self.tokens.insert(before + 2, at_span(Token::Number("0".to_owned(), false), span));
            } else {
                self.fragments.push(span);
                self.tokens.remove(before);
            }
            return true;
        }
        if self.cut_dangling_set(at) {
            return true;
        }
        if self.tokens[at].token == Token::RParen && self.depth_at(at) <= 0 {
            self.completed = true;
            self.tokens.remove(at);
            return true;
        }
        if self.depth_at(at) > 0 { self.cut_group(at) } else { self.cut_clause(at) }
    }

    /// Leaves out a `UNION ALL` that nothing follows before token `at`: the last of a loop that joins queries.
    fn cut_dangling_set(&mut self, at: usize) -> bool {
        let mut first = at;
        while let Some(before) = self.previous_significant(first)
            && is_keyword(&self.tokens[before], &[Keyword::UNION, Keyword::ALL, Keyword::EXCEPT, Keyword::INTERSECT])
        {
            first = before;
        }
        let cuts = first < at && is_keyword(&self.tokens[first], SETS);
        if cuts {
            self.tokens.drain(first..at);
            self.completed = true;
        }
        cuts
    }

    /// The token behind the subscript at `at`, if one stands there behind a name.
    fn subscript_end(&self, at: usize) -> Option<usize> {
        let before = self.previous_significant(at)?;
        if !matches!(self.tokens[before].token, Token::Word(_)) {
            return None;
        }
        match &self.tokens[at].token {
            Token::Word(word) if word.quote_style == Some('[') => Some(at + 1),
            Token::LBracket => {
                let close = self.tokens[at..].iter().position(|token| token.token == Token::RBracket)?;
                Some(at + close + 1)
            }
            _ => None,
        }
    }

    /// The text ends too early: what is open is closed, what is missing becomes a hole.
    fn complete(&mut self) -> bool {
        if self.cut_dangling_set(self.tokens.len()) {
            return true;
        }
        let Some(last) = self.previous_significant(self.tokens.len()) else { return false };
        let span = self.tokens[last].span;
        self.completed = true;
        if dangles(&self.tokens[last]) && self.stuck.1 == 0 {
            self.tokens.push(word_at("columnist_hole_0", span));
            return true;
        }
        let open = self.depth_at(self.tokens.len());
        if open > 0 && open < 50 {
            for _ in 0..open {
                self.tokens.push(at_span(Token::RParen, span));
            }
            return true;
        }
        if self.stuck.1 < 2 {
            self.tokens.push(word_at("columnist_hole_0", span));
            return true;
        }
        false
    }

    /// Leaves out the innermost group that holds `at`; a constant stands for it.
    fn cut_group(&mut self, at: usize) -> bool {
        let mut depth = 0;
        let mut open = at;
        while open > 0 {
            open -= 1;
            match self.tokens[open].token {
                Token::RParen => depth += 1,
                Token::LParen if depth == 0 => break,
                Token::LParen => depth -= 1,
                _ => {}
            }
        }
        let mut close = at;
        depth = 0;
        while close < self.tokens.len() {
            match self.tokens[close].token {
                Token::LParen => depth += 1,
                Token::RParen if depth == 0 => break,
                Token::RParen => depth -= 1,
                _ => {}
            }
            close += 1;
        }
        let inside = open + 1..close;
        let already = self.tokens[inside.clone()].iter().filter(|token| !is_space(token)).count() <= 1;
        if already {
            // The group itself is what the grammar does not want here.
            let end = (close + 1).min(self.tokens.len());
            if open == 0 || self.depth_at(open) > 0 && self.stuck.1 > 2 {
                return false;
            }
            self.drop_range(open..end);
            return true;
        }
        let span = self.tokens[inside.start].span;
        self.note_dropped(inside.clone());
        self.tokens.splice(inside, [word_at("NULL", span)]);
        true
    }

    /// Leaves out the text from `at` to the next clause.
    fn cut_clause(&mut self, at: usize) -> bool {
        let mut depth = 0_i32;
        let mut end = at + 1;
        while end < self.tokens.len() {
            match &self.tokens[end].token {
                Token::LParen => depth += 1,
                Token::RParen => depth -= 1,
                _ if depth <= 0 && is_keyword(&self.tokens[end], CLAUSES) => break,
                _ => {}
            }
            end += 1;
        }
        let first = self.next_significant(0);
        if first == Some(at) {
            return false;
        }
        self.drop_range(at..end);
        true
    }

    fn drop_range(&mut self, range: std::ops::Range<usize>) {
        self.note_dropped(range.clone());
        self.tokens.drain(range);
    }

    fn note_dropped(&mut self, range: std::ops::Range<usize>) {
        let dropped = &self.tokens[range];
        let mut significant = dropped.iter().filter(|token| !is_space(token));
        let Some(first) = significant.next() else { return };
        self.fragments.extend(dropped.iter().filter(|token| is_hole(token)).map(|token| token.span));
        if names_nothing(dropped) {
            return;
        }
        let last = significant.next_back().unwrap_or(first);
        self.dropped.push(Span::new(first.span.start, last.span.end));
    }

    fn next_significant(&self, at: usize) -> Option<usize> {
        (at..self.tokens.len()).find(|&at| !is_space(&self.tokens[at]) && self.tokens[at].token != Token::EOF)
    }

    fn previous_significant(&self, at: usize) -> Option<usize> {
        (0..at.min(self.tokens.len()))
            .rev()
            .find(|&at| !is_space(&self.tokens[at]) && self.tokens[at].token != Token::EOF)
    }

    /// Parentheses that are open before token `at`.
    fn depth_at(&self, at: usize) -> i32 {
        self.tokens[..at].iter().fold(0, |depth: i32, token| match token.token {
            Token::LParen => depth + 1,
            Token::RParen => (depth - 1).max(0),
            _ => depth,
        })
    }
}

/// The token before the last that is no white space.
fn before_last(tokens: &[TokenWithSpan]) -> Option<&TokenWithSpan> {
    tokens.iter().rev().filter(|token| !is_space(token)).nth(1)
}

/// Keywords that put queries together.
const SETS: &[Keyword] = &[Keyword::UNION, Keyword::EXCEPT, Keyword::INTERSECT, Keyword::MINUS];

/// Keywords that begin a clause at the level of the statement.
const CLAUSES: &[Keyword] = &[
    Keyword::SELECT,
    Keyword::FROM,
    Keyword::WHERE,
    Keyword::GROUP,
    Keyword::HAVING,
    Keyword::ORDER,
    Keyword::LIMIT,
    Keyword::OFFSET,
    Keyword::UNION,
    Keyword::EXCEPT,
    Keyword::INTERSECT,
    Keyword::SET,
    Keyword::VALUES,
    Keyword::RETURNING,
    Keyword::JOIN,
    Keyword::LEFT,
    Keyword::RIGHT,
    Keyword::INNER,
    Keyword::CROSS,
    Keyword::FULL,
    Keyword::ON,
    Keyword::AND,
    Keyword::OR,
    Keyword::WHEN,
    Keyword::USING,
];

/// Whether the token is a hole's marker.
pub(super) fn is_hole(token: &TokenWithSpan) -> bool {
    matches!(&token.token, Token::Word(word) if word.value.starts_with("columnist") && hole_index(&word.value).is_some())
}

/// Whether the token is one of `keywords`, without quotes.
pub(super) fn is_keyword(token: &TokenWithSpan, keywords: &[Keyword]) -> bool {
    matches!(&token.token, Token::Word(word) if word.quote_style.is_none() && keywords.contains(&word.keyword))
}

/// Whether the token can be the last of an expression or name.
fn ends_operand(token: &TokenWithSpan) -> bool {
    match &token.token {
        Token::Word(word) => word.quote_style.is_some() || !super::holes::is_clause_word(&word.value),
        Token::Number(..) | Token::SingleQuotedString(_) | Token::RParen | Token::RBracket => true,
        _ => false,
    }
}

fn is_constant(token: &TokenWithSpan) -> bool {
    matches!(token.token, Token::Number(..) | Token::SingleQuotedString(_))
}

/// Whether the token can be the first of an expression.
fn starts_operand(token: &TokenWithSpan) -> bool {
    match &token.token {
        Token::Word(word) => {
            word.quote_style.is_some()
                || (!super::holes::is_clause_word(&word.value) && word.keyword != Keyword::COLLATE)
        }
        _ => false,
    }
}

/// Whether an expression must follow the token.
fn dangles(token: &TokenWithSpan) -> bool {
    match &token.token {
        Token::Word(word) => {
            word.quote_style.is_none()
                && super::holes::is_clause_word(&word.value)
                && !matches!(word.keyword, Keyword::ALL | Keyword::DEFAULT)
        }
        Token::Comma
        | Token::Eq
        | Token::Neq
        | Token::Lt
        | Token::Gt
        | Token::LtEq
        | Token::GtEq
        | Token::Plus
        | Token::Minus
        | Token::Div
        | Token::LParen
        | Token::Period
        | Token::StringConcat => true,
        _ => false,
    }
}

fn at_span(token: Token, span: Span) -> TokenWithSpan {
    TokenWithSpan::new(token, span)
}

fn word_at(word: &str, span: Span) -> TokenWithSpan {
    let Token::Word(made) = Token::make_word(word, None) else { return at_span(Token::Comma, span) };
    at_span(Token::Word(Word { value: word.to_owned(), ..made }), span)
}
