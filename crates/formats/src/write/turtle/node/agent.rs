//! People and bodies, and how to reach them.

use oxrdf::NamedNode;
use vitrina_domain::metadata::{Address, Agent, ContactPoint};

use super::{Description, content, term};
use crate::predicate::{List, ns};

impl Description<'_> {
    /// An agent and those above it; how deep they nest is limited when documents are read.
    pub(super) fn agent(&mut self, agent: &Agent, part: &str, pointer: &str) -> NamedNode {
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

    pub(super) fn contact(&mut self, contact: &ContactPoint, part: &str, pointer: &str) -> NamedNode {
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
            let address = self.address(address);
            self.graph.add(&node, &term(ns::VCARD, "hasAddress"), address);
        }
        node
    }

    fn link(&mut self, node: &NamedNode, predicate: &str, iri: &str, pointer: &str) {
        if let Some(object) = self.named(iri, pointer) {
            self.graph.add(node, predicate, object);
        }
    }

    fn address(&mut self, address: &Address) -> NamedNode {
        let node = self.node(address.iri.as_ref(), "address", &content(address));
        self.class(&node, &term(ns::VCARD, "Address"));
        let parts = [
            ("street-address", &address.street),
            ("locality", &address.locality),
            ("region", &address.region),
            ("postal-code", &address.postal_code),
            ("country-name", &address.country),
        ];
        for (name, text) in parts {
            self.plain(&node, &term(ns::VCARD, name), text.as_deref());
        }
        node
    }
}
