//! Whole stacks of JavaScript, small: what reads and writes the column, through the way that each of them goes.

use crate::common::Tree;

const SCHEMA: (&str, &str) = (
    "db/migrations/1.sql",
    "CREATE TABLE users (id int, full_name text, team_id int);\nCREATE TABLE user_notes (id int, full_name text);\n",
);

/// `access path:line:column` of each reference to `asked` outside of the schema that names it.
fn references(asked: &str, files: &[(&str, &str)]) -> Vec<String> {
    let tree = Tree::of(&[&[SCHEMA], files].concat());
    let answer = tree.run(&["who", asked, "--format", "json"]).json();
    let consumers = answer["consumers"].as_array().expect("consumers").iter();
    let all = consumers.flat_map(|one| one["references"].as_array().expect("references"));
    let named =
        all.filter(|one| one["path"] != SCHEMA.0 && one["construct"] != "implicit" && one["construct"] != "wildcard");
    let mut found: Vec<String> = named
        .map(|one| {
            let text = |key: &str| one[key].as_str().expect("text");
            format!("{} {}:{}", text("access"), text("path"), one["line"])
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

#[test]
fn kysely_with_camel_case_names() {
    let types = (
        "db.d.ts",
        "import type { Generated } from 'kysely';\nexport interface Users {\n  id: Generated<number>;\n  fullName: string;\n}\n\
         export interface UserNotes {\n  id: Generated<number>;\n  fullName: string;\n}\n\
         export interface DB {\n  users: Users;\n  userNotes: UserNotes;\n}\n",
    );
    let code = (
        "users.ts",
        "import { sql } from 'kysely';\n\
         export async function all(db) {\n\
         \x20 const rows = await db.selectFrom('users').select(['id', 'fullName']).where('users.fullName', 'is', null).execute();\n\
         \x20 await db.updateTable('userNotes').set({ fullName: 'x' }).execute();\n\
         \x20 await db.selectFrom('users').select(sql<string>`upper(full_name)`.as('n')).execute();\n\
         \x20 return rows.map((row) => row.fullName);\n}\n",
    );
    assert_eq!(
        references("users.full_name", &[types, code]),
        ["both db.d.ts:4", "read users.ts:3", "read users.ts:5", "read users.ts:6"]
    );
    assert_eq!(references("user_notes.full_name", &[types, code]), ["both db.d.ts:8", "write users.ts:4"]);
}

#[test]
fn objection_models_by_their_modules() {
    let model = (
        "models/user.js",
        "import { Model } from 'objection';\nimport Note from './user_note.js';\nconst flags = ['full_name'];\n\
         export default class User extends Model {\n  static get tableName() { return 'users'; }\n\
         \x20 static get relationMappings() {\n    return { notes: { relation: Model.HasManyRelation, modelClass: Note,\n\
         \x20     modify: (qb) => { qb.where('user_notes.full_name', 0); } } };\n  }\n}\n",
    );
    let note = (
        "models/user_note.js",
        "import { Model } from 'objection';\nexport default class UserNote extends Model {\n\
         \x20 static get tableName() { return 'user_notes'; }\n}\n",
    );
    let code = (
        "users.js",
        "import userModel from './models/user.js';\n\
         export const change = (id, data) => {\n  data.full_name = 'x';\n\
         \x20 return userModel.query().where('id', id).patch(data).then((rows) => rows);\n};\n\
         export const count = () => userModel.query().count('id as n').where('full_name', 0);\n",
    );
    let command = (
        "bin/count",
        "#!/usr/bin/env node\nimport users from '../models/user.js';\nusers.query().where('full_name', 1).first();\n",
    );
    assert_eq!(
        references("users.full_name", &[model, note, code, command]),
        ["read bin/count:3", "read users.js:6", "write users.js:3"]
    );
    assert_eq!(references("user_notes.full_name", &[model, note, code]), ["read models/user.js:8"]);
}

#[test]
fn typeorm_entity_managers() {
    let entity = (
        "user.entity.ts",
        "import { Column, Entity, PrimaryColumn } from 'typeorm';\n@Entity('users')\nexport class User {\n  @PrimaryColumn() id: number;\n\
         \x20 @Column({ name: 'full_name' }) fullName: string;\n}\n",
    );
    let code = (
        "service.ts",
        "import { Repository } from 'typeorm';\nimport { User } from './user.entity';\nimport { Team } from './team.entity';\n\
         export class Service {\n  constructor(private teams: Repository<Team>) {}\n  async run(manager) {\n\
         \x20   await manager.increment(User, { id: 1 }, 'fullName', 1);\n\
         \x20   await manager.update(User, { id: 1 }, { fullName: 'x' });\n\
         \x20   const made = await this.teams.manager.transaction(async (tx) => tx.create(User, { id: 1 }));\n\
         \x20   return made.fullName;\n  }\n}\n",
    );
    assert_eq!(
        references("users.full_name", &[entity, code]),
        ["both user.entity.ts:5", "read service.ts:10", "write service.ts:7", "write service.ts:8"]
    );
}

#[test]
fn sequelize_columns_in_functions_and_methods_of_rows() {
    let model = (
        "models/user.js",
        "module.exports = (sequelize, DataTypes) => {\n  const User = sequelize.define('User', { full_name: DataTypes.TEXT }, { tableName: 'users' });\n  return User;\n};\n",
    );
    let code = (
        "users.js",
        "const { User } = require('./models');\nconst { Op, col } = require('sequelize');\n\
         exports.find = () => User.findAll({ where: { id: { [Op.lt]: col('full_name') } } });\n\
         exports.kept = (options) => options.database.user.findOne({ where: { full_name: 'x' } });\n\
         exports.count = async (id) => {\n  const user = await User.findByPk(id);\n  await user.increment('full_name');\n};\n",
    );
    assert_eq!(
        references("users.full_name", &[model, code]),
        ["both models/user.js:2", "read users.js:3", "read users.js:4", "write users.js:7"]
    );
}

#[test]
fn knex_in_classes_with_tables_of_other_files() {
    let names = (
        "names.ts",
        "const TABLE = 'users';\nexport const USERS_TABLE = TABLE;\nexport enum TableName { Notes = 'user_notes' }\n",
    );
    let store = (
        "store.ts",
        "import { USERS_TABLE, TableName } from './names';\n\
         const toUser = (row) => ({ name: row.full_name });\n\
         export class UserStore {\n\
         \x20 private db: Db;\n\
         \x20 active() {\n    return this.db(USERS_TABLE).where({ deleted: false });\n  }\n\
         \x20 async one() {\n    const row = await this.active().first('full_name');\n    return toUser(row);\n  }\n\
         \x20 async rename(id, name) {\n    await this.active().where({ id }).update({ full_name: name });\n  }\n\
         \x20 async count(tx) {\n    return (tx || this.db)('users').select(this.db.raw('count(users.full_name) as n'));\n  }\n\
         \x20 async note() {\n    return this.db.replica()(TableName.Notes).where({ full_name: 'x' }).select('id');\n  }\n}\n",
    );
    assert_eq!(
        references("users.full_name", &[names, store]),
        ["read store.ts:16", "read store.ts:2", "read store.ts:9", "write store.ts:13"].map(str::to_owned)
    );
    assert_eq!(references("user_notes.full_name", &[names, store]), ["read store.ts:19"]);
}

#[test]
fn java_packages_whose_folder_has_another_name() {
    let entity = (
        "java/User.java",
        "package app.core;\n\nimport jakarta.persistence.*;\n\n@Entity @Table(name = \"users\")\npublic class User {\n\
         \x20 private String fullName;\n  public String getFullName() { return fullName; }\n}\n",
    );
    let code = (
        "java/Names.java",
        "package app.core;\n\nclass Names {\n  String of(User user) { return user.getFullName(); }\n\
         \x20 String any(Object o) { return o instanceof User u ? u.getFullName() : \"\"; }\n}\n",
    );
    let other = (
        "java/Others.java",
        "package app.other;\n\nclass Others {\n  String of(User user) { return user.getFullName(); }\n}\n",
    );
    let found = references("users.full_name", &[entity, code, other]);
    assert!(found.contains(&"read java/Names.java:4".to_owned()), "{found:?}");
    assert!(found.contains(&"read java/Names.java:5".to_owned()), "{found:?}");
}

#[test]
fn comments_that_name_a_type_and_not_what_it_holds() {
    let code = (
        "store.js",
        "const db = require('knex')({});\n\
         /** @returns {Promise} */\nconst checked = async (body) => body;\n\
         const update = async (id, data) => {\n\
         \x20 if (data.full_name) data.full_name = data.full_name.trim();\n\
         \x20 return db('users').where({ id }).update(data);\n};\n\
         exports.put = async (req) => {\n  const payload = await checked(req.body);\n  return update(req.params.id, payload);\n};\n",
    );
    assert_eq!(references("users.full_name", &[code]), ["read store.js:5", "write store.js:5"]);
}

#[test]
fn sequelize_models_whose_tables_no_schema_has() {
    let model = (
        "models/Shop.js",
        "const { DataTypes, Model } = require('sequelize');\n\
         class Shop extends Model {\n\
         \x20 static rename(name) {\n    return this.update({ displayName: name }, { where: {} });\n  }\n\
         \x20 static init(sequelize) {\n    super.init(\n      { id: DataTypes.INTEGER, displayName: DataTypes.STRING },\n\
         \x20     { sequelize, modelName: 'shop', indexes: [{ fields: ['id', 'displayName'] }] });\n  }\n}\nmodule.exports = Shop;\n",
    );
    let code = (
        "filters.js",
        "const { Sequelize } = require('sequelize');\nconst db = require('./db');\n\
         async function all(includes, direction) {\n\
         \x20 const where = {};\n  where.displayName = 'x';\n\
         \x20 includes.push({ model: db.shopModel, attributes: ['displayName'], where });\n\
         \x20 const order = Sequelize.literal(`shops.displayName ${direction}`);\n\
         \x20 const other = Sequelize.literal(`CAST(\\`shop\\`.\\`displayName\\` AS TEXT) ${direction}`);\n\
         \x20 await db.sequelize.models.shop.create({ id: 1, displayName: 'y' });\n\
         \x20 return db.noteModel.findAll({ where: { displayName: 'z' }, order: [order, other] });\n}\n",
    );
    assert_eq!(
        references("shops.displayName", &[model, code]),
        [
            "both models/Shop.js:8",
            "both models/Shop.js:9",
            "read filters.js:5",
            "read filters.js:6",
            "read filters.js:7",
            "read filters.js:8",
            "write filters.js:9",
            "write models/Shop.js:4",
        ]
    );
    // Where the object mapper is told to make other names, it has others.
    let settings = ("db.js", "new Sequelize(url, { define: { timestamps: true, underscored: true } });\n");
    assert!(references("shops.display_name", &[model, settings]).contains(&"both models/Shop.js:8".to_owned()));
}

#[test]
fn comments_say_what_has_no_type() {
    let model = (
        "models/User.js",
        "const { DataTypes, Model } = require('sequelize');\n\
         class User extends Model {\n  constructor() {\n    super();\n\
         \x20   /** @type {import('./Note')[]} - when they are loaded */\n    this.notes;\n  }\n}\n\
         User.init({ full_name: DataTypes.STRING }, { sequelize: {}, tableName: 'users' });\nmodule.exports = User;\n",
    );
    let note = (
        "models/Note.js",
        "const { DataTypes, Model } = require('sequelize');\nclass Note extends Model {}\n\
         Note.init({ full_name: DataTypes.STRING }, { sequelize: {}, tableName: 'user_notes' });\nmodule.exports = Note;\n",
    );
    let code = (
        "routes.js",
        "const User = require('./models/User');\n\
         /**\n * @typedef Asked\n * @property {User} user\n * @property {string} full_name\n *\n\
         \x20* @typedef {Request & Asked} UserRequest\n */\n\
         /**\n * @param {UserRequest} asked\n * @param {string} id\n */\n\
         function show(asked, id) {\n  const note = asked.user.notes.find((one) => one.id === id);\n\
         \x20 note.full_name = asked.full_name;\n  return asked.user.full_name;\n}\n\
         class Users {\n  /** @returns {Promise<User.Unknown|import('./models/User')>} */\n  async first() {}\n}\n\
         async function name() {\n  return (await new Users().first()).full_name;\n}\n",
    );
    assert_eq!(
        references("users.full_name", &[model, note, code]),
        ["both models/User.js:9", "read routes.js:16", "read routes.js:23"]
    );
    assert_eq!(
        references("user_notes.full_name", &[model, note, code]),
        ["both models/Note.js:3", "write routes.js:15"]
    );
}

#[test]
fn decorators_of_a_project_and_one_of_two_columns() {
    let entity = (
        "media.entity.ts",
        "import { Column, Entity } from 'typeorm';\nimport { DatedColumn } from './columns';\n@Entity('media')\n\
         export class Media {\n  @DatedColumn({ type: 'datetime' })\n  addedAt: Date;\n  @Column()\n  oldSlug: string;\n}\n",
    );
    let code = (
        "scan.ts",
        "import { Media } from './media.entity';\n\
         export async function scan(repository: Repository<Media>, isOld: boolean) {\n\
         \x20 const media = await repository.findOneOrFail({ where: { id: 1 } });\n\
         \x20 media[isOld ? 'oldSlug' : 'newSlug'] = 'x';\n  media.addedAt = new Date();\n\
         \x20 return media[isOld ? 'oldSlug' : 'newSlug'];\n}\n",
    );
    assert_eq!(
        references("media.oldSlug", &[entity, code]),
        ["both media.entity.ts:8", "read scan.ts:6", "write scan.ts:4"]
    );
    assert_eq!(references("media.addedAt", &[entity, code]), ["both media.entity.ts:6", "write scan.ts:5"]);
}

#[test]
fn casts_unions_descriptions_and_projected_joins() {
    let tables = (
        "schema.ts",
        "import { pgTable, text, integer } from 'drizzle-orm/pg-core';\n\
         export const users = pgTable('users', {\n  id: integer('id'),\n  fullName: text('full_name'),\n  teamId: integer('team_id'),\n});\n\
         export const notes = pgTable('user_notes', {\n  id: integer('id'),\n  fullName: text('full_name'),\n});\n\
         export type User = typeof users.$inferSelect;\nexport type Note = typeof notes.$inferSelect;\n",
    );
    let code = (
        "a.ts",
        "import { z } from 'zod';\nimport { notes, users, User, Note } from './schema';\nimport { db } from './db';\n\
         interface Plain { fullName: string }\nconst Input = z.object({ people: z.array(z.object({ fullName: z.string() })).min(1) });\n\
         type Input = z.infer<typeof Input>;\n\
         export async function a(input: Input, either: Note | User) {\n\
         \x20 const rows = await db.select({ fullName: users.fullName }).from(notes).innerJoin(users, eq(notes.id, users.id));\n\
         \x20 rows.flatMap((row) => row.fullName);\n\
         \x20 const all = (await db.select().from(users)) as Plain[];\n\
         \x20 all.map((one) => one.fullName);\n\
         \x20 either.fullName.trim();\n\
         \x20 return input.people.map((one) => one.fullName);\n}\n",
    );
    assert_eq!(
        references("users.full_name", &[tables, code]),
        ["both schema.ts:4", "read a.ts:11", "read a.ts:12", "read a.ts:8", "read a.ts:9"]
    );
    assert_eq!(references("user_notes.full_name", &[tables, code]), ["both schema.ts:9", "read a.ts:12"]);
}
