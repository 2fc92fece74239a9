//! What runs a file: schedules, and scripts that run scripts, followed back to whoever starts them.
//!
//! Files that run others are read once, when first asked for: every path in their commands is noted by its last part.
//! A consumer's file is then looked up from its end towards the schedule.

mod command;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::store::Store;
use crate::extract::schedule::{Job, jobs_of_code, jobs_of_file};
use crate::model::source::{Context, FileId, Kind, SourceFile};
use crate::model::span::Span;
use command::{Called, called, is_runner, task_at};

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
    /// Jobs in code, by the files that were asked for.
    in_code: Mutex<HashMap<FileId, Arc<[Job]>>>,
}

/// A place that runs something.
struct Place {
    file: FileId,
    at: Span,
    /// What it names, without what only the machine knows (`$DIR/`, `../`).
    path: Box<str>,
}

impl Runs {
    /// Reads the files that run others.
    pub fn of(store: &Store<'_>) -> Self {
        let files = &store.workspace().files;
        let runners: Vec<FileId> = (0..files.len())
            .filter(|&at| {
                let file = &files[at];
                !matches!(file.context, Context::Test | Context::Docs) && is_runner(&file.repository_path)
            })
            .map(|at| FileId(at as u32))
            .collect();
        // On this thread alone: whoever asks first may stand in parallel work, and would wait for itself.
        let read: Vec<(FileId, Vec<Called>, Vec<Job>)> = runners
            .iter()
            .map(|&id| {
                let (path, text) = (&store.file(id).repository_path, store.text(id));
                (id, called(path, text), jobs_of_file(path, text))
            })
            .collect();
        let mut runs = Self::default();
        for (file, calls, jobs) in read {
            let implied =
                jobs.iter().flat_map(|job| job.implied.iter().map(|path| Called { at: job.at, path: path.clone() }));
            for call in calls.into_iter().chain(implied) {
                let name = call.path.rsplit('/').next().unwrap_or(&call.path);
                let place = Place { file, at: call.at, path: call.path.as_str().into() };
                runs.named.entry(name.into()).or_default().push(place);
            }
            if !jobs.is_empty() {
                runs.jobs.insert(file, jobs);
            }
        }
        for (at, file) in files.iter().enumerate() {
            let name = file.repository_path.rsplit('/').next().unwrap_or("");
            runs.files.entry(name.into()).or_default().push(FileId(at as u32));
        }
        runs
    }

    /// What runs the code at `span` of a file, outermost first; empty when nothing is known to. The shortest way counts.
    pub fn via(&self, store: &Store<'_>, file: FileId, span: Span) -> Vec<Step> {
        let jobs = self.jobs_in_code(store, file);
        let found = jobs.iter().find(|job| covers(job, span)).or_else(|| self.job_at(file, span));
        if let Some(job) = found {
            return vec![of_job(job, file)];
        }
        // Breadth first: what has been met, and by which of the earlier places.
        let mut met: Vec<(FileId, Span, Option<usize>, usize)> = vec![(file, span, None, 0)];
        let mut seen: BTreeSet<(FileId, String)> = BTreeSet::new();
        let mut next = 0;
        while let Some(&(current, at, _, depth)) = met.get(next) {
            if depth < DEEPEST {
                for target in targets(store, current, at) {
                    if !seen.insert((current, target.clone())) {
                        continue;
                    }
                    for place in self.runners_of(store, current, &target) {
                        if let Some(job) = self.job_at(place.file, place.at) {
                            let mut steps = vec![of_job(job, place.file)];
                            let mut step = Some(next);
                            while let Some(index) = step {
                                let (file, at, before, _) = met[index];
                                // The first that was met is the consumer itself.
                                if before.is_some() {
                                    let path = &store.file(file).path;
                                    let name = path.rsplit('/').next().unwrap_or(path).to_owned();
                                    steps.push(Step { kind: "script", name, schedule: String::new(), file, at });
                                }
                                step = before;
                            }
                            return steps;
                        }
                        if met.len() < MOST_PLACES {
                            met.push((place.file, place.at, Some(next), depth + 1));
                        }
                    }
                }
            }
            next += 1;
        }
        Vec::new()
    }

    fn jobs_in_code(&self, store: &Store<'_>, file: FileId) -> Arc<[Job]> {
        if let Some(known) = self.in_code.lock().unwrap_or_else(PoisonError::into_inner).get(&file) {
            return Arc::clone(known);
        }
        let (path, units) = (&store.file(file).repository_path, &store.facts(file).units);
        let made: Arc<[Job]> = jobs_of_code(path, store.text(file), units).into();
        self.in_code.lock().unwrap_or_else(PoisonError::into_inner).insert(file, Arc::clone(&made));
        made
    }

    fn job_at(&self, file: FileId, span: Span) -> Option<&Job> {
        self.jobs.get(&file)?.iter().find(|job| covers(job, span))
    }

    /// Places that run `target`, which is a path or a task of `file`.
    fn runners_of<'r>(&'r self, store: &'r Store<'_>, file: FileId, target: &'r str) -> Vec<&'r Place> {
        let name = target.rsplit('/').next().unwrap_or(target);
        let own = store.file(file);
        let places = self.named.get(name).into_iter().flatten();
        places
            .filter(|place| place.file != file || target.contains(':'))
            .filter(|place| {
                if target.contains(':') {
                    return store.file(place.file).repository == own.repository;
                }
                self.means(store, place, own)
            })
            .collect()
    }

    /// Whether a place means this file: of all that are called so, none agrees with more of the path, or stands nearer.
    fn means(&self, store: &Store<'_>, place: &Place, own: &SourceFile) -> bool {
        let runner = store.file(place.file);
        let fit = |file: &SourceFile| {
            let agreeing = agreeing(&file.repository_path, &place.path);
            let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
            let same = file.repository == runner.repository;
            (agreeing, same, same && folder(&file.repository_path) == folder(&runner.repository_path))
        };
        let fitting = fit(own);
        let name = own.repository_path.rsplit('/').next().unwrap_or("");
        let others = self.files.get(name).into_iter().flatten();
        others.take(MOST_PLACES).all(|&other| fit(store.file(other)) <= fitting)
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
    let parts = |path: &str| path.split('/').rev().map(str::to_owned).collect::<Vec<_>>();
    let (path, named) = (parts(path), parts(named));
    let inner = path.iter().skip(1).zip(named.iter().skip(1)).take_while(|(a, b)| a == b).count();
    inner + 1
}

/// By which names others run what stands at `at` of a file: its path, that of what it is compiled to, the task there.
fn targets(store: &Store<'_>, file: FileId, at: Span) -> Vec<String> {
    let path = store.file(file).repository_path.clone();
    if let Some(task) = task_at(&path, store.text(file), at) {
        return vec![task];
    }
    let mut found = vec![path.clone()];
    if let Some((stem, extension)) = path.rsplit_once('.') {
        let compiled: &[&str] = match extension {
            "ts" | "tsx" => &["js", "mjs", "cjs"],
            "mts" => &["mjs"],
            "cts" => &["cjs"],
            _ => &[],
        };
        found.extend(compiled.iter().map(|extension| format!("{stem}.{extension}")));
    }
    found
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
