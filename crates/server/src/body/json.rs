//! JSON bodies.

use std::{error::Error, io};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use mediatype::{MediaType, ReadParams as _, names};
use serde_json::Value;
use vitrina_domain::finding::Bilingual;

use super::{MAX_DEPTH, exceeds_depth};
use crate::{
    limit::BodyLimit,
    problem::{Code, Problem, Violation},
};

/// The limit where a route has no gate before it.
const FALLBACK_LIMIT: u64 = 1024 * 1024;

/// A JSON document: `application/json` or a type that ends in `+json`.
#[derive(Debug)]
pub struct JsonBody(pub Value);

/// A JSON Merge Patch (RFC 7396): `application/merge-patch+json`, or plain JSON.
#[derive(Debug)]
pub struct MergePatch(pub Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(unsupported(&["application/json", "application/ld+json"]));
        }
        read(request).await.map(Self)
    }
}

impl<S: Send + Sync> FromRequest<S> for MergePatch {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        // Any other kind of patch (RFC 6902) would be read as something it does not mean.
        let is_patch = media_type(request.headers()).is_some_and(|media_type| {
            media_type.ty == names::APPLICATION
                && (media_type.essence() == MediaType::new(names::APPLICATION, names::JSON)
                    || media_type.subty.as_str().eq_ignore_ascii_case("merge-patch"))
        });
        if !is_patch || !is_json(request.headers()) {
            return Err(unsupported(&["application/merge-patch+json", "application/json"]));
        }
        read(request).await.map(Self)
    }
}

fn unsupported(allowed: &[&'static str]) -> Problem {
    Problem::new(Code::UnsupportedMediaType).with_allowed(allowed.iter().copied())
}

fn media_type(headers: &HeaderMap) -> Option<MediaType<'_>> {
    let text = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    MediaType::parse(text).ok()
}

fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|media_type| {
        let is_json = media_type.subty == names::JSON || media_type.suffix == Some(names::JSON);
        let is_utf8 = media_type.get_param(names::CHARSET).is_none_or(|charset| {
            let charset = charset.unquoted_str();
            charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
        });
        media_type.ty == names::APPLICATION && is_json && is_utf8
    })
}

async fn read(request: Request) -> Result<Value, Problem> {
    let bytes = collect(request).await?;
    if exceeds_depth(&bytes, MAX_DEPTH) {
        let text = Bilingual::new(
            format!("el cuerpo anida más de {MAX_DEPTH} niveles"),
            format!("the body nests more than {MAX_DEPTH} levels"),
        );
        return Err(Problem::new(Code::TooDeep).with_detail(text));
    }
    // Excel and old editors put a byte order mark in front.
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    serde_json::from_slice(text).map_err(|error| malformed(&error))
}

fn malformed(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    let message = Bilingual::new(
        format!("el JSON no se puede leer en la línea {line}, columna {column}"),
        format!("the JSON cannot be read at line {line}, column {column}"),
    );
    let violation = Violation {
        pointer: String::new(),
        code: Code::InvalidJson.as_str().to_owned(),
        message: message.clone(),
        hint: None,
    };
    Problem::new(Code::InvalidJson).with_detail(message).with_error(violation)
}

/// The whole body, if it is within the route's limit.
async fn collect(mut request: Request) -> Result<Bytes, Problem> {
    let most = request.extensions().get().map_or(FALLBACK_LIMIT, |BodyLimit(most)| *most);
    refuse_declared(request.body_mut(), most).await?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    match Limited::new(request.into_body(), most).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) => Err(broken_body(&*error)),
    }
}

/// How much more than may be of a body is still read and thrown away: who sends it reads the answer only then, and
/// finds a reset connection otherwise.
const THROWN_AWAY: u64 = 8 << 20;

/// Refuses a body that says that it is longer than may be; of one that is much longer, nothing is waited for.
pub(crate) async fn refuse_declared(body: &mut Body, most: u64) -> Result<(), Problem> {
    let declared = HttpBody::size_hint(body).lower();
    if declared <= most {
        return Ok(());
    }
    if declared <= most.saturating_add(THROWN_AWAY) {
        while let Some(Ok(_)) = body.frame().await {}
    }
    Err(Problem::new(Code::PayloadTooLarge))
}

/// The problem of a body that could not be read to its end.
pub(crate) fn broken_body(error: &(dyn Error + 'static)) -> Problem {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return Problem::new(Code::PayloadTooLarge);
        }
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut) {
            return Problem::new(Code::BodyTooSlow);
        }
        cause = error.source();
    }
    let text = Bilingual::new("el cuerpo se cortó antes de su fin", "the body was cut before its end");
    Problem::new(Code::BadRequest).with_detail(text)
}

#[cfg(test)]
mod tests {
    use std::{
        pin::Pin,
        task::{Context, Poll},
    };

    use hyper::body::{Frame, SizeHint};
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    async fn json(content_type: &str, body: impl Into<Body>) -> Result<Value, Code> {
        let request = Request::builder().header("content-type", content_type).body(body.into()).unwrap();
        JsonBody::from_request(request, &())
            .await
            .map(|JsonBody(value)| value)
            .map_err(|problem| problem.code())
    }

    #[rstest]
    #[case("application/json", "{\"a\":1}", Ok(json!({"a": 1})))]
    #[case("application/ld+json; charset=UTF-8", "[]", Ok(json!([])))]
    #[case("application/json", "\u{feff}{}", Ok(json!({})))]
    #[case("application/json;charset=latin1", "{}", Err(Code::UnsupportedMediaType))]
    #[case("text/plain", "{}", Err(Code::UnsupportedMediaType))]
    #[case("", "{}", Err(Code::UnsupportedMediaType))]
    #[case("application/json", "", Err(Code::InvalidJson))]
    #[case("application/json", "{} {}", Err(Code::InvalidJson))]
    #[case("application/json", "{\"a\":NaN}", Err(Code::InvalidJson))]
    #[case("application/json", "{\"a\":1,}", Err(Code::InvalidJson))]
    #[tokio::test]
    async fn reads(
        #[case] content_type: &str,
        #[case] body: &'static str,
        #[case] expected: Result<Value, Code>,
    ) {
        assert_eq!(json(content_type, body).await, expected);
    }

    #[tokio::test]
    async fn limits_hold() {
        assert_eq!(json("application/json", "[".repeat(100_000)).await, Err(Code::TooDeep));
        let long = format!("\"{}\"", "a".repeat(2 << 20));
        assert_eq!(json("application/json", long).await, Err(Code::PayloadTooLarge));
        assert_eq!(json("application/json", Bytes::from_static(b"\"\xF1\"")).await, Err(Code::InvalidJson));
    }

    #[tokio::test]
    async fn a_body_that_says_it_is_much_too_long_is_not_waited_for() {
        struct Announced;
        impl HttpBody for Announced {
            type Data = Bytes;
            type Error = io::Error;

            fn poll_frame(
                self: Pin<&mut Self>,
                _cx: &mut Context<'_>,
            ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
                panic!("it was waited for")
            }

            fn size_hint(&self) -> SizeHint {
                SizeHint::with_exact(FALLBACK_LIMIT + THROWN_AWAY + 1)
            }
        }
        assert_eq!(json("application/json", Body::new(Announced)).await, Err(Code::PayloadTooLarge));
    }

    #[tokio::test]
    async fn a_mistake_is_told_by_line_and_column() {
        let request = Request::builder()
            .header("content-type", "application/json")
            .body(Body::from("{\n  \"a\": x\n}"))
            .unwrap();
        let problem = JsonBody::from_request(request, &()).await.unwrap_err();
        assert_eq!(problem.detail().unwrap().en, "the JSON cannot be read at line 2, column 8");
    }

    #[rstest]
    #[case("application/merge-patch+json", true)]
    #[case("application/json", true)]
    #[case("application/json-patch+json", false)]
    #[tokio::test]
    async fn only_merge_patches_are_patches(#[case] content_type: &str, #[case] taken: bool) {
        let request = Request::builder().header("content-type", content_type).body(Body::from("{}")).unwrap();
        assert_eq!(MergePatch::from_request(request, &()).await.is_ok(), taken);
    }

    #[test]
    fn a_slow_body_is_told_apart_from_a_cut_one() {
        let slow = axum::Error::new(io::Error::new(io::ErrorKind::TimedOut, "slow"));
        assert_eq!(broken_body(&slow).code(), Code::BodyTooSlow);
        assert_eq!(broken_body(&io::Error::other("reset")).code(), Code::BadRequest);
    }
}
