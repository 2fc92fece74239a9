//! Groups of `StringTemplate`, as JDBI finds its statements in: `UserDao.sql.stg`. Templates that name others of their file
//! are read with those in place; what other files hold is known only at run time.
//! <https://github.com/antlr/stringtemplate4/blob/master/doc/groups.md>

mod group;

use std::collections::BTreeMap;

use self::group::{Group, Part, Template};
use super::embedded::{self, StringValue};
use super::sql::text::SqlText;
use super::{Format, Input};
use crate::model::facts::{FileFacts, Token, TokenKind, Unit, UnitKind};

/// Groups of templates.
pub struct StringTemplate;

/// Templates inside of templates are followed so deep.
const DEEPEST: usize = 8;

/// Parts of one statement, those of included templates counted; what comes later is left out.
const MOST_PARTS: usize = 4_000;

impl Format for StringTemplate {
    fn name(&self) -> &'static str {
        "string-template"
    }

    fn claims(&self, path: &str, _head: &str) -> bool {
        path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("stg"))
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        let group = Group::read(input.text);
        let mut facts = FileFacts::default();
        facts.tokens.extend(group.comments.iter().map(|&span| Token { span, kind: TokenKind::Comment }));
        let by_name: BTreeMap<&str, &Template<'_>> =
            group.templates.iter().map(|template| (template.name, template)).collect();
        for template in &group.templates {
            let (name, span) = (template.name.to_owned(), template.span);
            facts.units.push(Unit { name, kind: UnitKind::Function, span });
            let mut writer = Writer { by_name: &by_name, left: MOST_PARTS };
            let value = writer.value(&template.parts, &BTreeMap::new(), 0);
            embedded::embed(&mut facts, &value, None);
        }
        facts
    }
}

struct Writer<'g, 't> {
    by_name: &'g BTreeMap<&'t str, &'g Template<'t>>,
    left: usize,
}

impl<'t> Writer<'_, 't> {
    /// What parts of a template write; `given` are texts that its parameters are known to be.
    fn value(&mut self, parts: &[Part<'t>], given: &BTreeMap<&'t str, &'t str>, depth: usize) -> StringValue {
        let mut found = Vec::new();
        for part in parts {
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            found.push(match part {
                Part::Text(text, at) => StringValue::Piece(SqlText::verbatim(text, *at)),
                Part::Escaped(text, span) => {
                    let mut piece = SqlText::default();
                    piece.push_decoded(text, *span);
                    StringValue::Piece(piece)
                }
                Part::Parameter(name, span) => match given.get(name) {
                    Some(text) => {
                        let mut piece = SqlText::default();
                        piece.push_decoded(text, *span);
                        StringValue::Piece(piece)
                    }
                    // A parameter that nobody gives writes nothing.
                    None if depth > 0 => StringValue::Join(Vec::new()),
                    None => StringValue::Hole(*span),
                },
                Part::Include { name, arguments, span } => match self.by_name.get(name).copied() {
                    Some(template) if depth < DEEPEST => {
                        let texts = template.parameters.iter().zip(arguments).filter_map(|(parameter, argument)| {
                            let text = argument.text.or_else(|| given.get(argument.name?).copied())?;
                            Some((*parameter, text))
                        });
                        let texts = texts.collect();
                        self.value(&template.parts, &texts, depth + 1)
                    }
                    _ => StringValue::Hole(*span),
                },
                Part::Choice(branches) => {
                    let each = branches.iter().map(|branch| self.value(branch, given, depth));
                    StringValue::Choice(each.collect())
                }
                Part::Hole(span) => StringValue::Hole(*span),
            });
        }
        StringValue::Join(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(text: &str) -> Vec<String> {
        let facts = StringTemplate.extract(Input::new("UserDao.sql.stg", text));
        let columns = |statement: &crate::model::statement::Statement| {
            let references = statement.scopes.iter().flat_map(|scope| &scope.references);
            let names = references.map(|found| format!("{}@{}", found.name.text, found.span.start));
            names.collect::<Vec<_>>().join(" ")
        };
        facts.statements.iter().map(columns).collect()
    }

    #[test]
    fn templates_are_read_with_those_that_they_name() {
        let text = "group UserDao;\n\
            fields(prefix) ::= <<\n<prefix>id, <prefix>full_name\n>>\n\
            // a comment with full_name\n\
            byId(table) ::= <<\nSELECT <fields(\"u.\")> FROM users u WHERE u.age \\< 3 <if(team)> AND u.team = :team<endif>\n>>\n\
            all() ::= \"SELECT email FROM users\"\n";
        let found = statements(text);
        let place = |word: &str| text.find(word).expect("the word");
        let own = format!("full_name@{}", place("full_name"));
        assert!(found[0].contains(&own) && found[0].contains("team@"), "{found:?}");
        assert_eq!(found.last().map(String::as_str), Some(format!("email@{}", place("email")).as_str()));
    }

    #[test]
    fn what_is_broken_or_turns_in_a_circle_ends() {
        for text in
            ["a() ::= <<SELECT <a()>", "a() ::= <<<b()>>>\nb() ::= <<<a()><a()>>>", "a(", "::= <<", "a() ::= \"x"]
        {
            let _ = statements(text);
        }
        let nested = format!("a() ::= <<{}>>", "<if(x)>".repeat(10_000));
        let _ = statements(&nested);
    }
}
