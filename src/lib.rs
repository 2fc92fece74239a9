//! columnist answers one question about a system of many repositories: who still reads or writes this
//! table or column?
//!
//! The modules are the stages of the pipeline, in order: [`discover`] finds files, [`extract`] turns one
//! file into facts, [`catalog`] puts the schema together, [`link`] resolves every name, [`answer`] collects
//! the consumers of one column, [`check`] asks for what a migration takes away, [`render`] prints them. [`model`] holds the nouns that pass between them.

pub mod model;

pub mod cache;
pub mod discover;
pub mod extract;

pub mod catalog;
pub mod link;

pub mod answer;
pub mod check;
pub mod render;
