//! What a value can be known to be.

use std::rc::Rc;

use crate::catalog::{ColumnKey, RelationKey};
use crate::link::entities::Embedding;
use crate::link::resolve::Outputs;
use crate::model::answer::Certainty;
use crate::model::code::{ClassId, ExpressionId, FunctionId, TypeId, VariableId};
use crate::model::mapping::Mapping;
use crate::model::name::ObjectName;
use crate::model::source::FileId;

/// Names that an environment knows at most.
const MOST_KNOWN: usize = 48;

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Type<'s> {
    /// A row of a table, view or statement: its names are columns.
    Row(Rc<Row<'s>>),
    /// Something that holds such values: a collection, page, stream, optional or promise.
    Of(Rc<Type<'s>>),
    /// An instance of a class or interface that is mapped to nothing.
    Instance {
        /// Where it is declared.
        file: FileId,
        /// Which it is there.
        class: ClassId,
        /// What its type parameters are.
        env: Env<'s>,
    },
    /// A class itself: its static members, or what `new` makes instances of.
    Class(FileId, ClassId),
    /// An object literal.
    Object(FileId, ExpressionId, Env<'s>),
    /// `{ name: T }` as a type.
    Shape(FileId, TypeId, Env<'s>),
    /// A function.
    Function(FileId, FunctionId, Env<'s>),
    /// `(a: A) => R` as a type.
    Signature(FileId, TypeId, Env<'s>),
    /// All that a file exports.
    Module(FileId),
    /// Something that no file declares, by its name.
    Library(Rc<str>, Rc<[Type<'s>]>),
    /// One of several.
    Union(Rc<[Type<'s>]>),
    /// A value without named parts.
    Scalar,
    /// Not known, and why.
    Unknown(&'static str),
}

/// A kind of row.
#[derive(Clone, Debug)]
pub(super) struct Row<'s> {
    /// Where its names are looked up.
    pub(super) names: RowNames<'s>,
    /// How sure it is that it is this kind.
    pub(super) certainty: Certainty,
    /// What says so, as `rows of users` or `User`.
    pub(super) evidence: Rc<str>,
}

/// Where the names of a row are looked up.
#[derive(Clone, Debug)]
pub(super) enum RowNames<'s> {
    /// Properties of a mapped class.
    Mapping {
        /// The file that maps it.
        file: FileId,
        /// The mapping.
        mapping: &'s Mapping,
        /// Its table.
        table: ObjectName,
        /// The class in the code, when a file declares it.
        class: Option<(FileId, ClassId)>,
    },
    /// Properties of a class that is embedded in mapped ones: columns of all their tables.
    Embedded {
        /// The mapping.
        mapping: &'s Mapping,
        /// The class in the code, when a file declares it.
        class: Option<(FileId, ClassId)>,
        /// The rows that it is a part of, where they are known: then only columns of their table.
        within: Option<Rc<Embedding<'s>>>,
    },
    /// Columns of a relation, under their own names or those that conventions make of them.
    Relation(RelationKey),
    /// What a statement projects.
    Outputs(Rc<Outputs>),
}

/// What is known of type parameters and of parameters, inside a generic class or a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Env<'s>(Option<Rc<Bindings<'s>>>);

/// See [`Env`].
#[derive(Debug, Default)]
pub(super) struct Bindings<'s> {
    /// Type parameters by name.
    pub(super) types: Vec<(String, Type<'s>)>,
    /// Arguments by the parameter that takes them.
    pub(super) parameters: Vec<((FileId, VariableId), Type<'s>)>,
}

impl RowNames<'_> {
    /// The class of the code whose instances the rows are.
    pub(super) fn class(&self) -> Option<(FileId, ClassId)> {
        match self {
            RowNames::Mapping { class, .. } | RowNames::Embedded { class, .. } => *class,
            RowNames::Relation(_) | RowNames::Outputs(_) => None,
        }
    }
}

impl<'s> Env<'s> {
    /// An environment that knows `bindings`.
    pub(super) fn new(bindings: Bindings<'s>) -> Self {
        if bindings.types.is_empty() && bindings.parameters.is_empty() {
            return Self(None);
        }
        Self(Some(Rc::new(bindings)))
    }

    /// An environment that knows `bindings`, and what this one knows of other names.
    pub(super) fn beneath(&self, mut bindings: Bindings<'s>) -> Self {
        if let Some(known) = &self.0 {
            let new = bindings.types.len();
            for (name, of) in &known.types {
                if bindings.types.len() < MOST_KNOWN && bindings.types[..new].iter().all(|(own, _)| own != name) {
                    bindings.types.push((name.clone(), of.clone()));
                }
            }
            let new = bindings.parameters.len();
            for (parameter, of) in &known.parameters {
                let is_new = bindings.parameters[..new].iter().all(|(own, _)| own != parameter);
                if bindings.parameters.len() < MOST_KNOWN && is_new {
                    bindings.parameters.push((*parameter, of.clone()));
                }
            }
        }
        Self::new(bindings)
    }

    /// Whether it knows nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// What a type parameter is.
    pub(super) fn type_parameter(&self, name: &str) -> Option<&Type<'s>> {
        self.0.as_ref()?.types.iter().find(|(own, _)| own == name).map(|(_, of)| of)
    }

    /// What a parameter was given.
    pub(super) fn parameter(&self, file: FileId, variable: VariableId) -> Option<&Type<'s>> {
        self.0.as_ref()?.parameters.iter().find(|(own, _)| *own == (file, variable)).map(|(_, of)| of)
    }
}

/// What a name is on a row.
#[derive(Clone, Debug)]
pub(super) enum Part<'s> {
    /// These columns.
    Columns(Vec<ColumnKey>, Certainty),
    /// Another row that it leads to.
    Related(Type<'s>),
    /// A part of the row that is no column.
    Other,
    /// Nothing of it.
    Nothing,
}

impl Type<'_> {
    /// Something that holds `of`. Holders of holders are one.
    pub(super) fn holding(of: Self) -> Self {
        match of {
            Type::Of(_) | Type::Unknown(_) | Type::Scalar => of,
            other => Type::Of(Rc::new(other)),
        }
    }

    /// One of `options`: what is not known, and what has no parts, says nothing beside something that has.
    pub(super) fn one_of(options: impl IntoIterator<Item = Self>) -> Self {
        let mut telling: Vec<Self> = Vec::new();
        let mut rest: Option<Self> = None;
        for option in options {
            match option {
                Type::Union(inner) => telling.extend(inner.iter().cloned()),
                Type::Scalar => rest = Some(rest.unwrap_or(Type::Scalar)),
                Type::Unknown(_) => rest = Some(option),
                other => telling.push(other),
            }
        }
        match (telling.len(), rest) {
            (0, rest) => rest.unwrap_or(Type::Unknown("nothing is assigned to it")),
            (1, _) => telling.swap_remove(0),
            _ => Type::Union(telling.into()),
        }
    }

    /// Whether nothing is known of it.
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self, Type::Unknown(_))
    }

    /// The rows in it, as what something unknown makes of them.
    pub(super) fn less_sure(&self) -> Option<Self> {
        match self {
            Type::Row(row) => {
                let evidence = format!("what is made of {}", row.evidence).into();
                Some(Type::Row(Rc::new(Row { certainty: Certainty::Likely, evidence, names: row.names.clone() })))
            }
            Type::Of(of) => of.less_sure(),
            Type::Union(options) => options.iter().find_map(Type::less_sure),
            // A generic type that is told of rows.
            Type::Shape(_, _, env) => env.0.as_ref()?.types.iter().find_map(|(_, of)| of.less_sure()),
            _ => None,
        }
    }

    /// Whether a declaration of this type says what its values are. `Object` and the types of drivers say nothing; what is
    /// put into them may.
    pub(super) fn is_telling(&self) -> bool {
        match self {
            Type::Unknown(_) | Type::Library(..) => false,
            Type::Of(of) => of.is_telling(),
            Type::Union(options) => options.iter().any(Type::is_telling),
            _ => true,
        }
    }

    /// One of what it holds, when it holds something.
    pub(super) fn element(&self) -> Self {
        match self {
            Type::Of(of) => (**of).clone(),
            Type::Union(options) => Type::one_of(options.iter().map(Type::element)),
            other => other.clone(),
        }
    }

    /// What it holds at last; of several, the only one that is no plain value.
    pub(super) fn held(&self) -> &Self {
        match self {
            Type::Of(of) => of.held(),
            other => other,
        }
    }

    /// The first of several that is a row, or holds rows.
    pub(super) fn first_row(self) -> Self {
        match self {
            Type::Union(options) => {
                let row = options.iter().find(|option| matches!(option.held(), Type::Row(_))).cloned();
                row.unwrap_or(Type::Union(options))
            }
            other => other,
        }
    }

    /// Whether there is a row in it.
    pub(super) fn has_rows(&self) -> bool {
        match self {
            Type::Row(_) => true,
            Type::Of(of) => of.has_rows(),
            Type::Union(options) => options.iter().any(Type::has_rows),
            _ => false,
        }
    }
}
