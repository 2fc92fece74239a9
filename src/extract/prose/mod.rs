//! Prose: documentation in Markdown and the like, licences, changelogs. Its blocks of SQL are read as SQL.

use super::embedded::{self, StringValue};
use super::host::tokens::flatten;
use super::sql::text::SqlText;
use super::{Format, Input};
use crate::model::facts::{FileFacts, TokenKind};

/// Documentation.
pub struct Prose;

/// Extensions, in lower case.
const EXTENSIONS: &[&str] = &["md", "markdown", "mdx", "rst", "adoc", "asciidoc", "txt", "text", "org"];

/// Names of files that are prose without an extension, in upper case.
const NAMES: &[&str] = &[
    "LICENSE",
    "LICENCE",
    "COPYING",
    "NOTICE",
    "README",
    "CHANGELOG",
    "CHANGES",
    "NEWS",
    "AUTHORS",
    "CONTRIBUTORS",
    "CONTRIBUTING",
    "MAINTAINERS",
    "TODO",
    "HISTORY",
];

/// Names of the language in the opening of a block of SQL.
const SQL: &[&str] = &["sql", "postgresql", "postgres", "psql", "mysql", "plpgsql", "plsql", "tsql", "sqlite"];

impl Format for Prose {
    fn name(&self) -> &'static str {
        "prose"
    }

    fn claims(&self, path: &str, _head: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => {
                EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str())
            }
            _ => NAMES.contains(&name.to_ascii_uppercase().as_str()),
        }
    }

    fn extract(&self, input: Input<'_>) -> FileFacts {
        let mut facts = FileFacts { elsewhere: TokenKind::Prose, ..FileFacts::default() };
        for (start, end) in blocks(input.text) {
            let block = StringValue::Piece(SqlText::verbatim(&input.text[start..end], start));
            embedded::embed(&mut facts, &block, None);
        }
        facts.tokens = flatten(std::mem::take(&mut facts.tokens));
        facts
    }
}

/// How a block that is open ends.
enum End<'a> {
    /// With a line that starts with this many of this sign, and more of it only.
    Fence(char, usize),
    /// With the same line as its opening: a delimiter of `AsciiDoc`.
    Same(&'a str),
    /// With the first line that is not indented more than this: a directive of reStructuredText.
    Indentation(usize),
}

/// The insides of all blocks of SQL, in text order.
fn blocks(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut open: Option<(End<'_>, bool, usize)> = None;
    let mut announced = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let next = start + line.len();
        let trimmed = line.trim();
        let indentation = line.len() - line.trim_start().len();
        if let Some((end, is_sql, inside)) = &open {
            let ends = match end {
                End::Fence(sign, length) => trimmed.len() >= *length && trimmed.chars().all(|c| c == *sign),
                End::Same(delimiter) => trimmed == *delimiter,
                End::Indentation(outer) => !trimmed.is_empty() && indentation <= *outer,
            };
            if !ends {
                start = next;
                continue;
            }
            if *is_sql {
                found.push((*inside, start));
            }
            let directive = matches!(end, End::Indentation(_));
            open = None;
            if !directive {
                start = next;
                continue;
            }
        }
        if let Some(sign @ ('`' | '~')) = trimmed.chars().next()
            && let length = trimmed.chars().take_while(|c| *c == sign).count()
            && length >= 3
            && !trimmed[length..].contains('`')
        {
            open = Some((End::Fence(sign, length), is_sql(&trimmed[length..]), next));
        } else if let Some(language) = directive(trimmed) {
            open = Some((End::Indentation(indentation), is_sql(language), next));
        } else if let Some(attributes) = trimmed.strip_prefix("[source").and_then(|rest| rest.strip_suffix(']')) {
            announced = attributes.split(',').nth(1).is_some_and(is_sql);
        } else if trimmed.len() >= 4 && trimmed.bytes().all(|byte| byte == b'-') && announced {
            open = Some((End::Same(trimmed), true, next));
            announced = false;
        } else if !trimmed.is_empty() && !trimmed.starts_with('.') {
            announced = false;
        }
        start = next;
    }
    if let Some((_, true, inside)) = open {
        found.push((inside, text.len()));
    }
    found
}

/// The language of a code block's directive in reStructuredText.
fn directive(line: &str) -> Option<&str> {
    let rest = line.strip_prefix(".. ")?;
    ["code-block::", "sourcecode::", "code::"].iter().find_map(|directive| rest.strip_prefix(directive))
}

fn is_sql(language: &str) -> bool {
    let word = language.trim_start_matches([' ', '{', '.']);
    let word = word.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
    SQL.iter().any(|known| word.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_sql_are_found() {
        let cases: &[(&str, &[&str])] = &[
            ("```sql\nSELECT 1\n```\n", &["SELECT 1\n"]),
            ("text\n\n~~~~ SQL title=x\nSELECT 1\n~~~\n~~~~\n", &["SELECT 1\n~~~\n"]),
            ("```{.sql}\na\n```", &["a\n"]),
            ("  ```postgresql\n  a\n  ```\n```\nb\n```\n```sql\nc\n```\n", &["  a\n", "c\n"]),
            ("```sql\nunclosed", &["unclosed"]),
            ("```js\n```sql\n```\n", &[]),
            ("```sqlite3\nx\n```\n", &[]),
            ("```mysql\nx\n```", &["x\n"]),
            ("``` not sql\nSELECT 1\n```\n", &[]),
            ("```\nSELECT 1\n```\n", &[]),
            ("Inline ```sql SELECT``` text\n", &[]),
            ("SELECT full_name FROM users;\n", &[]),
            (".. code-block:: sql\n\n   SELECT 1\n\n   ;\nafter\n", &["\n   SELECT 1\n\n   ;\n"]),
            (".. code-block:: python\n\n   SELECT 1\n", &[]),
            ("[source,sql]\n----\nSELECT 1\n----\n", &["SELECT 1\n"]),
            ("[source,sql]\n.Title\n----\na\n----\n", &["a\n"]),
            ("[source,java]\n----\na\n----\n", &[]),
            ("[source,sql]\ntext\n\n----\na\n----\n", &[]),
        ];
        for (text, expected) in cases {
            let found: Vec<&str> = blocks(text).iter().map(|&(start, end)| &text[start..end]).collect();
            assert_eq!(found, *expected, "{text}");
        }
    }

    #[test]
    fn files_that_are_prose() {
        for path in ["README.md", "docs/a.RST", "LICENSE", "a/readme", "x.txt", "CHANGELOG.adoc"] {
            assert!(Prose.claims(path, ""), "{path}");
        }
        for path in ["README.py", "src/license.rs", "txt", ".md", "a/Makefile"] {
            assert!(!Prose.claims(path, ""), "{path}");
        }
    }
}
