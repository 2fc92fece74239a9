//! Random `FROM` clauses.

use crate::generator::{Chain, Col, Env, Generator, Src, Type, cols_of, quote, relation_name};

impl Generator<'_> {
    /// A `FROM` list, and the names that it gives.
    pub(crate) fn from(&mut self, chain: &mut Chain, depth: u32) -> (String, Env) {
        let count = [1, 1, 1, 1, 1, 1, 2, 2, 3][self.rng.below(9)];
        let mut env = Env::default();
        let mut parts = Vec::new();
        for _ in 0..count {
            let (text, more) = self.joined(chain, &env, depth);
            parts.push(text);
            env.add(more);
        }
        (parts.join(", "), env)
    }

    /// A tree of joins. `before` are the sources that a lateral one may see.
    fn joined(&mut self, chain: &mut Chain, before: &Env, depth: u32) -> (String, Env) {
        let (mut text, mut left) = self.factor(chain, before, &Env::default(), depth);
        for _ in 0..[0, 0, 0, 1, 1, 1, 2, 3][self.rng.below(8)] {
            let kind = self.rng.pick(&[
                "JOIN",
                "JOIN",
                "INNER JOIN",
                "LEFT JOIN",
                "LEFT OUTER JOIN",
                "RIGHT JOIN",
                "FULL JOIN",
                "CROSS JOIN",
            ]);
            let sees_left = !kind.starts_with("RIGHT") && !kind.starts_with("FULL");
            let (other, right) = if sees_left {
                let visible = self.both(before, &left);
                self.factor(chain, &visible, &Env::default(), depth)
            } else {
                self.factor(chain, before, &left, depth)
            };
            if kind == "CROSS JOIN" {
                text = format!("{text} CROSS JOIN {other}");
                left.add(right);
                continue;
            }
            let shared = shared(&left.cols, &right.cols);
            let clean = shared.iter().all(|name| usable(name, &left.cols) && usable(name, &right.cols));
            let merged: Vec<String> = match self.rng.below(4) {
                0 if clean && shared.len() < 4 => {
                    text = format!("{text} NATURAL {kind} {other}");
                    shared
                }
                1 | 2 => {
                    let mut some: Vec<String> = Vec::new();
                    for name in &shared {
                        if usable(name, &left.cols) && usable(name, &right.cols) && self.rng.chance(60) {
                            some.push(name.clone());
                        }
                    }
                    if some.is_empty() {
                        let condition = self.on(chain, &left, &right, depth);
                        text = format!("{text} {kind} {other} ON {condition}");
                    } else {
                        let list: Vec<String> = some.iter().map(|name| self.write_name(name)).collect();
                        text = format!("{text} {kind} {other} USING ({})", list.join(", "));
                    }
                    some
                }
                _ => {
                    let condition = self.on(chain, &left, &right, depth);
                    text = format!("{text} {kind} {other} ON {condition}");
                    Vec::new()
                }
            };
            left = merge(left, right, &merged);
        }
        (text, left)
    }

    fn on(&mut self, chain: &mut Chain, left: &Env, right: &Env, depth: u32) -> String {
        chain.push(self.both(left, right));
        let condition = self.condition(chain, depth.saturating_sub(1));
        chain.pop();
        condition
    }

    /// One item of `FROM`. `visible` is what it sees when it is lateral, `taken` what is there besides.
    fn factor(&mut self, chain: &mut Chain, visible: &Env, taken: &Env, depth: u32) -> (String, Env) {
        let kind = self.rng.below(100);
        let ctes = self.ctes();
        if !ctes.is_empty() && kind < 35 {
            let (name, cols) = ctes[self.rng.below(ctes.len())].clone();
            let text = self.write_name(&name);
            return self.aliased(text, None, &name, cols, visible, taken);
        }
        match kind {
            0..=59 => self.table(visible, taken),
            60..=73 if depth > 0 => {
                let is_lateral = !visible.srcs.is_empty() && self.rng.chance(50);
                if is_lateral {
                    chain.push(visible.clone());
                }
                let (query, cols) = self.query(chain, depth - 1, None);
                if is_lateral {
                    chain.pop();
                }
                let (tail, env) = self.alias_of(cols, 25);
                (format!("{}({query}) {tail}", if is_lateral { "LATERAL " } else { "" }), env)
            }
            74..=78 => {
                let is_lateral = !visible.srcs.is_empty() && self.rng.chance(50);
                let sees = if is_lateral { visible.clone() } else { Env::default() };
                chain.push(sees);
                let row = [self.expr(Type::Int, chain, 0).0, self.expr(Type::Text, chain, 0).0];
                chain.pop();
                let cols =
                    vec![Col { name: "column1".into(), ty: Type::Int }, Col { name: "column2".into(), ty: Type::Text }];
                let (tail, env) = self.alias_of(cols, 70);
                let lateral = if is_lateral { "LATERAL " } else { "" };
                (format!("{lateral}(VALUES ({}), (1, 'v')) {tail}", row.join(", ")), env)
            }
            79..=87 => self.table_function(chain, visible),
            88..=94 if depth > 0 => {
                let is_aliased = self.rng.chance(50);
                let (text, env) = self.joined(chain, visible, depth - 1);
                if !text.contains("JOIN") {
                    return (text, env);
                }
                if is_aliased {
                    let (tail, env) = self.alias_of(env.cols, 30);
                    return (format!("({text}) {tail}"), env);
                }
                (format!("({text})"), env)
            }
            _ => self.table(visible, taken),
        }
    }

    /// A table or view by name.
    pub(crate) fn table(&mut self, visible: &Env, taken: &Env) -> (String, Env) {
        if !self.made.is_empty() && self.rng.chance(15) {
            let (name, cols) = self.made[self.rng.below(self.made.len())].clone();
            return self.aliased(name.clone(), None, &name, cols, visible, taken);
        }
        let relation = &self.relations[self.rng.below(self.relations.len())];
        let mut text = relation_name(relation);
        if relation.schema == "public" && self.rng.chance(8) {
            text = format!("public.{text}");
        }
        if relation.is_table && self.rng.chance(3) {
            text = format!("ONLY {text}");
        }
        let cols = cols_of(&relation.columns);
        let (schema, name, is_table) = (relation.schema.clone(), relation.name.clone(), relation.is_table);
        let (text, env) = self.aliased(text, Some(schema), &name, cols, visible, taken);
        if is_table && !self.by_privilege && self.rng.chance(2) {
            return (format!("{text} TABLESAMPLE system (50) REPEATABLE (1)"), env);
        }
        (text, env)
    }

    fn aliased(
        &mut self,
        text: String,
        schema: Option<String>,
        name: &str,
        mut cols: Vec<Col>,
        visible: &Env,
        taken: &Env,
    ) -> (String, Env) {
        let is_taken = visible.srcs.iter().chain(&taken.srcs).any(|source| source.exposed == name);
        if !is_taken && self.rng.chance(40) {
            let source = Src { exposed: name.to_owned(), schema, cols: cols.clone() };
            return (text, Env { srcs: vec![source], cols });
        }
        let list = if self.rng.chance(10) && !cols.is_empty() { self.rename(&mut cols) } else { String::new() };
        let alias = self.name();
        let between = if self.rng.chance(60) { " AS" } else { "" };
        let source = Src { exposed: alias.clone(), schema: None, cols: cols.clone() };
        (format!("{text}{between} {}{list}", quote(&alias)), Env { srcs: vec![source], cols })
    }

    fn rename(&mut self, cols: &mut [Col]) -> String {
        let count = 1 + self.rng.below(cols.len());
        let mut names: Vec<String> = Vec::new();
        for col in &mut cols[..count] {
            let name = self.name();
            names.push(quote(&name));
            col.name = name;
        }
        format!(" ({})", names.join(", "))
    }

    /// An alias for a derived table, with a column list in `percent` of 100 cases.
    fn alias_of(&mut self, mut cols: Vec<Col>, percent: usize) -> (String, Env) {
        let list = if !cols.is_empty() && self.rng.chance(percent) { self.rename(&mut cols) } else { String::new() };
        let alias = self.name();
        let source = Src { exposed: alias.clone(), schema: None, cols: cols.clone() };
        (format!("AS {}{list}", quote(&alias)), Env { srcs: vec![source], cols })
    }

    /// A function in `FROM`: it sees the sources before it without being called lateral.
    fn table_function(&mut self, chain: &mut Chain, visible: &Env) -> (String, Env) {
        chain.push(visible.clone());
        let number = self.expr(Type::Int, chain, 0).0;
        let word = self.expr(Type::Text, chain, 0).0;
        let texts = self.expr(Type::Texts, chain, 0).0;
        let ints = self.expr(Type::Ints, chain, 0).0;
        let json = self.expr(Type::Json, chain, 0).0;
        chain.pop();
        if self.rng.chance(35) {
            return self.rare_function(chain, visible);
        }
        let alias = self.name();
        let written = quote(&alias);
        let (text, names): (String, Vec<(String, Type)>) = match self.rng.below(9) {
            0 => (format!("generate_series(1, {number}) AS {written}"), vec![(alias.clone(), Type::Int)]),
            1 => (format!("generate_series(1, {number}) AS {written} (n)"), vec![("n".into(), Type::Int)]),
            2 => (format!("unnest({texts}) AS {written} (item)"), vec![("item".into(), Type::Text)]),
            3 => (
                format!("unnest({ints}) WITH ORDINALITY AS {written} (part, nr)"),
                vec![("part".into(), Type::Int), ("nr".into(), Type::Other)],
            ),
            4 => (
                format!("jsonb_each_text({json}) AS {written}"),
                vec![("key".into(), Type::Text), ("value".into(), Type::Text)],
            ),
            5 => (
                format!("jsonb_to_recordset({json}) AS {written} (id int, note text)"),
                vec![("id".into(), Type::Int), ("note".into(), Type::Text)],
            ),
            6 => (
                format!("unnest({texts}, {ints}) AS {written} (item, part)"),
                vec![("item".into(), Type::Text), ("part".into(), Type::Int)],
            ),
            7 => (format!("jsonb_array_elements({json}) {written}"), vec![("value".into(), Type::Json)]),
            _ => (format!("string_to_table({word}, ',') AS {written}"), vec![(alias.clone(), Type::Text)]),
        };
        let cols: Vec<Col> = names.into_iter().map(|(name, ty)| Col { name, ty }).collect();
        let source = Src { exposed: alias, schema: None, cols: cols.clone() };
        (text, Env { srcs: vec![source], cols })
    }
}

/// Names that both sides have.
fn shared(left: &[Col], right: &[Col]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for col in left {
        if !col.name.is_empty() && !names.contains(&col.name) && right.iter().any(|other| other.name == col.name) {
            names.push(col.name.clone());
        }
    }
    names
}

/// Whether a side has the name once, with a type that can be compared.
fn usable(name: &str, cols: &[Col]) -> bool {
    let mut with_name = cols.iter().filter(|col| col.name == name);
    let first = with_name.next();
    first.is_some_and(|col| matches!(col.ty, Type::Int | Type::Text | Type::Date)) && with_name.next().is_none()
}

/// The columns of a join: the merged ones first.
fn merge(left: Env, right: Env, names: &[String]) -> Env {
    let is_merged = |col: &&Col| names.contains(&col.name);
    let mut cols: Vec<Col> =
        names.iter().filter_map(|name| left.cols.iter().find(|col| col.name == *name).cloned()).collect();
    cols.extend(left.cols.iter().filter(|col| !is_merged(col)).cloned());
    cols.extend(right.cols.iter().filter(|col| !is_merged(col)).cloned());
    let mut srcs = left.srcs;
    srcs.extend(right.srcs);
    Env { srcs, cols }
}
