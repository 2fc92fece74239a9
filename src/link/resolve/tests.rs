//! What names stand for, statement by statement, through `columnist sql`.

use crate::answer::statements::{StatementReport, statements};
use crate::model::statement::Dialect;

fn report(sql: &str) -> StatementReport {
    let schema = "CREATE TABLE t (id INT, a INT, b INT); CREATE TABLE u (id INT, a INT, t INT);".to_owned();
    let mut found = statements(sql, &[schema], Some(Dialect::Postgres));
    assert_eq!(found.len(), 1, "{sql}");
    found.remove(0)
}

#[test]
fn names_stand_for_what_postgresql_says() {
    let cases = [
        ("SELECT t FROM t", ""),
        ("SELECT t FROM t, u", "u.t"),
        ("SELECT v FROM v", "v.v"),
        ("SELECT to_jsonb(t.*) FROM t", ""),
        ("SELECT ROW(t.*) FROM t", "t.a t.b t.id"),
        ("SELECT ctid, xmin, t.tableoid FROM t", ""),
        ("SELECT 1 FROM t AS x (b) WHERE a = 1", "t.a"),
        ("SELECT a.id FROM t a WHERE EXISTS (SELECT 1 FROM u a JOIN t c ON b = a.t JOIN t d ON true)", "t.b t.id u.t"),
        ("SELECT 1 FROM u WHERE EXISTS (SELECT 1 FROM t a JOIN t c ON t = a.b, u)", "t.b u.t"),
        ("SELECT l.a FROM t, LATERAL (SELECT t.a FROM v) l", "t.a"),
        ("SELECT id FROM t JOIN u USING (id)", "t.id u.id"),
        ("SELECT j.x FROM (t JOIN u USING (id)) AS j (x)", "t.id u.id"),
        ("INSERT INTO t (a) VALUES (1) ON CONFLICT (id) DO UPDATE SET a = (SELECT excluded.b FROM u)", "t.id"),
    ];
    for (sql, expected) in cases {
        let found: Vec<String> = report(sql).reads.into_iter().collect();
        assert_eq!(found.join(" "), expected, "{sql}");
    }
}

#[test]
fn long_statements_take_linear_time() {
    let branches: Vec<String> = (0..5000).map(|at| format!("SELECT a, {at} FROM t")).collect();
    let found = report(&branches.join(" UNION ALL "));
    assert_eq!(found.problems, [""; 0]);
    assert_eq!(found.reads.into_iter().collect::<Vec<_>>(), ["t.a"]);
    let columns: Vec<String> = (0..3000).map(|at| format!("c{at}")).collect();
    let list = columns.join(", ");
    let found = report(&format!("SELECT {list} FROM (SELECT {list} FROM v) d ORDER BY {list}"));
    assert_eq!(found.reads.len(), 3000);
}

/// Reads, writes and what is unresolved, in a dialect, against the tables of [`report`].
fn check_in(dialect: Dialect, sql: &str, expected: &str) {
    let schema = "CREATE TABLE t (id INT, a INT, b INT); CREATE TABLE u (id INT, a INT, t INT);".to_owned();
    let shown: Vec<String> = statements(sql, &[schema], Some(dialect))
        .into_iter()
        .map(|report| {
            let mut shown: Vec<String> = report.reads.into_iter().collect();
            shown.extend(report.writes.into_iter().map(|column| format!("={column}")));
            shown.extend(report.unresolved.into_iter().map(|name| format!("?{name}")));
            shown.extend(report.problems.into_iter().map(|problem| format!("!{problem}")));
            shown.join(" ")
        })
        .collect();
    assert_eq!(shown.join("; "), expected, "{sql}");
}

#[test]
fn names_of_other_dialects() {
    use Dialect::{BigQuery, Generic, Mysql, Oracle, Postgres, Snowflake, SqlServer};
    let cases = [
        // MySQL shows views with the database before an alias, and updates several tables.
        (Mysql, "SELECT d.x.a FROM d.t x", "t.a"),
        (Mysql, "UPDATE t, u SET t.a = u.a WHERE t.id = u.id", "t.id u.a u.id =t.a"),
        // A column by its place.
        (Snowflake, "SELECT x.$2 FROM t x", "t.a"),
        (Snowflake, "SELECT x.$1 FROM v x", ""),
        // An array of a source.
        (Postgres, "SELECT c.f, e FROM v AS c, c.d AS e", "v.d v.f"),
        (Postgres, "SELECT o.a FROM t, s.o AS o", "s.o.a"),
        (BigQuery, "SELECT id FROM t, t.b AS x", "t.b t.id"),
        // What a clause adds to a recursive query.
        (
            Postgres,
            "WITH RECURSIVE r AS (SELECT id, a FROM t UNION ALL SELECT t.id, t.a FROM t JOIN r ON t.id = r.a) \
             SEARCH DEPTH FIRST BY id SET o CYCLE id SET c USING p SELECT id, o, c, p FROM r ORDER BY o",
            "t.a t.id",
        ),
        (Generic, "SELECT * REPLACE (1 AS a, a AS b) RENAME (b AS c) FROM t", "t.a t.id"),
        // Queries that begin with their sources.
        (Generic, "FROM t SELECT a, b", "t.a t.b"),
        (BigQuery, "FROM t |> WHERE a > 1 |> SELECT b", "t.a t.b"),
        (
            Generic,
            "FROM t x JOIN u ON x.id = u.id INSERT INTO TABLE v SELECT x.a WHERE x.b > 1 INSERT INTO TABLE w SELECT u.t",
            "t.a t.b t.id u.id =v.*; t.id u.id u.t =w.*",
        ),
        (Generic, "WITH x AS (SELECT a FROM t) CREATE TABLE v AS SELECT a FROM x", "t.a"),
        // Words that are no columns.
        (SqlServer, "UPDATE x SET x.a += 1 FROM t AS x WITH (UPDLOCK) WHERE x.id = 1", "t.a t.id =t.a"),
        (SqlServer, "MERGE INTO t WITH (HOLDLOCK) AS x USING u ON x.id = u.id WHEN MATCHED THEN DELETE", "t.id u.id"),
        (Oracle, "SELECT max(a) KEEP (DENSE_RANK LAST ORDER BY b) FROM t FOR UPDATE OF t.a, t.b", "t.a t.b"),
        (Generic, "SELECT a (TITLE 'A') FROM t", "t.a"),
        (Generic, "ANALYZE TABLE t COMPUTE STATISTICS FOR ALL COLUMNS", ""),
    ];
    for (dialect, sql, expected) in cases {
        check_in(dialect, sql, expected);
    }
}

#[test]
fn methods_of_object_types_are_routines() {
    check_in(
        Dialect::Oracle,
        "CREATE OR REPLACE TYPE BODY x AS\n\
         OVERRIDING MEMBER FUNCTION f(self IN OUT NOCOPY x, p NUMBER := 1) RETURN NUMBER IS\n\
           l NUMBER;\n\
         BEGIN\n SELECT a INTO l FROM t WHERE b = p; RETURN l; END;\n\
         FINAL MEMBER PROCEDURE g(q NUMBER) IS\n BEGIN\n UPDATE t SET a = q WHERE $$plsql_unit = 'x'; END;\n\
         END;",
        "; t.a t.b; =t.a",
    );
}

#[test]
fn lineage_of_what_is_written() {
    let lineage = |sql: &str| -> String {
        let found = report(sql).lineage;
        let shown: Vec<String> = found
            .into_iter()
            .map(|output| format!("{}<{}", output.output, output.from.into_iter().collect::<Vec<_>>().join("+")))
            .collect();
        shown.join(" ")
    };
    let cases = [
        ("UPDATE t SET a = u.a + t.b, b = 1 FROM u WHERE t.id = u.id", "a<t.b+u.a"),
        ("UPDATE t SET a = (SELECT max(u.t) FROM u)", "a<u.t"),
        (
            "MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN UPDATE SET a = u.a \
             WHEN NOT MATCHED THEN INSERT (id, a) VALUES (u.id, u.t)",
            "a<u.a+u.t id<u.id",
        ),
        ("INSERT INTO t (b, a) SELECT id, t FROM u", "b<u.id a<u.t"),
        ("INSERT INTO t SELECT t, a FROM u", "id<u.t a<u.a"),
        ("CREATE TABLE v (x INT, y INT) AS SELECT a, b FROM t", "a<t.a b<t.b"),
    ];
    for (sql, expected) in cases {
        assert_eq!(lineage(sql), expected, "{sql}");
    }
}

#[test]
fn many_joins_take_linear_time() {
    let joins: Vec<String> = (0..5000).map(|at| format!("JOIN u x{at} ON x{at}.id = t.a")).collect();
    let found = report(&format!("SELECT count(*) FROM t {}", joins.join(" ")));
    assert_eq!(found.reads.into_iter().collect::<Vec<_>>(), ["t.a", "u.id"]);
}
