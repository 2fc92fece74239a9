//! The text search that a question starts from: which files can have anything to say about it.
//!
//! The search may only ever find too much. It ignores case, because SQL does; it looks for words, because a name that
//! is part of a longer word is another name.

use std::sync::LazyLock;

use regex::Regex;

/// Words to search for, case ignored.
pub struct Words {
    regex: Option<Regex>,
}

impl Words {
    /// A search for any of `words`.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        Self::compiled(words, bounded)
    }

    /// A search for any of `words`, also where a path is written as one word: `profile__full_name__icontains`.
    pub fn in_paths<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        Self::compiled(words, |word| {
            let edge = |c: Option<char>| {
                if c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') { r"(?:(?-u:\b)|__)" } else { "" }
            };
            format!("{}{}{}", edge(word.chars().next()), regex::escape(word), edge(word.chars().next_back()))
        })
    }

    fn compiled<'a>(words: impl IntoIterator<Item = &'a str>, pattern: impl Fn(&str) -> String) -> Self {
        let mut words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        words.dedup();
        if words.is_empty() {
            return Self { regex: None };
        }
        let alternatives: Vec<String> = words.iter().map(|word| pattern(word)).collect();
        let regex = Regex::new(&format!("(?i){}", alternatives.join("|"))).ok();
        Self { regex }
    }

    /// Whether any of the words stands in `text`.
    pub fn is_in(&self, text: &str) -> bool {
        self.regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// A search for places where a statement over rows may name a relation: behind a word of SQL that a relation follows, in a
/// list behind one, or as a string of its own, in a text that has the skeleton of a statement. Much rarer than the bare
/// word, which may be any noun of the code.
pub struct RelationWords {
    bare: Words,
    named: Option<Regex>,
    quoted: Option<Regex>,
    argument: Option<Regex>,
    changed: Option<Regex>,
}

impl RelationWords {
    /// A search for any of the relations `names`.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: Vec<&str> = names.into_iter().collect();
        let bare = Words::new(names.iter().copied());
        let Some(names) = any_of(names) else {
            return Self { bare, named: None, quoted: None, argument: None, changed: None };
        };
        // Schema and quotes before the name. Strings put together in code may end and begin again in between.
        let before = r#"(?:["'`]\s*[+.]?\s*["'`])?(?:["`\[]?[a-z0-9_$\-]+["`\]]?\s*\.\s*){0,3}["`\[]?"#;
        let after = r"(?-u:\b)";
        let led = format!(
            r"(?-u:\b)(?:from|join|fetch|into|update|table|copy|only|lateral|using|truncate|merge|view|on|of|replace|delete|insert|references|describe)(?:[\s(]|--[^\n]*\n|/\*[^*]*\*/)+(?:if\s+(?:not\s+)?exists\s+)?{before}(?:{names}){after}"
        );
        // Gaps have no upper bound: a bounded one makes an automaton of as many states, which is far slower.
        let listed =
            format!(r"(?-u:\b)(?:from|update|table|using|truncate|view)\s[^;]*?[,(]\s*{before}(?:{names}){after}");
        let name = format!(r#"["'`](?:[a-z0-9_$]+\.)?(?:{names})(?:["'`]|\s+(?:as\s+)?[a-z]\w*["'`])"#);
        let argument = argument_of_builder(&name);
        // Changelogs of Liquibase.
        let named = format!(r#"(?:table|view)name\s*[=:]\s*["']?(?:{names}){after}"#);
        // Commands that write whole tables, and calls that are given one by its name.
        let dumped = format!(r"(?:pg_dump|mysqldump|mariadb-dump|mydumper|bcp)\s[^\n]*?(?-u:\b)(?:{names}){after}");
        let whole = format!(
            r#"(?:read_sql|read_sql_table|to_sql|saveAsTable|insertInto|jdbc|dbtable)(?-u:\b)[^\n]*?["'](?:[a-z0-9_]+\.)?(?:{names})["']"#
        );
        let changed = format!("{named}|{dumped}|{whole}");
        // Documents that name tables: connectors, datasets, questions of dashboards, tracked tables.
        let listed_in = r"table\.(?:include\.list|whitelist|name\.format)|sql_table_name|source-table|table_name";
        let tracked =
            r#"(?-u:\b)table["']?\s*:\s*[{]?\s*(?:["']?schema["']?\s*:\s*[^\s,]+\s*,?\s*)?["']?name["']?\s*:\s*["']?"#;
        let document = format!(
            r#"(?:{listed_in})["']?\s*[:=][^{{}}]*?(?-u:\b)(?:{names}){after}|{tracked}(?:{names}){after}|dataset_uuid["']?\s*:\s*["']?(?:{names}){after}"#
        );
        let compile = |pattern: &str| Regex::new(&format!("(?i){pattern}")).ok();
        Self {
            bare,
            named: compile(&format!("{led}|{listed}")),
            quoted: compile(&name),
            argument,
            changed: compile(&format!("{changed}|{document}")),
        }
    }

    /// Whether `text` may hold a statement over one of the relations. `changes_schema`: what [`SchemaWords`] say of it.
    pub fn is_in(&self, text: &str, changes_schema: bool) -> bool {
        let is_in = |regex: &Option<Regex>| regex.as_ref().is_some_and(|regex| regex.is_match(text));
        if !self.bare.is_in(text) {
            return false;
        }
        is_in(&self.changed)
            || ((is_in(&self.named) || is_in(&self.quoted)) && (changes_schema || is_in(&SKELETON)))
            || is_in(&self.argument)
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

/// A search for calls of an entity's methods: `prisma.user.findMany(`, `User.findAll(`, `db.query.users.findFirst(`.
pub struct EntityCalls {
    regex: Option<Regex>,
}

impl EntityCalls {
    /// A search for calls of any of the entities `names`, for calls that are given one, and for calls that say one of the
    /// properties that lead to one (`leading`).
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>, leading: impl IntoIterator<Item = &'a str>) -> Self {
        let names = any_of(names);
        let leading = any_of(leading);
        let mut patterns = Vec::new();
        if let Some(names) = &names {
            patterns.push(format!(r"(?-u:\b)(?:{names})\s*\.\s*[a-z]+\s*[(<]"));
            // `getRepository(User)`, `.from(schema.users)`, `Repository<User>`, `include: [User]`, `model: User`.
            patterns.push(format!(
                r"(?:[(,<\[]|model\s*:)\s*(?:typeof\s+)?(?:[a-z0-9_$]+\s*\.\s*)?(?:{names})\s*(?:[,)>\]}}]|\[\])"
            ));
        }
        if let Some(leading) = &leading {
            // `include: { author: true }`, `relations: ["author"]`, `"post.author"`.
            patterns.push(format!(r#"(?-u:\b)(?:{leading})["'`]?\s*:\s*(?:true|[{{\[])|["'`.](?:{leading})["'`.]"#));
        }
        let regex = Regex::new(&format!("(?i){}", patterns.join("|"))).ok();
        Self { regex: regex.filter(|_| !patterns.is_empty()) }
    }

    /// Whether `text` may call any of the entities.
    pub fn is_in(&self, text: &str) -> bool {
        static CALLS: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"(?i)(?-u:\b)(?:find|create|update|upsert|delete|select|query|count|get|from|insert|save|aggregate|group|load|paginate|all|first|scope|unscoped|build|where|init|destroy|increment|decrement|max|min|sum)[a-z]*\s*[(<]").ok()
        });
        self.regex.as_ref().is_some_and(|regex| regex.is_match(text))
            && CALLS.as_ref().is_none_or(|calls| calls.is_match(text))
    }
}

/// A pattern for any of `names`, if there are any.
fn any_of<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).map(regex::escape).collect();
    names.sort();
    names.dedup();
    (!names.is_empty()).then(|| names.join("|"))
}

/// A search for entities as arguments of repository types: `JpaRepository<User, Long>`.
pub struct ArgumentWords {
    regex: Option<Regex>,
}

impl ArgumentWords {
    /// A search for any of `entities`.
    pub fn new<'a>(entities: impl IntoIterator<Item = &'a str>) -> Self {
        let entities: Vec<String> = entities.into_iter().filter(|name| !name.is_empty()).map(regex::escape).collect();
        if entities.is_empty() {
            return Self { regex: None };
        }
        let pattern = format!(r"(?:Repository|Dao|DAO)\s*<\s*(?:[\w.]+\.)?(?:{})\s*[,>]", entities.join("|"));
        Self { regex: Regex::new(&pattern).ok() }
    }

    /// Whether any of them stands so in `text`.
    pub fn is_in(&self, text: &str) -> bool {
        self.regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// A word between ASCII word boundaries: cheap, and never narrower than Unicode's.
fn bounded(word: &str) -> String {
    let edge =
        |c: Option<char>| if c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_') { r"(?-u:\b)" } else { "" };
    format!("{}{}{}", edge(word.chars().next()), regex::escape(word), edge(word.chars().next_back()))
}

/// Exact spellings as whole words, the way `rg -nw` finds them.
pub struct Spellings {
    regex: Option<Regex>,
}

impl Spellings {
    /// A search for any of `spellings`, case kept.
    pub fn new(spellings: &[String]) -> Self {
        if spellings.is_empty() {
            return Self { regex: None };
        }
        // The longest first, so that `full_name` is not cut short by a spelling that is its beginning.
        let mut longest: Vec<&String> = spellings.iter().collect();
        longest.sort_by_key(|spelling| (std::cmp::Reverse(spelling.len()), *spelling));
        let alternatives: Vec<String> = longest.iter().map(|spelling| regex::escape(spelling)).collect();
        let regex = Regex::new(&format!(r"\b{{start-half}}(?:{})\b{{end-half}}", alternatives.join("|"))).ok();
        Self { regex }
    }

    /// Byte ranges of all occurrences, in text order.
    pub fn find_in<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
        self.regex.iter().flat_map(move |regex| regex.find_iter(text)).map(|found| (found.start(), found.end()))
    }
}

/// The ways in which code spells a column's name: as declared, in lower and upper case, and the property, getter and
/// setter names that naming strategies make of it.
pub fn spellings_of(column: &str, properties: bool) -> Vec<String> {
    let lower = column.to_lowercase();
    let mut found = vec![column.to_owned(), lower.clone(), column.to_uppercase()];
    if properties {
        found.extend(property_names(&camel_case(if column.contains('_') { &lower } else { column })));
    }
    found.sort();
    found.dedup();
    found
}

/// A property's name, and those of its getters and setters.
pub fn property_names(property: &str) -> Vec<String> {
    let mut pascal = property.to_owned();
    if let Some(first) = pascal.get(..1) {
        let first = first.to_uppercase();
        pascal.replace_range(..1, &first);
    }
    vec![property.to_owned(), format!("get{pascal}"), format!("set{pascal}"), format!("is{pascal}")]
}

fn camel_case(snake: &str) -> String {
    let mut camel = String::with_capacity(snake.len());
    let mut upper = false;
    for c in snake.chars() {
        if c == '_' {
            upper = !camel.is_empty();
        } else if upper {
            camel.extend(c.to_uppercase());
            upper = false;
        } else {
            camel.push(c);
        }
    }
    camel
}

/// Whether `text` may change a schema: the words that `CREATE TABLE`, `ALTER TABLE` and their like begin with.
pub struct SchemaWords {
    regex: Option<Regex>,
}

impl Default for SchemaWords {
    fn default() -> Self {
        Self::new()
    }
}

impl SchemaWords {
    /// The search for schema changes.
    ///
    /// # Panics
    /// Never: the pattern is a constant that compiles.
    pub fn new() -> Self {
        let verbs = r"(?i-u)\b(?:create|alter|drop|rename)\s+(?:[a-z_=@`'%/!*0-9.]+\s+){0,6}?(?:table|view|column|schema|function|procedure|trigger)\b|\bsp_rename\b|(?-i)\b(?:create|alter|drop|rename|add|remove|change|has)(?:Tables?|Columns?)(?:If(?:Not)?Exists)?\b|\b(?:schema|withSchema\([\w'\x22\x60.,$ {}]*\))\s*\.\s*table\b|\bdatabaseChangeLog\b|\b(?:create|alter|drop|rename|add|remove|change)_(?:tables?|columns?|column_null|column_default|reference|belongs_to|timestamps)\b|\bmigrations\.(?:Create|Delete|Rename|Alter|Add|Remove)[A-Z]\w*\(|\bdatabase_uuid\b|\{\{(?u:[^{}])*?\b(?:ref|source)\s*\(";
        Self { regex: Some(Regex::new(verbs).expect("a constant pattern compiles")) }
    }

    /// Whether `text` may change a schema.
    pub fn is_in(&self, text: &str) -> bool {
        self.regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// Whether `text` may map classes to relations: the words that mappings are made with, in all frameworks.
pub struct MappingWords {
    regex: Option<Regex>,
}

impl Default for MappingWords {
    fn default() -> Self {
        Self::new()
    }
}

impl MappingWords {
    /// The search for mappings.
    ///
    /// # Panics
    /// Never: the pattern is a constant that compiles.
    pub fn new() -> Self {
        let words = r"(?-u)@(?:[\w.]*\.)?(?:Entity|Table|MappedSuperclass|Embeddable|TableName|TableField|TableId|MappedEntity|\w*Column|Property|PrimaryKey|Embedded|(?:One|Many)To(?:One|Many)|ViewEntity|ChildEntity)\b|<(?:hibernate-mapping|entity-mappings|resultMap|mapper|sqlMap)\b|\borg\.apache\.ibatis\.annotations\b|\binterface\s+\w+(?:Mapper|Dao|DAO)\b|(?m:^(?:model|view)\s+\w+\s*\{)|\b(?:pg|mysql|sqlite|mssql|singlestore)(?:Table(?:Creator)?|Schema)\b|\bdrizzle-orm\b|EntitySchema\b|\bsequelize\b|\bextends\s+Model\b|\btableName\s*[:=(]|\bkysely\b|knex/types/tables|\bTables:?\s*\{|\b\w+<\w+(?:\[\])?>\(['\x22\x60]|__tablename__|\.Table\(|\bmodels\.Model\b|\bmapped_column\(|\bColumn\(|\bTable\(\s*['\x22]|\bSQLModel\b|\bdb\.Model\b|\bmodels\.\w*(?:Field|Key)\(|\bmap_imperatively\(|\b(?:Char|Text|Integer|BigInt|Int|DateTime|Boolean|Float|Decimal|UUID|JSON|Auto|ForeignKey)Field\(|\bAbstract(?:Base)?User\b|\b(?:TableImpl|RecordImpl|UpdatableRecordImpl|TableRecordImpl|CustomTable|CustomRecord)<|\b(?:Aliasable)?SqlTable\b";
        Self { regex: Some(Regex::new(words).expect("a constant pattern compiles")) }
    }

    /// Whether `text` may hold a mapping.
    pub fn is_in(&self, text: &str) -> bool {
        self.regex.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_are_whole_words_in_their_case() {
        let spellings = Spellings::new(&spellings_of("full_name", true));
        let text = "full_name FULL_NAME fullName getFullName fullNames my_full_name Full_Name x.full_name";
        let found: Vec<&str> = spellings.find_in(text).map(|(start, end)| &text[start..end]).collect();
        assert_eq!(found, ["full_name", "FULL_NAME", "fullName", "getFullName", "full_name"]);
    }

    #[test]
    fn word_search_never_misses_a_spelling() {
        let words = Words::new(["größe", "full_name"]);
        for text in ["x GRÖSSE größe", "éfull_name", "Full_Name"] {
            assert!(words.is_in(text), "{text}");
        }
        assert!(!words.is_in("my_full_names"));
    }

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

    #[test]
    fn schema_changes_are_seen() {
        let words = SchemaWords::new();
        for text in [
            "create table x (a int)",
            "CREATE OR REPLACE\n  VIEW v AS",
            "CREATE TEMPORARY TABLE IF NOT EXISTS x",
            "create unlogged\ttable x",
            "CREATE DEFINER=`a`@`%` FUNCTION f()",
            "/*!50001 CREATE ALGORITHM=UNDEFINED */ /*!50001 VIEW `v` AS",
            "exec sp_rename 'a.b', 'c'",
            "ALTER TABLE x",
        ] {
            assert!(words.is_in(text), "{text}");
        }
        assert!(!words.is_in("select created, altered from dropped"));
    }
}
