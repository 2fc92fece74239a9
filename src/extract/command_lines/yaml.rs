//! YAML of pipelines and manifests, read by lines and indentation, because half of it is a template that no YAML parser
//! takes: which scalars are scripts, argument lists, or other text.

use super::{Carried, quoted};
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// Lines that a quoted scalar or a flow list may run over.
const MOST_LINES: usize = 2000;

/// A scalar or list, with where it stands in the tree.
struct Value<'t> {
    /// Its key; that of the list for what stands in one.
    key: &'t str,
    /// The key above that one.
    above: &'t str,
    /// The mapping in which its key stands.
    block: usize,
    list: bool,
    texts: Vec<SqlText>,
}

/// A key or item whose lines are being read.
struct Open<'t> {
    indent: usize,
    key: &'t str,
    id: usize,
    item: bool,
}

/// What is done with a scalar.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Lines of a script.
    Script,
    /// A program and its arguments; the position among those of one container.
    Arguments(u8),
    /// Of another use.
    Other,
}

/// Keys whose value is a script, or whose items are its lines.
const SCRIPTS: &[&str] = &[
    "run",
    "script",
    "before_script",
    "after_script",
    "bash",
    "sh",
    "shell",
    "ansible.builtin.shell",
    "ansible.builtin.command",
    "pwsh",
    "powershell",
    "commands",
    "cmds",
    "cmd",
    "install",
    "before_install",
    "before_deploy",
    "after_success",
    "inlineScript",
    "source",
    "build_script",
    "test_script",
    "runcmd",
    "bash_command",
    "entry",
    "preStart",
    "postStart",
    "dockerCommand",
    "startCommand",
    "buildCommand",
];

fn role(value: &Value<'_>) -> Role {
    match value.key {
        "entrypoint" => Role::Arguments(0),
        "command" => Role::Arguments(1),
        "args" => Role::Arguments(2),
        "test" if value.above == "healthcheck" => Role::Arguments(1),
        key if SCRIPTS.contains(&key) => Role::Script,
        key if key.ends_with(".command") || is_file_of(key, &["sh", "bash"]) => Role::Script,
        _ => Role::Other,
    }
}

fn is_file_of(key: &str, endings: &[&str]) -> bool {
    key.rsplit_once('.').is_some_and(|(_, ending)| endings.contains(&ending))
}

/// What a file of YAML holds.
pub(super) fn carried(text: &str) -> Carried {
    let mut carried = Carried::default();
    let mut arguments: Vec<(usize, u8, Value<'_>)> = Vec::new();
    for value in read(text, &mut carried.comments) {
        match role(&value) {
            Role::Arguments(place) => arguments.push((value.block, place, value)),
            Role::Script => carried.shell.push(joined(&value.texts)),
            Role::Other if is_file_of(value.key, &["sql", "psql"]) => carried.scripts.extend(value.texts),
            Role::Other => {
                for text in value.texts {
                    // A label of a container: `ofelia.job-exec.x.command=…`.
                    match text.as_str().split_once(".command=") {
                        Some((head, _)) if !head.contains(' ') => {
                            let start = head.len() + ".command=".len();
                            carried.shell.push(text.slice(Span::new(start, text.as_str().len())));
                        }
                        _ => carried.values.push(text),
                    }
                }
            }
        }
    }
    // The parts of one container's command, whatever their order.
    arguments.sort_by_key(|(block, place, _)| (*block, *place));
    for parts in arguments.chunk_by(|a, b| a.0 == b.0) {
        let mut line = SqlText::default();
        let mut words: Vec<SqlText> = Vec::new();
        for (_, _, value) in parts {
            if value.list {
                words.extend(value.texts.iter().cloned());
            } else {
                line.push_piece(&joined(&value.texts));
                line.push_decoded(" ", Span::default());
            }
        }
        if words.first().is_some_and(|first| matches!(first.as_str(), "CMD" | "CMD-SHELL")) {
            words.remove(0);
        }
        // A scalar before a list is the program of its arguments.
        if !line.as_str().is_empty() && !words.is_empty() && !line.as_str().trim().contains(['\n', ' ']) {
            line.push_piece(&quoted(&words));
        } else if !words.is_empty() {
            carried.shell.push(quoted(&words));
        }
        if !line.as_str().is_empty() {
            carried.shell.push(line);
        }
    }
    carried
}

fn joined(texts: &[SqlText]) -> SqlText {
    let mut all = SqlText::default();
    for text in texts {
        all.push_piece(text);
        let end = text.outer(Span::new(text.as_str().len(), text.as_str().len()));
        all.push_decoded("\n", end);
    }
    all
}

struct Lines<'t> {
    text: &'t str,
    all: Vec<(usize, &'t str)>,
    next: usize,
}

/// All scalars and lists of scalars, in text order.
fn read<'t>(text: &'t str, comments: &mut Vec<Span>) -> Vec<Value<'t>> {
    let mut lines = Lines { text, all: super::lines(text).collect(), next: 0 };
    let mut found: Vec<Value<'t>> = Vec::new();
    let mut open: Vec<Open<'t>> = Vec::new();
    let mut ids = 0;
    // The list to which the next item belongs: the id of its key, and its index among `found`.
    let mut list: Option<(usize, usize)> = None;
    while let Some(&(start, line)) = lines.all.get(lines.next) {
        lines.next += 1;
        let said = line.trim_start();
        let mut indent = line.len() - said.len();
        if said.starts_with('#') {
            comments.push(Span::new(start + indent, start + line.len()));
            continue;
        }
        if said.is_empty() || said.starts_with("{{") || said.starts_with("{%") {
            continue;
        }
        if line.starts_with("---") {
            open.clear();
            continue;
        }
        let mut said = said;
        let mut dash = None;
        while let Some(rest) = said.strip_prefix('-').filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])) {
            open.truncate(
                open.iter().position(|at| at.indent > indent || (at.indent == indent && at.item)).unwrap_or(open.len()),
            );
            ids += 1;
            open.push(Open { indent, key: "", id: ids, item: true });
            dash = Some(indent);
            let content = rest.trim_start();
            indent += 1 + (rest.len() - content.len());
            said = content;
        }
        if said.is_empty() {
            continue;
        }
        let key = key_of(said);
        let end_of_deeper = |open: &Vec<Open<'t>>, limit: usize| {
            open.iter().position(|at| at.indent >= limit && !(at.item && Some(at.indent) == dash)).unwrap_or(open.len())
        };
        if let Some((key, value_at)) = key {
            open.truncate(end_of_deeper(&open, indent));
            let block = open.last().map_or(0, |at| at.id);
            let above = open.iter().rev().find(|at| !at.key.is_empty()).map_or("", |at| at.key);
            ids += 1;
            open.push(Open { indent, key, id: ids, item: false });
            let value = said[value_at..].trim_start();
            let at = start + line.len() - value.len();
            if let Some((texts, flow)) = scalar(&mut lines, value, at, indent, comments) {
                found.push(Value { key, above, block, list: flow, texts });
            }
        } else if let Some(dash) = dash {
            let mut owners = open.iter().rev().filter(|at| !at.item);
            let owner = owners.next().map(|at| (at.key, at.id));
            let above = owners.find(|at| !at.key.is_empty()).map_or("", |at| at.key);
            let block = open.iter().rposition(|at| !at.item).and_then(|at| open[..at].last()).map_or(0, |at| at.id);
            let (key, id) = owner.unwrap_or(("", 0));
            let at = start + line.len() - said.len();
            let Some((texts, _)) = scalar(&mut lines, said, at, dash, comments) else { continue };
            match list {
                Some((of, index)) if of == id => found[index].texts.extend(texts),
                _ => {
                    list = Some((id, found.len()));
                    found.push(Value { key, above, block, list: true, texts });
                }
            }
        }
    }
    found
}

/// A key at the head of a line, and where its value starts.
fn key_of(said: &str) -> Option<(&str, usize)> {
    if let Some(quote) = said.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let end = said[1..].find(quote)? + 1;
        let rest = said[end + 1..].trim_start();
        let is_key = rest == ":" || rest.starts_with(": ");
        return is_key.then(|| (&said[1..end], said.len() - rest.len() + 1));
    }
    let at = said
        .match_indices(':')
        .map(|(at, _)| at)
        .take(8)
        .find(|&at| said[at + 1..].is_empty() || said[at + 1..].starts_with([' ', '\t']))?;
    let key = &said[..at];
    let is_key = !key.is_empty() && !key.contains(|c: char| c.is_whitespace() || "\"'{}[],|>$".contains(c));
    is_key.then_some((key, at + 1))
}

/// The value that starts at byte `at`; those of a flow list, and whether it is one. `None` for what is no scalar.
fn scalar<'t>(
    lines: &mut Lines<'t>,
    value: &'t str,
    at: usize,
    indent: usize,
    comments: &mut Vec<Span>,
) -> Option<(Vec<SqlText>, bool)> {
    let (mut value, mut at) = (value, at);
    // Tags and anchors.
    while value.starts_with(['!', '&']) {
        let rest = value.find(char::is_whitespace).map_or("", |end| value[end..].trim_start());
        at += value.len() - rest.len();
        value = rest;
    }
    match value.chars().next()? {
        '#' => {
            comments.push(Span::new(at, at + value.len()));
            None
        }
        '*' | '{' => None,
        '|' | '>' if is_block_header(value) => Some((vec![block(lines, value.starts_with('>'), indent)], false)),
        quote @ ('"' | '\'') => {
            let (text, end) = quoted_scalar(lines.text, at, quote);
            lines.skip_to(end);
            Some((vec![text], false))
        }
        '[' => {
            let (texts, end) = flow(lines.text, at + 1);
            lines.skip_to(end);
            Some((texts, true))
        }
        _ => {
            let mut text = SqlText::default();
            plain(value, at, &mut text, comments);
            while let Some(&(start, line)) = lines.all.get(lines.next) {
                let said = line.trim_start();
                let deeper = line.len() - said.len() > indent;
                if said.is_empty()
                    || !deeper
                    || said.starts_with('#')
                    || said.starts_with("- ")
                    || key_of(said).is_some()
                {
                    break;
                }
                text.push_decoded(" ", Span::new(start, start));
                plain(said.trim_end(), start + line.len() - said.len(), &mut text, comments);
                lines.next += 1;
            }
            Some((vec![text], false))
        }
    }
}

impl Lines<'_> {
    /// Goes on with the line behind byte `end`.
    fn skip_to(&mut self, end: usize) {
        while self.all.get(self.next).is_some_and(|(start, _)| *start < end) {
            self.next += 1;
        }
    }
}

fn is_block_header(value: &str) -> bool {
    let head = value[1..].split('#').next().unwrap_or("").trim();
    head.chars().all(|c| matches!(c, '+' | '-') || c.is_ascii_digit()) && head.len() <= 2
}

fn plain(value: &str, at: usize, into: &mut SqlText, comments: &mut Vec<Span>) {
    let end = value.find(" #").unwrap_or(value.len());
    if end < value.len() {
        comments.push(Span::new(at + end + 1, at + value.len()));
    }
    push(&value[..end], at, into);
}

/// Text in which what a template fills in is a hole.
fn push(text: &str, at: usize, into: &mut SqlText) {
    let mut from = 0;
    let mut next = 0;
    while let Some(found) = text[next..].find("{{") {
        let open = next + found;
        let Some(length) = text[open..].find("}}") else { break };
        let start = if text[..open].ends_with('$') { open - 1 } else { open };
        let end = open + length + 2;
        into.push(&text[from..start], at + from);
        into.push_hole(Span::new(at + start, at + end));
        from = end;
        next = end;
    }
    into.push(&text[from..], at + from);
}

/// A block scalar behind its header: the lines that are deeper than its owner.
fn block(lines: &mut Lines<'_>, folded: bool, indent: usize) -> SqlText {
    let mut text = SqlText::default();
    let mut own = None;
    while let Some(&(start, line)) = lines.all.get(lines.next) {
        let depth = line.len() - line.trim_start().len();
        if !line.trim().is_empty() && depth <= indent {
            break;
        }
        lines.next += 1;
        let own = if line.trim().is_empty() { own.unwrap_or(0) } else { *own.get_or_insert(depth) };
        let from = own.min(depth);
        push(&line[from..], start + from, &mut text);
        let end = Span::new(start + line.len(), start + line.len());
        text.push_decoded(if folded && !line.trim().is_empty() { " " } else { "\n" }, end);
    }
    text
}

/// A scalar in quotes, and where it ends.
fn quoted_scalar(source: &str, at: usize, quote: char) -> (SqlText, usize) {
    let mut text = SqlText::default();
    let bytes = source.as_bytes();
    let (mut from, mut next) = (at + 1, at + 1);
    let mut ends = 0;
    while next < source.len() {
        let byte = bytes[next];
        if byte == quote as u8 {
            if quote == '\'' && bytes.get(next + 1) == Some(&b'\'') {
                push(&source[from..next], from, &mut text);
                text.push_decoded("'", Span::new(next, next + 2));
                next += 2;
                from = next;
                continue;
            }
            push(&source[from..next], from, &mut text);
            return (text, next + 1);
        }
        if byte == b'\\' && quote == '"' {
            let letter = source[next + 1..].chars().next().unwrap_or(' ');
            let length = 1 + letter.len_utf8().min(source.len() - next - 1);
            push(&source[from..next], from, &mut text);
            let decoded = match letter {
                'n' => "\n".to_owned(),
                't' => "\t".to_owned(),
                '\n' => " ".to_owned(),
                other => other.to_string(),
            };
            text.push_decoded(&decoded, Span::new(next, next + length));
            next += length;
            from = next;
            continue;
        }
        if byte == b'\n' {
            ends += 1;
            if ends > MOST_LINES {
                break;
            }
            push(&source[from..next], from, &mut text);
            text.push_decoded(" ", Span::new(next, next + 1));
            next += 1;
            next += source[next..].len() - source[next..].trim_start_matches([' ', '\t']).len();
            from = next;
            continue;
        }
        next += 1;
    }
    push(&source[from..next], from, &mut text);
    (text, next)
}

/// The scalars of a flow list from behind its bracket, and where it ends.
fn flow(source: &str, start: usize) -> (Vec<SqlText>, usize) {
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    let (mut at, mut ends) = (start, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b']' => return (found, at + 1),
            b'"' | b'\'' => {
                let (text, end) = quoted_scalar(source, at, byte as char);
                found.push(text);
                at = end;
            }
            b',' | b' ' | b'\t' | b'\r' | b'[' => at += 1,
            b'\n' => {
                ends += 1;
                at += 1;
                if ends > MOST_LINES {
                    break;
                }
            }
            _ => {
                let length = source[at..].find([',', ']', '\n']).unwrap_or(source.len() - at);
                let mut text = SqlText::default();
                push(source[at..at + length].trim_end(), at, &mut text);
                found.push(text);
                at += length.max(1);
            }
        }
    }
    (found, at.min(source.len()))
}
