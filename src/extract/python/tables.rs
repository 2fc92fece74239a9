//! Calls that are given a whole table by its name: `pd.read_sql_table("users", con)`, `spark.table("users")`,
//! `frame.to_sql("users", con)`.

use std::sync::LazyLock;

use regex::Regex;

use crate::extract::sql;
use crate::extract::sql::text::SqlText;
use crate::model::facts::FileFacts;
use crate::model::span::Span;

static CALLS: LazyLock<Regex> = LazyLock::new(|| {
    let name = r#"["'](?P<NAME>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){0,2})["']"#;
    let reads = [
        r"(?-u:\b)read_sql(?:_table)?\(\s*(?:table_name\s*=\s*)?",
        r"(?-u:\b)(?:spark|sqlContext|session|read)\.table\(\s*",
        r"\.read(?-u:\b)[^\n]{0,80}\.jdbc\([^,()\n]+,\s*(?:table\s*=\s*)?",
        r#"\.option\(\s*["']dbtable["']\s*,\s*"#,
    ];
    let writes = [r"\.to_sql\(\s*(?:name\s*=\s*)?", r"\.(?:saveAsTable|insertInto)\(\s*"];
    let named = |calls: &[&str], group: &str| {
        calls
            .iter()
            .enumerate()
            .map(|(at, call)| format!("{call}{}", name.replace("NAME", &format!("{group}{at}"))))
            .collect::<Vec<_>>()
    };
    let all: Vec<String> = named(&reads, "read").into_iter().chain(named(&writes, "write")).collect();
    Regex::new(&all.join("|")).expect("a constant pattern compiles")
});

/// Adds the statements that such calls stand for.
pub(super) fn read(facts: &mut FileFacts, text: &str) {
    if !["read_sql", ".table(", ".jdbc(", "dbtable", ".to_sql(", "saveAsTable", "insertInto"]
        .iter()
        .any(|word| text.contains(word))
    {
        return;
    }
    for found in CALLS.captures_iter(text) {
        let mut groups = CALLS.capture_names().flatten().filter_map(|group| Some((group, found.name(group)?)));
        let Some((group, name)) = groups.next() else { continue };
        // Its quotes stand for what is not written.
        let (before, behind) = (Span::new(name.start() - 1, name.start()), Span::new(name.end(), name.end() + 1));
        let mut sql = SqlText::default();
        if group.starts_with("read") {
            sql.push_decoded("SELECT * FROM ", before);
            sql.push(name.as_str(), name.start());
        } else {
            sql.push_decoded("COPY ", before);
            sql.push(name.as_str(), name.start());
            sql.push_decoded(" FROM STDIN", behind);
        }
        let said = sql::read(&sql, None);
        facts.statements.extend(said.statements);
        facts.tokens.extend(said.tokens);
    }
    facts.tokens = crate::extract::host::tokens::flatten(std::mem::take(&mut facts.tokens));
    facts.statements.sort_by_key(|statement| (statement.span.start, statement.span.end));
}
