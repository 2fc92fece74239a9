//! What a file is for, by its path: whether it is live code, and what kind of consumer lives in it.
//!
//! The rules are a table; the first that holds decides. They err on the side of *live*: a consumer that is wrongly
//! put among the tests is one that nobody sees.

use crate::model::source::{Context, Kind};

/// Context and kind of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose {
    /// Whether it is live.
    pub context: Context,
    /// What consumers in it are.
    pub kind: Kind,
}

/// A condition on a path. All words are lower case, folders have `-` for `_`.
#[derive(Clone, Copy, Debug)]
enum Test {
    /// One of the folders is called exactly one of these.
    Folder(&'static [&'static str]),
    /// These folders follow each other.
    Folders(&'static str),
    /// One of the folders above the sources (`src/main`) is called exactly one of these.
    OuterFolder(&'static [&'static str]),
    /// One of the folders above the sources (`src`, `app`, `lib`, …) is called exactly one of these.
    AboveSources(&'static [&'static str]),
    /// One of the folders has one of these among its words.
    FolderWord(&'static [&'static str]),
    /// One of the folders has one of these as its last word.
    FolderLast(&'static [&'static str]),
    /// One of the folders above the sources (`src/main`) has several words, the last being one of these.
    OuterFolderLast(&'static [&'static str]),
    /// One of the folders is called by a time stamp or number, as migration tools do.
    NumberedFolder,
    /// The repository's name has one of these among its words.
    RepositoryWord(&'static [&'static str]),
    /// The file is called exactly this.
    Name(&'static [&'static str]),
    /// The file's name ends like this.
    NameEnd(&'static [&'static str]),
    /// The file's name has one of these between two dots.
    NamePart(&'static [&'static str]),
    /// One of these is among the words of the file's name.
    NameWord(&'static [&'static str]),
    /// The file's name has several words: `user-export.ts`, while `export.ts` may just export symbols.
    SeveralWords,
    /// The first word of the file's name, when there are more.
    FirstWord(&'static [&'static str]),
    /// The last word of the file's name.
    LastWord(&'static [&'static str]),
    /// The name starts with a number or time stamp.
    NumberedName,
    /// The name starts with a number written with leading zeros, or with a time stamp, as migration tools do and people
    /// do not: `000012.sql`, `0001_init.sql`, `20240131093000_users.sql`.
    SerialName,
    /// None of the folders is called exactly one of these.
    OutsideFolders(&'static [&'static str]),
    /// `V1__x`, `U1__x`, `B1__x`, `R__x`.
    FlywayName,
    /// One of these endings.
    Ending(&'static [&'static str]),
    /// The source set that Maven and Gradle package: nothing below it is a test.
    OutsideMain,
}

use Test::{
    AboveSources, Ending, FirstWord, FlywayName, Folder, FolderLast, FolderWord, Folders, LastWord, Name, NameEnd,
    NamePart, NameWord, NumberedFolder, NumberedName, OuterFolder, OuterFolderLast, OutsideFolders, OutsideMain,
    RepositoryWord, SerialName, SeveralWords,
};

/// Languages in which classes are called after what they are.
const CLASSES: Test = Ending(&["java", "kt", "kts", "scala", "groovy", "cs"]);
/// Scripts and queries: one file, one purpose.
const SCRIPTS: Test = Ending(&[
    "sql", "psql", "pgsql", "ddl", "dml", "sh", "bash", "zsh", "ksh", "ps1", "bat", "cmd", "py", "rb", "pl", "r",
    "ipynb",
]);
/// What migration tools read besides code.
const CHANGES: Test = Ending(&["sql", "xml", "yml", "yaml", "json", "ddl"]);
/// Data, not code.
const DATA: Test = Ending(&["sql", "json", "yml", "yaml", "csv", "tsv", "xml"]);

/// Rules for what is not live.
const CONTEXTS: &[(Context, &[Test])] = &[
    // Tests, wherever they are.
    (Context::Test, &[Folders("src/test")]),
    (Context::Test, &[Folders("src/tests")]),
    (Context::Test, &[Folders("src/it")]),
    (
        Context::Test,
        &[Folder(&[
            "testdata",
            "test-data",
            "testfixtures",
            "integrationtest",
            "androidtest",
            "inttest",
            "functionaltest",
        ])],
    ),
    (Context::Test, &[OuterFolder(TEST_FOLDERS)]),
    (Context::Test, &[OuterFolderLast(&["tests"])]),
    (
        Context::Test,
        &[
            NamePart(&["test", "tests", "spec", "e2e", "e2e-spec", "int-test", "cy", "mock", "stories", "bench"]),
            Ending(&["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "vue", "svelte", "sql"]),
        ],
    ),
    (
        Context::Test,
        &[NameEnd(&[
            "_test.go",
            "_test.py",
            "_tests.py",
            "_test.rb",
            "_spec.rb",
            "_test.exs",
            "_test.dart",
            "_test.rs",
            "-test.js",
            "-test.ts",
            ".snap",
            ".bats",
        ])],
    ),
    (Context::Test, &[Name(&["conftest.py", "tests.py"])]),
    (Context::Test, &[FirstWord(&["test"]), Ending(&["py"])]),
    (Context::Test, &[CLASSES, OutsideMain, LastWord(&["test", "tests", "spec", "it", "itcase", "testcase"])]),
    (Context::Test, &[Folder(&["spec"]), Ending(&["rb"])]),
    (
        Context::Test,
        &[OuterFolder(&["fixtures", "fixture"]), Ending(&["ts", "tsx", "js", "jsx", "java", "kt", "py", "rb", "go"])],
    ),
    // Seeds before migrations: `migrations/seeds/001.sql` fills, it does not change.
    (
        Context::Seed,
        &[Folder(&[
            "seed",
            "seeds",
            "seeders",
            "seeding",
            "fixtures",
            "demo-data",
            "sample-data",
            "initial-data",
            "sampledata",
            "demodata",
        ])],
    ),
    (Context::Seed, &[Name(&["seeds.rb", "import.sql", "data.sql"])]),
    (
        Context::Seed,
        &[
            NameWord(&["seed", "seeds", "seeder"]),
            Ending(&[
                "sql", "ts", "js", "mjs", "cjs", "py", "rb", "php", "java", "kt", "json", "yml", "yaml", "csv", "sh",
            ]),
        ],
    ),
    (
        Context::Seed,
        &[
            FirstWord(&["data"]),
            LastWord(&[
                "h2",
                "hsqldb",
                "mysql",
                "mariadb",
                "postgres",
                "postgresql",
                "oracle",
                "mssql",
                "sqlserver",
                "sqlite",
            ]),
            Ending(&["sql"]),
        ],
    ),
    (
        Context::Seed,
        &[NameWord(&["initial", "sample", "demo", "dummy", "mock", "default", "master"]), LastWord(&["data"]), DATA],
    ),
    // Migrations, by the layouts of the usual tools.
    (Context::Migration, &[FlywayName, Ending(&["sql", "java", "kt", "groovy", "py"])]),
    (Context::Migration, &[Folders("db/migrate")]),
    (Context::Migration, &[Folders("db/migration")]),
    (Context::Migration, &[Folders("alembic/versions")]),
    (Context::Migration, &[Folder(&["migrations"]), OutsideMain]),
    (
        Context::Migration,
        &[
            Folder(&[
                "migrate",
                "migration",
                "migrations",
                "liquibase",
                "flyway",
                "changelog",
                "changelogs",
                "changesets",
                "drizzle",
                "alterations",
            ]),
            CHANGES,
        ],
    ),
    (Context::Migration, &[FolderLast(&["migration", "migrations"]), CHANGES]),
    (Context::Migration, &[FolderWord(&["migrate", "migration", "migrations", "alterations"]), NumberedName]),
    (Context::Migration, &[FolderWord(&["migrate", "migration", "migrations", "alterations"]), NumberedFolder]),
    (Context::Migration, &[SerialName, Ending(&["sql"]), OutsideFolders(QUERY_FOLDERS)]),
    (Context::Migration, &[NamePart(&["migration"]), Ending(&["ts", "js", "sql", "py"])]),
    (Context::Migration, &[FirstWord(&["changelog", "changeset"]), CHANGES]),
    (Context::Migration, &[NamePart(&["changelog"]), CHANGES]),
    (Context::Migration, &[NameEnd(&[".up.sql", ".down.sql", ".undo.sql"])]),
    (Context::Migration, &[Folder(&["docker-entrypoint-initdb.d", "initdb.d", "initdb"]), Ending(&["sql", "sh"])]),
    (
        Context::Migration,
        &[NameWord(&["schema", "schemas", "ddl", "migration", "migrate", "initdb"]), Ending(&["sql", "ddl", "psql"])],
    ),
    (Context::Migration, &[FirstWord(&["tables"]), Ending(&["sql"])]),
    (Context::Migration, &[LastWord(&["structure", "tables", "dump"]), Ending(&["sql"])]),
    (
        Context::Migration,
        &[Name(&[
            "schema.rb",
            "init.sql",
            "create.sql",
            "setup.sql",
            "install.sql",
            "upgrade.sql",
            "db.sql",
            "database.sql",
        ])],
    ),
    (Context::Migration, &[Folder(&["upgrade", "upgrades", "ddl"]), Ending(&["sql"])]),
    // Prose and its folders.
    (Context::Docs, &[Ending(&["md", "mdx", "markdown", "rst", "adoc", "asciidoc", "textile", "txt", "tex"])]),
    (Context::Docs, &[Name(&["readme", "license", "changelog", "contributing", "authors", "notice", "codeowners"])]),
    (Context::Docs, &[AboveSources(&["docs", "doc", "documentation", "wiki"])]),
];

/// Folders of tests. `test-results` and the like may be business, so only these.
const TEST_FOLDERS: &[&str] = &[
    "test",
    "tests",
    "e2e",
    "cypress",
    "playwright",
    "mocks",
    "snapshots",
    "testing",
    "testutil",
    "testutils",
    "test-util",
    "test-utils",
    "test-harness",
    "test-helper",
    "test-helpers",
    "test-support",
    "test-fixtures",
    "test-resources",
    "test-lib",
    "test-common",
    "test-cases",
    "test-suite",
    "test-suites",
    "test-kit",
    "testkit",
    "integration-test",
    "unit-test",
    "acceptance-test",
    "functional-test",
    "system-test",
    "smoke-test",
    "load-test",
    "performance-test",
    "e2e-test",
    "contract-test",
    "api-test",
];

/// Folders of queries that somebody runs, however they are numbered.
const QUERY_FOLDERS: &[&str] = &[
    "query",
    "queries",
    "report",
    "reports",
    "reporting",
    "analytics",
    "export",
    "exports",
    "etl",
    "jobs",
    "adhoc",
    "ad-hoc",
    "runbook",
    "runbooks",
    "support",
    "scripts",
];

/// Rules for the kind of live code.
const KINDS: &[(Kind, &[Test])] = &[
    // By what the file itself is called.
    (Kind::Report, &[Ending(&["jrxml", "rdl", "rdlc", "rptdesign", "rpt", "lkml"])]),
    (Kind::Report, &[NamePart(&["report", "reports"])]),
    (Kind::ScheduledTask, &[Name(&["crontab", "cron"])]),
    (Kind::ScheduledTask, &[Ending(&["cron", "crontab", "timer"])]),
    (Kind::ScheduledTask, &[Name(&["cron.ts", "cron.js", "cron.py", "cron.yml", "cron.yaml"])]),
    (Kind::Export, &[NameWord(&["export", "exports", "exporter"]), SCRIPTS]),
    (Kind::Report, &[NameWord(&["report", "reports", "reporting"]), SCRIPTS]),
    (Kind::ScheduledTask, &[NameWord(&["cron", "cronjob", "nightly"]), SCRIPTS]),
    (
        Kind::Export,
        &[
            LastWord(&["export", "exporter", "exports"]),
            Ending(&["java", "kt", "scala", "cs", "ts", "js", "mjs", "go", "php"]),
            SeveralWords,
        ],
    ),
    (
        Kind::Report,
        &[
            LastWord(&["report", "reporter", "reports"]),
            Ending(&["java", "kt", "scala", "cs", "ts", "js", "mjs", "go", "php"]),
            SeveralWords,
        ],
    ),
    (Kind::ScheduledTask, &[LastWord(&["cron", "cronjob", "scheduler"]), SeveralWords]),
    (Kind::ScheduledTask, &[FirstWord(&["scheduled"])]),
    (
        Kind::BackgroundJob,
        &[
            LastWord(&["job", "jobs", "worker", "workers"]),
            Ending(&["java", "kt", "scala", "cs", "ts", "js", "mjs", "py", "rb", "go", "php"]),
        ],
    ),
    (Kind::BackgroundJob, &[Name(&["tasks.py"])]),
    (Kind::Api, &[Ending(&["graphql", "gql", "graphqls", "proto", "raml"])]),
    (Kind::Api, &[FirstWord(&["openapi", "swagger"])]),
    (
        Kind::Api,
        &[Name(&["openapi.yml", "openapi.yaml", "openapi.json", "swagger.yml", "swagger.yaml", "swagger.json"])],
    ),
    // By its folders.
    (
        Kind::ScheduledTask,
        &[Folder(&[
            "cron",
            "crons",
            "cron.d",
            "cron.daily",
            "cron.hourly",
            "cron.weekly",
            "cron.monthly",
            "cronjobs",
            "cron-jobs",
            "crontabs",
            "scheduled",
            "scheduled-tasks",
            "scheduled-jobs",
        ])],
    ),
    (Kind::Export, &[Folder(&["export", "exports", "exporters", "exporter", "data-export", "data-exports"])]),
    (
        Kind::Report,
        &[Folder(&[
            "report",
            "reports",
            "reporting",
            "analytics",
            "dashboards",
            "metabase",
            "superset",
            "redash",
            "looker",
        ])],
    ),
    (
        Kind::Pipeline,
        &[Folder(&[
            "etl",
            "elt",
            "pipeline",
            "pipelines",
            "dags",
            "airflow",
            "dbt",
            "dagster",
            "prefect",
            "data-pipeline",
            "data-pipelines",
        ])],
    ),
    (
        Kind::SupportTool,
        &[Folder(&["adhoc", "ad-hoc", "runbook", "runbooks", "support-tools", "support-queries", "support-scripts"])],
    ),
    (Kind::SupportTool, &[Folder(&["support"]), SCRIPTS]),
    (Kind::SupportTool, &[Folders("ops/queries")]),
    (
        Kind::BackgroundJob,
        &[Folder(&["job", "jobs", "worker", "workers", "background-jobs", "queues", "sidekiq", "celery"])],
    ),
    (Kind::BackgroundJob, &[Folder(&["tasks"]), Ending(&["py", "rb", "rake"])]),
    // A notebook looks into data and shows what it finds.
    (Kind::Report, &[Ending(&["ipynb"])]),
    // By its repository, last: it says least about one file.
    (Kind::Export, &[RepositoryWord(&["export", "exports", "exporter"])]),
    (Kind::Report, &[RepositoryWord(&["report", "reports", "reporting", "analytics", "dashboards"])]),
    (Kind::Pipeline, &[RepositoryWord(&["etl", "elt", "pipeline", "pipelines", "dags", "airflow", "dbt"])]),
    (Kind::SupportTool, &[RepositoryWord(&["support", "adhoc", "runbooks"]), SCRIPTS]),
    (Kind::BackgroundJob, &[RepositoryWord(&["worker", "workers", "jobs"])]),
];

/// Folders in which sources begin.
const SOURCE_FOLDERS: &[&str] = &["src", "app", "apps", "lib", "server", "backend", "packages", "services"];

/// The purpose of the file at `path` (inside its repository, `/` between parts). The repository's name may add a
/// kind; it never says that something is not live.
pub fn purpose_of(path: &str, repository: Option<&str>) -> Purpose {
    let parts = Parts::of(path, repository);
    let context = CONTEXTS
        .iter()
        .find(|(_, tests)| tests.iter().all(|test| parts.pass(test)))
        .map_or(Context::Live, |(context, _)| *context);
    let kind = match context {
        Context::Migration => Kind::Migration,
        Context::Seed => Kind::Seed,
        Context::Test => Kind::Test,
        Context::Live | Context::Docs => KINDS
            .iter()
            .find(|(_, tests)| tests.iter().all(|test| parts.pass(test)))
            .map_or(Kind::Application, |(kind, _)| *kind),
    };
    Purpose { context, kind }
}

/// A path taken apart, in lower case.
struct Parts {
    folders: Vec<String>,
    folder_words: Vec<Vec<String>>,
    /// Folders before `src/main`.
    outer: usize,
    /// Folders before the first source folder.
    above_sources: usize,
    name: String,
    ending: String,
    words: Vec<String>,
    repository_words: Vec<String>,
}

impl Parts {
    fn of(path: &str, repository: Option<&str>) -> Self {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let written: Vec<&str> = folders.split('/').filter(|part| !part.is_empty()).collect();
        let folders: Vec<String> = written.iter().map(|part| folder_name(part)).collect();
        let stem_end = name.char_indices().rfind(|&(at, c)| c == '.' && at > 0).map_or(name.len(), |(at, _)| at);
        Self {
            folder_words: written.iter().map(|part| words_of(part)).collect(),
            outer: folders.windows(2).position(|pair| pair[0] == "src" && pair[1] == "main").unwrap_or(folders.len()),
            above_sources: folders
                .iter()
                .position(|part| SOURCE_FOLDERS.contains(&part.as_str()))
                .unwrap_or(folders.len()),
            folders,
            ending: name.get(stem_end + 1..).unwrap_or("").to_lowercase(),
            words: words_of(&name[..stem_end]),
            name: name.to_lowercase(),
            repository_words: repository.map(words_of).unwrap_or_default(),
        }
    }

    fn pass(&self, test: &Test) -> bool {
        let any = |parts: &[String], names: &[&str]| parts.iter().any(|part| names.contains(&part.as_str()));
        let last_is =
            |words: &[String], names: &[&str]| words.last().is_some_and(|word| names.contains(&word.as_str()));
        match *test {
            Folder(names) => any(&self.folders, names),
            Folders(chain) => {
                let chain: Vec<&str> = chain.split('/').collect();
                self.folders.windows(chain.len()).any(|window| window == chain.as_slice())
            }
            OuterFolder(names) => any(&self.folders[..self.outer], names),
            AboveSources(names) => any(&self.folders[..self.above_sources], names),
            FolderWord(names) => self.folder_words.iter().any(|words| any(words, names)),
            FolderLast(names) => self.folder_words.iter().any(|words| last_is(words, names)),
            OuterFolderLast(names) => {
                self.folder_words[..self.outer].iter().any(|words| words.len() > 1 && last_is(words, names))
            }
            NumberedFolder => self.folders.iter().any(|folder| is_numbered(folder)),
            RepositoryWord(names) => any(&self.repository_words, names),
            Name(names) => names.contains(&self.name.as_str()),
            NameEnd(ends) => ends.iter().any(|end| self.name.ends_with(end)),
            NamePart(names) => {
                let parts: Vec<&str> = self.name.split('.').collect();
                parts.len() > 2 && parts[1..parts.len() - 1].iter().any(|part| names.contains(part))
            }
            SeveralWords => self.words.len() > 1,
            NameWord(names) => any(&self.words, names),
            FirstWord(names) => self.words.len() > 1 && any(&self.words[..1], names),
            LastWord(names) => last_is(&self.words, names),
            NumberedName => is_numbered(&self.name),
            SerialName => is_serial(&self.name),
            OutsideFolders(names) => !any(&self.folders, names),
            FlywayName => is_flyway(&self.name),
            Ending(endings) => endings.contains(&self.ending.as_str()),
            OutsideMain => self.outer == self.folders.len(),
        }
    }
}

/// A folder's name as the rules spell it: `__test_data__` is `test-data`.
fn folder_name(written: &str) -> String {
    written.trim_matches('_').to_lowercase().replace('_', "-")
}

/// Whether the name starts as migration tools number their files: `0001_init`, `1.10.1-x`, `20230329205933_init`.
fn is_numbered(name: &str) -> bool {
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0 && matches!(name.as_bytes().get(digits), Some(b'_' | b'-' | b'.')) && name.len() > digits + 1
}

/// Whether the name starts with a number that a tool wrote: three digits or more that begin with a zero, or a
/// time stamp.
fn is_serial(name: &str) -> bool {
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let is_time = digits >= 12 && (name.starts_with("19") || name.starts_with("20"));
    is_numbered(name) && (is_time || (digits >= 3 && name.starts_with('0')))
}

/// Whether the name (in lower case) follows [Flyway's scheme](https://documentation.red-gate.com/fd/migrations-271585107.html).
fn is_flyway(name: &str) -> bool {
    let Some((version, _)) = name.split_once("__") else { return false };
    match version.as_bytes() {
        [b'r'] => true,
        [b'v' | b'u' | b'b', rest @ ..] => {
            rest.first().is_some_and(u8::is_ascii_digit)
                && rest.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_'))
        }
        _ => false,
    }
}

/// The words of a name, in lower case: `UserCSVExport-v2` is `user`, `csv`, `export`, `v2`.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous = ' ';
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let starts_word = letter.is_uppercase()
            && (previous.is_lowercase()
                || (previous.is_uppercase() && letters.peek().is_some_and(|next| next.is_lowercase())));
        if (starts_word || !letter.is_alphanumeric()) && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        previous = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests;
