//! A question becomes an answer: the consumers of one column, every mention accounted for, a verdict.

mod assemble;
pub mod inventory;
mod literal;
pub mod mapped;
pub mod matching;
pub mod mentions;
pub mod omitters;
pub mod place;
pub mod query;
pub mod references;
pub mod statements;
mod unproved;
mod values;
pub mod who;

pub use inventory::{InventoryFilter, inventory};
pub use query::{ColumnQuery, QueryError};
pub use references::{ReferenceLine, references};
pub use who::who;
