//! The literal around a word, and what it is given to: read from the text alone, which serves every language.

use crate::model::span::Span;

/// How far around a word its literal is looked at, in bytes.
const LITERAL: usize = 400;

/// How far before a literal the call that it is given to may begin, in bytes.
const CALL: usize = 1500;

/// The text before and behind `span` up to the nearest quotes on its line.
pub(super) fn literal_around(text: &str, span: Span) -> (&str, &str) {
    let quote = |c: char| matches!(c, '"' | '\'' | '`' | '\n');
    let (start, end) = (span.start as usize, span.end as usize);
    let from = floor(text, start.saturating_sub(LITERAL));
    let to = floor(text, text.len().min(end + LITERAL));
    let before = &text[from..start];
    let after = &text[end..to];
    (&before[before.rfind(quote).map_or(0, |at| at + 1)..], &after[..after.find(quote).unwrap_or(after.len())])
}

/// The last character boundary at or before `at`.
pub(super) fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// What a literal is given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taker<'t> {
    /// An annotation or decorator, by its last name.
    Annotation(&'t str),
    /// A call, by the last name of what is called.
    Call(&'t str),
    /// An attribute of an element of markup.
    Attribute(&'t str),
}

/// A literal that is a name, perhaps behind others with dots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NameLiteral<'t> {
    /// What takes it, if the text around says so.
    pub(super) taker: Option<Taker<'t>>,
    /// The statement or expression before it, as far back as it was looked at.
    pub(super) before: &'t str,
}

/// The literal around `span`, when it is nothing but the name there, or a path of names that ends with it.
pub(super) fn name_literal(text: &str, span: Span) -> Option<NameLiteral<'_>> {
    let (before, after) = literal_around(text, span);
    let is_path = before.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))
        && (before.is_empty() || before.ends_with('.'));
    if !is_path || !after.is_empty() {
        return None;
    }
    let open = (span.start as usize).checked_sub(before.len() + 1)?;
    let quote = *text.as_bytes().get(open)?;
    if !matches!(quote, b'"' | b'\'' | b'`') || text.as_bytes().get(span.end as usize) != Some(&quote) {
        return None;
    }
    let head = &text[floor(text, open.saturating_sub(CALL))..open];
    let statement = head.rfind([';', '}']).map_or(head, |at| &head[at + 1..]);
    Some(NameLiteral { taker: attribute(head).or_else(|| taker(head)), before: statement })
}

/// What takes the keyword at `span` with its value: `path("x", name="y")`.
pub(super) fn keyword_taker(text: &str, span: Span) -> Option<Taker<'_>> {
    let after = text[span.end as usize..].trim_start_matches(' ');
    if !after.starts_with('=') || after.starts_with("==") {
        return None;
    }
    let start = span.start as usize;
    taker(&text[floor(text, start.saturating_sub(CALL))..start])
}

/// Whether the word at `span` is the name of an attribute of an element: `<input name="x">`.
pub(super) fn is_attribute(text: &str, span: Span) -> bool {
    let (before, after) = (&text[..span.start as usize], &text[span.end as usize..]);
    let has_value = ["=\"", "='", "={"].iter().any(|value| after.starts_with(value));
    let from = floor(text, before.len().saturating_sub(CALL));
    let element = before[from..].rfind(['<', '>']).is_some_and(|at| before[from..][at..].starts_with('<'));
    has_value && element && before.ends_with(char::is_whitespace)
}

/// `name=` right before the literal, with nothing between.
fn attribute(head: &str) -> Option<Taker<'_>> {
    let rest = head.strip_suffix("={").or_else(|| head.strip_suffix('='))?;
    let from = rest.rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | ':' | '@' | '.'))?;
    let name = &rest[from + 1..];
    (!name.is_empty() && rest[..=from].ends_with(char::is_whitespace)).then_some(Taker::Attribute(name))
}

/// The innermost call or annotation in whose parentheses the text ends.
fn taker(head: &str) -> Option<Taker<'_>> {
    let bytes = head.as_bytes();
    let (mut depth, mut at, mut in_braces) = (0u32, bytes.len(), false);
    while at > 0 {
        at -= 1;
        match bytes[at] {
            quote @ (b'"' | b'\'' | b'`') => {
                // Back to the other end of a literal, if that stands on the line.
                let line = head[..at].rfind('\n').map_or(0, |line| line + 1);
                if let Some(open) = bytes[line..at].iter().rposition(|&b| b == quote) {
                    at = line + open;
                }
            }
            b')' | b']' | b'}' => depth += 1,
            b'(' | b'[' | b'{' if depth > 0 => depth -= 1,
            b'{' => in_braces = true,
            b'(' => return called(&head[..at], in_braces),
            b';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

fn called(head: &str, in_braces: bool) -> Option<Taker<'_>> {
    let head = head.trim_end();
    let from = head.rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$' | '.')).map_or(0, |at| at + 1);
    let name = head[from..].rsplit('.').next().filter(|name| !name.is_empty())?;
    if head[..from].ends_with('@') {
        return Some(Taker::Annotation(name));
    }
    // The value of a key of an object is not what the call is given.
    (!in_braces).then_some(Taker::Call(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taker_of(text: &str) -> Option<Option<Taker<'_>>> {
        let at = text.find("full_name").expect("the name") as u32;
        name_literal(text, Span { start: at, end: at + 9 }).map(|found| found.taker)
    }

    #[test]
    fn what_takes_a_literal_is_read_from_the_text_before_it() {
        for (text, expected) in [
            (r#"@RequestParam("full_name") String n"#, Some(Some(Taker::Annotation("RequestParam")))),
            (r#"@RequestParam(value = "full_name", required = false)"#, Some(Some(Taker::Annotation("RequestParam")))),
            (r#"@Order({"id", "full_name"})"#, Some(Some(Taker::Annotation("Order")))),
            (r#"i18n.t("users.full_name")"#, Some(Some(Taker::Call("t")))),
            (r#"check(["id)", "full_name"])"#, Some(Some(Taker::Call("check")))),
            (r#"f({ key: "full_name" })"#, Some(None)),
            ("f(g(1), 'full_name')", Some(Some(Taker::Call("f")))),
            (r#"f(x); var a = "full_name""#, Some(None)),
            (r#"<Input name="full_name" />"#, Some(Some(Taker::Attribute("name")))),
            (r#"<Input name={"full_name"} />"#, Some(Some(Taker::Attribute("name")))),
            (r#"var a = "full_name""#, Some(None)),
            (r#"f("by full_name")"#, None),
            (r#"f("full_name, id")"#, None),
            ("f(x.full_name)", None),
        ] {
            assert_eq!(taker_of(text), expected, "{text}");
        }
    }

    #[test]
    fn keywords_and_attributes_are_names_of_their_own() {
        let place = |text: &str| {
            let at = text.find("full_name").expect("the name") as u32;
            Span { start: at, end: at + 9 }
        };
        for (text, expected) in [
            ("path('x', full_name='y')", Some(Taker::Call("path"))),
            ("path('x', full_name == 'y')", None),
            ("full_name = 'y'", None),
        ] {
            assert_eq!(keyword_taker(text, place(text)), expected, "{text}");
        }
        for (text, expected) in [
            ("<input type='x' full_name=\"y\">", true),
            ("<p>full_name=\"y\"</p>", false),
            ("<p>x</p> full_name=\"y\"", false),
            ("<input data-full_name=\"y\">", false),
        ] {
            assert_eq!(is_attribute(text, place(text)), expected, "{text}");
        }
    }
}
