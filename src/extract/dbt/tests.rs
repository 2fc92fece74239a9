//! Models and properties, drawn as what they say.

use super::Dbt;
use super::jinja::{Argument, arguments};
use crate::extract::drawn::drawn;
use crate::extract::{Format, Input};
use crate::model::span::Span;
use crate::model::statement::Relation;

/// Tables, then columns, that a model names.
fn names(text: &str) -> String {
    let facts = Dbt.extract(Input::new("models/m.sql", text));
    let scopes = || facts.statements.iter().flat_map(|statement| &statement.scopes);
    let tables = scopes().flat_map(|scope| &scope.sources).filter_map(|source| match &source.relation {
        Relation::Table(name) => Some(name.to_string()),
        Relation::Hole => Some("?".to_owned()),
        _ => None,
    });
    let tables: Vec<String> = tables.collect();
    let columns: Vec<&str> = scopes().flat_map(|scope| &scope.references).map(|one| one.span.of(text)).collect();
    format!("{}: {}", tables.join(" "), columns.join(" "))
}

#[test]
fn templates_are_sql() {
    for (text, expected) in [
        ("select a from {{ ref('x') }} where b = {{ var('c') }}", "dbt.x: a b"),
        ("select a from {{ ref('package', \"x\", v=2) }}", "dbt.x: a"),
        ("{{ config(materialized='table', unique_key='a') }}\nselect a from {{ source('s', 't') }}", "s.t: a a"),
        ("{{ config(x=1) }} select a from {{ this }} {% if is_incremental() %} where b > 1 {% endif %}", "dbt.m: a b"),
        ("select {% if x %} a {% else %} b {% endif %} from {{ ref('x') }}", "dbt.x dbt.x: a b"),
        (
            "select {% for m in ms %} sum(case when a = '{{ m }}' then b end) as {{ m }}_b {% if not loop.last %},{% endif %}{% endfor %} from {{ ref('x') }}",
            "dbt.x: a b",
        ),
        ("select {{ dbt_utils.generate_surrogate_key(['a', 'b']) }} as k from {{ ref('x') }}", "dbt.x: a b"),
        ("select {{ dbt.date_trunc('month', 'a') }} as k from {{ ref('x') }}", "dbt.x: a"),
        (
            "with u as ({{ dbt_utils.union_relations(relations=[ref('x'), ref('y')]) }}) select a from u",
            "dbt.x dbt.y: a",
        ),
        ("select a from {{ my_macro('x') }} -- {{ ref('z') }}", "?: a"),
        ("{% set q = 'select z' %}{# no {{ ref('y') }} #}select a from {{ ref('x') }}", "dbt.x: a"),
        (
            "{% snapshot s %}{{ config(check_cols=['a']) }} select a from {{ source('s', 't') }}{% endsnapshot %}",
            "s.t: a a",
        ),
        (
            "{% macro keyed(rows) %}\nwith y as (select * from {{ ref('y') }}) select y.a, r.b from {{ rows }} as r join y on r.k = y.k\n{% endmacro %}",
            "? dbt.y: k k a b",
        ),
        ("{% macro two(c) %} sum({{ c }}) + 1 {% endmacro %}", ": "),
        ("select a from {{ ref('x') ", "?: a"),
        ("{% if %}{% if %}{{ config() }}", ": "),
    ] {
        assert_eq!(names(text), expected, "{text}");
    }
}

#[test]
fn strings_know_their_calls() {
    let text = "f(a='x', b=['y', g(\"z\")])";
    let found: Vec<(&str, Option<&str>, &str)> = arguments(text, Span::new(0, text.len()))
        .iter()
        .map(|Argument { call, key, text, .. }| (*call, *key, *text))
        .collect();
    assert_eq!(found, [("f", Some("a"), "x"), ("f", Some("b"), "y"), ("g", None, "z")]);
}

#[test]
fn hostile_templates_end() {
    for unit in ["{{", "{%", "{% if x %}", "{% for %}", "{{ ref('", "{#", "{{ ref(((", "{% endif %}"] {
        let text = format!("{{{{ ref('x') }}}}{}", unit.repeat(5000));
        Dbt.extract(Input::new("models/m.sql", &text));
    }
}

#[test]
fn fixtures_say_what_they_say() {
    insta::glob!("../../../fixtures/dbt", "*/*", |path| {
        let text = std::fs::read_to_string(path).expect("a fixture is readable");
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let mut facts = Dbt.extract(Input::new(&format!("models/{name}"), &text));
        facts.put_in_order();
        insta::assert_snapshot!(drawn(&facts, &text));
    });
}
