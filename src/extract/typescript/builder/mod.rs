//! Statements that calls build: chains of query builders and calls of object mappers.
//!
//! One mechanism reads all frameworks: chains are flattened, what a name holds is followed inside the file, and what each
//! method means is looked up in the tables of [`framework`].

pub(in crate::extract::typescript) mod chain;
pub(in crate::extract::typescript) mod code;
mod draft;
mod framework;
mod literal;
pub(in crate::extract::typescript) mod names;
mod read;

use self::code::Code;
use self::framework::FRAMEWORKS;
use self::read::Reading;
use crate::model::facts::FileFacts;

/// Adds the statements that the calls of a file build.
pub(super) fn read(code: &Code<'_>, facts: &mut FileFacts) {
    let mut reading = Reading::new(code, &FRAMEWORKS);
    reading.chains();
    reading.typed();
    reading.members();
    facts.built.extend(reading.finish());
}

#[cfg(test)]
mod tests;
