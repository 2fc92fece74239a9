//! Makefiles and justfiles: recipes, each a unit that is called after its target.

use super::{Carried, lines};
use crate::extract::sql::text::SqlText;
use crate::model::facts::{Unit, UnitKind};
use crate::model::span::Span;

/// Variables of the file are at the head of each recipe; of files that are generated there may be very many.
const MOST_VARIABLES: usize = 200;

/// What a Makefile (`dollars`: `$$` is a dollar, `$(X)` a variable) or justfile holds.
pub(super) fn carried(text: &str, dollars: bool) -> Carried {
    let mut carried = Carried::default();
    let mut variables: Vec<SqlText> = Vec::new();
    let mut target: Option<(String, usize, SqlText)> = None;
    let mut end = 0;
    let mut rest = lines(text).peekable();
    while let Some((start, line)) = rest.next() {
        let said = line.trim_start();
        let indented = said.len() < line.len();
        if indented && let Some((_, _, recipe)) = target.as_mut() {
            if !said.is_empty() {
                let prefix = said.len() - said.trim_start_matches(['@', '-', '+']).len();
                let at = start + (line.len() - said.len()) + prefix;
                expand(&said[prefix..], at, dollars, recipe);
                recipe.push_decoded("\n", Span::new(start + line.len(), start + line.len()));
            }
            end = start + line.len();
            continue;
        }
        if said.is_empty() {
            continue;
        }
        if said.starts_with('#') {
            carried.comments.push(Span::new(start + line.len() - said.len(), start + line.len()));
            continue;
        }
        finish(&mut carried, target.take(), &variables, end);
        if let Some((name, at)) = assignment(said) {
            let mut value = SqlText::default();
            let offset = start + (line.len() - said.len());
            value.push_decoded(name, Span::new(offset, offset));
            value.push_decoded("=\"", Span::new(offset, offset));
            let (mut line_start, mut part) = (offset + at, &said[at..]);
            loop {
                let goes_on = part.ends_with('\\');
                let kept = part.strip_suffix('\\').unwrap_or(part);
                quoted_value(kept, line_start, dollars, &mut value);
                let Some((next_start, next)) = rest.next_if(|_| goes_on) else { break };
                (line_start, part) = (next_start, next);
            }
            value.push_decoded("\"\n", Span::new(line_start, line_start));
            if variables.len() < MOST_VARIABLES {
                variables.push(value);
            }
        } else if let Some(name) = target_of(said, dollars) {
            let mut recipe = SqlText::default();
            // `target: deps; command`
            if dollars && let Some((head, command)) = said.split_once(';') {
                let at = start + (line.len() - said.len()) + head.len() + 1;
                expand(command, at, dollars, &mut recipe);
                recipe.push_decoded("\n", Span::new(start + line.len(), start + line.len()));
            }
            target = Some((name, start, recipe));
            end = start + line.len();
        }
    }
    finish(&mut carried, target, &variables, end);
    carried
}

fn finish(carried: &mut Carried, target: Option<(String, usize, SqlText)>, variables: &[SqlText], end: usize) {
    let Some((name, start, recipe)) = target else { return };
    if recipe.as_str().is_empty() {
        return;
    }
    carried.units.push(Unit { name, kind: UnitKind::Function, span: Span::new(start, end) });
    // Only those that the recipe names, or what a variable says would be found in every one.
    let mut script = SqlText::default();
    for variable in variables {
        let name = variable.as_str().split('=').next().unwrap_or("");
        if recipe.as_str().contains(&format!("${{{name}}}")) {
            script.push_piece(variable);
        }
    }
    script.push_piece(&recipe);
    carried.shell.push(script);
}

/// `NAME = value`, `NAME := value`, `export NAME ?= value`: the name, and where the value starts.
fn assignment(line: &str) -> Option<(&str, usize)> {
    let at = line.find('=')?;
    let head = line[..at].trim_end_matches([':', '?', '+', '!', ' ', '\t']);
    let name = head.split_whitespace().last()?;
    let only = head.split_whitespace().all(|word| word == name || matches!(word, "export" | "override" | "set"));
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let value = at + 1 + (line[at + 1..].len() - line[at + 1..].trim_start().len());
    (only && is_name).then_some((name, value))
}

fn target_of(line: &str, dollars: bool) -> Option<String> {
    let head = line.split(':').next().filter(|head| head.len() < line.len())?;
    let name = head.split_whitespace().next()?.trim_start_matches('@');
    let directive =
        dollars && matches!(name, "ifeq" | "ifneq" | "ifdef" | "ifndef" | "include" | "-include" | "define");
    (!directive).then(|| name.to_owned())
}

/// A value inside of double quotes.
fn quoted_value(part: &str, start: usize, dollars: bool, into: &mut SqlText) {
    let mut from = 0;
    for (at, _) in part.match_indices(['"', '`']) {
        expand(&part[from..at], start + from, dollars, into);
        into.push_decoded(
            if part[at..].starts_with('"') { "\\\"" } else { "\\`" },
            Span::new(start + at, start + at + 1),
        );
        from = at + 1;
    }
    expand(&part[from..], start + from, dollars, into);
}

/// The text as the shell gets it: `$$` is a dollar, `$(NAME)` a variable; `{{name}}` of a justfile is one too.
fn expand(part: &str, start: usize, dollars: bool, into: &mut SqlText) {
    let (open, bytes) = (if dollars { "$" } else { "{{" }, part.as_bytes());
    let mut from = 0;
    let mut at = 0;
    while let Some(found) = part[at..].find(open) {
        let here = at + found;
        at = here + open.len();
        if dollars && bytes.get(here + 1) == Some(&b'$') {
            into.push(&part[from..here], start + from);
            into.push_decoded("$", Span::new(start + here, start + here + 2));
            at = here + 2;
            from = at;
            continue;
        }
        let (close, inner) = match (dollars, bytes.get(here + 1)) {
            (true, Some(b'(')) => (")", here + 2),
            (true, Some(b'{')) => ("}", here + 2),
            (true, _) => continue,
            (false, _) => ("}}", here + 2),
        };
        let Some(length) = part[inner..].find(close) else { continue };
        let name = part[inner..inner + length].trim();
        let end = inner + length + close.len();
        let outer = Span::new(start + here, start + end);
        into.push(&part[from..here], start + from);
        if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
            into.push_decoded(&format!("${{{name}}}"), outer);
        } else {
            into.push_hole(outer);
        }
        at = end;
        from = end;
    }
    into.push(&part[from..], start + from);
}
