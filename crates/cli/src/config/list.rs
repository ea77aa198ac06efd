//! Settings whose values are written as texts: one, or several.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Some values: a list in the file, or one text with commas, which is all that the environment has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// One value that is written as a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written<T>(pub T);

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Written<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.trim().parse().map(Self).map_err(D::Error::custom)
    }
}

impl<T: fmt::Display> Serialize for Written<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    Listed(Vec<String>),
    Joined(String),
}

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = Words::deserialize(deserializer)
            .map_err(|_error| D::Error::custom("it takes a list of texts, or one text with commas"))?;
        let words = match words {
            Words::Listed(words) => words,
            Words::Joined(text) => text.split(',').map(str::to_owned).collect(),
        };
        let values = words.iter().map(|word| word.trim()).filter(|word| !word.is_empty());
        values.map(|word| word.parse().map_err(D::Error::custom)).collect::<Result<_, _>>().map(Self)
    }
}

impl<T: fmt::Display> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ToString::to_string))
    }
}

/// A name that a server answers to: a host or an address, and a port when it is not the usual one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName(String);

/// A text that no `Host` header can be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no host: write a name and, if need be, a port, without http:// and without a path")]
pub struct InvalidHostName(pub String);

impl FromStr for HostName {
    type Err = InvalidHostName;

    fn from_str(text: &str) -> Result<Self, InvalidHostName> {
        let invalid = || InvalidHostName(text.to_owned());
        let text = text.trim();
        if text.contains(['/', '@', '?', '#', '*', '%', '\\']) || text.contains(char::is_whitespace) {
            return Err(invalid());
        }
        let url = url::Url::parse(&format!("http://{text}/")).map_err(|_error| invalid())?;
        if url.host().is_none() || text.ends_with(':') {
            return Err(invalid());
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("datos.example.org", true)]
    #[case("Datos.Internal:8080", true)]
    #[case("10.0.0.1", true)]
    #[case("[2001:db8::1]:8080", true)]
    #[case("https://datos.example.org", false)]
    #[case("datos.example.org/catalogo", false)]
    #[case("*.example.org", false)]
    #[case("user@example.org", false)]
    #[case("two names", false)]
    #[case("datos:", false)]
    #[case("datos:99999", false)]
    #[case("2001:db8::1", false)]
    fn hosts_are_names_with_a_port_at_most(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(text.parse::<HostName>().is_ok(), fits);
    }
}
