//! Requests that may be repeated: a POST with an `Idempotency-Key` is done once and answered as often as it comes.
//!
//! Only success is given again: a request that was refused or failed did nothing, and its key is free again, so
//! that it can be mended and sent anew. Imports need no key, because the same bytes imported twice change nothing.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use http_body_util::{BodyExt as _, Limited};
use vitrina_app::{
    AppError, Chain,
    idempotency::{Claim, StoredAnswer},
};
use vitrina_domain::{canonical::Digest, finding::Bilingual};

use crate::{
    actor::{Asker as _, Bearer},
    around::{Around, Next},
    body::broken_body,
    limit::RouteClass,
    problem::{Answer, Code, Problem},
    state::AppState,
};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Says that the answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The longest key.
const LONGEST: usize = 255;

/// The headers of an answer that are worth repeating.
const KEPT: [HeaderName; 4] = [header::CONTENT_TYPE, header::LOCATION, header::ETAG, header::LINK];

/// Answers a repeated POST with what the first one was answered.
#[derive(Clone)]
pub(crate) struct Once(pub(crate) AppState);

impl Around for Once {
    async fn answer<N: Next>(&self, request: Request, next: &N) -> Response {
        let Self(state) = self;
        let is_single_write = request.method() == Method::POST
            && RouteClass::of(request.method(), request.uri(), request.headers()) == RouteClass::Write;
        if !is_single_write || !request.headers().contains_key(KEY) {
            return next.run(request).await;
        }
        answer_once(state, request, next).await.unwrap_or_else(Problem::into_response)
    }
}

fn key(headers: &HeaderMap) -> Answer<String> {
    let text = headers.get(KEY).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let fits = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fits {
        return Ok(text.to_owned());
    }
    Err(Problem::new(Code::BadRequest).with_detail(Bilingual::new(
        format!("Idempotency-Key lleva de 1 a {LONGEST} caracteres visibles de ASCII"),
        format!("Idempotency-Key has 1 to {LONGEST} visible ASCII characters"),
    )))
}

async fn answer_once(state: &AppState, request: Request, next: &impl Next) -> Answer<Response> {
    let (parts, body) = request.into_parts();
    let actor = Bearer::actor(&parts.headers, state).await?;
    let key = key(&parts.headers)?;
    let most = usize::try_from(state.gates.body_bytes(RouteClass::Write)).unwrap_or(usize::MAX);
    let bytes = Limited::new(body, most).collect().await.map_err(|error| broken_body(&*error))?.to_bytes();
    let digest = Digest::of(&[parts.uri.to_string().as_bytes(), b"\n", &bytes].concat());
    if let Claim::Repeat(answer) = state.app.claim_key(&actor, &key, &digest).await? {
        return replay(answer);
    }
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    // The request is done, one way or the other: a failure to remember that is no reason to tell of a failure.
    if !response.status().is_success() {
        forgive(state.app.release_key(&actor, &key).await);
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let body = body.collect().await.map_err(Problem::internal)?.to_bytes();
    let answer = StoredAnswer {
        request: digest,
        status: Some(parts.status.as_u16()),
        headers: kept(&parts.headers),
        body: body.to_vec(),
    };
    forgive(state.app.keep_answer(&actor, &key, &answer).await);
    Ok(Response::from_parts(parts, body.into()))
}

fn forgive(kept: Result<(), AppError>) {
    if let Err(error) = kept {
        tracing::warn!(error = %Chain(&error), "an idempotency key could not be settled");
    }
}

fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    KEPT.iter()
        .filter_map(|name| Some((name.to_string(), headers.get(name)?.to_str().ok()?.to_owned())))
        .collect()
}

fn replay(answer: StoredAnswer) -> Answer<Response> {
    let StoredAnswer { request: _, status, headers, body } = answer;
    let status = StatusCode::from_u16(status.unwrap_or_default()).map_err(Problem::internal)?;
    let mut response = (status, body).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a-1", Ok("a-1".to_owned()))]
    #[case("", Err(Code::BadRequest))]
    #[case("two words", Err(Code::BadRequest))]
    fn keys_are_visible_ascii(#[case] text: &str, #[case] expected: Result<String, Code>) {
        let headers = HeaderMap::from_iter([(KEY, HeaderValue::from_str(text).unwrap())]);
        assert_eq!(key(&headers).map_err(|problem| problem.code()), expected);
    }
}
