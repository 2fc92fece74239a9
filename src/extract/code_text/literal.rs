//! The inside of a string literal: escapes decoded, interpolated expressions told from text.

use super::language::{Escapes, Holes, Quote};
use super::scan::is_word;
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// Longest expression inside a literal, in bytes; without a closing bracket up to there it is plain text.
const LONGEST_HOLE: usize = 1024;

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

/// Reads the insides of literals of one file.
#[derive(Clone, Copy)]
pub(super) struct Inside<'t> {
    /// The file's text.
    pub text: &'t str,
    /// Whether `$name->member` is an expression.
    pub has_arrows: bool,
}

impl Inside<'_> {
    fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// Reads a literal's inside from `inside` on: its parts and the place after its closing quote. `None` when it is
    /// not closed on its line, although it must be.
    pub(super) fn read(&self, quote: &Quote, inside: usize, end: usize) -> Option<(Vec<Part>, usize)> {
        let mut body = Body::new(self.text, inside, quote.lines);
        let close = quote.close.as_bytes();
        let opener = quote.open.as_bytes()[quote.open.len() - 1];
        let nests = quote.close.len() == 1 && matches!(opener, b'(' | b'{') && opener != close[0];
        let mut depth = 0_usize;
        let mut at = inside;
        while at < end {
            let byte = self.bytes()[at];
            if nests && byte == opener {
                depth += 1;
                at += 1;
            } else if self.bytes()[at..end].starts_with(close) {
                if depth > 0 {
                    depth -= 1;
                    at += 1;
                } else if quote.escapes == Escapes::Doubled && self.bytes().get(at + 1) == Some(&close[0]) {
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
                    while past < end && is_word(self.bytes()[past]) {
                        past += 1;
                    }
                    let name_end = past;
                    // `$row->name`, `$row[name]`
                    if self.has_arrows {
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
        let rest = &self.bytes()[at..end];
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
        let open = self.bytes()[inside - 1];
        let (open, close) = if open == b'(' { (b'(', b')') } else { (b'{', b'}') };
        let limit = end.min(inside + LONGEST_HOLE);
        let (mut at, mut depth) = (inside, 0_usize);
        let mut quoted = None;
        while at < limit {
            let byte = self.bytes()[at];
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
