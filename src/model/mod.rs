//! The nouns that pass between the stages: plain data, without I/O and without parsers.

pub mod answer;
pub mod code;
pub mod date;
pub mod facts;
pub mod inventory;
pub mod mapping;
pub mod name;
pub mod schema;
pub mod source;
pub mod span;
pub mod statement;
