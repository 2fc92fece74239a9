//! Which file a module, package or class of another file is.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use serde_json::Value;

use crate::link::store::Store;
use crate::model::source::{FileId, SourceFile};

/// What a specifier without an ending may end with, in the order in which Node and TypeScript look.
const ENDINGS: &[&str] = &[
    "",
    ".ts",
    ".tsx",
    ".mts",
    ".cts",
    ".d.ts",
    ".js",
    ".jsx",
    ".mjs",
    ".cjs",
    ".vue",
    "/index.ts",
    "/index.tsx",
    "/index.mts",
    "/index.js",
    "/index.jsx",
    "/index.mjs",
    "/index.cjs",
    "/index.d.ts",
];

/// Compiled endings that stand for the source beside them.
const COMPILED: &[(&str, &[&str])] =
    &[(".js", &[".ts", ".tsx"]), (".jsx", &[".tsx"]), (".mjs", &[".mts"]), (".cjs", &[".cts"])];

/// Folders of a package in which its entry and its parts may lie when `package.json` names what is built of them.
const SOURCE_FOLDERS: &[&str] = &["src/", "", "lib/", "source/"];

/// Files by their paths and names.
pub(super) struct Modules<'s> {
    by_path: HashMap<(usize, &'s str), FileId>,
    /// Code files by file name without its ending.
    by_stem: HashMap<&'s str, Vec<FileId>>,
    /// Folders that hold a package of Python, by the package's name.
    python_roots: BTreeMap<&'s str, Vec<(usize, &'s str)>>,
    packages: OnceLock<BTreeMap<String, (usize, String)>>,
    paths: OnceLock<Vec<PathMapping>>,
}

/// `paths` of a `tsconfig.json`.
struct PathMapping {
    repository: usize,
    /// The folder of the file, with `/` behind it unless it is the root.
    folder: String,
    /// The part before `*` and the part behind it; no second part for a whole specifier.
    pattern: (String, Option<String>),
    /// Paths from the repository's root, in the same form.
    targets: Vec<(String, Option<String>)>,
}

impl<'s> Modules<'s> {
    /// The files of the store.
    pub(super) fn new(store: &Store<'s>) -> Self {
        let mut by_path = HashMap::new();
        let mut by_stem: HashMap<&str, Vec<FileId>> = HashMap::new();
        let mut python_roots: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
        for (at, file) in store.workspace().files.iter().enumerate() {
            let id = FileId(at as u32);
            by_path.insert((file.repository, file.repository_path.as_str()), id);
            let name = file.repository_path.rsplit('/').next().unwrap_or("");
            if let Some((stem, "java")) = name.rsplit_once('.') {
                by_stem.entry(stem).or_default().push(id);
            }
            if let Some(package) = file.repository_path.strip_suffix("/__init__.py") {
                let (root, package) = package.rsplit_once('/').unwrap_or(("", package));
                python_roots.entry(package).or_default().push((file.repository, root));
            }
        }
        // A package inside of a package has a longer name, unless that one only is where the sources lie.
        for roots in python_roots.values_mut() {
            roots.retain(|(repository, root)| {
                matches!(root.rsplit('/').next(), Some("" | "src" | "lib" | "python"))
                    || !by_path.contains_key(&(*repository, format!("{root}/__init__.py").as_str()))
            });
        }
        Self { by_path, by_stem, python_roots, packages: OnceLock::new(), paths: OnceLock::new() }
    }

    /// The file at a path.
    pub(super) fn file_at(&self, repository: usize, path: &str) -> Option<FileId> {
        self.by_path.get(&(repository, path)).copied()
    }

    /// The file at a path without its ending.
    fn file_like(&self, repository: usize, path: &str) -> Option<FileId> {
        let path = path.trim_end_matches('/');
        let found = ENDINGS.iter().find_map(|ending| {
            let path =
                if path.is_empty() { ending.trim_start_matches('/').to_owned() } else { format!("{path}{ending}") };
            self.file_at(repository, &path)
        });
        found.or_else(|| {
            COMPILED.iter().find_map(|(compiled, sources)| {
                let stem = path.strip_suffix(compiled)?;
                sources.iter().find_map(|source| self.file_at(repository, &format!("{stem}{source}")))
            })
        })
    }

    /// The file that `from` imports as `specifier`, if it lies in the tree.
    pub(super) fn import(&self, store: &Store<'_>, from: FileId, specifier: &str) -> Option<FileId> {
        let importing = store.file(from);
        let repository = importing.repository;
        let folder = folder_of(&importing.repository_path);
        if is_python(importing) {
            return self.python(repository, folder, specifier);
        }
        if specifier.starts_with('.') {
            return self.file_like(repository, &joined(folder, specifier)?);
        }
        self.mapped(store, importing, specifier)
            .or_else(|| self.in_package(store, specifier))
            .or_else(|| self.by_suffix(repository, specifier))
    }

    /// A module of Python: relative to a folder by its leading dots, else from the root, from `src`, or from a folder above
    /// the importing file, which may be what the program is started in.
    fn python(&self, repository: usize, folder: &str, module: &str) -> Option<FileId> {
        let path = module.trim_start_matches('.').replace('.', "/");
        let dots = module.len() - module.trim_start_matches('.').len();
        let within = |repository: usize, folder: &str| {
            let whole = match (folder.is_empty(), path.is_empty()) {
                (true, _) => path.clone(),
                (false, true) => folder.to_owned(),
                (false, false) => format!("{folder}/{path}"),
            };
            let whole = if whole.is_empty() { String::new() } else { format!("{whole}/") };
            let file = whole.trim_end_matches('/');
            self.file_at(repository, &format!("{file}.py"))
                .or_else(|| self.file_at(repository, &format!("{whole}__init__.py")))
                .or_else(|| self.file_at(repository, &format!("{file}.pyi")))
        };
        let at = |folder: &str| within(repository, folder);
        let above = |levels: usize| {
            let parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
            parts.len().checked_sub(levels).map(|kept| parts[..kept].join("/"))
        };
        if dots > 0 {
            return at(&above(dots - 1)?);
        }
        let depth = folder.split('/').filter(|part| !part.is_empty()).count();
        let near = at("").or_else(|| at("src")).or_else(|| (0..depth).rev().find_map(|levels| at(&above(levels)?)));
        near.or_else(|| {
            // A package that lies elsewhere in the tree and is installed for this one.
            let first = path.split('/').next().unwrap_or("");
            let roots = self.python_roots.get(first).into_iter().flatten();
            let mut found = roots.filter_map(|(of, root)| Some((*of, within(*of, root)?)));
            let own = found.clone().filter(|(of, _)| *of == repository).map(|(_, file)| file);
            let all: Vec<FileId> = own.take(2).collect();
            match all.as_slice() {
                [only] => Some(*only),
                [] => found.next().filter(|_| found.next().is_none()).map(|(_, file)| file),
                _ => None,
            }
        })
    }

    /// What a package of Python has beside its own names: a module of its folder.
    pub(super) fn python_part(&self, store: &Store<'_>, package: FileId, name: &str) -> Option<FileId> {
        let file = store.file(package);
        let folder = file.repository_path.strip_suffix("__init__.py")?;
        self.file_at(file.repository, &format!("{folder}{name}.py"))
            .or_else(|| self.file_at(file.repository, &format!("{folder}{name}/__init__.py")))
    }

    /// By the `paths` of the nearest `tsconfig.json` that has the pattern.
    fn mapped(&self, store: &Store<'_>, importing: &SourceFile, specifier: &str) -> Option<FileId> {
        let mappings = self.paths.get_or_init(|| self.path_mappings(store));
        let mut fitting: Vec<(&PathMapping, &str)> = mappings
            .iter()
            .filter(|mapping| {
                mapping.repository == importing.repository && importing.repository_path.starts_with(&mapping.folder)
            })
            .filter_map(|mapping| Some((mapping, matched(&mapping.pattern, specifier)?)))
            .collect();
        fitting.sort_by_key(|(mapping, _)| {
            (std::cmp::Reverse(mapping.folder.len()), std::cmp::Reverse(mapping.pattern.0.len()))
        });
        fitting.iter().find_map(|(mapping, part)| {
            mapping.targets.iter().find_map(|(before, behind)| {
                let path = behind.as_ref().map_or_else(|| before.clone(), |behind| format!("{before}{part}{behind}"));
                self.file_like(mapping.repository, &path)
            })
        })
    }

    fn path_mappings(&self, store: &Store<'_>) -> Vec<PathMapping> {
        let mut found = Vec::new();
        for (at, file) in store.workspace().files.iter().enumerate() {
            let name = file.repository_path.rsplit('/').next().unwrap_or("");
            let is_config = |name: &str| name.starts_with("tsconfig") || name.starts_with("jsconfig");
            if !name.rsplit_once('.').is_some_and(|(name, ending)| ending == "json" && is_config(name)) {
                continue;
            }
            let Some(config) = with_comments(store.text(FileId(at as u32))) else { continue };
            let options = &config["compilerOptions"];
            let folder = folder_of(&file.repository_path);
            let base = options["baseUrl"].as_str().unwrap_or(".");
            let Some(base) = joined(folder, base) else { continue };
            let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
            let Some(paths) = options["paths"].as_object() else { continue };
            for (pattern, targets) in paths {
                let targets = targets.as_array().into_iter().flatten().filter_map(Value::as_str);
                found.push(PathMapping {
                    repository: file.repository,
                    folder: folder.clone(),
                    pattern: around_star(pattern),
                    targets: targets.filter_map(|target| Some(around_star(&joined(&base, target)?))).collect(),
                });
            }
        }
        found
    }

    /// A package of the tree, or a part of one.
    fn in_package(&self, store: &Store<'_>, specifier: &str) -> Option<FileId> {
        let packages = self.packages.get_or_init(|| packages(store));
        let package = package_of(specifier);
        let (repository, folder) = packages.get(package)?;
        let part = specifier[package.len()..].trim_start_matches('/');
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        SOURCE_FOLDERS.iter().find_map(|source| {
            let path =
                if part.is_empty() { format!("{prefix}{source}index") } else { format!("{prefix}{source}{part}") };
            self.file_like(*repository, &path)
        })
    }

    /// Whether a specifier is a path inside of the tree, whether or not there is such a file.
    pub(super) fn is_inside(&self, store: &Store<'_>, specifier: &str) -> bool {
        let packages = self.packages.get_or_init(|| packages(store));
        specifier.starts_with(['.', '#', '~'])
            || specifier.starts_with("@/")
            || packages.contains_key(package_of(specifier))
    }

    /// A specifier from some root (`src/x`, `@/x`, `~/x`, `#x`): the one file whose path ends so.
    fn by_suffix(&self, repository: usize, specifier: &str) -> Option<FileId> {
        let part = specifier.trim_start_matches(['@', '~', '#']).trim_start_matches('/');
        let is_rooted = part.len() < specifier.len() || specifier.starts_with("src/") || specifier.starts_with("app/");
        if !is_rooted || !part.contains('/') || (specifier.starts_with('@') && !specifier.starts_with("@/")) {
            return None;
        }
        ["", "src/", "app/"].iter().find_map(|root| self.file_like(repository, &format!("{root}{part}")))
    }

    /// The Java files that may declare a class: of that file name, in a folder that ends with the package.
    pub(super) fn java_files(&self, class: &str) -> &[FileId] {
        self.by_stem.get(class).map_or(&[], Vec::as_slice)
    }
}

/// Whether a file is of a Java package: it lies in a folder of that name, or says so.
pub(in crate::link) fn is_in_package(store: &Store<'_>, id: FileId, package: &str) -> bool {
    let folder = folder_of(&store.file(id).repository_path);
    let path = package.replace('.', "/");
    let lies_there = folder.strip_suffix(&path).is_some_and(|before| before.is_empty() || before.ends_with('/'));
    lies_there || declares_package(store.text(id), package)
}

/// Whether a Java text begins with the declaration of a package; licences may stand before it.
fn declares_package(text: &str, package: &str) -> bool {
    const MOST_LINES: usize = 100;
    let declared = text.lines().take(MOST_LINES).find_map(|line| line.trim().strip_prefix("package "));
    declared.and_then(|rest| rest.split(';').next()).is_some_and(|name| name.trim() == package)
}

/// Whether a file is Java.
pub(super) fn is_java(file: &SourceFile) -> bool {
    file.repository_path.rsplit('.').next() == Some("java")
}

fn is_python(file: &SourceFile) -> bool {
    [".py", ".pyi", ".pyw"].iter().any(|ending| file.repository_path.ends_with(ending))
}

/// Whether a file is of a language whose parameters have no types: TypeScript, JavaScript or Python.
pub(super) fn is_script(file: &SourceFile) -> bool {
    let ending = file.repository_path.rsplit('.').next().unwrap_or("");
    matches!(ending, "py" | "ts" | "tsx" | "mts" | "cts" | "js" | "jsx" | "mjs" | "cjs" | "vue")
}

/// The name of the package in a specifier.
fn package_of(specifier: &str) -> &str {
    let cut = match specifier.strip_prefix('@') {
        Some(_) => specifier.match_indices('/').nth(1).map(|(at, _)| at),
        None => specifier.find('/'),
    };
    &specifier[..cut.unwrap_or(specifier.len())]
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A relative path from a folder; `None` when it leads out of the root.
fn joined(folder: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn around_star(pattern: &str) -> (String, Option<String>) {
    match pattern.split_once('*') {
        Some((before, behind)) => {
            // `joined` drops the slash before a star that stands alone.
            (before.to_owned(), Some(behind.to_owned()))
        }
        None => (pattern.to_owned(), None),
    }
}

fn matched<'a>(pattern: &(String, Option<String>), specifier: &'a str) -> Option<&'a str> {
    match &pattern.1 {
        None => (pattern.0 == specifier).then_some(""),
        Some(behind) => specifier.strip_prefix(pattern.0.as_str())?.strip_suffix(behind.as_str()),
    }
}

/// Packages of the tree by name, with their folders.
fn packages(store: &Store<'_>) -> BTreeMap<String, (usize, String)> {
    let mut found = BTreeMap::new();
    for (at, file) in store.workspace().files.iter().enumerate() {
        let path = &file.repository_path;
        if path != "package.json" && !path.ends_with("/package.json") {
            continue;
        }
        let Ok(package) = serde_json::from_str::<Value>(store.text(FileId(at as u32))) else { continue };
        if let Some(name) = package["name"].as_str() {
            found.entry(name.to_owned()).or_insert((file.repository, folder_of(path).to_owned()));
        }
    }
    found
}

/// JSON as `tsconfig.json` has it: with comments and commas behind the last item.
fn with_comments(text: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.char_indices().peekable();
    let mut in_string = false;
    while let Some((at, c)) = rest.next() {
        let next = rest.peek().map(|(_, next)| *next);
        match c {
            '\\' if in_string => {
                plain.push(c);
                plain.extend(rest.next().map(|(_, escaped)| escaped));
            }
            '"' => {
                in_string = !in_string;
                plain.push(c);
            }
            '/' if !in_string && next == Some('/') => while rest.next_if(|(_, c)| *c != '\n').is_some() {},
            '/' if !in_string && next == Some('*') => {
                let end = text[at + 2..].find("*/").map_or(text.len(), |end| at + 2 + end + 2);
                while rest.next_if(|(at, _)| *at < end).is_some() {}
            }
            '}' | ']' if !in_string => {
                let kept = plain.trim_end().trim_end_matches(',').len();
                plain.truncate(kept);
                plain.push(c);
            }
            _ => plain.push(c),
        }
    }
    serde_json::from_str(&plain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_join_inside_the_root() {
        for (folder, relative, expected) in [
            ("src/a", "./b", Some("src/a/b")),
            ("src/a", "../b", Some("src/b")),
            ("", "./b", Some("b")),
            ("src", ".", Some("src")),
            ("src", "../../b", None),
        ] {
            assert_eq!(joined(folder, relative).as_deref(), expected, "{folder} {relative}");
        }
    }

    #[test]
    fn configurations_have_comments() {
        let text = "{ // a\n \"compilerOptions\": { /* b */ \"paths\": { \"@/*\": [\"./src/*\",], }, }, }";
        let value = with_comments(text).expect("it is JSON with comments");
        assert_eq!(value["compilerOptions"]["paths"]["@/*"][0], "./src/*");
    }

    #[test]
    fn patterns_have_one_star() {
        assert_eq!(matched(&around_star("@/*"), "@/lib/db"), Some("lib/db"));
        assert_eq!(matched(&around_star("db"), "db"), Some(""));
        assert_eq!(matched(&around_star("@/*"), "react"), None);
    }
}
