//! The limits in force.

use axum::Json;
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use vitrina_domain::query::{MAX_DEPTH, MAX_QUERY_CHARS, MAX_TERMS};

use super::{asks::NothingAsks, validate};
use crate::{
    actor::Anyone,
    body,
    filter::PageSize,
    inquiry::Ask,
    limit::{Allowance, Exposure},
    listen,
    problem::Answer,
    state::AppState,
};

/// The limits in force: nothing is limited that is not said here.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Limits)]
struct LimitsView {
    /// Whether limits by address hold; on a server for one machine they do not.
    counted_by_address: bool,
    /// The limits of each class of routes.
    classes: Vec<Allowance>,
    /// The most items of a page.
    page: PageLimits,
    /// The limits of `q` and of filters.
    query: QueryLimits,
    /// The limits of a request.
    request: RequestLimits,
    /// The limits of a document that is imported or validated; how long it may be stands with the classes.
    document: DocumentLimits,
}

/// The most items of a page.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PageLimits {
    /// Of records.
    records: u64,
    /// Of records with `fields`.
    records_with_fields: u64,
    /// Of changes and of records of imports.
    rows: u64,
}

/// The limits of `q` and of filters.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct QueryLimits {
    /// Characters of `q`.
    characters: usize,
    /// Conditions in all.
    terms: usize,
    /// Nested parentheses.
    depth: usize,
}

/// The limits of a request.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct RequestLimits {
    /// Bytes of the address.
    address_bytes: usize,
    /// Bytes of the headers.
    header_bytes: usize,
    /// Header fields.
    header_fields: usize,
    /// Seconds until the headers must be there.
    header_seconds: u64,
    /// Nesting of a JSON body.
    json_depth: usize,
    /// Bytes a second that a body or a reader must move.
    least_bytes_per_second: u64,
}

/// The limits of a document that is imported or validated.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct DocumentLimits {
    /// Records of an import.
    records: u64,
    /// Records of a validation.
    records_validated: u64,
    /// Records and findings, together, that the report of a validation lists; the others are counted.
    listed: usize,
    /// Bytes of a record.
    record_bytes: usize,
    /// Values of a record.
    record_values: usize,
    /// Nesting.
    depth: usize,
}

/// Gives the limits in force.
///
/// Sizes are in bytes and times in seconds. Nothing is limited that is not said here.
#[utoipa::path(
    get, path = "/api/v1/limits", operation_id = "get_limits", tag = "site", params(NothingAsks),
    responses((status = 200, description = "The limits.", body = LimitsView))
)]
async fn limits(Ask(inquiry, _): Ask<NothingAsks, Anyone>) -> Answer<Json<LimitsView>> {
    let gates = &inquiry.state.gates;
    let wire = listen::Limits::default();
    let document = vitrina_app::validate::Limits::default();
    Ok(Json(LimitsView {
        counted_by_address: gates.exposure() == Exposure::Public,
        classes: gates.allowances(),
        page: PageLimits {
            records: PageSize::RECORDS.most,
            records_with_fields: PageSize::RECORDS.most_with_fields,
            rows: PageSize::ROWS.most,
        },
        query: QueryLimits { characters: MAX_QUERY_CHARS, terms: MAX_TERMS, depth: MAX_DEPTH },
        request: RequestLimits {
            address_bytes: wire.uri_bytes,
            header_bytes: wire.header_bytes,
            header_fields: wire.header_fields,
            header_seconds: wire.header_read.as_secs(),
            json_depth: body::MAX_DEPTH,
            least_bytes_per_second: wire.progress_bytes / wire.progress_window.as_secs().max(1),
        },
        document: DocumentLimits {
            records: document.items,
            records_validated: validate::MOST_RECORDS,
            listed: validate::MOST_LISTED,
            record_bytes: document.item_bytes,
            record_values: document.item_values,
            depth: document.depth,
        },
    }))
}

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default().routes(routes!(limits))
}
