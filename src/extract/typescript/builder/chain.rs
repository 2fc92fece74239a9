//! Chains of calls, flattened: a root and the links that follow it, as they are read.

use tree_sitter::Node;

use super::code::{arguments, unwrap};
use crate::extract::host::span_of;
use crate::model::span::Span;

/// `root.a.b(x).c(y)`.
#[derive(Clone, Debug)]
pub(in crate::extract::typescript) struct Chain<'t> {
    /// What the first link is taken from.
    pub(in crate::extract::typescript) root: Node<'t>,
    /// The links, first to last.
    pub(in crate::extract::typescript) links: Vec<Link<'t>>,
}

/// `.name` or `.name(arguments)`; the name is empty for a call of the root itself.
#[derive(Clone, Debug)]
pub(in crate::extract::typescript) struct Link<'t> {
    /// Its name.
    pub(in crate::extract::typescript) name: &'t str,
    /// Where the name stands; for a call without one, the root's.
    pub(in crate::extract::typescript) span: Span,
    /// The call, or the member expression.
    pub(in crate::extract::typescript) node: Node<'t>,
    /// What it is called with; `None` when it is no call.
    pub(in crate::extract::typescript) arguments: Option<Vec<Node<'t>>>,
}

impl<'t> Chain<'t> {
    /// The whole expression.
    pub(in crate::extract::typescript) fn node(&self) -> Node<'t> {
        self.links.last().map_or(self.root, |link| link.node)
    }
}

/// Flattens the chain that ends with `call`.
pub(super) fn flatten<'t>(call: Node<'t>, text: &'t str) -> Chain<'t> {
    let mut links = Vec::new();
    let mut node = call;
    let of = |node: Node<'t>| text.get(node.byte_range()).unwrap_or("");
    loop {
        let (whole, arguments) = match node.kind() {
            "call_expression" => {
                let Some(function) = node.child_by_field_name("function") else { break };
                let call = node;
                node = unwrap(function);
                (call, Some(arguments(call)))
            }
            _ => (node, None),
        };
        let part = |name: &str| node.child_by_field_name(name);
        let (name, span, object) = match (node.kind(), part("object")) {
            ("member_expression", Some(object)) => {
                let property = part("property").unwrap_or(node);
                (of(property), span_of(property), Some(object))
            }
            ("subscript_expression", Some(object)) => {
                let index = part("index").unwrap_or(node);
                let name = if index.kind() == "string" { of(index).trim_matches(['"', '\'']) } else { "[]" };
                (name, span_of(index), Some(object))
            }
            _ => ("", span_of(node), None),
        };
        match (object, &arguments) {
            (None, None) => break,
            (None, Some(_)) => links.push(Link { name, span, node: whole, arguments }),
            (Some(object), _) => {
                links.push(Link { name, span, node: whole, arguments });
                node = unwrap(object);
            }
        }
    }
    links.reverse();
    Chain { root: node, links }
}
