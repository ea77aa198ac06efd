//! Lists suppressions, newest first.

use axum::response::{IntoResponse as _, Response};

use super::view::SuppressionView;
use crate::{
    actor::Bearer,
    filter::{PageSize, Parameter, Spec},
    inquiry::{Ask, Inquiry},
    paging::Page,
    problem::Answer,
    routes::asks::asks,
};

asks! {
    /// What a list of suppressions takes.
    SuppressionsAsks = Spec {
        parameters: &[Parameter::Limit, Parameter::Cursor],
        page: PageSize::ROWS,
        ..Spec::NONE
    };
}

/// Lists who is not written to any more, newest first.
///
/// Addresses are kept as digests that only this site can make: `vitrina mail check ADDRESS` tells what stands against one.
/// Needs the scope `admin`.
#[utoipa::path(
    get, path = "/api/v1/suppressions", operation_id = "list_suppressions", tag = "mail", params(SuppressionsAsks),
    responses((status = 200, description = "A page of suppressions.", body = Page<SuppressionView>)),
    security(("token" = ["admin"]))
)]
pub(super) async fn list(Ask(inquiry, _): Ask<SuppressionsAsks, Bearer>) -> Answer<Response> {
    let Inquiry { state, actor, asked, .. } = &inquiry;
    let mut found = state.app.suppressions(actor, inquiry.position()?, asked.limit + 1).await?;
    let next = inquiry.next_of(&mut found, |last| last.id);
    let items = found.into_iter().map(SuppressionView::from).collect();
    Ok(Page::uncounted(items, next).into_response())
}
