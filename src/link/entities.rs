//! Entities: which class stands for which table, and which property for which column.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, OnceLock};

use regex::Regex;

use super::cased::known_in_snake_case;
use super::implied::{has_column, implied_column, implied_table, uncapitalised, with_other_first_case};
use super::store::Store;
use super::types::modules;
use crate::catalog::build::MappedTable;
use crate::catalog::{Catalog, Origin};
use crate::discover::config::Naming;
use crate::model::code::{Import, Language, OuterPart, TypeExpression};
use crate::model::mapping::{ImpliedNames, MappedName, MappedProperty, Mapping, MappingRole};
use crate::model::name::{Ident, Name, ObjectName};
use crate::model::source::{Context, FileId};

/// Deepest inheritance and longest property path that are followed.
const DEEPEST: usize = 16;

/// Classes and interfaces that one class names as its own, of which the first that is mapped counts.
const MOST_PARENTS: usize = 8;

/// Properties of one entity, those of embeddables inside embeddables counted; more are not looked at.
const MOST_PROPERTIES: usize = 4096;

/// The name of an entity, and which of that name.
type Called = (String, usize);

/// All mappings of the system.
#[derive(Default)]
pub struct Entities<'s> {
    by_name: BTreeMap<&'s str, Vec<(FileId, &'s Mapping)>>,
    /// The mapped columns of each table; made when first asked for.
    mapped: OnceLock<BTreeMap<ObjectName, BTreeSet<Name>>>,
    /// Names of entities, and which of that name, by the names of their tables; made when first asked for.
    by_table: OnceLock<BTreeMap<Name, (String, usize)>>,
    /// The entities of each file of a repository, by its path without the ending; made when first asked for.
    by_path: OnceLock<BTreeMap<(usize, String), Vec<Called>>>,
    /// Whether a naming strategy makes names in snake case of those that mappings do not spell out.
    in_snake_case: bool,
    /// What the settings say of names that mappings do not spell out.
    naming: Naming,
    /// Files of Java by their names without the ending; made when first asked for.
    stems: OnceLock<BTreeMap<String, Vec<FileId>>>,
}

/// A property of an entity, with the mapping that declares it.
#[derive(Clone, Copy)]
pub struct Property<'s> {
    /// The property.
    pub property: &'s MappedProperty,
    /// The class that declares it: the entity, a class it extends, or an embeddable.
    pub declared_in: &'s Mapping,
}

/// Where an embeddable stands in the rows of an entity.
#[derive(Clone, Debug)]
pub struct Embedding<'s> {
    /// The entity's table.
    pub table: ObjectName,
    /// The mappings whose word counts, the entity first and the embeddable last, each with the path from it to the
    /// embeddable: an outer one overrides columns of the inner ones.
    pub steps: Vec<(FileId, &'s Mapping, String)>,
}

/// What a part of an embeddable is.
pub enum EmbeddedPart<'s> {
    /// A column of the table in which it is embedded, perhaps one that refers to another row.
    Column(Ident),
    /// Another embeddable.
    Embedded(Embedding<'s>),
    /// Rows of another entity.
    Related(FileId, &'s Mapping),
    /// A part that is no column.
    Other,
}

/// The packages in which a Java file may find a class of that name, the likelier first.
fn packages(store: &Store<'_>, file: FileId, name: &str) -> Vec<String> {
    let Some(code) = store.code(file).filter(|code| code.language == Language::Java) else { return Vec::new() };
    let imports = |is_wanted: &dyn Fn(&Import) -> bool| {
        code.imports.iter().filter(|import| is_wanted(import)).map(|import| import.module.clone()).collect::<Vec<_>>()
    };
    let mut found = imports(&|import| import.local == name);
    found.extend(code.package.clone());
    found.extend(imports(&|import| import.name == OuterPart::All));
    found
}

/// Whether the class that a mapping is of is in a package: its file lies there, or its name is written with it.
pub(super) fn is_in_package(store: &Store<'_>, (file, mapping): (FileId, &Mapping), package: &str) -> bool {
    modules::is_in_package(store, file, package) || written_package(store.text(file), mapping) == Some(package)
}

/// The package that stands before the simple name of a mapped class, where a mapping names it in full.
pub(super) fn written_package<'t>(text: &'t str, mapping: &Mapping) -> Option<&'t str> {
    let written = text.get(mapping.span.start as usize..mapping.span.end as usize)?;
    let before = match written.rsplit_once('.') {
        Some((package, _)) => return Some(package),
        None => text.get(..mapping.span.start as usize)?.strip_suffix('.')?,
    };
    let start = before
        .rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_')))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    Some(&before[start..]).filter(|package| !package.is_empty())
}

/// The module that `name` is the whole of: `import name from "module"`, `name = require("module")`.
fn default_import<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    const MOST: usize = 50;
    text.match_indices(name).take(MOST).find_map(|(at, _)| {
        let before = text[..at].trim_end();
        let rest = text[at + name.len()..].trim_start();
        let taken = match rest.strip_prefix("from") {
            Some(rest) if before.ends_with("import") => rest,
            _ => rest.strip_prefix('=')?.trim_start().strip_prefix("require(")?,
        };
        let taken = taken.trim_start();
        let quote = taken.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        taken[1..].split(quote).next()
    })
}

/// The path that a relative module means in the file at `path`.
fn joined(path: &str, module: &str) -> Option<String> {
    if !module.starts_with('.') {
        return None;
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in module.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn without_ending(path: &str) -> &str {
    const ENDINGS: &[&str] = &[".js", ".ts", ".mjs", ".cjs", ".mts", ".cts", ".jsx", ".tsx"];
    ENDINGS.iter().find_map(|ending| path.strip_suffix(ending)).unwrap_or(path)
}

/// Whether a program that has mappings whose names are those of the code tells its object mapper to make others of them.
fn has_naming_strategy<'m>(store: &Store<'_>, mappings: impl Iterator<Item = &'m (FileId, &'m Mapping)>) -> bool {
    /// `new Sequelize({ define: { underscored: true } })` gives all models names in snake case.
    static DEFINE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"define\s*:\s*\{[^{}]*underscored\s*:\s*true").ok());
    let is_written = |mapping: &Mapping| matches!(mapping.implied, ImpliedNames::Written | ImpliedNames::Plural);
    let repositories: BTreeSet<usize> =
        mappings.filter(|(_, it)| is_written(it)).map(|(file, _)| store.file(*file).repository).collect();
    if repositories.is_empty() {
        return false;
    }
    let says = |text: &str| {
        text.contains("SnakeNamingStrategy")
            || text.contains("SnakeCaseNamingStrategy")
            || (text.contains("underscored") && DEFINE.as_ref().is_some_and(|define| define.is_match(text)))
    };
    store.workspace().files.iter().enumerate().any(|(at, file)| {
        repositories.contains(&file.repository)
            && !matches!(file.context, Context::Test | Context::Docs)
            && without_ending(&file.repository_path).len() < file.repository_path.len()
            && store.is_text(FileId(at as u32), says)
    })
}

/// Whether a mapping only says that there is such an entity: a mapper's, or that of a repository.
fn is_bare(mapping: &Mapping) -> bool {
    mapping.role == MappingRole::Entity
        && mapping.table == MappedName::Implied
        && mapping.properties.is_empty()
        && mapping.parent.is_none()
}

/// The steps to what the innermost one embeds under a name.
fn deeper<'s>(
    steps: &[(FileId, &'s Mapping, String)],
    name: &str,
    (file, inner): (FileId, &'s Mapping),
) -> Vec<(FileId, &'s Mapping, String)> {
    let longer = |path: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let mut made: Vec<_> = steps.iter().map(|(file, mapping, path)| (*file, *mapping, longer(path))).collect();
    made.push((file, inner, String::new()));
    made
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
        let in_snake_case = has_naming_strategy(store, by_name.values().flatten());
        Self {
            by_name,
            in_snake_case,
            naming: store.workspace().config.naming,
            mapped: OnceLock::new(),
            by_table: OnceLock::new(),
            by_path: OnceLock::new(),
            stems: OnceLock::new(),
        }
    }

    /// All mappings with their files.
    pub fn all(&self) -> impl Iterator<Item = (FileId, &'s Mapping)> + '_ {
        self.by_name.values().flatten().copied()
    }

    /// The mappings of that name.
    pub(super) fn called(&self, name: &str) -> impl Iterator<Item = (FileId, &'s Mapping)> + '_ {
        self.by_name.get(name).into_iter().flatten().copied()
    }

    /// The mapping that `file` means by a name: its own, else one of its repository, else any. `Named` ones before those
    /// without a table.
    pub fn find(&self, store: &Store<'_>, file: FileId, name: &str) -> Option<&'s Mapping> {
        self.find_with_file(store, file, name).map(|(_, mapping)| mapping)
    }

    /// The mapping that [`Self::find`] gives, with the file that declares it.
    pub(super) fn find_with_file(&self, store: &Store<'_>, file: FileId, name: &str) -> Option<(FileId, &'s Mapping)> {
        let repository = store.file(file).repository;
        let near = |(other, mapping): &&(FileId, &Mapping)| {
            let other_file = store.file(*other);
            let is_entity = mapping.role == MappingRole::Entity;
            // What has properties goes before what only says that there is such an entity.
            let is_told = !mapping.properties.is_empty() || mapping.parent.is_some();
            // What a mapper's XML says of a class is less than what the class itself does.
            let is_own = *other == file && is_told && other_file.repository_path.rsplit('.').next() != Some("xml");
            (is_own, other_file.repository == repository, is_told, is_entity, other_file.context != Context::Test)
        };
        let all = self.by_name.get(name)?;
        let fullest = |it: &&(FileId, &Mapping)| (near(it), it.1.properties.len(), it.0 == file);
        let best = all.iter().rev().max_by_key(fullest)?;
        let mut equal = all.iter().rev().filter(|it| near(it) == near(&best));
        // The same name in several packages: what the file imports says which is meant.
        if best.0 != file && equal.any(|(other, _)| *other != best.0) {
            let packages = packages(store, file, name);
            let equal = || all.iter().rev().filter(|it| near(it) == near(&best));
            let in_package =
                |package: &String| equal().filter(|it| is_in_package(store, **it, package)).max_by_key(fullest);
            let meant = packages.iter().find_map(in_package);
            return Some(*meant.unwrap_or(best));
        }
        Some(*best)
    }

    /// The mapping that code means when it calls an entity `name`: by the entity's name, that with its first letter in the
    /// other case (accessors of generated clients), the name of its table (registries of models).
    pub(super) fn meant(
        &self,
        store: &Store<'_>,
        file: FileId,
        catalog: &Catalog,
        name: &str,
    ) -> Option<(FileId, &'s Mapping)> {
        let named = |name: &str| self.find_with_file(store, file, name);
        // `db.userModel`.
        let model = || {
            let stem = name.strip_suffix("Model").filter(|stem| !stem.is_empty())?;
            named(stem).or_else(|| named(&with_other_first_case(stem)))
        };
        let own = named(name)
            .or_else(|| self.imported(store, file, name))
            .or_else(|| named(&with_other_first_case(name)))
            .or_else(model);
        own.or_else(|| {
            let tables = self.by_table.get_or_init(|| {
                let mut made = BTreeMap::new();
                for (entity, mappings) in &self.by_name {
                    for (at, (file, mapping)) in mappings.iter().enumerate() {
                        let table = self.table(store, *file, catalog, mapping);
                        let name = table.as_ref().and_then(|table| table.0.last());
                        if let Some(name) = name.filter(|_| mapping.role == MappingRole::Entity) {
                            made.entry(name.folded()).or_insert(((*entity).to_owned(), at));
                        }
                    }
                }
                made
            });
            let (entity, at) = tables.get(&Name::new(name))?;
            self.by_name.get(entity.as_str())?.get(*at).copied()
        })
    }

    /// The only entity of the file that a script takes `name` from as what that file is:
    /// `import userModel from "./models/user.js"`, `const userModel = require("./models/user")`.
    fn imported(&self, store: &Store<'_>, file: FileId, name: &str) -> Option<(FileId, &'s Mapping)> {
        let module = default_import(store.text(file), name)?;
        let source = store.file(file);
        let path = joined(&source.repository_path, module)?;
        let by_path = self.by_path.get_or_init(|| {
            let mut made: BTreeMap<(usize, String), Vec<Called>> = BTreeMap::new();
            for (entity, mappings) in &self.by_name {
                for (at, (file, _)) in mappings.iter().enumerate().filter(|(_, it)| it.1.role == MappingRole::Entity) {
                    let source = store.file(*file);
                    let own = without_ending(&source.repository_path).to_owned();
                    made.entry((source.repository, own)).or_default().push(((*entity).to_owned(), at));
                }
            }
            made
        });
        let found = |path: String| match by_path.get(&(source.repository, path))?.as_slice() {
            [(entity, at)] => self.by_name.get(entity.as_str())?.get(*at).copied(),
            _ => None,
        };
        found(without_ending(&path).to_owned())
            .or_else(|| found(path.clone()))
            .or_else(|| found(format!("{path}/index")))
    }

    /// The class that a class without a mapping extends, when that is written in a file of its own name.
    fn unmarked_parent(&self, store: &Store<'_>, file: FileId, class: &str) -> Option<String> {
        let stems = self.stems.get_or_init(|| {
            let mut made: BTreeMap<String, Vec<FileId>> = BTreeMap::new();
            for (at, file) in store.workspace().files.iter().enumerate() {
                let name = file.repository_path.rsplit('/').next().unwrap_or("");
                if let Some(stem) = name.strip_suffix(".java") {
                    made.entry(stem.to_owned()).or_default().push(FileId(at as u32));
                }
            }
            made
        });
        let repository = store.file(file).repository;
        let mut files = stems.get(class)?.iter().filter(|id| store.file(**id).repository == repository);
        let code = store.code(*files.next()?).filter(|_| files.next().is_none())?;
        let declared = code.classes.iter().find(|declared| declared.name == class)?;
        declared.parents.iter().take(MOST_PARENTS).find_map(|parent| match &code.types[parent.0 as usize] {
            TypeExpression::Named { name, .. } => {
                let simple = name.rsplit('.').next().unwrap_or(name);
                self.by_name.contains_key(simple).then(|| simple.to_owned())
            }
            _ => None,
        })
    }

    /// The class and those that it inherits from, nearest first.
    fn chain(&self, store: &Store<'_>, file: FileId, mapping: &'s Mapping) -> Vec<(FileId, &'s Mapping)> {
        let mut found = vec![(file, mapping)];
        let mut at = 0;
        while let Some((declaring, current)) = found.get(at).copied()
            && found.len() < DEEPEST
        {
            at += 1;
            for parent in current.parent.iter().chain(&current.mixins) {
                // A class between two that are mapped may have no mark of its own.
                let next = self.find_with_file(store, declaring, parent).or_else(|| {
                    let above = self.unmarked_parent(store, declaring, parent)?;
                    self.find_with_file(store, declaring, &above)
                });
                if let Some(next) = next
                    && !found.iter().any(|(_, known)| std::ptr::eq(*known, next.1))
                {
                    found.push(next);
                }
            }
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

    /// The property that an accessor means whose name is spelled in another case: `getURL` of `url`.
    pub(super) fn property_in_any_case(
        &self,
        store: &Store<'_>,
        file: FileId,
        mapping: &'s Mapping,
        name: &str,
    ) -> Option<&'s str> {
        self.chain(store, file, mapping).into_iter().find_map(|(_, declared_in)| {
            let mut properties = declared_in.properties.iter();
            properties.find(|property| property.name.eq_ignore_ascii_case(name)).map(|found| found.name.as_str())
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
    pub(super) fn derived_path(
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

    /// All places where entities embed `of`, in rows of their own tables.
    pub(super) fn embeddings(&self, store: &Store<'_>, catalog: &Catalog, of: &'s Mapping) -> Vec<Embedding<'s>> {
        let mut found: Vec<Embedding<'s>> = Vec::new();
        for (file, entity) in self.all().filter(|(_, entity)| entity.role == MappingRole::Entity) {
            let mut table = None;
            let mut left = vec![vec![(file, entity, String::new())]];
            while let Some(steps) = left.pop() {
                let Some((file, current, _)) = steps.last().cloned() else { continue };
                for (declaring, property) in self.embedding_properties(store, file, current) {
                    let Some(inner) = self.embedded(store, declaring, property) else { continue };
                    if steps.len() > DEEPEST || steps.iter().any(|(_, outer, _)| std::ptr::eq(*outer, inner.1)) {
                        continue;
                    }
                    let steps = deeper(&steps, &property.name, inner);
                    if std::ptr::eq(inner.1, of) {
                        let table = table.get_or_insert_with(|| self.table(store, file, catalog, entity)).clone();
                        found.extend(table.map(|table| Embedding { table, steps }));
                    } else {
                        left.push(steps);
                    }
                }
            }
            if found.len() >= MOST_PROPERTIES {
                break;
            }
        }
        found
    }

    /// The properties of a class and its ancestors that embed something, each once.
    fn embedding_properties(
        &self,
        store: &Store<'_>,
        file: FileId,
        mapping: &'s Mapping,
    ) -> Vec<(FileId, &'s MappedProperty)> {
        let is_embeddable = |property: &&MappedProperty| {
            property
                .target
                .as_deref()
                .is_some_and(|target| self.called(target).any(|(_, target)| target.role == MappingRole::Embeddable))
        };
        let may_embed = |mapping: &Mapping| mapping.properties.iter().any(|property| is_embeddable(&property));
        if mapping.parent.is_none() && mapping.mixins.is_empty() && !may_embed(mapping) {
            return Vec::new();
        }
        let mut names: BTreeSet<&str> = BTreeSet::new();
        let mut found = Vec::new();
        for (declaring, current) in self.chain(store, file, mapping) {
            let own = current.properties.iter().filter(is_embeddable);
            found.extend(own.filter(|own| names.insert(&own.name)).map(|property| (declaring, property)));
        }
        found
    }

    /// Where rows of an entity embed something under the name of a property, if they do.
    pub(super) fn embedding(
        &self,
        store: &Store<'_>,
        (file, mapping): (FileId, &'s Mapping),
        table: &ObjectName,
        name: &str,
    ) -> Option<Embedding<'s>> {
        let found = self.property(store, file, mapping, name)?;
        let inner = self.embedded(store, file, found.property)?;
        let steps = deeper(&[(file, mapping, String::new())], name, inner);
        Some(Embedding { table: table.clone(), steps })
    }

    /// The property of that name of what a class embeds at a path.
    pub(crate) fn embedded_property(
        &self,
        store: &Store<'_>,
        (mut file, mut mapping): (FileId, &'s Mapping),
        path: &str,
        name: &str,
    ) -> Option<(FileId, Property<'s>)> {
        for step in path.split('.').take(DEEPEST) {
            let property = self.property(store, file, mapping, step)?;
            (file, mapping) = self.embedded(store, file, property.property)?;
        }
        Some((file, self.property(store, file, mapping, name)?))
    }

    /// What a name is on something embedded; `None` when it has no such part.
    pub(super) fn embedded_part(
        &self,
        store: &Store<'_>,
        catalog: &Catalog,
        place: &Embedding<'s>,
        name: &str,
    ) -> Option<EmbeddedPart<'s>> {
        let mut is_known = false;
        for (file, mapping, path) in &place.steps {
            let whole = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            let Some(found) = self.property(store, *file, mapping, &whole) else { continue };
            is_known = true;
            if let Some(inner) = self.embedded(store, *file, found.property) {
                let steps = deeper(&place.steps, name, inner);
                return Some(EmbeddedPart::Embedded(Embedding { table: place.table.clone(), steps }));
            }
            if let Some(column) = self.column(catalog, &place.table, found) {
                return Some(EmbeddedPart::Column(column));
            }
            let target = found.property.target.as_deref();
            let target = target.and_then(|target| self.find_with_file(store, *file, target));
            if let Some((file, target)) = target.filter(|(_, target)| target.role == MappingRole::Entity) {
                return Some(EmbeddedPart::Related(file, target));
            }
        }
        is_known.then_some(EmbeddedPart::Other)
    }

    /// The property of a table beside the class's own in which the values of a property stand: a secondary table, a
    /// table of values. With the mapping of that table.
    pub(super) fn beside(
        &self,
        store: &Store<'_>,
        file: FileId,
        found: Property<'s>,
    ) -> Option<(FileId, Property<'s>)> {
        let own = found.property;
        let target = own.target.as_deref().filter(|_| own.column == MappedName::None)?;
        target.strip_suffix(own.name.as_str()).filter(|class| class.ends_with(['.', '#']))?;
        let (file, declared_in) = self.find_with_file(store, file, target)?;
        let property = declared_in.properties.iter().find(|property| property.name == own.name)?;
        Some((file, Property { property, declared_in }))
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
                // Types of rows are told the names that a plugin gives the tables.
                MappedName::Named(name) if current.implied == ImpliedNames::BySchema => {
                    return Some(known_in_snake_case(catalog, name).unwrap_or_else(|| name.clone()));
                }
                MappedName::Named(name) => return Some(name.clone()),
                MappedName::Implied => {
                    let implied = implied_table(current, catalog);
                    // A class that only its properties say to be mapped may be one that queries fill.
                    let is_told = current.implied != ImpliedNames::InSchema
                        || catalog.find(&implied, &[]).is_some()
                        || self.called(&current.entity).any(|(_, other)| is_bare(other));
                    if !is_told {
                        continue;
                    }
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
                let convention = (self.naming, self.in_snake_case);
                Some(implied_column(property, is_relation, convention, table, catalog))
            }
            MappedName::None => None,
        }
    }

    /// Columns of a table that no mapping names.
    pub(crate) fn unmapped(&self, store: &Store<'_>, catalog: &Catalog, table: &ObjectName) -> Vec<Ident> {
        let mapped = self.mapped.get_or_init(|| {
            let mut mapped: BTreeMap<ObjectName, BTreeSet<Name>> = BTreeMap::new();
            for (file, mapping) in self.all().filter(|(_, mapping)| mapping.role == MappingRole::Entity) {
                let Some(table) = self.table(store, file, catalog, mapping) else { continue };
                let columns = mapped.entry(table.clone()).or_default();
                for (_, property) in self.properties(store, file, catalog, mapping) {
                    columns.extend(self.column(catalog, &table, property).map(|column| column.folded()));
                }
            }
            mapped
        });
        let (Some(mapped), Some(id)) = (mapped.get(table), catalog.find(table, &[])) else { return Vec::new() };
        let columns = catalog.relation(id).columns.iter();
        columns.filter(|column| !mapped.contains(&column.name.folded())).map(|column| column.name.clone()).collect()
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
            // Another name of a class that is mapped, or one that only a mapper says to stand for rows.
            if mapping.properties.is_empty() && !matches!(mapping.table, MappedName::Named(_)) {
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
}
