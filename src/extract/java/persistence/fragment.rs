//! Pieces of SQL in annotations: `@Where(clause = "deleted = false")`, `@Formula("price * amount")`. What they name are
//! columns of an entity's table.
//! <https://docs.hibernate.org/orm/6.6/javadocs/org/hibernate/annotations/package-summary.html>

use tree_sitter::Node;

use super::annotation::{Annotation, Constants};
use crate::extract::sql;
use crate::extract::sql::text::SqlText;
use crate::model::answer::Construct;
use crate::model::facts::FileFacts;
use crate::model::mapping::{BuiltStatement, EntityPath, EntitySource};
use crate::model::span::Span;
use crate::model::statement::{Relation, ScopeId};

/// What stands around a piece in the statement that it is part of.
#[derive(Clone, Copy)]
enum Form {
    Value,
    Condition,
    Order,
}

/// Whose columns a piece on a property names.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Owner {
    /// Those of the class that has the property.
    Own,
    /// Those of the class that the property leads to.
    Target,
}

/// Annotations with the arguments that are pieces of SQL.
const FRAGMENTS: &[(&str, &[&str], Form, Owner)] = &[
    ("Formula", &["value"], Form::Value, Owner::Own),
    ("JoinFormula", &["value"], Form::Value, Owner::Own),
    ("DiscriminatorFormula", &["value"], Form::Value, Owner::Own),
    ("ColumnTransformer", &["read"], Form::Value, Owner::Own),
    ("Check", &["constraints", "value"], Form::Condition, Owner::Own),
    ("Where", &["clause"], Form::Condition, Owner::Target),
    ("SQLRestriction", &["value"], Form::Condition, Owner::Target),
    ("Filter", &["condition"], Form::Condition, Owner::Target),
    ("OrderBy", &["clause"], Form::Order, Owner::Target),
    ("SQLOrder", &["value"], Form::Order, Owner::Target),
];

/// The name of the entity's table while a piece is read.
const ENTITY: &str = "columnist_entity";

/// What an annotation names.
pub(super) struct Fragment<'t> {
    node: Node<'t>,
    form: Form,
    /// Whose columns they are.
    pub(super) owner: Owner,
}

impl<'t> Fragment<'t> {
    /// The pieces of SQL in an annotation or in the list that it is.
    pub(super) fn all(annotation: &Annotation<'t>, text: &'t str) -> Vec<Self> {
        let each = match annotation.name {
            "Filters" | "ColumnTransformers" | "Checks" => annotation.inner("value", text),
            _ => vec![*annotation],
        };
        let in_one = |annotation: Annotation<'t>| {
            let known = FRAGMENTS.iter().filter(move |(name, ..)| *name == annotation.name);
            known.filter_map(move |(_, keys, form, owner)| {
                let node = keys.iter().find_map(|key| annotation.argument(key, text))?;
                Some(Fragment { node, form: *form, owner: *owner })
            })
        };
        each.into_iter().flat_map(in_one).collect()
    }

    /// Adds the statement that the piece is part of. `at` is where the entity's name stands.
    pub(super) fn read(&self, facts: &mut FileFacts, entity: &str, at: Span, text: &str, constants: &Constants<'_>) {
        let Some((value, span)) = constants.text(self.node, text) else { return };
        if span.of(text) != value {
            return;
        }
        let edge = |offset: u32| Span { start: offset, end: offset };
        let (before, after) = match self.form {
            Form::Value => ("SELECT ".to_owned(), format!(" FROM {ENTITY}")),
            Form::Condition => (format!("SELECT 1 FROM {ENTITY} WHERE "), String::new()),
            Form::Order => (format!("SELECT 1 FROM {ENTITY} ORDER BY "), String::new()),
        };
        let mut whole = SqlText::default();
        whole.push_decoded(&before, edge(span.start));
        whole.push(&value, span.start as usize);
        whole.push_decoded(&after, edge(span.end));
        // Read as a statement of its own, it knows nothing of the entity.
        facts.statements.retain(|statement| !span.contains(statement.span));
        for mut statement in sql::read(&whole, None).statements {
            let mut entities = Vec::new();
            for (scope, own) in statement.scopes.iter_mut().enumerate() {
                for (source, place) in own.sources.iter_mut().enumerate() {
                    if matches!(&place.relation, Relation::Table(name) if name.last().is(ENTITY)) {
                        place.relation = Relation::Hole;
                        place.span = at;
                        let entity = EntityPath::Named(entity.to_owned());
                        entities.push(EntitySource { scope: ScopeId(scope as u32), source: source as u32, entity });
                    }
                }
            }
            statement.span = span;
            facts.built.push(BuiltStatement { construct: Construct::Sql, statement, entities, sinks: Vec::new() });
        }
    }
}
