//! Format strings: their placeholders become the arguments that are known, else holes.

use super::expression::FormatStyle;
use crate::extract::embedded::StringValue;
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// What a format string is filled with.
#[derive(Clone, Copy, Debug)]
pub struct Arguments<'a> {
    /// Their values, in order.
    pub values: &'a [StringValue],
    /// Names of the last ones, for placeholders that name their argument.
    pub names: &'a [&'a str],
}

/// A format string with its arguments put in. An argument that is not known is a hole at its placeholder, so that the
/// piece stays in text order.
pub fn fill(style: FormatStyle, template: &StringValue, arguments: Arguments<'_>) -> StringValue {
    Filler { style, arguments, next: 0 }.fill(template)
}

struct Filler<'a> {
    style: FormatStyle,
    arguments: Arguments<'a>,
    /// The argument that the next placeholder without a number takes.
    next: usize,
}

/// What a placeholder asks for.
enum Wanted<'t> {
    Next,
    Number(usize),
    Name(&'t str),
    Text(&'static str),
}

impl Filler<'_> {
    fn fill(&mut self, template: &StringValue) -> StringValue {
        match template {
            StringValue::Piece(text) => self.fill_piece(text),
            StringValue::Hole(span) => StringValue::Hole(*span),
            StringValue::Join(parts) => StringValue::Join(parts.iter().map(|part| self.fill(part)).collect()),
            StringValue::Choice(branches) => {
                let first = self.next;
                let filled = branches.iter().map(|branch| {
                    self.next = first;
                    self.fill(branch)
                });
                StringValue::Choice(filled.collect())
            }
        }
    }

    fn fill_piece(&mut self, piece: &SqlText) -> StringValue {
        let text = piece.as_str();
        let mut parts = Vec::new();
        let mut done = 0;
        let mut at = 0;
        while let Some(found) = text[at..].find(['%', '{', '}', '\'']) {
            let start = at + found;
            let Some((length, wanted)) = placeholder(self.style, &text[start..]) else {
                at = start + 1;
                continue;
            };
            if done < start {
                parts.push(StringValue::Piece(piece.slice(Span::new(done, start))));
            }
            let place = piece.outer(Span::new(start, start + length));
            parts.push(self.argument(&wanted, place));
            at = start + length;
            done = at;
        }
        if done < text.len() {
            parts.push(StringValue::Piece(piece.slice(Span::new(done, text.len()))));
        }
        StringValue::Join(parts)
    }

    fn argument(&mut self, wanted: &Wanted<'_>, place: Span) -> StringValue {
        let values = self.arguments.values;
        let found = match wanted {
            Wanted::Text(text) => {
                let mut piece = SqlText::default();
                piece.push_decoded(text, place);
                return StringValue::Piece(piece);
            }
            Wanted::Next => {
                self.next += 1;
                values.get(self.next - 1)
            }
            Wanted::Number(number) => values.get(*number),
            Wanted::Name(name) => {
                let first = values.len().saturating_sub(self.arguments.names.len());
                let at = self.arguments.names.iter().position(|known| known == name);
                at.and_then(|at| values.get(first + at))
            }
        };
        match found {
            Some(StringValue::Hole(_)) | None => StringValue::Hole(place),
            Some(value) => value.clone(),
        }
    }
}

/// The placeholder that `text` begins with, and its length.
fn placeholder(style: FormatStyle, text: &str) -> Option<(usize, Wanted<'_>)> {
    match style {
        FormatStyle::Printf => printf(text),
        FormatStyle::Message | FormatStyle::Braces => braces(style, text),
    }
}

/// Letters that end a placeholder: those of Java, C and Python, and `%I` and `%L` of `pg-format`.
const CONVERSIONS: &[u8] = b"sSdDfFxXbBcCoOeEgGaAhHtTiIjLru";

/// <https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Formatter.html#syntax>
fn printf(text: &str) -> Option<(usize, Wanted<'_>)> {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'%') {
        return None;
    }
    let mut at = 1;
    let mut wanted = Wanted::Next;
    if bytes.get(at) == Some(&b'(') {
        let end = memchr::memchr(b')', bytes)?;
        wanted = Wanted::Name(&text[at + 1..end]);
        at = end + 1;
    }
    let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits > 0 && bytes.get(at + digits) == Some(&b'$') {
        wanted = Wanted::Number(text[at..at + digits].parse::<usize>().ok()?.checked_sub(1)?);
        at += digits + 1;
    }
    at += bytes[at..].iter().take_while(|byte| b"-#+0,.123456789".contains(byte)).count();
    match bytes.get(at)? {
        b'%' if at == 1 => Some((2, Wanted::Text("%"))),
        b'n' if at == 1 => Some((2, Wanted::Text("\n"))),
        byte if CONVERSIONS.contains(byte) => Some((at + 1, wanted)),
        _ => None,
    }
}

/// Longest placeholder in braces that is looked at.
const LONGEST_PLACEHOLDER: usize = 100;

fn braces(style: FormatStyle, text: &str) -> Option<(usize, Wanted<'_>)> {
    let doubled: &[(&str, &'static str)] = match style {
        FormatStyle::Message => &[("''", "'")],
        _ => &[("{{", "{"), ("}}", "}")],
    };
    if let Some((_, single)) = doubled.iter().find(|(double, _)| text.starts_with(double)) {
        return Some((2, Wanted::Text(single)));
    }
    if !text.starts_with('{') {
        return None;
    }
    let end = text.bytes().take(LONGEST_PLACEHOLDER).position(|byte| byte == b'}')?;
    let name = text[1..end].split([',', ':', '!']).next().unwrap_or("").trim();
    let wanted = match name.parse() {
        Ok(number) => Wanted::Number(number),
        Err(_) if name.is_empty() => Wanted::Next,
        Err(_) => Wanted::Name(name),
    };
    Some((end + 1, wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(style: FormatStyle, template: &str, values: &[&str]) -> String {
        let piece = |text: &&str| match *text {
            "?" => StringValue::Hole(Span::default()),
            text => StringValue::Piece(SqlText::verbatim(text, 0)),
        };
        let values: Vec<StringValue> = values.iter().map(piece).collect();
        let template = StringValue::Piece(SqlText::verbatim(template, 0));
        let value = fill(style, &template, Arguments { values: &values, names: &["table"] });
        value.alternatives(1)[0].as_str().replace("columnist_hole_", "#")
    }

    #[test]
    fn placeholders_take_their_arguments() {
        let cases = [
            (FormatStyle::Printf, "a %s b %s", vec!["x", "?"], "a x b #0"),
            (FormatStyle::Printf, "%2$s %1$s", vec!["x", "y"], "y x"),
            (FormatStyle::Printf, "like '%%a%%'%n%-5d", vec!["?"], "like '%a%'\n#0"),
            (FormatStyle::Printf, "%(table)s 100%", vec!["x", "t"], "t 100%"),
            (FormatStyle::Printf, "%s", vec![], "#0"),
            (FormatStyle::Message, "from {1} where n = ''{0}''", vec!["?", "t"], "from t where n = '#0'"),
            (FormatStyle::Braces, "from {} {{x}} {table:>3}", vec!["a", "t"], "from a {x} t"),
        ];
        for (style, template, values, expected) in cases {
            assert_eq!(filled(style, template, &values), expected, "{template}");
        }
    }
}
