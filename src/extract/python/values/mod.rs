//! What a Python file says about values: its classes and functions, its expressions, and the places where a named part of
//! a value is used. Says nothing of what any of it is; that needs other files.
//!
//! One pass that recurses with the nesting of the code, to a limit. Names have the scope of their function; those of the
//! module are known before anything is read, because functions use what stands behind them.

mod call;
mod class;
mod collection;
mod expression;
mod function;
mod import;
mod newest;
mod statement;
mod types;
mod words;

use std::collections::HashMap;

use tree_sitter::Node;

use crate::extract::Input;
use crate::extract::host::depth::Recursion;
use crate::extract::host::span_of;
use crate::model::code::{
    ClassId, Code, Export, Exported, ExpressionId, ExpressionKind, Flow, FlowTarget, FunctionId, Language,
    TypeExpression, TypeId, Use, UseForm, Variable, VariableId,
};
use crate::model::span::Span;
use crate::model::statement::Access;

/// What is nested deeper than this is opaque.
const DEEPEST: u32 = 200;

/// Reads the text of a Python file; `None` when the parser gives up.
pub(super) fn read(input: Input<'_>) -> Option<Code> {
    let text = input.text;
    let tree = input.tree(&tree_sitter_python::LANGUAGE.into())?;
    let mut lowering = Lowering {
        text,
        code: Code { language: Language::Python, ..Code::default() },
        names: HashMap::new(),
        open: Vec::new(),
        classes: Vec::new(),
        functions: Vec::new(),
        subjects: Vec::new(),
        keywords: Vec::new(),
        depth: 0,
        blocks: 0,
        declared_in: HashMap::new(),
        newest: newest::Newest::default(),
    };
    lowering.module(tree.root_node());
    lowering.place_keywords();
    let mut code = lowering.code;
    code.uses.sort_by_key(|found| found.span);
    Some(code)
}

/// What a name of the file stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Variable(VariableId),
    Function(FunctionId),
    Class(ClassId),
    /// The object of a method.
    This(ClassId),
    /// Something of another file.
    Imported,
}

/// The file as far as it has been read.
struct Lowering<'t> {
    text: &'t str,
    code: Code,
    /// Names in scope, each with its declarations, the innermost last.
    names: HashMap<&'t str, Vec<Named>>,
    /// What is in scope, in the order in which it came: scopes are left by undoing it.
    open: Vec<&'t str>,
    /// The classes around, innermost last.
    classes: Vec<ClassId>,
    /// The functions around, innermost last.
    functions: Vec<FunctionId>,
    /// Whose columns the settings of the classes around name, innermost last.
    subjects: Vec<Option<ExpressionId>>,
    /// Values given by the name of a parameter.
    keywords: Vec<(ExpressionId, String, ExpressionId)>,
    depth: u32,
    /// The block around; 0 is the outermost level of the file.
    blocks: u32,
    /// In which block a variable was declared.
    declared_in: HashMap<VariableId, u32>,
    newest: newest::Newest<'t>,
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

    fn opaque(&mut self, node: Node<'_>) -> ExpressionId {
        self.add_at(ExpressionKind::Opaque, node)
    }

    fn add_type(&mut self, of: TypeExpression) -> TypeId {
        self.code.add_type(of)
    }

    fn add_use(&mut self, name: &str, span: Span, receiver: ExpressionId, access: Access, form: UseForm) {
        self.code.uses.push(Use { span, name: name.to_owned(), receiver, access, form });
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
                | ExpressionKind::Object { .. }
                | ExpressionKind::Element(_)
                | ExpressionKind::Await(_)
                | ExpressionKind::Function(_)
        );
        if is_followed {
            self.code.flows.push(Flow { value, to });
        }
    }

    fn lookup(&self, name: &str) -> Option<Named> {
        self.names.get(name)?.last().copied()
    }

    fn bind(&mut self, name: &'t str, what: Named) {
        self.names.entry(name).or_default().push(what);
        self.open.push(name);
    }

    /// Leaves what came into scope since there were `mark` names.
    fn leave(&mut self, mark: usize) {
        for name in self.open.split_off(mark).into_iter().rev() {
            self.names.get_mut(name).and_then(Vec::pop);
        }
    }

    fn add_variable(&mut self, name: &str, span: Span, declared: Option<TypeId>) -> VariableId {
        self.code.add_variable(name, span, declared)
    }

    fn declare(&mut self, name: Node<'_>, declared: Option<TypeId>) -> VariableId {
        let text = self.text_of(name);
        let id = self.add_variable(text, span_of(name), declared);
        self.bind(text, Named::Variable(id));
        self.declared_in.insert(id, self.blocks);
        id
    }

    fn variable(&mut self, id: VariableId) -> &mut Variable {
        &mut self.code.variables[id.0 as usize]
    }

    /// A value that a variable is given.
    fn assign_variable(&mut self, id: VariableId, value: ExpressionId) {
        self.variable(id).values.push(value);
        self.flow(value, FlowTarget::Variable(id));
    }

    fn export(&mut self, name: &str, value: Exported) {
        self.code.exports.push(Export { name: name.to_owned(), value });
    }

    /// The innermost class around.
    fn class(&self) -> Option<ClassId> {
        self.classes.last().copied()
    }

    /// Puts values that are given by name where the parameters of functions of this file are.
    fn place_keywords(&mut self) {
        /// Parameters of one function.
        const MOST: usize = 64;
        for (call, name, value) in std::mem::take(&mut self.keywords) {
            let ExpressionKind::Call { callee, .. } = &self.code.expression(call).kind else { continue };
            let function = match &self.code.expression(*callee).kind {
                ExpressionKind::Function(id) => Some(*id),
                ExpressionKind::Member { object, name } => match self.code.expression(*object).kind {
                    ExpressionKind::This(class) => {
                        let members = &self.code.classes[class.0 as usize].members;
                        members.iter().find(|member| member.name == *name).and_then(|member| member.function)
                    }
                    _ => None,
                },
                _ => None,
            };
            let Some(function) = function else { continue };
            let parameters = &self.code.functions[function.0 as usize].parameters;
            let place = parameters.iter().take(MOST).position(|id| self.code.variables[id.0 as usize].name == name);
            let Some(place) = place else { continue };
            let span = self.code.expression(call).span;
            let missing = self.add(ExpressionKind::Opaque, span);
            if let ExpressionKind::Call { arguments, .. } = &mut self.code.expressions[call.0 as usize].kind {
                while arguments.len() <= place {
                    arguments.push(missing);
                }
                arguments[place] = value;
            }
            self.flow(value, FlowTarget::Argument(call, place as u32));
        }
    }
}

/// The named children of a node, without comments.
fn parts(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| !child.is_extra()).collect()
}

#[cfg(test)]
mod tests;
