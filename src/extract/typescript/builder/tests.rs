//! Cases of calls and the names in the statements that they build.
