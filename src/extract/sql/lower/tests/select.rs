//! Queries, `FROM`, expressions.

use super::{check, check_in, lowered};
use crate::model::statement::Dialect;

#[test]
fn projections() {
    check(
        "SELECT u.full_name AS n, id, 1 FROM app.users u",
        "s0: from app.users as u; read u.full_name out0; read id out1; -> n=#0, id=#1, _",
    );
    check("SELECT *, u.*, (u).id FROM users u", "s0: from users as u; read u.id out2; -> *, u.*, id");
    check("SELECT count(*), count(u), count(u.*), a::text, CASE WHEN a THEN b ELSE c END, 'x'::date, -1, (SELECT id FROM v) FROM users u", "s0: from users as u; read u out1; read u.* out2; read a out3; read a out4; read b out4; read c out4; sub s1 out7; -> count, count, count, a, c, date, _, id
         s1 in s0: from v; read id out0; -> id=#0");
    check(
        "SELECT (t).a, (t.b).c, (x).y, x.arr[i].f, arr[2:j], (f(x)).y FROM t",
        "s0: from t; read t.a out0; read t.b out1; read x out2; read x.arr out3; read i out3; read arr out4; read j out4; read x out5; -> a, c, y, f, arr, y",
    );
    check(
        r#"SELECT "Full Name", "ä"."ö" FROM "ä""#,
        "s0: from ä; read Full Name out0; read ä.ö out1; -> Full Name=#0, ö=#1",
    );
    check(
        "SELECT a + b AS s, a || b || c, coalesce(a, b), extract(year FROM d), current_date, d AT TIME ZONE tz FROM t",
        "s0: from t; read a out0; read b out0; read a out1; read b out1; read c out1; read a out2; read b out2; read d out3; read d out5; read tz out5; -> s, _, coalesce, extract, current_date, timezone",
    );
    check(
        "SELECT DISTINCT ON (a, lower(b)) c FROM t ORDER BY a, lower(b), c DESC",
        "s0: from t; read a^ group; read b group; read c out0; read a^ order; read b order; read c^ order; -> c=#2",
    );
    check_in(
        Dialect::BigQuery,
        "SELECT * EXCEPT (a, b) REPLACE (c / 2 AS c) FROM t",
        "s0: from t; read a left-out; read b left-out; read c out1; -> *-(a,b,c), c",
    );
    check_in(
        Dialect::Snowflake,
        "SELECT t.* EXCLUDE (a) RENAME (b AS c) FROM t",
        "s0: from t; read t.a left-out; read t.b out1; -> t.*-(a,b), c=#1",
    );
    check_in(
        Dialect::SqlServer,
        "SELECT @x = a, b = c, [d e] FROM t",
        "s0: from t; read a out0; read c out1; read d e out2; -> _=#0, b=#1, d e=#2",
    );
}

#[test]
fn clauses() {
    check(
        "SELECT a, sum(b) FILTER (WHERE c > 0) OVER (PARTITION BY d ORDER BY e ROWS f PRECEDING) FROM t WHERE g = 1 GROUP BY 1, h HAVING max(i) > 1 ORDER BY 2, a, j + 1 LIMIT 10",
        "s0: from t; read a out0; read b out1; read c filter; read d group; read e order; read f order; read g filter; read h~ group; read i filter; read a^ order; read j order; -> a=#0, sum",
    );
    check(
        "SELECT sum(a) OVER w FROM t WINDOW w AS (PARTITION BY b ORDER BY c)",
        "s0: from t; read a out0; read b group; read c order; -> sum",
    );
    check(
        "SELECT a FROM t GROUP BY GROUPING SETS ((a, b), ()), ROLLUP (c), CUBE (d, (e, f))",
        "s0: from t; read a out0; read a~ group; read b~ group; read c~ group; read d~ group; read e~ group; read f~ group; -> a=#0",
    );
    check(
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a), string_agg(b, ',' ORDER BY c) FROM t",
        "s0: from t; read a out0; read b out1; read c order; -> percentile_cont, string_agg",
    );
    check_in(
        Dialect::Snowflake,
        "SELECT a FROM t QUALIFY row_number() OVER (ORDER BY b) = 1",
        "s0: from t; read a~ out0; read b~ order; -> a=#0",
    );
    check(
        "SELECT a FROM t ORDER BY a LIMIT (SELECT max(b) FROM u) OFFSET 2 FOR UPDATE OF t",
        "s0: from t; read a out0; read a^ order; sub s1 filter; -> a=#0
         s1 in s0: from u; read b out0; -> max",
    );
    check(
        "SELECT a INTO TEMP new_t FROM t",
        "s0: from t; read a out0; -> a=#0
         + table new_t() = s0",
    );
    check_in(
        Dialect::Oracle,
        "SELECT a FROM t START WITH b IS NULL CONNECT BY PRIOR c = d AND level < 3",
        "s0: from t; read a out0; read b filter; read c join; read d join; -> a=#0",
    );
}

#[test]
fn joins() {
    check(
        "SELECT a FROM t JOIN u USING (id, k) JOIN v ON v.x = t.x NATURAL JOIN w",
        "s0: from t; from u; from v; from w; using id,k 0..1 1..2; natural 0..3 3..4; read v.x[0..3] join; read t.x[0..3] join; read a out0; -> a=#2",
    );
    check(
        "SELECT a FROM p, t LEFT JOIN (u CROSS JOIN v) ON u.x = x, q",
        "s0: from p; from t; from u; from v; from q; read u.x[1..4] join; read x[1..4] join; read a out0; -> a=#2",
    );
    check(
        "SELECT a FROM (t JOIN u USING (id)) AS j",
        "s0: from s1 as j; read a out0; -> a=#0
         s1: from t; from u; using id 0..1 1..2; -> *",
    );
    check(
        "SELECT a FROM (SELECT b AS a FROM u) s(c), LATERAL (SELECT s.c FROM v) l",
        "s0: from s1 as s(c); from s2 as l; read a out0; -> a=#0
         s1: from u; read b out0; -> a=#0
         s2 in s0: from v; read s.c out0; -> c=#0",
    );
    check(
        "SELECT a FROM t, unnest(t.arr) WITH ORDINALITY AS e(x, n), generate_series(1, b) g, jsonb_each(j)",
        "s0: from t; from unnest() as e(x,n); from generate_series() as g(g); from jsonb_each()(key,value); read t.arr[0..1] other; read b[0..2] other; read j[0..3] other; read a out0; -> a=#3",
    );
    check(
        "SELECT a FROM (VALUES (1, 'x'), (2, b)) AS v(id)",
        "s0: from s1 as v(id); read a out0; -> a=#0
         s1: read b out1; -> column1, column2",
    );
    check_in(
        Dialect::BigQuery,
        "SELECT i.name FROM t, t.items AS i, UNNEST(t.tags) AS tag WITH OFFSET AS o",
        "s0: from t; from unnest() as i; from unnest() as tag(tag,o); read t.items[0..1] other; read t.tags[0..2] other; read i.name out0; -> name=#2",
    );
    check_in(
        Dialect::SqlServer,
        "SELECT x.n FROM t CROSS APPLY (SELECT t.a AS n) x OUTER APPLY f(t.b) y",
        "s0: from t; from s1 as x; from f() as y; read t.b[0..2] other; read x.n out0; -> n=#1
         s1 in s0: read t.a out0; -> n=#0",
    );
    check_in(
        Dialect::Mysql,
        "SELECT j.a FROM t, JSON_TABLE(t.doc, '$[*]' COLUMNS (a INT PATH '$.a', NESTED PATH '$.b' COLUMNS (c INT PATH '$'))) j",
        "s0: from t; from json_table() as j(a,c); read t.doc[0..1] other; read j.a out0; -> a=#1",
    );
    check_in(
        Dialect::SqlServer,
        "SELECT * FROM t PIVOT (SUM(amount) FOR month IN ([jan], [feb])) AS p",
        "s0: from s1 as p; -> *
         s1: from t; read amount other; read month other; -> *-(amount,month), jan, feb",
    );
    check_in(
        Dialect::SqlServer,
        "SELECT * FROM t UNPIVOT (amount FOR month IN (jan, feb)) AS p",
        "s0: from s1 as p; -> *
         s1: from t; read jan other; read feb other; -> *-(jan,feb), amount, month",
    );
    check_in(
        Dialect::ClickHouse,
        "SELECT arrayMap(x -> x + a, b), d FROM t ARRAY JOIN c AS d",
        "s0: from t; from arrayJoin() as d(d); read c[0..1] other; read a~ out0; read b~ out0; read d~ out1; -> arrayMap, d=#3",
    );
    check_in(
        Dialect::Generic,
        "SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY a ORDER BY b MEASURES LAST(DOWN.price) AS low PATTERN (STRT DOWN+) DEFINE DOWN AS DOWN.price < PREV(DOWN.price)) m",
        "s0: from s1 as m; -> *
         s1: from t; read a out0; read b order; read price out1; read price filter; read price filter; -> a, low",
    );
    check_in(
        Dialect::SqlServer,
        "SELECT x.c.value('(/a)[1]', 'int') FROM t CROSS APPLY t.doc.nodes('/a') AS x(c)",
        "s0: from t; from t.doc.nodes() as x(c); read t.doc[0..1] other; read x.c out0; -> value",
    );
    check_in(
        Dialect::Generic,
        "SELECT a FROM t LATERAL VIEW explode(tags) e AS tag",
        "s0: from t; from explode() as e(tag); read tags[0..1] other; read a out0; -> a=#1",
    );
}

#[test]
fn subqueries() {
    check(
        "SELECT a FROM t WHERE EXISTS (SELECT * FROM u WHERE u.id = t.id) AND b IN (SELECT c FROM v) AND d > ALL (SELECT e FROM w)",
        "s0: from t; read a out0; read b filter; read d filter; sub s1 filter; sub s2 filter; sub s3 filter; -> a=#0
         s1 in s0: from u; read u.id filter; read t.id filter; -> *
         s2 in s0: from v; read c out0; -> c=#0
         s3 in s0: from w; read e out0; -> e=#0",
    );
    check(
        "SELECT ARRAY(SELECT a FROM t ORDER BY b), (SELECT x FROM (SELECT x FROM u WHERE y = o.z) s) FROM o",
        "s0: from o; sub s1 out0; sub s2 out1; -> ARRAY, x
         s1 in s0: from t; read a out0; read b^ order; -> a=#0
         s2 in s0: from s3 as s; read x out0; -> x=#0
         s3 in s0: from u; read x out0; read y filter; read o.z filter; -> x=#0",
    );
    check(
        "SELECT (SELECT 1 FROM t UNION SELECT a FROM u) FROM o",
        "s0: from o; sub s1 out0; -> _
         s1 in s0: all of s2 s3
         s2 in s0: from t; -> _
         s3 in s0: from u; read a out0; -> a=#0",
    );
}

#[test]
fn ctes() {
    check(
        "WITH x(p, q) AS (SELECT a, b FROM t), y AS (SELECT p FROM x) SELECT * FROM y JOIN x z ON z.p = y.p",
        "s0: from s2 as y; from s1 as z(p,q); read z.p[0..2] join; read y.p[0..2] join; -> *
         s1: from t; read a out0; read b out1; -> a=#0, b=#1
         s2: from s1 as x(p,q); read p out0; -> p=#0",
    );
    check(
        "WITH users AS (SELECT * FROM users WHERE active) SELECT id FROM users",
        "s0: from s1 as users; read id out0; -> id=#0
         s1: from users; read active filter; -> *",
    );
    check("WITH RECURSIVE tree AS (SELECT id FROM node UNION ALL SELECT n.id FROM node n JOIN tree ON n.parent = tree.id) SELECT * FROM tree", "s0: from s1 as tree; -> *
         s1: all of s2 s3
         s2: from node; read id out0; -> id=#0
         s3: from node as n; from s1 as tree; read n.parent[0..2] join; read tree.id[0..2] join; read n.id out0; -> id=#2");
    check_in(Dialect::SqlServer, "WITH tree AS (SELECT id FROM node UNION ALL SELECT n.id FROM node n JOIN tree ON n.parent = tree.id) SELECT * FROM tree", "s0: from s1 as tree; -> *
         s1: all of s2 s3
         s2: from node; read id out0; -> id=#0
         s3: from node as n; from s1 as tree; read n.parent[0..2] join; read tree.id[0..2] join; read n.id out0; -> id=#2");
    check_in(
        Dialect::Generic,
        "WITH orders AS (SELECT id FROM old_orders UNION ALL SELECT id FROM orders) SELECT id FROM orders",
        "s0: from s1 as orders; read id out0; -> id=#0
         s1: all of s2 s3
         s2: from old_orders; read id out0; -> id=#0
         s3: from orders; read id out0; -> id=#0",
    );
    check(
        "WITH gone AS (DELETE FROM t WHERE a = 1 RETURNING b) SELECT b FROM gone",
        "s0: from s1 as gone; read b out0; -> b=#0
         s1: target t; read a filter; read b out0; -> b=#1",
    );
    check(
        "SELECT x.a FROM (WITH x AS (SELECT 1 AS a) SELECT a FROM x) x, x AS y",
        "s0: from s1 as x; from x as y; read x.a out0; -> a=#0
         s1: from s2 as x; read a out0; -> a=#0
         s2: -> a",
    );
    check(
        "WITH x AS (SELECT 1) INSERT INTO t (a) SELECT * FROM x",
        "s0: target t; write a@0; insert #0 s2
         s1: -> _
         s2: from s1 as x; -> *",
    );
}

#[test]
fn set_operations() {
    check(
        "SELECT a FROM t UNION SELECT b FROM u EXCEPT (SELECT c FROM v ORDER BY d) ORDER BY a",
        "s0: read a^ order; all of s1 s2 s3
         s1: from t; read a out0; -> a=#0
         s2: from u; read b out0; -> b=#0
         s3: from v; read c out0; read d^ order; -> c=#0",
    );
    check("VALUES (1, 'a'), (2, 'b')", "s0: -> column1, column2");
    check("(SELECT a FROM t) ORDER BY b", "s0: from t; read a out0; read b^ order; -> a=#0");
    check(
        "SELECT a FROM t UNION ALL TABLE u",
        "s0: all of s1 s2
         s1: from t; read a out0; -> a=#0
         s2: from u; -> *",
    );
}

#[test]
fn words_that_are_no_columns() {
    check(
        "SELECT current_timestamp, date '2020-01-01', interval '1 day', $1, a FROM t",
        "s0: from t; read a out4; -> current_timestamp, date, interval, _, a=#0",
    );
    check_in(
        Dialect::Generic,
        "SELECT DATEADD(day, 1, a), DATEDIFF(hour, b, c), DATE_TRUNC('month', d), sysdate, :p, ? FROM t",
        "s0: from t; read a out0; read b out1; read c out1; read d out2; -> DATEADD, DATEDIFF, DATE_TRUNC, sysdate, _, _",
    );
    check_in(
        Dialect::BigQuery,
        "SELECT DATE_TRUNC(a, MONTH), DATE_DIFF(b, c, DAY), TIMESTAMP_TRUNC(day, HOUR), DATE_TRUNC(d, WEEK(MONDAY)) FROM t",
        "s0: from t; read a out0; read b out1; read c out1; read day out2; read d out3; -> DATE_TRUNC, DATE_DIFF, TIMESTAMP_TRUNC, DATE_TRUNC",
    );
    check_in(
        Dialect::Mysql,
        r#"SELECT @x, @@global.y, "text", `a`, TIMESTAMPDIFF(MINUTE, b, c), DATE_ADD(d, INTERVAL e DAY), MATCH (f, t.g) AGAINST ('x') FROM t"#,
        "s0: from t; read a out3; read b out4; read c out4; read d out5; read e out5; read f out6; read t.g out6; -> @x, y, _, a=#0, TIMESTAMPDIFF, DATE_ADD, _",
    );
    check_in(
        Dialect::Snowflake,
        "SELECT s.nextval, t.$1, a:b.c::int, filter(d, x -> x > e) FROM t, LATERAL FLATTEN(input => t.f) g",
        "s0: from t; from FLATTEN() as g(seq,key,path,index,value,this); read t.f[0..1] other; read t.$1~ out1; read a~ out2; read d~ out3; read e~ out3; -> nextval, $1=#1, int4, filter",
    );
    check_in(
        Dialect::Generic,
        "SELECT transform(a, x -> x + b), c -> 'k' ->> d FROM t",
        "s0: from t; read a out0; read b out0; read c out1; read d out1; -> transform, _",
    );
    check(
        "SELECT json_build_object('a', b, c, d), json_object('k': v), make_interval(days => n) FROM t",
        "s0: from t; read b out0; read c out0; read d out0; read v out1; read n out2; -> json_build_object, json_object, make_interval",
    );
    check_in(
        Dialect::Oracle,
        "SELECT a FROM t, u WHERE t.id = u.id(+) AND rownum < 3",
        "s0: from t; from u; read a out0; read t.id filter; read u.id filter; -> a=#0",
    );
}

#[test]
fn holes() {
    check(
        "SELECT ${columns}, a AS ${name}, u.${column}, f(${x}) FROM ${table} ${joins}",
        "s0: from ?; read a out1; -> _, _=#0, _, f
         hole relation ${table} s0
         hole fragment ${joins} s0
         hole columns ${columns} s0
         hole columns ${column} s0",
    );
    check(
        "SELECT ${alias}.full_name FROM ${schema}.users AS ${alias} WHERE ${filter} AND a = ${value} AND (b OR ${more}) GROUP BY ${g} HAVING ${h} ORDER BY ${o} LIMIT ${n}",
        "s0: from users; read columnist_hole_0.full_name out0; read a filter; read b filter; -> full_name=#0
         hole fragment ${filter} s0
         hole fragment ${more} s0
         hole columns ${g} s0
         hole fragment ${h} s0
         hole columns ${o} s0",
    );
    check(
        r#"SELECT a, "${quoted}", col_${n} FROM orders_${year} WHERE NOT ${x} ORDER BY ${y} DESC"#,
        "s0: from ?; read a out0; -> a=#0, _, _
         hole relation orders_${year} s0
         hole columns ${quoted} s0
         hole columns col_${n} s0
         hole fragment ${x} s0
         hole columns ${y} s0",
    );
    check(
        "SELECT a ${more} FROM t JOIN u ON ${on}",
        "s0: from t; from u; read a out0; -> _=#0
         hole fragment ${on} s0
         hole fragment ${more} s0",
    );
}

#[test]
fn pipes() {
    check_in(
        Dialect::BigQuery,
        "FROM t |> WHERE a > 1 |> SELECT b, c |> WHERE c = 2 |> AGGREGATE sum(b) AS s GROUP BY c |> ORDER BY s",
        "s0: from s2; -> *
         s1: from t; read a^ filter; read b out0; read c out1; read c^ filter; -> b=#1, c=#2
         s2: from s1; read c out0; read b out1; read s^ order; -> c=#0, s",
    );
}

#[test]
fn long_chains_are_walked_without_recursion() {
    let count = 20_000;
    let text = move |first: &str, next: &str| {
        let mut sql = first.to_owned();
        (1..count).for_each(|_| sql.push_str(next));
        sql
    };
    // The parser frees its tree by recursion; that needs a larger stack than a test thread has.
    let run = move || {
        let found = lowered(Dialect::Generic, &text("SELECT 1 FROM t WHERE a = 1", " OR a = 1"));
        assert_eq!(found.scopes[0].references.len(), count);
        let found = lowered(Dialect::Generic, &text("SELECT a", " || a"));
        assert_eq!(found.scopes[0].references.len(), count);
        let found = lowered(Dialect::Generic, &text("SELECT a FROM t", " UNION ALL SELECT a FROM t"));
        assert_eq!(found.scopes[0].operands.len(), count);
        let found = lowered(Dialect::Generic, &text("SELECT a", "::text"));
        assert_eq!(found.scopes[0].references.len(), 1);
    };
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(run).expect("a thread");
    thread.join().expect("no overflow");
}

#[test]
fn names_in_non_ascii_text_have_their_places() {
    // `lowered` checks every place.
    let rows = "('äöü', 1), ".repeat(300);
    lowered(
        Dialect::Postgres,
        &format!("INSERT INTO t (ä, b) VALUES {rows}('x', (SELECT \"ß c\" FROM ü WHERE d = 'é'))"),
    );
}

#[test]
fn a_quoted_path_ends_with_the_name() {
    let sql = "SELECT a FROM `project.set.users`";
    let found = lowered(Dialect::BigQuery, sql);
    assert_eq!(found.scopes[0].sources[0].span.of(sql), "users");
}
