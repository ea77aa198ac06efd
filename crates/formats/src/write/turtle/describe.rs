//! From the members of a document to statements, as the table of properties says.

use oxrdf::{Literal, NamedNode, vocab::xsd};
use serde_json::{Map, Value};
use vitrina_domain::{
    canonical,
    date::Date,
    finding::{Bilingual, Finding, Severity, pointer_segment},
    id::DistributionId,
    language::{Keywords, Text},
    metadata::{Dataset, Document as _, Iri, Member, Notes},
};

use super::{graph::Graph, literal};
use crate::{
    predicate::{self, Property, Range, ns},
    write::Context,
};

/// The description of a record in the making.
pub(super) struct Description<'a> {
    pub(super) context: Context<'a>,
    pub(super) graph: Graph,
    findings: Vec<Finding>,
    /// The IRI that the nodes being described hang on.
    owner: NamedNode,
}

impl<'a> Description<'a> {
    pub(super) fn new(context: Context<'a>, owner: NamedNode) -> Self {
        Self { context, graph: Graph::default(), findings: Vec::new(), owner }
    }

    pub(super) fn finish(self) -> (Graph, Vec<Finding>) {
        (self.graph, self.findings)
    }

    /// Says what class a node is of.
    pub(super) fn class(&mut self, subject: &NamedNode, class: &str) {
        self.graph.add(subject, &[ns::RDF, "type"].concat(), NamedNode::new_unchecked(class));
    }

    /// Notes that a value was left out.
    pub(super) fn leave_out(&mut self, pointer: &str) {
        self.findings.push(Finding::new(
            Severity::Warning,
            "W-RDF-LEFT-OUT",
            pointer,
            Bilingual::new(
                "el valor no se puede expresar en RDF; se omitió en esta representación",
                "the value cannot be expressed in RDF; it was left out of this representation",
            ),
        ));
    }

    /// An IRI as a node, unless it is malformed.
    pub(super) fn named(&mut self, iri: &str, pointer: &str) -> Option<NamedNode> {
        let node = NamedNode::new(iri).ok();
        if node.is_none() {
            self.leave_out(pointer);
        }
        node
    }

    /// The IRI of a node: its own, else one made of its content.
    pub(super) fn node(&mut self, own: Option<&Iri>, part: &str, content: &Value) -> NamedNode {
        if let Some(node) = own.and_then(|iri| NamedNode::new(iri.as_str()).ok()) {
            return node;
        }
        let digest = canonical::digest(content).to_string();
        let short: String = digest.chars().take(16).collect();
        NamedNode::new_unchecked(format!("{}/{part}/{short}", self.owner.as_str()))
    }

    /// The values of a member, each with its place; what does not fit the model is left out.
    pub(super) fn values<T: Member + Clone>(&mut self, value: &Value, pointer: &str) -> Vec<T> {
        Vec::<T>::read(value.clone(), &mut Notes::default()).unwrap_or_else(|_misfit| {
            self.leave_out(pointer);
            Vec::new()
        })
    }

    fn single<T: Member>(&mut self, value: &Value, pointer: &str) -> Option<T> {
        let read = T::read(value.clone(), &mut Notes::default()).ok();
        if read.is_none() {
            self.leave_out(pointer);
        }
        read
    }

    /// Says everything that the table has a property for.
    pub(super) fn members(
        &mut self,
        subject: &NamedNode,
        object: &Map<String, Value>,
        properties: &[Property],
        pointer: &str,
    ) {
        for property in properties {
            if let Some(value) = object.get(property.member) {
                let pointer = format!("{pointer}/{}", pointer_segment(property.member));
                self.property(subject, property, value, &pointer);
            }
        }
    }

    fn property(&mut self, subject: &NamedNode, property: &Property, value: &Value, pointer: &str) {
        let predicate = [property.namespace, property.name].concat();
        match property.range {
            Range::Iri => {
                for iri in self.values::<Iri>(value, pointer) {
                    if let Some(object) = self.named(iri.as_str(), pointer).filter(|object| object != subject)
                    {
                        self.graph.add(subject, &predicate, object);
                    }
                }
            }
            Range::Link(class) => {
                for iri in self.values::<Iri>(value, pointer) {
                    if let Some(object) = self.named(iri.as_str(), pointer) {
                        self.class(&object, class);
                        self.graph.add(subject, &predicate, object);
                    }
                }
            }
            Range::Literal | Range::Decimal | Range::Duration | Range::Count => {
                self.literal(subject, &predicate, property.range, value, pointer);
            }
            Range::Text => {
                let text = self.single::<Text>(value, pointer).unwrap_or_default();
                self.text(subject, &predicate, &text);
            }
            Range::Words => {
                let words = self.single::<Keywords>(value, pointer).unwrap_or_default();
                for (tag, word) in words.iter().filter(|(_, word)| !word.trim().is_empty()) {
                    self.graph.add(subject, &predicate, literal::tagged(tag, word));
                }
            }
            Range::Date => {
                for date in self.values::<Date>(value, pointer) {
                    self.graph.add(subject, &predicate, literal::date(&date));
                }
            }
            Range::Statement(class) => {
                let text = self.single::<Text>(value, pointer).unwrap_or_default();
                if !text.is_empty() {
                    let node = self.node(None, property.member, value);
                    self.graph.add(subject, &predicate, node.clone());
                    self.class(&node, class);
                    self.text(&node, &[ns::RDFS, "label"].concat(), &text);
                }
            }
            // Distributions have ids of their own and are described apart.
            Range::Distribution => {}
            _ => self.nodes(subject, property, value, pointer),
        }
    }

    fn literal(&mut self, subject: &NamedNode, predicate: &str, range: Range, value: &Value, pointer: &str) {
        if range == Range::Count {
            if let Some(count) = self.single::<u64>(value, pointer) {
                let count = Literal::new_typed_literal(count.to_string(), xsd::NON_NEGATIVE_INTEGER);
                self.graph.add(subject, predicate, count);
            }
            return;
        }
        for text in self.values::<String>(value, pointer) {
            let literal = match range {
                Range::Decimal => literal::decimal(&text),
                Range::Duration => literal::duration(&text),
                _ => Some(Literal::new_simple_literal(text)),
            };
            match literal {
                Some(literal) => self.graph.add(subject, predicate, literal),
                None => self.leave_out(pointer),
            }
        }
    }

    /// Says a text in each of its languages.
    pub(super) fn text(&mut self, subject: &NamedNode, predicate: &str, text: &Text) {
        for (tag, text) in text.iter() {
            self.graph.add(subject, predicate, literal::tagged(tag, text));
        }
    }

    /// Says a plain text, where there is one.
    pub(super) fn plain(&mut self, subject: &NamedNode, predicate: &str, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.graph.add(subject, predicate, Literal::new_simple_literal(text));
        }
    }

    /// The distributions of a dataset, each a subject with its own nodes.
    pub(super) fn distributions(&mut self, subject: &NamedNode, dataset: &Dataset, ids: &[DistributionId]) {
        let dataset_owner = self.owner.clone();
        for (index, file) in dataset.distribution.iter().enumerate() {
            let mut object = file.to_object();
            // DCAT-AP wants an access address; a file that is downloaded is accessed there.
            if let (false, Some(address)) =
                (object.contains_key("accessURL"), object.get("downloadURL").cloned())
            {
                object.insert("accessURL".to_owned(), address);
            }
            // DCAT-US has one licence on the dataset, DCAT one on each of its distributions.
            if let (false, Some(license)) =
                (object.contains_key("license"), dataset.license.as_ref().and_then(Member::write))
            {
                object.insert("license".to_owned(), license);
            }
            let node = match ids.get(index) {
                Some(id) => NamedNode::new_unchecked(format!(
                    "{}/id/{}/{id}",
                    self.context.base_url,
                    DistributionId::KIND
                )),
                None => self.node(None, "distribution", &Value::Object(object.clone())),
            };
            self.graph.add(subject, &[ns::DCAT, "distribution"].concat(), node.clone());
            self.owner = node.clone();
            self.class(&node, &[ns::DCAT, "Distribution"].concat());
            self.members(&node, &object, predicate::DISTRIBUTION, &format!("/distribution/{index}"));
            self.owner = dataset_owner.clone();
        }
    }
}
