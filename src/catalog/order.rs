//! Schema sources and their order: which files build one schema together, and which of them run, in what order.
//!
//! Conventions: Flyway (`V1__x.sql`, `R__x.sql`, `U1__x.sql`, `B1__x.sql`; flywaydb.org, "Migrations"),
//! golang-migrate (`1_x.up.sql`, `1_x.down.sql`), dbmate and goose (both directions in one file), Prisma and Diesel
//! (a folder for each step), Drizzle and plain numbered files.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::model::source::{Context, FileId, SourceFile};

/// Files that build one schema together, in the order in which they run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaSource {
    /// The folder that holds the steps, or the file itself when it stands alone.
    pub path: String,
    /// Index of its repository.
    pub repository: usize,
    /// Its files in order.
    pub files: Vec<FileId>,
}

/// When a migration file runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// Once, in order of its number.
    Versioned,
    /// After all versioned ones, whenever it changes.
    Repeatable,
    /// Only to undo.
    Undo,
}

fn step(path: &str) -> Step {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    let stem = lower.split('.').next().unwrap_or("");
    let flyway = |prefix: char| {
        name.starts_with(prefix)
            && name.contains("__")
            && name[1..]
                .split("__")
                .next()
                .is_some_and(|version| version.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'_'))
    };
    if flyway('U') && !name.starts_with("U__") {
        return Step::Undo;
    }
    if name.starts_with("R__") {
        return Step::Repeatable;
    }
    let undone = |word: &str| matches!(word, "down" | "undo" | "rollback" | "revert");
    let inner_extension = lower.split('.').rev().nth(1).unwrap_or("");
    let last_word = stem.rsplit(['_', '-']).next().unwrap_or("");
    let parent = path.rsplit('/').nth(1).unwrap_or("").to_ascii_lowercase();
    if undone(stem) || undone(inner_extension) || undone(&parent) || (undone(last_word) && last_word != "revert") {
        return Step::Undo;
    }
    Step::Versioned
}

/// The folder in which the steps of a migration file's set lie. Layouts that keep a folder for each step
/// (`20240101_init/migration.sql`, `0001/up.sql`) or for each version (`delta/16/users.sql`, `2024/05/x.sql`) have it
/// further up.
fn folder_of_steps(path: &str) -> &str {
    let Some((mut folder, name)) = path.rsplit_once('/') else { return "" };
    let stem = name.split('.').next().unwrap_or("").to_ascii_lowercase();
    let last = last_part(folder);
    let step_folder = last.bytes().next().is_some_and(|b| b.is_ascii_digit());
    let direction_folder = matches!(last.to_ascii_lowercase().as_str(), "up" | "deploy");
    if direction_folder || (step_folder && matches!(stem.as_str(), "migration" | "up" | "down" | "schema")) {
        folder = above(folder);
    }
    while is_version(last_part(folder)) {
        folder = above(folder);
    }
    folder
}

/// Whether the path says when the file runs: by a number in its name or in that of the step's folder, or as a Flyway
/// repeatable. The names of files that say nothing are in no order, so each stands alone: what they change of each
/// other's tables is applied when all tables are made.
fn says_its_turn(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or("");
    let version = stem.strip_prefix(['v', 'V', 'b', 'B']).unwrap_or(stem);
    version.bytes().next().is_some_and(|b| b.is_ascii_digit())
        || stem.bytes().last().is_some_and(|b| b.is_ascii_digit())
        || step(path) == Step::Repeatable
        || path.rsplit_once('/').is_some_and(|(folder, _)| {
            last_part(folder).bytes().next().is_some_and(|b| b.is_ascii_digit()) && folder_of_steps(path) != folder
        })
}

/// For a file in a folder called by a plain number (`delta/16/users.sql`), the folder of all those folders and the
/// number.
pub(crate) fn numbered_step(path: &str) -> Option<(&str, &str)> {
    let (folder, _) = path.rsplit_once('/')?;
    let number = last_part(folder);
    let plain = is_version(number) && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    plain.then(|| (above(folder), number))
}

/// Whether the file lies in a folder that is called by a version: `delta/16/users.sql`.
fn is_in_version_folder(path: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(folder, _)| is_version(last_part(folder)))
}

fn last_part(folder: &str) -> &str {
    folder.rsplit('/').next().unwrap_or(folder)
}

fn above(folder: &str) -> &str {
    folder.rsplit_once('/').map_or("", |(above, _)| above)
}

/// `16`, `2024-05`, `v1.2.3`, `V1_2`: a number or date and nothing else.
fn is_version(part: &str) -> bool {
    let digits = part.strip_prefix(['v', 'V']).unwrap_or(part);
    digits.bytes().next().is_some_and(|b| b.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_'))
}

/// Groups schema files (those that change the schema; any order) into sources and orders each. Migrations speak before
/// files that merely hold a statement or two.
pub fn schema_sources<'a>(files: impl Iterator<Item = (FileId, &'a SourceFile)>) -> Vec<SchemaSource> {
    let mut sources: BTreeMap<_, Vec<(Step, &str, FileId)>> = BTreeMap::new();
    for (id, file) in files {
        let step = step(&file.repository_path);
        if step == Step::Undo {
            continue;
        }
        let in_version = is_in_version_folder(&file.repository_path);
        let is_step = in_version || (file.context == Context::Migration && says_its_turn(&file.repository_path));
        let path = if is_step {
            folder_of_steps(&file.repository_path).to_owned() + "/"
        } else {
            file.repository_path.clone()
        };
        sources.entry((!is_step, file.repository, path)).or_default().push((step, &file.repository_path, id));
    }
    sources
        .into_iter()
        .map(|((_, repository, path), mut files)| {
            files.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| natural_order(a.1, b.1)).then(a.2.cmp(&b.2)));
            SchemaSource { path, repository, files: files.into_iter().map(|(_, _, id)| id).collect() }
        })
        .collect()
}

/// Compares as people count: runs of digits by their value, all else by character.
fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        match (a.first(), b.first()) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (run_a, rest_a) = digits(a);
                let (run_b, rest_b) = digits(b);
                let order = run_a.len().cmp(&run_b.len()).then_with(|| run_a.cmp(run_b));
                if order != Ordering::Equal {
                    return order;
                }
                (a, b) = (rest_a, rest_b);
            }
            (Some(x), Some(y)) => {
                // `V1__a` runs before `V1_1__b`, and `1.sql` before `1_1.sql`: a separator that ends the number
                // sorts before one that continues it.
                let order = rank(a).cmp(&rank(b)).then_with(|| x.cmp(y));
                if order != Ordering::Equal {
                    return order;
                }
                (a, b) = (&a[1..], &b[1..]);
            }
        }
    }
}

fn rank(text: &[u8]) -> u8 {
    match text {
        [b'/', ..] => 0,
        [b'_', b'_', ..] => 1,
        [b'.' | b'_', next, ..] if next.is_ascii_digit() => 3,
        _ => 2,
    }
}

/// The leading run of digits without leading zeros, and what follows it.
fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let zeros = text[..end].iter().position(|&b| b != b'0').unwrap_or(end);
    (&text[zeros..end], &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_run_in_their_own_order() {
        let mut names = vec!["V10__c.sql", "V9__b.sql", "V1__a.sql", "V1.10__e.sql", "V1.2__d.sql", "V1_3__x.sql"];
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(names, ["V1__a.sql", "V1.2__d.sql", "V1.10__e.sql", "V1_3__x.sql", "V9__b.sql", "V10__c.sql"]);
    }

    #[test]
    fn undo_files_never_run() {
        for (path, expected) in [
            ("db/V1__init.sql", Step::Versioned),
            ("db/U1__init.sql", Step::Undo),
            ("db/R__views.sql", Step::Repeatable),
            ("m/0001_users.up.sql", Step::Versioned),
            ("m/0001_users.down.sql", Step::Undo),
            ("m/2020-01-01_x/down.sql", Step::Undo),
            ("m/2020-01-01_x/up.sql", Step::Versioned),
            ("m/20200101-x-down.sql", Step::Undo),
            ("m/V7__count_down_table.sql", Step::Versioned),
            ("m/users_rollback.sql", Step::Undo),
            ("m/Users.sql", Step::Versioned),
        ] {
            assert_eq!(step(path), expected, "{path}");
        }
    }

    #[test]
    fn a_folder_for_each_step_is_one_source() {
        for (path, expected) in [
            ("prisma/migrations/20240101_init/migration.sql", "prisma/migrations"),
            ("migrations/0001/up.sql", "migrations"),
            ("db/migration/V1__a.sql", "db/migration"),
            ("drizzle/0000_a.sql", "drizzle"),
            ("schema.sql", ""),
            ("schema/delta/16/users.sql", "schema/delta"),
            ("upgrade/v3.6.4/schema_update.sql", "upgrade"),
            ("migrations/2024/05/x.sql", "migrations"),
            ("migrations/2024-05-01_add/up.sql", "migrations"),
            ("3/x.sql", ""),
            ("3d/x.sql", "3d"),
        ] {
            assert_eq!(folder_of_steps(path), expected, "{path}");
        }
    }
}
