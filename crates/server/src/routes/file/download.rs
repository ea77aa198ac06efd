//! Gives the file of a distribution.

use std::ops::Range;

use axum::{
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures_util::TryStreamExt as _;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use vitrina_app::FileRow;

use super::range::{Part, asked};
use crate::{
    conditional::{EntityTag, Validators},
    inquiry::{Ask, Inquiry},
    problem::{Answer, Problem},
    routes::{asks::NothingAsks, distribution::named},
};

/// A file of others is shown by no browser as a page of this host.
const ALWAYS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
    (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    (header::ACCEPT_RANGES, "bytes"),
    // A file that is withdrawn is withdrawn from caches, too.
    (header::CACHE_CONTROL, "public, no-cache"),
];

/// What stands in `filename*` as it is (RFC 8187, `attr-char`).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Gives the file of a distribution, or a part of it.
///
/// Always as an attachment, with the type that its bytes have. One range of bytes can be asked for; of several, the whole
/// file is given. Every byte is verified against the digest of the upload before it is sent: an answer that breaks off is
/// a file that was damaged.
#[utoipa::path(
    get, path = "/api/v1/distributions/{id}/download", operation_id = "download_file", tag = "datasets",
    params(
        ("id" = String, Path, description = "The distribution's id."),
        ("Range" = Option<String>, Header, description = "One range of bytes: `bytes=0-1023`, `bytes=1024-`, `bytes=-500`."),
        ("If-Range" = Option<String>, Header, description = "The entity tag or date that the range goes with; of another file, the whole is given."),
        NothingAsks,
    ),
    responses(
        (status = 200, description = "The file.", content_type = "application/octet-stream", body = String),
        (status = 206, description = "The range that was asked for.", content_type = "application/octet-stream", body = String),
    )
)]
pub(super) async fn download(Ask(inquiry, _): Ask<NothingAsks>, Path(id): Path<String>) -> Answer<Response> {
    let Inquiry { state, actor, headers, .. } = &inquiry;
    let (file, _) = state.app.file(actor, named(&id)?).await?;
    let validators = Validators { tag: EntityTag::of_bytes(&file.digest), modified: Some(file.uploaded) };
    if let Some(response) = validators.not_modified(headers) {
        return Ok(response);
    }
    let part = asked(headers, &validators, file.length)?;
    let bytes = match &part {
        Part::Whole => 0..file.length,
        Part::Bytes(bytes) => bytes.clone(),
    };
    let digest = file.digest;
    let stream = state.app.file_bytes(&file, bytes.clone()).await?.inspect_err(move |error| {
        tracing::error!(%digest, %error, "a download breaks off");
    });
    let status = if part == Part::Whole { StatusCode::OK } else { StatusCode::PARTIAL_CONTENT };
    let mut response = (status, Body::from_stream(stream)).into_response();
    describe(response.headers_mut(), &file, &part, &bytes)?;
    validators.apply(response.headers_mut());
    Ok(response)
}

fn describe(headers: &mut HeaderMap, file: &FileRow, part: &Part, bytes: &Range<u64>) -> Answer<()> {
    let text = |text: String| HeaderValue::try_from(text).map_err(Problem::internal);
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_TYPE, text(file.media_type.clone())?);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.end - bytes.start));
    headers.insert(header::CONTENT_DISPOSITION, text(disposition(&file.name))?);
    if *part != Part::Whole {
        let last = bytes.end.saturating_sub(1);
        headers.insert(header::CONTENT_RANGE, text(format!("bytes {}-{last}/{}", bytes.start, file.length))?);
    }
    Ok(())
}

/// The name for old readers in ASCII, and for the others as it is.
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._- ".contains(c) { c } else { '_' }).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(name, PLAIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_header() {
        assert_eq!(
            disposition("niñez 2026.csv"),
            "attachment; filename=\"ni_ez 2026.csv\"; filename*=UTF-8''ni%C3%B1ez%202026.csv"
        );
        assert_eq!(
            disposition("a\"; x=\r\n'b\\.csv"),
            "attachment; filename=\"a__ x____b_.csv\"; filename*=UTF-8''a%22%3B%20x%3D%0D%0A%27b%5C.csv"
        );
    }
}
