//! The page in the place of a record that is gone.

use askama::Template;
use vitrina_app::Tombstone;

use super::{Frame, Rendered};

#[derive(Template)]
#[template(path = "tombstone.html")]
struct Page<'a> {
    frame: Frame<'a>,
    title: &'a str,
    since: String,
    reason: &'a str,
}

/// Renders the notice.
pub(crate) fn tombstone(frame: Frame<'_>, tombstone: &Tombstone) -> Rendered {
    let reason = match tombstone.reason.as_str() {
        "missing_at_source" => frame.t.missing_at_source,
        other => other,
    };
    let since = tombstone.at.to_string().chars().take(10).collect();
    Page { title: &tombstone.title, since, reason, frame }.render()
}
