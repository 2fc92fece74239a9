//! Calls and `new`, and the strings among their arguments that may name parts of a value.

use tree_sitter::Node;

use super::Lowering;
use crate::extract::host::depth::Recursion;
use crate::extract::host::span_of;
use crate::extract::typescript::builder::code::{children, unwrap};
use crate::model::code::{ExpressionId, ExpressionKind, FlowTarget, TypeExpression, TypeId, UseForm};
use crate::model::span::Span;
use crate::model::statement::Access;

/// How many strings of one call may name parts.
const MOST_STRINGS: usize = 32;

/// Longest name, in bytes, of a part.
const LONGEST_NAME: usize = 64;

/// Objects of the language itself, of which no string names a part.
const GLOBALS: &[&str] =
    &["Array", "JSON", "Math", "Number", "Object", "Promise", "Reflect", "Symbol", "console", "process"];

impl<'t> Lowering<'t> {
    /// Any call; tagged templates and `import()` too.
    pub(super) fn call(&mut self, node: Node<'t>) -> ExpressionId {
        let Some(function) = node.child_by_field_name("function").map(unwrap) else { return self.opaque(node) };
        let Some(list) = node.child_by_field_name("arguments") else { return self.expression(function) };
        if let Some(module) = self.module(function, list) {
            return self.add(ExpressionKind::Module(module.to_owned()), span_of(node));
        }
        let generic = match function.kind() {
            "instantiation_expression" => function,
            _ => node,
        };
        let types = generic.child_by_field_name("type_arguments").map(|types| self.type_arguments(types));
        let function = match function.kind() {
            "instantiation_expression" => children(function).first().copied().map_or(function, unwrap),
            _ => function,
        };
        let callee = self.callee(function);
        let (arguments, strings) =
            if list.kind() == "template_string" { (vec![self.string(list)], Vec::new()) } else { self.arguments(list) };
        let is_assign = self.copies_to_exports(function, list, &arguments);
        let types = types.unwrap_or_default();
        let call = ExpressionKind::Call { callee, arguments: arguments.clone(), types };
        let id = self.add(call, span_of(node));
        self.strings(function, (id, callee), &arguments, &strings);
        if let ExpressionKind::Member { object, .. } = self.kind(callee) {
            let object = *object;
            self.flow(object, FlowTarget::Receiver(id));
        }
        if !is_assign {
            self.give(id, &arguments);
        }
        id
    }

    /// What is called. A method is named by its call.
    fn callee(&mut self, function: Node<'t>) -> ExpressionId {
        let name = match function.kind() {
            "member_expression" => function.child_by_field_name("property").map_or("", |name| self.text_of(name)),
            "subscript_expression" => "",
            _ => return self.expression(function),
        };
        let access = if is_setter(name) { Access::Write } else { Access::Read };
        let called = self.deeper(|own| match function.kind() {
            "member_expression" => own.member(function, access, UseForm::Accessor),
            _ => own.subscript(function, access, UseForm::Accessor),
        });
        called.unwrap_or_else(|| self.opaque(function))
    }

    /// The module that `require("module")` or `import("module")` loads.
    fn module(&self, function: Node<'t>, list: Node<'t>) -> Option<&'t str> {
        let loads = match function.kind() {
            "import" => true,
            "identifier" => self.text_of(function) == "require" && self.scopes.find("require").is_none(),
            _ => false,
        };
        let first = children(list).first().copied().filter(|_| loads && list.kind() == "arguments")?;
        self.constant(first).map(|(module, _)| module)
    }

    /// `new T(…)`.
    pub(super) fn make(&mut self, node: Node<'t>) -> ExpressionId {
        let Some(constructor) = node.child_by_field_name("constructor").map(unwrap) else { return self.opaque(node) };
        let types = node.child_by_field_name("type_arguments").map(|types| self.type_arguments(types));
        if constructor.kind() != "identifier" {
            self.expression(constructor);
        }
        let class = self.named_by(constructor, types.unwrap_or_default());
        let arguments = node.child_by_field_name("arguments").map(|list| self.arguments(list).0).unwrap_or_default();
        let id = self.add(ExpressionKind::New { class, arguments: arguments.clone() }, span_of(node));
        self.give(id, &arguments);
        id
    }

    /// The type that a name or a dotted name is.
    pub(super) fn named_by(&mut self, node: Node<'t>, arguments: Vec<TypeId>) -> TypeId {
        let text = self.text_of(node);
        let is_dotted = text.chars().all(|letter| letter.is_alphanumeric() || "_$.".contains(letter));
        let kind = if is_dotted && matches!(node.kind(), "identifier" | "member_expression") {
            TypeExpression::Named { name: text.to_owned(), arguments }
        } else {
            TypeExpression::Opaque
        };
        self.add_type(kind)
    }

    fn give(&mut self, call: ExpressionId, arguments: &[ExpressionId]) {
        for (at, argument) in arguments.iter().enumerate() {
            self.flow(*argument, FlowTarget::Argument(call, at as u32));
        }
    }

    /// The arguments of a call, and those strings among them that may be names, each with its argument's index.
    fn arguments(&mut self, list: Node<'t>) -> (Vec<ExpressionId>, Vec<(usize, &'t str, Span)>) {
        let mut arguments = Vec::new();
        let mut strings = Vec::new();
        let is_inside = std::mem::replace(&mut self.in_argument, true);
        for (at, argument) in children(list).into_iter().enumerate() {
            self.qualified(unwrap(argument));
            if strings.len() < MOST_STRINGS
                && let Some((name, span)) = self.constant(unwrap(argument)).filter(|(name, _)| is_name(name))
            {
                strings.push((at, name, span));
            }
            arguments.push(self.expression(argument));
        }
        self.in_argument = is_inside;
        (arguments, strings)
    }

    /// `eb("users.full_name", "=", name)`: the name is of what stands before it, which is no value of the code.
    pub(super) fn qualified(&mut self, node: Node<'t>) {
        let Some((text, span)) = self.constant(node) else { return };
        let Some((table, name)) = text.split_once('.').filter(|(table, name)| is_name(table) && is_name(name)) else {
            return;
        };
        let at = span.start as usize;
        let receiver = ExpressionKind::Text(table.to_owned());
        let receiver = self.add(receiver, Span::new(at, at + table.len()));
        let own = Span::new(span.end as usize - name.len(), span.end as usize);
        self.record(name, own, receiver, Access::Read, UseForm::Argument);
    }

    /// `row.get("full_name")` names a part of the row, and so does `pick(row, "full_name", …)`.
    fn strings(
        &mut self,
        function: Node<'t>,
        (call, callee): (ExpressionId, ExpressionId),
        arguments: &[ExpressionId],
        strings: &[(usize, &'t str, Span)],
    ) {
        let Some((first, ..)) = strings.first() else { return };
        let name = function.child_by_field_name("property").unwrap_or(function);
        let access = if is_setter(self.text_of(name)) { Access::Write } else { Access::Read };
        let receiver = match (self.kind(callee), *first) {
            (ExpressionKind::Member { object, .. }, 0) => match self.kind(*object) {
                ExpressionKind::Name { name, .. } if GLOBALS.contains(&name.as_str()) => return,
                _ => *object,
            },
            // `pickOf("full_name", "email")` makes a function that rows are given to.
            (ExpressionKind::Name { .. } | ExpressionKind::Function(_) | ExpressionKind::Variable(_), 0) => call,
            (_, 0) => return,
            _ => match self.kind(arguments[0]) {
                ExpressionKind::Text(_)
                | ExpressionKind::Scalar
                | ExpressionKind::Opaque
                | ExpressionKind::Function(_)
                | ExpressionKind::Object { .. } => return,
                _ => arguments[0],
            },
        };
        for (_, name, span) in strings {
            self.record(name, *span, receiver, access, UseForm::Argument);
        }
    }
}

/// Whether a method of that name changes what it is called on: `setFullName`, `set`, `unset`, `increment`.
pub(super) fn is_setter(name: &str) -> bool {
    if matches!(name, "increment" | "decrement") {
        return true;
    }
    let rest = name.strip_prefix("set").or_else(|| name.strip_prefix("unset"));
    rest.is_some_and(|rest| !rest.starts_with(char::is_lowercase))
}

/// Whether a string may be the name of a property or column.
pub(super) fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    text.len() <= LONGEST_NAME
        && letters.next().is_some_and(|first| first.is_alphabetic() || first == '_' || first == '$')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '$')
}
