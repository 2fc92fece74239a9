//! Whether one source has a column of a name.

use super::{Bound, Hit, Listed, NARROW, NamePath, Outputs, Progress, Resolver, WORTHWHILE};
use crate::catalog::{Column, ColumnKey, RelationId};
use crate::model::name::{Ident, Name};
use crate::model::statement::ScopeId;

impl<'a> Resolver<'a> {
    /// The column of that name of a source, when the source is known to have it.
    pub(super) fn hit(&self, scope_id: ScopeId, at: usize, name: &Name) -> Option<Hit> {
        let source = self.scope(scope_id)?.sources.get(at)?;
        let bound = &self.bound[scope_id.0 as usize][at];
        if let Some(place) = name.as_str().strip_prefix('$').and_then(|place| place.parse::<usize>().ok()) {
            let columns = self.columns_at(bound, place.checked_sub(1)?);
            return Some(Hit { columns, path: NamePath::Derived, live: true });
        }
        if !source.columns.is_empty() {
            let listed = Listed::Alias(scope_id, at as u32);
            let position = self.position(listed, source.columns.iter().map(Some), name, 0);
            if let Some(position) = position {
                let columns = self.columns_at(bound, position);
                return Some(Hit { columns, path: NamePath::Derived, live: true });
            }
            return self.hit_behind(bound, name, source.columns.len());
        }
        match bound {
            Bound::Relation(key) => {
                let column = self.relation_column(Self::declared(key)?, name)?;
                Some(Hit {
                    columns: vec![ColumnKey { relation: key.clone(), column: name.clone() }],
                    path: NamePath::Direct,
                    live: column.dropped.is_none(),
                })
            }
            Bound::Query(inner) => {
                let outputs = self.outputs(*inner);
                let found = &outputs.columns[self.output_position(*inner, &outputs, name, 0)?];
                let path = if found.passed { NamePath::Passed } else { NamePath::Derived };
                Some(Hit { columns: found.columns.clone(), path, live: true })
            }
            Bound::Anonymous { .. } | Bound::Hole => None,
        }
    }

    /// The column of that name of a declared relation: a live one before a dropped one.
    pub(super) fn relation_column(&self, id: RelationId, name: &Name) -> Option<&'a Column> {
        self.catalog.relation(id).known_column(name)
    }

    /// Where a scope's outputs have a name, at `from` or behind it.
    pub(super) fn output_position(&self, id: ScopeId, outputs: &Outputs, name: &Name, from: usize) -> Option<usize> {
        let names = outputs.columns.iter().map(|column| column.name.as_ref());
        if matches!(self.outputs.borrow().get(id.0 as usize), Some(Progress::Done(_))) {
            return self.position(Listed::Outputs(id), names, name, from);
        }
        // A recursive query that is being worked out: the list is not the last one.
        names.enumerate().skip(from).find(|(_, own)| own.is_some_and(|own| own.is_called(name))).map(|(at, _)| at)
    }

    /// The first place at `from` or behind it where a list has a name. Long lists are indexed when they are first
    /// looked into.
    pub(super) fn position<'n>(
        &self,
        list: Listed,
        names: impl ExactSizeIterator<Item = Option<&'n Ident>>,
        name: &Name,
        from: usize,
    ) -> Option<usize> {
        if names.len() <= NARROW || from > 0 {
            return names
                .enumerate()
                .skip(from)
                .find(|(_, own)| own.is_some_and(|own| own.is_called(name)))
                .map(|(at, _)| at);
        }
        let mut indexes = self.indexes.borrow_mut();
        let (lookups, index) = indexes.entry(list).or_default();
        *lookups += 1;
        if *lookups < WORTHWHILE {
            return names.enumerate().find(|(_, own)| own.is_some_and(|own| own.is_called(name))).map(|(at, _)| at);
        }
        if index.is_empty() {
            for (at, own) in names.enumerate() {
                if let Some(own) = own {
                    index.entry(own.folded()).or_insert(at);
                }
            }
        }
        index.get(name).copied()
    }

    /// The column of that name among those that an alias with a shorter list of columns leaves as they are.
    pub(super) fn hit_behind(&self, bound: &Bound, name: &Name, renamed: usize) -> Option<Hit> {
        match bound {
            Bound::Relation(key) => {
                let mut columns = self.catalog.relation(Self::declared(key)?).live_columns().skip(renamed);
                columns.find(|column| column.name.is_called(name))?;
                let columns = vec![ColumnKey { relation: key.clone(), column: name.clone() }];
                Some(Hit { columns, path: NamePath::Direct, live: true })
            }
            Bound::Query(inner) => {
                let outputs = self.outputs(*inner);
                let found = &outputs.columns[self.output_position(*inner, &outputs, name, renamed)?];
                let path = if found.passed { NamePath::Passed } else { NamePath::Derived };
                Some(Hit { columns: found.columns.clone(), path, live: true })
            }
            Bound::Anonymous { .. } | Bound::Hole => None,
        }
    }

    pub(super) fn columns_at(&self, bound: &Bound, position: usize) -> Vec<ColumnKey> {
        match bound {
            Bound::Relation(key) => {
                let column = Self::declared(key).and_then(|id| self.catalog.relation(id).live_columns().nth(position));
                column
                    .map(|column| ColumnKey { relation: key.clone(), column: column.name.folded() })
                    .into_iter()
                    .collect()
            }
            Bound::Query(inner) => {
                self.outputs(*inner).columns.get(position).map(|column| column.columns.clone()).unwrap_or_default()
            }
            Bound::Anonymous { .. } | Bound::Hole => Vec::new(),
        }
    }
}
