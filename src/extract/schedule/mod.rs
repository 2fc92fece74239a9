//! Schedules and jobs: which part of a file runs when. No format of its own: crontabs, pipelines and code are read by
//! theirs, and this says what of them is run by a clock or a queue.

mod cloud;
mod code;
mod dagster;
mod file;
mod queue;
mod route;
mod ruby;
mod words;

pub use code::{called_with, jobs_of_code, marks_jobs};
pub use file::jobs_of_file;
pub use queue::{jobs_of_producers, queues};
pub use route::{Route, routes_of_code};

use crate::model::source::Kind;
use crate::model::span::Span;

/// Something that runs by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// [`Kind::ScheduledTask`] or [`Kind::BackgroundJob`]; [`Kind::SupportTool`] for a command that nothing here runs.
    pub kind: Kind,
    /// What it is called: its own name, else what it runs.
    pub name: String,
    /// When it runs, in words; empty for a job of a queue.
    pub schedule: String,
    /// Where the schedule or queue is said.
    pub at: Span,
    /// What it runs: text that names scripts, or code.
    pub covers: Vec<Span>,
    /// What it runs without a path to it: files (a timer's service, a function's handler), or what others answer to
    /// (`queue:mail`, `task:export`).
    pub implied: Vec<String>,
    /// The names to which it answers, for those who run it: `queue:mail`, `task:export`, `class:Export`.
    pub answers: Vec<String>,
}
