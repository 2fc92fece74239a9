//! `--help`, word for word: a change to it is a change to the program.

use crate::common::columnist;

#[test]
fn columnist_itself() {
    insta::assert_snapshot!("help", columnist(&["--help"]).stdout);
}

#[test]
fn who() {
    insta::assert_snapshot!("help-who", columnist(&["who", "--help"]).stdout);
}

#[test]
fn check() {
    insta::assert_snapshot!("help-check", columnist(&["check", "--help"]).stdout);
}

#[test]
fn every_command_has_help() {
    for command in ["check", "refs", "files", "facts", "completions", "man"] {
        let run = columnist(&[command, "--help"]);
        assert!(run.code == 0 && run.stdout.contains("Usage: columnist"), "{command}");
    }
}
