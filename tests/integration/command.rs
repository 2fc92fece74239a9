//! Exit codes, streams, options.

use std::io::Read as _;
use std::process::Stdio;

use crate::common::{Tree, columnist, command};

#[test]
fn one_test_for_each_exit_code() {
    let tree = Tree::small();
    let blocked = tree.run(&["who", "users.full_name"]);
    assert_eq!(blocked.code, 1, "{blocked:?}");
    let clear = Tree::of(&[("migrations/0001.sql", "CREATE TABLE users (id int, full_name text);\n")]);
    let below = clear.run(&["who", "users.full_name"]);
    assert_eq!(below.code, 0, "{below:?}");
    let unknown = tree.run(&["who", "users.full_nam"]);
    assert_eq!(unknown.code, 2, "{unknown:?}");
    assert_eq!(unknown.stdout, "");
    assert!(unknown.stderr.contains("full_name"), "the nearest name is told: {unknown:?}");
}

#[test]
fn wrong_arguments_are_not_answered() {
    for arguments in [
        &["who"][..],
        &["whom"],
        &["who", "users.", "."],
        &["who", "a", "--threads", "x"],
        &["who", "a", "--max-file-size", "2 parsec"],
        &[],
    ] {
        let run = columnist(arguments);
        assert_eq!(run.code, 2, "{arguments:?} {run:?}");
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn results_go_to_stdout_and_nothing_else() {
    let tree = Tree::small();
    for format in ["text", "json"] {
        let run = tree.run(&["who", "users.full_name", "--format", format]);
        assert_eq!(run.stderr, "", "no progress without a terminal");
        assert!(!run.stdout.contains('\u{1b}'), "no colour without a terminal");
    }
    let coloured = tree.run(&["who", "users.full_name", "--color", "always"]);
    assert!(coloured.stdout.contains('\u{1b}'));
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let one = columnist(&["who", "users.full_name", "fixtures/shop", "--format", "json", "--threads", "1"]);
    for threads in ["2", "5", "0"] {
        let many = columnist(&["who", "users.full_name", "fixtures/shop", "--format", "json", "--threads", threads]);
        assert_eq!(one, many);
    }
}

#[test]
fn strict_refuses_a_partial_scan() {
    let tree = Tree::small();
    tree.write("huge.sql", &[b' '; 200]);
    let lenient = tree.run(&["who", "users.full_name", "--max-file-size", "100"]);
    assert_eq!(lenient.code, 1);
    let strict = tree.run(&["who", "users.full_name", "--max-file-size", "100", "--strict"]);
    assert_eq!(strict.code, 2);
    assert!(strict.stderr.contains("1 too-large"), "{strict:?}");
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let tree = Tree::small();
    for at in 0..2000 {
        tree.write(&format!("queries/{at}.sql"), b"SELECT full_name FROM users;\n");
    }
    let mut child = command(&["files", &tree.path().to_string_lossy()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    // One byte is read, then the pipe is closed.
    let mut stdout = child.stdout.take().expect("a pipe");
    stdout.read_exact(&mut [0]).expect("a byte");
    drop(stdout);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()));
}

#[test]
fn mistakes_in_the_settings_are_drawn() {
    let tree = Tree::small();
    tree.write("columnist.toml", b"[limits]\nmax_file_size = 3\n");
    let run = tree.who();
    assert_eq!(run.code, 2);
    let stderr = run.stderr.replace(&*tree.path().canonicalize().expect("a path").to_string_lossy(), "");
    let expected = [
        "error: unknown key `max_file_size`",
        " --> /columnist.toml:2:1",
        "  |",
        "2 | max_file_size = 3",
        "  | ^^^^^^^^^^^^^",
        "  = help: expected `max_file_bytes`",
        "",
    ];
    assert_eq!(stderr, expected.join("\n"));
}

#[test]
fn settings_may_be_named() {
    let tree = Tree::small();
    let settings = tree.write(
        "elsewhere/settings.toml",
        b"sources = [\"..\"]\n[[context]]\nname = \"docs\"\npaths = [\"*/report.sql\"]\n",
    );
    let run = columnist(&["who", "users.full_name", "--config", &settings.to_string_lossy()]);
    assert_eq!(run.code, 0, "the only reader is not live: {run:?}");
}

#[test]
fn completions_and_manual() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = columnist(&["completions", shell]);
        assert!(run.code == 0 && run.stdout.contains("columnist"), "{shell}");
    }
    assert!(columnist(&["man"]).stdout.starts_with(".ie"));
    assert!(columnist(&["man", "who"]).stdout.contains("fail\\-on"));
    assert_eq!(columnist(&["man", "whom"]).code, 2);
}
