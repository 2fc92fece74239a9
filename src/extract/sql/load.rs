//! `MySQL`'s `LOAD DATA`, which no grammar reads in full.

use super::lexer::TokenKind;
use super::lower::Lowered;
use super::naming::{Words, source};
use crate::model::statement::{
    Access, ColumnReference, Insert, InsertColumns, Lookup, Scope, SourceRole, StatementKind, Usage,
};

/// `LOAD DATA … INTO TABLE t … (a, @b) SET c = @b`.
pub(super) fn read(words: Words<'_>) -> Option<Lowered> {
    let into = (1..words.len()).find(|&at| words.is_word(at, "into"))?;
    let table = words.name(into + 1 + usize::from(words.is_word(into + 1, "table")))?;
    let mut scope = Scope { sources: vec![source(&table, None, SourceRole::Target)], ..Scope::default() };
    let mut inserted = Vec::new();
    let mut at = table.next;
    while at < words.len() {
        let assigns = words.is_word(at, "set");
        if !assigns && !words.is(at, "(") {
            at += 1;
            continue;
        }
        let end = if assigns { words.len() } else { words.behind_parenthesis(at) };
        for item in words.items(at + 1, end - usize::from(!assigns)) {
            let Some(named) = words.name(item.start).filter(|_| words.kind(item.start) != Some(TokenKind::Variable))
            else {
                continue;
            };
            inserted.push(scope.references.len() as u32);
            scope.references.push(ColumnReference {
                qualifier: Vec::new(),
                name: named.name.last().clone(),
                span: named.span,
                access: Access::Write,
                usage: Usage::Target,
                lookup: Lookup::Only(0),
            });
        }
        at = end;
    }
    let columns = if inserted.is_empty() {
        InsertColumns::Positional { count: None, span: table.span }
    } else {
        InsertColumns::Named(inserted)
    };
    scope.insert = Some(Insert { columns, query: None });
    Some(Lowered { kind: StatementKind::Copy, scopes: vec![scope], changes: Vec::new(), holes: Vec::new() })
}
