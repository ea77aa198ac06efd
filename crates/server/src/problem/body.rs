//! The document that is sent for a problem.

use serde::Serialize;
use vitrina_domain::finding::Locale;

use super::{Parts, Problem, Violation};

impl Problem {
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
