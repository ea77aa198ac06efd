//! What pages are made beautiful with.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};

use crate::{
    conditional::{EntityTag, Validators},
    pages::STYLE,
    problem::Answer,
};

/// The style sheet.
pub(super) async fn style(headers: HeaderMap) -> Answer<Response> {
    let validators = Validators { tag: EntityTag::of(["style", STYLE]), modified: None };
    validators.respond(&headers, || {
        let content_type = HeaderValue::from_static("text/css; charset=utf-8");
        Ok(([(header::CONTENT_TYPE, content_type)], STYLE).into_response())
    })
}
