//! Statements about the schema.

use super::{check, check_in};
use crate::model::statement::Dialect;

#[test]
fn create_table() {
    check("CREATE TABLE IF NOT EXISTS app.users (id bigserial PRIMARY KEY, full_name varchar(80) NOT NULL DEFAULT 'x', org int REFERENCES orgs (id), k int GENERATED ALWAYS AS (org * 2) STORED, CHECK (length(full_name) > 1))", "s0: target app.users; from orgs; both id@0 schema; both full_name@0 schema; both org@0 schema; both id@1 schema; both k@0 schema; both org@0 schema; both full_name@0 schema
         + table? app.users(id bigserial!=, full_name VARCHAR(80)!=, org INT, k INT=)
         + key users_pkey of app.users(id)");
    check("CREATE TABLE t (a int, b int, PRIMARY KEY (a, b), CONSTRAINT fk FOREIGN KEY (b) REFERENCES u (x), UNIQUE (b) INCLUDE (a))", "s0: target t; from u; both a@0 schema; both b@0 schema; both a@0 schema; both b@0 schema; both b@0 schema; both x@1 schema; both b@0 schema; both a@0 schema
         + table t(a INT!, b INT!)
         + key t_pkey of t(a,b)
         + key t_b_key of t(b)");
    check_in(Dialect::Mysql, "CREATE TABLE t (`id` int AUTO_INCREMENT, name varchar(9), created timestamp DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, KEY k (name(3), id), FULLTEXT (name))", "s0: target t; both id@0 schema; both name@0 schema; both created@0 schema; both name@0 schema; both id@0 schema; both name@0 schema
         + table t(id INT=, name VARCHAR(9), created TIMESTAMP=)");
    check(
        "CREATE TABLE p (a int, d date) PARTITION BY RANGE (d)",
        "s0: target p; both a@0 schema; both d@0 schema; both d@0 schema
         + table p(a INT, d DATE)",
    );
    check(
        "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)",
        "s0: target p1; from p
         + table p1() like p",
    );
    check(
        "CREATE TABLE c (a int) INHERITS (p, q)",
        "s0: target c; from p; from q; both a@0 schema
         + table c(a INT) like p like q",
    );
    check_in(
        Dialect::Mysql,
        "CREATE TABLE t2 LIKE t",
        "s0: target t2; from t
         + table t2() like t",
    );
    check_in(
        Dialect::BigQuery,
        "CREATE TABLE t (a INT64, d DATE) PARTITION BY d CLUSTER BY a",
        "s0: target t; both a@0 schema; both d@0 schema; both d@0 schema; both a@0 schema
         + table t(a INT64, d DATE)",
    );
    check_in(
        Dialect::Snowflake,
        "CREATE TABLE t2 CLONE t",
        "s0: target t2; from t
         + table t2() like t",
    );
    check(
        "CREATE TABLE archive AS SELECT id, full_name AS name FROM users",
        "s0: target archive
         s1: from users; read id out0; read full_name out1; -> id=#0, name=#1
         + table archive() = s1",
    );
    check_in(
        Dialect::Sqlite,
        "CREATE VIRTUAL TABLE f USING fts5(title, body)",
        "s0: target f; both title@0 schema; both body@0 schema
         + table f(title, body)",
    );
    check(
        "CREATE TABLE ${name} (a int, ${column} int)",
        "s0: target ?; both a@0 schema
         hole relation ${name} s0
         hole columns ${column} s0",
    );
}

#[test]
fn views() {
    check(
        "CREATE OR REPLACE VIEW v (x, y) AS SELECT a, b FROM t",
        "s0: target v; both x@0 schema; both y@0 schema
         s1: from t; read a out0; read b out1; -> a=#0, b=#1
         + view v(x,y) = s1",
    );
    check(
        "CREATE MATERIALIZED VIEW app.m AS WITH q AS (SELECT a FROM t) SELECT * FROM q",
        "s0: target app.m
         s1: from s2 as q; -> *
         s2: from t; read a out0; -> a=#0
         + materialized view app.m() = s1",
    );
    check_in(
        Dialect::ClickHouse,
        "CREATE MATERIALIZED VIEW v TO t AS SELECT a FROM u",
        "s0: target v
         s1: from u; read a~ out0; -> a=#0
         s2: target t; insert all s1
         + materialized view v() = s1",
    );
    check_in(
        Dialect::Mysql,
        "ALTER VIEW v AS SELECT a FROM t",
        "s0: target v
         s1: from t; read a out0; -> a=#0
         + view v() = s1",
    );
}

#[test]
fn alter_table() {
    check(
        "ALTER TABLE app.users ADD COLUMN a int NOT NULL DEFAULT 0, DROP COLUMN IF EXISTS b, RENAME TO people",
        "s0: target app.users; both a@0 schema; both b@0 schema
         + app.users.a INT!=
         - app.users.b at b
         ~ app.users to people at users",
    );
    check(
        "ALTER TABLE users RENAME COLUMN full_name TO name",
        "s0: target users; both full_name@0 schema; both name@0 schema
         ~ users.full_name to name at full_name",
    );
    check(
        "ALTER TABLE users ALTER COLUMN a TYPE text USING b::text, ALTER a SET NOT NULL, ALTER a DROP NOT NULL, ALTER a SET DEFAULT 1, ALTER a DROP DEFAULT",
        r#"s0: target users; both a@0 schema; both b@0 schema; both a@0 schema; both a@0 schema; both a@0 schema; both a@0 schema
         ~ users.a Type("TEXT") at a
         ~ users.a SetNotNull at a
         ~ users.a DropNotNull at a
         ~ users.a SetDefault at a
         ~ users.a DropDefault at a"#,
    );
    check_in(
        Dialect::Mysql,
        "ALTER TABLE t ADD COLUMN a int AFTER b, CHANGE c d varchar(10) NOT NULL, MODIFY e int DEFAULT 1, DROP f, RENAME AS u",
        r#"s0: target t; both a@0 schema; both b@0 schema; both c@0 schema; both d@0 schema; both e@0 schema; both f@0 schema
         + t.a INT
         ~ t.c to d at c
         ~ t.d Type("VARCHAR(10)") at d
         ~ t.d SetNotNull at d
         ~ t.e Type("INT") at e
         ~ t.e SetDefault at e
         - t.f at f
         ~ t to u at t"#,
    );
    check_in(
        Dialect::Mysql,
        "ALTER TABLE t CHANGE c c bigint",
        r#"s0: target t; both c@0 schema; both c@0 schema
         ~ t.c Type("BIGINT") at c"#,
    );
    check(
        "ALTER TABLE t ADD CONSTRAINT k UNIQUE (a, b), ADD FOREIGN KEY (c) REFERENCES u (d), ADD CHECK (e > 0)",
        "s0: target t; from u; both a@0 schema; both b@0 schema; both c@0 schema; both d@1 schema; both e@0 schema
         + key k of t(a,b)",
    );
    check_in(
        Dialect::Snowflake,
        "ALTER TABLE a SWAP WITH b",
        "s0: target a; from b
         ~ a to swapped with at a
         ~ b to a at b
         ~ swapped with to b at a",
    );
    check_in(
        Dialect::SqlServer,
        "ALTER TABLE t ADD a int NULL",
        "s0: target t; both a@0 schema
         + t.a INT",
    );
    check(
        "ALTER TABLE ${table} DROP COLUMN a",
        "s0: target ?; both a@0 schema
         hole relation ${table} s0",
    );
    check(
        "ALTER TABLE t DROP COLUMN ${column}",
        "s0: target t
         hole columns ${column} s0",
    );
    check_in(
        Dialect::Mysql,
        "RENAME TABLE a TO b, c TO d",
        "s0: target a
         s1: target c
         ~ a to b at a
         ~ c to d at c",
    );
    check_in(
        Dialect::SqlServer,
        "EXEC sp_rename 'dbo.users.full_name', 'name', 'COLUMN'",
        "s0: target dbo.users; both full_name@0 schema
         ~ dbo.users.full_name to name at full_name",
    );
    check_in(
        Dialect::SqlServer,
        "EXEC sp_rename 'users', 'people'",
        "s0: target users
         ~ users to people at users",
    );
}

#[test]
fn drops() {
    check(
        "DROP TABLE IF EXISTS a, s.b CASCADE",
        "s0: target a
         s1: target s.b
         - table a at a
         - table s.b at b",
    );
    check(
        "DROP VIEW v",
        "s0: target v
         - view v at v",
    );
    check(
        "DROP MATERIALIZED VIEW m",
        "s0: target m
         - materialized view m at m",
    );
    check("DROP SCHEMA s CASCADE", "- schema s");
    check(
        "DROP FUNCTION f(int), g",
        "- Function f
         - Function g",
    );
    check("DROP PROCEDURE p", "- Procedure p");
    check(
        "DROP TRIGGER tr ON t",
        "s0: target t
         - Trigger tr",
    );
    check("DROP INDEX i", "");
    check_in(Dialect::Mysql, "DROP INDEX i ON t", "s0: target t");
}

#[test]
fn other_schema() {
    check(
        "CREATE UNIQUE INDEX i ON users USING btree (lower(full_name), id DESC) INCLUDE (a) WHERE deleted IS NULL",
        "s0: target users; both full_name@0 schema; both id@0 schema; both a@0 schema; both deleted@0 schema",
    );
    check_in(Dialect::Mysql, "CREATE INDEX i ON t (name(10))", "s0: target t; both name@0 schema");
    check("COMMENT ON COLUMN app.users.full_name IS 'x'", "s0: target app.users; both full_name@0 schema");
    check("COMMENT ON TABLE users IS 'x'", "s0: target users");
    check(
        "GRANT SELECT (a, b), UPDATE (c), INSERT ON users TO bob",
        "s0: target users; both a@0 schema; both b@0 schema; both c@0 schema",
    );
    check("REVOKE SELECT (a) ON users FROM bob", "s0: target users; both a@0 schema");
    check(
        "CREATE POLICY p ON t USING (owner = current_user AND EXISTS (SELECT 1 FROM u WHERE u.id = t.u))",
        "s0: target t; both owner@0 schema; sub s1 schema
         s1 in s0: from u; read u.id filter; read t.u filter; -> _",
    );
    check("CREATE SEQUENCE s OWNED BY t.a", "s0: target t; both a@0 schema");
    check("CREATE SCHEMA app", "+ schema app");
    check("ALTER SCHEMA a RENAME TO b", "~ schema a to b");
    check_in(Dialect::Mysql, "CREATE DATABASE shop", "+ schema shop");
}

#[test]
fn settings() {
    check(r#"SET search_path TO app, "$user", public"#, "path app,public");
    check(
        "SELECT pg_catalog.set_config('search_path', 'app, public', false)",
        "s0: -> set_config
         path app,public",
    );
    check_in(Dialect::Mysql, "USE shop", "path shop");
    check_in(Dialect::SqlServer, "USE shop", "");
    check_in(
        Dialect::Mysql,
        "SET @x = (SELECT a FROM t)",
        "s0: sub s1 other
         s1 in s0: from t; read a out0; -> a=#0",
    );
    check("ANALYZE t (a)", "s0: from t; both a@0 schema");
    check_in(Dialect::Mysql, "DESCRIBE t", "s0: from t");
    check("LOCK TABLE t IN EXCLUSIVE MODE", "s0: from t");
}
