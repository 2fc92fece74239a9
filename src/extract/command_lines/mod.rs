//! Files that carry shell: what runs of them is read by the shell reader, at its own places.
//!
//! Build files, container files, pipelines, manifests, unit files. Each is taken apart by a few lines of its own, tolerant
//! of templates, into command lines; there is one reader of those. Other values of such a file may be SQL.

mod batch;
mod dockerfile;
mod jenkins;
mod json;
mod make;
mod task;
mod unit_file;
mod yaml;

use super::document;
use super::embedded::{self, StringValue};
use super::host::dialect::DialectHints;
use super::host::tokens::{flatten, kind_of_text};
use super::shell;
use super::sql;
use super::sql::text::SqlText;
use super::{Format, Input};
use crate::model::facts::{FileFacts, Token, TokenKind, Unit};
use crate::model::span::Span;
use crate::model::statement::Dialect;

/// Files that carry command lines.
pub struct CommandLines;

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Carrier {
    Make,
    Just,
    Dockerfile,
    Jenkins,
    Scripts,
    Yaml,
    UnitFile,
    Procfile,
    Task,
    Batch,
}

/// What a file holds.
#[derive(Debug, Default)]
struct Carried {
    /// Text that a shell runs.
    shell: Vec<SqlText>,
    /// Text of another use, which may be SQL.
    values: Vec<SqlText>,
    /// Whole files of SQL.
    scripts: Vec<SqlText>,
    comments: Vec<Span>,
    units: Vec<Unit>,
}

impl Format for CommandLines {
    fn name(&self) -> &'static str {
        "command-lines"
    }

    fn claims(&self, path: &str, head: &str) -> bool {
        carrier_of(path, head).is_some()
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        let text = input.text;
        let carrier = carrier_of(input.path, text);
        let carried = match carrier {
            Some(Carrier::Make) => make::carried(text, true),
            Some(Carrier::Just) => make::carried(text, false),
            Some(Carrier::Dockerfile) => dockerfile::carried(text),
            Some(Carrier::Jenkins) => jenkins::carried(text),
            Some(Carrier::Scripts) => json::carried(text),
            Some(Carrier::Yaml) => yaml::carried(text),
            Some(Carrier::UnitFile) => unit_file::carried(text),
            Some(Carrier::Procfile) => unit_file::procfile(text),
            Some(Carrier::Task) => task::carried(text),
            Some(Carrier::Batch) => batch::carried(text),
            None => Carried::default(),
        };
        let mut hints = DialectHints::default();
        hints.add(input.path);
        let mut facts = read(carried, hints.dialect());
        if carrier == Some(Carrier::Yaml) {
            // A dashboard or a connector in a manifest.
            let described = document::described(input);
            facts.statements.extend(described.statements);
            facts.units.extend(described.units);
            facts.blind_spots.extend(described.blind_spots);
        }
        facts
    }
}

fn read(carried: Carried, dialect: Option<Dialect>) -> FileFacts {
    let mut facts = FileFacts { units: carried.units, ..FileFacts::default() };
    for comment in carried.comments {
        facts.tokens.push(Token { span: comment, kind: TokenKind::Comment });
    }
    for script in carried.scripts {
        take(&mut facts, sql::read(&script, dialect));
    }
    for value in carried.values {
        if !embedded::embed(&mut facts, &StringValue::Piece(value.clone()), dialect) {
            let span = value.outer(Span::new(0, value.as_str().len()));
            facts.tokens.push(Token { span, kind: kind_of_text(value.as_str()) });
        }
    }
    for text in carried.shell {
        let found = shell::read_script(&text, dialect);
        facts.statements.extend(found.statements);
        facts.units.extend(found.units);
        facts.tokens.extend(found.tokens);
        facts.blind_spots.extend(found.blind_spots);
        facts.problems.extend(found.problems);
    }
    facts.tokens = flatten(std::mem::take(&mut facts.tokens));
    facts.elsewhere = TokenKind::Symbol;
    facts
}

fn take(facts: &mut FileFacts, found: sql::SqlFacts) {
    facts.statements.extend(found.statements);
    facts.units.extend(found.units);
    facts.tokens.extend(found.tokens);
    facts.blind_spots.extend(found.blind_spots);
    facts.problems.extend(found.problems);
}

/// Files of pipelines and of what runs containers, by name.
const YAML_NAMES: &[&str] = &[
    ".travis.yml",
    ".drone.yml",
    ".drone.yaml",
    ".woodpecker.yml",
    ".cirrus.yml",
    "appveyor.yml",
    ".appveyor.yml",
    "bitbucket-pipelines.yml",
    "buildspec.yml",
    "buildspec.yaml",
    "cloudbuild.yaml",
    "cloudbuild.yml",
    "Taskfile.yml",
    "Taskfile.yaml",
    "Taskfile.dist.yml",
    "values.yaml",
    "values.yml",
    "action.yml",
    "action.yaml",
    "lefthook.yml",
    ".pre-commit-config.yaml",
    "skaffold.yaml",
    "fly.yaml",
    "render.yaml",
    "app.yaml",
];

/// Kinds of manifests whose containers run commands.
const KINDS: &[&str] = &[
    "CronJob",
    "Job",
    "Pod",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ConfigMap",
    "List",
    "Workflow",
    "CronWorkflow",
    "WorkflowTemplate",
    "ClusterWorkflowTemplate",
    "Task",
    "Pipeline",
    "ScheduledSparkApplication",
];

fn carrier_of(path: &str, head: &str) -> Option<Carrier> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match name {
        "Makefile" | "makefile" | "GNUmakefile" | "BSDmakefile" | "Makefile.am" => return Some(Carrier::Make),
        "justfile" | "Justfile" | ".justfile" => return Some(Carrier::Just),
        "package.json" | "composer.json" => return Some(Carrier::Scripts),
        "Procfile" => return Some(Carrier::Procfile),
        _ => {}
    }
    if name.starts_with("Procfile.") {
        return Some(Carrier::Procfile);
    }
    let is_docker = |name: &str| matches!(name, "Dockerfile" | "Containerfile" | "dockerfile");
    if is_docker(name)
        || is_docker(name.split('.').next().unwrap_or(""))
        || matches!(extension, "Dockerfile" | "dockerfile" | "Containerfile")
    {
        return Some(Carrier::Dockerfile);
    }
    if name.starts_with("Jenkinsfile") || extension == "jenkinsfile" {
        return Some(Carrier::Jenkins);
    }
    match extension {
        "mk" | "mak" => Some(Carrier::Make),
        "just" => Some(Carrier::Just),
        "service" => Some(Carrier::UnitFile),
        "bat" | "cmd" => Some(Carrier::Batch),
        "xml" | "job" if task::is_task(head) => Some(Carrier::Task),
        "yml" | "yaml" | "tpl" => is_yaml_of_commands(path, name, head).then_some(Carrier::Yaml),
        _ => None,
    }
}

fn is_yaml_of_commands(path: &str, name: &str, head: &str) -> bool {
    let in_folder = |folder: &str| path.starts_with(folder) || path.contains(&format!("/{folder}"));
    if YAML_NAMES.contains(&name)
        || [".github/workflows/", ".github/actions/", ".circleci/", ".buildkite/", ".tekton/", ".woodpecker/"]
            .iter()
            .any(|folder| in_folder(folder))
        || name.contains("gitlab-ci")
        || in_folder(".gitlab/")
        || name.starts_with("azure-pipelines")
        || in_folder(".azure-pipelines/")
        || name.contains("docker-compose")
        || name.starts_with("compose.")
        || name.starts_with("values.") && in_folder("charts/")
    {
        return true;
    }
    head.lines().any(|line| {
        let kind = line.strip_prefix("kind:").map(|kind| kind.trim().trim_matches(['"', '\'']));
        kind.is_some_and(|kind| KINDS.contains(&kind))
    })
}

/// Words of an argument list as a command line: each in quotes.
fn quoted(words: &[SqlText]) -> SqlText {
    if let [only] = words
        && only.as_str().contains(char::is_whitespace)
    {
        return only.clone();
    }
    let mut line = SqlText::default();
    for word in words {
        let text = word.as_str();
        let span = |at: usize| word.outer(Span::new(at, at));
        let bare = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "_-./:=@,+$".contains(c));
        if !line.as_str().is_empty() {
            line.push_decoded(" ", span(0));
        }
        if bare {
            line.push_piece(word);
            continue;
        }
        line.push_decoded("'", span(0));
        let mut from = 0;
        for (at, _) in text.match_indices('\'') {
            line.push_piece(&word.slice(Span::new(from, at)));
            line.push_decoded("'\\''", word.outer(Span::new(at, at + 1)));
            from = at + 1;
        }
        line.push_piece(&word.slice(Span::new(from, text.len())));
        line.push_decoded("'", span(text.len()));
    }
    line
}

/// Lines with where they start, without their ends.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line.trim_end_matches(['\n', '\r']))
    })
}

#[cfg(test)]
mod tests;
