//! Cases of migrations in code.

use crate::extract::typescript::TypeScript;
use crate::extract::{Format, Input};
use crate::model::schema::SchemaChange;
use crate::model::statement::Direction;

fn shown(source: &str) -> Vec<String> {
    let statements = TypeScript.extract(Input::new("a.ts", source)).statements;
    statements
        .iter()
        .map(|statement| {
            let mut words = vec![statement.kind.name().to_owned()];
            if statement.direction == Direction::Backward {
                words.push("undone".to_owned());
            }
            let scope = &statement.scopes[0];
            for reference in &scope.references {
                assert_eq!(reference.span.of(source), &*reference.name.text, "{source}");
                let crate::model::statement::Lookup::Only(at) = reference.lookup else { continue };
                words.push(format!("{}.{}", scope.sources[at as usize].span.of(source), reference.name));
            }
            words.push("=>".to_owned());
            words.extend(statement.changes.iter().map(|change| match change {
                SchemaChange::CreateTable { table, columns, .. } => {
                    let columns: Vec<String> = columns
                        .iter()
                        .map(|column| format!("{}{}", column.name, if column.not_null { "!" } else { "" }))
                        .collect();
                    format!("{table}({})", columns.join(","))
                }
                SchemaChange::AddColumn { table, column } => format!("{table}+{}", column.name),
                SchemaChange::DropColumn { table, column, .. } => format!("{table}-{column}"),
                SchemaChange::RenameColumn { table, from, to, .. } => format!("{table}:{from}>{to}"),
                SchemaChange::AlterColumn { table, column, .. } => format!("{table}~{column}"),
                SchemaChange::DropRelation { name, .. } => format!("-{name}"),
                SchemaChange::RenameRelation { from, to, .. } => format!("{from}>{to}"),
                other => format!("{other:?}"),
            }));
            words.join(" ")
        })
        .collect()
}

#[test]
fn calls_change_the_schema() {
    let cases: &[(&str, &[&str])] = &[
        (
            "knex.schema.createTable('users', t => { t.increments(); t.string('full_name', 255).notNullable(); t.integer('team_id').references('id').inTable('teams'); t.unique(['full_name']); t.timestamps() })",
            &[
                "create-table users.full_name users.team_id teams.id users.full_name => users(id!,full_name!,team_id,created_at,updated_at)",
            ],
        ),
        (
            "knex.schema.alterTable('users', function (table) { table.dropColumn('a'); table.renameColumn('b', 'c'); table.text('d').alter(); table.uuid('e') }).table('t', t => t.index('f'))",
            &["alter users.a users.b users.c users.d users.e => users-a users:b>c users~d users+e", "alter t.f =>"],
        ),
        ("knex.schema.hasColumn('users', 'a')", &["other-schema users.a =>"]),
        (
            "exports.up = k => k.schema.dropTable('a'); exports.down = k => k.schema.dropTable('b')",
            &["drop => -a", "drop undone => -b"],
        ),
        (
            "queryInterface.createTable('users', { fullName: { type: S.STRING, field: 'full_name', allowNull: false }, teamId: { type: S.INTEGER, references: { model: 'teams', key: 'id' } } }, { transaction })",
            &["create-table users.full_name users.teamId teams.id => users(full_name!,teamId)"],
        ),
        (
            "queryInterface.addColumn('users', 'a', { type: S.TEXT }); queryInterface.removeColumn({ tableName: 'users', schema: 's' }, 'b'); queryInterface.renameColumn('users', 'c', 'd'); queryInterface.addIndex('users', ['e']); queryInterface.addConstraint('users', { fields: ['f'] })",
            &[
                "alter users.a => users+a",
                "alter users.b => s.users-b",
                "alter users.c users.d => users:c>d",
                "other-schema users.e =>",
                "other-schema users.f =>",
            ],
        ),
        (
            "queryRunner.createTable(new Table({ name: 'users', columns: [{ name: 'id', type: 'int', isPrimary: true }, { name: 'b', type: 'text' }] }), true); queryRunner.addColumn('users', new TableColumn({ name: 'c', type: 'int' })); queryRunner.dropColumn('users', 'd')",
            &["create-table users.id users.b => users(id!,b)", "alter users.c => users+c", "alter users.d => users-d"],
        ),
        (
            "db.schema.createTable('users').ifNotExists().addColumn('id', 'integer', c => c.primaryKey()).addColumn('b', 'text').execute(); db.schema.alterTable('users').renameColumn('b', 'c').execute(); db.schema.createIndex('i').on('users').columns(['c']).execute()",
            &[
                "create-table users.id users.b => users(id!,b)",
                "alter users.b users.c => users:b>c",
                "other-schema users.c =>",
            ],
        ),
        (
            "db.createTable('users', { columns: { id: { type: 'int', primaryKey: true }, b: 'string' } })",
            &["create-table users.id users.b => users(id!,b)"],
        ),
        (
            "pgm.addColumns('users', { a: { type: 'text' } }); pgm.dropColumns('users', ['b', 'c'])",
            &["alter users.a => users+a", "alter users.b users.c => users-b users-c"],
        ),
        ("sheet.addColumn('users', 'a'); knex.table('users'); createTable('x')", &[]),
    ];
    for (source, expected) in cases {
        assert_eq!(shown(source), *expected, "{source}");
    }
}
