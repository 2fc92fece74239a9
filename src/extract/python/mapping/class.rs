//! A mapped class.

use tree_sitter::Node;

use super::words::words;
use super::{File, Library, arguments, keyword, named_table};
use crate::extract::host::span_of;
use crate::model::mapping::{ImpliedNames, MappedName, MappedProperty, Mapping, MappingRole, way_back};
use crate::model::name::Ident;

/// What the body of a class says.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the class")]
struct Body {
    properties: Vec<MappedProperty>,
    /// Whether any of them is declared by a call that only mapped classes have.
    is_sure: bool,
    table: Option<String>,
    schema: Option<String>,
    app: Option<String>,
    is_abstract: bool,
    is_proxy: bool,
    has_key: bool,
    /// Names under which other classes lead back to this one.
    ways_back: Vec<(String, String)>,
    /// A method that makes the table's name.
    makes_table: bool,
    /// The columns of a table that is given whole.
    whole: Option<(MappedName<crate::model::name::ObjectName>, Vec<MappedProperty>)>,
}

/// The mapping that a class is, if it is one, and what it adds to others: the way back from what it refers to.
pub(super) fn mappings<'t>(file: &File<'t>, class: Node<'t>) -> Vec<Mapping> {
    let mut ways_back = Vec::new();
    let Some(own) = mapping(file, class, &mut ways_back) else { return Vec::new() };
    let back = |(target, name): (String, String)| Mapping {
        entity: way_back(&target),
        span: own.span,
        role: MappingRole::Superclass,
        table: MappedName::None,
        parent: None,
        mixins: Vec::new(),
        implied: ImpliedNames::BySchema,
        properties: vec![MappedProperty {
            name,
            span: own.span,
            column: MappedName::None,
            target: Some(own.entity.clone()),
        }],
    };
    let added: Vec<Mapping> = ways_back.into_iter().map(back).collect();
    std::iter::once(own).chain(added).collect()
}

fn mapping<'t>(file: &File<'t>, class: Node<'t>, ways_back: &mut Vec<(String, String)>) -> Option<Mapping> {
    let name = class.child_by_field_name("name")?;
    let mut made = file.mapping(name);
    let (mut bases, mut is_table) = (Vec::new(), false);
    if let Some(list) = class.child_by_field_name("superclasses") {
        let mut cursor = list.walk();
        for base in list.named_children(&mut cursor) {
            match base.kind() {
                "identifier" | "attribute" => bases.push((file.text_of(base), base)),
                "subscript" => {
                    if let Some(value) = base.child_by_field_name("value") {
                        bases.push((file.text_of(value), value));
                    }
                }
                "call" => bases.extend(base.child_by_field_name("function").map(|of| (file.text_of(of), of))),
                "keyword_argument" => {
                    let said = file.text_of(base).replace(' ', "");
                    is_table |= said == "table=True";
                }
                _ => {}
            }
        }
    }
    let last = |base: &str| base.rsplit('.').next().unwrap_or(base).to_owned();
    let is_other = |base: &(&str, Node<'_>)| {
        let first = base.0.split('.').next().unwrap_or("");
        base.0.contains('.') && words().others.contains(first)
    };
    if bases.iter().any(is_other) || bases.iter().any(|(base, _)| is_no_model(&last(base))) {
        return None;
    }
    let mut body = Body::default();
    let is_model = bases.iter().any(|(base, _)| {
        let last = last(base);
        matches!(last.as_str(), "Model" | "SQLModel" | "DeclarativeBase") || words().inherited.contains_key(&last)
    });
    read_body(file, class.child_by_field_name("body")?, &mut body, is_table || file.library == Library::SqlModel);
    for (base, node) in &bases {
        for column in words().inherited.get(&last(base)).into_iter().flat_map(|columns| columns.split_whitespace()) {
            let known = body.properties.iter().any(|property| property.name == column);
            if !known {
                body.properties.push(MappedProperty {
                    name: column.to_owned(),
                    span: span_of(*node),
                    column: MappedName::Named(Ident::bare(column)),
                    target: None,
                });
            }
            body.is_sure = true;
            body.has_key = true;
        }
    }
    if let Some((table, properties)) = body.whole.take() {
        made.table = table;
        body.properties.extend(properties);
        made.implied = ImpliedNames::Identity;
        made.properties = body.properties;
        return Some(made);
    }
    let is_mapped = body.is_sure
        || body.table.is_some()
        || body.makes_table
        || is_table
        || (is_model && !body.properties.is_empty());
    let is_base = file.library == Library::SqlModel && is_model;
    if !is_mapped && !is_base {
        return None;
    }
    let plain = |base: &str| {
        !matches!(base, "object" | "Model" | "SQLModel" | "DeclarativeBase" | "ABC" | "Generic" | "Protocol")
    };
    let mut parents = bases.iter().map(|(base, _)| last(base)).filter(|base| plain(base)).rev();
    made.parent = parents.next();
    made.mixins = parents.collect();
    made.implied = ImpliedNames::BySchema;
    let class_name = file.text_of(name);
    made.table = match (&body.table, file.library) {
        (Some(table), _) => named_table(table, body.schema.as_deref()),
        _ if body.is_abstract || body.makes_table => MappedName::None,
        _ if body.is_proxy => MappedName::None,
        (None, Library::Django) => {
            let app = body.app.clone().unwrap_or_else(|| app_of(file.path).to_owned());
            named_table(&format!("{app}_{}", class_name.to_lowercase()), None)
        }
        (None, Library::SqlModel) if is_table => named_table(&class_name.to_lowercase(), None),
        (None, Library::SqlModel) => MappedName::None,
        (None, Library::Peewee | Library::Tortoise) => MappedName::Implied,
        (None, Library::Alchemy) => {
            // A class that names no table has that of the class it extends, unless its base makes one of its name.
            let makes = bases.iter().any(|(base, _)| {
                let last = last(base);
                last == "Model" || last == "Base" || last.ends_with("BaseModel") || last.ends_with("Base")
            });
            if makes { MappedName::Implied } else { MappedName::None }
        }
    };
    let is_mixin = body.is_abstract
        || body.makes_table
        || (made.table == MappedName::None
            && !body.is_proxy
            && (made.parent.is_none() || file.library == Library::SqlModel))
        || (made.table == MappedName::None && class_name.ends_with("Mixin"));
    if is_mixin {
        made.role = MappingRole::Superclass;
        made.table = MappedName::None;
    }
    if file.library == Library::Django && !body.has_key && !is_mixin && !body.is_proxy {
        made.properties.push(MappedProperty {
            name: "id".to_owned(),
            span: span_of(name),
            column: MappedName::Named(Ident::bare("id")),
            target: None,
        });
    }
    made.properties.extend(body.properties);
    *ways_back = body.ways_back;
    for (_, name) in ways_back.iter_mut() {
        // `%(class)s_set` and the default of Django.
        *name = name.replace("%(class)s", &class_name.to_lowercase());
    }
    Some(made)
}

/// Whether a base class is that of something that only looks like a model.
fn is_no_model(base: &str) -> bool {
    [
        "Form",
        "Serializer",
        "FilterSet",
        "Schema",
        "Resource",
        "Admin",
        "Factory",
        "ViewSet",
        "View",
        "Migration",
        "ObjectType",
        "TestCase",
    ]
    .iter()
    .any(|ending| base.ends_with(ending))
}

/// The app of a Django model: the folder of `models.py`, or the one above `models/`.
fn app_of(path: &str) -> &str {
    let mut folders = path.rsplit('/').skip(1);
    let first = folders.next().unwrap_or("");
    if first == "models" { folders.next().unwrap_or("") } else { first }
}

fn read_body<'t>(file: &File<'t>, block: Node<'t>, body: &mut Body, by_annotation: bool) {
    let mut cursor = block.walk();
    for statement in block.named_children(&mut cursor) {
        match statement.kind() {
            "expression_statement" => {
                let Some(assignment) = statement.named_child(0).filter(|only| only.kind() == "assignment") else {
                    continue;
                };
                attribute(file, assignment, body, by_annotation);
            }
            "class_definition" => {
                let is_settings = statement
                    .child_by_field_name("name")
                    .is_some_and(|name| matches!(file.text_of(name), "Meta" | "Config"));
                if let Some(inner) = statement.child_by_field_name("body").filter(|_| is_settings) {
                    settings(file, inner, body);
                }
            }
            "decorated_definition" => {
                let definition = statement.child_by_field_name("definition");
                let name = definition.and_then(|definition| definition.child_by_field_name("name"));
                let Some(name) = name else { continue };
                if !file.text_of(statement).starts_with("@declared_attr")
                    && !file.text_of(statement).contains(".declared_attr")
                {
                    continue;
                }
                if file.text_of(name) == "__tablename__" {
                    body.makes_table = true;
                } else if let Some(call) = definition.and_then(|definition| returned_call(definition)) {
                    column(file, (file.text_of(name), name), call, None, body);
                }
            }
            _ => {}
        }
    }
}

/// The call that a function of one statement returns.
fn returned_call(definition: Node<'_>) -> Option<Node<'_>> {
    let block = definition.child_by_field_name("body")?;
    let mut cursor = block.walk();
    let last = block.named_children(&mut cursor).filter(|part| part.kind() == "return_statement").last()?;
    last.named_child(0).filter(|value| value.kind() == "call")
}

fn settings<'t>(file: &File<'t>, block: Node<'t>, body: &mut Body) {
    let mut cursor = block.walk();
    for statement in block.named_children(&mut cursor) {
        let Some(assignment) = statement.named_child(0).filter(|only| only.kind() == "assignment") else { continue };
        let (Some(left), Some(right)) =
            (assignment.child_by_field_name("left"), assignment.child_by_field_name("right"))
        else {
            continue;
        };
        let is_true = file.text_of(right) == "True";
        match file.text_of(left) {
            "abstract" => body.is_abstract |= is_true,
            "proxy" => body.is_proxy |= is_true,
            "app_label" => body.app = file.string(right).map(|(app, _)| app.to_owned()),
            "schema" => body.schema = file.string(right).map(|(schema, _)| schema.to_owned()),
            name if words().tables.contains(name) => {
                body.table = file.string(right).map(|(table, _)| table.to_owned());
            }
            _ => {}
        }
    }
}

fn attribute<'t>(file: &File<'t>, assignment: Node<'t>, body: &mut Body, by_annotation: bool) {
    let Some(left) = assignment.child_by_field_name("left").filter(|left| left.kind() == "identifier") else { return };
    let (name, right) = (file.text_of(left), assignment.child_by_field_name("right"));
    let annotation = assignment.child_by_field_name("type");
    match (name, right) {
        ("__tablename__", Some(right)) => body.table = file.string(right).map(|(table, _)| table.to_owned()),
        ("__abstract__", Some(right)) => body.is_abstract = file.text_of(right) == "True",
        ("__table__", Some(right)) => body.whole = file.table_call(right).filter(|_| right.kind() == "call"),
        ("__table_args__", Some(right)) => {
            // `{"schema": "reports"}`, perhaps as the last of a tuple.
            let text = file.text_of(right);
            let behind = text.split_once("\"schema\"").or_else(|| text.split_once("'schema'"));
            let value = behind.and_then(|(_, rest)| rest.split(['"', '\'']).nth(1));
            body.schema = value.map(str::to_owned);
        }
        _ if name.starts_with("__") => {}
        (_, Some(right)) if right.kind() == "call" => column(file, (name, left), right, annotation, body),
        _ => {
            let Some(annotation) = annotation else { return };
            let written = file.text_of(annotation);
            let is_mapped = written.starts_with("Mapped[") || written.contains(".Mapped[");
            let is_class_level = written.starts_with("ClassVar");
            if (is_mapped || by_annotation) && !is_class_level {
                body.is_sure |= is_mapped;
                body.properties.push(MappedProperty {
                    name: name.to_owned(),
                    span: span_of(left),
                    column: MappedName::Implied,
                    target: None,
                });
            }
        }
    }
}

/// An attribute whose value is a call: a column, a relation, or nothing of the table.
fn column<'t>(
    file: &File<'t>,
    (name, at): (&'t str, Node<'t>),
    call: Node<'t>,
    annotation: Option<Node<'t>>,
    body: &mut Body,
) {
    let words = words();
    let Some((whole, called)) = file.called(call) else { return };
    let prefix = whole.split('.').next().unwrap_or("");
    if whole.contains('.') && words.others.contains(prefix) {
        return;
    }
    let push = |column, span, target, body: &mut Body| {
        body.properties.push(MappedProperty { name: name.to_owned(), span, column, target });
    };
    if words.wrappers.contains(called) {
        if let Some(inner) = arguments(call).first().filter(|inner| inner.kind() == "call") {
            column(file, (name, at), *inner, annotation, body);
        }
    } else if words.columns.contains(called) {
        body.is_sure = true;
        let first = arguments(call).first().and_then(|first| file.string(*first));
        let named = first.or_else(|| keyword(file, call, "name").and_then(|value| file.string(value)));
        body.has_key |= keyword(file, call, "primary_key").is_some();
        match named {
            Some((column, span)) => push(MappedName::Named(Ident::bare(column)), span, None, body),
            None => push(MappedName::Implied, span_of(at), None, body),
        }
    } else if words.relations.contains(called) {
        let target = relation_target(file, call, annotation);
        if let (Some(target), Some(name)) = (&target, name_back(file, call)) {
            body.ways_back.push((target.clone(), name));
        }
        push(MappedName::None, span_of(at), target, body);
    } else if called == "Field" && file.library == Library::SqlModel {
        let inner = keyword(file, call, "sa_column").filter(|value| value.kind() == "call");
        let named = inner.and_then(|inner| file.string(*arguments(inner).first()?));
        match named {
            Some((column, span)) => push(MappedName::Named(Ident::bare(column)), span, None, body),
            None => push(MappedName::Implied, span_of(at), None, body),
        }
    } else if words.references.contains(called) && file.library != Library::Alchemy {
        body.is_sure = true;
        body.has_key |= keyword(file, call, "primary_key").is_some();
        let named = words.named.iter().take(3).find_map(|word| file.string(keyword(file, call, word)?));
        let (column, span) = match named {
            Some((column, span)) => (column.to_owned(), span),
            None => (format!("{name}_id"), span_of(at)),
        };
        let target = relation_target(file, call, None);
        if let Some(target) = &target {
            let default = if called.starts_with("OneToOne") { "%(class)s" } else { "%(class)s_set" };
            let back = name_back(file, call).unwrap_or_else(|| default.to_owned());
            body.ways_back.push((target.clone(), back));
        }
        push(MappedName::Named(Ident::bare(column.as_str())), span, target, body);
        // The value itself, beside the row that it leads to.
        body.properties.push(MappedProperty {
            name: format!("{name}_id"),
            span,
            column: MappedName::Named(Ident::bare(column.as_str())),
            target: None,
        });
    } else if words.is_field(called) && file.library != Library::Alchemy && file.library != Library::SqlModel {
        body.is_sure = true;
        body.has_key |= keyword(file, call, "primary_key").is_some() || called.ends_with("AutoField");
        let named = words.named.iter().take(3).find_map(|word| file.string(keyword(file, call, word)?));
        match named {
            Some((column, span)) => push(MappedName::Named(Ident::bare(column)), span, None, body),
            None => push(MappedName::Named(Ident::bare(name)), span_of(at), None, body),
        }
    }
}

/// The name under which what a relation leads to leads back: `related_name="people"`, `backref=backref("team")`.
fn name_back<'t>(file: &File<'t>, call: Node<'t>) -> Option<String> {
    let value = keyword(file, call, "related_name").or_else(|| keyword(file, call, "backref"))?;
    let named = file.string(value).or_else(|| {
        let first = arguments(value).first().copied().filter(|_| value.kind() == "call")?;
        file.string(first)
    })?;
    Some(named.0.to_owned())
}

/// What a relation leads to: `"users.User"`, `User`, `lambda: User`, `"self"`, or what the annotation says.
fn relation_target<'t>(file: &File<'t>, call: Node<'t>, annotation: Option<Node<'t>>) -> Option<String> {
    let first =
        arguments(call).first().copied().or_else(|| keyword(file, call, "to")).or_else(|| keyword(file, call, "model"));
    let written = first.map(|first| file.string(first).map_or_else(|| file.text_of(first), |(text, _)| text));
    let written = written.or_else(|| annotation.map(|annotation| file.text_of(annotation)))?;
    if written == "self" {
        let class =
            std::iter::successors(call.parent(), Node::parent).find(|node| node.kind() == "class_definition")?;
        return Some(file.text_of(class.child_by_field_name("name")?).to_owned());
    }
    if written.contains("AUTH_USER_MODEL") || written.contains("get_user_model") {
        return Some("User".to_owned());
    }
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut named = written.split(|c: char| !is_word(c)).filter(|word| word.starts_with(char::is_uppercase));
    let holders = [
        "Mapped",
        "List",
        "Optional",
        "Set",
        "Sequence",
        "Union",
        "Relationship",
        "None",
        "ReverseRelation",
        "ForeignKeyRelation",
    ];
    let found = named.rfind(|word| !holders.contains(word))?;
    Some(found.to_owned())
}
