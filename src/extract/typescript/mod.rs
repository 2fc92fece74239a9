//! TypeScript and JavaScript: units, tokens and the SQL in their strings, templates and tagged templates.

pub(in crate::extract) mod builder;
mod calls;
mod literals;
mod mapping;
mod migrations;
mod names;
mod values;

use tree_sitter::{Language, Node};

use self::builder::Frameworks;
use super::extension::Extensions;
use super::host::binding::{Change, Flow, Key, ScopeKind};
use super::host::expression::{Expression, ExpressionId};
use super::host::{self, Child, Host, Opening, Reader, span_of};
use super::{Format, Input};
use crate::model::code::Code;
use crate::model::facts::{Constant, FileFacts, TokenKind};

/// TypeScript and JavaScript source files, with or without JSX.
pub struct TypeScript;

/// Extensions of files in which `<T>x` is a cast, so that JSX is no part of the language.
const WITHOUT_JSX: &[&str] = &["ts", "mts", "cts"];

/// Extensions of files that may hold JSX.
const WITH_JSX: &[&str] = &["tsx", "js", "jsx", "mjs", "cjs"];

impl Format for TypeScript {
    fn name(&self) -> &'static str {
        "typescript"
    }

    fn claims(&self, path: &str, head: &str) -> bool {
        has_extension(path, WITHOUT_JSX) || has_extension(path, WITH_JSX) || is_run_by_script_engine(head)
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        self.extract_with(input, &[])
    }

    fn extract_with(&self, input: Input<'_>, known: &[Constant]) -> FileFacts {
        self.extract_extended(input, known, &Extensions::default())
    }

    fn extract_extended(&self, input: Input<'_>, known: &[Constant], extensions: &Extensions) -> FileFacts {
        let mut file = TypeScriptFile { frameworks: &extensions.typescript };
        host::read(&mut file, &grammar(input.path), input, known)
    }

    fn code(&self, input: Input<'_>) -> Option<Code> {
        values::lower(&grammar(input.path), input)
    }
}

/// What a script of another format says about values.
pub(super) fn script(text: &str) -> Option<Code> {
    values::lower(&grammar("x.js"), Input::new("x.js", text))
}

fn has_extension(path: &str, known: &[&str]) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| known.iter().any(|it| extension.eq_ignore_ascii_case(it)))
}

/// Whether the first line of a file hands it to a program that runs scripts: `#!/usr/bin/env node`.
fn is_run_by_script_engine(head: &str) -> bool {
    let line = head.strip_prefix("#!").and_then(|rest| rest.lines().next()).unwrap_or("");
    let mut words = line.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
    words.any(|word| matches!(word, "node" | "nodejs" | "bun" | "deno" | "tsx" | "ts-node" | "zx"))
}

fn grammar(path: &str) -> Language {
    if has_extension(path, WITHOUT_JSX) {
        tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()
    } else {
        tree_sitter_typescript::LANGUAGE_TSX.into()
    }
}

/// The reader of one file; nothing that it needs goes from one node to another.
struct TypeScriptFile<'f> {
    frameworks: &'f Frameworks,
}

impl Host for TypeScriptFile<'_> {
    fn open<'t>(&mut self, node: Node<'t>, reader: &mut Reader<'t>) -> Opening<'t> {
        let mut opening = Opening { unit: names::unit(node, reader), ..Opening::default() };
        match node.kind() {
            "class_declaration"
            | "abstract_class_declaration"
            | "class"
            | "interface_declaration"
            | "enum_declaration" => opening.scope = Some(ScopeKind::Class),
            "function_declaration"
            | "generator_function_declaration"
            | "function_expression"
            | "arrow_function"
            | "generator_function"
            | "method_definition" => {
                opening.scope = Some(ScopeKind::Function);
                opening.flows.push(Flow::Optional);
            }
            "for_statement" | "for_in_statement" | "while_statement" | "catch_clause" => {
                opening.scope = Some(ScopeKind::Block);
                opening.flows.push(Flow::Optional);
            }
            "statement_block" | "class_static_block" => opening.scope = Some(ScopeKind::Block),
            "if_statement" => opening.flows.push(Flow::Branch),
            "switch_statement" => {
                opening.scope = Some(ScopeKind::Block);
                opening.flows.push(Flow::Branch);
            }
            "switch_case" => opening.flows.push(Flow::Alternative),
            "else_clause" | "switch_default" => opening.flows.push(Flow::Otherwise),
            "arguments" => opening.transparent = true,
            "member_expression" => {
                // A call needs the value that its method is called on.
                let is_call = reader.outer(0).is_some_and(|outer| outer.kind() == "call_expression");
                opening.transparent = is_call && reader.field() == Some("function");
            }
            "string" => opening.skip = true,
            "regex" | "jsx_text" => {
                reader.token(node, TokenKind::Text);
                opening.skip = true;
            }
            "hash_bang_line" => reader.token(node, TokenKind::Comment),
            "property_identifier"
            | "private_property_identifier"
            | "shorthand_property_identifier"
            | "shorthand_property_identifier_pattern" => reader.token(node, TokenKind::Property),
            _ => {}
        }
        let is_consequence = reader.field() == Some("consequence")
            && reader.outer(0).is_some_and(|outer| outer.kind() == "if_statement");
        if is_consequence {
            opening.flows.insert(0, Flow::Alternative);
        }
        opening
    }

    fn close<'t>(&mut self, node: Node<'t>, children: &[Child<'t>], reader: &mut Reader<'t>) -> Option<ExpressionId> {
        let field = |name: &str| children.iter().find(|child| child.field == Some(name));
        match node.kind() {
            "string" => literals::string(node, reader),
            "template_string" => Some(literals::template(node, children, reader)),
            "template_substitution"
            | "parenthesized_expression"
            | "as_expression"
            | "satisfies_expression"
            | "non_null_expression" => reader.string_or_name(children.first()?),
            "type_assertion" => reader.string_or_name(children.last()?),
            "binary_expression" => {
                let (left, right) = (field("left")?, field("right")?);
                binary(left, field("operator")?.node.kind(), right, node, reader)
            }
            "ternary_expression" => reader.choice(&[*field("consequence")?, *field("alternative")?], node),
            "array" => reader.list(children, node),
            "call_expression" => calls::call(node, children, reader),
            "assignment_expression" => {
                let (key, right) = (reader.key(field("left")?.node)?, field("right")?);
                assign(key, right, reader);
                None
            }
            "augmented_assignment_expression" => {
                let (key, right) = (reader.key(field("left")?.node)?, field("right")?);
                let is_text = reader.may_be_string(right) || right.node.kind() == "call_expression";
                if is_text && field("operator")?.node.kind() == "+=" {
                    let value = reader.part(right);
                    reader.change(key, Change::Append, Some(value), right.node);
                }
                None
            }
            "variable_declarator" => {
                let name = field("name")?.node;
                if name.kind() == "identifier" {
                    reader.declare_local(reader.text_of(name), false);
                    if let Some(class) = field("value").and_then(|value| value.node.child_by_field_name("constructor"))
                    {
                        let scope = reader.bindings.scope();
                        reader.bindings.type_variable(scope, reader.text_of(name), reader.text_of(class));
                    }
                    if let Some(value) = field("value") {
                        assign(Key::bare(reader.text_of(name)), value, reader);
                    }
                }
                None
            }
            "public_field_definition" | "pair" | "enum_assignment" => {
                member(node, field("name").or(field("key"))?, field("value"), reader);
                None
            }
            "required_parameter" | "optional_parameter" => {
                let is_type = reader.outer(1).is_some_and(|function| function.kind() == "function_type");
                if !is_type {
                    declare_parameter(field("pattern").or(field("name"))?, reader);
                }
                None
            }
            "return_statement" => {
                reader.returned(children.first()?);
                None
            }
            "function_declaration" | "method_definition" => {
                let class = if node.kind() == "method_definition" { class_around(reader) } else { None };
                reader.declare_function(reader.text_of(field("name")?.node), class, node);
                None
            }
            "arrow_function" | "function_expression" => {
                if let Some(name) = field("parameter") {
                    declare_parameter(name, reader);
                }
                if let Some(body) = field("body").filter(|body| body.node.kind() != "statement_block") {
                    reader.returned(body);
                }
                if let Some(name) = names::variable(reader) {
                    reader.declare_function(name, None, node);
                }
                None
            }
            "pair_pattern" | "for_in_statement" | "catch_clause" => {
                let names = ["value", "left", "parameter"];
                if let Some(name) = names.iter().find_map(|name| field(name)) {
                    declare_opaque(name, reader);
                }
                None
            }
            "shorthand_property_identifier_pattern" => {
                reader.declare_local(reader.text_of(node), true);
                None
            }
            "array_pattern" => {
                for child in children {
                    declare_opaque(child, reader);
                }
                None
            }
            _ => None,
        }
    }

    fn name<'t>(node: Node<'t>, text: &'t str) -> Option<Key<'t>> {
        let of = |node: Node<'t>| text.get(node.byte_range());
        match node.kind() {
            "identifier" => of(node).map(Key::bare),
            "call_expression" => {
                let function = node.child_by_field_name("function")?;
                if function.kind() == "identifier" {
                    return of(function).map(Key::call);
                }
                let (object, name) =
                    (function.child_by_field_name("object")?, of(function.child_by_field_name("property")?)?);
                match object.kind() {
                    "this" => Some(Key::call(name)),
                    "identifier" => Some(Key::method(of(object)?, name)),
                    "member_expression" if object.child_by_field_name("object")?.kind() == "this" => {
                        Some(Key::method(of(object.child_by_field_name("property")?)?, name))
                    }
                    "new_expression" => Some(Key::method(of(object.child_by_field_name("constructor")?)?, name)),
                    _ => None,
                }
            }
            "member_expression" => {
                let object = node.child_by_field_name("object")?;
                if object.kind() != "identifier" && object.kind() != "this" {
                    return None;
                }
                Some(Key::qualified(of(object)?, of(node.child_by_field_name("property")?)?))
            }
            _ => None,
        }
    }

    fn read_whole(&self, root: Node<'_>, input: Input<'_>, facts: &mut FileFacts) {
        let code = builder::code::Code::new(root, input.text);
        builder::read(&code, self.frameworks, facts);
        mapping::read(&code, facts);
        migrations::read(&code, facts);
    }
}

/// The class, or the variable that holds the object, whose method is being closed.
fn class_around<'t>(reader: &Reader<'t>) -> Option<&'t str> {
    let body = reader.outer(0)?;
    let holder = reader.outer(1)?;
    let holds = matches!(body.kind(), "class_body" | "object");
    let name = if holds { holder.child_by_field_name("name") } else { None };
    name.map(|name| reader.text_of(name))
}

/// Declares a parameter; one that is taken apart keeps its place.
fn declare_parameter<'t>(name: &Child<'t>, reader: &mut Reader<'t>) {
    let is_name = name.node.kind() == "identifier";
    reader.declare_parameter(if is_name { reader.text_of(name.node) } else { "" });
}

fn declare_opaque<'t>(name: &Child<'t>, reader: &mut Reader<'t>) {
    if name.node.kind() == "identifier" {
        reader.declare_local(reader.text_of(name.node), true);
    }
}

/// Records an assignment; `null` stands for no value yet.
fn assign<'t>(key: Key<'t>, value: &Child<'t>, reader: &mut Reader<'t>) {
    if !matches!(value.node.kind(), "null" | "undefined") {
        let assigned = reader.string_or_name(value);
        reader.change(key, Change::Assign, assigned, value.node);
    }
}

/// A field of a class, a member of an enum or of an object that a variable holds.
fn member<'t>(node: Node<'t>, name: &Child<'t>, value: Option<&Child<'t>>, reader: &mut Reader<'t>) {
    let key = reader.text_of(name.node);
    if !matches!(name.node.kind(), "property_identifier" | "private_property_identifier") {
        return;
    }
    let holder = (0..4).filter_map(|up| reader.outer(up)).find(|outer| {
        !matches!(outer.kind(), "object" | "class_body" | "enum_body" | "as_expression" | "satisfies_expression")
    });
    let Some(holder) = holder else { return };
    let holder_name = holder.child_by_field_name("name").map(|name| reader.text_of(name));
    let mut names = Vec::new();
    match node.kind() {
        "public_field_definition" => {
            let class = reader.bindings.scope_of_kind(ScopeKind::Class);
            names.push((class, Key::qualified("this", key)));
            names.extend(holder_name.map(|class| (reader.bindings.file_scope(), Key::qualified(class, key))));
        }
        "enum_assignment" => {
            names.extend(holder_name.map(|name| (reader.bindings.file_scope(), Key::qualified(name, key))));
        }
        // Only a variable's own object: deeper ones are not named by one dot.
        _ if holder.kind() == "variable_declarator" => {
            let scope = reader.bindings.scope();
            names.extend(holder_name.map(|name| (scope, Key::qualified(name, key))));
        }
        _ => {}
    }
    let Some(&(_, first)) = names.first() else { return };
    if value.is_some_and(|value| reader.may_be_string(value)) || node.kind() == "public_field_definition" {
        reader.bindings.declare(&names, value.is_none());
        if let Some(value) = value {
            assign(first, value, reader);
        }
    }
}

fn binary<'t>(
    left: &Child<'t>,
    operator: &str,
    right: &Child<'t>,
    node: Node<'t>,
    reader: &mut Reader<'t>,
) -> Option<ExpressionId> {
    match operator {
        "+" => reader.sum(left, right, node),
        "||" | "??" if left.value.is_some() || right.value.is_some() => reader.choice(&[*left, *right], node),
        "&&" => {
            let shown = right.value?;
            let nothing = reader.nothing(node);
            Some(reader.expressions.add(Expression::Choice(vec![shown, nothing]), span_of(node)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
