//! Revisions: what a change adds since one, and a workspace whose files are those of one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::ObjectId;

use super::config::FileNames;
use super::contents::Contents;
use super::folders::{VERSION_CONTROL, skip_file, skip_folder};
use super::git::{Git, GitError, Tree, blob_id};
use super::purpose::purpose_of;
use super::text::decode;
use super::{SkipReason, SkippedPath, Workspace};
use crate::model::source::SourceFile;

/// Two texts are one file under two names when at least this part of the lines of each is in the other.
const ALIKE: f64 = 0.5;

/// A file that the change adds or edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    /// Where it is.
    pub location: PathBuf,
    /// Its text before, when it was there: under this path, or under another one that is gone.
    pub before: Option<String>,
}

/// What has changed, and what could not be compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Files that are new or different, sorted by location.
    pub files: Vec<ChangedFile>,
    /// What the user should know.
    pub notes: Vec<String>,
}

/// The repositories of Git in which the workspace's repositories lie, each once.
pub fn repositories(workspace: &Workspace) -> Vec<Git> {
    let mut found: BTreeMap<PathBuf, Git> = BTreeMap::new();
    for repository in &workspace.repositories {
        if let Some(git) = Git::find(&repository.root) {
            found.entry(git.root.clone()).or_insert(git);
        }
    }
    found.into_values().collect()
}

/// The repositories that know `revision`, with its commit; an error when none does.
fn knowing<'g>(
    workspace: &Workspace,
    gits: &'g [Git],
    revision: &str,
    notes: &mut Vec<String>,
) -> Result<Vec<(&'g Git, ObjectId)>, GitError> {
    if gits.is_empty() {
        return Err(GitError::NoRepository { path: workspace.root.clone() });
    }
    let mut found = Vec::new();
    let mut failed = None;
    for git in gits {
        match git.commit(revision) {
            Ok(commit) => found.push((git, commit)),
            Err(error) => {
                notes.push(format!(
                    "no revision `{revision}` in {}: its files are taken as they are",
                    git.root.display()
                ));
                failed.get_or_insert(error);
            }
        }
    }
    match failed {
        Some(error) if found.is_empty() => Err(error),
        _ => Ok(found),
    }
}

/// The files of the workspace that `looks` lets through and that are new or different since the history parted from
/// `revision`.
pub fn changed_since(
    workspace: &Workspace,
    gits: &[Git],
    revision: &str,
    looks: impl Fn(&SourceFile) -> bool,
) -> Result<Changed, GitError> {
    let mut changed = Changed::default();
    for (git, commit) in knowing(workspace, gits, revision, &mut changed.notes)? {
        let tree = git.tree(git.parted(commit))?;
        compare(workspace, git, &tree, &looks, &mut changed);
    }
    changed.files.sort_by(|a, b| a.location.cmp(&b.location));
    Ok(changed)
}

fn compare(workspace: &Workspace, git: &Git, tree: &Tree, looks: &impl Fn(&SourceFile) -> bool, changed: &mut Changed) {
    let mut added: Vec<(PathBuf, String)> = Vec::new();
    let mut there: BTreeSet<String> = BTreeSet::new();
    let mut left_out: BTreeSet<&str> = BTreeSet::new();
    for file in &workspace.files {
        let Some(path) = path_in(&git.root, &file.location) else { continue };
        there.insert(path.clone());
        let is_below = |module: &&String| path.strip_prefix(module.as_str()).is_some_and(|rest| rest.starts_with('/'));
        if let Some(module) = tree.submodules.iter().find(is_below) {
            left_out.insert(module);
            continue;
        }
        if !looks(file) {
            continue;
        }
        let Ok(bytes) = std::fs::read(&file.location) else { continue };
        match tree.blobs.get(&path) {
            Some(&old) if blob_id(&bytes) == Some(old) => {}
            Some(&old) => {
                let before = git.read(old).and_then(|bytes| decode(bytes).ok()).unwrap_or_default();
                // Line ends are a matter of the checkout.
                if decode(bytes).is_ok_and(|now| now.replace("\r\n", "\n") != before.replace("\r\n", "\n")) {
                    changed.files.push(ChangedFile { location: file.location.clone(), before: Some(before) });
                }
            }
            None => added.push((file.location.clone(), decode(bytes).unwrap_or_default())),
        }
    }
    for module in left_out {
        changed.notes.push(format!("the submodule `{module}` has a history of its own, which is not compared"));
    }
    let mut gone: Vec<(&String, ObjectId)> =
        tree.blobs.iter().filter(|(path, _)| !there.contains(*path)).map(|(path, id)| (path, *id)).collect();
    for (location, text) in added {
        match renamed(git, &location, &text, &mut gone) {
            Some(before) if before.replace("\r\n", "\n") == text.replace("\r\n", "\n") => {}
            before => changed.files.push(ChangedFile { location, before }),
        }
    }
}

/// The text of a file that is gone and goes on as this one, taken from `gone`.
fn renamed(git: &Git, location: &Path, text: &str, gone: &mut Vec<(&String, ObjectId)>) -> Option<String> {
    let ending = |path: &str| path.rsplit_once('.').map(|(_, ending)| ending.to_owned());
    let own = ending(&location.to_string_lossy());
    let candidates = gone.iter().enumerate().filter(|(_, (path, _))| ending(path) == own);
    let mut best: Option<(f64, usize, String)> = None;
    for (at, (_, blob)) in candidates {
        // A file of quite another size is another file, and need not be read.
        let size = git.size(*blob).unwrap_or(0);
        let (small, large) = (size.min(text.len() as u64), size.max(text.len() as u64));
        if small * 4 < large {
            continue;
        }
        let Some(before) = git.read(*blob).and_then(|bytes| decode(bytes).ok()) else { continue };
        let alike = likeness(&before, text);
        if alike >= ALIKE && best.as_ref().is_none_or(|(other, ..)| alike > *other) {
            best = Some((alike, at, before));
        }
    }
    let (_, at, before) = best?;
    gone.swap_remove(at);
    Some(before)
}

/// The smaller of the parts of the two texts' lines that are in the other.
fn likeness(a: &str, b: &str) -> f64 {
    let lines = |text: &str| -> BTreeMap<String, usize> {
        let mut lines = BTreeMap::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            *lines.entry(line.to_owned()).or_insert(0) += 1;
        }
        lines
    };
    let (a, b) = (lines(a), lines(b));
    let (all_a, all_b): (usize, usize) = (a.values().sum(), b.values().sum());
    let shared: usize = a.iter().map(|(line, number)| (*number).min(b.get(line).copied().unwrap_or(0))).sum();
    #[expect(clippy::cast_precision_loss, reason = "numbers of lines are small")]
    let part = |all: usize| if all == 0 { 0.0 } else { shared as f64 / all as f64 };
    part(all_a).min(part(all_b))
}

/// The path of a file inside its repository of Git, with `/` between parts.
fn path_in(root: &Path, location: &Path) -> Option<String> {
    let path = location.strip_prefix(root).ok()?;
    Some(path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"))
}

/// The bytes of a revision's files.
#[derive(Debug)]
struct Blobs {
    git: Git,
    blobs: BTreeMap<PathBuf, ObjectId>,
}

impl Contents for Blobs {
    fn read(&self, location: &Path) -> Option<Result<Vec<u8>, SkipReason>> {
        let blob = self.blobs.get(location)?;
        Some(self.git.read(*blob).ok_or(SkipReason::Unreadable))
    }
}

/// The workspace with the files of `revision` in place of those of the repositories that know it; all others stay as they
/// are. Files at the places in `keep` (the migrations that are checked) stay too.
pub fn at_revision(
    workspace: &Workspace,
    revision: &str,
    keep: &[PathBuf],
) -> Result<(Workspace, Vec<String>), GitError> {
    let mut notes = Vec::new();
    let gits = repositories(workspace);
    let known: BTreeSet<PathBuf> =
        knowing(workspace, &gits, revision, &mut notes)?.into_iter().map(|(git, _)| git.root.clone()).collect();
    let mut past = workspace.clone();
    for git in gits.into_iter().filter(|git| known.contains(&git.root)) {
        let tree = git.tree(git.commit(revision)?)?;
        replace(&mut past, git, &tree, keep);
    }
    past.files.sort_unstable_by(|a, b| (&a.path, &a.location).cmp(&(&b.path, &b.location)));
    Ok((past, notes))
}

fn replace(workspace: &mut Workspace, git: Git, tree: &Tree, keep: &[PathBuf]) {
    let root = git.root.clone();
    workspace.files.retain(|file| !file.location.starts_with(&root) || keep.contains(&file.location));
    workspace.skipped_paths.retain(|path| !workspace.root.join(&path.path).starts_with(&root));
    // What is outside of the walked folders was not asked for.
    let within = |location: &Path| workspace.repositories.iter().any(|one| location.starts_with(&one.root));
    let mut folders: BTreeMap<PathBuf, Option<SkipReason>> = BTreeMap::new();
    let mut blobs = BTreeMap::new();
    let mut files = Vec::new();
    let mut skipped = Vec::new();
    for (path, blob) in &tree.blobs {
        let location = root.join(path);
        if !within(&location) || keep.contains(&location) {
            continue;
        }
        let shown = path_in(&workspace.root, &location).unwrap_or_else(|| location.to_string_lossy().into_owned());
        let size = git.size(*blob);
        let reason = reason_of_folders(&root, Path::new(path), &mut folders)
            .or_else(|| location.file_name().and_then(|name| skip_file(name.to_str()?)))
            .or_else(|| size.is_none().then_some(SkipReason::Unreadable))
            .or_else(|| {
                size.filter(|size| *size > workspace.config.limits.max_file_bytes).map(|_| SkipReason::TooLarge)
            });
        if let Some(reason) = reason {
            skipped.push(SkippedPath { path: shown, reason, files: 1 });
            continue;
        }
        files.push(source_file(workspace, &location, shown, size.unwrap_or(0)));
        blobs.insert(location, *blob);
    }
    workspace.files.extend(files);
    workspace.skipped_paths.extend(skipped);
    workspace.skipped = BTreeMap::new();
    for path in &workspace.skipped_paths {
        *workspace.skipped.entry(path.reason.name().to_owned()).or_insert(0) += path.files;
    }
    workspace.read_first_from(Arc::new(Blobs { git, blobs }));
}

/// Why the folders on the way to a file are skipped, if one is; each is looked at once.
fn reason_of_folders(
    root: &Path,
    path: &Path,
    known: &mut BTreeMap<PathBuf, Option<SkipReason>>,
) -> Option<SkipReason> {
    let mut folders: Vec<&Path> = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()).collect();
    folders.reverse();
    folders.into_iter().find_map(|folder| {
        *known.entry(folder.to_path_buf()).or_insert_with(|| {
            let is_own =
                folder.file_name().and_then(|name| name.to_str()).is_some_and(|name| VERSION_CONTROL.contains(&name));
            if is_own { Some(SkipReason::Special) } else { skip_folder(&root.join(folder)) }
        })
    })
}

fn source_file(workspace: &Workspace, location: &Path, path: String, size: u64) -> SourceFile {
    let homes = workspace.repositories.iter().enumerate().filter(|(_, one)| location.starts_with(&one.root));
    let repository = homes.max_by_key(|(_, one)| one.root.as_os_str().len()).map_or(0, |(at, _)| at);
    let home = &workspace.repositories[repository];
    let repository_path = path_in(&home.root, location).unwrap_or_else(|| path.clone());
    let purpose = workspace.config.purpose(
        &FileNames { location, repository: &home.name, repository_path: &repository_path },
        purpose_of(&repository_path, Some(&home.name)),
    );
    SourceFile {
        repository,
        path,
        repository_path,
        location: location.to_path_buf(),
        size,
        context: purpose.context,
        kind: purpose.kind,
    }
}
