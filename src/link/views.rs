//! Columns carried through views: a view's columns are those of its query, each with what it is made of.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::resolve::Resolver;
use crate::catalog::{Catalog, Column, ColumnKey, Definition, Origin, RelationId, RelationKey};
use crate::model::name::{Ident, Name};
use crate::model::statement::{OutputValue, Relation};

/// Works out the columns of all views and of tables made from queries, inner ones first.
pub fn expand(catalog: &mut Catalog) {
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    let derived: Vec<RelationId> =
        catalog.relations().filter(|(_, relation)| !relation.definitions.is_empty()).map(|(id, _)| id).collect();
    for id in derived {
        visit(catalog, id, &mut seen, &mut order);
    }
    for id in order {
        let (columns, open) = columns_of(catalog, id);
        catalog.set_columns(id, columns, open);
    }
}

/// Depth first without recursion: a chain of views may be as long as its author likes.
fn visit(catalog: &Catalog, root: RelationId, seen: &mut BTreeSet<RelationId>, order: &mut Vec<RelationId>) {
    let mut stack = vec![(root, false)];
    while let Some((id, done)) = stack.pop() {
        if done {
            order.push(id);
            continue;
        }
        if !seen.insert(id) {
            continue;
        }
        stack.push((id, true));
        for definition in &catalog.relation(id).definitions {
            for source in definition.statement.scopes.iter().flat_map(|scope| &scope.sources) {
                if let Relation::Table(name) = &source.relation
                    && let Some(used) = catalog.find(name, &definition.search_path)
                    && !catalog.relation(used).definitions.is_empty()
                {
                    stack.push((used, false));
                }
            }
        }
    }
}

fn columns_of(catalog: &Catalog, id: RelationId) -> (Vec<Column>, bool) {
    let mut made: Vec<Column> = Vec::new();
    let mut places: HashMap<Name, usize> = HashMap::new();
    let mut open = false;
    for definition in &catalog.relation(id).definitions {
        let resolver = Resolver::new(&definition.statement, catalog, &definition.search_path);
        let outputs = resolver.outputs(definition.query);
        open |= outputs.unknown || !outputs.open.is_empty();
        // A view has each name once: what `*` would give under the name of a value is not there (any more).
        let values: BTreeSet<Name> = outputs
            .columns
            .iter()
            .filter(|output| !output.passed)
            .filter_map(|output| output.name.as_ref().map(Ident::folded))
            .collect();
        for (at, output) in outputs.columns.iter().enumerate() {
            if definition.columns.is_empty()
                && output.passed
                && output.name.as_ref().is_some_and(|name| values.contains(&name.folded()))
            {
                continue;
            }
            let name: Option<&Ident> = definition.columns.get(at).or(output.name.as_ref());
            let Some(name) = name else { continue };
            let own = RelationKey::Declared(id);
            let lineage = output.columns.iter().filter(|column| column.relation != own).cloned();
            if let Some(&at) = places.get(&name.folded()) {
                made[at].lineage.extend(lineage);
                continue;
            }
            places.insert(name.folded(), made.len());
            made.push(Column {
                name: name.clone(),
                data_type: String::new(),
                declared: place_of(definition, name),
                dropped: None,
                lineage: lineage.collect(),
            });
        }
    }
    for column in &mut made {
        column.lineage.sort();
        column.lineage.dedup();
    }
    (made, open)
}

/// Where a column of a view is declared: at its alias or its name in the projection, else where the view is.
fn place_of(definition: &Definition, name: &Ident) -> Origin {
    let scopes = &definition.statement.scopes;
    let mut id = definition.query.0 as usize;
    // The first branch of a set operation gives the names. Branches stand behind their operation.
    while let Some(first) = scopes.get(id).and_then(|scope| scope.operands.first())
        && first.0 as usize > id
    {
        id = first.0 as usize;
    }
    let span = scopes.get(id).filter(|_| definition.columns.is_empty()).and_then(|scope| {
        let own = scope.outputs.iter().find(|output| output.name.as_ref().is_some_and(|own| own.matches(name)))?;
        match own.value {
            OutputValue::Column(at) => own.alias_span.or_else(|| Some(scope.references.get(at as usize)?.span)),
            _ => own.alias_span,
        }
    });
    span.map_or(definition.origin, |span| Origin { span, ..definition.origin })
}

/// Columns whose value is made of `targets`, through any depth of views, with the targets themselves; for each, the
/// column one step nearer to a target (none for the targets).
pub fn dependents(catalog: &Catalog, targets: &[ColumnKey]) -> BTreeMap<ColumnKey, Option<ColumnKey>> {
    let mut feeds: BTreeMap<&ColumnKey, Vec<ColumnKey>> = BTreeMap::new();
    for (id, relation) in catalog.relations().filter(|(_, relation)| relation.dropped.is_none()) {
        for column in &relation.columns {
            let made = ColumnKey { relation: RelationKey::Declared(id), column: column.name.folded() };
            for input in &column.lineage {
                feeds.entry(input).or_default().push(made.clone());
            }
        }
    }
    let mut found: BTreeMap<ColumnKey, Option<ColumnKey>> =
        targets.iter().map(|target| (target.clone(), None)).collect();
    let mut next: Vec<ColumnKey> = targets.to_vec();
    while let Some(column) = next.pop() {
        for made in feeds.get(&column).into_iter().flatten() {
            if !found.contains_key(made) {
                found.insert(made.clone(), Some(column.clone()));
                next.push(made.clone());
            }
        }
    }
    found
}

/// The base columns behind a column: itself when it is no view's.
pub fn bases(catalog: &Catalog, column: &ColumnKey) -> Vec<ColumnKey> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut next = vec![column.clone()];
    while let Some(column) = next.pop() {
        if !seen.insert(column.clone()) {
            continue;
        }
        let lineage = match &column.relation {
            RelationKey::Declared(id) => {
                catalog.relation(*id).known_column(&column.column).map(|column| column.lineage.clone())
            }
            RelationKey::Undeclared(_) => None,
        };
        match lineage {
            Some(lineage) if !lineage.is_empty() => next.extend(lineage),
            _ => {
                found.insert(column);
            }
        }
    }
    found.into_iter().collect()
}
