//! Mentions that no statement and no mapping accounts for: uses of values, judged by what the values are known to be.

use std::cell::LazyCell;
use std::collections::{BTreeSet, HashSet};
use std::sync::OnceLock;

use super::matching::{Judgement, Match, Targets};
use super::unproved::Unproved;
use super::who::{FileFindings, record};
use crate::catalog::{ColumnKey, RelationKey};
use crate::link::consumers::Consumers;
use crate::link::resolve::relation_key;
use crate::link::search::Spellings;
use crate::link::system::System;
use crate::link::types::{Meaning, Types};
use crate::model::answer::{Certainty, Construct};
use crate::model::code::{Code, ExpressionId, ExpressionKind, Flow, FlowTarget, Language, Use, UseForm};
use crate::model::mapping::MappingRole;
use crate::model::name::Name;
use crate::model::source::{Context, FileId};
use crate::model::span::Span;
use crate::model::statement::Access;

/// Judges uses of values.
pub(super) struct Values<'q, 's, 'w> {
    system: &'q System<'s, 'w>,
    targets: &'q Targets<'q>,
    search: &'q Spellings,
    candidates: &'q [FileId],
    unproved: &'q Unproved<'q, 's, 'w>,
    types: Types<'q, 's, 'w>,
    /// Whether the column's spellings belong to the target alone, as far as all code says.
    is_unique: OnceLock<bool>,
    /// Whether the table is mapped and none of its mappings has the column.
    is_unmapped: OnceLock<bool>,
}

impl<'q, 's, 'w> Values<'q, 's, 'w> {
    /// For the mentions of a question, all of which stand in `candidates`.
    pub(super) fn new(
        system: &'q System<'s, 'w>,
        targets: &'q Targets<'q>,
        search: &'q Spellings,
        candidates: &'q [FileId],
        unproved: &'q Unproved<'q, 's, 'w>,
    ) -> Self {
        Self {
            system,
            targets,
            search,
            candidates,
            unproved,
            types: Types::new(system),
            is_unique: OnceLock::new(),
            is_unmapped: OnceLock::new(),
        }
    }

    /// Tells what the open mentions of a file are.
    pub(super) fn look_into(&self, findings: &mut FileFindings) {
        let id = findings.file;
        if !self.system.database.is_used_by(id) {
            return;
        }
        let open = self.open(findings);
        self.paths(findings);
        if open.is_empty() {
            return;
        }
        let mappings = &self.system.store.facts(id).mappings;
        let mapped = |span: Span| {
            mappings.iter().find_map(|mapping| {
                let property = mapping.properties.iter().find(|property| property.span.contains(span))?;
                Some(format!("what maps {}.{}", mapping.entity, property.name))
            })
        };
        for span in &open {
            if let Some(whose) = mapped(*span) {
                record(&mut findings.judged, *span, Judgement::OtherColumn(whose));
            }
        }
        let open = open.into_iter().filter(|span| mapped(*span).is_none());
        let Some(code) = self.system.store.code(id) else { return };
        let evaluator = self.types.evaluator();
        let consumers = Consumers::of_file(self.system, id);
        let written = LazyCell::new(|| written_literals(code));
        for span in open {
            let Some(found) = code.use_at(span) else { continue };
            let judgement = match evaluator.meaning(id, code, found) {
                Meaning::Columns { columns, access, certainty, why } => {
                    self.targets.judge_value(&columns, access, certainty, why)
                }
                Meaning::Value(why) => Judgement::Value(why),
                Meaning::SomeRow(why) => self.by_name(found, findings, why),
                Meaning::Unknown(_) if found.form == UseForm::Argument && !self.unproved.is_given_to_row(id, span) => {
                    continue;
                }
                Meaning::Unknown(why) if is_copied(code, found) && !written.contains(&found.receiver) => {
                    Judgement::Value(format!("{why}; the name under which a copy of a property is handed on"))
                }
                Meaning::Unknown(why) => match self.by_name(found, findings, why) {
                    Judgement::Unresolved(why) if found.form == UseForm::Key => {
                        let shown = taker(code, found.receiver).filter(|name| Unproved::shows(name));
                        match shown {
                            Some(name) => Judgement::Value(format!("{why}: given to `{name}`")),
                            None if self.is_page(id) && taken_by_hook(code, found.receiver) => {
                                Judgement::Value(format!("{why}: given to what a hook of a page gives"))
                            }
                            None if is_described(code, found) => {
                                Judgement::Value(format!("{why}: a part of a description of objects"))
                            }
                            None => Judgement::Unresolved(why),
                        }
                    }
                    Judgement::Unresolved(why) if self.is_page(id) && is_of_hook(code, found.receiver) => {
                        Judgement::Value(format!("{why}: a part of what a hook of a page gives"))
                    }
                    told => told,
                },
            };
            if let Judgement::Reference(matched) = &judgement {
                findings.references.push((consumers.at(span), span, matched.clone()));
            }
            record(&mut findings.judged, span, judgement);
        }
    }

    /// Whether a file draws a page, so that what its hooks give has come over a network.
    fn is_page(&self, id: FileId) -> bool {
        let path = &self.system.store.file(id).repository_path;
        [".tsx", ".jsx"].iter().any(|ending| path.ends_with(ending))
    }

    /// Names inside of longer words, where paths are written as one: `filter(profile__full_name__icontains=x)`. They are no
    /// mentions.
    fn paths(&self, findings: &mut FileFindings) {
        let id = findings.file;
        let text = self.system.store.text(id);
        if !text.contains("__") {
            return;
        }
        let Some(code) = self.system.store.code(id).filter(|code| code.language == Language::Python) else { return };
        let bytes = text.as_bytes();
        let is_within = |span: Span| {
            let (start, end) = (span.start as usize, span.end as usize);
            (start > 0 && bytes[start - 1] == b'_') || bytes.get(end) == Some(&b'_')
        };
        let is_asked = |name: &str| self.search.find_in(name).any(|found| found == (0, name.len()));
        let consumers = Consumers::of_file(self.system, id);
        let evaluator = self.types.evaluator();
        for found in code.uses.iter().filter(|found| is_within(found.span) && is_asked(&found.name)) {
            if let Meaning::Columns { columns, access, certainty, why } = evaluator.meaning(id, code, found)
                && let Judgement::Reference(matched) = self.targets.judge_value(&columns, access, certainty, why)
            {
                findings.references.push((consumers.at(found.span), found.span, matched));
            }
        }
    }

    /// Mentions that nothing has told yet.
    fn open(&self, findings: &FileFindings) -> Vec<Span> {
        let is_open = |span: &Span| {
            let judged = findings.judged.range(..=span.start).next_back();
            judged.is_none_or(|(_, (place, judgement))| {
                !place.contains(*span) || matches!(judgement, Judgement::Unresolved(_))
            })
        };
        let found = self.search.find_in(self.system.store.text(findings.file));
        found.map(|(start, end)| Span::new(start, end)).filter(is_open).collect()
    }

    /// A name on a value that is not known. What speaks for a row: that nothing else in the system has the name, and that
    /// the file works with the table.
    fn by_name(&self, found: &Use, findings: &FileFindings, why: String) -> Judgement {
        let Some(column) = &self.targets.column else { return Judgement::Unresolved(why) };
        if let Some((_, cannot)) = self.unproved.judge(findings.file, found.span) {
            return Judgement::Value(format!("{why}; {cannot}"));
        }
        let target = ColumnKey { relation: self.targets.relation.clone(), column: column.clone() };
        let owners: BTreeSet<RelationKey> = self.system.catalog.owners_of(column).map(RelationKey::Declared).collect();
        let near = owners.iter().filter(|owner| findings.relations.contains(owner));
        let near: Vec<&RelationKey> = near.collect();
        let own = self.system.catalog.display(&self.targets.relation);
        // Rows of a mapped table have the properties of its mapping: that the name was one of its columns speaks for no
        // value that is not known to be a row.
        if self.is_unmapped(column) {
            return Judgement::Unresolved(format!("{why}, and no mapping of {own} has such a property"));
        }
        // What a key says goes into the row, whoever puts it there; a test compares as often as it writes.
        let is_put = found.form == UseForm::Key
            && found.access == Access::Both
            && self.system.store.file(findings.file).context != Context::Test;
        let access = if is_put { Access::Write } else { found.access };
        let reference = |certainty: Certainty, why: String| {
            Judgement::Reference(Match { access, certainty, construct: Construct::Entity, why, column: target.clone() })
        };
        match near.as_slice() {
            [one] if **one == self.targets.relation => reference(
                Certainty::Likely,
                format!("{why}, but {own} is the only table that the file uses which has such a column"),
            ),
            [one] => Judgement::OtherColumn(format!(
                "{}, the only table that the file uses which has one",
                self.system.catalog.display(one)
            )),
            [] if owners.len() == 1
                && owners.contains(&self.targets.relation)
                && is_distinctive(&found.name)
                && self.is_unique() =>
            {
                reference(Certainty::Likely, format!("{why}, but only {own} has such a name in all the code"))
            }
            _ => Judgement::Unresolved(why),
        }
    }

    fn is_unmapped(&self, column: &Name) -> bool {
        *self.is_unmapped.get_or_init(|| {
            let (store, catalog) = (self.system.store, &self.system.catalog);
            let mut tables = self.system.entities.all().filter_map(|(file, mapping)| {
                let is_entity = mapping.role == MappingRole::Entity && self.system.purpose(file).0 == Context::Live;
                self.system.entities.table(store, file, catalog, mapping).filter(|_| is_entity)
            });
            let path = self.system.database.search_path();
            tables.find(|table| relation_key(catalog, table, &path) == self.targets.relation).is_some_and(|table| {
                self.system.entities.unmapped(store, catalog, &table).iter().any(|own| own.is_called(column))
            })
        })
    }

    /// Whether no class, type or other mapping of the system has one of the spellings for a name of its own.
    fn is_unique(&self) -> bool {
        *self.is_unique.get_or_init(|| {
            let mapped: BTreeSet<&str> =
                self.system.entities.all().map(|(_, mapping)| mapping.entity.as_str()).collect();
            self.candidates.iter().all(|&id| {
                let text = self.system.store.text(id);
                let Some(code) = self.system.store.code(id) else { return true };
                let declares = |span: Span| code.use_at(span).is_some_and(|found| found.form == UseForm::Declaration);
                let in_mapped = |span: Span| {
                    let facts = self.system.store.facts(id);
                    facts.unit_at(span).is_some_and(|unit| unit.name.split('.').any(|part| mapped.contains(part)))
                };
                let mut spans = self.search.find_in(text).map(|(start, end)| Span::new(start, end));
                !spans.any(|span| declares(span) && !in_mapped(span))
            })
        })
    }
}

/// Whether a value is a part of what `useX()` gives: hooks run where a page is drawn.
fn is_of_hook(code: &Code, value: ExpressionId) -> bool {
    /// Longest way from a value to the call that gives it.
    const LONGEST: usize = 32;
    let mut at = value;
    for _ in 0..LONGEST {
        match &code.expression(at).kind {
            ExpressionKind::Member { object, .. } | ExpressionKind::Element(object) | ExpressionKind::Await(object) => {
                at = *object;
            }
            ExpressionKind::Call { callee, .. } => match &code.expression(*callee).kind {
                ExpressionKind::Name { name, .. } => {
                    let rest = name.strip_prefix("use");
                    return rest.is_some_and(|rest| rest.starts_with(char::is_uppercase));
                }
                ExpressionKind::Member { object, .. } => at = *object,
                _ => return false,
            },
            ExpressionKind::Variable(variable) => match code.variables[variable.0 as usize].values.as_slice() {
                [first, ..] if *first != at => at = *first,
                _ => return false,
            },
            _ => return false,
        }
    }
    false
}

/// Whether an object literal is given to a function that a hook gives: `update.mutate({ full_name })`.
fn taken_by_hook(code: &Code, literal: ExpressionId) -> bool {
    code.flows.iter().any(|flow| match flow.to {
        FlowTarget::Argument(call, _) if flow.value == literal => match &code.expression(call).kind {
            ExpressionKind::Call { callee, .. } => is_of_hook(code, *callee),
            _ => false,
        },
        _ => false,
    })
}

/// Whether the value of a key is made by a library that describes objects: `{ full_name: z.string().min(1) }`.
fn is_described(code: &Code, found: &Use) -> bool {
    /// Longest chain of calls that is looked at.
    const LONGEST: usize = 32;
    let ExpressionKind::Object { properties, .. } = &code.expression(found.receiver).kind else { return false };
    let Some(property) = properties.iter().rfind(|property| property.name == found.name) else { return false };
    let mut at = property.value;
    for _ in 0..LONGEST {
        match &code.expression(at).kind {
            ExpressionKind::Call { callee, .. } => at = *callee,
            ExpressionKind::Member { object, .. } => at = *object,
            ExpressionKind::Name { name, .. } => return matches!(name.as_str(), "z" | "zod" | "yup" | "Joi" | "joi"),
            _ => return false,
        }
    }
    false
}

/// The last name of the function that an object literal is given to, as it is or as a part of another literal.
fn taker(code: &Code, literal: ExpressionId) -> Option<&str> {
    /// Deepest literal in literals that is looked at.
    const DEEPEST: usize = 8;
    let mut at = literal;
    for _ in 0..DEEPEST {
        let flow = code.flows.iter().find(|flow| flow.value == at)?;
        match flow.to {
            FlowTarget::Argument(call, _) => {
                let ExpressionKind::Call { callee, .. } = &code.expression(call).kind else { return None };
                return match &code.expression(*callee).kind {
                    ExpressionKind::Member { name, .. } | ExpressionKind::Name { name, .. } => Some(name),
                    _ => None,
                };
            }
            FlowTarget::Part(outer) | FlowTarget::Spread(outer) => at = outer,
            FlowTarget::Property(outer, _) => at = outer,
            _ => return None,
        }
    }
    None
}

/// What is given to methods that write, by their names.
fn written_literals(code: &Code) -> HashSet<ExpressionId> {
    const WRITES: &[&str] =
        &["update", "create", "insert", "save", "upsert", "set", "patch", "build", "assign", "merge", "add"];
    let is_written = |flow: &&Flow| match flow.to {
        FlowTarget::Argument(call, _) => match &code.expression(call).kind {
            ExpressionKind::Call { callee, .. } => match &code.expression(*callee).kind {
                ExpressionKind::Member { name, .. } => WRITES.iter().any(|word| name.starts_with(word)),
                _ => false,
            },
            _ => false,
        },
        _ => false,
    };
    code.flows.iter().filter(is_written).map(|flow| flow.value).collect()
}

/// Whether a key has the value of a property of that name: `{ full_name: user.full_name }`.
fn is_copied(code: &Code, found: &Use) -> bool {
    let ExpressionKind::Object { properties, .. } = &code.expression(found.receiver).kind else { return false };
    found.form == UseForm::Key
        && properties.iter().any(|property| {
            property.name == found.name
                && matches!(&code.expression(property.value).kind, ExpressionKind::Member { name, .. } if *name == found.name)
        })
}

/// Whether a name is more than one word: a single one may be called so by anything.
fn is_distinctive(name: &str) -> bool {
    name.contains('_') || name.chars().skip(1).any(char::is_uppercase)
}
