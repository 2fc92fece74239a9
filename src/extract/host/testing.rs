//! What tables of cases in the languages' own tests are checked with.

use super::{Host, Input, Language, scan, statements};
use crate::extract::sql::text::SqlText;
use crate::extract::sql::{self, Evidence};
use crate::extract::tree::parse;

/// The pieces of SQL in a file, in the order in which they are embedded.
pub(in crate::extract) fn pieces<H: Host>(host: &mut H, language: &Language, text: &str) -> Vec<SqlText> {
    let tree = parse(language, text).expect("any text has a tree");
    let (reader, _) = scan(host, &tree, Input::new("src/Case", text));
    let mut found = Vec::new();
    statements::for_each_string(&reader.expressions, &reader.bindings, &mut |value| {
        let texts = value.alternatives(32).into_iter();
        let before = found.len();
        found.extend(texts.filter(|text| sql::evidence(text.as_str()) != Evidence::None));
        found.len() > before
    });
    found
}

/// A piece with its blanks made single and each hole shown as `{expression}`.
pub(in crate::extract) fn shown(piece: &SqlText, file: &str) -> String {
    let mut text = piece.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
    for (at, hole) in piece.holes().iter().enumerate().rev() {
        text = text.replace(&format!("columnist_hole_{at}"), &format!("{{{}}}", hole.of(file)));
    }
    text
}

/// Checks what `found` finds in each source, and shows all that differ at once.
pub(in crate::extract) fn check(cases: &[(&str, &[&str])], found: impl Fn(&str) -> Vec<String>) {
    let differs = |(source, expected): &&(&str, &[&str])| found(source) != **expected;
    let shown = |(source, expected): &(&str, &[&str])| {
        format!("{source}\n  expected {expected:?}\n  found    {:?}\n", found(source))
    };
    let wrong: Vec<String> = cases.iter().filter(differs).map(shown).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The pieces of SQL in a fixture, one a paragraph.
pub(in crate::extract) fn drawn(pieces: &[SqlText], file: &str) -> String {
    pieces.iter().map(|piece| shown(piece, file)).collect::<Vec<_>>().join("\n\n")
}

/// Every word of a piece that is no hole and no decoded escape must stand in the file where the piece says.
pub(in crate::extract) fn check_places(piece: &SqlText, file: &str) {
    let text = piece.as_str();
    let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    for word in words.filter(|word| !word.is_empty() && !sql::text::holds_hole(word)) {
        let at = word.as_ptr() as usize - text.as_ptr() as usize;
        let outer = piece.outer(crate::model::span::Span::new(at, at + word.len()));
        let written = outer.of(file);
        assert!(written == word || written.starts_with('\\'), "{word} is {written} in {text}");
    }
}
