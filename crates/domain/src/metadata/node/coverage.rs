//! Where and when.

use serde_json::Value;

use super::{
    super::{BoundingBox, Iri, document::document},
    Named,
};
use crate::{date::Date, language::Text};

document! {
    /// A place (`dct:Location`): a name, an INEGI key, an IRI, a box or a geometry.
    ///
    /// Its short form is the text the source wrote.
    Location {
        /// The place's IRI.
        iri: Option<Iri> = "@id",
        /// `skos:prefLabel`: the name, or whatever text stood for the place.
        label: Text = "prefLabel",
        /// `skos:altLabel`.
        alternative: Text = "altLabel",
        /// `dct:identifier`: the geostatistical key (INEGI), as text because zeros lead.
        identifier: Option<String> = "identifier",
        /// `skos:inScheme`: the gazetteer.
        scheme: Option<Iri> = "inScheme",
        /// `dcat:bbox`: WKT, GeoJSON text or a GeoJSON object.
        bbox: Option<Value> = "bbox",
        /// `dcat:centroid`.
        centroid: Option<Value> = "centroid",
        /// `locn:geometry`.
        geometry: Option<Value> = "geometry",
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(match Named::parse(text)? {
            Named::Iri(iri) => Self { iri: Some(iri), ..Self::default() },
            Named::Words(label) => Self { label, ..Self::default() },
        })
    }

    fn short_form(&self) -> Option<String> {
        self.iri.as_ref().map(Iri::as_str).or_else(|| self.label.as_plain()).map(str::to_owned)
    }
}

impl Location {
    /// The box, from `dcat:bbox`, a GeoJSON geometry, a bare GeoJSON object or `west,south,east,north`.
    pub fn bounding_box(&self) -> Option<BoundingBox> {
        let geometry = |value: &Value| match value {
            Value::String(text) => BoundingBox::from_text(text)
                .or_else(|| serde_json::from_str(text).ok().as_ref().and_then(BoundingBox::around_geojson)),
            other => BoundingBox::around_geojson(other),
        };
        self.bbox
            .as_ref()
            .and_then(geometry)
            .or_else(|| self.geometry.as_ref().and_then(geometry))
            .or_else(|| BoundingBox::around_geojson(&Value::Object(self.additional.clone())))
            .or_else(|| self.label.as_plain().and_then(BoundingBox::from_text))
    }
}

document! {
    /// A stretch of time (`dct:PeriodOfTime`), open at an end that is absent.
    ///
    /// Its short form is `start/end` (ISO 8601).
    PeriodOfTime {
        /// The period's IRI.
        iri: Option<Iri> = "@id",
        /// `dcat:startDate`.
        start: Option<Date> = "startDate",
        /// `dcat:endDate`.
        end: Option<Date> = "endDate",
    }

    fn from_text(text: &str) -> Option<Self> {
        let (start, end) = text.split_once('/')?;
        let side = |part: &str| match part.trim() {
            "" | ".." => Some(None),
            date => date.parse().ok().map(Some),
        };
        let period = Self { start: side(start)?, end: side(end)?, ..Self::default() };
        (period.start.is_some() || period.end.is_some()).then_some(period)
    }
}

impl PeriodOfTime {
    /// The period as `start/end`, open ends empty.
    pub fn to_interval(&self) -> String {
        let side = |date: &Option<Date>| date.as_ref().map_or_else(String::new, Date::to_string);
        format!("{}/{}", side(&self.start), side(&self.end))
    }
}
