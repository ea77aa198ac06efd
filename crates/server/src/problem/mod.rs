//! Errors as people and programs see them: RFC 9457 `application/problem+json`.
//!
//! A handler returns a [`Problem`]; it travels in the response's extensions until `Render` at the edge, which
//! knows the reader's language and the request id, writes the body. Responses that the framework refused without
//! a problem are turned into one there too.

use std::{error::Error, fmt, sync::Arc};

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use vitrina_domain::finding::{Bilingual, Finding, Severity};

mod body;
mod code;
mod render;

pub use body::{ProblemBody, TombstoneBody, ViolationBody};
pub use code::{Code, documentation};
pub(crate) use render::Render;

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

    /// A member of the body that is wrong.
    pub fn member(pointer: &str, message: Bilingual) -> Self {
        let code = Code::InvalidDocument;
        let pointer = pointer.to_owned();
        Self::new(code).with_error(Violation { pointer, code: code.as_str().to_owned(), message, hint: None })
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

#[cfg(test)]
mod tests;
