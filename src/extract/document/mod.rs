//! Documents in which SQL, tables or columns sit: reports, dashboards, exports of tools, connectors, metadata.
//!
//! There is one mechanism: a document is a tree of values with places ([`tree`]), whatever it is written in
//! ([`syntax`]), and a format says in data which paths hold what ([`description`], `queries/documents`). Whole
//! statements in any other document are read too.

pub mod description;
mod macros;
mod made;
mod names;
pub mod path;
mod read;
pub mod syntax;
#[cfg(test)]
mod tests;
pub mod tree;

pub(super) use self::made::name_outputs as names_of_outputs;

use self::description::{DESCRIPTIONS, Description};
use self::syntax::Syntax;
use super::extension::Extensions;
use super::{Format, Input};
use crate::model::facts::{Constant, FileFacts};

/// Documents of all described formats, and JSON, YAML, TOML, properties and the like of any other.
pub struct Documents;

impl Format for Documents {
    fn name(&self) -> &'static str {
        "documents"
    }

    fn claims(&self, path: &str, _head: &str) -> bool {
        let by_ending = match Syntax::of(path) {
            // Other formats of XML are told by their root, and settings in braces by their descriptions.
            Some(Syntax::Xml) => !path.to_ascii_lowercase().ends_with(".xml"),
            Some(Syntax::Blocks) | None => false,
            Some(_) => true,
        };
        by_ending || DESCRIPTIONS.iter().any(|one| one.is_named(path))
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        self.extract_with(input, &[])
    }

    fn extract_with(&self, input: Input<'_>, known: &[Constant]) -> FileFacts {
        self.extract_extended(input, known, &Extensions::default())
    }

    fn extract_extended(&self, input: Input<'_>, known: &[Constant], extensions: &Extensions) -> FileFacts {
        let all = DESCRIPTIONS.iter().chain(&extensions.documents);
        let fitting: Vec<&Description> = all.filter(|one| one.is_for(input.path)).collect();
        read::read(input, &fitting, known)
    }
}

/// What the descriptions say of a document that another format reads too: a dashboard in a manifest.
pub(super) fn described(input: Input<'_>) -> FileFacts {
    let fitting: Vec<&Description> = DESCRIPTIONS.iter().filter(|one| one.is_for(input.path)).collect();
    read::described(input, &fitting)
}
