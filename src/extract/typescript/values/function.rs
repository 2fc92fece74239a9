//! Functions, methods and lambdas.

use tree_sitter::Node;

use super::pattern::Binds;
use super::scope::Binding;
use super::{Lowering, This};
use crate::extract::host::span_of;
use crate::extract::typescript::builder::code::children;
use crate::model::code::{
    ClassId, ExpressionId, ExpressionKind, FlowTarget, Function, FunctionId, TypeExpression, TypeId, VariableId,
};

/// More results than this of one function tell nothing.
const MOST_RETURNED: usize = 64;

impl<'t> Lowering<'t> {
    /// Adds a function of which only the name is known.
    pub(super) fn new_function(&mut self, name: &str, node: Node<'t>) -> FunctionId {
        self.code.add_function(name, span_of(node), None)
    }

    pub(super) fn function_mut(&mut self, id: FunctionId) -> &mut Function {
        &mut self.code.functions[id.0 as usize]
    }

    /// A function with a body. `name` is what it is given to; `this` is what `this` is in it, `None` for what it is
    /// outside.
    pub(super) fn function(
        &mut self,
        node: Node<'t>,
        name: &'t str,
        class: Option<ClassId>,
        this: Option<This>,
    ) -> FunctionId {
        let field = |name: &str| node.child_by_field_name(name);
        let own_name = field("name").filter(|name| name.kind() == "identifier").map(|name| self.text_of(name));
        let id = match self.hoisted_functions.remove(&node.id()) {
            Some(id) => id,
            None => self.new_function(own_name.unwrap_or(name), node),
        };
        self.function_mut(id).class = class;
        self.scopes.open(true);
        if let Some(own_name) = own_name.filter(|_| matches!(node.kind(), "function_expression" | "generator_function"))
        {
            self.scopes.bind(own_name, Binding::Function(id));
        }
        let is_inside = std::mem::replace(&mut self.in_argument, false);
        self.this.extend(this);
        self.functions.push(id);
        let type_parameters = self.open_type_parameters(node);
        if let Some(parameter) = field("parameter") {
            self.parameter(parameter, parameter, id, 0);
        }
        if let Some(list) = field("parameters") {
            self.parameters(list, id);
        }
        if let Some(kind) = field("return_type") {
            let returns = self.type_of(kind);
            self.function_mut(id).returns = Some(returns);
        }
        self.document_function(node, id);
        if let Some(body) = field("body") {
            if body.kind() == "statement_block" {
                self.statement(body);
            } else {
                let value = self.expression(body);
                self.returned(value);
            }
        }
        self.close_type_parameters(&type_parameters);
        self.function_mut(id).type_parameters = type_parameters.into_iter().map(str::to_owned).collect();
        self.functions.pop();
        if this.is_some() {
            self.this.pop();
        }
        self.in_argument = is_inside;
        self.scopes.close();
        id
    }

    /// A function without a body: an overload, a method of an interface.
    pub(super) fn signature(&mut self, node: Node<'t>, name: &str, class: Option<ClassId>) -> FunctionId {
        let id = self.new_function(name, node);
        self.function_mut(id).class = class;
        self.scopes.open(true);
        let type_parameters = self.open_type_parameters(node);
        if let Some(list) = node.child_by_field_name("parameters") {
            self.parameters(list, id);
        }
        let returns = node.child_by_field_name("return_type").map(|kind| self.type_of(kind));
        self.function_mut(id).returns = returns;
        self.close_type_parameters(&type_parameters);
        self.function_mut(id).type_parameters = type_parameters.into_iter().map(str::to_owned).collect();
        self.scopes.close();
        id
    }

    /// `declare function f(): T`, or an overload of a function that follows.
    pub(super) fn function_signature(&mut self, node: Node<'t>) {
        let Some(name) = node.child_by_field_name("name").map(|name| self.text_of(name)) else { return };
        let id = self.signature(node, name, None);
        let Some(Binding::Function(whole)) = self.scopes.find_here(name) else {
            return self.scopes.bind(name, Binding::Function(id));
        };
        // The function that follows returns what one of its overloads says.
        let returns = self.function_mut(id).returns;
        let (Some(returns), false) = (returns, whole == id) else { return };
        let either = match self.function_mut(whole).returns {
            Some(before) => self.add_type(TypeExpression::Union(vec![before, returns])),
            None => returns,
        };
        self.function_mut(whole).returns = Some(either);
    }

    /// Takes note of what the innermost function returns.
    pub(super) fn returned(&mut self, value: ExpressionId) {
        let Some(id) = self.functions.last().copied() else { return };
        let returned = &mut self.function_mut(id).returned;
        if returned.len() < MOST_RETURNED {
            returned.push(value);
        }
        self.flow(value, FlowTarget::Returned(id));
    }

    fn parameters(&mut self, list: Node<'t>, function: FunctionId) {
        let mut position = 0;
        for parameter in children(list) {
            let pattern = parameter.child_by_field_name("pattern").or_else(|| parameter.child_by_field_name("name"));
            // A declared type of `this` is no parameter.
            let Some(pattern) = pattern.filter(|pattern| pattern.kind() != "this") else { continue };
            self.parameter(parameter, pattern, function, position);
            position += 1;
        }
    }

    fn parameter(&mut self, node: Node<'t>, pattern: Node<'t>, function: FunctionId, position: u32) {
        for decorator in children(node).into_iter().filter(|part| part.kind() == "decorator") {
            self.statement(decorator);
        }
        let is_name = pattern.kind() == "identifier";
        let id = self.declare(if is_name { self.text_of(pattern) } else { "" }, span_of(pattern));
        self.function_mut(function).parameters.push(id);
        self.variable_mut(id).parameter = Some((function, position));
        let declared = node.child_by_field_name("type").map(|kind| self.type_of(kind));
        if pattern.kind() == "rest_pattern" {
            self.rest(pattern, id, declared);
            return;
        }
        self.variable_mut(id).declared = declared;
        if let Some(default) = node.child_by_field_name("value") {
            let value = self.expression(default);
            self.hold(id, value);
        }
        if !is_name {
            let whole = self.add(ExpressionKind::Variable(id), span_of(pattern));
            self.bind(pattern, whole, Binds::Declares);
        }
    }

    /// `...users`: the parameter is one argument, the name the list of them.
    fn rest(&mut self, pattern: Node<'t>, id: VariableId, declared: Option<TypeId>) {
        let Some(inner) = children(pattern).first().copied() else { return };
        if let Some(kind) = declared {
            self.variable_mut(id).declared = match &self.code.types[kind.0 as usize] {
                TypeExpression::List(item) => Some(*item),
                TypeExpression::Named { name, arguments } if name == "Array" => arguments.first().copied(),
                _ => None,
            };
        }
        let one = self.add(ExpressionKind::Variable(id), span_of(pattern));
        let all = match declared {
            Some(kind) => self.add(ExpressionKind::Typed(kind), span_of(pattern)),
            None => self.add(ExpressionKind::List(vec![one]), span_of(pattern)),
        };
        self.bind(inner, all, Binds::Declares);
    }

    /// Brings the type parameters of a declaration into scope.
    pub(super) fn open_type_parameters(&mut self, node: Node<'t>) -> Vec<&'t str> {
        let Some(list) = node.child_by_field_name("type_parameters") else { return Vec::new() };
        let names = children(list).into_iter().filter_map(|parameter| parameter.child_by_field_name("name"));
        let names: Vec<&'t str> = names.map(|name| self.text_of(name)).collect();
        for name in &names {
            *self.type_parameters.entry(name).or_default() += 1;
        }
        names
    }

    pub(super) fn close_type_parameters(&mut self, names: &[&'t str]) {
        for name in names {
            if let Some(count) = self.type_parameters.get_mut(name) {
                *count = count.saturating_sub(1);
            }
        }
    }
}
