//! `package.json` and `composer.json`: their scripts; and strings of JSON in general, with their places.

use super::Carried;
use crate::extract::sql::text::SqlText;
use crate::model::facts::{Unit, UnitKind};
use crate::model::span::Span;

/// What the `scripts` of a package hold.
pub(super) fn carried(text: &str) -> Carried {
    let mut carried = Carried::default();
    let source = SqlText::verbatim(text, 0);
    let Some(start) = text.find("\"scripts\"") else { return carried };
    // Keys and values in turn, up to the brace that closes; a value may be a list.
    let (mut at, mut depth) = (start + "\"scripts\"".len(), 0_usize);
    let mut key: Option<(String, usize)> = None;
    let mut is_key = true;
    while let Some(&byte) = text.as_bytes().get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            b':' => is_key = false,
            b',' if depth == 1 => is_key = true,
            b'"' => {
                let (word, end) = string(&source, at);
                if depth == 0 {
                    break;
                }
                if is_key && depth == 1 {
                    key = Some((word.as_str().to_owned(), at));
                } else {
                    if let Some((name, from)) = &key {
                        let span = Span::new(*from, end);
                        carried.units.push(Unit { name: name.clone(), kind: UnitKind::Function, span });
                    }
                    carried.shell.push(word);
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    carried
}

/// The strings of a JSON list; `None` when it is none.
pub(super) fn words(list: &SqlText) -> Option<Vec<SqlText>> {
    let text = list.as_str();
    let mut at = text.find('[')? + 1;
    let mut found = Vec::new();
    loop {
        match text.as_bytes().get(at)? {
            b']' => return Some(found),
            b'"' => {
                let (word, end) = string(list, at);
                found.push(word);
                at = end;
            }
            b',' | b' ' | b'\t' | b'\n' | b'\r' | b'\\' => at += 1,
            _ => return None,
        }
    }
}

/// The string that opens at byte `at`, and where it ends.
pub(super) fn string(source: &SqlText, at: usize) -> (SqlText, usize) {
    let text = source.as_str();
    let bytes = text.as_bytes();
    let mut word = SqlText::default();
    let mut from = at + 1;
    let mut next = from;
    while let Some(found) = memchr::memchr2(b'"', b'\\', bytes.get(next..).unwrap_or(&[])) {
        let here = next + found;
        word.push_piece(&source.slice(Span::new(from, here)));
        if bytes[here] == b'"' {
            return (word, here + 1);
        }
        let (decoded, length) = match bytes.get(here + 1) {
            Some(b'n') => ("\n".to_owned(), 2),
            Some(b't') => ("\t".to_owned(), 2),
            Some(b'r') => ("\r".to_owned(), 2),
            Some(b'u') => {
                let code = text.get(here + 2..here + 6).and_then(|code| u32::from_str_radix(code, 16).ok());
                (code.and_then(char::from_u32).unwrap_or(' ').to_string(), if code.is_some() { 6 } else { 2 })
            }
            Some(_) => {
                let letter = text[here + 1..].chars().next().unwrap_or(' ');
                (letter.to_string(), 1 + letter.len_utf8())
            }
            None => (String::new(), 1),
        };
        word.push_decoded(&decoded, source.outer(Span::new(here, here + length)));
        from = here + length;
        next = from;
    }
    word.push_piece(&source.slice(Span::new(from.min(text.len()), text.len())));
    (word, text.len())
}
