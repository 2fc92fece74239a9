//! Integration tests: the real command on real files.

fn main() {}
