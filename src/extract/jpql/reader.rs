//! From the tokens of a query to a statement whose sources are entities.

use super::OWN_ENTITY;
use super::lexer::{Token, TokenKind, tokens};
use crate::extract::sql::text::SqlText;
use crate::model::answer::Construct;
use crate::model::mapping::{BuiltStatement, EntityPath, EntitySource};
use crate::model::name::Ident;
use crate::model::span::Span;
use crate::model::statement::{
    Access, ColumnReference, Dialect, Direction, HoleRole, HoleUse, Lookup, Output, OutputValue, Reading, Relation,
    Scope, ScopeId, Source, SourceRole, Statement, StatementKind, Usage,
};

/// Queries inside each other deeper than this are read as a part of the one around them.
const DEEPEST: usize = 40;

/// A longer query is not read.
const MOST_TOKENS: usize = 20_000;

/// Words that are no names where an expression stands.
const KEYWORDS: &[&str] = &[
    "all",
    "and",
    "any",
    "as",
    "asc",
    "between",
    "both",
    "by",
    "case",
    "class",
    "cross",
    "current_date",
    "current_time",
    "current_timestamp",
    "delete",
    "desc",
    "distinct",
    "element",
    "elements",
    "else",
    "empty",
    "end",
    "entry",
    "escape",
    "every",
    "except",
    "exists",
    "false",
    "fetch",
    "first",
    "from",
    "full",
    "group",
    "having",
    "in",
    "inner",
    "insert",
    "intersect",
    "into",
    "is",
    "join",
    "key",
    "last",
    "leading",
    "left",
    "like",
    "limit",
    "local",
    "member",
    "new",
    "not",
    "null",
    "nulls",
    "object",
    "of",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "properties",
    "right",
    "row",
    "rows",
    "select",
    "set",
    "some",
    "then",
    "trailing",
    "true",
    "union",
    "update",
    "values",
    "versioned",
    "when",
    "where",
    "with",
];

/// In which part of a query a name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clause {
    Start,
    Select,
    From,
    On,
    Where,
    Group,
    Having,
    Order,
    Set,
    /// The columns of `insert into`.
    Into,
}

/// A query that is open.
struct Query {
    scope: ScopeId,
    clause: Clause,
    /// How many parentheses were open when it began.
    depth: usize,
    /// Whether the next word is a source, and of what kind.
    expects: Option<Expected>,
    /// Whether a select clause was seen.
    selects: bool,
}

#[derive(Clone, Copy, PartialEq)]
struct Expected {
    role: SourceRole,
    /// `join fetch`: its rows are loaded too.
    fetch: bool,
}

/// A path in an expression, to be looked up when all sources are known.
struct Path {
    scope: ScopeId,
    parts: Vec<(String, Span)>,
    clause: Clause,
    access: Access,
    /// The item of the select list that it stands in; with `true`, when it is all of it.
    output: (u32, bool),
}

struct Reader<'a> {
    text: &'a str,
    piece: &'a SqlText,
    tokens: Vec<Token>,
    scopes: Vec<Scope>,
    entities: Vec<EntitySource>,
    /// Sources that are loaded by `join fetch`, and the first source of queries without a select list.
    loaded: Vec<(ScopeId, u32)>,
    paths: Vec<Path>,
    holes: Vec<HoleUse>,
}

/// Reads a query.
pub(super) fn read(piece: &SqlText) -> Option<BuiltStatement> {
    let text = piece.as_str();
    let tokens = tokens(text);
    let first = tokens.first().filter(|token| token.kind == TokenKind::Word && tokens.len() <= MOST_TOKENS)?;
    let is_first = |word: &str| first.of(text).eq_ignore_ascii_case(word);
    let kind = if is_first("select") || is_first("from") {
        StatementKind::Select
    } else if is_first("update") {
        StatementKind::Update
    } else if is_first("delete") {
        StatementKind::Delete
    } else if is_first("insert") {
        StatementKind::Insert
    } else {
        return None;
    };
    let span = piece.outer(Span::new(first.start, tokens.last()?.end));
    let mut reader = Reader {
        text,
        piece,
        tokens,
        scopes: vec![Scope::default()],
        entities: Vec::new(),
        loaded: Vec::new(),
        paths: Vec::new(),
        holes: Vec::new(),
    };
    reader.queries();
    if reader.entities.is_empty() {
        return None;
    }
    reader.look_up();
    let Reader { scopes, entities, holes, .. } = reader;
    let statement = Statement {
        kind,
        span,
        dialect: Dialect::Generic,
        reading: Reading::Parsed,
        direction: Direction::Forward,
        scopes,
        changes: Vec::new(),
        holes,
    };
    Some(BuiltStatement { construct: Construct::Orm, statement, entities, sinks: Vec::new() })
}

impl Reader<'_> {
    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn word(&self, at: usize) -> Option<&str> {
        self.tokens.get(at).filter(|token| token.kind == TokenKind::Word).map(|token| token.of(self.text))
    }

    fn is(&self, at: usize, word: &str) -> bool {
        self.word(at).is_some_and(|own| own.eq_ignore_ascii_case(word))
    }

    fn is_keyword(&self, at: usize) -> bool {
        self.word(at).is_some_and(|word| KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word)))
    }

    fn span(&self, at: usize) -> Span {
        self.tokens.get(at).map_or(Span::default(), |token| self.piece.outer(Span::new(token.start, token.end)))
    }

    /// Walks over all tokens: finds queries and their sources, and takes note of paths.
    fn queries(&mut self) {
        let mut open: Vec<Query> =
            vec![Query { scope: ScopeId(0), clause: Clause::Start, depth: 0, expects: None, selects: false }];
        let mut depth = 0;
        let mut at = 0;
        while at < self.tokens.len() {
            let Some(query) = open.last_mut() else { return };
            let at_level = depth == query.depth;
            match self.tokens[at].kind {
                TokenKind::Open => {
                    depth += 1;
                    let begins = self.is(at + 1, "select") || self.is(at + 1, "from");
                    if begins && open.len() < DEEPEST {
                        let outer = open.last().map(|query| query.scope);
                        self.scopes.push(Scope { outer, ..Scope::default() });
                        let scope = ScopeId(self.scopes.len() as u32 - 1);
                        if let Some(outer) = outer {
                            self.scopes[outer.0 as usize].subqueries.push((scope, Usage::Filter));
                        }
                        open.push(Query { scope, clause: Clause::Start, depth, expects: None, selects: false });
                    }
                    at += 1;
                }
                TokenKind::Close => {
                    depth = depth.saturating_sub(1);
                    if depth < query.depth && open.len() > 1 {
                        open.pop();
                    }
                    at += 1;
                }
                TokenKind::Comma => {
                    if at_level && query.clause == Clause::From {
                        query.expects = Some(Expected { role: SourceRole::Read, fetch: false });
                    } else if at_level && query.clause == Clause::On {
                        query.clause = Clause::From;
                        query.expects = Some(Expected { role: SourceRole::Read, fetch: false });
                    } else if at_level && query.clause == Clause::Select {
                        let scope = query.scope;
                        self.output(scope);
                    }
                    at += 1;
                }
                TokenKind::Word | TokenKind::OwnEntity | TokenKind::Hole if query.expects.is_some() => {
                    at = self.source(at, query);
                }
                TokenKind::Hole => {
                    let scope = query.scope;
                    self.hole(at, scope);
                    at += 1;
                }
                TokenKind::Word => {
                    let is_member = at > 0 && self.kind(at - 1) == Some(TokenKind::Dot);
                    let begun = if at_level && !is_member { self.clause(at, query) } else { None };
                    at = begun.unwrap_or_else(|| self.path(at, query, at_level));
                }
                _ => at += 1,
            }
        }
    }

    /// What a keyword at the query's own level begins; `None` when the word begins nothing.
    fn clause(&mut self, at: usize, query: &mut Query) -> Option<usize> {
        let word = self.word(at)?.to_ascii_lowercase();
        let read = Some(Expected { role: SourceRole::Read, fetch: false });
        let target = Some(Expected { role: SourceRole::Target, fetch: false });
        let mut next = at + 1;
        match word.as_str() {
            "select" => {
                query.clause = Clause::Select;
                query.selects = true;
                self.output(query.scope);
            }
            "from" => {
                let deletes = query.clause == Clause::From && query.expects.is_none();
                if !deletes {
                    query.clause = Clause::From;
                    query.expects = query.expects.or(read);
                }
            }
            "delete" => {
                query.clause = Clause::From;
                query.selects = true;
                query.expects = target;
                next += usize::from(self.is(next, "from"));
            }
            "update" => {
                query.clause = Clause::From;
                query.selects = true;
                query.expects = target;
                next += usize::from(self.is(next, "versioned"));
            }
            "insert" => {
                query.selects = true;
                next += usize::from(self.is(next, "into"));
                query.clause = Clause::Into;
                query.expects = target;
            }
            "join" => {
                let fetch = self.is(next, "fetch");
                next += usize::from(fetch);
                query.clause = Clause::From;
                query.expects = Some(Expected { role: SourceRole::Read, fetch });
            }
            "on" | "with" => query.clause = Clause::On,
            "where" => query.clause = Clause::Where,
            "group" if self.is(next, "by") => query.clause = Clause::Group,
            "having" => query.clause = Clause::Having,
            "order" if self.is(next, "by") => query.clause = Clause::Order,
            "set" => query.clause = Clause::Set,
            "union" | "intersect" | "except" => query.clause = Clause::Start,
            _ => return None,
        }
        Some(next)
    }

    /// Begins an item of the select list.
    fn output(&mut self, scope: ScopeId) {
        self.scopes[scope.0 as usize].outputs.push(Output {
            name: None,
            alias_span: None,
            value: OutputValue::Expression,
        });
    }

    /// A source: `User u`, `u.team as t`, `treat(u.team as Team) t`, `in (u.orders) o`.
    fn source(&mut self, mut at: usize, query: &mut Query) -> usize {
        let Some(expected) = query.expects.take() else { return at + 1 };
        let wraps = (self.is(at, "treat") || self.is(at, "in")) && self.kind(at + 1) == Some(TokenKind::Open);
        at += if wraps { 2 } else { 0 };
        if self.is_keyword(at) && self.kind(at + 1) != Some(TokenKind::Dot) && self.word(at).is_some_and(is_lower) {
            // `left join`, `cross join`, or a text that breaks off.
            return at;
        }
        let (parts, mut at) = self.parts(at);
        if wraps {
            while at < self.tokens.len() && self.kind(at) != Some(TokenKind::Close) {
                at += 1;
            }
            at += 1;
        }
        at += usize::from(self.is(at, "as"));
        let mut alias = None;
        if !self.is_keyword(at) && self.kind(at + 1) != Some(TokenKind::Dot) {
            alias = self.word(at).map(Ident::bare);
            at += usize::from(alias.is_some());
        }
        self.add_source(query, expected, &parts, alias);
        at
    }

    fn add_source(&mut self, query: &Query, expected: Expected, parts: &[(String, Span)], alias: Option<Ident>) {
        let scope = query.scope;
        let Some(((last, span), before)) = parts.split_last() else { return };
        let start = before.first().and_then(|(first, _)| self.aliased(scope, first));
        let Some(mut place) = start else {
            if last.is_empty() {
                self.holes.push(HoleUse { span: *span, role: HoleRole::Relation, scope: Some(scope) });
            }
            let at = self.push_source(scope, alias, *span, expected.role);
            let entity = EntityPath::Named(last.clone());
            self.entities.push(EntitySource { scope, source: at, entity });
            if expected.fetch || (!query.selects && at == 0) {
                self.loaded.push((scope, at));
            }
            return;
        };
        for step in 1..parts.len() {
            let (property, span) = &parts[step];
            let is_last = step + 1 == parts.len();
            let own = if is_last { alias.clone() } else { None };
            let path: Vec<&str> = parts[..=step].iter().map(|(part, _)| part.as_str()).collect();
            let own = own.unwrap_or_else(|| Ident::quoted(path.join(".")));
            let role = if is_last { expected.role } else { SourceRole::Read };
            let at = self.push_source(scope, Some(own), *span, role);
            let (from, source) = place;
            let entity = EntityPath::Related { scope: from, source, property: property.clone() };
            self.entities.push(EntitySource { scope, source: at, entity });
            place = (scope, at);
        }
        // The property itself may be a foreign key.
        self.paths.push(Path {
            scope,
            parts: parts.to_vec(),
            clause: Clause::On,
            access: Access::Read,
            output: (0, false),
        });
        if expected.fetch {
            self.loaded.push(place);
        }
    }

    fn push_source(&mut self, scope: ScopeId, alias: Option<Ident>, span: Span, role: SourceRole) -> u32 {
        let sources = &mut self.scopes[scope.0 as usize].sources;
        sources.push(Source { relation: Relation::Hole, alias, columns: Vec::new(), span, role });
        sources.len() as u32 - 1
    }

    /// `a.b.c` from a word on, and the next token. A part known only at run time is empty.
    fn parts(&self, mut at: usize) -> (Vec<(String, Span)>, usize) {
        let mut parts = Vec::new();
        loop {
            let part = match self.kind(at) {
                Some(TokenKind::Word) => self.word(at).unwrap_or_default().to_owned(),
                Some(TokenKind::OwnEntity) => OWN_ENTITY.to_owned(),
                Some(TokenKind::Hole) => String::new(),
                _ => return (parts, at),
            };
            parts.push((part, self.span(at)));
            at += 1;
            // `u.roles[0].name`
            if self.tokens.get(at).is_some_and(|token| token.of(self.text) == "[") {
                let close = (at..self.tokens.len()).find(|&at| self.tokens[at].of(self.text) == "]");
                at = close.map_or(self.tokens.len(), |close| close + 1);
            }
            if self.kind(at) != Some(TokenKind::Dot) {
                return (parts, at);
            }
            at += 1;
        }
    }

    /// A path in an expression, or a word that is none.
    fn path(&mut self, at: usize, query: &Query, at_level: bool) -> usize {
        // What these are called on is their path's first part: `treat(u as Manager).level`, `value(m).name`.
        let wraps = ["treat", "value", "key"].iter().any(|word| self.is(at, word));
        if wraps && self.kind(at + 1) == Some(TokenKind::Open) {
            let (mut parts, inner) = self.parts(at + 2);
            let mut close = inner;
            while close < self.tokens.len() && self.kind(close) != Some(TokenKind::Close) {
                close += 1;
            }
            if self.kind(close + 1) != Some(TokenKind::Dot) {
                return at + 1;
            }
            let (rest, next) = self.parts(close + 2);
            parts.extend(rest);
            self.note(parts, query, at, next, at_level);
            return next;
        }
        if self.is_keyword(at) && self.kind(at + 1) != Some(TokenKind::Dot) {
            // A type, a class or an alias stands behind these.
            let names = (self.is(at, "as") || self.is(at, "new")) && self.kind(at + 1) == Some(TokenKind::Word);
            return if names { self.parts(at + 1).1 } else { at + 1 };
        }
        let (parts, next) = self.parts(at);
        if self.kind(next) != Some(TokenKind::Open) {
            self.note(parts, query, at, next, at_level);
        }
        next.max(at + 1)
    }

    fn note(&mut self, parts: Vec<(String, Span)>, query: &Query, at: usize, next: usize, at_level: bool) {
        let is_assigned = self.tokens.get(next).is_some_and(|token| token.of(self.text) == "=")
            && (self.is(at.wrapping_sub(1), "set") || self.kind(at.wrapping_sub(1)) == Some(TokenKind::Comma));
        let writes = query.clause == Clause::Into || (query.clause == Clause::Set && at_level && is_assigned);
        let starts = at > 0
            && (self.kind(at - 1) == Some(TokenKind::Comma)
                || self.is(at - 1, "select")
                || self.is(at - 1, "distinct")
                || (self.kind(at - 1) == Some(TokenKind::Open) && self.is(at.wrapping_sub(2), "object")));
        let is_object = at > 1 && self.is(at.wrapping_sub(2), "object");
        let ends = !matches!(self.kind(next), Some(TokenKind::Operator | TokenKind::Dot | TokenKind::Open));
        let whole = query.clause == Clause::Select && (at_level || is_object) && starts && ends;
        let item = self.scopes[query.scope.0 as usize].outputs.len().saturating_sub(1) as u32;
        self.paths.push(Path {
            scope: query.scope,
            parts,
            clause: query.clause,
            access: if writes { Access::Write } else { Access::Read },
            output: (item, whole),
        });
    }

    /// A hole that is no operand may be any part of the query.
    fn hole(&mut self, at: usize, scope: ScopeId) {
        let before = at.checked_sub(1).and_then(|before| self.tokens.get(before));
        let is_operand = before.is_some_and(|before| match before.kind {
            TokenKind::Operator | TokenKind::Open | TokenKind::Comma => true,
            TokenKind::Word => ["like", "in", "between", "escape", "then", "else", "limit", "offset"]
                .iter()
                .any(|word| before.of(self.text).eq_ignore_ascii_case(word)),
            _ => false,
        });
        let role = match before.map(|before| before.kind) {
            Some(TokenKind::Dot) => HoleRole::Columns,
            _ if is_operand => return,
            _ => HoleRole::Fragment,
        };
        self.holes.push(HoleUse { span: self.span(at), role, scope: Some(scope) });
    }

    /// The source that a name stands for, from a scope outwards.
    fn aliased(&self, scope: ScopeId, name: &str) -> Option<(ScopeId, u32)> {
        let mut next = Some(scope);
        while let Some(id) = next {
            let own = &self.scopes[id.0 as usize];
            let found = own.sources.iter().position(|source| source.alias.as_ref().is_some_and(|own| own.is(name)));
            if let Some(at) = found {
                return Some((id, at as u32));
            }
            next = own.outer;
        }
        None
    }

    /// Makes references of the paths that start at a source, or at a property of one without an alias.
    fn look_up(&mut self) {
        for path in std::mem::take(&mut self.paths) {
            let Some(((last, span), before)) = path.parts.split_last() else { continue };
            let first = path.parts.first().map_or("", |(first, _)| first.as_str());
            let aliased = self.aliased(path.scope, first);
            if last.is_empty() || last.eq_ignore_ascii_case("class") {
                if last.is_empty() {
                    let (span, role) = (*span, HoleRole::Columns);
                    self.holes.push(HoleUse { span, role, scope: Some(path.scope) });
                }
                continue;
            }
            if before.is_empty() && aliased.is_some() {
                if path.output.1 {
                    self.load(path.scope, path.output.0, first, *span);
                }
                continue;
            }
            let implicit = self.scopes[path.scope.0 as usize].sources.iter().any(|source| source.alias.is_none());
            if aliased.is_none() && (!implicit || !is_lower(first)) {
                continue;
            }
            let written = path.access == Access::Write;
            let skipped = usize::from(written && aliased.is_some());
            let qualifier = before.iter().skip(skipped).map(|(part, _)| Ident::bare(part.as_str())).collect();
            let usage = match path.clause {
                _ if written => Usage::Target,
                Clause::Select => Usage::Output(path.output.0),
                Clause::From | Clause::On => Usage::Join,
                Clause::Where | Clause::Having => Usage::Filter,
                Clause::Group => Usage::Group,
                Clause::Order => Usage::Order,
                Clause::Start | Clause::Set | Clause::Into => Usage::Other,
            };
            self.scopes[path.scope.0 as usize].references.push(ColumnReference {
                qualifier,
                name: Ident::bare(last.as_str()),
                span: *span,
                access: path.access,
                usage,
                lookup: if written { Lookup::Only(0) } else { Lookup::Sources },
            });
        }
        for (scope, source) in std::mem::take(&mut self.loaded) {
            let own = &mut self.scopes[scope.0 as usize];
            let Some(source) = own.sources.get(source as usize) else { continue };
            let qualifier = source.alias.iter().cloned().collect();
            let value = OutputValue::Wildcard { qualifier, span: source.span, except: Vec::new() };
            own.outputs.push(Output { name: None, alias_span: None, value });
        }
    }

    /// `select u`: all properties are loaded.
    fn load(&mut self, scope: ScopeId, item: u32, alias: &str, span: Span) {
        if let Some(output) = self.scopes[scope.0 as usize].outputs.get_mut(item as usize) {
            output.value = OutputValue::Wildcard { qualifier: vec![Ident::bare(alias)], span, except: Vec::new() };
        }
    }
}

fn is_lower(word: &str) -> bool {
    word.starts_with(|first: char| !first.is_uppercase())
}
