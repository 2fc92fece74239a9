//! Expressions.

use tree_sitter::Node;

use super::call::is_name;
use super::pattern::Binds;
use super::scope::Binding;
use super::template::written;
use super::{Lowering, This};
use crate::extract::host::depth::Recursion;
use crate::extract::host::span_of;
use crate::extract::typescript::builder::code::{children, unwrap};
use crate::model::code::{ExpressionId, ExpressionKind, FlowTarget, UseForm};
use crate::model::span::Span;
use crate::model::statement::Access;

/// Longest text, in bytes, that is kept.
const LONGEST_TEXT: usize = 100;

/// Strings of one list that may be names.
const MOST_NAMES: usize = 512;

/// Types of casts that say nothing: what is cast says more.
const VAGUE_TYPES: &[&str] = &["any", "unknown", "never", "const"];

impl<'t> Lowering<'t> {
    /// Any expression.
    pub(super) fn expression(&mut self, node: Node<'t>) -> ExpressionId {
        self.named_expression(node, "")
    }

    /// An expression whose value is given to something of that name; functions without a name of their own take it.
    pub(super) fn named_expression(&mut self, node: Node<'t>, name: &'t str) -> ExpressionId {
        match self.deeper(|own| own.read_expression(node, name)) {
            Some(id) => id,
            None => self.opaque(node),
        }
    }

    fn read_expression(&mut self, node: Node<'t>, name: &'t str) -> ExpressionId {
        let field = |name: &str| node.child_by_field_name(name);
        match node.kind() {
            "identifier" | "shorthand_property_identifier" => self.name(node),
            "this" | "super" => self.this(node),
            "member_expression" => self.member(node, Access::Read, UseForm::Property),
            "subscript_expression" => self.subscript(node, Access::Read, UseForm::Property),
            "call_expression" => self.call(node),
            "new_expression" => self.make(node),
            "object" => self.object(node),
            "array" => self.list(node),
            "arrow_function" => {
                let id = self.function(node, name, None, None);
                self.add(ExpressionKind::Function(id), span_of(node))
            }
            "function_expression" | "generator_function" => {
                let id = self.function(node, name, None, Some(This::Unknown));
                self.add(ExpressionKind::Function(id), span_of(node))
            }
            "class" => {
                let id = self.class_called(node, name);
                self.add(ExpressionKind::Class(id), span_of(node))
            }
            "parenthesized_expression" | "non_null_expression" | "instantiation_expression" => {
                match children(node).first() {
                    Some(inner) => self.named_expression(*inner, name),
                    None => self.opaque(node),
                }
            }
            "as_expression" | "satisfies_expression" | "type_assertion" => self.typed(node, name),
            "sequence_expression" => {
                let parts: Vec<ExpressionId> = children(node).into_iter().map(|part| self.expression(part)).collect();
                parts.last().copied().unwrap_or_else(|| self.opaque(node))
            }
            "await_expression" => match children(node).first() {
                Some(inner) => {
                    let inner = self.expression(*inner);
                    let id = self.add(ExpressionKind::Await(inner), span_of(node));
                    self.flow(inner, FlowTarget::Part(id));
                    id
                }
                None => self.opaque(node),
            },
            "yield_expression" => self.given_out(node),
            "ternary_expression" => {
                if let Some(condition) = field("condition") {
                    self.expression(condition);
                }
                let options = [field("consequence"), field("alternative")];
                let options = options.into_iter().flatten().map(|it| self.named_expression(it, name)).collect();
                self.choice(options, span_of(node))
            }
            "binary_expression" => self.binary(node),
            "unary_expression" => {
                if let Some(argument) = field("argument") {
                    let is_delete = field("operator").is_some_and(|operator| operator.kind() == "delete");
                    if is_delete {
                        self.place(argument, Access::Write);
                    } else {
                        self.expression(argument);
                    }
                }
                self.scalar(node)
            }
            "update_expression" => {
                if let Some(argument) = field("argument") {
                    self.place(argument, Access::Both);
                }
                self.scalar(node)
            }
            "assignment_expression" => self.assignment(node),
            "augmented_assignment_expression" => self.augmented(node),
            "string" | "template_string" => self.string(node),
            "number" | "regex" | "true" | "false" | "null" | "undefined" => self.scalar(node),
            "jsx_element" | "jsx_self_closing_element" => self.element(node),
            "spread_element" => self.spread_items(node),
            _ => {
                for part in children(node) {
                    self.statement(part);
                }
                self.opaque(node)
            }
        }
    }

    pub(super) fn scalar(&mut self, node: Node<'t>) -> ExpressionId {
        self.add(ExpressionKind::Scalar, span_of(node))
    }

    /// An identifier.
    pub(super) fn name(&mut self, node: Node<'t>) -> ExpressionId {
        let name = self.text_of(node);
        let kind = match self.scopes.find(name) {
            Some(Binding::Variable(id)) => ExpressionKind::Variable(id),
            Some(Binding::Function(id)) => ExpressionKind::Function(id),
            Some(Binding::Class(id)) => ExpressionKind::Class(id),
            None => ExpressionKind::Name { name: name.to_owned(), class: self.classes.last().copied() },
        };
        self.add(kind, span_of(node))
    }

    fn this(&mut self, node: Node<'t>) -> ExpressionId {
        let kind = match self.this.last() {
            Some(This::Class(class)) => ExpressionKind::This(*class),
            Some(This::Literal(at)) => {
                let at = *at;
                let variable = match self.literals[at] {
                    Some(variable) => variable,
                    None => self.add_variable("", span_of(node)),
                };
                self.literals[at] = Some(variable);
                ExpressionKind::Variable(variable)
            }
            Some(This::Variable(variable)) => ExpressionKind::Variable(*variable),
            Some(This::Unknown) | None => ExpressionKind::Opaque,
        };
        self.add(kind, span_of(node))
    }

    /// `object.name`.
    pub(super) fn member(&mut self, node: Node<'t>, access: Access, form: UseForm) -> ExpressionId {
        let parts = (node.child_by_field_name("object"), node.child_by_field_name("property"));
        let (Some(object), Some(property)) = parts else { return self.opaque(node) };
        let object = self.expression(object);
        let name = self.text_of(property);
        self.record(name, span_of(property), object, access, form);
        self.add(ExpressionKind::Member { object, name: name.to_owned() }, span_of(node))
    }

    /// `object["name"]`, `list[0]`.
    pub(super) fn subscript(&mut self, node: Node<'t>, access: Access, form: UseForm) -> ExpressionId {
        let parts = (node.child_by_field_name("object"), node.child_by_field_name("index"));
        let (Some(object), Some(index)) = parts else { return self.opaque(node) };
        let object = self.expression(object);
        if let Some((name, span)) = self.constant(index) {
            self.record(name, span, object, access, form);
            return self.add(ExpressionKind::Member { object, name: name.to_owned() }, span_of(node));
        }
        if let Some(parts) = self.one_of_names(index, object, access, form) {
            return self.choice(parts, span_of(node));
        }
        let index = self.expression(index);
        self.flow(index, FlowTarget::Key(object, access));
        self.add(ExpressionKind::Element(object), span_of(node))
    }

    /// `row[isOld ? "old_name" : "new_name"]`: any of the parts.
    fn one_of_names(
        &mut self,
        index: Node<'t>,
        object: ExpressionId,
        access: Access,
        form: UseForm,
    ) -> Option<Vec<ExpressionId>> {
        let index = unwrap(index);
        let field = |name: &str| index.child_by_field_name(name).map(unwrap);
        if index.kind() != "ternary_expression" {
            return None;
        }
        let names = [self.constant(field("consequence")?)?, self.constant(field("alternative")?)?];
        self.expression(field("condition")?);
        let parts = names.into_iter().map(|(name, span)| {
            self.record(name, span, object, access, form);
            self.add(ExpressionKind::Member { object, name: name.to_owned() }, span)
        });
        Some(parts.collect())
    }

    /// One of several values.
    pub(super) fn choice(&mut self, options: Vec<ExpressionId>, span: Span) -> ExpressionId {
        let id = self.add(ExpressionKind::Choice(options.clone()), span);
        for option in options {
            self.flow(option, FlowTarget::Part(id));
        }
        id
    }

    fn list(&mut self, node: Node<'t>) -> ExpressionId {
        let mut items = Vec::new();
        let mut spreads = Vec::new();
        let mut names = Vec::new();
        for item in children(node) {
            let value = self.expression(item);
            if names.len() < MOST_NAMES {
                self.qualified(item);
                names.extend(self.constant(item).filter(|(name, _)| is_name(name)));
            }
            if let ExpressionKind::Element(of) = *self.kind(value)
                && item.kind() == "spread_element"
            {
                spreads.push(of);
            }
            items.push(value);
        }
        let id = self.add(ExpressionKind::List(items.clone()), span_of(node));
        for item in items {
            self.flow(item, FlowTarget::Part(id));
        }
        for spread in spreads {
            self.flow(spread, FlowTarget::Spread(id));
        }
        for (name, span) in names {
            self.record(name, span, id, Access::Read, UseForm::Argument);
        }
        id
    }

    /// `...items` in a list or among arguments: any of the items.
    pub(super) fn spread_items(&mut self, node: Node<'t>) -> ExpressionId {
        let Some(inner) = children(node).first().copied() else { return self.opaque(node) };
        let inner = self.expression(inner);
        self.add(ExpressionKind::Element(inner), span_of(node))
    }

    /// `x as T`, `x satisfies T`, `<T>x`.
    fn typed(&mut self, node: Node<'t>, name: &'t str) -> ExpressionId {
        let parts = children(node);
        let (value, kind) = match (node.kind(), parts.as_slice()) {
            ("type_assertion", [kind, value]) => (*value, Some(*kind)),
            (_, [value, kind]) => (*value, Some(*kind)),
            (_, [value, ..]) => (*value, None),
            _ => return self.opaque(node),
        };
        let value = self.named_expression(value, name);
        let Some(kind) = kind else { return value };
        let kind = match kind.kind() {
            "type_arguments" => children(kind).first().copied().unwrap_or(kind),
            _ => kind,
        };
        if VAGUE_TYPES.contains(&self.text_of(kind)) {
            return value;
        }
        let kind = self.type_of(kind);
        self.flow(value, FlowTarget::Declared(kind));
        if node.kind() == "satisfies_expression" {
            return value;
        }
        let id = self.add(ExpressionKind::Typed(kind), span_of(node));
        self.flow(value, FlowTarget::Part(id));
        // A cast changes nothing: what a row is cast to is still that row.
        let may_be_row = matches!(
            self.kind(value),
            ExpressionKind::Call { .. }
                | ExpressionKind::Await(_)
                | ExpressionKind::Element(_)
                | ExpressionKind::Member { .. }
                | ExpressionKind::Variable(_)
        );
        if may_be_row { self.add(ExpressionKind::Choice(vec![id, value]), span_of(node)) } else { id }
    }

    /// `yield x`: for who drives the generator `x` is an item; for the generator it is what `await x` would be.
    fn given_out(&mut self, node: Node<'t>) -> ExpressionId {
        let Some(inner) = children(node).first().copied() else { return self.opaque(node) };
        let inner = self.expression(inner);
        let item = self.add(ExpressionKind::List(vec![inner]), span_of(node));
        self.returned(item);
        let id = self.add(ExpressionKind::Await(inner), span_of(node));
        self.flow(inner, FlowTarget::Part(id));
        id
    }

    /// Operators. Those that make a sum are read along their left side, for sums of thousands of strings.
    fn binary(&mut self, node: Node<'t>) -> ExpressionId {
        let operator = |node: Node<'t>| node.child_by_field_name("operator").map_or("", |operator| operator.kind());
        let part = |node: Node<'t>, name: &str| node.child_by_field_name(name);
        let (Some(left), Some(right)) = (part(node, "left"), part(node, "right")) else { return self.opaque(node) };
        match operator(node) {
            "&&" => {
                self.expression(left);
                self.expression(right)
            }
            "||" | "??" => {
                let options = vec![self.expression(left), self.expression(right)];
                self.choice(options, span_of(node))
            }
            "in" => {
                let row = self.expression(right);
                match self.constant(left) {
                    Some((name, span)) => self.record(name, span, row, Access::Read, UseForm::Argument),
                    None => _ = self.expression(left),
                }
                self.scalar(node)
            }
            first => {
                let mut operands = vec![right];
                let mut at = left;
                while at.kind() == "binary_expression" && operator(at) == first {
                    let (Some(left), Some(right)) = (part(at, "left"), part(at, "right")) else { break };
                    operands.push(right);
                    at = left;
                }
                operands.push(at);
                let mut is_text = false;
                for operand in operands.into_iter().rev() {
                    let id = self.expression(operand);
                    is_text |= matches!(self.kind(id), ExpressionKind::Text(_));
                }
                let kind =
                    if is_text && first == "+" { ExpressionKind::Text(String::new()) } else { ExpressionKind::Scalar };
                self.add(kind, span_of(node))
            }
        }
    }

    /// A string literal or template; what stands in its holes is read.
    pub(super) fn string(&mut self, node: Node<'t>) -> ExpressionId {
        let constant = self.constant(node).map(|(text, _)| text);
        if constant.is_none() {
            self.holes(node);
        }
        let short = constant.filter(|text| text.len() <= LONGEST_TEXT).unwrap_or_default();
        self.add(ExpressionKind::Text(short.to_owned()), span_of(node))
    }

    /// What stands in the holes of a template; a column's name may be written there: `set ${fields.fullName} = …`.
    fn holes(&mut self, template: Node<'t>) {
        let holes: Vec<Node<'t>> =
            children(template).into_iter().filter(|part| part.kind() == "template_substitution").collect();
        let mut from = template.start_byte() + 1;
        let mut pieces = Vec::with_capacity(holes.len() + 1);
        for hole in &holes {
            pieces.push(self.text.get(from..hole.start_byte()).unwrap_or(""));
            from = hole.end_byte();
        }
        pieces.push(self.text.get(from..template.end_byte().saturating_sub(1)).unwrap_or(""));
        for (hole, is_written) in holes.into_iter().zip(written(&pieces)) {
            for inner in children(hole) {
                match inner.kind() {
                    "member_expression" if is_written => _ = self.member(inner, Access::Write, UseForm::Property),
                    _ => _ = self.expression(inner),
                }
            }
        }
    }

    fn assignment(&mut self, node: Node<'t>) -> ExpressionId {
        let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) else {
            return self.opaque(node);
        };
        let name = match left.kind() {
            "identifier" => self.text_of(left),
            "member_expression" => left.child_by_field_name("property").map_or("", |name| self.text_of(name)),
            _ => "",
        };
        let function = unwrap(right);
        let value = if matches!(function.kind(), "function_expression" | "generator_function") {
            let this = self.owner(left);
            let id = self.function(function, name, None, Some(this));
            self.add(ExpressionKind::Function(id), span_of(function))
        } else {
            self.named_expression(right, name)
        };
        self.export_assignment(left, value);
        self.bind(left, value, Binds::Assigns);
        value
    }

    /// What `this` is in a function that is assigned to `left`.
    fn owner(&self, left: Node<'t>) -> This {
        let object = left.child_by_field_name("object").filter(|object| object.kind() == "identifier");
        match object.and_then(|object| self.scopes.find(self.text_of(object))) {
            Some(Binding::Variable(variable)) => This::Variable(variable),
            _ => This::Unknown,
        }
    }

    fn augmented(&mut self, node: Node<'t>) -> ExpressionId {
        let part = |name: &str| node.child_by_field_name(name);
        let (Some(left), Some(right)) = (part("left"), part("right")) else { return self.opaque(node) };
        let value = self.expression(right);
        let is_choice = part("operator").is_some_and(|it| matches!(it.kind(), "||=" | "??=" | "&&="));
        let place = self.place(left, Access::Both);
        if !is_choice {
            let kind = match self.kind(value) {
                ExpressionKind::Text(_) => ExpressionKind::Text(String::new()),
                _ => ExpressionKind::Scalar,
            };
            return self.add(kind, span_of(node));
        }
        self.put(place, value);
        self.choice(vec![place, value], span_of(node))
    }

    /// The target of an assignment as an expression; its last name is used with that access.
    pub(super) fn place(&mut self, node: Node<'t>, access: Access) -> ExpressionId {
        match node.kind() {
            "member_expression" => self.member(node, access, UseForm::Property),
            "subscript_expression" => self.subscript(node, access, UseForm::Property),
            "parenthesized_expression" | "non_null_expression" | "as_expression" => match children(node).first() {
                Some(inner) => self.deeper(|own| own.place(*inner, access)).unwrap_or_else(|| self.opaque(node)),
                None => self.opaque(node),
            },
            _ => self.expression(node),
        }
    }

    /// A value is put into a place: a variable, or a member of something.
    pub(super) fn put(&mut self, place: ExpressionId, value: ExpressionId) {
        match self.kind(place) {
            ExpressionKind::Variable(variable) => {
                let variable = *variable;
                self.hold(variable, value);
            }
            ExpressionKind::Member { object, name } => {
                let (object, name) = (*object, name.clone());
                if let ExpressionKind::This(class) = *self.kind(object) {
                    let end = self.code.expression(place).span.end as usize;
                    self.assign_member(class, Span::new(end.saturating_sub(name.len()), end), value);
                }
                self.flow(value, FlowTarget::Property(object, name));
            }
            ExpressionKind::Element(list) => {
                let to = match *self.kind(*list) {
                    // As with `rows.push(value)`, what the variable holds has it now.
                    ExpressionKind::Variable(variable) => FlowTarget::Variable(variable),
                    _ => FlowTarget::Property(*list, String::new()),
                };
                self.flow(value, to);
            }
            _ => {}
        }
    }
}
