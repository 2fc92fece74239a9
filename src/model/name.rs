//! Names of relations and columns, folded once where they are made.
//!
//! Every database folds the case of an unquoted identifier, each in its own direction, and most compare
//! quoted ones without case too. columnist therefore matches names by their lower-case form and keeps the
//! spelling and the quotes, so that a catalog that really has two names differing in case only can still
//! tell them apart.

use serde::{Deserialize, Serialize};

use std::fmt;
use std::sync::Arc;

/// One identifier as written, without its quotes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Ident {
    /// The text between the quotes, or the bare word.
    pub text: Box<str>,
    /// Whether it stood in quotes (`"…"`, `` `…` ``, `[…]`).
    pub quoted: bool,
}

impl Ident {
    /// A bare identifier.
    pub fn bare(text: impl Into<Box<str>>) -> Self {
        Self { text: text.into(), quoted: false }
    }

    /// A quoted identifier, given without its quotes.
    pub fn quoted(text: impl Into<Box<str>>) -> Self {
        Self { text: text.into(), quoted: true }
    }

    /// The form that names are matched by: lower case.
    pub fn folded(&self) -> Name {
        Name::new(&self.text)
    }

    /// Whether both name the same thing when case is folded.
    pub fn matches(&self, other: &Ident) -> bool {
        self.text.eq_ignore_ascii_case(&other.text)
            || (!(self.text.is_ascii() && other.text.is_ascii()) && self.folded() == other.folded())
    }

    /// Whether `name` is its folded form.
    pub fn is_called(&self, name: &Name) -> bool {
        self.text.eq_ignore_ascii_case(&name.0) || (!self.text.is_ascii() && self.folded() == *name)
    }

    /// Whether it names `word` when case is folded.
    pub fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A folded identifier: what names are compared and indexed by. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Name(Arc<str>);

impl Name {
    /// Folds `text` (given without quotes).
    pub fn new(text: &str) -> Self {
        if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
            return Self(text.into());
        }
        Self(text.to_lowercase().into())
    }

    /// The folded text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// A possibly qualified name of a relation, routine or type: `[database.][schema.]name`, outermost first,
/// never empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectName(pub Vec<Ident>);

impl ObjectName {
    /// A name without qualifier.
    pub fn single(ident: Ident) -> Self {
        Self(vec![ident])
    }

    /// The last part: the relation's own name.
    ///
    /// # Panics
    /// When the name has no part, which no reader makes.
    pub fn last(&self) -> &Ident {
        self.0.last().expect("an object name has at least one part")
    }

    /// The schema part, when one is written.
    pub fn schema(&self) -> Option<&Ident> {
        self.0.len().checked_sub(2).map(|at| &self.0[at])
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(".")?;
            }
            write!(f, "{part}")?;
        }
        Ok(())
    }
}
