//! Command lines: which scripts and tasks a file runs.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::source::has_ending;
use crate::model::span::Span;

/// Endings of files that are run.
const SCRIPTS: &[&str] = &[
    "sh", "bash", "zsh", "ksh", "sql", "pgsql", "psql", "py", "js", "mjs", "cjs", "ts", "mts", "cts", "rb", "pl",
    "php", "r", "R", "service", "ipynb", "ps1", "bat",
];

/// Programs, and endings of scripts, whose next words may be the name of a command that code declares.
const DISPATCHERS: &[&str] = &["flask", "rake", "rails", "artisan", "console", "symfony", "bake"];

/// Words behind such a program that are looked at: a group of commands, and a command.
const MOST_COMMANDS: u8 = 2;

/// Commands that do something with a script other than running it.
const HANDLERS: &[&str] = &[
    "chmod",
    "chown",
    "cp",
    "mv",
    "rm",
    "ls",
    "cat",
    "touch",
    "shellcheck",
    "test",
    "diff",
    "git",
    "COPY",
    "ADD",
    "grep",
    "sed",
    "head",
    "tail",
    "wc",
    "eslint",
    "prettier",
    "mypy",
    "ruff",
    "flake8",
    "black",
    "pylint",
    "isort",
];

/// Longest word that may be a path.
const LONGEST: usize = 300;

/// Names in one file; a list that long is no script.
const MOST_NAMES: usize = 20_000;

/// Something that a file runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Called {
    /// Where it is named.
    pub(super) at: Span,
    /// The path, or `npm:task`, `make:task`, `just:task`.
    pub(super) path: String,
}

/// Whether the file may run others, by its path.
pub(super) fn is_runner(path: &str) -> bool {
    const NAMES: &[&str] = &[
        "Makefile",
        "makefile",
        "GNUmakefile",
        "justfile",
        "Justfile",
        "package.json",
        "vercel.json",
        "crontab",
        "Procfile",
        "function.json",
        "Dockerfile",
        "Containerfile",
        "schedule.rb",
        "schedule.rb.example",
        "crontab.example",
        "crontab.sample",
    ];
    const EXTENSIONS: &[&str] = &[
        "sh",
        "bash",
        "zsh",
        "ksh",
        "timer",
        "service",
        "yml",
        "yaml",
        "tpl",
        "py",
        "sql",
        "pgsql",
        "psql",
        "mk",
        "crontab",
        "cron",
        "jenkinsfile",
        "tf",
        "xml",
        "bat",
        "cmd",
        "ps1",
        "dockerfile",
        "template",
        "conf",
        "logstash",
        "rake",
    ];
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    NAMES.contains(&name)
        || EXTENSIONS.contains(&extension)
        || name.starts_with("Jenkinsfile")
        || name.starts_with("crontab.")
        || is_container_file(name)
        || path.contains("cron.d/")
        || (extension.is_empty() && (path.contains("bin/") || path.contains("scripts/")))
}

/// Whether the file says what a container is made of and runs.
fn is_container_file(name: &str) -> bool {
    let is = |word: &str| matches!(word, "Dockerfile" | "Containerfile" | "dockerfile");
    is(name.split('.').next().unwrap_or("")) || is(name.rsplit('.').next().unwrap_or(""))
}

/// What a file runs, in text order.
pub(super) fn called(path: &str, text: &str) -> Vec<Called> {
    // Of XML only the tasks of Windows' scheduler hold command lines.
    if has_ending(path, "xml") && !text.contains("/windows/2004/02/mit/task") {
        return Vec::new();
    }
    // Of settings only a pipeline's say what is run.
    if (has_ending(path, "conf") || has_ending(path, "logstash")) && !text.contains("statement_filepath") {
        return Vec::new();
    }
    let is_yaml = [".yml", ".yaml", ".tpl"].iter().any(|ending| path.ends_with(ending));
    let is_sql = [".sql", ".pgsql", ".psql"].iter().any(|ending| path.ends_with(ending));
    let mut found = Vec::new();
    let mut start = 0;
    let mut commands = 0;
    for line in text.split_inclusive('\n') {
        let said = line.trim_start();
        // A list of arguments goes on.
        if !(is_yaml && said.starts_with("- ")) {
            commands = 0;
        }
        let is_comment = said.starts_with('#') || said.starts_with("//") || said.starts_with("--");
        // A script of SQL runs others by commands of its client only.
        let runs = !is_sql
            || ["\\i ", "\\ir ", "\\include", "@", "SOURCE ", "source ", ":r "].iter().any(|it| said.starts_with(it));
        if !is_comment && runs && line.len() < 100_000 {
            of_line(line, start, &mut commands, &mut found);
            if is_yaml {
                image(line, start, &mut found);
            }
        }
        start += line.len();
        if found.len() > MOST_NAMES {
            break;
        }
    }
    found
}

/// The image of a container, by its last name: `image: registry/shop/exporter:1.2`.
fn image(line: &str, start: usize, found: &mut Vec<Called>) {
    let said = line.trim_start_matches([' ', '-', '\t']);
    let Some(value) = said.strip_prefix("image:").map(|value| value.trim().trim_matches(['"', '\''])) else { return };
    let name = value.split('@').next().unwrap_or("").rsplit('/').next().unwrap_or("");
    let name = name.split(':').next().unwrap_or("").trim();
    if !name.is_empty() && !name.contains(['$', '{', ' ']) {
        let at = start + line.len() - said.len();
        found.push(Called { at: Span::new(at, at + said.trim_end().len()), path: format!("image:{name}") });
    }
}

/// The path that a URL asks a service for; `named` when a key says that the word is one.
fn route_of(word: &str, named: bool) -> Option<&str> {
    let path = match word.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None if word.starts_with(['$', '{']) => &word[word.find('/')?..],
        None if named && word.starts_with('/') => word,
        None => return None,
    };
    let path = path.trim_end_matches(['/', '.', ':']);
    (path.len() > 1 && !path.contains(['$', '{', '%', '~'])).then_some(path)
}

/// What asks a service for something.
const ASKING: &[&str] = &["curl", "wget", "://", "Invoke-", "path:", "url", "uri", "endpoint", "http"];

/// Notes what a line runs; `commands` is how many of the next words may name a command.
fn of_line(line: &str, start: usize, commands: &mut u8, found: &mut Vec<Called>) {
    let asks = ASKING.iter().any(|word| line.contains(word));
    let is_part = |c: char| c.is_alphanumeric() || "_-./$@%+~\\{}:".contains(c);
    let mut handled = false;
    let mut before = ["", ""];
    // `make` and `just` run every word behind them that is no option.
    let mut tool = None;
    let mut at = 0;
    while at < line.len() {
        let rest = &line[at..];
        let Some(first) = rest.chars().next() else { break };
        if !is_part(first) {
            if matches!(first, ';' | '|' | '&') {
                handled = false;
                before = ["", ""];
                tool = None;
                *commands = 0;
            }
            at += first.len_utf8();
            continue;
        }
        let length = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        let word = &rest[..length];
        let span = Span::new(start + at, start + at + length);
        at += length;
        if HANDLERS.contains(&word) && before[1] != "-f" {
            handled = true;
        }
        if !handled && word.len() < LONGEST {
            if let Some(tool) = tool
                && !word.starts_with(['-', '.', '$'])
            {
                found.push(Called { at: span, path: format!("{tool}:{word}") });
            }
            if asks {
                let named = ["path:", "url:", "uri:", "endpoint:"].iter().any(|key| before[1].ends_with(key));
                found.extend(route_of(word, named).map(|path| Called { at: span, path: format!("route:{path}") }));
            }
            of_word(word, before, span, found);
            if *commands > 0 && word.starts_with(|c: char| c.is_alphabetic()) {
                let kind = if before[1].ends_with("rake") { "rake" } else { "command" };
                found.push(Called { at: span, path: format!("{kind}:{word}") });
                if before[1].ends_with("artisan") {
                    found.push(Called { at: span, path: format!("artisan:{word}") });
                }
                *commands -= 1;
            }
            // `rails runner "ExportJob.perform_now"`.
            if line.contains("runner") && word.starts_with(|c: char| c.is_uppercase()) {
                let class = word.split('.').next().unwrap_or(word).rsplit("::").next().unwrap_or(word);
                found.push(Called { at: span, path: format!("class:{class}") });
            }
            let program = word.rsplit('/').next().unwrap_or(word);
            if DISPATCHERS.contains(&program) || has_ending(program, "py") || before[1] == "-m" {
                *commands = MOST_COMMANDS;
            }
        }
        match word {
            "make" => tool = Some("make"),
            "just" => tool = Some("just"),
            _ => {}
        }
        before = [before[1], word];
    }
}

fn of_word(word: &str, before: [&str; 2], span: Span, found: &mut Vec<Called>) {
    let mut push = |path: String| found.push(Called { at: span, path });
    match before {
        ["npm" | "pnpm" | "yarn" | "bun", "run"] => push(format!("npm:{word}")),
        [_, "yarn" | "pnpm"] if word != "run" => push(format!("npm:{word}")),
        [_, "npm"] if matches!(word, "start" | "test") => push(format!("npm:{word}")),
        [_, "-m"] => {
            let module = word.replace('.', "/");
            push(format!("{module}.py"));
            push(format!("{module}/__main__.py"));
        }
        _ => {}
    }
    // `@file.sql` of sqlplus, `file:arg` of images and volumes.
    let word = word.trim_start_matches('@').trim_end_matches(['.', ':', '\\']);
    let word = word.rsplit(':').next().unwrap_or(word);
    let slashed = word.replace('\\', "/");
    let word = slashed.as_str();
    let parts: Vec<&str> = word.split('/').filter(|part| !part.is_empty()).collect();
    let known = parts
        .iter()
        .rposition(|part| matches!(*part, "." | "..") || part.contains(['$', '{', '%', '~']))
        .map_or(0, |at| at + 1);
    let path = parts.get(known..).unwrap_or(&[]).join("/");
    let name = path.rsplit('/').next().unwrap_or("");
    if name.rsplit_once('.').is_some_and(|(stem, extension)| !stem.is_empty() && SCRIPTS.contains(&extension)) {
        push(path);
    }
}

/// The images that a container file may make, by the names that the folder, the file and the repository give them.
pub(super) fn images_of(path: &str, repository: &str) -> Vec<String> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if !is_container_file(name) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut add = |name: &str| {
        if !name.is_empty() {
            found.push(format!("image:{name}"));
            found.push(format!("image:{repository}-{name}"));
        }
    };
    if let Some((first, last)) = name.split_once('.') {
        add(if first.eq_ignore_ascii_case("dockerfile") || first == "Containerfile" { last } else { first });
    }
    let folder = folder.rsplit('/').next().unwrap_or("");
    add(folder);
    if matches!(folder, "" | "docker" | ".docker" | "build" | "deploy" | "container" | "containers") {
        found.push(format!("image:{repository}"));
    }
    found
}

/// Whether a path that is named is one that a machine would run, and whose file should be there: neither an output nor
/// something fetched; `strictly` only what an interpreter is given, or what is called by its place.
pub(super) fn is_run_here(text: &str, call: &Called, strictly: bool) -> bool {
    const INTERPRETERS: &[&str] = &["sh", "bash", "python", "python3", "node", "ruby", "php", "perl", "tsx", "-f"];
    let Some((_, extension)) = call.path.rsplit_once('.') else { return false };
    let before = text.get(..call.at.start as usize).unwrap_or("");
    let line = before.rsplit('\n').next().unwrap_or("").trim_end();
    let word = call.at.of(text);
    if call.path.contains(':') || word.contains("://") || word.contains(['$', '{', '*', '%']) {
        return false;
    }
    let last = line.rsplit(char::is_whitespace).next().unwrap_or("");
    if last.ends_with('>') || matches!(last, "-o" | "-O" | "--output" | "if" | "-d" | "paths:" | "-") {
        return false;
    }
    if strictly && !(word.starts_with("./") || INTERPRETERS.contains(&last)) {
        return false;
    }
    match extension {
        "sql" | "pgsql" | "psql" => matches!(last, "-f" | "-i" | "<" | "\\i" | "-InputFile") || word.starts_with('@'),
        "sh" | "bash" | "zsh" | "ksh" | "py" | "js" | "mjs" | "cjs" | "ts" | "rb" | "pl" | "php" | "ps1" | "bat" => {
            true
        }
        _ => false,
    }
}

/// Lines above a place that are looked at for the case that it stands in.
const MOST_ABOVE: usize = 400;

/// The text by which a script chooses to come to a place: `case "export":`, `elif job == "export":`.
pub(super) fn case_at(text: &str, at: Span) -> Option<&str> {
    static CASE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?:(?-u:\b)(?:case|when|equals\()|===?)\s*["']([\w.:-]+)["']"#).expect("a constant pattern")
    });
    let indent = |line: &str| line.len() - line.trim_start().len();
    let before = text.get(..at.start as usize)?;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let mut around = indent(&text[start..]);
    for line in before[..start].lines().rev().take(MOST_ABOVE) {
        if line.trim().is_empty() || indent(line) >= around {
            continue;
        }
        around = indent(line);
        if let Some(case) = CASE.captures(line) {
            return case.get(1).map(|case| case.as_str());
        }
        if around == 0 {
            break;
        }
    }
    None
}

/// Whether a command line gives what it runs at `at` an argument.
pub(super) fn is_given(text: &str, at: Span, argument: &str) -> bool {
    let rest = text.get(at.end as usize..).unwrap_or("").lines().next().unwrap_or("");
    rest.split(|c: char| c.is_whitespace() || "'\",[]=&;|".contains(c)).any(|word| word == argument)
}

/// The task of a `package.json`, Makefile or justfile whose recipe holds `at`: others run it by that name.
pub(super) fn task_at(path: &str, text: &str, at: Span) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let start = text.get(..at.start as usize)?.rfind('\n').map_or(0, |newline| newline + 1);
    match name {
        "package.json" => {
            // `"task": "command"`: the key on the line; a file on one line has the last key before.
            let before = text.get(start..at.start as usize)?;
            let (head, _) = before.rsplit_once("\": ").or_else(|| before.rsplit_once("\":"))?;
            Some(format!("npm:{}", head.rsplit('"').next()?))
        }
        "Makefile" | "makefile" | "GNUmakefile" | "justfile" | "Justfile" => {
            let tool = if name.eq_ignore_ascii_case("justfile") { "just" } else { "make" };
            let head = text
                .get(..at.end as usize)?
                .lines()
                .rev()
                .find(|line| !line.starts_with([' ', '\t', '#']) && line.contains(':') && !line.contains(":="))?;
            let task = head.split(':').next()?.split_whitespace().next()?;
            Some(format!("{tool}:{}", task.trim_start_matches('@')))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_name_what_they_run() {
        for (path, text, expected) in [
            ("a.sh", "sh export.sh && ./bin/b.sh > x.log", "export.sh bin/b.sh"),
            ("a.sh", "cd \"$(dirname $0)\"; psql -f \"$DIR/sql/report.sql\"", "sql/report.sql"),
            ("a.sh", "# sh export.sh\nchmod +x export.sh && export.sh", "export.sh"),
            ("a.sh", "python -m jobs.daily --all", "jobs/daily.py jobs/daily/__main__.py"),
            ("a.sh", "npm run report; yarn nightly; make -s -C .. dump", "npm:report npm:nightly make:dump"),
            ("a.sh", "node dist/jobs/x.js", "dist/jobs/x.js"),
            ("a.sql", "SELECT 'x.sh';\n\\i parts/b.sql\n@c.sql\n-- \\i d.sql", "parts/b.sql c.sql"),
            ("crontab", "0 2 * * * /opt/shop/../shop/export.sh", "shop/export.sh"),
            ("a.yml", "  command: [\"sh\", \"/app/export.sh\"]", "app/export.sh"),
            ("a.sh", "echo 1.5 a.b.c x.md", ""),
            ("a.sh", "curl -fsS \"https://shop.internal/internal/export?day=1\"", "route:/internal/export"),
            ("a.sh", "curl $BASE/api/export/ -o /tmp/x", "route:/api/export"),
            ("values.yaml", "    path: /api/cleanup", "route:/api/cleanup"),
            ("a.yaml", "  - image: registry/shop/exporter:1.2@sha256:0", "image:exporter"),
            ("a.sh", "python manage.py spark export_users --slug x", "manage.py command:spark command:export_users"),
            ("a.sh", "bundle exec rake users:export; flask send-mail", "rake:users:export command:send-mail"),
            ("a.yml", "args:\n  - python\n  - manage.py\n  - export_users\n", "manage.py command:export_users"),
            (
                "a.sh",
                "bin/rails runner -e production 'Shop::ExportJob.run'",
                "command:runner command:production class:ExportJob",
            ),
            ("a.bat", "call C:\\jobs\\export.bat", "jobs/export.bat"),
        ] {
            let found: Vec<String> = called(path, text).into_iter().map(|called| called.path).collect();
            assert_eq!(found.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn tasks_have_names() {
        let at = |text: &str| text.find("x.sh").map(|at| Span::new(at, at + 4)).expect("there");
        for (path, text, expected) in [
            ("package.json", "{\n \"scripts\": {\n  \"report\": \"sh x.sh\"\n }\n}", Some("npm:report")),
            ("Makefile", "A := b\nall: report\n\nreport: deps\n\tsh x.sh\n", Some("make:report")),
            ("justfile", "nightly arg:\n  sh x.sh\n", Some("just:nightly")),
            ("a.sh", "sh x.sh", None),
        ] {
            assert_eq!(task_at(path, text, at(text)).as_deref(), expected, "{path}");
        }
    }
}
