//! Jobs that files declare: crontabs, systemd's timers, Kubernetes and Helm, pipelines, platforms, DAGs, `pg_cron`.
//!
//! YAML is read by lines and indentation, because half of it is a template that no YAML parser takes.

use std::sync::LazyLock;

use regex::Regex;

use super::words::{in_words, is_schedule};
use super::{Job, cloud, dagster, queue, ruby};
use crate::extract::shell::crontab;
use crate::model::source::Kind;
use crate::model::span::Span;

/// Jobs of one file; more are no list that people keep.
const MOST_JOBS: usize = 2000;

/// A pattern that is a constant.
pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern compiles")
}

/// The jobs that a file declares, in text order.
pub fn jobs_of_file(path: &str, text: &str) -> Vec<Job> {
    // What is kept as an example is what is copied into place.
    let path = path.strip_suffix(".example").or_else(|| path.strip_suffix(".sample")).unwrap_or(path);
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let mut jobs = if crontab::is_crontab(path) {
        of_crontab(path, text)
    } else {
        match extension {
            "timer" => of_timer(name, text),
            "yml" | "yaml" | "tpl" | "template" => {
                let functions = cloud::of_functions(text);
                if functions.is_empty() { of_yaml(path, name, text) } else { functions }
            }
            "conf" | "logstash" => of_logstash(name, text),
            "tf" => cloud::of_terraform(text),
            "xml" | "job" if text.contains("/windows/2004/02/mit/task") => cloud::of_task(name, text),
            "xml" => queue::of_quartz(text),
            "json" if name == "function.json" => cloud::of_function_json(path, text),
            "json" if name == "vercel.json" => of_vercel(text),
            "py" => of_dag(name, text),
            "rb" if name == "schedule.rb" => ruby::of_whenever(text),
            "rake" => ruby::of_rake(text),
            "sql" | "pgsql" | "psql" => of_pg_cron(text).into_iter().chain(queue::of_rows(text)).collect(),
            _ if name.starts_with("Jenkinsfile") || extension == "jenkinsfile" => of_jenkins(name, text),
            _ => Vec::new(),
        }
    };
    jobs.truncate(MOST_JOBS);
    jobs
}

pub(super) fn scheduled(name: String, schedule: String, at: Span, covers: Span) -> Job {
    let (implied, answers) = (Vec::new(), Vec::new());
    Job { kind: Kind::ScheduledTask, name, schedule, at, covers: vec![covers], implied, answers }
}

/// Lines with where they start.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line.trim_end_matches(['\n', '\r']))
    })
}

fn of_crontab(path: &str, text: &str) -> Vec<Job> {
    let mut found = Vec::new();
    for (start, line) in lines(text) {
        if line.trim_start().starts_with('#') {
            continue;
        }
        let Some(at) = crontab::command_start(line, crontab::has_user(path)) else { continue };
        let fields = if line.trim_start().starts_with('@') { 1 } else { 5 };
        let when: Vec<&str> = line.split_whitespace().take(fields).collect();
        let whole = Span::new(start, start + line.len());
        found.push(scheduled(called(&line[at..]), in_words(&when.join(" ")), whole, whole));
    }
    found
}

/// What a command line is called: the first script in it, else the first command that does more than prepare.
fn called(command: &str) -> String {
    /// Commands that only set the stage for the next one.
    const PREPARING: &[&str] = &["cd", "export", "source", ".", "set", "umask", "sleep"];
    let runs = |part: &&str| part.split_whitespace().next().is_some_and(|word| !PREPARING.contains(&word));
    let parts = || command.split("&&").flat_map(|part| part.split(';')).filter(runs);
    // A user may stand before what only prepares: `app cd /srv && ./export.sh`.
    let has_script = |part: &&str| {
        let mut words = part.split_whitespace().filter_map(|word| word.rsplit('/').next()?.rsplit_once('.'));
        words.any(|(stem, extension)| {
            !stem.is_empty() && matches!(extension, "sh" | "py" | "sql" | "rb" | "php" | "js" | "pl")
        })
    };
    let command = parts().find(has_script).or_else(|| parts().next()).unwrap_or(command);
    let words = || command.split(|c: char| c.is_whitespace() || "'\";|&()".contains(c)).filter(|word| !word.is_empty());
    let script =
        words().find(|word| !word.starts_with('-') && word.rsplit('/').next().is_some_and(|name| name.contains('.')));
    let word = script.or_else(|| words().next()).unwrap_or("");
    word.rsplit('/').next().unwrap_or(word).to_owned()
}

/// `schedule => "…"` of a `jdbc` plugin: what stands in its braces.
fn of_logstash(name: &str, text: &str) -> Vec<Job> {
    static PLUGIN: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m)^[ \t]*jdbc(?:_streaming|_static)?\s*\{"));
    static WHEN: LazyLock<Regex> =
        LazyLock::new(|| pattern(r#"(?m)^[ \t]*(?:loader_)?schedule\s*=>\s*["']([^"'\n]+)["']"#));
    let mut found = Vec::new();
    for plugin in PLUGIN.find_iter(text) {
        let covers = Span::new(plugin.start(), super::code::end_of_call(text, plugin.start()));
        let inside = covers.of(text);
        let Some(when) = WHEN.captures(inside) else { continue };
        let at = when.get(0).map_or(0..0, |all| all.range());
        let start = plugin.start() + at.start + inside[at.clone()].len() - inside[at.clone()].trim_start().len();
        let at = Span::new(start, plugin.start() + at.end);
        found.push(scheduled(name.to_owned(), in_words(&when[1]), at, covers));
    }
    found
}

fn of_timer(name: &str, text: &str) -> Vec<Job> {
    let own = format!("{}.service", name.trim_end_matches(".timer"));
    let unit = lines(text).find_map(|(_, line)| line.trim().strip_prefix("Unit="));
    let unit = unit.map_or(own, |unit| unit.trim().to_owned());
    let mut found = Vec::new();
    for (start, line) in lines(text) {
        let Some((key, value)) = line.split_once('=') else { continue };
        let schedule = match key.trim() {
            "OnCalendar" => in_words(value),
            "OnUnitActiveSec" | "OnUnitInactiveSec" => format!("every {}", value.trim()),
            _ => continue,
        };
        let at = Span::new(start, start + line.len());
        let mut job = scheduled(name.trim_end_matches(".timer").to_owned(), schedule, at, at);
        job.implied.push(unit.clone());
        found.push(job);
    }
    found
}

/// A line of YAML: where it starts, how far it is indented (a list's dash counts as blank), its key and its value.
pub(super) struct Entry<'t> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) indent: usize,
    pub(super) key: &'t str,
    pub(super) value: &'t str,
}

pub(super) fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut found = Vec::new();
    for (start, line) in lines(text) {
        let said = line.trim();
        // A template's own lines stand anywhere.
        if said.is_empty() || said.starts_with('#') || said.starts_with("{{") {
            continue;
        }
        let content = line.trim_start_matches([' ', '-', '\t']);
        let (key, value) = content
            .split_once(": ")
            .or_else(|| content.strip_suffix(':').map(|key| (key, "")))
            .unwrap_or(("", content));
        found.push(Entry {
            start,
            end: start + line.len(),
            indent: if line.starts_with("---") { 0 } else { line.len() - content.len() },
            key: key.trim().trim_matches(['"', '\'']),
            value: plain(value),
        });
    }
    found
}

/// A scalar without its quotes and its comment.
fn plain(value: &str) -> &str {
    let value = value.trim();
    match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value[1..].split(quote).next().unwrap_or(""),
        _ => value.split(" #").next().unwrap_or("").trim(),
    }
}

fn of_yaml(path: &str, name: &str, text: &str) -> Vec<Job> {
    let all = entries(text);
    let whole = Span::new(0, text.len());
    let top = |key: &str| all.iter().find(|entry| entry.indent == 0 && entry.key == key).map(|entry| entry.value);
    if path.contains(".github/workflows/") {
        let title = top("name").unwrap_or(name).to_owned();
        let crons = all.iter().filter(|entry| entry.key == "cron" && is_schedule(entry.value));
        return crons
            .map(|entry| scheduled(title.clone(), in_words(entry.value), Span::new(entry.start, entry.end), whole))
            .collect();
    }
    if name.contains("gitlab-ci") {
        return of_gitlab(&all, text);
    }
    let mut found = of_ofelia(&all);
    let mut first = 0;
    for (at, entry) in all.iter().enumerate() {
        if entry.value == "---" || entry.key == "---" {
            first = at + 1;
        }
        let listed = entry.key.is_empty()
            && at > 0
            && all[..at].iter().rev().find(|it| !it.key.is_empty()).is_some_and(|it| it.key == "schedules");
        let is_key = listed
            || matches!(entry.key, "schedule" | "cron" | "cronSchedule" | "cronExpression" | "schedule_interval");
        if !is_key || !(is_schedule(entry.value) || entry.value.contains("{{")) {
            continue;
        }
        // What stands beside the schedule or below what does.
        let indent = match all[..at].iter().rev().find(|it| listed && it.key == "schedules") {
            Some(list) => list.indent,
            None => entry.indent,
        };
        let before = all[first..at].iter().rposition(|other| other.indent < indent).map_or(first, |it| first + it + 1);
        let after = all[at..].iter().position(|other| other.indent < indent).map_or(all.len(), |it| at + it);
        let block = &all[before..after];
        let named = block.iter().find(|other| other.indent == entry.indent && other.key == "name");
        let parent = before.checked_sub(1).map(|parent| &all[parent]);
        let document = || all[first..at].iter().find(|other| other.key == "name" && !other.value.contains("{{"));
        let title = match (named, parent) {
            (Some(named), _) => named.value,
            (None, Some(parent)) if !matches!(parent.key, "spec" | "schedule" | "events" | "") => parent.key,
            _ => document().map_or(name, |entry| entry.value),
        };
        let covers = Span::new(block[0].start, block[block.len() - 1].end);
        let mut job = scheduled(title.to_owned(), in_words(entry.value), Span::new(entry.start, entry.end), covers);
        // Sidekiq's cron names a class.
        if let Some(class) = block.iter().find(|other| matches!(other.key, "class" | "klass")) {
            job.implied.push(format!("class:{}", class.value.rsplit(':').next().unwrap_or(class.value)));
        }
        found.push(job);
    }
    found
}

/// Jobs of GitLab whose rules ask for a schedule; when that is, only GitLab knows.
fn of_gitlab(all: &[Entry<'_>], text: &str) -> Vec<Job> {
    let tops: Vec<usize> = (0..all.len()).filter(|&at| all[at].indent == 0 && !all[at].key.is_empty()).collect();
    let mut found = Vec::new();
    for (at, &top) in tops.iter().enumerate() {
        let next = tops.get(at + 1).copied().unwrap_or(all.len());
        let covers = Span::new(all[top].start, all[next - 1].end);
        let inside = covers.of(text);
        let asks =
            inside.contains("CI_PIPELINE_SOURCE") && inside.contains("schedule") || inside.contains("- schedules");
        if asks && all[top].key != "workflow" {
            let said = Span::new(all[top].start, all[top].end);
            found.push(scheduled(
                all[top].key.to_owned(),
                "on a schedule that is set in GitLab".to_owned(),
                said,
                covers,
            ));
        }
    }
    found
}

/// Labels of containers: `ofelia.job-exec.NAME.schedule`, with `=` or `:`.
fn of_ofelia(all: &[Entry<'_>]) -> Vec<Job> {
    let label = |entry: &Entry<'_>| -> Option<(String, String)> {
        if entry.key.starts_with("ofelia.") {
            return Some((entry.key.to_owned(), entry.value.to_owned()));
        }
        let (key, value) = entry.value.strip_prefix("ofelia.").map(|_| entry.value)?.split_once('=')?;
        Some((key.to_owned(), value.to_owned()))
    };
    let labels: Vec<(String, String, Span)> = all
        .iter()
        .filter_map(|entry| label(entry).map(|(key, value)| (key, value, Span::new(entry.start, entry.end))))
        .take(MOST_JOBS)
        .collect();
    let mut found = Vec::new();
    for (key, value, at) in &labels {
        let Some(job) = key.strip_suffix(".schedule") else { continue };
        let command = labels.iter().find(|(key, ..)| key.strip_suffix(".command") == Some(job));
        let title = job.rsplit('.').next().unwrap_or(job).to_owned();
        found.push(scheduled(title, in_words(value), *at, command.map_or(*at, |(_, _, at)| *at)));
    }
    found
}

fn of_jenkins(name: &str, text: &str) -> Vec<Job> {
    static CRON: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?-u:\b)cron\s*\(?\s*['"]+([^'"\n]+)['"]"#));
    let whole = Span::new(0, text.len());
    let all = CRON.captures_iter(text).filter(|found| is_schedule(&found[1]));
    all.map(|found| {
        let at = found.get(0).map_or(0..0, |all| all.range());
        scheduled(name.to_owned(), in_words(&found[1]), Span::new(at.start, at.end), whole)
    })
    .collect()
}

fn of_vercel(text: &str) -> Vec<Job> {
    static OBJECT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\{[^{}]*\}"));
    static PATH: LazyLock<Regex> = LazyLock::new(|| pattern(r#""path"\s*:\s*"([^"]+)""#));
    static SCHEDULE: LazyLock<Regex> = LazyLock::new(|| pattern(r#""schedule"\s*:\s*"([^"]+)""#));
    let mut found = Vec::new();
    for object in OBJECT.find_iter(text) {
        let (Some(path), Some(schedule)) = (PATH.captures(object.as_str()), SCHEDULE.captures(object.as_str())) else {
            continue;
        };
        let at = Span::new(object.start(), object.end());
        let route = path[1].split('?').next().unwrap_or("").trim_matches('/');
        let mut job = scheduled(format!("/{route}"), in_words(&schedule[1]), at, at);
        job.implied.push(format!("route:/{route}"));
        for ending in [".ts", ".js", "/route.ts", "/route.js", "/index.ts", "/index.js", "/+server.ts", ".py"] {
            job.implied.push(format!("{route}{ending}"));
        }
        found.push(job);
    }
    found
}

/// Airflow and Prefect: the file that makes the DAG is what runs. Dagster says it of each schedule.
fn of_dag(name: &str, text: &str) -> Vec<Job> {
    static SCHEDULE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"(?-u:\b)(?:schedule|schedule_interval|cron_schedule|cron)\s*=\s*(?:CronTriggerTimetable\(\s*)?["']([^"'\n]+)["']"#,
        )
    });
    static NAME: LazyLock<Regex> =
        LazyLock::new(|| pattern(r#"(?-u:\b)(?:dag_id\s*=|DAG\s*\(|job_name\s*=|name\s*=)\s*["']([^"'\n]+)["']"#));
    let schedules = dagster::of_schedules(text);
    if !schedules.is_empty() {
        return schedules;
    }
    let makes = ["DAG(", "@dag", ".serve(", ".deploy("];
    if !makes.iter().any(|word| text.contains(word)) {
        return Vec::new();
    }
    let title = NAME.captures(text).map_or_else(|| name.to_owned(), |found| found[1].to_owned());
    let whole = Span::new(0, text.len());
    let all = SCHEDULE.captures_iter(text).filter(|found| is_schedule(&found[1]));
    all.map(|found| {
        let at = found.get(0).map_or(0..0, |all| all.range());
        scheduled(title.clone(), in_words(&found[1]), Span::new(at.start, at.end), whole)
    })
    .collect()
}

/// `SELECT cron.schedule('name', '0 3 * * *', $$…$$)`; the name may be missing.
/// <https://github.com/citusdata/pg_cron>
fn of_pg_cron(text: &str) -> Vec<Job> {
    static CALL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)(?-u:\b)cron\s*\.\s*schedule(?:_in_database)?\s*\(\s*(?:job_name\s*(?::=|=>)\s*)?'([^']*)'\s*,\s*(?:schedule\s*(?::=|=>)\s*)?(?:'([^']*)'\s*,)?",
        )
    });
    let mut found = Vec::new();
    for call in CALL.captures_iter(text) {
        let range = call.get(0).map_or(0..0, |all| all.range());
        let (name, schedule) = match call.get(2) {
            Some(schedule) if !is_schedule(&call[1]) => (call[1].to_owned(), schedule.as_str()),
            _ => ("cron.schedule".to_owned(), call.get(1).map_or("", |first| first.as_str())),
        };
        let end = end_of_call(text, range.end);
        let at = Span::new(range.start, range.end);
        found.push(scheduled(name, in_words(schedule), at, Span::new(range.start, end)));
    }
    found
}

/// Where the call that is open at `from` ends: its brackets and quotes are counted.
fn end_of_call(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (from, 1_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b'\'' => at += 1 + memchr::memchr(b'\'', &bytes[at + 1..]).unwrap_or(bytes.len()),
            b'$' => {
                let length = bytes[at + 1..].iter().take_while(|&&b| b.is_ascii_alphanumeric() || b == b'_').count();
                if bytes.get(at + 1 + length) == Some(&b'$') {
                    let tag = &text[at..at + length + 2];
                    let inside = at + tag.len();
                    at = text[inside..].find(tag).map_or(bytes.len(), |end| inside + end + tag.len() - 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, expected: &[&str]) {
        let found: Vec<String> = jobs_of_file(path, text)
            .iter()
            .map(|job| {
                let covers = job.covers[0].of(text).split_whitespace().last().unwrap_or("").to_owned();
                format!("{}: {} [{}]{}", job.name, job.schedule, covers, job.implied.first().map_or("", String::as_str))
            })
            .collect();
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn crontabs_and_timers() {
        check(
            "ops/crontab",
            "# 0 1 * * * no\nMAILTO=a\n0 2 * * * cd /srv && bin/export.sh > /dev/null\n@daily psql -f x.sql\n",
            &["export.sh: daily at 02:00 [/dev/null]", "x.sql: daily at 00:00 [x.sql]"],
        );
        check("ops/crontab", "*/5 * * * * app cd /srv && ./export.sh\n", &["export.sh: every 5 minutes [./export.sh]"]);
        check("etc/cron.d/shop", "30 4 * * 1 app /opt/shop/run.py -v\n", &["run.py: weekly on Monday at 04:30 [-v]"]);
        check(
            "systemd/backup.timer",
            "[Timer]\nOnCalendar=*-*-* 02:00:00\n",
            &["backup: daily at 02:00 [02:00:00]backup.service"],
        );
    }

    #[test]
    fn yaml_that_is_and_is_no_yaml() {
        check(
            "k8s/cron.yaml",
            "kind: CronJob\nmetadata:\n  name: nightly\nspec:\n  schedule: \"0 3 * * *\"\n  jobTemplate:\n    spec:\n      command: [\"sh\", \"/app/export.sh\"]\n---\nkind: Service\n",
            &["nightly: daily at 03:00 [\"/app/export.sh\"]]"],
        );
        check(
            "chart/templates/cron.yaml",
            "{{- if .Values.x }}\nkind: CronJob\nmetadata:\n  name: {{ .Release.Name }}-export\nspec:\n  schedule: {{ .Values.schedule | quote }}\n{{- end }}\n  jobTemplate:\n    args: export.sh\n",
            &["cron.yaml: on a schedule that is set elsewhere [export.sh]"],
        );
        check(
            "chart/values.yaml",
            "jobs:\n  cleanup:\n    path: /api/cleanup\n    schedule: '*/10 * * * *'\n  other:\n    x: 1\n",
            &["cleanup: every 10 minutes [*/10 * * * *']".replace("[*/10 * * * *']", "[*']").as_str()],
        );
        check(
            ".github/workflows/report.yml",
            "name: Report\non:\n  schedule:\n    - cron: '0 5 * * 1'\njobs:\n  a:\n    steps:\n      - run: psql -f report.sql\n",
            &["Report: weekly on Monday at 05:00 [report.sql]"],
        );
        check(
            ".gitlab-ci.yml",
            "build:\n  script: make\nexport:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == \"schedule\"\n  script:\n    - sh export.sh\n",
            &["export: on a schedule that is set in GitLab [export.sh]"],
        );
        check(
            "docker-compose.yml",
            "services:\n  db:\n    labels:\n      ofelia.job-exec.dump.schedule: \"@every 1h\"\n      ofelia.job-exec.dump.command: \"sh dump.sh\"\n",
            &["dump: every 1h [dump.sh\"]"],
        );
    }

    #[test]
    fn the_rest() {
        check(
            "Jenkinsfile",
            "pipeline { triggers { cron('H 2 * * *') }\n stages { sh 'x.sh' } }",
            &["Jenkinsfile: daily at some minute of 02:00 [}]"],
        );
        check(
            "vercel.json",
            "{\"crons\": [{\"path\": \"/api/digest\", \"schedule\": \"0 8 * * *\"}]}",
            &["/api/digest: daily at 08:00 [*\"}]route:/api/digest"],
        );
        check(
            "dags/export.py",
            "with DAG(\"export\", schedule_interval=\"0 6 * * *\"):\n    pass\n",
            &["export: daily at 06:00 [pass]"],
        );
        check(
            "jobs.sql",
            "SELECT cron.schedule('clean', '0 3 * * *', $$DELETE FROM t WHERE f(a) = ')'$$);\nSELECT 1;",
            &["clean: daily at 03:00 [')'$$)]"],
        );
        check(
            "argo.yaml",
            "kind: CronWorkflow\nmetadata:\n  name: nightly\nspec:\n  schedules:\n    - \"0 2 * * *\"\n  workflowSpec:\n    args: export.sh\n",
            &["nightly: daily at 02:00 [export.sh]"],
        );
        check(
            "config/schedule.yml",
            "export:\n  cron: '0 2 * * *'\n  class: ExportJob\n",
            &["export: daily at 02:00 [ExportJob]class:ExportJob"],
        );
        check(
            "pipeline/users.conf",
            "input {\n  jdbc {\n    statement_filepath => \"/etc/sql/users.sql\"\n    schedule => \"*/5 * * * *\"\n  }\n}\n",
            &["users.conf: every 5 minutes [}]"],
        );
        check("nginx.conf", "http {\n  server { schedule => 1 }\n}\n", &[]);
        check("a.py", "schedule = '0 3 * * *'", &[]);
        check("config.yaml", "schedule: public\nname: x\n", &[]);
        for text in
            ["cron.schedule('", "cron.schedule('a','* * * * *',$x", "kind: CronJob\nschedule:", "- - -", "\u{fffd}"]
        {
            for path in ["a.sql", "a.yaml", "crontab", "a.timer", ".gitlab-ci.yml", "vercel.json", "Jenkinsfile"] {
                let _ = jobs_of_file(path, text);
            }
        }
    }
}
