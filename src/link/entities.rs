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

    /// The property of that name, also one that the entity inherits.
    pub fn property(&self, store: &Store<'_>, file: FileId, mapping: &'s Mapping, name: &str) -> Option<Property<'s>> {
        let mut declared_in = mapping;
        for _ in 0..DEEPEST {
            if let Some(property) = declared_in.properties.iter().find(|property| property.name == name) {
                return Some(Property { property, declared_in });
            }
            declared_in = self.find(store, file, declared_in.parent.as_deref()?)?;
        }
        None
    }

    /// All properties of an entity with the files that declare them, inherited ones last.
    pub fn properties(&self, store: &Store<'_>, file: FileId, mapping: &'s Mapping) -> Vec<(FileId, Property<'s>)> {
        let mut found = Vec::new();
        let mut class = Some((file, mapping));
        for _ in 0..DEEPEST {
            let Some((declaring, current)) = class else { break };
            found.extend(
                current.properties.iter().map(|property| (declaring, Property { property, declared_in: current })),
            );
            class = current.parent.as_deref().and_then(|parent| self.find_with_file(store, declaring, parent));
        }
        found
    }

    /// The table of a mapping; an entity without one of its own has that of the class it extends.
    pub fn table(
        &self,
        store: &Store<'_>,
        file: FileId,
        catalog: &Catalog,
        mapping: &'s Mapping,
    ) -> Option<ObjectName> {
        let mut mapping = mapping;
        for _ in 0..DEEPEST {
            match &mapping.table {
                MappedName::Named(name) => return Some(name.clone()),
                MappedName::Implied => return Some(implied_table(mapping, catalog)),
                MappedName::None => mapping = self.find(store, file, mapping.parent.as_deref()?)?,
            }
        }
        None
    }

    /// The column of a property in `table`; `None` when the property has none.
    pub fn column(&self, catalog: &Catalog, table: &ObjectName, property: Property<'_>) -> Option<Ident> {
        match &property.property.column {
            MappedName::Named(column) => Some(column.clone()),
            MappedName::Implied => Some(implied_column(property, table, catalog)),
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
                .properties(store, file, mapping)
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
    /// mapped keep their names.
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
        translation.references();
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

    fn references(&mut self) {
        for at in 0..self.statement.scopes.len() {
            let scope = ScopeId(at as u32);
            for index in 0..self.statement.scopes[at].references.len() {
                let reference = self.statement.scopes[at].references[index].clone();
                if let Some(renamed) = self.renamed(scope, reference) {
                    self.statement.scopes[at].references[index] = renamed;
                }
            }
        }
    }

    /// The reference in the schema's names; `None` when it belongs to no known entity.
    fn renamed(&mut self, scope: ScopeId, mut reference: ColumnReference) -> Option<ColumnReference> {
        let (mut place, mut path) = self.start(scope, &reference)?;
        path.push(reference.name.text.to_string());
        let (mut mapping, mut table) = self.known.get(&place).cloned()?;
        let last = path.len() - 1;
        let mut entered = false;
        for (step, name) in path.iter().enumerate() {
            let found = self.entities.property(self.store, self.file, mapping, name)?;
            if step == last {
                let column = self.entities.column(self.catalog, &table, found)?;
                reference.name = column;
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

fn implied_column(property: Property<'_>, table: &ObjectName, catalog: &Catalog) -> Ident {
    let name = &property.property.name;
    let implied = match property.declared_in.implied {
        // Only tables are called in the plural.
        ImpliedNames::Plural => ImpliedNames::BySchema,
        other => other,
    };
    let mut all = candidates(name, implied);
    if property.property.target.is_some() {
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
