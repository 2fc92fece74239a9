//! Which folders are walked and which of them are repositories.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::model::source::Repository;

use super::DiscoverError;

/// A folder that has one of these is one repository, also when repositories are checked out below it.
const MANIFESTS: &[&str] = &[
    "package.json",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "settings.gradle",
    "settings.gradle.kts",
    "Cargo.toml",
    "go.mod",
    "pyproject.toml",
    "setup.py",
    "requirements.txt",
    "composer.json",
    "Gemfile",
    "mix.exs",
    "build.sbt",
    "Makefile",
    "CMakeLists.txt",
];

/// How deep repositories are looked for below a folder that is none itself: `host/owner/name`.
const REPOSITORY_DEPTH: usize = 3;

/// What is walked.
#[derive(Debug)]
pub(super) struct Roots {
    /// Folders and files to walk, absolute, sorted, each once.
    pub(super) walked: Vec<PathBuf>,
    /// Repositories, sorted by root; a file belongs to the deepest that holds it.
    pub(super) repositories: Vec<Repository>,
    /// Where answers' paths start.
    pub(super) shown_from: PathBuf,
}

impl Roots {
    /// Looks at each of `paths`. Fails when one does not exist.
    pub(super) fn find(paths: &[PathBuf]) -> Result<Self, DiscoverError> {
        let mut walked = BTreeSet::new();
        let mut folders = BTreeSet::new();
        let mut repositories = BTreeSet::new();
        for path in paths {
            let real = absolute(path)?;
            if real.is_dir() {
                repositories.extend(repositories_of(&real));
                repositories.insert(real.clone());
                folders.insert(real.clone());
            } else {
                let folder = real.parent().unwrap_or(&real).to_path_buf();
                // A file inside of a folder that is given too belongs to that folder's repository.
                if !paths
                    .iter()
                    .filter_map(|other| absolute(other).ok())
                    .any(|other| other.is_dir() && real.starts_with(other))
                {
                    repositories.insert(folder.clone());
                }
                folders.insert(folder);
            }
            walked.insert(real);
        }
        let shown_from = folders.into_iter().reduce(|a, b| common_parent(&a, &b)).unwrap_or_default();
        let repositories = repositories.into_iter().map(|root| Repository { name: folder_name(&root), root }).collect();
        Ok(Self { walked: walked.into_iter().collect(), repositories, shown_from })
    }

    /// Index of the deepest repository that holds `path`.
    pub(super) fn repository_of(&self, path: &Path) -> usize {
        if self.repositories.len() == 1 {
            return 0;
        }
        path.ancestors()
            .find_map(|folder| {
                self.repositories.binary_search_by(|repository| repository.root.as_path().cmp(folder)).ok()
            })
            .unwrap_or(0)
    }
}

/// The path without links and dots.
fn absolute(path: &Path) -> Result<PathBuf, DiscoverError> {
    fs::canonicalize(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => DiscoverError::NotFound { path: path.to_owned() },
        _ => DiscoverError::Unreadable { path: path.to_owned(), error },
    })
}

/// Repositories below `folder`, or nothing when it is one itself.
fn repositories_of(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_path_buf(), 0)];
    while let Some((folder, depth)) = open.pop() {
        if folder.join(".git").exists() {
            found.push(folder);
            continue;
        }
        if depth == REPOSITORY_DEPTH || MANIFESTS.iter().any(|name| folder.join(name).is_file()) {
            continue;
        }
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            // Links are not followed here either: `file_type` is that of the link.
            if entry.file_type().is_ok_and(|kind| kind.is_dir())
                && !entry.file_name().as_encoded_bytes().starts_with(b".")
            {
                open.push((entry.path(), depth + 1));
            }
        }
    }
    found
}

/// The deepest folder that holds both.
fn common_parent(a: &Path, b: &Path) -> PathBuf {
    a.components().zip(b.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
}

/// The last part of the path, for people.
fn folder_name(root: &Path) -> String {
    match root.components().next_back() {
        Some(Component::Normal(name)) => name.to_string_lossy().into_owned(),
        _ => "/".to_owned(),
    }
}
