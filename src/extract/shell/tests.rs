//! Cases of shell text and the SQL, units and tokens in it.

use super::*;
use crate::extract::sql::text::{holds_hole, hole_index};

/// All strings of a script that are read as SQL, after the name of the dialect that is known for them, holes as
/// `⟨expression⟩`; checks that each word is where it says it is.
fn pieces(file: &str) -> Vec<String> {
    let mut shown = Vec::new();
    of_script(&SqlText::verbatim(file, 0), file, 0, &mut shown);
    shown
}

fn of_script(text: &SqlText, file: &str, depth: usize, shown: &mut Vec<String>) {
    let script = Script::new(text);
    let run = run::run(&script, text.as_str().len(), None);
    for found in &run.found {
        let texts = found.value.alternatives(9);
        let text = texts.first().map_or("", SqlText::as_str);
        let is_sql = match (found.source, sql::evidence(text)) {
            (_, Evidence::Statement) => true,
            (Source::Client, _) => is_commands(text),
            _ => false,
        };
        if is_sql {
            let dialect = found.dialect.map_or("?", Dialect::name);
            shown.extend(texts.iter().map(|piece| format!("{dialect}: {}", show(piece, file))));
        }
    }
    for shell in run.shells.iter().filter(|_| depth < DEEPEST) {
        of_script(shell, file, depth + 1, shown);
    }
}

fn show(piece: &SqlText, file: &str) -> String {
    let text = piece.as_str();
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_alphanumeric() || c == '_') {
        let length = rest[at..].find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len() - at);
        let start = text.len() - rest.len() + at;
        let word = &rest[at..at + length];
        let place = piece.outer(Span::new(start, start + length)).of(file);
        shown.push_str(&rest[..at]);
        if hole_index(word).is_some() {
            shown.extend(["⟨", place, "⟩"]);
        } else {
            assert!(place == word || holds_hole(word), "{word} is at {place}");
            shown.push_str(word);
        }
        rest = &rest[at + length..];
    }
    shown + rest
}

#[test]
fn sql_is_found() {
    let cases: &[(&str, &[&str])] = &[
        ("psql -c 'SELECT a FROM t'", &["postgres: SELECT a FROM t"]),
        ("psql -h x -tAc \"SELECT a\" | wc -l", &["postgres: SELECT a"]),
        ("psql --command=\"SELECT \\\"a\\\" FROM $T\"", &["postgres: SELECT \"a\" FROM ⟨$T⟩"]),
        (
            "psql --command \"SELECT a WHERE b = '${B}' AND c = $(date +%s)\"",
            &["postgres: SELECT a WHERE b = '⟨${B}⟩' AND c = ⟨$(date +%s)⟩"],
        ),
        ("psql <<SQL\nSELECT a FROM $t;\nSQL\necho done", &["postgres: SELECT a FROM ⟨$t⟩;\n"]),
        ("psql -v x=1 <<'SQL' > out\nSELECT '$t';\nSQL\n", &["postgres: SELECT '$t';\n"]),
        ("\tpsql <<-SQL\n\tSELECT a\n\tSQL\n", &["postgres: \tSELECT a\n"]),
        ("psql <<SQL\n\\set x 1\nSELECT \\`a\\`\nSQL", &["postgres: \\set x 1\nSELECT `a`\n"]),
        ("psql <<< \"SELECT a\"", &["postgres: SELECT a"]),
        ("echo \"SELECT a FROM t\" | psql db", &["postgres: SELECT a FROM t"]),
        ("printf '%s' 'SELECT a' | tee x | mysql", &["mysql: %s SELECT a"]),
        ("cat <<EOF | mysql -u x\nSELECT a\nEOF", &["mysql: SELECT a\n"]),
        ("mysql -Nse 'SELECT a' db", &["mysql: SELECT a"]),
        ("mysql -e\"SELECT a\"", &["mysql: SELECT a"]),
        ("mariadb --execute='SELECT a'", &["mysql: SELECT a"]),
        ("sqlcmd -S x -Q \"SELECT a\"", &["sql-server: SELECT a"]),
        (
            "sqlplus -s u/p@db <<EOF\nset heading off\nSELECT a FROM t;\nEOF",
            &["oracle: set heading off\nSELECT a FROM t;\n"],
        ),
        ("sqlite3 x.db 'SELECT a'", &["sqlite: SELECT a"]),
        ("sqlite3 -header x.db \"SELECT a\"", &["sqlite: SELECT a"]),
        ("bq query --nouse_legacy_sql 'SELECT a'", &["bigquery: SELECT a"]),
        ("snowsql -q 'SELECT a'", &["snowflake: SELECT a"]),
        ("clickhouse-client --query=\"SELECT a\"", &["clickhouse: SELECT a"]),
        ("duckdb x -c 'SELECT a'", &["?: SELECT a"]),
        ("kubectl exec -it pod -- psql -U x -c \"SELECT a\"", &["postgres: SELECT a"]),
        ("docker exec -i db psql -c 'SELECT a'", &["postgres: SELECT a"]),
        ("docker exec db sh -c 'psql -c \"SELECT a\"'", &["postgres: SELECT a"]),
        ("su - postgres -c \"psql -c 'SELECT a FROM t'\"", &["postgres: SELECT a FROM t"]),
        ("su - postgres -c \"psql -c \\\"SELECT a FROM $T\\\"\"", &["postgres: SELECT a FROM ⟨$T⟩"]),
        ("ssh host \"sudo -u x psql <<E\nSELECT a\nE\n\"", &["postgres: SELECT a\n"]),
        ("ssh host <<E\npsql -c 'SELECT a'\nE", &["postgres: SELECT a"]),
        ("Q=\"SELECT a FROM t\"\npsql -c \"$Q\"", &["postgres: SELECT a FROM t"]),
        ("Q=\"SELECT a FROM t\"\nrun_it \"$Q\"", &["?: SELECT a FROM t"]),
        ("C='a, b'\npsql -c \"SELECT $C FROM t\"", &["postgres: SELECT a, b FROM t"]),
        ("Q='SELECT a'\nQ+=' FROM t'\nmysql -e \"$Q\"", &["mysql: SELECT a FROM t"]),
        (
            "Q='SELECT a'\nif x; then\n  Q=\"$Q WHERE b\"\nfi\npsql -c \"$Q;\"",
            &["?: SELECT a", "?: SELECT a WHERE b", "postgres: SELECT a;", "postgres: SELECT a WHERE b;"],
        ),
        ("read -r -d '' SQL <<EOF\nSELECT a\nEOF\npsql -c \"$SQL\"", &["postgres: SELECT a\n"]),
        ("SQL=$(cat <<EOF\nSELECT (a)\nEOF\n)\npsql -c \"$SQL\"", &["postgres: SELECT (a)\n"]),
        ("N=$(psql -tc \"SELECT a\")", &["postgres: SELECT a"]),
        ("N=`psql -tc 'SELECT a'`", &["postgres: SELECT a"]),
        ("if [ \"$(psql -tc 'SELECT a')\" = 1 ]; then :; fi", &["postgres: SELECT a"]),
        (
            "for x in $(psql -c \"SELECT a\"); do psql -c \"SELECT $x\"; done",
            &["postgres: SELECT a", "postgres: SELECT ⟨$x⟩"],
        ),
        ("PSQL=\"psql -h x -c\"\n$PSQL \"SELECT a\"", &["postgres: SELECT a"]),
        ("$PSQL -c \"copy t to stdout; SELECT a\"", &["postgres: copy t to stdout; SELECT a"]),
        ("psql -c \"\\copy (SELECT a FROM t) TO x\"", &["postgres: \\copy (SELECT a FROM t) TO x"]),
        ("run_sql \"SELECT a FROM t\"", &["?: SELECT a FROM t"]),
        ("f() {\n  local q='SELECT a'\n  psql -c \"$q\"\n}", &["postgres: SELECT a"]),
        ("PGPASSWORD=x psql -c 'SELECT a' && echo ok", &["postgres: SELECT a"]),
        ("psql \\\n  -U x \\\n  -c \"SELECT a \\\n  FROM t\"", &["postgres: SELECT a   FROM t"]),
        ("psql -c $'SELECT \\'a\\'\\nFROM t'", &["postgres: SELECT 'a'\nFROM t"]),
        ("psql -c 'SELECT '\"'\"'x'\"'\"", &["postgres: SELECT 'x'"]),
        (
            "case $x in\n  a) psql -c 'SELECT a';;\n  b) y=$(case z in q) psql -c 'SELECT b';; esac);;\nesac",
            &["postgres: SELECT a", "postgres: SELECT b"],
        ),
        ("(cd x; psql -c 'SELECT a')", &["postgres: SELECT a"]),
        ("psql -f <(echo \"SELECT a\")", &["?: SELECT a"]),
        ("x=$((1<<2))\npsql -c 'SELECT a'", &["postgres: SELECT a"]),
    ];
    for (file, expected) in cases {
        assert_eq!(pieces(file), *expected, "{file}");
    }
}

#[test]
fn what_is_no_sql_gives_nothing() {
    for file in [
        "# psql -c 'SELECT a'",
        "echo 'hello world'",
        "psql -f select.sql",
        "psql -c '\\dt'",
        "git commit -m 'fix things'",
        "echo \"$SELECT\"",
        "cat <<EOF\nhello SELECT a\nEOF",
        "mysql -p\"secret\" db < select.sql",
        "select x in a b; do :; done",
        "psql -d \"$DB\" -c \"$Q\"",
        "",
        "'",
        "cat <<EOF\nunclosed",
    ] {
        assert_eq!(pieces(file), Vec::<String>::new(), "{file}");
    }
}

#[test]
fn units_and_tokens() {
    let text =
        "# name\nf() {\n  echo 'hello name' \"full_name\"\n  if x; then { y; }; fi\n}\nfunction g { :; }\nname=1\n";
    let facts = Shell.extract(Input::new("a.sh", text));
    let units: Vec<(&str, usize)> =
        facts.units.iter().map(|unit| (unit.name.as_str(), unit.span.of(text).lines().count())).collect();
    assert_eq!(units, [("f", 4), ("g", 1)]);
    let kind = |word: &str| facts.token_at(text.find(word).expect("the word") as u32);
    assert_eq!(kind("name"), TokenKind::Comment);
    assert_eq!(kind("hello"), TokenKind::Text);
    assert_eq!(kind("full_name"), TokenKind::Property);
    assert_eq!(kind("name=1"), TokenKind::Symbol);
}

#[test]
fn scripts_and_crontabs_are_claimed() {
    for (path, head) in [
        ("a.sh", ""),
        ("bin/run", "#!/usr/bin/env bash\n"),
        ("x", "#!/bin/sh -e\n"),
        ("ops/crontab", ""),
        ("etc/cron.d/export", ""),
        (".envrc", ""),
    ] {
        assert!(Shell.claims(path, head), "{path}");
    }
    for (path, head) in [("a.py", "#!/usr/bin/env python3\n"), ("sh", ""), ("crontabs.md", ""), ("a.sql", "# !/bin/sh")]
    {
        assert!(!Shell.claims(path, head), "{path}");
    }
}

#[test]
fn crontab_lines_are_shell() {
    let text = "MAILTO=x\n# name\n0 3 * * * psql db -c \"SELECT name FROM t\" \\%\n";
    let facts = Shell.extract(Input::new("crontab", text));
    assert_eq!(facts.token_at(text.find("name").expect("the word") as u32), TokenKind::Comment);
    assert_eq!(facts.token_at(text.find("SELECT").expect("the word") as u32), TokenKind::Unread);
}

#[test]
fn hostile_text_is_read_in_linear_time() {
    let shapes = [
        "\"",
        "'",
        "`",
        "$(",
        "${",
        "$((",
        "\"$(",
        "<<A\n",
        "<<<",
        "((",
        "(",
        "{ ",
        "if ",
        "case x in ",
        "fi\n",
        "}\n",
        "\\",
        "Q=\"$Q x\"\n",
        "Q+=x\n",
        "echo x | ",
        "psql -c \"",
        "f() { ",
        "$'",
        "a=(",
        "x;",
        "ä",
        "eval \"eval '",
        "if x; then Q+=y; fi\n",
    ];
    for shape in shapes {
        let text = shape.repeat(8_000 / shape.len());
        Shell.extract(Input::new("a.sh", &text));
    }
}

#[test]
fn fixtures_hold_the_sql_that_they_run() {
    insta::glob!("../../../fixtures/shell", "*/*.sh", |path| {
        let source = std::fs::read_to_string(path).expect("a fixture is readable");
        insta::assert_snapshot!(pieces(&source).join("\n\n"));
    });
}
