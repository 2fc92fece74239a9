//! Queries: `WITH`, set operations, `SELECT` with its clauses, `VALUES`, projections.

use sqlparser::ast::{
    self, Cte as CteTree, Distinct, Expr, GroupByExpr, GroupByWithModifier, LimitClause, OrderBy, OrderByKind, Query,
    Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, SetOperator, SetQuantifier,
};

use super::expression::peel;
use super::{Cte, Lowerer, Outer, Place};
use crate::extract::sql::places;
use crate::extract::sql::text::holds_hole;
use crate::model::name::{Ident, Name, ObjectName};
use crate::model::schema::{RelationKind, SchemaChange};
use crate::model::span::Span;
use crate::model::statement::{
    Dialect, HoleRole, Lookup, OutputValue, Relation, ScopeId, Source, SourceRole, StatementKind, Usage,
};

impl Lowerer<'_> {
    /// Lowers a query into a scope of its own.
    pub(super) fn query(&mut self, query: &Query, outer: Option<Outer>) -> ScopeId {
        let scope = self.new_scope(outer);
        self.query_into(query, scope);
        scope
    }

    /// Lowers a query into an empty scope. Tells what its body does.
    pub(super) fn query_into(&mut self, query: &Query, scope: ScopeId) -> StatementKind {
        let mut kind = StatementKind::Select;
        self.deeper(|this| {
            let mark = this.bound.len();
            if let Some(with) = &query.with {
                this.with(with, scope);
            }
            if query.pipe_operators.is_empty() {
                kind = this.query_body(query, scope);
            } else {
                this.piped(query, scope);
            }
            this.unbind_ctes(mark);
        });
        kind
    }

    /// All of a query but its `WITH` and pipes.
    pub(super) fn query_body(&mut self, query: &Query, scope: ScopeId) -> StatementKind {
        let kind = self.set_expr(&query.body, scope);
        if let Some(order_by) = &query.order_by {
            self.order_by_clause(order_by, scope);
        }
        let limit = Place::read(scope, Usage::Filter);
        match &query.limit_clause {
            Some(LimitClause::LimitOffset { limit: count, offset, limit_by }) => {
                self.values(count.iter().chain(offset.as_ref().map(|offset| &offset.value)), limit);
                self.list_items(limit_by, Place::read(scope, Usage::Group));
            }
            Some(LimitClause::OffsetCommaLimit { offset, limit: count }) => self.values([offset, count], limit),
            None => {}
        }
        if let Some(fetch) = &query.fetch {
            self.values(&fetch.quantity, limit);
        }
        kind
    }

    fn order_by_clause(&mut self, order_by: &OrderBy, scope: ScopeId) {
        let place = Place::read(scope, Usage::Order).looking(Lookup::OutputsFirst);
        if let OrderByKind::Expressions(items) = &order_by.kind {
            self.order_by(items, place);
        }
        for item in order_by.interpolate.iter().flat_map(|interpolate| interpolate.exprs.iter().flatten()) {
            self.column(std::slice::from_ref(&item.column), place);
            self.values(&item.expr, place.looking(Lookup::SourcesFirst));
        }
    }

    /// Binds the CTEs of a `WITH` that belongs to the query of `scope`.
    pub(super) fn with(&mut self, with: &ast::With, scope: ScopeId) {
        let outer = self.outer(scope);
        let ctes: Vec<(Name, Cte, &CteTree)> = with
            .cte_tables
            .iter()
            .map(|tree| {
                let query = self.new_scope(outer);
                let columns = tree.alias.columns.iter().map(|column| places::ident(&column.name)).collect();
                (places::ident(&tree.alias.name).folded(), Cte { query, columns }, tree)
            })
            .collect();
        if with.recursive {
            // PostgreSQL lets every CTE of a recursive WITH see every other one.
            for (name, cte, _) in &ctes {
                self.bind_cte(name.clone(), cte.clone());
            }
        }
        for (name, cte, tree) in ctes {
            let mark = self.bound.len();
            let refers_to_itself = !with.recursive && self.is_recursive(tree);
            if refers_to_itself {
                self.bind_cte(name.clone(), cte.clone());
            }
            self.query_into(&tree.query, cte.query);
            self.unbind_ctes(mark);
            if !with.recursive {
                self.bind_cte(name, cte);
            }
        }
    }

    /// Whether a CTE may refer to itself although `WITH` does not say `RECURSIVE`: some dialects have no such word,
    /// and demand `anchor UNION ALL step` instead. Elsewhere the name is a table's.
    fn is_recursive(&self, cte: &CteTree) -> bool {
        let dialect = self.places.dialect();
        if !matches!(dialect, Dialect::SqlServer | Dialect::Oracle | Dialect::Snowflake | Dialect::Generic) {
            return false;
        }
        let SetExpr::SetOperation { op: SetOperator::Union, set_quantifier: SetQuantifier::All, left, right } =
            &*cte.query.body
        else {
            return false;
        };
        let name = places::ident(&cte.alias.name);
        match dialect {
            Dialect::Generic => !names_in_from(left, &name) && names_in_from(right, &name) && joins(right),
            _ => true,
        }
    }

    /// Lowers the body of a query.
    fn set_expr(&mut self, body: &SetExpr, scope: ScopeId) -> StatementKind {
        match body {
            SetExpr::Select(select) => self.select(select, scope),
            SetExpr::Query(query) => return self.query_into(query, scope),
            SetExpr::SetOperation { .. } => self.set_operation(body, scope),
            SetExpr::Values(values) => self.values_body(values, scope),
            SetExpr::Insert(statement)
            | SetExpr::Update(statement)
            | SetExpr::Delete(statement)
            | SetExpr::Merge(statement) => return self.dml_into(statement, scope),
            SetExpr::Table(table) => self.table_body(table, scope),
        }
        StatementKind::Select
    }

    /// A chain of set operations: all its branches, left to right. The tree leans to the left and may be as deep as
    /// the chain is long.
    fn set_operation(&mut self, body: &SetExpr, scope: ScopeId) {
        let outer = self.outer(scope);
        let mut pending = vec![body];
        while let Some(next) = pending.pop() {
            if let SetExpr::SetOperation { left, right, .. } = next {
                pending.push(right);
                pending.push(left);
                continue;
            }
            let branch = self.new_scope(outer);
            self.deeper(|this| {
                this.set_expr(next, branch);
            });
            self.scope_mut(scope).operands.push(branch);
        }
    }

    /// `VALUES (…), (…)` as a query: columns are called `column1`, `column2`, ….
    fn values_body(&mut self, values: &ast::Values, scope: ScopeId) {
        let width = values.rows.first().map_or(0, |row| row.content.len());
        for at in 0..width {
            let name = Ident::bare(format!("column{}", at + 1));
            self.push_output(scope, Some(name), None, OutputValue::Expression);
        }
        for row in &values.rows {
            for (at, expr) in row.content.iter().enumerate() {
                self.value(expr, Place::read(scope, Usage::Output(at as u32)));
            }
        }
    }

    /// `TABLE t`. The parser keeps no place, so the words are searched for.
    fn table_body(&mut self, table: &ast::Table, scope: ScopeId) {
        let Some(name) = &table.table_name else { return };
        let text = self.places.piece().as_str();
        let mut span = Span::default();
        let mut from = self.table_cursor;
        while let Some(at) = text.get(from..).and_then(|rest| rest.find(name.as_str())) {
            let start = from + at;
            from = start + name.len();
            let before =
                text[..start].trim_end_matches(|c: char| c.is_alphanumeric() || "_.\"`".contains(c)).trim_end();
            if before.len() >= 5 && before.as_bytes()[before.len() - 5..].eq_ignore_ascii_case(b"table") {
                self.table_cursor = from;
                span = self.places.piece().outer(Span::new(start, from));
                break;
            }
        }
        let parts: Vec<Ident> = table.schema_name.iter().chain([name]).map(|part| Ident::bare(part.as_str())).collect();
        let (relation, alias, columns) = match self.cte(&parts[parts.len() - 1]).filter(|_| parts.len() == 1) {
            Some(cte) => (Relation::Query(cte.query), Some(parts[0].clone()), cte.columns.clone()),
            None if holds_hole(name) => {
                self.note_hole(span, HoleRole::Relation, Some(scope));
                (Relation::Hole, None, Vec::new())
            }
            None => (Relation::Table(ObjectName(parts)), None, Vec::new()),
        };
        self.add_source(scope, Source { relation, alias, columns, span, role: SourceRole::Read });
        let star = OutputValue::Wildcard { qualifier: Vec::new(), span, except: Vec::new() };
        self.push_output(scope, None, None, star);
    }

    /// Lowers a `SELECT`; its sources come first, because names are told apart by them.
    pub(super) fn select(&mut self, select: &Select, scope: ScopeId) {
        self.from(&select.from, scope);
        for view in &select.lateral_views {
            self.lateral_view(view, scope);
        }
        let outside = std::mem::replace(&mut self.hierarchical, !select.connect_by.is_empty());
        match &select.distinct {
            Some(Distinct::On(items)) => {
                self.list_items(items, Place::read(scope, Usage::Group).looking(Lookup::OutputsFirst));
            }
            Some(Distinct::All | Distinct::Distinct) | None => {}
        }
        if let Some(ast::TopQuantity::Expr(count)) = select.top.as_ref().and_then(|top| top.quantity.as_ref()) {
            self.value(count, Place::read(scope, Usage::Filter));
        }
        let aliases = self.aliases_are_visible();
        self.projection(&select.projection, scope, aliases);
        if select.projection.is_empty() && !select.from.is_empty() {
            // `FROM t` without SELECT gives all columns. (`SELECT FROM t` gives none.)
            if select.flavor == ast::SelectFlavor::FromFirstNoSelect {
                let span = self.scope(scope).sources.first().map_or(Span::default(), |source| source.span);
                let star = OutputValue::Wildcard { qualifier: Vec::new(), span, except: Vec::new() };
                self.push_output(scope, None, None, star);
            }
        }
        if let Some(exclude) = &select.exclude {
            self.exclude_from_last_wildcard(exclude, scope);
        }
        let filter = Place::read(scope, Usage::Filter).looking(aliases);
        for condition in select.prewhere.iter().chain(&select.selection) {
            self.condition(condition, filter);
        }
        for part in &select.connect_by {
            match part {
                ast::ConnectByKind::ConnectBy { relationships, .. } => {
                    self.values(relationships, Place::read(scope, Usage::Join));
                }
                ast::ConnectByKind::StartWith { condition, .. } => self.condition(condition, filter),
            }
        }
        self.group_by(&select.group_by, scope);
        let order = Place::read(scope, Usage::Order).looking(Lookup::OutputsFirst);
        self.list_items(select.cluster_by.iter().chain(&select.distribute_by), order);
        self.order_by(&select.sort_by, order);
        if let Some(condition) = &select.having {
            self.condition(condition, filter.looking(self.aliases_in_having()));
        }
        if let Some(condition) = &select.qualify {
            self.condition(condition, filter.looking(self.aliases_in_expressions()));
        }
        for window in &select.named_window {
            self.named_window(window, Place::read(scope, Usage::Other));
        }
        if let Some(into) = &select.into {
            self.select_into(into, scope);
        }
        self.hierarchical = outside;
    }

    /// Where names in a projection and in `WHERE` are looked up: some dialects know the aliases there.
    fn aliases_are_visible(&self) -> Lookup {
        match self.places.dialect() {
            Dialect::Snowflake | Dialect::ClickHouse => Lookup::SourcesFirst,
            _ => Lookup::Sources,
        }
    }

    /// Where names in `HAVING` are looked up. Outside of an aggregate, a column that is not grouped by cannot be meant.
    fn aliases_in_having(&self) -> Lookup {
        match self.places.dialect() {
            Dialect::Mysql | Dialect::BigQuery | Dialect::Generic => Lookup::OutputsFirst,
            _ => self.aliases_in_expressions(),
        }
    }

    pub(super) fn group_by(&mut self, group_by: &GroupByExpr, scope: ScopeId) {
        let place = Place::read(scope, Usage::Group).looking(Lookup::SourcesFirst);
        let modifiers = match group_by {
            GroupByExpr::All(modifiers) => modifiers,
            GroupByExpr::Expressions(items, modifiers) => {
                self.list_items(items, place);
                modifiers
            }
        };
        for modifier in modifiers {
            if let GroupByWithModifier::GroupingSets(sets) = modifier {
                self.value(sets, place);
            }
        }
    }

    /// `SELECT … INTO t`, unless it fills variables.
    fn select_into(&mut self, into: &ast::SelectInto, scope: ScopeId) {
        let [target] = &into.targets[..] else { return };
        let parts = match target {
            Expr::Identifier(name) => std::slice::from_ref(name),
            Expr::CompoundIdentifier(parts) => &parts[..],
            _ => return,
        };
        let is_variable = parts[0].quote_style.is_none() && parts[0].value.starts_with(['@', ':', '$']);
        // In T-SQL every variable has its sign; elsewhere a routine selects into its variables.
        if is_variable || (self.in_routine && self.places.dialect() != Dialect::SqlServer) {
            return;
        }
        let name = ast::ObjectName::from(parts.to_vec());
        if let Some((relation, _)) = self.known_name(&name, Some(scope)) {
            self.changes.push(SchemaChange::CreateFromQuery {
                relation,
                kind: RelationKind::Table,
                columns: Vec::new(),
                query: scope,
            });
        }
    }

    /// Lowers the items of a projection or of `RETURNING`.
    pub(super) fn projection(&mut self, items: &[SelectItem], scope: ScopeId, lookup: Lookup) {
        for item in items {
            match item {
                SelectItem::UnnamedExpr(expr) => self.item(expr, None, scope, lookup),
                SelectItem::ExprWithAlias { expr, alias } => self.item(expr, Some(alias), scope, lookup),
                SelectItem::ExprWithAliases { expr, aliases } => {
                    // Hive: a function that gives several columns.
                    let at = self.scope(scope).outputs.len() as u32;
                    self.value(expr, Place::read(scope, Usage::Output(at)).looking(lookup));
                    for alias in aliases {
                        let (name, span) = self.output_alias(alias, scope).unzip();
                        self.push_output(scope, name, span, OutputValue::Expression);
                    }
                }
                SelectItem::Wildcard(options) => self.wildcard(&[], options, scope),
                SelectItem::QualifiedWildcard(kind, options) => self.qualified_wildcard(kind, options, scope),
            }
        }
    }

    fn item(&mut self, expr: &Expr, alias: Option<&ast::Ident>, scope: ScopeId, lookup: Lookup) {
        let at = self.scope(scope).outputs.len() as u32;
        let place = Place::read(scope, Usage::Output(at)).looking(lookup);
        if let Some(span) = self.hole_item(expr) {
            self.note_hole(span, HoleRole::Columns, Some(scope));
            let (name, span) = alias.and_then(|alias| self.output_alias(alias, scope)).unzip();
            self.push_output(scope, name, span, OutputValue::Expression);
            return;
        }
        let column = match peel(expr) {
            Expr::Identifier(name) => self.column(std::slice::from_ref(name), place),
            Expr::CompoundIdentifier(parts) => self.column(parts, place),
            _ => {
                self.value(expr, place);
                None
            }
        };
        let value = column.map_or(OutputValue::Expression, OutputValue::Column);
        if let Some(alias) = alias {
            let (name, span) = self.output_alias(alias, scope).unzip();
            self.push_output(scope, name, span, value);
        } else {
            let name = self.implied_name(expr, scope);
            self.push_output(scope, name, None, value);
        }
    }

    fn qualified_wildcard(
        &mut self,
        kind: &SelectItemQualifiedWildcardKind,
        options: &ast::WildcardAdditionalOptions,
        scope: ScopeId,
    ) {
        let name = match kind {
            SelectItemQualifiedWildcardKind::ObjectName(name) => name.clone(),
            SelectItemQualifiedWildcardKind::Expr(expr) => match peel(expr) {
                Expr::Identifier(row) if self.is_source(scope, row) => ast::ObjectName::from(row.clone()),
                _ => {
                    // The fields of a composite value.
                    let at = self.scope(scope).outputs.len() as u32;
                    self.value(expr, Place::read(scope, Usage::Output(at)));
                    self.push_output(scope, None, None, OutputValue::Expression);
                    return;
                }
            },
        };
        let qualifier = places::object_name(&name).map_or_else(Vec::new, |name| name.0);
        self.wildcard(&qualifier, options, scope);
    }

    /// `*` or `t.*`. What it leaves out is named, what it replaces or renames becomes an output of its own.
    fn wildcard(&mut self, qualifier: &[Ident], options: &ast::WildcardAdditionalOptions, scope: ScopeId) {
        let mut left_out: Vec<&ast::Ident> = Vec::new();
        if let Some(except) = &options.opt_except {
            left_out.push(&except.first_element);
            left_out.extend(&except.additional_elements);
        }
        if let Some(exclude) = &options.opt_exclude {
            left_out.extend(excluded(exclude));
        }
        let renamed: &[ast::IdentWithAlias] = match &options.opt_rename {
            Some(ast::RenameSelectItem::Single(item)) => std::slice::from_ref(item),
            Some(ast::RenameSelectItem::Multiple(items)) => items,
            None => &[],
        };
        let replaced = options.opt_replace.iter().flat_map(|replace| &replace.items);
        let mut except: Vec<Ident> = left_out.iter().map(|name| places::ident(name)).collect();
        except.extend(replaced.clone().map(|item| places::ident(&item.column_name)));
        except.extend(renamed.iter().map(|item| places::ident(&item.ident)));
        let span = self.token_span(options.wildcard_token.0.span);
        for qualifier in self.stars(qualifier, scope) {
            let star = OutputValue::Wildcard { qualifier, span, except: except.clone() };
            self.push_output(scope, None, None, star);
        }
        for name in left_out {
            // Naming a column that is not there is an error, even to leave it out.
            let span = self.span(name);
            self.refer(qualifier.to_vec(), places::ident(name), span, Place::read(scope, Usage::LeftOut));
        }
        let is_renamed =
            |name: &ast::Ident| renamed.iter().find(|item| places::ident(&item.ident).matches(&places::ident(name)));
        for item in replaced.clone() {
            let at = self.scope(scope).outputs.len() as u32;
            self.value(&item.expr, Place::read(scope, Usage::Output(at)));
            let name = is_renamed(&item.column_name).map_or(&item.column_name, |renamed| &renamed.alias);
            let span = self.span(name);
            self.push_output(scope, Some(places::ident(name)), Some(span), OutputValue::Expression);
        }
        for item in renamed {
            // What is replaced is not the column that was there.
            if replaced.clone().any(|other| places::ident(&other.column_name).matches(&places::ident(&item.ident))) {
                continue;
            }
            let at = self.scope(scope).outputs.len() as u32;
            let span = self.span(&item.ident);
            let place = Place::read(scope, Usage::Output(at));
            let column = self.refer(qualifier.to_vec(), places::ident(&item.ident), span, place);
            let alias = self.span(&item.alias);
            self.push_output(scope, Some(places::ident(&item.alias)), Some(alias), OutputValue::Column(column));
        }
    }

    /// The wildcards that one stands for: a `*` over a semi join is one for each source that is seen.
    fn stars(&self, qualifier: &[Ident], scope: ScopeId) -> Vec<Vec<Ident>> {
        let unseen = |at: u32| self.unseen.iter().any(|(own, sources)| *own == scope && sources.contains(&at));
        let sources = &self.scope(scope).sources;
        let hides = qualifier.is_empty() && (0..sources.len() as u32).any(unseen);
        // ClickHouse gives the columns of both sides.
        if !hides || self.places.dialect() == Dialect::ClickHouse {
            return vec![qualifier.to_vec()];
        }
        let name = |source: &Source| match (&source.alias, &source.relation) {
            (Some(alias), _) => Some(vec![alias.clone()]),
            (None, Relation::Table(name)) => Some(name.0.clone()),
            _ => None,
        };
        let seen = (0_u32..).zip(sources).filter(|(at, _)| !unseen(*at));
        let names: Option<Vec<Vec<Ident>>> = seen.map(|(_, source)| name(source)).collect();
        names.unwrap_or_else(|| vec![Vec::new()])
    }

    /// Redshift's `SELECT * EXCLUDE … FROM`, which stands behind the whole projection.
    fn exclude_from_last_wildcard(&mut self, exclude: &ast::ExcludeSelectItem, scope: ScopeId) {
        for name in excluded(exclude) {
            let ident = places::ident(name);
            let span = self.span(name);
            self.refer(Vec::new(), ident.clone(), span, Place::read(scope, Usage::LeftOut));
            for output in &mut self.scope_mut(scope).outputs {
                if let OutputValue::Wildcard { except, .. } = &mut output.value {
                    except.push(ident.clone());
                }
            }
        }
    }

    /// Where a query starts: its first keyword.
    pub(super) fn query_start(&self, query: &Query) -> Span {
        if let Some(with) = &query.with {
            return self.token_span(with.with_token.0.span);
        }
        let mut body = &*query.body;
        loop {
            return match body {
                SetExpr::Select(select) => self.token_span(select.select_token.0.span),
                SetExpr::Query(query) => {
                    if let Some(with) = &query.with {
                        return self.token_span(with.with_token.0.span);
                    }
                    body = &query.body;
                    continue;
                }
                SetExpr::SetOperation { left, .. } => {
                    body = left;
                    continue;
                }
                SetExpr::Values(values) => {
                    values.rows.first().map_or(Span::default(), |row| self.token_span(row.opening_token.0.span))
                }
                SetExpr::Insert(ast::Statement::Insert(insert)) => self.token_span(insert.insert_token.0.span),
                SetExpr::Update(ast::Statement::Update(update)) => self.token_span(update.update_token.0.span),
                SetExpr::Delete(ast::Statement::Delete(delete)) => self.token_span(delete.delete_token.0.span),
                SetExpr::Merge(ast::Statement::Merge(merge)) => self.token_span(merge.merge_token.0.span),
                _ => Span::default(),
            };
        }
    }
}

fn excluded(exclude: &ast::ExcludeSelectItem) -> impl Iterator<Item = &ast::Ident> {
    let names = match exclude {
        ast::ExcludeSelectItem::Single(name) => std::slice::from_ref(name),
        ast::ExcludeSelectItem::Multiple(names) => names,
    };
    names.iter().filter_map(|name| name.0.last().and_then(|part| part.as_ident()))
}

/// Whether a branch of a set operation takes rows from the table `name`.
fn names_in_from(branch: &SetExpr, name: &Ident) -> bool {
    let SetExpr::Select(select) = branch else { return false };
    let factors = select
        .from
        .iter()
        .flat_map(|table| std::iter::once(&table.relation).chain(table.joins.iter().map(|join| &join.relation)));
    factors.into_iter().any(|factor| match factor {
        ast::TableFactor::Table { name: table, .. } => {
            matches!(&table.0[..], [part] if part.as_ident().is_some_and(|part| places::ident(part).matches(name)))
        }
        _ => false,
    })
}

/// Whether a branch of a set operation has more than one source.
fn joins(branch: &SetExpr) -> bool {
    matches!(branch, SetExpr::Select(select) if select.from.len() > 1 || select.from.iter().any(|table| !table.joins.is_empty()))
}
