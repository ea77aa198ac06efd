//! The bodies of the operations on records, for their documentation and for what is answered.

use serde::Serialize;
use serde_json::Value;

/// The members to change; null takes a member away.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(value_type = Object)]
pub(crate) struct PatchBody(Value);

/// A revision of a record.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Revision)]
pub(crate) struct RevisionBody {
    /// Its number, from 1.
    number: u32,
    /// From when it held.
    #[schema(format = "date-time")]
    valid_from: String,
    /// Until when it held; null while it is current.
    #[schema(format = "date-time", required = true)]
    valid_to: Option<String>,
    /// Who made it.
    actor: String,
    /// The SHA-256 of its document in the form of RFC 8785.
    hash: String,
    /// Its address.
    #[schema(format = "uri")]
    url: String,
    /// Its document; only where one revision is asked for.
    #[schema(value_type = Option<Object>)]
    document: Option<Value>,
}

/// The members in which two revisions differ.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Diff)]
pub(crate) struct DiffBody {
    /// The older revision.
    pub(crate) from: u32,
    /// The newer revision.
    pub(crate) to: u32,
    /// The members that differ.
    pub(crate) differences: Vec<DifferenceBody>,
}

/// One member in which two revisions differ.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Difference)]
pub(crate) struct DifferenceBody {
    /// JSON pointer to the member.
    pub(crate) pointer: String,
    /// Its value in the older revision, of any type; null where it was absent.
    #[schema(value_type = Value)]
    pub(crate) from: Value,
    /// Its value in the newer one, of any type; null where it is absent.
    #[schema(value_type = Value)]
    pub(crate) to: Value,
}
