//! Cases of TypeScript and JavaScript source and the SQL, units and tokens in it.

use super::*;
use crate::extract::host::testing::{check, check_places, drawn, pieces, shown};

fn found_in(path: &str, source: &str) -> Vec<String> {
    let pieces = pieces(&mut TypeScriptFile { frameworks: &Frameworks::default() }, &grammar(path), source);
    for piece in &pieces {
        check_places(piece, source);
    }
    pieces.iter().map(|piece| shown(piece, source)).collect()
}

/// What the grammar without JSX finds, which must be what the one with JSX finds.
fn found(source: &str) -> Vec<String> {
    let found = found_in("a.ts", source);
    assert_eq!(found, found_in("a.tsx", source), "{source}");
    found
}

#[test]
fn functions_stand_for_what_they_return() {
    let cases: &[(&str, &[&str])] = &[
        (
            "class R { table(name: string) { return `${quoteIdentifier(this.schema)}.${quoteIdentifier(name)}` }\n\
             run() { q(`SELECT a FROM ${this.table('users')} WHERE b = 1`) } }",
            &["SELECT a FROM {this.schema}.users WHERE b = 1"],
        ),
        (
            "const cols = () => 'a, b'; const o = { from(t) { return ` FROM ${t} ` } };\n\
             q('SELECT ' + cols() + o.from('users') + 'WHERE c = 1')",
            &["SELECT a, b FROM users WHERE c = 1"],
        ),
    ];
    check(cases, found);
}

#[test]
fn strings_and_templates() {
    let cases: &[(&str, &[&str])] = &[
        ("db.query('SELECT id FROM users')", &["SELECT id FROM users"]),
        (r#"db.query("SELECT \"id\" FROM \x75sers")"#, &["SELECT \"id\" FROM users"]),
        ("db.query('SELECT id \\\n FROM users')", &["SELECT id FROM users"]),
        ("db.query('SELECT id ' + 'FROM users')", &["SELECT id FROM users"]),
        ("db.query('SELECT id FROM ' + table + ' WHERE a = 1')", &["SELECT id FROM {table} WHERE a = 1"]),
        ("db.query(`SELECT id\n  FROM users`)", &["SELECT id FROM users"]),
        ("db.query(`SELECT id FROM ${table} WHERE a = ${row.a}`)", &["SELECT id FROM {table} WHERE a = {row.a}"]),
        (r"db.query(`SELECT \`id\` FROM users`)", &["SELECT `id` FROM users"]),
        ("db.query(`SELECT a FROM t ${x ? 'WHERE b = 1' : ''}`)", &["SELECT a FROM t WHERE b = 1", "SELECT a FROM t"]),
        ("db.query(`SELECT a FROM t ${x && 'WHERE b = 1'}`)", &["SELECT a FROM t WHERE b = 1", "SELECT a FROM t"]),
        ("db.query(`SELECT a FROM t ${x || 'ORDER BY b'}`)", &["SELECT a FROM t {x}", "SELECT a FROM t ORDER BY b"]),
        ("db.query(`SELECT a FROM t ${`WHERE b = ${c}`}`)", &["SELECT a FROM t WHERE b = {c}"]),
        ("sql`SELECT a FROM t WHERE b = ${c}`", &["SELECT a FROM t WHERE b = {c}"]),
        ("Prisma.sql`SELECT a FROM t`", &["SELECT a FROM t"]),
        ("prisma.$queryRaw<User[]>`SELECT a FROM t WHERE b = ${id}`", &["SELECT a FROM t WHERE b = {id}"]),
        ("sql<User>`SELECT a FROM t`", &["SELECT a FROM t"]),
        ("sql`SELECT a FROM t ${sql`WHERE b = ${c}`}`", &["SELECT a FROM t WHERE b = {c}"]),
        ("const w = sql`WHERE b = ${c}`; sql`SELECT a FROM t ${w}`", &["SELECT a FROM t WHERE b = {c}"]),
        ("const s = 'active'; sql`SELECT a FROM t WHERE b = ${s}`", &["SELECT a FROM t WHERE b = {s}"]),
        ("const T = 't'; sql`SELECT a FROM ${T}`", &["SELECT a FROM t"]),
        ("const a = 'x'; sql`INSERT INTO t VALUES (${a}, ${b})`", &["INSERT INTO t VALUES ({a}, {b})"]),
        ("sql`SELECT a FROM ${sql.raw('t')}`", &["SELECT a FROM t"]),
        ("sql`SELECT ${sql.join([sql`a`, sql`b`], sql`, `)} FROM t`", &["SELECT a, b FROM t"]),
        ("knex.raw(`SELECT a FROM t WHERE b = ?`, [b])", &["SELECT a FROM t WHERE b = ?"]),
        ("run(dedent`\n  SELECT a\n  FROM ${t}\n`)", &["SELECT a FROM {t}"]),
        (r"run(String.raw`SELECT a FROM t WHERE b ~ '\d'`)", &[r"SELECT a FROM t WHERE b ~ '\d'"]),
        ("run(['SELECT a', 'FROM t'].join(' '))", &["SELECT a FROM t"]),
        ("run(['SELECT a', x && 'FROM t'].filter(Boolean).join('\\n'))", &["SELECT a FROM t", "SELECT a"]),
        ("run(`SELECT ${['a', 'b'].join()} FROM t`)", &["SELECT a,b FROM t"]),
        ("run(`SELECT ${cols.join(', ')} FROM t`)", &["SELECT {cols.join(', ')} FROM t"]),
        (
            "const p = []; p.push('a = 1'); if (x) { p.push('b = 2'); } run(`SELECT a FROM t WHERE ${p.join(' AND ')}`)",
            &["SELECT a FROM t WHERE a = 1 AND b = 2"],
        ),
        ("const c = ['a', 'b']; run('SELECT ' + c.join(', ') + ' FROM t')", &["SELECT a, b FROM t"]),
        ("run('SELECT a'.concat(' FROM ', 't'))", &["SELECT a FROM t"]),
        ("run(`\n SELECT a FROM t `.trim())", &["SELECT a FROM t"]),
        ("run(format('SELECT %I FROM t', c))", &["SELECT {%I} FROM t"]),
        ("run(util.format('SELECT a FROM %s', 't'))", &["SELECT a FROM t"]),
        (
            "let s = 'SELECT a'; s += ' FROM t'; if (x) s += ' WHERE b = 1'; run(s)",
            &["SELECT a FROM t WHERE b = 1", "SELECT a FROM t"],
        ),
        (
            "let s; if (x) { s = 'SELECT 1' } else if (y) { s = 'SELECT 2' } else { s = 'SELECT 3' } run(s)",
            &["SELECT 1", "SELECT 2", "SELECT 3"],
        ),
        (
            "let s = 'SELECT a FROM '; switch (x) { case 1: s += 't'; break; default: s += 'u' } run(s)",
            &["SELECT a FROM t", "SELECT a FROM u"],
        ),
        ("const C = 'a, b'; run(`SELECT ${C} FROM t`)", &["SELECT a, b FROM t"]),
        ("const B = 'SELECT a FROM t'; run(`${B} LIMIT 1`); run(B)", &["SELECT a FROM t LIMIT 1", "SELECT a FROM t"]),
        (
            "const Q = { all: 'SELECT a FROM t', one: `SELECT b FROM t` } as const; run(Q.all + ' LIMIT 1')",
            &["SELECT a FROM t LIMIT 1", "SELECT b FROM t", "SELECT a FROM t"],
        ),
        (
            "class A { static COLS = 'a, b'; private t = 't'; run() { q(`SELECT ${A.COLS} FROM ${this.t}`) } }",
            &["SELECT a, b FROM t"],
        ),
        ("enum T { Users = 'users' } run(`SELECT a FROM ${T.Users}`)", &["SELECT a FROM users"]),
        (
            "class A { constructor() { this.s = 'SELECT a' } run() { q(this.s + ' FROM t') } }",
            &["SELECT a FROM t", "SELECT a"],
        ),
        ("function f(T) { run(`SELECT a FROM ${T}`) } const T = 't'", &["SELECT a FROM {T}"]),
        ("const f = ({ T }) => run(`SELECT a FROM ${T}`); const T = 't'", &["SELECT a FROM {T}"]),
        (
            "const where = (b) => `WHERE b = ${b}`; run(`SELECT a FROM t ${where(1)}`)",
            &["SELECT a FROM t WHERE b = {b}"],
        ),
        (
            "class A { cols() { return 'a, b' } all() { return q(`SELECT ${this.cols()} FROM t`) } }",
            &["SELECT a, b FROM t"],
        ),
        ("function q(x) { return x ? 'SELECT 1' : 'SELECT 2' } run(q(1))", &["SELECT 1", "SELECT 2"]),
        ("run((x as string) + 'a', ('SELECT a FROM t' as string))", &["SELECT a FROM t"]),
        ("const all = ['SELECT 1', `SELECT 2`]", &["SELECT 1", "SELECT 2"]),
        ("console.log('running ' + 'x'); throw new Error(`could not select ${x}`)", &[]),
        ("import x from 'select'; require('update'); const a = b + c", &[]),
        ("// SELECT 1\n/* SELECT 2 */ const r = /SELECT 3/", &[]),
        ("const a = ''; const b = ``; const c = 'user-list'", &[]),
        ("foo.select('full_name').from('users')", &[]),
    ];
    check(cases, found);
}

#[test]
fn grammars_differ_by_extension() {
    assert_eq!(found_in("a.ts", "run(<string>'SELECT a' + <any>x)"), ["SELECT a{x}"]);
    assert_eq!(found_in("a.jsx", "const v = <b title='x'>{run('SELECT a')}</b>"), ["SELECT a"]);
    for path in ["a.ts", "b/c.tsx", "d.MTS", "e.cts", "f.js", "g.jsx", "h.mjs", "i.cjs"] {
        assert!(TypeScript.claims(path, ""), "{path}");
    }
    assert!(!TypeScript.claims("a.json", ""));
}

fn facts(path: &str, source: &str) -> FileFacts {
    TypeScript.extract(Input::new(path, source))
}

#[test]
fn units_have_the_names_of_those_around_them() {
    let cases: &[(&str, &[&str])] = &[
        (
            "class A { run() { f(() => 1) } static go = () => 2; get x() { return 1 } constructor() {} }",
            &["A", "A.run", "A.go", "A.x", "A.constructor"],
        ),
        (
            "export const list = async () => {}; function a() { const b = () => {}; return function () {} }",
            &["list", "a", "a.b"],
        ),
        (
            "const dao = { find() {}, all: async () => {}, 'x': function () {}, name: 1 }",
            &["dao", "dao.find", "dao.all", "dao.x"],
        ),
        ("export default async function () {}", &["export"]),
        ("export default () => {}", &["export"]),
        (
            "module.exports = { run() {} }; exports.go = () => {}; module.exports.stop = function () {}",
            &["export", "export.run", "go", "stop"],
        ),
        ("A.prototype.run = function () {}; this.x = () => {}", &["A.run", "x"]),
        ("const list = handler(async (req) => {}); const rows = items.map(x => x)", &["list"]),
        ("interface User { id: number } enum E { A } namespace N { function f() {} }", &["User", "E", "N", "N.f"]),
        ("function f() { return { a: () => 1 } }", &["f", "f.a"]),
        ("const K = class { m() {} }", &["K", "K.m"]),
    ];
    check(cases, |source| facts("src/jobs/export.ts", source).units.into_iter().map(|unit| unit.name).collect());
}

#[test]
fn what_undoes_a_migration_is_told() {
    use crate::model::statement::Direction;
    let source = "exports.up = (knex) => knex.raw('ALTER TABLE t ADD COLUMN a int');
        exports.down = (knex) => knex.raw('ALTER TABLE t DROP COLUMN a');";
    let directions: Vec<Direction> = facts("a.js", source).statements.iter().map(|it| it.direction).collect();
    assert_eq!(directions, [Direction::Forward, Direction::Backward]);
}

#[test]
fn tokens_tell_what_words_are() {
    let source = "import { full_name } from 'full_name';
        // full_name
        interface U { full_name: string }
        const { full_name, a: b } = row?.full_name; const c = { full_name: 1, full_name };
        row['full_name']; log(`the ${full_name} of`); db.query(`SELECT full_name FROM users`);";
    let facts = facts("a.ts", source);
    let tokens: Vec<(&str, TokenKind)> = facts.tokens.iter().map(|token| (token.span.of(source), token.kind)).collect();
    let expected = [
        ("// full_name", TokenKind::Comment),
        ("full_name", TokenKind::Property),
        ("full_name", TokenKind::Property),
        ("a", TokenKind::Property),
        ("full_name", TokenKind::Property),
        ("full_name", TokenKind::Property),
        ("full_name", TokenKind::Property),
        ("'full_name'", TokenKind::Property),
        ("the ", TokenKind::Text),
        (" of", TokenKind::Text),
        ("query", TokenKind::Property),
    ];
    assert_eq!(tokens, expected);
}

#[test]
fn broken_syntax_is_one_problem() {
    let source = "function a( { run('SELECT a FROM t') } } ) const x = ; run(`SELECT b FROM t`)";
    assert_eq!(facts("a.ts", source).problems.len(), 1);
    assert!(found_in("a.ts", source).contains(&"SELECT b FROM t".to_owned()));
}

#[test]
fn hostile_input_is_read_in_bounds() {
    let doubling: Vec<String> = (1..60).map(|at| format!("const a{at} = `${{a{0}}}${{a{0}}}`;", at - 1)).collect();
    let cases = [
        format!("x = {}1{}", "[".repeat(20_000), "]".repeat(20_000)),
        format!("x = 'SELECT a'{}", " + `x ${y}`".repeat(20_000)),
        format!("x = {}1{}", "`SELECT ${".repeat(3_000), "}`".repeat(3_000)),
        format!("const a0 = 'SELECT '; {}", doubling.concat()),
        format!("x = {}", "a => ".repeat(10_000)),
        format!("x{}", ".a('b')".repeat(10_000)),
        format!("x = 'SELECT a'{}", ".concat('b')".repeat(10_000)),
        format!("const l = []; {}", "l.push('a'); run(l.join());".repeat(2_000)),
    ];
    for source in cases {
        facts("a.ts", &source);
    }
}

#[test]
fn fixtures_hold_the_sql_that_they_run() {
    insta::glob!("../../../fixtures/typescript", "*/*.[jt]s*", |path| {
        let source = std::fs::read_to_string(path).expect("a fixture is readable");
        let pieces = pieces(
            &mut TypeScriptFile { frameworks: &Frameworks::default() },
            &grammar(&path.to_string_lossy()),
            &source,
        );
        insta::assert_snapshot!(drawn(&pieces, &source));
    });
}
