//! Expressions: what each of them is.

use super::goes::{Carrier, Step};
use super::kind::{Env, Type};
use super::library::Library;
use super::{DEEPEST, Evaluator, MOST_STEPS};
use crate::model::answer::Certainty;
use crate::model::code::{
    ClassId, ClassKind, Code, Exported, ExpressionId, ExpressionKind, FlowTarget, FunctionId, Language, OuterPart,
    TypeExpression, Variable, VariableId,
};
use crate::model::source::FileId;

/// Values of one variable, functions of one name and the like that are looked at.
const MOST_VALUES: usize = 16;

impl<'s> Evaluator<'_, '_, 's, '_> {
    /// Counts a step; false when there have been too many or they are nested too deeply.
    pub(super) fn step(&self, depth: u32) -> bool {
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        let goes_on = steps < MOST_STEPS && depth < DEEPEST;
        if !goes_on {
            self.cut.set(true);
        }
        goes_on
    }

    /// What an expression of a file is.
    pub(super) fn type_of(&self, file: FileId, id: ExpressionId, env: &Env<'s>, depth: u32) -> Type<'s> {
        let Some(code) = self.code(file) else { return Type::Unknown("its file is not followed") };
        if env.is_empty()
            && let Some(known) = self.memo.borrow().get(&(file, id))
        {
            return known.clone();
        }
        if !self.step(depth) {
            return Type::Unknown("too deep");
        }
        let place = (file, u64::from(id.0) << 1);
        if !self.running.borrow_mut().insert(place) {
            self.cut.set(true);
            return Type::Unknown("it is made of itself");
        }
        let was_cut = self.cut.replace(false);
        let found = self.evaluated(file, code, id, env, depth + 1);
        self.running.borrow_mut().remove(&place);
        let cut = self.cut.get();
        if env.is_empty() && !cut {
            self.memo.borrow_mut().insert((file, id), found.clone());
        }
        self.cut.set(cut || was_cut);
        found
    }

    fn evaluated(&self, file: FileId, code: &'s Code, id: ExpressionId, env: &Env<'s>, depth: u32) -> Type<'s> {
        let of = |id: ExpressionId| self.type_of(file, id, env, depth);
        let expression = code.expression(id);
        match &expression.kind {
            ExpressionKind::Variable(variable) => self.variable(file, code, *variable, env, depth),
            ExpressionKind::Name { name, class } => self.free_name(file, code, name, *class, depth),
            ExpressionKind::This(class) => self.instance(file, *class, &[], depth),
            ExpressionKind::Member { object, name } => {
                if code.is_root(*object)
                    && let given = self.given_to_view(file, name, depth)
                    && !given.is_unknown()
                {
                    return given;
                }
                let whole = of(*object);
                match self.property(&whole, name, depth) {
                    // A part of what a function makes of rows in a way that is not followed.
                    Type::Unknown(why) => self
                        .part_of_made(file, code, *object, env, depth)
                        .or_else(|| self.registered(file, code, *object, name, depth))
                        .or_else(|| match &code.expression(*object).kind {
                            ExpressionKind::Name { name: holder, .. } => {
                                self.generated_table(code, Some(holder.as_str()), name)
                            }
                            _ => None,
                        })
                        .unwrap_or(Type::Unknown(why)),
                    found => found,
                }
            }
            ExpressionKind::Element(of_what) => of(*of_what).element(),
            ExpressionKind::Call { .. } => self.call(file, code, id, env, depth),
            ExpressionKind::New { class, arguments } => {
                let made = self.declared(file, *class, env, depth);
                match (&made, arguments.first()) {
                    // `new Map(rows)`, `new ArrayList<>(rows)`.
                    (Type::Library(name, given), Some(first))
                        if Library::known().holds(name) && given.iter().all(Type::is_unknown) =>
                    {
                        Type::holding(of(*first).element())
                    }
                    // `new Example(User.class)`.
                    (Type::Library(..), Some(first))
                        if code.language == Language::Java
                            && matches!(code.expression(*first).kind, ExpressionKind::Typed(_)) =>
                    {
                        let rows = of(*first);
                        if rows.has_rows() { Type::holding(rows) } else { made }
                    }
                    _ => made,
                }
            }
            ExpressionKind::Await(of_what) => of(*of_what),
            ExpressionKind::Object { .. } => Type::Object(file, id, env.clone()),
            ExpressionKind::List(items) => {
                Type::holding(Type::one_of(items.iter().take(MOST_VALUES).map(|item| of(*item).element())))
            }
            // A cast: what is cast says more of it only when that is a row.
            ExpressionKind::Choice(options)
                if let [declared, value] = options.as_slice()
                    && code.language == Language::TypeScript
                    && matches!(code.expression(*declared).kind, ExpressionKind::Typed(_)) =>
            {
                let declared = of(*declared);
                if declared.has_rows() {
                    return declared;
                }
                match of(*value) {
                    rows if rows.has_rows() => Type::one_of([rows, declared]),
                    _ => declared,
                }
            }
            ExpressionKind::Choice(options) => {
                Type::one_of(options.iter().take(MOST_VALUES).map(|option| of(*option)).collect::<Vec<_>>())
            }
            ExpressionKind::Function(function) => Type::Function(file, *function, env.clone()),
            ExpressionKind::Class(class) => Type::Class(file, *class),
            ExpressionKind::Typed(declared) => self.declared(file, *declared, env, depth),
            ExpressionKind::Module(specifier) => {
                match self.types.modules.import(self.system().store, file, specifier) {
                    Some(module) => self.exported(module, &OuterPart::Default, depth),
                    None => Type::Library(specifier.as_str().into(), [].into()),
                }
            }
            ExpressionKind::Text(_) | ExpressionKind::Scalar => Type::Scalar,
            ExpressionKind::Opaque => Type::Unknown("made in a way that is not followed"),
        }
    }

    /// `models.User`, `db.users`: a model by its name in what applications keep their models in.
    fn registered(
        &self,
        file: FileId,
        code: &'s Code,
        object: ExpressionId,
        name: &str,
        depth: u32,
    ) -> Option<Type<'s>> {
        let holder = match &code.expression(object).kind {
            ExpressionKind::Variable(id) => code.variables[id.0 as usize].name.as_str(),
            ExpressionKind::Name { name, .. } | ExpressionKind::Member { name, .. } => name.as_str(),
            _ => return None,
        };
        if code.language != Language::TypeScript || !Library::known().keeps_models(holder) {
            return None;
        }
        let system = self.system();
        let (declaring, mapping) = system.entities.meant(system.store, file, &system.catalog, name)?;
        let class = self.code(declaring).and_then(|code| {
            code.classes.iter().position(|class| class.name == mapping.entity && class.kind == ClassKind::Class)
        });
        match class {
            Some(class) if self.step(depth) => Some(Type::Class(declaring, ClassId(class as u32))),
            _ => self.mapped_row(declaring, mapping, None),
        }
    }

    fn variable(&self, file: FileId, code: &'s Code, id: VariableId, env: &Env<'s>, depth: u32) -> Type<'s> {
        if let Some(given) = env.parameter(file, id) {
            return given.clone();
        }
        let variable = &code.variables[id.0 as usize];
        if variable.parameter.is_none()
            && let Some(row) = self.mapped_constant(file, variable)
        {
            return row;
        }
        let declared = variable.declared.map(|declared| self.declared(file, declared, env, depth));
        if let Some(declared) = declared.clone().filter(Type::is_telling) {
            let held = || {
                let values = variable.values.iter().take(MOST_VALUES);
                Type::one_of(values.map(|value| self.type_of(file, *value, env, depth)).collect::<Vec<_>>())
            };
            return match variable.parameter {
                None => self.rather_rows(declared, held, depth),
                // `user: { deletedAt?: Date }` says what the function reads of what it is given.
                Some((function, at)) if matches!(declared, Type::Shape(..)) => {
                    let given = || self.parameter(file, code, function, at, true, depth).first_row();
                    self.rather_rows(declared, given, depth)
                }
                Some(_) => declared,
            };
        }
        let mut options: Vec<Type<'s>> =
            variable.values.iter().take(MOST_VALUES).map(|value| self.type_of(file, *value, env, depth)).collect();
        if let Some((function, at)) = variable.parameter {
            let says_nothing = declared.as_ref().is_none_or(|declared| !declared.is_telling());
            options.push(self.parameter(file, code, function, at, says_nothing, depth));
        }
        let found = Type::one_of(options);
        match declared {
            // A library's type: what is put into it says more when there are rows in it.
            Some(declared) if !found.has_rows() => declared,
            _ => found,
        }
    }

    /// A constant that stands for a table: `const users = pgTable("users", …)`.
    fn mapped_constant(&self, file: FileId, variable: &Variable) -> Option<Type<'s>> {
        let system = self.system();
        let mut mappings = system.entities.called(&variable.name);
        let (_, mapping) = mappings.find(|(declaring, mapping)| *declaring == file && mapping.span == variable.span)?;
        self.mapped_row(file, mapping, None)
    }

    /// What a parameter that has no telling type is given: by the call that the function itself is given to, or by the
    /// calls of the function in its own file.
    fn parameter(
        &self,
        file: FileId,
        code: &'s Code,
        function: FunctionId,
        at: u32,
        undeclared: bool,
        depth: u32,
    ) -> Type<'s> {
        if !self.step(depth) {
            return Type::Unknown("too deep");
        }
        let mut found = Vec::new();
        let index = self.index(file, code);
        let mut named: Vec<ExpressionId> = Vec::new();
        for holder in index.functions.get(&function).into_iter().flatten() {
            if undeclared {
                found.extend(self.argument_of(file, code, *holder, at, depth));
                // `const handler: Handler = (queries) => …`.
                let place = Step { file, carrier: Carrier::Expression(*holder), steps: 0, env: Env::default() };
                for wanted in self.expected(&place, *holder, depth) {
                    match &wanted {
                        Type::Signature(..) => found.extend(self.taken_by(&wanted, at as usize, depth)),
                        Type::Library(name, told) if at == 0 && Library::known().takes_what_it_is_told(name) => {
                            found.extend(told.first().cloned());
                        }
                        _ => {}
                    }
                }
            }
            for target in index.flows.get(holder).into_iter().flatten() {
                match target {
                    FlowTarget::Argument(call, position) => {
                        found.push(self.callback_parameter(file, code, *call, *position, at, depth));
                    }
                    FlowTarget::Variable(variable) => {
                        named.extend(index.variables.get(variable).into_iter().flatten());
                    }
                    FlowTarget::Declared(of) => {
                        found.extend(self.lambda_parameter((file, *of), &Env::default(), at, depth));
                    }
                    FlowTarget::Returned(function) => {
                        let returns = code.functions[function.0 as usize].returns;
                        found.extend(
                            returns.and_then(|of| self.lambda_parameter((file, of), &Env::default(), at, depth)),
                        );
                    }
                    _ => {}
                }
            }
        }
        let name = code.functions[function.0 as usize].name.as_str();
        if !name.is_empty() {
            named.extend(index.names.get(name).into_iter().flatten());
        }
        named.sort_unstable();
        named.dedup();
        for occurrence in named.into_iter().take(MOST_VALUES) {
            for target in index.flows.get(&occurrence).into_iter().flatten() {
                if let FlowTarget::Argument(call, position) = target {
                    found.push(self.callback_parameter(file, code, *call, *position, at, depth));
                }
            }
            if undeclared {
                found.extend(self.argument_of(file, code, occurrence, at, depth));
            }
        }
        let is_script = matches!(code.language, Language::TypeScript | Language::Python);
        if undeclared && is_script && !found.iter().any(Type::has_rows) && !name.is_empty() {
            found.extend(self.arguments_elsewhere(file, name, function, at, depth));
        }
        if undeclared && !found.iter().any(Type::has_rows) {
            found.extend(self.fixture(file, code, function, at, depth));
        }
        if code.language == Language::Java
            && !found.iter().any(Type::has_rows)
            && let Some(class) = code.functions[function.0 as usize].class
            && !code.classes[class.0 as usize].parents.is_empty()
            && Self::is_declared_row(code, function, at)
        {
            found.extend(self.rows_of_mapper(file, &code.classes[class.0 as usize].name, at, depth));
        }
        if found.is_empty() { Type::Unknown("a parameter without a type") } else { Type::one_of(found) }
    }

    /// Whether a parameter is declared to be a row of some statement: `ResultSet rows`.
    fn is_declared_row(code: &Code, function: FunctionId, at: u32) -> bool {
        let parameter = code.functions[function.0 as usize].parameters.get(at as usize);
        let declared = parameter.and_then(|id| code.variables[id.0 as usize].declared);
        declared.is_some_and(|of| match &code.types[of.0 as usize] {
            TypeExpression::Named { name, .. } => Library::known().is_row(name.rsplit('.').next().unwrap_or(name)),
            _ => false,
        })
    }

    /// The argument `at` of the call whose callee is this expression.
    fn argument_of(&self, file: FileId, code: &'s Code, callee: ExpressionId, at: u32, depth: u32) -> Option<Type<'s>> {
        let call = *self.index(file, code).calls.get(&callee)?;
        let ExpressionKind::Call { arguments, .. } = &code.expression(call).kind else { return None };
        arguments.get(at as usize).map(|argument| self.type_of(file, *argument, &Env::default(), depth))
    }

    /// The argument `at` of the calls of a function of this file in others that import it.
    fn arguments_elsewhere(
        &self,
        file: FileId,
        name: &str,
        function: FunctionId,
        at: u32,
        depth: u32,
    ) -> Vec<Type<'s>> {
        let mut found = Vec::new();
        for caller in self.types.callers(file, name) {
            let Some(code) = self.code(caller) else { continue };
            let index = self.index(caller, code);
            for callee in index.names.get(name).into_iter().flatten() {
                if found.len() >= MOST_VALUES || !self.step(depth) {
                    return found;
                }
                if !index.calls.contains_key(callee) {
                    continue;
                }
                let called = self.type_of(caller, *callee, &Env::default(), depth);
                if matches!(called, Type::Function(own, called, _) if own == file && called == function) {
                    found.extend(self.argument_of(caller, code, *callee, at, depth));
                }
            }
        }
        found
    }

    fn free_name(&self, file: FileId, code: &'s Code, name: &str, class: Option<ClassId>, depth: u32) -> Type<'s> {
        if code.language == Language::Java {
            if let Some(class) = class
                && !name.starts_with(|first: char| first.is_uppercase())
            {
                let this = self.instance(file, class, &[], depth);
                let found = self.property(&this, name, depth);
                if !found.is_unknown() {
                    return found;
                }
            }
            return match self.class_called(file, code, name, depth) {
                Some((file, class)) => Type::Class(file, class),
                None => self
                    .imported_member(file, code, name, depth)
                    .or_else(|| self.query_class(file, name))
                    .or_else(|| self.generated_table(code, None, name))
                    .unwrap_or_else(|| Type::Library(name.into(), [].into())),
            };
        }
        if code.language == Language::Template {
            if name == crate::model::code::ROOT {
                return self.included_with(file, depth);
            }
            return self.given_to_view(file, name, depth);
        }
        if let Some(import) = code.imports.iter().find(|import| import.local == name) {
            let imported = self.types.modules.import(self.system().store, file, &import.module);
            // `from app import models`: a module, whether or not its package is a file.
            let part = || match &import.name {
                OuterPart::Named(part) if code.language == Language::Python => {
                    let dot = if import.module.ends_with('.') { "" } else { "." };
                    let module = format!("{}{dot}{part}", import.module);
                    self.types.modules.import(self.system().store, file, &module).map(Type::Module)
                }
                _ => None,
            };
            let Some(module) = imported else {
                if let Some(found) = part() {
                    return found;
                }
                // A file of the tree that is not there is generated, from the schema if its names are called so.
                if let OuterPart::Named(original) = &import.name
                    && code.language != Language::Python
                    && self.types.modules.is_inside(self.system().store, &import.module)
                    && let Some(row) = self.made_of_schema(file, original)
                {
                    return row;
                }
                return Type::Library(name.into(), [].into());
            };
            let found = self.exported(module, &import.name, depth);
            if code.language == Language::Python {
                return if found.is_unknown() { part().unwrap_or(found) } else { found };
            }
            // What a module of the tree exports without declaring it is generated, from the schema if it is called so.
            if let (Type::Unknown(_), OuterPart::Named(original)) = (&found, &import.name)
                && let Some(row) = self.made_of_schema(file, original)
            {
                return row;
            }
            return found;
        }
        match self.class_called(file, code, name, depth) {
            Some((file, class)) => Type::Class(file, class),
            None if code.language == Language::Python => {
                self.imported_with_all(file, code, name, depth).unwrap_or_else(|| Type::Library(name.into(), [].into()))
            }
            None => Type::Library(name.into(), [].into()),
        }
    }

    /// What is generated from a schema under the name of a table or model, as far as it is called so.
    fn made_of_schema(&self, file: FileId, name: &str) -> Option<Type<'s>> {
        let system = self.system();
        let stem = name.strip_suffix("Schema").unwrap_or(name);
        if let Some((declaring, mapping)) = system.entities.find_with_file(system.store, file, stem)
            && stem.len() < name.len()
            && let Some(row) = self.mapped_row(declaring, mapping, None)
        {
            return Some(row);
        }
        Some(self.relation_row(self.relation_called(name)?, Certainty::Likely))
    }

    /// A name that `from module import *` brings.
    fn imported_with_all(&self, file: FileId, code: &'s Code, name: &str, depth: u32) -> Option<Type<'s>> {
        let all = code.imports.iter().filter(|import| import.local.is_empty()).take(MOST_VALUES);
        all.filter_map(|import| self.types.modules.import(self.system().store, file, &import.module))
            .map(|module| self.exported(module, &OuterPart::Named(name.to_owned()), depth + 1))
            .find(|found| !found.is_unknown())
    }

    /// What a file exports under a name.
    pub(super) fn exported(&self, file: FileId, part: &OuterPart, depth: u32) -> Type<'s> {
        let Some(code) = self.code(file).filter(|_| self.step(depth)) else {
            return Type::Unknown("its module is not followed");
        };
        let name = match part {
            OuterPart::All => return Type::Module(file),
            OuterPart::Default => "default",
            OuterPart::Named(name) => name.as_str(),
        };
        if let Some(export) = code.exports.iter().rev().find(|export| export.name == name) {
            return match &export.value {
                Exported::Expression(value) => self.type_of(file, *value, &Env::default(), depth + 1),
                Exported::Class(class) => Type::Class(file, *class),
                Exported::From { module, name } => match self.types.modules.import(self.system().store, file, module) {
                    Some(module) => self.exported(module, name, depth + 1),
                    None => Type::Library(module.as_str().into(), [].into()),
                },
            };
        }
        if *part == OuterPart::Default {
            return Type::Module(file);
        }
        if code.language == Language::Python
            && let Some(module) = self.types.modules.python_part(self.system().store, file, name)
        {
            return Type::Module(module);
        }
        for export in code.exports.iter().filter(|export| export.name == "*").take(256) {
            if let Exported::From { module, .. } = &export.value
                && let Some(module) = self.types.modules.import(self.system().store, file, module)
            {
                let found = self.exported(module, part, depth + 1);
                if !found.is_unknown() {
                    return found;
                }
            }
        }
        // `module.exports = object` and then a name of it.
        if code.exports.iter().any(|export| export.name == "default") {
            let whole = self.exported(file, &OuterPart::Default, depth + 1);
            if !matches!(whole, Type::Module(_)) {
                return self.property(&whole, name, depth + 1);
            }
        }
        Type::Unknown("its module does not export it")
    }
}
