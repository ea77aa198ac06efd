//! Single values with a form of their own: IRIs, e-mail addresses, bounding boxes.

use std::{fmt, str::FromStr};

use serde_json::Value;
use url::Url;

use super::{Member, Notes};

/// An absolute IRI, kept as it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iri(String);

/// A text that is no absolute IRI.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an absolute IRI: {0:?}")]
pub struct InvalidIri(pub String);

impl Iri {
    /// The IRI as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the scheme is `http` or `https`.
    pub fn is_web(&self) -> bool {
        let scheme = self.0.split(':').next().unwrap_or_default();
        scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
    }
}

impl fmt::Display for Iri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Iri {
    type Err = InvalidIri;

    /// Reads RFC 3987 loosely: a scheme, no blanks, none of the characters that Turtle forbids in an IRI.
    fn from_str(text: &str) -> Result<Self, InvalidIri> {
        let text = text.trim();
        let refused = |c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c);
        if text.contains(refused) || Url::parse(text).is_err() {
            return Err(InvalidIri(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl Member for Iri {
    fn read(value: Value, _notes: &mut Notes) -> Result<Self, Value> {
        match &value {
            Value::String(text) => text.parse().map_err(|_error| value),
            _ => Err(value),
        }
    }

    fn write(&self) -> Option<Value> {
        Some(Value::String(self.0.clone()))
    }
}

/// An e-mail address without `mailto:`, which is the form of a link to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

impl Email {
    /// The bare address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address as a `mailto:` IRI.
    pub fn to_mailto(&self) -> String {
        format!("mailto:{}", self.0)
    }
}

impl Member for Email {
    /// Reads an address with or without `mailto:`; what has no `@` between two parts does not fit.
    fn read(value: Value, _notes: &mut Notes) -> Result<Self, Value> {
        let Value::String(text) = &value else { return Err(value) };
        let text = text.trim();
        let address = match text.get(..7) {
            Some(prefix) if prefix.eq_ignore_ascii_case("mailto:") => {
                text.get(7..).unwrap_or_default().trim()
            }
            _ => text,
        };
        let well_formed = address
            .split_once('@')
            .is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'))
            && !address.contains(char::is_whitespace);
        if well_formed { Ok(Self(address.to_owned())) } else { Err(value) }
    }

    fn write(&self) -> Option<Value> {
        Some(Value::String(self.0.clone()))
    }
}

/// A box on the map, in degrees of WGS 84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundingBox {
    /// The smallest longitude.
    pub west: f64,
    /// The smallest latitude.
    pub south: f64,
    /// The largest longitude.
    pub east: f64,
    /// The largest latitude.
    pub north: f64,
}

impl BoundingBox {
    /// A box with sane corners, or nothing.
    pub fn new(west: f64, south: f64, east: f64, north: f64) -> Option<Self> {
        let sane = (-180.0..=180.0).contains(&west)
            && (-180.0..=180.0).contains(&east)
            && (-90.0..=90.0).contains(&south)
            && (-90.0..=90.0).contains(&north)
            && west <= east
            && south <= north;
        sane.then_some(Self { west, south, east, north })
    }

    /// Reads `west,south,east,north`, the form portals write in `spatial`.
    pub fn from_text(text: &str) -> Option<Self> {
        let numbers: Vec<f64> =
            text.split(',').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
        match numbers.as_slice() {
            [west, south, east, north] => Self::new(*west, *south, *east, *north),
            _ => None,
        }
    }

    /// The box around every position of a GeoJSON geometry.
    pub fn around_geojson(geometry: &Value) -> Option<Self> {
        let mut found: Option<Self> = None;
        // An explicit stack: the nesting of coordinates comes from outside.
        let mut pending = vec![geometry.get("coordinates")?];
        while let Some(value) = pending.pop() {
            let Value::Array(items) = value else { continue };
            match (items.first().and_then(Value::as_f64), items.get(1).and_then(Value::as_f64)) {
                (Some(x), Some(y)) => {
                    found = Some(found.map_or(Self { west: x, south: y, east: x, north: y }, |b| Self {
                        west: b.west.min(x),
                        south: b.south.min(y),
                        east: b.east.max(x),
                        north: b.north.max(y),
                    }));
                }
                _ => pending.extend(items),
            }
        }
        found.and_then(|b| Self::new(b.west, b.south, b.east, b.north))
    }

    /// The box as a WKT polygon, counter-clockwise.
    pub fn to_wkt(&self) -> String {
        let Self { west, south, east, north } = self;
        format!("POLYGON(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case("https://datos.nl.gob.mx/d?a=ñ", true)]
    #[case("urn:uuid:0190b6a5-7e2a-7c3e-8f10-000000000001", true)]
    #[case("datos.gob.ar/x.json", false)]
    #[case("https://exa mple.org/", false)]
    #[case("<https://example.org/>", false)]
    #[case("", false)]
    fn iris(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(text.parse::<Iri>().is_ok(), fits);
    }

    #[rstest]
    #[case("mailto:datos@nl.gob.mx", Some("datos@nl.gob.mx"))]
    #[case(" datos@nl.gob.mx ", Some("datos@nl.gob.mx"))]
    #[case("datosATnl.gob.mx", None)]
    #[case("@x", None)]
    fn emails(#[case] text: &str, #[case] expected: Option<&str>) {
        let read = Email::read(json!(text), &mut Notes::default()).ok();
        assert_eq!(read.as_ref().map(Email::as_str), expected);
    }

    #[test]
    fn boxes_come_from_text_and_geometry() {
        let text = BoundingBox::from_text("-100.6, 25.4,-100.1,25.9").unwrap();
        let polygon = json!({"type": "Polygon", "coordinates":
            [[[-100.6, 25.4], [-100.1, 25.4], [-100.1, 25.9], [-100.6, 25.9], [-100.6, 25.4]]]});
        assert_eq!(BoundingBox::around_geojson(&polygon), Some(text));
        assert_eq!(BoundingBox::from_text("25.9,-100.6,25.4,-100.1"), None);
        assert_eq!(BoundingBox::from_text("Monterrey"), None);
    }
}
