//! Linking: the only place where names are resolved.
//!
//! [`database`] says which files belong together, [`store`] gives the facts of files on demand, [`search`] says which
//! files matter, [`system`] puts the catalog together, [`entities`] gives mapped classes their tables, `implied` the names that
//! they leave out, [`aliases`] what aliases of other files stand for, `prefixed` tables whose names begin with a setting, `cased` those that a plugin spells otherwise, `translate` puts built statements into the schema's names, [`resolve`]
//! gives every name of one statement its column, [`uses`] lists what a statement does to which columns, [`views`]
//! carries columns through views, [`types`] tells what values are, [`consumers`] says in which code unit a use stands and whether that is live,
//! [`owners`] who answers for it, [`runs`] what runs it.

pub mod aliases;
mod cased;
pub mod constants;
pub mod consumers;
pub mod database;
pub mod entities;
mod implied;
pub mod owners;
pub mod packages;
mod prefixed;
pub mod resolve;
pub mod runs;
pub mod search;
pub mod store;
pub mod system;
mod translate;
pub mod types;
pub mod uses;
pub mod views;
