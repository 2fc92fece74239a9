//! Names without a qualifier: aliases of the projection, columns of the nearest scope, elimination.

use std::collections::HashSet;
use std::rc::Rc;

use super::{
    Bound, Hit, Level, Listed, MANY, NamePath, Resolution, Resolver, are_merged, names_source, no_column,
    resolved_columns, unknown,
};
use crate::catalog::RelationKey;
use crate::model::answer::Certainty;
use crate::model::name::Name;
use crate::model::statement::{ColumnReference, Lookup, Output, OutputValue, Scope, ScopeId, SourceRole, Usage};

impl Resolver<'_> {
    /// A name that the projection of `scope` gives.
    pub(super) fn resolve_output(
        &self,
        scope_id: ScopeId,
        scope: &Scope,
        name: &Name,
        usage: Usage,
    ) -> Option<Resolution> {
        if !scope.operands.is_empty() {
            let outputs = self.outputs(scope_id);
            let found = &outputs.columns[self.output_position(scope_id, &outputs, name, 0)?];
            return Some(if found.passed {
                Resolution::Columns {
                    columns: found.columns.clone(),
                    certainty: Certainty::Certain,
                    path: NamePath::Passed,
                }
            } else {
                Resolution::Alias { columns: found.columns.clone() }
            });
        }
        let names = scope.outputs.iter().map(|output| output.name.as_ref());
        let at = self.position(Listed::Projection(scope_id), names, name, 0);
        let Some(at) = at else {
            // A wildcard gives names too.
            let is_wild = |output: &Output| matches!(output.value, OutputValue::Wildcard { .. });
            if usage != Usage::Order || !scope.outputs.iter().any(is_wild) {
                return None;
            }
            let outputs = self.outputs(scope_id);
            let found = &outputs.columns[self.output_position(scope_id, &outputs, name, 0)?];
            let (columns, certainty, path) = (found.columns.clone(), Certainty::Certain, NamePath::Direct);
            return Some(if found.passed {
                Resolution::Columns { columns, certainty, path }
            } else {
                Resolution::Alias { columns }
            });
        };
        let output = &scope.outputs[at];
        if usage == Usage::Output(at as u32) {
            return None;
        }
        match output.value {
            OutputValue::Column(reference) if output.alias_span.is_none() => {
                let reference = scope.references.get(reference as usize)?;
                (reference.lookup != Lookup::OutputsFirst).then(|| self.resolve(scope_id, reference))
            }
            OutputValue::Wildcard { .. } => None,
            _ => Some(Resolution::Alias { columns: self.output_inputs(scope_id, scope, at as u32) }),
        }
    }

    pub(super) fn resolve_bare(&self, from: ScopeId, reference: &ColumnReference, name: &Name) -> Resolution {
        // A relation of unknown columns in a nearer scope may have the name too.
        let mut guess: Option<Resolution> = None;
        let mut hides = false;
        for level in self.levels(from, reference.lookup) {
            if let Some(found) = self.bare_in_scope(&level, name) {
                return match guess {
                    // A column that is there wins over a field that a table function may give.
                    None => found,
                    Some(Resolution::Columns { columns, .. }) if columns.is_empty() => found,
                    // A variable of the routine is more likely than a column of a table that the schema lacks.
                    Some(_) if level.scope.is_variables() => found,
                    Some(guess) => {
                        let mut columns = resolved_columns(guess);
                        columns.extend(resolved_columns(found));
                        Resolution::Ambiguous { columns }
                    }
                };
            }
            if level.id == from
                && reference.lookup == Lookup::SourcesFirst
                && let Some(found) = self.resolve_output(from, level.scope, name, reference.usage)
            {
                return found;
            }
            if level.visible.clone().any(|at| self.is_system_column(level.id, at, name)) {
                return no_column();
            }
            if guess.is_none() {
                guess = self.bare_by_elimination(&level, name);
            }
            hides |= level.visible.len() < level.scope.sources.len();
        }
        // `FROM unnest(…) AS x`: x is what the function gives.
        let gives = |level: &Level<'_>, at: usize| {
            matches!(self.bound[level.id.0 as usize][at], Bound::Anonymous { .. })
                && level.scope.sources[at].alias.as_ref().is_some_and(|alias| alias.is_called(name))
        };
        if guess.is_some()
            && self.levels(from, reference.lookup).any(|level| self.candidates(&level).any(|at| gives(&level, at)))
        {
            return no_column();
        }
        if let Some(found) = guess {
            return found;
        }
        // Only what is no column anywhere is a whole row.
        let row = self.levels(from, reference.lookup).find_map(|level| {
            let at = level.visible.clone().find(|&at| names_source(&level.scope.sources[at], &reference.name))?;
            Some((level.id, at))
        });
        if let Some((scope, at)) = row {
            return Resolution::WholeRow { relation: self.relation_of(scope, at).cloned() };
        }
        if hides {
            let everything = self.levels(from, Lookup::Sources).find_map(|level| {
                let visible = 0..level.scope.sources.len();
                self.bare_in_scope(&Level { visible, ..level }, name)
            });
            if let Some(found) = everything {
                return found;
            }
        }
        if let Some(scope) = self.scope(from)
            && let Some(found) = self.resolve_output(from, scope, name, reference.usage)
        {
            return found;
        }
        self.bare_undeclared(from, name)
    }

    /// The column of that name of the visible sources of a scope, when they are known to have one.
    pub(super) fn bare_in_scope(&self, level: &Level<'_>, name: &Name) -> Option<Resolution> {
        let scope = level.scope;
        let mut hits: Vec<(usize, Hit)> = Vec::new();
        for at in self.candidates(level) {
            if scope.sources[at].role == SourceRole::RowImage {
                continue;
            }
            if let Some(hit) = self.hit(level.id, at, name) {
                hits.push((at, hit));
            }
        }
        if hits.len() > 1 && hits.iter().any(|(_, hit)| hit.live) {
            hits.retain(|(_, hit)| hit.live);
        }
        match hits.len() {
            0 => None,
            1 => {
                let (_, hit) = hits.pop()?;
                Some(Resolution::Columns { columns: hit.columns, certainty: Certainty::Certain, path: hit.path })
            }
            _ => {
                let merged = are_merged(scope, name, &hits);
                let path = hits[0].1.path;
                let columns = hits.into_iter().flat_map(|(_, hit)| hit.columns).collect();
                Some(if merged {
                    Resolution::Columns { columns, certainty: Certainty::Certain, path }
                } else {
                    Resolution::Ambiguous { columns }
                })
            }
        }
    }

    /// The visible sources of a level. A statement that could only be read by its words may name the same relation
    /// thousands of times in one scope: it is looked at once.
    pub(super) fn candidates(&self, level: &Level<'_>) -> impl Iterator<Item = usize> + use<> {
        let visible = level.visible.clone();
        let distinct: Option<Rc<[usize]>> = (visible.len() > MANY && visible.start == 0).then(|| {
            let mut known = self.distinct.borrow_mut();
            let distinct = known.entry(level.id).or_insert_with(|| {
                let mut seen: HashSet<&RelationKey> = HashSet::new();
                let is_new = |at: &usize| match &self.bound[level.id.0 as usize][*at] {
                    Bound::Relation(key) if level.scope.sources[*at].columns.is_empty() => seen.insert(key),
                    _ => true,
                };
                (0..level.scope.sources.len()).filter(is_new).collect()
            });
            Rc::clone(distinct)
        });
        let count = distinct.as_ref().map_or(visible.len(), |distinct| distinct.len());
        (0..count).filter_map(move |at| match &distinct {
            Some(distinct) => Some(distinct[at]).filter(|at| visible.contains(at)),
            None => Some(visible.start + at),
        })
    }

    /// When no source is known to have the name: the only one whose columns are not all known.
    pub(super) fn bare_by_elimination(&self, level: &Level<'_>, name: &Name) -> Option<Resolution> {
        let (scope_id, scope) = (level.id, level.scope);
        let open: Vec<usize> = self
            .candidates(level)
            .filter(|&at| scope.sources[at].role != SourceRole::RowImage && self.is_open(scope_id, at))
            .collect();
        match open.as_slice() {
            [] => None,
            [at] => {
                let found = self.not_in_source(scope_id, *at, name, false);
                match found {
                    Resolution::Unknown { .. } => None,
                    found => Some(found),
                }
            }
            several => {
                let mut columns = Vec::new();
                let (mut dynamic, mut value, mut owners) = (false, false, 0);
                for &at in several {
                    match self.not_in_source(scope_id, at, name, false) {
                        Resolution::Columns { columns: more, .. } if more.is_empty() => value = true,
                        Resolution::Columns { columns: more, .. } => {
                            owners += 1;
                            columns.extend(more);
                        }
                        Resolution::Ambiguous { columns: more } => {
                            owners += 2;
                            columns.extend(more);
                        }
                        Resolution::Dynamic => dynamic = true,
                        _ => {}
                    }
                }
                match owners {
                    0 if dynamic => Some(Resolution::Dynamic),
                    0 => value.then(no_column),
                    // What an array is taken apart into may have fields, a table of unknown columns has columns.
                    1 if value && !dynamic => {
                        Some(Resolution::Columns { columns, certainty: Certainty::Likely, path: NamePath::Direct })
                    }
                    _ => Some(Resolution::Ambiguous { columns }),
                }
            }
        }
    }

    /// The last resort: the only relation of the innermost scope that has any, although the schema does not list it.
    pub(super) fn bare_undeclared(&self, from: ScopeId, name: &Name) -> Resolution {
        for Level { id: scope_id, scope, .. } in self.levels(from, Lookup::Sources) {
            let named: Vec<usize> = (0..scope.sources.len())
                .filter(|&at| {
                    scope.sources[at].role != SourceRole::RowImage && self.relation_of(scope_id, at).is_some()
                })
                .collect();
            match named.as_slice() {
                [] if scope.sources.is_empty() => {}
                [one] if scope.sources.len() == 1 => return self.not_in_source(scope_id, *one, name, false),
                _ => return unknown("no relation of its statement is known to have it"),
            }
        }
        unknown("its statement names no relation")
    }

    /// Whether a source may have columns that are not known.
    pub(super) fn is_open(&self, scope: ScopeId, at: usize) -> bool {
        match &self.bound[scope.0 as usize][at] {
            Bound::Relation(key) => match Self::declared(key) {
                Some(id) => self.catalog.relation(id).open,
                None => true,
            },
            Bound::Query(inner) => {
                let outputs = self.outputs(*inner);
                outputs.unknown || !outputs.open.is_empty()
            }
            Bound::Anonymous { open } => *open,
            Bound::Hole => true,
        }
    }
}
