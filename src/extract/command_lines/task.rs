//! Tasks of the Windows Task Scheduler, as it exports them.
//! <https://learn.microsoft.com/en-us/windows/win32/taskschd/task-scheduler-schema>

use super::Carried;
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// Whether XML is such a task.
pub(super) fn is_task(head: &str) -> bool {
    head.contains("schemas.microsoft.com/windows/2004/02/mit/task")
}

/// What a task runs: each command with the arguments that follow it.
pub(super) fn carried(text: &str) -> Carried {
    let mut carried = Carried::default();
    let mut at = 0;
    while let Some((command, after)) = element(text, at, "Command") {
        let mut line = decoded(text, command);
        at = after;
        let next = text[at..].find("<Command>").map_or(text.len(), |next| at + next);
        if let Some((arguments, after)) = element(&text[..next], at, "Arguments") {
            line.push_decoded(" ", Span::new(arguments.start as usize, arguments.start as usize));
            line.push_piece(&decoded(text, arguments));
            at = after;
        }
        carried.shell.push(line);
    }
    carried
}

/// The text of the next element of this name, and where it ends.
pub(in crate::extract) fn element(text: &str, from: usize, name: &str) -> Option<(Span, usize)> {
    let open = format!("<{name}>");
    let start = from + text.get(from..)?.find(&open)? + open.len();
    let end = start + text[start..].find(&format!("</{name}>"))?;
    Some((Span::new(start, end), end + name.len() + 3))
}

/// The text without its entities; a backslash of a path is a slash.
fn decoded(text: &str, span: Span) -> SqlText {
    const ENTITIES: &[(&str, &str)] =
        &[("&quot;", "\""), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("\\", "/")];
    let (start, inside) = (span.start as usize, span.of(text));
    let mut piece = SqlText::default();
    let (mut from, mut at) = (0, 0);
    while let Some(found) = inside[at..].find(['&', '\\']) {
        at += found;
        let entity = ENTITIES.iter().find(|(written, _)| inside[at..].starts_with(written));
        let Some((written, meant)) = entity else {
            at += 1;
            continue;
        };
        piece.push(&inside[from..at], start + from);
        piece.push_decoded(meant, Span::new(start + at, start + at + written.len()));
        at += written.len();
        from = at;
    }
    piece.push(&inside[from..], start + from);
    piece
}
