//! The syntax of one file as those need it who follow values through it: what its names hold, its chains of calls, its
//! object literals. Nothing here knows any framework.

mod collect;

use std::collections::{HashMap, HashSet};

use tree_sitter::Node;

use super::chain::Chain;
use crate::extract::host::span_of;
use crate::model::span::Span;

/// A declared name of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::extract::typescript) struct NameId(u32);

/// What a name was declared as.
#[derive(Clone, Copy, Debug)]
pub(in crate::extract::typescript) enum Held<'t> {
    /// A variable, function or class with what it is.
    Value(Node<'t>),
    /// A variable that gets its value later.
    Later,
    /// A parameter; `position` counts the names of a pattern as their parameter's.
    Parameter { function: Span, position: usize },
    /// Something of another module.
    Imported,
    /// A part of something else.
    Part,
}

struct Declaration<'t> {
    scope: Span,
    held: Held<'t>,
    annotation: Option<Node<'t>>,
}

/// One file.
pub(in crate::extract::typescript) struct Code<'t> {
    /// Its text.
    pub(in crate::extract::typescript) text: &'t str,
    /// Outermost calls of chains, in text order: each stands for all calls that it is made on.
    pub(in crate::extract::typescript) chains: Vec<Chain<'t>>,
    /// Values with a type written beside them: `x as T`, `x satisfies T`, `const a: T = x`.
    pub(in crate::extract::typescript) typed: Vec<(Node<'t>, Node<'t>)>,
    /// Object literals that are neither tiny nor huge.
    pub(in crate::extract::typescript) objects: Vec<Node<'t>>,
    /// `a.b` and `a.b.c` where `a` is a name.
    pub(in crate::extract::typescript) members: Vec<Node<'t>>,
    /// Classes, in text order.
    pub(in crate::extract::typescript) classes: Vec<Node<'t>>,
    /// Interfaces and type aliases, in text order.
    pub(in crate::extract::typescript) types: Vec<Node<'t>>,
    /// Templates with a tag: the tag's last name and the pieces of text.
    pub(in crate::extract::typescript) templates: Vec<(&'t str, Vec<Span>)>,
    /// Objects that `new` makes.
    new: Vec<Node<'t>>,
    declarations: Vec<Declaration<'t>>,
    by_name: HashMap<&'t str, Vec<NameId>>,
    /// Values that are given to a name, by the identity of their node.
    holders: HashMap<usize, NameId>,
    /// `name.key = value`.
    assigned: HashMap<NameId, Vec<(Node<'t>, Node<'t>)>>,
    /// Methods of classes: the class, the name, the function.
    methods: HashMap<&'t str, Vec<(Span, Node<'t>)>>,
    /// Declared types of the fields of classes: the class, the name, the type.
    fields: HashMap<&'t str, Vec<(Span, Node<'t>)>>,
    modules: HashSet<&'t str>,
}

/// More declarations of one name than this are generated or minified code.
const MOST_OF_A_NAME: usize = 500;

/// How many names, branches and calls are followed to a value.
const DEEPEST: usize = 12;

/// How many values an expression may have.
const MOST_VALUES: usize = 24;

impl<'t> Code<'t> {
    /// Reads the file below `root`.
    pub(in crate::extract::typescript) fn new(root: Node<'t>, text: &'t str) -> Self {
        let mut code = Self {
            text,
            chains: Vec::new(),
            typed: Vec::new(),
            objects: Vec::new(),
            members: Vec::new(),
            classes: Vec::new(),
            types: Vec::new(),
            templates: Vec::new(),
            new: Vec::new(),
            declarations: Vec::new(),
            by_name: HashMap::new(),
            holders: HashMap::new(),
            assigned: HashMap::new(),
            methods: HashMap::new(),
            fields: HashMap::new(),
            modules: HashSet::new(),
        };
        let mut collector = collect::Collector::default();
        let mut cursor = root.walk();
        'walk: loop {
            collector.enter(cursor.node(), &mut code);
            if cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    break 'walk;
                }
            }
        }
        for assignment in collector.assignments {
            code.assignment(assignment);
        }
        code
    }

    /// The text of a node.
    pub(in crate::extract::typescript) fn text_of(&self, node: Node<'t>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    /// Whether the file imports a module that is called `name`, or lies below it.
    pub(in crate::extract::typescript) fn imports(&self, name: &str) -> bool {
        self.modules
            .iter()
            .any(|module| module.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }

    /// What `name` stands for at byte `at`: the innermost declaration that is seen from there.
    pub(in crate::extract::typescript) fn declared(&self, name: &str, at: usize) -> Option<NameId> {
        let candidates = self.by_name.get(name).filter(|all| all.len() <= MOST_OF_A_NAME)?;
        candidates.iter().copied().filter(|id| self.declaration(*id).scope.contains_offset(at as u32)).min_by_key(
            |id| {
                let scope = self.declaration(*id).scope;
                (scope.end - scope.start, std::cmp::Reverse(*id))
            },
        )
    }

    fn declaration(&self, id: NameId) -> &Declaration<'t> {
        &self.declarations[id.0 as usize]
    }

    /// What a name holds.
    pub(in crate::extract::typescript) fn held(&self, id: NameId) -> Held<'t> {
        self.declaration(id).held
    }

    /// The type that is written beside a name.
    pub(in crate::extract::typescript) fn annotation(&self, id: NameId) -> Option<Node<'t>> {
        self.declaration(id).annotation
    }

    /// The name that `node` is.
    pub(in crate::extract::typescript) fn name_at(&self, node: Node<'t>) -> Option<NameId> {
        let node = unwrap(node);
        let is_name = matches!(node.kind(), "identifier" | "shorthand_property_identifier");
        if is_name { self.declared(self.text_of(node), node.start_byte()) } else { None }
    }

    /// The name that a value is given to: `const name = value`, `name = value`.
    pub(in crate::extract::typescript) fn holder(&self, value: Node<'t>) -> Option<NameId> {
        self.holders.get(&value.id()).copied()
    }

    /// What is assigned to the members of a name: pairs of the member's name and the value.
    pub(in crate::extract::typescript) fn assigned(&self, id: NameId) -> &[(Node<'t>, Node<'t>)] {
        self.assigned.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The declared type of `this.name` at byte `at`.
    pub(in crate::extract::typescript) fn field(&self, name: &str, at: usize) -> Option<Node<'t>> {
        let fields = self.fields.get(name)?;
        let around = fields.iter().filter(|(class, _)| class.contains_offset(at as u32));
        around.min_by_key(|(class, _)| class.end - class.start).map(|(_, kind)| *kind)
    }

    /// The method of that name of the innermost class around byte `at` that has one.
    pub(in crate::extract::typescript) fn method(&self, name: &str, at: usize) -> Option<Node<'t>> {
        let methods = self.methods.get(name)?.iter().filter(|(class, _)| class.contains_offset(at as u32));
        methods.min_by_key(|(class, _)| class.end - class.start).map(|(_, function)| *function)
    }

    /// The names that the parameter at `position` of a function declares.
    pub(in crate::extract::typescript) fn parameters(&self, function: Node<'t>, position: usize) -> Vec<NameId> {
        let wanted = span_of(function);
        let mut names = Vec::new();
        let list = function.child_by_field_name("parameters").or_else(|| function.child_by_field_name("parameter"));
        let Some(list) = list else { return names };
        let mut left: Vec<Node<'t>> = vec![list];
        while let Some(node) = left.pop() {
            if matches!(node.kind(), "identifier" | "shorthand_property_identifier_pattern") {
                let declared = self.declared(self.text_of(node), list.start_byte());
                names.extend(declared.filter(|id| {
                    matches!(self.held(*id), Held::Parameter { function, position: own } if function == wanted && own == position)
                }));
            } else if left.len() < MOST_OF_A_NAME {
                left.extend(children(node));
            }
        }
        names
    }

    /// What an expression may be: names followed to what they hold, branches taken apart, calls of functions of this file
    /// to what these return.
    pub(in crate::extract::typescript) fn values(&self, node: Node<'t>) -> Vec<Node<'t>> {
        let mut found = Vec::new();
        let mut open = vec![(node, 0)];
        while let Some((node, depth)) = open.pop() {
            if found.len() >= MOST_VALUES {
                break;
            }
            let node = unwrap(node);
            let parts = if depth < DEEPEST { self.parts(node) } else { Vec::new() };
            if parts.is_empty() {
                found.push(node);
            }
            open.extend(parts.into_iter().rev().map(|part| (part, depth + 1)));
        }
        found
    }

    /// One step from an expression towards its values; none when it is one itself.
    fn parts(&self, node: Node<'t>) -> Vec<Node<'t>> {
        let field = |name: &str| node.child_by_field_name(name);
        match node.kind() {
            "identifier" | "shorthand_property_identifier" => match self.name_at(node).map(|id| self.held(id)) {
                Some(Held::Value(value)) => vec![value],
                _ => Vec::new(),
            },
            "ternary_expression" => [field("consequence"), field("alternative")].into_iter().flatten().collect(),
            "binary_expression" => match field("operator").map(|operator| operator.kind()) {
                Some("&&") => field("right").into_iter().collect(),
                Some("||" | "??") => [field("left"), field("right")].into_iter().flatten().collect(),
                _ => Vec::new(),
            },
            "await_expression" => children(node).into_iter().take(1).collect(),
            "member_expression" => self.member_value(node).into_iter().collect(),
            "call_expression" => self.returned(node),
            _ => Vec::new(),
        }
    }

    /// `constants.key` where `constants` holds an object literal.
    fn member_value(&self, node: Node<'t>) -> Option<Node<'t>> {
        let object = self.name_at(node.child_by_field_name("object")?)?;
        let Held::Value(value) = self.held(object) else { return None };
        let value = unwrap(value);
        let wanted = self.text_of(node.child_by_field_name("property")?);
        match value.kind() {
            "object" => self.entries(value).into_iter().find(|entry| entry.key == wanted)?.value,
            "enum_declaration" => children(value.child_by_field_name("body")?)
                .into_iter()
                .find(|member| member.child_by_field_name("name").is_some_and(|name| self.text_of(name) == wanted))?
                .child_by_field_name("value"),
            _ => None,
        }
    }

    /// What a call gives: what a small function of this file returns, or the argument of a function that only tells its
    /// type.
    fn returned(&self, call: Node<'t>) -> Vec<Node<'t>> {
        let Some(function) = call.child_by_field_name("function").map(unwrap) else { return Vec::new() };
        let argument = || arguments(call).first().copied().into_iter().collect();
        match function.kind() {
            "identifier" => {
                let Some(Held::Value(value)) = self.name_at(function).map(|id| self.held(id)) else {
                    return Vec::new();
                };
                returns(unwrap(value))
            }
            "member_expression" if self.text_of(function) == "Object.freeze" => argument(),
            "member_expression" => match function.child_by_field_name("property").map(|name| self.text_of(name)) {
                // What each item becomes stands for the list of them.
                Some("map" | "flatMap") => {
                    arguments(call).first().map(|item| returns(unwrap(*item))).unwrap_or_default()
                }
                Some("filter" | "slice" | "reverse") => function.child_by_field_name("object").into_iter().collect(),
                _ => Vec::new(),
            },
            // `Prisma.validator<…>()(x)`.
            "call_expression" if self.text_of(function).starts_with("Prisma.validator") => argument(),
            _ => Vec::new(),
        }
    }

    /// The members of an object literal, in text order; those of spreads are not looked into.
    pub(in crate::extract::typescript) fn entries(&self, object: Node<'t>) -> Vec<Entry<'t>> {
        children(object).into_iter().filter_map(|member| self.entry(member)).collect()
    }

    fn entry(&self, member: Node<'t>) -> Option<Entry<'t>> {
        match member.kind() {
            "pair" => {
                let (key, span) = self.key(member.child_by_field_name("key")?)?;
                Some(Entry { key, span, value: member.child_by_field_name("value") })
            }
            "shorthand_property_identifier" => {
                Some(Entry { key: self.text_of(member), span: span_of(member), value: Some(member) })
            }
            "method_definition" => {
                let (key, span) = self.key(member.child_by_field_name("name")?)?;
                Some(Entry { key, span, value: Some(member) })
            }
            "spread_element" => {
                let value = children(member).first().copied();
                Some(Entry { key: SPREAD, span: span_of(member), value })
            }
            _ => None,
        }
    }

    /// A key and where its text stands. A computed key is the string that it holds, or `[last]` of `[a.last]`.
    fn key(&self, node: Node<'t>) -> Option<(&'t str, Span)> {
        match node.kind() {
            "string" => self.string(node),
            "computed_property_name" => {
                let inner = children(node).first().copied()?;
                if let Some(known) = self.values(inner).into_iter().find_map(|value| self.string(value)) {
                    return Some(known);
                }
                let name = self.text_of(inner).rsplit('.').next().unwrap_or("");
                // With the closing bracket, so that it is no property's name.
                let start = inner.end_byte() - name.len();
                Some((self.text.get(start..node.end_byte())?, span_of(node)))
            }
            _ => Some((self.text_of(node), span_of(node))),
        }
    }

    /// The content of a string literal, or of a template without holes, and where it stands.
    pub(in crate::extract::typescript) fn string(&self, node: Node<'t>) -> Option<(&'t str, Span)> {
        let is_plain = match node.kind() {
            "string" => true,
            "template_string" => children(node).iter().all(|part| part.kind() != "template_substitution"),
            _ => false,
        };
        let (start, end) = (node.start_byte() + 1, node.end_byte().checked_sub(1)?);
        let text = self.text.get(start..end).filter(|_| is_plain)?;
        Some((text, Span::new(start, end)))
    }

    /// The pieces of text of a string or template, holes left out, each with where it stands.
    pub(in crate::extract::typescript) fn pieces(&self, node: Node<'t>) -> Vec<(&'t str, Span)> {
        match self.string(node) {
            Some(whole) => vec![whole],
            None if node.kind() == "template_string" => {
                let text = |span: Span| Some((self.text.get(span.start as usize..span.end as usize)?, span));
                collect::pieces(node).into_iter().filter_map(text).collect()
            }
            None => Vec::new(),
        }
    }

    /// What stands after the last hole of a template.
    pub(in crate::extract::typescript) fn template_end(&self, node: Node<'t>) -> Option<(&'t str, Span)> {
        let hole = children(node).into_iter().rfind(|part| part.kind() == "template_substitution")?;
        let (start, end) = (hole.end_byte(), node.end_byte().checked_sub(1)?);
        Some((self.text.get(start..end)?, Span::new(start, end)))
    }

    /// What `new class(…)` makes, each with the constant that holds it.
    pub(in crate::extract::typescript) fn made(&self, class: &str) -> Vec<(Node<'t>, Option<Node<'t>>)> {
        let is_class = |node: &Node<'t>| {
            node.child_by_field_name("constructor").is_some_and(|constructor| self.text_of(constructor) == class)
        };
        let constant = |node: Node<'t>| {
            let outer = node.parent().filter(|outer| outer.kind() == "variable_declarator");
            outer.and_then(|outer| outer.child_by_field_name("name"))
        };
        self.new.iter().copied().filter(is_class).map(|node| (node, constant(node))).collect()
    }

    fn declare(&mut self, name: Node<'t>, scope: Span, held: Held<'t>, annotation: Option<Node<'t>>) -> NameId {
        let id = NameId(self.declarations.len() as u32);
        self.declarations.push(Declaration { scope, held, annotation });
        self.by_name.entry(self.text_of(name)).or_default().push(id);
        id
    }

    /// `name = value` and `name.key = value`.
    fn assignment(&mut self, node: Node<'t>) {
        let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right")) else {
            return;
        };
        match left.kind() {
            "identifier" => {
                if let Some(id) = self.name_at(left) {
                    self.holders.insert(unwrap(right).id(), id);
                    let declaration = &mut self.declarations[id.0 as usize];
                    if matches!(declaration.held, Held::Later) {
                        declaration.held = Held::Value(right);
                    }
                }
            }
            "member_expression" | "subscript_expression" => {
                let key = left.child_by_field_name("property").or_else(|| left.child_by_field_name("index"));
                let name = left.child_by_field_name("object").and_then(|object| self.name_at(object));
                if let (Some(key), Some(name)) = (key, name) {
                    self.assigned.entry(name).or_default().push((key, right));
                }
            }
            _ => {}
        }
    }
}

/// The key of a spread.
pub(in crate::extract::typescript) const SPREAD: &str = "...";

/// A member of an object literal.
#[derive(Clone, Copy, Debug)]
pub(in crate::extract::typescript) struct Entry<'t> {
    /// Its key, or [`SPREAD`].
    pub(in crate::extract::typescript) key: &'t str,
    /// Where the key stands.
    pub(in crate::extract::typescript) span: Span,
    /// Its value; for a shorthand the name itself.
    pub(in crate::extract::typescript) value: Option<Node<'t>>,
}

/// An expression without parentheses, casts and assertions around it.
pub(in crate::extract::typescript) fn unwrap(mut node: Node<'_>) -> Node<'_> {
    loop {
        let inner = match node.kind() {
            "parenthesized_expression" | "as_expression" | "satisfies_expression" | "non_null_expression" => {
                node.named_child(0)
            }
            "type_assertion" => node.named_child(node.named_child_count().saturating_sub(1) as u32),
            _ => return node,
        };
        match inner {
            Some(inner) => node = inner,
            None => return node,
        }
    }
}

/// The named children of a node, without comments.
pub(in crate::extract::typescript) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| child.kind() != "comment").collect()
}

/// The arguments of a call or decorator.
pub(in crate::extract::typescript) fn arguments(call: Node<'_>) -> Vec<Node<'_>> {
    match call.child_by_field_name("arguments") {
        Some(list) if list.kind() == "arguments" => children(list),
        Some(template) => vec![template],
        None => Vec::new(),
    }
}

/// Whether a node is a function that can be called back.
pub(in crate::extract::typescript) fn is_function(node: Node<'_>) -> bool {
    matches!(node.kind(), "arrow_function" | "function_expression" | "function_declaration" | "method_definition")
}

/// What a function returns, when that is all that it does: an expression as its body, or `return` as its last statement.
pub(in crate::extract::typescript) fn returns(function: Node<'_>) -> Vec<Node<'_>> {
    if !is_function(function) {
        return Vec::new();
    }
    let Some(body) = function.child_by_field_name("body") else { return Vec::new() };
    if body.kind() != "statement_block" {
        return vec![body];
    }
    let last = children(body).last().copied().filter(|last| last.kind() == "return_statement");
    last.and_then(|last| last.named_child(0)).into_iter().collect()
}
