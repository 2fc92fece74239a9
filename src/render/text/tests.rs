//! Answers written by hand, as text.

use super::*;
use crate::model::answer::Reference;
use crate::model::statement::Access;
use crate::render::sample::{at, blocked, empty, reference};

fn plain(answer: &Answer, mentions: Mentions) -> String {
    let mut out = anstream::StripStream::new(Vec::new());
    who(answer, mentions, &mut out).expect("a vector takes all that is written");
    String::from_utf8(out.into_inner()).expect("text")
}

#[test]
fn clear() {
    insta::assert_snapshot!(plain(&empty(), Mentions::Counted), @r"
    clear: no live consumer of users.full_name is known, and every mention of it is accounted for
    declared in db/1.sql:3

    No line mentions fullName or full_name.
    3 files: 2 read, 1 skipped (1 binary).
    ");
}

#[test]
fn blocked_with_everything() {
    insta::assert_snapshot!(plain(&blocked(), Mentions::Counted), @r"
    blocked: users.full_name has 3 live consumers (2 certain, 1 possible)
    declared in db/1.sql:3

    application
      Users.rename  reads and writes  unowned  src/a.ts:9
          9 | both   UPDATE users SET full_name = trim(full_name)
        112 | read   WHERE \u{1b}[2Jfull_name IS NULL
      Users.dump  reads  possible  unowned  src/a.ts:30
        30 | SELECT * FROM users
           = possible: the rows go where they cannot be followed

    export
      export-users.sh  reads  @shop/data  ops/export-users.sh:9
        daily at 02:00 by nightly  ops/crontab:4
        9 | SELECT id, full_name FROM users

    not live
      migration  5 references  db/1.sql:1,2,3,4,…

    unresolved (1)
      src/b.ts:3  full_name  a member of something unknown

    blind spots (1)
      src/c.ts:7  the table's name is only known at run time  touches users

    problems (1)
      secret  unreadable: cannot be read: permission denied

    3 lines mention fullName or full_name: 1 reference, 1 comment, prose or other symbol, 1 unresolved.
    3 files: 2 read, 1 skipped (1 binary).
    ");
}

#[test]
fn listed_mentions() {
    let text = plain(&blocked(), Mentions::Listed);
    let (_, list) = text.split_once("mentions: ").expect("a list");
    insta::assert_snapshot!(list, @r"
    reference (1)
      db/1.sql:3  full_name  declared here

    mentions: not-code (1)
      src/b.ts:4  full_name  comment

    mentions: unresolved (1)
      src/b.ts:3  full_name  a member of something unknown

    problems (1)
      secret  unreadable: cannot be read: permission denied

    3 lines mention fullName or full_name: 1 reference, 1 comment, prose or other symbol, 1 unresolved.
    3 files: 2 read, 1 skipped (1 binary).
    ");
}

#[test]
fn review() {
    let mut answer = blocked();
    answer.verdict = Verdict::Review;
    answer.consumers.truncate(2);
    answer.consumers.remove(0);
    answer.target.state = TargetState::Undeclared;
    insta::assert_snapshot!(plain(&answer, Mentions::Counted).lines().take(2).collect::<Vec<_>>().join("\n"), @r"
    review: users.full_name has 1 possible consumer, 1 unresolved mention and 1 blind spot to look at
    no schema that was read declares it: only the names in the statements tell
    ");
}

#[test]
fn names_are_marked_only_where_sure() {
    // Indentation of four was trimmed off each.
    let table: &[(&str, &[u32], &str)] = &[
        ("SELECT full_name FROM users", &[12], "SELECT <full_name> FROM users"),
        ("SET full_name = trim(full_name)", &[9, 26], "SET <full_name> = trim(<full_name>)"),
        ("o.full_name, u.full_name", &[20], "o.full_name, u.full_name"),
        ("user.fullName", &[10], "user.<fullName>"),
        ("my_full_name", &[5], "my_full_name"),
        ("ü.full_name", &[7], "ü.<full_name>"),
    ];
    for (snippet, columns, expected) in table {
        let references: Vec<Reference> =
            columns.iter().map(|&column| reference(at("a", 1, column, 9), Access::Read, snippet)).collect();
        let text = snippet::marked(&references, &["fullName".into(), "full_name".into()]);
        let mark = style::MARK;
        let text = text.replace(&format!("{mark:#}"), ">").replace(&format!("{mark}"), "<");
        assert_eq!(text, *expected);
    }
}
