//! Discovery: paths become repositories and files, each file with its purpose or the reason why it is skipped.
//!
//! This stage and `main` are the only ones that touch the file system. Nothing here reads a file's text but
//! [`text::read_text`], which later stages call once for each file.

pub mod change;
pub mod config;
pub mod contents;
pub mod purpose;
pub mod text;

pub mod git;
pub mod revision;

mod folders;
mod roots;
mod walk;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::cache::Cache;
use crate::model::answer::ProblemAt;
use crate::model::source::{Repository, SourceFile};

use config::{Config, FileNames};

/// Everything that a run looks at.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// Repositories and plain folders that hold at least one file, sorted by root.
    pub repositories: Vec<Repository>,
    /// Files to read, sorted by `path`. A [`crate::model::source::FileId`] is an index here.
    pub files: Vec<SourceFile>,
    /// Files that are not read, counted by reason.
    pub skipped: BTreeMap<String, usize>,
    /// Where answers' paths start.
    pub root: PathBuf,
    /// What is behind the counts of `skipped`, sorted by path.
    pub skipped_paths: Vec<SkippedPath>,
    /// Folders that could not be listed and the like, sorted by path.
    pub problems: Vec<ProblemAt>,
    /// The settings of this run.
    pub config: Config,
    /// Files that are not on disk, first answer first; all others are read from there.
    pub contents: Vec<Arc<dyn contents::Contents>>,
    /// Where facts of files are kept from one run to the next, if anywhere.
    pub cache: Option<Arc<Cache>>,
}

impl Workspace {
    /// What a file of the workspace is called, for the globs of the settings.
    pub fn names_of<'a>(&'a self, file: &'a SourceFile) -> FileNames<'a> {
        FileNames {
            location: &file.location,
            repository: self.repositories.get(file.repository).map_or("", |repository| repository.name.as_str()),
            repository_path: &file.repository_path,
        }
    }
}

/// A file that is not read, or a folder of such files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SkippedPath {
    /// Path as answers show it.
    pub path: String,
    /// Why.
    pub reason: SkipReason,
    /// Number of files: 1, or how many are in the folder.
    pub files: usize,
}

/// Why a file is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipReason {
    /// Not text.
    Binary,
    /// Larger than `limits.max_file_bytes`.
    TooLarge,
    /// The system would not give it.
    Unreadable,
    /// Code of others, kept in the tree.
    Vendored,
    /// Built, bundled or minified out of something else, or a lock file.
    Generated,
    /// A symbolic link: never followed.
    Symlink,
    /// A pipe, socket or device.
    Special,
}

impl SkipReason {
    /// The word used in output.
    pub fn name(self) -> &'static str {
        match self {
            SkipReason::Binary => "binary",
            SkipReason::TooLarge => "too-large",
            SkipReason::Unreadable => "unreadable",
            SkipReason::Vendored => "vendored",
            SkipReason::Generated => "generated",
            SkipReason::Symlink => "symlink",
            SkipReason::Special => "special",
        }
    }

    /// Whether code that should have been read may be behind it. `--strict` refuses such answers.
    pub fn hides_code(name: &str) -> bool {
        [SkipReason::TooLarge, SkipReason::Unreadable].iter().any(|reason| reason.name() == name)
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why there is nothing to look at. All of these are the caller's to mend.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// A path that was asked for is not there.
    #[error("no such file or folder: {}", .path.display())]
    NotFound {
        /// The path as given.
        path: PathBuf,
    },
    /// A path that was asked for cannot be looked at.
    #[error("cannot read {}: {error}", .path.display())]
    Unreadable {
        /// The path as given.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
}

/// Walks `paths` (each a repository, a folder of repositories, or a file) on `threads` threads, 0 for one a
/// core, and calls `met` with the number of files met since the last call, from any thread.
///
/// The result is the same for any number of threads. Fails when a path does not exist; what cannot be read
/// inside of one is counted instead.
pub fn discover(
    paths: &[PathBuf],
    config: &Config,
    threads: usize,
    met: &(dyn Fn(usize) + Sync),
) -> Result<Workspace, DiscoverError> {
    let roots = roots::Roots::find(paths)?;
    let found = walk::walk(&roots, config, threads, met);
    Ok(assemble(roots, found, config))
}

/// Puts what the walk found in order.
fn assemble(roots: roots::Roots, mut found: walk::Found, config: &Config) -> Workspace {
    found.files.sort_unstable_by(|a, b| (&a.path, &a.location).cmp(&(&b.path, &b.location)));
    found.files.dedup_by(|a, b| a.location == b.location);
    found.skipped.sort_unstable();
    found.skipped.dedup_by(|a, b| a.path == b.path && a.reason == b.reason);
    found.problems.sort_unstable_by(|a, b| (&a.path, &a.message).cmp(&(&b.path, &b.message)));
    found.problems.dedup();

    let mut skipped = BTreeMap::new();
    for path in &found.skipped {
        *skipped.entry(path.reason.name().to_owned()).or_insert(0) += path.files;
    }
    let mut used = vec![false; roots.repositories.len()];
    for file in &found.files {
        used[file.repository] = true;
    }
    let mut repositories = Vec::new();
    let mut renumbered = vec![0; used.len()];
    for (at, repository) in roots.repositories.into_iter().enumerate() {
        if used[at] {
            renumbered[at] = repositories.len();
            repositories.push(repository);
        }
    }
    for file in &mut found.files {
        file.repository = renumbered[file.repository];
    }
    Workspace {
        repositories,
        files: found.files,
        skipped,
        root: roots.shown_from,
        skipped_paths: found.skipped,
        problems: found.problems,
        config: config.clone(),
        contents: Vec::new(),
        cache: None,
    }
}

#[cfg(test)]
mod tests;
