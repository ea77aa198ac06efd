//! Whether the process lives, and whether it can serve.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing,
};
use vitrina_domain::finding::Bilingual;

use crate::{
    problem::{Answer, Code, Problem},
    state::AppState,
};

/// How many changes searches may be behind once they have caught up.
const MOST_LAG: i64 = 50_000;

const FRESH: (axum::http::HeaderName, HeaderValue) =
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));

async fn live() -> Response {
    ([FRESH], "ok\n").into_response()
}

/// Ready once the index reached the log as it was at start, and as long as the database takes writes.
async fn ready(State(state): State<AppState>, caught_up: Arc<AtomicBool>) -> Answer<Response> {
    if state.lifecycle.is_stopping() {
        return Err(not_ready("el servidor está terminando", "the server is shutting down"));
    }
    let lag = state.app.health().await.map_err(|error| Problem::new(Code::Unavailable).caused_by(error))?;
    if lag <= 0 {
        caught_up.store(true, Ordering::Relaxed);
    }
    if !caught_up.load(Ordering::Relaxed) || lag > MOST_LAG {
        return Err(not_ready(
            "el índice aún no alcanza al registro de cambios",
            "the index is still behind the change log",
        ));
    }
    Ok(([FRESH], "ready\n").into_response())
}

fn not_ready(es: &str, en: &str) -> Problem {
    Problem::new(Code::Unavailable).with_detail(Bilingual::new(es, en)).retry_after(1)
}

pub(crate) fn routes() -> Router<AppState> {
    let caught_up = Arc::new(AtomicBool::new(false));
    Router::new()
        .route("/health/live", routing::get(live))
        .route("/health/ready", routing::get(move |state| ready(state, Arc::clone(&caught_up))))
}
