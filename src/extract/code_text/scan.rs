//! Text of a language without a grammar becomes words, literals, operators and brackets: one pass, linear.

use std::collections::HashMap;

use super::language::{Escapes, HereDocument, Holes, Language, Quote};
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// Longest expression inside a literal, in bytes; without a closing bracket up to there it is plain text.
const LONGEST_HOLE: usize = 1024;

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

/// A part of a literal's value.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// Known text.
    Text(SqlText),
    /// The expression that stands there: what to show, and what of it is the expression itself.
    Expression { whole: Span, inner: Span },
}

/// A string literal.
#[derive(Clone, Debug)]
pub(super) struct Literal {
    /// All of it, with its quotes.
    pub span: Span,
    /// What it holds, in order.
    pub parts: Vec<Part>,
    /// Whether it is written without escapes and may span lines.
    pub raw: bool,
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
            Some((_, '\\')) => chars.skip(1).take(10).find(|&(_, c)| c == '\'' || c == '\n').map(|(at, c)| (at, c)),
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
        let Some((parts, end)) = self.body(quote, inside, self.end) else {
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

    /// Reads a literal's inside from `inside` on: its parts and the place after its closing quote. `None` when it is
    /// not closed on its line, although it must be.
    fn body(&self, quote: &Quote, inside: usize, end: usize) -> Option<(Vec<Part>, usize)> {
        let mut body = Body::new(self.text, inside, quote.lines);
        let close = quote.close.as_bytes();
        let opener = quote.open.as_bytes()[quote.open.len() - 1];
        let nests = quote.close.len() == 1 && matches!(opener, b'(' | b'{') && opener != close[0];
        let mut depth = 0_usize;
        let mut at = inside;
        while at < end {
            let byte = self.bytes[at];
            if nests && byte == opener {
                depth += 1;
                at += 1;
            } else if self.bytes[at..end].starts_with(close) {
                if depth > 0 {
                    depth -= 1;
                    at += 1;
                } else if quote.escapes == Escapes::Doubled && self.bytes.get(at + 1) == Some(&close[0]) {
                    body.decode("\"", at, at + 2);
                    at += 2;
                } else {
                    body.flush(at);
                    return Some((body.parts(), at + close.len()));
                }
            } else if byte == b'\\' && matches!(quote.escapes, Escapes::Backslash | Escapes::QuoteOnly) {
                at = self.escape(quote, at, end, &mut body);
            } else if byte == b'\n' && !quote.lines {
                return None;
            } else if let Some(past) = self.hole(quote.holes, at, end, &mut body) {
                at = past;
            } else {
                at += 1;
            }
        }
        // An unclosed literal is read up to the end: everything else would read the rest as code.
        quote.lines.then(|| {
            body.flush(end);
            (body.parts(), end)
        })
    }

    fn escape(&self, quote: &Quote, at: usize, end: usize, body: &mut Body<'_>) -> usize {
        if let Holes::Prefixed(mark) = quote.holes
            && mark.starts_with('\\')
            && let Some(past) = self.hole(quote.holes, at, end, body)
        {
            return past;
        }
        let Some(next) = self.text.get(at + 1..end).and_then(|rest| rest.chars().next()) else { return at + 1 };
        let past = at + 1 + next.len_utf8();
        if quote.escapes == Escapes::QuoteOnly {
            if next == '\\' || quote.close.starts_with(next) {
                body.decode(next.encode_utf8(&mut [0; 4]), at, past);
            }
            return past;
        }
        let (decoded, past) = unescape(self.text, next, past, end);
        match decoded {
            Some(c) => body.decode(c.encode_utf8(&mut [0; 4]), at, past),
            None => body.decode("", at, past),
        }
        past
    }

    /// Reads the expression that starts at `at`, if one does: the place after it.
    fn hole(&self, holes: Holes, at: usize, end: usize, body: &mut Body<'_>) -> Option<usize> {
        if body.broken {
            return None;
        }
        let rest = self.text.get(at..end)?;
        let next = rest.as_bytes().get(1).copied().unwrap_or(b' ');
        match holes {
            Holes::Never => None,
            Holes::Dollar => {
                let name = is_word(next) && !next.is_ascii_digit();
                if rest.starts_with("${") {
                    self.bracketed(at, at + 2, end, body)
                } else if rest.starts_with("{$") {
                    self.bracketed(at, at + 1, end, body)
                } else if rest.starts_with('$') && name {
                    let mut past = at + 1;
                    while past < end && is_word(self.bytes[past]) {
                        past += 1;
                    }
                    let name_end = past;
                    // `$row->name`, `$row[name]`
                    if self.language.members.contains(&"->") {
                        past = self.member(past, end);
                    }
                    let inner = if past == name_end { Span::new(at + 1, past) } else { Span::new(at, past) };
                    body.hole(Span::new(at, past), inner);
                    Some(past)
                } else {
                    None
                }
            }
            Holes::Braces => {
                if rest.starts_with("{{") || rest.starts_with("}}") {
                    body.decode(&rest[..1], at, at + 2);
                    Some(at + 2)
                } else if rest.starts_with('{') {
                    self.bracketed(at, at + 1, end, body)
                } else {
                    None
                }
            }
            Holes::Placeholder => {
                let inside = rest.strip_prefix('{')?;
                let length = inside.bytes().take(64).position(|byte| byte == b'}')?;
                let name = inside[..length].split(':').next().unwrap_or("");
                let format = &inside[name.len()..length];
                let plain = name.bytes().all(is_word) && format.bytes().all(|byte| byte.is_ascii_graphic());
                plain.then(|| {
                    let past = at + length + 2;
                    body.hole(Span::new(at, past), Span::new(at + 1, at + 1 + name.len()));
                    past
                })
            }
            Holes::Numbered | Holes::Indexed => {
                let (open, close) = if holes == Holes::Numbered { ("{", '}') } else { ("%[", ']') };
                let inside = rest.strip_prefix(open)?;
                let digits = inside.bytes().take(3).take_while(u8::is_ascii_digit).count();
                let after = inside[digits..].chars().next()?;
                let length = match after {
                    _ if digits == 0 => return None,
                    ':' => inside.bytes().take(32).position(|byte| byte == b'}')?,
                    _ if after == close => digits,
                    _ => return None,
                };
                let verb =
                    usize::from(holes == Holes::Indexed && inside[length + 1..].starts_with(char::is_alphabetic));
                let past = at + open.len() + length + 1 + verb;
                body.hole(Span::new(at, past), Span::new(past, past));
                Some(past)
            }
            Holes::Prefixed(mark) => {
                rest.starts_with(mark).then(|| self.bracketed(at, at + mark.len(), end, body)).flatten()
            }
        }
    }

    /// `->name`, `[…]` and `->{…}` after an interpolated variable.
    fn member(&self, at: usize, end: usize) -> usize {
        let rest = &self.bytes[at..end];
        if rest.starts_with(b"->") && rest.get(2).is_some_and(|&next| is_word(next)) {
            return at + 2 + rest[2..].iter().take_while(|&&byte| is_word(byte)).count();
        }
        let open = if rest.starts_with(b"->{") || rest.starts_with(b"->[") { 2 } else { 0 };
        let close = match rest.get(open) {
            Some(b'[') => b']',
            Some(b'{') if open > 0 => b'}',
            _ => return at,
        };
        let inside = rest.iter().take(64).position(|&byte| byte == close);
        inside.map_or(at, |length| at + length + 1)
    }

    /// An expression in brackets: `start` is that of the marker, `inside` the place after its bracket.
    fn bracketed(&self, start: usize, inside: usize, end: usize, body: &mut Body<'_>) -> Option<usize> {
        let open = self.bytes[inside - 1];
        let (open, close) = if open == b'(' { (b'(', b')') } else { (b'{', b'}') };
        let limit = end.min(inside + LONGEST_HOLE);
        let (mut at, mut depth) = (inside, 0_usize);
        let mut quoted = None;
        while at < limit {
            let byte = self.bytes[at];
            if byte == b'\n' && !body.lines {
                break;
            }
            match quoted {
                Some(mark) => {
                    if byte == b'\\' {
                        at += 1;
                    } else if byte == mark || byte == b'\n' {
                        quoted = None;
                    }
                }
                None if byte == b'"' || byte == b'\'' => quoted = Some(byte),
                None if byte == open => depth += 1,
                None if byte == close && depth == 0 => {
                    body.hole(Span::new(start, at + 1), Span::new(inside, at));
                    return Some(at + 1);
                }
                None if byte == close => depth -= 1,
                None => {}
            }
            at += 1;
        }
        // One look is enough: without a closing bracket here there is none for the next marker either.
        body.broken = true;
        None
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
            if let Some((parts, _)) = self.body(&quote, self.at, body_end) {
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

/// A literal's inside as it is read.
struct Body<'t> {
    text: &'t str,
    parts: Vec<Part>,
    piece: SqlText,
    /// Start of the run that is not yet in `piece`.
    run: usize,
    /// Whether line ends may stand inside.
    lines: bool,
    /// Whether a bracket inside was never closed.
    broken: bool,
}

impl<'t> Body<'t> {
    fn new(text: &'t str, start: usize, lines: bool) -> Self {
        Self { text, parts: Vec::new(), piece: SqlText::default(), run: start, lines, broken: false }
    }

    fn flush(&mut self, at: usize) {
        if let Some(run) = self.text.get(self.run..at) {
            self.piece.push(run, self.run);
        }
        self.run = at;
    }

    fn decode(&mut self, decoded: &str, start: usize, end: usize) {
        self.flush(start);
        self.piece.push_decoded(decoded, Span::new(start, end));
        self.run = end;
    }

    fn hole(&mut self, whole: Span, inner: Span) {
        self.flush(whole.start as usize);
        let piece = std::mem::take(&mut self.piece);
        if !piece.as_str().is_empty() {
            self.parts.push(Part::Text(piece));
        }
        self.parts.push(Part::Expression { whole, inner });
        self.run = whole.end as usize;
    }

    fn parts(mut self) -> Vec<Part> {
        if !self.piece.as_str().is_empty() || self.parts.is_empty() {
            self.parts.push(Part::Text(self.piece));
        }
        self.parts
    }
}

/// What the escape with letter `next` stands for, and the place after it; `past` is the place after the letter. A
/// line's end after the backslash stands for nothing.
fn unescape(text: &str, next: char, past: usize, end: usize) -> (Option<char>, usize) {
    let digits = |most: usize| {
        let length = text.as_bytes()[past..end].iter().take(most).take_while(|byte| byte.is_ascii_hexdigit()).count();
        (u32::from_str_radix(&text[past..past + length], 16).ok().and_then(char::from_u32), past + length)
    };
    match next {
        'n' => (Some('\n'), past),
        't' => (Some('\t'), past),
        'r' => (Some('\r'), past),
        '\n' => (None, past),
        'u' | 'x' if text[past..end].starts_with('{') => {
            let inside = text[past + 1..end].bytes().take(8).position(|byte| byte == b'}');
            inside.map_or((Some(next), past), |length| {
                let code = u32::from_str_radix(&text[past + 1..past + 1 + length], 16).ok();
                (Some(code.and_then(char::from_u32).unwrap_or('?')), past + length + 2)
            })
        }
        'u' | 'U' | 'x' => {
            let (decoded, past) = digits(match next {
                'u' => 4,
                'U' => 8,
                _ => 2,
            });
            (Some(decoded.unwrap_or(next)), past)
        }
        other => (Some(other), past),
    }
}

/// Whether the byte is part of a name; every character outside ASCII is.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
