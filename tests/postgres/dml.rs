//! Random `INSERT`, `UPDATE`, `DELETE` and `MERGE`, also inside of `WITH`.

use crate::generator::{Chain, Col, Env, Generator, Src, Type, cols_of, quote, relation_name};
use crate::oracle::Relation;

impl Generator<'_> {
    /// A statement that writes.
    pub(crate) fn dml(&mut self) -> String {
        let mut chain: Chain = Vec::new();
        self.forget_ctes();
        let text = match self.rng.below(12) {
            0..=3 => self.insert(&mut chain).0,
            4..=6 => self.update(&mut chain).0,
            7..=8 => self.delete(&mut chain).0,
            9 => self.merge_into(&mut chain),
            _ => self.writing_with(&mut chain),
        };
        self.forget_ctes();
        text
    }

    fn target(&mut self) -> Relation {
        let tables: Vec<&Relation> = self.relations.iter().filter(|relation| relation.is_table).collect();
        tables[self.rng.below(tables.len())].clone()
    }

    /// The target with or without an alias, as its source.
    fn written(&mut self, relation: &Relation) -> (String, Src) {
        let cols = cols_of(&relation.columns);
        if self.rng.chance(50) {
            let alias = self.name();
            let text = format!("{} AS {}", relation_name(relation), quote(&alias));
            return (text, Src { exposed: alias, schema: None, cols });
        }
        (relation_name(relation), Src { exposed: relation.name.clone(), schema: None, cols })
    }

    fn some_columns(&mut self, cols: &[Col]) -> Vec<Col> {
        let mut some: Vec<Col> = Vec::new();
        for col in cols {
            if self.rng.chance(45) {
                some.push(col.clone());
            }
        }
        if some.is_empty() {
            some.push(cols[self.rng.below(cols.len())].clone());
        }
        some
    }

    fn returning(&mut self, chain: &mut Chain, env: Env) -> (String, Vec<Col>) {
        if !self.rng.chance(45) {
            return (String::new(), Vec::new());
        }
        if self.rng.chance(30) {
            let cols = env.cols.clone();
            return (" RETURNING *".into(), cols);
        }
        chain.push(env);
        let (mut items, mut cols) = (Vec::new(), Vec::new());
        for _ in 0..=self.rng.below(3) {
            let ty = self.scalar_type();
            let name = self.name();
            items.push(format!("{} AS {}", self.expr(ty, chain, 1).0, quote(&name)));
            cols.push(Col { name, ty });
        }
        chain.pop();
        (format!(" RETURNING {}", items.join(", ")), cols)
    }

    fn insert(&mut self, chain: &mut Chain) -> (String, Vec<Col>) {
        let relation = self.target();
        let (target, source) = self.written(&relation);
        let all = source.cols.clone();
        let env = Env { cols: all.clone(), srcs: vec![source.clone()] };
        let has_list = self.rng.chance(65);
        let filled = if has_list { self.some_columns(&all) } else { all[..=self.rng.below(all.len())].to_vec() };
        let list = if has_list {
            let names: Vec<String> = filled.iter().map(|col| self.write_name(&col.name)).collect();
            format!(" ({})", names.join(", "))
        } else {
            String::new()
        };
        let types: Vec<Type> = filled.iter().map(|col| col.ty).collect();
        let body = match self.rng.below(10) {
            0 if !has_list => "DEFAULT VALUES".to_owned(),
            0..=3 => {
                let mut rows = Vec::new();
                for _ in 0..=self.rng.below(2) {
                    let mut row = Vec::new();
                    for &ty in &types {
                        row.push(if self.rng.chance(10) { "DEFAULT".into() } else { self.expr(ty, chain, 1).0 });
                    }
                    rows.push(format!("({})", row.join(", ")));
                }
                format!("VALUES {}", rows.join(", "))
            }
            _ => self.query(chain, 2, Some(&types)).0,
        };
        let mut text = format!("INSERT INTO {target}{list} {body}");
        if self.rng.chance(40) {
            let key: Vec<String> = relation.key.iter().map(|name| quote(name)).collect();
            if self.rng.chance(30) {
                text.push_str(" ON CONFLICT DO NOTHING");
            } else if self.rng.chance(20) {
                text.push_str(&format!(" ON CONFLICT {} DO NOTHING", self.arbiter(&relation, &key)));
            } else {
                let row = Src { exposed: "excluded".into(), schema: None, cols: all.clone() };
                chain.push(Env { cols: all.clone(), srcs: vec![source, row] });
                let assigned = self.assignments(&all, chain);
                let arbiter = self.arbiter(&relation, &key);
                text.push_str(&format!(" ON CONFLICT {arbiter} DO UPDATE SET {assigned}"));
                if self.rng.chance(40) {
                    text.push_str(&format!(" WHERE {}", self.condition(chain, 1)));
                }
                chain.pop();
            }
        }
        let (returning, cols) = self.returning(chain, env);
        (text + &returning, cols)
    }

    /// The key that a conflict is about, by its columns or by its name.
    fn arbiter(&mut self, relation: &Relation, key: &[String]) -> String {
        if self.rng.chance(35) {
            return format!("ON CONSTRAINT {}", quote(&format!("{}_pkey", relation.name)));
        }
        format!("({})", key.join(", "))
    }

    fn assignments(&mut self, all: &[Col], chain: &mut Chain) -> String {
        let some = self.some_columns(all);
        if some.len() > 1 && self.rng.chance(25) {
            let names: Vec<String> = some.iter().map(|col| quote(&col.name)).collect();
            let types: Vec<Type> = some.iter().map(|col| col.ty).collect();
            return if self.rng.chance(50) {
                let (query, _) = self.query(chain, 1, Some(&types));
                format!("({}) = ({query})", names.join(", "))
            } else {
                let values: Vec<String> = types.iter().map(|&ty| self.expr(ty, chain, 1).0).collect();
                let row = self.rng.pick(&["", "ROW"]);
                format!("({}) = {row}({})", names.join(", "), values.join(", "))
            };
        }
        let mut parts = Vec::new();
        for col in some {
            let value = if self.rng.chance(8) { "DEFAULT".into() } else { self.expr(col.ty, chain, 1).0 };
            let name = self.write_name(&col.name);
            let element = match col.ty {
                Type::Texts if self.rng.chance(50) => Some(Type::Text),
                Type::Ints if self.rng.chance(50) => Some(Type::Int),
                _ => None,
            };
            parts.push(match element {
                Some(element) if value != "DEFAULT" => self.element(&name, element, &value, chain),
                _ => format!("{name} = {value}"),
            });
        }
        parts.join(", ")
    }

    /// The assignment of an element or a slice of an array, chosen by numbers or columns.
    fn element(&mut self, name: &str, element: Type, whole: &str, chain: &mut Chain) -> String {
        let number = self.leaf(Type::Int, chain);
        let value = self.expr(element, chain, 1).0;
        match self.rng.below(5) {
            0 => format!("{name}[2] = {value}"),
            1 => format!("{name}[1:{number}] = {whole}"),
            2 => format!("{name}[{number}:{}] = {whole}", self.leaf(Type::Int, chain)),
            3 => format!("{name}[abs({number}) + 1] = {value}"),
            _ => format!("{name}[{number}] = {value}"),
        }
    }

    fn update(&mut self, chain: &mut Chain) -> (String, Vec<Col>) {
        let relation = self.target();
        let (target, source) = self.written(&relation);
        let all = source.cols.clone();
        let mut env = Env { cols: all.clone(), srcs: vec![source] };
        let mut from = String::new();
        if self.rng.chance(45) {
            let (text, more) = self.from(chain, 1);
            from = format!(" FROM {text}");
            env.add(more);
        }
        chain.push(env);
        let assigned = self.assignments(&all, chain);
        let mut text = format!("UPDATE {target} SET {assigned}{from}");
        if self.rng.chance(70) {
            text.push_str(&format!(" WHERE {}", self.condition(chain, 2)));
        }
        let env = chain.pop().unwrap_or_default();
        let (returning, cols) = self.returning(chain, env);
        (text + &returning, cols)
    }

    fn delete(&mut self, chain: &mut Chain) -> (String, Vec<Col>) {
        let relation = self.target();
        let (target, source) = self.written(&relation);
        let mut env = Env { cols: source.cols.clone(), srcs: vec![source] };
        let mut text = format!("DELETE FROM {target}");
        if self.rng.chance(40) {
            let (from, more) = self.from(chain, 1);
            text.push_str(&format!(" USING {from}"));
            env.add(more);
        }
        chain.push(env);
        if self.rng.chance(80) {
            text.push_str(&format!(" WHERE {}", self.condition(chain, 2)));
        }
        let env = chain.pop().unwrap_or_default();
        let (returning, cols) = self.returning(chain, env);
        (text + &returning, cols)
    }

    fn merge_into(&mut self, chain: &mut Chain) -> String {
        let relation = self.target();
        let (target, written) = self.written(&relation);
        let all = written.cols.clone();
        let own = Env { cols: Vec::new(), srcs: vec![written.clone()] };
        let (using, other) = if self.rng.chance(30) {
            let (first, left) = self.table(&own, &Env::default());
            let (second, right) = self.table(&self.both(&own, &left), &Env::default());
            chain.push(self.both(&left, &right));
            let condition = self.condition(chain, 0);
            chain.pop();
            (format!("{first} LEFT JOIN {second} ON {condition}"), self.both(&left, &right))
        } else if self.rng.chance(60) {
            self.table(&Env { cols: Vec::new(), srcs: vec![written.clone()] }, &Env::default())
        } else {
            let (query, cols) = self.query(chain, 1, Some(&[Type::Int, Type::Text]));
            let alias = self.name();
            let source = Src { exposed: alias.clone(), schema: None, cols: cols.clone() };
            (format!("({query}) AS {}", quote(&alias)), Env { cols, srcs: vec![source] })
        };
        let both = self.both(&Env { cols: all.clone(), srcs: vec![written] }, &other);
        chain.push(both);
        let mut text = format!("MERGE INTO {target} USING {using} ON {}", self.condition(chain, 1));
        if self.rng.chance(80) {
            let extra = if self.rng.chance(40) { format!(" AND {}", self.condition(chain, 0)) } else { String::new() };
            let action = match self.rng.below(4) {
                0 => "DELETE".to_owned(),
                1 => "DO NOTHING".to_owned(),
                _ => format!("UPDATE SET {}", self.assignments(&all, chain)),
            };
            text.push_str(&format!(" WHEN MATCHED{extra} THEN {action}"));
        }
        chain.pop();
        if text.contains(" WHEN ") && self.rng.chance(10) {
            text.push_str(" WHEN NOT MATCHED THEN INSERT DEFAULT VALUES");
        } else if self.rng.chance(60) || !text.contains(" WHEN ") {
            chain.push(other);
            let some = self.some_columns(&all);
            let names: Vec<String> = some.iter().map(|col| quote(&col.name)).collect();
            let values: Vec<String> = some.iter().map(|col| self.expr(col.ty, chain, 0).0).collect();
            text.push_str(&format!(
                " WHEN NOT MATCHED THEN INSERT ({}) VALUES ({})",
                names.join(", "),
                values.join(", ")
            ));
            chain.pop();
        }
        text
    }

    /// Statements that write inside of `WITH`, whose rows another one reads.
    fn writing_with(&mut self, chain: &mut Chain) -> String {
        let mut parts = Vec::new();
        for at in 0..=self.rng.below(2) {
            let (text, cols) = match self.rng.below(3) {
                0 => self.insert(chain),
                1 => self.update(chain),
                _ => self.delete(chain),
            };
            let name = format!("w{at}");
            parts.push(format!("{name} AS ({text})"));
            if !cols.is_empty() {
                self.know_cte(name, cols);
            }
        }
        let body = match self.rng.below(3) {
            0 => self.update(chain).0,
            1 => self.insert(chain).0,
            _ => self.query(chain, 1, None).0,
        };
        format!("WITH {} {body}", parts.join(", "))
    }
}
