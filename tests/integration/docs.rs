//! Documentation that must say what the program does.

use std::fs;

use crate::common::columnist;

fn at(path: &str) -> String {
    format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_format_has_a_row() {
    let formats = read("docs/formats.md");
    let documents = columnist::extract::document::description::DESCRIPTIONS.iter().map(|one| one.name.as_str());
    for name in columnist::extract::FORMATS.iter().map(|format| format.name()).chain(documents) {
        let row = format!("| `{name}` |");
        assert!(formats.contains(&row), "docs/formats.md has no row that starts with {row}");
    }
}

/// Each `console` block of the README is a command and what it prints. `UPDATE_DOCS=1` writes them anew.
#[test]
fn the_readme_shows_real_output() {
    const START: &str = "```console\n$ cargo run --release -- ";
    let readme = read("README.md");
    let mut parts = readme.split(START);
    let mut fresh = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let (command, rest) = part.split_once('\n').expect("a command is a line");
        let (_, after) = rest.split_once("```").expect("a block ends");
        let (arguments, lines) = command.split_once(" | head -n ").unwrap_or((command, "9999"));
        let lines = lines.parse().expect("a number of lines");
        let run = columnist(&arguments.split(' ').collect::<Vec<_>>());
        assert_eq!(run.stderr, "", "{command}");
        let shown: Vec<&str> = run.stdout.split_inclusive('\n').take(lines).collect();
        fresh.extend([START, command, "\n", &shown.concat(), "```", after]);
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(at("README.md"), &fresh).expect("README.md can be written");
    }
    assert_eq!(readme, fresh, "README.md shows other output than the program; UPDATE_DOCS=1 writes it anew");
}

#[test]
fn links_lead_somewhere() {
    for (page, folder) in
        [("README.md", ""), ("docs/CONTRIBUTING.md", "docs/"), ("docs/formats.md", "docs/"), ("docs/check.md", "docs/")]
    {
        for link in read(page).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(
                link.starts_with("http") || fs::exists(at(&format!("{folder}{link}"))).is_ok_and(|yes| yes),
                "{page}: {link}"
            );
        }
    }
}

#[test]
fn settings_in_the_documentation_are_valid() {
    let page = read("docs/settings.md");
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let tree = crate::common::Tree::small();
    // The example's sources are not there; everything else must be understood.
    let example: Vec<&str> = example.lines().filter(|line| !line.starts_with("sources")).collect();
    let example = example.join(
        "
",
    );
    tree.write("columnist.toml", example.as_bytes());
    let run = tree.run(&["files"]);
    assert_eq!(run.code, 0, "{run:?}");
}
