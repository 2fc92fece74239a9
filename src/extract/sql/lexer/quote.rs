//! What runs to a closing mark: comments, strings, quoted identifiers. One that is never closed costs its line.

use super::{LONGEST_IDENTIFIER, Lexer, MOST_FAILED_SEARCHES, TokenKind};

impl Lexer<'_> {
    pub(super) fn block_comment(&mut self) -> TokenKind {
        let rest = &self.bytes[self.at + 2..];
        let Some(plain_end) = self.search(|| memchr::memmem::find(rest, b"*/")) else {
            self.at = self.line_end();
            return TokenKind::Comment;
        };
        let nested = self.lexis.nested_comments
            && memchr::memmem::find(&rest[..plain_end], b"/*").is_some()
            && self.failed < MOST_FAILED_SEARCHES;
        let end = if nested { nested_end(rest) } else { Some(plain_end) };
        if end.is_none() {
            self.failed += 1;
        }
        self.at += 2 + end.unwrap_or(plain_end) + 2;
        TokenKind::Comment
    }

    /// A string constant whose opening quote is `ahead` bytes away.
    pub(super) fn string(&mut self, ahead: usize, backslash: bool) -> TokenKind {
        self.at += ahead;
        let quote = self.bytes[self.at];
        let start = self.at + 1;
        let mut at = start;
        let end = loop {
            let found = if self.failed >= MOST_FAILED_SEARCHES {
                None
            } else if backslash {
                memchr::memchr2(quote, b'\\', &self.bytes[at..])
            } else {
                memchr::memchr(quote, &self.bytes[at..])
            };
            let Some(found) = found.map(|found| at + found) else { break None };
            if self.bytes[found] == b'\\' {
                at = (found + 2).min(self.bytes.len());
            } else if self.bytes.get(found + 1) == Some(&quote) {
                at = found + 2;
            } else {
                break Some(found);
            }
        };
        match end {
            Some(end) if !is_broken_string(self.text, start, end) => self.at = end + 1,
            _ => {
                if end.is_none() {
                    self.failed += 1;
                }
                // An unterminated string costs its line: what follows is read again.
                self.at = self.line_end();
            }
        }
        TokenKind::Text
    }

    /// A constant in three double quotes, as `BigQuery` has them.
    pub(super) fn long_string(&mut self) -> TokenKind {
        let rest = &self.bytes[self.at + 3..];
        match self.search(|| memchr::memmem::find(rest, b"\"\"\"")) {
            Some(end) => self.at += 3 + end + 3,
            None => return self.string(0, self.lexis.backslash),
        }
        TokenKind::Text
    }

    /// `q'[…]'` from its quote on.
    pub(super) fn oracle_string(&mut self) -> TokenKind {
        let open = self.byte(1);
        let close = match open {
            b'[' => b']',
            b'(' => b')',
            b'{' => b'}',
            b'<' => b'>',
            other => other,
        };
        if !open.is_ascii_graphic() {
            return self.string(0, false);
        }
        let rest = &self.bytes[self.at + 2..];
        match self.search(|| memchr::memmem::find(rest, &[close, b'\''])) {
            Some(end) => self.at += 2 + end + 2,
            None => return self.string(0, false),
        }
        TokenKind::Text
    }

    pub(super) fn quoted(&mut self, quote: u8) -> TokenKind {
        let limit = self.text.len().min(self.at + LONGEST_IDENTIFIER);
        let mut at = self.at + 1;
        while at < limit {
            match self.bytes[at] {
                b'\n' => break,
                byte if byte == quote && self.bytes.get(at + 1) == Some(&quote) && at > self.at + 1 => at += 2,
                byte if byte == quote => {
                    self.at = at + 1;
                    return TokenKind::Quoted;
                }
                _ => at += 1,
            }
        }
        // Some clients write strings in double quotes, over several lines.
        if quote == b'"' && memchr::memchr2(b' ', b'\n', &self.bytes[self.at..limit]).is_some() {
            return self.string(0, false);
        }
        self.take(1, TokenKind::Operator)
    }

    pub(super) fn bracketed(&mut self) -> TokenKind {
        let limit = self.text.len().min(self.at + LONGEST_IDENTIFIER);
        let content = &self.bytes[self.at + 1..limit];
        match memchr::memchr2(b']', b'\n', content) {
            Some(end) if content[end] == b']' && end > 0 && !content[0].is_ascii_digit() && content[0] != b'\'' => {
                self.take(end + 2, TokenKind::Quoted)
            }
            _ => self.take(1, TokenKind::Operator),
        }
    }
}

/// Offset of the `*/` that closes a comment with nested comments in it, in the text behind its `/*`.
fn nested_end(rest: &[u8]) -> Option<usize> {
    let mut depth = 1;
    let mut at = 0;
    loop {
        at += memchr::memchr(b'/', &rest[at..])?;
        if at > 0 && rest[at - 1] == b'*' {
            depth -= 1;
            if depth == 0 {
                return Some(at - 1);
            }
            at += 1;
        } else if rest.get(at + 1) == Some(&b'*') {
            depth += 1;
            at += 2;
        } else {
            at += 1;
        }
    }
}

/// Whether a string from `start` to its closing quote at `end` was in truth never closed: it runs over the start of
/// another statement, and what stands around its last quote opens a string instead of closing one.
fn is_broken_string(text: &str, start: usize, end: usize) -> bool {
    let content = &text[start..end];
    if !content.contains('\n') {
        return false;
    }
    let opens_here = text[end + 1..].chars().next().is_some_and(char::is_alphanumeric)
        || content.trim_end_matches(' ').ends_with(['(', '=']);
    opens_here && content.lines().skip(1).any(starts_statement)
}

/// Whether a line clearly starts a statement.
fn starts_statement(line: &str) -> bool {
    const OPENINGS: [&str; 10] = [
        "insert into ",
        "create table ",
        "create index ",
        "create view ",
        "alter table ",
        "drop table ",
        "delete from ",
        "select ",
        "update ",
        "truncate ",
    ];
    OPENINGS.iter().any(|opening| line.get(..opening.len()).is_some_and(|head| head.eq_ignore_ascii_case(opening)))
}
