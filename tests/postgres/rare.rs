//! What applications write seldom and `PostgreSQL` knows all the same: frames, named arguments, arrays of arrays, XML.

use crate::generator::{Chain, Col, Env, Generator, Src, Type, quote};

impl Generator<'_> {
    pub(crate) fn rare_number(&mut self, chain: &mut Chain) -> String {
        let number = self.leaf(Type::Int, chain);
        let other = self.leaf(Type::Int, chain);
        let word = self.leaf(Type::Text, chain);
        match self.rng.below(14) {
            0 => format!("extract(day FROM make_interval(days := {number} + {other}))::int"),
            1 => format!("date_part('day', make_interval(days => {number}, hours => {other}))::int"),
            2 => format!("(ARRAY[[{number}, 1], [2, {other}]])[1][{number}]"),
            3 => format!("cardinality(({})[1:{number}])", self.leaf(Type::Ints, chain)),
            4 => format!("array_position({}, {word})", self.leaf(Type::Texts, chain)),
            5 => format!("position({word} IN {})", self.leaf(Type::Text, chain)),
            6 => format!("(({})['a']['b'] ->> {word})::int", self.leaf(Type::Json, chain)),
            7 => format!("width_bucket({number}, 0, {other}, 3)"),
            8 => format!("char_length(overlay({word} placing 'x' from {number} for 2))"),
            9 => format!("nullif({number}, - {other})"),
            10 => format!("-{number} % {other}"),
            11 => format!("num_nonnulls({number}, {word})"),
            12 => format!("(SELECT max(q.v) FROM (VALUES ({number}), ({other})) AS q (v))"),
            _ => format!("mod({number}, {other})"),
        }
    }

    pub(crate) fn rare_word(&mut self, chain: &mut Chain) -> String {
        let word = self.leaf(Type::Text, chain);
        let other = self.leaf(Type::Text, chain);
        match self.rng.below(13) {
            0 => format!("format('%s-%I', {word}, {other})"),
            1 => format!("concat_ws(',', VARIADIC {})", self.leaf(Type::Texts, chain)),
            2 => format!("{}::text COLLATE \"C\"", self.leaf(Type::Int, chain)),
            3 => format!("(({})::timestamp AT TIME ZONE 'UTC')::text", self.leaf(Type::Date, chain)),
            4 => format!("(ARRAY[[{word}, 'a'], ['b', {other}]])[1][2]"),
            5 => format!("xmlserialize(content xmlelement(name note, xmlattributes({word} AS k), {other}) AS text)"),
            6 => format!("json_build_object('a', {word}, 'b', {other}) ->> 'a'"),
            7 => format!("substring({word} similar '%#\"a#\"%' escape {other})"),
            8 => format!("translate({word}, 'a', 'b') || left({other}, 2)"),
            9 => format!("pg_typeof({word})::text"),
            10 => format!("trim(leading FROM {word})"),
            11 => format!("xmlforest({word} AS \"order\", {other} AS note)::text"),
            _ => format!("regexp_replace({word}, '^a', {other}, 'g')"),
        }
    }

    pub(crate) fn rare_condition(&mut self, chain: &mut Chain) -> String {
        let word = self.leaf(Type::Text, chain);
        let number = self.leaf(Type::Int, chain);
        let other = self.leaf(Type::Int, chain);
        match self.rng.below(14) {
            0 => format!("{number} BETWEEN SYMMETRIC {other} AND {}", self.leaf(Type::Int, chain)),
            1 => format!("{number} NOT BETWEEN {other} AND {}", self.leaf(Type::Int, chain)),
            2 => format!("{word} SIMILAR TO '%(a|b)%'"),
            3 => format!("{word} !~* {}", self.leaf(Type::Text, chain)),
            4 => format!("{word} NOT ILIKE {} ESCAPE '!'", self.leaf(Type::Text, chain)),
            5 => format!("({number} > {other}) IS NOT TRUE"),
            6 => format!("({number} = {other}) IS UNKNOWN"),
            7 => {
                let days: Vec<String> = (0..4).map(|_| self.leaf(Type::Date, chain)).collect();
                format!("({}, {}) OVERLAPS ({}, {})", days[0], days[1], days[2], days[3])
            }
            8 => format!("{word} NOTNULL AND {number} ISNULL"),
            9 => format!("{} @> {}", self.leaf(Type::Json, chain), self.leaf(Type::Json, chain)),
            10 => format!("{} && {}", self.leaf(Type::Texts, chain), self.leaf(Type::Texts, chain)),
            11 => format!("({number}, {word}) < ({other}, {})", self.leaf(Type::Text, chain)),
            12 => format!("ROW({number}, {word}) IS DISTINCT FROM ROW({other}, 'x')"),
            _ => format!("{number} <> ALL ({})", self.leaf(Type::Ints, chain)),
        }
    }

    pub(crate) fn rare_window(&mut self, chain: &mut Chain) -> String {
        let value = self.expr(Type::Int, chain, 0).0;
        let part = self.expr(Type::Text, chain, 0).0;
        let order = self.expr(Type::Int, chain, 0).0;
        let day = self.leaf(Type::Date, chain);
        match self.rng.below(7) {
            0 => format!("sum({value}) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING EXCLUDE TIES)"),
            1 => format!("sum({value}) OVER (PARTITION BY {part}, {day} ORDER BY {order} GROUPS 2 PRECEDING)"),
            2 => format!(
                "count(*) OVER (ORDER BY {day} RANGE BETWEEN '3 days'::interval PRECEDING AND interval '1 day' FOLLOWING)"
            ),
            3 => format!("nth_value({value}, 2) OVER (PARTITION BY {part} ORDER BY {order} ASC NULLS FIRST)"),
            4 => format!("first_value({value}) OVER (w RANGE UNBOUNDED PRECEDING EXCLUDE CURRENT ROW)"),
            5 => format!("ntile(3) OVER (ORDER BY {order}, {part} DESC, {day})"),
            _ => format!("cume_dist() OVER (PARTITION BY {value} ORDER BY {order})"),
        }
    }

    /// Functions in `FROM` that name their columns in ways of their own.
    pub(crate) fn rare_function(&mut self, chain: &mut Chain, visible: &Env) -> (String, Env) {
        chain.push(visible.clone());
        let number = self.expr(Type::Int, chain, 0).0;
        let word = self.expr(Type::Text, chain, 0).0;
        let texts = self.expr(Type::Texts, chain, 0).0;
        let json = self.expr(Type::Json, chain, 0).0;
        chain.pop();
        let alias = self.name();
        let written = quote(&alias);
        let lateral = self.rng.pick(&["", "LATERAL "]);
        let (text, names) = match self.rng.below(5) {
            0 => (
                format!(
                    "{lateral}xmltable('/r' PASSING xmlparse(document {word}) COLUMNS id int PATH '@id', note text PATH \
                     {word} DEFAULT 'x', nr FOR ORDINALITY) AS {written}"
                ),
                vec![("id", Type::Int), ("note", Type::Text), ("nr", Type::Int)],
            ),
            1 => (
                format!("{lateral}ROWS FROM (unnest({texts}), generate_series(1, {number})) AS {written} (item, part)"),
                vec![("item", Type::Text), ("part", Type::Int)],
            ),
            2 => (
                format!("{lateral}jsonb_to_record({json}) AS {written} (status text, total int)"),
                vec![("status", Type::Text), ("total", Type::Int)],
            ),
            3 => (
                format!("{lateral}regexp_split_to_table({word}, ',') WITH ORDINALITY {written} (word, at)"),
                vec![("word", Type::Text), ("at", Type::Other)],
            ),
            _ => (
                format!("{lateral}(SELECT {number}, {word} WHERE {number} > 1) AS {written} (id, name)"),
                vec![("id", Type::Int), ("name", Type::Text)],
            ),
        };
        // What is not lateral sees nothing beside it.
        let sees_too_much = text.starts_with('(') && !visible.srcs.is_empty();
        let text = if sees_too_much { format!("LATERAL {text}") } else { text };
        let cols: Vec<Col> = names.into_iter().map(|(name, ty)| Col { name: name.to_owned(), ty }).collect();
        let source = Src { exposed: alias, schema: None, cols: cols.clone() };
        (text, Env { srcs: vec![source], cols })
    }
}
