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

#[test]
fn templated_yaml_that_is_no_yaml() {
    // The parts that are no YAML do not take the rest with them.
    let chart = "{{- if .Values.export.enabled }}\nkind: CronJob\nmetadata:\n  name: {{ include \"x\" . }}\nspec:\n  schedule: {{ .Values.when | quote }}\n  {{- with .Values.more }}\n  {{ toYaml . | nindent 2 }}\n  {{- end }}\n  jobTemplate:\n    command: [\"psql\", \"-c\", \"SELECT full_name FROM users\"]\n{{- end }}\n";
    let answer = with("chart/templates/job.yaml", chart.as_bytes());
    assert_eq!(lines(&answer, "chart/templates/job.yaml"), [11]);
    let models = "models:\n  {{ config }}\n  - name: users\n    sql: SELECT full_name FROM users\n";
    assert_eq!(lines(&with("a/models.yml", models.as_bytes()), "a/models.yml"), [4]);
}

#[test]
fn xml_in_utf_16_and_xml_bombs() {
    let report = "<?xml version=\"1.0\" encoding=\"utf-16\"?>\n<jasperReport name=\"x\">\n<queryString><![CDATA[SELECT full_name FROM users]]></queryString>\n</jasperReport>\n";
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(report.encode_utf16()).flat_map(|unit: u16| unit.to_le_bytes()).collect();
    assert_eq!(lines(&with("a/users.jrxml", &utf16), "a/users.jrxml"), [3]);
    let mut bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [\n<!ENTITY a \"lol\">\n".to_owned();
    for (at, letter) in ('b'..='z').enumerate() {
        let before = char::from(b'a' + at as u8);
        let tenfold = format!("&{before};").repeat(10);
        bomb.extend(["<!ENTITY ", letter.to_string().as_str(), " \"", &tenfold, "\">\n"]);
    }
    bomb.push_str("]>\n<jasperReport name=\"&z;\">\n<queryString>SELECT full_name, '&z;' FROM users</queryString>\n</jasperReport>\n");
    let at = bomb.lines().position(|line| line.contains("queryString")).map(|at| at as u64 + 1);
    assert_eq!(Some(lines(&with("a/bomb.jrxml", bomb.as_bytes()), "a/bomb.jrxml")), at.map(|at| vec![at]));
}

#[test]
fn json_with_comments_and_notebooks_that_end_early() {
    let json = "{ // a comment\n  /* another */ \"title\": \"x\",\n  \"panels\": [{ \"targets\": [{ \"rawSql\": \"SELECT full_name FROM users\", }, ] }],\n}\n";
    assert_eq!(lines(&with("a/dashboard.json", json.as_bytes()), "a/dashboard.json"), [3]);
    let cell = "{\n \"cells\": [\n  {\n   \"cell_type\": \"code\",\n   \"source\": [\n    \"%%sql\\n\",\n    \"SELECT full_name FROM users\"\n   ]\n  },\n  {\n   \"cell_type\": \"code\",\n   \"source\": [\n    \"x = ";
    let answer = with("a/cut.ipynb", cell.as_bytes());
    assert_eq!(lines(&answer, "a/cut.ipynb"), [7]);
    let problems = answer["problems"].as_array().expect("problems");
    assert!(problems.iter().any(|one| one["path"] == "a/cut.ipynb" && one["code"] == "syntax-error"), "{problems:?}");
}

#[test]
fn notebooks_of_a_hundred_megabytes() {
    let tree = Tree::small();
    let mut notebook = b"{\"cells\": [{\"cell_type\": \"code\", \"outputs\": [{\"data\": {\"image/png\": \"".to_vec();
    notebook.resize(notebook.len() + (100 << 20), b'A');
    notebook.extend_from_slice(b"\"}}], \"source\": [\"pd.read_sql('SELECT full_name FROM users', con)\"]}]}");
    tree.write("wide.ipynb", &notebook);
    let answer = tree.who().json();
    assert_eq!(answer["scanned"]["skipped"], serde_json::json!([{"reason": "too-large", "files": 1}]));
    // Who wants it read says so.
    tree.write("columnist.toml", b"[limits]\nmax_file_bytes = 200000000\n");
    assert_eq!(lines(&tree.who().json(), "wide.ipynb"), [1]);
}

#[test]
fn crontabs_with_settings_and_percent_signs() {
    let crontab = "SHELL=/bin/bash\nMAILTO=\"ops@shop\"\nPATH=/usr/bin:/bin\nCRON_TZ = Europe/Berlin\n\n# full_name\n0 2 * * * psql -c \"SELECT full_name FROM users\" > /tmp/$(date +\\%F).csv\n0 3 * * * psql shop%SELECT full_name%FROM users;\nnot a line\n99 * * *\n";
    let answer = with("ops/crontab", crontab.as_bytes());
    assert_eq!(lines(&answer, "ops/crontab"), [7, 8]);
    let consumers = answer["consumers"].as_array().expect("consumers").iter();
    let schedules: Vec<&str> = consumers
        .filter(|one| one["path"] == "ops/crontab")
        .flat_map(|one| one["via"].as_array().expect("steps").iter())
        .filter_map(|step| step["schedule"].as_str())
        .collect();
    // One file, one consumer: the first line that runs it is told.
    assert_eq!(schedules, ["daily at 02:00"]);
}

#[test]
fn broken_edges_are_said() {
    let tree = Tree::small();
    tree.write("ops/crontab", b"0 2 * * * ops/export.sh\n");
    tree.write("ops/export.sh", b"psql -c \"SELECT full_name FROM users\"\nsh ops/gone.sh\n");
    tree.write("ops/other.crontab", b"0 4 * * * /srv/gone.sh\n");
    let answer = tree.who().json();
    assert_eq!(lines(&answer, "ops/export.sh"), [1]);
    let problems: Vec<String> = answer["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(|one| format!("{} {}:{}", one["code"], one["path"], one["line"]).replace('"', ""))
        .collect();
    assert!(problems.contains(&"missing-script ops/other.crontab:1".to_owned()), "{problems:?}");
}
