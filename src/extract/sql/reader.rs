//! From a piece of SQL to its facts: splits, prepares, parses, and falls back to tokens.

use std::collections::BTreeSet;

use super::body::{self, Ends, Part, Shape};
use super::context::Context;
use super::dialect::{Lexis, Profile};
use super::lexer::{self, Token, TokenKind};
use super::lower::Lowered;
use super::naming::{Words, source};
use super::routine::{self, Place, Routine};
use super::script::{RawStatement, Script};
use super::statement::{self, Accepted};
use super::text::{SqlText, hole_index};
use super::{SqlFacts, ddl, dynamic, fragment, holes, tokens};
use crate::model::facts::{BlindSpot, Problem, Unit, UnitKind};
use crate::model::name::{Name, ObjectName};
use crate::model::schema::{RelationKind, SchemaChange};
use crate::model::span::Span;
use crate::model::statement::{
    Access, ColumnReference, Dialect, Direction, HoleRole, HoleUse, Lookup, Reading, Relation, Scope, ScopeId,
    SourceRole, Statement, StatementKind, Usage,
};

/// SQL inside of SQL is followed this deep: bodies, dynamic statements, SQL in comments.
const DEEPEST: u32 = 6;
/// Statements without a semicolon between them that are taken off one text.
const MOST_UNSEPARATED: usize = 500;
/// Texts above this many bytes are parsed anew only a few times.
const LONG: usize = 16 * 1024;
/// How often that is.
const MOST_IN_LONG: usize = 6;

/// Reads `piece`. `hint` is what the host knows of its dialect.
pub(super) fn read(piece: &SqlText, hint: Option<Dialect>, direction: Direction) -> SqlFacts {
    let mut reader = Reader {
        profile: Profile::of(piece.as_str(), hint),
        facts: SqlFacts::default(),
        depth: 0,
        context: Context::default(),
        direction,
        fired: Vec::new(),
        texts: BTreeSet::new(),
    };
    reader.script(piece, direction);
    reader.finish()
}

/// Gathers the facts of one piece.
struct Reader {
    profile: Profile,
    facts: SqlFacts,
    /// Levels of SQL inside of SQL.
    depth: u32,
    context: Context,
    direction: Direction,
    /// Functions that triggers of this piece run, with the triggers' relations.
    fired: Vec<(Name, ObjectName)>,
    /// Variables that were given SQL text that was read.
    texts: BTreeSet<Name>,
}

impl Reader {
    fn finish(mut self) -> SqlFacts {
        self.name_images();
        let mut facts = self.facts;
        facts.statements.sort_by_key(|statement| (statement.span.start, std::cmp::Reverse(statement.span.end)));
        facts.units.sort_by_key(|unit| (unit.span.start, std::cmp::Reverse(unit.span.end)));
        facts.blind_spots.sort_by_key(|spot| spot.span);
        facts.problems.sort_by_key(|problem| problem.span);
        facts
    }

    /// Gives `NEW` and `OLD` in a trigger's function the relation of the one trigger that runs it.
    fn name_images(&mut self) {
        for unit in self.facts.units.iter().filter(|unit| unit.kind == UnitKind::Routine) {
            let own = Name::new(unit.name.rsplit('.').next().unwrap_or(&unit.name));
            let mut tables = self.fired.iter().filter(|(function, _)| *function == own).map(|(_, table)| table);
            let Some(table) = tables.next() else { continue };
            if tables.any(|other| other != table) {
                continue;
            }
            for statement in self.facts.statements.iter_mut().filter(|statement| unit.span.contains(statement.span)) {
                for source in statement.scopes.iter_mut().flat_map(|scope| &mut scope.sources) {
                    if source.role == SourceRole::RowImage && source.relation == Relation::Hole {
                        source.relation = Relation::Table(table.clone());
                    }
                }
            }
        }
    }

    /// Reads all statements of a script.
    fn script(&mut self, piece: &SqlText, direction: Direction) {
        if self.depth >= DEEPEST {
            return;
        }
        self.depth += 1;
        let mut script = Script::new(piece, &self.profile, direction);
        while let Some(raw) = script.next_statement() {
            self.raw(piece, &raw);
        }
        let (marks, hidden) = (std::mem::take(&mut script.marks), std::mem::take(&mut script.hidden));
        if self.depth == 1 {
            self.facts.tokens.extend(marks);
        }
        for hidden in hidden {
            self.script(&hidden.text, hidden.direction);
        }
        self.depth -= 1;
    }

    fn raw(&mut self, piece: &SqlText, raw: &RawStatement) {
        self.direction = raw.direction;
        let around = raw.dialect.map(|dialect| std::mem::replace(&mut self.profile, Profile::known(dialect)));
        self.any(Words { text: piece, tokens: &raw.tokens });
        if let Some(profile) = around {
            self.profile = profile;
        }
    }

    /// Reads one statement of any kind.
    fn any(&mut self, words: Words<'_>) {
        if self.depth >= DEEPEST {
            return;
        }
        if let Some(routine) = routine::header(words) {
            self.routine(words, &routine);
            return;
        }
        if words.is_word(0, "do")
            && let Some(body) =
                (1..words.len()).find(|&at| matches!(words.kind(at), Some(TokenKind::Dollar | TokenKind::Text)))
        {
            let around = std::mem::replace(&mut self.context, Context::routine(false));
            self.constant_body(words, body, false);
            self.context = around;
            self.other(words.stretch(0, words.len()), StatementKind::Other);
            return;
        }
        if is_block(words) {
            let procedural = words.is_any(0, &["declare", "begin"]) && words.kind(1) != Some(TokenKind::Variable);
            let around = self.context.clone();
            if procedural && !self.context.routine {
                self.context = Context::routine(self.profile.best == Dialect::Oracle);
            }
            self.body(words, false);
            self.context = around;
            return;
        }
        self.statement(words);
    }

    /// A statement's own words, then the SQL in its constants.
    fn statement(&mut self, words: Words<'_>) {
        let (kept, written) = self.without_variables(words);
        let mut prepared = holes::prepare(words.text, &kept, self.profile.best);
        if words.is_word(0, "load")
            && let Some(lowered) = tokens::load(words)
        {
            self.accept_lowered(lowered, words.stretch(0, words.len()));
            return;
        }
        if words.is_word(0, "copy") && words.is_any(words.len() - 1, &["to", "from"]) {
            // `\copy` names a file of the client's, which is left out.
            let target = if words.is_word(words.len() - 1, "to") { " STDOUT" } else { " STDIN" };
            let end = prepared.as_str().len() as u32;
            let place = prepared.outer(Span { start: end, end });
            prepared.push_decoded(target, place);
        }
        self.prepared(prepared, &Role::Statement(written));
        let constants = !words.is_any(0, &["comment"]) && !(words.is_word(0, "create") && words.is_word(1, "table"));
        if constants {
            for text in dynamic::texts(words, self.profile.lexis.backslash) {
                self.nested(&text);
            }
        }
    }

    /// Reads a text that stands in a constant.
    fn nested(&mut self, text: &SqlText) {
        let direction = self.direction;
        self.script(text, direction);
        self.direction = direction;
    }

    /// The tokens of a statement without `INTO variable, …`, which names no relation; fields of a row among them.
    fn without_variables(&mut self, words: Words<'_>) -> (Vec<Token>, Vec<ColumnReference>) {
        let mut kept = Vec::with_capacity(words.len());
        let mut written = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let fills = words.is_word(at, "into")
                && at > 0
                && !words.is_any(at - 1, &["insert", "merge", "replace", "ignore", "overwrite"])
                && (words.kind(at + 1) == Some(TokenKind::Variable)
                    || words.is_any(at + 1, &["outfile", "dumpfile"])
                    || (self.context.routine && !words.is_any(0, &["insert", "merge", "replace"]))
                    || (self.context.routine && (0..at).any(|at| words.is_word(at, "returning"))));
            if !fills {
                kept.push(words.tokens[at]);
                at += 1;
                continue;
            }
            if words.is_word(at - 1, "collect") {
                kept.truncate(kept.len().saturating_sub(2));
            }
            let mut end = at + 1;
            end += usize::from(words.is_word(end, "strict"));
            if words.is_any(end, &["outfile", "dumpfile"]) {
                while end < words.len() && !words.is_any(end, &["from", "where", "for"]) {
                    end += 1;
                }
            }
            let first = end;
            while let Some(named) = words.name(end).filter(|_| !words.is_any(end, &["from", "where"])) {
                end = named.next;
                written.extend(self.field(&named));
                while words.is(end, "[") || words.is(end, "(") {
                    end += 1;
                    while end < words.len() && !words.is(end - 1, "]") && !words.is(end - 1, ")") {
                        end += 1;
                    }
                }
                if !words.is(end, ",") {
                    break;
                }
                end += 1;
            }
            let all = words.is(at - 1, "*") && words.is_word(end, "from");
            if all
                && let (Some(variable), Some(relation)) = (words.ident(first), words.name(end + 1))
                && !words.is(relation.next, "(")
            {
                self.context.row(&variable, relation.name);
            }
            at = end.max(at + 1);
        }
        (kept, written)
    }

    /// A field of `NEW` or of a row variable that is assigned.
    fn field(&self, named: &super::naming::Named) -> Option<ColumnReference> {
        let [row, column] = named.name.0.as_slice() else { return None };
        self.context.is_row(row).then(|| ColumnReference {
            qualifier: vec![row.clone()],
            name: column.clone(),
            span: named.span,
            access: Access::Write,
            usage: Usage::Target,
            lookup: Lookup::Sources,
        })
    }

    /// Reads one prepared statement, and those that follow it without a semicolon.
    fn prepared(&mut self, mut prepared: SqlText, part: &Role) {
        let most = if prepared.as_str().len() > LONG { MOST_IN_LONG } else { MOST_UNSEPARATED };
        for _ in 0..most {
            let tokens = lexer::significant(prepared.as_str(), self.profile.lexis);
            let Some(&first) = tokens.first() else { return };
            let order = self.profile.order(prepared.as_str());
            let (text, lost) = match fragment::complete(&prepared, &tokens) {
                Some(text) => {
                    let leading_hole = hole_index(first.of(prepared.as_str())).is_some();
                    (text, leading_hole.then(|| prepared.outer(first.span())))
                }
                None => (prepared.clone(), None),
            };
            let is_fragment = text.as_str().len() != prepared.as_str().len();
            let span = outer_span(&prepared, &tokens);
            if !can_be_sql(text.as_str(), &tokens, is_fragment) {
                self.other(span, StatementKind::Other);
                return;
            }
            match statement::parse(&text, &order) {
                Ok(mut accepted) => {
                    if is_fragment && accepted.reading == Reading::Parsed {
                        accepted.reading = Reading::Recovered { reason: "part of a statement".to_owned() };
                    }
                    if let Some(lost) = lost {
                        let scope = (!accepted.lowered.scopes.is_empty()).then_some(ScopeId(0));
                        accepted.lowered.holes.push(HoleUse { span: lost, role: HoleRole::Fragment, scope });
                    }
                    if let Some(comma) = tokens.last().filter(|last| last.is(prepared.as_str(), ",")) {
                        // A list that goes on elsewhere.
                        let scope = (!accepted.lowered.scopes.is_empty()).then_some(ScopeId(0));
                        let span = prepared.outer(comma.span());
                        accepted.lowered.holes.push(HoleUse { span, role: HoleRole::Columns, scope });
                    }
                    if let Some(scope) = accepted.lowered.scopes.first_mut() {
                        scope.references.extend(part.written().iter().cloned());
                    }
                    let Some(rest) = accepted.rest else {
                        self.accepted(&text, accepted, span, part);
                        return;
                    };
                    if text.as_str().len() > LONG && self.by_lines(&text) {
                        return;
                    }
                    let span = text_span(&text, rest);
                    self.accepted(&text, accepted, span, part);
                    prepared = text.slice(Span { start: rest, end: text.as_str().len() as u32 });
                }
                Err(refused) => {
                    self.refused(&text, refused, span, order[0], part);
                    return;
                }
            }
        }
        let tokens = lexer::significant(prepared.as_str(), self.profile.lexis);
        let lowered = tokens::read(Words { text: &prepared, tokens: &tokens });
        let span = outer_span(&prepared, &tokens);
        self.unparsed(lowered, span, self.profile.best, "too many statements without a semicolon");
    }

    /// A statement that no grammar accepts as it is: a definition, several statements, one that can be repaired, or
    /// one that is read by its words.
    fn refused(&mut self, text: &SqlText, refused: statement::Refused, span: Span, dialect: Dialect, part: &Role) {
        let message = refused.message.clone();
        let tokens = lexer::significant(text.as_str(), self.profile.lexis);
        let words = Words { text, tokens: &tokens };
        if let Some(definition) = ddl::read(words) {
            self.definition(words, definition, span, dialect, &message);
            return;
        }
        if let Some(mutation) = mutation(words)
            && let Ok(accepted) = statement::parse(&mutation, &[Dialect::Generic, Dialect::ClickHouse])
        {
            self.accepted(&mutation, accepted, span, part);
            return;
        }
        if self.by_lines(text) {
            return;
        }
        if let Some(accepted) = statement::repair(text, refused) {
            self.accepted(text, accepted, span, part);
            return;
        }
        let lowered = tokens::read(words);
        self.unparsed(lowered, span, dialect, &message);
    }

    /// Reads the statements of a text that has no semicolons between them, as T-SQL allows. Tells whether it was more
    /// than one.
    fn by_lines(&mut self, text: &SqlText) -> bool {
        let tokens = lexer::significant(text.as_str(), self.profile.lexis);
        let words = Words { text, tokens: &tokens };
        let parts = body::split(words, Ends::Line, false).parts;
        let whole = |part: &Part| part.range.start == 0 && part.range.end >= words.len();
        if parts.len() < 2 || self.depth >= DEEPEST || parts.iter().any(whole) || !words.is_any(0, body::VERBS) {
            return false;
        }
        self.depth += 1;
        for part in &parts {
            self.part(words, part);
        }
        self.depth -= 1;
        true
    }

    /// A definition that was read by its words.
    fn definition(
        &mut self,
        words: Words<'_>,
        definition: ddl::Definition,
        span: Span,
        dialect: Dialect,
        message: &str,
    ) {
        let ddl::Definition { mut lowered, complete, from_query } = definition;
        let mut complete = complete;
        if let Some(from) = from_query {
            let start = words.tokens.get(from.query).map_or(0, |token| token.start);
            let query = words.text.slice(Span { start, end: words.text.as_str().len() as u32 });
            let order = self.profile.order(query.as_str());
            let read = statement::parse(&query, &order).or_else(|refused| statement::repair(&query, refused).ok_or(()));
            match read {
                Ok(accepted) => {
                    let dropped = accepted.dropped.clone();
                    let own = std::mem::take(&mut lowered.scopes);
                    lowered.scopes = accepted.lowered.scopes;
                    lowered.holes.extend(accepted.lowered.holes);
                    self.keep_dropped(&query, &dropped, &mut lowered);
                    if let (Some(root), Some(own)) = (lowered.scopes.first_mut(), own.into_iter().next()) {
                        // What the definition itself names besides its query.
                        root.sources.extend(own.sources.into_iter().filter(|source| source.role == SourceRole::Read));
                    }
                }
                Err(()) => {
                    let tokens = lexer::significant(query.as_str(), self.profile.lexis);
                    let read = tokens::read(Words { text: &query, tokens: &tokens });
                    lowered.scopes = read.scopes;
                    lowered.holes.extend(read.holes);
                    complete = false;
                }
            }
            lowered.changes.push(SchemaChange::CreateFromQuery {
                relation: from.relation,
                kind: from.kind,
                columns: from.columns,
                query: ScopeId(0),
            });
        }
        if !complete {
            self.unparsed(lowered, span, dialect, message);
            return;
        }
        let reason = message.to_owned();
        let names_nothing =
            lowered.changes.is_empty() && lowered.scopes.iter().all(|scope| scope.references.is_empty());
        let sure = names_nothing || lowered.kind == StatementKind::Drop || message.is_empty();
        let reading = if sure { Reading::Parsed } else { Reading::Recovered { reason } };
        let Lowered { kind, scopes, changes, holes } = lowered;
        let direction = self.direction;
        self.push(Statement { kind, span, dialect, reading, direction, scopes, changes, holes });
    }

    /// Names in text that was cut out are kept in the root scope.
    fn keep_dropped(&self, text: &SqlText, dropped: &[Span], lowered: &mut Lowered) {
        for &part in dropped {
            let part = text.slice(part);
            let tokens = lexer::significant(part.as_str(), self.profile.lexis);
            let found = tokens::references(Words { text: &part, tokens: &tokens });
            if let Some(root) = lowered.scopes.first_mut() {
                root.references.extend(found);
            }
        }
    }

    fn accepted(&mut self, text: &SqlText, accepted: Accepted, span: Span, part: &Role) {
        let Accepted { mut lowered, dialect, reading, dropped, .. } = accepted;
        self.keep_dropped(text, &dropped, &mut lowered);
        self.context.apply(&mut lowered.scopes);
        let Lowered { kind, scopes, changes, mut holes } = lowered;
        // Holes that complete a fragment stand nowhere.
        holes.retain(|hole| hole.span.end > hole.span.start);
        // Conditions and values of a routine that name nothing are no statements.
        let says_nothing =
            |scope: &Scope| scope.references.is_empty() && scope.sources.is_empty() && scope.insert.is_none();
        let expression = matches!(part, Role::Expression(_));
        if expression && holes.is_empty() && scopes.iter().all(says_nothing) {
            return;
        }
        let direction = self.direction;
        self.push(Statement { kind, span, dialect, reading, direction, scopes, changes, holes });
    }

    fn unparsed(&mut self, mut lowered: Lowered, span: Span, dialect: Dialect, message: &str) {
        self.facts.problems.push(Problem {
            code: "sql-statement-unparsed",
            message: format!("read by its words only: {message}"),
            span,
        });
        self.context.apply(&mut lowered.scopes);
        let Lowered { kind, scopes, changes, holes } = lowered;
        let reading = Reading::Tokens { reason: message.to_owned() };
        let direction = self.direction;
        self.push(Statement { kind, span, dialect, reading, direction, scopes, changes, holes });
    }

    /// A statement that was read by rules of its own.
    fn accept_lowered(&mut self, lowered: Lowered, span: Span) {
        let Lowered { kind, scopes, changes, holes } = lowered;
        let (dialect, direction, reading) = (self.profile.best, self.direction, Reading::Parsed);
        self.push(Statement { kind, span, dialect, reading, direction, scopes, changes, holes });
    }

    /// A statement that names nothing.
    fn other(&mut self, span: Span, kind: StatementKind) {
        let (dialect, direction) = (self.profile.best, self.direction);
        let reading = Reading::Parsed;
        let (scopes, changes, holes) = (Vec::new(), Vec::new(), Vec::new());
        self.push(Statement { kind, span, dialect, reading, direction, scopes, changes, holes });
    }

    /// Adds a statement, and the view that it defines as a unit.
    fn push(&mut self, statement: Statement) {
        for change in &statement.changes {
            if let SchemaChange::CreateFromQuery { relation, kind, .. } = change
                && *kind != RelationKind::Table
            {
                self.facts.units.push(Unit { name: relation.to_string(), kind: UnitKind::View, span: statement.span });
            }
        }
        self.facts.statements.push(statement);
    }

    /// A routine: its definition, its unit, and the statements of its body.
    fn routine(&mut self, words: Words<'_>, routine: &Routine) {
        let span = words.stretch(0, words.len());
        let name = routine.name.name.to_string();
        self.facts.units.push(Unit { name: name.clone(), kind: routine.unit(), span });
        let Lowered { kind, scopes, changes, holes } = routine.lowered(words);
        let (dialect, direction) = (self.profile.best, self.direction);
        self.push(Statement { kind, span, dialect, reading: Reading::Parsed, direction, scopes, changes, holes });
        let table = routine.table.as_ref().map(|table| table.name.clone());
        if let (Some(function), Some(table)) = (&routine.runs, &table) {
            self.fired.push((function.folded(), table.clone()));
        }
        let mut context = Context::routine(dialect == Dialect::Oracle);
        let trigger = routine.unit() == UnitKind::Trigger;
        let mut images = routine.images.clone();
        if trigger && dialect == Dialect::SqlServer {
            images.extend([crate::model::name::Ident::bare("inserted"), crate::model::name::Ident::bare("deleted")]);
        }
        context.trigger(&images, table);
        let around = std::mem::replace(&mut self.context, context);
        if let Some(parameters) = &routine.parameters {
            let part = Words { text: words.text, tokens: &words.tokens[parameters.clone()] };
            self.declared(&body::parameters(part));
        }
        if let Some(when) = &routine.when {
            self.part(words, &Part { range: when.clone(), shape: Shape::Expression });
        }
        match &routine.body {
            Place::Constant(at) if routine.is_sql => self.constant_body(words, *at, routine.declaring),
            Place::Constant(at) => {
                // Another language: only what it has in string constants is SQL.
                let text = dynamic::decoded(words, *at, false);
                let lexis = Lexis { backslash: true, double_strings: true, ..Lexis::default() };
                let tokens = lexer::significant(text.as_str(), lexis);
                for text in dynamic::texts(Words { text: &text, tokens: &tokens }, true) {
                    self.nested(&text);
                }
            }
            Place::Tokens(range) => {
                let inner = Words { text: words.text, tokens: &words.tokens[range.clone()] };
                self.body_of(inner, routine.declaring, &name);
            }
            Place::None => {}
        }
        self.context = around;
    }

    /// A body in a string constant.
    fn constant_body(&mut self, words: Words<'_>, at: usize, declaring: bool) {
        let text = dynamic::decoded(words, at, false);
        let lexis = Profile::of(text.as_str(), Some(self.profile.best)).lexis;
        let tokens = lexer::significant(text.as_str(), lexis);
        self.body_of(Words { text: &text, tokens: &tokens }, declaring, "");
    }

    fn body(&mut self, words: Words<'_>, declaring: bool) {
        self.body_of(words, declaring, "");
    }

    /// Reads the statements of a body; `name` is that of the package around it.
    fn body_of(&mut self, words: Words<'_>, declaring: bool, name: &str) {
        if self.depth >= DEEPEST {
            return;
        }
        self.depth += 1;
        let ends = if self.profile.best == Dialect::SqlServer { Ends::Line } else { Ends::Semicolon };
        let body = body::split(words, ends, declaring);
        for inner in &body.inner {
            let name = if name.is_empty() { inner.name.to_string() } else { format!("{name}.{}", inner.name) };
            let span = words.stretch(inner.range.start, inner.range.end);
            self.facts.units.push(Unit { name, kind: UnitKind::Routine, span });
        }
        self.declared(&body);
        for part in &body.parts {
            self.part(words, part);
        }
        self.depth -= 1;
    }

    /// Takes over what a body declares; the columns whose types it takes are a statement of their own.
    fn declared(&mut self, body: &body::Body) {
        self.context.declare(&body.variables);
        for of in &body.types {
            let named = super::naming::Named { name: of.relation.clone(), span: of.span, next: 0 };
            let mut scope = Scope { sources: vec![source(&named, None, SourceRole::Read)], ..Scope::default() };
            scope.references.extend(
                of.column
                    .iter()
                    .map(|(name, span)| super::naming::schema_reference(name.clone(), *span, Access::Read, 0)),
            );
            let statement = Statement {
                kind: StatementKind::OtherSchema,
                span: of.span,
                dialect: self.profile.best,
                reading: Reading::Parsed,
                direction: self.direction,
                scopes: vec![scope],
                changes: Vec::new(),
                holes: Vec::new(),
            };
            self.push(statement);
        }
    }

    /// Reads one piece of a body.
    fn part(&mut self, words: Words<'_>, part: &Part) {
        let inner = Words { text: words.text, tokens: &words.tokens[part.range.clone()] };
        match &part.shape {
            Shape::Statement if routine::header(inner).is_some() => self.any(inner),
            Shape::Statement => self.statement(inner),
            Shape::Expression => self.expression(inner, None),
            Shape::Assignment { target } => {
                let left = Words { text: words.text, tokens: &words.tokens[target.clone()] };
                let named = left.name(0);
                if let Some(named) = &named
                    && !dynamic::texts(inner, self.profile.lexis.backslash).is_empty()
                {
                    self.texts.insert(named.name.last().folded());
                }
                let written = named.and_then(|named| self.field(&named));
                self.expression(inner, written);
            }
            Shape::Dynamic => self.dynamic(inner),
        }
    }

    /// A condition or value: read as the projection of a query.
    fn expression(&mut self, words: Words<'_>, written: Option<ColumnReference>) {
        let (kept, filled) = self.without_variables(words);
        let written = filled.into_iter().chain(written).collect();
        let expression = holes::prepare(words.text, &kept, self.profile.best);
        let place = expression.outer(Span::default());
        let mut prepared = SqlText::default();
        prepared.push_decoded("SELECT ", Span { start: place.start, end: place.start });
        prepared.push_piece(&expression);
        self.prepared(prepared, &Role::Expression(written));
        for text in dynamic::texts(words, self.profile.lexis.backslash) {
            self.nested(&text);
        }
    }

    /// `EXECUTE …`, `EXEC (…)`, `PREPARE s FROM …`, `OPEN c FOR …`: what is run stands in constants, or is not known.
    fn dynamic(&mut self, words: Words<'_>) {
        let span = words.stretch(0, words.len());
        if let Some(definition) = ddl::read(words) {
            let dialect = self.profile.best;
            self.definition(words, definition, span, dialect, "");
            return;
        }
        let texts = dynamic::texts(words, self.profile.lexis.backslash);
        let found = !texts.is_empty();
        for text in texts {
            self.nested(&text);
        }
        if found {
            return;
        }
        let name = words.name(1);
        let called = name.as_ref().map_or(String::new(), |named| named.name.last().text.to_ascii_lowercase());
        let runs_text = words.is(1, "(")
            || words.is_any(0, &["prepare"])
            || called == "immediate"
            || called == "sp_executesql"
            || (self.context.routine && self.profile.best != Dialect::SqlServer && self.profile.best != Dialect::Mysql);
        let known = (0..words.len()).any(|at| words.ident(at).is_some_and(|name| self.texts.contains(&name.folded())));
        if runs_text && !known {
            let reason = "SQL that is put together at run time".to_owned();
            self.facts.blind_spots.push(BlindSpot { span, reason, relations: Vec::new() });
        }
        self.other(span, StatementKind::Other);
    }
}

/// What a text is to the statement around it, with the fields of rows that it fills.
enum Role {
    /// A statement.
    Statement(Vec<ColumnReference>),
    /// An expression, wrapped into a query: it counts only when it names something.
    Expression(Vec<ColumnReference>),
}

impl Role {
    fn written(&self) -> &[ColumnReference] {
        match self {
            Role::Statement(written) | Role::Expression(written) => written,
        }
    }
}

/// ClickHouse's `ALTER TABLE t UPDATE a = b WHERE c` and `ALTER TABLE t DELETE WHERE c` as statements.
fn mutation(words: Words<'_>) -> Option<SqlText> {
    if !words.is_word(0, "alter") || !words.is_word(1, "table") {
        return None;
    }
    let table = words.name(2)?;
    let verb = (table.next..words.len().min(table.next + 6)).find(|&at| words.is_any(at, &["update", "delete"]))?;
    let update = words.is_word(verb, "update");
    let place = words.text.outer(Span::default());
    let mut made = SqlText::default();
    made.push_decoded(if update { "UPDATE " } else { "DELETE FROM " }, place);
    let slice = |from: usize, to: usize| match (words.tokens.get(from), words.tokens.get(to - 1)) {
        (Some(first), Some(last)) => words.text.slice(Span { start: first.start, end: last.end }),
        _ => SqlText::default(),
    };
    made.push_piece(&slice(2, table.next));
    made.push_decoded(if update { " SET " } else { " " }, place);
    made.push_piece(&slice(verb + 1, words.len()));
    Some(made)
}

/// Whether a statement is one of procedural code: its first word says so.
fn is_block(words: Words<'_>) -> bool {
    if words.is_any(
        0,
        &[
            "if",
            "while",
            "else",
            "for",
            "foreach",
            "loop",
            "print",
            "raiserror",
            "throw",
            "perform",
            "return",
            "open",
            "case",
            "exec",
            "execute",
            "prepare",
            "declare",
            "until",
            "elsif",
            "elseif",
            "exception",
        ],
    ) {
        return !(words.is_word(0, "prepare") && words.is_any(2, &["as"])) && words.len() > 1;
    }
    if words.is_word(0, "begin") || words.is_word(0, "end") {
        return words.len() > 1
            && !words.is_any(
                1,
                &["transaction", "work", "isolation", "deferred", "immediate", "exclusive", "read", "concurrent"],
            );
    }
    if words.is_word(0, "set") {
        return words.kind(1) == Some(TokenKind::Variable) || words.is(2, ".") && words.is_any(1, &["new", "old"]);
    }
    matches!(words.kind(0), Some(TokenKind::Word)) && words.is(1, ":=")
}

/// Where the tokens of a text stand in the file.
fn outer_span(text: &SqlText, tokens: &[Token]) -> Span {
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return Span::default() };
    text.outer(Span { start: first.start, end: last.end })
}

/// Where a text stands up to byte `end`, without the white space before it.
fn text_span(text: &SqlText, end: u32) -> Span {
    let part = Span { start: 0, end }.of(text.as_str());
    text.outer(Span { start: 0, end: part.trim_end().len() as u32 })
}

/// Cheap refusal of what no grammar needs to see: transaction control, settings, prose.
fn can_be_sql(text: &str, tokens: &[Token], is_fragment: bool) -> bool {
    const VERBS: &[&str] = &[
        "select", "with", "insert", "update", "delete", "merge", "replace", "create", "alter", "drop", "truncate",
        "copy", "values", "table", "explain", "describe", "desc", "call", "grant", "revoke", "comment", "rename",
        "use", "set", "analyze", "prepare", "execute", "exec", "declare", "load", "unload", "from", "optimize",
        "refresh", "export", "lock",
    ];
    let first = tokens[0];
    is_fragment
        || first.is(text, "(")
        || (first.kind == TokenKind::Word && VERBS.iter().any(|verb| first.is_word(text, verb)))
        || tokens.iter().take(40).any(|token| {
            ["select", "insert", "update", "delete", "create", "alter"].iter().any(|verb| token.is_word(text, verb))
        })
}
