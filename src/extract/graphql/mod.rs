//! GraphQL over tables: documents that a server answers which gives every table a field of its name, as Hasura does. What
//! they ask for are columns. Documents for other servers, whose fields are whatever their code makes of them, say nothing
//! of tables.
//!
//! Told apart by the words that only such servers know: conditions (`_eq`, `_and`), `order_by`, `_set`, `on_conflict`,
//! `insert_users_one`. <https://hasura.io/docs/2.0/api-reference/graphql-api/query/>

mod document;

use std::sync::LazyLock;

use regex::Regex;

use self::document::{Asked, Reader};
use super::sql::text::SqlText;
use super::{Format, Input, sql};
use crate::model::facts::{FileFacts, TokenKind};
use crate::model::span::Span;
use crate::model::statement::{Access, Dialect, Direction};

/// Files of operations and fragments.
pub struct GraphQl;

impl Format for GraphQl {
    fn name(&self) -> &'static str {
        "graphql"
    }

    fn claims(&self, path: &str, _head: &str) -> bool {
        path.rsplit_once('.').is_some_and(|(_, ending)| matches!(ending, "graphql" | "gql"))
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        // What is not asked of tables is asked of the code of a service.
        let mut facts = FileFacts { elsewhere: TokenKind::Symbol, ..FileFacts::default() };
        let text = SqlText::verbatim(input.text, 0);
        if is_document(text.as_str()) {
            read(&mut facts, &text);
        }
        facts
    }
}

/// Whether a text is a document for a server that gives tables.
pub(super) fn is_document(text: &str) -> bool {
    static BEGINS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^\s*(?:query|mutation|subscription|fragment)(?-u:\b)[^{}\n]*[{(]").expect("a constant pattern")
    });
    static MARKS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?-u:\b)(?:order_by|_set|_inc|on_conflict|pk_columns|distinct_on|_eq|_neq|_in|_nin|_gte?|_lte?|_is_null|_i?like|_and|_or|_not|_bool_exp|_insert_input|_set_input)(?-u:\b)\s*[:!}\]]|(?-u:\b)\w+_(?:by_pk|aggregate)\s*[({]|(?-u:\b)insert_\w+\s*\(",
        )
        .expect("a constant pattern")
    });
    text.contains('{') && BEGINS.is_match(text) && MARKS.is_match(text)
}

/// Reads a document: each table that it asks for as a statement.
pub(super) fn read(facts: &mut FileFacts, text: &SqlText) {
    for asked in Reader::new(text.as_str()).read() {
        give(facts, text, &asked);
    }
}

/// `SELECT columns FROM table`, `INSERT INTO table (columns)`.
fn give(facts: &mut FileFacts, text: &SqlText, asked: &Asked) {
    for access in [Access::Read, Access::Write] {
        let columns: Vec<Span> =
            asked.columns.iter().filter(|(_, own)| *own == access).map(|(span, _)| text.outer(*span)).collect();
        let Some(first) = columns.first() else { continue };
        let table = text.outer(asked.table);
        let place = Span { start: first.start, end: first.start };
        let mut piece = SqlText::default();
        let quoted = |piece: &mut SqlText, inner: Span, outer: Span| {
            piece.push_decoded(&format!("\"{}\"", inner.of(text.as_str())), outer);
        };
        let list = |piece: &mut SqlText| {
            for (at, (span, _)) in asked.columns.iter().filter(|(_, own)| *own == access).enumerate() {
                if at > 0 {
                    piece.push_decoded(", ", place);
                }
                quoted(piece, *span, text.outer(*span));
            }
        };
        if access == Access::Write {
            piece.push_decoded("INSERT INTO ", place);
            quoted(&mut piece, asked.table, table);
            piece.push_decoded(" (", place);
            list(&mut piece);
            piece.push_decoded(&format!(") VALUES ({})", vec!["DEFAULT"; columns.len()].join(", ")), place);
        } else {
            piece.push_decoded("SELECT ", place);
            list(&mut piece);
            piece.push_decoded(" FROM ", place);
            quoted(&mut piece, asked.table, table);
        }
        sql::read_into(facts, &piece, Some(Dialect::Postgres), Direction::Forward);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        if !is_document(text) {
            return Vec::new();
        }
        Reader::new(text)
            .read()
            .iter()
            .map(|asked| {
                let columns = asked.columns.iter().map(|(span, access)| {
                    format!("{}{}", span.of(text), if *access == Access::Write { "!" } else { "" })
                });
                format!("{}: {}", asked.table.of(text), columns.collect::<Vec<_>>().join(" "))
            })
            .collect()
    }

    #[test]
    fn operations_ask_for_columns() {
        for (text, expected) in [
            (
                "query Names($id: Int!) {\n  people: users(where: {full_name: {_eq: $id}, _or: [{email: {_is_null: true}}, {team: {name: {_eq: 1}}}]}, order_by: {created_at: desc, team: {id: asc}}, distinct_on: email) {\n    id\n    shown: full_name\n    team @include(if: $x) { name }\n    orders_aggregate { aggregate { count sum { total } } nodes { state } }\n    ...Rest\n    __typename\n  }\n}",
                &[
                    "users: full_name email created_at email id full_name",
                    "team: name",
                    "team: id",
                    "team: name",
                    "orders: total state",
                ][..],
            ),
            (
                "mutation {\n  insert_users_one(object: {full_name: \"x\", team: {data: {name: \"y\"}}}, on_conflict: {constraint: k, update_columns: [full_name]}) { id }\n  update_users(where: {id: {_eq: 1}}, _set: {email: $email}) { affected_rows returning { email } }\n  update_users_by_pk(pk_columns: {id: 1}, _inc: {n: 1}) { n }\n  delete_users_by_pk(id: 1) { id }\n}",
                &["users: full_name! full_name! id", "users: id email! email", "users: id n! n", "users: id id"],
            ),
            (
                "fragment Rest on users {\n  full_name\n}\nquery { users_by_pk(id: 1) { ...Rest } }",
                &["users: full_name", "users: id"],
            ),
            ("query { users { fullName } }", &[]),
            ("type users { full_name: String }", &[]),
            ("query X { users(order_by: {", &[]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn hostile_documents_end() {
        for shape in ["{", "(", "{a", "(a:{", "[", "\"", "\"\"\"", "a(", "#", "...on a{", "$", ":"] {
            let text = format!("query {{ a(order_by: {{_eq: }}) {}", shape.repeat(4000));
            assert!(is_document(&text));
            let _ = found(&text);
        }
    }
}
