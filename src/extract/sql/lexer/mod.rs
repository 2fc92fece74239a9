//! Tokens of a piece of SQL, in any dialect and in none: never fails, and takes linear time.
//!
//! Parsers need a statement; this lexer is what finds statements, comments, strings and placeholders in dirty text.
//! It refuses to know keywords.

mod placeholder;
mod quote;

use super::dialect::Lexis;
use crate::model::span::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A bare word: a name, a keyword, a hole's marker, `#temp`.
    Word,
    /// An identifier in quotes.
    Quoted,
    /// A string constant, with its prefix (`E`, `N`, `q`, …).
    Text,
    /// A dollar-quoted string.
    Dollar,
    /// A number.
    Number,
    /// `@name`, `@@name`.
    Variable,
    /// A client's placeholder: stands for text that is known at run time.
    Placeholder,
    /// `?`, `??`, `?|`, `?&`: a placeholder or an operator, by its neighbours.
    Question,
    /// Punctuation: one character, or one of `::`, `:=`, `..`, `<<`, `>>`, `=>`.
    Operator,
    /// A comment.
    Comment,
    /// Text that is no part of any statement: template statements, the marks of conditional comments.
    Removed,
}

/// A token and its place in the lexed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: TokenKind,
    /// First byte.
    pub(super) start: u32,
    /// One past the last byte.
    pub(super) end: u32,
}

impl Token {
    /// Its place in the lexed text.
    pub(super) fn span(self) -> Span {
        Span { start: self.start, end: self.end }
    }

    /// Its text.
    pub(super) fn of(self, text: &str) -> &str {
        self.span().of(text)
    }

    /// Whether it is the bare word `word`.
    pub(super) fn is_word(self, text: &str, word: &str) -> bool {
        self.kind == TokenKind::Word && self.of(text).eq_ignore_ascii_case(word)
    }

    /// Whether it is the operator `operator`.
    pub(super) fn is(self, text: &str, operator: &str) -> bool {
        self.kind == TokenKind::Operator && self.of(text) == operator
    }

    /// Whether it can be a name.
    pub(super) fn is_name(self) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::Quoted)
    }
}

/// Searches to the end of the text that found nothing, after which no more are made: keeps hostile text linear.
const MOST_FAILED_SEARCHES: u32 = 64;
/// Longest quoted identifier, in bytes.
const LONGEST_IDENTIFIER: usize = 300;

/// Longest optional part in `[[ … ]]`, in bytes.
const LONGEST_OPTIONAL: usize = 2000;

/// Reads tokens one by one, so that a splitter may skip what is no SQL.
pub(super) struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    lexis: Lexis,
    failed: u32,
    /// Inside `/*! … */`, whose content is SQL.
    conditional: bool,
    /// Start of the text behind the last token, to tell what stands right before.
    last: Option<Token>,
}

/// All tokens of `text`.
pub(super) fn tokens(text: &str, lexis: Lexis) -> Vec<Token> {
    let mut lexer = Lexer::new(text, lexis);
    std::iter::from_fn(|| lexer.next_token()).collect()
}

/// All tokens of `text` that belong to statements: no comments, nothing removed.
pub(super) fn significant(text: &str, lexis: Lexis) -> Vec<Token> {
    let mut found = tokens(text, lexis);
    found.retain(|token| !matches!(token.kind, TokenKind::Comment | TokenKind::Removed));
    found
}

impl<'t> Lexer<'t> {
    /// A lexer at the start of `text`.
    pub(super) fn new(text: &'t str, lexis: Lexis) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0, lexis, failed: 0, conditional: false, last: None }
    }

    /// Byte offset of the next character to read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes on at byte `at`, a char boundary.
    pub(super) fn skip_to(&mut self, at: usize) {
        self.at = at.min(self.text.len());
        self.last = None;
    }

    /// Moves to the next character that is no white space, and tells where that is.
    pub(super) fn skip_space(&mut self) -> usize {
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte.is_ascii_whitespace() || byte == 0x0b {
                self.at += 1;
            } else if byte >= 0x80 && self.char_at(self.at).is_some_and(char::is_whitespace) {
                self.at += self.char_at(self.at).map_or(1, char::len_utf8);
            } else {
                break;
            }
        }
        self.at
    }

    /// The next token, or `None` at the end of the text.
    pub(super) fn next_token(&mut self) -> Option<Token> {
        let start = self.skip_space();
        let &first = self.bytes.get(start)?;
        let kind = self.lex(first);
        if self.at <= start {
            self.at = start + 1;
        }
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        let token = Token { kind, start: start as u32, end: self.at as u32 };
        if !matches!(kind, TokenKind::Comment | TokenKind::Removed) {
            self.last = Some(token);
        }
        Some(token)
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    fn starts(&self, with: &str) -> bool {
        self.bytes[self.at..].starts_with(with.as_bytes())
    }

    fn take(&mut self, bytes: usize, kind: TokenKind) -> TokenKind {
        self.at += bytes;
        kind
    }

    /// Whether the last token ends right here, without white space between.
    fn touches(&self) -> bool {
        self.last.is_some_and(|last| last.end as usize == self.at)
    }

    /// Whether the last token ends an operand and stands right here: `a` of `a[1]`.
    fn touches_operand(&self) -> bool {
        self.touches()
            && self.last.is_some_and(|last| match last.kind {
                TokenKind::Operator => matches!(last.of(self.text), ")" | "]"),
                TokenKind::Question => false,
                _ => true,
            })
    }

    fn lex(&mut self, first: u8) -> TokenKind {
        match first {
            b'-' if self.byte(1) == b'-' && !(self.lexis.hash_comments && self.byte(2).is_ascii_digit()) => {
                self.line_comment()
            }
            b'/' if self.starts("/*!") || self.starts("/*M!") => self.conditional_comment(),
            b'/' if self.byte(1) == b'*' => self.block_comment(),
            b'*' if self.conditional && self.byte(1) == b'/' => {
                self.conditional = false;
                self.take(2, TokenKind::Removed)
            }
            b'#' => self.hash(),
            b'\'' => self.string(0, self.lexis.backslash),
            b'"' if self.lexis.double_strings && self.starts("\"\"\"") => self.long_string(),
            b'"' if self.lexis.double_strings => self.string(0, self.lexis.backslash),
            b'"' => self.quoted(b'"'),
            b'`' => self.quoted(b'`'),
            b'[' if self.starts("[[") && !self.touches_operand() && self.is_optional_part() => {
                self.take(2, TokenKind::Removed)
            }
            b']' if self.starts("]]") && !self.touches_operand_before_bracket() => self.take(2, TokenKind::Removed),
            b'[' if self.lexis.brackets && !self.touches_operand() => self.bracketed(),
            b'$' => self.dollar(),
            b':' => self.colon(),
            b'@' => self.variable(),
            b'%' => self.percent(),
            b'{' => self.brace(),
            b'<' => self.angle(),
            b'&' => self.ampersand(),
            b'?' => self.question(),
            b'0'..=b'9' => self.number(),
            b'.' if self.byte(1).is_ascii_digit() && !self.touches_operand() => self.number(),
            b'.' if self.byte(1) == b'.' => self.take(2, TokenKind::Operator),
            b'=' | b'>' if self.byte(1) == b'>' => self.take(2, TokenKind::Operator),
            _ if first == b'_' || first.is_ascii_alphabetic() => self.word(),
            _ if first < 0x80 => self.take(1, TokenKind::Operator),
            _ => self.wide(),
        }
    }

    /// A character outside ASCII: a letter begins a word; byte order marks and the like are dropped.
    fn wide(&mut self) -> TokenKind {
        let Some(char) = self.char_at(self.at) else { return self.take(1, TokenKind::Removed) };
        if char.is_alphanumeric() {
            return self.word();
        }
        let invisible = matches!(char, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{ad}');
        self.take(char.len_utf8(), if invisible { TokenKind::Removed } else { TokenKind::Operator })
    }

    fn word(&mut self) -> TokenKind {
        let start = self.at;
        while let Some(&byte) = self.bytes.get(self.at) {
            let belongs = byte == b'_'
                || byte.is_ascii_alphanumeric()
                || (byte == b'$' && !matches!(self.byte(1), b'{' | b'(' | b'$'))
                || (byte == b'#' && !self.lexis.hash_comments && self.byte(1) != b'{')
                || (byte >= 0x80 && self.char_at(self.at).is_some_and(char::is_alphanumeric));
            if !belongs {
                break;
            }
            self.at += if byte < 0x80 { 1 } else { self.char_at(self.at).map_or(1, char::len_utf8) };
        }
        if self.byte(0) == b'\'' {
            let prefix = &self.text[start..self.at];
            if let [b'q' | b'Q'] | [b'n' | b'N', b'q' | b'Q'] = prefix.as_bytes() {
                return self.oracle_string();
            }
            if matches!(prefix, "E" | "e") {
                return self.string(0, true);
            }
            if matches!(prefix, "N" | "n" | "B" | "b" | "X" | "x" | "R" | "r" | "_utf8" | "_binary" | "_latin1") {
                return self.string(0, self.lexis.backslash);
            }
        }
        TokenKind::Word
    }

    fn line_end(&self) -> usize {
        memchr::memchr(b'\n', &self.bytes[self.at..]).map_or(self.text.len(), |at| self.at + at)
    }

    fn line_comment(&mut self) -> TokenKind {
        self.at = self.line_end();
        TokenKind::Comment
    }

    fn conditional_comment(&mut self) -> TokenKind {
        self.at += if self.byte(2) == b'M' { 4 } else { 3 };
        while self.byte(0).is_ascii_digit() {
            self.at += 1;
        }
        self.conditional = true;
        TokenKind::Removed
    }

    /// Runs a search to the end of the text unless too many have failed.
    fn search(&mut self, find: impl FnOnce() -> Option<usize>) -> Option<usize> {
        if self.failed >= MOST_FAILED_SEARCHES {
            return None;
        }
        let found = find();
        if found.is_none() {
            self.failed += 1;
        }
        found
    }

    fn hash(&mut self) -> TokenKind {
        if self.byte(1) == b'{' {
            return self.braced(1, b'{', b'}', TokenKind::Placeholder);
        }
        let before = self.text[..self.at].trim_end_matches([' ', '\t']);
        let line_start = before.is_empty() || before.ends_with('\n');
        let next = self.byte(1);
        if line_start || self.lexis.hash_comments || next == b' ' && !self.touches() && !self.lexis.hash_operators {
            // `#>` and `#-` at the start of a line continue a PostgreSQL expression.
            if !self.lexis.hash_comments && matches!(next, b'>' | b'-') {
                return self.take(1, TokenKind::Operator);
            }
            if !(line_start && !self.lexis.hash_comments && (next.is_ascii_alphabetic() || next == b'#')) {
                return self.line_comment();
            }
        }
        if next.is_ascii_alphabetic() || next == b'_' || (next == b'#' && self.byte(2).is_ascii_alphabetic()) {
            self.at += 2;
            return self.word();
        }
        self.take(1, TokenKind::Operator)
    }

    /// Whether `[[` opens an optional part (Metabase): a clause keyword follows.
    fn is_optional_part(&self) -> bool {
        self.opens_optional(self.at)
    }

    fn opens_optional(&self, at: usize) -> bool {
        let rest = self.text.get(at + 2..).unwrap_or("").trim_start();
        let word = rest.split(|char: char| !char.is_ascii_alphanumeric() && char != '_').next().unwrap_or("");
        ["and", "or", "where", "limit", "offset", "having", "order", "group", "join", "left", "inner", "union"]
            .iter()
            .any(|keyword| word.eq_ignore_ascii_case(keyword))
    }

    /// Whether `]]` closes brackets that are no optional part: `a[b[1]]`.
    fn touches_operand_before_bracket(&self) -> bool {
        self.last.is_some_and(|last| last.kind == TokenKind::Number && last.end as usize == self.at)
            || !self.follows_optional()
    }

    /// Whether the last `[[` before this place opens an optional part: that of `ARRAY[[1, 2]]` does not.
    fn follows_optional(&self) -> bool {
        let from = self.at.saturating_sub(LONGEST_OPTIONAL);
        memchr::memmem::rfind(&self.bytes[from..self.at], b"[[").is_some_and(|open| self.opens_optional(from + open))
    }

    fn number(&mut self) -> TokenKind {
        let start = self.at;
        while let byte = self.byte(0)
            && (byte.is_ascii_alphanumeric()
                || byte == b'_'
                || (byte == b'.' && self.byte(1) != b'.')
                || (matches!(byte, b'+' | b'-')
                    && matches!(self.bytes[self.at - 1], b'e' | b'E')
                    && self.byte(1).is_ascii_digit()
                    && self.bytes[start..self.at - 1].iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')))
        {
            self.at += 1;
            if self.at == start + 1 && matches!(self.byte(0), b'+' | b'-') {
                break;
            }
        }
        TokenKind::Number
    }
}

#[cfg(test)]
mod tests {
    use super::super::dialect::Lexis;
    use super::*;

    fn check(lexis: Lexis, text: &str, expected: &[&str]) {
        let found: Vec<&str> = significant(text, lexis).iter().map(|token| token.of(text)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn tokens_of_every_dialect() {
        let plain = Lexis::default();
        let mysql = Lexis { backslash: true, hash_comments: true, double_strings: true, ..plain };
        let brackets = Lexis { brackets: true, ..plain };
        check(plain, "SELECT a.b, 'it''s' FROM \"T x\"", &["SELECT", "a", ".", "b", ",", "'it''s'", "FROM", "\"T x\""]);
        check(plain, "a /* x /* y */ z */ b -- c\nd", &["a", "b", "d"]);
        check(plain, "a /* never closed\nb", &["a", "b"]);
        check(plain, "E'it\\'s' x", &["E'it\\'s'", "x"]);
        check(plain, "q'[it's]' || q'!a'b!'", &["q'[it's]'", "|", "|", "q'!a'b!'"]);
        check(plain, "$$ a; $$ $x$ $$ $x$ $1", &["$$ a; $$", "$x$ $$ $x$", "$1"]);
        check(mysql, "'a\\'b' \"x;\" # no\n`c`", &["'a\\'b'", "\"x;\"", "`c`"]);
        check(mysql, "\"\"\"a \"b\"\n c\"\"\" d \"\"\"e", &["\"\"\"a \"b\"\n c\"\"\"", "d", "\"\"\"e"]);
        check(mysql, "/*!40101 SET x */ y", &["SET", "x", "y"]);
        check(brackets, "[dbo].[User] a[1]", &["[dbo]", ".", "[User]", "a", "[", "1", "]"]);
        check(plain, "a::int :b ::c :'d' x := 1", &["a", "::", "int", ":b", "::", "c", ":'d'", "x", ":=", "1"]);
        check(plain, "a[b.c:d] [:e]", &["a", "[", "b", ".", "c", ":", "d", "]", "[", ":e", "]"]);
        check(plain, "a[b:\"C\".d]", &["a", "[", "b", ":", "\"C\"", ".", "d", "]"]);
        check(plain, "a[\"C\".d:e]", &["a", "[", "\"C\"", ".", "d", ":", "e", "]"]);
        check(plain, "%(a)s %s 5 % 2 x%ROWTYPE", &["%(a)s", "%s", "5", "%", "2", "x", "%", "ROWTYPE"]);
        check(plain, "{{ a }} {% if x %} {0} ${a.b} #{c}", &["{{ a }}", "{0}", "${a.b}", "#{c}"]);
        check(plain, "a <b> c<d>e <<l>>", &["a", "<b>", "c", "<", "d", ">", "e", "<<", "l", ">>"]);
        check(plain, "1..10 .5 1e-5 1-2", &["1", "..", "10", ".5", "1e-5", "1", "-", "2"]);
        check(
            plain,
            "ARRAY[[[1],[2, a]]]",
            &["ARRAY", "[", "[", "[", "1", "]", ",", "[", "2", ",", "a", "]", "]", "]"],
        );
        check(plain, "[[AND a = {{b}}]] c", &["AND", "a", "=", "{{b}}", "c"]);
        check(plain, "x = 'open\nSELECT 1", &["x", "=", "'open", "SELECT", "1"]);
        check(
            plain,
            "VALUES ('open);\nINSERT INTO t VALUES ('x');",
            &["VALUES", "(", "'open);", "INSERT", "INTO", "t", "VALUES", "(", "'x'", ")", ";"],
        );
    }

    #[test]
    fn hostile_text_takes_linear_time() {
        for unit in ["/*", "$a1$", "'", "\"", "`x", "[[", "{{", "q'[", "/* */", "<a", "%(", "'\\"] {
            let text = unit.repeat(300_000 / unit.len());
            tokens(&text, Lexis { brackets: true, backslash: true, ..Lexis::default() });
            let mut distinct = String::new();
            for at in 0..20_000 {
                distinct.extend([unit, &at.to_string(), "$"]);
            }
            tokens(&distinct, Lexis::default());
        }
    }
}
