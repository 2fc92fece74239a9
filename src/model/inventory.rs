//! The inventory: every table and column with who touches it. What a dashboard reads.

use super::answer::{Certainty, Place, Scanned};
use super::schema::RelationKind;
use super::source::{Context, Kind};

/// Whether anybody still needs a table or column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Live code reads and writes it.
    Live,
    /// The schema has dropped it or renamed it away.
    Dropped,
    /// Live code writes it and none reads it.
    NobodyReads,
    /// Live code reads it and none writes it.
    NobodyWrites,
    /// No live code is known to touch it.
    NobodyTouches,
}

impl State {
    /// All states, in the order in which help shows them.
    pub const ALL: [State; 5] =
        [State::Live, State::Dropped, State::NobodyReads, State::NobodyWrites, State::NobodyTouches];

    /// The word used in output and options.
    pub fn name(self) -> &'static str {
        match self {
            State::Live => "live",
            State::Dropped => "dropped",
            State::NobodyReads => "nobody-reads",
            State::NobodyWrites => "nobody-writes",
            State::NobodyTouches => "nobody-touches",
        }
    }
}

/// A code unit that touches something; the rows name it by its index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InventoryConsumer {
    /// Name of its repository.
    pub repository: String,
    /// Its file.
    pub path: String,
    /// Unit name, or the file's.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Whether it is live.
    pub context: Context,
    /// Who owns it; empty is "unowned".
    pub owners: Vec<String>,
}

/// Who touches a table or column: indexes into [`Inventory::consumers`], sorted, of live consumers only.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Touched {
    /// Name it and read it.
    pub readers: Vec<u32>,
    /// Name it and write it.
    pub writers: Vec<u32>,
    /// Read it without naming it: `*`, an ORM call that names every mapped column.
    pub implicit_readers: Vec<u32>,
    /// Write it without naming it: an insert without a column list.
    pub implicit_writers: Vec<u32>,
    /// Map a property to it: whatever the entity is read or written by names it.
    pub mapped_by: Vec<u32>,
    /// References of migrations, seeds, tests and documentation.
    pub not_live: usize,
    /// The surest reference of a live consumer.
    pub certainty: Option<Certainty>,
}

impl Touched {
    /// All live consumers, sorted, each once.
    pub fn all(&self) -> Vec<u32> {
        let lists = [&self.readers, &self.writers, &self.implicit_readers, &self.implicit_writers, &self.mapped_by];
        let mut all: Vec<u32> = lists.into_iter().flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Whether live code may read it.
    pub fn is_read(&self) -> bool {
        !(self.readers.is_empty() && self.implicit_readers.is_empty() && self.mapped_by.is_empty())
    }

    /// Whether live code may write it.
    pub fn is_written(&self) -> bool {
        !(self.writers.is_empty() && self.implicit_writers.is_empty() && self.mapped_by.is_empty())
    }
}

/// A column of the inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryColumn {
    /// Its name as declared.
    pub name: String,
    /// Its type as written; empty when that is not known.
    pub data_type: String,
    /// Whether anybody needs it.
    pub state: State,
    /// Where it was declared; `None` when no schema source declares it.
    pub declared: Option<Place>,
    /// Where it was dropped.
    pub dropped: Option<Place>,
    /// Who touches it.
    pub touched: Touched,
}

/// A table or view of the inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventoryTable {
    /// The database, when several are configured.
    pub database: Option<String>,
    /// Its name as the catalog shows it.
    pub name: String,
    /// What it is; `None` when no schema source declares it.
    pub kind: Option<RelationKind>,
    /// Whether anybody needs it.
    pub state: State,
    /// Where it was declared.
    pub declared: Option<Place>,
    /// Where it was dropped.
    pub dropped: Option<Place>,
    /// Who touches any of its columns.
    pub touched: Touched,
    /// In order of declaration; undeclared ones behind them by name.
    pub columns: Vec<InventoryColumn>,
}

/// Every table and column.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Inventory {
    /// Live consumers, sorted.
    pub consumers: Vec<InventoryConsumer>,
    /// Sorted by database and name.
    pub tables: Vec<InventoryTable>,
    /// Files accounted for.
    pub scanned: Scanned,
}
