//! Names of a statement's parameter: in `#{…}`, `${…}` and the conditions of dynamic elements.

use super::dynamic::Named;
use crate::extract::sql::text::SqlText;
use crate::model::name::Ident;
use crate::model::span::Span;

/// Words of `MyBatis`' expression language (OGNL).
const WORDS: &[&str] = &[
    "and",
    "or",
    "not",
    "null",
    "true",
    "false",
    "eq",
    "neq",
    "lt",
    "gt",
    "lte",
    "gte",
    "in",
    "instanceof",
    "new",
    "shl",
    "shr",
    "band",
    "bor",
    "xor",
    "this",
    "_parameter",
    "_databaseId",
];

/// A variable of a statement, with the collection that it goes through, if that is a name.
pub(in crate::extract) type Local = (String, Option<String>);

/// The property paths in an expression that stands at byte `start` of `base`. Variables of the statement itself are
/// `locals`.
pub(super) fn in_expression(text: &str, start: u32, base: &SqlText, locals: &[Local], found: &mut Vec<Named>) {
    let bytes = text.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'\'' | b'"') => {
                at = memchr::memchr(quote, &bytes[at + 1..]).map_or(bytes.len(), |length| at + length + 2);
            }
            // `@class@member`
            b'@' => at += 1 + bytes[at + 1..].iter().take_while(|&&byte| is_word(byte) || byte == b'.').count(),
            b'&' => {
                let entity = bytes[at + 1..].iter().take_while(|&&byte| is_word(byte) || byte == b'#').count();
                at += 1 + entity;
            }
            byte if byte.is_ascii_digit() => {
                at += bytes[at..].iter().take_while(|&&byte| is_word(byte) || byte == b'.').count();
            }
            byte if is_word(byte) => {
                let length = bytes[at..].iter().take_while(|&&byte| is_word(byte) || byte == b'.').count();
                let is_call = bytes[at + length..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'(');
                let path = &text[at..at + length];
                let path = if is_call { path.rsplit_once('.').map_or("", |(before, _)| before) } else { path };
                found.extend(path_at(path, start + at as u32, base, locals));
                at += length;
            }
            _ => at += 1,
        }
    }
}

/// The property path at the start of what stands between the braces of `#{…}`.
pub(in crate::extract) fn in_braces(text: &str, start: u32, base: &SqlText, locals: &[Local], found: &mut Vec<Named>) {
    let path = text.split([',', ':', '[', '(', ' ']).next().unwrap_or("");
    found.extend(path_at(path, start, base, locals));
}

/// The names on a path, each with what stands before it; what a loop's variable stands for is put in its place.
fn path_at(path: &str, start: u32, base: &SqlText, locals: &[Local]) -> Vec<Named> {
    /// Longer paths are not followed to their end.
    const LONGEST: usize = 8;
    let (path, start) = match path.strip_prefix("_parameter.") {
        Some(rest) => (rest, start + (path.len() - rest.len()) as u32),
        None => (path, start),
    };
    let first = path.split('.').next().unwrap_or("");
    if first.is_empty() || WORDS.contains(&first) {
        return Vec::new();
    }
    let local = locals.iter().rev().find(|(local, _)| local == first);
    let mut before: Vec<Ident> = Vec::new();
    let mut found = Vec::new();
    let mut at = start;
    for (step, name) in path.split('.').take(LONGEST).enumerate() {
        let span = base.outer(Span { start: at, end: at + name.len() as u32 });
        at += name.len() as u32 + 1;
        match (step, local) {
            (0, Some((_, None))) => return Vec::new(),
            (0, Some((_, Some(collection)))) => before.push(Ident::bare(collection.as_str())),
            _ if name.is_empty() => break,
            _ => {
                found.push(Named { qualifier: before.clone(), name: Ident::bare(name), span });
                before.push(Ident::bare(name));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_name_properties() {
        for (text, expected) in [
            ("fullName != null and fullName != ''", "fullName fullName"),
            ("params.beginTime != 'x y' or 1.5 lt a", "params params.beginTime a"),
            ("ids != null &amp;&amp; ids.size() > 0", "ids ids"),
            ("@a.b.C@isEmpty(name)", "name"),
            ("_parameter.id == item.id", "id"),
            ("one.id", "all.id"),
        ] {
            let mut found = Vec::new();
            in_expression(
                text,
                0,
                &SqlText::verbatim(text, 0),
                &[("item".to_owned(), None), ("one".to_owned(), Some("all".to_owned()))],
                &mut found,
            );
            let shown: Vec<String> = found
                .iter()
                .map(|named| {
                    assert_eq!(named.span.of(text), &*named.name.text, "{text}");
                    named.qualifier.iter().chain([&named.name]).map(ToString::to_string).collect::<Vec<_>>().join(".")
                })
                .collect();
            assert_eq!(shown.join(" "), expected, "{text}");
        }
    }
}
