//! Mapped classes: JPA and Jakarta Persistence, Hibernate, Spring Data JDBC, MyBatis-Plus.
//! <https://jakarta.ee/specifications/persistence/3.1/jakarta-persistence-spec-3.1#a14>
//!
//! A property whose column is spelled out is given twice, under the same name: once for the column's name and once for
//! its own, because both places change with the column.

use std::collections::BTreeSet;

use tree_sitter::Node;

use super::annotation::{Annotation, Constants, Written, items, text_of};
use super::class::{self, Member};
use super::fragment::{Fragment, Owner};
use super::words::Words;
use crate::extract::host::span_of;
use crate::model::answer::Construct;
use crate::model::facts::FileFacts;
use crate::model::mapping::{BuiltStatement, ImpliedNames, MappedName, MappedProperty, Mapping, MappingRole};
use crate::model::name::{Ident, ObjectName};
use crate::model::span::Span;
use crate::model::statement::{Access, ColumnReference, Lookup, Usage};

/// Reads one class.
pub(super) fn read(facts: &mut FileFacts, node: Node<'_>, text: &str, constants: &Constants<'_>, words: &Words) {
    let Some(name) = node.child_by_field_name("name") else { return };
    let class = Class {
        name: text_of(name, text),
        span: span_of(name),
        annotations: Annotation::all(node, text),
        members: class::members(node, text),
        parent: node
            .child_by_field_name("superclass")
            .and_then(|parent| parent.named_child(0))
            .map(|parent| class::simple_name(parent, text)),
        is_abstract: class::has_modifier(node, &["abstract"], text),
        text,
        constants,
        words,
    };
    class.read(facts);
}

struct Class<'a, 't> {
    name: &'t str,
    span: Span,
    annotations: Vec<Annotation<'t>>,
    members: Vec<Member<'t>>,
    parent: Option<&'t str>,
    is_abstract: bool,
    text: &'t str,
    constants: &'a Constants<'a>,
    words: &'a Words,
}

impl<'t> Class<'_, 't> {
    fn is_any(&self, member: &Member<'t>, words: &[String]) -> bool {
        member.annotations.iter().any(|annotation| words.iter().any(|word| word == annotation.name))
    }

    fn has(&self, name: &str) -> bool {
        self.annotations.iter().any(|annotation| annotation.name == name)
    }

    fn read(&self, facts: &mut FileFacts) {
        let is_marked = self.has("Entity") || self.words.tables.keys().any(|name| self.has(name));
        let is_entity = is_marked || self.is_plain_entity();
        let role = if self.has("Embeddable") {
            MappingRole::Embeddable
        } else if is_entity {
            MappingRole::Entity
        } else if self.has("MappedSuperclass")
            || self.members.iter().any(|member| self.is_any(member, &self.words.marks))
        {
            MappingRole::Superclass
        } else {
            return;
        };
        let table = if is_entity { self.table() } else { MappedName::None };
        let mut found = Found { own: Vec::new(), other: Vec::new() };
        for member in self.properties() {
            self.property(member, &mut found);
        }
        for annotation in &self.annotations {
            let overrides = self.overrides(annotation);
            found.own.extend(overrides.into_iter().map(|(name, column)| named(name, column, None)));
            if matches!(annotation.name, "PrimaryKeyJoinColumn" | "DiscriminatorColumn")
                && let Some(column) = annotation.text(&["name"], self.text, self.constants)
            {
                found.own.push(named(column.0.clone(), column, None));
            }
        }
        let parent = self.parent.map(str::to_owned);
        let key = self.key_class(&found.own);
        let own = Mapping {
            entity: self.name.to_owned(),
            span: self.span,
            role,
            table,
            parent,
            mixins: Vec::new(),
            implied: if is_marked { ImpliedNames::BySchema } else { ImpliedNames::InSchema },
            properties: found.own,
        };
        if is_entity {
            facts.built.extend(self.indexes());
            facts.built.extend(self.results());
            facts.mappings.extend(self.alias());
            facts.mappings.extend(key);
        }
        self.fragments(facts);
        facts.mappings.push(own);
        facts.mappings.extend(found.other);
    }

    /// Whether it is an entity of `MyBatis-Plus`, which only its properties say: those of classes that are made to be
    /// extended say the same.
    fn is_plain_entity(&self) -> bool {
        const BASES: &[&str] = &["Base", "Abstract"];
        let is_base =
            self.is_abstract || BASES.iter().any(|word| self.name.starts_with(word) || self.name.ends_with(word));
        !is_base
            && !self.has("MappedSuperclass")
            && self.members.iter().any(|member| member.has_any(&["TableId", "TableField"]))
    }

    fn table(&self) -> MappedName<ObjectName> {
        let found = self.annotations.iter().find_map(|annotation| {
            let keys: Vec<&str> = self.words.tables.get(annotation.name)?.iter().map(String::as_str).collect();
            self.table_of(annotation, &keys)
        });
        found.map_or(MappedName::Implied, |(table, _)| MappedName::Named(table))
    }

    /// The table that an annotation names, with its schema, and where.
    fn table_of(&self, annotation: &Annotation<'t>, keys: &[&str]) -> Option<(ObjectName, Span)> {
        let (name, span) = annotation.text(keys, self.text, self.constants)?;
        let schema = annotation.text(&["schema", "catalog"], self.text, self.constants);
        let mut parts: Vec<Ident> = schema.into_iter().map(|(schema, _)| ident(&schema)).collect();
        parts.extend(name.split('.').map(ident));
        Some((ObjectName(parts), span))
    }

    /// The name by which queries call the entity, when it is another than the class's.
    fn alias(&self) -> Option<Mapping> {
        let annotation = self.annotations.iter().find(|annotation| annotation.name == "Entity")?;
        let (name, span) = annotation.text(&["name"], self.text, self.constants)?;
        (name != self.name).then(|| Mapping {
            entity: name,
            span,
            role: MappingRole::Entity,
            table: MappedName::None,
            parent: Some(self.name.to_owned()),
            mixins: Vec::new(),
            implied: ImpliedNames::BySchema,
            properties: Vec::new(),
        })
    }

    /// The class of the key, whose fields are the entity's: `@IdClass(UserKey.class)`.
    fn key_class(&self, properties: &[MappedProperty]) -> Option<Mapping> {
        let annotation = self.annotations.iter().find(|annotation| annotation.name == "IdClass")?;
        let class = annotation.argument("value", self.text)?;
        let name = text_of(class, self.text).strip_suffix(".class")?;
        let keys = self.members.iter().filter(|member| member.has_any(&["Id"]));
        let keys: BTreeSet<&str> = keys.map(|member| member.name.as_str()).collect();
        Some(Mapping {
            entity: name.rsplit('.').next().unwrap_or(name).trim().to_owned(),
            span: span_of(class),
            role: MappingRole::Entity,
            table: MappedName::None,
            parent: Some(self.name.to_owned()),
            mixins: Vec::new(),
            implied: ImpliedNames::BySchema,
            properties: properties.iter().filter(|property| keys.contains(property.name.as_str())).cloned().collect(),
        })
    }

    /// Pieces of SQL on the class and its members, and properties that collections are ordered by.
    fn fragments(&self, facts: &mut FileFacts) {
        for fragment in self.annotations.iter().flat_map(|annotation| Fragment::all(annotation, self.text)) {
            fragment.read(facts, self.name, self.span, self.text, self.constants);
        }
        for member in &self.members {
            let target = self.target(member);
            for annotation in &member.annotations {
                for fragment in Fragment::all(annotation, self.text) {
                    let entity = if fragment.owner == Owner::Own { Some(self.name) } else { target.as_deref() };
                    if let Some(entity) = entity {
                        fragment.read(facts, entity, member.span, self.text, self.constants);
                    }
                }
                if let Some(target) = target.clone().filter(|_| annotation.name == "OrderBy") {
                    facts.built.extend(self.order(annotation, member.span, target));
                }
            }
        }
    }

    /// `@OrderBy("team.name DESC, id")`.
    fn order(&self, annotation: &Annotation<'t>, name: Span, target: String) -> Option<BuiltStatement> {
        let (list, span) = annotation.text(&["value"], self.text, self.constants)?;
        if span.of(self.text) != list {
            return None;
        }
        let mut references = Vec::new();
        let mut at = span.start as usize;
        for part in list.split(',') {
            let path = part.split_whitespace().next().unwrap_or("");
            let mut steps: Vec<&str> = path.split('.').collect();
            let last = steps.pop().unwrap_or("");
            let end = at + part.find(path).unwrap_or(0) + path.len();
            if !last.is_empty() {
                references.push(ColumnReference {
                    qualifier: steps.into_iter().map(Ident::bare).collect(),
                    name: Ident::bare(last),
                    span: Span::new(end - last.len(), end),
                    access: Access::Read,
                    usage: Usage::Order,
                    lookup: Lookup::Only(0),
                });
            }
            at += part.len() + 1;
        }
        Some(BuiltStatement::over_entity(Construct::Orm, target, name, annotation.span(), references))
    }

    /// Fields or getters: whichever the mapping annotations stand on.
    fn properties(&self) -> impl Iterator<Item = &Member<'t>> {
        let marks = |getter: bool| {
            self.members.iter().any(|member| member.is_getter == getter && self.is_any(member, &self.words.marks))
        };
        let has_key = self.members.iter().any(|member| member.is_getter && member.has_any(&["Id", "EmbeddedId"]));
        let by_getter = has_key || (!marks(false) && marks(true));
        self.members.iter().filter(move |member| {
            // An annotated getter beside annotated fields is a property too.
            member.is_getter == by_getter || (member.is_getter && self.is_any(member, &self.words.marks))
        })
    }

    fn property(&self, member: &Member<'t>, found: &mut Found) {
        let not_stored = member.annotation("TableField").is_some_and(|field| field.says("exist", "false", self.text));
        if self.is_any(member, &self.words.transient) || not_stored {
            return;
        }
        let target = self.target(member);
        let inverse = member.annotations.iter().any(|annotation| annotation.argument("mappedBy", self.text).is_some());
        if self.is_any(member, &self.words.elsewhere) || inverse {
            self.relation(member, target, found);
            return;
        }
        let columns: Vec<Written> = member
            .annotations
            .iter()
            .flat_map(|annotation| match annotation.name {
                "JoinColumns" | "Columns" | "PrimaryKeyJoinColumns" => {
                    let inner = ["value", "columns"].iter().flat_map(|key| annotation.inner(key, self.text));
                    inner.collect::<Vec<_>>()
                }
                _ => vec![*annotation],
            })
            .filter_map(|annotation| self.column(&annotation))
            .collect();
        let overrides: Vec<(String, Written)> = member
            .annotations
            .iter()
            .flat_map(|annotation| self.overrides(annotation))
            .map(|(path, column)| (format!("{}.{path}", member.name), column))
            .collect();
        let embeds = member.has_any(&["Embedded", "EmbeddedId"]);
        if let Some(beside) = self.in_other_table(member, &columns) {
            let (name, span, target) = (member.name.clone(), member.span, Some(beside.entity.clone()));
            found.own.push(MappedProperty { name, span, column: MappedName::None, target });
            found.other.push(beside);
            return;
        }
        for column in &columns {
            found.own.push(named(member.name.clone(), column.clone(), target.clone()));
        }
        let column = match columns.first() {
            Some((column, _)) => MappedName::Named(ident(column)),
            None if embeds || !overrides.is_empty() => MappedName::None,
            None => MappedName::Implied,
        };
        found.own.push(MappedProperty { name: member.name.clone(), span: member.span, column, target });
        found.own.extend(overrides.into_iter().map(|(name, column)| named(name, column, None)));
    }

    /// The mapping of a property whose columns stand in a secondary table: `@Column(table = "user_details")`.
    fn in_other_table(&self, member: &Member<'t>, columns: &[Written]) -> Option<Mapping> {
        let own = match self.table() {
            MappedName::Named(table) => Some(table.last().text.to_string()),
            MappedName::Implied | MappedName::None => None,
        };
        let mut marks =
            member.annotations.iter().filter(|annotation| matches!(annotation.name, "Column" | "JoinColumn"));
        let (table, span) = marks.find_map(|annotation| annotation.text(&["table"], self.text, self.constants))?;
        if own.is_some_and(|own| own.eq_ignore_ascii_case(&table)) {
            return None;
        }
        let mut properties: Vec<MappedProperty> =
            columns.iter().map(|column| named(member.name.clone(), column.clone(), None)).collect();
        let column = columns.first().map_or(MappedName::Implied, |(column, _)| MappedName::Named(ident(column)));
        properties.push(MappedProperty { name: member.name.clone(), span: member.span, column, target: None });
        Some(Mapping {
            entity: format!("{}.{}", self.name, member.name),
            span,
            role: MappingRole::Entity,
            table: MappedName::Named(ObjectName(table.split('.').map(ident).collect())),
            parent: None,
            mixins: Vec::new(),
            implied: ImpliedNames::BySchema,
            properties,
        })
    }

    /// A property whose columns stand in another table: a link table, a table of values, or the table of the target.
    fn relation(&self, member: &Member<'t>, target: Option<String>, found: &mut Found) {
        let own = format!("{}.{}", self.name, member.name);
        let values = member.has_any(&["ElementCollection"]);
        let mut linked = None;
        for annotation in &member.annotations {
            let (table, joins): (_, &[&str]) = match annotation.name {
                "JoinTable" => (self.table_of(annotation, &["name"]), &["joinColumns", "inverseJoinColumns"]),
                "CollectionTable" => (self.table_of(annotation, &["name"]), &["joinColumns"]),
                "JoinColumn" | "JoinColumns" | "MapKeyColumn" | "OrderColumn" => (None, &[]),
                _ => continue,
            };
            let mut columns: Vec<Written> = joins
                .iter()
                .flat_map(|key| annotation.inner(key, self.text))
                .filter_map(|join| self.column(&join))
                .collect();
            columns.extend(annotation.text(&["name"], self.text, self.constants).filter(|_| joins.is_empty()));
            for inner in annotation.inner("value", self.text) {
                columns.extend(self.column(&inner));
            }
            let linked = linked.get_or_insert_with(|| Mapping {
                entity: own.clone(),
                span: member.span,
                role: MappingRole::Entity,
                table: MappedName::None,
                // Without a table of its own, the columns are the target's.
                parent: target.clone(),
                mixins: Vec::new(),
                implied: ImpliedNames::BySchema,
                properties: Vec::new(),
            });
            if let Some((table, span)) = table {
                linked.table = MappedName::Named(table);
                linked.span = span;
                linked.parent = target.clone().filter(|_| values);
            }
            linked.properties.extend(columns.into_iter().map(|column| named(column.0.clone(), column, None)));
        }
        if values && linked.is_none() {
            let table = ObjectName::single(ident(&format!("{}_{}", self.name, member.name)));
            linked = Some(Mapping {
                entity: own.clone(),
                span: member.span,
                role: MappingRole::Entity,
                table: MappedName::Named(table),
                parent: target.clone(),
                mixins: Vec::new(),
                implied: ImpliedNames::BySchema,
                properties: Vec::new(),
            });
        }
        let is_plain = target.is_none();
        let mut leads_to = target;
        if let Some(mut linked) = linked {
            if values {
                let mut columns = member.annotations.iter().filter(|annotation| annotation.name == "Column");
                let column = columns.find_map(|annotation| self.column(annotation));
                let implied = if column.is_some() || is_plain {
                    Some(column.as_ref().map_or(MappedName::Implied, |(column, _)| MappedName::Named(ident(column))))
                } else {
                    None
                };
                linked.properties.extend(column.map(|column| named(member.name.clone(), column, None)));
                linked.properties.extend(implied.map(|column| {
                    let (name, span) = (member.name.clone(), member.span);
                    MappedProperty { name, span, column, target: None }
                }));
                leads_to = Some(own);
            }
            found.other.push(linked);
        }
        let (name, span) = (member.name.clone(), member.span);
        found.own.push(MappedProperty { name, span, column: MappedName::None, target: leads_to });
    }

    fn column(&self, annotation: &Annotation<'t>) -> Option<Written> {
        let keys: Vec<&str> = self.words.columns.get(annotation.name)?.iter().map(String::as_str).collect();
        let (name, span) = annotation.text(&keys, self.text, self.constants)?;
        let bare = name.trim_matches(QUOTES);
        let before = name.find(bare).unwrap_or(0) as u32;
        let whole = span.end - span.start == name.len() as u32;
        let span = if whole {
            Span { start: span.start + before, end: span.start + before + bare.len() as u32 }
        } else {
            span
        };
        Some((bare.to_owned(), span))
    }

    fn target(&self, member: &Member<'t>) -> Option<String> {
        let said = member.annotations.iter().find_map(|annotation| {
            let class = ["targetEntity", "targetClass"].iter().find_map(|key| annotation.argument(key, self.text))?;
            let class = text_of(class, self.text).strip_suffix(".class")?;
            Some(class.rsplit('.').next().unwrap_or(class).trim())
        });
        said.or_else(|| class::target(member.class?, self.text)).map(str::to_owned)
    }

    /// Paths and columns of `@AttributeOverride`, `@AssociationOverride` and their lists.
    fn overrides(&self, annotation: &Annotation<'t>) -> Vec<(String, Written)> {
        let each = match annotation.name {
            "AttributeOverride" | "AssociationOverride" => vec![*annotation],
            "AttributeOverrides" | "AssociationOverrides" => annotation.inner("value", self.text),
            _ => return Vec::new(),
        };
        each.into_iter()
            .filter_map(|each| {
                let path = each.text(&["name"], self.text, self.constants);
                let columns = ["column", "joinColumns"].map(|key| each.inner(key, self.text)).concat();
                let column = columns.iter().find_map(|column| self.column(column));
                path.zip(column).map(|((path, _), column)| (path, column))
            })
            .collect()
    }

    /// The columns that indexes and unique constraints of the mapping name.
    /// What the results of native queries fill: `@FieldResult(name = "fullName", column = "full_name")`.
    fn results(&self) -> Vec<BuiltStatement> {
        let mut maps: Vec<Annotation<'t>> = Vec::new();
        for annotation in &self.annotations {
            match annotation.name {
                "SqlResultSetMapping" => maps.push(*annotation),
                "SqlResultSetMappings" => maps.extend(annotation.inner("value", self.text)),
                _ => {}
            }
        }
        let entities = maps.iter().flat_map(|map| map.inner("entities", self.text));
        let filled = entities.filter_map(|result| {
            let class = text_of(result.argument("entityClass", self.text)?, self.text).strip_suffix(".class")?;
            let entity = class.rsplit('.').next().unwrap_or(class).trim().to_owned();
            let fields = result.inner("fields", self.text).into_iter().flat_map(|field| {
                let text = |key: &str| field.text(&[key], self.text, self.constants);
                let name = text("name");
                let property = name.as_ref().map(|(name, _)| name.clone());
                let places = [name.map(|(_, span)| span), text("column").map(|(_, span)| span)];
                places.into_iter().flatten().filter_map(move |span| Some((property.clone()?, span)))
            });
            let references: Vec<ColumnReference> = fields
                .map(|(property, span)| ColumnReference {
                    qualifier: Vec::new(),
                    name: Ident::bare(property),
                    span,
                    access: Access::Read,
                    usage: Usage::Other,
                    lookup: Lookup::Only(0),
                })
                .collect();
            Some(BuiltStatement::over_entity(Construct::Mapping, entity, self.span, result.span(), references))
        });
        filled.collect()
    }

    fn indexes(&self) -> Option<BuiltStatement> {
        let tables = || self.annotations.iter().filter(|own| matches!(own.name, "Table" | "Entity"));
        let inner = |key: &'static str| tables().flat_map(move |table| table.inner(key, self.text));
        let mut columns: Vec<Written> = Vec::new();
        for constraint in inner("uniqueConstraints") {
            let names = constraint.argument("columnNames", self.text).map(items).unwrap_or_default();
            columns.extend(names.into_iter().filter_map(|node| self.constants.text(node, self.text)));
        }
        for index in inner("indexes").chain(inner("indices")) {
            let Some(list) = index.argument("columnList", self.text) else { continue };
            let Some((list, span)) = self.constants.text(list, self.text) else { continue };
            let mut at = 0;
            for part in list.split(',') {
                let name = part.split_whitespace().next().unwrap_or("").trim_matches(QUOTES);
                let start = span.start as usize + at + part.find(name).unwrap_or(0);
                columns.push((name.to_owned(), Span::new(start, start + name.len())));
                at += part.len() + 1;
            }
        }
        let references: Vec<ColumnReference> = columns
            .into_iter()
            .filter(|(name, _)| !name.is_empty())
            .map(|(name, span)| ColumnReference {
                qualifier: Vec::new(),
                name: ident(&name),
                span,
                access: Access::Both,
                usage: Usage::Other,
                lookup: Lookup::Only(0),
            })
            .collect();
        if references.is_empty() {
            return None;
        }
        let span = tables().next_back()?.span();
        Some(BuiltStatement::over_entity(Construct::Mapping, self.name, self.span, span, references))
    }
}

/// Properties of the class, and mappings of tables beside its own.
struct Found {
    own: Vec<MappedProperty>,
    other: Vec<Mapping>,
}

const QUOTES: &[char] = &['`', '"', '[', ']', '\\'];

fn ident(text: &str) -> Ident {
    let bare = text.trim_matches(QUOTES);
    if bare.len() == text.len() { Ident::bare(bare) } else { Ident::quoted(bare) }
}

fn named(name: String, (column, span): Written, target: Option<String>) -> MappedProperty {
    MappedProperty { name, span, column: MappedName::Named(ident(&column)), target }
}
