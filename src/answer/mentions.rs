//! Every mention accounted for: each line on which a spelling of the column stands gets one verdict.

use std::collections::BTreeMap;

use super::literal::literal_around;
use super::matching::{Judgement, Targets};
use super::unproved::Unproved;
use crate::discover::config::FILE_NAME;
use crate::extract::format_of;
use crate::link::search::Spellings;
use crate::link::store::Store;
use crate::link::system::System;
use crate::model::answer::{Mention, MentionVerdict};
use crate::model::facts::TokenKind;
use crate::model::source::{Context, FileId, has_ending};
use crate::model::span::Span;

/// What the uses of a file say of the words that they stand on, by the word's first byte.
pub type Judged = BTreeMap<u32, (Span, Judgement)>;

/// The mentions of one file, in order of their lines.
pub(super) fn mentions(
    system: &System<'_, '_>,
    targets: &Targets<'_>,
    id: FileId,
    spellings: &Spellings,
    judged: &Judged,
    unproved: &Unproved<'_, '_, '_>,
) -> Vec<Mention> {
    let store = system.store;
    let relation = targets.relation_name();
    let elsewhere = !system.database.is_used_by(id);
    let (text, lines) = (store.text(id), store.lines(id));
    let mut found: Vec<Mention> = Vec::new();
    for (start, end) in spellings.find_in(text) {
        let span = Span::new(start, end);
        let (verdict, why) = if elsewhere {
            (MentionVerdict::OtherColumn, "its source uses another database".to_owned())
        } else {
            match judge(store, &relation, id, span, judged) {
                (MentionVerdict::Unresolved, why) => {
                    unproved.judge(id, span).unwrap_or((MentionVerdict::Unresolved, why))
                }
                told => told,
            }
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

fn judge(store: &Store<'_>, relation: &str, id: FileId, span: Span, judged: &Judged) -> (MentionVerdict, String) {
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
        TokenKind::Record => not_code("a record or drawing of the schema, which nothing reads the column by"),
        TokenKind::SqlOther => not_code("a constant, alias or other name in SQL"),
        TokenKind::Text => {
            let (before, after) = literal_around(store.text(id), span);
            let unresolved = |why: &str| (MentionVerdict::Unresolved, why.to_owned());
            let word = span.of(store.text(id));
            if is_name_list(&[before, word, after].concat()) {
                unresolved("a list of names in a string")
            } else if is_qualified_by(before, relation) {
                unresolved("in a string, behind the table's name")
            } else if is_compared(after) {
                unresolved("in a string, compared with something")
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
        TokenKind::Unread if is_translation(&file.repository_path) => not_code("a translation"),
        TokenKind::Unread
            if is_data(&file.repository_path)
                && !names_relation(store.text(id), relation)
                && !is_called(&file.repository_path, relation) =>
        {
            not_code("data or style of a file that does not name the table")
        }
        TokenKind::Unread if file.context == Context::Test && has_ending(&file.repository_path, "json") => {
            not_code("data of a test")
        }
        TokenKind::Unread if file.repository_path.rsplit('/').next() == Some(FILE_NAME) => {
            not_code("columnist's own settings")
        }
        TokenKind::Unread if format_of(&file.repository_path, "").is_some() => {
            (MentionVerdict::Unresolved, "in a document that does not say what its names are".to_owned())
        }
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

/// Folders of texts of an interface in other languages.
const TRANSLATIONS: &[&str] = &["i18n", "locale", "locales", "translations", "translation", "lang", "langs", "l10n"];

/// Whether the file is of a format, or in a folder, that holds texts of an interface in other languages.
fn is_translation(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is = |known: &&str| ending.eq_ignore_ascii_case(known);
    let in_folder = || {
        let mut folders = path.rsplit('/').skip(1);
        folders.any(|folder| TRANSLATIONS.iter().any(|known| folder.eq_ignore_ascii_case(known)))
    };
    ["po", "pot", "xlf", "xliff", "arb", "resx", "strings"].iter().any(is)
        || (["json", "json5", "yaml", "yml", "properties", "toml", "ini"].iter().any(is) && in_folder())
}

/// Whether the file is of a format that holds data, styles or interfaces, and runs nothing.
fn is_data(path: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "json",
        "json5",
        "jsonl",
        "ndjson",
        "geojson",
        "yaml",
        "yml",
        "toml",
        "ini",
        "cfg",
        "css",
        "scss",
        "sass",
        "less",
        "svg",
        "proto",
        "csv",
        "tsv",
        "po",
        "pot",
        "properties",
        "snap",
        "lock",
        "map",
        "strings",
        "arb",
        "resx",
        "env",
        "graphql",
        "gql",
        "avsc",
        "thrift",
    ];
    let ending = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, ending)| ending);
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// Whether the relation's name stands in the text as a word.
fn names_relation(text: &str, relation: &str) -> bool {
    !relation.is_empty() && crate::link::search::Words::new([relation]).is_in(text)
}

/// Whether a file or a folder is called like the relation: `users.json`, `users/1.json`, `export-of-users.csv`. What longer
/// names of folders speak of is not what their files hold.
fn is_called(path: &str, relation: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    names_relation(name, relation) || folders.split('/').any(|folder| folder.eq_ignore_ascii_case(relation))
}

/// `… users.` before the word.
fn is_qualified_by(before: &str, relation: &str) -> bool {
    let Some(rest) = before.strip_suffix('.') else { return false };
    let name = rest.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
    !relation.is_empty() && name.eq_ignore_ascii_case(relation)
}

/// What follows the word compares it or sorts by it, as conditions and orders of SQL do.
fn is_compared(after: &str) -> bool {
    let rest = after.trim_start();
    if rest.starts_with("==") || rest.starts_with("=>") || rest.starts_with("=\"") {
        return false;
    }
    if rest.starts_with(['=', '<', '>']) || rest.starts_with("!=") {
        // `name=value` is a link or a log line more often than a condition.
        let value = rest.trim_start_matches(['=', '<', '>', '!']).trim_start();
        return rest.len() < after.len() || value.is_empty() || value.starts_with(['?', ':', '$', '%', '@', '#']);
    }
    let mut words = rest.split_whitespace();
    let (first, second) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let second = second.to_ascii_lowercase();
    rest.len() < after.len()
        && match first.to_ascii_lowercase().as_str() {
            "is" => matches!(&*second, "null" | "not" | "true" | "false"),
            "in" => second.starts_with('('),
            "not" => matches!(&*second, "in" | "like" | "ilike" | "between"),
            "asc" | "desc" | "ilike" | "between" => true,
            "like" => first == "LIKE",
            other => other.starts_with("in("),
        }
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

    #[test]
    fn conditions_in_strings_are_no_prose() {
        for (after, expected) in [
            (" = ?", true),
            (" = 'x'", true),
            ("=?", true),
            ("=%s and more", true),
            ("=1&page=2", false),
            (" IS NULL", true),
            (" is missing", false),
            (" in the list", false),
            (" IN (?)", true),
            (" desc", true),
            (" not in (1)", true),
            (" not found", false),
            (": must be set", false),
            ("", false),
        ] {
            assert_eq!(is_compared(after), expected, "{after}");
        }
        assert!(is_qualified_by("order by users.", "Users"));
        assert!(!is_qualified_by("order by super_users.", "users"));
    }
}
