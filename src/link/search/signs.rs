//! Which texts may change a schema, map classes to relations, or call an entity's methods.

use std::sync::LazyLock;

use regex::Regex;

use super::places::Places;

/// Patterns of which one is enough. Each is compiled on its own, so that each is found by its own literals; one pattern
/// of all has too many to be found by any.
struct Signs(Vec<Regex>);

impl Signs {
    /// # Panics
    /// Never: the patterns are constants that compile.
    fn new(patterns: &[&str]) -> Self {
        Self(patterns.iter().map(|pattern| Regex::new(pattern).expect("a constant pattern compiles")).collect())
    }

    fn is_in(&self, text: &str) -> bool {
        self.0.iter().any(|sign| sign.is_match(text))
    }
}

/// Whether `text` may change a schema: the words that `CREATE TABLE`, `ALTER TABLE` and their like begin with.
pub struct SchemaWords {
    signs: Signs,
}

impl Default for SchemaWords {
    fn default() -> Self {
        Self::new()
    }
}

impl SchemaWords {
    /// The search for schema changes.
    pub fn new() -> Self {
        let signs = Signs::new(&[
            r"(?i-u)\b(?:create|alter|drop|rename)\s+(?:[a-z_=@`'%/!*0-9.]+\s+){0,6}?(?:table|view|column|schema|function|procedure|trigger)\b",
            r"(?-u)\b(?:create|alter|drop|rename|add|remove|change|has)(?:Tables?|Columns?)(?:If(?:Not)?Exists)?\b",
            r"(?-u)\b(?:create|alter|drop|rename|add|remove|change|has)_(?:tables?|columns?|column_null|column_default|reference|belongs_to|timestamps)\b",
            r"(?i-u)\b(?:schema|withSchema\([\w'\x22\x60.,$ {}]*\))\s*\.\s*table\b",
            r"(?i-u)\bsp_rename\b",
            r"(?-u)\bdatabaseChangeLog\b|\bdatabase_uuid\b",
            r"(?-u)\bmigrations\.(?:Create|Delete|Rename|Alter|Add|Remove)[A-Z]\w*\(",
            r"\{\{[^{}]*?(?-u:\b)(?:ref|source)\s*\(",
        ]);
        Self { signs }
    }

    /// Whether `text` may change a schema.
    pub fn is_in(&self, text: &str) -> bool {
        self.signs.is_in(text)
    }
}

/// Whether `text` may map classes to relations: the words that mappings are made with, in all frameworks.
pub struct MappingWords {
    signs: Signs,
}

impl Default for MappingWords {
    fn default() -> Self {
        Self::new()
    }
}

impl MappingWords {
    /// The search for mappings.
    pub fn new() -> Self {
        let signs = Signs::new(&[
            // Annotations and decorators.
            r"(?-u)@(?:[\w.]*\.)?(?:Entity|Table|MappedSuperclass|Embeddable|TableName|TableField|TableId|MappedEntity|\w*Column|Property|PrimaryKey|Embedded|(?:One|Many)To(?:One|Many)|ViewEntity|ChildEntity)\b",
            // XML and MyBatis.
            r"(?-u)<(?:hibernate-mapping|entity-mappings|resultMap|mapper|sqlMap)\b|\borg\.apache\.ibatis\.annotations\b",
            r"(?-u)\binterface\s+\w+(?:Mapper|Dao|DAO)\b",
            // Repositories, which say what else than their entity they give.
            // Classes that JDBI fills.
            r"(?-u)@Register(?:Bean|Constructor|Field)Mapper\b",
            r"(?-u)\bextends\s+[\w.]*Repository(?:Base)?\s*<|\bPanacheRepository",
            // Classes that jOOQ and MyBatis generate.
            r"(?-u)\b(?:TableImpl|RecordImpl|UpdatableRecordImpl|TableRecordImpl|CustomTable|CustomRecord)<|\b(?:Aliasable)?SqlTable\b",
            // Prisma.
            r"(?-u)(?m:^(?:model|view)\s+\w+\s*\{)",
            // Modules of TypeScript.
            r"(?-u)\b(?:pg|mysql|sqlite|mssql|singlestore)(?:Table(?:Creator)?|Schema)\b|\bdrizzle-orm\b|EntitySchema\b|\bsequelize\b|\bkysely\b|knex/types/tables",
            r"(?-u)\bextends\s+Model\b|\btableName\s*[:=(]|\bTables:?\s*\{",
            // `db<Row>('table')`.
            r"(?-u)>\(['\x22\x60]",
            // Python.
            r"(?-u)__tablename__|\.Table\(|\bmodels\.Model\b|\bmapped_column\(|\bColumn\(|\bTable\(\s*['\x22]|\bSQLModel\b|\bdb\.Model\b|\bmodels\.\w*(?:Field|Key)\(|\bmap_imperatively\(",
            r"(?-u)(?:Char|Text|Integer|Int|DateTime|Boolean|Float|Decimal|UUID|JSON|Auto|ForeignKey)Field\(|\bAbstract(?:Base)?User\b",
        ]);
        Self { signs }
    }

    /// The same, with annotations that only a user knows.
    #[must_use]
    pub fn and_annotations(mut self, names: &[String]) -> Self {
        if !names.is_empty() {
            let names: Vec<String> = names.iter().map(|name| regex::escape(name)).collect();
            let pattern = format!(r"(?-u)@(?:[\w.]*\.)?(?:{})\b", names.join("|"));
            self.signs.0.extend(Regex::new(&pattern));
        }
        self
    }

    /// Whether `text` may hold a mapping.
    pub fn is_in(&self, text: &str) -> bool {
        self.signs.is_in(text)
    }
}

/// A search for calls of an entity's methods: `prisma.user.findMany(`, `User.findAll(`, `db.query.users.findFirst(`.
pub struct EntityCalls {
    names: Option<Places>,
    leading: Option<Places>,
}

impl EntityCalls {
    /// A search for calls of any of the entities `names`, for calls that are given one, and for calls that say one of the
    /// properties that lead to one (`leading`).
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>, leading: impl IntoIterator<Item = &'a str>) -> Self {
        Self { names: Places::new(names, true), leading: Places::new(leading, true) }
    }

    /// Whether `text` may call any of the entities.
    pub fn is_in(&self, text: &str) -> bool {
        static CALLS: LazyLock<Signs> = LazyLock::new(|| {
            Signs::new(&[
                r"(?i)(?-u:\b)(?:find|create|update|upsert|delete|select|query|count|get|from|insert|save|aggregate|group|load|paginate|all|first|scope|unscoped|build|where|init|destroy|increment|decrement|max|min|sum)[a-z]*\s*[(<]",
            ])
        });
        // `User.find(`; `getRepository(User)`, `.from(schema.users)`, `Repository<User>`, `include: [User]`, `model: User`.
        static CALLED: LazyLock<Signs> = LazyLock::new(|| Signs::new(&[r"(?i)^\s*\.\s*[a-z]+\s*[(<]"]));
        static GIVEN: LazyLock<Signs> =
            LazyLock::new(|| Signs::new(&[r"(?i)(?:[(,<\[]|model\s*:)\s*(?:typeof\s+)?(?:[a-z0-9_$]+\s*\.\s*)?$"]));
        static GIVEN_ON: LazyLock<Signs> = LazyLock::new(|| Signs::new(&[r"^\s*(?:[,)>\]}]|\[\])"]));
        // `include: { author: true }`, `relations: ["author"]`, `"post.author"`.
        static LEADS: LazyLock<Signs> = LazyLock::new(|| Signs::new(&[r#"(?i)^["'`]?\s*:\s*(?:true|[{\[])"#]));
        let called = || {
            self.names.as_ref().is_some_and(|names| {
                names.of(text).any(|place| {
                    CALLED.is_in(place.behind) || (GIVEN_ON.is_in(place.behind) && GIVEN.is_in(place.before))
                })
            })
        };
        let led = || {
            let edges = ['"', '\'', '`', '.'];
            self.leading.as_ref().is_some_and(|leading| {
                leading.of(text).any(|place| {
                    (place.before.ends_with(edges) && place.behind.starts_with(edges)) || LEADS.is_in(place.behind)
                })
            })
        };
        (called() || led()) && CALLS.is_in(text)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

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
