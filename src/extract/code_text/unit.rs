//! Functions and classes by the words that introduce them; how far they reach is told by indentation.

use super::language::Language;
use super::scan::{LexemeKind, Scan};
use crate::model::facts::{Unit, UnitKind};
use crate::model::span::Span;

/// Words before a bracket that make it no definition.
const CONTROL: &[&str] = &[
    "if",
    "for",
    "foreach",
    "while",
    "switch",
    "catch",
    "using",
    "lock",
    "return",
    "when",
    "fixed",
    "sizeof",
    "synchronized",
    "with",
    "new",
    "assert",
    "await",
    "else",
    "do",
    "try",
    "typeof",
    "nameof",
    "decltype",
    "alignof",
    "throw",
];

/// Words after which a line is still part of the header above it.
const HEADER: &[&str] = &["where", "{", ")", "]", ":", "=>", "="];

/// Words that close a unit, on a line of their own.
const CLOSERS: &[&str] = &["}", "end", "End"];

/// Farthest distance in lexemes between a unit's first word and its name.
const FARTHEST: usize = 24;

/// A unit whose end has not come yet.
struct Open {
    indentation: u32,
    /// Its number in the units.
    unit: usize,
}

/// All units, in order of their start.
pub(super) fn units(language: &Language, text: &str, scan: &Scan) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let (mut indentation, mut line_start, mut last_end) = (0, 0, 0);
    for (at, lexeme) in scan.lexemes.iter().enumerate() {
        let word = lexeme.span.of(text);
        if let Some(distance) = lexeme.indentation {
            (indentation, line_start) = (distance, lexeme.span.start);
            if !HEADER.contains(&word) {
                let end = if CLOSERS.contains(&word) { lexeme.span.end } else { last_end };
                while let Some(last) = open.pop_if(|last| last.indentation >= distance) {
                    let own = last.indentation == distance;
                    units[last.unit].span.end = if own { end } else { last_end };
                }
            }
        }
        last_end = lexeme.span.end;
        let Some((name, kind)) = defined(language, text, scan, at) else { continue };
        let outer = open.last().map(|outer| &units[outer.unit]);
        let kind = match (kind, outer) {
            (UnitKind::Function, Some(outer)) if outer.kind == UnitKind::Class => UnitKind::Method,
            _ => kind,
        };
        let name = outer.map_or_else(|| name.clone(), |outer| format!("{}.{name}", outer.name));
        if name.len() > 400 {
            continue;
        }
        open.push(Open { indentation, unit: units.len() });
        units.push(Unit { name, kind, span: Span { start: line_start, end: lexeme.span.end } });
    }
    for last in open {
        units[last.unit].span.end = last_end;
    }
    units
}

/// The unit whose introducing word is lexeme `at`.
fn defined(language: &Language, text: &str, scan: &Scan, at: usize) -> Option<(String, UnitKind)> {
    let word = |at: usize| scan.lexeme(at).map_or("", |lexeme| lexeme.span.of(text));
    let is_word = |at: usize| {
        scan.lexeme(at).is_some_and(|lexeme| lexeme.kind == LexemeKind::Word)
            && !word(at).starts_with(|c: char| c.is_ascii_digit())
    };
    let own = word(at);
    let before = at.checked_sub(1).map_or("", word);
    let is = |words: &[&str]| words.contains(&own) && !matches!(before, "." | "->" | "End" | "::" | "Exit" | ":");
    if is(language.types) {
        // `impl<T> Trait for Name`: the name is the last word before the body.
        let mut name = at + 1;
        if own == "impl" {
            let end = (at + 1..at + FARTHEST).find(|&at| matches!(word(at), "{" | ";" | "where" | ""))?;
            let named = (at + 1..end).rev().find(|&at| word(at) == "for").map(|at| at + 1);
            name = named
                .or_else(|| (at + 1..end).find(|&at| is_word(at) && !matches!(word(at - 1), "<" | ":" | "'" | "+")))?;
        }
        if matches!(word(name), "class" | "struct") {
            name += 1;
        }
        return is_word(name).then(|| (path(text, scan, name), UnitKind::Class));
    }
    if is(language.functions) {
        let mut name = at + 1;
        let mut receiver = None;
        match scan.lexeme(name)?.kind {
            // `func (r *Receiver) name(`
            LexemeKind::Open(close) if is_word(close as usize + 1) && word(name) == "(" && own == "func" => {
                receiver = (name..close as usize).rev().find(|&at| is_word(at));
                name = close as usize + 1;
            }
            // `name = function(`
            LexemeKind::Open(_) if matches!(before, "=" | "<-") && at >= 2 && is_word(at - 2) => name = at - 2,
            LexemeKind::Operator if word(name) == "<" => {
                name = (name..name + FARTHEST).find(|&at| word(at) == ">")? + 1;
            }
            _ => {}
        }
        if matches!(word(name), "Get" | "Set" | "Let") && is_word(name + 1) {
            name += 1;
        }
        if !is_word(name) || word(name) == "function" {
            return None;
        }
        let named = path(text, scan, name);
        return Some(match receiver {
            Some(receiver) => (format!("{}.{named}", word(receiver)), UnitKind::Method),
            None => (named, UnitKind::Function),
        });
    }
    if !language.by_shape || own != "(" || !is_word(at - usize::from(at > 0)) || CONTROL.contains(&before) {
        return None;
    }
    let LexemeKind::Open(close) = scan.lexemes[at].kind else { return None };
    let close = close as usize;
    if close <= at {
        return None;
    }
    // Something stands before the name: a type, a modifier, `~`; a call has nothing, an operator or a bracket there.
    let earlier = at.checked_sub(2)?;
    let typed = is_word(earlier) && !CONTROL.contains(&word(earlier))
        || matches!(word(earlier), ">" | "]" | "*" | "&" | "?" | "::");
    let starts = scan.lexemes[at - 1].indentation.is_some();
    if !typed && !starts {
        return None;
    }
    let body = (close + 1..close + 8).find(|&at| !is_word(at) || scan.lexemes[at].indentation.is_some())?;
    let arrow = word(body) == "=>" && typed && !starts;
    (word(body) == "{" || arrow).then(|| {
        let first = (0..at).rev().take(8).take_while(|&at| is_word(at) || word(at) == "::").last().unwrap_or(at - 1);
        let qualified = (first..at - 1).rev().take_while(|&at| word(at) == "::" || word(at + 1) == "::").last();
        (path(text, scan, qualified.unwrap_or(at - 1)), UnitKind::Function)
    })
}

/// A name with the parts that follow it after `.`, `:` or `::`.
fn path(text: &str, scan: &Scan, at: usize) -> String {
    let word = |at: usize| scan.lexeme(at).map_or("", |lexeme| lexeme.span.of(text));
    let mut name = word(at).to_owned();
    let mut at = at + 1;
    while matches!(word(at), "." | "::" | ":")
        && scan.lexeme(at + 1).is_some_and(|next| next.kind == LexemeKind::Word && next.indentation.is_none())
        && scan.lexemes[at].span.end == scan.lexemes[at + 1].span.start
        && scan.lexemes[at - 1].span.end == scan.lexemes[at].span.start
        && name.len() < 200
    {
        name.push('.');
        name.push_str(word(at + 1));
        at += 2;
    }
    name
}
