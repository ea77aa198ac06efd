//! Lists schedules.

use axum::Json;

use super::view::ScheduleView;
use crate::{actor::Bearer, inquiry::Ask, paging::Page, problem::Answer, routes::asks::NothingAsks};

/// Lists schedules, by name.
///
/// Each files a job when it is due, unless the one before has not ended. Needs the scope `admin`.
#[utoipa::path(
    get, path = "/api/v1/schedules", operation_id = "list_schedules", tag = "jobs", params(NothingAsks),
    responses((status = 200, description = "Every schedule.", body = Page<ScheduleView>)),
    security(("token" = ["admin"]))
)]
pub(super) async fn list(Ask(inquiry, _): Ask<NothingAsks, Bearer>) -> Answer<Json<Page<ScheduleView>>> {
    let schedules = inquiry.state.app.schedules(&inquiry.actor).await?;
    Ok(Json(Page::whole(schedules.into_iter().map(ScheduleView::from).collect())))
}
