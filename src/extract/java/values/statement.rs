//! Statements: what they declare, assign and return.

use tree_sitter::Node;

use super::class::{CONSTRUCTOR, kind_of};
use super::{Lowering, parts};
use crate::extract::host::depth::Recursion;
use crate::extract::host::span_of;
use crate::model::code::{ExpressionId, ExpressionKind, FlowTarget, TypeExpression};

impl<'t> Lowering<'t> {
    /// A statement; what is nested too deeply is not read.
    pub(super) fn statement(&mut self, node: Node<'t>) {
        self.deeper(|lowering| lowering.statement_here(node));
    }

    fn statement_here(&mut self, node: Node<'t>) {
        match node.kind() {
            "block"
            | "constructor_body"
            | "for_statement"
            | "while_statement"
            | "do_statement"
            | "static_initializer"
            | "switch_block_statement_group" => {
                let mark = self.names.enter();
                self.statements(node);
                self.names.leave(mark);
            }
            "local_variable_declaration" | "field_declaration" => self.local_variables(node),
            "enhanced_for_statement" => self.for_each(node),
            "if_statement" => self.branches(node),
            "return_statement" => {
                let value = parts(node).first().and_then(|value| self.value(*value));
                let function = self.functions.last().copied().flatten();
                if let (Some(value), Some(function)) = (value, function) {
                    self.returned(value, function);
                }
            }
            "yield_statement" => {
                let value = parts(node).first().and_then(|value| self.value(*value));
                if let (Some(value), Some(yields)) = (value, self.yields.last_mut()) {
                    yields.push(value);
                }
            }
            "switch_expression" => {
                self.alternatives(node);
            }
            "try_with_resources_statement" => {
                // The resources are known in its block only, but no other name is meant there.
                let mark = self.names.enter();
                self.statements(node);
                self.names.leave(mark);
            }
            "resource" => self.resource(node),
            "catch_clause" => {
                let mark = self.names.enter();
                self.statements(node);
                self.names.leave(mark);
            }
            "catch_formal_parameter" => self.caught(node),
            "explicit_constructor_invocation" => self.constructor_call(node),
            "method_declaration" | "constructor_declaration" => {
                let name = node.child_by_field_name("name").map_or("", |name| self.text_of(name));
                let function = self.add_function(name, span_of(node), None);
                self.method(node, None, function);
            }
            "identifier" | "comment" | "modifiers" | "marker_annotation" | "annotation" | "break_statement"
            | "continue_statement" => {}
            _ if kind_of(node).is_some() => self.local_class(node),
            kind if is_expression(kind) => {
                self.expression(node);
            }
            _ => self.statements(node),
        }
    }

    /// What stands in a node, one after the other.
    fn statements(&mut self, node: Node<'t>) {
        for part in parts(node) {
            if part.kind() == "identifier" && node.kind() != "labeled_statement" {
                self.expression(part);
            } else {
                self.statement(part);
            }
        }
    }

    fn local_variables(&mut self, node: Node<'t>) {
        let class = node.child_by_field_name("type");
        let mut cursor = node.walk();
        let declarators: Vec<_> = node.children_by_field_name("declarator", &mut cursor).collect();
        for declarator in declarators {
            let Some(name) = declarator.child_by_field_name("name") else { continue };
            let declared = self.declared_type(class, declarator.child_by_field_name("dimensions"));
            // Its own value is read before it is in scope; only a lambda could name it there, and must not.
            let value = declarator.child_by_field_name("value").and_then(|value| self.value(value));
            let id = self.declare(name, declared);
            let Some(value) = value else { continue };
            self.assign_variable(id, value);
            if let Some(declared) = declared {
                self.flow(value, FlowTarget::Declared(declared));
            }
        }
    }

    fn for_each(&mut self, node: Node<'t>) {
        let mark = self.names.enter();
        let values = node.child_by_field_name("value").map(|values| self.expression(values));
        let declared = self.declared_type(node.child_by_field_name("type"), node.child_by_field_name("dimensions"));
        if let Some(name) = node.child_by_field_name("name") {
            let id = self.declare(name, declared);
            if let Some(values) = values {
                let span = self.code.expression(values).span;
                let element = self.add(ExpressionKind::Element(values), span);
                self.assign_variable(id, element);
            }
        }
        if let Some(body) = node.child_by_field_name("body") {
            self.statement(body);
        }
        self.names.leave(mark);
    }

    /// `if … else if … else …`: long ones are no nesting. What a pattern binds is known to the end of the block around:
    /// `if (!(o instanceof User u)) return;` needs it.
    fn branches(&mut self, node: Node<'t>) {
        let mut next = Some(node);
        while let Some(node) = next.take() {
            if node.kind() != "if_statement" {
                self.statement(node);
                break;
            }
            if let Some(condition) = node.child_by_field_name("condition") {
                self.expression(condition);
            }
            if let Some(consequence) = node.child_by_field_name("consequence") {
                self.statement(consequence);
            }
            next = node.child_by_field_name("alternative");
        }
    }

    fn resource(&mut self, node: Node<'t>) {
        let Some(name) = node.child_by_field_name("name") else { return self.statements(node) };
        let declared = self.declared_type(node.child_by_field_name("type"), None);
        let value = node.child_by_field_name("value").and_then(|value| self.value(value));
        let id = self.declare(name, declared);
        if let Some(value) = value {
            self.assign_variable(id, value);
        }
    }

    fn caught(&mut self, node: Node<'t>) {
        let Some(name) = node.child_by_field_name("name") else { return };
        let list = parts(node).into_iter().find(|part| part.kind() == "catch_type");
        let types = list.map(|list| self.types_in(list)).unwrap_or_default();
        let declared = match types.as_slice() {
            [] => None,
            [only] => Some(*only),
            _ => Some(self.add_type(TypeExpression::Union(types))),
        };
        self.declare(name, declared);
    }

    /// `this(…)` and `super(…)`.
    fn constructor_call(&mut self, node: Node<'t>) {
        let Some(class) = self.class() else { return };
        if let Some(object) = node.child_by_field_name("object") {
            self.expression(object);
        }
        let (Some(word), Some(list)) = (node.child_by_field_name("constructor"), node.child_by_field_name("arguments"))
        else {
            return;
        };
        let object = self.add_at(ExpressionKind::This(class), word);
        let callee = self.add_at(ExpressionKind::Member { object, name: CONSTRUCTOR.to_owned() }, word);
        let arguments = self.arguments(list);
        let kind = ExpressionKind::Call { callee, arguments: arguments.clone(), types: Vec::new() };
        let call = self.add_at(kind, node);
        self.flow_arguments(call, &arguments);
    }

    /// `switch`, as an expression or a statement: all that it may give.
    pub(super) fn alternatives(&mut self, node: Node<'t>) -> Vec<ExpressionId> {
        let mark = self.names.enter();
        self.yields.push(Vec::new());
        let condition = node.child_by_field_name("condition").map(|condition| self.expression(condition));
        for rule in node.child_by_field_name("body").map(parts).unwrap_or_default() {
            let mark = self.names.enter();
            for part in parts(rule) {
                match part.kind() {
                    "switch_label" => self.label(part, condition),
                    "expression_statement" if rule.kind() == "switch_rule" => {
                        let value = parts(part).first().and_then(|value| self.value(*value));
                        if let (Some(value), Some(yields)) = (value, self.yields.last_mut()) {
                            yields.push(value);
                        }
                    }
                    _ => self.statement(part),
                }
            }
            // A variable of one group is known in the groups behind it.
            if rule.kind() == "switch_rule" {
                self.names.leave(mark);
            }
        }
        self.names.leave(mark);
        self.yields.pop().unwrap_or_default()
    }

    fn label(&mut self, node: Node<'t>, condition: Option<ExpressionId>) {
        for part in parts(node) {
            match part.kind() {
                "pattern" => self.pattern(part, condition),
                "guard" => {
                    for condition in parts(part) {
                        self.expression(condition);
                    }
                }
                // A constant of whatever enum the condition is.
                "identifier" => {}
                _ => {
                    self.expression(part);
                }
            }
        }
    }

    /// The value of an expression that may be `null`, which is none.
    pub(super) fn value(&mut self, node: Node<'t>) -> Option<ExpressionId> {
        let mut inner = node;
        while let ("parenthesized_expression", Some(only)) = (inner.kind(), parts(inner).first()) {
            inner = *only;
        }
        (inner.kind() != "null_literal").then(|| self.expression(inner))
    }

    /// The span of a node that stands for a value.
    pub(super) fn opaque(&mut self, node: Node<'t>) -> ExpressionId {
        self.add(ExpressionKind::Opaque, span_of(node))
    }
}

/// Whether a node of this kind is an expression.
fn is_expression(kind: &str) -> bool {
    matches!(
        kind,
        "method_invocation"
            | "field_access"
            | "array_access"
            | "array_initializer"
            | "this"
            | "string_literal"
            | "class_literal"
            | "method_reference"
    ) || (kind.ends_with("_expression") && kind != "switch_expression")
}
