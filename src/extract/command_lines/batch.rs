//! Batch files of Windows: `^` goes on with the next line, `rem` and `::` are comments.

use super::{Carried, lines};
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// What a batch file runs.
pub(super) fn carried(text: &str) -> Carried {
    let mut carried = Carried::default();
    let mut script = SqlText::default();
    for (start, line) in lines(text) {
        let said = line.trim_start_matches(['@', ' ', '\t']);
        let at = start + line.len() - said.len();
        let first = said.split_whitespace().next().unwrap_or("");
        if first.eq_ignore_ascii_case("rem") || said.starts_with("::") {
            carried.comments.push(Span::new(at, at + said.len()));
            continue;
        }
        let kept = said.trim_end().strip_suffix('^');
        // A backslash is no escape here.
        let mut from = 0;
        let shown = kept.unwrap_or(said);
        for (slash, _) in shown.match_indices('\\') {
            script.push(&shown[from..slash], at + from);
            script.push_decoded("/", Span::new(at + slash, at + slash + 1));
            from = slash + 1;
        }
        script.push(&shown[from..], at + from);
        let end = Span::new(at + said.len(), at + said.len());
        script.push_decoded(if kept.is_some() { " " } else { "\n" }, end);
    }
    carried.shell.push(script);
    carried
}
