//! Fixtures: what mapped classes and repositories say, drawn as text.

use crate::extract::drawn::drawn;
use crate::extract::java::Java;
use crate::extract::{Format, Input};

#[test]
fn fixtures_map_classes() {
    insta::glob!("../../../../fixtures/java", "*/*.java", |path| {
        let text = std::fs::read_to_string(path).expect("a fixture is readable");
        let mut facts = Java.extract(Input { path: "src/Case.java", text: &text });
        facts.put_in_order();
        insta::assert_snapshot!(drawn(&facts, &text));
    });
}
