//! Patterns: what takes a value apart, as the target of a declaration, a parameter or an assignment.

use tree_sitter::Node;

use super::Lowering;
use super::scope::Binding;
use crate::extract::host::depth::Recursion;
use crate::extract::host::span_of;
use crate::extract::typescript::builder::code::children;
use crate::model::code::{ExpressionId, ExpressionKind, UseForm, VariableId};
use crate::model::statement::Access;

/// What the names of a pattern are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binds {
    /// New names of the innermost scope.
    Declares,
    /// New names of the innermost function.
    DeclaresVar,
    /// Names or places that there are.
    Assigns,
}

impl<'t> Lowering<'t> {
    /// Gives the names of a pattern their parts of `source`.
    pub(super) fn bind(&mut self, pattern: Node<'t>, source: ExpressionId, binds: Binds) {
        self.deeper(|own| own.read_pattern(pattern, source, binds));
    }

    fn read_pattern(&mut self, pattern: Node<'t>, source: ExpressionId, binds: Binds) {
        match pattern.kind() {
            "identifier" | "shorthand_property_identifier_pattern" => {
                if let Some(variable) = self.variable_for(pattern, binds) {
                    self.hold(variable, source);
                }
            }
            "object_pattern" => {
                for part in children(pattern) {
                    self.property(part, source, binds);
                }
            }
            "array_pattern" => self.items(pattern, source, binds),
            "rest_pattern" | "parenthesized_expression" | "non_null_expression" | "as_expression" => {
                if let Some(inner) = children(pattern).first() {
                    self.bind(*inner, source, binds);
                }
            }
            "assignment_pattern" => self.with_default(pattern, source, binds),
            "member_expression" | "subscript_expression" if binds == Binds::Assigns => {
                let place = self.place(pattern, Access::Write);
                self.put(place, source);
            }
            _ => {
                self.expression(pattern);
            }
        }
    }

    /// `left = right` of a pattern, where `left` is what takes `source`.
    fn with_default(&mut self, node: Node<'t>, source: ExpressionId, binds: Binds) {
        let parts = (node.child_by_field_name("left"), node.child_by_field_name("right"));
        let (Some(left), Some(right)) = parts else { return };
        let default = self.expression(right);
        let either = self.choice(vec![source, default], span_of(node));
        self.bind(left, either, binds);
    }

    /// One member of an object pattern.
    fn property(&mut self, part: Node<'t>, source: ExpressionId, binds: Binds) {
        match part.kind() {
            "shorthand_property_identifier_pattern" => {
                let member = self.taken(part, source);
                self.bind(part, member, binds);
            }
            "object_assignment_pattern" => {
                let Some(left) = part.child_by_field_name("left") else { return };
                let taken = if left.kind() == "shorthand_property_identifier_pattern" {
                    self.taken(left, source)
                } else {
                    source
                };
                self.with_default(part, taken, binds);
            }
            "pair_pattern" => {
                let parts = (part.child_by_field_name("key"), part.child_by_field_name("value"));
                let (Some(key), Some(value)) = parts else { return };
                let member = self.taken(key, source);
                self.bind(value, member, binds);
            }
            "rest_pattern" => self.bind(part, source, binds),
            _ => {}
        }
    }

    /// The part of `source` that a key takes.
    fn taken(&mut self, key: Node<'t>, source: ExpressionId) -> ExpressionId {
        let Some((name, span)) = self.key(key) else {
            for inner in children(key) {
                self.expression(inner);
            }
            return self.add(ExpressionKind::Element(source), span_of(key));
        };
        self.record(name, span, source, Access::Read, UseForm::Pattern);
        self.add(ExpressionKind::Member { object: source, name: name.to_owned() }, span)
    }

    fn items(&mut self, pattern: Node<'t>, source: ExpressionId, binds: Binds) {
        let mut position = 0;
        let mut cursor = pattern.walk();
        for item in pattern.children(&mut cursor) {
            match item.kind() {
                "," => position += 1,
                "[" | "]" | "comment" => {}
                "rest_pattern" => self.bind(item, source, binds),
                _ => {
                    let value = self.item(source, position, item);
                    self.bind(item, value, binds);
                }
            }
        }
    }

    /// The item at a position: that of a list that is written out, also as `await Promise.all([…])`; otherwise any.
    fn item(&mut self, source: ExpressionId, position: usize, at: Node<'t>) -> ExpressionId {
        let written = |list: &ExpressionKind| match list {
            ExpressionKind::List(items) => items.get(position).copied(),
            _ => None,
        };
        let is_one = |own: &Self, item: ExpressionId| !matches!(own.kind(item), ExpressionKind::Element(_));
        if let Some(item) = written(self.kind(source)).filter(|item| is_one(self, *item)) {
            return item;
        }
        if let ExpressionKind::Await(all) = *self.kind(source)
            && let ExpressionKind::Call { callee, arguments, .. } = self.kind(all)
            && let ExpressionKind::Member { object, name } = self.kind(*callee)
            && name == "all"
            && matches!(self.kind(*object), ExpressionKind::Name { name, .. } if name == "Promise")
            && let Some(item) = arguments.first().and_then(|list| written(self.kind(*list)))
            && is_one(self, item)
        {
            return self.add(ExpressionKind::Await(item), span_of(at));
        }
        self.add(ExpressionKind::Element(source), span_of(at))
    }

    /// The variable that a name declares or stands for.
    pub(super) fn variable_for(&mut self, node: Node<'t>, binds: Binds) -> Option<VariableId> {
        let name = self.text_of(node);
        let known = match binds {
            Binds::Declares => self.scopes.find_here(name),
            Binds::DeclaresVar | Binds::Assigns => self.scopes.find(name),
        };
        match (known, binds) {
            (Some(Binding::Variable(id)), _) => Some(id),
            (_, Binds::Assigns) => None,
            (Some(_), Binds::Declares) => None,
            (None, Binds::Declares) => Some(self.declare(name, span_of(node))),
            (_, Binds::DeclaresVar) => {
                let id = self.add_variable(name, span_of(node));
                self.scopes.bind_in_function(name, Binding::Variable(id));
                Some(id)
            }
        }
    }
}
