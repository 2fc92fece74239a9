//! Every notation gives the same tree, with the places of what it says.

use super::super::tree::At;
use super::Syntax;
use crate::extract::sql::text::SqlText;

fn shown(at: At<'_>) -> String {
    if at.is_map() {
        let entries: Vec<String> =
            at.entries().map(|(key, value)| format!("{}: {}", key.value(), shown(value))).collect();
        return format!("{{{}}}", entries.join(", "));
    }
    if at.is_list() {
        return format!("[{}]", at.items().map(shown).collect::<Vec<_>>().join(", "));
    }
    at.word().map(|word| word.text().as_str().to_owned()).unwrap_or_default()
}

fn read(syntax: Syntax, text: &str) -> String {
    shown(syntax.read(SqlText::verbatim(text, 0)).root())
}

#[test]
fn json_is_read_as_people_write_it() {
    for (text, expected) in [
        ("{\"a\": [{\"b\": \"c\\\"d\"}, 1, true]}", "{a: [{b: c\"d}, 1, true]}"),
        ("{ // no\n \"a\": 1, /* no */ 'b': \"x\\ny\", }", "{a: 1, b: x\ny}"),
        ("{\"a\": {{ .x }}, \"b\": \"{{ y }}\"}", "{a: {{ .x }}, b: {{ y }}}"),
        ("{\"a\": \"\\u00fc\\ud83d\\ude00\"}", "{a: ü😀}"),
        ("{\"a\": \"{\\\"b\\\": \\\"SELECT \\\\\\\"x\\\\\\\"\\\"}\"}", "{a: {b: SELECT \"x\"}}"),
        ("{\"a\": \"[not json, really]\"}", "{a: [not json, really]}"),
        ("{\"a\": 1}\n{\"a\": 2}", "[{a: 1}, {a: 2}]"),
        ("{\"a\": [1, 2}, \"b\": 3}", "{a: [1, 2]}"),
        ("{", "{}"),
        ("", ""),
        ("{\"a\"", "{}"),
        ("{\"a\":}", "{a: }"),
        ("[[1], 2,, 3]", "[[1], 2, 3]"),
    ] {
        assert_eq!(read(Syntax::Json, text), expected, "{text}");
    }
}

#[test]
fn yaml_is_read_by_its_lines() {
    for (text, expected) in [
        ("a:\n- b:\n    c: 1\n    d: 'x ''y'''\n- e", "{a: [{b: {c: 1, d: x 'y'}}, e]}"),
        ("a:\n  - b: 1\n    c: 2 # no\n  -\n    d: 3\n", "{a: [{b: 1, c: 2}, {d: 3}]}"),
        ("a: {b: c, d: [e, f g]}\ng: h", "{a: {b: c, d: [e, f g]}, g: h}"),
        ("a: |\n  SELECT 1\n    FROM x\n\n  WHERE y\nb: 2", "{a: SELECT 1\n  FROM x\n\nWHERE y, b: 2}"),
        ("a: >-\n    SELECT 1\n    FROM x\nb: 2", "{a: SELECT 1\nFROM x, b: 2}"),
        ("a: SELECT 1\n  FROM x\nb: 2", "{a: SELECT 1\n  FROM x, b: 2}"),
        ("a: \"x\n  y\"\nb: 2", "{a: x\n  y, b: 2}"),
        ("a: 1\n---\na: 2\n--- # x\nb: 3", "[{a: 1}, {a: 2}, {b: 3}]"),
        ("{{- if .x }}\na: {{ .y }}\n{{- end }}\nb: 'x{{ .z }}'", "{a: {{ .y }}, b: x{{ .z }}}"),
        ("a: |\n  {% include 'x' %}\nb: |\n  # c\n  {{ d }}\ne: 1", "{a: {% include 'x' %}, b: # c\n{{ d }}, e: 1}"),
        ("a: &x\n  b: !!str 1\nc: *x", "{a: {b: 1}, c: *x}"),
        ("\"a b\": 1\n'c': 2", "{a b: 1, c: 2}"),
        ("- - - a", "[[[a]]]"),
        ("[{\"a\": 1}]", "[{a: 1}]"),
        ("a: users.id = x: y", "{a: users.id = x: y}"),
        ("", ""),
    ] {
        assert_eq!(read(Syntax::Yaml, text), expected, "{text}");
    }
}

#[test]
fn lines_and_blocks_and_elements_are_trees_too() {
    for (text, expected) in [
        ("a=1\n# no\n[b]\nc = \"x\\ty\"\nd = '''\nSELECT\n'''\n", "{a: 1, b: {c: x\ty, d: \nSELECT\n}}"),
        ("a.b=SELECT x \\\n  FROM y\nc: 2", "{a.b: SELECT x    FROM y, c: 2}"),
        ("a = [\"b\", {c = 1}]\nd = 2", "{a: [b, {c: 1}], d: 2}"),
    ] {
        assert_eq!(read(Syntax::Lines, text), expected, "{text}");
    }
    for (text, expected) in [
        (
            "view: users {\n sql_table_name: a.b ;;\n dimension: x { sql: ${TABLE}.x ;; type: string }\n}",
            "{view: {@: users, sql_table_name: a.b, dimension: {@: x, sql: ${TABLE}.x, type: string}}}",
        ),
        (
            "input { jdbc { # no\n statement => \"SELECT 1\"\n n => 5 l => [\"a\"] } }",
            "{input: {jdbc: {statement: SELECT 1, n: 5, l: [a]}}}",
        ),
        ("a: { b: [c, d] e: \"f\" }", "{a: {b: [c, d], e: f}}"),
        ("}}} {", "{}"),
    ] {
        assert_eq!(read(Syntax::Blocks, text), expected, "{text}");
    }
    for (text, expected) in [
        ("<a b='1'><c><![CDATA[x < y]]></c><c>z &gt; 1</c></a>", "{a: {@b: 1, c: {: x < y}, c: {: z > 1}}}"),
        ("<!DOCTYPE a [<!ENTITY b 'bomb'>]><a>&b;&b;</a>", "{a: {: columnist_hole_0columnist_hole_1}}"),
    ] {
        assert_eq!(read(Syntax::Xml, text), expected, "{text}");
    }
}

#[test]
fn hostile_documents_end() {
    for syntax in [Syntax::Json, Syntax::Yaml, Syntax::Xml, Syntax::Lines, Syntax::Blocks] {
        for unit in ["[", "{", "{\"a\":", "- ", "a: ", "a:\n ", "<a>", "\"", "a {", "{{", "\\", "ü[", "a: [", "'"] {
            let text = unit.repeat(20_000);
            syntax.read(SqlText::verbatim(&text, 0));
        }
    }
}

#[test]
fn words_have_places() {
    let text = "{\"sql\": \"SELECT \\\"full\\\"\\n FROM t\"}";
    let document = Syntax::Json.read(SqlText::verbatim(text, 0));
    let piece = document.root().get("sql").and_then(At::word).expect("there").text();
    let at = piece.as_str().find("FROM").expect("there");
    assert_eq!(piece.outer(crate::model::span::Span::new(at, at + 4)).of(text), "FROM");
}
