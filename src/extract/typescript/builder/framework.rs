//! What the calls of query builders and object mappers mean, as data: one small file each in `queries/typescript`.
//!
//! A framework says how a chain begins, what each method's arguments are, and how object literals are read. The words of
//! these files are explained in `queries/typescript/README.md`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::chain::{Chain, Link};
use crate::model::answer::Construct;
use crate::model::statement::{Access, StatementKind};

/// A query builder or object mapper.
#[derive(Clone, Debug)]
pub(super) struct Framework {
    /// What it is called, as its package and its object are.
    pub(super) name: String,
    /// What its statements are written in.
    pub(super) construct: Construct,
    /// Modules one of which a file must import for chains that begin with a class, which many libraries have; any file
    /// when empty.
    pub(super) imports: Vec<String>,
    /// Whether a file must import one of these modules for anything.
    pub(super) strict: bool,
    /// Whether only names that begin with a capital letter are entities.
    pub(super) classes: bool,
    /// Functions whose string argument names a column of the statement around: `sequelize.col("full_name")`.
    pub(super) columns: Vec<String>,
    /// Tags of templates that hold parts of SQL for the statement around.
    pub(super) templates: Vec<String>,
    /// Functions whose first argument is a part of SQL for the statement around.
    pub(super) expressions: Vec<String>,
    /// How a chain begins.
    pub(super) starts: Vec<Start>,
    /// Names that a chain of this framework never begins with.
    pub(super) not_roots: Vec<String>,
    /// Members that no chain of it has.
    pub(super) without: Vec<String>,
    /// Whether a query that names no columns takes all of them.
    pub(super) all_by_default: bool,
    /// Names one of which a file must import, if not a module, so that members of imported names may be columns:
    /// `users.fullName`. They never are when empty.
    pub(super) members: Vec<String>,
    /// Generic types whose first argument is an entity.
    pub(super) types: Vec<String>,
    /// Patterns of types of object literals, with `*` for the entity, and how to read these.
    pub(super) typed: Vec<(String, String, ShapeId)>,
    /// The shape of object literals that name an entity under `model`, wherever they stand.
    pub(super) free: Option<ShapeId>,
    methods: BTreeMap<String, Method>,
    shapes: Vec<Shape>,
}

/// Index of a shape in its framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShapeId(usize);

/// How a chain says which table it is about, other than by an argument of a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// The root is called with a table: `knex("users")`. Without another method of the framework in the chain only if the
    /// root has one of these names.
    Call(Vec<String>),
    /// The member before the method is the entity: `prisma.user.findMany()`. After a member of that name, or with a name
    /// that ends so (`db.userModel.findAll()`), if any is given; with its first letter in upper case, if `capital`.
    Member { after: Option<String>, ending: Option<String>, capital: bool },
    /// The class before the method is the entity: `User.findAll()`.
    Class,
    /// What stands before one of these methods is the entity, whatever the case of its first letter and whatever it is a
    /// member of: `models.users.query()`.
    Before(Vec<String>),
}

/// A method of a framework.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Method {
    /// What it makes of the statement.
    pub(super) kind: Option<StatementKind>,
    /// What its arguments are; the last one's meaning is that of all further ones when `repeats`.
    pub(super) arguments: Vec<Meaning>,
    /// Whether the last meaning goes on.
    pub(super) repeats: bool,
    /// What it says of the columns that the statement takes, if anything.
    pub(super) takes: Option<Takes>,
}

/// Which columns a statement takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// All.
    All,
    /// All when the method is called without arguments.
    AllIfAlone,
    /// All unless another method says which.
    AllUnlessSaid,
    /// Something else than all of them.
    Other,
}

impl Method {
    /// What the argument at `at` is.
    pub(super) fn meaning(&self, at: usize) -> &Meaning {
        let last = self.arguments.last().filter(|_| self.repeats);
        self.arguments.get(at).or(last).unwrap_or(&Meaning::Nothing)
    }

    /// The argument that names the table that the chain is about.
    pub(super) fn table_argument(&self) -> Option<usize> {
        self.arguments.iter().position(|meaning| matches!(meaning, Meaning::Table | Meaning::Entity))
    }
}

/// What an argument, or the value of a key, is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing that matters; functions are called with the builder all the same.
    Nothing,
    /// The table that the statement is about: a name, or an entity.
    Table,
    /// A table that is joined: a name, or an entity.
    Join,
    /// A property that leads to a joined entity: `u.team`, or an entity.
    Path,
    /// The alias of the last table.
    Alias,
    /// The class of an entity.
    Entity,
    /// Names of columns.
    Names(Use),
    /// SQL that names columns.
    Raw,
    /// An object literal of that shape.
    Shape(ShapeId),
}

/// What names of columns are used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Use {
    /// For what.
    pub(super) purpose: Purpose,
    /// Read or write.
    pub(super) access: Access,
}

/// What names of columns are used for, and where in object literals they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Projected; values of objects.
    Select,
    /// Compared; keys of objects.
    Filter,
    /// Joined on; keys and values of objects.
    Join,
    /// Grouped by.
    Group,
    /// Ordered by; the key `column` of objects.
    Order,
    /// Written; keys of objects.
    Write,
}

/// How an object literal is read.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    /// What its keys say.
    keys: BTreeMap<String, Vec<Action>>,
    /// What all other keys say.
    others: Vec<Action>,
    /// Keys without any of which all columns are taken; `None` when they never are.
    pub(super) all_unless: Option<Vec<String>>,
}

impl Shape {
    /// Whether it lists a key.
    pub(super) fn lists(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    /// What the keys that it does not list are used for, when they are columns.
    pub(super) fn key_usage(&self) -> Option<Use> {
        self.others.iter().find_map(|action| match action {
            Action::Key(usage) => Some(*usage),
            _ => None,
        })
    }

    /// What a key says. Computed keys are `[name]`, and `[]` stands for all that are not listed.
    pub(super) fn actions(&self, key: &str) -> &[Action] {
        let listed = self.keys.get(key);
        let computed = || self.keys.get("[]").filter(|_| key.ends_with(']'));
        listed.or_else(computed).unwrap_or(&self.others)
    }
}

/// What a key of an object literal says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// The key names a column.
    Key(Use),
    /// The value is read as this, in the same table.
    Value(Meaning),
    /// The value is read by the same shape.
    Same,
    /// The value is an object of that shape about what the key leads to.
    Related(ShapeId),
    /// The values are objects of that shape, each about the entity that its key `model` names or its key `association`
    /// leads to; or such entities themselves.
    Included(ShapeId),
}

impl Framework {
    /// The method that a link of a chain is. A function that is called by itself, as `getRepository(User)`, is one when it
    /// takes a table.
    pub(super) fn method_of(&self, chain: &Chain<'_>, link: &Link<'_>, text: &str) -> Option<&Method> {
        if let Some(method) = self.method(link.name) {
            return Some(method);
        }
        let root =
            text.get(chain.root.byte_range()).filter(|_| link.name.is_empty() && chain.root.kind() == "identifier")?;
        self.method(root).filter(|method| method.table_argument().is_some())
    }

    /// Whether it calls a connection so, on which chains begin: `knex`, `trx`.
    pub(super) fn is_connection(&self, name: &str) -> bool {
        let is_it = |start: &Start| matches!(start, Start::Call(names) if names.iter().any(|own| is_called(own, name)));
        self.starts.iter().any(is_it)
    }

    /// A method by its name.
    pub(super) fn method(&self, name: &str) -> Option<&Method> {
        self.methods.get(name)
    }

    /// A shape.
    pub(super) fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[id.0]
    }
}

/// The frameworks that columnist knows, in the order in which they are asked: those that a file imports first.
pub(super) static FRAMEWORKS: LazyLock<Vec<Framework>> = LazyLock::new(|| {
    const KNOWN: &[&str] = &[
        include_str!("../../../../queries/typescript/drizzle.toml"),
        include_str!("../../../../queries/typescript/typeorm.toml"),
        include_str!("../../../../queries/typescript/typeorm-manager.toml"),
        include_str!("../../../../queries/typescript/mikro-orm.toml"),
        include_str!("../../../../queries/typescript/prisma.toml"),
        include_str!("../../../../queries/typescript/knex.toml"),
        include_str!("../../../../queries/typescript/kysely.toml"),
        include_str!("../../../../queries/typescript/supabase.toml"),
        include_str!("../../../../queries/typescript/sequelize.toml"),
        include_str!("../../../../queries/typescript/objection.toml"),
    ];
    KNOWN.iter().filter_map(|source| parse(source).ok()).collect()
});

/// A framework's file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    construct: String,
    #[serde(default)]
    imports: Vec<String>,
    #[serde(default)]
    strict: bool,
    #[serde(default)]
    classes: bool,
    #[serde(default)]
    columns: Vec<String>,
    #[serde(default)]
    templates: Vec<String>,
    #[serde(default)]
    expressions: Vec<String>,
    #[serde(default)]
    start: WrittenStart,
    #[serde(default, rename = "not-roots")]
    not_roots: Vec<String>,
    #[serde(default)]
    without: Vec<String>,
    #[serde(default, rename = "all-by-default")]
    all_by_default: bool,
    #[serde(default)]
    members: Vec<String>,
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    typed: BTreeMap<String, String>,
    free: Option<String>,
    #[serde(default)]
    methods: BTreeMap<String, String>,
    #[serde(default)]
    shapes: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenStart {
    call: Option<Vec<String>>,
    member: Option<WrittenMember>,
    #[serde(default)]
    class: bool,
    before: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenMember {
    after: Option<String>,
    ending: Option<String>,
    #[serde(default)]
    capital: bool,
}

/// Reads a framework's file; the error says which word is not understood.
pub(super) fn parse(source: &str) -> Result<Framework, String> {
    let written: Written = toml::from_str(source).map_err(|error| error.to_string())?;
    let names: Vec<&String> = written.shapes.keys().collect();
    let words = Words { shapes: &names };
    let mut starts = Vec::new();
    starts.extend(written.start.call.map(Start::Call));
    starts.extend(written.start.member.map(|it| Start::Member {
        after: it.after,
        ending: it.ending,
        capital: it.capital,
    }));
    if written.start.class {
        starts.push(Start::Class);
    }
    starts.extend(written.start.before.map(Start::Before));
    let mut methods = BTreeMap::new();
    for (names, meaning) in &written.methods {
        let method = words.method(meaning)?;
        for name in names.split(' ') {
            methods.insert(name.trim_matches('*').to_owned(), method.clone());
        }
    }
    let shapes = written.shapes.values().map(|shape| words.shape(shape)).collect::<Result<Vec<Shape>, String>>()?;
    let mut typed = Vec::new();
    for (pattern, shape) in &written.typed {
        let (before, after) = pattern.split_once('*').ok_or_else(|| format!("`{pattern}` has no `*`"))?;
        typed.push((before.to_owned(), after.to_owned(), words.shape_id(shape.trim_matches(['{', '}']))?));
    }
    // The longest ending first, so that `WhereUniqueInput` is not taken for an entity's `Where` and an `UniqueInput`.
    typed.sort_by_key(|(before, after, _)| std::cmp::Reverse((after.len(), before.len())));
    Ok(Framework {
        name: written.name,
        construct: match written.construct.as_str() {
            "orm" => Construct::Orm,
            "query-builder" => Construct::QueryBuilder,
            other => return Err(format!("`{other}` is no construct")),
        },
        imports: written.imports,
        strict: written.strict,
        classes: written.classes,
        columns: written.columns,
        templates: written.templates,
        expressions: written.expressions,
        starts,
        not_roots: written.not_roots,
        without: written.without,
        all_by_default: written.all_by_default,
        members: written.members,
        types: written.types,
        typed,
        free: written.free.as_deref().map(|shape| words.shape_id(shape)).transpose()?,
        methods,
        shapes,
    })
}

/// Whether a name is the one that is known, or ends as it does: `*Db`.
pub(super) fn is_called(known: &str, name: &str) -> bool {
    known.strip_prefix('*').map_or(known == name, |ending| name.ends_with(ending))
}

/// The words of a framework's file.
struct Words<'w> {
    shapes: &'w [&'w String],
}

impl Words<'_> {
    fn shape_id(&self, name: &str) -> Result<ShapeId, String> {
        let at = self.shapes.iter().position(|own| *own == name);
        at.map(ShapeId).ok_or_else(|| format!("there is no shape `{name}`"))
    }

    fn method(&self, written: &str) -> Result<Method, String> {
        let (kind, rest) = match written.split_once(':') {
            Some((kind, rest)) => (Some(statement_kind(kind)?), rest),
            None => (None, written),
        };
        let mut method = Method { kind, ..Method::default() };
        for word in rest.split_whitespace() {
            match word {
                "all" => method.takes = Some(Takes::All),
                "alone" => method.takes = Some(Takes::AllIfAlone),
                "rows" => method.takes = Some(Takes::AllUnlessSaid),
                "projects" => method.takes = Some(Takes::Other),
                _ => {
                    let (word, repeats) = word.strip_suffix('*').map_or((word, false), |word| (word, true));
                    method.arguments.push(self.meaning(word)?);
                    method.repeats = repeats;
                }
            }
        }
        Ok(method)
    }

    fn meaning(&self, word: &str) -> Result<Meaning, String> {
        Ok(match word {
            "-" => Meaning::Nothing,
            "table" => Meaning::Table,
            "join" => Meaning::Join,
            "path" => Meaning::Path,
            "alias" => Meaning::Alias,
            "entity" => Meaning::Entity,
            "raw" => Meaning::Raw,
            _ => match shape_name(word) {
                Some(name) => Meaning::Shape(self.shape_id(name)?),
                None => Meaning::Names(usage(word).ok_or_else(|| format!("`{word}` means nothing"))?),
            },
        })
    }

    fn shape(&self, written: &BTreeMap<String, String>) -> Result<Shape, String> {
        let mut shape = Shape::default();
        for (keys, meaning) in written {
            if keys == "all-unless" {
                shape.all_unless = Some(meaning.split(' ').map(str::to_owned).collect());
                continue;
            }
            let actions = meaning.split_whitespace().map(|word| self.action(word)).collect::<Result<Vec<_>, _>>()?;
            for key in keys.split(' ') {
                match key {
                    "*" => shape.others.clone_from(&actions),
                    key => {
                        shape.keys.insert(key.to_owned(), actions.clone());
                    }
                }
            }
        }
        Ok(shape)
    }

    fn action(&self, word: &str) -> Result<Action, String> {
        if word == "same" {
            return Ok(Action::Same);
        }
        if let Some(name) = word.strip_prefix('>').and_then(shape_name) {
            return Ok(Action::Related(self.shape_id(name)?));
        }
        if let Some(name) = word.strip_prefix('+').and_then(shape_name) {
            return Ok(Action::Included(self.shape_id(name)?));
        }
        if let Some(word) = word.strip_prefix('.') {
            return usage(word).map(Action::Key).ok_or_else(|| format!("`.{word}` means nothing"));
        }
        self.meaning(word).map(Action::Value)
    }
}

fn shape_name(word: &str) -> Option<&str> {
    word.strip_prefix('{')?.strip_suffix('}')
}

fn statement_kind(word: &str) -> Result<StatementKind, String> {
    Ok(match word {
        "select" => StatementKind::Select,
        "insert" => StatementKind::Insert,
        "update" => StatementKind::Update,
        "delete" => StatementKind::Delete,
        _ => return Err(format!("`{word}` is no kind of statement")),
    })
}

fn usage(word: &str) -> Option<Use> {
    let read = |purpose| Some(Use { purpose, access: Access::Read });
    match word {
        "select" => read(Purpose::Select),
        "filter" => read(Purpose::Filter),
        "on" => read(Purpose::Join),
        "group" => read(Purpose::Group),
        "order" => read(Purpose::Order),
        "write" => Some(Use { purpose: Purpose::Write, access: Access::Write }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_framework_is_understood() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/queries/typescript");
        let mut files = 0;
        for entry in std::fs::read_dir(folder).expect("the folder is readable").flatten() {
            if entry.path().extension().is_some_and(|extension| extension == "toml") {
                let source = std::fs::read_to_string(entry.path()).expect("the file is readable");
                if let Err(error) = parse(&source) {
                    panic!("{}: {error}", entry.path().display());
                }
                files += 1;
            }
        }
        assert_eq!(files, FRAMEWORKS.len(), "every file is listed");
    }

    #[test]
    fn words_that_mean_nothing_are_refused() {
        for (methods, error) in [("a = 'wrong'", "`wrong` means nothing"), ("a = '{x}'", "there is no shape `x`")] {
            let source = format!("name = 'x'\nconstruct = 'orm'\n[methods]\n{methods}");
            assert_eq!(parse(&source).map(|_| ()), Err(error.to_owned()));
        }
    }
}
