//! Jobs of clouds and of Windows: functions with a schedule in serverless.yml, SAM, `CloudFormation` and Terraform, Azure's
//! timers, tasks of the Task Scheduler.

use std::sync::LazyLock;

use regex::Regex;

use super::Job;
use super::file::{Entry, entries, pattern, scheduled};
use super::words::{in_words, is_schedule};
use crate::model::span::Span;

/// Blocks of one file that are looked at.
const MOST_BLOCKS: usize = 5000;

/// Functions with a schedule: what their handler names is what runs.
pub(super) fn of_functions(text: &str) -> Vec<Job> {
    if !["handler:", "Handler:", "ScheduleExpression:"].iter().any(|key| text.contains(key)) {
        return Vec::new();
    }
    let all = entries(text);
    let mut found = Vec::new();
    for (at, entry) in all.iter().enumerate() {
        let is_key = matches!(entry.key, "schedule" | "Schedule" | "ScheduleExpression" | "rate");
        if !is_key || !is_schedule(entry.value.trim_start_matches(['[', ' ']).trim_end_matches(']')) {
            continue;
        }
        let Some((owner, handler)) = handler_above(&all, at).or_else(|| handler_of_target(&all, at)) else { continue };
        let said = Span::new(entry.start, entry.end);
        let mut job = scheduled(owner.to_owned(), in_words(entry.value), said, said);
        job.implied = handler;
        found.push(job);
        if found.len() > MOST_BLOCKS {
            break;
        }
    }
    found
}

/// The nearest block around an entry that has a handler: its name, and the files that this may be.
fn handler_above<'t>(all: &[Entry<'t>], at: usize) -> Option<(&'t str, Vec<String>)> {
    let mut indent = all[at].indent;
    let mut next = at;
    while let Some(parent) = all[..next].iter().rposition(|other| other.indent < indent) {
        indent = all[parent].indent;
        next = parent;
        let end = all[parent + 1..].iter().position(|other| other.indent <= indent);
        let block = &all[parent + 1..end.map_or(all.len(), |end| parent + 1 + end)];
        // What stands deeper is another function's.
        let own = block.first().map_or(0, |first| first.indent);
        let is_handler = |other: &&Entry<'_>| other.indent == own && matches!(other.key, "handler" | "Handler");
        if let Some(handler) = block.iter().find(is_handler) {
            let folder = block.iter().find(|other| other.key == "CodeUri").map_or("", |uri| uri.value);
            // SAM has the handler below `Properties`.
            let name = match all[parent].key {
                "Properties" => all[..parent].iter().rev().find(|other| other.indent < indent).map_or("", |it| it.key),
                key => key,
            };
            return Some((name, files_of_handler(folder, handler.value)));
        }
        if indent == 0 {
            break;
        }
    }
    None
}

/// `AWS::Events::Rule` and its relatives: the function that a target names.
fn handler_of_target<'t>(all: &[Entry<'t>], at: usize) -> Option<(&'t str, Vec<String>)> {
    let indent = all[at].indent;
    let start = all[..at].iter().rposition(|other| other.indent < indent).unwrap_or(0);
    let end = all[at..].iter().position(|other| other.indent < indent).map_or(all.len(), |end| at + end);
    let target = all[start..end].iter().find(|other| matches!(other.key, "Arn" | "Fn::GetAtt"))?;
    let word = target
        .value
        .split(|c: char| !c.is_alphanumeric())
        .find(|word| word.len() > 2 && !matches!(*word, "GetAtt" | "Fn" | "Arn" | "Ref" | "Sub"))?;
    let function = all.iter().position(|other| other.key == word && other.value.is_empty())?;
    let inside = all[function + 1..].iter().take_while(|other| other.indent > all[function].indent);
    let handler = inside.clone().find(|other| other.key == "Handler")?;
    let folder = inside.clone().find(|other| other.key == "CodeUri").map_or("", |uri| uri.value);
    Some((all[function].key, files_of_handler(folder, handler.value)))
}

/// The files that a function's handler may be in: `src/jobs/export.run`, `app.export.run`, `com.shop.Export::run`.
fn files_of_handler(folder: &str, handler: &str) -> Vec<String> {
    let folder = folder.trim_matches(['.', '/', '"']);
    let within = |path: String| if folder.is_empty() { path } else { format!("{folder}/{path}") };
    let handler = handler.trim_matches('"').trim_start_matches("./");
    if let Some((class, _)) = handler.split_once("::") {
        return ["java", "kt", "cs"].iter().map(|ending| format!("{}.{ending}", class.replace('.', "/"))).collect();
    }
    let stem = handler.rsplit_once('.').map_or(handler, |(stem, _)| stem);
    let mut found: Vec<String> =
        ["js", "mjs", "cjs", "ts", "rb"].iter().map(|ending| within(format!("{stem}.{ending}"))).collect();
    found.push(within(format!("{}.py", stem.replace('.', "/"))));
    found
}

/// Terraform: rules of `EventBridge` with their targets, schedules, and jobs of Google's scheduler.
pub(super) fn of_terraform(text: &str) -> Vec<Job> {
    static RESOURCE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?m)^\s*resource\s+"(\w+)"\s+"([\w-]+)"\s*\{"#));
    let blocks: Vec<(&str, &str, Span)> = RESOURCE
        .captures_iter(text)
        .take(MOST_BLOCKS)
        .filter_map(|found| {
            let all = found.get(0)?;
            let span = Span::new(all.start(), end_of_block(text, all.end()));
            Some((found.get(1)?.as_str(), found.get(2)?.as_str(), span))
        })
        .collect();
    let functions: Vec<(&str, Vec<String>)> = blocks
        .iter()
        .filter(|(kind, ..)| matches!(*kind, "aws_lambda_function" | "google_cloudfunctions_function"))
        .filter_map(|(_, name, span)| {
            let handler = attribute(span.of(text), "handler").or_else(|| attribute(span.of(text), "entry_point"))?;
            Some((*name, files_of_handler("", handler.trim_matches('"'))))
        })
        .collect();
    let called = |span: &Span| {
        let inside = span.of(text);
        let named = functions.iter().filter(|(name, _)| inside.contains(&format!("function.{name}.")));
        named.flat_map(|(_, files)| files.clone()).collect::<Vec<String>>()
    };
    let mut found = Vec::new();
    for (kind, name, span) in &blocks {
        let inside = span.of(text);
        let schedule = match *kind {
            "aws_cloudwatch_event_rule" | "aws_scheduler_schedule" => attribute(inside, "schedule_expression"),
            "google_cloud_scheduler_job" | "gitlab_pipeline_schedule" => {
                attribute(inside, "schedule").or_else(|| attribute(inside, "cron"))
            }
            _ => None,
        };
        let Some(schedule) = schedule else { continue };
        let rule = format!("{kind}.{name}.");
        let targets =
            blocks.iter().filter(|(kind, _, span)| kind.ends_with("_target") && span.of(text).contains(&rule));
        let mut job = scheduled((*name).to_owned(), in_words(schedule), first_line(text, *span), *span);
        job.implied = called(span);
        for (_, _, target) in targets {
            job.implied.extend(called(target));
            job.covers.push(*target);
        }
        found.push(job);
    }
    found
}

fn first_line(text: &str, span: Span) -> Span {
    let length = span.of(text).trim_start().find('\n');
    let start = span.start as usize + (span.of(text).len() - span.of(text).trim_start().len());
    Span::new(start, length.map_or(span.end as usize, |length| start + length))
}

fn attribute<'t>(block: &'t str, name: &str) -> Option<&'t str> {
    block.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == name).then(|| value.trim())
    })
}

/// Where the block that is open at `from` ends: braces are counted, those of strings too, which are balanced.
fn end_of_block(text: &str, from: usize) -> usize {
    let mut depth = 1_usize;
    for (at, byte) in text.as_bytes()[from..].iter().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return from + at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// Azure's `function.json` with a timer: the script beside it.
pub(super) fn of_function_json(path: &str, text: &str) -> Vec<Job> {
    static SCHEDULE: LazyLock<Regex> = LazyLock::new(|| pattern(r#""schedule"\s*:\s*"([^"]+)""#));
    static SCRIPT: LazyLock<Regex> = LazyLock::new(|| pattern(r#""scriptFile"\s*:\s*"([^"]+)""#));
    if !text.contains("timerTrigger") {
        return Vec::new();
    }
    let Some(schedule) = SCHEDULE.captures(text) else { return Vec::new() };
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let name = folder.rsplit('/').next().unwrap_or("function.json");
    let at = schedule.get(0).map_or(0..0, |all| all.range());
    let at = Span::new(at.start, at.end);
    let mut job = scheduled(name.to_owned(), in_words(&schedule[1]), at, at);
    job.implied = match SCRIPT.captures(text) {
        Some(script) => vec![script[1].split('/').filter(|part| !part.starts_with('.')).collect::<Vec<_>>().join("/")],
        None => ["index.js", "index.ts", "__init__.py", "run.ps1", "run.csx"]
            .iter()
            .map(|file| format!("{name}/{file}"))
            .collect(),
    };
    vec![job]
}

/// A task of Windows' scheduler.
pub(super) fn of_task(name: &str, text: &str) -> Vec<Job> {
    static URI: LazyLock<Regex> = LazyLock::new(|| pattern(r"<URI>[^<]*?([^<\\]+)</URI>"));
    static START: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"<StartBoundary>[^<T]*T(\d\d:\d\d)[^<]*</StartBoundary>"));
    static INTERVAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"<Interval>P(?:T?)(\d+)([DHM])</Interval>"));
    let Some(triggers) = text.find("<Triggers") else { return Vec::new() };
    let end = text[triggers..].find("</Triggers>").map_or(text.len(), |end| triggers + end);
    let inside = &text[triggers..end];
    let start = START.captures(inside).map(|start| format!(" at {}", &start[1])).unwrap_or_default();
    let every = INTERVAL.captures(inside).map(|every| {
        let unit = match &every[2] {
            "D" => "d",
            "H" => "h",
            _ => "min",
        };
        format!("every {} {unit}", &every[1])
    });
    let schedule = if let Some(every) = every {
        every
    } else if inside.contains("ScheduleByDay") {
        format!("daily{start}")
    } else if inside.contains("ScheduleByWeek") {
        format!("weekly{start}")
    } else if inside.contains("ScheduleByMonth") {
        format!("monthly{start}")
    } else if inside.contains("BootTrigger") {
        "at boot".to_owned()
    } else if inside.contains("Trigger>") || inside.contains("Trigger ") {
        format!("on a schedule of Windows{start}")
    } else {
        return Vec::new();
    };
    let title = URI.captures(text).map_or_else(|| name.to_owned(), |uri| uri[1].to_owned());
    vec![scheduled(title, schedule, first_line(text, Span::new(triggers, end)), Span::new(0, text.len()))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::source::has_ending;

    fn shown(jobs: &[Job]) -> Vec<String> {
        let shown = |job: &Job| {
            let first = job.implied.iter().find(|path| has_ending(path, "py") || has_ending(path, "java"));
            format!("{}: {} {}", job.name, job.schedule, first.or(job.implied.first()).map_or("", String::as_str))
        };
        jobs.iter().map(shown).collect()
    }

    #[test]
    fn functions_with_schedules() {
        for (text, expected) in [
            (
                "functions:\n  export:\n    handler: src/jobs/export.run\n    events:\n      - schedule: rate(1 day)\n  other:\n    handler: src/other.run\n",
                "export: every 1 day src/jobs/export.py",
            ),
            (
                "functions:\n  export:\n    handler: jobs.export.run\n    events:\n      - schedule:\n          rate: cron(0 2 * * ? *)\n          enabled: true\n",
                "export: daily at 02:00 jobs/export.py",
            ),
            (
                "Resources:\n  Export:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: export/\n      Handler: app.handler\n      Events:\n        Nightly:\n          Type: Schedule\n          Properties:\n            Schedule: cron(0 2 * * ? *)\n",
                "Export: daily at 02:00 export/app.py",
            ),
            (
                "Resources:\n  Rule:\n    Type: AWS::Events::Rule\n    Properties:\n      ScheduleExpression: rate(5 minutes)\n      Targets:\n        - Arn: !GetAtt Export.Arn\n  Export:\n    Type: AWS::Lambda::Function\n    Properties:\n      Handler: com.shop.Export::run\n",
                "Export: every 5 minutes com/shop/Export.java",
            ),
            ("a:\n  schedule: rate(1 day)\n", ""),
        ] {
            assert_eq!(shown(&of_functions(text)).join("; "), expected, "{text}");
        }
    }

    #[test]
    fn terraform_azure_and_windows() {
        let rule = "resource \"aws_cloudwatch_event_rule\" \"nightly\" {\n  schedule_expression = \"cron(0 2 * * ? *)\"\n}\nresource \"aws_cloudwatch_event_target\" \"x\" {\n  rule = aws_cloudwatch_event_rule.nightly.name\n  arn  = aws_lambda_function.export.arn\n}\nresource \"aws_lambda_function\" \"export\" {\n  handler = \"export.run\"\n  environment { variables = { A = \"b\" } }\n}\n";
        assert_eq!(shown(&of_terraform(rule)), ["nightly: daily at 02:00 export.py"]);
        let google = "resource \"google_cloud_scheduler_job\" \"x\" {\n  schedule = \"0 3 * * *\"\n  http_target {\n    uri = \"https://a/internal/export\"\n  }\n}\n";
        assert_eq!(shown(&of_terraform(google)), ["x: daily at 03:00 "]);
        assert_eq!(
            shown(&of_function_json(
                "jobs/Export/function.json",
                "{\"bindings\": [{\"type\": \"timerTrigger\", \"schedule\": \"0 0 2 * * *\"}]}"
            )),
            ["Export: daily at 02:00 Export/__init__.py"]
        );
        let task = "<Task xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\"><RegistrationInfo><URI>\\Shop\\Nightly</URI></RegistrationInfo>\n<Triggers><CalendarTrigger><StartBoundary>2024-01-01T02:30:00</StartBoundary><ScheduleByDay/></CalendarTrigger></Triggers></Task>";
        assert_eq!(shown(&of_task("x.xml", task)), ["Nightly: daily at 02:30 "]);
        for text in ["resource \"aws_cloudwatch_event_rule\" \"a\" {", "<Triggers>", "handler:\nschedule: rate(1 d)"] {
            let _ = (of_terraform(text), of_task("a", text), of_functions(text), of_function_json("a", text));
        }
    }
}
