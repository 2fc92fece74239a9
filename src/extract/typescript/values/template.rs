//! Templates that hold SQL: which of their holes stand where a column is written.

/// Words that begin a part of a statement in which nothing is assigned.
const CLAUSES: &[&str] =
    &["where", "from", "returning", "values", "select", "on", "conflict", "having", "order", "group", "when", "join"];

/// A list in parentheses begins at most so many tokens behind `INTO`.
const BEHIND_INTO: usize = 4;

/// For each hole of a template whether it names a column that is written: in the list of an `INSERT`, on the left side of a
/// `SET`. `pieces` are the texts before, between and behind the holes.
pub(super) fn written(pieces: &[&str]) -> Vec<bool> {
    let mut found = Vec::new();
    let (mut is_set, mut word, mut behind_into) = (false, String::new(), None);
    // For each open parenthesis whether it holds the columns of an insert.
    let mut open: Vec<bool> = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        for token in tokens(piece) {
            match token {
                "(" => open.push(behind_into.take().is_some_and(|count| (1..=BEHIND_INTO).contains(&count))),
                ")" => drop(open.pop()),
                token => {
                    let lower = token.to_ascii_lowercase();
                    behind_into = match lower.as_str() {
                        "into" if matches!(word.as_str(), "insert" | "replace" | "ignore") => Some(0),
                        _ => behind_into.map(|count| count + 1),
                    };
                    match lower.as_str() {
                        "set" => is_set = true,
                        lower if CLAUSES.contains(&lower) => is_set = false,
                        _ => {}
                    }
                    word = lower;
                }
            }
        }
        if let Some(next) = pieces.get(at + 1) {
            behind_into = behind_into.map(|count| count + 1);
            let is_assigned = next.trim_start().strip_prefix('=').is_some_and(|rest| !rest.starts_with(['=', '>']));
            found.push(open.last().copied().unwrap_or(false) || (is_set && is_assigned));
        }
    }
    found
}

/// Words and single marks.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let end = if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (token, after) = rest.split_at(end);
        rest = after;
        Some(token)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_written_where_columns_are_assigned() {
        for (text, expected) in [
            ("insert into ? (?, ?) values (?, ?)", "-ww--"),
            ("INSERT INTO s.t (?) SELECT ? FROM t", "w-"),
            ("update ? set ? = ?, ? = ? + 1 where ? = ?", "-w-w---"),
            ("insert into t (?) values (1) on conflict (?) do update set ?=?", "w-w-"),
            ("select ? from ? where ? = ?", "----"),
            ("x => ? == ?", "--"),
        ] {
            let pieces: Vec<&str> = text.split('?').collect();
            let found: String = written(&pieces).iter().map(|is| if *is { 'w' } else { '-' }).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
