//! From migration files to the catalog, layout by layout.

use super::build::build;
use super::order::schema_sources;
use super::{Catalog, RelationKey};
use crate::discover::purpose::purpose_of;
use crate::extract::{Input, format_of};
use crate::link::views;
use crate::model::facts::FileFacts;
use crate::model::schema::RelationKind;
use crate::model::source::{FileId, SourceFile};

/// The catalog that files of one repository make, read as the command reads them.
fn catalog(files: &[(&str, &str)]) -> Catalog {
    let sources: Vec<SourceFile> = files
        .iter()
        .map(|(path, text)| {
            let purpose = purpose_of(path, None);
            SourceFile {
                repository: 0,
                repository_path: (*path).to_owned(),
                path: (*path).to_owned(),
                location: path.into(),
                size: text.len() as u64,
                context: purpose.context,
                kind: purpose.kind,
            }
        })
        .collect();
    let facts: Vec<FileFacts> = files
        .iter()
        .map(|(path, text)| {
            let mut facts = format_of(path, text).expect("a known format").extract(Input::new(path, text));
            facts.put_in_order();
            facts
        })
        .collect();
    let ids = || (0..files.len()).map(|at| FileId(at as u32));
    let order = schema_sources(ids().zip(&sources));
    let mut catalog = build(&order, |id| facts.get(id.0 as usize));
    views::expand(&mut catalog);
    catalog
}

/// One line for each relation, sorted: `users(id, -old)`, gone things behind a minus, `view v(a = users.id)`.
fn shown(catalog: &Catalog) -> String {
    let mut lines: Vec<String> = catalog
        .relations()
        .map(|(_, relation)| {
            let columns: Vec<String> = relation
                .columns
                .iter()
                .map(|column| {
                    let gone = if column.dropped.is_some() { "-" } else { "" };
                    let made: Vec<String> = column.lineage.iter().map(|from| catalog.display_column(from)).collect();
                    let made = if made.is_empty() { String::new() } else { format!(" = {}", made.join(" + ")) };
                    format!("{gone}{}{made}", column.name)
                })
                .collect();
            let gone = if relation.dropped.is_some() { "-" } else { "" };
            let kind = if relation.kind == RelationKind::Table { "" } else { "view " };
            format!("{gone}{kind}{}({})", relation.display(), columns.join(", "))
        })
        .collect();
    lines.sort();
    lines.join("; ")
}

fn check(name: &str, files: &[(&str, &str)], expected: &str) {
    assert_eq!(shown(&catalog(files)), expected, "{name}");
}

#[test]
fn layouts() {
    check(
        "flyway: by number, undo never, repeatable last",
        &[
            ("db/migration/V10__last.sql", "ALTER TABLE t RENAME COLUMN b TO c;"),
            ("db/migration/V9__more.sql", "ALTER TABLE t ADD COLUMN b int;"),
            ("db/migration/V1__init.sql", "CREATE TABLE t (a int);"),
            ("db/migration/U10__last.sql", "ALTER TABLE t DROP COLUMN c;"),
            ("db/migration/R__views.sql", "CREATE OR REPLACE VIEW v AS SELECT c FROM t;"),
        ],
        "t(a, c, -b); view v(c = t.c)",
    );
    check(
        "golang-migrate",
        &[
            ("migrations/000001_t.up.sql", "CREATE TABLE t (a int);"),
            ("migrations/000001_t.down.sql", "DROP TABLE t;"),
            ("migrations/000002_b.up.sql", "ALTER TABLE t ADD b int;"),
            ("migrations/000002_b.down.sql", "ALTER TABLE t DROP COLUMN b;"),
        ],
        "t(a, b)",
    );
    check(
        "dbmate: both directions in one file",
        &[(
            "db/migrations/20240101_t.sql",
            "-- migrate:up\nCREATE TABLE t (a int);\n\n-- migrate:down\nDROP TABLE t;\n",
        )],
        "t(a)",
    );
    check(
        "goose",
        &[(
            "migrations/00001_t.sql",
            "-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE t (a int);\n-- +goose StatementEnd\n\n-- +goose Down\nDROP TABLE t;\n",
        )],
        "t(a)",
    );
    check(
        "liquibase formatted",
        &[(
            "db/changelog/001.sql",
            "--liquibase formatted sql\n--changeset me:1\nCREATE TABLE t (a int, b int);\n--rollback DROP TABLE t;\n\n--changeset me:2\nALTER TABLE t DROP COLUMN b;\n--rollback ALTER TABLE t ADD b int;\n",
        )],
        "t(a, -b)",
    );
    check(
        "prisma: a folder for each step",
        &[
            ("prisma/migrations/20240102000000_drop/migration.sql", "ALTER TABLE \"User\" DROP COLUMN \"fullName\";"),
            (
                "prisma/migrations/20240101000000_init/migration.sql",
                "CREATE TABLE \"User\" (\"id\" SERIAL NOT NULL, \"fullName\" TEXT, CONSTRAINT \"User_pkey\" PRIMARY KEY (\"id\"));",
            ),
        ],
        "User(id, -fullName)",
    );
    check(
        "a folder for each version",
        &[
            ("schema/delta/9/t.sql", "CREATE TABLE t (a int);"),
            ("schema/delta/16/t.sql", "ALTER TABLE t ADD COLUMN b int;"),
            ("schema/delta/100/t.sql", "ALTER TABLE t DROP COLUMN b;"),
        ],
        "t(a, -b)",
    );
    check(
        "drizzle",
        &[
            (
                "drizzle/0000_a.sql",
                "CREATE TABLE \"t\" (\"a\" serial PRIMARY KEY NOT NULL);\n--> statement-breakpoint\nCREATE TABLE \"u\" (\"b\" text);",
            ),
            (
                "drizzle/0001_b.sql",
                "DROP TABLE \"u\";--> statement-breakpoint\nALTER TABLE \"t\" ADD COLUMN \"c\" text;",
            ),
        ],
        "-u(b); t(a, c)",
    );
}

#[test]
fn the_same_schema_twice() {
    check(
        "a folder for each dialect",
        &[
            ("db/postgres/migrations/V1__t.sql", "CREATE TABLE t (id bigserial, name text);"),
            ("db/postgres/migrations/V2__t.sql", "ALTER TABLE t DROP COLUMN name;"),
            ("db/mysql/migrations/V1__t.sql", "CREATE TABLE `t` (`id` bigint AUTO_INCREMENT, `name` varchar(9));"),
            ("db/mysql/migrations/V2__t.sql", "ALTER TABLE `t` DROP COLUMN `name`;"),
            ("db/sqlite/migrations/V1__t.sql", "CREATE TABLE t (id integer primary key, name text);"),
            ("db/sqlite/migrations/V2__t.sql", "ALTER TABLE t DROP COLUMN name;"),
        ],
        "t(id, -name)",
    );
    check(
        "a dump with the migrations that made it",
        &[
            ("migrations/1.sql", "CREATE TABLE t (a int, old int);"),
            ("migrations/2.sql", "ALTER TABLE t DROP COLUMN old; ALTER TABLE t ADD COLUMN b int;"),
            ("structure.sql", "CREATE TABLE public.t (a integer, b integer);"),
        ],
        "t(a, -old, b)",
    );
    check(
        "a dump of what migrations go on from",
        &[
            ("structure.sql", "CREATE TABLE public.t (a integer);"),
            ("migrations/2.sql", "ALTER TABLE t ADD COLUMN b int; ALTER TABLE t RENAME COLUMN a TO c;"),
        ],
        "t(c, b, -a)",
    );
}

#[test]
fn files_in_no_order() {
    check(
        "changes wait for the tables",
        &[
            ("migrations/add_b.sql", "ALTER TABLE t ADD COLUMN b int; ALTER TABLE t DROP COLUMN a;"),
            ("migrations/create_t.sql", "DROP TABLE IF EXISTS t; CREATE TABLE t (a int);"),
        ],
        "t(-a, b)",
    );
    check(
        "dialects side by side",
        &[
            ("db/schema-mysql.sql", "DROP TABLE IF EXISTS t; CREATE TABLE t (a int, m int);"),
            ("db/schema-postgres.sql", "DROP TABLE IF EXISTS t; CREATE TABLE t (a int, p int);"),
        ],
        "t(a, m, p)",
    );
}

#[test]
fn changes() {
    let one = |name: &str, sql: &str, expected: &str| check(name, &[("migrations/1.sql", sql)], expected);
    one(
        "copy and swap",
        "CREATE TABLE t (a int, b int); CREATE TABLE new_t (a int); INSERT INTO new_t SELECT a FROM t; DROP TABLE t; ALTER TABLE new_t RENAME TO t;",
        "-new_t(a); t(a, -b)",
    );
    one("renamed table", "CREATE TABLE a (x int); ALTER TABLE a RENAME TO b;", "-a(x); b(x)");
    one("renamed column", "CREATE TABLE a (x int); ALTER TABLE a RENAME COLUMN x TO y;", "a(y, -x)");
    one(
        "renamed and made anew",
        "CREATE TABLE a (x int); ALTER TABLE a RENAME COLUMN x TO y; ALTER TABLE a ADD x int;",
        "a(y, x)",
    );
    one(
        "dropped and added",
        "CREATE TABLE a (x int, y int); ALTER TABLE a DROP COLUMN x; ALTER TABLE a ADD COLUMN x text;",
        "a(x, y)",
    );
    one(
        "schema dropped",
        "CREATE SCHEMA s; CREATE TABLE s.a (x int); CREATE TABLE a (y int); DROP SCHEMA s CASCADE;",
        "-s.a(x); a(y)",
    );
    one(
        "schema renamed",
        "CREATE TABLE s.a (x int); ALTER SCHEMA s RENAME TO r; ALTER TABLE r.a ADD COLUMN y int;",
        "r.a(x, y)",
    );
    one("moved", "CREATE TABLE a (x int); ALTER TABLE a SET SCHEMA s; ALTER TABLE s.a ADD COLUMN y int;", "s.a(x, y)");
    one(
        "search path",
        "SET search_path TO app, public; CREATE TABLE a (x int); ALTER TABLE app.a ADD COLUMN y int;",
        "app.a(x, y)",
    );
    one(
        "view replaced",
        "CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT a FROM t; CREATE OR REPLACE VIEW v AS SELECT b FROM t;",
        "t(a, b); view v(b = t.b)",
    );
    one(
        "view dropped",
        "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t; DROP VIEW v;",
        "-view v(a = t.a); t(a)",
    );
    one("a table that no SQL creates", "ALTER TABLE t ADD COLUMN b int; ALTER TABLE t DROP COLUMN c;", "t(b, -c)");
    one("a column that no SQL adds", "CREATE TABLE t (a int); ALTER TABLE t DROP COLUMN z;", "t(a, -z)");
    one(
        "a column that no SQL adds, renamed",
        "CREATE TABLE t (a int); ALTER TABLE t RENAME COLUMN y TO z;",
        "t(a, z, -y)",
    );
    one("dropped if it exists, then made", "DROP TABLE IF EXISTS t; CREATE TABLE t (a int);", "t(a)");
    one(
        "dropped if it exists, then renamed to",
        "CREATE TABLE n (a int); DROP TABLE IF EXISTS t; ALTER TABLE n RENAME TO t;",
        "-n(a); t(a)",
    );
    one(
        "a view dropped if it exists, then made",
        "CREATE TABLE t (a int); DROP VIEW IF EXISTS v; CREATE VIEW v AS SELECT a FROM t;",
        "t(a); view v(a = t.a)",
    );
    one("made twice", "CREATE TABLE t (a int); CREATE TABLE IF NOT EXISTS t (b int);", "t(a)");
    one("copied", "CREATE TABLE t (a int); CREATE TABLE u (LIKE t INCLUDING ALL, b int);", "t(a); u(a, b)");
    one("made from a query", "CREATE TABLE t (a int); CREATE TABLE u AS SELECT a AS b FROM t;", "t(a); u(b = t.a)");
    one("case of names", "CREATE TABLE Users (Id int); ALTER TABLE users DROP COLUMN ID;", "Users(-Id)");
}

#[test]
fn a_database_before_a_name_is_no_schema() {
    check(
        "whichever dialect accepts a statement",
        &[
            (
                "clickhouse/schema.sql",
                "CREATE TABLE shop.t (a String, b LowCardinality(String)) ENGINE = MergeTree ORDER BY a;\nCREATE TABLE shop.u (a int);",
            ),
            (
                "clickhouse/migrations/1_b.sql",
                "ALTER TABLE shop.t RENAME COLUMN \"b\" TO \"c\"; ALTER TABLE shop.u ADD COLUMN b String AFTER a;",
            ),
        ],
        "t(a, c, -b); u(a, b)",
    );
    check("schemas are", &[("postgres/schema.sql", "CREATE TABLE shop.t (a serial);")], "shop.t(a)");
}

#[test]
fn drops_of_what_another_source_makes() {
    check(
        "the drop counts",
        &[("structure.sql", "CREATE TABLE t (a int);"), ("migrations/2.sql", "DROP TABLE t;")],
        "-t(a)",
    );
    check(
        "unless the table is made anew after it",
        &[
            ("structure.sql", "CREATE TABLE t (a int, b int);"),
            ("migrations/2.sql", "DROP TABLE t;"),
            ("migrations/3.sql", "CREATE TABLE t (a int);"),
        ],
        "t(a, b)",
    );
}

#[test]
fn dumps() {
    check(
        "mysqldump: views first as tables",
        &[(
            "dump.sql",
            "DROP TABLE IF EXISTS `t`;\n/*!40101 SET @saved_cs_client = @@character_set_client */;\nCREATE TABLE `t` (\n  `id` int NOT NULL AUTO_INCREMENT,\n  `full_name` varchar(99) DEFAULT NULL,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\nINSERT INTO `t` VALUES (1,'x');\n\
             DROP TABLE IF EXISTS `v`;\n/*!50001 DROP VIEW IF EXISTS `v`*/;\nSET @saved_cs_client     = @@character_set_client;\n/*!50001 CREATE TABLE `v` (\n  `n` tinyint NOT NULL\n) ENGINE=MyISAM */;\n\
             /*!50001 DROP TABLE IF EXISTS `v`*/;\n/*!50001 DROP VIEW IF EXISTS `v`*/;\n/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`a`@`%` SQL SECURITY DEFINER */\n/*!50001 VIEW `v` AS select `t`.`full_name` AS `n` from `t` */;\n",
        )],
        "t(id, full_name); view v(n = t.full_name)",
    );
    check(
        "pg_dump",
        &[(
            "structure.sql",
            "SET search_path = public, pg_catalog;\nSELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.t (\n    id integer NOT NULL,\n    full_name text\n);\nALTER TABLE public.t OWNER TO app;\nCREATE VIEW public.v AS\n SELECT t.full_name AS n\n   FROM public.t;\nALTER TABLE ONLY public.t ALTER COLUMN id SET DEFAULT nextval('public.t_id_seq'::regclass);\nCOPY public.t (id, full_name) FROM stdin;\n1\tx\n\\.\n",
        )],
        "t(id, full_name); view v(n = t.full_name)",
    );
}

#[test]
fn the_place_of_a_drop_is_kept() {
    let files = [("migrations/1.sql", "CREATE TABLE t (a int);"), ("migrations/2.sql", "ALTER TABLE t DROP COLUMN a;")];
    let catalog = catalog(&files);
    let (id, relation) = catalog.relations().next().expect("a relation");
    let column = relation.columns.first().expect("a column");
    let dropped = column.dropped.expect("dropped");
    assert_eq!((dropped.file, dropped.span.of(files[1].1)), (FileId(1), "a"));
    assert_eq!((column.declared.file, column.declared.span.of(files[0].1)), (FileId(0), "a"));
    assert_eq!(catalog.display(&RelationKey::Declared(id)), "t");
}
