//! Words of shell text: quotes, escapes and expansions.

use super::script::{DEEPEST, Reader, name_length};
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// Longest `${…}`, in bytes.
const LONGEST_EXPANSION: usize = 512;

/// A part of a word's value.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// Known text.
    Text(SqlText),
    /// `$name` or `${name}`; where it stands in the file.
    Variable(String, Span),
    /// `$(…)`: the number of its last command, and where it stands in the file.
    Output(Option<usize>, Span),
    /// Any other expansion.
    Unknown(Span),
}

/// A word, a quoted string, a here-document.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    /// What it consists of.
    pub parts: Vec<Part>,
    /// Where it stands in the file.
    pub span: Span,
    /// Whether any of it stands in quotes.
    pub quoted: bool,
}

impl Word {
    /// Its text when all of it is known without looking up a variable.
    pub(super) fn plain(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text.as_str()),
            _ => None,
        }
    }
}

impl Reader<'_> {
    /// Reads one word. At least one byte is read.
    pub(super) fn word(&mut self, nesting: usize) -> Word {
        let start = self.at;
        let mut value = Value::new(start);
        let mut quoted = false;
        while self.at < self.end {
            match self.bytes[self.at] {
                b'<' | b'>' if self.peek(1) == b'(' && self.at == start => {
                    self.flush(&mut value);
                    self.at += 2;
                    self.substitution(&mut value, start, nesting);
                }
                b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b')' | b'<' | b'>' => break,
                b'(' => {
                    // `name=(…)` is a list; `name(` is a function's name.
                    if self.at == start || self.bytes[self.at - 1] != b'=' {
                        break;
                    }
                    self.flush(&mut value);
                    let open = self.at;
                    self.at += 1;
                    self.substitution(&mut value, open, nesting);
                }
                b'\'' => {
                    quoted = true;
                    self.flush(&mut value);
                    let inside = self.at + 1;
                    let length = memchr::memchr(b'\'', &self.bytes[inside..self.end]);
                    let close = length.map_or(self.end, |length| inside + length);
                    value.run = inside;
                    self.at = close;
                    self.flush(&mut value);
                    self.at = (close + 1).min(self.end);
                    value.run = self.at;
                }
                b'"' => {
                    quoted = true;
                    self.double_quoted(&mut value, nesting);
                }
                b'$' if self.peek(1) == b'\'' => {
                    quoted = true;
                    self.ansi_quoted(&mut value);
                }
                b'$' if self.peek(1) == b'"' => {
                    quoted = true;
                    self.flush(&mut value);
                    self.at += 1;
                    self.double_quoted(&mut value, nesting);
                }
                b'\\' => {
                    self.flush(&mut value);
                    let next = self.rest().chars().nth(1);
                    let past = (self.at + 1 + next.map_or(0, char::len_utf8)).min(self.end);
                    if next != Some('\n') {
                        value.run = self.at + 1;
                    }
                    self.at = past;
                    if next == Some('\n') {
                        value.run = past;
                    }
                }
                _ => self.expanded(&mut value, b"$`", nesting),
            }
        }
        if self.at == start {
            // A sign that starts nothing here.
            self.at += 1;
        }
        self.flush(&mut value);
        Word { parts: value.finish(), span: self.outer(start, self.at), quoted }
    }

    fn double_quoted(&mut self, value: &mut Value, nesting: usize) {
        self.flush(value);
        self.at += 1;
        value.run = self.at;
        while self.at < self.end && self.bytes[self.at] != b'"' {
            self.expanded(value, b"$`\\\"", nesting);
        }
        self.flush(value);
        self.at = (self.at + 1).min(self.end);
        value.run = self.at;
    }

    fn ansi_quoted(&mut self, value: &mut Value) {
        self.flush(value);
        self.at += 2;
        value.run = self.at;
        while self.at < self.end && self.bytes[self.at] != b'\'' {
            if self.bytes[self.at] != b'\\' {
                self.at += 1;
                continue;
            }
            self.flush(value);
            let start = self.at;
            let next = self.rest().chars().nth(1).unwrap_or('\\');
            self.at = (start + 1 + next.len_utf8()).min(self.end);
            let decoded = match next {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            };
            value.piece.push_decoded(decoded.encode_utf8(&mut [0; 4]), self.outer(start, self.at));
            value.run = self.at;
        }
        self.flush(value);
        self.at = (self.at + 1).min(self.end);
        value.run = self.at;
    }

    /// Reads one byte of text, an escape, or an expansion. A backslash escapes the bytes of `special` and a line's end.
    pub(super) fn expanded(&mut self, value: &mut Value, special: &[u8], nesting: usize) {
        let start = self.at;
        match self.bytes[start] {
            b'\\' if special.contains(&b'\\') => {
                let next = self.peek(1);
                if next == b'\n' {
                    self.flush(value);
                    self.at += 2;
                    value.run = self.at;
                } else if special.contains(&next) {
                    self.flush(value);
                    self.at += 2;
                    let span = self.outer(start, self.at);
                    value.piece.push_decoded(&self.text[start + 1..self.at], span);
                    value.run = self.at;
                } else {
                    self.at += 1;
                }
            }
            b'`' => {
                let inside = start + 1;
                let Some(length) = memchr::memchr(b'`', &self.bytes[inside..self.end]).filter(|_| nesting < DEEPEST)
                else {
                    self.at += 1;
                    return;
                };
                self.flush(value);
                self.at = inside;
                let end = std::mem::replace(&mut self.end, inside + length);
                let before = self.script.commands.len();
                self.commands(b'\0', 1, nesting + 1);
                self.at = inside + length + 1;
                self.end = end;
                let last = self.script.commands.len().checked_sub(1).filter(|&last| last >= before);
                value.push(Part::Output(last, self.outer(start, self.at)), self.at);
            }
            b'$' => self.dollar(value, nesting),
            _ => self.at += 1,
        }
    }

    fn dollar(&mut self, value: &mut Value, nesting: usize) {
        let start = self.at;
        match self.peek(1) {
            b'(' if self.peek(2) == b'(' => {
                self.flush(value);
                self.at += 1;
                self.arithmetic();
                value.push(Part::Unknown(self.outer(start, self.at)), self.at);
            }
            b'(' if nesting < DEEPEST => {
                self.flush(value);
                self.at += 2;
                self.substitution(value, start, nesting);
            }
            b'{' => {
                let limit = self.end.min(start + LONGEST_EXPANSION);
                let mut depth = 0_usize;
                let length = self.bytes[start..limit].iter().position(|byte| {
                    match byte {
                        b'{' => depth += 1,
                        b'}' => depth -= 1,
                        _ => {}
                    }
                    *byte == b'}' && depth == 0
                });
                let Some(length) = length else {
                    self.at += 1;
                    return;
                };
                self.flush(value);
                self.at = start + length + 1;
                let inside = &self.text[start + 2..start + length];
                let name = &inside[..name_length(inside)];
                let rest = &inside[name.len()..];
                let span = self.outer(start, self.at);
                // `${name:-default}` is the variable wherever that is set.
                let is_value =
                    !name.is_empty() && (rest.is_empty() || rest.starts_with([':', '-']) && rest.contains('-'));
                value.push(if is_value { Part::Variable(name.to_owned(), span) } else { Part::Unknown(span) }, self.at);
            }
            next => {
                let rest = &self.text[start + 1..self.end];
                let length = name_length(rest);
                let special =
                    length == 0 && (next.is_ascii_digit() || matches!(next, b'@' | b'*' | b'#' | b'?' | b'$' | b'!'));
                if length == 0 && !special {
                    self.at += 1;
                    return;
                }
                self.flush(value);
                self.at = start + 1 + length.max(1);
                let span = self.outer(start, self.at);
                let part = if special { Part::Unknown(span) } else { Part::Variable(rest[..length].to_owned(), span) };
                value.push(part, self.at);
            }
        }
    }

    /// Reads the commands of a substitution, whose opening at `start` was passed, and its closing bracket.
    fn substitution(&mut self, value: &mut Value, start: usize, nesting: usize) {
        let before = self.script.commands.len();
        if nesting < DEEPEST {
            let pending = std::mem::take(&mut self.pending);
            self.commands(b')', 1, nesting + 1);
            self.pending.splice(0..0, pending);
        }
        self.at = (self.at + 1).min(self.end);
        let last = self.script.commands.len().checked_sub(1).filter(|&last| last >= before);
        value.push(Part::Output(last, self.outer(start, self.at)), self.at);
    }

    /// Takes the run of text that ends here into the value.
    pub(super) fn flush(&self, value: &mut Value) {
        if value.run < self.at {
            value.piece.push_piece(&self.slice(value.run, self.at));
        }
        value.run = self.at;
    }
}

/// A word's value as it is read.
pub(super) struct Value {
    /// What is read so far.
    pub parts: Vec<Part>,
    /// The text after it.
    pub piece: SqlText,
    /// Start of the run that is not yet in `piece`.
    pub run: usize,
}

impl Value {
    pub(super) fn new(run: usize) -> Self {
        Self { parts: Vec::new(), piece: SqlText::default(), run }
    }

    pub(super) fn push(&mut self, part: Part, past: usize) {
        let piece = std::mem::take(&mut self.piece);
        if !piece.as_str().is_empty() {
            self.parts.push(Part::Text(piece));
        }
        self.parts.push(part);
        self.run = past;
    }

    pub(super) fn finish(mut self) -> Vec<Part> {
        if !self.piece.as_str().is_empty() {
            self.parts.push(Part::Text(self.piece));
        }
        self.parts
    }
}
