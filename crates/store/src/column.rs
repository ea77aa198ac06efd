//! Columns as domain values, and the complaint when a column holds what no code writes.

use std::{fmt, str::FromStr};

use serde::de::DeserializeOwned;
use vitrina_domain::canonical::Digest;

use crate::StoreError;

/// Where a value stands, for the complaint about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell<R> {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    pub(crate) row: R,
}

impl<R: fmt::Display> Cell<R> {
    /// The error for a value that no code writes.
    pub(crate) fn inconsistent(&self) -> StoreError {
        StoreError::Inconsistent { table: self.table, column: self.column, row: self.row.to_string() }
    }

    /// A word of a closed list, an address, any text with a form.
    pub(crate) fn word<T: FromStr>(&self, text: &str) -> Result<T, StoreError> {
        text.parse().map_err(|_error| self.inconsistent())
    }

    /// A digest of 32 bytes.
    pub(crate) fn digest(&self, bytes: &[u8]) -> Result<Digest, StoreError> {
        bytes.try_into().map(Digest::from_bytes).map_err(|_error| self.inconsistent())
    }

    /// A number that the column holds in a wider type.
    pub(crate) fn number<T: TryFrom<i64>>(&self, number: i64) -> Result<T, StoreError> {
        T::try_from(number).map_err(|_error| self.inconsistent())
    }

    /// A JSON text.
    pub(crate) fn json<T: DeserializeOwned>(&self, text: &str) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|_error| self.inconsistent())
    }

    /// A number for a column; what does not fit 63 bits was never written by us.
    pub(crate) fn signed(&self, number: u64) -> Result<i64, StoreError> {
        i64::try_from(number).map_err(|_error| self.inconsistent())
    }
}

/// The JSON text of a value that has no other form.
pub(crate) fn json_text<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Database(Box::new(error)))
}
