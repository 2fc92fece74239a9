//! Whether a host language's string is SQL. Asked for every string of every file, so most are decided on their first
//! word; English that begins with a SQL verb lacks the grammar that follows one.

use super::Evidence;
use super::dialect::Lexis;
use super::lexer::{Lexer, Token, TokenKind};
use super::text::{holds_hole, hole_index};

/// How the first word is written: the less it looks like code, the more grammar must follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Style {
    /// `Select`: English until proven otherwise.
    Capital,
    /// `select`.
    Lower,
    /// `SELECT`.
    Upper,
}

/// Tokens that are looked at.
const FAR: usize = 400;

/// Judges `text`.
pub(super) fn of(text: &str) -> Evidence {
    let Some((start, lead)) = first_word(text) else { return Evidence::None };
    let rest = &text[start..];
    let word = &rest[..rest.bytes().take_while(u8::is_ascii_alphabetic).count()];
    let style = if word.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Style::Upper
    } else if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        Style::Lower
    } else {
        Style::Capital
    };
    let judge: fn(&Look<'_>) -> bool = match Opening::of(word) {
        Some(Opening::Statement(judge)) => judge,
        Some(Opening::Fragment(judge)) => {
            return if Look::new(rest, style).is_some_and(|look| judge(&look)) {
                Evidence::Fragment
            } else {
                Evidence::None
            };
        }
        None if lead == Lead::Hole => return Evidence::None,
        None => return column_list(rest, style),
    };
    if Look::new(rest, style).is_some_and(|look| judge(&look)) { Evidence::Statement } else { Evidence::None }
}

/// What stands before the first word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lead {
    /// Nothing that counts.
    Nothing,
    /// A hole.
    Hole,
}

/// Byte offset of the first word, behind comments, parentheses and holes.
fn first_word(text: &str) -> Option<(usize, Lead)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut lead = Lead::Nothing;
    loop {
        match *bytes.get(at)? {
            byte if byte.is_ascii_whitespace() => at += 1,
            b'(' | b';' => at += 1,
            b'{' if text[at..].starts_with("{call") => at += 1,
            b'{' if text[at..].starts_with("{%") => at += text[at..].find("%}")? + 2,
            b'{' if text[at..].starts_with("{{") => {
                at += text[at..].find("}}")? + 2;
                lead = Lead::Hole;
            }
            b'-' if bytes.get(at + 1) == Some(&b'-') => at += text[at..].find('\n')?,
            b'#' => at += text[at..].find('\n')?,
            b'/' if bytes.get(at + 1) == Some(&b'*') => at += text[at..].find("*/")? + 2,
            b'c' if text[at..].starts_with("columnist_hole_") => {
                let length =
                    bytes[at..].iter().take_while(|&&byte| byte == b'_' || byte.is_ascii_alphanumeric()).count();
                // A hole that is part of a word or a qualified name begins no statement.
                hole_index(&text[at..at + length])?;
                at += length;
                lead = Lead::Hole;
                if !bytes.get(at)?.is_ascii_whitespace() {
                    return None;
                }
            }
            byte if byte.is_ascii_alphabetic() => return Some((at, lead)),
            _ => return None,
        }
    }
}

enum Opening {
    Statement(fn(&Look<'_>) -> bool),
    Fragment(fn(&Look<'_>) -> bool),
}

impl Opening {
    fn of(word: &str) -> Option<Self> {
        if !(2..=9).contains(&word.len()) {
            return None;
        }
        let mut upper = [0_u8; 9];
        let upper = &mut upper[..word.len()];
        upper.copy_from_slice(word.as_bytes());
        upper.make_ascii_uppercase();
        Some(match &*upper {
            b"SELECT" => Self::Statement(select),
            b"INSERT" => Self::Statement(insert),
            b"UPDATE" => Self::Statement(update),
            b"DELETE" => Self::Statement(delete),
            b"WITH" => Self::Statement(with),
            b"CREATE" => Self::Statement(create),
            b"ALTER" => Self::Statement(alter),
            b"DROP" => Self::Statement(drop),
            b"MERGE" => {
                Self::Statement(|look| look.word_at(1, "into") && look.is_name(2) && look.find("using", 3).is_some())
            }
            b"REPLACE" => Self::Statement(insert),
            b"CALL" | b"EXEC" | b"EXECUTE" => Self::Statement(call),
            b"EXPLAIN" => Self::Statement(explain),
            b"COPY" => Self::Statement(copy),
            b"TRUNCATE" => Self::Statement(truncate),
            b"GRANT" | b"REVOKE" => Self::Statement(|look| {
                look.style == Style::Upper
                    && look.find("on", 2).is_some()
                    && (look.find("to", 3).is_some() || look.find("from", 3).is_some())
            }),
            b"COMMENT" => Self::Statement(|look| {
                look.word_at(1, "on")
                    && look.any_word_at(2, &["table", "column", "view"])
                    && look.find("is", 3).is_some()
            }),
            b"REFRESH" => Self::Statement(|look| look.word_at(1, "materialized") && look.word_at(2, "view")),
            b"RENAME" => Self::Statement(|look| look.word_at(1, "table") && look.find("to", 2).is_some()),
            b"DO" => Self::Statement(|look| look.kind(1) == Some(TokenKind::Dollar)),
            b"BEGIN" | b"DECLARE" => Self::Statement(block),
            b"LOAD" => Self::Statement(|look| look.word_at(1, "data") && look.find("into", 2).is_some()),
            b"VALUES" => Self::Fragment(|look| look.style != Style::Capital && look.is(1, "(")),
            b"WHERE" | b"AND" | b"OR" | b"HAVING" | b"ON" => Self::Fragment(condition),
            b"ORDER" | b"GROUP" => Self::Fragment(ordering),
            b"JOIN" | b"LEFT" | b"RIGHT" | b"INNER" | b"CROSS" | b"FULL" | b"NATURAL" => Self::Fragment(join),
            b"SET" => Self::Fragment(|look| {
                look.style != Style::Capital
                    && look.name_end(1).is_some_and(|end| look.is(end, "="))
                    && !look.starts_variable(1)
            }),
            b"FROM" => Self::Fragment(from),
            b"UNION" | b"EXCEPT" | b"INTERSECT" => Self::Fragment(|look| {
                look.word_at(1, "select") || (look.word_at(1, "all") && (look.word_at(2, "select") || look.is(2, "(")))
            }),
            b"RETURNING" => Self::Fragment(|look| {
                look.style == Style::Upper
                    && (look.is(1, "*") || look.name_end(1).is_some_and(|end| look.ends(end) || look.is(end, ",")))
            }),
            _ => return None,
        })
    }
}

/// The first tokens of a text.
struct Look<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    style: Style,
}

impl<'t> Look<'t> {
    /// `None` when nothing follows the first word.
    fn new(text: &'t str, style: Style) -> Option<Self> {
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

    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn of(&self, at: usize) -> &'t str {
        self.tokens.get(at).map_or("", |token| token.of(self.text))
    }

    fn is(&self, at: usize, operator: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(self.text, operator))
    }

    fn word_at(&self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_word(self.text, word))
    }

    fn any_word_at(&self, at: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.word_at(at, word))
    }

    /// Whether the text ends before token `at`.
    fn ends(&self, at: usize) -> bool {
        at >= self.tokens.len() || self.is(at, ";")
    }

    fn is_hole(&self, at: usize) -> bool {
        matches!(self.kind(at), Some(TokenKind::Placeholder | TokenKind::Question))
            || (self.kind(at) == Some(TokenKind::Word) && holds_hole(self.of(at)))
    }

    /// Whether the text is code that breaks off before token `at`, to be continued by what it is concatenated with.
    fn breaks_off(&self, at: usize) -> bool {
        self.style == Style::Upper && at >= self.tokens.len() && self.text.ends_with([' ', '\n', '\t', '.', '"', '`'])
    }

    /// Whether a name or a hole stands at `at`.
    fn is_name(&self, at: usize) -> bool {
        self.is_hole(at)
            || match self.kind(at) {
                Some(TokenKind::Quoted | TokenKind::Variable) => true,
                Some(TokenKind::Word) => self.style == Style::Upper || self.is(at + 1, ".") || !is_english(self.of(at)),
                Some(TokenKind::Operator) => self.is(at, "["),
                _ => false,
            }
    }

    /// The token behind a qualified name at `at`.
    fn name_end(&self, at: usize) -> Option<usize> {
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

    fn starts_variable(&self, at: usize) -> bool {
        self.kind(at) == Some(TokenKind::Variable)
    }

    /// The first `word` outside of parentheses, from token `from` on.
    fn find(&self, word: &str, from: usize) -> Option<usize> {
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
    fn looks_technical(&self, from: usize, to: usize) -> bool {
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

/// `fullName`, but neither `Name` nor `NAME`.
fn is_camel(word: &str) -> bool {
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

fn select(look: &Look<'_>) -> bool {
    let mut at = 1;
    while look
        .any_word_at(at, &["distinct", "all", "straight_join", "sql_calc_found_rows", "high_priority", "distinctrow"])
        && !look.word_at(at + 1, "from")
    {
        at += 1;
    }
    if look.word_at(at, "top") && look.kind(at + 1).is_some() {
        at += 2;
    }
    if look.breaks_off(at) {
        return at > 1;
    }
    let starts_expression = look.is_name(at)
        || matches!(look.kind(at), Some(TokenKind::Number | TokenKind::Text | TokenKind::Variable | TokenKind::Dollar))
        || look.is(at, "*")
        || look.is(at, "(")
        || look.is(at, "-")
        || look.any_word_at(at, &["case", "exists", "not", "null", "on"]);
    if !starts_expression {
        return false;
    }
    let Some(from) = look.find("from", at) else {
        let call = look.kind(at) == Some(TokenKind::Word)
            && look
                .name_end(at)
                .is_some_and(|end| look.is(end, "(") && look.tokens[end].start == look.tokens[end - 1].end);
        let constant = matches!(look.kind(at), Some(TokenKind::Number))
            && (look.ends(at + 1) || look.is(at + 1, ",") || look.word_at(at + 1, "as"));
        return match look.style {
            Style::Upper => {
                call || constant
                    || look.any_word_at(at, &["case", "exists", "not"])
                    || look.is_hole(at)
                    || look.kind(at) == Some(TokenKind::Variable)
                    || look.is(at, "*")
                    || look.is(at, "(")
                    || (matches!(look.kind(at), Some(TokenKind::Text)) && look.style == Style::Upper)
                    || look.name_end(at).is_some_and(|end| {
                        end > at + 1
                            || look.is(end, ",")
                            || look.word_at(end, "as")
                            || (look.ends(end) && look.of(at).chars().any(char::is_lowercase))
                    })
            }
            Style::Lower => {
                call || constant || look.is(at, "*") || (look.word_at(at, "exists") && look.is(at + 1, "("))
            }
            Style::Capital => false,
        };
    };
    // `EXTRACT(YEAR FROM x)` stands in parentheses; what is left is the clause.
    let relation =
        look.is_name(from + 1) || look.is(from + 1, "(") || look.any_word_at(from + 1, &["lateral", "only", "unnest"]);
    let relation = relation || look.breaks_off(from + 1);
    if !relation {
        return false;
    }
    match look.style {
        Style::Upper => true,
        _ if look.looks_technical(at, look.tokens.len().min(from + 12)) => is_list(look, at, from),
        Style::Lower => from == at + 1 && after_relation(look, from + 1),
        Style::Capital => false,
    }
}

/// Whether tokens `at..end` may be a select list: no two words follow each other three times, as they do in prose.
fn is_list(look: &Look<'_>, at: usize, end: usize) -> bool {
    let mut run = 0;
    for at in at..end {
        let plain = look.kind(at) == Some(TokenKind::Word) && !look.is_hole(at);
        let keyword = look.any_word_at(
            at,
            &[
                "as", "case", "when", "then", "else", "end", "and", "or", "not", "is", "null", "in", "like",
                "interval", "over", "between", "distinct",
            ],
        );
        run = if keyword {
            0
        } else if plain {
            run + 1
        } else {
            0
        };
        if run > 2 || (plain && !keyword && is_english(look.of(at)) && !look.is(at + 1, ".")) {
            return false;
        }
    }
    true
}

/// Whether what follows the relation at `at` is a clause, an alias before one, or nothing.
fn after_relation(look: &Look<'_>, at: usize) -> bool {
    let Some(mut end) = look.name_end(at) else { return look.is(at, "(") };
    if look.word_at(end, "as") {
        end += 1;
    }
    let clause = |at: usize| {
        look.ends(at)
            || look.is_hole(at)
            || look.is(at, ",")
            || look.is(at, ")")
            || look.any_word_at(
                at,
                &[
                    "where",
                    "join",
                    "inner",
                    "left",
                    "right",
                    "cross",
                    "full",
                    "order",
                    "group",
                    "having",
                    "limit",
                    "union",
                    "using",
                    "returning",
                    "set",
                    "natural",
                    "fetch",
                    "offset",
                    "for",
                    "on",
                ],
            )
    };
    clause(end) || (look.kind(end) == Some(TokenKind::Word) && clause(end + 1) && !look.ends(end + 1))
}

fn insert(look: &Look<'_>) -> bool {
    let mut at = 1;
    while look.any_word_at(
        at,
        &["ignore", "or", "low_priority", "high_priority", "delayed", "replace", "overwrite", "rollback", "abort"],
    ) {
        at += 1;
    }
    if look.word_at(at, "into") {
        at += 1;
    } else if !(look.word_at(at - 1, "ignore") || look.word_at(at - 1, "overwrite")) {
        return false;
    }
    if look.word_at(at, "table") {
        at += 1;
    }
    let Some(end) = look.name_end(at) else { return look.breaks_off(at) };
    let continues = look.is(end, "(")
        || look.is_hole(end)
        || look.any_word_at(end, &["values", "select", "set", "default", "with", "value", "overriding", "output"])
        || (look.word_at(end, "as") && look.is_name(end + 1));
    match look.style {
        Style::Upper => true,
        Style::Lower => continues || look.ends(end),
        Style::Capital => continues && look.looks_technical(at, look.tokens.len()),
    }
}

fn update(look: &Look<'_>) -> bool {
    let mut at = 1;
    while look.any_word_at(at, &["only", "ignore", "low_priority"]) {
        at += 1;
    }
    let Some(end) = look.name_end(at) else { return false };
    let near = if look.style == Style::Upper { look.tokens.len() } else { end + 3 };
    let Some(set) = look.find("set", end).filter(|&set| set < near) else {
        return look.style == Style::Upper && look.ends(end) && look.text.ends_with(' ');
    };
    if look.breaks_off(set + 1) {
        return true;
    }
    look.is_hole(set + 1)
        || look.is(set + 1, "(")
        || look.name_end(set + 1).is_some_and(|end| look.is(end, "=") || look.is(end, ":="))
}

fn delete(look: &Look<'_>) -> bool {
    let Some(from) = look.find("from", 1).filter(|&from| from <= 8) else { return false };
    let targets = (1..from).all(|at| look.is_name(at) || look.is(at, ".") || look.is(at, ",") || look.is(at, "*"));
    let named = look.is_name(from + 1) || look.word_at(from + 1, "only");
    if !targets || !named {
        return from == 1 && look.breaks_off(2);
    }
    match look.style {
        Style::Upper => from == 1 || after_relation(look, from + 1),
        Style::Lower => from == 1 && after_relation(look, from + 1),
        Style::Capital => {
            from == 1 && after_relation(look, from + 1) && look.looks_technical(from + 1, look.tokens.len())
        }
    }
}

fn with(look: &Look<'_>) -> bool {
    let mut at = 1;
    if look.word_at(at, "recursive") {
        at += 1;
    }
    if look.style == Style::Upper && look.is_hole(at) {
        return look.is_hole(at + 1) || look.word_at(at + 1, "as") || look.find("select", at).is_some();
    }
    let Some(mut end) = look.name_end(at) else { return false };
    if look.is(end, "(") {
        while end < look.tokens.len() && !look.is(end, ")") {
            end += 1;
        }
        end += 1;
    }
    look.word_at(end, "as") && (look.is(end + 1, "(") || look.any_word_at(end + 1, &["materialized", "not"]))
}

const OBJECTS: &[&str] = &[
    "table",
    "view",
    "index",
    "function",
    "procedure",
    "trigger",
    "schema",
    "sequence",
    "extension",
    "type",
    "database",
    "policy",
    "role",
    "domain",
    "aggregate",
    "rule",
    "synonym",
    "package",
    "publication",
];

fn create(look: &Look<'_>) -> bool {
    let mut at = 1;
    while look.any_word_at(
        at,
        &[
            "or",
            "replace",
            "temp",
            "temporary",
            "unique",
            "global",
            "local",
            "unlogged",
            "materialized",
            "external",
            "foreign",
            "recursive",
            "clustered",
            "nonclustered",
            "fulltext",
            "spatial",
            "virtual",
            "transient",
            "force",
            "constraint",
            "bitmap",
            "editionable",
            "event",
        ],
    ) {
        at += 1;
    }
    if !look.any_word_at(at, OBJECTS) {
        return false;
    }
    let object = at;
    at += 1;
    let exists = look.word_at(at, "if") && look.word_at(at + 1, "not") && look.word_at(at + 2, "exists");
    if exists {
        at += 3;
    }
    if look.word_at(at, "concurrently") {
        at += 1;
    }
    if look.style == Style::Upper && look.of(object).bytes().all(|byte| byte.is_ascii_uppercase()) {
        return look.is_name(at) || look.breaks_off(at) || look.any_word_at(at, &["if", "on"]);
    }
    let Some(end) = look.name_end(at) else { return false };
    let shaped = if look.word_at(object, "index") {
        look.find("on", end).is_some_and(|on| look.find_paren(on))
    } else if look.any_word_at(object, &["table", "view"]) {
        (look.is(end, "(") && (look.is_name(end + 1) || look.is(end + 1, "(")))
            || (look.word_at(end, "as")
                && (look.any_word_at(end + 1, &["select", "with", "values"]) || look.is(end + 1, "(")))
            || look.is_hole(end)
    } else {
        exists || look.is(end, "(") || look.looks_technical(object, look.tokens.len())
    };
    shaped || exists
}

impl Look<'_> {
    /// Whether a parenthesis opens soon after `from`.
    fn find_paren(&self, from: usize) -> bool {
        (from..from + 10).any(|at| self.is(at, "("))
    }
}

fn alter(look: &Look<'_>) -> bool {
    let mut at = 1;
    if look.any_word_at(at, &["materialized", "foreign", "external"]) {
        at += 1;
    }
    if !look.any_word_at(at, OBJECTS) {
        return false;
    }
    let object = at;
    at += 1;
    while look.any_word_at(at, &["if", "exists", "only"]) {
        at += 1;
    }
    let Some(end) = look.name_end(at) else { return look.breaks_off(at) };
    let acts = look.is_hole(end)
        || look.any_word_at(
            end,
            &[
                "add",
                "drop",
                "rename",
                "alter",
                "modify",
                "change",
                "set",
                "owner",
                "enable",
                "disable",
                "validate",
                "convert",
                "engine",
                "attach",
                "detach",
                "cluster",
                "inherit",
                "replica",
                "reset",
                "auto_increment",
                "truncate",
                "exchange",
                "partition",
                "no",
                "force",
                "comment",
                "order",
                "with",
                "nocheck",
                "check",
            ],
        );
    match look.style {
        Style::Upper => acts || look.ends(end) || !look.word_at(object, "table"),
        Style::Lower => acts,
        Style::Capital => acts && look.tokens.len() > end + 2 && look.looks_technical(at, look.tokens.len()),
    }
}

fn drop(look: &Look<'_>) -> bool {
    let mut at = 1;
    if look.any_word_at(at, &["materialized", "foreign", "temporary"]) {
        at += 1;
    }
    if !look.any_word_at(at, OBJECTS) {
        return false;
    }
    at += 1;
    let exists = look.word_at(at, "if") && look.word_at(at + 1, "exists");
    if exists {
        at += 2;
    }
    let Some(end) = look.name_end(at) else { return look.breaks_off(at) };
    let shaped = look.ends(end)
        || look.is(end, ",")
        || look.is(end, "(")
        || look.any_word_at(end, &["cascade", "restrict", "on"]);
    match look.style {
        Style::Upper => true,
        Style::Lower => shaped,
        Style::Capital => shaped && (exists || look.looks_technical(at, look.tokens.len())),
    }
}

fn call(look: &Look<'_>) -> bool {
    let Some(end) = look.name_end(1) else { return false };
    let arguments = look.is(end, "(") && look.tokens[end].start == look.tokens[end - 1].end;
    let name = look.of(end - 1);
    match look.style {
        Style::Capital => false,
        Style::Lower => {
            arguments || (look.word_at(0, "exec") && name.contains('_') && look.kind(end) == Some(TokenKind::Variable))
        }
        Style::Upper => {
            arguments
                || look.word_at(1, "immediate")
                || (!look.word_at(0, "call")
                    && (matches!(look.kind(end), Some(TokenKind::Variable | TokenKind::Text))
                        || (look.ends(end) && (name.contains('_') || is_camel(name) || end > 2))))
        }
    }
}

fn explain(look: &Look<'_>) -> bool {
    (1..8).any(|at| {
        look.any_word_at(at, &["select", "insert", "update", "delete", "with"])
            && of(&look.text[look.tokens[at].start as usize..]) == Evidence::Statement
    })
}

fn copy(look: &Look<'_>) -> bool {
    if look.style == Style::Capital {
        return false;
    }
    if look.is(1, "(") {
        return look.any_word_at(2, &["select", "with"]);
    }
    let Some(mut end) = look.name_end(1) else { return false };
    let listed = look.is(end, "(");
    if listed {
        while end < look.tokens.len() && !look.is(end, ")") {
            end += 1;
        }
        end += 1;
    }
    if !look.any_word_at(end, &["from", "to"]) {
        return false;
    }
    look.any_word_at(end + 1, &["stdin", "stdout", "program"])
        || matches!(look.kind(end + 1), Some(TokenKind::Text))
        || (look.style == Style::Upper && (listed || look.is_hole(end + 1) || look.ends(end + 1)))
}

fn truncate(look: &Look<'_>) -> bool {
    let table = look.word_at(1, "table");
    let at = if table { 2 } else { 1 };
    let Some(end) = look.name_end(at) else { return table && look.breaks_off(at) };
    let shaped =
        look.ends(end) || look.is(end, ",") || look.any_word_at(end, &["cascade", "restart", "restrict", "continue"]);
    shaped && (look.style == Style::Upper || (table && look.style == Style::Lower))
}

/// `BEGIN … END`, `DECLARE … BEGIN`.
fn block(look: &Look<'_>) -> bool {
    if look.style == Style::Capital {
        return false;
    }
    if look.word_at(0, "begin") && look.is(1, ";") {
        return look.tokens.len() > 2;
    }
    (1..look.tokens.len()).any(|at| look.is(at, ";"))
        && (look.find("end", 1).is_some() || look.find("begin", 1).is_some() || look.starts_variable(1))
}

/// `WHERE a = …`, `AND f(b) IN (…)`.
fn condition(look: &Look<'_>) -> bool {
    if look.style == Style::Capital {
        return false;
    }
    let mut at = 1;
    while look.is(at, "(") || look.word_at(at, "not") {
        at += 1;
    }
    if look.word_at(at, "exists") {
        return look.is(at + 1, "(");
    }
    if look.is_hole(at) && look.style == Style::Upper {
        return true;
    }
    let constant = matches!(look.kind(at), Some(TokenKind::Number | TokenKind::Text));
    let Some(mut end) = look.name_end(at).or_else(|| constant.then_some(at + 1)) else {
        return look.style == Style::Upper && look.any_word_at(at, &["case", "select"]);
    };
    if look.is(end, "(") && look.tokens[end].start == look.tokens[end - 1].end {
        let mut depth = 0;
        while end < look.tokens.len() {
            if look.is(end, "(") {
                depth += 1;
            } else if look.is(end, ")") {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            end += 1;
        }
        end += 1;
    }
    if look.is(end, "::") {
        end += 2;
    }
    let compared = ["=", "<", ">", "!", "|", "~", "+", "-", "*", "/", "->", "@", "&", "%"]
        .iter()
        .any(|operator| look.is(end, operator));
    if compared && !(look.is(end, "-") && look.style == Style::Lower) {
        return !look.ends(end + 1) || look.style == Style::Upper;
    }
    let not = usize::from(look.word_at(end, "not"));
    (look.word_at(end + not, "in") && (look.is(end + not + 1, "(") || look.is_hole(end + not + 1)))
        || look.any_word_at(end + not, &["like", "ilike", "between", "rlike", "regexp"])
        || (look.word_at(end, "is")
            && (look.word_at(end + 1, "null") || (look.word_at(end + 1, "not") && look.word_at(end + 2, "null"))))
        || (look.style == Style::Upper && look.is_hole(end))
}

/// `ORDER BY a`, `GROUP BY b, c`.
fn ordering(look: &Look<'_>) -> bool {
    if !look.word_at(1, "by") || look.style == Style::Capital {
        return false;
    }
    let expression = look.name_end(2).or_else(|| {
        (look.kind(2) == Some(TokenKind::Number) || look.is(2, "(") || look.word_at(2, "case")).then_some(3)
    });
    let Some(end) = expression else { return false };
    if look.style == Style::Upper {
        return look.ends(end)
            || look.looks_technical(2, look.tokens.len())
            || look.is(end, ",")
            || look.any_word_at(end, &["asc", "desc", "limit", "having", "order", "nulls"]);
    }
    look.any_word_at(end, &["asc", "desc"]) || look.looks_technical(2, end + 1)
}

fn join(look: &Look<'_>) -> bool {
    if look.style == Style::Capital {
        return false;
    }
    let Some(at) = (0..4).find(|&at| look.word_at(at, "join")) else { return false };
    if !(0..at).all(|at| look.any_word_at(at, &["left", "right", "inner", "outer", "cross", "full", "natural"])) {
        return false;
    }
    if look.any_word_at(at + 1, &["lateral", "fetch"]) || look.is(at + 1, "(") {
        return true;
    }
    let Some(end) = look.name_end(at + 1) else { return false };
    let on = look.find("on", end).or_else(|| look.find("using", end)).is_some_and(|on| on <= end + 3);
    on || (look.style == Style::Upper && (look.ends(end) || look.ends(end + 1) || look.is_hole(end)))
}

/// `FROM users u WHERE …`, as query builders and object query languages have it.
fn from(look: &Look<'_>) -> bool {
    if look.style == Style::Capital {
        return false;
    }
    if look.is(1, "(") {
        return look.word_at(2, "select");
    }
    let Some(mut end) = look.name_end(1) else { return false };
    if look.word_at(end, "as") {
        end += 1;
    }
    if !after_relation(look, 1) {
        return false;
    }
    let clause =
        ["where", "join", "order", "group"].iter().find_map(|word| look.find(word, end)).filter(|&at| at <= end + 3);
    clause.is_some_and(|at| look.looks_technical(at, look.tokens.len()))
        || (look.style == Style::Upper && look.looks_technical(1, end + 1))
}

/// `a, b.c FROM t`: a select list without its verb.
fn column_list(text: &str, style: Style) -> Evidence {
    const NEAR: usize = 2000;
    if memchr::memmem::find(&text.as_bytes()[..text.len().min(NEAR)], b"FROM ").is_none() {
        return Evidence::None;
    }
    let Some(look) = Look::new(text, style) else { return Evidence::None };
    let Some(from) = look.find("from", 1).filter(|&from| look.of(from) == "FROM") else { return Evidence::None };
    let listed = (0..from).all(|at| look.is_name(at) || look.is(at, ",") || look.is(at, ".") || look.word_at(at, "as"));
    let separated = (0..from).any(|at| look.is(at, ","));
    if listed && separated && is_list(&look, 0, from) && look.is_name(from + 1) {
        Evidence::Fragment
    } else {
        Evidence::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_and_english() {
        use Evidence::{Fragment, None, Statement};
        let cases = [
            ("SELECT * FROM users", Statement),
            ("  \n(SELECT a FROM b)", Statement),
            ("-- report\nSELECT a FROM b", Statement),
            ("/* c */ select id from users", Statement),
            ("select id, name from users where id = ?", Statement),
            ("select u from User u where u.name = :name", Statement),
            ("Select u.full_name From users u", Statement),
            ("SELECT 1", Statement),
            ("SELECT NOW()", Statement),
            ("SELECT id, name", Statement),
            ("SELECT columnist_hole_0 FROM t", Statement),
            ("SELECT COUNT(*) FROM columnist_hole_0", Statement),
            ("select count(*) from users", Statement),
            ("SELECT EXTRACT(YEAR FROM a) FROM b", Statement),
            ("Select an option", None),
            ("Select an option from the list", None),
            ("select a file from your disk", None),
            ("Select all from list", None),
            ("SELECT", None),
            ("selected items from users", None),
            ("select", None),
            ("Please select a user from users", None),
            ("select columnist_hole_0", None),
            ("INSERT INTO users (a, b) VALUES (?, ?)", Statement),
            ("insert into users values (1)", Statement),
            ("INSERT INTO columnist_hole_0 (a) VALUES (1)", Statement),
            ("INSERT IGNORE INTO t SET a = 1", Statement),
            ("Insert into the document", None),
            ("Insert a new row", None),
            ("insert coin", None),
            ("UPDATE users SET name = ? WHERE id = ?", Statement),
            ("update users u set name = 'x'", Statement),
            ("UPDATE a JOIN b ON a.id = b.id SET a.x = b.x", Statement),
            ("UPDATE columnist_hole_0 SET columnist_hole_1", Statement),
            ("Update user settings", None),
            ("Update the set of users", None),
            ("update user set failed", None),
            ("DELETE FROM users", Statement),
            ("delete from users where id = 1", Statement),
            ("DELETE u FROM users u WHERE u.id = 1", Statement),
            ("Delete the file from disk", None),
            ("Delete from cart", None),
            ("Delete user from team", None),
            ("WITH x AS (SELECT 1) SELECT * FROM x", Statement),
            ("with recursive t(n) as (select 1) select n from t", Statement),
            ("With great power", None),
            ("with x as an option", None),
            ("CREATE TABLE users (id int)", Statement),
            ("create table if not exists users (id int)", Statement),
            ("CREATE UNIQUE INDEX i ON t (a)", Statement),
            ("CREATE OR REPLACE VIEW v AS SELECT 1", Statement),
            ("Create table reservations", None),
            ("Create index page", None),
            ("create a new user", None),
            ("Create view", None),
            ("ALTER TABLE users DROP COLUMN name", Statement),
            ("alter table users add column x int", Statement),
            ("Alter table settings", None),
            ("DROP TABLE users", Statement),
            ("drop table if exists users", Statement),
            ("Drop table here", None),
            ("Drop files here", None),
            ("MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE", Statement),
            ("Merge into main", None),
            ("CALL refresh_users(?)", Statement),
            ("{call refresh_users(?)}", Statement),
            ("Call me maybe", None),
            ("EXEC sp_rename 'a', 'b'", Statement),
            ("EXEC sp_who", Statement),
            ("EXPLAIN SELECT a FROM b", Statement),
            ("Explain the users", None),
            ("COPY users (a) FROM STDIN", Statement),
            ("COPY (SELECT a FROM b) TO STDOUT", Statement),
            ("Copy link to clipboard", None),
            ("copy files from here to there", None),
            ("TRUNCATE TABLE users", Statement),
            ("Truncate text", None),
            ("REPLACE INTO t (a) VALUES (1)", Statement),
            ("replace into the void", None),
            ("WHERE a = ?", Fragment),
            (" AND u.name LIKE ?", Fragment),
            (" and status in (?)", Fragment),
            (" OR a IS NOT NULL", Fragment),
            (" AND columnist_hole_0", Fragment),
            ("and then we left", None),
            ("Where are you?", None),
            ("or else", None),
            (" ORDER BY name DESC", Fragment),
            (" order by created_at", Fragment),
            ("Order by phone", None),
            ("order by phone", None),
            (" GROUP BY a, b", Fragment),
            (" LEFT JOIN orders o ON o.user_id = u.id", Fragment),
            ("Join us on Friday", None),
            ("left", None),
            (" SET name = ?, age = ?", Fragment),
            ("Set name = value", None),
            ("from User u where u.name = :n", Fragment),
            ("FROM users u JOIN orders o ON u.id = o.id", Fragment),
            ("from here to there", None),
            ("From Bob", None),
            ("VALUES (?, ?)", Fragment),
            ("values and beliefs", None),
            (" UNION ALL SELECT a FROM b", Fragment),
            (" RETURNING id", Fragment),
            ("id, u.name FROM users u", Fragment),
            ("hello, greetings FROM the team", None),
            ("columnist_hole_0 WHERE a = 1", Fragment),
            ("columnist_hole_0 and more", None),
            ("", None),
            ("https://example.com/select?from=users", None),
            ("user.name", None),
            ("Ünïcode", None),
        ];
        let wrong: Vec<_> = cases.into_iter().filter(|&(text, expected)| of(text) != expected).collect();
        assert!(wrong.is_empty(), "judged otherwise than expected: {wrong:#?}");
    }
}
