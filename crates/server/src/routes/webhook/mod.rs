//! Webhooks: subscribers are told what changed.

use utoipa_axum::{router::OpenApiRouter, routes};
use vitrina_app::AppError;
use vitrina_domain::{finding::Bilingual, id::WebhookId};

mod change;
mod create;
mod delete;
mod deliveries;
mod get;
mod list;
mod ping;
mod replay;
mod secret;
mod view;

use crate::{
    problem::{Answer, Code, Problem},
    state::AppState,
};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(list::list, create::create))
        .routes(routes!(get::get, change::change, delete::delete))
        .routes(routes!(secret::rotate))
        .routes(routes!(replay::replay))
        .routes(routes!(ping::ping))
        .routes(routes!(deliveries::deliveries))
}

/// The problem of a body that is not what the operation takes.
fn unreadable(error: &serde_json::Error) -> Problem {
    let text = format!("the webhook cannot be read: {error}");
    Problem::member("", Bilingual::new(format!("el webhook no se puede leer: {error}"), text))
}

/// What is refused of a body, at its place there.
fn refused(error: AppError) -> Problem {
    match error {
        AppError::Parameter { name, problem } => Problem::member(&format!("/{name}"), problem),
        error => error.into(),
    }
}

/// The webhook that a path names.
fn named(text: &str) -> Answer<WebhookId> {
    text.parse().map_err(|_error| Problem::new(Code::NotFound))
}
