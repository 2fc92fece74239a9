//! From a piece of SQL to its facts: splits, prepares, parses, and falls back to tokens.

use super::assembled::Texts;
use super::body::{self, Ends, Part};
use super::context::Context;
use super::dialect::Profile;
use super::lexer::{self, Token, TokenKind};
use super::lower::Lowered;
use super::naming::Words;
use super::routine::{self};
use super::script::{RawStatement, Script};
use super::statement::{self, Accepted};
use super::text::{SqlText, hole_index, shown};
use super::{SqlFacts, begins, conceal, ddl, dynamic, fragment, holes, load, restated, tokens};
use crate::model::facts::{Problem, Unit, UnitKind};
use crate::model::name::{Name, ObjectName};
use crate::model::schema::{RelationKind, SchemaChange};
use crate::model::span::Span;
use crate::model::statement::{
    ColumnReference, Dialect, Direction, HoleRole, HoleUse, Reading, Scope, ScopeId, SourceRole, Statement,
    StatementKind,
};

/// SQL inside of SQL is followed this deep: bodies, dynamic statements, SQL in comments.
pub(super) const DEEPEST: u32 = 6;
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
        texts: Texts::default(),
    };
    reader.script(piece, direction);
    reader.unread_texts();
    reader.finish()
}

/// Gathers the facts of one piece.
pub(super) struct Reader {
    pub(super) profile: Profile,
    pub(super) facts: SqlFacts,
    /// Levels of SQL inside of SQL.
    pub(super) depth: u32,
    pub(super) context: Context,
    pub(super) direction: Direction,
    /// Functions that triggers of this piece run, with the triggers' relations.
    pub(super) fired: Vec<(Name, ObjectName)>,
    /// SQL that variables hold.
    pub(super) texts: Texts,
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
                statement.name_images(table);
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
    pub(super) fn any(&mut self, words: Words<'_>) {
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
        if begins::is_block(words) {
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
    pub(super) fn statement(&mut self, words: Words<'_>) {
        let (mut kept, written) = self.without_variables(words);
        if words.is_any(0, &["update"]) && words.is_word(1, "statistics") {
            self.other(words.stretch(0, words.len()), StatementKind::Other);
            return;
        }
        let run = words
            .is_word(0, "insert")
            .then(|| restated::inserted_procedure(Words { text: words.text, tokens: &kept }))
            .flatten();
        let run = run.map(|at| {
            let place = Words { text: words.text, tokens: &kept }.stretch(at, kept.len());
            kept.truncate(at);
            place
        });
        if words.is_word(0, "bulk") && words.is_word(1, "insert") {
            // `BULK INSERT t FROM 'file'` is a `COPY`.
            let mut copy = SqlText::default();
            copy.push_decoded("COPY ", words.span(0));
            let end = words.name(2).map_or(3, |name| name.next);
            let name = Words { text: words.text, tokens: &kept };
            copy.push_piece(&holes::prepare(words.text, &name.tokens[2..end.min(kept.len())], self.profile.best));
            copy.push_decoded(" FROM STDIN", words.span(0));
            self.prepared(copy, &Role::Statement(written));
            return;
        }
        let mut prepared = holes::prepare(words.text, &kept, self.profile.best);
        if let Some(place) = run {
            // The rows that a procedure gives.
            prepared.push_decoded(" SELECT * FROM ", place);
            prepared.push_hole(place);
        }
        let reshapes = (0..words.len()).any(|at| restated::is_reshape(words, at));
        for _ in 0..if reshapes { MOST_IN_LONG } else { 0 } {
            let tokens = lexer::significant(prepared.as_str(), self.profile.lexis);
            let pieces = Words { text: &prepared, tokens: &tokens };
            let Some(query) = restated::reshaped(pieces) else { break };
            prepared = query;
        }
        if words.is_word(0, "load")
            && let Some(lowered) = load::read(words)
        {
            self.accept_lowered(lowered, words.stretch(0, words.len()));
            return;
        }
        if words.is_word(0, "table") && words.name(1).is_some() {
            // `TABLE t` is `SELECT * FROM t`.
            let keyword = words.tokens[0].span().end - words.tokens[0].span().start;
            let mut query = SqlText::default();
            query.push_decoded("SELECT * FROM", words.span(0));
            query.push_piece(&prepared.slice(Span { start: keyword, end: prepared.as_str().len() as u32 }));
            prepared = query;
        }
        if words.is_word(0, "copy") && words.is_any(words.len() - 1, &["to", "from"]) {
            // `\copy` names a file of the client's, which is left out.
            let target = if words.is_word(words.len() - 1, "to") { " STDOUT" } else { " STDIN" };
            let end = prepared.as_str().len() as u32;
            let place = prepared.outer(Span { start: end, end });
            prepared.push_decoded(target, place);
        }
        self.prepared(prepared, &Role::Statement(written));
        let definition = words.is_word(0, "create") && words.is_word(1, "table");
        if !definition && !words.is_word(0, "comment") {
            for text in dynamic::texts(words, self.profile.lexis.backslash) {
                self.nested(&text);
            }
        }
    }

    /// Reads a text that stands in a constant.
    pub(super) fn nested(&mut self, text: &SqlText) {
        let direction = self.direction;
        self.script(text, direction);
        self.direction = direction;
    }

    /// Reads one prepared statement, and those that follow it without a semicolon.
    pub(super) fn prepared(&mut self, mut prepared: SqlText, part: &Role) {
        let most = if prepared.as_str().len() > LONG { MOST_IN_LONG } else { MOST_UNSEPARATED };
        for _ in 0..most {
            let tokens = lexer::significant(prepared.as_str(), self.profile.lexis);
            let Some(&first) = tokens.first() else { return };
            if first.is_word(prepared.as_str(), "from") {
                let inserts = restated::inserts_from(Words { text: &prepared, tokens: &tokens });
                for insert in &inserts {
                    self.prepared(insert.clone(), part);
                }
                if !inserts.is_empty() {
                    return;
                }
            }
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
            if !begins::can_be_sql(text.as_str(), &tokens, is_fragment) {
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
                    if let Some(next) = begins::next_definition(&text) {
                        // What stands before a definition on a line of its own ends there.
                        let whole = Span { start: next, end: text.as_str().len() as u32 };
                        self.prepared(text.slice(Span { start: 0, end: next }), part);
                        prepared = text.slice(whole);
                        continue;
                    }
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
        if let Some(start) = restated::explained(words).or_else(|| restated::modified_query(words)) {
            self.prepared(text.slice(Span { start, end: text.as_str().len() as u32 }), part);
            return;
        }
        if let Some(definition) = ddl::read(words) {
            self.definition(words, definition, span, dialect, &message);
            return;
        }
        if let Some(start) = restated::behind_functions(words) {
            self.prepared(text.slice(Span { start, end: text.as_str().len() as u32 }), part);
            return;
        }
        if let Some(turned) = restated::defined_behind_with(words) {
            self.prepared(turned, part);
            return;
        }
        if words.is_any(0, &["analyze", "refresh", "flush", "msck", "cache", "uncache"]) && !words.is(2, "(") {
            // Nothing that these name is read or written.
            self.other(span, StatementKind::Other);
            return;
        }
        if let Some(mutation) = restated::mutation(words)
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
    pub(super) fn definition(
        &mut self,
        words: Words<'_>,
        definition: ddl::Definition,
        span: Span,
        dialect: Dialect,
        message: &str,
    ) {
        let ddl::Definition { mut lowered, complete, from_query } = definition;
        let mut complete = complete;
        let mut query_reading = Reading::Parsed;
        if let Some(from) = from_query {
            let start = words.tokens.get(from.query).map_or(0, |token| token.start);
            let query = words.text.slice(Span { start, end: words.text.as_str().len() as u32 });
            let order = self.profile.order(query.as_str());
            let read = statement::parse(&query, &order).or_else(|refused| statement::repair(&query, refused).ok_or(()));
            if let Ok(accepted) = read {
                let dropped = accepted.dropped.clone();
                query_reading = accepted.reading;
                let own = std::mem::take(&mut lowered.scopes);
                lowered.scopes = accepted.lowered.scopes;
                lowered.holes.extend(accepted.lowered.holes);
                self.keep_dropped(&query, &dropped, &mut lowered);
                if let (Some(root), Some(own)) = (lowered.scopes.first_mut(), own.into_iter().next()) {
                    // What the definition itself names besides its query.
                    root.sources.extend(own.sources.into_iter().filter(|source| source.role == SourceRole::Read));
                }
            } else {
                let tokens = lexer::significant(query.as_str(), self.profile.lexis);
                let read = tokens::read(Words { text: &query, tokens: &tokens });
                lowered.scopes = read.scopes;
                lowered.holes.extend(read.holes);
                complete = false;
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
        let sure =
            names_nothing || matches!(lowered.kind, StatementKind::Drop | StatementKind::Alter) || message.is_empty();
        let reading = match query_reading {
            Reading::Parsed if !sure => Reading::Recovered { reason },
            reading => reading,
        };
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
        if matches!(part, Role::Expression(_)) {
            self.context.drop_values(&mut lowered.scopes);
        }
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
            code: "sql-statement-unparsed".into(),
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
    pub(super) fn other(&mut self, span: Span, kind: StatementKind) {
        let (dialect, direction) = (self.profile.best, self.direction);
        let reading = Reading::Parsed;
        let (scopes, changes, holes) = (Vec::new(), Vec::new(), Vec::new());
        self.push(Statement { kind, span, dialect, reading, direction, scopes, changes, holes });
    }

    /// Adds a statement, and the view that it defines as a unit.
    pub(super) fn push(&mut self, mut statement: Statement) {
        for change in &statement.changes {
            if let SchemaChange::CreateFromQuery { relation, kind, .. } = change
                && *kind != RelationKind::Table
            {
                self.facts.units.push(Unit { name: shown(relation), kind: UnitKind::View, span: statement.span });
            }
        }
        conceal::conceal(&mut statement);
        self.facts.statements.push(statement);
    }
}

/// What a text is to the statement around it, with the fields of rows that it fills.
pub(super) enum Role {
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

/// Where the tokens of a text stand in the file.
fn outer_span(text: &SqlText, tokens: &[Token]) -> Span {
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return Span::default() };
    text.place(Span { start: first.start, end: last.end })
}

/// Where a text stands up to byte `end`, without the white space before it.
fn text_span(text: &SqlText, end: u32) -> Span {
    let part = Span { start: 0, end }.of(text.as_str());
    text.place(Span { start: 0, end: part.trim_end().len() as u32 })
}
