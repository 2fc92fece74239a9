//! Lists, sets and dictionaries that are filled one by one: what is put into one is one of what it holds.

use tree_sitter::Node;

use super::Lowering;
use crate::model::code::{ClassId, ExpressionId, ExpressionKind, VariableId};

/// Values that are kept of one collection.
const MOST_KEPT: usize = 16;

/// Parts of the way to a collection: `found.setdefault(key, [])[0].append(x)`.
const MOST_STEPS: u32 = 8;

/// What holds a collection.
#[derive(Clone, Copy)]
enum Holder {
    Variable(VariableId),
    /// A member of a class, by its number.
    Member(ClassId, usize),
}

impl<'t> Lowering<'t> {
    /// `users.append(user)`, `by_id.setdefault(user.id, []).append(user)`, `found.update(others)`.
    pub(super) fn put(&mut self, called: &str, object: ExpressionId, arguments: &[ExpressionId], node: Node<'t>) {
        match (called, arguments) {
            ("append" | "appendleft" | "add", [value]) | ("insert" | "setdefault", [_, value]) => {
                self.keep(object, *value, node);
            }
            ("extend" | "update", [values]) => self.keep_as_it_is(object, *values),
            _ => {}
        }
    }

    /// Notes that a collection, or one that lies in it, holds a value.
    pub(super) fn keep(&mut self, collection: ExpressionId, value: ExpressionId, node: Node<'t>) {
        if self.holder(collection).is_some() {
            let list = self.add_at(ExpressionKind::List(vec![value]), node);
            self.keep_as_it_is(collection, list);
        }
    }

    fn keep_as_it_is(&mut self, collection: ExpressionId, values: ExpressionId) {
        match self.holder(collection) {
            Some(Holder::Variable(id)) => self.variable(id).values.push(values),
            Some(Holder::Member(class, member)) => {
                self.code.classes[class.0 as usize].members[member].values.push(values);
            }
            None => {}
        }
    }

    /// What holds a collection that is made empty in this file: anything else may have a method of such a name.
    fn holder(&self, collection: ExpressionId) -> Option<Holder> {
        let mut at = collection;
        for _ in 0..MOST_STEPS {
            match &self.code.expression(at).kind {
                ExpressionKind::Variable(id) => {
                    let values = &self.code.variables[id.0 as usize].values;
                    return self.is_collection(values).then_some(Holder::Variable(*id));
                }
                ExpressionKind::Member { object, name } => {
                    let (ExpressionKind::This(class) | ExpressionKind::Class(class)) =
                        &self.code.expression(*object).kind
                    else {
                        return None;
                    };
                    let members = &self.code.classes[class.0 as usize].members;
                    let member = members.iter().position(|member| member.name == *name)?;
                    return self.is_collection(&members[member].values).then_some(Holder::Member(*class, member));
                }
                ExpressionKind::Element(of) => at = *of,
                ExpressionKind::Call { callee, .. } => match &self.code.expression(*callee).kind {
                    ExpressionKind::Member { object, name } if name == "setdefault" => at = *object,
                    _ => return None,
                },
                _ => return None,
            }
        }
        None
    }

    fn is_collection(&self, values: &[ExpressionId]) -> bool {
        let Some(first) = values.first().filter(|_| values.len() < MOST_KEPT) else { return false };
        match &self.code.expression(*first).kind {
            ExpressionKind::List(items) => items.is_empty(),
            ExpressionKind::Object { properties, spreads } => properties.is_empty() && spreads.is_empty(),
            ExpressionKind::Call { callee, .. } => matches!(
                &self.code.expression(*callee).kind,
                ExpressionKind::Name { name, .. }
                    if matches!(name.as_str(), "list" | "dict" | "set" | "defaultdict" | "deque")
            ),
            ExpressionKind::New { .. } => {
                matches!(self.code.expression(*first).span.of(self.text).split('(').next(), Some("OrderedDict"))
            }
            _ => false,
        }
    }
}
