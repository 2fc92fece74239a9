//! Migrations that say themselves which one they follow: Alembic's `revision` and `down_revision`. Their names are in no
//! order, whatever they begin with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::order::SchemaSource;
use crate::model::source::{FileId, SourceFile, has_ending};

/// A link of a chain.
struct Link<'t> {
    file: FileId,
    path: &'t str,
    revision: &'t str,
    /// What it follows: several where branches are merged.
    follows: Vec<&'t str>,
}

/// Puts the files of each folder that follow each other by name in one source, in their order; all others stay as they
/// are.
pub fn chained<'w>(
    sources: Vec<SchemaSource>,
    file: impl Fn(FileId) -> &'w SourceFile,
    text: impl Fn(FileId) -> &'w str,
) -> Vec<SchemaSource> {
    let mut chains: BTreeMap<(usize, &str), Vec<Link<'w>>> = BTreeMap::new();
    for id in sources.iter().flat_map(|source| &source.files) {
        let own = file(*id);
        let path = own.repository_path.as_str();
        if let Some(link) = has_ending(path, "py").then(|| link(*id, path, text(*id))).flatten() {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            chains.entry((own.repository, folder)).or_default().push(link);
        }
    }
    chains.retain(|_, links| links.len() > 1);
    if chains.is_empty() {
        return sources;
    }
    let moved: BTreeSet<FileId> = chains.values().flatten().map(|link| link.file).collect();
    let mut found: Vec<SchemaSource> = chains
        .into_iter()
        .map(|((repository, folder), links)| SchemaSource {
            path: format!("{folder}/"),
            repository,
            files: in_order(links),
        })
        .collect();
    for mut source in sources {
        source.files.retain(|file| !moved.contains(file));
        if !source.files.is_empty() {
            found.push(source);
        }
    }
    found
}

fn link<'t>(file: FileId, path: &'t str, text: &'t str) -> Option<Link<'t>> {
    static REVISION: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?m)^revision[ \t]*(?::[^=\n]*)?=[ \t]*["']([^"'\n]+)["']"#).expect("a constant pattern")
    });
    static FOLLOWS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^down_revision[ \t]*(?::[^=\n]*)?=[ \t]*(\([^)]*\)|[^\n]*)").expect("a constant pattern")
    });
    let follows = FOLLOWS.captures(text)?.get(1)?.as_str();
    let follows = follows.split(['"', '\'']).skip(1).step_by(2).collect();
    Some(Link { file, path, revision: REVISION.captures(text)?.get(1)?.as_str(), follows })
}

/// Each behind those that it follows, as far as these are there; by their paths where that says nothing.
fn in_order(mut links: Vec<Link<'_>>) -> Vec<FileId> {
    links.sort_by_key(|link| link.path);
    let known: BTreeSet<&str> = links.iter().map(|link| link.revision).collect();
    let mut after: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut open: Vec<usize> = vec![0; links.len()];
    for (at, link) in links.iter().enumerate() {
        for before in link.follows.iter().filter(|before| known.contains(*before)) {
            after.entry(before).or_default().push(at);
            open[at] += 1;
        }
    }
    let mut ready: BTreeSet<usize> = (0..links.len()).filter(|&at| open[at] == 0).collect();
    let mut found = Vec::with_capacity(links.len());
    let mut placed = vec![false; links.len()];
    while let Some(at) = ready.pop_first() {
        placed[at] = true;
        found.push(links[at].file);
        for &next in after.get(links[at].revision).into_iter().flatten() {
            open[next] = open[next].saturating_sub(1);
            if open[next] == 0 && !placed[next] {
                ready.insert(next);
            }
        }
    }
    // Links that follow each other in a circle are no chain.
    found.extend((0..links.len()).filter(|&at| !placed[at]).map(|at| links[at].file));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stands_behind_what_it_follows() {
        let texts = [
            ("v/9889b_b.py", "revision = '9889b'\ndown_revision: Union[str, None] = '8369118943a1'\n"),
            ("v/8369118943a1_a.py", "revision = \"8369118943a1\"\ndown_revision = None\n"),
            ("v/1a_merge.py", "revision = '1a'\ndown_revision = ('9889b', 'ff')\n"),
            ("v/ff_c.py", "revision = 'ff'\ndown_revision = '8369118943a1'\n"),
        ];
        let links = texts.iter().enumerate().filter_map(|(at, (path, text))| link(FileId(at as u32), path, text));
        let order: Vec<u32> = in_order(links.collect()).into_iter().map(|file| file.0).collect();
        assert_eq!(order, [1, 0, 3, 2]);
        let circle = [("a.py", "revision = 'a'\ndown_revision = 'b'"), ("b.py", "revision = 'b'\ndown_revision = 'a'")];
        let links = circle.iter().enumerate().filter_map(|(at, (path, text))| link(FileId(at as u32), path, text));
        assert_eq!(in_order(links.collect()).len(), 2);
        assert!(link(FileId(0), "a.py", "revision = 'a'").is_none());
    }
}
