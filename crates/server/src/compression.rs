//! Compression that keeps entity tags strong: each content coding of a representation has a tag of its own.
//!
//! `tower-http` compresses and leaves the tag alone, so two different byte sequences would share a strong tag
//! (RFC 9110 section 8.8.3.3). Here the coding is added to the tag on the way out, and taken off the tags of
//! `If-Match` and `If-None-Match` on the way in, so that handlers know only their own tags.

use std::ops::ControlFlow;

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer,
        predicate::{NotForContentType, Predicate, SizeAbove},
    },
};

use crate::around::Passage;
use crate::conditional::{Given, tags};

const CODINGS: [&str; 3] = ["gzip", "br", "zstd"];

/// The compressing layer: cheap levels, small answers and compressed formats left alone.
pub fn layer() -> CompressionLayer<impl Predicate> {
    let predicate = SizeAbove::new(1024)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::const_new("application/vnd.openxmlformats"))
        .and(NotForContentType::const_new("application/vnd.apache.parquet"))
        .and(NotForContentType::const_new("text/event-stream"))
        .and(Entire);
    CompressionLayer::new().quality(CompressionLevel::Precise(4)).compress_when(predicate)
}

/// What is given in parts is given as it is: a part of one coding is no part of another.
#[derive(Debug, Clone, Copy)]
struct Entire;

impl Predicate for Entire {
    fn should_compress<B: hyper::body::Body>(&self, response: &axum::http::Response<B>) -> bool {
        !response.headers().contains_key(header::ACCEPT_RANGES)
    }
}

/// Gives each content coding its own strong tag; stands outside of [`layer`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct TagsByCoding;

impl Passage for TagsByCoding {
    /// The tags that the reader holds.
    type Memory = Vec<String>;

    fn enter(&self, request: &mut Request) -> ControlFlow<Response, Vec<String>> {
        match coding(request.headers()) {
            Some(coding) => drop(request.headers_mut().insert(header::ACCEPT_ENCODING, coding)),
            None => drop(request.headers_mut().remove(header::ACCEPT_ENCODING)),
        }
        let known: Vec<String> = tags(request.headers(), &header::IF_NONE_MATCH)
            .filter_map(|tag| match tag {
                Given::Strong(tag) | Given::Weak(tag) => Some(tag.to_owned()),
                Given::Any => None,
            })
            .collect();
        for name in [header::IF_NONE_MATCH, header::IF_MATCH] {
            strip_codings(request.headers_mut(), &name);
        }
        ControlFlow::Continue(known)
    }

    fn leave(&self, known: Vec<String>, response: &mut Response) {
        let coded = match response.status() {
            StatusCode::NOT_MODIFIED => known_variant(response.headers(), &known),
            _ => own_variant(response.headers()),
        };
        if let Some(tag) = coded {
            response.headers_mut().insert(header::ETAG, tag);
        }
    }
}

/// The coding that a reader likes best of those there are; none where the plain answer is liked better.
///
/// `tower-http` is told this one alone. What a reader sends may be malformed, or refuse every coding, even none:
/// `tower-http` would then answer 406 with the whole answer below it, while RFC 9110 section 12.5.3 lets a server send
/// the plain representation to such a reader, who gets what he came for.
fn coding(headers: &HeaderMap) -> Option<HeaderValue> {
    let given = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut plain = 0.0_f32;
    let mut best: Option<(f32, usize)> = None;
    for part in given.flat_map(|value| value.split(',')) {
        let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
        let Some(quality) = quality(parameters) else { continue };
        let name = name.trim().to_ascii_lowercase();
        // Any coding: the first one, which costs the least.
        let known = if name == "*" { Some(0) } else { CODINGS.iter().position(|known| *known == name) };
        match known {
            _ if name == "identity" => plain = quality,
            Some(known) if quality > 0.0 => {
                let is_better = |best: (f32, usize)| (quality, known) >= best;
                best = best.filter(|best| !is_better(*best)).or(Some((quality, known)));
            }
            _ => {}
        }
    }
    let (_, known) = best.filter(|(quality, _)| *quality >= plain)?;
    CODINGS.get(known).map(|coding| HeaderValue::from_static(coding))
}

/// How much a coding is liked; nothing where that cannot be read.
fn quality(parameters: &str) -> Option<f32> {
    if parameters.trim().is_empty() {
        return Some(1.0);
    }
    let quality = parameters.trim().strip_prefix("q=")?.trim().parse().ok()?;
    (0.0..=1.0).contains(&quality).then_some(quality)
}

/// Rewrites `"abc-gzip"` to `"abc"` in a header of tags.
fn strip_codings(headers: &mut HeaderMap, name: &HeaderName) {
    if !headers.contains_key(name) {
        return;
    }
    let rewritten: Vec<String> = tags(headers, name)
        .map(|tag| match tag {
            Given::Any => "*".to_owned(),
            Given::Strong(tag) => format!("\"{}\"", without_coding(tag)),
            Given::Weak(tag) => format!("W/\"{}\"", without_coding(tag)),
        })
        .collect();
    // What is malformed stays for the handler to refuse.
    if let (false, Ok(value)) = (rewritten.is_empty(), HeaderValue::from_str(&rewritten.join(", "))) {
        headers.insert(name, value);
    }
}

fn without_coding(tag: &str) -> &str {
    CODINGS
        .iter()
        .find_map(|coding| tag.strip_suffix(coding).and_then(|rest| rest.strip_suffix('-')))
        .unwrap_or(tag)
}

/// The tag of a `304`: the one among the client's that it has, which names the bytes it keeps.
fn known_variant(headers: &HeaderMap, known: &[String]) -> Option<HeaderValue> {
    let tag = headers.get(header::ETAG)?.to_str().ok()?.trim_matches('"');
    let kept = known.iter().find(|known| without_coding(known) == tag)?;
    HeaderValue::from_str(&format!("\"{kept}\"")).ok()
}

/// The tag of a full answer: the handler's, with the coding that was applied.
fn own_variant(headers: &HeaderMap) -> Option<HeaderValue> {
    let coding = headers.get(header::CONTENT_ENCODING)?.to_str().ok()?;
    let tag = headers.get(header::ETAG)?.to_str().ok()?.strip_suffix('"')?;
    HeaderValue::from_str(&format!("{tag}-{coding}\"")).ok()
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, http::Request, response::IntoResponse as _, routing::get};
    use rstest::rstest;
    use tower::ServiceExt as _;

    use super::*;
    use crate::around::AsLayer;
    use crate::conditional::{EntityTag, Validators, precondition, revision_stem};

    fn tag() -> EntityTag {
        EntityTag::with_stem(&revision_stem(7), ["state"])
    }

    async fn text(response: Response) -> String {
        let bytes = axum::body::to_bytes(response.into_body(), 1_000).await.unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    async fn ask(method: &str, pairs: &[(&str, String)]) -> Response {
        let read = |headers: HeaderMap| async move {
            let validators = Validators { tag: tag(), modified: None };
            validators.respond(&headers, || Ok("word ".repeat(1_000).into_response()))
        };
        let write =
            |headers: HeaderMap| async move { precondition(&headers).map(|wanted| format!("{wanted:?}")) };
        let app = Router::new().route("/", get(read).put(write)).layer(layer()).layer(AsLayer(TagsByCoding));
        let mut request = Request::builder().method(method).uri("/");
        for (name, value) in pairs {
            request = request.header(*name, value);
        }
        app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    fn etag(response: &Response) -> String {
        response.headers()["etag"].to_str().unwrap().to_owned()
    }

    #[rstest]
    #[case("gzip")]
    #[case("br")]
    #[case("zstd")]
    #[tokio::test]
    async fn each_coding_has_its_own_tag_and_is_revalidated_by_it(#[case] coding: &str) {
        let plain = etag(&ask("GET", &[]).await);
        let coded = ask("GET", &[("accept-encoding", coding.to_owned())]).await;
        assert_eq!(coded.headers()["content-encoding"], coding);
        assert!(coded.headers()["vary"].to_str().unwrap().eq_ignore_ascii_case("accept-encoding"));
        let coded = etag(&coded);
        assert_ne!(plain, coded);
        assert!(coded.starts_with('"') && coded.ends_with(&format!("-{coding}\"")), "{coded}");

        let again = [("accept-encoding", coding.to_owned()), ("if-none-match", coded.clone())];
        let again = ask("GET", &again).await;
        assert_eq!((again.status(), etag(&again)), (StatusCode::NOT_MODIFIED, coded.clone()));

        let written = ask("PUT", &[("if-match", coded)]).await;
        assert_eq!(text(written).await, "Revisions([7])");
    }

    #[rstest]
    #[case("gzip;q=0, identity;q=0", None)]
    #[case("*;q=0", None)]
    #[case("identity; q=0.0", None)]
    #[case("identity;q=0, gzip", Some("gzip"))]
    #[case("nosuch", None)]
    #[case("*;en;q=0.5,*;q=0", None)]
    #[case("en;q=0.5,*;q=0 en;q=0.5,*;q=0", None)]
    #[case("gzip;q=x, *;q=0", None)]
    #[case("gzip;q=0.5, identity", None)]
    #[case("gzip;q=2", None)]
    #[case("identity;q=5, *;q=0", None)]
    #[case("*", Some("gzip"))]
    #[case("GZIP;q=0.5, br;q=0.5", Some("br"))]
    #[case("br;q=0.2, gzip;q=0.8, identity;q=0.1", Some("gzip"))]
    #[tokio::test]
    async fn readers_get_the_coding_they_like_best_or_the_plain_answer(
        #[case] accepted: &str,
        #[case] coding: Option<&str>,
    ) {
        let response = ask("GET", &[("accept-encoding", accepted.to_owned())]).await;
        assert_eq!(response.status(), StatusCode::OK);
        let sent = response.headers().get("content-encoding").map(|value| value.to_str().unwrap());
        assert_eq!(sent, coding);
    }

    #[tokio::test]
    async fn another_state_is_still_another_state() {
        let other = ask("GET", &[("if-none-match", "\"other-gzip\"".to_owned())]).await;
        assert_eq!(other.status(), StatusCode::OK);
        let stale = ask("PUT", &[("if-match", "\"r6-other-gzip\"".to_owned())]).await;
        assert_eq!(text(stale).await, "Revisions([6])");
    }
}
