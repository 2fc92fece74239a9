//! What only some databases know: words that are no columns, and columns in unusual places.

use super::check_in;
use crate::model::statement::Dialect::{
    self, BigQuery, ClickHouse, Generic, Mysql, Oracle, Postgres, Snowflake, SqlServer,
};

fn columns(dialect: Dialect, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        check_in(Some(dialect), text, &[expected]);
    }
}

#[test]
fn of_postgresql() {
    columns(
        Postgres,
        &[
            ("PREPARE p (int, text) AS SELECT a FROM t WHERE b = $1", "select t : a b"),
            ("SELECT f(a := b > c, d => e) FROM t", "select t : b c e"),
            ("SELECT a FROM t WHERE b BETWEEN SYMMETRIC c AND d", "select t : a b c d"),
            ("SELECT a::text COLLATE \"C\" x, b FROM t", "select t : a b"),
            ("SELECT ARRAY[[[order_a, 1]], [[2, b]]], c[1:\"n\"] FROM t", "select t : order_a b c n"),
            ("SELECT x.a FROM t* x TABLESAMPLE system (5) REPEATABLE (1) WHERE b", "select t@x : x.a b"),
            ("UPDATE t SET a[1].b = c, d.e.f = g", "update !t : =a c =d g"),
            ("INSERT INTO t (a[1].b, c.d[2]) SELECT 1, 2 ON CONFLICT (e) DO NOTHING", "insert !t : =a =c e"),
            (
                "MERGE INTO t USING u JOIN v ON u.a = v.b ON t.c = u.c WHEN NOT MATCHED THEN INSERT DEFAULT VALUES",
                "merge !t u v : u.a v.b t.c u.c",
            ),
            (
                "SELECT x.a FROM t, LATERAL xmltable('/r' PASSING xmlparse(document t.b) COLUMNS a int PATH c DEFAULT d) x",
                "select t xmltable()@x : t.b c d x.a",
            ),
            ("COPY (SELECT a FROM t) TO STDOUT WITH (FORMAT csv, FORCE_QUOTE *)", "select t : a"),
            (
                "SELECT a FROM t GROUP BY DISTINCT ROLLUP (a), CUBE (b) FETCH FIRST (1 + 2) ROWS WITH TIES",
                "select t : a a b",
            ),
            (
                "CREATE TABLE t (a int, CONSTRAINT a_given NOT NULL a, b int)",
                "create-table !t : #a #b [table t (a INT, b INT)]",
            ),
            ("SELECT convert(integer, a), convert(decimal(3, 1), b) FROM t", "select t : a b"),
        ],
    );
}

#[test]
fn of_others() {
    columns(
        ClickHouse,
        &[
            ("WITH sum(a) AS s, now() AS n SELECT s, b FROM t WHERE c > n GROUP BY b", "select t : s b a c n b"),
            ("SELECT a FROM t LEFT ANTI OUTER JOIN u USING b", "select t u : a"),
            ("SELECT a FROM t FORMAT CSV SETTINGS x = 1", "select t : a"),
            ("ALTER TABLE v MODIFY QUERY SELECT a FROM t", "select t : a"),
            (
                "CREATE TABLE t (a DateTime64(3) CODEC(Delta(8), ZSTD(1)), b String CODEC(LZ4))",
                "create-table !t : #a #b [table t (a DateTime64(3), b STRING)]",
            ),
        ],
    );
    columns(
        SqlServer,
        &[
            (
                "SELECT a FROM t INNER HASH JOIN u ON t.b = u.b LEFT OUTER LOOP JOIN v ON u.c = v.c",
                "select t u v : t.b u.b u.c v.c a",
            ),
            ("SELECT NEXT VALUE FOR s.q OVER (ORDER BY a) AS n, b FROM t", "select t : a b"),
            ("SELECT @x += a, @y *= b FROM t", "select t : a b"),
            ("DELETE FROM t FROM t JOIN u ON t.a = u.a", "delete !t u : t.a u.a"),
            ("UPDATE TOP (10) PERCENT t SET a = b", "update !t : =a b"),
            ("SELECT JSON_OBJECTAGG(a:b) FROM t", "select t : a b"),
            (
                "CREATE TABLE t (a int, b AS f(a) PERSISTED, c AS a + 1)",
                "create-table !t : #a #b #a #c #a [table t (a INT, b COMPUTED, c COMPUTED)]",
            ),
        ],
    );
    columns(
        Oracle,
        &[
            ("SELECT JSON_OBJECT('x' : a || b, c:d, KEY 'y' VALUE e) FROM t WHERE f = :g", "select t : a b c d e f"),
            ("SELECT LISTAGG(a, ';' ON OVERFLOW TRUNCATE '…') WITHIN GROUP (ORDER BY b) FROM t", "select t : a b"),
            ("SELECT CAST(a AS TIMESTAMP WITH LOCAL TIME ZONE) FROM t", "select t : a"),
            ("INSERT INTO t (a) SELECT b FROM u LOG ERRORS INTO e ('x') REJECT LIMIT 10", "insert !t u : =a b"),
        ],
    );
    columns(
        Snowflake,
        &[
            ("SELECT {'a': 1, 'b': c} FROM t", "select t : c"),
            ("SELECT DATE_PART(day FROM a) FROM t DIRECTED JOIN u ON b = c", "select t u : b c a"),
            (
                "CREATE DYNAMIC TABLE d TARGET_LAG = DOWNSTREAM WAREHOUSE = w AS SELECT a FROM t",
                "create-table !d t : a [query d 0]",
            ),
        ],
    );
    columns(
        BigQuery,
        &[
            ("SELECT SAFE.SUBSTR(a, 1), DATE_DIFF('2024-01-01', b, WEEK(MONDAY)) FROM t", "select t : a b"),
            ("SELECT a FROM t WHERE b IN UNNEST(ARRAY<STRUCT<x INT64>>[c])", "select t : a b c"),
        ],
    );
    columns(
        Mysql,
        &[
            ("DELETE LOW_PRIORITY QUICK IGNORE FROM t WHERE a = 1", "delete !t : a"),
            (
                "CREATE TABLE t (a int(5) unsigned zerofill, b int)",
                "create-table !t : #a #b [table t (a INT(5) UNSIGNED, b INT)]",
            ),
        ],
    );
    columns(
        Generic,
        &[
            ("SELECT a FROM table WHERE b = 1", "select table : a b"),
            ("SELECT CAST(ROW(a) AS ROW(b varchar, c int)) FROM t", "select t : a"),
        ],
    );
}
