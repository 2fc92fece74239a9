//! Walks of small made-up trees.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

/// A scratch tree of these files; a path that ends with `/` is an empty folder.
fn tree(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a scratch folder");
    for (path, bytes) in files {
        let at = dir.path().join(path);
        if path.ends_with('/') {
            fs::create_dir_all(at).expect("a folder");
        } else {
            fs::create_dir_all(at.parent().expect("a parent")).expect("a folder");
            fs::write(at, bytes).expect("a file");
        }
    }
    dir
}

fn walk(paths: &[&Path]) -> Workspace {
    let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    discover(&paths, &Config::default(), 2, &|_| ()).expect("a walk")
}

fn paths(workspace: &Workspace) -> Vec<&str> {
    workspace.files.iter().map(|file| file.path.as_str()).collect()
}

fn repositories(workspace: &Workspace) -> Vec<&str> {
    workspace.repositories.iter().map(|repository| repository.name.as_str()).collect()
}

#[test]
fn ignored_hidden_and_skipped_files() {
    let dir = tree(&[
        (".gitignore", b"ignored/\n"),
        ("ignored/a.sql", b""),
        (".github/workflows/ci.yml", b""),
        (".git/config", b""),
        ("a.sql", b""),
        ("logo.png", b""),
        ("node_modules/x/index.js", b""),
        ("node_modules/x/package.json", b""),
        ("yarn.lock", b""),
    ]);
    let workspace = walk(&[dir.path()]);
    assert_eq!(paths(&workspace), [".github/workflows/ci.yml", ".gitignore", "a.sql"]);
    let skipped: Vec<_> = workspace.skipped.iter().map(|(reason, files)| (reason.as_str(), *files)).collect();
    assert_eq!(skipped, [("binary", 1), ("generated", 1), ("vendored", 2)]);
}

#[test]
fn a_folder_of_repositories() {
    let dir = tree(&[
        ("b/.git/", b""),
        ("b/x.sql", b""),
        ("a/.git/", b""),
        ("a/x.sql", b""),
        ("host/c/.git/", b""),
        ("host/c/sub/x.sql", b""),
        ("notes.txt", b""),
    ]);
    let workspace = walk(&[dir.path()]);
    assert_eq!(paths(&workspace), ["a/x.sql", "b/x.sql", "host/c/sub/x.sql", "notes.txt"]);
    let rest = dir.path().file_name().and_then(|name| name.to_str()).expect("a name");
    assert_eq!(repositories(&workspace), [rest, "a", "b", "c"]);
    let file = &workspace.files[2];
    assert_eq!((file.repository, file.repository_path.as_str()), (3, "sub/x.sql"));
}

#[test]
fn one_repository_is_where_its_paths_start() {
    let dir = tree(&[("r/.git/", b""), ("r/modules/m/.git/", b""), ("r/modules/m/x.sql", b""), ("r/y.sql", b"")]);
    let workspace = walk(&[&dir.path().join("r")]);
    assert_eq!(paths(&workspace), ["modules/m/x.sql", "y.sql"]);
    assert_eq!(repositories(&workspace), ["r"]);
}

#[test]
fn a_manifest_makes_a_repository() {
    let dir = tree(&[("package.json", b"{}"), ("linked/.git/", b""), ("linked/x.sql", b"")]);
    assert_eq!(walk(&[dir.path()]).repositories.len(), 1);
}

#[test]
fn many_paths_start_at_their_common_parent() {
    let dir = tree(&[("a/x.sql", b""), ("b/c/x.sql", b""), ("d/x.sql", b"")]);
    let workspace = walk(&[&dir.path().join("a"), &dir.path().join("b/c")]);
    assert_eq!(paths(&workspace), ["a/x.sql", "b/c/x.sql"]);
    assert_eq!(repositories(&workspace), ["a", "c"]);
}

#[test]
fn overlapping_paths_give_each_file_once() {
    let dir = tree(&[("a/x.sql", b""), ("a/b/y.sql", b""), ("a/b/z.png", b"")]);
    let workspace = walk(&[&dir.path().join("a"), &dir.path().join("a/b"), &dir.path().join("a/b/y.sql")]);
    assert_eq!(paths(&workspace), ["b/y.sql", "x.sql"]);
    assert_eq!(workspace.skipped.get("binary"), Some(&1));
}

#[test]
fn a_file_may_be_asked_for() {
    let dir = tree(&[("a/x.sql", b""), ("a/y.sql", b"")]);
    let workspace = walk(&[&dir.path().join("a/x.sql")]);
    assert_eq!(paths(&workspace), ["x.sql"]);
    assert_eq!(repositories(&workspace), ["a"]);
}

#[test]
fn what_is_not_there_is_an_error() {
    let dir = tree(&[]);
    let missing = dir.path().join("nowhere");
    let error = discover(&[missing], &Config::default(), 1, &|_| ()).expect_err("no such folder");
    assert!(error.to_string().starts_with("no such file or folder: "), "{error}");
    assert!(walk(&[dir.path()]).files.is_empty());
}

#[test]
fn too_large_files_are_counted() {
    let dir = tree(&[("big.sql", &[b'x'; 101]), ("small.sql", &[b'x'; 100])]);
    let mut config = Config::default();
    config.limits.max_file_bytes = 100;
    let workspace = discover(&[dir.path().to_path_buf()], &config, 1, &|_| ()).expect("a walk");
    assert_eq!(paths(&workspace), ["small.sql"]);
    assert_eq!(workspace.skipped.get("too-large"), Some(&1));
}

#[test]
fn ignore_files_above_count_only_inside_of_a_repository() {
    let files: &[(&str, &[u8])] = &[(".gitignore", b"*.sql\n"), ("sub/x.sql", b""), ("sub/x.ts", b"")];
    let alone = tree(files);
    assert_eq!(paths(&walk(&[&alone.path().join("sub")])), ["x.sql", "x.ts"]);
    let inside = tree(files);
    fs::create_dir(inside.path().join(".git")).expect("a folder");
    assert_eq!(paths(&walk(&[&inside.path().join("sub")])), ["x.ts"]);
}

#[cfg(unix)]
#[test]
fn links_pipes_and_strange_names() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let dir = tree(&[("a/x.sql", b""), ("new\nline.sql", b"")]);
    std::os::unix::fs::symlink("..", dir.path().join("a/loop")).expect("a link");
    std::os::unix::fs::symlink("x.sql", dir.path().join("a/twice.sql")).expect("a link");
    fs::write(dir.path().join(OsStr::from_bytes(b"caf\xe9.sql")), "").expect("a file");
    let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("socket")).expect("a socket");
    let workspace = walk(&[dir.path()]);
    assert_eq!(paths(&workspace), ["a/x.sql", "caf\u{fffd}.sql", "new\nline.sql"]);
    assert_eq!(workspace.skipped.get("symlink"), Some(&2));
    assert_eq!(workspace.skipped.get("special"), Some(&1));
    assert!(workspace.files.iter().all(|file| text::read_text(file).is_ok()));
}

#[test]
fn any_number_of_threads_gives_the_same() {
    let names: Vec<String> = (0..200).map(|at| format!("d{}/f{at}.sql", at % 7)).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    let dir = tree(&files);
    let walk = |threads| {
        let workspace = discover(&[dir.path().to_path_buf()], &Config::default(), threads, &|_| ()).expect("a walk");
        workspace.files.into_iter().map(|file| file.path).collect::<Vec<_>>()
    };
    let one = walk(1);
    assert_eq!(one.len(), 200);
    assert_eq!(one, walk(3));
}

#[test]
fn configuration_overrides_purposes_and_lists_sources() {
    let dir = tree(&[
        ("columnist.toml", b"sources = [\"a\", \"b\"]\n[[kind]]\nname = \"export\"\npaths = [\"a/out\"]\n[[context]]\nname = \"test\"\npaths = [\"b/**/x.sql\"]\n"),
        ("a/out/x.sql", b""),
        ("b/deep/x.sql", b""),
        ("c/x.sql", b""),
    ]);
    let given = vec![dir.path().to_path_buf()];
    let config = Config::find(&given).expect("settings");
    let workspace = discover(&config.expand(given), &config, 1, &|_| ()).expect("a walk");
    let found: Vec<_> =
        workspace.files.iter().map(|file| (file.path.as_str(), file.context.name(), file.kind.name())).collect();
    assert_eq!(found, [("a/out/x.sql", "live", "export"), ("b/deep/x.sql", "test", "test")]);
    assert_eq!(repositories(&workspace), ["a", "b"]);
}
