//! The body of a routine, or a batch of statements, taken apart: control words are peeled off, what remains are
//! statements, conditions and assignments. `PL/pgSQL`, `PL/SQL`, `MySQL` and T-SQL are read by one set of rules: their
//! control words mean the same.

mod declaration;

use std::cell::Cell;
use std::ops::Range;

use super::lexer::TokenKind;
use super::naming::Words;
use crate::model::name::{Ident, ObjectName};
use crate::model::span::Span;

/// A piece of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Its tokens.
    pub(super) range: Range<usize>,
    /// What it is.
    pub(super) shape: Shape,
}

/// What a piece of a body is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A statement.
    Statement,
    /// A condition, a returned value, arguments.
    Expression,
    /// The value that is assigned to what tokens `target` name.
    Assignment {
        /// The left side.
        target: Range<usize>,
    },
    /// A statement that is put together at run time; the record variable that it fills, if any.
    Dynamic,
}

/// A declared name, which is no column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable {
    /// Its name.
    pub(super) name: Ident,
    /// The relation whose row it holds: `users%ROWTYPE`, a type that is called like a relation.
    pub(super) row: Option<ObjectName>,
}

/// A column named by a declaration: `users.full_name%TYPE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TypeOf {
    /// The relation.
    pub(super) relation: ObjectName,
    /// The column; `None` for a row.
    pub(super) column: Option<(Ident, Span)>,
    /// Where the relation's name stands.
    pub(super) span: Span,
}

/// A routine inside a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Inner {
    /// Its name.
    pub(super) name: Ident,
    /// Its tokens.
    pub(super) range: Range<usize>,
}

/// A body taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Body {
    /// Its pieces, in text order.
    pub(super) parts: Vec<Part>,
    /// Names that it declares.
    pub(super) variables: Vec<Variable>,
    /// Columns whose types it takes.
    pub(super) types: Vec<TypeOf>,
    /// Routines inside.
    pub(super) inner: Vec<Inner>,
    /// Names of its blocks.
    pub(super) labels: Vec<Ident>,
}

/// How statements of a body end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// With a semicolon.
    Semicolon,
    /// With a semicolon, or where a line begins another one: T-SQL.
    Line,
}

/// Takes a body apart. `declaring`: it begins with declarations.
pub(super) fn split(words: Words<'_>, ends: Ends, declaring: bool) -> Body {
    let fuel = Cell::new(words.len().saturating_mul(60).saturating_add(10_000));
    let mut splitter = Splitter { words, ends, body: Body::default(), declaring, exception: false, fuel };
    let mut at = 0;
    while at < words.len() {
        at = splitter.step(at).max(at + 1);
    }
    if let Some(last) = splitter.body.inner.last_mut() {
        last.range.end = words.len();
    }
    splitter.body
}

/// The parameters of a routine: `words` is what stands between its parentheses.
pub(super) fn parameters(words: Words<'_>) -> Body {
    let fuel = Cell::new(0);
    let mut splitter =
        Splitter { words, ends: Ends::Semicolon, body: Body::default(), declaring: true, exception: false, fuel };
    splitter.parameters_in(0, words.len());
    splitter.body
}

/// Verbs that begin a statement of SQL.
pub(super) const VERBS: &[&str] = &[
    "select", "insert", "update", "delete", "with", "merge", "replace", "truncate", "create", "alter", "drop",
    "values", "copy", "grant", "revoke", "call", "lock", "analyze", "vacuum", "refresh", "comment", "rename", "table",
    "load", "bulk",
];

/// Control words that begin something in a body.
pub(super) const CONTROL: &[&str] = &[
    "begin",
    "end",
    "declare",
    "if",
    "elsif",
    "elseif",
    "else",
    "while",
    "loop",
    "repeat",
    "until",
    "for",
    "foreach",
    "forall",
    "case",
    "return",
    "perform",
    "raise",
    "exit",
    "continue",
    "leave",
    "iterate",
    "open",
    "fetch",
    "close",
    "execute",
    "exec",
    "prepare",
    "set",
    "print",
    "exception",
    "goto",
    "null",
    "commit",
    "rollback",
    "throw",
    "raiserror",
    "deallocate",
    "signal",
    "go",
    "use",
    "save",
    "waitfor",
    "get",
    "assert",
    "do",
];

struct Splitter<'a> {
    words: Words<'a>,
    ends: Ends,
    body: Body,
    declaring: bool,
    exception: bool,
    /// Tokens that may still be looked ahead at: keeps hostile bodies linear.
    fuel: Cell<usize>,
}

/// The verb behind a `WITH`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Main {
    #[default]
    None,
    Insert,
    Other,
}

/// What a statement has had so far outside of parentheses.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    set: bool,
    source: bool,
    main: Main,
}

impl Splitter<'_> {
    /// Takes one token's worth of looking ahead.
    fn burn(&self) -> bool {
        let left = self.fuel.get();
        self.fuel.set(left.saturating_sub(1));
        left > 0
    }

    fn add(&mut self, range: Range<usize>, shape: Shape) {
        // A single word is a constant or a variable.
        let trivial = shape == Shape::Expression && range.len() < 2;
        if !range.is_empty() && !trivial {
            self.body.parts.push(Part { range, shape });
        }
    }

    /// Reads what begins at token `at`; tells where to go on.
    fn step(&mut self, at: usize) -> usize {
        let words = self.words;
        if words.is(at, ";") || words.is(at, ",") || words.is(at, ")") {
            return at + 1;
        }
        if words.is(at, "<<") {
            self.body.labels.extend(words.ident(at + 1));
            return (at + 1..words.len().min(at + 4)).find(|&at| words.is(at, ">>")).map_or(at + 1, |end| end + 1);
        }
        if words.kind(at) == Some(TokenKind::Word) && words.is(at + 1, ":") {
            return at + 2;
        }
        if words.is(at + 1, ":=") && !self.declaring {
            return self.other(at);
        }
        let word = match words.kind(at) {
            Some(TokenKind::Word) => words.of(at).to_ascii_lowercase(),
            Some(TokenKind::Quoted | TokenKind::Variable | TokenKind::Placeholder) => String::new(),
            _ if words.is(at, "(") && words.is_any(at + 1, &["select", "with"]) => return self.statement(at),
            _ => return at + 1,
        };
        match word.as_str() {
            "begin" => {
                self.declaring = false;
                self.exception = false;
                let mut next = at + 1;
                while words.is_any(next, &["transaction", "tran", "work", "try", "catch", "atomic", "not"]) {
                    next += 1;
                }
                // `BEGIN ATOMIC WITH (TRANSACTION ISOLATION LEVEL = …)`
                if words.is_word(next, "with") && words.is(next + 1, "(") {
                    next = words.behind_parenthesis(next + 1);
                }
                next
            }
            "end" => self.end(at + 1),
            "declare" => {
                self.declaring = true;
                self.declaration(at + 1)
            }
            "if" | "elsif" | "elseif" | "while" => self.condition(at + 1),
            "until" => self.up_to(at + 1, &["end"]),
            "when" if self.exception => self.find(at, &["then"]).map_or(at + 1, |then| then + 1),
            "when" => self.up_to(at + 1, &["then"]),
            "exception" => {
                self.exception = true;
                self.declaring = false;
                at + 1
            }
            "case" => self.up_to(at + 1, &["when"]),
            "else" | "then" | "loop" | "repeat" | "do" | "go" => at + 1,
            "for" | "foreach" => self.iteration(at + 1),
            "forall" => (at + 1..self.end_of(at)).find(|&at| words.is_any(at, VERBS)).unwrap_or(at + 1),
            "exit" | "continue" | "leave" | "iterate" => {
                let end = self.end_of(at);
                if let Some(when) = (at..end).find(|&at| words.is_word(at, "when")) {
                    self.add(when + 1..end, Shape::Expression);
                }
                end
            }
            "return" => self.returned(at + 1),
            "perform" => {
                let end = self.end_of(at);
                self.add(at + 1..end, Shape::Expression);
                end
            }
            "raise" | "raiserror" | "throw" | "print" | "assert" => {
                let end = self.end_of(at);
                let text = (at + 1..end).find(|&at| words.kind(at) == Some(TokenKind::Text));
                if let Some(text) = text.filter(|&text| words.is(text + 1, ",")) {
                    let stop = (text + 2..end).find(|&at| words.is_word(at, "using")).unwrap_or(end);
                    self.add(text + 2..stop, Shape::Expression);
                }
                end
            }
            "open" => {
                let end = self.end_of(at);
                match (at..end).find(|&at| words.is_word(at, "for")) {
                    Some(target) if words.is_word(target + 1, "execute") => self.add(target + 1..end, Shape::Dynamic),
                    Some(target) if words.is_any(target + 1, VERBS) => self.add(target + 1..end, Shape::Statement),
                    Some(target) => self.add(target + 1..end, Shape::Dynamic),
                    None => {}
                }
                end
            }
            "fetch" | "close" | "null" | "commit" | "rollback" | "goto" | "signal" | "resignal" | "savepoint"
            | "deallocate" | "waitfor" | "get" | "pragma" | "use" | "save" | "release" | "start" => self.end_of(at),
            "execute" | "exec" | "prepare" => {
                let end = self.end_of(at);
                self.add(at..end, Shape::Dynamic);
                end
            }
            "set" => self.set(at + 1),
            "procedure" | "function" if self.declaring || !self.body.inner.is_empty() => self.inner(at),
            "member" | "overriding" | "static" | "constructor" | "final" | "map" | "order" | "not" | "instantiable"
                if let Some(at) = self.method(at) =>
            {
                self.inner(at)
            }
            _ if self.declaring && !VERBS.contains(&word.as_str()) => self.declaration(at),
            _ if VERBS.contains(&word.as_str()) => {
                self.declaring = false;
                self.statement(at)
            }
            _ => self.other(at),
        }
    }

    /// Where `FUNCTION` or `PROCEDURE` stands of an object type's `FINAL MEMBER FUNCTION …`.
    fn method(&self, at: usize) -> Option<usize> {
        const MODIFIERS: &[&str] =
            &["member", "overriding", "static", "constructor", "final", "map", "order", "not", "instantiable"];
        let words = self.words;
        let named = (at..words.len().min(at + 6)).find(|&at| !words.is_any(at, MODIFIERS))?;
        words.is_any(named, &["function", "procedure"]).then_some(named)
    }

    fn statement(&mut self, at: usize) -> usize {
        let end = self.end_of(at);
        self.add(at..end, Shape::Statement);
        end
    }

    /// Behind `END`.
    fn end(&mut self, at: usize) -> usize {
        let words = self.words;
        let mut next = at;
        while words.is_any(next, &["if", "loop", "case", "while", "repeat", "for", "try", "catch", "conversation"]) {
            next += 1;
        }
        self.exception = false;
        if words.is(next + 1, ";") && matches!(words.kind(next), Some(TokenKind::Word | TokenKind::Quoted)) {
            // `END name;` of a package's routine: declarations follow.
            self.declaring = !self.body.inner.is_empty();
            return next + 2;
        }
        next
    }

    /// The next of `keywords` outside of parentheses before a semicolon.
    fn find(&self, from: usize, keywords: &[&str]) -> Option<usize> {
        let words = self.words;
        let mut depth = 0_i32;
        let mut cases = 0_i32;
        for at in from..words.len() {
            if !self.burn() {
                return None;
            }
            if words.is(at, "(") {
                depth += 1;
            } else if words.is(at, ")") {
                depth -= 1;
            } else if depth <= 0 && words.is(at, ";") {
                return None;
            } else if depth <= 0 && cases == 0 && words.is_any(at, keywords) {
                return Some(at);
            } else if words.is_word(at, "case") {
                cases += 1;
            } else if words.is_word(at, "end") && cases > 0 {
                cases -= 1;
            }
        }
        None
    }

    /// An expression that ends before one of `keywords`.
    fn up_to(&mut self, at: usize, keywords: &[&str]) -> usize {
        let end = self.find(at, keywords).unwrap_or_else(|| self.end_of(at));
        self.add(at..end, Shape::Expression);
        end
    }

    /// The condition of `IF` or `WHILE`: up to `THEN`, `LOOP`, `DO`, or to the statement that T-SQL has behind it.
    fn condition(&mut self, at: usize) -> usize {
        let words = self.words;
        let keyword = if self.ends == Ends::Line { None } else { self.find(at, &["then", "loop", "do"]) };
        if let Some(end) = keyword {
            self.add(at..end, Shape::Expression);
            return end + 1;
        }
        let mut depth = 0_i32;
        let mut end = at;
        while end < words.len() && !(depth <= 0 && words.is(end, ";")) && self.burn() {
            if words.is(end, "(") {
                depth += 1;
            } else if words.is(end, ")") {
                depth -= 1;
            } else if depth <= 0 && end > at && (words.is_any(end, VERBS) || words.is_any(end, CONTROL)) {
                let function =
                    words.is(end + 1, "(") && words.is_any(end, &["replace", "if", "left", "right", "update"]);
                if !function && !words.is_any(end, &["null", "end", "case", "for"]) {
                    break;
                }
            }
            end += 1;
        }
        // `IF EXISTS (…)` and `IF x IS NULL` are conditions too.
        self.add(at..end, Shape::Expression);
        end
    }

    /// `x IN … LOOP`.
    fn iteration(&mut self, at: usize) -> usize {
        let words = self.words;
        let stop = self.find(at, &["loop", "do"]).unwrap_or_else(|| self.end_of(at));
        let Some(start) = (at..stop).find(|&at| words.is_word(at, "in")) else {
            // MariaDB: `FOR r AS c CURSOR FOR SELECT … DO`.
            if let Some(query) = (at..stop).find(|&at| words.is_any(at, &["select", "with"])) {
                self.add(query..stop, Shape::Statement);
            }
            return stop + 1;
        };
        for item in words.items(at, start) {
            if let Some(name) = words.ident(item.start) {
                self.body.variables.push(Variable { name, row: self.row_of_query(start + 1, stop) });
            }
        }
        let mut from = start + 1;
        while words.is_any(from, &["reverse", "array"]) {
            from += 1;
        }
        let wrapped = words.is(from, "(") && words.is_any(from + 1, &["select", "with"]);
        let shape = if words.is_word(from, "execute") {
            Shape::Dynamic
        } else if words.is_any(from, VERBS) || wrapped {
            Shape::Statement
        } else {
            Shape::Expression
        };
        let range = if (from..stop).any(|at| words.is(at, "..")) { from..from } else { from..stop };
        self.add(range, shape);
        stop + 1
    }

    /// The relation whose rows a query gives: `SELECT * FROM users …`.
    fn row_of_query(&self, from: usize, to: usize) -> Option<ObjectName> {
        let words = self.words;
        let start = (from..to.min(from + 3)).find(|&at| words.is_word(at, "select"))?;
        let mut at = start + 1;
        if matches!(words.kind(at), Some(TokenKind::Word | TokenKind::Quoted)) && words.is(at + 1, ".") {
            at += 2;
        }
        if !words.is(at, "*") {
            return None;
        }
        at += 1;
        // `SELECT * INTO r FROM users`.
        if words.is_word(at, "into") {
            at = (at..to.min(at + 4)).find(|&at| words.is_word(at, "from"))?;
        }
        if !words.is_word(at, "from") {
            return None;
        }
        words.name(at + 1).filter(|named| !words.is(named.next, "(")).map(|named| named.name)
    }

    fn returned(&mut self, at: usize) -> usize {
        let words = self.words;
        let end = self.end_of(at);
        let mut from = at;
        while words.is_any(from, &["query", "next"]) {
            from += 1;
        }
        let wrapped =
            words.is(from, "(") && words.is_any(from + 1, &["select", "with"]) && words.behind_parenthesis(from) >= end;
        if words.is_word(from, "execute") {
            self.add(from..end, Shape::Dynamic);
        } else if words.is_any(from, &["select", "with", "values", "insert", "update", "delete"]) || wrapped {
            self.add(from..end, Shape::Statement);
        } else {
            self.add(from..end, Shape::Expression);
        }
        end
    }

    /// `SET x = expression, …`, `SET NOCOUNT ON`.
    fn set(&mut self, at: usize) -> usize {
        let words = self.words;
        let end = self.end_of(at);
        for item in words.items(at, end) {
            let equals = item.clone().take(8).find(|&at| words.is(at, "=") || words.is(at, ":="));
            if let Some(equals) = equals {
                self.add(equals + 1..item.end, Shape::Assignment { target: item.start..equals });
            }
        }
        end
    }

    /// Anything else that begins with a name: an assignment, a call.
    fn other(&mut self, at: usize) -> usize {
        let words = self.words;
        let end = self.end_of(at);
        let limit = end.min(at + 24);
        let mut depth = 0_i32;
        for operator in at + 1..limit {
            if words.is(operator, "[") || words.is(operator, "(") {
                depth += 1;
            } else if words.is(operator, "]") || words.is(operator, ")") {
                depth -= 1;
            } else if depth == 0 && (words.is(operator, ":=") || words.is(operator, "=")) {
                self.add(operator + 1..end, Shape::Assignment { target: at..operator });
                return end;
            }
        }
        if words.name(at).is_some_and(|name| words.is(name.next, "(")) {
            self.add(at..end, Shape::Expression);
        }
        end
    }

    /// Index of the token behind the statement that begins at `at`: its semicolon, or where another one begins.
    fn end_of(&self, at: usize) -> usize {
        let words = self.words;
        let mut depth = 0_i32;
        let mut cases = 0_i32;
        let mut seen = Seen::default();
        for end in at..words.len() {
            if !self.burn() {
                return end;
            }
            if words.is(end, "(") {
                depth += 1;
            } else if words.is(end, ")") {
                depth -= 1;
            } else if words.is(end, ";") && (depth <= 0 || self.ends == Ends::Line) {
                return end;
            } else if self.ends == Ends::Line && depth <= 0 {
                if words.is_word(end, "case") {
                    cases += 1;
                } else if words.is_word(end, "end") && cases > 0 {
                    cases -= 1;
                } else if end > at && cases == 0 && self.begins(at, end, seen) {
                    return end;
                }
                seen.set |= words.is_word(end, "set");
                seen.source |= words.is_any(end, &["select", "values"]);
                if words.is_word(end, "insert") {
                    seen.main = Main::Insert;
                } else if seen.main == Main::None && words.is_any(end, &["select", "update", "delete"]) {
                    seen.main = Main::Other;
                }
            }
        }
        words.len()
    }

    /// Whether the `WITH` at token `at` names a query.
    fn is_cte(&self, at: usize) -> bool {
        let words = self.words;
        let name = at + 1 + usize::from(words.is_word(at + 1, "recursive"));
        words.is_word(name + 1, "as") || (words.is(name + 1, "(") && !words.is_any(name, &["function"]))
    }

    /// Whether token `at` begins another statement although no semicolon stands before it.
    fn begins(&self, start: usize, at: usize, seen: Seen) -> bool {
        let words = self.words;
        if words.is_any(at, &["end", "else"]) {
            return true;
        }
        let text = words.text.as_str();
        let (Some(before), Some(token)) = (words.tokens.get(at - 1), words.tokens.get(at)) else { return false };
        let new_line = text[before.end as usize..token.start as usize].contains('\n');
        if !new_line {
            return false;
        }
        let verb = words.is_any(at, VERBS)
            && !words.is_any(at, &["values", "table", "lock", "comment", "replace"])
            && !(words.is_word(at, "update") && words.is(at + 1, "("));
        let control =
            words.is_any(at, CONTROL) && !words.is_any(at, &["for", "case", "null", "do", "get", "use", "open"]);
        if !verb && !control {
            return false;
        }
        // `UPDATE … SET`, `INSERT … SELECT`, `FROM t WITH (NOLOCK)`, `INSERT … EXEC`, `WITH … SELECT` go on.
        let first = |verbs: &[&str]| words.is_any(start, verbs);
        let goes_on = (words.is_word(at, "set") && first(&["update", "merge", "alter", "with"]) && !seen.set)
            || (words.is_word(at, "with") && (!self.is_cte(at) || first(&["create", "alter"])))
            || (words.is_word(at, "select") && first(&["insert", "create", "alter"]) && !seen.source)
            || (words.is_word(at, "select") && first(&["with"]) && seen.main == Main::Insert && !seen.source)
            || (words.is_any(at, &["execute", "exec"]) && first(&["insert", "create"]) && !seen.source)
            || (words.is_any(at, &["select", "insert", "update", "delete", "merge"])
                && first(&["with"])
                && seen.main == Main::None)
            || (words.is_any(at, &["insert", "update", "delete"]) && first(&["merge"]))
            || (words.is_any(at, &["drop", "alter", "rename"]) && first(&["alter"]));
        let continued = words.is_any(
            at - 1,
            &[
                "union",
                "all",
                "except",
                "intersect",
                "as",
                "then",
                "for",
                "on",
                "and",
                "or",
                "not",
                "in",
                "exists",
                "of",
                "else",
                "when",
                "begin",
                "do",
                "after",
                "before",
                "instead",
                "into",
                "drop",
                "add",
                "column",
                "from",
            ],
        ) || words.is(at - 1, "(")
            || words.is(at - 1, ",")
            || words.is(at - 1, "=");
        !goes_on && !continued
    }
}
