//! Lets nobody write to an address any more.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use vitrina_domain::{finding::Bilingual, mail::MailAddress};

use super::view::SuppressionView;
use crate::{
    actor::Bearer,
    body::JsonBody,
    inquiry::{Ask, Inquiry},
    problem::{Answer, Code, Problem, Violation},
    routes::asks::NothingAsks,
};

/// Somebody who is not to be written to any more.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSuppression)]
pub(super) struct New {
    /// The address of the person.
    #[schema(format = "email")]
    address: String,
}

/// Lets nobody write to an address any more.
///
/// It holds for all letters, until the suppression is deleted. The address itself is not kept. Needs the scope `admin`.
#[utoipa::path(
    post, path = "/api/v1/suppressions", operation_id = "create_suppression", tag = "mail", params(NothingAsks),
    request_body(content = New, content_type = "application/json"),
    responses((status = 201, description = "The suppression.", body = SuppressionView)),
    security(("token" = ["admin"]))
)]
pub(super) async fn create(
    Ask(inquiry, _): Ask<NothingAsks, Bearer>,
    JsonBody(body): JsonBody,
) -> Answer<Response> {
    let New { address } = New::deserialize(body).map_err(|error| {
        let text =
            Bilingual::new(format!("no se puede leer: {error}"), format!("it cannot be read: {error}"));
        refused(String::new(), text)
    })?;
    let address: MailAddress = address.parse().map_err(|_error| {
        refused(
            "/address".to_owned(),
            Bilingual::new("no es una dirección de correo", "it is no mail address"),
        )
    })?;
    let Inquiry { state, actor, .. } = &inquiry;
    let suppression = state.app.suppress(actor, &address).await?;
    let place = state.site.url(&format!("/api/v1/suppressions/{}", suppression.id));
    let body = Json(SuppressionView::from(suppression));
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], body).into_response())
}

fn refused(pointer: String, message: Bilingual) -> Problem {
    let code = Code::InvalidDocument;
    Problem::new(code).with_error(Violation { pointer, code: code.as_str().to_owned(), message, hint: None })
}
