//! Who asks: the bearer of a token, or anybody.

use axum::http::{HeaderMap, header};
use vitrina_app::{
    AppError,
    auth::{Actor, Denied},
};

use crate::{
    problem::{Answer, Code, Problem},
    state::AppState,
};

/// Who may ask a route. Naming one in its argument is what makes a route check who asks.
pub trait Asker {
    /// The actor behind a request with these headers, or why nobody is let in.
    fn actor(headers: &HeaderMap, state: &AppState) -> impl Future<Output = Answer<Actor>> + Send;
}

/// Anybody, or the bearer of a token; a token that is not valid is refused and never taken for none.
#[derive(Debug)]
pub enum Caller {}

/// The bearer of a token. Whoever shows none is told so first, whatever else is wrong: what an operation takes is
/// nobody's business who may not use it.
#[derive(Debug)]
pub enum Bearer {}

/// Everyone alike: what is shown is what everyone may see, whatever credentials come with the request.
#[derive(Debug)]
pub enum Anyone {}

impl Asker for Caller {
    async fn actor(headers: &HeaderMap, state: &AppState) -> Answer<Actor> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let Some(value) = values.next() else { return Ok(Actor::Anonymous) };
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
            Ok(actor) => Ok(actor),
            Err(AppError::Denied(Denied::Unauthenticated)) => Err(invalid()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Asker for Bearer {
    async fn actor(headers: &HeaderMap, state: &AppState) -> Answer<Actor> {
        match Caller::actor(headers, state).await? {
            Actor::Anonymous => Err(Problem::new(Code::TokenRequired)),
            actor => Ok(actor),
        }
    }
}

impl Asker for Anyone {
    async fn actor(_headers: &HeaderMap, _state: &AppState) -> Answer<Actor> {
        Ok(Actor::Anonymous)
    }
}
