//! The answer comes from the few files that matter, and is the one that all files would give.

use std::path::{Path, PathBuf};
use std::process::Command;

use columnist::answer::query::ColumnQuery;
use columnist::answer::who::{Reach, who_within};
use columnist::discover::config::Config;
use columnist::discover::{Workspace, discover};
use columnist::model::answer::Answer;

use crate::common::{Tree, columnist};

/// Views under other names, tables that only a wildcard reads, names that stand for nothing, all in files of their own.
fn tangle() -> Tree {
    Tree::of(&[
        (
            "db/migrations/1_users.sql",
            "CREATE TABLE users (id int, full_name text, nick text);\nCREATE TABLE staff (id int, full_name text);\n",
        ),
        ("db/migrations/2_views.sql", "CREATE VIEW customers AS SELECT id, full_name AS label FROM users;\n"),
        ("db/migrations/3_views.sql", "CREATE VIEW loud AS SELECT upper(c.label) AS shout FROM customers c;\n"),
        ("db/migrations/4_drop.sql", "ALTER TABLE users DROP COLUMN nick;\n"),
        ("db/migrations/5_copy.sql", "CREATE TABLE archive AS SELECT * FROM loud;\n"),
        ("reports/a.sql", "SELECT shout FROM loud;\nSELECT broken FROM FROM staff WHERE;\n"),
        ("reports/b.sql", "SELECT * FROM customers;\n"),
        ("reports/c.sql", "SELECT a.shout FROM archive a;\nSELECT full_name FROM staff;\n"),
        ("reports/d.sql", "SELECT * FROM users u;\nDELETE FROM users;\nINSERT INTO users VALUES (1, 'x');\n"),
        ("reports/e.sql", "SELECT * FROM staff JOIN elsewhere USING (full_name);\n"),
        ("src/a.ts", "export const f = (db, t) => db.query(`SELECT ${t} FROM loud WHERE ${t} = 1`);\n"),
        (
            "src/b.ts",
            "export const g = (db, t) => db.query(`SELECT full_name FROM ${t}`);\nconst user = { fullName: 1 };\n",
        ),
        ("src/c.py", "def h(cur, rest):\n    cur.execute('SELECT * FROM customers ' + rest)\n"),
        ("src/d.sh", "psql -c \"SELECT label FROM customers\"\neval \"$1\"\n"),
        ("src/e.java", "class E { String s = \"UPDATE staff SET full_name = ?\"; }\n"),
        ("README.md", "The full_name of users.\n"),
    ])
}

pub(crate) fn walked(path: &Path) -> Workspace {
    let paths = vec![path.to_path_buf()];
    let config = Config::find(&paths).expect("settings");
    discover(&config.expand(paths), &config, 0, &|_| ()).expect("a walk")
}

pub(crate) fn answer(workspace: &Workspace, question: &str, reach: Reach) -> Answer {
    let query: ColumnQuery = question.parse().expect("a question");
    who_within(workspace, &query, reach).unwrap_or_else(|error| panic!("{question}: {error}"))
}

#[test]
fn few_files_give_the_answer_of_all() {
    let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/shop");
    let tangle = tangle();
    let table: [(&Path, &[&str]); 2] = [
        (&shop, &["users.full_name", "suppliers.full_name", "users", "orders.total_cents", "users.last_name"]),
        (
            tangle.path(),
            &[
                "users.full_name",
                "users.nick",
                "users",
                "customers",
                "customers.label",
                "loud.shout",
                "staff.full_name",
            ],
        ),
    ];
    for (path, questions) in table {
        let path = &walked(path);
        for question in questions {
            let (few, all) = (answer(path, question, Reach::Sighted), answer(path, question, Reach::Everything));
            assert_eq!(few, all, "{question}");
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let tangle = tangle();
    let path = tangle.path().to_str().expect("UTF-8");
    for command in [&["who", "users.full_name", "--mentions"][..], &["who", "users", "--format", "json"], &["refs"]] {
        let run = |threads| columnist(&[command, &["--threads", threads, path]].concat());
        let one = run("1");
        assert!(one.code < 2 && !one.stdout.is_empty(), "{one:?}");
        for threads in ["2", "7"] {
            assert_eq!(run(threads), one, "{command:?}");
        }
    }
}

/// Lines that `rg -nw` finds for the spellings of an answer in the files that columnist reads; `None` without `rg`.
fn lines_found(workspace: &Workspace, answer: &Answer) -> Option<usize> {
    let mut found = 0;
    for files in workspace.files.chunks(1000) {
        let mut search = Command::new("rg");
        search.args(["--no-config", "--no-heading", "--no-filename", "-nw", "-F", "--text"]);
        for spelling in &answer.spellings {
            search.args(["-e", spelling]);
        }
        let output = search.arg("--").args(files.iter().map(|file| &file.location)).output().ok()?;
        found += output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).count();
    }
    Some(found)
}

/// `COLUMNIST_TREE=PATH COLUMNIST_QUESTIONS="a.b c.d" cargo test --test integration reach` asks the same of any tree.
#[test]
fn every_mention_of_a_text_search_is_accounted_for() {
    let tangle = tangle();
    let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/shop");
    let mut table: Vec<(PathBuf, String)> = vec![
        (shop, "users.full_name suppliers.full_name users.last_name".to_owned()),
        (tangle.path().to_path_buf(), "users.full_name staff.full_name customers.label".to_owned()),
    ];
    if let (Ok(tree), Ok(questions)) = (std::env::var("COLUMNIST_TREE"), std::env::var("COLUMNIST_QUESTIONS")) {
        table.push((tree.into(), questions));
    }
    for (tree, questions) in table {
        let workspace = walked(&tree);
        for question in questions.split(' ') {
            let answer = answer(&workspace, question, Reach::Sighted);
            let Some(found) = lines_found(&workspace, &answer) else {
                #[expect(clippy::print_stderr, reason = "a test that does not test says so")]
                {
                    eprintln!("skipped: there is no `rg` to compare with");
                }
                return;
            };
            assert_eq!(answer.mentions.len(), found, "{question} in {}", tree.display());
        }
    }
}
