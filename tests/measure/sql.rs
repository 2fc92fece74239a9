//! Measures what resolving SQL costs beside a bare sqlparser parse of the same statements, and how both grow.
//!
//!     cargo bench --bench sql [-- ROUNDS]
//!     cargo bench --bench sql -- readings FOLDER [recovered | tokens]
//!     cargo bench --bench sql -- rate [SCHEMA.sql STATEMENTS.jsonl]
//!     cargo bench --bench sql -- statements FOLDER
//!
//! `rate` tells how many statements a second are read and resolved on one core; `statements` writes those of this bench
//! and their schema to a folder, for `sqlglot_rate.py` beside this file, which measures both.
//!
//! The contenders take turns, so that a machine that gets slower does so for all; the best round of each counts.
#![allow(clippy::format_push_string)]
// Shares and rates are shown with two digits.
#![allow(clippy::cast_precision_loss)]

mod readings;

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};

use columnist::catalog::Catalog;
use columnist::catalog::build::build;
use columnist::catalog::order::SchemaSource;
use columnist::extract::sql::read;
use columnist::extract::sql::text::SqlText;
use columnist::link::resolve::Resolver;
use columnist::link::uses::uses;
use columnist::link::views;
use columnist::model::facts::FileFacts;
use columnist::model::source::FileId;
use columnist::model::statement::Dialect;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

type Failure = Box<dyn std::error::Error>;

const SCHEMA: &str = include_str!("../postgres/schema.sql");

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if arguments.iter().any(|argument| argument.starts_with("--")) {
        // `cargo test --all-targets` and its like.
        return Ok(());
    }
    if let [first, folder, rest @ ..] = arguments.as_slice()
        && first == "readings"
    {
        let report = readings::readings(folder.as_ref(), rest.first().map(String::as_str));
        return Ok(std::io::stdout().lock().write_all(report.as_bytes())?);
    }
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["statements", folder] => return write_statements(folder.as_ref()),
        ["rate"] => return rate(SCHEMA, &both()),
        ["rate", schema, statements] => {
            let statements = std::fs::read_to_string(statements)?;
            let statements: Vec<String> =
                statements.lines().map(serde_json::from_str).collect::<Result<_, serde_json::Error>>()?;
            return rate(&std::fs::read_to_string(schema)?, &statements);
        }
        _ => {}
    }
    let rounds = arguments.first().map_or(Ok(7), |rounds| rounds.parse())?;
    let catalog = catalog();
    let mut report = String::from(
        "statements                          bytes      parse       read    resolve  read+resolve/parse\n",
    );
    measure("of an application", &application(2000), &catalog, rounds, &mut report);
    measure("joins and subqueries", &nested(500), &catalog, rounds, &mut report);
    for (name, make) in LONG {
        for size in [1, 2, 4, 8] {
            measure(&format!("{name} x{size}"), &[make(size)], &catalog, 3, &mut report);
        }
    }
    Ok(std::io::stdout().lock().write_all(report.as_bytes())?)
}

/// The short statements of the bench.
fn both() -> Vec<String> {
    application(400).into_iter().chain(nested(100)).collect()
}

/// Writes `schema.sql` and `statements.jsonl`.
fn write_statements(folder: &std::path::Path) -> Result<(), Failure> {
    let lines: Vec<String> = both().iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    std::fs::write(folder.join("schema.sql"), SCHEMA)?;
    Ok(std::fs::write(folder.join("statements.jsonl"), lines.join("\n"))?)
}

/// Prints how many statements a second are read and resolved, in the best of some rounds.
fn rate(schema: &str, statements: &[String]) -> Result<(), Failure> {
    let catalog = catalog_of(schema);
    let mut best = Duration::MAX;
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(3) {
        let start = Instant::now();
        for statement in statements {
            let facts = read(&SqlText::verbatim(statement, 0), Some(Dialect::Postgres));
            for statement in &facts.statements {
                std::hint::black_box(uses(&Resolver::new(statement, &catalog, &[])).len());
            }
        }
        best = best.min(start.elapsed());
    }
    let a_second = statements.len() as f64 / best.as_secs_f64();
    Ok(writeln!(std::io::stdout().lock(), "{a_second:.0}")?)
}

fn catalog() -> Catalog {
    let mut schema = SCHEMA.to_owned();
    let columns: Vec<String> = (0..10_000).map(|at| format!("c{at} int")).collect();
    schema.push_str(&format!("CREATE TABLE wide ({});\n", columns.join(", ")));
    catalog_of(&schema)
}

fn catalog_of(schema: &str) -> Catalog {
    let read = |text: &str| {
        let found = read(&SqlText::verbatim(text, 0), Some(Dialect::Postgres));
        FileFacts { statements: found.statements, units: found.units, ..FileFacts::default() }
    };
    let facts = read(schema);
    let source = SchemaSource { path: String::new(), repository: 0, files: vec![FileId(0)] };
    let mut catalog = build(&[source], |_| Some(&facts));
    views::expand(&mut catalog);
    catalog
}

fn measure(name: &str, statements: &[String], catalog: &Catalog, rounds: usize, report: &mut String) {
    let [mut parse, mut reading, mut resolving] = [Duration::MAX; 3];
    for _ in 0..rounds {
        let start = Instant::now();
        for statement in statements {
            std::hint::black_box(Parser::parse_sql(&PostgreSqlDialect {}, statement).is_ok());
        }
        parse = parse.min(start.elapsed());

        let start = Instant::now();
        let facts: Vec<_> = statements
            .iter()
            .map(|statement| read(&SqlText::verbatim(statement, 0), Some(Dialect::Postgres)))
            .collect();
        reading = reading.min(start.elapsed());

        let start = Instant::now();
        for statement in facts.iter().flat_map(|facts| &facts.statements) {
            std::hint::black_box(uses(&Resolver::new(statement, catalog, &[])).len());
        }
        resolving = resolving.min(start.elapsed());
    }
    let bytes: usize = statements.iter().map(String::len).sum();
    let ratio = (reading + resolving).as_secs_f64() / parse.as_secs_f64();
    let micros = |time: Duration| format!("{} us", time.as_micros());
    let _ = writeln!(
        report,
        "{name:30} {bytes:10} {:>10} {:>10} {:>10} {ratio:8.2}",
        micros(parse),
        micros(reading),
        micros(resolving)
    );
}

/// What applications send: short statements, some with joins.
fn application(count: usize) -> Vec<String> {
    let shapes = [
        "SELECT id, name, status FROM account WHERE owner_id = $1 AND status <> 'closed' ORDER BY created DESC LIMIT 20",
        "SELECT o.id, o.total, p.name AS buyer FROM orders o JOIN person p ON p.id = o.person_id WHERE o.account_id = $1",
        "INSERT INTO payment (id, order_id, amount, status, paid) VALUES ($1, $2, $3, 'new', NULL) RETURNING id",
        "UPDATE orders SET status = $1, total = total + $2 WHERE id = $3 AND status = 'open'",
        "DELETE FROM event WHERE person_id = $1 AND at < $2",
        "SELECT count(*) FROM orders WHERE status IN ('a', 'b', 'c') AND placed BETWEEN $1 AND $2",
        "INSERT INTO category (id, name) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET name = excluded.name",
        "SELECT c.name, sum(l.qty * l.price) AS revenue FROM \"Order Line\" l JOIN product p ON p.id = l.product_id \
         JOIN category c ON c.id = p.category_id GROUP BY c.name HAVING sum(l.qty) > 10 ORDER BY revenue DESC",
    ];
    (0..count).map(|at| shapes[at % shapes.len()].to_owned()).collect()
}

/// What reports are made of: CTEs, windows, correlated subqueries, stars over joins.
fn nested(count: usize) -> Vec<String> {
    let shapes = [
        "WITH paid AS (SELECT order_id, sum(amount) AS amount FROM payment WHERE status = 'paid' GROUP BY order_id), \
         late AS (SELECT o.id, o.total - coalesce(p.amount, 0) AS due FROM orders o LEFT JOIN paid p ON p.order_id = o.id) \
         SELECT a.name, l.due, rank() OVER (PARTITION BY a.id ORDER BY l.due DESC) FROM late l JOIN orders o ON o.id = l.id \
         JOIN account a ON a.id = o.account_id WHERE EXISTS (SELECT 1 FROM shipment s WHERE s.order_id = o.id AND s.status = 'sent')",
        "SELECT * FROM payment NATURAL JOIN shipment JOIN pair USING (order_id) WHERE amount > (SELECT avg(amount) FROM payment x \
         WHERE x.order_id = payment.order_id) ORDER BY paid",
        "SELECT d.name, d.n FROM (SELECT p.name, count(*) AS n FROM person p JOIN orders o ON o.person_id = p.id GROUP BY p.name \
         UNION ALL SELECT name, total FROM account_total) d WHERE d.n > 3 ORDER BY n DESC, 1",
        "SELECT e.id, x.key, x.value FROM event e, LATERAL jsonb_each_text(e.payload) AS x WHERE x.key LIKE 'a%' AND e.kind = ANY ($1)",
    ];
    (0..count).map(|at| shapes[at % shapes.len()].to_owned()).collect()
}

type Long = (&'static str, fn(usize) -> String);

const LONG: &[Long] = &[
    ("2,500 columns", |size| {
        let columns: Vec<String> = (0..2500 * size).map(|at| format!("c{at}")).collect();
        format!("SELECT {} FROM wide", columns.join(", "))
    }),
    ("2,500 columns, derived", |size| {
        let columns: Vec<String> = (0..2500 * size).map(|at| format!("c{at}")).collect();
        let list = columns.join(", ");
        format!("SELECT {list} FROM (SELECT {list} FROM wide) d ORDER BY {list}")
    }),
    ("12,500 items of IN", |size| {
        let items: Vec<String> = (0..12_500 * size).map(|at| at.to_string()).collect();
        format!("SELECT c1 FROM wide WHERE c2 IN ({})", items.join(", "))
    }),
    ("1,250 branches of UNION ALL", |size| {
        let branches: Vec<String> = (0..1250 * size).map(|at| format!("SELECT c{at}, c1 FROM wide")).collect();
        branches.join(" UNION ALL ")
    }),
    ("5,000 rows of VALUES", |size| {
        let rows: Vec<String> = (0..5000 * size).map(|at| format!("({at}, 'name {at}', NULL)")).collect();
        format!("INSERT INTO category (id, name, parent_id) VALUES {}", rows.join(", "))
    }),
    ("250 joins", |size| {
        let joins: Vec<String> =
            (0..250 * size).map(|at| format!("JOIN pair t{at} ON t{at}.order_id = w.c{at}")).collect();
        format!("SELECT count(*) FROM wide w {}", joins.join(" "))
    }),
];
