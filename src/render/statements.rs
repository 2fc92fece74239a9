//! What `sql` prints for people: each statement with what it reads and writes.

use std::collections::BTreeSet;
use std::io::{self, Write};

use crate::answer::statements::StatementReport;

use super::printable::printable;

/// One paragraph a statement.
pub fn statements(reports: &[StatementReport], out: &mut dyn Write) -> io::Result<()> {
    for (at, report) in reports.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        writeln!(out, "line {}: {}", report.line, report.kind.name())?;
        columns("reads", &report.reads, out)?;
        columns("writes", &report.writes, out)?;
        if report.base_reads != report.reads {
            columns("behind views", &report.base_reads, out)?;
        }
        for output in &report.lineage {
            let from: Vec<&str> = output.from.iter().map(String::as_str).collect();
            writeln!(out, "  {} ← {}", printable(&output.output), printable(&from.join(", ")))?;
        }
        for name in &report.unresolved {
            writeln!(out, "  unresolved: {}", printable(name))?;
        }
        for problem in &report.problems {
            writeln!(out, "  problem: {}", printable(problem))?;
        }
    }
    Ok(())
}

fn columns(title: &str, columns: &BTreeSet<String>, out: &mut dyn Write) -> io::Result<()> {
    if columns.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    writeln!(out, "  {title}: {}", printable(&names.join(", ")))
}
