//! `FROM`: tables, joins, derived tables and functions become the sources of a scope.

use sqlparser::ast::{
    self, Expr, FunctionArg, JoinConstraint, JoinOperator, ObjectName as NameTree, Query, TableAlias, TableFactor,
    TableWithJoins,
};

use super::expression::Task;
use super::{Lowerer, Outer, Place};
use crate::extract::sql::places;
use crate::model::name::{Ident, ObjectName};
use crate::model::span::Span;
use crate::model::statement::{Dialect, Lookup, Merge, OutputValue, Relation, ScopeId, Source, SourceRole, Usage};

impl Lowerer<'_> {
    /// Adds the sources of a `FROM` list.
    pub(super) fn from(&mut self, tables: &[TableWithJoins], scope: ScopeId) {
        for table in tables {
            self.joined(table, scope);
        }
    }

    /// Adds a source and what is joined to it.
    pub(super) fn joined(&mut self, table: &TableWithJoins, scope: ScopeId) {
        let start = self.source_count(scope);
        self.factor(&table.relation, scope, false);
        self.joins(&table.joins, start, scope);
    }

    /// Adds what is joined to the sources from `start` on.
    pub(super) fn joins(&mut self, joins: &[ast::Join], start: u32, scope: ScopeId) {
        for join in joins {
            let middle = self.source_count(scope);
            let operator = &join.join_operator;
            if matches!(operator, JoinOperator::ArrayJoin | JoinOperator::LeftArrayJoin | JoinOperator::InnerArrayJoin)
            {
                self.array_join(&join.relation, scope);
                continue;
            }
            let is_lateral = matches!(operator, JoinOperator::CrossApply | JoinOperator::OuterApply);
            self.factor(&join.relation, scope, is_lateral);
            let end = self.source_count(scope);
            match operator {
                JoinOperator::Semi(_)
                | JoinOperator::LeftSemi(_)
                | JoinOperator::Anti(_)
                | JoinOperator::LeftAnti(_) => self.unseen.push((scope, middle..end)),
                JoinOperator::RightSemi(_) | JoinOperator::RightAnti(_) => self.unseen.push((scope, start..middle)),
                _ => {}
            }
            let place = Place::read(scope, Usage::Join).looking(Lookup::Within(start, end));
            if let JoinOperator::AsOf { match_condition, .. } = operator {
                self.condition(match_condition, place);
            }
            match constraint(operator) {
                Some(JoinConstraint::On(condition)) => self.condition(condition, place),
                Some(JoinConstraint::Using(names)) => {
                    let columns: Vec<(Ident, Span)> = names
                        .iter()
                        .filter_map(|name| name.0.last().and_then(|part| part.as_ident()))
                        .map(|name| (places::ident(name), self.span(name)))
                        .collect();
                    let span = columns.iter().map(|(_, span)| *span).reduce(Span::join).unwrap_or_default();
                    let merge = Merge { columns: Some(columns), span, left: (start, middle), right: (middle, end) };
                    self.scope_mut(scope).merges.push(merge);
                }
                Some(JoinConstraint::Natural) => {
                    let right = self.scope(scope).sources.get(middle as usize);
                    let span = right.map_or(Span::default(), |source| source.span);
                    let merge = Merge { columns: None, span, left: (start, middle), right: (middle, end) };
                    self.scope_mut(scope).merges.push(merge);
                }
                Some(JoinConstraint::None) | None => {}
            }
        }
    }

    /// Adds the source of one item of `FROM`. `is_lateral` says that a join makes it so.
    pub(super) fn factor(&mut self, factor: &TableFactor, scope: ScopeId, is_lateral: bool) {
        match factor {
            TableFactor::Table { name, alias, args: Some(args), with_ordinality, .. } => {
                self.table_function(name, &args.args, *with_ordinality, alias.as_ref(), scope);
            }
            TableFactor::Table { name, alias, version, sample, .. } => {
                if let Some(path) = self.array_path(name, scope) {
                    self.unnested_path(&path, alias.as_ref(), scope);
                    return;
                }
                let role = SourceRole::Read;
                self.table(name, alias.as_ref(), scope, role);
                if let Some(ast::TableVersion::ForSystemTimeAsOf(at) | ast::TableVersion::TimestampAsOf(at)) = version {
                    self.value(at, Place::read(scope, Usage::Other));
                }
                self.sample(sample.as_ref(), scope);
            }
            TableFactor::Derived { lateral, subquery, alias, sample } => {
                let outer = if *lateral || is_lateral { Some(self.before(scope)) } else { self.outer(scope) };
                self.derived(subquery, alias.as_ref(), outer, scope);
                self.sample(sample.as_ref(), scope);
            }
            TableFactor::Function { name, args, with_ordinality, alias, .. } => {
                self.table_function(name, args, *with_ordinality, alias.as_ref(), scope);
            }
            TableFactor::TableFunction { expr: Expr::Function(function), alias } if whole_table(function).is_some() => {
                self.passed_on(function, alias.as_ref(), scope);
            }
            TableFactor::TableFunction { expr, alias } => {
                let place = self.argument_place(scope);
                self.value(expr, place);
                self.function_source("table", Span::default(), alias.as_ref(), Vec::new(), scope);
            }
            TableFactor::UNNEST { alias, array_exprs, with_offset, with_offset_alias, with_ordinality } => {
                let place = self.argument_place(scope);
                self.values(array_exprs, place);
                self.function_source("unnest", Span::default(), alias.as_ref(), Vec::new(), scope);
                let added = if *with_offset {
                    Some(with_offset_alias.as_ref().map_or_else(|| Ident::bare("offset"), places::ident))
                } else {
                    None
                };
                self.name_last_columns(scope, added, *with_ordinality);
            }
            TableFactor::JsonTable { json_expr, columns, alias, .. } => {
                let place = self.argument_place(scope);
                self.value(json_expr, place);
                let mut names = Vec::new();
                json_columns(columns, &mut names);
                self.function_source("json_table", Span::default(), alias.as_ref(), names, scope);
            }
            TableFactor::OpenJsonTable { json_expr, columns, alias, .. } => {
                let place = self.argument_place(scope);
                self.value(json_expr, place);
                let mut names: Vec<Ident> = columns.iter().map(|column| places::ident(&column.name)).collect();
                if names.is_empty() {
                    names = ["key", "value", "type"].map(Ident::bare).to_vec();
                }
                self.function_source("openjson", Span::default(), alias.as_ref(), names, scope);
            }
            TableFactor::XmlTable { row_expression, passing, columns, alias, .. } => {
                let place = self.argument_place(scope);
                self.value(row_expression, place);
                self.values(passing.arguments.iter().map(|argument| &argument.expr), place);
                for column in columns {
                    if let ast::XmlTableColumnOption::NamedInfo { path, default, .. } = &column.option {
                        self.values(path.iter().chain(default), place);
                    }
                }
                let names = columns.iter().map(|column| places::ident(&column.name)).collect();
                self.function_source("xmltable", Span::default(), alias.as_ref(), names, scope);
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                self.nested_join(table_with_joins, alias.as_ref(), scope);
            }
            TableFactor::Pivot { .. } | TableFactor::Unpivot { .. } | TableFactor::MatchRecognize { .. } => {
                self.deeper(|this| this.reshaped(factor, scope));
            }
            TableFactor::UnpivotExpr { expression, value_alias, attribute_alias } => {
                let place = self.argument_place(scope);
                self.value(expression, place);
                let names = std::iter::once(value_alias).chain(attribute_alias).map(places::ident).collect();
                self.function_source("unpivot", Span::default(), None, names, scope);
            }
            TableFactor::SemanticView { name, alias, .. } => {
                // Its dimensions and metrics are the view's own names.
                self.table(name, alias.as_ref(), scope, SourceRole::Read);
            }
        }
    }

    /// Adds a table by name, or the CTE that has this name.
    pub(super) fn table(
        &mut self,
        name: &NameTree,
        alias: Option<&TableAlias>,
        scope: ScopeId,
        role: SourceRole,
    ) -> u32 {
        let (relation, span) = self.named_relation(name, scope);
        let (alias, mut columns) = self.table_alias(alias, scope);
        let mut source = Source { relation, alias, columns: Vec::new(), span, role };
        if let Relation::Table(ObjectName(parts)) = &source.relation
            && let ([name], Some(cte)) = (&parts[..], self.cte(parts.last().unwrap_or(&parts[0])).cloned())
        {
            if source.alias.is_none() {
                source.alias = Some(name.clone());
            }
            columns.extend(cte.columns.into_iter().skip(columns.len()));
            source.relation = Relation::Query(cte.query);
        }
        source.columns = columns;
        self.add_source(scope, source)
    }

    /// Adds a derived table.
    fn derived(&mut self, query: &Query, alias: Option<&TableAlias>, outer: Option<Outer>, scope: ScopeId) {
        let span = self.query_start(query);
        let inner = self.query(query, outer);
        let (alias, columns) = self.table_alias(alias, scope);
        let relation = Relation::Query(inner);
        self.add_source(scope, Source { relation, alias, columns, span, role: SourceRole::Read });
    }

    /// `(a JOIN b …)`. With an alias its columns can only be named through that, as if it were a derived table.
    fn nested_join(&mut self, table: &TableWithJoins, alias: Option<&TableAlias>, scope: ScopeId) {
        let (alias, columns) = self.table_alias(alias, scope);
        self.deeper(|this| {
            if alias.is_none() {
                this.joined(table, scope);
                return;
            }
            let inner = this.new_scope(this.outer(scope));
            if this.source_count(scope) > 0 || this.joins.iter().any(|(own, _)| *own == scope) {
                let outside = this.before(scope);
                this.joins.push((inner, outside));
            }
            this.joined(table, inner);
            let span = this.first_source_span(inner);
            // The columns are there to be named, none of them is read by that.
            let star = OutputValue::Wildcard { qualifier: Vec::new(), span: Span::default(), except: Vec::new() };
            this.push_output(inner, None, None, star);
            let relation = Relation::Query(inner);
            this.add_source(scope, Source { relation, alias, columns, span, role: SourceRole::Read });
        });
    }

    pub(super) fn first_source_span(&self, scope: ScopeId) -> Span {
        self.scope(scope).sources.first().map_or(Span::default(), |source| source.span)
    }

    /// What the arguments of a table function may name: the sources before it.
    pub(super) fn argument_place(&mut self, scope: ScopeId) -> Place {
        if self.joins.iter().any(|(own, _)| *own == scope) {
            let seen = self.before(scope);
            return Place::read(seen.scope, Usage::Other);
        }
        Place::read(scope, Usage::Other).looking(Lookup::Within(0, self.source_count(scope)))
    }

    /// `TABLE(TUMBLE(TABLE t, DESCRIPTOR(a), …))`: the rows of `t`, with columns that the function adds.
    fn passed_on(&mut self, function: &ast::Function, alias: Option<&TableAlias>, scope: ScopeId) {
        let Some(query) = whole_table(function) else { return };
        self.deeper(|this| {
            let outer = this.outer(scope);
            let inner = this.new_scope(outer);
            this.derived(query, None, outer, inner);
            let arguments = match &function.args {
                ast::FunctionArguments::List(list) => &list.args[..],
                _ => &[],
            };
            for argument in arguments {
                if let Some(value) = argument_value(argument).filter(|value| !matches!(value, Expr::Subquery(_))) {
                    this.value(value, Place::read(inner, Usage::Other));
                }
            }
            this.function_source("table", Span::default(), None, Vec::new(), inner);
            let star = OutputValue::Wildcard { qualifier: Vec::new(), span: Span::default(), except: Vec::new() };
            this.push_output(inner, None, None, star);
            let span = this.query_start(query);
            let (alias, columns) = this.table_alias(alias, scope);
            let relation = Relation::Query(inner);
            this.add_source(scope, Source { relation, alias, columns, span, role: SourceRole::Read });
        });
    }

    fn table_function(
        &mut self,
        name: &NameTree,
        arguments: &[FunctionArg],
        with_ordinality: bool,
        alias: Option<&TableAlias>,
        scope: ScopeId,
    ) {
        let place = self.argument_place(scope);
        if let Some(column) = self.receiver(name) {
            self.column(&column, place);
        }
        let Some(last) = name.0.iter().rev().find_map(|part| part.as_ident()) else { return };
        let mut tasks: Vec<Task<'_>> = Vec::new();
        self.argument_list(arguments, &last.value, place, &mut tasks);
        tasks.reverse();
        self.run(tasks);
        let exposed = alias.map_or(last, |alias| &alias.name);
        let names = function_columns(&last.value, places::ident(exposed), self.places.dialect());
        let span = self.span(last);
        self.function_source(&last.value, span, alias, names, scope);
        if let (Some(source), Some(name)) = (self.scope_mut(scope).sources.last_mut(), places::object_name(name)) {
            source.relation = Relation::Function(name);
        }
        self.name_last_columns(scope, None, with_ordinality);
    }

    /// Adds a function as a source. `names` are its columns where the alias names none.
    fn function_source(
        &mut self,
        name: &str,
        span: Span,
        alias: Option<&TableAlias>,
        names: Vec<Ident>,
        scope: ScopeId,
    ) {
        let (exposed, mut columns) = self.table_alias(alias, scope);
        columns.extend(names.into_iter().skip(columns.len()));
        let span = alias.filter(|_| span == Span::default()).map_or(span, |alias| self.span(&alias.name));
        let relation = Relation::Function(ObjectName::single(Ident::bare(name)));
        self.add_source(scope, Source { relation, alias: exposed, columns, span, role: SourceRole::Read });
    }

    /// Names the column that `WITH OFFSET` or `WITH ORDINALITY` adds to the last source, when its others have names.
    fn name_last_columns(&mut self, scope: ScopeId, offset: Option<Ident>, with_ordinality: bool) {
        let Some(source) = self.scope_mut(scope).sources.last_mut() else { return };
        if let Some(offset) = offset {
            // BigQuery: the alias of an array is the name of its element.
            if source.columns.is_empty() {
                source.columns.extend(source.alias.clone());
            }
            source.columns.push(offset);
        }
        if with_ordinality && source.columns.len() == 1 {
            source.columns.push(Ident::bare("ordinality"));
        }
    }

    /// Hive's `LATERAL VIEW explode(a) t AS b`.
    pub(super) fn lateral_view(&mut self, view: &ast::LateralView, scope: ScopeId) {
        let place = self.argument_place(scope);
        self.value(&view.lateral_view, place);
        let Some(name) = view.lateral_view_name.0.last().and_then(|part| part.as_ident()) else { return };
        let columns = view.lateral_col_alias.iter().map(places::ident).collect();
        let relation = Relation::Function(ObjectName::single(Ident::bare("explode")));
        let alias = Some(places::ident(name));
        let span = self.span(name);
        self.add_source(scope, Source { relation, alias, columns, span, role: SourceRole::Read });
    }

    /// `ClickHouse`'s `ARRAY JOIN a AS b`: `a` is a column.
    fn array_join(&mut self, factor: &TableFactor, scope: ScopeId) {
        let TableFactor::Table { name, alias, args: None, .. } = factor else {
            self.factor(factor, scope, true);
            return;
        };
        let place = self.argument_place(scope);
        self.named_column(name, place);
        if let Some(alias) = alias {
            let names = vec![places::ident(&alias.name)];
            self.function_source("arrayJoin", Span::default(), Some(alias), names, scope);
        }
    }

    /// The column in `BigQuery`'s `FROM t, t.items` and Redshift's `FROM t AS a, a.items AS b`: a path that starts at a
    /// source. Elsewhere a schema may have the name, but hardly that of an alias.
    fn array_path(&self, name: &NameTree, scope: ScopeId) -> Option<Vec<ast::Ident>> {
        let dialect = self.places.dialect();
        if !matches!(dialect, Dialect::BigQuery | Dialect::Postgres | Dialect::Generic) || name.0.len() < 2 {
            return None;
        }
        let parts: Vec<ast::Ident> = name.0.iter().map(|part| part.as_ident().cloned()).collect::<Option<_>>()?;
        let source = self.source_named(scope, &places::ident(&parts[0]))?;
        let source = self.scope(scope).sources.get(source as usize)?;
        let aliased = source.alias.is_some() && matches!(source.relation, Relation::Table(_));
        (dialect == Dialect::BigQuery || aliased).then_some(parts)
    }

    fn unnested_path(&mut self, path: &[ast::Ident], alias: Option<&TableAlias>, scope: ScopeId) {
        let place = self.argument_place(scope);
        self.column(path, place);
        let span = path.last().map_or(Span::default(), |name| self.span(name));
        self.function_source("unnest", span, alias, Vec::new(), scope);
    }

    fn sample(&mut self, sample: Option<&ast::TableSampleKind>, scope: ScopeId) {
        let Some(ast::TableSampleKind::BeforeTableAlias(sample) | ast::TableSampleKind::AfterTableAlias(sample)) =
            sample
        else {
            return;
        };
        if let Some(on) = sample.bucket.as_ref().and_then(|bucket| bucket.on.as_ref()) {
            self.value(on, Place::read(scope, Usage::Filter));
        }
    }

    /// The source of a scope whose exposed name is `name`: its alias, else its own name.
    pub(super) fn source_named(&self, scope: ScopeId, name: &Ident) -> Option<u32> {
        let exposed = |source: &Source| match (&source.alias, &source.relation) {
            (Some(alias), _) => alias.matches(name),
            (None, Relation::Table(relation) | Relation::Function(relation)) => relation.last().matches(name),
            (None, _) => false,
        };
        self.scope(scope).sources.iter().position(exposed).map(|at| at as u32)
    }
}

fn argument_value(argument: &FunctionArg) -> Option<&Expr> {
    let (FunctionArg::Unnamed(value)
    | FunctionArg::Named { arg: value, .. }
    | FunctionArg::ExprNamed { arg: value, .. }) = argument;
    match value {
        ast::FunctionArgExpr::Expr(value) => Some(value),
        _ => None,
    }
}

/// The query of an argument that is all of a table: `TABLE t`, as the grammars are given it.
fn whole_table(function: &ast::Function) -> Option<&Query> {
    let ast::FunctionArguments::List(list) = &function.args else { return None };
    list.args.iter().filter_map(argument_value).find_map(|value| match value {
        Expr::Subquery(query) => {
            let ast::SetExpr::Select(select) = &*query.body else { return None };
            let plain = matches!(&select.projection[..], [ast::SelectItem::Wildcard(_)]) && select.selection.is_none();
            let one = matches!(&select.from[..], [table] if table.joins.is_empty());
            (plain && one).then_some(&**query)
        }
        _ => None,
    })
}

fn constraint(operator: &JoinOperator) -> Option<&JoinConstraint> {
    match operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)
        | JoinOperator::CrossJoin(constraint)
        | JoinOperator::Semi(constraint)
        | JoinOperator::LeftSemi(constraint)
        | JoinOperator::RightSemi(constraint)
        | JoinOperator::Anti(constraint)
        | JoinOperator::LeftAnti(constraint)
        | JoinOperator::RightAnti(constraint)
        | JoinOperator::StraightJoin(constraint)
        | JoinOperator::AsOf { constraint, .. } => Some(constraint),
        JoinOperator::CrossApply
        | JoinOperator::OuterApply
        | JoinOperator::ArrayJoin
        | JoinOperator::LeftArrayJoin
        | JoinOperator::InnerArrayJoin => None,
    }
}

/// The names of the columns of `JSON_TABLE`, also of nested paths. The parser limits how deep those are.
fn json_columns(columns: &[ast::JsonTableColumn], names: &mut Vec<Ident>) {
    for column in columns {
        match column {
            ast::JsonTableColumn::Named(column) => names.push(places::ident(&column.name)),
            ast::JsonTableColumn::ForOrdinality(name) => names.push(places::ident(name)),
            ast::JsonTableColumn::Nested(nested) => json_columns(&nested.columns, names),
        }
    }
}

/// The columns of functions that are the same in every database which has them; `exposed` is the source's name,
/// which is also that of the only column of a function that gives plain values.
fn function_columns(name: &str, exposed: Ident, dialect: Dialect) -> Vec<Ident> {
    let named = |names: &[&str]| names.iter().map(|name| Ident::bare(*name)).collect();
    match name.to_ascii_lowercase().as_str() {
        "generate_series"
        | "generate_subscripts"
        | "json_object_keys"
        | "jsonb_object_keys"
        | "jsonb_path_query"
        | "regexp_matches"
        | "regexp_split_to_table"
        | "string_to_table"
            if dialect != Dialect::SqlServer && dialect != Dialect::Sqlite =>
        {
            vec![exposed]
        }
        "generate_series" => named(&["value"]),
        "json_each" | "json_tree" if dialect == Dialect::Sqlite => {
            named(&["key", "value", "type", "atom", "id", "parent", "fullkey", "path"])
        }
        "json_each" | "json_each_text" | "jsonb_each" | "jsonb_each_text" => named(&["key", "value"]),
        "json_array_elements" | "json_array_elements_text" | "jsonb_array_elements" | "jsonb_array_elements_text" => {
            named(&["value"])
        }
        "string_split" if dialect == Dialect::SqlServer => named(&["value", "ordinal"]),
        "flatten" if dialect == Dialect::Snowflake => named(&["seq", "key", "path", "index", "value", "this"]),
        _ => Vec::new(),
    }
}
