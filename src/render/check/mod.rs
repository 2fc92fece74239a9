//! The outcome of a check, for people and for the places where they work.

pub mod text;
pub(super) mod words;
