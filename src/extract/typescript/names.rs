//! Names of units: functions and objects take theirs from what they are assigned to.

use std::borrow::Cow;

use tree_sitter::Node;

use crate::extract::host::Reader;
use crate::model::facts::UnitKind;

type UnitName<'t> = (Cow<'t, str>, Option<UnitKind>);

/// The unit that `node` is, or the name that it gives to those inside it.
pub(super) fn unit<'t>(node: Node<'t>, reader: &Reader<'t>) -> Option<UnitName<'t>> {
    let own = || node.child_by_field_name("name").map(|name| unquoted(reader.text_of(name)));
    let named = |name: Cow<'t, str>, kind: UnitKind| Some((name, Some(kind)));
    match node.kind() {
        "class_declaration"
        | "abstract_class_declaration"
        | "interface_declaration"
        | "enum_declaration"
        | "internal_module"
        | "module" => named(Cow::Borrowed(own()?), UnitKind::Class),
        "class" => named(given(reader).or(own().map(Cow::Borrowed))?, UnitKind::Class),
        "function_declaration" | "generator_function_declaration" => {
            named(Cow::Borrowed(own().filter(|name| !name.is_empty())?), UnitKind::Function)
        }
        "method_definition" => named(Cow::Borrowed(own()?), UnitKind::Method),
        "arrow_function" | "function_expression" | "generator_function" => {
            let name = given(reader).or_else(|| wrapped(reader)).or(own().map(Cow::Borrowed))?;
            let is_member =
                reader.outer(0).is_some_and(|outer| matches!(outer.kind(), "pair" | "public_field_definition"));
            named(name, if is_member { UnitKind::Method } else { UnitKind::Function })
        }
        "object" if holds_functions(node) => {
            let is_unit = reader.units.depth() == 0;
            Some((given(reader)?, is_unit.then_some(UnitKind::Class)))
        }
        _ => None,
    }
}

fn unquoted(name: &str) -> &str {
    name.trim_matches(['"', '\'', '`'])
}

/// The name of what the node being opened is assigned to: a variable, a key, a field, an export.
fn given<'t>(reader: &Reader<'t>) -> Option<Cow<'t, str>> {
    let outer = reader.outer(0)?;
    let part = |name: &str| outer.child_by_field_name(name);
    match (outer.kind(), reader.field()?) {
        ("variable_declarator", "value") => {
            let name = part("name").filter(|name| name.kind() == "identifier")?;
            Some(Cow::Borrowed(reader.text_of(name)))
        }
        ("pair", "value") => Some(Cow::Borrowed(unquoted(reader.text_of(part("key")?)))),
        ("public_field_definition", "value") => Some(Cow::Borrowed(reader.text_of(part("name")?))),
        ("assignment_expression", "right") => target(part("left")?, reader),
        ("export_statement", "value" | "declaration") => Some(Cow::Borrowed(stem(reader.path))),
        _ => None,
    }
}

/// The variable or field that the node being closed is the value of.
pub(super) fn variable<'t>(reader: &Reader<'t>) -> Option<&'t str> {
    let outer = reader.outer(0).filter(|_| reader.field() == Some("value"))?;
    let is_named = matches!(outer.kind(), "variable_declarator" | "public_field_definition");
    let name = outer.child_by_field_name("name").filter(|name| is_named && name.kind() != "object_pattern")?;
    Some(reader.text_of(name))
}

/// The name of what a function is assigned to by way of a wrapper: `const list = handler(async () => …)`.
fn wrapped<'t>(reader: &Reader<'t>) -> Option<Cow<'t, str>> {
    let call = reader.outer(1).filter(|call| call.kind() == "call_expression")?;
    let is_plain = call.child_by_field_name("function").is_some_and(|function| function.kind() == "identifier");
    let declarator = reader.outer(2).filter(|outer| outer.kind() == "variable_declarator")?;
    let name = declarator.child_by_field_name("name").filter(|name| name.kind() == "identifier")?;
    let is_outermost = reader.units.depth() == 0;
    (is_plain && is_outermost).then(|| Cow::Borrowed(reader.text_of(name)))
}

/// `exports.run`, `module.exports`, `A.prototype.run`, `this.run`, `A.run`.
fn target<'t>(left: Node<'t>, reader: &Reader<'t>) -> Option<Cow<'t, str>> {
    /// A longer target is no name.
    const LONGEST: usize = 100;
    let text = reader.text_of(left);
    if text.len() > LONGEST || text.contains(|letter: char| !(letter.is_alphanumeric() || "._$#".contains(letter))) {
        return None;
    }
    if text == "module.exports" || text == "exports" {
        return Some(Cow::Borrowed(stem(reader.path)));
    }
    let bare = ["module.exports.", "exports.", "this."].iter().find_map(|prefix| text.strip_prefix(prefix));
    let bare = bare.unwrap_or(text);
    Some(if bare.contains(".prototype.") { Cow::Owned(bare.replace(".prototype.", ".")) } else { Cow::Borrowed(bare) })
}

/// The file's name without folder and extension.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Whether an object literal has methods or functions among its members.
fn holds_functions(object: Node<'_>) -> bool {
    let mut cursor = object.walk();
    object.named_children(&mut cursor).any(|member| match member.kind() {
        "method_definition" => true,
        "pair" => member.child_by_field_name("value").is_some_and(|value| {
            matches!(value.kind(), "arrow_function" | "function_expression" | "generator_function")
        }),
        _ => false,
    })
}
