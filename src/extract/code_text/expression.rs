//! Lexemes become string expressions and what they are assigned or appended to, not yet resolved by name.

use super::language::Language;
use super::scan::{Lexeme, LexemeKind, Scan};
use crate::model::span::Span;

/// Deepest nesting of brackets inside one expression that is looked into.
const DEEPEST: usize = 16;

/// Longest conditional expression, in lexemes.
const LONGEST_CONDITIONAL: usize = 256;

/// Methods that append their argument to what they are called on.
const APPENDS: &[&str] = &[
    "append",
    "Append",
    "AppendLine",
    "appendLine",
    "appendln",
    "AppendFormat",
    "WriteString",
    "push_str",
    "concat",
    "Concat",
];

/// Methods that put their argument at the end of a list.
const ADDS: &[&str] = &["add", "Add", "push", "addLast", "append", "add_all"];

/// Functions that make a list of their arguments.
const LISTS: &[&str] = &[
    "listOf",
    "mutableListOf",
    "arrayListOf",
    "arrayOf",
    "ArrayList",
    "List",
    "Seq",
    "Array",
    "ListBuffer",
    "array",
    "vec",
    "c",
];

/// Methods that put the elements of a list together.
const GATHERS: &[&str] = &["join", "joinToString", "mkString", "Join", "implode"];

/// Functions that put their arguments together, and what they write between them.
const CONCATENATIONS: &[(&str, &str)] = &[("concat", ""), ("paste0", ""), ("paste", " "), ("glue", "")];

/// Calls whose value is their argument.
const WRAPPERS: &[&str] = &["StringBuilder", "StringBuffer", "from", "string"];

/// Words that may stand between an assignment and the value.
const PREFIXES: &[&str] = &["new", "await", "raw", "try", "const", "return"];

/// Words that start a conditional expression.
const CONDITIONALS: &[&str] = &["if", "when", "match", "case", "unless"];

/// A string expression.
#[derive(Clone, Debug)]
pub(super) enum Expression {
    /// A literal's number.
    Literal(u32),
    /// A name, or a path whose last part it is; all of it.
    Name { whole: Span, name: Span },
    /// Anything else.
    Other(Span),
    /// One after the other, with something in between.
    Join(Vec<Expression>, Between),
    /// One of them.
    Choice(Vec<Expression>),
    /// A list of strings that is not put together here.
    List(Vec<Expression>),
    /// The items of the list that a name holds, put together.
    Gather { whole: Span, name: Span, between: Between },
}

/// What stands between the parts of a join.
#[derive(Clone, Copy, Debug)]
pub(super) enum Between {
    /// A fixed text.
    Fixed(&'static str),
    /// A literal's number.
    Literal(u32),
}

impl Expression {
    fn holds_literal(&self) -> bool {
        match self {
            Expression::Literal(_) => true,
            Expression::Name { .. } | Expression::Other(_) | Expression::Gather { .. } => false,
            Expression::Join(parts, _) | Expression::Choice(parts) | Expression::List(parts) => {
                parts.iter().any(Expression::holds_literal)
            }
        }
    }
}

/// What happens to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It is given the value.
    Set,
    /// The value is put at its end.
    Append,
    /// The items are put at the end of the list that it holds.
    Add,
}

/// A string expression in its place.
#[derive(Clone, Debug)]
pub(super) struct Use {
    /// The name that it is assigned or appended to.
    pub target: Option<(Span, Change)>,
    /// The expression.
    pub expression: Expression,
    /// Number of its first lexeme.
    pub at: usize,
}

/// An expression, the name that it is appended to, and the number of the lexeme after it.
type Operand = (Expression, Option<(Span, Change)>, usize);

/// All string expressions of a scan that hold a literal, in order of their first lexemes.
pub(super) fn uses(language: &Language, text: &str, scan: &Scan) -> Vec<Use> {
    let mut reader = Reader { language, text, scan, taken: vec![false; scan.lexemes.len()] };
    let mut found = Vec::new();
    for at in 0..scan.lexemes.len() {
        if !reader.taken[at] && (reader.may_start(at) || reader.starts_list(at)) {
            found.extend(reader.read(at));
        }
    }
    found
}

struct Reader<'a> {
    language: &'a Language,
    text: &'a str,
    scan: &'a Scan,
    /// Lexemes that are part of an expression that was already read.
    taken: Vec<bool>,
}

impl<'a> Reader<'a> {
    fn lexeme(&self, at: usize) -> Option<Lexeme> {
        self.scan.lexeme(at)
    }

    fn word(&self, at: usize) -> &'a str {
        self.lexeme(at).map_or("", |lexeme| lexeme.span.of(self.text))
    }

    fn is_word(&self, at: usize) -> bool {
        self.lexeme(at).is_some_and(|lexeme| lexeme.kind == LexemeKind::Word)
    }

    fn is_member(&self, at: usize) -> bool {
        let operator = self.word(at);
        (self.language.members.contains(&operator) || matches!(operator, "::" | ":")) && self.is_word(at + 1)
    }

    fn is_join(&self, at: usize) -> bool {
        let operator = self.word(at);
        !operator.is_empty() && self.language.joins.contains(&operator)
    }

    fn may_start(&self, at: usize) -> bool {
        match self.scan.lexemes[at].kind {
            LexemeKind::Word | LexemeKind::Literal(_) => true,
            LexemeKind::Close(_) | LexemeKind::Operator => false,
            LexemeKind::Open(close) => {
                let operand_before = at.checked_sub(1).is_some_and(|before| {
                    matches!(
                        self.scan.lexemes[before].kind,
                        LexemeKind::Word | LexemeKind::Close(_) | LexemeKind::Literal(_)
                    )
                });
                let next = close as usize + 1;
                !operand_before && self.word(at) != "{" && (self.is_join(next) || self.is_member(next))
            }
        }
    }

    /// Whether a list in brackets, and nothing else, is assigned.
    fn starts_list(&self, at: usize) -> bool {
        self.word(at) == "[" && self.target(at).is_some()
    }

    fn read(&mut self, at: usize) -> Option<Use> {
        if self.word(at) == "push" && self.is_word(at + 1) && self.word(at + 2) == "," {
            let (item, _, _) = self.chain(at + 3, 0).filter(|(item, _, _)| item.holds_literal())?;
            let target = Some((self.scan.lexemes[at + 1].span, Change::Add));
            return Some(Use { target, expression: Expression::List(vec![item]), at });
        }
        let target = self.target(at);
        if let Some((name, change)) = target
            && let Some(open) = self.list(at)
        {
            let items = self.arguments(open, 0);
            let change = if change == Change::Append { Change::Add } else { change };
            return Some(Use { target: Some((name, change)), expression: Expression::List(items), at });
        }
        if target.is_some()
            && let Some(expression) = self.conditional(at)
        {
            return Some(Use { target, expression, at });
        }
        let (expression, appended_to, _) = self.chain(at, 0)?;
        if !expression.holds_literal() {
            return None;
        }
        let expression = match (target, expression) {
            // `$list[] = item`
            (Some((_, Change::Add)), item) if !matches!(item, Expression::List(_)) => Expression::List(vec![item]),
            (_, expression) => expression,
        };
        // A list is added to the name that it is said to be added to, also when several names are assigned at once.
        let target = if matches!(appended_to, Some((_, Change::Add))) { appended_to } else { target.or(appended_to) };
        Some(Use { target, expression, at })
    }

    /// The opening bracket of the list of strings that starts at `at`: `[…]`, `[]string{…}`, `new List<string> {…}`,
    /// `listOf(…)`.
    fn list(&self, at: usize) -> Option<usize> {
        let close = |at: usize| match self.lexeme(at)?.kind {
            LexemeKind::Open(close) if close as usize > at => Some(close as usize),
            _ => None,
        };
        let is_whole = |open: usize| {
            let next = close(open)? + 1;
            (!self.is_join(next) && !self.is_member(next)).then_some(open)
        };
        if self.word(at) == "[" {
            let end = close(at)?;
            let typed = end == at + 1 && self.is_word(at + 2) && self.word(at + 3) == "{";
            return is_whole(if typed { at + 3 } else { at });
        }
        if !LISTS.contains(&self.word(at)) {
            return None;
        }
        let mut open = at + 1;
        if self.word(open) == "<" {
            open = (open..open + 6).find(|&at| self.word(at) == ">")? + 1;
        }
        if self.word(open) == "!" {
            open += 1;
        }
        if self.word(open) == "(" && self.word(open + 2) == "{" {
            open += 2;
        }
        matches!(self.word(open), "(" | "{" | "[").then(|| is_whole(open)).flatten()
    }

    /// What the expression that starts at `at` is assigned or appended to.
    fn target(&self, at: usize) -> Option<(Span, Change)> {
        let mut before = at.checked_sub(1)?;
        while self.is_word(before) && PREFIXES.contains(&self.word(before)) {
            before = before.checked_sub(1)?;
        }
        let change = match self.word(before) {
            "=" | ":=" | "<-" => Change::Set,
            "+=" | ".=" | "&=" | "..=" | "<>=" | "<<" => Change::Append,
            // A module attribute of Elixir and a macro of C have no sign before their value.
            word if self.is_word(before) && word.starts_with('@') => {
                return Some((self.scan.lexemes[before].span, Change::Set));
            }
            _ if self.is_word(before) && before > 0 && self.word(before - 1) == "define" => {
                return Some((self.scan.lexemes[before].span, Change::Set));
            }
            _ => return None,
        };
        let mut name = before.checked_sub(1)?;
        let mut change = change;
        if let LexemeKind::Close(open) = self.scan.lexemes[name].kind {
            let open = open as usize;
            // `$list[] = item`; `char name[] = "…"` has a type before the name.
            let is_typed = open >= 2 && self.is_word(open - 2) && self.scan.lexemes[open - 1].indentation.is_none();
            if open + 1 == name && !is_typed {
                change = Change::Add;
            }
            name = open.checked_sub(1)?;
        }
        // `name: Type = `: the type is left out, whatever it is made of.
        let first = name.saturating_sub(8);
        for colon in (first..name).rev() {
            let part = self.word(colon + 1);
            if self.word(colon) == ":" && self.is_word(colon.saturating_sub(1)) {
                name = colon - 1;
                break;
            }
            if !self.is_word(colon + 1) && !matches!(part, "&" | "*" | "." | "?" | "<" | ">") {
                break;
            }
        }
        // `var name string = ` of Go.
        if self.word(name) == "string" && name > 0 && self.is_word(name - 1) {
            name -= 1;
        }
        self.is_word(name).then(|| (self.scan.lexemes[name].span, change))
    }

    /// `condition ? a : b`, `if (condition) a else b` and the like, as the value of an assignment.
    fn conditional(&mut self, at: usize) -> Option<Expression> {
        let line = (0..=at).rev().take(32).find_map(|at| self.scan.lexemes[at].indentation)?;
        let by_word = CONDITIONALS.contains(&self.word(at));
        let mut chosen = by_word.then_some(at + 1);
        let mut end = at;
        while let Some(lexeme) = self.lexeme(end)
            && end - at < LONGEST_CONDITIONAL
        {
            let word = lexeme.span.of(self.text);
            let goes_on = matches!(lexeme.kind, LexemeKind::Operator | LexemeKind::Close(_)) || word == "else";
            let ends = end > at && lexeme.indentation.is_some_and(|indentation| indentation <= line && !goes_on);
            let outer = matches!(lexeme.kind, LexemeKind::Close(open) if (open as usize) < at || open as usize == end);
            if ends || outer || matches!(word, ";" | ",") {
                break;
            }
            if word == "?" && chosen.is_none() {
                chosen = Some(end + 1);
            }
            end = match lexeme.kind {
                LexemeKind::Open(close) if !by_word || word != "{" => close as usize + 1,
                _ => end + 1,
            };
        }
        let mut at = chosen?;
        let mut branches = Vec::new();
        while at < end {
            let lexeme = self.lexeme(at)?;
            match lexeme.kind {
                LexemeKind::Open(_) if lexeme.span.of(self.text) == "{" => at += 1,
                LexemeKind::Word | LexemeKind::Literal(_) | LexemeKind::Open(_) => {
                    let next = match self.chain(at, 0) {
                        Some((expression, _, next)) => {
                            if expression.holds_literal() {
                                branches.push(expression);
                            }
                            next
                        }
                        None => at + 1,
                    };
                    at = next.max(at + 1);
                }
                LexemeKind::Close(_) | LexemeKind::Operator => at += 1,
            }
        }
        (!branches.is_empty()).then_some(Expression::Choice(branches))
    }

    /// Operands with joining operators between them: the expression, the name that a first operand appends to, and
    /// the number of the lexeme after it.
    fn chain(&mut self, at: usize, depth: usize) -> Option<Operand> {
        let (first, appended_to, mut next) = self.operand(at, depth)?;
        let mut parts = vec![first];
        let mut streamed = None;
        loop {
            let adjacent = self.language.joins.contains(&"")
                && matches!(parts.last(), Some(Expression::Literal(_)))
                && self
                    .lexeme(next + usize::from(self.word(next) == "\\"))
                    .is_some_and(|lexeme| matches!(lexeme.kind, LexemeKind::Literal(_)));
            let start = if self.is_join(next) {
                // `stream << "text"` appends to the stream.
                if self.word(next) == "<<" && parts.len() == 1 {
                    streamed = match parts[0] {
                        Expression::Name { name, .. } => Some((name, Change::Append)),
                        _ => None,
                    };
                }
                let mut start = next + 1;
                while matches!(self.word(start), "_" | "\\" | "&" | "!" | "*" | "-") && start < next + 4 {
                    start += 1;
                }
                start
            } else if adjacent {
                next + usize::from(self.word(next) == "\\")
            } else {
                break;
            };
            let Some((operand, _, past)) = self.operand(start, depth) else { break };
            parts.push(operand);
            next = past;
        }
        if streamed.is_some() && parts.len() > 1 {
            parts.remove(0);
        }
        let whole = if parts.len() == 1 { parts.swap_remove(0) } else { Expression::Join(parts, Between::Fixed("")) };
        Some((whole, streamed.or(appended_to), next))
    }

    fn operand(&mut self, at: usize, depth: usize) -> Option<Operand> {
        let lexeme = self.lexeme(at)?;
        let mut next = at + 1;
        let mut word = None;
        let mut value = match lexeme.kind {
            LexemeKind::Literal(literal) => Expression::Literal(literal),
            LexemeKind::Word => {
                word = Some(lexeme.span);
                Expression::Name { whole: lexeme.span, name: lexeme.span }
            }
            LexemeKind::Open(close) if close as usize > at && self.word(at) != "{" => {
                next = close as usize + 1;
                Expression::Other(lexeme.span.join(self.scan.lexemes[close as usize].span))
            }
            _ => return None,
        };
        self.taken[at] = true;
        let head = word;
        // What a list or a call before the current member holds; the number of its opening bracket.
        let mut group = matches!(lexeme.kind, LexemeKind::Open(_)).then_some(at);
        let mut appended: Vec<Expression> = Vec::new();
        let mut member = false;
        let mut receiver = None;
        let mut added = None;
        loop {
            if self.is_member(next) {
                member = true;
                receiver = word;
                let name = self.scan.lexemes[next + 1].span;
                self.taken[next + 1] = true;
                value = match value {
                    Expression::Name { whole, .. } => Expression::Name { whole: whole.join(name), name },
                    other => other,
                };
                word = Some(name);
                next += 2;
                continue;
            }
            let bang = usize::from(self.word(next) == "!" && word.is_some() && self.word(next + 1) == "(");
            let Some(Lexeme { kind: LexemeKind::Open(close), span, .. }) = self.lexeme(next + bang) else { break };
            let open = next + bang;
            if close as usize <= open || span.of(self.text) == "{" {
                break;
            }
            let name = word.take().map_or("", |word| word.of(self.text));
            let whole = lexeme.span.join(self.scan.lexemes[close as usize].span);
            if span.of(self.text) == "(" && APPENDS.contains(&name) && member && bang == 0 {
                appended.extend(self.first_argument(open, depth));
            } else if GATHERS.contains(&name)
                && let Some(list) = group.or_else(|| self.list_inside(open, close as usize))
            {
                let between = [open + 1, (close as usize) - 1].into_iter().find_map(|at| match self.lexeme(at)?.kind {
                    LexemeKind::Literal(literal) => Some(Between::Literal(literal)),
                    _ => None,
                });
                value = Expression::Join(self.arguments(list, depth), between.unwrap_or(Between::Fixed(" ")));
            } else if GATHERS.contains(&name)
                && let Some(list) = self.name_inside(open, close as usize).or(receiver)
            {
                let between = [open + 1, (close as usize) - 1].into_iter().find_map(|at| match self.lexeme(at)?.kind {
                    LexemeKind::Literal(literal) => Some(Between::Literal(literal)),
                    _ => None,
                });
                value = Expression::Gather { whole, name: list, between: between.unwrap_or(Between::Fixed(" ")) };
            } else if (name == "append" && !member && self.is_word(open + 1) && self.word(open + 2) == ",")
                || (member && ADDS.contains(&name) && receiver.is_some() && !APPENDS.contains(&name))
            {
                // `append(list, item)`, `list.add(item)`
                let (list, first) =
                    if member { (receiver, open) } else { (Some(self.scan.lexemes[open + 1].span), open + 2) };
                added = list;
                value = Expression::List(self.arguments_between(first + 1, close as usize, depth));
            } else if let Some((_, between)) = CONCATENATIONS.iter().find(|(known, _)| *known == name) {
                value = Expression::Join(self.arguments(open, depth), Between::Fixed(between));
            } else if WRAPPERS.contains(&name) {
                let argument = self.first_argument(open, depth).filter(Expression::holds_literal);
                value = Expression::Join(argument.into_iter().collect(), Between::Fixed(""));
            } else if matches!(value, Expression::Name { .. }) {
                value = Expression::Other(whole);
            }
            member = false;
            group = Some(open);
            next = close as usize + 1;
        }
        let mut appended_to = None;
        if let Some(list) = added {
            appended_to = Some((list, Change::Add));
        } else if appended.is_empty() {
            // Brackets around an operand hold its branches.
            if let Expression::Other(whole) = value
                && matches!(lexeme.kind, LexemeKind::Open(_))
                && self.word(at) == "("
                && depth < DEEPEST
            {
                let mut branches = self.arguments(at, depth);
                branches.retain(Expression::holds_literal);
                value = match branches.len() {
                    0 => Expression::Other(whole),
                    1 => branches.swap_remove(0),
                    _ => Expression::Choice(branches),
                };
            }
        } else {
            if let Expression::Name { .. } | Expression::Other(_) = value {
                appended_to = head.map(|head| (head, Change::Append));
            } else {
                appended.insert(0, value);
            }
            value = Expression::Join(appended, Between::Fixed(""));
        }
        Some((value, appended_to, next))
    }

    fn list_inside(&self, open: usize, close: usize) -> Option<usize> {
        (open + 1..close)
            .take(8)
            .find(|&at| matches!(self.scan.lexemes[at].kind, LexemeKind::Open(end) if end as usize > at + 1))
    }

    /// The only name among the arguments of a call, when one of them is a name by itself.
    fn name_inside(&self, open: usize, close: usize) -> Option<Span> {
        let ends = |at: usize| matches!(self.word(at), "," | ")");
        [open + 1, close - 1]
            .into_iter()
            .find(|&at| self.is_word(at) && ends(at + 1) && matches!(self.word(at - 1), "(" | ","))
            .map(|at| self.scan.lexemes[at].span)
    }

    fn first_argument(&mut self, open: usize, depth: usize) -> Option<Expression> {
        if depth >= DEEPEST {
            return None;
        }
        self.chain(open + 1, depth + 1).map(|(expression, _, _)| expression)
    }

    /// All string expressions directly inside a bracket; what is no string is a hole.
    fn arguments(&mut self, open: usize, depth: usize) -> Vec<Expression> {
        let LexemeKind::Open(close) = self.scan.lexemes[open].kind else { return Vec::new() };
        self.arguments_between(open + 1, close as usize, depth)
    }

    fn arguments_between(&mut self, start: usize, close: usize, depth: usize) -> Vec<Expression> {
        let mut found = Vec::new();
        let mut at = start;
        if depth >= DEEPEST {
            return found;
        }
        while at < close {
            match self.chain(at, depth + 1) {
                Some((expression, _, next)) => {
                    found.push(expression);
                    at = next.max(at + 1);
                }
                None => at += 1,
            }
        }
        found
    }
}
