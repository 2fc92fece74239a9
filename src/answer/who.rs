//! `who`: the consumers of one column or table.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::assemble::{Bearing, assemble};
use super::mapped::{MappedUse, entity_names, mapped};
use super::matching::{Judgement, Match, Targets, hole_words};
use super::mentions::{Judged, mentions};
use super::place::place;
use super::query::{ColumnQuery, QueryError};
use super::unproved::{Surroundings, Unproved};
use super::values::Values;
use crate::catalog::{Catalog, ColumnKey, Kept, RelationKey};
use crate::discover::Workspace;
use crate::link::constants::Constants;
use crate::link::consumers::{ConsumerKey, Consumers};
use crate::link::database::DatabaseScope;
use crate::link::resolve::{Resolution, Resolver, relation_key};
use crate::link::search::{
    ArgumentWords, ConstantWords, EntityCalls, MappingWords, RelationWords, SchemaWords, Spellings, Words,
    property_names, spellings_of,
};
use crate::link::store::Store;
use crate::link::system::{StatementUses, System};
use crate::link::uses::{Form, Use, hole_relations};
use crate::model::answer::{Answer, BlindSpotAt, Certainty, Construct, Mention};
use crate::model::name::{Ident, Name, ObjectName};
use crate::model::source::{Context, FileId, has_ending};
use crate::model::span::Span;
use crate::model::statement::Access;

/// What the text search saw in a file.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "four searches, any of which may succeed")]
struct Sighting {
    column: bool,
    relation: bool,
    schema: bool,
    mapping: bool,
}

/// Which files are asked for their facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those in which the text search sees a name that matters.
    Sighted,
    /// All. Slow; the answer must be the same, and tests hold it to that.
    Everything,
}

/// Answers who reads or writes the column or table.
pub fn who(workspace: &Workspace, query: &ColumnQuery) -> Result<Answer, QueryError> {
    who_within(workspace, query, Reach::Sighted)
}

/// Answers as [`who`] does, from the facts of the files that `reach` says.
pub fn who_within(workspace: &Workspace, query: &ColumnQuery, reach: Reach) -> Result<Answer, QueryError> {
    let store = Store::new(workspace);
    Inquiry::new(&store, std::slice::from_ref(query), reach, &[]).answer(0)
}

/// Several questions over one store: the files are searched once for all of them, and the schema is put together once.
pub struct Inquiry<'s, 'w> {
    store: &'s Store<'w>,
    asked: Vec<Asked>,
    /// For each file in which any question sees something: what each sees.
    sightings: Vec<(FileId, Vec<Sighting>)>,
    constants: &'s Constants,
    systems: Vec<System<'s, 'w>>,
    surroundings: Surroundings,
}

impl<'s, 'w> Inquiry<'s, 'w> {
    /// Prepares the answers to `queries`. What is in `keep` counts as there, also where a migration takes it away.
    pub fn new(store: &'s Store<'w>, queries: &[ColumnQuery], reach: Reach, keep: &[Kept]) -> Self {
        let asked: Vec<Asked> = queries.iter().map(Asked::new).collect();
        let mut sightings = sweep(&asked, store);
        if reach == Reach::Everything {
            for seen in sightings.iter_mut().flat_map(|(_, seen)| seen) {
                *seen = Sighting { column: true, relation: true, schema: true, mapping: true };
            }
        }
        let files = |wanted: fn(&Sighting) -> bool| -> Vec<FileId> {
            sightings.iter().filter(|(_, seen)| seen.iter().any(wanted)).map(|(id, _)| *id).collect()
        };
        let sql_files: Vec<FileId> = sightings
            .iter()
            .filter(|(id, seen)| {
                seen.iter().any(|seen| seen.column || seen.relation || seen.mapping)
                    || (seen.iter().any(|seen| seen.schema) && store.file(*id).context != Context::Test)
            })
            .map(|(id, _)| *id)
            .collect();
        let constants = store.set_constants(Constants::of(store, &sql_files));
        let (schema, mapping) = (files(|seen| seen.schema), files(|seen| seen.mapping));
        let wanted = |scope: &DatabaseScope<'w>| {
            asked.iter().any(|asked| asked.database.is_none() || scope.name() == asked.database.as_deref())
        };
        let systems = DatabaseScope::all(store.workspace())
            .into_iter()
            .filter(wanted)
            .map(|scope| System::with(store, scope, &schema, &mapping, keep))
            .collect();
        Self { store, asked, sightings, constants, systems, surroundings: Surroundings::new(store) }
    }

    /// The systems that may answer, in the order of their databases.
    pub(super) fn systems(&self) -> &[System<'s, 'w>] {
        &self.systems
    }

    /// What a question means, and in which system.
    pub(super) fn targets(&self, question: usize) -> Result<(&System<'s, 'w>, Targets<'_>), QueryError> {
        let asked = &self.asked[question];
        let system = asked.database(self.store, &self.systems)?;
        let (relation, column) = asked.target(&system.catalog);
        Ok((system, Targets::new(&system.catalog, relation, column)))
    }

    /// Files in which the question's table may be named, in their order.
    pub(super) fn candidates(&self, question: usize, system: &System<'_, '_>, targets: &Targets<'_>) -> Vec<FileId> {
        let sighted = self.sightings.iter().filter(|(_, seen)| seen[question].column || seen[question].relation);
        let mut found: BTreeSet<FileId> = sighted.map(|(id, _)| *id).collect();
        let mapped = mapped(system, targets);
        found.extend(named_otherwise(system, targets, &mapped));
        found.extend(self.asked[question].named_by_constants(self.store, self.constants));
        found.into_iter().collect()
    }

    /// The answer to the question at that index.
    ///
    /// # Panics
    /// When there is no such question.
    pub fn answer(&self, question: usize) -> Result<Answer, QueryError> {
        let asked = &self.asked[question];
        let (system, targets) = self.targets(question)?;

        let sighted = self.sightings.iter().filter(|(_, seen)| seen[question].column || seen[question].relation);
        let mut candidates: BTreeSet<FileId> = sighted.map(|(id, _)| *id).collect();
        let mapped = mapped(system, &targets);
        candidates.extend(mapped.keys());
        candidates.extend(named_otherwise(system, &targets, &mapped));
        candidates.extend(asked.named_by_constants(self.store, self.constants));
        let candidates: Vec<FileId> = candidates.into_iter().collect();
        let named = named_by_constant(system, &mapped);
        let mut found: Vec<FileFindings> = candidates
            .par_iter()
            .map(|&id| look_into(system, &targets, id, mapped.get(&id).map_or(&[], Vec::as_slice), &named))
            .collect();

        let spellings = occurring_spellings(system, &targets, &found, &candidates, &mapped);
        let search = Spellings::new(&spellings);
        let unproved = Unproved::new(system, &targets, &self.surroundings, &spellings, &mapped);
        if targets.column.is_some() {
            let values = Values::new(system, &targets, &search, &candidates, &unproved);
            found.par_iter_mut().for_each(|findings| values.look_into(findings));
        }
        let mentioned: Vec<Vec<Mention>> = candidates
            .par_iter()
            .zip(&found)
            .map(|(&id, findings)| mentions(system, &targets, id, &search, &findings.judged, &unproved))
            .collect();
        let mentions: Vec<Mention> = mentioned.into_iter().flatten().collect();
        asked.check_known(&system.catalog, &targets, &found, mentions.len())?;
        Ok(assemble(system, &targets, found, mentions, spellings))
    }
}

/// Searches every file for the names that matter to each question.
fn sweep(asked: &[Asked], store: &Store<'_>) -> Vec<(FileId, Vec<Sighting>)> {
    let words: Vec<(Words, RelationWords)> = asked.iter().map(Asked::words).collect();
    let schema = SchemaWords::new();
    let mapping = MappingWords::new();
    store.sweep(
        |_, text| {
            let (schema, mapping) = (schema.is_in(text), mapping.is_in(text));
            words
                .iter()
                .map(|(columns, relations)| Sighting {
                    mapping,
                    column: columns.is_in(text),
                    relation: relations.is_in(text, schema),
                    schema,
                })
                .collect::<Vec<Sighting>>()
        },
        |seen| seen.iter().any(|seen| seen.column || seen.relation || seen.schema || seen.mapping),
    )
}

/// The question's names, before the catalog is known.
struct Asked {
    database: Option<String>,
    parts: Vec<String>,
    /// Whether the last part is `*`: the whole table, said so.
    whole: bool,
}

impl Asked {
    fn new(query: &ColumnQuery) -> Self {
        let mut parts = query.parts.clone();
        let whole = parts.len() > 1 && parts.last().is_some_and(|last| last == "*");
        if whole {
            parts.pop();
        }
        Self { database: query.database.clone(), parts, whole }
    }

    fn object(parts: &[String]) -> ObjectName {
        ObjectName(parts.iter().map(|part| Ident::bare(part.as_str())).collect())
    }

    /// Searches for the names that matter. The last two parts are both looked for, as a column and as a table: which
    /// is which, only the catalog can say.
    fn words(&self) -> (Words, RelationWords) {
        let last = self.parts.last().map_or("", String::as_str);
        let may_be_column = !self.whole && self.parts.len() > 1;
        let spellings = spellings_of(last, may_be_column);
        let tables: Vec<&str> = self.parts.iter().rev().take(2).map(String::as_str).collect();
        (Words::in_paths(spellings.iter().map(String::as_str)), RelationWords::new(tables))
    }

    /// Files that name the table by a constant of another file.
    fn named_by_constants(&self, store: &Store<'_>, constants: &Constants) -> Vec<FileId> {
        let names: BTreeSet<&str> = self.parts.iter().rev().take(2).flat_map(|part| constants.names_of(part)).collect();
        if names.is_empty() {
            return Vec::new();
        }
        let words = ConstantWords::new(names);
        let seen = store.sweep(|_, text| words.is_in(text), |seen| *seen);
        seen.into_iter().filter(|(_, seen)| *seen).map(|(id, _)| id).collect()
    }

    /// The database that the question is about: the one it names, else the only one that has the column, else the only
    /// one that has the table.
    fn database<'a, 's, 'w>(
        &self,
        store: &Store<'w>,
        systems: &'a [System<'s, 'w>],
    ) -> Result<&'a System<'s, 'w>, QueryError> {
        let systems: Vec<&System<'s, 'w>> = systems
            .iter()
            .filter(|system| self.database.is_none() || system.database.name() == self.database.as_deref())
            .collect();
        // Those that have the column go before those that have only the table.
        let knows = |system: &System<'_, '_>| match self.target(&system.catalog) {
            (RelationKey::Undeclared(_), _) => 0,
            (RelationKey::Declared(id), Some(column)) if system.catalog.relation(id).column(&column).is_none() => 1,
            (RelationKey::Declared(_), _) => 2,
        };
        let most = systems.iter().map(|system| knows(system)).max().unwrap_or(0);
        let knowing: Vec<usize> = (0..systems.len()).filter(|&at| most > 0 && knows(systems[at]) == most).collect();
        if knowing.len() > 1 {
            let name = self.parts.join(".");
            let databases = knowing.iter().filter_map(|&at| systems[at].database.name());
            return Err(QueryError::SeveralDatabases {
                questions: databases.map(|database| format!("{database}/{name}")).collect(),
                name,
            });
        }
        systems.get(knowing.first().copied().unwrap_or(0)).copied().ok_or_else(|| QueryError::UnknownDatabase {
            name: self.database.clone().unwrap_or_default(),
            known: store.workspace().config.databases.iter().map(|database| database.name.clone()).collect(),
        })
    }

    /// What the question means in this catalog: `a.b` is a column of `a` if there is such a table, else the table `b` in
    /// schema `a` if there is one, else a column of a table that no schema source declares.
    fn target(&self, catalog: &Catalog) -> (RelationKey, Option<Name>) {
        let (last, table) = match self.parts.split_last() {
            Some((last, table)) if !self.whole && !table.is_empty() => (last, table),
            _ => return (relation_key(catalog, &Self::object(&self.parts), &[]), None),
        };
        let as_column = relation_key(catalog, &Self::object(table), &[]);
        if matches!(as_column, RelationKey::Undeclared(_))
            && let declared @ RelationKey::Declared(_) = relation_key(catalog, &Self::object(&self.parts), &[])
        {
            return (declared, None);
        }
        (as_column, Some(Name::new(last)))
    }

    /// Refuses a question about something that neither the schema nor any statement knows.
    fn check_known(
        &self,
        catalog: &Catalog,
        targets: &Targets<'_>,
        found: &[FileFindings],
        mentions: usize,
    ) -> Result<(), QueryError> {
        if found.iter().any(|findings| !findings.references.is_empty()) {
            return Ok(());
        }
        let name = self.parts.join(".");
        let unknown = |what: &'static str, nearest: Vec<String>| {
            Err(QueryError::Unknown { what, name: name.clone(), nearest, mentions, schema_found: !catalog.is_empty() })
        };
        match (&targets.relation, &targets.column) {
            (RelationKey::Undeclared(table), _) => {
                let tables = catalog.relations().map(|(_, relation)| relation.display());
                let mut near = nearest(table.as_str(), tables);
                if let (Some(column), [_, _]) = (&targets.column, self.parts.as_slice()) {
                    near = near.into_iter().map(|table| format!("{table}.{column}")).collect();
                }
                unknown("table", near)
            }
            (RelationKey::Declared(id), Some(column)) => {
                let relation = catalog.relation(*id);
                if relation.column(column).is_some() {
                    return Ok(());
                }
                let columns = relation.columns.iter().map(|column| column.name.to_string());
                let near = nearest(column.as_str(), columns);
                unknown("column", near.into_iter().map(|column| format!("{}.{column}", relation.display())).collect())
            }
            (RelationKey::Declared(_), None) => Ok(()),
        }
    }
}

/// Whether the text has a word that a statement over rows needs.
pub(super) fn speaks_sql(text: &str) -> bool {
    static VERBS: std::sync::LazyLock<Words> = std::sync::LazyLock::new(|| {
        Words::new([
            "select", "insert", "update", "delete", "merge", "copy", "truncate", "replace", "table", "view", "from",
        ])
    });
    VERBS.is_in(text)
}

/// Up to three names that resemble `name`, best first.
fn nearest(name: &str, known: impl Iterator<Item = String>) -> Vec<String> {
    let mut scored: Vec<(f64, String)> = known
        .map(|known| (strsim::jaro_winkler(&name.to_lowercase(), &known.to_lowercase()), known))
        .filter(|(score, _)| *score > 0.75)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(3).map(|(_, known)| known).collect()
}

/// Files that name a view over the target, an entity that stands for it, or a property that is mapped to it.
fn named_otherwise(
    system: &System<'_, '_>,
    targets: &Targets<'_>,
    mapped: &BTreeMap<FileId, Vec<MappedUse>>,
) -> Vec<FileId> {
    let (entities, leading) = entity_names(system, targets);
    // Code that only calls an entity's methods reads its columns without naming them.
    let called = EntityCalls::new(entities.iter().map(String::as_str), leading.iter().map(String::as_str));
    let mut relations = targets.views();
    relations.extend(entities.iter().cloned());
    relations.extend(leading);
    let properties = property_spellings(mapped);
    if relations.is_empty() && properties.is_empty() {
        return Vec::new();
    }
    let relations = RelationWords::new(relations.iter().map(String::as_str));
    let repositories = ArgumentWords::new(entities.iter().map(String::as_str));
    let properties = Words::in_paths(properties.iter().map(String::as_str));
    let seen = system.store.sweep(
        |_, text| {
            properties.is_in(text) || relations.is_in(text, false) || repositories.is_in(text) || called.is_in(text)
        },
        |seen| *seen,
    );
    seen.into_iter().filter(|(_, seen)| *seen).map(|(id, _)| id).collect()
}

/// How code spells the mapped properties: as they are, and as getters and setters.
fn property_spellings(mapped: &BTreeMap<FileId, Vec<MappedUse>>) -> BTreeSet<String> {
    // The part of something embedded is called by its own name there: `street` of `home.street`.
    let names = |found: &MappedUse| property_names(found.name.rsplit('.').next().unwrap_or(&found.name));
    mapped.values().flatten().flat_map(names).collect()
}

/// What one file says about the target.
pub(super) struct FileFindings {
    pub(super) file: FileId,
    pub(super) references: Vec<(ConsumerKey, Span, Match)>,
    pub(super) judged: Judged,
    /// Relations that the file's statements use.
    pub(super) relations: BTreeSet<RelationKey>,
    pub(super) blind_spots: Vec<BlindSpotAt>,
}

fn look_into(
    system: &System<'_, '_>,
    targets: &Targets<'_>,
    id: FileId,
    mapped: &[MappedUse],
    named: &NamedByConstant,
) -> FileFindings {
    let text = system.store.text(id);
    // What runs in another database names that one's columns.
    let statements = if system.database.is_used_by(id) { system.file_uses(id) } else { Vec::new() };
    let neighbours = Neighbours::new(system, id, &statements);
    let consumers = Consumers::of_file(system, id);
    let mut references: BTreeMap<(u32, u32, bool), (ConsumerKey, Span, Match)> = BTreeMap::new();
    let mut judged = Judged::new();
    for statement in &statements {
        for found in &statement.uses {
            let word = if matches!(found.form, Form::Name | Form::NewRow) { found.span.of(text) } else { "" };
            let meant = aliased(system, targets, id, found, word);
            let around = meant.as_ref().unwrap_or_else(|| neighbours.around(found.span));
            let judgement = targets.judge(found, statement, word, around);
            if let Judgement::Reference(matched) = &judgement {
                let key = (found.span.start, found.span.end, matched.construct == Construct::Wildcard);
                let consumer = consumers.of(&statement.statement, found.span, matched.construct);
                references
                    .entry(key)
                    .and_modify(|(_, _, own)| merge_match(own, matched))
                    .or_insert_with(|| (consumer, found.span, matched.clone()));
            }
            let column_asked = targets.column.is_some();
            if matches!(found.form, Form::Name | Form::NewRow | Form::Merged)
                || (!column_asked && found.form == Form::Relation)
            {
                record(&mut judged, found.span, judgement);
            }
        }
    }
    for property in mapped {
        let key = (property.span.start, property.span.end, false);
        let consumer = consumers.at(property.span);
        references.entry(key).or_insert_with(|| (consumer, property.span, property.found.clone()));
        record(&mut judged, property.span, Judgement::Reference(property.found.clone()));
    }
    for (span, judgement) in qualified_alone(system, targets, id, &judged) {
        if let Judgement::Reference(matched) = &judgement {
            let key = (span.start, span.end, false);
            references.entry(key).or_insert_with(|| (consumers.at(span), span, matched.clone()));
        }
        record(&mut judged, span, judgement);
    }
    for (span, matched) in held_by_constants(system, id, named) {
        let key = (span.start, span.end, false);
        references.entry(key).or_insert_with(|| (consumers.at(span), span, matched.clone()));
        record(&mut judged, span, Judgement::Reference(matched));
    }
    let blind_spots = blind_spots(system, targets, id, &statements);
    FileFindings {
        file: id,
        references: references.into_values().collect(),
        judged,
        relations: neighbours.file,
        blind_spots,
    }
}

/// Names behind an alias that are a string of their own, `column("ou.closed_at")`: the file's statements say what the
/// alias stands for, or those of other files.
fn qualified_alone(
    system: &System<'_, '_>,
    targets: &Targets<'_>,
    id: FileId,
    judged: &Judged,
) -> Vec<(Span, Judgement)> {
    let Some(column) = &targets.column else { return Vec::new() };
    if !has_ending(&system.store.file(id).repository_path, "java") {
        return Vec::new();
    }
    let text = system.store.text(id);
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for (at, _) in text.match_indices('.') {
        let name = &text[at + 1..];
        let name = &name[..name.find(|c: char| !is_word(c)).unwrap_or(name.len())];
        let before = &text[..at];
        let alias = &before[before.trim_end_matches(is_word).len()..];
        let is_alone =
            text[at + 1 + name.len()..].starts_with('"') && before[..before.len() - alias.len()].ends_with('"');
        let span = Span::new(at + 1, at + 1 + name.len());
        if name.is_empty()
            || alias.is_empty()
            || !is_alone
            || Name::new(name) != *column
            || judged.contains_key(&span.start)
        {
            continue;
        }
        let owners: BTreeSet<RelationKey> = system.catalog.owners_of(column).map(RelationKey::Declared).collect();
        let meant = system.aliases.of(system, id, alias);
        let meant: Vec<RelationKey> = meant.into_iter().filter(|table| owners.contains(table)).collect();
        if let [only] = meant.as_slice() {
            let columns = [ColumnKey { relation: only.clone(), column: column.clone() }];
            let why = format!("`{alias}` stands for {} in statements", system.catalog.display(only));
            let judgement = targets.judge_value(&columns, Access::Read, Certainty::Likely, why);
            let judgement = match judgement {
                Judgement::Reference(matched) => Judgement::Reference(Match { construct: Construct::Sql, ..matched }),
                other => other,
            };
            found.push((span, judgement));
        }
    }
    found
}

/// The names of constants that give mapped properties their columns, with what they map.
type NamedByConstant = BTreeMap<String, Match>;

/// The constants that stand where mappings name the column: `@Column(name = Columns.FULL_NAME)`.
fn named_by_constant(system: &System<'_, '_>, mapped: &BTreeMap<FileId, Vec<MappedUse>>) -> NamedByConstant {
    let mut found = NamedByConstant::new();
    for (file, uses) in mapped {
        let text = system.store.text(*file);
        for used in uses {
            let name = used.span.of(text).rsplit('.').next().unwrap_or("");
            let is_constant =
                name.len() > 1 && name.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_numeric());
            if is_constant && Name::new(name) != used.found.column.column {
                found.entry(name.to_owned()).or_insert_with(|| used.found.clone());
            }
        }
    }
    found
}

/// Where a file holds the column's name in such a constant: `String FULL_NAME = "full_name"`.
fn held_by_constants(system: &System<'_, '_>, id: FileId, named: &NamedByConstant) -> Vec<(Span, Match)> {
    let text = system.store.text(id);
    let mut found = Vec::new();
    for (name, matched) in named {
        for (at, _) in text.match_indices(name.as_str()) {
            let is_whole = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let value = text[at + name.len()..].trim_start().strip_prefix('=').map(str::trim_start);
            let value = value.and_then(|value| value.strip_prefix('"')).filter(|_| is_whole);
            let Some((value, rest)) = value.and_then(|value| value.split_once('"')) else { continue };
            if Name::new(value) == matched.column.column {
                let end = text.len() - rest.len() - 1;
                found.push((Span::new(end - value.len(), end), matched.clone()));
            }
        }
    }
    found
}

/// The tables with such a column for which the alias before a name stands in other statements, where its own does not
/// say what it is.
fn aliased(
    system: &System<'_, '_>,
    targets: &Targets<'_>,
    id: FileId,
    found: &Use,
    word: &str,
) -> Option<BTreeSet<RelationKey>> {
    let column = targets.column.as_ref().filter(|column| Name::new(word) == **column)?;
    if !matches!(found.resolution, Resolution::Unknown { .. } | Resolution::Dynamic) {
        return None;
    }
    let before = system.store.text(id).get(..found.span.start as usize)?.strip_suffix('.')?;
    let alias = &before[before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len()..];
    if alias.is_empty() {
        return None;
    }
    let owners: BTreeSet<RelationKey> = system.catalog.owners_of(column).map(RelationKey::Declared).collect();
    let meant = system.aliases.of(system, id, alias);
    let meant: BTreeSet<RelationKey> = meant.into_iter().filter(|table| owners.contains(table)).collect();
    (!meant.is_empty()).then_some(meant)
}

/// The same place may be read several times, once for each branch of the code that builds the statement: the verdict
/// that says most counts.
pub(super) fn record(judged: &mut Judged, span: Span, judgement: Judgement) {
    let weight = |judgement: &Judgement| match judgement {
        Judgement::Reference(found) => 3 + found.certainty as u8,
        Judgement::OtherColumn(_) => 2,
        Judgement::Value(_) => 1,
        Judgement::Unresolved(_) => 0,
    };
    match judged.get_mut(&span.start) {
        Some((place, own)) => {
            if weight(&judgement) > weight(own) {
                (*place, *own) = (span, judgement);
            }
        }
        None => {
            judged.insert(span.start, (span, judgement));
        }
    }
}

fn merge_match(own: &mut Match, other: &Match) {
    own.access = merge_access(own.access, other.access);
    if other.certainty > own.certainty {
        own.certainty = other.certainty;
        own.construct = other.construct;
        own.why.clone_from(&other.why);
    }
}

pub(super) fn merge_access(a: Access, b: Access) -> Access {
    if a == b { a } else { Access::Both }
}

/// Relations that the code around a place works with: those of its unit, or of its file when it stands in none.
struct Neighbours {
    units: Vec<(Span, BTreeSet<RelationKey>)>,
    file: BTreeSet<RelationKey>,
}

impl Neighbours {
    fn new(system: &System<'_, '_>, id: FileId, statements: &[StatementUses<'_>]) -> Self {
        let mut units: BTreeMap<(u32, u32), BTreeSet<RelationKey>> = BTreeMap::new();
        let mut file = BTreeSet::new();
        let facts = system.store.facts(id);
        for found in
            statements.iter().flat_map(|statement| &statement.uses).filter(|found| found.form == Form::Relation)
        {
            if let crate::link::resolve::Resolution::WholeRow { relation: Some(relation) } = &found.resolution {
                file.insert(relation.clone());
                if let Some(unit) = facts.unit_at(found.span) {
                    units.entry((unit.span.start, unit.span.end)).or_default().insert(relation.clone());
                }
            }
        }
        let units = units.into_iter().map(|((start, end), relations)| (Span { start, end }, relations)).collect();
        Self { units, file }
    }

    fn around(&self, span: Span) -> &BTreeSet<RelationKey> {
        let innermost =
            self.units.iter().filter(|(unit, _)| unit.contains(span)).min_by_key(|(unit, _)| unit.end - unit.start);
        innermost.map_or(&self.file, |(_, relations)| relations)
    }
}

fn blind_spots(
    system: &System<'_, '_>,
    targets: &Targets<'_>,
    id: FileId,
    statements: &[StatementUses<'_>],
) -> Vec<BlindSpotAt> {
    if system.purpose(id).0 != Context::Live {
        return Vec::new();
    }
    let mut found = BTreeMap::new();
    let mut push = |span: Span, reason: &str, relations: &[RelationKey]| {
        let place = place(system.store, id, span);
        let tables: Vec<String> = relations.iter().map(|relation| system.catalog.display(relation)).collect();
        found.insert(
            (place.line, reason.to_owned()),
            BlindSpotAt { path: place.path, line: place.line, reason: reason.to_owned(), tables },
        );
    };
    for statement in statements.iter().filter(|statement| !statement.statement.holes.is_empty()) {
        let resolver = Resolver::new(&statement.statement, &system.catalog, &statement.search_path);
        // A statement is blind once in each way, however many holes it has.
        let mut said = BTreeSet::new();
        for hole in &statement.statement.holes {
            let relations = hole_relations(&resolver, hole.role, hole.scope);
            if relations.iter().any(|relation| targets.touches(relation)) && said.insert(hole.role) {
                push(hole.span, hole_words(hole.role), &relations);
            }
        }
    }
    let on_file = LazyCell::new(|| Bearing::new(targets).on_file(system.store.text(id)));
    for spot in &system.store.facts(id).blind_spots {
        let relations: Vec<RelationKey> =
            spot.relations.iter().map(|name| relation_key(&system.catalog, name, &[])).collect();
        if (relations.is_empty() && *on_file) || relations.iter().any(|relation| targets.touches(relation)) {
            push(spot.span, &spot.reason, &relations);
        }
    }
    found.into_values().collect()
}

/// The spellings that occur: those that conventions give, and those under which references stand.
fn occurring_spellings(
    system: &System<'_, '_>,
    targets: &Targets<'_>,
    found: &[FileFindings],
    candidates: &[FileId],
    mapped: &BTreeMap<FileId, Vec<MappedUse>>,
) -> Vec<String> {
    let name = match (&targets.column, &targets.relation) {
        (Some(column), relation) => {
            system.catalog.column_spelling(&ColumnKey { relation: relation.clone(), column: column.clone() })
        }
        (None, RelationKey::Declared(id)) => system.catalog.relation(*id).name.to_string(),
        (None, RelationKey::Undeclared(name)) => name.as_str().rsplit('.').next().unwrap_or("").to_owned(),
    };
    let mut spellings: BTreeSet<String> = spellings_of(&name, targets.column.is_some()).into_iter().collect();
    if targets.column.is_some() {
        spellings.extend(property_spellings(mapped));
    }
    let folded = Name::new(&name);
    for findings in found {
        let text = system.store.text(findings.file);
        for (_, span, matched) in &findings.references {
            let word = span.of(text);
            if matched.construct != Construct::Wildcard && Name::new(word) == folded {
                spellings.insert(word.to_owned());
            }
        }
    }
    let all: Vec<String> = spellings.into_iter().collect();
    let search = Spellings::new(&all);
    let seen: BTreeSet<String> = candidates
        .par_iter()
        .map(|&id| {
            let text = system.store.text(id);
            search.find_in(text).map(|(start, end)| text[start..end].to_owned()).collect::<BTreeSet<String>>()
        })
        .reduce(BTreeSet::new, |mut a, b| {
            a.extend(b);
            a
        });
    seen.into_iter().collect()
}
