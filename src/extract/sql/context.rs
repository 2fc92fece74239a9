//! What names mean inside a routine: variables are no columns, `NEW` and `OLD` are rows of the trigger's relation.

use std::collections::BTreeSet;

use super::body::Variable;
use crate::model::name::{Ident, Name, ObjectName};
use crate::model::span::Span;
use crate::model::statement::{
    ColumnReference, Lookup, OutputValue, Relation, Scope, ScopeId, Source, SourceRole, Usage,
};

/// Names that a routine brings in.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    variables: BTreeSet<Name>,
    rows: Vec<(Name, ObjectName)>,
    /// Routines and blocks around: `f.x` is a variable of `f`.
    labels: BTreeSet<Name>,
    images: Vec<Name>,
    table: Option<ObjectName>,
    /// A column wins over a variable of the same name, as in Oracle.
    columns_first: bool,
    /// Statements stand in a routine: `SELECT … INTO` fills variables.
    pub(super) routine: bool,
}

impl Context {
    /// The context of a routine's body.
    pub(super) fn routine(columns_first: bool) -> Self {
        const BUILT_IN: [&str; 8] =
            ["sqlerrm", "sqlstate", "sqlcode", "found", "tg_op", "tg_table_name", "tg_argv", "tg_name"];
        let variables = BUILT_IN.into_iter().map(Name::new).collect();
        Self { columns_first, routine: true, variables, ..Self::default() }
    }

    /// Adds declared names.
    pub(super) fn declare(&mut self, variables: &[Variable]) {
        for variable in variables {
            let name = variable.name.folded();
            if let Some(row) = &variable.row {
                self.rows.push((name.clone(), row.clone()));
            }
            self.variables.insert(name);
        }
    }

    /// Adds the name of a routine or block, by which its variables may be qualified.
    pub(super) fn label(&mut self, name: &Ident) {
        self.labels.insert(name.folded());
    }

    /// Says that `name` holds a row of `relation`.
    pub(super) fn row(&mut self, name: &Ident, relation: ObjectName) {
        self.rows.push((name.folded(), relation));
    }

    /// Adds the names of the rows that a trigger sees, and its relation.
    pub(super) fn trigger(&mut self, images: &[Ident], table: Option<ObjectName>) {
        self.images.extend(images.iter().map(Ident::folded));
        self.table = table;
    }

    /// Whether `name` stands for a row: the qualifier of an assigned column.
    pub(super) fn is_row(&self, name: &Ident) -> bool {
        let name = name.folded();
        self.images.contains(&name) || self.rows.iter().any(|(row, _)| *row == name)
    }

    /// Takes variables out of the names of a statement and gives rows their relations.
    pub(super) fn apply(&self, scopes: &mut Vec<Scope>) {
        if self.variables.is_empty() && self.images.is_empty() {
            return;
        }
        let named: BTreeSet<Name> = scopes
            .iter()
            .flat_map(|scope| &scope.sources)
            .filter_map(|source| match (&source.alias, &source.relation) {
                (Some(alias), _) => Some(alias.folded()),
                (None, Relation::Table(name)) => Some(name.last().folded()),
                _ => None,
            })
            .collect();
        for scope in scopes.iter_mut() {
            self.apply_to(scope, &named);
        }
        if self.columns_first {
            self.look_outwards(scopes);
        }
    }

    /// Puts the variables into a scope around all others: they are what a name means that no relation has.
    fn look_outwards(&self, scopes: &mut Vec<Scope>) {
        let used: BTreeSet<Name> = scopes
            .iter()
            .flat_map(|scope| &scope.references)
            .filter(|reference| reference.qualifier.is_empty())
            .map(|reference| reference.name.folded())
            .filter(|name| self.variables.contains(name))
            .collect();
        if used.is_empty() {
            return;
        }
        let outermost = ScopeId(scopes.len() as u32);
        for scope in scopes.iter_mut().filter(|scope| scope.outer.is_none()) {
            scope.outer = Some(outermost);
        }
        let variables = Source {
            relation: Relation::Function(ObjectName::single(Ident::bare("variables"))),
            alias: None,
            columns: used.iter().map(|name| Ident::bare(name.as_str())).collect(),
            span: Span::default(),
            role: SourceRole::Read,
        };
        scopes.push(Scope { sources: vec![variables], ..Scope::default() });
    }

    fn apply_to(&self, scope: &mut Scope, named: &BTreeSet<Name>) {
        // `FROM inserted` in a T-SQL trigger, `FROM new_rows` with a transition table.
        for source in &mut scope.sources {
            if let Relation::Table(name) = &source.relation
                && name.0.len() == 1
                && self.images.contains(&name.last().folded())
            {
                source.alias = source.alias.take().or_else(|| Some(name.last().clone()));
                source.relation = self.image();
                source.role = SourceRole::RowImage;
            }
        }
        let mut wanted: Vec<(Ident, Relation)> = Vec::new();
        let mut keep = Vec::with_capacity(scope.references.len());
        for reference in &scope.references {
            let kept = match reference.qualifier.as_slice() {
                _ if matches!(reference.lookup, Lookup::Only(_) | Lookup::KeyOf(_)) => true,
                // The row as a whole: `f(OLD, NEW)`.
                [] if self.is_whole_row(&reference.name, named) => {
                    wanted.push((reference.name.clone(), self.image()));
                    true
                }
                [] => {
                    self.columns_first && !scope.sources.is_empty()
                        || !self.variables.contains(&reference.name.folded())
                }
                [qualifier] => {
                    let name = qualifier.folded();
                    if named.contains(&name) {
                        true
                    } else if self.images.contains(&name) {
                        wanted.push((qualifier.clone(), self.image()));
                        true
                    } else if let Some((_, relation)) = self.rows.iter().rev().find(|(row, _)| *row == name) {
                        wanted.push((qualifier.clone(), Relation::Table(relation.clone())));
                        true
                    } else if self.labels.contains(&name) && self.variables.contains(&reference.name.folded()) {
                        false
                    } else {
                        !self.variables.contains(&name)
                    }
                }
                _ => true,
            };
            keep.push(kept);
        }
        if scope.insert.is_some() {
            // Its values see no source without being told which.
            let is_told = |qualifier: &[Ident]| matches!(qualifier, [only] if wanted.iter().any(|(alias, _)| alias.matches(only)));
            for reference in scope.references.iter_mut().filter(|reference| is_told(&reference.qualifier)) {
                reference.lookup = Lookup::Sources;
            }
            // `RETURNING id` names no column of a row that is only there to be told.
            let own = Lookup::Within(0, scope.sources.len() as u32);
            let bare = |reference: &&mut ColumnReference| {
                reference.qualifier.is_empty() && reference.lookup == Lookup::Sources
            };
            if !wanted.is_empty() {
                scope.references.iter_mut().filter(bare).for_each(|reference| reference.lookup = own);
            }
        }
        for (alias, relation) in wanted {
            let known =
                scope.sources.iter().any(|source| source.alias.as_ref().is_some_and(|known| known.matches(&alias)));
            if !known {
                let span = Span::default();
                // The row of a trigger that an insert takes its values from is not the row that it writes.
                let role = if scope.insert.is_some() { SourceRole::Read } else { SourceRole::RowImage };
                scope.sources.push(Source { relation, alias: Some(alias), columns: Vec::new(), span, role });
            }
        }
        if keep.contains(&false) {
            drop_references(scope, &keep);
        }
        // `IF UPDATE(full_name)` in a T-SQL trigger names a column of its relation.
        let bare = scope.references.iter().any(|reference| reference.qualifier.is_empty());
        if let (true, true, Some(table)) = (scope.sources.is_empty(), bare, &self.table) {
            let (relation, role) = (super::naming::relation(table.clone()), SourceRole::RowImage);
            scope.sources.push(Source { relation, alias: None, columns: Vec::new(), span: Span::default(), role });
        }
    }

    /// Whether a name without qualifier is that of a trigger's row. T-SQL's `deleted` is often a column.
    fn is_whole_row(&self, name: &Ident, named: &BTreeSet<Name>) -> bool {
        let name = name.folded();
        matches!(name.as_str(), "new" | "old") && self.images.contains(&name) && !named.contains(&name)
    }

    /// Takes names without qualifier out of an expression of a routine's that names no relation: no column can be meant,
    /// except by `UPDATE(full_name)` in a T-SQL trigger.
    pub(super) fn drop_values(&self, scopes: &mut [Scope]) {
        let names_columns = self.table.is_some() && self.images.iter().any(|image| image.as_str() == "inserted");
        if !self.routine || names_columns || scopes.iter().any(|scope| !scope.sources.is_empty()) {
            return;
        }
        let none = BTreeSet::new();
        for scope in scopes {
            let is_kept = |reference: &ColumnReference| {
                !reference.qualifier.is_empty() || self.is_whole_row(&reference.name, &none)
            };
            let keep: Vec<bool> = scope.references.iter().map(is_kept).collect();
            if keep.contains(&false) {
                drop_references(scope, &keep);
            }
        }
    }

    fn image(&self) -> Relation {
        self.table.clone().map_or(Relation::Hole, super::naming::relation)
    }
}

/// Takes out the references that are not kept; what pointed to them points to the expression instead.
fn drop_references(scope: &mut Scope, keep: &[bool]) {
    let mut moved = Vec::with_capacity(keep.len());
    let mut next = 0_u32;
    for &kept in keep {
        moved.push(kept.then_some(next));
        next += u32::from(kept);
    }
    let place = |at: u32| moved.get(at as usize).copied().flatten();
    let mut index = 0;
    scope.references.retain(|_| {
        index += 1;
        keep[index - 1]
    });
    for reference in &mut scope.references {
        if let Usage::Assign(at) = reference.usage {
            reference.usage = place(at).map_or(Usage::Other, Usage::Assign);
        }
    }
    for (_, usage) in &mut scope.subqueries {
        if let Usage::Assign(at) = *usage {
            *usage = place(at).map_or(Usage::Other, Usage::Assign);
        }
    }
    for output in &mut scope.outputs {
        if let OutputValue::Column(at) = output.value {
            output.value = place(at).map_or(OutputValue::Expression, OutputValue::Column);
        }
    }
    if let Some(insert) = &mut scope.insert
        && let crate::model::statement::InsertColumns::Named(columns) = &mut insert.columns
    {
        *columns = columns.iter().filter_map(|&at| place(at)).collect();
    }
}
