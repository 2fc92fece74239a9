//! Classes that statements take or give without a result map: `resultType="User"` fills properties by the names of the
//! outputs, `parameterType="User"` stores them by the names in `#{…}`.
//! <https://mybatis.org/mybatis-3/sqlmap-xml.html#auto-mapping>

use std::collections::{BTreeMap, BTreeSet};

use super::dynamic::Named;
use super::results::table_in;
use super::{bare, may_be_entity, simple_name};
use crate::extract::xml::tree::{Document, ElementId};
use crate::model::facts::FileFacts;
use crate::model::mapping::{ImpliedNames, MappedName, MappedProperty, Mapping, MappingRole};
use crate::model::name::{Ident, ObjectName};
use crate::model::span::Span;
use crate::model::statement::{Access, OutputValue, Relation, SourceRole, Statement, StatementKind};

/// Compound selects nested deeper than this are not followed.
const DEEPEST: usize = 8;

/// The classes of one mapper by their simple names.
#[derive(Default)]
pub(in crate::extract) struct Classes<'x> {
    /// Classes by their short names, as this file declares them (`<typeAlias>`).
    aliases: BTreeMap<&'x str, &'x str>,
    found: BTreeMap<String, Class>,
}

/// What statements say of one class.
struct Class {
    /// Where it is first named.
    span: Span,
    /// Whether it is ever a result, or what is inserted: then it stands for rows.
    is_row: bool,
    /// Its properties, each with the table of its column.
    properties: Vec<(ObjectName, MappedProperty)>,
    /// The tables that it is inserted into.
    inserted: BTreeSet<ObjectName>,
}

impl<'x> Classes<'x> {
    pub(super) fn new(document: &'x Document<'x>, root: ElementId) -> Self {
        let declared = document.children(root).filter(|(_, element)| element.name == "typeAlias");
        let aliases =
            declared.filter_map(|(id, _)| Some((document.value(id, "alias")?, document.value(id, "type")?))).collect();
        Self { aliases, found: BTreeMap::new() }
    }

    /// Takes note of what the statements of one element say; `names` are the properties of its parameter.
    pub(super) fn statement(
        &mut self,
        document: &Document<'_>,
        id: ElementId,
        names: &[Named],
        statements: &[Statement],
    ) {
        let class = |names: [&str; 2]| names.iter().find_map(|name| document.attribute(id, name));
        let is_mapped = document.value(id, "resultMap").is_some();
        let result = class(["resultType", "resultClass"]).filter(|_| !is_mapped);
        let parameter = class(["parameterType", "parameterClass"]);
        for statement in statements {
            match (statement.kind, result, parameter) {
                (StatementKind::Select, Some(span), _) => {
                    self.gives(document.raw(span), span, statement);
                }
                (StatementKind::Insert | StatementKind::Update, _, Some(span)) => {
                    if let Some(class) = self.class(document.raw(span), span) {
                        class.is_row |= statement.kind == StatementKind::Insert;
                        class.stores(statement, names);
                    }
                }
                _ => {}
            }
        }
    }

    /// A select whose rows are of a class, which is named at `span`: outputs fill the properties of their names.
    pub(in crate::extract) fn gives(&mut self, class: &str, span: Span, statement: &Statement) {
        if let Some(class) = self.class(class, span) {
            class.is_row = true;
            class.gives(statement);
        }
    }

    /// A property of a class that is filled by a column, said at the column's place.
    pub(in crate::extract) fn fills(
        &mut self,
        class: &str,
        span: Span,
        table: ObjectName,
        property: String,
        (column, place): (Ident, Span),
    ) {
        if let Some(class) = self.class(class, span) {
            class.add(table, property, place, MappedName::Named(column));
        }
    }

    /// The simple name of a class that may stand for rows.
    pub(super) fn name(&self, written: &str) -> Option<String> {
        let name = self.aliases.get(written).copied().unwrap_or(written);
        let simple = simple_name(name);
        if !may_be_entity(simple) {
            return None;
        }
        // A short name that is not declared here is the class's own, its first letter in any case.
        let is_short = name == simple && simple.starts_with(|first: char| first.is_lowercase());
        Some(if is_short { capitalised(simple) } else { simple.to_owned() })
    }

    fn class(&mut self, written: &str, span: Span) -> Option<&mut Class> {
        let name = self.name(written)?;
        let empty = || Class { span, is_row: false, properties: Vec::new(), inserted: BTreeSet::new() };
        Some(self.found.entry(name).or_insert_with(empty))
    }

    /// The table that a class is inserted into, if it is only one.
    pub(super) fn inserted_into(&self, class: &str) -> Option<&ObjectName> {
        let mut tables = self.found.get(class)?.inserted.iter();
        tables.next().filter(|_| tables.next().is_none())
    }

    /// Adds the mappings of classes, and to those of result maps the properties that these leave out.
    pub(in crate::extract) fn finish(self, facts: &mut FileFacts) {
        for (entity, class) in self.found {
            let mapped = facts.mappings.iter_mut().filter(|mapping| mapping.entity == entity);
            // The map with most rows is the class's own; others are parts of it in joins.
            if let Some(own) = mapped.max_by_key(|mapping| mapping.properties.len()) {
                if let MappedName::Named(table) = own.table.clone() {
                    own.properties.extend(class.properties_of(&table, &own.properties));
                }
                continue;
            }
            let Some(table) = class.table().filter(|_| class.is_row) else { continue };
            facts.mappings.push(Mapping {
                entity,
                span: class.span,
                role: MappingRole::Entity,
                properties: class.properties_of(&table, &[]),
                table: MappedName::Named(table),
                parent: None,
                mixins: Vec::new(),
                implied: ImpliedNames::Identity,
            });
        }
    }
}

impl Class {
    /// The outputs of a select are properties.
    fn gives(&mut self, statement: &Statement) {
        let Some(mut scope) = statement.scopes.first() else { return };
        for _ in 0..DEEPEST {
            let first = scope.operands.first().and_then(|first| statement.scopes.get(first.0 as usize));
            let Some(first) = first else { break };
            scope = first;
        }
        for output in &scope.outputs {
            let OutputValue::Column(at) = output.value else { continue };
            let Some(reference) = scope.references.get(at as usize) else { continue };
            let Some(table) = table_in(scope, &reference.qualifier) else { continue };
            let name = property(&output.name.as_ref().unwrap_or(&reference.name).text);
            self.add(table, name, reference.span, MappedName::Named(reference.name.clone()));
        }
    }

    /// Columns that are written are the properties of the same name.
    fn stores(&mut self, statement: &Statement, names: &[Named]) {
        let Some(scope) = statement.scopes.first() else { return };
        let mut targets = scope.sources.iter().filter(|source| source.role == SourceRole::Target);
        let (Some(target), None) = (targets.next(), targets.next()) else { return };
        let Relation::Table(table) = &target.relation else { return };
        if statement.kind == StatementKind::Insert {
            self.inserted.insert(table.clone());
        }
        let own = names.iter().filter(|named| named.qualifier.is_empty());
        let names: BTreeMap<String, &str> = own.map(|named| (bare(&named.name.text), &*named.name.text)).collect();
        for reference in scope.references.iter().filter(|reference| reference.access == Access::Write) {
            if let Some(name) = names.get(&bare(&reference.name.text)) {
                let column = MappedName::Named(reference.name.clone());
                self.add(table.clone(), (*name).to_owned(), reference.span, column);
            }
        }
    }

    fn add(&mut self, table: ObjectName, name: String, span: Span, column: MappedName<Ident>) {
        /// Of more properties than this, the rest is not looked at.
        const MOST: usize = 2_000;
        if self.properties.len() < MOST {
            self.properties.push((table, MappedProperty { name, span, column, target: None }));
        }
    }

    /// The table that most properties are columns of.
    fn table(&self) -> Option<ObjectName> {
        let mut names: BTreeMap<&ObjectName, BTreeSet<&str>> = BTreeMap::new();
        for (table, property) in &self.properties {
            names.entry(table).or_default().insert(&property.name);
        }
        let most = names.values().map(BTreeSet::len).max()?;
        let mut best: Vec<&ObjectName> =
            names.iter().filter(|(_, names)| names.len() == most).map(|(table, _)| *table).collect();
        // A table and views of it.
        if best.len() > 1 {
            best.retain(|table| self.inserted.contains(*table));
        }
        match best.as_slice() {
            [only] => Some((*only).clone()),
            _ => None,
        }
    }

    /// The properties that are columns of a table, each once, without those that are `known`.
    fn properties_of(&self, table: &ObjectName, known: &[MappedProperty]) -> Vec<MappedProperty> {
        let mut taken: BTreeSet<&str> = known.iter().map(|property| property.name.as_str()).collect();
        let own = self.properties.iter().filter(|(owner, _)| owner == table).map(|(_, property)| property);
        own.filter(|property| taken.insert(&property.name)).cloned().collect()
    }
}

/// The property that an output fills: `full_name` and `FULL_NAME` are `fullName`.
fn property(output: &str) -> String {
    if !output.contains('_') {
        let is_shouted = !output.contains(|c: char| c.is_lowercase());
        return if is_shouted { output.to_lowercase() } else { output.to_owned() };
    }
    let mut words = output.split('_').filter(|word| !word.is_empty()).map(str::to_lowercase);
    let first = words.next().unwrap_or_default();
    words.fold(first, |name, word| name + &capitalised(&word))
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_fill_properties() {
        for (output, expected) in [
            ("full_name", "fullName"),
            ("FULL_NAME", "fullName"),
            ("fullName", "fullName"),
            ("ID", "id"),
            ("_id", "id"),
            ("a__b_", "aB"),
        ] {
            assert_eq!(property(output), expected, "{output}");
        }
    }
}
