//! A raw statement as the text that parsers are given: comments and client syntax gone, placeholders turned into
//! holes, long lists of constants cut short. Every byte keeps its place in the file.

use super::lexer::{Token, TokenKind};
use super::text::SqlText;
use super::{branch, quirks};
use crate::model::span::Span;
use crate::model::statement::Dialect;

/// Rows of constants that are kept of a long `VALUES` list, and constants of a long `IN` list.
const KEPT_CONSTANTS: usize = 8;

/// Builds the parsers' text of the statement made of `tokens`, which stand in `piece`.
pub(super) fn prepare(piece: &SqlText, tokens: &[Token], dialect: Dialect) -> SqlText {
    let text = piece.as_str();
    let has_holes = !piece.holes().is_empty();
    let mut writer = Writer { piece, made: SqlText::default(), copied: tokens.first().map_or(0, |first| first.start) };
    let dropped = constants_to_drop(text, tokens);
    let mut dropped = dropped.into_iter().peekable();
    let mut at = 0;
    while at < tokens.len() {
        if let Some(range) = dropped.next_if(|range| range.start <= at) {
            let end = range.end.max(at);
            if end > at {
                writer.drop(tokens[at].start, tokens[end - 1].end);
                at = end;
            }
            continue;
        }
        let token = tokens[at];
        let previous = at.checked_sub(1).map(|before| tokens[before]);
        let next = tokens.get(at + 1).copied();
        // Comments and removed text lie between tokens.
        if let Some(previous) = previous
            && !text[previous.end as usize..token.start as usize].trim_ascii().is_empty()
        {
            if let Some((between, stands_for)) = branch::between(text, tokens, at) {
                let behind = at + stands_for;
                let end = if stands_for == 0 { token.start } else { tokens[behind - 1].end };
                writer.replace(previous.end, end, between);
                if stands_for > 0 {
                    at = behind;
                    continue;
                }
            } else {
                writer.drop(previous.end, token.start);
            }
        }
        match token.kind {
            TokenKind::Placeholder if is_row_image(text, token, next) => writer.drop(token.start, token.start + 1),
            TokenKind::Question if is_json_operator(text, token, previous, next) => {}
            // Snowflake's `t.$1`, a column by its place.
            TokenKind::Placeholder
                if dialect == Dialect::Snowflake && previous.is_some_and(|before| before.is(text, ".")) => {}
            TokenKind::Placeholder | TokenKind::Question => writer.hole(token.span()),
            TokenKind::Variable if dialect == Dialect::Postgres => writer.hole(token.span()),
            TokenKind::Quoted => writer.quoted(token),
            TokenKind::Word if has_holes && super::text::holds_hole(token.of(text)) => writer.glued(token),
            TokenKind::Word | TokenKind::Operator if quirks::find(text, tokens, at).is_some() => {
                let (end, instead) = quirks::find(text, tokens, at).unwrap_or_default();
                if instead.is_empty() {
                    writer.drop(token.start, tokens[end - 1].end);
                } else {
                    writer.replace(token.start, tokens[end - 1].end, &instead);
                }
                at = end - 1;
            }
            // What a national constant is written in does not matter.
            TokenKind::Text if token.of(text).starts_with(['N', 'n']) => writer.drop(token.start, token.start + 1),
            TokenKind::Operator if quirks::compound_target(text, tokens, at).is_some() => {
                // `SET a += b` is `SET a = a + b`.
                let first = quirks::compound_target(text, tokens, at).unwrap_or(at);
                let name = piece.slice(Span { start: tokens[first].start, end: tokens[at - 1].end });
                writer.replace(token.start, token.end, "= ");
                writer.made.push_piece(&name);
                writer.replace(tokens[at + 1].start, tokens[at + 1].end, &format!(" {} ", token.of(text)));
                at += 1;
            }
            _ => {}
        }
        at += 1;
    }
    if let Some(last) = tokens.last() {
        writer.copy_to(last.end);
    }
    writer.made
}

struct Writer<'a> {
    piece: &'a SqlText,
    made: SqlText,
    /// Bytes before this are written.
    copied: u32,
}

impl Writer<'_> {
    fn copy_to(&mut self, to: u32) {
        if to > self.copied {
            self.made.push_piece(&self.piece.slice(Span { start: self.copied, end: to }));
            self.copied = to;
        }
    }

    /// Leaves out `start..end`, which becomes one space.
    fn drop(&mut self, start: u32, end: u32) {
        self.copy_to(start);
        if end > self.copied {
            let place = self.piece.outer(Span { start, end });
            self.made.push_decoded(" ", place);
            self.copied = end;
        }
    }

    /// Puts `text` in the place of `start..end`.
    fn replace(&mut self, start: u32, end: u32, text: &str) {
        self.copy_to(start);
        if end > self.copied {
            let place = self.piece.outer(Span { start, end });
            self.made.push_decoded(text, place);
            self.copied = end;
        }
    }

    fn hole(&mut self, inner: Span) {
        self.copy_to(inner.start);
        self.made.push_hole(self.piece.outer(inner));
        self.copied = inner.end;
    }

    /// A hole right before or behind a keyword in capitals is a word of its own: `${not}LIKE`, `WHERE${condition}`.
    fn glued(&mut self, token: Token) {
        let text = token.of(self.piece.as_str());
        let is_keyword =
            |word: &str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase()) && is_clause_word(word);
        for (start, end) in super::text::marks(text) {
            let (start, end) = (token.start + start as u32, token.start + end as u32);
            let before = &text[..(start - token.start) as usize];
            let behind = &text[(end - token.start) as usize..];
            let break_at = |writer: &mut Self, at: u32| {
                writer.copy_to(at);
                let place = writer.piece.outer(Span { start: at, end: at });
                writer.made.push_decoded(" ", place);
            };
            if is_keyword(before) {
                break_at(self, start);
            }
            if is_keyword(behind) {
                break_at(self, end);
            }
        }
    }

    /// A quoted identifier may be, or hold, a placeholder of the client.
    fn quoted(&mut self, token: Token) {
        let text = token.of(self.piece.as_str());
        let Some((start, end)) = placeholder_in(text) else { return };
        let (start, end) = (token.start + start as u32, token.start + end as u32);
        if start == token.start + 1 && end + 1 == token.end {
            self.hole(token.span());
        } else {
            self.hole(Span { start, end });
        }
    }
}

/// Where a `${…}`, `{{…}}`, `$(…)` or `#{…}` stands in the text of a quoted identifier.
fn placeholder_in(quoted: &str) -> Option<(usize, usize)> {
    [("${", "}"), ("{{", "}}"), ("$(", ")"), ("#{", "}"), ("%(", ")s")].iter().find_map(|(open, close)| {
        let start = quoted.find(open)?;
        let length = quoted[start..].find(close)?;
        Some((start, start + length + close.len()))
    })
}

/// `:new.x` and `:old.x` in Oracle's triggers.
fn is_row_image(text: &str, token: Token, next: Option<Token>) -> bool {
    let name = token.of(text);
    (name.eq_ignore_ascii_case(":new") || name.eq_ignore_ascii_case(":old"))
        && next.is_some_and(|next| next.is(text, ".") && next.start == token.end)
}

/// Whether a `?` is `PostgreSQL`'s operator: it stands between two operands.
fn is_json_operator(text: &str, token: Token, previous: Option<Token>, next: Option<Token>) -> bool {
    let mark = token.of(text);
    let starts_operand = next.is_some_and(|next| match next.kind {
        TokenKind::Text
        | TokenKind::Number
        | TokenKind::Placeholder
        | TokenKind::Question
        | TokenKind::Dollar
        | TokenKind::Quoted => true,
        TokenKind::Word => {
            !is_clause_word(next.of(text)) && !super::keyword::is_one(next.of(text)) || next.is_word(text, "array")
        }
        TokenKind::Operator => next.is(text, "("),
        _ => false,
    });
    mark != "??" && starts_operand && previous.is_some_and(|previous| ends_operand(text, previous))
}

/// Whether `token` can be the last of an expression.
pub(super) fn ends_operand(text: &str, token: Token) -> bool {
    match token.kind {
        TokenKind::Word => !is_clause_word(token.of(text)),
        TokenKind::Operator => token.is(text, ")") || token.is(text, "]"),
        TokenKind::Comment | TokenKind::Removed => false,
        _ => true,
    }
}

/// Keywords after which an operand or a clause begins: they end no expression.
pub(super) fn is_clause_word(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "select",
        "distinct",
        "all",
        "from",
        "where",
        "and",
        "or",
        "not",
        "in",
        "like",
        "ilike",
        "between",
        "on",
        "by",
        "having",
        "limit",
        "offset",
        "set",
        "values",
        "value",
        "when",
        "then",
        "else",
        "case",
        "as",
        "join",
        "inner",
        "left",
        "right",
        "full",
        "cross",
        "outer",
        "union",
        "except",
        "intersect",
        "minus",
        "order",
        "group",
        "using",
        "returning",
        "into",
        "insert",
        "update",
        "delete",
        "is",
        "exists",
        "any",
        "some",
        "interval",
        "escape",
        "top",
        "with",
        "call",
        "exec",
        "execute",
        "return",
        "returns",
        "table",
        "if",
        "similar",
        "rlike",
        "regexp",
        "date",
        "timestamp",
        "first",
        "next",
        "fetch",
        "for",
        "replace",
        "merge",
        "over",
        "partition",
        "lateral",
        "default",
        "to",
        "at",
        "zone",
        "div",
        "mod",
        "xor",
        "binary",
        "collate",
        "ignore",
        "low_priority",
        "view",
        "index",
    ];
    word.len() <= 12 && WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Ranges of tokens that only list more constants: rows of `VALUES (…), (…)` and items of `IN (…)`.
fn constants_to_drop(text: &str, tokens: &[Token]) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].is_word(text, "values") {
            at = drop_rows(text, tokens, at + 1, &mut found);
        } else if tokens[at].is_word(text, "in") && tokens.get(at + 1).is_some_and(|open| open.is(text, "(")) {
            at = drop_items(text, tokens, at + 2, &mut found);
        } else {
            at += 1;
        }
    }
    found
}

fn is_constant(text: &str, token: Token) -> bool {
    match token.kind {
        TokenKind::Text | TokenKind::Number | TokenKind::Dollar | TokenKind::Placeholder | TokenKind::Question => true,
        TokenKind::Word => {
            let word = token.of(text);
            ["null", "true", "false", "default"].iter().any(|constant| word.eq_ignore_ascii_case(constant))
                || super::text::hole_index(word).is_some()
        }
        TokenKind::Operator => token.is(text, "-") || token.is(text, ","),
        _ => false,
    }
}

/// Rows from `at` on; tells where to go on.
fn drop_rows(text: &str, tokens: &[Token], mut at: usize, found: &mut Vec<std::ops::Range<usize>>) -> usize {
    let mut rows = 0;
    while tokens.get(at).is_some_and(|open| open.is(text, "(")) {
        let mut end = at + 1;
        while tokens.get(end).is_some_and(|&token| is_constant(text, token)) {
            end += 1;
        }
        if !tokens.get(end).is_some_and(|close| close.is(text, ")")) {
            return at + 1;
        }
        rows += 1;
        // A dropped row takes the comma before it along.
        if rows > KEPT_CONSTANTS {
            match found.last_mut() {
                Some(last) if last.end == at - 1 => last.end = end + 1,
                _ => found.push(at - 1..end + 1),
            }
        }
        at = end + 1;
        if !tokens.get(at).is_some_and(|comma| comma.is(text, ",")) {
            break;
        }
        at += 1;
    }
    at
}

fn drop_items(text: &str, tokens: &[Token], start: usize, found: &mut Vec<std::ops::Range<usize>>) -> usize {
    let mut end = start;
    let mut cut = None;
    let mut items = 0;
    while tokens.get(end).is_some_and(|&token| is_constant(text, token)) {
        if tokens[end].is(text, ",") {
            items += 1;
            if items == KEPT_CONSTANTS {
                cut = Some(end);
            }
        }
        end += 1;
    }
    if let Some(cut) = cut
        && tokens.get(end).is_some_and(|close| close.is(text, ")"))
    {
        found.push(cut..end);
    }
    end.max(start)
}

#[cfg(test)]
mod tests {
    use super::super::dialect::Profile;
    use super::super::lexer;
    use super::*;

    fn prepared(text: &str) -> SqlText {
        let piece = SqlText::verbatim(text, 0);
        let profile = Profile::of(text, None);
        prepare(&piece, &lexer::significant(text, profile.lexis), profile.best)
    }

    /// The prepared text with `_` for each hole.
    fn check(text: &str, expected: &str) {
        let made = prepared(text);
        let mut shown = made.as_str().to_owned();
        for hole in (0..made.holes().len()).rev() {
            shown = shown.replace(&format!("columnist_hole_{hole}"), "_");
        }
        assert_eq!(shown.split_whitespace().collect::<Vec<_>>().join(" "), expected, "{text}");
    }

    #[test]
    fn placeholders_become_holes() {
        check("a = ? AND b = $1 AND c = :name", "a = _ AND b = _ AND c = _");
        check("a = %s AND b = %(x)s AND c = #{y.z}", "a = _ AND b = _ AND c = _");
        check("a = '?' AND b::text = ':x'", "a = '?' AND b::text = ':x'");
        check("data ? 'key' AND data ?| ARRAY['a'] AND b = ?", "data ? 'key' AND data ?| ARRAY['a'] AND b = _");
        check("FROM ${schema}.users_{{ year }} u", "FROM _.users__ u");
        check("SELECT \"${a}\", \"x_${b}\" FROM t", "SELECT _, \"x__\" FROM t");
        check("SELECT ?? FROM ?? LIMIT ?", "SELECT _ FROM _ LIMIT _");
        check("WHERE 1=1 {% if x %} AND a = {{ x }} {% endif %}", "WHERE 1=1 AND a = _");
        check("WHERE a = 1 [[AND b = {{b}}]]", "WHERE a = 1 AND b = _");
        check("a = :'v' AND b = &x AND c > &&y.", "a = _ AND b = _ AND c > _");
        check("IF :new.name <> :old.name", "IF new.name <> old.name");
        check("SELECT @a, @@b FROM t", "SELECT @a, @@b FROM t");
        check("a.id = b.id(+) AND x", "a.id = b.id AND x");
        check("SELECT NEXT VALUE FOR s.q, a FROM t", "SELECT NULL, a FROM t");
        check("FROM t FOR SYSTEM_TIME ALL AS x JOIN u", "FROM t AS x JOIN u");
        check("FROM t FOR SYSTEM_TIME AS OF f(@x) x, u", "FROM t x, u");
        check("FROM t FOR SYSTEM_TIME BETWEEN @a AND 'b' WHERE c", "FROM t WHERE c");
        check(
            "INSERT INTO t WITH (TABLOCK) (a) SELECT N'b' FROM u OPTION (LABEL = 'x')",
            "INSERT INTO t (a) SELECT 'b' FROM u",
        );
        check("CREATE UNIQUE NONCLUSTERED INDEX i ON t (a)", "CREATE UNIQUE INDEX i ON t (a)");
        check("VALUES (1 -\n, 'a'-\n)", "VALUES (1 , 'a' )");
        check("SELECT a (TITLE 'A b'), b (FORMAT '9') FROM t", "SELECT a , b FROM t");
        check("SELECT U&'d\\0061t', U&\"d\\0061t\" FROM t", "SELECT 'd\\0061t', \"dat\" FROM t");
        check("SELECT U&\"d!0061t\" UESCAPE '!', u & 1 FROM t", "SELECT \"dat\", u & 1 FROM t");
        check("CREATE TABLE t (a int) AS EDGE", "CREATE TABLE t (a int)");
        check(
            "CREATE TABLE [dbo].t (a int, PRIMARY KEY CLUSTERED (a)WITH (PAD_INDEX = OFF) ON [PRIMARY]) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY]",
            "CREATE TABLE [dbo].t (a int, PRIMARY KEY (a) )",
        );
        check("SELECT UNIQUE a FROM t", "SELECT DISTINCT a FROM t");
        check("SELECT a FROM t(NOLOCK) JOIN u (nolock, rowlock) ON b", "SELECT a FROM t JOIN u ON b");
        check("UPDATE t SET x.a += b, c |= 1 WHERE d", "UPDATE t SET x.a = x.a + b, c = c | 1 WHERE d");
        check("CREATE TABLE <Schema, sysname, dbo>.<T, sysname, t> (a int)", "CREATE TABLE _._ (a int)");
        check("a -\n b", "a - b");
        let mut glued = SqlText::default();
        glued.push("a ", 0);
        glued.push_hole(Span::new(2, 5));
        glued.push("LIKE 'x' AND", 5);
        glued.push_hole(Span::new(17, 20));
        glued.push(" AND order_", 20);
        glued.push_hole(Span::new(31, 34));
        let tokens = lexer::significant(glued.as_str(), super::super::dialect::Lexis::default());
        let made = prepare(&glued, &tokens, Dialect::Generic);
        assert_eq!(made.as_str(), "a columnist_hole_0 LIKE 'x' AND columnist_hole_1 AND order_columnist_hole_2");
    }

    #[test]
    fn comments_go_and_long_lists_are_cut() {
        check("a /* b */ , -- c\n d", "a , d");
        let rows = vec!["(1, 'x')"; 100].join(", ");
        let made = prepared(&format!("INSERT INTO t VALUES {rows}, (f(a), 'y') ON CONFLICT DO NOTHING"));
        assert_eq!(made.as_str().matches("'x'").count(), KEPT_CONSTANTS);
        assert!(made.as_str().ends_with(", (f(a), 'y') ON CONFLICT DO NOTHING"), "{}", made.as_str());
        let items = vec!["?"; 5000].join(",");
        assert!(prepared(&format!("SELECT a FROM t WHERE b IN ({items}) AND c")).as_str().len() < 400);
    }

    #[test]
    fn places_are_kept() {
        let text = "SELECT /* x */ a, :b::int FROM t";
        let made = prepared(text);
        for word in ["SELECT", "a,", "FROM t"] {
            let at = made.as_str().find(word).expect("the word is there");
            assert_eq!(made.outer(Span::new(at, at + word.len())).of(text), word);
        }
        let at = made.as_str().find("columnist_hole_0").expect("the hole is there");
        assert_eq!(made.outer(Span::new(at, at + 16)).of(text), ":b");
    }
}
