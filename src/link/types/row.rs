//! The names of rows.

use std::rc::Rc;

use super::Evaluator;
use super::kind::{Part, Row, RowNames, Type};
use crate::catalog::{ColumnKey, RelationKey};
use crate::link::entities::{EmbeddedPart, Embedding};
use crate::link::implied::{has_column, snake_case, uncapitalised};
use crate::link::resolve::{OutputColumn, relation_key};
use crate::model::answer::Certainty;
use crate::model::code::ClassId;
use crate::model::mapping::{MappedName, Mapping, MappingRole, way_back};
use crate::model::name::{Ident, Name};
use crate::model::source::FileId;

/// Words before a property's name in the names of its accessors.
const ACCESSORS: &[&str] = &["get", "set", "is", "has", "with", "and", "add"];

/// The properties that a method may be an accessor of: `getFullName` of `fullName`, `fullName` of itself.
pub(super) fn accessed(method: &str) -> Vec<String> {
    let mut names: Vec<String> = ACCESSORS
        .iter()
        .filter_map(|word| method.strip_prefix(word))
        .filter(|rest| rest.starts_with(|first: char| first.is_uppercase() || first == '_' || first.is_ascii_digit()))
        .flat_map(|rest| [uncapitalised(rest), rest.to_owned(), format!("is{rest}")])
        .collect();
    names.push(method.to_owned());
    names
}

impl<'s> Evaluator<'_, '_, 's, '_> {
    /// Rows of a mapped class; `None` when its table is not known.
    pub(super) fn mapped_row(
        &self,
        file: FileId,
        mapping: &'s Mapping,
        class: Option<(FileId, ClassId)>,
    ) -> Option<Type<'s>> {
        let system = self.system();
        if mapping.role == MappingRole::Embeddable {
            return Some(Type::Row(Rc::new(Row {
                names: RowNames::Embedded { mapping, class, within: None },
                certainty: Certainty::Certain,
                evidence: mapping.entity.as_str().into(),
            })));
        }
        let table = system.entities.table(system.store, file, &system.catalog, mapping);
        // A superclass has the tables of those that extend it.
        let table = match table {
            Some(table) => table,
            None => system.entities.all().find_map(|(other, extending)| {
                (extending.parent.iter().chain(&extending.mixins).any(|parent| *parent == mapping.entity))
                    .then(|| system.entities.table(system.store, other, &system.catalog, extending))?
            })?,
        };
        Some(Type::Row(Rc::new(Row {
            names: RowNames::Mapping { file, mapping, table, class },
            certainty: Certainty::Certain,
            evidence: mapping.entity.as_str().into(),
        })))
    }

    /// Rows of a relation.
    pub(super) fn relation_row(&self, relation: RelationKey, certainty: Certainty) -> Type<'s> {
        let evidence = format!("rows of {}", self.system().catalog.display(&relation)).into();
        Type::Row(Rc::new(Row { names: RowNames::Relation(relation), certainty, evidence }))
    }

    /// What a name is on a row.
    pub(super) fn row_part(&self, row: &Row<'s>, name: &str, is_accessor: bool) -> Part<'s> {
        let names = if is_accessor { accessed(name) } else { vec![name.to_owned()] };
        let mut found = names.iter().map(|name| self.row_name(row, name)).find(|part| !matches!(part, Part::Nothing));
        if found.is_none()
            && is_accessor
            && let RowNames::Mapping { file, mapping, .. } = &row.names
        {
            let system = self.system();
            let like =
                names.iter().find_map(|name| system.entities.property_in_any_case(system.store, *file, mapping, name));
            found = like.map(|name| self.row_name(row, name));
        }
        // `User_.FULL_NAME` is the name of `fullName`.
        let is_constant = name.len() > 1 && !name.chars().any(char::is_lowercase);
        if found.is_none() && is_constant && matches!(row.names, RowNames::Mapping { .. }) {
            found = Some(self.row_name(row, &crate::link::search::camel_case(&name.to_lowercase())));
        }
        match found.unwrap_or(Part::Nothing) {
            Part::Columns(columns, certainty) => Part::Columns(columns, certainty.min(row.certainty)),
            other => other,
        }
    }

    fn row_name(&self, row: &Row<'s>, name: &str) -> Part<'s> {
        match &row.names {
            RowNames::Mapping { file, mapping, table, .. } => self.mapped_name(*file, mapping, table, name),
            RowNames::Embedded { mapping, within, .. } => self.embedded_name(mapping, within.as_deref(), name),
            RowNames::Relation(relation) => self.relation_name(relation, name),
            RowNames::Outputs(outputs) => {
                let wanted = Name::new(name);
                let by_name = |wanted: &Name| {
                    outputs.columns.iter().find(|column| column.name.as_ref().is_some_and(|own| own.is_called(wanted)))
                };
                if let Some(found) = by_name(&wanted) {
                    return output_part(found, Certainty::Certain);
                }
                if let Some(found) = by_name(&Name::new(&snake_case(name))) {
                    return output_part(found, Certainty::Likely);
                }
                outputs
                    .open
                    .iter()
                    .map(|relation| self.relation_name(relation, name))
                    .find(|part| !matches!(part, Part::Nothing))
                    .unwrap_or(Part::Nothing)
            }
        }
    }

    fn mapped_name(
        &self,
        file: FileId,
        mapping: &'s Mapping,
        table: &crate::model::name::ObjectName,
        name: &str,
    ) -> Part<'s> {
        let system = self.system();
        let Some(found) = system.entities.property(system.store, file, mapping, name) else {
            if let Some(back) = self.led_back(mapping, name) {
                return Part::Related(back);
            }
            // A class of which nothing is said but that it stands for rows.
            let is_alone = |parent: &String| system.entities.called(parent).next().is_none();
            let no_columns = mapping.properties.iter().all(|property| property.column == MappedName::None);
            if no_columns && (mapping.parent.as_ref().is_none_or(is_alone) || mapping.is_generated()) {
                let relation = relation_key(&system.catalog, table, &system.database.search_path());
                return self.relation_name(&relation, name);
            }
            return Part::Nothing;
        };
        if let Some(place) = system.entities.embedding(system.store, (file, mapping), table, name) {
            return Part::Related(embedded_row(place));
        }
        if let Some((file, theirs)) = system.entities.beside(system.store, file, found) {
            let table = system.entities.table(system.store, file, &system.catalog, theirs.declared_in);
            let column = table.and_then(|table| {
                let column = system.entities.column(&system.catalog, &table, theirs)?.folded();
                let relation = relation_key(&system.catalog, &table, &system.database.search_path());
                Some(ColumnKey { relation, column })
            });
            return column.map_or(Part::Other, |column| Part::Columns(vec![column], Certainty::Certain));
        }
        let target = found.property.target.as_deref();
        let target = target.and_then(|target| system.entities.find_with_file(system.store, file, target));
        let is_relation = target.is_some_and(|(_, target)| target.role == MappingRole::Entity);
        if found.property.column == MappedName::None || is_relation {
            let column = system.entities.column(&system.catalog, table, found);
            if column.is_none() || (is_relation && found.property.column == MappedName::None) {
                return match target.and_then(|(file, target)| self.mapped_row(file, target, None)) {
                    Some(row) => Part::Related(row),
                    None => Part::Other,
                };
            }
        }
        if let Some((file, target)) = target.filter(|(_, target)| target.role == MappingRole::Embeddable) {
            return self.mapped_row(file, target, None).map_or(Part::Other, Part::Related);
        }
        let Some(mut column) = system.entities.column(&system.catalog, table, found) else { return Part::Other };
        let mut relation = relation_key(&system.catalog, table, &system.database.search_path());
        // What a class inherits from one with a table of its own stands in that table.
        let owner = found.declared_in;
        if owner.role == MappingRole::Entity
            && !std::ptr::eq(owner, mapping)
            && !has_column(&system.catalog, table, &column)
            && let Some(theirs) = system.entities.table(system.store, file, &system.catalog, owner)
            && theirs != *table
        {
            column = system.entities.column(&system.catalog, &theirs, found).unwrap_or(column);
            relation = relation_key(&system.catalog, &theirs, &system.database.search_path());
        }
        Part::Columns(vec![ColumnKey { relation, column: column.folded() }], Certainty::Certain)
    }

    /// The rows that refer to a mapped class, by the name under which they lead back to it.
    fn led_back(&self, mapping: &Mapping, name: &str) -> Option<Type<'s>> {
        let system = self.system();
        system.entities.called(&way_back(&mapping.entity)).find_map(|(file, back)| {
            let property = back.properties.iter().find(|property| property.name == name)?;
            let (file, target) = system.entities.find_with_file(system.store, file, property.target.as_deref()?)?;
            self.mapped_row(file, target, None)
        })
    }

    /// What a name is on an embedded class: columns of the rows that it is a part of, or of all that embed it.
    fn embedded_name(&self, mapping: &'s Mapping, within: Option<&Embedding<'s>>, name: &str) -> Part<'s> {
        let system = self.system();
        let all;
        let places = if let Some(place) = within {
            std::slice::from_ref(place)
        } else {
            let has = system.entities.all().find(|(_, own)| std::ptr::eq(*own, mapping));
            let has = has.and_then(|(file, own)| system.entities.property(system.store, file, own, name));
            if has.is_none() {
                return Part::Nothing;
            }
            all = system.entities.embeddings(system.store, &system.catalog, mapping);
            all.as_slice()
        };
        let mut columns = Vec::new();
        let mut found = Part::Nothing;
        for place in places {
            match system.entities.embedded_part(system.store, &system.catalog, place, name) {
                Some(EmbeddedPart::Column(column)) => {
                    let relation = relation_key(&system.catalog, &place.table, &system.database.search_path());
                    let column = ColumnKey { relation, column: column.folded() };
                    if !columns.contains(&column) {
                        columns.push(column);
                    }
                }
                Some(EmbeddedPart::Embedded(inner)) => {
                    let row = if within.is_some() {
                        Some(embedded_row(inner))
                    } else {
                        inner.steps.last().and_then(|(file, mapping, _)| self.mapped_row(*file, mapping, None))
                    };
                    found = row.map_or(Part::Other, Part::Related);
                }
                Some(EmbeddedPart::Related(file, target)) => {
                    found = self.mapped_row(file, target, None).map_or(Part::Other, Part::Related);
                }
                Some(EmbeddedPart::Other) if matches!(found, Part::Nothing) => found = Part::Other,
                Some(EmbeddedPart::Other) | None => {}
            }
        }
        if columns.is_empty() { found } else { Part::Columns(columns, Certainty::Certain) }
    }

    pub(super) fn relation_name(&self, relation: &RelationKey, name: &str) -> Part<'s> {
        let column = |name: Name, certainty: Certainty| {
            Part::Columns(vec![ColumnKey { relation: relation.clone(), column: name }], certainty)
        };
        let folded = Name::new(name);
        // A mapping that has the property says what it is: a relation to other rows is no column.
        let system = self.system();
        let mapped = self.types.mappings_of(relation).iter().find_map(|(file, mapping)| {
            let found = system.entities.property(system.store, *file, mapping, name)?;
            (found.property.column == MappedName::None).then_some(())
        });
        if mapped.is_some() {
            return Part::Other;
        }
        match relation {
            RelationKey::Declared(id) => {
                let relation = self.system().catalog.relation(*id);
                let has = |name: &Name| relation.column(name).is_some();
                if has(&folded) && name.chars().all(|c| !c.is_uppercase()) {
                    return column(folded, Certainty::Certain);
                }
                // Spelled in the other way: drivers and helpers convert the case of keys.
                let snake = Name::new(&snake_case(name));
                if has(&snake) {
                    return column(snake, Certainty::Likely);
                }
                if has(&folded) {
                    return column(folded, Certainty::Certain);
                }
                if relation.open && relation.columns.is_empty() {
                    column(snake, Certainty::Likely)
                } else {
                    Part::Nothing
                }
            }
            RelationKey::Undeclared(_) => column(folded, Certainty::Likely),
        }
    }

    /// The type of what a row's property leads to, when it is another row.
    pub(super) fn related(&self, row: &Row<'s>, name: &str) -> Option<Type<'s>> {
        let system = self.system();
        let (file, mapping) = match &row.names {
            RowNames::Mapping { file, mapping, .. } => (file, mapping),
            RowNames::Embedded { within: Some(place), .. } => {
                let (file, mapping, _) = place.steps.last()?;
                (file, mapping)
            }
            _ => return None,
        };
        accessed(name).iter().find_map(|name| {
            let found = system.entities.property(system.store, *file, mapping, name)?;
            let (file, target) =
                system.entities.find_with_file(system.store, *file, found.property.target.as_deref()?)?;
            self.mapped_row(file, target, None)
        })
    }

    /// The mapping of a relation's name as code would call its rows: `User` for `users`.
    pub(super) fn relation_called(&self, name: &str) -> Option<RelationKey> {
        let catalog = &self.system().catalog;
        crate::link::implied::relation_names(name).into_iter().find_map(|name| {
            let name = crate::model::name::ObjectName::single(Ident::bare(name));
            catalog.find(&name, &[]).map(RelationKey::Declared)
        })
    }
}

/// What is embedded in rows that are known.
fn embedded_row(place: Embedding<'_>) -> Type<'_> {
    let Some((_, mapping, _)) = place.steps.last() else { return Type::Unknown("nothing is embedded there") };
    let (mapping, evidence) = (*mapping, mapping.entity.as_str().into());
    let names = RowNames::Embedded { mapping, class: None, within: Some(Rc::new(place)) };
    Type::Row(Rc::new(Row { names, certainty: Certainty::Certain, evidence }))
}

fn output_part<'s>(column: &OutputColumn, certainty: Certainty) -> Part<'s> {
    if column.columns.is_empty() || !column.passed {
        Part::Other
    } else {
        Part::Columns(column.columns.clone(), certainty)
    }
}
