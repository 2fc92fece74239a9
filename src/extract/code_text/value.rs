//! String expressions become string values: names are replaced by what they are known to hold, appends are put
//! together.

use std::collections::{HashMap, HashSet};

use super::expression::{Between, Change, Expression, Use};
use super::language::Language;
use super::scan::{Literal, Part, Scan};
use crate::extract::embedded::StringValue;
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// Most names that are followed up at any time; the oldest is then closed.
const MOST_OPEN: usize = 64;

/// Deepest chain of constants made of constants.
const DEEPEST: usize = 8;

/// Methods after a literal that cut each line at its margin sign.
const MARGINS: &[&str] = &["stripMargin", "trimMargin"];

/// A value that may be SQL.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The value.
    pub value: StringValue,
    /// Whether another value of the file holds it whole.
    pub inlined: bool,
}

/// The values of all `uses`, each whole: with its appends, and with the constants that it is made of.
pub(super) fn values(language: &Language, text: &str, scan: &Scan, uses: &[Use]) -> Vec<Found> {
    let mut sets: HashMap<&str, Option<usize>> = HashMap::new();
    for (index, used) in uses.iter().enumerate() {
        if let Some((name, change)) = used.target {
            let only = matches!(change, Change::Set).then_some(index);
            sets.entry(plain(name.of(text))).and_modify(|set| *set = None).or_insert(only);
        }
    }
    let mut values = Values {
        language,
        text,
        scan,
        uses,
        constants: sets.into_iter().filter_map(|(name, only)| Some((name, only?))).collect(),
        open: Vec::new(),
        budget: text.len().saturating_mul(16) + (1 << 17),
        inlined: HashSet::new(),
        found: Vec::new(),
    };
    values.run();
    let inlined = values.inlined;
    values.found.into_iter().map(|(at, value)| Found { value, inlined: inlined.contains(&at) }).collect()
}

/// A name without its sigil.
fn plain(name: &str) -> &str {
    name.trim_start_matches(['$', '@'])
}

/// A name that has been given a value in a block that is still open.
struct Open<'a> {
    name: &'a str,
    /// Number of the use that gave it the value.
    at: usize,
    indentation: u32,
    value: StringValue,
}

struct Values<'a> {
    language: &'a Language,
    text: &'a str,
    scan: &'a Scan,
    uses: &'a [Use],
    /// Names that are given a value once in the file: the number of that use.
    constants: HashMap<&'a str, usize>,
    open: Vec<Open<'a>>,
    /// Bytes of constants that may still be copied into other values.
    budget: usize,
    /// Uses whose value is part of another one.
    inlined: HashSet<usize>,
    found: Vec<(usize, StringValue)>,
}

impl<'a> Values<'a> {
    fn run(&mut self) {
        let mut next = 0;
        let mut indentation = 0;
        for (at, lexeme) in self.scan.lexemes.iter().enumerate() {
            if let Some(distance) = lexeme.indentation {
                indentation = distance;
                let word = lexeme.span.of(self.text);
                // A bracket at the start of a line closes what was opened on a line of the same distance.
                let closes = matches!(word, ")" | "]" | "}" | "end" | "End");
                self.close(|open| distance < open.indentation && !(closes && distance + 1 == open.indentation));
            }
            while let Some(used) = self.uses.get(next)
                && used.at == at
            {
                self.use_(next, used, indentation);
                next += 1;
            }
        }
        self.close(|_| true);
    }

    fn close(&mut self, ends: impl Fn(&Open<'a>) -> bool) {
        if self.open.iter().any(&ends) {
            for open in std::mem::take(&mut self.open) {
                if ends(&open) {
                    self.found.push((open.at, open.value));
                } else {
                    self.open.push(open);
                }
            }
        }
    }

    fn use_(&mut self, at: usize, used: &'a Use, indentation: u32) {
        let value = self.resolve(&used.expression, at, 0);
        let Some((name, change)) = used.target else {
            self.found.push((at, value));
            return;
        };
        let name = plain(name.of(self.text));
        let Some(known) = self.open.iter().position(|open| open.name == name) else {
            if self.open.len() == MOST_OPEN {
                let oldest = self.open.remove(0);
                self.found.push((oldest.at, oldest.value));
            }
            self.open.push(Open { name, at, indentation, value });
            return;
        };
        let open = &mut self.open[known];
        let sometimes = indentation > open.indentation;
        match (change, sometimes) {
            (Change::Append, false) => join(&mut open.value, value),
            (Change::Append, true) => {
                let branches = vec![StringValue::Join(Vec::new()), value];
                join(&mut open.value, StringValue::Choice(branches));
            }
            (Change::Set, true) => match &mut open.value {
                StringValue::Choice(branches) => branches.push(value),
                before => {
                    let first = std::mem::replace(before, StringValue::Join(Vec::new()));
                    *before = StringValue::Choice(vec![first, value]);
                }
            },
            (Change::Set, false) => {
                let before = std::mem::replace(open, Open { name, at, indentation, value });
                self.found.push((before.at, before.value));
            }
        }
    }

    fn resolve(&mut self, expression: &'a Expression, at: usize, depth: usize) -> StringValue {
        match expression {
            Expression::Literal(literal) => self.literal(*literal, at, depth),
            Expression::Name { whole, name } => {
                self.named(name.of(self.text), at, depth).unwrap_or(StringValue::Hole(*whole))
            }
            Expression::Other(whole) => StringValue::Hole(*whole),
            Expression::Choice(branches) => {
                StringValue::Choice(branches.iter().map(|branch| self.resolve(branch, at, depth)).collect())
            }
            Expression::Join(parts, between) => {
                let mut joined = Vec::with_capacity(parts.len());
                for (number, part) in parts.iter().enumerate() {
                    if number > 0 {
                        joined.extend(self.between(*between, parts.get(number), depth));
                    }
                    joined.push(self.resolve(part, at, depth));
                }
                StringValue::Join(joined)
            }
        }
    }

    fn between(&mut self, between: Between, after: Option<&Expression>, depth: usize) -> Option<StringValue> {
        let (text, outer) = match between {
            Between::Fixed("") => return None,
            Between::Fixed(text) => {
                let outer = match after? {
                    Expression::Literal(literal) => self.scan.literals.get(*literal as usize)?.span,
                    Expression::Name { whole, .. } | Expression::Other(whole) => *whole,
                    Expression::Join(..) | Expression::Choice(_) => Span::default(),
                };
                (text.to_owned(), Span { start: outer.start, end: outer.start })
            }
            Between::Literal(literal) => {
                let literal = self.scan.literals.get(literal as usize)?;
                let StringValue::Join(parts) = self.parts(literal, usize::MAX, depth) else { return None };
                let Some(StringValue::Piece(piece)) = parts.into_iter().next() else { return None };
                (piece.as_str().to_owned(), literal.span)
            }
        };
        let mut piece = SqlText::default();
        piece.push_decoded(&text, outer);
        Some(StringValue::Piece(piece))
    }

    /// What a name holds: the value that it has where it is used, else the only one that it has in the file.
    fn named(&mut self, name: &str, at: usize, depth: usize) -> Option<StringValue> {
        let name = plain(name);
        if let Some(open) = self.open.iter().find(|open| open.name == name) {
            self.budget = self.budget.checked_sub(weight(&open.value))?;
            self.inlined.insert(open.at);
            return Some(open.value.clone());
        }
        let constant = *self.constants.get(name)?;
        if constant == at || depth >= DEEPEST {
            return None;
        }
        let value = self.resolve(&self.uses[constant].expression, constant, depth + 1);
        self.budget = self.budget.checked_sub(weight(&value))?;
        self.inlined.insert(constant);
        Some(value)
    }

    fn literal(&mut self, number: u32, at: usize, depth: usize) -> StringValue {
        let Some(literal) = self.scan.literals.get(number as usize) else { return StringValue::Join(Vec::new()) };
        let value = self.parts(literal, at, depth);
        if self.has_margin(literal) { without_margins(value) } else { value }
    }

    fn parts(&mut self, literal: &'a Literal, at: usize, depth: usize) -> StringValue {
        let mut parts = Vec::with_capacity(literal.parts.len());
        for part in &literal.parts {
            parts.push(match part {
                Part::Text(piece) => StringValue::Piece(piece.clone()),
                Part::Expression { whole, inner } => {
                    let name = inner.of(self.text).trim();
                    let name = name.rsplit_once("::").or_else(|| name.rsplit_once('.')).map_or(name, |(_, last)| last);
                    self.named(name, at, depth).unwrap_or(StringValue::Hole(*whole))
                }
            });
        }
        StringValue::Join(parts)
    }

    fn has_margin(&self, literal: &Literal) -> bool {
        literal.raw
            && self.text.get(literal.span.end as usize..).is_some_and(|rest| {
                let rest = rest.trim_start();
                self.language.members.iter().any(|member| {
                    rest.strip_prefix(member).is_some_and(|rest| MARGINS.iter().any(|margin| rest.starts_with(margin)))
                })
            })
    }
}

/// Puts `value` after what `before` holds.
fn join(before: &mut StringValue, value: StringValue) {
    if let StringValue::Join(parts) = before {
        parts.push(value);
    } else {
        let first = std::mem::replace(before, StringValue::Join(Vec::new()));
        *before = StringValue::Join(vec![first, value]);
    }
}

/// Bytes of a value, each part counted as at least one.
fn weight(value: &StringValue) -> usize {
    match value {
        StringValue::Piece(piece) => piece.as_str().len() + 1,
        StringValue::Hole(_) => 1,
        StringValue::Join(parts) | StringValue::Choice(parts) => 1 + parts.iter().map(weight).sum::<usize>(),
    }
}

/// The value with each line cut up to and with its margin sign.
fn without_margins(value: StringValue) -> StringValue {
    match value {
        StringValue::Piece(piece) => {
            let mut cut = SqlText::default();
            let mut at = 0;
            for line in piece.as_str().split_inclusive('\n') {
                let margin = line.len() - line.trim_start_matches([' ', '\t']).len();
                let skipped = if line[margin..].starts_with('|') { margin + 1 } else { 0 };
                cut.push_piece(&piece.slice(Span::new(at + skipped, at + line.len())));
                at += line.len();
            }
            StringValue::Piece(cut)
        }
        StringValue::Join(parts) => StringValue::Join(parts.into_iter().map(without_margins).collect()),
        other => other,
    }
}
