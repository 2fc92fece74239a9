//! Migrations of Rails.
//! <https://api.rubyonrails.org/classes/ActiveRecord/ConnectionAdapters/SchemaStatements.html>

use super::ddl::{Ddl, Named};
use super::ruby::{Kind, Token, tokens};
use crate::extract::Input;
use crate::model::facts::FileFacts;
use crate::model::statement::Direction;

/// Methods of a table's block that make a column of that type.
const TYPES: &[&str] = &[
    "bigint",
    "binary",
    "blob",
    "boolean",
    "char",
    "citext",
    "column",
    "date",
    "datetime",
    "daterange",
    "decimal",
    "enum",
    "float",
    "hstore",
    "inet",
    "integer",
    "int",
    "json",
    "jsonb",
    "longtext",
    "mediumtext",
    "money",
    "numeric",
    "primary_key",
    "smallint",
    "string",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "tinyint",
    "tsvector",
    "uuid",
    "varchar",
    "virtual",
    "st_point",
    "geometry",
    "geography",
    "cidr",
    "macaddr",
    "bit",
    "xml",
    "unsigned_integer",
    "unsigned_bigint",
];

/// What an `end` closes.
#[derive(Clone, Debug)]
enum Open {
    /// `def`, `dir.up do`, `revert do`: what is inside runs in that direction.
    Way(Direction),
    /// The block of a table, by the name of its parameter.
    Table {
        parameter: String,
        table: Named,
        creating: bool,
    },
    Other,
}

/// Adds the statements that the calls of a migration stand for.
pub(super) fn read(input: Input<'_>, facts: &mut FileFacts) {
    let tokens = tokens(input.text);
    let mut reader = Reader { tokens: &tokens, facts, open: Vec::new() };
    let mut at = 0;
    while at < tokens.len() {
        at = reader.statement(at);
    }
}

struct Reader<'a, 't> {
    tokens: &'a [Token<'t>],
    facts: &'a mut FileFacts,
    open: Vec<Open>,
}

/// The arguments of a call.
#[derive(Default)]
struct Arguments<'t> {
    /// Those without a key, in order: texts with their places.
    texts: Vec<Named>,
    /// `key: value` and `:key => value`, with the value's first token.
    options: Vec<(&'t str, Option<Token<'t>>)>,
}

impl Arguments<'_> {
    fn option(&self, key: &str) -> Option<&Token<'_>> {
        self.options.iter().find(|(own, _)| *own == key).and_then(|(_, value)| value.as_ref())
    }

    fn is(&self, key: &str, word: &str) -> bool {
        self.option(key).is_some_and(|value| value.is(word))
    }

    fn has(&self, key: &str) -> bool {
        self.options.iter().any(|(own, value)| *own == key && !value.as_ref().is_some_and(|value| value.is("nil")))
    }
}

impl<'t> Reader<'_, 't> {
    /// Reads the statement that begins at `at`; tells where the next one begins.
    fn statement(&mut self, at: usize) -> usize {
        let mut end = at;
        while self.tokens.get(end).is_some_and(|token| token.kind != Kind::Line) {
            // `dir.up { … }` and blocks in braces hold statements of their own; they are one line.
            end += 1;
        }
        let line = &self.tokens[at..end];
        let next = (end + 1).min(self.tokens.len());
        let Some(first) = line.first() else { return next };
        match first.word() {
            Some("end") => {
                self.open.pop();
                return next;
            }
            Some("def") => {
                let name = line
                    .get(1)
                    .map(|name| if name.is("self") { line.get(3).and_then(Token::word) } else { name.word() });
                let way = match name.flatten() {
                    Some("down") => Direction::Backward,
                    _ => Direction::Forward,
                };
                self.open.push(Open::Way(way));
                return next;
            }
            Some("class" | "module" | "if" | "unless" | "case" | "while" | "until" | "begin" | "for") => {
                self.open.push(Open::Other);
                return next;
            }
            _ => {}
        }
        let block = line.iter().rposition(|token| token.is("do"));
        self.call(&line[..block.unwrap_or(line.len())], block.map(|at| &line[at + 1..]));
        next
    }

    fn direction(&self) -> Direction {
        let backward = self.open.iter().filter(|open| matches!(open, Open::Way(Direction::Backward))).count();
        if backward > 0 { Direction::Backward } else { Direction::Forward }
    }

    /// A call, and the parameters of its block when a block follows.
    fn call(&mut self, line: &[Token<'t>], block: Option<&[Token<'t>]>) {
        // `safety_assured { remove_column … }`, `reversible { |dir| dir.up { … } }`: the innermost call counts.
        let start = line.iter().position(|token| token.sign('{')).filter(|_| block.is_none());
        if let Some(start) =
            start.filter(|&start| line[..start].last().is_some_and(|last| last.word().is_some() || last.sign(')')))
        {
            let way = line[..start].iter().any(|token| token.is("down")).then_some(Direction::Backward);
            self.open.push(way.map_or(Open::Other, Open::Way));
            let mut inner = &line[start + 1..];
            if inner.first().is_some_and(|token| token.sign('|')) {
                let end = inner.iter().skip(1).position(|token| token.sign('|')).map_or(inner.len(), |end| end + 2);
                inner = &inner[end..];
            }
            self.call(inner, None);
            self.open.pop();
            return;
        }
        let method = line.iter().position(|token| token.word().is_some());
        let (receiver, name_at) = match method {
            Some(at) if line.get(at + 1).is_some_and(|dot| dot.sign('.')) => (line[at].word(), at + 2),
            Some(at) => (None, at),
            None => (None, 0),
        };
        let name = line.get(name_at).and_then(Token::word).unwrap_or("");
        let arguments = arguments(line.get(name_at + 1..).unwrap_or(&[]));
        let mut opened = Open::Other;
        match (receiver, name) {
            (Some(receiver), name) if let Some((table, creating)) = self.table_of(receiver) => {
                self.on_table(name, line, &table, creating, &arguments);
            }
            (Some(_), "down") if block.is_some() => opened = Open::Way(Direction::Backward),
            (None, "revert") if block.is_some() => opened = Open::Way(Direction::Backward),
            (None, "create_table" | "change_table") => {
                if let (Some(table), Some(parameter)) = (arguments.texts.first(), block.and_then(parameter)) {
                    let creating = name == "create_table";
                    if creating {
                        self.create(table, &arguments);
                    }
                    opened = Open::Table { parameter: parameter.to_owned(), table: table.clone(), creating };
                } else if let Some(table) = arguments.texts.first().filter(|_| name == "create_table") {
                    self.create(table, &arguments);
                }
            }
            (None | Some("connection" | "self"), name) => self.on_schema(name, &arguments),
            _ => {}
        }
        if block.is_some() {
            self.open.push(opened);
        }
    }

    fn table_of(&self, receiver: &str) -> Option<(Named, bool)> {
        self.open.iter().rev().find_map(|open| match open {
            Open::Table { parameter, table, creating } if parameter == receiver => Some((table.clone(), *creating)),
            _ => None,
        })
    }

    fn give(&mut self, ddl: Ddl) {
        let direction = self.direction();
        ddl.give(self.facts, direction);
    }

    fn alter(table: &Named) -> Ddl {
        Ddl::at(table.span.start).word("ALTER TABLE ").name(table)
    }

    fn create(&mut self, table: &Named, arguments: &Arguments<'_>) {
        let mut ddl = Ddl::at(table.span.start).word("CREATE TABLE ").name(table).word(" (");
        if !arguments.is("id", "false") {
            let key = arguments.option("primary_key").and_then(Token::text).unwrap_or("id");
            ddl = ddl.name(&Named::new(key, table.span)).word(" bigint PRIMARY KEY DEFAULT 0");
        }
        self.give(ddl.word(")"));
    }

    fn add(&mut self, table: &Named, column: &Named, kind: &str, arguments: &Arguments<'_>) {
        let mut ddl = Self::alter(table).word(" ADD COLUMN ").name(column).word(" ").data_type(kind);
        if arguments.is("null", "false") {
            ddl = ddl.word(" NOT NULL");
        }
        if arguments.has("default") {
            ddl = ddl.word(" DEFAULT NULL");
        }
        self.give(ddl);
    }

    fn remove(&mut self, table: &Named, column: &Named) {
        self.give(Self::alter(table).word(" DROP COLUMN ").name(column));
    }

    fn remove_all(&mut self, table: &Named, columns: &[Named]) {
        for column in columns {
            self.remove(table, column);
        }
    }

    fn rename(&mut self, table: &Named, from: &Named, to: &Named) {
        self.give(Self::alter(table).word(" RENAME COLUMN ").name(from).word(" TO ").name(to));
    }

    fn references(&mut self, table: &Named, name: &Named, arguments: &Arguments<'_>, adds: bool) {
        for ending in ["_id", "_type"] {
            if ending == "_type" && !arguments.has("polymorphic") {
                continue;
            }
            let column = Named::new(format!("{}{ending}", name.text), name.span);
            if adds { self.add(table, &column, "bigint", arguments) } else { self.remove(table, &column) }
        }
    }

    fn timestamps(&mut self, table: &Named, adds: bool) {
        for name in ["created_at", "updated_at"] {
            let column = Named::new(name, table.span);
            if adds {
                self.add(table, &column, "timestamp", &Arguments::default());
            } else {
                self.remove(table, &column);
            }
        }
    }

    /// `t.string :name`, `t.remove :name`, `t.rename :a, :b`.
    fn on_table(&mut self, name: &str, line: &[Token<'t>], table: &Named, creating: bool, arguments: &Arguments<'_>) {
        let texts = &arguments.texts;
        match (name, texts.as_slice()) {
            ("remove", columns) => self.remove_all(table, columns),
            ("rename", [from, to, ..]) => self.rename(table, from, to),
            ("change", [column, kind, ..]) => {
                self.give(Self::alter(table).word(" ALTER COLUMN ").name(column).word(" TYPE ").data_type(&kind.text));
            }
            ("change_null", [column, ..]) => self.change_null(table, column, line),
            ("remove_references" | "remove_belongs_to", names) => {
                for name in names {
                    self.references(table, name, arguments, false);
                }
            }
            ("references" | "belongs_to", names) => {
                for name in names {
                    self.references(table, name, arguments, true);
                }
            }
            ("timestamps", _) => self.timestamps(table, true),
            ("remove_timestamps", _) => self.timestamps(table, false),
            ("column", [column, kind, ..]) => self.add(table, column, &kind.text, arguments),
            (kind, columns)
                if TYPES.contains(&kind) || (creating && !columns.is_empty() && !NO_TYPES.contains(&kind)) =>
            {
                for column in columns {
                    self.add(table, column, kind, arguments);
                }
            }
            _ => {}
        }
    }

    fn change_null(&mut self, table: &Named, column: &Named, line: &[Token<'t>]) {
        let forbids = line.iter().any(|token| token.is("false"));
        let does = if forbids { " SET NOT NULL" } else { " DROP NOT NULL" };
        self.give(Self::alter(table).word(" ALTER COLUMN ").name(column).word(does));
    }

    fn on_schema(&mut self, name: &str, arguments: &Arguments<'_>) {
        match (name, arguments.texts.as_slice()) {
            ("add_column", [table, column, kind, ..]) => self.add(table, column, &kind.text, arguments),
            ("remove_column", [table, column, ..]) => self.remove(table, column),
            ("remove_columns", [table, columns @ ..]) => self.remove_all(table, columns),
            ("rename_column", [table, from, to, ..]) => self.rename(table, from, to),
            ("rename_table", [from, to, ..]) => self.give(Self::alter(from).word(" RENAME TO ").name(to)),
            ("drop_table", tables) => {
                for table in tables {
                    self.give(Ddl::at(table.span.start).word("DROP TABLE ").name(table));
                }
            }
            ("change_column", [table, column, kind, ..]) => {
                self.give(Self::alter(table).word(" ALTER COLUMN ").name(column).word(" TYPE ").data_type(&kind.text));
                if arguments.is("null", "false") {
                    self.give(Self::alter(table).word(" ALTER COLUMN ").name(column).word(" SET NOT NULL"));
                }
            }
            ("change_column_null", [table, column, ..]) => {
                let does = if arguments.is("", "false") { " SET NOT NULL" } else { " DROP NOT NULL" };
                self.give(Self::alter(table).word(" ALTER COLUMN ").name(column).word(does));
            }
            ("change_column_default", [table, column, ..]) => {
                let drops = arguments.is("to", "nil") || arguments.is("", "nil");
                let does = if drops { " DROP DEFAULT" } else { " SET DEFAULT NULL" };
                self.give(Self::alter(table).word(" ALTER COLUMN ").name(column).word(does));
            }
            ("remove_reference" | "remove_belongs_to", [table, name, ..]) => {
                self.references(table, name, arguments, false);
            }
            ("add_reference" | "add_belongs_to", [table, name, ..]) => self.references(table, name, arguments, true),
            ("add_timestamps", [table, ..]) => self.timestamps(table, true),
            ("remove_timestamps", [table, ..]) => self.timestamps(table, false),
            ("add_index", [table, columns @ ..]) if arguments.is("unique", "true") && !columns.is_empty() => {
                self.give(
                    Ddl::at(table.span.start)
                        .word("CREATE UNIQUE INDEX ON ")
                        .name(table)
                        .word(" (")
                        .names(columns)
                        .word(")"),
                );
            }
            _ => {}
        }
    }
}

/// Methods of a table's block that make no column.
const NO_TYPES: &[&str] = &[
    "index",
    "foreign_key",
    "check_constraint",
    "unique_constraint",
    "exclusion_constraint",
    "remove_index",
    "comment",
];

/// `|t|`.
fn parameter<'t>(block: &[Token<'t>]) -> Option<&'t str> {
    match block {
        [open, name, ..] if open.sign('|') => name.word(),
        _ => None,
    }
}

/// The arguments behind a method's name. A bare word counts as the value of the key "".
fn arguments<'t>(tokens: &[Token<'t>]) -> Arguments<'t> {
    let mut found = Arguments::default();
    let mut at = 0;
    let mut depth = 0_i32;
    while let Some(token) = tokens.get(at) {
        match &token.kind {
            Kind::Key(key) if depth <= 1 => {
                found.options.push((key, tokens.get(at + 1).cloned()));
                // The value, up to the next comma outside of brackets.
                let mut inner = 0;
                while let Some(next) = tokens.get(at + 1) {
                    match next.kind {
                        Kind::Sign('(' | '[' | '{') => inner += 1,
                        Kind::Sign(')' | ']' | '}') if inner == 0 => break,
                        Kind::Sign(')' | ']' | '}') => inner -= 1,
                        Kind::Sign(',') if inner == 0 => break,
                        _ => {}
                    }
                    at += 1;
                }
            }
            Kind::Text(text) => {
                let is_key = tokens.get(at + 1).is_some_and(|next| next.sign('='))
                    && tokens.get(at + 2).is_some_and(|next| next.sign('>'));
                if is_key {
                    found.options.push((text, tokens.get(at + 3).cloned()));
                    at += 3;
                } else {
                    found.texts.push(Named::new(*text, token.span));
                }
            }
            Kind::Word("if" | "unless") => break,
            Kind::Word(_) => found.options.push(("", Some(token.clone()))),
            Kind::Sign('(' | '[' | '{') => depth += 1,
            Kind::Sign(')' | ']' | '}') => {
                depth -= 1;
                if depth < 0 {
                    break;
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}
