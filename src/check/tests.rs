use std::path::Path;

use super::migrations::Migration;
use super::report::{How, Report};
use super::*;
use crate::discover::config::Config;
use crate::discover::discover;

/// Checks the files called `check`; all others are there already.
pub(super) fn checked(files: &[(&str, &str)], check: &[&str]) -> Report {
    let dir = tempfile::tempdir().expect("a scratch folder");
    for (path, text) in files {
        let at = dir.path().join(path);
        std::fs::create_dir_all(at.parent().expect("a parent")).expect("a folder");
        std::fs::write(at, text).expect("a file");
    }
    let mut workspace = discover(&[dir.path().to_path_buf()], &Config::default(), 1, &|_| {}).expect("a workspace");
    let at = |path: &str| std::fs::canonicalize(dir.path().join(path)).expect("a path");
    for path in check {
        workspace.take_migration(&at(path)).expect("a migration");
    }
    let migrations: Vec<Migration> = check
        .iter()
        .map(|path| Migration {
            file: workspace.file_at(Path::new(&at(path))).expect("a file"),
            how: How::Given,
            before: None,
        })
        .collect();
    super::check(&workspace, &migrations, &[], Date::parse("2026-01-01").expect("a day"))
}

/// What a migration takes away from this schema: `operation table.column [-> into]`.
fn taken(schema: &str, migration: &str) -> Vec<String> {
    let report = checked(&[("migrations/1.sql", schema), ("migrations/2.sql", migration)], &["migrations/2.sql"]);
    let mut said: Vec<String> = report
        .findings
        .iter()
        .map(|finding| {
            let into = finding.renamed_to.as_ref().map_or_else(String::new, |into| format!(" -> {into}"));
            format!("{} {}{into}", finding.operation.name(), finding.subject())
        })
        .collect();
    said.sort();
    said
}

const USERS: &str = "CREATE TABLE users (id int PRIMARY KEY, name text, mail varchar(50) NOT NULL DEFAULT '');
CREATE TABLE teams (id int, title text);
CREATE VIEW people AS SELECT id, name FROM users;";

#[test]
fn the_sum_of_all_steps_counts() {
    let table: &[(&str, &[&str])] = &[
        ("ALTER TABLE users DROP COLUMN name", &["drop_column users.name"]),
        ("ALTER TABLE users DROP name, DROP COLUMN mail", &["drop_column users.mail", "drop_column users.name"]),
        ("ALTER TABLE users RENAME COLUMN name TO full_name", &["rename_column users.name -> full_name"]),
        ("ALTER TABLE users RENAME TO members", &["rename_table users -> members"]),
        ("DROP TABLE users, teams", &["drop_table teams", "drop_table users"]),
        ("DROP VIEW people", &["drop_view people"]),
        // What comes back was never away.
        ("DROP VIEW people; CREATE VIEW people AS SELECT id, name FROM users", &[]),
        ("DROP VIEW people; CREATE VIEW people AS SELECT id FROM users", &["drop_column people.name"]),
        ("CREATE OR REPLACE VIEW people (id) AS SELECT id FROM users", &["drop_column people.name"]),
        ("ALTER TABLE users DROP COLUMN name; ALTER TABLE users ADD COLUMN name int", &["replace_column users.name"]),
        ("ALTER TABLE users ADD COLUMN x int; ALTER TABLE users DROP COLUMN x", &[]),
        ("ALTER TABLE users ADD COLUMN x int; ALTER TABLE users RENAME COLUMN x TO y", &[]),
        ("CREATE TABLE tmp (a int); DROP TABLE tmp", &[]),
        ("ALTER TABLE users RENAME COLUMN name TO x; ALTER TABLE users RENAME COLUMN x TO name", &[]),
        (
            "ALTER TABLE users RENAME COLUMN name TO x; ALTER TABLE users RENAME COLUMN x TO y",
            &["rename_column users.name -> y"],
        ),
        ("ALTER TABLE users RENAME TO x; ALTER TABLE x RENAME TO users", &[]),
        // Copy and swap.
        (
            "CREATE TABLE users_new (id int, mail text); INSERT INTO users_new SELECT id, mail FROM users;
            DROP TABLE users; ALTER TABLE users_new RENAME TO users",
            &["drop_column users.name"],
        ),
        (
            "ALTER TABLE users RENAME TO users_old; CREATE TABLE users (id int, name text, mail text);
            INSERT INTO users SELECT * FROM users_old; DROP TABLE users_old",
            &[],
        ),
        ("CREATE TABLE n AS SELECT * FROM users; DROP TABLE users; ALTER TABLE n RENAME TO users", &[]),
        (
            "ALTER TABLE users RENAME TO x; ALTER TABLE teams RENAME TO users; ALTER TABLE x RENAME TO teams",
            &["drop_column teams.title", "drop_column users.mail", "drop_column users.name"],
        ),
        // A column that is renamed and dropped is dropped by its old name.
        ("ALTER TABLE users RENAME COLUMN name TO x; ALTER TABLE users DROP COLUMN x", &["drop_column users.name"]),
        (
            "ALTER TABLE users RENAME TO members; ALTER TABLE members DROP COLUMN name",
            &["drop_column users.name", "rename_table users -> members"],
        ),
        ("ALTER TABLE users ALTER COLUMN name SET NOT NULL", &["set_not_null users.name"]),
        ("ALTER TABLE users ALTER name SET NOT NULL; ALTER TABLE users ALTER name DROP NOT NULL", &[]),
        ("ALTER TABLE users ALTER COLUMN mail DROP DEFAULT", &["drop_default users.mail"]),
        ("ALTER TABLE users ALTER COLUMN mail TYPE varchar(20)", &["change_type users.mail"]),
        ("ALTER TABLE users ALTER COLUMN mail TYPE character varying (50)", &[]),
        ("ALTER TABLE users ADD COLUMN x int NOT NULL", &["add_required_column users.x"]),
        ("ALTER TABLE users ADD COLUMN x int NOT NULL DEFAULT 1", &[]),
        ("ALTER TABLE users ADD COLUMN x int", &[]),
        ("ALTER TABLE nowhere DROP COLUMN x", &["drop_column nowhere.x"]),
        ("-- ALTER TABLE users DROP COLUMN name", &[]),
    ];
    for (migration, expected) in table {
        assert_eq!(taken(USERS, migration), *expected, "{migration}");
    }
}

#[test]
fn live_consumers_block_and_others_do_not() {
    let table: &[(&str, &str, Verdict)] = &[
        ("src/a.ts", "db.query('SELECT name FROM users')", Verdict::Blocked),
        ("test/a.test.ts", "db.query('SELECT name FROM users')", Verdict::Clear),
        ("src/a.ts", "// SELECT name FROM users", Verdict::Clear),
        ("src/a.ts", "db.query('SELECT name FROM teams')", Verdict::Clear),
        ("migrations/0.sql", "UPDATE users SET name = 'x'", Verdict::Clear),
        ("seeds/a.sql", "INSERT INTO users (name) VALUES ('x')", Verdict::Clear),
        ("src/a.ts", "db.query('SELECT id FROM users')", Verdict::Clear),
        ("src/a.ts", "db.query('SELECT * FROM users')", Verdict::Review),
    ];
    for (path, text, verdict) in table {
        let report = checked(
            &[
                ("migrations/1.sql", "CREATE TABLE users (id int, name text); CREATE TABLE teams (name text);"),
                ("migrations/2.sql", "ALTER TABLE users DROP COLUMN name;"),
                (path, text),
            ],
            &["migrations/2.sql"],
        );
        assert_eq!(report.findings.len(), 1, "{path}: {text}");
        assert_eq!(report.verdict, *verdict, "{path}: {text}");
    }
}

#[test]
fn views_count_as_the_change_leaves_them() {
    let schema = "CREATE TABLE users (id int, name text); CREATE VIEW v AS SELECT id, name FROM users;";
    let verdict = |migration: &str| {
        checked(&[("migrations/1.sql", schema), ("migrations/2.sql", migration)], &["migrations/2.sql"]).verdict
    };
    assert_eq!(verdict("ALTER TABLE users DROP COLUMN name"), Verdict::Blocked);
    assert_eq!(
        verdict("DROP VIEW v; ALTER TABLE users DROP COLUMN name; CREATE VIEW v AS SELECT id FROM users"),
        Verdict::Clear
    );
}

#[test]
fn a_value_takes_the_name_of_a_dropped_column() {
    let report = checked(
        &[
            ("migrations/1.sql", "CREATE TABLE alarm (id int, status text, ok boolean);"),
            ("migrations/2.sql", "ALTER TABLE alarm DROP COLUMN status;"),
            (
                "sql/views.sql",
                "CREATE VIEW info AS SELECT a.*, CASE WHEN a.ok THEN 'y' ELSE 'n' END AS status FROM alarm a;",
            ),
            ("src/a.ts", "db.query('SELECT status FROM info')"),
        ],
        &["migrations/2.sql"],
    );
    // Only the view itself, whose `*` may have meant it, is to be looked at.
    assert_eq!(report.verdict, Verdict::Review, "{:?}", report.findings);
    assert_eq!(report.findings[0].live().count(), 1, "{:?}", report.findings);
}

#[test]
fn what_cannot_be_read_blocks() {
    for (migration, expected) in [
        ("<<<<<<< HEAD\nSELECT 1;\n=======\nSELECT 2;\n>>>>>>> other\n", 1),
        ("SELECT 1;", 0),
        ("ALTER TABLE users FROBNICATE COLUMN name WITH %%% ) ((;", 1),
    ] {
        let report = checked(&[("migrations/1.sql", USERS), ("migrations/2.sql", migration)], &["migrations/2.sql"]);
        let unreadable: Vec<_> =
            report.findings.iter().filter(|finding| finding.operation == Operation::Unreadable).collect();
        assert_eq!(unreadable.len(), expected, "{migration}: {:?}", report.findings);
        assert_eq!(report.verdict == Verdict::Blocked, expected > 0, "{migration}");
    }
}

/// Migrations of each tool that take away `users.name` and rename `users.mail` to `email`.
const DIALECTS: &[(&str, &str)] = &[
    (
        "migrations/2-knex.js",
        "exports.up = knex => knex.schema.alterTable('users', t => { t.dropColumn('name'); t.renameColumn('mail', 'email'); });\nexports.down = knex => knex.schema.alterTable('users', t => { t.string('name'); t.renameColumn('email', 'mail'); });",
    ),
    (
        "migrations/2-sequelize.js",
        "module.exports = { up: async (queryInterface, Sequelize) => { await queryInterface.removeColumn('users', 'name'); await queryInterface.renameColumn('users', 'mail', 'email'); }, down: async (queryInterface, Sequelize) => { await queryInterface.addColumn('users', 'name', Sequelize.STRING); await queryInterface.dropTable('teams'); } };",
    ),
    (
        "src/migrations/2-TypeOrm.ts",
        "export class Drop2 implements MigrationInterface { public async up(queryRunner: QueryRunner): Promise<void> { await queryRunner.dropColumn('users', 'name'); await queryRunner.query(`ALTER TABLE \"users\" RENAME COLUMN \"mail\" TO \"email\"`); } public async down(queryRunner: QueryRunner): Promise<void> { await queryRunner.dropTable('teams'); } }",
    ),
    (
        "migrations/2-db-migrate.js",
        "exports.up = function(db) { return db.removeColumn('users', 'name').then(() => db.renameColumn('users', 'mail', 'email')); };\nexports.down = function(db) { return db.dropTable('teams'); };",
    ),
    (
        "migrations/Migration2.ts",
        "import { Migration } from '@mikro-orm/migrations';\nexport class Migration2 extends Migration { async up() { this.addSql('alter table \"users\" drop column \"name\";'); this.addSql('alter table \"users\" rename column \"mail\" to \"email\";'); } async down() { this.addSql('drop table teams;'); } }",
    ),
    (
        "migrations/2-kysely.ts",
        "import { Kysely } from 'kysely';\nexport async function up(db: Kysely<any>) { await db.schema.alterTable('users').dropColumn('name').execute(); await db.schema.alterTable('users').renameColumn('mail', 'email').execute(); }\nexport async function down(db: Kysely<any>) { await db.schema.dropTable('teams').execute(); }",
    ),
    (
        "prisma/migrations/20240102000000_x/migration.sql",
        "ALTER TABLE \"users\" DROP COLUMN \"name\";\nALTER TABLE \"users\" RENAME COLUMN \"mail\" TO \"email\";",
    ),
    (
        "drizzle/0002_x.sql",
        "ALTER TABLE \"users\" RENAME COLUMN \"mail\" TO \"email\";--> statement-breakpoint\nALTER TABLE \"users\" DROP COLUMN IF EXISTS \"name\";",
    ),
    (
        "db/changelog/2.xml",
        "<databaseChangeLog><changeSet id=\"2\" author=\"a\"><dropColumn tableName=\"users\" columnName=\"name\"/><renameColumn tableName=\"users\" oldColumnName=\"mail\" newColumnName=\"email\" columnDataType=\"text\"/><rollback><dropTable tableName=\"teams\"/></rollback></changeSet></databaseChangeLog>",
    ),
    (
        "db/changelog/2.yaml",
        "databaseChangeLog:\n- changeSet:\n    id: 2\n    author: a\n    changes:\n    - dropColumn:\n        tableName: users\n        columns:\n        - column:\n            name: name\n    - renameColumn:\n        tableName: users\n        oldColumnName: mail\n        newColumnName: email\n    rollback:\n    - dropTable:\n        tableName: teams\n",
    ),
    (
        "db/changelog/2.json",
        "{\"databaseChangeLog\": [{\"changeSet\": {\"id\": \"2\", \"author\": \"a\", \"changes\": [{\"dropColumn\": {\"tableName\": \"users\", \"columnName\": \"name\"}}, {\"renameColumn\": {\"tableName\": \"users\", \"oldColumnName\": \"mail\", \"newColumnName\": \"email\"}}], \"rollback\": [{\"dropTable\": {\"tableName\": \"teams\"}}]}}]}",
    ),
    (
        "db/changelog/2.sql",
        "--liquibase formatted sql\n--changeset a:2\nALTER TABLE users DROP COLUMN name;\nALTER TABLE users RENAME COLUMN mail TO email;\n--rollback DROP TABLE teams;",
    ),
    (
        "src/main/java/db/migration/V2__Drop.java",
        "package db.migration;\npublic class V2__Drop extends BaseJavaMigration { public void migrate(Context context) throws Exception { try (Statement s = context.getConnection().createStatement()) { s.execute(\"ALTER TABLE users DROP COLUMN name\"); s.execute(\"ALTER TABLE users RENAME COLUMN mail TO email\"); } } }",
    ),
    (
        "alembic/versions/2_x.py",
        "from alembic import op\nimport sqlalchemy as sa\nrevision = '2'\ndown_revision = '1'\n\ndef upgrade():\n    op.drop_column('users', 'name')\n    with op.batch_alter_table('users', schema=None) as batch_op:\n        batch_op.alter_column('mail', new_column_name='email')\n\ndef downgrade():\n    op.add_column('users', sa.Column('name', sa.Text()))\n    op.drop_table('teams')\n",
    ),
    (
        "db/migrate/20240102000000_drop.rb",
        "class Drop < ActiveRecord::Migration[7.0]\n  def up\n    remove_column :users, :name, :string\n    change_table :users do |t|\n      t.rename :mail, :email\n    end\n  end\n\n  def down\n    drop_table :teams\n  end\nend\n",
    ),
];

#[test]
fn a_script_that_makes_a_table_drops_none() {
    let report = checked(
        &[
            ("upgrade/1/schema.sql", "DROP TABLE IF EXISTS jobs; CREATE TABLE jobs (id int);"),
            ("upgrade/2/schema.sql", "ALTER TABLE jobs ADD COLUMN name text;"),
            ("dump.sql", "CREATE TABLE jobs (id int, name text);"),
            ("src/a.ts", "db.query('SELECT name FROM jobs')"),
        ],
        &["upgrade/1/schema.sql"],
    );
    assert_eq!(report.findings, []);
}

#[test]
fn writers_that_leave_a_column_out_are_in_the_way() {
    let schema = "CREATE TABLE users (id int, name text, mail text NOT NULL DEFAULT 'x', age int DEFAULT 0);";
    let table: &[(&str, &str, &str)] = &[
        ("ALTER TABLE users ADD COLUMN x int NOT NULL", "INSERT INTO users (id, name) VALUES ($1, $2)", "blocked"),
        ("ALTER TABLE users ADD COLUMN x int NOT NULL", "INSERT INTO users (id, name, x) VALUES ($1, $2, $3)", "clear"),
        ("ALTER TABLE users ADD COLUMN x int NOT NULL", "INSERT INTO users VALUES ($1, $2, $3, $4)", "blocked"),
        ("ALTER TABLE users ADD COLUMN x int NOT NULL", "UPDATE users SET name = $1", "clear"),
        ("ALTER TABLE users ADD COLUMN x int NOT NULL", "INSERT INTO teams (id) VALUES ($1)", "clear"),
        ("ALTER TABLE users ALTER COLUMN name SET NOT NULL", "INSERT INTO users (id) VALUES ($1)", "blocked"),
        ("ALTER TABLE users ALTER COLUMN name SET NOT NULL", "INSERT INTO users (id, name) VALUES ($1, $2)", "clear"),
        ("ALTER TABLE users ALTER COLUMN age SET NOT NULL", "INSERT INTO users (id) VALUES ($1)", "clear"),
        ("ALTER TABLE users ALTER COLUMN mail DROP DEFAULT", "INSERT INTO users (id) VALUES ($1)", "blocked"),
        ("ALTER TABLE users ALTER COLUMN age DROP DEFAULT", "INSERT INTO users (id) VALUES ($1)", "clear"),
        ("CREATE UNIQUE INDEX u ON users (name)", "INSERT INTO users (id, name) VALUES ($1, $2)", "review"),
        ("CREATE UNIQUE INDEX u ON users (name)", "SELECT name FROM users", "clear"),
        ("ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0)", "UPDATE users SET age = $1", "review"),
        ("ALTER TABLE users ADD CONSTRAINT c UNIQUE (name)", "UPDATE users SET age = $1", "clear"),
    ];
    for (migration, query, verdict) in table {
        let code = format!("db.query('{query}')");
        let report = checked(
            &[("migrations/1.sql", schema), ("migrations/2.sql", migration), ("src/a.ts", &code)],
            &["migrations/2.sql"],
        );
        assert_eq!(report.findings.len(), 1, "{migration}");
        assert_eq!(report.verdict.name(), *verdict, "{migration}: {query}: {:?}", report.findings[0].consumers);
    }
}

#[test]
fn callers_of_a_dropped_function_are_in_the_way() {
    let schema = "CREATE FUNCTION total(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';";
    let check = |migration: &str, code: &str| {
        let report = checked(
            &[("migrations/1.sql", schema), ("migrations/2.sql", migration), ("src/a.ts", code)],
            &["migrations/2.sql"],
        );
        (report.findings.len(), report.verdict)
    };
    let drop = "DROP FUNCTION total(int);";
    assert_eq!(check(drop, "db.query('SELECT total(1)')"), (1, Verdict::Blocked));
    assert_eq!(check(drop, "db.query('SELECT totals(1)'); total(2);"), (1, Verdict::Clear));
    let anew = "DROP FUNCTION total(int); CREATE FUNCTION total(a int) RETURNS int LANGUAGE sql AS 'SELECT 2';";
    assert_eq!(check(anew, "db.query('SELECT total(1)')"), (0, Verdict::Clear));
    assert_eq!(check("DROP FUNCTION IF EXISTS other(int);", ""), (0, Verdict::Clear));
}

#[test]
fn django_says_models() {
    let create = "from django.db import migrations, models\nclass Migration(migrations.Migration):\n    operations = [migrations.CreateModel(name='User', fields=[('id', models.AutoField(primary_key=True)), ('name', models.TextField()), ('team', models.ForeignKey(to='x.Team', on_delete=models.CASCADE))])]\n";
    let change = "from django.db import migrations, models\nclass Migration(migrations.Migration):\n    operations = [migrations.RemoveField(model_name='user', name='name'), migrations.RemoveField(model_name='user', name='team'), migrations.AddField(model_name='user', name='age', field=models.IntegerField())]\n";
    let report = checked(
        &[("shop/migrations/0001_initial.py", create), ("shop/migrations/0002_x.py", change)],
        &["shop/migrations/0002_x.py"],
    );
    let said: Vec<String> =
        report.findings.iter().map(|one| format!("{} {}", one.operation.name(), one.subject())).collect();
    assert_eq!(
        said,
        ["drop_column shop_user.name", "drop_column shop_user.team_id", "add_required_column shop_user.age"]
    );
}

#[test]
fn migrations_of_all_tools_are_read() {
    let mut wrong = Vec::new();
    for (path, text) in DIALECTS {
        let folder = path.split_once('/').map_or("migrations", |(folder, _)| folder);
        let schema = if path.contains("prisma") {
            "prisma/migrations/20240101000000_x/migration.sql".to_owned()
        } else {
            format!("{folder}/0001.sql")
        };
        let report = checked(&[(&schema, USERS), (path, text)], &[path]);
        let mut said: Vec<String> =
            report.findings.iter().map(|one| format!("{} {}", one.operation.name(), one.subject())).collect();
        said.sort();
        if said != ["drop_column users.name", "rename_column users.mail"] {
            wrong.push(format!(
                "{path}: {said:?} {:?}",
                report.findings.iter().map(|one| &one.notes).collect::<Vec<_>>()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
