//! Classes of routes by what they cost.

use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use serde::Serialize;
use vitrina_domain::record::Kind;

/// What a route costs and how it is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RouteClass {
    /// Health and metrics: never held back.
    Health,
    /// One record, lists in creation order, changes: cheap, shed last.
    Read,
    /// Search, facets, suggestions.
    Search,
    /// Representations made while they are sent.
    Export,
    /// Pages.
    Page,
    /// Writes of one record.
    Write,
    /// Checking a document or looking into a file without storing it.
    Validate,
    /// Bulk writes.
    Import,
    /// Files on their way in.
    Upload,
    /// Files on their way out.
    Download,
}

impl RouteClass {
    /// Every class.
    pub const ALL: [Self; 10] = [
        Self::Health,
        Self::Read,
        Self::Search,
        Self::Export,
        Self::Page,
        Self::Write,
        Self::Validate,
        Self::Import,
        Self::Upload,
        Self::Download,
    ];

    /// The word in metrics, headers and `/limits`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Health => "health",
            Self::Read => "read",
            Self::Search => "search",
            Self::Export => "export",
            Self::Page => "page",
            Self::Write => "write",
            Self::Validate => "validate",
            Self::Import => "import",
            Self::Upload => "upload",
            Self::Download => "download",
        }
    }

    /// The class of a request, from its method and path alone: nothing is parsed before it is admitted.
    pub fn of(method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        let path = uri.path();
        let is_read = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
        let Some(resource) = path.strip_prefix("/api/v1/") else {
            return match path {
                "/metrics" => Self::Health,
                "/data.json" => Self::Export,
                "/search" => Self::Search,
                _ if path.starts_with("/health/") => Self::Health,
                _ if path.starts_with("/assets/") => Self::Read,
                _ if path.starts_with("/catalog.") => Self::Export,
                "/catalog" if wants_stream(uri, headers) => Self::Export,
                _ => Self::Page,
            };
        };
        let first = resource.split('/').next().unwrap_or_default();
        match first {
            "inspect" | "validate" => Self::Validate,
            "import" if !is_read => Self::Import,
            "distributions" if !is_read && resource.ends_with("/file") => Self::Upload,
            "distributions" if is_read && resource.ends_with("/download") => Self::Download,
            _ if !is_read => Self::Write,
            "search" | "facets" | "suggest" => Self::Search,
            "exports" if resource.contains('/') => Self::Export,
            // Sent for as long as the job runs.
            "jobs" if resource.ends_with("/events") => Self::Export,
            // Free text and filters are answered by the index, as a search is; only lists of records have them.
            _ if is_collection(resource) && asks_index(uri) => Self::Search,
            _ => Self::Read,
        }
    }
}

/// Whether the whole catalog is asked for in a representation that is made while it is sent.
fn wants_stream(uri: &Uri, headers: &HeaderMap) -> bool {
    const STREAMED: [&str; 5] = ["json", "ndjson", "csv", "data-json", "turtle"];
    let named = parameters(uri).find_map(|(name, value)| (name == "f").then_some(value));
    if let Some(name) = named {
        return name == "ttl" || STREAMED.contains(&name);
    }
    let accept = headers.get(header::ACCEPT).map(HeaderValue::as_bytes).unwrap_or_default();
    let first = accept.split(|b| *b == b',').next().unwrap_or_default();
    STREAMED
        .iter()
        .any(|word| first.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes())))
}

fn is_collection(resource: &str) -> bool {
    Kind::ALL.iter().any(|kind| kind.collection() == resource)
}

/// Whether a list is filtered or ordered by more than the store answers by itself.
fn asks_index(uri: &Uri) -> bool {
    const CHEAP: [&str; 11] = [
        "limit",
        "cursor",
        "count",
        "fields",
        "expand",
        "lang",
        "f",
        "bom",
        "organization",
        "catalog",
        "source",
    ];
    parameters(uri).any(|(name, _)| !CHEAP.contains(&name))
}

fn parameters(uri: &Uri) -> impl Iterator<Item = (&str, &str)> {
    let parts = uri.query().unwrap_or_default().split('&').filter(|part| !part.is_empty());
    parts.map(|part| part.split_once('=').unwrap_or((part, "")))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("GET", "/health/live", "", RouteClass::Health)]
    #[case("GET", "/", "", RouteClass::Page)]
    #[case("GET", "/search?q=agua", "", RouteClass::Search)]
    #[case("GET", "/data.json", "", RouteClass::Export)]
    #[case("GET", "/catalog.ttl", "", RouteClass::Export)]
    #[case("GET", "/catalog", "text/html", RouteClass::Page)]
    #[case("GET", "/catalog", "text/turtle, */*;q=0.1", RouteClass::Export)]
    #[case("GET", "/catalog", "application/json", RouteClass::Export)]
    #[case("GET", "/catalog?f=json", "text/html", RouteClass::Export)]
    #[case("GET", "/api/v1/datasets", "", RouteClass::Read)]
    #[case("GET", "/api/v1/datasets?limit=100&cursor=x", "", RouteClass::Read)]
    #[case("GET", "/api/v1/datasets?q=agua", "", RouteClass::Search)]
    #[case("GET", "/api/v1/data-services?sort=title", "", RouteClass::Search)]
    #[case("GET", "/api/v1/changes?from=x&kind=dataset", "", RouteClass::Read)]
    #[case("GET", "/api/v1/status?x=1", "", RouteClass::Read)]
    #[case("GET", "/api/v1/datasets?f=csv", "", RouteClass::Read)]
    #[case("GET", "/api/v1/datasets/x?f=ttl", "", RouteClass::Read)]
    #[case("GET", "/api/v1/exports", "", RouteClass::Read)]
    #[case("GET", "/api/v1/exports/datasets.ndjson", "", RouteClass::Export)]
    #[case("GET", "/api/v1/jobs/x", "", RouteClass::Read)]
    #[case("GET", "/api/v1/jobs/x/events", "", RouteClass::Export)]
    #[case("POST", "/api/v1/jobs/x/cancel", "", RouteClass::Write)]
    #[case("GET", "/catalog?f=ttl", "text/html", RouteClass::Export)]
    #[case("GET", "/api/v1/search?q=x", "", RouteClass::Search)]
    #[case("POST", "/api/v1/datasets", "", RouteClass::Write)]
    #[case("DELETE", "/api/v1/datasets/x", "", RouteClass::Write)]
    #[case("POST", "/api/v1/validate", "", RouteClass::Validate)]
    #[case("POST", "/api/v1/inspect", "", RouteClass::Validate)]
    #[case("POST", "/api/v1/import", "", RouteClass::Import)]
    #[case("GET", "/api/v1/import/runs", "", RouteClass::Read)]
    #[case("PUT", "/api/v1/distributions/x/file", "", RouteClass::Upload)]
    #[case("GET", "/api/v1/distributions/x/file", "", RouteClass::Read)]
    #[case("GET", "/api/v1/distributions/x/download", "", RouteClass::Download)]
    fn classes(#[case] method: Method, #[case] uri: Uri, #[case] accept: &str, #[case] class: RouteClass) {
        let mut headers = HeaderMap::new();
        if !accept.is_empty() {
            headers.insert(header::ACCEPT, HeaderValue::from_str(accept).unwrap());
        }
        assert_eq!(RouteClass::of(&method, &uri, &headers), class);
    }
}
