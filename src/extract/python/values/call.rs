//! Calls: what they are given, and the names of columns in that.

use tree_sitter::Node;

use super::words::words;
use super::{Lowering, parts};
use crate::extract::host::span_of;
use crate::model::code::{ExpressionId, ExpressionKind, FlowTarget, ObjectProperty, TypeExpression, UseForm};
use crate::model::span::Span;
use crate::model::statement::Access;

/// Deepest nesting of calls and lists in which names of columns are looked for.
const DEEPEST: u32 = 12;

impl<'t> Lowering<'t> {
    pub(super) fn call(&mut self, node: Node<'t>) -> ExpressionId {
        let Some(function) = node.child_by_field_name("function") else { return self.opaque(node) };
        let called = match function.kind() {
            "attribute" => function.child_by_field_name("attribute").map_or("", |name| self.text_of(name)),
            _ => self.text_of(function),
        };
        let list = node.child_by_field_name("arguments");
        let given = list.map(|list| if list.kind() == "generator_expression" { vec![list] } else { parts(list) });
        let given = given.unwrap_or_default();
        if matches!(called, "getattr" | "setattr" | "hasattr" | "delattr") && function.kind() == "identifier" {
            return self.attribute_by_name(node, called, &given);
        }
        let callee = self.expression(function);
        // A string that is put together is one still.
        if let ExpressionKind::Member { object, .. } = self.code.expression(callee).kind
            && matches!(self.code.expression(object).kind, ExpressionKind::Text(_))
        {
            for argument in given {
                self.expression(argument);
            }
            return self.add_at(ExpressionKind::Scalar, node);
        }
        let object = match self.code.expression(callee).kind {
            ExpressionKind::Member { object, .. } => Some(object),
            _ => None,
        };
        // What a name with a capital is called for is an object of that class.
        let is_class = !words().expressions.contains(called) && !words().renderers.contains(called);
        let own_class = match self.code.expression(callee).kind {
            ExpressionKind::Class(class) => Some(self.code.classes[class.0 as usize].name.clone()),
            _ => None,
        };
        if own_class.is_some() || (called.starts_with(char::is_uppercase) && is_class) {
            let name = own_class.unwrap_or_else(|| self.text_of(function).replace([' ', '\n'], ""));
            return self.made(node, name, &given);
        }
        let mut arguments: Vec<ExpressionId> = Vec::new();
        let mut by_name: Vec<(&'t str, Node<'t>, ExpressionId)> = Vec::new();
        let mut spread: Vec<ExpressionId> = Vec::new();
        for argument in &given {
            match argument.kind() {
                "keyword_argument" => {
                    let (Some(name), Some(value)) =
                        (argument.child_by_field_name("name"), argument.child_by_field_name("value"))
                    else {
                        continue;
                    };
                    by_name.push((self.text_of(name), name, self.expression(value)));
                }
                "dictionary_splat" => spread.push(self.expression(*argument)),
                _ => arguments.push(self.expression(*argument)),
            }
        }
        // A function that is given by name is still one that gets what the call works on: `sorted(users, key=…)`.
        let functions = by_name.iter().map(|(_, _, value)| *value);
        let is_function = |id: &ExpressionId| matches!(self.code.expression(*id).kind, ExpressionKind::Function(_));
        let functions: Vec<ExpressionId> = functions.filter(is_function).collect();
        arguments.extend(functions);
        // A template is given its names: as an object they are told apart.
        if words().renderers.contains(called) && !by_name.is_empty() {
            let property = |(name, _, value): &(&str, Node<'t>, ExpressionId)| ObjectProperty {
                name: (*name).to_owned(),
                value: *value,
            };
            let properties = by_name.iter().map(property).collect();
            arguments.push(self.add_at(ExpressionKind::Object { properties, spreads: Vec::new() }, node));
        }
        let call = self.add_at(ExpressionKind::Call { callee, arguments: arguments.clone(), types: Vec::new() }, node);
        if let Some(object) = object {
            self.flow(object, FlowTarget::Receiver(call));
            self.put(called, object, &arguments, node);
        }
        for (at, argument) in arguments.iter().enumerate() {
            self.flow(*argument, FlowTarget::Argument(call, at as u32));
        }
        let after = arguments.len() as u32;
        for value in &spread {
            self.flow(*value, FlowTarget::Argument(call, after));
        }
        for (name, _, value) in &by_name {
            if matches!(self.code.expression(*value).kind, ExpressionKind::Object { .. }) {
                self.flow(*value, FlowTarget::Argument(call, after));
            }
            self.keywords.push((call, (*name).to_owned(), *value));
        }
        // `models.Max("full_name")` speaks of whatever the call around it is about, not of the module.
        let is_module = |id: ExpressionId| matches!(self.code.expression(id).kind, ExpressionKind::Name { .. });
        let object = object.filter(|object| !(words().expressions.contains(called) && is_module(*object)));
        let about = object.or_else(|| arguments.first().copied().filter(|_| takes_model(called)));
        if let Some(about) = about {
            self.names_in_call(called, about, &given);
        }
        call
    }

    /// `User(full_name=x)`, `models.User(**data)`.
    fn made(&mut self, node: Node<'t>, name: String, given: &[Node<'t>]) -> ExpressionId {
        let class = self.add_type(TypeExpression::Named { name, arguments: Vec::new() });
        let mut arguments = Vec::new();
        let mut keys: Vec<(String, Span)> = Vec::new();
        for argument in given {
            match argument.kind() {
                "keyword_argument" => {
                    if let Some(name) = argument.child_by_field_name("name") {
                        keys.push((self.text_of(name).to_owned(), span_of(name)));
                    }
                    if let Some(value) = argument.child_by_field_name("value") {
                        self.expression(value);
                    }
                }
                _ => arguments.push(self.expression(*argument)),
            }
        }
        let made = self.add_at(ExpressionKind::New { class, arguments: arguments.clone() }, node);
        for (at, argument) in arguments.iter().enumerate() {
            self.flow(*argument, FlowTarget::Argument(made, at as u32));
        }
        for (name, span) in keys {
            self.add_use(&name, span, made, Access::Write, UseForm::Argument);
        }
        made
    }

    /// `getattr(user, "full_name")`, `setattr(user, "full_name", x)`.
    fn attribute_by_name(&mut self, node: Node<'t>, called: &str, given: &[Node<'t>]) -> ExpressionId {
        let values: Vec<ExpressionId> = given.iter().map(|argument| self.expression(*argument)).collect();
        let access = if called == "setattr" { Access::Write } else { Access::Read };
        if let ([object, ..], [_, name, ..]) = (values.as_slice(), given)
            && let Some((name, span)) = self.plain_name(*name)
        {
            self.add_use(&name, span, *object, access, UseForm::Argument);
            return self.add_at(ExpressionKind::Member { object: *object, name }, node);
        }
        // `def __getattr__(self, name): return getattr(self.row, name)`: who asks this object asks that one.
        let function =
            std::iter::successors(node.parent(), Node::parent).find(|node| node.kind() == "function_definition");
        let name = function.and_then(|function| function.child_by_field_name("name"));
        match values.first() {
            Some(object) if called == "getattr" && name.is_some_and(|name| self.text_of(name) == "__getattr__") => {
                *object
            }
            _ => self.opaque(node),
        }
    }

    /// Names of columns among the arguments of a call, which are those of `about`.
    fn names_in_call(&mut self, called: &str, about: ExpressionId, given: &[Node<'t>]) {
        let words = words();
        // What is run is a statement, and what it is given are values.
        if words.runs.contains(called) {
            return;
        }
        let text_access = if words.text_writes.contains(called) { Access::Write } else { Access::Read };
        for argument in given {
            if argument.kind() != "keyword_argument" {
                self.column_names(*argument, about, text_access, 0);
                continue;
            }
            let (Some(name), Some(value)) =
                (argument.child_by_field_name("name"), argument.child_by_field_name("value"))
            else {
                continue;
            };
            let text = self.text_of(name);
            if words.keyword_reads.contains(called) {
                self.path(text, span_of(name), about, Access::Read);
            } else if words.keyword_writes.contains(called) && text != "defaults" {
                self.path(text, span_of(name), about, Access::Write);
            }
            let access = if text == "update_fields" { Access::Write } else { text_access };
            if words.lists.contains(text) {
                self.column_names(value, about, access, 0);
            } else {
                // `annotate(n=Count("full_name"))`.
                self.names_in_expression(value, about, 0);
            }
        }
    }

    /// Names of columns in a string, a list, the keys of a dictionary, or in what an expression is made of. Tells whether
    /// there are any.
    pub(super) fn column_names(&mut self, node: Node<'t>, about: ExpressionId, access: Access, depth: u32) -> bool {
        if depth > DEEPEST {
            return false;
        }
        match node.kind() {
            "string" => self.named_by_text(node, about, access),
            "list"
            | "tuple"
            | "set"
            | "parenthesized_expression"
            | "expression_list"
            | "binary_operator"
            | "unary_operator"
            | "list_splat" => {
                let mut found = false;
                for part in parts(node) {
                    found |= self.column_names(part, about, access, depth + 1);
                }
                found
            }
            "dictionary" => {
                let mut found = false;
                for pair in parts(node).into_iter().filter(|part| part.kind() == "pair") {
                    if let Some(key) = pair.child_by_field_name("key") {
                        found |= self.column_names(key, about, access, depth + 1);
                    }
                    // `fieldsets = (("x", {"fields": ("full_name",)}),)`.
                    if let Some(value) = pair.child_by_field_name("value")
                        && matches!(value.kind(), "list" | "tuple")
                    {
                        found |= self.column_names(value, about, access, depth + 1);
                    }
                }
                found
            }
            "identifier" => match self.list_of(node) {
                Some(list) => self.column_names(list, about, access, depth + 1),
                None => false,
            },
            _ => self.names_in_expression(node, about, depth),
        }
    }

    /// Names of columns in calls that speak of columns: `F("full_name")`, `Q(full_name=x) | Q(…)`, `~Q(…)`.
    fn names_in_expression(&mut self, node: Node<'t>, about: ExpressionId, depth: u32) -> bool {
        if depth > DEEPEST {
            return false;
        }
        match node.kind() {
            "call" => {
                let Some(function) = node.child_by_field_name("function") else { return false };
                let called = match function.kind() {
                    "attribute" => function.child_by_field_name("attribute").map_or("", |name| self.text_of(name)),
                    _ => self.text_of(function),
                };
                let mut found = false;
                // `F.col("x").desc()`.
                if let Some(object) = function.child_by_field_name("object").filter(|object| object.kind() == "call") {
                    found |= self.names_in_expression(object, about, depth + 1);
                }
                if !words().expressions.contains(called)
                    && !matches!(called, "Index" | "UniqueConstraint" | "CheckConstraint")
                {
                    return found;
                }
                for argument in node.child_by_field_name("arguments").map(parts).unwrap_or_default() {
                    if argument.kind() != "keyword_argument" {
                        found |= self.column_names(argument, about, Access::Read, depth + 1);
                        continue;
                    }
                    let (Some(name), Some(value)) =
                        (argument.child_by_field_name("name"), argument.child_by_field_name("value"))
                    else {
                        continue;
                    };
                    let text = self.text_of(name);
                    if matches!(called, "Q" | "When") && text != "then" {
                        self.path(text, span_of(name), about, Access::Read);
                        found = true;
                    }
                    if words().lists.contains(text) {
                        found |= self.column_names(value, about, Access::Read, depth + 1);
                    } else {
                        found |= self.names_in_expression(value, about, depth + 1);
                    }
                }
                found
            }
            "binary_operator"
            | "unary_operator"
            | "not_operator"
            | "parenthesized_expression"
            | "comparison_operator"
            | "list"
            | "tuple" => {
                let mut found = false;
                for part in parts(node) {
                    found |= self.names_in_expression(part, about, depth + 1);
                }
                found
            }
            _ => false,
        }
    }

    /// `"full_name"`, `"-full_name"`, `"profile__user__full_name"`, `"u.full_name"`.
    fn named_by_text(&mut self, node: Node<'t>, about: ExpressionId, access: Access) -> bool {
        let mut cursor = node.walk();
        let content = node.named_children(&mut cursor).find(|part| part.kind() == "string_content");
        let Some(content) = content else { return false };
        let whole = self.text_of(content);
        let text = whole.trim_start_matches(['-', '+', '^', '=', '@', '$', '~']);
        let start = content.start_byte() + (whole.len() - text.len());
        let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        if text.is_empty() || text.starts_with(|c: char| c.is_numeric() || c == '.') || !text.chars().all(is_path) {
            return false;
        }
        match text.rsplit_once('.') {
            Some((_, last)) if !last.is_empty() => {
                let end = start + text.len();
                self.path(last, Span::new(end - last.len(), end), about, access);
            }
            _ => self.path(text, Span::new(start, start + text.len()), about, access),
        }
        true
    }

    /// A path of names with `__` between them: each is a part of what the one before leads to.
    fn path(&mut self, text: &str, span: Span, about: ExpressionId, access: Access) {
        let mut receiver = about;
        let mut start = span.start;
        // A name may begin with underscores itself.
        let lead = text.len() - text.trim_start_matches('_').len();
        let mut rest = &text[lead..];
        let mut first = true;
        while !rest.is_empty() {
            let length = rest.find("__").unwrap_or(rest.len());
            let name = if first { &text[..lead + length] } else { &rest[..length] };
            let at = Span { start, end: start + name.len() as u32 };
            self.add_use(name, at, receiver, access, UseForm::Argument);
            if length == rest.len() {
                return;
            }
            receiver = self.add(ExpressionKind::Member { object: receiver, name: name.to_owned() }, at);
            start = at.end + 2;
            rest = &rest[(length + 2).min(rest.len())..];
            first = false;
        }
    }
}

/// Functions whose first argument is the model that their other arguments are about.
fn takes_model(called: &str) -> bool {
    matches!(called, "get_object_or_404" | "get_list_or_404" | "aget_object_or_404" | "sorted" | "insert" | "update")
}
