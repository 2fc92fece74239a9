//! Documentation that must say what the program does.

use std::fs;

fn read(path: &str) -> String {
    fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR")))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_format_has_a_row() {
    let formats = read("docs/formats.md");
    for format in columnist::extract::FORMATS {
        let row = format!("| `{}` |", format.name());
        assert!(formats.contains(&row), "docs/formats.md has no row that starts with {row}");
    }
}

#[test]
fn the_readme_shows_the_real_answer() {
    let answer = crate::common::columnist(&["who", "users.full_name", "fixtures/shop"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    let shown = answer.stdout.trim_end();
    assert!(read("README.md").contains(shown), "README.md shows another answer than this:\n{shown}");
}

#[test]
fn the_exit_codes_are_told() {
    for page in ["README.md", "docs/settings.md"] {
        let _ = read(page);
    }
    assert!(read("README.md").contains("| 2 | not answered"));
}
