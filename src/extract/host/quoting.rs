//! Functions that quote a name for SQL: what they are given is the name.

use super::{Child, Reader};
use crate::extract::host::expression::Expression;
use crate::extract::host::tokens::kind_of_text;
use crate::model::facts::TokenKind;

/// Whether a call of the function `name` with that argument gives the name that the argument is: `quoteIdent(table)`,
/// `escape("name")`. Text that is given to be escaped and is no constant is a value.
pub(in crate::extract) fn is_quoting(name: &str, argument: &Child<'_>, reader: &Reader<'_>) -> bool {
    let folded: String = name.chars().filter(|letter| *letter != '_').collect::<String>().to_ascii_lowercase();
    let Some(what) = ["quote", "escape", "wrap"].iter().find_map(|verb| folded.strip_prefix(verb)) else {
        return false;
    };
    if ["ident", "id", "name", "table", "column", "schema"].iter().any(|noun| what.starts_with(noun)) {
        return true;
    }
    let is_name = |text: &str| kind_of_text(text) == TokenKind::Property;
    what.is_empty()
        && argument.value.is_some_and(|value| match &reader.expressions.get(value).expression {
            Expression::Literal(text) => is_name(text.as_str()),
            _ => false,
        })
}
