//! A statement while the calls that build it are being read.

use super::framework::{Purpose, Use};
use super::names::{Named, NamedTable, Selection};
use crate::model::answer::Construct;
use crate::model::mapping::{BuiltStatement, EntityPath, EntitySource, Sink};
use crate::model::name::{Ident, ObjectName};
use crate::model::span::Span;
use crate::model::statement::{
    Access, ColumnReference, Dialect, Direction, Lookup, Output, OutputValue, Reading, Relation, Scope, ScopeId,
    Source, SourceRole, Statement, StatementKind, Usage,
};

/// A statement that is not finished.
pub(super) struct Draft {
    /// Index of the framework whose methods build it.
    pub(super) framework: usize,
    /// What it does, once a method has said so.
    pub(super) kind: Option<StatementKind>,
    /// Whether what it projects has been said.
    pub(super) projects: bool,
    /// Whether it takes all columns unless `projects`.
    pub(super) rows: bool,
    /// Whether what is projected is made of the columns that are named, such as a sum of them.
    pub(super) computes: bool,
    construct: Construct,
    span: Span,
    scopes: Vec<Scope>,
    entities: Vec<EntitySource>,
    sinks: Vec<Sink>,
}

/// More names than this in one statement are generated code.
const MOST_REFERENCES: usize = 20_000;

impl Draft {
    pub(super) fn new(framework: usize, construct: Construct, span: Span) -> Self {
        let scopes = vec![Scope::default()];
        Self {
            framework,
            kind: None,
            projects: false,
            rows: false,
            computes: false,
            construct,
            span,
            scopes,
            entities: Vec::new(),
            sinks: Vec::new(),
        }
    }

    /// The calls that build it.
    pub(super) fn span(&self) -> Span {
        self.span
    }

    /// A statement that goes on from a scope of this one, whose caller then says what it takes; `None` when nothing is
    /// known of what it is about.
    pub(super) fn fork(&mut self, scope: ScopeId, span: Span) -> Option<Self> {
        let sources = self.scopes[scope.0 as usize].sources.clone();
        if sources.is_empty() {
            return None;
        }
        self.projects = true;
        let mut fork = Self::new(self.framework, self.construct, span);
        fork.scopes[0].sources = sources;
        let own = self.entities.iter().filter(|entity| entity.scope == scope).cloned();
        fork.entities = own.map(|entity| EntitySource { scope: ScopeId(0), ..entity }).collect();
        Some(fork)
    }

    /// Whether it is about the same tables as another.
    pub(super) fn has_sources_of(&self, other: &Self) -> bool {
        self.scopes[0].sources == other.scopes[0].sources && self.entities == other.entities
    }

    /// A scope whose names may also be those of `outer`.
    pub(super) fn subquery(&mut self, outer: ScopeId) -> ScopeId {
        self.scopes.push(Scope { outer: Some(outer), ..Scope::default() });
        ScopeId(self.scopes.len() as u32 - 1)
    }

    /// A scope of its own.
    pub(super) fn scope(&mut self) -> ScopeId {
        self.scopes.push(Scope::default());
        ScopeId(self.scopes.len() as u32 - 1)
    }

    fn scope_mut(&mut self, scope: ScopeId) -> &mut Scope {
        &mut self.scopes[scope.0 as usize]
    }

    /// Whether a scope has any source.
    pub(super) fn has_source(&self, scope: ScopeId) -> bool {
        !self.scopes[scope.0 as usize].sources.is_empty()
    }

    fn source(&mut self, scope: ScopeId, relation: Relation, alias: Option<Ident>, span: Span) -> u32 {
        let sources = &mut self.scope_mut(scope).sources;
        sources.push(Source { relation, alias, columns: Vec::new(), span, role: SourceRole::Read });
        sources.len() as u32 - 1
    }

    /// Adds a table by its name.
    pub(super) fn table(&mut self, scope: ScopeId, table: NamedTable) {
        self.source(scope, Relation::Table(ObjectName(table.parts)), table.alias, table.span);
    }

    /// Adds a source that is not known.
    pub(super) fn unknown(&mut self, scope: ScopeId, span: Span) {
        self.source(scope, Relation::Hole, None, span);
    }

    /// Adds an entity.
    pub(super) fn entity(&mut self, scope: ScopeId, entity: EntityPath, span: Span) {
        let source = self.source(scope, Relation::Hole, None, span);
        self.entities.push(EntitySource { scope, source, entity });
    }

    /// Gives the last source of a scope an alias.
    pub(super) fn alias(&mut self, scope: ScopeId, alias: &str) {
        if let Some(last) = self.scope_mut(scope).sources.last_mut() {
            last.alias = Some(Ident::bare(alias));
        }
    }

    /// The source that stands for the entity of that name.
    pub(super) fn entity_called(&self, scope: ScopeId, name: &str) -> Option<u32> {
        let is_it = |own: &&EntitySource| {
            own.scope == scope && matches!(&own.entity, EntityPath::Named(entity) if entity == name)
        };
        self.entities.iter().find(is_it).map(|own| own.source)
    }

    /// The source of that alias.
    pub(super) fn source_called(&self, scope: ScopeId, alias: &Ident) -> Option<u32> {
        let sources = &self.scopes[scope.0 as usize].sources;
        let at = sources.iter().position(|source| source.alias.as_ref().is_some_and(|own| own.matches(alias)));
        at.map(|at| at as u32)
    }

    /// Adds an argument whose keys are columns of the first source of a scope, which may be named later.
    pub(super) fn sink(&mut self, scope: ScopeId, span: Span, access: Access) {
        if self.sinks.len() < MOST_REFERENCES {
            self.sinks.push(Sink { span, access, scope, source: 0 });
        }
    }

    /// Adds a name of a column, or `*`.
    pub(super) fn name(&mut self, scope: ScopeId, named: Named, usage: Use, lookup: Lookup) {
        if named.name.is("*") {
            self.all(scope, named.qualifier, named.span);
            return;
        }
        let own = &mut self.scopes[scope.0 as usize];
        if own.references.len() >= MOST_REFERENCES {
            return;
        }
        let purpose = match usage.purpose {
            Purpose::Select => {
                let (alias, alias_span) = named.alias.unzip();
                let output = if self.computes {
                    Output { name: alias, alias_span, value: OutputValue::Expression }
                } else {
                    let name = Some(alias.unwrap_or_else(|| named.name.clone()));
                    Output { name, alias_span, value: OutputValue::Column(own.references.len() as u32) }
                };
                own.outputs.push(output);
                Usage::Output(own.outputs.len() as u32 - 1)
            }
            Purpose::Filter => Usage::Filter,
            Purpose::Join => Usage::Join,
            Purpose::Group => Usage::Group,
            Purpose::Order => Usage::Order,
            Purpose::Write => Usage::Target,
        };
        own.references.push(ColumnReference {
            qualifier: named.qualifier,
            name: named.name,
            span: named.span,
            access: usage.access,
            usage: purpose,
            lookup,
        });
        self.projects |= usage.purpose == Purpose::Select;
    }

    /// Takes all columns, of one source if a qualifier says so.
    pub(super) fn all(&mut self, scope: ScopeId, qualifier: Vec<Ident>, span: Span) {
        let value = OutputValue::Wildcard { qualifier, span, except: Vec::new() };
        self.scope_mut(scope).outputs.push(Output { name: None, alias_span: None, value });
        self.projects = true;
    }

    /// Takes what a list selects, with related tables each in a scope of its own.
    pub(super) fn selection(&mut self, scope: ScopeId, selection: Selection, usage: Use) {
        let mut open = vec![(scope, selection)];
        while let Some((scope, selection)) = open.pop() {
            for named in selection.columns {
                self.name(scope, named, usage, Lookup::Sources);
            }
            for (table, inner) in selection.related {
                let related = self.scope();
                self.table(related, table);
                open.push((related, inner));
            }
        }
        self.projects = true;
    }

    /// The statement, if it names anything.
    pub(super) fn finish(mut self, all_by_default: bool) -> Option<BuiltStatement> {
        let kind = self.kind.unwrap_or(StatementKind::Select);
        let reads = kind == StatementKind::Select && (all_by_default || self.rows) && !self.projects;
        if let Some(first) = self.scopes[0].sources.first().filter(|_| reads) {
            // A constant's text may stand elsewhere.
            let span = if self.span.contains(first.span) { first.span } else { self.span };
            self.all(ScopeId(0), Vec::new(), span);
        }
        let writes = matches!(kind, StatementKind::Insert | StatementKind::Update | StatementKind::Delete);
        if let Some(target) = self.scopes[0].sources.first_mut().filter(|_| writes) {
            target.role = SourceRole::Target;
        }
        if self.scopes.iter().all(|scope| scope.sources.is_empty()) {
            return None;
        }
        self.sinks.retain(|sink| !self.scopes[sink.scope.0 as usize].sources.is_empty());
        self.sinks.sort_by_key(|sink| (sink.span, sink.access == Access::Read, sink.scope));
        self.sinks.dedup();
        let statement = Statement {
            kind,
            span: self.span,
            dialect: Dialect::Generic,
            reading: Reading::Parsed,
            direction: Direction::Forward,
            scopes: self.scopes,
            changes: Vec::new(),
            holes: Vec::new(),
        };
        Some(BuiltStatement { construct: self.construct, statement, entities: self.entities, sinks: self.sinks })
    }
}

/// A column that is named by itself.
pub(super) fn plain(name: &str, span: Span) -> Named {
    Named { qualifier: Vec::new(), name: Ident::bare(name), span, alias: None }
}

/// A use that only reads.
pub(super) const READ: Use = Use { purpose: Purpose::Filter, access: Access::Read };
