//! YAML by its lines: maps, lists, scalars and blocks, several documents in one file. Templates in it (`{{ x }}` of Helm
//! and Jinja) are let through: a line that is nothing but a template is passed over. Anchors and tags are not followed.

use super::super::tree::{DEEPEST, Document, Node, Raw, Style, Value};
use super::flow::{Flow, Manner};
use super::{nothing, scalar};
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// Reads a whole text.
pub(in crate::extract::document) fn read(base: SqlText) -> Document {
    let (lines, comments) = lines(base.as_str());
    let mut block = Block { text: base.as_str(), lines, next: 0 };
    let mut roots = Vec::new();
    while let Some(line) = block.lines.get(block.next) {
        if line.is_break() {
            block.next += 1;
            continue;
        }
        let before = block.next;
        roots.push(block.node(0, 0));
        // What fits nothing is passed over, so that the walk goes on.
        while block.next == before || block.lines.get(block.next).is_some_and(|line| !line.is_break()) {
            block.next += 1;
        }
    }
    let root = match roots.len() {
        0 => nothing(0),
        1 => roots.remove(0),
        _ => Node { span: Span::new(0, base.as_str().len()), value: Value::List(roots) },
    };
    let comments = comments.iter().map(|&span| base.outer(span)).collect();
    Document { base, root, comments, broken: None }
}

/// A line that says something: where its text begins, how far it is indented, and its text.
#[derive(Clone, Copy)]
struct Line<'t> {
    start: usize,
    indent: usize,
    text: &'t str,
}

impl Line<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    fn is_break(&self) -> bool {
        self.indent == 0 && (self.text == "---" || self.text == "..." || self.text.starts_with("--- "))
    }
}

fn lines(text: &str) -> (Vec<Line<'_>>, Vec<Span>) {
    let (mut found, mut comments) = (Vec::new(), Vec::new());
    let mut at = 0;
    // In the block of a line that is indented so, comments and templates are text.
    let mut block: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start_matches(' ');
        let indent = line.len() - trimmed.len();
        let said = trimmed.trim_end();
        let is_template =
            (said.starts_with("{{") && said.ends_with("}}")) || (said.starts_with("{%") && said.ends_with("%}"));
        if block.is_some_and(|own| !said.is_empty() && indent <= own) {
            block = None;
        }
        if block.is_some() && !said.is_empty() {
            found.push(Line { start: at + indent, indent, text: said });
        } else if said.starts_with('#') {
            comments.push(Span::new(at + indent, at + indent + said.len()));
        } else if !said.is_empty() && !is_template {
            found.push(Line { start: at + indent, indent, text: said });
            let header = said.trim_end_matches(['+', '-', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
            let begins = header.strip_suffix(['|', '>']).is_some_and(|before| before.ends_with([' ', '\t']));
            block = begins.then_some(indent);
        }
        at += line.len();
    }
    (found, comments)
}

struct Block<'t> {
    text: &'t str,
    lines: Vec<Line<'t>>,
    next: usize,
}

impl Block<'_> {
    /// The line that is next, unless another document begins there.
    fn line(&self) -> Option<Line<'_>> {
        self.lines.get(self.next).copied().filter(|line| !line.is_break())
    }

    fn is_deeper(&self, own: usize) -> bool {
        self.line().is_some_and(|line| line.indent > own)
    }

    /// Where what was read so far ends.
    fn end(&self) -> usize {
        self.next.checked_sub(1).map_or(0, |last| self.lines[last].end())
    }

    /// The value of the lines from here on that are indented by at least `indent`.
    fn node(&mut self, indent: usize, depth: usize) -> Node {
        let Some(first) = self.line() else { return nothing(self.end()) };
        if first.indent < indent || depth > DEEPEST {
            while depth > DEEPEST && self.line().is_some_and(|line| line.indent >= indent) {
                self.next += 1;
            }
            return nothing(self.end());
        }
        let own = first.indent;
        if is_item(first.text) {
            self.list(own, depth)
        } else if key_of(first.text).is_some() {
            self.map(own, depth)
        } else {
            let (text, start) = (first.text.len(), first.start);
            self.next += 1;
            self.scalar(start, start + text, own, depth)
        }
    }

    fn list(&mut self, own: usize, depth: usize) -> Node {
        let start = self.line().map_or(0, |line| line.start);
        let mut items = Vec::new();
        while let Some(line) = self.line() {
            if line.indent != own || !is_item(line.text) {
                if line.indent > own {
                    self.next += 1;
                    continue;
                }
                break;
            }
            let rest = line.text[1..].trim_start();
            if rest.is_empty() || rest.starts_with('#') {
                self.next += 1;
                items.push(self.node(own + 1, depth + 1));
                continue;
            }
            // What follows the dash is the first line of the item.
            let inner = line.text.len() - rest.len();
            let (at, length) = (line.start + inner, rest.len());
            if key_of(rest).is_some() || is_item(rest) {
                let rest = &self.text[at..at + length];
                self.lines[self.next] = Line { start: at, indent: own + inner, text: rest };
                items.push(self.node(own + 1, depth + 1));
            } else {
                self.next += 1;
                items.push(self.scalar(at, at + length, own, depth));
            }
        }
        Node { span: Span::new(start, self.end().max(start)), value: Value::List(items) }
    }

    fn map(&mut self, own: usize, depth: usize) -> Node {
        let start = self.line().map_or(0, |line| line.start);
        let mut entries = Vec::new();
        while let Some(line) = self.line() {
            if line.indent != own || is_item(line.text) {
                if line.indent > own {
                    // Belongs to nothing that was understood.
                    self.next += 1;
                    continue;
                }
                break;
            }
            let (line_start, line_end) = (line.start, line.end());
            let Some((key, after)) = key_of(line.text) else {
                self.next += 1;
                continue;
            };
            let key = Raw { span: moved(key.span, line_start), style: key.style };
            self.next += 1;
            let value = self.value(line_start + after, line_end, own, depth);
            entries.push((key, value));
        }
        Node { span: Span::new(start, self.end().max(start)), value: Value::Map(entries) }
    }

    /// What stands behind a key, from `start` to the end of its line, or below it.
    fn value(&mut self, start: usize, end: usize, own: usize, depth: usize) -> Node {
        let mut rest = self.text[start..end].trim_start();
        // Tags and anchors.
        while rest.starts_with(['!', '&']) {
            let word = rest.split_whitespace().next().unwrap_or(rest);
            rest = rest[word.len()..].trim_start();
        }
        if rest.is_empty() || rest.starts_with('#') {
            let is_list = self.line().is_some_and(|next| next.indent == own && is_item(next.text));
            return self.node(if is_list { own } else { own + 1 }, depth + 1);
        }
        self.scalar(end - rest.len(), end, own, depth)
    }

    /// A scalar that begins at `start`; its block, when it is one, is indented deeper than `own`.
    fn scalar(&mut self, start: usize, end: usize, own: usize, depth: usize) -> Node {
        let text = &self.text[start..end];
        match text.as_bytes()[0] {
            b'|' | b'>'
                if text[1..].bytes().all(|byte| matches!(byte, b'+' | b'-' | b' ' | b'0'..=b'9'))
                    || text[1..].trim_start().starts_with('#') =>
            {
                self.block(start, own)
            }
            b'{' | b'[' if !text.starts_with("{{") && !text.starts_with("{%") => {
                let mut flow = Flow::new(self.text, start, Manner::Yaml);
                let value = flow.value(depth).unwrap_or_else(|| nothing(start));
                self.go_on_at(flow.at);
                value
            }
            b'"' | b'\'' => {
                let mut flow = Flow::new(self.text, start, Manner::Yaml);
                let value = flow.quoted();
                self.go_on_at(flow.at);
                value
            }
            _ => {
                let plain = text.split(" #").next().unwrap_or(text).trim_end();
                let mut last = start + plain.len();
                // A plain text may go on in deeper lines.
                while self.is_deeper(own) {
                    last = self.lines[self.next].end();
                    self.next += 1;
                }
                scalar(Span::new(start, last), Style::Plain)
            }
        }
    }

    fn block(&mut self, start: usize, own: usize) -> Node {
        let first = self.next;
        while self.is_deeper(own) {
            self.next += 1;
        }
        let block = &self.lines[first..self.next];
        let (Some(from), Some(to)) = (block.first(), block.last()) else { return nothing(start) };
        let indent = block.iter().map(|line| line.indent).min().unwrap_or(0);
        // The first line may be indented deeper than the others.
        let from = from.start - (from.indent - indent);
        scalar(Span::new(from, to.end()), Style::Block(u16::try_from(indent).unwrap_or(u16::MAX)))
    }

    fn go_on_at(&mut self, at: usize) {
        while self.lines.get(self.next).is_some_and(|line| line.start < at) {
            self.next += 1;
        }
    }
}

fn moved(span: Span, by: usize) -> Span {
    Span { start: span.start + by as u32, end: span.end + by as u32 }
}

fn is_item(text: &str) -> bool {
    text == "-" || text.starts_with("- ")
}

/// The key of `key: value` and where what follows the colon begins.
fn key_of(text: &str) -> Option<(Raw, usize)> {
    if text.starts_with(['"', '\'']) {
        let mut flow = Flow::new(text, 0, Manner::Yaml);
        let key = super::flow::raw(&flow.quoted())?;
        let rest = text.get(flow.at..)?;
        let after = rest.trim_start();
        return after.starts_with(':').then(|| (key, text.len() - after.len() + 1));
    }
    if text.starts_with(['{', '[', '|', '>', '%']) && !text.starts_with("{{") {
        return None;
    }
    // A colon inside of a template is none of a key.
    let from = if text.starts_with("{{") { text.find("}}")? } else { 0 };
    let at = text[from..].find(": ").map(|at| from + at).or_else(|| text.ends_with(':').then(|| text.len() - 1))?;
    let key = &text[..at];
    let raw = Raw { span: Span::new(0, at), style: Style::Plain };
    let is_key = !key.is_empty() && (from > 0 || !key.contains(['{', '"', '\'', '`', '#'])) && !key.contains('(');
    is_key.then_some((raw, at + 1))
}
