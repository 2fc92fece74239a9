//! Functions that are given to others: what their parameters are, and what comes of it.

use super::Evaluator;
use super::call::{Called, MOST_RETURNS};
use super::kind::{Bindings, Env, Type};
use super::library::Library;
use crate::model::code::{Code, ExpressionId, ExpressionKind, Language, TypeExpression};
use crate::model::source::FileId;

impl<'s> Evaluator<'_, '_, 's, '_> {
    /// What the function that a call is given returns for `element`.
    pub(super) fn callback_result(&self, element: &Type<'s>, called: Called<'_, 's>) -> Type<'s> {
        let Some(argument) = called.arguments.first() else { return Type::Unknown("nothing is given to it") };
        match self.type_of(called.file, *argument, called.env, called.depth + 1) {
            Type::Function(file, id, _) => {
                let Some(code) = self.code(file).filter(|_| self.step(called.depth)) else {
                    return Type::Unknown("too deep");
                };
                let function = &code.functions[id.0 as usize];
                let mut bindings = Bindings::default();
                if let Some(first) = function.parameters.first()
                    && code.variables[first.0 as usize].declared.is_none()
                {
                    bindings.parameters.push(((file, *first), element.element()));
                }
                let env = Env::new(bindings);
                match function.returns {
                    Some(returns) => self.declared(file, returns, &env, called.depth + 1),
                    None => Type::one_of(
                        function
                            .returned
                            .iter()
                            .take(MOST_RETURNS)
                            .map(|value| self.type_of(file, *value, &env, called.depth + 1))
                            .collect::<Vec<_>>(),
                    ),
                }
            }
            Type::Class(file, class) => self.instance(file, class, &[], called.depth + 1),
            _ => Type::Unknown("made by a function that is not followed"),
        }
    }

    /// What parameter `at` of the function that is argument `position` of a call gets.
    pub(super) fn callback_parameter(
        &self,
        file: FileId,
        code: &'s Code,
        call: ExpressionId,
        position: u32,
        at: u32,
        depth: u32,
    ) -> Type<'s> {
        let env = Env::default();
        let (callee, arguments, types) = match &code.expression(call).kind {
            ExpressionKind::Call { callee, arguments, types } => (*callee, arguments, types),
            ExpressionKind::New { class, arguments } => {
                let given = self.given_to_constructor(file, code, (*class, arguments.len()), position, at, depth);
                return given.unwrap_or(Type::Unknown("given to a constructor"));
            }
            _ => return Type::Unknown("given to a constructor"),
        };
        // `jdbc.query("select …", (rs, n) -> …)`.
        let before: Vec<ExpressionId> = arguments.iter().copied().take(position as usize).collect();
        if at == 0
            && let Some(rows) = self.statement_rows(file, code, call, &before)
        {
            return rows;
        }
        let library = Library::known();
        let (receiver, name) = match &code.expression(callee).kind {
            ExpressionKind::Member { object, name } => (self.type_of(file, *object, &env, depth), name.as_str()),
            ExpressionKind::Name { name, .. } => (Type::Unknown("a function"), name.as_str()),
            _ => (Type::Unknown("a function"), ""),
        };
        if let (0, Some(told)) = (at, types.last())
            && library.hands_what_it_is_told(name)
        {
            return self.declared(file, *told, &env, depth + 1);
        }
        if receiver.has_rows() || matches!(receiver, Type::Of(_)) {
            if library.passes_element(name, at) || at == 0 {
                return receiver.element();
            }
            return Type::Scalar;
        }
        // Declared by the function that takes it.
        let function = match (&receiver, code.language) {
            (Type::Instance { file, class, env }, Language::Java) => {
                match self.overloads((*file, *class), env, (name, arguments.len()), depth) {
                    Some(function) => function,
                    // `repository.findAll((root, query, builder) -> …)`.
                    None => match self.rows_of_parents(*file, *class, env, depth).filter(|_| at == 0) {
                        Some(rows) => return rows,
                        None => Type::Unknown("a method that its class does not declare"),
                    },
                }
            }
            _ => self.type_of(file, callee, &env, depth),
        };
        let function = match function {
            Type::Union(options) => options.first().cloned().unwrap_or(Type::Unknown("a function")),
            one => one,
        };
        if let Type::Function(declaring, function, env) = &function
            && let Some(declaring_code) = self.code(*declaring)
        {
            let parameters = &declaring_code.functions[function.0 as usize].parameters;
            let declared = parameters
                .get(position as usize)
                .and_then(|parameter| declaring_code.variables[parameter.0 as usize].declared);
            if let Some(declared) = declared
                && let Some(found) = self.lambda_parameter((*declaring, declared), env, at, depth + 1)
            {
                return found;
            }
            if let Some(declared) = declared
                && let Type::Signature(of_file, of, env) = self.declared(*declaring, declared, env, depth + 1)
                && let Some(of_code) = self.code(of_file)
                && let TypeExpression::Function { parameters, .. } = &of_code.types[of.0 as usize]
                && let Some(parameter) = parameters.get(at as usize)
            {
                return self.declared(of_file, *parameter, &env, depth + 1);
            }
        }
        // `_.map(rows, row => …)`, `Promise.all(rows.map(…))`.
        if position > 0
            && let Some(first) = arguments.first()
        {
            let first = self.type_of(file, *first, &env, depth);
            if first.has_rows() && (library.method(name).is_some() || library.argument_of(None, name).is_some()) {
                return if at == 0 || library.passes_element(name, at) { first.element() } else { Type::Scalar };
            }
        }
        Type::Unknown("a parameter without a type")
    }
}
