//! Follows the blocks of a routine in a script, so that a semicolon inside one does not end the statement.

use super::lexer::{Token, TokenKind};
use crate::model::statement::Dialect;

/// Words that begin what may stand in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Form {
    /// A plain statement.
    #[default]
    Plain,
    /// `CREATE`: what comes may be a routine.
    Create,
    /// A routine before its body.
    Header,
    /// A routine, or an anonymous block: ends when its blocks are closed.
    Body,
    /// Declarations before the `BEGIN` of a body.
    Declarations,
}

/// Follows `BEGIN … END`, so that a semicolon inside does not end the statement.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Block {
    form: Form,
    depth: u32,
    /// `WHILE` was seen, its `DO` not yet.
    while_open: bool,
    /// The last word was `END`.
    after_end: bool,
    package: bool,
}

impl Block {
    /// Whether a semicolon belongs to the statement.
    pub(super) fn is_open(self) -> bool {
        match self.form {
            Form::Plain | Form::Create | Form::Header => false,
            Form::Declarations => true,
            Form::Body => self.depth > 0,
        }
    }

    /// Whether the routine's text ends before `line`: T-SQL routines end with their batch, and a new definition at the
    /// start of a line ends one that was never closed.
    pub(super) fn ends_before(self, line: &str, text: &str, tokens: &[Token], dialect: Dialect) -> bool {
        let Some(last) = tokens.last() else { return false };
        if !matches!(self.form, Form::Body | Form::Declarations) {
            return false;
        }
        let mut words = line.split_whitespace();
        let creates = words.next().is_some_and(|word| word.eq_ignore_ascii_case("create"));
        let object = words.next().unwrap_or("");
        let definition = ["or", "procedure", "function", "trigger", "package", "view", "table"]
            .iter()
            .any(|word| object.eq_ignore_ascii_case(word));
        let closed = self.depth == 0 || self.form == Form::Declarations || dialect == Dialect::SqlServer;
        creates && definition && closed && (last.is(text, ";") || last.is_word(text, "end"))
    }

    /// Follows the next token, which comes after `before`.
    pub(super) fn feed(&mut self, text: &str, token: Token, before: &[Token], dialect: Dialect) {
        if token.kind != TokenKind::Word {
            if token.kind == TokenKind::Dollar && self.form == Form::Header {
                self.form = Form::Plain;
            }
            if token.kind == TokenKind::Text && before.last().is_some_and(|last| last.is_word(text, "as")) {
                self.form = Form::Plain;
            }
            self.after_end = false;
            return;
        }
        let word = token.of(text);
        if word.len() > 12 {
            self.after_end = false;
            return;
        }
        let lower = word.to_ascii_lowercase();
        let word = lower.as_str();
        let after_end = std::mem::take(&mut self.after_end);
        let previous = before.last().copied();
        match self.form {
            Form::Plain => {
                if before.is_empty() {
                    self.form = match word {
                        "create" | "alter" => Form::Create,
                        _ => Form::Plain,
                    };
                } else if before.len() == 1 && dialect != Dialect::SqlServer {
                    self.open_anonymous(text, word, before[0], token);
                }
                if self.form != Form::Body {
                    return;
                }
            }
            Form::Create => {
                match word {
                    "function" | "procedure" | "proc" | "trigger" | "event" => self.form = Form::Header,
                    "package" | "body" => {
                        self.form = Form::Header;
                        self.package = true;
                    }
                    "table" | "view" | "index" | "sequence" | "database" | "schema" | "extension" | "user" | "role"
                    | "policy" | "domain" | "as" => self.form = Form::Plain,
                    _ if before.len() > 14 => self.form = Form::Plain,
                    _ => {}
                }
                return;
            }
            Form::Header => match word {
                "as" | "is" if self.package => {
                    self.form = Form::Body;
                    self.depth = 1;
                    return;
                }
                "as" if dialect == Dialect::SqlServer => {
                    // Up to the end of the batch.
                    self.form = Form::Body;
                    self.depth = 1;
                    return;
                }
                "declare" => {
                    self.form = Form::Declarations;
                    return;
                }
                "begin" => self.form = Form::Body,
                _ if dialect != Dialect::SqlServer
                    && dialect != Dialect::Mysql
                    && previous.is_some_and(|last| last.is_word(text, "as") || last.is_word(text, "is"))
                    && !matches!(
                        word,
                        "select"
                            | "insert"
                            | "update"
                            | "delete"
                            | "with"
                            | "language"
                            | "external"
                            | "values"
                            | "return"
                            | "null"
                            | "not"
                            | "distinct"
                            | "table"
                            | "row"
                            | "immutable"
                            | "merge"
                    )
                    && !in_parentheses(text, before) =>
                {
                    self.form = Form::Declarations;
                    return;
                }
                _ => return,
            },
            Form::Declarations => {
                if word != "begin" {
                    return;
                }
                self.form = Form::Body;
            }
            Form::Body => {}
        }
        if dialect == Dialect::SqlServer {
            return;
        }
        let starts = previous.is_none_or(|last| {
            last.is(text, ";")
                || last.is(text, ":")
                || last.is(text, ">>")
                || ["begin", "then", "else", "do", "loop", "atomic", "repeat"]
                    .iter()
                    .any(|word| last.is_word(text, word))
        });
        match word {
            "begin" | "case" | "loop" if !after_end => self.depth += 1,
            "if" | "repeat" if !after_end && starts => self.depth += 1,
            "while" if !after_end && starts => self.while_open = true,
            "do" if self.while_open => {
                self.while_open = false;
                self.depth += 1;
            }
            "end" => {
                self.depth = self.depth.saturating_sub(1);
                self.after_end = true;
            }
            _ => {}
        }
        if word == "loop" {
            self.while_open = false;
        }
    }

    /// Judges the second word of a statement that does not create: `BEGIN UPDATE …`, `DECLARE x NUMBER; BEGIN …`.
    fn open_anonymous(&mut self, text: &str, word: &str, first: Token, token: Token) {
        if first.is_word(text, "begin") {
            let transaction = matches!(
                word,
                "transaction"
                    | "tran"
                    | "work"
                    | "isolation"
                    | "deferred"
                    | "immediate"
                    | "exclusive"
                    | "read"
                    | "concurrent"
                    | "try"
                    | "catch"
                    | "not"
            );
            if !transaction {
                self.form = Form::Body;
                self.depth = 1;
            }
        } else if first.is_word(text, "declare") && token.kind == TokenKind::Word {
            let rest = text[token.end as usize..].trim_start();
            let cursor = rest.get(..6).is_some_and(|next| {
                next.eq_ignore_ascii_case("cursor")
                    || next.eq_ignore_ascii_case("scroll")
                    || next.eq_ignore_ascii_case("binary")
            });
            if !cursor {
                self.form = Form::Declarations;
            }
        }
    }
}

/// Whether the tokens leave a parenthesis open. Only asked in headers of routines, which are short.
fn in_parentheses(text: &str, tokens: &[Token]) -> bool {
    let tail = &tokens[tokens.len().saturating_sub(400)..];
    let opened = tail.iter().filter(|token| token.is(text, "(")).count();
    let closed = tail.iter().filter(|token| token.is(text, ")")).count();
    opened > closed
}
