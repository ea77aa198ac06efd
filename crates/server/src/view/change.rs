//! A change: the same object in `/changes`, in feeds and in webhooks.

use serde::Serialize;
use vitrina_domain::{
    change::Change,
    record::{Record, Stored, Unreadable},
};

use crate::site::Site;

/// One change of a record. It is a hint: the record itself is the truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ChangeView {
    /// The opaque token of the change; `from` takes it.
    pub(crate) token: String,
    /// When it was committed.
    pub(crate) at: String,
    /// What happened: create, update or delete.
    pub(crate) op: &'static str,
    /// The kind of record.
    pub(crate) kind: &'static str,
    /// The record.
    pub(crate) id: String,
    /// The revision that the change made.
    pub(crate) revision: u32,
    /// The hash of that revision's document.
    pub(crate) hash: String,
    /// The record's address in the API; `410` with a tombstone when it is gone.
    pub(crate) url: String,
    /// The top-level members in which the document differs from the revision before; empty unless it is an update.
    pub(crate) changed: Vec<String>,
    /// The record's title now, where it is still there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
}

/// A change with its record as it is now.
pub(crate) fn change(
    site: &Site,
    change: &Change,
    record: Option<&Record<Stored>>,
    token: String,
    languages: &[&str],
) -> Result<ChangeView, Unreadable> {
    let Change { seq: _, at, actor: _, audience: _, kind, entity_id, op, revision, hash, changed } = change;
    let outline = record.map(Record::outline).transpose()?;
    let title = outline.as_ref().and_then(|outline| outline.title().pick(languages));
    Ok(ChangeView {
        token,
        at: at.to_string(),
        op: op.as_str(),
        kind: kind.as_str(),
        id: entity_id.to_string(),
        revision: *revision,
        hash: hash.to_string(),
        url: site.url(&format!("/api/v1/{}/{entity_id}", kind.collection())),
        changed: changed.clone(),
        title: title.map(|(_, title)| title.to_owned()),
    })
}
