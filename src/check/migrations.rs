//! The migrations of a change, and the steps that they say: forward only, and of an edited file only what is new.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::net::{Before, Step, net};
use super::operation::{Operation, Takeaway};
use super::report::How;
use super::routine::called;
use crate::catalog::build::build;
use crate::catalog::chain::chained;
use crate::catalog::order::{SchemaSource, schema_sources};
use crate::catalog::{Column, Relation};
use crate::extract::{Input, format_of};
use crate::link::consumers::changes_columns;
use crate::link::database::DatabaseScope;
use crate::link::search::SchemaWords;
use crate::link::store::Store;
use crate::link::views;
use crate::model::facts::FileFacts;
use crate::model::name::{Ident, ObjectName};
use crate::model::schema::{ColumnDef, RoutineKind, SchemaChange};
use crate::model::source::{Context, FileId, SourceFile};
use crate::model::span::Span;
use crate::model::statement::{Direction, Reading, Statement, StatementKind};

/// A migration file of the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The file.
    pub file: FileId,
    /// How it came to be checked.
    pub how: How,
    /// Its text before the change, when it was edited.
    pub before: Option<String>,
}

/// What a change takes away or tightens, with the database that it is said of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The configured database, when there are several.
    pub database: Option<String>,
    /// What is taken away.
    pub takeaway: Takeaway,
    /// Other places that say the same.
    pub also: Vec<(FileId, Span)>,
    /// The type of the column before.
    pub old_type: Option<String>,
    /// Whether any schema source has it.
    pub declared: bool,
    /// Whether those who leave the column out are not refused: it has a default, or may be NULL.
    pub is_harmless: bool,
}

/// Reads the migrations.
pub fn taken(store: &Store<'_>, migrations: &[Migration]) -> Vec<Taken> {
    let words = SchemaWords::new();
    let changed: BTreeMap<FileId, &Migration> =
        migrations.iter().map(|migration| (migration.file, migration)).collect();
    let mut schema: BTreeSet<FileId> = store
        .sweep(|_, text| words.is_in(text), |seen| *seen)
        .into_iter()
        .filter(|(id, seen)| *seen && !matches!(store.file(*id).context, Context::Test | Context::Docs))
        .map(|(id, _)| id)
        .collect();
    schema.extend(changed.keys());
    let schema: Vec<FileId> = schema.into_iter().collect();
    store.prepare_own(&schema);
    let mut found: Vec<Taken> = Vec::new();
    let scopes = DatabaseScope::all(store.workspace());
    for scope in &scopes {
        let claimed = |id: FileId| {
            scope.is_defined_by(id)
                // A migration that no database claims is one of the first.
                || (changed.contains_key(&id)
                    && scope.name() == scopes[0].name()
                    && !scopes.iter().any(|scope| scope.is_defined_by(id)))
        };
        let files: Vec<FileId> = schema.iter().copied().filter(|&id| claimed(id)).collect();
        of_database(store, scope.name(), &files, &changed, &mut found);
    }
    found.sort_by_key(|taken| (taken.takeaway.file, taken.takeaway.span));
    found
}

fn of_database(
    store: &Store<'_>,
    database: Option<&str>,
    files: &[FileId],
    changed: &BTreeMap<FileId, &Migration>,
    found: &mut Vec<Taken>,
) {
    let changes_schema = |id: &FileId| store.own_facts(*id).statements.iter().any(|one| !one.changes.is_empty());
    let steps = files.iter().filter(|id| changes_schema(id) || changed.contains_key(id));
    let sources = schema_sources(steps.map(|&id| (id, store.file(id))));
    let sources = chained(sources, |id| store.file(id), |id| store.text(id));
    // What an edited file said before stands before its news.
    let old: BTreeMap<FileId, FileFacts> = changed
        .values()
        .filter_map(|migration| {
            let text = migration.before.as_ref()?;
            Some((migration.file, facts_of(&store.file(migration.file).repository_path, text)))
        })
        .collect();
    let facts = |id: FileId| Some(old.get(&id).unwrap_or_else(|| store.own_facts(id)));
    let is_new = |id: &FileId| changed.contains_key(id) && !old.contains_key(id);
    let without: Vec<SchemaSource> = sources
        .iter()
        .map(|source| SchemaSource {
            files: source.files.iter().copied().filter(|id| !is_new(id)).collect(),
            ..source.clone()
        })
        .collect();
    let mut all = build(&without, facts);
    views::expand(&mut all);
    for source in &sources {
        let Some(first) = source.files.iter().position(|id| changed.contains_key(id)) else { continue };
        let (run, rest) = source.files.split_at(first);
        let earlier = run.iter().chain(rest.iter().filter(|id| old.contains_key(id))).copied().collect();
        let earlier = SchemaSource { files: earlier, ..source.clone() };
        let mut own = build(&[earlier], facts);
        views::expand(&mut own);
        let before = Before { own: &own, all: &all };
        let said: Vec<Said<'_>> =
            source.files.iter().filter_map(|id| changed.get(id)).flat_map(|migration| said(store, migration)).collect();
        let steps = said.iter().flat_map(|said| {
            let step = |change| Step {
                file: said.file,
                span: said.span,
                change,
                statement: said.statement,
                is_written: said.is_written,
            };
            said.changes.iter().map(step)
        });
        let mut takeaways = net(steps, &before);
        takeaways.extend(constraints(store, &statements_of(store, source, changed), &before));
        takeaways.extend(dropped_routines(store, &said, files, &is_new));
        takeaways.sort_by_key(|takeaway| (takeaway.file, takeaway.span));
        for takeaway in takeaways {
            add(store, database, takeaway, &before, found);
        }
    }
}

/// One finding for one thing, however many migrations say it.
fn add(store: &Store<'_>, database: Option<&str>, takeaway: Takeaway, before: &Before<'_>, found: &mut Vec<Taken>) {
    let known = before.find(&takeaway.relation);
    let takeaway = with_key(takeaway, known);
    let column = takeaway.column.as_ref().zip(known).and_then(|(column, known)| known.column(&column.folded()));
    let old_type = column.map(|column| column.data_type.clone()).filter(|name| !name.is_empty());
    if takeaway.operation == Operation::ChangeType
        && old_type.as_deref().zip(takeaway.into.as_deref()).is_some_and(|(old, new)| same_type(old, new))
    {
        return;
    }
    let definition = column.and_then(|column| definition(store, column));
    if takeaway.operation == Operation::SetNotNull && definition.is_some_and(|definition| definition.not_null) {
        return;
    }
    let is_harmless = match takeaway.operation {
        Operation::SetNotNull => definition.is_some_and(|definition| definition.has_default),
        Operation::DropDefault => definition.is_some_and(|definition| !definition.not_null),
        _ => false,
    };
    let same_name = |a: &ObjectName, b: &ObjectName| {
        a.last().matches(b.last())
            && match (a.schema(), b.schema()) {
                (Some(a), Some(b)) => a.matches(b),
                _ => true,
            }
    };
    let same_column = |a: Option<&Ident>, b: Option<&Ident>| match (a, b) {
        (Some(a), Some(b)) => a.matches(b),
        (a, b) => a.is_none() && b.is_none(),
    };
    let twin = found.iter_mut().find(|other| {
        other.database.as_deref() == database
            && other.takeaway.operation == takeaway.operation
            && same_name(&other.takeaway.relation, &takeaway.relation)
            && same_column(other.takeaway.column.as_ref(), takeaway.column.as_ref())
    });
    match twin {
        Some(twin) => twin.also.push((takeaway.file, takeaway.span)),
        None => found.push(Taken {
            database: database.map(str::to_owned),
            declared: takeaway.operation == Operation::DropRoutine
                || (known.is_some() && (takeaway.column.is_none() || column.is_some_and(|own| own.dropped.is_none()))),
            is_harmless,
            takeaway,
            also: Vec::new(),
            old_type,
        }),
    }
}

/// The declaration of a column.
fn definition<'s>(store: &'s Store<'_>, column: &Column) -> Option<&'s ColumnDef> {
    let facts = store.own_facts(column.declared.file);
    let changes = facts.statements.iter().flat_map(|statement| &statement.changes);
    changes
        .flat_map(|change| match change {
            SchemaChange::CreateTable { columns, .. } => columns.as_slice(),
            SchemaChange::AddColumn { column, .. } => std::slice::from_ref(column),
            _ => &[],
        })
        .find(|definition| definition.span == column.declared.span)
}

/// The news of a source's migrations, in their order.
fn statements_of<'s>(
    store: &'s Store<'_>,
    source: &SchemaSource,
    changed: &BTreeMap<FileId, &Migration>,
) -> Vec<(FileId, &'s Statement)> {
    let migrations = source.files.iter().filter_map(|id| changed.get(id));
    migrations
        .flat_map(|migration| new_statements(store, migration).into_iter().map(|one| (migration.file, one)))
        .collect()
}

/// Unique indexes and constraints that come to tables which were there.
fn constraints(store: &Store<'_>, statements: &[(FileId, &Statement)], before: &Before<'_>) -> Vec<Takeaway> {
    static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)^\s*create\s+unique\b|\badd\s+(?:constraint\s+\S+\s+)?(unique|check)\b").ok()
    });
    let made: Vec<&ObjectName> = statements
        .iter()
        .flat_map(|(_, statement)| &statement.changes)
        .filter_map(|change| match change {
            SchemaChange::CreateTable { table, .. } => Some(table),
            _ => None,
        })
        .collect();
    let mut found = Vec::new();
    for (file, statement) in statements {
        if !matches!(statement.kind, StatementKind::OtherSchema | StatementKind::Alter) {
            continue;
        }
        let text = statement.span.of(store.text(*file));
        let Some(words) = WORDS.as_ref().and_then(|words| words.captures(text)) else { continue };
        let is_check = words.get(1).is_some_and(|word| word.as_str().eq_ignore_ascii_case("check"));
        let Some(scope) = statement.scopes.first() else { continue };
        let Some(table) = scope.sources.iter().find_map(|source| match &source.relation {
            crate::model::statement::Relation::Table(name) => Some(name),
            _ => None,
        }) else {
            continue;
        };
        if made.iter().any(|own| own.last().matches(table.last())) || before.find(table).is_none() {
            continue;
        }
        let mut columns: Vec<&Ident> = scope.references.iter().map(|reference| &reference.name).collect();
        columns.dedup_by(|a, b| a.matches(b));
        found.push(Takeaway {
            operation: if is_check { Operation::AddCheck } else { Operation::AddUnique },
            relation: table.clone(),
            column: match columns.as_slice() {
                [one] => Some((*one).clone()),
                _ => None,
            },
            into: None,
            file: *file,
            span: statement.span,
        });
    }
    found
}

/// Functions and procedures that were there before and are dropped for good.
fn dropped_routines(
    store: &Store<'_>,
    said: &[Said<'_>],
    files: &[FileId],
    is_new: &impl Fn(&FileId) -> bool,
) -> Vec<Takeaway> {
    let mut found: Vec<Takeaway> = Vec::new();
    for one in said {
        for change in one.changes.iter() {
            match change {
                SchemaChange::DropRoutine { name, kind } if *kind != RoutineKind::Trigger => {
                    let is_same = |change: &SchemaChange| {
                        matches!(change, SchemaChange::CreateRoutine { name: own, kind, .. }
                            if *kind != RoutineKind::Trigger && own.last().matches(name.last()))
                    };
                    let earlier = files.iter().filter(|id| !is_new(id));
                    let was_there = earlier
                        .flat_map(|id| &store.own_facts(*id).statements)
                        .filter(|statement| statement.direction == Direction::Forward)
                        .any(|statement| statement.changes.iter().any(is_same));
                    if was_there {
                        found.push(Takeaway {
                            operation: Operation::DropRoutine,
                            relation: name.clone(),
                            column: None,
                            into: None,
                            file: one.file,
                            span: one.span,
                        });
                    }
                }
                SchemaChange::CreateRoutine { name, .. } => {
                    found.retain(|takeaway| !takeaway.relation.last().matches(name.last()));
                }
                _ => {}
            }
        }
    }
    found
}

/// Frameworks call the column of a relation by the relation's name: `team` is `team_id` where there is no `team`.
fn with_key(mut takeaway: Takeaway, known: Option<&Relation>) -> Takeaway {
    if let (Some(column), Some(known)) = (&takeaway.column, known)
        && matches!(takeaway.operation, Operation::DropColumn | Operation::RenameColumn)
        && known.column(&column.folded()).is_none()
    {
        let key = Ident::quoted(format!("{}_id", column.text));
        if known.column(&key.folded()).is_some() {
            takeaway.column = Some(key);
        }
    }
    takeaway
}

/// Whether two types are one, however they are spelled.
fn same_type(a: &str, b: &str) -> bool {
    let plain = |name: &str| -> String {
        let name: String = name.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '`')).collect();
        let name = name.to_ascii_lowercase();
        let (base, rest) =
            name.split_once('(').map_or((name.as_str(), String::new()), |(base, rest)| (base, format!("({rest}")));
        let base = match base {
            "int" | "int4" | "integer" => "integer",
            "int8" | "bigint" => "bigint",
            "int2" | "smallint" => "smallint",
            "bool" | "boolean" => "boolean",
            "charactervarying" | "varchar" => "varchar",
            "character" | "char" => "char",
            "timestamptz" | "timestampwithtimezone" => "timestamptz",
            "timestamp" | "timestampwithouttimezone" => "timestamp",
            "decimal" | "numeric" => "numeric",
            "float8" | "doubleprecision" | "double" => "double",
            other => other,
        };
        format!("{base}{rest}")
    };
    plain(a) == plain(b)
}

/// What one statement of a migration does.
struct Said<'s> {
    file: FileId,
    span: Span,
    changes: Cow<'s, [SchemaChange]>,
    statement: Option<&'s Statement>,
    /// Whether it stands there as it is, not put together by a routine.
    is_written: bool,
}

/// What the news of a migration do, in their order.
fn said<'s>(store: &'s Store<'_>, migration: &Migration) -> Vec<Said<'s>> {
    let file = migration.file;
    let statements = new_statements(store, migration);
    let calls = called(store.text(file), statements.first().map(|statement| statement.dialect));
    let mut all: Vec<Said<'s>> = calls
        .into_iter()
        .filter(|(span, _)| statements.iter().any(|statement| statement.span.contains(*span)))
        .map(|(span, changes)| Said { file, span, changes: Cow::Owned(changes), statement: None, is_written: false })
        .collect();
    all.extend(statements.into_iter().filter(|statement| !statement.changes.is_empty()).map(|statement| Said {
        file,
        span: statement.span,
        changes: Cow::Borrowed(&statement.changes),
        statement: Some(statement),
        is_written: true,
    }));
    all.sort_by_key(|said| said.span.start);
    all
}

/// The statements that the change adds, of those that run forward.
pub fn new_statements<'s>(store: &'s Store<'_>, migration: &Migration) -> Vec<&'s Statement> {
    let facts = store.own_facts(migration.file);
    let text = store.text(migration.file);
    let mut old = old_statements(store, migration);
    let forward = facts.statements.iter().filter(|statement| statement.direction == Direction::Forward);
    forward
        .filter(|statement| {
            let said = old.get_mut(&words_of(statement.span.of(text)));
            match said {
                Some(times) if *times > 0 => {
                    *times -= 1;
                    false
                }
                _ => true,
            }
        })
        .collect()
}

/// How often an edited file said each statement before.
fn old_statements(store: &Store<'_>, migration: &Migration) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let Some(text) = &migration.before else { return found };
    let facts = facts_of(&store.file(migration.file).repository_path, text);
    for statement in facts.statements.iter().filter(|statement| statement.direction == Direction::Forward) {
        *found.entry(words_of(statement.span.of(text))).or_insert(0) += 1;
    }
    found
}

fn facts_of(path: &str, text: &str) -> FileFacts {
    let head: String = text.chars().take(1024).collect();
    let mut facts =
        format_of(path, &head).map_or_else(FileFacts::default, |format| format.extract(Input::new(path, text)));
    facts.put_in_order();
    facts
}

/// A statement's text without differences in white space.
fn words_of(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Places of a migration that cannot be read, with the reason.
pub fn unreadable(store: &Store<'_>, migration: &Migration) -> Vec<(Span, String)> {
    let file = store.file(migration.file);
    if let Some((_, reason)) = store.skipped().find(|(id, _)| *id == migration.file) {
        return vec![(Span::default(), format!("the file is not read: {reason}"))];
    }
    let text = store.text(migration.file);
    if let Some(span) = conflict(text) {
        return vec![(span, "a merge conflict is not resolved".to_owned())];
    }
    if format_of(&file.repository_path, &text.chars().take(1024).collect::<String>()).is_none() {
        return vec![(Span::default(), "columnist does not read migrations of this format".to_owned())];
    }
    let words = SchemaWords::new();
    let facts = store.own_facts(migration.file);
    let mut found: Vec<(Span, String)> = new_statements(store, migration)
        .into_iter()
        .filter_map(|statement| match &statement.reading {
            Reading::Tokens { reason } if statement.changes.is_empty() && words.is_in(statement.span.of(text)) => {
                Some((statement.span, format!("a statement cannot be read: {reason}")))
            }
            _ => None,
        })
        .collect();
    if migration.before.is_none() {
        found.extend(
            facts
                .problems
                .iter()
                .filter(|problem| problem.code != "sql-statement-unparsed")
                .map(|problem| (problem.span, problem.message.clone())),
        );
    }
    found.sort();
    found.dedup();
    found
}

/// Where a merge left its marks.
fn conflict(text: &str) -> Option<Span> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ") {
            return Some(Span::new(start, start + line.trim_end().len()));
        }
        start += line.len();
    }
    None
}

/// Whether a change of that file may be a migration: by what its path says, or because it is a script.
pub fn may_be_migration(file: &SourceFile) -> bool {
    let is_script = || format_of(&file.repository_path, "").is_some_and(|format| format.name() == "sql");
    match file.context {
        Context::Migration => true,
        Context::Live => is_script(),
        Context::Test | Context::Docs | Context::Seed => false,
    }
}

/// Whether the file is a migration, once it is read. A live script is one when it changes columns of tables that are
/// there, or does nothing but change the schema: a report that makes a table for itself is none.
pub fn is_migration(store: &Store<'_>, file: FileId) -> bool {
    if conflict(store.text(file)).is_some() {
        return true;
    }
    let statements = &store.own_facts(file).statements;
    let changes = || statements.iter().any(|statement| !statement.changes.is_empty());
    let only_schema = || statements.iter().all(|one| one.kind.is_schema() || one.kind == StatementKind::Other);
    match store.file(file).context {
        Context::Migration => changes() || statements.iter().any(|one| matches!(one.reading, Reading::Tokens { .. })),
        _ => changes_columns(statements) || (changes() && only_schema()),
    }
}
