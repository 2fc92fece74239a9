//! Scopes, the names declared in them, and what is assigned or appended to each, with its place in the control flow.

use std::collections::HashMap;

use super::expression::ExpressionId;
use crate::model::span::Span;

/// A name as it is used: `x`, `f()`, or with what stands before it: `this.x`, `Class.X`, `mapper.columns()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key<'t> {
    /// What stands before the dot.
    pub qualifier: Option<&'t str>,
    /// The name.
    pub name: &'t str,
    /// Whether it is called.
    pub call: bool,
}

impl<'t> Key<'t> {
    /// A name without qualifier.
    pub fn bare(name: &'t str) -> Self {
        Self { qualifier: None, name, call: false }
    }

    /// A call of a function of that name.
    pub fn call(name: &'t str) -> Self {
        Self { qualifier: None, name, call: true }
    }

    /// A name after a qualifier.
    pub fn qualified(qualifier: &'t str, name: &'t str) -> Self {
        Self { qualifier: Some(qualifier), name, call: false }
    }

    /// A call of a method of what the qualifier names: a class, or a variable of one.
    pub fn method(qualifier: &'t str, name: &'t str) -> Self {
        Self { qualifier: Some(qualifier), name, call: true }
    }
}

/// Index of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ScopeId(pub u32);

/// Index of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableId(pub u32);

/// Index of a place in the control flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FlowId(pub u32);

/// What kind of name space a scope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// A block.
    Block,
    /// A function's parameters and body.
    Function,
    /// The members of a class.
    Class,
}

/// What a node is to the control flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Holds alternatives, one of which or none runs: an `if`, a `switch`.
    Branch,
    /// One alternative of the branch around it.
    Alternative,
    /// The alternative that runs when no other does: `else`, `default`.
    Otherwise,
    /// May run or not, by itself: the body of a loop, a closure, a function seen from outside.
    Optional,
}

/// A place in the control flow.
#[derive(Clone, Copy, Debug, Default)]
pub struct FlowNode {
    /// The place around it; the file's is its own.
    pub parent: FlowId,
    /// The branch, by number, whose alternative this is.
    pub branch: u32,
    /// How many places are around it.
    pub depth: u32,
}

/// How many alternatives a branch has.
#[derive(Clone, Copy, Debug, Default)]
pub struct Branch {
    /// Alternatives, each its own [`FlowId`].
    pub alternatives: u32,
    /// Whether one of them always runs.
    pub exhaustive: bool,
}

/// What happens to a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It gets a new value.
    Assign,
    /// Something is put after its value.
    Append,
    /// Something is put before its value.
    Prepend,
}

/// One change of a variable.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// What happens.
    pub change: Change,
    /// The value; `None` when it is known only at run time.
    pub value: Option<ExpressionId>,
    /// Where the value (or, without one, the change) stands.
    pub span: Span,
    /// Its place in the control flow.
    pub flow: FlowId,
    /// How many expressions were known before it: tells which uses come after it.
    pub order: u32,
}

/// A variable, constant, field or parameter.
#[derive(Debug, Default)]
pub struct Variable {
    /// Where it was declared in the control flow.
    pub flow: FlowId,
    /// Its changes in text order; the first is its initial value if it has one.
    pub events: Vec<Event>,
    /// Whether it is known only at run time when it is declared: a parameter, a name of another file.
    pub opaque: bool,
    /// Of a function: its parameters, in order.
    pub parameters: Vec<VariableId>,
}

#[derive(Debug)]
struct Scope {
    parent: ScopeId,
    kind: ScopeKind,
}

/// Scopes and variables of one file.
#[derive(Debug)]
pub struct Bindings<'t> {
    scopes: Vec<Scope>,
    names: HashMap<(ScopeId, Key<'t>), VariableId>,
    variables: Vec<Variable>,
    /// Classes of variables, where they are declared.
    classes: HashMap<(ScopeId, &'t str), &'t str>,
    /// Classes with what they extend.
    extended: HashMap<&'t str, &'t str>,
    pending: Vec<(ScopeId, Key<'t>, Event)>,
    open_scopes: Vec<ScopeId>,
    flows: Vec<FlowNode>,
    branches: Vec<Branch>,
    open_flows: Vec<OpenFlow>,
}

#[derive(Clone, Copy, Debug)]
enum OpenFlow {
    Branch(u32),
    Place(FlowId),
}

/// Scopes further out than this are not looked at.
const MOST_SCOPES: usize = 100;

impl Default for Bindings<'_> {
    fn default() -> Self {
        Self {
            scopes: vec![Scope { parent: ScopeId(0), kind: ScopeKind::Function }],
            names: HashMap::new(),
            variables: Vec::new(),
            classes: HashMap::new(),
            extended: HashMap::new(),
            pending: Vec::new(),
            open_scopes: vec![ScopeId(0)],
            flows: vec![FlowNode::default()],
            branches: Vec::new(),
            open_flows: vec![OpenFlow::Place(FlowId(0))],
        }
    }
}

impl<'t> Bindings<'t> {
    /// Opens a scope inside the innermost one.
    pub fn enter_scope(&mut self, kind: ScopeKind) {
        let id = ScopeId(self.scopes.len() as u32);
        self.scopes.push(Scope { parent: self.scope(), kind });
        self.open_scopes.push(id);
    }

    /// Closes the innermost scope.
    pub fn leave_scope(&mut self) {
        if self.open_scopes.len() > 1 {
            self.open_scopes.pop();
        }
    }

    /// The innermost scope.
    pub fn scope(&self) -> ScopeId {
        self.open_scopes.last().copied().unwrap_or_default()
    }

    /// The innermost open scope of a kind, else the file's.
    pub fn scope_of_kind(&self, kind: ScopeKind) -> ScopeId {
        let open = self.open_scopes.iter().rev().take(MOST_SCOPES).copied();
        open.clone().find(|id| self.scopes[id.0 as usize].kind == kind).unwrap_or_default()
    }

    /// The scope around the innermost one.
    pub fn outer_scope(&self) -> ScopeId {
        self.scopes[self.scope().0 as usize].parent
    }

    /// The file's own scope.
    pub fn file_scope(&self) -> ScopeId {
        ScopeId(0)
    }

    /// Opens a part of the control flow.
    pub fn enter_flow(&mut self, flow: Flow) {
        if flow == Flow::Branch || flow == Flow::Optional {
            self.branches.push(Branch::default());
        }
        let open = if flow == Flow::Branch {
            OpenFlow::Branch(self.branches.len() as u32 - 1)
        } else {
            let innermost = match self.open_flows.last() {
                Some(OpenFlow::Branch(branch)) if flow != Flow::Optional => Some(*branch),
                _ => None,
            };
            let branch = innermost.unwrap_or_else(|| {
                if flow != Flow::Optional {
                    self.branches.push(Branch::default());
                }
                self.branches.len() as u32 - 1
            });
            let parent = self.flow();
            let depth = self.flows[parent.0 as usize].depth + 1;
            let id = FlowId(self.flows.len() as u32);
            self.flows.push(FlowNode { parent, branch, depth });
            let counted = &mut self.branches[branch as usize];
            counted.alternatives += 1;
            counted.exhaustive |= flow == Flow::Otherwise;
            OpenFlow::Place(id)
        };
        self.open_flows.push(open);
    }

    /// Closes the innermost part of the control flow.
    pub fn leave_flow(&mut self) {
        if self.open_flows.len() > 1 {
            self.open_flows.pop();
        }
    }

    /// The place in the control flow. A branch's own expressions (its condition) run where the branch stands.
    pub fn flow(&self) -> FlowId {
        let open = self.open_flows.iter().rev();
        open.clone()
            .find_map(|open| match open {
                OpenFlow::Place(id) => Some(*id),
                OpenFlow::Branch(_) => None,
            })
            .unwrap_or_default()
    }

    /// A place in the control flow.
    pub fn flow_node(&self, id: FlowId) -> FlowNode {
        self.flows[id.0 as usize]
    }

    /// A branch by its number.
    pub fn branch(&self, number: u32) -> Branch {
        self.branches[number as usize]
    }

    /// Declares a variable under one or more names, each in its scope. Its initial value is recorded by
    /// [`Self::change`].
    pub fn declare(&mut self, names: &[(ScopeId, Key<'t>)], opaque: bool) -> VariableId {
        let id = VariableId(self.variables.len() as u32);
        self.variables.push(Variable { flow: self.flow(), opaque, ..Variable::default() });
        for &(scope, key) in names {
            self.names.insert((scope, key), id);
        }
        id
    }

    /// Records a change of whatever variable `key` names from the innermost scope. It may be declared later in the
    /// file.
    pub fn change(&mut self, key: Key<'t>, change: Change, value: Option<ExpressionId>, span: Span, order: usize) {
        let event = Event { change, value, span, flow: self.flow(), order: order as u32 };
        self.pending.push((self.scope(), key, event));
    }

    /// Gives every recorded change to its variable; a name that is declared nowhere becomes a variable of the
    /// innermost function around it, a member one of the class. Called once, after the walk.
    pub fn bind(&mut self) {
        for (scope, key, event) in std::mem::take(&mut self.pending) {
            let id = self.find(scope, key).unwrap_or_else(|| {
                let id = VariableId(self.variables.len() as u32);
                let kind = if key.qualifier.is_some() || key.call { ScopeKind::Class } else { ScopeKind::Function };
                let (outer, flow) = (self.around(scope, kind), event.flow);
                self.variables.push(Variable { flow, opaque: true, ..Variable::default() });
                self.names.insert((outer, key), id);
                id
            });
            self.variables[id.0 as usize].events.push(event);
        }
    }

    fn around(&self, mut scope: ScopeId, kind: ScopeKind) -> ScopeId {
        for _ in 0..MOST_SCOPES {
            let here = &self.scopes[scope.0 as usize];
            if here.kind == kind || here.parent == scope {
                break;
            }
            scope = here.parent;
        }
        scope
    }

    /// Takes note of the class of the variable `name` of `scope`.
    pub fn type_variable(&mut self, scope: ScopeId, name: &'t str, class: &'t str) {
        self.classes.insert((scope, name), class);
    }

    /// Takes note of what a class extends.
    pub fn extend_class(&mut self, class: &'t str, base: &'t str) {
        self.extended.insert(class, base);
    }

    /// The variable that a name stands for when it is used in `scope`: the nearest of that name, else the member of
    /// the class that its qualifier is or is a variable of.
    pub fn find(&self, scope: ScopeId, key: Key<'t>) -> Option<VariableId> {
        let own = self.outwards(scope).find_map(|scope| self.names.get(&(scope, key)).copied());
        own.or_else(|| self.find_member(scope, key))
    }

    fn find_member(&self, scope: ScopeId, key: Key<'t>) -> Option<VariableId> {
        /// Classes further up than this are not looked at.
        const MOST_BASES: usize = 10;
        let qualifier = key.qualifier?;
        let typed = self.outwards(scope).find_map(|scope| self.classes.get(&(scope, qualifier)).copied());
        let classes =
            std::iter::successors(Some(typed.unwrap_or(qualifier)), |class| self.extended.get(class).copied());
        classes
            .take(MOST_BASES)
            .find_map(|class| self.names.get(&(self.file_scope(), Key { qualifier: Some(class), ..key })).copied())
    }

    /// The names of the file's own scope that other files may use.
    pub fn outer_names(&self) -> impl Iterator<Item = (Key<'t>, VariableId)> + '_ {
        let file = self.file_scope();
        self.names.iter().filter(move |((scope, _), _)| *scope == file).map(|(&(_, key), &id)| (key, id))
    }

    /// A scope and those around it, innermost first.
    fn outwards(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> + '_ {
        std::iter::successors(Some(scope), |&scope| {
            let parent = self.scopes[scope.0 as usize].parent;
            (parent != scope).then_some(parent)
        })
        .take(MOST_SCOPES)
    }

    /// Says what the parameters of a function are.
    pub fn set_parameters(&mut self, function: VariableId, parameters: Vec<VariableId>) {
        self.variables[function.0 as usize].parameters = parameters;
    }

    /// A variable.
    pub fn variable(&self, id: VariableId) -> &Variable {
        &self.variables[id.0 as usize]
    }

    /// How many variables there are.
    pub fn variables(&self) -> usize {
        self.variables.len()
    }
}
