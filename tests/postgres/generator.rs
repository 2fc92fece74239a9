//! Random queries over the relations of the server. Most of them are valid; `PostgreSQL` refuses the others.

use crate::oracle::{Column, Relation};
use crate::rng::Rng;

/// What kinds of values the generator tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Int,
    Text,
    Date,
    Bool,
    Texts,
    Ints,
    Json,
    Other,
}

/// A column that can be named.
#[derive(Clone, Debug)]
pub(crate) struct Col {
    /// Without quotes; empty when it has no name that the generator knows.
    pub(crate) name: String,
    pub(crate) ty: Type,
}

/// Something in `FROM` under the name that exposes it.
#[derive(Clone, Debug)]
pub(crate) struct Src {
    pub(crate) exposed: String,
    /// The schema before the name, when there is no alias.
    pub(crate) schema: Option<String>,
    pub(crate) cols: Vec<Col>,
}

/// The names of one query level.
#[derive(Clone, Debug, Default)]
pub(crate) struct Env {
    pub(crate) srcs: Vec<Src>,
    /// What `*` stands for, in order.
    pub(crate) cols: Vec<Col>,
}

impl Env {
    pub(crate) fn add(&mut self, other: Env) {
        self.srcs.extend(other.srcs);
        self.cols.extend(other.cols);
    }

    fn with(&self, other: &Env) -> Env {
        let mut both = self.clone();
        both.add(other.clone());
        both
    }
}

pub(crate) type Chain = Vec<Env>;

struct Cte {
    name: String,
    cols: Vec<Col>,
}

pub(crate) struct Generator<'w> {
    pub(crate) rng: Rng,
    pub(crate) relations: &'w [Relation],
    /// Views that the generator made itself, with their columns.
    pub(crate) made: Vec<(String, Vec<Col>)>,
    ctes: Vec<Cte>,
    fresh: usize,
    /// Inside statements whose answer comes from column privileges, where `(t).a` counts as the whole row.
    pub(crate) by_privilege: bool,
}

pub(crate) fn type_of(data_type: &str) -> Type {
    match data_type {
        "integer" => Type::Int,
        "text" => Type::Text,
        "date" => Type::Date,
        "boolean" => Type::Bool,
        "text[]" => Type::Texts,
        "integer[]" => Type::Ints,
        "jsonb" => Type::Json,
        _ => Type::Other,
    }
}

const WORDS: &[&str] = &[
    "select", "from", "user", "order", "table", "group", "where", "join", "left", "all", "end", "case", "when", "then",
];

/// An identifier as it is written: in quotes when it needs them.
pub(crate) fn quote(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if plain && !WORDS.contains(&name) { name.to_owned() } else { format!("\"{name}\"") }
}

pub(crate) fn cols_of(columns: &[Column]) -> Vec<Col> {
    columns.iter().map(|column| Col { name: column.name.clone(), ty: type_of(&column.data_type) }).collect()
}

impl<'w> Generator<'w> {
    pub(crate) fn new(seed: u64, relations: &'w [Relation]) -> Self {
        Self { rng: Rng::new(seed), relations, made: Vec::new(), ctes: Vec::new(), fresh: 0, by_privilege: false }
    }

    /// A name nobody uses yet, or now and then one that also names a column or table somewhere.
    pub(crate) fn name(&mut self) -> String {
        const KNOWN: &[&str] =
            &["id", "name", "status", "total", "person", "tag", "orders", "note", "price", "userId", "Mixed Case"];
        if self.rng.chance(25) {
            return self.rng.pick(KNOWN).to_owned();
        }
        self.fresh += 1;
        format!("{}{}", self.rng.pick(&["a", "b", "c", "x", "y", "col_", "t"]), self.fresh)
    }

    pub(crate) fn write_name(&mut self, name: &str) -> String {
        let written = quote(name);
        if written.starts_with('"') {
            return written;
        }
        match self.rng.below(20) {
            0 => written.to_uppercase(),
            1 => format!("\"{written}\""),
            _ => written,
        }
    }

    /// A query whose columns have the `wanted` types, or any.
    pub(crate) fn query(&mut self, chain: &mut Chain, depth: u32, wanted: Option<&[Type]>) -> (String, Vec<Col>) {
        let mark = self.ctes.len();
        let mut text = String::new();
        if depth > 0 && self.rng.chance(18) {
            text = self.with(chain, depth - 1);
        }
        let kind = self.rng.below(100);
        let (body, cols, is_select) = if kind < 78 || depth == 0 {
            let (body, cols) = self.select(chain, depth, wanted);
            (body, cols, true)
        } else if kind < 93 {
            let (body, cols) = self.set_operation(chain, depth - 1, wanted);
            (body, cols, false)
        } else if kind < 95 && wanted.is_none() {
            let relation = &self.relations[self.rng.below(self.relations.len())];
            let name = relation_name(relation);
            // sqlparser keeps no quotes of a name behind TABLE.
            if name.contains('"') {
                (format!("SELECT * FROM {name}"), cols_of(&relation.columns), false)
            } else {
                (format!("TABLE {name}"), cols_of(&relation.columns), false)
            }
        } else if kind < 97 {
            let (body, cols) = self.query(chain, depth - 1, wanted);
            (format!("({body})"), cols, false)
        } else {
            let (body, cols) = self.values(chain, wanted);
            (body, cols, false)
        };
        text.push_str(&body);
        if !is_select {
            if self.rng.chance(25) {
                let named: Vec<&Col> = cols.iter().filter(|col| !col.name.is_empty()).collect();
                if named.is_empty() || self.rng.chance(40) {
                    text.push_str(" ORDER BY 1");
                } else {
                    let at = self.rng.below(named.len());
                    text.push_str(&format!(" ORDER BY {}", quote(&named[at].name)));
                }
            }
            if self.rng.chance(10) {
                text.push_str(" LIMIT 5");
            }
        }
        self.ctes.truncate(mark);
        (text, cols)
    }

    fn with(&mut self, chain: &mut Chain, depth: u32) -> String {
        let count = 1 + self.rng.below(2);
        let is_recursive = self.rng.chance(30);
        let mut parts = Vec::new();
        for _ in 0..count {
            let name = if self.rng.chance(30) {
                self.relations[self.rng.below(self.relations.len())].name.clone()
            } else {
                self.name()
            };
            if is_recursive && self.rng.chance(60) {
                parts.push(self.recursive(chain, depth, &name));
                continue;
            }
            let (query, mut cols) = self.query(chain, depth, None);
            let mut head = quote(&name);
            if self.rng.chance(30) && !cols.is_empty() {
                let list = self.column_list(&mut cols);
                head = format!("{head} ({list})");
            }
            let hint = match self.rng.below(10) {
                0 => "MATERIALIZED ",
                1 => "NOT MATERIALIZED ",
                _ => "",
            };
            parts.push(format!("{head} AS {hint}({query})"));
            self.ctes.push(Cte { name, cols });
        }
        format!("WITH {}{} ", if is_recursive { "RECURSIVE " } else { "" }, parts.join(", "))
    }

    /// A recursive CTE: an anchor, and a step that joins itself to a table.
    fn recursive(&mut self, chain: &mut Chain, depth: u32, name: &str) -> String {
        let types = [Type::Int, Type::Text];
        let (anchor, anchor_cols) = self.select(chain, depth.min(1), Some(&types));
        let mut cols = anchor_cols;
        let mut head = quote(name);
        if self.rng.chance(70) || cols.iter().any(|col| col.name.is_empty()) || cols[0].name == cols[1].name {
            let list = self.column_list(&mut cols);
            head = format!("{head} ({list})");
        }
        let own = Src { exposed: "self".into(), schema: None, cols: cols.clone() };
        let mut env = Env { cols: cols.clone(), srcs: vec![own] };
        let mut from = format!("{} AS self", quote(name));
        if self.rng.chance(60) {
            let (text, other) = self.table(&env, &Env::default());
            env.add(other);
            chain.push(env);
            let condition = self.condition(chain, 0);
            from = format!("{from} JOIN {text} ON {condition}");
        } else {
            chain.push(env);
        }
        let items = [self.expr(Type::Int, chain, 0).0, self.expr(Type::Text, chain, 0).0];
        let condition = self.condition(chain, 0);
        chain.pop();
        self.ctes.push(Cte { name: name.to_owned(), cols });
        let union = if self.rng.chance(50) { "UNION ALL" } else { "UNION" };
        format!("{head} AS ({anchor} {union} SELECT {} FROM {from} WHERE {condition})", items.join(", "))
    }

    /// Gives new names to all or some of the columns.
    fn column_list(&mut self, cols: &mut [Col]) -> String {
        let count = if self.rng.chance(70) { cols.len() } else { 1 + self.rng.below(cols.len()) };
        let mut names: Vec<String> = Vec::new();
        for col in &mut cols[..count] {
            let mut name = self.name();
            while names.contains(&name) {
                self.fresh += 1;
                name = format!("k{}", self.fresh);
            }
            col.name.clone_from(&name);
            names.push(name);
        }
        names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
    }

    fn set_operation(&mut self, chain: &mut Chain, depth: u32, wanted: Option<&[Type]>) -> (String, Vec<Col>) {
        let types: Vec<Type> = match wanted {
            Some(types) => types.to_vec(),
            None => (0..=self.rng.below(3)).map(|_| self.scalar_type()).collect(),
        };
        let mut branches: Vec<String> = Vec::new();
        let mut named = Vec::new();
        for at in 0..2 + self.rng.below(2) {
            let (mut text, cols) = if self.rng.chance(15) && depth > 0 {
                let (text, cols) = self.query(chain, depth - 1, Some(&types));
                (format!("({text})"), cols)
            } else if self.rng.chance(10) {
                self.values(chain, Some(&types))
            } else {
                self.plain_select(chain, depth, Some(&types))
            };
            if at == 0 {
                named = cols;
            } else {
                let operator = self.rng.pick(&["UNION ALL", "UNION", "INTERSECT", "EXCEPT", "EXCEPT ALL"]);
                text = format!("{operator} {text}");
            }
            branches.push(text);
        }
        (branches.join(" "), named)
    }

    fn values(&mut self, chain: &mut Chain, wanted: Option<&[Type]>) -> (String, Vec<Col>) {
        let types: Vec<Type> = match wanted {
            Some(types) => types.to_vec(),
            None => vec![Type::Int, Type::Text],
        };
        let mut rows = Vec::new();
        for _ in 0..=self.rng.below(2) {
            let row: Vec<String> = types.iter().map(|&ty| self.expr(ty, chain, 0).0).collect();
            rows.push(format!("({})", row.join(", ")));
        }
        let cols = types.iter().enumerate().map(|(at, &ty)| Col { name: format!("column{}", at + 1), ty }).collect();
        (format!("VALUES {}", rows.join(", ")), cols)
    }

    pub(crate) fn scalar_type(&mut self) -> Type {
        [Type::Int, Type::Int, Type::Text, Type::Text, Type::Date][self.rng.below(5)]
    }

    /// A `SELECT` with all its clauses.
    fn select(&mut self, chain: &mut Chain, depth: u32, wanted: Option<&[Type]>) -> (String, Vec<Col>) {
        match self.rng.below(100) {
            0..=17 => self.grouped_select(chain, depth, wanted),
            18..=23 => self.distinct_select(chain, depth, wanted),
            _ => {
                let (mut text, cols) = self.plain_select(chain, depth, wanted);
                // The names that ORDER BY sees are those of the query itself; the environment is gone.
                if self.rng.chance(15) {
                    let named: Vec<&Col> = cols.iter().filter(|col| !col.name.is_empty()).collect();
                    let key = if named.is_empty() || self.rng.chance(30) {
                        "1".to_owned()
                    } else {
                        quote(&named[self.rng.below(named.len())].name)
                    };
                    text.push_str(&format!(" ORDER BY {key} DESC NULLS LAST"));
                }
                let ordered = text.ends_with(" NULLS LAST");
                text.push_str(match self.rng.below(40) {
                    0 | 1 => " LIMIT 3 OFFSET 1",
                    2 => " OFFSET 2 ROWS FETCH NEXT 3 ROWS ONLY",
                    3 if ordered => " FETCH FIRST (1 + 2) ROWS WITH TIES",
                    _ => "",
                });
                (text, cols)
            }
        }
    }

    fn plain_select(&mut self, chain: &mut Chain, depth: u32, wanted: Option<&[Type]>) -> (String, Vec<Col>) {
        let (from, env) = if self.rng.chance(3) && wanted.is_some() {
            (String::new(), Env::default())
        } else {
            let (from, env) = self.from(chain, depth);
            (format!(" FROM {from}"), env)
        };
        chain.push(env);
        let mut cols = Vec::new();
        let mut items = Vec::new();
        match wanted {
            Some(types) => {
                for &ty in types {
                    let (text, name) = self.output(ty, chain, depth);
                    items.push(text);
                    cols.push(Col { name, ty });
                }
            }
            None => {
                for _ in 0..=self.rng.below(4) {
                    self.any_item(chain, depth, &mut items, &mut cols);
                }
            }
        }
        let mut text = format!("SELECT {}{}{from}", if self.rng.chance(4) { "ALL " } else { "" }, items.join(", "));
        if self.rng.chance(55) {
            let condition = self.condition(chain, depth);
            text.push_str(&format!(" WHERE {condition}"));
        }
        if text.contains(" OVER w") || text.contains(" OVER (w ") {
            let part = self.expr(Type::Text, chain, 0).0;
            let order = self.expr(Type::Int, chain, 0).0;
            text.push_str(&format!(" WINDOW w AS (PARTITION BY {part} ORDER BY {order})"));
        }
        if self.rng.chance(12) && wanted.is_none() {
            let order = self.expr(Type::Int, chain, 0).0;
            text.push_str(&format!(" ORDER BY {order} + 0"));
        }
        chain.pop();
        (text, cols)
    }

    /// An item of a projection: `*`, `t.*`, or an expression.
    fn any_item(&mut self, chain: &mut Chain, depth: u32, items: &mut Vec<String>, cols: &mut Vec<Col>) {
        let env = chain.last().cloned().unwrap_or_default();
        let kind = self.rng.below(100);
        if kind < 12 && !env.cols.is_empty() {
            items.push("*".into());
            cols.extend(env.cols);
        } else if kind < 24 && !env.srcs.is_empty() {
            let source = &env.srcs[self.rng.below(env.srcs.len())];
            let name = self.write_name(&source.exposed);
            items.push(format!("{name}.*"));
            cols.extend(source.cols.clone());
        } else if kind < 30 {
            let (text, name) = self.window(chain);
            items.push(format!("{text} AS {}", quote(&name)));
            cols.push(Col { name, ty: Type::Other });
        } else {
            let mut ty = self.scalar_type();
            if self.rng.chance(8) {
                ty = [Type::Bool, Type::Texts, Type::Ints, Type::Json][self.rng.below(4)];
            }
            let (text, name) = self.output(ty, chain, depth);
            items.push(text);
            cols.push(Col { name, ty });
        }
    }

    /// An expression as an item, and the name of the column.
    fn output(&mut self, ty: Type, chain: &mut Chain, depth: u32) -> (String, String) {
        let (text, implied) = self.expr(ty, chain, depth);
        if self.rng.chance(if implied.is_empty() { 85 } else { 40 }) {
            let name = self.name();
            let between = if self.rng.chance(80) { "AS " } else { "" };
            return (format!("{text} {between}{}", quote(&name)), name);
        }
        (text, implied)
    }

    fn window(&mut self, chain: &mut Chain) -> (String, String) {
        let value = self.expr(Type::Int, chain, 0).0;
        let part = self.expr(Type::Text, chain, 0).0;
        let order = self.expr(Type::Int, chain, 0).0;
        let name = self.name();
        if self.rng.chance(35) {
            return (self.rare_window(chain), name);
        }
        let text = match self.rng.below(6) {
            0 => format!("sum({value}) OVER (PARTITION BY {part} ORDER BY {order})"),
            1 => format!("row_number() OVER (ORDER BY {order} DESC)"),
            2 => format!("lag({value}, 1) OVER w"),
            3 => format!("count(*) FILTER (WHERE {order} > 3) OVER (PARTITION BY {part})"),
            4 => format!("avg({value}) OVER (ORDER BY {order} ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"),
            _ => "rank() OVER w".to_string(),
        };
        (text, name)
    }

    fn grouped_select(&mut self, chain: &mut Chain, depth: u32, wanted: Option<&[Type]>) -> (String, Vec<Col>) {
        let (from, env) = self.from(chain, depth);
        chain.push(env);
        let key_types: Vec<Type> = match wanted {
            Some(types) => types.to_vec(),
            None => (0..=self.rng.below(2)).map(|_| self.scalar_type()).collect(),
        };
        let (mut items, mut cols, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        for (at, &ty) in key_types.iter().enumerate() {
            let (text, implied) = self.column(ty, chain, true).unwrap_or_else(|| self.expr(ty, chain, 0));
            let alias = self.rng.chance(50).then(|| self.name());
            keys.push(match (self.rng.below(3), &alias) {
                (0, _) => format!("{}", at + 1),
                (1, Some(alias)) => quote(alias),
                _ => text.clone(),
            });
            let name = alias.clone().unwrap_or(implied);
            items.push(match alias {
                Some(alias) => format!("{text} AS {}", quote(&alias)),
                None => text,
            });
            cols.push(Col { name, ty });
        }
        if wanted.is_none() {
            for _ in 0..=self.rng.below(2) {
                let name = self.name();
                items.push(format!("{} AS {}", self.aggregate(chain), quote(&name)));
                cols.push(Col { name, ty: Type::Other });
            }
        }
        let mut text = format!("SELECT {} FROM {from}", items.join(", "));
        if self.rng.chance(40) {
            let condition = self.condition(chain, depth);
            text.push_str(&format!(" WHERE {condition}"));
        }
        let by_name = keys.iter().all(|key| !key.starts_with(|c: char| c.is_ascii_digit()));
        text.push_str(" GROUP BY ");
        text.push_str(&match self.rng.below(10) {
            0 if by_name => format!("GROUPING SETS (({}), ({}))", keys.join(", "), keys[0]),
            1 if by_name => format!("ROLLUP ({})", keys.join(", ")),
            2 if by_name => format!("CUBE ({})", keys.join(", ")),
            3 if by_name => format!("DISTINCT ROLLUP ({0}), CUBE ({1})", keys.join(", "), keys[0]),
            4 if by_name => {
                format!("GROUPING SETS (({0}), ROLLUP ({0}), GROUPING SETS (({1}), ()))", keys.join(", "), keys[0])
            }
            _ => keys.join(", "),
        });
        if self.rng.chance(30) {
            let value = self.expr(Type::Int, chain, 0).0;
            text.push_str(&format!(" HAVING max({value}) > 1"));
        }
        if self.rng.chance(25) {
            let value = self.aggregate(chain);
            text.push_str(&format!(" ORDER BY {value}"));
        }
        chain.pop();
        (text, cols)
    }

    fn aggregate(&mut self, chain: &mut Chain) -> String {
        let value = self.expr(Type::Int, chain, 0).0;
        let word = self.expr(Type::Text, chain, 0).0;
        match self.rng.below(8) {
            0 => "count(*)".into(),
            1 => format!("sum({value})"),
            2 => format!("string_agg({word}, ',' ORDER BY {value})"),
            3 => format!("count(DISTINCT {word})"),
            4 => format!("max({value}) FILTER (WHERE {word} <> 'x')"),
            5 => format!("percentile_disc(0.5) WITHIN GROUP (ORDER BY {value})"),
            6 => format!("array_agg({value})"),
            _ => format!("min({word})"),
        }
    }

    fn distinct_select(&mut self, chain: &mut Chain, depth: u32, wanted: Option<&[Type]>) -> (String, Vec<Col>) {
        let (from, env) = self.from(chain, depth);
        chain.push(env);
        let types: Vec<Type> = match wanted {
            Some(types) => types.to_vec(),
            None => (0..=self.rng.below(3)).map(|_| self.scalar_type()).collect(),
        };
        let (mut items, mut cols) = (Vec::new(), Vec::new());
        for ty in types {
            let (text, name) = self.output(ty, chain, 0);
            items.push(text);
            cols.push(Col { name, ty });
        }
        let ty = self.scalar_type();
        let key = match self.rng.below(3) {
            0 => "1".to_owned(),
            1 if !cols[0].name.is_empty() => quote(&cols[0].name),
            _ => self.expr(ty, chain, 0).0,
        };
        let mut text = if self.rng.chance(70) {
            format!("SELECT DISTINCT ON ({key}) {} FROM {from}", items.join(", "))
        } else {
            format!("SELECT DISTINCT {} FROM {from}", items.join(", "))
        };
        if self.rng.chance(40) {
            let condition = self.condition(chain, depth);
            text.push_str(&format!(" WHERE {condition}"));
        }
        if self.rng.chance(60) {
            text.push_str(&format!(" ORDER BY {key}"));
        }
        chain.pop();
        (text, cols)
    }

    pub(crate) fn ctes(&self) -> Vec<(String, Vec<Col>)> {
        self.ctes.iter().map(|cte| (cte.name.clone(), cte.cols.clone())).collect()
    }

    /// Makes a CTE known to what follows; `forget_ctes` ends that.
    pub(crate) fn know_cte(&mut self, name: String, cols: Vec<Col>) {
        self.ctes.push(Cte { name, cols });
    }

    pub(crate) fn forget_ctes(&mut self) {
        self.ctes.clear();
    }

    #[expect(clippy::unused_self, reason = "reads like its siblings")]
    pub(crate) fn both(&self, one: &Env, other: &Env) -> Env {
        one.with(other)
    }
}

/// A relation's name as it is written.
pub(crate) fn relation_name(relation: &Relation) -> String {
    let name = quote(&relation.name);
    if relation.schema == "public" { name } else { format!("{}.{name}", relation.schema) }
}
