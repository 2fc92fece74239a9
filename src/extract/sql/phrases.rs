//! Phrases of dialects that no grammar knows, as data: words that say nothing of columns are taken out of a statement
//! before it is parsed, or put in other words. Names keep their places.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::holes::is_clause_word;
use super::lexer::{Token, TokenKind};

/// What a phrase becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// First token that is left out.
    pub(super) start: usize,
    /// One past the last.
    pub(super) end: usize,
    /// What stands there instead.
    pub(super) instead: &'static str,
}

/// The phrases. Lower-case words are themselves; `-` before a part says that it is left out; all such parts stand
/// together, and `=> x` says what is put in their place. Other parts:
///
/// - `()` a parenthesis with all that is in it, `(word` one that begins with the word;
/// - `@name` a name with its qualifiers, `@names` a list of them;
/// - `@text` a constant text, `@word` a word or a constant;
/// - `^` the beginning of the statement.
const PHRASES: &[&str] = &[
    // Oracle.
    "order -siblings by",
    "-bulk -collect into",
    "create -private temporary",
    "create or replace -force",
    "create -force view",
    "create or replace -editionable",
    "create or replace -noneditionable",
    "create -editionable",
    "create -noneditionable",
    ") -day -to -second",
    ") -day -() -to -second -()",
    ") -day -() -to -second",
    ") -year -to -month",
    ") -year -() -to -month",
    "from @name -sample -()",
    "join @name -sample -()",
    "select -prior @name as",
    ", -prior @name as",
    "-with -read -only",
    "-keep (dense_rank => WITHIN GROUP",
    "( -dense_rank -first order",
    "( -dense_rank -last order",
    "( self -as -@name )",
    "-is -of -()",
    "-is -not -of -()",
    "-treat ( => CAST",
    "-is -empty",
    "-is -not -empty",
    "-member -of @name => =",
    "-not -member -of @name => =",
    "xmlserialize ( -content",
    "-no -indent",
    "with -local time zone",
    "as interval -day -() -to -second -()",
    "as interval -day -to -second -()",
    "as interval -day -() -to -second",
    "as interval -day -to -second",
    "as interval -year -() -to -month",
    "as interval -year -to -month",
    "( -key @word value",
    ", -key @word value",
    "-on -overflow -truncate -@text -with -count",
    "-on -overflow -truncate -@text -without -count",
    "-on -overflow -truncate -@text",
    "-on -overflow -error",
    "-error -on -error -null -on -empty columns",
    "-error -on -error columns",
    "-log -errors -into -@name -() -reject -limit -@word",
    "-log -errors -into -@name -reject -limit -@word",
    "-log -errors -into -@name -()",
    "-log -errors -into -@name",
    "-log -errors -reject -limit -@word",
    // T-SQL.
    "inner -hash join",
    "inner -loop join",
    "inner -merge join",
    "left -hash join",
    "left -loop join",
    "left -merge join",
    "right -hash join",
    "right -loop join",
    "right -merge join",
    "full -hash join",
    "full -merge join",
    "outer -hash join",
    "outer -loop join",
    "outer -merge join",
    "inner -remote join",
    "insert -top -() -percent into",
    "insert -top -() into",
    "update -top -() -percent",
    "update -top -()",
    "delete -top -() -percent",
    "delete -top -()",
    "delete -from @name from",
    ") -persisted",
    "@name -persisted",
    "openxml () -with -()",
    "openrowset () -with -()",
    // `PostgreSQL`.
    ", -constraint -@name -not -null -@name => CHECK (TRUE)",
    "group by -distinct",
    "create -recursive view",
    "create or replace -recursive view",
    "view @name -with -() as",
    "view @name () -with -() as",
    "between -symmetric",
    "between -asymmetric",
    "then -insert -default -values => DO NOTHING",
    "-tablesample -@word -() -repeatable -()",
    "-tablesample -@word -()",
    // Rows that are locked.
    "for update -of -@names",
    "for no key update -of -@names",
    "for share -of -@names",
    "for key share -of -@names",
    // Views and tables.
    "view @name -with -schemabinding as",
    "view @name () -with -schemabinding as",
    "view @name -with -encryption as",
    "view @name -with -view_metadata as",
    "view @name -security -definer as",
    "view @name -security -invoker as",
    "view @name -auto -refresh -@word",
    "-with -no -schema -binding",
    "-with -check -option",
    "-with -cascaded -check -option",
    "-with -local -check -option",
    "-with -row -access -policy -@name -on -()",
    "-row -access -policy -@name -on -()",
    "-change_tracking -= -@word",
    "@name -indexed -by -@name",
    "@name -not -indexed",
    // Teradata.
    "-locking -row -for -@word select",
    "-locking -table -@name -for -@word select",
    "-locking -@name -for -@word select",
    "^ -replace view => CREATE OR REPLACE",
    "create -multiset table",
    "create -set table",
    "create -multiset volatile",
    "create volatile -multiset table",
    "create volatile -set table",
    // Snowflake and Redshift.
    "-date_part ( @word from => EXTRACT",
    "-approximate count (",
    "-approximate percentile_disc (",
    "limit @word -percent",
    "-directed join",
    "then update -all -by -name => SET *",
    "then insert -all -by -name => *",
    // Hive and Spark.
    "-tablesample -() as",
    "from @name -version -as -of -@word",
    "join @name -version -as -of -@word",
    // Types with fields, of Presto and Snowflake.
    "as -row -() ) => JSON",
    "as -object -() ) => JSON",
    // ClickHouse.
    ") -codec -()",
    "@name -codec -()",
    "as @word -final",
    "exists @name -on -cluster -@word",
    "anti -outer join",
    "semi -outer join",
    "any -outer join",
    "format @name -settings -@name -= -@word",
    "-global in",
    "-global not in",
    "* -apply -()",
    ") -apply -()",
    "delete from @name -on -cluster -@word",
    "view @name -on -cluster -@word",
    // BigQuery and functions of tables.
    "-safe -. @name (",
    "( -model -@name => NULL",
    "string -format -(@text",
    "date -format -(@text",
    "timestamp -format -(@text",
    // MySQL.
    "@name -sounds like",
    "as char -character -set -@name",
    "char () -character -set -@name",
    ") -zerofill",
    "unsigned -zerofill",
    "delete -low_priority -quick -ignore",
    "delete -low_priority -quick",
    "delete -low_priority -ignore",
    "delete -low_priority",
    "delete -quick -ignore",
    "delete -quick from",
    "delete -ignore from",
];

/// A part of a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Begins,
    Word(&'static str),
    Sign(&'static str),
    Group,
    GroupOf(&'static str),
    GroupOfText,
    Name,
    Names,
    Text,
    Any,
}

struct Phrase {
    parts: Vec<(Part, bool)>,
    instead: &'static str,
}

impl Phrase {
    fn read(written: &'static str) -> Self {
        let (parts, instead) = written.split_once(" => ").unwrap_or((written, ""));
        let part = |written: &'static str| {
            let (written, out) = match written.strip_prefix('-') {
                Some(rest) if !rest.is_empty() => (rest, true),
                _ => (written, false),
            };
            let part = match written {
                "^" => Part::Begins,
                "()" => Part::Group,
                "(@text" => Part::GroupOfText,
                "@name" => Part::Name,
                "@names" => Part::Names,
                "@text" => Part::Text,
                "@word" => Part::Any,
                _ => match written.strip_prefix('(') {
                    Some(word) if !word.is_empty() => Part::GroupOf(word),
                    _ if written.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') => Part::Word(written),
                    _ => Part::Sign(written),
                },
            };
            (part, out)
        };
        Self { parts: parts.split(' ').map(part).collect(), instead }
    }
}

/// Phrases by a word of theirs that is left out, or the rarest; with how many parts stand before it.
static BY_WORD: LazyLock<BTreeMap<&'static str, Vec<(usize, Phrase)>>> = LazyLock::new(|| {
    let mut made: BTreeMap<&'static str, Vec<(usize, Phrase)>> = BTreeMap::new();
    for written in PHRASES {
        let phrase = Phrase::read(written);
        let key = phrase.parts.iter().position(|(part, out)| *out && matches!(part, Part::Word(_)));
        if let Some(at) = key
            && let Part::Word(word) = phrase.parts[at].0
        {
            made.entry(word).or_default().push((at, phrase));
        }
    }
    made
});

/// The longest word that a phrase is found by.
const LONGEST: usize = 16;

/// For each letter the lengths of the words that phrases are found by and that begin with it.
static LENGTHS: LazyLock<[u32; 26]> = LazyLock::new(|| {
    let mut made = [0; 26];
    for word in BY_WORD.keys() {
        made[usize::from(word.as_bytes()[0] - b'a')] |= 1 << word.len();
    }
    made
});

/// The phrase whose first word that is left out is token `at`.
pub(super) fn find(text: &str, tokens: &[Token], at: usize) -> Option<Found> {
    let word = tokens[at].of(text);
    let first = word.as_bytes()[0].to_ascii_lowercase();
    if word.len() > LONGEST || !first.is_ascii_lowercase() || tokens[at].kind != TokenKind::Word {
        return None;
    }
    if LENGTHS[usize::from(first - b'a')] & (1 << word.len()) == 0 {
        return None;
    }
    let mut lower = [0_u8; LONGEST];
    let lower = &mut lower[..word.len()];
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    let phrases = BY_WORD.get(std::str::from_utf8(lower).ok()?)?;
    phrases.iter().find_map(|(before, phrase)| matched(text, tokens, at, *before, phrase))
}

fn matched(text: &str, tokens: &[Token], at: usize, before: usize, phrase: &Phrase) -> Option<Found> {
    // Backwards over what stands before, then forwards.
    let mut first = at;
    for (part, _) in phrase.parts[..before].iter().rev() {
        first = match part {
            Part::Begins => (first == 0).then_some(0)?,
            Part::Name => {
                let is_plain = |&name: &usize| {
                    tokens[name].is_name()
                        && (tokens[name].kind == TokenKind::Quoted || !is_clause_word(tokens[name].of(text)))
                };
                let mut start = first.checked_sub(1).filter(is_plain)?;
                while start > 1 && tokens[start - 1].is(text, ".") && tokens[start - 2].is_name() {
                    start -= 2;
                }
                start
            }
            Part::Group => opening(text, tokens, first.checked_sub(1)?)?,
            Part::Any => first.checked_sub(1).filter(|&word| tokens[word].is_name())?,
            Part::Word(word) => first.checked_sub(1).filter(|&own| tokens[own].is_word(text, word))?,
            Part::Sign(sign) => first.checked_sub(1).filter(|&own| tokens[own].is(text, sign))?,
            _ => return None,
        };
    }
    let mut next = at;
    let mut end = at;
    for (part, out) in &phrase.parts[before..] {
        let token = *tokens.get(next)?;
        let behind = match part {
            Part::Begins => return None,
            Part::Word(word) => token.is_word(text, word).then_some(next + 1)?,
            Part::Sign(sign) => token.is(text, sign).then_some(next + 1)?,
            Part::Group => closing(text, tokens, next)? + 1,
            Part::GroupOf(word) => {
                let close = closing(text, tokens, next)?;
                tokens.get(next + 1).filter(|first| first.is_word(text, word))?;
                close + 1
            }
            Part::GroupOfText => {
                let close = closing(text, tokens, next)?;
                (close == next + 2 && tokens[next + 1].kind == TokenKind::Text).then_some(close + 1)?
            }
            Part::Name => behind_name(text, tokens, next)?,
            Part::Names => {
                let mut behind = behind_name(text, tokens, next)?;
                while tokens.get(behind).is_some_and(|comma| comma.is(text, ",")) {
                    behind = behind_name(text, tokens, behind + 1)?;
                }
                behind
            }
            Part::Text => (token.kind == TokenKind::Text).then_some(next + 1)?,
            Part::Any => {
                (token.is_name() || matches!(token.kind, TokenKind::Text | TokenKind::Number)).then_some(next + 1)?
            }
        };
        if *out {
            end = behind;
        }
        next = behind;
    }
    Some(Found { start: at, end, instead: phrase.instead })
}

/// One past the last token of the name at `at`.
pub(super) fn behind_name(text: &str, tokens: &[Token], at: usize) -> Option<usize> {
    tokens.get(at).filter(|token| token.is_name())?;
    let mut behind = at + 1;
    while tokens.get(behind).is_some_and(|dot| dot.is(text, "."))
        && tokens.get(behind + 1).is_some_and(|token| token.is_name())
    {
        behind += 2;
    }
    Some(behind)
}

/// Parentheses are followed so far.
const FAR: usize = 400;

/// The token that closes the parenthesis at `open`.
pub(super) fn closing(text: &str, tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0_u32;
    for (end, token) in tokens.iter().enumerate().skip(open).take(FAR) {
        if token.is(text, "(") {
            depth += 1;
        } else if token.is(text, ")") {
            depth = depth.checked_sub(1)?;
        }
        if depth == 0 {
            return (end > open).then_some(end);
        }
    }
    None
}

/// The token that opens the parenthesis which `close` closes.
fn opening(text: &str, tokens: &[Token], close: usize) -> Option<usize> {
    let mut depth = 0_u32;
    for at in (close.saturating_sub(FAR)..=close).rev() {
        if tokens[at].is(text, ")") {
            depth += 1;
        } else if tokens[at].is(text, "(") {
            depth = depth.checked_sub(1)?;
        }
        if depth == 0 {
            return (at < close).then_some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::dialect::Lexis;
    use super::super::lexer;
    use super::*;

    #[test]
    fn phrases_are_taken_out() {
        let cases = [
            ("SELECT a FROM t ORDER SIBLINGS BY b", "SELECT a FROM t ORDER BY b"),
            ("SELECT a BULK COLLECT INTO v FROM t", "SELECT a INTO v FROM t"),
            ("SELECT a FROM t FOR UPDATE OF s.t, u NOWAIT", "SELECT a FROM t FOR UPDATE NOWAIT"),
            (
                "SELECT min(a) KEEP (DENSE_RANK FIRST ORDER BY b) FROM t",
                "SELECT min(a) WITHIN GROUP (ORDER BY b) FROM t",
            ),
            ("CREATE VIEW s.v (a) WITH SCHEMABINDING AS SELECT b FROM t", "CREATE VIEW s.v (a) AS SELECT b FROM t"),
            ("CREATE VIEW v AS LOCKING ROW FOR ACCESS SELECT a FROM t", "CREATE VIEW v AS SELECT a FROM t"),
            ("REPLACE VIEW v AS SELECT a FROM t", "CREATE OR REPLACE VIEW v AS SELECT a FROM t"),
            ("SELECT sample(a), keep, siblings FROM t", "SELECT sample(a), keep, siblings FROM t"),
            ("SELECT a FROM t SAMPLE (25) x", "SELECT a FROM t x"),
            ("SELECT (a - b) DAY(9) TO SECOND(3) FROM t", "SELECT (a - b) FROM t"),
            ("SELECT INTERVAL '1' DAY TO SECOND", "SELECT INTERVAL '1' DAY TO SECOND"),
            (
                "SELECT a FROM t WHERE b GLOBAL NOT IN (SELECT c FROM u)",
                "SELECT a FROM t WHERE b NOT IN (SELECT c FROM u)",
            ),
        ];
        for (sql, expected) in cases {
            let tokens = lexer::significant(sql, Lexis::default());
            let mut made: Vec<String> = Vec::new();
            let mut at = 0;
            while at < tokens.len() {
                if let Some(found) = find(sql, &tokens, at) {
                    made.extend((!found.instead.is_empty()).then(|| found.instead.to_owned()));
                    at = found.end;
                } else {
                    made.push(tokens[at].of(sql).to_owned());
                    at += 1;
                }
            }
            let plain = |text: &str| text.replace([' ', '\n'], "");
            assert_eq!(plain(&made.concat()), plain(expected), "{sql}");
        }
    }

    #[test]
    fn every_phrase_is_found_by_a_word() {
        let found: usize = BY_WORD.values().map(Vec::len).sum();
        assert_eq!(found, PHRASES.len());
        assert!(BY_WORD.keys().all(|word| word.len() <= LONGEST));
    }
}
