//! What `PostgreSQL` says of a statement: the columns that a view depends on, and the columns whose privileges a
//! prepared statement needs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::server::Server;

/// A column of the schema, or of a view made on the way.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Its name without quotes; empty when it cannot be named.
    pub(crate) name: String,
    /// Its type.
    pub(crate) data_type: String,
}

/// A relation as the server knows it.
#[derive(Clone, Debug)]
pub(crate) struct Relation {
    /// Its schema.
    pub(crate) schema: String,
    /// Its name without quotes.
    pub(crate) name: String,
    /// Whether rows can be written to it.
    pub(crate) is_table: bool,
    /// Its columns in order.
    pub(crate) columns: Vec<Column>,
    /// Columns of its primary key.
    pub(crate) key: Vec<String>,
}

/// What a statement reads and writes, as `table.column`, and for a view the names of its columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Truth {
    pub(crate) reads: BTreeSet<String>,
    pub(crate) writes: BTreeSet<String>,
    pub(crate) outputs: Vec<String>,
}

const SHOWN: &str = "CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname";

/// All relations of both schemas.
pub(crate) fn relations(server: &Server) -> Vec<Relation> {
    let (out, _) = server.psql(
        "SELECT n.nspname, c.relname, c.relkind, a.attname, format_type(a.atttypid, -1), \
         coalesce((SELECT a.attnum = ANY(k.conkey) FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p'), false) \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid \
         WHERE n.nspname IN ('public', 'audit') AND c.relkind IN ('r', 'v', 'm') AND a.attnum > 0 ORDER BY c.oid, a.attnum;",
    );
    let mut found: Vec<Relation> = Vec::new();
    for line in out.lines() {
        let fields: Vec<&str> = line.split('|').collect();
        let [schema, name, kind, column, data_type, is_key] = fields[..] else { continue };
        if !found.last().is_some_and(|last| last.schema == schema && last.name == name) {
            found.push(Relation {
                schema: schema.into(),
                name: name.into(),
                is_table: kind == "r",
                columns: Vec::new(),
                key: Vec::new(),
            });
        }
        let last = found.last_mut().expect("one was just pushed");
        last.columns.push(Column { name: column.into(), data_type: data_type.into() });
        if is_key == "t" {
            last.key.push(column.into());
        }
    }
    found
}

/// Makes the views and tells, for each that was accepted, the columns that it depends on. The messages are those of
/// the refused ones.
pub(crate) fn views(server: &Server, views: &[(String, String)]) -> (BTreeMap<String, Truth>, Vec<String>) {
    let mut script = String::new();
    for (_, statement) in views {
        let _ = writeln!(script, "{statement};");
    }
    let _ = writeln!(
        script,
        "SELECT 'd', v.relname, {SHOWN} || '.' || a.attname FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid \
         JOIN pg_class v ON v.oid = r.ev_class JOIN pg_class c ON c.oid = d.refobjid \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid \
         WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 \
         AND v.relname ~ '^g_' AND c.oid <> v.oid;\n\
         SELECT 'o', c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
         WHERE c.relname ~ '^g_' AND c.relkind = 'v' AND a.attnum > 0 ORDER BY c.oid, a.attnum;\n\
         SELECT 'v', c.relname, '' FROM pg_class c WHERE c.relname ~ '^g_' AND c.relkind = 'v';"
    );
    let (out, err) = server.psql(&script);
    let mut found: BTreeMap<String, Truth> = BTreeMap::new();
    for line in out.lines() {
        let mut fields = line.splitn(3, '|');
        let (Some(kind), Some(view), Some(column)) = (fields.next(), fields.next(), fields.next()) else { continue };
        let truth = found.entry(view.to_owned()).or_default();
        match kind {
            "d" => {
                truth.reads.insert(column.to_owned());
            }
            "o" => truth.outputs.push(column.to_owned()),
            _ => {}
        }
    }
    (found, refusals(&err))
}

/// Takes all generated views away.
pub(crate) fn drop_views(server: &Server) {
    server.psql(
        "SELECT format('DROP VIEW IF EXISTS %I CASCADE', relname) FROM pg_class WHERE relname ~ '^g_' AND relkind = 'v' \\gexec",
    );
}

/// Prepares the statements and tells, for each that was accepted, the columns whose privileges it needs.
pub(crate) fn prepared(server: &Server, statements: &[String]) -> (BTreeMap<usize, Truth>, Vec<String>) {
    let (names, _) = server.psql(&format!(
        "SELECT c.oid, a.attnum, {SHOWN} || '.' || a.attname FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 \
         WHERE n.nspname IN ('public', 'audit') AND c.relkind IN ('r', 'v', 'm', 'f', 'p');"
    ));
    let mut columns: BTreeMap<(u32, u32), String> = BTreeMap::new();
    for line in names.lines() {
        let mut fields = line.splitn(3, '|');
        if let (Some(Ok(relation)), Some(Ok(number)), Some(name)) =
            (fields.next().map(str::parse), fields.next().map(str::parse), fields.next())
        {
            columns.insert((relation, number), name.to_owned());
        }
    }
    let mut script =
        String::from("SET client_min_messages = log; SET debug_print_parse = on; SET debug_pretty_print = off;\n");
    for (at, statement) in statements.iter().enumerate() {
        let _ = writeln!(script, "\\warn @@{at}\nPREPARE p_{at} AS {statement};\nDEALLOCATE p_{at};");
    }
    let (_, err) = server.psql(&script);
    let mut found: BTreeMap<usize, Truth> = BTreeMap::new();
    let mut refused = Vec::new();
    for part in err.split("@@").skip(1) {
        let Some((at, messages)) = part.split_once('\n') else { continue };
        let Ok(at) = at.parse::<usize>() else { continue };
        match messages.lines().find(|line| line.contains("ERROR:")) {
            Some(error) => refused.push(format!("{error}\n    {}", statements[at])),
            None => privileges(messages, &columns, found.entry(at).or_default()),
        }
    }
    (found, refused)
}

/// Gathers the column sets of all range table entries in a printed parse tree.
fn privileges(tree: &str, columns: &BTreeMap<(u32, u32), String>, truth: &mut Truth) {
    /// The bit of column 0; system columns are below it.
    const WHOLE_ROW: u32 = 7;
    let words: Vec<&str> = tree.split([' ', '\n', '(', ')', '{', '}']).filter(|word| !word.is_empty()).collect();
    let mut relation = 0;
    for (at, &word) in words.iter().enumerate() {
        let next = words.get(at + 1).copied().unwrap_or("");
        match word {
            ":relid" => relation = next.parse().unwrap_or(0),
            // The row image EXCLUDED has the table's id and its own kind.
            ":relkind" if next == "c" => relation = 0,
            ":selectedCols" | ":insertedCols" | ":updatedCols" => {
                let into = if word == ":selectedCols" { &mut truth.reads } else { &mut truth.writes };
                let bits =
                    words[at + 1..].iter().skip_while(|word| **word == "b").map_while(|word| word.parse::<u32>().ok());
                for bit in bits.filter(|bit| *bit > WHOLE_ROW) {
                    into.extend(columns.get(&(relation, bit - WHOLE_ROW)).cloned());
                }
            }
            _ => {}
        }
    }
}

fn refusals(messages: &str) -> Vec<String> {
    messages.lines().filter(|line| line.contains("ERROR:")).map(ToOwned::to_owned).collect()
}
