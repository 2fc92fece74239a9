//! What a name cannot be, where nothing tells whose it is: the last word on a mention before it is left to the reader.
//!
//! Each argument is about how a column's name comes into code at all. A property that no mapping knows needs something
//! that turns names of columns into such properties; a value in an interface without a database has come over a
//! network; the name of a request's parameter, of a text or of an attribute of markup is nobody's column.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

use serde::Deserialize;

use super::literal::{NameLiteral, Taker, floor, is_attribute, keyword_taker, literal_around, name_literal};
use super::mapped::MappedUse;
use super::matching::Targets;
use crate::link::packages::{Interfaces, Kinds};
use crate::link::search::{Words, property_names};
use crate::link::store::Store;
use crate::link::system::System;
use crate::model::answer::MentionVerdict;
use crate::model::name::{Ident, Name, ObjectName};
use crate::model::source::{Context, FileId};
use crate::model::span::Span;

/// The tables of `queries/mentions/evidence.toml`.
struct Evidence {
    conversion: Words,
    kinds: Kinds,
    styles: Vec<String>,
    contracts: Vec<String>,
    drawings: Vec<String>,
    annotations: Vec<String>,
    functions: Vec<String>,
    given: Vec<String>,
    keywords: Vec<String>,
    rows: Vec<String>,
    printers: Words,
    components: Words,
    hooks: Words,
    server_parts: Words,
    contract_keys: Words,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    conversion: Vec<String>,
    databases: Vec<String>,
    interfaces: Vec<String>,
    servers: Vec<String>,
    styles: Vec<String>,
    contracts: Vec<String>,
    drawings: Vec<String>,
    components: Vec<String>,
    hooks: Vec<String>,
    #[serde(rename = "server-parts")]
    server_parts: Vec<String>,
    #[serde(rename = "contract-keys")]
    contract_keys: Vec<String>,
    labels: Labels,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Labels {
    annotations: String,
    functions: String,
    given: String,
    keywords: String,
    rows: String,
    printers: String,
}

impl Evidence {
    /// The tables that columnist comes with.
    ///
    /// # Panics
    /// Never: they are a part of the program, and a test reads them.
    fn known() -> &'static Self {
        static KNOWN: LazyLock<Evidence> = LazyLock::new(|| {
            Evidence::read(include_str!("../../queries/mentions/evidence.toml")).expect("the built-in tables are valid")
        });
        &KNOWN
    }

    fn read(text: &str) -> Result<Self, toml::de::Error> {
        let written: Written = toml::from_str(text)?;
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<String>>();
        Ok(Self {
            conversion: Words::new(written.conversion.iter().map(String::as_str)),
            kinds: Kinds { databases: written.databases, interfaces: written.interfaces, servers: written.servers },
            styles: written.styles,
            contracts: written.contracts,
            drawings: written.drawings,
            annotations: words(&written.labels.annotations),
            functions: words(&written.labels.functions),
            given: words(&written.labels.given),
            keywords: words(&written.labels.keywords),
            rows: words(&written.labels.rows),
            components: Words::new(written.components.iter().map(String::as_str)),
            hooks: Words::new(written.hooks.iter().map(String::as_str)),
            server_parts: Words::new(written.server_parts.iter().map(String::as_str)),
            contract_keys: Words::new(written.contract_keys.iter().map(String::as_str)),
            printers: Words::new(written.labels.printers.split_whitespace()),
        })
    }
}

/// What the whole of the sources says, for any question.
pub(super) struct Surroundings {
    /// For each repository, whether it holds a program that turns names of columns into other names.
    converts: Vec<OnceLock<bool>>,
    interfaces: OnceLock<Interfaces>,
}

impl Surroundings {
    /// Nothing is looked at before it is asked for.
    pub(super) fn new(store: &Store<'_>) -> Self {
        let repositories = store.workspace().repositories.len();
        Self { converts: (0..repositories).map(|_| OnceLock::new()).collect(), interfaces: OnceLock::new() }
    }

    fn interfaces(&self, store: &Store<'_>) -> &Interfaces {
        self.interfaces.get_or_init(|| Interfaces::new(store, &Evidence::known().kinds))
    }

    /// Whether any program of the repository that may reach a database turns names of columns into other names.
    fn converts(&self, store: &Store<'_>, repository: usize) -> bool {
        let Some(known) = self.converts.get(repository) else { return true };
        // One file after another: a search on all cores would wait here for those who wait for it.
        *known.get_or_init(|| {
            let workspace = store.workspace();
            let interfaces = self.interfaces(store);
            let words = &Evidence::known().conversion;
            workspace.files.iter().enumerate().any(|(at, file)| {
                let id = FileId(at as u32);
                file.repository == repository
                    && file.context != Context::Docs
                    && store.is_text(id, |text| words.is_in(text))
                    && !interfaces.hold(workspace, id)
            })
        })
    }
}

/// What is known for one question.
pub(super) struct Unproved<'q, 's, 'w> {
    system: &'q System<'s, 'w>,
    surroundings: &'q Surroundings,
    /// Whether a column is asked for; the names of tables are judged by nothing here.
    is_on: bool,
    /// Spellings that only a conversion of names could give the column.
    foreign: BTreeSet<String>,
    /// Repositories in which the column has a mapping: its names are all the names that it has there.
    mapped: BTreeSet<usize>,
    /// What the text of each file says as a whole; looked at once, however many mentions it has.
    texts: Mutex<BTreeMap<FileId, TextMarks>>,
}

/// What the whole text of a file says.
#[derive(Clone, Copy)]
struct TextMarks {
    /// It is a part of a page that only browsers make.
    is_component: bool,
    /// It describes what goes over a network.
    is_contract: bool,
    /// It is a script that works with the page and is no module.
    is_page_script: bool,
}

impl TextMarks {
    fn of(ending: &str, text: &str) -> Self {
        let evidence = Evidence::known();
        Self {
            is_component: is_component(ending, text, evidence),
            is_contract: matches!(ending, "json" | "yaml" | "yml") && evidence.contract_keys.is_in(text),
            is_page_script: ending == "js" && works_with_page(text),
        }
    }
}

impl<'q, 's, 'w> Unproved<'q, 's, 'w> {
    /// For a question under whose `spellings` the column was found; `mapped` says where its mappings give it which.
    pub(super) fn new(
        system: &'q System<'s, 'w>,
        targets: &Targets<'_>,
        surroundings: &'q Surroundings,
        spellings: &[String],
        mapped: &BTreeMap<FileId, Vec<MappedUse>>,
    ) -> Self {
        let mut made = Self {
            system,
            surroundings,
            is_on: false,
            foreign: BTreeSet::new(),
            mapped: BTreeSet::new(),
            texts: Mutex::default(),
        };
        let Some(column) = &targets.column else { return made };
        made.is_on = true;
        let own: BTreeSet<String> = mapped.values().flatten().flat_map(|found| property_names(&found.name)).collect();
        let is_foreign = |spelling: &&String| Name::new(spelling.as_str()) != *column && !own.contains(*spelling);
        made.foreign = spellings.iter().filter(is_foreign).cloned().collect();
        made.mapped = mapped.keys().map(|id| system.store.file(*id).repository).collect();
        made
    }

    /// Whether code of the repository may call the column by a name that no mapping gives it.
    fn may_convert(&self, repository: usize) -> bool {
        !self.mapped.contains(&repository) && self.surroundings.converts(self.system.store, repository)
    }

    fn marks(&self, id: FileId, ending: &str, text: &str) -> TextMarks {
        let known = self.texts.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied();
        known.unwrap_or_else(|| {
            let made = TextMarks::of(ending, text);
            self.texts.lock().unwrap_or_else(PoisonError::into_inner).insert(id, made);
            made
        })
    }

    /// Whether the literal at `span` is given to a method that rows of object mappers have, with the name of a column.
    pub(super) fn is_given_to_row(&self, id: FileId, span: Span) -> bool {
        let literal = name_literal(self.system.store.text(id), span);
        let taker = literal.and_then(|literal| literal.taker);
        matches!(taker, Some(Taker::Call(name)) if Evidence::known().rows.iter().any(|known| known == name))
    }

    /// Whether a function of that name is given objects that no statement sees.
    pub(super) fn shows(name: &str) -> bool {
        Evidence::known().given.iter().any(|known| known == name)
    }

    /// Why the name at `span` is no column of the target, if there is a reason.
    pub(super) fn judge(&self, id: FileId, span: Span) -> Option<(MentionVerdict, String)> {
        if !self.is_on {
            return None;
        }
        let store = self.system.store;
        let (file, text) = (store.file(id), store.text(id));
        let evidence = Evidence::known();
        let word = span.of(text);
        let value = |why: &str| Some((MentionVerdict::Value, why.to_owned()));
        let ending = file.repository_path.rsplit('.').next().unwrap_or("").to_ascii_lowercase();
        if evidence.styles.contains(&ending) {
            return Some((MentionVerdict::NotCode, "a rule of style".to_owned()));
        }
        if evidence.drawings.contains(&ending) {
            return Some((MentionVerdict::NotCode, "a drawing of the schema".to_owned()));
        }
        if evidence.contracts.contains(&ending) {
            return value("a field of what goes over a network");
        }
        if self.foreign.contains(word) && has_rows_of_ours(&ending) && !self.may_convert(file.repository) {
            return value("no mapping gives the table such a property, and nothing turns names of columns into others");
        }
        let facts = LazyCell::new(|| store.facts(id));
        if self.surroundings.interfaces(store).hold(store.workspace(), id) && facts.statements.is_empty() {
            return value("an interface without a database, to which values come over a network");
        }
        let marks = self.marks(id, &ending, text);
        if marks.is_component && facts.statements.is_empty() {
            return value("a part of a page that is made in a browser, to which values come over a network");
        }
        if marks.is_contract {
            return value("a field of what goes over a network");
        }
        if marks.is_page_script || runs_in_browser(&ending, text, span) {
            return value("a script that runs in a browser, to which values come over a network");
        }
        if is_markup(&ending) && is_attribute(text, span) {
            return Some((MentionVerdict::NotCode, "the name of an attribute".to_owned()));
        }
        if ending == "xml" && is_attribute(text, span) && is_of_other_vocabulary(text) {
            return value("an attribute in a document of a vocabulary of its own");
        }
        if ending == "py"
            && let Some(Taker::Call(name)) = keyword_taker(text, span)
            && evidence.keywords.iter().any(|known| known == name)
        {
            return value(&format!("the keyword of `{name}`"));
        }
        let literal = name_literal(text, span)?;
        if let Some(path) = compared_path(literal, text, span) {
            return names_no_table(self.system, &path).then(|| {
                (
                    MentionVerdict::Value,
                    "a path of names, none of them a table, that something is compared with".to_owned(),
                )
            });
        }
        if is_held_by_namesake(literal.before, word) {
            return value("what a constant of that name holds; what is done with the constant is told where it stands");
        }
        let is_data = file.context == Context::Test && literal.before.trim_end().ends_with(':');
        if literal.taker.is_none() && is_data {
            return value("a value in the data of a test");
        }
        match literal.taker? {
            Taker::Annotation(name) if evidence.annotations.iter().any(|known| known == name) => {
                value(&format!("a name that @{name} gives to something else"))
            }
            Taker::Call(name) if evidence.functions.iter().any(|known| known == name) => {
                value(&format!("given to `{name}` as the name of something else"))
            }
            Taker::Call(name)
                if matches!(name, "append" | "add" | "put" | "set") && evidence.printers.is_in(literal.before) =>
            {
                value("the name of a part of a text or message")
            }
            Taker::Call(name) if is_expectation(name, literal.before) => {
                value(&format!("what a test expects, given to `{name}`"))
            }
            Taker::Attribute(name) if is_markup(&ending) => value(&format!("the attribute `{name}` of an element")),
            _ => None,
        }
    }
}

/// The names before a word in a literal that something is compared with: `order === "media.full_name"`.
fn compared_path<'t>(literal: NameLiteral<'_>, text: &'t str, span: Span) -> Option<Vec<&'t str>> {
    let (path, _) = literal_around(text, span);
    let before = literal.before.trim_end();
    let is_compared = before.ends_with("==") || before.ends_with("!=");
    let names: Vec<&str> = path.split('.').filter(|name| !name.is_empty()).collect();
    (is_compared && !names.is_empty()).then_some(names)
}

/// Whether none of the names is that of a table or of what is mapped to one.
fn names_no_table(system: &System<'_, '_>, names: &[&str]) -> bool {
    names.iter().all(|name| {
        let table = ObjectName::single(Ident::bare(*name));
        system.catalog.find(&table, &[]).is_none()
            && system.entities.all().all(|(_, it)| !it.entity.eq_ignore_ascii_case(name))
    })
}

/// Whether the text ends with the beginning of a constant whose name is a spelling of the word: `FULL_NAME = `.
fn is_held_by_namesake(before: &str, word: &str) -> bool {
    let before = before.trim_end_matches(['"', '\'', '`']).trim_end();
    let Some(before) = before.strip_suffix('=') else { return false };
    let before = before.trim_end();
    let name = &before[before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len()..];
    !name.chars().any(char::is_lowercase) && name.eq_ignore_ascii_case(word) && name != word
}

/// Whether mappings of such code are read, so that a property without one says something.
fn has_rows_of_ours(ending: &str) -> bool {
    const KNOWN: &[&str] = &[
        "java",
        "groovy",
        "ts",
        "tsx",
        "mts",
        "cts",
        "js",
        "jsx",
        "mjs",
        "cjs",
        "vue",
        "svelte",
        "html",
        "xhtml",
        "jsp",
        "ftl",
        "vm",
        "ejs",
        "hbs",
        "mustache",
        "json",
        "json5",
        "jsonl",
        "yaml",
        "yml",
        "xml",
        "properties",
        "snap",
        "graphql",
    ];
    KNOWN.contains(&ending)
}

/// Whether the file is a part of a page that only browsers make: a component of a library that has no other use, or a
/// template of one.
fn is_component(ending: &str, text: &str, evidence: &Evidence) -> bool {
    match ending {
        "vue" => true,
        "ts" | "js" | "html" => evidence.components.is_in(text),
        "tsx" | "jsx" => {
            let first = text.trim_start();
            first.starts_with("'use client'")
                || first.starts_with("\"use client\"")
                || (evidence.hooks.is_in(text) && !evidence.server_parts.is_in(text))
        }
        _ => false,
    }
}

/// Whether a matcher of a test is given a literal: `expect(body).toHaveKeys("full_name")`.
fn is_expectation(name: &str, before: &str) -> bool {
    let is_matcher = name.strip_prefix("to").is_some_and(|rest| rest.starts_with(char::is_uppercase));
    is_matcher && before.contains("expect(")
}

/// Whether the root of a document says whose elements it is made of. Rows in documents (data sets of tests) say no such
/// thing, and what maps tables is read by its own formats.
fn is_of_other_vocabulary(text: &str) -> bool {
    /// How far the root is looked for, in bytes.
    const HEAD: usize = 4000;
    let mut rest = &text[..floor(text, text.len().min(HEAD))];
    while let Some(open) = rest.find('<') {
        rest = &rest[open + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            let Some(close) = comment.find("-->") else { return false };
            rest = &comment[close..];
        } else if !rest.starts_with(['?', '!']) {
            return rest.split('>').next().is_some_and(|root| root.contains("xmlns=") || root.contains("xmlns:"));
        }
    }
    false
}

fn is_markup(ending: &str) -> bool {
    const KNOWN: &[&str] = &[
        "tsx", "jsx", "js", "vue", "svelte", "astro", "html", "htm", "xhtml", "jsp", "jspf", "tag", "ftl", "vm", "ejs",
        "hbs", "mustache", "erb", "twig", "cshtml",
    ];
    KNOWN.contains(&ending)
}

/// Whether the place is code of a page, outside of what the server fills in.
fn runs_in_browser(ending: &str, text: &str, span: Span) -> bool {
    const PAGES: &[&str] = &["html", "htm", "xhtml", "jsp", "jspf", "tag", "ftl", "vm", "ejs", "hbs", "mustache"];
    let at = span.start as usize;
    if !PAGES.contains(&ending) {
        return false;
    }
    let before = &text[floor(text, at.saturating_sub(LONGEST_SCRIPT))..at];
    let is_script = before.rfind("<script").is_some_and(|open| !before[open..].contains("</script"));
    is_script && !is_filled_in(before)
}

/// How far back the beginning of a script in a page is looked for, in bytes.
const LONGEST_SCRIPT: usize = 100_000;

/// Whether the text ends inside of something that a template fills in, begun on the same line.
fn is_filled_in(before: &str) -> bool {
    const MARKS: &[(&str, &str)] = &[
        ("[[", "]]"),
        ("[(", ")]"),
        ("{{", "}}"),
        ("<%", "%>"),
        ("${", "}"),
        ("#{", "}"),
        ("*{", "}"),
        ("@{", "}"),
        ("<#", ">"),
        ("$!", "\n"),
    ];
    let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let is_open =
        |(open, close): &(&str, &str)| line.rfind(open).is_some_and(|at| !line[at + open.len()..].contains(close));
    // Blocks of code of a server run over lines.
    let in_block = before.rfind("<%").is_some_and(|open| !before[open..].contains("%>"));
    in_block || MARKS.iter().any(is_open)
}

/// Whether a script asks for the page and neither takes from nor gives to other modules.
fn works_with_page(text: &str) -> bool {
    static PAGE: LazyLock<Words> = LazyLock::new(|| Words::new(["document", "window", "jQuery", "layui"]));
    static MODULE: LazyLock<Words> =
        LazyLock::new(|| Words::new(["require", "import", "export", "exports", "process"]));
    PAGE.is_in(text) && !MODULE.is_in(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_tables_are_valid() {
        let known = Evidence::known();
        assert!(known.conversion.is_in("new BeanPropertyRowMapper<>(User.class)"));
        assert!(!known.annotations.is_empty() && !known.functions.is_empty());
    }

    #[test]
    fn roots_say_whose_elements_they_are() {
        for (text, expected) in [
            ("<?xml version=\"1.0\"?>\n<!-- <a> --><list xmlns=\"http://x\">\n<user full_name=\"x\"/>", true),
            ("<dataset><users full_name=\"x\" xmlns=\"http://x\"/></dataset>", false),
            ("<!-- never closed", false),
            ("", false),
        ] {
            assert_eq!(is_of_other_vocabulary(text), expected, "{text}");
        }
    }

    #[test]
    fn constants_hold_their_own_names() {
        for (before, word, expected) in [
            ("public static final String FULL_NAME = \"", "full_name", true),
            ("const FULL_NAME=", "full_name", true),
            ("String NAME = \"", "full_name", false),
            ("String full_name = \"", "full_name", false),
        ] {
            assert_eq!(is_held_by_namesake(before, word), expected, "{before}");
        }
    }

    #[test]
    fn code_of_a_page_runs_in_the_browser_and_what_a_template_fills_in_does_not() {
        let place = |text: &str| {
            let at = text.find("full_name").expect("the name") as u32;
            Span { start: at, end: at + 9 }
        };
        for (ending, text, expected) in [
            ("html", "<script>row.full_name</script>", true),
            ("html", "<script>a()</script><p th:text=\"${u.full_name}\"/>", false),
            ("html", "<script>var a = [[${u.full_name}]];</script>", false),
            ("ejs", "<script>var a = <%= u.full_name %></script>", false),
            ("ejs", "<script>var a = <%= 1 %>; b.full_name</script>", true),
        ] {
            assert_eq!(runs_in_browser(ending, text, place(text)), expected, "{text}");
        }
        assert!(TextMarks::of("js", "$(document).ready(() => row.full_name)").is_page_script);
        assert!(!TextMarks::of("js", "const d = require('d'); d(document).full_name").is_page_script);
    }
}
