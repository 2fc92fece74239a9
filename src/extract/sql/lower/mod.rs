//! sqlparser's syntax tree to our statements: scopes, names, outputs, schema changes.
//!
//! CTE names are bound here, because they are lexical; whatever needs the catalog is left to `link`.

mod alias;
mod alter;
mod dml;
mod expression;
mod from;
mod function;
mod merge;
mod naming;
mod pipe;
mod query;
mod reshape;
mod routine;
mod schema;
mod statement;
mod table;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use sqlparser::ast;
use sqlparser::tokenizer;

use super::places::{self, Places};
use super::text::{holds_hole, hole_index};
use crate::model::name::{Ident, Name, ObjectName};
use crate::model::schema::SchemaChange;
use crate::model::span::Span;
use crate::model::statement::{
    Access, ColumnReference, Dialect, HoleRole, HoleUse, Lookup, Output, OutputValue, Relation, Scope, ScopeId, Source,
    StatementKind, Usage,
};

/// What a syntax tree says; the caller adds place, dialect, reading and direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lowered {
    /// What the statement does.
    pub kind: StatementKind,
    /// Its scopes; `scopes[0]` is the root.
    pub scopes: Vec<Scope>,
    /// What it does to the schema.
    pub changes: Vec<SchemaChange>,
    /// Holes in places where they may stand for names.
    pub holes: Vec<HoleUse>,
}

/// Lowers one statement that was parsed from the text of `places`.
pub fn lower(statement: &ast::Statement, places: &Places<'_>) -> Lowered {
    let mut lowerer = Lowerer::new(places);
    let kind = lowerer.statement(statement);
    Lowered { kind, scopes: lowerer.scopes, changes: lowerer.changes, holes: lowerer.holes }
}

/// Lowers one statement of a routine's body, in which `variables` are the routine's own.
pub fn lower_in_body(statement: &ast::Statement, places: &Places<'_>, variables: &[Ident]) -> Lowered {
    let mut lowerer = Lowerer::new(places);
    lowerer.in_routine = true;
    lowerer.locals = variables.iter().map(Ident::folded).collect();
    let kind = lowerer.statement(statement);
    Lowered { kind, scopes: lowerer.scopes, changes: lowerer.changes, holes: lowerer.holes }
}

/// Most levels of queries and parenthesised joins inside each other that are followed. sqlparser refuses trees that
/// are anywhere near as deep; this only guards the stack.
const DEEPEST: u32 = 150;

/// The state of lowering one statement.
struct Lowerer<'a> {
    places: &'a Places<'a>,
    scopes: Vec<Scope>,
    changes: Vec<SchemaChange>,
    holes: Vec<HoleUse>,
    /// The CTEs that each name stands for, innermost last.
    ctes: HashMap<Name, Vec<Cte>>,
    /// Names in `ctes` in the order in which they were bound, to undo it.
    bound: Vec<Name>,
    /// Names that are no columns here: parameters of lambdas and routines, innermost last.
    locals: Vec<Name>,
    /// Pattern symbols of `MATCH_RECOGNIZE`: a qualifier that is one says nothing of the relation.
    symbols: Vec<Name>,
    /// Inside `START WITH … CONNECT BY`, where `level` and its like are no columns.
    hierarchical: bool,
    /// Inside a routine, where `SELECT … INTO x` fills a variable.
    in_routine: bool,
    /// The scope around a routine's statements: the old and new rows of a trigger.
    enclosing: Option<Outer>,
    /// The scope of the trigger's table, inside a trigger.
    trigger: Option<ScopeId>,
    /// Alias of the row image that `VALUES(a)` names, in `ON DUPLICATE KEY UPDATE`.
    inserted_row: Option<Ident>,
    /// Sources that `*` does not stand for: the other side of a semi or anti join.
    unseen: Vec<(ScopeId, std::ops::Range<u32>)>,
    /// Scopes of joins in parentheses with an alias, with the sources before the parentheses: only what is lateral sees
    /// those.
    joins: Vec<(ScopeId, Outer)>,
    depth: u32,
    /// Where the search for the next `TABLE t` starts; the parser keeps no place for it.
    table_cursor: usize,
}

/// What a CTE's name stands for.
#[derive(Clone)]
struct Cte {
    query: ScopeId,
    columns: Vec<Ident>,
}

/// What a query sees of the one around it.
#[derive(Clone, Copy)]
struct Outer {
    scope: ScopeId,
    /// Only these of its sources.
    sources: Option<(u32, u32)>,
}

impl Outer {
    fn all(scope: ScopeId) -> Self {
        Self { scope, sources: None }
    }
}

/// In which scope a name stands and what it is there for.
#[derive(Clone, Copy)]
struct Place {
    scope: ScopeId,
    access: Access,
    usage: Usage,
    lookup: Lookup,
}

impl Place {
    /// A value that is read.
    fn read(scope: ScopeId, usage: Usage) -> Self {
        Self { scope, access: Access::Read, usage, lookup: Lookup::Sources }
    }

    /// A column that a value is put into.
    fn write(scope: ScopeId, source: u32) -> Self {
        Self { scope, access: Access::Write, usage: Usage::Target, lookup: Lookup::Only(source) }
    }

    /// A column of the first source that DDL names.
    fn schema(scope: ScopeId) -> Self {
        Self { scope, access: Access::Both, usage: Usage::Schema, lookup: Lookup::Only(0) }
    }

    fn looking(self, lookup: Lookup) -> Self {
        Self { lookup, ..self }
    }

    /// The same place for another use. What is only a part of a DDL expression stays that.
    fn used(self, usage: Usage) -> Self {
        if self.usage == Usage::Schema { self } else { Self { usage, ..self } }
    }
}

impl<'a> Lowerer<'a> {
    fn new(places: &'a Places<'a>) -> Self {
        Self {
            places,
            scopes: Vec::new(),
            changes: Vec::new(),
            holes: Vec::new(),
            ctes: HashMap::new(),
            bound: Vec::new(),
            locals: Vec::new(),
            symbols: Vec::new(),
            hierarchical: false,
            in_routine: false,
            enclosing: None,
            trigger: None,
            inserted_row: None,
            unseen: Vec::new(),
            joins: Vec::new(),
            depth: 0,
            table_cursor: 0,
        }
    }

    fn new_scope(&mut self, outer: Option<Outer>) -> ScopeId {
        let (outer, outer_sources) = outer.map_or((None, None), |outer| (Some(outer.scope), outer.sources));
        self.scopes.push(Scope { outer, outer_sources, ..Scope::default() });
        ScopeId(self.scopes.len() as u32 - 1)
    }

    fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    fn scope_mut(&mut self, id: ScopeId) -> &mut Scope {
        &mut self.scopes[id.0 as usize]
    }

    /// What a subquery in `FROM` sees of the queries around it: all but the scope that it stands in.
    fn outer(&self, id: ScopeId) -> Option<Outer> {
        let scope = self.scope(id);
        scope.outer.map(|outer| Outer { scope: outer, sources: scope.outer_sources })
    }

    /// What a lateral source that comes next in `scope` sees: the sources before it.
    fn before(&mut self, scope: ScopeId) -> Outer {
        let Some(&(_, outside)) = self.joins.iter().find(|(own, _)| *own == scope) else {
            return Outer { scope, sources: Some((0, self.source_count(scope))) };
        };
        // Its own sources so far, and behind them those before the parentheses.
        let (sources, merges) = (self.scope(scope).sources.clone(), self.scope(scope).merges.clone());
        let seen = self.new_scope(Some(outside));
        self.scope_mut(seen).sources = sources;
        self.scope_mut(seen).merges = merges;
        Outer::all(seen)
    }

    /// Number of sources of a scope so far.
    fn source_count(&self, scope: ScopeId) -> u32 {
        self.scope(scope).sources.len() as u32
    }

    /// Adds a source and gives its index.
    fn add_source(&mut self, scope: ScopeId, source: Source) -> u32 {
        let sources = &mut self.scope_mut(scope).sources;
        sources.push(source);
        sources.len() as u32 - 1
    }

    /// Runs `inside` one level deeper, unless the tree is deeper than any that is followed.
    fn deeper(&mut self, inside: impl FnOnce(&mut Self)) {
        if self.depth < DEEPEST {
            self.depth += 1;
            inside(self);
            self.depth -= 1;
        }
    }

    fn bind_cte(&mut self, name: Name, cte: Cte) {
        self.ctes.entry(name.clone()).or_default().push(cte);
        self.bound.push(name);
    }

    /// Forgets the CTEs bound since `bound` had `mark` names.
    fn unbind_ctes(&mut self, mark: usize) {
        for name in self.bound.drain(mark..) {
            if let Some(stack) = self.ctes.get_mut(&name) {
                stack.pop();
            }
        }
    }

    fn cte(&self, name: &Ident) -> Option<&Cte> {
        self.ctes.get(&name.folded()).and_then(|stack| stack.last())
    }

    fn span(&self, ident: &ast::Ident) -> Span {
        self.places.of_ident(ident)
    }

    /// Where a token stands, empty when the parser kept no place.
    fn token_span(&self, span: tokenizer::Span) -> Span {
        if span.start.line == 0 { Span::default() } else { self.places.outer(span) }
    }

    fn note_hole(&mut self, span: Span, role: HoleRole, scope: Option<ScopeId>) {
        self.holes.push(HoleUse { span, role, scope });
    }

    /// Adds the reference of a name, unless it names no column, and gives its index. `parts` are the qualifiers and
    /// the name.
    fn column(&mut self, parts: &[ast::Ident], place: Place) -> Option<u32> {
        let (name, mut qualifiers) = parts.split_last()?;
        if holds_hole(&name.value) {
            // A bare hole among values is a value; one in quotes or behind a dot must be a name.
            let is_value = hole_index(&name.value).is_some() && qualifiers.is_empty() && name.quote_style.is_none();
            if !is_value || place.access != Access::Read {
                self.note_hole(self.span(name), HoleRole::Columns, Some(place.scope));
            }
            return None;
        }
        let first = &parts[0];
        if first.quote_style.is_none() && self.is_no_column(&first.value, name, qualifiers.is_empty()) {
            return None;
        }
        if let Some((symbol, rest)) = qualifiers.split_first()
            && self.symbols.iter().any(|known| symbol.value.eq_ignore_ascii_case(known.as_str()))
        {
            qualifiers = rest;
        }
        let qualifier =
            qualifiers.iter().filter(|part| !part.value.is_empty()).map(places::ident).collect::<Vec<Ident>>();
        let span = self.span(name);
        Some(self.refer(qualifier, places::ident(name), span, place))
    }

    /// Adds a reference and gives its index.
    fn refer(&mut self, qualifier: Vec<Ident>, name: Ident, span: Span, place: Place) -> u32 {
        let Place { scope, access, usage, lookup } = place;
        let references = &mut self.scope_mut(scope).references;
        references.push(ColumnReference { qualifier, name, span, access, usage, lookup });
        references.len() as u32 - 1
    }

    /// Whether a name that starts with the unquoted word `first` and ends with `name` cannot be a column: variables,
    /// parameters, values that look like names.
    fn is_no_column(&self, first: &str, name: &ast::Ident, is_bare: bool) -> bool {
        let placed = !is_bare && self.places.dialect() == Dialect::Snowflake;
        if first.starts_with(['@', '$', ':']) || (name.quote_style.is_none() && name.value.starts_with('$') && !placed)
        {
            return true;
        }
        if !self.locals.is_empty() {
            let folded = Name::new(first);
            if self.locals.contains(&folded) {
                return true;
            }
        }
        let is = |words: &[&str]| {
            name.quote_style.is_none() && words.iter().any(|word| name.value.eq_ignore_ascii_case(word))
        };
        if is_bare { is(VALUE_WORDS) || (self.hierarchical && is(HIERARCHY_WORDS)) } else { is(SEQUENCE_WORDS) }
    }

    /// The relation that a name stands for, and where its own name stands. Takes note of a hole.
    fn named_relation(&mut self, name: &ast::ObjectName, scope: ScopeId) -> (Relation, Span) {
        if let Some((name, span)) = self.identifier_function(name) {
            return (Relation::Table(name), span);
        }
        let mut parts: Vec<&ast::Ident> = name.0.iter().filter_map(ast::ObjectNamePart::as_ident).collect();
        parts.retain(|part| !part.value.is_empty());
        let Some(last) = parts.last().copied() else {
            return (Relation::Hole, Span::default());
        };
        let span = self.span(last);
        if holds_hole(&last.value) {
            self.note_hole(span, HoleRole::Relation, Some(scope));
            return (Relation::Hole, span);
        }
        // A schema known only at run time says nothing: the relation is looked up by its own name.
        let known = parts.iter().rposition(|part| holds_hole(&part.value)).map_or(0, |at| at + 1);
        (Relation::Table(ObjectName(parts[known..].iter().map(|part| places::ident(part)).collect())), span)
    }

    /// The name in Snowflake's and Databricks' `IDENTIFIER('schema.table')`.
    fn identifier_function(&self, name: &ast::ObjectName) -> Option<(ObjectName, Span)> {
        let ast::ObjectNamePart::Function(call) = name.0.last()? else { return None };
        let [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(ast::Expr::Value(value)))] = &call.args[..] else {
            return None;
        };
        let ast::Value::SingleQuotedString(text) = &value.value else { return None };
        if holds_hole(text) || text.is_empty() {
            return None;
        }
        let parts = text.split('.').map(|part| Ident::bare(part.trim_matches('"'))).collect();
        let mut inner = self.places.inner(value.span);
        let length = text.rsplit('.').next().map_or(0, str::len) as u32;
        if inner.end - inner.start == text.len() as u32 + 2 {
            inner = Span { start: inner.end - 1 - length, end: inner.end - 1 };
        }
        Some((ObjectName(parts), self.places.piece().outer(inner)))
    }

    /// An object name whose parts are all known, for schema changes; takes note of a hole.
    fn known_name(&mut self, name: &ast::ObjectName, scope: Option<ScopeId>) -> Option<(ObjectName, Span)> {
        if let Some(found) = self.identifier_function(name) {
            return Some(found);
        }
        let last = name.0.iter().rev().find_map(ast::ObjectNamePart::as_ident)?;
        let span = self.span(last);
        if holds_hole(&last.value) {
            self.note_hole(span, HoleRole::Relation, scope);
            return None;
        }
        let mut parts = places::object_name(name)?.0;
        let known = parts.iter().rposition(|part| holds_hole(&part.text)).map_or(0, |at| at + 1);
        parts.drain(..known);
        parts.retain(|part| !part.text.is_empty());
        Some((ObjectName(parts), span))
    }

    fn push_output(&mut self, scope: ScopeId, name: Option<Ident>, alias_span: Option<Span>, value: OutputValue) {
        self.scope_mut(scope).outputs.push(Output { name, alias_span, value });
    }
}

/// Unquoted words that are values although a parser may take them for names.
const VALUE_WORDS: &[&str] = &[
    "current_catalog",
    "current_date",
    "current_datetime",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "false",
    "localtime",
    "localtimestamp",
    "null",
    "rownum",
    "session_user",
    "sysdate",
    "sysdatetime",
    "system_user",
    "systimestamp",
    "true",
    "utc_date",
    "utc_time",
    "utc_timestamp",
];

/// Oracle's pseudo-columns of a hierarchical query.
const HIERARCHY_WORDS: &[&str] = &["connect_by_iscycle", "connect_by_isleaf", "level"];

/// What stands behind a sequence's name.
const SEQUENCE_WORDS: &[&str] = &["currval", "nextval"];
