//! Earlier states of a record, and what they were made from.

use serde_json::Value;

use crate::{canonical::Digest, time::Timestamp};

/// One revision of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// Its number, from 1.
    pub number: u32,
    /// From when it held.
    pub valid_from: Timestamp,
    /// Until when it held; nothing while it is current.
    pub valid_to: Option<Timestamp>,
    /// Who made it.
    pub actor: String,
    /// The hash of its document.
    pub hash: Digest,
    /// Its document.
    pub document: Value,
    /// Where the bytes it was made from stand.
    pub raw: Option<RawSpan>,
}

/// A stretch of a raw original: the bytes that one record was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawSpan {
    /// The digest of the whole original, under which its bytes are kept.
    pub digest: Digest,
    /// The original's character encoding, as the Encoding Standard names it.
    pub encoding: String,
    /// Where the record begins, in bytes of the original decoded to UTF-8.
    pub offset: u64,
    /// How long it is, in bytes of UTF-8.
    pub length: u64,
}
