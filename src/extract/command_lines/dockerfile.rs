//! Dockerfiles: `RUN`, `CMD`, `ENTRYPOINT`, health checks, in both forms, and files written by `COPY <<`.

use super::{Carried, json, lines, quoted};
use crate::extract::sql::text::SqlText;
use crate::model::source::has_ending;
use crate::model::span::Span;

/// What a Dockerfile holds.
pub(super) fn carried(text: &str) -> Carried {
    let mut carried = Carried::default();
    let mut rest = lines(text).peekable();
    while let Some((start, line)) = rest.next() {
        let said = line.trim_start();
        if said.starts_with('#') {
            carried.comments.push(Span::new(start + line.len() - said.len(), start + line.len()));
            continue;
        }
        let mut at = line.len() - said.len();
        let word = said.split_whitespace().next().unwrap_or("");
        at += word.len();
        let mut instruction = word.to_ascii_uppercase();
        if instruction == "ONBUILD" || instruction == "HEALTHCHECK" {
            let Some(found) = find_word(&line[at..], &["RUN", "CMD", "ENTRYPOINT"]) else { continue };
            at += found.1;
            found.0.clone_into(&mut instruction);
        }
        let runs = matches!(instruction.as_str(), "RUN" | "CMD" | "ENTRYPOINT");
        // The instruction's own lines: comments between them are none of it.
        let mut body = SqlText::default();
        while let Some(option) = line[at..].trim_start().strip_prefix("--") {
            let blank = line[at..].len() - line[at..].trim_start().len();
            at += blank + 2 + option.split_whitespace().next().map_or(0, str::len);
        }
        body.push(&line[at..], start + at);
        let mut last = line;
        while last.trim_end().ends_with('\\') {
            let Some((next_start, next)) = rest.next() else { break };
            if next.trim_start().starts_with('#') || next.trim().is_empty() {
                continue;
            }
            body.push_decoded("\n", Span::new(next_start, next_start));
            body.push(next, next_start);
            last = next;
        }
        let document = document_tag(body.as_str());
        let mut inside = SqlText::default();
        if let Some(tag) = &document {
            for (next_start, next) in rest.by_ref() {
                if next.trim() == tag {
                    break;
                }
                inside.push(next, next_start);
                inside.push_decoded("\n", Span::new(next_start + next.len(), next_start + next.len()));
            }
        }
        let shown = body.as_str().trim();
        match document {
            Some(tag) if runs => {
                if shown.starts_with("<<") {
                    carried.shell.push(inside);
                } else {
                    body.push_decoded("\n", Span::default());
                    body.push_piece(&inside);
                    body.push_decoded(&tag, Span::default());
                    carried.shell.push(body);
                }
            }
            Some(_) if has_ending(shown, "sql") => carried.scripts.push(inside),
            Some(_) if has_ending(shown, "sh") || shown.contains("cron") => carried.shell.push(inside),
            Some(_) => carried.values.push(inside),
            None if runs && shown.starts_with('[') => match json::words(&body) {
                Some(words) => carried.shell.push(quoted(&words)),
                None => carried.shell.push(body),
            },
            None if runs => carried.shell.push(body),
            None => {}
        }
    }
    carried
}

fn find_word<'w>(line: &str, words: &[&'w str]) -> Option<(&'w str, usize)> {
    let found = words.iter().filter_map(|word| {
        let at = line.find(&format!(" {word} ")).or_else(|| line.find(&format!(" {word}[")))?;
        Some((*word, at + 1 + word.len()))
    });
    found.min_by_key(|(_, at)| *at)
}

/// The tag of a here-document that an instruction opens.
fn document_tag(body: &str) -> Option<String> {
    let (before, rest) = body.split_once("<<")?;
    if before.ends_with('<') || rest.starts_with('<') {
        return None;
    }
    let rest = rest.trim_start_matches('-').trim_start();
    let tag: String =
        rest.trim_start_matches(['"', '\'']).chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!tag.is_empty()).then_some(tag)
}
