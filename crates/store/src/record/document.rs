//! Documents as texts: whole and in parts, and how two of them differ.

use std::{collections::BTreeSet, fmt};

use serde_json::Value;
use vitrina_domain::metadata::Distribution;

use super::RecordWrite;
use crate::{StoreError, column::Cell, distribution};

/// The texts of a document: whole for the revision, in parts for the rows.
pub(super) struct Documents {
    pub(super) whole: String,
    pub(super) alone: String,
    pub(super) distributions: Vec<distribution::Written>,
}

impl Documents {
    pub(super) fn of(write: &RecordWrite) -> Result<Self, StoreError> {
        let cell = |table| Cell { table, column: "document", row: write.id };
        let mut document = write.metadata.to_document();
        let whole = cell("revisions").canonical(&document)?;
        let typed: &[Distribution] = write.metadata.as_dataset().map_or(&[], |dataset| &dataset.distribution);
        if typed.len() != write.distribution_ids.len() {
            return Err(Cell { table: "distributions", column: "id", row: write.id }.inconsistent());
        }
        if typed.is_empty() {
            return Ok(Self { alone: whole.clone(), whole, distributions: Vec::new() });
        }
        let parts = match document.as_object_mut().and_then(|members| members.remove("distribution")) {
            Some(Value::Array(parts)) if parts.len() == typed.len() => parts,
            _ => return Err(cell("distributions").inconsistent()),
        };
        let mut distributions = Vec::with_capacity(parts.len());
        for ((part, typed), id) in parts.iter().zip(typed).zip(&write.distribution_ids) {
            distributions.push(distribution::Written {
                id: *id,
                match_key: distribution::match_key(typed),
                document: cell("distributions").canonical(part)?,
            });
        }
        Ok(Self { alone: cell("records").canonical(&document)?, whole, distributions })
    }
}

/// The top-level members in which two documents differ, sorted.
pub(super) fn changed<R: fmt::Display>(
    cell: &Cell<R>,
    before: &str,
    document: &str,
) -> Result<Vec<String>, StoreError> {
    let (before, after): (Members, Members) = (cell.json(before)?, cell.json(document)?);
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    Ok(names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect())
}

type Members = serde_json::Map<String, Value>;
