//! The walk itself: every entry below the roots becomes a file to read or a counted skip.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;

use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkState};

use crate::model::answer::ProblemAt;
use crate::model::source::SourceFile;

use super::config::{Config, FileNames};
use super::folders::{VERSION_CONTROL, skip_file, skip_folder};
use super::purpose::purpose_of;
use super::roots::Roots;
use super::{SkipReason, SkippedPath};

/// What a walk found, in no order.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) files: Vec<SourceFile>,
    pub(super) skipped: Vec<SkippedPath>,
    pub(super) problems: Vec<ProblemAt>,
}

/// Files are reported to `met` in batches of this many.
const BATCH: usize = 256;

/// Walks all roots.
pub(super) fn walk(roots: &Roots, config: &Config, threads: usize, met: &(dyn Fn(usize) + Sync)) -> Found {
    let (sender, receiver) = std::sync::mpsc::channel();
    for (walked, in_git) in groups(&roots.walked) {
        let mut visitors = Visitors { roots, config, met, sender: sender.clone() };
        builder(&walked, in_git, threads).build_parallel().visit(&mut visitors);
    }
    drop(sender);
    receiver.into_iter().fold(Found::default(), |mut all, part: Found| {
        all.files.extend(part.files);
        all.skipped.extend(part.skipped);
        all.problems.extend(part.problems);
        all
    })
}

/// The walked paths in two groups: those below a repository of Git, whose ignore files further up count, and
/// those that stand alone, where a `.gitignore` further up (say, of a home folder) means something else.
fn groups(walked: &[PathBuf]) -> Vec<(Vec<&Path>, bool)> {
    let below_git = |path: &&Path| path.ancestors().any(|folder| folder.join(".git").exists());
    let (inside, alone): (Vec<&Path>, Vec<&Path>) = walked.iter().map(PathBuf::as_path).partition(below_git);
    [(inside, true), (alone, false)].into_iter().filter(|(paths, _)| !paths.is_empty()).collect()
}

fn builder(paths: &[&Path], in_git: bool, threads: usize) -> WalkBuilder {
    let mut builder = WalkBuilder::new(paths[0]);
    for path in &paths[1..] {
        builder.add(path);
    }
    builder
        .threads(threads)
        .follow_links(false)
        // Dot-folders hold workflows and hooks, which run SQL too.
        .hidden(false)
        .parents(in_git)
        .require_git(false)
        // What is ignored must not depend on who runs this.
        .git_global(false)
        .ignore(false)
        .filter_entry(|entry| {
            entry.depth() == 0 || !entry.file_name().to_str().is_some_and(|name| VERSION_CONTROL.contains(&name))
        });
    builder
}

struct Visitors<'w> {
    roots: &'w Roots,
    config: &'w Config,
    met: &'w (dyn Fn(usize) + Sync),
    sender: Sender<Found>,
}

impl<'w> ParallelVisitorBuilder<'w> for Visitors<'w> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 'w> {
        Box::new(Visitor {
            roots: self.roots,
            config: self.config,
            met: self.met,
            sender: self.sender.clone(),
            found: Found::default(),
            unreported: 0,
        })
    }
}

/// One thread's part of the walk; hands it over when the thread is done.
struct Visitor<'w> {
    roots: &'w Roots,
    config: &'w Config,
    met: &'w (dyn Fn(usize) + Sync),
    sender: Sender<Found>,
    found: Found,
    unreported: usize,
}

impl ParallelVisitor for Visitor<'_> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                self.failed(&error);
                return WalkState::Continue;
            }
        };
        let Some(kind) = entry.file_type() else { return WalkState::Continue };
        if kind.is_dir() {
            return self.folder(&entry);
        }
        self.unreported += 1;
        if self.unreported >= BATCH {
            (self.met)(std::mem::take(&mut self.unreported));
        }
        if kind.is_symlink() {
            self.skip(entry.path(), SkipReason::Symlink, 1);
        } else if !kind.is_file() {
            self.skip(entry.path(), SkipReason::Special, 1);
        } else if let Some(reason) = entry.file_name().to_str().and_then(skip_file).filter(|_| entry.depth() > 0) {
            self.skip(entry.path(), reason, 1);
        } else {
            self.file(&entry);
        }
        WalkState::Continue
    }
}

impl Visitor<'_> {
    fn folder(&mut self, entry: &DirEntry) -> WalkState {
        // A folder that was asked for by name is read whatever it is called.
        let asked_for = entry.depth() == 0 || self.roots.walked.iter().any(|walked| walked.starts_with(entry.path()));
        let Some(reason) = skip_folder(entry.path()).filter(|_| !asked_for) else { return WalkState::Continue };
        let files = count_files(entry.path());
        if files > 0 {
            self.skip(entry.path(), reason, files);
        }
        WalkState::Skip
    }

    fn file(&mut self, entry: &DirEntry) {
        let location = entry.path();
        let Ok(metadata) = entry.metadata() else {
            self.skip(location, SkipReason::Unreadable, 1);
            return;
        };
        if metadata.len() > self.config.limits.max_file_bytes {
            self.skip(location, SkipReason::TooLarge, 1);
            return;
        }
        let repository = self.roots.repository_of(location);
        let Some(home) = self.roots.repositories.get(repository) else { return };
        let repository_path = shown(location.strip_prefix(&home.root).unwrap_or(location));
        let purpose = self.config.purpose(
            &FileNames { location, repository: &home.name, repository_path: &repository_path },
            purpose_of(&repository_path, Some(&home.name)),
        );
        self.found.files.push(SourceFile {
            repository,
            path: self.path(location),
            repository_path,
            location: location.to_path_buf(),
            size: metadata.len(),
            context: purpose.context,
            kind: purpose.kind,
        });
    }

    fn failed(&mut self, error: &ignore::Error) {
        let Some(path) = path_of(error) else { return };
        let path = path.to_path_buf();
        // An ignore file with a bad pattern is reported, and is no unread file.
        if error.io_error().is_some() {
            self.skip(&path, SkipReason::Unreadable, 1);
        }
        let message = match error.io_error() {
            Some(error) => format!("cannot be read: {}", error.kind()),
            None => error.to_string(),
        };
        self.found.problems.push(ProblemAt { code: "unreadable".into(), message, path: self.path(&path), line: 0 });
    }

    fn skip(&mut self, location: &Path, reason: SkipReason, files: usize) {
        let path = self.path(location);
        self.found.skipped.push(SkippedPath { path, reason, files });
    }

    /// The path that answers show.
    fn path(&self, location: &Path) -> String {
        shown(location.strip_prefix(&self.roots.shown_from).unwrap_or(location))
    }
}

impl Drop for Visitor<'_> {
    fn drop(&mut self) {
        (self.met)(self.unreported);
        // The receiver outlives the walk; were it gone, nobody would want this either.
        drop(self.sender.send(std::mem::take(&mut self.found)));
    }
}

/// The path that an error of the walk is about.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        _ => None,
    }
}

/// A relative path as text, with `/` between parts; undecodable bytes are replaced.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

/// Number of files below a folder that is skipped as a whole, links included.
fn count_files(folder: &Path) -> usize {
    let count = AtomicUsize::new(0);
    builder(&[folder], false, 1).build_parallel().run(|| {
        Box::new(|entry| {
            if entry.is_ok_and(|entry| entry.file_type().is_some_and(|kind| !kind.is_dir())) {
                count.fetch_add(1, Ordering::Relaxed);
            }
            WalkState::Continue
        })
    });
    count.into_inner()
}
