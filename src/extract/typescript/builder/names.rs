//! Names in strings: `u.full_name as name`, `id, team:teams(name)`, `lower(u.full_name) = :name`.

use crate::model::name::Ident;
use crate::model::span::Span;

/// A column as a string names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::extract::typescript) struct Named {
    /// What stands before the name.
    pub(in crate::extract::typescript) qualifier: Vec<Ident>,
    /// The name; `*` for all.
    pub(in crate::extract::typescript) name: Ident,
    /// Where the name stands.
    pub(in crate::extract::typescript) span: Span,
    /// The name that its value gets, and where that stands.
    pub(in crate::extract::typescript) alias: Option<(Ident, Span)>,
}

/// A table as a string names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::extract::typescript) struct NamedTable {
    /// Its parts, outermost first.
    pub(in crate::extract::typescript) parts: Vec<Ident>,
    /// Its alias.
    pub(in crate::extract::typescript) alias: Option<Ident>,
    /// Where the name stands.
    pub(in crate::extract::typescript) span: Span,
}

/// `[a.]b [as c]`, or with a direction of order behind it. `None` for anything else. `start` is where `text` stands.
pub(in crate::extract::typescript) fn column(text: &str, start: usize) -> Option<Named> {
    let (name, at, alias) = before_alias(text);
    let alias = alias.filter(|alias| is_name(alias)).map(|alias| {
        let at = start + text.rfind(alias).unwrap_or(0);
        (Ident::bare(alias), Span::new(at, at + alias.len()))
    });
    // `data->>'key'`, `data.key` of documents aside: the column is what stands first.
    let name = name.split("->").next().unwrap_or(name);
    let name = name.split("::").next().unwrap_or(name).trim_end();
    let (name, at) = match name.strip_prefix('$').and_then(|inner| inner.strip_suffix('$')) {
        Some(inner) => (inner, at + 1),
        None => (name, at),
    };
    let mut parts = parts(name, start + at)?;
    let (name, span) = parts.pop()?;
    Some(Named { qualifier: parts.into_iter().map(|(part, _)| part).collect(), name, span, alias })
}

/// `[schema.]table [as alias]`. `None` for anything else.
pub(in crate::extract::typescript) fn table(text: &str, start: usize) -> Option<NamedTable> {
    let (name, at, alias) = before_alias(text);
    let parts = parts(name, start + at)?;
    let span = parts.first()?.1.join(parts.last()?.1);
    if parts.iter().any(|(part, _)| part.is("*")) {
        return None;
    }
    Some(NamedTable { parts: parts.into_iter().map(|(part, _)| part).collect(), alias: alias.map(Ident::bare), span })
}

/// The text before ` as alias`, ` alias` or ` desc`, where it begins, and the alias.
fn before_alias(text: &str) -> (&str, usize, Option<&str>) {
    let at = text.len() - text.trim_start().len();
    let mut words = text.split_whitespace();
    let name = words.next().unwrap_or("");
    let alias = match (words.next(), words.next()) {
        (Some(word), Some(alias)) if word.eq_ignore_ascii_case("as") => Some(alias.trim_matches(['"', '`'])),
        (Some(word), None) if !word.eq_ignore_ascii_case("asc") && !word.eq_ignore_ascii_case("desc") => Some(word),
        (Some(word), Some(_)) if !word.eq_ignore_ascii_case("asc") && !word.eq_ignore_ascii_case("desc") => {
            return ("", at, None);
        }
        _ => None,
    };
    (name, at, alias)
}

/// The identifiers of a dotted name with their places.
fn parts(name: &str, start: usize) -> Option<Vec<(Ident, Span)>> {
    let mut found = Vec::new();
    let mut at = 0;
    for part in name.split('.') {
        let from = start + at;
        at += part.len() + 1;
        let quoted = [('"', '"'), ('`', '`'), ('[', ']')]
            .iter()
            .find_map(|(open, close)| part.strip_prefix(*open)?.strip_suffix(*close));
        let (text, from) = quoted.map_or((part, from), |inner| (inner, from + 1));
        if !is_name(text) && text != "*" {
            return None;
        }
        let ident = if quoted.is_some() { Ident::quoted(text) } else { Ident::bare(text) };
        found.push((ident, Span::new(from, from + text.len())));
    }
    Some(found)
}

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '$')
}

/// A list of columns with related tables in it, as `PostgREST` writes it.
/// <https://postgrest.org/en/stable/references/api/tables_views.html#vertical-filtering>
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(in crate::extract::typescript) struct Selection {
    /// Columns.
    pub(in crate::extract::typescript) columns: Vec<Named>,
    /// Related tables with what is selected of them.
    pub(in crate::extract::typescript) related: Vec<(NamedTable, Selection)>,
}

/// Deepest list that is read.
const DEEPEST: usize = 12;

/// `id, alias:column, team:teams!hint(name, *)`.
pub(in crate::extract::typescript) fn selection(text: &str, start: usize) -> Selection {
    selection_within(text, start, DEEPEST)
}

fn selection_within(text: &str, start: usize, left: usize) -> Selection {
    let mut found = Selection::default();
    let mut depth = 0usize;
    let mut from = 0;
    let ends = text.char_indices().chain([(text.len(), ',')]);
    for (at, letter) in ends {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 || at == text.len() => {
                item(&text[from..at], start + from, left, &mut found);
                from = at + 1;
            }
            _ => {}
        }
    }
    found
}

fn item(text: &str, start: usize, left: usize, found: &mut Selection) {
    let opening = text.find('(');
    let head = &text[..opening.unwrap_or(text.len())];
    // `alias:name`, but not the cast `name::text`.
    let alias_end = head
        .char_indices()
        .find(|&(at, letter)| letter == ':' && !head[at + 1..].starts_with(':') && !head[..at].ends_with(':'));
    let name_at = alias_end.map_or(0, |(at, _)| at + 1);
    let name = &head[name_at..];
    match opening {
        Some(opening) if left > 0 => {
            let bare = name.split('!').next().unwrap_or(name);
            let spread = bare.len() - bare.trim_start().len();
            let dots = if bare.trim_start().starts_with("...") { 3 } else { 0 };
            let bare_start = start + name_at + spread + dots;
            let Some(table) = table(bare.trim_start().trim_start_matches('.'), bare_start) else { return };
            let inner_end = text.rfind(')').unwrap_or(text.len()).max(opening + 1);
            let inner = selection_within(&text[opening + 1..inner_end], start + opening + 1, left - 1);
            // `count()` and its like are functions of the table itself.
            if !inner.columns.is_empty() || !inner.related.is_empty() {
                found.related.push((table, inner));
            }
        }
        Some(_) => {}
        None => found.columns.extend(column(name, start + name_at).map(|mut named| {
            if let Some((at, _)) = alias_end {
                let alias = head[..at].trim();
                let from = start + head.find(alias).unwrap_or(0);
                named.alias = Some((Ident::bare(alias), Span::new(from, from + alias.len())));
            }
            named
        })),
    }
}

/// Words of SQL that are no columns; those that only stand before a parenthesis need not be here.
const SQL_WORDS: &[&str] = &[
    "and",
    "or",
    "not",
    "is",
    "null",
    "true",
    "false",
    "in",
    "like",
    "ilike",
    "between",
    "exists",
    "any",
    "all",
    "asc",
    "desc",
    "nulls",
    "first",
    "last",
    "case",
    "when",
    "then",
    "else",
    "end",
    "as",
    "distinct",
    "interval",
    "on",
    "from",
    "select",
    "where",
    "by",
    "order",
    "group",
    "having",
    "over",
    "partition",
    "current_timestamp",
    "current_date",
    "collate",
    "escape",
    "similar",
    "to",
    "using",
    "filter",
    "within",
    "at",
    "time",
    "zone",
    "cast",
    "some",
    "limit",
];

/// The names in an expression of SQL or of a language like it: all that are no words of SQL, functions, parameters
/// (`:name`, `@name`), casts, aliases or texts.
pub(in crate::extract::typescript) fn expression(text: &str, start: usize) -> Vec<Named> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    let is_part = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$' | b'"' | b'`' | b'\\') || byte >= 0x80
    };
    while at < bytes.len() {
        match bytes[at] {
            b'\'' => {
                let length = memchr::memchr(b'\'', &bytes[at + 1..]).unwrap_or(bytes.len());
                at = (at + 2).saturating_add(length);
            }
            b':' | b'@' | b'$' => {
                at += 1;
                while at < bytes.len() && (is_part(bytes[at]) || matches!(bytes[at], b':' | b'.')) {
                    at += 1;
                }
            }
            byte if is_part(byte) => {
                let from = at;
                while at < bytes.len() && is_part(bytes[at]) {
                    at += 1;
                }
                let word = &text[from..at];
                let is_call = text[at..].trim_start().starts_with('(');
                let is_alias = follows_as(&bytes[..from]);
                if word.contains('\\') {
                    found.extend(escaped(word, start + from).filter(|_| !is_call && !is_alias));
                } else if !is_call && !is_alias && !SQL_WORDS.iter().any(|other| word.eq_ignore_ascii_case(other)) {
                    found.extend(column(word, start + from).filter(|named| !named.name.is("*")));
                }
            }
            _ => at += 1,
        }
    }
    found
}

/// A column whose quotes have a backslash before them, as a template in backticks needs it.
fn escaped(word: &str, start: usize) -> Option<Named> {
    let is_mark = |c: char| matches!(c, '\\' | '`' | '"');
    let mut parts: Vec<&str> = word.split('.').map(|part| part.trim_matches(is_mark)).collect();
    let name = parts.pop().filter(|name| !name.is_empty() && !name.contains(is_mark))?;
    let at = start + word.rfind(name)?;
    let qualifier = parts.into_iter().map(Ident::quoted).collect();
    Some(Named { qualifier, name: Ident::quoted(name), span: Span::new(at, at + name.len()), alias: None })
}

/// Whether the last word before something is `as`.
fn follows_as(before: &[u8]) -> bool {
    let before = before.trim_ascii_end();
    before.len() > 2
        && before[before.len() - 2..].eq_ignore_ascii_case(b"as")
        && before[before.len() - 3].is_ascii_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(named: &Named) -> String {
        let qualifier: String = named.qualifier.iter().map(|part| format!("{part}.")).collect();
        let alias = named.alias.as_ref().map(|(alias, at)| format!(" as {alias}@{}", at.start));
        format!("{qualifier}{}@{}{}", named.name, named.span.start, alias.unwrap_or_default())
    }

    #[test]
    fn strings_name_columns() {
        for (text, expected) in [
            ("full_name", Some("full_name@0")),
            (" u.full_name as name", Some("u.full_name@3 as name@16")),
            ("u.full_name AS \"n\"", Some("u.full_name@2 as n@16")),
            ("s.u.\"full_name\"", Some("s.u.full_name@5")),
            ("u.*", Some("u.*@2")),
            ("*", Some("*@0")),
            ("full_name desc", Some("full_name@0")),
            ("data->>'key'", Some("data@0")),
            ("$team.name$", Some("team.name@6")),
            ("id::text", Some("id@0")),
            ("count(*)", None),
            ("=", None),
            ("a b c", None),
            ("", None),
        ] {
            assert_eq!(column(text, 0).as_ref().map(shown).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn strings_name_tables() {
        for (text, parts, alias) in
            [("users", "users", None), ("s.users as u", "s.users", Some("u")), ("users u", "users", Some("u"))]
        {
            let found = table(text, 0).expect("a table");
            let shown: Vec<String> = found.parts.iter().map(ToString::to_string).collect();
            assert_eq!(
                (shown.join("."), found.alias.map(|alias| alias.to_string())),
                (parts.to_owned(), alias.map(str::to_owned))
            );
        }
        assert_eq!(table("select 1 from x", 0), None);
    }

    #[test]
    fn lists_name_related_tables() {
        let found = selection("id, n:full_name, team:teams!inner(name, ...org(a)), total:count(), x::text", 10);
        let columns: Vec<String> = found.columns.iter().map(shown).collect();
        assert_eq!(columns, ["id@10", "full_name@16 as n@14", "x@77"]);
        assert_eq!(found.related.len(), 1);
        assert_eq!(shown(&found.related[0].1.columns[0]), "name@44");
        assert_eq!(found.related[0].1.related[0].0.span, Span::new(53, 56));
        selection(&"a(".repeat(10_000), 0);
    }

    #[test]
    fn expressions_name_columns() {
        let found = expression("lower(u.full_name) = :name AND \"age\" > 'x y' and b::int is not null as c", 0);
        let shown: Vec<String> = found.iter().map(shown).collect();
        assert_eq!(shown, ["u.full_name@8", "age@32", "b@49"]);
    }
}
