//! What a Java file says about values: its classes and functions, its expressions, and the places where a named part of
//! a value is used. Says nothing of what any of it is; that needs other files.
//!
//! One pass that recurses with the nesting of the code, to a limit. What gets long in real code (chains of calls, sums,
//! `else if`) is read without recursion. A class's members are named before its bodies are read.

mod annotation;
mod call;
mod class;
mod expression;
mod function;
mod names;
mod pattern;
mod reference;
mod statement;
mod types;

use std::collections::HashMap;

use tree_sitter::Node;

use self::class::CONSTRUCTOR;
use self::names::Names;
use crate::extract::Input;
use crate::extract::host::depth::Recursion;
use crate::extract::host::span_of;
use crate::model::code::{
    ClassId, Code, ExpressionId, ExpressionKind, Flow, FlowTarget, FunctionId, Language, TypeExpression, TypeId, Use,
    UseForm, Variable, VariableId,
};
use crate::model::span::Span;
use crate::model::statement::Access;

/// What is nested deeper than this is opaque.
const DEEPEST: u32 = 300;

/// Reads the text of a Java file; `None` when the parser gives up.
pub(super) fn read(input: Input<'_>) -> Option<Code> {
    let text = input.text;
    let tree = input.tree(&tree_sitter_java::LANGUAGE.into())?;
    let mut lowering = Lowering {
        text,
        code: Code { language: Language::Java, ..Code::default() },
        names: Names::default(),
        classes: Vec::new(),
        functions: Vec::new(),
        yields: Vec::new(),
        depth: 0,
        made: HashMap::new(),
        bounds: HashMap::new(),
    };
    lowering.file(tree.root_node());
    lowering.methods_go_with_objects();
    let mut code = lowering.code;
    code.uses.sort_by_key(|found| found.span);
    Some(code)
}

/// The file as far as it has been read.
struct Lowering<'t> {
    text: &'t str,
    code: Code,
    names: Names<'t>,
    /// The classes around, innermost last.
    classes: Vec<ClassId>,
    /// The functions around, innermost last; `None` for the body of a class outside of its methods.
    functions: Vec<Option<FunctionId>>,
    /// What the open `switch` expressions give, innermost last.
    yields: Vec<Vec<ExpressionId>>,
    depth: u32,
    /// Objects that are made of classes of this file.
    made: HashMap<ExpressionId, ClassId>,
    /// What type parameters are bound to be, by their names; of several of one name, the one that was read last.
    bounds: HashMap<&'t str, TypeId>,
}

impl Recursion for Lowering<'_> {
    const DEEPEST: u32 = DEEPEST;

    fn depth(&mut self) -> &mut u32 {
        &mut self.depth
    }
}

impl<'t> Lowering<'t> {
    fn text_of(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    fn add(&mut self, kind: ExpressionKind, span: Span) -> ExpressionId {
        self.code.add_expression(kind, span)
    }

    fn add_at(&mut self, kind: ExpressionKind, node: Node<'_>) -> ExpressionId {
        self.add(kind, span_of(node))
    }

    fn add_type(&mut self, of: TypeExpression) -> TypeId {
        self.code.add_type(of)
    }

    /// `this` where it is not written: just before a name.
    fn implied_this(&mut self, class: ClassId, before: Span) -> ExpressionId {
        self.add(ExpressionKind::This(class), Span { start: before.start, end: before.start })
    }

    fn add_use(&mut self, name: Node<'_>, receiver: ExpressionId, access: Access, form: UseForm) {
        let (span, name) = (span_of(name), self.text_of(name).to_owned());
        self.code.uses.push(Use { span, name, receiver, access, form });
    }

    /// Records where a value goes, if it is one that is followed.
    fn flow(&mut self, value: ExpressionId, to: FlowTarget) {
        let is_followed = matches!(
            self.code.expression(value).kind,
            ExpressionKind::Variable(_)
                | ExpressionKind::Call { .. }
                | ExpressionKind::New { .. }
                | ExpressionKind::List(_)
                | ExpressionKind::Choice(_)
                | ExpressionKind::Function(_)
        );
        if is_followed {
            self.code.flows.push(Flow { value, to });
        }
    }

    /// An object of a class of this file that is given to a function is like a lambda: its methods go there too. A row
    /// mapper gets its rows from the call that it is given to.
    fn methods_go_with_objects(&mut self) {
        /// Members that are looked at, and methods that go along.
        const MOST_MEMBERS: usize = 64;
        const MOST_METHODS: usize = 4;
        let mut found = Vec::new();
        for Flow { value, to } in &self.code.flows {
            let Some(class) = self.made.get(value).map(|class| &self.code.classes[class.0 as usize]) else { continue };
            let is_place = matches!(to, FlowTarget::Argument(..) | FlowTarget::Variable(_));
            if !is_place || class.parents.is_empty() {
                continue;
            }
            let takes_something = |id: &FunctionId| {
                let function = &self.code.functions[id.0 as usize];
                !function.parameters.is_empty() && function.name != CONSTRUCTOR
            };
            let methods =
                class.members.iter().take(MOST_MEMBERS).filter_map(|member| member.function).filter(takes_something);
            found.extend(methods.take(MOST_METHODS).map(|function| (*value, function, to.clone())));
        }
        for (object, function, to) in found {
            let span = self.code.expression(object).span;
            let value = self.add(ExpressionKind::Function(function), span);
            self.flow(value, to);
        }
    }

    /// Declares a variable from here to the end of the innermost scope.
    fn declare(&mut self, name: Node<'_>, declared: Option<TypeId>) -> VariableId {
        let id = self.add_variable(self.text_of(name), span_of(name), declared);
        if name.kind() != "underscore_pattern" {
            self.names.add_variable(self.text_of(name), id);
        }
        id
    }

    fn add_variable(&mut self, name: &str, span: Span, declared: Option<TypeId>) -> VariableId {
        self.code.add_variable(name, span, declared)
    }

    fn variable(&mut self, id: VariableId) -> &mut Variable {
        &mut self.code.variables[id.0 as usize]
    }

    /// A value that a variable is given.
    fn assign_variable(&mut self, id: VariableId, value: ExpressionId) {
        self.variable(id).values.push(value);
        self.flow(value, FlowTarget::Variable(id));
    }

    /// The innermost class around.
    fn class(&self) -> Option<ClassId> {
        self.classes.last().copied()
    }
}

/// The named children of a node, without comments.
fn parts(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| !child.is_extra()).collect()
}

/// The first child of a kind.
fn part_of_kind<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find(|child| child.kind() == kind)
}

fn starts_upper(text: &str) -> bool {
    text.starts_with(char::is_uppercase)
}

#[cfg(test)]
mod tests;
