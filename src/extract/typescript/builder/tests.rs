//! Cases of calls and the names in the statements that they build.

use crate::extract::{Format, Input};
use crate::model::mapping::{BuiltStatement, EntityPath};
use crate::model::statement::{Access, Output, OutputValue, Relation, Usage};

use crate::extract::typescript::TypeScript;

fn built(source: &str) -> Vec<BuiltStatement> {
    TypeScript.extract(Input::new("a.ts", source)).built
}

/// Statements as `kind source.qualifier.name:access`, one word for each name that they use.
fn shown(source: &str) -> Vec<String> {
    built(source).iter().map(|built| shown_statement(built, source)).collect()
}

fn shown_statement(built: &BuiltStatement, source: &str) -> String {
    let statement = &built.statement;
    let mut words = vec![statement.kind.name().to_owned()];
    for (at, scope) in statement.scopes.iter().enumerate() {
        let mut sources: Vec<String> = Vec::new();
        for (index, own) in scope.sources.iter().enumerate() {
            let entity = built.entities.iter().find(|it| it.scope.0 as usize == at && it.source as usize == index);
            let name = match (entity.map(|it| &it.entity), &own.relation) {
                (Some(EntityPath::Named(name)), _) => format!("@{name}"),
                (Some(EntityPath::Related { scope, property, .. }), _) => format!("@{}>{property}", scope.0),
                (None, Relation::Table(name)) => name.to_string(),
                _ => "?".to_owned(),
            };
            sources.push(own.alias.as_ref().map_or(name.clone(), |alias| format!("{name}={alias}")));
        }
        let outer = scope.outer.map_or(String::new(), |outer| format!("^{}", outer.0));
        words.push(format!("[{}]{outer}", sources.join(",")));
        for reference in &scope.references {
            assert!(
                reference.span.of(source) == &*reference.name.text,
                "{} stands at {:?} of {source}",
                reference.name,
                reference.span
            );
            let qualifier: String = reference.qualifier.iter().map(|part| format!("{part}.")).collect();
            let access = match reference.access {
                Access::Read => "r",
                Access::Write => "w",
                Access::Both => "b",
            };
            let usage = match reference.usage {
                Usage::Output(at) => shown_output(&scope.outputs[at as usize], source),
                _ => String::new(),
            };
            words.push(format!("{qualifier}{}:{access}{usage}", reference.name));
        }
        for output in &scope.outputs {
            if let OutputValue::Wildcard { qualifier, span, .. } = &output.value {
                let qualifier: String = qualifier.iter().map(|part| format!("{part}.")).collect();
                words.push(format!("{qualifier}*@{}", span.of(source)));
            }
        }
    }
    words.join(" ")
}

/// `o` for a column that is given, `o=name` when it has another name, `e` for a value that is made of it.
fn shown_output(output: &Output, source: &str) -> String {
    let alias = output.alias_span.zip(output.name.as_ref()).map(|(span, name)| {
        assert_eq!(span.of(source), &*name.text);
        format!("={name}")
    });
    let word = if output.value == OutputValue::Expression { "e" } else { "o" };
    format!("{word}{}", alias.unwrap_or_default())
}

fn check(cases: &[(&str, &[&str])]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(source, expected)| {
            let found = shown(source);
            (found != *expected).then(|| format!("{source}\n  found    {found:?}\n  expected {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn prisma_calls_name_properties_of_their_models() {
    check(&[
        (
            "prisma.user.findMany({ where: { fullName: x, OR: [{ age: { gt: 1 } }] }, orderBy: { id: 'asc' } })",
            &["select [@User] fullName:r age:r id:r *@findMany"],
        ),
        ("this.db.orderItem.findFirst()", &["select [@OrderItem] *@findFirst"]),
        (
            "tx.user.findUnique({ where: { id }, select: { fullName: true } })",
            &["select [@User] id:r fullName:ro [@0>fullName] *@fullName"],
        ),
        (
            "prisma.post.findMany({ select: { title: true, author: { select: { fullName: true } } } })",
            &["select [@Post] title:ro author:ro [@0>title] *@title [@0>author] fullName:ro [@2>fullName] *@fullName"],
        ),
        (
            "prisma.post.findMany({ include: { author: true }, where: { tags: { some: { name: 'x' } } } })",
            &["select [@Post] tags:r *@findMany [@0>author] *@author [@0>tags] name:r"],
        ),
        (
            "prisma.user.update({ where: { id }, data: { fullName, posts: { create: { title }, updateMany: { where: { a }, data: { b } } } } })",
            &["select [@User] id:r fullName:w posts:w *@update [@0>posts] title:w a:r b:w"],
        ),
        (
            "prisma.user.groupBy({ by: ['team', 'age'], _count: { id: true }, having: { age: { _avg: { gt: 1 } } } })",
            &["select [@User] team:r age:r id:ro age:r"],
        ),
        (
            "const where = { fullName: a ? b : c }; if (x) where.age = 1; prisma.user.count({ where })",
            &["select [@User] fullName:r age:r"],
        ),
        (
            "const select = { fullName: true } satisfies Prisma.UserSelect; prisma.user.findMany({ select })",
            &[
                "select [@User] fullName:ro [@0>fullName] *@fullName",
                "select [@User] fullName:ro [@0>fullName] *@fullName",
            ],
        ),
        ("const w: Prisma.UserWhereUniqueInput = { id: 1 }", &["select [@User] id:r"]),
        ("export const s = Prisma.validator<Prisma.UserSelect>()({ id: true })", &[]),
        ("prisma.user.findMany({ ...base, where: { id: 1 } })", &["select [@User] id:r"]),
        ("prisma.user.createMany({ data: rows.map(r => ({ fullName: r.name })) })", &["insert [@User] fullName:w"]),
        ("prisma.user.name; items.map(x => x.y.z())", &[]),
        ("ctx.user.update({ fullName: x }); cache.user.delete(); this.user.findMany('x')", &[]),
    ]);
}

#[test]
fn knex_chains_name_columns_of_their_tables() {
    check(&[
        (
            "knex('users as u').join('teams', 'u.team_id', '=', 'teams.id').where('u.full_name', 'a').select('u.id', 'teams.name as n')",
            &["select [users=u,teams] u.team_id:r teams.id:r u.full_name:r u.id:ro teams.name:ro=n"],
        ),
        ("db('users').where({ full_name: x }).first()", &["select [users] full_name:r *@users"]),
        ("knex.select('a').from('users').whereIn('b', [1])", &["select [users] a:ro b:r"]),
        ("trx('users').where('id', id).update({ full_name, ...rest })", &["update [users] id:r full_name:w"]),
        ("knex('users').insert([{ a: 1 }, { b: 2 }]).returning(['id', '*'])", &["insert [users] a:w b:w id:ro *@*"]),
        ("knex('users').where('id', id).increment('visits', 1)", &["update [users] id:r visits:w"]),
        ("knex('users').count('* as n')", &["select [users] *@*"]),
        ("knex('users').sum('a as s').select({ n: 'users.b' }, 'c')", &["select [users] a:re=s users.b:ro=n c:ro"]),
        (
            "const q = knex('users'); if (x) q.where('a', 1); q.leftJoin('t', function () { this.on('t.b', 'users.c') }); q.select(...cols); const cols = ['users.d', `e`];",
            &["select [users,t] a:r t.b:r users.c:r users.d:ro e:ro"],
        ),
        (
            "let q; if (x) { q = knex('a') } else { q = knex('b') } q = q.where('c', 1); q.select('d')",
            &["select [a] c:r d:ro", "select [b] c:r d:ro"],
        ),
        (
            "knex('users').where(qb => qb.where('a', 1).orWhere('b', 2)).whereIn('id', function () { this.select('user_id').from('orders').where('c', 1) })",
            &["select [users] id:r a:r b:r [orders]^0 user_id:ro c:r"],
        ),
        ("function f(q) { q.where('a', 1) } const q = knex('users'); f(q)", &["select [users] a:r *@users"]),
        ("knex('users').orderBy([{ column: 'a', order: 'desc' }, 'b']).select('c')", &["select [users] a:r b:r c:ro"]),
        ("knex('users').whereRaw('lower(full_name) = ?', [x]).select('id')", &["select [users] full_name:r id:ro"]),
        ("knex(T).where(`${T}.full_name`, x).select('id'); const T = 'users'", &["select [users] full_name:r id:ro"]),
        ("$('users').first(); Buffer.from('users'); f('users')", &[]),
    ]);
}

#[test]
fn every_builder_has_its_table() {
    check(&[
        // Words of others that are no SQL.
        ("z.union([z.literal('owner'), z.literal('full_name')]); logger.raw('full_name'); literal('full_name')", &[]),
        (
            "db.selectFrom('users as u').innerJoin('t', 't.id', 'u.t_id').select(['u.full_name as name', 't.id']).where(eb => eb.or([eb('u.a', '=', 1), eb('b', '=', 2)])).execute()",
            &["select [users=u,t] t.id:r u.t_id:r u.full_name:ro=name t.id:ro u.a:r b:r"],
        ),
        ("db.updateTable('users').set({ full_name: x }).where('id', '=', 1)", &["update [users] full_name:w id:r"]),
        (
            "supabase.from('users').select('id, n:full_name, team:teams(name)').eq('age', 1).order('b')",
            &["select [users] id:ro full_name:ro=n age:r b:r [teams] name:ro"],
        ),
        ("supabase.from('users').upsert({ full_name: x })", &["insert [users] full_name:w"]),
        (
            "import { eq } from 'drizzle-orm'; import { users } from './s'; db.select({ n: users.fullName }).from(users).where(eq(users.id, 1)); db.insert(users).values({ fullName: x })",
            &["select [@users] fullName:ro=n", "insert [@users] fullName:w", "select [@users] id:r"],
        ),
        (
            "import 'drizzle-orm'; db.query.users.findMany({ columns: { id: true }, with: { posts: true }, where: (u, { eq }) => eq(u.fullName, 'x') })",
            &["select [@users] id:ro fullName:r [@0>posts] *@posts"],
        ),
        (
            "import { Repository } from 'typeorm'; class A { constructor(private users: Repository<User>) {} f() { return this.users.find({ where: { fullName: x }, relations: ['team'] }) } }",
            &["select [@User] fullName:r *@find"],
        ),
        (
            "import 'typeorm'; ds.getRepository(User).createQueryBuilder('u').leftJoinAndSelect('u.team', 't').where('u.fullName = :x AND t.id = 1').getMany()",
            &["select [@User=u,@0>team=t] u.fullName:r t.id:r *@User"],
        ),
        (
            "import 'typeorm'; tx.update(User, { id: 1 }, { fullName: x }); tx.update(id, { fullName: x })",
            &["update [@User] id:r fullName:w"],
        ),
        (
            "import 'kysely'; db.selectFrom('users').select([sql<string>`lower(full_name)`.as('n'), sql`select age from t`])",
            &["select [users] full_name:r"],
        ),
        ("db.selectFrom('users').where('a', '=', sql.ref('full_name')).execute()", &["select [users] a:r full_name:r"]),
        (
            "getRepository(User).find(); const users = getRepository(User); users.findBy({ a })",
            &["select [@User] *@find", "select [@User] a:r"],
        ),
        (
            "User.findAll({ where: { fullName: x, [Op.or]: [{ a: 1 }] }, attributes: ['id', ['b', 'c']], include: [{ model: Team, attributes: ['name'] }], order: [['d', 'DESC']] })",
            &["select [@User] fullName:r a:r id:ro b:ro d:r [@Team] name:ro"],
        ),
        ("User.update({ fullName: x }, { where: { id } })", &["update [@User] fullName:w id:r"]),
        (
            "db.select().from(users).leftJoin(teams, eq(teams.id, users.teamId)); db.insert(users).values({ a }).returning()",
            &["select [@users,@teams] *@select", "insert [@users] a:w *@returning"],
        ),
        (
            "import { eq, schema } from '@/db'; db.update(schema.users).set({ fullName: x }).where(eq(schema.users.id, 1)); map.delete(users)",
            &["update [@users] fullName:w", "select [@schema] users:r users:r", "select [@users] id:r"],
        ),
        ("User.query().where('full_name', x).patch({ age: 1 })", &["update [@User] full_name:r age:w"]),
    ]);
}

/// Statements as `text of the call: access scope text of the argument, …`.
fn sinks(source: &str) -> Vec<String> {
    let shown = |built: &BuiltStatement| {
        let sinks = built.sinks.iter().map(|sink| {
            assert!((sink.source as usize) < built.statement.scopes[sink.scope.0 as usize].sources.len());
            format!("{:?} {} {}", sink.access, sink.scope.0, sink.span.of(source))
        });
        format!("{}: {}", built.statement.span.of(source), sinks.collect::<Vec<_>>().join(", "))
    };
    built(source).iter().filter(|built| !built.sinks.is_empty()).map(shown).collect()
}

#[test]
fn arguments_whose_keys_are_columns_are_sinks() {
    let cases: &[(&str, &[&str])] = &[
        ("db('users').insert(data)", &["db('users').insert(data): Write 0 data"]),
        ("db('users').where('id', id).update(data)", &["db('users').where('id', id).update(data): Write 0 data"]),
        (
            "await db('users').where(match).update({ ...data, a }).then(x => x)",
            &["db('users').where(match).update({ ...data, a }): Read 0 match, Write 0 { ...data, a }"],
        ),
        (
            "db('users').insert([a, make(b)] as Row[])",
            &["db('users').insert([a, make(b)] as Row[]): Write 0 [a, make(b)]"],
        ),
        ("db('users').where('id', id).select(columns).whereIn('a', [1, 2])", &[]),
        ("prisma.user.create({ data })", &["prisma.user.create({ data }): Write 0 data"]),
        (
            "prisma.user.update({ where: this.match(id), data: x ? a : b, select: { id: true } })",
            &[
                "prisma.user.update({ where: this.match(id), data: x ? a : b, select: { id: true } }): Read 0 this.match(id), Write 0 x ? a : b, Read 0 { id: true }",
            ],
        ),
        (
            "prisma.user.update({ data: { posts: { create: { title, ...rest } }, team: given } })",
            &[
                "prisma.user.update({ data: { posts: { create: { title, ...rest } }, team: given } }): Write 0 { posts: { create: { title, ...rest } }, team: given }, Write 1 { title, ...rest }",
            ],
        ),
        ("const args = { where: match }; prisma.user.findMany(args)", &["prisma.user.findMany(args): Read 0 match"]),
        (
            "User.update(values, { where: match })",
            &["User.update(values, { where: match }): Write 0 values, Read 0 match"],
        ),
        (
            "import { Repository } from 'typeorm'; class A { constructor(private users: Repository<User>) {} f(x) { return this.users.save(x) } }",
            &["this.users.save(x): Write 0 x"],
        ),
        (
            "import 'drizzle-orm'; db.insert(users).values(rows).returning(); db.update(users).set(values)",
            &[
                "db.insert(users).values(rows).returning(): Write 0 rows",
                "db.update(users).set(values): Write 0 values",
            ],
        ),
        (
            "db.insertInto('users').values(row).execute(); db.updateTable('users').set(change).where('id', '=', 1)",
            &[
                "db.insertInto('users').values(row).execute(): Write 0 row",
                "db.updateTable('users').set(change).where('id', '=', 1): Write 0 change",
            ],
        ),
        ("supabase.from('users').upsert(rows)", &["supabase.from('users').upsert(rows): Write 0 rows"]),
        ("const data: Prisma.UserCreateInput = made", &["made: Write 0 made"]),
    ];
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(source, expected)| sinks(source) != *expected)
        .map(|(source, expected)| format!("{source}\n  found    {:?}\n  expected {expected:?}", sinks(source)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn hostile_calls_are_read_in_bounds() {
    let cases = [
        format!("knex('a'){}", ".where('b', 1)".repeat(20_000)),
        format!("prisma.a.find({}1{})", "{ where: ".repeat(3_000), "}".repeat(3_000)),
        format!(
            "{} prisma.a.findMany({{ where: a0 }})",
            (0..2_000).map(|at| format!("const a{at} = {{ ...a{0}, ...a{0} }};", at + 1)).collect::<String>()
        ),
        "const a = b; const b = a; knex(a).where(b)".to_owned(),
        "(q) => q.where(q => q.where(".repeat(2_000),
        format!("knex('t').select({})", "['a', ".repeat(5_000)),
    ];
    for source in cases {
        built(&source);
    }
}

#[test]
fn fixtures_build_their_statements() {
    insta::glob!("../../../../fixtures/typescript", "*/*.[jt]s*", |path| {
        let source = std::fs::read_to_string(path).expect("a fixture is readable");
        insta::assert_snapshot!(shown(&source).join("\n"));
    });
}

#[test]
fn connections_are_members_too() {
    check(&[
        ("class A { f() { return this.db('t').where({ a: 1 }); } }", &["select [t] a:r *@t"]),
        ("class A { f() { return this.knex<Row>('t').where('a', 1).first('b'); } }", &["select [t] a:r b:ro"]),
        ("(trx || this.db)('t').update({ a: 1 })", &["update [t] a:w"]),
        ("db.replica()('t').where({ a: 1 }).select('b')", &["select [t] a:r b:ro"]),
        (
            "const T = 't'; class A { f() { return this.db.from(T).where({ a: 1 }).select('b'); } }",
            &["select [t] a:r b:ro"],
        ),
        ("page.locator('t').first()", &[]),
        ("client.db('t').collection('u')", &[]),
    ]);
}

#[test]
fn functions_return_builders() {
    check(&[
        (
            "class A { active() { return this.db('t').where({ a: 1 }); } f() { return this.active().where('b', 1).first('c'); } }",
            &["select [t] a:r", "select [t] b:r c:ro"],
        ),
        (
            "class A { f() { return this.find(1).update({ c: 1 }); }
                find(q) { const all = this.active(); if (q) { return all.where('b', q); } throw new Error('x'); }
                active() { return this.db('t').where({ a: 1 }); } }",
            &["select [t] a:r", "select [t] b:r", "update [t] c:w"],
        ),
        (
            "const active = () => knex('t').where({ a: 1 }); const x = active(); x.select('b')",
            &["select [t] a:r", "select [t] b:ro"],
        ),
        ("const other = () => call('t'); other().where('b', 1).first()", &[]),
    ]);
}

#[test]
fn sql_in_functions_is_the_statements() {
    check(&[
        ("knex('t').select(knex.raw('count(case when t.a = ? then 1 end) as n', [1]))", &["select [t] t.a:r"]),
        ("this.db('t').where(this.db.raw(`lower(${x}.a) = b`)).select('c')", &["select [t] c:ro b:r"]),
        ("knex('t').whereRaw(`a > ${n} and b is null`).select('c')", &["select [t] a:r b:r c:ro"]),
        ("knex('t').whereIn('a', knex.raw('select b from u')).select('c')", &["select [t] a:r c:ro"]),
    ]);
}
