//! Calls that are given a whole table by its name: `pd.read_sql_table("users", con)`, `spark.table("users")`,
//! `frame.to_sql("users", con)`; and calls and dictionaries that are given a table and its columns:
//! `Dump(table_name="users", columns=("id", "full_name"))`.

use std::sync::LazyLock;

use regex::Regex;

use crate::extract::sql;
use crate::extract::sql::text::SqlText;
use crate::model::facts::FileFacts;
use crate::model::span::Span;
use crate::model::statement::Dialect;

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

/// A table beside a list of columns, in one call or dictionary.
static LISTS: LazyLock<Regex> = LazyLock::new(|| {
    let table = |group: &str| {
        format!(
            r#"["']?(?-u:\b)(?:table|table_name|tablename|target_table|source_table|from_table|to_table)["']?\s*[=:]\s*["'](?P<{group}>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){{0,2}})["']"#
        )
    };
    let columns = |group: &str| {
        format!(
            r#"["']?(?-u:\b)(?:columns|column_names|cols|column_list|select_columns|update_columns|key_columns)["']?\s*[=:]\s*(?:\w+\()?(?P<{group}>[\[(])"#
        )
    };
    let between = r"\s*,[^()\[\]{}]{0,200}?";
    let copy = r#"(?-u:\b)copy_from\(\s*[^,()]+,\s*["'](?P<table2>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)["'][^()]{0,200}?(?-u:\b)columns\s*=\s*(?P<columns2>[\[(])"#;
    let first = format!("{}{between}{}", table("table0"), columns("columns0"));
    Regex::new(&format!("{first}|{copy}")).expect("a constant pattern compiles")
});

/// Columns of one list.
const MOST_COLUMNS: usize = 400;

/// Adds the statements that a table with a list of its columns stands for.
fn listed(facts: &mut FileFacts, text: &str) {
    for found in LISTS.captures_iter(text) {
        let is_copy = found.name("table2").is_some();
        let Some(table) = found.name("table0").or(found.name("table2")) else { continue };
        let Some(open) = found.name("columns0").or(found.name("columns2")) else { continue };
        let names = strings_of(text, open.start());
        let (Some(first), Some(last)) = (names.first(), names.last()) else { continue };
        let place = |span: Span| Span::new(span.start as usize - 1, span.start as usize);
        let mut sql = SqlText::default();
        // In quotes: `user` and `order` are words of SQL too.
        let name_of = |sql: &mut SqlText, name: Span| {
            let behind = Span::new(name.end as usize, name.end as usize + 1);
            sql.push_decoded("\"", place(name));
            sql.push(name.of(text), name.start as usize);
            sql.push_decoded("\"", behind);
        };
        let list = |sql: &mut SqlText| {
            for name in &names {
                if name != first {
                    sql.push_decoded(", ", place(*name));
                }
                name_of(sql, *name);
            }
        };
        let whole = |sql: &mut SqlText| {
            let mut start = table.start();
            for part in table.as_str().split('.') {
                if start > table.start() {
                    sql.push_decoded(".", Span::new(start - 1, start));
                }
                name_of(sql, Span::new(start, start + part.len()));
                start += part.len() + 1;
            }
        };
        let behind = Span::new(last.end as usize, last.end as usize + 1);
        if is_copy {
            sql.push_decoded("COPY ", place(Span::new(table.start(), table.end())));
            whole(&mut sql);
            sql.push_decoded(" (", place(*first));
            list(&mut sql);
            sql.push_decoded(") FROM STDIN", behind);
        } else {
            sql.push_decoded("SELECT ", place(*first));
            list(&mut sql);
            sql.push_decoded(" FROM ", behind);
            whole(&mut sql);
        }
        let said = sql::read(&sql, Some(Dialect::Postgres));
        facts.statements.extend(said.statements);
        facts.tokens.extend(said.tokens);
    }
}

/// The strings of a list or tuple that are names, without what calls in it are given.
fn strings_of(text: &str, open: usize) -> Vec<Span> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let (mut at, mut depth) = (open, 0_usize);
    while at < bytes.len() && found.len() < MOST_COLUMNS {
        match bytes[at] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            b'#' => at += memchr::memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at),
            quote @ (b'"' | b'\'') => {
                let start = at + 1;
                let Some(length) = memchr::memchr2(quote, b'\n', &bytes[start..]) else { break };
                let name = &text[start..start + length];
                if depth == 1 && !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_') {
                    found.push(Span::new(start, start + length));
                }
                at = start + length;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Adds the statements that such calls stand for.
pub(super) fn read(facts: &mut FileFacts, text: &str) {
    let has_lists = text.contains("col") && (text.contains("table") || text.contains("copy_from"));
    if has_lists {
        listed(facts, text);
    }
    whole_tables(facts, text);
    facts.tokens = crate::extract::host::tokens::flatten(std::mem::take(&mut facts.tokens));
    facts.statements.sort_by_key(|statement| (statement.span.start, statement.span.end));
}

fn whole_tables(facts: &mut FileFacts, text: &str) {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_beside_their_columns() {
        for (text, expected) in [
            (
                "Dump(table_name=\"users\", columns=(\n  \"id\",  # the \"key\"\n  \"full_name\",\n  SQL(\"null\"),\n))",
                "read id full_name of users",
            ),
            ("{\"table\": \"shop.order\", 'kind': 1, \"columns\": ['id', 'total']}", "read id total of order"),
            ("cur.copy_from(f, 'users', sep=',', columns=('id', 'full_name'))", "write id full_name of users"),
            ("f(table='users', rows=g(columns=['id']))", ""),
            ("table = 'users'\ncolumns = ['id']\n", ""),
            ("f(table='users', columns=[", ""),
        ] {
            let mut facts = FileFacts::default();
            read(&mut facts, text);
            let shown: Vec<String> = facts
                .statements
                .iter()
                .map(|statement| {
                    let scope = &statement.scopes[0];
                    let names: Vec<&str> = scope.references.iter().map(|found| found.span.of(text)).collect();
                    let access = if statement.kind.name() == "copy" { "write" } else { "read" };
                    format!("{access} {} of {}", names.join(" "), scope.sources[0].span.of(text))
                })
                .collect();
            assert_eq!(shown.join("; ").replace('"', ""), expected, "{text}");
        }
    }
}
