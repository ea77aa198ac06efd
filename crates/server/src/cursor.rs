//! Cursors in the address, and what readers are told of those that do not fit.

use serde::de::DeserializeOwned;
pub use vitrina_domain::cursor::{Binding, encode};
use vitrina_domain::{
    cursor::{self, InvalidCursor},
    finding::Bilingual,
};

use crate::problem::{Code, Problem};

/// The position in a cursor, if it is ours and of this query.
pub fn decode<P: DeserializeOwned>(binding: Binding, cursor: &str) -> Result<P, Problem> {
    cursor::decode(binding, cursor).map_err(|error| refused("cursor", error))
}

/// The problem of a parameter that is no cursor for its query.
pub fn refused(parameter: &str, error: InvalidCursor) -> Problem {
    let (code, message) = match error {
        InvalidCursor::Damaged => (
            Code::CursorInvalid,
            Bilingual::new(
                "el cursor está dañado o no es de este servidor",
                "the cursor is damaged or not of this server",
            ),
        ),
        InvalidCursor::Mismatch => (
            Code::CursorMismatch,
            Bilingual::new(
                "el cursor se dio para otros filtros u otro orden",
                "the cursor was given for other filters or another order",
            ),
        ),
    };
    Problem::parameter(code, parameter, message)
}
