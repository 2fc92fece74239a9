//! String expressions of one file, symbolic: names are not yet bound.

use super::binding::{Key, ScopeId};
use crate::extract::sql::text::SqlText;
use crate::model::span::Span;

/// Index of a string expression in [`Expressions`]; a higher one was made later in the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExpressionId(pub u32);

/// How a format string names its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatStyle {
    /// `%s`, `%1$s`, `%(name)s`; `%n` is a line end and `%%` a percent sign.
    Printf,
    /// `{0}` of Java's `MessageFormat`, with `''` for a quote.
    Message,
    /// `{}`, `{0}` and `{name}` of Python, with `{{` for a brace.
    Braces,
}

/// A string expression as the source writes it.
#[derive(Clone, Debug)]
pub enum Expression<'t> {
    /// Known text: a literal, or a literal part of a template.
    Literal(SqlText),
    /// Known only at run time.
    Hole,
    /// The value of a name.
    Name {
        /// The name.
        key: Key<'t>,
        /// The innermost scope at its use.
        scope: ScopeId,
    },
    /// A call of a named function with arguments, of which some are strings. They are read by themselves too.
    Call {
        /// The function's name.
        key: Key<'t>,
        /// The innermost scope at the call.
        scope: ScopeId,
        /// The arguments, in order.
        arguments: Vec<ExpressionId>,
    },
    /// One after the other.
    Join(Vec<ExpressionId>),
    /// One of them.
    Choice(Vec<ExpressionId>),
    /// A template whose tag makes parameters of the values in it.
    Tagged(Vec<ExpressionId>),
    /// Appends to a named builder; its value is the builder's. The flow of the builder knows the parts.
    Appends {
        /// The builder's name.
        key: Key<'t>,
        /// The innermost scope at its use.
        scope: ScopeId,
    },
    /// A list of strings that is not put together here.
    List(Vec<ExpressionId>),
    /// The items of a list with a separator between them.
    Separated {
        /// A list, or the name of one.
        list: ExpressionId,
        /// The separator.
        separator: ExpressionId,
    },
    /// A format string and its arguments.
    Format {
        /// How it names its arguments.
        style: FormatStyle,
        /// The format string.
        template: ExpressionId,
        /// The arguments that it may name, in order.
        arguments: Vec<ExpressionId>,
        /// Names of the last arguments, for `{name}` and `%(name)s`.
        names: Vec<&'t str>,
    },
}

/// An expression with its place.
#[derive(Clone, Debug)]
pub struct Node<'t> {
    /// What it is.
    pub expression: Expression<'t>,
    /// Where it stands.
    pub span: Span,
    /// Whether it is part of a bigger expression, or assigned to a name.
    pub used: bool,
    /// Whether it is known to be no SQL: a query in another language.
    pub forbidden: bool,
}

/// All string expressions of a file, inner ones before those that hold them.
#[derive(Debug, Default)]
pub struct Expressions<'t> {
    nodes: Vec<Node<'t>>,
    /// Whether what looks like SQL may ask for entities: the file uses a library for such queries.
    pub may_ask_entities: bool,
}

impl<'t> Expressions<'t> {
    /// Adds an expression; its parts become used.
    pub fn add(&mut self, expression: Expression<'t>, span: Span) -> ExpressionId {
        match &expression {
            Expression::Literal(_)
            | Expression::Hole
            | Expression::Name { .. }
            | Expression::Call { .. }
            | Expression::Appends { .. } => {}
            Expression::Join(parts)
            | Expression::Choice(parts)
            | Expression::Tagged(parts)
            | Expression::List(parts) => parts.iter().for_each(|&part| self.take(part)),
            Expression::Separated { list, separator } => {
                self.take(*list);
                self.take(*separator);
            }
            Expression::Format { template, arguments, .. } => {
                self.take(*template);
                for &argument in arguments {
                    self.take(argument);
                }
            }
        }
        let id = ExpressionId(self.nodes.len() as u32);
        self.nodes.push(Node { expression, span, used: false, forbidden: false });
        id
    }

    /// A literal.
    pub fn literal(&mut self, text: SqlText, span: Span) -> ExpressionId {
        self.add(Expression::Literal(text), span)
    }

    /// `left` and `right` one after the other. A join on the left is made longer instead of nested, so that a sum of
    /// thousands of terms stays flat.
    pub fn join(&mut self, left: ExpressionId, right: ExpressionId, span: Span) -> ExpressionId {
        let node = &self.nodes[left.0 as usize];
        if !node.used && matches!(node.expression, Expression::Join(_)) {
            self.take(right);
            let node = &mut self.nodes[left.0 as usize];
            node.span = span;
            if let Expression::Join(parts) = &mut node.expression {
                parts.push(right);
            }
            return left;
        }
        self.add(Expression::Join(vec![left, right]), span)
    }

    /// Marks an expression as part of something bigger.
    pub fn take(&mut self, id: ExpressionId) {
        self.nodes[id.0 as usize].used = true;
    }

    /// Marks an expression, and whatever names and parts it has, as no SQL.
    pub fn forbid(&mut self, id: ExpressionId) {
        self.nodes[id.0 as usize].forbidden = true;
    }

    /// An expression.
    pub fn get(&self, id: ExpressionId) -> &Node<'t> {
        &self.nodes[id.0 as usize]
    }

    /// All expressions with their indexes, inner ones first.
    pub fn iter(&self) -> impl Iterator<Item = (ExpressionId, &Node<'t>)> {
        self.nodes.iter().enumerate().map(|(at, node)| (ExpressionId(at as u32), node))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the file has no string expression.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}
