//! What documents are written in. Each reader gives the same tree; none fails: what fits nothing is left out.

pub(super) mod blocks;
pub(super) mod flow;
pub(super) mod lines;
pub(super) mod markup;
pub(super) mod yaml;

#[cfg(test)]
mod tests;

use super::tree::{Document, Node, Raw, Style, Value};
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// What a document is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Syntax {
    /// JSON, also with comments and trailing commas.
    Json,
    /// YAML, also several documents in one file, also with templates in it.
    Yaml,
    /// XML.
    Xml,
    /// TOML, properties, settings: sections and lines of keys and values.
    Lines,
    /// Blocks in braces: `name: x { key: value ;; }` of `LookML`, `name { key => value }` of Logstash.
    Blocks,
}

impl Syntax {
    /// What a file is written in, by its path.
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
        Some(match &*ending {
            "json" | "json5" | "jsonc" | "avsc" | "geojson" => Syntax::Json,
            "yaml" | "yml" => Syntax::Yaml,
            "xml" | "jrxml" | "rdl" | "rdlc" | "rsd" | "rptdesign" | "rptlibrary" | "dtsx" | "ktr" | "kjb"
            | "config" | "xhtml" | "wsdl" | "bpmn" | "item" | "twb" | "tds" => Syntax::Xml,
            "toml" | "properties" | "ini" | "cfg" | "env" => Syntax::Lines,
            "lkml" | "lookml" | "conf" => Syntax::Blocks,
            _ => return None,
        })
    }

    /// Reads a document.
    pub fn read(self, base: SqlText) -> Document {
        let mut document = match self {
            Syntax::Json => flow::read(base),
            // JSON is YAML, but the other way round a file may be called either.
            Syntax::Yaml if base.as_str().trim_start().starts_with(['{', '[']) && !is_template(base.as_str()) => {
                flow::read(base)
            }
            Syntax::Yaml => yaml::read(base),
            Syntax::Xml => markup::read(base),
            Syntax::Lines => lines::read(base),
            Syntax::Blocks => blocks::read(base),
        };
        inner(&mut document, 0);
        document
    }
}

/// Whether the text begins with a template's tag.
fn is_template(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("{{") || text.starts_with("{%")
}

/// Documents inside of documents that are followed.
const MOST_INNER: usize = 3;

/// Scalars that are JSON documents become trees of their own.
fn inner(document: &mut Document, depth: usize) {
    if depth >= MOST_INNER {
        return;
    }
    let mut left = vec![&mut document.root];
    while let Some(node) = left.pop() {
        if let Value::Scalar(raw) = node.value {
            let written = raw.span.of(document.base.as_str());
            if may_be_json(written, raw.style) {
                let text = super::tree::decode(&document.base, raw);
                if is_json(text.as_str()) {
                    let mut found = flow::read(text);
                    inner(&mut found, depth + 1);
                    node.value = Value::Inner(Box::new(found));
                }
            }
            continue;
        }
        match &mut node.value {
            Value::Map(entries) => left.extend(entries.iter_mut().map(|(_, value)| value)),
            Value::List(items) => left.extend(items),
            Value::Scalar(_) | Value::Inner(_) => {}
        }
    }
}

fn may_be_json(written: &str, style: Style) -> bool {
    let written = written.trim();
    // A string that JSON itself writes has its quotes escaped.
    style != Style::Plain
        && written.len() > 8
        && ((written.starts_with('{') && written.ends_with('}'))
            || (written.starts_with('[') && written.ends_with(']')))
}

fn is_json(text: &str) -> bool {
    let inside = text.trim().trim_start_matches(['{', '[']).trim_start();
    inside.starts_with('"') && (inside.contains("\":") || inside.contains("\" :"))
}

pub(super) fn scalar(span: Span, style: Style) -> Node {
    Node { span, value: Value::Scalar(Raw { span, style }) }
}

pub(super) fn nothing(at: usize) -> Node {
    scalar(Span::new(at, at), Style::Plain)
}
