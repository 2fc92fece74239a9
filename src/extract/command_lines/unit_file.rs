//! systemd's services and Procfiles.

use super::{Carried, lines};
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// What a `.service` runs.
/// <https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html>
pub(super) fn carried(text: &str) -> Carried {
    let mut carried = Carried::default();
    let mut rest = lines(text);
    while let Some((start, line)) = rest.next() {
        let said = line.trim_start();
        if said.starts_with(['#', ';']) {
            carried.comments.push(Span::new(start + line.len() - said.len(), start + line.len()));
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        if !key.trim().starts_with("Exec") {
            continue;
        }
        let value = value.trim_start_matches([' ', '@', '-', '+', '!', ':']);
        let mut command = SqlText::verbatim(value, start + line.len() - value.len());
        let mut last = line;
        while last.ends_with('\\') {
            let Some((next_start, next)) = rest.next() else { break };
            command.push_decoded("\n", Span::new(next_start, next_start));
            command.push(next, next_start);
            last = next;
        }
        carried.shell.push(command);
    }
    carried
}

/// `name: command`, a line each.
pub(super) fn procfile(text: &str) -> Carried {
    let mut carried = Carried::default();
    for (start, line) in lines(text) {
        if line.starts_with('#') {
            carried.comments.push(Span::new(start, start + line.len()));
        } else if let Some((_, command)) = line.split_once(": ") {
            carried.shell.push(SqlText::verbatim(command, start + line.len() - command.len()));
        }
    }
    carried
}
