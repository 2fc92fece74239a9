//! JSON, and YAML as changelogs are written in: maps, lists and scalars with their places. Anchors, tags and folded
//! keys are not followed. Never fails: what fits nothing is left out.

use crate::model::span::Span;

/// Deepest nesting that is read.
const DEEPEST: usize = 64;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// Keys with their values, in order.
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
    /// A scalar's text, and where it stands without its quotes.
    Scalar(String, Span),
}

impl Node {
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        match self {
            Node::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, node)| node),
            _ => None,
        }
    }

    pub(super) fn items(&self) -> &[Node] {
        match self {
            Node::List(items) => items,
            _ => &[],
        }
    }
}

/// Reads a document.
pub(super) fn read(text: &str) -> Node {
    let start = text.trim_start();
    if start.starts_with('{') || start.starts_with('[') {
        let mut flow = Flow { text, at: text.len() - start.len() };
        return flow.value(0).unwrap_or(Node::Map(Vec::new()));
    }
    let mut block = Block { text, lines: lines(text), next: 0 };
    block.node(0, 0)
}

/// `{…}`, `[…]` and scalars inside of them.
struct Flow<'t> {
    text: &'t str,
    at: usize,
}

impl Flow<'_> {
    fn skip(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',').len();
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        self.skip();
        if depth > DEEPEST {
            return None;
        }
        match self.text.as_bytes().get(self.at)? {
            b'{' => {
                self.at += 1;
                let mut entries = Vec::new();
                loop {
                    self.skip();
                    if *self.text.as_bytes().get(self.at)? == b'}' {
                        self.at += 1;
                        return Some(Node::Map(entries));
                    }
                    let Node::Scalar(key, _) = self.value(depth + 1)? else { return Some(Node::Map(entries)) };
                    self.skip();
                    if *self.text.as_bytes().get(self.at)? != b':' {
                        return Some(Node::Map(entries));
                    }
                    self.at += 1;
                    entries.push((key, self.value(depth + 1)?));
                }
            }
            b'[' => {
                self.at += 1;
                let mut items = Vec::new();
                loop {
                    self.skip();
                    if *self.text.as_bytes().get(self.at)? == b']' {
                        self.at += 1;
                        return Some(Node::List(items));
                    }
                    items.push(self.value(depth + 1)?);
                }
            }
            quote @ (b'"' | b'\'') => {
                let (value, length) = quoted(&self.text[self.at..], *quote);
                let span = Span::new(self.at + 1, (self.at + length).saturating_sub(1).max(self.at + 1));
                self.at += length;
                Some(Node::Scalar(value, span))
            }
            _ => {
                let rest = &self.text[self.at..];
                let end = rest.find([',', '}', ']', ':', '\n']).unwrap_or(rest.len());
                if end == 0 {
                    return None;
                }
                let word = rest[..end].trim_end();
                let span = Span::new(self.at, self.at + word.len());
                self.at += end;
                Some(Node::Scalar(word.to_owned(), span))
            }
        }
    }
}

/// The value of the quoted text at the start, and its length with both quotes.
fn quoted(text: &str, quote: u8) -> (String, usize) {
    let quote = char::from(quote);
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' if quote == '"' => match letters.next().map(|(_, next)| next) {
                Some('n') => value.push('\n'),
                Some('t') => value.push('\t'),
                Some(next) => value.push(next),
                None => {}
            },
            letter if letter == quote => match letters.peek() {
                Some((_, next)) if *next == quote && quote == '\'' => {
                    value.push('\'');
                    letters.next();
                }
                _ => return (value, at + 1),
            },
            letter => value.push(letter),
        }
    }
    (value, text.len())
}

/// A line of YAML that says something: where its text begins, how far it is indented, and its text.
#[derive(Clone, Copy)]
struct Line<'t> {
    start: usize,
    indent: usize,
    text: &'t str,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start_matches(' ');
        let indent = line.len() - trimmed.len();
        let said = trimmed.trim_end();
        if !said.is_empty() && !said.starts_with('#') && said != "---" {
            found.push(Line { start: at + indent, indent, text: said });
        }
        at += line.len();
    }
    found
}

struct Block<'t> {
    text: &'t str,
    lines: Vec<Line<'t>>,
    next: usize,
}

impl Block<'_> {
    /// The value of the lines from here on that are indented by at least `indent`.
    fn node(&mut self, indent: usize, depth: usize) -> Node {
        let Some(first) = self.lines.get(self.next).copied() else { return Node::Map(Vec::new()) };
        if first.indent < indent || depth > DEEPEST {
            // Too deep to be followed: passed over, so that the walk goes on.
            while depth > DEEPEST && self.lines.get(self.next).is_some_and(|line| line.indent >= indent) {
                self.next += 1;
            }
            return Node::Map(Vec::new());
        }
        let own = first.indent;
        if is_item(first.text) { self.list(own, depth) } else { self.map(own, depth) }
    }

    fn list(&mut self, own: usize, depth: usize) -> Node {
        let mut items = Vec::new();
        while let Some(line) = self.lines.get(self.next).copied() {
            if line.indent != own || !is_item(line.text) {
                break;
            }
            let rest = line.text[1..].trim_start();
            if rest.is_empty() {
                self.next += 1;
                items.push(self.node(own + 1, depth + 1));
                continue;
            }
            // What follows the dash is the first line of the item.
            let inner = line.text.len() - rest.len();
            self.lines[self.next] = Line { start: line.start + inner, indent: own + inner, text: rest };
            if key_of(rest).is_some() || is_item(rest) {
                items.push(self.node(own + 1, depth + 1));
            } else {
                self.next += 1;
                items.push(self.scalar(rest, line.start + inner, own));
            }
        }
        Node::List(items)
    }

    fn map(&mut self, own: usize, depth: usize) -> Node {
        let mut entries = Vec::new();
        while let Some(line) = self.lines.get(self.next).copied() {
            if line.indent != own || is_item(line.text) {
                if line.indent > own {
                    // Belongs to nothing that was understood.
                    self.next += 1;
                    continue;
                }
                break;
            }
            self.next += 1;
            let Some((key, after)) = key_of(line.text) else { continue };
            let rest = line.text[after..].trim_start();
            let rest = if rest.starts_with('#') { "" } else { rest };
            let value = if rest.is_empty() {
                let is_list = self.lines.get(self.next).is_some_and(|next| next.indent == own && is_item(next.text));
                self.node(if is_list { own } else { own + 1 }, depth + 1)
            } else {
                self.scalar(rest, line.start + line.text.len() - rest.len(), own)
            };
            entries.push((key.to_owned(), value));
        }
        Node::Map(entries)
    }

    /// A scalar that begins at `start`; its block, when it is one, is indented deeper than `own`.
    fn scalar(&mut self, text: &str, start: usize, own: usize) -> Node {
        match text.as_bytes()[0] {
            b'|' | b'>' => {
                let first = self.next;
                while self.lines.get(self.next).is_some_and(|line| line.indent > own) {
                    self.next += 1;
                }
                let block = &self.lines[first..self.next];
                let (Some(from), Some(to)) = (block.first(), block.last()) else {
                    return Node::Scalar(String::new(), Span::default());
                };
                let span = Span::new(from.start, to.start + to.text.len());
                Node::Scalar(span.of(self.text).to_owned(), span)
            }
            b'{' | b'[' => {
                let mut flow = Flow { text: self.text, at: start };
                let value = flow.value(0).unwrap_or(Node::Map(Vec::new()));
                while self.lines.get(self.next).is_some_and(|line| line.start < flow.at) {
                    self.next += 1;
                }
                value
            }
            quote @ (b'"' | b'\'') => {
                let (value, length) = quoted(text, quote);
                Node::Scalar(value, Span::new(start + 1, (start + length).saturating_sub(1).max(start + 1)))
            }
            _ => {
                let plain = text.split(" #").next().unwrap_or(text).trim_end();
                Node::Scalar(plain.to_owned(), Span::new(start, start + plain.len()))
            }
        }
    }
}

fn is_item(text: &str) -> bool {
    text == "-" || text.starts_with("- ")
}

/// The key of `key: value` and where what follows the colon begins.
fn key_of(text: &str) -> Option<(&str, usize)> {
    if let Some(quote @ (b'"' | b'\'')) = text.as_bytes().first() {
        let (_, length) = quoted(text, *quote);
        let after = text.get(length..)?;
        return after.starts_with(':').then(|| (&text[1..length.saturating_sub(1).max(1)], length + 1));
    }
    let at = text.find(": ").or_else(|| text.ends_with(':').then(|| text.len() - 1))?;
    let key = &text[..at];
    (!key.is_empty() && !key.contains(['{', '[', '"', '\''])).then_some((key, at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(node: &Node) -> String {
        match node {
            Node::Map(entries) => {
                let entries: Vec<String> =
                    entries.iter().map(|(key, node)| format!("{key}: {}", shown(node))).collect();
                format!("{{{}}}", entries.join(", "))
            }
            Node::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
            Node::Scalar(text, _) => text.clone(),
        }
    }

    #[test]
    fn both_notations_are_one() {
        for (text, expected) in [
            ("a:\n- b:\n    c: 1\n    d: 'x y'\n- e", "{a: [{b: {c: 1, d: x y}}, e]}"),
            ("a:\n  - b: 1\n    c: 2 # no\n  -\n    d: 3\n", "{a: [{b: 1, c: 2}, {d: 3}]}"),
            ("{\"a\": [{\"b\": \"c\\\"d\"}, 1, true]}", "{a: [{b: c\"d}, 1, true]}"),
            ("a: {b: c, d: [e, f]}\ng: h", "{a: {b: c, d: [e, f]}, g: h}"),
            ("a: |\n  SELECT 1\n  FROM x\nb: 2", "{a: SELECT 1\n  FROM x, b: 2}"),
            ("", "{}"),
            ("{", "{}"),
            ("- - - a", "[[[a]]]"),
        ] {
            assert_eq!(shown(&read(text)), expected, "{text}");
        }
        let deep = "[".repeat(100_000);
        read(&deep);
        read(&"- ".repeat(5000));
    }
}
