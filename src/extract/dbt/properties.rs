//! Properties: which tables sources are, what is tested, and who lives on models.

use super::jinja;
use crate::extract::document::syntax::Syntax;
use crate::extract::document::tree::{At, Word};
use crate::extract::sql::text::SqlText;
use crate::extract::{Input, sql};
use crate::model::facts::{Constant, FileFacts, OuterName, Token, TokenKind, Unit, UnitKind};
use crate::model::schema::DEPLOYED as SCHEMA;
use crate::model::source::Kind;
use crate::model::span::Span;
use crate::model::statement::{Dialect, Direction};

/// Reads a file of properties.
pub(super) fn read(input: Input<'_>) -> FileFacts {
    let document = Syntax::Yaml.read(SqlText::verbatim(input.text, 0));
    // What is said about a column and not done with it is documentation.
    let mut facts = FileFacts { elsewhere: TokenKind::Prose, ..FileFacts::default() };
    let root = document.root();
    for source in entries(root, "sources") {
        let schema = text(source, "schema").or_else(|| text(source, "name"));
        // A schema that a template makes is known only where it is deployed.
        let schema = schema.filter(|schema| !schema.contains('{'));
        for table in entries(source, "tables") {
            let (Some(name), Some(holder)) = (word(table, "name"), text(source, "name")) else { continue };
            let own = text(table, "identifier").unwrap_or_else(|| name.value().into_owned());
            let value = schema.as_ref().map_or_else(|| own.clone(), |schema| format!("{schema}.{own}"));
            let outer = OuterName { holder: Some(holder), name: name.value().into_owned(), call: false };
            facts.constants.push(Constant { name: outer, value: value.clone() });
            tested(table, &value, name, &mut facts);
        }
    }
    for key in ["models", "snapshots", "seeds"] {
        for model in entries(root, key) {
            let Some(name) = word(model, "name") else { continue };
            tested(model, &format!("{SCHEMA}.{}", name.value()), name, &mut facts);
        }
    }
    for exposure in entries(root, "exposures") {
        exposed(exposure, &mut facts);
    }
    facts.tokens.extend(document.comments.iter().map(|&span| Token { span, kind: TokenKind::Comment }));
    facts
}

fn entries<'d>(at: At<'d>, key: &str) -> impl Iterator<Item = At<'d>> {
    at.get(key).into_iter().flat_map(At::items)
}

fn word<'d>(at: At<'d>, key: &str) -> Option<Word<'d>> {
    at.get(key)?.word()
}

fn text(at: At<'_>, key: &str) -> Option<String> {
    at.get(key)?.text()
}

/// Keys under which tests stand.
const TESTS: &[&str] = &["tests", "data_tests"];

/// Columns of a relation whose values are tested, and the one that says how fresh it is.
fn tested(relation: At<'_>, name: &str, title: Word<'_>, facts: &mut FileFacts) {
    let is_tested =
        |column: &At<'_>| TESTS.iter().any(|key| column.get(key).is_some_and(|tests| tests.items().next().is_some()));
    let columns = entries(relation, "columns").filter(is_tested).filter_map(|column| word(column, "name"));
    // Tests of the relation as a whole name columns too.
    let mut named: Vec<Word<'_>> = columns.chain(word(relation, "loaded_at_field")).collect();
    for test in TESTS.iter().flat_map(|key| entries(relation, key)).flat_map(At::entries) {
        for (key, value) in test.1.entries().chain(test.1.get("arguments").into_iter().flat_map(At::entries)) {
            if key.value().contains("column") || key.is("combination_of_columns") {
                named.extend(value.items().filter_map(At::word).chain(value.word()));
            }
        }
    }
    named.retain(|word| is_name(&word.value()));
    let Some(first) = named.first() else { return };
    let place = Span { start: first.span().start, end: first.span().start };
    let mut piece = SqlText::default();
    for (at, column) in named.iter().enumerate() {
        piece.push_decoded(if at == 0 { "SELECT " } else { ", " }, place);
        piece.push_decoded(&format!("\"{}\"", column.value()), column.span());
    }
    piece.push_decoded(" FROM ", place);
    piece.push_decoded(&quoted(name), title.span());
    sql::read_into(facts, &piece, Some(Dialect::Postgres), Direction::Forward);
    let unit = Unit {
        name: format!("tests of {}", title.value()),
        kind: UnitKind::Document(Some(Kind::Pipeline)),
        span: relation.span(),
    };
    facts.units.push(unit);
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn quoted(name: &str) -> String {
    name.split('.').map(|part| format!("\"{}\"", part.replace('"', ""))).collect::<Vec<_>>().join(".")
}

/// A dashboard, notebook or application that lives on models.
fn exposed(exposure: At<'_>, facts: &mut FileFacts) {
    let kind = match text(exposure, "type").as_deref() {
        Some("application") => Kind::Application,
        Some("ml") => Kind::Pipeline,
        _ => Kind::Report,
    };
    let mut said = false;
    for needed in entries(exposure, "depends_on").filter_map(At::word) {
        let value = needed.value();
        let arguments = jinja::arguments(&value, Span::new(0, value.len()));
        let names: Vec<&str> =
            arguments.iter().filter(|argument| argument.key.is_none()).map(|argument| argument.text).collect();
        let name = match (jinja::name(value.trim()), names.as_slice()) {
            ("ref", [.., model]) => format!("{SCHEMA}.{model}"),
            ("source", [source, table]) => format!("{source}.{table}"),
            _ => continue,
        };
        let mut piece = SqlText::default();
        piece.push_decoded("SELECT ", needed.span());
        piece.push_decoded("*", needed.span());
        piece.push_decoded(" FROM ", needed.span());
        piece.push_decoded(&quoted(&name), needed.span());
        sql::read_into(facts, &piece, Some(Dialect::Postgres), Direction::Forward);
        said = true;
    }
    if said {
        let name = text(exposure, "label").or_else(|| text(exposure, "name")).unwrap_or_default();
        facts.units.push(Unit { name, kind: UnitKind::Document(Some(kind)), span: exposure.span() });
        let owner = exposure.get("owner");
        let owner = owner.and_then(|owner| text(owner, "email").or_else(|| text(owner, "name")));
        facts.owners.extend(owner.map(|owner| (exposure.span(), owner)));
    }
}
