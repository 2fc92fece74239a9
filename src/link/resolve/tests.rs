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
        (
            SqlServer,
            "UPDATE t SET a = 1 OUTPUT inserted.a, deleted.b INTO u (a, t) WHERE b = 1",
            "t.a t.b =t.a =u.a =u.t",
        ),
        (SqlServer, "DELETE FROM t OUTPUT deleted.id INTO @x (id) WHERE a = 1", "t.a t.id"),
        (SqlServer, "SELECT x.a FROM t x, u, t y WHERE MATCH(x-(u)->y)", "t.a"),
        (SqlServer, "WITH XMLNAMESPACES ('http://x' AS p), c AS (SELECT a FROM t) SELECT a FROM c", "t.a"),
        (SqlServer, "SELECT f.b FROM ::fn_rows(@a, default) f WHERE f.c = 1", ""),
        (Generic, "SELECT 2 AS a FROM t GROUP BY 1 HAVING a > 1", ""),
        (Generic, "SELECT b AS a FROM t GROUP BY b HAVING max(a) > 1", "t.a t.b"),
        (Postgres, "SELECT 2 AS a FROM t GROUP BY 1, a HAVING a > 1", "t.a"),
        // Fields of a column.
        (BigQuery, "SELECT a.x, t.b.y.z, w.v FROM t", "t.a t.b ?v"),
        (BigQuery, "SELECT a.x FROM v", "v.a"),
        (BigQuery, "SELECT a FROM EXTERNAL_QUERY('c', \"\"\"SELECT b FROM t WHERE a > 1\"\"\")", "; t.a t.b"),
        (BigQuery, "SELECT a FROM v WHERE _TABLE_SUFFIX > '2020' AND x.z > 1", "v.a v.x"),
        (SqlServer, "IF 1 < 2\n WITH c AS (SELECT b FROM t)\n INSERT INTO u (a)\n SELECT b FROM c", "t.b =u.a"),
        (
            Oracle,
            "CREATE TYPE BODY x AS MEMBER PROCEDURE f(self IN OUT NOCOPY x) IS BEGIN self.a := self.b || 1; END; END;",
            "; x.b =x.a",
        ),
        (Generic, "SELECT a.x, t.b.y, w.v FROM t", "t.a t.b ?v"),
        (Postgres, "SELECT a.x FROM t", "?x"),
        // Every branch gives a column of that name, the array gives fields.
        (Generic, "SELECT x FROM (SELECT * FROM v UNION ALL SELECT *, 1 AS y FROM w) d", "v.* v.x w.* w.x"),
        (Generic, "SELECT x FROM (SELECT * FROM v JOIN w ON v.a = w.a) d", "v.* v.a w.* w.a ?x"),
        (BigQuery, "SELECT x, e.y FROM v, UNNEST(z) AS e", "v.x v.z"),
        // Whole tables as arguments.
        (BigQuery, "SELECT * FROM ML.PREDICT(MODEL m, TABLE t)", "t.a t.b t.id"),
        (
            Generic,
            "SELECT a, window_start FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(b), INTERVAL '1' MINUTE)) GROUP BY a, window_start",
            "t.a t.b t.id",
        ),
        // What DuckDB and Trino add to queries.
        (Postgres, "PIVOT t ON a USING sum(b) GROUP BY id", "t.a t.b t.id"),
        (
            Postgres,
            "WITH p AS (PIVOT t ON a USING sum(b)) SELECT * FROM p JOIN u ON p.id = u.id",
            "t.a t.b t.id u.a u.id u.t",
        ),
        (Postgres, "UNPIVOT t ON a, b INTO NAME n VALUE v", "t.a t.b t.id"),
        (Generic, "WITH FUNCTION f(x int) RETURNS int RETURN x + 1 SELECT f(a) FROM t", "t.a"),
        (Generic, "ANALYZE TABLE t COMPUTE STATISTICS FOR ALL COLUMNS", ""),
    ];
    for (dialect, sql, expected) in cases {
        check_in(dialect, sql, expected);
    }
}

#[test]
fn keys_that_are_named() {
    let schema = "CREATE TABLE k (id INT PRIMARY KEY, a INT, b INT UNIQUE, CONSTRAINT both_of UNIQUE (a, b));\n\
         CREATE TABLE l (id INT, c INT); ALTER TABLE ONLY l ADD CONSTRAINT l_key PRIMARY KEY (id);\n\
         ALTER TABLE l RENAME COLUMN id TO number;";
    let cases = [
        ("INSERT INTO k (id) VALUES (1) ON CONFLICT ON CONSTRAINT both_of DO NOTHING", "k.a k.b"),
        ("INSERT INTO k (id) VALUES (1) ON CONFLICT ON CONSTRAINT k_pkey DO UPDATE SET a = excluded.b", "k.id"),
        ("INSERT INTO k (id) VALUES (1) ON CONFLICT ON CONSTRAINT k_b_key DO NOTHING", "k.b"),
        ("INSERT INTO l (c) VALUES (1) ON CONFLICT ON CONSTRAINT l_key DO NOTHING", "l.number"),
        ("INSERT INTO l (c) VALUES (1) ON CONFLICT ON CONSTRAINT other DO NOTHING", ""),
        ("UPDATE k SET a[b] = id, b[1] = 2", "k.b k.id"),
    ];
    for (sql, expected) in cases {
        let mut found = statements(sql, &[schema.to_owned()], Some(Dialect::Postgres));
        let reads: Vec<String> = found.remove(0).reads.into_iter().collect();
        assert_eq!(reads.join(" "), expected, "{sql}");
    }
}

#[test]
fn values_of_routines_are_no_columns() {
    check_in(
        Dialect::Oracle,
        "CREATE PACKAGE BODY p AS\n FUNCTION f(q raw) RETURN number IS\n l number;\n BEGIN\n\
         l := limits.most + rest; SELECT count(*) INTO l FROM v JOIN w ON v.x = w.x WHERE q = v.y; RETURN l; END;\nEND;",
        "; ?most; v.x v.y w.x",
    );
    check_in(
        Dialect::Postgres,
        "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN\n IF changed(TG_OP, OLD, NEW) AND b THEN\n\
         DELETE FROM t WHERE id = NEW.id; END IF; RETURN NEW; END $$; CREATE TRIGGER h AFTER UPDATE ON u EXECUTE FUNCTION g();",
        "; ; t.id u.id; ",
    );
    check_in(
        Dialect::BigQuery,
        "CREATE TEMP FUNCTION f(h ANY TYPE) AS (\n ARRAY(SELECT AS STRUCT e.key FROM UNNEST(h) AS e)\n);\n\
         CREATE FUNCTION s.f() AS ((SELECT max(a) FROM t)); SELECT assert.null(a) FROM t",
        "; ; ; t.a; t.a",
    );
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
