//! A differential test: every column that a statement reads or writes is the one that a real `PostgreSQL` finds.
//!
//! Statements of ours (`handwritten.sql`) and of a generator run against a server that the test starts. What it says
//! of a view stands in `pg_depend`, what it says of a statement that writes in the column privileges of the parse
//! tree. The seed is fixed; `COLUMNIST_PG_SEEDS=n` takes as many fresh ones, `COLUMNIST_PG_SEED=s` begins at `s`,
//! `COLUMNIST_PG_QUERIES=n` makes that many statements for each, and `COLUMNIST_PG_SHOW=n` prints so many
//! disagreements, `COLUMNIST_PG_REFUSED=1` why the server refused statements, and `COLUMNIST_PG_DUMP=FILE` keeps the
//! views of the last batch.
#![allow(clippy::print_stderr, clippy::format_push_string, clippy::too_many_lines)]

mod dml;
mod expression;
mod from;
mod generator;
mod oracle;
mod rare;
mod rng;
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use columnist::answer::statements::{StatementReport, statements};
use columnist::model::statement::Dialect;

use generator::Generator;
use oracle::{Relation, Truth};
use server::Server;

const SCHEMA: &str = include_str!("schema.sql");
const HANDWRITTEN: &str = include_str!("handwritten.sql");
/// Statements that one session makes before its views are dropped.
const BATCH: usize = 500;

/// A view that is to be made.
struct View {
    name: String,
    statement: String,
    /// Whether the view names its columns itself.
    has_list: bool,
}

#[derive(Default)]
struct Tally {
    ran: usize,
    refused: Vec<String>,
    disagreements: Vec<String>,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.ran += other.ran;
        self.refused.extend(other.refused);
        self.disagreements.extend(other.disagreements);
    }
}

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn columns_are_those_that_postgresql_finds() {
    let server = match Server::start() {
        Ok(server) => server,
        Err(reason) => {
            eprintln!("SKIPPED: not compared with PostgreSQL: {reason}");
            return;
        }
    };
    let (_, errors) = server.psql(SCHEMA);
    assert_eq!(errors, "", "the schema is loaded");
    let relations = oracle::relations(&server);

    let mut tally = handwritten(&server);
    assert!(tally.refused.is_empty(), "PostgreSQL refuses what we wrote by hand:\n{}", tally.refused.join("\n"));

    let fresh = number("COLUMNIST_PG_SEEDS");
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(1, |time| time.as_secs());
    let first = number("COLUMNIST_PG_SEED")
        .map_or_else(|| if fresh.is_some() { now() * 100_000 } else { 1 }, |seed| seed as u64);
    let queries = number("COLUMNIST_PG_QUERIES").unwrap_or(400);
    for seed in first..first + fresh.unwrap_or(1) as u64 {
        let mut left = queries;
        while left > 0 {
            let size = left.min(BATCH);
            let own_seed = seed.wrapping_mul(1000).wrapping_add((left / BATCH) as u64);
            tally.add(generated(&server, &relations, own_seed, size));
            left -= size;
        }
    }
    let refused = tally.refused.len();
    let disagreed = tally.disagreements.len();
    eprintln!("PostgreSQL: {} statements compared, {refused} refused by it, {disagreed} disagree", tally.ran);
    if std::env::var_os("COLUMNIST_PG_REFUSED").is_some() {
        let mut why: BTreeMap<&str, usize> = BTreeMap::new();
        for message in &tally.refused {
            let message = message.lines().next().unwrap_or("");
            *why.entry(message.split("ERROR:").nth(1).unwrap_or(message)).or_default() += 1;
        }
        let mut why: Vec<(usize, &str)> = why.into_iter().map(|(message, count)| (count, message)).collect();
        why.sort_unstable();
        why.iter().rev().take(40).for_each(|(count, message)| eprintln!("{count:6} {message}"));
    }
    let shown = number("COLUMNIST_PG_SHOW").unwrap_or(10);
    tally.disagreements.sort_by_key(String::len);
    let text = tally.disagreements.iter().take(shown).cloned().collect::<Vec<_>>().join("\n");
    assert_eq!(disagreed, 0, "\n{text}\n{disagreed} of {} disagree (first seed {first})", tally.ran);
}

/// Runs the statements of `handwritten.sql`, one a line.
fn handwritten(server: &Server) -> Tally {
    let lines = HANDWRITTEN.lines().filter(|line| !line.is_empty() && !line.starts_with("--"));
    let (mut views, mut others) = (Vec::new(), Vec::new());
    for (at, line) in lines.enumerate() {
        let writes = line.split([' ', '(']).any(|word| ["INSERT", "UPDATE", "DELETE", "MERGE"].contains(&word));
        let is_query = line.starts_with(['(', 'S', 'V', 'T', 'W']) && !writes;
        if is_query {
            let name = format!("g_hand_{at}");
            let statement = format!("CREATE VIEW {name} AS {line}");
            views.push(View { name, statement, has_list: false });
        } else {
            others.push(line.to_owned());
        }
    }
    let (mut tally, made) = compare_views(server, &views, "");
    tally.add(compare_others(server, &others, &made));
    oracle::drop_views(server);
    tally
}

fn generated(server: &Server, relations: &[Relation], seed: u64, count: usize) -> Tally {
    /// Views are made in so many steps; each may use those of the steps before it.
    const STEPS: usize = 4;
    let mut generator = Generator::new(seed, relations);
    let mut tally = Tally::default();
    let mut script = String::new();
    let view_count = count * 3 / 4;
    for step in 0..STEPS {
        let (mut views, mut candidates) = (Vec::new(), Vec::new());
        for at in view_count * step / STEPS..view_count * (step + 1) / STEPS {
            let name = format!("g_{at}");
            let (text, mut cols) = generator.query(&mut Vec::new(), 3, None);
            generator.forget_ctes();
            let named: BTreeSet<&str> = cols.iter().map(|col| col.name.as_str()).collect();
            let is_clean = named.len() == cols.len() && !named.contains("");
            let has_list = !is_clean && generator.rng.chance(70);
            let list: Vec<String> = (0..cols.len()).map(|at| format!("v{at}")).collect();
            let statement = if has_list {
                cols.iter_mut().zip(&list).for_each(|(col, name)| col.name.clone_from(name));
                format!("CREATE VIEW {name} ({}) AS {text}", list.join(", "))
            } else {
                format!("CREATE VIEW {name} AS {text}")
            };
            if (is_clean || has_list) && cols.len() < 12 && generator.rng.chance(15) {
                candidates.push((name.clone(), cols));
            }
            views.push(View { name, statement, has_list });
        }
        let (more, accepted) = compare_views(server, &views, &script);
        tally.add(more);
        generator.made.extend(candidates.into_iter().filter(|(name, _)| accepted.contains(&format!("VIEW {name} "))));
        script.push_str(&accepted);
    }
    if let Some(path) = std::env::var_os("COLUMNIST_PG_DUMP") {
        std::fs::write(path, &script).expect("the views can be written");
    }
    generator.by_privilege = true;
    let others: Vec<String> = (0..count - view_count).map(|_| generator.dml()).collect();
    tally.add(compare_others(server, &others, &script));
    oracle::drop_views(server);
    for disagreement in &mut tally.disagreements {
        let _ = writeln!(disagreement, "    seed {seed}");
    }
    tally
}

/// Makes views and compares; `made` are those that there are already. Gives also the script of those that `PostgreSQL` accepted.
fn compare_views(server: &Server, views: &[View], made: &str) -> (Tally, String) {
    let pairs: Vec<(String, String)> = views.iter().map(|view| (view.name.clone(), view.statement.clone())).collect();
    let (truths, refused) = oracle::views(server, &pairs);
    let accepted: Vec<&View> = views.iter().filter(|view| truths.contains_key(&view.name)).collect();
    let script = accepted.iter().fold(String::new(), |script, view| script + &view.statement + ";\n");
    let mut tally = Tally { ran: accepted.len(), refused, disagreements: Vec::new() };
    let schema = [SCHEMA.to_owned(), made.to_owned()];
    let reports = by_line(statements(&script, &schema, Some(Dialect::Postgres)));
    for (at, view) in accepted.iter().enumerate() {
        let mut truth = truths[&view.name].clone();
        let reports = reports.get(&(at as u32 + 1)).map_or(&[][..], Vec::as_slice);
        if view.has_list {
            truth.outputs.clear();
        }
        tally.disagreements.extend(difference(&view.statement, reports, &truth));
    }
    (tally, script)
}

/// Prepares statements and compares. `made` are the views that there are besides the schema.
fn compare_others(server: &Server, others: &[String], made: &str) -> Tally {
    let (truths, refused) = oracle::prepared(server, others);
    let accepted: Vec<(&String, &Truth)> = truths.iter().map(|(&at, truth)| (&others[at], truth)).collect();
    let script = accepted.iter().fold(String::new(), |script, (statement, _)| script + statement + ";\n");
    let mut tally = Tally { ran: accepted.len(), refused, disagreements: Vec::new() };
    let schema = [SCHEMA.to_owned(), made.to_owned()];
    let reports = by_line(statements(&script, &schema, Some(Dialect::Postgres)));
    for (at, (statement, truth)) in accepted.into_iter().enumerate() {
        let reports = reports.get(&(at as u32 + 1)).map_or(&[][..], Vec::as_slice);
        tally.disagreements.extend(difference(statement, reports, truth));
    }
    tally
}

fn by_line(reports: Vec<StatementReport>) -> BTreeMap<u32, Vec<StatementReport>> {
    let mut found: BTreeMap<u32, Vec<StatementReport>> = BTreeMap::new();
    for report in reports {
        found.entry(report.line).or_default().push(report);
    }
    found
}

/// What is different between our report and the truth, if anything is.
fn difference(statement: &str, reports: &[StatementReport], truth: &Truth) -> Option<String> {
    let [report] = reports else {
        return Some(format!("{statement}\n    {} statements found in it\n", reports.len()));
    };
    let mut found = String::new();
    for (what, own, theirs) in [("read", &report.reads, &truth.reads), ("written", &report.writes, &truth.writes)] {
        // A view spells its columns as its query does; names are compared without case here.
        let fold = |names: &BTreeSet<String>| names.iter().map(|name| name.to_lowercase()).collect::<BTreeSet<_>>();
        let (own, theirs) = (fold(own), fold(theirs));
        let missing: Vec<&String> = theirs.difference(&own).collect();
        let extra: Vec<&String> = own.difference(&theirs).collect();
        if !missing.is_empty() {
            let _ = writeln!(found, "    not found to be {what}: {missing:?}");
        }
        if !extra.is_empty() {
            let _ = writeln!(found, "    wrongly {what}: {extra:?}");
        }
    }
    let outputs: Vec<&str> = report.lineage.iter().map(|column| column.output.as_str()).collect();
    let folded: Vec<String> = outputs.iter().map(|name| name.to_lowercase()).collect();
    if !truth.outputs.is_empty() && folded != truth.outputs.iter().map(|name| name.to_lowercase()).collect::<Vec<_>>() {
        let _ = writeln!(found, "    columns {outputs:?} instead of {:?}", truth.outputs);
    }
    if !report.unresolved.is_empty() {
        let _ = writeln!(found, "    unresolved: {:?}", report.unresolved);
    }
    if found.is_empty() {
        return None;
    }
    if !report.problems.is_empty() {
        let _ = writeln!(found, "    problems: {:?}", report.problems);
    }
    Some(format!("{statement}\n{found}"))
}
