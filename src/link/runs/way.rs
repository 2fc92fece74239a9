//! The way from what runs by itself to a consumer.

use std::collections::BTreeSet;

use super::calls::Calls;
use super::{DEEPEST, MOST_PLACES, Place, Runs, Step, command, covers, of_job};
use crate::extract::schedule::Job;
use crate::link::store::Store;
use crate::model::source::{FileId, Kind};
use crate::model::span::Span;

/// What runs files, with the calls of scheduled code followed: all that [`Self::via`] needs. It may be asked in parallel work.
#[derive(Clone, Copy)]
pub struct Followed<'r, 'w> {
    pub(super) store: &'r Store<'w>,
    pub(super) runs: &'r Runs,
    pub(super) calls: &'r Calls,
}

impl Followed<'_, '_> {
    /// What runs the code at `span` of a file, outermost first; empty when nothing is known to. The shortest way counts.
    pub fn via(&self, file: FileId, span: Span) -> Vec<Step> {
        let Self { store, runs, calls } = *self;
        let code = runs.in_code(store, file);
        let found =
            || code.jobs.iter().chain(runs.jobs.get(&file).into_iter().flatten()).filter(|job| covers(job, span));
        // What answers to a name is run by whoever says when.
        if let Some(job) = found().find(|job| job.kind == Kind::ScheduledTask && job.answers.is_empty()) {
            return vec![of_job(job, file)];
        }
        // Breadth first: what has been met, and by which of the earlier places.
        let mut met: Vec<(FileId, Span, Option<usize>, usize)> = vec![(file, span, None, 0)];
        let mut seen: BTreeSet<(FileId, String)> = BTreeSet::new();
        let is_run = |job: &&Job| matches!(job.kind, Kind::BackgroundJob | Kind::ScheduledTask);
        let mut queued = found().find(is_run).map(|job| vec![of_job(job, file)]);
        let mut next = 0;
        while let Some(&(current, at, _, depth)) = met.get(next) {
            let mut arrivals: Vec<(FileId, Span)> = Vec::new();
            if depth < DEEPEST {
                let asked = command::case_at(store.text(current), at);
                for target in runs.targets(store, current, at) {
                    if !seen.insert((current, format!("{target} {}", asked.unwrap_or("")))) {
                        continue;
                    }
                    let mut places = runs.runners_of(store, current, &target);
                    // A script that chooses by its arguments comes here with this one only.
                    let gives = |place: &&Place| {
                        asked.is_some_and(|asked| command::is_given(store.text(place.file), place.at, asked))
                    };
                    if places.iter().any(gives) {
                        places.retain(gives);
                    }
                    arrivals.extend(places.iter().map(|place| (place.file, place.at)));
                }
                let callers = calls.callers(current, at);
                arrivals.extend(callers.map(|caller| (caller.from, caller.at)));
            }
            for (file, at) in arrivals {
                let scheduled = runs.any_job_at(store, file, at, Kind::ScheduledTask);
                if let Some(job) = scheduled {
                    let found = steps(store, &job, file, &met, next);
                    if job.answers.is_empty() {
                        return found;
                    }
                    queued = Some(queued.unwrap_or(found));
                }
                if queued.is_none()
                    && let Some(job) = runs.any_job_at(store, file, at, Kind::BackgroundJob)
                {
                    queued = Some(steps(store, &job, file, &met, next));
                }
                let known = met.iter().any(|(one, span, ..)| (*one, *span) == (file, at));
                if met.len() < MOST_PLACES && !known {
                    met.push((file, at, Some(next), depth + 1));
                }
            }
            next += 1;
        }
        // No clock is known to run it; a queue is, or a clock that is set elsewhere.
        queued.unwrap_or_default()
    }
}

/// The way from a job to the place with the number `last` of those that have been met, and on to the first.
fn steps(
    store: &Store<'_>,
    job: &Job,
    file: FileId,
    met: &[(FileId, Span, Option<usize>, usize)],
    last: usize,
) -> Vec<Step> {
    let mut steps = vec![of_job(job, file)];
    let mut step = Some(last);
    while let Some(index) = step {
        let (file, at, before, _) = met[index];
        // The first that was met is the consumer itself.
        if before.is_some() {
            let path = &store.file(file).path;
            let name = path.rsplit('/').next().unwrap_or(path).to_owned();
            steps.push(Step { kind: "script", name, schedule: String::new(), file, at });
        }
        step = before;
    }
    steps
}
