//! Groups of `StringTemplate`, as JDBI finds its statements in: `UserDao.sql.stg`. Templates that name others of their file
//! are read with those in place, also those that groups hold which it imports or extends.
//! <https://github.com/antlr/stringtemplate4/blob/master/doc/groups.md>

mod group;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use self::group::{Argument, Group, Part, Template};
use super::embedded::{self, StringValue};
use super::sql::text::SqlText;
use super::{Format, Input};
use crate::model::facts::{Constant, FileFacts, OuterName, Token, TokenKind, Unit, UnitKind};
use crate::model::span::Span;

/// Groups of templates.
pub struct StringTemplate;

/// Templates inside of templates are followed so deep.
const DEEPEST: usize = 8;

/// Longer templates are no pieces of others'.
const LONGEST_CONSTANT: usize = 2_000;

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
        self.extract_with(input, &[])
    }

    fn extract_with(&self, input: Input<'_>, known: &[Constant]) -> FileFacts {
        let group = Group::read(input.text);
        let mut facts = FileFacts::default();
        facts.tokens.extend(group.comments.iter().map(|&span| Token { span, kind: TokenKind::Comment }));
        let by_name: BTreeMap<&str, &Template<'_>> =
            group.templates.iter().map(|template| (template.name, template)).collect();
        let mut wanted = BTreeSet::new();
        let mut lists = Vec::new();
        for template in &group.templates {
            let (name, span) = (template.name.to_owned(), template.span);
            facts.units.push(Unit { name, kind: UnitKind::Function, span });
            let mut writer = Writer { by_name: &by_name, known, wanted: BTreeSet::new(), left: MOST_PARTS };
            let value = writer.value(&template.parts, &BTreeMap::new(), 0);
            wanted.append(&mut writer.wanted);
            if !embedded::embed(&mut facts, &value, None) {
                // Of a list, parameters are what stands before each name.
                lists.push((template, writer.value(&template.parts, &BTreeMap::new(), 1)));
            }
        }
        let table = table_of(&group);
        for (template, value) in lists {
            if let Some(listed) = table.and_then(|table| columns_of(table, &value)) {
                embedded::embed(&mut facts, &listed, None);
            }
            bound_names(&mut facts, input.text, template.span);
        }
        let holder = input.path.rsplit('/').next().map(|file| group::stem(file).to_owned());
        for template in &group.templates {
            let name = OuterName { holder: holder.clone(), name: template.name.to_owned(), call: true };
            facts.constants.extend(constant_text(template).map(|value| Constant { name, value }));
        }
        facts.constants.sort_by(|a, b| a.name.cmp(&b.name));
        let asked = wanted.into_iter().flat_map(|name| asked_for(&group, name)).collect::<BTreeSet<_>>();
        facts.wanted.extend(asked);
        facts
    }
}

/// The ways in which other groups may hold a template: one that is named as shared, or any.
fn asked_for(group: &Group<'_>, name: &str) -> Vec<OuterName> {
    if group.shared.is_empty() {
        return Vec::new();
    }
    let holders = group.shared.iter().map(|holder| Some((*holder).to_owned())).chain([None]);
    holders.map(|holder| OuterName { holder, name: name.to_owned(), call: true }).collect()
}

/// What stands in a constant for the parameter of a template, before its number and behind it.
const PARAMETER: char = '\u{1}';

/// The text of a template whose parts are texts and parameters.
fn constant_text(template: &Template<'_>) -> Option<String> {
    let mut whole = String::new();
    for part in &template.parts {
        match part {
            Part::Text(text, _) => whole.push_str(text),
            Part::Escaped(text, _) => whole.push_str(text),
            Part::Parameter(name, _) => {
                if let Some(at) = template.parameters.iter().position(|own| own == name) {
                    let _ = write!(whole, "{PARAMETER}{at}{PARAMETER}");
                }
            }
            Part::Include { .. } | Part::Choice(_) | Part::Hole(_) => return None,
        }
    }
    (!whole.trim().is_empty() && whole.len() <= LONGEST_CONSTANT).then_some(whole)
}

/// The table that a group is about: what its template of that name says.
fn table_of<'t>(group: &Group<'t>) -> Option<&'t str> {
    const NAMES: &[&str] = &["table", "tableName", "table_name", "tablename", "TABLE", "TABLE_NAME"];
    let template = group.templates.iter().find(|template| NAMES.contains(&template.name))?;
    let [Part::Text(text, _)] = template.parts.as_slice() else { return None };
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '"' | '`');
    let name = text.trim();
    (!name.is_empty() && name.chars().all(is_part)).then_some(name)
}

/// A list of columns of the group's table as a statement: it is both what is read and what is written.
fn columns_of(table: &str, value: &StringValue) -> Option<StringValue> {
    let texts = value.alternatives(1);
    let list = texts.first()?.as_str();
    let is_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '"' | '`');
    let mut names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
    let is_list = list.contains(',')
        && names.all(|name| name.chars().all(is_word) && !name.starts_with(|letter: char| letter.is_numeric()));
    if !is_list {
        return None;
    }
    let lead = list.len() - list.trim_start().len();
    let start = texts[0].outer(Span::new(lead, lead + 1));
    let word = |text: &str| {
        let mut piece = SqlText::default();
        piece.push_decoded(text, Span { start: start.start, end: start.start });
        StringValue::Piece(piece)
    };
    let own = || StringValue::Piece(texts[0].clone());
    let parts =
        [word(&format!("INSERT INTO {table} (")), own(), word(") SELECT "), own(), word(&format!(" FROM {table}"))];
    Some(StringValue::Join(parts.into()))
}

/// Marks what a template's text calls its parameters: `:fullName` is no column.
fn bound_names(facts: &mut FileFacts, text: &str, template: Span) {
    let own = template.of(text);
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    for (at, _) in own.match_indices(':').take(MOST_PARTS) {
        let rest = &own[at + 1..];
        let length = rest.len() - rest.trim_start_matches(is_word).len();
        if length > 0 && !own[..at].ends_with(':') {
            let start = template.start as usize + at + 1;
            facts.tokens.push(Token { span: Span::new(start, start + length), kind: TokenKind::SqlOther });
        }
    }
}

struct Writer<'g, 't> {
    by_name: &'g BTreeMap<&'t str, &'g Template<'t>>,
    /// Templates of other groups.
    known: &'g [Constant],
    /// Templates that this group does not have.
    wanted: BTreeSet<&'t str>,
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
                    Some(_) => StringValue::Hole(*span),
                    None => {
                        self.wanted.insert(name);
                        self.outer(name, *span, arguments, given)
                    }
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

    /// What a template of another group writes. The one that is named first counts.
    fn outer(
        &self,
        name: &str,
        place: Span,
        arguments: &[Argument<'t>],
        given: &BTreeMap<&'t str, &'t str>,
    ) -> StringValue {
        let Some(constant) = self.known.iter().find(|constant| constant.name.name == name) else {
            return StringValue::Hole(place);
        };
        // Texts and numbers of parameters by turns.
        let parts = constant.value.split(PARAMETER).enumerate().map(|(at, part)| {
            if at % 2 == 0 {
                return part;
            }
            let argument = part.parse::<usize>().ok().and_then(|number| arguments.get(number));
            argument.and_then(|argument| argument.text.or_else(|| given.get(argument.name?).copied())).unwrap_or("")
        });
        let mut piece = SqlText::default();
        piece.push_decoded(&parts.collect::<String>(), place);
        StringValue::Piece(piece)
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
