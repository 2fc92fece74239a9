//! Python: units, tokens and the SQL in its strings, format strings and the text objects of database libraries.

mod calls;
mod literals;
mod mapping;
mod tables;
mod values;
mod words;

use std::borrow::Cow;
use std::collections::HashSet;

use tree_sitter::Node;

use super::host::binding::{Change, Flow, Key, ScopeId, ScopeKind};
use super::host::expression::{Expression, ExpressionId};
use super::host::{self, Child, Host, Opening, Reader, span_of};
use super::{Format, Input};
use crate::model::code::Code;
use crate::model::facts::{FileFacts, TokenKind, UnitKind};

/// Python source files and stubs.
pub struct Python;

impl Format for Python {
    fn name(&self) -> &'static str {
        "python"
    }

    fn claims(&self, path: &str, head: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name.rsplit_once('.') {
            Some((_, extension)) => ["py", "pyi", "pyw"].iter().any(|known| extension.eq_ignore_ascii_case(known)),
            None => head.starts_with("#!") && head.lines().next().is_some_and(|line| line.contains("python")),
        }
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        let mut facts = host::read(&mut PythonFile::default(), &tree_sitter_python::LANGUAGE.into(), input, &[]);
        facts.mappings.extend(mapping::mappings(input));
        tables::read(&mut facts, input.text);
        facts
    }

    fn code(&self, input: Input<'_>) -> Option<Code> {
        values::read(input)
    }
}

/// Libraries whose names do not hold the name of their database as a word.
const DRIVERS: &[(&str, &str)] = &[
    ("pyodbc", "mssql"),
    ("aiomysql", "mysql"),
    ("asyncmy", "mysql"),
    ("aiopg", "postgres"),
    ("pg8000", "postgres"),
    ("psycopg3", "postgres"),
];

/// The reader of one file.
#[derive(Default)]
struct PythonFile {
    /// Names that were declared, or said to be another scope's, in each scope: an assignment is a declaration here.
    declared: HashSet<(ScopeId, String)>,
}

impl Host for PythonFile {
    fn open<'t>(&mut self, node: Node<'t>, reader: &mut Reader<'t>) -> Opening<'t> {
        let mut opening = Opening::default();
        let outer = reader.outer(0).map(|outer| outer.kind());
        match node.kind() {
            "decorated_definition" => {
                opening.unit = node.child_by_field_name("definition").and_then(|definition| unit(definition, reader));
            }
            "class_definition" => {
                opening.unit = if outer == Some("decorated_definition") { None } else { unit(node, reader) };
                opening.scope = Some(ScopeKind::Class);
            }
            "function_definition" => {
                opening.unit = if outer == Some("decorated_definition") { None } else { unit(node, reader) };
                opening.scope = Some(ScopeKind::Function);
                opening.flows.push(Flow::Optional);
            }
            "lambda" => {
                opening.scope = Some(ScopeKind::Function);
                opening.flows.push(Flow::Optional);
            }
            "if_statement" | "match_statement" => opening.flows.push(Flow::Branch),
            "elif_clause" => opening.flows.push(Flow::Alternative),
            "else_clause" => {
                opening.flows.push(if outer == Some("if_statement") { Flow::Otherwise } else { Flow::Optional });
            }
            "case_clause" => {
                let is_default = reader.text_of(node).starts_with("case _:");
                opening.flows.push(if is_default { Flow::Otherwise } else { Flow::Alternative });
            }
            "block" if outer == Some("if_statement") => opening.flows.push(Flow::Alternative),
            "for_statement" | "while_statement" | "except_clause" => opening.flows.push(Flow::Optional),
            "argument_list" => opening.transparent = true,
            "attribute" => {
                // A call needs the value that its method is called on.
                opening.transparent = outer == Some("call") && reader.field() == Some("function");
                if let Some(name) = node.child_by_field_name("attribute") {
                    reader.token(name, TokenKind::Property);
                }
            }
            "expression_statement" if is_text_alone(node) => {
                // A docstring, or a comment written as one.
                reader.token(node, TokenKind::Comment);
                opening.skip = true;
            }
            "import_statement" | "import_from_statement" | "future_import_statement" => {
                import(node, reader);
                opening.skip = true;
            }
            "global_statement" | "nonlocal_statement" => {
                let scope = reader.bindings.scope();
                let mut cursor = node.walk();
                let names = node.named_children(&mut cursor);
                self.declared.extend(names.map(|name| (scope, reader.text_of(name).to_owned())));
            }
            "string_content" | "type" => opening.skip = true,
            _ => {}
        }
        opening
    }

    fn close<'t>(&mut self, node: Node<'t>, children: &[Child<'t>], reader: &mut Reader<'t>) -> Option<ExpressionId> {
        let field = |name: &str| children.iter().find(|child| child.field == Some(name));
        match node.kind() {
            "string" => literals::string(node, children, reader),
            "concatenated_string" => {
                let parts: Vec<ExpressionId> = children.iter().filter_map(|child| child.value).collect();
                Some(reader.expressions.add(Expression::Join(parts), span_of(node)))
            }
            "interpolation" => {
                let is_plain = field("type_conversion").is_none() && field("format_specifier").is_none();
                let expression = field("expression")?;
                Some(if is_plain { reader.part(expression) } else { reader.hole(expression.node) })
            }
            "parenthesized_expression" | "await" => reader.string_or_name(children.first()?),
            "keyword_argument" => {
                let kind = if names_parameter(node, reader) { TokenKind::Symbol } else { TokenKind::Property };
                reader.token(field("name")?.node, kind);
                reader.string_or_name(field("value")?)
            }
            "pair" if is_right_of_percent(reader, 1) => Some(reader.part(field("value")?)),
            "dictionary" if is_right_of_percent(reader, 0) => list(children, node, reader),
            "list" | "tuple" | "set" => list(children, node, reader),
            "binary_operator" => {
                let (left, right) = (field("left")?, field("right")?);
                match field("operator")?.node.kind() {
                    "+" => sum(left, right, node, reader),
                    "%" => calls::percent(left, right, node, reader),
                    _ => None,
                }
            }
            "conditional_expression" => match children {
                [consequence, _, alternative] => reader.choice(&[*consequence, *alternative], node),
                _ => None,
            },
            "boolean_operator" => {
                let (left, right) = (field("left")?, field("right")?);
                if field("operator")?.node.kind() == "or" {
                    let any = left.value.is_some() || right.value.is_some();
                    return if any { reader.choice(&[*left, *right], node) } else { None };
                }
                let (shown, nothing) = (right.value?, reader.nothing(node));
                Some(reader.expressions.add(Expression::Choice(vec![shown, nothing]), span_of(node)))
            }
            "subscript" => {
                // Most of a text is still the text.
                let is_slice = children.iter().any(|child| child.node.kind() == "slice");
                if is_slice { reader.string_or_name(field("value")?) } else { None }
            }
            "call" => calls::call(node, children, reader),
            "assignment" | "named_expression" => {
                let left = field("left").or(field("name"))?;
                self.assign(left.node, field("right").or(field("value")), node, reader)
            }
            "augmented_assignment" => {
                let (left, right) = (field("left")?, field("right")?);
                let key = reader.key(left.node)?;
                let is_text = reader.may_be_string(right) || right.node.kind() == "call";
                if is_text && field("operator")?.node.kind() == "+=" {
                    self.declare(key, reader);
                    let value = reader.part(right);
                    reader.change(key, Change::Append, Some(value), right.node);
                }
                None
            }
            "parameters" | "lambda_parameters" | "typed_parameter" | "pattern_list" | "tuple_pattern"
            | "as_pattern_target" => {
                for child in children {
                    self.declare_opaque(child.node, reader);
                }
                None
            }
            "default_parameter" | "typed_default_parameter" => {
                self.declare_opaque(field("name")?.node, reader);
                None
            }
            "for_statement" | "for_in_clause" => {
                self.declare_opaque(field("left")?.node, reader);
                None
            }
            _ => None,
        }
    }

    fn name<'t>(node: Node<'t>, text: &'t str) -> Option<Key<'t>> {
        let of = |node: Node<'t>| text.get(node.byte_range());
        match node.kind() {
            "identifier" => of(node).map(Key::bare),
            "attribute" => {
                let object = node.child_by_field_name("object").filter(|object| object.kind() == "identifier")?;
                Some(Key::qualified(of(object)?, of(node.child_by_field_name("attribute")?)?))
            }
            _ => None,
        }
    }
}

impl PythonFile {
    /// `name = value`, `self.name = value`. Gives the value where the assignment is a value itself.
    fn assign<'t>(
        &mut self,
        left: Node<'t>,
        right: Option<&Child<'t>>,
        node: Node<'t>,
        reader: &mut Reader<'t>,
    ) -> Option<ExpressionId> {
        if left.kind() == "identifier" && is_in_class_body(reader) {
            reader.token(left, TokenKind::Property);
        }
        let key = reader.key(left)?;
        self.declare(key, reader);
        let right = right?;
        let value = match right.node.kind() {
            "none" => Some(reader.nothing(right.node)),
            _ => reader.string_or_name(right),
        };
        reader.change(key, Change::Assign, value, right.node);
        let is_inner = reader.outer(0).is_some_and(|outer| outer.kind() == "assignment");
        value.filter(|_| is_inner || node.kind() == "named_expression")
    }

    /// Declares what an assignment names, where it is new: a local, a member of the class.
    fn declare<'t>(&mut self, key: Key<'t>, reader: &mut Reader<'t>) {
        let (scope, class) = (reader.bindings.scope(), reader.bindings.scope_of_kind(ScopeKind::Class));
        let has_class = class != reader.bindings.file_scope();
        let is_member = match key.qualifier {
            None => has_class && scope == class,
            Some("self" | "cls") if has_class => true,
            Some(_) => return,
        };
        let scope = if is_member { class } else { scope };
        if !self.declared.insert((scope, key.name.to_owned())) {
            return;
        }
        if !is_member {
            reader.declare_local(key.name, false);
            return;
        }
        let mut names = vec![(class, Key::qualified("self", key.name)), (class, Key::qualified("cls", key.name))];
        if key.qualifier.is_none() {
            names.push((class, Key::bare(key.name)));
            let file = reader.bindings.file_scope();
            names.extend(class_around(reader).map(|name| (file, Key::qualified(name, key.name))));
        }
        reader.bindings.declare(&names, false);
    }

    /// Declares a parameter, a loop variable and the like.
    fn declare_opaque<'t>(&mut self, node: Node<'t>, reader: &mut Reader<'t>) {
        if node.kind() != "identifier" {
            return;
        }
        let name = reader.text_of(node);
        if self.declared.insert((reader.bindings.scope(), name.to_owned())) {
            reader.declare_local(name, true);
        } else {
            reader.change(Key::bare(name), Change::Assign, None, node);
        }
    }
}

/// The unit that a definition is.
fn unit<'t>(definition: Node<'t>, reader: &Reader<'t>) -> Option<(Cow<'t, str>, Option<UnitKind>)> {
    let name = reader.text_of(definition.child_by_field_name("name")?);
    let kind = match definition.kind() {
        "class_definition" => UnitKind::Class,
        _ if is_in_class_body(reader) => UnitKind::Method,
        _ => UnitKind::Function,
    };
    Some((Cow::Borrowed(name), Some(kind)))
}

/// Whether the node being opened or closed stands directly in a class, maybe as a statement of its own.
fn is_in_class_body(reader: &Reader<'_>) -> bool {
    let kinds = (0..3).filter_map(|up| reader.outer(up)).map(|outer| outer.kind());
    let mut kinds = kinds.skip_while(|kind| *kind == "expression_statement");
    kinds.next() == Some("block") && kinds.next() == Some("class_definition")
}

/// The name of the class in whose body the node being closed stands.
fn class_around<'t>(reader: &Reader<'t>) -> Option<&'t str> {
    let class = (0..3).filter_map(|up| reader.outer(up)).find(|outer| outer.kind() == "class_definition")?;
    class.child_by_field_name("name").map(|name| reader.text_of(name))
}

/// Whether a statement is nothing but a string.
fn is_text_alone(statement: Node<'_>) -> bool {
    statement.named_child_count() == 1
        && statement.named_child(0).is_some_and(|only| matches!(only.kind(), "string" | "concatenated_string"))
}

/// Whether the name of an argument is that of a parameter and nothing else: that of a function that is called by its name
/// alone. Methods, classes and what makes a dictionary may take the names of columns.
fn names_parameter<'t>(argument: Node<'t>, reader: &Reader<'t>) -> bool {
    let call = argument.parent().and_then(|list| list.parent()).filter(|call| call.kind() == "call");
    let function = call.and_then(|call| call.child_by_field_name("function"));
    function.filter(|function| function.kind() == "identifier").is_some_and(|function| {
        let name = reader.text_of(function);
        name.starts_with(|first: char| first.is_lowercase() || first == '_')
            && !matches!(name, "dict" | "insert" | "update" | "values" | "replace" | "setattr")
    })
}

fn import(node: Node<'_>, reader: &mut Reader<'_>) {
    let line = reader.text.get(node.byte_range()).unwrap_or("");
    reader.dialect.add(line);
    for (library, database) in DRIVERS {
        if line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == *library) {
            reader.dialect.add(database);
        }
    }
}

/// Whether the node being closed, or the one `up` nodes around it, is an operand of `%`.
fn is_right_of_percent(reader: &Reader<'_>, up: usize) -> bool {
    reader.outer(up).is_some_and(|outer| {
        let operator = outer.child_by_field_name("operator");
        outer.kind() == "binary_operator" && operator.is_some_and(|operator| operator.kind() == "%")
    })
}

/// A list of strings; one that holds lists is none, so that lists do not nest.
fn list<'t>(items: &[Child<'t>], node: Node<'t>, reader: &mut Reader<'t>) -> Option<ExpressionId> {
    let is_list = |item: &Child<'t>| {
        item.value.is_some_and(|value| matches!(reader.expressions.get(value).expression, Expression::List(_)))
    };
    if items.iter().any(is_list) { None } else { reader.list(items, node) }
}

/// `+` of strings, also of lists of strings.
fn sum<'t>(left: &Child<'t>, right: &Child<'t>, node: Node<'t>, reader: &mut Reader<'t>) -> Option<ExpressionId> {
    let items = |child: &Child<'t>, reader: &Reader<'t>| match &reader.expressions.get(child.value?).expression {
        Expression::List(items) => Some(items.clone()),
        _ => None,
    };
    match (items(left, reader), items(right, reader)) {
        (Some(mut first), Some(second)) => {
            first.extend(second);
            Some(reader.expressions.add(Expression::List(first), span_of(node)))
        }
        (Some(_), None) | (None, Some(_)) => None,
        (None, None) => reader.sum(left, right, node),
    }
}

#[cfg(test)]
mod tests;
