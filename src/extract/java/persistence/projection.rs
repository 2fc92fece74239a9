//! Interfaces that show rows: what the expressions on their methods name, `@Value("#{target.fullName}")`.
//! <https://docs.spring.io/spring-data/jpa/reference/repositories/projections.html#projections.interfaces.open>

use tree_sitter::Node;

use super::annotation::{Annotation, text_of};
use crate::extract::host::span_of;
use crate::model::answer::Construct;
use crate::model::facts::FileFacts;
use crate::model::mapping::{BuiltStatement, projected};
use crate::model::name::Ident;
use crate::model::span::Span;
use crate::model::statement::{Access, ColumnReference, Lookup, Usage};

/// The row in an expression.
const ROW: &str = "target.";

/// Whether a file may have such an interface.
pub(super) fn may_be_in(text: &str) -> bool {
    text.contains("@Value(") && text.contains(ROW) && text.contains("interface ")
}

/// Reads one interface.
pub(super) fn read(facts: &mut FileFacts, node: Node<'_>, text: &str) {
    let (Some(name), Some(body)) = (node.child_by_field_name("name"), node.child_by_field_name("body")) else {
        return;
    };
    let mut cursor = body.walk();
    for method in body.named_children(&mut cursor).filter(|node| node.kind() == "method_declaration") {
        let annotations = Annotation::all(method, text);
        let values = annotations.iter().filter(|annotation| annotation.name == "Value");
        let expressions = values.filter_map(|annotation| annotation.argument("value", text)).collect::<Vec<_>>();
        for expression in expressions {
            let references = named_in(text_of(expression, text), expression.start_byte());
            if references.is_empty() {
                continue;
            }
            let (entity, at) = (projected(text_of(name, text)), span_of(name));
            let statement = BuiltStatement::over_entity(Construct::Orm, entity, at, span_of(expression), references);
            facts.built.push(statement);
        }
    }
}

/// The paths from the row that an expression names; `start` is where it stands.
fn named_in(expression: &str, start: usize) -> Vec<ColumnReference> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for (at, _) in expression.match_indices(ROW) {
        if expression[..at].ends_with(is_word) {
            continue;
        }
        let from = at + ROW.len();
        let rest = &expression[from..];
        // `target.team?.name`, `target.getTeam().name`.
        let length = rest.find(|c: char| !is_word(c) && !matches!(c, '.' | '?' | '(' | ')')).unwrap_or(rest.len());
        let mut steps: Vec<(String, Span)> = Vec::new();
        let mut offset = from;
        for part in rest[..length].split('.') {
            let name = part.split(['?', '(', ')']).next().unwrap_or("");
            let place = Span::new(start + offset, start + offset + name.len());
            offset += part.len() + 1;
            let property = match name.strip_prefix("get").filter(|_| part.contains('(')) {
                Some(rest) => uncapitalised(rest),
                None if part.contains('(') => break,
                None => name.to_owned(),
            };
            if property.is_empty() || !property.starts_with(|c: char| c.is_alphabetic() || c == '_') {
                break;
            }
            steps.push((property, place));
        }
        if let Some((name, span)) = steps.pop() {
            found.push(ColumnReference {
                qualifier: steps.into_iter().map(|(step, _)| Ident::bare(step)).collect(),
                name: Ident::bare(name),
                span,
                access: Access::Read,
                usage: Usage::Other,
                lookup: Lookup::Only(0),
            });
        }
    }
    found
}

fn uncapitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_in_expressions() {
        for (text, expected) in [
            ("#{target.fullName + ' ' + target.team.code}", "fullName team>code"),
            ("#{target.getTeam().code}", "team>code"),
            ("#{@names.of(target.name)}", "name"),
            ("#{target.team?.code ?: 'x'}", "team>code"),
            ("#{target.names.toUpperCase()}", "names"),
            ("#{mytarget.name} #{target.", ""),
        ] {
            let shown = |one: &ColumnReference| {
                let before = one.qualifier.iter().map(|step| format!("{}>", step.text)).collect::<String>();
                format!("{before}{}", one.name.text)
            };
            let found = named_in(text, 0).iter().map(shown).collect::<Vec<_>>().join(" ");
            assert_eq!(found, expected, "{text}");
        }
    }
}
