//! Writes the body of every error at the edge: the document, or a page for people.

use std::{mem, ops::ControlFlow, sync::Arc};

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::Response,
};
use vitrina_app::Chain;
use vitrina_domain::finding::Locale;

use super::{Code, MEDIA_TYPE, Problem, ProblemBody};
use crate::{
    around::Passage,
    headers::{RequestId, only},
    locale::Reader,
    nearest::nearest,
    pages::{self, Frame, texts},
    site::Site,
};

/// Writes the body of every error at the edge, and logs those of the server once with their causes.
#[derive(Debug, Clone)]
pub(crate) struct Render(pub(crate) Arc<Site>);

/// What an error tells of the request.
#[derive(Debug)]
pub(crate) struct Asked {
    uri: Uri,
    headers: HeaderMap,
    request_id: Option<RequestId>,
}

impl Passage for Render {
    type Memory = Asked;

    fn enter(&self, request: &mut Request) -> ControlFlow<Response, Asked> {
        ControlFlow::Continue(Asked {
            uri: request.uri().clone(),
            headers: only(request.headers(), &[header::ACCEPT, header::ACCEPT_LANGUAGE]),
            request_id: request.extensions().get().cloned(),
        })
    }

    fn leave(&self, asked: Asked, response: &mut Response) {
        let Self(site) = self;
        let Asked { uri, headers, request_id } = asked;
        let instance = uri.path();
        let problem = match response.extensions_mut().remove::<Problem>() {
            Some(problem) => problem,
            None if is_bare_error(response) => of_framework(response.status(), instance, site),
            None => return,
        };
        let is_for_people = is_for_people(instance, &headers);
        let reader = Reader::of(&headers, site.locale);
        let reader = match asked_language(uri.query().unwrap_or_default()) {
            Some(tag) => reader.asking_for(tag),
            None => reader,
        };
        let request_id = request_id.map(|id| id.to_string()).unwrap_or_default();
        if let Some(cause) = &problem.0.cause {
            tracing::error!(code = problem.code().as_str(), %request_id, path = %instance, causes = %Chain(&**cause), "request failed");
        }
        let body = problem.body(&site.base_url, instance, &request_id, reader.locale);
        let page = is_for_people.then(|| page(site, &body, reader.locale)).flatten();
        *response = write(mem::take(response), &body, page, reader.locale);
    }
}

/// The language of `lang=`, read without judging the rest of the address: errors follow it too.
fn asked_language(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("lang=")).filter(|tag| ["es", "en"].contains(tag))
}

/// What is under the address of the API and for people all the same: where links in letters lead.
const UNSUBSCRIBE: &str = "/api/v1/unsubscribe/";

/// Whether a browser asks for a page: whoever asks the API, or takes anything, gets the document.
fn is_for_people(path: &str, headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.starts_with("text/html") && (!path.starts_with("/api/") || path.starts_with(UNSUBSCRIBE))
}

fn page(site: &Site, body: &ProblemBody, locale: Locale) -> Option<String> {
    // A path that begins with two slashes would lead to another host.
    let path = if body.instance.starts_with("//") { "/" } else { &body.instance };
    let frame = Frame { locale, t: texts(locale), site: site.title.get(locale), path };
    pages::problem(frame, body)
        .inspect_err(|error| tracing::error!(%error, "the page of an error cannot be rendered"))
        .ok()
}

/// Whether a response is an error that nobody wrote a body of ours for.
fn is_bare_error(response: &Response) -> bool {
    let status = response.status();
    let media_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    (status.is_client_error() || status.is_server_error())
        && media_type.is_none_or(|media_type| media_type.starts_with("text/plain"))
}

fn of_framework(status: StatusCode, path: &str, site: &Site) -> Problem {
    let code = Code::of_status(status);
    let problem = Problem::new(code);
    if code == Code::UnknownPath {
        return problem.with_nearest(nearest(path, site.paths.iter().map(String::as_str)));
    }
    problem
}

fn write(response: Response, body: &ProblemBody, page: Option<String>, locale: Locale) -> Response {
    let (mut parts, _replaced) = response.into_parts();
    let kind = if page.is_some() { "text/html; charset=utf-8" } else { MEDIA_TYPE };
    let bytes = page.map_or_else(|| serde_json::to_vec(body).unwrap_or_default(), String::into_bytes);
    let headers = &mut parts.headers;
    for stale in [header::CONTENT_LENGTH, header::ETAG, header::LAST_MODIFIED] {
        headers.remove(stale);
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(locale.as_str()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.append(header::VARY, HeaderValue::from_static("Accept, Accept-Language"));
    if parts.status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    Response::from_parts(parts, bytes.into())
}
