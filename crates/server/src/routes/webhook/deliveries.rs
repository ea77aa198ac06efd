//! Lists what became of deliveries.

use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};

use super::{
    named,
    view::{self, DeliveryView},
};
use crate::{
    actor::Bearer,
    filter::{PageSize, Parameter, Spec},
    inquiry::{Ask, Inquiry},
    paging::Page,
    problem::Answer,
    routes::asks::asks,
};

asks! {
    /// What a list of deliveries takes.
    DeliveriesAsks = Spec {
        parameters: &[Parameter::Limit, Parameter::Cursor, Parameter::Lang],
        page: PageSize::ROWS,
        ..Spec::NONE
    };
}

/// Lists what became of each try to deliver an event, the last one first.
///
/// Tries are kept for thirty days, the last thousand of each webhook at most. They can be read with the token that the
/// webhook was made with, and with the scope `admin`.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}/deliveries", operation_id = "list_deliveries", tag = "changes",
    params(("id" = String, Path, description = "The webhook's id."), DeliveriesAsks),
    responses((status = 200, description = "A page of tries.", body = Page<DeliveryView>)),
    security(("token" = []))
)]
pub(super) async fn deliveries(
    Ask(inquiry, _): Ask<DeliveriesAsks, Bearer>,
    Path(id): Path<String>,
) -> Answer<Response> {
    let Inquiry { state, actor, asked, reader, .. } = &inquiry;
    let id = named(&id)?;
    let mut tries = state.app.webhook_tries(actor, id, inquiry.position()?, asked.limit + 1).await?;
    let next = inquiry.next_of(&mut tries, |last| last.position);
    let items = tries.iter().map(|entry| view::delivery(entry, reader.locale)).collect();
    Ok(Page::uncounted(items, next).into_response())
}
