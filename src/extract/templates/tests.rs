//! Fixtures: what templates name, one line for each use; and text that is no template.

use std::fmt::Write as _;

use super::Templates;
use crate::extract::{Format, Input};
use crate::model::facts::TokenKind;
use crate::model::span::LineIndex;

#[test]
fn fixtures_are_lowered() {
    insta::glob!("../../../fixtures/templates", "*/*", |path| {
        let text = std::fs::read_to_string(path).expect("a fixture is readable");
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        insta::assert_snapshot!(shown(name, &text));
    });
}

fn shown(path: &str, text: &str) -> String {
    let format = Templates;
    let code = format.code(Input::new(path, text)).expect("it is a template");
    let index = LineIndex::new(text);
    let mut out = String::new();
    for found in &code.uses {
        let line = index.line_of(found.span.start) + 1;
        assert_eq!(found.span.of(text), found.name);
        let receiver = code.describe(found.receiver);
        let _ = writeln!(out, "{line}: {} {:?} {:?} <- {receiver}", found.name, found.form, found.access);
    }
    let facts = format.extract(Input::new(path, text));
    for token in facts.tokens.iter().filter(|token| token.kind == TokenKind::Comment) {
        let _ = writeln!(out, "{}: comment", index.line_of(token.span.start) + 1);
    }
    out
}

/// The names of all uses in a text of that kind.
fn uses(path: &str, text: &str) -> Vec<String> {
    let code = Templates.code(Input::new(path, text));
    code.map_or(Vec::new(), |code| {
        code.uses.iter().map(|found| format!("{} of {}", found.name, code.describe(found.receiver))).collect()
    })
}

#[test]
fn one_expression_each() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("a.html", "<p th:text='${u.a}'>", &["a of u"]),
        ("a.html", "<p th:text=\"${u.a.b}\">", &["a of u", "b of (u).a"]),
        ("a.html", "<p title=\"${u.a}\">${u.b}{{u.c}}</p>", &[]),
        ("a.html", "<p th:text=\"${u.list[0].a}\">", &["list of u", "a of element((u).list)"]),
        ("a.html", "<p th:text=\"${@bean.f(u.a, 'x.y')}\">", &["f of ?", "a of u"]),
        ("a.html", "<p th:text=\"${u.a &amp;&amp; u.b}\">", &["a of u", "b of u"]),
        ("a.html", "<p th:text=\"*{a}\">", &[]),
        ("a.html", "<p th:object=\"${u}\"><i th:text=\"*{a}\"></i></p><i th:text=\"*{b}\">", &["a of u"]),
        ("a.jsp", "<a href=\"x?y=${u.a}\">${u.b}</a>", &["a of u", "b of u"]),
        ("a.ftl", "${u.a?string('x')} ${(u.b)!'c.d'}", &["a of u", "b of u"]),
        ("a.ftl", "price: 5 $ {u.a}", &[]),
        ("a.vm", "$u.a.b costs $5.00 and u.c", &["a of u", "b of (u).a"]),
        ("a.vm", "#if($u.a == $v.b)#end", &["a of u", "b of v"]),
        (
            "a.hbs",
            "{{u.a}} {{f u.b c=u.d}} {{e}}",
            &["u of .", "a of (.).u", "u of .", "b of (.).u", "u of .", "d of (.).u", "e of ."],
        ),
        ("a.hbs", "{{#each us}}{{a}}{{/each}}{{b}}", &["us of .", "a of element((.).us)", "b of ."]),
        ("a.mustache", "{{#us}}{{a}}{{/us}}", &["us of .", "a of element((.).us)"]),
        ("a.ejs", "<%= u.a %> u.b <% if (u.c) { %>x<% } %>", &["a of u", "c of u"]),
    ];
    for (path, text, expected) in cases {
        assert_eq!(uses(path, text), *expected, "{path}: {text}");
    }
}

#[test]
fn names_that_are_not_followed_stay_open() {
    for (path, text, expected) in [
        ("a.html", "<p>{{ full_name }}</p>", TokenKind::Property),
        ("a.html", "<p>full_name</p>", TokenKind::Text),
        ("a.html", "<p th:text='${full_name}'>", TokenKind::Symbol),
        ("a.html", "<!-- <p th:text='${u.full_name}'> -->", TokenKind::Comment),
        ("a.html", "<script>show(u.full_name)</script>", TokenKind::Property),
        ("a.hbs", "{{full_name}}", TokenKind::Property),
        ("a.hbs", "{{!-- {{full_name}} --}}", TokenKind::Comment),
        ("a.ejs", "<%= full_name %>", TokenKind::Property),
        ("a.ftl", "<#-- ${u.full_name} -->", TokenKind::Comment),
    ] {
        let facts = Templates.extract(Input::new(path, text));
        let at = text.find("full_name").expect("a name") as u32;
        assert_eq!(facts.token_at(at), expected, "{path}: {text}");
    }
}

#[test]
fn text_that_is_no_template_is_read_to_its_end() {
    let pieces = [
        "${",
        "*{",
        "[[${",
        "<a b=\"",
        "<a b='",
        "<!--",
        "<%",
        "<%>",
        "%>",
        "</a>",
        "<script",
        "<#list",
        "</#list>",
        "<#items as",
        "$a(",
        "$a[",
        "#foreach(",
        "#end",
        "#*",
        "{{",
        "{{#each",
        "{{/",
        "}}",
        "(",
        ")",
        "]",
        "'",
        "\"",
        "ü",
        "ü${ü.ü}",
        "{{ü.ü}}",
        "$ü.ü",
        "<#assign ü=ü.ü>",
        "th:each=\"a:${",
        "<p th:with=\"a=${b.c},",
        "\n",
        " as |",
        "../",
        "&",
        "&ü;",
    ];
    for path in ["a.html", "a.jsp", "a.ftl", "a.vm", "a.ejs", "a.hbs"] {
        for first in pieces {
            for second in pieces {
                uses(path, &[first, second].concat());
                Templates.extract(Input::new(path, &[second, first, second].concat()));
            }
            uses(path, &first.repeat(3_000));
        }
    }
}
