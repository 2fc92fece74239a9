//! Python's string literals as text with places: raw, triple-quoted and formatted ones.

use tree_sitter::Node;

use crate::extract::host::expression::{Expression, ExpressionId};
use crate::extract::host::{Child, Reader, span_of};
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// What the letters before the quotes mean.
#[derive(Clone, Copy)]
struct Prefix {
    raw: bool,
    formatted: bool,
}

/// A string literal, with the values of the expressions in it.
pub(super) fn string<'t>(node: Node<'t>, children: &[Child<'t>], reader: &mut Reader<'t>) -> Option<ExpressionId> {
    let of_kind = |kind: &str| children.iter().find(|child| child.node.kind() == kind);
    let start = of_kind("string_start")?.node;
    let letters = reader.text_of(start).to_ascii_lowercase();
    let prefix = Prefix { raw: letters.contains('r'), formatted: letters.contains(['f', 't']) };
    let end = of_kind("string_end").map_or(node.end_byte(), |end| end.node.start_byte());
    let mut parts = Vec::new();
    let mut at = start.end_byte();
    for child in children.iter().filter(|child| child.node.kind() == "interpolation") {
        text(&mut parts, at, child.node.start_byte(), prefix, reader);
        parts.push(child.value.unwrap_or_else(|| reader.hole(child.node)));
        at = child.node.end_byte();
    }
    text(&mut parts, at, end, prefix, reader);
    Some(match parts.as_slice() {
        [] => reader.nothing(node),
        [only] if matches!(reader.expressions.get(*only).expression, Expression::Literal(_)) => *only,
        _ => reader.expressions.add(Expression::Join(parts), span_of(node)),
    })
}

fn text(parts: &mut Vec<ExpressionId>, start: usize, end: usize, prefix: Prefix, reader: &mut Reader<'_>) {
    let raw = reader.text.get(start..end).unwrap_or("");
    if raw.is_empty() {
        return;
    }
    let mut piece = SqlText::default();
    push(&mut piece, raw, start, prefix);
    parts.push(reader.expressions.literal(piece, Span::new(start, end)));
}

/// Appends `raw`, which stands in the file from byte `start` on, decoded.
fn push(piece: &mut SqlText, raw: &str, start: usize, prefix: Prefix) {
    let mut done = 0;
    let mut at = 0;
    while let Some(found) = raw[at..].find(['\\', '{', '}']) {
        at += found;
        let rest = &raw[at..];
        let (decoded, length) = match rest.as_bytes()[0] {
            b'\\' if !prefix.raw => escape(rest),
            brace @ (b'{' | b'}') if prefix.formatted && rest.as_bytes().get(1) == Some(&brace) => {
                (Decoded::Char(char::from(brace)), 2)
            }
            _ => (Decoded::AsItIs, 1),
        };
        if !matches!(decoded, Decoded::AsItIs) {
            piece.push(&raw[done..at], start + done);
            done = at + length;
        }
        if let Decoded::Char(letter) = decoded {
            piece.push_decoded(letter.encode_utf8(&mut [0; 4]), Span::new(start + at, start + at + length));
        }
        at += length;
    }
    piece.push(&raw[done..], start + done);
}

enum Decoded {
    Char(char),
    Nothing,
    AsItIs,
}

/// Longest name of a character.
const LONGEST_NAME: usize = 100;

/// <https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences>: an unknown escape stays as it is.
fn escape(text: &str) -> (Decoded, usize) {
    let Some(letter) = text[1..].chars().next() else { return (Decoded::AsItIs, 1) };
    let simple = |decoded: char| (Decoded::Char(decoded), 2);
    let hex = |digits: usize| {
        let code = text.get(2..2 + digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match code.and_then(char::from_u32) {
            Some(letter) => (Decoded::Char(letter), 2 + digits),
            None => (Decoded::AsItIs, 2),
        }
    };
    match letter {
        '\n' => (Decoded::Nothing, 2),
        '\r' => (Decoded::Nothing, 2 + usize::from(text[2..].starts_with('\n'))),
        '\\' | '\'' | '"' => simple(letter),
        'n' => simple('\n'),
        't' => simple('\t'),
        'r' => simple('\r'),
        'a' => simple('\u{7}'),
        'b' => simple('\u{8}'),
        'f' => simple('\u{c}'),
        'v' => simple('\u{b}'),
        'x' => hex(2),
        'u' => hex(4),
        'U' => hex(8),
        'N' if text[2..].starts_with('{') => match text.bytes().take(LONGEST_NAME).position(|byte| byte == b'}') {
            Some(end) => (Decoded::Char('\u{fffd}'), end + 1),
            None => (Decoded::AsItIs, 2),
        },
        '0'..='7' => {
            let digits = text.as_bytes()[1..].iter().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
            let code = u32::from_str_radix(&text[1..=digits], 8).ok().and_then(char::from_u32);
            (Decoded::Char(code.unwrap_or('\u{fffd}')), 1 + digits)
        }
        _ => (Decoded::AsItIs, 1 + letter.len_utf8()),
    }
}

/// Text that the source does not write, such as the comma between joined strings; it stands before `node`.
pub(super) fn constant<'t>(text: &str, node: Node<'t>, reader: &mut Reader<'t>) -> ExpressionId {
    let place = Span::new(node.start_byte(), node.start_byte());
    let mut piece = SqlText::default();
    piece.push_decoded(text, place);
    reader.expressions.literal(piece, place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_where_they_stand() {
        let cases = [
            ("", r"a\n\tb", "a\n\tb"),
            ("", r#"\"a\" \'b\' \\"#, "\"a\" 'b' \\"),
            ("", r"\x41\u0042\U00000043\104\0", "ABCD\0"),
            ("", "a \\\n b\\\r\nc", "a  bc"),
            ("", r"like '\_%' \d {{x}}", r"like '\_%' \d {{x}}"),
            ("", r"\N{EN DASH}\N{", "\u{fffd}\\N{"),
            ("", r"\xg \u12 \", r"\xg \u12 \"),
            ("r", r"\n\'", r"\n\'"),
            ("f", r"{{x}} \n", "{x} \n"),
            ("rf", r"{{x}} \n", r"{x} \n"),
        ];
        for (letters, raw, expected) in cases {
            let mut piece = SqlText::default();
            let prefix = Prefix { raw: letters.contains('r'), formatted: letters.contains('f') };
            push(&mut piece, raw, 0, prefix);
            assert_eq!(piece.as_str(), expected, "{raw}");
        }
    }
}
