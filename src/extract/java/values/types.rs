//! Types as Java writes them, and imports.

use tree_sitter::Node;

use super::names::TypeName;
use super::{Lowering, parts};
use crate::extract::host::depth::Recursion;
use crate::model::code::{Import, OuterPart, TypeExpression, TypeId};

impl<'t> Lowering<'t> {
    /// The type that a declaration gives; `None` for `var` and Lombok's `val`.
    pub(super) fn declared_type(&mut self, class: Option<Node<'t>>, dimensions: Option<Node<'t>>) -> Option<TypeId> {
        let class = class?;
        let is_left_open = matches!(self.text_of(class), "var" | "val");
        if is_left_open && self.names.type_name(self.text_of(class)).is_none() {
            return None;
        }
        let of = self.type_of(class);
        Some(self.dimensions(of, dimensions))
    }

    /// A type; what is nested too deeply is opaque.
    pub(super) fn type_of(&mut self, node: Node<'t>) -> TypeId {
        let found = self.deeper(|lowering| lowering.type_here(node));
        found.unwrap_or_else(|| self.add_type(TypeExpression::Opaque))
    }

    fn type_here(&mut self, node: Node<'t>) -> TypeId {
        let of = match node.kind() {
            "generic_type" => {
                let all = parts(node);
                let name = all.first().map(|name| self.dotted(*name)).unwrap_or_default();
                let list = all.iter().find(|part| part.kind() == "type_arguments");
                let arguments = list.map(|list| self.types_in(*list)).unwrap_or_default();
                TypeExpression::Named { name, arguments }
            }
            "array_type" => {
                let element = node.child_by_field_name("element").map(|element| self.type_of(element));
                let element = element.unwrap_or_else(|| self.add_type(TypeExpression::Opaque));
                return self.dimensions(element, node.child_by_field_name("dimensions"));
            }
            "annotated_type" => match parts(node).last() {
                Some(inner) => return self.type_of(*inner),
                None => TypeExpression::Opaque,
            },
            "wildcard" => {
                let bound = parts(node).into_iter().rfind(|part| !matches!(part.kind(), "super"));
                match bound.filter(|part| !part.kind().ends_with("annotation")) {
                    Some(bound) => return self.type_of(bound),
                    None => TypeExpression::Opaque,
                }
            }
            _ => {
                let name = self.dotted(node);
                match self.names.type_name(&name) {
                    Some(TypeName::Parameter) => match self.bounds.get(name.as_str()).copied() {
                        // Whatever stands for it is at least what it is bound to be.
                        Some(bound) => {
                            let own = self.add_type(TypeExpression::Parameter(name));
                            TypeExpression::Intersection(vec![own, bound])
                        }
                        None => TypeExpression::Parameter(name),
                    },
                    _ => TypeExpression::Named { name, arguments: Vec::new() },
                }
            }
        };
        self.add_type(of)
    }

    /// The types of a list.
    pub(super) fn types_in(&mut self, list: Node<'t>) -> Vec<TypeId> {
        parts(list).into_iter().map(|part| self.type_of(part)).collect()
    }

    /// Brackets behind a name or a type.
    pub(super) fn dimensions(&mut self, of: TypeId, dimensions: Option<Node<'t>>) -> TypeId {
        let text = dimensions.map_or("", |dimensions| self.text_of(dimensions));
        let levels = text.bytes().filter(|byte| *byte == b'[').count().min(super::DEEPEST as usize);
        (0..levels).fold(of, |of, _| self.add_type(TypeExpression::List(of)))
    }

    /// A name with dots, without blanks, comments, annotations and type arguments.
    pub(super) fn dotted(&self, node: Node<'t>) -> String {
        let text = self.text_of(node);
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.');
        if text.chars().all(is_plain) {
            return text.to_owned();
        }
        let mut names = Vec::new();
        let mut left = vec![node];
        while let Some(node) = left.pop() {
            match node.kind() {
                "type_arguments" | "marker_annotation" | "annotation" => {}
                _ if node.named_child_count() == 0 => names.push(self.text_of(node)),
                _ => left.extend(parts(node).into_iter().rev()),
            }
        }
        names.join(".")
    }

    /// The names of type parameters, which are in scope from here on.
    pub(super) fn type_parameters(&mut self, list: Option<Node<'t>>) -> Vec<String> {
        let mut found = Vec::new();
        for parameter in list.map(parts).unwrap_or_default() {
            let name = parts(parameter).into_iter().find(|part| part.kind().ends_with("identifier"));
            let Some(name) = name.map(|name| self.text_of(name)) else { continue };
            self.names.add_type(name, TypeName::Parameter);
            found.push(name.to_owned());
            self.bounds.remove(name);
            let bound = parts(parameter).into_iter().find(|part| part.kind() == "type_bound");
            let bound = bound.and_then(|bound| parts(bound).first().copied()).map(|bound| self.type_of(bound));
            self.bounds.extend(bound.map(|bound| (name, bound)));
        }
        found
    }

    /// `import com.x.User;`, `import com.x.*;`, `import static com.x.Names.FULL;`
    pub(super) fn import(&mut self, node: Node<'t>) {
        let all = parts(node);
        let Some(name) = all.first() else { return };
        let is_all = all.iter().any(|part| part.kind() == "asterisk");
        let mut cursor = node.walk();
        let is_static = node.children(&mut cursor).any(|child| child.kind() == "static");
        let path = self.dotted(*name);
        let import = if is_all {
            if is_static {
                self.names.add_imported_class(path.clone());
            }
            Import { local: String::new(), module: path, name: OuterPart::All }
        } else {
            let (module, local) = path.rsplit_once('.').unwrap_or(("", &path));
            if let Some(last) = name.child_by_field_name("name").filter(|_| is_static) {
                self.names.add_import(self.text_of(last));
            }
            Import { local: local.to_owned(), module: module.to_owned(), name: OuterPart::Named(local.to_owned()) }
        };
        self.code.imports.push(import);
    }
}
