//! Names in scope: what a word stands for at one place of a file. Knows nothing of other files, nor of inheritance.

use std::collections::{HashMap, HashSet};

use crate::model::code::{ClassId, FunctionId, VariableId};

/// What a bare name of a value stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A local variable or parameter.
    Variable(VariableId),
    /// A field of a class around it.
    Field(ClassId),
}

/// What a bare name of a type stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TypeName {
    /// A class of this file.
    Class(ClassId),
    /// A type parameter.
    Parameter,
}

/// A method of a class around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Method {
    /// The class.
    pub(super) class: ClassId,
    /// Whether it needs no object; of overloads, the last one's.
    pub(super) is_static: bool,
    /// How many parameters it takes; of overloads, the last one.
    pub(super) parameters: u32,
    /// The function; of overloads, the last one.
    pub(super) function: FunctionId,
}

#[derive(Clone, Copy)]
enum Space {
    Value,
    Method,
    Type,
}

/// Names in scope, each with its declarations, the innermost last.
#[derive(Default)]
pub(super) struct Names<'t> {
    values: HashMap<&'t str, Vec<Value>>,
    methods: HashMap<&'t str, Vec<Method>>,
    types: HashMap<&'t str, Vec<TypeName>>,
    /// What is in scope, in the order in which it came: scopes are left by undoing it.
    open: Vec<(Space, &'t str)>,
    /// Methods and fields that are imported by name.
    imported: HashSet<&'t str>,
    /// Classes whose static members are all imported.
    imported_classes: Vec<String>,
    /// The fields of all classes so far, by their place among the members.
    fields: HashMap<(ClassId, &'t str), u32>,
    /// The methods of all classes so far.
    own: HashMap<(ClassId, &'t str), Method>,
}

/// How much was in scope when a scope was entered.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize);

impl<'t> Names<'t> {
    /// Enters a scope, to be left with what is returned.
    pub(super) fn enter(&self) -> Mark {
        Mark(self.open.len())
    }

    /// Leaves a scope.
    pub(super) fn leave(&mut self, mark: Mark) {
        for (space, name) in self.open.drain(mark.0..).rev() {
            match space {
                Space::Value => drop(self.values.get_mut(name).and_then(Vec::pop)),
                Space::Method => drop(self.methods.get_mut(name).and_then(Vec::pop)),
                Space::Type => drop(self.types.get_mut(name).and_then(Vec::pop)),
            }
        }
    }

    pub(super) fn add_variable(&mut self, name: &'t str, id: VariableId) {
        self.values.entry(name).or_default().push(Value::Variable(id));
        self.open.push((Space::Value, name));
    }

    /// A field of the class that is entered, and its place among the members.
    pub(super) fn add_field(&mut self, name: &'t str, class: ClassId, member: u32) {
        self.values.entry(name).or_default().push(Value::Field(class));
        self.open.push((Space::Value, name));
        self.fields.insert((class, name), member);
    }

    pub(super) fn add_method(&mut self, name: &'t str, method: Method) {
        self.methods.entry(name).or_default().push(method);
        self.open.push((Space::Method, name));
        self.own.insert((method.class, name), method);
    }

    pub(super) fn add_type(&mut self, name: &'t str, what: TypeName) {
        self.types.entry(name).or_default().push(what);
        self.open.push((Space::Type, name));
    }

    pub(super) fn add_import(&mut self, name: &'t str) {
        self.imported.insert(name);
    }

    pub(super) fn add_imported_class(&mut self, name: String) {
        self.imported_classes.push(name);
    }

    /// The classes whose static members are all imported.
    pub(super) fn imported_classes(&self) -> &[String] {
        &self.imported_classes
    }

    pub(super) fn value(&self, name: &str) -> Option<Value> {
        self.values.get(name)?.last().copied()
    }

    pub(super) fn method(&self, name: &str) -> Option<Method> {
        self.methods.get(name)?.last().copied()
    }

    pub(super) fn type_name(&self, name: &str) -> Option<TypeName> {
        self.types.get(name)?.last().copied()
    }

    pub(super) fn is_imported(&self, name: &str) -> bool {
        self.imported.contains(name)
    }

    /// The place of a field among the members of its class.
    pub(super) fn field_of(&self, class: ClassId, name: &str) -> Option<u32> {
        self.fields.get(&(class, name)).copied()
    }

    /// A method of a class that has been entered, also after it was left.
    pub(super) fn method_of(&self, class: ClassId, name: &str) -> Option<Method> {
        self.own.get(&(class, name)).copied()
    }
}
