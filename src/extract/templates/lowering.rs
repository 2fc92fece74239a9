//! What is known while a template is read from its beginning to its end: the values so far and the names in scope.

use std::collections::HashMap;

use super::expression::literal_length;
use crate::model::code::{Code, ExpressionId, ExpressionKind, INCLUDE, Language, Use, UseForm, VariableId};
use crate::model::span::Span;
use crate::model::statement::Access;

/// Longest expression that is read, in bytes.
const LONGEST: usize = 8_192;

/// Longest expression of a text in which many are not closed: such a text is no template.
const LONGEST_OF_MANY: usize = 128;

/// Expressions that are not closed before a text is no template.
const MOST_UNCLOSED: u32 = 500;

/// Something that ends with the scope it is in.
enum Opened<'t> {
    Name(&'t str),
    Receiver,
}

/// A template being lowered.
pub(super) struct Lowering<'t> {
    /// The whole text.
    pub(super) text: &'t str,
    code: Code,
    names: HashMap<&'t str, Vec<VariableId>>,
    /// What names without anything before them are parts of, the innermost last; `None` where they are names again.
    receivers: Vec<Option<ExpressionId>>,
    opened: Vec<Opened<'t>>,
    comments: Vec<Span>,
    /// Brackets that nothing closed.
    unclosed: u32,
}

/// How much was in scope when a scope was entered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mark(usize);

impl<'t> Lowering<'t> {
    /// Nothing of `text` yet.
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            code: Code { language: Language::Template, ..Code::default() },
            names: HashMap::new(),
            receivers: Vec::new(),
            opened: Vec::new(),
            comments: Vec::new(),
            unclosed: 0,
        }
    }

    /// The code, and where the comments are.
    pub(super) fn finish(mut self) -> (Code, Vec<Span>) {
        self.code.uses.sort_by_key(|found| (found.span.start, found.span.end));
        self.code.uses.dedup_by_key(|found| found.span);
        (self.code, self.comments)
    }

    /// Where the bracket is closed whose inside starts at `from`, literals and inner brackets left out.
    pub(super) fn closing(&mut self, from: usize, end: usize, open: u8, close: u8) -> Option<usize> {
        let longest = if self.unclosed > MOST_UNCLOSED { LONGEST_OF_MANY } else { LONGEST };
        let bytes = self.text.as_bytes();
        let end = end.min(from + longest);
        let (mut at, mut depth) = (from, 0_u32);
        // A quote that nothing closes is an apostrophe; there is no use in looking for its other half again.
        let mut apostrophes = [false; 2];
        while at < end {
            match bytes[at] {
                quote @ (b'\'' | b'"') => {
                    let apostrophe = &mut apostrophes[usize::from(quote == b'"')];
                    if !*apostrophe {
                        match literal_length(&bytes[at + 1..end], quote) {
                            Some(length) => at += length + 1,
                            None => *apostrophe = true,
                        }
                    }
                }
                byte if byte == close => {
                    if depth == 0 {
                        return Some(at);
                    }
                    depth -= 1;
                }
                byte if byte == open => depth += 1,
                _ => {}
            }
            at += 1;
        }
        self.unclosed += 1;
        None
    }

    /// Takes note of a comment.
    pub(super) fn comment(&mut self, span: Span) {
        self.comments.push(span);
    }

    /// Enters a scope, to be left with what is returned.
    pub(super) fn enter(&self) -> Mark {
        Mark(self.opened.len())
    }

    /// Leaves a scope.
    pub(super) fn leave(&mut self, mark: Mark) {
        while self.opened.len() > mark.0 {
            match self.opened.pop() {
                Some(Opened::Name(name)) => drop(self.names.get_mut(name).and_then(Vec::pop)),
                Some(Opened::Receiver) => drop(self.receivers.pop()),
                None => return,
            }
        }
    }

    /// A name that holds a value from here to the end of the scope.
    pub(super) fn bind(&mut self, name: Span, value: ExpressionId) {
        let spelled = name.of(self.text);
        if spelled.is_empty() {
            return;
        }
        let id = self.code.add_variable(spelled, name, None);
        self.code.variable_mut(id).values.push(value);
        self.names.entry(spelled).or_default().push(id);
        self.opened.push(Opened::Name(spelled));
    }

    /// What names are parts of, from here to the end of the scope.
    pub(super) fn receive(&mut self, of: Option<ExpressionId>) {
        self.receivers.push(of);
        self.opened.push(Opened::Receiver);
    }

    /// What names are parts of, `outer` scopes further out.
    pub(super) fn receiver(&self, outer: usize) -> Option<ExpressionId> {
        let at = self.receivers.len().checked_sub(outer + 1)?;
        self.receivers[at]
    }

    /// A new expression.
    pub(super) fn expression(&mut self, kind: ExpressionKind, span: Span) -> ExpressionId {
        self.code.add_expression(kind, span)
    }

    /// Whether the template itself gives the name a value.
    pub(super) fn is_bound(&self, name: &str) -> bool {
        self.names.get(name).is_some_and(|bound| !bound.is_empty())
    }

    /// What a name stands for: a variable, else what the template is given.
    pub(super) fn name(&mut self, span: Span) -> ExpressionId {
        let name = span.of(self.text);
        let bound = self.names.get(name).and_then(|bound| bound.last()).copied();
        let kind = match bound {
            Some(variable) => ExpressionKind::Variable(variable),
            None => ExpressionKind::Name { name: name.to_owned(), class: None },
        };
        self.expression(kind, span)
    }

    /// A part of a value that is named at `name`; with a call's parentheses behind it, an accessor.
    pub(super) fn part(&mut self, object: ExpressionId, name: Span, is_called: bool) -> ExpressionId {
        let spelled = name.of(self.text);
        self.code.uses.push(Use {
            span: name,
            name: spelled.to_owned(),
            receiver: object,
            access: if is_called && spelled.starts_with("set") { Access::Write } else { Access::Read },
            form: if is_called { UseForm::Accessor } else { UseForm::Property },
        });
        let span = self.code.expression(object).span.join(name);
        self.expression(ExpressionKind::Member { object, name: spelled.to_owned() }, span)
    }

    /// Another template that stands here, and what its names are parts of.
    pub(super) fn include(&mut self, name: Span, given: Option<ExpressionId>) {
        let callee = self.expression(ExpressionKind::Name { name: INCLUDE.to_owned(), class: None }, name);
        let called = name.of(self.text).trim_matches(['"', '\'']).to_owned();
        let called = self.expression(ExpressionKind::Text(called), name);
        let given = given.unwrap_or_else(|| self.expression(ExpressionKind::Opaque, name));
        let arguments = vec![called, given];
        self.expression(ExpressionKind::Call { callee, arguments, types: Vec::new() }, name);
    }

    /// One of several values; something unknown when there is none.
    pub(super) fn any_of(&mut self, options: Vec<ExpressionId>, span: Span) -> ExpressionId {
        match options.as_slice() {
            [] => self.expression(ExpressionKind::Opaque, span),
            [only] => *only,
            _ => self.expression(ExpressionKind::Choice(options), span),
        }
    }

    /// One of what a value holds.
    pub(super) fn element(&mut self, of: ExpressionId) -> ExpressionId {
        let span = self.code.expression(of).span;
        self.expression(ExpressionKind::Element(of), span)
    }
}
