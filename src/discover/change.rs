//! The files of a change put into a workspace: migrations that are named, wherever they lie, and standard input.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::contents::Overlay;
use super::{DiscoverError, Workspace};
use crate::model::source::{Context, FileId, Kind, Repository, SourceFile};

/// What text on standard input is called.
pub const STANDARD_INPUT: &str = "<stdin>.sql";

impl Workspace {
    /// The file at `path`. One that the walk left out is added; it counts as a migration from here on.
    pub fn take_migration(&mut self, path: &Path) -> Result<PathBuf, DiscoverError> {
        let location = std::fs::canonicalize(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => DiscoverError::NotFound { path: path.to_owned() },
            _ => DiscoverError::Unreadable { path: path.to_owned(), error },
        })?;
        if !location.is_file() {
            let error = std::io::Error::other("it is no file");
            return Err(DiscoverError::Unreadable { path: path.to_owned(), error });
        }
        self.mark_migration(&location);
        Ok(location)
    }

    /// Has `text` stand for a migration that is in no file.
    pub fn take_text(&mut self, bytes: Vec<u8>) -> PathBuf {
        let location = self.root.join(STANDARD_INPUT);
        self.read_first_from(Arc::new(Overlay { location: location.clone(), bytes }));
        self.mark_migration(&location);
        location
    }

    /// The id of the file at that place.
    pub fn file_at(&self, location: &Path) -> Option<FileId> {
        self.files.iter().position(|file| file.location == location).map(|at| FileId(at as u32))
    }

    /// Makes the file at `location` a migration, adding it when it is not there.
    pub fn mark_migration(&mut self, location: &Path) {
        match self.files.iter().position(|file| file.location == location) {
            Some(at) => {
                self.files[at].context = Context::Migration;
                self.files[at].kind = Kind::Migration;
            }
            None => self.add_migration(location),
        }
    }

    fn add_migration(&mut self, location: &Path) {
        let repository = self.home_of(location);
        let shown = |path: &Path| path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
        let file = SourceFile {
            repository,
            repository_path: shown(location.strip_prefix(&self.repositories[repository].root).unwrap_or(location)),
            path: shown(location.strip_prefix(&self.root).unwrap_or(location)),
            location: location.to_path_buf(),
            size: std::fs::metadata(location).map_or(0, |metadata| metadata.len()),
            context: Context::Migration,
            kind: Kind::Migration,
        };
        let at = self.files.partition_point(|other| (&other.path, &other.location) < (&file.path, &file.location));
        self.files.insert(at, file);
    }

    /// Index of the deepest repository that holds the place, or of a new one.
    fn home_of(&mut self, location: &Path) -> usize {
        let holding = self.repositories.iter().enumerate().filter(|(_, one)| location.starts_with(&one.root));
        if let Some((at, _)) = holding.max_by_key(|(_, one)| one.root.as_os_str().len()) {
            return at;
        }
        let root = location.parent().unwrap_or(location).to_path_buf();
        let name = root.file_name().map_or_else(|| "/".to_owned(), |name| name.to_string_lossy().into_owned());
        self.repositories.push(Repository { name, root });
        self.repositories.len() - 1
    }
}
