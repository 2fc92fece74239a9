//! Statements that are read as others: what a database runs for them.

use super::naming::Words;
use super::text::SqlText;
use crate::model::span::Span;

/// Where the procedure is run whose rows are inserted: `INSERT INTO t (a) EXEC p`.
pub(super) fn inserted_procedure(words: Words<'_>) -> Option<usize> {
    let name = words.name(1 + usize::from(words.is_word(1, "into")))?;
    let at = if words.is(name.next, "(") { words.behind_parenthesis(name.next) } else { name.next };
    words.is_any(at, &["exec", "execute"]).then_some(at)
}

/// Where the statement begins that an `EXPLAIN` with options is about.
pub(super) fn explained(words: Words<'_>) -> Option<u32> {
    if !words.is_any(0, &["explain", "describe", "desc"]) {
        return None;
    }
    let mut at = 1;
    while at < words.len().min(60) {
        if words.is_any(at, &["select", "insert", "update", "delete", "merge", "with", "create", "values", "replace"]) {
            return words.tokens.get(at).map(|token| token.start);
        }
        at = if words.is(at, "(") { words.behind_parenthesis(at) } else { at + 1 };
    }
    None
}

/// The query behind Trino's `WITH FUNCTION f(a bigint) RETURNS bigint RETURN a + 1 SELECT …`: such functions read no table.
pub(super) fn behind_functions(words: Words<'_>) -> Option<u32> {
    const QUERY: &[&str] = &["select", "with", "values", "table"];
    if !words.is_word(0, "with") || !words.is_word(1, "function") {
        return None;
    }
    let (mut at, mut block) = (2, false);
    while at < words.len() {
        if words.is(at, "(") {
            at = words.behind_parenthesis(at).max(at + 1);
            continue;
        }
        block |= words.is_word(at, "begin");
        let ends = !block || words.is_word(at - 1, "end");
        if ends && words.is_any(at, QUERY) {
            return words.tokens.get(at).map(|token| token.start);
        }
        at += 1;
    }
    None
}

/// Whether token `at` begins a query of `DuckDB`'s that turns rows into columns.
pub(super) fn is_reshape(words: Words<'_>, at: usize) -> bool {
    (at == 0 || words.is(at - 1, "("))
        && words.is_any(at, &["pivot", "unpivot", "pivot_wider", "pivot_longer"])
        && !words.is(at + 1, ".")
}

/// `DuckDB`'s `PIVOT t ON a USING sum(b) GROUP BY c` and `UNPIVOT t ON a, b INTO NAME n VALUE v`, also in parentheses, as
/// queries: what they read is the same.
pub(super) fn reshaped(words: Words<'_>) -> Option<SqlText> {
    let start = (0..words.len()).find(|&at| is_reshape(words, at))?;
    let end = if start == 0 { words.len() } else { words.behind_parenthesis(start - 1).checked_sub(1)? };
    let clause = |from: usize, names: &[&str]| {
        let mut at = from;
        while at < end && !words.is_any(at, names) {
            at = if words.is(at, "(") { words.behind_parenthesis(at).max(at + 1) } else { at + 1 };
        }
        at.min(end)
    };
    let on = clause(start + 1, &["on"]);
    if on >= end || on == start + 1 {
        return None;
    }
    let behind = clause(on + 1, &["using", "into", "group", "order", "limit"]);
    let using = if words.is_word(behind, "using") { clause(behind, &["group", "order", "limit"]) } else { behind };
    let group = clause(behind, &["group"]);
    let grouped = clause(group, &["order", "limit"]);
    let place = |at: usize| words.tokens.get(at).map_or_else(|| words.text.outer(Span::default()), |_| words.span(at));
    let slice = |from: usize, to: usize| match (words.tokens.get(from), words.tokens.get(to.wrapping_sub(1))) {
        (Some(first), Some(last)) if from < to => words.text.slice(Span { start: first.start, end: last.end }),
        _ => SqlText::default(),
    };
    let mut made = slice(0, start);
    let is_grouped = group + 2 < grouped;
    made.push_decoded(" SELECT ", place(start));
    if is_grouped {
        made.push_piece(&slice(group + 2, grouped));
    } else {
        made.push_decoded("*", place(start));
    }
    // `COLUMNS(…)` and `*` stand for columns that are read anyway.
    for item in words.items(on + 1, behind) {
        if !words.is(item.start, "*") && !words.is_word(item.start, "columns") {
            made.push_decoded(", ", place(on));
            made.push_piece(&slice(item.start, item.end));
        }
    }
    if words.is_word(behind, "using") {
        made.push_decoded(", ", place(behind));
        made.push_piece(&slice(behind + 1, using));
    }
    if words.is_word(behind, "into") {
        let names = (behind + 1..end).filter(|&at| {
            !words.is_any(at, &["name", "value", "group", "order", "limit"]) && words.ident(at).is_some()
        });
        for name in names {
            made.push_decoded(", NULL AS ", place(name));
            made.push_piece(&slice(name, name + 1));
        }
    }
    made.push_decoded(" FROM ", place(on));
    made.push_piece(&slice(start + 1, on));
    if is_grouped {
        made.push_decoded(" ", place(group));
        made.push_piece(&slice(group, grouped));
    }
    made.push_decoded(" ", place(on));
    made.push_piece(&slice(end, words.len()));
    Some(made)
}

/// Where the query begins that `ClickHouse`'s `ALTER TABLE v MODIFY QUERY SELECT …` gives a view.
pub(super) fn modified_query(words: Words<'_>) -> Option<u32> {
    if !words.is_word(0, "alter") {
        return None;
    }
    let query = (3..words.len().min(14)).find(|&at| words.is_word(at, "query") && words.is_word(at - 1, "modify"))?;
    words.tokens.get(query + 1).map(|token| token.start)
}

/// `ClickHouse`'s `ALTER TABLE t UPDATE a = b WHERE c` and `ALTER TABLE t DELETE WHERE c` as statements.
pub(super) fn mutation(words: Words<'_>) -> Option<SqlText> {
    if !words.is_word(0, "alter") || !words.is_word(1, "table") {
        return None;
    }
    let table = words.name(2)?;
    let verb = (table.next..words.len().min(table.next + 6)).find(|&at| words.is_any(at, &["update", "delete"]))?;
    let update = words.is_word(verb, "update");
    let place = words.text.outer(Span::default());
    let mut made = SqlText::default();
    made.push_decoded(if update { "UPDATE " } else { "DELETE FROM " }, place);
    let slice = |from: usize, to: usize| match (words.tokens.get(from), words.tokens.get(to - 1)) {
        (Some(first), Some(last)) => words.text.slice(Span { start: first.start, end: last.end }),
        _ => SqlText::default(),
    };
    made.push_piece(&slice(2, table.next));
    made.push_decoded(if update { " SET " } else { " " }, place);
    made.push_piece(&slice(verb + 1, words.len()));
    Some(made)
}

/// The inserts of Hive's `FROM t INSERT INTO a SELECT b WHERE c INSERT INTO d SELECT e`, each with its `FROM`.
pub(super) fn inserts_from(words: Words<'_>) -> Vec<SqlText> {
    /// What may follow `FROM` in a query.
    const FOLLOWS: &[&str] =
        &["where", "group", "having", "order", "sort", "cluster", "distribute", "limit", "lateral", "window", "union"];
    let mut made = Vec::new();
    if !words.is_word(0, "from") {
        return made;
    }
    let mut depth = 0_i32;
    let mut inserts: Vec<usize> = Vec::new();
    let mut follows: Vec<Option<usize>> = Vec::new();
    for at in 0..words.len() {
        if words.is(at, "(") {
            depth += 1;
        } else if words.is(at, ")") {
            depth -= 1;
        } else if depth == 0 && words.is_word(at, "insert") {
            inserts.push(at);
            follows.push(None);
        } else if depth == 0
            && words.is_any(at, FOLLOWS)
            && let Some(first) = follows.last_mut()
        {
            first.get_or_insert(at);
        }
    }
    let end = words.text.as_str().len() as u32;
    let start_of = |at: usize| words.tokens.get(at).map_or(end, |token| token.start);
    let slice = |start: u32, end: u32| words.text.slice(Span { start, end });
    let Some(&first) = inserts.first() else { return made };
    let source = slice(0, start_of(first));
    for (at, (&insert, follow)) in inserts.iter().zip(follows).enumerate() {
        let next = inserts.get(at + 1).map_or(end, |&next| start_of(next));
        let follow = follow.map_or(next, start_of);
        let mut statement = slice(start_of(insert), follow);
        let place = words.text.outer(Span { start: follow, end: follow });
        statement.push_decoded(" ", place);
        statement.push_piece(&source);
        statement.push_decoded(" ", place);
        statement.push_piece(&slice(follow, next));
        made.push(statement);
    }
    made
}

/// `WITH a AS (…) CREATE TABLE t AS SELECT …` as `CREATE TABLE t AS WITH a AS (…) (SELECT …)`.
pub(super) fn defined_behind_with(words: Words<'_>) -> Option<SqlText> {
    if !words.is_word(0, "with") {
        return None;
    }
    let mut at = 1;
    while at < words.len() && !words.is_word(at, "create") {
        at = if words.is(at, "(") { words.behind_parenthesis(at).max(at + 1) } else { at + 1 };
    }
    let create = at;
    while at < words.len() && !words.is_word(at, "as") {
        at = if words.is(at, "(") { words.behind_parenthesis(at).max(at + 1) } else { at + 1 };
    }
    if !words.is(at + 1, "(") && !words.is_any(at + 1, &["select", "with", "values", "table"]) {
        return None;
    }
    let (create, query) = (words.tokens.get(create)?.start, words.tokens.get(at + 1)?.start);
    let end = words.text.as_str().len() as u32;
    let slice = |start: u32, end: u32| words.text.slice(Span { start, end });
    let place = words.text.outer(Span { start: query, end: query });
    let mut made = slice(create, query);
    made.push_piece(&slice(0, create));
    made.push_decoded("(", place);
    made.push_piece(&slice(query, end));
    made.push_decoded(")", place);
    Some(made)
}
