//! CODEOWNERS in the dialects of GitHub and GitLab: the last pattern that matches says who owns a file, in each section.
//!
//! <https://docs.gitlab.com/user/project/codeowners/reference/>

use globset::{GlobBuilder, GlobMatcher};

/// Patterns that are read of one file. Beyond that the file is no list of owners that people keep.
const MOST_RULES: usize = 20_000;

/// Whose rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Patterns as in `.gitignore`; no sections. A file with sections is GitLab's wherever it lies.
    GitHub,
    /// Sections with default owners, and exclusions.
    GitLab,
}

/// The rules of one file.
#[derive(Default)]
pub(super) struct CodeOwners {
    sections: Vec<Section>,
}

#[derive(Default)]
struct Section {
    /// Folded; empty before the first header.
    name: String,
    /// In the file's order.
    rules: Vec<Rule>,
}

struct Rule {
    globs: Vec<GlobMatcher>,
    owners: Vec<String>,
    /// `!pattern`: nobody of this section owns it, whatever else is said.
    excludes: bool,
}

impl CodeOwners {
    /// Reads a file. Lines that mean nothing are passed over, as the hosts do.
    pub(super) fn read(text: &str, dialect: Dialect) -> Self {
        let dialect = if text.lines().any(|line| header(line.trim()).is_some()) { Dialect::GitLab } else { dialect };
        let mut found = Self { sections: vec![Section::default()] };
        let (mut at, mut default) = (0, Vec::new());
        for line in text.lines().take(MOST_RULES) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some((name, rest)) = header(line) {
                let name = name.trim().to_lowercase();
                at = found.sections.iter().position(|section| section.name == name).unwrap_or_else(|| {
                    found.sections.push(Section { name, rules: Vec::new() });
                    found.sections.len() - 1
                });
                default = owners(rest);
                continue;
            }
            let (excludes, line) = match line.strip_prefix('!') {
                Some(rest) if dialect == Dialect::GitLab => (true, rest),
                _ => (false, line),
            };
            let (pattern, rest) = pattern_and_rest(line);
            let mut owners = owners(rest);
            if owners.is_empty() {
                owners.clone_from(&default);
            }
            let globs = globs(&pattern, dialect);
            found.sections[at].rules.push(Rule { globs, owners, excludes });
        }
        found
    }

    /// The owners of a file by its path in the repository: those of all sections, in their order.
    pub(super) fn owners(&self, path: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for section in &self.sections {
            let matching = |rule: &&Rule| rule.globs.iter().any(|glob| glob.is_match(path));
            if section.rules.iter().filter(|rule| rule.excludes).any(|rule| matching(&rule)) {
                continue;
            }
            let Some(rule) = section.rules.iter().rev().find(matching) else { continue };
            for owner in &rule.owners {
                if !found.contains(owner) {
                    found.push(owner.clone());
                }
            }
        }
        found
    }
}

/// `[Name]`, `^[Name]`, `[Name][2] @owner`: the section's name, and what stands behind it.
fn header(line: &str) -> Option<(&str, &str)> {
    let (name, mut rest) = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?.split_once(']')?;
    if let Some((number, behind)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'))
        && number.trim().chars().all(|digit| digit.is_ascii_digit())
    {
        rest = behind;
    }
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some((name, rest))
}

/// The pattern up to the first blank that is not escaped, its escapes of blanks and `#` taken away.
fn pattern_and_rest(line: &str) -> (String, &str) {
    let mut pattern = String::new();
    let mut letters = line.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some((_, next @ (' ' | '#' | '\t'))) => pattern.push(next),
                Some((_, next)) => pattern.extend(['\\', next]),
                None => {}
            },
            letter if letter.is_whitespace() => return (pattern, &line[at..]),
            letter => pattern.push(letter),
        }
    }
    (pattern, "")
}

/// The owners that a line names, up to a comment.
fn owners(rest: &str) -> Vec<String> {
    rest.split_whitespace()
        .take_while(|word| !word.starts_with('#'))
        .filter(|word| word.contains('@'))
        .map(str::to_owned)
        .collect()
}

/// A pattern as globs over whole paths.
fn globs(pattern: &str, dialect: Dialect) -> Vec<GlobMatcher> {
    let mut escaped = String::with_capacity(pattern.len());
    for letter in pattern.chars() {
        // Neither host has classes or alternatives.
        if matches!(letter, '[' | ']' | '{' | '}') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    let rooted = escaped.strip_prefix('/');
    let inner = escaped.trim_matches('/').contains('/');
    let path = rooted.unwrap_or(&escaped);
    let anchored = rooted.is_some() || (dialect == Dialect::GitHub && inner);
    let path = if anchored { path.to_owned() } else { format!("**/{path}") };
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    let written = if path.ends_with('/') {
        vec![format!("{path}**")]
    } else if dialect == Dialect::GitHub && (last != "*" || !inner) {
        // What is called so may be a folder; `docs/*` means the files of that folder alone.
        vec![path.clone(), format!("{path}/**")]
    } else {
        vec![path]
    };
    let build = |glob: &String| GlobBuilder::new(glob).literal_separator(true).backslash_escape(true).build().ok();
    written.iter().filter_map(build).map(|glob| glob.compile_matcher()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, dialect: Dialect, cases: &[(&str, &str)]) {
        let rules = CodeOwners::read(text, dialect);
        for (path, expected) in cases {
            assert_eq!(rules.owners(path).join(" "), *expected, "{path}");
        }
    }

    #[test]
    fn the_last_match_wins() {
        check(
            "# all\n*  @all # everyone\n*.js @js\n/build/logs/ @logs\ndocs/* docs@example.com\napps/ @apps\n\
             /scripts/ @a @b\n**/deep @deep\n/apps/github\n/we\\ ird\\#.txt @w\n/top @top\n[x @odd\n",
            Dialect::GitHub,
            &[
                ("README.md", "@all"),
                ("src/x.js", "@js"),
                ("build/logs/a/b.txt", "@logs"),
                ("x/build/logs/a", "@all"),
                ("docs/start.md", "docs@example.com"),
                ("docs/deep-er/start.md", "@all"),
                ("x/docs/start.md", "@all"),
                ("x/apps/y/z.ts", "@apps"),
                ("scripts/x.sh", "@a @b"),
                ("a/b/deep/c", "@deep"),
                ("apps/github/x", ""),
                ("we ird#.txt", "@w"),
                ("top/a/b", "@top"),
            ],
        );
    }

    #[test]
    fn sections_add_up() {
        check(
            "* @all\n[Database][2] @dba\n*.sql\n/reports/ @reports\n!/reports/old/\n^[docs]\ndocs/* @writers\n\
             [DATABASE]\n/seeds/ @seeds\n",
            Dialect::GitHub,
            &[
                ("a.rs", "@all"),
                ("x/a.sql", "@all @dba"),
                ("reports/q.sql", "@all @reports"),
                ("reports/old/q.sql", "@all"),
                ("x/docs/a.md", "@all @writers"),
                ("seeds/a.csv", "@all @seeds"),
            ],
        );
    }

    #[test]
    fn hostile_files_are_read() {
        for text in ["[", "[]", "^[", "\\", "!", "***/** @a", "/ @a", "* @a\\", "[a][b] @c", "\u{fffd} @x"] {
            let _ = CodeOwners::read(text, Dialect::GitLab).owners("a/b");
        }
    }
}
