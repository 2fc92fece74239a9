//! Gives every maximal string expression of a file to the SQL reader, and says what the other literals are.

use super::binding::{Bindings, VariableId};
use super::expression::{Expression, ExpressionId, Expressions};
use super::outer;
use super::resolve::{Resolver, Trace, has_text, with_all_options};
use super::tokens::kind_of_text;
use crate::extract::embedded::{self, StringValue};
use crate::extract::jpql;
use crate::extract::sql::{self, Evidence};
use crate::model::facts::{Constant, FileFacts, Token};
use crate::model::statement::Dialect;

/// A string with more branches than this is read with all its optional text only, not without each part of it.
const MOST_BRANCHES: usize = 8;

/// Embeds all strings that are SQL; literals in none of them become tokens.
pub fn embed_all(
    facts: &mut FileFacts,
    expressions: &Expressions<'_>,
    bindings: &Bindings<'_>,
    dialect: Option<Dialect>,
    known: &[Constant],
) {
    let mut embed = |value: &StringValue| {
        let is_sql = embedded::embed_or_run(facts, value, dialect);
        // Whoever runs it elsewhere says which it is; here it is read as both.
        let is_asked = is_sql && expressions.may_ask_entities && jpql::may_ask_entities(value);
        (is_asked && jpql::embed(facts, value)) || is_sql
    };
    let mut strings = Strings::new(Resolver::new(expressions, bindings, known), &mut embed);
    strings.read_all(bindings);
    let Strings { mut resolver, in_sql: mut found, .. } = strings;
    for_each_forbidden(expressions, &mut resolver, &mut found, &mut |value| jpql::embed(facts, value));
    outer::add_constants(facts, &mut resolver, bindings);
    outer::add_wanted(facts, &resolver.unknown);
    for (id, node) in expressions.iter() {
        if let Expression::Literal(text) = &node.expression
            && !found[id.0 as usize]
        {
            facts.tokens.push(Token { span: node.span, kind: kind_of_text(text.as_str()) });
        }
    }
}

/// Calls `embed` with the value of every maximal string expression, and of every variable that holds a text of its
/// own; `embed` tells whether it was SQL.
#[cfg(test)]
pub(super) fn for_each_string(
    expressions: &Expressions<'_>,
    bindings: &Bindings<'_>,
    embed: &mut dyn FnMut(&StringValue) -> bool,
) {
    Strings::new(Resolver::new(expressions, bindings, &[]), embed).read_all(bindings);
}

/// Calls `embed` with the value of every expression that is said to be no SQL, and marks its literals when it was a query
/// over entities.
fn for_each_forbidden<'t>(
    expressions: &Expressions<'t>,
    resolver: &mut Resolver<'_, 't>,
    found: &mut [bool],
    embed: &mut dyn FnMut(&StringValue) -> bool,
) {
    for (id, _) in expressions.iter().filter(|(_, node)| node.forbidden) {
        let (value, trace) = resolver.value(id);
        let has_many = value.other_branches() > MOST_BRANCHES;
        let value = if has_many { with_all_options(value) } else { value };
        if has_text(&value) && embed(&value) {
            trace.literals.iter().for_each(|literal| found[literal.0 as usize] = true);
        }
    }
}

struct Strings<'a, 't, 'e> {
    expressions: &'a Expressions<'t>,
    resolver: Resolver<'a, 't>,
    embed: &'e mut dyn FnMut(&StringValue) -> bool,
    /// For each expression, whether it is a literal inside SQL.
    in_sql: Vec<bool>,
    /// For each variable, whether its value is part of bigger SQL.
    inlined: Vec<bool>,
}

impl<'a, 't, 'e> Strings<'a, 't, 'e> {
    fn new(resolver: Resolver<'a, 't>, embed: &'e mut dyn FnMut(&StringValue) -> bool) -> Self {
        let (expressions, bindings) = (resolver.expressions, resolver.bindings);
        Self {
            expressions,
            resolver,
            embed,
            in_sql: vec![false; expressions.len()],
            inlined: vec![false; bindings.variables()],
        }
    }

    fn read_all(&mut self, bindings: &Bindings<'_>) {
        let forbidden = forbidden(self.expressions, bindings);
        for (id, node) in self.expressions.iter() {
            if !node.used && !forbidden.expressions[id.0 as usize] {
                self.expression(id);
            }
        }
        // Later variables are mostly made of earlier ones.
        for at in (0..bindings.variables()).rev() {
            if !forbidden.variables[at] {
                self.variable(VariableId(at as u32), bindings);
            }
        }
    }

    fn expression(&mut self, id: ExpressionId) {
        match &self.expressions.get(id).expression {
            // A name is read where it gets its value.
            Expression::Hole | Expression::Name { .. } | Expression::Appends { .. } => {}
            Expression::Choice(parts) if parts.iter().all(|&part| self.is_name(part)) => {}
            Expression::List(items) => {
                for &item in items {
                    self.expression(item);
                }
            }
            _ => {
                let (value, trace) = self.resolver.value(id);
                self.give(value, &trace);
            }
        }
    }

    fn is_name(&self, id: ExpressionId) -> bool {
        matches!(self.expressions.get(id).expression, Expression::Name { .. } | Expression::Hole)
    }

    fn variable(&mut self, variable: VariableId, bindings: &Bindings<'_>) {
        let values = || bindings.variable(variable).events.iter().filter_map(|event| event.value);
        if values().all(|value| self.is_name(value)) {
            return;
        }
        if self.resolver.is_list(variable) {
            if !self.resolver.is_joined(variable) {
                values().for_each(|value| self.expression(value));
            }
            return;
        }
        for version in self.resolver.versions(variable).iter() {
            let is_part = self.inlined[variable.0 as usize];
            if !is_part || is_statement(&version.value) {
                self.give(version.value.clone(), &version.trace);
            }
        }
    }

    /// A statement after something known only at run time: a hint, a `WITH` clause made elsewhere.
    fn without_start(&mut self, value: &StringValue) -> bool {
        let StringValue::Join(parts) = value else { return false };
        let known = parts.iter().position(|part| !matches!(part, StringValue::Hole(_))).unwrap_or(0);
        if known == 0 {
            return false;
        }
        let rest = StringValue::Join(parts[known..].to_vec());
        is_statement(&rest) && (self.embed)(&rest)
    }

    fn give(&mut self, value: StringValue, trace: &Trace) {
        if !has_text(&value) {
            return;
        }
        let has_many = value.other_branches() > MOST_BRANCHES;
        let value = if has_many { with_all_options(value) } else { value };
        if !((self.embed)(&value) || self.without_start(&value)) {
            return;
        }
        for &literal in &trace.literals {
            self.in_sql[literal.0 as usize] = true;
        }
        for &variable in &trace.variables {
            self.inlined[variable.0 as usize] = true;
        }
    }
}

/// Whether the value is a whole statement by itself, at least in one alternative.
fn is_statement(value: &StringValue) -> bool {
    /// More alternatives say nothing new about the beginning of the text.
    const MOST: usize = 8;
    value.alternatives(MOST).iter().any(|text| sql::evidence(text.as_str()) == Evidence::Statement)
}

/// What is known to be no SQL.
struct Forbidden {
    expressions: Vec<bool>,
    variables: Vec<bool>,
}

/// Everything that forbidden expressions are made of.
fn forbidden(expressions: &Expressions<'_>, bindings: &Bindings<'_>) -> Forbidden {
    let mut found =
        Forbidden { expressions: vec![false; expressions.len()], variables: vec![false; bindings.variables()] };
    let mut left: Vec<ExpressionId> = expressions.iter().filter(|(_, node)| node.forbidden).map(|(id, _)| id).collect();
    while let Some(id) = left.pop() {
        if std::mem::replace(&mut found.expressions[id.0 as usize], true) {
            continue;
        }
        match &expressions.get(id).expression {
            Expression::Literal(_) | Expression::Hole => {}
            Expression::Join(parts)
            | Expression::Choice(parts)
            | Expression::Tagged(parts)
            | Expression::List(parts) => left.extend(parts),
            Expression::Separated { list, separator } => left.extend([list, separator]),
            Expression::Format { template, .. } => left.push(*template),
            Expression::Name { key, scope }
            | Expression::Call { key, scope, .. }
            | Expression::Appends { key, scope } => {
                if let Some(variable) = bindings.find(*scope, *key)
                    && !std::mem::replace(&mut found.variables[variable.0 as usize], true)
                {
                    left.extend(bindings.variable(variable).events.iter().filter_map(|event| event.value));
                }
            }
        }
    }
    found
}
