//! Version 1 of what `sql` prints: one entry a statement.

use serde::Serialize;

use crate::answer::statements::{OutputLineage, StatementReport};

#[derive(Debug, Serialize)]
pub(super) struct StatementV1<'a> {
    line: u32,
    kind: &'static str,
    reads: Vec<&'a String>,
    writes: Vec<&'a String>,
    base_reads: Vec<&'a String>,
    lineage: Vec<LineageV1<'a>>,
    unresolved: &'a [String],
    problems: &'a [String],
}

#[derive(Debug, Serialize)]
struct LineageV1<'a> {
    output: &'a str,
    from: Vec<&'a String>,
    indirect: Vec<&'a String>,
}

impl<'a> From<&'a StatementReport> for StatementV1<'a> {
    fn from(report: &'a StatementReport) -> Self {
        Self {
            line: report.line,
            kind: report.kind.name(),
            reads: report.reads.iter().collect(),
            writes: report.writes.iter().collect(),
            base_reads: report.base_reads.iter().collect(),
            lineage: report.lineage.iter().map(LineageV1::from).collect(),
            unresolved: &report.unresolved,
            problems: &report.problems,
        }
    }
}

impl<'a> From<&'a OutputLineage> for LineageV1<'a> {
    fn from(lineage: &'a OutputLineage) -> Self {
        Self {
            output: &lineage.output,
            from: lineage.from.iter().collect(),
            indirect: lineage.indirect.iter().collect(),
        }
    }
}
