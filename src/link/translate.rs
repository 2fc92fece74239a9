//! Built statements in the schema's names.
//!
//! A statement that calls build speaks of entities. [`Entities::translate`] makes of it the statement that the framework
//! will send, in the names of the schema; from there on it is resolved as any other.

use std::collections::{BTreeMap, BTreeSet};

use super::cased;
use super::constants::FROM_ANOTHER_FILE;
use super::entities::{Entities, Property};
use super::implied::has_column;
use super::store::Store;
use crate::catalog::Catalog;
use crate::model::answer::Construct;
use crate::model::mapping::{BuiltStatement, EntityPath, MappedName, Mapping, MappingRole};
use crate::model::name::{Ident, ObjectName};
use crate::model::source::FileId;
use crate::model::span::Span;
use crate::model::statement::{
    Access, ColumnReference, Insert, InsertColumns, Lookup, OutputValue, Reading, Relation, Scope, ScopeId, Source,
    SourceRole, Statement, Usage,
};

impl Entities<'_> {
    /// The statement in the schema's names. Sources whose entity is not known stay holes, and properties that are not
    /// mapped keep their names, except in code that reads properties of something that may be no row: there they go.
    pub fn translate(&self, store: &Store<'_>, file: FileId, catalog: &Catalog, built: &BuiltStatement) -> Statement {
        let mut translation = Translation {
            entities: self,
            store,
            file,
            catalog,
            statement: built.statement.clone(),
            known: BTreeMap::new(),
            constants: BTreeSet::new(),
            passed: Vec::new(),
        };
        for source in &built.entities {
            translation.source(source.scope, source.source, &source.entity);
        }
        translation.drop_unmapped(built);
        translation.wildcards();
        translation.references(built.construct);
        let mut statement = translation.statement;
        if built.construct == Construct::QueryBuilder {
            cased::to_schema(catalog, &mut statement);
        }
        statement
    }
}

/// Takes references out of a scope; what leans on the others by their index still does.
fn drop_references(scope: &mut Scope, dropped: &BTreeSet<u32>) {
    let mut kept = 0;
    let moved: Vec<Option<u32>> = (0..scope.references.len() as u32)
        .map(|index| {
            let stays = !dropped.contains(&index);
            kept += u32::from(stays);
            stays.then(|| kept - 1)
        })
        .collect();
    let now = |index: u32| moved.get(index as usize).copied().flatten();
    let mut index = 0;
    scope.references.retain(|_| {
        index += 1;
        !dropped.contains(&(index - 1))
    });
    let moved_usage = |usage: &mut Usage| {
        if let Usage::Assign(to) = usage {
            *usage = now(*to).map_or(Usage::Other, Usage::Assign);
        }
    };
    scope.references.iter_mut().for_each(|reference| moved_usage(&mut reference.usage));
    scope.subqueries.iter_mut().for_each(|(_, usage)| moved_usage(usage));
    for output in &mut scope.outputs {
        if let OutputValue::Column(column) = output.value {
            output.value = now(column).map_or(OutputValue::Expression, OutputValue::Column);
        }
    }
    if let Some(Insert { columns: InsertColumns::Named(columns), .. }) = &mut scope.insert {
        *columns = columns.iter().filter_map(|column| now(*column)).collect();
    }
}

/// What became of a name.
enum Renamed {
    Column(ColumnReference),
    NoColumn,
    Unknown,
}

struct Translation<'t, 's> {
    entities: &'t Entities<'s>,
    store: &'t Store<'t>,
    file: FileId,
    catalog: &'t Catalog,
    statement: Statement,
    /// The mapping and table behind a source.
    known: BTreeMap<(ScopeId, u32), (&'s Mapping, ObjectName)>,
    /// Sources whose table a constant names.
    constants: BTreeSet<(ScopeId, u32)>,
    /// Columns that paths read on their way.
    passed: Vec<(ScopeId, ColumnReference)>,
}

impl<'s> Translation<'_, 's> {
    fn source(&mut self, scope: ScopeId, source: u32, entity: &EntityPath) {
        let mapping = match entity {
            EntityPath::Named(name) => {
                self.entities.meant(self.store, self.file, self.catalog, name).map(|(_, mapping)| mapping)
            }
            EntityPath::Related { scope, source, property } => self
                .known
                .get(&(*scope, *source))
                .and_then(|(mapping, _)| self.entities.property(self.store, self.file, mapping, property))
                .and_then(|found| self.entities.find(self.store, self.file, found.property.target.as_deref()?)),
        };
        let Some(mapping) = mapping else {
            if let EntityPath::Named(name) = entity {
                self.constant(scope, source, name);
            }
            return;
        };
        let Some(table) = self.entities.table(self.store, self.file, self.catalog, mapping) else { return };
        let Some(place) =
            self.statement.scopes.get_mut(scope.0 as usize).and_then(|own| own.sources.get_mut(source as usize))
        else {
            return;
        };
        if place.alias.is_none() {
            // The query names the entity; the table may be called otherwise.
            place.alias = Some(Ident::bare(mapping.entity.as_str()));
        }
        place.relation = Relation::Table(table.clone());
        self.known.insert((scope, source), (mapping, table));
    }

    /// What no entity is called may be a constant of another file that holds a table's name.
    fn constant(&mut self, scope: ScopeId, source: u32, name: &str) {
        let Some(table) = self.store.constant(name) else { return };
        let parts = table.split('.').map(|part| Ident::bare(part.trim_matches(['"', '`', '[', ']'])));
        let own = self.statement.scopes.get_mut(scope.0 as usize);
        if let Some(place) = own.and_then(|own| own.sources.get_mut(source as usize)) {
            place.relation = Relation::Table(ObjectName(parts.collect()));
            self.statement.reading = Reading::Recovered { reason: FROM_ANOTHER_FILE.to_owned() };
            self.constants.insert((scope, source));
        }
    }

    /// Drops names that belong to one entity only, when that is no entity that is known, or when the property has no
    /// column of its own: keys of calls that look like those of a framework, relations, documents.
    fn drop_unmapped(&mut self, built: &BuiltStatement) {
        let asked = built.entities.iter().map(|it| (it.scope, it.source));
        let asked: BTreeSet<(ScopeId, u32)> = asked.filter(|place| !self.constants.contains(place)).collect();
        for at in 0..self.statement.scopes.len() {
            let scope = ScopeId(at as u32);
            let kept: Vec<bool> = self.statement.scopes[at]
                .references
                .iter()
                .map(|reference| {
                    let Lookup::Only(source) = reference.lookup else {
                        let places = 0..self.statement.scopes[at].sources.len() as u32;
                        let unknown =
                            |source| asked.contains(&(scope, source)) && !self.known.contains_key(&(scope, source));
                        return built.construct != Construct::QueryBuilder
                            || places.is_empty()
                            || !places.into_iter().all(unknown);
                    };
                    let place = (scope, source);
                    let Some((mapping, _)) = self.known.get(&place) else { return !asked.contains(&place) };
                    let name = reference.qualifier.first().map_or(&*reference.name.text, |first| &*first.text);
                    let found = self.entities.property(self.store, self.file, mapping, name);
                    found.is_none_or(|found| {
                        found.property.column != MappedName::None
                            || !reference.qualifier.is_empty()
                            || found.property.target.is_none()
                    })
                })
                .collect();
            let dropped: BTreeSet<u32> = (0..).zip(&kept).filter(|(_, kept)| !**kept).map(|(index, _)| index).collect();
            if !dropped.is_empty() {
                drop_references(&mut self.statement.scopes[at], &dropped);
            }
        }
    }

    fn references(&mut self, construct: Construct) {
        for at in 0..self.statement.scopes.len() {
            let scope = ScopeId(at as u32);
            let mut untold = BTreeSet::new();
            for index in 0..self.statement.scopes[at].references.len() {
                let reference = self.statement.scopes[at].references[index].clone();
                match self.renamed(scope, reference) {
                    Renamed::Column(renamed) => self.statement.scopes[at].references[index] = renamed,
                    // The other side of a relation has the column, or there is none.
                    Renamed::NoColumn => {
                        untold.insert(index as u32);
                    }
                    // A property of something that is no row.
                    Renamed::Unknown if construct == Construct::Entity => {
                        untold.insert(index as u32);
                    }
                    Renamed::Unknown => {}
                }
            }
            if !untold.is_empty() {
                drop_references(&mut self.statement.scopes[at], &untold);
            }
        }
        for (scope, reference) in std::mem::take(&mut self.passed) {
            self.statement.scopes[scope.0 as usize].references.push(reference);
        }
    }

    /// A wildcard stands for what is mapped, not for all that the table has.
    fn wildcards(&mut self) {
        for at in 0..self.statement.scopes.len() {
            let scope = &self.statement.scopes[at];
            let mut excepts = Vec::new();
            for (index, output) in scope.outputs.iter().enumerate() {
                let OutputValue::Wildcard { qualifier, .. } = &output.value else { continue };
                let source = match qualifier.as_slice() {
                    [] if scope.sources.len() == 1 => Some(0),
                    [one] => {
                        scope.sources.iter().position(|own| own.alias.as_ref().is_some_and(|own| own.matches(one)))
                    }
                    _ => None,
                };
                let place = source.map(|source| (ScopeId(at as u32), source as u32));
                let Some((_, table)) = place.and_then(|place| self.known.get(&place)) else { continue };
                excepts.push((index, self.entities.unmapped(self.store, self.catalog, table)));
            }
            for (index, unmapped) in excepts {
                if let OutputValue::Wildcard { except, .. } = &mut self.statement.scopes[at].outputs[index].value {
                    except.extend(unmapped);
                }
            }
        }
    }

    /// The reference in the schema's names.
    fn renamed(&mut self, scope: ScopeId, reference: ColumnReference) -> Renamed {
        self.followed(scope, reference).unwrap_or(Renamed::Unknown)
    }

    /// `None` when it belongs to no known entity.
    fn followed(&mut self, scope: ScopeId, mut reference: ColumnReference) -> Option<Renamed> {
        let (mut place, mut path) = self.start(scope, &reference)?;
        let (mut mapping, mut table) = self.known.get(&place).cloned()?;
        let name = reference.name.text.to_string();
        match self.entities.derived_path(self.store, self.file, mapping, &name).filter(|_| path.is_empty()) {
            Some(derived) => path = derived,
            None => path.push(name),
        }
        let last = path.len() - 1;
        let mut entered = false;
        for step in 0..=last {
            // An override names the whole path to what it overrides.
            let rest = path[step..].join(".");
            let whole = self.entities.property(self.store, self.file, mapping, &rest);
            let single = || self.entities.property(self.store, self.file, mapping, &path[step]);
            let found = whole.or_else(single)?;
            if step == last || whole.is_some() {
                let owner = found.declared_in;
                if owner.role == MappingRole::Entity && !std::ptr::eq(owner, mapping) {
                    let theirs = self.entities.table(self.store, self.file, self.catalog, owner)?;
                    let Some(column) = self.entities.column(self.catalog, &theirs, found) else {
                        return Some(Renamed::NoColumn);
                    };
                    if theirs != table && !has_column(self.catalog, &table, &column) {
                        place = self.join(place.0, &[path[..step].join("."), owner.entity.clone()], owner, &theirs);
                        entered = true;
                        table = theirs;
                    }
                }
                let beside = self.entities.beside(self.store, self.file, found);
                let found = beside.map_or(found, |(_, theirs)| theirs);
                if let Some((file, theirs)) = beside {
                    table = self.entities.table(self.store, file, self.catalog, theirs.declared_in)?;
                    place = self.join(place.0, &path[..=step], theirs.declared_in, &table);
                    entered = true;
                }
                let Some(column) = self.entities.column(self.catalog, &table, found) else {
                    return Some(Renamed::NoColumn);
                };
                reference.name = column;
                break;
            }
            let target = self.entities.find(self.store, self.file, found.property.target.as_deref()?)?;
            mapping = target;
            if target.role != MappingRole::Embeddable {
                self.pass(place, &path, step, &table, found, &reference);
                table = self.entities.table(self.store, self.file, self.catalog, target)?;
                place = self.join(place.0, &path[..=step], target, &table);
                entered = true;
            }
        }
        if entered && matches!(reference.lookup, Lookup::Only(_)) {
            reference.lookup = Lookup::Sources;
        }
        if (entered || !reference.qualifier.is_empty()) && !matches!(reference.lookup, Lookup::Only(_)) {
            let alias = self.statement.scopes[place.0.0 as usize].sources[place.1 as usize].alias.clone()?;
            reference.qualifier = vec![alias];
        } else if matches!(reference.lookup, Lookup::Only(_)) {
            reference.qualifier.clear();
        }
        Some(Renamed::Column(reference))
    }

    /// A path that goes on through a relation reads the column of the relation: `u.team.name` reads `team_id`. Only
    /// where the property is written right before the name.
    fn pass(
        &mut self,
        place: (ScopeId, u32),
        path: &[String],
        step: usize,
        table: &ObjectName,
        found: Property<'_>,
        reference: &ColumnReference,
    ) {
        let after: usize = path[step + 1..path.len() - 1].iter().map(|part| part.len() + 1).sum();
        let name = &found.property.name;
        let end = (reference.span.start as usize).checked_sub(1 + after);
        let Some(start) = end.and_then(|end| end.checked_sub(name.len())) else { return };
        let span = Span::new(start, start + name.len());
        let alias = self.statement.scopes[place.0.0 as usize].sources[place.1 as usize].alias.clone();
        let column = self.entities.column(self.catalog, table, found);
        if let (Some(alias), Some(column)) = (alias, column)
            && span.of(self.store.text(self.file)) == name
        {
            let read = ColumnReference {
                qualifier: vec![alias],
                name: column,
                span,
                access: Access::Read,
                usage: Usage::Join,
                lookup: Lookup::Sources,
            };
            self.passed.push((place.0, read));
        }
    }

    /// The source in which a name starts, and what of its qualifier is a path from there.
    fn start(&self, scope: ScopeId, reference: &ColumnReference) -> Option<((ScopeId, u32), Vec<String>)> {
        if let Lookup::Only(source) = reference.lookup {
            let path = reference.qualifier.iter().map(|part| part.text.to_string()).collect();
            return Some(((scope, source), path));
        }
        let mut next = Some(scope);
        for _ in 0..self.statement.scopes.len() {
            let id = next?;
            let own = self.statement.scopes.get(id.0 as usize)?;
            for (at, source) in own.sources.iter().enumerate() {
                let place = (id, at as u32);
                let Some((mapping, _)) = self.known.get(&place) else { continue };
                match reference.qualifier.split_first() {
                    Some((first, rest)) if source.alias.as_ref().is_some_and(|alias| alias.matches(first)) => {
                        return Some((place, rest.iter().map(|part| part.text.to_string()).collect()));
                    }
                    first => {
                        let name = first.map_or(&*reference.name.text, |(first, _)| &*first.text);
                        if self.entities.property(self.store, self.file, mapping, name).is_some() {
                            return Some((
                                place,
                                reference.qualifier.iter().map(|part| part.text.to_string()).collect(),
                            ));
                        }
                    }
                }
            }
            next = own.outer;
        }
        None
    }

    /// The source for what a property path leads to, joined when first asked for.
    fn join(&mut self, scope: ScopeId, path: &[String], mapping: &'s Mapping, table: &ObjectName) -> (ScopeId, u32) {
        let alias = Ident::quoted(path.join("."));
        let own = &mut self.statement.scopes[scope.0 as usize];
        let at = own.sources.iter().position(|source| source.alias.as_ref() == Some(&alias)).unwrap_or_else(|| {
            let span = own.sources.first().map(|source| source.span).unwrap_or_default();
            own.sources.push(Source {
                relation: Relation::Table(table.clone()),
                alias: Some(alias),
                columns: Vec::new(),
                span,
                role: SourceRole::Read,
            });
            own.sources.len() - 1
        });
        let place = (scope, at as u32);
        self.known.insert(place, (mapping, table.clone()));
        place
    }
}
