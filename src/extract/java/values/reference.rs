//! Method references: `User::getName` is the function that it stands for.

use tree_sitter::Node;

use super::function::access_of;
use super::names::{Method, TypeName};
use super::{Lowering, starts_upper};
use crate::extract::host::span_of;
use crate::model::code::{ExpressionId, ExpressionKind, FunctionId, TypeExpression, TypeId, UseForm};
use crate::model::span::Span;
use crate::model::statement::Access;

/// A function of more parameters than this is not called with all of them.
const MOST_PARAMETERS: u32 = 16;

/// What stands before the two colons.
#[derive(Clone, Copy)]
enum Owner {
    /// A class: the method's object is the first parameter, or the method is static.
    Class(TypeId),
    /// A value.
    Value(ExpressionId),
}

impl<'t> Lowering<'t> {
    pub(super) fn method_reference(&mut self, node: Node<'t>) -> ExpressionId {
        let mut cursor = node.walk();
        let all: Vec<_> = node.children(&mut cursor).filter(|child| !child.is_extra()).collect();
        let (Some(owner), Some(name)) = (all.first().copied(), all.last().copied()) else { return self.opaque(node) };
        let written = self.text_of(owner);
        let own_method = |lowering: &Self| match lowering.names.type_name(written)? {
            TypeName::Class(class) => lowering.names.method_of(class, lowering.text_of(name)),
            TypeName::Parameter => None,
        };
        let is_class = self.is_class(owner);
        let owner = if is_class { Owner::Class(self.type_of(owner)) } else { Owner::Value(self.expression(owner)) };
        if name.kind() != "identifier" {
            return self.constructor_reference(node, owner);
        }
        let own = if is_class { own_method(self) } else { None };
        let accessed = access_of(self.text_of(name)).unwrap_or(Access::Read);
        let span = span_of(node);
        if let Some((receiver, function)) = self.function_of(owner, own, name, span) {
            self.add_use(name, receiver, accessed, UseForm::Accessor);
            return self.add(ExpressionKind::Function(function), span);
        }
        let function = self.add_function("", span, None);
        let (receiver, object, parameters) = match owner {
            Owner::Class(class) => {
                let receiver = self.add(ExpressionKind::Typed(class), span);
                let parameter = self.unwritten_parameter(span, Some(class), function);
                let object = self.add(ExpressionKind::Variable(parameter), span);
                (receiver, object, own.map_or(0, |method| method.parameters))
            }
            Owner::Value(object) => (object, object, 1),
        };
        self.add_use(name, receiver, accessed, UseForm::Accessor);
        let callee = self.add(ExpressionKind::Member { object, name: self.text_of(name).to_owned() }, span);
        let arguments: Vec<ExpressionId> = (0..parameters.min(MOST_PARAMETERS))
            .map(|_| {
                let parameter = self.unwritten_parameter(span, None, function);
                self.add(ExpressionKind::Variable(parameter), span)
            })
            .collect();
        let kind = ExpressionKind::Call { callee, arguments: arguments.clone(), types: Vec::new() };
        let call = self.add(kind, span);
        self.flow_arguments(call, &arguments);
        self.returned(call, function);
        self.add(ExpressionKind::Function(function), span)
    }

    /// The function of this file that a reference is to, and what it is a method of: `this::toDto`, `Users::trimmed`.
    fn function_of(
        &mut self,
        owner: Owner,
        own: Option<Method>,
        name: Node<'t>,
        span: Span,
    ) -> Option<(ExpressionId, FunctionId)> {
        match owner {
            Owner::Class(_) => {
                let method = own.filter(|method| method.is_static)?;
                Some((self.add(ExpressionKind::Class(method.class), span), method.function))
            }
            Owner::Value(object) => {
                let ExpressionKind::This(class) = self.code.expression(object).kind else { return None };
                Some((object, self.names.method_of(class, self.text_of(name))?.function))
            }
        }
    }

    /// `User::new`, `User[]::new`.
    fn constructor_reference(&mut self, node: Node<'t>, owner: Owner) -> ExpressionId {
        let Owner::Class(class) = owner else { return self.opaque(node) };
        let span = span_of(node);
        let function = self.add_function("", span, None);
        let parameter = self.unwritten_parameter(span, None, function);
        let made = if matches!(self.code.types[class.0 as usize], TypeExpression::List(_)) {
            self.add(ExpressionKind::Typed(class), span)
        } else {
            let argument = self.add(ExpressionKind::Variable(parameter), span);
            let made = self.add(ExpressionKind::New { class, arguments: vec![argument] }, span);
            self.flow_arguments(made, &[argument]);
            made
        };
        self.returned(made, function);
        self.add(ExpressionKind::Function(function), span)
    }

    /// Whether what stands before the two colons is a class. The syntax does not tell.
    fn is_class(&self, owner: Node<'t>) -> bool {
        match owner.kind() {
            "identifier" => self.is_class_name(self.text_of(owner)),
            "field_access" => {
                let mut head = owner;
                while let Some(object) = head.child_by_field_name("object").filter(|_| head.kind() == "field_access") {
                    head = object;
                }
                let last = owner.child_by_field_name("field").map_or("", |field| self.text_of(field));
                head.kind() == "identifier" && self.names.value(self.text_of(head)).is_none() && starts_upper(last)
            }
            kind => kind.ends_with("_type") || kind.ends_with("type_identifier"),
        }
    }
}
