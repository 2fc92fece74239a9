//! The unit collector: named code units with the names of those around them.

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
