//! Runs and their items as JSON, in the shape of `schemas/core/import-run` and `import-item`.

use serde_json::{Value, json};
use vitrina_domain::{
    finding::Locale,
    id::RunId,
    import::{Item, Run},
};

use crate::{
    problem::{Code, Problem},
    site::Site,
    view,
};

/// A run; the source is named where its name is at hand.
pub(crate) fn run(site: &Site, run: &Run, source: &str, locale: Locale) -> Value {
    let Run { id, source_id, format, raw, actor, fetched, started, ended, state, tally, findings } = run;
    json!({
        "id": id,
        "source_id": source_id,
        "source_name": source,
        "format": format,
        "raw": raw,
        "actor": actor,
        "fetched": fetched,
        "started": started,
        "ended": ended,
        "state": state,
        "tally": tally,
        "findings": view::findings(findings, locale),
        "items_url": site.url(&format!("/api/v1/import/runs/{id}/items")),
    })
}

/// One record of a run.
pub(super) fn item(item: &Item, locale: Locale) -> Value {
    let Item { position, pointer, identifier, title, outcome, record_id, findings } = item;
    json!({
        "position": position,
        "pointer": pointer,
        "identifier": identifier,
        "title": title,
        "outcome": outcome,
        "record_id": record_id,
        "findings": view::findings(findings, locale),
    })
}

/// The run that a path names.
pub(super) fn id(text: &str) -> Result<RunId, Problem> {
    text.parse().map_err(|_error| Problem::new(Code::NotFound))
}
