//! Methods, constructors and lambdas.

use tree_sitter::Node;

use super::{Lowering, parts, starts_upper};
use crate::extract::host::span_of;
use crate::model::code::{
    ClassId, ExpressionId, ExpressionKind, FlowTarget, Function, FunctionId, TypeExpression, TypeId, VariableId,
};
use crate::model::span::Span;
use crate::model::statement::Access;

/// What a call of an accessor does with the part that it is named after, by its name alone: `getX`, `setX`.
pub(super) fn access_of(name: &str) -> Option<Access> {
    let after = |prefixes: &[&str]| {
        prefixes
            .iter()
            .any(|prefix| name.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && !starts_lower(rest)))
    };
    if after(&["get", "is", "has"]) {
        Some(Access::Read)
    } else if after(&["set", "with"]) {
        Some(Access::Write)
    } else {
        None
    }
}

fn starts_lower(text: &str) -> bool {
    text.starts_with(char::is_lowercase)
}

impl<'t> Lowering<'t> {
    /// A function without parameters and a body as yet.
    pub(super) fn add_function(&mut self, name: &str, span: Span, class: Option<ClassId>) -> FunctionId {
        self.code.add_function(name, span, class)
    }

    pub(super) fn function(&mut self, id: FunctionId) -> &mut Function {
        &mut self.code.functions[id.0 as usize]
    }

    /// A method, constructor or element of an annotation type.
    pub(super) fn method(&mut self, node: Node<'t>, class: Option<ClassId>, id: FunctionId) {
        let is_constructor = node.kind().ends_with("constructor_declaration");
        let name = node.child_by_field_name("name");
        let mark = self.names.enter();
        self.functions.push(Some(id));
        self.function(id).type_parameters = self.type_parameters(node.child_by_field_name("type_parameters"));
        self.function(id).is_static = self.has_modifier(node, "static");
        if !is_constructor {
            let dimensions = node.child_by_field_name("dimensions");
            self.function(id).returns = node
                .child_by_field_name("type")
                .map(|class| self.type_of(class))
                .map(|of| self.dimensions(of, dimensions));
        }
        match node.child_by_field_name("parameters") {
            Some(list) => self.formal_parameters(list, id),
            None if is_constructor => self.component_parameters(id, class),
            None => {}
        }
        self.method_annotations(node, id);
        if let (Some(class), Some(name), false) = (class, name, is_constructor) {
            let parameters = self.function(id).parameters.len();
            if let Some(access) = self.declared_access(class, self.text_of(name), parameters) {
                self.declares(class, name, access);
            }
        }
        if let Some(body) = node.child_by_field_name("body") {
            self.statement(body);
        }
        self.functions.pop();
        self.names.leave(mark);
    }

    /// What a method says of the part that it is named after: `getX()`, `setX(x)`, and `x()` or `x(x)` of a field `x`.
    fn declared_access(&self, class: ClassId, name: &'t str, parameters: usize) -> Option<Access> {
        access_of(name).or_else(|| {
            self.names.field_of(class, name)?;
            Some(if parameters == 0 { Access::Read } else { Access::Write })
        })
    }

    fn formal_parameters(&mut self, list: Node<'t>, function: FunctionId) {
        for node in parts(list) {
            if let Some((name, declared)) = self.formal(node) {
                self.parameter(name, declared, function);
            }
        }
    }

    fn parameter(&mut self, name: Node<'t>, declared: Option<TypeId>, function: FunctionId) -> VariableId {
        let id = self.declare(name, declared);
        self.add_parameter(id, function);
        id
    }

    fn add_parameter(&mut self, id: VariableId, function: FunctionId) {
        let parameters = &mut self.function(function).parameters;
        parameters.push(id);
        let index = parameters.len() as u32 - 1;
        self.variable(id).parameter = Some((function, index));
    }

    /// A parameter that is written nowhere.
    pub(super) fn unwritten_parameter(
        &mut self,
        span: Span,
        declared: Option<TypeId>,
        function: FunctionId,
    ) -> VariableId {
        let id = self.add_variable("", span, declared);
        self.add_parameter(id, function);
        id
    }

    /// A record's compact constructor has parameters like its components.
    fn component_parameters(&mut self, function: FunctionId, class: Option<ClassId>) {
        /// As many parameters as a method may have.
        const MOST: usize = 255;
        let Some(class) = class else { return };
        let members = &self.code.classes[class.0 as usize].members;
        let components: Vec<(Span, Option<TypeId>)> = members
            .iter()
            .filter(|member| !member.is_static && member.declared.is_some())
            .take(MOST)
            .map(|member| (member.span, member.declared))
            .collect();
        for (span, declared) in components {
            let name = span.of(self.text);
            let id = self.add_variable(name, span, declared);
            self.names.add_variable(name, id);
            self.add_parameter(id, function);
        }
    }

    /// The name and type of a parameter.
    pub(super) fn formal(&mut self, node: Node<'t>) -> Option<(Node<'t>, Option<TypeId>)> {
        match node.kind() {
            "formal_parameter" => {
                self.parameter_annotations(node);
                let dimensions = node.child_by_field_name("dimensions");
                let declared = self.declared_type(node.child_by_field_name("type"), dimensions);
                Some((node.child_by_field_name("name")?, declared))
            }
            "spread_parameter" => {
                let all = parts(node);
                let is_class = |part: &&Node<'_>| {
                    !matches!(part.kind(), "modifiers" | "marker_annotation" | "annotation" | "variable_declarator")
                };
                let class = all.iter().find(is_class).map(|class| self.type_of(*class));
                let class = class.unwrap_or_else(|| self.add_type(TypeExpression::Opaque));
                let list = self.add_type(TypeExpression::List(class));
                let declarator = all.iter().find(|part| part.kind() == "variable_declarator")?;
                Some((declarator.child_by_field_name("name")?, Some(list)))
            }
            _ => None,
        }
    }

    /// `user -> user.getName()`, `(a, b) -> { … }`.
    pub(super) fn lambda(&mut self, node: Node<'t>) -> ExpressionId {
        let mark = self.names.enter();
        let id = self.add_function("", span_of(node), None);
        self.functions.push(Some(id));
        if let Some(list) = node.child_by_field_name("parameters") {
            match list.kind() {
                "formal_parameters" => self.formal_parameters(list, id),
                "inferred_parameters" => {
                    for name in parts(list) {
                        self.parameter(name, None, id);
                    }
                }
                _ => {
                    self.parameter(list, None, id);
                }
            }
        }
        match node.child_by_field_name("body") {
            Some(body) if body.kind() == "block" => self.statement(body),
            Some(body) => {
                if let Some(value) = self.value(body) {
                    self.returned(value, id);
                }
            }
            None => {}
        }
        self.functions.pop();
        self.names.leave(mark);
        self.add_at(ExpressionKind::Function(id), node)
    }

    pub(super) fn returned(&mut self, value: ExpressionId, function: FunctionId) {
        self.function(function).returned.push(value);
        self.flow(value, FlowTarget::Returned(function));
    }

    /// Whether a name is that of a class and of nothing else that is known.
    pub(super) fn is_class_name(&self, name: &str) -> bool {
        self.names.value(name).is_none() && (self.names.type_name(name).is_some() || starts_upper(name))
    }
}
