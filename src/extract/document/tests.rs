//! Fixtures: what a document says, drawn as text. Every described format has one that says something and one that says
//! nothing.

use super::Documents;
use super::description::DESCRIPTIONS;
use crate::extract::drawn::drawn;
use crate::extract::{Format, Input};
use crate::model::facts::TokenKind;

#[test]
fn fixtures_say_what_they_say() {
    insta::glob!("../../../fixtures/documents", "*/*", |path| {
        let text = std::fs::read_to_string(path).expect("a fixture is readable");
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let mut facts = Documents.extract(Input::new(&format!("src/{name}"), &text));
        facts.put_in_order();
        let is_record = facts.elsewhere == TokenKind::Record;
        let is_empty = facts.statements.is_empty() && facts.blind_spots.is_empty() && !is_record;
        assert_eq!(is_empty, name.starts_with("nothing"), "{}", path.display());
        insta::assert_snapshot!(drawn(&facts, &text));
    });
}

#[test]
fn every_description_has_fixtures() {
    for description in DESCRIPTIONS.iter() {
        let folder = format!("{}/fixtures/documents/{}", env!("CARGO_MANIFEST_DIR"), description.name);
        let files: Vec<String> = std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{folder}: {error}"))
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        let nothing = files.iter().filter(|name| name.starts_with("nothing")).count();
        assert!(nothing > 0 && files.len() > nothing, "{folder}: {files:?}");
    }
}
