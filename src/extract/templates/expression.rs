//! Expressions inside templates: paths of names, and whatever stands between them.
//!
//! The languages differ in operators and literals, hardly in paths: `user.fullName`, `user?.fullName`,
//! `user['fullName']`, `users[0].fullName`, `user.getFullName()`. All else only separates them.

use super::lowering::Lowering;
use crate::model::code::{ExpressionId, ExpressionKind};
use crate::model::span::Span;

/// What differs between the languages.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rules {
    /// `?name` behind a value is a function over it, as in `FreeMarker`.
    pub(super) builtins: bool,
    /// Names begin with `$`, as in Velocity.
    pub(super) dollar: bool,
    /// A name without anything before it is a part of the object around it, as in `*{…}`.
    pub(super) of_receiver: bool,
}

/// Words that are no names.
const WORDS: &[&str] = &[
    "and",
    "or",
    "not",
    "eq",
    "ne",
    "lt",
    "gt",
    "le",
    "ge",
    "div",
    "mod",
    "true",
    "false",
    "null",
    "new",
    "instanceof",
    "empty",
    "matches",
    "T",
    "as",
    "in",
    "is",
    "return",
    "if",
    "else",
    "for",
    "while",
    "var",
    "let",
    "const",
    "gte",
    "lte",
    "using",
];

enum Bracket {
    Group,
    Index(ExpressionId),
    Call(ExpressionId),
}

/// A bracket that is open, with what was found before it.
struct Frame {
    bracket: Bracket,
    found: Vec<ExpressionId>,
    arguments: Vec<ExpressionId>,
    start: usize,
}

struct Reader<'l, 't> {
    lowering: &'l mut Lowering<'t>,
    rules: Rules,
    current: Option<ExpressionId>,
    /// The inside of the literal that stands right before this place.
    literal: Option<Span>,
    found: Vec<ExpressionId>,
    frames: Vec<Frame>,
}

/// Reads the expression at `span`: all values that it names become expressions, all parts of them uses. Gives what the
/// whole of it may be.
pub(super) fn read(lowering: &mut Lowering<'_>, span: Span, rules: Rules) -> ExpressionId {
    let mut reader = Reader { lowering, rules, current: None, literal: None, found: Vec::new(), frames: Vec::new() };
    reader.walk(span);
    while let Some(frame) = reader.frames.pop() {
        reader.finish();
        let inner = std::mem::replace(&mut reader.found, frame.found);
        reader.found.extend(inner);
    }
    reader.finish();
    let found = std::mem::take(&mut reader.found);
    lowering.any_of(found, span)
}

/// Whether the byte may be inside a name.
pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// One past the last byte of the name that starts at `at`.
pub(super) fn name_end(text: &str, at: usize, end: usize) -> usize {
    let bytes = text.as_bytes();
    at + bytes[at.min(end)..end].iter().take_while(|byte| is_name(**byte)).count()
}

/// The length of the literal whose inside starts here, its closing quote left out.
pub(super) fn literal_length(bytes: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            byte if byte == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

impl Reader<'_, '_> {
    fn finish(&mut self) {
        self.literal = None;
        if let Some(current) = self.current.take() {
            self.found.push(current);
        }
    }

    fn walk(&mut self, span: Span) {
        let text = self.lowering.text;
        let bytes = text.as_bytes();
        let (start, end) = (span.start as usize, (span.end as usize).min(text.len()));
        let mut at = start;
        // Whether the next name is a part of the value before it, or (with signs before names) a name.
        let (mut is_part, mut is_root) = (false, !self.rules.dollar);
        while at < end {
            let byte = bytes[at];
            let next = bytes.get(at + 1).copied().filter(|_| at + 1 < end).unwrap_or(b' ');
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => {}
                b'\'' | b'"' | b'`' => {
                    self.finish();
                    if let Some(length) = literal_length(&bytes[at + 1..end], byte) {
                        self.literal = Some(Span::new(at + 1, at + 1 + length));
                        at += length + 1;
                    }
                    is_part = false;
                }
                b'&' => {
                    let word = name_end(text, at + 1, end);
                    self.finish();
                    if bytes.get(word) == Some(&b';') {
                        at = word;
                    }
                }
                b'0'..=b'9' => {
                    self.finish();
                    at = name_end(text, at, end) - 1;
                }
                b'$' if self.rules.dollar || next == b'{' => {
                    self.finish();
                    is_root = true;
                    if next == b'!' {
                        at += 1;
                    }
                }
                b'#' | b'@' if is_name(next) => {
                    // A function of the language, a bean: what it gives is not followed.
                    self.finish();
                    let word = name_end(text, at + 1, end);
                    self.current = Some(self.lowering.expression(ExpressionKind::Opaque, Span::new(at, word)));
                    at = word - 1;
                }
                b'?' if next == b'.' => {}
                b'?' if self.rules.builtins && is_name(next) => at = name_end(text, at + 1, end) - 1,
                b'.' if self.current.is_some() && next != b'.' => is_part = true,
                b'[' | b'(' | b'{' => {
                    self.open(byte, at);
                    is_part = false;
                }
                b']' | b')' | b'}' => {
                    self.close(at);
                    is_part = false;
                }
                b',' => {
                    self.finish();
                    self.argument(at);
                }
                byte if is_name(byte) || (byte == b'$' && is_name(next)) => {
                    let word = name_end(text, at + 1, end);
                    let name = Span::new(at, word);
                    let is_called = text[word..end].trim_start().starts_with('(');
                    match self.current {
                        Some(object) if is_part => {
                            self.current = Some(self.lowering.part(object, name, is_called));
                        }
                        _ => {
                            self.finish();
                            if is_root {
                                self.root(name, is_called);
                            }
                        }
                    }
                    is_part = false;
                    is_root = !self.rules.dollar;
                    at = word - 1;
                }
                _ => {
                    self.finish();
                    is_part = false;
                }
            }
            at += 1;
        }
    }

    fn root(&mut self, name: Span, is_called: bool) {
        let spelled = name.of(self.lowering.text);
        if WORDS.contains(&spelled) {
            return;
        }
        let receiver = self.lowering.receiver(0).filter(|_| self.rules.of_receiver);
        self.current = Some(match receiver {
            Some(object) => self.lowering.part(object, name, is_called),
            None if is_called => self.lowering.expression(ExpressionKind::Opaque, name),
            None => self.lowering.name(name),
        });
    }

    fn open(&mut self, byte: u8, at: usize) {
        let bracket = match (byte, self.current.take()) {
            (b'[', Some(of)) => Bracket::Index(of),
            (b'(', Some(of)) => Bracket::Call(of),
            (_, current) => {
                self.found.extend(current);
                Bracket::Group
            }
        };
        self.literal = None;
        let found = std::mem::take(&mut self.found);
        self.frames.push(Frame { bracket, found, arguments: Vec::new(), start: at });
    }

    fn argument(&mut self, at: usize) {
        if let Some(frame) = self.frames.last_mut()
            && matches!(frame.bracket, Bracket::Call(_))
        {
            let found = std::mem::take(&mut self.found);
            let argument = self.lowering.any_of(found, Span::new(frame.start, at));
            frame.arguments.push(argument);
        }
    }

    fn close(&mut self, at: usize) {
        let literal = self.literal.take();
        self.finish();
        let Some(mut frame) = self.frames.pop() else { return };
        let found = std::mem::replace(&mut self.found, frame.found);
        let span = Span::new(frame.start, at + 1);
        self.current = match frame.bracket {
            Bracket::Group if found.is_empty() => None,
            Bracket::Group => Some(self.lowering.any_of(found, span)),
            Bracket::Index(object) => match literal {
                Some(name) if found.is_empty() => Some(self.lowering.part(object, name, false)),
                _ => {
                    self.found.extend(found);
                    Some(self.lowering.element(object))
                }
            },
            Bracket::Call(callee) => {
                if !found.is_empty() || !frame.arguments.is_empty() {
                    frame.arguments.push(self.lowering.any_of(found, span));
                }
                let call = ExpressionKind::Call { callee, arguments: frame.arguments, types: Vec::new() };
                Some(self.lowering.expression(call, span))
            }
        };
    }
}
