//! Shell text becomes commands: words with their quotes decoded, assignments, here-documents, pipelines.
//!
//! One pass over the text, whatever it nests; text that is no shell gives odd commands, never an error.

use std::collections::HashMap;

use super::word::{Part, Value, Word};
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// Deepest nesting of substitutions that is followed.
pub(super) const DEEPEST: usize = 24;

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
pub(super) struct Pending {
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

pub(super) struct Reader<'a> {
    pub(super) source: &'a SqlText,
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) end: usize,
    pub(super) pending: Vec<Pending>,
    /// Starts of lines by their text without leading tabs: where here-documents may end.
    ends: Option<HashMap<&'a str, Vec<usize>>>,
    pub(super) script: Script,
}

impl<'a> Reader<'a> {
    pub(super) fn peek(&self, ahead: usize) -> u8 {
        if self.at + ahead < self.end { self.bytes[self.at + ahead] } else { b'\0' }
    }

    pub(super) fn outer(&self, start: usize, end: usize) -> Span {
        self.source.outer(Span::new(start, end))
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> SqlText {
        self.source.slice(Span::new(start, end))
    }

    /// Reads commands up to `close`, which is left to the caller, or to the end.
    pub(super) fn commands(&mut self, close: u8, depth: usize, nesting: usize) {
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

    pub(super) fn rest(&self) -> &'a str {
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
    pub(super) fn arithmetic(&mut self) {
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
pub(super) fn name_length(text: &str) -> usize {
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
