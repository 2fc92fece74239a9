//! What the reader makes of dirty SQL: small scripts and a line for each statement found.

mod dialects;

use super::*;
use crate::model::name::Ident;
use crate::model::schema::SchemaChange;
use crate::model::statement::{Access, OutputValue, Reading, Relation, SourceRole};

/// One line for each statement: kind, `~` if recovered, `?` if read by words, `<` if backward; sources; names, with
/// `=` before written ones; wildcards; changes; holes.
fn lines(text: &str, facts: &SqlFacts) -> Vec<String> {
    facts.statements.iter().map(|statement| line(text, statement)).collect()
}

fn line(text: &str, statement: &Statement) -> String {
    let mut head = statement.kind.name().to_owned();
    head.push_str(match statement.reading {
        Reading::Parsed => "",
        Reading::Recovered { .. } => "~",
        Reading::Tokens { .. } => "?",
    });
    if statement.direction == Direction::Backward {
        head.push('<');
    }
    let mut words = vec![head];
    for scope in &statement.scopes {
        for source in &scope.sources {
            let name = match &source.relation {
                Relation::Table(name) => name.to_string(),
                Relation::Query(_) => "(query)".to_owned(),
                Relation::Values(_) => "(values)".to_owned(),
                Relation::Function(name) => format!("{name}()"),
                Relation::Hole => "_".to_owned(),
            };
            let mark = match source.role {
                SourceRole::Read => "",
                SourceRole::Target => "!",
                SourceRole::RowImage => "'",
            };
            words.push(format!("{mark}{name}"));
            if let (Some(alias), Some(last)) = (&source.alias, words.last_mut()) {
                *last = format!("{last}@{alias}");
            }
        }
    }
    words.push(":".to_owned());
    for scope in &statement.scopes {
        for reference in &scope.references {
            assert_eq!(
                reference.span.of(text).trim_matches(['"', '`', '[', ']']).to_lowercase(),
                reference.name.text.to_lowercase(),
                "the place of a name in {text}"
            );
            let mark = match reference.access {
                Access::Read => "",
                Access::Write => "=",
                Access::Both => "#",
            };
            let qualifier: String = dotted(&reference.qualifier);
            words.push(format!("{mark}{qualifier}{}", reference.name));
        }
        for output in &scope.outputs {
            if let OutputValue::Wildcard { qualifier, .. } = &output.value {
                let qualifier: String = dotted(qualifier);
                words.push(format!("{qualifier}*"));
            }
        }
    }
    for change in &statement.changes {
        words.push(format!("[{}]", change_line(change)));
    }
    for hole in &statement.holes {
        words.push(format!("{{{:?} {}}}", hole.role, hole.span.of(text)));
    }
    words.join(" ")
}

fn dotted(qualifier: &[Ident]) -> String {
    qualifier.iter().flat_map(|part| [&*part.text, "."]).collect()
}

fn change_line(change: &SchemaChange) -> String {
    match change {
        SchemaChange::CreateTable { table, columns, copies, .. } => {
            let columns: Vec<String> =
                columns.iter().map(|column| format!("{} {}", column.name, column.data_type)).collect();
            let copies: Vec<String> = copies.iter().map(|copy| format!(" like {copy}")).collect();
            format!("table {table} ({}){}", columns.join(", "), copies.concat())
        }
        SchemaChange::CreateFromQuery { relation, columns, .. } => format!("query {relation} {}", columns.len()),
        SchemaChange::DropRelation { name, .. } => format!("drop {name}"),
        SchemaChange::RenameRelation { from, to, .. } => format!("rename {from} {to}"),
        SchemaChange::AddColumn { table, column } => format!("add {table}.{} {}", column.name, column.data_type),
        SchemaChange::DropColumn { table, column, .. } => format!("drop {table}.{column}"),
        SchemaChange::RenameColumn { table, from, to, .. } => format!("rename {table}.{from} {to}"),
        SchemaChange::AlterColumn { table, column, change, .. } => format!("alter {table}.{column} {change:?}"),
        SchemaChange::CreateRoutine { name, table, .. } => {
            format!("routine {name}{}", table.as_ref().map_or(String::new(), |table| format!(" on {table}")))
        }
        other => format!("{other:?}"),
    }
}

fn check(text: &str, expected: &[&str]) {
    check_in(None, text, expected);
}

fn check_in(dialect: Option<Dialect>, text: &str, expected: &[&str]) {
    let facts = read(&SqlText::verbatim(text, 0), dialect);
    assert_eq!(lines(text, &facts), expected, "{text}");
}

/// The names of the units, with the kinds of the statements in each.
fn check_units(text: &str, expected: &[&str]) {
    let facts = read(&SqlText::verbatim(text, 0), None);
    let found: Vec<String> = facts.units.iter().map(|unit| format!("{:?} {}", unit.kind, unit.name)).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn files_are_claimed_by_their_ending() {
    let cases = [
        ("a/b.sql", true),
        ("b.SQL", true),
        ("b.sql.j2", true),
        ("b.sql.postgres", true),
        ("b.SQL.Sqlite", true),
        ("b.postgres", false),
        ("b.psql", true),
        ("sql", false),
        ("b.sql.gz", false),
        ("b.tmpl", false),
        ("sql.d/readme", false),
    ];
    for (path, expected) in cases {
        assert_eq!(Sql.claims(path, ""), expected, "{path}");
    }
}

#[test]
fn undo_files_run_backward() {
    let cases = [
        ("migrations/001_x.down.sql", Direction::Backward),
        ("migrations/2024_x/down.sql", Direction::Backward),
        ("revert/x.sql", Direction::Backward),
        ("db/U1.2__x.sql", Direction::Backward),
        ("db/V1__countdown.sql", Direction::Forward),
        ("db/users__x.sql", Direction::Forward),
        ("001_x.up.sql", Direction::Forward),
    ];
    for (path, expected) in cases {
        assert_eq!(direction_of_path(path), expected, "{path}");
    }
}

#[test]
fn holes_stand_for_more_than_values() {
    check("SELECT a FROM t ${joins} WHERE b = ? ${more}", &["select t : a b {Fragment ${joins}} {Fragment ${more}}"]);
    check(
        "SELECT a FROM t WHERE ${x} AND b = 1 ORDER BY c ${dir} LIMIT ${n} ${lock}",
        &["select t : a b c {Fragment ${x}}"],
    );
    check("UPDATE t SET ${x} WHERE id = ?", &["update !t : id {Columns ${x}}"]);
    check("UPDATE t SET a = ?, ${x} WHERE id = ?", &["update !t : =a id {Columns ${x}}"]);
    check("INSERT INTO t (${cols}) VALUES (${vals})", &["insert !t : {Columns ${cols}}"]);
    check("INSERT INTO t (a, b) VALUES ${rows}", &["insert !t : =a =b"]);
    check("INSERT INTO t ${rest}", &["insert !t : {Columns ${rest}}"]);
    check("SELECT ${cols} FROM ${schema}.t WHERE c IN ${list}", &["select t : c {Columns ${cols}}"]);
    check(
        "SELECT {{ col }}, b FROM {{ ref('users') }} {% if x %} WHERE c = 1 {% endif %}",
        &["select _ : b c {Relation {{ ref('users') }}} {Columns {{ col }}}"],
    );
    check("SELECT a FROM <table> WHERE b = <value>", &["select _ : a b {Relation <table>}"]);
    check("SELECT a FROM t WHERE x BETWEEN ? AND ? AND y::date = ANY($1::date[])", &["select t : a x y"]);
    check("SELECT data->>'a', data ? 'b', arr[1:2], E'\\'x' FROM t", &["select t : data data arr"]);
}

#[test]
fn texts_that_break_off_are_closed() {
    check("SELECT a FROM t WHERE b IN (", &["select~ t : a b"]);
    check("SELECT a, b FROM t WHERE ", &["select~ t : a b {Fragment WHERE}"]);
    check("SELECT a,", &["select : a {Columns ,}"]);
    check("SELECT a FROM (SELECT b FROM t WHERE c =", &["select~ (query) t : a b c"]);
    check(
        r"SELECT a FROM t WHERE b = 'open
SELECT c FROM u WHERE d = 1;
DELETE FROM v;",
        &["select? t : a b", "select u : c d", "delete !v :"],
    );
}

#[test]
fn fragments_are_completed() {
    check("AND u.name LIKE ?", &["select~ _ : u.name"]);
    check("WHERE a = 1 ORDER BY b", &["select~ _ : a b"]);
    check("LEFT JOIN o ON o.x = u.y", &["select~ _ o : o.x u.y"]);
    check("SET a = ?, b = ? WHERE c = 1", &["update~ !_ : =a =b c"]);
    check("FROM users u WHERE u.x = 1", &["select~ users@u : u.x"]);
    check("a, u.b FROM users u", &["select~ users@u : a u.b"]);
    check("RETURNING id", &["delete~ !_ : id"]);
}

#[test]
fn hints_and_clauses_of_one_database() {
    check("SELECT a FROM t USE INDEX (i1) WHERE b = 1", &["select t : a b"]);
    check("SELECT a FROM t WITH (NOLOCK) JOIN u WITH (NOLOCK) ON t.x = u.y", &["select t u : t.x u.y a"]);
    check("SELECT a FROM t WHERE b = 1 FOR UPDATE SKIP LOCKED", &["select t : a b"]);
    check("SELECT a FROM t WHERE b = 1 WITH UR", &["select t : a b"]);
    check("SELECT TOP ? a FROM t", &["select t : a"]);
    check("SELECT a FROM t, u WHERE t.x = u.x(+) AND u.y(+) = 1", &["select t u : a t.x u.x u.y"]);
    check("SELECT /*+ INDEX(t i) */ a FROM t -- done", &["select t : a"]);
    check("SELECT a INTO @x FROM t WHERE b = 1", &["select t : a b"]);
    check("SELECT [a b], [dbo].[t].[c] FROM [dbo].[t]", &["select dbo.t : a b dbo.t.c"]);
    check("alter table x update a = b where c = 1", &["update !x : =a b c"]);
    check(
        "LOAD DATA LOCAL INFILE 'x' INTO TABLE t FIELDS TERMINATED BY ',' (a, b, @c) SET d = @c",
        &["copy !t : =a =b =d"],
    );
    check("LOCK TABLES t WRITE; SET NAMES utf8; COMMIT;", &["other :", "other :", "other :"]);
}

#[test]
fn definitions_are_never_lost() {
    check(
        "CREATE TABLE t (a int, b weird<<type>>(x y) SOMETHING odd, PRIMARY KEY (a)) ENGINE=Foo PARTITION BY x(b)",
        &["create-table~ !t : #a #b a b [table t (a int, b weird<<type>>(x y) SOMETHING odd)]"],
    );
    check(
        "CREATE TABLE t (key text, index int, CHECK (key > 0), INDEX i (key), FOREIGN KEY (key) REFERENCES p (id)) FOO BAR",
        &["create-table~ !t p : #key #index id key key key [table t (key text, index int)]"],
    );
    check(
        "ALTER TABLE t ADD COLUMN a int, DROP COLUMN b, RENAME COLUMN c TO d, FROBNICATE",
        &["alter? !t : #a #b #c [add t.a int] [drop t.b] [rename t.c d]"],
    );
    check(
        "ALTER TABLE t CHANGE a b int(5) WIBBLE, MODIFY c text WOBBLE, DROP INDEX x, ADD KEY (d) ZAP",
        &["alter !t : #a #c d [rename t.a b] [alter t.b Type(\"int(5) WIBBLE\")] [alter t.c Type(\"text WOBBLE\")]"],
    );
    check(
        "EXEC sp_rename 'dbo.users.full_name', 'name', 'COLUMN'",
        &["alter !dbo.users : #full_name [rename dbo.users.full_name name]"],
    );
    check(
        "CREATE VIEW v (x) WITH WEIRD THING AS SELECT a FROM t WHERE b = 1 WITH READ ONLY",
        &["create-view~ t : a b [query v 1]"],
    );
    check("DROP TABLE a, b CASCADE CONSTRAINTS PURGE", &["drop !a !b : [drop a] [drop b]"]);
}

#[test]
fn scripts_of_clients() {
    check("\\copy (SELECT a FROM t WHERE b = :'x') TO 'f.csv' CSV", &["select t : a b"]);
    check("\\copy t (a, b) from '/tmp/x' with (format csv)", &["copy !t : =a =b"]);
    check(
        r"COPY t (a, b) FROM stdin;
1	2
\.
SELECT c FROM u;",
        &["copy !t : =a =b", "select u : c"],
    );
    check("SELECT a FROM t; garbage in here; SELECT b FROM u", &["select t : a", "other :", "select u : b"]);
    check(
        r"--liquibase formatted sql
--changeset a:1 dbms:postgresql
ALTER TABLE t DROP COLUMN a;
--rollback ALTER TABLE t ADD COLUMN a int;",
        &["alter !t : #a [drop t.a]", "alter< !t : #a [add t.a INT]"],
    );
    check(
        r"IF OBJECT_ID('x') IS NOT NULL DROP TABLE x
GO
IF EXISTS (SELECT 1 FROM t WHERE a = 1)
BEGIN
  UPDATE t SET b = 2
  DELETE FROM u WHERE c = 3
END
ELSE
  INSERT INTO v (d) SELECT e FROM w
GO",
        &["drop !x : [drop x]", "select t : a", "update !t : =b", "delete !u : c", "insert !v w : =d e"],
    );
    check(
        r"SELECT a FROM t
SELECT b FROM u
EXEC foo @x = 1
UPDATE v SET c = 1
FROM w WHERE w.d = v.d",
        &["select t : a", "select u : b", "other :", "update !v w : =c w.d v.d"],
    );
}

#[test]
fn sql_in_constants_of_sql() {
    check(
        "SELECT cron.schedule('j', '* * * * *', $$ DELETE FROM t WHERE a < now() $$)",
        &["select :", "delete !t : a"],
    );
    check("EXEC('SELECT a FROM ' + @t + ' WHERE b = 1')", &["select _ : a b {Relation @t}"]);
    check("EXECUTE IMMEDIATE 'UPDATE t SET a = 1 WHERE b = :1' USING x", &["update !t : =a b"]);
    check(
        "INSERT INTO reports (name, query) VALUES ('r', 'SELECT its.a FROM t its WHERE b = ''x''')",
        &["insert !reports : =name =query", "select t@its : its.a b"],
    );
    check(
        "SET @s = CONCAT('SELECT a FROM ', @t, ' WHERE b = 1'); PREPARE st FROM @s; EXECUTE st;",
        &["select _ : a b {Relation @t}", "other :"],
    );
    check("UNLOAD ('SELECT a FROM t') TO 's3://x'", &["other :", "select t : a"]);
}

#[test]
fn bodies_of_routines() {
    check(
        r"CREATE FUNCTION f(p_id int, OUT total int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  v_name users.full_name%TYPE;
  r users%ROWTYPE;
  n int := (SELECT count(*) FROM u WHERE x = p_id);
BEGIN
  SELECT full_name INTO v_name FROM users WHERE id = p_id;
  SELECT * INTO r FROM users WHERE id = p_id;
  IF r.email IS NULL OR v_name = 'x' THEN
    UPDATE users SET full_name = v_name, n2 = n WHERE id = r.id;
  ELSIF EXISTS (SELECT 1 FROM o WHERE o.user_id = p_id) THEN
    PERFORM g(a) FROM t WHERE b = n;
  ELSE
    FOR r2 IN SELECT * FROM orders o WHERE o.total > n LOOP
      total := total + r2.amount;
      EXECUTE format('UPDATE %I SET a = 1', v_name);
    END LOOP;
  END IF;
  EXECUTE 'SELECT z FROM y' INTO total;
  EXECUTE v_name;
  RETURN QUERY SELECT q FROM w;
EXCEPTION WHEN unique_violation THEN
  INSERT INTO log (msg) VALUES (SQLERRM) RETURNING id INTO total;
END $$;",
        &[
            "create-routine : [routine f]",
            "other-schema users : full_name",
            "other-schema users :",
            "select u : x",
            "select users : full_name id",
            "select users : id *",
            "select 'users@r : r.email",
            "update !users 'users@r : =full_name =n2 id r.id",
            "select o : o.user_id",
            "select t : a b",
            "select orders@o : o.total *",
            "select 'orders@r2 : r2.amount",
            "update !_ : =a {Relation %I}",
            "select y : z",
            "other :",
            "select w : q",
            "insert !log : =msg id",
        ],
    );
    check(
        r"CREATE FUNCTION tf() RETURNS trigger AS $$ BEGIN NEW.full_name := upper(NEW.first); IF NEW.x <> OLD.x THEN INSERT INTO audit SELECT NEW.id, OLD.y; END IF; RETURN NEW; END $$ LANGUAGE plpgsql;
CREATE TRIGGER tr BEFORE UPDATE OF full_name ON users FOR EACH ROW WHEN (OLD.a IS DISTINCT FROM NEW.a) EXECUTE FUNCTION tf();",
        &[
            "create-routine : [routine tf]",
            "select 'users@NEW : NEW.first =NEW.full_name",
            "select 'users@NEW 'users@OLD : NEW.x OLD.x",
            "insert !audit 'users@NEW 'users@OLD : NEW.id OLD.y",
            "create-routine users : full_name [routine tr on users]",
            "select 'users@OLD 'users@NEW : OLD.a NEW.a",
        ],
    );
    check(
        r"DELIMITER //
CREATE TRIGGER t1 AFTER UPDATE ON users FOR EACH ROW BEGIN
 DECLARE v INT;
 SET v = (SELECT max(a) FROM o WHERE o.u = NEW.id);
 SET NEW.full_name = CONCAT(NEW.a, OLD.b);
 INSERT INTO log(x) VALUES (NEW.email);
END//
DELIMITER ;
SELECT 1 FROM z;",
        &[
            "create-routine users : [routine t1 on users]",
            "select o 'users@NEW : a o.u NEW.id",
            "select 'users@NEW 'users@OLD : NEW.a OLD.b =NEW.full_name",
            "insert !log users@NEW : =x NEW.email",
            "select z :",
        ],
    );
    check(
        "CREATE TRIGGER t1 AFTER INSERT ON users BEGIN UPDATE stats SET n = n + 1 WHERE uid = NEW.id; END;",
        &["create-routine users : [routine t1 on users]", "update !stats 'users@NEW : =n n uid NEW.id"],
    );
    check(
        r"CREATE TRIGGER dbo.tr ON dbo.users AFTER UPDATE AS
BEGIN
 SET NOCOUNT ON;
 INSERT INTO audit (a) SELECT i.full_name FROM inserted i JOIN deleted d ON d.id = i.id
 IF UPDATE(full_name) PRINT 'x'
END
GO
",
        &[
            "create-routine dbo.users : [routine dbo.tr on dbo.users]",
            "insert !audit 'dbo.users@i 'dbo.users@d : =a d.id i.id i.full_name",
            "select 'dbo.users : full_name",
        ],
    );
    check(
        r"CREATE PROCEDURE dbo.p @id int, @n varchar(10) = NULL AS
BEGIN
 SET NOCOUNT ON
 DECLARE @x int = (SELECT TOP 1 a FROM t WHERE b = @id)
 SELECT @x = c FROM u WHERE d = @n
 IF @x > 1 BEGIN UPDATE v SET e = @x END ELSE DELETE FROM w WHERE f = 1
 WHILE @x < 3 SET @x = @x + 1
 EXEC sp_executesql N'SELECT g FROM h'
 DECLARE c CURSOR FOR SELECT k FROM l
 OPEN c FETCH NEXT FROM c INTO @x
 RETURN
END
GO
SELECT 1 FROM zz",
        &[
            "create-routine : [routine dbo.p]",
            "select t : a b",
            "select u : c d",
            "update !v : =e",
            "delete !w : f",
            "select h : g",
            "select l : k",
            "other :",
            "select zz :",
        ],
    );
    check(
        r"CREATE OR REPLACE PACKAGE BODY pk AS
  g NUMBER := 1;
  PROCEDURE p1(p IN users.id%TYPE) IS
    v VARCHAR2(10);
  BEGIN
    SELECT full_name INTO v FROM users WHERE id = p;
  END p1;
  FUNCTION f2 RETURN NUMBER IS
  BEGIN
    FOR r IN (SELECT a FROM t) LOOP dbms_output.put_line(r.a); END LOOP;
    EXECUTE IMMEDIATE 'DELETE FROM x WHERE y = :1' USING v;
    RETURN 1;
  END f2;
END pk;
/
SELECT 2 FROM dual2;",
        &[
            "create-routine : [routine pk]",
            "other-schema users : id",
            "select users variables() : full_name id p",
            "select t : a",
            "delete !x : y",
            "select dual2 :",
        ],
    );
    check_in(
        Some(Dialect::SqlServer),
        "CREATE PROCEDURE p @a AS int, @b int WITH EXECUTE AS OWNER, RECOMPILE AS BEGIN DELETE t WHERE b = @a;
         INSERT INTO t (c) EXEC q @a; BULK INSERT u FROM 'x' END",
        &["create-routine : [routine p]", "delete !t : b", "insert !t _ : =c * {Relation EXEC q @a}", "copy !u :"],
    );
    check(
        "CREATE FUNCTION :S.f(x int) RETURNS int AS $$ <<l>> BEGIN SELECT a FROM t WHERE b = f.x AND c = l.x; END $$ LANGUAGE plpgsql;",
        &["create-routine : [routine f]", "select t : a b c"],
    );
    check(
        "CREATE FUNCTION f() RETURNS void AS $$ DECLARE q text := 'SELECT a'; BEGIN q := q || ' FROM t'; \
         IF x THEN q := q || ' WHERE b = 1'; END IF; EXECUTE q; END $$ LANGUAGE plpgsql;",
        &["create-routine : [routine f]", "select t : a b"],
    );
    check(
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT b + a FROM t WHERE c = ''x''';",
        &["create-routine : [routine f]", "select t : b c"],
    );
    check(
        "CREATE FUNCTION f() RETURNS SETOF users LANGUAGE sql BEGIN ATOMIC SELECT * FROM users WHERE z = 1; END;",
        &["create-routine users : [routine f]", "select users : z *"],
    );
    check(
        "CREATE FUNCTION f(x INT) RETURNS INT DETERMINISTIC READS SQL DATA RETURN (SELECT a FROM t WHERE b = x);",
        &["create-routine : [routine f]", "select t : a b"],
    );
    check(
        "DO $$ DECLARE r record; BEGIN FOR r IN SELECT a, b FROM t LOOP UPDATE u SET c = r.b WHERE d = r.a; END LOOP; END $$;",
        &["other :", "select t : a b", "update !u : =c d"],
    );
    check(
        r"DECLARE
 v NUMBER;
BEGIN
 SELECT a INTO v FROM t;
 IF v = 1 THEN DELETE FROM u; END IF;
END;
/",
        &["select t : a", "delete !u :"],
    );
    check(
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t WHERE a < NOW();",
        &["create-routine : [routine e]", "delete !t : a"],
    );
    check(
        r"CREATE FUNCTION dbo.f(@a int) RETURNS TABLE AS RETURN (SELECT b FROM t WHERE c = @a)
GO",
        &["create-routine : [routine dbo.f]", "select t : b c"],
    );
    check(
        "CREATE RULE r AS ON UPDATE TO t DO INSTEAD UPDATE u SET a = NEW.a;",
        &["create-routine t : [routine r on t]", "update !u 't@NEW : =a NEW.a"],
    );
    check(
        "CREATE PROCEDURE p() BEGIN DECLARE done INT DEFAULT 0; DECLARE c CURSOR FOR SELECT a FROM t; DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1; OPEN c; l: LOOP FETCH c INTO x; IF done THEN LEAVE l; END IF; CASE x WHEN 1 THEN UPDATE u SET b = 1; ELSE UPDATE v SET b = 2; END CASE; END LOOP; CLOSE c; END;",
        &["create-routine : [routine p]", "select t : a", "update !u : =b", "update !v : =b"],
    );
    check(
        r#"CREATE FUNCTION f() RETURNS void AS $$ import plpy
plpy.execute("SELECT a FROM t") $$ LANGUAGE plpython3u;"#,
        &["create-routine : [routine f]", "select t : a"],
    );
    check(
        r"CREATE OR REPLACE TRIGGER tg BEFORE INSERT ON t FOR EACH ROW BEGIN SELECT s.NEXTVAL INTO :NEW.id FROM dual; :NEW.full_name := UPPER(:NEW.a); END;
/",
        &[
            "create-routine t : [routine tg on t]",
            "select dual 't@NEW : =NEW.id",
            "select 't@NEW : NEW.a =NEW.full_name",
        ],
    );
}

#[test]
fn units_and_blind_spots() {
    check_units("CREATE VIEW a.v AS SELECT 1", &["View a.v"]);
    check_units("CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql", &["Routine f"]);
    check_units("CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END", &["Trigger t"]);
    check_units(
        "CREATE PACKAGE BODY pk AS PROCEDURE p IS BEGIN NULL; END p; FUNCTION f RETURN NUMBER IS BEGIN RETURN 1; END f; END pk;\n/\n",
        &["Routine pk", "Routine pk.p", "Routine pk.f"],
    );
    let text = "CREATE FUNCTION f(q text) RETURNS void AS $$ BEGIN EXECUTE q; END $$ LANGUAGE plpgsql";
    let facts = read(&SqlText::verbatim(text, 0), None);
    let spots: Vec<&str> = facts.blind_spots.iter().map(|spot| spot.span.of(text)).collect();
    assert_eq!(spots, ["EXECUTE q"]);
}

#[test]
fn comments_and_constants_are_told() {
    let text = "-- a\nSELECT 'b', c /* d */ FROM e; \\echo f\n";
    let facts = read(&SqlText::verbatim(text, 0), None);
    let found: Vec<(&str, TokenKind)> = facts.tokens.iter().map(|token| (token.span.of(text), token.kind)).collect();
    assert_eq!(
        found,
        [
            ("-- a", TokenKind::Comment),
            ("'b'", TokenKind::SqlOther),
            ("/* d */", TokenKind::Comment),
            ("\\echo f", TokenKind::SqlOther),
        ]
    );
}

#[test]
fn statements_that_no_grammar_reads_are_problems() {
    let text = "SELECT a FROM t; SELECT FROM WHERE b b b = = 'x; SELECT c FROM u;";
    let facts = read(&SqlText::verbatim(text, 0), None);
    assert_eq!(facts.problems.len(), 1);
    assert_eq!(facts.problems[0].code, "sql-statement-unparsed");
}

/// Long, deep and broken texts take time in proportion to their length, and no more stack than a worker has.
#[test]
fn hostile_texts_are_read_in_bounded_time() {
    let many = |unit: &str, between: &str| vec![unit; 8000].join(between);
    let texts = [
        format!("SELECT a FROM t WHERE b IN ({})", many("x + 1", ",")),
        format!("SELECT a FROM t WHERE {}", many("b = 1", " OR ")),
        format!("INSERT INTO t {}", many("SELECT 1, 'a'", " UNION ALL ")),
        format!("SELECT {}1 FROM t", many("(", "")),
        format!("SELECT {}1{} FROM t", many("CASE WHEN a THEN ", ""), many(" END", "")),
        format!("SELECT a FROM {}t", many("(SELECT a FROM ", "")),
        format!("SELECT a{} FROM t", many("[1]", "")),
        format!("CREATE TABLE t ({})", many("a weird<<x>> int", ",")),
        format!("CREATE PROCEDURE p() BEGIN {} END", many("IF a THEN ", "")),
        format!("DO $a$ {} $a$", many("FOR r IN SELECT a FROM t LOOP ", "")),
        many("SELECT a, b FROM t WHERE c = 1", "\n"),
        many("SELECT 'a'", " "),
        many("SELECT a FROM t WHERE ${x} ${y}", ";"),
        many("BEGIN ", ""),
        many("/* ", ""),
        many("EXEC('SELECT ' + @a) ", ""),
    ];
    for text in texts {
        read(&SqlText::verbatim(&text, 0), None);
        evidence(&text);
    }
}

#[test]
fn operators_subscripts_and_short_forms() {
    check("select a from t where f ?| g and x ? y", &["select t : a f g x y"]);
    check("UPDATE t SET a[1] = 2, b[2:3] = 4 WHERE c = 1", &["update !t : =a =b c"]);
    check("TABLE users", &["select users : *"]);
    check("SELECT a FROM t \\; SELECT b FROM u;", &["select t : a", "select u : b"]);
    check("SELECT a FROM t WHERE b ${op} ? AND c ${op} 5 ${more}", &["select t : a b c {Fragment ${more}}"]);
    check("REFRESH MATERIALIZED VIEW CONCURRENTLY v", &["other v :"]);
    check("INSERT INTO n SELECT a FROM t\n\nRENAME TABLE x TO y", &["insert !n t : a", "alter !x : [rename x y]"]);
    check("DECLARE c CURSOR WITH HOLD FOR SELECT a FROM t", &["select t : a"]);
}
