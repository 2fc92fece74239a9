//! Stored routines, triggers, control flow.

use super::{check, check_in};
use crate::model::statement::Dialect;

#[test]
fn functions() {
    check(
        "CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql RETURN (SELECT a + x FROM t)",
        "s0: sub s1 other
         s1 in s0: from t; read a out0; -> _
         + Function f",
    );
    check("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT a FROM t $$", "+ Function f");
    check_in(
        Dialect::SqlServer,
        "CREATE FUNCTION f(@x int) RETURNS TABLE AS RETURN SELECT a FROM t WHERE b = @x",
        "s0: from t; read a out0; read b filter; -> a=#0
         + Function f",
    );
    check_in(
        Dialect::SqlServer,
        "CREATE PROCEDURE p AS BEGIN SELECT a FROM t; UPDATE u SET b = 1; END",
        "s0: from t; read a out0; -> a=#0
         s1: target u; write b@0
         + Procedure p",
    );
    check_in(
        Dialect::Generic,
        "CREATE PROCEDURE p (x INT) AS BEGIN UPDATE t SET a = x WHERE b = 1; END",
        "s0: target t; write a@0; read b filter
         + Procedure p",
    );
    check_in(
        Dialect::SqlServer,
        "CREATE FUNCTION f(@x int) RETURNS int AS BEGIN DECLARE @n int = (SELECT a FROM t); RETURN @n; END",
        "s0: sub s1 other
         s1 in s0: from t; read a out0; -> a=#0
         s2:
         + Function f",
    );
}

#[test]
fn triggers() {
    check("CREATE TRIGGER tr AFTER UPDATE OF a, b ON t FOR EACH ROW WHEN (OLD.a IS DISTINCT FROM NEW.a) EXECUTE FUNCTION f()", "s0: target t; image t as new; image t as old; both a@0 schema; both b@0 schema; read OLD.a filter; read NEW.a filter
         + Trigger tr on t");
    check_in(
        Dialect::Sqlite,
        "CREATE TRIGGER tr AFTER UPDATE OF a ON t WHEN new.a > 1 BEGIN UPDATE u SET b = new.b WHERE id = old.id; INSERT INTO log (x) SELECT c FROM v WHERE v.k = new.k; END",
        "s0: target t; image t as new; image t as old; both a@0 schema; read new.a filter
         s1: image t as new; image t as old
         s2 in s1: target u; write b@0; read new.b for #0; read id filter; read old.id filter
         s3 in s1: target log; write x@0; insert #0 s4
         s4 in s1: from v; read c out0; read v.k filter; read new.k filter; -> c=#0
         + Trigger tr on t",
    );
    check_in(
        Dialect::Mysql,
        "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = NEW.b + 1; END",
        "s0: target t; image t as new; image t as old; write NEW.a@0; read NEW.b for #0
         s1: image t as new; image t as old
         + Trigger tr on t",
    );
    check_in(
        Dialect::SqlServer,
        "CREATE TRIGGER tr ON t AFTER UPDATE AS BEGIN UPDATE u SET a = i.a FROM u JOIN inserted i ON i.id = u.id; INSERT INTO log (x) SELECT old_a FROM deleted; END",
        "s0: target t; image t as new; image t as old
         s1: image t as new; image t as old
         s2: image t as inserted; -> inserted.*
         s3: image t as deleted; -> deleted.*
         s4 in s1: target u; from s2 as i; read i.id[0..2] join; read u.id[0..2] join; write a@0; read i.a for #2
         s5 in s1: target log; write x@0; insert #0 s6
         s6 in s1: from s3 as deleted; read old_a out0; -> old_a=#0
         + Trigger tr on t",
    );
}

#[test]
fn control_flow() {
    check_in(
        Dialect::SqlServer,
        "IF EXISTS (SELECT 1 FROM t WHERE a = 1) UPDATE t SET b = 2 ELSE INSERT INTO t (b) VALUES (2)",
        "s0: sub s1 filter
         s1 in s0: from t; read a filter; -> _
         s2: target t; write b@0
         s3: target t; write b@0; insert #0",
    );
    check_in(
        Dialect::Mysql,
        "CALL p((SELECT a FROM t))",
        "s0: sub s1 other
         s1 in s0: from t; read a out0; -> a=#0",
    );
    check_in(
        Dialect::BigQuery,
        "BEGIN SELECT a FROM t; EXCEPTION WHEN ERROR THEN DELETE FROM u WHERE b = 1; END",
        "s0: from t; read a out0; -> a=#0
         s1: target u; read b filter",
    );
}
