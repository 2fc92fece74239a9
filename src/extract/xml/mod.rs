//! XML files whose vocabulary speaks of tables: what the root element is decides who reads them.

mod dataset;
mod hibernate;
mod liquibase;
pub mod mybatis;
#[cfg(test)]
mod tests;
pub mod tree;

use super::document::Documents;
use super::extension::Extensions;
use super::{Format, Input};
use crate::model::facts::{Constant, FileFacts, Problem, Token, TokenKind};
use tree::Document;

/// XML files.
pub struct Xml;

impl Format for Xml {
    fn name(&self) -> &'static str {
        "xml"
    }

    fn claims(&self, path: &str, _head: &str) -> bool {
        path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("xml"))
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        self.extract_extended(input, &[], &Extensions::default())
    }

    fn extract_extended(&self, input: Input<'_>, known: &[Constant], extensions: &Extensions) -> FileFacts {
        let document = Document::parse(input.text);
        let mut facts = FileFacts::default();
        let Some(root) = document.root() else { return facts };
        let is_read = match document.get(root).name.as_str() {
            "mapper" | "sqlMap" => mybatis::read(&mut facts, &document, root),
            "hibernate-mapping" | "entity-mappings" => {
                hibernate::read(&mut facts, &document, root);
                true
            }
            "databaseChangeLog" => {
                liquibase::read(&mut facts, &document, root);
                true
            }
            "dataset" => dataset::read(&mut facts, &document, root),
            _ => false,
        };
        if !is_read {
            // Settings, jobs of pipelines and the like may hold whole statements.
            return Documents.extract_extended(input, known, extensions);
        }
        facts.elsewhere = TokenKind::Symbol;
        if let Some((span, message)) = &document.broken {
            facts.problems.push(Problem { code: "syntax-error".into(), message: message.clone(), span: *span });
        }
        facts.tokens.extend(document.comments.iter().map(|&span| Token { span, kind: TokenKind::Comment }));
        facts
    }
}
