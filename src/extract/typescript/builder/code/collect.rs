//! The walk over a file that collects its declarations, chains and other places.

use std::collections::HashSet;

use tree_sitter::Node;

use super::super::chain::flatten;
use super::{Code, Held, arguments, children, unwrap};
use crate::extract::host::span_of;
use crate::model::span::Span;

/// Object literals of a file that are looked at, and the members that one of them may have.
const MOST_OBJECTS: usize = 20_000;
const LARGEST: usize = 64;

/// Collects what the walk meets.
#[derive(Default)]
pub(super) struct Collector<'t> {
    scopes: Vec<Span>,
    classes: Vec<Span>,
    /// Assignments, which are read when all names are known.
    pub(super) assignments: Vec<Node<'t>>,
    /// Calls that are part of a chain that was met.
    seen: HashSet<usize>,
}

impl<'t> Collector<'t> {
    /// Takes note of a node; called for all nodes, in text order, outer ones first.
    pub(super) fn enter(&mut self, node: Node<'t>, code: &mut Code<'t>) {
        let (start, span) = (node.start_byte() as u32, span_of(node));
        while self.scopes.last().is_some_and(|scope| scope.end <= start) {
            self.scopes.pop();
        }
        while self.classes.last().is_some_and(|class| class.end <= start) {
            self.classes.pop();
        }
        let scope = self.scopes.last().copied().unwrap_or(Span { start: 0, end: u32::MAX });
        let field = |name: &str| node.child_by_field_name(name);
        match node.kind() {
            "program" | "statement_block" | "for_statement" | "for_in_statement" | "switch_body" => {
                // What a block of a function declares is seen in the whole of it; a program's everywhere.
                let whole = node.kind() == "program";
                self.scopes.push(if whole { Span { start: 0, end: u32::MAX } } else { span });
            }
            "arrow_function" | "function_expression" | "generator_function" | "method_definition" => {
                self.method(node, code);
                self.function(node, code);
            }
            "function_declaration" | "generator_function_declaration" => {
                if let Some(name) = field("name") {
                    code.declare(name, scope, Held::Value(node), None);
                }
                self.function(node, code);
            }
            "class_declaration" | "abstract_class_declaration" | "class" => {
                if let Some(name) = field("name") {
                    code.declare(name, scope, Held::Value(node), None);
                }
                self.classes.push(span);
                code.classes.push(node);
            }
            "enum_declaration" => {
                if let Some(name) = field("name") {
                    code.declare(name, scope, Held::Value(node), None);
                }
            }
            "interface_declaration" | "type_alias_declaration" => code.types.push(node),
            "new_expression" => code.new.push(node),
            "public_field_definition" => self.field(field("name"), field("type"), code),
            "variable_declarator" => Self::variable(node, scope, code),
            "assignment_expression" => self.assignments.push(node),
            "import_statement" => import(node, code),
            "satisfies_expression" | "as_expression" => {
                if let [value, kind] = children(node)[..] {
                    code.typed.push((value, kind));
                }
            }
            "call_expression" => self.call(node, code),
            "object" if code.objects.len() < MOST_OBJECTS && (2..=LARGEST).contains(&node.named_child_count()) => {
                code.objects.push(node);
            }
            "template_string" => {
                if let Some(tag) = tag_before(&code.text[..node.start_byte()]) {
                    code.templates.push((tag, pieces(node)));
                }
            }
            "member_expression" => {
                let is_name = |node: Node<'t>| node.kind() == "identifier";
                let is_member = |node: Node<'t>| {
                    node.kind() == "member_expression" && node.child_by_field_name("object").is_some_and(is_name)
                };
                if field("object").is_some_and(|object| is_name(object) || is_member(object)) {
                    code.members.push(node);
                }
            }
            _ => {}
        }
    }

    /// `name() { … }` and `name = () => …` in a class.
    fn method(&self, node: Node<'t>, code: &mut Code<'t>) {
        let member = if node.kind() == "method_definition" { Some(node) } else { node.parent() };
        let is_field = |member: &Node<'t>| matches!(member.kind(), "method_definition" | "public_field_definition");
        let Some(member) = member.filter(is_field) else { return };
        let of_class = member.parent().is_some_and(|body| body.kind() == "class_body");
        if let (true, Some(class), Some(name)) = (of_class, self.classes.last(), member.child_by_field_name("name")) {
            code.methods.entry(code.text_of(name)).or_default().push((*class, node));
        }
    }

    fn function(&mut self, node: Node<'t>, code: &mut Code<'t>) {
        let function = span_of(node);
        self.scopes.push(function);
        if let Some(name) = node.child_by_field_name("parameter") {
            code.declare(name, function, Held::Parameter { function, position: 0 }, None);
        }
        let Some(list) = node.child_by_field_name("parameters") else { return };
        for (position, parameter) in children(list).into_iter().enumerate() {
            let kind = parameter.child_by_field_name("type").and_then(|annotation| annotation.named_child(0));
            let Some(pattern) = parameter.child_by_field_name("pattern") else { continue };
            let is_field = children(parameter).iter().any(|child| child.kind() == "accessibility_modifier")
                || parameter.child(0).is_some_and(|first| first.kind() == "readonly");
            if is_field {
                self.field(Some(pattern), parameter.child_by_field_name("type"), code);
            }
            let held = Held::Parameter { function, position };
            let mut left = vec![pattern];
            while let Some(node) = left.pop() {
                match node.kind() {
                    "identifier" | "shorthand_property_identifier_pattern" => {
                        code.declare(node, function, held, kind);
                    }
                    "pair_pattern" => left.extend(node.child_by_field_name("value")),
                    "object_assignment_pattern" | "assignment_pattern" => left.extend(node.child_by_field_name("left")),
                    _ => left.extend(children(node)),
                }
            }
        }
    }

    fn field(&self, name: Option<Node<'t>>, annotation: Option<Node<'t>>, code: &mut Code<'t>) {
        if let (Some(class), Some(name), Some(kind)) =
            (self.classes.last(), name, annotation.and_then(|annotation| annotation.named_child(0)))
        {
            code.fields.entry(code.text_of(name)).or_default().push((*class, kind));
        }
    }

    fn variable(node: Node<'t>, scope: Span, code: &mut Code<'t>) {
        let Some(name) = node.child_by_field_name("name") else { return };
        let value = node.child_by_field_name("value");
        let kind = node.child_by_field_name("type").and_then(|annotation| annotation.named_child(0));
        if name.kind() == "identifier" {
            let id = code.declare(name, scope, value.map_or(Held::Later, Held::Value), kind);
            if let Some(value) = value {
                code.holders.insert(unwrap(value).id(), id);
                code.typed.extend(kind.map(|kind| (value, kind)));
            }
            return;
        }
        let mut left = vec![name];
        while let Some(node) = left.pop() {
            match node.kind() {
                "identifier" | "shorthand_property_identifier_pattern" => {
                    code.declare(node, scope, Held::Part, None);
                }
                "pair_pattern" => left.extend(node.child_by_field_name("value")),
                "object_assignment_pattern" | "assignment_pattern" => left.extend(node.child_by_field_name("left")),
                _ => left.extend(children(node)),
            }
        }
        // `const { users } = require("./schema")`.
        if let Some(module) = value.and_then(|value| required(value, code)) {
            code.modules.insert(module);
        }
    }

    fn call(&mut self, node: Node<'t>, code: &mut Code<'t>) {
        if let Some(module) = required(node, code) {
            code.modules.insert(module);
        }
        if self.seen.contains(&node.id()) {
            return;
        }
        let chain = flatten(node, code.text);
        self.seen.extend(chain.links.iter().map(|link| link.node.id()));
        code.chains.push(chain);
    }
}

/// The last name of the tag that stands right before a template. The grammar does not know tags with type arguments,
/// ``sql<string>`…` ``, so it is read from the text.
fn tag_before(text: &str) -> Option<&str> {
    const LONGEST: usize = 200;
    let mut text = text;
    if text.ends_with('>') {
        let mut depth = 0usize;
        let open = text.bytes().enumerate().rev().take(LONGEST).find(|(_, byte)| {
            match byte {
                b'>' => depth += 1,
                b'<' => depth -= 1,
                _ => {}
            }
            depth == 0
        })?;
        text = &text[..open.0];
    }
    let start = text
        .rfind(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    Some(&text[start..]).filter(|tag| !tag.is_empty())
}

/// The texts of a template between its holes.
pub(super) fn pieces(template: Node<'_>) -> Vec<Span> {
    let mut from = template.start_byte() + 1;
    let mut found = Vec::new();
    let mut end = |from: usize, to: usize| {
        if from < to {
            found.push(Span::new(from, to));
        }
    };
    for hole in children(template).into_iter().filter(|part| part.kind() == "template_substitution") {
        end(from, hole.start_byte());
        from = hole.end_byte();
    }
    end(from, template.end_byte().saturating_sub(1));
    found
}

fn required<'t>(call: Node<'t>, code: &Code<'t>) -> Option<&'t str> {
    let function = call.child_by_field_name("function")?;
    if code.text_of(function) != "require" {
        return None;
    }
    arguments(call).first().and_then(|module| code.string(*module)).map(|(module, _)| module)
}

fn import<'t>(node: Node<'t>, code: &mut Code<'t>) {
    let module = node.child_by_field_name("source").and_then(|source| code.string(source));
    code.modules.extend(module.map(|(module, _)| module));
    let everywhere = Span { start: 0, end: u32::MAX };
    let mut left: Vec<Node<'t>> = children(node).into_iter().filter(|child| child.kind() == "import_clause").collect();
    while let Some(node) = left.pop() {
        match node.kind() {
            "identifier" => {
                code.declare(node, everywhere, Held::Imported, None);
            }
            "import_specifier" => {
                left.extend(node.child_by_field_name("alias").or_else(|| node.child_by_field_name("name")));
            }
            _ => left.extend(children(node)),
        }
    }
}
