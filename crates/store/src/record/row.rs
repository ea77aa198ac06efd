//! A record as rows: its own columns, once per distribution.

use sea_orm::{
    FromQueryResult, QueryResult,
    sea_query::{CaseStatement, Expr, ExprTrait as _, JoinType, Order, Query, SelectStatement},
};
use serde_json::Value;
use uuid::Uuid;
use vitrina_domain::{
    change::Seq,
    id::{DistributionId, RecordId, SourceId},
    record::{Kind, Metadata, Record, Visibility},
    time::Timestamp,
};

use super::Records;
use crate::{StoreError, column::Cell, distribution::Distributions};

/// One row: the record, and one of its distributions where it has any.
#[derive(Debug, FromQueryResult)]
pub(super) struct Row {
    id: Uuid,
    kind: String,
    slug: String,
    source_id: Uuid,
    identifier: String,
    catalog_id: Option<Uuid>,
    organization_id: Option<Uuid>,
    visibility: String,
    visibility_reason: Option<String>,
    was_published: bool,
    created_seq: i64,
    revision: i64,
    created: i64,
    updated: i64,
    hash: Vec<u8>,
    /// On the first row of a record only.
    document: Option<String>,
    distribution_id: Option<Uuid>,
    distribution: Option<String>,
}

/// Joins the distributions to a selection of records.
///
/// It is one statement, because two would see two states of the database when somebody writes in between. The
/// document, which is long, stands on the first row of each record only.
pub(super) fn composed(records: SelectStatement, order: Order) -> SelectStatement {
    let (record, distribution) = ("r", "d");
    let position = || Expr::col((distribution, Distributions::Position));
    let mut query = Query::select();
    for column in Records::COLUMNS.into_iter().filter(|column| !matches!(column, Records::Document)) {
        query.column((record, column));
    }
    let first = position().is_null().or(position().eq(0));
    query
        .expr_as(CaseStatement::new().case(first, Expr::col((record, Records::Document))), "document")
        .expr_as(Expr::col((distribution, Distributions::Id)), "distribution_id")
        .expr_as(Expr::col((distribution, Distributions::Document)), "distribution")
        .from_subquery(records, record)
        .join_as(
            JoinType::LeftJoin,
            Distributions::Table,
            distribution,
            Expr::col((distribution, Distributions::DatasetId)).equals((record, Records::Id)),
        )
        .order_by((record, Records::CreatedSeq), order)
        .order_by((distribution, Distributions::Position), Order::Asc)
        .take()
}

/// Puts the rows of [`composed`] together to records.
pub(super) fn records(rows: &[QueryResult]) -> Result<Vec<Record>, StoreError> {
    let mut records = Vec::new();
    let mut rows = rows.iter().map(|row| Row::from_query_result(row, "")).peekable();
    while let Some(first) = rows.next() {
        let mut first = first?;
        let mut distributions: Vec<_> = first.take_distribution().into_iter().collect();
        while let Some(mut next) =
            rows.next_if(|next| next.as_ref().is_ok_and(|next| next.id == first.id)).transpose()?
        {
            distributions.extend(next.take_distribution());
        }
        records.push(first.into_record(distributions)?);
    }
    Ok(records)
}

impl Row {
    fn take_distribution(&mut self) -> Option<(Uuid, String)> {
        self.distribution_id.take().zip(self.distribution.take())
    }

    fn into_record(self, distributions: Vec<(Uuid, String)>) -> Result<Record, StoreError> {
        let cell = |column| Cell { table: "records", column, row: self.id };
        let kind: Kind = cell("kind").word(&self.kind)?;
        let mut document: Value = cell("document").json(self.document.as_deref().unwrap_or_default())?;
        let mut distribution_ids = Vec::with_capacity(distributions.len());
        let mut composed = Vec::with_capacity(distributions.len());
        for (id, text) in distributions {
            composed.push(Cell { table: "distributions", column: "document", row: id }.json::<Value>(&text)?);
            distribution_ids.push(DistributionId::new(id));
        }
        if !composed.is_empty()
            && let Some(members) = document.as_object_mut()
        {
            members.insert("distribution".to_owned(), Value::Array(composed));
        }
        let (metadata, _) =
            Metadata::from_document(kind, document).map_err(|_error| cell("document").inconsistent())?;
        Ok(Record {
            id: RecordId::new(self.id),
            slug: cell("slug").word(&self.slug)?,
            source_id: SourceId::new(self.source_id),
            catalog_id: self.catalog_id.map(RecordId::new),
            organization_id: self.organization_id.map(RecordId::new),
            visibility: Visibility::from_parts(&self.visibility, self.visibility_reason.clone())
                .map_err(|_error| cell("visibility").inconsistent())?,
            was_published: self.was_published,
            created_seq: Seq(self.created_seq),
            revision: cell("revision").number(self.revision)?,
            created: Timestamp::from_micros(self.created),
            updated: Timestamp::from_micros(self.updated),
            hash: cell("hash").digest(&self.hash)?,
            metadata,
            distribution_ids,
            identifier: self.identifier,
        })
    }
}
