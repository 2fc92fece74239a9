//! The tokens that sqlparser's grammars take, made without its tokenizer where a text is plain: ASCII words, numbers,
//! constants and the operators that every dialect reads alike. Half of a parse is making tokens, and white space, which
//! no grammar looks at here, is half of the tokens.
//!
//! Whatever else a text holds, it is refused, and sqlparser's own tokenizer reads it. Both must agree: the tests compare
//! them.

use std::sync::LazyLock;

use sqlparser::keywords::{ALL_KEYWORDS, ALL_KEYWORDS_INDEX, Keyword};
use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Word};

use crate::model::statement::Dialect;

/// The tokens of `text` without white space; `None` when it is not plain.
pub(super) fn plain(text: &str, dialect: Dialect) -> Option<Vec<TokenWithSpan>> {
    let quote = match dialect {
        Dialect::Postgres | Dialect::Sqlite | Dialect::SqlServer | Dialect::Snowflake => b"\"\"",
        Dialect::Generic | Dialect::ClickHouse => b"\"`",
        Dialect::Mysql => b"``",
        // The rest have constants, words or comments of their own.
        _ => return None,
    };
    if !text.is_ascii() {
        return None;
    }
    let reader =
        Reader { bytes: text.as_bytes(), text, at: 0, line: 1, line_start: 0, quote, made: Vec::new(), constant: None };
    reader.read()
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    line: u64,
    line_start: usize,
    /// What identifiers are quoted with.
    quote: &'static [u8; 2],
    made: Vec<TokenWithSpan>,
    /// Number of tokens when the last constant was made: constants that follow each other may be one.
    constant: Option<usize>,
}

impl Reader<'_> {
    fn read(mut self) -> Option<Vec<TokenWithSpan>> {
        self.made.reserve(self.bytes.len() / 5 + 4);
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' => {
                    self.at += 1;
                    continue;
                }
                b'\n' => {
                    self.at += 1;
                    self.new_line();
                    continue;
                }
                _ => {}
            }
            let (start, from) = (self.at, self.location());
            let token = self.token(byte)?;
            debug_assert!(self.at > start, "a token has at least one byte");
            let span = Span { start: from, end: self.location() };
            self.made.push(TokenWithSpan { token, span });
        }
        // The data of a `COPY` stand behind it.
        let copies = |first: &TokenWithSpan| matches!(&first.token, Token::Word(word) if word.keyword == Keyword::COPY);
        (!self.made.first().is_some_and(copies)).then_some(self.made)
    }

    fn new_line(&mut self) {
        self.line += 1;
        self.line_start = self.at;
    }

    fn location(&self) -> Location {
        Location { line: self.line, column: (self.at - self.line_start) as u64 + 1 }
    }

    fn ahead(&self, bytes: usize) -> u8 {
        self.bytes.get(self.at + bytes).copied().unwrap_or(b' ')
    }

    fn take(&mut self, bytes: usize, token: Token) -> Token {
        self.at += bytes;
        token
    }

    /// An operator of so many bytes, unless it is part of a longer one.
    fn operator(&mut self, bytes: usize, token: Token) -> Option<Token> {
        if is_operator(self.ahead(bytes)) { None } else { Some(self.take(bytes, token)) }
    }

    fn token(&mut self, byte: u8) -> Option<Token> {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'0'..=b'9' => self.number(),
            b'\'' => self.constant(),
            b'"' | b'`' if self.quote.contains(&byte) => self.quoted(byte),
            b'(' => Some(self.take(1, Token::LParen)),
            b')' => Some(self.take(1, Token::RParen)),
            b',' => Some(self.take(1, Token::Comma)),
            b';' => Some(self.take(1, Token::SemiColon)),
            b'.' => {
                // Behind anything but a word or a closing quote these have rules of their own.
                let follows = self.at > 0
                    && (matches!(self.bytes[self.at - 1], b'"' | b'`' | b')') || is_word_byte(self.bytes[self.at - 1]));
                let plain = follows
                    && (self.ahead(1).is_ascii_alphabetic()
                        || matches!(self.ahead(1), b'"' | b'`' | b'*' | b'_' | b' '));
                let is_word = matches!(self.made.last(), Some(TokenWithSpan { token: Token::Word(_), .. }));
                if plain && (is_word || self.ahead(1) != b'_') { Some(self.take(1, Token::Period)) } else { None }
            }
            b'*' => self.operator(1, Token::Mul),
            b'+' => self.operator(1, Token::Plus),
            b'-' => self.operator(1, Token::Minus),
            b'/' => self.operator(1, Token::Div),
            b'%' if self.ahead(1) == b' ' => Some(self.take(1, Token::Mod)),
            b'=' => self.operator(1, Token::Eq),
            b'!' if self.ahead(1) == b'=' => self.operator(2, Token::Neq),
            b'<' => match self.ahead(1) {
                b'=' => self.operator(2, Token::LtEq),
                b'>' => self.operator(2, Token::Neq),
                _ => self.operator(1, Token::Lt),
            },
            b'>' => match self.ahead(1) {
                b'=' => self.operator(2, Token::GtEq),
                _ => self.operator(1, Token::Gt),
            },
            b'|' if self.ahead(1) == b'|' => self.operator(2, Token::StringConcat),
            b':' if self.ahead(1) == b':' && !matches!(self.ahead(2), b':' | b'=') => {
                Some(self.take(2, Token::DoubleColon))
            }
            _ => None,
        }
    }

    fn word(&mut self) -> Option<Token> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(|&byte| is_word_byte(byte)) {
            self.at += 1;
        }
        // `E'…'`, `U&'…'`, `a$b`, `a#`, `a@b`.
        if matches!(self.ahead(0), b'\'' | b'"' | b'`' | b'&' | b'$' | b'#' | b'@') {
            return None;
        }
        let value = &self.text[start..self.at];
        Some(Token::Word(Word { value: value.to_owned(), quote_style: None, keyword: keyword(value) }))
    }

    fn number(&mut self) -> Option<Token> {
        let start = self.at;
        let digits = |reader: &mut Self| {
            while reader.bytes.get(reader.at).is_some_and(u8::is_ascii_digit) {
                reader.at += 1;
            }
        };
        digits(self);
        if self.ahead(0) == b'.' {
            if !self.ahead(1).is_ascii_digit() {
                return None;
            }
            self.at += 1;
            digits(self);
        }
        if is_word_byte(self.ahead(0)) || matches!(self.ahead(0), b'.' | b'$' | b'@' | b'#') {
            return None;
        }
        Some(Token::Number(self.text[start..self.at].to_owned(), false))
    }

    /// A constant without escapes.
    fn constant(&mut self) -> Option<Token> {
        if self.constant == Some(self.made.len()) {
            return None;
        }
        let value = self.enclosed(b'\'')?;
        self.constant = Some(self.made.len() + 1);
        Some(Token::SingleQuotedString(value))
    }

    fn quoted(&mut self, quote: u8) -> Option<Token> {
        let value = self.enclosed(quote)?;
        // A name right behind another, as in `"a""b"`.
        if matches!(self.ahead(0), b'"' | b'`' | b'\'') {
            return None;
        }
        Some(Token::Word(Word { value, quote_style: Some(char::from(quote)), keyword: Keyword::NoKeyword }))
    }

    fn enclosed(&mut self, quote: u8) -> Option<String> {
        let start = self.at + 1;
        let end = start + memchr::memchr(quote, &self.bytes[start..])?;
        let value = &self.text[start..end];
        if self.bytes.get(end + 1) == Some(&quote) || value.contains('\\') {
            return None;
        }
        self.at = end + 1;
        if let Some(last) = memchr::memrchr(b'\n', value.as_bytes()) {
            self.line += memchr::memchr_iter(b'\n', value.as_bytes()).count() as u64;
            self.line_start = start + last + 1;
        }
        Some(value.to_owned())
    }
}

fn is_word_byte(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// Whether an operator may go on with the byte.
fn is_operator(byte: u8) -> bool {
    matches!(
        byte,
        b'+' | b'*'
            | b'-'
            | b'/'
            | b'<'
            | b'>'
            | b'='
            | b'~'
            | b'!'
            | b'@'
            | b'#'
            | b'%'
            | b'^'
            | b'&'
            | b'|'
            | b'`'
            | b'?'
            | b':'
    )
}

/// Slots of the table of keywords, a power of two above their number.
const SLOTS: usize = 4096;

/// For each slot the keyword's place in [`ALL_KEYWORDS`] plus one; a word goes to the next free slot from its own.
static KEYWORDS: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut slots = vec![0_u16; SLOTS];
    for (at, word) in ALL_KEYWORDS.iter().enumerate() {
        let mut slot = slot_of(word.as_bytes());
        while slots[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        slots[slot] = at as u16 + 1;
    }
    slots
});

fn slot_of(word: &[u8]) -> usize {
    let hash = word
        .iter()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte.to_ascii_uppercase())).wrapping_mul(0x0100_0193));
    (hash ^ (hash >> 15)) as usize % SLOTS
}

/// The keyword that a bare word is.
fn keyword(word: &str) -> Keyword {
    let slots = &*KEYWORDS;
    let mut slot = slot_of(word.as_bytes());
    while let Some(at) = usize::from(slots[slot]).checked_sub(1) {
        if ALL_KEYWORDS[at].eq_ignore_ascii_case(word) {
            return ALL_KEYWORDS_INDEX[at];
        }
        slot = (slot + 1) % SLOTS;
    }
    Keyword::NoKeyword
}

#[cfg(test)]
mod tests {
    use sqlparser::tokenizer::Tokenizer;

    use super::super::dialect::grammar;
    use super::*;

    const DIALECTS: [Dialect; 7] = [
        Dialect::Postgres,
        Dialect::Generic,
        Dialect::Mysql,
        Dialect::Sqlite,
        Dialect::SqlServer,
        Dialect::Snowflake,
        Dialect::ClickHouse,
    ];

    /// Whether the text is plain; when it is, both tokenizers must agree.
    fn agree(text: &str, dialect: Dialect) -> bool {
        let Some(made) = plain(text, dialect) else { return false };
        let grammar = grammar(dialect);
        let mut expected = Tokenizer::new(grammar.as_ref(), text).tokenize_with_location().expect("tokens");
        expected.retain(|token| !matches!(token.token, Token::Whitespace(_)));
        assert_eq!(made, expected, "{dialect:?}: {text}");
        true
    }

    #[test]
    fn tokens_are_those_of_the_grammar() {
        let cases = [
            ("SELECT a, t.b AS \"C d\" FROM s.t\n\tWHERE x = 'it\nis' AND y >= 1.5 -- z", false),
            ("SELECT a, t.b AS c FROM s.t\n\tWHERE x = 'it\nis' AND y >= 1.5", true),
            ("SELECT a||b, c::int, -1, a - 1, a<>b, a!=b, a<=b, a<b, a>b FROM t;", true),
            ("INSERT INTO t (a, b) VALUES (1, ''), (2, 'x')", true),
            ("SELECT count(*) FROM t JOIN u ON t.id = u.t_id LIMIT 10", true),
            ("SELECT _a._b, t.* FROM _a", true),
            ("SELECT 'a' 'b'", false),
            ("SELECT 'a'\n'b'", false),
            ("SELECT 'a', 'b'", true),
            ("SELECT 'it''s'", false),
            ("SELECT 1e5, 0x1, .5, 1., a.1", false),
            ("SELECT a->b", false),
            ("SELECT E'a'", false),
            ("SELECT a=-1", false),
            ("SELECT a / b, a /* c */ FROM t", false),
            ("SELECT a / b, a % b FROM t", true),
            ("SELECT :a", false),
            ("SELECT ä", false),
            ("COPY t FROM STDIN", false),
        ];
        for (text, expected) in cases {
            for dialect in DIALECTS {
                if text.contains('"') && dialect == Dialect::Mysql {
                    continue;
                }
                assert_eq!(agree(text, dialect), expected, "{dialect:?}: {text}");
            }
        }
        assert!(agree("SELECT `a`.`b c` FROM `t`", Dialect::Mysql));
    }

    /// All pairs of what a text may be made of, with and without a space.
    #[test]
    fn whatever_stands_next_to_what() {
        const PARTS: &[&str] = &[
            "a", "_b", "B1", "1", "2.5", "'c'", "''", "\"d\"", "`e`", "(", ")", ",", ";", ".", "*", "+", "-", "/", "%",
            "=", "!=", "<", "<=", "<>", ">", ">=", "||", "::", ":", "$1", "@f", "#g", "?", "[", "]", "{", "&", "|",
            "!", "~", "^", "\\", "\n", "\t", "e", "n", "x", "b", "u&", "q", "r", "select", "é", "\r\n", "--", "/*",
        ];
        let mut plain = 0;
        for first in PARTS {
            for second in PARTS {
                for third in PARTS {
                    for text in [format!("{first}{second}{third}"), format!("x {first} {second}{third} y")] {
                        plain += DIALECTS.iter().filter(|&&dialect| agree(&text, dialect)).count();
                    }
                }
            }
        }
        assert!(plain > 10_000, "{plain}");
    }

    #[test]
    fn every_keyword_is_known() {
        for (word, known) in ALL_KEYWORDS.iter().zip(ALL_KEYWORDS_INDEX) {
            assert_eq!(keyword(&word.to_lowercase()), *known);
        }
        assert_eq!(keyword("columnist"), Keyword::NoKeyword);
    }
}
