//! One statement's prepared text through the grammars: the most plausible dialect that accepts it wins, repairs are
//! tried when none does.

use sqlparser::ast;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

use super::lower::{self, Lowered};
use super::places::Places;
use super::repair::Draft;
use super::rewrite;
use super::text::SqlText;
use super::{clickhouse, dialect, grammar_tokens, postgres};
use crate::model::span::Span;
use crate::model::statement::{Dialect, Reading};

/// A statement that a grammar accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Accepted {
    /// What it says.
    pub(super) lowered: Lowered,
    /// Whose grammar it was.
    pub(super) dialect: Dialect,
    /// Whether parts were left out.
    pub(super) reading: Reading,
    /// Parts that were left out and may name columns, as bytes of the prepared text.
    pub(super) dropped: Vec<Span>,
    /// Byte of the prepared text at which another statement begins.
    pub(super) rest: Option<u32>,
}

/// Nesting that the grammars follow before they give up.
const DEEPEST: usize = 100;
/// Longest chain of operators or set operations: syntax trees lean to the left, and walks over them recurse.
const LONGEST_CHAIN: u32 = 20_000;
/// Chains that need more than the stack of any thread.
const LONG_CHAIN: u32 = 400;
/// Longest statement that is given to a grammar, in bytes.
const LONGEST: usize = 4 * 1024 * 1024;
/// Statements up to this many bytes are repaired more than a few times.
const SHORT: usize = 32 * 1024;

/// Why a grammar refused a statement.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    /// The grammar's words.
    pub(super) message: String,
    /// Index of the offending token; the number of tokens at the end of the text.
    pub(super) at: usize,
}

/// A statement that no grammar accepted.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    /// The words of the grammar that came furthest.
    pub(super) message: String,
    furthest: Option<(Dialect, Refusal, Vec<TokenWithSpan>)>,
}

/// Parses `text` with the dialects of `order`.
pub(super) fn parse(text: &SqlText, order: &[Dialect]) -> Result<Accepted, Refused> {
    let refused = |message: &str| Refused { message: message.to_owned(), furthest: None };
    if text.as_str().len() > LONGEST {
        return Err(refused("the statement is too long"));
    }
    let mut furthest: Option<(Dialect, Refusal, Vec<TokenWithSpan>)> = None;
    let mut message = String::new();
    for &dialect in order {
        let mut tokens = match tokenize(text.as_str(), dialect) {
            Ok(tokens) => tokens,
            Err(refusal) => {
                message = refusal;
                continue;
            }
        };
        if matches!(dialect, Dialect::Postgres | Dialect::Generic) {
            rewrite::rewrite(&mut tokens);
            postgres::rewrite(&mut tokens);
        }
        if matches!(dialect, Dialect::ClickHouse | Dialect::Generic | Dialect::BigQuery | Dialect::Snowflake) {
            clickhouse::rewrite(&mut tokens);
        }
        let chain = longest_chain(&tokens);
        if chain > LONGEST_CHAIN {
            return Err(refused("the expression is too long"));
        }
        // The syntax tree is as deep as its longest chain, and is dropped by recursion.
        let grammar = dialect::grammar(dialect);
        let attempted = with_stack_for(chain, || {
            let first = match attempt(grammar.as_ref(), tokens) {
                Err((refusal, mut tokens)) => {
                    if name_keywords(&mut tokens) {
                        attempt(grammar.as_ref(), tokens)
                    } else {
                        Err((refusal, tokens))
                    }
                }
                accepted => accepted,
            };
            first.map(|(statement, rest)| accept(text, &statement, dialect, rest))
        });
        match attempted {
            Ok(accepted) => return Ok(accepted),
            Err((refusal, tokens)) => {
                if furthest.as_ref().is_none_or(|(_, best, known)| left(&refusal, &tokens) < left(best, known)) {
                    furthest = Some((dialect, refusal, tokens));
                }
            }
        }
    }
    if text.as_str().len() <= SHORT
        && let Some(accepted) = parse_as_relative(text)
    {
        return Ok(accepted);
    }
    if let Some((_, refusal, _)) = &furthest {
        message.clone_from(&refusal.message);
    }
    Err(Refused { message, furthest })
}

/// Makes names of keywords where one must stand: `FROM table WHERE …`, as examples call theirs, `assert.null(a)`.
fn name_keywords(tokens: &mut [TokenWithSpan]) -> bool {
    use sqlparser::keywords::Keyword;
    let keyword = |token: &TokenWithSpan| match &token.token {
        Token::Word(word) if word.quote_style.is_none() => Some(word.keyword),
        _ => None,
    };
    let significant: Vec<usize> = (0..tokens.len()).filter(|&at| !is_space(&tokens[at])).collect();
    let mut found = false;
    for (at, &table) in significant.iter().enumerate().skip(1) {
        if matches!(keyword(&tokens[table]), Some(Keyword::NULL | Keyword::TRUE | Keyword::FALSE))
            && tokens[significant[at - 1]].token == Token::Period
            && let Token::Word(word) = &mut tokens[table].token
        {
            word.keyword = Keyword::NoKeyword;
            found = true;
            continue;
        }
        let before = keyword(&tokens[significant[at - 1]]);
        let names = matches!(before, Some(Keyword::FROM | Keyword::JOIN | Keyword::INTO | Keyword::UPDATE));
        if !names || keyword(&tokens[table]) != Some(Keyword::TABLE) {
            continue;
        }
        let behind = significant.get(at + 1).map(|&behind| &tokens[behind]);
        let is_alone = behind.is_none_or(|behind| match &behind.token {
            Token::LParen | Token::Period => before == Some(Keyword::INTO),
            // `INSERT INTO TABLE t`.
            Token::Word(word) => {
                before != Some(Keyword::INTO) || (word.quote_style.is_none() && word.keyword != Keyword::NoKeyword)
            }
            _ => true,
        });
        if let (true, Token::Word(word)) = (is_alone, &mut tokens[table].token) {
            word.keyword = Keyword::NoKeyword;
            found = true;
        }
    }
    found
}

/// Tries the grammars of relatives, which have no dialect of their own here.
fn parse_as_relative(text: &SqlText) -> Option<Accepted> {
    for (grammar, dialect) in dialect::relatives() {
        let Ok(tokens) = Tokenizer::new(grammar.as_ref(), text.as_str()).tokenize_with_location() else { continue };
        let chain = longest_chain(&tokens);
        if chain > LONGEST_CHAIN {
            return None;
        }
        let attempted = with_stack_for(chain, || {
            attempt(grammar.as_ref(), tokens).ok().map(|(statement, rest)| accept(text, &statement, dialect, rest))
        });
        if attempted.is_some() {
            return attempted;
        }
    }
    None
}

/// How much of a statement a grammar did not come to. White space does not count: not all tokens come with it.
fn left(refusal: &Refusal, tokens: &[TokenWithSpan]) -> usize {
    tokens[refusal.at.min(tokens.len())..].iter().filter(|token| !is_space(token)).count()
}

/// The tokens of a text in a dialect, or why there are none.
fn tokenize(text: &str, dialect: Dialect) -> Result<Vec<TokenWithSpan>, String> {
    if let Some(tokens) = grammar_tokens::plain(text, dialect) {
        return Ok(tokens);
    }
    let grammar = dialect::grammar(dialect);
    Tokenizer::new(grammar.as_ref(), text).tokenize_with_location().map_err(|error| error.to_string())
}

/// Tries to make a refused statement acceptable.
pub(super) fn repair(text: &SqlText, refused: Refused) -> Option<Accepted> {
    let (dialect, refusal, tokens) = refused.furthest?;
    if longest_chain(&tokens) > LONG_CHAIN {
        return None;
    }
    let most = if text.as_str().len() > SHORT { 3 } else { 16 };
    repaired(text, dialect, tokens, refusal, most)
}

fn accept(text: &SqlText, statement: &ast::Statement, dialect: Dialect, rest: Option<Location>) -> Accepted {
    let places = Places::of(text, dialect);
    Accepted {
        lowered: lower::lower(statement, &places),
        dialect,
        reading: Reading::Parsed,
        dropped: Vec::new(),
        rest: rest.map(|location| places.offset(location)),
    }
}

/// Repairs and tries again, `most` times.
fn repaired(
    text: &SqlText,
    dialect: Dialect,
    tokens: Vec<TokenWithSpan>,
    refusal: Refusal,
    most: u32,
) -> Option<Accepted> {
    let message = refusal.message.clone();
    let grammar = dialect::grammar(dialect);
    let mut draft = Draft::new(tokens);
    let mut refusal = refusal;
    let closed = draft.close();
    if draft.settle_holes() || closed {
        match attempt(grammar.as_ref(), draft.tokens.clone()) {
            Ok((statement, rest)) => return Some(mend(text, &statement, dialect, rest, &draft, &message)),
            Err((next, _)) => refusal = next,
        }
    }
    for _ in 0..most {
        if !draft.repair(&refusal) {
            return None;
        }
        match attempt(grammar.as_ref(), draft.tokens.clone()) {
            Ok((statement, rest)) => return Some(mend(text, &statement, dialect, rest, &draft, &message)),
            Err((next, _)) => refusal = next,
        }
    }
    None
}

/// What a repaired statement says: holes that were taken out are put back in, what was cut is told.
fn mend(
    text: &SqlText,
    statement: &ast::Statement,
    dialect: Dialect,
    rest: Option<Location>,
    draft: &Draft,
    message: &str,
) -> Accepted {
    let mut accepted = accept(text, statement, dialect, rest);
    let places = Places::new(text);
    let spans = |list: &[sqlparser::tokenizer::Span]| -> Vec<Span> {
        list.iter().map(|&span| places.inner(span)).filter(|span| span.end > span.start).collect()
    };
    for span in spans(&draft.fragments) {
        accepted.lowered.holes.push(crate::model::statement::HoleUse {
            span: text.outer(span),
            role: crate::model::statement::HoleRole::Fragment,
            scope: (!accepted.lowered.scopes.is_empty()).then_some(crate::model::statement::ScopeId(0)),
        });
    }
    accepted.dropped = spans(&draft.dropped);
    accepted.dropped.sort();
    if !accepted.dropped.is_empty() || draft.completed {
        let mut reason = message.to_owned();
        for span in accepted.dropped.iter().take(3) {
            let cut: String = span.of(text.as_str()).split_whitespace().collect::<Vec<_>>().join(" ");
            reason.push_str("; left out: ");
            reason.extend(cut.chars().take(60));
        }
        accepted.reading = Reading::Recovered { reason };
    }
    accepted
}

type Attempt = Result<(ast::Statement, Option<Location>), (Refusal, Vec<TokenWithSpan>)>;

/// Gives `tokens` to a grammar. Text behind the statement is refused unless it begins another one.
fn attempt(grammar: &dyn sqlparser::dialect::Dialect, tokens: Vec<TokenWithSpan>) -> Attempt {
    let mut parser = Parser::new(grammar).with_recursion_limit(DEEPEST).with_tokens_with_locations(tokens);
    match parser.parse_statement() {
        Ok(statement) => {
            while parser.consume_token(&Token::SemiColon) {}
            let next = parser.peek_token();
            if next.token == Token::EOF {
                return Ok((statement, None));
            }
            let tokens = parser.into_tokens();
            let at = index_of(&tokens, next.span.start);
            if begins_statement(&tokens, at) {
                return Ok((statement, Some(next.span.start)));
            }
            let message = format!("unexpected text behind the statement: {}", next.token);
            Err((Refusal { message, at }, tokens))
        }
        Err(error) => {
            let index = parser.index();
            let tokens = parser.into_tokens();
            Err((refusal(&error, index, &tokens), tokens))
        }
    }
}

fn refusal(error: &ParserError, index: usize, tokens: &[TokenWithSpan]) -> Refusal {
    let message = match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message.clone(),
        ParserError::RecursionLimitExceeded => "nested too deeply".to_owned(),
    };
    let at = match location(&message) {
        Some(location) => index_of(tokens, location),
        None if message.ends_with("found: EOF") => tokens.len(),
        None => index.min(tokens.len()),
    };
    let message = message.split(" at Line: ").next().unwrap_or("").to_owned();
    Refusal { message, at }
}

/// The place in a parser's message: `… at Line: 1, Column: 5`.
fn location(message: &str) -> Option<Location> {
    let (line, column) = message.rsplit_once(" at Line: ")?.1.split_once(", Column: ")?;
    Some(Location::new(line.parse().ok()?, column.trim().parse().ok()?))
}

/// Index of the first token at or behind `location`.
fn index_of(tokens: &[TokenWithSpan], location: Location) -> usize {
    tokens.iter().position(|token| token.span.start >= location && !is_space(token)).unwrap_or(tokens.len())
}

/// Whether a token is white space.
pub(super) fn is_space(token: &TokenWithSpan) -> bool {
    matches!(token.token, Token::Whitespace(_))
}

/// Whether another statement begins at token `at`, although no semicolon ends the one before it.
fn begins_statement(tokens: &[TokenWithSpan], at: usize) -> bool {
    const VERBS: &[&str] = &[
        "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "WITH", "MERGE", "TRUNCATE", "GRANT",
        "REVOKE", "DECLARE", "EXEC", "EXECUTE", "COMMIT", "ROLLBACK", "BEGIN", "CALL", "USE", "COMMENT", "SET",
        "PRINT", "IF", "WHILE", "RETURN", "END", "ELSE", "OPEN", "FETCH", "CLOSE", "REPLACE", "EXPLAIN", "RENAME",
        "OPTIMIZE", "ATTACH", "DETACH", "EXCHANGE",
    ];
    let Some(Token::Word(word)) = tokens.get(at).map(|token| &token.token) else { return false };
    let verb = word.quote_style.is_none() && VERBS.iter().any(|verb| word.value.eq_ignore_ascii_case(verb));
    let line_before = tokens[..at].iter().rev().find(|token| !is_space(token)).map_or(0, |token| token.span.end.line);
    let strong = ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP"];
    if verb && word.value.eq_ignore_ascii_case("with") && !names_query(&tokens[at + 1..]) {
        return false;
    }
    verb && (tokens[at].span.start.line > line_before
        || strong.iter().any(|verb| word.value.eq_ignore_ascii_case(verb)))
}

/// Whether a query is named behind a `WITH`: `WITH CHECK OPTION` and `WITH FUNCTION f(…)` go on with a statement.
fn names_query(behind: &[TokenWithSpan]) -> bool {
    let mut behind = behind.iter().filter(|token| !is_space(token)).map(|token| &token.token);
    let (first, second) = (behind.next(), behind.next());
    let is = |token: Option<&Token>, known: &str| matches!(token, Some(Token::Word(word)) if word.value.eq_ignore_ascii_case(known));
    is(first, "recursive") || is(second, "as") || (second == Some(&Token::LParen) && !is(first, "function"))
}

/// Runs `inside` with room on the stack for syntax trees that are `chain` levels deep.
fn with_stack_for<T>(chain: u32, inside: impl FnOnce() -> T) -> T {
    /// Bytes for each level, more than any build needs.
    const LEVEL: usize = 4096;
    if chain <= LONG_CHAIN { inside() } else { stacker::grow(chain as usize * LEVEL + (1 << 20), inside) }
}

/// What follows each other at one level of parentheses.
#[derive(Clone, Copy, Debug, Default)]
struct Chain {
    /// `AND`, `OR`.
    logical: u32,
    /// Other operators since the last of those.
    operators: u32,
    /// `a[1][2]`, `a::b::c`, `a.b.c`.
    postfix: u32,
    /// `UNION` and the like.
    sets: u32,
    /// `NOT NOT`, `- -`, `CASE WHEN CASE WHEN`: these nest to the right.
    prefix: u32,
}

impl Chain {
    fn longest(self) -> u32 {
        self.logical.max(self.operators).max(self.postfix).max(self.sets).max(self.prefix)
    }
}

/// The longest chain of operators or set operations at one level: about the depth of the syntax tree.
fn longest_chain(tokens: &[TokenWithSpan]) -> u32 {
    use sqlparser::keywords::Keyword;
    let mut longest = 0;
    let mut chains = vec![Chain::default()];
    for token in tokens {
        let Some(chain) = chains.last_mut() else { break };
        match &token.token {
            Token::LParen | Token::LBracket => {
                chain.postfix += 1;
                longest = longest.max(chain.longest());
                chains.push(Chain::default());
                continue;
            }
            Token::RParen | Token::RBracket => {
                if chains.len() > 1 {
                    chains.pop();
                }
                continue;
            }
            Token::Comma => *chain = Chain { sets: chain.sets, ..Chain::default() },
            Token::Word(word) if word.quote_style.is_some() => {}
            Token::Whitespace(_) | Token::Number(..) | Token::SingleQuotedString(_) | Token::DoubleQuotedString(_) => {}
            Token::Period | Token::DoubleColon | Token::Colon => chain.postfix += 1,
            Token::Word(word) => match word.keyword {
                Keyword::AND | Keyword::OR => {
                    chain.logical += 1;
                    chain.operators = 0;
                    chain.postfix = 0;
                }
                Keyword::UNION | Keyword::EXCEPT | Keyword::INTERSECT | Keyword::MINUS => {
                    *chain = Chain { sets: chain.sets + 1, ..Chain::default() };
                }
                Keyword::SELECT | Keyword::FROM | Keyword::WHERE | Keyword::JOIN | Keyword::ON | Keyword::SET => {
                    *chain = Chain { sets: chain.sets, ..Chain::default() };
                }
                Keyword::CASE | Keyword::NOT | Keyword::INTERVAL | Keyword::PRIOR => chain.prefix += 1,
                Keyword::END => chain.prefix = chain.prefix.saturating_sub(1),
                Keyword::WHEN | Keyword::THEN | Keyword::ELSE => {
                    *chain = Chain { sets: chain.sets, prefix: chain.prefix, ..Chain::default() };
                }
                _ => {}
            },
            _ => {
                chain.operators += 1;
                chain.postfix = 0;
            }
        }
        if let Some(chain) = chains.last() {
            longest = longest.max(chain.longest());
        }
    }
    longest
}
