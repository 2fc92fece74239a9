//! What one file's code says about values: its definitions, its expressions as far as they matter for what a value is,
//! and the places where a named part of a value is used.
//!
//! Every host language is lowered into this one form, without a look into any other file. `link` evaluates it: what a
//! receiver *is* decides whether `u.fullName` is a column, never the spelling. Ids are indexes into the tables of
//! [`Code`]; an id of one file means nothing in another.

use serde::{Deserialize, Serialize};

use super::span::Span;
use super::statement::Access;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u32);
    )+};
}

ids! {
    /// Index into [`Code::expressions`].
    ExpressionId,
    /// Index into [`Code::types`].
    TypeId,
    /// Index into [`Code::variables`].
    VariableId,
    /// Index into [`Code::functions`].
    FunctionId,
    /// Index into [`Code::classes`].
    ClassId,
}

/// Which language's library and conventions hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// Java: accessors, classes found by package and file name.
    Java,
    /// TypeScript and JavaScript: modules found by path.
    #[default]
    TypeScript,
    /// Python: modules found by dotted path, keyword arguments, classes whose attributes are columns.
    Python,
    /// A template of a server: names without a declaration are what code gives to views under them.
    Template,
}

/// The name that stands in a template for what names without anything before them are parts of.
pub const ROOT: &str = ".";

/// The name of what a template calls to include another one: with its name, and with what its names are parts of.
pub const INCLUDE: &str = ">";

/// All that one file says about values.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Code {
    /// The language.
    pub language: Language,
    /// Java's package.
    pub package: Option<String>,
    /// Expressions; an expression stands behind those that it is made of.
    pub expressions: Vec<Expression>,
    /// Type expressions.
    pub types: Vec<TypeExpression>,
    /// Local variables, parameters, module constants; each declaration one.
    pub variables: Vec<Variable>,
    /// Functions, methods, constructors, lambdas.
    pub functions: Vec<Function>,
    /// Classes, interfaces, records, enums, type aliases.
    pub classes: Vec<Class>,
    /// What names of other files it uses.
    pub imports: Vec<Import>,
    /// What names it gives to other files.
    pub exports: Vec<Export>,
    /// Uses of named parts of values; sorted by span.
    pub uses: Vec<Use>,
    /// Where values go.
    pub flows: Vec<Flow>,
}

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// All of it, without parentheses around it.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExpressionKind {
    /// A variable that this file declares and whose scope is here.
    Variable(VariableId),
    /// A name that no variable in scope has: an import, a class, a global; inside a class perhaps a member that it
    /// inherits.
    Name {
        /// The name.
        name: String,
        /// The innermost class around it.
        class: Option<ClassId>,
    },
    /// `this` or `super` of a class.
    This(ClassId),
    /// `object.name`, `object?.name`, `object["name"]`; a field named without `this` has it added.
    Member {
        /// What stands before the dot.
        object: ExpressionId,
        /// The name behind it.
        name: String,
    },
    /// One of what a collection holds: `a[0]`, `a[i]`, the variable of a loop, `[first]` of a pattern.
    Element(ExpressionId),
    /// A call of a function or method, also a tagged template.
    Call {
        /// What is called: a name, or a member for a method.
        callee: ExpressionId,
        /// The arguments in order; those that matter for nothing are [`ExpressionKind::Opaque`].
        arguments: Vec<ExpressionId>,
        /// Type arguments, if given.
        types: Vec<TypeId>,
    },
    /// `new T(…)`.
    New {
        /// What is made.
        class: TypeId,
        /// The arguments.
        arguments: Vec<ExpressionId>,
    },
    /// `await e`; what is left of a promise.
    Await(ExpressionId),
    /// An object literal.
    Object {
        /// Its properties in order.
        properties: Vec<ObjectProperty>,
        /// What is spread into it.
        spreads: Vec<ExpressionId>,
    },
    /// An array literal or list of values.
    List(Vec<ExpressionId>),
    /// One of several: branches, `a ?? b`, `a || b`, ternaries; `a && b` is `b`.
    Choice(Vec<ExpressionId>),
    /// A lambda, function expression or method reference to a function of this file.
    Function(FunctionId),
    /// A class of this file as a value.
    Class(ClassId),
    /// Something of a declared type, whatever its value: a cast.
    Typed(TypeId),
    /// `require("module")`, `import("module")`.
    Module(String),
    /// A string literal or template, possibly SQL; its text when it is short and constant, else empty.
    Text(String),
    /// A literal that is no row: a number, a string, a boolean, a sum.
    Scalar,
    /// Anything else.
    Opaque,
}

/// A property of an object literal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectProperty {
    /// Its key.
    pub name: String,
    /// Its value.
    pub value: ExpressionId,
}

/// A type as the code writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TypeExpression {
    /// `User`, `List<User>`, `Prisma.UserCreateInput`, `int`.
    Named {
        /// The name, with dots.
        name: String,
        /// Type arguments.
        arguments: Vec<TypeId>,
    },
    /// A type parameter in scope.
    Parameter(String),
    /// `T[]`.
    List(TypeId),
    /// `A | B`.
    Union(Vec<TypeId>),
    /// `A & B`.
    Intersection(Vec<TypeId>),
    /// `{ name: T }`.
    Object(Vec<(String, TypeId)>),
    /// `(a: A) => R`.
    Function {
        /// Types of the parameters.
        parameters: Vec<TypeId>,
        /// Type of the result.
        returns: TypeId,
    },
    /// `typeof e`.
    TypeOf(ExpressionId),
    /// `T["name"]`; the name is empty for `T[number]`.
    Part {
        /// The type.
        of: TypeId,
        /// The key.
        name: String,
    },
    /// Anything else, or none given.
    Opaque,
}

/// A variable or parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Its name; empty for a parameter that is a pattern.
    pub name: String,
    /// Where that stands.
    pub span: Span,
    /// Its declared type, if any (not `var`).
    pub declared: Option<TypeId>,
    /// All that is assigned to it. A pattern's names hold members and elements of what is taken apart; a loop's variable
    /// holds an element.
    pub values: Vec<ExpressionId>,
    /// For a parameter, whose and which.
    pub parameter: Option<(FunctionId, u32)>,
}

/// A function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// Its name; empty for a lambda.
    pub name: String,
    /// All of it.
    pub span: Span,
    /// Its parameters in order.
    pub parameters: Vec<VariableId>,
    /// The declared type of its result, if any.
    pub returns: Option<TypeId>,
    /// What it returns, all returns; the body of a lambda that is an expression.
    pub returned: Vec<ExpressionId>,
    /// Its type parameters.
    pub type_parameters: Vec<String>,
    /// The class whose method it is.
    pub class: Option<ClassId>,
    /// Whether that needs no object.
    pub is_static: bool,
}

/// What a [`Class`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ClassKind {
    /// A class.
    Class,
    /// An interface.
    Interface,
    /// A Java record: its components are members, read by accessors of the same name.
    Record,
    /// An enum.
    Enum,
    /// `type A = …`.
    Alias,
}

/// A class, interface or alias.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// Its simple name.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// What it is.
    pub kind: ClassKind,
    /// Its type parameters.
    pub type_parameters: Vec<String>,
    /// What it extends and implements.
    pub parents: Vec<TypeId>,
    /// Fields and methods, also those of constructor parameters that are properties.
    pub members: Vec<Member>,
    /// For an alias, the type it stands for.
    pub alias: Option<TypeId>,
    /// The class around it.
    pub outer: Option<ClassId>,
    /// Simple names of its annotations or decorators: `Data`, `Entity`, `Service`.
    pub annotations: Vec<String>,
}

/// A member of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// A field's declared type.
    pub declared: Option<TypeId>,
    /// All that is assigned to a field: its initial value, `this.x = …` in the constructor.
    pub values: Vec<ExpressionId>,
    /// For a method or accessor, the function.
    pub function: Option<FunctionId>,
    /// Whether the function is called without parentheses (`get x()`).
    pub is_getter: bool,
    /// Whether it belongs to the class itself.
    pub is_static: bool,
}

/// A name of another file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The name that it has here; empty for `import com.x.*`.
    pub local: String,
    /// The module as written, or the package with enclosing classes.
    pub module: String,
    /// What it is there.
    pub name: OuterPart,
}

/// What of a module is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OuterPart {
    /// A name that it exports; a class of a package.
    Named(String),
    /// Its default export; for `CommonJS` what `module.exports` is.
    Default,
    /// All that it exports, as one object; all classes of a package.
    All,
}

/// A name given to other files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// The name; `default` for the default export, `*` for all of another module's. `CommonJS`: `exports.a = …` and the keys
    /// of `module.exports = { a }` are names, any other `module.exports = …` is `default`.
    pub name: String,
    /// What it is.
    pub value: Exported,
}

/// What is exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exported {
    /// A value.
    Expression(ExpressionId),
    /// A class, interface or alias of this file.
    Class(ClassId),
    /// Something of another module: `export { a as b } from "module"`, `export * from "module"`.
    From {
        /// The module.
        module: String,
        /// What of it.
        name: OuterPart,
    },
}

/// In what way a part of a value is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum UseForm {
    /// `u.fullName`, `u["full_name"]`, a field named without `this`.
    Property,
    /// `u.getFullName()`, `u.setFullName(x)`, `User::getFullName`, a builder's `.fullName(x)`: a method that is named
    /// after the part; the name is the method's.
    Accessor,
    /// A key of an object literal: the receiver is the literal.
    Key,
    /// A key of a pattern: the receiver is what is taken apart.
    Pattern,
    /// A string that a method of the receiver is given as its first argument: `rs.getString("full_name")`,
    /// `row.get("full_name")`, `pick(row, "full_name")` with the row as receiver. A name in a list of names has the list as
    /// its receiver; one that is given to a function by itself, `pickOf("full_name")`, the call.
    Argument,
    /// The declaration of an accessor or field inside its class: the receiver is `this` of it.
    Declaration,
}

/// A place where a named part of a value is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// The name as it stands, without quotes.
    pub span: Span,
    /// The name.
    pub name: String,
    /// Of what.
    pub receiver: ExpressionId,
    /// Whether it is read or written; for a key whatever the place that the literal goes to says.
    pub access: Access,
    /// In what way.
    pub form: UseForm,
}

/// A value goes somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// The value: an object or list literal, a variable, a function, a choice, a call's result, `new`.
    pub value: ExpressionId,
    /// Where it goes.
    pub to: FlowTarget,
}

/// Where a value goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FlowTarget {
    /// An argument of a call or `new`, by its index.
    Argument(ExpressionId, u32),
    /// The receiver of a method call.
    Receiver(ExpressionId),
    /// A place with a declared type: `const x: T = …`, `… as T`, `… satisfies T`.
    Declared(TypeId),
    /// A variable: its initial value, an assignment.
    Variable(VariableId),
    /// A property of an object literal, or of another value that is assigned to.
    Property(ExpressionId, String),
    /// The result of a function.
    Returned(FunctionId),
    /// An item of a list literal, an alternative of a choice, what is awaited: the literal, choice or await.
    Part(ExpressionId),
    /// Spread into an object literal (or a list's items into a list).
    Spread(ExpressionId),
    /// It says which part of that is meant: `row[value]`.
    Key(ExpressionId, Access),
}

impl Code {
    /// The expression.
    ///
    /// # Panics
    /// When the id is another file's.
    pub fn expression(&self, id: ExpressionId) -> &Expression {
        &self.expressions[id.0 as usize]
    }

    /// Whether an expression is what names without anything before them are parts of, in a template.
    pub fn is_root(&self, id: ExpressionId) -> bool {
        matches!(&self.expression(id).kind, ExpressionKind::Name { name, .. } if name == ROOT)
            && self.language == Language::Template
    }

    /// The use whose name stands at `span`.
    pub fn use_at(&self, span: Span) -> Option<&Use> {
        let at = self.uses.partition_point(|found| found.span.start < span.start);
        self.uses[at..].iter().take_while(|found| found.span.start == span.start).find(|found| found.span == span)
    }
}

/// What a lowering adds; ids are given in the order of adding.
impl Code {
    /// Adds an expression.
    pub fn add_expression(&mut self, kind: ExpressionKind, span: Span) -> ExpressionId {
        self.expressions.push(Expression { kind, span });
        ExpressionId(self.expressions.len() as u32 - 1)
    }

    /// Adds a type.
    pub fn add_type(&mut self, of: TypeExpression) -> TypeId {
        self.types.push(of);
        TypeId(self.types.len() as u32 - 1)
    }

    /// Adds a variable that nothing is assigned to as yet.
    pub fn add_variable(&mut self, name: &str, span: Span, declared: Option<TypeId>) -> VariableId {
        self.variables.push(Variable { name: name.to_owned(), span, declared, values: Vec::new(), parameter: None });
        VariableId(self.variables.len() as u32 - 1)
    }

    /// Adds a function without parameters and a body as yet.
    pub fn add_function(&mut self, name: &str, span: Span, class: Option<ClassId>) -> FunctionId {
        self.functions.push(Function {
            name: name.to_owned(),
            span,
            parameters: Vec::new(),
            returns: None,
            returned: Vec::new(),
            type_parameters: Vec::new(),
            class,
            is_static: false,
        });
        FunctionId(self.functions.len() as u32 - 1)
    }

    /// The variable, to be filled in.
    ///
    /// # Panics
    /// When the id is another file's.
    pub fn variable_mut(&mut self, id: VariableId) -> &mut Variable {
        &mut self.variables[id.0 as usize]
    }

    /// The function, to be filled in.
    ///
    /// # Panics
    /// When the id is another file's.
    pub fn function_mut(&mut self, id: FunctionId) -> &mut Function {
        &mut self.functions[id.0 as usize]
    }
}

/// Deepest expression that [`Code::describe`] shows.
const DEEPEST_SHOWN: u32 = 12;

impl Code {
    /// The expression in one line, for debugging and tests: `element(call(repo.findAll, ..1))`.
    pub fn describe(&self, id: ExpressionId) -> String {
        self.shown(id, 0)
    }

    fn shown(&self, id: ExpressionId, depth: u32) -> String {
        if depth > DEEPEST_SHOWN {
            return "…".to_owned();
        }
        let show = |id: &ExpressionId| self.shown(*id, depth + 1);
        let all = |ids: &[ExpressionId]| ids.iter().map(show).collect::<Vec<_>>().join(", ");
        match &self.expression(id).kind {
            ExpressionKind::Variable(id) => {
                let variable = &self.variables[id.0 as usize];
                let declared = variable.declared.map(|id| format!(": {}", self.describe_type(id)));
                let name = if variable.name.is_empty() { "pattern" } else { &variable.name };
                let from = match (&declared, variable.values.as_slice()) {
                    (None, [value]) => format!(" = {}", show(value)),
                    (None, [first, ..]) => format!(" = {} or others", show(first)),
                    _ => String::new(),
                };
                format!("{name}{}{from}", declared.unwrap_or_default())
            }
            ExpressionKind::Name { name, .. } => name.clone(),
            ExpressionKind::This(class) => format!("this({})", self.classes[class.0 as usize].name),
            ExpressionKind::Member { object, name } => format!("({}).{name}", show(object)),
            ExpressionKind::Element(of) => format!("element({})", show(of)),
            ExpressionKind::Call { callee, arguments, .. } => format!("{}({})", show(callee), all(arguments)),
            ExpressionKind::New { class, arguments } => {
                format!("new {}({})", self.describe_type(*class), all(arguments))
            }
            ExpressionKind::Await(of) => format!("await {}", show(of)),
            ExpressionKind::Object { properties, spreads } => {
                let spread = spreads.iter().map(|id| format!("...{}", show(id)));
                let keys = properties.iter().map(|property| property.name.clone());
                format!("{{{}}}", spread.chain(keys).collect::<Vec<_>>().join(", "))
            }
            ExpressionKind::List(items) => format!("[{}]", all(items)),
            ExpressionKind::Choice(options) => format!("choice({})", all(options)),
            ExpressionKind::Function(id) => format!("function({})", self.functions[id.0 as usize].parameters.len()),
            ExpressionKind::Class(id) => format!("class({})", self.classes[id.0 as usize].name),
            ExpressionKind::Typed(id) => format!("a {}", self.describe_type(*id)),
            ExpressionKind::Module(module) => format!("module({module})"),
            ExpressionKind::Text(text) => format!("{text:?}"),
            ExpressionKind::Scalar => "scalar".to_owned(),
            ExpressionKind::Opaque => "?".to_owned(),
        }
    }

    /// The type in one line.
    pub fn describe_type(&self, id: TypeId) -> String {
        self.shown_type(id, 0)
    }

    fn shown_type(&self, id: TypeId, depth: u32) -> String {
        if depth > DEEPEST_SHOWN {
            return "…".to_owned();
        }
        let show = |id: &TypeId| self.shown_type(*id, depth + 1);
        let all = |ids: &[TypeId], between: &str| ids.iter().map(show).collect::<Vec<_>>().join(between);
        match &self.types[id.0 as usize] {
            TypeExpression::Named { name, arguments } if arguments.is_empty() => name.clone(),
            TypeExpression::Named { name, arguments } => format!("{name}<{}>", all(arguments, ", ")),
            TypeExpression::Parameter(name) => format!("'{name}"),
            TypeExpression::List(of) => format!("{}[]", show(of)),
            TypeExpression::Union(of) => all(of, " | "),
            TypeExpression::Intersection(of) => all(of, " & "),
            TypeExpression::Object(members) => {
                let members = members.iter().map(|(name, of)| format!("{name}: {}", show(of)));
                format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
            }
            TypeExpression::Function { parameters, returns } => {
                format!("({}) => {}", all(parameters, ", "), show(returns))
            }
            TypeExpression::TypeOf(id) => format!("typeof {}", self.shown(*id, depth + 1)),
            TypeExpression::Part { of, name } => format!("{}[{name}]", show(of)),
            TypeExpression::Opaque => "?".to_owned(),
        }
    }
}
