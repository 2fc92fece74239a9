//! SARIF 2.1.0: for code scanning.
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>
//!
//! Within the limits of GitHub, which keeps the 5,000 most severe results of a run and shows 100 places of each:
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::check::words::{deed, doing, sentence, severity};
use super::fingerprint::fingerprint;
use super::printable::printable_json;
use crate::check::operation::Operation;
use crate::check::report::{Finding, Report, Suppressed};
use crate::model::answer::{Place, Verdict};

/// Results that GitHub keeps.
const MOST_RESULTS: usize = 5000;

/// Places of a result that GitHub shows.
const MOST_PLACES: usize = 100;

/// The outcome of `check`.
pub fn check(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut results: Vec<(u8, Value)> = Vec::new();
    for finding in &report.findings {
        if finding.verdict != Verdict::Clear {
            results.push((severity(finding.verdict), result(finding, report)));
        }
        results.extend(finding.suppressed.iter().map(|one| (3, suppressed(finding, one, report))));
    }
    results.sort_by_key(|(severity, _)| *severity);
    let results: Vec<Value> = results.into_iter().take(MOST_RESULTS).map(|(_, result)| result).collect();
    let rules: Vec<Value> = Operation::ALL.iter().map(|operation| rule(*operation)).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "columnist",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": report.scanned.problems.iter().take(MOST_PLACES).map(|problem| json!({
                    "level": "note",
                    "descriptor": {"id": problem.code},
                    "message": {"text": format!("{}:{}: {}", problem.path, problem.line, problem.message)},
                })).collect::<Vec<Value>>(),
            }],
            "results": results,
        }],
    });
    writeln!(out, "{}", printable_json(serde_json::to_string_pretty(&document)?))
}

fn rule(operation: Operation) -> Value {
    json!({
        "id": operation.name(),
        "name": operation.name(),
        "shortDescription": {"text": format!("{} ({} phase)", operation.name().replace('_', " "), operation.phase().name())},
        "help": {"text": operation.advice()},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["database", operation.phase().name()]},
    })
}

fn result(finding: &Finding, report: &Report) -> Value {
    let level = if finding.verdict == Verdict::Blocked { "error" } else { "warning" };
    let related: Vec<Value> = finding
        .live()
        .flat_map(|found| found.consumer.references.iter().map(move |reference| (found, reference)))
        .take(MOST_PLACES)
        .enumerate()
        .map(|(at, (found, reference))| {
            let mut location = location(&reference.place);
            location["id"] = json!(at + 1);
            location["message"] = json!({"text": doing(found, report)});
            location
        })
        .collect();
    json!({
        "ruleId": finding.operation.name(),
        "ruleIndex": rule_index(finding.operation),
        "level": level,
        "message": {"text": format!("{}. {}", sentence(finding), finding.operation.advice())},
        "locations": [location(&finding.place)],
        "relatedLocations": related,
        "partialFingerprints": {"columnist/v1": fingerprint(finding, "")},
    })
}

/// An accepted consumer stays visible.
fn suppressed(finding: &Finding, one: &Suppressed, report: &Report) -> Value {
    let place = one.consumer.consumer.references.first().map_or(&finding.place, |reference| &reference.place);
    json!({
        "ruleId": finding.operation.name(),
        "ruleIndex": rule_index(finding.operation),
        "level": "note",
        "message": {"text": format!("{}; {}", deed(finding), doing(&one.consumer, report))},
        "locations": [location(place)],
        "partialFingerprints": {
            "columnist/v1": fingerprint(finding, &format!("{}|{}", one.consumer.consumer.path, one.consumer.consumer.name)),
        },
        "suppressions": [{
            "kind": "external",
            "status": "accepted",
            "justification": one.reason,
            "location": location(&one.place),
        }],
    })
}

fn rule_index(operation: Operation) -> usize {
    Operation::ALL.iter().position(|one| *one == operation).unwrap_or(0)
}

fn location(place: &Place) -> Value {
    json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(&place.path)},
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        },
    }})
}

/// A relative path as a URI reference.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' | b'@' => {
                uri.push(char::from(byte));
            }
            other => {
                let _ = write!(uri, "%{other:02X}");
            }
        }
    }
    uri
}
