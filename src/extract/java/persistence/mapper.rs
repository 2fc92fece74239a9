//! `MyBatis` mappers written as annotations: `@Select` with `@Results`, and results that are filled by name.
//! <https://mybatis.org/mybatis-3/java-api.html#mapper-annotations>

use std::collections::BTreeMap;

use tree_sitter::Node;

use super::annotation::{Annotation, Constants, Written, items, text_of};
use super::class;
use crate::extract::host::span_of;
use crate::extract::sql::text::SqlText;
use crate::extract::xml::mybatis;
use crate::extract::xml::mybatis::classes::Classes;
use crate::extract::xml::mybatis::dynamic::Named;
use crate::extract::xml::mybatis::names::in_braces;
use crate::extract::xml::mybatis::results::{Given, filling, output_named};
use crate::model::facts::FileFacts;
use crate::model::mapping::{
    BuiltStatement, ImpliedNames, MappedName, MappedProperty, Mapping, MappingRole, generated,
};
use crate::model::name::Ident;
use crate::model::span::Span;
use crate::model::statement::{Statement, StatementKind};

/// What a file must speak of to have such mappers.
pub(super) const PACKAGE: &str = "org.apache.ibatis.annotations";

/// Most rows of results that are looked at, each counted once a select.
const MOST_ROWS: usize = 20_000;

/// A property and the output that fills it.
#[derive(Clone)]
struct Row {
    property: String,
    column: Written,
}

/// What the names of interfaces end with whose statements may stand in XML.
const MAPPERS: &[&str] = &["Mapper", "Dao", "DAO"];

/// Whether a file may hold such an interface.
pub(super) fn may_be_in(text: &str) -> bool {
    text.contains("interface ") && MAPPERS.iter().any(|word| text.contains(word))
}

/// Tells what the parameters of an interface's methods are: XML and annotations name their properties.
pub(super) fn parameters(facts: &mut FileFacts, interface: Node<'_>, text: &str) {
    let name = interface.child_by_field_name("name").map_or("", |name| text_of(name, text));
    let is_mapper = text.contains(PACKAGE) || MAPPERS.iter().any(|suffix| name.ends_with(suffix));
    let Some(body) = interface.child_by_field_name("body").filter(|_| is_mapper) else { return };
    facts.mappings.extend(entity_of(interface, text));
    let base = SqlText::verbatim(text, 0);
    let mut cursor = body.walk();
    for method in body.named_children(&mut cursor).filter(|node| node.kind() == "method_declaration") {
        let (Some(own), Some(list)) = (method.child_by_field_name("name"), method.child_by_field_name("parameters"))
        else {
            continue;
        };
        let own = text_of(own, text);
        let mut cursor = list.walk();
        let all: Vec<Node<'_>> =
            list.named_children(&mut cursor).filter(|node| node.kind() == "formal_parameter").collect();
        for parameter in &all {
            let (Some(class), Some(called)) =
                (parameter.child_by_field_name("type"), parameter.child_by_field_name("name"))
            else {
                continue;
            };
            let Some(target) = class::target(class, text) else { continue };
            let annotations = Annotation::all(*parameter, text);
            let given = annotations.iter().find(|annotation| annotation.name == "Param");
            let given = given.and_then(|param| param.argument("value", text)).map(|value| text_of(value, text));
            let named = given.map(|name| name.trim_matches('"'));
            let mut names: Vec<Option<&str>> = vec![named.or((all.len() > 1).then(|| text_of(called, text)))];
            if named.is_none() && all.len() == 1 {
                // A collection that has no name is called by what it is.
                names.extend([Some("list"), Some("collection"), Some("array"), Some(text_of(called, text))]);
            }
            facts.mappings.extend(names.into_iter().map(|parameter| Mapping {
                entity: mybatis::parameter_of(name, own, parameter),
                span: span_of(class),
                role: MappingRole::Entity,
                table: MappedName::None,
                parent: Some(target.to_owned()),
                mixins: Vec::new(),
                implied: ImpliedNames::BySchema,
                properties: Vec::new(),
            }));
        }
        facts.built.extend(in_annotations(method, (name, own), text, &base));
    }
}

/// The class whose rows a mapper is for: `interface UserMapper extends BaseMapper<User>`. It may have no mark of its own.
fn entity_of(interface: Node<'_>, text: &str) -> Option<Mapping> {
    let mut cursor = interface.walk();
    let extends = interface.children(&mut cursor).find(|child| child.kind() == "extends_interfaces")?;
    super::nodes(extends, &["generic_type"]).into_iter().find_map(|class| {
        let is_mapper = class::simple_name(class, text).ends_with("Mapper");
        // A single capital is a parameter of the interface itself.
        let entity = class::arguments(class, text).first().copied().filter(|entity| is_mapper && entity.len() > 1)?;
        Some(Mapping {
            entity: entity.to_owned(),
            span: span_of(class),
            role: MappingRole::Entity,
            table: MappedName::Implied,
            parent: None,
            mixins: Vec::new(),
            implied: ImpliedNames::BySchema,
            properties: Vec::new(),
        })
    })
}

/// Properties of parameters that the SQL in a method's annotations reads: `#{fullName}`, `#{user.fullName}`.
fn in_annotations(method: Node<'_>, (mapper, own): (&str, &str), text: &str, base: &SqlText) -> Vec<BuiltStatement> {
    let mut cursor = method.walk();
    let Some(modifiers) = method.children(&mut cursor).find(|child| child.kind() == "modifiers") else {
        return Vec::new();
    };
    let written = text_of(modifiers, text);
    let mut names = Vec::new();
    for (at, _) in written.match_indices("#{") {
        let inner = written[at + 2..].split(['}', '"', '\n']).next().unwrap_or("");
        let lead = inner.len() - inner.trim_start().len();
        let start = (modifiers.start_byte() + at + 2 + lead) as u32;
        in_braces(inner.trim(), start, base, &[], &mut names);
    }
    let mut by_parameter: BTreeMap<String, Vec<Named>> = BTreeMap::new();
    for mut named in names {
        let parameter = (!named.qualifier.is_empty()).then(|| named.qualifier.remove(0));
        let parameter = mybatis::parameter_of(mapper, own, parameter.as_ref().map(|name| &*name.text));
        by_parameter.entry(parameter).or_default().push(named);
    }
    let place = span_of(method);
    by_parameter.into_iter().filter_map(|(class, names)| mybatis::properties_read(place, class, names)).collect()
}

/// Reads one interface.
pub(super) fn read<'t>(
    facts: &mut FileFacts,
    interface: Node<'t>,
    text: &'t str,
    constants: &Constants<'_>,
    classes: &mut Classes<'_>,
) {
    let Some(body) = interface.child_by_field_name("body") else { return };
    let mut cursor = body.walk();
    let methods: Vec<Node<'t>> =
        body.named_children(&mut cursor).filter(|node| node.kind() == "method_declaration").collect();
    let mut named: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for results in methods.iter().flat_map(|method| Annotation::all(*method, text)) {
        if results.name == "Results"
            && let Some((name, _)) = results.text(&["id"], text, constants)
        {
            named.insert(name, rows_of(&results, text, constants));
        }
    }
    let mut left = MOST_ROWS;
    for method in methods {
        let statement = select_in(facts, method);
        let Some(entity) = method.child_by_field_name("type").and_then(|class| class::target(class, text)) else {
            continue;
        };
        let mut rows = Vec::new();
        for annotation in Annotation::all(method, text) {
            match annotation.name {
                "Results" => rows.extend(rows_of(&annotation, text, constants)),
                "ResultMap" => {
                    let names = annotation.argument("value", text).map(items).unwrap_or_default();
                    let names = names.into_iter().filter_map(|name| constants.text(name, text));
                    rows.extend(names.filter_map(|(name, _)| named.get(&name)).flatten().cloned());
                }
                _ => {}
            }
        }
        rows.truncate(left);
        left -= rows.len();
        let place = method.child_by_field_name("type").map(span_of).unwrap_or_default();
        let Some(statement) = statement else {
            facts.mappings.extend(provided(entity, place, rows, text));
            continue;
        };
        let mut references = Vec::new();
        for Row { property, column: (column, span) } in rows {
            let given = output_named(&statement, &column);
            if !matches!(given, Given::Nothing) {
                references.push((column, span));
            }
            if let Given::Column((table, column)) = given {
                classes.fills(entity, place, table, property, (column, span));
            }
        }
        classes.gives(entity, place, &statement);
        facts.built.extend(filling(statement, references));
    }
}

/// Annotations of JDBI that fill a class from the columns of rows, by name.
/// <https://jdbi.org/#_beanmapper>
pub(super) const REGISTERED: &[&str] = &["RegisterBeanMapper", "RegisterConstructorMapper", "RegisterFieldMapper"];

/// Reads one interface of JDBI: classes whose mappers are registered on it, or on a method, are filled by the statements
/// whose results they are.
pub(super) fn registered<'t>(facts: &mut FileFacts, interface: Node<'t>, text: &'t str, classes: &mut Classes<'_>) {
    let Some(body) = interface.child_by_field_name("body") else { return };
    let filled = |node: Node<'t>| {
        let all = Annotation::all(node, text).into_iter().filter(|own| REGISTERED.contains(&own.name));
        let named =
            all.filter_map(|own| Some(text_of(own.argument("value", text)?, text).strip_suffix(".class")?.trim()));
        named.map(|name| name.rsplit('.').next().unwrap_or(name)).collect::<Vec<&str>>()
    };
    let own = filled(interface);
    let mut cursor = body.walk();
    for method in body.named_children(&mut cursor).filter(|node| node.kind() == "method_declaration") {
        let Some(class) = method.child_by_field_name("type") else { continue };
        let Some(entity) = class::target(class, text) else { continue };
        if (own.contains(&entity) || filled(method).contains(&entity))
            && let Some(statement) = select_in(facts, method)
        {
            classes.gives(entity, span_of(class), &statement);
        }
    }
}

/// Results of a statement that is put together of a generated table's columns: `import static UserDynamicSqlSupport.*`.
fn provided(entity: &str, span: Span, rows: Vec<Row>, text: &str) -> Option<Mapping> {
    const SUPPORT: &str = "DynamicSqlSupport.";
    if rows.is_empty() {
        return None;
    }
    let before =
        text.lines().filter(|line| line.starts_with("import static ")).find_map(|line| line.split_once(SUPPORT));
    let table = before?.0.rsplit('.').next()?;
    let property = |Row { property, column: (column, span) }: Row| MappedProperty {
        name: property,
        span,
        column: MappedName::Named(Ident::bare(column)),
        target: None,
    };
    Some(Mapping {
        entity: entity.to_owned(),
        span,
        role: MappingRole::Entity,
        table: MappedName::None,
        parent: Some(generated(table)),
        mixins: Vec::new(),
        implied: ImpliedNames::BySchema,
        properties: rows.into_iter().map(property).collect(),
    })
}

/// The `@Result`s of a `@Results`.
fn rows_of(results: &Annotation<'_>, text: &str, constants: &Constants<'_>) -> Vec<Row> {
    let each = results.inner("value", text);
    let row = |result: Annotation<'_>| {
        let (property, _) = result.text(&["property"], text, constants)?;
        Some(Row { property, column: result.text(&["column"], text, constants)? })
    };
    each.into_iter().filter(|result| result.name == "Result").filter_map(row).collect()
}

/// The select of a method. Statements are in text order.
fn select_in(facts: &FileFacts, method: Node<'_>) -> Option<Statement> {
    let span = span_of(method);
    let from = facts.statements.partition_point(|statement| statement.span.start < span.start);
    let own = facts.statements[from..].iter().take_while(|statement| span.contains(statement.span));
    own.take(1).find(|statement| statement.kind == StatementKind::Select).cloned()
}
