//! The syntax tree of a text: parsed when first asked for, and kept for those who ask again.

use std::sync::{Mutex, PoisonError};

use tree_sitter::{Language, Parser, Tree};

/// Room for one syntax tree. A file is read more than once (for its statements, its mappings, its values), and parsing
/// is most of the cost of each.
#[derive(Debug, Default)]
pub struct KeptTree(Mutex<Option<Tree>>);

impl KeptTree {
    /// Gives back the memory of the tree, if there is one.
    pub fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The tree of `text`; the one that is kept if it is of the same language. `None` when the parser gives up.
    pub(super) fn tree(&self, language: &Language, text: &str) -> Option<Tree> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tree) = kept.as_ref().filter(|tree| *tree.language() == *language) {
            return Some(tree.clone());
        }
        let tree = parse(language, text)?;
        *kept = Some(tree.clone());
        Some(tree)
    }
}

/// Parses a text; `None` when the parser gives up.
pub(super) fn parse(language: &Language, text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(language).ok()?;
    parser.parse(text, None)
}
