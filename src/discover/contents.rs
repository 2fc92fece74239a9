//! Where the bytes of files come from when it is not the file system: a revision, standard input.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::model::source::SourceFile;

use super::text::{decode_file, read_text};
use super::{SkipReason, Workspace};

/// Holds the bytes of files that are not read from disk.
pub trait Contents: fmt::Debug + Send + Sync {
    /// The bytes of the file that stands for `location`; `None` when this does not hold it.
    fn read(&self, location: &Path) -> Option<Result<Vec<u8>, SkipReason>>;
}

/// One text that stands for a file.
#[derive(Debug)]
pub struct Overlay {
    /// The file that it stands for.
    pub location: std::path::PathBuf,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Contents for Overlay {
    fn read(&self, location: &Path) -> Option<Result<Vec<u8>, SkipReason>> {
        (location == self.location).then(|| Ok(self.bytes.clone()))
    }
}

impl Workspace {
    /// The text of one of its files, or the reason why it counts as skipped.
    pub fn read_text(&self, file: &SourceFile) -> Result<String, SkipReason> {
        match self.contents.iter().find_map(|contents| contents.read(&file.location)) {
            Some(bytes) => decode_file(file, bytes?),
            None => read_text(file),
        }
    }

    /// Has `contents` asked before all others.
    pub fn read_first_from(&mut self, contents: Arc<dyn Contents>) {
        self.contents.insert(0, contents);
    }
}
