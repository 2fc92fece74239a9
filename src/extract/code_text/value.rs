//! String expressions become string values: names are replaced by what they are known to hold, appends are put
//! together.

use std::collections::{HashMap, HashSet};

use super::expression::{Between, Change, Expression, Use};
use super::language::Language;
use super::literal::{Literal, Part};
use super::scan::Scan;
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
    /// For a list, the items that `value` is made of and whether they were put together somewhere.
    list: Option<List>,
}

/// What a name that holds a list holds.
struct List {
    items: Vec<StringValue>,
    gathered: bool,
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
                    self.finish(open);
                } else {
                    self.open.push(open);
                }
            }
        }
    }

    fn finish(&mut self, open: Open<'a>) {
        match open.list {
            None => self.found.push((open.at, open.value)),
            Some(list) if !list.gathered => self.found.extend(list.items.into_iter().map(|item| (open.at, item))),
            Some(_) => {}
        }
    }

    /// A list, or items that are put at its end.
    fn list(&mut self, at: usize, used: &'a Use, items: &'a [Expression], indentation: u32) {
        let mut items: Vec<StringValue> = items.iter().map(|item| self.resolve(item, at, 0)).collect();
        let Some((name, change)) = used.target else {
            self.found.extend(items.into_iter().map(|item| (at, item)));
            return;
        };
        let name = plain(name.of(self.text));
        let known = self.open.iter().position(|open| open.name == name);
        if let Some(known) = known {
            let open = &mut self.open[known];
            match (&mut open.list, change) {
                (Some(list), Change::Add | Change::Append) => {
                    list.items.append(&mut items);
                    return;
                }
                (None, Change::Add | Change::Append) => {
                    for item in items {
                        join(&mut open.value, item);
                    }
                    return;
                }
                (_, Change::Set) => {
                    let before = self.open.remove(known);
                    self.finish(before);
                }
            }
        }
        let list = Some(List { items, gathered: false });
        self.start(Open { name, at, indentation, value: StringValue::Join(Vec::new()), list });
    }

    fn start(&mut self, open: Open<'a>) {
        if self.open.len() == MOST_OPEN {
            let oldest = self.open.remove(0);
            self.finish(oldest);
        }
        self.open.push(open);
    }

    fn use_(&mut self, at: usize, used: &'a Use, indentation: u32) {
        if let Expression::List(items) = &used.expression {
            self.list(at, used, items, indentation);
            return;
        }
        let value = self.resolve(&used.expression, at, 0);
        let Some((name, change)) = used.target else {
            self.found.push((at, value));
            return;
        };
        let name = plain(name.of(self.text));
        let Some(known) = self.open.iter().position(|open| open.name == name) else {
            self.start(Open { name, at, indentation, value, list: None });
            return;
        };
        let open = &mut self.open[known];
        if let Some(list) = &mut open.list {
            // `list << item`
            if change != Change::Set {
                list.items.push(value);
                return;
            }
        }
        let sometimes = indentation > open.indentation;
        match (change, sometimes) {
            (Change::Append | Change::Add, false) => join(&mut open.value, value),
            (Change::Append | Change::Add, true) => {
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
                let before = std::mem::replace(open, Open { name, at, indentation, value, list: None });
                self.finish(before);
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
                let values = parts.iter().map(|part| self.resolve(part, at, depth)).collect();
                self.separated(values, *between, depth)
            }
            Expression::List(items) => {
                StringValue::Choice(items.iter().map(|item| self.resolve(item, at, depth)).collect())
            }
            Expression::Gather { whole, name, between } => {
                let items = self.items(plain(name.of(self.text)), at, depth);
                items.map_or(StringValue::Hole(*whole), |items| self.separated(items, *between, depth))
            }
        }
    }

    /// Values with what stands between them.
    fn separated(&mut self, values: Vec<StringValue>, between: Between, depth: usize) -> StringValue {
        let (text, own) = match between {
            Between::Fixed("") => return StringValue::Join(values),
            Between::Fixed(text) => (text.to_owned(), None),
            Between::Literal(literal) => {
                let Some(literal) = self.scan.literals.get(literal as usize) else { return StringValue::Join(values) };
                let StringValue::Join(parts) = self.parts(literal, usize::MAX, depth) else {
                    return StringValue::Join(values);
                };
                match parts.into_iter().next() {
                    Some(StringValue::Piece(piece)) => (piece.as_str().to_owned(), Some(literal.span)),
                    _ => return StringValue::Join(values),
                }
            }
        };
        let mut joined = Vec::with_capacity(values.len() * 2);
        for value in values {
            if !joined.is_empty() {
                let mut piece = SqlText::default();
                let start = start(&value);
                piece.push_decoded(&text, own.unwrap_or(Span { start, end: start }));
                joined.push(StringValue::Piece(piece));
            }
            joined.push(value);
        }
        StringValue::Join(joined)
    }

    /// The items of the list that a name holds.
    fn items(&mut self, name: &str, at: usize, depth: usize) -> Option<Vec<StringValue>> {
        if let Some(open) = self.open.iter_mut().find(|open| open.name == name) {
            let list = open.list.as_mut()?;
            self.budget = self.budget.checked_sub(list.items.iter().map(weight).sum())?;
            list.gathered = true;
            return Some(list.items.clone());
        }
        let constant = *self.constants.get(name)?;
        let Expression::List(items) = &self.uses[constant].expression else { return None };
        if constant == at || depth >= DEEPEST {
            return None;
        }
        let items: Vec<StringValue> = items.iter().map(|item| self.resolve(item, constant, depth + 1)).collect();
        self.budget = self.budget.checked_sub(items.iter().map(weight).sum())?;
        self.inlined.insert(constant);
        Some(items)
    }

    /// What a name holds: the value that it has where it is used, else the only one that it has in the file.
    fn named(&mut self, name: &str, at: usize, depth: usize) -> Option<StringValue> {
        let name = plain(name);
        if let Some(open) = self.open.iter().find(|open| open.name == name) {
            if open.list.is_some() {
                return None;
            }
            self.budget = self.budget.checked_sub(weight(&open.value))?;
            self.inlined.insert(open.at);
            return Some(open.value.clone());
        }
        let constant = *self.constants.get(name)?;
        let is_list = matches!(self.uses[constant].expression, Expression::List(_));
        if constant == at || depth >= DEEPEST || is_list {
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

/// Where a value starts in the file.
fn start(value: &StringValue) -> u32 {
    match value {
        StringValue::Piece(piece) => piece.outer(Span { start: 0, end: 1 }).start,
        StringValue::Hole(span) => span.start,
        StringValue::Join(parts) | StringValue::Choice(parts) => parts.first().map_or(0, start),
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
