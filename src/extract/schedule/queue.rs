//! What puts jobs into queues by a clock, and what a framework's scheduler calls by name: `BullMQ`'s schedulers, Celery's
//! beat, Sidekiq's cron, Laravel's schedule, Quartz.

use std::sync::LazyLock;

use regex::Regex;

use super::Job;
use super::code::end_of_call;
use super::file::{pattern, scheduled};
use super::words::{in_words, is_schedule};
use crate::model::span::Span;

/// Words without one of which a file of code schedules nothing that other files run.
const SIGNS: &[&str] = &[
    "upsertJobScheduler",
    "repeat:",
    "$schedule->",
    "Schedule::",
    "CRONJOBS",
    "beat_schedule",
    "add_periodic_task",
    "newJob(",
    "setJobClass(",
];

/// What a file of code or settings runs by a clock in other files.
pub fn jobs_of_producers(path: &str, text: &str) -> Vec<Job> {
    if !SIGNS.iter().any(|sign| text.contains(sign)) {
        return Vec::new();
    }
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "ts" | "js" | "mts" | "cts" | "mjs" | "cjs" | "tsx" | "jsx" => of_bull(text),
        "php" => of_laravel(text),
        "java" | "kt" => of_quartz_code(text),
        "py" => of_celery(text),
        _ => Vec::new(),
    }
}

/// `JobBuilder.newJob(Export.class)`, `factory.setJobClass(Export.class)`, with the schedule of the nearest trigger behind it.
fn of_quartz_code(text: &str) -> Vec<Job> {
    static JOB: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?-u:\b)(?:newJob|setJobClass|ofType)\s*\(\s*([\w.]+?)(?:\.class|::class\.java)\s*\)")
    });
    static WHEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"(?:cronSchedule|setCronExpression)\s*\(\s*"([^"\n]+)"|(?:repeat|withIntervalIn)(Seconds|Secondly|Minutes|Minutely|Hours|Hourly)(?:Forever)?\s*\(\s*(\d*)"#,
        )
    });
    let jobs: Vec<_> = JOB.captures_iter(text).collect();
    let mut found = Vec::new();
    for (at, job) in jobs.iter().enumerate() {
        let range = job.get(0).map_or(0..0, |all| all.range());
        let next = jobs.get(at + 1).and_then(|next| next.get(0)).map_or(text.len(), |next| next.start());
        let when = WHEN.captures(&text[range.end..next]).or_else(|| WHEN.captures(&text[range.end..]));
        let schedule = match when {
            Some(when) => match (when.get(1), when.get(2)) {
                (Some(cron), _) => in_words(cron.as_str()),
                (_, Some(unit)) => {
                    let unit = match unit.as_str() {
                        "Seconds" | "Secondly" => "s",
                        "Minutes" | "Minutely" => "min",
                        _ => "h",
                    };
                    let amount = when.get(3).map_or("", |amount| amount.as_str());
                    format!("every {} {unit}", if amount.is_empty() { "1" } else { amount })
                }
                _ => "on a schedule of Quartz".to_owned(),
            },
            None => "on a schedule of Quartz".to_owned(),
        };
        let class = job[1].rsplit('.').next().unwrap_or(&job[1]).to_owned();
        let span = Span::new(range.start, range.end);
        let mut made = scheduled(class.clone(), schedule, span, span);
        made.implied.push(format!("class:{class}"));
        found.push(made);
    }
    found
}

/// Which queue each variable is: `mail = new Queue("mail")`; across files, because queues are exported.
pub fn queues(text: &str) -> Vec<(String, String)> {
    static QUEUE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r#"(\w+)\s*(?::\s*[\w<>., ]+)?=\s*new\s+Queue\s*(?:<[^()]*>)?\s*\(\s*["'`]?([\w.:-]+)["'`]?"#)
    });
    if !text.contains("new Queue") {
        return Vec::new();
    }
    QUEUE.captures_iter(text).map(|found| (found[1].to_owned(), found[2].to_owned())).collect()
}

/// `queue.upsertJobScheduler(id, { pattern: "…" })`, `queue.add(name, data, { repeat: { pattern: "…" } })`.
fn of_bull(text: &str) -> Vec<Job> {
    static CALL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r#"(\w+)\s*\.\s*(?:upsertJobScheduler|add)\s*\(\s*(?:["'`]([^"'`\n]*)["'`]|[\w.]+)\s*,"#)
    });
    static WHEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"(?-u:\b)(?:pattern|cron)\s*:\s*["'`]([^"'`\n]+)["'`]|(?-u:\b)every\s*:\s*([\d_ *]+)|(?-u:\b)(?:pattern|cron|every)\s*:\s*([A-Za-z_][\w.]*)"#,
        )
    });
    let mut found = Vec::new();
    for call in CALL.captures_iter(text) {
        let range = call.get(0).map_or(0..0, |all| all.range());
        let mut end = (range.end + 600).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let rest = &text[range.end..end];
        // Up to the end of the statement; `add` without `repeat` is no schedule.
        let rest = rest.split(");").next().unwrap_or(rest);
        if !(text[range.clone()].contains("upsertJobScheduler") || rest.contains("repeat")) {
            continue;
        }
        let Some(when) = WHEN.captures(rest) else { continue };
        let schedule = match (when.get(1), when.get(2)) {
            (Some(pattern), _) => in_words(pattern.as_str()),
            (_, Some(every)) => every_milliseconds(every.as_str()),
            _ => "on a schedule that is set elsewhere".to_owned(),
        };
        let name = call.get(2).map_or_else(|| call[1].to_owned(), |name| name.as_str().to_owned());
        let span = Span::new(range.start, range.end);
        let mut job = scheduled(name, schedule, span, span);
        job.implied.push(format!("queue:{}", &call[1]));
        found.push(job);
    }
    found
}

fn every_milliseconds(text: &str) -> String {
    let factors: Option<Vec<u64>> =
        text.split('*').map(|factor| factor.trim().replace('_', "").parse::<u64>().ok()).collect();
    let product = factors.and_then(|factors| factors.into_iter().try_fold(1_u64, u64::checked_mul));
    match product {
        Some(ms) if ms > 0 && ms % 3_600_000 == 0 => format!("every {} h", ms / 3_600_000),
        Some(ms) if ms > 0 && ms % 60_000 == 0 => format!("every {} min", ms / 60_000),
        Some(ms) if ms > 0 => format!("every {} s", ms / 1000),
        _ => "on a schedule that is set elsewhere".to_owned(),
    }
}

/// Celery's beat, `add_periodic_task`, and the list of django-crontab.
fn of_celery(text: &str) -> Vec<Job> {
    static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?:["']([\w .:/-]+)["']\s*:|(\w+)\s*=)\s*(?:dict)?$"#));
    static TASK: LazyLock<Regex> = LazyLock::new(|| pattern(r#"["']?(?-u:\b)task["']?\s*[:=]\s*["']([\w.-]+)["']"#));
    static WHEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r#"["']?(?-u:\b)schedule["']?\s*[:=]\s*(crontab\([^)]*\)|[\d.]+|timedelta\([^)]*\)|\S+)"#)
    });
    static PERIODIC: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"add_periodic_task\(\s*(crontab\([^)]*\)|[\d.]+|timedelta\([^)]*\)|\w+)\s*,\s*([\w.]+?)\.(?:s|si|signature)\(",
        )
    });
    static CRONJOB: LazyLock<Regex> = LazyLock::new(|| pattern(r#"\(\s*["']([^"'\n]+)["']\s*,\s*["']([\w.]+)["']"#));
    let mut found = Vec::new();
    let mut push = |range: std::ops::Range<usize>, name: &str, schedule: String, task: &str| {
        let span = Span::new(range.start, range.end);
        let mut job = scheduled(name.to_owned(), schedule, span, span);
        job.implied.push(format!("task:{}", task.rsplit('.').next().unwrap_or(task)));
        found.push(job);
    };
    if text.contains("beat_schedule") || text.contains("BEAT_SCHEDULE") {
        for task in TASK.captures_iter(text) {
            let Some(start) = task.get(0).and_then(|task| opening(text, task.start())) else { continue };
            let end = end_of_call(text, start);
            let Some(name) = NAME.captures(text[..start].trim_end()) else { continue };
            let when = WHEN.captures(&text[start..end]).map_or_else(String::new, |when| python_schedule(&when[1]));
            let named = name.get(1).or(name.get(2)).map_or("", |name| name.as_str());
            push(name.get(0).map_or(start, |all| all.start())..end, named, when, &task[1]);
        }
    }
    for call in PERIODIC.captures_iter(text) {
        let name = call[2].rsplit('.').next().unwrap_or("").to_owned();
        push(call.get(0).map_or(0..0, |all| all.range()), &name, python_schedule(&call[1]), &call[2]);
    }
    if let Some(start) = text.find("CRONJOBS") {
        for entry in CRONJOB.captures_iter(&text[start..]).filter(|entry| is_schedule(&entry[1])) {
            let range = entry.get(0).map_or(0..0, |all| all.start() + start..all.end() + start);
            push(range, entry[2].rsplit('.').next().unwrap_or(""), in_words(&entry[1]), &entry[2]);
        }
    }
    found
}

/// Furthest that the beginning of an object is looked for.
const MOST_BEFORE: usize = 4000;

/// Where the innermost braces or parentheses around a place begin.
fn opening(text: &str, at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (back, byte) in text.as_bytes()[..at].iter().rev().take(MOST_BEFORE).enumerate() {
        match byte {
            b'}' | b')' | b']' => depth += 1,
            b'{' | b'(' | b'[' if depth == 0 => return Some(at - back - 1),
            b'{' | b'(' | b'[' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// `crontab(hour=2, minute=30)`, `3600.0`, `timedelta(hours=1)`.
pub(super) fn python_schedule(text: &str) -> String {
    let text = text.trim().trim_end_matches(',');
    let arguments = |text: &str| -> Vec<(String, String)> {
        let inside = text.split_once('(').map_or("", |(_, inside)| inside).trim_end_matches(')');
        let pairs = inside.split(", ").flat_map(|part| part.split(",\n")).filter_map(|part| part.split_once('='));
        let clean = |part: &str| part.trim().trim_matches(['"', '\'', ',']).to_owned();
        pairs.map(|(name, value)| (clean(name), clean(value))).collect()
    };
    if text.starts_with("crontab") {
        let given = arguments(text);
        let field = |name: &str, other: &str| {
            given.iter().find(|(key, _)| key == name).map_or_else(|| other.to_owned(), |(_, value)| value.clone())
        };
        let minute = field("minute", "*");
        let expression = [
            minute,
            field("hour", "*"),
            field("day_of_month", "*"),
            field("month_of_year", "*"),
            field("day_of_week", "*"),
        ];
        return in_words(&expression.join(" "));
    }
    if let Ok(seconds) = text.parse::<f64>() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of a schedule")]
        let seconds = seconds.clamp(0.0, 1e12) as u64;
        return every_milliseconds(&(seconds * 1000).to_string());
    }
    if text.starts_with("timedelta") {
        let given = arguments(text);
        if let [(unit, amount)] = given.as_slice() {
            return format!("every {amount} {unit}");
        }
    }
    "on a schedule that is set elsewhere".to_owned()
}

/// `$schedule->command('export:users')->dailyAt('02:00')`, `->job(new ExportUsers)`, also of the facade.
fn of_laravel(text: &str) -> Vec<Job> {
    static CALL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"(?:\$schedule->|Schedule::)(command|job|call|exec)\(\s*(?:\[\s*)?(?:new\s+)?(?:["']([^"'\n]*)["']|\\?([\w\\]+?)(?:::class)?(?-u:\b))?"#,
        )
    });
    static WHEN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"->(cron|dailyAt|everyMinute|every\w+|hourly|daily|weekly|monthly|yearly|quarterly)\(\s*(?:["']([^"'\n]*)["'])?"#,
        )
    });
    let mut found = Vec::new();
    for call in CALL.captures_iter(text) {
        let range = call.get(0).map_or(0..0, |all| all.range());
        let rest = &text[range.start..];
        let end = rest.find(';').map_or(text.len(), |end| range.start + end);
        let span = Span::new(range.start, end);
        let Some(when) = WHEN.captures(&text[range.start..end]) else { continue };
        let schedule = match (&when[1], when.get(2)) {
            ("cron", Some(expression)) => in_words(expression.as_str()),
            ("dailyAt", Some(time)) => format!("daily at {}", time.as_str()),
            ("daily" | "weekly" | "monthly" | "hourly" | "quarterly", _) => in_words(&when[1]),
            (other, _) => words_of(other),
        };
        let text = call.get(2).map_or("", |text| text.as_str());
        let class = call.get(3).map_or("", |class| class.as_str()).rsplit('\\').next().unwrap_or("");
        let (name, implied) = match (&call[1], text, class) {
            ("command", command, _) if !command.is_empty() => {
                let command = command.split_whitespace().next().unwrap_or("");
                (command.to_owned(), vec![format!("artisan:{command}")])
            }
            (_, "", class) if class.starts_with(char::is_uppercase) => {
                (class.to_owned(), vec![format!("class:{class}"), format!("{class}.php")])
            }
            _ => ("schedule".to_owned(), Vec::new()),
        };
        let mut job = scheduled(name, schedule, span, span);
        job.implied = implied;
        found.push(job);
    }
    found
}

/// `everyFiveMinutes` as words.
fn words_of(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

/// Quartz' and Spring's XML: `<job-class>`, the bean and method of a trigger, with the cron expression beside it.
pub(super) fn of_quartz(text: &str) -> Vec<Job> {
    static JOB: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"<job-class>\s*([\w.$]+)\s*</job-class>|<task:scheduled\s[^>]*(?-u:\b)ref="(\w+)"[^>]*>|class="[\w.]*JobDetail\w*"|(?-u:\b)name="targetObject"\s+ref="(\w+)""#,
        )
    });
    static CRON: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"(?:<cron-expression>|cron="|name="cronExpression"\s+value="|name="cronExpression">\s*<value>)\s*([^<"]+)"#,
        )
    });
    if !(text.contains("<job-class>") || text.contains("task:scheduled") || text.contains("cronExpression")) {
        return Vec::new();
    }
    let first = CRON.captures(text).map(|cron| in_words(&cron[1]));
    let mut found = Vec::new();
    for job in JOB.captures_iter(text) {
        let Some(name) = job.get(1).or(job.get(2)).or(job.get(3)) else { continue };
        let class = name.as_str().rsplit(['.', '$']).next().unwrap_or("");
        let at = job.get(0).map_or(0..0, |all| all.range());
        let own = CRON.captures(&text[at.clone()]).map(|cron| in_words(&cron[1]));
        let schedule = own.or_else(|| first.clone()).unwrap_or_else(|| "on a schedule of Quartz".to_owned());
        let span = Span::new(at.start, at.end);
        let mut made = scheduled(class.to_owned(), schedule, span, span);
        made.implied = files_of_bean(class);
        found.push(made);
    }
    found
}

/// Jobs that rows name: `INSERT INTO job … VALUES (…, 'exportTask.run()', '0 0 2 * * ?')`.
pub(super) fn of_rows(text: &str) -> Vec<Job> {
    static LITERAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"'((?:[^'\n]|'')*)'"));
    static TARGET: LazyLock<Regex> = LazyLock::new(|| pattern(r"^([\w.]*(?-u:\b)[A-Za-z]\w*)\.(\w+)(?:\(.*\))?$"));
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        if line.len() > 4000 || !line.contains('\'') || !line.contains('*') {
            continue;
        }
        let literals: Vec<&str> =
            LITERAL.captures_iter(line).filter_map(|found| found.get(1)).map(|found| found.as_str()).collect();
        let Some(when) = literals.iter().find(|text| is_schedule(text)) else { continue };
        let target = literals.iter().find_map(|text| TARGET.captures(text));
        let Some(target) = target else { continue };
        let bean = target[1].rsplit('.').next().unwrap_or("").to_owned();
        let span = Span::new(at, at + line.trim_end().len());
        let mut job = scheduled(format!("{bean}.{}", &target[2]), in_words(when), span, span);
        job.implied = files_of_bean(&bean);
        found.push(job);
    }
    found
}

/// The source files that a bean or class may be in.
fn files_of_bean(name: &str) -> Vec<String> {
    let mut letters = name.chars();
    let Some(first) = letters.next() else { return Vec::new() };
    let class: String = first.to_uppercase().chain(letters).collect();
    ["java", "kt"].iter().map(|ending| format!("{class}.{ending}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(jobs: &[Job], expected: &[&str]) {
        let shown: Vec<String> = jobs
            .iter()
            .map(|job| format!("{}: {} {}", job.name, job.schedule, job.implied.first().map_or("", String::as_str)))
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_code_runs_elsewhere() {
        check(
            &jobs_of_producers(
                "a.ts",
                "const mail = new Queue('mail');\nawait mail.upsertJobScheduler('nightly', { pattern: '0 2 * * *' });\nmail.add('x', {}, { repeat: { every: 60 * 1000 } });\nmail.add('y', {});\n",
            ),
            &["nightly: daily at 02:00 queue:mail", "x: every 1 min queue:mail"],
        );
        assert_eq!(queues("export const q: Queue = new Queue<A>('mail', {});"), [("q".to_owned(), "mail".to_owned())]);
        check(
            &jobs_of_producers(
                "a.py",
                "app.conf.beat_schedule = {\n  'nightly': {'task': 'app.tasks.export', 'schedule': crontab(hour=2, minute=30)},\n  'often': {'task': 'app.tasks.ping', 'schedule': 60.0},\n  'named': {'task': 'clean-up', 'schedule': crontab(hour=3, minute=0), 'options': {'queue': 'x'}},\n}\nsender.add_periodic_task(timedelta(hours=1), sync.s())\n",
            ),
            &[
                "nightly: daily at 02:30 task:export",
                "often: every 1 min task:ping",
                "named: daily at 03:00 task:clean-up",
                "sync: every 1 hours task:sync",
            ],
        );
        check(
            &jobs_of_producers("settings.py", "CRONJOBS = [\n  ('0 2 * * *', 'app.cron.export'),\n]\n"),
            &["export: daily at 02:00 task:export"],
        );
        check(
            &jobs_of_producers(
                "Kernel.php",
                "<?php $schedule->command('export:users --all')->dailyAt('02:00');\n$schedule->job(new ExportUsers)->everyFiveMinutes();\n$schedule->call(fn () => 1);",
            ),
            &["export:users: daily at 02:00 artisan:export:users", "ExportUsers: every five minutes class:ExportUsers"],
        );
    }

    #[test]
    fn quartz_in_xml_and_in_rows() {
        check(
            &of_quartz(
                "<job><job-class>com.shop.ExportJob</job-class></job><cron-expression>0 0 2 * * ?</cron-expression>",
            ),
            &["ExportJob: daily at 02:00 ExportJob.java"],
        );
        check(
            &of_quartz("<task:scheduled ref=\"exportTask\" method=\"run\" cron=\"0 0 3 * * ?\"/>"),
            &["exportTask: daily at 03:00 ExportTask.java"],
        );
        check(
            &of_rows(
                "insert into sys_job values (1, 'x', 'exportTask.run(''a'')', '0 0 2 * * ?', '1');\ninsert into t values ('a.b', 'c');\n",
            ),
            &["exportTask.run: daily at 02:00 ExportTask.java"],
        );
        for text in ["<job-class>", "'", "'* * * * *'", "beat_schedule {", "$schedule->job(", "mail.add('"] {
            let _ = (of_quartz(text), of_rows(text));
            for path in ["a.ts", "a.php", "a.py"] {
                let _ = jobs_of_producers(path, text);
            }
        }
    }
}
