//! Where names go: the keys of an object that is taken apart, the strings of a list. They name parts of the rows that they
//! are looked up in, and columns of the statements that are given them.

use super::Evaluator;
use super::goes::{Carrier, Destination, Step, Trip};
use super::kind::{Env, RowNames, Type};
use super::library::Library;
use crate::catalog::RelationKey;
use crate::model::code::{ExpressionId, ExpressionKind, FlowTarget, TypeExpression, TypeId};
use crate::model::source::FileId;
use crate::model::statement::Access;

impl<'s> Evaluator<'_, '_, 's, '_> {
    /// Follows names one by one, wherever they are kept, to where they are used:
    /// `Object.entries(match).forEach(([key, value]) => query.where(key, value))`, `for (const name of names) row[name]`.
    pub(super) fn keys(&self, step: &Step<'s>, id: ExpressionId, trip: &mut Trip<'s>) {
        let Some(code) = self.code(step.file) else { return };
        let index = self.index(step.file, code);
        let elements = index.elements.get(&id).into_iter().flatten();
        trip.open.extend(elements.map(|element| step.to(Carrier::Keys(*element), 1)));
        let held = index.held.get(&id).into_iter().flatten();
        trip.open.extend(held.map(|variable| step.to(Carrier::KeyVariable(*variable), 1)));
        for target in index.flows.get(&id).into_iter().flatten() {
            match target {
                FlowTarget::Variable(variable) => trip.open.push(step.to(Carrier::KeyVariable(*variable), 1)),
                FlowTarget::Part(whole) | FlowTarget::Spread(whole) => {
                    trip.open.push(step.to(Carrier::Keys(*whole), 1));
                }
                FlowTarget::Declared(of) => self.take_names(step, *of, &mut trip.found),
                FlowTarget::Key(object, access) => {
                    let of = self.type_of(step.file, *object, &step.env, 0);
                    match looked_up(of, *access) {
                        Some(found) => trip.found.push(found),
                        None if *access == Access::Write => self.written_into(step, *object, trip),
                        None => {}
                    }
                }
                FlowTarget::Receiver(call) => {
                    let ExpressionKind::Call { arguments, .. } = &code.expression(*call).kind else { continue };
                    for argument in arguments.iter().take(1) {
                        if let ExpressionKind::Function(function) = code.expression(*argument).kind
                            && let Some(first) = code.functions[function.0 as usize].parameters.first()
                        {
                            trip.open.push(step.to(Carrier::KeyVariable(*first), 1));
                        }
                    }
                    trip.open.push(step.to(Carrier::Keys(*call), 1));
                }
                FlowTarget::Argument(call, at) => self.name_given_to(step, *call, *at, trip),
                FlowTarget::Property(..) | FlowTarget::Returned(_) => {}
            }
        }
    }

    /// A name, or a list of names, is given to a call.
    fn name_given_to(&self, step: &Step<'s>, call: ExpressionId, at: u32, trip: &mut Trip<'s>) {
        let Some(code) = self.code(step.file) else { return };
        let library = Library::known();
        let (callee, arguments) = match &code.expression(call).kind {
            ExpressionKind::Call { callee, arguments, .. } => (*callee, arguments),
            // `new Set(names)`.
            ExpressionKind::New { .. } => return trip.open.push(step.to(Carrier::Keys(call), 1)),
            _ => return,
        };
        let (object, name) = match &code.expression(callee).kind {
            ExpressionKind::Member { object, name } => {
                let of = self.type_of(step.file, *object, &step.env, 0);
                if let Some(found) = looked_up(self.with_sources(of), Access::Read) {
                    return trip.found.push(found);
                }
                let object = match &code.expression(*object).kind {
                    ExpressionKind::Name { name, .. } => Some(name.as_str()),
                    _ => None,
                };
                (object, name.as_str())
            }
            ExpressionKind::Name { name, .. } => (None, name.as_str()),
            _ => (None, ""),
        };
        let function = self.type_of(step.file, callee, &step.env, 0);
        if let Type::Function(declaring, id, _) = &function
            && let Some(declaring_code) = self.code(*declaring)
        {
            if let Some(parameter) = declaring_code.functions[id.0 as usize].parameters.get(at as usize) {
                trip.into.entry((*declaring, *id)).or_default().push((step.file, call, step.env.clone()));
                let env = self.inside(&function, step.file, call, &step.env);
                let carrier = Carrier::KeyVariable(*parameter);
                trip.open.push(Step { file: *declaring, carrier, steps: step.steps + 1, env });
            }
            return;
        }
        // `pick(row, names)`.
        if at > 0
            && let Some(first) = arguments.first()
            && let Some(found) = looked_up(self.type_of(step.file, *first, &step.env, 0), Access::Read)
        {
            return trip.found.push(found);
        }
        if library.argument_of(object, name).is_some() || library.gives_keys(name) {
            trip.open.push(step.to(Carrier::Keys(call), 1));
        }
    }

    /// A value is put into an object under a name: what the object is given to takes the name. An object that a function was
    /// given is its caller's.
    fn written_into(&self, step: &Step<'s>, object: ExpressionId, trip: &mut Trip<'s>) {
        let Some(code) = self.code(step.file) else { return };
        let ExpressionKind::Variable(variable) = code.expression(object).kind else { return };
        trip.open.push(step.to(Carrier::Variable(variable), 1));
        let Some((function, at)) = code.variables[variable.0 as usize].parameter else { return };
        for (file, call, env) in trip.into.get(&(step.file, function)).cloned().unwrap_or_default() {
            let Some(code) = self.code(file) else { continue };
            let ExpressionKind::Call { arguments, .. } = &code.expression(call).kind else { continue };
            let Some(argument) = arguments.get(at as usize) else { continue };
            if let ExpressionKind::Variable(variable) = code.expression(*argument).kind {
                trip.open.push(Step { file, carrier: Carrier::Variable(variable), steps: step.steps + 1, env });
            }
        }
    }

    /// Rows of a statement, with all columns of its tables: what it may be told of, not what it gives.
    fn with_sources(&self, of: Type<'s>) -> Type<'s> {
        let Type::Row(row) = &of else { return of };
        let RowNames::Outputs(outputs) = &row.names else { return of };
        let mut relations: Vec<&RelationKey> =
            outputs.columns.iter().flat_map(|column| &column.columns).map(|column| &column.relation).collect();
        relations.sort_unstable();
        relations.dedup();
        let sources = relations.into_iter().map(|relation| self.relation_row(relation.clone(), row.certainty));
        Type::one_of(std::iter::once(of.clone()).chain(sources).collect::<Vec<_>>())
    }

    /// A place that is declared to hold names of a row: `(keyof User)[]`.
    pub(super) fn take_names(&self, step: &Step<'s>, of: TypeId, found: &mut Vec<Destination<'s>>) {
        found.extend(self.keys_of(step.file, of, &step.env, 0).map(|of| Destination::Named {
            of,
            access: Access::Read,
            how: "is declared to hold names of".to_owned(),
        }));
    }

    fn keys_of(&self, file: FileId, of: TypeId, env: &Env<'s>, depth: u32) -> Option<Type<'s>> {
        let code = self.code(file).filter(|_| depth < 6)?;
        let within = |of: &TypeId| self.keys_of(file, *of, env, depth + 1);
        match &code.types[of.0 as usize] {
            TypeExpression::Named { name, arguments } if name == "keyof" => {
                Some(self.declared(file, *arguments.first()?, env, depth)).filter(Type::has_rows)
            }
            TypeExpression::Named { arguments, .. } => arguments.iter().find_map(within),
            TypeExpression::List(of) => within(of),
            TypeExpression::Union(of) | TypeExpression::Intersection(of) => of.iter().find_map(within),
            _ => None,
        }
    }
}

fn looked_up(of: Type<'_>, access: Access) -> Option<Destination<'_>> {
    of.has_rows().then(|| Destination::Named { of, access, how: "holds names of parts".to_owned() })
}
