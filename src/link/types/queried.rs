//! Statements as values: the rows that calls give, and what is given to them.

use super::Evaluator;
use super::kind::{RowNames, Type};
use crate::link::resolve::{OutputColumn, Resolution, Resolver, relation_key};
use crate::link::system::StatementUses;
use crate::link::uses::Form;
use crate::model::answer::Certainty;
use crate::model::code::{Code, ExpressionId, ExpressionKind, Language};
use crate::model::name::Ident;
use crate::model::source::FileId;
use crate::model::span::Span;
use crate::model::statement::{HoleRole, OutputValue, Relation, ScopeId, Usage};

impl<'s> Evaluator<'_, '_, 's, '_> {
    /// The rows of the statement that a call runs: one that the call itself builds, or SQL in its arguments.
    pub(super) fn statement_rows(
        &self,
        file: FileId,
        code: &'s Code,
        id: ExpressionId,
        arguments: &[ExpressionId],
    ) -> Option<Type<'s>> {
        let facts = self.system().store.facts(file);
        if facts.statements.is_empty() && facts.built.is_empty() {
            return self.rows_of_constant(file, code, arguments);
        }
        let span = code.expression(id).span;
        let own = facts.statements.len();
        let built = facts.built.iter().position(|built| built.statement.span == span);
        if let Some(at) = built {
            return self.rows_of(file, own + at);
        }
        let held: Vec<Span> = arguments.iter().take(4).flat_map(|argument| text_spans(code, *argument, 0)).collect();
        // A statement that is put together may end elsewhere.
        let in_arguments =
            |statement: Span| held.iter().any(|span| span.contains(statement) || span.contains_offset(statement.start));
        match facts.statements.iter().position(|statement| in_arguments(statement.span)) {
            Some(at) => self.rows_of(file, at),
            None => self.rows_of_constant(file, code, arguments),
        }
    }

    /// The rows of the statement that a constant of another class is: `jdbc.query(Queries.ALL_USERS, mapper)`.
    fn rows_of_constant(&self, file: FileId, code: &'s Code, arguments: &[ExpressionId]) -> Option<Type<'s>> {
        if code.language != Language::Java {
            return None;
        }
        arguments.iter().take(2).find_map(|argument| {
            let (class, name) = match &code.expression(*argument).kind {
                ExpressionKind::Member { object, name } => match &code.expression(*object).kind {
                    ExpressionKind::Name { name: class, .. } => (self.class_called(file, code, class, 0)?, name),
                    _ => return None,
                },
                ExpressionKind::Name { name, .. } => {
                    let import = code.imports.iter().find(|import| import.local == *name)?;
                    let (package, class) = import.module.rsplit_once('.')?;
                    (self.java_class_in(package, class)?, name)
                }
                _ => return None,
            };
            let (declaring, member) = self.member_of(class.0, class.1, name, 0)?;
            let other = self.code(declaring).filter(|_| member.function.is_none())?;
            let held: Vec<Span> = member.values.iter().take(2).flat_map(|value| text_spans(other, *value, 0)).collect();
            let statements = &self.system().store.facts(declaring).statements;
            let starts_in = |span: Span| held.iter().any(|held| held.start <= span.end && span.start <= held.end);
            let at = statements.iter().position(|statement| starts_in(statement.span))?;
            self.rows_of(declaring, at)
        })
    }

    /// What the statement with this number in its file gives.
    pub(super) fn rows_of(&self, file: FileId, at: usize) -> Option<Type<'s>> {
        let statements = self.statements(file);
        let found = statements.get(at)?;
        let resolver = Resolver::new(&found.statement, &self.system().catalog, &found.search_path);
        let mut outputs = (*resolver.outputs(ScopeId(0))).clone();
        outputs.columns.extend(projected(found));
        self.keep_properties(file, at, &mut outputs.columns);
        // A projection that is known only at run time may give any column.
        let is_open =
            found.statement.holes.iter().any(|hole| {
                hole.scope == Some(ScopeId(0)) && matches!(hole.role, HoleRole::Columns | HoleRole::Fragment)
            });
        if is_open {
            let sources = 0..found.statement.scopes.first()?.sources.len();
            outputs.open.extend(sources.filter_map(|source| resolver.relation_of(ScopeId(0), source).cloned()));
        }
        let relation = (0..found.statement.scopes.first()?.sources.len())
            .find_map(|source| resolver.relation_of(ScopeId(0), source).cloned());
        if let Some(entity) = self.entity_of(file, at) {
            // A projection may name columns of joined tables.
            let is_joined =
                |column: &OutputColumn| column.columns.iter().any(|own| Some(&own.relation) != relation.as_ref());
            if !outputs.columns.iter().any(|column| column.name.is_some() && is_joined(column)) {
                return Some(entity);
            }
            let row = super::kind::Row {
                names: RowNames::Outputs(std::rc::Rc::new(outputs)),
                certainty: Certainty::Certain,
                evidence: "rows of a join".into(),
            };
            let row = Type::Row(std::rc::Rc::new(row));
            // An object says all that there is: `select({ name: users.fullName })`.
            let said = &found.statement.scopes.first()?.outputs;
            if !said.is_empty() && said.iter().all(|output| output.alias_span.is_some()) {
                return Some(row);
            }
            return Some(Type::one_of([entity, row]));
        }
        if outputs.columns.is_empty() && outputs.open.is_empty() {
            return relation.map(|relation| self.relation_row(relation, Certainty::Certain));
        }
        let line = self.system().store.lines(file).line_of(found.statement.span.start) + 1;
        let evidence = match &relation {
            Some(relation) => format!("rows of {} (line {line})", self.system().catalog.display(relation)),
            None => format!("rows of the statement in line {line}"),
        };
        Some(Type::Row(std::rc::Rc::new(super::kind::Row {
            names: RowNames::Outputs(std::rc::Rc::new(outputs)),
            certainty: if is_open { Certainty::Likely } else { Certainty::Certain },
            evidence: evidence.into(),
        })))
    }

    /// Outputs that are called as the properties are that they hold: `select({ fullName: users.fullName })`.
    fn keep_properties(&self, file: FileId, at: usize, columns: &mut [OutputColumn]) {
        let facts = self.system().store.facts(file);
        let built = at.checked_sub(facts.statements.len()).and_then(|at| facts.built.get(at));
        let Some(scope) = built.and_then(|built| built.statement.scopes.first()) else { return };
        for output in &scope.outputs {
            let (Some(name), OutputValue::Column(reference)) = (&output.name, &output.value) else { continue };
            let is_same = scope.references.get(*reference as usize).is_some_and(|own| own.name.text == name.text);
            let mut own =
                columns.iter_mut().filter(|column| column.name.as_ref().is_some_and(|it| it.text == name.text));
            if let Some(own) = own.next().filter(|_| is_same) {
                own.passed = true;
            }
        }
    }

    /// The entity whose instances a built statement gives: an ORM's calls give objects with properties.
    pub(super) fn entity_of(&self, file: FileId, at: usize) -> Option<Type<'s>> {
        let system = self.system();
        let facts = system.store.facts(file);
        let built = facts.built.get(at.checked_sub(facts.statements.len())?)?;
        let source = built.entities.iter().find(|source| source.scope == ScopeId(0) && source.source == 0)?;
        let crate::model::mapping::EntityPath::Named(name) = &source.entity else { return None };
        let (declaring, mapping) = system.entities.meant(system.store, file, &system.catalog, name)?;
        self.mapped_row(declaring, mapping, None)
    }

    /// The relation whose columns the keys of an argument are, when a built statement takes them.
    pub(super) fn sink(&self, file: FileId, argument: Span) -> Option<(Type<'s>, crate::model::statement::Access)> {
        let system = self.system();
        let facts = system.store.facts(file);
        let own = facts.statements.len();
        facts.built.iter().enumerate().find_map(|(at, built)| {
            let sink = built.sinks.iter().find(|sink| sink.span == argument)?;
            let by_entity = built
                .entities
                .iter()
                .find(|source| source.scope == sink.scope && source.source == sink.source)
                .and_then(|source| match &source.entity {
                    crate::model::mapping::EntityPath::Named(name) => {
                        let (file, mapping) = system.entities.meant(system.store, file, &system.catalog, name)?;
                        self.mapped_row(file, mapping, None)
                    }
                    crate::model::mapping::EntityPath::Related { .. } => None,
                });
            if let Some(row) = by_entity {
                return Some((row, sink.access));
            }
            let statements = self.statements(file);
            let translated = &statements.get(own + at)?.statement;
            let source = translated.scopes.get(sink.scope.0 as usize)?.sources.get(sink.source as usize)?;
            let Relation::Table(name) = &source.relation else { return None };
            let relation = relation_key(&system.catalog, name, &system.database.search_path());
            Some((self.relation_row(relation, Certainty::Certain), sink.access))
        })
    }
}

/// Columns of the projection of a statement that calls build, under their own names.
fn projected(found: &StatementUses<'_>) -> Vec<OutputColumn> {
    let Some(scope) = found.statement.scopes.first() else { return Vec::new() };
    let own = found.uses.iter().filter(|used| used.scope == ScopeId(0) && used.form == Form::Name);
    own.filter_map(|used| {
        let Usage::Output(at) = used.usage else { return None };
        let output = scope.outputs.get(at as usize)?;
        if output.value != OutputValue::Expression || output.name.is_some() {
            return None;
        }
        let Resolution::Columns { columns, .. } = &used.resolution else { return None };
        let name = columns.first()?.column.as_str();
        Some(OutputColumn { name: Some(Ident::bare(name)), columns: columns.clone(), passed: true })
    })
    .collect()
}

/// Methods that give the text that they are called on.
const TEXTS: &[&str] = &["toString", "trim", "strip", "stripIndent", "formatted", "concat", "append", "build"];

/// The texts in an argument: itself, or what its variable holds.
fn text_spans(code: &Code, id: ExpressionId, depth: u32) -> Vec<Span> {
    let expression = code.expression(id);
    if depth > 4 {
        return Vec::new();
    }
    match &expression.kind {
        ExpressionKind::Text(_) | ExpressionKind::Scalar => vec![expression.span],
        ExpressionKind::Variable(variable) => code.variables[variable.0 as usize]
            .values
            .iter()
            .take(8)
            .flat_map(|value| text_spans(code, *value, depth + 1))
            .collect(),
        ExpressionKind::Member { name, object } => match &code.expression(*object).kind {
            // A constant of the class.
            ExpressionKind::This(class) => code.classes[class.0 as usize]
                .members
                .iter()
                .filter(|member| member.name == *name)
                .flat_map(|member| &member.values)
                .take(4)
                .flat_map(|value| text_spans(code, *value, depth + 1))
                .collect(),
            _ => Vec::new(),
        },
        ExpressionKind::Choice(options) | ExpressionKind::List(options) => {
            options.iter().take(8).flat_map(|option| text_spans(code, *option, depth + 1)).collect()
        }
        ExpressionKind::Object { properties, .. } => properties
            .iter()
            .take(8)
            .filter(|property| matches!(property.name.as_str(), "text" | "sql" | "query" | "values" | "statement"))
            .flat_map(|property| text_spans(code, property.value, depth + 1))
            .collect(),
        ExpressionKind::Call { arguments, callee, .. } => {
            // `sql.toString()`, `"…".formatted(x)`.
            let object = match &code.expression(*callee).kind {
                ExpressionKind::Member { object, name } if TEXTS.contains(&name.as_str()) => Some(*object),
                _ => None,
            };
            let all = object.iter().chain(arguments.iter().take(2));
            all.flat_map(|argument| text_spans(code, *argument, depth + 1)).collect()
        }
        ExpressionKind::New { arguments, .. } => {
            arguments.iter().take(1).flat_map(|argument| text_spans(code, *argument, depth + 1)).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a call of a method in Java begins or goes on with a builder: `Counter.builder("x").description("y")`.
pub(super) fn is_builder(code: &Code, object: ExpressionId, name: &str, arguments: usize) -> bool {
    code.language == Language::Java
        && match &code.expression(object).kind {
            ExpressionKind::Name { name: class, .. } => {
                class.starts_with(char::is_uppercase)
                    && matches!(name, "builder" | "newBuilder" | "create" | "builderFor")
            }
            ExpressionKind::Call { .. } | ExpressionKind::New { .. } => arguments > 0,
            _ => false,
        }
}
