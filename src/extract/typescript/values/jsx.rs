//! JSX: an element of a component is a call of the component with the object of its attributes.

use tree_sitter::Node;

use super::Lowering;
use super::object::Members;
use crate::extract::host::span_of;
use crate::extract::typescript::builder::code::children;
use crate::model::code::{ExpressionId, ExpressionKind, FlowTarget};

impl<'t> Lowering<'t> {
    /// An element with all that is inside it.
    pub(super) fn element(&mut self, node: Node<'t>) -> ExpressionId {
        let opening = node.child_by_field_name("open_tag").unwrap_or(node);
        let mut members = Members::default();
        for attribute in children(opening) {
            match attribute.kind() {
                "jsx_attribute" => self.attribute(attribute, &mut members),
                "jsx_expression" => {
                    for inner in children(attribute) {
                        if inner.kind() == "spread_element" {
                            let value = children(inner).first().map(|value| self.expression(*value));
                            members.spreads.extend(value);
                        }
                    }
                }
                _ => {}
            }
        }
        let component = opening.child_by_field_name("name").filter(|name| self.is_component(*name));
        let call = component.map(|name| {
            let callee = self.expression(name);
            let properties = self.object_of(members, span_of(opening));
            let arguments = vec![properties];
            let id = self.add(ExpressionKind::Call { callee, arguments, types: Vec::new() }, span_of(node));
            self.flow(properties, FlowTarget::Argument(id, 0));
            id
        });
        if opening != node {
            for child in children(node) {
                match child.kind() {
                    "jsx_expression" => children(child).into_iter().for_each(|inner| self.statement(inner)),
                    "jsx_element" | "jsx_self_closing_element" => self.statement(child),
                    _ => {}
                }
            }
        }
        call.unwrap_or_else(|| self.opaque(node))
    }

    fn is_component(&self, name: Node<'t>) -> bool {
        name.kind() == "member_expression"
            || name.kind() == "identifier" && self.text_of(name).starts_with(char::is_uppercase)
    }

    fn attribute(&mut self, node: Node<'t>, members: &mut Members<'t>) {
        let parts = children(node);
        let Some((name, values)) = parts.split_first() else { return };
        let value = match values.first() {
            Some(value) if value.kind() == "jsx_expression" => match children(*value).first() {
                Some(inner) => self.expression(*inner),
                None => self.opaque(*value),
            },
            Some(value) => self.expression(*value),
            None => self.scalar(*name),
        };
        members.add(self.text_of(*name), span_of(*name), value);
    }
}
