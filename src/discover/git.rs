//! Git, read straight from the object store: no checkout, no `git` command, nothing of the repository is run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::objs::Kind;

/// Why a revision cannot be read. All are the caller's to mend.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The folder is in no repository of Git.
    #[error("{} is in no git repository, so there is no revision to compare with", .path.display())]
    NoRepository {
        /// The folder.
        path: PathBuf,
    },
    /// The repository does not have that revision.
    #[error("no revision `{revision}` in {}{}", .root.display(), help(*.shallow, revision))]
    UnknownRevision {
        /// As it was asked for.
        revision: String,
        /// The repository.
        root: PathBuf,
        /// Whether the clone is shallow.
        shallow: bool,
    },
    /// The repository cannot be read.
    #[error("cannot read the git repository in {}: {message}", .root.display())]
    Broken {
        /// The repository.
        root: PathBuf,
        /// What its reader says.
        message: String,
    },
}

fn help(shallow: bool, revision: &str) -> String {
    let name = revision.strip_prefix("origin/").unwrap_or(revision);
    if shallow {
        format!(
            "; the clone is shallow: fetch it with `git fetch --depth=1 origin {name}`, or all history with `git fetch --unshallow` (actions/checkout: `fetch-depth: 0`)"
        )
    } else {
        format!("; fetch it with `git fetch origin {name}`")
    }
}

/// A repository of Git.
#[derive(Debug)]
pub struct Git {
    repository: gix::ThreadSafeRepository,
    /// The folder of its work tree, without links.
    pub root: PathBuf,
}

/// The files of one revision.
#[derive(Debug, Default)]
pub struct Tree {
    /// Blobs by their path in the repository. Links are left out.
    pub blobs: BTreeMap<String, ObjectId>,
    /// Paths of submodules.
    pub submodules: BTreeSet<String>,
    /// Number of links.
    pub links: usize,
}

impl Git {
    /// The repository that holds `path`, if there is any.
    pub fn find(path: &Path) -> Option<Self> {
        let repository = gix::discover(path).ok()?;
        let root = std::fs::canonicalize(repository.workdir()?).ok()?;
        Some(Self { repository: repository.into_sync(), root })
    }

    /// The commit that `revision` names.
    pub fn commit(&self, revision: &str) -> Result<ObjectId, GitError> {
        let repository = self.repository.to_thread_local();
        let unknown = || GitError::UnknownRevision {
            revision: revision.to_owned(),
            root: self.root.clone(),
            shallow: repository.is_shallow().unwrap_or(false),
        };
        let id = repository.rev_parse_single(revision).map_err(|_| unknown())?;
        let commit = id.object().map_err(|_| unknown())?.peel_to_commit().map_err(|_| unknown())?;
        Ok(commit.id)
    }

    /// Where the history of `HEAD` parted from that commit; the commit itself when that cannot be told (a shallow clone).
    pub fn parted(&self, commit: ObjectId) -> ObjectId {
        let repository = self.repository.to_thread_local();
        let head = repository.head_id().ok();
        let base = head.and_then(|head| repository.merge_base(head, commit).ok().flatten());
        base.map_or(commit, gix::Id::detach)
    }

    /// The files of a commit.
    pub fn tree(&self, commit: ObjectId) -> Result<Tree, GitError> {
        let repository = self.repository.to_thread_local();
        let broken = |message: String| GitError::Broken { root: self.root.clone(), message };
        let object = repository.find_object(commit).map_err(|error| broken(error.to_string()))?;
        let tree = object.peel_to_tree().map_err(|error| broken(error.to_string()))?;
        let entries = tree.traverse().breadthfirst.files().map_err(|error| broken(error.to_string()))?;
        let mut found = Tree::default();
        for entry in entries {
            let path = entry.filepath.to_string();
            if entry.mode.is_commit() {
                found.submodules.insert(path);
            } else if entry.mode.is_link() {
                found.links += 1;
            } else if entry.mode.is_blob() {
                found.blobs.insert(path, entry.oid);
            }
        }
        Ok(found)
    }

    /// Size of a blob in bytes.
    pub fn size(&self, blob: ObjectId) -> Option<u64> {
        self.repository.to_thread_local().find_header(blob).ok().map(|header| header.size())
    }

    /// The bytes of a blob; `None` when the clone does not have it.
    pub fn read(&self, blob: ObjectId) -> Option<Vec<u8>> {
        let repository = self.repository.to_thread_local();
        repository.find_object(blob).ok().map(|object| object.detach().data)
    }
}

/// The name that Git gives to a file of these bytes.
pub fn blob_id(bytes: &[u8]) -> Option<ObjectId> {
    gix::objs::compute_hash(gix::hash::Kind::Sha1, Kind::Blob, bytes).ok()
}
