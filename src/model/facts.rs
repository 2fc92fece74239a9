//! What extraction knows of one file, without having looked into any other.
//!
//! Facts are rows: the facts of different files, repositories and revisions merge by union.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::mapping::{BuiltStatement, Mapping};
use super::name::ObjectName;
use super::source::Kind;
use super::span::Span;
use super::statement::Statement;

/// Everything one file says.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileFacts {
    /// SQL statements, in text order.
    pub statements: Vec<Statement>,
    /// Statements that calls build, in text order.
    pub built: Vec<BuiltStatement>,
    /// Classes and models that stand for relations.
    pub mappings: Vec<Mapping>,
    /// Named code units, in order of their start; an outer unit comes before those inside it.
    pub units: Vec<Unit>,
    /// What stands where, for words that no statement refers to; sorted by start, never overlapping.
    pub tokens: Vec<Token>,
    /// What text outside of all `tokens` and statements is.
    pub elsewhere: TokenKind,
    /// Names that hold the name of a relation, for the SQL of other files.
    pub constants: Vec<Constant>,
    /// Names of other files that stand where this file's SQL has a relation; sorted.
    pub wanted: Vec<OuterName>,
    /// Who owns parts of the file, where it says so itself.
    pub owners: Vec<(Span, String)>,
    /// What could not be told.
    pub blind_spots: Vec<BlindSpot>,
    /// What is wrong with the file.
    pub problems: Vec<Problem>,
}

impl FileFacts {
    /// Puts units, tokens and statements in the order that this type promises; where tokens overlap, the one that
    /// starts first stays.
    pub fn put_in_order(&mut self) {
        self.statements.sort_by_key(|statement| (statement.span.start, statement.span.end));
        self.built.sort_by_key(|built| (built.statement.span.start, built.statement.span.end));
        self.mappings.sort_by_key(|mapping| mapping.span);
        self.units.sort_by_key(|unit| (unit.span.start, std::cmp::Reverse(unit.span.end)));
        self.units.dedup();
        self.tokens.sort_by_key(|token| (token.span.start, std::cmp::Reverse(token.span.end)));
        let mut end = 0;
        self.tokens.retain(|token| {
            let apart = token.span.start >= end;
            if apart {
                end = token.span.end;
            }
            apart
        });
        self.blind_spots.sort_by_key(|spot| (spot.span, spot.reason.clone()));
        self.blind_spots.dedup();
    }

    /// The innermost unit that holds `span`, if any does: of those that start before it, the last that does not end
    /// before it does.
    pub fn unit_at(&self, span: Span) -> Option<&Unit> {
        let before = self.units.partition_point(|unit| unit.span.start <= span.start);
        self.units[..before].iter().rev().find(|unit| unit.span.contains(span))
    }

    /// What the text at `offset` is when it is no reference.
    pub fn token_at(&self, offset: u32) -> TokenKind {
        let next = self.tokens.partition_point(|token| token.span.start <= offset);
        match next.checked_sub(1).map(|at| self.tokens[at]) {
            Some(token) if token.span.contains_offset(offset) => token.kind,
            _ => self.elsewhere,
        }
    }
}

/// A name as other files use it: `USERS`, `Tables.USERS`, `config.usersTable()`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OuterName {
    /// The class or object that holds it. For a use: what stands before the dot, empty when that is an expression.
    pub holder: Option<String>,
    /// The last part of the name.
    pub name: String,
    /// Whether it is called.
    pub call: bool,
}

/// A name with the text that it holds: a constant, or a function that returns the same text at every call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constant {
    /// The name.
    pub name: OuterName,
    /// The text: the name of a relation, perhaps qualified.
    pub value: String,
}

/// What kind of code unit a [`Unit`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum UnitKind {
    /// A free function, also a named arrow function or a shell function.
    Function,
    /// A method or constructor.
    Method,
    /// A class, interface, record, enum or module.
    Class,
    /// A view or materialised view.
    View,
    /// A stored function or procedure.
    Routine,
    /// A trigger.
    Trigger,
    /// A report, dashboard, connector or the like that a document describes. It is of that kind wherever the document
    /// lies.
    Document(Option<Kind>),
}

/// A named part of a file that can be a consumer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Its name with those of the units around it: `UserExport.run`.
    pub name: String,
    /// What it is.
    pub kind: UnitKind,
    /// All of it, from its first modifier to its closing brace.
    pub span: Span,
}

/// What a word in a file is when no statement refers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum TokenKind {
    /// A comment.
    Comment,
    /// A string literal, or a part of one, that is not SQL.
    Text,
    /// Prose: documentation, a heading, a translation.
    Prose,
    /// A name that cannot be a column: a local, a parameter, a type, a function, an import.
    Symbol,
    /// A member, key, getter or setter: the column if its receiver is a row.
    Property,
    /// Inside SQL, a word that names no column: an alias, a constant, the name of an index.
    SqlOther,
    /// What a tool writes down of the schema, or a drawing of it: nothing reads the column by it.
    Record,
    /// Text of a format that columnist does not read.
    #[default]
    Unread,
}

/// A stretch of text of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Token {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: TokenKind,
}

/// A place whose references cannot be told before run time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlindSpot {
    /// Where.
    pub span: Span,
    /// Why, in a few words.
    pub reason: String,
    /// Relations that it is known to touch; empty when that cannot be told either.
    pub relations: Vec<ObjectName>,
}

/// Something wrong with a source file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable kebab-case code.
    pub code: Cow<'static, str>,
    /// The fact, in lower case, without a full stop.
    pub message: String,
    /// Where; `0..0` for the file as a whole.
    pub span: Span,
}
