//! Shell text becomes commands: words with their quotes decoded, assignments, here-documents, pipelines.
//!
//! One pass over the text, whatever it nests; text that is no shell gives odd commands, never an error.

use std::collections::HashMap;

use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// Deepest nesting of substitutions that is followed.
const DEEPEST: usize = 24;

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

/// `name=value`, `name+=value`.
#[derive(Clone, Debug)]
pub(super) struct Assignment {
    /// The name.
    pub name: String,
    /// Whether the value is put at the end of the old one.
    pub appends: bool,
    /// The value.
    pub value: Word,
}

/// A simple command.
#[derive(Clone, Debug, Default)]
pub(super) struct Command {
    /// Its name and arguments.
    pub words: Vec<Word>,
    /// Assignments before it, or given to `local` and the like.
    pub assignments: Vec<Assignment>,
    /// The here-document or here-string on its input: its number.
    pub input: Option<usize>,
    /// The command that writes to its input: its number.
    pub from: Option<usize>,
    /// How many blocks and functions are around it.
    pub depth: usize,
}

/// A shell function.
#[derive(Clone, Debug)]
pub(super) struct Function {
    /// Its name.
    pub name: String,
    /// All of it, in the text that was read.
    pub span: Span,
}

/// All that a shell text says.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    /// In the order in which they end: those inside a substitution come before the command that holds it.
    pub commands: Vec<Command>,
    /// Here-documents and here-strings.
    pub documents: Vec<Word>,
    /// In text order of their starts; spans of the file.
    pub functions: Vec<Function>,
    /// Spans of the file.
    pub comments: Vec<Span>,
}

impl Script {
    /// Reads `source`.
    pub(super) fn new(source: &SqlText) -> Self {
        let mut reader = Reader {
            source,
            text: source.as_str(),
            bytes: source.as_str().as_bytes(),
            at: 0,
            end: source.as_str().len(),
            pending: Vec::new(),
            ends: None,
            script: Script::default(),
        };
        while reader.at < reader.end {
            reader.commands(b'\0', 0, 0);
            // A closing bracket that nothing opened.
            reader.at += 1;
        }
        reader.script
    }
}

/// A here-document whose body starts on the next line.
struct Pending {
    document: usize,
    tag: String,
    verbatim: bool,
    tabs: bool,
}

/// A block that is open: what closes it, and the function whose body it is.
struct Block {
    close: &'static str,
    function: Option<usize>,
}

struct Reader<'a> {
    source: &'a SqlText,
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    end: usize,
    pending: Vec<Pending>,
    /// Starts of lines by their text without leading tabs: where here-documents may end.
    ends: Option<HashMap<&'a str, Vec<usize>>>,
    script: Script,
}

impl<'a> Reader<'a> {
    fn peek(&self, ahead: usize) -> u8 {
        if self.at + ahead < self.end { self.bytes[self.at + ahead] } else { b'\0' }
    }

    fn outer(&self, start: usize, end: usize) -> Span {
        self.source.outer(Span::new(start, end))
    }

    fn slice(&self, start: usize, end: usize) -> SqlText {
        self.source.slice(Span::new(start, end))
    }

    /// Reads commands up to `close`, which is left to the caller, or to the end.
    fn commands(&mut self, close: u8, depth: usize, nesting: usize) {
        let mut blocks: Vec<Block> = Vec::new();
        let mut command = Command { depth, ..Command::default() };
        let mut function: Option<usize> = None;
        let mut cases = 0_usize;
        let mut parens = 0_usize;
        while self.at < self.end {
            let byte = self.bytes[self.at];
            if byte == close && parens == 0 && !(byte == b')' && cases > 0) {
                break;
            }
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if self.peek(1) == b'\n' => self.at += 2,
                b'\n' => {
                    self.finish(&mut command, depth + blocks.len(), false);
                    self.at += 1;
                    self.documents(nesting);
                }
                b'#' => {
                    let start = self.at;
                    let length = memchr::memchr(b'\n', &self.bytes[self.at..self.end]);
                    self.at = length.map_or(self.end, |length| start + length);
                    self.script.comments.push(self.outer(start, self.at));
                }
                b'|' if self.peek(1) != b'|' => {
                    self.at += 1 + usize::from(self.peek(1) == b'&');
                    self.finish(&mut command, depth + blocks.len(), true);
                }
                b';' | b'&' | b'|' => {
                    if byte == b'&' && self.peek(1) == b'>' {
                        self.at += 1;
                        self.redirect(&mut command, nesting);
                        continue;
                    }
                    self.at += 1;
                    self.finish(&mut command, depth + blocks.len(), false);
                }
                b'(' if self.peek(1) == b'(' && command.words.is_empty() => self.arithmetic(),
                b'(' => {
                    self.at += 1;
                    // `name()` defines a function.
                    if command.words.len() == 1 && self.rest().trim_start_matches([' ', '\t']).starts_with(')') {
                        self.at = self.at + self.rest().find(')').unwrap_or(0) + 1;
                        function = self.define(&command.words[0]);
                        command.words.clear();
                        continue;
                    }
                    parens += 1;
                    self.finish(&mut command, depth + blocks.len(), false);
                }
                b')' => {
                    self.at += 1;
                    parens = parens.saturating_sub(1);
                    self.finish(&mut command, depth + blocks.len(), false);
                }
                b'<' | b'>' if self.peek(1) != b'(' => self.redirect(&mut command, nesting),
                _ => {
                    let word = self.word(nesting);
                    if command.words.is_empty() && !word.quoted && command.assignments.is_empty() {
                        let keyword = word.plain().unwrap_or("");
                        if let Some(close) = opener(keyword) {
                            blocks.push(Block { close, function: function.take().filter(|_| close == "}") });
                            cases += usize::from(close == "esac");
                            command.depth = depth + blocks.len();
                            if close != "esac" && keyword != "for" && keyword != "select" {
                                continue;
                            }
                        } else if matches!(keyword, "then" | "else" | "elif" | "do" | "!" | "time" | "in") {
                            continue;
                        } else if matches!(keyword, "fi" | "done" | "esac" | "}")
                            && blocks.iter().rev().take(8).any(|block| block.close == keyword)
                        {
                            while let Some(block) = blocks.pop() {
                                cases -= usize::from(block.close == "esac");
                                if let Some(function) = block.function {
                                    self.script.functions[function].span.end = word.span.end;
                                }
                                if block.close == keyword {
                                    break;
                                }
                            }
                            continue;
                        }
                    }
                    self.add(&mut command, word, &mut function);
                }
            }
        }
        self.finish(&mut command, depth, false);
        for function in blocks.into_iter().filter_map(|block| block.function) {
            self.script.functions[function].span.end = self.outer(0, self.at).end;
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..self.end).unwrap_or("")
    }

    fn define(&mut self, name: &Word) -> Option<usize> {
        self.script.functions.push(Function { name: name.plain()?.to_owned(), span: name.span });
        Some(self.script.functions.len() - 1)
    }

    /// Adds a word to the command: an assignment, the name of a function, or an argument.
    fn add(&mut self, command: &mut Command, word: Word, function: &mut Option<usize>) {
        let name = command.words.first().map(|first| first.plain().unwrap_or(""));
        if name == Some("function") {
            *function = self.define(&word);
            command.words.clear();
            return;
        }
        let declares =
            matches!(name, None | Some("local" | "export" | "declare" | "readonly" | "typeset" | "env" | "sudo"));
        if declares {
            match assignment(word) {
                Ok(assignment) => command.assignments.push(assignment),
                Err(word) => command.words.push(word),
            }
        } else {
            command.words.push(word);
        }
    }

    fn finish(&mut self, command: &mut Command, depth: usize, pipes: bool) {
        let next = Command { depth, ..Command::default() };
        let done = std::mem::replace(command, next);
        if done.words.is_empty() && done.assignments.is_empty() && done.input.is_none() {
            // `{ …; } | client`: what the block's last command writes.
            command.from = if pipes { self.script.commands.len().checked_sub(1) } else { done.from };
            return;
        }
        self.script.commands.push(done);
        command.from = pipes.then(|| self.script.commands.len() - 1);
    }

    fn redirect(&mut self, command: &mut Command, nesting: usize) {
        let rest = self.rest();
        if rest.starts_with("<<<") {
            self.at += 3;
            self.blanks();
            let word = self.word(nesting);
            command.input = Some(self.script.documents.len());
            self.script.documents.push(Word { quoted: true, ..word });
        } else if rest.starts_with("<<") {
            self.at += 2;
            let tabs = self.peek(0) == b'-';
            self.at += usize::from(tabs);
            self.blanks();
            let start = self.at;
            let word = self.word(DEEPEST);
            let Some(tag) = word.plain().filter(|tag| !tag.is_empty()) else { return };
            let verbatim = self.text[start..self.at].contains(['\'', '"', '\\']);
            command.input = Some(self.script.documents.len());
            let tag = tag.to_owned();
            self.pending.push(Pending { document: self.script.documents.len(), tag, verbatim, tabs });
            self.script.documents.push(Word { quoted: true, ..Word::default() });
        } else {
            self.at += 1;
            while matches!(self.peek(0), b'>' | b'&' | b'|') {
                self.at += 1;
            }
            self.blanks();
            if !matches!(self.peek(0), b'\n' | b';' | b'|' | b')' | b'\0' | b'<') {
                self.word(nesting);
            }
        }
    }

    fn blanks(&mut self) {
        while matches!(self.peek(0), b' ' | b'\t') {
            self.at += 1;
        }
    }

    /// Skips `((…))`.
    fn arithmetic(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.end {
            let byte = self.bytes[self.at];
            self.at += 1;
            match byte {
                b'(' => depth += 1,
                b')' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return;
                    }
                }
                b'\n' => return,
                _ => {}
            }
        }
    }

    /// Reads the bodies of the here-documents that were announced on the line that has just ended.
    fn documents(&mut self, nesting: usize) {
        for pending in std::mem::take(&mut self.pending) {
            let start = self.at;
            let Some((body, past)) = self.document_end(&pending) else { continue };
            let end = std::mem::replace(&mut self.end, body);
            let mut value = Value::new(self.at);
            if !pending.verbatim {
                while self.at < self.end {
                    self.expanded(&mut value, b"$`\\", nesting);
                }
            }
            self.at = body;
            self.flush(&mut value);
            self.end = end;
            let span = self.outer(start, body);
            self.script.documents[pending.document] = Word { parts: value.finish(), span, quoted: true };
            self.at = past;
        }
    }

    fn document_end(&mut self, pending: &Pending) -> Option<(usize, usize)> {
        let text = self.text;
        let ends = self.ends.get_or_insert_with(|| {
            let mut ends: HashMap<&'a str, Vec<usize>> = HashMap::new();
            let mut start = 0;
            for line in text.split_inclusive('\n') {
                let word = line.trim_end_matches(['\n', '\r']).trim_start_matches('\t');
                // A tag is short; long lines need not be kept.
                if word.len() < 128 {
                    ends.entry(word).or_default().push(start);
                }
                start += line.len();
            }
            ends
        });
        let starts = ends.get(pending.tag.as_str())?;
        let first = starts.partition_point(|&start| start < self.at);
        let start = starts[first..].iter().copied().find(|&start| pending.tabs || self.bytes[start] != b'\t')?;
        if start >= self.end {
            return None;
        }
        let past = start + self.bytes[start..].iter().take_while(|&&byte| byte == b'\t').count() + pending.tag.len();
        Some((start, past))
    }

    /// Reads one word. At least one byte is read.
    fn word(&mut self, nesting: usize) -> Word {
        let start = self.at;
        let mut value = Value::new(start);
        let mut quoted = false;
        while self.at < self.end {
            match self.bytes[self.at] {
                b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b')' => break,
                b'<' | b'>' if self.peek(1) == b'(' && self.at == start => {
                    self.flush(&mut value);
                    self.at += 2;
                    self.substitution(&mut value, start, nesting);
                }
                b'<' | b'>' => break,
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
    fn expanded(&mut self, value: &mut Value, special: &[u8], nesting: usize) {
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
    fn flush(&self, value: &mut Value) {
        if value.run < self.at {
            value.piece.push_piece(&self.slice(value.run, self.at));
        }
        value.run = self.at;
    }
}

/// A word's value as it is read.
struct Value {
    parts: Vec<Part>,
    piece: SqlText,
    /// Start of the run that is not yet in `piece`.
    run: usize,
}

impl Value {
    fn new(run: usize) -> Self {
        Self { parts: Vec::new(), piece: SqlText::default(), run }
    }

    fn push(&mut self, part: Part, past: usize) {
        let piece = std::mem::take(&mut self.piece);
        if !piece.as_str().is_empty() {
            self.parts.push(Part::Text(piece));
        }
        self.parts.push(part);
        self.run = past;
    }

    fn finish(mut self) -> Vec<Part> {
        if !self.piece.as_str().is_empty() {
            self.parts.push(Part::Text(self.piece));
        }
        self.parts
    }
}

/// What closes the block that the keyword opens.
fn opener(keyword: &str) -> Option<&'static str> {
    match keyword {
        "if" => Some("fi"),
        "for" | "while" | "until" | "select" => Some("done"),
        "case" => Some("esac"),
        "{" => Some("}"),
        _ => None,
    }
}

/// Length of the variable's name that `text` starts with.
fn name_length(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}

/// The word as an assignment, if it is one.
fn assignment(mut word: Word) -> Result<Assignment, Word> {
    let Some(Part::Text(text)) = word.parts.first() else { return Err(word) };
    let name = name_length(text.as_str());
    let rest = &text.as_str()[name..];
    let appends = rest.starts_with("+=");
    if name == 0 || !(appends || rest.starts_with('=')) {
        return Err(word);
    }
    let value = name + 1 + usize::from(appends);
    let rest = text.slice(Span::new(value, text.as_str().len()));
    let name = text.as_str()[..name].to_owned();
    word.span.start = text.outer(Span::new(value, value)).start.max(word.span.start);
    if rest.as_str().is_empty() {
        word.parts.remove(0);
    } else {
        word.parts[0] = Part::Text(rest);
    }
    Ok(Assignment { name, appends, value: word })
}
