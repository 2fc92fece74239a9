//! What a name of a column is where nothing says whose it is.

use crate::common::Tree;

const SCHEMA: (&str, &str) = ("db/migrations/1.sql", "CREATE TABLE users (id int, full_name text);\n");

/// `verdict path:line` of each mention outside of the schema.
fn mentions(files: &[(&str, &str)]) -> Vec<String> {
    let tree = Tree::of(&[&[SCHEMA], files].concat());
    let answer = tree.run(&["who", "users.full_name", "--mentions", "--format", "json"]).json();
    let mentions = answer["mentions_list"].as_array().expect("a list of mentions").iter();
    mentions
        .filter(|one| one["path"] != SCHEMA.0)
        .map(|one| {
            let text = |key: &str| one[key].as_str().expect("text");
            format!("{} {}:{}", text("verdict"), text("path"), one["line"])
        })
        .collect()
}

#[test]
fn a_property_needs_a_mapping_or_a_conversion_of_names() {
    let page = ("src/page.ts", "export const show = (u) => u.fullName;\n");
    assert_eq!(mentions(&[page]), ["value src/page.ts:1"]);
    let with_conversion = [page, ("src/db.ts", "import { CamelCasePlugin } from 'kysely';\n")];
    assert_eq!(mentions(&with_conversion), ["reference src/page.ts:1"]);
    // The column's own name needs nothing.
    assert_eq!(mentions(&[("src/page.ts", "export const show = (u) => u.full_name;\n")]), ["reference src/page.ts:1"]);
}

#[test]
fn an_interface_without_a_database_has_no_rows() {
    let orders = ("db/migrations/2.sql", "CREATE TABLE orders (id int, full_name text);\n");
    let page = ("web/src/page.ts", "export const show = (u) => u.full_name;\n");
    let manifest = |dependencies: &str| format!("{{\"name\": \"web\", \"dependencies\": {{{dependencies}}}}}");
    for (dependencies, expected) in [
        (r#""react": "1""#, "value"),
        (r#""react": "1", "pg": "8""#, "unresolved"),
        (r#""react": "1", "next": "14""#, "unresolved"),
        (r#""react": "1", "@acme/rows": "1""#, "unresolved"),
        (r#""axios": "1""#, "unresolved"),
    ] {
        let manifest = manifest(dependencies);
        let rows = ("rows/package.json", r#"{"name": "@acme/rows", "main": "x.js", "dependencies": {"knex": "1"}}"#);
        let found = mentions(&[orders, page, ("web/package.json", &manifest), rows]);
        assert!(found.contains(&format!("{expected} web/src/page.ts:1")), "{dependencies}: {found:?}");
    }
}

#[test]
fn labels_styles_and_scripts_of_pages_are_no_columns() {
    let orders = ("db/migrations/2.sql", "CREATE TABLE orders (id int, full_name text);\n");
    for (path, text, expected) in [
        ("A.java", "class A { void a(@RequestParam(\"full_name\") String n) {} }\n", "value"),
        (
            "A.java",
            "class A { String a(Map m) { return new ToStringBuilder(this).append(\"full_name\", 1).x(); } }\n",
            "value",
        ),
        ("A.java", "class A { Object a(Any m) { return m.append(\"full_name\", 1); } }\n", "unresolved"),
        ("a.ts", "export const a = t('form.full_name');\n", "value"),
        ("a.tsx", "export const a = () => <Input name=\"full_name\" />;\n", "value"),
        ("a.ts", "export const a = ['full_name'];\n", "unresolved"),
        ("a.css", ".users .full_name { color: red }\n", "not-code"),
        (
            "a.component.ts",
            "import { Component } from '@angular/core';\nexport const a = (u) => u.full_name;\n",
            "value",
        ),
        ("a.component.html", "<p *ngIf=\"users\">{{ row.full_name }}</p>\n", "value"),
        ("a.vue", "<template><p>{{ row.full_name }}</p></template>\n", "value"),
        ("a.tsx", "export const A = () => { useState(1); return f((users) => users.full_name); };\n", "value"),
        ("a.json", "{\"$ref\": \"users\", \"properties\": {\"full_name\": 1}}\n", "value"),
        ("a.test.ts", "test('users', () => { expect(body).toHaveKeys(['id', 'full_name']); });\n", "value"),
        ("a.ts", "export const a = (b) => f({ full_name: b.full_name });\n", "unresolved"),
        ("a.proto", "message users { string full_name = 1; }\n", "value"),
        ("templates/a.html", "<p>users</p><script>\n$.get('/x', (row) => show(row.full_name));\n</script>\n", "value"),
    ] {
        let found = mentions(&[orders, (path, text)]);
        let own: Vec<&String> = found.iter().filter(|found| found.contains(path)).collect();
        assert!(own.len() == 1 && own[0].starts_with(expected), "{text}: {found:?}");
    }
}

#[test]
fn records_and_drawings_of_the_schema_are_accounted_for() {
    for (path, text) in [
        (
            "drizzle/meta/0001_snapshot.json",
            include_str!("../../fixtures/documents/drizzle-snapshot/0001_snapshot.json"),
        ),
        ("db/.snapshot-shop.json", include_str!("../../fixtures/documents/mikro-orm-snapshot/.snapshot-shop.json")),
        ("db/schema.dbml", "Table users {\n  id int [pk]\n  full_name text\n}\n"),
    ] {
        let found = mentions(&[(path, text)]);
        assert!(!found.is_empty() && found.iter().all(|one| one.starts_with("not-code")), "{found:?}");
    }
    // A document that is called so and is none names columns.
    let rows = ("db/meta/0001_snapshot.json", r#"{ "users": [{ "full_name": "Ada" }] }"#);
    assert_eq!(mentions(&[rows]), ["unresolved db/meta/0001_snapshot.json:1"]);
}

#[test]
fn what_is_shown_expected_or_compared_is_no_column() {
    let orders = ("db/migrations/2.sql", "CREATE TABLE orders (id int, full_name text);\n");
    for (path, text, expected) in [
        ("src/a.ts", "export const a = (res, n) => res.json({ full_name: n });\n", "value"),
        ("src/a.ts", "export const a = (store, n) => store.keep({ full_name: n });\n", "unresolved"),
        ("src/a.test.ts", "test('a', () => { find.mockResolvedValue({ full_name: 'x' }); });\n", "value"),
        ("src/a.test.ts", "const user = { id: 'full_name' };\n", "value"),
        ("src/a.ts", "export const a = Base.extend({ full_name: z.string().min(1) });\n", "value"),
        ("src/a.ts", "export const a = (by) => by === 'media.full_name';\n", "value"),
        ("src/p.tsx", "const { user } = useUser(); getServerSideProps(); show(user?.full_name);\n", "value"),
        ("src/p.tsx", "const save = useSave(); getServerSideProps(); save.mutate({ full_name: 'x' });\n", "value"),
        ("src/p.tsx", "const { user } = getUser(); getServerSideProps(); show(user?.full_name);\n", "unresolved"),
        ("src/a.ts", "export const a = (by) => by === 'full_name';\n", "unresolved"),
        ("web/i18n/locale/en.json", "{ \"users.full_name\": \"Name\" }\n", "not-code"),
        ("web/data/en.json", "{ \"users.full_name\": \"Name\" }\n", "unresolved"),
        ("src/row.js", "class User extends Row.define('users') { show() { return this.full_name; } }\n", "unresolved"),
        ("src/row.js", "class User { show() { return this.full_name; } }\n", "value"),
    ] {
        let found = mentions(&[orders, (path, text)]);
        assert!(found.contains(&format!("{expected} {path}:1")), "{text}: {found:?}");
    }
}

#[test]
fn columns_that_a_question_names_by_numbers_are_a_blind_spot() {
    let tree = Tree::of(&[
        ("db/1.sql", "CREATE TABLE users (id int, full_name text);\n"),
        (
            "reports/users.json",
            "{\"name\": \"All users\", \"dataset_query\": {\"type\": \"query\", \"query\": {\"source-table\": 4,\n\"fields\": [[\"field\", 12, null]]}},\n\"result_metadata\": [{\"name\": \"full_name\"}]}\n",
        ),
    ]);
    let answer = tree.who().json();
    assert_eq!(answer["blind_spots"][0]["line"], 2, "{answer}");
    assert_eq!(answer["blind_spots"][0]["reason"], "its columns are named by numbers that only the tool knows");
    assert_eq!(answer["verdict"], "review");
}
