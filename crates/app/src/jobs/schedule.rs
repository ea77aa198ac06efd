//! Schedules: jobs that come again and again.

use vitrina_domain::{
    finding::Bilingual,
    job::{Job, Priority},
    schedule::{InvalidTimetable, Missed, Schedule, Timetable},
};

use super::NewJob;
use crate::{
    App, AppError,
    auth::{Action, Actor, Object, authorize},
};

/// Where the clock hangs that routines go by: that of the guarantor.
const ZONE: &str = "America/Monterrey";

/// What the operator changes of a schedule; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Retiming {
    /// The five fields of cron.
    pub cron: Option<String>,
    /// The time zone.
    pub zone: Option<String>,
    /// What becomes of times that nobody was there for.
    pub missed: Option<Missed>,
    /// Whether it files anything.
    pub enabled: Option<bool>,
}

impl App {
    /// Makes the schedules of the kinds that are routine, where they are not there yet.
    pub async fn ensure_schedules(&self) -> Result<(), AppError> {
        let now = self.now();
        let mut tx = self.store().begin("system", now).await?;
        for work in self.kinds().works() {
            let (Some(routine), kind) = (work.routine(), work.terms().kind) else { continue };
            let timetable = Timetable::new(routine.cron, ZONE).map_err(|error| wrong(&error))?;
            let schedule = Schedule {
                name: kind.to_owned(),
                kind: kind.to_owned(),
                payload: serde_json::json!({}),
                next: timetable.after(now),
                timetable,
                missed: routine.missed,
                enabled: true,
            };
            tx.ensure_schedule(&schedule).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Files the jobs of the schedules that are due.
    pub(super) async fn follow_schedules(&self) -> Result<(), AppError> {
        let now = self.now();
        if !self.store().schedule_is_due(now).await? {
            return Ok(());
        }
        let mut tx = self.store().begin("system", now).await?;
        for mut schedule in tx.due_schedules(now).await? {
            let (Some(due), Some(work)) = (schedule.next, self.kinds().get(&schedule.kind)) else { continue };
            let is_busy = tx.schedule_is_busy(&schedule.name).await?;
            if is_busy && schedule.missed == Missed::Once {
                // It stays due, and is made up for when the one before has ended.
                continue;
            }
            if !is_busy && schedule.timetable.counts(schedule.missed, due, now) {
                let job = NewJob {
                    priority: Priority::Low,
                    schedule: Some(schedule.name.clone()),
                    ..NewJob::of(work.terms(), schedule.payload.clone())
                };
                self.add_job(&mut tx, &Actor::System, job).await?;
            }
            schedule.next = schedule.timetable.after(now);
            tx.replace_schedule(&schedule).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Every schedule, by name.
    pub async fn schedules(&self, actor: &Actor) -> Result<Vec<Schedule>, AppError> {
        authorize(actor, Action::Operate, &Object::Site)?;
        Ok(self.store().schedules().await?)
    }

    /// Changes a schedule.
    pub async fn retime(&self, actor: &Actor, name: &str, wanted: &Retiming) -> Result<Schedule, AppError> {
        authorize(actor, Action::Operate, &Object::Site)?;
        let now = self.now();
        let mut tx = self.store().begin(&actor.audit_name(), now).await?;
        let mut schedule = tx.schedule(name).await?.ok_or(AppError::NotFound("schedule"))?;
        let Retiming { cron, zone, missed, enabled } = wanted;
        let cron = cron.as_deref().unwrap_or(schedule.timetable.cron());
        let zone = zone.as_deref().unwrap_or(schedule.timetable.zone());
        schedule.timetable = Timetable::new(cron, zone).map_err(|error| wrong(&error))?;
        schedule.missed = missed.unwrap_or(schedule.missed);
        schedule.enabled = enabled.unwrap_or(schedule.enabled);
        schedule.next = if schedule.enabled { schedule.timetable.after(now) } else { None };
        tx.replace_schedule(&schedule).await?;
        tx.commit().await?;
        Ok(schedule)
    }

    /// Files the job of a schedule now.
    pub async fn run_schedule(&self, actor: &Actor, name: &str) -> Result<Job, AppError> {
        authorize(actor, Action::Operate, &Object::Site)?;
        let mut tx = self.store().begin(&actor.audit_name(), self.now()).await?;
        let schedule = tx.schedule(name).await?.ok_or(AppError::NotFound("schedule"))?;
        let work = self.kinds().get(&schedule.kind).ok_or(AppError::NotFound("kind of job"))?;
        let job = NewJob { schedule: Some(schedule.name), ..NewJob::of(work.terms(), schedule.payload) };
        let job = self.add_job(&mut tx, actor, job).await?;
        tx.commit().await?;
        self.call_workers();
        Ok(job)
    }
}

fn wrong(error: &InvalidTimetable) -> AppError {
    match error {
        InvalidTimetable::Cron(_) => AppError::Parameter {
            name: "cron",
            problem: Bilingual::new(
                "cinco campos de cron: minuto, hora, día, mes y día de la semana",
                "five fields of cron: minute, hour, day, month and day of the week",
            ),
        },
        InvalidTimetable::Zone(_) => AppError::Parameter {
            name: "zone",
            problem: Bilingual::new(
                "una zona horaria de la base de la IANA, por ejemplo America/Monterrey",
                "a time zone of the IANA database, for example America/Monterrey",
            ),
        },
    }
}
