//! Classes that decorators map: `TypeORM`, `MikroORM`, sequelize-typescript.

use tree_sitter::Node;

use super::super::builder::code::{Code, Entry, arguments, children, unwrap};
use super::{Text, mapping, named, object, part, placed, property, relation, table_name, text};
use crate::model::mapping::{ImpliedNames, MappedName, MappedProperty, Mapping, MappingRole};
use crate::model::name::Ident;

/// What a decorator says of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// It is a column.
    Column,
    /// It leads to one row, whose key is a column of this table.
    One,
    /// It leads to one row; the key is in that row's table unless a join column is named.
    MaybeOne,
    /// It leads to rows that are found by columns that other properties are.
    Elsewhere,
    /// Its class's properties are columns of this table.
    Embedded,
}

/// Decorators of properties.
const PROPERTIES: &[(&str, Meaning)] = &[
    ("Column", Meaning::Column),
    ("PrimaryColumn", Meaning::Column),
    ("PrimaryGeneratedColumn", Meaning::Column),
    ("CreateDateColumn", Meaning::Column),
    ("UpdateDateColumn", Meaning::Column),
    ("DeleteDateColumn", Meaning::Column),
    ("VersionColumn", Meaning::Column),
    ("ViewColumn", Meaning::Column),
    ("Generated", Meaning::Column),
    ("Property", Meaning::Column),
    ("PrimaryKey", Meaning::Column),
    ("SerializedPrimaryKey", Meaning::Column),
    ("Enum", Meaning::Column),
    ("CreatedAt", Meaning::Column),
    ("UpdatedAt", Meaning::Column),
    ("DeletedAt", Meaning::Column),
    ("ManyToOne", Meaning::One),
    ("OneToOne", Meaning::MaybeOne),
    ("OneToMany", Meaning::Elsewhere),
    ("ManyToMany", Meaning::Elsewhere),
    ("BelongsTo", Meaning::Elsewhere),
    ("HasOne", Meaning::Elsewhere),
    ("HasMany", Meaning::Elsewhere),
    ("BelongsToMany", Meaning::Elsewhere),
    ("Embedded", Meaning::Embedded),
];

/// Decorators of classes that are entities.
const ENTITIES: &[&str] = &["Entity", "Table", "ViewEntity", "ChildEntity"];

/// A decorator: its name and arguments.
struct Decorator<'t> {
    name: &'t str,
    arguments: Vec<Node<'t>>,
}

pub(super) fn read(code: &Code<'_>, mappings: &mut Vec<Mapping>) {
    for class in &code.classes {
        mappings.extend(read_class(code, *class));
    }
}

fn read_class(code: &Code<'_>, class: Node<'_>) -> Option<Mapping> {
    let name = class.child_by_field_name("name")?;
    let mut own = decorators(code, class);
    if let Some(export) = class.parent().filter(|outer| outer.kind() == "export_statement") {
        own.extend(decorators(code, export));
    }
    let properties = properties(code, class);
    let entity = own.iter().find(|decorator| ENTITIES.contains(&decorator.name));
    let is_embeddable = own.iter().any(|decorator| decorator.name == "Embeddable");
    if entity.is_none() && !is_embeddable && properties.is_empty() {
        return None;
    }
    let mut found = mapping(placed(code, name), MappedName::None);
    found.properties = properties;
    found.parent = parent(code, class);
    let Some(entity) = entity else {
        let is_abstract = class.kind() == "abstract_class_declaration";
        found.role = if is_abstract { MappingRole::Superclass } else { MappingRole::Embeddable };
        return Some(found);
    };
    let options = options(code, entity);
    let option = |key: &str| part(&options, key).and_then(|value| text(code, value));
    let written = entity.arguments.first().and_then(|first| code.string(unwrap(*first)));
    let table = written.or_else(|| option("tableName")).or_else(|| option("name"));
    found.table = match table {
        Some((table, _)) => table_name(table, option("schema").map(|(schema, _)| schema)),
        None if entity.name == "ChildEntity" => MappedName::None,
        None => MappedName::Implied,
    };
    let is_true = |key: &str| part(&options, key).is_some_and(|value| code.text_of(value) == "true");
    found.implied = if code.imports("typeorm") {
        ImpliedNames::Written
    } else if code.imports("sequelize-typescript") && !is_true("underscored") {
        ImpliedNames::Plural
    } else {
        ImpliedNames::BySchema
    };
    Some(found)
}

fn parent(code: &Code<'_>, class: Node<'_>) -> Option<String> {
    let heritage = children(class).into_iter().find(|child| child.kind() == "class_heritage")?;
    let extends = children(heritage).into_iter().find(|child| child.kind() == "extends_clause")?;
    let name = code.text_of(extends.child_by_field_name("value")?);
    let name = name.rsplit('.').next().unwrap_or(name);
    let is_base = matches!(name, "Model" | "BaseEntity" | "TypeOrmBaseEntity");
    (!is_base && name.chars().all(char::is_alphanumeric)).then(|| name.to_owned())
}

fn decorators<'t>(code: &Code<'t>, node: Node<'t>) -> Vec<Decorator<'t>> {
    let found = children(node).into_iter().filter(|child| child.kind() == "decorator");
    found
        .filter_map(|decorator| {
            let inner = decorator.named_child(0)?;
            let (function, arguments) = match inner.kind() {
                "call_expression" => (inner.child_by_field_name("function")?, arguments(inner)),
                _ => (inner, Vec::new()),
            };
            let name = code.text_of(function);
            Some(Decorator { name: name.rsplit('.').next().unwrap_or(name), arguments })
        })
        .collect()
}

/// The members of the last object literal among a decorator's arguments.
fn options<'t>(code: &Code<'t>, decorator: &Decorator<'t>) -> Vec<Entry<'t>> {
    let last = decorator.arguments.iter().rev().find_map(|argument| object(code, *argument));
    last.map(|object| code.entries(object)).unwrap_or_default()
}

fn properties(code: &Code<'_>, class: Node<'_>) -> Vec<MappedProperty> {
    let Some(body) = class.child_by_field_name("body") else { return Vec::new() };
    let mut found = Vec::new();
    // Decorators stand inside of fields, and before methods and accessors.
    let mut before: Vec<Decorator<'_>> = Vec::new();
    for member in children(body) {
        if member.kind() == "decorator" {
            let inner = member.named_child(0);
            before.extend(inner.and_then(|inner| {
                let function = inner.child_by_field_name("function")?;
                Some(Decorator { name: code.text_of(function), arguments: arguments(inner) })
            }));
            continue;
        }
        let mut own = std::mem::take(&mut before);
        own.extend(decorators(code, member));
        if let Some(name) = member.child_by_field_name("name") {
            found.extend(read_property(code, member, placed(code, name), &own));
        }
    }
    found
}

fn read_property(
    code: &Code<'_>,
    member: Node<'_>,
    name: Text<'_>,
    decorators: &[Decorator<'_>],
) -> Option<MappedProperty> {
    let (decorator, meaning) = decorators.iter().find_map(|decorator| Some((decorator, meaning(decorator.name)?)))?;
    let options = options(code, decorator);
    let option = |key: &str| part(&options, key).and_then(|value| text(code, value));
    let column = ["name", "field", "fieldName", "columnName", "joinColumn"].into_iter().find_map(option);
    let target = || {
        let written = decorator.arguments.iter().find_map(|argument| named(code, *argument));
        let option = part(&options, "entity").and_then(|entity| named(code, entity));
        written.or(option).or_else(|| declared_type(code, member)).map(str::to_owned)
    };
    let join = decorators.iter().find(|decorator| decorator.name == "JoinColumn");
    let join_name = join.and_then(|join| {
        let options = self::options(code, join);
        part(&options, "name").and_then(|value| text(code, value))
    });
    match meaning {
        Meaning::Column => {
            // `@Column(() => Name)` embeds; `@Column(type => Name)` of other libraries does so too.
            let embeds = decorator.arguments.first().is_some_and(|first| unwrap(*first).kind() == "arrow_function");
            if embeds && decorator.name == "Column" {
                return Some(relation(name, &target()?));
            }
            Some(property(name, column))
        }
        Meaning::Embedded => Some(relation(name, &target()?)),
        Meaning::Elsewhere => Some(relation(name, &target()?)),
        Meaning::One | Meaning::MaybeOne => {
            let is_inverse = meaning == Meaning::MaybeOne && join.is_none() && column.is_none();
            let mut found = relation(name, &target()?);
            if !is_inverse {
                (found.column, found.span) = match join_name.or(column) {
                    Some((column, span)) => (MappedName::Named(Ident::bare(column)), span),
                    None => (MappedName::Implied, name.1),
                };
            }
            Some(found)
        }
    }
}

/// What a decorator of that name says. Those of a project's own that are called columns are such: they choose a type.
fn meaning(name: &str) -> Option<Meaning> {
    let known = PROPERTIES.iter().find(|(own, _)| *own == name).map(|(_, meaning)| *meaning);
    let is_own = || name.ends_with("Column") && !name.starts_with("Join") && !name.starts_with("RelationId");
    known.or_else(|| is_own().then_some(Meaning::Column))
}

/// `Team` of `team: Team`, `team?: Relation<Team>`, `teams: Team[]`.
fn declared_type<'t>(code: &Code<'t>, member: Node<'t>) -> Option<&'t str> {
    let annotation = member.child_by_field_name("type")?;
    let written = code.text_of(annotation);
    let word = |text: &'t str| text.split(|c: char| !(c.is_alphanumeric() || c == '_')).rfind(|word| !word.is_empty());
    word(written.trim_end_matches("[]").split('|').next().unwrap_or(written))
}
