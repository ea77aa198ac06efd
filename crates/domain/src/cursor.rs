//! Cursors: opaque, stateless, valid for ever, bound to the query they were given for.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

use crate::canonical::Digest;

/// Cursors of another version are refused as damaged.
const VERSION: u8 = 1;
/// The longest cursor that is looked at.
const LONGEST: usize = 2048;

/// What a cursor belongs to: route, filters and order. Limit and representation may change between pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding([u8; 8]);

impl Binding {
    /// The binding for these parts.
    pub fn of(parts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut short = [0; 8];
        short.iter_mut().zip(Digest::of_parts(parts).as_bytes()).for_each(|(slot, byte)| *slot = *byte);
        Self(short)
    }
}

/// Why a text is no cursor for a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCursor {
    /// It is damaged, or was never given.
    #[error("the cursor is damaged")]
    Damaged,
    /// It was given for another query.
    #[error("the cursor was given for another query")]
    Mismatch,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<P> {
    p: P,
}

/// A position as an opaque text.
pub fn encode<P: Serialize>(binding: Binding, position: &P) -> String {
    let mut bytes = vec![VERSION];
    bytes.extend(binding.0);
    let mut payload = serde_json::to_vec(&Envelope { p: position }).unwrap_or_default();
    let check = checksum(binding, &payload);
    bytes.extend(check);
    bytes.append(&mut payload);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The position in a cursor, if it is ours and of this query.
pub fn decode<P: DeserializeOwned>(binding: Binding, cursor: &str) -> Result<P, InvalidCursor> {
    let damaged = || InvalidCursor::Damaged;
    if cursor.len() > LONGEST {
        return Err(damaged());
    }
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).map_err(|_error| damaged())?;
    let (head, payload) = bytes.split_at_checked(1 + 8 + 4).ok_or_else(damaged)?;
    let (version, rest) = head.split_first().ok_or_else(damaged)?;
    let (bound, check) = rest.split_at_checked(8).ok_or_else(damaged)?;
    let bound = Binding(bound.try_into().map_err(|_error| damaged())?);
    if *version != VERSION || check != checksum(bound, payload) {
        return Err(damaged());
    }
    if bound != binding {
        return Err(InvalidCursor::Mismatch);
    }
    serde_json::from_slice::<Envelope<P>>(payload).map(|envelope| envelope.p).map_err(|_error| damaged())
}

/// Tells a slip of the hand from a cursor of ours; it is no protection, and none is needed: a cursor holds only
/// a position, and every read has its scope.
fn checksum(binding: Binding, payload: &[u8]) -> [u8; 4] {
    let mut hash = Sha256::new();
    hash.update([VERSION]);
    hash.update(binding.0);
    hash.update(payload);
    let mut short = [0; 4];
    short.iter_mut().zip(hash.finalize()).for_each(|(slot, byte)| *slot = byte);
    short
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn binding() -> Binding {
        Binding::of(["/api/v1/datasets", "theme=SOCI", "created"])
    }

    #[test]
    fn comes_back_whole() {
        let position = (Some(12_345_i64), "título".to_owned(), i64::MAX);
        let cursor = encode(binding(), &position);
        assert!(cursor.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{cursor}");
        assert_eq!(decode::<(Option<i64>, String, i64)>(binding(), &cursor).unwrap(), position);
    }

    #[test]
    fn another_query_is_a_mismatch() {
        let cursor = encode(binding(), &7_i64);
        let other = Binding::of(["/api/v1/datasets", "theme=ECON", "created"]);
        assert_eq!(decode::<i64>(other, &cursor), Err(InvalidCursor::Mismatch));
    }

    #[test]
    fn every_single_changed_character_is_noticed() {
        let cursor = encode(binding(), &7_i64);
        for position in 0..cursor.len() {
            let mut tampered: Vec<u8> = cursor.clone().into_bytes();
            tampered[position] = if tampered[position] == b'A' { b'B' } else { b'A' };
            let tampered = String::from_utf8(tampered).unwrap();
            assert!(decode::<i64>(binding(), &tampered).is_err(), "{position}");
        }
    }

    #[rstest]
    #[case("")]
    #[case("-1")]
    #[case("9223372036854775808")]
    #[case("' OR 1=1 --")]
    #[case("AAAA")]
    #[case("\0")]
    fn garbage_is_damaged(#[case] cursor: &str) {
        assert_eq!(decode::<i64>(binding(), cursor), Err(InvalidCursor::Damaged));
        assert_eq!(decode::<i64>(binding(), &cursor.repeat(5_000)), Err(InvalidCursor::Damaged));
    }
}
