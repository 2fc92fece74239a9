//! The thin binary: arguments in, exit code out.

mod cli;
mod progress;

use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{CommandFactory, Parser};

use columnist::answer::{self, ColumnQuery, InventoryFilter};
use columnist::cache::Cache;
use columnist::check::Deployed;
use columnist::check::migrations::{Migration, is_migration, may_be_migration};
use columnist::check::report::How;
use columnist::discover::config::Config;
use columnist::discover::revision::{self, ChangedFile};
use columnist::discover::text::decode;
use columnist::discover::{SkipReason, Workspace, discover};
use columnist::extract::extension::Extensions;
use columnist::link::store::{Store, descriptions};
use columnist::model::answer::Verdict;
use columnist::model::date::Date;
use columnist::model::statement::Dialect;
use columnist::render::text::Mentions;
use columnist::render::text::unanswered::unanswered;
use columnist::render::{self, printable};

use cli::{
    CheckArgs, CheckFormat, Cli, Color, Command, FailOn, Format, InventoryArgs, InventoryFormat, ScanArgs,
    ScanSettings, SqlArgs, WhoArgs,
};
use progress::Progress;

/// Trees of syntax are millions of small allocations on all cores.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What the exit code means. docs and `--help` hold the same table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ExitStatus {
    /// Answered; the verdict is below the bar.
    Below = 0,
    /// Answered; the verdict reaches the bar.
    Reached = 1,
    /// Not answered.
    NotAnswered = 2,
}

/// Stack of each thread. sqlparser's trees of long operator chains are as deep as the chains are long, and it frees them
/// by recursion. Only what is used is ever backed by memory.
const STACK_BYTES: usize = 256 << 20;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.global.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    let answer = || {
        run(&cli).unwrap_or_else(|error| {
            complain("error", &format!("{error:#}"));
            ExitStatus::NotAnswered
        })
    };
    let status = std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, answer);
        match worker.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(status)) => status,
            _ => ExitStatus::NotAnswered,
        }
    });
    ExitCode::from(status as u8)
}

fn run(cli: &Cli) -> anyhow::Result<ExitStatus> {
    let progress = |scan: &ScanArgs| scan_of(scan, &Progress::start(cli.global.no_progress));
    match &cli.command {
        Command::Who(args) => who(args, &Progress::start(cli.global.no_progress)),
        Command::Check(args) => check(args, &Progress::start(cli.global.no_progress)),
        Command::Refs(args) => {
            let workspace = progress(&args.scan)?;
            let (lines, _scanned) = answer::references(&workspace);
            print(|out| render::json::refs(&lines, out))?;
            Ok(strict(&args.scan.settings, ExitStatus::Below, workspace.skipped.iter()))
        }
        Command::Inventory(args) => inventory(args, &Progress::start(cli.global.no_progress)),
        Command::Sql(args) => sql(args),
        Command::Files(args) => {
            let workspace = progress(&args.scan)?;
            print(|out| render::stages::files(&workspace, out))?;
            Ok(strict(&args.scan.settings, ExitStatus::Below, workspace.skipped.iter()))
        }
        Command::Facts(args) => {
            let workspace = progress(&args.scan)?;
            print(|out| render::stages::facts(&workspace, out))?;
            Ok(ExitStatus::Below)
        }
        Command::Completions(args) => {
            let mut script = Vec::new();
            clap_complete::generate(args.shell, &mut Cli::command(), "columnist", &mut script);
            print(|out| out.write_all(&script))?;
            Ok(ExitStatus::Below)
        }
        Command::Man(args) => {
            let page = clap_mangen::Man::new(manual_of(args.command.as_deref())?);
            print(|mut out| page.render(&mut out))?;
            Ok(ExitStatus::Below)
        }
    }
}

fn who(args: &WhoArgs, progress: &Progress) -> anyhow::Result<ExitStatus> {
    let query: ColumnQuery = match args.target.parse() {
        Ok(query) => query,
        Err(error) => {
            complain("error", &unanswered(&error));
            return Ok(ExitStatus::NotAnswered);
        }
    };
    let workspace = scan_of(&args.scan, progress)?;
    let answer = match answer::who(&workspace, &query) {
        Ok(answer) => answer,
        Err(error) => {
            progress.done();
            complain("error", &unanswered(&error));
            return Ok(ExitStatus::NotAnswered);
        }
    };
    progress.done();
    let mentions = if args.answer.mentions { Mentions::Listed } else { Mentions::Counted };
    print(|out| match args.answer.format {
        Format::Text => render::text::who(&answer, mentions, out),
        Format::Json => render::json::who(&answer, mentions, out),
    })?;
    let skipped = answer.scanned.skipped.iter().map(|(reason, files)| (reason, files));
    Ok(strict(&args.scan.settings, status_of(answer.verdict, args.answer.fail_on), skipped))
}

fn check(args: &CheckArgs, progress: &Progress) -> anyhow::Result<ExitStatus> {
    let (paths, given): (Vec<PathBuf>, Vec<PathBuf>) =
        args.inputs.iter().cloned().partition(|path| path.as_os_str() != "-" && path.is_dir());
    let mut workspace = scan_at(&paths, &args.scan, progress)?;
    let mut named = Vec::new();
    for path in &given {
        if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
            named.push((workspace.take_text(bytes), How::Piped, None));
        } else {
            named.push((workspace.take_migration(path)?, How::Given, None));
        }
    }
    let mut notes = Vec::new();
    if let Some(revision) = &args.since {
        let gits = revision::repositories(&workspace);
        let changed = revision::changed_since(&workspace, &gits, revision, may_be_migration)?;
        notes.extend(changed.notes);
        let store = Store::new(&workspace);
        let is_new = |file: &ChangedFile| {
            named.iter().all(|(other, ..)| *other != file.location)
                && workspace.file_at(&file.location).is_some_and(|id| is_migration(&store, id))
        };
        let files: Vec<ChangedFile> = changed.files.into_iter().filter(is_new).collect();
        for file in files {
            workspace.mark_migration(&file.location);
            named.push((file.location, if file.before.is_some() { How::Edited } else { How::Added }, file.before));
        }
    } else if named.is_empty() {
        anyhow::bail!("nothing to check: name a migration, give one on standard input with `-`, or say --since REV");
    }
    let locations: Vec<PathBuf> = named.iter().map(|(location, ..)| location.clone()).collect();
    let mut deployed = Vec::new();
    for name in &args.deployed {
        let (past, said) = revision::at_revision(&workspace, name, &locations)?;
        notes.extend(said);
        deployed.push(Deployed { name: name.clone(), workspace: past });
    }
    let migrations: Vec<Migration> = named
        .into_iter()
        .filter_map(|(location, how, before)| Some(Migration { file: workspace.file_at(&location)?, how, before }))
        .collect();
    let mut report =
        columnist::check::check(&workspace, &migrations, &deployed, args.today.unwrap_or_else(Date::today));
    report.notes.extend(notes);
    progress.done();
    print(|out| match args.answer.format {
        CheckFormat::Text => render::check::text::check(&report, out),
        CheckFormat::Json => render::json::check(&report, out),
        CheckFormat::Sarif => render::sarif::check(&report, out),
        CheckFormat::Github => render::github::check(&report, out),
        CheckFormat::Gitlab => render::gitlab::check(&report, out),
        CheckFormat::Junit => render::junit::check(&report, bar(args.answer.fail_on), out),
        CheckFormat::Markdown => render::markdown::check(&report, out),
    })?;
    if args.answer.format == CheckFormat::Github
        && let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty())
    {
        let mut summary = Vec::new();
        render::markdown::check(&report, &mut summary)?;
        let file = std::fs::OpenOptions::new().append(true).create(true).open(&path);
        file.and_then(|mut file| file.write_all(&summary)).context("cannot write the summary of the job")?;
    }
    let skipped = report.scanned.skipped.iter().map(|(reason, files)| (reason, files));
    Ok(strict(&args.scan, status_of(report.verdict, args.answer.fail_on), skipped))
}

fn inventory(args: &InventoryArgs, progress: &Progress) -> anyhow::Result<ExitStatus> {
    let workspace = scan_of(&args.scan, progress)?;
    let rows = &args.rows;
    let filter = InventoryFilter {
        tables: rows.table.clone(),
        kinds: rows.kind.clone(),
        owners: rows.owner.clone(),
        repositories: rows.repository.clone(),
        states: rows.state.clone(),
    };
    let inventory = answer::inventory(&workspace, &filter);
    progress.done();
    print(|out| match args.format {
        InventoryFormat::Text => render::inventory::text(&inventory, out),
        InventoryFormat::Json => render::json::inventory(&inventory, out),
        InventoryFormat::Csv => render::inventory::csv(&inventory, out),
    })?;
    let skipped = inventory.scanned.skipped.iter().map(|(reason, files)| (reason, files));
    Ok(strict(&args.scan.settings, ExitStatus::Below, skipped))
}

fn sql(args: &SqlArgs) -> anyhow::Result<ExitStatus> {
    let script = if args.file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
        decode(bytes).map_err(|reason| anyhow::anyhow!("standard input is no text: {reason}"))?
    } else {
        script(&args.file)?
    };
    let schema = args.schema.iter().map(|path| self::script(path)).collect::<anyhow::Result<Vec<String>>>()?;
    let dialect = args.dialect.as_deref().map(|name| {
        Dialect::named(name).unwrap_or_else(|| {
            complain("warning", &format!("no dialect is called `{name}`; the script is read as generic SQL"));
            Dialect::Generic
        })
    });
    let reports = answer::statements::statements(&script, &schema, dialect);
    print(|out| match args.format {
        Format::Text => render::statements::statements(&reports, out),
        Format::Json => render::json::statements(&reports, out),
    })?;
    Ok(ExitStatus::Below)
}

fn script(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    decode(bytes).map_err(|reason| anyhow::anyhow!("{} is no text: {reason}", path.display()))
}

fn status_of(verdict: Verdict, fail_on: FailOn) -> ExitStatus {
    if verdict >= bar(fail_on) { ExitStatus::Reached } else { ExitStatus::Below }
}

fn bar(fail_on: FailOn) -> Verdict {
    match fail_on {
        FailOn::Blocked => Verdict::Blocked,
        FailOn::Review => Verdict::Review,
    }
}

/// With `--strict`, a scan that left out what may be code has not answered.
fn strict<'a>(
    scan: &ScanSettings,
    status: ExitStatus,
    skipped: impl Iterator<Item = (&'a String, &'a usize)>,
) -> ExitStatus {
    let unread: Vec<String> = skipped
        .filter(|(reason, _)| SkipReason::hides_code(reason))
        .map(|(reason, files)| format!("{files} {reason}"))
        .collect();
    if unread.is_empty() || !scan.strict {
        return status;
    }
    complain("error", &format!("not all files were read ({}), and --strict is given", unread.join(", ")));
    ExitStatus::NotAnswered
}

/// Settings, threads and the walk.
fn scan_of(scan: &ScanArgs, progress: &Progress) -> anyhow::Result<Workspace> {
    scan_at(&scan.paths, &scan.settings, progress)
}

/// As [`scan_of`], at these paths.
fn scan_at(given: &[PathBuf], scan: &ScanSettings, progress: &Progress) -> anyhow::Result<Workspace> {
    let paths = if given.is_empty() { vec![PathBuf::from(".")] } else { given.to_vec() };
    let mut config = match &scan.config {
        Some(path) => Config::read(path)?,
        None => Config::find(&paths)?,
    };
    Extensions::read(descriptions(&config))?;
    if let Some(bytes) = scan.max_file_size {
        config.limits.max_file_bytes = bytes;
    }
    // A pool that is there already serves as well.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(scan.threads).stack_size(STACK_BYTES).build_global();
    let paths = match (&scan.config, given.is_empty()) {
        (Some(_), true) if !config.sources.is_empty() => config.sources.clone(),
        _ => config.expand(paths),
    };
    let mut workspace = discover(&paths, &config, scan.threads, &|files| progress.met(files))?;
    workspace.cache = cache_of(scan);
    if workspace.files.is_empty() {
        let shown: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        anyhow::bail!("no file to read in {}{}", shown.join(", "), skipped_in_words(&workspace));
    }
    Ok(workspace)
}

/// Where facts are kept. Without such a place everything is read again, which is slower and no less true.
fn cache_of(scan: &ScanSettings) -> Option<Arc<Cache>> {
    if scan.no_cache {
        return None;
    }
    let folder = scan.cache.clone().or_else(Cache::default_folder)?;
    Cache::open(&folder).map(Arc::new).inspect_err(|error| complain("warning", &error.to_string())).ok()
}

fn skipped_in_words(workspace: &Workspace) -> String {
    let skipped: Vec<String> = workspace.skipped.iter().map(|(reason, files)| format!("{files} {reason}")).collect();
    if skipped.is_empty() { String::new() } else { format!(" (skipped: {})", skipped.join(", ")) }
}

fn manual_of(command: Option<&str>) -> anyhow::Result<clap::Command> {
    let mut all = Cli::command();
    all.build();
    match command {
        None => Ok(all),
        Some(name) => all.find_subcommand(name).cloned().with_context(|| format!("no command is called `{name}`")),
    }
}

/// Writes to standard output. Whoever stops reading early has seen enough: a broken pipe is no failure.
fn print(render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    match render(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("cannot write the answer"),
    }
}

/// Says something on standard error.
fn complain(title: &str, text: &str) {
    let style = anstyle::AnsiColor::Red.on_default().bold();
    let lines: Vec<_> = text.lines().map(printable::printable).collect();
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(anstream::stderr(), "{style}{title}{style:#}: {}", lines.join("\n"));
}
