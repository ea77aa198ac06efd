//! What pages are made beautiful with.

use std::sync::LazyLock;

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
    static TAG: LazyLock<EntityTag> = LazyLock::new(|| EntityTag::of(["style", STYLE]));
    let validators = Validators { tag: TAG.clone(), modified: None };
    validators.respond(&headers, || {
        let content_type = HeaderValue::from_static("text/css; charset=utf-8");
        Ok(([(header::CONTENT_TYPE, content_type)], STYLE).into_response())
    })
}
