//! Version 1 of the inventory: docs/inventory.schema.json.

use serde::Serialize;

use super::v1::ScannedV1;
use crate::model::answer::Place;
use crate::model::inventory::{Inventory, InventoryColumn, InventoryConsumer, InventoryTable, Touched};
use crate::model::schema::RelationKind;
use crate::render::inventory::Together;

#[derive(Debug, Serialize)]
pub(super) struct InventoryV1<'a> {
    schema_version: u32,
    consumers: Vec<ConsumerV1<'a>>,
    tables: Vec<TableV1<'a>>,
    scanned: ScannedV1<'a>,
}

impl<'a> From<&'a Inventory> for InventoryV1<'a> {
    fn from(inventory: &'a Inventory) -> Self {
        let consumers = &inventory.consumers;
        Self {
            schema_version: 1,
            consumers: consumers.iter().map(ConsumerV1::from).collect(),
            tables: inventory.tables.iter().map(|table| TableV1::new(table, consumers)).collect(),
            scanned: ScannedV1::from(&inventory.scanned),
        }
    }
}

#[derive(Debug, Serialize)]
struct ConsumerV1<'a> {
    name: &'a str,
    kind: &'static str,
    context: &'static str,
    repository: &'a str,
    path: &'a str,
    owners: &'a [String],
}

impl<'a> From<&'a InventoryConsumer> for ConsumerV1<'a> {
    fn from(consumer: &'a InventoryConsumer) -> Self {
        Self {
            name: &consumer.name,
            kind: consumer.kind.name(),
            context: consumer.context.name(),
            repository: &consumer.repository,
            path: &consumer.path,
            owners: &consumer.owners,
        }
    }
}

#[derive(Debug, Serialize)]
struct PlaceV1<'a> {
    path: &'a str,
    line: u32,
}

impl<'a> From<&'a Place> for PlaceV1<'a> {
    fn from(place: &'a Place) -> Self {
        Self { path: &place.path, line: place.line }
    }
}

#[derive(Debug, Serialize)]
struct TouchedV1<'a> {
    readers: &'a [u32],
    writers: &'a [u32],
    implicit_readers: &'a [u32],
    implicit_writers: &'a [u32],
    mapped_by: &'a [u32],
    certainty: Option<&'static str>,
    not_live: usize,
    kinds: Vec<&'a str>,
    repositories: Vec<&'a str>,
    owners: Vec<&'a str>,
}

impl<'a> TouchedV1<'a> {
    fn new(touched: &'a Touched, consumers: &'a [InventoryConsumer]) -> Self {
        let together = Together::of(touched, consumers);
        Self {
            readers: &touched.readers,
            writers: &touched.writers,
            implicit_readers: &touched.implicit_readers,
            implicit_writers: &touched.implicit_writers,
            mapped_by: &touched.mapped_by,
            certainty: touched.certainty.map(crate::model::answer::Certainty::name),
            not_live: touched.not_live,
            kinds: together.kinds,
            repositories: together.repositories,
            owners: together.owners,
        }
    }
}

#[derive(Debug, Serialize)]
struct TableV1<'a> {
    database: Option<&'a str>,
    table: &'a str,
    kind: &'static str,
    state: &'static str,
    declared: Option<PlaceV1<'a>>,
    dropped: Option<PlaceV1<'a>>,
    #[serde(flatten)]
    touched: TouchedV1<'a>,
    columns: Vec<ColumnV1<'a>>,
}

impl<'a> TableV1<'a> {
    fn new(table: &'a InventoryTable, consumers: &'a [InventoryConsumer]) -> Self {
        Self {
            database: table.database.as_deref(),
            table: &table.name,
            kind: match table.kind {
                Some(RelationKind::Table) => "table",
                Some(RelationKind::View) => "view",
                Some(RelationKind::MaterializedView) => "materialized-view",
                None => "undeclared",
            },
            state: table.state.name(),
            declared: table.declared.as_ref().map(PlaceV1::from),
            dropped: table.dropped.as_ref().map(PlaceV1::from),
            touched: TouchedV1::new(&table.touched, consumers),
            columns: table.columns.iter().map(|column| ColumnV1::new(column, consumers)).collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct ColumnV1<'a> {
    column: &'a str,
    data_type: &'a str,
    state: &'static str,
    declared: Option<PlaceV1<'a>>,
    dropped: Option<PlaceV1<'a>>,
    #[serde(flatten)]
    touched: TouchedV1<'a>,
}

impl<'a> ColumnV1<'a> {
    fn new(column: &'a InventoryColumn, consumers: &'a [InventoryConsumer]) -> Self {
        Self {
            column: &column.name,
            data_type: &column.data_type,
            state: column.state.name(),
            declared: column.declared.as_ref().map(PlaceV1::from),
            dropped: column.dropped.as_ref().map(PlaceV1::from),
            touched: TouchedV1::new(&column.touched, consumers),
        }
    }
}
