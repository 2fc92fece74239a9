//! Extraction: one file's text becomes facts. Pure, parallel, never fails; sees no other file.

pub mod changes;
pub mod code_text;
pub mod command_lines;
pub mod dbt;
pub mod document;
#[cfg(test)]
mod drawn;
pub mod embedded;
pub mod extension;
pub mod graphql;
pub mod host;
pub mod java;
pub mod jpql;
pub mod notebook;
pub mod prisma;
pub mod prose;
pub mod python;
pub mod schedule;
pub mod shell;
pub mod sql;
pub mod string_template;
pub mod templates;
pub mod tree;
pub mod typescript;
pub mod xml;

use tree_sitter::{Language, Tree};

use self::extension::Extensions;
use self::tree::KeptTree;
use crate::model::code::Code;
use crate::model::facts::{Constant, FileFacts};

/// What a format is given to read.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Path inside the repository, with `/` between parts.
    pub path: &'a str,
    /// The decoded text, without a byte order mark.
    pub text: &'a str,
    /// Where its syntax tree is kept.
    kept: Option<&'a KeptTree>,
}

impl<'a> Input<'a> {
    /// A text that is read once: its syntax tree is not kept.
    pub fn new(path: &'a str, text: &'a str) -> Self {
        Self { path, text, kept: None }
    }

    /// The same, with its syntax tree kept in `tree`, which must be of no other text.
    #[must_use]
    pub fn keeping(self, tree: &'a KeptTree) -> Self {
        Self { kept: Some(tree), ..self }
    }

    /// The syntax tree; `None` when the parser gives up.
    fn tree(&self, language: &Language) -> Option<Tree> {
        match self.kept {
            Some(kept) => kept.tree(language, self.text),
            None => tree::parse(language, self.text),
        }
    }
}

/// A language or file format. Holds no state; compiled queries sit in a `LazyLock`.
pub trait Format: Sync {
    /// Its name, also that of its folder in `src/extract`, `queries` and `fixtures`.
    fn name(&self) -> &'static str;

    /// Whether the file is of this format, by its path (inside the repository, `/` between parts) and the
    /// first bytes of its text.
    fn claims(&self, path: &str, head: &str) -> bool;

    /// Reads the file. Trouble becomes problems and blind spots.
    fn extract(&self, input: Input<'_>) -> FileFacts;

    /// Reads a file whose [`FileFacts::wanted`] names are known from other files.
    fn extract_with(&self, input: Input<'_>, _known: &[Constant]) -> FileFacts {
        self.extract(input)
    }

    /// As [`Self::extract_with`], told of libraries that only the user knows.
    fn extract_extended(&self, input: Input<'_>, known: &[Constant], _extensions: &Extensions) -> FileFacts {
        self.extract_with(input, known)
    }

    /// What the file's code says about values; `None` for a format that has no code that is followed.
    fn code(&self, _input: Input<'_>) -> Option<Code> {
        None
    }
}

/// All formats; the first that claims a file reads it.
pub static FORMATS: &[&dyn Format] = &[
    // Before the formats of their languages, which would claim them too.
    &changes::Liquibase,
    &changes::PythonMigration,
    &changes::Rails,
    // Before the formats of its languages, which would claim it too.
    &dbt::Dbt,
    &code_text::CodeText,
    &command_lines::CommandLines,
    &document::Documents,
    &graphql::GraphQl,
    &java::Java,
    &notebook::Notebook,
    &prisma::Prisma,
    &prose::Prose,
    &python::Python,
    &shell::Shell,
    &sql::Sql,
    &string_template::StringTemplate,
    &templates::Templates,
    &typescript::TypeScript,
    &xml::Xml,
];

/// The first format that claims the file.
pub fn format_of(path: &str, head: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.claims(path, head))
}
