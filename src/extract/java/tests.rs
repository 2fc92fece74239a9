//! Cases of Java source and the SQL, units and tokens in it.

use super::*;
use crate::extract::host::testing::{check, check_places, drawn, pieces, shown};

fn found(source: &str) -> Vec<String> {
    let pieces = pieces(&mut JavaFile::default(), &tree_sitter_java::LANGUAGE.into(), source);
    for piece in &pieces {
        check_places(piece, source);
    }
    pieces.iter().map(|piece| shown(piece, source)).collect()
}

/// A method body in a class.
fn in_method(body: &str) -> Vec<String> {
    found(&format!("class A {{ void run() {{ {body} }} }}"))
}

#[test]
fn strings_in_methods() {
    let cases: &[(&str, &[&str])] = &[
        (r#"run("SELECT id FROM users");"#, &["SELECT id FROM users"]),
        (r#"run("SELECT id " + "FROM users");"#, &["SELECT id FROM users"]),
        (r#"run("SELECT id FROM " + table + " WHERE a = 1");"#, &["SELECT id FROM {table} WHERE a = 1"]),
        (r#"run(("SELECT " + cols()) + (" FROM t"));"#, &["SELECT {cols()} FROM t"]),
        (r#"run("SELECT \"a\" FROM \u0074 WHERE b = '\\n'");"#, &["SELECT \"a\" FROM t WHERE b = '\\n'"]),
        ("run(\"\"\"\n    SELECT id,\n      name\n    FROM users\n    \"\"\");", &["SELECT id, name FROM users"]),
        ("run(\"\"\"\n  SELECT id \\\n  FROM users\"\"\");", &["SELECT id FROM users"]),
        (r#"run("SELECT a FROM " + (x ? "t" : "u"));"#, &["SELECT a FROM t", "SELECT a FROM u"]),
        (r#"run(x ? "SELECT 1" : "SELECT 2");"#, &["SELECT 1", "SELECT 2"]),
        (
            r#"run(String.format("SELECT %s FROM %s WHERE x like '%%a'", cols, "t"));"#,
            &["SELECT {%s} FROM t WHERE x like '%a'"],
        ),
        (r#"run(String.format(Locale.ROOT, "SELECT a FROM %1$s", "t"));"#, &["SELECT a FROM t"]),
        (r#"run("SELECT a FROM %s".formatted(table));"#, &["SELECT a FROM {%s}"]),
        (r#"run(MessageFormat.format("SELECT {1} FROM {0}", "t", c));"#, &["SELECT {{1}} FROM t"]),
        (r#"run(String.join(" ", "SELECT a", "FROM t"));"#, &["SELECT a FROM t"]),
        (r#"run("SELECT " + String.join(", ", List.of("a", "b")) + " FROM t");"#, &["SELECT a, b FROM t"]),
        (r#"run("SELECT " + String.join(", ", cols) + " FROM t");"#, &["SELECT {String.join(\", \", cols)} FROM t"]),
        (r#"run("SELECT a".concat(" FROM t"));"#, &["SELECT a FROM t"]),
        (r#"run("  SELECT a FROM t ".trim());"#, &["SELECT a FROM t"]),
        (r#"run(new StringBuilder("SELECT a").append(" FROM ").append(t).toString());"#, &["SELECT a FROM {t}"]),
        (
            r#"run(new StringBuilder().append("SELECT a").append(' ').append("FROM t").toString());"#,
            &["SELECT a FROM t"],
        ),
        (
            r#"StringBuilder sb = new StringBuilder(64); sb.append("SELECT a").append(" FROM t"); run(sb.toString());"#,
            &["SELECT a FROM t"],
        ),
        (
            r#"var sb = new StringBuilder("SELECT a FROM t"); if (x) { sb.append(" WHERE b = 1"); } run(sb);"#,
            &["SELECT a FROM t WHERE b = 1", "SELECT a FROM t"],
        ),
        (
            r#"var sb = new StringBuilder("SELECT a FROM "); if (x) sb.append("t"); else sb.append("u"); run(sb);"#,
            &["SELECT a FROM t", "SELECT a FROM u"],
        ),
        (
            r#"var sb = new StringBuilder("SELECT a FROM ");
            if (x) sb.append("t"); else if (y) sb.append("u"); else { sb.append("v"); } run(sb);"#,
            &["SELECT a FROM t", "SELECT a FROM u", "SELECT a FROM v"],
        ),
        (
            r#"var s = new StringBuilder("SELECT a FROM "); switch (x) { case 1: s.append("t"); break; default: s.append("u"); }"#,
            &["SELECT a FROM t", "SELECT a FROM u"],
        ),
        (
            r#"String q = "SELECT a FROM " + switch (x) { case 1 -> "t"; default -> "u"; };"#,
            &["SELECT a FROM t", "SELECT a FROM u"],
        ),
        (
            r#"var s = new StringBuilder("SELECT a FROM t WHERE 1=1"); for (String f : fs) { s.append(" AND ").append(f); }"#,
            &["SELECT a FROM t WHERE 1=1 AND {f}", "SELECT a FROM t WHERE 1=1"],
        ),
        (r#"var s = new StringBuilder(" FROM t"); s.insert(0, "SELECT a"); run(s);"#, &["SELECT a FROM t"]),
        (
            r#"var s = new StringBuilder("SELECT 1"); run(s); s.setLength(0); s.append("SELECT 2"); run(s);"#,
            &["SELECT 1", "SELECT 2"],
        ),
        (r#"String s = "SELECT a"; s += " FROM t"; run(s);"#, &["SELECT a FROM t"]),
        (r#"String s = "SELECT a"; s = s + " FROM t"; run(s);"#, &["SELECT a FROM t"]),
        (
            r#"String s = "SELECT a FROM t"; s = "SELECT count(*) FROM (" + s + ") x"; run(s);"#,
            &["SELECT count(*) FROM (SELECT a FROM t) x"],
        ),
        (r#"String s; if (x) { s = "SELECT 1"; } else { s = "SELECT 2"; } run(s);"#, &["SELECT 1", "SELECT 2"]),
        (
            r#"String s = null; if (x) { s = "SELECT a FROM t"; } run(s + " LIMIT 1");"#,
            &["SELECT a FROM t LIMIT 1", "SELECT a FROM t"],
        ),
        (r#"String s = "SELECT 1"; run(s); s = "SELECT 2"; run(s);"#, &["SELECT 1", "SELECT 2"]),
        (r#"String w = " WHERE a = 1"; run("SELECT a FROM t" + w);"#, &["SELECT a FROM t WHERE a = 1"]),
        (r#"String t = other(); run("SELECT a FROM " + t);"#, &["SELECT a FROM {t}"]),
        (r#"String q = base(); q += " WHERE a = 1"; run("SELECT 1");"#, &["SELECT 1", "{base()} WHERE a = 1"]),
        (r#"run("SELECT a FROM t", x -> x.get("a"));"#, &["SELECT a FROM t"]),
        (
            r#"List<String> c = new ArrayList<>(); c.add("a = 1"); if (x) c.add("b = 2");
            run("SELECT a FROM t WHERE " + String.join(" AND ", c));"#,
            &["SELECT a FROM t WHERE a = 1 AND b = 2"],
        ),
        (r#"String q = "SELECT a FROM t"; log.info("running " + q);"#, &["SELECT a FROM t"]),
        (r#"String[] all = {"SELECT 1", "SELECT 2"};"#, &["SELECT 1", "SELECT 2"]),
        (r#"em.createNativeQuery("SELECT a FROM t");"#, &["SELECT a FROM t"]),
        (r#"void inner() { run("SELECT a "#, &[]),
    ];
    check(cases, in_method);
}

#[test]
fn constants_and_annotations() {
    let cases: &[(&str, &[&str])] = &[
        (
            r#"class A { static final String T = "users"; void r() { run("SELECT a FROM " + T); } }"#,
            &["SELECT a FROM users"],
        ),
        (
            r#"class A { static final String B = "SELECT a FROM t"; void r() { run(B + " LIMIT 1"); run(B); } }"#,
            &["SELECT a FROM t LIMIT 1", "SELECT a FROM t"],
        ),
        (
            r#"class A { void r() { run("SELECT a FROM " + T + C.T + this.u); } String T = "t"; String u = "w"; } class C { static String T = ", v, "; }"#,
            &["SELECT a FROM t, v, w"],
        ),
        (
            r#"interface Q { String ALL = "SELECT " + COLS + " FROM t"; String COLS = "a, b"; }"#,
            &["SELECT a, b FROM t"],
        ),
        (r#"class A { String a = b; String b = "SELECT " + a; }"#, &["SELECT {a}"]),
        (r#"class A { String q; A() { q = "SELECT 1"; } void r() { run(q); } }"#, &["SELECT 1"]),
        (r#"class A { void r(String T) { run("SELECT a FROM " + T); } String T = "t"; }"#, &["SELECT a FROM {T}"]),
        (
            r#"interface R { @Query(value = "SELECT a FROM t", nativeQuery = true) List<X> all(); }"#,
            &["SELECT a FROM t"],
        ),
        (r#"interface R { @Query("SELECT u FROM User u") List<X> all(); }"#, &[]),
        (
            r#"import org.springframework.data.jdbc.repository.query.Query; interface R { @Query("SELECT a FROM t") X x(); }"#,
            &["SELECT a FROM t"],
        ),
        (r#"interface M { @Select({"SELECT a", "FROM t"}) X x(); }"#, &["SELECT a FROM t"]),
        (r#"interface M { @Update("UPDATE t SET a = #{a}") X x(); }"#, &["UPDATE t SET a = #{a}"]),
        (r#"@NamedQuery(name = "x", query = "SELECT u FROM User u") class U {}"#, &[]),
        (r#"@NamedNativeQuery(name = "x", query = "SELECT a FROM t") class U {}"#, &["SELECT a FROM t"]),
        (r#"class A { void r() { em.createQuery("SELECT u FROM User u"); } }"#, &[]),
        (
            r#"class A { static final String H = "SELECT u FROM User u"; void r() { em.createQuery(H + " WHERE x"); } }"#,
            &[],
        ),
        (
            r#"import org.jdbi.v3.core.Jdbi; class A { void r() { h.createQuery("SELECT a FROM t"); } }"#,
            &["SELECT a FROM t"],
        ),
        (
            r#"class A { StringBuilder sb = new StringBuilder("SELECT a FROM t"); void r() { sb.append(" WHERE b = 1"); } }"#,
            &["SELECT a FROM t WHERE b = 1", "SELECT a FROM t"],
        ),
        (
            r#"class A { void r(StringBuilder sb) { sb.append("SELECT a"); sb.append(" FROM t"); } }"#,
            &["SELECT a FROM t"],
        ),
        (
            r#"class A { void r() { run("SELECT a FROM t" + where(1) + this.order()); }
            String where(int b) { if (b == 0) { return ""; } return " WHERE b = " + b; } String order() { return " ORDER BY c"; } }"#,
            &["SELECT a FROM t ORDER BY c", "SELECT a FROM t WHERE b = {b} ORDER BY c"],
        ),
        (
            r#"class A { String q() { return "SELECT a FROM t"; } void r() { run(q()); run(other.q() + "x"); } }"#,
            &["SELECT a FROM t"],
        ),
        (r#"class A { String q(int n) { return q(n - 1) + "SELECT a FROM t"; } }"#, &["SELECT a FROM t"]),
        (r#"class A { void r() { run(hint() + "SELECT a FROM t"); } }"#, &["SELECT a FROM t"]),
        (
            r#"class A { void r() { String w = ""; if (x) w = " WHERE b = 1"; run("SELECT a FROM t" + w); } }"#,
            &["SELECT a FROM t WHERE b = 1", "SELECT a FROM t"],
        ),
        (r#"record R(String a) { static final String Q = "SELECT a FROM r"; }"#, &["SELECT a FROM r"]),
        (
            r#"enum E { X; static final String Q = "SELECT a FROM r"; String q() { return E.Q + " LIMIT 1"; } }"#,
            &["SELECT a FROM r LIMIT 1", "SELECT a FROM r"],
        ),
    ];
    check(cases, found);
}

#[test]
fn nothing_is_found_where_no_sql_is() {
    let cases = [
        r#"log.info("hello " + name);"#,
        "int x = a + b + 1;",
        r#"rs.getString("full_name");"#,
        r#"throw new RuntimeException("could not select " + x);"#,
        r#"// run("SELECT 1")"#,
        "char c = 'S';",
        r#"String s = "";"#,
    ];
    for source in cases {
        assert_eq!(in_method(source), [""; 0], "{source}");
    }
}

fn facts(source: &str) -> FileFacts {
    Java.extract(Input::new("src/A.java", source))
}

#[test]
fn units_have_the_names_of_those_around_them() {
    let source = r"package p; class A { A() {} void run() { list.forEach(x -> x.go()); } record R(int a) { R { } } enum E { X { void m() {} } } interface I { void n(); } }";
    let units: Vec<String> = facts(source).units.iter().map(|unit| unit.name.clone()).collect();
    assert_eq!(units, ["A", "A.A", "A.run", "A.R", "A.R.R", "A.E", "A.E.m", "A.I", "A.I.n"]);
}

#[test]
fn tokens_tell_what_words_are() {
    let source = r#"class A { String fullName; /* full_name */ void run(User user) { // full_name
        user.getFullName(); user.fullName(); user.fullName = x; rs.getString("full_name"); f(User::getFullName);
        log("the full_name of"); String fullName2 = run("SELECT full_name FROM users"); } }"#;
    let facts = facts(source);
    let tokens: Vec<(&str, TokenKind)> = facts.tokens.iter().map(|token| (token.span.of(source), token.kind)).collect();
    let expected = [
        ("fullName", TokenKind::Property),
        ("/* full_name */", TokenKind::Comment),
        ("// full_name", TokenKind::Comment),
        ("getFullName", TokenKind::Property),
        ("fullName", TokenKind::Property),
        ("fullName", TokenKind::Property),
        ("getString", TokenKind::Property),
        ("\"full_name\"", TokenKind::Property),
        ("getFullName", TokenKind::Property),
        ("\"the full_name of\"", TokenKind::Text),
    ];
    assert_eq!(tokens, expected);
    assert_eq!(facts.elsewhere, TokenKind::Symbol);
}

#[test]
fn methods_stand_for_what_they_return() {
    let cases: &[(&str, &[&str])] = &[
        (
            r#"class A {
                class M { String cols() { return "c.x, c.y from t c"; } }
                void r() { M m = new M(); run("select " + m.cols() + " where c.x = 1"); }
                void s() { run("select " + new M().cols() + " where c.y = 1"); } }"#,
            &["select c.x, c.y from t c where c.x = 1", "select c.x, c.y from t c where c.y = 1"],
        ),
        (
            r#"class A {
                class B { String s; B() { StringBuilder b = new StringBuilder(9); b.append("c.x "); b.append("from t c");
                    this.s = b.toString(); } String cols() { return this.s; } }
                class M extends B { }
                M m; void r() { run("select " + this.m.cols() + " where c.x = 1"); } }"#,
            &["select c.x from t c where c.x = 1"],
        ),
        (
            r#"class A {
                String prefix = "";
                String t(String name) { return s(prefix + name); }
                String s(String table) { String name = table; if (x) { name = schema() + "." + name; } return name; }
                void r() { run("SELECT a FROM " + t("users")); } }"#,
            &["SELECT a FROM {schema()}.users", "SELECT a FROM users"],
        ),
        (r#"class A { void r() { run("SELECT t." + q.escape("name") + " FROM t"); } }"#, &["SELECT t.name FROM t"]),
        (
            r#"class A { void r() { run("SELECT a FROM t WHERE b = " + q.escape(value)); } }"#,
            &["SELECT a FROM t WHERE b = {q.escape(value)}"],
        ),
    ];
    check(cases, found);
}

#[test]
fn broken_syntax_is_one_problem() {
    let source = r#"class A { void r( { run("SELECT a FROM t"); } void s() { run("SELECT b FROM t"); } } }}} class"#;
    assert_eq!(facts(source).problems.len(), 1);
    assert!(found(source).contains(&"SELECT b FROM t".to_owned()));
}

#[test]
fn hostile_input_is_read_in_bounds() {
    let deep = format!("class A {{ String s = {}\"SELECT 1\"{}; }}", "(".repeat(20_000), ")".repeat(20_000));
    let sum = format!("class A {{ String s = \"SELECT a\"{}; }}", " + \" x\"".repeat(20_000));
    let ternary = format!("class A {{ String s = {}\"SELECT 1\"; }}", "x ? \"a\" : ".repeat(5_000));
    let doubling: Vec<String> = (1..60).map(|at| format!("String a{at} = a{0} + a{0};", at - 1)).collect();
    let doubling = doubling.concat();
    let doubling = format!("class A {{ String a0 = \"SELECT \"; {doubling} }}");
    let selfish =
        format!("class A {{ void r() {{ String s = \"SELECT a\"; {} }} }}", "s = \"(\" + s + s + \")\";".repeat(300));
    let ifs = format!(
        "class A {{ void r() {{ String s = \"SELECT a\"; {} }} }}",
        "if (x) { s = \"SELECT b\"; } s += \" c\"; ".repeat(2_000)
    );
    let nested =
        format!("class A {{ void r() {{ String s = \"SELECT a\"; {} }} }}", "if (x) { s += \" b\"; ".repeat(3_000));
    for source in [deep, sum, ternary, doubling, selfish, ifs, nested] {
        facts(&source);
    }
}

#[test]
fn fixtures_hold_the_sql_that_they_run() {
    insta::glob!("../../../fixtures/java", "*/*.java", |path| {
        let source = std::fs::read_to_string(path).expect("a fixture is readable");
        let pieces = pieces(&mut JavaFile::default(), &tree_sitter_java::LANGUAGE.into(), &source);
        insta::assert_snapshot!(drawn(&pieces, &source));
    });
}
