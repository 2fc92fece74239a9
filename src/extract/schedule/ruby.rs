//! Ruby's jobs: the schedule of `whenever`, and the tasks of Rake by the names that command lines give them.

use std::sync::LazyLock;

use regex::Regex;

use super::Job;
use super::file::{pattern, scheduled};
use super::words::{in_words, is_schedule};
use crate::model::source::Kind;
use crate::model::span::Span;

/// Blocks in each other; deeper ones are not named.
const DEEPEST: usize = 16;

/// `every 1.day, at: "4:30 am" do … end`: what runs then is named in the block.
/// <https://github.com/javan/whenever>
pub(super) fn of_whenever(text: &str) -> Vec<Job> {
    static EVERY: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?m)^([ \t]*)every[ \t(]+([^\n]*?)\)?[ \t]+(?:do|\{)[ \t]*(?:\|[^|\n]*\|)?[ \t]*$"));
    static RUN: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?m)^[ \t]*(\w+)[ \t(]+["']([^"'\n]+)["']"#));
    let mut found = Vec::new();
    for every in EVERY.captures_iter(text) {
        let range = every.get(0).map_or(0..0, |all| all.range());
        let end = end_of_block(text, range.end, &every[1]);
        let schedule = when(&every[2]);
        let at = Span::new(range.start + every[1].len(), range.end);
        let covers = Span::new(range.start, end);
        let mut job = scheduled("schedule.rb".to_owned(), schedule, at, covers);
        for (place, run) in RUN.captures_iter(&text[range.end..end]).enumerate() {
            let (how, what) = (&run[1], &run[2]);
            let first = what.split_whitespace().next().unwrap_or("");
            // Users make kinds of jobs of their own: `nice_rake "users:export"`.
            let name = if how.ends_with("rake") {
                job.implied.push(format!("rake:{}", first.split('[').next().unwrap_or(first)));
                first
            } else if how.ends_with("runner") {
                let class = first.split(['.', '(']).next().unwrap_or(first);
                let class = class.rsplit("::").next().unwrap_or(class);
                job.implied.push(format!("class:{class}"));
                job.implied.push(format!("{}.rb", snake(class)));
                first
            } else {
                first.rsplit('/').next().unwrap_or(first)
            };
            if place == 0 {
                name.clone_into(&mut job.name);
            }
        }
        found.push(job);
    }
    found
}

/// `1.day, at: "4:30 am"`, `:hour`, `"0 0 * * *"` in words.
fn when(written: &str) -> String {
    static QUOTED: LazyLock<Regex> = LazyLock::new(|| pattern(r#"^["']([^"'\n]+)["']"#));
    static AT: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?-u:\b)at(?::|\s*=>)\s*\[?["']([^"'\n]+)["']"#));
    if let Some(quoted) = QUOTED.captures(written)
        && is_schedule(&quoted[1])
    {
        return in_words(&quoted[1]);
    }
    let interval = written.split(',').next().unwrap_or("").trim().trim_start_matches(':');
    let interval = match interval.split_once('.') {
        Some(("1", unit)) => unit.trim_end_matches('s').to_owned(),
        Some((amount, unit)) => format!("{amount} {unit}"),
        None => interval.to_owned(),
    };
    let every = match interval.as_str() {
        "day" => "daily".to_owned(),
        "hour" => "hourly".to_owned(),
        "week" => "weekly".to_owned(),
        "month" => "monthly".to_owned(),
        "year" => "yearly".to_owned(),
        "reboot" => "at every start of the machine".to_owned(),
        _ => format!("every {interval}"),
    };
    match AT.captures(written) {
        Some(time) => format!("{every} at {}", &time[1]),
        None => every,
    }
}

/// The tasks of a file of Rake: `namespace :users do task export: :environment do … end end` answers to
/// `rake:users:export`.
pub(super) fn of_rake(text: &str) -> Vec<Job> {
    static HEAD: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"^([ \t]*)(namespace|task|multitask)[ \t(]+(?::?["']?([A-Za-z_][\w:.-]*?)["']?)(?::[ \t]|[ \t]*=>|[ \t,)]|$)"#,
        )
    });
    let mut found = Vec::new();
    let mut around: Vec<(usize, String)> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let Some(head) = HEAD.captures(line) else { continue };
        let indent = head[1].len();
        around.retain(|(outer, _)| *outer < indent);
        if &head[2] == "namespace" {
            if around.len() < DEEPEST {
                around.push((indent, head[3].to_owned()));
            }
            continue;
        }
        let mut name: String = around.iter().map(|(_, name)| format!("{name}:")).collect();
        name.push_str(&head[3]);
        let end = end_of_block(text, at + line.trim_end().len(), &head[1]);
        let span = Span::new(at + indent, at + line.trim_end().len());
        found.push(Job {
            kind: Kind::SupportTool,
            answers: vec![format!("rake:{name}")],
            covers: vec![Span::new(at, end)],
            name,
            schedule: String::new(),
            at: span,
            implied: Vec::new(),
        });
    }
    found
}

/// Where the block ends whose head is indented so: at the first line that closes it.
fn end_of_block(text: &str, from: usize, indent: &str) -> usize {
    let mut at = from;
    for line in text[from..].split_inclusive('\n').skip(1) {
        at += text[at..].find('\n').map_or(0, |newline| newline + 1);
        let closes = line.strip_prefix(indent).is_some_and(|rest| rest.starts_with("end") || rest.starts_with('}'));
        if closes {
            return at + line.trim_end().len();
        }
    }
    text.len()
}

/// `ExportJob` as the name of its file.
fn snake(class: &str) -> String {
    let mut made = String::new();
    for letter in class.chars() {
        if letter.is_uppercase() && !made.is_empty() {
            made.push('_');
        }
        made.extend(letter.to_lowercase());
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whenever_says_when_and_what() {
        let text = "set :output, 'x.log'\nevery 1.day, at: '4:30 am' do\n  rake \"users:export[all]\"\nend\nevery :hour do\n  runner 'Reports::ExportJob.perform_now'\nend\nevery '0 2 * * *' do\n  command \"/srv/bin/export.sh -v\"\nend\nevery 3.hours do # often\nend\n";
        let found: Vec<String> = of_whenever(text)
            .iter()
            .map(|job| format!("{}: {} {}", job.name, job.schedule, job.implied.join(" ")))
            .collect();
        assert_eq!(
            found,
            [
                "users:export[all]: daily at 4:30 am rake:users:export",
                "Reports::ExportJob.perform_now: hourly class:ExportJob export_job.rb",
                "export.sh: daily at 02:00 ",
            ]
        );
        for text in ["every", "every 1.day do", "every '", "every :day, at: ' do\n rake '\n", "task", "namespace :a do"]
        {
            let _ = (of_whenever(text), of_rake(text));
        }
    }

    #[test]
    fn tasks_have_the_names_of_their_namespaces() {
        let text = "namespace :users do\n  desc 'x'\n  task export: :environment do\n    run\n  end\n\n  namespace :old do\n    task :clean, [:day] => :environment do |t, args|\n      run\n    end\n  end\nend\n\ntask \"all\" => [:a] do\nend\n";
        let found: Vec<String> = of_rake(text)
            .iter()
            .map(|job| format!("{} {}", job.answers.join(" "), job.covers[0].of(text).lines().count()))
            .collect();
        assert_eq!(found, ["rake:users:export 3", "rake:users:old:clean 3", "rake:all 2"]);
    }
}
