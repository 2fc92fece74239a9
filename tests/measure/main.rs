//! Measures, in one run on any tree: a cold `who`, one with facts kept, a warm one, `rg -nw` and a bare parse of the same
//! files.
//!
//!     cargo bench --bench who -- TREE TARGET [ROUNDS]
//!
//! They take turns, so that a machine that gets slower does so for all. *Cold* is a process of its own that finds nothing
//! prepared; *kept* is one that finds the facts that an earlier one kept; *warm* is the same question asked again in one process, with the walk done. The system's cache of
//! files is warm for all of them: the first round is not counted.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use tree_sitter::{Language, Parser};

use columnist::answer::{ColumnQuery, who};
use columnist::discover::config::Config;
use columnist::discover::text::read_text;
use columnist::discover::{Workspace, discover};

type Failure = Box<dyn std::error::Error>;

/// First argument of a process that parses a tree and nothing else.
const PARSE_ONLY: &str = "--parse-only";

fn main() -> Result<(), Failure> {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.as_slice() {
        [first, tree] if first == PARSE_ONLY => {
            parse(&workspace(tree)?);
            Ok(())
        }
        [tree, target] => compare(tree, target, 7),
        [tree, target, rounds] => compare(tree, target, rounds.parse()?),
        // `cargo test --all-targets` and `cargo bench` run this without arguments.
        _ => say("usage: cargo bench --bench who -- TREE TARGET [ROUNDS]\n"),
    }
}

fn say(text: &str) -> Result<(), Failure> {
    Ok(std::io::stdout().lock().write_all(text.as_bytes())?)
}

/// One of the things that take turns.
struct Contender {
    name: &'static str,
    run: Box<dyn Fn() -> Result<(), Failure>>,
    /// The command, when it is a process whose memory can be looked at.
    command: Option<Box<dyn Fn() -> Command>>,
    times: Vec<Duration>,
}

impl Contender {
    fn process(name: &'static str, command: impl Fn() -> Command + Clone + 'static) -> Self {
        let timed = command.clone();
        let run = move || match timed().status()?.code() {
            // `who` says blocked with 1, `rg` nothing found.
            Some(0 | 1) => Ok(()),
            code => Err(format!("{:?} ended with {code:?}", timed()).into()),
        };
        Self { name, run: Box::new(run), command: Some(Box::new(command)), times: Vec::new() }
    }

    fn median(&self) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    }
}

fn compare(tree: &str, target: &str, rounds: usize) -> Result<(), Failure> {
    let scanned = workspace(tree)?;
    let query: ColumnQuery = target.parse()?;
    let answer = who(&scanned, &query)?;
    let files = scanned.files.len();
    let bytes: u64 = scanned.files.iter().map(|file| file.size).sum();
    let (parsed, parsed_bytes) = parse(&scanned);

    let mut words = answer.spellings.clone();
    words.extend(target.rsplit('.').next().map(str::to_owned));
    words.sort();
    words.dedup();
    let mut contenders = contenders(tree, target, words, scanned, query)?;

    for round in 0..=rounds {
        for contender in &mut contenders {
            let start = Instant::now();
            (contender.run)()?;
            if round > 0 {
                contender.times.push(start.elapsed());
            }
        }
    }

    let mut text = format!(
        "{target} in {tree}: {files} files, {}; {parsed} of them ({}) have a grammar; {rounds} rounds\n\n",
        size(bytes),
        size(parsed_bytes)
    );
    let base = contenders[0].median().as_secs_f64();
    writeln!(text, "{:24} {:>10} {:>10} {:>12}", "", "median", "x first", "peak memory")?;
    for contender in &contenders {
        let median = contender.median();
        let memory = contender.command.as_ref().map(|command| peak_memory(command())).transpose()?.flatten();
        let memory = memory.map_or_else(|| "-".to_owned(), size);
        let (millis, ratio) = (median.as_secs_f64() * 1000.0, median.as_secs_f64() / base);
        writeln!(text, "{:24} {millis:>7.1} ms {ratio:>10.2} {memory:>12}", contender.name)?;
    }
    say(&text)
}

fn contenders(
    tree: &str,
    target: &str,
    words: Vec<String>,
    scanned: Workspace,
    query: ColumnQuery,
) -> Result<Vec<Contender>, Failure> {
    let mut all = Vec::new();
    let (path, asked) = (tree.to_owned(), target.to_owned());
    if Command::new("rg").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success()) {
        let path = path.clone();
        all.push(Contender::process("rg -nw", move || {
            let mut command = Command::new("rg");
            command.args(["-nw", "-F", "--hidden", "--no-messages", "-g", "!.git"]).stdout(Stdio::null());
            for word in &words {
                command.args(["-e", word]);
            }
            command.arg(&path);
            command
        }));
    }
    let tree = path.clone();
    let ask = move |cache: Option<&Path>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_columnist"));
        command.args(["who", &asked, &path, "--format", "json"]).stdout(Stdio::null());
        match cache {
            Some(folder) => command.arg("--cache").arg(folder),
            None => command.arg("--no-cache"),
        };
        command
    };
    let cold = ask.clone();
    all.push(Contender::process("columnist who, cold", move || cold(None)));
    // The round that is not counted fills it.
    let folder = Arc::new(tempfile::tempdir()?);
    all.push(Contender::process("columnist who, kept", move || ask(Some(folder.path()))));
    all.push(Contender {
        name: "columnist who, warm",
        run: Box::new(move || who(&scanned, &query).map(|_| ()).map_err(Failure::from)),
        command: None,
        times: Vec::new(),
    });
    let own = std::env::current_exe()?;
    all.push(Contender::process("tree-sitter parse", move || {
        let mut command = Command::new(&own);
        command.args([PARSE_ONLY, &tree]).stdout(Stdio::null());
        command
    }));
    Ok(all)
}

fn workspace(tree: &str) -> Result<Workspace, Failure> {
    let paths = vec![PathBuf::from(tree)];
    let config = Config::find(&paths)?;
    Ok(discover(&config.expand(paths), &config, 0, &|_| ())?)
}

/// Parses all files that have a grammar, on all cores; gives their number and bytes.
fn parse(workspace: &Workspace) -> (usize, u64) {
    let parse_one = |parser: &mut Parser, at: usize| -> Option<u64> {
        let file = &workspace.files[at];
        parser.set_language(&language_of(Path::new(&file.repository_path))?).ok()?;
        let text = read_text(file).ok()?;
        parser.parse(&text, None).map(|_| file.size)
    };
    let sizes: Vec<u64> =
        (0..workspace.files.len()).into_par_iter().map_init(Parser::new, parse_one).flatten().collect();
    (sizes.len(), sizes.iter().sum())
}

fn language_of(path: &Path) -> Option<Language> {
    Some(match path.extension()?.to_str()? {
        "ts" | "mts" | "cts" => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        "tsx" | "js" | "jsx" | "mjs" | "cjs" => tree_sitter_typescript::LANGUAGE_TSX.into(),
        "java" => tree_sitter_java::LANGUAGE.into(),
        "py" => tree_sitter_python::LANGUAGE.into(),
        "sh" | "bash" => tree_sitter_bash::LANGUAGE.into(),
        _ => return None,
    })
}

/// The most memory that one more run of the command holds, in bytes; only Linux tells. Not timed: looking costs.
fn peak_memory(mut command: Command) -> Result<Option<u64>, Failure> {
    let mut child = command.spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    while child.try_wait()?.is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        peak = peak.max(kibibytes.map(|kibibytes| kibibytes * 1024));
        std::thread::sleep(Duration::from_micros(500));
    }
    Ok(peak)
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn size(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
