//! What is known inside a function: its type parameters and parameters as a call binds them, over what is known around it.

use super::Evaluator;
use super::call::Called;
use super::kind::{Bindings, Env, Type};
use crate::model::code::{Code, ExpressionId, ExpressionKind, Function, Language, TypeExpression, TypeId};
use crate::model::source::FileId;

/// Parameters of one function that are looked at.
const MOST_PARAMETERS: usize = 12;

impl<'s> Evaluator<'_, '_, 's, '_> {
    /// What a function gives, whoever calls it.
    pub(super) fn returned_by(&self, function: &Type<'s>, depth: u32) -> Type<'s> {
        match function {
            Type::Function(file, id, env) => self.result(*file, *id, env, None, depth + 1),
            Type::Signature(file, of, env) => match self.code(*file).map(|code| &code.types[of.0 as usize]) {
                Some(TypeExpression::Function { returns, .. }) => self.declared(*file, *returns, env, depth + 1),
                _ => Type::Unknown("no function"),
            },
            Type::Union(options) => {
                Type::one_of(options.iter().map(|of| self.returned_by(of, depth + 1)).collect::<Vec<_>>())
            }
            _ => Type::Unknown("made by a function that is not followed"),
        }
    }

    /// What is known inside a function that a call enters.
    pub(super) fn inside(&self, function: &Type<'s>, file: FileId, call: ExpressionId, env: &Env<'s>) -> Env<'s> {
        let Type::Function(declaring, id, own) = function else { return Env::default() };
        let (Some(code), Some(calling)) = (self.code(*declaring), self.code(file)) else { return Env::default() };
        let ExpressionKind::Call { arguments, types, .. } = &calling.expression(call).kind else { return own.clone() };
        let called = Called { file, arguments, types, env, depth: 0 };
        self.bound(*declaring, &code.functions[id.0 as usize], own, Some(called), 0)
    }

    /// What is known inside a function: what is known around it, its type parameters and parameters as the call binds them.
    pub(super) fn bound(
        &self,
        file: FileId,
        function: &Function,
        env: &Env<'s>,
        called: Option<Called<'_, 's>>,
        depth: u32,
    ) -> Env<'s> {
        let Some(code) = self.code(file) else { return Env::default() };
        let mut bindings = Bindings::default();
        if let Some(called) = called {
            let given = |at: usize| {
                let argument = *called.arguments.get(at)?;
                Some(self.type_of(called.file, argument, called.env, called.depth + 1))
            };
            for (name, of) in function.type_parameters.iter().zip(called.types) {
                bindings.types.push((name.clone(), self.declared(called.file, *of, called.env, called.depth + 1)));
            }
            for (at, parameter) in function.parameters.iter().enumerate().take(MOST_PARAMETERS) {
                let variable = &code.variables[parameter.0 as usize];
                match variable.declared {
                    None if function.returns.is_none() => {
                        bindings.parameters.extend(given(at).map(|of| ((file, *parameter), of)));
                    }
                    Some(declared) if called.types.is_empty() => {
                        let inner = parameters_in(code, declared, 0);
                        let Some(of) = (if inner.is_empty() { None } else { given(at) }) else { continue };
                        for (name, inside) in inner {
                            if function.type_parameters.contains(&name) {
                                let told = self.argument_in(file, code, declared, &name, &of, depth);
                                let of = match (told, &of) {
                                    (Some(of), _) => of,
                                    // A lambda's result is what the last argument of its type is: `Supplier<T>`.
                                    (None, Type::Function(file, id, env))
                                        if inside && code.language == Language::Java =>
                                    {
                                        if last_in(code, declared) != Some(name.as_str()) {
                                            continue;
                                        }
                                        self.result(*file, *id, env, None, depth + 1).element()
                                    }
                                    (None, of) if inside => of.element(),
                                    (None, of) => of.clone(),
                                };
                                let of = match of {
                                    // `Class<T>` and its like are given as the class itself.
                                    Type::Class(file, class) => self.instance(file, class, &[], depth + 1),
                                    other => other,
                                };
                                bindings.types.push((name, of));
                            }
                        }
                        if of.has_rows() {
                            bindings.parameters.push(((file, *parameter), of));
                        }
                    }
                    _ => {}
                }
            }
        }
        env.beneath(bindings)
    }

    /// What a generic alias or interface was told for the type parameter `name` of who declares it: `Schema<T>` is given as
    /// something that was declared to be `Schema<User>`.
    fn argument_in(
        &self,
        file: FileId,
        code: &'s Code,
        declared: TypeId,
        name: &str,
        given: &Type<'s>,
        depth: u32,
    ) -> Option<Type<'s>> {
        let (Type::Shape(_, _, env) | Type::Instance { env, .. }) = given else { return None };
        let TypeExpression::Named { name: generic, arguments } = &code.types[declared.0 as usize] else { return None };
        let is_it = |of: &TypeId| matches!(&code.types[of.0 as usize], TypeExpression::Parameter(own) if own == name);
        let at = arguments.iter().position(is_it)?;
        let (file, class) = self.class_called(file, code, generic, depth + 1)?;
        let parameter = self.code(file)?.classes[class.0 as usize].type_parameters.get(at)?;
        env.type_parameter(parameter).cloned()
    }
}

/// The type parameter that the last argument of a declared type is, or is made of.
fn last_in(code: &Code, id: TypeId) -> Option<&str> {
    let mut at = id;
    for _ in 0..4 {
        match &code.types[at.0 as usize] {
            TypeExpression::Parameter(name) => return Some(name),
            TypeExpression::Named { arguments, .. } => at = *arguments.last()?,
            TypeExpression::List(of) => at = *of,
            TypeExpression::Intersection(of) => at = *of.first()?,
            _ => return None,
        }
    }
    None
}

/// The type parameters in a declared type, and whether they stand inside another type.
fn parameters_in(code: &Code, id: TypeId, depth: u32) -> Vec<(String, bool)> {
    if depth > 4 {
        return Vec::new();
    }
    match &code.types[id.0 as usize] {
        TypeExpression::Parameter(name) => vec![(name.clone(), depth > 0)],
        TypeExpression::Named { arguments, .. } => {
            arguments.iter().flat_map(|of| parameters_in(code, *of, depth + 1)).collect()
        }
        TypeExpression::List(of) => parameters_in(code, *of, depth + 1),
        // A parameter with what it is bound to be.
        TypeExpression::Intersection(of) => match of.first().map(|of| &code.types[of.0 as usize]) {
            Some(TypeExpression::Parameter(name)) => vec![(name.clone(), depth > 0)],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
