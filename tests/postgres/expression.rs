//! Random expressions.

use crate::generator::{Chain, Generator, Type, quote};

impl Generator<'_> {
    /// The name of a column of that type, and the name that it has as an output.
    pub(crate) fn column(&mut self, ty: Type, chain: &Chain, own_level: bool) -> Option<(String, String)> {
        let mut fitting: Vec<(usize, usize, usize)> = Vec::new();
        for (level, env) in chain.iter().enumerate() {
            let is_own = level + 1 == chain.len();
            if own_level && !is_own {
                continue;
            }
            for (source, src) in env.srcs.iter().enumerate() {
                for (at, col) in src.cols.iter().enumerate() {
                    if col.ty == ty && !col.name.is_empty() {
                        // The own level is what is meant most of the time.
                        fitting.extend(std::iter::repeat_n((level, source, at), if is_own { 4 } else { 1 }));
                    }
                }
            }
        }
        if fitting.is_empty() {
            return None;
        }
        let (level, source, at) = fitting[self.rng.below(fitting.len())];
        let src = chain[level].srcs[source].clone();
        let name = src.cols[at].name.clone();
        let nearest = chain.iter().rposition(|env| env.cols.iter().any(|col| col.name == name));
        let is_unique = nearest == Some(level) && chain[level].cols.iter().filter(|col| col.name == name).count() == 1;
        let written = self.write_name(&name);
        let bare = if is_unique { self.rng.chance(60) } else { self.rng.chance(4) };
        if bare {
            return Some((written, name));
        }
        let exposed = self.write_name(&src.exposed);
        if let Some(schema) = &src.schema
            && self.rng.chance(8)
        {
            return Some((format!("{schema}.{exposed}.{written}"), name));
        }
        // `(x).name` is a cast of the column `x`, where one is called so; there the resolver takes the row.
        let is_cast = name == "name" && chain.iter().any(|env| env.cols.iter().any(|col| col.name == src.exposed));
        if !self.by_privilege && !is_cast && self.rng.chance(3) {
            return Some((format!("({exposed}).{written}"), name));
        }
        Some((format!("{exposed}.{written}"), name))
    }

    fn literal(&mut self, ty: Type) -> String {
        match ty {
            Type::Int => format!("{}", self.rng.below(50)),
            Type::Text => format!("'{}'", self.rng.pick(&["x", "open", "it''s", "a.b"])),
            Type::Date => "DATE '2024-01-31'".into(),
            Type::Bool => self.rng.pick(&["true", "false"]).to_owned(),
            Type::Texts => "ARRAY['a', 'b']".into(),
            Type::Ints => "ARRAY[1, 2]".into(),
            Type::Json => "'{}'::jsonb".into(),
            Type::Other => "NULL".into(),
        }
    }

    /// An expression of that type, and its name as an output when it is a column's.
    pub(crate) fn expr(&mut self, ty: Type, chain: &mut Chain, depth: u32) -> (String, String) {
        if self.rng.chance(55)
            && let Some(found) = self.column(ty, chain, false)
        {
            return found;
        }
        let text = match ty {
            Type::Int => self.number(chain, depth),
            Type::Text => self.word(chain, depth),
            Type::Date => match self.rng.below(4) {
                0 => "current_date".into(),
                1 => format!("{} + {}", self.leaf(Type::Date, chain), self.leaf(Type::Int, chain)),
                2 => format!("greatest({}, {})", self.leaf(Type::Date, chain), self.leaf(Type::Date, chain)),
                _ => self.leaf(Type::Date, chain),
            },
            Type::Bool => format!("({})", self.condition(chain, depth)),
            Type::Texts => match self.rng.below(3) {
                0 => format!("ARRAY[{}, 'x']", self.leaf(Type::Text, chain)),
                1 => format!("string_to_array({}, ',')", self.leaf(Type::Text, chain)),
                _ => self.leaf(Type::Texts, chain),
            },
            Type::Ints => match self.rng.below(3) {
                0 => format!("ARRAY[{}, 1]", self.leaf(Type::Int, chain)),
                1 if depth > 0 => {
                    let (query, _) = self.query(chain, depth - 1, Some(&[Type::Int]));
                    format!("ARRAY({query})")
                }
                _ => self.leaf(Type::Ints, chain),
            },
            Type::Json => match self.rng.below(4) {
                0 => format!("jsonb_build_object('k', {})", self.leaf(Type::Int, chain)),
                1 => format!("to_jsonb({})", self.leaf(Type::Text, chain)),
                2 => self.whole_row(chain).map_or_else(|| "'[]'::jsonb".into(), |row| format!("to_jsonb({row})")),
                _ => self.leaf(Type::Json, chain),
            },
            Type::Other => "NULL".into(),
        };
        (text, String::new())
    }

    /// A column, or a literal where there is none.
    pub(crate) fn leaf(&mut self, ty: Type, chain: &mut Chain) -> String {
        if self.rng.chance(85)
            && let Some((text, _)) = self.column(ty, chain, false)
        {
            return text;
        }
        self.literal(ty)
    }

    fn number(&mut self, chain: &mut Chain, depth: u32) -> String {
        if self.rng.chance(15) {
            return self.rare_number(chain);
        }
        match self.rng.below(13) {
            0 => format!("{} + {}", self.leaf(Type::Int, chain), self.leaf(Type::Int, chain)),
            1 => format!("coalesce({}, {})", self.leaf(Type::Int, chain), self.leaf(Type::Int, chain)),
            2 => format!(
                "CASE WHEN {} THEN {} ELSE {} END",
                self.condition(chain, 0),
                self.leaf(Type::Int, chain),
                self.leaf(Type::Int, chain)
            ),
            3 => format!("length({})", self.leaf(Type::Text, chain)),
            4 if depth > 0 => {
                let (query, _) = self.query(chain, depth - 1, Some(&[Type::Int]));
                format!("({query})")
            }
            5 => format!("extract(year FROM {})::int", self.leaf(Type::Date, chain)),
            6 => format!("array_length({}, 1)", self.leaf(Type::Texts, chain)),
            7 => format!("({} ->> 'n')::int", self.leaf(Type::Json, chain)),
            8 => format!("({})[1]", self.leaf(Type::Ints, chain)),
            9 => format!("{} - {}", self.leaf(Type::Date, chain), self.leaf(Type::Date, chain)),
            10 => format!("CAST({} AS int)", self.leaf(Type::Text, chain)),
            11 => format!("CASE {} WHEN 'x' THEN {} END", self.leaf(Type::Text, chain), self.leaf(Type::Int, chain)),
            _ => self.literal(Type::Int),
        }
    }

    fn word(&mut self, chain: &mut Chain, depth: u32) -> String {
        if self.rng.chance(15) {
            return self.rare_word(chain);
        }
        match self.rng.below(12) {
            0 => format!("{} || {}", self.leaf(Type::Text, chain), self.leaf(Type::Text, chain)),
            1 => format!("upper({})", self.leaf(Type::Text, chain)),
            2 => format!("{}::text", self.leaf(Type::Int, chain)),
            3 => format!("({})[1]", self.leaf(Type::Texts, chain)),
            4 => format!("{} ->> 'name'", self.leaf(Type::Json, chain)),
            5 if depth > 0 => {
                let (query, _) = self.query(chain, depth - 1, Some(&[Type::Text]));
                format!("({query} LIMIT 1)")
            }
            6 => format!("substring({} FROM 1 FOR 3)", self.leaf(Type::Text, chain)),
            7 => format!("to_char({}, 'YYYY')", self.leaf(Type::Date, chain)),
            8 => self.whole_row(chain).map_or_else(|| "'row'".into(), |row| format!("({row})::text")),
            9 => format!("trim(both 'x' from {})", self.leaf(Type::Text, chain)),
            10 => format!("nullif({}, 'x') COLLATE \"C\"", self.leaf(Type::Text, chain)),
            _ => self.literal(Type::Text),
        }
    }

    /// A whole row as a value: the name of a source, or behind a dot of it.
    fn whole_row(&mut self, chain: &Chain) -> Option<String> {
        let env = chain.last()?;
        if env.srcs.is_empty() {
            return None;
        }
        let exposed = env.srcs[self.rng.below(env.srcs.len())].exposed.clone();
        let written = self.write_name(&exposed);
        // Behind a cast or in a call both are the row; alone only the name is.
        Some(if self.rng.chance(30) { format!("{written}.*") } else { written })
    }

    /// A condition.
    pub(crate) fn condition(&mut self, chain: &mut Chain, depth: u32) -> String {
        let simple = self.simple_condition(chain, depth);
        match self.rng.below(10) {
            0 | 1 => format!("{simple} AND {}", self.simple_condition(chain, depth)),
            2 => format!("({simple} OR {})", self.simple_condition(chain, depth)),
            3 => format!("NOT ({simple})"),
            _ => simple,
        }
    }

    fn simple_condition(&mut self, chain: &mut Chain, depth: u32) -> String {
        if self.rng.chance(12) {
            return self.rare_condition(chain);
        }
        let ty = self.scalar_type();
        match self.rng.below(16) {
            0 => format!("{} IS NOT NULL", self.leaf(ty, chain)),
            1 => format!("{} IN ({}, {})", self.leaf(ty, chain), self.literal(ty), self.leaf(ty, chain)),
            2 => format!("{} BETWEEN {} AND {}", self.leaf(ty, chain), self.leaf(ty, chain), self.leaf(ty, chain)),
            3 => format!("{} LIKE 'a%'", self.leaf(Type::Text, chain)),
            4 | 5 if depth > 0 => {
                let not = if self.rng.chance(30) { "NOT " } else { "" };
                let (query, _) = self.query(chain, depth - 1, None);
                format!("{not}EXISTS ({query})")
            }
            6 | 7 if depth > 0 => {
                let value = self.leaf(ty, chain);
                let (query, _) = self.query(chain, depth - 1, Some(&[ty]));
                format!("{value} IN ({query})")
            }
            8 if depth > 0 => {
                let value = self.leaf(Type::Int, chain);
                let (query, _) = self.query(chain, depth - 1, Some(&[Type::Int]));
                format!("{value} > {} ({query})", self.rng.pick(&["ANY", "ALL"]))
            }
            9 if depth > 0 => {
                let row = format!("({}, {})", self.leaf(Type::Int, chain), self.leaf(Type::Text, chain));
                let (query, _) = self.query(chain, depth - 1, Some(&[Type::Int, Type::Text]));
                format!("{row} IN ({query})")
            }
            10 => format!("{} = ANY ({})", self.leaf(Type::Text, chain), self.leaf(Type::Texts, chain)),
            11 => format!("{} IS DISTINCT FROM {}", self.leaf(ty, chain), self.leaf(ty, chain)),
            12 => format!(
                "({}, {}) = ({}, {})",
                self.leaf(ty, chain),
                self.leaf(Type::Int, chain),
                self.leaf(ty, chain),
                self.literal(Type::Int)
            ),
            13 => match self.column(Type::Bool, chain, false) {
                Some((text, _)) => text,
                None => "1 = 1".into(),
            },
            14 if chain.last().is_some_and(|env| !env.srcs.is_empty()) => {
                let env = chain.last().expect("it was just looked at");
                let exposed = quote(&env.srcs[self.rng.below(env.srcs.len())].exposed);
                match self.rng.below(3) {
                    0 => format!("{exposed} IS NOT NULL"),
                    1 => format!("{exposed}.ctid IS NOT NULL"),
                    _ => format!("{exposed}.tableoid = 5"),
                }
            }
            _ => {
                format!("{} {} {}", self.leaf(ty, chain), self.rng.pick(&["=", "<>", "<", ">="]), self.leaf(ty, chain))
            }
        }
    }
}
