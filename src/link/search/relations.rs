//! Which texts may hold a statement over a relation.

use std::sync::LazyLock;

use regex::Regex;

use super::Words;
use super::any_of;
use super::places::Places;

/// Schema and quotes before a name. Strings put together in code may end and begin again in between.
const BEFORE: &str = r#"(?:["'`]\s*[+.]?\s*["'`])?(?:["`\[]?[a-z0-9_$\-]+["`\]]?\s*\.\s*){0,3}["`\[]?"#;

/// A pattern of what stands before a name.
///
/// # Panics
/// Never: the patterns are constants that compile.
fn before(pattern: &str) -> Regex {
    Regex::new(&format!("(?i)(?:{pattern})$")).expect("a constant pattern compiles")
}

/// A word of SQL that a relation follows.
static LED: LazyLock<Regex> = LazyLock::new(|| {
    let words = "from|join|fetch|into|update|table|copy|only|lateral|using|truncate|merge|view|on|of|replace|delete|insert|references|describe";
    before(&format!(r"(?-u:\b)(?:{words})(?:[\s(]|--[^\n]*\n|/\*[^*]*\*/)+(?:if\s+(?:not\s+)?exists\s+)?{BEFORE}"))
});

/// A place in a list.
static LISTED: LazyLock<Regex> = LazyLock::new(|| before(&format!(r"[,(]\s*{BEFORE}")));

/// The beginning of a string of its own, and its end.
static OPENED: LazyLock<Regex> = LazyLock::new(|| before(r#"["'`](?:[a-z0-9_$]+\.)?"#));
static CLOSED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?i)^(?:["'`]|\s+(?:as\s+)?[a-z]\w*["'`])"#).expect("a constant pattern compiles"));

/// Keys of documents whose value is a relation: changelogs of Liquibase, datasets, tracked tables.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    let changelog = r#"(?:table|view)name\s*[=:]\s*["']?"#;
    let tracked =
        r#"(?-u:\b)table["']?\s*:\s*[{]?\s*(?:["']?schema["']?\s*:\s*[^\s,]+\s*,?\s*)?["']?name["']?\s*:\s*["']?"#;
    let dataset = r#"dataset_uuid["']?\s*:\s*["']?"#;
    before(&format!("{changelog}|{tracked}|{dataset}"))
});

/// How operations of GraphQL begin, and words of which those over tables have one.
static GRAPHQL: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    let marks = r"order_by|_set|_inc|on_conflict|pk_columns|distinct_on|_eq|_neq|_in|_nin|_gte?|_lte?|_is_null|_i?like|_and|_or|_not|_bool_exp|_insert_input|_set_input";
    let marks = format!(
        r"(?-u:\b)(?:{marks})(?-u:\b)\s*[:!}}\]]|(?-u:\b)\w+_(?:by_pk|aggregate)\s*[({{]|(?-u:\b)insert_\w+\s*\("
    );
    let begins = r"(?:(?m:^)|[`'\x22])\s*(?:query|mutation|subscription|fragment)(?-u:\b)[^{}\n]*[{(]";
    [begins, &marks].map(|pattern| Regex::new(pattern).expect("a constant pattern compiles"))
});

/// What begins commands and documents that name relations further on.
static LEADS_FAR: LazyLock<Regex> = LazyLock::new(|| {
    let commands = r"(?:pg_dump|mysqldump|mariadb-dump|mydumper|bcp)\s";
    let calls = r"read_sql|to_sql|saveAsTable|insertInto|jdbc|dbtable";
    let keys =
        r"table\.(?:include|whitelist|name)|sql_table_name|source-table|table_name|table[\x22']?\s*[=:]|copy_from";
    let marks = r"<dataset(?-u:\b)";
    Regex::new(&format!("(?i){commands}|{calls}|{keys}|{marks}")).expect("a constant pattern compiles")
});

/// A search for places where a statement over rows may name a relation: behind a word of SQL that a relation follows, in a
/// list behind one, or as a string of its own, in a text that has the skeleton of a statement. Much rarer than the bare
/// word, which may be any noun of the code.
pub struct RelationWords {
    names: Option<Places>,
    /// Behind words of SQL that a list with one of the names follows.
    listed: Option<Regex>,
    argument: Option<Regex>,
    /// Commands and documents that name relations further on.
    led_far: Option<Regex>,
    /// Fields of GraphQL.
    asked: Option<Regex>,
}

impl RelationWords {
    /// A search for any of the relations `names`.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: Vec<&str> = names.into_iter().collect();
        let places = Places::new(names.iter().copied(), true);
        let Some(names) = any_of(names) else {
            return Self { names: None, listed: None, argument: None, led_far: None, asked: None };
        };
        let after = r"(?-u:\b)";
        // Gaps have no upper bound: a bounded one makes an automaton of as many states, which is far slower.
        let listed =
            format!(r"(?-u:\b)(?:from|update|table|using|truncate|view)\s[^;]*?[,(]\s*{BEFORE}(?:{names}){after}");
        let name = format!(r#"["'`](?:[a-z0-9_$]+\.)?(?:{names})(?:["'`]|\s+(?:as\s+)?[a-z]\w*["'`])"#);
        // Commands that write whole tables, and calls that are given one by its name.
        let dumped = format!(r"(?:pg_dump|mysqldump|mariadb-dump|mydumper|bcp)\s[^\n]*?(?-u:\b)(?:{names}){after}");
        let whole = format!(
            r#"(?:read_sql|read_sql_table|to_sql|saveAsTable|insertInto|jdbc|dbtable)(?-u:\b)[^\n]*?["'](?:[a-z0-9_]+\.)?(?:{names})["']"#
        );
        // Documents that name tables: connectors, datasets, questions of dashboards.
        let listed_in = r"table\.(?:include\.list|whitelist|name\.format)|sql_table_name|source-table|table_name";
        let document = format!(r#"(?:{listed_in})["']?\s*[:=][^{{}}]*?(?-u:\b)(?:{names}){after}"#);
        // A table beside its columns, rows of data sets.
        let beside = format!(
            r#"(?:table|tablename)["']?\s*[=:]\s*["'](?:[a-z0-9_]+\.)?(?:{names})["']|copy_from\([^()]*?["'](?:[a-z0-9_]+\.)?(?:{names})["']|<(?:table\s+name\s*=\s*["'])?(?:{names}){after}"#
        );
        let compile = |pattern: &str| Regex::new(&format!("(?i){pattern}")).ok();
        // Documents of GraphQL ask for tables by fields that may be made of their names.
        let asked = format!(
            r"(?:^|[\s{{:(\[,])(?:(?:insert|update|delete)_)?(?:{names})(?:_by_pk|_aggregate|_one|_many|_stream)?\s*(?:@\w+\s*(?:\([^()]*\)\s*)?)?(?:[({{]|:\s*\{{)|\son\s+(?:{names})\s*\{{"
        );
        Self {
            asked: compile(&asked),
            names: places,
            listed: compile(&listed),
            argument: argument_of_builder(&name),
            led_far: compile(&format!("{dumped}|{whole}|{document}|{beside}")),
        }
    }

    /// Whether `text` may hold a statement over one of the relations. `changes_schema`: what [`SchemaWords`] say of it.
    ///
    /// [`SchemaWords`]: super::SchemaWords
    pub fn is_in(&self, text: &str, changes_schema: bool) -> bool {
        let is_in = |regex: &Option<Regex>| regex.as_ref().is_some_and(|regex| regex.is_match(text));
        let Some(places) = &self.names else { return false };
        let (mut any, mut named, mut listed, mut quoted) = (false, false, false, false);
        for place in places.of(text) {
            any = true;
            if NAMED.is_match(place.before) {
                return true;
            }
            named |= LED.is_match(place.before);
            listed |= LISTED.is_match(place.before);
            quoted |= OPENED.is_match(place.before) && CLOSED.is_match(place.behind);
            if named && quoted {
                break;
            }
        }
        let is_asked = || GRAPHQL.iter().all(|sign| sign.is_match(text)) && is_in(&self.asked);
        if !any {
            return is_asked();
        }
        let is_statement = (named || quoted || (listed && is_in(&self.listed))) && (changes_schema || is_in(&SKELETON));
        is_statement
            || (quoted && is_in(&self.argument))
            || (LEADS_FAR.is_match(text) && is_in(&self.led_far))
            || is_asked()
    }
}

/// The skeleton of a statement over rows. Prose has the single words too.
static SKELETON: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let statements = [
        r"select(?-u:\b)[^;]*?(?-u:\b)from(?-u:\b)",
        r"(?:insert|replace|overwrite)\s+(?:\w+\s+)?into(?-u:\b)",
        r"delete\s+(?:\w+\s+)?from(?-u:\b)",
        r"update(?-u:\b)[^;]*?(?-u:\b)set(?-u:\b)",
        r"merge\s+into(?-u:\b)",
        r"copy\s+[^\s(;]+\s*(?:\([^();]*\)\s*)?(?:from|to)\s",
        r"load\s+data(?-u:\b)",
        r"(?:left|right|full|inner|outer|cross|natural)\s+join\s",
        r"truncate\s+table\s",
    ];
    // Code that puts it together piece by piece, with anything in between; and JPQL, which needs no `select`.
    let pieces = r#"["'`]\s*(?:select|from|truncate|with\s+(?:recursive\s+)?\w+\s*(?:\([^()]*\)\s*)?as)\s"#;
    Regex::new(&format!(r"(?i)(?-u:\b)(?:{})|{pieces}", statements.join("|"))).ok()
});

/// A search for calls that are given a relation, spelled as the pattern `name`: a builder's method that takes one, or a
/// call that a builder's method follows, at once or by way of a variable.
fn argument_of_builder(name: &str) -> Option<Regex> {
    let takes = r"(?:select_?from|insert_?into|delete_?from|update_?table|update|from|into|using|table|truncate|(?:\w+_?)?join\w*|query|count|merge_?into)";
    let follows = r"(?:select|insert|returning|(?:and_?|or_?)?where|having|first|find|update|upsert|del|delete|truncate|count|join|inner_?join|left_?join|right_?join|merge|columns?|pluck|increment|decrement|distinct|group|order|limit|with|as|transacting|clone)";
    Regex::new(&format!(
        r"(?i)\.\s*{takes}\s*(?:<[^<>()]*>)?\(\s*\[?\s*{name}|\(\s*{name}\s*(?:,[^()]*)?\)\s*!?\??\.\s*{follows}|=\s*(?:await\s+)?[\w.$]+\(\s*{name}\s*(?:,[^()]*)?\)\s*(?:;|\n)"
    ))
    .ok()
}

/// A search for places where a constant stands for a relation: where SQL that is put together has one, or as an argument
/// of a builder.
pub struct ConstantWords {
    bare: Words,
    argument: Option<Regex>,
}

impl ConstantWords {
    /// A search for any of the constants `names`.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: Vec<&str> = names.into_iter().collect();
        let bare = Words::new(names.iter().copied());
        let argument =
            any_of(names).and_then(|names| argument_of_builder(&format!(r"(?:[\w$]+\.)*(?:{names})(?-u:\b)(?:\(\))?")));
        Self { bare, argument }
    }

    /// Whether one of them stands so in `text`.
    pub fn is_in(&self, text: &str) -> bool {
        /// A relation's place that is not filled: the string ends there or has a hole.
        static OPEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r#"(?i)(?-u:\b)(?:from|join|into|update|table|using|truncate|view|on|of|copy|only)[\s(]+(?:["`\[]?[a-z0-9_$]+["`\]]?\.)*["'`+$%{:<&@\[(]"#).ok()
        });
        let is_in = |regex: &Option<Regex>| regex.as_ref().is_some_and(|regex| regex.is_match(text));
        self.bare.is_in(text) && ((is_in(&OPEN) && is_in(&SKELETON)) || is_in(&self.argument))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_are_seen_where_statements_name_them() {
        let words = RelationWords::new(["users"]);
        for text in [
            "select * from users",
            "SELECT a.* FROM app.users u",
            "select * from teams t, users u",
            "INSERT INTO `users` VALUES (1)",
            "update \"users\" set",
            "copy users from stdin",
            "\"SELECT * FROM \" + \"users\"",
            "String T = 'users'; q(\"select * from \" + T + \" where id = ?\")",
            "db('users').select()",
            "knex.select('*').from('users as u')",
            "truncate table only public.users",
            "left join lateral (users) on true",
            "select * from -- all of them\n  users",
            "db('users').where({ id }).first()",
            "const q = db('users');\nreturn q.where({ id })",
            "client.from('users').select()",
            "createQuery(\"from users u\")",
            "sb.append(\"select * \"); sb.append(\"from users\")",
        ] {
            assert!(words.is_in(text, false), "{text}");
        }
        for text in
            ["import { users } from './users'", "the users of this", "const users = getUsers();", "an update of users"]
        {
            assert!(!words.is_in(text, false), "{text}");
        }
    }

    #[test]
    fn constants_are_seen_where_they_stand_for_relations() {
        let words = ConstantWords::new(["T_USERS"]);
        for text in [
            "\"select * from \" + T_USERS",
            "sql`select * from ${names.T_USERS}`",
            "f\"select a from {T_USERS} where b\"",
            "String.format(\"SELECT * FROM app.%s\", T_USERS)",
            "knex(T_USERS).where({ id }).first()",
        ] {
            assert!(words.is_in(text), "{text}");
        }
        for text in ["const T_USERS = 'users'", "select(T_USERS)", "\"select * from a\"; log(T_USERS)"] {
            assert!(!words.is_in(text), "{text}");
        }
    }
}
