//! JSON: for programs. Shapes are versioned; the current one is [`v1`].

mod statements;
mod v1;

use std::io::{self, Write};

use serde::Serialize;

use crate::answer::ReferenceLine;
use crate::answer::statements::StatementReport;
use crate::model::answer::Answer;

use super::printable::printable_json;
use super::text::Mentions;

/// The answer to `who` as one document: docs/who.schema.json.
pub fn who(answer: &Answer, mentions: Mentions, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", printable_json(serde_json::to_string_pretty(&v1::Who::new(answer, mentions))?))
}

/// One object a line: docs/refs.schema.json.
pub fn refs(lines: &[ReferenceLine], out: &mut dyn Write) -> io::Result<()> {
    lines.iter().try_for_each(|line| line_of(&v1::ReferenceLine::from(line), out))
}

/// What each statement of a script does, as one document.
pub fn statements(reports: &[StatementReport], out: &mut dyn Write) -> io::Result<()> {
    let shapes: Vec<statements::StatementV1<'_>> = reports.iter().map(statements::StatementV1::from).collect();
    writeln!(out, "{}", printable_json(serde_json::to_string_pretty(&shapes)?))
}

fn line_of(shape: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", printable_json(serde_json::to_string(shape)?))
}
