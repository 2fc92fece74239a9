//! Where a value goes: an object literal into a statement, a function that hands it on, a place of a declared type. Where
//! the names that it holds go is in `named`.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::Evaluator;
use super::kind::{Env, Type};
use crate::model::code::{
    Code, Exported, ExpressionId, ExpressionKind, FlowTarget, FunctionId, Language, OuterPart, TypeExpression,
    VariableId,
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
    /// Its names, one by one, are asked for in rows of this kind.
    Named {
        /// The rows.
        of: Type<'s>,
        /// What is done with what has the name.
        access: Access,
        /// How the name gets there, in words.
        how: String,
    },
    /// It is known to take something else.
    Known(String),
    /// It could not be followed.
    Unknown(String),
}

/// A value on its way.
#[derive(Clone, PartialEq, Eq, Hash)]
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
    /// An expression over something that has the value under that name.
    Holder(ExpressionId, Rc<str>),
    /// A variable of such.
    HolderVariable(VariableId, Rc<str>),
}

/// The calls by which a value was followed into functions, with what was known there.
type Entered<'s> = HashMap<(FileId, FunctionId), Vec<(FileId, ExpressionId, Env<'s>)>>;

/// A value on its way: in which file, how many steps from where it was made, and what is known of the parameters around.
#[derive(Clone)]
pub(super) struct Step<'s> {
    pub(super) file: FileId,
    pub(super) carrier: Carrier,
    pub(super) steps: u32,
    pub(super) env: Env<'s>,
}

impl Step<'_> {
    /// The next one in the same place.
    pub(super) fn to(&self, carrier: Carrier, more: u32) -> Self {
        Self { file: self.file, carrier, steps: self.steps + more, env: self.env.clone() }
    }
}

/// What is found on the way.
pub(super) struct Trip<'s> {
    pub(super) open: Vec<Step<'s>>,
    pub(super) into: Entered<'s>,
    pub(super) found: Vec<Destination<'s>>,
}

impl<'s> Evaluator<'_, '_, 's, '_> {
    /// The places that an object literal reaches.
    pub(super) fn destinations(&self, file: FileId, literal: ExpressionId) -> Vec<Destination<'s>> {
        self.reached(file, Carrier::Expression(literal))
    }

    /// The places that a value reaches.
    pub(super) fn reached(&self, file: FileId, from: Carrier) -> Vec<Destination<'s>> {
        let mut seen: HashSet<(FileId, Carrier)> = HashSet::new();
        let first = Step { file, carrier: from, steps: 0, env: Env::default() };
        let mut trip = Trip { open: vec![first], into: Entered::new(), found: Vec::new() };
        while let Some(step) = trip.open.pop() {
            if seen.len() >= MOST_PLACES || !seen.insert((step.file, step.carrier.clone())) {
                continue;
            }
            let file = step.file;
            let Some(code) = self.code(file) else { continue };
            let index = self.index(file, code);
            match step.carrier.clone() {
                Carrier::HolderVariable(variable, name) => {
                    let used = index.variables.get(&variable).into_iter().flatten();
                    trip.open.extend(used.map(|id| step.to(Carrier::Holder(*id, Rc::clone(&name)), 0)));
                }
                Carrier::Holder(id, name) => self.held(&step, id, &name, &mut trip),
                Carrier::KeyVariable(variable) => {
                    let used = index.variables.get(&variable).into_iter().flatten();
                    trip.open.extend(used.map(|id| step.to(Carrier::Keys(*id), 0)));
                    if let Some(declared) = code.variables[variable.0 as usize].declared {
                        self.take_names(&step, declared, &mut trip.found);
                    }
                    self.elsewhere(&step, code, variable, Carrier::Keys, &mut trip.open);
                }
                Carrier::Keys(id) => self.keys(&step, id, &mut trip),
                Carrier::Variable(variable) => {
                    let used = index.variables.get(&variable).into_iter().flatten();
                    trip.open.extend(used.map(|id| step.to(Carrier::Expression(*id), 0)));
                    if let Some(declared) = code.variables[variable.0 as usize].declared {
                        self.take(file, declared, &step.env, &mut trip.found);
                    }
                    self.elsewhere(&step, code, variable, Carrier::Expression, &mut trip.open);
                }
                Carrier::Result(function) => {
                    if let Some(declared) = code.functions[function.0 as usize].returns {
                        self.take(file, declared, &step.env, &mut trip.found);
                    }
                    // To whoever calls it here, or has followed a value into it.
                    let called = index.names.get(code.functions[function.0 as usize].name.as_str());
                    let calls = called.into_iter().flatten().filter_map(|callee| index.calls.get(callee));
                    trip.open.extend(calls.map(|call| step.to(Carrier::Expression(*call), 1)));
                    for (file, call, env) in trip.into.get(&(file, function)).into_iter().flatten() {
                        let carrier = Carrier::Expression(*call);
                        trip.open.push(Step { file: *file, carrier, steps: step.steps + 1, env: env.clone() });
                    }
                    for holder in index.functions.get(&function).into_iter().flatten() {
                        let call = index.calls.get(holder);
                        trip.open.extend(call.map(|call| step.to(Carrier::Expression(*call), 1)));
                        for target in index.flows.get(holder).into_iter().flatten() {
                            // What the call that is given the function makes of its results: `rows.map(…)`.
                            if let FlowTarget::Argument(call, _) = target {
                                trip.open.push(step.to(Carrier::Expression(*call), 1));
                            }
                        }
                    }
                }
                Carrier::Expression(id) => {
                    let span = code.expression(id).span;
                    if let Some((of, access)) = self.sink(file, span) {
                        let how = if step.steps == 0 { "the statement takes" } else { "reaches a statement" };
                        trip.found.push(Destination::Row { of, access, how: how.to_owned() });
                        continue;
                    }
                    for target in index.flows.get(&id).into_iter().flatten() {
                        self.follow(&step, target, &mut trip);
                    }
                }
            }
        }
        trip.found
    }

    /// Follows what has the value under a name, to where it is asked for that name.
    fn held(&self, step: &Step<'s>, id: ExpressionId, name: &Rc<str>, trip: &mut Trip<'s>) {
        let Some(code) = self.code(step.file) else { return };
        let index = self.index(step.file, code);
        for member in index.names.get(&**name).into_iter().flatten() {
            if matches!(code.expression(*member).kind, ExpressionKind::Member { object, .. } if object == id) {
                trip.open.push(step.to(Carrier::Expression(*member), 1));
            }
        }
        for target in index.flows.get(&id).into_iter().flatten() {
            match target {
                FlowTarget::Variable(variable) => {
                    trip.open.push(step.to(Carrier::HolderVariable(*variable, Rc::clone(name)), 1));
                }
                FlowTarget::Part(whole) | FlowTarget::Spread(whole) => {
                    trip.open.push(step.to(Carrier::Holder(*whole, Rc::clone(name)), 1));
                }
                FlowTarget::Argument(call, at) => {
                    let ExpressionKind::Call { callee, .. } = code.expression(*call).kind else { continue };
                    let function = self.type_of(step.file, callee, &step.env, 0);
                    let Type::Function(file, own, _) = &function else { continue };
                    let Some(declaring) = self.code(*file) else { continue };
                    let parameter = declaring.functions[own.0 as usize].parameters.get(*at as usize);
                    if let Some(parameter) = parameter {
                        trip.into.entry((*file, *own)).or_default().push((step.file, *call, step.env.clone()));
                        let env = self.inside(&function, step.file, *call, &step.env);
                        let carrier = Carrier::HolderVariable(*parameter, Rc::clone(name));
                        trip.open.push(Step { file: *file, carrier, steps: step.steps + 1, env });
                    }
                }
                _ => {}
            }
        }
    }

    /// The uses of a file's exported variable in the files that import it.
    fn elsewhere(
        &self,
        step: &Step<'s>,
        code: &'s Code,
        variable: VariableId,
        carrier: fn(ExpressionId) -> Carrier,
        open: &mut Vec<Step<'s>>,
    ) {
        if code.language != Language::TypeScript || code.variables[variable.0 as usize].parameter.is_some() {
            return;
        }
        for export in &code.exports {
            let Exported::Expression(value) = &export.value else { continue };
            if code.expression(*value).kind != ExpressionKind::Variable(variable) || export.name == "default" {
                continue;
            }
            for caller in self.types.callers(step.file, &export.name) {
                let Some(code) = self.code(caller) else { continue };
                let part = OuterPart::Named(export.name.clone());
                let import = code.imports.iter().find(|import| import.name == part);
                let Some(import) = import.filter(|import| self.leads_to(caller, &import.module, step.file, 0)) else {
                    continue;
                };
                let index = self.index(caller, code);
                for id in index.names.get(import.local.as_str()).into_iter().flatten() {
                    if matches!(code.expression(*id).kind, ExpressionKind::Name { .. }) {
                        let env = Env::default();
                        open.push(Step { file: caller, carrier: carrier(*id), steps: step.steps + 1, env });
                    }
                }
            }
        }
    }

    /// Whether a module, or what it exports of others, is a file.
    fn leads_to(&self, from: FileId, module: &str, file: FileId, depth: u32) -> bool {
        let Some(module) = self.types.modules.import(self.system().store, from, module) else { return false };
        if module == file {
            return true;
        }
        let Some(code) = self.code(module).filter(|_| depth < 6 && self.step(depth)) else { return false };
        code.exports.iter().take(512).any(|export| match &export.value {
            Exported::From { module: of, .. } => self.leads_to(module, of, file, depth + 1),
            _ => false,
        })
    }

    /// The types that are declared for what a value is given to: of its variable, its parameter, what returns it.
    pub(super) fn expected(&self, step: &Step<'s>, id: ExpressionId, depth: u32) -> Vec<Type<'s>> {
        let Some(code) = self.code(step.file).filter(|_| depth < 8 && self.step(depth)) else { return Vec::new() };
        let index = self.index(step.file, code);
        let mut found = Vec::new();
        for target in index.flows.get(&id).into_iter().flatten() {
            match target {
                FlowTarget::Declared(of) => found.push(self.declared(step.file, *of, &step.env, depth)),
                FlowTarget::Returned(function) => {
                    let returns = code.functions[function.0 as usize].returns;
                    found.extend(returns.map(|of| self.declared(step.file, of, &step.env, depth).element()));
                }
                FlowTarget::Argument(call, at) => {
                    if let ExpressionKind::Call { callee, .. } = &code.expression(*call).kind {
                        let function = self.type_of(step.file, *callee, &step.env, depth);
                        found.extend(self.taken_by(&function, *at as usize, depth));
                    }
                }
                FlowTarget::Property(object, name) => {
                    let whole = self.expected(step, *object, depth + 1);
                    found.extend(whole.iter().map(|of| self.property(of, name, depth)));
                }
                FlowTarget::Part(whole) => {
                    found.extend(self.expected(step, *whole, depth + 1).iter().map(Type::element));
                }
                _ => {}
            }
        }
        found
    }

    /// The declared type of a parameter of a function.
    pub(super) fn taken_by(&self, function: &Type<'s>, at: usize, depth: u32) -> Option<Type<'s>> {
        match function {
            Type::Function(file, id, env) => {
                let code = self.code(*file)?;
                let parameter = code.functions[id.0 as usize].parameters.get(at)?;
                let declared = code.variables[parameter.0 as usize].declared?;
                Some(self.declared(*file, declared, env, depth))
            }
            Type::Signature(file, of, env) => match &self.code(*file)?.types[of.0 as usize] {
                TypeExpression::Function { parameters, .. } => {
                    Some(self.declared(*file, *parameters.get(at)?, env, depth))
                }
                _ => None,
            },
            Type::Union(options) => options.iter().find_map(|option| self.taken_by(option, at, depth)),
            _ => None,
        }
    }

    fn follow(&self, step: &Step<'s>, target: &FlowTarget, trip: &mut Trip<'s>) {
        let file = step.file;
        let Some(code) = self.code(file) else { return };
        match target {
            FlowTarget::Variable(variable) => trip.open.push(step.to(Carrier::Variable(*variable), 0)),
            FlowTarget::Part(whole) | FlowTarget::Spread(whole) => {
                trip.open.push(step.to(Carrier::Expression(*whole), 1));
            }
            FlowTarget::Returned(function) => trip.open.push(step.to(Carrier::Result(*function), 0)),
            FlowTarget::Declared(of) => self.take(file, *of, &step.env, &mut trip.found),
            // What it is the name of has no names of its own.
            FlowTarget::Key(..) => {}
            FlowTarget::Receiver(call) => {
                // A method of the list that holds it: `rows.push`, `rows.map`, `rows.filter`.
                trip.open.push(step.to(Carrier::Expression(*call), 1));
            }
            FlowTarget::Property(object, name) => {
                let of = self.type_of(file, *object, &step.env, 0);
                let is_literal = matches!(code.expression(*object).kind, ExpressionKind::Object { .. });
                // What a literal has under the name is the value itself.
                let own = if is_literal { Type::Unknown("a literal") } else { self.property(&of, name, 0) };
                if is_literal {
                    trip.open.push(step.to(Carrier::Holder(*object, name.as_str().into()), 1));
                }
                let wanted = if is_literal { self.expected(step, *object, 0) } else { Vec::new() };
                let wanted = wanted.iter().map(|of| self.property(of, name, 0)).find(Type::has_rows);
                match Some(own).filter(Type::has_rows).or(wanted) {
                    Some(row) if asks(name) => trip.found.push(Destination::Row {
                        of: row,
                        access: Access::Read,
                        how: "asks for rows".to_owned(),
                    }),
                    Some(row) => trip.found.push(Destination::Row {
                        of: row,
                        access: Access::Write,
                        how: "is assigned to a row".to_owned(),
                    }),
                    _ => trip.found.push(Destination::Known("a key of an object inside another one".to_owned())),
                }
            }
            FlowTarget::Argument(call, at) => {
                let callee = match &code.expression(*call).kind {
                    ExpressionKind::Call { callee, .. } => *callee,
                    ExpressionKind::New { class, .. } => {
                        let made = self.declared(file, *class, &step.env, 0);
                        if let Type::Library(name, _) = &made
                            && super::library::Library::known().holds(name)
                        {
                            return trip.open.push(step.to(Carrier::Expression(*call), 1));
                        }
                        trip.found.push(match made {
                            made if made.has_rows() => Destination::Row {
                                of: made,
                                access: Access::Write,
                                how: "an entity is made of".to_owned(),
                            },
                            Type::Instance { .. } => Destination::Known("given to a constructor".to_owned()),
                            _ => Destination::Unknown("given to a constructor that is not known".to_owned()),
                        });
                        return;
                    }
                    _ => return,
                };
                self.given_to(step, (callee, *call, *at), trip);
            }
        }
    }

    /// Follows an argument into the function that is called.
    fn given_to(&self, step: &Step<'s>, (callee, call, at): (ExpressionId, ExpressionId, u32), trip: &mut Trip<'s>) {
        let file = step.file;
        let Some(code) = self.code(file) else { return };
        let function = self.type_of(file, callee, &step.env, 0);
        let options: Vec<Type<'s>> = match function {
            Type::Union(options) => options.to_vec(),
            other => vec![other],
        };
        for option in options {
            match &option {
                Type::Function(declaring, function, _) => {
                    let Some(declaring_code) = self.code(*declaring) else { continue };
                    let parameters = &declaring_code.functions[function.0 as usize].parameters;
                    let Some(parameter) = parameters.get(at as usize) else {
                        let why = "given to a function that does not take it".to_owned();
                        trip.found.push(Destination::Known(why));
                        continue;
                    };
                    let env = self.inside(&option, file, call, &step.env);
                    trip.into.entry((*declaring, *function)).or_default().push((file, call, step.env.clone()));
                    let carrier = Carrier::Variable(*parameter);
                    trip.open.push(Step { file: *declaring, carrier, steps: step.steps + 1, env });
                }
                Type::Signature(..) => match self.taken_by(&option, at as usize, 0) {
                    Some(of) if of.has_rows() => trip.found.push(Destination::Row {
                        of,
                        access: Access::Write,
                        how: "a function takes as a row".to_owned(),
                    }),
                    _ => trip.found.push(Destination::Unknown("given to a function value".to_owned())),
                },
                _ => self.given_to_library(step, code, (callee, call, at), trip),
            }
        }
    }

    /// Follows an argument of a function that no file declares.
    fn given_to_library(
        &self,
        step: &Step<'s>,
        code: &'s Code,
        (callee, call, at): (ExpressionId, ExpressionId, u32),
        trip: &mut Trip<'s>,
    ) {
        let library = super::library::Library::known();
        let name = match &code.expression(callee).kind {
            ExpressionKind::Member { object, name } => {
                // `query.update({…})`, `session.execute(insert(users), [{…}])`.
                if library.writes(name)
                    && let Some(of) = self.written_by((step.file, code), *object, call)
                {
                    let how = "reaches a statement".to_owned();
                    trip.found.push(Destination::Row { of, access: Access::Write, how });
                    return;
                }
                // `rows.push({…})` puts it into what holds rows or is handed on.
                if library.puts(name) {
                    match code.expression(*object).kind {
                        ExpressionKind::Variable(variable) => trip.open.push(step.to(Carrier::Variable(variable), 1)),
                        _ => trip.found.push(Destination::Unknown("put into a list".to_owned())),
                    }
                    return;
                }
                // `rowSchema.pick({ fullName: true })`.
                if library.chooses(name) {
                    let of = self.type_of(step.file, *object, &step.env, 0);
                    if of.has_rows() {
                        let how = "says which parts are meant".to_owned();
                        trip.found.push(Destination::Row { of, access: Access::Read, how });
                        return;
                    }
                }
                name.as_str()
            }
            ExpressionKind::Name { name, .. } => name.as_str(),
            _ => "",
        };
        // `createInsertSchema(users, { fullName: … })`.
        if library.refines(name)
            && at == 1
            && let ExpressionKind::Call { arguments, .. } = &code.expression(call).kind
            && let Some(of) = arguments.first().map(|first| self.type_of(step.file, *first, &step.env, 0))
            && of.has_rows()
        {
            let how = "says more of the parts".to_owned();
            return trip.found.push(Destination::Row { of, access: Access::Read, how });
        }
        if library.gives_keys(name) && at == 0 {
            trip.open.push(step.to(Carrier::Keys(call), 1));
            return;
        }
        if library.argument_of(None, name).is_some() || library.method(name).is_some() {
            trip.open.push(step.to(Carrier::Expression(call), 1));
            return;
        }
        if name == "assign" && at > 0 {
            trip.open.push(step.to(Carrier::Expression(call), 1));
        }
        if let ExpressionKind::Call { arguments, .. } = &code.expression(call).kind
            && at > 0
            && let Some(ExpressionKind::Text(text)) = arguments.first().map(|first| &code.expression(*first).kind)
            && (text.is_empty() || text.contains(' '))
        {
            // `builder.where("u.name = :name", { name })`.
            trip.found.push(Destination::Known("a parameter of a text".to_owned()));
            return;
        }
        trip.found.push(match self.outside(step.file, callee) {
            Some(library) => Destination::Known(format!("a key of an object given to {library}")),
            None => Destination::Unknown("given to a function that is not followed".to_owned()),
        });
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
    fn take(&self, file: FileId, of: crate::model::code::TypeId, env: &Env<'s>, found: &mut Vec<Destination<'s>>) {
        let is_asked = self.code(file).is_some_and(|code| match &code.types[of.0 as usize] {
            TypeExpression::Named { name, .. } => asks(name.rsplit('.').next().unwrap_or(name)),
            _ => false,
        });
        let of = self.declared(file, of, env, 0);
        match &of {
            of if of.has_rows() && is_asked => found.push(Destination::Row {
                of: of.clone(),
                access: Access::Read,
                how: "is declared to ask for rows".to_owned(),
            }),
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

/// Whether what has that name, a key or a type, says which rows are asked for or what of them: `where`, `UserWhereInput`.
fn asks(name: &str) -> bool {
    const KEYS: &[&str] = &["where", "orderBy", "order", "select", "filter", "having", "distinct", "cursor", "omit"];
    const TYPES: &[&str] = &["Where", "OrderBy", "Filter", "FindOptions"];
    KEYS.contains(&name)
        || (name.starts_with(char::is_uppercase)
            && (TYPES.iter().any(|word| name.contains(word)) || name.ends_with("Select")))
}
