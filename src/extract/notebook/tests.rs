//! Notebooks, drawn as what they say.

use super::{LaidOut, Notebook};
use crate::extract::document::syntax::Syntax;
use crate::extract::drawn::drawn;
use crate::extract::sql::text::SqlText;
use crate::extract::{Format, Input};

/// A notebook with one cell of code.
fn with(lines: &[&str]) -> String {
    let source: Vec<String> = lines.iter().map(|line| serde_json::to_string(line).expect("text")).collect();
    format!(
        "{{\n \"cells\": [\n  {{\n   \"cell_type\": \"code\",\n   \"source\": [\n    {}\n   ]\n  }}\n ]\n}}\n",
        source.join(",\n    ")
    )
}

fn code(text: &str) -> String {
    let laid_out = LaidOut::of(text, &Syntax::Json.read(SqlText::verbatim(text, 0)));
    assert_eq!(laid_out.code.len(), text.len());
    laid_out.code
}

#[test]
fn code_keeps_its_places_and_its_meaning() {
    let text = with(&[
        "def f(x):\n",
        "\tq = f\"\"\"SELECT \\\"a\\\"\n",
        "    FROM t\"\"\"\n",
        "    y = \"a \\\n",
        "b\"\n",
        "    return df[\"full_name\"]\n",
    ]);
    let code = code(&text);
    let lines: Vec<&str> = code.lines().map(str::trim_end).skip_while(|line| line.trim().is_empty()).collect();
    assert_eq!(lines[0].trim_start(), "def f(x):");
    assert!(lines[1].contains("q = f\"\"\""), "{lines:?}");
    assert_eq!(lines[2], "    FROM t\"\"\"");
    assert!(lines[3].starts_with("    y = ") && lines[3].ends_with('\\'), "{lines:?}");
    assert!(lines[5].starts_with("    return df[ \"full_name\""), "{lines:?}");
    assert_eq!(code.find("FROM t"), text.find("FROM t"));
    assert_eq!(code.find("full_name"), text.find("full_name"));
}

#[test]
fn magics_run_sql() {
    for (lines, expected) in [
        (&["%%sql\n", "SELECT full_name\n", "FROM users"][..], 1),
        (&["# names\n", "%%sql rows << \n", "SELECT full_name FROM users"], 1),
        (&["%%sql SELECT full_name FROM users"], 1),
        (&["%%bigquery df --project x\n", "SELECT full_name FROM users"], 1),
        (&["%sql\n", "SELECT full_name FROM users\n", "WHERE id = {id}"], 1),
        (&["x = 1\n", "rows = %sql SELECT full_name FROM users WHERE id = :x\n", "y = 10 % sql\n"], 1),
        (&["%%time\n", "pd.read_sql(\"SELECT full_name FROM users\", con)"], 1),
        (&["!psql --version\n", "%matplotlib inline\n", "q = 'SELECT full_name FROM users'\n"], 1),
        (&["q = '''SELECT full_name\n", "FROM %s''' % t\n"], 1),
        (&["spark.sql(f\"\"\"\n", "SELECT full_name FROM users WHERE id = {id}\n", "\"\"\")"], 1),
        (&["%%html\n", "<b>SELECT full_name FROM users</b>"], 0),
        (&["print('Select the users from the list')"], 0),
    ] {
        let text = with(lines);
        let facts = Notebook.extract(Input::new("a.ipynb", &text));
        assert_eq!(facts.statements.len(), expected, "{lines:?}");
        let names = facts.statements.iter().flat_map(|one| &one.scopes).flat_map(|scope| &scope.references);
        for name in names.filter(|name| name.name.is("full_name")) {
            assert_eq!(name.span.of(&text), "full_name", "{lines:?}");
        }
    }
}

#[test]
fn variables_go_from_cell_to_cell() {
    let cell =
        |line: &str| format!("{{\"cell_type\": \"code\", \"source\": {}}}", serde_json::to_string(line).expect("text"));
    let text = format!("{{\"cells\": [{}, {}]}}", cell("q = \"SELECT a \"\n"), cell("q += \"FROM t\"\nrun(q)"));
    let facts = Notebook.extract(Input::new("a.ipynb", &text));
    assert_eq!(facts.statements.len(), 1, "{}", code(&text));
    assert_eq!(facts.statements[0].scopes[0].sources.len(), 1);
    // A cell may end without a line end.
    let text = format!("{{\"cells\": [{}, {}]}}", cell("df.head()"), cell("df[['a']]"));
    assert_eq!(code(&text).split_whitespace().collect::<Vec<_>>(), ["df.head()", "df[['a']]"]);
    assert_eq!(code(&text).trim().lines().count(), 2);
}

#[test]
fn hostile_notebooks_end() {
    for text in ["", "{", "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"\\u", "[[[[", "{\"cells\": {}}"] {
        Notebook.extract(Input::new("a.ipynb", text));
    }
    let text = with(&["\\".repeat(2000).as_str(), "\"".repeat(2000).as_str(), "ü\u{1F600}\n"]);
    Notebook.extract(Input::new("a.ipynb", &text));
}

#[test]
fn fixtures_hold_the_sql_that_they_run() {
    insta::glob!("../../../fixtures/notebook", "*/*.ipynb", |path| {
        let text = std::fs::read_to_string(path).expect("a fixture is readable");
        let mut facts = Notebook.extract(Input::new("src/case.ipynb", &text));
        facts.put_in_order();
        insta::assert_snapshot!(drawn(&facts, &text));
    });
}
