//! The unit collector: named code units with the names of those around them.

use std::collections::HashSet;

use tree_sitter::{Node, Tree};

use crate::model::facts::{Unit, UnitKind};
use crate::model::span::Span;

/// Units of one file, in order of their start.
#[derive(Debug, Default)]
pub struct Units {
    found: Vec<Unit>,
    /// Lengths of `path` before each open name.
    open: Vec<usize>,
    /// Names of the open units, joined by `.`.
    path: String,
}

/// Longest full name of a unit; the names of units nested deeper are cut off.
const LONGEST_PATH: usize = 400;

impl Units {
    /// Opens a unit inside those that are open.
    pub fn enter(&mut self, name: &str, kind: UnitKind, span: Span) {
        self.enter_name(name);
        self.found.push(Unit { name: self.path.clone(), kind, span });
    }

    /// Opens a name that is part of the names inside it and no unit of its own.
    pub fn enter_name(&mut self, name: &str) {
        self.open.push(self.path.len());
        if self.path.len() + name.len() < LONGEST_PATH {
            if !self.path.is_empty() {
                self.path.push('.');
            }
            self.path.push_str(name);
        }
    }

    /// Closes the innermost open unit or name.
    pub fn leave(&mut self) {
        if let Some(length) = self.open.pop() {
            self.path.truncate(length);
        }
    }

    /// How many units and names are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// All units, in order of their start.
    pub fn finish(self) -> Vec<Unit> {
        self.found
    }
}

/// Names of the two functions of a migration written in code: what applies it, and what undoes it.
const MIGRATION_PAIRS: &[(&str, &str)] =
    &[("up", "down"), ("upgrade", "downgrade"), ("apply", "undo"), ("install", "uninstall")];

/// Where the code stands that undoes a migration: units that have the one that applies it beside them.
pub fn undoing(units: &[Unit]) -> Vec<Span> {
    let names: HashSet<&str> = units.iter().map(|unit| unit.name.as_str()).collect();
    let undoes = |unit: &&Unit| {
        MIGRATION_PAIRS.iter().any(|(forward, backward)| {
            let outer = unit.name.strip_suffix(backward).filter(|outer| outer.is_empty() || outer.ends_with('.'));
            outer.is_some_and(|outer| names.contains(format!("{outer}{forward}").as_str()))
        })
    };
    units.iter().filter(undoes).map(|unit| unit.span).collect()
}

/// Likewise for objects that hold both ways as values: `{ install: [ … ], uninstall: [ … ] }`.
pub fn undoing_values(tree: &Tree, text: &str) -> Vec<Span> {
    if !MIGRATION_PAIRS.iter().any(|(forward, backward)| text.contains(forward) && text.contains(backward)) {
        return Vec::new();
    }
    let key = |pair: Node<'_>| {
        let name = pair.child_by_field_name("key").map(|key| Span::new(key.start_byte(), key.end_byte()).of(text));
        name.map(|name| name.trim_matches(['"', '\'', '`']))
    };
    let mut found = Vec::new();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        if node.kind() == "pair"
            && let Some(name) = key(node)
            && let Some((forward, _)) = MIGRATION_PAIRS.iter().find(|(_, backward)| *backward == name)
            && let Some(object) = node.parent()
            && object.named_children(&mut object.walk()).any(|other| key(other) == Some(forward))
        {
            found.push(Span::new(node.start_byte(), node.end_byte()));
        }
        if cursor.goto_first_child() || cursor.goto_next_sibling() {
            continue;
        }
        loop {
            if !cursor.goto_parent() {
                return found;
            }
            if cursor.goto_next_sibling() {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_pair_is_a_migration() {
        let unit = |name: &str, start| Unit {
            name: name.to_owned(),
            kind: UnitKind::Method,
            span: Span::new(start, start + 5),
        };
        let units = [unit("A", 0), unit("A.up", 1), unit("A.down", 10), unit("B.down", 20), unit("A.countdown", 30)];
        assert_eq!(undoing(&units), [Span::new(10, 15)]);
    }
}
