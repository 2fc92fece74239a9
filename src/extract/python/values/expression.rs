//! Expressions.

use tree_sitter::Node;

use super::{Lowering, Named, parts};
use crate::extract::host::depth::Recursion;
use crate::extract::host::span_of;
use crate::model::code::{ExpressionId, ExpressionKind, FlowTarget, ObjectProperty, UseForm};
use crate::model::span::Span;
use crate::model::statement::Access;

/// Longest text that is kept.
const LONGEST_TEXT: usize = 128;

impl<'t> Lowering<'t> {
    /// An expression; what is nested too deeply is opaque.
    pub(super) fn expression(&mut self, node: Node<'t>) -> ExpressionId {
        let found = self.deeper(|lowering| lowering.expression_here(node));
        found.unwrap_or_else(|| self.opaque(node))
    }

    fn expression_here(&mut self, node: Node<'t>) -> ExpressionId {
        match node.kind() {
            "identifier" => self.name(node),
            "attribute" => self.attribute(node),
            "subscript" => self.subscript(node, Access::Read),
            "call" => self.call(node),
            "string" | "concatenated_string" => self.text_literal(node),
            "integer" | "float" | "true" | "false" | "none" | "ellipsis" => self.add_at(ExpressionKind::Scalar, node),
            "parenthesized_expression" | "list_splat" | "dictionary_splat" => match parts(node).first() {
                Some(inner) => self.expression(*inner),
                None => self.opaque(node),
            },
            "list" | "tuple" | "set" | "expression_list" => {
                let items: Vec<ExpressionId> = parts(node).into_iter().map(|item| self.expression(item)).collect();
                self.collected(items, node)
            }
            "dictionary" => self.dictionary(node),
            "list_comprehension" | "set_comprehension" | "generator_expression" => {
                let mark = self.open.len();
                self.clauses(node);
                let item = node.child_by_field_name("body").map(|body| self.expression(body));
                self.leave(mark);
                self.collected(item.into_iter().collect(), node)
            }
            "dictionary_comprehension" => {
                let mark = self.open.len();
                self.clauses(node);
                let mut values = Vec::new();
                if let Some(pair) = node.child_by_field_name("body") {
                    if let Some(key) = pair.child_by_field_name("key") {
                        self.expression(key);
                    }
                    values.extend(pair.child_by_field_name("value").map(|value| self.expression(value)));
                }
                self.leave(mark);
                self.collected(values, node)
            }
            "conditional_expression" => {
                let all: Vec<ExpressionId> = parts(node).into_iter().map(|part| self.expression(part)).collect();
                match all[..] {
                    [first, _, other] => self.choice(vec![first, other], node),
                    _ => self.opaque(node),
                }
            }
            "boolean_operator" => {
                let left = node.child_by_field_name("left").map(|left| self.expression(left));
                let right = node.child_by_field_name("right").map(|right| self.expression(right));
                self.choice(left.into_iter().chain(right).collect(), node)
            }
            "binary_operator" => {
                let left = node.child_by_field_name("left").map(|left| self.expression(left));
                let right = node.child_by_field_name("right").map(|right| self.expression(right));
                let operator = node.child_by_field_name("operator").map_or("", |operator| operator.kind());
                match operator {
                    // Of query sets; numbers are no rows either way.
                    "|" | "&" | "+" => {
                        let is_text = |id: &ExpressionId| {
                            matches!(self.code.expression(*id).kind, ExpressionKind::Text(_) | ExpressionKind::Scalar)
                        };
                        if left.iter().chain(&right).any(is_text) {
                            self.add_at(ExpressionKind::Scalar, node)
                        } else {
                            self.choice(left.into_iter().chain(right).collect(), node)
                        }
                    }
                    _ => self.add_at(ExpressionKind::Scalar, node),
                }
            }
            "comparison_operator" | "not_operator" | "unary_operator" => {
                for part in parts(node) {
                    self.expression(part);
                }
                self.add_at(ExpressionKind::Scalar, node)
            }
            "lambda" => self.lambda(node),
            "await" => match parts(node).first() {
                Some(inner) => {
                    let inner = self.expression(*inner);
                    let whole = self.add_at(ExpressionKind::Await(inner), node);
                    self.flow(inner, FlowTarget::Part(whole));
                    whole
                }
                None => self.opaque(node),
            },
            "yield" => {
                if let Some(value) = parts(node).first() {
                    let value = self.expression(*value);
                    self.yielded(value, node);
                }
                self.opaque(node)
            }
            "named_expression" => {
                let value = node.child_by_field_name("value").map(|value| self.expression(value));
                if let (Some(name), Some(value)) = (node.child_by_field_name("name"), value) {
                    self.assign(name, value, Access::Write);
                }
                value.unwrap_or_else(|| self.opaque(node))
            }
            "as_pattern" => {
                // `with open(x) as f`.
                let value = parts(node).first().map(|value| self.expression(*value));
                if let (Some(alias), Some(value)) = (node.child_by_field_name("alias"), value) {
                    self.assign(alias, value, Access::Write);
                }
                value.unwrap_or_else(|| self.opaque(node))
            }
            "keyword_argument" => match node.child_by_field_name("value") {
                Some(value) => self.expression(value),
                None => self.opaque(node),
            },
            _ => {
                for part in parts(node) {
                    if part.kind() == "block" {
                        self.statement(part);
                    } else {
                        self.expression(part);
                    }
                }
                self.opaque(node)
            }
        }
    }

    fn collected(&mut self, items: Vec<ExpressionId>, node: Node<'t>) -> ExpressionId {
        let list = self.add_at(ExpressionKind::List(items.clone()), node);
        for item in items {
            self.flow(item, FlowTarget::Part(list));
        }
        list
    }

    fn choice(&mut self, options: Vec<ExpressionId>, node: Node<'t>) -> ExpressionId {
        let choice = self.add_at(ExpressionKind::Choice(options.clone()), node);
        for option in options {
            self.flow(option, FlowTarget::Part(choice));
        }
        choice
    }

    /// The loops and conditions of a comprehension.
    fn clauses(&mut self, node: Node<'t>) {
        for clause in parts(node) {
            match clause.kind() {
                "for_in_clause" => {
                    let right = clause.child_by_field_name("right").map(|right| self.expression(right));
                    if let (Some(left), Some(whole)) = (clause.child_by_field_name("left"), right) {
                        let element = self.add_at(ExpressionKind::Element(whole), left);
                        self.loop_names(left, element);
                    }
                }
                "if_clause" => {
                    for part in parts(clause) {
                        self.expression(part);
                    }
                }
                _ => {}
            }
        }
    }

    /// The variables of a comprehension are its own.
    fn loop_names(&mut self, left: Node<'t>, value: ExpressionId) {
        if left.kind() == "identifier" {
            let id = self.declare(left, None);
            self.assign_variable(id, value);
            return;
        }
        for target in parts(left) {
            let element = self.add_at(ExpressionKind::Element(value), target);
            self.deeper(|lowering| lowering.loop_names(target, element));
        }
    }

    fn name(&mut self, node: Node<'t>) -> ExpressionId {
        self.name_of(self.text_of(node), node)
    }

    /// What a name stands for that is meant at a node.
    pub(super) fn name_of(&mut self, name: &str, node: Node<'t>) -> ExpressionId {
        let kind = match self.lookup(name) {
            Some(Named::Variable(id)) => ExpressionKind::Variable(self.now(id)),
            Some(Named::Function(id)) => ExpressionKind::Function(id),
            Some(Named::Class(id)) => ExpressionKind::Class(id),
            Some(Named::This(id)) => ExpressionKind::This(id),
            Some(Named::Imported) | None => ExpressionKind::Name { name: name.to_owned(), class: self.class() },
        };
        self.add_at(kind, node)
    }

    fn attribute(&mut self, node: Node<'t>) -> ExpressionId {
        let (Some(object), Some(name)) = (node.child_by_field_name("object"), node.child_by_field_name("attribute"))
        else {
            return self.opaque(node);
        };
        let object = self.expression(object);
        self.add_use(self.text_of(name), span_of(name), object, Access::Read, UseForm::Property);
        self.add_at(ExpressionKind::Member { object, name: self.text_of(name).to_owned() }, node)
    }

    /// `row["full_name"]`, `rows[0]`, `frame[["full_name", "id"]]`.
    pub(super) fn subscript(&mut self, node: Node<'t>, access: Access) -> ExpressionId {
        let Some(value) = node.child_by_field_name("value") else { return self.opaque(node) };
        let whole = self.expression(value);
        let keys: Vec<Node<'t>> = parts(node).into_iter().filter(|part| part.id() != value.id()).collect();
        if let [key] = keys[..]
            && let Some((name, span)) = self.plain_name(key)
        {
            self.add_use(&name, span, whole, access, UseForm::Property);
            return self.add_at(ExpressionKind::Member { object: whole, name }, node);
        }
        let mut names = false;
        for key in &keys {
            if let Some(list) = self.list_of(*key) {
                names |= self.column_names(list, whole, access, 0);
            }
            if matches!(key.kind(), "list" | "tuple" | "string") {
                names |= self.column_names(*key, whole, access, 0);
            }
            self.expression(*key);
        }
        // A part of the columns, or of the rows that fulfil a condition, is the same thing with less in it.
        let is_part =
            names || keys.iter().any(|key| !matches!(key.kind(), "integer" | "identifier" | "unary_operator"));
        if is_part { self.choice(vec![whole], node) } else { self.add_at(ExpressionKind::Element(whole), node) }
    }

    /// The name that a string is, and where it stands.
    pub(super) fn plain_name(&self, node: Node<'_>) -> Option<(String, Span)> {
        if node.kind() != "string" {
            return None;
        }
        let mut cursor = node.walk();
        let mut inside = node
            .named_children(&mut cursor)
            .filter(|part| part.kind() != "string_start" && part.kind() != "string_end");
        let content = inside.next().filter(|content| content.kind() == "string_content")?;
        let text = self.text_of(content);
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let is_name = !text.is_empty() && !text.starts_with(|c: char| c.is_numeric()) && text.chars().all(is_word);
        (inside.next().is_none() && is_name).then(|| (text.to_owned(), span_of(content)))
    }

    fn text_literal(&mut self, node: Node<'t>) -> ExpressionId {
        // What a format string takes in.
        let mut left = vec![node];
        let mut plain = true;
        while let Some(part) = left.pop() {
            match part.kind() {
                "interpolation" => {
                    plain = false;
                    if let Some(value) = part.child_by_field_name("expression") {
                        self.expression(value);
                    }
                }
                "string" | "concatenated_string" | "string_content" => left.extend(parts(part)),
                _ => {}
            }
        }
        let mut inside = parts(node).into_iter().filter(|part| part.kind() == "string_content");
        let text = match (inside.next(), inside.next()) {
            (Some(only), None) if plain && node.kind() == "string" => self.text_of(only),
            _ => "",
        };
        let text = if text.len() <= LONGEST_TEXT { text } else { "" };
        self.add_at(ExpressionKind::Text(text.to_owned()), node)
    }

    fn dictionary(&mut self, node: Node<'t>) -> ExpressionId {
        let (mut properties, mut spreads, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts(node) {
            match part.kind() {
                "pair" => {
                    let (Some(key), Some(value)) = (part.child_by_field_name("key"), part.child_by_field_name("value"))
                    else {
                        continue;
                    };
                    let name = self.plain_name(key);
                    if name.is_none() {
                        self.expression(key);
                    }
                    let value = self.expression(value);
                    if let Some((name, span)) = name {
                        keys.push((name.clone(), span));
                        properties.push(ObjectProperty { name, value });
                    }
                }
                "dictionary_splat" => {
                    if let Some(inner) = parts(part).first() {
                        spreads.push(self.expression(*inner));
                    }
                }
                _ => {
                    self.expression(part);
                }
            }
        }
        let values: Vec<(String, ExpressionId)> =
            properties.iter().map(|property| (property.name.clone(), property.value)).collect();
        let object = self.add_at(ExpressionKind::Object { properties, spreads: spreads.clone() }, node);
        for (name, span) in keys {
            self.add_use(&name, span, object, Access::Write, UseForm::Key);
        }
        for (name, value) in values {
            self.flow(value, FlowTarget::Property(object, name));
        }
        for spread in spreads {
            self.flow(spread, FlowTarget::Spread(object));
        }
        object
    }
}
