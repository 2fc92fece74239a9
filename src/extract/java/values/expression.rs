//! Expressions.

use tree_sitter::Node;

use super::names::{TypeName, Value};
use super::{Lowering, parts, starts_upper};
use crate::extract::host::depth::Recursion;
use crate::extract::host::span_of;
use crate::model::code::{ClassId, ExpressionId, ExpressionKind, FlowTarget, TypeExpression, UseForm, VariableId};
use crate::model::span::Span;
use crate::model::statement::Access;

/// Longest text that is kept.
const LONGEST_TEXT: usize = 128;

/// What stands on the left of an assignment.
enum Place<'t> {
    Variable(VariableId),
    Field(ClassId, &'t str),
    Other,
}

impl<'t> Lowering<'t> {
    /// An expression; what is nested too deeply is opaque.
    pub(super) fn expression(&mut self, node: Node<'t>) -> ExpressionId {
        let found = self.deeper(|lowering| lowering.spine(node));
        found.unwrap_or_else(|| self.opaque(node))
    }

    /// What nests on its left is long in real code: `a.b().c().d()`, `a + b + c`. It is read from its head.
    fn spine(&mut self, node: Node<'t>) -> ExpressionId {
        let mut steps = Vec::new();
        let mut head = node;
        loop {
            let inner = match head.kind() {
                "method_invocation" | "field_access" => head.child_by_field_name("object"),
                "array_access" => head.child_by_field_name("array"),
                "binary_expression" => head.child_by_field_name("left"),
                _ => None,
            };
            let Some(inner) = inner else { break };
            steps.push(head);
            head = inner;
        }
        let mut value = match self.qualified_class(head, &mut steps) {
            Some(class) => class,
            None => self.single(head),
        };
        while let Some(step) = steps.pop() {
            value = match step.kind() {
                "method_invocation" => self.invocation(step, Some(value)),
                "field_access" => self.field_access(step, value, Access::Read),
                "array_access" => self.array_access(step, value),
                _ => self.binary(step),
            };
        }
        value
    }

    /// A class with its package, `com.x.Status`: takes the steps that are part of its name.
    fn qualified_class(&mut self, head: Node<'t>, steps: &mut Vec<Node<'t>>) -> Option<ExpressionId> {
        let is_free = head.kind() == "identifier" && self.names.value(self.text_of(head)).is_none();
        if !is_free || starts_upper(self.text_of(head)) {
            return None;
        }
        let mut lower = 1;
        for (taken, step) in steps.iter().rev().enumerate() {
            let field = step.child_by_field_name("field").filter(|_| step.kind() == "field_access")?;
            if !starts_upper(self.text_of(field)) {
                lower += 1;
            } else if lower > 1 {
                let node = *step;
                steps.truncate(steps.len() - taken - 1);
                let kind = ExpressionKind::Name { name: self.dotted(node), class: self.class() };
                return Some(self.add_at(kind, node));
            } else {
                return None;
            }
        }
        None
    }

    fn single(&mut self, node: Node<'t>) -> ExpressionId {
        match node.kind() {
            "identifier" => self.name(node, Access::Read),
            "this" | "super" => match self.class() {
                Some(class) => self.add_at(ExpressionKind::This(class), node),
                None => self.opaque(node),
            },
            "parenthesized_expression" => match parts(node).first() {
                Some(inner) => self.expression(*inner),
                None => self.opaque(node),
            },
            "method_invocation" => self.invocation(node, None),
            "string_literal" => self.text_literal(node),
            "assignment_expression" => self.assignment(node),
            "update_expression" => {
                if let Some(operand) = parts(node).first() {
                    self.place(*operand, Access::Both);
                }
                self.add_at(ExpressionKind::Scalar, node)
            }
            "unary_expression" => {
                self.parts_of(node);
                self.add_at(ExpressionKind::Scalar, node)
            }
            "instanceof_expression" => self.instance_of(node),
            "ternary_expression" => self.ternary(node),
            "switch_expression" => {
                let options = self.alternatives(node);
                self.choice(options, node)
            }
            "cast_expression" => self.cast(node),
            "lambda_expression" => self.lambda(node),
            "method_reference" => self.method_reference(node),
            "object_creation_expression" => self.creation(node),
            "array_creation_expression" => self.array_creation(node),
            "array_initializer" => {
                let items = parts(node).into_iter().map(|item| self.expression(item)).collect();
                self.list(items, node)
            }
            "class_literal" => match parts(node).first() {
                Some(class) => {
                    let class = self.type_of(*class);
                    self.add_at(ExpressionKind::Typed(class), node)
                }
                None => self.opaque(node),
            },
            kind if kind.ends_with("_literal") || matches!(kind, "true" | "false") => {
                self.add_at(ExpressionKind::Scalar, node)
            }
            _ => {
                self.parts_of(node);
                self.opaque(node)
            }
        }
    }

    fn parts_of(&mut self, node: Node<'t>) {
        for part in parts(node) {
            self.expression(part);
        }
    }

    /// A bare name.
    fn name(&mut self, node: Node<'t>, access: Access) -> ExpressionId {
        let name = self.text_of(node);
        match self.names.value(name) {
            Some(Value::Variable(id)) => self.add_at(ExpressionKind::Variable(id), node),
            Some(Value::Field(class)) => {
                let object = self.implied_this(class, span_of(node));
                self.add_use(node, object, access, UseForm::Property);
                self.add_at(ExpressionKind::Member { object, name: name.to_owned() }, node)
            }
            None => {
                if let Some(TypeName::Class(class)) = self.names.type_name(name) {
                    return self.add_at(ExpressionKind::Class(class), node);
                }
                if !starts_upper(name) && !self.imported_field(node, access) && !self.names.is_imported(name) {
                    self.inherited(node, access, UseForm::Property);
                }
                self.add_at(ExpressionKind::Name { name: name.to_owned(), class: self.class() }, node)
            }
        }
    }

    /// A bare name that may be a field of a class whose static members are imported, or one that is inherited.
    fn imported_field(&mut self, node: Node<'t>, access: Access) -> bool {
        /// Classes that are looked at.
        const MOST: usize = 16;
        let (name, span) = (self.text_of(node), span_of(node));
        let own = self.code.imports.iter().find(|import| self.names.is_imported(name) && import.local == name);
        let classes: Vec<String> = match own {
            Some(import) => vec![import.module.clone()],
            None => self.names.imported_classes().iter().take(MOST).cloned().collect(),
        };
        if classes.is_empty() {
            return false;
        }
        let place = Span { start: span.start, end: span.start };
        let has_parents = |class: &&ClassId| !self.code.classes[class.0 as usize].parents.is_empty();
        let inherits = self.classes.iter().rev().find(has_parents).copied().filter(|_| own.is_none());
        let mut options: Vec<ExpressionId> = inherits.map(|class| self.implied_this(class, span)).into_iter().collect();
        for name in classes {
            options.push(self.add(ExpressionKind::Name { name, class: None }, place));
        }
        let receiver = match options.as_slice() {
            [only] => *only,
            _ => self.add(ExpressionKind::Choice(options), place),
        };
        self.add_use(node, receiver, access, UseForm::Property);
        true
    }

    /// A bare name that may be a member that a class around inherits: the innermost that has parents.
    pub(super) fn inherited(&mut self, name: Node<'t>, access: Access, form: UseForm) {
        let has_parents = |class: &&ClassId| !self.code.classes[class.0 as usize].parents.is_empty();
        if let Some(class) = self.classes.iter().rev().find(has_parents).copied() {
            let this = self.implied_this(class, span_of(name));
            self.add_use(name, this, access, form);
        }
    }

    fn field_access(&mut self, node: Node<'t>, object: ExpressionId, access: Access) -> ExpressionId {
        let Some(field) = node.child_by_field_name("field") else { return object };
        if field.kind() == "this" {
            // `Outer.this`.
            return match self.code.expression(object).kind {
                ExpressionKind::Class(class) => self.add_at(ExpressionKind::This(class), node),
                _ => self.opaque(node),
            };
        }
        self.add_use(field, object, access, UseForm::Property);
        let name = self.text_of(field).to_owned();
        self.add_at(ExpressionKind::Member { object, name }, node)
    }

    fn array_access(&mut self, node: Node<'t>, array: ExpressionId) -> ExpressionId {
        if let Some(index) = node.child_by_field_name("index") {
            self.expression(index);
        }
        self.add_at(ExpressionKind::Element(array), node)
    }

    /// A sum, comparison or condition, whose left side has been read.
    fn binary(&mut self, node: Node<'t>) -> ExpressionId {
        if let Some(right) = node.child_by_field_name("right") {
            self.expression(right);
        }
        self.add_at(ExpressionKind::Scalar, node)
    }

    fn text_literal(&mut self, node: Node<'t>) -> ExpressionId {
        let raw = self.text_of(node);
        if raw.contains("\\{") {
            for part in parts(node).into_iter().filter(|part| part.kind() == "string_interpolation") {
                self.parts_of(part);
            }
        }
        let inner = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or("");
        let is_kept = inner.len() <= LONGEST_TEXT && !inner.contains(['\\', '"', '\n']);
        let text = if is_kept { inner.to_owned() } else { String::new() };
        self.add_at(ExpressionKind::Text(text), node)
    }

    /// An assignment; its value is what is assigned.
    fn assignment(&mut self, node: Node<'t>) -> ExpressionId {
        let part = |name| node.child_by_field_name(name);
        let (Some(left), Some(right)) = (part("left"), part("right")) else { return self.opaque(node) };
        let is_plain = part("operator").is_none_or(|operator| operator.kind() == "=");
        let (written, place) = self.place(left, if is_plain { Access::Write } else { Access::Both });
        if !is_plain {
            self.expression(right);
            return self.add_at(ExpressionKind::Scalar, node);
        }
        let Some(value) = self.value(right) else { return self.add_at(ExpressionKind::Scalar, node) };
        match place {
            Place::Variable(id) => self.assign_variable(id, value),
            Place::Field(class, name) => self.assign_field(class, name, value),
            Place::Other => {}
        }
        if let ExpressionKind::Member { object, name } = &self.code.expression(written).kind {
            let to = FlowTarget::Property(*object, name.clone());
            self.flow(value, to);
        }
        value
    }

    /// What is assigned to.
    fn place(&mut self, node: Node<'t>, access: Access) -> (ExpressionId, Place<'t>) {
        let written = match (node.kind(), node.child_by_field_name("object")) {
            ("identifier", _) => self.name(node, access),
            ("field_access", Some(object)) => {
                let object = self.expression(object);
                self.field_access(node, object, access)
            }
            ("parenthesized_expression", _) => match parts(node).first() {
                Some(inner) => {
                    return self
                        .deeper(|inside| inside.place(*inner, access))
                        .unwrap_or_else(|| (self.opaque(node), Place::Other));
                }
                None => self.opaque(node),
            },
            _ => self.expression(node),
        };
        let place = match &self.code.expression(written).kind {
            ExpressionKind::Variable(id) => Place::Variable(*id),
            ExpressionKind::Member { object, .. } => match self.code.expression(*object).kind {
                ExpressionKind::This(class) => {
                    let name = node.child_by_field_name("field").unwrap_or(node);
                    Place::Field(class, self.text_of(name))
                }
                _ => Place::Other,
            },
            _ => Place::Other,
        };
        (written, place)
    }

    /// One of several; `null` is none of them.
    pub(super) fn choice(&mut self, options: Vec<ExpressionId>, node: Node<'t>) -> ExpressionId {
        match options.as_slice() {
            [] => self.add_at(ExpressionKind::Scalar, node),
            [only] => *only,
            _ => {
                let choice = self.add_at(ExpressionKind::Choice(options.clone()), node);
                for option in options {
                    self.flow(option, FlowTarget::Part(choice));
                }
                choice
            }
        }
    }

    /// `a ? b : c`; a long one nests on its right.
    fn ternary(&mut self, node: Node<'t>) -> ExpressionId {
        let mut options = Vec::new();
        let mut next = Some(node);
        while let Some(node) = next.take() {
            if node.kind() != "ternary_expression" {
                options.extend(self.value(node));
                break;
            }
            if let Some(condition) = node.child_by_field_name("condition") {
                self.expression(condition);
            }
            options.extend(node.child_by_field_name("consequence").and_then(|option| self.value(option)));
            next = node.child_by_field_name("alternative");
        }
        self.choice(options, node)
    }

    pub(super) fn list(&mut self, items: Vec<ExpressionId>, node: Node<'t>) -> ExpressionId {
        let list = self.add_at(ExpressionKind::List(items.clone()), node);
        for item in items {
            self.flow(item, FlowTarget::Part(list));
        }
        list
    }

    fn cast(&mut self, node: Node<'t>) -> ExpressionId {
        let mut cursor = node.walk();
        let classes: Vec<_> = node.children_by_field_name("type", &mut cursor).filter(Node::is_named).collect();
        let classes: Vec<_> = classes.into_iter().map(|class| self.type_of(class)).collect();
        let value = node.child_by_field_name("value").map(|value| self.expression(value));
        let class = match classes.as_slice() {
            [only] => *only,
            _ => self.add_type(TypeExpression::Intersection(classes)),
        };
        if let Some(value) = value {
            self.flow(value, FlowTarget::Declared(class));
        }
        self.add_at(ExpressionKind::Typed(class), node)
    }

    /// `new T(…)`, perhaps with a body.
    fn creation(&mut self, node: Node<'t>) -> ExpressionId {
        let Some(named) = node.child_by_field_name("type") else { return self.opaque(node) };
        let class = self.type_of(named);
        let mut arguments = Vec::new();
        let mut body = None;
        for part in parts(node) {
            match part.kind() {
                "argument_list" => arguments = self.arguments(part),
                "class_body" => body = Some(part),
                "type_arguments" | "marker_annotation" | "annotation" => {}
                _ if part.id() == named.id() => {}
                _ => {
                    self.expression(part);
                }
            }
        }
        let own = match body {
            Some(body) => Some(self.anonymous_class(body, class, span_of(named))),
            None => match self.names.type_name(self.text_of(named)) {
                Some(TypeName::Class(class)) => Some(class),
                _ => None,
            },
        };
        let made = self.add_at(ExpressionKind::New { class, arguments: arguments.clone() }, node);
        self.flow_arguments(made, &arguments);
        self.made.extend(own.map(|class| (made, class)));
        made
    }

    fn array_creation(&mut self, node: Node<'t>) -> ExpressionId {
        if let Some(items) = node.child_by_field_name("value") {
            return self.expression(items);
        }
        let mut of = match node.child_by_field_name("type") {
            Some(class) => self.type_of(class),
            None => self.add_type(TypeExpression::Opaque),
        };
        for part in parts(node) {
            match part.kind() {
                "dimensions_expr" => {
                    self.parts_of(part);
                    of = self.add_type(TypeExpression::List(of));
                }
                "dimensions" => of = self.dimensions(of, Some(part)),
                _ => {}
            }
        }
        self.add_at(ExpressionKind::Typed(of), node)
    }
}
