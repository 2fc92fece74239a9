//! Placeholders of clients and templates, and the operators that begin like them.

use super::{LONGEST_IDENTIFIER, Lexer, TokenKind};

/// Longest client placeholder in braces, in bytes.
const LONGEST_PLACEHOLDER: usize = 400;

impl Lexer<'_> {
    pub(super) fn dollar(&mut self) -> TokenKind {
        match self.byte(1) {
            b'{' => return self.braced(1, b'{', b'}', TokenKind::Placeholder),
            b'(' => return self.braced(1, b'(', b')', TokenKind::Placeholder),
            b'0'..=b'9' => {
                self.at += 1;
                while self.byte(0).is_ascii_digit() {
                    self.at += 1;
                }
                return TokenKind::Placeholder;
            }
            // What Oracle knows at compile time: `$$plsql_unit`.
            b'$' if self.lexis.substitutions && (self.byte(2) == b'_' || self.byte(2).is_ascii_alphabetic()) => {
                self.at += 2;
                while self.byte(0) == b'_' || self.byte(0).is_ascii_alphanumeric() {
                    self.at += 1;
                }
                return TokenKind::Placeholder;
            }
            _ => {}
        }
        let tag_end = self.bytes[self.at + 1..]
            .iter()
            .take(80)
            .position(|&byte| !(byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80));
        let tag_end = self.at + 1 + tag_end.unwrap_or(0);
        if self.bytes.get(tag_end) == Some(&b'$') {
            let tag = &self.bytes[self.at..=tag_end];
            let rest = &self.bytes[tag_end + 1..];
            if let Some(end) = self.search(|| memchr::memmem::find(rest, tag)) {
                self.at = tag_end + 1 + end + tag.len();
                return TokenKind::Dollar;
            }
        }
        if tag_end > self.at + 1 {
            self.at = tag_end;
            return TokenKind::Placeholder;
        }
        self.take(1, TokenKind::Operator)
    }

    /// Balanced braces from `ahead` bytes away; an operator when they do not close soon.
    pub(super) fn braced(&mut self, ahead: usize, open: u8, close: u8, kind: TokenKind) -> TokenKind {
        let limit = self.text.len().min(self.at + LONGEST_PLACEHOLDER);
        let mut depth = 0;
        for at in self.at + ahead..limit {
            let byte = self.bytes[at];
            if byte == open {
                depth += 1;
            } else if byte == close {
                depth -= 1;
                if depth == 0 {
                    self.at = at + 1;
                    return kind;
                }
            }
        }
        self.take(1, TokenKind::Operator)
    }

    /// Whether the name before the cursor is the first in a subscript: `a[b:c]`.
    fn opens_subscript(&self) -> bool {
        let from = self.at.saturating_sub(LONGEST_IDENTIFIER);
        let before = self.bytes[from..self.at].iter().rev();
        let mut before = before.skip_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
        match before.next() {
            Some(b'[') => true,
            // `a["B".c:d]`.
            Some(b'"') => before.skip_while(|byte| **byte != b'"').nth(1) == Some(&b'['),
            _ => false,
        }
    }

    pub(super) fn colon(&mut self) -> TokenKind {
        match self.byte(1) {
            b':' | b'=' => return self.take(2, TokenKind::Operator),
            // `a[1:"n"]`.
            b'"' if self.touches_operand()
                && (self.last.is_some_and(|last| last.kind == TokenKind::Number) || self.opens_subscript()) => {}
            quote @ (b'\'' | b'"') => {
                let rest = &self.bytes[self.at + 2..self.text.len().min(self.at + LONGEST_IDENTIFIER)];
                if let Some(end) = memchr::memchr2(quote, b'\n', rest)
                    && rest[end] == quote
                {
                    return self.take(end + 3, TokenKind::Placeholder);
                }
            }
            b'{' => return self.braced(1, b'{', b'}', TokenKind::Placeholder),
            byte if byte == b'_' || byte.is_ascii_alphanumeric() => {
                // `a[1:n]`, and Snowflake's `document:path`.
                let path = self.touches_operand()
                    && self.last.is_some_and(|last| last.kind != TokenKind::Word || self.lexis.colon_paths);
                let is_entry = self.touches_operand() && self.in_json_object();
                let slices = self.touches_operand() && self.opens_subscript();
                if !path && !is_entry && !slices {
                    self.at += 1;
                    while self.byte(0) == b'_' || self.byte(0).is_ascii_alphanumeric() {
                        self.at += 1;
                    }
                    return TokenKind::Placeholder;
                }
            }
            _ => {}
        }
        self.take(1, TokenKind::Operator)
    }

    /// Whether this is an argument of `json_object(key:value)`.
    fn in_json_object(&self) -> bool {
        let mut depth = 0_u32;
        for at in (self.at.saturating_sub(LONGEST_IDENTIFIER)..self.at).rev() {
            match self.bytes[at] {
                b')' => depth += 1,
                b'(' if depth == 0 => {
                    let before = self.bytes[..at].trim_ascii_end();
                    return [&b"json_object"[..], b"json_objectagg"].iter().any(|name| {
                        before.len() >= name.len() && before[before.len() - name.len()..].eq_ignore_ascii_case(name)
                    });
                }
                b'(' => depth -= 1,
                _ => {}
            }
        }
        false
    }

    pub(super) fn variable(&mut self) -> TokenKind {
        let ahead = 1 + usize::from(self.byte(1) == b'@');
        let first = self.byte(ahead);
        if first == b'_' || first.is_ascii_alphanumeric() || first >= 0x80 {
            self.at += ahead;
            self.word();
            return TokenKind::Variable;
        }
        self.take(1, TokenKind::Operator)
    }

    pub(super) fn percent(&mut self) -> TokenKind {
        let next = self.byte(1);
        if next == b'(' {
            let rest = &self.bytes[self.at + 2..self.text.len().min(self.at + 100)];
            if let Some(end) = memchr::memchr(b')', rest)
                && rest.get(end + 1).is_some_and(u8::is_ascii_alphabetic)
                && rest[..end].iter().all(|&byte| byte == b'_' || byte == b'.' || byte.is_ascii_alphanumeric())
            {
                return self.take(2 + end + 2, TokenKind::Placeholder);
            }
        }
        let mut length = 1;
        while self.byte(length).is_ascii_digit() {
            length += 1;
        }
        if length > 1 && self.byte(length) == b'$' {
            length += 1;
        }
        let conversion = self.byte(length);
        let after = self.byte(length + 1);
        if matches!(conversion, b's' | b'd' | b'i' | b'r' | b'f' | b'v' | b'q' | b'u' | b'I' | b'L')
            && !(after.is_ascii_alphanumeric() || after == b'(')
            && !(after == b'_' && self.byte(length + 2).is_ascii_uppercase())
        {
            return self.take(length + 1, TokenKind::Placeholder);
        }
        self.take(1, TokenKind::Operator)
    }

    pub(super) fn brace(&mut self) -> TokenKind {
        let (close, kind) = match self.byte(1) {
            b'{' => ("}}", TokenKind::Placeholder),
            b'%' => ("%}", TokenKind::Removed),
            b'#' => ("#}", TokenKind::Comment),
            _ => return self.single_brace(),
        };
        let rest = &self.bytes[self.at + 2..];
        let found = self.search(|| memchr::memmem::find(rest, close.as_bytes()));
        match found {
            Some(end) if kind == TokenKind::Comment || end < 4000 => self.take(2 + end + 2, kind),
            _ => self.take(1, TokenKind::Operator),
        }
    }

    /// `{name}`, `{0}`, `{}`, `{$var}`, `{name:Type}` are placeholders; the braces of ODBC escapes are dropped.
    pub(super) fn single_brace(&mut self) -> TokenKind {
        let rest = &self.text[self.at + 1..];
        if opens_dictionary(rest) {
            return self.take(1, TokenKind::Operator);
        }
        let word = rest.trim_start().split(|char: char| !char.is_ascii_alphabetic()).next().unwrap_or("");
        if ["fn", "oj", "call"].iter().any(|escape| word.eq_ignore_ascii_case(escape))
            && rest.trim_start()[word.len()..].starts_with([' ', '\t'])
        {
            let skipped = rest.len() - rest.trim_start().len();
            let call = word.eq_ignore_ascii_case("call");
            return self.take(1 + skipped + if call { 0 } else { word.len() }, TokenKind::Removed);
        }
        let mut limit = rest.len().min(LONGEST_PLACEHOLDER);
        while !rest.is_char_boundary(limit) {
            limit -= 1;
        }
        let content = &rest[..limit];
        match memchr::memchr3(b'}', b'\n', b';', content.as_bytes()) {
            Some(end) if content.as_bytes()[end] == b'}' => self.take(end + 2, TokenKind::Placeholder),
            _ => self.take(1, TokenKind::Operator),
        }
    }

    pub(super) fn angle(&mut self) -> TokenKind {
        if self.byte(1) == b'<' {
            return self.take(2, TokenKind::Operator);
        }
        if !self.touches_operand() && (self.byte(1).is_ascii_alphabetic() || self.byte(1) == b'_') {
            let mut length = 1;
            while self.byte(length) == b'_' || self.byte(length).is_ascii_alphanumeric() {
                length += 1;
            }
            if self.byte(length) == b'>' && self.byte(length + 1) != b'=' {
                return self.take(length + 1, TokenKind::Placeholder);
            }
            if let Some(length) = self.management_studio(length) {
                return self.take(length, TokenKind::Placeholder);
            }
        }
        self.take(1, TokenKind::Operator)
    }

    /// The length of a template parameter of SQL Server's client, `<name, type, default>`, whose name ends at `length`.
    fn management_studio(&self, length: usize) -> Option<usize> {
        const LONGEST: usize = 200;
        let rest = &self.bytes[self.at..self.bytes.len().min(self.at + LONGEST)];
        let end = memchr::memchr(b'>', rest)?;
        let inner = rest.get(length..end)?;
        let plain = !inner.iter().any(|byte| matches!(byte, b'<' | b'\n' | b'=' | b'\'' | b';'));
        let parts = memchr::memchr_iter(b',', inner).count();
        (plain && parts == 2 && matches!(inner.first(), Some(b',' | b' '))).then_some(end + 1)
    }

    /// `&name` of sqlplus, only where no operand stands before it.
    pub(super) fn ampersand(&mut self) -> TokenKind {
        let ahead = 1 + usize::from(self.byte(1) == b'&');
        let operand = self.last.is_some_and(|last| {
            matches!(last.kind, TokenKind::Number | TokenKind::Quoted | TokenKind::Text) || last.is(self.text, ")")
        });
        if (self.byte(ahead) == b'_' || self.byte(ahead).is_ascii_alphanumeric())
            && (!operand || self.lexis.substitutions)
        {
            self.at += ahead;
            while self.byte(0) == b'_' || self.byte(0).is_ascii_alphanumeric() {
                self.at += 1;
            }
            if self.byte(0) == b'.' {
                self.at += 1;
            }
            return TokenKind::Placeholder;
        }
        self.take(1, TokenKind::Operator)
    }

    pub(super) fn question(&mut self) -> TokenKind {
        match self.byte(1) {
            b'?' | b'|' | b'&' => self.take(2, TokenKind::Question),
            b'0'..=b'9' => {
                self.at += 1;
                while self.byte(0).is_ascii_digit() {
                    self.at += 1;
                }
                TokenKind::Placeholder
            }
            _ => self.take(1, TokenKind::Question),
        }
    }
}

/// Whether `{` before `rest` opens a value such as `{'a': b}`.
fn opens_dictionary(rest: &str) -> bool {
    let Some(key) = rest.trim_start().strip_prefix('\'') else { return false };
    let key = &key.as_bytes()[..key.len().min(LONGEST_IDENTIFIER)];
    memchr::memchr(b'\'', key).is_some_and(|end| key[end + 1..].trim_ascii_start().starts_with(b":"))
}
