//! Reading records by their names: id, slug, identity.

use std::collections::HashMap;

use sea_orm::{
    Condition, ConnectionTrait as _, DbBackend, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, Order, Query, SelectStatement},
};
use uuid::Uuid;
use vitrina_domain::{
    canonical::Digest,
    id::{DistributionId, RecordId, SourceId},
    record::{Kind, Record, Stored, Visibility},
    scope::Scope,
    slug::Slug,
};

use super::{
    Extent, Records, row,
    visible::{self, constant},
};
use crate::{
    Store, StoreError, Tx,
    bulk::MOST_KEYS,
    column::Cell,
    distribution::Distributions,
    plain::{key, plain},
};

/// What an importer must know of a record that is there already.
#[derive(Debug, Clone, PartialEq)]
pub struct Current {
    /// Its id.
    pub id: RecordId,
    /// Its slug.
    pub slug: Slug,
    /// Its visibility.
    pub visibility: Visibility,
    /// Its revision.
    pub revision: u32,
    /// The hash of its document.
    pub hash: Digest,
    /// Its catalog.
    pub catalog_id: Option<RecordId>,
    /// Its organization.
    pub organization_id: Option<RecordId>,
    /// Its distributions, by id with what they are matched by (identifier, else address), in order.
    pub distributions: Vec<(DistributionId, Option<String>)>,
}

#[derive(Debug, Clone, FromQueryResult)]
struct CurrentRow {
    id: Uuid,
    slug: String,
    identifier: String,
    visibility: String,
    visibility_reason: Option<String>,
    revision: i64,
    hash: Vec<u8>,
    catalog_id: Option<Uuid>,
    organization_id: Option<Uuid>,
}

impl CurrentRow {
    const COLUMNS: [Records; 9] = [
        Records::Id,
        Records::Slug,
        Records::Identifier,
        Records::Visibility,
        Records::VisibilityReason,
        Records::Revision,
        Records::Hash,
        Records::CatalogId,
        Records::OrganizationId,
    ];

    fn into_current(
        self,
        distributions: Vec<(DistributionId, Option<String>)>,
    ) -> Result<Current, StoreError> {
        let cell = |column| Cell { table: "records", column, row: self.id };
        Ok(Current {
            id: RecordId::new(self.id),
            slug: cell("slug").word(&self.slug)?,
            visibility: Visibility::from_parts(&self.visibility, self.visibility_reason).map_err(
                |_error| Cell { table: "records", column: "visibility", row: self.id }.inconsistent(),
            )?,
            revision: cell("revision").number(self.revision)?,
            hash: cell("hash").digest(&self.hash)?,
            catalog_id: self.catalog_id.map(RecordId::new),
            organization_id: self.organization_id.map(RecordId::new),
            distributions,
        })
    }
}

pub(super) fn selected(condition: Condition, extent: Extent, backend: DbBackend) -> SelectStatement {
    let records = Query::select()
        .columns(Records::COLUMNS.map(|column| (Records::Table, column)))
        .from(Records::Table)
        .cond_where(condition)
        .take();
    row::composed(records, extent, backend)
}

pub(super) fn named(kind: Kind, id: RecordId) -> Condition {
    Condition::all()
        .add(Expr::col((Records::Table, Records::Id)).eq(id.uuid()))
        .add(Expr::col((Records::Table, Records::Kind)).eq(constant(kind.as_str())))
}

impl Store {
    /// A record by id. The public scope also sees tombstones of what was published.
    pub async fn record(
        &self,
        scope: &Scope,
        kind: Kind,
        id: RecordId,
        extent: Extent,
    ) -> Result<Option<Record<Stored>>, StoreError> {
        let reader = &self.connections.reader;
        let statement = self.single.statement(scope, kind, id, extent, reader.get_database_backend());
        reader.query_one_raw(statement).await?.as_ref().map(row::record).transpose()
    }

    /// Records by id, whatever their kind, in the order asked; those out of scope or gone are left out.
    pub async fn records(
        &self,
        scope: &Scope,
        ids: &[RecordId],
        extent: Extent,
    ) -> Result<Vec<Record<Stored>>, StoreError> {
        let mut found = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(MOST_KEYS) {
            let condition = Condition::all()
                .add(Expr::col((Records::Table, Records::Id)).is_in(ids.iter().map(|id| id.uuid())))
                .add(visible::listed(scope));
            let query = selected(condition, extent, self.connections.reader.get_database_backend());
            let rows = self.connections.reader.query_all(&query).await?;
            found.extend(row::records(&rows)?.into_iter().map(|record| (record.id, record)));
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// A record by source and identifier, whoever may see it.
    pub async fn identified(
        &self,
        kind: Kind,
        source_id: SourceId,
        identifier: &str,
    ) -> Result<Option<RecordId>, StoreError> {
        let query = Query::select()
            .column(Records::Id)
            .from(Records::Table)
            .and_where(Expr::col(Records::Kind).eq(kind.as_str()))
            .and_where(Expr::col(Records::SourceId).eq(source_id.uuid()))
            .and_where(Expr::col(Records::Identity).eq(key(identifier)))
            .take();
        let row = self.connections.reader.query_one(&query).await?;
        Ok(row.map(|row| row.try_get_by_index(0).map(RecordId::new)).transpose()?)
    }
}

impl Tx {
    /// One record as this transaction sees it, whatever its visibility.
    pub async fn record(&mut self, kind: Kind, id: RecordId) -> Result<Option<Record<Stored>>, StoreError> {
        self.take_turn().await?;
        let query = selected(named(kind, id), Extent::Whole, self.transaction.get_database_backend());
        self.transaction.query_one(&query).await?.as_ref().map(row::record).transpose()
    }

    /// What is there already under these identifiers of a source.
    pub async fn current(
        &mut self,
        kind: Kind,
        source_id: SourceId,
        identifiers: &[String],
    ) -> Result<HashMap<String, Current>, StoreError> {
        self.take_turn().await?;
        let mut current = HashMap::with_capacity(identifiers.len());
        for identifiers in identifiers.chunks(MOST_KEYS) {
            let rows = self.current_rows(kind, source_id, identifiers).await?;
            let distributions = self.match_keys(rows.values().map(|row| row.id)).await?;
            for identifier in identifiers {
                if let Some(row) = rows.get(plain(identifier).as_ref()) {
                    let distributions = distributions.get(&row.id).cloned().unwrap_or_default();
                    current.insert(identifier.clone(), row.clone().into_current(distributions)?);
                }
            }
        }
        Ok(current)
    }

    async fn current_rows(
        &self,
        kind: Kind,
        source_id: SourceId,
        identifiers: &[String],
    ) -> Result<HashMap<String, CurrentRow>, StoreError> {
        let query = Query::select()
            .columns(CurrentRow::COLUMNS)
            .from(Records::Table)
            .and_where(Expr::col(Records::Kind).eq(kind.as_str()))
            .and_where(Expr::col(Records::SourceId).eq(source_id.uuid()))
            .and_where(
                Expr::col(Records::Identity).is_in(identifiers.iter().map(|identifier| key(identifier))),
            )
            .take();
        let mut found = HashMap::new();
        for row in self.transaction.query_all(&query).await? {
            let row = CurrentRow::from_query_result(&row, "")?;
            found.insert(row.identifier.clone(), row);
        }
        Ok(found)
    }

    async fn match_keys(
        &self,
        datasets: impl Iterator<Item = Uuid>,
    ) -> Result<HashMap<Uuid, Vec<(DistributionId, Option<String>)>>, StoreError> {
        let query = Query::select()
            .columns([Distributions::DatasetId, Distributions::Id, Distributions::MatchKey])
            .from(Distributions::Table)
            .and_where(Expr::col(Distributions::DatasetId).is_in(datasets))
            .order_by(Distributions::DatasetId, Order::Asc)
            .order_by(Distributions::Position, Order::Asc)
            .take();
        let mut keys: HashMap<Uuid, Vec<_>> = HashMap::new();
        for row in self.transaction.query_all(&query).await? {
            let id = DistributionId::new(row.try_get_by_index(1)?);
            keys.entry(row.try_get_by_index(0)?).or_default().push((id, row.try_get_by_index(2)?));
        }
        Ok(keys)
    }
}
