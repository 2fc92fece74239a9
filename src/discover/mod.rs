//! Discovery: paths become repositories and files, each file with its purpose or the reason why it is skipped.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::model::source::{Repository, SourceFile};

/// Everything that a run looks at.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// Repositories and plain folders, sorted by root.
    pub repositories: Vec<Repository>,
    /// Files to read, sorted by `path`. A [`crate::model::source::FileId`] is an index here.
    pub files: Vec<SourceFile>,
    /// Files that are not read, counted by reason.
    pub skipped: BTreeMap<String, usize>,
    /// Where answers' paths start.
    pub root: PathBuf,
}
