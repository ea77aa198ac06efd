//! The nodes that hang on records: agents, contacts, places, periods, concepts, references and others.

use serde_json::Value;

use super::{BoundingBox, Email, Iri, member::document};
use crate::{date::Date, language::Text};

/// Whether a text that stands for a node is its IRI.
fn iri(text: &str) -> Option<Iri> {
    text.contains(':').then(|| text.parse::<Iri>().ok()).flatten().filter(|iri| iri.as_str() == text)
}

document! {
    /// A controlled value: theme, licence, frequency, language, status.
    ///
    /// Its short form is an IRI or a code; labels come from the vocabularies.
    Concept {
        /// The concept's IRI.
        iri: Option<Iri> = "@id",
        /// `skos:notation`: the code as the source wrote it.
        notation: Option<String> = "notation",
        /// `skos:prefLabel`.
        label: Text = "prefLabel",
        /// `skos:altLabel`.
        alternative: Text = "altLabel",
        /// `skos:definition`.
        definition: Text = "definition",
        /// `skos:inScheme`: the list it belongs to.
        scheme: Option<Iri> = "inScheme",
    }

    fn from_text(text: &str) -> Option<Self> {
        if text.trim().is_empty() {
            return None;
        }
        Some(match iri(text) {
            Some(iri) => Self { iri: Some(iri), ..Self::default() },
            None => Self { notation: Some(text.to_owned()), ..Self::default() },
        })
    }

    fn as_text(&self) -> Option<String> {
        let short = self.code()?.to_owned();
        (Self::from_text(&short).as_ref() == Some(self)).then_some(short)
    }
}

impl Concept {
    /// The text to look up in a vocabulary: the IRI, else the code, else the label.
    pub fn code(&self) -> Option<&str> {
        self.iri
            .as_ref()
            .map(Iri::as_str)
            .or(self.notation.as_deref())
            .or_else(|| self.label.pick(&[]).map(|(_, text)| text))
    }
}

document! {
    /// A person or body (`foaf:Agent`, `org:Organization`): publisher, creator.
    Agent {
        /// The agent's IRI.
        iri: Option<Iri> = "@id",
        /// `foaf:name`.
        name: Text = "name",
        /// `dct:identifier`.
        identifier: Option<String> = "identifier",
        /// `foaf:mbox`.
        mbox: Option<Email> = "mbox",
        /// `foaf:homepage`.
        homepage: Option<Iri> = "homepage",
        /// `dct:type`: kind of publisher.
        category: Option<Concept> = "category",
        /// The post of the person answerable (ADELA).
        position: Option<String> = "position",
        /// `skos:altLabel`.
        alternative: Text = "altLabel",
        /// `skos:notation`.
        notation: Option<String> = "notation",
        /// `org:subOrganizationOf`.
        parent: Option<Box<Agent>> = "subOrganizationOf",
    }

    fn from_text(text: &str) -> Option<Self> {
        if text.trim().is_empty() {
            return None;
        }
        Some(match iri(text) {
            Some(iri) => Self { iri: Some(iri), ..Self::default() },
            None => Self { name: Text::plain(text), ..Self::default() },
        })
    }
}

document! {
    /// Where to ask (`vcard:Kind`).
    ContactPoint {
        /// The contact's IRI.
        iri: Option<Iri> = "@id",
        /// `vcard:fn`.
        name: Text = "fn",
        /// `vcard:hasEmail`.
        email: Option<Email> = "hasEmail",
        /// `vcard:hasURL`.
        url: Option<Iri> = "hasURL",
        /// `vcard:tel`.
        telephone: Option<String> = "tel",
        /// `vcard:organization-name`.
        organization_name: Text = "organization-name",
        /// `vcard:given-name`.
        given_name: Option<String> = "given-name",
        /// `vcard:family-name`.
        family_name: Option<String> = "family-name",
        /// `vcard:title`: the post.
        title: Option<String> = "title",
        /// `vcard:hasAddress`.
        address: Vec<Address> = "address",
    }

    fn from_text(text: &str) -> Option<Self> {
        use super::{Member, Notes};

        if text.trim().is_empty() {
            return None;
        }
        let email = Email::read(Value::String(text.to_owned()), &mut Notes::default()).ok();
        Some(match (email, iri(text)) {
            (Some(email), _) => Self { email: Some(email), ..Self::default() },
            (None, Some(url)) => Self { url: Some(url), ..Self::default() },
            (None, None) => Self { name: Text::plain(text), ..Self::default() },
        })
    }
}

document! {
    /// A postal address (`vcard:Address`).
    Address {
        /// The address's IRI.
        iri: Option<Iri> = "@id",
        /// `vcard:street-address`.
        street: Option<String> = "street-address",
        /// `vcard:locality`.
        locality: Option<String> = "locality",
        /// `vcard:region`.
        region: Option<String> = "region",
        /// `vcard:postal-code`.
        postal_code: Option<String> = "postal-code",
        /// `vcard:country-name`.
        country: Option<String> = "country-name",
    }
}

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
        if text.trim().is_empty() {
            return None;
        }
        Some(match iri(text) {
            Some(iri) => Self { iri: Some(iri), ..Self::default() },
            None => Self { label: Text::plain(text), ..Self::default() },
        })
    }

    fn as_text(&self) -> Option<String> {
        let short = self.iri.as_ref().map(Iri::as_str).or_else(|| self.label.as_plain())?.to_owned();
        (Self::from_text(&short).as_ref() == Some(self)).then_some(short)
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

document! {
    /// A digest of a file (`spdx:Checksum`).
    Checksum {
        /// `spdx:algorithm`.
        algorithm: Option<Concept> = "algorithm",
        /// `spdx:checksumValue`, hexadecimal.
        value: Option<String> = "checksumValue",
    }
}

document! {
    /// Another identifier of a record (`adms:Identifier`).
    Identifier {
        /// The identifier's IRI.
        iri: Option<Iri> = "@id",
        /// `skos:notation`.
        notation: Option<String> = "notation",
        /// `adms:schemaAgency`.
        schema_agency: Option<String> = "schemaAgency",
        /// `dct:creator`: who gave it.
        creator: Option<Agent> = "creator",
        /// `dct:issued`.
        issued: Option<Date> = "issued",
        /// The version of the scheme.
        version: Option<String> = "version",
    }

    fn from_text(text: &str) -> Option<Self> {
        (!text.trim().is_empty()).then(|| Self { notation: Some(text.to_owned()), ..Self::default() })
    }

    fn as_text(&self) -> Option<String> {
        let short = self.notation.clone()?;
        (Self::from_text(&short).as_ref() == Some(self)).then_some(short)
    }
}

document! {
    /// Something a record points to: a page, a standard, a statement, another record.
    ///
    /// Its short form is an IRI, or a title where the source gave only words.
    Reference {
        /// The IRI of what is meant.
        iri: Option<Iri> = "@id",
        /// `dct:title`, `rdfs:label` or `skos:prefLabel`.
        title: Text = "title",
        /// `dct:description`.
        description: Text = "description",
        /// `dct:identifier`.
        identifier: Option<String> = "identifier",
        /// `dcat:accessURL`.
        access_url: Option<Iri> = "accessURL",
        /// `dcat:downloadURL`.
        download_url: Option<Iri> = "downloadURL",
        /// `dcat:mediaType`.
        media_type: Option<Concept> = "mediaType",
        /// `dct:issued`.
        issued: Option<Date> = "issued",
    }

    fn from_text(text: &str) -> Option<Self> {
        if text.trim().is_empty() {
            return None;
        }
        Some(match iri(text) {
            Some(iri) => Self { iri: Some(iri), ..Self::default() },
            None => Self { title: Text::plain(text), ..Self::default() },
        })
    }

    fn as_text(&self) -> Option<String> {
        let short = self.iri.as_ref().map(Iri::as_str).or_else(|| self.title.as_plain())?.to_owned();
        (Self::from_text(&short).as_ref() == Some(self)).then_some(short)
    }
}

document! {
    /// The legal basis of a record (`eli:LegalResource`): why this information is public.
    LegalResource {
        /// The text's IRI.
        iri: Option<Iri> = "@id",
        /// `eli:title`.
        title: Text = "title",
        /// The article and fraction, for example `65-XLVI`.
        article: Option<String> = "article",
        /// `dct:identifier`.
        identifier: Option<String> = "identifier",
        /// `dct:issued`: publication of the text.
        issued: Option<Date> = "issued",
    }

    fn from_text(text: &str) -> Option<Self> {
        if text.trim().is_empty() {
            return None;
        }
        Some(match iri(text) {
            Some(iri) => Self { iri: Some(iri), ..Self::default() },
            None => Self { title: Text::plain(text), ..Self::default() },
        })
    }

    fn as_text(&self) -> Option<String> {
        let short = self.iri.as_ref().map(Iri::as_str).or_else(|| self.title.as_plain())?.to_owned();
        (Self::from_text(&short).as_ref() == Some(self)).then_some(short)
    }
}

document! {
    /// A relation with a stated role (`dcat:Relationship`).
    Relationship {
        /// `dcat:hadRole`.
        role: Vec<Concept> = "hadRole",
        /// `dct:relation`.
        relation: Vec<Reference> = "relation",
    }
}

document! {
    /// Who had a part in a record, and which (`prov:Attribution`).
    Attribution {
        /// `prov:agent`.
        agent: Option<Agent> = "agent",
        /// `dcat:hadRole`.
        role: Vec<Concept> = "hadRole",
    }
}

document! {
    /// What a record came from or was used by (`prov:Activity`).
    Activity {
        /// The activity's IRI.
        iri: Option<Iri> = "@id",
        /// `rdfs:label`.
        label: Text = "label",
        /// `dct:type`.
        category: Vec<Concept> = "category",
    }
}

document! {
    /// A restriction of access or use (DCAT-US 3).
    Restriction {
        /// `restrictionStatus`.
        status: Option<Concept> = "restrictionStatus",
        /// `specificRestriction`.
        specific: Option<Concept> = "specificRestriction",
        /// `restrictionNote`.
        note: Text = "restrictionNote",
        /// `cuiBannerMarking`.
        banner: Option<String> = "cuiBannerMarking",
        /// `designationIndicator`.
        indicator: Option<String> = "designationIndicator",
        /// `requiredIndicatorPerAuthority`.
        authority_indicator: Vec<String> = "requiredIndicatorPerAuthority",
    }
}

document! {
    /// A column of a table, as data dictionaries describe it (the `field` of the Argentine profile).
    Column {
        /// The column's name.
        title: Option<String> = "title",
        /// Its type.
        kind: Option<String> = "type",
        /// What it holds.
        description: Text = "description",
        /// A stable identifier.
        identifier: Option<String> = "id",
        /// Unit of measure.
        units: Option<String> = "units",
    }
}
