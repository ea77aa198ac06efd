//! A question whose answer changes whenever anything does: who asks, what, and which answer they hold already.

use std::marker::PhantomData;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Uri, request::Parts},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use vitrina_app::auth::Actor;

use super::record::list::list_validators;
use crate::{
    actor::Caller,
    filter::{Asks, Parameters},
    locale::Reader,
    paging::link_next,
    problem::{Answer, Problem},
    state::AppState,
};

/// Everything that a route over many records needs to know of a request.
pub(super) struct Inquiry<T> {
    pub(super) state: AppState,
    pub(super) actor: Actor,
    pub(super) asked: Parameters,
    /// The reader, after `lang`.
    pub(super) reader: Reader,
    pub(super) uri: Uri,
    headers: HeaderMap,
    asks: PhantomData<fn() -> T>,
}

impl<T: Asks> FromRequestParts<AppState> for Inquiry<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let Caller(actor) = Caller::from_request_parts(parts, state).await?;
        let asked = Parameters::parse(&T::SPEC, parts.uri.query().unwrap_or_default())?;
        let reader =
            Reader::from_request_parts(parts, state).await.unwrap_or_else(|infallible| match infallible {});
        Ok(Self {
            state: state.clone(),
            actor,
            reader: asked.reader(reader),
            asked,
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
            asks: PhantomData,
        })
    }
}

/// A body with the address of the page after it.
pub(super) struct Reply<B> {
    pub(super) body: B,
    pub(super) next: Option<String>,
}

impl<T> Inquiry<T> {
    /// The reply as JSON with its validators and links; nothing is made for a reader who has it already.
    pub(super) async fn answer<B: Serialize>(
        &self,
        make: impl AsyncFnOnce() -> Answer<Reply<B>>,
    ) -> Answer<Response> {
        let validators = list_validators(&self.state, &self.actor, &self.uri, "json", &self.reader).await?;
        if let Some(response) = validators.not_modified(&self.headers) {
            return Ok(response);
        }
        let Reply { body, next } = make().await?;
        let mut response = axum::Json(body).into_response();
        validators.apply(response.headers_mut());
        link_next(response.headers_mut(), next.as_deref());
        Ok(response)
    }
}
