//! Accepted consumers: somebody knows of them, and says why and until when they are no obstacle.
//!
//! An acceptance stands in `columnist.toml`, or in a comment of the migration:
//! `-- columnist: accept users.full_name by export-users.sh until 2026-12-31: reads an archive`.
//! One that has expired, or that fits no consumer any more, is a finding of its own.

use globset::Glob;

use super::judge;
use super::operation::Operation;
use super::report::{Finding, FoundConsumer, Suppressed};
use crate::discover::config::{Config, FILE_NAME};
use crate::model::answer::{Consumer, Place, Verdict};
use crate::model::date::Date;
use crate::model::source::Context;

/// The word that a comment begins with.
const PRAGMA: &str = "columnist: accept ";

/// An acceptance.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// `table.column` or `table`, perhaps with a schema.
    pub column: String,
    /// The consumer's name or path.
    pub consumer: String,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Where it stands.
    pub place: Place,
    /// The line on which it stands.
    pub line: String,
    /// The migration whose comment it is; it says nothing of others.
    pub migration: Option<String>,
}

/// What a comment of a migration says.
#[derive(Clone, Debug)]
pub enum Pragma {
    /// An acceptance.
    Accepts(Acceptance),
    /// One that is not written as it must be.
    Unclear {
        /// Where it stands.
        place: Place,
        /// The line on which it stands.
        line: String,
    },
}

/// The acceptances of the settings.
pub fn of_config(config: &Config) -> Vec<Acceptance> {
    config
        .accepted
        .iter()
        .map(|accepted| Acceptance {
            column: accepted.column.clone(),
            consumer: accepted.consumer.clone(),
            reason: accepted.reason.clone(),
            until: accepted.expires,
            place: Place {
                path: FILE_NAME.to_owned(),
                line: accepted.line,
                column: 1,
                end_line: accepted.line,
                end_column: 1 + accepted.source.chars().count() as u32,
            },
            line: accepted.source.clone(),
            migration: None,
        })
        .collect()
}

/// The acceptances in the comments of a migration.
pub fn of_migration(path: &str, text: &str) -> Vec<Pragma> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let Some(at) = line.find(PRAGMA) else { continue };
        // Only a comment may say so, not the text of a statement.
        let is_comment = ["--", "#", "//", "/*", "*", "<!--"].iter().any(|sign| line.trim_start().starts_with(sign));
        if !is_comment {
            continue;
        }
        let number = number as u32 + 1;
        let column = line[..at].chars().count() as u32 + 1;
        let place = Place {
            path: path.to_owned(),
            line: number,
            column,
            end_line: number,
            end_column: line.chars().count() as u32 + 1,
        };
        let said = line[at + PRAGMA.len()..].trim().trim_end_matches("*/").trim_end_matches("-->").trim();
        found.push(match accepts(said, &place, line, path) {
            Some(acceptance) => Pragma::Accepts(acceptance),
            None => Pragma::Unclear { place, line: line.to_owned() },
        });
    }
    found
}

/// Reads `users.full_name by export-users.sh until 2026-12-31: reads an archive`.
fn accepts(said: &str, place: &Place, line: &str, path: &str) -> Option<Acceptance> {
    let (what, reason) = said.split_once(": ")?;
    let (column, who) = what.split_once(" by ")?;
    let (consumer, until) = match who.split_once(" until ") {
        Some((consumer, until)) => (consumer, Some(Date::parse(until)?)),
        None => (who, None),
    };
    let part = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    Some(Acceptance {
        column: part(column)?,
        consumer: part(consumer)?,
        reason: part(reason)?,
        until,
        place: place.clone(),
        line: line.to_owned(),
        migration: Some(path.to_owned()),
    })
}

impl Acceptance {
    /// Whether it speaks of what the finding is about.
    pub fn is_about(&self, finding: &Finding) -> bool {
        if self.migration.as_ref().is_some_and(|path| *path != finding.place.path) {
            return false;
        }
        let subject = finding.subject().to_lowercase();
        let named = self.column.to_lowercase().replace(['"', '`'], "");
        subject == named
            || subject.strip_suffix(&named).is_some_and(|rest| rest.ends_with('.'))
            || named.strip_suffix(&subject).is_some_and(|rest| rest.ends_with('.'))
    }

    /// Whether it is this consumer that it speaks of.
    pub fn fits(&self, consumer: &Consumer) -> bool {
        let glob = || Glob::new(&self.consumer).ok().map(|glob| glob.compile_matcher());
        consumer.context == Context::Live
            && (consumer.name == self.consumer
                || consumer.path == self.consumer
                || glob().is_some_and(|glob| glob.is_match(&consumer.path) || glob.is_match(&consumer.name)))
    }
}

/// Takes accepted consumers out of the findings, judges anew, and gives the findings about acceptances themselves.
pub fn apply(findings: &mut [Finding], acceptances: &[Acceptance], today: Date) -> Vec<Finding> {
    let mut more = Vec::new();
    for acceptance in acceptances {
        let expired = acceptance.until.is_some_and(|until| until < today);
        let mut asked = false;
        let mut fits = false;
        for finding in findings.iter_mut().filter(|finding| acceptance.is_about(finding)) {
            asked = true;
            let (accepted, others): (Vec<FoundConsumer>, Vec<FoundConsumer>) =
                finding.consumers.drain(..).partition(|found| acceptance.fits(&found.consumer));
            fits |= !accepted.is_empty();
            if expired {
                finding.consumers.extend(accepted);
                finding.consumers.extend(others);
                continue;
            }
            finding.consumers = others;
            finding.suppressed.extend(accepted.into_iter().map(|consumer| Suppressed {
                consumer,
                reason: acceptance.reason.clone(),
                place: acceptance.place.clone(),
            }));
        }
        if expired && (fits || !asked) {
            let until = acceptance.until.map(|until| until.to_string()).unwrap_or_default();
            more.push(trouble(acceptance, Operation::ExpiredAcceptance, &format!("it held until {until}")));
        } else if asked && !fits {
            let note = "no live consumer fits it any more";
            more.push(trouble(acceptance, Operation::StaleAcceptance, note));
        }
    }
    for finding in findings.iter_mut().filter(|finding| !finding.suppressed.is_empty()) {
        finding.judge();
    }
    more
}

impl Finding {
    /// The verdict from the consumers that are left.
    pub fn judge(&mut self) {
        let concern = self.operation.concern();
        let verdicts = self.answers.iter().enumerate().filter_map(|(at, answer)| {
            let consumers =
                self.consumers.iter().filter(|found| found.revisions.contains(&at)).map(|found| &found.consumer);
            Some(judge::verdict(concern, answer.as_ref()?, consumers))
        });
        self.verdict = verdicts.max().unwrap_or(self.verdict);
    }
}

/// A finding about an acceptance.
pub fn trouble(acceptance: &Acceptance, operation: Operation, note: &str) -> Finding {
    let (table, column) = match acceptance.column.rsplit_once('.') {
        Some((table, column)) => (table.to_owned(), Some(column.to_owned())),
        None => (acceptance.column.clone(), None),
    };
    Finding {
        table,
        column,
        notes: vec![format!("accepted for {}: {note}", acceptance.consumer)],
        ..Finding::bare(operation, Verdict::Blocked, acceptance.place.clone(), acceptance.line.clone())
    }
}
