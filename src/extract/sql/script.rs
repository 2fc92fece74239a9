//! A script of many statements as raw statements: what ends one, what is the client's, what runs backward.

use super::block::Block;
use super::client::{self, Line, Mark};
use super::dialect::Profile;
use super::lexer::{Lexer, Token, TokenKind};
use super::text::SqlText;
use crate::model::facts;
use crate::model::span::Span;
use crate::model::statement::{Dialect, Direction};

/// The tokens of one statement, without its terminator and comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawStatement {
    /// Its tokens, never empty.
    pub(super) tokens: Vec<Token>,
    /// Whether it runs forward.
    pub(super) direction: Direction,
    /// The dialect that the script names for it.
    pub(super) dialect: Option<Dialect>,
}

/// SQL inside a comment that a migration tool reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hidden {
    /// The SQL.
    pub(super) text: SqlText,
    /// Whether it runs forward.
    pub(super) direction: Direction,
}

/// Reads statements one by one.
pub(super) struct Script<'a> {
    piece: &'a SqlText,
    text: &'a str,
    lexer: Lexer<'a>,
    dialect: Dialect,
    delimiter: Option<&'a str>,
    direction: Direction,
    together: bool,
    changeset: Option<Dialect>,
    /// Statements that are read from comments, in text order.
    pub(super) hidden: Vec<Hidden>,
    /// Comments, strings and client commands, as spans of the outer file, in text order.
    pub(super) marks: Vec<facts::Token>,
}

impl<'a> Script<'a> {
    /// A script at its start.
    pub(super) fn new(piece: &'a SqlText, profile: &Profile, direction: Direction) -> Self {
        let text = piece.as_str();
        let mut lexer = Lexer::new(text, profile.lexis);
        if text.starts_with('\u{feff}') {
            lexer.skip_to('\u{feff}'.len_utf8());
        }
        Self {
            piece,
            text,
            lexer,
            dialect: profile.best,
            delimiter: None,
            direction,
            together: false,
            changeset: None,
            hidden: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// The next statement, or `None` at the end of the script.
    pub(super) fn next_statement(&mut self) -> Option<RawStatement> {
        let mut tokens: Vec<Token> = Vec::new();
        let mut block = Block::default();
        let mut direction = self.direction;
        loop {
            let at = self.lexer.skip_space();
            if at >= self.text.len() {
                break;
            }
            if let Some(delimiter) = self.delimiter
                && self.text[at..].starts_with(delimiter)
            {
                self.lexer.skip_to(at + delimiter.len());
                if tokens.is_empty() {
                    continue;
                }
                break;
            }
            let byte = self.text.as_bytes()[at];
            if byte == b'\\' {
                match self.backslash(at, tokens.is_empty()) {
                    Backslash::Copy(copy) if tokens.is_empty() => {
                        tokens = copy;
                        direction = self.direction;
                        break;
                    }
                    Backslash::Ends if !tokens.is_empty() => break,
                    _ => continue,
                }
            }
            if self.at_line_start(at) {
                let line = self.line(at);
                let ends = match byte {
                    // It may be a division that is laid out so.
                    b'/' => {
                        tokens.last().is_none_or(|last| last.is(self.text, ";"))
                            || (self.dialect != Dialect::Postgres && self.begins_statement(at + line.len()))
                    }
                    b'G' | b'g' => true,
                    _ => false,
                };
                if ends && client::ends_batch(line) {
                    self.lexer.skip_to(at + line.len());
                    if tokens.is_empty() {
                        continue;
                    }
                    break;
                }
                if tokens.is_empty() && self.command(at, line) {
                    continue;
                }
                if block.ends_before(line, self.text, &tokens, self.dialect) {
                    break;
                }
            }
            let Some(token) = self.lexer.next_token() else { break };
            match token.kind {
                TokenKind::Comment => {
                    self.mark_token(token.span(), facts::TokenKind::Comment);
                    let (before, together) = (self.direction, self.together);
                    self.comment(token);
                    if !tokens.is_empty() && (before != self.direction || (together && !self.together)) {
                        break;
                    }
                }
                TokenKind::Removed => {}
                TokenKind::Operator if token.is(self.text, ";") => {
                    if tokens.is_empty() {
                        continue;
                    }
                    if self.delimiter.is_some() || self.together || block.is_open() {
                        block.feed(self.text, token, &tokens, self.dialect);
                        tokens.push(token);
                        continue;
                    }
                    self.skip_copy_data(&tokens);
                    break;
                }
                _ => {
                    if matches!(token.kind, TokenKind::Text | TokenKind::Dollar) {
                        self.mark_token(token.span(), facts::TokenKind::SqlOther);
                    }
                    if tokens.is_empty() {
                        direction = self.direction;
                    }
                    block.feed(self.text, token, &tokens, self.dialect);
                    tokens.push(token);
                }
            }
        }
        while tokens.last().is_some_and(|last| last.is(self.text, ";")) {
            tokens.pop();
        }
        if tokens.is_empty() {
            return (self.lexer.at() < self.text.len()).then(|| self.next_statement()).flatten();
        }
        Some(RawStatement { tokens, direction, dialect: self.changeset })
    }

    fn at_line_start(&self, at: usize) -> bool {
        let before = &self.text.as_bytes()[..at];
        let before = before.strip_prefix("\u{feff}".as_bytes()).unwrap_or(before);
        before.iter().rev().find(|byte| !matches!(byte, b' ' | b'\t')).is_none_or(|&byte| byte == b'\n')
    }

    /// Whether a statement, a comment or nothing stands behind byte `at`.
    fn begins_statement(&self, at: usize) -> bool {
        const VERBS: &[&str] = &[
            "alter", "begin", "call", "comment", "commit", "create", "declare", "delete", "drop", "exec", "execute",
            "exit", "grant", "insert", "merge", "prompt", "quit", "rem", "rename", "revoke", "rollback", "select",
            "set", "show", "spool", "truncate", "update", "with",
        ];
        let rest = self.text[at..].trim_start();
        let word = &rest[..rest.bytes().take(12).take_while(u8::is_ascii_alphabetic).count()];
        rest.is_empty()
            || client::line(rest.lines().next().unwrap_or(""), Dialect::Oracle).is_some()
            || rest.starts_with("--")
            || rest.starts_with("/*")
            || rest.starts_with('@')
            || VERBS.iter().any(|verb| word.eq_ignore_ascii_case(verb))
    }

    /// The text from `at` to the end of its line.
    fn line(&self, at: usize) -> &'a str {
        let rest = &self.text[at..];
        let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        rest[..end].trim_end_matches('\r')
    }

    fn mark_token(&mut self, inner: Span, kind: facts::TokenKind) {
        let span = self.piece.outer(inner);
        match self.marks.last_mut() {
            // Constants of a long list are one stretch.
            Some(last) if last.kind == kind && span.start >= last.span.end && span.start - last.span.end <= 4 => {
                last.span.end = last.span.end.max(span.end);
            }
            Some(last) if span.start < last.span.end => {}
            _ => self.marks.push(facts::Token { span, kind }),
        }
    }

    /// Takes a client's line at `at`. Tells whether it was one.
    fn command(&mut self, at: usize, line: &'a str) -> bool {
        let kind = if line.get(..9).is_some_and(|word| word.eq_ignore_ascii_case("delimiter"))
            && line[9..].starts_with([' ', '\t'])
        {
            let delimiter = line[9..].trim();
            let delimiter = delimiter.split_whitespace().next().unwrap_or(";");
            self.delimiter = (delimiter != ";" && !delimiter.is_empty()).then_some(delimiter);
            facts::TokenKind::SqlOther
        } else {
            match client::line(line, self.dialect) {
                Some(Line::Command) => facts::TokenKind::SqlOther,
                Some(Line::Comment) => facts::TokenKind::Comment,
                None => return false,
            }
        };
        let mut end = at + line.len();
        // sqlplus goes on with the next line after a hyphen.
        while kind == facts::TokenKind::SqlOther
            && self.dialect == Dialect::Oracle
            && self.text[..end].ends_with('-')
            && let Some(next) = memchr::memchr(b'\n', &self.text.as_bytes()[end..])
        {
            end += next + 1;
            end += self.line(end).len();
        }
        self.mark_token(Span::new(at, end), kind);
        self.lexer.skip_to(end);
        true
    }

    /// A backslash outside of quotes: a psql command, a terminator of mysql, or the remains of an escape.
    fn backslash(&mut self, at: usize, first: bool) -> Backslash {
        let rest = &self.text[at + 1..];
        let word = &rest[..rest.bytes().take(16).take_while(u8::is_ascii_alphanumeric).count()];
        if rest.starts_with(';') {
            self.lexer.skip_to(at + 2);
            return Backslash::Ends;
        }
        if word.is_empty() && !rest.starts_with(['.', '!', '?']) {
            self.lexer.skip_to(at + 1);
            return Backslash::Nothing;
        }
        if !first && matches!(word, "n" | "t" | "r") {
            self.lexer.skip_to(at + 2);
            return Backslash::Nothing;
        }
        if word.eq_ignore_ascii_case("copy") {
            return Backslash::Copy(self.copy(at));
        }
        // `\\` separates commands on one line: what follows is read again.
        let mut end = at + 1;
        loop {
            match memchr::memchr2(b'\n', b'\\', &self.text.as_bytes()[end..]) {
                None => end = self.text.len(),
                Some(found) if self.text.as_bytes()[end + found] == b'\n' => end += found,
                Some(found) if self.text.as_bytes().get(end + found + 1) == Some(&b'\\') => end += found + 2,
                Some(found) => {
                    end += found + 1;
                    continue;
                }
            }
            break;
        }
        self.mark_token(Span::new(at, end), facts::TokenKind::SqlOther);
        self.lexer.skip_to(end);
        let ends = matches!(
            word,
            "g" | "G"
                | "gx"
                | "gset"
                | "gexec"
                | "gdesc"
                | "crosstabview"
                | "watch"
                | "bind"
                | "parse"
                | "sendpipeline"
        );
        if ends { Backslash::Ends } else { Backslash::Nothing }
    }

    /// The tokens of `\copy …`: up to its `TO` or `FROM`, on one line unless a parenthesis is still open.
    fn copy(&mut self, at: usize) -> Vec<Token> {
        self.lexer.skip_to(at + 1);
        let mut tokens: Vec<Token> = Vec::new();
        let mut depth = 0_i32;
        let mut file_from = None;
        loop {
            let next = self.lexer.skip_space();
            let broken = tokens.last().is_some_and(|last| self.text[last.end as usize..next].contains('\n'));
            if broken && depth <= 0 {
                break;
            }
            let Some(token) = self.lexer.next_token() else { break };
            if token.is(self.text, "(") {
                depth += 1;
            } else if token.is(self.text, ")") {
                depth -= 1;
            }
            if matches!(token.kind, TokenKind::Comment | TokenKind::Removed) {
                continue;
            }
            tokens.push(token);
            if depth <= 0 && (token.is_word(self.text, "to") || token.is_word(self.text, "from")) {
                file_from = Some(token);
                break;
            }
            if tokens.len() > 100_000 {
                break;
            }
        }
        if let Some(keyword) = file_from {
            let start = keyword.end as usize;
            let target = self.line(start);
            self.mark_token(Span::new(start, start + target.len()), facts::TokenKind::SqlOther);
            self.lexer.skip_to(start + target.len());
            let program = target.trim_start().to_ascii_lowercase();
            if keyword.is_word(self.text, "from") && (program.starts_with("stdin") || program.starts_with("pstdin")) {
                self.skip_data();
            }
        }
        tokens
    }

    /// Skips the data lines behind `COPY … FROM STDIN;`.
    fn skip_copy_data(&mut self, tokens: &[Token]) {
        let is_copy = tokens[0].is_word(self.text, "copy");
        let from_stdin =
            || tokens.windows(2).any(|pair| pair[0].is_word(self.text, "from") && pair[1].is_word(self.text, "stdin"));
        if is_copy && from_stdin() {
            self.skip_data();
        }
    }

    /// Skips to behind the line `\.`, if there is one.
    fn skip_data(&mut self) {
        let at = self.lexer.at();
        let rest = &self.text.as_bytes()[at..];
        let Some(start) = memchr::memchr(b'\n', rest) else { return };
        let mut ends = memchr::memmem::find_iter(&rest[start..], b"\n\\.");
        let end = ends.find(|end| matches!(rest.get(start + end + 3), None | Some(b'\n' | b'\r')));
        if let Some(end) = end {
            let data = Span::new(at + start + 1, at + start + end + 1);
            if data.end > data.start {
                self.mark_token(data, facts::TokenKind::SqlOther);
            }
            self.lexer.skip_to(at + start + end + 3);
        }
    }

    fn comment(&mut self, token: Token) {
        let comment = token.of(self.text);
        match client::mark(comment) {
            Some(Mark::Forward) => self.direction = Direction::Forward,
            Some(Mark::Backward) => self.direction = Direction::Backward,
            Some(Mark::TogetherBegin) => self.together = true,
            Some(Mark::TogetherEnd) => self.together = false,
            Some(Mark::ChangeSet(dialect)) => self.changeset = dialect,
            Some(Mark::Rollback(at)) => self.hide(token, at, Direction::Backward),
            Some(Mark::Check(at)) => self.hide(token, at, Direction::Forward),
            None => {}
        }
    }

    /// Keeps the SQL in a comment from byte `at` of it on. Lines that follow each other are one text.
    fn hide(&mut self, token: Token, at: usize, direction: Direction) {
        let comment = token.of(self.text);
        let end = comment.trim_end().strip_suffix("*/").filter(|_| comment.starts_with("/*")).unwrap_or(comment).len();
        if at >= end || !comment.is_char_boundary(at) {
            return;
        }
        let start = token.start as usize;
        let text = self.piece.slice(Span::new(start + at, start + end));
        let last = self.hidden.last_mut().filter(|last| {
            let place = self.piece.outer(token.span()).start;
            let behind = last.text.outer(Span::new(last.text.as_str().len(), last.text.as_str().len())).end;
            last.direction == direction && place >= behind && place - behind <= 4
        });
        match last {
            Some(last) => {
                let place = text.outer(Span::default());
                last.text.push_decoded("\n", place);
                last.text.push_piece(&text);
            }
            None => self.hidden.push(Hidden { text, direction }),
        }
    }
}

/// What a backslash was.
enum Backslash {
    /// Nothing of interest; it is skipped.
    Nothing,
    /// The end of the open statement.
    Ends,
    /// `\copy`, as the tokens of a `COPY`.
    Copy(Vec<Token>),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The statements of a script, each as its text; those that run backward begin with `<`.
    fn check(text: &str, expected: &[&str]) {
        let piece = SqlText::verbatim(text, 0);
        let profile = Profile::of(text, None);
        let mut script = Script::new(&piece, &profile, Direction::Forward);
        let mut found = Vec::new();
        while let Some(statement) = script.next_statement() {
            let start = statement.tokens[0].start as usize;
            let end = statement.tokens.last().map_or(start, |last| last.end as usize);
            let mark = if statement.direction == Direction::Backward { "<" } else { "" };
            found.push(format!("{mark}{}", text[start..end].split_whitespace().collect::<Vec<_>>().join(" ")));
        }
        for hidden in &script.hidden {
            found.push(format!("hidden {}", hidden.text.as_str().replace('\n', " ")));
        }
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn semicolons_and_batches() {
        check("SELECT 1; ; SELECT ';' -- ;\n;", &["SELECT 1", "SELECT ';'"]);
        check("SELECT 1\nGO\nSELECT 2\nGO 5\n", &["SELECT 1", "SELECT 2"]);
        check("SELECT 1 FROM dual\n/\nDROP TABLE t\n/\n", &["SELECT 1 FROM dual", "DROP TABLE t"]);
        check("SELECT a\n/\nb FROM t;\nSELECT 2\n/\n", &["SELECT a / b FROM t", "SELECT 2"]);
        check("BEGIN; UPDATE t SET a = 1; COMMIT;", &["BEGIN", "UPDATE t SET a = 1", "COMMIT"]);
        check("DELIMITER //\nSELECT 1; SELECT 2//\nDELIMITER ;\nSELECT 3;", &["SELECT 1; SELECT 2", "SELECT 3"]);
    }

    #[test]
    fn bodies_are_not_split() {
        check(
            "CREATE TRIGGER a AFTER UPDATE ON t BEGIN UPDATE u SET b = CASE WHEN 1 THEN 2 END; SELECT 1; END; SELECT 2;",
            &[
                "CREATE TRIGGER a AFTER UPDATE ON t BEGIN UPDATE u SET b = CASE WHEN 1 THEN 2 END; SELECT 1; END",
                "SELECT 2",
            ],
        );
        check(
            "CREATE OR REPLACE PROCEDURE p IS\n n NUMBER;\nBEGIN\n IF n > 1 THEN n := 2; END IF;\n FOR r IN (SELECT 1 FROM dual) LOOP NULL; END LOOP;\nEND p;\n/\nSELECT 2 FROM dual;",
            &[
                "CREATE OR REPLACE PROCEDURE p IS n NUMBER; BEGIN IF n > 1 THEN n := 2; END IF; FOR r IN (SELECT 1 FROM dual) LOOP NULL; END LOOP; END p",
                "SELECT 2 FROM dual",
            ],
        );
        check(
            "CREATE PROCEDURE p() BEGIN DECLARE x INT; IF x = 1 THEN SELECT 1; ELSE SELECT 2; END IF; WHILE x DO SET x = 0; END WHILE; END; SELECT 3;",
            &[
                "CREATE PROCEDURE p() BEGIN DECLARE x INT; IF x = 1 THEN SELECT 1; ELSE SELECT 2; END IF; WHILE x DO SET x = 0; END WHILE; END",
                "SELECT 3",
            ],
        );
        check(
            "CREATE FUNCTION f() RETURNS int AS $$ BEGIN; x; END $$ LANGUAGE plpgsql; SELECT 1;",
            &["CREATE FUNCTION f() RETURNS int AS $$ BEGIN; x; END $$ LANGUAGE plpgsql", "SELECT 1"],
        );
        check(
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f(); SELECT 1;",
            &["CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f()", "SELECT 1"],
        );
        check(
            "SET NOCOUNT ON\nGO\nCREATE PROC p @a int AS\nSELECT 1; SELECT 2;\nGO\nSELECT 3",
            &["CREATE PROC p @a int AS SELECT 1; SELECT 2", "SELECT 3"],
        );
        check(
            "\u{feff}SET ANSI_NULLS ON\r\nSET QUOTED_IDENTIFIER ON\r\nIF 1 = 1\r\nBEGIN\r\nCREATE TABLE t (a int)\r\nEND",
            &["IF 1 = 1 BEGIN CREATE TABLE t (a int) END"],
        );
    }

    #[test]
    fn client_commands_and_data() {
        check("\\set x 1\nSELECT 1 \\gset\nSELECT 2;\n", &["SELECT 1", "SELECT 2"]);
        check("\\copy (SELECT a FROM t) TO 'x.csv' CSV HEADER\nSELECT 2;", &["copy (SELECT a FROM t) TO", "SELECT 2"]);
        check("COPY t (a, b) FROM stdin;\n1\tit's\n\\.\n\nSELECT 2;", &["COPY t (a, b) FROM stdin", "SELECT 2"]);
        check(
            "SET PAGESIZE 0\nSPOOL x.lst\nCOLUMN a FORMAT A10\nSELECT a FROM t;\nSPOOL OFF\nEXIT",
            &["SELECT a FROM t"],
        );
        check("/*!40101 SET NAMES utf8 */;\nSELECT 1;", &["SET NAMES utf8", "SELECT 1"]);
    }

    #[test]
    fn directions() {
        check("-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;", &["SELECT 1", "<SELECT 2"]);
        check("-- +goose Up\nSELECT 1\n-- +goose Down\nSELECT 2;", &["SELECT 1", "<SELECT 2"]);
        check(
            "-- +goose Up\n-- +goose StatementBegin\nSELECT 1; SELECT 2;\n-- +goose StatementEnd\nSELECT 3;",
            &["SELECT 1; SELECT 2", "SELECT 3"],
        );
        check(
            "--liquibase formatted sql\n--changeset a:1\nSELECT 1;\n--rollback DROP\n--rollback TABLE t;\n",
            &["SELECT 1", "hidden DROP TABLE t;"],
        );
    }
}
