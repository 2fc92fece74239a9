//! Functions, methods and lambdas.

use tree_sitter::Node;

use super::{Lowering, Named, parts};
use crate::extract::host::span_of;
use crate::model::code::{ClassId, ExpressionId, ExpressionKind, FlowTarget, Function, FunctionId};
use crate::model::span::Span;

impl<'t> Lowering<'t> {
    /// A function without parameters and a body as yet.
    pub(super) fn add_function(&mut self, name: &str, span: Span, class: Option<ClassId>) -> FunctionId {
        self.code.add_function(name, span, class)
    }

    pub(super) fn function(&mut self, id: FunctionId) -> &mut Function {
        &mut self.code.functions[id.0 as usize]
    }

    /// The names of the decorators before a definition.
    pub(super) fn decorators(&self, node: Node<'t>) -> Vec<&'t str> {
        let Some(outer) = node.parent().filter(|outer| outer.kind() == "decorated_definition") else {
            return Vec::new();
        };
        let decorators = parts(outer).into_iter().filter(|part| part.kind() == "decorator");
        decorators
            .map(|part| self.text_of(part).trim_start_matches('@').split('(').next().unwrap_or("").trim())
            .collect()
    }

    /// Reads a function that has been declared.
    pub(super) fn read_function(&mut self, node: Node<'t>, class: Option<ClassId>, id: FunctionId) {
        let decorators = self.decorators(node);
        let is_static = decorators.contains(&"staticmethod");
        let of_class = decorators.iter().any(|name| {
            name.contains("classmethod")
                || name.ends_with(".expression")
                || name.contains("validator")
                || name.contains("declared_attr")
        });
        let returns = self.annotation(node.child_by_field_name("return_type"));
        self.function(id).returns = returns;
        self.function(id).is_static = is_static || of_class;
        let mark = self.open.len();
        self.functions.push(id);
        // A serializer's or admin's methods are given objects of its model.
        let about =
            self.subjects.last().copied().flatten().filter(|about| {
                class.is_some() && !matches!(self.code.expression(*about).kind, ExpressionKind::This(_))
            });
        // The settings of a class say nothing in its methods.
        self.subjects.push(None);
        let list = node.child_by_field_name("parameters");
        let this =
            class.filter(|_| !is_static).map(|class| if of_class { Named::Class(class) } else { Named::This(class) });
        // Parameters are of the block of the body.
        let block = self.enter_block();
        self.parameters(list, id, this);
        if let Some(about) = about {
            for parameter in self.function(id).parameters.clone() {
                if matches!(self.code.variables[parameter.0 as usize].name.as_str(), "obj" | "instance") {
                    let span = self.code.expression(about).span;
                    let one = self.add(ExpressionKind::Element(about), span);
                    self.variable(parameter).values.push(one);
                }
            }
        }
        if let Some(body) = node.child_by_field_name("body") {
            self.statements(body);
        }
        self.blocks = block;
        self.subjects.pop();
        self.functions.pop();
        self.leave(mark);
    }

    fn parameters(&mut self, list: Option<Node<'t>>, function: FunctionId, this: Option<Named>) {
        let mut this = this;
        for node in list.map(parts).unwrap_or_default() {
            let (name, annotation, default) = match node.kind() {
                "identifier" => (Some(node), None, None),
                "typed_parameter" => (parts(node).first().copied(), node.child_by_field_name("type"), None),
                "default_parameter" => (node.child_by_field_name("name"), None, node.child_by_field_name("value")),
                "typed_default_parameter" => (
                    node.child_by_field_name("name"),
                    node.child_by_field_name("type"),
                    node.child_by_field_name("value"),
                ),
                "list_splat_pattern" | "dictionary_splat_pattern" => {
                    if let Some(name) = parts(node).first() {
                        self.declare(*name, None);
                    }
                    continue;
                }
                _ => continue,
            };
            let Some(name) = name else { continue };
            if name.kind() != "identifier" {
                if let Some(name) = parts(name).first() {
                    self.declare(*name, None);
                }
                continue;
            }
            if let Some(this) = this.take() {
                let text = self.text_of(name);
                self.bind(text, this);
                continue;
            }
            let declared = self.annotation(annotation);
            // What the annotation or the default says is given: `Annotated[User, Depends(get_user)]`.
            let provided = annotation.and_then(|annotation| self.provided(annotation));
            let value = default.map(|default| self.default(default));
            let id = self.declare(name, declared);
            let parameters = &mut self.function(function).parameters;
            parameters.push(id);
            let index = parameters.len() as u32 - 1;
            self.variable(id).parameter = Some((function, index));
            for value in value.into_iter().chain(provided) {
                self.assign_variable(id, value);
            }
        }
    }

    /// The value of a default; `Depends(f)` is what `f` gives.
    fn default(&mut self, node: Node<'t>) -> ExpressionId {
        match self.provided(node) {
            Some(provided) => provided,
            None => self.expression(node),
        }
    }

    /// What `FastAPI` gives for `Depends(f)`, somewhere in a default or an annotation.
    fn provided(&mut self, node: Node<'t>) -> Option<ExpressionId> {
        let text = self.text_of(node);
        if !text.contains("Depends(") && !text.contains("Security(") {
            return None;
        }
        let mut left = vec![node];
        let mut seen = 0;
        while let Some(node) = left.pop() {
            seen += 1;
            if seen > 64 {
                return None;
            }
            let function = node.child_by_field_name("function").filter(|_| node.kind() == "call");
            if function.is_some_and(|function| matches!(self.text_of(function), "Depends" | "Security")) {
                let arguments = node.child_by_field_name("arguments").map(parts).unwrap_or_default();
                let first = arguments.first().filter(|first| first.kind() != "keyword_argument")?;
                let callee = self.expression(*first);
                return Some(
                    self.add_at(ExpressionKind::Call { callee, arguments: Vec::new(), types: Vec::new() }, node),
                );
            }
            left.extend(parts(node));
        }
        None
    }

    /// `lambda user: user.full_name`.
    pub(super) fn lambda(&mut self, node: Node<'t>) -> ExpressionId {
        let id = self.add_function("", span_of(node), None);
        let mark = self.open.len();
        self.functions.push(id);
        self.parameters(node.child_by_field_name("parameters"), id, None);
        if let Some(body) = node.child_by_field_name("body") {
            let value = self.expression(body);
            self.returned(value, id);
        }
        self.functions.pop();
        self.leave(mark);
        self.add_at(ExpressionKind::Function(id), node)
    }

    pub(super) fn returned(&mut self, value: ExpressionId, function: FunctionId) {
        self.function(function).returned.push(value);
        self.flow(value, FlowTarget::Returned(function));
    }

    /// What a generator gives one by one.
    pub(super) fn yielded(&mut self, value: ExpressionId, node: Node<'t>) {
        let Some(function) = self.functions.last().copied() else { return };
        let list = self.add_at(ExpressionKind::List(vec![value]), node);
        self.flow(value, FlowTarget::Part(list));
        self.returned(list, function);
    }
}
