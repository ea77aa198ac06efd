//! Sources: the places that records come from.

use sea_orm::{
    ConnectionTrait, DeriveIden, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, OnConflict, Query, SelectStatement},
};
use uuid::Uuid;
use vitrina_domain::{
    id::{RecordId, SourceId},
    record::Source,
    time::Timestamp,
};

use crate::{
    Store, StoreError, Tx,
    bulk::Rows,
    column::Cell,
    plain::{bound, key},
};

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum Sources {
    Table,
    Id,
    Name,
    NameDigest,
    Kind,
    CatalogId,
    OrganizationId,
    LastFetched,
}

#[derive(Debug, FromQueryResult)]
struct Row {
    id: Uuid,
    name: String,
    kind: String,
    catalog_id: Option<Uuid>,
    organization_id: Option<Uuid>,
    last_fetched: Option<i64>,
}

impl From<Row> for Source {
    fn from(row: Row) -> Self {
        Self {
            id: SourceId::new(row.id),
            kind: row.kind,
            name: row.name,
            catalog_id: row.catalog_id.map(RecordId::new),
            organization_id: row.organization_id.map(RecordId::new),
            last_fetched: row.last_fetched.map(Timestamp::from_micros),
        }
    }
}

fn all() -> SelectStatement {
    Query::select()
        .columns([
            Sources::Id,
            Sources::Name,
            Sources::Kind,
            Sources::CatalogId,
            Sources::OrganizationId,
            Sources::LastFetched,
        ])
        .from(Sources::Table)
        .take()
}

async fn find<C: ConnectionTrait>(connection: &C, condition: Expr) -> Result<Option<Source>, StoreError> {
    let row = connection.query_one(&all().and_where(condition).take()).await?;
    Ok(row.map(|row| Row::from_query_result(&row, "")).transpose()?.map(Source::from))
}

fn named(name: &str) -> Expr {
    Expr::col(Sources::NameDigest).eq(key(name))
}

impl Store {
    /// A source by id.
    pub async fn source(&self, id: SourceId) -> Result<Option<Source>, StoreError> {
        find(&self.connections.reader, Expr::col(Sources::Id).eq(id.uuid())).await
    }

    /// A source by name.
    pub async fn source_named(&self, name: &str) -> Result<Option<Source>, StoreError> {
        find(&self.connections.reader, named(name)).await
    }

    /// Every source, by name.
    pub async fn sources(&self) -> Result<Vec<Source>, StoreError> {
        let rows = self.connections.reader.query_all(&all()).await?;
        let mut sources = Vec::with_capacity(rows.len());
        for row in &rows {
            sources.push(Source::from(Row::from_query_result(row, "")?));
        }
        // Sorted here, because each database has an order of its own for text.
        sources.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(sources)
    }
}

impl Tx {
    /// A source by name, made with `id` and `kind` when there is none.
    pub async fn ensure_source(
        &mut self,
        id: SourceId,
        name: &str,
        kind: &str,
    ) -> Result<Source, StoreError> {
        if let Some(source) = find(&self.transaction, named(name)).await? {
            return Ok(source);
        }
        // Others wait for a new name until this transaction ends. Whoever has the turn must not be among them.
        self.take_turn().await?;
        let keeping = OnConflict::column(Sources::NameDigest).do_nothing().to_owned();
        let columns = [Sources::Id, Sources::Name, Sources::NameDigest, Sources::Kind];
        let mut rows = Rows::new(Sources::Table, columns).on_conflict(keeping);
        rows.push([id.uuid().into(), bound(name).into(), key(name).into(), bound(kind).into()]);
        rows.insert(&self.transaction).await?;
        let source = find(&self.transaction, named(name)).await?;
        source.ok_or_else(|| Cell { table: "sources", column: "name", row: name }.inconsistent())
    }

    /// Writes catalog, organization and last fetch of a source.
    pub async fn update_source(&mut self, source: &Source) -> Result<(), StoreError> {
        self.take_turn().await?;
        let update = Query::update()
            .table(Sources::Table)
            .value(Sources::CatalogId, source.catalog_id.map(RecordId::uuid))
            .value(Sources::OrganizationId, source.organization_id.map(RecordId::uuid))
            .value(Sources::LastFetched, source.last_fetched.map(Timestamp::micros))
            .and_where(Expr::col(Sources::Id).eq(source.id.uuid()))
            .take();
        self.transaction.execute(&update).await?;
        Ok(())
    }
}
