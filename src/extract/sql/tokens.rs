//! Statements that no grammar accepts, read by their words: relations behind `FROM`, `JOIN`, `INTO`, …; all other
//! names that are no keyword, function or alias are columns in one scope.

use std::collections::BTreeSet;

use super::keyword::is_keyword;
use super::lexer::TokenKind;
use super::lower::Lowered;
use super::naming::{Words, relation, source};
use super::text::holds_hole;
use crate::model::name::{Ident, Name};
use crate::model::statement::{
    Access, ColumnReference, HoleRole, HoleUse, Insert, InsertColumns, Lookup, Output, OutputValue, Relation, Scope,
    ScopeId, SourceRole, StatementKind, Usage,
};

/// Reads a statement by its words.
pub(super) fn read(words: Words<'_>) -> Lowered {
    let kind = kind(words);
    let mut reader = Reader {
        words,
        scope: Scope::default(),
        clause: Clause::Other,
        outer: Vec::new(),
        inserted: None,
        holes: Vec::new(),
        aliases: Vec::new(),
    };
    reader.run(kind);
    let aliases: BTreeSet<Name> = reader.aliases.iter().map(Ident::folded).collect();
    let mut scope = reader.scope;
    // `ORDER BY total` may name an output.
    for reference in &mut scope.references {
        if reference.qualifier.is_empty()
            && reference.lookup == Lookup::Sources
            && aliases.contains(&reference.name.folded())
        {
            reference.lookup = Lookup::SourcesFirst;
        }
    }
    Lowered { kind, scopes: vec![scope], changes: Vec::new(), holes: reader.holes }
}

/// Names in a part of a statement that was cut out of it.
pub(super) fn references(words: Words<'_>) -> Vec<ColumnReference> {
    let mut reader = Reader {
        words,
        scope: Scope::default(),
        clause: Clause::Other,
        outer: Vec::new(),
        inserted: None,
        holes: Vec::new(),
        aliases: Vec::new(),
    };
    reader.run(StatementKind::Other);
    // Relations of the part are not known to the statement: only what they do not qualify is kept.
    reader.scope.references.retain(|reference| reference.lookup == Lookup::Sources);
    reader.scope.references
}

fn kind(words: Words<'_>) -> StatementKind {
    let mut at = 0;
    while words.is(at, "(") {
        at += 1;
    }
    match words.of(at).to_ascii_lowercase().as_str() {
        "select" | "values" | "table" | "explain" | "describe" | "desc" | "from" | "show" => StatementKind::Select,
        "with" => {
            let main = ["insert", "update", "delete", "merge"]
                .iter()
                .find(|verb| (at..words.len()).any(|at| words.is_word(at, verb) && !words.is(at.wrapping_sub(1), "(")));
            match main {
                Some(&"insert") => StatementKind::Insert,
                Some(&"update") => StatementKind::Update,
                Some(&"delete") => StatementKind::Delete,
                Some(_) => StatementKind::Merge,
                None => StatementKind::Select,
            }
        }
        "insert" | "replace" => StatementKind::Insert,
        "update" => StatementKind::Update,
        "delete" => StatementKind::Delete,
        "merge" => StatementKind::Merge,
        "copy" | "load" | "unload" => StatementKind::Copy,
        "truncate" => StatementKind::Truncate,
        "create" if words.is_any(1, &["function", "procedure", "trigger"]) => StatementKind::CreateRoutine,
        "create" | "comment" | "grant" | "revoke" => StatementKind::OtherSchema,
        "alter" => StatementKind::Alter,
        "drop" => StatementKind::Drop,
        _ => StatementKind::Other,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clause {
    Select,
    /// `FROM`, `JOIN`: relations separated by commas.
    From,
    /// `INTO`, `UPDATE`, `TABLE`: one relation that is written.
    Target,
    Where,
    On,
    Set,
    Group,
    Order,
    Values,
    Other,
}

struct Reader<'a> {
    words: Words<'a>,
    scope: Scope,
    clause: Clause,
    /// Clauses around open parentheses.
    outer: Vec<Clause>,
    /// Indexes of the references in an insert's column list.
    inserted: Option<Vec<u32>>,
    holes: Vec<HoleUse>,
    aliases: Vec<Ident>,
}

impl Reader<'_> {
    fn run(&mut self, kind: StatementKind) {
        let words = self.words;
        let mut at = 0;
        while at < words.len() {
            at = self.step(at, kind).max(at + 1);
        }
        if let Some(inserted) = self.inserted.take() {
            self.scope.insert = Some(Insert { columns: InsertColumns::Named(inserted), query: None });
        }
    }

    /// Reads what stands at token `at`; tells where to go on.
    fn step(&mut self, at: usize, kind: StatementKind) -> usize {
        let words = self.words;
        if words.is(at, "(") {
            self.outer.push(self.clause);
            if self.clause == Clause::From && !words.is_any(at + 1, &["select", "with", "values"]) {
                return at + 1;
            }
            if !matches!(self.clause, Clause::From) {
                return at + 1;
            }
            self.clause = Clause::Other;
            return at + 1;
        }
        if words.is(at, ")") {
            if let Some(clause) = self.outer.pop() {
                self.clause = clause;
            }
            if self.clause == Clause::From {
                return self.alias(at + 1);
            }
            return at + 1;
        }
        if words.is(at, "*") {
            let starts = words.is_any(at.wrapping_sub(1), &["select", "distinct", "all"]);
            if self.clause == Clause::Select && (starts || words.is(at.wrapping_sub(1), ",")) {
                self.wildcard(Vec::new(), at);
            }
            return at + 1;
        }
        if words.kind(at) == Some(TokenKind::Word)
            && let Some(next) = self.keyword(at, kind)
        {
            return next;
        }
        match words.kind(at) {
            Some(TokenKind::Word | TokenKind::Quoted) => self.name(at),
            _ => at + 1,
        }
    }

    /// Follows a keyword; `None` when the word is none.
    fn keyword(&mut self, at: usize, kind: StatementKind) -> Option<usize> {
        let words = self.words;
        if words.is(at + 1, ".") && !words.is_any(at, &["from", "join", "into"]) || words.is(at.wrapping_sub(1), ".") {
            return None;
        }
        let lower = words.of(at).to_ascii_lowercase();
        match lower.as_str() {
            "select" | "returning" | "distinct" => self.clause = Clause::Select,
            "from" | "join" | "using" | "straight_join" => {
                if lower == "using" && words.is(at + 1, "(") && !words.is_any(at + 2, &["select", "with"]) {
                    self.clause = Clause::On;
                    return Some(at + 1);
                }
                // `EXTRACT(YEAR FROM x)`, `TRIM(BOTH FROM x)`: no relation.
                if lower == "from" && !self.outer.is_empty() && self.clause != Clause::Select {
                    return Some(at + 1);
                }
                let deletes = kind == StatementKind::Delete && self.scope.sources.is_empty() && lower == "from";
                self.clause = Clause::From;
                return Some(self.relation(at + 1, if deletes { SourceRole::Target } else { SourceRole::Read }));
            }
            "into" | "update" | "table" | "only" => {
                if lower == "update" && words.is_any(at.wrapping_sub(1), &["for", "key", "on", "then"]) {
                    self.clause = Clause::Set;
                    return Some(at + 1);
                }
                if lower == "only" {
                    return Some(self.relation(at + 1, SourceRole::Read));
                }
                self.clause = Clause::Target;
                let next = self.relation(at + 1, SourceRole::Target);
                if lower == "into" && words.is(next, "(") && self.scope.insert.is_none() {
                    return Some(self.insert_list(next));
                }
                return Some(next);
            }
            "overwrite" | "copy" | "truncate" if at <= 1 && !words.is(at + 1, "(") => {
                let next = at + 1 + usize::from(words.is_word(at + 1, "table"));
                let next = self.relation(next, SourceRole::Target);
                return Some(if words.is(next, "(") { self.insert_list(next) } else { next });
            }
            "references" => return Some(self.relation(at + 1, SourceRole::Read)),
            "on" => {
                if matches!(kind, StatementKind::OtherSchema | StatementKind::CreateRoutine) {
                    let skip = usize::from(words.is_any(at + 1, &["table", "only"]));
                    return Some(self.relation(at + 1 + skip, SourceRole::Read));
                }
                self.clause = Clause::On;
            }
            "where" | "having" | "qualify" | "prewhere" => self.clause = Clause::Where,
            "set" => self.clause = Clause::Set,
            "group" | "partition" => self.clause = Clause::Group,
            "order" | "sort" | "cluster" => self.clause = Clause::Order,
            "values" => self.clause = Clause::Values,
            "limit" | "offset" | "fetch" | "option" | "settings" => self.clause = Clause::Other,
            "as" => {
                if matches!(self.clause, Clause::Select)
                    && let Some(alias) = words.ident(at + 1)
                {
                    self.aliases.push(alias);
                }
                return Some(at + 2);
            }
            "call" | "exec" | "execute" => {
                return Some(words.name(at + 1).map_or(at + 1, |name| name.next));
            }
            "with" if at == 0 => {
                return Some(at + 2 + usize::from(words.is_word(at + 1, "recursive")));
            }
            _ if is_keyword(words, at) => {}
            _ => return None,
        }
        Some(at + 1)
    }

    /// A relation at token `at`, with its alias.
    fn relation(&mut self, at: usize, role: SourceRole) -> usize {
        let words = self.words;
        let mut at = at;
        while words.is_any(at, &["only", "lateral", "ignore", "if", "not", "exists", "local", "outer"]) {
            at += 1;
        }
        if is_keyword(words, at) && !words.is(at + 1, ".") {
            return at;
        }
        let Some(named) = words.name(at) else { return at };
        if words.is(named.next, "(") && role == SourceRole::Read {
            return named.next;
        }
        if words.kind(at) == Some(TokenKind::Variable) {
            return named.next;
        }
        if relation(named.name.clone()) == Relation::Hole {
            let scope = Some(ScopeId(0));
            self.holes.push(HoleUse { span: named.span, role: HoleRole::Relation, scope });
        }
        self.scope.sources.push(source(&named, None, role));
        self.alias(named.next)
    }

    /// An alias of the last source at token `at`.
    fn alias(&mut self, at: usize) -> usize {
        let words = self.words;
        let start = at + usize::from(words.is_word(at, "as"));
        if !matches!(words.kind(start), Some(TokenKind::Word | TokenKind::Quoted)) || is_keyword(words, start) {
            return at;
        }
        if words.is(start - 1, ")") {
            return start + 1;
        }
        if let (Some(alias), Some(last)) = (words.ident(start), self.scope.sources.last_mut())
            && last.alias.is_none()
            && !holds_hole(&alias.text)
        {
            last.alias = Some(alias);
        }
        start + 1
    }

    /// The column list of an insert that opens at `open`.
    fn insert_list(&mut self, open: usize) -> usize {
        let words = self.words;
        if words.is_any(open + 1, &["select", "with"]) {
            return open;
        }
        let end = words.behind_parenthesis(open);
        let of = self.scope.sources.len().saturating_sub(1) as u32;
        let mut inserted = Vec::new();
        for item in words.items(open + 1, end.saturating_sub(1)) {
            let Some(named) = words.name(item.start) else { continue };
            if words.is_hole(item.start) {
                self.hole(item.start);
                continue;
            }
            inserted.push(self.scope.references.len() as u32);
            self.scope.references.push(ColumnReference {
                qualifier: Vec::new(),
                name: named.name.last().clone(),
                span: named.span,
                access: Access::Write,
                usage: Usage::Target,
                lookup: Lookup::Only(of),
            });
        }
        self.inserted = Some(inserted);
        end
    }

    fn hole(&mut self, at: usize) {
        let role = match self.clause {
            Clause::Select | Clause::Group | Clause::Order | Clause::Set => HoleRole::Columns,
            Clause::From | Clause::Target => HoleRole::Relation,
            _ => return,
        };
        self.holes.push(HoleUse { span: self.words.span(at), role, scope: Some(ScopeId(0)) });
    }

    fn wildcard(&mut self, qualifier: Vec<Ident>, at: usize) {
        let span = self.words.span(at);
        let value = OutputValue::Wildcard { qualifier, span, except: Vec::new() };
        self.scope.outputs.push(Output { name: None, alias_span: None, value });
    }

    /// A name at token `at`: a column, unless it is an alias, a function or a relation.
    fn name(&mut self, at: usize) -> usize {
        let words = self.words;
        if words.is_hole(at) {
            if !words.is(at + 1, "(") && !words.is(at.wrapping_sub(1), "=") {
                self.hole(at);
            }
            return at + 1;
        }
        if self.clause == Clause::From && (words.is(at.wrapping_sub(1), ",") || words.is(at.wrapping_sub(1), "(")) {
            return self.relation(at, SourceRole::Read);
        }
        let Some(named) = words.name(at) else { return at + 1 };
        if words.is(named.next, ".") && words.is(named.next + 1, "*") {
            self.wildcard(named.name.0, named.next + 1);
            return named.next + 2;
        }
        // A function; a label; the name of an argument; a type behind `::`.
        if words.is(named.next, "(") || words.is(named.next, "=>") || words.is(at.wrapping_sub(1), "::") {
            return named.next;
        }
        // An alias: a name right behind an operand.
        let behind_operand = at > 0
            && !is_keyword(words, at - 1)
            && words.tokens.get(at - 1).is_some_and(|&token| super::holes::ends_operand(words.text.as_str(), token))
            && words.kind(at - 1) != Some(TokenKind::Variable);
        if behind_operand && named.name.0.len() == 1 {
            if self.clause == Clause::Select
                && let Some(alias) = words.ident(at)
            {
                self.aliases.push(alias);
            }
            return named.next;
        }
        let mut qualifier = named.name.0;
        let Some(name) = qualifier.pop() else { return named.next };
        if holds_hole(&name.text) {
            return named.next;
        }
        let assigned = self.clause == Clause::Set && words.is(named.next, "=") && self.outer.is_empty() && {
            let before = at.checked_sub(1);
            before.is_some_and(|before| {
                words.is(before, ",") || words.is_word(before, "set") || words.is_word(before, "update")
            })
        };
        let usage = match self.clause {
            _ if assigned => Usage::Target,
            Clause::Where => Usage::Filter,
            Clause::On => Usage::Join,
            Clause::Group => Usage::Group,
            Clause::Order => Usage::Order,
            _ => Usage::Other,
        };
        self.scope.references.push(ColumnReference {
            qualifier,
            name,
            span: named.span,
            access: if assigned { Access::Write } else { Access::Read },
            usage,
            lookup: Lookup::Sources,
        });
        named.next
    }
}
