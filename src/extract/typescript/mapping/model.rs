//! Models that calls and static members define: Sequelize, Objection, Bookshelf, `TypeORM`'s and `MikroORM`'s `EntitySchema`.

use tree_sitter::Node;

use super::super::builder::chain::{Chain, Link};
use super::super::builder::code::{Code, Entry, children, returns, unwrap};
use super::{Text, all_entries, mapping, named, object, part, placed, property, relation, table_name, text};
use crate::extract::host::span_of;
use crate::model::answer::Construct;
use crate::model::mapping::{BuiltStatement, EntityPath, EntitySource, ImpliedNames, MappedName, Mapping};
use crate::model::name::Ident;
use crate::model::span::Span;
use crate::model::statement::{
    Access, ColumnReference, Dialect, Direction, Lookup, Reading, Relation, Scope, ScopeId, Source, SourceRole,
    Statement, StatementKind, Usage,
};

pub(super) fn read(code: &Code<'_>, mappings: &mut Vec<Mapping>) {
    for chain in &code.chains {
        for (at, link) in chain.links.iter().enumerate() {
            match link.name {
                "define" => mappings.extend(define(code, chain, link)),
                "init" => mappings.extend(init(code, chain, at)),
                "model" => mappings.extend(bookshelf(code, link)),
                _ => {}
            }
        }
    }
    for class in &code.classes {
        mappings.extend(objection(code, *class));
    }
    for (value, name) in code.made("EntitySchema") {
        entity_schema(code, value, name, mappings);
    }
    for chain in &code.chains {
        associations(code, chain, mappings);
    }
}

/// `sequelize.define("User", { fullName: { type, field } }, { tableName, underscored })`.
fn define(code: &Code<'_>, chain: &Chain<'_>, link: &Link<'_>) -> Option<Mapping> {
    let [name, attributes, options @ ..] = link.arguments.as_deref()? else { return None };
    let name = text(code, *name)?;
    let is_sequelize = code.text_of(chain.root).to_ascii_lowercase().contains("sequelize")
        || chain.links.iter().any(|link| link.name.eq_ignore_ascii_case("sequelize"))
        || code.imports("sequelize");
    let attributes = object(code, *attributes).filter(|_| is_sequelize)?;
    let options = options.first().and_then(|options| object(code, *options));
    Some(sequelize(code, name, attributes, options))
}

/// `User.init({ fullName: { type, field } }, { sequelize, tableName })`.
fn init(code: &Code<'_>, chain: &Chain<'_>, at: usize) -> Option<Mapping> {
    let [attributes, options, ..] = chain.links[at].arguments.as_deref()? else { return None };
    let name = match at.checked_sub(1) {
        Some(before) => (chain.links[before].name, chain.links[before].span),
        None => placed(code, chain.root),
    };
    let name = match (name.0, enclosing_class(chain.root)) {
        ("this" | "super", Some(class)) => placed(code, class.child_by_field_name("name")?),
        _ => name,
    };
    let options = object(code, *options)?;
    let entries = code.entries(options);
    let is_sequelize = ["sequelize", "tableName", "modelName"].into_iter().any(|key| part(&entries, key).is_some());
    let attributes = object(code, *attributes).filter(|_| is_sequelize)?;
    Some(sequelize(code, name, attributes, Some(options)))
}

/// `indexes: [{ fields: ["fullName", { name: "email", order: "DESC" }] }]` of a model: the columns that it names.
pub(super) fn indexes(code: &Code<'_>) -> Vec<BuiltStatement> {
    let mut found = Vec::new();
    for chain in &code.chains {
        for (at, link) in chain.links.iter().enumerate() {
            let Some([.., options]) = link.arguments.as_deref() else { continue };
            let mapping = match link.name {
                "define" => define(code, chain, link),
                "init" => init(code, chain, at),
                _ => continue,
            };
            let lists = object(code, *options).and_then(|options| part(&code.entries(options), "indexes"));
            let (Some(mapping), Some(lists)) = (mapping, lists) else { continue };
            let fields = children(unwrap(lists)).into_iter().filter_map(|index| {
                let entries = code.entries(object(code, index)?);
                part(&entries, "fields")
            });
            let names = fields.flat_map(|fields| children(unwrap(fields))).filter_map(|field| {
                let name = object(code, field).and_then(|field| part(&code.entries(field), "name"));
                code.string(unwrap(name.unwrap_or(field)))
            });
            found.extend(named_columns(mapping.entity, names.collect(), span_of(lists)));
        }
    }
    found
}

/// The columns that a declaration of an entity names, as a statement.
fn named_columns(entity: String, names: Vec<Text<'_>>, span: Span) -> Option<BuiltStatement> {
    let reference = |(name, span): Text<'_>| ColumnReference {
        qualifier: Vec::new(),
        name: Ident::bare(name),
        span,
        access: Access::Both,
        usage: Usage::Other,
        lookup: Lookup::Only(0),
    };
    let source = Source {
        relation: Relation::Hole,
        alias: None,
        columns: Vec::new(),
        span: Span { start: span.start, end: span.start },
        role: SourceRole::Read,
    };
    let references: Vec<ColumnReference> = names.into_iter().map(reference).collect();
    if references.is_empty() {
        return None;
    }
    let scopes = vec![Scope { sources: vec![source], references, ..Scope::default() }];
    let statement = Statement {
        kind: StatementKind::OtherSchema,
        span,
        dialect: Dialect::Generic,
        reading: Reading::Parsed,
        direction: Direction::Forward,
        scopes,
        changes: Vec::new(),
        holes: Vec::new(),
    };
    let entities = vec![EntitySource { scope: ScopeId(0), source: 0, entity: EntityPath::Named(entity) }];
    Some(BuiltStatement { construct: Construct::Mapping, statement, entities, sinks: Vec::new() })
}

fn enclosing_class(node: Node<'_>) -> Option<Node<'_>> {
    std::iter::successors(node.parent(), Node::parent)
        .take(32)
        .find(|outer| matches!(outer.kind(), "class_declaration" | "class"))
}

fn sequelize<'t>(code: &Code<'t>, name: Text<'t>, attributes: Node<'t>, options: Option<Node<'t>>) -> Mapping {
    let options = options.map(|options| code.entries(options)).unwrap_or_default();
    let option = |key: &str| part(&options, key).and_then(|value| text(code, value));
    let is = |key: &str, word: &str| part(&options, key).is_some_and(|value| code.text_of(value) == word);
    let table = match option("tableName") {
        Some((table, _)) => table_name(table, option("schema").map(|(schema, _)| schema)),
        None => MappedName::Implied,
    };
    let mut found = mapping(name, table);
    found.implied = if is("underscored", "true") { ImpliedNames::BySchema } else { ImpliedNames::Plural };
    for entry in all_entries(code, attributes) {
        let definition = entry.value.and_then(|value| object(code, value));
        let entries = definition.map(|definition| code.entries(definition)).unwrap_or_default();
        let is_virtual =
            part(&entries, "type").or(entry.value).is_some_and(|kind| code.text_of(kind).contains("VIRTUAL"));
        let column = part(&entries, "field").and_then(|field| text(code, field));
        let mut own = property((entry.key, entry.span), column);
        if is_virtual {
            own.column = MappedName::None;
        }
        found.properties.push(own);
    }
    if !is("timestamps", "false") {
        for stamp in ["createdAt", "updatedAt"] {
            if found.properties.iter().all(|own| own.name != stamp) && !is(stamp, "false") {
                let column =
                    option(stamp).map_or(MappedName::Implied, |(name, _)| MappedName::Named(Ident::bare(name)));
                let mut own = property((stamp, name.1), None);
                own.column = column;
                found.properties.push(own);
            }
        }
    }
    found
}

/// `User.belongsTo(Team, { as: "team" })`.
fn associations(code: &Code<'_>, chain: &Chain<'_>, mappings: &mut [Mapping]) {
    const KINDS: &[&str] = &["belongsTo", "hasOne", "hasMany", "belongsToMany"];
    let Some(at) = chain.links.iter().position(|link| KINDS.contains(&link.name)) else { return };
    let Some([target, rest @ ..]) = chain.links[at].arguments.as_deref() else { return };
    let holder = match at.checked_sub(1) {
        Some(before) => chain.links[before].name,
        None if chain.root.kind() == "this" => enclosing_class(chain.root)
            .and_then(|class| class.child_by_field_name("name"))
            .map_or("", |name| code.text_of(name)),
        None => code.text_of(chain.root),
    };
    let (Some(target), Some(mapping)) =
        (named(code, *target), mappings.iter_mut().find(|mapping| mapping.entity == holder))
    else {
        return;
    };
    let options = rest.first().and_then(|options| object(code, *options));
    let alias = options.and_then(|options| text(code, part(&code.entries(options), "as")?));
    let name = alias.unwrap_or((target, chain.links[at].span));
    mapping.properties.push(relation(name, target));
}

/// `bookshelf.model("User", { tableName: "users" })`.
fn bookshelf(code: &Code<'_>, link: &Link<'_>) -> Option<Mapping> {
    let [name, members, ..] = link.arguments.as_deref()? else { return None };
    let entries = code.entries(object(code, *members)?);
    let (table, _) = text(code, part(&entries, "tableName")?)?;
    Some(mapping(text(code, *name)?, table_name(table, None)))
}

/// `class User extends Model { static tableName = "users" }`.
fn objection(code: &Code<'_>, class: Node<'_>) -> Option<Mapping> {
    let members: Vec<(&str, Node<'_>)> = children(class.child_by_field_name("body")?)
        .into_iter()
        .filter(|member| {
            let mut cursor = member.walk();
            member.children(&mut cursor).any(|part| part.kind() == "static")
        })
        .filter_map(|member| {
            let name = code.text_of(member.child_by_field_name("name")?);
            let value = match member.kind() {
                "method_definition" => returns(member).first().copied()?,
                _ => member.child_by_field_name("value")?,
            };
            Some((name, value))
        })
        .collect();
    let member = |name: &str| members.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
    let (table, _) = text(code, member("tableName")?)?;
    let mut found = mapping(placed(code, class.child_by_field_name("name")?), table_name(table, None));
    let schema = member("jsonSchema").and_then(|schema| object(code, schema));
    let properties = schema.and_then(|schema| object(code, part(&code.entries(schema), "properties")?));
    for entry in properties.map(|properties| code.entries(properties)).unwrap_or_default() {
        found.properties.push(property((entry.key, entry.span), None));
    }
    let relations = member("relationMappings").map(unwrap).and_then(|value| {
        let body =
            if super::super::builder::code::is_function(value) { returns(value).first().copied()? } else { value };
        object(code, body)
    });
    for entry in relations.map(|relations| code.entries(relations)).unwrap_or_default() {
        let members = entry.value.and_then(|value| object(code, value)).map(|value| code.entries(value));
        let target = members.as_ref().and_then(|members| named(code, part(members, "modelClass")?));
        if let Some(target) = target {
            found.properties.push(relation((entry.key, entry.span), target));
        }
    }
    Some(found)
}

/// `new EntitySchema({ name: "User", tableName, columns: { … }, relations: { … } })`.
fn entity_schema<'t>(code: &Code<'t>, value: Node<'t>, constant: Option<Node<'t>>, mappings: &mut Vec<Mapping>) {
    let first = super::super::builder::code::arguments(value).first().copied();
    let Some(entries) = first.and_then(|first| object(code, first)).map(|object| code.entries(object)) else { return };
    let option = |key: &str| part(&entries, key).and_then(|value| text(code, value));
    let class = part(&entries, "class").or_else(|| part(&entries, "target")).map(unwrap).map(|it| placed(code, it));
    let Some(name) = option("name").or(class) else { return };
    let table = match option("tableName") {
        Some((table, _)) => table_name(table, option("schema").map(|(schema, _)| schema)),
        None => MappedName::Implied,
    };
    let mut found = mapping(name, table);
    for list in ["columns", "properties"].into_iter().filter_map(|key| part(&entries, key)) {
        for entry in object(code, list).map(|object| all_entries(code, object)).unwrap_or_default() {
            found.properties.push(schema_property(code, &entry));
        }
    }
    for entry in
        part(&entries, "relations").and_then(|it| object(code, it)).map(|it| code.entries(it)).unwrap_or_default()
    {
        found.properties.push(schema_property(code, &entry));
    }
    if let Some(constant) = constant.filter(|constant| code.text_of(*constant) != name.0) {
        let mut other = found.clone();
        (other.entity, other.span) = (code.text_of(constant).to_owned(), span_of(constant));
        mappings.push(other);
    }
    mappings.push(found);
}

fn schema_property(code: &Code<'_>, entry: &Entry<'_>) -> crate::model::mapping::MappedProperty {
    let name = (entry.key, entry.span);
    let members = entry.value.and_then(|value| object(code, value)).map(|it| code.entries(it)).unwrap_or_default();
    let option = |key: &str| part(&members, key).and_then(|value| text(code, value));
    let column = option("name").or_else(|| option("fieldName"));
    let kind = option("type").or_else(|| option("reference")).or_else(|| option("kind")).map_or("", |(kind, _)| kind);
    let target = part(&members, "target").or_else(|| part(&members, "entity")).and_then(|target| named(code, target));
    let Some(target) = target else { return property(name, column) };
    let mut found = relation(name, target);
    let join = part(&members, "joinColumn");
    let join_name =
        join.and_then(|join| object(code, join)).and_then(|join| text(code, part(&code.entries(join), "name")?));
    match (join_name.or(column), kind) {
        (Some((column, span)), _) => (found.column, found.span) = (MappedName::Named(Ident::bare(column)), span),
        (None, "many-to-one" | "m:1") => found.column = MappedName::Implied,
        (None, "one-to-one" | "1:1") if join.is_some() => found.column = MappedName::Implied,
        _ => {}
    }
    found
}
