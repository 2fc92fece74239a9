//! What stands for rows without being called so: interfaces that mapped classes implement, and the rows that a row mapper
//! in a file of its own is given.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::Evaluator;
use super::kind::{Part, Type};
use crate::catalog::{ColumnKey, RelationKey};
use crate::model::answer::Certainty;
use crate::model::code::{
    ClassId, ClassKind, Code, ExpressionId, ExpressionKind, FlowTarget, Language, TypeExpression, Use, UseForm,
    VariableId,
};
use crate::model::mapping::{Mapping, MappingRole};
use crate::model::name::Name;
use crate::model::source::{Context, FileId};

/// Ancestors of one class that are looked at.
const MOST_ANCESTORS: usize = 64;

/// Interfaces that more kinds of rows implement say nothing of any of them.
const MOST_MEANT: usize = 4;

/// Places that a row mapper is followed to.
const MOST_PLACES: usize = 24;

/// Names that must be read of a row before they tell which table's it is.
const FEWEST_NAMES: usize = 3;

/// The mapped classes that implement an interface.
pub(super) type Implementers<'s> = HashMap<(FileId, ClassId), Vec<(FileId, &'s Mapping, ClassId)>>;

/// The calls that are given one of some expressions, and as which argument.
fn calls_given(code: &Code, given: &[ExpressionId]) -> Vec<(ExpressionId, u32)> {
    let mut found = Vec::new();
    for (id, expression) in code.expressions.iter().enumerate() {
        let ExpressionKind::Call { arguments, .. } = &expression.kind else { continue };
        let position = arguments.iter().position(|argument| given.contains(argument));
        found.extend(position.map(|position| (ExpressionId(id as u32), position as u32)));
        if found.len() >= MOST_PLACES {
            break;
        }
    }
    found
}

impl<'s> Evaluator<'_, '_, 's, '_> {
    fn implementers(&self) -> &Implementers<'s> {
        self.types.implementers.get_or_init(|| {
            let system = self.system();
            let mut found: Implementers<'s> = HashMap::new();
            for (file, mapping) in system.entities.all() {
                let is_live = !matches!(system.store.file(file).context, Context::Test | Context::Docs);
                if mapping.role != MappingRole::Entity || !is_live {
                    continue;
                }
                let Some(code) = self.code(file).filter(|code| code.language == Language::Java) else { continue };
                let own = code.classes.iter().position(|class| class.name == mapping.entity);
                let Some(own) = own.map(|at| ClassId(at as u32)) else { continue };
                for interface in self.interfaces_of(file, own) {
                    let known = found.entry(interface).or_default();
                    if !known.iter().any(|(other, _, class)| (*other, *class) == (file, own)) {
                        known.push((file, mapping, own));
                    }
                }
            }
            found
        })
    }

    /// The interfaces of the tree that a class implements, its own and those that it inherits.
    fn interfaces_of(&self, file: FileId, class: ClassId) -> Vec<(FileId, ClassId)> {
        let mut found = Vec::new();
        let mut seen: HashSet<(FileId, ClassId)> = HashSet::new();
        let mut open = vec![(file, class)];
        while let Some((file, class)) = open.pop() {
            let Some(code) = self.code(file) else { continue };
            if seen.len() >= MOST_ANCESTORS || !seen.insert((file, class)) {
                continue;
            }
            let declared = &code.classes[class.0 as usize];
            if declared.kind == ClassKind::Interface {
                found.push((file, class));
            }
            for parent in declared.parents.iter().take(MOST_ANCESTORS) {
                if let TypeExpression::Named { name, .. } = &code.types[parent.0 as usize] {
                    open.extend(self.class_called(file, code, name, 0));
                }
            }
        }
        found
    }

    /// What a name on an interface is on the mapped classes that implement it.
    pub(super) fn implemented_part(
        &self,
        interface: (FileId, ClassId),
        name: &str,
        is_accessor: bool,
        depth: u32,
    ) -> Option<(Part<'s>, String)> {
        let implementing = self.implementers().get(&interface)?;
        let mut columns: Vec<ColumnKey> = Vec::new();
        let mut evidence = None;
        for (file, mapping, class) in implementing.iter().take(MOST_ANCESTORS) {
            let row = self.mapped_row(*file, mapping, Some((*file, *class)))?;
            if let (Part::Columns(own, _), _) = self.part(&row, name, is_accessor, depth + 1) {
                columns.extend(own);
                evidence = Some(&mapping.entity);
            }
        }
        columns.sort();
        columns.dedup();
        let certainty = match columns.len() {
            1 => Certainty::Likely,
            2..=MOST_MEANT => Certainty::Possible,
            _ => return None,
        };
        let code = self.code(interface.0)?;
        let own = &code.classes[interface.1.0 as usize].name;
        Some((Part::Columns(columns, certainty), format!("{own}, which {} implements", evidence?)))
    }

    /// The rows that parameter `at` of a row mapper's method gets: those of the calls that its objects are given to, in
    /// whichever file.
    pub(super) fn rows_of_mapper(&self, file: FileId, class: &str, at: u32, depth: u32) -> Vec<Type<'s>> {
        let mut found = Vec::new();
        if class.is_empty() || !self.step(depth) {
            return found;
        }
        for caller in self.types.callers(file, class) {
            let Some(code) = self.code(caller) else { continue };
            let index = self.index(caller, code);
            let is_made = |kind: &ExpressionKind| match kind {
                ExpressionKind::New { class: made, .. } => match &code.types[made.0 as usize] {
                    TypeExpression::Named { name, .. } => name.rsplit('.').next() == Some(class),
                    _ => false,
                },
                _ => false,
            };
            let made = code.expressions.iter().enumerate().filter(|(_, expression)| is_made(&expression.kind));
            let mut open: Vec<ExpressionId> = made.map(|(id, _)| ExpressionId(id as u32)).take(MOST_PLACES).collect();
            let mut seen: HashSet<ExpressionId> = HashSet::new();
            while let Some(id) = open.pop() {
                if seen.len() >= MOST_PLACES || !seen.insert(id) {
                    continue;
                }
                for target in index.flows.get(&id).into_iter().flatten() {
                    match target {
                        FlowTarget::Argument(call, position) => {
                            let rows = self.callback_parameter(caller, code, *call, *position, at, depth + 1);
                            found.extend(Some(rows).filter(Type::has_rows));
                        }
                        FlowTarget::Variable(variable) => {
                            open.extend(index.variables.get(variable).into_iter().flatten());
                        }
                        FlowTarget::Property(_, name) => {
                            let named = index.names.get(name.as_str()).map_or(&[][..], Vec::as_slice);
                            for (call, position) in calls_given(code, named) {
                                let rows = self.callback_parameter(caller, code, call, position, at, depth + 1);
                                found.extend(Some(rows).filter(Type::has_rows));
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        found
    }

    /// The column that a name read of a row of an unknown statement is, when only one table has all the names that are
    /// read of that row.
    pub(super) fn by_shape(&self, code: &Code, found: &Use) -> Option<ColumnKey> {
        let variable = |id: ExpressionId| -> Option<VariableId> {
            match code.expression(id).kind {
                ExpressionKind::Variable(id) => Some(id),
                _ => None,
            }
        };
        let row = variable(found.receiver)?;
        let of_row = |used: &&Use| used.form == UseForm::Argument && variable(used.receiver) == Some(row);
        let names: BTreeSet<Name> = code.uses.iter().filter(of_row).map(|used| Name::new(&used.name)).collect();
        if names.len() < FEWEST_NAMES {
            return None;
        }
        let mut owners = self.system().catalog.relations().filter(|(_, relation)| {
            relation.dropped.is_none()
                && names.iter().all(|name| relation.column(name).is_some_and(|column| column.dropped.is_none()))
        });
        let (only, None) = (owners.next()?, owners.next()) else { return None };
        Some(ColumnKey { relation: RelationKey::Declared(only.0), column: Name::new(&found.name) })
    }
}
