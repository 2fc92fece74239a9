//! Imports and exports, of ECMAScript modules and of `CommonJS`.

use tree_sitter::Node;

use super::Lowering;
use super::scope::Binding;
use crate::extract::host::depth::Recursion;
use crate::extract::host::span_of;
use crate::extract::typescript::builder::code::{children, unwrap};
use crate::model::code::{Export, Exported, ExpressionId, ExpressionKind, Import, OuterPart};

/// An export of a name of this file, by the name that others know and the own one.
pub(super) struct Exporting<'t> {
    name: &'t str,
    own: Node<'t>,
}

impl<'t> Lowering<'t> {
    /// `import …`.
    pub(super) fn import(&mut self, node: Node<'t>) {
        if let Some(clause) = children(node).into_iter().find(|part| part.kind() == "import_require_clause") {
            let name = children(clause).first().copied();
            let module = clause.child_by_field_name("source").and_then(|source| self.constant(source));
            if let (Some(name), Some((module, _))) = (name, module) {
                self.add_import(self.text_of(name), module, OuterPart::Default);
            }
            return;
        }
        let Some((module, _)) = node.child_by_field_name("source").and_then(|source| self.constant(source)) else {
            return;
        };
        let clause = children(node).into_iter().find(|part| part.kind() == "import_clause");
        for part in clause.map(children).unwrap_or_default() {
            match part.kind() {
                "identifier" => self.add_import(self.text_of(part), module, OuterPart::Default),
                "namespace_import" => {
                    if let Some(name) = children(part).first() {
                        self.add_import(self.text_of(*name), module, OuterPart::All);
                    }
                }
                "named_imports" => {
                    for specifier in children(part) {
                        let Some(name) = specifier.child_by_field_name("name") else { continue };
                        let local = specifier.child_by_field_name("alias").unwrap_or(name);
                        self.add_import(self.text_of(local), module, self.outer_part(name));
                    }
                }
                _ => {}
            }
        }
    }

    fn add_import(&mut self, local: &'t str, module: &str, name: OuterPart) {
        self.imported.insert(local);
        self.code.imports.push(Import { local: local.to_owned(), module: module.to_owned(), name });
    }

    /// The name in a specifier, which may be quoted.
    fn specified(&self, node: Node<'t>) -> &'t str {
        self.constant(node).map_or_else(|| self.text_of(node), |(name, _)| name)
    }

    fn outer_part(&self, node: Node<'t>) -> OuterPart {
        match self.specified(node) {
            "default" => OuterPart::Default,
            name => OuterPart::Named(name.to_owned()),
        }
    }

    fn add_export(&mut self, name: &str, value: Exported) {
        self.code.exports.push(Export { name: name.to_owned(), value });
    }

    /// `export …`.
    pub(super) fn export(&mut self, node: Node<'t>) {
        let parts = children(node);
        let decorators: Vec<Node<'t>> = parts.iter().filter(|part| part.kind() == "decorator").copied().collect();
        let mut cursor = node.walk();
        let is_default = node.children(&mut cursor).any(|part| part.kind() == "default");
        if let Some(declaration) = node.child_by_field_name("declaration") {
            self.decorate(&decorators, declaration);
            self.statement(declaration);
            self.export_declaration(declaration, is_default);
            return;
        }
        if let Some(value) = node.child_by_field_name("value") {
            let value = self.expression(value);
            self.export_value("default", value);
            return;
        }
        let module = node.child_by_field_name("source").and_then(|source| self.constant(source));
        let clause = parts.iter().find(|part| matches!(part.kind(), "export_clause" | "namespace_export"));
        match (clause, module) {
            (Some(clause), module) if clause.kind() == "export_clause" => {
                for specifier in children(*clause) {
                    self.export_specifier(specifier, module.map(|(module, _)| module));
                }
            }
            (Some(clause), Some((module, _))) => {
                if let Some(name) = children(*clause).first() {
                    let from = Exported::From { module: module.to_owned(), name: OuterPart::All };
                    self.add_export(self.specified(*name), from);
                }
            }
            (None, Some((module, _))) => {
                self.add_export("*", Exported::From { module: module.to_owned(), name: OuterPart::All });
            }
            // `export = value`.
            _ => {
                if let Some(value) = parts.first() {
                    let value = self.expression(*value);
                    self.export_value("default", value);
                }
            }
        }
    }

    fn export_specifier(&mut self, specifier: Node<'t>, module: Option<&'t str>) {
        let Some(own) = specifier.child_by_field_name("name") else { return };
        let name = self.specified(specifier.child_by_field_name("alias").unwrap_or(own));
        match module {
            Some(module) => {
                let part = self.outer_part(own);
                self.add_export(name, Exported::From { module: module.to_owned(), name: part });
            }
            None => self.exporting.push(Exporting { name, own }),
        }
    }

    fn export_declaration(&mut self, declaration: Node<'t>, is_default: bool) {
        let mut names = Vec::new();
        match declaration.kind() {
            "lexical_declaration" | "variable_declaration" => {
                let mut left: Vec<Node<'t>> = children(declaration)
                    .into_iter()
                    .filter_map(|declarator| declarator.child_by_field_name("name"))
                    .collect();
                while let Some(node) = left.pop() {
                    match node.kind() {
                        "identifier" | "shorthand_property_identifier_pattern" => names.push(node),
                        "pair_pattern" => left.extend(node.child_by_field_name("value")),
                        "assignment_pattern" | "object_assignment_pattern" => {
                            left.extend(node.child_by_field_name("left"));
                        }
                        _ => left.extend(children(node)),
                    }
                }
            }
            _ => names.extend(declaration.child_by_field_name("name")),
        }
        for own in names {
            let name = if is_default { "default" } else { self.text_of(own) };
            if self.scopes.is_file() {
                self.exporting.push(Exporting { name, own });
            } else if self.scopes.find(name).is_some() {
                let value = self.name(own);
                self.namespace_member(name, span_of(own), value);
            }
        }
    }

    /// Exports an expression; a class is exported as one.
    fn export_value(&mut self, name: &str, value: ExpressionId) {
        let exported = match self.kind(value) {
            ExpressionKind::Class(class) => Exported::Class(*class),
            ExpressionKind::Name { name, .. } => match self.file_classes.get(name.as_str()) {
                Some(class) => Exported::Class(*class),
                None => Exported::Expression(value),
            },
            _ => Exported::Expression(value),
        };
        self.add_export(name, exported);
    }

    /// What is exported by name, now that all names are known.
    pub(super) fn end_of_file(&mut self) {
        for (name, id) in std::mem::take(&mut self.typedefs) {
            if !self.code.exports.iter().any(|export| export.name == name) {
                self.add_export(name, Exported::Class(id));
            }
        }
        for Exporting { name, own } in std::mem::take(&mut self.exporting) {
            let local = self.specified(own);
            let is_bound = self.scopes.find(local).is_some();
            let import = self.code.imports.iter().find(|import| import.local == local);
            let exported = match (import, self.file_classes.get(local)) {
                (Some(import), _) if !is_bound => {
                    Exported::From { module: import.module.clone(), name: import.name.clone() }
                }
                (_, Some(class)) if !matches!(self.scopes.find(local), Some(Binding::Variable(_))) => {
                    Exported::Class(*class)
                }
                _ => {
                    let value = self.name(own);
                    Exported::Expression(value)
                }
            };
            self.add_export(name, exported);
        }
    }

    /// Whether an expression is the `exports` of `CommonJS`: `module.exports`, `exports`, an assignment to one of them.
    pub(super) fn is_exports(&self, node: Node<'t>) -> bool {
        let mut at = unwrap(node);
        while at.kind() == "assignment_expression" {
            let parts = (at.child_by_field_name("left"), at.child_by_field_name("right"));
            let (Some(left), Some(right)) = parts else { return false };
            if self.names_exports(unwrap(left)) {
                return true;
            }
            at = unwrap(right);
        }
        self.names_exports(at)
    }

    fn names_exports(&self, node: Node<'t>) -> bool {
        match node.kind() {
            "identifier" => match self.scopes.find(self.text_of(node)) {
                Some(Binding::Variable(id)) => self.exports_aliases.contains(&id),
                Some(_) => false,
                None => self.text_of(node) == "exports",
            },
            "member_expression" => self.text_of(node) == "module.exports" && self.scopes.find("module").is_none(),
            _ => false,
        }
    }

    /// `module.exports = …`, `exports.name = …`.
    pub(super) fn export_assignment(&mut self, left: Node<'t>, value: ExpressionId) {
        let left = unwrap(left);
        if self.names_exports(left) && left.kind() == "member_expression" {
            self.export_all(value);
            return;
        }
        if !left.child_by_field_name("object").is_some_and(|object| self.names_exports(unwrap(object))) {
            return;
        }
        let name = match left.kind() {
            "member_expression" => left.child_by_field_name("property").map(|name| self.text_of(name)),
            _ => left.child_by_field_name("index").and_then(|name| self.constant(name)).map(|(name, _)| name),
        };
        if let Some(name) = name {
            self.export_value(name, value);
        }
    }

    /// The value of `module.exports`.
    fn export_all(&mut self, value: ExpressionId) {
        let ExpressionKind::Object { properties, spreads } = self.kind(value) else {
            self.export_value("default", value);
            return;
        };
        let (properties, spreads) = (properties.clone(), spreads.clone());
        for property in properties {
            self.export_value(&property.name, property.value);
        }
        for spread in spreads {
            self.export_spread(spread);
        }
    }

    /// All that another module exports, or that an object holds.
    fn export_spread(&mut self, value: ExpressionId) {
        let mut at = value;
        if let ExpressionKind::Variable(variable) = self.kind(at)
            && let [only] = self.code.variables[variable.0 as usize].values.as_slice()
        {
            at = *only;
        }
        let exported = match self.kind(at) {
            ExpressionKind::Module(module) => Exported::From { module: module.clone(), name: OuterPart::All },
            ExpressionKind::Name { name, .. } => match self.code.imports.iter().find(|import| import.local == *name) {
                Some(import) => Exported::From { module: import.module.clone(), name: import.name.clone() },
                None => Exported::Expression(value),
            },
            ExpressionKind::Object { .. } if at == value => {
                self.deeper(|own| own.export_all(value));
                return;
            }
            _ => Exported::Expression(value),
        };
        self.add_export("*", exported);
    }

    /// `Object.assign(module.exports, …)`; tells whether a call is one.
    pub(super) fn copies_to_exports(&mut self, function: Node<'t>, list: Node<'t>, arguments: &[ExpressionId]) -> bool {
        let first = || children(list).first().copied();
        let is_copy = self.text_of(function) == "Object.assign" && first().is_some_and(|it| self.is_exports(it));
        if is_copy {
            for argument in arguments.iter().skip(1) {
                self.export_spread(*argument);
            }
        }
        is_copy
    }
}
