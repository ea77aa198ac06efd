//! Schedules.

use sea_orm::{
    ConnectionTrait as _, DeriveIden, FromQueryResult,
    sea_query::{Expr, ExprTrait as _, OnConflict, Order, Query, SelectStatement},
};
use vitrina_domain::{
    schedule::{Schedule, Timetable},
    time::Timestamp,
};

use crate::{
    Store, StoreError, Tx,
    bulk::Rows,
    column::{Cell, json_text},
    plain::{bound, plain},
};

/// The table and its columns.
#[derive(Debug, Clone, Copy, DeriveIden)]
enum Schedules {
    Table,
    Name,
    Kind,
    Payload,
    Cron,
    Zone,
    Missed,
    Enabled,
    Next,
}

impl Schedules {
    const COLUMNS: [Self; 8] = [
        Self::Name,
        Self::Kind,
        Self::Payload,
        Self::Cron,
        Self::Zone,
        Self::Missed,
        Self::Enabled,
        Self::Next,
    ];
}

#[derive(Debug, FromQueryResult)]
struct Row {
    name: String,
    kind: String,
    payload: String,
    cron: String,
    zone: String,
    missed: String,
    enabled: bool,
    next: Option<i64>,
}

impl TryFrom<Row> for Schedule {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let cell = |column| Cell { table: "schedules", column, row: &row.name };
        Ok(Self {
            payload: cell("payload").json(&row.payload)?,
            timetable: Timetable::new(&row.cron, &row.zone).map_err(|_error| cell("cron").inconsistent())?,
            missed: cell("missed").word(&row.missed)?,
            enabled: row.enabled,
            next: row.next.map(Timestamp::from_micros),
            kind: row.kind,
            name: row.name,
        })
    }
}

fn all() -> SelectStatement {
    Query::select().columns(Schedules::COLUMNS).from(Schedules::Table).take()
}

fn named(name: &str) -> Expr {
    Expr::col(Schedules::Name).eq(plain(name).as_ref())
}

impl Store {
    /// Every schedule, by name.
    pub async fn schedules(&self) -> Result<Vec<Schedule>, StoreError> {
        let rows = self.connections.reader.query_all(&all()).await?;
        let schedules = rows.iter().map(|row| Row::from_query_result(row, "")?.try_into());
        let mut schedules = schedules.collect::<Result<Vec<Schedule>, StoreError>>()?;
        // Sorted here, because each database has an order of its own for text.
        schedules.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(schedules)
    }

    /// Whether a schedule is due.
    pub async fn schedule_is_due(&self, now: Timestamp) -> Result<bool, StoreError> {
        let query = Query::select()
            .expr(Expr::val(1))
            .from(Schedules::Table)
            .and_where(Expr::col(Schedules::Next).lte(now.micros()))
            .limit(1)
            .take();
        Ok(self.connections.reader.query_one(&query).await?.is_some())
    }
}

impl Tx {
    /// A schedule, which nobody else changes until the end of the transaction.
    pub async fn schedule(&mut self, name: &str) -> Result<Option<Schedule>, StoreError> {
        let query = all().and_where(named(name)).lock_exclusive().take();
        let row = self.transaction.query_one(&query).await?;
        row.map(|row| Row::from_query_result(&row, "")?.try_into()).transpose()
    }

    /// The schedules that are due, which nobody else takes until the end of the transaction.
    pub async fn due_schedules(&mut self, now: Timestamp) -> Result<Vec<Schedule>, StoreError> {
        let query = all()
            .and_where(Expr::col(Schedules::Next).lte(now.micros()))
            .order_by(Schedules::Next, Order::Asc)
            .order_by(Schedules::Name, Order::Asc)
            .lock_exclusive()
            .take();
        let rows = self.transaction.query_all(&query).await?;
        rows.iter().map(|row| Row::from_query_result(row, "")?.try_into()).collect()
    }

    /// Keeps a schedule unless one of its name is there: the operator's word stands.
    pub async fn ensure_schedule(&mut self, schedule: &Schedule) -> Result<(), StoreError> {
        self.put_schedule(schedule, OnConflict::column(Schedules::Name).do_nothing().to_owned()).await
    }

    /// Keeps a schedule, in the place of the one of its name.
    pub async fn replace_schedule(&mut self, schedule: &Schedule) -> Result<(), StoreError> {
        let replacing = OnConflict::column(Schedules::Name).update_columns(Schedules::COLUMNS).to_owned();
        self.put_schedule(schedule, replacing).await
    }

    async fn put_schedule(&mut self, schedule: &Schedule, on_conflict: OnConflict) -> Result<(), StoreError> {
        let mut rows = Rows::new(Schedules::Table, Schedules::COLUMNS).on_conflict(on_conflict);
        rows.push([
            bound(&schedule.name).into(),
            bound(&schedule.kind).into(),
            json_text(&schedule.payload)?.into(),
            schedule.timetable.cron().into(),
            schedule.timetable.zone().into(),
            schedule.missed.as_str().into(),
            schedule.enabled.into(),
            schedule.next.map(Timestamp::micros).into(),
        ]);
        rows.insert(&self.transaction).await?;
        Ok(())
    }
}
