//! Where and when: places with their shapes, and periods.

use oxrdf::{Literal, NamedNode};
use serde_json::Value;
use vitrina_domain::metadata::{BoundingBox, Location, PeriodOfTime};

use super::{super::literal, Description, content, term};
use crate::predicate::ns;

impl Description<'_> {
    pub(super) fn place(&mut self, place: &Location, part: &str) -> NamedNode {
        let node = self.node(place.iri.as_ref(), part, &content(place));
        self.class(&node, &term(ns::DCT, "Location"));
        let bounds = place.bounding_box();
        // A text that is only the corners of a box is no name.
        let corners = place.label.as_plain().is_some_and(|text| BoundingBox::from_text(text).is_some());
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

    pub(super) fn period(&mut self, period: &PeriodOfTime, part: &str) -> NamedNode {
        let node = self.node(period.iri.as_ref(), part, &content(period));
        self.class(&node, &term(ns::DCT, "PeriodOfTime"));
        for (name, date) in [("startDate", &period.start), ("endDate", &period.end)] {
            if let Some(date) = date {
                self.graph.add(&node, &term(ns::DCAT, name), literal::date(date));
            }
        }
        node
    }
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
