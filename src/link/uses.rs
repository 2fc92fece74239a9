//! What one statement does to which columns: its names resolved, its wildcards expanded, its merged and positional
//! columns spelled out.

use super::resolve::{NamePath, Resolution, Resolver};
use crate::catalog::{ColumnKey, RelationKey};
use crate::model::answer::{Certainty, Construct};
use crate::model::span::Span;
use crate::model::statement::{
    Access, HoleRole, InsertColumns, OutputValue, Reading, Scope, ScopeId, SourceRole, Statement, StatementKind, Usage,
};

/// One place of a statement that uses columns or a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Where.
    pub span: Span,
    /// The scope in which it stands.
    pub scope: ScopeId,
    /// Read or write.
    pub access: Access,
    /// What the value is used for.
    pub usage: Usage,
    /// In what way the statement names it.
    pub form: Form,
    /// What it stands for.
    pub resolution: Resolution,
}

/// In what way a statement names what it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A column's name.
    Name,
    /// A column's name behind a name of the row being written: `EXCLUDED.c`, `VALUES(c)`. The column is named, no
    /// stored value is read.
    NewRow,
    /// A column's name in the list of a `USING`, or implied by `NATURAL`.
    Merged,
    /// `*`.
    Wildcard,
    /// An insert without a column list.
    Positional,
    /// The relation itself, in `FROM` or as a target.
    Relation,
}

impl Use {
    /// The construct that an answer says it is; `written` is what the statement is written in.
    pub fn construct(&self, statement: &Statement, written: Construct) -> Construct {
        match self.form {
            // An ORM names every mapped column in the SQL that it sends.
            Form::Wildcard if written == Construct::Orm => Construct::Implicit,
            // A table that is written out whole.
            Form::Wildcard if statement.kind == StatementKind::Copy => Construct::Implicit,
            Form::Wildcard | Form::Positional => Construct::Wildcard,
            _ if matches!(self.resolution, Resolution::Dynamic) => Construct::Dynamic,
            _ if self.usage == Usage::Schema => Construct::Schema,
            // A view reads the relations in its query and defines only itself.
            Form::Relation if statement.kind == StatementKind::CreateView && self.usage != Usage::Target => written,
            Form::Relation if statement.kind.is_schema() => Construct::Schema,
            _ => written,
        }
    }
}

/// The highest certainty that a statement's reading allows.
pub fn ceiling(statement: &Statement) -> Certainty {
    match statement.reading {
        Reading::Parsed => Certainty::Certain,
        Reading::Recovered { .. } | Reading::Tokens { .. } => Certainty::Likely,
    }
}

/// Everything that the statement uses, in no particular order.
pub fn uses(resolver: &Resolver<'_>) -> Vec<Use> {
    let mut found = Vec::new();
    for (at, scope) in resolver.statement().scopes.iter().enumerate() {
        let id = ScopeId(at as u32);
        names(resolver, id, scope, &mut found);
        wildcards(resolver, id, scope, &mut found);
        merges(resolver, id, scope, &mut found);
        positional(resolver, id, scope, &mut found);
        relations(resolver, id, scope, &mut found);
    }
    found
}

fn names(resolver: &Resolver<'_>, id: ScopeId, scope: &Scope, found: &mut Vec<Use>) {
    for reference in &scope.references {
        let resolution = resolver.resolve(id, reference);
        let new_row = resolver.is_new_row(id, reference);
        let (access, form) = if new_row { (Access::Write, Form::NewRow) } else { (reference.access, Form::Name) };
        found.push(Use { span: reference.span, scope: id, access, usage: reference.usage, form, resolution });
    }
}

fn wildcards(resolver: &Resolver<'_>, id: ScopeId, scope: &Scope, found: &mut Vec<Use>) {
    for (at, output) in scope.outputs.iter().enumerate() {
        let OutputValue::Wildcard { qualifier, span, except } = &output.value else { continue };
        if span.start == span.end {
            // Made by the reader, to pass on the columns of a join in parentheses.
            continue;
        }
        let mut columns = Vec::new();
        let mut open = Vec::new();
        let mut dynamic = false;
        for (scope, source) in resolver.wildcard_sources(id, qualifier) {
            let given = resolver.source_columns(scope, source);
            for column in given.columns {
                let left_out = column.name.as_ref().is_some_and(|name| except.iter().any(|other| other.matches(name)));
                if !left_out {
                    columns.extend(column.columns);
                }
            }
            open.extend(given.open);
            dynamic |= given.unknown;
        }
        columns.extend(open.into_iter().map(|relation| ColumnKey { relation, column: any_column() }));
        let resolution = if columns.is_empty() && dynamic {
            Resolution::Dynamic
        } else {
            let copied = resolver.statement().kind == StatementKind::Copy;
            let certainty = if copied { Certainty::Certain } else { Certainty::Possible };
            Resolution::Columns { columns, certainty, path: NamePath::Direct }
        };
        found.push(Use {
            span: *span,
            scope: id,
            access: Access::Read,
            usage: Usage::Output(at as u32),
            form: Form::Wildcard,
            resolution,
        });
    }
}

/// The name that stands for every column of a relation whose columns are not known.
pub fn any_column() -> crate::model::name::Name {
    crate::model::name::Name::new("*")
}

fn merges(resolver: &Resolver<'_>, id: ScopeId, scope: &Scope, found: &mut Vec<Use>) {
    for merge in &scope.merges {
        let sides = (merge.left.0..merge.left.1).chain(merge.right.0..merge.right.1);
        let sides: Vec<usize> = sides.map(|at| at as usize).collect();
        let mut push = |span: Span, columns: Vec<ColumnKey>, certainty: Certainty| {
            let resolution = if columns.is_empty() {
                Resolution::Unknown { reason: "no joined relation is known to have it".to_owned() }
            } else {
                Resolution::Columns { columns, certainty, path: NamePath::Direct }
            };
            let (access, usage) = (Access::Read, Usage::Join);
            found.push(Use { span, scope: id, access, usage, form: Form::Merged, resolution });
        };
        match &merge.columns {
            Some(named) => {
                for (name, span) in named {
                    let columns = resolver.merged(id, &sides, &name.folded());
                    push(*span, columns, Certainty::Certain);
                }
            }
            None => {
                for column in resolver.natural(id, merge.left, merge.right) {
                    push(merge.span, column, Certainty::Certain);
                }
            }
        }
    }
}

fn positional(resolver: &Resolver<'_>, id: ScopeId, scope: &Scope, found: &mut Vec<Use>) {
    let Some(insert) = &scope.insert else { return };
    let InsertColumns::Positional { count, span } = &insert.columns else { return };
    let Some(relation) = resolver.relation_of(id, 0) else { return };
    let count = count.or_else(|| {
        let outputs = resolver.outputs(insert.query?);
        (outputs.open.is_empty() && !outputs.unknown).then_some(outputs.columns.len() as u32)
    });
    let given = resolver.source_columns(id, 0);
    let mut columns: Vec<ColumnKey> = given
        .columns
        .into_iter()
        .take(count.map_or(usize::MAX, |count| count as usize))
        .flat_map(|column| column.columns)
        .collect();
    let mut certainty = Certainty::Certain;
    if !given.open.is_empty() {
        columns.push(ColumnKey { relation: relation.clone(), column: any_column() });
        certainty = Certainty::Possible;
    }
    found.push(Use {
        span: *span,
        scope: id,
        access: Access::Write,
        usage: Usage::Target,
        form: Form::Positional,
        resolution: Resolution::Columns { columns, certainty, path: NamePath::Direct },
    });
}

fn relations(resolver: &Resolver<'_>, id: ScopeId, scope: &Scope, found: &mut Vec<Use>) {
    for (at, source) in scope.sources.iter().enumerate() {
        if source.role == SourceRole::RowImage {
            continue;
        }
        let Some(relation) = resolver.relation_of(id, at) else { continue };
        let access = match (source.role, resolver.statement().kind.is_schema()) {
            (SourceRole::Target, true) => Access::Both,
            (SourceRole::Target, false) => Access::Write,
            _ => Access::Read,
        };
        found.push(Use {
            span: source.span,
            scope: id,
            access,
            usage: if source.role == SourceRole::Target { Usage::Target } else { Usage::Other },
            form: Form::Relation,
            resolution: Resolution::WholeRow { relation: Some(relation.clone()) },
        });
    }
}

/// A hole of the statement with the relations that it may touch: those of its scope and the scopes around it.
pub fn hole_relations(resolver: &Resolver<'_>, role: HoleRole, scope: Option<ScopeId>) -> Vec<RelationKey> {
    if role == HoleRole::Relation {
        return Vec::new();
    }
    let statement = resolver.statement();
    let mut found: Vec<RelationKey> = Vec::new();
    let mut next = Some(scope.unwrap_or(ScopeId(0)));
    let mut left = statement.scopes.len();
    while let Some(id) = next
        && left > 0
    {
        left -= 1;
        let Some(scope) = statement.scopes.get(id.0 as usize) else { break };
        found.extend((0..scope.sources.len()).filter_map(|at| resolver.relation_of(id, at).cloned()));
        next = scope.outer;
    }
    found.sort();
    found.dedup();
    found
}
