//! Statements and the names that their blocks declare.

use tree_sitter::Node;

use super::pattern::Binds;
use super::scope::Binding;
use super::{Lowering, This};
use crate::extract::host::depth::Recursion;
use crate::extract::host::span_of;
use crate::extract::typescript::builder::code::children;
use crate::model::code::{ClassKind, ExpressionId, ExpressionKind, FlowTarget};

impl<'t> Lowering<'t> {
    /// The whole file.
    pub(super) fn program(&mut self, root: Node<'t>) {
        self.this.push(This::Unknown);
        self.scopes.open(true);
        let statements = children(root);
        self.hoist(&statements);
        for statement in statements {
            self.statement(statement);
        }
        self.typedefs(root);
        self.end_of_file();
        self.scopes.close();
    }

    /// A block with names of its own.
    pub(super) fn block(&mut self, node: Node<'t>) {
        self.scopes.open(false);
        let statements = children(node);
        self.hoist(&statements);
        for statement in statements {
            self.statement(statement);
        }
        self.scopes.close();
    }

    /// Declares what statements of a block declare, before any of them is read.
    fn hoist(&mut self, statements: &[Node<'t>]) {
        for statement in statements {
            let mut node = *statement;
            loop {
                let inner = match node.kind() {
                    "export_statement" => node.child_by_field_name("declaration"),
                    "labeled_statement" => node.child_by_field_name("body"),
                    // A namespace is an expression to the grammar.
                    "ambient_declaration" | "expression_statement" => node.named_child(0),
                    _ => None,
                };
                match inner {
                    Some(inner) => node = inner,
                    None => break,
                }
            }
            self.hoist_declaration(node);
        }
    }

    fn hoist_declaration(&mut self, node: Node<'t>) {
        let name = node.child_by_field_name("name");
        match node.kind() {
            "lexical_declaration" | "variable_declaration" => {
                let is_var = node.kind() == "variable_declaration";
                for declarator in children(node) {
                    if let Some(pattern) = declarator.child_by_field_name("name") {
                        self.hoist_names(pattern, is_var);
                    }
                }
            }
            "function_declaration" | "generator_function_declaration" => {
                let Some(name) = name.map(|name| self.text_of(name)).filter(|name| !name.is_empty()) else { return };
                let id = self.new_function(name, node);
                self.hoisted_functions.insert(node.id(), id);
                self.scopes.bind(name, Binding::Function(id));
            }
            "class_declaration" | "abstract_class_declaration" | "enum_declaration" | "internal_module" => {
                let Some(name) = name else { return };
                let kind = if node.kind() == "enum_declaration" { ClassKind::Enum } else { ClassKind::Class };
                let id = self.new_class(self.text_of(name), span_of(name), kind);
                self.hoisted_classes.insert(node.id(), id);
                self.scopes.bind(self.text_of(name), Binding::Class(id));
            }
            _ => {}
        }
    }

    /// Declares the names of a pattern.
    fn hoist_names(&mut self, pattern: Node<'t>, is_var: bool) {
        let mut left = vec![pattern];
        while let Some(node) = left.pop() {
            match node.kind() {
                "identifier" | "shorthand_property_identifier_pattern" => {
                    let name = self.text_of(node);
                    if is_var && self.scopes.find_in_function(name).is_none() {
                        let id = self.add_variable(name, span_of(node));
                        self.scopes.bind_in_function(name, Binding::Variable(id));
                    } else if !is_var && self.scopes.find_here(name).is_none() {
                        self.declare(name, span_of(node));
                    }
                }
                "pair_pattern" => left.extend(node.child_by_field_name("value")),
                "assignment_pattern" | "object_assignment_pattern" => left.extend(node.child_by_field_name("left")),
                "object_pattern" | "array_pattern" | "rest_pattern" => left.extend(children(node)),
                _ => {}
            }
        }
    }

    /// A statement, or anything else that stands where one may.
    pub(super) fn statement(&mut self, node: Node<'t>) {
        self.deeper(|own| own.read_statement(node));
    }

    fn read_statement(&mut self, node: Node<'t>) {
        let field = |name: &str| node.child_by_field_name(name);
        match node.kind() {
            "import_statement" => self.import(node),
            "export_statement" => self.export(node),
            "lexical_declaration" | "variable_declaration" => {
                for declarator in children(node) {
                    self.declarator(declarator, node.kind() == "variable_declaration");
                }
            }
            "function_declaration" | "generator_function_declaration" => {
                self.function(node, "", None, Some(This::Unknown));
            }
            "function_signature" => self.function_signature(node),
            "class_declaration" | "abstract_class_declaration" => {
                self.class(node);
            }
            "interface_declaration" => self.interface(node),
            "type_alias_declaration" => self.alias(node),
            "enum_declaration" => self.enumeration(node),
            "internal_module" => self.namespace(node),
            "module" => {
                if let Some(body) = field("body") {
                    self.block(body);
                }
            }
            "statement_block" | "switch_body" => self.cases_or_block(node),
            "return_statement" => {
                if let Some(value) = children(node).first() {
                    let value = self.expression(*value);
                    self.returned(value);
                }
            }
            "for_statement" => {
                self.scopes.open(false);
                let parts = children(node);
                self.hoist(&parts);
                for part in parts {
                    self.statement(part);
                }
                self.scopes.close();
            }
            "for_in_statement" => self.loop_over(node),
            "catch_clause" => {
                self.scopes.open(false);
                if let Some(parameter) = field("parameter") {
                    let thrown = self.opaque(parameter);
                    self.bind(parameter, thrown, Binds::Declares);
                }
                if let Some(body) = field("body") {
                    self.statement(body);
                }
                self.scopes.close();
            }
            "decorator" => {
                for part in children(node) {
                    self.expression(part);
                }
            }
            "identifier" | "comment" | "hash_bang_line" | "statement_identifier" | "import_alias" => {}
            "expression_statement" => {
                self.document_member(node);
                for part in children(node) {
                    self.statement(part);
                }
            }
            // An expression that is all of a statement, or a statement that only holds others.
            kind if is_expression(kind) => {
                self.expression(node);
            }
            _ => {
                for part in children(node) {
                    self.statement(part);
                }
            }
        }
    }

    /// The cases of a `switch` share their names.
    fn cases_or_block(&mut self, node: Node<'t>) {
        if node.kind() == "statement_block" {
            return self.block(node);
        }
        self.scopes.open(false);
        let cases = children(node);
        for case in &cases {
            self.hoist(&children(*case));
        }
        for case in cases {
            self.statement(case);
        }
        self.scopes.close();
    }

    fn declarator(&mut self, node: Node<'t>, is_var: bool) {
        let Some(pattern) = node.child_by_field_name("name") else { return };
        let declared = node.child_by_field_name("type").map(|kind| self.type_of(kind));
        let declared = declared.or_else(|| self.documented_type(node));
        let name = if pattern.kind() == "identifier" { self.text_of(pattern) } else { "" };
        let value = node.child_by_field_name("value").map(|value| self.named_expression(value, name));
        if let (Some(value), Some(declared)) = (value, declared) {
            self.flow(value, FlowTarget::Declared(declared));
        }
        let binds = if is_var { Binds::DeclaresVar } else { Binds::Declares };
        if pattern.kind() != "identifier" {
            let source = match (value, declared) {
                // What is taken apart is of the type that is written beside it.
                (_, Some(declared)) => self.add(ExpressionKind::Typed(declared), span_of(pattern)),
                (Some(value), None) => value,
                (None, None) => self.opaque(pattern),
            };
            self.bind(pattern, source, binds);
            return;
        }
        let Some(variable) = self.variable_for(pattern, binds) else { return };
        if declared.is_some() {
            self.variable_mut(variable).declared = declared;
        }
        if let Some(value) = value {
            self.hold(variable, value);
            if node.child_by_field_name("value").is_some_and(|value| self.is_exports(value)) {
                self.exports_aliases.insert(variable);
            }
        }
    }

    /// `for (const user of users)`, `for (const key in user)`.
    fn loop_over(&mut self, node: Node<'t>) {
        let field = |name: &str| node.child_by_field_name(name);
        self.scopes.open(false);
        let over: Option<ExpressionId> = field("right").map(|right| self.expression(right));
        if let (Some(pattern), Some(over)) = (field("left"), over) {
            let is_of = field("operator").is_some_and(|operator| operator.kind() == "of");
            let kind = if is_of { ExpressionKind::Element(over) } else { ExpressionKind::Scalar };
            let item = self.add(kind, span_of(pattern));
            let binds = match field("kind").map(|kind| kind.kind()) {
                Some("var") => Binds::DeclaresVar,
                Some(_) => Binds::Declares,
                None => Binds::Assigns,
            };
            self.bind(pattern, item, binds);
        }
        if let Some(body) = field("body") {
            self.statement(body);
        }
        self.scopes.close();
    }
}

/// Whether a node of that kind is an expression.
fn is_expression(kind: &str) -> bool {
    const OTHERS: &[&str] = &[
        "array",
        "arrow_function",
        "class",
        "generator_function",
        "jsx_element",
        "jsx_self_closing_element",
        "object",
        "string",
        "template_string",
        "type_assertion",
    ];
    kind.ends_with("_expression") || OTHERS.contains(&kind)
}
