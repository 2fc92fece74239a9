//! Text of a language without a grammar becomes words, literals, operators and brackets: one pass, linear.

use std::collections::HashMap;

use super::language::{Escapes, HereDocument, Holes, Language, Quote};
use super::literal::{Inside, Literal};
use crate::model::span::Span;

/// Longest regular expression, in bytes.
const LONGEST_PATTERN: usize = 512;

/// Operators of more than one character, the longer before those that they start with.
const OPERATORS: &[&str] = &[
    "?->", "..=", "<>=", "===", "!==", "...", "->", "=>", "+=", ".=", "&=", "<>", "..", "?.", "&.", "::", ":=", "<-",
    "==", "!=", "<=", ">=", "||", "&&", "<<", "++", "|>",
];

/// What a lexeme is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LexemeKind {
    /// A name, keyword or number.
    Word,
    /// A string: its index in [`Scan::literals`].
    Literal(u32),
    /// An opening bracket; the index of the lexeme that closes it, or of itself when nothing does.
    Open(u32),
    /// A closing bracket; the index of the lexeme that opens it, or of itself when nothing does.
    Close(u32),
    /// Anything else.
    Operator,
}

/// One lexeme.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lexeme {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: LexemeKind,
    /// Its distance from the start of its line when it is the first on it.
    pub indentation: Option<u32>,
}

/// What a stretch of code consists of.
#[derive(Clone, Debug, Default)]
pub(super) struct Scan {
    /// In text order.
    pub lexemes: Vec<Lexeme>,
    /// In text order of their openings.
    pub literals: Vec<Literal>,
    /// Comments.
    pub comments: Vec<Span>,
    /// Regular expressions.
    pub patterns: Vec<Span>,
}

impl Scan {
    /// Reads `text[within]`. Here-documents may reach past its end, up to the end of the text.
    pub(super) fn new(language: &Language, text: &str, within: Span) -> Self {
        let mut scanner = Scanner {
            language,
            text,
            bytes: text.as_bytes(),
            at: within.start as usize,
            end: (within.end as usize).min(text.len()),
            line_start: within.start as usize,
            fresh: true,
            open: Vec::new(),
            pending: Vec::new(),
            ends: None,
            unclosed: vec![0; language.quotes.len()],
            scan: Scan::default(),
        };
        scanner.run();
        scanner.scan
    }

    /// The lexeme with number `at`.
    pub(super) fn lexeme(&self, at: usize) -> Option<Lexeme> {
        self.lexemes.get(at).copied()
    }
}

/// A here-document whose body starts on the next line.
struct Pending<'t> {
    tag: &'t str,
    literal: usize,
    verbatim: bool,
}

struct Scanner<'t> {
    language: &'t Language,
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    end: usize,
    line_start: usize,
    fresh: bool,
    open: Vec<usize>,
    pending: Vec<Pending<'t>>,
    /// The starts of all lines by the word that they start with: where here-documents may end.
    ends: Option<HashMap<&'t str, Vec<usize>>>,
    /// For each way to write a string, the end of the last line on which one was not closed: to look again from each
    /// later quote of that line would take quadratic time.
    unclosed: Vec<usize>,
    scan: Scan,
}

impl<'t> Scanner<'t> {
    fn run(&mut self) {
        while self.at < self.end {
            let byte = self.bytes[self.at];
            if self.comment() {
                continue;
            }
            if byte == b'\n' {
                self.at += 1;
                self.here_documents();
                self.line_start = self.at;
                self.fresh = true;
            } else if byte.is_ascii_whitespace() {
                self.at += 1;
            } else if self.literal() || self.here_document() || self.character() || self.pattern() {
            } else if is_word(byte) || self.sigil() {
                let start = self.at;
                self.at += 1;
                while self.at < self.end && is_word(self.bytes[self.at]) {
                    self.at += 1;
                }
                self.push(start, LexemeKind::Word);
            } else {
                self.operator();
            }
        }
    }

    fn push(&mut self, start: usize, kind: LexemeKind) {
        let indentation = self.fresh.then(|| (start - self.line_start.min(start)) as u32);
        self.fresh = false;
        self.scan.lexemes.push(Lexeme { span: Span::new(start, self.at), kind, indentation });
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..self.end).unwrap_or("")
    }

    fn comment(&mut self) -> bool {
        let rest = self.rest();
        for (open, close) in self.language.block_comments {
            if let Some(inside) = rest.strip_prefix(open) {
                let start = self.at;
                self.at = inside.find(close).map_or(self.end, |at| start + open.len() + at + close.len());
                self.scan.comments.push(Span::new(start, self.at));
                if open.starts_with('\n') {
                    self.fresh = true;
                }
                return true;
            }
        }
        for open in self.language.line_comments {
            // `#[Attribute]` of PHP and `$#array` of Perl are no comments.
            let other =
                *open == "#" && (rest.starts_with("#[") && self.language.sigils == "$" || self.before() == b'$');
            if rest.starts_with(open) && !other {
                let start = self.at;
                self.at = memchr::memchr(b'\n', rest.as_bytes()).map_or(self.end, |at| start + at);
                self.scan.comments.push(Span::new(start, self.at));
                return true;
            }
        }
        false
    }

    fn before(&self) -> u8 {
        self.at.checked_sub(1).map_or(b' ', |at| self.bytes[at])
    }

    fn sigil(&self) -> bool {
        self.language.sigils.as_bytes().contains(&self.bytes[self.at])
            && self.bytes.get(self.at + 1).is_some_and(|&next| is_word(next))
    }

    /// `'x'` of languages in which that is no string; in those a lone `'` means something else again.
    fn character(&mut self) -> bool {
        if !self.language.characters || self.bytes[self.at] != b'\'' {
            return false;
        }
        let mut chars = self.rest().char_indices().skip(1);
        let length = match chars.next() {
            Some((_, '\\')) => chars.skip(1).take(10).find(|&(_, c)| c == '\'' || c == '\n'),
            Some((_, c)) if c != '\n' => chars.next(),
            _ => None,
        };
        self.at += match length {
            Some((at, '\'')) => at + 1,
            _ => 1,
        };
        true
    }

    /// A regular expression: `/…/` on one line, where an operand is expected.
    fn pattern(&mut self) -> bool {
        if !self.language.patterns || self.bytes[self.at] != b'/' {
            return false;
        }
        let operand = self.scan.lexemes.last().is_none_or(|last| match last.kind {
            LexemeKind::Open(_) | LexemeKind::Operator => true,
            LexemeKind::Word => {
                matches!(last.span.of(self.text), "return" | "if" | "when" | "unless" | "and" | "or" | "not")
            }
            LexemeKind::Literal(_) | LexemeKind::Close(_) => false,
        });
        if !operand {
            return false;
        }
        let limit = self.end.min(self.at + LONGEST_PATTERN);
        let mut at = self.at + 1;
        while at < limit && self.bytes[at] != b'\n' && self.bytes[at] != b'/' {
            at += if self.bytes[at] == b'\\' { 2 } else { 1 };
        }
        if at >= limit || self.bytes[at] != b'/' {
            return false;
        }
        self.scan.patterns.push(Span::new(self.at, at + 1));
        self.at = at + 1;
        true
    }

    fn operator(&mut self) {
        let (start, rest) = (self.at, self.rest());
        let byte = self.bytes[start];
        match byte {
            b'(' | b'[' | b'{' => {
                self.at += 1;
                let index = self.scan.lexemes.len();
                self.open.push(index);
                self.push(start, LexemeKind::Open(index as u32));
            }
            b')' | b']' | b'}' => {
                self.at += 1;
                let index = self.scan.lexemes.len();
                let open = self.open.pop().unwrap_or(index);
                self.push(start, LexemeKind::Close(open as u32));
                if open != index {
                    self.scan.lexemes[open].kind = LexemeKind::Open(index as u32);
                }
            }
            _ => {
                let known = OPERATORS.iter().find(|operator| rest.starts_with(**operator));
                self.at += known.map_or_else(|| rest.chars().next().map_or(1, char::len_utf8), |known| known.len());
                self.push(start, LexemeKind::Operator);
            }
        }
    }

    fn literal(&mut self) -> bool {
        let rest = self.rest();
        let language = self.language;
        let Some(which) = language.quotes.iter().position(|quote| rest.starts_with(quote.open)) else { return false };
        let quote = &language.quotes[which];
        if self.at < self.unclosed[which] {
            return false;
        }
        // A quote word such as `q{` or `r"` is one only when it is not the end of a longer word or a key.
        let wordy = quote.open.as_bytes()[0].is_ascii_alphabetic();
        if wordy && (is_word(self.before()) || self.before() == b'$') {
            return false;
        }
        // `%(` and the like are the remainder operator after an operand.
        if quote.open.starts_with('%')
            && self
                .scan
                .lexemes
                .last()
                .is_some_and(|last| !matches!(last.kind, LexemeKind::Open(_) | LexemeKind::Operator))
            && !self.fresh
        {
            return false;
        }
        let start = self.at;
        let inside = start + quote.open.len();
        let Some((parts, end)) = self.inside().read(quote, inside, self.end) else {
            self.unclosed[which] = memchr::memchr(b'\n', rest.as_bytes()).map_or(self.end, |at| start + at);
            return false;
        };
        self.at = end;
        let index = self.scan.literals.len() as u32;
        let raw = quote.escapes == Escapes::Nothing;
        self.scan.literals.push(Literal { span: Span::new(start, end), parts, raw });
        self.push(start, LexemeKind::Literal(index));
        // The next line's distance is counted from its own start, not from that of the line the literal began on.
        if let Some(newline) = memchr::memrchr(b'\n', &self.bytes[start..end]) {
            self.line_start = start + newline + 1;
        }
        true
    }

    fn inside(&self) -> Inside<'t> {
        Inside { text: self.text, has_arrows: self.language.members.contains(&"->") }
    }

    /// The opening of a here-document.
    fn here_document(&mut self) -> bool {
        let mark = match self.language.here.0 {
            HereDocument::Never => return false,
            HereDocument::Two => "<<",
            HereDocument::Three => "<<<",
        };
        let Some(rest) = self.rest().strip_prefix(mark) else { return false };
        let rest = rest.trim_start_matches([' ', '\t']);
        let skipped = self.rest().len() - mark.len() - rest.len();
        if skipped > 0 && mark == "<<" {
            return false;
        }
        let (rest, dash) = match rest.strip_prefix(['-', '~']) {
            Some(rest) if mark == "<<" => (rest, 1),
            _ => (rest, 0),
        };
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let tag_start = usize::from(quote.is_some());
        let tag: &'t str = {
            let from = self.at + mark.len() + skipped + dash + tag_start;
            let length = self.bytes[from..self.end].iter().take_while(|&&byte| is_word(byte)).count();
            &self.text[from..from + length]
        };
        let bare_low =
            quote.is_none() && dash == 0 && mark == "<<" && !tag.starts_with(|c: char| c.is_ascii_uppercase());
        if tag.is_empty() || tag.as_bytes()[0].is_ascii_digit() || bare_low {
            return false;
        }
        let closing = match quote {
            Some(quote) if rest[tag_start + tag.len()..].starts_with(quote) => 1,
            Some(_) => return false,
            None => 0,
        };
        let start = self.at;
        self.at += mark.len() + skipped + dash + tag_start + tag.len() + closing;
        let literal = self.scan.literals.len();
        self.scan.literals.push(Literal { span: Span::new(start, self.at), parts: Vec::new(), raw: false });
        self.pending.push(Pending { tag, literal, verbatim: quote == Some('\'') });
        self.push(start, LexemeKind::Literal(literal as u32));
        true
    }

    /// Reads the bodies of the here-documents that were opened on the line that has just ended.
    fn here_documents(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            let Some((body_end, past)) = self.here_end(pending.tag) else { continue };
            let holes = if pending.verbatim { Holes::Never } else { self.language.here.1 };
            let escapes = if pending.verbatim { Escapes::Nothing } else { Escapes::Backslash };
            let quote = Quote { open: "\0", close: "\0", escapes, holes, lines: true };
            if let Some((parts, _)) = self.inside().read(&quote, self.at, body_end) {
                let literal = &mut self.scan.literals[pending.literal];
                literal.parts = parts;
                self.at = past;
            }
        }
    }

    /// Where the here-document ends that starts here: its body's end and the place after its closing tag.
    fn here_end(&mut self, tag: &str) -> Option<(usize, usize)> {
        let (text, at, end) = (self.text, self.at, self.end);
        let ends = self.ends.get_or_insert_with(|| {
            let mut ends: HashMap<&'t str, Vec<usize>> = HashMap::new();
            let mut start = 0;
            for line in text[..end].split_inclusive('\n') {
                let indented = line.len() - line.trim_start_matches([' ', '\t']).len();
                let length = line.as_bytes()[indented..].iter().take_while(|&&byte| is_word(byte)).count();
                if length > 0 {
                    ends.entry(&line[indented..indented + length]).or_default().push(start);
                }
                start += line.len();
            }
            ends
        });
        let starts = ends.get(tag)?;
        let start = *starts.get(starts.partition_point(|&start| start < at))?;
        let indented = text[start..end].len() - text[start..end].trim_start_matches([' ', '\t']).len();
        Some((start, start + indented + tag.len()))
    }
}

/// Whether the byte is part of a name; every character outside ASCII is.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
