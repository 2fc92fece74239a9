//! Annotations with their arguments, and the constants that stand in them.

use std::collections::BTreeMap;

use tree_sitter::Node;

use super::nodes;
use crate::extract::host::span_of;
use crate::model::span::Span;

/// A name that an annotation gives, and where it stands.
pub(super) type Written = (String, Span);

/// String constants of a file by their simple names.
pub(super) struct Constants(BTreeMap<String, Written>);

/// Sums of constants longer than this are not followed.
const MOST_TERMS: usize = 16;

impl Constants {
    pub(super) fn of(root: Node<'_>, text: &str) -> Self {
        let mut found = Self(BTreeMap::new());
        for field in nodes(root, &["field_declaration", "constant_declaration"]) {
            let is_final = field.kind() == "constant_declaration"
                || text.get(field.byte_range()).is_some_and(|text| text.contains("final"));
            let mut cursor = field.walk();
            for declarator in field.children_by_field_name("declarator", &mut cursor).filter(|_| is_final) {
                let part = |name| declarator.child_by_field_name(name);
                let (Some(name), Some(value)) = (part("name"), part("value")) else { continue };
                if let Some(written) = found.text(value, text) {
                    found.0.insert(text_of(name, text).to_owned(), written);
                }
            }
        }
        found
    }

    /// The text of a string, a constant, or a sum of them. A sum stands where its last term does.
    pub(super) fn text(&self, node: Node<'_>, text: &str) -> Option<Written> {
        let mut whole = String::new();
        let mut place = None;
        let mut left = vec![node];
        let mut terms = 0;
        while let Some(node) = left.pop() {
            terms += 1;
            if terms > MOST_TERMS {
                return None;
            }
            let (part, span) = match node.kind() {
                "string_literal" => {
                    let raw = text_of(node, text);
                    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
                    if inner.contains(['\\', '\n']) {
                        return None;
                    }
                    (inner.to_owned(), Span::new(node.start_byte() + 1, node.end_byte() - 1))
                }
                "identifier" => self.0.get(text_of(node, text))?.clone(),
                "field_access" => self.0.get(text_of(node.child_by_field_name("field")?, text))?.clone(),
                "parenthesized_expression" => {
                    left.push(node.named_child(0)?);
                    continue;
                }
                "binary_expression" => {
                    left.push(node.child_by_field_name("right")?);
                    left.push(node.child_by_field_name("left")?);
                    continue;
                }
                _ => return None,
            };
            whole.push_str(&part);
            place = Some(span);
        }
        Some((whole, place?))
    }
}

pub(super) fn text_of<'t>(node: Node<'_>, text: &'t str) -> &'t str {
    text.get(node.byte_range()).unwrap_or("")
}

/// An annotation.
#[derive(Clone, Copy)]
pub(super) struct Annotation<'t> {
    /// Its name without a package.
    pub(super) name: &'t str,
    node: Node<'t>,
}

impl<'t> Annotation<'t> {
    fn new(node: Node<'t>, text: &'t str) -> Option<Self> {
        let name = text_of(node.child_by_field_name("name")?, text);
        Some(Self { name: name.rsplit('.').next().unwrap_or(name), node })
    }

    /// The annotations of a declaration.
    pub(super) fn all(declaration: Node<'t>, text: &'t str) -> Vec<Self> {
        let mut cursor = declaration.walk();
        let Some(modifiers) = declaration.children(&mut cursor).find(|child| child.kind() == "modifiers") else {
            return Vec::new();
        };
        let mut cursor = modifiers.walk();
        let annotations = modifiers.children(&mut cursor).filter(is_annotation);
        annotations.filter_map(|node| Self::new(node, text)).collect()
    }

    /// The value of an argument; `value` may stand without its name.
    pub(super) fn argument(&self, key: &str, text: &str) -> Option<Node<'t>> {
        let arguments = self.node.child_by_field_name("arguments")?;
        let mut cursor = arguments.walk();
        arguments.named_children(&mut cursor).find_map(|argument| {
            if argument.kind() == "element_value_pair" {
                let is_wanted = text_of(argument.child_by_field_name("key")?, text) == key;
                return if is_wanted { argument.child_by_field_name("value") } else { None };
            }
            (key == "value" && !argument.kind().ends_with("comment")).then_some(argument)
        })
    }

    /// The text of the first of some arguments that is given.
    pub(super) fn text(&self, keys: &[&str], text: &str, constants: &Constants) -> Option<Written> {
        let node = keys.iter().find_map(|key| self.argument(key, text))?;
        constants.text(node, text).filter(|(text, _)| !text.is_empty())
    }

    /// Whether an argument is given as the word `value`.
    pub(super) fn says(&self, key: &str, value: &str, text: &str) -> bool {
        self.argument(key, text).is_some_and(|node| text_of(node, text) == value)
    }

    /// Where the annotation stands.
    pub(super) fn span(&self) -> Span {
        span_of(self.node)
    }

    /// The annotations in an argument: one, or a list of them.
    pub(super) fn inner(&self, key: &str, text: &'t str) -> Vec<Annotation<'t>> {
        let of = |node: Node<'t>| if is_annotation(&node) { Annotation::new(node, text) } else { None };
        let items = self.argument(key, text).map(items).unwrap_or_default();
        items.into_iter().filter_map(of).collect()
    }
}

fn is_annotation(node: &Node<'_>) -> bool {
    matches!(node.kind(), "annotation" | "marker_annotation")
}

/// The items of a list in braces, or what stands there without one.
pub(super) fn items(node: Node<'_>) -> Vec<Node<'_>> {
    if node.kind() != "element_value_array_initializer" {
        return vec![node];
    }
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}
