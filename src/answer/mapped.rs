//! Mapped properties of the target: each is a live consumer, because the framework names its column in the SQL that it
//! sends.

use std::collections::{BTreeMap, BTreeSet};

use super::matching::{Match, Targets};
use crate::catalog::ColumnKey;
use crate::link::entities::Property;
use crate::link::resolve::relation_key;
use crate::link::system::System;
use crate::model::answer::{Certainty, Construct};
use crate::model::mapping::MappingRole;
use crate::model::name::Ident;
use crate::model::source::FileId;
use crate::model::span::Span;
use crate::model::statement::Access;

/// A property that stands for the target, or for a column of the target when a whole table is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedUse {
    /// Its name in the code.
    pub name: String,
    /// The name in the code of what it is a property of.
    pub entity: String,
    /// Where the column's or property's name stands.
    pub span: Span,
    /// The reference that it is.
    pub found: Match,
}

/// The target's mapped properties, by the file that declares them.
pub fn mapped(system: &System<'_, '_>, targets: &Targets<'_>) -> BTreeMap<FileId, Vec<MappedUse>> {
    mapped_where(system, &|column| {
        column.relation == targets.relation && targets.column.as_ref().is_none_or(|wanted| *wanted == column.column)
    })
}

/// Mapped properties of the columns that are wanted, by the file that declares them.
pub fn mapped_where(
    system: &System<'_, '_>,
    is_wanted: &dyn Fn(&ColumnKey) -> bool,
) -> BTreeMap<FileId, Vec<MappedUse>> {
    let mut found: BTreeMap<FileId, Vec<MappedUse>> = BTreeMap::new();
    for (file, mapping) in system.entities.all() {
        if mapping.role != MappingRole::Entity || !system.database.is_used_by(file) {
            continue;
        }
        let Some(table) = system.entities.table(system.store, file, &system.catalog, mapping) else { continue };
        let relation = relation_key(&system.catalog, &table, &system.database.search_path());
        for (declaring_file, property) in system.entities.properties(system.store, file, &system.catalog, mapping) {
            let Some(column) = system.entities.column(&system.catalog, &table, property) else { continue };
            let key = ColumnKey { relation: relation.clone(), column: column.folded() };
            if is_wanted(&key) {
                // The property of what is embedded, whose column is told where it is embedded.
                let inner = property.property.name.rsplit_once('.').and_then(|(path, name)| {
                    system.entities.embedded_property(system.store, (declaring_file, property.declared_in), path, name)
                });
                if let Some((file, inner)) = inner {
                    let place = found.entry(file).or_default();
                    place.push(mapped_use(inner, &mapping.entity, &column, key.clone(), &table.to_string()));
                }
                let place = found.entry(declaring_file).or_default();
                place.push(mapped_use(property, &mapping.entity, &column, key, &table.to_string()));
            }
        }
    }
    for uses in found.values_mut() {
        // A property that several entities share stands for a column of each.
        uses.sort_by(|a, b| (a.span, &a.found.column).cmp(&(b.span, &b.found.column)));
        uses.dedup_by(|a, b| (a.span, &a.found.column) == (b.span, &b.found.column));
    }
    found
}

/// Names by which code asks for whole rows of the target's table: its entities, and properties that lead to them.
pub fn entity_names(system: &System<'_, '_>, targets: &Targets<'_>) -> (BTreeSet<String>, BTreeSet<String>) {
    let stands_for_target = |file: FileId, mapping| {
        let table = system.entities.table(system.store, file, &system.catalog, mapping);
        table.is_some_and(|table| {
            relation_key(&system.catalog, &table, &system.database.search_path()) == targets.relation
        })
    };
    let entities: BTreeSet<String> = system
        .entities
        .all()
        .filter(|&(file, mapping)| mapping.role == MappingRole::Entity && stands_for_target(file, mapping))
        .map(|(_, mapping)| mapping.entity.clone())
        .collect();
    let leading = system.entities.all().flat_map(|(_, mapping)| &mapping.properties);
    let properties = leading
        .filter(|property| property.target.as_ref().is_some_and(|target| entities.contains(target)))
        .map(|property| property.name.clone())
        .collect();
    (entities, properties)
}

fn mapped_use(property: Property<'_>, entity: &str, column: &Ident, key: ColumnKey, table: &str) -> MappedUse {
    MappedUse {
        name: property.property.name.clone(),
        entity: entity.to_owned(),
        span: property.property.span,
        found: Match {
            access: Access::Both,
            certainty: Certainty::Certain,
            construct: Construct::Mapping,
            why: format!("maps {entity}.{} to {table}.{column}", property.property.name),
            column: key,
        },
    }
}
