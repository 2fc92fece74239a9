//! The settings of a run, valid: what `columnist.toml` says once it has been checked.

mod file;
mod problem;

use std::path::{Path, PathBuf};

use globset::GlobSet;

use crate::model::date::Date;
use crate::model::source::{Context, Kind};
use crate::model::statement::Dialect;

use super::purpose::Purpose;

pub use problem::ConfigError;

/// The name of the file.
pub const FILE_NAME: &str = "columnist.toml";

/// No file above this is ever read: offsets of decoded text must fit 32 bits.
pub const LARGEST_FILE_BYTES: u64 = 1 << 30;

/// Everything a user can set in `columnist.toml`.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The file that it was read from.
    pub path: Option<PathBuf>,
    /// What to scan when no PATH is given, absolute, in the file's order.
    pub sources: Vec<PathBuf>,
    /// Databases, in the file's order. Empty: all sources share one.
    pub databases: Vec<Database>,
    /// Kinds by path; the last that matches decides.
    pub kinds: Vec<(Kind, PathGlobs)>,
    /// Contexts by path; the last that matches decides.
    pub contexts: Vec<(Context, PathGlobs)>,
    /// Owners by path; the last that matches decides.
    pub owners: Vec<(Vec<String>, PathGlobs)>,
    /// Limits.
    pub limits: Limits,
    /// How code spells columns.
    pub naming: Naming,
    /// Consumers that are no obstacle to a migration, in the file's order.
    pub accepted: Vec<Accepted>,
    /// Descriptions of the user's own libraries, by their paths.
    pub queries: Vec<QueryFile>,
}

/// A description of a library that columnist does not know, as it is written. What it says is checked by the format that
/// reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryFile {
    /// The name of the folder that it lies in, which is that of a format.
    pub format: String,
    /// Where it is.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

/// A consumer that somebody knows of and accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// `table.column`, or a table.
    pub column: String,
    /// The consumer's name or path, or a pattern for either.
    pub consumer: String,
    /// Why.
    pub reason: String,
    /// The last day on which it is accepted.
    pub expires: Option<Date>,
    /// One-based line of its column.
    pub line: u32,
    /// That line.
    pub source: String,
}

/// A database, and which sources define and use it.
#[derive(Clone, Debug)]
pub struct Database {
    /// Its name: the `database/` of a question.
    pub name: String,
    /// Files whose DDL defines it.
    pub defines: PathGlobs,
    /// Files whose statements run in it; `None` for those of `defines` and all that no other database claims.
    pub used_by: Option<PathGlobs>,
    /// The schema of names that are not qualified.
    pub default_schema: Option<String>,
    /// Its dialect.
    pub dialect: Option<Dialect>,
}

/// Limits of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Files above this many bytes are skipped.
    pub max_file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_file_bytes: 8 << 20 }
    }
}

/// How code spells a column where nothing maps it by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Naming {
    /// `full_name` is `fullName`.
    #[default]
    SnakeToCamel,
    /// As in the database.
    Identity,
}

/// Paths by glob. Empty: none.
#[derive(Clone, Debug, Default)]
pub struct PathGlobs {
    globs: GlobSet,
}

impl PathGlobs {
    /// Whether the file is one of these, under its path from `columnist.toml` or as `repository/path`.
    pub fn hold(&self, file: &FileNames<'_>, base: Option<&Path>) -> bool {
        if self.globs.is_empty() {
            return false;
        }
        base.and_then(|base| file.location.strip_prefix(base).ok()).is_some_and(|path| self.globs.is_match(path))
            || self.globs.is_match(format!("{}/{}", file.repository, file.repository_path))
    }
}

/// What a file is called, for globs.
#[derive(Clone, Copy, Debug)]
pub struct FileNames<'a> {
    /// Where it is, absolute.
    pub location: &'a Path,
    /// Name of its repository.
    pub repository: &'a str,
    /// Path inside its repository.
    pub repository_path: &'a str,
}

impl Config {
    /// Reads the file at `path`.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        file::read(path)
    }

    /// Reads the nearest `columnist.toml` in or above the first of `paths`; without one, everything is at its default.
    pub fn find(paths: &[PathBuf]) -> Result<Self, ConfigError> {
        let start = paths.first().map_or_else(|| Path::new("."), PathBuf::as_path);
        // A path that does not exist is discovery's to report.
        let Ok(start) = std::fs::canonicalize(start) else { return Ok(Self::default()) };
        match start.ancestors().map(|folder| folder.join(FILE_NAME)).find(|path| path.is_file()) {
            Some(path) => Self::read(&path),
            None => Ok(Self::default()),
        }
    }

    /// What to scan for the given paths: the folder of `columnist.toml` stands for its sources.
    pub fn expand(&self, paths: Vec<PathBuf>) -> Vec<PathBuf> {
        let (Some(folder), false) = (self.folder(), self.sources.is_empty()) else { return paths };
        let is_folder = |path: &PathBuf| std::fs::canonicalize(path).is_ok_and(|path| path == folder);
        paths.into_iter().flat_map(|path| if is_folder(&path) { self.sources.clone() } else { vec![path] }).collect()
    }

    /// The folder that globs start from.
    pub fn folder(&self) -> Option<&Path> {
        self.path.as_deref().and_then(Path::parent)
    }

    /// The purpose of a file that by its path alone has purpose `found`.
    pub fn purpose(&self, file: &FileNames<'_>, found: Purpose) -> Purpose {
        let base = self.folder();
        let context = self.contexts.iter().rev().find(|(_, globs)| globs.hold(file, base)).map(|(context, _)| *context);
        let kind = self.kinds.iter().rev().find(|(_, globs)| globs.hold(file, base)).map(|(kind, _)| *kind);
        match (context, kind) {
            (None, None) => found,
            (Some(context), None) => Purpose { context, kind: kind_of(context, found) },
            (context, Some(kind)) => Purpose { context: context.unwrap_or_else(|| context_of(kind)), kind },
        }
    }
}

/// The kind that goes with a configured context.
fn kind_of(context: Context, found: Purpose) -> Kind {
    match (context, found.kind) {
        (Context::Migration, _) => Kind::Migration,
        (Context::Seed, _) => Kind::Seed,
        (Context::Test, _) => Kind::Test,
        (Context::Live | Context::Docs, Kind::Migration | Kind::Seed | Kind::Test) => Kind::Application,
        (Context::Live | Context::Docs, kind) => kind,
    }
}

/// The context that goes with a configured kind.
fn context_of(kind: Kind) -> Context {
    match kind {
        Kind::Migration => Context::Migration,
        Kind::Seed => Context::Seed,
        Kind::Test => Context::Test,
        _ => Context::Live,
    }
}

/// Reads a size such as `500 KB`, `64MiB` or `1000`; `K`, `M` and `G` alone are powers of 1024.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    const UNITS: &[(&str, u64)] = &[
        ("", 1),
        ("b", 1),
        ("k", 1 << 10),
        ("kb", 1000),
        ("kib", 1 << 10),
        ("m", 1 << 20),
        ("mb", 1_000_000),
        ("mib", 1 << 20),
        ("g", 1 << 30),
        ("gb", 1_000_000_000),
        ("gib", 1 << 30),
    ];
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim().to_ascii_lowercase();
    let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    let number: Option<u64> = number.parse().ok();
    match number.zip(factor).and_then(|(number, factor)| number.checked_mul(factor)) {
        Some(bytes @ 1..=LARGEST_FILE_BYTES) => Ok(bytes),
        Some(_) => Err(format!("it must be between 1 and {LARGEST_FILE_BYTES} bytes")),
        None => Err("expected a number and a unit, as in `64 MiB`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let table = [
            ("1000", Some(1000)),
            ("500 KB", Some(500_000)),
            ("64MiB", Some(64 << 20)),
            ("1g", Some(1 << 30)),
            ("2g", None),
            ("0", None),
            ("", None),
            ("MB", None),
            ("99999999999999999999", None),
            ("1 parsec", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse_bytes(text).ok(), expected, "{text}");
        }
    }
}
