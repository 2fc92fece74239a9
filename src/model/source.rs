//! Sources: repositories and files, and what a file is for.

use serde::{Deserialize, Serialize};

use std::path::PathBuf;

/// What a consumer is, in the words of migration planning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Application code.
    Application,
    /// A queue worker or other background job.
    BackgroundJob,
    /// Something that runs on a schedule.
    ScheduledTask,
    /// A report.
    Report,
    /// An export.
    Export,
    /// A query that support staff run.
    SupportTool,
    /// A data pipeline.
    Pipeline,
    /// An interface generated from or exposed over the schema.
    Api,
    /// A view, function or trigger in the database.
    View,
    /// A schema migration.
    Migration,
    /// Seed data.
    Seed,
    /// A test.
    Test,
}

impl Kind {
    /// All kinds, in the order in which answers show them.
    pub const ALL: [Kind; 12] = [
        Kind::Application,
        Kind::BackgroundJob,
        Kind::ScheduledTask,
        Kind::Report,
        Kind::Export,
        Kind::SupportTool,
        Kind::Pipeline,
        Kind::Api,
        Kind::View,
        Kind::Migration,
        Kind::Seed,
        Kind::Test,
    ];

    /// The name used in configuration and output.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Application => "application",
            Kind::BackgroundJob => "background-job",
            Kind::ScheduledTask => "scheduled-task",
            Kind::Report => "report",
            Kind::Export => "export",
            Kind::SupportTool => "support-tool",
            Kind::Pipeline => "pipeline",
            Kind::Api => "api",
            Kind::View => "view",
            Kind::Migration => "migration",
            Kind::Seed => "seed",
            Kind::Test => "test",
        }
    }
}

/// Whether a file is live code. Only `Live` consumers block a drop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Context {
    /// Runs in production.
    Live,
    /// Ran once, to change the schema.
    Migration,
    /// Fills a fresh database.
    Seed,
    /// Test code and its data.
    Test,
    /// Documentation.
    Docs,
}

impl Context {
    /// All contexts, live first.
    pub const ALL: [Context; 5] = [Context::Live, Context::Migration, Context::Seed, Context::Test, Context::Docs];

    /// The name used in configuration and output.
    pub fn name(self) -> &'static str {
        match self {
            Context::Live => "live",
            Context::Migration => "migration",
            Context::Seed => "seed",
            Context::Test => "test",
            Context::Docs => "docs",
        }
    }
}

/// A repository or plain folder that is scanned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// The folder's name.
    pub name: String,
    /// Its root.
    pub root: PathBuf,
}

/// Whether a file's name ends with that, after its last dot and whatever the case.
pub fn has_ending(path: &str, ending: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, own)| own.eq_ignore_ascii_case(ending))
}

/// Index of a file in a [`crate::discover::Workspace`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u32);

/// One file of the walk that is read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SourceFile {
    /// Index of its repository in the workspace.
    pub repository: usize,
    /// Path inside its repository, with `/` between parts. Undecodable bytes are replaced.
    pub repository_path: String,
    /// The path that answers show: inside the repository when one is given, else from the common parent.
    pub path: String,
    /// Where to read it.
    pub location: PathBuf,
    /// Size in bytes when the walk saw it.
    pub size: u64,
    /// What the file is for.
    pub context: Context,
    /// What consumers in it are, unless something says otherwise.
    pub kind: Kind,
}
