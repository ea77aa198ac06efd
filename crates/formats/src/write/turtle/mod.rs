//! DCAT-AP 3 as Turtle: the same state gives the same bytes.
//!
//! Every node has an IRI, so that consumers never merge two of them: a record's own nodes are named by the
//! record and a hash of their content. A catalog lists each of its records by one statement that follows
//! the record, so that a list of any length is written in constant memory.

mod describe;
mod graph;
mod literal;
mod node;

use oxrdf::{NamedNode, TripleRef};
use oxttl::{TurtleSerializer, turtle::LowLevelTurtleSerializer};
use vitrina_domain::{
    finding::Finding,
    metadata::{Document as _, Iri},
    record::{Kind, Metadata, Record},
};

use super::{Context, own};
use crate::predicate::{self, Property, ns};
use describe::Description;
use graph::Graph;

/// Writes graphs into one document.
pub(super) struct Writer(LowLevelTurtleSerializer);

impl Writer {
    /// A document with the prefixes of the profile.
    pub(super) fn new() -> Self {
        let mut serializer = TurtleSerializer::new();
        for (prefix, iri) in ns::PREFIXES {
            // The prefixes are constants that a test parses: one that fails would only lengthen the output.
            serializer = serializer.clone().with_prefix(*prefix, *iri).unwrap_or(serializer);
        }
        Self(serializer.low_level())
    }

    /// The catalog that the records are listed in.
    pub(super) fn catalog(&mut self, context: Context<'_>, out: &mut Vec<u8>) -> Vec<Finding> {
        let subject = catalog_iri(context);
        let mut description = Description::new(context, local_catalog(context));
        description.class(&subject, &[ns::DCAT, "Catalog"].concat());
        description.members(&subject, &context.catalog.to_object(), predicate::CATALOG, "");
        let (graph, findings) = description.finish();
        self.write(&graph, out);
        findings
    }

    /// One record.
    pub(super) fn record(
        &mut self,
        record: &Record,
        context: Context<'_>,
        out: &mut Vec<u8>,
    ) -> Vec<Finding> {
        let subject = NamedNode::new_unchecked(own::iri(record, context.base_url));
        let mut description = Description::new(context, subject.clone());
        let (classes, properties) = kind(record.kind());
        for class in classes {
            description.class(&subject, class);
        }
        description.members(&subject, &document(&record.metadata), properties, "");
        if let Metadata::Dataset(dataset) = &record.metadata {
            description.distributions(&subject, dataset, &record.distribution_ids);
        }
        let (graph, findings) = description.finish();
        self.write(&graph, out);
        findings
    }

    /// One record, and the statement that the catalog lists it.
    pub(super) fn listed(
        &mut self,
        record: &Record,
        context: Context<'_>,
        out: &mut Vec<u8>,
    ) -> Vec<Finding> {
        let findings = self.record(record, context, out);
        let lists = match record.kind() {
            Kind::Dataset | Kind::DatasetSeries => "dataset",
            Kind::DataService => "service",
            Kind::Catalog => "catalog",
            Kind::Organization => return findings,
        };
        let mut graph = Graph::default();
        let listed = NamedNode::new_unchecked(own::iri(record, context.base_url));
        graph.add(&catalog_iri(context), &[ns::DCAT, lists].concat(), listed);
        self.write(&graph, out);
        findings
    }

    /// The end of the document.
    pub(super) fn end(&mut self, out: &mut Vec<u8>) {
        // Writing into memory cannot fail.
        let _infallible = self.0.finish(out);
    }

    fn write(&mut self, graph: &Graph, out: &mut Vec<u8>) {
        for (subject, predicate, object) in graph.iter() {
            // Writing into memory cannot fail.
            let _infallible = self.0.serialize_triple(TripleRef::new(subject, predicate, object), &mut *out);
        }
    }
}

/// The IRI of the catalog that lists the records: its own, else one on this site.
fn catalog_iri(context: Context<'_>) -> NamedNode {
    context
        .catalog
        .iri
        .as_ref()
        .filter(|iri| iri.is_web())
        .map(Iri::as_str)
        .and_then(|iri| NamedNode::new(iri).ok())
        .unwrap_or_else(|| local_catalog(context))
}

/// The IRI on this site, which the nodes of the catalog hang on.
fn local_catalog(context: Context<'_>) -> NamedNode {
    NamedNode::new_unchecked(format!("{}/id/catalog", context.base_url))
}

/// The classes and properties of a kind of record.
fn kind(kind: Kind) -> (&'static [&'static str], &'static [Property]) {
    match kind {
        Kind::Dataset => (&["http://www.w3.org/ns/dcat#Dataset"], predicate::DATASET),
        Kind::Catalog => (&["http://www.w3.org/ns/dcat#Catalog"], predicate::CATALOG),
        Kind::DataService => (&["http://www.w3.org/ns/dcat#DataService"], predicate::DATA_SERVICE),
        Kind::DatasetSeries => (&["http://www.w3.org/ns/dcat#DatasetSeries"], predicate::DATASET_SERIES),
        Kind::Organization => (
            &["http://xmlns.com/foaf/0.1/Agent", "http://www.w3.org/ns/org#Organization"],
            predicate::ORGANIZATION,
        ),
    }
}

fn document(metadata: &Metadata) -> serde_json::Map<String, serde_json::Value> {
    match metadata.to_document() {
        serde_json::Value::Object(document) => document,
        _ => serde_json::Map::new(),
    }
}
