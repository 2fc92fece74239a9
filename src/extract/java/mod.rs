//! Java: units, tokens and the SQL in its strings, text blocks, builders and annotations.

mod calls;
mod literals;
mod persistence;
mod values;

use std::borrow::Cow;

use tree_sitter::Node;

use super::host::binding::{Change, Flow, Key, ScopeKind};
use super::host::expression::{Expression, ExpressionId};
use super::host::{self, Child, Host, Opening, Reader, span_of};
use super::{Format, Input};
use crate::model::code::Code;
use crate::model::facts::{Constant, FileFacts, TokenKind, UnitKind};

/// Java source files.
pub struct Java;

impl Format for Java {
    fn name(&self) -> &'static str {
        "java"
    }

    fn claims(&self, path: &str, _head: &str) -> bool {
        path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("java"))
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        self.extract_with(input, &[])
    }

    fn extract_with(&self, input: Input<'_>, known: &[Constant]) -> FileFacts {
        let mut facts = host::read(&mut JavaFile::default(), &tree_sitter_java::LANGUAGE.into(), input, known);
        persistence::read(&mut facts, input, known);
        facts
    }

    fn code(&self, input: Input<'_>) -> Option<Code> {
        values::read(input)
    }
}

/// What the imports of a file say about its words.
#[derive(Default)]
struct JavaFile {
    /// Imports a library whose `createQuery` takes SQL.
    create_query_is_sql: bool,
    /// Imports a library whose `@Query` is SQL.
    query_annotation_is_sql: bool,
}

/// Packages whose `createQuery` takes SQL, not JPQL.
const SQL_QUERY_PACKAGES: &[&str] = &["org.jdbi.", "org.skife.jdbi.", "org.sql2o."];

/// Packages whose `@Query` takes SQL, not JPQL.
const SQL_QUERY_ANNOTATIONS: &[&str] = &[
    "org.springframework.data.jdbc.",
    "org.springframework.data.r2dbc.",
    "androidx.room.",
    "android.arch.persistence.",
];

/// Annotations whose strings are JPQL or another query language over entities.
const ENTITY_QUERIES: &[&str] = &["NamedQuery", "HQL", "NamedEntityGraph"];

/// Packages of libraries that are asked for entities.
const ENTITY_LIBRARIES: &[&str] = &[
    "org.hibernate.",
    "javax.persistence.",
    "jakarta.persistence.",
    "org.springframework.orm.",
    "io.quarkus.hibernate.",
];

/// Annotations whose array of strings is one statement, joined by spaces.
const JOINED_ARRAYS: &[&str] = &["Select", "Insert", "Update", "Delete", "SqlQuery", "SqlUpdate", "SqlBatch"];

impl Host for JavaFile {
    fn open<'t>(&mut self, node: Node<'t>, reader: &mut Reader<'t>) -> Opening<'t> {
        let mut opening = Opening { flows: alternative(reader).into_iter().collect(), ..Opening::default() };
        match node.kind() {
            "class_declaration"
            | "interface_declaration"
            | "record_declaration"
            | "enum_declaration"
            | "annotation_type_declaration" => {
                if let Some(name) = name_of(node, reader) {
                    reader.dialect.add(name);
                    if let Some(base) = node.child_by_field_name("superclass").and_then(|base| base.named_child(0)) {
                        reader.bindings.extend_class(name, class_name(reader.text_of(base)));
                    }
                    opening.unit = Some((Cow::Borrowed(name), Some(UnitKind::Class)));
                }
                opening.scope = Some(ScopeKind::Class);
            }
            "method_declaration" | "constructor_declaration" | "compact_constructor_declaration" => {
                if let Some(name) = name_of(node, reader) {
                    opening.unit = Some((Cow::Borrowed(name), Some(UnitKind::Method)));
                }
                opening.scope = Some(ScopeKind::Function);
                opening.flows.push(Flow::Optional);
            }
            "lambda_expression" => {
                opening.scope = Some(ScopeKind::Function);
                opening.flows.push(Flow::Optional);
            }
            "class_body" => {
                let is_anonymous = reader.outer(0).is_some_and(|outer| !outer.kind().ends_with("_declaration"));
                opening.scope = is_anonymous.then_some(ScopeKind::Class);
            }
            "for_statement" | "enhanced_for_statement" | "while_statement" | "catch_clause" => {
                opening.scope = Some(ScopeKind::Block);
                opening.flows.push(Flow::Optional);
            }
            "block" | "try_with_resources_statement" | "static_initializer" | "constructor_body" => {
                opening.scope = Some(ScopeKind::Block);
            }
            "if_statement" => opening.flows.push(Flow::Branch),
            "switch_block_statement_group" | "switch_rule" => {
                let is_default = reader.text_of(node).starts_with("default");
                opening.flows.push(if is_default { Flow::Otherwise } else { Flow::Alternative });
            }
            "switch_expression" => {
                opening.scope = Some(ScopeKind::Block);
                opening.flows.push(Flow::Branch);
            }
            "argument_list" | "annotation_argument_list" => opening.transparent = true,
            "string_literal" => opening.skip = true,
            "import_declaration" | "package_declaration" => {
                self.import(reader.text_of(node), reader);
                opening.skip = true;
            }
            _ => {}
        }
        opening
    }

    fn close<'t>(&mut self, node: Node<'t>, children: &[Child<'t>], reader: &mut Reader<'t>) -> Option<ExpressionId> {
        let field = |name: &str| children.iter().find(|child| child.field == Some(name));
        match node.kind() {
            "string_literal" => Some(literals::string(node, reader)),
            "character_literal" => Some(literals::character(node, reader)),
            "parenthesized_expression" => reader.string_or_name(children.first()?),
            "cast_expression" | "element_value_pair" | "array_creation_expression" => {
                reader.string_or_name(field("value")?)
            }
            "binary_expression" => {
                let is_sum = field("operator").is_some_and(|operator| operator.node.kind() == "+");
                if is_sum { reader.sum(field("left")?, field("right")?, node) } else { None }
            }
            "ternary_expression" => reader.choice(&[*field("consequence")?, *field("alternative")?], node),
            "element_value_array_initializer" | "array_initializer" => reader.list(children, node),
            "assignment_expression" => {
                assign(field("left")?, field("operator")?, field("right")?, reader);
                None
            }
            "variable_declarator" => {
                declare(field("name")?, field("value"), reader);
                None
            }
            "formal_parameter" | "catch_formal_parameter" | "enhanced_for_statement" | "resource" => {
                parameter(node, children, reader);
                None
            }
            "inferred_parameters" | "lambda_expression" => {
                // A lambda's only parameter without brackets is its own child.
                let names = children.iter().filter(|child| child.node.kind() == "identifier");
                for child in names.filter(|child| child.field != Some("body")) {
                    reader.declare_local(reader.text_of(child.node), true);
                }
                None
            }
            "object_creation_expression" => calls::creation(node, children, reader),
            "method_invocation" => calls::invocation(node, children, self.create_query_is_sql, reader),
            "method_declaration" => {
                let name = field("name")?.node;
                if is_accessor(reader.text_of(name)) {
                    reader.token(name, TokenKind::Property);
                }
                let class = class_around(reader);
                reader.declare_function(reader.text_of(name), class, node);
                None
            }
            "return_statement" => {
                reader.returned(children.first()?);
                None
            }
            "field_access" => {
                reader.token(field("field")?.node, TokenKind::Property);
                None
            }
            "method_reference" => {
                let name = children.last()?.node;
                if children.len() > 1 && name.kind() == "identifier" {
                    reader.token(name, TokenKind::Property);
                }
                None
            }
            "annotation" => {
                self.annotation(node, children, reader);
                None
            }
            "expression_statement" | "switch_rule" | "switch_block" | "switch_expression" => {
                switch_value(node, children, reader)
            }
            _ => None,
        }
    }

    fn name<'t>(node: Node<'t>, text: &'t str) -> Option<Key<'t>> {
        let of = |node: Node<'t>| text.get(node.byte_range());
        match node.kind() {
            "identifier" => of(node).map(Key::bare),
            "method_invocation" => {
                let name = of(node.child_by_field_name("name")?)?;
                let Some(object) = node.child_by_field_name("object") else { return Some(Key::call(name)) };
                match object.kind() {
                    "this" => Some(Key::call(name)),
                    "identifier" => Some(Key::method(of(object)?, name)),
                    "field_access" if object.child_by_field_name("object")?.kind() == "this" => {
                        Some(Key::method(of(object.child_by_field_name("field")?)?, name))
                    }
                    "object_creation_expression" => {
                        Some(Key::method(class_name(of(object.child_by_field_name("type")?)?), name))
                    }
                    // Whatever it is that has such a method; only one without arguments may be a constant.
                    _ if node.child_by_field_name("arguments")?.named_child_count() == 0 => Some(Key::method("", name)),
                    _ => None,
                }
            }
            "field_access" => {
                let object = node.child_by_field_name("object")?;
                if object.kind() != "identifier" && object.kind() != "this" {
                    return None;
                }
                Some(Key::qualified(of(object)?, of(node.child_by_field_name("field")?)?))
            }
            _ => None,
        }
    }
}

impl JavaFile {
    fn import(&mut self, line: &str, reader: &mut Reader<'_>) {
        reader.expressions.may_ask_entities |= ENTITY_LIBRARIES.iter().any(|package| line.contains(package));
        reader.dialect.add(line);
        self.create_query_is_sql |= SQL_QUERY_PACKAGES.iter().any(|package| line.contains(package));
        self.query_annotation_is_sql |= SQL_QUERY_ANNOTATIONS.iter().any(|package| line.contains(package));
    }

    /// Annotations with SQL in them keep their strings; those with queries over entities do not.
    fn annotation<'t>(&self, node: Node<'t>, children: &[Child<'t>], reader: &mut Reader<'t>) {
        let Some(name) = name_of(node, reader) else { return };
        let name = name.rsplit('.').next().unwrap_or(name);
        let is_native = || children.iter().any(|child| is_true_pair(child.node, "nativeQuery", reader));
        let is_over_entities =
            ENTITY_QUERIES.contains(&name) || (name == "Query" && !self.query_annotation_is_sql && !is_native());
        for child in children.iter().filter(|child| child.field != Some("name")) {
            let Some(value) = reader.string_or_name(child) else { continue };
            if is_over_entities {
                reader.expressions.forbid(value);
            } else if JOINED_ARRAYS.contains(&name)
                && matches!(reader.expressions.get(value).expression, Expression::List(_))
            {
                let separator = literals::constant(" ", child.node, reader);
                let joined = Expression::Separated { list: value, separator };
                reader.expressions.add(joined, span_of(child.node));
            }
        }
    }
}

fn is_true_pair(node: Node<'_>, key: &str, reader: &Reader<'_>) -> bool {
    let text = |field: &str| {
        node.child_by_field_name(field).and_then(|part| reader.text.get(part.byte_range())).unwrap_or_default()
    };
    node.kind() == "element_value_pair" && text("key") == key && text("value") == "true"
}

/// The text of a declaration's `name`.
fn name_of<'t>(node: Node<'t>, reader: &Reader<'t>) -> Option<&'t str> {
    node.child_by_field_name("name").map(|name| reader.text_of(name))
}

/// Whether the node being opened is an alternative of the branch around it.
fn alternative(reader: &Reader<'_>) -> Option<Flow> {
    let outer = reader.outer(0)?;
    match (outer.kind(), reader.field()) {
        ("if_statement", Some("consequence")) => Some(Flow::Alternative),
        ("if_statement", Some("alternative")) => Some(Flow::Otherwise),
        _ => None,
    }
}

/// `getX`, `setX`, `isX`, `hasX` and fluent `withX`.
fn is_accessor(name: &str) -> bool {
    ["get", "set", "is", "has", "with"].iter().any(|prefix| {
        name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|first: char| !first.is_lowercase()))
    })
}

fn assign<'t>(left: &Child<'t>, operator: &Child<'t>, right: &Child<'t>, reader: &mut Reader<'t>) {
    let Some(key) = reader.key(left.node) else { return };
    match operator.node.kind() {
        "=" => {
            assign_value(key, right, reader);
        }
        "+=" if reader.may_be_string(right) || right.node.kind() == "method_invocation" => {
            let value = reader.part(right);
            reader.change(key, Change::Append, Some(value), right.node);
        }
        _ => {}
    }
}

/// A class without its package and type arguments.
fn class_name(written: &str) -> &str {
    let bare = written.split('<').next().unwrap_or(written);
    bare.rsplit('.').next().unwrap_or(bare).trim()
}

/// The class whose member is being opened or closed.
fn class_around<'t>(reader: &Reader<'t>) -> Option<&'t str> {
    /// Declaration, body, and the part of an enum's body after its constants.
    const MOST_LEVELS: usize = 4;
    (0..MOST_LEVELS).filter_map(|up| reader.outer(up)).find_map(|outer| {
        let is_class = outer.kind().ends_with("_declaration") && outer.child_by_field_name("body").is_some();
        if is_class { name_of(outer, reader) } else { None }
    })
}

/// The class of a declared variable: its type, or what is made for a `var`.
fn declared_class<'t>(value: Option<&Child<'t>>, reader: &Reader<'t>) -> Option<&'t str> {
    let class_of = |node: Node<'t>| node.child_by_field_name("type").map(|class| class_name(reader.text_of(class)));
    match class_of(reader.outer(0)?)? {
        "var" => class_of(value?.node),
        class => Some(class),
    }
}

/// Records an assignment; `null` stands for no value yet.
fn assign_value<'t>(key: Key<'t>, value: &Child<'t>, reader: &mut Reader<'t>) {
    if value.node.kind() != "null_literal" {
        let assigned = reader.string_or_name(value);
        reader.change(key, Change::Assign, assigned, value.node);
    }
}

/// A local variable, a field or a constant of an interface.
fn declare<'t>(name: &Child<'t>, value: Option<&Child<'t>>, reader: &mut Reader<'t>) {
    let text = reader.text_of(name.node);
    let is_field =
        reader.outer(0).is_some_and(|outer| matches!(outer.kind(), "field_declaration" | "constant_declaration"));
    if is_field {
        reader.token(name.node, TokenKind::Property);
        declare_field(text, false, reader);
    } else {
        reader.declare_local(text, false);
    }
    if let Some(class) = declared_class(value, reader) {
        let scope = if is_field { reader.bindings.scope_of_kind(ScopeKind::Class) } else { reader.bindings.scope() };
        reader.bindings.type_variable(scope, text, class);
    }
    if let Some(value) = value {
        assign_value(Key::bare(text), value, reader);
    }
}

/// A field is known by its bare name and after `this.` in its class, and after its class's name anywhere.
fn declare_field<'t>(name: &'t str, opaque: bool, reader: &mut Reader<'t>) {
    let scope = reader.bindings.scope_of_kind(ScopeKind::Class);
    let mut names = vec![(scope, Key::bare(name)), (scope, Key::qualified("this", name))];
    names.extend(class_around(reader).map(|class| (reader.bindings.file_scope(), Key::qualified(class, name))));
    reader.bindings.declare(&names, opaque);
}

fn parameter<'t>(node: Node<'t>, children: &[Child<'t>], reader: &mut Reader<'t>) {
    let named = children.iter().find(|child| child.field == Some("name"));
    let bare = || children.iter().rfind(|child| child.node.kind() == "identifier");
    let Some(name) = named.or_else(bare) else { return };
    let is_component =
        node.kind() == "formal_parameter" && reader.outer(1).is_some_and(|outer| outer.kind() == "record_declaration");
    if is_component {
        reader.token(name.node, TokenKind::Property);
        declare_field(reader.text_of(name.node), true, reader);
    } else {
        let text = reader.text_of(name.node);
        let is_formal = node.kind() == "formal_parameter";
        if is_formal {
            reader.declare_parameter(text);
        } else {
            reader.declare_local(text, true);
        }
        if let Some(class) = node.child_by_field_name("type") {
            let scope = reader.bindings.scope();
            reader.bindings.type_variable(scope, text, class_name(reader.text_of(class)));
        }
    }
}

/// `switch` as an expression: a choice of what its rules give.
fn switch_value<'t>(node: Node<'t>, children: &[Child<'t>], reader: &mut Reader<'t>) -> Option<ExpressionId> {
    let is_builder = |id: ExpressionId, reader: &Reader<'t>| {
        matches!(reader.expressions.get(id).expression, Expression::Appends { .. })
    };
    if node.kind() == "expression_statement" && reader.outer(0).is_none_or(|outer| outer.kind() != "switch_rule") {
        return None;
    }
    let results = children.iter().filter(|child| child.field != Some("condition"));
    let values: Vec<ExpressionId> = results.filter_map(|child| child.value).collect();
    match values.as_slice() {
        [only] if !is_builder(*only, reader) => Some(*only),
        [] | [_] => None,
        _ => Some(reader.expressions.add(Expression::Choice(values), span_of(node))),
    }
}

#[cfg(test)]
mod tests;
