//! Jupyter notebooks: code cells as one module of their language, cells and lines of SQL magics as SQL.
//!
//! The code of all cells is laid out in a text that is as long as the notebook and has every letter at the place where the
//! notebook has it, with blanks everywhere else. The language's own reader then reads that text, and its places are
//! those of the notebook. <https://nbformat.readthedocs.io/en/latest/format_description.html>

mod magic;
mod shadow;
#[cfg(test)]
mod tests;

use super::code_text::CodeText;
use super::document::syntax::Syntax;
use super::document::tree::{At, Document};
use super::python::Python;
use super::sql::text::SqlText;
use super::{Format, Input, sql};
use crate::model::code::Code;
use crate::model::facts::{Constant, FileFacts, Problem, Token, TokenKind};
use crate::model::span::Span;
use crate::model::statement::Direction;
use magic::Piece;
use shadow::Shadow;

/// Notebooks.
pub struct Notebook;

impl Format for Notebook {
    fn name(&self) -> &'static str {
        "notebook"
    }

    fn claims(&self, path: &str, _head: &str) -> bool {
        path.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("ipynb"))
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        self.extract_with(input, &[])
    }

    fn extract_with(&self, input: Input<'_>, known: &[Constant]) -> FileFacts {
        let document = Syntax::Json.read(SqlText::verbatim(input.text, 0));
        let laid_out = LaidOut::of(input.text, &document);
        let code = Input::new(laid_out.path, &laid_out.code);
        let mut facts = match laid_out.path.rsplit_once('.') {
            Some((_, "py")) => Python.extract_with(code, known),
            Some((_, "sql")) => FileFacts::default(),
            _ => CodeText.extract_with(code, known),
        };
        // Blanks between cells are no trouble of the notebook's; nor is what a cell leaves open.
        facts.problems.clear();
        for piece in &laid_out.sql {
            if sql::evidence(piece.as_str()) != sql::Evidence::None {
                sql::read_into(&mut facts, piece, None, Direction::Forward);
            }
        }
        // What is no code is prose, settings and results.
        facts.tokens.extend(laid_out.elsewhere.iter().map(|&span| Token { span, kind: TokenKind::Prose }));
        if let Some((span, message)) = &document.broken {
            facts.problems.push(Problem { code: "syntax-error".into(), message: message.clone(), span: *span });
        }
        facts
    }

    fn code(&self, input: Input<'_>) -> Option<Code> {
        let document = Syntax::Json.read(SqlText::verbatim(input.text, 0));
        let laid_out = LaidOut::of(input.text, &document);
        if laid_out.path.rsplit_once('.').is_none_or(|(_, ending)| ending != "py") {
            return None;
        }
        Python.code(Input::new(input.path, &laid_out.code))
    }
}

/// A notebook's code and SQL at their places.
struct LaidOut {
    /// A path that says the language.
    path: &'static str,
    code: String,
    sql: Vec<SqlText>,
    /// Everything that is neither, in order.
    elsewhere: Vec<Span>,
}

impl LaidOut {
    fn of(text: &str, document: &Document) -> Self {
        let root = document.root();
        let path = language(root);
        let mut shadow = Shadow::new(text);
        let mut found = Self { path, code: String::new(), sql: Vec::new(), elsewhere: Vec::new() };
        let mut end = 0;
        let cells: Vec<At<'_>> = match root.get("cells") {
            Some(cells) => cells.items().collect(),
            // Before version 4.
            None => root
                .get("worksheets")
                .into_iter()
                .flat_map(At::items)
                .filter_map(|sheet| sheet.get("cells"))
                .flat_map(At::items)
                .collect(),
        };
        for cell in cells {
            if !cell.get("cell_type").and_then(At::word).is_some_and(|word| word.is("code")) {
                continue;
            }
            let Some(source) = cell.get("source").or_else(|| cell.get("input")) else { continue };
            let span = source.span();
            if span.start >= end {
                found.elsewhere.push(Span { start: end, end: span.start });
                end = span.end;
            }
            let mut whole = SqlText::default();
            let lines: Vec<At<'_>> = if source.is_list() { source.items().collect() } else { vec![source] };
            for line in lines {
                if let Some(word) = line.word() {
                    whole.push_piece(&word.text());
                }
            }
            for piece in magic::pieces(&whole, path) {
                match piece {
                    Piece::Code(span) => shadow.put(&whole, span),
                    Piece::Sql(text) => found.sql.push(text),
                }
            }
        }
        found.elsewhere.push(Span { start: end, end: text.len() as u32 });
        found.code = shadow.finish();
        found
    }
}

/// A path that stands for the notebook's language.
fn language(root: At<'_>) -> &'static str {
    let metadata = root.get("metadata");
    let name = metadata.and_then(|metadata| {
        let info = metadata.get("language_info").and_then(|info| info.get("name"));
        let spec = metadata.get("kernelspec").and_then(|spec| spec.get("language"));
        info.or(spec).and_then(At::text)
    });
    match name.map(|name| name.to_lowercase()).as_deref() {
        Some("r") => "cell.r",
        Some("scala") => "cell.scala",
        Some("julia") => "cell.jl",
        Some("c#" | "csharp") => "cell.cs",
        Some("sql") => magic::SQL_CELLS,
        _ => "cell.py",
    }
}
