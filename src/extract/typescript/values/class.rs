//! Classes, interfaces, type aliases, enums and namespaces.

use tree_sitter::Node;

use super::object::accessor;
use super::scope::Binding;
use super::{Lowering, This};
use crate::extract::host::depth::Recursion;
use crate::extract::host::span_of;
use crate::extract::typescript::builder::code::{arguments, children, unwrap};
use crate::model::code::{
    Class, ClassId, ClassKind, ExpressionId, ExpressionKind, FlowTarget, FunctionId, Member, TypeId, UseForm,
};
use crate::model::span::Span;
use crate::model::statement::Access;

/// More members than this of one class are generated code that is not followed.
const MOST_MEMBERS: usize = 5_000;

impl<'t> Lowering<'t> {
    /// Adds a class of which only the name is known.
    pub(super) fn new_class(&mut self, name: &'t str, span: Span, kind: ClassKind) -> ClassId {
        self.code.classes.push(Class {
            name: name.to_owned(),
            span,
            kind,
            type_parameters: Vec::new(),
            parents: Vec::new(),
            members: Vec::new(),
            alias: None,
            outer: self.classes.last().copied(),
            annotations: Vec::new(),
        });
        let id = ClassId(self.code.classes.len() as u32 - 1);
        if self.scopes.is_file() {
            self.file_classes.entry(name).or_insert(id);
        }
        id
    }

    fn class_mut(&mut self, id: ClassId) -> &mut Class {
        &mut self.code.classes[id.0 as usize]
    }

    /// A class that is declared, or an expression with a name of its own.
    pub(super) fn class(&mut self, node: Node<'t>) -> ClassId {
        self.class_called(node, "")
    }

    /// A class; one without a name takes that of what it is given to.
    pub(super) fn class_called(&mut self, node: Node<'t>, given: &'t str) -> ClassId {
        let name = node.child_by_field_name("name");
        let id = self.hoisted_classes.remove(&node.id()).unwrap_or_else(|| {
            let start = node.start_byte();
            let span = name.map_or(Span::new(start, start), span_of);
            self.new_class(name.map_or(given, |name| self.text_of(name)), span, ClassKind::Class)
        });
        let type_parameters = self.open_type_parameters(node);
        self.class_mut(id).type_parameters = type_parameters.iter().map(|&name| name.to_owned()).collect();
        for part in children(node) {
            match part.kind() {
                "class_heritage" => self.heritage(part, id),
                "decorator" => self.class_decorator(part, id),
                _ => {}
            }
        }
        self.classes.push(id);
        self.this.push(This::Class(id));
        self.scopes.open(true);
        if let Some(name) = name {
            self.scopes.bind(self.text_of(name), Binding::Class(id));
        }
        let is_inside = std::mem::replace(&mut self.in_argument, false);
        let this = self.add(ExpressionKind::This(id), self.code.classes[id.0 as usize].span);
        for member in node.child_by_field_name("body").map(children).unwrap_or_default() {
            self.class_member(member, id, this);
        }
        self.in_argument = is_inside;
        self.scopes.close();
        self.this.pop();
        self.classes.pop();
        self.close_type_parameters(&type_parameters);
        id
    }

    fn class_decorator(&mut self, decorator: Node<'t>, class: ClassId) {
        let Some(inner) = children(decorator).first().copied() else { return };
        let name = inner.child_by_field_name("function").unwrap_or(inner);
        let text = self.text_of(name).rsplit('.').next().unwrap_or("").to_owned();
        self.class_mut(class).annotations.push(text);
        let before = self.code.uses.len();
        self.statement(decorator);
        self.named_by_decorator(before, class, span_of(decorator));
    }

    /// Decorators that stand before `export`.
    pub(super) fn decorate(&mut self, decorators: &[Node<'t>], declaration: Node<'t>) {
        let Some(class) = self.hoisted_classes.get(&declaration.id()).copied() else { return };
        for decorator in decorators {
            self.class_decorator(*decorator, class);
        }
    }

    /// `@Index(["fullName", "email"])`: what a decorator of a class lists are its parts.
    fn named_by_decorator(&mut self, from: usize, class: ClassId, span: Span) {
        let mut this = None;
        for at in from..self.code.uses.len() {
            let found = &self.code.uses[at];
            let is_list = matches!(self.kind(found.receiver), ExpressionKind::List(_));
            if found.form == UseForm::Argument && is_list {
                let this = *this.get_or_insert_with(|| self.add(ExpressionKind::This(class), span));
                self.code.uses[at].receiver = this;
            }
        }
    }

    fn heritage(&mut self, node: Node<'t>, class: ClassId) {
        for clause in children(node) {
            if clause.kind() == "implements_clause" {
                for parent in children(clause) {
                    let parent = self.type_of(parent);
                    self.class_mut(class).parents.push(parent);
                }
                continue;
            }
            let types = clause.child_by_field_name("type_arguments").map(|types| self.type_arguments(types));
            if let Some(value) = clause.child_by_field_name("value") {
                let parent = self.parent(value, types.unwrap_or_default());
                self.class_mut(class).parents.push(parent);
            }
        }
    }

    /// What a class extends: a name, or a function that makes a class of others, such as `PartialType(User)`.
    fn parent(&mut self, value: Node<'t>, types: Vec<TypeId>) -> TypeId {
        let value = unwrap(value);
        if value.kind() != "call_expression" {
            return self.named_by(value, types);
        }
        self.expression(value);
        self.made_of(value, types)
    }

    /// The type that a call of such a function makes.
    fn made_of(&mut self, call: Node<'t>, types: Vec<TypeId>) -> TypeId {
        let mut of = types;
        for argument in arguments(call) {
            match argument.kind() {
                "identifier" | "member_expression" => of.push(self.named_by(argument, Vec::new())),
                "call_expression" => of.extend(self.deeper(|own| own.made_of(argument, Vec::new()))),
                _ => {}
            }
        }
        let function = call.child_by_field_name("function").unwrap_or(call);
        self.named_by(function, of)
    }

    fn class_member(&mut self, node: Node<'t>, class: ClassId, this: ExpressionId) {
        let name = node.child_by_field_name("name").and_then(|name| self.key(name));
        let is_static = || {
            let mut cursor = node.walk();
            node.children(&mut cursor).any(|part| part.kind() == "static")
        };
        match (node.kind(), name) {
            ("public_field_definition", Some((name, span))) => {
                for decorator in children(node).into_iter().filter(|part| part.kind() == "decorator") {
                    self.statement(decorator);
                }
                let declared = node.child_by_field_name("type").map(|kind| self.type_of(kind));
                let declared = declared.or_else(|| self.documented_type(node));
                let member = Member { is_static: is_static(), declared, ..member(name, span) };
                self.add_member(class, name, member);
                self.record(name, span, this, Access::Both, UseForm::Declaration);
                if let Some(value) = node.child_by_field_name("value") {
                    let value = self.named_expression(value, name);
                    if let Some(declared) = declared {
                        self.flow(value, FlowTarget::Declared(declared));
                    }
                    self.assign_member(class, span, value);
                    self.flow(value, FlowTarget::Property(this, name.to_owned()));
                }
            }
            ("method_definition", Some((name, span))) => {
                let (is_getter, is_setter) = accessor(node);
                let id = self.function(node, name, Some(class), Some(This::Class(class)));
                self.function_mut(id).is_static = is_static();
                let access = if is_setter { Access::Write } else { Access::Read };
                self.record(name, span, this, access, UseForm::Declaration);
                let mut method = Member { is_static: is_static(), ..member(name, span) };
                if is_setter {
                    // What is set is of the type of the parameter.
                    if self.members.contains_key(&(class, name)) {
                        return;
                    }
                    let parameter = self.function_mut(id).parameters.first().copied();
                    method.declared = parameter.and_then(|id| self.variable_mut(id).declared);
                } else {
                    method.function = Some(id);
                    method.is_getter = is_getter;
                }
                self.add_member(class, name, method);
                if name == "constructor" {
                    self.parameter_properties(node, id, class, this);
                }
            }
            ("method_signature" | "abstract_method_signature", Some((name, span))) => {
                let id = self.signature(node, name, Some(class));
                self.record(name, span, this, Access::Read, UseForm::Declaration);
                let is_getter = accessor(node).0;
                let method = Member { is_static: is_static(), function: Some(id), is_getter, ..member(name, span) };
                self.add_member(class, name, method);
            }
            ("property_signature", Some((name, span))) => {
                let declared = node.child_by_field_name("type").map(|kind| self.type_of(kind));
                self.record(name, span, this, Access::Both, UseForm::Declaration);
                self.add_member(class, name, Member { declared, ..member(name, span) });
            }
            ("method_definition", None) => {
                self.function(node, "", Some(class), Some(This::Class(class)));
            }
            ("class_static_block", _) => {
                if let Some(body) = node.child_by_field_name("body") {
                    self.statement(body);
                }
            }
            ("decorator" | "public_field_definition", _) => {
                for part in children(node) {
                    self.statement(part);
                }
            }
            _ => {}
        }
    }

    /// `constructor(private readonly users: UserRepository)`.
    fn parameter_properties(&mut self, node: Node<'t>, function: FunctionId, class: ClassId, this: ExpressionId) {
        let Some(list) = node.child_by_field_name("parameters") else { return };
        let parameters = self.function_mut(function).parameters.clone();
        let mut position = 0;
        for parameter in children(list) {
            let Some(pattern) = parameter.child_by_field_name("pattern").filter(|it| it.kind() != "this") else {
                continue;
            };
            let Some(variable) = parameters.get(position).copied() else { return };
            position += 1;
            let mut cursor = parameter.walk();
            let is_property = parameter
                .children(&mut cursor)
                .any(|part| matches!(part.kind(), "accessibility_modifier" | "override_modifier" | "readonly"));
            if !is_property || pattern.kind() != "identifier" {
                continue;
            }
            let (name, span) = (self.text_of(pattern), span_of(pattern));
            let declared = self.variable_mut(variable).declared;
            self.add_member(class, name, Member { declared, ..member(name, span) });
            self.record(name, span, this, Access::Both, UseForm::Declaration);
            let value = self.add(ExpressionKind::Variable(variable), span);
            self.assign_member(class, span, value);
            self.flow(value, FlowTarget::Property(this, name.to_owned()));
        }
    }

    fn add_member(&mut self, class: ClassId, name: &'t str, member: Member) {
        let members = &mut self.class_mut(class).members;
        if members.len() >= MOST_MEMBERS {
            return;
        }
        members.push(member);
        let at = members.len() - 1;
        self.members.entry((class, name)).or_insert(at);
    }

    /// A value is assigned to the member whose name stands at `span`; one that is not declared is added.
    pub(super) fn assign_member(&mut self, class: ClassId, span: Span, value: ExpressionId) {
        let name = span.of(self.text);
        if name.is_empty() {
            return;
        }
        if !self.members.contains_key(&(class, name)) {
            self.add_member(class, name, member(name, span));
        }
        let Some(at) = self.members.get(&(class, name)).copied() else { return };
        let values = &mut self.class_mut(class).members[at].values;
        if values.len() < super::MOST_VALUES {
            values.push(value);
        }
    }

    /// The type of a member that no field declares.
    pub(super) fn declare_member(&mut self, class: ClassId, name: &'t str, span: Span, declared: TypeId) {
        match self.members.get(&(class, name)).copied() {
            Some(at) => self.class_mut(class).members[at].declared.get_or_insert(declared),
            None => return self.add_member(class, name, Member { declared: Some(declared), ..member(name, span) }),
        };
    }

    /// `interface User { … }`.
    pub(super) fn interface(&mut self, node: Node<'t>) {
        let Some(name) = node.child_by_field_name("name") else { return };
        let id = self.new_class(self.text_of(name), span_of(name), ClassKind::Interface);
        let type_parameters = self.open_type_parameters(node);
        self.class_mut(id).type_parameters = type_parameters.iter().map(|&name| name.to_owned()).collect();
        for clause in children(node).into_iter().filter(|part| part.kind() == "extends_type_clause") {
            for parent in children(clause) {
                let parent = self.type_of(parent);
                self.class_mut(id).parents.push(parent);
            }
        }
        self.classes.push(id);
        let this = self.add(ExpressionKind::This(id), span_of(name));
        for member in node.child_by_field_name("body").map(children).unwrap_or_default() {
            self.class_member(member, id, this);
        }
        self.classes.pop();
        self.close_type_parameters(&type_parameters);
    }

    /// `type User = …`.
    pub(super) fn alias(&mut self, node: Node<'t>) {
        let parts = (node.child_by_field_name("name"), node.child_by_field_name("value"));
        let (Some(name), Some(value)) = parts else { return };
        let id = self.new_class(self.text_of(name), span_of(name), ClassKind::Alias);
        let type_parameters = self.open_type_parameters(node);
        self.class_mut(id).type_parameters = type_parameters.iter().map(|&name| name.to_owned()).collect();
        let this = self.add(ExpressionKind::This(id), span_of(name));
        let alias = self.type_within(value, Some(this));
        self.class_mut(id).alias = Some(alias);
        self.close_type_parameters(&type_parameters);
    }

    /// `enum Status { … }`.
    pub(super) fn enumeration(&mut self, node: Node<'t>) {
        let Some(name) = node.child_by_field_name("name") else { return };
        let id = match self.hoisted_classes.remove(&node.id()) {
            Some(id) => id,
            None => self.new_class(self.text_of(name), span_of(name), ClassKind::Enum),
        };
        for part in node.child_by_field_name("body").map(children).unwrap_or_default() {
            let key = part.child_by_field_name("name").unwrap_or(part);
            let Some((name, span)) = self.key(key) else { continue };
            let value = match part.child_by_field_name("value") {
                Some(value) => self.expression(value),
                None => self.scalar(part),
            };
            self.add_member(id, name, Member { is_static: true, values: vec![value], ..member(name, span) });
        }
    }

    /// `namespace Users { … }`: what it exports are static members.
    pub(super) fn namespace(&mut self, node: Node<'t>) {
        let Some(body) = node.child_by_field_name("body") else { return };
        let Some(id) = self.hoisted_classes.remove(&node.id()) else { return self.block(body) };
        self.classes.push(id);
        self.this.push(This::Unknown);
        self.block(body);
        self.this.pop();
        self.classes.pop();
    }

    /// Something of a namespace is exported.
    pub(super) fn namespace_member(&mut self, name: &'t str, span: Span, value: ExpressionId) {
        let Some(class) = self.classes.last().copied() else { return };
        self.add_member(class, name, Member { is_static: true, values: vec![value], ..member(name, span) });
    }
}

fn member(name: &str, span: Span) -> Member {
    Member {
        name: name.to_owned(),
        span,
        declared: None,
        values: Vec::new(),
        function: None,
        is_getter: false,
        is_static: false,
    }
}
