//! Object literals.

use tree_sitter::Node;

use super::{Lowering, This};
use crate::extract::host::span_of;
use crate::extract::typescript::builder::code::{children, unwrap};
use crate::model::code::{ExpressionId, ExpressionKind, FlowTarget, ObjectProperty, UseForm};
use crate::model::span::Span;
use crate::model::statement::Access;

/// The members of an object literal that is being read.
#[derive(Default)]
pub(super) struct Members<'t> {
    pub(super) properties: Vec<ObjectProperty>,
    pub(super) spreads: Vec<ExpressionId>,
    /// The keys and where they stand.
    pub(super) keys: Vec<(&'t str, Span)>,
}

impl<'t> Members<'t> {
    pub(super) fn add(&mut self, name: &'t str, span: Span, value: ExpressionId) {
        self.properties.push(ObjectProperty { name: name.to_owned(), value });
        self.keys.push((name, span));
    }
}

impl<'t> Lowering<'t> {
    /// `{ … }`.
    pub(super) fn object(&mut self, node: Node<'t>) -> ExpressionId {
        let literal = self.literals.len();
        self.literals.push(None);
        // A method of a literal that is given to a call may become one of something else.
        let this = if self.in_argument { This::Unknown } else { This::Literal(literal) };
        let mut members = Members::default();
        for member in children(node) {
            self.object_member(member, this, &mut members);
        }
        let id = self.object_of(members, span_of(node));
        if let Some(variable) = self.literals.pop().flatten() {
            self.variable_mut(variable).values.push(id);
        }
        id
    }

    /// Adds an object of these members, with its uses and flows.
    pub(super) fn object_of(&mut self, members: Members<'t>, span: Span) -> ExpressionId {
        let Members { properties, spreads, keys } = members;
        let values: Vec<ExpressionId> = properties.iter().map(|property| property.value).collect();
        let id = self.add(ExpressionKind::Object { properties, spreads: spreads.clone() }, span);
        for ((name, span), value) in keys.into_iter().zip(values) {
            self.record(name, span, id, Access::Write, UseForm::Key);
            self.flow(value, FlowTarget::Property(id, name.to_owned()));
        }
        for spread in spreads {
            self.flow(spread, FlowTarget::Spread(id));
        }
        id
    }

    fn object_member(&mut self, member: Node<'t>, this: This, members: &mut Members<'t>) {
        match member.kind() {
            "pair" => {
                let parts = (member.child_by_field_name("key"), member.child_by_field_name("value"));
                let (Some(key), Some(value)) = parts else { return };
                let known = self.key(key);
                if known.is_none() {
                    self.statement(key);
                }
                let name = known.map_or("", |(name, _)| name);
                let inner = unwrap(value);
                let value = if matches!(inner.kind(), "function_expression" | "generator_function") {
                    let id = self.function(inner, name, None, Some(this));
                    self.add(ExpressionKind::Function(id), span_of(inner))
                } else {
                    self.named_expression(value, name)
                };
                if let Some((name, span)) = known {
                    members.add(name, span, value);
                }
            }
            "shorthand_property_identifier" => {
                let value = self.name(member);
                members.add(self.text_of(member), span_of(member), value);
            }
            "spread_element" => {
                if let Some(inner) = children(member).first() {
                    let value = self.expression(*inner);
                    members.spreads.push(value);
                }
            }
            "method_definition" => {
                let Some(key) = member.child_by_field_name("name") else { return };
                let known = self.key(key);
                if known.is_none() {
                    self.statement(key);
                }
                let name = known.map_or("", |(name, _)| name);
                let function = self.function(member, name, None, Some(this));
                let mut value = self.add(ExpressionKind::Function(function), span_of(member));
                let (is_getter, is_setter) = accessor(member);
                if is_getter {
                    let call = ExpressionKind::Call { callee: value, arguments: Vec::new(), types: Vec::new() };
                    value = self.add(call, span_of(member));
                }
                if let Some((name, span)) = known.filter(|_| !is_setter) {
                    members.add(name, span, value);
                }
            }
            _ => self.statement(member),
        }
    }
}

/// Whether a method is a getter, and whether it is a setter.
pub(super) fn accessor(method: Node<'_>) -> (bool, bool) {
    let mut cursor = method.walk();
    let name = method.child_by_field_name("name").map_or(usize::MAX, |name| name.start_byte());
    let mut found = (false, false);
    for part in method.children(&mut cursor).take_while(|part| part.start_byte() < name) {
        match part.kind() {
            "get" => found.0 = true,
            "set" => found.1 = true,
            _ => {}
        }
    }
    found
}
