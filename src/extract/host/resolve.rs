//! From symbolic string expressions to values, with names replaced by what they hold, within bounds.

use std::rc::Rc;

use super::binding::{Bindings, Key, ScopeId, VariableId};
use super::expression::{Expression, ExpressionId, Expressions};
use super::flow::{Running, Version, separated};
use super::format::{self, Arguments};
use super::outer;
use crate::extract::embedded::StringValue;
use crate::extract::sql::text::SqlText;
use crate::model::facts::Constant;
use crate::model::span::Span;

/// Expressions nested deeper than this are holes.
const DEEPEST: u32 = 60;

/// Values of names nested deeper than this are holes where they are used.
const DEEPEST_VALUE: usize = 80;

/// A value of a name larger than this, in parts, is a hole where it is used.
const LARGEST_VALUE: usize = 5_000;

/// How much all uses of names in a file may copy, in parts of [`Size`], besides one part for every expression.
const COPIED_AT_LEAST: usize = 20_000;

/// Parameters that are replaced at one time.
const MOST_GIVEN: usize = 20;

/// What a value is made of.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// Literals.
    pub literals: Vec<ExpressionId>,
    /// Variables whose value was put in.
    pub variables: Vec<VariableId>,
}

impl Trace {
    pub(super) fn len(&self) -> usize {
        self.literals.len()
    }

    pub(super) fn between(&self, start: usize, end: usize) -> Trace {
        Trace { literals: self.literals.get(start..end).unwrap_or_default().to_vec(), variables: Vec::new() }
    }

    pub(super) fn since(mut self, start: usize) -> Trace {
        self.literals.drain(..start.min(self.literals.len()));
        self
    }

    fn extend(&mut self, other: &Trace) {
        self.literals.extend_from_slice(&other.literals);
        self.variables.extend_from_slice(&other.variables);
    }
}

/// How large a value is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    /// Its parts, and one more for every 100 bytes of text.
    pub(super) nodes: usize,
    /// How deep it is nested.
    pub(super) depth: usize,
}

impl Size {
    pub(super) fn of(value: &StringValue) -> Size {
        match value {
            StringValue::Piece(text) => Size { nodes: 1 + text.as_str().len() / 100, depth: 1 },
            StringValue::Hole(_) => Size { nodes: 1, depth: 1 },
            StringValue::Join(parts) | StringValue::Choice(parts) => {
                let sizes = parts.iter().map(Size::of);
                let whole = sizes.fold(Size::default(), |sum, part| Size {
                    nodes: sum.nodes + part.nodes,
                    depth: sum.depth.max(part.depth),
                });
                Size { nodes: whole.nodes + 1, depth: whole.depth + 1 }
            }
        }
    }
}

/// A value with all its optional text, which leaves its choices to those between texts.
#[must_use]
pub fn with_all_options(value: StringValue) -> StringValue {
    match value {
        StringValue::Piece(_) | StringValue::Hole(_) => value,
        StringValue::Join(parts) => StringValue::Join(parts.into_iter().map(with_all_options).collect()),
        StringValue::Choice(parts) => {
            let mut texts: Vec<StringValue> = parts.into_iter().filter(has_text).map(with_all_options).collect();
            match texts.pop() {
                None => StringValue::Join(Vec::new()),
                Some(only) if texts.is_empty() => only,
                Some(last) => {
                    texts.push(last);
                    StringValue::Choice(texts)
                }
            }
        }
    }
}

/// Whether any text of a value is known.
pub fn has_text(value: &StringValue) -> bool {
    match value {
        StringValue::Piece(text) => !text.as_str().trim().is_empty(),
        StringValue::Hole(_) => false,
        StringValue::Join(parts) | StringValue::Choice(parts) => parts.iter().any(has_text),
    }
}

/// Puts values together.
pub struct Resolver<'a, 't> {
    pub(super) expressions: &'a Expressions<'t>,
    pub(super) bindings: &'a Bindings<'t>,
    /// What the value that is being put together is made of.
    pub(super) trace: Trace,
    /// Variables whose value is being worked out.
    pub(super) running: Vec<Running>,
    known: Vec<Option<Rc<[Version]>>>,
    copied: usize,
    may_copy: usize,
    /// Lists that some expression joins.
    joined: Vec<bool>,
    /// Parameters of the calls that are being worked out, with what they are given.
    given: Vec<(VariableId, StringValue)>,
    /// Constants of other files.
    outer: &'a [Constant],
    /// Names that are declared nowhere in the file, with their places.
    pub unknown: Vec<(Span, Key<'t>)>,
}

impl<'a, 't> Resolver<'a, 't> {
    /// A resolver for the expressions of one file, whose changes are bound.
    pub fn new(expressions: &'a Expressions<'t>, bindings: &'a Bindings<'t>, outer: &'a [Constant]) -> Self {
        Self {
            expressions,
            bindings,
            trace: Trace::default(),
            running: Vec::new(),
            known: vec![None; bindings.variables()],
            copied: 0,
            may_copy: COPIED_AT_LEAST + expressions.len(),
            joined: vec![false; bindings.variables()],
            given: Vec::new(),
            outer,
            unknown: Vec::new(),
        }
    }

    /// The value of an expression, and what it is made of.
    pub fn value(&mut self, id: ExpressionId) -> (StringValue, Trace) {
        self.trace = Trace::default();
        let value = self.resolve(id, 0);
        (value, std::mem::take(&mut self.trace))
    }

    /// The values that a variable has one after the other.
    pub fn versions(&mut self, variable: VariableId) -> Rc<[Version]> {
        self.versions_within(variable, 0)
    }

    /// Whether the items of the list that a variable holds were joined by an expression resolved so far.
    pub fn is_joined(&self, variable: VariableId) -> bool {
        self.joined[variable.0 as usize]
    }

    fn versions_within(&mut self, variable: VariableId, depth: u32) -> Rc<[Version]> {
        if !self.given.is_empty() {
            // What it holds may depend on a parameter.
            self.copied += 1 + self.bindings.variable(variable).events.len();
            return self.run(variable, None, depth).into();
        }
        if let Some(known) = &self.known[variable.0 as usize] {
            return Rc::clone(known);
        }
        let versions: Rc<[Version]> = self.run(variable, None, depth).into();
        self.known[variable.0 as usize] = Some(Rc::clone(&versions));
        versions
    }

    pub(super) fn resolve(&mut self, id: ExpressionId, depth: u32) -> StringValue {
        let expressions = self.expressions;
        let node = expressions.get(id);
        if depth > DEEPEST {
            return StringValue::Hole(node.span);
        }
        match &node.expression {
            Expression::Literal(text) => {
                self.trace.literals.push(id);
                StringValue::Piece(text.clone())
            }
            Expression::Hole | Expression::List(_) => StringValue::Hole(node.span),
            Expression::Name { key, scope } | Expression::Appends { key, scope } => {
                self.resolve_name(*key, *scope, id, node.span, depth)
            }
            Expression::Call { key, scope, arguments } => {
                self.resolve_call(*key, *scope, arguments, id, node.span, depth)
            }
            Expression::Join(parts) => StringValue::Join(self.resolve_all(parts, depth)),
            Expression::Choice(parts) => StringValue::Choice(self.resolve_all(parts, depth)),
            Expression::Tagged(parts) => self.resolve_tagged(parts, depth),
            Expression::Separated { list, separator } => self.resolve_separated(*list, *separator, node.span, depth),
            Expression::Format { style, template, arguments, names } => {
                let template = self.resolve(*template, depth + 1);
                let values = self.resolve_all(arguments, depth);
                format::fill(*style, &template, Arguments { values: &values, names })
            }
        }
    }

    fn resolve_all(&mut self, parts: &[ExpressionId], depth: u32) -> Vec<StringValue> {
        parts.iter().map(|&part| self.resolve(part, depth + 1)).collect()
    }

    /// The value of a function with its parameters replaced by arguments.
    fn resolve_call(
        &mut self,
        key: Key<'t>,
        scope: ScopeId,
        arguments: &[ExpressionId],
        at: ExpressionId,
        place: Span,
        depth: u32,
    ) -> StringValue {
        let Some(function) = self.bindings.find(scope, key) else {
            return self.resolve_name(key, scope, at, place, depth);
        };
        let parameters = &self.bindings.variable(function).parameters;
        if parameters.is_empty() || self.given.len() > MOST_GIVEN || self.copied > self.may_copy {
            return self.resolve_name(key, scope, at, place, depth);
        }
        let before = self.given.len();
        let values = self.resolve_all(arguments, depth);
        self.given.extend(parameters.iter().copied().zip(values));
        let value = self.resolve_name(key, scope, at, place, depth);
        self.given.truncate(before);
        value
    }

    fn resolve_name(&mut self, key: Key<'t>, scope: ScopeId, at: ExpressionId, place: Span, depth: u32) -> StringValue {
        let hole = StringValue::Hole(place);
        let Some(variable) = self.bindings.find(scope, key) else { return self.resolve_outer(key, scope, place) };
        if let Some((_, value)) = self.given.iter().rev().find(|(parameter, _)| *parameter == variable) {
            let value = if has_content(value) { value.clone() } else { hole };
            self.copied += Size::of(&value).nodes;
            return value;
        }
        let (value, trace) = if let Some(running) = self.running.iter_mut().find(|it| it.variable == variable) {
            running.used_itself = true;
            let value = running.value();
            if matches!(&value, StringValue::Join(parts) if parts.is_empty()) {
                return hole;
            }
            (value, Trace::default())
        } else {
            if self.bindings.variable(variable).events.is_empty() {
                return hole;
            }
            let versions = self.versions_within(variable, depth + 1);
            let current = versions.partition_point(|version| version.from <= at.0).saturating_sub(1);
            let Some(version) = versions.get(current) else { return hole };
            let size = Size::of(&version.value);
            if size.nodes > LARGEST_VALUE || self.copied > self.may_copy {
                return hole;
            }
            (version.value.clone(), version.trace.clone())
        };
        let size = Size::of(&value);
        self.copied += size.nodes;
        if size.nodes > LARGEST_VALUE
            || size.depth > DEEPEST_VALUE
            || self.copied > self.may_copy
            || !has_content(&value)
        {
            return hole;
        }
        self.trace.extend(&trace);
        self.trace.variables.push(variable);
        value
    }

    /// A name that is declared nowhere in the file: a constant of another file, if that is known.
    fn resolve_outer(&mut self, key: Key<'t>, scope: ScopeId, place: Span) -> StringValue {
        let is_local = key
            .qualifier
            .is_some_and(|qualifier| !key.call && self.bindings.find(scope, Key::bare(qualifier)).is_some());
        if is_local {
            return StringValue::Hole(place);
        }
        let wanted = outer::name_of(key);
        let known = self.outer.iter().find(|constant| constant.name == wanted);
        if let Some(constant) = known {
            let mut piece = SqlText::default();
            piece.push_decoded(&constant.value, place);
            return StringValue::Piece(piece);
        }
        self.unknown.push((place, key));
        StringValue::Hole(place)
    }

    /// A tagged template: a plain constant where a value is expected is a parameter, not text.
    fn resolve_tagged(&mut self, parts: &[ExpressionId], depth: u32) -> StringValue {
        let mut done: Vec<StringValue> = Vec::with_capacity(parts.len());
        for &part in parts {
            let value = self.resolve(part, depth + 1);
            let before = match done.last() {
                Some(StringValue::Piece(text)) => text.as_str(),
                _ => "",
            };
            let is_text = matches!(self.expressions.get(part).expression, Expression::Literal(_));
            let is_value = !is_text && is_single_word(&value) && expects_value(before);
            done.push(if is_value { StringValue::Hole(self.expressions.get(part).span) } else { value });
        }
        StringValue::Join(done)
    }

    fn resolve_separated(
        &mut self,
        list: ExpressionId,
        separator: ExpressionId,
        place: Span,
        depth: u32,
    ) -> StringValue {
        let separator = self.resolve(separator, depth + 1);
        let expressions = self.expressions;
        let items = match &expressions.get(list).expression {
            Expression::List(items) => self.resolve_all(items, depth),
            Expression::Name { key, scope } | Expression::Appends { key, scope } => {
                let Some(variable) = self.bindings.find(*scope, *key) else { return StringValue::Hole(place) };
                let is_running = self.running.iter().any(|running| running.variable == variable);
                if is_running || !self.is_list(variable) || self.copied > self.may_copy {
                    return StringValue::Hole(place);
                }
                self.joined[variable.0 as usize] = true;
                let versions = self.run(variable, Some(separator.clone()), depth + 1);
                let current = versions.partition_point(|version| version.from <= list.0).saturating_sub(1);
                let Some(version) = versions.into_iter().nth(current) else { return StringValue::Hole(place) };
                self.copied += Size::of(&version.value).nodes;
                self.trace.extend(&version.trace);
                match version.value {
                    StringValue::Join(items) => items,
                    item => vec![item],
                }
            }
            _ => return StringValue::Hole(place),
        };
        StringValue::Join(separated(items, &separator))
    }

    /// Whether a variable holds a list.
    pub fn is_list(&self, variable: VariableId) -> bool {
        let mut values = self.bindings.variable(variable).events.iter().filter_map(|event| event.value);
        values.any(|value| matches!(self.expressions.get(value).expression, Expression::List(_)))
    }
}

/// Whether a value is more than holes. Known to be empty is something too.
fn has_content(value: &StringValue) -> bool {
    match value {
        StringValue::Piece(_) => true,
        StringValue::Hole(_) => false,
        StringValue::Join(parts) => parts.is_empty() || parts.iter().any(has_content),
        StringValue::Choice(parts) => parts.iter().any(has_content),
    }
}

fn is_single_word(value: &StringValue) -> bool {
    matches!(value, StringValue::Piece(text) if !text.as_str().contains(|letter: char| !letter.is_alphanumeric() && letter != '_'))
}

/// Whether text before a parameter of a tagged template asks for a value: after a comparison or in a `VALUES` list.
fn expects_value(before: &str) -> bool {
    let before = before.trim_end();
    let word = before.rsplit(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or("");
    let is_word = ["like", "ilike", "limit", "offset", "between", "then", "else", "values"]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known));
    is_word || before.ends_with(['=', '<', '>', '+', '|']) || {
        let tail: String = before.chars().rev().take(200).collect::<Vec<_>>().into_iter().rev().collect();
        before.ends_with(['(', ',']) && tail.to_ascii_lowercase().contains("values")
    }
}
