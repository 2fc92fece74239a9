//! What a document says: its descriptions are held against its tree, and whatever else in it is SQL is read too.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::description::{Description, Part, Rule};
use super::macros::{expanded, formula};
use super::made::{Made, name_outputs};
use super::names::{columns_of, is_name, names_of, says, table_name};
use super::path::{Path, flat};
use super::syntax::Syntax;
use super::tree::{At, Document, Word};
use crate::extract::host::dialect::DialectHints;
use crate::extract::sql::text::SqlText;
use crate::extract::{Input, sql};
use crate::model::facts::{BlindSpot, Constant, FileFacts, OuterName, Problem, Token, TokenKind, Unit, UnitKind};
use crate::model::name::{Ident, ObjectName};
use crate::model::schema::{DEPLOYED, RelationKind, SchemaChange};
use crate::model::source::Kind;
use crate::model::span::Span;
use crate::model::statement::{Access, Dialect, Direction, Reading, Relation, ScopeId, Statement, StatementKind};

/// Why a question whose columns are numbers says nothing.
const NUMBERED: &str = "its columns are named by numbers that only the tool knows";

/// Who holds the names of datasets for other documents.
const DATASETS: &str = "dataset";

/// What the `descriptions` say of a file, and nothing else.
pub(super) fn described(input: Input<'_>, descriptions: &[&Description]) -> FileFacts {
    let fitting: Vec<&Description> = descriptions.iter().copied().filter(|one| one.is_in(input.text)).collect();
    if fitting.is_empty() { FileFacts::default() } else { read_as(input, &fitting, &[], false) }
}

/// Reads a file that may be of any of the `descriptions`.
pub(super) fn read(input: Input<'_>, descriptions: &[&Description], known: &[Constant]) -> FileFacts {
    let fitting: Vec<&Description> = descriptions.iter().copied().filter(|one| one.is_in(input.text)).collect();
    read_as(input, &fitting, known, true)
}

fn read_as(input: Input<'_>, fitting: &[&Description], known: &[Constant], anything_else: bool) -> FileFacts {
    let mut facts = FileFacts::default();
    if fitting.iter().any(|one| one.record) {
        facts.elsewhere = TokenKind::Record;
        return facts;
    }
    let syntax = fitting.iter().find_map(|one| one.syntax).or_else(|| Syntax::of(input.path));
    let Some(syntax) = syntax else { return facts };
    let document = syntax.read(SqlText::verbatim(input.text, 0));
    let whole = Span::new(0, input.text.len());
    let mut reader =
        Reader { path: input.path, whole, known, facts: &mut facts, read: BTreeSet::new(), description: None };
    let mut is_known = false;
    for description in fitting {
        is_known |= reader.description(description, &document);
    }
    if anything_else {
        reader.anything_else(&document);
    }
    if is_known {
        // What is said beside columns that are named by numbers may be their names.
        if !facts.blind_spots.iter().any(|spot| spot.reason == NUMBERED) {
            facts.elsewhere = TokenKind::Text;
        }
        if let Some((span, message)) = &document.broken {
            facts.problems.push(Problem { code: "syntax-error".into(), message: message.clone(), span: *span });
        }
    }
    let comments = document.comments.iter().map(|&span| Token { span, kind: TokenKind::Comment });
    facts.tokens.extend(comments);
    facts.wanted.sort();
    facts.wanted.dedup();
    facts
}

/// What the columns of a part are of.
enum Rows {
    /// A table, by the parts of its name.
    Table(Vec<(String, Span)>),
    /// A query.
    Query(SqlText),
}

struct Reader<'a> {
    path: &'a str,
    /// All of the file.
    whole: Span,
    known: &'a [Constant],
    facts: &'a mut FileFacts,
    /// Where scalars that were read begin.
    read: BTreeSet<u32>,
    description: Option<&'a Description>,
}

impl<'a> Reader<'a> {
    /// Whether the document is of that format, which is then read.
    fn description(&mut self, description: &'a Description, document: &Document) -> bool {
        self.description = Some(description);
        let mut found = false;
        for part in &description.parts {
            let mut places = Vec::new();
            part.at.values(document.root()).into_iter().for_each(|place| flat(place, &mut places));
            distinct(&mut places);
            for place in places {
                found |= holds(part, place) && self.part(part, place, document);
            }
        }
        if found && (!description.title.is_empty() || description.parts.iter().all(|part| part.title.is_empty())) {
            let title = first_text(&description.title, document.root());
            self.unit(title, self.whole, description.kind);
        }
        self.description = None;
        found
    }

    fn unit(&mut self, title: Option<String>, span: Span, kind: Option<Kind>) {
        let file = self.path.rsplit('/').next().unwrap_or(self.path);
        let name =
            title.map_or_else(|| file.to_owned(), |title| title.split_whitespace().collect::<Vec<_>>().join(" "));
        self.facts.units.push(Unit { name, kind: UnitKind::Document(kind), span });
    }

    /// Reads a part; whether it says anything.
    fn part(&mut self, part: &Part, place: At<'_>, document: &Document) -> bool {
        let dialect = dialect(&part.dialect, place, document);
        let mut said = false;
        for word in words(&part.sql, place) {
            said |= self.sql(word, dialect);
        }
        for name in words(&part.tables, place) {
            for (table, span) in names_of(name) {
                said |= self.whole_table(&table, span, Access::Read);
            }
        }
        for name in words(&part.written_tables, place) {
            for (table, span) in names_of(name) {
                said |= self.whole_table(&table, span, Access::Write);
            }
        }
        for name in words(&part.columns, place) {
            for (column, span) in names_of(name) {
                said |= self.column(&column, span, false);
            }
        }
        for name in words(&part.left_out, place) {
            for (column, span) in names_of(name) {
                said |= self.column(&column, span, true);
            }
        }
        if !part.field_lists.is_empty() {
            said |= self.field_lists(&part.field_lists, place);
        }
        for word in words(&part.fields_in, place) {
            said |= self.fields_in(word);
        }
        if let Some(rows) = self.rows(part, place) {
            said |= self.rows_of(part, place, &rows, dialect);
        }
        for blind in part.blind.iter().flat_map(|path| path.values(place)) {
            self.facts.blind_spots.push(BlindSpot {
                span: blind.span(),
                reason: part.because.clone(),
                relations: Vec::new(),
            });
            said = true;
        }
        if said && !part.title.is_empty() {
            let kind = self.description.and_then(|description| description.kind);
            self.unit(first_text(&part.title, place), place.span(), kind);
        }
        said
    }

    /// `${view.field}`: a column of the table that another document calls `view`.
    fn fields_in(&mut self, word: Word<'_>) -> bool {
        static FIELD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\$\{(\w+)\.(\w+)\}").ok());
        let piece = word.text();
        let mut said = false;
        for found in FIELD.iter().flat_map(|field| field.captures_iter(piece.as_str())) {
            let (Some(view), Some(field)) = (found.get(1), found.get(2)) else { continue };
            if field.as_str() == "SQL_TABLE_NAME" {
                continue;
            }
            let name = OuterName { holder: Some(DATASETS.to_owned()), name: view.as_str().to_owned(), call: false };
            if let Some(table) = self.known.iter().find(|known| known.name == name).map(|known| known.value.clone()) {
                let place = piece.outer(Span::new(view.start(), view.end()));
                let table: Vec<(String, Span)> = table.split('.').map(|part| (part.to_owned(), place)).collect();
                let column = (field.as_str().to_owned(), piece.outer(Span::new(field.start(), field.end())));
                said |= self.names(&table, &[column], Access::Read);
            }
            self.facts.wanted.push(name);
        }
        said
    }

    /// What the columns of a part are of.
    fn rows(&mut self, part: &Part, place: At<'_>) -> Option<Rows> {
        let table = part.table.iter().find_map(|path| path.values(place).into_iter().find_map(table_name));
        if let Some(mut name) = table {
            if let [_] = name.as_slice()
                && let Some(schema) = words(&part.schema, place).find(|word| says(word))
            {
                name.insert(0, (schema.value().trim().to_owned(), schema.span()));
            }
            for called in words(&part.called, place).filter(says) {
                let value = name.iter().map(|(part, _)| part.as_str()).collect::<Vec<_>>().join(".");
                let name =
                    OuterName { holder: Some(DATASETS.to_owned()), name: called.value().into_owned(), call: false };
                self.facts.constants.push(Constant { name, value });
            }
            return Some(Rows::Table(name));
        }
        if let Some(word) = words(&part.query, place).find(says) {
            let query = self.prepared(word);
            if let Some(called) = words(&part.called, place).find(says) {
                self.called(&query, &called.value());
            }
            return Some(Rows::Query(query));
        }
        let of = words(&part.of, place).find(says)?;
        let name = OuterName { holder: Some(DATASETS.to_owned()), name: of.value().into_owned(), call: false };
        let known = self.known.iter().find(|known| known.name == name);
        self.facts.wanted.push(name);
        let span = of.span();
        Some(Rows::Table(known?.value.split('.').map(|part| (part.to_owned(), span)).collect()))
    }

    /// A query that other documents mean by a name: a view, whose schema is where such are deployed.
    fn called(&mut self, query: &SqlText, called: &str) {
        if sql::evidence(query.as_str()) == sql::Evidence::None {
            return;
        }
        let mut found = sql::read(query, None);
        if let [statement] = found.statements.as_mut_slice()
            && statement.kind == StatementKind::Select
            && !statement.scopes.is_empty()
        {
            let relation = ObjectName(vec![Ident::bare(DEPLOYED), Ident::quoted(called)]);
            let (kind, query) = (RelationKind::View, ScopeId(0));
            statement.changes.push(SchemaChange::CreateFromQuery { relation, kind, columns: Vec::new(), query });
            self.facts.statements.extend(found.statements);
            let name = OuterName { holder: Some(DATASETS.to_owned()), name: called.to_owned(), call: false };
            self.facts.constants.push(Constant { name, value: format!("{DEPLOYED}.{called}") });
        }
    }

    fn rows_of(&mut self, part: &Part, place: At<'_>, rows: &Rows, dialect: Option<Dialect>) -> bool {
        let mut said = false;
        for (paths, access) in [(&part.reads, Access::Read), (&part.writes, Access::Write)] {
            let columns: Vec<(String, Span)> = words(paths, place).filter(says).flat_map(columns_of).collect();
            let (stars, names): (Vec<_>, Vec<_>) = columns.into_iter().partition(|(name, _)| name == "*");
            if let (Rows::Table(table), Some((_, span))) = (rows, stars.first()) {
                said |= self.star(table, *span);
            }
            let names: Vec<_> = names.into_iter().filter(|(name, _)| !name.starts_with(['_', '$'])).collect();
            if names.is_empty() {
                continue;
            }
            said |= match rows {
                Rows::Table(table) => self.names(table, &names, access),
                Rows::Query(query) => self.outputs(query, &names, dialect),
            };
        }
        for place in part.all.iter().flat_map(|path| path.values(place)) {
            if let Rows::Table(table) = rows {
                said |= self.star(table, place.span());
            }
        }
        for word in words(&part.expressions, place).filter(says) {
            said |= self.expression(word, rows, dialect);
        }
        if let Rows::Query(query) = rows
            && !said
        {
            said = self.embed(query, dialect);
        }
        said
    }

    /// The text of a scalar of SQL, with its macros replaced.
    fn prepared(&mut self, word: Word<'_>) -> SqlText {
        self.read.insert(word.span().start);
        let mut piece = word.text();
        let Some(description) = self.description else { return piece };
        if description.formulas
            && let Some(text) = formula(&piece)
        {
            piece = text;
        }
        expanded(piece, &description.macros)
    }

    fn sql(&mut self, word: Word<'_>, dialect: Option<Dialect>) -> bool {
        if !says(&word) {
            return false;
        }
        let piece = self.prepared(word);
        self.embed(&piece, dialect)
    }

    fn embed(&mut self, piece: &SqlText, dialect: Option<Dialect>) -> bool {
        if sql::evidence(piece.as_str()) == sql::Evidence::None {
            return false;
        }
        sql::read_into(self.facts, piece, dialect, Direction::Forward);
        true
    }

    /// `SELECT * FROM table` or `INSERT INTO table VALUES (…)`, where the whole table is meant.
    fn whole_table(&mut self, table: &str, span: Span, access: Access) -> bool {
        let parts: Vec<&str> = table.split('.').collect();
        if parts.iter().any(|part| !is_name(part)) {
            self.facts.blind_spots.push(BlindSpot {
                span,
                reason: "tables are chosen by a pattern".to_owned(),
                relations: Vec::new(),
            });
            return true;
        }
        let piece = Made::at(span);
        let named = |piece: Made| piece.name(parts.iter().map(|part| (*part, span)));
        let piece = match access {
            Access::Write => named(piece.word("INSERT INTO ")).word(" VALUES (NULL)"),
            _ => named(piece.word("SELECT ").there("*", span).word(" FROM ")),
        };
        self.give(&piece)
    }

    fn star(&mut self, table: &[(String, Span)], span: Span) -> bool {
        let piece = Made::at(span).word("SELECT ").there("*", span).word(" FROM ");
        self.give(&piece.name(table.iter().map(|(part, span)| (part.as_str(), *span))))
    }

    /// `schema.table.column` where it stands alone.
    fn column(&mut self, name: &str, span: Span, left_out: bool) -> bool {
        let Some((table, column)) = name.rsplit_once('.') else { return false };
        let parts: Vec<&str> = table.split('.').collect();
        if parts.iter().chain([&column]).any(|part| !is_name(part)) {
            return false;
        }
        let own = Span { start: span.end - column.len() as u32, end: span.end };
        let mut piece = Made::at(span);
        if left_out {
            piece.quote = '`';
            piece = piece.word("SELECT * EXCEPT (").quoted(column, own).word(") FROM ");
        } else {
            piece = piece.word("SELECT ").quoted(column, own).word(" FROM ");
        }
        let table_span = Span { start: span.start, end: own.start.max(span.start + 1) - 1 };
        let piece = piece.name(parts.iter().map(|part| (*part, table_span)));
        if !left_out {
            return self.give(&piece);
        }
        sql::read_into(self.facts, &piece.piece, Some(Dialect::BigQuery), Direction::Forward);
        true
    }

    fn names(&mut self, table: &[(String, Span)], names: &[(String, Span)], access: Access) -> bool {
        let place = names[0].1;
        let list = |mut piece: Made| {
            for (at, (name, span)) in names.iter().enumerate() {
                if at > 0 {
                    piece = piece.word(", ");
                }
                piece = piece.quoted(name, *span);
            }
            piece
        };
        let table = |piece: Made| piece.name(table.iter().map(|(part, span)| (part.as_str(), *span)));
        let piece = Made::at(place);
        let piece = if access == Access::Write {
            let values = vec!["DEFAULT"; names.len()].join(", ");
            list(table(piece.word("INSERT INTO ")).word(" (")).word(") VALUES (").word(&values).word(")")
        } else {
            table(list(piece.word("SELECT ")).word(" FROM "))
        };
        self.give(&piece)
    }

    fn give(&mut self, piece: &Made) -> bool {
        sql::read_into(self.facts, &piece.piece, Some(Dialect::Postgres), Direction::Forward);
        true
    }

    /// A query whose outputs the document names: what it names is what the query takes it from.
    fn outputs(&mut self, query: &SqlText, names: &[(String, Span)], dialect: Option<Dialect>) -> bool {
        if sql::evidence(query.as_str()) == sql::Evidence::None {
            return false;
        }
        let mut found = sql::read(query, dialect);
        if let [statement] = found.statements.as_mut_slice()
            && statement.kind == StatementKind::Select
            && !statement.scopes.is_empty()
            && !matches!(statement.reading, Reading::Tokens { .. })
        {
            name_outputs(statement, names);
        }
        self.facts.statements.extend(found.statements);
        self.facts.units.extend(found.units);
        self.facts.tokens.extend(found.tokens);
        self.facts.blind_spots.extend(found.blind_spots);
        self.facts.problems.extend(found.problems);
        true
    }

    /// An expression over a table or query.
    fn expression(&mut self, word: Word<'_>, rows: &Rows, dialect: Option<Dialect>) -> bool {
        /// A query is not repeated for expressions without end.
        const LONGEST: usize = 64 << 10;
        let expression = self.prepared(word);
        let place = word.span();
        let mut piece = Made::at(place).word("SELECT (").piece(&expression).word("\n) FROM ");
        piece = match rows {
            Rows::Table(table) => piece.name(table.iter().map(|(part, span)| (part.as_str(), *span))),
            Rows::Query(query) if query.as_str().len() < LONGEST => {
                piece.word("(").piece(&without_end(query)).word("\n)")
            }
            Rows::Query(_) => return false,
        };
        if expression.as_str().contains(ROWS) || matches!(rows, Rows::Query(_)) {
            piece = piece.word(" AS ").word(ROWS);
        }
        let read = sql::read(&piece.piece, dialect);
        let is_understood = read.statements.iter().all(|one| !matches!(one.reading, Reading::Tokens { .. }));
        if is_understood {
            self.facts.statements.extend(read.statements);
            self.facts.tokens.extend(read.tokens);
        }
        is_understood
    }

    /// `[field, [database, schema, table, column], …]`, at any depth.
    fn field_lists(&mut self, marks: &[String], place: At<'_>) -> bool {
        let mut left = vec![place];
        let mut said = false;
        let mut numbered: Option<Span> = None;
        while let Some(at) = left.pop() {
            let items: Vec<At<'_>> = at.items().collect();
            let is_field = |mark: &At<'_>| mark.word().is_some_and(|word| marks.iter().any(|mark| word.is(mark)));
            // The second value of newer questions is their settings, the third the field.
            if let [mark, rest @ ..] = items.as_slice()
                && is_field(mark)
                && let Some(number) = rest.iter().take(2).find_map(|value| value.word().filter(is_number))
            {
                numbered = Some(numbered.map_or(number.span(), |first| first.min(number.span())));
            }
            if let [mark, path, ..] = items.as_slice()
                && is_field(mark)
                && let Some(mut name) = table_name(*path)
                && name.len() > 1
                && let Some(column) = name.pop()
            {
                said |= self.names(&name, &[column], Access::Read);
            }
            left.extend(items);
            left.extend(at.entries().map(|(_, value)| value));
        }
        if let Some(span) = numbered {
            self.facts.blind_spots.push(BlindSpot { span, reason: NUMBERED.to_owned(), relations: Vec::new() });
            said = true;
        }
        said
    }

    /// Statements in any other scalar. There is no description that says that they are some, so the evidence must be
    /// good: a whole statement that a parser accepts and that names a relation.
    fn anything_else(&mut self, document: &Document) {
        /// Shorter texts hold no statement over a table.
        const SHORTEST: usize = 14;
        let mut left = vec![(None, document.root())];
        while let Some((key, at)) = left.pop() {
            left.extend(at.items().map(|item| (key, item)));
            left.extend(at.entries().map(|(key, value)| (Some(key), value)));
            if at.is_map() || at.is_list() {
                continue;
            }
            let Some(word) = at.word() else { continue };
            if word.written().len() < SHORTEST || self.read.contains(&word.span().start) {
                continue;
            }
            let piece = word.text();
            if sql::evidence(piece.as_str()) != sql::Evidence::Statement {
                continue;
            }
            let is_script = key.is_some_and(|key: Word<'_>| key.value().to_ascii_lowercase().ends_with(".sql"));
            self.statement(&piece, is_script);
        }
    }

    /// A file of SQL inside of a document may change the schema; other text that does is an example more often than not.
    fn statement(&mut self, piece: &SqlText, is_script: bool) {
        let found = sql::read(piece, None);
        let is_good = |statement: &Statement| {
            !matches!(statement.reading, Reading::Tokens { .. })
                && statement
                    .scopes
                    .iter()
                    .flat_map(|scope| &scope.sources)
                    .any(|source| source.relation != Relation::Hole)
        };
        if is_script {
            self.facts.units.extend(found.units);
            self.facts.statements.extend(found.statements);
            self.facts.blind_spots.extend(found.blind_spots);
            self.facts.problems.extend(found.problems);
        } else if found.statements.iter().any(is_good) {
            let rows = |statement: &Statement| !statement.kind.is_schema() && is_good(statement);
            self.facts.statements.extend(found.statements.into_iter().filter(rows));
            self.facts.blind_spots.extend(found.blind_spots);
        } else {
            return;
        }
        self.facts.tokens.extend(found.tokens);
    }
}

/// Whether a scalar is a number.
fn is_number(word: &Word<'_>) -> bool {
    let value = word.value();
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// What the rows of a part are called in expressions over them.
pub(super) const ROWS: &str = "columnist_rows";

/// Leaves each place once: `**` meets what is in a list in the list and by itself.
fn distinct(places: &mut Vec<At<'_>>) {
    places.sort_by_key(|place| place.span());
    let mut kept: Vec<At<'_>> = Vec::new();
    for place in places.drain(..) {
        let mut same = kept.iter().rev().take_while(|other| other.span() == place.span());
        if !same.any(|other| other.is_same(place)) {
            kept.push(place);
        }
    }
    *places = kept;
}

/// Whether a part's conditions hold at a place.
fn holds(part: &Part, place: At<'_>) -> bool {
    let has = |rule: &Rule| {
        rule.at.words(place).iter().any(|word| {
            let value = word.value().to_ascii_lowercase();
            rule.has.iter().any(|one| value.contains(&one.to_ascii_lowercase()))
        })
    };
    part.with.iter().all(|path| path.is_in(place) || !path.words(place).is_empty())
        && part.says.iter().all(|path| path.words(place).iter().any(says))
        && !part.silent.iter().any(|path| path.words(place).iter().any(says))
        && !part.without.iter().any(|path| path.is_in(place))
        && part.is.iter().all(has)
        && !part.not.iter().any(has)
}

fn words<'d>(paths: &'d [Path], place: At<'d>) -> impl Iterator<Item = Word<'d>> {
    paths.iter().flat_map(move |path| path.words(place))
}

fn first_text(paths: &[Path], place: At<'_>) -> Option<String> {
    paths.iter().find_map(|path| path.values(place).into_iter().find_map(At::text))
}

fn dialect(paths: &[Path], place: At<'_>, document: &Document) -> Option<Dialect> {
    let mut hints = DialectHints::default();
    words(paths, place).for_each(|word| hints.add(&word.value()));
    hints.dialect().or_else(|| {
        let mut hints = DialectHints::default();
        words(paths, document.root()).for_each(|word| hints.add(&word.value()));
        hints.dialect()
    })
}

/// The query without what ends it.
fn without_end(query: &SqlText) -> SqlText {
    let text = query.as_str().trim_end_matches(|c: char| c.is_whitespace() || c == ';');
    query.slice(Span::new(0, text.len()))
}
