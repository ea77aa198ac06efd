//! Sizes as people write them: `512 MiB`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A number of bytes, one at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(u64);

/// A text that is no size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no size: write a whole number of bytes, or one with KiB, MiB, GiB or TiB")]
pub struct InvalidSize(pub String);

const UNITS: [(&str, u64); 4] = [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

impl Size {
    /// So many bytes.
    pub const fn bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// How many bytes it is.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl FromStr for Size {
    type Err = InvalidSize;

    fn from_str(text: &str) -> Result<Self, InvalidSize> {
        let invalid = || InvalidSize(text.to_owned());
        let (number, unit) = UNITS
            .iter()
            .find_map(|(word, unit)| Some((text.trim().strip_suffix(word)?, *unit)))
            .unwrap_or((text.trim(), 1));
        let number: u64 = number.trim().parse().map_err(|_error| invalid())?;
        number.checked_mul(unit).filter(|bytes| *bytes > 0).map(Self).ok_or_else(invalid)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match UNITS.iter().find(|(_, unit)| self.0.is_multiple_of(*unit)) {
            Some((word, unit)) => write!(f, "{} {word}", self.0 / unit),
            None => write!(f, "{}", self.0),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(u64),
    Text(String),
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Written::deserialize(deserializer) {
            Ok(Written::Number(bytes)) => bytes.to_string().parse().map_err(D::Error::custom),
            Ok(Written::Text(text)) => text.parse().map_err(D::Error::custom),
            Err(_) => Err(D::Error::custom("it takes a size, for example 512 MiB")),
        }
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("1", Some(1))]
    #[case("64 KiB", Some(65_536))]
    #[case(" 3MiB ", Some(3 << 20))]
    #[case("1 TiB", Some(1 << 40))]
    #[case("0", None)]
    #[case("0 MiB", None)]
    #[case("-1", None)]
    #[case("1.5 GiB", None)]
    #[case("1 GB", None)]
    #[case("99999999999 TiB", None)]
    #[case("", None)]
    fn sizes_are_whole(#[case] text: &str, #[case] bytes: Option<u64>) {
        let size = text.parse::<Size>().ok();
        assert_eq!(size.map(Size::get), bytes);
        if let Some(size) = size {
            assert_eq!(size.to_string().parse(), Ok(size));
        }
    }
}
