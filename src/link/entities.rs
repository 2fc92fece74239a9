//! Entities: names of mapped classes and properties become names of tables and columns.
//!
//! A statement that calls build speaks of entities. [`Entities::translate`] makes of it the statement that the framework
//! will send, in the names of the schema; from there on it is resolved as any other.

use std::collections::{BTreeMap, BTreeSet};

use super::store::Store;
use crate::catalog::build::MappedTable;
use crate::catalog::{Catalog, Origin};
use crate::model::answer::Construct;
use crate::model::mapping::{
    BuiltStatement, EntityPath, ImpliedNames, MappedName, MappedProperty, Mapping, MappingRole,
};
use crate::model::name::{Ident, ObjectName};
use crate::model::source::{Context, FileId};
use crate::model::statement::{
    ColumnReference, Insert, InsertColumns, Lookup, OutputValue, Relation, Scope, ScopeId, Source, SourceRole,
    Statement, Usage,
};

/// Deepest inheritance and longest property path that are followed.
const DEEPEST: usize = 16;

/// Properties of one entity, those of embeddables inside embeddables counted; more are not looked at.
const MOST_PROPERTIES: usize = 4096;

/// All mappings of the system.
#[derive(Default)]
pub struct Entities<'s> {
    by_name: BTreeMap<&'s str, Vec<(FileId, &'s Mapping)>>,
}

/// A property of an entity, with the mapping that declares it.
#[derive(Clone, Copy)]
pub struct Property<'s> {
    /// The property.
    pub property: &'s MappedProperty,
    /// The class that declares it: the entity, a class it extends, or an embeddable.
    pub declared_in: &'s Mapping,
}

impl<'s> Entities<'s> {
    /// Collects the mappings of `files`.
    pub fn new(store: &'s Store<'_>, files: &[FileId]) -> Self {
        let mut by_name: BTreeMap<&str, Vec<(FileId, &Mapping)>> = BTreeMap::new();
        for &file in files {
            for mapping in &store.facts(file).mappings {
                by_name.entry(&mapping.entity).or_default().push((file, mapping));
            }
        }
        Self { by_name }
    }

    /// All mappings with their files.
    pub fn all(&self) -> impl Iterator<Item = (FileId, &'s Mapping)> + '_ {
        self.by_name.values().flatten().copied()
    }

    /// The mapping that `file` means by a name: its own, else one of its repository, else any. `Named` ones before those
    /// without a table.
    pub fn find(&self, store: &Store<'_>, file: FileId, name: &str) -> Option<&'s Mapping> {
        self.find_with_file(store, file, name).map(|(_, mapping)| mapping)
    }

    fn find_with_file(&self, store: &Store<'_>, file: FileId, name: &str) -> Option<(FileId, &'s Mapping)> {
        let repository = store.file(file).repository;
        let near = |(other, mapping): &&(FileId, &Mapping)| {
            (*other == file, store.file(*other).repository == repository, mapping.role == MappingRole::Entity)
        };
        self.by_name.get(name)?.iter().rev().max_by_key(near).copied()
    }

    /// The class and those that it inherits from, nearest first.
    fn chain(&self, store: &Store<'_>, file: FileId, mapping: &'s Mapping) -> Vec<(FileId, &'s Mapping)> {
        let mut found = vec![(file, mapping)];
        while let Some((declaring, current)) = found.last().copied()
            && found.len() < DEEPEST
            && let Some(parent) = current.parent.as_deref()
            && let Some(next) = self.find_with_file(store, declaring, parent)
            && !found.iter().any(|(_, known)| std::ptr::eq(*known, next.1))
        {
            found.push(next);
        }
        found
    }

    /// The property of that name, also one that the entity inherits.
    pub fn property(&self, store: &Store<'_>, file: FileId, mapping: &'s Mapping, name: &str) -> Option<Property<'s>> {
        self.chain(store, file, mapping).into_iter().find_map(|(_, declared_in)| {
            let property = declared_in.properties.iter().find(|property| property.name == name)?;
            Some(Property { property, declared_in })
        })
    }

    /// All properties of an entity that are columns of its table, with the files that declare them: its own, inherited
    /// ones, and those of what it embeds unless it overrides them.
    pub fn properties(
        &self,
        store: &Store<'_>,
        file: FileId,
        catalog: &Catalog,
        mapping: &'s Mapping,
    ) -> Vec<(FileId, Property<'s>)> {
        let own_table = self.table(store, file, catalog, mapping);
        let mut found = Vec::new();
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let mut left = vec![(file, mapping, String::new())];
        while let Some((file, mapping, prefix)) = left.pop() {
            let mut elsewhere = false;
            for (declaring, current) in self.chain(store, file, mapping) {
                // What an ancestor with a table of its own declares stands in that one, unless ours repeats it.
                elsewhere |= !std::ptr::eq(current, mapping)
                    && current.role == MappingRole::Entity
                    && self.table(store, declaring, catalog, current) != own_table;
                let mut names = Vec::new();
                for property in &current.properties {
                    let path = format!("{prefix}{}", property.name);
                    if taken.contains(&path) || found.len() >= MOST_PROPERTIES {
                        continue;
                    }
                    let own = Property { property, declared_in: current };
                    let embedded = self.embedded(store, declaring, property);
                    let is_repeated = || {
                        let column = own_table.as_ref().and_then(|table| self.column(catalog, table, own));
                        own_table
                            .as_ref()
                            .zip(column)
                            .is_some_and(|(table, column)| has_column(catalog, table, &column))
                    };
                    match embedded {
                        Some((file, embedded)) if path.matches('.').count() < DEEPEST => {
                            left.push((file, embedded, format!("{path}.")));
                        }
                        None if !elsewhere || is_repeated() => found.push((declaring, own)),
                        _ => {}
                    }
                    names.push(path);
                }
                taken.extend(names);
            }
        }
        found
    }

    /// The property path that a part of a method's name says: `TeamCode` is `teamCode` when there is such a property, else
    /// `team` and then `code`; `Team_Code` only that. Like Spring Data, the longest property is tried first.
    /// <https://docs.spring.io/spring-data/jpa/reference/repositories/query-methods-details.html>
    fn derived_path(
        &self,
        store: &Store<'_>,
        file: FileId,
        mapping: &'s Mapping,
        written: &str,
    ) -> Option<Vec<String>> {
        if !written.starts_with(|first: char| first.is_uppercase()) {
            return None;
        }
        let mut path = Vec::new();
        let mut mapping = mapping;
        let mut rest = written;
        for _ in 0..DEEPEST {
            let mut cuts: Vec<usize> =
                rest.char_indices().skip(1).filter(|(_, c)| c.is_uppercase() || *c == '_').map(|(at, _)| at).collect();
            if let Some((explicit, _)) = rest.char_indices().skip(1).find(|(_, c)| *c == '_') {
                cuts.retain(|&cut| cut <= explicit);
            } else {
                cuts.push(rest.len());
            }
            let found = cuts.into_iter().rev().find_map(|cut| {
                let name = &rest[..cut];
                let property = [uncapitalised(name), name.to_owned()]
                    .iter()
                    .find_map(|name| self.property(store, file, mapping, name))?;
                let after = rest[cut..].trim_start_matches('_');
                let target = property.property.target.as_deref().and_then(|target| self.find(store, file, target));
                (after.is_empty() || target.is_some()).then_some((property, after, target))
            })?;
            path.push(found.0.property.name.clone());
            rest = found.1;
            match found.2 {
                _ if rest.is_empty() => return Some(path),
                Some(target) => mapping = target,
                None => return None,
            }
        }
        None
    }

    /// The embeddable whose properties stand for this one.
    fn embedded(&self, store: &Store<'_>, file: FileId, property: &MappedProperty) -> Option<(FileId, &'s Mapping)> {
        if matches!(property.column, MappedName::Named(_)) {
            return None;
        }
        let found = self.find_with_file(store, file, property.target.as_deref()?)?;
        (found.1.role == MappingRole::Embeddable).then_some(found)
    }

    /// The table of a mapping. One without a table of its own has that of the class it extends, and so has an entity whose
    /// implied table does not exist while it extends an entity that has one.
    pub fn table(
        &self,
        store: &Store<'_>,
        file: FileId,
        catalog: &Catalog,
        mapping: &'s Mapping,
    ) -> Option<ObjectName> {
        let chain = self.chain(store, file, mapping);
        for (at, (_, current)) in chain.iter().enumerate() {
            match &current.table {
                MappedName::Named(name) => return Some(name.clone()),
                MappedName::Implied => {
                    let implied = implied_table(current, catalog);
                    let inherits = chain[at + 1..].iter().any(|(_, ancestor)| ancestor.role == MappingRole::Entity);
                    if !inherits || catalog.find(&implied, &[]).is_some() {
                        return Some(implied);
                    }
                }
                MappedName::None => {}
            }
        }
        None
    }

    /// The column of a property in `table`; `None` when the property has none.
    pub fn column(&self, catalog: &Catalog, table: &ObjectName, property: Property<'_>) -> Option<Ident> {
        match &property.property.column {
            MappedName::Named(column) => Some(column.clone()),
            MappedName::Implied => {
                let target = property.property.target.as_deref().and_then(|target| self.by_name.get(target));
                let is_relation =
                    target.is_some_and(|all| all.iter().any(|(_, target)| target.role == MappingRole::Entity));
                Some(implied_column(property, is_relation, table, catalog))
            }
            MappedName::None => None,
        }
    }

    /// Tells the catalog of tables that only mappings declare: those of systems whose schema is made from their entities.
    /// Where DDL creates a table, DDL decides what columns it has.
    pub fn declare(&self, store: &Store<'_>, catalog: &mut Catalog) {
        let mut declared: Vec<MappedTable> = Vec::new();
        for (file, mapping) in self.all() {
            if mapping.role != MappingRole::Entity || matches!(store.file(file).context, Context::Test | Context::Docs)
            {
                continue;
            }
            let Some(table) = self.table(store, file, catalog, mapping) else { continue };
            let columns = self
                .properties(store, file, catalog, mapping)
                .into_iter()
                .filter_map(|(declaring, found)| {
                    let column = self.column(catalog, &table, found)?;
                    Some((column, Origin { file: declaring, span: found.property.span }))
                })
                .collect();
            declared.push((table, Origin { file, span: mapping.span }, columns));
        }
        declared.sort_by_key(|(_, origin, _)| *origin);
        catalog.declare_mapped(declared);
    }

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
        };
        for source in &built.entities {
            translation.source(source.scope, source.source, &source.entity);
        }
        translation.drop_unmapped(built);
        translation.references(built.construct);
        translation.statement
    }
}

struct Translation<'t, 's> {
    entities: &'t Entities<'s>,
    store: &'t Store<'t>,
    file: FileId,
    catalog: &'t Catalog,
    statement: Statement,
    /// The mapping and table behind a source.
    known: BTreeMap<(ScopeId, u32), (&'s Mapping, ObjectName)>,
}

impl<'s> Translation<'_, 's> {
    fn source(&mut self, scope: ScopeId, source: u32, entity: &EntityPath) {
        let mapping = match entity {
            EntityPath::Named(name) => self
                .entities
                .find(self.store, self.file, name)
                // Accessors of generated clients have their first letter in the other case.
                .or_else(|| self.entities.find(self.store, self.file, &with_other_first_case(name))),
            EntityPath::Related { scope, source, property } => self
                .known
                .get(&(*scope, *source))
                .and_then(|(mapping, _)| self.entities.property(self.store, self.file, mapping, property))
                .and_then(|found| self.entities.find(self.store, self.file, found.property.target.as_deref()?)),
        };
        let Some(mapping) = mapping else { return };
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

    /// Drops names that belong to one entity only, when that is no entity that is known, or when the property has no
    /// column of its own: keys of calls that look like those of a framework, relations, documents.
    fn drop_unmapped(&mut self, built: &BuiltStatement) {
        let asked: BTreeSet<(ScopeId, u32)> = built.entities.iter().map(|it| (it.scope, it.source)).collect();
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
            if kept.contains(&false) {
                keep_references(&mut self.statement.scopes[at], &kept);
            }
        }
    }

    fn references(&mut self, construct: Construct) {
        let mut untold = BTreeSet::new();
        for at in 0..self.statement.scopes.len() {
            let scope = ScopeId(at as u32);
            for index in 0..self.statement.scopes[at].references.len() {
                let reference = self.statement.scopes[at].references[index].clone();
                if let Some(renamed) = self.renamed(scope, reference) {
                    self.statement.scopes[at].references[index] = renamed;
                } else if construct == Construct::Entity {
                    // A property of something that is no row, or one that no column stands behind.
                    untold.insert((at, index));
                }
            }
            let mut index = 0;
            self.statement.scopes[at].references.retain(|_| {
                index += 1;
                untold.is_empty() || !untold.contains(&(at, index - 1))
            });
        }
    }

    /// The reference in the schema's names; `None` when it belongs to no known entity.
    fn renamed(&mut self, scope: ScopeId, mut reference: ColumnReference) -> Option<ColumnReference> {
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
                    let column = self.entities.column(self.catalog, &theirs, found)?;
                    if theirs != table && !has_column(self.catalog, &table, &column) {
                        place = self.join(place.0, &[path[..step].join("."), owner.entity.clone()], owner, &theirs);
                        entered = true;
                        table = theirs;
                    }
                }
                reference.name = self.entities.column(self.catalog, &table, found)?;
                break;
            }
            let target = self.entities.find(self.store, self.file, found.property.target.as_deref()?)?;
            mapping = target;
            if target.role != MappingRole::Embeddable {
                table = self.entities.table(self.store, self.file, self.catalog, target)?;
                place = self.join(place.0, &path[..=step], target, &table);
                entered = true;
            }
        }
        if entered || !reference.qualifier.is_empty() || matches!(reference.lookup, Lookup::Only(_)) {
            if entered && matches!(reference.lookup, Lookup::Only(_)) {
                reference.lookup = Lookup::Sources;
            }
            if !matches!(reference.lookup, Lookup::Only(_)) {
                let alias = self.statement.scopes[place.0.0 as usize].sources[place.1 as usize].alias.clone()?;
                reference.qualifier = vec![alias];
            }
        }
        Some(reference)
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

/// Keeps some of a scope's references; what points to them keeps pointing to them.
fn keep_references(scope: &mut Scope, kept: &[bool]) {
    let mut places: Vec<Option<u32>> = Vec::with_capacity(kept.len());
    let mut next = 0;
    for &keep in kept {
        places.push(keep.then_some(next));
        next += u32::from(keep);
    }
    let place = |at: u32| places.get(at as usize).copied().flatten();
    let mut keeps = kept.iter().copied();
    scope.references.retain(|_| keeps.next().unwrap_or(true));
    for reference in &mut scope.references {
        if let Usage::Assign(target) = reference.usage {
            reference.usage = place(target).map_or(Usage::Other, Usage::Assign);
        }
    }
    for output in &mut scope.outputs {
        if let OutputValue::Column(at) = output.value {
            output.value = place(at).map_or(OutputValue::Expression, OutputValue::Column);
        }
    }
    if let Some(Insert { columns: InsertColumns::Named(columns), .. }) = &mut scope.insert {
        *columns = columns.iter().filter_map(|at| place(*at)).collect();
    }
}

/// `user` for `User`, and `User` for `user`.
fn with_other_first_case(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) if first.is_uppercase() => first.to_lowercase().chain(letters).collect(),
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

fn uncapitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The names that a naming convention may make of `name`, likeliest first.
fn candidates(name: &str, implied: ImpliedNames) -> Vec<String> {
    let snake = snake_case(name);
    match implied {
        ImpliedNames::Identity => vec![name.to_owned()],
        ImpliedNames::SnakeCase => vec![snake],
        ImpliedNames::Plural => vec![plural(name), plural(&snake), name.to_owned(), snake],
        ImpliedNames::BySchema => {
            let plural_snake = plural(&snake);
            vec![snake, name.to_owned(), plural_snake, plural(name)]
        }
    }
}

fn implied_table(mapping: &Mapping, catalog: &Catalog) -> ObjectName {
    let candidates: Vec<ObjectName> = candidates(&mapping.entity, mapping.implied)
        .into_iter()
        .map(|name| ObjectName::single(Ident::bare(name)))
        .collect();
    let known = candidates.iter().find(|name| catalog.find(name, &[]).is_some());
    known.or(candidates.first()).cloned().unwrap_or_else(|| ObjectName::single(Ident::bare(mapping.entity.as_str())))
}

fn has_column(catalog: &Catalog, table: &ObjectName, column: &Ident) -> bool {
    catalog.find(table, &[]).is_some_and(|id| catalog.relation(id).column(&column.folded()).is_some())
}

fn implied_column(property: Property<'_>, is_relation: bool, table: &ObjectName, catalog: &Catalog) -> Ident {
    let name = &property.property.name;
    let implied = match property.declared_in.implied {
        // Only tables are called in the plural.
        ImpliedNames::Plural => ImpliedNames::BySchema,
        other => other,
    };
    let mut all = candidates(name, implied);
    if is_relation {
        let with_id: Vec<String> = all.iter().flat_map(|name| [format!("{name}_id"), format!("{name}Id")]).collect();
        all.splice(0..0, with_id);
    }
    let relation = catalog.find(table, &[]).map(|id| catalog.relation(id));
    let known = |name: &&String| {
        relation.is_some_and(|relation| relation.column(&crate::model::name::Name::new(name)).is_some())
    };
    let found = all.iter().find(known).or(all.first());
    Ident::bare(found.map_or(name.as_str(), String::as_str))
}

/// `fullName` and `FullName` as `full_name`; a run of capitals is one word (`HTTPServer` is `http_server`).
fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (at, &c) in chars.iter().enumerate() {
        if c.is_uppercase() {
            let after_lower = at > 0 && (chars[at - 1].is_lowercase() || chars[at - 1].is_ascii_digit());
            let before_lower = at > 0 && chars.get(at + 1).is_some_and(|next| next.is_lowercase());
            if (after_lower || before_lower) && !snake.ends_with('_') {
                snake.push('_');
            }
            snake.extend(c.to_lowercase());
        } else {
            snake.push(c);
        }
    }
    snake
}

fn plural(name: &str) -> String {
    let stem = |cut: usize, end: &str| format!("{}{end}", &name[..name.len() - cut]);
    if name.ends_with('y') && !name.ends_with("ay") && !name.ends_with("ey") && !name.ends_with("oy") {
        stem(1, "ies")
    } else if name.ends_with('s') || name.ends_with('x') || name.ends_with("ch") || name.ends_with("sh") {
        stem(0, "es")
    } else {
        stem(0, "s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_conventions() {
        for (code, snake) in [
            ("fullName", "full_name"),
            ("OrderItem", "order_item"),
            ("HTTPServer", "http_server"),
            ("id2Of", "id2_of"),
            ("already_snake", "already_snake"),
        ] {
            assert_eq!(snake_case(code), snake);
        }
        for (one, many) in [("user", "users"), ("category", "categories"), ("box", "boxes"), ("day", "days")] {
            assert_eq!(plural(one), many);
        }
    }
}
