//! Calls: what they give, and what the functions that they are given get.

use super::Evaluator;
use super::kind::{Env, Part, RowNames, Type};
use super::library::{Gives, Library};
use super::queried::is_builder;
use crate::catalog::RelationKey;
use crate::model::answer::Certainty;
use crate::model::code::{
    ClassId, ClassKind, Code, ExpressionId, ExpressionKind, FunctionId, Language, Member, TypeExpression, TypeId,
};
use crate::model::name::{Ident, ObjectName};
use crate::model::source::FileId;

/// Returns of one function that are looked at.
pub(super) const MOST_RETURNS: usize = 12;

/// A call being evaluated.
#[derive(Clone, Copy)]
pub(super) struct Called<'c, 's> {
    pub(super) file: FileId,
    pub(super) arguments: &'c [ExpressionId],
    pub(super) types: &'c [TypeId],
    pub(super) env: &'c Env<'s>,
    pub(super) depth: u32,
}

impl<'s> Evaluator<'_, '_, 's, '_> {
    /// What a call gives.
    pub(super) fn call(&self, file: FileId, code: &'s Code, id: ExpressionId, env: &Env<'s>, depth: u32) -> Type<'s> {
        let ExpressionKind::Call { callee, arguments, types } = &code.expression(id).kind else {
            return Type::Unknown("no call");
        };
        // `db.query<User>(…)`: the rows are declared where they are asked for.
        let asked = types.iter().map(|of| self.declared(file, *of, env, depth)).find(Type::has_rows);
        if let Some(rows) = self.statement_rows(file, code, id, arguments) {
            return Type::one_of([Some(rows), asked].into_iter().flatten());
        }
        let called = Called { file, arguments, types, env, depth };
        if let (ExpressionKind::Name { name, .. } | ExpressionKind::Member { name, .. }, Some(told)) =
            (&code.expression(*callee).kind, types.first())
            && Library::known().gives_what_it_is_told(name)
        {
            return self.declared(file, *told, env, depth + 1);
        }
        match &code.expression(*callee).kind {
            ExpressionKind::Member { object, name } => {
                let receiver = self.type_of(file, *object, env, depth);
                let object_name = match &code.expression(*object).kind {
                    ExpressionKind::Name { name, .. } => Some(name.as_str()),
                    _ => None,
                };
                match self.method(&receiver, object_name, name, called) {
                    Type::Unknown(_) if is_builder(code, *object, name, arguments.len()) => match receiver {
                        // A builder of a library goes on being one of that library.
                        Type::Library(library, given) if !given.iter().any(Type::has_rows) => {
                            Type::Library(library, [].into())
                        }
                        _ => Type::Unknown("made by a library or by code that is not followed"),
                    },
                    found => found,
                }
            }
            ExpressionKind::Name { name, .. } => {
                let function = self.type_of(file, *callee, env, depth);
                match &function {
                    Type::Function(..) | Type::Signature(..) => self.apply(&function, called),
                    _ => self.library_function(None, name, called).unwrap_or_else(|| self.apply(&function, called)),
                }
            }
            _ => {
                let function = self.type_of(file, *callee, env, depth);
                self.apply(&function, called)
            }
        }
    }

    /// What a call of a function gives.
    fn apply(&self, function: &Type<'s>, called: Called<'_, 's>) -> Type<'s> {
        if !self.step(called.depth) {
            return Type::Unknown("too deep");
        }
        match function {
            Type::Function(file, function, env) => self.result(*file, *function, env, Some(called), called.depth + 1),
            Type::Signature(file, of, env) => {
                let Some(code) = self.code(*file) else { return Type::Unknown("its file is not followed") };
                match &code.types[of.0 as usize] {
                    TypeExpression::Function { returns, .. } => self.declared(*file, *returns, env, called.depth + 1),
                    _ => Type::Unknown("no function"),
                }
            }
            Type::Union(options) => {
                Type::one_of(options.iter().map(|option| self.apply(option, called)).collect::<Vec<_>>())
            }
            Type::Class(file, class) => self.instance(*file, *class, &[], called.depth + 1),
            // A query that is called, awaited or taken apart is the query still.
            Type::Row(_) | Type::Of(_) => function.clone(),
            Type::Library(name, _) => self
                .library_function(None, name, called)
                .or_else(|| self.made_of_rows(called))
                .unwrap_or(Type::Unknown("made by a library")),
            _ => self.made_of_rows(called).unwrap_or(Type::Unknown("made by a function that is not followed")),
        }
    }

    /// See [`Self::made_of_rows`]; for the call that an expression is.
    pub(super) fn part_of_made(
        &self,
        file: FileId,
        code: &'s Code,
        id: ExpressionId,
        env: &Env<'s>,
        depth: u32,
    ) -> Option<Type<'s>> {
        let ExpressionKind::Call { arguments, types, .. } = &code.expression(id).kind else { return None };
        self.made_of_rows(Called { file, arguments, types, env, depth })
    }

    /// What a function that cannot be followed makes of rows, in a language without declared types: names that are columns
    /// of the rows likely still are.
    fn made_of_rows(&self, called: Called<'_, 's>) -> Option<Type<'s>> {
        let code = self.code(called.file)?;
        if !matches!(code.language, Language::TypeScript | Language::Python) {
            return None;
        }
        let asked = called.types.iter().map(|of| self.declared(called.file, *of, called.env, called.depth + 1));
        if let Some(rows) = asked.into_iter().find(Type::has_rows) {
            return Some(Type::holding(rows));
        }
        // What runs a function that it is given gives what that returns: a transaction, a retry, a cache.
        let given = called.arguments.iter().take(3).find_map(|argument| {
            let ExpressionKind::Function(function) = code.expression(*argument).kind else { return None };
            let result = self.result(called.file, function, called.env, None, called.depth + 1);
            result.has_rows().then_some(result)
        });
        if given.is_some() {
            return given;
        }
        called.arguments.iter().take(3).find_map(|argument| {
            let is_value = matches!(
                code.expression(*argument).kind,
                ExpressionKind::Variable(_) | ExpressionKind::Name { .. } | ExpressionKind::Member { .. }
            );
            let of = is_value.then(|| self.type_of(called.file, *argument, called.env, called.depth + 1))?;
            of.less_sure()
        })
    }

    /// What the function that a call is given returns.
    fn run(&self, called: Called<'_, 's>) -> Option<Type<'s>> {
        let code = self.code(called.file)?;
        called.arguments.iter().take(3).find_map(|argument| {
            let ExpressionKind::Function(function) = code.expression(*argument).kind else { return None };
            Some(self.result(called.file, function, called.env, None, called.depth + 1))
        })
    }

    /// What a function gives; its type parameters and parameters are bound by the call, if there is one.
    pub(super) fn result(
        &self,
        file: FileId,
        id: FunctionId,
        env: &Env<'s>,
        called: Option<Called<'_, 's>>,
        depth: u32,
    ) -> Type<'s> {
        let Some(code) = self.code(file).filter(|_| self.step(depth)) else { return Type::Unknown("too deep") };
        let function = &code.functions[id.0 as usize];
        let env = self.bound(file, function, env, called, depth);
        let declared = function.returns.map(|returns| self.declared(file, returns, &env, depth + 1));
        let made = || {
            let returned = function.returned.iter().take(MOST_RETURNS);
            Type::one_of(returned.map(|value| self.type_of(file, *value, &env, depth + 1)).collect::<Vec<_>>())
        };
        match declared {
            Some(declared) if declared.is_telling() => self.rather_rows(declared, made, depth),
            declared => {
                let found = made();
                match declared {
                    Some(Type::Unknown(_)) if found.is_telling() => found,
                    Some(declared) if !found.has_rows() => declared,
                    _ => found,
                }
            }
        }
    }

    /// What a call of a method gives.
    fn method(&self, receiver: &Type<'s>, object: Option<&str>, name: &str, called: Called<'_, 's>) -> Type<'s> {
        if !self.step(called.depth) {
            return Type::Unknown("too deep");
        }
        let library = Library::known();
        if library.runs(name)
            && !matches!(receiver, Type::Instance { .. } | Type::Class(..))
            && let Some(given) = self.run(called)
        {
            return given;
        }
        if name == "withTableName"
            && let Some(rows) = self.told_table(called)
        {
            return rows;
        }
        match receiver {
            Type::Row(_) | Type::Of(_) if let Some(rows) = self.asked_for(receiver, name, called) => rows,
            Type::Row(row) => {
                // What is embedded is a part of the row, which its accessor's declared type does not say.
                if let Part::Related(part @ Type::Row(_)) = self.row_part(row, name, true)
                    && called.arguments.is_empty()
                    && matches!(&part, Type::Row(part) if matches!(part.names, RowNames::Embedded { .. }))
                {
                    return part;
                }
                if let Some((file, class)) = row.names.class()
                    && let Some((file, member)) = self.member_of(file, class, name, called.depth + 1)
                    && let Some(function) = member.function
                {
                    let given = self.result(file, function, &Env::default(), Some(called), called.depth + 1);
                    if !given.is_unknown() {
                        return given;
                    }
                }
                if let Some(related) = self.related(row, name) {
                    return related;
                }
                match library.method(name) {
                    Some(Gives::Mapped) => self.callback_result(receiver, called),
                    Some(Gives::Scalar) => Type::Scalar,
                    _ => match self.row_part(row, name, true) {
                        // A setter of a builder or fluent entity gives the row itself.
                        super::kind::Part::Columns(..) if called.arguments.is_empty() => Type::Scalar,
                        _ => receiver.clone(),
                    },
                }
            }
            // A description of a list: `z.array(z.object({ … })).min(1)`.
            Type::Of(of)
                if matches!(**of, Type::Object(..))
                    && library.is_described(name)
                    && library.method(name) != Some(Gives::Mapped)
                    && self.code(called.file).is_some_and(|code| code.language == Language::TypeScript) =>
            {
                receiver.clone()
            }
            Type::Of(of) => match library.method(name) {
                Some(Gives::Element) => (**of).clone(),
                Some(Gives::Same) => receiver.clone(),
                Some(Gives::Mapped) => Type::holding(self.callback_result(of, called)),
                Some(Gives::Scalar) => Type::Scalar,
                None if name == "reduce" => called
                    .arguments
                    .get(1)
                    .map_or(Type::Scalar, |start| self.type_of(called.file, *start, called.env, called.depth + 1)),
                None => match self.method(of, object, name, called) {
                    Type::Unknown(_) => receiver.clone(),
                    found => Type::holding(found),
                },
            },
            Type::Instance { file, class, env } => self.method_of_instance((*file, *class), env, name, called),
            Type::Class(file, class) => {
                let static_member = self.member_of(*file, *class, name, called.depth + 1);
                let overloads =
                    self.overloads((*file, *class), &Env::default(), (name, called.arguments.len()), called.depth + 1);
                let given = overloads.map(|functions| self.apply(&functions, called)).or_else(|| {
                    let (file, member) = static_member?;
                    Some(self.result(file, member.function?, &Env::default(), Some(called), called.depth + 1))
                });
                // What a base class of models gives by `cls` is of the class that is asked.
                let inherited = static_member.is_some_and(|(of, _)| of != *file);
                match given {
                    Some(given) if !(given.is_unknown() && inherited) => return given,
                    _ => {}
                }
                if let Some(rows) = self.rows_of_class(*file, *class, called.depth + 1) {
                    return Type::holding(rows);
                }
                // `User.builder()`, `User.of(…)`, `User.findBy(…)` of a base class: something of the class.
                let made = self.instance(*file, *class, &[], called.depth + 1);
                match made {
                    made if made.has_rows() => made,
                    made @ Type::Instance { .. } if name == "builder" => made,
                    _ => Type::Unknown("a static method that is not followed"),
                }
            }
            Type::Union(options) => {
                Type::one_of(options.iter().map(|option| self.method(option, object, name, called)).collect::<Vec<_>>())
            }
            Type::Object(..) | Type::Module(_) | Type::Shape(..) => {
                let function = self.property(receiver, name, called.depth + 1);
                if function.is_unknown() && library.is_described(name) && matches!(receiver, Type::Object(..)) {
                    return self.described_with(receiver, called);
                }
                self.apply(&function, called)
            }
            Type::Library(..) if object.is_some_and(|object| library.describes(object, name)) => {
                let described = called.arguments.first();
                let described = described.map_or(Type::Unknown("a description of nothing"), |described| {
                    self.type_of(called.file, *described, called.env, called.depth + 1)
                });
                if matches!(name, "array" | "Array" | "set") { Type::holding(described) } else { described }
            }
            Type::Library(..) | Type::Unknown(_) | Type::Function(..) | Type::Signature(..) => self
                .library_function(object, name, called)
                .or_else(|| self.made_of_rows(called))
                .unwrap_or(Type::Unknown("made by a library or by code that is not followed")),
            Type::Scalar => Type::Scalar,
        }
    }

    /// A description of objects, with what a call adds to it.
    fn described_with(&self, described: &Type<'s>, called: Called<'_, 's>) -> Type<'s> {
        let more = called.arguments.first().map(|more| self.type_of(called.file, *more, called.env, called.depth + 1));
        let more = more.filter(|more| matches!(more, Type::Object(..)));
        Type::one_of([described.clone()].into_iter().chain(more))
    }

    /// What a path or query in Java leads to: `root.join("team")`, `query.from(Team.class)`.
    fn asked_for(&self, receiver: &Type<'s>, name: &str, called: Called<'_, 's>) -> Option<Type<'s>> {
        let library = Library::known();
        let code = self.code(called.file).filter(|code| code.language == Language::Java)?;
        let first = *called.arguments.first()?;
        if library.leads_on(name) {
            return self.path_to(receiver, code, first);
        }
        if !library.starts_anew(name) {
            return None;
        }
        let of = self.type_of(called.file, first, called.env, called.depth + 1);
        of.has_rows().then(|| Type::holding(of))
    }

    /// The rows of the table whose name a call is given: `new SimpleJdbcInsert(source).withTableName("users")`.
    fn told_table(&self, called: Called<'_, 's>) -> Option<Type<'s>> {
        let code = self.code(called.file).filter(|code| code.language == Language::Java)?;
        let ExpressionKind::Text(name) = &code.expression(*called.arguments.first()?).kind else { return None };
        let name = ObjectName(name.split('.').map(Ident::bare).collect());
        let table = self.system().catalog.find(&name, &[])?;
        Some(self.relation_row(RelationKey::Declared(table), Certainty::Certain))
    }

    fn method_of_instance(
        &self,
        (file, class): (FileId, ClassId),
        env: &Env<'s>,
        name: &str,
        called: Called<'_, 's>,
    ) -> Type<'s> {
        let depth = called.depth + 1;
        let receiver = Type::Instance { file, class, env: env.clone() };
        if let Some(functions) = self.overloads((file, class), env, (name, called.arguments.len()), depth) {
            return self.apply(&functions, called);
        }
        match self.property_of_instance(file, class, env, name, depth) {
            Some(function @ (Type::Function(..) | Type::Signature(..))) => return self.apply(&function, called),
            Some(other) if !other.is_unknown() => return other,
            _ => {}
        }
        // An accessor that the compiler adds.
        for property in super::row::accessed(name) {
            if property != name
                && let Some(found) = self.property_of_instance(file, class, env, &property, depth)
            {
                return found;
            }
        }
        // A repository's method that its library makes.
        let rows = self.rows_of_parents(file, class, env, depth);
        match rows {
            Some(rows) if Library::known().gives_entities(name) => Type::holding(rows),
            Some(_) => Type::Scalar,
            None if Library::known().is_way(name) => self
                .property_of_instance(file, class, env, "queryset", depth)
                .filter(|found| !found.is_unknown())
                .or_else(|| self.property_of_instance(file, class, env, "model", depth))
                .and_then(|found| self.rows_in(&found, depth))
                .unwrap_or(Type::Unknown("a method that its class does not declare")),
            None if name == "builder" || name == "toBuilder" || name == "build" => receiver,
            // A form or schema that is about a model makes rows of it: `form.save()`, `schema.load(data)`.
            None if matches!(name, "save" | "load" | "make_instance") => self
                .model_of_settings(file, class, depth)
                .unwrap_or(Type::Unknown("a method that its class does not declare")),
            None => Type::Unknown("a method that its class does not declare"),
        }
    }

    /// The rows that a class of Python is about by its settings: `class Meta: model = User`.
    fn model_of_settings(&self, file: FileId, class: ClassId, depth: u32) -> Option<Type<'s>> {
        let code = self.code(file).filter(|code| code.language == Language::Python && self.step(depth))?;
        let is_settings = |inner: &&crate::model::code::Class| inner.name == "Meta" && inner.outer == Some(class);
        let settings = code.classes.iter().find(is_settings)?;
        let model = settings.members.iter().find(|member| member.name == "model")?;
        let said = self.type_of(file, *model.values.first()?, &Env::default(), depth + 1);
        self.rows_in(&said, depth + 1)
    }

    /// The rows that a class's base in a library is told of: `JpaRepository<User, Long>`.
    pub(super) fn rows_of_parents(&self, file: FileId, class: ClassId, env: &Env<'s>, depth: u32) -> Option<Type<'s>> {
        let code = self.code(file).filter(|_| self.step(depth))?;
        let declared = &code.classes[class.0 as usize];
        declared.parents.iter().find_map(|parent| match self.declared(file, *parent, env, depth + 1) {
            Type::Library(_, given) => given.iter().find(|of| of.has_rows()).cloned(),
            Type::Of(of) => Some((*of).clone()),
            Type::Instance { file, class, env } => self.rows_of_parents(file, class, &env, depth + 1),
            _ => None,
        })
    }

    /// What a library's function gives, when that is one of its arguments.
    fn library_function(&self, object: Option<&str>, name: &str, called: Called<'_, 's>) -> Option<Type<'s>> {
        let library = Library::known();
        let given = |at: usize| {
            let argument = *called.arguments.get(at)?;
            Some(self.type_of(called.file, argument, called.env, called.depth + 1))
        };
        if self.code(called.file).is_some_and(|code| code.language == Language::Python) {
            let found = self.python_function(name, called);
            if found.is_some() {
                return found;
            }
        }
        if let Some(at) = library.argument_of(object, name) {
            return given(at);
        }
        // `_.map(rows, row => …)`.
        if library.method(name) == Some(Gives::Mapped) && called.arguments.len() >= 2 {
            let of = given(0)?;
            let rest = Called { arguments: &called.arguments[1..], ..called };
            return Some(Type::holding(self.callback_result(&of.element(), rest)));
        }
        // `Wrappers.<User>lambdaQuery()`.
        let told = called.types.iter().map(|of| self.declared(called.file, *of, called.env, called.depth + 1));
        if let Some(rows) = told.into_iter().find(Type::has_rows) {
            return Some(Type::holding(rows));
        }
        // `em.find(User.class, id)`, `session.get(User.class, id)`: whatever is asked for by its class.
        called.arguments.iter().take(3).enumerate().find_map(|(at, argument)| {
            let code = self.code(called.file)?;
            match &code.expression(*argument).kind {
                ExpressionKind::Typed(_) | ExpressionKind::Name { .. } => match given(at)? {
                    row @ Type::Row(_) => Some(Type::holding(row)),
                    Type::Class(file, class) => {
                        let made = self.instance(file, class, &[], called.depth + 1);
                        made.has_rows().then(|| Type::holding(made))
                    }
                    _ => None,
                },
                _ => None,
            }
        })
    }

    /// What a function of Python's libraries gives, when that is made of the mapped classes, tables, columns or rows that it
    /// is given: `session.query(User)`, `select(User.full_name)`, `session.execute(statement)`, `sorted(users)`.
    fn python_function(&self, name: &str, called: Called<'_, 's>) -> Option<Type<'s>> {
        let code = self.code(called.file)?;
        let depth = called.depth + 1;
        let mut found = Vec::new();
        for argument in called.arguments.iter().take(8) {
            let of = match &code.expression(*argument).kind {
                // A column stands for its rows.
                ExpressionKind::Member { object, .. } => {
                    let whole = self.type_of(called.file, *object, called.env, depth);
                    match self.rows_in(&whole, depth) {
                        Some(rows) => Some(rows),
                        None => self.rows_in(&self.type_of(called.file, *argument, called.env, depth), depth),
                    }
                }
                ExpressionKind::Name { .. } | ExpressionKind::Class(_) => {
                    let of = self.type_of(called.file, *argument, called.env, depth);
                    self.rows_in(&of, depth)
                }
                _ if Library::known().is_python_function(name) => {
                    let of = self.type_of(called.file, *argument, called.env, depth);
                    of.has_rows().then_some(of)
                }
                _ => None,
            };
            found.extend(of.map(|of| of.element()));
        }
        (!found.is_empty()).then(|| Type::holding(Type::one_of(found)))
    }

    /// The rows that a mapped class, or a value, stands for.
    fn rows_in(&self, of: &Type<'s>, depth: u32) -> Option<Type<'s>> {
        match of {
            Type::Class(file, class) => self.rows_of_class(*file, *class, depth),
            other => other.has_rows().then(|| other.clone()),
        }
    }

    /// The member of a class or of one that it extends, with the file that declares it.
    pub(super) fn member_of(
        &self,
        file: FileId,
        class: ClassId,
        name: &str,
        depth: u32,
    ) -> Option<(FileId, &'s Member)> {
        let code = self.code(file).filter(|_| self.step(depth))?;
        let declared = &code.classes[class.0 as usize];
        if declared.kind == ClassKind::Alias {
            return None;
        }
        let own = declared.members.iter().filter(|member| member.name == name);
        if let Some(member) = own.max_by_key(|member| member.function.is_some()) {
            return Some((file, member));
        }
        declared.parents.iter().find_map(|parent| {
            let TypeExpression::Named { name: parent, .. } = &code.types[parent.0 as usize] else { return None };
            let (file, class) = self.class_called(file, code, parent, depth + 1)?;
            self.member_of(file, class, name, depth + 1)
        })
    }
}
