//! Migrations that are written in the words of a tool: Liquibase's YAML and JSON, Alembic's and Django's Python, Rails'
//! Ruby. Every change becomes the statement that it stands for.

mod ddl;
mod liquibase;
mod python;
mod rails;
mod ruby;

use super::code_text::CodeText;
use super::python::Python;
use super::{Format, Input};
use crate::model::facts::{Constant, FileFacts, TokenKind};

/// Liquibase changelogs in YAML and JSON.
pub struct Liquibase;

impl Format for Liquibase {
    fn name(&self) -> &'static str {
        "liquibase"
    }

    fn claims(&self, path: &str, head: &str) -> bool {
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        matches!(ending, "yml" | "yaml" | "json") && head.contains("databaseChangeLog")
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        let mut facts = FileFacts { elsewhere: TokenKind::Text, ..FileFacts::default() };
        liquibase::read(input, &mut facts);
        facts
    }
}

/// Migrations and schema dumps of Rails.
pub struct Rails;

impl Format for Rails {
    fn name(&self) -> &'static str {
        "rails"
    }

    fn claims(&self, path: &str, _head: &str) -> bool {
        let mut parts = path.rsplit('/');
        let name = parts.next().unwrap_or(path);
        let is_ruby = name.rsplit_once('.').is_some_and(|(_, ending)| ending == "rb");
        let folder = parts.next().unwrap_or("");
        is_ruby && (folder == "migrate" || folder.ends_with("_migrate") || (name == "schema.rb" && folder == "db"))
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        let mut facts = CodeText.extract(input);
        rails::read(input, &mut facts);
        facts
    }

    fn extract_with(&self, input: Input<'_>, known: &[Constant]) -> FileFacts {
        let mut facts = CodeText.extract_with(input, known);
        rails::read(input, &mut facts);
        facts
    }
}

/// Migrations of Alembic and Django.
pub struct PythonMigration;

impl Format for PythonMigration {
    fn name(&self) -> &'static str {
        "python-migration"
    }

    fn claims(&self, path: &str, head: &str) -> bool {
        let is_python = path.rsplit_once('.').is_some_and(|(_, ending)| ending == "py");
        is_python
            && (head.contains("from alembic import") || head.contains("django.db"))
            && (path.contains("versions/") || path.contains("migration") || path.contains("alembic"))
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        let mut facts = Python.extract(input);
        python::read(input, &mut facts);
        facts
    }

    fn extract_with(&self, input: Input<'_>, known: &[Constant]) -> FileFacts {
        let mut facts = Python.extract_with(input, known);
        python::read(input, &mut facts);
        facts
    }
}
