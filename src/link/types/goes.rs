//! Where an object literal goes: into a statement, a function that hands it on, a place of a declared type.

use std::collections::{HashMap, HashSet};

use super::Evaluator;
use super::kind::{Env, Type};
use crate::model::code::{
    Code, ExpressionId, ExpressionKind, FlowTarget, FunctionId, Language, TypeExpression, VariableId,
};
use crate::model::source::FileId;
use crate::model::statement::Access;

/// Places that are looked at for one literal.
const MOST_PLACES: usize = 200;

/// A place that a literal reaches.
pub(super) enum Destination<'s> {
    /// It takes rows of this kind.
    Row {
        /// The rows.
        of: Type<'s>,
        /// What it does with them.
        access: Access,
        /// How the literal gets there, in words.
        how: String,
    },
    /// It is known to take something else.
    Known(String),
    /// It could not be followed.
    Unknown(String),
}

/// A value on its way.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Carrier {
    /// An expression.
    Expression(ExpressionId),
    /// A variable.
    Variable(VariableId),
    /// The result of a function.
    Result(FunctionId),
    /// An expression over the keys of the value: all of them, one with its value, one.
    Keys(ExpressionId),
    /// A variable of such.
    KeyVariable(VariableId),
}

/// The calls by which a value was followed into functions.
type Entered = HashMap<(FileId, FunctionId), Vec<(FileId, ExpressionId)>>;

impl<'s> Evaluator<'_, '_, 's, '_> {
    /// The places that an object literal reaches.
    pub(super) fn destinations(&self, file: FileId, literal: ExpressionId) -> Vec<Destination<'s>> {
        self.reached(file, Carrier::Expression(literal))
    }

    /// The places that a value reaches.
    pub(super) fn reached(&self, file: FileId, from: Carrier) -> Vec<Destination<'s>> {
        let mut found = Vec::new();
        let mut seen: HashSet<(FileId, Carrier)> = HashSet::new();
        let mut into: Entered = Entered::new();
        let mut open = vec![(file, from, 0_u32)];
        while let Some((file, carrier, steps)) = open.pop() {
            if seen.len() >= MOST_PLACES || !seen.insert((file, carrier)) {
                continue;
            }
            let Some(code) = self.code(file) else { continue };
            let index = self.index(file, code);
            match carrier {
                Carrier::KeyVariable(variable) => {
                    let used = index.variables.get(&variable).into_iter().flatten();
                    open.extend(used.map(|id| (file, Carrier::Keys(*id), steps)));
                }
                Carrier::Keys(id) => self.keys((file, id), steps, &mut open, &mut found),
                Carrier::Variable(variable) => {
                    let used = index.variables.get(&variable).into_iter().flatten();
                    open.extend(used.map(|id| (file, Carrier::Expression(*id), steps)));
                    if let Some(declared) = code.variables[variable.0 as usize].declared {
                        self.take(file, declared, &mut found);
                    }
                }
                Carrier::Result(function) => {
                    if let Some(declared) = code.functions[function.0 as usize].returns {
                        self.take(file, declared, &mut found);
                    }
                    // To whoever calls it here, or has followed a value into it.
                    let called = index.names.get(code.functions[function.0 as usize].name.as_str());
                    let calls = called.into_iter().flatten().filter_map(|callee| index.calls.get(callee));
                    open.extend(calls.map(|call| (file, Carrier::Expression(*call), steps + 1)));
                    for (caller, call) in into.get(&(file, function)).into_iter().flatten() {
                        open.push((*caller, Carrier::Expression(*call), steps + 1));
                    }
                    for holder in index.functions.get(&function).into_iter().flatten() {
                        let call = index.calls.get(holder).map(|call| (file, Carrier::Expression(*call), steps + 1));
                        open.extend(call);
                        for target in index.flows.get(holder).into_iter().flatten() {
                            // What the call that is given the function makes of its results: `rows.map(…)`.
                            if let FlowTarget::Argument(call, _) = target {
                                open.push((file, Carrier::Expression(*call), steps + 1));
                            }
                        }
                    }
                }
                Carrier::Expression(id) => {
                    let span = code.expression(id).span;
                    if let Some((of, access)) = self.sink(file, span) {
                        let how = if steps == 0 { "the statement takes" } else { "reaches a statement" };
                        found.push(Destination::Row { of, access, how: how.to_owned() });
                        continue;
                    }
                    for target in index.flows.get(&id).into_iter().flatten() {
                        self.follow((file, target), steps, &mut open, &mut into, &mut found);
                    }
                }
            }
        }
        found
    }

    fn follow(
        &self,
        (file, target): (FileId, &FlowTarget),
        steps: u32,
        open: &mut Vec<(FileId, Carrier, u32)>,
        into: &mut Entered,
        found: &mut Vec<Destination<'s>>,
    ) {
        let Some(code) = self.code(file) else { return };
        match target {
            FlowTarget::Variable(variable) => open.push((file, Carrier::Variable(*variable), steps)),
            FlowTarget::Part(whole) | FlowTarget::Spread(whole) => {
                open.push((file, Carrier::Expression(*whole), steps + 1));
            }
            FlowTarget::Returned(function) => open.push((file, Carrier::Result(*function), steps)),
            FlowTarget::Declared(of) => self.take(file, *of, found),
            FlowTarget::Receiver(call) => {
                // A method of the list that holds it: `rows.push`, `rows.map`, `rows.filter`.
                open.push((file, Carrier::Expression(*call), steps + 1));
            }
            FlowTarget::Property(object, name) => {
                let of = self.type_of(file, *object, &Env::default(), 0);
                match self.property(&of, name, 0) {
                    row if row.has_rows() => found.push(Destination::Row {
                        of: row,
                        access: Access::Write,
                        how: "is assigned to a row".to_owned(),
                    }),
                    _ => found.push(Destination::Known("a key of an object inside another one".to_owned())),
                }
            }
            FlowTarget::Argument(call, at) => {
                let callee = match &code.expression(*call).kind {
                    ExpressionKind::Call { callee, .. } => *callee,
                    ExpressionKind::New { class, .. } => {
                        let made = self.declared(file, *class, &Env::default(), 0);
                        match made {
                            made if made.has_rows() => found.push(Destination::Row {
                                of: made,
                                access: Access::Write,
                                how: "an entity is made of".to_owned(),
                            }),
                            Type::Instance { .. } => {
                                found.push(Destination::Known("given to a constructor".to_owned()));
                            }
                            _ => {
                                found.push(Destination::Unknown("given to a constructor that is not known".to_owned()));
                            }
                        }
                        return;
                    }
                    _ => return,
                };
                self.given_to((file, callee, *call, *at), steps, open, into, found);
            }
        }
    }

    /// Follows the keys of a value, one by one, to the statements that take them as names of columns:
    /// `Object.entries(match).forEach(([key, value]) => query.where(key, value))`.
    fn keys(
        &self,
        (file, id): (FileId, ExpressionId),
        steps: u32,
        open: &mut Vec<(FileId, Carrier, u32)>,
        found: &mut Vec<Destination<'s>>,
    ) {
        let Some(code) = self.code(file) else { return };
        let index = self.index(file, code);
        let elements = index.elements.get(&id).into_iter().flatten();
        open.extend(elements.map(|element| (file, Carrier::Keys(*element), steps + 1)));
        let held = index.held.get(&id).into_iter().flatten();
        open.extend(held.map(|variable| (file, Carrier::KeyVariable(*variable), steps + 1)));
        for target in index.flows.get(&id).into_iter().flatten() {
            match target {
                FlowTarget::Variable(variable) => open.push((file, Carrier::KeyVariable(*variable), steps + 1)),
                FlowTarget::Receiver(call) => {
                    let ExpressionKind::Call { arguments, .. } = &code.expression(*call).kind else { continue };
                    for argument in arguments.iter().take(1) {
                        if let ExpressionKind::Function(function) = code.expression(*argument).kind
                            && let Some(first) = code.functions[function.0 as usize].parameters.first()
                        {
                            open.push((file, Carrier::KeyVariable(*first), steps + 1));
                        }
                    }
                    open.push((file, Carrier::Keys(*call), steps + 1));
                }
                FlowTarget::Argument(call, 0) => {
                    let ExpressionKind::Call { callee, .. } = &code.expression(*call).kind else { continue };
                    let ExpressionKind::Member { object, .. } = &code.expression(*callee).kind else { continue };
                    let of = self.type_of(file, *object, &Env::default(), 0);
                    if of.has_rows() {
                        let how = "is taken apart for a statement".to_owned();
                        found.push(Destination::Row { of, access: Access::Read, how });
                    }
                }
                _ => {}
            }
        }
    }

    /// Follows an argument into the function that is called.
    fn given_to(
        &self,
        (file, callee, call, at): (FileId, ExpressionId, ExpressionId, u32),
        steps: u32,
        open: &mut Vec<(FileId, Carrier, u32)>,
        into: &mut Entered,
        found: &mut Vec<Destination<'s>>,
    ) {
        let Some(code) = self.code(file) else { return };
        let function = self.type_of(file, callee, &Env::default(), 0);
        let options: Vec<Type<'s>> = match function {
            Type::Union(options) => options.to_vec(),
            other => vec![other],
        };
        for option in options {
            match option {
                Type::Function(declaring, function, _) => {
                    let Some(declaring_code) = self.code(declaring) else { continue };
                    let parameters = &declaring_code.functions[function.0 as usize].parameters;
                    match parameters.get(at as usize) {
                        Some(parameter) => {
                            into.entry((declaring, function)).or_default().push((file, call));
                            open.push((declaring, Carrier::Variable(*parameter), steps + 1));
                        }
                        None => found.push(Destination::Known("given to a function that does not take it".to_owned())),
                    }
                }
                Type::Signature(declaring, of, env) => {
                    let parameter = self.code(declaring).and_then(|code| match &code.types[of.0 as usize] {
                        TypeExpression::Function { parameters, .. } => parameters.get(at as usize).copied(),
                        _ => None,
                    });
                    match parameter.map(|parameter| self.declared(declaring, parameter, &env, 0)) {
                        Some(of) if of.has_rows() => found.push(Destination::Row {
                            of,
                            access: Access::Write,
                            how: "a function takes as a row".to_owned(),
                        }),
                        _ => found.push(Destination::Unknown("given to a function value".to_owned())),
                    }
                }
                _ => {
                    let name = match &code.expression(callee).kind {
                        // `query.update({…})`, `session.execute(insert(users), [{…}])`.
                        ExpressionKind::Member { object, name }
                            if super::library::Library::known().writes(name)
                                && let Some(of) = self.written_by((file, code), *object, call) =>
                        {
                            let how = "reaches a statement".to_owned();
                            found.push(Destination::Row { of, access: Access::Write, how });
                            continue;
                        }
                        ExpressionKind::Member { object, name } => {
                            // `rows.push({…})` puts it into what holds rows or is handed on.
                            if super::library::Library::known().puts(name) {
                                match code.expression(*object).kind {
                                    ExpressionKind::Variable(variable) => {
                                        open.push((file, Carrier::Variable(variable), steps + 1));
                                    }
                                    _ => found.push(Destination::Unknown("put into a list".to_owned())),
                                }
                                continue;
                            }
                            name.as_str()
                        }
                        ExpressionKind::Name { name, .. } => name.as_str(),
                        _ => "",
                    };
                    if super::library::Library::known().gives_keys(name) && at == 0 {
                        open.push((file, Carrier::Keys(call), steps + 1));
                        continue;
                    }
                    let library = super::library::Library::known();
                    if library.argument_of(None, name).is_some() || library.method(name).is_some() {
                        open.push((file, Carrier::Expression(call), steps + 1));
                        continue;
                    }
                    if name == "assign" && at > 0 {
                        open.push((file, Carrier::Expression(call), steps + 1));
                    }
                    match self.outside(file, callee) {
                        Some(library) => {
                            found.push(Destination::Known(format!("a key of an object given to {library}")));
                        }
                        None => {
                            found.push(Destination::Unknown("given to a function that is not followed".to_owned()));
                        }
                    }
                }
            }
        }
    }

    /// The rows that a method of Python's libraries writes: those of its object, or of what it is given first.
    fn written_by(&self, (file, code): (FileId, &Code), object: ExpressionId, call: ExpressionId) -> Option<Type<'s>> {
        if code.language != Language::Python {
            return None;
        }
        let rows = |id: ExpressionId| match self.type_of(file, id, &Env::default(), 0) {
            Type::Class(file, class) => self.rows_of_class(file, class, 0),
            other => other.has_rows().then_some(other),
        };
        let ExpressionKind::Call { arguments, .. } = &code.expression(call).kind else { return None };
        rows(object).or_else(|| rows(*arguments.first()?))
    }

    /// The library that a function belongs to, when what it is reached by comes from outside the scanned code: what
    /// database libraries are given is known by their own tables.
    fn outside(&self, file: FileId, callee: ExpressionId) -> Option<String> {
        let code = self.code(file)?;
        let mut at = callee;
        for _ in 0..16 {
            match &code.expression(at).kind {
                ExpressionKind::Member { object, .. } => at = *object,
                ExpressionKind::Call { callee, .. } => at = *callee,
                ExpressionKind::Await(of) | ExpressionKind::Element(of) => at = *of,
                ExpressionKind::Name { name, .. } => {
                    return match self.type_of(file, at, &Env::default(), 0) {
                        Type::Library(..) => Some(format!("{name}, which the scanned code does not declare")),
                        _ => None,
                    };
                }
                _ => return None,
            }
        }
        None
    }

    /// A place of a declared type.
    fn take(&self, file: FileId, of: crate::model::code::TypeId, found: &mut Vec<Destination<'s>>) {
        let of = self.declared(file, of, &Env::default(), 0);
        match &of {
            of if of.has_rows() => found.push(Destination::Row {
                of: of.clone(),
                access: Access::Write,
                how: "is declared to be a row".to_owned(),
            }),
            Type::Instance { .. } | Type::Shape(..) => {
                found.push(Destination::Known("a key of an object of a type that is no row".to_owned()));
            }
            _ => {}
        }
    }
}
