//! A document's selections and arguments, as the tables and columns that they name.

use crate::model::span::Span;
use crate::model::statement::Access;

/// Selections and objects in each other; deeper ones are passed over.
const DEEPEST: u32 = 64;

/// A table with the columns that one selection, or the arguments of one, name.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) table: Span,
    pub(super) columns: Vec<(Span, Access)>,
}

/// A word or sign of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Name(Span),
    Sign(u8),
    /// A string, a number, a variable.
    Value,
}

pub(super) struct Reader<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    found: Vec<Asked>,
}

/// What argument keys mean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Condition,
    Order,
    Names,
    Written,
    Conflict,
    Keys,
    Nothing,
}

fn meaning(key: &str) -> Meaning {
    match key {
        "where" => Meaning::Condition,
        "order_by" => Meaning::Order,
        "distinct_on" | "columns" => Meaning::Names,
        "object" | "objects" | "_set" | "_inc" | "_append" | "_prepend" | "_delete_key" | "_delete_elem"
        | "_delete_at_path" => Meaning::Written,
        "on_conflict" => Meaning::Conflict,
        "pk_columns" => Meaning::Keys,
        _ => Meaning::Nothing,
    }
}

/// Fields between a table's field and its columns.
fn is_between(name: &str) -> bool {
    matches!(
        name,
        "nodes"
            | "returning"
            | "aggregate"
            | "sum"
            | "avg"
            | "min"
            | "max"
            | "stddev"
            | "stddev_pop"
            | "stddev_samp"
            | "var_pop"
            | "var_samp"
            | "variance"
    )
}

/// Fields that are no columns.
fn is_made(name: &str) -> bool {
    name.starts_with("__") || matches!(name, "count" | "affected_rows")
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, tokens: tokens(text), at: 0, found: Vec::new() }
    }

    /// All that the document asks for, in text order of the tables.
    pub(super) fn read(mut self) -> Vec<Asked> {
        while self.at < self.tokens.len() {
            let Token::Name(word) = self.tokens[self.at] else {
                self.at += 1;
                continue;
            };
            match word.of(self.text) {
                "fragment" => {
                    let table = match self.tokens.get(self.at + 2..self.at + 4) {
                        Some(&[Token::Name(on), Token::Name(table)]) if on.of(self.text) == "on" => table,
                        _ => {
                            self.at += 1;
                            continue;
                        }
                    };
                    self.pass_head();
                    let own = self.start(table);
                    self.selection(Some(own), 0);
                }
                "query" | "mutation" | "subscription" => {
                    self.pass_head();
                    self.selection(None, 0);
                }
                _ => self.at += 1,
            }
        }
        self.found.retain(|asked| !asked.columns.is_empty());
        self.found
    }

    /// Passes over a head with its variables, to what opens the selection.
    fn pass_head(&mut self) {
        self.at += 1;
        let mut depth = 0_usize;
        while let Some(token) = self.tokens.get(self.at) {
            match token {
                Token::Sign(b'(') => depth += 1,
                Token::Sign(b')') => depth = depth.saturating_sub(1),
                Token::Sign(b'{') if depth == 0 => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    fn start(&mut self, table: Span) -> usize {
        self.found.push(Asked { table, columns: Vec::new() });
        self.found.len() - 1
    }

    fn note(&mut self, own: usize, column: Span, access: Access) {
        self.found[own].columns.push((column, access));
    }

    fn is_next(&self, sign: u8) -> bool {
        self.tokens.get(self.at) == Some(&Token::Sign(sign))
    }

    /// Passes over one value: a word, or all between brackets.
    fn skip(&mut self) {
        let mut depth = 0_usize;
        while let Some(token) = self.tokens.get(self.at) {
            match token {
                Token::Sign(b'{' | b'[' | b'(') => depth += 1,
                Token::Sign(b'}' | b']' | b')') => {
                    if depth == 0 {
                        return;
                    }
                    depth -= 1;
                }
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// `{ field other { … } }`, at its opening brace; `own` is the table, `None` at the outermost level.
    fn selection(&mut self, own: Option<usize>, depth: u32) {
        if depth > DEEPEST || !self.is_next(b'{') {
            self.skip();
            return;
        }
        self.at += 1;
        while let Some(token) = self.tokens.get(self.at).copied() {
            match token {
                Token::Sign(b'}') => {
                    self.at += 1;
                    return;
                }
                Token::Sign(b'.') => self.spread(own, depth),
                Token::Name(name) => self.field(own, name, depth),
                _ => self.at += 1,
            }
        }
    }

    /// `... on users { … }`, `...Rest`.
    fn spread(&mut self, own: Option<usize>, depth: u32) {
        while self.is_next(b'.') {
            self.at += 1;
        }
        let Some(Token::Name(word)) = self.tokens.get(self.at).copied() else { return };
        self.at += 1;
        if word.of(self.text) == "on"
            && let Some(Token::Name(table)) = self.tokens.get(self.at).copied()
        {
            self.at += 1;
            self.directives();
            let own = own.map(|_| self.start(table));
            self.selection(own, depth + 1);
        } else {
            self.directives();
        }
    }

    fn directives(&mut self) {
        while self.is_next(b'@') {
            self.at += 2;
            if self.is_next(b'(') {
                self.skip();
            }
        }
    }

    fn field(&mut self, own: Option<usize>, first: Span, depth: u32) {
        let mut name = first;
        self.at += 1;
        if self.is_next(b':') {
            let Some(Token::Name(field)) = self.tokens.get(self.at + 1).copied() else { return };
            name = field;
            self.at += 2;
        }
        let word = name.of(self.text);
        let has_arguments = self.is_next(b'(');
        // Whether there is a selection is known behind the arguments.
        let opens = {
            let before = self.at;
            if has_arguments {
                self.skip();
            }
            self.directives();
            let opens = self.is_next(b'{');
            if opens {
                self.at = before;
            }
            opens
        };
        if !opens {
            if let Some(own) = own.filter(|_| !is_made(word)) {
                self.note(own, name, Access::Read);
            }
            return;
        }
        let table = match own {
            Some(own) if is_between(word) => own,
            Some(_) => self.start(related(self.text, name)),
            None => self.start(root(self.text, name)),
        };
        if has_arguments {
            self.arguments(table, word.ends_with("_by_pk"), depth);
        }
        self.directives();
        self.selection(Some(table), depth + 1);
    }

    /// `(where: {…}, order_by: {…})`, at its opening bracket.
    fn arguments(&mut self, own: usize, by_key: bool, depth: u32) {
        self.at += 1;
        while let Some(token) = self.tokens.get(self.at).copied() {
            match token {
                Token::Sign(b')') => {
                    self.at += 1;
                    return;
                }
                Token::Name(key) if self.tokens.get(self.at + 1) == Some(&Token::Sign(b':')) => {
                    self.at += 2;
                    match meaning(key.of(self.text)) {
                        Meaning::Nothing if by_key => {
                            self.note(own, key, Access::Read);
                            self.skip();
                        }
                        Meaning::Nothing => self.skip(),
                        meaning => self.value(own, meaning, depth + 1),
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    /// A value whose keys, or whose names, are columns.
    fn value(&mut self, own: usize, meaning: Meaning, depth: u32) {
        if depth > DEEPEST {
            self.skip();
            return;
        }
        match self.tokens.get(self.at).copied() {
            Some(Token::Sign(b'[')) => {
                self.at += 1;
                while self.at < self.tokens.len() && !self.is_next(b']') {
                    let before = self.at;
                    self.value(own, meaning, depth + 1);
                    self.at = self.at.max(before + 1);
                }
                self.at += 1;
            }
            Some(Token::Sign(b'{')) => self.object(own, meaning, depth),
            Some(Token::Name(name)) if meaning == Meaning::Names => {
                self.note(own, name, Access::Read);
                self.at += 1;
            }
            _ => self.skip(),
        }
    }

    fn object(&mut self, own: usize, meaning: Meaning, depth: u32) {
        self.at += 1;
        while let Some(token) = self.tokens.get(self.at).copied() {
            match token {
                Token::Sign(b'}') => {
                    self.at += 1;
                    return;
                }
                Token::Name(key) if self.tokens.get(self.at + 1) == Some(&Token::Sign(b':')) => {
                    self.at += 2;
                    self.entry(own, meaning, key, depth);
                }
                _ => self.at += 1,
            }
        }
    }

    fn entry(&mut self, own: usize, meaning: Meaning, key: Span, depth: u32) {
        let word = key.of(self.text);
        let first = self.tokens.get(self.at + 1).copied();
        let is_object = self.is_next(b'{');
        match meaning {
            Meaning::Condition if matches!(word, "_and" | "_or" | "_not") => self.value(own, meaning, depth + 1),
            Meaning::Condition => {
                let compares = match first {
                    Some(Token::Name(name)) => name.of(self.text).starts_with('_'),
                    _ => true,
                };
                let leads_on =
                    matches!(first, Some(Token::Name(name)) if matches!(name.of(self.text), "_and" | "_or" | "_not"));
                if is_object && (!compares || leads_on) {
                    let table = self.start(related(self.text, key));
                    self.value(table, meaning, depth + 1);
                } else {
                    self.note(own, key, Access::Read);
                    self.skip();
                }
            }
            Meaning::Order if is_object => {
                let table = self.start(related(self.text, key));
                self.value(table, meaning, depth + 1);
            }
            Meaning::Order | Meaning::Keys => {
                self.note(own, key, Access::Read);
                self.skip();
            }
            Meaning::Written => {
                // `team: {data: {…}}` is a row of another table.
                let is_row = matches!(first, Some(Token::Name(name)) if name.of(self.text) == "data");
                if !(is_object && is_row) {
                    self.note(own, key, Access::Write);
                }
                self.skip();
            }
            Meaning::Conflict => match word {
                "update_columns" => {
                    let before = self.found[own].columns.len();
                    self.value(own, Meaning::Names, depth + 1);
                    self.found[own].columns[before..].iter_mut().for_each(|(_, access)| *access = Access::Write);
                }
                "where" => self.value(own, Meaning::Condition, depth + 1),
                _ => self.skip(),
            },
            Meaning::Names | Meaning::Nothing => self.skip(),
        }
    }
}

/// The table of a field of the outermost level: `insert_users_one`, `users_aggregate`.
fn root(text: &str, name: Span) -> Span {
    let word = name.of(text);
    let mut start = 0;
    for prefix in ["insert_", "update_", "delete_"] {
        if let Some(rest) = word.strip_prefix(prefix) {
            start = word.len() - rest.len();
        }
    }
    let mut end = word.len();
    for suffix in ["_by_pk", "_aggregate", "_one", "_many", "_stream"] {
        if word.ends_with(suffix) && end == word.len() && word.len() - suffix.len() > start {
            end -= suffix.len();
        }
    }
    Span { start: name.start + start as u32, end: name.start + end as u32 }
}

/// What a relationship leads to, which is mostly called like its table.
fn related(text: &str, name: Span) -> Span {
    let word = name.of(text);
    let length = word.strip_suffix("_aggregate").filter(|rest| !rest.is_empty()).map_or(word.len(), str::len);
    Span { start: name.start, end: name.start + length as u32 }
}

/// The words and signs of a document, without comments and commas.
fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'#' => at += memchr::memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at),
            b'"' => {
                let block = bytes[at..].starts_with(b"\"\"\"");
                let (open, close) = if block { (3, "\"\"\"") } else { (1, "\"") };
                let rest = &text[at + open..];
                at += open + rest.find(close).map_or(rest.len(), |end| end + close.len());
                found.push(Token::Value);
            }
            b'$' | b'0'..=b'9' | b'-' => {
                let length = bytes[at + 1..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
                at += 1 + length;
                found.push(Token::Value);
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => {
                let length = bytes[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
                found.push(Token::Name(Span::new(at, at + length)));
                at += length;
            }
            b'{' | b'}' | b'(' | b')' | b'[' | b']' | b':' | b'@' | b'.' => {
                found.push(Token::Sign(byte));
                at += 1;
            }
            _ => at += 1,
        }
    }
    found
}
