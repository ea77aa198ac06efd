//! One form of a JSON document (RFC 8785) and its digest, so that equal documents have equal hashes.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// A text that is no SHA-256 digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 digest: {0:?}")]
pub struct InvalidDigest(pub String);

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of texts in their order. The length of each keeps ("ab", "c") apart from ("a", "bc").
    pub fn of_parts(parts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            let part = part.as_ref();
            hash.update(part.len().to_le_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash.finalize().into())
    }

    /// Wraps 32 bytes that are a digest already.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 64];
        hex::encode_to_slice(self.0, &mut text).map_err(|_error| fmt::Error)?;
        f.write_str(str::from_utf8(&text).map_err(|_error| fmt::Error)?)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{self}")
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_error| InvalidDigest(text.to_owned()))?;
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// The RFC 8785 text of a JSON document.
///
/// Numbers are IEEE doubles there; the documents of this crate keep long numbers as text.
pub(crate) fn text(document: &serde_json::Value) -> String {
    // Canonicalisation can only fail on non-finite numbers, which a `Value` cannot hold.
    serde_json_canonicalizer::to_string(document).unwrap_or_default()
}

/// An object of members whose values are canonical texts already; puts the members into their order.
pub(crate) fn object(members: &mut [(&str, String)]) -> String {
    // RFC 8785 section 3.2.3: by UTF-16 code units.
    members.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
    let mut object =
        String::with_capacity(members.iter().map(|(name, text)| name.len() + text.len() + 4).sum());
    object.push('{');
    for (position, (name, value)) in members.iter().enumerate() {
        if position > 0 {
            object.push(',');
        }
        object.push_str(&text(&serde_json::Value::from(*name)));
        object.push(':');
        object.push_str(value);
    }
    object.push('}');
    object
}

/// The digest of a document's RFC 8785 text.
pub fn digest(document: &serde_json::Value) -> Digest {
    Digest::of(text(document).as_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn order_and_spacing_do_not_matter() {
        let one = json!({"b": [1.0, "ñ"], "a": null});
        let other: serde_json::Value = serde_json::from_str(r#" {"a":null , "b":[1,"\u00f1"]} "#).unwrap();
        assert_eq!(text(&one), "{\"a\":null,\"b\":[1,\"ñ\"]}");
        assert_eq!(digest(&one), digest(&other));
        assert_eq!(digest(&one).to_string().parse(), Ok(digest(&one)));
    }
}
