//! Statements that write rows.

use super::{check, check_in};
use crate::model::statement::Dialect;

#[test]
fn insert() {
    check(
        "INSERT INTO users (id, full_name) VALUES (1, 'x'), (DEFAULT, (SELECT n FROM src WHERE k = 2))",
        "s0: target users; write id@0; write full_name@0; sub s1 for #1; insert #0,#1
         s1 in s0: from src; read n out0; read k filter; -> n=#0",
    );
    check("INSERT INTO users VALUES (1, $1, now())", "s0: target users; insert first 3");
    check(
        "INSERT INTO users DEFAULT VALUES RETURNING id, *",
        "s0: target users; read id out0; insert defaults; -> id=#0, *",
    );
    check(
        "INSERT INTO archive (id, name) SELECT u.id, u.full_name FROM users u WHERE u.gone",
        "s0: target archive; write id@0; write name@0; insert #0,#1 s1
         s1: from users as u; read u.id out0; read u.full_name out1; read u.gone filter; -> id=#0, full_name=#1",
    );
    check(
        "INSERT INTO archive SELECT * FROM users",
        "s0: target archive; insert all s1
         s1: from users; -> *",
    );
    check(
        "INSERT INTO t AS x (a, b) VALUES (1, 2) ON CONFLICT (a) DO UPDATE SET b = EXCLUDED.b + x.b, c = 1 WHERE x.d > 0 RETURNING a",
        "s0: target t as x; image t as excluded; write a@0; write b@0; read a@0 other; write b@0; read EXCLUDED.b for #3; read x.b for #3; write c@0; read x.d filter; read a out0; insert #0,#1; -> a=#8",
    );
    check(
        "INSERT INTO t (a) VALUES (1) ON CONFLICT ON CONSTRAINT k DO NOTHING",
        "s0: target t; write a@0; read k#0 other; insert #0",
    );
    check_in(
        Dialect::Mysql,
        "INSERT INTO t (a, b) VALUES (1, 2) ON DUPLICATE KEY UPDATE b = VALUES(b) + b",
        "s0: target t; image t as values; write a@0; write b@0; write b@0; read values.b for #2; read b for #2; insert #0,#1",
    );
    check_in(
        Dialect::Mysql,
        "INSERT INTO t (a, b) VALUES (1, 2) AS new(m, n) ON DUPLICATE KEY UPDATE b = new.n + m",
        "s0: target t; image t as new(m,n); image t as values; write a@0; write b@0; write b@0; read new.n for #2; read m for #2; insert #0,#1",
    );
    check_in(
        Dialect::Mysql,
        "INSERT INTO t SET a = 1, b = c + 1",
        "s0: target t; write a@0; write b@0; read c for #1; insert #0,#1",
    );
    check_in(
        Dialect::Mysql,
        "REPLACE INTO t (a) SELECT b FROM u",
        "s0: target t; write a@0; insert #0 s1
         s1: from u; read b out0; -> b=#0",
    );
    check_in(Dialect::SqlServer, "INSERT INTO t (a) OUTPUT inserted.id, inserted.a INTO log_t VALUES (1)", "s0: target t; image t as inserted; write a@0; read inserted.id out0; read inserted.a out1; insert #0; -> id=#1, a=#2
         s1: target log_t; insert all s0");
    check_in(
        Dialect::Snowflake,
        "INSERT ALL WHEN a > 1 THEN INTO x (p) VALUES (a) ELSE INTO y SELECT a, b FROM t",
        "s0: from t; read a~ out0; read b~ out1; -> a=#0, b=#1
         s1: target x; from s0; write p@0; read a[1..2] for #0; insert #0
         s2: target y; from s0; insert all s0
         s3: from s0; read a filter",
    );
    check("INSERT INTO t (a, comp.field) VALUES (1, 2)", "s0: target t; write a@0; write comp@0; insert #0,#1");
    check(
        "INSERT INTO ${table} (${columns}) VALUES (${values})",
        "s0: target ?; insert
         hole relation ${table} s0
         hole columns ${columns} s0",
    );
    check(
        "INSERT INTO t (a, ${columns}, b) VALUES (1, ${values}, 2)",
        "s0: target t; write a@0; write b@0; insert #0
         hole columns ${columns} s0",
    );
    check("INSERT INTO t VALUES (${values})", "s0: target t; insert all");
    check_in(Dialect::Mysql, "INSERT INTO t () VALUES ()", "s0: target t; insert defaults");
}

#[test]
fn update() {
    check(
        "UPDATE users SET full_name = first || ' ' || last, n = n + 1 WHERE id = 2 RETURNING full_name AS f",
        "s0: target users; write full_name@0; read first for #0; read last for #0; write n@0; read n for #3; read id filter; read full_name out0; -> f=#6",
    );
    check("UPDATE users u SET (a, b) = (SELECT x, y FROM v WHERE v.id = u.id), (c, d) = (e, ROW(f)) FROM w WHERE w.k = u.k", "s0: target users as u; from w; write a@0; write b@0; write c@0; write d@0; read e for #2; read f for #3; read w.k filter; read u.k filter; sub s1 for #0
         s1 in s0: from v; read x out0; read y out1; read v.id filter; read u.id filter; -> x=#0, y=#1");
    check("UPDATE t SET comp.field = 1, a = DEFAULT", "s0: target t; write comp@0; write a@0");
    check_in(
        Dialect::Mysql,
        "UPDATE users u JOIN orders o ON o.user_id = u.id SET u.name = o.name, o.done = 1, flag = 2 WHERE u.id = 1 ORDER BY u.id LIMIT 3",
        "s0: target users as u; target orders as o; read o.user_id[0..2] join; read u.id[0..2] join; write u.name@0; read o.name for #2; write o.done@1; write flag; read u.id filter; read u.id order",
    );
    check_in(
        Dialect::SqlServer,
        "UPDATE u SET u.name = o.name, total = o.total FROM orders o JOIN users u ON u.id = o.user_id",
        "s0: from orders as o; target users as u; read u.id[0..2] join; read o.user_id[0..2] join; write u.name@1; read o.name for #2; write total@1; read o.total for #4",
    );
    check_in(
        Dialect::SqlServer,
        "UPDATE users SET name = u.nick OUTPUT deleted.name, inserted.name FROM users u WHERE u.id = 1",
        "s0: target users as u; image users as inserted; image users as deleted; write name@0; read u.nick for #0; read u.id filter; read deleted.name out0; read inserted.name out1; -> name=#3, name=#4",
    );
    check_in(Dialect::SqlServer, "UPDATE users SET @x = name, a = 1", "s0: target users; read name other; write a@0");
    check(
        "UPDATE ${table} SET ${column} = 1, b = ${value}, ${more} = c WHERE ${where}",
        "s0: target ?; write b@0; read c other
         hole relation ${table} s0
         hole columns ${column} s0
         hole columns ${more} s0
         hole fragment ${where} s0",
    );
    check(
        "UPDATE t SET a = new.b RETURNING old.a, new.a",
        "s0: target t; image t as old; image t as new; write a@0; read new.b for #0; read old.a out0; read new.a out1; -> a=#2, a=#3",
    );
    check(
        "WITH d AS (SELECT id FROM u) UPDATE t SET a = d.id FROM d WHERE d.id = t.id",
        "s0: target t; from s1 as d; write a@0; read d.id for #0; read d.id filter; read t.id filter
         s1: from u; read id out0; -> id=#0",
    );
}

#[test]
fn delete() {
    check("DELETE FROM users WHERE id = 1", "s0: target users; read id filter");
    check(
        "DELETE FROM users u USING orders o WHERE o.user_id = u.id RETURNING u.*",
        "s0: target users as u; from orders as o; read o.user_id filter; read u.id filter; -> u.*",
    );
    check_in(
        Dialect::Mysql,
        "DELETE u, o FROM users u JOIN orders o ON o.uid = u.id WHERE u.gone = 1",
        "s0: target users as u; target orders as o; read o.uid[0..2] join; read u.id[0..2] join; read u.gone filter",
    );
    check_in(
        Dialect::Mysql,
        "DELETE FROM a USING a JOIN b ON a.x = b.x WHERE b.y = 1",
        "s0: target a; from b; read a.x[0..2] join; read b.x[0..2] join; read b.y filter",
    );
    check_in(
        Dialect::SqlServer,
        "DELETE u FROM users AS u JOIN gone ON gone.id = u.id",
        "s0: target users as u; from gone; read gone.id[0..2] join; read u.id[0..2] join",
    );
    check_in(
        Dialect::SqlServer,
        "WITH d AS (SELECT *, row_number() OVER (PARTITION BY a ORDER BY b) AS n FROM t) DELETE FROM d WHERE n > 1",
        "s0: target s1 as d; read n filter
         s1: from t; read a group; read b order; -> *, n",
    );
    check_in(
        Dialect::Mysql,
        "DELETE FROM t WHERE a = 1 ORDER BY b LIMIT 2",
        "s0: target t; read a filter; read b order",
    );
}

#[test]
fn merge() {
    check("MERGE INTO users t USING (SELECT id, name FROM src) s ON t.id = s.id AND t.k = 1 WHEN MATCHED AND t.locked = false THEN UPDATE SET name = s.name WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, name)", "s0: target users as t; from s1 as s; read t.id join; read s.id join; read t.k join; read t.locked filter; write name@0; read s.name for #4; write id@0; write name@0; read s.id[1..2] for #6; read name[1..2] for #7; insert #6,#7
         s1: from src; read id out0; read name out1; -> id=#0, name=#1");
    check_in(
        Dialect::SqlServer,
        "MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (s.a, s.b) OUTPUT inserted.a, deleted.b;",
        "s0: target t; from s; image t as inserted; image t as deleted; read t.id join; read s.id join; read s.a[1..2] other; read s.b[1..2] other; read inserted.a out0; read deleted.b out1; insert first 2; -> a=#4, b=#5",
    );
    check_in(
        Dialect::BigQuery,
        "MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED THEN INSERT ROW",
        "s0: target t; from s; read t.id join; read s.id join
         s1: from s; -> *
         s2: target t; insert all s1",
    );
}

#[test]
fn copy() {
    check("COPY users (id, full_name) FROM STDIN", "s0: target users; write id@0; write full_name@0; insert #0,#1");
    check("COPY users FROM STDIN", "s0: target users; insert all");
    check(
        "COPY users (id, full_name) TO STDOUT",
        "s0: from users; read id@0 out0; read full_name@0 out1; -> id=#0, full_name=#1",
    );
    check("COPY users TO STDOUT", "s0: from users; -> *");
    check("COPY (SELECT full_name FROM users) TO STDOUT", "s0: from users; read full_name out0; -> full_name=#0");
    check_in(
        Dialect::Snowflake,
        "COPY INTO t (a, b) FROM (SELECT $1, x.$2 FROM @stage x)",
        "s0: target t; write a@0; write b@0; insert #0,#1",
    );
    check_in(Dialect::Snowflake, "COPY INTO @stage FROM t", "s0: from t; -> *");
}

#[test]
fn others() {
    check("TRUNCATE TABLE a, s.b", "s0: target a; target s.b");
    check("EXPLAIN ANALYZE SELECT a FROM t", "s0: from t; read a out0; -> a=#0");
    check("PREPARE p AS SELECT a FROM t WHERE b = $1", "s0: from t; read a out0; read b filter; -> a=#0");
    check("DECLARE c CURSOR FOR SELECT a FROM t", "s0: from t; read a out0; -> a=#0");
    check("EXECUTE p(1)", "s0:");
    check_in(Dialect::Sqlite, "INSERT OR REPLACE INTO t (a) VALUES (1)", "s0: target t; write a@0; insert #0");
    check_in(Dialect::Sqlite, "UPDATE OR IGNORE t SET a = 1", "s0: target t; write a@0");
}
