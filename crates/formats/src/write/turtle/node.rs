//! The nodes that hang on a record: agents, contacts, places, periods, concepts and the like.

use oxrdf::{Literal, NamedNode, vocab::xsd};
use serde_json::Value;
use vitrina_domain::{
    metadata::{
        Activity, Agent, Attribution, Checksum, Concept, ContactPoint, Identifier, Iri, LegalResource,
        Location, Member, PeriodOfTime, Reference, Relationship,
    },
    vocabulary::{Term, Vocabulary},
};

use super::{describe::Description, literal};
use crate::predicate::{List, Property, Range, ns};

const MEDIA_TYPES: &str = "https://www.iana.org/assignments/media-types/";

fn term(namespace: &str, name: &str) -> String {
    [namespace, name].concat()
}

/// The content that a node without an IRI is named by.
fn content<T: Member>(node: &T) -> Value {
    node.write().unwrap_or_default()
}

impl<'a> Description<'a> {
    /// Says a property whose values are nodes.
    pub(super) fn nodes(&mut self, subject: &NamedNode, property: &Property, value: &Value, pointer: &str) {
        let part = property.member;
        let nodes: Vec<NamedNode> = match property.range {
            Range::Concept(list, class) => self
                .values::<Concept>(value, pointer)
                .iter()
                .flat_map(|concept| self.concept(list, class, concept, part))
                .collect(),
            Range::Reference(class) => {
                self.values(value, pointer).iter().map(|one| self.reference(class, one, part)).collect()
            }
            Range::Law => self.values(value, pointer).iter().map(|one| self.law(one, part)).collect(),
            Range::Agent => {
                self.values(value, pointer).iter().map(|one| self.agent(one, part, pointer)).collect()
            }
            Range::Contact => {
                self.values(value, pointer).iter().map(|one| self.contact(one, part, pointer)).collect()
            }
            Range::Place => self.values(value, pointer).iter().map(|one| self.place(one, part)).collect(),
            Range::Period => self.values(value, pointer).iter().map(|one| self.period(one, part)).collect(),
            Range::Checksum => {
                self.values(value, pointer).iter().filter_map(|one| self.checksum(one, part)).collect()
            }
            Range::Identifier => {
                self.values(value, pointer).iter().map(|one| self.identifier(one, part, pointer)).collect()
            }
            Range::Relationship => {
                self.values(value, pointer).iter().map(|one| self.relationship(one, part)).collect()
            }
            Range::Attribution => {
                self.values(value, pointer).iter().map(|one| self.attribution(one, part, pointer)).collect()
            }
            Range::Activity => {
                self.values(value, pointer).iter().map(|one| self.activity(one, part)).collect()
            }
            _ => Vec::new(),
        };
        for node in nodes {
            self.graph.add(subject, &term(property.namespace, property.name), node);
        }
    }

    /// The vocabulary of a list, where it has one.
    fn vocabulary(&self, list: List) -> Option<&'a Vocabulary> {
        let all = self.context.vocabularies;
        Some(match list {
            List::AccessRight => &all.access_right,
            List::Availability => &all.availability,
            List::ChecksumAlgorithm => &all.checksum_algorithm,
            List::FileType => &all.file_type,
            List::Frequency => &all.frequency,
            List::Language => &all.language,
            List::Licence => &all.licence,
            List::PublisherType => &all.publisher_type,
            List::Status => &all.distribution_status,
            List::Theme => &all.theme,
            List::MediaType | List::Free => return None,
        })
    }

    /// A controlled value: the terms of the list it stands for, else a node of its own.
    fn concept(&mut self, list: List, class: &str, concept: &Concept, part: &str) -> Vec<NamedNode> {
        let found = self.terms(list, concept);
        if !found.is_empty() {
            let scheme = self.vocabulary(list).and_then(Vocabulary::scheme);
            return found.iter().filter_map(|found| self.listed_term(class, found, scheme)).collect();
        }
        if list == List::MediaType
            && let Some(node) = media_type(concept)
        {
            self.class(&node, class);
            return vec![node];
        }
        let node = self.node(concept.iri.as_ref(), part, &content(concept));
        self.class(&node, class);
        self.plain(&node, &term(ns::SKOS, "notation"), concept.notation.as_deref());
        self.text(&node, &term(ns::SKOS, "prefLabel"), &concept.label);
        self.text(&node, &term(ns::SKOS, "altLabel"), &concept.alternative);
        self.text(&node, &term(ns::SKOS, "definition"), &concept.definition);
        if concept.label.is_empty() {
            // SKOS asks for a label; the code is what people know the value by.
            self.plain(&node, &term(ns::SKOS, "prefLabel"), concept.notation.as_deref());
        }
        if let Some(scheme) = concept.scheme.as_ref().and_then(|iri| NamedNode::new(iri.as_str()).ok()) {
            self.graph.add(&node, &term(ns::SKOS, "inScheme"), scheme);
        }
        vec![node]
    }

    /// The terms that a value stands for: one of its list, or the themes of a sector.
    fn terms(&self, list: List, concept: &Concept) -> Vec<&'a Term> {
        let Some(vocabulary) = self.vocabulary(list) else { return Vec::new() };
        let spellings = || {
            let codes = [concept.iri.as_ref().map(Iri::as_str), concept.notation.as_deref()];
            codes.into_iter().flatten().chain(concept.label.iter().map(|(_, text)| text))
        };
        // A term without an IRI of its own is described like a value outside the list.
        if let Some(found) =
            spellings().find_map(|spelling| vocabulary.resolve(spelling)).filter(|found| found.iri.is_some())
        {
            return vec![found];
        }
        if list != List::Theme {
            return Vec::new();
        }
        let sector = spellings().find_map(|spelling| self.context.vocabularies.sector.resolve(spelling));
        let themes = sector.and_then(|sector| sector.attributes.get("themes")).and_then(Value::as_array);
        themes.into_iter().flatten().filter_map(|code| vocabulary.resolve(code.as_str()?)).collect()
    }

    fn listed_term(&mut self, class: &str, found: &Term, scheme: Option<&str>) -> Option<NamedNode> {
        let node = NamedNode::new(found.iri.as_deref()?).ok()?;
        self.class(&node, class);
        let label = term(ns::SKOS, "prefLabel");
        for (tag, text) in [("es", &found.label.es), ("en", &found.label.en)] {
            if let Ok(literal) = Literal::new_language_tagged_literal(text.as_str(), tag) {
                self.graph.add(&node, &label, literal);
            }
        }
        if let Some(scheme) = scheme.and_then(|scheme| NamedNode::new(scheme).ok()) {
            self.graph.add(&node, &term(ns::SKOS, "inScheme"), scheme);
        }
        Some(node)
    }

    fn reference(&mut self, class: &str, one: &Reference, part: &str) -> NamedNode {
        let own = one.iri.as_ref().or(one.access_url.as_ref()).or(one.download_url.as_ref());
        let node = self.node(own, part, &content(one));
        self.class(&node, class);
        self.text(&node, &term(ns::DCT, "title"), &one.title);
        self.text(&node, &term(ns::DCT, "description"), &one.description);
        self.plain(&node, &term(ns::DCT, "identifier"), one.identifier.as_deref());
        if let Some(issued) = &one.issued {
            self.graph.add(&node, &term(ns::DCT, "issued"), literal::date(issued));
        }
        node
    }

    fn law(&mut self, law: &LegalResource, part: &str) -> NamedNode {
        let node = self.node(law.iri.as_ref(), part, &content(law));
        self.class(&node, &term(ns::ELI, "LegalResource"));
        self.text(&node, &term(ns::DCT, "title"), &law.title);
        for identifier in [law.identifier.as_deref(), law.article.as_deref()] {
            self.plain(&node, &term(ns::DCT, "identifier"), identifier);
        }
        if let Some(issued) = &law.issued {
            self.graph.add(&node, &term(ns::DCT, "issued"), literal::date(issued));
        }
        node
    }

    /// An agent and those above it; how deep they nest is limited when documents are read.
    fn agent(&mut self, agent: &Agent, part: &str, pointer: &str) -> NamedNode {
        let node = self.node(agent.iri.as_ref(), part, &content(agent));
        self.class(&node, &term(ns::FOAF, "Agent"));
        self.text(&node, &term(ns::FOAF, "name"), &agent.name);
        self.text(&node, &term(ns::SKOS, "altLabel"), &agent.alternative);
        self.plain(&node, &term(ns::DCT, "identifier"), agent.identifier.as_deref());
        self.plain(&node, &term(ns::SKOS, "notation"), agent.notation.as_deref());
        if let Some(address) = &agent.mbox {
            self.link(&node, &term(ns::FOAF, "mbox"), &address.to_mailto(), &format!("{pointer}/mbox"));
        }
        if let Some(page) = &agent.homepage {
            self.link(&node, &term(ns::FOAF, "homepage"), page.as_str(), &format!("{pointer}/homepage"));
        }
        if let Some(category) = &agent.category {
            for kind in self.concept(List::PublisherType, &term(ns::SKOS, "Concept"), category, part) {
                self.graph.add(&node, &term(ns::DCT, "type"), kind);
            }
        }
        if let Some(parent) = &agent.parent {
            let parent = self.agent(parent, part, pointer);
            self.graph.add(&node, &term(ns::ORG, "subOrganizationOf"), parent);
        }
        node
    }

    fn link(&mut self, node: &NamedNode, predicate: &str, iri: &str, pointer: &str) {
        if let Some(object) = self.named(iri, pointer) {
            self.graph.add(node, predicate, object);
        }
    }

    fn contact(&mut self, contact: &ContactPoint, part: &str, pointer: &str) -> NamedNode {
        let node = self.node(contact.iri.as_ref(), part, &content(contact));
        self.class(&node, &term(ns::VCARD, "Kind"));
        self.text(&node, &term(ns::VCARD, "fn"), &contact.name);
        self.text(&node, &term(ns::VCARD, "organization-name"), &contact.organization_name);
        let plain = [
            ("given-name", &contact.given_name),
            ("family-name", &contact.family_name),
            ("title", &contact.title),
        ];
        for (name, text) in plain {
            self.plain(&node, &term(ns::VCARD, name), text.as_deref());
        }
        if let Some(address) = &contact.email {
            self.link(
                &node,
                &term(ns::VCARD, "hasEmail"),
                &address.to_mailto(),
                &format!("{pointer}/hasEmail"),
            );
        }
        if let Some(page) = &contact.url {
            self.link(&node, &term(ns::VCARD, "hasURL"), page.as_str(), &format!("{pointer}/hasURL"));
        }
        if let Some(number) = &contact.telephone {
            let digits: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
            self.link(
                &node,
                &term(ns::VCARD, "hasTelephone"),
                &format!("tel:{digits}"),
                &format!("{pointer}/tel"),
            );
        }
        for address in &contact.address {
            let place = self.node(address.iri.as_ref(), "address", &content(address));
            self.class(&place, &term(ns::VCARD, "Address"));
            let parts = [
                ("street-address", &address.street),
                ("locality", &address.locality),
                ("region", &address.region),
                ("postal-code", &address.postal_code),
                ("country-name", &address.country),
            ];
            for (name, text) in parts {
                self.plain(&place, &term(ns::VCARD, name), text.as_deref());
            }
            self.graph.add(&node, &term(ns::VCARD, "hasAddress"), place);
        }
        node
    }

    fn place(&mut self, place: &Location, part: &str) -> NamedNode {
        let node = self.node(place.iri.as_ref(), part, &content(place));
        self.class(&node, &term(ns::DCT, "Location"));
        let bounds = place.bounding_box();
        // A text that is only the corners of a box is no name.
        let corners = place
            .label
            .as_plain()
            .is_some_and(|text| vitrina_domain::metadata::BoundingBox::from_text(text).is_some());
        if !corners {
            self.text(&node, &term(ns::SKOS, "prefLabel"), &place.label);
        }
        self.text(&node, &term(ns::SKOS, "altLabel"), &place.alternative);
        self.plain(&node, &term(ns::DCT, "identifier"), place.identifier.as_deref());
        if let Some(scheme) = place.scheme.as_ref().and_then(|iri| NamedNode::new(iri.as_str()).ok()) {
            self.graph.add(&node, &term(ns::SKOS, "inScheme"), scheme);
        }
        if let Some(bounds) = bounds {
            let wkt = NamedNode::new_unchecked(term(ns::GSP, "wktLiteral"));
            self.graph.add(&node, &term(ns::DCAT, "bbox"), Literal::new_typed_literal(bounds.to_wkt(), wkt));
        }
        for (predicate, shape) in
            [(term(ns::DCAT, "centroid"), &place.centroid), (term(ns::LOCN, "geometry"), &place.geometry)]
        {
            if let Some(shape) = shape {
                self.graph.add(&node, &predicate, geometry(shape));
            }
        }
        node
    }

    fn period(&mut self, period: &PeriodOfTime, part: &str) -> NamedNode {
        let node = self.node(period.iri.as_ref(), part, &content(period));
        self.class(&node, &term(ns::DCT, "PeriodOfTime"));
        for (name, date) in [("startDate", &period.start), ("endDate", &period.end)] {
            if let Some(date) = date {
                self.graph.add(&node, &term(ns::DCAT, name), literal::date(date));
            }
        }
        node
    }

    fn checksum(&mut self, checksum: &Checksum, part: &str) -> Option<NamedNode> {
        let value = checksum.value.as_deref()?;
        let node = self.node(None, part, &content(checksum));
        self.class(&node, &term(ns::SPDX, "Checksum"));
        if let Some(algorithm) = &checksum.algorithm {
            for kind in
                self.concept(List::ChecksumAlgorithm, &term(ns::SPDX, "ChecksumAlgorithm"), algorithm, part)
            {
                self.graph.add(&node, &term(ns::SPDX, "algorithm"), kind);
            }
        }
        let is_hex = value.len().is_multiple_of(2) && value.bytes().all(|byte| byte.is_ascii_hexdigit());
        let digest = if is_hex {
            Literal::new_typed_literal(value, xsd::HEX_BINARY)
        } else {
            Literal::new_simple_literal(value)
        };
        self.graph.add(&node, &term(ns::SPDX, "checksumValue"), digest);
        Some(node)
    }

    fn identifier(&mut self, identifier: &Identifier, part: &str, pointer: &str) -> NamedNode {
        let node = self.node(identifier.iri.as_ref(), part, &content(identifier));
        self.class(&node, &term(ns::ADMS, "Identifier"));
        self.plain(&node, &term(ns::SKOS, "notation"), identifier.notation.as_deref());
        self.plain(&node, &term(ns::ADMS, "schemaAgency"), identifier.schema_agency.as_deref());
        self.plain(&node, &term(ns::OWL, "versionInfo"), identifier.version.as_deref());
        if let Some(creator) = &identifier.creator {
            let creator = self.agent(creator, part, pointer);
            self.graph.add(&node, &term(ns::DCT, "creator"), creator);
        }
        if let Some(issued) = &identifier.issued {
            self.graph.add(&node, &term(ns::DCT, "issued"), literal::date(issued));
        }
        node
    }

    fn roles(&mut self, node: &NamedNode, roles: &[Concept], part: &str) {
        for role in roles {
            for role in self.concept(List::Free, &term(ns::DCAT, "Role"), role, part) {
                self.graph.add(node, &term(ns::DCAT, "hadRole"), role);
            }
        }
    }

    fn relationship(&mut self, relationship: &Relationship, part: &str) -> NamedNode {
        let node = self.node(None, part, &content(relationship));
        self.class(&node, &term(ns::DCAT, "Relationship"));
        self.roles(&node, &relationship.role, part);
        for relation in &relationship.relation {
            let relation = self.reference(&term(ns::RDFS, "Resource"), relation, part);
            self.graph.add(&node, &term(ns::DCT, "relation"), relation);
        }
        node
    }

    fn attribution(&mut self, attribution: &Attribution, part: &str, pointer: &str) -> NamedNode {
        let node = self.node(None, part, &content(attribution));
        self.class(&node, &term(ns::PROV, "Attribution"));
        self.roles(&node, &attribution.role, part);
        if let Some(agent) = &attribution.agent {
            let agent = self.agent(agent, part, pointer);
            self.graph.add(&node, &term(ns::PROV, "agent"), agent);
        }
        node
    }

    fn activity(&mut self, activity: &Activity, part: &str) -> NamedNode {
        let node = self.node(activity.iri.as_ref(), part, &content(activity));
        self.class(&node, &term(ns::PROV, "Activity"));
        self.text(&node, &term(ns::RDFS, "label"), &activity.label);
        for category in &activity.category {
            for kind in self.concept(List::Free, &term(ns::SKOS, "Concept"), category, part) {
                self.graph.add(&node, &term(ns::DCT, "type"), kind);
            }
        }
        node
    }
}

/// The IRI of a media type, from `type/subtype` with or without parameters.
fn media_type(concept: &Concept) -> Option<NamedNode> {
    let code = concept.notation.as_deref().or_else(|| concept.label.as_plain())?;
    let name = code.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let token = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    let (kind, subtype) = name.split_once('/')?;
    (token(kind) && token(subtype)).then(|| NamedNode::new(format!("{MEDIA_TYPES}{name}")).ok()).flatten()
}

/// A geometry as a literal: WKT, or JSON where it is no plain text.
fn geometry(shape: &Value) -> Literal {
    match shape {
        Value::String(text) if !text.trim_start().starts_with('{') => {
            Literal::new_typed_literal(text, NamedNode::new_unchecked(term(ns::GSP, "wktLiteral")))
        }
        Value::String(text) => {
            Literal::new_typed_literal(text, NamedNode::new_unchecked(term(ns::GSP, "geoJSONLiteral")))
        }
        other => Literal::new_typed_literal(
            other.to_string(),
            NamedNode::new_unchecked(term(ns::GSP, "geoJSONLiteral")),
        ),
    }
}
