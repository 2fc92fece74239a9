//! Jobs in code: methods that a framework runs by a clock, and handlers of queues. What such a method calls in its own
//! file runs with it.

use std::sync::LazyLock;

use regex::Regex;

use super::Job;
use super::dagster;
use super::queue::python_schedule;
use super::words::{in_words, is_schedule};
use crate::model::facts::{Unit, UnitKind};
use crate::model::source::Kind;
use crate::model::span::Span;

/// Endings of the languages in which frameworks have such jobs.
const EXTENSIONS: &[&str] =
    &["java", "kt", "groovy", "ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "cs", "py", "rb", "php"];

/// Calls from a job that are followed inside of its file.
const MOST_UNITS: usize = 256;

/// Annotations and decorators with their arguments, and calls whose argument is a schedule or a queue.
static MARKS: LazyLock<Regex> = LazyLock::new(|| {
    let marks = [
        r"@(?P<annotation>Scheduled|Schedule|Cron|Interval|CronTrigger|RecurringJob|Recurring|XxlJob|Job|Processor|KafkaListener|RabbitListener|JmsListener|SqsListener|TimerTrigger)(?-u:\b)\s*(?:\((?P<arguments>[^)]*)\))?",
        r#"(?-u:\b)(?:cron|nodeCron|Cron|schedule|scheduler)\.(?:schedule|scheduleJob)\s*\(\s*(?:["'`][\w.-]+["'`]\s*,\s*)?["'`](?P<cron>[^"'`\n]+)["'`]"#,
        r#"(?-u:\b)new\s+(?:CronJob|Cron)\s*\(\s*["'`](?P<new>[^"'`\n]+)["'`]"#,
        r#"(?-u:\b)new\s+Worker\s*(?:<[^>()]*>)?\s*\(\s*["'`]?(?P<queue>[\w.:-]+)["'`]?\s*,"#,
        r"@(?:\w+\.)*(?:timer_trigger)\s*\((?P<azure>(?:[^()]|\([^()]*\))*)\)",
        r"\[TimerTrigger\s*\((?P<dotnet>[^)]*)\)",
        r"(?-u:\b)app\.timer\s*\((?P<timer>[^)]*)",
        r"@(?:\w+\.)*(?:periodic_task|db_periodic_task|scheduled_job|repeat_every)\s*\((?P<python>(?:[^()]|\([^()]*\))*)\)",
        r#"\.add_job\(\s*[\w.]+\s*,\s*(?P<added>(?:trigger\s*=\s*)?(?:["'](?:cron|interval)["']|CronTrigger|IntervalTrigger)[^\n]*)"#,
        r"(?-u:\b)schedule\.every\((?P<every>[^\n]*?)\.do\(\s*\w+",
        r"@(?:\w+\.)*(?P<task>shared_task|task|actor|db_task|job)(?-u:\b)(?:\s*\([^()]*?(?-u:\b)(?:actor_)?name\s*=\s*[\x22'](?P<called>[\w.:-]+))?",
        r"(?-u:\b)class\s+(?P<sidekiq>\w+)[^\n]*\n(?:[^\n]*\n){0,3}?[^\n]*include\s+Sidekiq::(?:Worker|Job)(?-u:\b)",
        r"(?-u:\b)class\s+(?P<active>\w+)\s*<\s*(?:ApplicationJob|ActiveJob::Base)(?-u:\b)",
        r"(?-u:\b)class\s+(?P<queued>\w+)[^{]*(?-u:\b)implements\s+[^{]*ShouldQueue(?-u:\b)",
        r#"\$signature\s*=\s*["'](?P<artisan>[\w:.-]+)"#,
        r"(?-u:\b)class\s+(?P<quartz>\w+)[^{]*?(?:(?-u:\b)extends\s+QuartzJobBean(?-u:\b)|(?-u:\b)implements\s+(?:[\w.<>]+\s*,\s*)*(?:org\.quartz\.)?Job(?-u:\b))",
        r"(?-u:\b)class\s+(?P<batch>\w+)[^{;]*?(?-u:\b)(?:implements|extends)\s+[^{;]*?(?-u:\b)(?:Tasklet|(?:\w+)?Item(?:Stream)?(?:Reader|Writer|Processor)(?:Adapter)?|StepExecutionListener(?:Support)?|JobRequestHandler)(?-u:\b)",
        r"@Bean(?-u:\b)[^;{}]*?\s(?:Step|Job|Flow|Tasklet|\w*Item(?:Reader|Writer|Processor))(?:\s*<[^;{}()]*>)?\s+(?P<bean>\w+)\s*\(",
        r"(?-u:\b)(?:BackgroundJob|jobScheduler|JobScheduler|scheduler)\s*\.\s*(?:<\s*\w+\s*>\s*)?(?P<jobrunr>enqueue|schedule|scheduleRecurrently|createRecurrently)\s*\(",
        r#"@(?:\w+\.)*(?P<command>command)\s*\((?:[^()]*?(?-u:\b)name\s*=)?\s*(?:["'](?P<said>[\w:.-]+)["'])?"#,
        r#"(?:AsCommand\s*\(\s*(?:name\s*:\s*)?|\$defaultName\s*=\s*)["'](?P<symfony>[\w:.-]+)["']"#,
        r"@(?:\w+\.)*(?P<asset>asset|multi_asset|dlt_assets|op|graph_asset)(?-u:\b)(?:\s*\((?P<selected>(?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*)\))?",
        r#"(?-u:\b)Tasks\s*\.\s*(?:recurring|oneTime|custom)\s*\(\s*(?:"(?P<dbtask>[^"\n]*)")?"#,
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
    "@KafkaListener",
    "@RabbitListener",
    "@JmsListener",
    "@SqsListener",
    ".schedule(",
    ".scheduleJob(",
    "CronJob",
    "new Cron",
    "new Worker",
    "timer_trigger",
    "TimerTrigger",
    "app.timer",
    "periodic_task",
    "shared_task",
    "db_task",
    "django_rq",
    "scheduled_job",
    "repeat_every",
    ".add_job(",
    "schedule.every",
    "celery",
    "dramatiq",
    "huey",
    "Sidekiq::",
    "ApplicationJob",
    "ActiveJob",
    "ShouldQueue",
    "$signature",
    "QuartzJobBean",
    "quartz",
    "springframework.batch",
    "jobrunr",
    "XxlJob",
    "dbscheduler",
    "import click",
    "from click",
    "cli.command",
    "typer",
    "AsCommand",
    "$defaultName",
    "dagster",
];

/// Whether a file of code has a mark of a job.
pub fn marks_jobs(path: &str, text: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    EXTENSIONS.contains(&extension) && may_have_jobs(text) && MARKS.is_match(text)
}

/// Whether a text has a word without which no file of code has a job.
fn may_have_jobs(text: &str) -> bool {
    static ANY: LazyLock<Regex> = LazyLock::new(|| {
        let words: Vec<String> = SIGNS.iter().map(|sign| regex::escape(sign)).collect();
        Regex::new(&words.join("|")).expect("a constant pattern compiles")
    });
    ANY.is_match(text)
}

/// The jobs of a file of code; `units` are the file's.
pub fn jobs_of_code(path: &str, text: &str, units: &[Unit]) -> Vec<Job> {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    if !EXTENSIONS.contains(&extension) || !may_have_jobs(text) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for mark in MARKS.captures_iter(text) {
        let range = mark.get(0).map_or(0..0, |all| all.range());
        let at = Span::new(range.start, range.end);
        let named = |name: &str| mark.name(name).map(|part| part.as_str());
        let unit_here = || units.iter().filter(|unit| is_code(unit.kind)).find(|unit| starts_with(unit, at));
        if let Some(annotation) = named("annotation") {
            let Some(unit) = unit_here().filter(|_| annotation != "Job" || text.contains("jobrunr")) else { continue };
            let arguments = named("arguments").unwrap_or("");
            let is_queued = annotation.ends_with("Listener") || matches!(annotation, "Processor" | "Job");
            let (kind, schedule) = if is_queued {
                (Kind::BackgroundJob, String::new())
            } else {
                (Kind::ScheduledTask, of_annotation(arguments))
            };
            let name = unit.name.clone();
            found.push(job(kind, name, schedule, at, called_with(text, units, unit.span)));
        } else if let Some(schedule) = named("cron").or(named("new")) {
            if !is_schedule(schedule) && named("new").is_none() {
                continue;
            }
            let call = Span::new(range.start, end_of_call(text, range.start));
            let name = around(units, at).unwrap_or_else(|| short(path).to_owned());
            let schedule = in_words(schedule);
            let covers = called_with(text, units, call);
            found.push(job(Kind::ScheduledTask, name, schedule, at, covers));
        } else if let Some(queue) = named("queue") {
            let call = Span::new(range.start, end_of_call(text, range.start));
            let covers = called_with(text, units, call);
            let (name, schedule) = (queue.to_owned(), String::new());
            let answers = vec![format!("queue:{queue}")];
            found.push(Job { answers, ..job(Kind::BackgroundJob, name, schedule, at, covers) });
        } else if let Some(arguments) = named("azure").or(named("python")) {
            let Some(unit) = unit_here() else { continue };
            let schedule = of_python(arguments);
            found.push(job(Kind::ScheduledTask, unit.name.clone(), schedule, at, called_with(text, units, unit.span)));
        } else if let Some(arguments) = named("dotnet") {
            let Some(unit) = units.iter().rev().find(|unit| unit.kind == UnitKind::Method && unit.span.contains(at))
            else {
                continue;
            };
            let covers = called_with(text, units, unit.span);
            found.push(job(Kind::ScheduledTask, unit.name.clone(), of_annotation(arguments), at, covers));
        } else if let Some(arguments) = named("timer") {
            let call = Span::new(range.start, end_of_call(text, range.start));
            let name = arguments.split(['"', '\'', '`']).nth(1).unwrap_or("timer").to_owned();
            let schedule = of_annotation(call.of(text).split_once("schedule").map_or("", |(_, rest)| rest));
            found.push(job(Kind::ScheduledTask, name, schedule, at, called_with(text, units, call)));
        } else if let Some(arguments) = named("added").or(named("every")) {
            let covers = called_with(text, units, at);
            let name = covers.get(1).and_then(|span| units.iter().find(|unit| unit.span == *span));
            let name = name.map_or_else(|| short(path).to_owned(), |unit| unit.name.clone());
            let schedule = match named("every") {
                Some(every) => of_every(every),
                None => of_python(arguments),
            };
            found.push(job(Kind::ScheduledTask, name, schedule, at, covers));
        } else if named("task").is_some() {
            // Others have tasks that nobody queues.
            let queues = ["celery", "dramatiq", "huey", "shared_task", "django_rq", "arq"];
            let Some(unit) = unit_here().filter(|_| queues.iter().any(|word| text.contains(word))) else { continue };
            let called = named("called").map(|called| called.rsplit('.').next().unwrap_or(called));
            let answers = vec![format!("task:{}", called.unwrap_or(last(&unit.name)))];
            let covers = called_with(text, units, unit.span);
            found.push(Job { answers, ..job(Kind::BackgroundJob, unit.name.clone(), String::new(), at, covers) });
        } else if let Some(class) = named("sidekiq").or(named("active")).or(named("queued")) {
            let of_class = |unit: &&Unit| unit.kind == UnitKind::Class && last(&unit.name) == class;
            let Some(unit) = units.iter().find(of_class) else { continue };
            let answers = vec![format!("class:{class}")];
            let (name, covers) = (class.to_owned(), vec![unit.span]);
            found.push(Job { answers, ..job(Kind::BackgroundJob, name, String::new(), at, covers) });
        } else if named("command").is_some() {
            let Some(unit) = unit_here() else { continue };
            let function = last(&unit.name);
            let mut answers: Vec<String> = vec![named("said").unwrap_or(function).to_owned()];
            if named("said").is_none() {
                answers.push(function.replace('_', "-"));
            }
            let answers = answers.into_iter().map(|name| format!("command:{name}")).collect();
            let covers = called_with(text, units, unit.span);
            found.push(Job { answers, ..job(Kind::SupportTool, unit.name.clone(), String::new(), at, covers) });
        } else if let Some(command) = named("symfony") {
            let of_class = |unit: &&Unit| unit.kind == UnitKind::Class && unit.span.end > at.end;
            let Some(unit) = units.iter().find(of_class) else { continue };
            let answers = vec![format!("command:{command}")];
            let (name, covers) = (command.to_owned(), vec![unit.span]);
            found.push(Job { answers, ..job(Kind::SupportTool, name, String::new(), at, covers) });
        } else if named("asset").is_some() {
            let Some(unit) = unit_here().filter(|_| text.contains("dagster")) else { continue };
            let (kind, schedule, answers) = dagster::asset(named("selected").unwrap_or(""), last(&unit.name));
            let covers = called_with(text, units, unit.span);
            found.push(Job { answers, ..job(kind, unit.name.clone(), schedule, at, covers) });
        } else if let Some(command) = named("artisan") {
            let Some(unit) = units.iter().find(|unit| unit.kind == UnitKind::Class && unit.span.contains(at)) else {
                continue;
            };
            let answers = vec![format!("artisan:{command}")];
            let (name, covers) = (command.to_owned(), vec![unit.span]);
            found.push(Job { answers, ..job(Kind::SupportTool, name, String::new(), at, covers) });
        } else if let Some(class) = named("quartz") {
            if !text.contains("quartz") {
                continue;
            }
            let of_class = |unit: &&Unit| unit.kind == UnitKind::Class && last(&unit.name) == class;
            let Some(unit) = units.iter().find(of_class) else { continue };
            let schedule = "on a schedule of Quartz".to_owned();
            let answers = vec![format!("class:{class}")];
            let (name, covers) = (class.to_owned(), vec![unit.span]);
            found.push(Job { answers, ..job(Kind::ScheduledTask, name, schedule, at, covers) });
        } else if let Some(class) = named("batch") {
            if !text.contains("springframework.batch") && !text.contains("jobrunr") {
                continue;
            }
            let of_class = |unit: &&Unit| unit.kind == UnitKind::Class && last(&unit.name) == class;
            let Some(unit) = units.iter().find(of_class) else { continue };
            let (name, covers) = (class.to_owned(), vec![unit.span]);
            let answers = vec![format!("class:{class}")];
            found.push(Job { answers, ..job(Kind::BackgroundJob, name, String::new(), at, covers) });
        } else if let Some(bean) = named("bean") {
            let is_here = |unit: &&Unit| {
                unit.kind == UnitKind::Method
                    && last(&unit.name) == bean
                    && unit.span.start <= at.end
                    && at.start <= unit.span.end
            };
            let unit = units.iter().find(is_here).filter(|_| text.contains("springframework.batch"));
            let Some(unit) = unit else { continue };
            let covers = called_with(text, units, unit.span);
            found.push(job(Kind::BackgroundJob, bean.to_owned(), String::new(), at, covers));
        } else if let Some(method) = named("jobrunr") {
            if !text.contains("jobrunr") {
                continue;
            }
            let call = Span::new(range.start, end_of_call(text, range.start));
            let name = around(units, at).unwrap_or_else(|| short(path).to_owned());
            let (kind, schedule) = match method {
                "scheduleRecurrently" | "createRecurrently" => (Kind::ScheduledTask, of_recurrent(call.of(text))),
                _ => (Kind::BackgroundJob, String::new()),
            };
            found.push(job(kind, name, schedule, at, called_with(text, units, call)));
        } else if text.contains("dbscheduler") {
            // To the end of the statement, with the lambda that it is given.
            let end = text[range.end..].find(");").map_or(text.len(), |end| range.end + end + 2);
            let call = Span::new(range.start, end.max(end_of_call(text, range.start)));
            let name = named("dbtask").map_or_else(|| short(path).to_owned(), str::to_owned);
            let schedule = of_fixed(call.of(text));
            let kind = if schedule.is_empty() { Kind::BackgroundJob } else { Kind::ScheduledTask };
            found.push(job(kind, name, schedule, at, called_with(text, units, call)));
        }
    }
    found
}

fn job(kind: Kind, name: String, schedule: String, at: Span, covers: Vec<Span>) -> Job {
    Job { kind, name, schedule, at, covers, implied: Vec::new(), answers: Vec::new() }
}

/// `crontab(hour="2")`, `"cron", hour=2, minute=30`, `schedule="0 0 2 * * *"`, `seconds=60`.
fn of_python(arguments: &str) -> String {
    if let Some(at) = arguments.find("crontab(") {
        return python_schedule(arguments[at..].split_inclusive(')').next().unwrap_or(""));
    }
    let quoted = of_annotation(arguments);
    if quoted != ELSEWHERE {
        return quoted;
    }
    for unit in ["seconds", "minutes", "hours", "days", "weeks"] {
        let value = arguments.split_once(unit).and_then(|(_, rest)| rest.trim_start().strip_prefix('='));
        let amount: String = value.map_or("", str::trim_start).chars().take_while(char::is_ascii_digit).collect();
        if !amount.is_empty() {
            return format!("every {amount} {unit}");
        }
    }
    if ["hour", "minute", "day_of_week"].iter().any(|field| arguments.contains(field)) {
        let fields = arguments.replace("day=", "day_of_month=");
        return python_schedule(&format!("crontab({fields})"));
    }
    quoted
}

/// `10).minutes`, `).day.at("02:00")` of `schedule.every(…`.
fn of_every(rest: &str) -> String {
    let (amount, units) = rest.split_once(')').unwrap_or(("", rest));
    let unit = units.trim_start_matches('.').split(['.', '(']).next().unwrap_or("");
    let time = units.split_once(".at(").map_or("", |(_, time)| time).trim_matches(['"', '\'', ')']);
    let every = if amount.trim().is_empty() { format!("every {unit}") } else { format!("every {amount} {unit}") };
    if time.is_empty() { every } else { format!("{every} at {time}") }
}

/// `FixedDelay.ofMinutes(10)`, `Schedules.cron("…")`, `Schedules.daily(…)`; empty for a task that others put in a queue.
fn of_fixed(text: &str) -> String {
    for unit in ["Seconds", "Minutes", "Hours", "Days"] {
        let amount = text.split_once(&format!("of{unit}(")).map_or("", |(_, rest)| rest);
        let amount: String = amount.chars().take_while(char::is_ascii_digit).collect();
        if !amount.is_empty() {
            return format!("every {amount} {}", unit.to_lowercase());
        }
    }
    if text.contains("recurring") { of_annotation(text) } else { String::new() }
}

/// `Cron.daily()`, `Duration.ofMinutes(5)`, `"0 2 * * *"` of `JobRunr`.
fn of_recurrent(call: &str) -> String {
    if let Some((_, rest)) = call.split_once("Cron.") {
        return rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    }
    match of_fixed(call) {
        every if every.is_empty() => of_annotation(call),
        every => every,
    }
}

/// What is said of a schedule that settings hold.
const ELSEWHERE: &str = "on a schedule that is set elsewhere";

pub(super) fn is_code(kind: UnitKind) -> bool {
    matches!(kind, UnitKind::Function | UnitKind::Method | UnitKind::Class)
}

/// Whether an annotation stands before the unit or among its modifiers: the first unit that holds it at its head, or
/// that starts behind it.
fn starts_with(unit: &Unit, mark: Span) -> bool {
    unit.span.start == mark.start
        || (unit.span.start > mark.end && unit.kind != UnitKind::Class)
        || (unit.span.start < mark.start && unit.kind != UnitKind::Class && unit.span.contains(mark))
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
        None => ELSEWHERE.to_owned(),
    }
}

/// Where the call that starts at `from` ends: brackets are counted, strings are not looked into.
pub(super) fn end_of_call(text: &str, from: usize) -> usize {
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
pub fn called_with(text: &str, units: &[Unit], start: Span) -> Vec<Span> {
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
        let mut facts = format_of(path, text).expect("a format").extract(Input::new(path, text));
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
        for (path, text, expected) in [
            (
                "a.py",
                "from celery import shared_task\n\n@shared_task\ndef export():\n    READS()\n",
                "background-job export:  +",
            ),
            (
                "a.py",
                "@scheduler.scheduled_job('cron', hour=2, minute=30)\ndef export():\n    READS()\n",
                "scheduled-task export: daily at 02:30 +",
            ),
            (
                "a.py",
                "def export():\n    READS()\n\nscheduler.add_job(export, 'interval', hours=2)\n",
                "scheduled-task export: every 2 hours +",
            ),
            (
                "a.py",
                "def export():\n    READS()\n\nschedule.every().day.at(\"02:00\").do(export)\n",
                "scheduled-task export: every day at 02:00 +",
            ),
            (
                "a.py",
                "@app.timer_trigger(schedule=\"0 0 2 * * *\", arg_name=\"t\")\ndef export(t):\n    READS()\n",
                "scheduled-task export: daily at 02:00 +",
            ),
            (
                "a.ts",
                "app.timer('export', { schedule: '0 0 2 * * *', handler: async () => { READS(); } });\n",
                "scheduled-task export: daily at 02:00 +",
            ),
            (
                "a.rb",
                "class ExportJob\n  include Sidekiq::Job\n\n  def perform\n    READS\n  end\nend\n",
                "background-job ExportJob:  +",
            ),
            (
                "A.java",
                "import org.quartz.Job;\nclass A implements Job {\n  public void execute(JobExecutionContext c) { READS(); }\n}",
                "scheduled-task A: on a schedule of Quartz +",
            ),
        ] {
            check(path, text, &[expected]);
        }
        check("a.ts", "function READS() { const worker = new WebWorker('x'); }", &[]);
    }
}
