//! The inventory as text and as CSV.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::printable::printable;
use super::text::style::{BOLD, DIM, GREEN, YELLOW};
use crate::model::inventory::{Inventory, InventoryColumn, InventoryConsumer, InventoryTable, State, Touched};

/// What the live consumers of a row are together; each list sorted.
pub(super) struct Together<'a> {
    pub(super) kinds: Vec<&'a str>,
    pub(super) repositories: Vec<&'a str>,
    /// With `unowned` where somebody is.
    pub(super) owners: Vec<&'a str>,
}

impl<'a> Together<'a> {
    pub(super) fn of(touched: &Touched, consumers: &'a [InventoryConsumer]) -> Self {
        let all: Vec<&InventoryConsumer> = touched.all().iter().map(|&at| &consumers[at as usize]).collect();
        let kinds: BTreeSet<_> = all.iter().map(|one| one.kind).collect();
        let repositories: BTreeSet<&str> = all.iter().map(|one| one.repository.as_str()).collect();
        let mut owners: BTreeSet<&str> = all.iter().flat_map(|one| &one.owners).map(String::as_str).collect();
        if all.iter().any(|one| one.owners.is_empty()) {
            owners.insert("unowned");
        }
        Self {
            kinds: kinds.into_iter().map(crate::model::source::Kind::name).collect(),
            repositories: repositories.into_iter().collect(),
            owners: owners.into_iter().collect(),
        }
    }
}

/// The inventory for people: a block for each table, a line for each column.
pub fn text(inventory: &Inventory, out: &mut dyn Write) -> io::Result<()> {
    for table in &inventory.tables {
        let head = [
            match &table.database {
                Some(database) => format!("{database}/{}", table.name),
                None => table.name.clone(),
            },
            table.state.name().to_owned(),
        ];
        let Touched { readers, writers, .. } = &table.touched;
        let undeclared = if table.kind.is_none() { ", declared by no schema that was read" } else { "" };
        writeln!(
            out,
            "{BOLD}{}{BOLD:#}  {}  {DIM}{} readers, {} writers{undeclared}{DIM:#}",
            printable(&head[0]),
            styled(table.state, &head[1]),
            readers.len(),
            writers.len()
        )?;
        let width = table.columns.iter().map(|column| printable(&column.name).chars().count()).max().unwrap_or(0);
        for column in &table.columns {
            line(column, width, &inventory.consumers, out)?;
        }
        writeln!(out)?;
    }
    let columns: usize = inventory.tables.iter().map(|table| table.columns.len()).sum();
    writeln!(
        out,
        "{} tables, {columns} columns; {} of {} files read, {} problems",
        inventory.tables.len(),
        inventory.scanned.read,
        inventory.scanned.files,
        inventory.scanned.problems.len()
    )
}

fn line(
    column: &InventoryColumn,
    width: usize,
    consumers: &[InventoryConsumer],
    out: &mut dyn Write,
) -> io::Result<()> {
    let together = Together::of(&column.touched, consumers);
    let Touched { readers, writers, implicit_readers, implicit_writers, mapped_by, .. } = &column.touched;
    let name = printable(&column.name);
    let padding = " ".repeat(width.saturating_sub(name.chars().count()));
    let state = styled(column.state, &format!("{:14}", column.state.name()));
    let mut said = Vec::new();
    for (number, word) in [
        (readers.len(), "readers"),
        (writers.len(), "writers"),
        (implicit_readers.len() + implicit_writers.len(), "implicit"),
        (mapped_by.len(), "mapped"),
    ] {
        if number > 0 {
            said.push(format!("{number} {word}"));
        }
    }
    let mut rest = said.join(", ");
    for list in [together.kinds, together.owners] {
        if !list.is_empty() {
            rest.push_str("  ");
            rest.push_str(&printable(&list.join(" ")));
        }
    }
    writeln!(out, "  {name}{padding}  {state}  {DIM}{rest}{DIM:#}")
}

fn styled(state: State, text: &str) -> String {
    match state {
        State::Live => format!("{GREEN}{text}{GREEN:#}"),
        State::Dropped => format!("{DIM}{text}{DIM:#}"),
        _ => format!("{YELLOW}{text}{YELLOW:#}"),
    }
}

/// The header of the CSV.
const HEADER: &str = "database,table,column,data_type,state,readers,writers,implicit_readers,implicit_writers,mapped_by,\
                      not_live,kinds,repositories,owners,declared";

/// The inventory as CSV (RFC 4180): a line for each column; a table without columns has one with an empty column.
/// Lists are separated by blanks.
pub fn csv(inventory: &Inventory, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{HEADER}\r\n")?;
    for table in &inventory.tables {
        if table.columns.is_empty() {
            row(table, None, &inventory.consumers, out)?;
        }
        for column in &table.columns {
            row(table, Some(column), &inventory.consumers, out)?;
        }
    }
    Ok(())
}

fn row(
    table: &InventoryTable,
    column: Option<&InventoryColumn>,
    consumers: &[InventoryConsumer],
    out: &mut dyn Write,
) -> io::Result<()> {
    let touched = column.map_or(&table.touched, |column| &column.touched);
    let together = Together::of(touched, consumers);
    let declared = column.map_or(&table.declared, |column| &column.declared);
    let cells = [
        table.database.clone().unwrap_or_default(),
        table.name.clone(),
        column.map_or_else(String::new, |column| column.name.clone()),
        column.map_or_else(String::new, |column| column.data_type.clone()),
        column.map_or(table.state, |column| column.state).name().to_owned(),
        touched.readers.len().to_string(),
        touched.writers.len().to_string(),
        touched.implicit_readers.len().to_string(),
        touched.implicit_writers.len().to_string(),
        touched.mapped_by.len().to_string(),
        touched.not_live.to_string(),
        together.kinds.join(" "),
        together.repositories.join(" "),
        together.owners.join(" "),
        declared.as_ref().map_or_else(String::new, |place| format!("{}:{}", place.path, place.line)),
    ];
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    write!(out, "{}\r\n", cells.join(","))
}

/// A cell, quoted where it has to be. A spreadsheet must take none for a formula; owners begin with `@`, which is none
/// where a name follows.
fn cell(text: &str) -> String {
    let text = printable(text);
    let guard = if text.starts_with(['=', '+', '-']) { "'" } else { "" };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_are_no_formulas() {
        for (text, expected) in [
            ("users", "users"),
            ("numeric(10, 2)", "\"numeric(10, 2)\""),
            ("a \"b\"", "\"a \"\"b\"\"\""),
            ("=cmd()", "'=cmd()"),
            ("@shop/data", "@shop/data"),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
