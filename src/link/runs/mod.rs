//! What runs a file: schedules, and scripts that run scripts, followed back to whoever starts them.
//!
//! Files that run others are read once, when first asked for: every path in their commands is noted by its last part.
//! A consumer's file is then looked up from its end towards the schedule.

mod calls;
mod command;
mod way;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::prelude::*;

use super::store::Store;
use crate::extract::schedule::{Job, Route, jobs_of_code, jobs_of_file, jobs_of_producers, queues, routes_of_code};
use crate::model::source::{Context, FileId, Kind, SourceFile};
use crate::model::span::Span;
use calls::Calls;
use command::{Called, called, images_of, is_run_here, is_runner, task_at};
pub use way::Followed;

/// Longest chain of scripts that is followed.
const DEEPEST: usize = 8;

/// Places looked at for one consumer.
const MOST_PLACES: usize = 400;

/// One step of how a consumer is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// `scheduled-task`, `background-job`, `script`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// When it runs, in words; empty for a script and for a queue's job.
    pub schedule: String,
    /// The file that says so.
    pub file: FileId,
    /// Where in it.
    pub at: Span,
}

/// Who names what: for each last part of a path, the places that run it.
#[derive(Default)]
pub struct Runs {
    named: HashMap<Box<str>, Vec<Place>>,
    jobs: BTreeMap<FileId, Vec<Job>>,
    /// Files by the last part of their path.
    files: HashMap<Box<str>, Vec<FileId>>,
    /// Jobs and routes in code, by the files that were asked for.
    in_code: Mutex<HashMap<FileId, Arc<InCode>>>,
    /// How well the file fits best that a place may mean.
    best: Mutex<HashMap<Meant, Fit>>,
    /// Scripts that a schedule runs and that are nowhere, in the order of their files.
    missing: Vec<Missing>,
    /// What scheduled code calls in other files; followed when first asked for.
    calls: OnceLock<Calls>,
}

/// A script that a schedule runs and that no source has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The file that says so.
    pub file: FileId,
    /// Where in it.
    pub at: Span,
    /// What it names.
    pub script: String,
    /// When it would run, in words.
    pub schedule: String,
}

/// What of a file of code others run without a path to it.
#[derive(Debug, Default)]
struct InCode {
    jobs: Vec<Job>,
    routes: Vec<Route>,
}

/// Files of code are looked at for what they schedule elsewhere.
const PRODUCERS: &[&str] = &["ts", "js", "mts", "cts", "mjs", "cjs", "tsx", "php", "java", "kt"];

/// A place that runs something.
struct Place {
    file: FileId,
    at: Span,
    /// What it names, without what only the machine knows (`$DIR/`, `../`).
    path: Box<str>,
}

impl Runs {
    /// Reads the files that run others, on all cores.
    pub fn of(store: &Store<'_>) -> Self {
        let files = &store.workspace().files;
        let runners: Vec<FileId> = (0..files.len())
            .filter(|&at| {
                let file = &files[at];
                !matches!(file.context, Context::Test | Context::Docs) && is_runner(&file.repository_path)
            })
            .map(|at| FileId(at as u32))
            .collect();
        let read: Vec<(FileId, Vec<Called>, Vec<Job>)> = runners
            .par_iter()
            .map(|&id| {
                let (path, text) = (&store.file(id).repository_path, store.text(id));
                (id, called(path, text), jobs_of_file(path, text))
            })
            .collect();
        let mut runs = Self::default();
        for (at, file) in files.iter().enumerate() {
            let name = file.repository_path.rsplit('/').next().unwrap_or("");
            runs.files.entry(name.into()).or_default().push(FileId(at as u32));
        }
        let (produced, queues) = producers(store);
        for (file, calls, mut jobs) in read.into_iter().chain(produced) {
            jobs.extend(jobs_of_producers(&store.file(file).repository_path, store.text(file)));
            for job in &mut jobs {
                // A queue by the name of a variable is the one that the variable was made for.
                let names = job.implied.iter().filter_map(|name| queues.get(name.strip_prefix("queue:")?));
                let named: Vec<String> = names.map(|queue| format!("queue:{queue}")).collect();
                job.implied.extend(named);
            }
            runs.note_missing(store, file, &calls, &jobs);
            let implied =
                jobs.iter().flat_map(|job| job.implied.iter().map(|path| Called { at: job.at, path: path.clone() }));
            for call in calls.into_iter().chain(implied) {
                let name = key_of(&call.path);
                let place = Place { file, at: call.at, path: call.path.as_str().into() };
                runs.named.entry(name.into()).or_default().push(place);
            }
            if !jobs.is_empty() {
                runs.jobs.insert(file, jobs);
            }
        }
        runs
    }

    /// What runs the store's files, with the calls of scheduled code followed. Not to be asked in parallel work: it is done on
    /// all cores, once, and whoever asks from one of them would wait for itself.
    pub fn followed<'r, 'w>(store: &'r Store<'w>) -> Followed<'r, 'w> {
        let runs = store.runs();
        let calls = runs.calls.get_or_init(|| Calls::of(store, runs));
        Followed { store, runs, calls }
    }

    /// Scripts that schedules run and that are nowhere.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    fn note_missing(&mut self, store: &Store<'_>, file: FileId, calls: &[Called], jobs: &[Job]) {
        let text = store.text(file);
        for (at, call) in calls.iter().enumerate() {
            let Some(job) = jobs.iter().find(|job| job.kind == Kind::ScheduledTask && covers(job, call.at)) else {
                continue;
            };
            let again = at > 0 && calls[at - 1].at == call.at;
            // A workflow's file lists more than what it runs.
            let whole = job.covers.iter().any(|span| (span.end - span.start) as usize >= text.len());
            if again || !is_run_here(text, call, whole) {
                continue;
            }
            let alternatives = calls[at..].iter().take_while(|other| other.at == call.at);
            let mut names = alternatives.flat_map(|call| {
                let name = key_of(&call.path);
                let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
                [name.to_owned(), format!("{stem}.ts"), format!("{stem}.mts"), format!("{stem}.cts")]
            });
            if !names.any(|name| self.files.contains_key(name.as_str())) {
                let script = call.at.of(text).to_owned();
                self.missing.push(Missing { file, at: call.at, script, schedule: job.schedule.clone() });
            }
        }
    }

    /// The job of a kind that runs what stands at a place.
    fn any_job_at(&self, store: &Store<'_>, file: FileId, at: Span, kind: Kind) -> Option<Job> {
        self.job_at(file, at).filter(|job| job.kind == kind).cloned().or_else(|| {
            let jobs = &self.in_code(store, file).jobs;
            jobs.iter().find(|job| job.kind == kind && covers(job, at)).cloned()
        })
    }

    fn in_code(&self, store: &Store<'_>, file: FileId) -> Arc<InCode> {
        if let Some(known) = self.in_code.lock().unwrap_or_else(PoisonError::into_inner).get(&file) {
            return Arc::clone(known);
        }
        let (path, units, text) = (&store.file(file).repository_path, &store.facts(file).units, store.text(file));
        let jobs = jobs_of_code(path, text, units);
        let made = Arc::new(InCode { jobs, routes: routes_of_code(path, text, units) });
        self.in_code.lock().unwrap_or_else(PoisonError::into_inner).insert(file, Arc::clone(&made));
        made
    }

    /// By which names others run what stands at `at` of a file: its path, that of what it is compiled to, the task or
    /// image there, the queue or route that it answers to.
    fn targets(&self, store: &Store<'_>, file: FileId, at: Span) -> Vec<String> {
        let path = store.file(file).repository_path.clone();
        if let Some(task) = task_at(&path, store.text(file), at) {
            return vec![task];
        }
        let own = store.workspace().repositories.get(store.file(file).repository);
        let mut found = images_of(&path, own.map_or("", |own| own.name.as_str()));
        found.push(path.clone());
        if let Some((stem, extension)) = path.rsplit_once('.') {
            let compiled: &[&str] = match extension {
                "ts" | "tsx" => &["js", "mjs", "cjs"],
                "mts" => &["mjs"],
                "cts" => &["cjs"],
                _ => &[],
            };
            found.extend(compiled.iter().map(|extension| format!("{stem}.{extension}")));
        }
        // A command of Django is called like its file.
        if let Some((_, command)) = path.rsplit_once("management/commands/") {
            found.push(format!("command:{}", command.trim_end_matches(".py")));
        }
        let code = self.in_code(store, file);
        let declared = || code.jobs.iter().chain(self.jobs.get(&file).into_iter().flatten());
        let is_command = |job: &&Job| job.answers.iter().any(|name| name.starts_with("command:"));
        // Of several commands a line that names the file runs the one that it names.
        if declared().filter(is_command).count() > 1 && declared().filter(is_command).any(|job| covers(job, at)) {
            found.clear();
        }
        found.extend(declared().filter(|job| covers(job, at)).flat_map(|job| job.answers.iter().cloned()));
        let routes = code.routes.iter().filter(|route| route.covers.iter().any(|span| span.contains(at)));
        found.extend(routes.map(|route| format!("route:{}", route.path)));
        found
    }

    fn job_at(&self, file: FileId, span: Span) -> Option<&Job> {
        self.jobs.get(&file)?.iter().find(|job| covers(job, span))
    }

    /// Places that run `target`, which is a path or a task of `file`.
    fn runners_of<'r>(&'r self, store: &'r Store<'_>, file: FileId, target: &'r str) -> Vec<&'r Place> {
        let name = key_of(target);
        let own = store.file(file);
        let places = self.named.get(name).into_iter().flatten();
        places
            .filter(|place| place.file != file || target.contains(':'))
            .filter(|place| match target.split_once(':') {
                Some(("route", path)) => {
                    place.path.strip_prefix("route:").is_some_and(|asked| answers(asked, path, own, store.text(file)))
                }
                // Images and queues are what repositories share.
                Some(("image" | "queue", _)) => *place.path == *target,
                Some(_) => *place.path == *target && store.file(place.file).repository == own.repository,
                None => !place.path.contains(':') && self.means(store, place, own),
            })
            .collect()
    }

    /// Whether a place means this file: of all that are called so, none agrees with more of the path, or stands nearer.
    fn means(&self, store: &Store<'_>, place: &Place, own: &SourceFile) -> bool {
        let name = own.repository_path.rsplit('/').next().unwrap_or("");
        let fit = |file: &SourceFile| Fit::of(file, place, store.file(place.file));
        // Many files of one name (`index.ts`) ask about the same places.
        let key = (place.file, place.path.clone(), name.into());
        let mut known = self.best.lock().unwrap_or_else(PoisonError::into_inner);
        let best = *known.entry(key).or_insert_with(|| {
            let others = self.files.get(name).into_iter().flatten();
            others.take(MOST_PLACES).map(|&other| fit(store.file(other))).max().unwrap_or_default()
        });
        fit(own) >= best
    }
}

/// Who names a file, by which path, and the file's name.
type Meant = (FileId, Box<str>, Box<str>);

/// How well a file fits what a place names: the parts of the path that agree, whether it is of the same repository, and of
/// the same folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Fit(usize, bool, bool);

impl Fit {
    fn of(file: &SourceFile, place: &Place, runner: &SourceFile) -> Self {
        fn folder(path: &str) -> &str {
            path.rsplit_once('/').map_or("", |(folder, _)| folder)
        }
        let same = file.repository == runner.repository;
        let near = same && folder(&file.repository_path) == folder(&runner.repository_path);
        Self(agreeing(&file.repository_path, &place.path), same, near)
    }
}

fn covers(job: &Job, span: Span) -> bool {
    job.covers.iter().chain([&job.at]).any(|covered| covered.contains(span))
}

fn of_job(job: &Job, file: FileId) -> Step {
    Step { kind: job.kind.name(), name: job.name.clone(), schedule: job.schedule.clone(), file, at: job.at }
}

/// How many parts two paths have in common at their ends; endings of compiled scripts count as those of their sources.
fn agreeing(path: &str, named: &str) -> usize {
    let inner = path.rsplit('/').skip(1).zip(named.rsplit('/').skip(1)).take_while(|(a, b)| a == b).count();
    inner + 1
}

/// The key under which a place is noted: the last part of a path, the last part of a route that is no parameter.
fn key_of(path: &str) -> &str {
    let literal = |part: &&str| !part.is_empty() && !is_parameter(part);
    match path.strip_prefix("route:") {
        // All routes that end in the same word are looked at; those of parameters alone are none.
        Some(route) => route.split('/').rfind(literal).unwrap_or(""),
        None => path.rsplit('/').next().unwrap_or(path),
    }
}

fn is_parameter(part: &str) -> bool {
    part.starts_with([':', '{', '<', '[', '*', '$'])
}

/// Whether a handler of `route` answers a request for the path `asked`: the route may be mounted below a prefix, which
/// then stands in the handler's path or text, or is what services have before all of theirs.
fn answers(asked: &str, route: &str, own: &SourceFile, text: &str) -> bool {
    let parts = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (asked, route) = (parts(asked), parts(route));
    let Some(before) = asked.len().checked_sub(route.len()).filter(|_| !route.is_empty()) else { return false };
    let fits = asked[before..].iter().zip(&route).all(|(asked, part)| asked == part || is_parameter(part));
    fits && asked[..before].iter().all(|prefix| {
        matches!(prefix.as_str(), "api" | "v1" | "v2" | "v3" | "rest")
            || own.path.split(|c: char| !c.is_alphanumeric()).any(|word| word == prefix)
            || text.contains(prefix.as_str())
    })
}

/// Jobs that files of code put somewhere by a clock, and which variables are which queues.
type Produced = (Vec<(FileId, Vec<Called>, Vec<Job>)>, HashMap<String, String>);

fn producers(store: &Store<'_>) -> Produced {
    let look = |file: &SourceFile, text: &str| {
        let extension = file.repository_path.rsplit_once('.').map_or("", |(_, extension)| extension);
        if !PRODUCERS.contains(&extension) || matches!(file.context, Context::Test | Context::Docs) {
            return (false, Vec::new());
        }
        (!jobs_of_producers(&file.repository_path, text).is_empty(), queues(text))
    };
    let (mut found, mut names) = (Vec::new(), HashMap::new());
    for (id, (produces, queues)) in store.sweep(look, |_| false) {
        names.extend(queues);
        if produces {
            found.push((id, Vec::new(), Vec::new()));
        }
    }
    (found, names)
}

/// Whether a rule of `columnist.toml` says what consumers of the file are: that counts more than what runs it.
pub fn has_kind_of_user(store: &Store<'_>, id: FileId) -> bool {
    let (workspace, config) = (store.workspace(), &store.workspace().config);
    let (names, base) = (workspace.names_of(store.file(id)), config.folder());
    config.kinds.iter().any(|(_, globs)| globs.hold(&names, base))
}

/// The kind that a chain gives a consumer.
pub fn kind_of(steps: &[Step]) -> Option<Kind> {
    let first = steps.first()?;
    Some(if first.kind == Kind::BackgroundJob.name() { Kind::BackgroundJob } else { Kind::ScheduledTask })
}
