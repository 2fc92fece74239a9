//! Text: for people.

use std::io::{self, Write};

use crate::check::report::Report;

/// The outcome of `check`.
pub fn check(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        writeln!(
            out,
            "{}: {} {} {}",
            finding.verdict.name(),
            finding.operation.name(),
            finding.subject(),
            finding.live().count()
        )?;
    }
    Ok(())
}
