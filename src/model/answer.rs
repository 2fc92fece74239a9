//! The answer to a question about one column or table. Renderers print it; they decide nothing.

use serde::{Deserialize, Serialize};

use super::source::{Context, Kind};
use super::statement::Access;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The table, as the catalog spells it; schema-qualified only where the default schema does not hold it.
    pub table: String,
    /// The column, or `None` for the whole table.
    pub column: Option<String>,
    /// What the schema knows of it.
    pub state: TargetState,
}

/// What the schema says about the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetState {
    /// It exists; `declared` is where it was created.
    Exists {
        /// Where it was created.
        declared: Place,
    },
    /// It was dropped or renamed away.
    Dropped {
        /// Where.
        dropped: Place,
    },
    /// No schema source declares it; references are matched by the names in the statements.
    Undeclared,
}

/// The conclusion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// No consumer is known, every mention is accounted for, no blind spot touches the table.
    Clear,
    /// Only possible consumers, unresolved mentions, or blind spots that touch the table.
    Review,
    /// A live consumer that is certain or likely.
    Blocked,
}

impl Verdict {
    /// The word used in output and options.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Clear => "clear",
            Verdict::Review => "review",
            Verdict::Blocked => "blocked",
        }
    }
}

/// How sure a reference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// May touch it.
    Possible,
    /// Resolved by a convention or a unique name.
    Likely,
    /// Named in a construct whose relation is resolved.
    Certain,
}

impl Certainty {
    /// The word used in output.
    pub fn name(self) -> &'static str {
        match self {
            Certainty::Possible => "possible",
            Certainty::Likely => "likely",
            Certainty::Certain => "certain",
        }
    }
}

/// What kind of code names the column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Construct {
    /// SQL text that reads or writes rows.
    Sql,
    /// A query builder's argument.
    QueryBuilder,
    /// An ORM call's argument.
    Orm,
    /// The declaration that maps a property to the column.
    Mapping,
    /// A property, getter or setter of a row.
    Entity,
    /// A call that names every mapped column in the SQL that it generates.
    Implicit,
    /// `*`, or an insert without a column list.
    Wildcard,
    /// An identifier built at run time.
    Dynamic,
    /// DDL.
    Schema,
}

impl Construct {
    /// The word used in output.
    pub fn name(self) -> &'static str {
        match self {
            Construct::Sql => "sql",
            Construct::QueryBuilder => "query-builder",
            Construct::Orm => "orm",
            Construct::Mapping => "mapping",
            Construct::Entity => "entity",
            Construct::Implicit => "implicit",
            Construct::Wildcard => "wildcard",
            Construct::Dynamic => "dynamic",
            Construct::Schema => "schema",
        }
    }
}

/// The word used in output for an access.
pub fn access_name(access: Access) -> &'static str {
    match access {
        Access::Read => "read",
        Access::Write => "write",
        Access::Both => "both",
    }
}

/// A stretch of a file as people count: one-based lines and columns, `end_column` one past the last character.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Path as answers show it.
    pub path: String,
    /// First line.
    pub line: u32,
    /// First column, in Unicode scalar values.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column after the last character.
    pub end_column: u32,
}

/// One place that reads or writes the column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where its name stands.
    pub place: Place,
    /// Read or write.
    pub access: Access,
    /// How sure.
    pub certainty: Certainty,
    /// In what kind of code.
    pub construct: Construct,
    /// The line of code, trimmed and cut to a bearable length.
    pub snippet: String,
    /// Why this is a reference to this column, in words.
    pub why: String,
    /// The table that it goes to, as the catalog spells it.
    pub table: String,
    /// The column, or `*`.
    pub column: String,
}

/// One step of how a consumer is reached: what runs it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Via {
    /// What it is: `scheduled-task`, `script`, `view`, …
    pub kind: String,
    /// Its name.
    pub name: String,
    /// When it runs, in words; empty when that is not said here.
    pub schedule: String,
    /// Where it says so.
    pub path: String,
    /// On which line.
    pub line: u32,
}

/// A code unit with at least one reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumer {
    /// Unit name, or the file's name when the reference stands in no unit.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Whether it is live.
    pub context: Context,
    /// Name of its repository.
    pub repository: String,
    /// Its file.
    pub path: String,
    /// Who owns it; empty is "unowned".
    pub owners: Vec<String>,
    /// All accesses together.
    pub access: Access,
    /// The surest of its references.
    pub certainty: Certainty,
    /// What runs it, outermost first.
    pub via: Vec<Via>,
    /// In text order.
    pub references: Vec<Reference>,
}

/// The verdict on one mention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MentionVerdict {
    /// A reference to this column.
    Reference,
    /// Another table's column.
    OtherColumn,
    /// A value already copied off the row.
    Value,
    /// Comment, prose, or another symbol.
    NotCode,
    /// It could not be told.
    Unresolved,
}

impl MentionVerdict {
    /// The word used in output.
    pub fn name(self) -> &'static str {
        match self {
            MentionVerdict::Reference => "reference",
            MentionVerdict::OtherColumn => "other-column",
            MentionVerdict::Value => "value",
            MentionVerdict::NotCode => "not-code",
            MentionVerdict::Unresolved => "unresolved",
        }
    }
}

/// A line on which a spelling of the column stands as a whole word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Path as answers show it.
    pub path: String,
    /// One-based line.
    pub line: u32,
    /// The spelling that decided, as it stands there.
    pub text: String,
    /// What it is.
    pub verdict: MentionVerdict,
    /// Why.
    pub why: String,
}

/// A place that could not be seen through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlindSpotAt {
    /// Path as answers show it.
    pub path: String,
    /// One-based line.
    pub line: u32,
    /// Why.
    pub reason: String,
    /// Tables that it is known to touch.
    pub tables: Vec<String>,
}

/// Something wrong with a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemAt {
    /// Stable kebab-case code.
    pub code: String,
    /// The fact.
    pub message: String,
    /// Path as answers show it.
    pub path: String,
    /// One-based line; 0 for the file as a whole.
    pub line: u32,
}

/// Accounts for every file of the walk.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Scanned {
    /// Files met: read and skipped.
    pub files: usize,
    /// Files whose text was searched.
    pub read: usize,
    /// Files not searched, by reason, sorted by reason.
    pub skipped: Vec<(String, usize)>,
    /// Trouble met, sorted by place.
    pub problems: Vec<ProblemAt>,
}

/// The answer to `who`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What was asked for.
    pub target: Target,
    /// The conclusion.
    pub verdict: Verdict,
    /// Sorted by context, kind, repository, path, name.
    pub consumers: Vec<Consumer>,
    /// Every mention, sorted by path and line: one a line.
    pub mentions: Vec<Mention>,
    /// What was searched for and occurs at least once, sorted.
    pub spellings: Vec<String>,
    /// Sorted by place.
    pub blind_spots: Vec<BlindSpotAt>,
    /// Files accounted for.
    pub scanned: Scanned,
}
