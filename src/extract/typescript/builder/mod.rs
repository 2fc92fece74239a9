//! Statements that calls build: chains of query builders and calls of object mappers.
//!
//! One mechanism reads all frameworks: chains are flattened, what a name holds is followed inside the file, and what each
//! method means is looked up in the tables of [`framework`].

mod begin;
pub(in crate::extract::typescript) mod chain;
pub(in crate::extract::typescript) mod code;
mod draft;
mod framework;
mod literal;
pub(in crate::extract::typescript) mod names;
mod read;
mod returned;

use self::code::Code;
use self::framework::{FRAMEWORKS, Framework};
use self::read::Reading;
use crate::model::facts::{FileFacts, OuterName};

/// The frameworks that calls are read by.
#[derive(Clone, Debug, Default)]
pub(in crate::extract) struct Frameworks {
    /// The user's own and then those that columnist knows; `None` when there are no others.
    with_own: Option<Vec<Framework>>,
}

impl Frameworks {
    /// Adds one that a user describes. The error says which word is not understood.
    pub(in crate::extract) fn add(&mut self, text: &str) -> Result<(), String> {
        let own = framework::parse(text)?;
        let all = self.with_own.get_or_insert_with(|| FRAMEWORKS.clone());
        // Asked first: it is there because the others do not know enough.
        all.insert(0, own);
        Ok(())
    }

    fn all(&self) -> &[Framework] {
        self.with_own.as_ref().unwrap_or(&FRAMEWORKS)
    }
}

/// Adds the statements that the calls of a file build.
pub(super) fn read(code: &Code<'_>, frameworks: &Frameworks, facts: &mut FileFacts) {
    let mut reading = Reading::new(code, frameworks.all());
    reading.chains();
    reading.free();
    reading.held();
    reading.typed();
    reading.project();
    reading.members();
    let outer = |name: &&str| OuterName { holder: None, name: (*name).to_owned(), call: false };
    facts.wanted.extend(reading.wanted.iter().map(outer));
    facts.wanted.sort();
    facts.wanted.dedup();
    facts.built.extend(reading.finish());
}

#[cfg(test)]
mod tests;
