//! Dagster: schedules of jobs, jobs that are selections of assets, and the assets in other files that answer to them.
//! <https://docs.dagster.io/guides/automate/schedules>

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::Job;
use super::code::end_of_call;
use super::file::{pattern, scheduled};
use super::words::{in_words, is_schedule};
use crate::model::source::Kind;
use crate::model::span::Span;

/// Definitions that are followed from one schedule.
const MOST: usize = 64;

/// Schedules of a file, each with what it names: functions and jobs of the file, assets of any.
pub(super) fn of_schedules(text: &str) -> Vec<Job> {
    static SCHEDULE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?-u:\b)ScheduleDefinition\s*\(|(?m)^[ \t]*@(?:\w+\.)*schedule\s*\("));
    static WHEN: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?-u:\b)cron_schedule\s*=\s*f?["']([^"'\n]+)["']"#));
    static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?-u:\b)(?:name|job_name)\s*=\s*["']([^"'\n]+)["']"#));
    let mut found = Vec::new();
    for head in SCHEDULE.find_iter(text) {
        let call = Span::new(head.start(), end_of_call(text, head.start()));
        let inside = call.of(text);
        let Some(when) = WHEN.captures(inside) else { continue };
        let schedule = if is_schedule(&when[1]) || when[1].contains('{') {
            in_words(&when[1].replace('{', "${"))
        } else {
            continue;
        };
        let named = NAME.captures(inside).map(|name| name[1].to_owned());
        let before = text[..call.start as usize].trim_end();
        let variable =
            before.strip_suffix('=').map(str::trim_end).and_then(|rest| rest.rsplit([' ', '\n', ':']).next());
        let name = named.or_else(|| variable.map(str::to_owned)).unwrap_or_else(|| "schedule".to_owned());
        let mut job = scheduled(name, schedule, call, call);
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        if head.as_str().contains('@') {
            // The function that it decorates makes the requests.
            job.covers.push(Span::new(call.start as usize, end_of_function(text, call.end as usize)));
        }
        let mut next = 0;
        let mut read: Vec<Span> = vec![*job.covers.last().unwrap_or(&call)];
        while let Some(&span) = read.get(next) {
            next += 1;
            for word in words(span.of(text)) {
                if wanted.len() > MOST || !wanted.insert(word.to_owned()) {
                    continue;
                }
                if let Some(span) = defined(text, word) {
                    job.covers.push(span);
                    read.push(span);
                }
            }
        }
        job.implied = wanted.into_iter().map(|word| format!("asset:{word}")).collect();
        found.push(job);
    }
    found
}

/// Words that may name jobs and assets: names, and short strings.
fn words(text: &str) -> impl Iterator<Item = &str> {
    const COMMON: &[&str] =
        &["name", "job", "target", "selection", "cron_schedule", "description", "execution_timezone"];
    text.split(|c: char| !(c.is_alphanumeric() || "_-".contains(c)))
        .filter(|word| word.len() > 2 && !word.starts_with(|c: char| c.is_ascii_digit() || c.is_uppercase()))
        .filter(|word| !COMMON.contains(word))
}

/// The function or job of that name at the outermost level of the file.
fn defined(text: &str, name: &str) -> Option<Span> {
    static JOB: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^\s*(?::[^=\n]+)?=\s*(?:\w+\.)*(?:define_asset_job|AssetSelection|\w+\.to_job)(?-u:\b)")
    });
    for (at, _) in text.match_indices(name).take(MOST) {
        let before = &text[..at];
        let line = before.rsplit('\n').next().unwrap_or("");
        let rest = &text[at + name.len()..];
        if (line == "def " || line == "async def ") && rest.starts_with('(') {
            return Some(Span::new(at, end_of_function(text, at)));
        }
        if line.is_empty() && JOB.is_match(rest) {
            return Some(Span::new(at, end_of_call(text, at)));
        }
    }
    None
}

/// Where the function around or behind `from` ends: before the next line that is not indented.
fn end_of_function(text: &str, from: usize) -> usize {
    let mut at = from;
    let mut inside = false;
    for line in text[from..].split_inclusive('\n') {
        let outer = line.starts_with(|c: char| !c.is_whitespace() && c != ')' && c != '#');
        if inside && outer {
            return at;
        }
        inside |= line.contains("def ") || line.trim_end().ends_with(':');
        at += line.len();
    }
    text.len()
}

/// What stands between an asset's brackets: its names, its group, and when it materialises itself.
pub(super) fn asset(arguments: &str, function: &str) -> (Kind, String, Vec<String>) {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"(?-u:\b)(?:name|group_name)\s*=\s*["']([\w-]+)["']|(?-u:\b)key\s*=\s*(?:\w+\.)*(?:AssetKey\s*)?\(?[\[(]?([^\])\n]*)"#,
        )
    });
    static CRON: LazyLock<Regex> = LazyLock::new(|| pattern(r#"on_cron\s*\(\s*["']([^"'\n]+)["']"#));
    let mut answers = vec![format!("asset:{function}")];
    for name in NAMED.captures_iter(arguments) {
        if let Some(name) = name.get(1) {
            answers.push(format!("asset:{}", name.as_str()));
        } else if let Some(key) = name.get(2)
            && let Some(last) = key.as_str().split(['"', '\'']).rfind(|part| words(part).count() == 1)
        {
            answers.push(format!("asset:{last}"));
        }
    }
    match CRON.captures(arguments) {
        Some(cron) => (Kind::ScheduledTask, in_words(&cron[1]), Vec::new()),
        None => (Kind::SupportTool, String::new(), answers),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_lead_to_assets() {
        let text = "nightly_job = define_asset_job(\n    name=\"nightly_job\",\n    selection=AssetSelection.assets(user_export).upstream(),\n)\n\nnightly = ScheduleDefinition(\n    target=nightly_job,\n    cron_schedule=\"0 2 * * *\",\n)\n\n@dg.schedule(cron_schedule=\"@daily\", job_name=\"x\")\ndef daily(context):\n    yield RunRequest(asset_selection=[AssetKey(\"order_export\")])\n\nhourly = ScheduleDefinition(name=\"h\", job=other, cron_schedule=f\"0 {hours} * * *\")\n";
        let found: Vec<String> = of_schedules(text)
            .iter()
            .map(|job| {
                let assets: Vec<&str> = job.implied.iter().filter_map(|name| name.strip_prefix("asset:")).collect();
                let has = |name| if assets.contains(&name) { name } else { "-" };
                format!("{}: {} {} {}", job.name, job.schedule, has("user_export"), has("order_export"))
            })
            .collect();
        assert_eq!(
            found,
            [
                "nightly: daily at 02:00 user_export -",
                "x: daily at 00:00 - order_export",
                "h: on a schedule that is set elsewhere - -",
            ]
        );
        for text in
            ["ScheduleDefinition(", "@schedule(cron_schedule='", "x = ScheduleDefinition(cron_schedule='@daily'"]
        {
            let _ = of_schedules(text);
        }
    }

    #[test]
    fn assets_answer_to_their_names() {
        for (arguments, expected) in [
            ("", "support-tool  asset:f"),
            ("group_name=\"mart\", key=AssetKey([\"a\", \"users\"])", "support-tool  asset:f asset:mart asset:users"),
            ("automation_condition=AutomationCondition.on_cron(\"0 2 * * *\")", "scheduled-task daily at 02:00 "),
        ] {
            let (kind, schedule, answers) = asset(arguments, "f");
            assert_eq!(format!("{} {schedule} {}", kind.name(), answers.join(" ")), expected);
        }
    }
}
