//! Takes a file for a distribution.

use axum::{
    Json,
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hyper::body::Body as _;
use vitrina_app::{
    file::{Upload, Uploaded},
    record::Effect,
};
use vitrina_domain::{canonical::Digest, finding::Bilingual};

use super::body::FileBody;
use crate::{
    actor::{Asker as _, Bearer},
    body,
    conditional::{EntityTag, Validators, file_condition},
    filter::{Parameter, Spec},
    inquiry::{Ask, Inquiry},
    limit::RouteClass,
    problem::{Answer, Code, Problem},
    routes::{asks::asks, distribution::named},
};

asks! {
    /// What an upload takes.
    UploadAsks = Spec { parameters: &[Parameter::FileName, Parameter::Sha256], ..Spec::NONE };
}

/// The digests of RFC 9530; ours is one of the whole file, and no coding of it is taken.
const DIGESTS: [HeaderName; 2] =
    [HeaderName::from_static("repr-digest"), HeaderName::from_static("content-digest")];

/// Puts a file in the place of the one that a distribution has.
///
/// The body is the file as it is. What it is, is told from its bytes and not from its name or `Content-Type`; kinds that
/// the site does not take are refused. Address, length, type and digest go into the dataset's document, as a new revision.
/// The same file sent again changes nothing, so an upload that broke off is simply sent again; another one needs
/// `If-Match` with the entity tag of the file that it replaces. Earlier files are kept. Send the digest along, as
/// `Repr-Digest` (RFC 9530) or `sha256`, and bytes that were spoilt on the way are refused. The longest file is told by
/// `/api/v1/limits`. Needs the scope `write:datasets`.
#[utoipa::path(
    put, path = "/api/v1/distributions/{id}/file", operation_id = "upload_file", tag = "datasets",
    params(
        ("id" = String, Path, description = "The distribution's id."),
        ("If-Match" = Option<String>, Header, description = "The entity tag of the file that is replaced."),
        ("Repr-Digest" = Option<String>, Header, description = "The SHA-256 that the bytes should have: `sha-256=:…:`."),
        UploadAsks,
    ),
    request_body(content = String, description = "The file, byte by byte.", content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "The file, which replaced another one or was there already.", body = FileBody),
        (status = 201, description = "The first file of the distribution.", body = FileBody),
    ),
    security(("token" = []))
)]
pub(super) async fn upload(
    Ask(inquiry, _): Ask<UploadAsks, Bearer>,
    Path(id): Path<String>,
    bytes: Body,
) -> Answer<Response> {
    let Inquiry { state, actor, asked, headers, .. } = &inquiry;
    let id = named(&id)?;
    let upload = Upload {
        name: asked.text(Parameter::FileName).map(str::to_owned),
        announced: announced(asked.text(Parameter::Sha256), headers)?,
        condition: file_condition(headers)?,
    };
    // Who may not, and what cannot fit, is told before a gigabyte is sent.
    state.app.may_upload(actor, id, bytes.size_hint().exact()).await?;
    let spooled = body::spool(&state.app, bytes, state.gates.body_bytes(RouteClass::Upload)).await?;
    // The body took its time, and a token can be taken back meanwhile.
    let actor = Bearer::actor(headers, state).await?;
    let Uploaded { file, dataset: _, effect } = state.app.upload(&actor, id, upload, spooled).await?;
    let status = if effect == Effect::Created { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = (status, Json(FileBody::of(&state.site, &file))).into_response();
    let validators = Validators { tag: EntityTag::of_bytes(&file.digest), modified: Some(file.uploaded) };
    validators.apply(response.headers_mut());
    let address = state.site.url(&format!("/api/v1/distributions/{id}/file"));
    let name = if effect == Effect::Created { header::LOCATION } else { header::CONTENT_LOCATION };
    response.headers_mut().insert(name, HeaderValue::try_from(address).map_err(Problem::internal)?);
    Ok(response)
}

/// The digest that the sender says the bytes have.
fn announced(parameter: Option<&str>, headers: &HeaderMap) -> Answer<Option<Digest>> {
    if let Some(text) = parameter {
        let digest = text.parse().map_err(|_error| {
            let text = Bilingual::new(
                "se esperaban 64 dígitos hexadecimales",
                "64 hexadecimal digits were expected",
            );
            Problem::parameter(Code::InvalidParameter, Parameter::Sha256.name(), text)
        })?;
        return Ok(Some(digest));
    }
    for name in DIGESTS {
        let values = headers.get_all(&name).iter().filter_map(|value| value.to_str().ok());
        for member in values.flat_map(|value| value.split(',')) {
            // Other algorithms may stand beside ours.
            let Some(value) = member.trim().strip_prefix("sha-256=") else { continue };
            let bytes = value.strip_prefix(':').and_then(|value| value.strip_suffix(':'));
            let digest = bytes.and_then(|bytes| STANDARD.decode(bytes).ok()?.try_into().ok());
            return digest.map(|digest| Some(Digest::from_bytes(digest))).ok_or_else(|| unreadable(&name));
        }
    }
    Ok(None)
}

fn unreadable(name: &HeaderName) -> Problem {
    Problem::new(Code::BadRequest).with_detail(Bilingual::new(
        format!("{name} se escribe sha-256=:…:, con el digesto en Base64"),
        format!("{name} is written sha-256=:…:, with the digest in Base64"),
    ))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:", Some(true))]
    #[case("sha-512=:YQ==:, sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:", Some(true))]
    #[case("sha-512=:YQ==:", None)]
    #[case("sha-256=47DEQpj8HBSa", Some(false))]
    #[case("sha-256=:YQ==:", Some(false))]
    fn digests_are_read_as_the_standard_writes_them(#[case] value: &str, #[case] read: Option<bool>) {
        let headers = HeaderMap::from_iter([(DIGESTS[0].clone(), HeaderValue::from_str(value).unwrap())]);
        let found = announced(None, &headers).map_err(|problem| problem.code());
        match read {
            None => assert_eq!(found, Ok(None)),
            Some(true) => assert_eq!(found, Ok(Some(Digest::of(b"")))),
            Some(false) => assert_eq!(found, Err(Code::BadRequest)),
        }
    }

    #[test]
    fn the_parameter_is_hexadecimal() {
        let digest = Digest::of(b"agua");
        assert_eq!(announced(Some(&digest.to_string()), &HeaderMap::new()).unwrap(), Some(digest));
        assert_eq!(announced(Some("agua"), &HeaderMap::new()).unwrap_err().code(), Code::InvalidParameter);
    }
}
