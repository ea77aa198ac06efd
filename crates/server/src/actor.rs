//! Who asks: the bearer of a token, or anybody.

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use vitrina_app::{
    AppError,
    auth::{Actor, Denied},
};

use crate::{
    problem::{Code, Problem},
    state::AppState,
};

/// The actor behind a request. Taking it as an argument is what makes a handler check who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller(pub Actor);

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(header::AUTHORIZATION).iter();
        let Some(value) = values.next() else { return Ok(Self(Actor::Anonymous)) };
        let invalid = || Problem::new(Code::TokenInvalid);
        // Two credentials could be read as one by a proxy and as the other by us.
        if values.next().is_some() {
            return Err(invalid());
        }
        let text = value.to_str().map_err(|_error| invalid())?;
        let (scheme, token) = text.split_once(' ').ok_or_else(invalid)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(invalid());
        }
        match state.app.authenticate(token.trim()).await {
            Ok(actor) => Ok(Self(actor)),
            Err(AppError::Denied(Denied::Unauthenticated)) => Err(invalid()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The actor behind a request that needs a token. Whoever shows none is told so first, whatever else is wrong: what
/// an operation takes is nobody's business who may not use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer(pub Actor);

impl FromRequestParts<AppState> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        match Caller::from_request_parts(parts, state).await? {
            Caller(Actor::Anonymous) => Err(Problem::new(Code::TokenRequired)),
            Caller(actor) => Ok(Self(actor)),
        }
    }
}
