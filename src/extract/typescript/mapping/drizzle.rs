//! Drizzle's tables: constants whose members are columns. <https://orm.drizzle.team/docs/sql-schema-declaration>

use tree_sitter::Node;

use super::super::builder::chain::Chain;
use super::super::builder::code::{Code, Held, children, is_function, returns, unwrap};
use super::{Text, all_entries, mapping, named, object, placed, property, relation, table_name, text};
use crate::model::mapping::{MappedName, Mapping, MappingRole};
use crate::model::name::{Ident, ObjectName};

/// Functions that make a table or view.
const TABLES: &[&str] = &[
    "pgTable",
    "mysqlTable",
    "sqliteTable",
    "singlestoreTable",
    "mssqlTable",
    "cockroachTable",
    "gelTable",
    "pgView",
    "mysqlView",
    "sqliteView",
    "pgMaterializedView",
];

/// Functions that make such functions.
const CREATORS: &[&str] = &["pgTableCreator", "mysqlTableCreator", "sqliteTableCreator", "singlestoreTableCreator"];

/// Functions that make a schema.
const SCHEMAS: &[&str] = &["pgSchema", "mysqlSchema", "mysqlDatabase", "singlestoreSchema"];

pub(super) fn read(code: &Code<'_>, mappings: &mut Vec<Mapping>) {
    if !code.imports("drizzle-orm") {
        return;
    }
    for chain in &code.chains {
        mappings.extend(table(code, chain));
    }
    for chain in &code.chains {
        relations(code, chain, mappings);
    }
}

/// `const users = pgTable("users", { fullName: text("full_name") })`.
fn table(code: &Code<'_>, chain: &Chain<'_>) -> Option<Mapping> {
    let made = chain.links.iter().position(|link| link.arguments.is_some())?;
    let link = &chain.links[made];
    let arguments = link.arguments.as_ref()?;
    let (name, _) = text(code, *arguments.first()?)?;
    let root = code.text_of(chain.root);
    let maker = || match code.held(code.name_at(chain.root)?) {
        Held::Value(value) => Some(unwrap(value)).filter(|value| value.kind() == "call_expression"),
        _ => None,
    };
    let called = |call: Node<'_>| {
        let function = call.child_by_field_name("function")?;
        Some(code.text.get(function.byte_range()).unwrap_or(""))
    };
    let own = match (made, link.name) {
        (0, "") if TABLES.contains(&root) => table_name(name, None),
        (0, "") => {
            let creator = maker().filter(|call| called(*call).is_some_and(|name| CREATORS.contains(&name)))?;
            table_name(&prefixed(code, creator, name)?, None)
        }
        (0, "table" | "view" | "materializedView") => {
            let schema = maker().filter(|call| called(*call).is_some_and(|name| SCHEMAS.contains(&name)))?;
            let first = super::super::builder::code::arguments(schema).first().copied()?;
            MappedName::Named(ObjectName(vec![Ident::bare(text(code, first)?.0), Ident::bare(name)]))
        }
        _ => return None,
    };
    let declarator = chain.node().parent().filter(|outer| outer.kind() == "variable_declarator")?;
    let mut mapping = mapping(placed(code, declarator.child_by_field_name("name")?), own);
    mapping.role = MappingRole::Entity;
    let columns = arguments.get(1).copied()?;
    let columns = if is_function(unwrap(columns)) { returns(unwrap(columns)).first().copied()? } else { columns };
    for entry in all_entries(code, object(code, columns)?) {
        let column = entry.value.and_then(|value| column_name(code, value));
        mapping.properties.push(property((entry.key, entry.span), column));
    }
    Some(mapping)
}

/// The name that `creator(name => `prefix_${name}`)` gives to a table.
fn prefixed(code: &Code<'_>, creator: Node<'_>, name: &str) -> Option<String> {
    let function = creator.child_by_field_name("arguments").and_then(|list| list.named_child(0))?;
    let template = returns(function).first().copied().filter(|body| body.kind() == "template_string")?;
    let mut cursor = template.walk();
    let hole = template.named_children(&mut cursor).find(|part| part.kind() == "template_substitution")?;
    let before = code.text.get(template.start_byte() + 1..hole.start_byte())?;
    let after = code.text.get(hole.end_byte()..template.end_byte() - 1)?;
    Some(format!("{before}{name}{after}"))
}

/// The string in the innermost call of `text("full_name").notNull()`.
fn column_name<'t>(code: &Code<'t>, node: Node<'t>) -> Option<Text<'t>> {
    /// A longer chain is no column.
    const LONGEST: usize = 60;
    let mut node = unwrap(node);
    let mut innermost = None;
    for _ in 0..LONGEST {
        match node.kind() {
            "call_expression" => {
                innermost = Some(node);
                node = unwrap(node.child_by_field_name("function")?);
            }
            "member_expression" => node = unwrap(node.child_by_field_name("object")?),
            _ => break,
        }
    }
    let first = super::super::builder::code::arguments(innermost?).first().copied()?;
    code.string(unwrap(first))
}

/// `relations(users, ({ one, many }) => ({ team: one(teams), posts: many(posts) }))`.
fn relations(code: &Code<'_>, chain: &Chain<'_>, mappings: &mut [Mapping]) {
    let [link] = chain.links.as_slice() else { return };
    let (Some([table, function, ..]), "relations") = (link.arguments.as_deref(), code.text_of(chain.root)) else {
        return;
    };
    let Some(mapping) = mappings.iter_mut().find(|mapping| mapping.entity == code.text_of(*table)) else { return };
    let Some(object) = returns(unwrap(*function)).first().and_then(|body| object(code, *body)) else { return };
    for entry in code.entries(object) {
        let call = entry.value.map(unwrap).filter(|value| value.kind() == "call_expression");
        let first = call.and_then(|call| children(call.child_by_field_name("arguments")?).first().copied());
        if let Some(target) = first.and_then(|first| named(code, first)) {
            mapping.properties.push(relation((entry.key, entry.span), target));
        }
    }
}
