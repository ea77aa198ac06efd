//! Bulk files: everything that answers a query, streamed in any format.

use axum::{
    body::{Body, Bytes},
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use futures_util::StreamExt as _;
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use vitrina_app::{AppError, export::ExportRequest};
use vitrina_domain::{finding::Bilingual, query::Field, record::Kind};
use vitrina_formats::Format;

use super::{
    asks::{NothingAsks, asks},
    record::list::mark,
};
use crate::{
    filter::{Parameter, Spec},
    inquiry::{Ask, Inquiry, Reply},
    negotiate::{self, Representation},
    problem::{Answer, Code, Problem},
    state::AppState,
};

asks! {
    /// What a bulk file takes.
    ExportAsks = Spec {
        parameters: &[Parameter::Q, Parameter::Lang, Parameter::Bom],
        filters: Field::ALL,
        ..Spec::NONE
    };
}

/// A bulk file.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ExportFile {
    /// The kind of record in it.
    kind: &'static str,
    /// The format.
    format: &'static str,
    /// The media type.
    media_type: &'static str,
    /// Where it is; the filters of lists may be added.
    #[schema(format = "uri")]
    url: String,
}

/// The bulk files.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ExportFiles {
    /// The files.
    items: Vec<ExportFile>,
}

/// The files there are: datasets in every format, the other kinds in our own.
fn files() -> impl Iterator<Item = (Kind, Format)> {
    let datasets = Format::ALL.iter().map(|format| (Kind::Dataset, *format));
    let others = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Dataset);
    datasets.chain(others.flat_map(|kind| [Format::Json, Format::Ndjson].map(|format| (kind, format))))
}

fn file_name(kind: Kind, format: Format) -> String {
    format!("{}.{}", kind.collection(), format.extension().unwrap_or(format.name()))
}

/// Lists the bulk files.
///
/// Each is made while it is sent, so it is always of today; every one takes the filters of lists.
#[utoipa::path(
    get, path = "/api/v1/exports", operation_id = "list_exports", tag = "site", params(NothingAsks),
    responses((status = 200, description = "The bulk files.", body = ExportFiles))
)]
async fn list(Ask(inquiry, _): Ask<NothingAsks>) -> Answer<Response> {
    let make = async || {
        let items = files().map(|(kind, format)| ExportFile {
            kind: kind.as_str(),
            format: format.name(),
            media_type: format.media_type(),
            url: inquiry.state.site.url(&format!("/api/v1/exports/{}", file_name(kind, format))),
        });
        Ok(Reply { body: ExportFiles { items: items.collect() }, next: None })
    };
    inquiry.answer(make).await
}

/// Streams a bulk file: every record that answers the filters, in creation order, without a limit.
///
/// A connection that breaks off means that the file is not whole; there is no other end of the stream.
#[utoipa::path(
    get, path = "/api/v1/exports/{file}", operation_id = "get_export", tag = "site",
    params(("file" = String, Path, description = "The kind's collection and the format's extension, for example `datasets.ndjson`."), ExportAsks),
    responses((
        status = 200, description = "The file.",
        content((String = "application/json"), (String = "application/x-ndjson"), (String = "text/csv"), (String = "text/turtle"))
    ))
)]
async fn get(Ask(inquiry, _): Ask<ExportAsks>, Path(file): Path<String>) -> Answer<Response> {
    let found = files().find(|(kind, format)| file_name(*kind, *format) == file);
    let Some((kind, format)) = found else {
        let detail = Bilingual::new("no hay este archivo", "there is no such file");
        let names: Vec<String> = files().map(|(kind, format)| file_name(kind, format)).collect();
        return Err(Problem::new(Code::NotFound).with_detail(detail).with_allowed(names));
    };
    let mut response = stream(kind, format, &inquiry).await?;
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{file}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// Everything that answers the filters, in a format, chunk by chunk.
pub(crate) async fn stream(kind: Kind, format: Format, inquiry: &Inquiry) -> Answer<Response> {
    let Inquiry { state, actor, asked, reader, headers, .. } = inquiry;
    let validators = inquiry.validators(format.name()).await?;
    if let Some(response) = validators.not_modified(headers) {
        return Ok(response);
    }
    let request = ExportRequest { kind, query: asked.query.clone(), format, locale: reader.locale };
    let mut chunks = state.app.export(actor, request);
    // A store that fails at once is an error of its own; later the connection can only break off.
    let first = chunks.recv().await.transpose()?.unwrap_or_default();
    let mark = Bytes::from_static(mark(format, inquiry).as_bytes());
    let rest = futures_util::stream::unfold(chunks, |mut chunks| async move {
        chunks.recv().await.map(|chunk| (chunk.map(Bytes::from), chunks))
    });
    let begun = futures_util::stream::iter([Ok::<_, AppError>(mark), Ok(Bytes::from(first))]);
    // Whoever compresses a body asks once more after its end, for trailers; a stream that is not fused panics then.
    let whole = begun.chain(rest).fuse();
    let mut response = Body::from_stream(whole).into_response();
    let headers = response.headers_mut();
    negotiate::label(headers, Representation::Data(format));
    validators.apply(headers);
    Ok(response)
}

/// The operations.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get))
}
