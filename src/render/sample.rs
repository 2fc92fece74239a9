//! Answers written by hand, for the tests of all renderers.

use crate::model::answer::*;
use crate::model::source::{Context, Kind};
use crate::model::statement::Access;

pub(super) fn at(path: &str, line: u32, column: u32, width: u32) -> Place {
    Place { path: path.into(), line, column, end_line: line, end_column: column + width }
}

pub(super) fn reference(place: Place, access: Access, snippet: &str) -> Reference {
    Reference {
        place,
        access,
        certainty: Certainty::Certain,
        construct: Construct::Sql,
        snippet: snippet.into(),
        why: "named in a select list".into(),
        table: "users".into(),
        column: "full_name".into(),
    }
}

fn consumer(name: &str, kind: Kind, context: Context, references: Vec<Reference>) -> Consumer {
    Consumer {
        name: name.into(),
        kind,
        context,
        repository: "shop".into(),
        path: references[0].place.path.clone(),
        owners: Vec::new(),
        access: references
            .iter()
            .map(|one| one.access)
            .reduce(|a, b| if a == b { a } else { Access::Both })
            .unwrap_or(Access::Read),
        certainty: references.iter().map(|one| one.certainty).max().unwrap_or(Certainty::Possible),
        via: Vec::new(),
        references,
    }
}

fn mention(path: &str, line: u32, verdict: MentionVerdict, why: &str) -> Mention {
    Mention { path: path.into(), line, text: "full_name".into(), verdict, why: why.into() }
}

pub(super) fn empty() -> Answer {
    Answer {
        target: Target {
            table: "users".into(),
            column: Some("full_name".into()),
            state: TargetState::Exists { declared: at("db/1.sql", 3, 3, 9) },
        },
        verdict: Verdict::Clear,
        consumers: Vec::new(),
        mentions: Vec::new(),
        spellings: vec!["fullName".into(), "full_name".into()],
        blind_spots: Vec::new(),
        scanned: Scanned { files: 3, read: 2, skipped: vec![("binary".into(), 1)], problems: Vec::new() },
    }
}

pub(super) fn blocked() -> Answer {
    let mut possible = reference(at("src/a.ts", 30, 12, 1), Access::Read, "SELECT * FROM users");
    possible.certainty = Certainty::Possible;
    possible.column = "*".into();
    possible.why = "the rows go where they cannot be followed".into();
    let mut export = consumer(
        "export-users.sh",
        Kind::Export,
        Context::Live,
        vec![reference(at("ops/export-users.sh", 9, 12, 9), Access::Read, "SELECT id, full_name FROM users")],
    );
    export.via.push(Via {
        kind: "scheduled-task".into(),
        name: "nightly".into(),
        schedule: "daily at 02:00".into(),
        path: "ops/crontab".into(),
        line: 4,
    });
    export.owners.push("@shop/data".into());
    Answer {
        verdict: Verdict::Blocked,
        consumers: vec![
            consumer(
                "Users.rename",
                Kind::Application,
                Context::Live,
                vec![
                    reference(at("src/a.ts", 9, 22, 9), Access::Write, "UPDATE users SET full_name = trim(full_name)"),
                    reference(at("src/a.ts", 9, 39, 9), Access::Read, "UPDATE users SET full_name = trim(full_name)"),
                    reference(at("src/a.ts", 112, 10, 9), Access::Read, "WHERE \u{1b}[2Jfull_name IS NULL"),
                ],
            ),
            consumer("Users.dump", Kind::Application, Context::Live, vec![possible]),
            export,
            consumer(
                "0001.sql",
                Kind::Migration,
                Context::Migration,
                (1..6).map(|line| reference(at("db/1.sql", line, 1, 9), Access::Both, "full_name TEXT")).collect(),
            ),
        ],
        mentions: vec![
            mention("db/1.sql", 3, MentionVerdict::Reference, "declared here"),
            mention("src/b.ts", 3, MentionVerdict::Unresolved, "a member of something unknown"),
            mention("src/b.ts", 4, MentionVerdict::NotCode, "comment"),
        ],
        blind_spots: vec![BlindSpotAt {
            path: "src/c.ts".into(),
            line: 7,
            reason: "the table's name is only known at run time".into(),
            tables: vec!["users".into()],
        }],
        scanned: Scanned {
            problems: vec![ProblemAt {
                code: "unreadable".into(),
                message: "cannot be read: permission denied".into(),
                path: "secret".into(),
                line: 0,
            }],
            ..empty().scanned
        },
        ..empty()
    }
}
