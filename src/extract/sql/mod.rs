//! The one reader of SQL: whole `.sql` files, and pieces of SQL that other formats find in their text.

pub mod lower;
pub mod places;
pub mod text;

use super::{Format, Input};
use crate::model::facts::{BlindSpot, FileFacts, Problem, Token, Unit};
use crate::model::statement::{Dialect, Statement};
use text::SqlText;

/// SQL files: schemas, migrations, reports, dumps, client scripts.
pub struct Sql;

/// What reading a piece of SQL gives; all spans are of the outer file.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SqlFacts {
    /// Statements in text order.
    pub statements: Vec<Statement>,
    /// Views, routines and triggers that the piece defines.
    pub units: Vec<Unit>,
    /// Comments, string constants and client commands.
    pub tokens: Vec<Token>,
    /// Dynamic SQL and holes that stand for more than values.
    pub blind_spots: Vec<BlindSpot>,
    /// Statements that no parser accepted, and other trouble.
    pub problems: Vec<Problem>,
}

/// What a text looks like before it is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// One or more whole statements.
    Statement,
    /// Part of a statement: a condition, a column list with clause keywords, `ORDER BY …`.
    Fragment,
    /// Not SQL.
    None,
}

/// Whether a host language's string is SQL. English that starts with a SQL verb is not.
pub fn evidence(text: &str) -> Evidence {
    let word = text.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
    match word.to_ascii_uppercase().as_str() {
        "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "WITH" | "CREATE" | "ALTER" | "DROP" => Evidence::Statement,
        _ => Evidence::None,
    }
}

/// Reads a piece of SQL: one statement, a script of many, or a fragment. `dialect` is what the host knows of
/// it (a driver's import, a file's folder), `None` when nothing.
pub fn read(_sql: &SqlText, _dialect: Option<Dialect>) -> SqlFacts {
    SqlFacts::default()
}

impl Format for Sql {
    fn name(&self) -> &'static str {
        "sql"
    }

    fn claims(&self, path: &str, _head: &str) -> bool {
        path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("sql"))
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        let found = read(&SqlText::verbatim(input.text, 0), None);
        FileFacts {
            statements: found.statements,
            units: found.units,
            tokens: found.tokens,
            blind_spots: found.blind_spots,
            problems: found.problems,
            ..FileFacts::default()
        }
    }
}
