//! Types as they are written.

use tree_sitter::Node;

use super::Lowering;
use crate::extract::host::depth::Recursion;
use crate::extract::host::span_of;
use crate::extract::typescript::builder::code::children;
use crate::model::code::{ExpressionId, ExpressionKind, TypeExpression, TypeId, UseForm};
use crate::model::statement::Access;

impl<'t> Lowering<'t> {
    /// A type, or an annotation that holds one.
    pub(super) fn type_of(&mut self, node: Node<'t>) -> TypeId {
        self.type_within(node, None)
    }

    /// A type; `this` stands for the alias that it is written for.
    pub(super) fn type_within(&mut self, node: Node<'t>, this: Option<ExpressionId>) -> TypeId {
        match self.deeper(|own| own.read_type(node, this)) {
            Some(id) => id,
            None => self.add_type(TypeExpression::Opaque),
        }
    }

    fn read_type(&mut self, node: Node<'t>, this: Option<ExpressionId>) -> TypeId {
        let kind = match node.kind() {
            "type_annotation"
            | "adding_type_annotation"
            | "omitting_type_annotation"
            | "opting_type_annotation"
            | "parenthesized_type"
            | "readonly_type"
            | "optional_type"
            | "rest_type" => match children(node).first() {
                Some(inner) => return self.type_within(*inner, this),
                None => TypeExpression::Opaque,
            },
            "type_identifier" | "identifier" => {
                let name = self.text_of(node);
                if self.type_parameters.get(name).is_some_and(|open| *open > 0) {
                    TypeExpression::Parameter(name.to_owned())
                } else {
                    named(name, Vec::new())
                }
            }
            "predefined_type" | "nested_type_identifier" | "this_type" | "nested_identifier" | "member_expression" => {
                self.dotted(node, Vec::new())
            }
            "generic_type" => {
                let name = node.child_by_field_name("name").unwrap_or(node);
                let Some(list) = node.child_by_field_name("type_arguments") else {
                    return self.type_within(name, None);
                };
                let arguments = self.type_arguments(list);
                if let [of, _, ..] = *arguments {
                    self.literal_keys(of, list);
                }
                self.dotted(name, arguments)
            }
            "array_type" => match children(node).first() {
                Some(item) => TypeExpression::List(self.type_of(*item)),
                None => TypeExpression::Opaque,
            },
            "tuple_type" => {
                let items = children(node).into_iter().map(|item| self.tuple_item(item)).collect();
                TypeExpression::List(self.one_of(items))
            }
            "union_type" => TypeExpression::Union(self.operands(node, None)),
            "intersection_type" => TypeExpression::Intersection(self.operands(node, this)),
            "object_type" => return self.object_type(node, this),
            "function_type" | "constructor_type" => return self.function_type(node),
            "type_query" => match children(node).first() {
                Some(value) => TypeExpression::TypeOf(self.expression(*value)),
                None => TypeExpression::Opaque,
            },
            // Whatever decides, it is one of the two.
            "conditional_type" => {
                let branches = ["consequence", "alternative"];
                let branches = branches.iter().filter_map(|name| node.child_by_field_name(name));
                TypeExpression::Union(branches.map(|branch| self.type_of(branch)).collect())
            }
            "index_type_query" => match children(node).first() {
                Some(of) => {
                    let of = self.type_of(*of);
                    named("keyof", vec![of])
                }
                None => TypeExpression::Opaque,
            },
            "lookup_type" => self.part(node),
            "literal_type" => self.literal(node),
            "template_literal_type" => named("string", Vec::new()),
            _ => TypeExpression::Opaque,
        };
        self.add_type(kind)
    }

    /// Type arguments in order.
    pub(super) fn type_arguments(&mut self, list: Node<'t>) -> Vec<TypeId> {
        children(list).into_iter().map(|argument| self.type_of(argument)).collect()
    }

    fn dotted(&self, node: Node<'t>, arguments: Vec<TypeId>) -> TypeExpression {
        let text = self.text_of(node);
        let is_name = text.chars().all(|letter| letter.is_alphanumeric() || "_$.".contains(letter));
        if is_name { named(text, arguments) } else { TypeExpression::Opaque }
    }

    fn one_of(&mut self, mut types: Vec<TypeId>) -> TypeId {
        match types.len() {
            1 => types.remove(0),
            _ => self.add_type(TypeExpression::Union(types)),
        }
    }

    fn tuple_item(&mut self, item: Node<'t>) -> TypeId {
        self.type_of(item.child_by_field_name("type").unwrap_or(item))
    }

    /// The operands of `|` or `&`, which the grammar nests to the left.
    fn operands(&mut self, node: Node<'t>, this: Option<ExpressionId>) -> Vec<TypeId> {
        let mut nodes = Vec::new();
        let mut at = node;
        loop {
            let mut parts = children(at);
            let first = if parts.is_empty() { None } else { Some(parts.remove(0)) };
            nodes.extend(parts.into_iter().rev());
            match first {
                Some(inner) if inner.kind() == node.kind() => at = inner,
                Some(inner) => {
                    nodes.push(inner);
                    break;
                }
                None => break,
            }
        }
        nodes.into_iter().rev().map(|operand| self.type_within(operand, this)).collect()
    }

    /// `(user: User) => string`, `new () => User`, or the signature of a method.
    pub(super) fn function_type(&mut self, node: Node<'t>) -> TypeId {
        let type_parameters = self.open_type_parameters(node);
        let mut parameters = Vec::new();
        for parameter in node.child_by_field_name("parameters").map(children).unwrap_or_default() {
            if parameter.child_by_field_name("pattern").is_some_and(|pattern| pattern.kind() == "this") {
                continue;
            }
            parameters.push(match parameter.child_by_field_name("type") {
                Some(kind) => self.type_of(kind),
                None => self.add_type(TypeExpression::Opaque),
            });
        }
        let returns = ["return_type", "type"].iter().find_map(|field| node.child_by_field_name(field));
        let returns = match returns {
            Some(kind) => self.type_of(kind),
            None => self.add_type(TypeExpression::Opaque),
        };
        self.close_type_parameters(&type_parameters);
        self.add_type(TypeExpression::Function { parameters, returns })
    }

    /// `User["name"]`, `User[number]`.
    fn part(&mut self, node: Node<'t>) -> TypeExpression {
        let parts = children(node);
        let [of, key] = parts.as_slice() else { return TypeExpression::Opaque };
        let of = self.type_of(*of);
        let literal = children(*key).first().and_then(|inner| self.constant(*inner));
        match (literal, self.text_of(*key)) {
            (Some((name, span)), _) => {
                let receiver = self.add(ExpressionKind::Typed(of), span_of(node));
                self.record(name, span, receiver, Access::Read, UseForm::Property);
                TypeExpression::Part { of, name: name.to_owned() }
            }
            // `T[number]`, `Parameters<typeof f>[0]`.
            (None, "number" | "0" | "1" | "2") => TypeExpression::Part { of, name: String::new() },
            _ => TypeExpression::Opaque,
        }
    }

    /// The keys that `Pick<User, "full_name" | "email">` names: strings after the first type argument.
    fn literal_keys(&mut self, of: TypeId, list: Node<'t>) {
        let mut receiver = None;
        let mut left: Vec<Node<'t>> = children(list).into_iter().skip(1).rev().collect();
        while let Some(node) = left.pop() {
            match node.kind() {
                "union_type" | "parenthesized_type" => left.extend(children(node).into_iter().rev()),
                "literal_type" => {
                    let Some((name, span)) = children(node).first().and_then(|inner| self.constant(*inner)) else {
                        continue;
                    };
                    let receiver = *receiver.get_or_insert_with(|| self.add(ExpressionKind::Typed(of), span_of(list)));
                    self.record(name, span, receiver, Access::Read, UseForm::Argument);
                }
                _ => {}
            }
        }
    }

    /// `"active"` with its quotes; for `1`, `null` and others the type that the literal has.
    fn literal(&self, node: Node<'t>) -> TypeExpression {
        if let Some((text, _)) = children(node).first().and_then(|inner| self.constant(*inner)) {
            return named(&format!("\"{text}\""), Vec::new());
        }
        let name = match children(node).first().map(Node::kind) {
            Some("number" | "unary_expression") => "number",
            Some("true" | "false") => "boolean",
            Some("null") => "null",
            Some("undefined") => "undefined",
            _ => return TypeExpression::Opaque,
        };
        named(name, Vec::new())
    }

    /// `{ name: T }`. Its members are declared; `this` stands for the alias that it is written for.
    pub(super) fn object_type(&mut self, node: Node<'t>, this: Option<ExpressionId>) -> TypeId {
        let mut members: Vec<(String, TypeId)> = Vec::new();
        let mut keys = Vec::new();
        let mut others = None;
        let mut mapped = None;
        for part in children(node) {
            let known = part.child_by_field_name("name").and_then(|name| self.key(name));
            let kind = match (part.kind(), known) {
                ("property_signature", _) => part.child_by_field_name("type").map(|kind| self.type_of(kind)),
                ("method_signature", _) => Some(self.function_type(part)),
                ("index_signature", _) if part.child_by_field_name("name").is_none() => {
                    mapped = self.mapped_type(part);
                    continue;
                }
                ("index_signature", _) => {
                    let kind = part.child_by_field_name("type");
                    others = kind.map(|kind| self.type_of(kind)).or(others);
                    continue;
                }
                _ => continue,
            };
            let Some((name, span)) = known else { continue };
            let kind = kind.unwrap_or_else(|| self.add_type(TypeExpression::Opaque));
            members.push((name.to_owned(), kind));
            keys.push((name, span));
        }
        if let Some(value) = others.filter(|_| members.is_empty()) {
            let key = self.add_type(TypeExpression::Named { name: "string".to_owned(), arguments: Vec::new() });
            return self.add_type(TypeExpression::Named { name: "Record".to_owned(), arguments: vec![key, value] });
        }
        if members.is_empty() {
            return self.add_type(mapped.unwrap_or(TypeExpression::Opaque));
        }
        let id = self.add_type(TypeExpression::Object(members));
        if !keys.is_empty() {
            let receiver = this.unwrap_or_else(|| self.add(ExpressionKind::Typed(id), span_of(node)));
            for (name, span) in keys {
                self.record(name, span, receiver, Access::Both, UseForm::Declaration);
            }
        }
        id
    }

    /// `{ [K in keyof T]: … }` has the keys of `T`, as `Partial<T>` has.
    fn mapped_type(&mut self, signature: Node<'t>) -> Option<TypeExpression> {
        let clause = children(signature).into_iter().find(|part| part.kind() == "mapped_type_clause")?;
        let keys = clause.child_by_field_name("type").filter(|keys| keys.kind() == "index_type_query")?;
        let of = self.type_of(*children(keys).first()?);
        Some(TypeExpression::Named { name: "Partial".to_owned(), arguments: vec![of] })
    }
}

fn named(name: &str, arguments: Vec<TypeId>) -> TypeExpression {
    TypeExpression::Named { name: name.to_owned(), arguments }
}
