//! Patterns: what `instanceof` and `case` bind.

use tree_sitter::Node;

use super::names::TypeName;
use super::{Lowering, parts};
use crate::extract::host::depth::Recursion;
use crate::extract::host::span_of;
use crate::model::code::{ClassKind, ExpressionId, ExpressionKind};

impl<'t> Lowering<'t> {
    /// `o instanceof User u`, `o instanceof Point(int x, var y)`.
    pub(super) fn instance_of(&mut self, node: Node<'t>) -> ExpressionId {
        let value = node.child_by_field_name("left").map(|left| self.expression(left));
        if let Some(pattern) = node.child_by_field_name("pattern") {
            self.pattern(pattern, value);
        }
        if let (Some(class), Some(name)) = (node.child_by_field_name("right"), node.child_by_field_name("name")) {
            self.bind(class, name, value);
        }
        self.add_at(ExpressionKind::Scalar, node)
    }

    /// What a pattern binds of a value.
    pub(super) fn pattern(&mut self, node: Node<'t>, value: Option<ExpressionId>) {
        self.deeper(|lowering| match node.kind() {
            "pattern" => {
                for part in parts(node) {
                    lowering.pattern(part, value);
                }
            }
            "type_pattern" | "record_pattern_component" => {
                if let [class, name] = parts(node)[..] {
                    lowering.bind(class, name, value);
                }
            }
            "record_pattern" => lowering.record_pattern(node),
            _ => {}
        });
    }

    fn bind(&mut self, class: Node<'t>, name: Node<'t>, value: Option<ExpressionId>) {
        let declared = self.declared_type(Some(class), None);
        let id = self.declare(name, declared);
        if let Some(value) = value {
            self.assign_variable(id, value);
        }
    }

    /// The parts of a record are known by their places; by their names when the record is of this file.
    fn record_pattern(&mut self, node: Node<'t>) {
        let [record, body] = parts(node)[..] else { return };
        let of = self.type_of(record);
        let bare = self.text_of(record);
        let bare = bare.split('<').next().unwrap_or(bare).trim();
        let components = parts(body);
        let names: Vec<String> = match self.names.type_name(bare) {
            Some(TypeName::Class(class)) if self.code.classes[class.0 as usize].kind == ClassKind::Record => {
                let members = self.code.classes[class.0 as usize].members.iter();
                let fields = members.filter(|member| !member.is_static).take(components.len());
                fields.map(|member| member.name.clone()).collect()
            }
            _ => Vec::new(),
        };
        for (at, component) in components.into_iter().enumerate() {
            let value = names.get(at).map(|name| {
                let object = self.add(ExpressionKind::Typed(of), span_of(record));
                self.add_at(ExpressionKind::Member { object, name: name.clone() }, component)
            });
            self.pattern(component, value);
        }
    }
}
