//! The change log: appended in turn, read in order (ADR 0002).

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DeriveIden, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, Order, Query, SelectStatement},
};
use uuid::Uuid;
use vitrina_domain::{
    change::{Change, Seq},
    record::Kind,
    time::Timestamp,
    webhook::Selection,
};

use crate::{
    Store, StoreError,
    bulk::Rows,
    column::{Cell, json_text},
    merge::merged,
    record::Records,
};

/// Which changes a reader may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeFilter {
    /// The public ones.
    Public,
    /// All of them: for followers inside the server.
    All,
}

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum Changes {
    Table,
    Seq,
    At,
    Actor,
    Audience,
    Kind,
    EntityId,
    Op,
    Revision,
    Hash,
    Changed,
}

impl Changes {
    const COLUMNS: [Self; 10] = [
        Self::Seq,
        Self::At,
        Self::Actor,
        Self::Audience,
        Self::Kind,
        Self::EntityId,
        Self::Op,
        Self::Revision,
        Self::Hash,
        Self::Changed,
    ];
}

#[derive(Debug, FromQueryResult)]
struct Row {
    seq: i64,
    at: i64,
    actor: String,
    audience: String,
    kind: String,
    entity_id: Uuid,
    op: String,
    revision: i64,
    hash: Vec<u8>,
    changed: String,
}

impl TryFrom<Row> for Change {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let cell = |column| Cell { table: "changes", column, row: row.seq };
        Ok(Self {
            seq: Seq(row.seq),
            at: Timestamp::from_micros(row.at),
            actor: row.actor,
            audience: cell("audience").word(&row.audience)?,
            kind: cell("kind").word(&row.kind)?,
            entity_id: row.entity_id,
            op: cell("op").word(&row.op)?,
            revision: cell("revision").number(row.revision)?,
            hash: cell("hash").digest(&row.hash)?,
            changed: cell("changed").json(&row.changed)?,
        })
    }
}

impl ChangeFilter {
    fn condition(&self) -> Option<Expr> {
        match self {
            Self::Public => Some(Expr::col(Changes::Audience).eq("public")),
            Self::All => None,
        }
    }

    fn changes(&self) -> SelectStatement {
        Query::select().from(Changes::Table).and_where_option(self.condition()).take()
    }

    fn last(&self, column: Changes) -> SelectStatement {
        self.changes().column(column).order_by(Changes::Seq, Order::Desc).limit(1).take()
    }
}

impl Store {
    /// Changes after a position, in order; `kinds` empty means every kind.
    pub async fn changes(
        &self,
        filter: &ChangeFilter,
        kinds: &[Kind],
        after: Seq,
        limit: u64,
    ) -> Result<Vec<Change>, StoreError> {
        let following = || {
            filter.changes().columns(Changes::COLUMNS).and_where(Expr::col(Changes::Seq).gt(after.0)).take()
        };
        let selections: Vec<_> = match kinds {
            [] => vec![following()],
            _ => Kind::ALL
                .into_iter()
                .filter(|kind| kinds.contains(kind))
                .map(|kind| following().and_where(Expr::col(Changes::Kind).eq(kind.as_str())).take())
                .collect(),
        };
        let Some(query) = merged(selections, Changes::Seq, &Order::Asc, limit) else { return Ok(Vec::new()) };
        let rows = self.connections.reader.query_all(&query).await?;
        rows.iter().map(|row| Row::from_query_result(row, "")?.try_into()).collect()
    }

    /// Public changes that a webhook has selected, after a position and as far as another, in order.
    ///
    /// As much of the log is read as lies in between, however little of it is selected.
    pub async fn selected_changes(
        &self,
        selection: &Selection,
        after: Seq,
        up_to: Seq,
        limit: u64,
    ) -> Result<Vec<Change>, StoreError> {
        let Selection { kinds, organization } = selection;
        let mut query = ChangeFilter::Public.changes();
        query
            .columns(Changes::COLUMNS.map(|column| (Changes::Table, column)))
            .and_where(Expr::col(Changes::Seq).gt(after.0))
            .and_where(Expr::col(Changes::Seq).lte(up_to.0))
            .order_by(Changes::Seq, Order::Asc)
            .limit(limit);
        if !kinds.is_empty() {
            let kinds = kinds.iter().map(|kind| kind.as_str());
            query.and_where(Expr::col((Changes::Table, Changes::Kind)).is_in(kinds));
        }
        if let Some(organization) = organization {
            let answers_for = Query::select()
                .expr(Expr::val(1))
                .from(Records::Table)
                .and_where(
                    Expr::col((Records::Table, Records::Id)).equals((Changes::Table, Changes::EntityId)),
                )
                .and_where(Expr::col((Records::Table, Records::OrganizationId)).eq(organization.uuid()))
                .take();
            let is_it = Expr::col(Changes::EntityId).eq(organization.uuid());
            query.and_where(is_it.or(Expr::exists(answers_for)));
        }
        let rows = self.connections.reader.query_all(&query).await?;
        rows.iter().map(|row| Row::from_query_result(row, "")?.try_into()).collect()
    }

    /// The last position of the log as a reader sees it.
    pub async fn last_change(&self, filter: &ChangeFilter) -> Result<Seq, StoreError> {
        let row = self.connections.reader.query_one(&filter.last(Changes::Seq)).await?;
        Ok(row.map(|row| row.try_get_by_index(0).map(Seq)).transpose()?.unwrap_or_default())
    }

    /// When the last change a reader sees was committed.
    pub async fn last_change_at(&self, filter: &ChangeFilter) -> Result<Option<Timestamp>, StoreError> {
        let row = self.connections.reader.query_one(&filter.last(Changes::At)).await?;
        Ok(row.map(|row| row.try_get_by_index(0).map(Timestamp::from_micros)).transpose()?)
    }
}

/// The last position that a transaction sees, whose turn it is to append.
pub(crate) async fn last_seq(tx: &DatabaseTransaction) -> Result<Seq, StoreError> {
    let row = tx.query_one(&ChangeFilter::All.last(Changes::Seq)).await?;
    Ok(row.map(|row| row.try_get_by_index(0).map(Seq)).transpose()?.unwrap_or_default())
}

/// Appends changes, whose positions follow the last one.
pub(crate) async fn append(tx: &DatabaseTransaction, changes: Vec<Change>) -> Result<(), StoreError> {
    let mut rows = Rows::new(Changes::Table, Changes::COLUMNS);
    for change in changes {
        rows.push([
            change.seq.0.into(),
            change.at.micros().into(),
            change.actor.into(),
            change.audience.to_string().into(),
            change.kind.as_str().into(),
            change.entity_id.into(),
            change.op.as_str().into(),
            i64::from(change.revision).into(),
            change.hash.as_bytes().to_vec().into(),
            json_text(&change.changed)?.into(),
        ]);
    }
    rows.insert(tx).await?;
    Ok(())
}
