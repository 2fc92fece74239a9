//! Names in scope.

use std::collections::HashMap;

use crate::model::code::{ClassId, FunctionId, VariableId};

/// What a declared name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    /// A variable or parameter.
    Variable(VariableId),
    /// A function that is declared.
    Function(FunctionId),
    /// A class, enum or namespace that is declared.
    Class(ClassId),
}

/// The open scopes. Finding a name takes one look-up, however many are open.
#[derive(Default)]
pub(super) struct Scopes<'t> {
    /// For each name what it stands for with the number of the scope, innermost last.
    names: HashMap<&'t str, Vec<(u32, Binding)>>,
    /// The names that each open scope declares.
    open: Vec<Vec<&'t str>>,
    /// Numbers of those that are functions'.
    functions: Vec<usize>,
}

impl<'t> Scopes<'t> {
    /// Opens a scope; `var` inside belongs to the innermost that is a function's.
    pub(super) fn open(&mut self, is_function: bool) {
        if is_function {
            self.functions.push(self.open.len());
        }
        self.open.push(Vec::new());
    }

    /// Closes the innermost scope.
    pub(super) fn close(&mut self) {
        let Some(names) = self.open.pop() else { return };
        self.functions.pop_if(|number| *number == self.open.len());
        let number = self.open.len() as u32;
        for name in names {
            if let Some(stack) = self.names.get_mut(name)
                && let Some(at) = stack.iter().rposition(|(own, _)| *own == number)
            {
                stack.remove(at);
            }
        }
    }

    /// Declares a name in the innermost scope; the first that is declared there stays.
    pub(super) fn bind(&mut self, name: &'t str, binding: Binding) {
        let innermost = self.open.len().saturating_sub(1);
        self.bind_in(innermost, name, binding);
    }

    /// Declares a name in the scope of the innermost function.
    pub(super) fn bind_in_function(&mut self, name: &'t str, binding: Binding) {
        self.bind_in(self.function(), name, binding);
    }

    fn function(&self) -> usize {
        self.functions.last().copied().unwrap_or(0)
    }

    fn bind_in(&mut self, number: usize, name: &'t str, binding: Binding) {
        let Some(scope) = self.open.get_mut(number) else { return };
        let stack = self.names.entry(name).or_default();
        let number = number as u32;
        let at = stack.iter().rposition(|(own, _)| *own <= number).map_or(0, |at| at + 1);
        if at == 0 || stack[at - 1].0 != number {
            stack.insert(at, (number, binding));
            scope.push(name);
        }
    }

    /// What a name stands for.
    pub(super) fn find(&self, name: &str) -> Option<Binding> {
        self.names.get(name)?.last().map(|(_, binding)| *binding)
    }

    /// What a name stands for that the innermost scope declares.
    pub(super) fn find_here(&self, name: &str) -> Option<Binding> {
        let innermost = self.open.len().checked_sub(1)? as u32;
        self.names.get(name)?.last().filter(|(own, _)| *own == innermost).map(|(_, binding)| *binding)
    }

    /// What a name stands for that the innermost function declares outside of its inner blocks.
    pub(super) fn find_in_function(&self, name: &str) -> Option<Binding> {
        let function = self.function() as u32;
        let stack = self.names.get(name)?;
        stack.iter().rfind(|(own, _)| *own == function).map(|(_, binding)| *binding)
    }

    /// Whether only the file itself is open.
    pub(super) fn is_file(&self) -> bool {
        self.open.len() == 1
    }
}
