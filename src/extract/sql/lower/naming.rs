//! The name that an expression gives to its output, as `PostgreSQL` chooses it (`FigureColname` in
//! `parse_target.c`).

use sqlparser::ast::{self, AccessExpr, DataType, Expr};

use super::Lowerer;
use super::function::is_one_of;
use crate::extract::sql::places;
use crate::model::name::Ident;
use crate::model::statement::ScopeId;

impl Lowerer<'_> {
    /// The name of an output without alias, `None` for `?column?`. `scope` is where the expression stands; it has
    /// been lowered.
    pub(super) fn implied_name(&self, mut expr: &Expr, scope: ScopeId) -> Option<Ident> {
        // A type's name or `case` is only taken when nothing inside has a name; the outermost one wins.
        let mut fallback = None;
        loop {
            let fixed = |name: &str| Some(Ident::bare(name));
            return match expr {
                Expr::Identifier(name) => known(name).or(fallback),
                Expr::CompoundIdentifier(parts) => parts.last().and_then(known).or(fallback),
                Expr::QualifiedWildcard(name, _) => {
                    name.0.last().and_then(|part| part.as_ident()).and_then(known).or(fallback)
                }
                Expr::CompoundFieldAccess { root, access_chain } => {
                    let field = access_chain.iter().rev().find_map(|access| match access {
                        AccessExpr::Dot(Expr::Identifier(name)) => Some(name),
                        _ => None,
                    });
                    if let Some(name) = field {
                        known(name).or(fallback)
                    } else {
                        expr = root;
                        continue;
                    }
                }
                Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => {
                    expr = inner;
                    continue;
                }
                Expr::Cast { expr: inner, data_type, .. } => {
                    fallback = fallback.or_else(|| type_name(data_type));
                    expr = inner;
                    continue;
                }
                Expr::TypedString(typed) => fallback.or_else(|| type_name(&typed.data_type)),
                Expr::Interval(_) => fallback.or_else(|| fixed("interval")),
                Expr::Case { else_result, .. } => {
                    fallback = fallback.or_else(|| fixed("case"));
                    match else_result {
                        Some(inner) => {
                            expr = inner;
                            continue;
                        }
                        None => fallback,
                    }
                }
                Expr::Function(function) => {
                    function.name.0.last().and_then(|part| part.as_ident()).and_then(known).or(fallback)
                }
                Expr::Subquery(_) => self.last_subquery_name(scope).or(fallback),
                Expr::Exists { negated: false, .. } => fixed("exists"),
                Expr::Array(_) => fixed("array"),
                Expr::Tuple(_) | Expr::Struct { .. } => fixed("row"),
                Expr::Extract { .. } => fixed("extract"),
                Expr::AtTimeZone { .. } => fixed("timezone"),
                Expr::Position { .. } => fixed("position"),
                Expr::Substring { .. } => fixed("substring"),
                Expr::Overlay { .. } => fixed("overlay"),
                Expr::Ceil { .. } => fixed("ceil"),
                Expr::Floor { .. } => fixed("floor"),
                Expr::Trim { trim_where, .. } => fixed(match trim_where {
                    Some(ast::TrimWhereField::Leading) => "ltrim",
                    Some(ast::TrimWhereField::Trailing) => "rtrim",
                    Some(ast::TrimWhereField::Both) | None => "btrim",
                }),
                _ => fallback,
            };
        }
    }

    /// The name of the first output of the subquery that was lowered last in `scope`.
    fn last_subquery_name(&self, scope: ScopeId) -> Option<Ident> {
        let mut id = self.scope(scope).subqueries.last()?.0;
        while let Some(&first) = self.scope(id).operands.first() {
            id = first;
        }
        self.scope(id).outputs.first()?.name.clone()
    }
}

fn known(name: &ast::Ident) -> Option<Ident> {
    (!super::holds_hole(&name.value)).then(|| places::ident(name))
}

/// The name `PostgreSQL` gives to a column of that type.
fn type_name(data_type: &DataType) -> Option<Ident> {
    let written = data_type.to_string().to_lowercase();
    let bare = written.split(['(', '[']).next().unwrap_or("").trim();
    let name = match bare {
        "int" | "integer" | "int4" => "int4",
        "bigint" | "int8" => "int8",
        "smallint" | "int2" => "int2",
        "boolean" | "bool" => "bool",
        "decimal" | "dec" | "numeric" => "numeric",
        "real" | "float4" => "float4",
        "double precision" | "float" | "float8" => "float8",
        "character varying" | "varchar" | "char varying" => "varchar",
        "char" | "character" => "bpchar",
        "timestamp" | "timestamp without time zone" => "timestamp",
        "timestamp with time zone" | "timestamptz" => "timestamptz",
        "time with time zone" | "timetz" => "timetz",
        "time without time zone" => "time",
        other => other.rsplit('.').next().unwrap_or(other),
    };
    (!name.is_empty() && !is_one_of(&["unspecified"], name)).then(|| Ident::bare(name))
}
