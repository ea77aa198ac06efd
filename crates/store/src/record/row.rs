//! A record as one row: its own columns, and its distributions in one text.

use sea_orm::{
    DbBackend, QueryResult, TryGetable,
    sea_query::{Expr, Query, SelectStatement},
};
use uuid::Uuid;
use vitrina_domain::{
    change::Seq,
    id::{DistributionId, RecordId, SourceId},
    record::{Kind, Record, Stored, Visibility},
    time::Timestamp,
};

use super::Records;
use crate::{StoreError, column::Cell};

/// How many of a record's distributions are read with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    /// All of them.
    Whole,
    /// So many of the first; the record tells how many there are.
    First(u32),
}

impl Extent {
    /// None of them, only how many there are.
    pub const HEAD: Self = Self::First(0);
}

/// Stands between the distributions of a text: JSON texts hold no control characters.
const SEPARATOR: char = '\u{1e}';

/// What the selection of records is called in [`composed`].
pub(super) const NAME: &str = "r";

/// Adds the distributions to a selection of records, in whatever order.
///
/// It is one statement, because two would see two states of the database when somebody writes in between, and one row a
/// record, because rows are dear.
pub(super) fn composed(records: SelectStatement, extent: Extent, backend: DbBackend) -> SelectStatement {
    Query::select()
        .columns(Records::COLUMNS.map(|column| (NAME, column)))
        .expr(Expr::cust(distributions(extent, backend)))
        .expr(Expr::cust(total(extent)))
        .from_subquery(records, NAME)
        .take()
}

/// The distributions of the record `r`, each as its id, its position and its document.
///
/// They are put in order here, where they mostly are already: a database that is told to join them in order sorts them
/// in a table made for it.
fn distributions(extent: Extent, backend: DbBackend) -> String {
    let limit = match extent {
        Extent::Whole => String::new(),
        Extent::First(count) => format!(" ORDER BY position LIMIT {count}"),
    };
    let (id, join, separator) = match backend {
        DbBackend::Postgres => ("id::text", "string_agg", "chr(30)"),
        _ => ("hex(id)", "group_concat", "char(30)"),
    };
    format!(
        "(SELECT {join}(part, {separator}) FROM \
         (SELECT {id} || ':' || position || document AS part FROM distributions \
         WHERE dataset_id = r.id{limit}) AS parts)"
    )
}

/// How many distributions the record `r` has, where that is not seen from those that are read.
fn total(extent: Extent) -> &'static str {
    match extent {
        Extent::Whole => "NULL",
        Extent::First(_) => {
            "(SELECT position + 1 FROM distributions WHERE dataset_id = r.id ORDER BY position DESC LIMIT 1)"
        }
    }
}

/// The rows of [`composed`] as records.
pub(super) fn records(rows: &[QueryResult]) -> Result<Vec<Record<Stored>>, StoreError> {
    rows.iter().map(record).collect()
}

/// One row of [`composed`] as a record.
pub(super) fn record(row: &QueryResult) -> Result<Record<Stored>, StoreError> {
    // By place, in the order of the selection: names are looked up in a map, column by column and row by row.
    let mut columns = Columns { row, next: 0 };
    let id: Uuid = columns.take()?;
    let cell = |column| Cell { table: "records", column, row: id };
    let kind: Kind = cell("kind").word(&columns.take::<String>()?)?;
    let slug = cell("slug").word(&columns.take::<String>()?)?;
    let source_id = SourceId::new(columns.take()?);
    let identifier = columns.take()?;
    let catalog_id = columns.take::<Option<Uuid>>()?.map(RecordId::new);
    let organization_id = columns.take::<Option<Uuid>>()?.map(RecordId::new);
    let (state, reason): (String, Option<String>) = (columns.take()?, columns.take()?);
    let visibility =
        Visibility::from_parts(&state, reason).map_err(|_error| cell("visibility").inconsistent())?;
    let was_published = columns.take()?;
    let created_seq = Seq(columns.take()?);
    let revision = cell("revision").number(columns.take()?)?;
    let (created, updated) = (columns.take()?, columns.take()?);
    let hash = cell("hash").digest(&columns.take::<Vec<u8>>()?)?;
    let document = columns.take()?;
    let joined: Option<String> = columns.take()?;
    let (distribution_ids, distributions) = parts(joined.as_deref(), id)?;
    let total = match columns.take::<Option<i64>>()? {
        Some(total) => Cell { table: "distributions", column: "position", row: id }.number(total)?,
        None => distributions.len(),
    };
    let metadata = Stored::new(kind, document, distributions, total)
        .map_err(|_error| cell("document").inconsistent())?;
    Ok(Record {
        id: RecordId::new(id),
        slug,
        source_id,
        identifier,
        catalog_id,
        organization_id,
        visibility,
        was_published,
        created_seq,
        revision,
        created: Timestamp::from_micros(created),
        updated: Timestamp::from_micros(updated),
        hash,
        metadata,
        distribution_ids,
    })
}

/// Ids and documents of distributions that stand in one text, by their positions.
fn parts(joined: Option<&str>, dataset: Uuid) -> Result<(Vec<DistributionId>, Vec<String>), StoreError> {
    let cell = Cell { table: "distributions", column: "document", row: dataset };
    let joined = joined.into_iter().flat_map(|joined| joined.split(SEPARATOR));
    let mut parts = joined
        .map(|text| Part::read(text).ok_or_else(|| cell.inconsistent()))
        .collect::<Result<Vec<Part<'_>>, _>>()?;
    parts.sort_by_key(|part| part.position);
    Ok(parts.into_iter().map(|part| (part.id, part.document.to_owned())).unzip())
}

/// A distribution in such a text.
struct Part<'a> {
    id: DistributionId,
    position: u32,
    document: &'a str,
}

impl<'a> Part<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (head, document) = text.find('{').and_then(|brace| text.split_at_checked(brace))?;
        let (id, position) = head.split_once(':')?;
        Some(Self {
            id: DistributionId::new(Uuid::try_parse(id).ok()?),
            position: position.parse().ok()?,
            document,
        })
    }
}

/// The columns of a row, one after the other.
struct Columns<'a> {
    row: &'a QueryResult,
    next: usize,
}

impl Columns<'_> {
    fn take<T: TryGetable>(&mut self) -> Result<T, StoreError> {
        let value = self.row.try_get_by_index(self.next)?;
        self.next += 1;
        Ok(value)
    }
}
