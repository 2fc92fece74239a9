//! Names that are given one value after the other: what a name stands for where it is read is what it was given last in
//! the same block. `query = a; rows = read(query); query = b` reads `a`.
//!
//! Only assignments of one block follow each other for certain. What is given in an inner block is added to what is known
//! before it.

use tree_sitter::Node;

use super::{Lowering, Named, parts};
use crate::extract::host::span_of;
use crate::model::code::{ExpressionId, ExpressionKind, VariableId};
use crate::model::statement::Access;

/// Names of the outermost level are also read by functions and other files, which see all that they are given. The code of
/// that level itself sees the last.
#[derive(Default)]
pub(super) struct Newest<'t> {
    /// Names that the outermost level gives more than one value.
    again: std::collections::HashSet<&'t str>,
    /// What each such variable is at the moment.
    now: std::collections::HashMap<VariableId, VariableId>,
    /// Lists of names, by the variable's name.
    lists: std::collections::HashMap<&'t str, Node<'t>>,
    /// Blocks that have been met.
    blocks: u32,
}

impl<'t> Lowering<'t> {
    /// Takes note of the names that the outermost level assigns.
    pub(super) fn note_names(&mut self, names: &[Node<'t>]) {
        let mut met = std::collections::HashSet::new();
        for name in names {
            let text = self.text_of(*name);
            if !met.insert(text) {
                self.newest.again.insert(text);
            }
        }
    }

    /// Reads the inside of a block.
    pub(super) fn in_block<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.enter_block();
        let found = read(self);
        self.blocks = outer;
        found
    }

    /// Enters a block; gives the one around.
    pub(super) fn enter_block(&mut self) -> u32 {
        self.newest.blocks += 1;
        std::mem::replace(&mut self.blocks, self.newest.blocks)
    }

    /// What a variable of the outermost level is at this place.
    pub(super) fn now(&self, id: VariableId) -> VariableId {
        let newest = self.newest.now.get(&id).copied();
        newest.filter(|_| self.functions.is_empty()).unwrap_or(id)
    }

    /// `name = value`.
    pub(super) fn give(&mut self, name: Node<'t>, value: ExpressionId, access: Access) -> VariableId {
        let id = self.target_variable(name);
        self.newest.lists.remove(self.text_of(name));
        // What a loop gives may be known from the loop before only.
        let is_element = matches!(self.code.expression(value).kind, ExpressionKind::Element(_));
        if access == Access::Both || is_element {
            let now = self.now(id);
            if now != id {
                self.assign_variable(now, value);
            }
            self.assign_variable(id, value);
            return id;
        }
        if self.functions.is_empty() && self.classes.is_empty() {
            self.assign_variable(id, value);
            if self.newest.again.contains(self.text_of(name)) {
                self.give_now(id, name, value);
            }
            return id;
        }
        let own = &self.code.variables[id.0 as usize];
        let is_first = own.values.is_empty() && own.parameter.is_none();
        if is_first || self.declared_in.get(&id) != Some(&self.blocks) {
            self.assign_variable(id, value);
            return id;
        }
        let again = self.again(id, name);
        self.assign_variable(again, value);
        again
    }

    /// A value of a name of the outermost level.
    fn give_now(&mut self, id: VariableId, name: Node<'t>, value: ExpressionId) {
        if self.blocks == 0 {
            let again = self.add_variable(self.text_of(name), span_of(name), None);
            self.newest.now.insert(id, again);
        }
        if let Some(now) = self.newest.now.get(&id).copied() {
            self.assign_variable(now, value);
        }
    }

    /// A new variable of a function, of the name of an old one.
    fn again(&mut self, id: VariableId, name: Node<'t>) -> VariableId {
        let declared = self.code.variables[id.0 as usize].declared;
        let again = self.add_variable(self.text_of(name), span_of(name), declared);
        self.declared_in.insert(again, self.blocks);
        self.bind(self.text_of(name), Named::Variable(again));
        again
    }

    /// `names = ["id", "full_name"]`.
    pub(super) fn note_list(&mut self, name: Node<'t>, value: Node<'t>) {
        /// Longer lists are data.
        const MOST: usize = 400;
        if matches!(value.kind(), "list" | "tuple" | "set") {
            let items = parts(value);
            if items.len() <= MOST && items.first().is_some_and(|first| first.kind() == "string") {
                self.newest.lists.insert(self.text_of(name), value);
            }
        }
    }

    /// The list of names that a variable holds.
    pub(super) fn list_of(&self, name: Node<'_>) -> Option<Node<'t>> {
        self.newest.lists.get(self.text_of(name)).copied().filter(|_| name.kind() == "identifier")
    }
}
