//! Jobs in code: methods that a framework runs by a clock, and handlers of queues. What such a method calls in its own
//! file runs with it.

use std::sync::LazyLock;

use regex::Regex;

use super::Job;
use super::words::{in_words, is_schedule};
use crate::model::facts::{Unit, UnitKind};
use crate::model::source::Kind;
use crate::model::span::Span;

/// Endings of the languages in which frameworks have such jobs.
const EXTENSIONS: &[&str] = &["java", "kt", "groovy", "ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "cs"];

/// Calls from a job that are followed inside of its file.
const MOST_UNITS: usize = 256;

/// Annotations and decorators with their arguments, and calls whose argument is a schedule or a queue.
static MARKS: LazyLock<Regex> = LazyLock::new(|| {
    let marks = [
        r"@(?P<annotation>Scheduled|Schedule|Cron|Interval|CronTrigger|RecurringJob|Recurring|Processor|KafkaListener|RabbitListener|JmsListener|SqsListener)\b\s*(?:\((?P<arguments>[^)]*)\))?",
        r#"\b(?:cron|nodeCron|Cron|schedule|scheduler)\.(?:schedule|scheduleJob)\s*\(\s*(?:["'`][\w.-]+["'`]\s*,\s*)?["'`](?P<cron>[^"'`\n]+)["'`]"#,
        r#"\bnew\s+(?:CronJob|Cron)\s*\(\s*["'`](?P<new>[^"'`\n]+)["'`]"#,
        r#"\bnew\s+Worker\s*(?:<[^>()]*>)?\s*\(\s*["'`]?(?P<queue>[\w.:-]+)["'`]?\s*,"#,
        r"\bclass\s+(?P<quartz>\w+)[^{]*?(?:\bextends\s+QuartzJobBean\b|\bimplements\s+(?:[\w.<>]+\s*,\s*)*(?:org\.quartz\.)?Job\b)",
    ];
    Regex::new(&marks.join("|")).expect("a constant pattern compiles")
});

/// Words without one of which no file has such a job.
const SIGNS: &[&str] = &[
    "@Schedule",
    "@Cron",
    "@Interval",
    "@Recurring",
    "@Processor",
    "Listener",
    ".schedule(",
    ".scheduleJob(",
    "CronJob",
    "new Cron",
    "new Worker",
    "QuartzJobBean",
    "quartz",
];

/// The jobs of a file of code; `units` are the file's.
pub fn jobs_of_code(path: &str, text: &str, units: &[Unit]) -> Vec<Job> {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    if !EXTENSIONS.contains(&extension) || !SIGNS.iter().any(|sign| text.contains(sign)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for mark in MARKS.captures_iter(text) {
        let range = mark.get(0).map_or(0..0, |all| all.range());
        let at = Span::new(range.start, range.end);
        let named = |name: &str| mark.name(name).map(|part| part.as_str());
        let unit_here = || units.iter().filter(|unit| is_code(unit.kind)).find(|unit| starts_with(unit, at));
        if let Some(annotation) = named("annotation") {
            let Some(unit) = unit_here() else { continue };
            let arguments = named("arguments").unwrap_or("");
            let (kind, schedule) = if annotation.ends_with("Listener") || annotation == "Processor" {
                (Kind::BackgroundJob, String::new())
            } else {
                (Kind::ScheduledTask, of_annotation(arguments))
            };
            let name = unit.name.clone();
            found.push(Job { kind, name, schedule, at, covers: closure(text, units, unit.span), implied: Vec::new() });
        } else if let Some(schedule) = named("cron").or(named("new")) {
            if !is_schedule(schedule) && named("new").is_none() {
                continue;
            }
            let call = Span::new(range.start, end_of_call(text, range.start));
            let name = around(units, at).unwrap_or_else(|| short(path).to_owned());
            let schedule = in_words(schedule);
            let covers = closure(text, units, call);
            found.push(Job { kind: Kind::ScheduledTask, name, schedule, at, covers, implied: Vec::new() });
        } else if let Some(queue) = named("queue") {
            let call = Span::new(range.start, end_of_call(text, range.start));
            let covers = closure(text, units, call);
            let (name, schedule) = (queue.to_owned(), String::new());
            found.push(Job { kind: Kind::BackgroundJob, name, schedule, at, covers, implied: Vec::new() });
        } else if let Some(class) = named("quartz") {
            if !text.contains("quartz") {
                continue;
            }
            let of_class = |unit: &&Unit| unit.kind == UnitKind::Class && last(&unit.name) == class;
            let Some(unit) = units.iter().find(of_class) else { continue };
            let schedule = "on a schedule of Quartz".to_owned();
            let (name, covers) = (class.to_owned(), vec![unit.span]);
            found.push(Job { kind: Kind::ScheduledTask, name, schedule, at, covers, implied: Vec::new() });
        }
    }
    found
}

fn is_code(kind: UnitKind) -> bool {
    matches!(kind, UnitKind::Function | UnitKind::Method | UnitKind::Class)
}

/// Whether an annotation stands before the unit or among its modifiers: the first unit that holds it at its head, or
/// that starts behind it.
fn starts_with(unit: &Unit, mark: Span) -> bool {
    unit.span.start == mark.start
        || (unit.span.start > mark.end && unit.kind != UnitKind::Class)
        || (unit.span.start < mark.start && unit.kind == UnitKind::Method && unit.span.contains(mark))
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn short(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn around(units: &[Unit], at: Span) -> Option<String> {
    units.iter().rev().find(|unit| unit.span.contains(at)).map(|unit| unit.name.clone())
}

/// `cron = "…"`, `fixedRate = 5000`, `"0 2 * * *"`, `CronExpression.EVERY_DAY_AT_2AM`.
fn of_annotation(arguments: &str) -> String {
    static QUOTED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"["'`]([^"'`]*)["'`]"#).expect("a constant pattern"));
    static RATE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"fixed(?:Rate|Delay)\w*\s*=\s*([\d_]+)").expect("a constant pattern"));
    if let Some(rate) = RATE.captures(arguments)
        && let Ok(milliseconds) = rate[1].replace('_', "").parse::<u64>()
    {
        return match milliseconds {
            ms if ms > 0 && ms % 3_600_000 == 0 => format!("every {} h", ms / 3_600_000),
            ms if ms > 0 && ms % 60_000 == 0 => format!("every {} min", ms / 60_000),
            ms if ms > 0 && ms % 1000 == 0 => format!("every {} s", ms / 1000),
            ms => format!("every {ms} ms"),
        };
    }
    if let Some(quoted) =
        QUOTED.captures_iter(arguments).find(|quoted| is_schedule(&quoted[1]) || quoted[1].contains("${"))
    {
        return in_words(&quoted[1]);
    }
    match arguments.split_once("CronExpression.") {
        Some((_, rest)) => {
            let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            name.to_lowercase().replace('_', " ")
        }
        None => "on a schedule that is set elsewhere".to_owned(),
    }
}

/// Where the call that starts at `from` ends: brackets are counted, strings are not looked into.
fn end_of_call(text: &str, from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in text.as_bytes()[from..].iter().enumerate() {
        match byte {
            b'(' | b'{' | b'[' => depth += 1,
            b')' | b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return from + at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// A stretch of code, and the functions of the file that it names, and those that they name.
fn closure(text: &str, units: &[Unit], start: Span) -> Vec<Span> {
    let named: std::collections::BTreeMap<&str, Vec<Span>> = units
        .iter()
        .filter(|unit| matches!(unit.kind, UnitKind::Function | UnitKind::Method))
        .fold(std::collections::BTreeMap::new(), |mut named, unit| {
            named.entry(last(&unit.name)).or_insert_with(Vec::new).push(unit.span);
            named
        });
    let mut found = vec![start];
    let mut next = 0;
    while let Some(&span) = found.get(next) {
        next += 1;
        for word in span.of(text).split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$') {
            for &other in named.get(word).into_iter().flatten() {
                if found.len() < MOST_UNITS && !found.contains(&other) && !other.contains(span) {
                    found.push(other);
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Input, format_of};

    fn check(path: &str, text: &str, expected: &[&str]) {
        let mut facts = format_of(path, text).expect("a format").extract(Input { path, text });
        facts.put_in_order();
        let found: Vec<String> = jobs_of_code(path, text, &facts.units)
            .iter()
            .map(|job| {
                let reads = text.find("READS").map(|at| Span::new(at, at + 5)).expect("a mark");
                let covered = job.covers.iter().any(|span| span.contains(reads));
                format!("{} {}: {}{}", job.kind.name(), job.name, job.schedule, if covered { " +" } else { "" })
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn methods_that_frameworks_run() {
        check(
            "A.java",
            "class A {\n  @Scheduled(cron = \"0 0 2 * * *\")\n  public void nightly() { load(); }\n  void load() { q(\"READS\"); }\n  void other() {}\n}",
            &["scheduled-task A.nightly: daily at 02:00 +"],
        );
        check(
            "A.java",
            "class A {\n  @Scheduled(fixedRate = 60000)\n  void often() { }\n  void other() { q(\"READS\"); }\n}",
            &["scheduled-task A.often: every 1 min"],
        );
        check(
            "a.ts",
            "export class A {\n  @Cron('0 30 3 * * *')\n  async run() { await this.db.query('READS'); }\n}",
            &["scheduled-task A.run: daily at 03:30 +"],
        );
        check(
            "a.ts",
            "async function exportUsers() { await q('READS'); }\ncron.schedule('0 2 * * *', exportUsers);\n",
            &["scheduled-task a.ts: daily at 02:00 +"],
        );
        check(
            "a.ts",
            "new Worker('mail', async (job) => { await q('READS'); }, { connection });\nfunction x() {}\n",
            &["background-job mail:  +"],
        );
        check("a.ts", "function READS() { const worker = new WebWorker('x'); }", &[]);
    }
}
