//! Mappings in XML: Hibernate's `*.hbm.xml` and the `orm.xml` of Jakarta Persistence, with the queries that they name.

use std::collections::BTreeSet;

use super::tree::{Document, ElementId};
use crate::extract::embedded::{self, StringValue};
use crate::extract::jpql;
use crate::extract::sql::text::SqlText;
use crate::model::facts::{FileFacts, Unit, UnitKind};
use crate::model::mapping::{ImpliedNames, MappedName, MappedProperty, Mapping, MappingRole};
use crate::model::name::{Ident, ObjectName};
use crate::model::span::Span;

/// Classes inside classes and components inside components deeper than this are not followed.
const DEEPEST: usize = 16;

/// Elements that are classes, with their role.
const CLASSES: &[(&str, MappingRole)] = &[
    ("class", MappingRole::Entity),
    ("entity", MappingRole::Entity),
    ("subclass", MappingRole::Entity),
    ("joined-subclass", MappingRole::Entity),
    ("union-subclass", MappingRole::Entity),
    ("mapped-superclass", MappingRole::Superclass),
    ("embeddable", MappingRole::Embeddable),
];

/// Elements that are properties with columns of the class's own table.
const PROPERTIES: &[&str] = &[
    "id",
    "property",
    "basic",
    "version",
    "timestamp",
    "many-to-one",
    "one-to-one",
    "key-property",
    "key-many-to-one",
    "discriminator",
    "discriminator-column",
    "any",
];

/// Elements that only group properties.
const GROUPS: &[&str] = &["attributes", "properties", "natural-id", "composite-id", "any", "dynamic-component"];

/// Elements whose properties are columns of the same table, under a path.
const COMPONENTS: &[&str] = &["component", "composite-id", "embedded", "embedded-id", "nested-composite-element"];

/// Elements whose columns stand in another table.
const COLLECTIONS: &[&str] =
    &["set", "list", "bag", "idbag", "map", "array", "one-to-many", "many-to-many", "element-collection"];

/// Reads a file of mappings.
pub(super) fn read(facts: &mut FileFacts, document: &Document<'_>, root: ElementId) {
    let base = SqlText::verbatim(document.text, 0);
    let mut left: Vec<(ElementId, Option<String>, usize)> = vec![(root, None, 0)];
    while let Some((outer, parent, depth)) = left.pop() {
        let mut inner = Vec::new();
        for (id, element) in document.children(outer) {
            let name = element.name.as_str();
            if let Some((_, role)) = CLASSES.iter().find(|(class, _)| *class == name) {
                let class = Class::new(document, id, *role, parent.clone());
                let own = class.as_ref().map(|class| class.name.clone());
                if let Some(class) = class {
                    facts.mappings.extend(class.mappings());
                }
                if depth < DEEPEST {
                    inner.push((id, own, depth + 1));
                }
            } else {
                query(facts, document, &base, id, name);
            }
        }
        left.extend(inner);
    }
}

/// `<query>`, `<named-query><query>`, `<sql-query>`, `<named-native-query><query>`.
fn query(facts: &mut FileFacts, document: &Document<'_>, base: &SqlText, id: ElementId, name: &str) {
    let is_native = match name {
        "query" | "named-query" => false,
        "sql-query" | "named-native-query" => true,
        _ => return,
    };
    if let Some(name) = document.value(id, "name") {
        let unit = Unit { name: name.to_owned(), kind: UnitKind::Function, span: document.get(id).span };
        facts.units.push(unit);
    }
    let inner = document.children(id).find(|(_, element)| element.name == "query").map_or(id, |(inner, _)| inner);
    let value = StringValue::Piece(document.content(inner, base));
    if is_native {
        embedded::embed(facts, &value, None);
    } else {
        jpql::embed(facts, &value);
    }
}

fn simple_name(name: &str) -> String {
    name.rsplit(['.', '$']).next().unwrap_or(name).trim().to_owned()
}

struct Class<'x> {
    document: &'x Document<'x>,
    id: ElementId,
    name: String,
    span: Span,
    role: MappingRole,
    parent: Option<String>,
}

type Written = (Ident, Span);

impl<'x> Class<'x> {
    fn new(document: &'x Document<'x>, id: ElementId, role: MappingRole, outer: Option<String>) -> Option<Self> {
        let span = ["entity-name", "class", "name"].iter().find_map(|name| document.attribute(id, name))?;
        let parent = document.value(id, "extends").map(simple_name).or(outer);
        Some(Self { document, id, name: simple_name(document.raw(span)), span, role, parent })
    }

    fn mapping(&self, table: MappedName<ObjectName>) -> Mapping {
        Mapping {
            entity: self.name.clone(),
            span: self.span,
            role: self.role,
            table,
            parent: self.parent.clone(),
            mixins: Vec::new(),
            implied: ImpliedNames::BySchema,
            properties: Vec::new(),
        }
    }

    fn mappings(&self) -> Vec<Mapping> {
        let element = self.document.get(self.id);
        let inner = self.document.children(self.id).find(|(_, element)| element.name == "table").map(|(id, _)| id);
        let named = self.table(self.id, "table").or_else(|| self.table(inner?, "name"));
        let table = match named {
            Some(table) => MappedName::Named(table),
            None if self.role != MappingRole::Entity || element.name == "subclass" => MappedName::None,
            None => MappedName::Implied,
        };
        let mut found = vec![self.mapping(table)];
        self.properties(self.id, "", &mut found, 0);
        found
    }

    fn table(&self, id: ElementId, name: &str) -> Option<ObjectName> {
        let of = |name: &str| self.document.value(id, name).map(|name| name.trim_matches('`').trim());
        let table = of(name).filter(|table| !table.is_empty())?;
        let schema = of("schema").or_else(|| of("catalog")).map(Ident::bare);
        Some(ObjectName(schema.into_iter().chain(table.split('.').map(Ident::bare)).collect()))
    }

    /// Adds the properties inside an element; the class's own mapping is the first of `found`.
    fn properties(&self, outer: ElementId, prefix: &str, found: &mut Vec<Mapping>, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        for (id, element) in self.document.children(outer) {
            let kind = element.name.as_str();
            let name = self.document.attribute(id, "name");
            let path = |span: Span| format!("{prefix}{}", self.document.raw(span));
            if COLLECTIONS.contains(&kind) {
                if let Some(span) = name {
                    self.collection(id, kind, path(span), span, found);
                }
            } else if COMPONENTS.contains(&kind) && name.is_some() {
                let Some(span) = name else { continue };
                let own = path(span);
                let target = self.target(id);
                self.overrides(id, &own, found);
                let from = found[0].properties.len();
                let class = target.clone().filter(|_| kind.contains("component"));
                found[0].properties.push(MappedProperty { name: own.clone(), span, column: MappedName::None, target });
                self.properties(id, &format!("{own}."), found, depth + 1);
                if let Some(entity) = class {
                    let component = component(&found[0].properties[from..], &own, entity, span);
                    found.push(component);
                }
            } else if kind == "join" || kind == "secondary-table" {
                if let Some(table) = self.table(id, "table").or_else(|| self.table(id, "name")) {
                    let mut joined = vec![Mapping {
                        entity: format!("{}#{}", self.name, table.last()),
                        parent: None,
                        mixins: Vec::new(),
                        ..self.mapping(MappedName::Named(table))
                    }];
                    self.key(id, &mut joined[0]);
                    self.properties(id, prefix, &mut joined, depth + 1);
                    found.extend(joined);
                }
            } else if PROPERTIES.contains(&kind) {
                let span = name.or_else(|| self.columns(id).first().map(|(_, span)| *span));
                if let Some(span) = span {
                    self.property(id, kind, path(span), span, &mut found[0]);
                }
            } else if GROUPS.contains(&kind) {
                self.properties(id, prefix, found, depth + 1);
            } else if kind == "key" {
                // Of a joined subclass.
                self.key(outer, &mut found[0]);
            }
        }
    }

    fn property(&self, id: ElementId, kind: &str, name: String, span: Span, own: &mut Mapping) {
        let has = |attribute: &str| self.document.attribute(id, attribute).is_some();
        let columns = self.columns(id);
        let target = self.target(id);
        let inverse = has("mapped-by") || has("property-ref") || (kind == "one-to-one" && columns.is_empty());
        for (column, place) in &columns {
            own.properties.push(MappedProperty {
                name: name.clone(),
                span: *place,
                column: MappedName::Named(column.clone()),
                target: target.clone(),
            });
        }
        let column = match columns.into_iter().next() {
            Some((column, _)) => MappedName::Named(column),
            None if inverse || has("formula") => MappedName::None,
            // Inside a component the column is called like the property itself.
            None if name.contains('.') => MappedName::Named(Ident::bare(name.rsplit('.').next().unwrap_or(&name))),
            None => MappedName::Implied,
        };
        own.properties.push(MappedProperty { name, span, column, target });
    }

    /// `<attribute-override name="city"><column name="…"/>`.
    fn overrides(&self, id: ElementId, path: &str, found: &mut [Mapping]) {
        for (inner, _) in self.document.children(id).filter(|(_, element)| element.name == "attribute-override") {
            let Some(name) = self.document.value(inner, "name") else { continue };
            for (column, span) in self.columns(inner) {
                let (name, column) = (format!("{path}.{name}"), MappedName::Named(column));
                found[0].properties.push(MappedProperty { name, span, column, target: None });
            }
        }
    }

    fn collection(&self, id: ElementId, kind: &str, name: String, span: Span, found: &mut Vec<Mapping>) {
        let elements: Vec<(ElementId, &str)> =
            self.document.children(id).map(|(id, element)| (id, element.name.as_str())).collect();
        let target = self.target(id).or_else(|| {
            let inner = elements.iter().find(|(_, kind)| matches!(*kind, "one-to-many" | "many-to-many"));
            inner.and_then(|(inner, _)| self.target(*inner))
        });
        let link = elements.iter().find(|(_, kind)| matches!(*kind, "join-table" | "collection-table"));
        let table = self.table(id, "table").or_else(|| self.table(link?.0, "name"));
        let mut linked = Mapping {
            entity: format!("{}.{name}", self.name),
            span,
            role: MappingRole::Entity,
            // Without a table of its own, the key is a column of the target's.
            parent: target.clone().filter(|_| table.is_none()),
            mixins: Vec::new(),
            table: table.map_or(MappedName::None, MappedName::Named),
            implied: ImpliedNames::BySchema,
            properties: Vec::new(),
        };
        self.key(id, &mut linked);
        if let Some((link, _)) = link {
            self.key(*link, &mut linked);
        }
        for (inner, kind) in elements {
            match kind {
                "element" | "many-to-many" | "index" | "list-index" | "map-key" | "index-many-to-many" | "column" => {
                    let columns = if kind == "column" { self.columns(id) } else { self.columns(inner) };
                    linked.properties.extend(columns.into_iter().map(|(column, span)| named(&name, column, span)));
                }
                "composite-element" => {
                    let mut inside = vec![linked];
                    self.properties(inner, "", &mut inside, 1);
                    let mut inside = inside.into_iter();
                    let Some(first) = inside.next() else { return };
                    linked = first;
                    found.extend(inside);
                }
                _ => {}
            }
        }
        let values = matches!(kind, "element-collection") || target.is_none();
        let leads_to = if values && !linked.properties.is_empty() { Some(linked.entity.clone()) } else { target };
        if !linked.properties.is_empty() {
            found.push(linked);
        }
        found[0].properties.push(MappedProperty { name, span, column: MappedName::None, target: leads_to });
    }

    /// The columns of `<key>`, `<join-column>` and their like.
    fn key(&self, id: ElementId, own: &mut Mapping) {
        const KEYS: &[&str] = &["key", "join-column", "inverse-join-column", "primary-key-join-column"];
        for (key, _) in self.document.children(id).filter(|(_, element)| KEYS.contains(&element.name.as_str())) {
            for (column, span) in self.columns(key) {
                let name = column.text.to_string();
                own.properties.push(named(&name, column, span));
            }
        }
    }

    /// The columns that an element names: in an attribute, or in elements inside.
    fn columns(&self, id: ElementId) -> Vec<Written> {
        let element = self.document.get(id);
        let mut spans: Vec<Span> = self.document.attribute(id, "column").into_iter().collect();
        if matches!(element.name.as_str(), "column" | "join-column" | "discriminator-column")
            || element.name.ends_with("-join-column")
        {
            spans.extend(self.document.attribute(id, "name"));
        }
        for (inner, element) in self.document.children(id) {
            if matches!(element.name.as_str(), "column" | "join-column" | "primary-key-join-column") {
                spans.extend(self.document.attribute(inner, "name"));
            }
        }
        let written = |span: Span| {
            let raw = self.document.raw(span);
            let bare = raw.trim_matches(|c: char| c.is_whitespace() || matches!(c, '`' | '"' | '[' | ']'));
            let start = span.start as usize + raw.find(bare).unwrap_or(0);
            (Ident::bare(bare), Span::new(start, start + bare.len()))
        };
        spans.into_iter().map(written).filter(|(column, _)| !column.text.is_empty()).collect()
    }

    fn target(&self, id: ElementId) -> Option<String> {
        let names = ["class", "target-entity", "target-class", "entity-name"];
        names.iter().find_map(|name| self.document.value(id, name)).map(simple_name)
    }
}

/// The class of a component: its columns are told where it stands.
fn component(properties: &[MappedProperty], path: &str, entity: String, span: Span) -> Mapping {
    // The last of a name stands where the property itself is named.
    let mut taken = BTreeSet::new();
    let own = properties.iter().rev().filter_map(|property| {
        let name = property.name.strip_prefix(path)?.strip_prefix('.').filter(|name| !name.contains('.'))?.to_owned();
        taken.insert(name.clone()).then_some(())?;
        Some(MappedProperty { name, column: MappedName::None, ..property.clone() })
    });
    let mut own: Vec<MappedProperty> = own.collect();
    own.reverse();
    Mapping {
        entity,
        span,
        role: MappingRole::Embeddable,
        table: MappedName::None,
        parent: None,
        mixins: Vec::new(),
        implied: ImpliedNames::BySchema,
        properties: own,
    }
}

fn named(name: &str, column: Ident, span: Span) -> MappedProperty {
    MappedProperty { name: name.to_owned(), span, column: MappedName::Named(column), target: None }
}
