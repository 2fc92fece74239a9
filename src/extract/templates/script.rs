//! EJS: JavaScript between `<%` and `%>`. <https://ejs.co/#docs>

use crate::extract::typescript;
use crate::model::code::{Code, ExpressionKind, Language};
use crate::model::span::Span;

/// What the template says of values, and its comments: its scripts are put together, each in its own place.
pub(super) fn lower(text: &str) -> Option<(Code, Vec<Span>)> {
    let mut script: Vec<u8> = text.bytes().map(|byte| if byte == b'\n' { b'\n' } else { b' ' }).collect();
    let mut comments = Vec::new();
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&text.as_bytes()[at..], b"<%") {
        let start = at + found;
        let end = memchr::memmem::find(&text.as_bytes()[start + 2..], b"%>").map_or(text.len(), |end| start + 2 + end);
        let sign = text.as_bytes().get(start + 2).copied().unwrap_or(b' ');
        at = (end + 2).min(text.len());
        if sign == b'#' {
            comments.push(Span::new(start, at));
            continue;
        }
        let is_value = matches!(sign, b'=' | b'-');
        let signs = usize::from(is_value || sign == b'_');
        let from = (start + 2 + signs).min(end);
        let to = if text[from..end].ends_with(['-', '_']) { end - 1 } else { end };
        script[from..to].copy_from_slice(&text.as_bytes()[from..to]);
        if is_value {
            script[start] = b';';
            script[start + 1] = b'(';
            if end < text.len() {
                script[end] = b')';
                script[end + 1] = b';';
            }
        } else if to < script.len() {
            // A block goes on in the next piece; a line's end is enough for what ends here.
            script[to] = b'\n';
        }
    }
    let script = String::from_utf8(script).ok()?;
    let mut code = typescript::script(&script)?;
    code.language = Language::Template;
    let locals: Vec<bool> = code
        .expressions
        .iter()
        .map(|found| matches!(&found.kind, ExpressionKind::Name { name, .. } if name == "locals"))
        .collect();
    for expression in &mut code.expressions {
        if let ExpressionKind::Member { object, name } = &expression.kind
            && locals[object.0 as usize]
        {
            expression.kind = ExpressionKind::Name { name: name.clone(), class: None };
        }
    }
    Some((code, comments))
}
