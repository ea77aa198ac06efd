//! The facets asked for: `theme:20:count_desc,publisher`.

use vitrina_domain::{
    finding::Bilingual,
    query::{FacetOrder, FacetRequest, Field},
};

use super::{
    Parameter, Spec,
    refusal::{invalid, not_in_list},
};
use crate::problem::Problem;

/// The most facets of one request.
const MAX_FACETS: usize = 10;
/// The most values of one facet.
const MAX_BUCKETS: usize = 100;

pub(super) fn facets(spec: &Spec, text: &str) -> Result<Vec<FacetRequest>, Problem> {
    let requests: Vec<FacetRequest> =
        text.split(',').take(MAX_FACETS + 1).map(|one| facet(spec, one.trim())).collect::<Result<_, _>>()?;
    if requests.len() > MAX_FACETS {
        let text = Bilingual::new(
            format!("se cuentan hasta {MAX_FACETS} facetas a la vez"),
            format!("up to {MAX_FACETS} facets are counted at once"),
        );
        return Err(invalid(Parameter::Facets, text));
    }
    Ok(requests)
}

fn facet(spec: &Spec, text: &str) -> Result<FacetRequest, Problem> {
    let mut parts = text.split(':');
    let word = parts.next().unwrap_or_default();
    let known = || spec.filters.iter().copied().filter(|field| field.is_facet());
    let field = known()
        .find(|field| field.as_str() == word)
        .ok_or_else(|| not_in_list(Parameter::Facets, word, known().map(Field::as_str)))?;
    let limit = match parts.next() {
        None => 10,
        Some(number) => {
            number.parse().ok().filter(|limit| (1..=MAX_BUCKETS).contains(limit)).ok_or_else(|| {
                let text = Bilingual::new(
                    format!("el número de valores va de 1 a {MAX_BUCKETS}"),
                    format!("the number of values goes from 1 to {MAX_BUCKETS}"),
                );
                invalid(Parameter::Facets, text)
            })?
        }
    };
    let order = match parts.next() {
        None | Some("count_desc") => FacetOrder::CountDescending,
        Some("value_asc") => FacetOrder::ValueAscending,
        Some(other) => {
            return Err(not_in_list(Parameter::Facets, other, ["count_desc", "value_asc"].into_iter()));
        }
    };
    match parts.next() {
        None => Ok(FacetRequest { field, limit, order }),
        Some(rest) => Err(not_in_list(Parameter::Facets, rest, std::iter::empty())),
    }
}
