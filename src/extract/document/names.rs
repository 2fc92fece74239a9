//! Names of tables and columns as documents write them.

use super::tree::{At, Word};
use crate::model::span::Span;

/// Whether a scalar says something.
pub(super) fn says(word: &Word<'_>) -> bool {
    !matches!(word.written().trim(), "" | "null" | "~" | "None")
}

/// A table's name: `shop.users`, `[database, schema, users]`, `{schema: shop, name: users}`.
pub(super) fn table_name(at: At<'_>) -> Option<Vec<(String, Span)>> {
    let unquoted = |text: &str| text.trim().trim_matches(['"', '`', '[', ']']).to_owned();
    if at.is_list() {
        // A path without schema has nothing there.
        let items: Vec<At<'_>> = at.items().collect();
        let all_words = items.len() >= 2 && items.iter().all(|item| item.word().is_some());
        let named = items.iter().skip(1).filter_map(|item| item.word()).filter(says);
        let parts: Vec<(String, Span)> = named.map(|word| (unquoted(&word.value()), word.span())).collect();
        return (all_words && !parts.is_empty() && parts.iter().all(|(part, _)| !part.is_empty())).then_some(parts);
    }
    if let (true, Some(name)) = (at.is_map(), at.get("name").and_then(At::word)) {
        let schema = at.get("schema").and_then(At::word).filter(says);
        let word = |word: Word<'_>| (unquoted(&word.value()), word.span());
        return Some(schema.into_iter().chain([name]).map(word).collect());
    }
    let word = at.word().filter(says)?;
    let (text, span) = (word.value().trim().to_owned(), word.span());
    let parts: Vec<(String, Span)> = text.split('.').map(|part| (unquoted(part), span)).collect();
    let is_whole = |part: &(String, Span)| !part.0.is_empty() && !part.0.contains([' ', '(', '{', '$', ',']);
    parts.iter().all(is_whole).then_some(parts)
}

/// Names with commas between them; escapes of regular expressions are undone.
pub(super) fn names_of(word: Word<'_>) -> Vec<(String, Span)> {
    let piece = word.text();
    let text = piece.as_str();
    let mut found = Vec::new();
    let mut at = 0;
    for part in text.split([',', ';']) {
        let name = part.trim();
        let start = at + (part.len() - part.trim_start().len());
        at += part.len() + 1;
        // `public.orders:id` names a key of a table.
        let name = name.split(':').next().unwrap_or(name);
        if !name.is_empty() {
            let span = piece.outer(Span::new(start, start + name.len()));
            found.push((name.replace("\\.", ".").replace(['"', '`'], ""), span));
        }
    }
    found
}

/// The columns that a scalar names: one, or plain names with commas between them.
pub(super) fn columns_of(word: Word<'_>) -> Vec<(String, Span)> {
    let value = word.value().trim().to_owned();
    let is_plain = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if value.contains(',') && value.split(',').all(|name| is_plain(name.trim())) {
        return names_of(word);
    }
    vec![(value, word.span())]
}

pub(super) fn is_name(part: &str) -> bool {
    !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '))
}
