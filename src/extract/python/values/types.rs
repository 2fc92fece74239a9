//! Types as annotations write them.

use tree_sitter::Node;

use super::{Lowering, parts};
use crate::extract::host::depth::Recursion;
use crate::model::code::{TypeExpression, TypeId};

impl<'t> Lowering<'t> {
    /// The type of an annotation; `None` for one that says nothing.
    pub(super) fn annotation(&mut self, node: Option<Node<'t>>) -> Option<TypeId> {
        let node = node?;
        if matches!(self.text_of(node), "Any" | "object" | "typing.Any") {
            return None;
        }
        self.deeper(|lowering| lowering.type_of(node))
    }

    fn type_of(&mut self, node: Node<'t>) -> TypeId {
        let found = self.deeper(|lowering| lowering.type_here(node));
        found.unwrap_or_else(|| self.add_type(TypeExpression::Opaque))
    }

    fn type_here(&mut self, node: Node<'t>) -> TypeId {
        let of = match node.kind() {
            "type" | "parenthesized_expression" | "type_parameter" => match parts(node).first() {
                Some(inner) => return self.type_of(*inner),
                None => TypeExpression::Opaque,
            },
            "identifier" | "attribute" | "member_type" => {
                TypeExpression::Named { name: self.text_of(node).replace(' ', ""), arguments: Vec::new() }
            }
            "none" => TypeExpression::Named { name: "None".to_owned(), arguments: Vec::new() },
            // `"User"`, `"list[User]"`: a name that is not declared yet.
            "string" => {
                let written = self.text_of(node).trim_matches(['"', '\'']).to_owned();
                return self.written_type(&written, 0);
            }
            "binary_operator" | "union_type" => {
                let options = parts(node).into_iter().map(|part| self.type_of(part)).collect();
                TypeExpression::Union(options)
            }
            "generic_type" | "subscript" => {
                let all = parts(node);
                let Some((head, rest)) = all.split_first() else { return self.add_type(TypeExpression::Opaque) };
                let name = self.text_of(*head).replace(' ', "");
                let arguments: Vec<TypeId> = rest
                    .iter()
                    .flat_map(|part| if part.kind() == "type_parameter" { parts(*part) } else { vec![*part] })
                    .map(|part| self.type_of(part))
                    .collect();
                return self.generic(name, arguments);
            }
            "list" => TypeExpression::Opaque,
            _ => TypeExpression::Opaque,
        };
        self.add_type(of)
    }

    fn generic(&mut self, name: String, arguments: Vec<TypeId>) -> TypeId {
        let simple = name.rsplit('.').next().unwrap_or(&name);
        let of = match (simple, arguments.as_slice()) {
            ("Union", _) => TypeExpression::Union(arguments),
            // What is told beside the type is no part of it.
            (
                "Annotated" | "Type" | "type" | "ClassVar" | "Final" | "InitVar" | "Required" | "NotRequired"
                | "Generator" | "AsyncGenerator",
                [first, ..],
            ) => {
                if simple.ends_with("Generator") {
                    TypeExpression::List(*first)
                } else {
                    return *first;
                }
            }
            _ => TypeExpression::Named { name, arguments },
        };
        self.add_type(of)
    }

    /// A type in a string.
    fn written_type(&mut self, written: &str, depth: u32) -> TypeId {
        let written = written.trim();
        if depth > 8 {
            return self.add_type(TypeExpression::Opaque);
        }
        let is_name =
            |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
        if let Some((head, rest)) = written.split_once('[')
            && is_name(head.trim())
            && let Some(inside) = rest.strip_suffix(']')
        {
            let arguments = inside.split(',').map(|part| self.written_type(part, depth + 1)).collect();
            return self.generic(head.trim().to_owned(), arguments);
        }
        if written.contains('|') {
            let options = written.split('|').map(|part| self.written_type(part, depth + 1)).collect();
            return self.add_type(TypeExpression::Union(options));
        }
        let of = if is_name(written) {
            TypeExpression::Named { name: written.to_owned(), arguments: Vec::new() }
        } else {
            TypeExpression::Opaque
        };
        self.add_type(of)
    }
}
