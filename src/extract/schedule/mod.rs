//! Schedules and jobs: which part of a file runs when. No format of its own: crontabs, pipelines and code are read by
//! theirs, and this says what of them is run by a clock or a queue.

mod code;
mod file;
mod words;

pub use code::jobs_of_code;
pub use file::jobs_of_file;

use crate::model::source::Kind;
use crate::model::span::Span;

/// Something that runs by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// [`Kind::ScheduledTask`] or [`Kind::BackgroundJob`].
    pub kind: Kind,
    /// What it is called: its own name, else what it runs.
    pub name: String,
    /// When it runs, in words; empty for a job of a queue.
    pub schedule: String,
    /// Where the schedule or queue is said.
    pub at: Span,
    /// What it runs: text that names scripts, or code.
    pub covers: Vec<Span>,
    /// Files that it runs without naming them: a timer's service, a route's handler.
    pub implied: Vec<String>,
}
