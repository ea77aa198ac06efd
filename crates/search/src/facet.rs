//! Facets: how many of the records that match have which value.
//!
//! Every segment numbers its values on its own. The numbers are mapped to one numbering per snapshot of the
//! index the first time a facet is asked for; after that, counting is one addition per value of a record.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use tantivy::{Searcher, columnar::Column};
use vitrina_domain::query::{FacetOrder, FacetRequest, Field};

use crate::{answer::Facet, collect::Matches, error::SearchError, fold, schema};

/// The values of one facet in one snapshot.
pub(crate) struct Values {
    /// The shown values, in the order of the form in which they are compared.
    shown: Vec<String>,
    segments: Vec<Option<Segment>>,
}

struct Segment {
    ordinals: Column<u64>,
    /// From the segment's numbers to places in `shown`.
    places: Vec<u32>,
}

impl Values {
    fn read(searcher: &Searcher, field: Field) -> Result<Self, SearchError> {
        let name = schema::facet_column(field);
        let mut shown: BTreeMap<String, String> = BTreeMap::new();
        let mut segments = Vec::new();
        for segment in searcher.segment_readers() {
            let Some(column) = segment.fast_fields().str(&name)? else {
                segments.push(None);
                continue;
            };
            let mut folded = Vec::with_capacity(column.num_terms());
            let mut stream = column.dictionary().stream().map_err(SearchError::engine)?;
            while stream.advance() {
                let value = String::from_utf8_lossy(stream.key()).into_owned();
                let compared = fold::value(&value);
                shown.entry(compared.clone()).or_insert(value);
                folded.push(compared);
            }
            segments.push(Some((column.ords().clone(), folded)));
        }
        let places: BTreeMap<&str, u32> = shown.keys().map(String::as_str).zip(0..).collect();
        let segments = segments
            .into_iter()
            .map(|segment| {
                let (ordinals, folded) = segment?;
                let places =
                    folded.iter().map(|value| places.get(value.as_str()).copied().unwrap_or_default());
                Some(Segment { ordinals, places: places.collect() })
            })
            .collect();
        Ok(Self { shown: shown.into_values().collect(), segments })
    }

    fn count(&self, matches: &Matches) -> Vec<u32> {
        let mut counts = vec![0_u32; self.shown.len()];
        for (ordinal, docs) in matches {
            let segment = usize::try_from(*ordinal).ok().and_then(|ordinal| self.segments.get(ordinal));
            let Some(Some(segment)) = segment else { continue };
            for value in docs.iter().flat_map(|doc| segment.ordinals.values_for_doc(*doc)) {
                let place = usize::try_from(value).ok().and_then(|value| segment.places.get(value));
                let count = place.and_then(|place| counts.get_mut(usize::try_from(*place).ok()?));
                if let Some(count) = count {
                    *count += 1;
                }
            }
        }
        counts
    }

    /// The buckets of a facet over the records that match.
    pub(crate) fn buckets(&self, matches: &Matches, request: FacetRequest) -> Vec<(String, u64)> {
        let counts = self.count(matches);
        let mut counted: Vec<(&String, u32)> =
            self.shown.iter().zip(counts).filter(|(_, count)| *count > 0).collect();
        if request.order == FacetOrder::CountDescending {
            // The sort is stable and the values stand in order, so equal counts go by value.
            counted.sort_by(|(_, left), (_, right)| right.cmp(left));
        }
        counted
            .into_iter()
            .take(request.limit)
            .map(|(value, count)| (value.clone(), u64::from(count)))
            .collect()
    }
}

/// The values of every facet of a snapshot, read when first asked for.
pub(crate) struct Facets {
    fields: BTreeMap<Field, OnceLock<Arc<Values>>>,
}

impl Facets {
    pub(crate) fn new() -> Self {
        let facets = Field::ALL.iter().filter(|field| field.is_facet());
        Self { fields: facets.map(|field| (*field, OnceLock::new())).collect() }
    }

    /// The values of a facet; nothing for fields that are none.
    pub(crate) fn values(
        &self,
        searcher: &Searcher,
        field: Field,
    ) -> Result<Option<Arc<Values>>, SearchError> {
        let Some(cell) = self.fields.get(&field) else { return Ok(None) };
        if let Some(values) = cell.get() {
            return Ok(Some(Arc::clone(values)));
        }
        let values = Arc::new(Values::read(searcher, field)?);
        Ok(Some(Arc::clone(cell.get_or_init(|| values))))
    }
}

/// A facet without counts, for fields that cannot be counted and for those that time ran out on.
pub(crate) fn empty(field: Field) -> Facet {
    Facet { field, buckets: Vec::new() }
}
