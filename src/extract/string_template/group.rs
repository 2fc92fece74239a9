//! The text of a group as templates with their parts.

use crate::model::span::Span;

/// Conditions inside of conditions are followed so deep.
const DEEPEST: usize = 32;

/// A file of templates.
#[derive(Debug, Default)]
pub(super) struct Group<'t> {
    pub(super) templates: Vec<Template<'t>>,
    pub(super) comments: Vec<Span>,
    /// Groups whose templates are its own too, by the names of their files: `import "Shared.sql.stg"`, `group A : B`.
    pub(super) shared: Vec<&'t str>,
}

/// `name(a, b) ::= <<…>>`.
#[derive(Debug)]
pub(super) struct Template<'t> {
    pub(super) name: &'t str,
    pub(super) parameters: Vec<&'t str>,
    pub(super) parts: Vec<Part<'t>>,
    /// From its name to the end of its body.
    pub(super) span: Span,
}

/// An argument: a text in quotes, or a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Argument<'t> {
    pub(super) text: Option<&'t str>,
    pub(super) name: Option<&'t str>,
}

/// A part of a body.
#[derive(Debug)]
pub(super) enum Part<'t> {
    /// Text, and where it begins.
    Text(&'t str, usize),
    /// Text that is written in another way.
    Escaped(&'static str, Span),
    /// `<prefix>`.
    Parameter(&'t str, Span),
    /// `<fields("u.")>`.
    Include { name: &'t str, arguments: Vec<Argument<'t>>, span: Span },
    /// `<if(x)>…<else>…<endif>`; what may be left out has an empty branch.
    Choice(Vec<Vec<Part<'t>>>),
    /// Anything else in angle brackets.
    Hole(Span),
}

impl<'t> Group<'t> {
    /// Reads a file, as far as it can be understood.
    pub(super) fn read(text: &'t str) -> Self {
        let mut group = Self::default();
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            if rest.starts_with("//") || rest.starts_with("/*") {
                let end = if rest.starts_with("//") { rest.find('\n') } else { rest.find("*/").map(|end| end + 2) };
                let end = at + end.unwrap_or(rest.len());
                group.comments.push(Span::new(at, end));
                at = end;
                continue;
            }
            if let Some((shared, length)) = shared(rest) {
                group.shared.extend(shared);
                at += length;
                continue;
            }
            let start = rest.chars().next().filter(|c| c.is_alphabetic() || *c == '_');
            let Some((template, end)) = start.and_then(|_| template(text, at)) else {
                // To the end of the word or sign.
                let word = rest.len() - rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len();
                at += word.max(rest.chars().next().map_or(1, char::len_utf8));
                continue;
            };
            group.templates.push(template);
            at = end;
        }
        group
    }
}

/// The groups that a line takes templates from, and its length: `import "org/shop/Shared.sql.stg"`, `group A : B, C;`.
fn shared(rest: &str) -> Option<(Vec<&str>, usize)> {
    let line = rest.split('\n').next().unwrap_or("");
    let names = if let Some(path) = line.strip_prefix("import ") {
        let path = path.trim().trim_end_matches(';').trim().strip_prefix('"')?.strip_suffix('"')?;
        vec![path.rsplit('/').next().unwrap_or(path)]
    } else {
        let (_, supers) = line.strip_prefix("group ")?.split_once(':')?;
        supers.split(';').next().unwrap_or("").split(',').map(str::trim).collect()
    };
    Some((names.into_iter().map(stem).filter(|name| !name.is_empty()).collect(), line.len()))
}

/// The name of a group's file without its endings: `Shared` of `Shared.sql.stg`.
pub(super) fn stem(file: &str) -> &str {
    file.split('.').next().unwrap_or(file)
}

fn word(text: &str) -> &str {
    &text[..text.len() - text.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len()]
}

/// The template that begins at `at`, and where it ends.
fn template(text: &str, at: usize) -> Option<(Template<'_>, usize)> {
    let name = word(&text[at..]);
    let list = text[at + name.len()..].strip_prefix('(')?;
    let close = list.find(')').filter(|&close| !list[..close].contains(['\n', '<']) || close < 400)?;
    let parameters = list[..close].split(',').map(|part| word(part.trim())).filter(|part| !part.is_empty()).collect();
    let after = list[close + 1..].trim_start().strip_prefix("::=")?.trim_start();
    let (open, closing) =
        [("<<", ">>"), ("<%", "%>"), ("\"", "\"")].into_iter().find(|(open, _)| after.starts_with(open))?;
    let start = text.len() - after.len() + open.len();
    let length = end_of_body(&text[start..], closing);
    let parts = parts(&text[start..start + length], start);
    let end = (start + length + closing.len()).min(text.len());
    Some((Template { name, parameters, parts, span: Span::new(at, end) }, end))
}

/// How long a body is: to its closing sign, which `<x>>>` holds late.
fn end_of_body(body: &str, closing: &str) -> usize {
    let mut from = 0;
    while let Some(found) = body[from..].find(closing) {
        let mut at = from + found;
        if closing == "\"" && body[..at].ends_with('\\') {
            from = at + 1;
            continue;
        }
        // The last two of three closing brackets.
        while closing == ">>" && body[at + closing.len()..].starts_with('>') {
            at += 1;
        }
        return at;
    }
    body.len()
}

/// The parts of a body that begins at byte `start` of the file.
fn parts(body: &str, start: usize) -> Vec<Part<'_>> {
    // What is open: the branches of conditions so far, the outermost first.
    let mut open: Vec<Vec<Vec<Part<'_>>>> = vec![vec![Vec::new()]];
    let (mut at, mut from) = (0, 0);
    while at < body.len() {
        let rest = &body[at..];
        let is_escape = rest.starts_with("\\<") || rest.starts_with("\\>");
        if !is_escape && !rest.starts_with('<') {
            at += rest.find(['<', '\\']).map_or(rest.len(), |next| next.max(1));
            while !body.is_char_boundary(at) {
                at += 1;
            }
            continue;
        }
        if from < at {
            push(&mut open, Part::Text(&body[from..at], start + from));
        }
        if is_escape {
            let sign = if rest.starts_with("\\<") { "<" } else { ">" };
            push(&mut open, Part::Escaped(sign, Span::new(start + at, start + at + 2)));
            at += 2;
            from = at;
            continue;
        }
        let length = rest.find('>').map_or(rest.len(), |end| end + 1);
        let inner = rest[1..length].trim_end_matches('>').trim();
        let span = Span::new(start + at, start + at + length);
        at += length;
        from = at;
        if inner.starts_with('!') {
            continue;
        }
        if inner.starts_with("if(") || inner.starts_with("if (") {
            if open.len() < DEEPEST {
                open.push(vec![Vec::new()]);
            }
        } else if inner == "else" || inner.starts_with("elseif") {
            if open.len() > 1
                && let Some(branches) = open.last_mut()
            {
                branches.push(Vec::new());
            }
        } else if inner == "endif" {
            if open.len() > 1 {
                close(&mut open);
            }
        } else {
            push(&mut open, expression(inner, span));
        }
    }
    if from < body.len() {
        push(&mut open, Part::Text(&body[from..], start + from));
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().and_then(|mut branches| branches.pop()).unwrap_or_default()
}

/// Adds a part to the innermost branch.
fn push<'t>(open: &mut [Vec<Vec<Part<'t>>>], part: Part<'t>) {
    if let Some(branch) = open.last_mut().and_then(|branches| branches.last_mut()) {
        branch.push(part);
    }
}

/// Ends the innermost condition.
fn close(open: &mut Vec<Vec<Vec<Part<'_>>>>) {
    let Some(mut branches) = open.pop() else { return };
    if branches.len() == 1 {
        branches.push(Vec::new());
    }
    if let Some(branch) = open.last_mut().and_then(|branches| branches.last_mut()) {
        branch.push(Part::Choice(branches));
    }
}

/// What stands in angle brackets.
fn expression(inner: &str, span: Span) -> Part<'_> {
    // `<super.fields()>` and `<Shared.fields()>` are of another group.
    let inner = inner.find('(').map_or(inner, |open| match inner[..open].rfind('.') {
        Some(dot) => &inner[dot + 1..],
        None => inner,
    });
    let name = word(inner);
    let rest = &inner[name.len()..];
    if !name.is_empty() && rest.is_empty() {
        return Part::Parameter(name, span);
    }
    match rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(list) if !name.is_empty() && !list.contains('(') => {
            let argument = |part: &'_ str| {
                let part = part.trim();
                let text = part.strip_prefix('"').and_then(|part| part.strip_suffix('"'));
                (text.is_some(), part.len())
            };
            let arguments = list
                .split(',')
                .filter(|part| !part.trim().is_empty())
                .map(|part| {
                    let part = part.trim();
                    let (is_text, length) = argument(part);
                    Argument { text: is_text.then(|| &part[1..length - 1]), name: (!is_text).then(|| word(part)) }
                })
                .collect();
            Part::Include { name, arguments, span }
        }
        _ => Part::Hole(span),
    }
}
