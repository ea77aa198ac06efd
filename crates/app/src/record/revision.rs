//! The history of a record: its revisions, its raw original, what it was at a time.

use std::io::{self, Read as _};

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use serde_json::Value;
use vitrina_domain::{
    record::{Kind, Record, Revision, Stored},
    time::Timestamp,
};

use super::{Extent, Reference};
use crate::{App, AppError, auth::Actor, stream_reader::StreamReader};

/// The longest raw original of one record that is handed out.
const LONGEST_RAW: u64 = 32 << 20;

impl App {
    /// Revisions of a record that the actor may read, newest first, before a number; without their documents.
    pub async fn revisions(
        &self,
        actor: &Actor,
        kind: Kind,
        reference: &Reference,
        before: Option<u32>,
        limit: u64,
    ) -> Result<Vec<Revision>, AppError> {
        let record = self.record(actor, kind, reference, Extent::HEAD).await?;
        Ok(self.store().revisions(&actor.scope(), record.id, before, limit).await?)
    }

    /// One revision of a record.
    pub async fn revision(
        &self,
        actor: &Actor,
        kind: Kind,
        reference: &Reference,
        number: u32,
    ) -> Result<(Record<Stored>, Revision), AppError> {
        let record = self.record(actor, kind, reference, Extent::HEAD).await?;
        let revision = self.store().revision(&actor.scope(), record.id, number).await?;
        Ok((record, revision.ok_or(AppError::NotFound("revision"))?))
    }

    /// A record as it was at an instant, also when it was deleted since.
    ///
    /// What is held or withdrawn today is closed for the past as well: it may say what should never have been said.
    pub async fn record_at(
        &self,
        actor: &Actor,
        kind: Kind,
        reference: &Reference,
        at: Timestamp,
    ) -> Result<Record<Stored>, AppError> {
        let scope = actor.scope();
        let (id, current) = match reference {
            Reference::Id(id) => (*id, None),
            Reference::Slug(slug) => {
                let target = self.store().slug(kind, slug).await?.ok_or(AppError::NotFound(kind.as_str()))?;
                let moved = target.current.as_str() != slug;
                (target.id, moved.then_some(target.current))
            }
        };
        let Some(record) = self.store().record_at(&scope, kind, id, at).await? else {
            self.record(actor, kind, &Reference::Id(id), Extent::HEAD).await?;
            return Err(AppError::NotFound("revision"));
        };
        current.map_or(Ok(record), |slug| Err(AppError::Moved(slug)))
    }

    /// The bytes that the current revision of a record was made from, as UTF-8 JSON.
    pub async fn raw(&self, actor: &Actor, kind: Kind, reference: &Reference) -> Result<Vec<u8>, AppError> {
        let record = self.record(actor, kind, reference, Extent::HEAD).await?;
        let revision = self.store().revision(&actor.scope(), record.id, record.revision).await?;
        let span = revision.and_then(|revision| revision.raw).ok_or(AppError::NotFound("raw original"))?;
        let seal = self.store().seal(&span.digest).await?.ok_or(AppError::NotFound("raw original"))?;
        let length = span.length.min(LONGEST_RAW);
        if span.encoding == "UTF-8" {
            let bytes = self.store().blobs().read(seal, span.offset..span.offset.saturating_add(length));
            let pieces: Vec<Bytes> = bytes.try_collect().await?;
            return Ok(pieces.concat());
        }
        // The offset counts decoded bytes: what stands before the record is decoded, too.
        let whole = 0..seal.length;
        let mut reader = StreamReader::new(self.store().blobs().read(seal, whole));
        tokio::task::spawn_blocking(move || {
            let mut decoded = vitrina_formats::read::decoded(&mut reader, &span.encoding);
            io::copy(&mut decoded.by_ref().take(span.offset), &mut io::sink())?;
            let mut bytes = Vec::new();
            decoded.take(length).read_to_end(&mut bytes)?;
            Ok(bytes)
        })
        .await
        .map_err(AppError::Task)?
        .map_err(AppError::File)
    }

    /// The members in which two revisions differ, with both values; absent ones are `null`.
    pub async fn diff(
        &self,
        actor: &Actor,
        kind: Kind,
        reference: &Reference,
        from: u32,
        to: u32,
    ) -> Result<Vec<Difference>, AppError> {
        let (_, older) = self.revision(actor, kind, reference, from).await?;
        let (_, newer) = self.revision(actor, kind, reference, to).await?;
        Ok(differences(&older.document, &newer.document))
    }
}

/// One member in which two revisions differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// JSON pointer to the member.
    pub pointer: String,
    /// Its value in the older revision.
    pub from: Value,
    /// Its value in the newer one.
    pub to: Value,
}

fn differences(older: &Value, newer: &Value) -> Vec<Difference> {
    let (Some(before), Some(after)) = (older.as_object(), newer.as_object()) else { return Vec::new() };
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| Difference {
            pointer: format!("/{}", vitrina_domain::finding::pointer_segment(name)),
            from: before.get(name).cloned().unwrap_or_default(),
            to: after.get(name).cloned().unwrap_or_default(),
        })
        .collect()
}
