//! Annotations with their arguments, and the constants that stand in them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use tree_sitter::Node;

use super::nodes;
use crate::extract::host::span_of;
use crate::model::facts::{Constant, OuterName};
use crate::model::span::Span;

/// A name that an annotation gives, and where it stands.
pub(super) type Written = (String, Span);

/// String constants by their names: a file's own, and those of other files as far as they are known.
pub(super) struct Constants<'k> {
    own: BTreeMap<String, Written>,
    /// The classes of this file; `User.TABLE` is one of its own.
    classes: BTreeSet<String>,
    /// The classes that names are imported from: `import static shop.Tables.USERS`.
    imported: BTreeMap<String, String>,
    known: &'k [Constant],
    /// Names that were asked for and are of other files.
    wanted: RefCell<BTreeSet<OuterName>>,
}

/// Sums of constants longer than this are not followed.
const MOST_TERMS: usize = 16;

impl<'k> Constants<'k> {
    /// The constants of a file; `known` are those of others.
    pub(super) fn of(root: Node<'_>, text: &str, known: &'k [Constant]) -> Self {
        let classes = nodes(root, &["class_declaration", "interface_declaration", "record_declaration"]);
        let name = |class: &Node<'_>| class.child_by_field_name("name").map(|name| text_of(name, text).to_owned());
        let mut found = Self {
            own: BTreeMap::new(),
            classes: classes.iter().filter_map(name).collect(),
            imported: imported(root, text),
            known,
            wanted: RefCell::default(),
        };
        for field in nodes(root, &["field_declaration", "constant_declaration"]) {
            let is_final = field.kind() == "constant_declaration"
                || text.get(field.byte_range()).is_some_and(|text| text.contains("final"));
            let mut cursor = field.walk();
            for declarator in field.children_by_field_name("declarator", &mut cursor).filter(|_| is_final) {
                let part = |name| declarator.child_by_field_name(name);
                let (Some(name), Some(value)) = (part("name"), part("value")) else { continue };
                if let Some(written) = found.text(value, text) {
                    found.own.insert(text_of(name, text).to_owned(), written);
                }
            }
        }
        // What constants are made of is only wanted when they are.
        found.wanted.take();
        found
    }

    /// The constants of other files that were asked for.
    pub(super) fn wanted(&self) -> impl Iterator<Item = OuterName> {
        self.wanted.take().into_iter()
    }

    /// What a constant's name stands for.
    fn named(&self, node: Node<'_>, text: &str) -> Option<Written> {
        let field = node.child_by_field_name("field");
        let name = text_of(field.unwrap_or(node), text);
        let holder = node.child_by_field_name("object").map(|object| text_of(object, text));
        let holder = holder.map(|holder| holder.rsplit('.').next().unwrap_or(holder).trim());
        let is_own = holder.is_none_or(|holder| self.classes.contains(holder));
        if let Some(written) = self.own.get(name).filter(|_| is_own) {
            return Some(written.clone());
        }
        let holder = holder.or_else(|| self.imported.get(name).map(String::as_str)).map(str::to_owned);
        let wanted = OuterName { holder, name: name.to_owned(), call: false };
        let known = self.known.iter().find(|constant| constant.name == wanted);
        let written = known.map(|constant| (constant.value.clone(), span_of(node)));
        self.wanted.borrow_mut().insert(wanted);
        written
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
                "identifier" | "field_access" => self.named(node, text)?,
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

/// The classes of names that are imported one by one.
fn imported(root: Node<'_>, text: &str) -> BTreeMap<String, String> {
    let mut cursor = root.walk();
    let imports = root.named_children(&mut cursor).filter(|node| node.kind() == "import_declaration");
    let names = imports.filter_map(|node| {
        let path = text_of(node, text).trim_start_matches("import").trim_end_matches(';').trim();
        let mut parts = path.strip_prefix("static")?.trim().rsplit('.');
        let (name, holder) = (parts.next()?, parts.next()?);
        (name != "*").then(|| (name.to_owned(), holder.to_owned()))
    });
    names.collect()
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
    pub(super) fn text(&self, keys: &[&str], text: &str, constants: &Constants<'_>) -> Option<Written> {
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
