//! Why a question was not answered, and what to do about it.

use crate::answer::QueryError;

/// The error's fact, then a line for each help and note.
pub fn unanswered(error: &QueryError) -> String {
    let mut lines = vec![error.to_string()];
    let quoted = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match error {
        QueryError::Malformed(_) => {
            lines.push("help: ask as in `users.full_name`, or `users` for the whole table".into());
        }
        QueryError::UnknownDatabase { known, .. } if known.is_empty() => {
            lines.push("help: columnist.toml names no database".into());
        }
        QueryError::UnknownDatabase { known, .. } => {
            lines.push(format!("help: columnist.toml names {}", quoted(known)));
        }
        QueryError::SeveralDatabases { .. } => {}
        QueryError::Unknown { name, nearest, mentions, schema_found, .. } => {
            if !nearest.is_empty() {
                lines.push(format!("help: the nearest names are {}", quoted(nearest)));
            }
            if !schema_found {
                lines.push("note: no schema was found: no file that was read creates a table".into());
            }
            let word = name.rsplit('.').next().unwrap_or(name);
            lines.push(match mentions {
                0 => format!("note: no line that was read has the word `{word}`"),
                1 => format!("note: one line has the word `{word}`, and no statement makes it this name"),
                many => format!("note: {many} lines have the word `{word}`, and no statement makes it this name"),
            });
        }
    }
    lines.join("\n  = ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_says_what_next() {
        let unknown = |nearest: &[&str], mentions, schema_found| QueryError::Unknown {
            what: "column",
            name: "users.full_nam".into(),
            nearest: nearest.iter().map(ToString::to_string).collect(),
            mentions,
            schema_found,
        };
        let table = [
            (
                unknown(&["users.full_name"], 0, true),
                "unknown column `users.full_nam`\n  = help: the nearest names are `users.full_name`\n  = note: no line that was read has the word `full_nam`",
            ),
            (
                unknown(&[], 3, false),
                "unknown column `users.full_nam`\n  = note: no schema was found: no file that was read creates a table\n  = note: 3 lines have the word `full_nam`, and no statement makes it this name",
            ),
            (
                QueryError::UnknownDatabase { name: "a".into(), known: vec!["b".into(), "c".into()] },
                "unknown database `a`\n  = help: columnist.toml names `b`, `c`",
            ),
        ];
        for (error, expected) in table {
            assert_eq!(unanswered(&error), expected);
        }
    }
}
