//! What stands for rows without being called so: interfaces that mapped classes implement, and the rows that a row mapper
//! in a file of its own is given.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::Evaluator;
use super::kind::{Part, Type};
use crate::catalog::{ColumnKey, RelationKey};
use crate::model::answer::Certainty;
use crate::model::code::{
    ClassId, ClassKind, Code, ExpressionId, ExpressionKind, FlowTarget, Language, TypeExpression, TypeId, Use, UseForm,
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

/// Packages whose interfaces declare statements in annotations of methods.
const DECLARING: &[&str] = &["org.jdbi.", "org.skife.jdbi."];

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

/// Whether a written type is a class or holds it.
pub(super) fn speaks_of(code: &Code, of: TypeId, class: &str, depth: u32) -> bool {
    match &code.types[of.0 as usize] {
        TypeExpression::Named { name, arguments } => {
            name.rsplit('.').next() == Some(class)
                || (depth < 4 && arguments.iter().any(|of| speaks_of(code, *of, class, depth + 1)))
        }
        TypeExpression::List(of) => depth < 4 && speaks_of(code, *of, class, depth + 1),
        _ => false,
    }
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
            1 | 2 => Certainty::Likely,
            3..=MOST_MEANT => Certainty::Possible,
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
        found.extend(self.rows_of_declared(file, class));
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

    /// The rows of statements that interfaces declare (JDBI's `@SqlQuery`) and whose results are what the row mapper `class`
    /// makes: `@RegisterRowMapper(UserMapper.class)` on a method that gives `User`s, or a mapper that is registered for all.
    fn rows_of_declared(&self, file: FileId, class: &str) -> Vec<Type<'s>> {
        let mut found = Vec::new();
        let Some(code) = self.code(file) else { return found };
        let Some(own) = code.classes.iter().find(|own| own.name == class) else { return found };
        let made = own.parents.iter().find_map(|parent| match &code.types[parent.0 as usize] {
            TypeExpression::Named { name, arguments } if name.ends_with("Mapper") => {
                match &code.types[arguments.first()?.0 as usize] {
                    TypeExpression::Named { name, .. } => name.rsplit('.').next(),
                    _ => None,
                }
            }
            _ => None,
        });
        let Some(made) = made else { return found };
        let mut callers = self.types.callers(file, class);
        callers.extend(self.types.callers(file, made));
        callers.sort_unstable();
        callers.dedup();
        for caller in callers {
            let Some(code) = self.code(caller) else { continue };
            if !code.imports.iter().any(|import| DECLARING.iter().any(|package| import.module.starts_with(package))) {
                continue;
            }
            let statements = &self.system().store.facts(caller).statements;
            for function in &code.functions {
                if !function.returns.is_some_and(|of| speaks_of(code, of, made, 0)) || !self.step(0) {
                    continue;
                }
                let from = statements.partition_point(|statement| statement.span.start < function.span.start);
                let own = statements.iter().enumerate().skip(from);
                let own = own.take_while(|(_, statement)| function.span.contains(statement.span));
                found.extend(own.take(2).filter_map(|(at, _)| self.rows_of(caller, at)).filter(Type::has_rows));
                if found.len() >= MOST_PLACES {
                    return found;
                }
            }
        }
        found
    }

    /// The column that a name read of a row of an unknown statement is, when only one table has all the names that are
    /// read of that row.
    pub(super) fn by_shape(&self, file: FileId, code: &'s Code, found: &Use) -> Option<ColumnKey> {
        let variable = |id: ExpressionId| -> Option<VariableId> {
            match code.expression(id).kind {
                ExpressionKind::Variable(id) => Some(id),
                _ => None,
            }
        };
        let row = variable(found.receiver)?;
        let of_row = |used: &&Use| used.form == UseForm::Argument && variable(used.receiver) == Some(row);
        let name_of = |used: &Use| Name::new(&self.named_by(file, code, used));
        let names: BTreeSet<Name> = code.uses.iter().filter(of_row).map(name_of).collect();
        if names.len() < FEWEST_NAMES {
            return None;
        }
        let mut owners = self.system().catalog.relations().filter(|(_, relation)| {
            relation.dropped.is_none()
                && names.iter().all(|name| relation.column(name).is_some_and(|column| column.dropped.is_none()))
        });
        let (only, None) = (owners.next()?, owners.next()) else { return None };
        Some(ColumnKey { relation: RelationKey::Declared(only.0), column: name_of(found) })
    }

    /// The name that an argument is: what it says, or what a constant of another class holds.
    pub(super) fn named_by<'u>(&self, file: FileId, code: &'s Code, found: &'u Use) -> Cow<'u, str> {
        let own = Cow::Borrowed(found.name.as_str());
        if code.language != Language::Java
            || found.form != UseForm::Argument
            || found.name.chars().any(char::is_lowercase)
        {
            return own;
        }
        let text = self.system().store.text(file);
        let before = text.get(..found.span.start as usize).unwrap_or("");
        let holder = match before.strip_suffix('.') {
            _ if before.ends_with('"') => return own,
            Some(before) => {
                let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
                Some(&before[before.trim_end_matches(is_part).len()..])
            }
            None => None,
        };
        let class = match holder {
            Some(holder) => self.class_called(file, code, holder, 0),
            None => code.imports.iter().find(|import| import.local == found.name).and_then(|import| {
                let (package, class) = import.module.rsplit_once('.')?;
                self.java_class_in(package, class)
            }),
        };
        let value = class.and_then(|(file, class)| {
            let (declaring, member) = self.member_of(file, class, &found.name, 0)?;
            match &self.code(declaring)?.expression(*member.values.first()?).kind {
                ExpressionKind::Text(text) if !text.is_empty() => Some(text.clone()),
                _ => None,
            }
        });
        value.map_or(own, Cow::Owned)
    }
}
