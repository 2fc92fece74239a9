//! The command line, as data. Nothing here does anything.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use columnist::discover::config::parse_bytes;
use columnist::model::date::Date;
use columnist::model::inventory::State;
use columnist::model::source::Kind;
use globset::{GlobBuilder, GlobMatcher};

/// Who still reads or writes this table or column?
///
/// columnist looks through one or many repositories for everything that depends on a column of a database: services,
/// reports, exports, scheduled tasks, support queries. It says how sure it is, accounts for every mention of the
/// column's name, and lists what it could not see.
#[derive(Debug, Parser)]
#[command(name = "columnist", version, max_term_width = 100, subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
}

const EXAMPLES: &str = "\
Examples:
  columnist who users.full_name                    in the current folder
  columnist who users.full_name ../shop ../reports in two repositories
  columnist who public.users.full_name --format json
  columnist who users                              the whole table

Exit codes:
  0  answered, the verdict is below --fail-on
  1  answered, the verdict reaches --fail-on
  2  not answered";

const WHO_EXAMPLES: &str = "\
Examples:
  columnist who users.full_name services/ reports/
  columnist who users.full_name --mentions         every place with the name, and what it is
  columnist who users.full_name --fail-on review   fail also when something could not be told
  columnist who users.full_name --format json | jq '.consumers[].name'";

const CHECK_EXAMPLES: &str = "\
Examples:
  columnist check migrations/0007_drop_full_name.sql
  columnist check migrations/0007_drop_full_name.sql services/ reports/
  columnist check --since origin/main              the migrations that a branch adds
  columnist check --since origin/main --deployed v1.4.2
  git show HEAD:drop.sql | columnist check - services/";

const REFS_EXAMPLES: &str = "\
Examples:
  columnist refs services/ > references.jsonl
  columnist refs | jq -r 'select(.table == \"users\") | .path' | sort -u";

const INVENTORY_EXAMPLES: &str = "\
Examples:
  columnist inventory services/ reports/
  columnist inventory --state nobody-reads --state nobody-touches
  columnist inventory --table 'users*' --kind scheduled-task --format csv
  columnist inventory --format json | jq '.tables[] | select(.state == \"dropped\") | .table'";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Who reads or writes a column or table.
    ///
    /// Prints the verdict, the live consumers by kind with the lines of code, and what could not be told. `blocked`: a
    /// live consumer that is certain or likely. `review`: only possible ones, unresolved mentions, or blind spots that
    /// touch the table. `clear`: none of these are known.
    #[command(after_help = WHO_EXAMPLES)]
    Who(WhoArgs),
    /// Block migrations that take away what live code still uses.
    ///
    /// Reads what migrations take away or tighten, and asks who still uses it in the code after the change. `blocked`: a
    /// live consumer would break. `review`: something could not be told. `clear`: nobody is known to be in the way.
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArgs),
    /// Every reference to any column, one JSON object a line.
    #[command(after_help = REFS_EXAMPLES)]
    Refs(RefsArgs),
    /// Every table and column with its readers and writers.
    ///
    /// Live consumers are counted: who reads and writes a column by its name, who reads or writes it without naming it
    /// (`*`, an insert without a column list, an ORM), and what maps it. A view counts as a reader of what it selects.
    #[command(after_help = INVENTORY_EXAMPLES)]
    Inventory(InventoryArgs),
    /// What each statement of a SQL script reads and writes.
    ///
    /// Names are resolved against the script's own DDL and that of --schema.
    Sql(SqlArgs),
    /// The files of a scan: what each is for, or why it is skipped.
    Files(FilesArgs),
    /// What one file says, before any name in it is resolved (for debugging).
    #[command(hide = true)]
    Facts(FactsArgs),
    /// Completions for a shell, on standard output.
    Completions(CompletionsArgs),
    /// The manual page, on standard output.
    Man(ManArgs),
}

#[derive(Debug, Args)]
pub(crate) struct WhoArgs {
    /// `[database/][schema.]table.column`, or a table.
    ///
    /// `users.full_name` is a column. `users` and `users.*` are the whole table.
    #[arg(value_name = "TARGET")]
    pub(crate) target: String,
    #[command(flatten)]
    pub(crate) scan: ScanArgs,
    #[command(flatten)]
    pub(crate) answer: AnswerArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Migrations to check (files, or `-` for standard input), and where to look for consumers (folders)
    /// [default: the current folder].
    #[arg(value_name = "MIGRATION|PATH")]
    pub(crate) inputs: Vec<PathBuf>,
    /// Check the migrations that the change adds or edits since its history parted from this revision.
    #[arg(long, value_name = "REV")]
    pub(crate) since: Option<String>,
    /// A revision that runs, or that a rollback would bring back: its code is asked too; may be given several times.
    ///
    /// It is read from the object store, without a checkout.
    #[arg(long, value_name = "REV")]
    pub(crate) deployed: Vec<String>,
    /// The day on which acceptances are judged [default: today].
    #[arg(long, value_name = "YYYY-MM-DD", hide = true, value_parser = parse_date)]
    pub(crate) today: Option<Date>,
    #[command(flatten)]
    pub(crate) answer: CheckAnswerArgs,
    #[command(flatten)]
    pub(crate) scan: ScanSettings,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Answer")]
pub(crate) struct CheckAnswerArgs {
    /// How the outcome is printed.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: CheckFormat,
    /// The verdict from which on the exit code is 1.
    #[arg(long, value_name = "VERDICT", value_enum, default_value_t)]
    pub(crate) fail_on: FailOn,
}

/// How the outcome of a check is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: docs/check.schema.json.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions; the summary of the job is written too.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// `JUnit` XML.
    Junit,
    /// A comment on a pull request.
    Markdown,
}

#[derive(Debug, Args)]
pub(crate) struct RefsArgs {
    #[command(flatten)]
    pub(crate) scan: ScanArgs,
}

#[derive(Debug, Args)]
pub(crate) struct InventoryArgs {
    #[command(flatten)]
    pub(crate) scan: ScanArgs,
    #[command(flatten)]
    pub(crate) rows: RowArgs,
    /// How the inventory is printed.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, help_heading = "Answer")]
    pub(crate) format: InventoryFormat,
}

/// Which rows of an inventory are wanted; each may be given several times.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rows")]
pub(crate) struct RowArgs {
    /// Only tables that are called so, `*` and `?` allowed.
    #[arg(long, value_name = "PATTERN", value_parser = parse_pattern)]
    pub(crate) table: Vec<GlobMatcher>,
    /// Only what consumers of this kind touch.
    #[arg(long, value_name = "KIND", value_parser = parse_kind)]
    pub(crate) kind: Vec<Kind>,
    /// Only what consumers of this owner touch; `unowned` is nobody.
    #[arg(long, value_name = "OWNER")]
    pub(crate) owner: Vec<String>,
    /// Only what consumers of this repository touch.
    #[arg(long, value_name = "NAME")]
    pub(crate) repository: Vec<String>,
    /// Only columns in this state: live, dropped, nobody-reads, nobody-writes, nobody-touches.
    #[arg(long, value_name = "STATE", value_parser = parse_state)]
    pub(crate) state: Vec<State>,
}

/// How an inventory is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum InventoryFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: docs/inventory.schema.json.
    Json,
    /// For spreadsheets: a line for each column.
    Csv,
}

#[derive(Debug, Args)]
pub(crate) struct SqlArgs {
    /// The script; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,
    /// A script of DDL that declares the tables; may be given several times, in order.
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Vec<PathBuf>,
    /// The dialect, when the script does not tell it: postgres, mysql, sqlite, sql-server, oracle, bigquery, snowflake,
    /// clickhouse, generic, or the name of a relative of one. Any other is read as generic, with a warning.
    #[arg(long, value_name = "DIALECT")]
    pub(crate) dialect: Option<String>,
    /// How the answer is printed.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct FilesArgs {
    #[command(flatten)]
    pub(crate) scan: ScanArgs,
}

#[derive(Debug, Args)]
pub(crate) struct FactsArgs {
    #[command(flatten)]
    pub(crate) scan: ScanArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell to complete in.
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The command that the page is about; without one, columnist itself.
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Option<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Answer")]
pub(crate) struct AnswerArgs {
    /// How the answer is printed.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub(crate) format: Format,
    /// List every mention of the column's name with what it is.
    #[arg(long)]
    pub(crate) mentions: bool,
    /// The verdict from which on the exit code is 1.
    #[arg(long, value_name = "VERDICT", value_enum, default_value_t)]
    pub(crate) fail_on: FailOn,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Scan")]
pub(crate) struct ScanArgs {
    /// Repositories, folders of repositories, or files [default: the current folder].
    #[arg(value_name = "PATH", help_heading = None::<&str>)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) settings: ScanSettings,
}

/// How a scan is done, wherever it looks.
#[derive(Debug, Args)]
#[command(next_help_heading = "Scan")]
pub(crate) struct ScanSettings {
    /// The settings file [default: the nearest columnist.toml in or above the first PATH].
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Skip files above this size, as in `500 KB` or `64 MiB` [default: 8 MiB].
    #[arg(long, value_name = "SIZE", value_parser = parse_bytes)]
    pub(crate) max_file_size: Option<u64>,
    /// The folder in which facts of files are kept from one run to the next [default: the system's folder for caches].
    #[arg(long, value_name = "FOLDER", env = "COLUMNIST_CACHE", hide_env_values = true)]
    pub(crate) cache: Option<PathBuf>,
    /// Keep no facts, and use none that are kept, whatever --cache says.
    #[arg(long, env = "COLUMNIST_NO_CACHE", hide_env_values = true, value_parser = FalseyValueParser::new())]
    pub(crate) no_cache: bool,
    /// Exit with 2 when files that may hold code could not be read.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Threads to work on; 0 is one for each core.
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) threads: usize,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Terminal")]
pub(crate) struct GlobalArgs {
    /// When to use colour. `NO_COLOR` and `CLICOLOR_FORCE` are heard too.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, global = true)]
    pub(crate) color: Color,
    /// Show no progress on standard error.
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
}

fn parse_pattern(text: &str) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(text).case_insensitive(true).build().map_err(|error| error.kind().to_string())?;
    Ok(glob.compile_matcher())
}

fn parse_kind(text: &str) -> Result<Kind, String> {
    one_of(text, &Kind::ALL, Kind::name)
}

fn parse_state(text: &str) -> Result<State, String> {
    one_of(text, &State::ALL, State::name)
}

fn one_of<T: Copy>(text: &str, all: &[T], name: fn(T) -> &'static str) -> Result<T, String> {
    all.iter().copied().find(|&one| name(one) == text).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|&one| name(one)).collect();
        format!("expected one of {}", names.join(", "))
    })
}

fn parse_date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "expected a day such as `2026-12-31`".to_owned())
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: docs/who.schema.json.
    Json,
}

/// The bar for exit code 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// A live consumer that is certain or likely.
    #[default]
    Blocked,
    /// Also possible consumers, unresolved mentions and blind spots that touch the table.
    Review,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
