//! Errors as people and programs see them: RFC 9457 `application/problem+json`.
//!
//! A handler returns a [`Problem`]; it travels in the response's extensions until [`render`] at the edge, which
//! knows the reader's language and the request id, writes the body. Responses that the framework refused without
//! a problem are turned into one there too.

use std::{error::Error, fmt, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use vitrina_domain::finding::{Bilingual, Finding, Locale, Severity};

use crate::{
    headers::RequestId,
    locale::Reader,
    nearest::nearest,
    pages::{self, Frame, texts},
    site::Site,
};

mod code;

pub use code::{Code, documentation};

/// What a handler gives: an answer, or the problem that kept it from one.
pub type Answer<T> = Result<T, Problem>;

/// The media type of problems.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// An error on its way to the reader.
#[derive(Debug, Clone)]
pub struct Problem(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    code: Code,
    detail: Option<Bilingual>,
    errors: Vec<Violation>,
    nearest: Option<String>,
    allowed: Vec<String>,
    tombstone: Option<TombstoneBody>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<Arc<dyn Error + Send + Sync>>,
}

/// One place of the request that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer into the body, or `?name` for a parameter of the address.
    pub pointer: String,
    /// The code of the rule: a finding's code or that of the problem.
    pub code: String,
    /// What is wrong there.
    pub message: Bilingual,
    /// How to mend it.
    pub hint: Option<Bilingual>,
}

impl From<Finding> for Violation {
    fn from(finding: Finding) -> Self {
        let Finding { severity: _, code, pointer, message, source: _, hint } = finding;
        Self { pointer, code, message, hint }
    }
}

impl Problem {
    /// A problem with nothing but its code.
    pub fn new(code: Code) -> Self {
        Self(Box::new(Parts {
            code,
            detail: None,
            errors: Vec::new(),
            nearest: None,
            allowed: Vec::new(),
            tombstone: None,
            headers: Vec::new(),
            cause: None,
        }))
    }

    /// An error of the server: logged once with its causes, shown without them.
    pub fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::new(Code::Internal).caused_by(cause)
    }

    /// A parameter of the address that is wrong.
    pub fn parameter(code: Code, name: &str, message: Bilingual) -> Self {
        let violation =
            Violation { pointer: format!("?{name}"), code: code.as_str().to_owned(), message, hint: None };
        Self::new(code).with_detail(violation.message.clone()).with_error(violation)
    }

    /// The same problem with what happened this time.
    #[must_use]
    pub fn with_detail(mut self, detail: Bilingual) -> Self {
        self.0.detail = Some(detail);
        self
    }

    /// The same problem with one more place that is wrong.
    #[must_use]
    pub fn with_error(mut self, error: Violation) -> Self {
        self.0.errors.push(error);
        self
    }

    /// The same problem with the findings that weigh as errors (all of them when none does).
    #[must_use]
    pub fn with_findings(mut self, findings: Vec<Finding>) -> Self {
        let any_error = findings.iter().any(|finding| finding.severity == Severity::Error);
        let kept = findings.into_iter().filter(|finding| !any_error || finding.severity == Severity::Error);
        self.0.errors.extend(kept.map(Violation::from));
        self
    }

    /// The same problem with the known name that is most like the one given.
    #[must_use]
    pub fn with_nearest(mut self, nearest: Option<impl Into<String>>) -> Self {
        self.0.nearest = nearest.map(Into::into);
        self
    }

    /// The same problem with the values that would do.
    #[must_use]
    pub fn with_allowed(mut self, allowed: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.allowed = allowed.into_iter().map(Into::into).collect();
        self
    }

    /// The same problem with what stands in the place of a record that is gone.
    #[must_use]
    pub fn with_tombstone(mut self, tombstone: TombstoneBody) -> Self {
        self.0.tombstone = Some(tombstone);
        self
    }

    /// The same problem with a header on its response.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The same problem, to be tried again after some seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// The same problem with its cause, for the log only.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Error + Send + Sync + 'static) -> Self {
        self.0.cause = Some(Arc::new(cause));
        self
    }

    /// Its code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The places that are wrong.
    pub fn errors(&self) -> &[Violation] {
        &self.0.errors
    }

    /// The known name that is most like the one given.
    pub fn nearest(&self) -> Option<&str> {
        self.0.nearest.as_deref()
    }

    /// What happened this time.
    pub fn detail(&self) -> Option<&Bilingual> {
        self.0.detail.as_ref()
    }

    /// The document that is sent.
    pub fn body(&self, base_url: &str, instance: &str, request_id: &str, locale: Locale) -> ProblemBody {
        let Parts { code, detail, errors, nearest, allowed, tombstone, headers: _, cause: _ } = &*self.0;
        ProblemBody {
            kind: format!("{base_url}/docs/errors#{}", code.as_str()),
            title: code.title(locale).to_owned(),
            status: code.status().as_u16(),
            detail: detail
                .as_ref()
                .map_or_else(|| code.meaning(locale).to_owned(), |text| text.get(locale).to_owned()),
            instance: instance.to_owned(),
            code: code.as_str().to_owned(),
            request_id: request_id.to_owned(),
            errors: errors.iter().map(|error| ViolationBody::new(error, locale)).collect(),
            nearest: nearest.clone(),
            allowed: allowed.clone(),
            tombstone: tombstone.clone(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code.as_str())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.0.code.status().into_response();
        for (name, value) in &self.0.headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// The members of a problem (RFC 9457 section 3.1, with extensions).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// The address of the documentation of the code.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference")]
    pub kind: String,
    /// The short text of the code in the reader's language.
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened this time.
    pub detail: String,
    /// The path of the request.
    pub instance: String,
    /// The code, from a closed list.
    #[schema(example = "not-found")]
    pub code: String,
    /// The id under which the operator finds the request in the log.
    pub request_id: String,
    /// The places that are wrong, where there are such.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<ViolationBody>,
    /// The known name that is most like the one given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
    /// The values that would do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub allowed: Vec<String>,
    /// What stands in the place of a record that is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tombstone: Option<TombstoneBody>,
}

/// What stands in the place of a record that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = Tombstone)]
pub struct TombstoneBody {
    /// The record's id.
    #[schema(format = "uuid")]
    pub id: String,
    /// Its title at the end.
    pub title: String,
    /// When it went.
    #[schema(format = "date-time")]
    pub deleted_at: String,
    /// Why.
    pub reason: String,
    /// Whether it was deleted; what was only withdrawn can return.
    pub is_final: bool,
}

/// One place of the request that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ProblemViolation)]
pub struct ViolationBody {
    /// JSON pointer into the body, or `?name` for a parameter of the address.
    pub pointer: String,
    /// The code of the rule.
    pub code: String,
    /// What is wrong there.
    pub message: String,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl ViolationBody {
    fn new(error: &Violation, locale: Locale) -> Self {
        let Violation { pointer, code, message, hint } = error;
        Self {
            pointer: pointer.clone(),
            code: code.clone(),
            message: message.get(locale).to_owned(),
            hint: hint.as_ref().map(|hint| hint.get(locale).to_owned()),
        }
    }
}

/// Writes the body of every error at the edge, and logs those of the server once with their causes.
pub async fn render(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let instance = request.uri().path().to_owned();
    let is_for_people = is_for_people(&instance, request.headers());
    let reader = Reader::of(request.headers(), site.locale);
    let reader = match asked_language(request.uri().query().unwrap_or_default()) {
        Some(tag) => reader.asking_for(tag),
        None => reader,
    };
    let request_id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    let mut response = next.run(request).await;
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if is_bare_error(&response) => of_framework(response.status(), &instance, &site),
        None => return response,
    };
    if let Some(cause) = &problem.0.cause {
        tracing::error!(code = problem.code().as_str(), %request_id, path = %instance, causes = %chain(&**cause), "request failed");
    }
    let body = problem.body(&site.base_url, &instance, &request_id, reader.locale);
    let page = is_for_people.then(|| page(&site, &body, reader.locale)).flatten();
    write(response, &body, page, reader.locale)
}

/// The language of `lang=`, read without judging the rest of the address: errors follow it too.
fn asked_language(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("lang=")).filter(|tag| ["es", "en"].contains(tag))
}

/// Whether a browser asks for a page: whoever asks the API, or takes anything, gets the document.
fn is_for_people(path: &str, headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.starts_with("text/html") && !path.starts_with("/api/")
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

/// An error and its causes on one line.
fn chain(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(": ");
        line.push_str(&error.to_string());
        cause = error.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, http::Request, middleware, routing::get};
    use rstest::rstest;
    use serde_json::{Value, json};
    use tower::ServiceExt as _;

    use super::*;

    fn router() -> Router {
        let site = Arc::new(Site::sample());
        Router::new()
            .route("/api/v1/datasets", get(|| async { Problem::new(Code::Gone) }))
            .route("/broken", get(|| async { Problem::internal(std::io::Error::other("secret password")) }))
            .layer(middleware::from_fn_with_state(site, render))
    }

    async fn ask(method: &str, path: &str, language: &str) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("accept-language", language)
            .body(Body::empty())
            .unwrap();
        let response = router().oneshot(request).await.unwrap();
        assert_eq!(response.headers()["content-type"], MEDIA_TYPE);
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 100_000).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    #[rstest]
    #[case("es", "Retirado")]
    #[case("en-GB, es;q=0.3", "Gone")]
    #[case("fr", "Retirado")]
    #[tokio::test]
    async fn titles_follow_the_reader(#[case] language: &str, #[case] title: &str) {
        let (status, body) = ask("GET", "/api/v1/datasets", language).await;
        assert_eq!((status, &body["title"]), (StatusCode::GONE, &json!(title)));
        assert_eq!(body["code"], "gone");
        assert_eq!(body["type"], "https://datos.example.org/docs/errors#gone");
        assert_eq!(body["instance"], "/api/v1/datasets");
    }

    #[rstest]
    #[case("/nowhere?lang=en", "text/html,*/*;q=0.8", "text/html; charset=utf-8")]
    #[case("//evil.example/<script>", "text/html", "text/html; charset=utf-8")]
    #[case("/nowhere", "*/*", MEDIA_TYPE)]
    #[case("/api/v1/nowhere", "text/html", MEDIA_TYPE)]
    #[tokio::test]
    async fn people_get_a_page_and_programs_the_document(
        #[case] path: &str,
        #[case] accept: &str,
        #[case] kind: &str,
    ) {
        let path = path.replace('<', "%3C").replace('>', "%3E");
        let request = Request::builder().uri(path).header("accept", accept).body(Body::empty()).unwrap();
        let response = router().oneshot(request).await.unwrap();
        assert_eq!(
            (response.status(), &response.headers()["content-type"]),
            (StatusCode::NOT_FOUND, &kind.parse().unwrap())
        );
        let bytes = axum::body::to_bytes(response.into_body(), 100_000).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(text.contains("unknown-path"), "{text}");
        assert!(!text.contains("<script>") && !text.contains("href=\"//"), "{text}");
    }

    #[tokio::test]
    async fn an_internal_error_shows_nothing_of_its_cause() {
        let (status, body) = ask("GET", "/broken", "en").await;
        assert_eq!((status, &body["code"]), (StatusCode::INTERNAL_SERVER_ERROR, &json!("internal")));
        assert!(!body.to_string().contains("secret"), "{body}");
    }

    #[tokio::test]
    async fn a_language_asked_for_by_name_wins() {
        let (_, body) = ask("GET", "/api/v1/datasets?lang=en", "es").await;
        assert_eq!(body["title"], "Gone");
    }

    #[tokio::test]
    async fn an_unknown_path_names_the_nearest_one() {
        let (status, body) = ask("GET", "/api/v1/dataset", "en").await;
        assert_eq!((status, &body["nearest"]), (StatusCode::NOT_FOUND, &json!("/api/v1/datasets")));
    }

    #[tokio::test]
    async fn a_refused_method_is_a_problem() {
        let (status, body) = ask("POST", "/api/v1/datasets", "en").await;
        assert_eq!((status, &body["code"]), (StatusCode::METHOD_NOT_ALLOWED, &json!("method-not-allowed")));
    }
}
