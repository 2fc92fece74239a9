//! What a tool replaces in its SQL before it runs it, and formulas that put SQL together.

use super::description::{Macro, Put};
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// Replacements in one text; more are hardly meant.
const MOST: usize = 2_000;

/// The SQL with its macros as the reader of SQL can understand them.
pub(super) fn expanded(piece: SqlText, macros: &[Macro]) -> SqlText {
    macros
        .iter()
        .fold(piece, |piece, one| if one.find.is_match(piece.as_str()) { replaced(&piece, one) } else { piece })
}

fn replaced(piece: &SqlText, one: &Macro) -> SqlText {
    let mut made = SqlText::default();
    let mut copied = 0;
    for found in one.find.captures_iter(piece.as_str()).take(MOST) {
        let Some(whole) = found.get(0) else { continue };
        let place = piece.outer(Span::new(whole.start(), whole.end()));
        made.push_piece(&piece.slice(Span::new(copied, whole.start())));
        for put in &one.put {
            match put {
                Put::Group(at) => {
                    if let Some(group) = found.get(*at) {
                        made.push_piece(&piece.slice(Span::new(group.start(), group.end())));
                    }
                }
                Put::Hole => made.push_hole(place),
                Put::Text(text) => made.push_decoded(text, place),
            }
        }
        copied = whole.end();
    }
    made.push_piece(&piece.slice(Span::new(copied, piece.as_str().len())));
    made
}

/// `="SELECT a " & IIf(x, "b", "c") & " FROM t"` of Visual Basic: its strings, with a hole for everything else.
pub(super) fn formula(piece: &SqlText) -> Option<SqlText> {
    let text = piece.as_str();
    let start = text.len() - text.trim_start().len();
    let rest = text.get(start..)?.strip_prefix('=')?;
    let mut made = SqlText::default();
    let mut at = text.len() - rest.len();
    let mut open = 0_usize;
    let mut hole: Option<usize> = None;
    let bytes = text.as_bytes();
    while at < text.len() {
        match bytes[at] {
            b'"' if open == 0 => {
                if let Some(from) = hole.take() {
                    made.push_hole(piece.outer(Span::new(from, at)));
                }
                let mut from = at + 1;
                at = from;
                loop {
                    let Some(end) = memchr::memchr(b'"', &bytes[at..]).map(|end| at + end) else {
                        at = text.len();
                        made.push_piece(&piece.slice(Span::new(from.min(at), at)));
                        break;
                    };
                    made.push_piece(&piece.slice(Span::new(from, end)));
                    at = end + 1;
                    if bytes.get(at) != Some(&b'"') {
                        break;
                    }
                    // A quote written twice.
                    made.push_decoded("\"", piece.outer(Span::new(end, end + 2)));
                    at += 1;
                    from = at;
                }
                continue;
            }
            b'(' => open += 1,
            b')' => open = open.saturating_sub(1),
            b'&' | b'+' if open == 0 => {
                if let Some(from) = hole.take() {
                    made.push_hole(piece.outer(Span::new(from, at)));
                }
                at += 1;
                continue;
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => {
                hole.get_or_insert(at);
            }
        }
        at += 1;
    }
    if let Some(from) = hole {
        made.push_hole(piece.outer(Span::new(from, text.len())));
    }
    Some(made)
}

#[cfg(test)]
mod tests {
    use super::super::description::DESCRIPTIONS;
    use super::*;

    #[test]
    fn macros_leave_sql() {
        for (format, text, expected) in [
            ("grafana", "WHERE $__timeFilter(created_at)", "WHERE timeFilter(created_at)"),
            ("grafana", "WHERE a = [[host]]", "WHERE a = columnist_hole_0"),
            (
                "jasper",
                "WHERE $X{IN, u.full_name, names} AND b = $P{b}",
                "WHERE u.full_name = columnist_hole_0 AND b = columnist_hole_1",
            ),
            ("jasper", "ORDER BY $P!{order}", "ORDER BY columnist_hole_0"),
            ("metabase", "WHERE true [[AND a = {{a}}]]", "WHERE true AND a = {{a}}"),
        ] {
            let format = DESCRIPTIONS.iter().find(|one| one.name == format).expect("there");
            let found = expanded(SqlText::verbatim(text, 0), &format.macros);
            assert_eq!(found.as_str(), expected);
        }
    }

    #[test]
    fn formulas_are_their_strings() {
        for (text, expected) in [
            ("=\"SELECT a \" & \"FROM t\"", Some("SELECT a FROM t")),
            (
                "= \"SELECT \" & Parameters!x.Value & \" FROM t WHERE b = \"\"c\"\"\"",
                Some("SELECT columnist_hole_0 FROM t WHERE b = \"c\""),
            ),
            ("=Code.Query(\"a\", 1)", Some("columnist_hole_0")),
            ("SELECT 1", None),
            ("=\"SELECT", Some("SELECT")),
        ] {
            let found = formula(&SqlText::verbatim(text, 0));
            assert_eq!(found.as_ref().map(SqlText::as_str), expected, "{text}");
        }
    }
}
