//! Changes a schedule.

use axum::{Json, extract::Path};
use serde::Deserialize;
use serde_json::Value;
use vitrina_app::{AppError, jobs::Retiming};
use vitrina_domain::{finding::Bilingual, schedule::Missed};

use super::view::ScheduleView;
use crate::{
    actor::Bearer,
    body::MergePatch,
    inquiry::Ask,
    problem::{Answer, Problem},
    routes::asks::NothingAsks,
};

/// What changes of a schedule; what is left out stays.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScheduleChange)]
pub(super) struct Change {
    /// Minute, hour, day, month and weekday, as in cron.
    cron: Option<String>,
    /// A time zone of the IANA database.
    zone: Option<String>,
    /// What becomes of times that nobody was there for: `once` or `skip`.
    #[schema(value_type = Option<String>)]
    missed: Option<Missed>,
    /// Whether it files anything.
    is_enabled: Option<bool>,
}

/// Changes when a schedule is due, or whether it is.
///
/// Needs the scope `admin`.
#[utoipa::path(
    patch, path = "/api/v1/schedules/{name}", operation_id = "retime_schedule", tag = "jobs",
    params(("name" = String, Path, description = "The schedule's name."), NothingAsks),
    request_body(content((Change = "application/merge-patch+json"), (Change = "application/json"))),
    responses((status = 200, description = "The schedule as it is now.", body = ScheduleView)),
    security(("token" = ["admin"]))
)]
pub(super) async fn retime(
    Ask(inquiry, _): Ask<NothingAsks, Bearer>,
    Path(name): Path<String>,
    MergePatch(patch): MergePatch,
) -> Answer<Json<ScheduleView>> {
    let wanted = read(&patch)?;
    let changed = inquiry.state.app.retime(&inquiry.actor, &name, &wanted).await;
    changed.map(|schedule| Json(schedule.into())).map_err(|error| match error {
        AppError::Parameter { name, problem } => Problem::member(&format!("/{name}"), problem),
        error => error.into(),
    })
}

fn read(patch: &Value) -> Answer<Retiming> {
    let Change { cron, zone, missed, is_enabled } = Change::deserialize(patch).map_err(|error| {
        let text = format!("the change cannot be read: {error}");
        Problem::member("", Bilingual::new(format!("el cambio no se puede leer: {error}"), text))
    })?;
    Ok(Retiming { cron, zone, missed, enabled: is_enabled })
}
