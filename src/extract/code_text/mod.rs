//! Code in languages without a grammar here: a scanner driven by one table finds literals, joins those that the
//! code joins, and gives the ones that are SQL to the SQL reader.
//!
//! It knows how a language writes comments, strings and names, and nothing of its syntax beyond that.

mod expression;
mod language;
mod literal;
mod scan;
mod unit;
mod value;

use super::embedded::{self, StringValue};
use super::host::dialect::DialectHints;
use super::host::tokens::{flatten, kind_of_text};
use super::sql::{self, Evidence};
use super::{Format, Input};
use crate::model::facts::{FileFacts, Token, TokenKind};
use crate::model::span::Span;
use language::Language;
use literal::{Literal, Part};
use scan::{LexemeKind, Scan};

/// Code of any language in the table.
pub struct CodeText;

impl Format for CodeText {
    fn name(&self) -> &'static str {
        "code-text"
    }

    fn claims(&self, path: &str, _head: &str) -> bool {
        language::language_of(path).is_some()
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        match language::language_of(input.path) {
            Some(language) => read_file(language, input),
            None => FileFacts { elsewhere: TokenKind::Symbol, ..FileFacts::default() },
        }
    }
}

/// Reads a page of another format: its scripts are code, all else is text.
pub(super) fn page(input: Input<'_>) -> FileFacts {
    read_file(&language::PAGE_WITH_SCRIPTS, input)
}

fn read_file(language: &Language, input: Input<'_>) -> FileFacts {
    let mut facts = FileFacts { elsewhere: TokenKind::Symbol, ..FileFacts::default() };
    let mut hints = DialectHints::default();
    hints.add(input.path);
    let regions = regions(language, input.text);
    if !language.regions.is_empty() {
        outside(input.text, &regions, &mut facts.tokens);
    }
    for region in regions {
        read(language, input.text, region, &mut hints, &mut facts);
    }
    facts.tokens = flatten(std::mem::take(&mut facts.tokens));
    facts.statements.sort_by_key(|statement| (statement.span.start, statement.span.end));
    facts.units.sort_by_key(|unit| (unit.span.start, std::cmp::Reverse(unit.span.end)));
    facts
}

/// The stretches of `text` that are code, in text order.
fn regions(language: &Language, text: &str) -> Vec<Span> {
    if language.regions.is_empty() {
        return vec![Span::new(0, text.len())];
    }
    let mut found = Vec::new();
    let mut at = 0;
    // Where each opening stands next; looked for again only when it is passed, or rare ones would cost a search of
    // the whole text for each common one.
    let mut next: Vec<Option<usize>> = language.regions.iter().map(|(open, _)| text.find(open)).collect();
    while let Some((which, start)) =
        next.iter().enumerate().filter_map(|(which, at)| Some((which, (*at)?))).min_by_key(|n| n.1)
    {
        let (open, close) = language.regions[which];
        let start = start + open.len();
        let end = text[start..].find(close).map_or(text.len(), |end| start + end);
        found.push(Span::new(start, end));
        at = end.max(at);
        for (next, (open, _)) in next.iter_mut().zip(language.regions) {
            if next.is_some_and(|next| next < at) {
                *next = text[at..].find(open).map(|found| at + found);
            }
        }
    }
    found
}

/// Text around the code of a page: members are properties, all else is text.
fn outside(text: &str, regions: &[Span], tokens: &mut Vec<Token>) {
    let mut start = 0;
    let ends = regions.iter().map(|region| (region.start as usize, region.end as usize));
    for (end, next) in ends.chain([(text.len(), text.len())]) {
        tokens.push(Token { span: Span::new(start, end), kind: TokenKind::Text });
        for (dot, _) in text[start..end].match_indices('.') {
            let name = start + dot + 1;
            let length = text.as_bytes()[name..end].iter().take_while(|&&byte| scan::is_word(byte)).count();
            tokens.push(Token { span: Span::new(name, name + length), kind: TokenKind::Property });
        }
        start = next;
    }
}

/// Deepest nesting of expressions in literals in expressions.
const DEEPEST: usize = 4;

/// Reads one stretch of code, and the expressions inside its literals.
fn read(language: &Language, text: &str, within: Span, hints: &mut DialectHints, facts: &mut FileFacts) {
    let mut work = vec![(within, 0)];
    while let Some((within, depth)) = work.pop() {
        let scan = Scan::new(language, text, within);
        if depth == 0 {
            facts.units.extend(unit::units(language, text, &scan));
            imports(text, &scan, hints);
        }
        if depth < DEEPEST {
            work.extend(scan.literals.iter().flat_map(|literal| &literal.parts).filter_map(|part| match part {
                Part::Expression { inner, .. } if inner.start < inner.end => Some((*inner, depth + 1)),
                _ => None,
            }));
        }
        let mut is_sql = vec![false; scan.literals.len()];
        let uses = expression::uses(language, text, &scan);
        for found in value::values(language, text, &scan, &uses) {
            // A part of a statement is read with the statement; on its own it says less.
            if found.inlined && !is_statement(&found.value) {
                continue;
            }
            if embedded::embed_or_run(facts, &found.value, hints.dialect()) {
                mark(&found.value, &scan, &mut is_sql);
            }
        }
        tokens(language, text, &scan, &is_sql, &mut facts.tokens);
    }
}

/// What the imports say of the dialect: the words and literals of lines that start with a word for it.
fn imports(text: &str, scan: &Scan, hints: &mut DialectHints) {
    const WORDS: &[&str] =
        &["import", "using", "use", "require", "require_once", "library", "Imports", "alias", "include", "from"];
    let mut import = false;
    for (at, lexeme) in scan.lexemes.iter().enumerate() {
        let word = lexeme.span.of(text);
        if lexeme.indentation.is_some() {
            let word = if word == "#" { scan.lexeme(at + 1).map_or("", |next| next.span.of(text)) } else { word };
            // A list of imports goes on over lines that hold a literal or stand in its brackets.
            import = WORDS.contains(&word)
                || import && matches!(lexeme.kind, LexemeKind::Literal(_))
                || import && word == "_";
        }
        if import && matches!(lexeme.kind, LexemeKind::Word | LexemeKind::Literal(_)) {
            hints.add(word);
        }
    }
}

fn is_statement(value: &StringValue) -> bool {
    value.alternatives(1).iter().any(|piece| sql::evidence(piece.as_str()) == Evidence::Statement)
}

/// Marks the literals that hold parts of `value`.
fn mark(value: &StringValue, scan: &Scan, is_sql: &mut [bool]) {
    match value {
        StringValue::Piece(piece) => {
            let start = piece.outer(Span { start: 0, end: 1 }).start;
            let after = scan.literals.partition_point(|literal| first_byte(literal) <= start);
            if let Some(marked) = after.checked_sub(1).and_then(|at| is_sql.get_mut(at)) {
                *marked = true;
            }
        }
        StringValue::Hole(_) => {}
        StringValue::Join(parts) | StringValue::Choice(parts) => {
            for part in parts {
                mark(part, scan, is_sql);
            }
        }
    }
}

/// Where a literal's content starts: for a here-document that is after the line that opens it.
fn first_byte(literal: &Literal) -> u32 {
    literal.parts.first().map_or(literal.span.start, |part| part_span(part).start)
}

fn part_span(part: &Part) -> Span {
    match part {
        Part::Text(piece) => piece.outer(Span::new(0, piece.as_str().len())),
        Part::Expression { whole, .. } => *whole,
    }
}

/// What stands where, of all that is no SQL.
fn tokens(language: &Language, text: &str, scan: &Scan, is_sql: &[bool], tokens: &mut Vec<Token>) {
    let mut push = |span, kind| tokens.push(Token { span, kind });
    scan.comments.iter().for_each(|comment| push(*comment, TokenKind::Comment));
    scan.patterns.iter().for_each(|pattern| push(*pattern, TokenKind::Text));
    for (literal, is_sql) in scan.literals.iter().zip(is_sql) {
        for part in &literal.parts {
            let Part::Text(piece) = part else { continue };
            let span = part_span(part);
            // What the SQL reader does not name in a statement is not known to be anything else.
            let kind = if *is_sql { TokenKind::Unread } else { kind_of_text(piece.as_str()) };
            push(span, kind);
            if language.tags && literal.raw && !is_sql {
                for span in tags(span, text) {
                    push(span, TokenKind::Property);
                }
            }
        }
    }
    let word = |at: usize| scan.lexeme(at).map_or("", |lexeme| lexeme.span.of(text));
    for (at, lexeme) in scan.lexemes.iter().enumerate() {
        if lexeme.kind != LexemeKind::Word {
            continue;
        }
        let before = at.checked_sub(1).map_or("", word);
        let after = word(at + 1);
        let key = language.symbols && (before == ":" || after == ":")
            || language.braced_keys && before == "{" && after == "}";
        if key || language.members.contains(&before) {
            push(lexeme.span, TokenKind::Property);
        }
    }
}

/// The quoted parts of a raw literal.
fn tags(span: Span, text: &str) -> impl Iterator<Item = Span> {
    let inside = span.of(text);
    let marks: Vec<usize> = inside.match_indices('"').map(|(at, _)| span.start as usize + at).collect();
    let pairs: Vec<Span> = marks.chunks_exact(2).map(|pair| Span::new(pair[0] + 1, pair[1])).collect();
    pairs.into_iter()
}

#[cfg(test)]
mod tests;
