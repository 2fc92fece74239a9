//! Functions that return a builder: `this.active().where(…)` goes on with what `active` began.

use tree_sitter::Node;

use super::chain::Chain;
use super::code::{Held, children, is_function, unwrap};
use super::read::{Place, Reading};
use crate::extract::host::span_of;

/// Builders that one call may return, and nodes that are looked at for them.
const MOST_RETURNED: usize = 4;
const MOST_NODES: usize = 4_000;

impl<'t> Reading<'_, 't> {
    /// The builders that the function of this file returns which a chain begins with; empty when it begins with none.
    /// What is called on them goes to statements of the chain's own: other callers ask for something else.
    pub(super) fn returned(&mut self, chain: &Chain<'t>) -> Vec<Place> {
        let mut places: Vec<Place> = Vec::new();
        for function in self.called(chain) {
            for value in returned_by(function) {
                for found in self.builders_of(value) {
                    if places.len() < MOST_RETURNED && !places.contains(&found) {
                        places.push(found);
                    }
                }
            }
        }
        let span = span_of(chain.node());
        // Two branches of a function that go on with one builder are one statement of its caller.
        let mut forks: Vec<Place> = Vec::new();
        for place in places {
            let Some(fork) = self.drafts[place.draft].fork(place.scope, span) else { continue };
            let known = |other: &Place| self.drafts[other.draft].has_sources_of(&fork);
            if !forks.iter().any(known) {
                forks.push(self.add(fork));
            }
        }
        forks
    }

    /// The functions of this file that the first call of a chain may be of.
    fn called(&self, chain: &Chain<'t>) -> Vec<Node<'t>> {
        let Some(link) = chain.links.first().filter(|link| link.arguments.is_some()) else { return Vec::new() };
        match (chain.root.kind(), link.name) {
            ("this" | "super", name) if !name.is_empty() => {
                self.code.method(name, chain.root.start_byte()).into_iter().collect()
            }
            ("identifier", "") => match self.code.name_at(chain.root).map(|name| self.code.held(name)) {
                Some(Held::Value(function)) if is_function(unwrap(function)) => vec![unwrap(function)],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn builders_of(&self, value: Node<'t>) -> Vec<Place> {
        let of_name = |node| self.builders.get(&self.code.name_at(node)?).cloned();
        self.code
            .values(value)
            .into_iter()
            .flat_map(|node| self.made.get(&node.id()).cloned().or_else(|| of_name(node)).unwrap_or_default())
            .collect()
    }
}

/// All that a function returns, functions inside of it left out.
fn returned_by(function: Node<'_>) -> Vec<Node<'_>> {
    let Some(body) = function.child_by_field_name("body") else { return Vec::new() };
    if body.kind() != "statement_block" {
        return vec![body];
    }
    let mut found = Vec::new();
    let mut open = vec![body];
    for _ in 0..MOST_NODES {
        let Some(node) = open.pop() else { break };
        if node.kind() == "return_statement" {
            found.extend(node.named_child(0));
        } else if !is_function(node) && !node.kind().ends_with("expression") && node.kind() != "lexical_declaration" {
            open.extend(children(node));
        }
    }
    found
}
