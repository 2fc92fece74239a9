//! Who inserts rows without giving a column its value, and who calls a routine: questions that `check` asks besides
//! `who`.

use std::collections::BTreeMap;

use rayon::prelude::*;
use regex::Regex;

use super::assemble::{consumers, reference};
use super::matching::{Match, Targets};
use super::who::Inquiry;
use crate::catalog::{ColumnKey, RelationKey};
use crate::link::consumers::{ConsumerKey, Consumers};
use crate::link::resolve::relation_key;
use crate::link::system::{StatementUses, System};
use crate::model::answer::{Certainty, Construct, Consumer, Reference};
use crate::model::name::Name;
use crate::model::source::{Context, FileId};
use crate::model::span::Span;
use crate::model::statement::{Access, Direction, Insert, InsertColumns, Relation, Scope, SourceRole, Statement};

/// An insert that leaves the column out: where, and how sure.
struct Omission {
    span: Span,
    certainty: Certainty,
    why: &'static str,
}

impl Inquiry<'_, '_> {
    /// Those who insert rows into the table of a question about a column without naming the column, sorted as answers are.
    pub fn omitters(&self, question: usize) -> Vec<Consumer> {
        let Ok((system, targets)) = self.targets(question) else { return Vec::new() };
        let Some(column) = targets.column.clone() else { return Vec::new() };
        let files = self.candidates(question, system, &targets);
        let found: Vec<(ConsumerKey, Span, Reference)> = files
            .par_iter()
            .filter(|id| system.database.is_used_by(**id))
            .flat_map_iter(|&id| omissions_in(system, &targets, &column, id))
            .collect();
        gather(system, found)
    }

    /// Those whose statements call the routine, sorted as answers are.
    pub fn callers(&self, routine: &str) -> Vec<Consumer> {
        let Some(system) = self.systems().first() else { return Vec::new() };
        let pattern = format!(
            r#"(?i)(?:(?-u:\b)(?:call|exec|execute|perform|execute\s+(?:function|procedure))\s+(?:[\w"`\[\]]+\.)?["`\[]?({0})(?-u:\b)|(?-u:\b)({0})["`\]]?\s*\()"#,
            regex::escape(routine)
        );
        let Ok(calls) = Regex::new(&pattern) else { return Vec::new() };
        let seen = system.store.sweep(|_, text| calls.is_match(text), |seen| *seen);
        let files: Vec<FileId> = seen.into_iter().filter(|(_, seen)| *seen).map(|(id, _)| id).collect();
        let found: Vec<(ConsumerKey, Span, Reference)> =
            files.par_iter().flat_map_iter(|&id| calls_in(system, &calls, routine, id)).collect();
        gather(system, found)
    }
}

fn gather(system: &System<'_, '_>, found: Vec<(ConsumerKey, Span, Reference)>) -> Vec<Consumer> {
    let mut grouped: BTreeMap<ConsumerKey, Vec<(Span, Reference)>> = BTreeMap::new();
    for (key, span, reference) in found {
        let own = grouped.entry(key).or_default();
        if !own.iter().any(|(other, _)| *other == span) {
            own.push((span, reference));
        }
    }
    consumers(system, grouped)
}

fn omissions_in(
    system: &System<'_, '_>,
    targets: &Targets<'_>,
    column: &Name,
    id: FileId,
) -> Vec<(ConsumerKey, Span, Reference)> {
    let consumers = Consumers::of_file(system, id);
    let key = ColumnKey { relation: targets.relation.clone(), column: column.clone() };
    let mut found = Vec::new();
    for statement in system.file_uses(id) {
        if statement.statement.direction == Direction::Backward {
            continue;
        }
        for scope in &statement.statement.scopes {
            let Some(omission) = omission(system, targets, column, &statement, scope) else { continue };
            let construct = statement.written;
            let matched = Match {
                access: Access::Write,
                certainty: omission.certainty,
                construct,
                why: omission.why.to_owned(),
                column: key.clone(),
            };
            let consumer = consumers.of(&statement.statement, omission.span, construct);
            found.push((consumer, omission.span, reference(system, id, omission.span, matched)));
        }
    }
    found
}

fn omission(
    system: &System<'_, '_>,
    targets: &Targets<'_>,
    column: &Name,
    statement: &StatementUses<'_>,
    scope: &Scope,
) -> Option<Omission> {
    let insert: &Insert = scope.insert.as_ref()?;
    let target = scope.sources.iter().find(|source| source.role == SourceRole::Target)?;
    let Relation::Table(name) = &target.relation else { return None };
    if relation_key(&system.catalog, name, &statement.search_path) != targets.relation {
        return None;
    }
    let is_open = !statement.statement.holes.is_empty();
    let sure = if is_open { Certainty::Possible } else { Certainty::Certain };
    match &insert.columns {
        InsertColumns::Named(names) => {
            let named = names.iter().filter_map(|at| scope.references.get(*at as usize));
            let mut named = named.map(|reference| &reference.name);
            let span = target.span;
            (!named.any(|name| name.is_called(column))).then_some(Omission {
                span,
                certainty: if names.is_empty() { Certainty::Possible } else { sure },
                why: "inserts a row without naming the column",
            })
        }
        InsertColumns::Positional { count, span } => {
            let RelationKey::Declared(id) = &targets.relation else { return None };
            let mut live = system.catalog.relation(*id).live_columns();
            let place = live.position(|own| own.name.is_called(column))?;
            match count {
                Some(count) if (*count as usize) > place => None,
                Some(_) => {
                    Some(Omission { span: *span, certainty: sure, why: "inserts fewer values than there are columns" })
                }
                None => Some(Omission {
                    span: *span,
                    certainty: Certainty::Possible,
                    why: "inserts as many values as its query gives",
                }),
            }
        }
        InsertColumns::Defaults => {
            Some(Omission { span: target.span, certainty: sure, why: "inserts a row of defaults" })
        }
    }
}

fn calls_in(system: &System<'_, '_>, calls: &Regex, routine: &str, id: FileId) -> Vec<(ConsumerKey, Span, Reference)> {
    let text = system.store.text(id);
    let facts = system.store.facts(id);
    let consumers = Consumers::of_file(system, id);
    let mut found = Vec::new();
    if matches!(system.purpose(id).0, Context::Docs) {
        return found;
    }
    for captures in calls.captures_iter(text) {
        let Some(name) = captures.get(1).or_else(|| captures.get(2)) else { continue };
        let span = Span::new(name.start(), name.end());
        let innermost = |statement: &&Statement| statement.span.contains(span);
        let Some(statement) = facts.statements.iter().rfind(innermost) else { continue };
        // Its own definition and its end are no calls.
        let before = text[..name.start()].trim_end_matches(['.', '"', '`', '[']);
        let is_definition = ["function", "procedure", "exists"].iter().any(|word| {
            let tail = before.trim_end().rsplit(|c: char| c.is_whitespace() || c == '.').next().unwrap_or("");
            tail.eq_ignore_ascii_case(word)
        });
        if is_definition && !before.to_ascii_lowercase().trim_end().ends_with("execute function") {
            continue;
        }
        let matched = Match {
            access: Access::Read,
            certainty: Certainty::Likely,
            construct: Construct::Sql,
            why: format!("calls {routine}"),
            column: ColumnKey { relation: RelationKey::Undeclared(Name::new(routine)), column: Name::new("*") },
        };
        let consumer = consumers.of(statement, span, Construct::Sql);
        found.push((consumer, span, reference(system, id, span, matched)));
    }
    found
}
