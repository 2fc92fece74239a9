//! Formats of documents as data: one small file each in `queries/documents`, explained in its `README.md`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use regex::Regex;
use serde::Deserialize;

use super::path::Path;
use super::syntax::Syntax;
use crate::model::source::Kind;

/// A format of documents.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub struct Description {
    /// What it is called.
    pub name: String,
    /// What its consumers are; `None` for what their files are by their paths.
    pub kind: Option<Kind>,
    /// What it is written in; `None` for what the file's ending says.
    pub syntax: Option<Syntax>,
    files: Option<GlobSet>,
    marks: Vec<Regex>,
    /// Where a document's title stands.
    pub title: Vec<Path>,
    /// Whether SQL that begins with `=` is a formula: strings with `&` between them.
    pub formulas: bool,
    /// Whether it is a record that a tool keeps of the schema, or a drawing of it: its names are columns, but nothing is
    /// read or written by them.
    pub record: bool,
    /// What is rewritten in its SQL.
    pub macros: Vec<Macro>,
    /// Where it speaks of the database.
    pub parts: Vec<Part>,
}

/// Something that a tool replaces in its SQL, and what the reader of SQL gets in its place: `$1` is the first group
/// with its places, `?` a hole, anything else is text.
#[derive(Clone, Debug)]
pub struct Macro {
    pub(super) find: Regex,
    pub(super) put: Vec<Put>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Put {
    Group(usize),
    Hole,
    Text(String),
}

/// A place in a document that speaks of the database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Part {
    /// Where it is.
    #[serde(default = "everywhere")]
    pub at: Path,
    /// Paths that must be there.
    #[serde(default)]
    pub with: Vec<Path>,
    /// Paths that must not be there.
    #[serde(default)]
    pub without: Vec<Path>,
    /// Values that must be there: one of these words in the text at the path.
    #[serde(default)]
    pub is: Vec<Rule>,
    /// Values that must not be there.
    #[serde(default)]
    pub not: Vec<Rule>,
    /// Values that must say something.
    #[serde(default)]
    pub says: Vec<Path>,
    /// Values that must say nothing.
    #[serde(default)]
    pub silent: Vec<Path>,
    /// It is a consumer of its own, with this title.
    #[serde(default)]
    pub title: Vec<Path>,
    /// What names the dialect.
    #[serde(default)]
    pub dialect: Vec<Path>,
    /// Statements.
    #[serde(default)]
    pub sql: Vec<Path>,
    /// The table that the columns are of.
    #[serde(default)]
    pub table: Vec<Path>,
    /// The schema of that table.
    #[serde(default)]
    pub schema: Vec<Path>,
    /// The query that the columns are outputs of, where there is no table.
    #[serde(default)]
    pub query: Vec<Path>,
    /// The dataset, declared by another document, that the columns are of.
    #[serde(default)]
    pub of: Vec<Path>,
    /// By which names other documents mean the table.
    #[serde(default)]
    pub called: Vec<Path>,
    /// Texts in which `${name.column}` is a column of what another document calls `name`.
    #[serde(default)]
    pub fields_in: Vec<Path>,
    /// Columns that are read.
    #[serde(default)]
    pub reads: Vec<Path>,
    /// Columns that are written.
    #[serde(default)]
    pub writes: Vec<Path>,
    /// Expressions over the columns.
    #[serde(default)]
    pub expressions: Vec<Path>,
    /// Said of the table as a whole: all columns are read.
    #[serde(default)]
    pub all: Vec<Path>,
    /// Names of tables, perhaps several with commas between them, all of whose columns are read.
    #[serde(default)]
    pub tables: Vec<Path>,
    /// The same for tables all of whose columns are written.
    #[serde(default)]
    pub written_tables: Vec<Path>,
    /// Names of columns with their tables, perhaps several with commas between them.
    #[serde(default)]
    pub columns: Vec<Path>,
    /// The same for columns that are left out.
    #[serde(default)]
    pub left_out: Vec<Path>,
    /// Lists that begin with one of these words and have database, schema, table and column as their second value.
    #[serde(default)]
    pub field_lists: Vec<String>,
    /// What cannot be told from here.
    #[serde(default)]
    pub blind: Vec<Path>,
    /// Why.
    #[serde(default)]
    pub because: String,
}

/// Words at a path.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Where.
    pub at: Path,
    /// Which, case ignored; one of them must be in the text.
    pub has: Vec<String>,
}

fn everywhere() -> Path {
    Path::try_from(String::new()).unwrap_or_else(|_| unreachable!("an empty path is one"))
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        Path::try_from(String::deserialize(reader)?).map_err(serde::de::Error::custom)
    }
}

/// As it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    kind: Option<String>,
    syntax: Option<Syntax>,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    marks: Vec<String>,
    #[serde(default)]
    title: Vec<Path>,
    #[serde(default)]
    formulas: bool,
    #[serde(default)]
    record: bool,
    #[serde(default)]
    macros: Vec<BTreeMap<String, String>>,
    #[serde(default)]
    part: Vec<Part>,
}

impl TryFrom<Written> for Description {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let pattern = |text: &str| Regex::new(text).map_err(|error| error.to_string());
        let kind = match &written.kind {
            Some(name) => {
                let known = Kind::ALL.into_iter().find(|kind| kind.name() == name);
                Some(known.ok_or_else(|| format!("there is no kind `{name}`"))?)
            }
            None => None,
        };
        let mut globs = GlobSetBuilder::new();
        for file in &written.files {
            let glob = GlobBuilder::new(&format!("**/{file}")).case_insensitive(true).literal_separator(true).build();
            globs.add(glob.map_err(|error| error.to_string())?);
        }
        let files = globs.build().map_err(|error| error.to_string())?;
        let macros = written.macros.iter().map(|one| {
            let get = |key: &str| one.get(key).ok_or_else(|| format!("a macro has no `{key}`"));
            Ok(Macro { find: pattern(get("find")?)?, put: puts(get("put")?) })
        });
        Ok(Self {
            kind,
            syntax: written.syntax,
            files: (!written.files.is_empty()).then_some(files),
            marks: written.marks.iter().map(|mark| pattern(mark)).collect::<Result<_, _>>()?,
            title: written.title,
            formulas: written.formulas,
            record: written.record,
            macros: macros.collect::<Result<_, String>>()?,
            parts: written.part,
            name: written.name,
        })
    }
}

fn puts(text: &str) -> Vec<Put> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['$', '?']) {
        if at > 0 {
            found.push(Put::Text(rest[..at].to_owned()));
        }
        let digits = rest[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
        match rest[at + 1..at + 1 + digits].parse() {
            Ok(group) if rest[at..].starts_with('$') => found.push(Put::Group(group)),
            _ => found.push(Put::Hole),
        }
        rest = &rest[at + 1 + if rest[at..].starts_with('$') { digits } else { 0 }..];
    }
    if !rest.is_empty() {
        found.push(Put::Text(rest.to_owned()));
    }
    found
}

impl Description {
    /// Whether a file of that path may be of this format.
    pub fn is_for(&self, path: &str) -> bool {
        match &self.files {
            Some(files) => files.is_match(path),
            None => self.syntax.is_some() && Syntax::of(path) == self.syntax,
        }
    }

    /// Whether only this format has files of that path.
    pub fn is_named(&self, path: &str) -> bool {
        self.files.as_ref().is_some_and(|files| files.is_match(path))
    }

    /// Whether the text has the marks of this format.
    pub fn is_in(&self, text: &str) -> bool {
        self.marks.iter().all(|mark| mark.is_match(text))
    }
}

/// All formats, a to z.
pub static DESCRIPTIONS: LazyLock<Vec<Description>> = LazyLock::new(|| {
    let files = [
        include_str!("../../../queries/documents/birt.toml"),
        include_str!("../../../queries/documents/drizzle-snapshot.toml"),
        include_str!("../../../queries/documents/grafana.toml"),
        include_str!("../../../queries/documents/hasura.toml"),
        include_str!("../../../queries/documents/jasper.toml"),
        include_str!("../../../queries/documents/kafka-connect.toml"),
        include_str!("../../../queries/documents/logstash.toml"),
        include_str!("../../../queries/documents/lookml.toml"),
        include_str!("../../../queries/documents/metabase.toml"),
        include_str!("../../../queries/documents/mikro-orm-snapshot.toml"),
        include_str!("../../../queries/documents/redash.toml"),
        include_str!("../../../queries/documents/ssrs.toml"),
        include_str!("../../../queries/documents/superset.toml"),
    ];
    files.into_iter().map(|text| toml::from_str(text).expect("the built-in descriptions are valid")).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_registered() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/queries/documents");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder is there")
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".toml").map(str::to_owned))
            .collect();
        files.sort();
        let names: Vec<&str> = DESCRIPTIONS.iter().map(|description| description.name.as_str()).collect();
        assert_eq!(names, files);
    }

    #[test]
    fn what_is_put_is_taken_apart() {
        assert_eq!(puts("$1 IN (?) x"), [Put::Group(1), Put::Text(" IN (".into()), Put::Hole, Put::Text(") x".into())]);
    }
}
