//! The lowering of TypeScript and JavaScript into [`Code`]: what a file's code says about values, in the form that all
//! host languages share. It decides nothing about what a value is.
//!
//! One walk over the syntax tree, outer before inner, with the scopes that are open; the names of a block are declared
//! when it is entered. It recurses with the tree down to [`DEEPEST`]; what lies deeper is opaque.

mod call;
mod class;
mod doc;
mod expression;
mod function;
mod jsx;
mod module;
mod object;
mod pattern;
mod scope;
mod statement;
mod template;
mod types;

use std::collections::{HashMap, HashSet};

use tree_sitter::{Language, Node};

use self::module::Exporting;
use self::scope::{Binding, Scopes};
use crate::extract::Input;
use crate::extract::host::depth::Recursion;
use crate::extract::host::span_of;
use crate::extract::typescript::builder::code::children;
use crate::model::code::{
    ClassId, Code, ExpressionId, ExpressionKind, Flow, FlowTarget, FunctionId, TypeExpression, TypeId, Use, UseForm,
    Variable, VariableId,
};
use crate::model::span::Span;
use crate::model::statement::Access;

/// How deep the syntax tree is followed.
const DEEPEST: u32 = 2_000;

/// More values than this of one variable tell nothing.
const MOST_VALUES: usize = 64;

/// Lowers a file; `None` when it cannot be parsed at all.
pub(super) fn lower(grammar: &Language, input: Input<'_>) -> Option<Code> {
    let tree = input.tree(grammar)?;
    let mut lowering = Lowering::new(input.text);
    lowering.program(tree.root_node());
    Some(lowering.finish())
}

/// What `this` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum This {
    /// An object of a class.
    Class(ClassId),
    /// The object literal around it: an index into [`Lowering::literals`].
    Literal(usize),
    /// The object that a variable holds: in `Users.find = function () { … }`.
    Variable(VariableId),
    /// Whatever the function is called on.
    Unknown,
}

/// A file while it is lowered.
struct Lowering<'t> {
    text: &'t str,
    code: Code,
    scopes: Scopes<'t>,
    /// Functions and classes that were declared when their block was entered, by their node.
    hoisted_functions: HashMap<usize, FunctionId>,
    hoisted_classes: HashMap<usize, ClassId>,
    /// The open functions, innermost last.
    functions: Vec<FunctionId>,
    /// The open classes, innermost last.
    classes: Vec<ClassId>,
    /// What `this` is, innermost last.
    this: Vec<This>,
    /// Open object literals whose methods may use `this`: the variable that stands for the literal, once one is needed.
    literals: Vec<Option<VariableId>>,
    /// Whether an object literal that is met is given to a call, which may give its methods another `this`.
    in_argument: bool,
    /// Index of a class's member by its name.
    members: HashMap<(ClassId, &'t str), usize>,
    /// Classes, interfaces and aliases at the top of the file.
    file_classes: HashMap<&'t str, ClassId>,
    /// Names of other files.
    imported: HashSet<&'t str>,
    /// How many open declarations have a type parameter of that name.
    type_parameters: HashMap<&'t str, u32>,
    /// Variables that are the `exports` of `CommonJS`.
    exports_aliases: HashSet<VariableId>,
    /// Exports whose value is known only at the end of the file.
    exporting: Vec<Exporting<'t>>,
    /// Whether comments speak of types.
    docs: bool,
    /// Types that comments declare.
    typedefs: Vec<(&'t str, ClassId)>,
    depth: u32,
}

impl Recursion for Lowering<'_> {
    const DEEPEST: u32 = DEEPEST;

    fn depth(&mut self) -> &mut u32 {
        &mut self.depth
    }
}

impl<'t> Lowering<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            code: Code::default(),
            scopes: Scopes::default(),
            hoisted_functions: HashMap::new(),
            hoisted_classes: HashMap::new(),
            functions: Vec::new(),
            classes: Vec::new(),
            this: Vec::new(),
            literals: Vec::new(),
            in_argument: false,
            members: HashMap::new(),
            file_classes: HashMap::new(),
            imported: HashSet::new(),
            type_parameters: HashMap::new(),
            exports_aliases: HashSet::new(),
            exporting: Vec::new(),
            docs: Self::has_docs(text),
            typedefs: Vec::new(),
            depth: 0,
        }
    }

    fn finish(mut self) -> Code {
        self.code.uses.sort_by_key(|found| (found.span.start, found.span.end));
        self.code
    }

    fn text_of(&self, node: Node<'t>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    /// Adds an expression.
    fn add(&mut self, kind: ExpressionKind, span: Span) -> ExpressionId {
        self.code.add_expression(kind, span)
    }

    fn opaque(&mut self, node: Node<'t>) -> ExpressionId {
        self.add(ExpressionKind::Opaque, span_of(node))
    }

    fn kind(&self, id: ExpressionId) -> &ExpressionKind {
        &self.code.expression(id).kind
    }

    /// Adds a type.
    fn add_type(&mut self, kind: TypeExpression) -> TypeId {
        self.code.add_type(kind)
    }

    /// Adds a variable in the innermost scope; one without a name is seen by nobody.
    fn declare(&mut self, name: &'t str, span: Span) -> VariableId {
        let id = self.add_variable(name, span);
        if !name.is_empty() {
            self.scopes.bind(name, Binding::Variable(id));
        }
        id
    }

    fn add_variable(&mut self, name: &str, span: Span) -> VariableId {
        self.code.add_variable(name, span, None)
    }

    fn variable_mut(&mut self, id: VariableId) -> &mut Variable {
        &mut self.code.variables[id.0 as usize]
    }

    /// Adds what is assigned to a variable.
    fn hold(&mut self, variable: VariableId, value: ExpressionId) {
        let values = &mut self.variable_mut(variable).values;
        if values.len() < MOST_VALUES {
            values.push(value);
        }
        self.flow(value, FlowTarget::Variable(variable));
    }

    /// Records where a value goes, if it is one that can be followed.
    fn flow(&mut self, value: ExpressionId, to: FlowTarget) {
        let is_followed = match self.kind(value) {
            ExpressionKind::Variable(_)
            | ExpressionKind::Member { .. }
            | ExpressionKind::Element(_)
            | ExpressionKind::Call { .. }
            | ExpressionKind::New { .. }
            | ExpressionKind::Await(_)
            | ExpressionKind::Object { .. }
            | ExpressionKind::List(_)
            | ExpressionKind::Choice(_)
            | ExpressionKind::Function(_)
            | ExpressionKind::Typed(_) => true,
            ExpressionKind::Name { name, .. } => self.imported.contains(name.as_str()),
            ExpressionKind::This(_)
            | ExpressionKind::Class(_)
            | ExpressionKind::Module(_)
            | ExpressionKind::Text(_)
            | ExpressionKind::Scalar
            | ExpressionKind::Opaque => false,
        };
        if is_followed {
            self.code.flows.push(Flow { value, to });
        }
    }

    fn record(&mut self, name: &str, span: Span, receiver: ExpressionId, access: Access, form: UseForm) {
        self.code.uses.push(Use { span, name: name.to_owned(), receiver, access, form });
    }

    /// The name that a key is, and where it stands without its quotes; `None` for one that is computed.
    fn key(&self, node: Node<'t>) -> Option<(&'t str, Span)> {
        match node.kind() {
            "string" | "template_string" => self.constant(node),
            "computed_property_name" => {
                let inner = children(node).first().copied()?;
                self.constant(inner)
            }
            _ => Some((self.text_of(node), span_of(node))),
        }
    }

    /// The content of a string or of a template without holes.
    fn constant(&self, node: Node<'t>) -> Option<(&'t str, Span)> {
        let is_constant = match node.kind() {
            "string" => true,
            "template_string" => children(node).iter().all(|part| part.kind() != "template_substitution"),
            _ => false,
        };
        let (start, end) = (node.start_byte() + 1, node.end_byte().checked_sub(1)?);
        let text = self.text.get(start..end).filter(|_| is_constant)?;
        Some((text, Span::new(start, end)))
    }
}

#[cfg(test)]
mod tests;
