//! sqlparser's syntax tree to our statements: scopes, names, outputs, schema changes.
