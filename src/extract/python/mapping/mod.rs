//! Mapped classes and tables of Python: `SQLAlchemy` (declarative and `Table`), `SQLModel`, Django, Peewee, Tortoise.

mod class;
mod words;

use tree_sitter::Node;

use crate::extract::Input;
use crate::extract::host::span_of;
use crate::model::mapping::{ImpliedNames, MappedName, MappedProperty, Mapping, MappingRole};
use crate::model::name::{Ident, ObjectName};
use crate::model::span::Span;

/// Words without one of which a file maps nothing.
const SIGNS: &[&str] =
    &["Column", "mapped_column", "Field(", "ForeignKey", "Table(", "SQLModel", "AbstractUser", "AbstractBaseUser"];

/// Nodes of one file that are looked at.
const MOST_NODES: usize = 2_000_000;

/// The library whose rules hold for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Library {
    Alchemy,
    SqlModel,
    Django,
    Peewee,
    Tortoise,
}

/// A file being read.
struct File<'t> {
    text: &'t str,
    path: &'t str,
    library: Library,
}

/// The mappings of a file, in text order.
pub(super) fn mappings(input: Input<'_>) -> Vec<Mapping> {
    if !SIGNS.iter().any(|sign| input.text.contains(sign)) {
        return Vec::new();
    }
    let Some(tree) = input.tree(&tree_sitter_python::LANGUAGE.into()) else { return Vec::new() };
    let file = File { text: input.text, path: input.path, library: library_of(input.text) };
    let mut found: Vec<Mapping> = Vec::new();
    let mut cursor = tree.walk();
    for _ in 0..MOST_NODES {
        let node = cursor.node();
        let is_inside = match node.kind() {
            "class_definition" => {
                found.extend(class::mappings(&file, node));
                true
            }
            "assignment" => {
                found.extend(file.table(node));
                false
            }
            "call" => {
                let alias = file.imperative(node, &found);
                found.extend(alias);
                false
            }
            "function_definition" | "string" | "comment" | "lambda" => false,
            _ => true,
        };
        let went = (is_inside && cursor.goto_first_child())
            || loop {
                if cursor.goto_next_sibling() {
                    break true;
                }
                if !cursor.goto_parent() {
                    break false;
                }
            };
        if !went {
            break;
        }
    }
    found
}

fn library_of(text: &str) -> Library {
    let imports = |module: &str| text.contains(&format!("import {module}")) || text.contains(&format!("from {module}"));
    if imports("peewee") || imports("playhouse") {
        Library::Peewee
    } else if imports("tortoise") {
        Library::Tortoise
    } else if imports("sqlmodel") {
        Library::SqlModel
    } else if imports("sqlalchemy") || imports("flask_sqlalchemy") || text.contains("Column(") {
        Library::Alchemy
    } else {
        Library::Django
    }
}

impl<'t> File<'t> {
    fn text_of(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    /// What a call calls: all of it, and its last name.
    fn called(&self, call: Node<'_>) -> Option<(&'t str, &'t str)> {
        let function = call.child_by_field_name("function").filter(|_| call.kind() == "call")?;
        let whole = self.text_of(function);
        // What is made of type arguments, `Mapped[int]`, calls nothing.
        let whole = whole.split('[').next().unwrap_or(whole);
        Some((whole, whole.rsplit('.').next().unwrap_or(whole).trim()))
    }

    /// The text of a string, and where it stands.
    fn string(&self, node: Node<'_>) -> Option<(&'t str, Span)> {
        if node.kind() != "string" {
            return None;
        }
        let mut cursor = node.walk();
        let content = node.named_children(&mut cursor).find(|part| part.kind() == "string_content")?;
        Some((self.text_of(content), span_of(content)))
    }

    /// `users = Table("users", metadata, Column("full_name", String))`.
    fn table(&self, assignment: Node<'t>) -> Option<Mapping> {
        let (left, right) = (assignment.child_by_field_name("left")?, assignment.child_by_field_name("right")?);
        let (_, called) = self.called(right)?;
        if called != "Table" || left.kind() != "identifier" {
            return None;
        }
        let mut mapping = self.mapping(left);
        (mapping.table, mapping.properties) = self.table_call(right)?;
        mapping.implied = ImpliedNames::Identity;
        Some(mapping)
    }

    /// The name and the columns of a table that a call declares.
    fn table_call(&self, call: Node<'t>) -> Option<(MappedName<ObjectName>, Vec<MappedProperty>)> {
        let arguments = arguments(call);
        let (name, _) = self.string(*arguments.first()?)?;
        let schema = keyword(self, call, "schema").and_then(|value| self.string(value)).map(|(schema, _)| schema);
        let columns = arguments.iter().filter_map(|argument| {
            let (_, called) = self.called(*argument)?;
            if !words::words().columns.contains(called) {
                return None;
            }
            let (name, span) = self.string(*self::arguments(*argument).first()?)?;
            let key = keyword(self, *argument, "key").and_then(|key| self.string(key)).map_or(name, |(key, _)| key);
            Some(MappedProperty {
                name: key.to_owned(),
                span,
                column: MappedName::Named(Ident::bare(name)),
                target: None,
            })
        });
        Some((named_table(name, schema), columns.collect()))
    }

    /// `mapper(User, users)`, `registry.map_imperatively(User, users)`: the class has the table's columns.
    fn imperative(&self, call: Node<'t>, known: &[Mapping]) -> Option<Mapping> {
        let (_, called) = self.called(call)?;
        if !matches!(called, "mapper" | "map_imperatively") {
            return None;
        }
        let [class, table, ..] = arguments(call)[..] else { return None };
        let of = known.iter().find(|mapping| mapping.entity == self.text_of(table))?;
        let mut mapping = of.clone();
        self.text_of(class).rsplit('.').next()?.clone_into(&mut mapping.entity);
        mapping.span = span_of(class);
        Some(mapping)
    }

    fn mapping(&self, name: Node<'_>) -> Mapping {
        Mapping {
            entity: self.text_of(name).to_owned(),
            span: span_of(name),
            role: MappingRole::Entity,
            table: MappedName::Implied,
            parent: None,
            mixins: Vec::new(),
            implied: ImpliedNames::BySchema,
            properties: Vec::new(),
        }
    }
}

/// A table's name, in a schema or not.
fn named_table(table: &str, schema: Option<&str>) -> MappedName<ObjectName> {
    // Django quotes a name with a schema: `"reports\".\"users"`.
    let plain: String = table.chars().filter(|c| !matches!(c, '"' | '\\' | '`')).collect();
    let parts = schema.into_iter().flat_map(|schema| schema.split('.')).chain(plain.split('.'));
    MappedName::Named(ObjectName(parts.map(Ident::bare).collect()))
}

/// Positional arguments of a call.
fn arguments(call: Node<'_>) -> Vec<Node<'_>> {
    let Some(list) = call.child_by_field_name("arguments") else { return Vec::new() };
    let mut cursor = list.walk();
    let all = list.named_children(&mut cursor);
    all.filter(|argument| !matches!(argument.kind(), "keyword_argument" | "comment")).collect()
}

/// The value of a keyword argument.
fn keyword<'t>(file: &File<'t>, call: Node<'t>, name: &str) -> Option<Node<'t>> {
    let list = call.child_by_field_name("arguments")?;
    let mut cursor = list.walk();
    let mut all = list.named_children(&mut cursor).filter(|argument| argument.kind() == "keyword_argument");
    let found = all.find(|argument| argument.child_by_field_name("name").is_some_and(|own| file.text_of(own) == name));
    found?.child_by_field_name("value")
}

#[cfg(test)]
mod tests;
