//! Running the command, and scratch trees to run it on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a run gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// The answer of `--format json`.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The command with these arguments, in the folder of the crate, in an environment that says nothing of terminals.
pub(crate) fn command<A: AsRef<std::ffi::OsStr>>(arguments: &[A]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_columnist"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
    // Tests leave nothing behind; those of the cache say where it is.
    command.env("COLUMNIST_NO_CACHE", "1");
    for name in ["COLUMNS", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM"] {
        command.env_remove(name);
    }
    command
}

/// Runs the command.
pub(crate) fn columnist<A: AsRef<std::ffi::OsStr>>(arguments: &[A]) -> Run {
    let output = command(arguments).output().expect("the command runs");
    Run {
        code: output.status.code().expect("an exit code, not a signal"),
        stdout: String::from_utf8(output.stdout).expect("output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("output is UTF-8"),
    }
}

/// A scratch folder with files in it.
pub(crate) struct Tree {
    dir: tempfile::TempDir,
}

impl Tree {
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let tree = Self { dir: tempfile::tempdir().expect("a scratch folder") };
        for (path, text) in files {
            tree.write(path, text.as_bytes());
        }
        tree
    }

    /// The smallest system with a table: its migration, and a query that reads `users.full_name`.
    pub(crate) fn small() -> Self {
        Self::of(&[
            ("migrations/0001.sql", "CREATE TABLE users (id int, full_name text);\n"),
            ("report.sql", "SELECT u.full_name FROM users u;\n"),
        ])
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) -> PathBuf {
        let at = self.path().join(path);
        fs::create_dir_all(at.parent().expect("a parent")).expect("a folder");
        fs::write(&at, bytes).expect("a file");
        at
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// `who users.full_name` on the tree, as JSON.
    pub(crate) fn who(&self) -> Run {
        self.run(&["who", "users.full_name", "--format", "json"])
    }

    /// The command with the tree as its last argument.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let path = self.path().to_str().expect("a scratch folder's name is UTF-8");
        columnist(&[arguments, &[path]].concat())
    }
}
