//! What writes answer.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use vitrina_app::record::{Effect, Saved};

use super::{api_url, json, neighbours, validators};
use crate::{inquiry::Inquiry, problem::Answer, view};

/// The record after a write, with what was found in its document.
pub(crate) async fn answer(saved: Saved, inquiry: &Inquiry) -> Answer<Response> {
    let Inquiry { state, reader, .. } = inquiry;
    let Saved { record, effect, findings } = saved;
    let beside = neighbours(state, &record).await?;
    let mut members = view::neighbours(&state.site, &beside, &[], &reader.tags());
    members.insert("findings".to_owned(), view::findings(&findings, reader.locale));
    let status = if effect == Effect::Created { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = (status, json(view::record(&state.site, &record, members))).into_response();
    validators(&record, "json", &[]).apply(response.headers_mut());
    let address = api_url(&state.site, record.kind(), &record.id.to_string());
    if let Ok(location) = HeaderValue::from_str(&address) {
        let name = if effect == Effect::Created { header::LOCATION } else { header::CONTENT_LOCATION };
        response.headers_mut().insert(name, location);
    }
    Ok(response)
}
