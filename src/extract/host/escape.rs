//! Escapes in string literals, decoded with their places.

use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// Whose escapes a literal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escapes {
    /// Java: <https://docs.oracle.com/javase/specs/jls/se21/html/jls-3.html#jls-3.10.7>.
    Java,
    /// JavaScript: <https://tc39.es/ecma262/#sec-literals-string-literals>.
    JavaScript,
}

/// Appends `raw`, which stands in the file from byte `start` on, with its escapes decoded.
pub fn push_unescaped(piece: &mut SqlText, raw: &str, start: usize, escapes: Escapes) {
    let mut done = 0;
    while let Some(found) = memchr::memchr(b'\\', &raw.as_bytes()[done..]) {
        let at = done + found;
        piece.push(&raw[done..at], start + done);
        let (decoded, length) = decode(&raw[at..], escapes);
        let outer = Span::new(start + at, start + at + length);
        match decoded {
            Decoded::Nothing => {}
            Decoded::Char(letter) => piece.push_decoded(letter.encode_utf8(&mut [0; 4]), outer),
        }
        done = at + length;
    }
    piece.push(&raw[done..], start + done);
}

enum Decoded {
    Char(char),
    Nothing,
}

/// Decodes the escape that `text` begins with; returns its length in bytes too.
fn decode(text: &str, escapes: Escapes) -> (Decoded, usize) {
    let Some(letter) = text[1..].chars().next() else { return (Decoded::Char('\\'), 1) };
    let simple = |decoded: char| (Decoded::Char(decoded), 2);
    match letter {
        'n' => simple('\n'),
        't' => simple('\t'),
        'r' => simple('\r'),
        'b' => simple('\u{8}'),
        'f' => simple('\u{c}'),
        's' if escapes == Escapes::Java => simple(' '),
        'v' if escapes == Escapes::JavaScript => simple('\u{b}'),
        '\r' if text[2..].starts_with('\n') => (Decoded::Nothing, 3),
        '\n' | '\r' => (Decoded::Nothing, 2),
        'u' => unicode(text),
        'x' if escapes == Escapes::JavaScript => match hex(&text[2..], 2) {
            Some(code) => (Decoded::Char(char::from_u32(code).unwrap_or('\u{fffd}')), 4),
            None => simple('x'),
        },
        '0'..='7' => octal(text),
        _ => (Decoded::Char(letter), 1 + letter.len_utf8()),
    }
}

fn octal(text: &str) -> (Decoded, usize) {
    let digits = text.as_bytes()[1..].iter().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
    // Three digits only up to \377.
    let digits = if digits == 3 && text.as_bytes()[1] > b'3' { 2 } else { digits };
    let code = u32::from_str_radix(&text[1..=digits], 8).unwrap_or(0);
    (Decoded::Char(char::from_u32(code).unwrap_or('\u{fffd}')), 1 + digits)
}

/// `\uXXXX`, also with several `u` (Java), in pairs of surrogates, and `\u{X…}` (JavaScript).
fn unicode(text: &str) -> (Decoded, usize) {
    if let Some(rest) = text.strip_prefix("\\u{") {
        let digits = rest.bytes().take(10).take_while(u8::is_ascii_hexdigit).count();
        let code = u32::from_str_radix(&rest[..digits], 16).ok().and_then(char::from_u32);
        return match (code, rest[digits..].starts_with('}')) {
            (Some(letter), true) => (Decoded::Char(letter), 4 + digits),
            _ => (Decoded::Char('u'), 2),
        };
    }
    let Some((code, length)) = utf16_unit(text) else { return (Decoded::Char('u'), 2) };
    if (0xd800..0xdc00).contains(&code)
        && let Some((low, more)) = utf16_unit(&text[length..])
        && (0xdc00..0xe000).contains(&low)
    {
        let code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        return (Decoded::Char(char::from_u32(code).unwrap_or('\u{fffd}')), length + more);
    }
    (Decoded::Char(char::from_u32(code).unwrap_or('\u{fffd}')), length)
}

fn utf16_unit(text: &str) -> Option<(u32, usize)> {
    let rest = text.strip_prefix('\\')?;
    let marks = rest.bytes().take_while(|&byte| byte == b'u').count();
    let code = if marks > 0 { hex(&rest[marks..], 4)? } else { return None };
    Some((code, 1 + marks + 4))
}

fn hex(text: &str, digits: usize) -> Option<u32> {
    let digits = text.get(..digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_where_they_stand() {
        let cases = [
            (Escapes::Java, r"a\n\tb", "a\n\tb"),
            (Escapes::Java, r#"\"a\" \'b\' \\"#, "\"a\" 'b' \\"),
            (Escapes::Java, r"\u0041\uu0042 \101\0", "AB A\0"),
            (Escapes::Java, "a \\\n b\\s", "a  b "),
            (Escapes::JavaScript, r"\x41\u{1F600}\uD83D\uDE00\`\$", "A\u{1F600}\u{1F600}`$"),
            (Escapes::JavaScript, "a\\\r\nb", "ab"),
            (Escapes::JavaScript, r"\u12 \ud800 \q", "u12 \u{fffd} q"),
            (Escapes::JavaScript, "end\\", "end\\"),
        ];
        for (escapes, raw, expected) in cases {
            let mut piece = SqlText::default();
            push_unescaped(&mut piece, raw, 0, escapes);
            assert_eq!(piece.as_str(), expected, "{raw}");
        }
    }

    #[test]
    fn words_after_an_escape_keep_their_place() {
        let raw = r"a\u0020full_name\n";
        let mut piece = SqlText::default();
        push_unescaped(&mut piece, raw, 0, Escapes::Java);
        let at = piece.as_str().find("full_name").expect("the word is there");
        assert_eq!(piece.outer(Span::new(at, at + 9)).of(raw), "full_name");
    }
}
