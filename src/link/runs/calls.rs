//! Code that scheduled code calls in other files: a script that dispatches to classes, a timer that calls a service.
//!
//! Followed from what runs by a clock or a queue towards what it calls, by imports and by the names of classes. What code that
//! nobody schedules calls as well is nobody's task: it is left as it is.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::LazyLock;

use rayon::prelude::*;
use regex::Regex;

use super::{Followed, Runs};
use crate::extract::schedule::{called_with, jobs_of_code, marks_jobs};
use crate::link::store::Store;
use crate::model::facts::{Unit, UnitKind};
use crate::model::source::{Context, FileId, SourceFile, has_ending};
use crate::model::span::Span;

/// Files between a schedule's code and the last that is followed.
const DEEPEST: usize = 4;

/// Functions that are followed.
const MOST_REACHED: usize = 4000;

/// Calls of one piece of scheduled code.
const MOST_CALLS: usize = 2000;

/// A stretch of a file that scheduled code of another one calls.
pub(super) struct Reached {
    /// The function, and what it calls in its file.
    pub(super) covers: Vec<Span>,
    /// The file that calls it.
    pub(super) from: FileId,
    /// Where in it.
    pub(super) at: Span,
}

/// What of each file scheduled code of others calls.
#[derive(Default)]
pub(super) struct Calls {
    by_file: BTreeMap<FileId, Vec<Reached>>,
}

/// Scheduled code: what of a file.
struct Scheduled {
    file: FileId,
    covers: Vec<Span>,
}

/// A function of another file that is called.
struct Entry {
    /// What its callers name it by: its class, or its module.
    holder: String,
    function: String,
    file: FileId,
    covers: Vec<Span>,
    from: FileId,
    at: Span,
}

impl Calls {
    /// Follows the calls, on all cores.
    pub(super) fn of(store: &Store<'_>, runs: &Runs) -> Self {
        let mut found = Self::default();
        let mut level = roots(store, runs);
        let mut seen: HashSet<(FileId, Span)> = HashSet::new();
        let mut scheduled: BTreeSet<FileId> = level.iter().map(|one| one.file).collect();
        for _ in 0..DEEPEST {
            let mut entries: Vec<Entry> = level.par_iter().flat_map_iter(|one| entries(store, runs, one)).collect();
            entries.retain(|entry| seen.len() < MOST_REACHED && seen.insert((entry.file, entry.covers[0])));
            leave_shared(store, &mut entries, &scheduled, &level);
            level = Vec::new();
            for entry in entries {
                scheduled.insert(entry.file);
                level.push(Scheduled { file: entry.file, covers: entry.covers.clone() });
                let reached = Reached { covers: entry.covers, from: entry.from, at: entry.at };
                found.by_file.entry(entry.file).or_default().push(reached);
            }
            if level.is_empty() {
                break;
            }
        }
        found
    }

    /// Where the code at `span` of a file is called from.
    pub(super) fn callers(&self, file: FileId, span: Span) -> impl Iterator<Item = &Reached> {
        let of_file = self.by_file.get(&file).into_iter().flatten();
        of_file.filter(move |reached| reached.covers.iter().any(|covered| covered.contains(span)))
    }
}

fn is_code(path: &str) -> bool {
    matches!(path.rsplit('.').next(), Some("py" | "java" | "kt" | "ts" | "tsx" | "mts" | "js" | "mjs" | "cjs"))
}

/// Code that is run by a clock or a queue: handlers, DAGs, scripts that a schedule names.
fn roots(store: &Store<'_>, runs: &Runs) -> Vec<Scheduled> {
    let is_marked = |file: &SourceFile, text: &str| {
        let is_live = file.context == Context::Live && is_code(&file.repository_path);
        is_live.then(|| marks_jobs(&file.repository_path, text))
    };
    let seen = store.sweep(is_marked, |_| false);
    let code = seen.into_par_iter().filter_map(|(id, is_marked)| Some((id, is_marked?)));
    code.filter_map(|(id, is_marked)| {
        let covers = scheduled_in(store, runs, id, is_marked);
        (!covers.is_empty()).then_some(Scheduled { file: id, covers })
    })
    .collect()
}

/// What of a file of code is scheduled.
fn scheduled_in(store: &Store<'_>, runs: &Runs, file: FileId, is_marked: bool) -> Vec<Span> {
    let path = store.file(file).repository_path.as_str();
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let is_named = || [name.to_owned(), format!("{stem}.js")].iter().any(|name| runs.named.contains_key(name.as_str()));
    let mut covers: Vec<Span> =
        runs.jobs.get(&file).into_iter().flatten().flat_map(|job| job.covers.iter().copied()).collect();
    if is_marked {
        let jobs = jobs_of_code(path, store.text(file), &store.facts(file).units);
        covers.extend(jobs.into_iter().flat_map(|job| job.covers));
    }
    if covers.is_empty() && is_named() {
        let whole = Span::new(0, store.text(file).len());
        // By the paths of files alone: the calls are what is being looked for.
        let calls = &Calls::default();
        if !(Followed { store, runs, calls }).via(file, whole).is_empty() {
            covers.push(whole);
        }
    }
    covers
}

/// The functions of other files that scheduled code calls.
fn entries(store: &Store<'_>, runs: &Runs, scheduled: &Scheduled) -> Vec<Entry> {
    static CALL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?-u:\b)(?:(?:this|self|cls)\s*\.\s*)?(?:(\w+)(?:\([^()\n]*\))?\s*(?:\.|::)\s*)?(\w+)\s*(\()?")
            .expect("a constant pattern compiles")
    });
    let text = store.text(scheduled.file);
    let names = Names::of(store, scheduled.file);
    let mut found: Vec<Entry> = Vec::new();
    let mut told: HashSet<(&str, &str)> = HashSet::new();
    for span in &scheduled.covers {
        for call in CALL.captures_iter(span.of(text)).take(MOST_CALLS * 8) {
            let receiver = call.get(1).map_or("", |receiver| receiver.as_str());
            let Some(function) = call.get(2) else { continue };
            let is_call = call.get(3).is_some() || call[0].contains("::");
            // A function may be handed on by its name: `PythonOperator(python_callable=export)`.
            let is_known = names.knows(receiver) || (receiver.is_empty() && names.knows(function.as_str()));
            if !(is_known || (is_call && names.may_declare(receiver)))
                || found.len() > MOST_CALLS
                || !told.insert((receiver, function.as_str()))
            {
                continue;
            }
            let start = span.start as usize + function.start();
            let at = Span::new(start, start + function.len());
            for (file, holder) in names.meant(store, runs, scheduled.file, receiver, function.as_str()) {
                if file == scheduled.file {
                    continue;
                }
                let units = &store.facts(file).units;
                let Some(unit) = unit_called(units, &holder, function.as_str(), receiver.is_empty()) else { continue };
                let covers = called_with(store.text(file), units, unit.span);
                let (function, from) = (function.as_str().to_owned(), scheduled.file);
                found.push(Entry { holder, function, file, covers, from, at });
                break;
            }
        }
    }
    found
}

/// A method of a class, or a function of a file.
fn unit_called<'u>(units: &'u [Unit], holder: &str, function: &str, is_free: bool) -> Option<&'u Unit> {
    let is_method = |unit: &&Unit| {
        let mut parts = unit.name.rsplit('.');
        matches!(unit.kind, UnitKind::Method | UnitKind::Function)
            && parts.next() == Some(function)
            && parts.next().is_some_and(|class| class == holder)
    };
    let is_function = |unit: &&Unit| unit.kind == UnitKind::Function && unit.name == function;
    units.iter().find(is_method).or_else(|| {
        units
            .iter()
            .find(is_function)
            .filter(|_| is_free || holder.is_empty() || !holder.starts_with(char::is_uppercase))
    })
}

/// Takes out what code that is not scheduled calls too.
fn leave_shared(store: &Store<'_>, entries: &mut Vec<Entry>, scheduled: &BTreeSet<FileId>, level: &[Scheduled]) {
    if entries.is_empty() {
        return;
    }
    let functions: BTreeSet<&str> = entries.iter().map(|entry| entry.function.as_str()).collect();
    let words: Vec<String> = functions.iter().map(|name| regex::escape(name)).collect();
    let Ok(pattern) = Regex::new(&format!(r"(?-u:\b)({})(?-u:\b)", words.join("|"))) else {
        entries.clear();
        return;
    };
    let shared_in = |at: usize| -> Vec<(String, String)> {
        let (id, file) = (FileId(at as u32), &store.workspace().files[at]);
        if file.context != Context::Live || !is_code(&file.repository_path) {
            return Vec::new();
        }
        let covers: Vec<Span> =
            level.iter().filter(|one| one.file == id).flat_map(|one| one.covers.iter().copied()).collect();
        if scheduled.contains(&id) && covers.is_empty() {
            return Vec::new();
        }
        let text = store.text(id);
        let outside =
            |found: &regex::Match<'_>| !covers.iter().any(|span| span.contains(Span::new(found.start(), found.end())));
        let named: HashSet<&str> = pattern.find_iter(text).filter(outside).map(|found| found.as_str()).collect();
        let others = entries.iter().filter(|entry| entry.file != id && named.contains(entry.function.as_str()));
        others
            .filter(|entry| has_word(text, &entry.holder) && is_named_outside(text, &covers, &entry.function))
            .map(|entry| (entry.holder.clone(), entry.function.clone()))
            .collect()
    };
    let shared: HashSet<(String, String)> =
        (0..store.workspace().files.len()).into_par_iter().flat_map_iter(shared_in).collect();
    entries.retain(|entry| !shared.contains(&(entry.holder.clone(), entry.function.clone())));
}

/// Whether a word stands outside of what is covered, in a line that does not import it.
fn is_named_outside(text: &str, covers: &[Span], word: &str) -> bool {
    let mut start = 0;
    text.split_inclusive('\n').any(|line| {
        let said = line.trim_start();
        let from = start + line.len() - said.len();
        let span = Span::new(from, from + said.trim_end().len());
        start += line.len();
        !is_import(said, word)
            && has_word(line, word)
            && !covers.iter().any(|covered| covered.start <= span.start && span.end <= covered.end)
    })
}

/// Whether a line only imports a name: as a statement, or in a list of such names that has a line for each.
fn is_import(line: &str, word: &str) -> bool {
    let said = line.trim();
    said.starts_with("import ")
        || said.starts_with("from ")
        || said.trim_end_matches(',') == word
        || said.strip_prefix(word).is_some_and(|rest| rest.starts_with(" as "))
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    !word.is_empty()
        && text
            .match_indices(word)
            .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

/// What the names of a file mean that are other files'.
struct Names {
    /// Local name, the module that it is of, its name there.
    imported: BTreeMap<String, (String, String)>,
    /// Classes by the variables that hold their objects.
    classes: BTreeMap<String, String>,
    is_python: bool,
    is_java: bool,
}

impl Names {
    fn of(store: &Store<'_>, file: FileId) -> Self {
        static FROM: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?m)^[ \t]*from\s+([\w.]+)\s+import\s+(?:\(([^)]*)\)|([^\n#]+))").expect("a constant pattern")
        });
        static MODULE: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?m)^[ \t]*import\s+([\w.]+)(?:\s+as\s+(\w+))?[ \t]*$").expect("a constant pattern")
        });
        static SCRIPT: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"(?m)^[ \t]*import\s+(?:type\s+)?(?:(\w+)\s*,?\s*)?(?:\{([^}]*)\}\s*)?(?:\*\s+as\s+(\w+)\s*)?from\s*["']([^"'\n]+)["']|(?:const|let|var)\s+(?:\{([^}]*)\}|(\w+))\s*=\s*require\(\s*["']([^"'\n]+)["']"#)
                .expect("a constant pattern")
        });
        static HELD: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?-u:\b)(?:(\w+)\s*(?::[^=\n]*)?=\s*(?:await\s+)?(?:new\s+)?([A-Z]\w*)\s*\(|(\w+)\??\s*:\s*([A-Z]\w*)(?-u:\b)|([A-Z]\w*)(?:<[^<>\n]*>)?\s+([a-z]\w*)\s*[;,)=]|\.\s*<\s*([A-Z]\w*)\s*>\s*\w+\s*\((?:[^()\n]*,)?\s*([a-z]\w*)\s*->)")
                .expect("a constant pattern")
        });
        let path = store.file(file).repository_path.as_str();
        let (is_python, is_java) = (has_ending(path, "py"), has_ending(path, "java") || has_ending(path, "kt"));
        let text = store.text(file);
        let mut imported = BTreeMap::new();
        let names_of = |imported: &mut BTreeMap<String, (String, String)>, list: &str, module: &str, word: &str| {
            for part in list.split(',') {
                let (name, local) = part.split_once(word).unwrap_or((part, part));
                let clean = |name: &str| name.trim().trim_start_matches("type ").to_owned();
                if !name.trim().is_empty() {
                    imported.insert(clean(local), (module.to_owned(), clean(name)));
                }
            }
        };
        if is_python {
            for found in FROM.captures_iter(text) {
                let list = found.get(2).or(found.get(3)).map_or("", |list| list.as_str());
                names_of(&mut imported, list, &found[1], " as ");
            }
            for found in MODULE.captures_iter(text) {
                let local = found.get(2).map_or(&found[1], |local| local.as_str());
                let local = local.rsplit('.').next().unwrap_or(local).to_owned();
                imported.insert(local, (found[1].to_owned(), String::new()));
            }
        } else if !is_java {
            for found in SCRIPT.captures_iter(text) {
                let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
                let module = if part(4).is_empty() { part(7) } else { part(4) };
                names_of(&mut imported, part(2), module, " as ");
                names_of(&mut imported, part(5), module, ":");
                for local in [part(1), part(3), part(6)].into_iter().filter(|local| !local.is_empty()) {
                    imported.insert(local.to_owned(), (module.to_owned(), String::new()));
                }
            }
        }
        let mut classes = BTreeMap::new();
        for held in HELD.captures_iter(text) {
            let pair = [(1, 2), (3, 4), (6, 5), (8, 7)]
                .into_iter()
                .find_map(|(name, class)| Some((held.get(name)?, held.get(class)?)));
            if let Some((name, class)) = pair {
                classes.entry(name.as_str().to_owned()).or_insert_with(|| class.as_str().to_owned());
            }
        }
        Self { imported, classes, is_python, is_java }
    }

    fn knows(&self, name: &str) -> bool {
        self.imported.contains_key(name)
    }

    /// Whether a name may stand for a class of another file, or hold an object of one.
    fn may_declare(&self, name: &str) -> bool {
        self.classes.contains_key(name) || (self.is_java && name.starts_with(char::is_uppercase))
    }

    /// The files that may declare what a call names, with the class or module that it is of.
    fn meant(
        &self,
        store: &Store<'_>,
        runs: &Runs,
        from: FileId,
        receiver: &str,
        function: &str,
    ) -> Vec<(FileId, String)> {
        let class = self.classes.get(receiver).map_or(receiver, String::as_str);
        if self.is_java {
            let names = [format!("{class}Impl.java"), format!("{class}.java"), format!("{class}.kt")];
            let files = names
                .iter()
                .flat_map(|name| runs.files.get(name.as_str()).into_iter().flatten().map(move |&file| (file, name)));
            let own = store.file(from).repository;
            let mut found: Vec<(FileId, String)> = files
                .filter(|(file, _)| store.file(*file).repository == own)
                .map(|(file, name)| (file, name.rsplit_once('.').map_or("", |(stem, _)| stem).to_owned()))
                .collect();
            found.sort_by_key(|(_, holder)| std::cmp::Reverse(holder.len()));
            return found;
        }
        let local = if receiver.is_empty() { function } else { class };
        let Some((module, name)) = self.imported.get(local) else { return Vec::new() };
        let mut holder = if receiver.is_empty() { String::new() } else { name.clone() };
        let paths = if self.is_python {
            let folder = module.trim_start_matches('.').replace('.', "/");
            let mut paths = vec![format!("{folder}.py")];
            if !name.is_empty() {
                paths.push(format!("{folder}/{name}.py").trim_start_matches('/').to_owned());
            }
            paths.push(format!("{folder}/__init__.py"));
            paths
        } else {
            let module = module.trim_start_matches(['.', '/', '@', '~']);
            let stem = module.trim_end_matches(".js").trim_end_matches(".ts");
            ["ts", "tsx", "js", "mjs", "mts"].iter().map(|ending| format!("{stem}.{ending}")).collect()
        };
        let mut found = Vec::new();
        for path in paths {
            let Some(file) = nearest(store, runs, from, &path) else { continue };
            let stem = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(stem, _)| stem);
            // A module is named by its file.
            if holder.is_empty() || holder == stem {
                stem.clone_into(&mut holder);
            }
            found.push((file, holder.clone()));
        }
        found
    }
}

/// Of the files whose path ends so, the one nearest to `from`.
fn nearest(store: &Store<'_>, runs: &Runs, from: FileId, path: &str) -> Option<FileId> {
    let own = store.file(from);
    let name = path.rsplit('/').next().unwrap_or(path);
    let ends_so =
        |whole: &str| whole.strip_suffix(path).is_some_and(|before| before.is_empty() || before.ends_with('/'));
    let common = |whole: &str| whole.bytes().zip(own.repository_path.bytes()).take_while(|(a, b)| a == b).count();
    let all = runs.files.get(name).into_iter().flatten().copied();
    all.filter(|&file| store.file(file).repository == own.repository && ends_so(&store.file(file).repository_path))
        .max_by_key(|&file| (common(&store.file(file).repository_path), std::cmp::Reverse(file)))
}
