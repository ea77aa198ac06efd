//! What a filter asks for and no record has: the reader of an empty list is told, with the values there are.

use vitrina_domain::{
    query::{FacetOrder, FacetRequest, Field, FieldType, Query, Selection, Sort, Test},
    record::Kind,
};
use vitrina_search::Request;

use crate::{App, AppError, auth::Actor, facet::LabelledFacet};

/// How many of the values there are stand beside one that is not among them.
const CANDIDATES: usize = 1_000;

/// A value that none of the records has which the reader may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// The field that was filtered by.
    pub field: Field,
    /// The value that was asked for.
    pub value: String,
    /// Values that records do have there, most frequent first; none for a field that is no facet.
    pub present: Vec<String>,
}

impl App {
    /// The values in the condition, on their own, that no record has which the actor may see.
    ///
    /// For lists that came out empty: it costs a search for each value.
    pub fn absent(&self, actor: &Actor, kinds: &[Kind], query: &Query) -> Result<Vec<Absent>, AppError> {
        let mut absent = Vec::new();
        for (field, value) in values(query) {
            let test = Test::AnyOf(vec![value.to_owned()]);
            if self.answering(actor, kinds, Query::Field(field, test), None)?.0 == 0 {
                let (_, present) = self.answering(actor, kinds, Query::All, Some(field))?;
                absent.push(Absent { field, value: value.to_owned(), present });
            }
        }
        Ok(absent)
    }

    /// How many records answer, and the values they have in a field.
    fn answering(
        &self,
        actor: &Actor,
        kinds: &[Kind],
        query: Query,
        field: Option<Field>,
    ) -> Result<(u64, Vec<String>), AppError> {
        let facet = |field| FacetRequest { field, limit: CANDIDATES, order: FacetOrder::CountDescending };
        let facets: Vec<FacetRequest> =
            field.filter(|field| field.is_facet()).map(facet).into_iter().collect();
        let answer = self.index().search(&Request {
            scope: &actor.scope(),
            selection: &Selection { kinds: kinds.to_vec(), query },
            sort: Sort::CREATED,
            after: None,
            limit: 0,
            facets: &facets,
            highlight: false,
            count: true,
        })?;
        let labelled = answer.facets.into_iter().map(|facet| self.label(facet));
        let values = labelled.flat_map(|LabelledFacet { buckets, .. }| buckets).map(|bucket| bucket.value);
        Ok((answer.total.unwrap_or_default(), values.collect()))
    }
}

/// The whole values that the condition asks of a record in any case.
fn values(query: &Query) -> Vec<(Field, &str)> {
    let parts = match query {
        Query::And(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    parts.iter().filter_map(whole_values).flatten().collect()
}

fn whole_values(query: &Query) -> Option<impl Iterator<Item = (Field, &str)>> {
    match query {
        Query::Field(field, Test::AnyOf(values)) if field.field_type() == FieldType::Keyword => {
            Some(values.iter().map(|value| (*field, value.as_str())))
        }
        _ => None,
    }
}
