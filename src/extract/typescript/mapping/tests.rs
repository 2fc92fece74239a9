//! Cases of mappings.

use crate::extract::typescript::TypeScript;
use crate::extract::{Format, Input};
use crate::model::mapping::MappedName;

fn shown(source: &str) -> Vec<String> {
    TypeScript
        .extract(Input::new("a.ts", source))
        .mappings
        .iter()
        .map(|mapping| {
            let table = match &mapping.table {
                MappedName::Named(table) => format!("={table}"),
                MappedName::Implied => String::new(),
                MappedName::None => "=-".to_owned(),
            };
            let parent = mapping.parent.as_ref().map_or(String::new(), |parent| format!("<{parent}"));
            let properties: Vec<String> = mapping
                .properties
                .iter()
                .map(|property| {
                    let column = match &property.column {
                        MappedName::Named(column) => {
                            assert_eq!(property.span.of(source), &*column.text, "{source}");
                            format!("={column}")
                        }
                        MappedName::Implied => String::new(),
                        MappedName::None => "=-".to_owned(),
                    };
                    let target = property.target.as_ref().map_or(String::new(), |target| format!(">{target}"));
                    format!("{}{column}{target}", property.name)
                })
                .collect();
            format!("{}{table}{parent}: {}", mapping.entity, properties.join(" "))
        })
        .collect()
}

#[test]
fn mappings_are_read() {
    let cases: &[(&str, &[&str])] = &[
        (
            "import { pgTable, text } from 'drizzle-orm/pg-core'; const base = { createdAt: timestamp('created_at') }; export const users = pgTable('users', { id: serial().primaryKey(), fullName: varchar('full_name', { length: 9 }).notNull(), ...base }, t => [index('i').on(t.id)]); export const r = relations(users, ({ many }) => ({ posts: many(posts) }))",
            &["users=users: id fullName=full_name createdAt=created_at posts=->posts"],
        ),
        (
            "import 'drizzle-orm'; const auth = pgSchema('auth'); const a = auth.table('a', (t) => ({ b: t.text('c') })); const make = pgTableCreator(name => `app_${name}`); const d = make('d', { e: text() })",
            &["a=auth.a: b=c", "d=app_d: e"],
        ),
        (
            "@Entity('users') export class User extends Base { @PrimaryGeneratedColumn('uuid') id: string; @Column({ name: 'full_name', type: 'text' }) fullName: string; @ManyToOne(() => Team, t => t.users) @JoinColumn({ name: 'team_id' }) team: Team; @OneToMany(() => Post, p => p.user) posts: Post[]; @Column(() => Address) address: Address; helper: string; @ManyToOne() boss: User }",
            &["User=users<Base: id fullName=full_name team=team_id>Team posts=->Post address=->Address boss>User"],
        ),
        (
            "abstract class Base { @CreateDateColumn({ name: 'created_at' }) createdAt: Date }",
            &["Base=-: createdAt=created_at"],
        ),
        (
            "@Entity({ tableName: 'books', schema: 's' }) class Book { @PrimaryKey() id!: number; @Property({ fieldName: 'full_title' }) title!: string }",
            &["Book=s.books: id title=full_title"],
        ),
        (
            "@Table({ tableName: 'users', underscored: true }) export class User extends Model { @Column fullName: string; @Column({ field: 'e_mail' }) email: string; @BelongsTo(() => Team) team: Team }",
            &["User=users: fullName email=e_mail team=->Team"],
        ),
        (
            "const User = sequelize.define('User', { fullName: { type: DataTypes.STRING, field: 'full_name' }, age: DataTypes.INTEGER, label: DataTypes.VIRTUAL }, { tableName: 'users', timestamps: false }); User.belongsTo(Team, { as: 'team' })",
            &["User=users: fullName=full_name age label=- team=->Team"],
        ),
        (
            "class User extends Model { static associate(m) { this.hasMany(m.Post, { as: 'posts' }) } } User.init({ a: DataTypes.TEXT }, { sequelize, modelName: 'User' })",
            &["User: a createdAt updatedAt posts=->Post"],
        ),
        (
            "class Person extends Model { static get tableName() { return 'persons' } static jsonSchema = { properties: { full_name: {} } }; static relationMappings = () => ({ pets: { modelClass: Animal } }) }",
            &["Person=persons: full_name pets=->Animal"],
        ),
        (
            "export const UserSchema = new EntitySchema({ name: 'User', tableName: 'users', columns: { fullName: { type: String, name: 'full_name' } }, relations: { team: { type: 'many-to-one', target: 'Team', joinColumn: { name: 'team_id' } } } })",
            &[
                "UserSchema=users: fullName=full_name team=team_id>Team",
                "User=users: fullName=full_name team=team_id>Team",
            ],
        ),
        (
            "import { Kysely } from 'kysely'; interface UserTable { id: Generated<number>; full_name: string } interface Database { users: UserTable }",
            &["UserTable=users: id full_name"],
        ),
        ("interface Row { full_name: string } db<Row>('users').where('id', 1)", &["Row=users: full_name"]),
        (
            "export type Database = { public: { Tables: { users: { Row: { full_name: string } } } } }",
            &["users=users: full_name"],
        ),
        ("class A { x = 1; static y = 2 } const b = define('c', {}); init({}, {})", &[]),
    ];
    for (source, expected) in cases {
        assert_eq!(shown(source), *expected, "{source}");
    }
}
