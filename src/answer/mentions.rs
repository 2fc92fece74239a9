//! Every mention accounted for: each line on which a spelling of the column stands gets one verdict.

use std::collections::BTreeMap;

use super::matching::Judgement;
use crate::link::search::Spellings;
use crate::link::store::Store;
use crate::link::system::System;
use crate::model::answer::{Mention, MentionVerdict};
use crate::model::facts::TokenKind;
use crate::model::source::{Context, FileId};
use crate::model::span::Span;

/// What the uses of a file say of the words that they stand on, by the word's first byte.
pub type Judged = BTreeMap<u32, (Span, Judgement)>;

/// The mentions of one file, in order of their lines.
pub fn mentions(system: &System<'_, '_>, id: FileId, spellings: &Spellings, judged: &Judged) -> Vec<Mention> {
    let store = system.store;
    let elsewhere = !system.database.is_used_by(id);
    let (text, lines) = (store.text(id), store.lines(id));
    let mut found: Vec<Mention> = Vec::new();
    for (start, end) in spellings.find_in(text) {
        let span = Span::new(start, end);
        let (verdict, why) = if elsewhere {
            (MentionVerdict::OtherColumn, "its source uses another database".to_owned())
        } else {
            judge(store, id, span, judged)
        };
        let line = lines.line_of(span.start) as u32 + 1;
        let mention = || Mention {
            path: store.file(id).path.clone(),
            line,
            text: text[start..end].to_owned(),
            verdict,
            why: why.clone(),
        };
        match found.last_mut() {
            Some(last) if last.line == line => {
                if rank(verdict) > rank(last.verdict) {
                    *last = mention();
                }
            }
            _ => found.push(mention()),
        }
    }
    found
}

/// Which of two verdicts on one line counts for the line.
fn rank(verdict: MentionVerdict) -> u8 {
    match verdict {
        MentionVerdict::Reference => 4,
        MentionVerdict::Unresolved => 3,
        MentionVerdict::OtherColumn => 2,
        MentionVerdict::Value => 1,
        MentionVerdict::NotCode => 0,
    }
}

fn judge(store: &Store<'_>, id: FileId, span: Span, judged: &Judged) -> (MentionVerdict, String) {
    if let Some((_, (place, judgement))) = judged.range(..=span.start).next_back()
        && place.contains(span)
    {
        return match judgement {
            Judgement::Reference(found) => (MentionVerdict::Reference, found.why.clone()),
            Judgement::OtherColumn(whose) => (MentionVerdict::OtherColumn, whose.clone()),
            Judgement::Value(why) => (MentionVerdict::Value, why.clone()),
            Judgement::Unresolved(why) => (MentionVerdict::Unresolved, why.clone()),
        };
    }
    let facts = store.facts(id);
    let file = store.file(id);
    let in_statement = || facts.statements.iter().any(|statement| statement.span.contains(span));
    let not_code = |why: &str| (MentionVerdict::NotCode, why.to_owned());
    match facts.token_at(span.start) {
        TokenKind::Comment => not_code("a comment"),
        TokenKind::Prose => not_code("prose"),
        TokenKind::SqlOther => not_code("a constant, alias or other name in SQL"),
        TokenKind::Text => {
            if is_name_list(literal_around(store.text(id), span)) {
                (MentionVerdict::Unresolved, "a list of names in a string".to_owned())
            } else {
                not_code("text of a string")
            }
        }
        TokenKind::Property => {
            (MentionVerdict::Unresolved, "a property whose object is not known to be a row".to_owned())
        }
        _ if in_statement() => not_code("a constant, alias or other name in SQL"),
        TokenKind::Symbol => not_code("another symbol"),
        TokenKind::Unread if file.context == Context::Docs => not_code("documentation"),
        TokenKind::Unread => {
            (MentionVerdict::Unresolved, format!("columnist does not read {}", format_name(&file.repository_path)))
        }
    }
}

fn format_name(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((_, extension)) if !extension.is_empty() => format!(".{extension} files"),
        _ => format!("`{name}`"),
    }
}

/// The text between the nearest quotes around `span`, on its line.
fn literal_around(text: &str, span: Span) -> &str {
    let quote = |c: char| matches!(c, '"' | '\'' | '`' | '\n');
    let start = text[..span.start as usize].rfind(quote).map_or(0, |at| at + 1);
    let end = text[span.end as usize..].find(quote).map_or(text.len(), |at| span.end as usize + at);
    &text[start..end]
}

/// `id, full_name, u.email`: names with commas between them and nothing else.
fn is_name_list(text: &str) -> bool {
    let name = |part: &str| {
        let part = part.trim();
        !part.is_empty()
            && part.split_whitespace().count() <= 3
            && part.chars().all(|c| c.is_alphanumeric() || "_.* ".contains(c))
    };
    text.contains(',')
        && text
            .split(',')
            .filter(|part| !part.trim().is_empty())
            .all(|part| name(part) && part.split_whitespace().count() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_names_is_no_sentence() {
        assert!(is_name_list("id, full_name, u.email"));
        assert!(is_name_list("full_name,"));
        assert!(!is_name_list("Hello, your full_name is missing"));
        assert!(!is_name_list("full_name"));
    }
}
