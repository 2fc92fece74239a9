//! Mappings: which class or model stands for which table, and which property for which column. And statements that are
//! built by calls, not written as SQL: their names are those of mapped classes and properties.

use serde::{Deserialize, Serialize};

use super::answer::Construct;
use super::name::{Ident, ObjectName};
use super::span::Span;
use super::statement::{
    Access, ColumnReference, Dialect, Direction, Reading, Relation, Scope, ScopeId, Source, SourceRole, Statement,
    StatementKind,
};

/// What a mapping is to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MappingRole {
    /// Its rows are those of a table.
    Entity,
    /// Its properties are inherited by entities that extend it; it has no table.
    Superclass,
    /// Its properties are columns of whatever entity embeds it.
    Embeddable,
}

/// How names that a mapping does not spell out are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ImpliedNames {
    /// As in the code.
    Identity,
    /// `fullName` is `full_name`.
    SnakeCase,
    /// Whatever of these the schema has, as in the code when it has none; tables in snake case then.
    Written,
    /// The same, with tables in the plural: `FullName` (the class) is `FullNames`.
    Plural,
    /// Whatever of these the schema has, snake case when it has none.
    BySchema,
    /// Whatever of these the schema has; a class whose table it does not have stands for none.
    InSchema,
}

/// A table or column name of a mapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MappedName<T> {
    /// Spelled out.
    Named(T),
    /// Made from the code's name.
    Implied,
    /// There is none: a transient property, the many side of a relation, a superclass.
    None,
}

/// A class, model or constant that stands for a relation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The name by which code calls it: `User`, `usersTable`.
    pub entity: String,
    /// Where that name stands.
    pub span: Span,
    /// What it is to others.
    pub role: MappingRole,
    /// Its table.
    pub table: MappedName<ObjectName>,
    /// The class whose properties it inherits, by its simple name.
    pub parent: Option<String>,
    /// Further classes whose properties it inherits, in languages that have several parents.
    pub mixins: Vec<String>,
    /// How names that are not spelled out are made.
    pub implied: ImpliedNames,
    /// Its properties, in text order.
    pub properties: Vec<MappedProperty>,
}

/// The name of the mapping that holds what other classes add to a class: the ways back from what refers to it.
pub fn way_back(entity: &str) -> String {
    format!("{entity} (back)")
}

/// The name of the mapping of an interface whose getters read the properties of an entity.
pub fn projected(interface: &str) -> String {
    format!("{interface} (projection)")
}

/// The name of the mapping of a class that is generated from the schema, beside which there may be a class of the same
/// name that code calls an entity.
pub fn generated(entity: &str) -> String {
    format!("{entity}{GENERATED}")
}

/// See [`generated`].
const GENERATED: &str = " (generated)";

impl Mapping {
    /// What a class without a table of its own says: that it stands for the rows of the entity `parent`.
    pub fn standing_for(parent: &str, entity: String, span: Span) -> Self {
        Self {
            entity,
            span,
            role: MappingRole::Superclass,
            table: MappedName::None,
            parent: Some(parent.to_owned()),
            mixins: Vec::new(),
            implied: ImpliedNames::BySchema,
            properties: Vec::new(),
        }
    }

    /// Whether it is of a class that is generated from the schema: its names are those that conventions make of columns.
    pub fn is_generated(&self) -> bool {
        self.entity.ends_with(GENERATED)
    }
}

/// A property of a mapped class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedProperty {
    /// Its name in the code.
    pub name: String,
    /// Where the column's name stands, or the property's when the column is implied.
    pub span: Span,
    /// Its column.
    pub column: MappedName<Ident>,
    /// The entity or embeddable that it leads to, by its simple name.
    pub target: Option<String>,
}

/// A statement that calls build: a query builder's chain, an ORM call, JPQL. Its scopes are like those of SQL; sources
/// that stand for entities are `Relation::Hole` there and told in `entities`, and names looked up in them are
/// properties.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuiltStatement {
    /// What built it.
    pub construct: Construct,
    /// The statement.
    pub statement: Statement,
    /// Which sources are entities, in an order in which each leans only on earlier ones.
    pub entities: Vec<EntitySource>,
    /// Arguments that hold columns as the keys of a value, in text order: literals too, for what is spread into them.
    pub sinks: Vec<Sink>,
}

impl BuiltStatement {
    /// A statement at `span` over the rows of one entity, which stands at `at`: `references` look their names up in it.
    pub(crate) fn over_entity(
        construct: Construct,
        entity: impl Into<String>,
        at: Span,
        span: Span,
        references: Vec<ColumnReference>,
    ) -> Self {
        let source =
            Source { relation: Relation::Hole, alias: None, columns: Vec::new(), span: at, role: SourceRole::Read };
        let statement = Statement {
            kind: StatementKind::Other,
            span,
            dialect: Dialect::Generic,
            reading: Reading::Parsed,
            direction: Direction::Forward,
            scopes: vec![Scope { sources: vec![source], references, ..Scope::default() }],
            changes: Vec::new(),
            holes: Vec::new(),
        };
        let entities = vec![EntitySource { scope: ScopeId(0), source: 0, entity: EntityPath::Named(entity.into()) }];
        Self { construct, statement, entities, sinks: Vec::new() }
    }
}

/// An argument whose keys are columns: `insert(data)`, `where(match)`, `create({ data })`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sink {
    /// The expression that is given, without parentheses and casts around it.
    pub span: Span,
    /// What becomes of the columns.
    pub access: Access,
    /// The scope of the source whose columns they are.
    pub scope: ScopeId,
    /// Its index there.
    pub source: u32,
}

/// A source that stands for an entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntitySource {
    /// The scope in which the source stands.
    pub scope: ScopeId,
    /// Its index there.
    pub source: u32,
    /// Which entity.
    pub entity: EntityPath,
}

/// How a built statement says which entity it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntityPath {
    /// By its name.
    Named(String),
    /// As what a property of another source leads to.
    Related {
        /// Scope of the other source.
        scope: ScopeId,
        /// Its index.
        source: u32,
        /// The property.
        property: String,
    },
}
