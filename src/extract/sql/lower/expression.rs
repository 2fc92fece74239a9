//! Expressions: the columns they name and the subqueries in them.
//!
//! Trees of operators can be tens of thousands of levels deep (`a || b || …`), so they are walked with a stack of
//! tasks of their own, in text order. Only queries are entered by recursion; the parser limits those.

use sqlparser::ast::{self, AccessExpr, Expr, Subscript, WindowSpec, WindowType};

use super::{Lowerer, Outer, Place};
use crate::extract::sql::places;
use crate::extract::sql::text::{holds_hole, hole_index};
use crate::model::name::{Ident, Name};
use crate::model::span::Span;
use crate::model::statement::{Dialect, HoleRole, Lookup, OutputValue, ScopeId, Usage};

/// Something that is still to be lowered.
pub(super) enum Task<'e> {
    /// An expression.
    Value(&'e Expr, Place),
    /// A condition: a hole in it that stands for a whole operand of `AND` or `OR` is a part of the statement.
    Condition(&'e Expr, Place),
    /// A subquery.
    Query(&'e ast::Query, Place),
    /// An expression in which these names are parameters.
    Lambda(Vec<&'e ast::Ident>, &'e Expr, Place),
    /// The parameters of a lambda are out of scope again: that many locals remain.
    Locals(usize),
}

impl Lowerer<'_> {
    /// Lowers an expression.
    pub(super) fn value(&mut self, expr: &Expr, place: Place) {
        self.run(vec![Task::Value(expr, place)]);
    }

    /// Lowers expressions that are used for the same.
    pub(super) fn values<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>, place: Place) {
        for expr in exprs {
            self.value(expr, place);
        }
    }

    /// Lowers a condition: `WHERE`, `ON`, `HAVING`.
    pub(super) fn condition(&mut self, expr: &Expr, place: Place) {
        self.run(vec![Task::Condition(expr, place)]);
    }

    /// Lowers items of `ORDER BY`; a bare name is first an output's alias if `place` says so.
    pub(super) fn order_by<'e>(&mut self, items: impl IntoIterator<Item = &'e ast::OrderByExpr>, place: Place) {
        let mut tasks = Vec::new();
        for item in items {
            self.list_item(&item.expr, place, &mut tasks);
            if let Some(fill) = &item.with_fill {
                tasks.extend(
                    [&fill.from, &fill.to, &fill.step].into_iter().flatten().map(|expr| Task::Value(expr, place)),
                );
            }
        }
        tasks.reverse();
        self.run(tasks);
    }

    /// Lowers items of `GROUP BY`, `DISTINCT ON` and their like.
    pub(super) fn list_items<'e>(&mut self, items: impl IntoIterator<Item = &'e Expr>, place: Place) {
        let mut tasks = Vec::new();
        for item in items {
            self.list_item(item, place, &mut tasks);
        }
        tasks.reverse();
        self.run(tasks);
    }

    /// An item of a list of columns: a hole is one or more columns; only a name that is the whole item is looked up
    /// among the outputs before the sources.
    fn list_item<'e>(&mut self, item: &'e Expr, place: Place, tasks: &mut Vec<Task<'e>>) {
        match peel(item) {
            Expr::Identifier(name) if hole_index(&name.value).is_some() => {
                self.note_hole(self.span(name), HoleRole::Columns, Some(place.scope));
            }
            Expr::Identifier(_) => tasks.push(Task::Value(item, place)),
            // The parts of a grouping set are items of their own.
            Expr::GroupingSets(_) | Expr::Cube(_) | Expr::Rollup(_) | Expr::Tuple(_) => {
                tasks.push(Task::Value(item, place));
            }
            _ if matches!(place.lookup, Lookup::OutputsFirst | Lookup::SourcesFirst) => {
                tasks.push(Task::Value(item, place.looking(self.aliases_in_expressions())));
            }
            _ => tasks.push(Task::Value(item, place)),
        }
    }

    /// Works off a stack of tasks, last first.
    pub(super) fn run(&mut self, mut tasks: Vec<Task<'_>>) {
        while let Some(task) = tasks.pop() {
            let mark = tasks.len();
            match task {
                Task::Value(expr, place) => self.step(expr, place, &mut tasks),
                Task::Condition(expr, place) => self.condition_step(expr, place, &mut tasks),
                Task::Query(query, place) => {
                    self.subquery(query, place);
                }
                Task::Lambda(parameters, body, place) => {
                    let outside = self.locals.len();
                    self.locals.extend(parameters.iter().map(|name| Name::new(&name.value)));
                    tasks.push(Task::Value(body, place));
                    tasks.push(Task::Locals(outside));
                }
                Task::Locals(remain) => self.locals.truncate(remain),
            }
            // Children were pushed in text order and are to be popped in it.
            tasks[mark..].reverse();
        }
    }

    /// A subquery in an expression: a scope of its own, inside that of the expression.
    pub(super) fn subquery(&mut self, query: &ast::Query, place: Place) -> ScopeId {
        let sources = if let Lookup::Within(start, end) = place.lookup { Some((start, end)) } else { None };
        let id = self.query(query, Some(Outer { scope: place.scope, sources }));
        self.scope_mut(place.scope).subqueries.push((id, place.usage));
        id
    }

    fn condition_step<'e>(&mut self, expr: &'e Expr, place: Place, tasks: &mut Vec<Task<'e>>) {
        match expr {
            Expr::Identifier(name) if hole_index(&name.value).is_some() => {
                self.note_hole(self.span(name), HoleRole::Fragment, Some(place.scope));
            }
            Expr::BinaryOp {
                left,
                op: ast::BinaryOperator::And | ast::BinaryOperator::Or | ast::BinaryOperator::Xor,
                right,
            } => {
                tasks.push(Task::Condition(left, place));
                tasks.push(Task::Condition(right, place));
            }
            Expr::UnaryOp { op: ast::UnaryOperator::Not, expr } | Expr::Nested(expr) => {
                tasks.push(Task::Condition(expr, place));
            }
            _ => self.step(expr, place, tasks),
        }
    }

    /// Lowers what an expression itself names and pushes its parts in text order.
    fn step<'e>(&mut self, expr: &'e Expr, place: Place, tasks: &mut Vec<Task<'e>>) {
        let mut push = |expr: &'e Expr| tasks.push(Task::Value(expr, place));
        match expr {
            Expr::Identifier(name) => {
                self.column(std::slice::from_ref(name), place);
            }
            Expr::CompoundIdentifier(parts) => {
                self.column(parts, place);
            }
            Expr::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain, place, tasks),
            Expr::JsonAccess { value, path } => {
                push(value);
                for part in &path.path {
                    if let ast::JsonPathElem::Bracket { key } | ast::JsonPathElem::ColonBracket { key } = part {
                        push(key);
                    }
                }
            }
            Expr::IsFalse(expr)
            | Expr::IsNotFalse(expr)
            | Expr::IsTrue(expr)
            | Expr::IsNotTrue(expr)
            | Expr::IsNull(expr)
            | Expr::IsNotNull(expr)
            | Expr::IsUnknown(expr)
            | Expr::IsNotUnknown(expr)
            | Expr::Nested(expr)
            | Expr::OuterJoin(expr)
            | Expr::Prior(expr)
            | Expr::IsJson { expr, .. }
            | Expr::IsNormalized { expr, .. }
            | Expr::UnaryOp { expr, .. }
            | Expr::Cast { expr, .. }
            | Expr::Extract { expr, .. }
            | Expr::Ceil { expr, .. }
            | Expr::Floor { expr, .. }
            | Expr::Collate { expr, .. }
            | Expr::Prefixed { value: expr, .. }
            | Expr::Named { expr, .. }
            | Expr::Interval(ast::Interval { value: expr, .. }) => push(expr),
            Expr::IsDistinctFrom(left, right)
            | Expr::IsNotDistinctFrom(left, right)
            | Expr::BinaryOp { left, right, .. }
            | Expr::AnyOp { left, right, .. }
            | Expr::AllOp { left, right, .. }
            | Expr::InUnnest { expr: left, array_expr: right, .. }
            | Expr::RLike { expr: left, pattern: right, .. }
            | Expr::AtTimeZone { timestamp: left, time_zone: right }
            | Expr::Position { expr: left, r#in: right }
            | Expr::MemberOf(ast::MemberOf { value: left, array: right }) => {
                push(left);
                push(right);
            }
            Expr::InList { expr, list, .. } => {
                push(expr);
                list.iter().for_each(push);
            }
            Expr::InSubquery { expr, subquery, .. } => {
                push(expr);
                tasks.push(Task::Query(subquery, place));
            }
            Expr::Exists { subquery, .. } | Expr::Subquery(subquery) => tasks.push(Task::Query(subquery, place)),
            Expr::Between { expr, low, high, .. } => {
                push(expr);
                push(low);
                push(high);
            }
            Expr::Like { expr, pattern, escape_char, .. }
            | Expr::ILike { expr, pattern, escape_char, .. }
            | Expr::SimilarTo { expr, pattern, escape_char, .. } => {
                push(expr);
                push(pattern);
                if let Some(expr) = escape_char {
                    push(expr);
                }
            }
            // Redshift's `convert(integer, a)` is read as if it were MySQL's `convert(a, integer)`.
            Expr::Convert { expr, data_type: Some(ast::DataType::Custom(name, modifiers)), .. }
                if modifiers.is_empty()
                    && matches!(self.places.dialect(), Dialect::Postgres | Dialect::Generic)
                    && is_type_name(expr) =>
            {
                self.named_column(name, place);
            }
            Expr::Convert { expr, styles, .. } => {
                push(expr);
                styles.iter().for_each(push);
            }
            Expr::Substring { expr, substring_from, substring_for, .. } => {
                push(expr);
                substring_from.iter().chain(substring_for).for_each(|expr| push(expr));
            }
            Expr::Trim { trim_what, expr, trim_characters, .. } => {
                if let Some(expr) = trim_what {
                    push(expr);
                }
                push(expr);
                trim_characters.iter().flatten().for_each(push);
            }
            Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                push(expr);
                push(overlay_what);
                push(overlay_from);
                if let Some(expr) = overlay_for {
                    push(expr);
                }
            }
            Expr::Function(function) => self.function(function, place, tasks),
            Expr::Case { operand, conditions, else_result, .. } => {
                if let Some(expr) = operand {
                    push(expr);
                }
                for when in conditions {
                    push(&when.condition);
                    push(&when.result);
                }
                if let Some(expr) = else_result {
                    push(expr);
                }
            }
            Expr::GroupingSets(sets) | Expr::Cube(sets) | Expr::Rollup(sets) => {
                for item in sets.iter().flatten() {
                    self.list_item(item, place, tasks);
                }
            }
            Expr::Tuple(items) | Expr::Struct { values: items, .. } | Expr::Array(ast::Array { elem: items, .. }) => {
                items.iter().for_each(push);
            }
            Expr::Dictionary(fields) => fields.iter().for_each(|field| push(&field.value)),
            Expr::Map(map) => {
                for entry in &map.entries {
                    push(&entry.key);
                    push(&entry.value);
                }
            }
            Expr::MatchAgainst { columns, .. } => {
                for column in columns {
                    self.named_column(column, place);
                }
            }
            Expr::QualifiedWildcard(name, _) => self.whole_row(name, place),
            Expr::Lambda(lambda) => {
                let parameters = lambda.params.iter().map(|parameter| &parameter.name).collect();
                tasks.push(Task::Lambda(parameters, &lambda.body, place));
            }
            Expr::Value(_) | Expr::TypedString(_) | Expr::Wildcard(_) => {}
        }
    }

    /// Where names in an expression of `GROUP BY`, `HAVING` or `ORDER BY` are looked up: only some dialects know the
    /// aliases there.
    pub(super) fn aliases_in_expressions(&self) -> Lookup {
        if self.places.dialect() == Dialect::Postgres { Lookup::Sources } else { Lookup::SourcesFirst }
    }

    /// Adds the reference of a column given as an object name.
    pub(super) fn named_column(&mut self, name: &ast::ObjectName, place: Place) -> Option<u32> {
        let parts: Vec<ast::Ident> = name.0.iter().filter_map(|part| part.as_ident().cloned()).collect();
        self.column(&parts, place)
    }

    /// `t.*` as a value is the whole row, as is `t` when no column is called so.
    pub(super) fn whole_row(&mut self, name: &ast::ObjectName, place: Place) {
        if let Some((qualifier, span)) = self.star_of(name, place.scope) {
            self.refer(qualifier, Ident::bare("*"), span, place);
        }
    }

    /// `ROW(t.*)` is a row of all columns of `t`: as if a subquery selected them.
    pub(super) fn row_of_all(&mut self, name: &ast::ObjectName, place: Place) {
        if let Some((qualifier, span)) = self.star_of(name, place.scope) {
            let id = self.new_scope(Some(Outer::all(place.scope)));
            self.push_output(id, None, None, OutputValue::Wildcard { qualifier, span, except: Vec::new() });
            self.scope_mut(place.scope).subqueries.push((id, place.usage));
        }
    }

    /// What stands before the `*` of `t.*`, and where that is: the parser keeps only the place of `t`.
    fn star_of(&mut self, name: &ast::ObjectName, scope: ScopeId) -> Option<(Vec<Ident>, Span)> {
        self.known_name(name, Some(scope))?;
        let qualifier = places::object_name(name)?.0;
        if qualifier.iter().any(|part| holds_hole(&part.text)) {
            return None;
        }
        let last = name.0.iter().rev().find_map(|part| part.as_ident())?;
        let end = self.places.inner(last.span).end as usize;
        let rest = self.places.piece().as_str().get(end..)?;
        let at = end + rest.find(|c: char| !c.is_whitespace() && c != '.')?;
        Some((qualifier, self.places.piece().outer(Span::new(at, at + 1))))
    }

    /// `root.field[index].field…`: leading names make a qualified name, unless `root` is an expression.
    fn access<'e>(&mut self, root: &'e Expr, chain: &'e [AccessExpr], place: Place, tasks: &mut Vec<Task<'e>>) {
        let mut rest = chain;
        match root {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => {
                let mut parts = match root {
                    Expr::CompoundIdentifier(parts) => parts.clone(),
                    Expr::Identifier(name) => vec![name.clone()],
                    _ => Vec::new(),
                };
                while let [AccessExpr::Dot(Expr::Identifier(name)), after @ ..] = rest {
                    parts.push(name.clone());
                    rest = after;
                }
                self.column(&parts, place);
            }
            Expr::Nested(inner) => match (&**inner, rest) {
                // `(t).a` is a column of `t` when `t` is a row, and a field of the column `t` otherwise.
                (Expr::Identifier(row), [AccessExpr::Dot(Expr::Identifier(name)), after @ ..])
                    if self.is_source(place.scope, row) =>
                {
                    self.column(&[row.clone(), name.clone()], place);
                    rest = after;
                }
                _ => tasks.push(Task::Value(inner, place)),
            },
            _ => tasks.push(Task::Value(root, place)),
        }
        for access in rest {
            match access {
                AccessExpr::Dot(Expr::Identifier(_)) => {}
                AccessExpr::Dot(method) => tasks.push(Task::Value(method, place)),
                AccessExpr::Subscript(Subscript::Index { index }) => tasks.push(Task::Value(index, place)),
                AccessExpr::Subscript(Subscript::Slice { lower_bound, upper_bound, stride }) => {
                    let bounds = [lower_bound, upper_bound, stride];
                    tasks.extend(bounds.into_iter().flatten().map(|bound| Task::Value(bound, place)));
                }
            }
        }
    }

    /// Whether `name` is the exposed name of a source of this scope or of one around it.
    pub(super) fn is_source(&self, scope: ScopeId, name: &ast::Ident) -> bool {
        let name = places::ident(name);
        let mut next = Some(scope);
        while let Some(id) = next {
            if self.source_named(id, &name).is_some() {
                return true;
            }
            next = self.outer(id).map(|outer| outer.scope);
        }
        false
    }

    /// `OVER (…)`, or a named window's definition.
    pub(super) fn window<'e>(&mut self, window: &'e WindowType, place: Place, tasks: &mut Vec<Task<'e>>) {
        if let WindowType::WindowSpec(spec) = window {
            self.window_spec(spec, place, tasks);
        }
    }

    fn window_spec<'e>(&mut self, spec: &'e WindowSpec, place: Place, tasks: &mut Vec<Task<'e>>) {
        let group = place.used(Usage::Group);
        for item in &spec.partition_by {
            self.list_item(item, group, tasks);
        }
        let order = place.used(Usage::Order);
        for item in &spec.order_by {
            self.list_item(&item.expr, order, tasks);
        }
        if let Some(frame) = &spec.window_frame {
            for bound in [Some(&frame.start_bound), frame.end_bound.as_ref()].into_iter().flatten() {
                if let ast::WindowFrameBound::Preceding(Some(expr)) | ast::WindowFrameBound::Following(Some(expr)) =
                    bound
                {
                    tasks.push(Task::Value(expr, order));
                }
            }
        }
    }

    /// Lowers the definition of a named window.
    pub(super) fn named_window(&mut self, definition: &ast::NamedWindowDefinition, place: Place) {
        if let ast::NamedWindowExpr::WindowSpec(spec) = &definition.1 {
            let mut tasks = Vec::new();
            self.window_spec(spec, place, &mut tasks);
            tasks.reverse();
            self.run(tasks);
        }
    }

    /// Where an item that is nothing but a hole stands.
    pub(super) fn hole_item(&self, expr: &Expr) -> Option<Span> {
        match peel(expr) {
            Expr::Identifier(name) if holds_hole(&name.value) => Some(self.span(name)),
            _ => None,
        }
    }
}

/// The expression inside parentheses.
pub(super) fn peel(mut expr: &Expr) -> &Expr {
    while let Expr::Nested(inner) = expr {
        expr = inner;
    }
    expr
}

/// Whether an expression is the name of a type, with or without modifiers.
fn is_type_name(expr: &Expr) -> bool {
    const TYPES: &[&str] = &[
        "bigint",
        "bool",
        "boolean",
        "bpchar",
        "char",
        "date",
        "decimal",
        "float",
        "float4",
        "float8",
        "int",
        "int2",
        "int4",
        "int8",
        "integer",
        "interval",
        "numeric",
        "real",
        "smallint",
        "text",
        "time",
        "timestamp",
        "timestamptz",
        "varchar",
    ];
    let name = match expr {
        Expr::Identifier(name) => Some(name),
        Expr::Function(function) => function.name.0.last().and_then(|part| part.as_ident()),
        _ => None,
    };
    name.is_some_and(|name| {
        name.quote_style.is_none() && TYPES.iter().any(|known| name.value.eq_ignore_ascii_case(known))
    })
}
