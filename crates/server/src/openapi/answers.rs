//! What each operation can answer beside what it is for.
//!
//! The errors of an operation follow from what it takes: a body can be too long, a cursor can be damaged, an id can
//! name nothing. They are told from the document itself, so that a new operation has its errors from the first day;
//! the tests of the contract provoke each of them, and refuse any other.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{HeaderMap, Method, Uri};
use serde_json::{Map, Value, json};
use vitrina_domain::finding::Locale;

use super::member;
use crate::{
    limit::{Allowance, RouteClass},
    problem::Code,
};

/// Operations that are answered by the program alone: no database is asked, and so none can keep them waiting.
const SELF_SUFFICIENT: &[&str] = &[
    "get_guideline",
    "get_limits",
    "get_schema",
    "get_vocabulary",
    "inspect_file",
    "list_guidelines",
    "list_schemas",
    "list_vocabularies",
    "validate_document",
];

/// Further operations that say the same to everybody and look at no token.
const BLIND: &[&str] = &["get_status", "list_sources", "show_unsubscribe", "unsubscribe"];

/// Operations on what is the bearer's own, whatever the token allows.
const OPEN_TO_BEARERS: &[&str] = &["create_webhook", "list_webhooks"];

/// One operation, as far as its errors go.
#[derive(Debug)]
struct Taken<'a> {
    method: &'a str,
    path: &'a str,
    operation: &'a Value,
}

impl Taken<'_> {
    fn id(&self) -> &str {
        self.operation["operationId"].as_str().unwrap_or_default()
    }

    fn has(&self, place: &str, name: &str) -> bool {
        self.named(place).any(|known| known == name)
    }

    fn named(&self, place: &str) -> impl Iterator<Item = &str> {
        let parameters = self.operation["parameters"].as_array().into_iter().flatten();
        parameters
            .filter(move |parameter| parameter["in"] == place)
            .filter_map(|parameter| parameter["name"].as_str())
    }

    fn collection(&self) -> &str {
        let rest = self.path.strip_prefix("/api/v1/").unwrap_or_default();
        rest.split('/').next().unwrap_or_default()
    }

    /// Whether the path names a record of the catalog, or something that belongs to one.
    fn names_record(&self) -> bool {
        self.path.contains("{id}") && RECORDS.contains(&self.collection())
    }

    /// Whether the path names something that goes with a record, though not by the record's name.
    fn names_part(&self) -> bool {
        self.path.contains("{id}") && self.collection() == "distributions"
    }

    fn is_read(&self) -> bool {
        self.method == "get"
    }

    /// Whether what is answered has no end to be tagged.
    fn streams_events(&self) -> bool {
        self.operation["responses"]["200"]["content"].get("text/event-stream").is_some()
    }

    /// Whether what is answered is for the eyes of one reader, who is not to keep it.
    fn is_page(&self) -> bool {
        self.operation["responses"]["200"]["content"].get("text/html").is_some()
    }

    fn needs_token(&self) -> bool {
        self.operation.get("security").is_some()
    }

    fn body(&self) -> Option<&str> {
        let content = self.operation["requestBody"]["content"].as_object()?;
        content.keys().next().map(String::as_str)
    }

    fn codes(&self) -> BTreeSet<usize> {
        let mut codes = vec![
            Code::UnknownParameter,
            Code::InvalidEncoding,
            Code::UriTooLong,
            Code::HeadersTooLarge,
            Code::MisdirectedRequest,
            Code::Internal,
        ];
        codes.extend(self.codes_of_limits());
        codes.extend(self.codes_of_address());
        codes.extend(self.codes_of_body());
        codes.extend(self.codes_of_state());
        let position = |code| Code::ALL.iter().position(|known| *known == code);
        codes.into_iter().filter_map(position).collect()
    }

    /// The limits that the operation can fall under: those of its path, and those of a filtered list.
    fn allowances(&self) -> Vec<Allowance> {
        let path = self.path.replace(['{', '}'], "");
        let method: Method = self.method.to_uppercase().parse().unwrap_or_default();
        let class = |uri: Uri| RouteClass::of(&method, &uri, &HeaderMap::new());
        // How many cores there are changes how much may be, not whether there is a limit.
        ["", "?q="]
            .iter()
            .filter_map(|query| Some(class(format!("{path}{query}").parse().ok()?).allowance(1)))
            .collect()
    }

    fn codes_of_limits(&self) -> Vec<Code> {
        let allowances = self.allowances();
        let is_self_sufficient = SELF_SUFFICIENT.contains(&self.id());
        let mut codes = Vec::new();
        if allowances.iter().any(|own| own.rate.is_some() || own.concurrent_per_address.is_some()) {
            codes.push(Code::TooManyRequests);
        }
        if allowances.iter().any(|own| own.budget.is_some()) {
            codes.push(Code::Overloaded);
        }
        if !is_self_sufficient {
            codes.push(Code::Unavailable);
        }
        // What streams, in or out, may take as long as it makes progress.
        if !is_self_sufficient && allowances.iter().any(|own| own.timeout().is_some()) {
            codes.push(Code::TimedOut);
        }
        codes
    }

    fn codes_of_address(&self) -> Vec<Code> {
        let mut codes = Vec::new();
        if self.named("query").next().is_some() {
            codes.extend([Code::InvalidParameter, Code::RepeatedParameter]);
        }
        if !self.has("query", "at") {
            codes.push(Code::AtNotSupported);
        }
        if self.has("query", "q") {
            codes.push(Code::InvalidQuery);
        }
        if self.has("query", "q") || self.named("query").any(|name| name.ends_with("__exists")) {
            codes.push(Code::QueryTooComplex);
        }
        if self.has("query", "cursor") || matches!(self.id(), "list_changes" | "replay_webhook") {
            codes.extend([Code::CursorInvalid, Code::CursorMismatch]);
        }
        if self.has("query", "f") {
            codes.push(Code::NotAcceptable);
        }
        if self.has("path", "number") {
            codes.push(Code::BadRequest);
        }
        codes
    }

    fn codes_of_body(&self) -> Vec<Code> {
        let Some(body) = self.body() else { return Vec::new() };
        let mut codes = vec![Code::BadRequest, Code::BodyTooSlow, Code::PayloadTooLarge];
        if body.ends_with("json") {
            codes.extend([
                Code::InvalidJson,
                Code::TooDeep,
                Code::UnsupportedMediaType,
                Code::InvalidDocument,
            ]);
        } else if self.id() == "upload_file" {
            codes.extend([Code::FileTypeRefused, Code::DigestMismatch, Code::QuotaExceeded]);
        } else {
            codes.push(Code::UnreadableSource);
        }
        if self.id() == "inspect_file" {
            codes.push(Code::ResourceTooComplex);
        }
        if self.id() == "create_import" {
            codes.push(Code::StaleFetch);
        } else if self.needs_token() && self.method == "post" {
            codes.extend([Code::IdempotencyInProgress, Code::IdempotencyMismatch]);
            // An identifier is taken when a record is made; later it does not change.
            codes.push(if self.id() == "create_webhook" { Code::TooManyWebhooks } else { Code::Conflict });
        }
        codes
    }

    fn codes_of_state(&self) -> Vec<Code> {
        let mut codes = Vec::new();
        if !BLIND.contains(&self.id()) && !SELF_SUFFICIENT.contains(&self.id()) {
            codes.push(Code::TokenInvalid);
        }
        if self.needs_token() {
            codes.push(Code::TokenRequired);
        }
        if self.needs_token() && !OPEN_TO_BEARERS.contains(&self.id()) {
            codes.push(Code::Forbidden);
        }
        let is_placed = self.needs_token() && self.has("query", "organization");
        if self.path.contains('{') || is_placed {
            codes.push(Code::NotFound);
        }
        if self.names_record() || self.names_part() || is_placed {
            codes.push(Code::Gone);
        }
        if self.id() == "get_file_inspection" {
            codes.push(Code::NotInspected);
        }
        if matches!(self.id(), "cancel_job" | "retry_job") {
            codes.push(Code::JobState);
        }
        if self.has("header", "Range") {
            codes.push(Code::RangeNotSatisfiable);
        }
        if self.has("header", "If-Match") {
            codes.extend([Code::BadRequest, Code::PreconditionRequired, Code::PreconditionFailed]);
        }
        codes
    }
}

/// The collections of records.
pub(super) const RECORDS: &[&str] = &["datasets", "catalogs", "organizations", "series", "data-services"];

/// Adds to every operation its errors, `304` and `301` where it gives them, and the headers of what succeeds.
pub fn add_answers(document: &mut Value) {
    let mut used: BTreeSet<u16> = BTreeSet::new();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            let taken = Taken { method, path, operation };
            let codes: Vec<Code> =
                taken.codes().into_iter().filter_map(|at| Code::ALL.get(at).copied()).collect();
            let is_read = taken.is_read();
            let is_document = is_read && !taken.streams_events() && !taken.is_page();
            let moves = is_read && taken.names_record();
            add_problems(operation, &codes, &mut used);
            add_headers(operation, is_document);
            if moves {
                operation["responses"]["301"] = moved();
            }
            if is_document {
                operation["responses"]["304"] = json!({"description": "The reader has this representation already (`If-None-Match` or `If-Modified-Since`)."});
            }
        }
    }
    let shared = used.into_iter().map(|status| (component(status), shared_response(status)));
    let shared: Map<String, Value> = shared.collect();
    if let Value::Object(responses) = member(member(document, "components"), "responses") {
        responses.extend(shared);
    }
}

fn add_problems(operation: &mut Value, codes: &[Code], used: &mut BTreeSet<u16>) {
    for code in codes {
        let status = code.status().as_u16();
        used.insert(status);
        let reference = json!({"$ref": format!("#/components/responses/{}", component(status))});
        operation["responses"][status.to_string()] = reference;
    }
    let words: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    operation["x-problem-codes"] = json!(words);
}

/// What an answer says of itself beside its body.
fn add_headers(operation: &mut Value, is_read: bool) {
    let is_list =
        operation["responses"]["200"]["description"].as_str().is_some_and(|text| text.contains("page"));
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    let header = |description: &str| json!({"description": description, "schema": {"type": "string"}});
    for (status, response) in
        responses.iter_mut().filter(|(status, _)| matches!(status.as_str(), "200" | "201"))
    {
        let mut headers: BTreeMap<&str, Value> = BTreeMap::new();
        if is_read {
            headers.insert("ETag", header("The entity tag of this representation, for `If-None-Match`."));
            headers.insert("Last-Modified", header("When what is shown last changed, to the second."));
        }
        if is_list {
            headers.insert("Link", header("`rel=\"next\"`: the next page, the same address as `next`."));
        }
        if status == "201" {
            headers.insert("Location", header("Where what was made can be read."));
        }
        if !headers.is_empty() {
            response["headers"] = json!(headers);
        }
    }
}

fn moved() -> Value {
    json!({
        "description": "The record has another slug now; `Location` is the address that lasts.",
        "headers": {"Location": {"description": "The address with the slug of today.", "schema": {"type": "string", "format": "uri-reference"}}},
    })
}

/// The name of the response that is shared by every error of a status.
fn component(status: u16) -> String {
    let status = axum::http::StatusCode::from_u16(status).ok();
    let reason = status.and_then(|status| status.canonical_reason()).unwrap_or("Problem");
    reason.chars().filter(char::is_ascii_alphanumeric).collect()
}

fn shared_response(status: u16) -> Value {
    let codes = Code::ALL.iter().filter(|code| code.status().as_u16() == status);
    let lines: Vec<String> =
        codes.map(|code| format!("- `{}`: {}", code.as_str(), code.meaning(Locale::En))).collect();
    let mut response = json!({
        "description": lines.join("\n"),
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    });
    let header = match status {
        401 => Some(("WWW-Authenticate", "How to authenticate: `Bearer`.")),
        412 => Some(("ETag", "The entity tag of the record as it is now, where there is one.")),
        429 | 503 => Some(("Retry-After", "Seconds to wait before the next try.")),
        _ => None,
    };
    if let Some((name, description)) = header {
        response["headers"] = json!({(name): {"description": description, "schema": {"type": "string"}}});
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(method: &str, path: &str, operation: &Value) -> Vec<&'static str> {
        let taken = Taken { method, path, operation };
        taken.codes().into_iter().map(|at| Code::ALL[at].as_str()).collect()
    }

    #[test]
    fn errors_follow_from_what_is_taken() {
        let read = json!({"operationId": "list_x", "parameters": [{"in": "query", "name": "cursor"}]});
        let told = codes("get", "/api/v1/x", &read);
        assert!(told.contains(&"cursor-mismatch") && told.contains(&"token-invalid"), "{told:?}");
        assert!(!told.contains(&"not-found") && !told.contains(&"invalid-json"), "{told:?}");
        let write = json!({
            "operationId": "replace_x",
            "parameters": [{"in": "header", "name": "If-Match"}, {"in": "path", "name": "id"}],
            "requestBody": {"content": {"application/json": {}}},
            "security": [{"token": []}],
        });
        let told = codes("put", "/api/v1/datasets/{id}", &write);
        for code in ["gone", "not-found", "precondition-required", "token-required", "invalid-json"] {
            assert!(told.contains(&code), "{code}: {told:?}");
        }
        assert!(!told.contains(&"cursor-mismatch") && !told.contains(&"idempotency-mismatch"), "{told:?}");
    }

    #[test]
    fn errors_follow_from_the_limits_of_the_class() {
        let told = |method: &str, path: &str, id: &str| {
            let told = codes(method, path, &json!({"operationId": id}));
            ["too-many-requests", "overloaded", "timed-out", "unavailable"].map(|code| told.contains(&code))
        };
        assert_eq!(told("get", "/api/v1/datasets/{id}", "get_dataset"), [false, true, true, true]);
        assert_eq!(told("get", "/api/v1/datasets", "list_datasets"), [true, true, true, true]);
        assert_eq!(told("get", "/api/v1/exports/{file}", "get_export"), [true, true, false, true]);
        assert_eq!(told("post", "/api/v1/import", "create_import"), [false, true, false, true]);
        assert_eq!(told("post", "/api/v1/validate", "validate_document"), [true, true, false, false]);
        assert_eq!(told("post", "/api/v1/inspect", "inspect_file"), [true, true, false, false]);
        assert_eq!(told("get", "/api/v1/limits", "get_limits"), [false, true, false, false]);
    }

    #[test]
    fn a_status_is_described_once_with_all_its_codes() {
        let mut document =
            json!({"paths": {"/api/v1/x": {"get": {"operationId": "list_x", "responses": {}}}}});
        add_answers(&mut document);
        let shared = &document["components"]["responses"]["BadRequest"];
        assert!(shared["description"].as_str().unwrap().contains("`unknown-parameter`"));
        let reference = &document["paths"]["/api/v1/x"]["get"]["responses"]["400"]["$ref"];
        assert_eq!(reference, "#/components/responses/BadRequest");
    }
}
