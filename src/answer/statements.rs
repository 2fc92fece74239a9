//! `sql`: what each statement of a script reads and writes. The face of the SQL engine, for debugging and editors.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::catalog::build::build;
use crate::catalog::order::SchemaSource;
use crate::catalog::{Catalog, ColumnKey, RelationKey};
use crate::extract::sql::text::SqlText;
use crate::extract::sql::{self};
use crate::link::resolve::{Resolution, Resolver, resolved_columns};
use crate::link::uses::{Form, Use, any_column, uses};
use crate::link::views;
use crate::model::facts::FileFacts;
use crate::model::name::{Ident, Name};
use crate::model::schema::SchemaChange;
use crate::model::source::FileId;
use crate::model::span::{LineIndex, Span};
use crate::model::statement::{
    Access, Dialect, Insert, InsertColumns, Reading, Scope, ScopeId, Statement, StatementKind, Usage,
};

/// What one statement does. Columns are `table.column`, as the catalog spells them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementReport {
    /// One-based line of its first token.
    pub line: u32,
    /// What it does.
    pub kind: StatementKind,
    /// Columns read, views not looked through.
    pub reads: BTreeSet<String>,
    /// Columns written.
    pub writes: BTreeSet<String>,
    /// Columns read, each view's replaced by those it is made of.
    pub base_reads: BTreeSet<String>,
    /// For each output column, in order, what it is made of.
    pub lineage: Vec<OutputLineage>,
    /// Names that no relation of the statement is known to have, as written.
    pub unresolved: Vec<String>,
    /// What is wrong, in words.
    pub problems: Vec<String>,
}

/// Where one output column comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputLineage {
    /// Its name; `?column?` when it has none, as `PostgreSQL` says.
    pub output: String,
    /// Columns that its value is made of.
    pub from: BTreeSet<String>,
    /// Columns that decide which rows there are, and in what order: conditions, joins, grouping.
    pub indirect: BTreeSet<String>,
}

/// Reads `script` against the schema that `schema` (scripts of DDL, in order) and the script itself declare.
pub fn statements(script: &str, schema: &[String], dialect: Option<Dialect>) -> Vec<StatementReport> {
    let facts: Vec<FileFacts> =
        schema.iter().map(String::as_str).chain([script]).map(|text| read(text, dialect)).collect();
    let files = (0..facts.len()).map(|at| FileId(at as u32)).collect();
    let source = SchemaSource { path: String::new(), repository: 0, files };
    let mut catalog = build(&[source], |id| facts.get(id.0 as usize));
    views::expand(&mut catalog);

    let lines = LineIndex::new(script);
    let Some(own) = facts.last() else { return Vec::new() };
    let mut path: Vec<Name> = Vec::new();
    let mut reports = Vec::new();
    for statement in &own.statements {
        for change in &statement.changes {
            if let SchemaChange::SetSearchPath(schemas) = change {
                path = crate::catalog::apply::search_path(schemas);
            }
        }
        let resolver = Resolver::new(statement, &catalog, &path);
        let problems = own
            .problems
            .iter()
            .filter(|problem| statement.span.contains(problem.span) && problem.span != Span::default());
        let mut report = report(&resolver, &catalog, script, &lines);
        report.problems.extend(problems.map(|problem| problem.message.clone()));
        report.problems.dedup();
        reports.push(report);
    }
    reports
}

fn read(text: &str, dialect: Option<Dialect>) -> FileFacts {
    let found = sql::read(&SqlText::verbatim(text, 0), dialect);
    FileFacts { statements: found.statements, units: found.units, problems: found.problems, ..FileFacts::default() }
}

fn report(resolver: &Resolver<'_>, catalog: &Catalog, script: &str, lines: &LineIndex) -> StatementReport {
    let statement = resolver.statement();
    let mut reads: BTreeSet<ColumnKey> = BTreeSet::new();
    let mut writes: BTreeSet<ColumnKey> = BTreeSet::new();
    let mut unresolved = Vec::new();
    for found in uses(resolver) {
        let names_only = matches!(found.usage, Usage::Schema | Usage::LeftOut);
        if names_only || matches!(found.form, Form::Relation | Form::NewRow) {
            continue;
        }
        match &found.resolution {
            Resolution::Columns { columns, .. } => {
                let into = if found.access == Access::Write { &mut writes } else { &mut reads };
                into.extend(columns.iter().cloned());
            }
            Resolution::Ambiguous { .. } | Resolution::Unknown { .. } if found.form == Form::Name => {
                unresolved.push(found.span.of(script).to_owned());
            }
            _ => {}
        }
    }
    let base: BTreeSet<ColumnKey> = reads.iter().flat_map(|column| views::bases(catalog, column)).collect();
    let show = |columns: &BTreeSet<ColumnKey>| columns.iter().map(|column| catalog.display_column(column)).collect();
    let problems = match &statement.reading {
        Reading::Parsed => Vec::new(),
        Reading::Recovered { reason } | Reading::Tokens { reason } => vec![reason.clone()],
    };
    StatementReport {
        line: lines.position(script, statement.span.start).line,
        kind: statement.kind,
        reads: show(&reads),
        writes: show(&writes),
        base_reads: show(&base),
        lineage: lineage(resolver, catalog),
        unresolved,
        problems,
    }
}

/// What each column that the statement writes or gives is made of: assigned columns, those that a query fills, the
/// outputs of its query.
fn lineage(resolver: &Resolver<'_>, catalog: &Catalog) -> Vec<OutputLineage> {
    let statement = resolver.statement();
    let indirect: BTreeSet<ColumnKey> =
        uses(resolver).into_iter().filter(is_indirect).flat_map(|found| resolved_columns(found.resolution)).collect();
    let show = |columns: &mut dyn Iterator<Item = &ColumnKey>| -> BTreeSet<String> {
        columns.flat_map(|column| views::bases(catalog, column)).map(|column| catalog.display_column(&column)).collect()
    };
    let indirect = show(&mut indirect.iter());
    let mut found = Vec::new();
    let mut add = |name: Option<&Ident>, columns: &[ColumnKey]| {
        found.push(OutputLineage {
            output: name.map_or_else(|| "?column?".to_owned(), ToString::to_string),
            from: show(&mut columns.iter()),
            indirect: indirect.clone(),
        });
    };
    let mut open: Vec<RelationKey> = Vec::new();
    if matches!(statement.kind, StatementKind::Insert | StatementKind::Update | StatementKind::Merge) {
        for (at, scope) in statement.scopes.iter().enumerate() {
            let id = ScopeId(at as u32);
            if let Some((insert, query)) = scope.insert.as_ref().and_then(|insert| Some((insert, insert.query?))) {
                let names = filled_columns(resolver, id, scope, insert);
                let outputs = resolver.outputs(query);
                for (at, output) in outputs.columns.iter().enumerate() {
                    let name = names.get(at).or(output.name.as_ref());
                    add(name, &output.columns);
                }
                open.extend(outputs.open.iter().cloned());
            }
            for (name, columns) in assigned_columns(resolver, id, scope) {
                add(Some(name), &columns);
            }
        }
    }
    if let Some(query) = main_query(statement) {
        let outputs = resolver.outputs(query);
        for output in &outputs.columns {
            add(output.name.as_ref(), &output.columns);
        }
        open.extend(outputs.open.iter().cloned());
    }
    for relation in open {
        let any = ColumnKey { relation, column: any_column() };
        found.push(OutputLineage { output: "*".to_owned(), from: show(&mut [any].iter()), indirect: indirect.clone() });
    }
    found
}

/// The columns that the query of an insert fills, in order; none when they are not known.
fn filled_columns(resolver: &Resolver<'_>, id: ScopeId, scope: &Scope, insert: &Insert) -> Vec<Ident> {
    match &insert.columns {
        InsertColumns::Named(columns) => {
            columns.iter().filter_map(|&at| Some(scope.references.get(at as usize)?.name.clone())).collect()
        }
        InsertColumns::Positional { .. } => {
            let given = resolver.source_columns(id, 0);
            let is_known = given.open.is_empty() && !given.unknown;
            let named = given.columns.into_iter().take_while(|column| column.name.is_some());
            if is_known { named.filter_map(|column| column.name).collect() } else { Vec::new() }
        }
        InsertColumns::Defaults => Vec::new(),
    }
}

/// The columns that a scope assigns, with what goes into each; constants are left out. In order of the first assignment.
fn assigned_columns<'s>(resolver: &Resolver<'s>, id: ScopeId, scope: &'s Scope) -> Vec<(&'s Ident, Vec<ColumnKey>)> {
    let mut inputs: BTreeMap<u32, Vec<ColumnKey>> = BTreeMap::new();
    for reference in &scope.references {
        if let Usage::Assign(at) = reference.usage {
            inputs.entry(at).or_default().extend(resolved_columns(resolver.resolve(id, reference)));
        }
    }
    for (query, usage) in &scope.subqueries {
        if let Usage::Assign(at) = usage {
            let outputs = resolver.outputs(*query);
            inputs.entry(*at).or_default().extend(outputs.columns.iter().flat_map(|column| column.columns.clone()));
        }
    }
    let mut found: Vec<(&Ident, Vec<ColumnKey>)> = Vec::new();
    let mut places: HashMap<Name, usize> = HashMap::new();
    for (at, columns) in inputs {
        let Some(target) = scope.references.get(at as usize).filter(|_| !columns.is_empty()) else { continue };
        if let Some(&known) = places.get(&target.name.folded()) {
            found[known].1.extend(columns);
        } else {
            places.insert(target.name.folded(), found.len());
            found.push((&target.name, columns));
        }
    }
    found
}

fn is_indirect(found: &Use) -> bool {
    found.form != Form::Relation && matches!(found.usage, Usage::Filter | Usage::Join | Usage::Group | Usage::Order)
}

fn main_query(statement: &Statement) -> Option<ScopeId> {
    for change in &statement.changes {
        if let SchemaChange::CreateFromQuery { query, .. } = change {
            return Some(*query);
        }
    }
    let root = statement.scopes.first()?;
    root.insert.is_none().then_some(ScopeId(0))
}
