//! What hostile and broken input gets: an answer or a plain word, never a crash.

use std::fs;

use crate::common::{Tree, columnist};

/// The answer's `scanned` of the small system with one more file in it, and the whole answer.
fn with(path: &str, bytes: &[u8]) -> serde_json::Value {
    let tree = Tree::small();
    tree.write(path, bytes);
    let run = tree.who();
    assert_eq!(run.code, 1, "{path}: the report still reads the column: {run:?}");
    run.json()
}

/// Lines of the answer's live references in `path`.
fn lines(answer: &serde_json::Value, path: &str) -> Vec<u64> {
    let consumers = answer["consumers"].as_array().expect("consumers").iter();
    let references = consumers.flat_map(|consumer| consumer["references"].as_array().expect("references"));
    references.filter(|one| one["path"] == path).filter_map(|one| one["line"].as_u64()).collect()
}

#[test]
fn nothing_to_read() {
    let empty = Tree::of(&[]);
    let run = empty.who();
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.starts_with("error: no file to read in "), "{run:?}");
    let run = columnist(&["who", "users.full_name", "no/such/folder"]);
    assert_eq!(run.code, 2);
    assert_eq!(run.stderr, "error: no such file or folder: no/such/folder\n");
}

#[test]
fn no_path_is_the_current_folder() {
    let tree = Tree::small();
    let output = crate::common::command(&["who", "users.full_name"]).current_dir(tree.path()).output().expect("a run");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn without_a_schema_the_statements_tell() {
    let tree = Tree::of(&[("report.sql", "SELECT u.full_name FROM users u;\n")]);
    let run = tree.who();
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(run.json()["target"]["state"], "undeclared");
}

#[test]
fn encodings() {
    let sql = "-- für die Grüße\r\nSELECT full_name\r\nFROM users;\r\n";
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(sql.encode_utf16()).flat_map(|unit: u16| unit.to_le_bytes()).collect();
    let latin1: Vec<u8> = sql.chars().map(|letter| letter as u8).collect();
    let table: [(&str, Vec<u8>); 4] = [
        ("crlf.sql", sql.into()),
        ("mark.sql", format!("\u{feff}{sql}").into()),
        ("utf16.sql", utf16),
        ("latin1.sql", latin1),
    ];
    for (path, bytes) in table {
        let answer = with(path, &bytes);
        assert_eq!(lines(&answer, path), [2], "{path}");
        assert_eq!(answer["scanned"]["skipped"].as_array().map(Vec::len), Some(0), "{path}");
    }
}

#[test]
fn files_that_are_no_text() {
    let answer = with("blob.sql", b"SELECT full_name\0FROM users;");
    assert_eq!(answer["scanned"]["skipped"], serde_json::json!([{"reason": "binary", "files": 1}]));
    assert_eq!(answer["scanned"]["files"], 3);
    // A NUL that comes late is only a strange character.
    let late = [vec![b'\n'; 9000], b"SELECT full_name FROM users;\n\0\0".to_vec()].concat();
    assert_eq!(lines(&with("late.sql", &late), "late.sql"), [9001]);
}

#[test]
fn one_line_of_fifty_megabytes() {
    let tree = Tree::small();
    let mut line = b"SELECT full_name FROM users WHERE id IN (".to_vec();
    while line.len() < 50_000_000 {
        line.extend_from_slice(b"12345, ");
    }
    line.extend_from_slice(b"0);");
    tree.write("wide.sql", &line);
    let answer = tree.who().json();
    assert_eq!(answer["scanned"]["skipped"], serde_json::json!([{"reason": "too-large", "files": 1}]));
}

#[test]
fn long_lines_are_cut() {
    let wide = format!("SELECT full_name, '{}' FROM users;\n", "x".repeat(1_000_000));
    let answer = with("wide.sql", wide.as_bytes());
    assert_eq!(lines(&answer, "wide.sql"), [1]);
    assert!(answer.to_string().len() < 20_000, "a snippet is a line that people can look at");
}

#[test]
fn code_in_paths_and_lines_reaches_no_terminal() {
    let tree = Tree::small();
    tree.write("e\u{1b}[31mvil.sql", "SELECT full_name /* \u{1b}[2J \u{9b}31m \u{202e} */ FROM users;\n".as_bytes());
    for format in ["text", "json"] {
        let run = tree.run(&["who", "users.full_name", "--format", format]);
        assert_eq!(run.code, 1, "{run:?}");
        assert!(!run.stdout.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{}", run.stdout);
    }
}

#[cfg(unix)]
#[test]
fn links_that_go_round_and_names_that_break_lines() {
    let tree = Tree::small();
    std::os::unix::fs::symlink(tree.path(), tree.path().join("migrations/round")).expect("a link");
    tree.write("new\nline.sql", b"SELECT full_name FROM users;\n");
    let run = tree.who();
    let answer = run.json();
    assert_eq!(lines(&answer, "new\nline.sql"), [1]);
    assert_eq!(answer["scanned"]["skipped"], serde_json::json!([{"reason": "symlink", "files": 1}]));
    let text = tree.run(&["who", "users.full_name"]).stdout;
    assert!(text.contains("new\\nline.sql:1"), "{text}");
}

#[cfg(unix)]
#[test]
fn files_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt as _;

    let tree = Tree::small();
    let secret = tree.write("secret.sql", b"SELECT full_name FROM users;\n");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).expect("permissions");
    if fs::read(&secret).is_ok() {
        // The superuser may read everything: nothing to see here.
        return;
    }
    let answer = tree.who().json();
    assert_eq!(answer["scanned"]["skipped"], serde_json::json!([{"reason": "unreadable", "files": 1}]));
}

#[test]
fn deep_nesting() {
    let deep = 20_000;
    let brackets = format!("SELECT {}full_name{} FROM users;\n", "(".repeat(deep), ")".repeat(deep));
    with("deep.sql", brackets.as_bytes());
    with("deep.ts", format!("const x = {}1{};\n", "(".repeat(deep), ")".repeat(deep)).as_bytes());
    with("deep.py", format!("x = {}\n", "[".repeat(deep)).as_bytes());
    with("Deep.java", format!("class A {{ int f = {}1; }}\n", "-(".repeat(deep)).as_bytes());
    with("deep.sh", "$(".repeat(deep).as_bytes());
}
