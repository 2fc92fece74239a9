//! Consumers: in which code unit a place stands, whether that is live, and what kind it is.
//!
//! The file's path says most (see `discover`); what the statement itself does may say otherwise.

use std::collections::BTreeSet;

use super::runs::has_kind_of_user;
use super::system::System;
use crate::catalog::Origin;
use crate::extract::format_of;
use crate::model::answer::Construct;
use crate::model::facts::{FileFacts, Unit, UnitKind};
use crate::model::schema::SchemaChange;
use crate::model::source::{Context, FileId, Kind, SourceFile, has_ending};
use crate::model::span::Span;
use crate::model::statement::{Direction, SourceRole, Statement, StatementKind};

/// What tells consumers apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConsumerKey {
    /// Its file.
    pub file: FileId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Whether it is live.
    pub context: Context,
}

/// The consumers of one file.
pub struct Consumers<'a> {
    system: &'a System<'a, 'a>,
    id: FileId,
    file: &'a SourceFile,
    context: Context,
    kind: Kind,
    facts: &'a FileFacts,
    /// For a file of SQL and nothing else.
    script: Option<Script>,
    /// In a script or a changelog, statements that are text in a value that a row stores: a report's query, kept as data.
    /// Whoever reads it runs it.
    stored: BTreeSet<Span>,
}

/// What the statements of a file of SQL say about it.
struct Script {
    /// It changes columns of tables that are there: a migration, whatever its path says.
    changes_columns: bool,
}

impl<'a> Consumers<'a> {
    /// The consumers of the file.
    pub fn of_file(system: &'a System<'a, 'a>, id: FileId) -> Self {
        let (file, facts) = (system.store.file(id), system.store.facts(id));
        let is_script = format_of(&file.repository_path, "").is_some_and(|format| format.name() == "sql");
        let script = is_script.then(|| Script { changes_columns: changes_columns(&facts.statements) });
        let is_changelog = || {
            CHANGELOGS.iter().any(|ending| has_ending(&file.repository_path, ending))
                && system.store.text(id).contains("databaseChangeLog")
        };
        let stored = if is_script || is_changelog() { stored(&facts.statements) } else { BTreeSet::new() };
        let (context, kind) = system.purpose(id);
        Self { system, id, file, context, kind, facts, script, stored }
    }

    /// The consumer in which a place stands.
    pub fn at(&self, span: Span) -> ConsumerKey {
        let unit = self.facts.unit_at(span);
        let (kind, context) = match unit {
            Some(unit) if self.is_in_force(unit) && !matches!(self.context, Context::Test | Context::Docs) => {
                (Kind::View, Context::Live)
            }
            // The text of a report that a changelog stores.
            Some(Unit { kind: UnitKind::Document(Some(Kind::Report)), .. }) if self.context == Context::Migration => {
                (Kind::Report, Context::Live)
            }
            Some(Unit { kind: UnitKind::Document(Some(kind)), .. })
                if self.context == Context::Live && !has_kind_of_user(self.system.store, self.id) =>
            {
                (*kind, self.context)
            }
            _ => (self.kind, self.context),
        };
        let name = match unit {
            Some(unit) => unit.name.clone(),
            None => self.file.path.rsplit('/').next().unwrap_or(&self.file.path).to_owned(),
        };
        ConsumerKey { file: self.id, name, kind, context }
    }

    /// The consumer of what a statement uses at `span` as `construct`.
    pub fn of(&self, statement: &Statement, span: Span, construct: Construct) -> ConsumerKey {
        let mut consumer = self.at(span);
        let other = match (consumer.context, &self.script) {
            // A view's own definition does not depend on it.
            _ if construct == Construct::Schema && statement.kind == StatementKind::CreateView => {
                Some((Context::Migration, Kind::Migration))
            }
            // Nor does a routine live on what it creates or alters: that ran, or runs, to change the schema.
            _ if construct == Construct::Schema && consumer.kind == Kind::View && changes_relations(statement.kind) => {
                Some((Context::Migration, Kind::Migration))
            }
            _ if consumer.kind == Kind::View => None,
            // DDL outside of migrations (an application that makes its own tables) declares the column as a migration
            // does; it is no consumer that lives on it.
            (Context::Live, _) if construct == Construct::Schema => Some((Context::Migration, Kind::Migration)),
            (Context::Live | Context::Migration | Context::Seed, _) if self.stored.contains(&statement.span) => {
                Some((Context::Live, Kind::Report))
            }
            (Context::Live, Some(script)) => self.loads_or_migrates(script, statement),
            _ => None,
        };
        if let Some((context, kind)) = other {
            (consumer.context, consumer.kind) = (context, kind);
        }
        consumer
    }

    /// What a statement of a live script is when it is no query that runs again and again.
    fn loads_or_migrates(&self, script: &Script, statement: &Statement) -> Option<(Context, Kind)> {
        if script.changes_columns {
            return Some((Context::Migration, Kind::Migration));
        }
        let text = || statement.span.of(self.system.store.text(self.id));
        (fills_with_constants(statement) && !has_parameters(text())).then_some((Context::Seed, Kind::Seed))
    }

    fn is_in_force(&self, unit: &Unit) -> bool {
        matches!(unit.kind, UnitKind::View | UnitKind::Routine | UnitKind::Trigger)
            && self.facts.statements.iter().any(|statement| {
                statement.direction == Direction::Forward
                    && (statement.span.contains(unit.span) || unit.span.contains(statement.span))
                    && self.system.catalog.is_live_definition(Origin { file: self.id, span: statement.span })
            })
    }
}

/// Whether a statement of that kind makes or changes tables and what belongs to them.
fn changes_relations(kind: StatementKind) -> bool {
    matches!(kind, StatementKind::CreateTable | StatementKind::Alter | StatementKind::Drop | StatementKind::OtherSchema)
}

/// Endings of Liquibase's changelogs that are no SQL.
const CHANGELOGS: &[&str] = &["xml", "yaml", "yml", "json"];

/// Statements directly inside of one that writes rows; `statements` are in text order.
fn stored(statements: &[Statement]) -> BTreeSet<Span> {
    let mut found = BTreeSet::new();
    let mut around: Vec<&Statement> = Vec::new();
    for statement in statements {
        while around.last().is_some_and(|outer| !outer.span.contains(statement.span) || outer.span == statement.span) {
            around.pop();
        }
        if around.last().is_some_and(|outer| matches!(outer.kind, StatementKind::Insert | StatementKind::Update)) {
            found.insert(statement.span);
        }
        around.push(statement);
    }
    found
}

/// Whether the file is SQL and nothing else.
pub(super) fn is_script(file: &SourceFile) -> bool {
    format_of(&file.repository_path, "").is_some_and(|format| format.name() == "sql")
}

/// Whether a script is a migration whatever its path says: it changes columns of tables that are there.
pub(crate) fn changes_columns(statements: &[Statement]) -> bool {
    statements.iter().flat_map(|statement| &statement.changes).any(|change| {
        matches!(
            change,
            SchemaChange::AddColumn { .. }
                | SchemaChange::DropColumn { .. }
                | SchemaChange::RenameColumn { .. }
                | SchemaChange::AlterColumn { .. }
                | SchemaChange::RenameRelation { .. }
        )
    })
}

/// `INSERT INTO t (…) VALUES (…), (…)`: reads nothing.
fn fills_with_constants(statement: &Statement) -> bool {
    statement.kind == StatementKind::Insert
        && statement.holes.is_empty()
        && statement.scopes.iter().flat_map(|scope| &scope.sources).all(|source| source.role != SourceRole::Read)
}

/// Whether the text has a parameter outside of quotes: it is a query that an application fills in. May say so of
/// text that has none.
fn has_parameters(text: &str) -> bool {
    let mut quote = None;
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match quote {
            Some(open) => {
                if letter == '\\' {
                    letters.next();
                } else if letter == open {
                    quote = None;
                }
            }
            None => match letter {
                '\'' | '"' | '`' => quote = Some(letter),
                '?' | '$' | '@' | '%' | '{' | '#' | '&' => return true,
                ':' if before != ':' && letters.peek().is_some_and(|next| next.is_alphabetic() || *next == '_') => {
                    return true;
                }
                _ => {}
            },
        }
        before = letter;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_have_no_parameters() {
        for (text, expected) in [
            ("INSERT INTO t (a, b) VALUES (1, 'x?'), (2, 'it''s $1')", false),
            ("INSERT INTO t VALUES ('2024-01-01'::date, '\\'?', now())", false),
            ("INSERT INTO t VALUES (?)", true),
            ("INSERT INTO t VALUES ($1)", true),
            ("INSERT INTO t VALUES (:name)", true),
            ("INSERT INTO t VALUES (@name)", true),
            ("INSERT INTO t VALUES (%s)", true),
            ("INSERT INTO t VALUES ('x', #{name})", true),
        ] {
            assert_eq!(has_parameters(text), expected, "{text}");
        }
    }
}
