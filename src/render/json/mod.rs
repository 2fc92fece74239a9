//! JSON: for programs. Shapes are versioned; the current one is `v1`.

mod check;
mod inventory;
mod statements;
mod v1;

use std::io::{self, Write};

use serde::Serialize;

use crate::answer::ReferenceLine;
use crate::answer::statements::StatementReport;
use crate::check::report::Report;
use crate::model::answer::Answer;
use crate::model::inventory::Inventory;

use super::printable::printable_json;
use super::text::Mentions;

/// The answer to `who` as one document: docs/who.schema.json.
pub fn who(answer: &Answer, mentions: Mentions, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", printable_json(serde_json::to_string_pretty(&v1::Who::new(answer, mentions))?))
}

/// The outcome of `check` as one document: docs/check.schema.json.
pub fn check(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", printable_json(serde_json::to_string_pretty(&check::Check::from(report))?))
}

/// One object a line: docs/refs.schema.json.
pub fn refs(lines: &[ReferenceLine], out: &mut dyn Write) -> io::Result<()> {
    lines.iter().try_for_each(|line| line_of(&v1::ReferenceLine::from(line), out))
}

/// The inventory as one document: docs/inventory.schema.json.
pub fn inventory(inventory: &Inventory, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", printable_json(serde_json::to_string_pretty(&inventory::InventoryV1::from(inventory))?))
}

/// What each statement of a script does, as one document.
pub fn statements(reports: &[StatementReport], out: &mut dyn Write) -> io::Result<()> {
    let shapes: Vec<statements::StatementV1<'_>> = reports.iter().map(statements::StatementV1::from).collect();
    writeln!(out, "{}", printable_json(serde_json::to_string_pretty(&shapes)?))
}

fn line_of(shape: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", printable_json(serde_json::to_string(shape)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::source::{Context, Kind};
    use crate::render::sample::{blocked, empty};

    /// What the schema in `docs/` finds wrong with the document.
    fn wrong(schema: &str, document: &[u8]) -> Vec<String> {
        let path = format!("{}/docs/{schema}", env!("CARGO_MANIFEST_DIR"));
        let schema = serde_json::from_str(&std::fs::read_to_string(path).expect("a schema")).expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("a valid schema");
        let document = serde_json::from_slice(document).expect("JSON");
        validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    #[test]
    fn answers_follow_their_schema() {
        for answer in [empty(), blocked()] {
            for mentions in [Mentions::Counted, Mentions::Listed] {
                let mut out = Vec::new();
                who(&answer, mentions, &mut out).expect("a vector takes all that is written");
                assert_eq!(wrong("who.schema.json", &out), [""; 0]);
            }
        }
    }

    #[test]
    fn lines_of_refs_follow_theirs() {
        let line = ReferenceLine {
            repository: "shop".into(),
            consumer: "Users.rename".into(),
            kind: Kind::Application,
            context: Context::Live,
            path: "src/users.ts".into(),
            owners: vec!["@shop/data".into()],
            via: blocked().consumers.iter().flat_map(|consumer| consumer.via.clone()).collect(),
            reference: blocked().consumers[0].references[0].clone(),
        };
        let mut out = Vec::new();
        refs(&[line], &mut out).expect("a vector takes all that is written");
        assert_eq!(wrong("refs.schema.json", &out), [""; 0]);
    }
}
