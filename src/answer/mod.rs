//! A question becomes an answer: the consumers of one column, every mention accounted for, a verdict.

pub mod matching;
pub mod mentions;
pub mod place;
pub mod query;
pub mod references;
pub mod statements;
pub mod who;
