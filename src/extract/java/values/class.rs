//! Classes, interfaces, records and enums with their members.

use tree_sitter::Node;

use super::names::{Method, TypeName};
use super::{Lowering, part_of_kind, parts};
use crate::extract::host::depth::Recursion;
use crate::extract::host::span_of;
use crate::model::code::{
    Class, ClassId, ClassKind, ExpressionId, ExpressionKind, FlowTarget, FunctionId, Member, TypeExpression, TypeId,
    UseForm,
};
use crate::model::span::Span;
use crate::model::statement::Access;

/// What the body of a class holds, in text order.
enum Item<'t> {
    /// A variable of a field declaration, and its place among the members.
    Field { declaration: Node<'t>, declarator: Node<'t>, member: u32 },
    /// A constant of an enum.
    Constant { node: Node<'t>, member: u32 },
    /// A method, constructor or element of an annotation type.
    Method { node: Node<'t>, function: FunctionId },
    /// A class.
    Class { node: Node<'t>, id: ClassId },
    /// A block, or something that is not understood.
    Other(Node<'t>),
}

/// The name of a constructor.
pub(super) const CONSTRUCTOR: &str = "<init>";

/// What a class-like declaration is.
pub(super) fn kind_of(node: Node<'_>) -> Option<ClassKind> {
    match node.kind() {
        "class_declaration" => Some(ClassKind::Class),
        "interface_declaration" | "annotation_type_declaration" => Some(ClassKind::Interface),
        "record_declaration" => Some(ClassKind::Record),
        "enum_declaration" => Some(ClassKind::Enum),
        _ => None,
    }
}

impl<'t> Lowering<'t> {
    /// The whole file.
    pub(super) fn file(&mut self, root: Node<'t>) {
        let all = parts(root);
        for node in &all {
            match node.kind() {
                "package_declaration" => {
                    let name = parts(*node).into_iter().rfind(|part| part.kind().ends_with("identifier"));
                    self.code.package = name.map(|name| self.dotted(name));
                }
                "import_declaration" => self.import(*node),
                _ => {}
            }
        }
        let items = self.items(all, None);
        self.read_items(items, None);
    }

    /// A class that is declared among statements.
    pub(super) fn local_class(&mut self, node: Node<'t>) {
        if let Some(id) = self.declare_class(node) {
            self.read_class(node, id);
        }
    }

    /// The class of `new T() { … }`, which extends T.
    pub(super) fn anonymous_class(&mut self, body: Node<'t>, parent: TypeId, name: Span) -> ClassId {
        let id = self.add_class(ClassKind::Class, "", name);
        self.code.classes[id.0 as usize].parents.push(parent);
        self.inside(id, |lowering| lowering.body(Some(body), id));
        id
    }

    /// Makes a class known by its name.
    fn declare_class(&mut self, node: Node<'t>) -> Option<ClassId> {
        let (kind, name) = (kind_of(node)?, node.child_by_field_name("name")?);
        let id = self.add_class(kind, self.text_of(name), span_of(name));
        self.names.add_type(self.text_of(name), TypeName::Class(id));
        Some(id)
    }

    fn add_class(&mut self, kind: ClassKind, name: &str, span: Span) -> ClassId {
        self.code.classes.push(Class {
            name: name.to_owned(),
            span,
            kind,
            type_parameters: Vec::new(),
            parents: Vec::new(),
            members: Vec::new(),
            alias: None,
            outer: self.class(),
            annotations: Vec::new(),
        });
        ClassId(self.code.classes.len() as u32 - 1)
    }

    /// Reads what is inside of a class.
    fn inside(&mut self, id: ClassId, read: impl FnOnce(&mut Self)) {
        self.deeper(|lowering| {
            let mark = lowering.names.enter();
            lowering.classes.push(id);
            lowering.functions.push(None);
            read(lowering);
            lowering.functions.pop();
            lowering.classes.pop();
            lowering.names.leave(mark);
        });
    }

    fn read_class(&mut self, node: Node<'t>, id: ClassId) {
        let annotations = self.annotations(node);
        self.inside(id, |lowering| {
            let type_parameters = lowering.type_parameters(node.child_by_field_name("type_parameters"));
            let parents = lowering.parents(node);
            let class = &mut lowering.code.classes[id.0 as usize];
            class.annotations = annotations;
            class.type_parameters = type_parameters;
            class.parents = parents;
            lowering.components(node.child_by_field_name("parameters"), id);
            lowering.body(node.child_by_field_name("body"), id);
        });
    }

    /// The simple names of a declaration's annotations.
    fn annotations(&self, node: Node<'t>) -> Vec<String> {
        let modifiers = part_of_kind(node, "modifiers").map(parts).unwrap_or_default();
        let names = modifiers.into_iter().filter_map(|annotation| annotation.child_by_field_name("name"));
        names.filter_map(|name| self.dotted(name).rsplit('.').next().map(str::to_owned)).collect()
    }

    fn parents(&mut self, node: Node<'t>) -> Vec<TypeId> {
        let mut found = Vec::new();
        for part in parts(node) {
            match part.kind() {
                "superclass" => found.extend(parts(part).first().map(|class| self.type_of(*class))),
                "super_interfaces" | "extends_interfaces" => {
                    for list in parts(part) {
                        found.extend(self.types_in(list));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The components of a record.
    fn components(&mut self, list: Option<Node<'t>>, class: ClassId) {
        for node in list.map(parts).unwrap_or_default() {
            let Some((name, declared)) = self.formal(node) else { continue };
            let member = self.add_member(class, self.text_of(name), name, false);
            self.names.add_field(self.text_of(name), class, member);
            self.member(class, member).declared = declared;
            self.declares(class, name, Access::Both);
        }
    }

    /// A body: first its names, then what they stand for.
    fn body(&mut self, body: Option<Node<'t>>, class: ClassId) {
        let items = self.items(body.map(parts).unwrap_or_default(), Some(class));
        self.read_items(items, Some(class));
    }

    fn items(&mut self, nodes: Vec<Node<'t>>, class: Option<ClassId>) -> Vec<Item<'t>> {
        /// What a syntax error holds is looked at as if it stood beside it, to this depth.
        const DEEPEST_ERROR: u32 = 8;
        let mut items = Vec::new();
        let mut left: Vec<(Node<'t>, u32)> = nodes.into_iter().rev().map(|node| (node, 0)).collect();
        while let Some((node, depth)) = left.pop() {
            match (node.kind(), class) {
                ("enum_body_declarations" | "ERROR", _) if depth < DEEPEST_ERROR => {
                    left.extend(parts(node).into_iter().rev().map(|part| (part, depth + 1)));
                }
                ("field_declaration" | "constant_declaration", Some(class)) => {
                    let is_static = node.kind() == "constant_declaration" || self.has_modifier(node, "static");
                    let mut cursor = node.walk();
                    for declarator in node.children_by_field_name("declarator", &mut cursor) {
                        let Some(name) = declarator.child_by_field_name("name") else { continue };
                        let member = self.add_member(class, self.text_of(name), name, is_static);
                        self.names.add_field(self.text_of(name), class, member);
                        items.push(Item::Field { declaration: node, declarator, member });
                    }
                }
                ("enum_constant", Some(class)) => {
                    let Some(name) = node.child_by_field_name("name") else { continue };
                    let member = self.add_member(class, self.text_of(name), name, true);
                    self.names.add_field(self.text_of(name), class, member);
                    items.push(Item::Constant { node, member });
                }
                ("method_declaration" | "annotation_type_element_declaration", Some(class)) => {
                    let Some(name) = node.child_by_field_name("name") else { continue };
                    let is_static = self.has_modifier(node, "static");
                    let parameters =
                        node.child_by_field_name("parameters").map_or(0, |list| list.named_child_count() as u32);
                    let member = self.add_member(class, self.text_of(name), name, is_static);
                    let function = self.add_function(self.text_of(name), span_of(node), Some(class));
                    self.member(class, member).function = Some(function);
                    self.names.add_method(self.text_of(name), Method { class, is_static, parameters, function });
                    items.push(Item::Method { node, function });
                }
                ("constructor_declaration" | "compact_constructor_declaration", Some(class)) => {
                    let Some(name) = node.child_by_field_name("name") else { continue };
                    let member = self.add_member(class, CONSTRUCTOR, name, false);
                    let function = self.add_function(CONSTRUCTOR, span_of(node), Some(class));
                    self.member(class, member).function = Some(function);
                    items.push(Item::Method { node, function });
                }
                ("package_declaration" | "import_declaration", _) => {}
                _ => match self.declare_class(node) {
                    Some(id) => items.push(Item::Class { node, id }),
                    None => items.push(Item::Other(node)),
                },
            }
        }
        items
    }

    fn read_items(&mut self, items: Vec<Item<'t>>, class: Option<ClassId>) {
        for item in items {
            match (item, class) {
                (Item::Field { declaration, declarator, member }, Some(class)) => {
                    self.field(declaration, declarator, class, member);
                }
                (Item::Constant { node, member }, Some(class)) => self.enum_constant(node, class, member),
                (Item::Method { node, function }, class) => self.method(node, class, function),
                (Item::Class { node, id }, _) => self.read_class(node, id),
                (Item::Other(node), _) => self.statement(node),
                _ => {}
            }
        }
    }

    fn field(&mut self, declaration: Node<'t>, declarator: Node<'t>, class: ClassId, member: u32) {
        let dimensions = declarator.child_by_field_name("dimensions");
        let declared = self.declared_type(declaration.child_by_field_name("type"), dimensions);
        self.member(class, member).declared = declared;
        let Some(name) = declarator.child_by_field_name("name") else { return };
        self.declares(class, name, Access::Both);
        let Some(value) = declarator.child_by_field_name("value").and_then(|value| self.value(value)) else { return };
        self.member(class, member).values.push(value);
        if let Some(declared) = declared {
            self.flow(value, FlowTarget::Declared(declared));
        }
        let this = self.implied_this(class, span_of(name));
        self.flow(value, FlowTarget::Property(this, self.text_of(name).to_owned()));
    }

    fn enum_constant(&mut self, node: Node<'t>, class: ClassId, member: u32) {
        let name = self.code.classes[class.0 as usize].name.clone();
        let of = self.add_type(TypeExpression::Named { name, arguments: Vec::new() });
        self.member(class, member).declared = Some(of);
        if let Some(list) = node.child_by_field_name("arguments") {
            let arguments = self.arguments(list);
            let made = self.add_at(ExpressionKind::New { class: of, arguments: arguments.clone() }, node);
            self.flow_arguments(made, &arguments);
            self.member(class, member).values.push(made);
        }
        if let (Some(body), Some(name)) = (node.child_by_field_name("body"), node.child_by_field_name("name")) {
            self.anonymous_class(body, of, span_of(name));
        }
    }

    fn add_member(&mut self, class: ClassId, name: &str, at: Node<'_>, is_static: bool) -> u32 {
        let members = &mut self.code.classes[class.0 as usize].members;
        members.push(Member {
            name: name.to_owned(),
            span: span_of(at),
            declared: None,
            values: Vec::new(),
            function: None,
            is_getter: false,
            is_static,
        });
        members.len() as u32 - 1
    }

    pub(super) fn member(&mut self, class: ClassId, member: u32) -> &mut Member {
        &mut self.code.classes[class.0 as usize].members[member as usize]
    }

    /// A value that a field of this file is given.
    pub(super) fn assign_field(&mut self, class: ClassId, name: &'t str, value: ExpressionId) {
        if let Some(member) = self.names.field_of(class, name) {
            self.member(class, member).values.push(value);
        }
    }

    /// The use that a declaration is.
    pub(super) fn declares(&mut self, class: ClassId, name: Node<'t>, access: Access) {
        let this = self.implied_this(class, span_of(name));
        self.add_use(name, this, access, UseForm::Declaration);
    }

    pub(super) fn has_modifier(&self, node: Node<'t>, word: &str) -> bool {
        let Some(modifiers) = part_of_kind(node, "modifiers") else { return false };
        let mut cursor = modifiers.walk();
        modifiers.children(&mut cursor).any(|modifier| modifier.kind() == word)
    }
}
