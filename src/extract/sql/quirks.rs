//! Pieces of statements that no grammar knows and for which a phrase of [`super::phrases`] is not enough: what stands
//! there instead, so that the statement can be parsed. Names that are columns keep their places.

use std::borrow::Cow;

use super::holes::ends_operand;
use super::lexer::{Token, TokenKind};
use super::options;
use super::phrases::{self, behind_name, closing};

/// One past the last token of what begins with token `at` and is to be left out, and what is put in its place.
pub(super) fn find(text: &str, tokens: &[Token], at: usize) -> Option<(usize, Cow<'static, str>)> {
    let drop = |last: usize| Some((last + 1, Cow::Borrowed("")));
    if tokens[at].kind == TokenKind::Operator {
        if is_continuation(text, tokens, at) {
            return drop(at);
        }
        if is_update_list(text, tokens, at) {
            return Some((at + 1, Cow::Borrowed(" CROSS JOIN ")));
        }
        if is_outer_join_mark(text, tokens, at) {
            return drop(at + 2);
        }
        if is_compound_of_variable(text, tokens, at) {
            return drop(at);
        }
        let is_source = at > 0 && (tokens[at - 1].is_word(text, "from") || tokens[at - 1].is_word(text, "apply"));
        if is_source && tokens[at].is(text, "::") {
            // T-SQL's older mark of a built-in function.
            return drop(at);
        }
        if let Some(last) = typed_array(text, tokens, at) {
            return drop(last);
        }
        if tokens[at].is(text, ":") && is_entry_of_json(text, tokens, at) {
            return Some((at + 1, Cow::Borrowed(",")));
        }
        if let Some(last) = options::find(text, tokens, at) {
            return drop(last);
        }
        if is_behind_whole_table(text, tokens, at) {
            return Some((at + 1, Cow::Borrowed(if tokens[at].is(text, ",") { ")," } else { "))" })));
        }
        return table_hint(text, tokens, at).or_else(|| format_phrase(text, tokens, at)).and_then(drop);
    }
    if let Some(found) = phrases::find(text, tokens, at) {
        return Some((found.end, Cow::Borrowed(found.instead)));
    }
    if let Some(last) = options::find(text, tokens, at) {
        return drop(last);
    }
    let word = tokens[at].of(text);
    let is_one = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    if is_one(&["where"]) && is_position(text, tokens, at) {
        // The row of a cursor: no column is read.
        return drop(at + 3);
    }
    if is_one(&["next"])
        && let Some(last) = next_value(text, tokens, at)
    {
        // With an order it is a call.
        let ordered = tokens.get(last + 1).is_some_and(|over| over.is_word(text, "over"));
        return Some((last + 1, Cow::Borrowed(if ordered { "next_value()" } else { "NULL" })));
    }
    if is_one(&["for"]) {
        // Rows of a temporal table as they were.
        return period(text, tokens, at).and_then(drop);
    }
    if is_one(&["u"]) {
        return unicode(text, tokens, at).map(|(name, last)| (last + 1, Cow::Owned(name)));
    }
    if is_one(&["as"]) && is_graph_table(text, tokens, at) {
        return drop(at + 1);
    }
    if is_one(&["as"]) && is_computed(text, tokens, at) {
        return Some((at + 1, Cow::Borrowed("COMPUTED DEFAULT")));
    }
    if is_one(&["group"])
        && let Some(last) = grouped_in_pivot(text, tokens, at)
    {
        return drop(last);
    }
    if is_one(&["union"]) {
        return stray_union(text, tokens, at).and_then(drop);
    }
    if is_one(&["table"]) && is_whole_table(text, tokens, at) {
        return Some((at + 1, Cow::Borrowed("(SELECT * FROM")));
    }
    if is_one(&["with"])
        && let Some(behind) = behind_namespaces(text, tokens, at)
    {
        // Others may be named behind them.
        let goes_on = tokens.get(behind).is_some_and(|comma| comma.is(text, ","));
        return if goes_on { Some((behind + 1, Cow::Borrowed("WITH"))) } else { drop(behind - 1) };
    }
    // Oracle's older word for it.
    if is_one(&["unique"]) && at > 0 && tokens[at - 1].is_word(text, "select") {
        return Some((at + 1, Cow::Borrowed("DISTINCT")));
    }
    if is_one(&["with"]) && at > 1 && tokens.get(at + 1).is_some_and(|open| open.is(text, "(")) {
        return hint(text, tokens, at)
            .or_else(|| table_hint(text, tokens, at + 1))
            .or_else(|| index_options(text, tokens, at + 1))
            .and_then(drop);
    }
    if is_one(&["on", "textimage_on"]) && is_filegroup(text, tokens, at) {
        return drop(at + 1);
    }
    if is_one(&["nonclustered", "clustered", "option"]) {
        return hint(text, tokens, at).and_then(drop);
    }
    if is_one(&["as"]) && is_unpivoted_as(text, tokens, at) {
        return drop(at + 1);
    }
    None
}

/// `WHERE CURRENT OF c`.
fn is_position(text: &str, tokens: &[Token], at: usize) -> bool {
    tokens[at].is_word(text, "where")
        && tokens.get(at + 1).is_some_and(|word| word.is_word(text, "current"))
        && tokens.get(at + 2).is_some_and(|word| word.is_word(text, "of"))
        && tokens.get(at + 3).is_some_and(|name| name.is_name() || name.kind == TokenKind::Variable)
}

/// `NEXT VALUE FOR s.sequence`: its last token.
fn next_value(text: &str, tokens: &[Token], at: usize) -> Option<usize> {
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is_word(text, word));
    if !is(at, "next") || !is(at + 1, "value") || !is(at + 2, "for") {
        return None;
    }
    let mut last = at + 3;
    tokens.get(last).filter(|token| token.is_name())?;
    while tokens.get(last + 1).is_some_and(|dot| dot.is(text, "."))
        && tokens.get(last + 2).is_some_and(|token| token.is_name())
    {
        last += 2;
    }
    Some(last)
}

/// `FOR SYSTEM_TIME AS OF x`, `FOR SYSTEM_TIME BETWEEN a AND b` behind a table: its last token.
fn period(text: &str, tokens: &[Token], at: usize) -> Option<usize> {
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is_word(text, word));
    let spelled = is(at + 1, "system") && is(at + 2, "time");
    let at = at + usize::from(spelled);
    let before = at > 0 && is(at - usize::from(spelled), "for");
    if !before || !(spelled || is(at + 1, "system_time") || is(at + 1, "version") || is(at + 1, "timestamp")) {
        return None;
    }
    // A constant, a variable, or a call.
    let operand = |at: usize| {
        let open = if tokens.get(at + 1).is_some_and(|open| open.is(text, "(")) { at + 1 } else { at };
        if !tokens.get(open).is_some_and(|token| token.is(text, "(")) {
            return at;
        }
        closing(text, tokens, open).unwrap_or(at)
    };
    let last = if is(at + 2, "all") {
        at + 2
    } else if is(at + 2, "as") && is(at + 3, "of") {
        operand(at + 4 + usize::from(is(at + 4, "timestamp")))
    } else if is(at + 2, "from") || is(at + 2, "between") {
        operand(operand(at + 3) + 2)
    } else if is(at + 2, "contained") {
        operand(at + 4)
    } else {
        return None;
    };
    (last < tokens.len()).then_some(last)
}

/// Whether a comma stands between the tables of `MySQL`'s `UPDATE a, b SET …`.
fn is_update_list(text: &str, tokens: &[Token], at: usize) -> bool {
    if !tokens[at].is(text, ",") || !tokens[0].is_word(text, "update") || at > FAR {
        return false;
    }
    let mut depth = 0_i32;
    for token in &tokens[..at] {
        if token.is(text, "(") {
            depth += 1;
        } else if token.is(text, ")") {
            depth -= 1;
        } else if depth == 0 && (token.is_word(text, "set") || token.is_word(text, "from")) {
            return false;
        }
    }
    depth == 0
}

/// Lists at the beginning of a statement are looked for so far.
const FAR: usize = 400;

/// `UNPIVOT (a FOR b IN (c AS 1, d AS 'x'))`: what a column is called there is a value.
fn is_unpivoted_as(text: &str, tokens: &[Token], at: usize) -> bool {
    let is_value = |token: &Token| matches!(token.kind, TokenKind::Text | TokenKind::Number);
    if !tokens.get(at + 1).is_some_and(is_value) {
        return false;
    }
    tokens[at.saturating_sub(FAR)..at].iter().rev().any(|token| token.is_word(text, "unpivot"))
}

/// T-SQL's hints where no grammar knows them: `OPTION (…)`, `INSERT INTO t WITH (TABLOCK)`, the kind of an index. Their
/// last token.
fn hint(text: &str, tokens: &[Token], at: usize) -> Option<usize> {
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is_word(text, word));
    let opens = tokens.get(at + 1).is_some_and(|open| open.is(text, "("));
    if is(at, "nonclustered") || is(at, "clustered") {
        let index = is(0, "create") && is(at + 1, "index");
        let key = at > 0 && (is(at - 1, "key") || is(at - 1, "unique"));
        return (index || key).then_some(at);
    }
    let options = is(at, "option") && opens && at > 1 && !is(at - 1, "check") && !is(at - 1, "grant");
    let inserted = is(at, "with") && opens && is(0, "insert") && at < 8 && is(at + 2, "tablock");
    if !options && !inserted {
        return None;
    }
    closing(text, tokens, at + 1)
}

/// `FROM t (NOLOCK)`, as T-SQL allows hints without `WITH`: the last token.
fn table_hint(text: &str, tokens: &[Token], at: usize) -> Option<usize> {
    const HINTS: &[&str] = &[
        "nolock",
        "readuncommitted",
        "readcommitted",
        "readpast",
        "repeatableread",
        "serializable",
        "holdlock",
        "updlock",
        "xlock",
        "rowlock",
        "paglock",
        "tablock",
        "tablockx",
        "nowait",
        "noexpand",
    ];
    if at < 2 || !tokens[at].is(text, "(") || !tokens[at - 1].is_name() {
        return None;
    }
    let mut last = at + 1;
    loop {
        let hint = tokens.get(last).filter(|hint| hint.kind == TokenKind::Word)?;
        if !HINTS.iter().any(|known| hint.is_word(text, known)) {
            return None;
        }
        let next = tokens.get(last + 1)?;
        if next.is(text, ")") {
            return Some(last + 1);
        }
        last += if next.is(text, ",") { 2 } else { return None };
    }
}

/// T-SQL's options of an index, `WITH (PAD_INDEX = OFF, …)`, from their parenthesis on: the last token.
fn index_options(text: &str, tokens: &[Token], open: usize) -> Option<usize> {
    const OPTIONS: &[&str] = &[
        "pad_index",
        "fillfactor",
        "sort_in_tempdb",
        "ignore_dup_key",
        "statistics_norecompute",
        "statistics_incremental",
        "drop_existing",
        "online",
        "resumable",
        "max_duration",
        "allow_row_locks",
        "allow_page_locks",
        "optimize_for_sequential_key",
        "maxdop",
        "data_compression",
    ];
    let defines = tokens[0].is_word(text, "create") || tokens[0].is_word(text, "alter");
    let option = tokens.get(open + 1).filter(|_| defines)?;
    let known = OPTIONS.iter().any(|known| option.is_word(text, known));
    if known && tokens.get(open + 2)?.is(text, "=") { closing(text, tokens, open) } else { None }
}

/// Where T-SQL keeps a table or index: `) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY]`.
fn is_filegroup(text: &str, tokens: &[Token], at: usize) -> bool {
    let Some(group) = tokens.get(at + 1).filter(|group| group.is_name()) else { return false };
    if !tokens[0].is_word(text, "create") && !tokens[0].is_word(text, "alter") {
        return false;
    }
    if tokens[at].is_word(text, "textimage_on") {
        return true;
    }
    let name = group.of(text).trim_matches(['[', ']', '"']);
    name.eq_ignore_ascii_case("primary") && at > 0 && tokens[at - 1].is(text, ")")
}

/// `SET a.b += c`: the first token of the name that is assigned.
pub(super) fn compound_target(text: &str, tokens: &[Token], at: usize) -> Option<usize> {
    let operator = tokens[at];
    let equals = tokens.get(at + 1)?;
    let compound = equals.is(text, "=")
        && equals.start == operator.end
        && matches!(operator.of(text), "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^");
    if !compound || at < 2 || !tokens[at - 1].is_name() {
        return None;
    }
    let mut first = at - 1;
    while first > 1 && tokens[first - 1].is(text, ".") && tokens[first - 2].is_name() {
        first -= 2;
    }
    let begins = tokens[first.checked_sub(1)?];
    (begins.is_word(text, "set") || begins.is(text, ",")).then_some(first)
}

/// `BigQuery`'s `ARRAY<STRUCT<a INT64>>[…]`: the last token of the type.
fn typed_array(text: &str, tokens: &[Token], at: usize) -> Option<usize> {
    if at == 0 || !tokens[at].is(text, "<") || !tokens[at - 1].is_word(text, "array") {
        return None;
    }
    let mut depth = 0_i32;
    for (end, token) in tokens.iter().enumerate().skip(at).take(FAR) {
        depth += match token.of(text) {
            "<" => 1,
            "<<" => 2,
            ">" => -1,
            ">>" => -2,
            "," | "(" | ")" => 0,
            _ if token.is_name() || token.kind == TokenKind::Number => 0,
            _ => return None,
        };
        if depth <= 0 {
            return tokens.get(end + 1).filter(|open| depth == 0 && open.is(text, "[")).map(|_| end);
        }
    }
    None
}

/// `JSON_OBJECT('a': b)`: elsewhere the sign begins a path.
fn is_entry_of_json(text: &str, tokens: &[Token], at: usize) -> bool {
    let mut depth = 0_u32;
    for before in (at.saturating_sub(FAR)..at).rev() {
        if tokens[before].is(text, ")") {
            depth += 1;
        } else if tokens[before].is(text, "(") {
            if depth == 0 {
                let name = before.checked_sub(1).map(|name| tokens[name]);
                return name
                    .is_some_and(|name| name.is_word(text, "json_object") || name.is_word(text, "json_objectagg"));
            }
            depth -= 1;
        }
    }
    false
}

/// T-SQL's `SELECT @a += b`: the sign before the `=`.
fn is_compound_of_variable(text: &str, tokens: &[Token], at: usize) -> bool {
    at > 1
        && tokens[at - 1].kind == TokenKind::Variable
        && tokens.get(at + 1).is_some_and(|equals| equals.is(text, "=") && equals.start == tokens[at].end)
        && matches!(tokens[at].of(text), "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^")
        && (tokens[at - 2].is_word(text, "select") || tokens[at - 2].is(text, ","))
}

/// Teradata's `a (TITLE 'A')`, `a (FORMAT '9')`, `a (NAMED b)`: how a value is shown. The last token.
fn format_phrase(text: &str, tokens: &[Token], at: usize) -> Option<usize> {
    if at == 0 || !tokens[at].is(text, "(") || !ends_operand(text, tokens[at - 1]) {
        return None;
    }
    let (word, value) = (tokens.get(at + 1)?, tokens.get(at + 2)?);
    let shows = (word.is_word(text, "title") || word.is_word(text, "format")) && value.kind == TokenKind::Text;
    let close = tokens.get(at + 3)?;
    (shows && close.is(text, ")")).then_some(at + 3)
}

/// `U&'d\0061t'` and `U&"d\0061t"`: the text in plain letters, and its last token.
fn unicode(text: &str, tokens: &[Token], at: usize) -> Option<(String, usize)> {
    let (first, sign, quoted) = (tokens[at], tokens.get(at + 1)?, tokens.get(at + 2)?);
    let touches = first.end == sign.start && sign.end == quoted.start;
    if !first.is_word(text, "u") || !sign.is(text, "&") || !touches {
        return None;
    }
    let escapes = tokens.get(at + 3).is_some_and(|word| word.is_word(text, "uescape"));
    let escape = match tokens.get(at + 4) {
        Some(escape) if escapes => escape.of(text).chars().nth(1)?,
        _ => '\\',
    };
    let end = if escapes { at + 4 } else { at + 2 };
    if quoted.kind == TokenKind::Text {
        return Some((quoted.of(text).to_owned(), end));
    }
    let mut made = String::new();
    let mut rest = quoted.of(text);
    while let Some((before, behind)) = rest.split_once(escape) {
        made.push_str(before);
        let (skip, digits) = if behind.starts_with('+') { (1, 6) } else { (0, 4) };
        let letter = behind.get(skip..skip + digits).and_then(|code| u32::from_str_radix(code, 16).ok());
        let Some(letter) = letter.and_then(char::from_u32) else { return Some((quoted.of(text).to_owned(), end)) };
        made.push(letter);
        rest = &behind[skip + digits..];
    }
    made.push_str(rest);
    Some((made, end))
}

/// `CREATE TABLE t (…) AS NODE`: a table of a graph in T-SQL.
fn is_graph_table(text: &str, tokens: &[Token], at: usize) -> bool {
    tokens[at].is_word(text, "as")
        && tokens[0].is_word(text, "create")
        && at > 0
        && (tokens[at - 1].is(text, ")") || tokens[at - 1].is_name())
        && tokens.get(at + 1).is_some_and(|kind| kind.is_word(text, "node") || kind.is_word(text, "edge"))
        && tokens.get(at + 2).is_none_or(|next| next.is_word(text, "on"))
}

/// Whether `AS` stands between the name of a T-SQL column and what it is computed from: `CREATE TABLE t (a int, b AS a + 1)`.
fn is_computed(text: &str, tokens: &[Token], at: usize) -> bool {
    let begins = at > 4 && tokens[0].is_word(text, "create") && tokens[1].is_word(text, "table");
    if !begins || !tokens[at - 1].is_name() || !(tokens[at - 2].is(text, ",") || tokens[at - 2].is(text, "(")) {
        return false;
    }
    // The parenthesis around it is that of the table.
    let mut depth = 0_u32;
    for open in (at.saturating_sub(FAR * 10)..at).rev() {
        if tokens[open].is(text, ")") {
            depth += 1;
        } else if tokens[open].is(text, "(") {
            if depth == 0 {
                return open < 12 && tokens[open - 1].is_name() && !tokens[open - 1].is_word(text, "as");
            }
            depth -= 1;
        }
    }
    false
}

/// `DuckDB`'s `PIVOT (sum(a) FOR b IN (…) GROUP BY c)`: the last token of the clause.
fn grouped_in_pivot(text: &str, tokens: &[Token], at: usize) -> Option<usize> {
    tokens.get(at + 1).filter(|by| by.is_word(text, "by"))?;
    let mut depth = 0_u32;
    for open in (at.saturating_sub(FAR)..at).rev() {
        if tokens[open].is(text, ")") {
            depth += 1;
        } else if tokens[open].is(text, "(") {
            if depth == 0 {
                let pivots = open > 0 && tokens[open - 1].is_word(text, "pivot");
                return if pivots { closing(text, tokens, open).map(|close| close - 1) } else { None };
            }
            depth -= 1;
        }
    }
    None
}

/// `UNION ALL` that a loop of a template leaves before the first query or behind the last: its last token.
fn stray_union(text: &str, tokens: &[Token], at: usize) -> Option<usize> {
    let is = |at: usize, words: &[&str]| {
        tokens.get(at).is_some_and(|token| words.iter().any(|word| token.is_word(text, word)))
    };
    let last = at + usize::from(is(at + 1, &["all", "distinct"]));
    let before = tokens.get(at.checked_sub(1)?)?;
    let leads = (before.is(text, "(") || before.is_word(text, "as"))
        && (is(last + 1, &["select"]) || tokens.get(last + 1).is_some_and(|open| open.is(text, "(")));
    let trails = tokens.get(last + 1).is_none_or(|next| next.is(text, ")")) && ends_operand(text, *before);
    (leads || trails).then_some(last)
}

/// `f(TABLE t)`: whether the word stands before an argument that is a whole relation.
fn is_whole_table(text: &str, tokens: &[Token], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| tokens[before]) else { return false };
    let called = before.is(text, "(") && at > 1 && tokens[at - 2].kind == TokenKind::Word && {
        let name = tokens[at - 2];
        !["as", "in", "exists", "from", "any", "all", "some", "select", "table", "lateral"]
            .iter()
            .any(|word| name.is_word(text, word))
    };
    if !(called || before.is(text, ",") || before.is(text, "=>")) || tokens[0].is_word(text, "create") && at < 6 {
        return false;
    }
    let Some(behind) = behind_name(text, tokens, at + 1) else { return false };
    tokens.get(behind).is_some_and(|end| end.is(text, ",") || end.is(text, ")"))
}

/// Whether the comma or parenthesis at `at` ends such an argument.
fn is_behind_whole_table(text: &str, tokens: &[Token], at: usize) -> bool {
    if at < 3 || !(tokens[at].is(text, ",") || tokens[at].is(text, ")")) || !tokens[at - 1].is_name() {
        return false;
    }
    let mut first = at - 1;
    while first > 2 && tokens[first - 1].is(text, ".") && tokens[first - 2].is_name() {
        first -= 2;
    }
    tokens[first - 1].is_word(text, "table") && is_whole_table(text, tokens, first - 1)
}

/// The token behind T-SQL's `WITH XMLNAMESPACES (…)`, whose prefixes are those of paths in constants.
fn behind_namespaces(text: &str, tokens: &[Token], with: usize) -> Option<usize> {
    tokens.get(with + 1).filter(|word| word.is_word(text, "xmlnamespaces"))?;
    tokens.get(with + 2).filter(|open| open.is(text, "("))?;
    Some(closing(text, tokens, with + 2)? + 1)
}

/// A hyphen at the end of a line, by which sqlplus goes on with the next one.
fn is_continuation(text: &str, tokens: &[Token], at: usize) -> bool {
    tokens[at].is(text, "-")
        && tokens.get(at + 1).is_some_and(|next| {
            let between = &text[tokens[at].end as usize..next.start as usize];
            let line = between.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
            let opens = at > 0 && (tokens[at - 1].is(text, "(") || tokens[at - 1].is(text, ","));
            line && (opens || next.is(text, ",") || next.is(text, ")") || next.is(text, "|"))
        })
}

/// Oracle's old outer join: `(+)`.
fn is_outer_join_mark(text: &str, tokens: &[Token], at: usize) -> bool {
    tokens[at].is(text, "(")
        && tokens.get(at + 1).is_some_and(|plus| plus.is(text, "+"))
        && tokens.get(at + 2).is_some_and(|close| close.is(text, ")"))
}
