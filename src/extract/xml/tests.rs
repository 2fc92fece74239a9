//! Fixtures: what an XML file says, drawn as text.

use super::Xml;
use crate::extract::drawn::drawn;
use crate::extract::{Format, Input};

#[test]
fn fixtures_say_what_they_say() {
    insta::glob!("../../../fixtures/xml", "*/*.xml", |path| {
        let text = std::fs::read_to_string(path).expect("a fixture is readable");
        let mut facts = Xml.extract(Input::new("src/Case.xml", &text));
        facts.put_in_order();
        insta::assert_snapshot!(drawn(&facts, &text));
    });
}
