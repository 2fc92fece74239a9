//! What all host languages share: one walk over the syntax tree, units, tokens, and the strings that may be SQL.
//!
//! A language implements [`Host`]: it says what a node opens (a unit, a scope, a branch) and which string expression
//! a node is. Names are bound, values put together and SQL embedded here, after the walk. The walk and everything
//! after it are linear in the file and do not recurse with the depth of the tree.

pub mod binding;
pub mod condition;
pub mod depth;
pub mod dialect;
pub mod escape;
pub mod expression;
pub mod flow;
pub mod format;
mod outer;
pub(super) mod quoting;
pub mod resolve;
pub mod statements;
#[cfg(test)]
pub(super) mod testing;
pub mod tokens;
pub mod units;

use std::borrow::Cow;
use std::collections::HashMap;

use tree_sitter::{Language, Node, Tree};

use self::binding::{Bindings, Change, Flow, Key, ScopeId, ScopeKind, VariableId};
use self::dialect::DialectHints;
use self::expression::{Expression, ExpressionId, Expressions};
use self::units::Units;
use crate::extract::Input;
use crate::extract::sql::text::SqlText;
use crate::model::facts::{Constant, FileFacts, Problem, Token, TokenKind, UnitKind};
use crate::model::span::Span;
use crate::model::statement::Direction;

/// A host language: what its syntax means for units, scopes, branches and strings. A value of it reads one file.
pub trait Host {
    /// What `node` opens for all that is inside it. Called before its children; tokens may be collected here too.
    fn open<'t>(&mut self, node: Node<'t>, reader: &mut Reader<'t>) -> Opening<'t>;

    /// The string expression that `node` is, `None` when it is none that is understood. Called after its children.
    /// Makes expressions, declares names and records assignments through `reader`.
    fn close<'t>(&mut self, node: Node<'t>, children: &[Child<'t>], reader: &mut Reader<'t>) -> Option<ExpressionId>;

    /// The name that `node` is, when it may stand for a constant: an identifier, `this.x`, `Class.X`.
    fn name<'t>(node: Node<'t>, text: &'t str) -> Option<Key<'t>>;

    /// Adds what is not said by strings: mappings, and statements that calls build. Called once, after everything else.
    fn read_whole(&self, _root: Node<'_>, _input: Input<'_>, _facts: &mut FileFacts) {}
}

/// What a node opens, until it is left.
#[derive(Debug, Default)]
pub struct Opening<'t> {
    /// A name for what is inside; with a kind when it is a unit.
    pub unit: Option<(Cow<'t, str>, Option<UnitKind>)>,
    /// A name space.
    pub scope: Option<ScopeKind>,
    /// Parts of the control flow that may not run, outermost first: an `else if` is an alternative and a branch.
    pub flows: Vec<Flow>,
    /// Its children are given to its parent as if they were the parent's own: an argument list.
    pub transparent: bool,
    /// Its children are not looked at.
    pub skip: bool,
}

/// A child that has been left.
#[derive(Clone, Copy, Debug)]
pub struct Child<'t> {
    /// The node. Anonymous nodes are kept when they have a field.
    pub node: Node<'t>,
    /// Its field in its parent; without one, that of the transparent node around it.
    pub field: Option<&'t str>,
    /// The string expression that it is.
    pub value: Option<ExpressionId>,
}

/// A node that is open.
struct Frame<'t> {
    node: Node<'t>,
    field: Option<&'t str>,
    /// Where its children begin.
    children: usize,
    unit: bool,
    scope: Option<ScopeKind>,
    flows: usize,
    transparent: bool,
}

/// What has been read of one file so far.
pub struct Reader<'t> {
    /// The file's text.
    pub text: &'t str,
    /// The file's path inside the repository.
    pub path: &'t str,
    /// Tokens in any order; they are made flat at the end.
    pub tokens: Vec<Token>,
    /// Units.
    pub units: Units,
    /// Hints for the dialect.
    pub dialect: DialectHints,
    /// All string expressions.
    pub expressions: Expressions<'t>,
    /// Scopes, names and what is assigned to them.
    pub bindings: Bindings<'t>,
    field: Option<&'t str>,
    frames: Vec<Frame<'t>>,
    /// What the open functions return, innermost last.
    returns: Vec<Vec<Child<'t>>>,
    /// The parameters of the open functions, innermost last.
    parameters: Vec<Vec<(&'t str, VariableId)>>,
    /// What the functions known so far return.
    functions: HashMap<(ScopeId, &'t str), ExpressionId>,
    name_of: fn(Node<'t>, &'t str) -> Option<Key<'t>>,
}

impl<'t> Reader<'t> {
    /// The text of a node.
    pub fn text_of(&self, node: Node<'t>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    /// The field of the node that is being opened or closed.
    pub fn field(&self) -> Option<&'t str> {
        self.field
    }

    /// The node around the one that is being opened or closed; `up` 1 is the one around that, and so on.
    pub fn outer(&self, up: usize) -> Option<Node<'t>> {
        self.frames.iter().rev().nth(up).map(|frame| frame.node)
    }

    /// Adds a token at a node.
    pub fn token(&mut self, node: Node<'t>, kind: TokenKind) {
        self.tokens.push(Token { span: span_of(node), kind });
    }

    /// What a node is as a part of a bigger string: its value, the constant that it names, or a hole.
    pub fn part(&mut self, child: &Child<'t>) -> ExpressionId {
        if let Some(value) = child.value {
            return value;
        }
        let expression = match (self.name_of)(child.node, self.text) {
            Some(key) => self.name(key),
            None => Expression::Hole,
        };
        self.expressions.add(expression, span_of(child.node))
    }

    /// Like [`Self::part`], but `None` for what is no string and no name.
    pub fn string_or_name(&mut self, child: &Child<'t>) -> Option<ExpressionId> {
        child.value.or_else(|| {
            let key = (self.name_of)(child.node, self.text)?;
            let expression = self.name(key);
            Some(self.expressions.add(expression, span_of(child.node)))
        })
    }

    /// Whether a node is a string or the name of something that may be one.
    pub fn may_be_string(&self, child: &Child<'t>) -> bool {
        child.value.is_some() || (self.name_of)(child.node, self.text).is_some()
    }

    /// Adds a text that is known to be empty, just before a node: a new builder.
    pub fn nothing(&mut self, node: Node<'t>) -> ExpressionId {
        let start = node.start_byte();
        self.expressions.literal(SqlText::default(), Span::new(start, start))
    }

    /// Declares the local variable `name` in the innermost scope; see [`Bindings::declare`].
    pub fn declare_local(&mut self, name: &'t str, opaque: bool) {
        let scope = self.bindings.scope();
        self.bindings.declare(&[(scope, Key::bare(name))], opaque);
    }

    /// Declares a parameter of the innermost function.
    pub fn declare_parameter(&mut self, name: &'t str) {
        let scope = self.bindings.scope();
        let id = self.bindings.declare(&[(scope, Key::bare(name))], true);
        if let Some(parameters) = self.parameters.last_mut() {
            parameters.push((name, id));
        }
    }

    /// A call of a named function that is given a string or a parameter of the function around it; `None` for other
    /// calls. Its value is that of the function's
    /// name with its parameters replaced.
    pub fn call(&mut self, arguments: &[Child<'t>], node: Node<'t>) -> Option<ExpressionId> {
        /// A call with more arguments than this makes no text.
        const MOST: usize = 12;
        let is_parameter = |name: &str| {
            let own = self.parameters.last().into_iter().flatten();
            own.take(MOST).any(|(known, _)| *known == name)
        };
        let is_text = |argument: &Child<'t>| {
            argument.value.is_some()
                || self.key(argument.node).is_some_and(|key| key == Key::bare(key.name) && is_parameter(key.name))
        };
        if arguments.len() > MOST || !arguments.iter().any(is_text) {
            return None;
        }
        let key = self.key(node)?;
        let arguments = arguments.iter().map(|argument| self.part(argument)).collect();
        let scope = self.bindings.scope();
        Some(self.expressions.add(Expression::Call { key, scope, arguments }, span_of(node)))
    }

    /// An append to the builder that a node is: a name, or a call that appends to one and returns it. The value is
    /// the builder's.
    pub fn append(&mut self, builder: &Child<'t>, value: ExpressionId, node: Node<'t>) -> ExpressionId {
        if let Some(id) = builder.value {
            if let Expression::Appends { key, .. } = self.expressions.get(id).expression {
                self.change(key, Change::Append, Some(value), node);
                return id;
            }
            return self.expressions.join(id, value, span_of(node));
        }
        let Some(key) = self.key(builder.node) else {
            let hole = self.hole(builder.node);
            return self.expressions.join(hole, value, span_of(node));
        };
        self.change(key, Change::Append, Some(value), node);
        let scope = self.bindings.scope();
        self.expressions.add(Expression::Appends { key, scope }, span_of(node))
    }

    /// Takes note of a value that the innermost open function returns.
    pub fn returned(&mut self, value: &Child<'t>) {
        /// A function that returns more values than this is no constant.
        const MOST: usize = 50;
        if self.returns.last().is_none_or(|values| values.len() >= MOST) {
            return;
        }
        // A name is looked up where it is returned, not where the function ends.
        let value = Child { value: self.string_or_name(value), ..*value };
        if let Some(values) = self.returns.last_mut() {
            values.push(value);
        }
    }

    /// Makes the function that is being closed known by `name` in the scope around it, and as a method of `class`, if
    /// it may return strings: its calls then stand for any of the values that it returns, or that another function of
    /// the same name there returns.
    pub fn declare_function(&mut self, name: &'t str, class: Option<&'t str>, node: Node<'t>) {
        let Some(values) = self.returns.last_mut().map(std::mem::take) else { return };
        let Some(mut value) = self.choice(&values, node) else { return };
        let (scope, key) = (self.bindings.outer_scope(), Key::call(name));
        if let Some(&overload) = self.functions.get(&(scope, name)) {
            value = self.expressions.add(Expression::Choice(vec![overload, value]), span_of(node));
        }
        self.functions.insert((scope, name), value);
        let mut names = vec![(scope, key)];
        names.extend(class.map(|class| (self.bindings.file_scope(), Key::method(class, name))));
        let function = self.bindings.declare(&names, false);
        let parameters = self.parameters.last_mut().map(std::mem::take).unwrap_or_default();
        self.bindings.set_parameters(function, parameters.into_iter().map(|(_, id)| id).collect());
        self.change(key, Change::Assign, Some(value), node);
    }

    /// A choice between values, if any of them is a string or all may be.
    pub fn choice(&mut self, branches: &[Child<'t>], node: Node<'t>) -> Option<ExpressionId> {
        let any = branches.iter().any(|branch| branch.value.is_some());
        if branches.is_empty() || (!any && !branches.iter().all(|branch| self.may_be_string(branch))) {
            return None;
        }
        let parts: Vec<ExpressionId> = branches.iter().map(|branch| self.part(branch)).collect();
        match parts.as_slice() {
            [only] => Some(*only),
            _ => Some(self.expressions.add(Expression::Choice(parts), span_of(node))),
        }
    }

    /// Two values one after the other, if one of them is a string or both may be.
    pub fn sum(&mut self, left: &Child<'t>, right: &Child<'t>, node: Node<'t>) -> Option<ExpressionId> {
        let any = left.value.is_some() || right.value.is_some();
        let is_text = any || (self.may_be_string(left) && self.may_be_string(right));
        if !is_text {
            return None;
        }
        let (left, right) = (self.part(left), self.part(right));
        Some(self.expressions.join(left, right, span_of(node)))
    }

    /// A list of values, if one of them is a string or there are none.
    pub fn list(&mut self, items: &[Child<'t>], node: Node<'t>) -> Option<ExpressionId> {
        if !items.is_empty() && !items.iter().any(|item| self.may_be_string(item)) {
            return None;
        }
        let items = items.iter().map(|item| self.part(item)).collect();
        Some(self.expressions.add(Expression::List(items), span_of(node)))
    }

    /// Adds a hole at a node.
    pub fn hole(&mut self, node: Node<'t>) -> ExpressionId {
        self.expressions.add(Expression::Hole, span_of(node))
    }

    /// Records that the variable `key` changes at `node`; `value` is `None` when it is known only at run time.
    pub fn change(&mut self, key: Key<'t>, change: Change, value: Option<ExpressionId>, node: Node<'t>) {
        let order = self.expressions.len();
        if let Some(value) = value {
            self.expressions.take(value);
        }
        self.bindings.change(key, change, value, span_of(node), order);
    }

    /// The name that a node is.
    pub fn key(&self, node: Node<'t>) -> Option<Key<'t>> {
        (self.name_of)(node, self.text)
    }

    /// A use of a name in the innermost scope.
    pub fn name(&self, key: Key<'t>) -> Expression<'t> {
        Expression::Name { key, scope: self.bindings.scope() }
    }
}

/// Where a node stands.
pub fn span_of(node: Node<'_>) -> Span {
    Span::new(node.start_byte(), node.end_byte())
}

/// Reads a file of a host language; `known` are constants of other files.
pub fn read<H: Host>(host: &mut H, language: &Language, input: Input<'_>, known: &[Constant]) -> FileFacts {
    let mut facts = FileFacts { elsewhere: TokenKind::Symbol, ..FileFacts::default() };
    let Some(tree) = input.tree(language) else {
        let message = "the file could not be parsed".to_owned();
        facts.problems.push(Problem { code: "unreadable-syntax".into(), message, span: Span::default() });
        facts.elsewhere = TokenKind::Unread;
        return facts;
    };
    let (reader, problem) = scan(host, &tree, input);
    facts.problems.extend(problem);
    facts.units = reader.units.finish();
    facts.tokens = reader.tokens;
    let dialect = reader.dialect.dialect();
    statements::embed_all(&mut facts, &reader.expressions, &reader.bindings, dialect, known);
    facts.tokens = tokens::flatten(std::mem::take(&mut facts.tokens));
    host.read_whole(tree.root_node(), input, &mut facts);
    facts.statements.sort_by_key(|statement| statement.span.start);
    facts.units.sort_by_key(|unit| (unit.span.start, std::cmp::Reverse(unit.span.end)));
    // Both in order of their start: one pass with the furthest end so far tells what lies inside.
    let mut undoing = units::undoing(&facts.units);
    undoing.extend(units::undoing_values(&tree, input.text));
    undoing.sort_unstable();
    let mut undoing = undoing.into_iter().peekable();
    let mut end = 0;
    for statement in &mut facts.statements {
        while let Some(span) = undoing.next_if(|span| span.start <= statement.span.start) {
            end = end.max(span.end);
        }
        if statement.span.start < end {
            statement.direction = Direction::Backward;
        }
    }
    facts
}

/// Walks over the tree and binds names. Returns the first syntax error too.
fn scan<'t, H: Host>(host: &mut H, tree: &'t Tree, input: Input<'t>) -> (Reader<'t>, Option<Problem>) {
    let mut reader = Reader {
        text: input.text,
        path: input.path,
        tokens: Vec::new(),
        units: Units::default(),
        dialect: DialectHints::default(),
        expressions: Expressions::default(),
        bindings: Bindings::default(),
        field: None,
        frames: Vec::new(),
        returns: Vec::new(),
        parameters: Vec::new(),
        functions: HashMap::new(),
        name_of: H::name,
    };
    reader.dialect.add(input.path);
    let problem = walk(host, tree, &mut reader);
    reader.bindings.bind();
    (reader, problem)
}

/// Opens and closes every node in text order, without recursion. Returns the first syntax error.
fn walk<'t, H: Host>(host: &mut H, tree: &'t Tree, reader: &mut Reader<'t>) -> Option<Problem> {
    let mut problem = None;
    let mut children: Vec<Child<'t>> = Vec::new();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let field = cursor.field_name();
        if problem.is_none() && (node.is_error() || node.is_missing()) {
            problem = Some(syntax_error(node));
        }
        if node.is_extra() && node.kind().ends_with("comment") {
            reader.token(node, TokenKind::Comment);
        } else if node.is_named() || node.is_error() {
            let descends = enter(host, node, field, children.len(), reader);
            if descends && cursor.goto_first_child() {
                continue;
            }
            leave(host, reader, &mut children);
        } else if field.is_some() {
            children.push(Child { node, field, value: None });
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return problem;
            }
            leave(host, reader, &mut children);
        }
    }
}

fn syntax_error(node: Node<'_>) -> Problem {
    let message = if node.is_missing() {
        format!("`{}` is missing", node.kind())
    } else {
        "the syntax is not understood here".to_owned()
    };
    Problem { code: "syntax-error".into(), message, span: span_of(node) }
}

fn enter<'t, H: Host>(
    host: &mut H,
    node: Node<'t>,
    field: Option<&'t str>,
    children: usize,
    reader: &mut Reader<'t>,
) -> bool {
    reader.field = field;
    let opening = host.open(node, reader);
    if let Some((name, kind)) = &opening.unit {
        match kind {
            Some(kind) => reader.units.enter(name, *kind, span_of(node)),
            None => reader.units.enter_name(name),
        }
    }
    if let Some(scope) = opening.scope {
        reader.bindings.enter_scope(scope);
        if scope == ScopeKind::Function {
            reader.returns.push(Vec::new());
            reader.parameters.push(Vec::new());
        }
    }
    for &flow in &opening.flows {
        reader.bindings.enter_flow(flow);
    }
    reader.frames.push(Frame {
        node,
        field,
        children,
        unit: opening.unit.is_some(),
        scope: opening.scope,
        flows: opening.flows.len(),
        transparent: opening.transparent,
    });
    !opening.skip
}

fn leave<'t, H: Host>(host: &mut H, reader: &mut Reader<'t>, children: &mut Vec<Child<'t>>) {
    let Some(frame) = reader.frames.pop() else { return };
    if frame.transparent {
        if frame.field.is_some() {
            for child in children[frame.children..].iter_mut().filter(|child| child.field.is_none()) {
                child.field = frame.field;
            }
        }
    } else {
        reader.field = frame.field;
        let value = host.close(frame.node, &children[frame.children..], reader);
        children.truncate(frame.children);
        children.push(Child { node: frame.node, field: frame.field, value });
    }
    for _ in 0..frame.flows {
        reader.bindings.leave_flow();
    }
    if let Some(scope) = frame.scope {
        reader.bindings.leave_scope();
        if scope == ScopeKind::Function {
            reader.returns.pop();
            reader.parameters.pop();
        }
    }
    if frame.unit {
        reader.units.leave();
    }
}
