//! `columnist.toml` as written, before anything in it has been checked.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSetBuilder};
use serde::Deserialize;
use toml::Spanned;

use crate::model::date::Date;
use crate::model::source::{Context, Kind};
use crate::model::span::LineIndex;
use crate::model::statement::Dialect;

use super::problem::{ConfigError, Invalid};
use super::{Accepted, Config, Database, LARGEST_FILE_BYTES, Limits, Naming, PathGlobs, QueryFile};

/// The file's own shape. Unknown keys are errors.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnvalidatedConfig {
    #[serde(default)]
    sources: Vec<Spanned<String>>,
    #[serde(default)]
    database: Vec<UnvalidatedDatabase>,
    #[serde(default)]
    kind: Vec<ByPath>,
    #[serde(default)]
    context: Vec<ByPath>,
    #[serde(default)]
    owner: Vec<OwnersByPath>,
    #[serde(default)]
    limits: UnvalidatedLimits,
    #[serde(default)]
    naming: UnvalidatedNaming,
    #[serde(default)]
    accept: Vec<UnvalidatedAccept>,
    queries: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnvalidatedAccept {
    column: Spanned<String>,
    consumer: Spanned<String>,
    reason: Spanned<String>,
    expires: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnvalidatedDatabase {
    name: Spanned<String>,
    defines: Vec<Spanned<String>>,
    used_by: Option<Vec<Spanned<String>>>,
    default_schema: Option<String>,
    dialect: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ByPath {
    name: Spanned<String>,
    paths: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnersByPath {
    owners: Vec<String>,
    paths: Vec<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnvalidatedLimits {
    max_file_bytes: Option<Spanned<i64>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnvalidatedNaming {
    strategy: Option<Spanned<String>>,
}

/// Reads and checks the file at `path`.
pub(super) fn read(path: &Path) -> Result<Config, ConfigError> {
    let unreadable = |error| ConfigError::Unreadable { path: path.to_owned(), error };
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let absolute = std::fs::canonicalize(path).map_err(unreadable)?;
    parse(path, &absolute, &text).map_err(ConfigError::from)
}

/// Checks `text`, shown as `path`, which is the file at `absolute`.
fn parse(path: &Path, absolute: &Path, text: &str) -> Result<Config, Invalid> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let written: UnvalidatedConfig = toml::from_str(text).map_err(|error| {
        let (message, help) = in_words(error.message());
        Invalid::at(path, text, error.span().unwrap_or(0..0), message, help)
    })?;
    Checks { path, text }.config(written, absolute)
}

/// The parser's complaint as a fact and a help.
fn in_words(message: &str) -> (String, String) {
    let message = message.replace("unknown field", "unknown key").replace("missing field", "missing key");
    match message.split_once(", expected ") {
        Some((fact, "i64")) => (fact.to_owned(), "expected a whole number".to_owned()),
        Some((fact, expected)) => (fact.to_owned(), format!("expected {expected}")),
        None => (message, String::new()),
    }
}

/// Turns what is written into what it means, or says where it means nothing.
struct Checks<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Checks<'_> {
    fn config(&self, written: UnvalidatedConfig, absolute: &Path) -> Result<Config, Invalid> {
        let folder = absolute.parent().unwrap_or(absolute);
        let mut databases: Vec<Database> = Vec::new();
        for database in written.database {
            if databases.iter().any(|other| other.name == *database.name.get_ref()) {
                let message = format!("database `{}` is there twice", database.name.get_ref());
                return Err(self.wrong(&database.name, message, "give each database a name of its own"));
            }
            databases.push(self.database(database)?);
        }
        let kinds = written.kind.into_iter().map(|rule| self.kind(&rule)).collect::<Result<_, _>>()?;
        let contexts = written.context.into_iter().map(|rule| self.context(&rule)).collect::<Result<_, _>>()?;
        let owned = |rule: OwnersByPath| Ok((rule.owners, self.globs(&rule.paths)?));
        let owners = written.owner.into_iter().map(owned).collect::<Result<_, Invalid>>()?;
        let mut sources = Vec::new();
        for source in written.sources {
            let path = folder.join(source.get_ref());
            if !path.exists() {
                let message = format!("source `{}` does not exist", source.get_ref());
                return Err(self.wrong(&source, message, "sources are paths from the folder of this file"));
            }
            sources.push(path);
        }
        Ok(Config {
            path: Some(absolute.to_owned()),
            sources,
            databases,
            kinds,
            contexts,
            owners,
            limits: self.limits(written.limits)?,
            naming: self.naming(written.naming)?,
            accepted: written.accept.into_iter().map(|one| self.accepted(&one)).collect::<Result<_, _>>()?,
            queries: written.queries.map(|queries| self.queries(&queries, folder)).transpose()?.unwrap_or_default(),
        })
    }

    /// The descriptions in a folder: `<format>/<name>.toml`, in the order of their paths.
    fn queries(&self, written: &Spanned<String>, folder: &Path) -> Result<Vec<QueryFile>, Invalid> {
        let root = folder.join(written.get_ref());
        let within = |folder: &Path| -> std::io::Result<Vec<PathBuf>> {
            let mut found = Vec::new();
            for entry in std::fs::read_dir(folder)? {
                found.push(entry?.path());
            }
            found.sort();
            Ok(found)
        };
        let read = || -> std::io::Result<Vec<QueryFile>> {
            let mut found = Vec::new();
            for folder in within(&root)?.into_iter().filter(|path| path.is_dir()) {
                let format = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                for path in within(&folder)? {
                    if path.extension().is_some_and(|extension| extension == "toml") {
                        let text = std::fs::read_to_string(&path)?;
                        found.push(QueryFile { format: format.clone(), path, text });
                    }
                }
            }
            Ok(found)
        };
        read().map_err(|error| {
            let message = format!("cannot read `{}`: {error}", written.get_ref());
            self.wrong(written, message, "it is a folder, from the folder of this file, with a folder for each format")
        })
    }

    fn database(&self, written: UnvalidatedDatabase) -> Result<Database, Invalid> {
        let name = written.name.get_ref();
        if name.is_empty() || name.contains(['/', '.']) {
            let message = format!("`{name}` cannot be the name of a database");
            return Err(self.wrong(&written.name, message, "it stands before the `/` of a question: no `/` or `.`"));
        }
        let dialect = match &written.dialect {
            Some(dialect) => Some(self.one_of(dialect, "dialect", &Dialect::ALL, Dialect::name)?),
            None => None,
        };
        Ok(Database {
            name: name.clone(),
            defines: self.globs(&written.defines)?,
            used_by: written.used_by.map(|globs| self.globs(&globs)).transpose()?,
            default_schema: written.default_schema,
            dialect,
        })
    }

    fn kind(&self, rule: &ByPath) -> Result<(Kind, PathGlobs), Invalid> {
        Ok((self.one_of(&rule.name, "kind", &Kind::ALL, Kind::name)?, self.globs(&rule.paths)?))
    }

    fn context(&self, rule: &ByPath) -> Result<(Context, PathGlobs), Invalid> {
        Ok((self.one_of(&rule.name, "context", &Context::ALL, Context::name)?, self.globs(&rule.paths)?))
    }

    fn accepted(&self, written: &UnvalidatedAccept) -> Result<Accepted, Invalid> {
        for (part, what) in [(&written.column, "column"), (&written.consumer, "consumer"), (&written.reason, "reason")]
        {
            if part.get_ref().trim().is_empty() {
                let help = "an acceptance names a column, a consumer, and why it is no obstacle";
                return Err(self.wrong(part, format!("the {what} is empty"), help));
            }
        }
        let expires = match &written.expires {
            Some(day) => Some(Date::parse(day.get_ref()).ok_or_else(|| {
                self.wrong(day, format!("`{}` is no day", day.get_ref()), "expected a day such as `2026-12-31`")
            })?),
            None => None,
        };
        let index = LineIndex::new(self.text);
        let line = index.line_of(written.column.span().start as u32);
        Ok(Accepted {
            column: written.column.get_ref().clone(),
            consumer: written.consumer.get_ref().clone(),
            reason: written.reason.get_ref().clone(),
            expires,
            line: line as u32 + 1,
            source: index.line(self.text, line).to_owned(),
        })
    }

    fn limits(&self, written: UnvalidatedLimits) -> Result<Limits, Invalid> {
        let Some(bytes) = written.max_file_bytes else { return Ok(Limits::default()) };
        match u64::try_from(*bytes.get_ref()) {
            Ok(max_file_bytes @ 1..=LARGEST_FILE_BYTES) => Ok(Limits { max_file_bytes }),
            _ => Err(self.wrong(
                &bytes,
                format!("`{}` is no limit for a file", bytes.get_ref()),
                &format!("expected 1 to {LARGEST_FILE_BYTES} bytes"),
            )),
        }
    }

    fn naming(&self, written: UnvalidatedNaming) -> Result<Naming, Invalid> {
        let Some(strategy) = written.strategy else { return Ok(Naming::default()) };
        self.one_of(&strategy, "naming strategy", &[Naming::SnakeToCamel, Naming::Identity], Naming::name)
    }

    fn globs(&self, written: &[Spanned<String>]) -> Result<PathGlobs, Invalid> {
        let mut globs = GlobSetBuilder::new();
        for glob in written {
            let pattern = glob.get_ref().trim_start_matches("./").trim_end_matches('/');
            // A pattern that names a folder means all that is in it.
            for pattern in [pattern.to_owned(), format!("{pattern}/**")] {
                let built = GlobBuilder::new(&pattern).literal_separator(true).build().map_err(|error| {
                    self.wrong(glob, format!("`{}` is no path pattern: {}", glob.get_ref(), error.kind()), "")
                })?;
                globs.add(built);
            }
        }
        let globs = globs.build().map_err(|error| {
            Invalid::at(
                self.path,
                self.text,
                written.first().map_or(0..0, Spanned::span),
                error.to_string(),
                String::new(),
            )
        })?;
        Ok(PathGlobs { globs })
    }

    fn one_of<T: Copy>(
        &self,
        written: &Spanned<String>,
        what: &str,
        all: &[T],
        name: fn(T) -> &'static str,
    ) -> Result<T, Invalid> {
        all.iter().copied().find(|&one| name(one) == written.get_ref()).ok_or_else(|| {
            let names: Vec<String> = all.iter().map(|&one| format!("`{}`", name(one))).collect();
            self.wrong(
                written,
                format!("unknown {what} `{}`", written.get_ref()),
                &format!("expected one of {}", names.join(", ")),
            )
        })
    }

    fn wrong<T>(&self, at: &Spanned<T>, message: String, help: &str) -> Invalid {
        Invalid::at(self.path, self.text, at.span(), message, help.to_owned())
    }
}

impl Naming {
    fn name(self) -> &'static str {
        match self {
            Naming::SnakeToCamel => "snake-to-camel",
            Naming::Identity => "identity",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<Config, Invalid> {
        parse(Path::new("columnist.toml"), Path::new("/nowhere/columnist.toml"), text)
    }

    #[test]
    fn everything_can_be_set() {
        let config = check(
            r#"
            [[database]]
            name = "shop"
            defines = ["accounts/migrations/**"]
            used_by = ["accounts", "reports/"]
            default_schema = "public"
            dialect = "postgres"
            [[kind]]
            name = "export"
            paths = ["ops/*.sh"]
            [[context]]
            name = "test"
            paths = ["sandbox"]
            [[owner]]
            owners = ["@shop/data"]
            paths = ["ops/"]
            [limits]
            max_file_bytes = 1000
            [naming]
            strategy = "identity"
            "#,
        )
        .expect("valid settings");
        assert_eq!(config.limits.max_file_bytes, 1000);
        assert_eq!(config.naming, Naming::Identity);
        assert_eq!(config.databases[0].dialect, Some(Dialect::Postgres));
        let file = |path| super::super::FileNames {
            location: Path::new("/elsewhere"),
            repository: "sandbox",
            repository_path: path,
        };
        assert!(config.contexts[0].1.hold(&file("deep/down.sql"), None));
        assert!(!config.kinds[0].1.hold(&file("deep/down.sh"), None));
    }

    #[test]
    fn mistakes_point_at_their_place() {
        let table = [
            ("sorces = []", 1, 1, "unknown key `sorces`"),
            ("\nsources = \"a\"", 2, 11, "invalid type: string \"a\""),
            ("sources = [\"nowhere\"]", 1, 12, "source `nowhere` does not exist"),
            ("[limits]\nmax_file_bytes = 0", 2, 18, "`0` is no limit for a file"),
            ("[limits]\nmax_file_bytes = \"8 MB\"", 2, 18, "invalid type: string \"8 MB\""),
            ("[limits]\nmax_bytes = 8", 2, 1, "unknown key `max_bytes`"),
            ("[[kind]]\nname = \"raport\"\npaths = []", 2, 8, "unknown kind `raport`"),
            ("[[context]]\nname = \"life\"\npaths = []", 2, 8, "unknown context `life`"),
            (
                "[[kind]]\nname = \"report\"\npaths = [\"a[\"]",
                3,
                10,
                "`a[` is no path pattern: unclosed character class; missing ']'",
            ),
            ("[[kind]]\npaths = []", 1, 1, "missing key `name`"),
            ("[[database]]\nname = \"a/b\"\ndefines = []", 2, 8, "`a/b` cannot be the name of a database"),
            (
                "[[database]]\nname = \"a\"\ndefines = []\n[[database]]\nname = \"a\"\ndefines = []",
                5,
                8,
                "database `a` is there twice",
            ),
            ("[naming]\nstrategy = \"kebab\"", 2, 12, "unknown naming strategy `kebab`"),
        ];
        for (text, line, column, message) in table {
            let error = check(text).expect_err(text);
            assert_eq!((error.message.as_str(), error.line, error.column), (message, line, column), "{text}");
        }
        assert!(check("sources = [").is_err());
    }

    #[test]
    fn a_mistake_is_drawn() {
        let error = check("[limits]\n\tmax_file_bytes = 'x'").expect_err("a wrong type");
        let expected = [
            "invalid type: string \"x\"",
            " --> columnist.toml:2:19",
            "  |",
            "2 | \tmax_file_bytes = 'x'",
            "  | \t                 ^^^",
            "  = help: expected a whole number",
        ];
        assert_eq!(error.to_string(), expected.join("\n"));
    }
}
