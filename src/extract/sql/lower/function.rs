//! Function calls: arguments, `FILTER`, `OVER`, and the words among the arguments that are no columns.

use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgOperator, FunctionArgumentClause,
    FunctionArguments, Ident, ObjectName, Value,
};

use super::expression::{Task, peel};
use super::{Lowerer, Place};
use crate::extract::sql::places;
use crate::extract::sql::text::holds_hole;
use crate::model::statement::{Dialect, Lookup, Usage};

impl Lowerer<'_> {
    /// Lowers a call that is a statement of its own.
    pub(super) fn call(&mut self, function: &Function, place: Place) {
        let mut tasks = Vec::new();
        self.function(function, place, &mut tasks);
        tasks.reverse();
        self.run(tasks);
    }

    /// Pushes what a call names, in text order.
    pub(super) fn function<'e>(&mut self, function: &'e Function, place: Place, tasks: &mut Vec<Task<'e>>) {
        let name = function.name.0.last().and_then(|part| part.as_ident()).map_or("", |part| part.value.as_str());
        // What is aggregated comes before what the aliases of the projection are made of.
        let inside = if place.lookup == Lookup::OutputsFirst { Lookup::SourcesFirst } else { place.lookup };
        let place = place.looking(inside);
        if let Some(column) = self.receiver(&function.name) {
            self.column(&column, place);
        }
        if name.eq_ignore_ascii_case("match") && self.places.dialect() == Dialect::SqlServer {
            // A pattern of tables of a graph names no column.
            return;
        }
        self.arguments(&function.parameters, name, place, tasks);
        if let Some(row) = self.inserted_row.clone().filter(|_| name.eq_ignore_ascii_case("values")) {
            self.inserted_values(function, &row, place);
            return;
        }
        self.arguments(&function.args, name, place, tasks);
        // The argument of an ordered-set aggregate is what it is ordered by; an ordinary one is only sorted.
        let within = if is_one_of(SORTED_AGGREGATES, name) { place.used(Usage::Order) } else { place };
        tasks.extend(function.within_group.iter().map(|item| Task::Value(&item.expr, within)));
        tasks.extend(function.filter.iter().map(|filter| Task::Condition(filter, place.used(Usage::Filter))));
        if let Some(window) = &function.over {
            self.window(window, place, tasks);
        }
    }

    /// `MySQL`'s `VALUES(a)`: the column `a` of the row that was to be inserted.
    fn inserted_values(&mut self, function: &Function, row: &crate::model::name::Ident, place: Place) {
        let FunctionArguments::List(list) = &function.args else { return };
        for argument in &list.args {
            let name = match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Identifier(name))) => name,
                FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::CompoundIdentifier(parts))) => {
                    let Some(name) = parts.last() else { continue };
                    name
                }
                _ => continue,
            };
            if !holds_hole(&name.value) {
                let span = self.span(name);
                self.refer(vec![row.clone()], places::ident(name), span, place);
            }
        }
    }

    fn arguments<'e>(&mut self, arguments: &'e FunctionArguments, name: &str, place: Place, tasks: &mut Vec<Task<'e>>) {
        match arguments {
            FunctionArguments::None => {}
            FunctionArguments::Subquery(query) => tasks.push(Task::Query(query, place)),
            FunctionArguments::List(list) => {
                self.argument_list(&list.args, name, place, tasks);
                for clause in &list.clauses {
                    match clause {
                        FunctionArgumentClause::Where(expr) => {
                            tasks.push(Task::Condition(expr, place.used(Usage::Filter)));
                        }
                        FunctionArgumentClause::Limit(expr) => {
                            tasks.push(Task::Value(expr, place.used(Usage::Filter)));
                        }
                        FunctionArgumentClause::OrderBy(items) => {
                            let order = place.used(Usage::Order);
                            tasks.extend(items.iter().map(|item| Task::Value(&item.expr, order)));
                        }
                        FunctionArgumentClause::Having(bound) => {
                            tasks.push(Task::Value(&bound.1, place.used(Usage::Filter)));
                        }
                        FunctionArgumentClause::OnOverflow(_)
                        | FunctionArgumentClause::IgnoreOrRespectNulls(_)
                        | FunctionArgumentClause::Separator(_)
                        | FunctionArgumentClause::JsonNullClause(_)
                        | FunctionArgumentClause::JsonReturningClause(_) => {}
                    }
                }
            }
        }
    }

    /// Pushes the arguments of a call of `name`.
    pub(super) fn argument_list<'e>(
        &mut self,
        arguments: &'e [FunctionArg],
        name: &str,
        place: Place,
        tasks: &mut Vec<Task<'e>>,
    ) {
        let unit = unit_argument(name, arguments);
        for (at, argument) in arguments.iter().enumerate() {
            let value = match argument {
                FunctionArg::Unnamed(value) => value,
                FunctionArg::Named { name: entry, arg, operator } => {
                    // `json_object(k VALUE v)` names two values, `f(x => 1)` a parameter, `xmlparse(DOCUMENT x)` a kind.
                    let is_name = entry.quote_style != Some('\'') && !name.eq_ignore_ascii_case("xmlparse");
                    if is_entry(operator) && is_name {
                        self.column(std::slice::from_ref(entry), place);
                    }
                    arg
                }
                FunctionArg::ExprNamed { name, arg, operator } => {
                    if is_entry(operator) || !matches!(name, Expr::Identifier(_)) {
                        tasks.push(Task::Value(name, place));
                    }
                    arg
                }
            };
            match value {
                _ if unit == Some(at) => {}
                FunctionArgExpr::Expr(expr) => match arrow_lambda(name, expr) {
                    Some((parameters, body)) => tasks.push(Task::Lambda(parameters, body, place)),
                    None => tasks.push(Task::Value(expr, place)),
                },
                FunctionArgExpr::QualifiedWildcard(row) if name.eq_ignore_ascii_case("row") => {
                    self.row_of_all(row, place);
                }
                FunctionArgExpr::QualifiedWildcard(row) => self.whole_row(row, place),
                // `count(*)` reads no column.
                FunctionArgExpr::Wildcard | FunctionArgExpr::WildcardWithOptions(_) => {}
            }
        }
    }

    /// The column in T-SQL's `t.column.value('…')`: methods of XML are written as if the column were a schema.
    pub(super) fn receiver(&self, function: &ObjectName) -> Option<Vec<Ident>> {
        if !matches!(self.places.dialect(), Dialect::SqlServer | Dialect::Generic) {
            return None;
        }
        let (method, column) = function.0.split_last()?;
        let is_method = method.as_ident().is_some_and(|method| is_one_of(XML_METHODS, &method.value));
        let column: Vec<Ident> = column.iter().filter_map(|part| part.as_ident().cloned()).collect();
        (is_method && !column.is_empty()).then_some(column)
    }
}

/// Whether what stands before the operator is a value and not a parameter's name.
fn is_entry(operator: &FunctionArgOperator) -> bool {
    matches!(operator, FunctionArgOperator::Colon | FunctionArgOperator::Value | FunctionArgOperator::Space)
}

pub(super) fn is_one_of(words: &[&str], word: &str) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Methods of T-SQL's `xml` type.
const XML_METHODS: &[&str] = &["exist", "modify", "nodes", "query", "value"];

/// Aggregates whose `WITHIN GROUP (ORDER BY …)` only sorts what their arguments collect.
const SORTED_AGGREGATES: &[&str] =
    &["array_agg", "arrayagg", "group_concat", "json_arrayagg", "listagg", "string_agg", "xmlagg"];

/// Functions whose first argument is a unit of time, and how many arguments they then have at least: T-SQL,
/// Redshift, Snowflake, `MySQL`.
const UNIT_FIRST: &[(&str, usize)] = &[
    ("date_add", 3),
    ("date_bucket", 3),
    ("date_diff", 3),
    ("date_part", 2),
    ("date_sub", 3),
    ("date_trunc", 2),
    ("dateadd", 3),
    ("datediff", 3),
    ("datediff_big", 3),
    ("datename", 2),
    ("datepart", 2),
    ("datetrunc", 2),
    ("timeadd", 3),
    ("timediff", 3),
    ("timestampadd", 3),
    ("timestampdiff", 3),
];

/// Functions whose last argument is a unit of time, and how many arguments they then have: `BigQuery`, Snowflake.
const UNIT_LAST: &[(&str, usize)] = &[
    ("date_diff", 3),
    ("date_trunc", 2),
    ("datetime_diff", 3),
    ("datetime_trunc", 2),
    ("last_day", 2),
    ("time_diff", 3),
    ("time_trunc", 2),
    ("timestamp_diff", 3),
    ("timestamp_trunc", 2),
];

/// Units of time in any dialect, without `sql_tsi_` and a plural's `s`.
const UNITS: &[&str] = &[
    "c",
    "cent",
    "centuries",
    "century",
    "d",
    "date",
    "day",
    "dayofmonth",
    "dayofweek",
    "dayofweek_iso",
    "dayofweekiso",
    "dayofyear",
    "dd",
    "dec",
    "decade",
    "dow",
    "doy",
    "dw",
    "dy",
    "epoch",
    "epoch_microsecond",
    "epoch_millisecond",
    "epoch_nanosecond",
    "epoch_second",
    "h",
    "hh",
    "hour",
    "hr",
    "iso_week",
    "isodow",
    "isoweek",
    "isowk",
    "isoww",
    "isoyear",
    "m",
    "mcs",
    "mi",
    "microsec",
    "microsecond",
    "mil",
    "millennia",
    "millennium",
    "millisec",
    "millisecon",
    "millisecond",
    "min",
    "minute",
    "mm",
    "mon",
    "month",
    "ms",
    "msec",
    "msecond",
    "mth",
    "n",
    "nanosecond",
    "ns",
    "q",
    "qq",
    "qtr",
    "quarter",
    "s",
    "sec",
    "second",
    "ss",
    "timezone",
    "timezone_hour",
    "timezone_minute",
    "tz",
    "tzoffset",
    "us",
    "usec",
    "usecond",
    "w",
    "week",
    "weekday",
    "weekiso",
    "weekofyear",
    "weekofyeariso",
    "wk",
    "ww",
    "y",
    "year",
    "yearofweek",
    "yearofweekiso",
    "yr",
    "yy",
    "yyyy",
];

/// Which argument of a call is a unit of time instead of a column. Where the first argument is a constant, that is
/// the unit: `date_trunc('day', day)`.
fn unit_argument(name: &str, arguments: &[FunctionArg]) -> Option<usize> {
    let listed = |functions: &[(&str, usize)]| {
        functions.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, count)| *count)
    };
    let (first, last) = (listed(UNIT_FIRST), listed(UNIT_LAST));
    if first.is_none() && last.is_none() {
        return None;
    }
    let expr = |at: usize| match arguments.get(at) {
        Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))) => Some(expr),
        _ => None,
    };
    // The unit stands in one place only: `date_diff('day', a, day)` names a column.
    let starts_with_unit = match expr(0)? {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => {
                is_unit(&Expr::Identifier(Ident::new(text.clone())))
            }
            _ => false,
        },
        Expr::Identifier(name) => holds_hole(&name.value),
        _ => false,
    };
    // A time zone may stand behind the unit of a truncation.
    let unit_at = last.filter(|&count| arguments.len() == count || (count == 2 && arguments.len() == 3));
    if let Some(at) = unit_at.map(|count| count - 1).filter(|_| !starts_with_unit)
        && expr(at).is_some_and(is_unit)
    {
        return Some(at);
    }
    (first.is_some_and(|count| arguments.len() >= count) && expr(0).is_some_and(is_unit)).then_some(0)
}

fn is_unit(expr: &Expr) -> bool {
    match expr {
        Expr::Identifier(word) => {
            let lower = word.value.to_ascii_lowercase();
            let unit = lower.strip_prefix("sql_tsi_").unwrap_or(&lower);
            word.quote_style.is_none()
                && (is_one_of(UNITS, unit) || unit.strip_suffix('s').is_some_and(|unit| is_one_of(UNITS, unit)))
        }
        // `BigQuery`: `DATE_TRUNC(day, WEEK(MONDAY))`.
        Expr::Function(function) => function
            .name
            .0
            .last()
            .and_then(|part| part.as_ident())
            .is_some_and(|name| name.value.eq_ignore_ascii_case("week")),
        _ => false,
    }
}

/// Functions that take a lambda, in dialects whose parser reads `x -> …` as the JSON operator.
const LAMBDA_TAKERS: &[&str] = &[
    "aggregate",
    "all_match",
    "any_match",
    "apply",
    "array_filter",
    "array_sort",
    "array_transform",
    "exists",
    "filter",
    "forall",
    "list_apply",
    "list_filter",
    "list_reduce",
    "list_transform",
    "map_filter",
    "map_zip_with",
    "none_match",
    "reduce",
    "transform",
    "transform_keys",
    "transform_values",
    "zip_with",
];

/// The parameters and the body of an argument `x -> body` that the parser took for an operator.
fn arrow_lambda<'e>(function: &str, argument: &'e Expr) -> Option<(Vec<&'e Ident>, &'e Expr)> {
    // The arrow binds tighter than other operators: `x -> x + 1` is `(x -> x) + 1` to the parser.
    let Expr::BinaryOp { left, op: BinaryOperator::Arrow, right } = leftmost_arrow(argument) else { return None };
    if !is_one_of(LAMBDA_TAKERS, function) {
        return None;
    }
    let parameters = match peel(left) {
        Expr::Identifier(name) => vec![name],
        Expr::Tuple(items) => items
            .iter()
            .map(|item| if let Expr::Identifier(name) = item { Some(name) } else { None })
            .collect::<Option<_>>()?,
        _ => return None,
    };
    // A key makes it the JSON operator. Otherwise the whole argument is walked: the parameters are no columns
    // anywhere in it.
    (!matches!(**right, Expr::Value(_))).then_some((parameters, argument))
}

/// The operator at the lower left end of a tree of operators.
fn leftmost_arrow(mut expr: &Expr) -> &Expr {
    while let Expr::BinaryOp { left, op, .. } = expr {
        if *op == BinaryOperator::Arrow {
            break;
        }
        expr = left;
    }
    expr
}
