//! Text of scanned files, made harmless: nothing in it can move a cursor, change a colour or turn the reading order.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a terminal may take the character for a command, or show what follows in another order.
fn is_hostile(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// The text for a terminal: tabs become a space, other control characters are spelled out.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '\t' => out.push(' '),
            letter if is_hostile(letter) => out.extend(letter.escape_default()),
            letter => out.push(letter),
        }
    }
    Cow::Owned(out)
}

/// The JSON document with such characters as escapes. They stand in strings only, where an escape means the same.
pub(super) fn printable_json(document: String) -> String {
    // Line ends are the document's own.
    let escape = |letter: char| letter != '\n' && is_hostile(letter);
    if !document.chars().any(escape) {
        return document;
    }
    let mut out = String::with_capacity(document.len() + 64);
    for letter in document.chars() {
        if escape(letter) {
            write!(out, "\\u{:04x}", u32::from(letter)).expect("a string takes all that is written");
        } else {
            out.push(letter);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal() {
        let table = [
            ("plain ünïcode 表", "plain ünïcode 表"),
            ("a\tb", "a b"),
            ("red\u{1b}[31m", "red\\u{1b}[31m"),
            ("c1\u{9b}31m", "c1\\u{9b}31m"),
            ("new\nline.sql", "new\\nline.sql"),
            ("\u{202e}desrever", "\\u{202e}desrever"),
        ];
        for (text, expected) in table {
            assert_eq!(printable(text), expected);
        }
    }

    #[test]
    fn json_means_the_same() {
        let text = "a\u{9b}b\u{202e}c\u{7f}\n";
        let document = printable_json(serde_json::to_string(text).expect("a string"));
        assert!(document.is_ascii());
        assert_eq!(serde_json::from_str::<String>(&document).expect("a string"), text);
    }
}
