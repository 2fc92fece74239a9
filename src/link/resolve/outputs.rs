//! What a scope gives to the one around it: its projection, wildcards expanded, joined columns merged.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::{Bound, NamePath, OutputColumn, Outputs, Progress, Resolution, Resolver, resolved_columns};
use crate::catalog::ColumnKey;
use crate::model::name::{Ident, Name};
use crate::model::statement::{Lookup, Output, OutputValue, Scope, ScopeId, SourceRole, Usage};

/// Branches of a set operation that are looked at for a name that none of them lists.
const MOST_BRANCHES: usize = 64;

impl Resolver<'_> {
    /// What a scope gives to the one around it. A recursive CTE that is still being worked out gives what its first
    /// branch does.
    pub fn outputs(&self, id: ScopeId) -> Rc<Outputs> {
        let progress = self.outputs.borrow().get(id.0 as usize).cloned();
        match progress {
            Some(Progress::Done(outputs)) => return outputs,
            Some(Progress::Running) => {
                let first = self.scope(id).and_then(|scope| scope.operands.first().copied());
                let done = first.and_then(|first| match self.outputs.borrow().get(first.0 as usize) {
                    Some(Progress::Done(outputs)) => Some(Rc::clone(outputs)),
                    _ => None,
                });
                return done.unwrap_or_default();
            }
            Some(Progress::Open) => {}
            None => return Rc::default(),
        }
        self.outputs.borrow_mut()[id.0 as usize] = Progress::Running;
        let outputs = Rc::new(self.make_outputs(id));
        self.outputs.borrow_mut()[id.0 as usize] = Progress::Done(Rc::clone(&outputs));
        outputs
    }

    pub(super) fn make_outputs(&self, id: ScopeId) -> Outputs {
        let Some(scope) = self.scope(id) else { return Outputs::default() };
        let mut made = Outputs::default();
        if let Some((first, rest)) = scope.operands.split_first() {
            made = (*self.outputs(*first)).clone();
            let mut known: Vec<HashSet<ColumnKey>> =
                made.columns.iter().map(|own| own.columns.iter().cloned().collect()).collect();
            for operand in rest {
                let other = self.outputs(*operand);
                for ((own, more), known) in made.columns.iter_mut().zip(&other.columns).zip(&mut known) {
                    for column in &more.columns {
                        if !known.contains(column) {
                            known.insert(column.clone());
                            own.columns.push(column.clone());
                        }
                    }
                    own.passed &= more.passed
                        && match (&own.name, &more.name) {
                            (Some(own), Some(more)) => own.matches(more),
                            (None, None) => true,
                            _ => false,
                        };
                }
                made.open.extend(other.open.iter().cloned());
                made.unknown |= other.unknown;
            }
            return made;
        }
        let inputs = self.inputs_by_output(id, scope);
        for (at, output) in scope.outputs.iter().enumerate() {
            match &output.value {
                OutputValue::Wildcard { qualifier, except, .. } => {
                    self.expand_wildcard(id, scope, qualifier, except, &mut made);
                }
                OutputValue::Column(reference) => {
                    let (columns, passed) = self.column_output(id, scope, output, *reference);
                    made.columns.push(OutputColumn { name: output.name.clone(), columns, passed });
                }
                OutputValue::Expression => {
                    let columns = inputs.get(at).cloned().unwrap_or_default();
                    made.columns.push(OutputColumn { name: output.name.clone(), columns, passed: false });
                }
            }
        }
        made
    }

    pub(super) fn column_output(
        &self,
        id: ScopeId,
        scope: &Scope,
        output: &Output,
        reference: u32,
    ) -> (Vec<ColumnKey>, bool) {
        let Some(reference) = scope.references.get(reference as usize) else { return (Vec::new(), false) };
        let same_name = output.name.as_ref().is_none_or(|name| name.matches(&reference.name));
        match self.resolve(id, reference) {
            Resolution::Columns { columns, path, .. } => (columns, same_name && path != NamePath::Derived),
            Resolution::Alias { columns } | Resolution::Ambiguous { columns } => (columns, false),
            _ => (Vec::new(), false),
        }
    }

    /// For each output that is an expression: the columns its value is made of.
    pub(super) fn inputs_by_output(&self, id: ScopeId, scope: &Scope) -> Vec<Vec<ColumnKey>> {
        let mut inputs: Vec<Vec<ColumnKey>> = vec![Vec::new(); scope.outputs.len()];
        if !scope.outputs.iter().any(|output| output.value == OutputValue::Expression) {
            return inputs;
        }
        let is_expression =
            |at: u32| scope.outputs.get(at as usize).is_some_and(|output| output.value == OutputValue::Expression);
        for reference in &scope.references {
            if let Usage::Output(at) = reference.usage
                && is_expression(at)
            {
                inputs[at as usize].extend(resolved_columns(self.resolve(id, reference)));
            }
        }
        for (inner, usage) in &scope.subqueries {
            if let Usage::Output(at) = usage
                && is_expression(*at)
            {
                inputs[*at as usize]
                    .extend(self.outputs(*inner).columns.iter().flat_map(|column| column.columns.clone()));
            }
        }
        inputs
    }

    pub(super) fn output_inputs(&self, id: ScopeId, scope: &Scope, at: u32) -> Vec<ColumnKey> {
        let mut columns = Vec::new();
        for reference in scope.references.iter().filter(|reference| reference.usage == Usage::Output(at)) {
            columns.extend(resolved_columns(self.resolve(id, reference)));
        }
        for (inner, _) in scope.subqueries.iter().filter(|(_, usage)| *usage == Usage::Output(at)) {
            columns.extend(self.outputs(*inner).columns.iter().flat_map(|column| column.columns.clone()));
        }
        columns
    }

    /// The columns of that name that `SELECT * FROM t UNION ALL SELECT * FROM u` gives although neither table is declared:
    /// each branch gives one. `None` when one of several relations may have it.
    pub(super) fn of_each_branch(&self, id: ScopeId, name: &Name, deep: u32) -> Option<Vec<ColumnKey>> {
        let scope = self.scope(id).filter(|_| deep > 0)?;
        let of_query = |query: ScopeId| -> Option<Vec<ColumnKey>> {
            let outputs = self.outputs(query);
            if let Some(at) = self.output_position(query, &outputs, name, 0) {
                return Some(outputs.columns[at].columns.clone());
            }
            match outputs.open.as_slice() {
                [] => Some(Vec::new()),
                [one] => Some(vec![ColumnKey { relation: one.clone(), column: name.clone() }]),
                _ => self.of_each_branch(query, name, deep - 1),
            }
        };
        if scope.operands.is_empty() {
            let open: Vec<usize> = (0..scope.sources.len()).filter(|&at| self.is_open(id, at)).collect();
            return match open.as_slice() {
                [one] => match &self.bound[id.0 as usize][*one] {
                    Bound::Query(query) => of_query(*query),
                    _ => None,
                },
                _ => None,
            };
        }
        let mut columns = Vec::new();
        for operand in scope.operands.iter().take(MOST_BRANCHES) {
            columns.extend(of_query(*operand)?);
        }
        Some(columns)
    }

    /// The sources that a wildcard of `scope` stands for.
    pub fn wildcard_sources(&self, id: ScopeId, qualifier: &[Ident]) -> Vec<(ScopeId, usize)> {
        if qualifier.is_empty() {
            let Some(scope) = self.scope(id) else { return Vec::new() };
            let is_read = |at: &usize| scope.sources[*at].role != SourceRole::RowImage;
            (0..scope.sources.len()).filter(is_read).map(|at| (id, at)).collect()
        } else {
            self.row_source(id, Lookup::Sources, qualifier).into_iter().collect()
        }
    }

    pub(super) fn expand_wildcard(
        &self,
        id: ScopeId,
        scope: &Scope,
        qualifier: &[Ident],
        except: &[Ident],
        made: &mut Outputs,
    ) {
        let is_left_out = |column: &OutputColumn| {
            column.name.as_ref().is_some_and(|name| except.iter().any(|left_out| left_out.matches(name)))
        };
        let mut given = if qualifier.is_empty() && !scope.merges.is_empty() {
            self.joined_columns(id, scope)
        } else {
            let mut given = Outputs::default();
            let sources = self.wildcard_sources(id, qualifier);
            given.unknown |= sources.is_empty();
            for (scope, at) in sources {
                let more = self.source_columns(scope, at);
                given.columns.extend(more.columns);
                given.open.extend(more.open);
                given.unknown |= more.unknown;
            }
            given
        };
        if !except.is_empty() {
            given.columns.retain(|column| !is_left_out(column));
        }
        made.columns.extend(given.columns);
        made.open.extend(given.open);
        made.unknown |= given.unknown;
    }

    /// What `*` stands for over joins that merge columns: the merged ones come first, each once, and are columns of
    /// both sides.
    pub(super) fn joined_columns(&self, id: ScopeId, scope: &Scope) -> Outputs {
        let mut made = Outputs::default();
        let count = scope.sources.len();
        // What has been joined so far, each part at its first source.
        let mut parts: Vec<Vec<OutputColumn>> = Vec::with_capacity(count);
        for at in 0..count {
            let mut given = Outputs::default();
            if scope.sources[at].role != SourceRole::RowImage {
                given = self.source_columns(id, at);
            }
            parts.push(given.columns);
            made.open.extend(given.open);
            made.unknown |= given.unknown;
        }
        for merge in &scope.merges {
            let mut take = |(start, end): (u32, u32)| -> Vec<OutputColumn> {
                let range = (start as usize).min(count)..(end as usize).min(count);
                parts[range].iter_mut().flat_map(std::mem::take).collect()
            };
            let (left, right) = (take(merge.left), take(merge.right));
            let names: Vec<Ident> = if let Some(columns) = &merge.columns {
                columns.iter().map(|(name, _)| name.clone()).collect()
            } else {
                let on_the_right: BTreeSet<Name> =
                    right.iter().filter_map(|column| column.name.as_ref().map(Ident::folded)).collect();
                let names = left.iter().filter_map(|column| column.name.as_ref());
                names.filter(|name| on_the_right.contains(&name.folded())).cloned().collect()
            };
            let mut joined = Vec::new();
            let (mut left, mut right) = (Side::new(left), Side::new(right));
            for name in names {
                let (one, other) = (left.take(&name), right.take(&name));
                let passed = one.iter().chain(&other).all(|column| column.passed);
                let spelled = one.as_ref().or(other.as_ref()).and_then(|column| column.name.clone());
                let columns = one.into_iter().chain(other).flat_map(|column| column.columns).collect();
                joined.push(OutputColumn { name: spelled.or(Some(name)), columns, passed });
            }
            joined.extend(left.columns.into_iter().chain(right.columns).flatten());
            if let Some(part) = parts.get_mut(merge.left.0 as usize) {
                *part = joined;
            }
        }
        made.columns = parts.into_iter().flatten().collect();
        made
    }

    /// The columns of that name on the given sides of a join; a side whose columns are not known is taken to have it.
    pub fn merged(&self, scope: ScopeId, sides: &[usize], name: &Name) -> Vec<ColumnKey> {
        let mut columns = Vec::new();
        for &at in sides {
            if let Some(hit) = self.hit(scope, at, name) {
                columns.extend(hit.columns);
            } else if self.is_open(scope, at) {
                columns.extend(resolved_columns(self.not_in_source(scope, at, name, true)));
            }
        }
        columns
    }

    /// The columns that a `NATURAL` join merges: for each shared name, those of both sides.
    pub fn natural(&self, scope: ScopeId, left: (u32, u32), right: (u32, u32)) -> Vec<Vec<ColumnKey>> {
        let given = |range: (u32, u32)| -> Vec<OutputColumn> {
            (range.0..range.1).flat_map(|at| self.source_columns(scope, at as usize).columns).collect()
        };
        let lefts = given(left);
        let mut by_name: std::collections::BTreeMap<Name, Vec<ColumnKey>> = std::collections::BTreeMap::new();
        for column in lefts {
            if let Some(name) = &column.name {
                by_name.entry(name.folded()).or_default().extend(column.columns);
            }
        }
        let mut shared = Vec::new();
        for column in given(right) {
            if let Some(name) = &column.name
                && let Some(own) = by_name.get(&name.folded())
            {
                shared.push(own.iter().cloned().chain(column.columns).collect());
            }
        }
        shared
    }

    /// All columns of a source, in order, under the names that its alias gives them.
    pub fn source_columns(&self, scope_id: ScopeId, at: usize) -> Outputs {
        let Some(source) = self.scope(scope_id).and_then(|scope| scope.sources.get(at)) else {
            return Outputs::default();
        };
        let mut given = match &self.bound[scope_id.0 as usize][at] {
            Bound::Relation(key) => match Self::declared(key) {
                Some(id) => {
                    let relation = self.catalog.relation(id);
                    let columns = relation.live_columns().map(|column| OutputColumn {
                        name: Some(column.name.clone()),
                        columns: vec![ColumnKey { relation: key.clone(), column: column.name.folded() }],
                        passed: true,
                    });
                    Outputs {
                        columns: columns.collect(),
                        open: relation.open.then(|| key.clone()).into_iter().collect(),
                        unknown: false,
                    }
                }
                None => Outputs { columns: Vec::new(), open: vec![key.clone()], unknown: false },
            },
            Bound::Query(inner) => (*self.outputs(*inner)).clone(),
            Bound::Anonymous { open } => {
                let columns = source.columns.iter().map(|name| OutputColumn {
                    name: Some(name.clone()),
                    columns: Vec::new(),
                    passed: false,
                });
                Outputs { columns: columns.collect(), open: Vec::new(), unknown: *open }
            }
            Bound::Hole => Outputs { unknown: true, ..Outputs::default() },
        };
        for (own, name) in given.columns.iter_mut().zip(&source.columns) {
            own.passed &= own.name.as_ref().is_some_and(|own| own.matches(name));
            own.name = Some(name.clone());
        }
        given
    }
}

/// The columns of one side of a join that merges some of them.
struct Side {
    columns: Vec<Option<OutputColumn>>,
    first: HashMap<Name, usize>,
}

impl Side {
    fn new(columns: Vec<OutputColumn>) -> Self {
        let mut first = HashMap::with_capacity(columns.len());
        for (at, column) in columns.iter().enumerate() {
            if let Some(name) = &column.name {
                first.entry(name.folded()).or_insert(at);
            }
        }
        Self { columns: columns.into_iter().map(Some).collect(), first }
    }

    fn take(&mut self, name: &Ident) -> Option<OutputColumn> {
        self.columns[*self.first.get(&name.folded())?].take()
    }
}
