//! Shell: scripts, crontabs, and any other text that is a command line. What it gives to SQL clients is SQL.

mod client;
mod crontab;
mod run;
mod script;

use super::embedded::{self, StringValue};
use super::host::dialect::DialectHints;
use super::host::tokens::{flatten, kind_of_text};
use super::sql::text::SqlText;
use super::sql::{self, Evidence};
use super::{Format, Input};
use crate::model::facts::{FileFacts, Token, TokenKind, Unit, UnitKind};
use crate::model::span::Span;
use crate::model::statement::Dialect;
use run::{Found, Source};
use script::{Part, Script};

/// Shell scripts and crontabs.
pub struct Shell;

/// Extensions, in lower case.
const EXTENSIONS: &[&str] = &["sh", "bash", "zsh", "ksh", "command", "bats", "ash", "dash"];

/// Names without an extension.
const NAMES: &[&str] = &[
    ".bashrc",
    ".bash_profile",
    ".bash_aliases",
    ".profile",
    ".zshrc",
    ".envrc",
    "bashrc",
    "docker-entrypoint",
    "entrypoint",
];

/// Interpreters.
const SHELLS: &[&str] = &["sh", "bash", "zsh", "ksh", "ksh93", "mksh", "dash", "ash"];

/// Deepest nesting of shell text in strings of shell text.
const DEEPEST: usize = 4;

impl Format for Shell {
    fn name(&self) -> &'static str {
        "shell"
    }

    fn claims(&self, path: &str, head: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        crontab::is_crontab(path)
            || NAMES.contains(&name)
            || extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
            || interpreter(head).is_some_and(|interpreter| SHELLS.contains(&interpreter))
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        let mut hints = DialectHints::default();
        hints.add(input.path);
        let dialect = hints.dialect();
        let mut facts = if crontab::is_crontab(input.path) {
            let mut facts = FileFacts::default();
            let (lines, comments) = crontab::lines(input.path, input.text);
            facts.tokens.extend(comments.into_iter().map(|span| Token { span, kind: TokenKind::Comment }));
            for line in lines {
                read(&mut facts, &line.command, line.input, dialect, 0);
            }
            facts
        } else {
            read_script(&SqlText::verbatim(input.text, 0), dialect)
        };
        finish(&mut facts);
        facts
    }
}

/// The program that a script's first line names.
fn interpreter(head: &str) -> Option<&str> {
    let line = head.strip_prefix("#!")?.lines().next()?;
    let mut words = line.split_whitespace();
    let program = words.next()?.rsplit('/').next()?;
    if program == "env" { words.find(|word| !word.starts_with('-')) } else { Some(program) }
}

/// Reads shell text that stands somewhere in a file: a whole script, a command line in a build file or a pipeline.
/// `dialect` is what is known of the SQL in it. The facts hold statements, units, tokens and blind spots, all spans
/// in the outer file; what is outside of the tokens is for the caller to say. Call [`finish`] when all of a file's
/// scripts are read.
pub fn read_script(text: &SqlText, dialect: Option<Dialect>) -> FileFacts {
    let mut facts = FileFacts::default();
    read(&mut facts, text, None, dialect, 0);
    facts
}

/// Puts in order what several scripts of one file say.
pub fn finish(facts: &mut FileFacts) {
    facts.elsewhere = TokenKind::Symbol;
    facts.tokens = flatten(std::mem::take(&mut facts.tokens));
    facts.statements.sort_by_key(|statement| (statement.span.start, statement.span.end));
    facts.units.sort_by_key(|unit| (unit.span.start, std::cmp::Reverse(unit.span.end)));
}

fn read(facts: &mut FileFacts, text: &SqlText, input: Option<SqlText>, dialect: Option<Dialect>, depth: usize) {
    let script = Script::new(text);
    let run = run::run(&script, text.as_str().len(), input.map(StringValue::Piece));
    facts.units.extend(script.functions.iter().map(|function| Unit {
        name: function.name.clone(),
        kind: UnitKind::Function,
        span: function.span,
    }));
    // One client in the whole script speaks for its other strings too.
    let mut spoken = run.found.iter().filter_map(|found| found.dialect);
    let common = spoken.next().filter(|first| spoken.all(|other| other == *first));
    let outer = std::mem::take(&mut facts.tokens);
    let mut places: Vec<Span> = Vec::new();
    for found in &run.found {
        if embed(facts, found, found.dialect.or(common).or(dialect)) {
            places.extend(&found.places);
        }
    }
    // What the SQL reader says of the inside of a string comes last: it counts more than what the string is.
    let inside = std::mem::replace(&mut facts.tokens, outer);
    facts.tokens.extend(script.comments.iter().map(|&span| Token { span, kind: TokenKind::Comment }));
    places.sort();
    words(&script, &places, &mut facts.tokens);
    facts.tokens.extend(inside);
    if depth < DEEPEST {
        for shell in &run.shells {
            read(facts, shell, None, common.or(dialect), depth + 1);
        }
    }
}

/// Reads a string as SQL if it is; tells whether it was.
fn embed(facts: &mut FileFacts, found: &Found, dialect: Option<Dialect>) -> bool {
    let texts = found.value.alternatives(1);
    let text = texts.first().map_or("", SqlText::as_str);
    let evidence = sql::evidence(text);
    match (found.source, evidence) {
        // A part of a statement is read with the statement; on its own it says less.
        (Source::Nobody, Evidence::Fragment | Evidence::None) => false,
        (Source::Client, Evidence::Fragment) if found.inlined => false,
        (Source::Client, Evidence::None) if is_commands(text) => {
            for text in &texts {
                let said = sql::read(text, dialect);
                facts.statements.extend(said.statements);
                facts.units.extend(said.units);
                facts.tokens.extend(said.tokens);
                facts.blind_spots.extend(said.blind_spots);
                facts.problems.extend(said.problems);
            }
            true
        }
        _ => embedded::embed(facts, &found.value, dialect),
    }
}

/// Whether a client's input that does not begin like a statement may hold one: settings or client commands first.
fn is_commands(text: &str) -> bool {
    const VERBS: &[&str] =
        &["select", "insert", "update", "delete", "copy", "merge", "truncate", "alter", "create", "drop"];
    text.split(|c: char| !c.is_ascii_alphabetic()).any(|word| VERBS.iter().any(|verb| word.eq_ignore_ascii_case(verb)))
}

/// Quoted strings and here-documents; those at one of `places`, which are sorted, are SQL.
fn words(script: &Script, places: &[Span], tokens: &mut Vec<Token>) {
    let arguments = script.commands.iter().flat_map(|command| &command.words);
    let values = script.commands.iter().flat_map(|command| &command.assignments).map(|assignment| &assignment.value);
    for word in arguments.chain(values).chain(&script.documents).filter(|word| word.quoted) {
        let before = places.partition_point(|place| place.start <= word.span.start);
        let is_sql = before > 0 && places[before - 1].contains(word.span);
        for part in &word.parts {
            let Part::Text(text) = part else { continue };
            // What the SQL reader does not name in a statement is not known to be anything else.
            let kind = if is_sql { TokenKind::Unread } else { kind_of_text(text.as_str()) };
            tokens.push(Token { span: text.outer(Span::new(0, text.as_str().len())), kind });
        }
    }
}

#[cfg(test)]
mod tests {
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
                shown.push_str(&format!("⟨{place}⟩"));
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
        let facts = Shell.extract(Input { path: "a.sh", text });
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
        for (path, head) in
            [("a.py", "#!/usr/bin/env python3\n"), ("sh", ""), ("crontabs.md", ""), ("a.sql", "# !/bin/sh")]
        {
            assert!(!Shell.claims(path, head), "{path}");
        }
    }

    #[test]
    fn crontab_lines_are_shell() {
        let text = "MAILTO=x\n# name\n0 3 * * * psql db -c \"SELECT name FROM t\" \\%\n";
        let facts = Shell.extract(Input { path: "crontab", text });
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
            let started = std::time::Instant::now();
            Shell.extract(Input { path: "a.sh", text: &text });
            assert!(started.elapsed().as_secs() < 2, "{shape}");
        }
    }
}
