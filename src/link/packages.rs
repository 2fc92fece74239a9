//! Packages of JavaScript that no database can be reached from: what they hold came over a network.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::discover::Workspace;
use crate::link::store::Store;
use crate::model::source::FileId;

/// Files that make their folder a package of some language.
const MANIFESTS: &[&str] = &[
    "package.json",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "pyproject.toml",
    "setup.py",
    "go.mod",
    "Cargo.toml",
    "composer.json",
    "Gemfile",
    "mix.exs",
    "deno.json",
];

/// What tells packages apart: names of other packages, a name that ends with `/*` for a whole scope.
pub struct Kinds {
    /// Those that speak to a database.
    pub databases: Vec<String>,
    /// Those that draw what a person sees.
    pub interfaces: Vec<String>,
    /// Those that make a program a server.
    pub servers: Vec<String>,
}

impl Kinds {
    fn holds(list: &[String], name: &str) -> bool {
        list.iter().any(|known| match known.strip_suffix('*') {
            Some(scope) => name.starts_with(scope),
            None => known == name,
        })
    }
}

/// The interfaces without a database, by their folders.
pub struct Interfaces {
    /// For each folder that holds a manifest, by repository: whether it is such a package.
    folders: BTreeMap<(usize, String), bool>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Manifest {
    name: Option<String>,
    dependencies: BTreeMap<String, serde_json::Value>,
    dev_dependencies: BTreeMap<String, serde_json::Value>,
    peer_dependencies: BTreeMap<String, serde_json::Value>,
    optional_dependencies: BTreeMap<String, serde_json::Value>,
    main: Option<serde_json::Value>,
    module: Option<serde_json::Value>,
    exports: Option<serde_json::Value>,
    types: Option<serde_json::Value>,
    browser: Option<serde_json::Value>,
}

impl Manifest {
    /// All that the package is made with.
    fn all(&self) -> impl Iterator<Item = &str> {
        self.runs_with().chain(self.dev_dependencies.keys().map(String::as_str))
    }

    /// Whether it says what others may import of it.
    fn gives(&self) -> bool {
        [&self.main, &self.module, &self.exports, &self.types, &self.browser].into_iter().any(Option::is_some)
    }

    /// What it takes along into the packages that use it.
    fn runs_with(&self) -> impl Iterator<Item = &str> {
        let lists = [&self.dependencies, &self.peer_dependencies, &self.optional_dependencies];
        lists.into_iter().flat_map(|list| list.keys()).map(String::as_str)
    }
}

impl Interfaces {
    /// Reads the manifests of the workspace.
    pub fn new(store: &Store<'_>, kinds: &Kinds) -> Self {
        let workspace: &Workspace = store.workspace();
        let mut folders = BTreeMap::new();
        let mut manifests: Vec<((usize, String), Manifest)> = Vec::new();
        for (at, file) in workspace.files.iter().enumerate() {
            let (folder, name) = file.repository_path.rsplit_once('/').unwrap_or(("", &file.repository_path));
            if !MANIFESTS.contains(&name) {
                continue;
            }
            let place = (file.repository, folder.to_owned());
            if name == "package.json" {
                let manifest = serde_json::from_str(store.text(FileId(at as u32))).unwrap_or_default();
                manifests.push((place, manifest));
            } else {
                // A package of two languages is no interface alone.
                folders.insert(place, false);
            }
        }
        let index = |(repository, folder): &(usize, String)| {
            workspace.files.iter().any(|file| {
                let name = file.repository_path.strip_prefix(folder.as_str()).unwrap_or("").trim_start_matches('/');
                file.repository == *repository && name.starts_with("index.") && name != "index.html"
            })
        };
        let by_name: BTreeMap<&str, &Manifest> =
            manifests.iter().filter_map(|(_, manifest)| Some((manifest.name.as_deref()?, manifest))).collect();
        let used: BTreeSet<&str> = manifests.iter().flat_map(|(_, manifest)| manifest.all()).collect();
        for (place, manifest) in &manifests {
            let is_made_with = |list: &[String]| manifest.all().any(|name| Kinds::holds(list, name));
            let is_interface = is_made_with(&kinds.interfaces)
                && !is_made_with(&kinds.servers)
                && !(manifest.name.as_deref().is_some_and(|name| used.contains(name))
                    && (manifest.gives() || index(place)))
                && !reaches_database(manifest, &by_name, kinds);
            folders.entry(place.clone()).or_insert(is_interface);
        }
        Self { folders }
    }

    /// Whether the file belongs to an interface without a database.
    pub fn hold(&self, workspace: &Workspace, id: FileId) -> bool {
        let file = &workspace.files[id.0 as usize];
        let mut folder = file.repository_path.as_str();
        while !folder.is_empty() {
            folder = folder.rsplit_once('/').map_or("", |(outer, _)| outer);
            if let Some(found) = self.folders.get(&(file.repository, folder.to_owned())) {
                return *found;
            }
        }
        false
    }
}

/// Whether the package, or one of ours that it is made with, depends on a package that speaks to a database.
fn reaches_database<'m>(manifest: &'m Manifest, by_name: &BTreeMap<&'m str, &'m Manifest>, kinds: &Kinds) -> bool {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = manifest.all().collect();
    while let Some(name) = open.pop() {
        if Kinds::holds(&kinds.databases, name) {
            return true;
        }
        if seen.insert(name)
            && let Some(own) = by_name.get(name)
        {
            open.extend(own.runs_with());
        }
    }
    false
}
