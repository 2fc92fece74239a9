//! Facts kept from one run to the next: never what decides an answer.

use std::path::Path;
use std::process::Output;

use crate::common::{Tree, command};

/// The answer about the tree with the cache in a folder.
fn asked(tree: &Tree, cache: &Path) -> Output {
    let tree = tree.path().to_str().expect("a scratch folder's name is UTF-8");
    let cache = cache.to_str().expect("a scratch folder's name is UTF-8");
    command(&["who", "users.full_name", "--format", "json", "--mentions", "--cache", cache, tree])
        .env_remove("COLUMNIST_NO_CACHE")
        .output()
        .expect("a run")
}

/// The small system with code whose receivers have to be known, and names of other files.
fn system() -> Tree {
    let tree = Tree::small();
    tree.write(
        "app/users.ts",
        b"import { TABLE } from './names';\n\
          type UserRow = { id: number; full_name: string };\n\
          export async function names(pool: Pool): Promise<string[]> {\n\
          \x20 const found = await pool.query<UserRow>(`SELECT * FROM ${TABLE}`);\n\
          \x20 return found.rows.map((row) => row.full_name);\n\
          }\n",
    );
    tree.write("app/names.ts", b"export const TABLE = 'users';\n");
    tree
}

#[test]
fn the_answer_is_the_same_with_and_without() {
    let tree = system();
    let without = tree.run(&["who", "users.full_name", "--format", "json", "--mentions"]);
    assert!(without.stdout.contains("app/users.ts"), "{without:?}");
    let cache = tempfile::tempdir().expect("a scratch folder");
    for round in ["first", "second"] {
        let run = asked(&tree, cache.path());
        assert_eq!(String::from_utf8_lossy(&run.stdout), without.stdout, "{round}");
        assert_eq!((run.status.code(), run.stderr.as_slice()), (Some(without.code), &b""[..]), "{round}");
    }
    let kept: Vec<_> = std::fs::read_dir(cache.path()).expect("a folder").collect();
    assert_eq!(kept.len(), 1, "one file is left: {kept:?}");
}

#[test]
fn what_changes_is_read_again() {
    let tree = system();
    let cache = tempfile::tempdir().expect("a scratch folder");
    let lines = |run: &Output| String::from_utf8_lossy(&run.stdout).matches("\"report.sql\"").count();
    let before = lines(&asked(&tree, cache.path()));
    tree.write("report.sql", b"SELECT u.id FROM users u;\n");
    let after = lines(&asked(&tree, cache.path()));
    assert!(before > 0 && after == 0, "{before} {after}");
    // A name of another file that now holds something else.
    tree.write("app/names.ts", b"export const TABLE = 'guests';\n");
    let run = tree.run(&["who", "users.full_name", "--format", "json", "--mentions"]);
    assert_eq!(String::from_utf8_lossy(&asked(&tree, cache.path()).stdout), run.stdout);
}

#[test]
fn damage_costs_time_alone() {
    let tree = system();
    let cache = tempfile::tempdir().expect("a scratch folder");
    let first = asked(&tree, cache.path());
    let file = std::fs::read_dir(cache.path()).expect("a folder").next().expect("a file").expect("a file").path();
    let whole = std::fs::read(&file).expect("readable");
    let mut holes = whole.clone();
    holes.iter_mut().skip(40).step_by(11).for_each(|byte| *byte ^= 0x3c);
    for damaged in [b"no cache of ours".to_vec(), whole[..whole.len() / 3].to_vec(), holes, Vec::new()] {
        std::fs::write(&file, damaged).expect("writable");
        let run = asked(&tree, cache.path());
        assert_eq!(String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&first.stdout));
        assert_eq!(run.stderr, b"");
    }
    // A folder that cannot be had is said.
    let below = file.join("below");
    let run = asked(&tree, &below);
    assert_eq!(String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&first.stdout));
    assert!(String::from_utf8_lossy(&run.stderr).starts_with("warning: no facts are kept in "), "{run:?}");
}

#[test]
fn runs_at_the_same_time_share_it() {
    let tree = system();
    let cache = tempfile::tempdir().expect("a scratch folder");
    let answers: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| asked(&tree, cache.path()))).collect();
        runs.into_iter().map(|run| run.join().expect("a run")).map(|run| [run.stdout, run.stderr].concat()).collect()
    });
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}
