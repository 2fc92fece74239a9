//! Templates that a server fills in: Thymeleaf, JSP, `FreeMarker`, Velocity, EJS, Handlebars, Jinja and Django's. What they name are parts of
//! the values that the code gives them.

mod expression;
mod freemarker;
mod handlebars;
mod jinja;
mod lowering;
mod markup;
mod page;
mod script;
#[cfg(test)]
mod tests;
mod velocity;

use self::lowering::Lowering;
use self::page::Kind;
use super::code_text;
use super::host::tokens::flatten;
use super::{Format, Input};
use crate::model::code::{Code, ExpressionKind};
use crate::model::facts::{FileFacts, Token, TokenKind};
use crate::model::span::Span;

/// Templates.
pub struct Templates;

/// An engine that fills templates in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    Page(Kind),
    FreeMarker,
    Velocity,
    Script,
    Handlebars,
    Jinja,
}

/// Engines by file extension, in lower case.
const EXTENSIONS: &[(&str, Engine)] = &[
    ("html", Engine::Page(Kind::Thymeleaf)),
    ("htm", Engine::Page(Kind::Thymeleaf)),
    ("xhtml", Engine::Page(Kind::Thymeleaf)),
    ("jsp", Engine::Page(Kind::Jsp)),
    ("jspx", Engine::Page(Kind::Jsp)),
    ("jspf", Engine::Page(Kind::Jsp)),
    ("tag", Engine::Page(Kind::Jsp)),
    ("ftl", Engine::FreeMarker),
    ("ftlh", Engine::FreeMarker),
    ("ftlx", Engine::FreeMarker),
    ("vm", Engine::Velocity),
    ("vtl", Engine::Velocity),
    ("ejs", Engine::Script),
    ("hbs", Engine::Handlebars),
    ("handlebars", Engine::Handlebars),
    ("mustache", Engine::Handlebars),
    ("j2", Engine::Jinja),
    ("jinja", Engine::Jinja),
    ("jinja2", Engine::Jinja),
    ("twig", Engine::Jinja),
    ("njk", Engine::Jinja),
];

fn engine_of(path: &str) -> Option<Engine> {
    let (_, extension) = path.rsplit_once('.')?;
    EXTENSIONS.iter().find(|(known, _)| extension.eq_ignore_ascii_case(known)).map(|(_, engine)| *engine)
}

/// The engine of a file: pages without an ending of their own are told by what is in them.
fn engine_in(input: Input<'_>) -> Option<Engine> {
    match engine_of(input.path)? {
        Engine::Page(Kind::Thymeleaf) if jinja::is_template(input.text) => Some(Engine::Jinja),
        other => Some(other),
    }
}

impl Format for Templates {
    fn name(&self) -> &'static str {
        "templates"
    }

    fn claims(&self, path: &str, _head: &str) -> bool {
        engine_of(path).is_some()
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        let mut facts = code_text::page(input);
        if let Some((code, comments)) = lower(input) {
            let tokens = &mut facts.tokens;
            // Where the whole of what a view is given may be a row, so may each of its names be a column.
            let is_open = matches!(engine_in(input), Some(Engine::Script | Engine::Handlebars));
            let name = if is_open { TokenKind::Property } else { TokenKind::Symbol };
            let names = code.expressions.iter().filter(|found| matches!(found.kind, ExpressionKind::Name { .. }));
            tokens.extend(names.map(|found| Token { span: found.span, kind: name }));
            tokens.extend(code.uses.iter().map(|found| Token { span: found.span, kind: TokenKind::Property }));
            if matches!(engine_in(input), Some(Engine::Page(_))) {
                tokens.extend(others(input.text).map(|span| Token { span, kind: TokenKind::Property }));
            }
            *tokens = flatten(std::mem::take(tokens));
            // What is commented out stays so, whatever it looks like.
            tokens.extend(comments.into_iter().map(|span| Token { span, kind: TokenKind::Comment }));
            *tokens = without_covered(std::mem::take(tokens));
        }
        facts
    }

    fn code(&self, input: Input<'_>) -> Option<Code> {
        lower(input).map(|(code, _)| code)
    }
}

/// Longest expression of another engine that is looked for, in bytes.
const LONGEST_OTHER: usize = 300;

/// Expressions of engines that have no ending of their own, as `{{ user.full_name }}`: they are not followed, but what
/// they name may be a part of a row.
fn others(text: &str) -> impl Iterator<Item = Span> + '_ {
    memchr::memmem::find_iter(text.as_bytes(), b"{{").filter_map(|at| {
        let start = at + 2;
        let end = text.len().min(start + LONGEST_OTHER);
        let length = memchr::memmem::find(&text.as_bytes()[start..end], b"}}")?;
        Some(Span::new(start, start + length))
    })
}

/// The tokens without those that stand in a comment.
fn without_covered(mut tokens: Vec<Token>) -> Vec<Token> {
    tokens.sort_by_key(|token| (token.span.start, std::cmp::Reverse(token.span.end)));
    let mut comment = Span::new(0, 0);
    tokens.retain(|token| {
        if token.kind == TokenKind::Comment {
            comment = token.span;
            return true;
        }
        !comment.contains(token.span)
    });
    flatten(tokens)
}

/// What the template says of values, and its comments.
fn lower(input: Input<'_>) -> Option<(Code, Vec<Span>)> {
    let engine = engine_in(input)?;
    let mut lowering = Lowering::new(input.text);
    match engine {
        Engine::Page(kind) => page::lower(&mut lowering, kind),
        Engine::FreeMarker => freemarker::lower(&mut lowering),
        Engine::Velocity => velocity::lower(&mut lowering),
        Engine::Handlebars => handlebars::lower(&mut lowering),
        Engine::Jinja => jinja::lower(&mut lowering),
        Engine::Script => return script::lower(input.text),
    }
    Some(lowering.finish())
}
