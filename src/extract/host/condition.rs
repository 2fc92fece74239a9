//! Strings that look like a condition over a column, or a function of one: `status = ?`, `lower(name) LIKE $1`.
//!
//! By itself such a string is no SQL for sure, and it may well end up in some: it must not be taken for prose.

use super::tokens::is_dotted_name;

/// Words between a column and what it is compared to.
const OPERATORS: &[&str] = &["like", "ilike", "rlike", "regexp", "similar", "in", "is", "between", "not"];

/// Longest string that is looked at.
const LONGEST: usize = 1000;

/// Whether `text` may be a condition of a statement that is put together elsewhere.
pub fn is_condition(text: &str) -> bool {
    let text = text.trim();
    if text.len() > LONGEST {
        return false;
    }
    let mut rest = text;
    for word in ["where", "and", "or", "on", "having", "not"] {
        rest = without_word(rest, word);
    }
    rest = rest.trim_start_matches(['(', ' ']);
    let Some((operand, rest, is_call)) = operand(rest) else { return false };
    let rest = rest.trim_start();
    if rest.trim_start_matches(')').is_empty() {
        return is_call;
    }
    is_dotted_name(operand) && is_comparison(rest)
}

fn without_word<'t>(text: &'t str, word: &str) -> &'t str {
    match text.split_once(char::is_whitespace) {
        Some((first, rest)) if first.eq_ignore_ascii_case(word) => rest.trim_start(),
        _ => text,
    }
}

/// The name that `text` begins with, out of the functions around it, what follows, and whether there was a function.
fn operand(text: &str) -> Option<(&str, &str, bool)> {
    let stops = |c: char| !(c.is_alphanumeric() || "_.\"`[]".contains(c));
    let mut rest = text;
    let mut calls = 0;
    loop {
        let end = rest.find(stops).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.is_empty() {
            return None;
        }
        match after.strip_prefix('(') {
            Some(inside) if calls < 4 && is_dotted_name(name) => {
                calls += 1;
                rest = inside.trim_start();
            }
            Some(_) => return None,
            None if calls == 0 => return Some((name, after, false)),
            None => {
                let close = after.rfind(')')?;
                // What stands between the name and the last bracket are other arguments.
                let arguments = &after[..close];
                let outer = after[close + 1..].trim_start();
                let plain = arguments.trim_start().is_empty() || arguments.trim_start().starts_with([',', ')', ':']);
                return (plain && is_dotted_name(name)).then_some((name, outer, true));
            }
        }
    }
}

/// Whether `text` starts with an operator and with something that may stand behind it.
fn is_comparison(text: &str) -> bool {
    let symbols = text.len() - text.trim_start_matches(['=', '<', '>', '!', '~', '@', '|', '&']).len();
    if symbols > 0 {
        let value = text[symbols..].trim_start();
        let first = value.chars().next();
        let name = value.trim_end_matches(')');
        return symbols <= 3
            && (first.is_none_or(|first| first.is_ascii_digit() || "?$:@%{'\"(#".contains(first))
                || is_dotted_name(name));
    }
    let mut words = text.split_ascii_whitespace();
    let operator = words.next().unwrap_or("");
    let known = OPERATORS.iter().find(|known| operator.eq_ignore_ascii_case(known));
    let next = words.next().unwrap_or("");
    let is_value = next.starts_with(|c: char| c.is_ascii_digit() || "?$:@%{'\"(#".contains(c));
    let is_any = |known: &[&str]| known.iter().any(|word| next.eq_ignore_ascii_case(word));
    match known {
        Some(&"is") => is_any(&["null", "not", "true", "false", "distinct"]) || is_value,
        Some(&"not") => is_any(&["in", "like", "ilike", "between"]),
        Some(&"in") => is_value || next.is_empty() || is_any(&["any"]),
        Some(_) => is_value || is_any(&["to"]),
        // `in(?)`
        None => operator.to_ascii_lowercase().starts_with("in("),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_and_sentences() {
        for text in [
            "full_name = ?",
            "u.full_name = $1",
            "`memo`.`id` = :id",
            " AND full_name <> 'x'",
            "full_name LIKE %s",
            "full_name IS NULL",
            "full_name IN (%s)",
            "full_name in(?)",
            "full_name NOT IN (?)",
            "LOWER(full_name) = ?",
            "coalesce(lower(full_name), '') = ?",
            "count(full_name)",
            "(full_name = ? OR x = 1)",
            "a.full_name = b.full_name",
            "full_name >=",
            "full_name BETWEEN ? AND ?",
            "\"full_name\" = @p",
        ] {
            assert!(is_condition(text), "{text}");
        }
        for text in [
            "",
            "hello",
            "the name is missing",
            "name is missing",
            "value in range",
            "looks like rain",
            "a-b",
            "x => y z",
            "Hello, world (and more)",
            "see foo(bar baz) there",
            "not found",
            "= ?",
            "((((((((",
        ] {
            assert!(!is_condition(text), "{text}");
        }
    }
}
