//! The nodes that hang on a record: agents, contacts, places, periods, concepts and the like.

mod agent;
mod concept;
mod coverage;

use oxrdf::{Literal, NamedNode, vocab::xsd};
use serde_json::Value;
use vitrina_domain::metadata::{
    Activity, Attribution, Checksum, Concept, Identifier, LegalResource, Member, Reference, Relationship,
};

use super::{describe::Description, literal};
use crate::predicate::{List, Property, Range, ns};

fn term(namespace: &str, name: &str) -> String {
    [namespace, name].concat()
}

/// The content that a node without an IRI is named by.
fn content<T: Member>(node: &T) -> Value {
    node.write().unwrap_or_default()
}

impl Description<'_> {
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
