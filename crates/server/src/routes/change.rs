//! The change log.

use axum::response::Response;
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use vitrina_app::changes::Told;
use vitrina_domain::change::Seq;

use super::asks::asks;
use crate::{
    cursor,
    filter::{PageSize, Parameter, Parameters, Spec},
    inquiry::{Ask, Inquiry, Reply},
    openapi::component,
    problem::Answer,
    state::AppState,
};

asks! {
    /// What the change log takes.
    ChangesAsks = Spec {
        parameters: &[Parameter::From, Parameter::Kind, Parameter::Limit, Parameter::Lang],
        page: PageSize::ROWS,
        ..Spec::NONE
    };
}

/// A stretch of the change log.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ChangePage)]
pub(crate) struct ChangesBody {
    /// The changes, oldest first.
    #[schema(value_type = Vec<component::Change>)]
    items: Vec<Told>,
    /// The address to go on at now, or null when there is nothing more yet.
    #[schema(format = "uri", required = true)]
    next: Option<String>,
    /// Where to go on later: `from` takes it. It never expires.
    token: String,
}

/// Where in the log `from` begins; at its beginning where it is not given.
pub(super) fn start(asked: &Parameters) -> Answer<Seq> {
    let parameter = Parameter::From;
    let start = asked.text(parameter).map(Seq::from_token).transpose();
    Ok(start.map_err(|error| cursor::refused(parameter.name(), error))?.unwrap_or_default())
}

/// Lists changes after a token, in the order they were committed; nothing is ever pruned.
///
/// Keep `token` and give it as `from` the next time: what came after it is answered, each change once. `create` means
/// that a record became public, `delete` that it stopped being public; what a change says is a hint, and the record
/// itself is the truth.
#[utoipa::path(
    get, path = "/api/v1/changes", operation_id = "list_changes", tag = "changes", params(ChangesAsks),
    responses((status = 200, description = "A stretch of the log.", body = ChangesBody))
)]
async fn list(Ask(inquiry, _): Ask<ChangesAsks>) -> Answer<Response> {
    let Inquiry { state, actor, asked, reader, .. } = &inquiry;
    let make = async || {
        let after = start(asked)?;
        let limit = usize::try_from(asked.limit).unwrap_or(usize::MAX);
        let page = state.app.changes(actor, &asked.kinds, after, limit).await?;
        let languages = reader.tags();
        let items = page
            .changes
            .iter()
            .map(|(change, record)| state.app.tell(change, record.as_ref(), &languages))
            .collect::<Result<_, _>>()?;
        let token = page.next.token();
        let from = Parameter::From.name();
        let next = page.more.then(|| inquiry.address(&[from], (from, &token)));
        Ok(Reply { body: ChangesBody { items, next: next.clone(), token }, next })
    };
    inquiry.answer(make).await
}

/// The operations.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}
